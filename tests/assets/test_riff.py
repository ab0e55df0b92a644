"""WAV and AVI: what they share with WebP as RIFF containers, sounds without their filling byte, and indexes of films."""

from __future__ import annotations

import io
import shutil
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import AviFormat, BytesSource, WavFormat, read_store
from credkit.assets.edited import Replacement
from credkit.assets.engine import read_block
from credkit.assets.layout import Span
from credkit.assets.riff.avi_index import moved_indexes
from credkit.errors import AssetError, HistoryError, MalformedError
from credkit.limits import Limits
from credkit.manifest.assertions import Action
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.samples import box_names, embedded, format_of, output, scan, store_of, with_metadata
from tests.assets.samples_riff import avi, chunks, decoded, film, open_dml, riff, sound, wav
from tests.forge import pki
from tests.forge.signing import signed

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
BESIDE = riff((b"JUNK", bytes(28)), (b"bext", bytes(602)), *chunks(wav()), (b"LIST", b"INFOISFT\x04\x00\x00\x00test"))
FILES = {"wav": wav(), "wav without its filling byte": wav(333, width=1), "bwf": BESIDE, "avi": avi(), "open dml": open_dml()}
needs_ffmpeg = pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")


# Containers


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [46, 47, 5_001])
def test_the_store_is_the_last_chunk_of_the_first_container(name: str, size: int) -> None:
    data = embedded(FILES[name], store_of(size))
    assert chunks(data)[-1] == (b"C2PA", store_of(size))
    names = [kind for kind, _ in chunks(data)]
    assert names == [kind for kind, _ in chunks(embedded(data, None))] + [b"C2PA"]


def test_a_missing_filling_byte_is_put_in_before_the_store() -> None:
    data = wav(333, width=1)
    assert len(data) % 2
    whole = embedded(data, store_of(46))
    assert chunks(whole)[1:] == [(b"data", chunks(embedded(data, store_of(46)))[1][1]), (b"C2PA", store_of(46))]
    assert sound(whole) == sound(data)
    assert embedded(whole, None) == data[:4] + struct.pack("<I", len(data) - 7) + data[8:] + b"\x00"


def test_a_missing_filling_byte_is_put_in_before_metadata() -> None:
    described = with_metadata(wav(333, width=1), xmp=XMP)
    assert [name for name, _ in chunks(described)] == [b"fmt ", b"data", b"_PMX"]
    assert [name for name, _ in chunks(embedded(described, store_of(46)))] == [b"fmt ", b"data", b"_PMX", b"C2PA"]


def test_a_missing_filling_byte_of_one_of_two_stores() -> None:
    data = riff(*chunks(wav()), (b"C2PA", store_of(46)), (b"C2PA", store_of(47)))
    data = data[:4] + struct.pack("<I", len(data) - 9) + data[8:-1]
    assert embedded(data, store_of(50)) == riff(*chunks(wav()), (b"C2PA", store_of(50)))
    assert embedded(data, None) == riff(*chunks(wav()))


@pytest.mark.parametrize("data", [wav(), avi()])
def test_xmp_has_a_chunk_of_its_own(data: bytes) -> None:
    described = with_metadata(embedded(data, store_of(47)), xmp=XMP)
    assert [name for name, _ in chunks(described)][-2:] == [b"_PMX", b"C2PA"]
    (block,) = scan(described).metadata
    assert (block.kind, read_block(BytesSource(described), block)) == ("xmp", XMP)
    assert chunks(with_metadata(described, xmp=b"<y/>"))[-2] == (b"_PMX", b"<y/>")
    assert with_metadata(described, xmp=b"") == embedded(data, store_of(47))
    assert with_metadata(data, exif=b"II*\x00") == data


def test_xmp_under_the_name_that_webp_has_is_read_and_replaced() -> None:
    data = riff(*chunks(wav()), (b"XMP ", XMP))
    assert [block.kind for block in scan(data).metadata] == ["xmp"]
    assert chunks(with_metadata(data, xmp=b"<y/>"))[2:] == [(b"_PMX", b"<y/>")]


