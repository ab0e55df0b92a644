"""Everything that a film or picture points to is still there after a store was put in or taken out."""

from __future__ import annotations

import itertools
import struct
from pathlib import Path

import pytest

from credkit.assets import BytesSource, FileSource
from credkit.assets.bmff import BmffFormat
from credkit.assets.bmff.boxes import BoxWalker
from credkit.assets.bmff.item_locations import Room, read_item_locations
from credkit.assets.bmff.offsets import moved_offsets
from credkit.assets.edited import Moves, Replacement
from credkit.assets.layout import Span
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS
from tests.assets.samples import embedded, scan, store_of
from tests.assets.samples_bmff import _track, film_of, fragmented, full, item_picture, media_of, table
from tests.forge.bmff import box, merkle_box

FORM = BmffFormat()
START = box("ftyp", b"isom", bytes(4), b"isom")


def moved(data: bytes, size: int = 1_000) -> bytes:
    return embedded(data, store_of(size))


def refused(data: bytes) -> str:
    source = BytesSource(data)
    with pytest.raises(AssetError) as caught:
        FORM.embed(source, FORM.scan(source), store_of(1_000))
    return str(caught.value)


@pytest.mark.parametrize("kind", ["stco", "co64"])
@pytest.mark.parametrize("media_first", [False, True])
def test_chunks(kind: str, media_first: bool) -> None:
    data = film_of(kind=kind, media_first=media_first)
    assert media_of(data)[0] == b"first "
    for size in (50, 70_000):
        assert media_of(moved(data, size)) == media_of(data)


@pytest.mark.parametrize(
    ("version", "base", "offset"),
    [(v, b, o) for v, b, o in itertools.product((0, 1, 2), (0, 4, 8), (4, 8))],
)
def test_items_with_fields_of_every_width(version: int, base: int, offset: int) -> None:
    data = item_picture(version=version, base=base, offset=offset)
    assert media_of(data)[:2] == [b"first chunk of media", b"second"]
    changed = moved(data)
    assert media_of(changed) == media_of(data)
    assert len(changed) - len(data) == 8 + 16 + 4 + 9 + 8 + 1_000
    assert embedded(changed, None) == data


def test_an_item_without_any_offset_stays() -> None:
    """No field could say another place, and the one that is meant, the start of the file, does not move."""
    iloc = full("iloc", b"\x04\x00", struct.pack(">H", 1), struct.pack(">HHH", 1, 0, 1), struct.pack(">I", 4))
    data = START + full("meta", full("hdlr", bytes(20)), iloc) + box("mdat", b"media")
    assert iloc in moved(data)


def test_items_in_other_files_stay() -> None:
    def picture(flags: int) -> bytes:
        references = box("dinf", full("dref", struct.pack(">I", 1), full("url ", flags=flags)))
        iloc = full("iloc", b"\x44\x00", struct.pack(">H", 1), struct.pack(">HHH", 1, 1, 1), struct.pack(">II", 30, 4))
        return START + full("meta", full("hdlr", bytes(20)), references, iloc) + box("mdat", b"media")

    for flags, stays in ((0, True), (1, False)):
        iloc = picture(flags)[picture(flags).index(b"iloc") :][:26]
        assert (iloc in moved(picture(flags))) is stays


def test_fragments_and_their_indexes() -> None:
    for version in (0, 1):
        data = fragmented(version=version)
        assert [entry[0] for entry in media_of(data)[:3]] == [b"moof"] * 3
        assert media_of(moved(data)) == media_of(data)
        assert b"\x00\x00\x00\x01\x00\x00\x00\x4d" in moved(data), "what counts from its own fragment stays"


def test_a_film_of_many_hours_in_fragments() -> None:
    data = fragmented(15_000)
    assert sum(1 for _ in BoxWalker(BytesSource(data)).roots()) > 30_000
    changed = moved(data)
    assert media_of(changed)[-1] == media_of(data)[-1]


