"""Media that a film says to lie in the box of the manifest store, where no hash covers them."""

from __future__ import annotations

import struct

import pytest

from credkit.assets import BmffFormat, BytesSource, Layout
from tests.assets.samples import embedded, store_of
from tests.assets.samples_bmff import film_of, fragmented, full, table
from tests.forge.bmff import box, c2pa_box

FORM = BmffFormat()
FAULT = "parts of the film lie in it, where no hash covers them"
START = box("ftyp", b"isom\0\0\2\0isom")
STORE = c2pa_box("manifest", store_of(400))
INSIDE = len(START) + 100


def layout_of(data: bytes) -> Layout:
    return FORM.scan(BytesSource(data))


def fault_of(data: bytes) -> str:
    layout = layout_of(data)
    assert layout.store is not None
    return layout.store.fault


def track(*tables: bytes, local: int = 1) -> bytes:
    references = box("dinf", full("dref", struct.pack(">I", 1), full("url ", flags=local)))
    kind = full("hdlr", bytes(4), b"vide", bytes(13))
    return box("trak", full("tkhd", bytes(80)), box("mdia", kind, box("minf", references, box("stbl", *tables))))


def film(*tables: bytes, before: bytes = b"", local: int = 1, store: bytes = STORE) -> bytes:
    return START + before + store + box("moov", full("mvhd", bytes(96)), track(*tables, local=local)) + box("mdat", b"media")


@pytest.mark.parametrize("kind", ["stco", "co64"])
def test_a_chunk_that_begins_in_the_store(kind: str) -> None:
    whole = len(film(table(kind, [0, 0])))
    assert fault_of(film(table(kind, [whole - 5, whole - 2]))) == ""
    assert fault_of(film(table(kind, [whole - 5, INSIDE]))) == FAULT
    # The first and the last byte of the box, and those beside it.
    end = len(START) + len(STORE)
    assert [fault_of(film(table(kind, [at]))) for at in (len(START) - 1, len(START), end - 1, end)] == ["", FAULT, FAULT, ""]


def sized(sizes: list[int], runs: list[tuple[int, int]]) -> tuple[bytes, bytes]:
    lengths = full("stsz", struct.pack(">II", 0, len(sizes)), struct.pack(f">{len(sizes)}I", *sizes))
    return lengths, full("stsc", struct.pack(">I", len(runs)), *(struct.pack(">III", first, count, 1) for first, count in runs))


@pytest.mark.parametrize(("sizes", "fault"), [([4, 4, 2, 2], ""), ([4, 4, 8, 1], FAULT), ([4, 4, 2, 3], FAULT), ([12, 1, 1, 1], FAULT)])
def test_a_chunk_that_reaches_into_the_store(sizes: list[int], fault: str) -> None:
    """Two samples in the first chunk and one in each of the others, in 16 bytes in front of the store."""
    media = box("mdat", bytes(12))
    at = len(START) + 8
    found = film(table("stco", [at, at + 8, at + 10]), *sized(sizes, [(1, 2), (2, 1)]), before=media)
    assert fault_of(found) == fault


def test_samples_of_one_size_and_media_elsewhere_are_left_alone() -> None:
    uniform = full("stsz", struct.pack(">II", 10_000, 1))
    runs = full("stsc", struct.pack(">IIII", 1, 1, 1, 1))
    assert fault_of(film(table("stco", [len(START) - 1]), uniform, runs)) == ""
    assert fault_of(film(table("stco", [INSIDE]), local=0)) == ""


def test_broken_tables_are_a_remark() -> None:
    layout = layout_of(film(full("stco", struct.pack(">I", 99))))
    assert layout.store is not None
    assert layout.remarks == (
        f"The description of the content is damaged: the table stco is shorter than its number of entries in BMFF at byte "
        f"{film(full('stco', struct.pack('>I', 99))).index(b'stco') - 4:,}.",
    )


@pytest.mark.parametrize(
    ("header", "run", "fault"),
    [
        (full("tfhd", struct.pack(">I", 1)), full("trun", struct.pack(">Ii", 1, 300), flags=1), ""),
        (full("tfhd", struct.pack(">I", 1)), full("trun", struct.pack(">Ii", 1, -500), flags=1), FAULT),
        (full("tfhd", struct.pack(">IQ", 1, INSIDE), flags=1), full("trun", struct.pack(">I", 1)), FAULT),
        (full("tfhd", struct.pack(">IQI", 1, 10, 50), flags=0x11), full("trun", struct.pack(">I", 1)), FAULT),
        (full("tfhd", struct.pack(">IQI", 1, 10, 3), flags=0x11), full("trun", struct.pack(">I", 1)), ""),
        (full("tfhd", struct.pack(">IQ", 1, 10), flags=1), full("trun", struct.pack(">IIIII", 2, 9, 2, 9, 2), flags=0x300), ""),
        (full("tfhd", struct.pack(">IQ", 1, 10), flags=1), full("trun", struct.pack(">IIIII", 2, 9, 2, 9, 9), flags=0x300), FAULT),
    ],
    ids=["behind", "in front", "base", "reaching in", "ending before", "sizes", "sizes reaching in"],
)
def test_runs_of_fragments(header: bytes, run: bytes, fault: str) -> None:
    fragment = box("moof", full("mfhd", bytes(4)), box("traf", header, run)) + box("mdat", b"media")
    assert fault_of(film(table("stco", [])) + fragment) == fault


@pytest.mark.parametrize("data", [film_of(), film_of(kind="co64", media_first=True), fragmented(), film_of(handlers=(b"soun",))])
def test_sound_films(data: bytes) -> None:
    assert fault_of(embedded(data, store_of(500))) == ""
