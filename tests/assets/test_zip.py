"""ZIP archives: kinds, stores, and archives that lie about themselves."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, detect, read_store
from credkit.assets.zip import ZipFormat
from credkit.assets.zip.directory import read_directory
from credkit.assets.zip.entries import EntryReader
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import load_store
from tests.assets.samples_documents import DOCX, EPUB, SIGNED_EPUB, STREAMED, ZIP
from tests.forge.archives import STORE_NAME, Archive, archive, signed_archive

STORE = b"\x00\x00\x00\x10jumb" + bytes(8)


def with_store(data: bytes, store: bytes = STORE) -> Archive:
    made = Archive.of(data)
    made.add(STORE_NAME, store)
    return made


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([("a", b"")], "application/zip"),
        ([("mimetype", b"application/epub+zip")], "application/epub+zip"),
        ([("mimetype", b"application/epub+zip\n")], "application/epub+zip"),
        ([("mimetype", b"application/vnd.oasis.opendocument.text")], "application/vnd.oasis.opendocument.text"),
        ([("mimetype", b"image/png")], "application/zip"),
        ([("a", b""), ("mimetype", b"application/epub+zip")], "application/zip"),
        ([("word/document.xml", b"")], "application/zip"),
        ([("[Content_Types].xml", b"")], "application/zip"),
    ],
)
def test_kinds(entries: list[tuple[str, bytes]], kind: str) -> None:
    assert ZipFormat().scan(BytesSource(archive(*entries))).media_type == kind


@pytest.mark.parametrize(
    ("part", "ending"),
    [
        ("word/document.xml", "wordprocessingml.document"),
        ("xl/workbook.xml", "spreadsheetml.sheet"),
        ("ppt/presentation.xml", "presentationml.presentation"),
    ],
)
def test_packages(part: str, ending: str) -> None:
    made = archive(("[Content_Types].xml", b""), (part, b""))
    assert ZipFormat().scan(BytesSource(made)).media_type == f"application/vnd.openxmlformats-officedocument.{ending}"


@pytest.mark.parametrize("data", [ZIP, EPUB, DOCX, STREAMED, archive(), archive(("only", b""))])
def test_what_another_reader_finds_is_found(data: bytes) -> None:
    source = BytesSource(data)
    assert detect(source).__class__ is ZipFormat
    directory = read_directory(source)
    reader = EntryReader(source, directory)
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        infos = made.infolist()
        assert [header.name.decode() for header in directory.headers] == [info.filename for info in infos]
        assert directory.place.start == made.start_dir
    position = 0
    for header, info in zip(directory.headers, infos, strict=True):
        entry = reader.read(header)
        assert (entry.whole.start, entry.content.length) == (position, info.compress_size)
        position = entry.whole.end
    assert position == directory.place.start


def test_the_store() -> None:
    made = with_store(EPUB).build()
    layout = ZipFormat().scan(BytesSource(made))
    assert layout.store is not None
    assert read_store(BytesSource(made), layout.store) == STORE


def test_two_stores() -> None:
    made = with_store(EPUB)
    made.add(STORE_NAME, STORE)
    located = load_store(BytesSource(made.build()))
    assert located.problem == "The file holds 2 manifest stores; only one is allowed, so none can be relied on."


def test_a_compressed_store() -> None:
    made = archive(("a", b""), (STORE_NAME, STORE * 50))
    located = load_store(BytesSource(made))
    assert located.failure
    assert located.failure.code == "manifest.inaccessible.malformed"


def test_an_encrypted_store() -> None:
    data = bytearray(with_store(EPUB).build())
    source = BytesSource(bytes(data))
    header = next(item for item in read_directory(source).headers if item.name == STORE_NAME.encode())
    data[header.place.start + 8] |= 1
    data[header.start + 6] |= 1
    located = load_store(BytesSource(bytes(data)))
    assert (located.store, located.failure and located.failure.code) == (None, "manifest.inaccessible.encrypted")


def read_all(source: BytesSource, limits: Limits) -> None:
    directory = read_directory(source, limits)
    for header in directory.headers:
        EntryReader(source, directory).read(header)


def refused(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str:
    with pytest.raises(MalformedError) as caught:
        read_all(BytesSource(data), limits)
    return str(caught.value)


def changed(**fields: object) -> bytes:
    made = Archive.of(ZIP)
    for name, value in fields.items():
        setattr(made, name, value)
    return made.build()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed(end={"count": 2}), "follow the last entry"),
        (changed(end={"count": 4}), "ends before all entries"),
        (changed(end={"size": 5}), "does not stand right in front"),
        (changed(end={"start": 5}), "does not stand right in front"),
        (changed(end={"start": 0xFFFF_FFF0}), "does not stand right in front"),
        (changed(end={"disk": 1}), "spread over several files"),
        (b"MZ" + ZIP, "does not stand right in front"),
        (ZIP[:-12], "no end record"),
        (ZIP[:30], "no end record"),
        (changed(comment=b"PK\5\6" + bytes(18)), "two records could be its end"),
    ],
)
def test_directories_that_lie(data: bytes, words: str) -> None:
    assert words in refused(data)


def patched(at: int, value: bytes, *, local: bool = True) -> bytes:
    """The last entry of the archive, changed in its local header or in the directory."""
    data = bytearray(ZIP)
    header = read_directory(BytesSource(ZIP)).headers[-1]
    place = (header.start if local else header.place.start) + at
    data[place : place + len(value)] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (patched(0, b"PK\3\3"), "there is no such entry"),
        (patched(8, b"\0\0"), "describes it otherwise"),
        (patched(6, b"\1\0"), "describes it otherwise"),
        (patched(30, b"x"), "describes it otherwise"),
        (patched(14, b"\0\0\0\0"), "another size or checksum"),
        (patched(18, b"\1"), "another size or checksum"),
        (patched(22, b"\1"), "another size or checksum"),
        (patched(20, b"\xff\xff\xff\x7f", local=False), "there is no such entry"),
        (patched(20, b"\xff\xff\xff\xff", local=False), "needs a ZIP64 field"),
        (patched(34, b"\1\0", local=False), "spread over several files"),
        (patched(42, b"\xf0\xff\xff\x7f", local=False), "would lie in the directory"),
        (patched(28, b"\xff\xff", local=False), "reaches past its end"),
    ],
)
def test_entries_that_lie(data: bytes, words: str) -> None:
    assert words in refused(data)


def test_a_data_descriptor_that_does_not_fit() -> None:
    source = BytesSource(STREAMED)
    header = read_directory(source).headers[0]
    at = EntryReader(source, read_directory(source)).read(header).content.end
    data = bytearray(STREAMED)
    data[at + 5] ^= 1
    assert "data descriptor does not fit" in refused(bytes(data))


def records_64(count: int, size: int, start: int, at: int, *, extra: bytes = b"", disks: int = 1, shift: int = 0) -> bytes:
    record = b"PK\6\6" + struct.pack("<Q2H2I4Q", 44 + len(extra), 45, 45, 0, 0, count, count, size, start) + extra
    return record + b"PK\6\7" + struct.pack("<IQI", 0, at + shift, disks)


def test_zip64() -> None:
    full = {"count": 0xFFFF, "size": 0xFFFF_FFFF, "start": 0xFFFF_FFFF}
    for end in ({}, full):
        source = BytesSource(changed(records=records_64, end=end))
        assert len(read_directory(source).headers) == 3
        assert read_directory(source).records.length == 76
    made = Archive.of(ZIP)
    name, entry = made.entries[-1]
    header = made.headers[-1]
    start = sum(len(data) for _, data in made.entries[:-1])
    length = len(entry) - 30 - len(name)
    field = struct.pack("<2H3Q", 1, 24, 180, length, start)
    lengths = struct.pack("<H", len(field))
    made.headers[-1] = header[:20] + b"\xff" * 8 + header[28:30] + lengths + header[32:42] + b"\xff" * 4 + header[46:] + field
    source = BytesSource(made.build())
    found = read_directory(source).headers[-1]
    assert EntryReader(source, read_directory(source)).read(found).whole.length == len(entry)


@pytest.mark.parametrize(
    ("end", "options", "words"),
    [
        ({"count": 2}, {}, "contradict each other"),
        ({"start": 7}, {}, "contradict each other"),
        ({}, {"shift": 4}, "not where the locator says"),
        ({}, {"disks": 2}, "not where the locator says"),
        ({}, {"shift": -1}, "not where the locator says"),
    ],
)
def test_zip64_records_that_lie(end: dict[str, int], options: dict[str, int], words: str) -> None:
    assert words in refused(changed(records=lambda *told: records_64(*told, **options), end=end))


def test_more_entries_than_anybody_lists() -> None:
    assert "more than 2" in refused(ZIP, Limits(zip_entries=2))


@given(data=st.binary(max_size=400), cut=st.integers(0, len(SIGNED_EPUB)))
@settings(max_examples=100, deadline=None)
def test_any_bytes(data: bytes, cut: int) -> None:
    for made in (SIGNED_EPUB[:cut], SIGNED_EPUB[:cut] + data, b"PK\3\4" + data + ZIP[-31:], data):
        source = BytesSource(made)
        try:
            ZipFormat().scan(source)
            directory = read_directory(source)
            reader = EntryReader(source, directory)
            assert all(reader.read(header).whole.end <= len(made) for header in directory.headers)
        except MalformedError:
            continue


def test_signed_archives_still_open() -> None:
    with zipfile.ZipFile(io.BytesIO(signed_archive(DOCX))) as made:
        assert made.testzip() is None