def test_an_index_follows_boxes_that_go_between_its_parts() -> None:
    """Parts of Merkle trees stand in front of fragments; without them the fragments are shorter."""
    plain = fragmented(2)
    at = [index - 4 for index in range(len(plain)) if plain[index : index + 4] == b"moof"]
    proof = merkle_box(0)
    with_proofs = bytearray(plain[: at[0]] + proof + plain[at[0] : at[1]] + proof + plain[at[1] :])
    sizes = with_proofs.index(b"sidx") + 4 + 4 + 8 + 16 + 4
    for number in range(2):
        start = sizes + 12 * number
        (size,) = struct.unpack_from(">I", with_proofs, start)
        with_proofs[start : start + 4] = struct.pack(">I", size + len(proof))
    for number, marker in enumerate((at[0] + len(proof), at[1] + 2 * len(proof))):
        place = with_proofs.index(b"tfhd", marker) + 12
        with_proofs[place : place + 8] = struct.pack(">Q", marker)
        entry = with_proofs.index(b"tfra") + 4 + 16 + number * 19 + 8
        with_proofs[entry : entry + 8] = struct.pack(">Q", marker)
    assert embedded(bytes(with_proofs), None) == plain


def test_only_what_lies_behind_the_store_moves() -> None:
    source = BytesSource(film_of())
    behind = [Replacement(Span(source.size, 0), b"at the end")]
    assert moved_offsets(BoxWalker(source), behind, DEFAULT_LIMITS) == []
    (first,) = BoxWalker(source).find((("ftyp", None),))
    tables = moved_offsets(BoxWalker(source), [Replacement(Span(first.span.end, 0), b"12345678")], DEFAULT_LIMITS)
    assert len(tables) == 4
    assert all(len(change.data) == change.span.length for change in tables)


def test_entries_that_move_differently() -> None:
    """A table whose chunks lie on both sides of what is put in."""
    media = box("mdat", b"before")
    other = box("mdat", b"behind")
    moov = box("moov", _track(table("stco", [len(START) + 8, len(START) + len(media) + 8]), b"vide"))
    source = BytesSource(START + media + other + moov)
    (change,) = moved_offsets(BoxWalker(source), [Replacement(Span(len(START) + len(media), 0), b"1234")], DEFAULT_LIMITS)
    assert struct.unpack(">II", change.data) == (len(START) + 8, len(START) + len(media) + 8 + 4)


def test_what_moves_together() -> None:
    moves = Moves([Replacement(Span(10, 0), b"abc"), Replacement(Span(20, 5))])
    assert moves.together(0, 9) == 0
    assert moves.together(10, 24) == 3
    assert moves.together(25, 1 << 40) == -2
    assert moves.together(9, 10) is None
    assert moves.together(3, 30) is None


def test_films_in_other_files_stay_as_they_are() -> None:
    chunks = table("stco", [1_000_000])
    data = START + box("moov", _track(chunks, b"vide", local=0)) + box("mdat", b"media")
    assert chunks in moved(data)


def test_tracks_in_two_files_are_refused() -> None:
    references = box("dinf", full("dref", struct.pack(">I", 2), full("url ", flags=1), full("url ", b"other.mp4\0")))
    minf = box("minf", references, box("stbl", table("stco", [40])))
    assert "parts in this one" in refused(START + box("moov", box("trak", box("mdia", minf))) + box("mdat", bytes(50)))


def test_an_index_that_is_compressed_is_refused() -> None:
    assert "compressed" in refused(START + box("moov", box("cmov", box("dcom", b"zlib"), box("cmvd", bytes(30)))) + box("mdat", b"media"))


@pytest.mark.parametrize("kind", ["stco", "co64"])
def test_places_behind_the_end_are_refused(kind: str) -> None:
    data = START + box("moov", _track(table(kind, [40, 5_000_000]), b"vide")) + box("mdat", b"media")
    sentence = refused(data)
    assert "points to byte 5,000,000" in sentence
    assert "--sidecar" in sentence