def test_boxes_have_the_names_of_the_specification() -> None:
    assert box_names(embedded(BESIDE, store_of(46))) == ["WAVE", "JUNK", "bext", "fmt ", "data", "INFO", "C2PA"]
    assert box_names(embedded(avi(), store_of(46))) == ["AVI ", "hdrl", "movi", "idx1", "C2PA"]
    assert box_names(embedded(open_dml(), store_of(46))) == ["AVI ", "hdrl", "movi", "C2PA", "AVIX", "movi", "AVIX", "movi"]


def test_a_chunk_of_a_further_container_is_no_store() -> None:
    data = open_dml() + riff((b"C2PA", store_of(46)), kind=b"AVIX")
    assert scan(data).stores == ()
    assert embedded(data, None) == data


def test_a_further_container_that_is_cut_off() -> None:
    data = embedded(open_dml(), store_of(46))[:-10]
    assert scan(data).store is not None
    with pytest.raises(MalformedError, match="a further container claims more bytes"):
        box_names(data)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
@pytest.mark.parametrize("make", [wav, avi])
def test_a_file_that_was_written_as_a_stream_is_refused(make, size: int) -> None:
    data = make()
    data = data[:4] + struct.pack("<I", size) + data[8:]
    with pytest.raises(MalformedError, match="was written as a stream: save it anew"):
        scan(data)


def test_what_holds_no_sound_or_film() -> None:
    with pytest.raises(MalformedError, match="holds no sound"):
        scan(riff((b"fmt ", bytes(16))))
    with pytest.raises(MalformedError, match="holds no film"):
        scan(riff((b"JUNK", bytes(16)), kind=b"AVI "))


def test_the_size_of_the_pictures_of_a_film() -> None:
    assert (scan(avi()).width, scan(avi()).height) == (8, 8)


@given(st.lists(st.tuples(st.sampled_from([b"data", b"_PMX", b"C2PA", b"LIST", b"abcd"]), st.binary(max_size=40)), max_size=8))
@settings(max_examples=80, deadline=None)
def test_any_chunks(parts: list[tuple[bytes, bytes]]) -> None:
    data = riff((b"data", b""), *parts)
    kept = [part for part in parts if part[0] != b"C2PA"]
    assert len(scan(data).stores) == len(parts) - len(kept)
    assert embedded(data, None) == riff((b"data", b""), *kept)
    assert chunks(embedded(data, store_of(46))) == [(b"data", b""), *kept, (b"C2PA", store_of(46))]


# Sounds above 4 GiB


@pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
def test_a_sound_of_the_large_form_has_no_place_for_a_store(kind: bytes) -> None:
    data = (
        kind + struct.pack("<I", 0xFFFFFFFF) + b"WAVEds64" + struct.pack("<IQQQI", 28, 100, 40, 20, 0) + b"data\xff\xff\xff\xff" + bytes(40)
    )
    source, form = BytesSource(data), format_of(data)
    assert isinstance(form, WavFormat)
    layout = form.scan(source)
    assert "has no place for a manifest store" in layout.remarks[0]
    assert embedded(data, None) == data
    assert with_metadata(data) == data
    assert list(form.boxes(source, layout)) == list(form.texts(source)) == []
    with pytest.raises(AssetError, match="--sidecar"):
        form.embed(source, layout, store_of(46))
    with pytest.raises(AssetError, match="writes no XMP"):
        with_metadata(data, xmp=XMP)


# Indexes of films


def indexed(data: bytes) -> list[bytes]:
    """The pictures that the indexes of a film lead to, by the definition of OpenDML."""
    at = data.index(b"indx") + 8
    _, _, _, count = struct.unpack_from("<HBBI", data, at)
    pictures = []
    for slot in range(count):
        place, size, _ = struct.unpack_from("<QII", data, at + 24 + slot * 16)
        assert data[place : place + 4] == b"ix00"
        assert struct.unpack_from("<I", data, place + 4)[0] + 8 == size
        _, _, kind, entries, name, base = struct.unpack_from("<HBBI4sQ", data, place + 8)
        assert (kind, name) == (1, b"00db")
        for entry in range(entries):
            offset, length = struct.unpack_from("<II", data, place + 32 + entry * 8)
            assert data[base + offset - 8 : base + offset - 4] == name
            pictures.append(data[base + offset : base + offset + length])
    return pictures


