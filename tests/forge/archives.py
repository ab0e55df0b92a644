"""ZIP archives of every kind, and such with Content Credentials, bound step by step as the words of the clause have it."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from credkit.manifest.member_uri import member_uri
from tests.binding.file_collections import store_about

__all__ = ["STORE_NAME", "Archive", "archive", "described", "docx", "epub", "signed_archive", "streamed"]

STORE_NAME = "META-INF/content_credential.c2pa"
_DATE = (1980, 1, 1, 0, 0, 0)


def archive(*entries: tuple[str, bytes], comment: bytes = b"", method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The first entry is stored, the others are packed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number, (name, data) in enumerate(entries):
            info = zipfile.ZipInfo(name, _DATE)
            info.compress_type = method if number and data else zipfile.ZIP_STORED
            made.writestr(info, data)
        made.comment = comment
    return out.getvalue()


def epub() -> bytes:
    return archive(
        ("mimetype", b"application/epub+zip"),
        ("META-INF/container.xml", b"<container/>" * 20),
        ("OEBPS/Kapitel 1 ä.xhtml", b"<p>text</p>" * 100),
    )


def docx() -> bytes:
    return archive(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w:p/>" * 100))


class _Unseekable(io.RawIOBase):
    """A stream that cannot go back, so that sizes come behind the content."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.data += data
        return len(data)


def streamed() -> bytes:
    """With data descriptors."""
    out = _Unseekable()
    with zipfile.ZipFile(out, "w") as made:  # type: ignore[call-overload]
        made.writestr(zipfile.ZipInfo("a.txt", _DATE), b"text" * 10)
        made.writestr(zipfile.ZipInfo("b.txt", _DATE), b"", zipfile.ZIP_DEFLATED)
    return bytes(out.data)


@dataclass
class Archive:
    """The parts of an archive, to be changed and put together again."""

    entries: list[tuple[str, bytes]]
    """Name, and the bytes from local header to data descriptor."""
    headers: list[bytes]
    """Of the directory; the starts in them are set when the archive is put together."""
    comment: bytes = b""
    between: dict[int, bytes] = field(default_factory=dict)
    """Bytes in front of an entry, by its number; those in front of the directory under the number of entries."""
    records: Callable[[int, int, int, int], bytes] = lambda *_: b""
    """Makes what stands between directory and end record, of: entries, size and start of the directory, start of the records."""
    end: dict[str, int] = field(default_factory=dict)
    """Fields of the end record that are to be otherwise: ``count``, ``size``, ``start``, ``disk``."""
    tail: bytes = b""

    @classmethod
    def of(cls, data: bytes) -> Archive:
        with zipfile.ZipFile(io.BytesIO(data)) as made:
            infos, comment, start = made.infolist(), made.comment, made.start_dir
        ends = [info.header_offset for info in infos[1:]] + [start]
        entries = [(info.filename, data[info.header_offset : end]) for info, end in zip(infos, ends, strict=True)]
        headers, at = [], start
        for _ in infos:
            length = 46 + sum(struct.unpack_from("<3H", data, at + 28))
            headers.append(data[at : at + length])
            at += length
        return cls(entries, headers, comment)

    def add(self, name: str, data: bytes, *, checksum: bool = True) -> None:
        crc = zlib.crc32(data) if checksum else 0
        raw = name.encode()
        fields = struct.pack("<5H3I2H", 20, 0, 0, 0, 0, crc, len(data), len(data), len(raw), 0)
        self.entries.append((name, b"PK\3\4" + fields + raw + data))
        self.headers.append(b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<3H2I", 0, 0, 0, 0, 0) + raw)

    def build(self) -> bytes:
        out = bytearray()
        headers = []
        for number, ((_, data), header) in enumerate(zip(self.entries, self.headers, strict=True)):
            out += self.between.get(number, b"")
            headers.append(header[:42] + struct.pack("<I", len(out)) + header[46:] if header[42:46] != b"\xff" * 4 else header)
            out += data
        out += self.between.get(len(self.entries), b"")
        start, directory = len(out), b"".join(headers)
        out += directory
        out += self.records(len(headers), len(directory), start, len(out))
        values = {"disk": 0, "count": len(headers), "size": len(directory), "start": start} | self.end
        disk, count, size, start = (values[key] for key in ("disk", "count", "size", "start"))
        out += b"PK\5\6" + struct.pack("<4H2IH", disk, disk, count, count, size, start, len(self.comment)) + self.comment
        return bytes(out) + self.tail


def described(made: Archive, *, left_out: tuple[str, ...] = (), alg: str = "sha256") -> dict[str, Any]:
    """The collection hash of an archive that has its store already (of zeros or final)."""
    data = made.build()
    uris = [
        {"uri": member_uri(name), "hash": hashlib.new(alg, entry).digest()}
        for name, entry in made.entries
        if name != STORE_NAME and name not in left_out
    ]
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        at = opened.start_dir
    state = hashlib.new(alg)
    for name, header in zip((name for name, _ in made.entries), made.headers, strict=True):
        placed = data[at : at + len(header)]
        state.update(placed[:16] + placed[20:] if name == STORE_NAME else placed)
        at += len(header)
    state.update(data[data.rindex(b"PK\5\6") :])
    return {"alg": alg, "uris": uris, "zip_central_directory_hash": state.digest()}


def signed_archive(
    data: bytes,
    *,
    change: Callable[[Archive], object] = lambda made: None,
    state: Callable[[dict[str, Any]], object] = lambda value: None,
    left_out: tuple[str, ...] = (),
    checksum: bool = True,
) -> bytes:
    """The archive with a manifest store; ``change`` is made before it is signed, ``state`` to what is stated."""

    def with_store(store: bytes) -> Archive:
        made = Archive.of(data)
        made.add(STORE_NAME, store, checksum=checksum)
        change(made)
        return made

    size = 1
    for _ in range(3):
        value = described(with_store(bytes(size)), left_out=left_out)
        state(value)
        store = store_about(value)
        if len(store) == size:
            return with_store(store).build()
        size = len(store)
    raise AssertionError("the size of the store does not settle")