def test_a_fragment_that_points_behind_the_end_is_refused() -> None:
    head = full("tfhd", struct.pack(">IQ", 1, 1 << 60), flags=1)
    film = START + box("moov", _track(table("stco", []), b"vide"))
    assert "points to byte" in refused(film + box("moof", box("traf", head)))
    tfra = full("tfra", struct.pack(">III", 1, 0, 1), struct.pack(">II", 0, 1 << 30) + b"\1\1\1")
    assert "points to byte" in refused(film + box("mdat") + box("mfra", tfra))
    iloc = full("iloc", b"\x44\x00", struct.pack(">H", 1), struct.pack(">HHH", 1, 0, 1), struct.pack(">II", 1 << 30, 4))
    assert "points to byte" in refused(START + full("meta", full("hdlr", bytes(20)), iloc))


def test_an_index_of_parts_in_other_files() -> None:
    sidx = full("sidx", struct.pack(">IIIIHH", 1, 1, 0, 0, 0, 1), struct.pack(">III", 1 << 30, 1, 0))
    data = film_of() + sidx
    assert moved(data).endswith(sidx)
    assert embedded(moved(data), None) == data


@pytest.mark.parametrize(("kind", "fits"), [("stco", False), ("co64", True)])
def test_places_beyond_four_gigabytes(tmp_path: Path, kind: str, fits: bool) -> None:
    """A sparse file whose last chunk lies just before the end of 32 bits."""
    path, media = tmp_path / "film.mp4", 1 << 32
    last = (1 << 32) - 100
    moov = box("moov", _track(table(kind, [len(START) + 16, last]), b"vide"))
    with path.open("wb") as file:
        file.write(START + b"\x00\x00\x00\x01mdat" + (16 + media).to_bytes(8, "big"))
        file.seek(len(START) + 16 + media)
        file.write(moov)
    with FileSource(path) as source:
        layout = FORM.scan(source)
        assert layout.size > 1 << 32
        if not fits:
            with pytest.raises(AssetError, match="first 4 GB"):
                FORM.embed(source, layout, store_of(1_000))
            return
        edit = FORM.embed(source, layout, store_of(1_000))
        assert struct.pack(">QQ", len(START) + 16 + 1_045, last + 1_045) in [getattr(piece, "data", b"") for piece in edit.pieces]


def test_a_last_box_without_a_size_reaches_to_the_end() -> None:
    data = film_of(open_end=True)
    assert media_of(moved(data)) == media_of(data)
    assert embedded(moved(data), None) == data


def test_boxes_with_long_sizes() -> None:
    data = film_of(media_first=True)
    assert data[48:56] == b"\x00\x00\x00\x01mdat"
    assert media_of(moved(data)) == media_of(data)


@pytest.mark.parametrize("widths", [b"\x34\x00", b"\x44\x50", b"\xf4\x00"])
def test_item_tables_with_impossible_widths(widths: bytes) -> None:
    with pytest.raises(MalformedError, match="width that no edition allows"):
        list(read_item_locations(bytes(4) + widths + b"\0\1" + bytes(20), Room(1_000)))
    with pytest.raises(MalformedError, match="unknown version"):
        list(read_item_locations(b"\x03" + bytes(30), Room(1_000)))


def test_item_tables_that_end_early() -> None:
    data = item_picture()
    at = data.index(b"iloc") + 4
    content = data[at : at - 8 + int.from_bytes(data[at - 8 : at - 4], "big")]
    assert len(list(read_item_locations(content, Room(1_000)))) == 5
    for end in range(len(content)):
        with pytest.raises(MalformedError, match="cut short"):
            list(read_item_locations(content[:end], Room(1_000)))


def test_scanning_does_not_read_the_tables() -> None:
    assert scan(START + box("moov", _track(table("stco", [1 << 30]), b"vide")) + box("mdat", b"x")).stores == ()