@pytest.mark.parametrize("base", ["film", "file", "start"])
@pytest.mark.parametrize("size", [46, 5_001])
def test_indexes_lead_to_the_same_pictures(base: str, size: int) -> None:
    data = open_dml(base=base)
    assert len(indexed(data)) == 9
    whole = embedded(data, store_of(size))
    assert indexed(whole) == indexed(data)
    assert indexed(with_metadata(whole, xmp=XMP)) == indexed(data)
    assert indexed(embedded(whole, store_of(300))) == indexed(data)
    assert embedded(whole, None) == data


def test_a_store_in_front_of_the_film_moves_behind_it() -> None:
    data = open_dml()
    front = data[:12] + b"C2PA" + struct.pack("<I", 46) + store_of(46) + data[12:]
    front = front[:4] + struct.pack("<I", int.from_bytes(data[4:8], "little") + 54) + front[8:]
    whole = embedded(data, store_of(46))
    # The list of indexes leads nowhere, because the bytes in front did not move it; so it stays, and is right again.
    assert embedded(front, None) == data
    assert [name for name, _ in chunks(embedded(front, store_of(46)))] == [name for name, _ in chunks(whole)]


def test_an_index_across_the_place_of_the_store_is_refused() -> None:
    data = bytearray(open_dml(2, (2,), base="file"))
    at = data.index(b"indx")
    count = struct.unpack_from("<I", data, at + 4)[0]
    entries = [data.index(b"00db", data.index(b"movi")), data.rindex(b"00db", 0, data.rindex(b"ix00"))]
    index = struct.pack("<HBBI4sQ4x", 2, 0, 1, 2, b"00db", 0) + b"".join(struct.pack("<II", place + 8, 192) for place in entries)
    data[at + 8 : at + 8 + count] = index.ljust(count, b"\x00")
    with pytest.raises(AssetError, match="counts across the place of the credentials"):
        embedded(bytes(data), store_of(46))


def test_a_short_index_that_counts_from_the_start_of_the_file() -> None:
    data = avi(absolute=True)
    assert embedded(embedded(data, store_of(46)), None) == data
    front = data[:12] + b"C2PA" + struct.pack("<I", 46) + store_of(46) + data[12:]
    front = front[:4] + struct.pack("<I", int.from_bytes(data[4:8], "little") + 54) + front[8:]
    with pytest.raises(AssetError, match="counts from the start of the file"):
        embedded(front, store_of(46))


def spoilt(change) -> bytes:
    data = bytearray(open_dml())
    change(data, data.index(b"indx") + 8)
    return bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        lambda d, at: struct.pack_into("<I", d, at + 4, 1 << 30),
        lambda d, at: struct.pack_into("<H", d, at, 1),
        lambda d, at: struct.pack_into("<I", d, d.rindex(b"ix00") + 12, 1 << 20),
        lambda d, at: struct.pack_into("<I", d, d.rindex(b"ix00") + 4, 1 << 20),
    ],
)
def test_a_broken_index(change) -> None:
    with pytest.raises(MalformedError, match="does not fit into its chunk"):
        embedded(spoilt(change), store_of(46))


@pytest.mark.parametrize("place", [0, 40, 1 << 40, -1])
def test_a_list_that_leads_to_no_index_stays(place: int) -> None:
    def change(data: bytearray, at: int) -> None:
        struct.pack_into("<Q", data, at + 24, place & (1 << 64) - 1)

    data = spoilt(change)
    whole = embedded(data, store_of(46))
    at = data.index(b"indx") + 32
    assert whole[at : at + 8] == data[at : at + 8]
    assert embedded(whole, None) == data


def test_an_index_over_what_is_replaced_is_refused() -> None:
    data = open_dml()
    changes = [Replacement(Span(8 + int.from_bytes(data[4:8], "little"), 0), bytes(50)), Replacement(Span(data.rindex(b"ix00") + 16, 10))]
    with pytest.raises(AssetError, match="lie over other parts"):
        moved_indexes(BytesSource(data), changes)


@pytest.mark.parametrize("limit", ["avi_indexes", "avi_index_entries"])
def test_limits_of_indexes(limit: str) -> None:
    source = BytesSource(open_dml())
    end = 8 + int.from_bytes(open_dml()[4:8], "little")
    with pytest.raises(MalformedError, match="more than 1 "):
        moved_indexes(source, [Replacement(Span(end, 0), bytes(50))], Limits(**{limit: 1}))


def test_a_list_of_indexes_that_lists_itself_ends() -> None:
    def change(data: bytearray, at: int) -> None:
        struct.pack_into("<Q", data, at + 24, at - 8)

    assert store_of(46) in embedded(spoilt(change), store_of(46))


@needs_ffmpeg
def test_another_program_sees_the_same_film() -> None:
    for data in (avi(), avi(absolute=True), open_dml(), open_dml(base="file")):
        assert film(with_metadata(embedded(data, store_of(5_001)), xmp=XMP)) == film(data)


# Signing


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("title", ["even", "odd"])
def test_signed_files_are_valid_here_and_there(name: str, title: str) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    data = signed(FILES[name], title)
    report = verify(BytesSource(data))
    assert (report.state, report.content_intact) == ("Valid", True)
    there = peer.read(data, "avi" if isinstance(format_of(data), AviFormat) else "wav")
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])
    assert decoded(data) == decoded(FILES[name])


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_reference_are_valid_here(name: str) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    kind = "avi" if isinstance(format_of(FILES[name]), AviFormat) else "wav"
    theirs = peer.sign(FILES[name], kind, peer.CREATED)
    report = verify(BytesSource(theirs))
    assert (report.state, report.content_intact) == ("Valid", True)
    store = read_store(BytesSource(theirs), scan(theirs).store)
    assert embedded(FILES[name], store) == theirs or name == "open dml"


@pytest.mark.parametrize("name", ["wav", "bwf", "avi"])
@pytest.mark.parametrize("title", ["even", "odd"])
def test_updates(name: str, title: str) -> None:
    data = signed(FILES[name], title)
    for count in range(2):
        builder, out = UpdateBuilder(title="u" * count), io.BytesIO()
        builder.add_action(Action("c2pa.published"))
        builder.sign(data, out, pki.signer())
        data = out.getvalue()
        report = verify(BytesSource(data))
        assert (report.state, report.content_intact, len(report.manifests)) == ("Valid", True, count + 2)
    assert decoded(data) == decoded(FILES[name])


def test_an_update_that_would_move_indexes_is_refused() -> None:
    builder = UpdateBuilder()
    builder.add_action(Action("c2pa.published"))
    with pytest.raises((AssetError, HistoryError), match="without changing signed bytes"):
        builder.sign(signed(open_dml()), io.BytesIO(), pki.signer())


@pytest.mark.parametrize("name", FILES)
def test_every_byte_of_the_content_counts(name: str) -> None:
    data = bytearray(signed(FILES[name]))
    for place in (20, data.index(b"C2PA") - 2, len(data) - 1 if name == "open dml" else 30):
        changed = bytearray(data)
        changed[place] ^= 1
        assert verify(BytesSource(bytes(changed))).state != "Valid"
    assert verify(BytesSource(bytes(data) + b"tail")).state == "Invalid"


def test_texts_are_the_xmp() -> None:
    data = with_metadata(wav(), xmp=XMP)
    source, form = BytesSource(data), format_of(data)
    (text,) = form.texts(source)
    assert (text.kind, text.name, source.read(text.value.start, text.value.length)) == ("xmp", "_PMX", XMP)
    assert output(source, form.with_texts(source, [(text, None)])) == wav()
