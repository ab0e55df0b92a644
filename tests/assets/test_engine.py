from __future__ import annotations

import hashlib
import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import (
    BytesSource,
    Copy,
    Edit,
    Insert,
    Metadata,
    Span,
    StoreLocation,
    fill,
    frame,
    hash_parts,
    hash_ranges,
    read_store,
    write,
    write_hashed,
)
from credkit.assets.engine import included, read_block
from credkit.errors import MalformedError
from credkit.limits import Limits

DATA = bytes(range(256)) * 4


@given(cuts=st.lists(st.integers(0, len(DATA)), max_size=10))
@settings(max_examples=80, deadline=None)
def test_hash_leaves_exclusions_out(cuts):
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    exclusions = tuple(Span(first, last - first) for first, last in zip(cuts[::2], cuts[1::2], strict=True))
    kept = b"".join(DATA[span.start : span.end] for span in included(len(DATA), exclusions))
    expected, position = b"", 0
    for span in exclusions:
        expected += DATA[position : span.start]
        position = span.end
    expected += DATA[position:]
    assert kept == expected
    assert hash_ranges(BytesSource(DATA), "sha256", exclusions).value == hashlib.sha256(expected).digest()
    edit = Edit(pieces=(Copy(Span(0, 100)), Insert(DATA[100:200]), Copy(Span(200, len(DATA) - 200))))
    sink = io.BytesIO()
    kept_parts = tuple(included(len(DATA), exclusions))
    marked = (b"first", *(part for span in kept_parts for part in (span, b"|")))
    digests = write_hashed(BytesSource(DATA), edit, sink, "sha256", [kept_parts, marked, ()])
    assert sink.getvalue() == DATA
    assert digests[0].value == hashlib.sha256(expected).digest()
    assert digests[1].value == hashlib.sha256(b"first" + b"".join(DATA[span.start : span.end] + b"|" for span in kept_parts)).digest()
    assert digests[1] == hash_parts(BytesSource(DATA), "sha256", marked)
    assert digests[2].value == hashlib.sha256().digest()


def test_what_is_not_there_or_out_of_order_is_not_hashed():
    edit = Edit(pieces=(Copy(Span(0, len(DATA))),))
    for parts in ((Span(5, 5), Span(0, 2)), (Span(len(DATA) - 1, 2),)):
        with pytest.raises(ValueError, match="digest"):
            write_hashed(BytesSource(DATA), edit, io.BytesIO(), "sha256", [parts])
    with pytest.raises(MalformedError):
        hash_parts(BytesSource(DATA), "sha256", (Span(len(DATA) - 1, 2),))


@pytest.mark.parametrize(
    ("exclusions", "code"),
    [
        ((Span(5, 5), Span(9, 2)), "assertion.dataHash.malformed"),
        ((Span(9, 2), Span(1, 2)), "assertion.dataHash.malformed"),
        ((Span(-1, 2),), "assertion.dataHash.malformed"),
        ((Span(5, -1),), "assertion.dataHash.malformed"),
        ((Span(0, len(DATA) + 1),), "assertion.dataHash.mismatch"),
        ((Span(1 << 63, 1 << 63),), "assertion.dataHash.mismatch"),
    ],
)
def test_bad_exclusions_are_refused_before_reading(exclusions, code):
    seen = []
    with pytest.raises(MalformedError) as caught:
        hash_ranges(BytesSource(DATA), "sha256", exclusions, on_bytes=seen.append)
    assert caught.value.code == code
    assert seen == []


@pytest.mark.parametrize("algorithm", ["md5", "sha3_256", "", None, 5, ["sha256"]])
def test_algorithms_that_c2pa_does_not_know(algorithm):
    with pytest.raises(MalformedError) as caught:
        hash_ranges(BytesSource(DATA), algorithm)
    assert caught.value.code == "algorithm.unsupported"


def test_write_reports_progress_and_keeps_the_position_of_the_sink():
    sink, seen = io.BytesIO(b"before"), []
    sink.seek(6)
    write(BytesSource(DATA), Edit(pieces=(Insert(b"--"), Copy(Span(1, 3)))), sink, on_bytes=seen.append)
    assert sink.getvalue() == b"before--" + DATA[1:4]
    assert seen == [2, 5]


class Reluctant(io.BytesIO):
    """Takes seven bytes at a time, as an unbuffered file may."""

    def write(self, data) -> int:
        return super().write(bytes(data)[:7])


def test_a_sink_that_takes_little_gets_everything():
    edit = Edit(pieces=(Copy(Span(0, 100)), Insert(DATA[100:])), exclusions=(Span(100, len(DATA) - 100),))
    first, second = Reluctant(), Reluctant()
    write(BytesSource(DATA), edit, first)
    write_hashed(BytesSource(DATA), edit, second, "sha256", ())
    assert first.getvalue() == second.getvalue() == DATA
    fill(second, edit, Edit(pieces=(Copy(Span(0, 100)), Insert(bytes(len(DATA) - 100))), exclusions=edit.exclusions))
    assert second.getvalue() == DATA[:100] + bytes(len(DATA) - 100)


def test_frame_must_be_inserted():
    edit = Edit(pieces=(Copy(Span(0, 4)), Insert(b"abcd"), Copy(Span(4, 4))), exclusions=(Span(4, 4),))
    assert frame(edit) == b"abcd"
    assert frame(Edit(pieces=edit.pieces, exclusions=(Span(5, 2),))) == b"bc"
    with pytest.raises(ValueError, match="does not insert"):
        frame(Edit(pieces=edit.pieces, exclusions=(Span(3, 4),)))


def test_read_store_joins_slices_and_keeps_to_the_limit():
    location = StoreLocation(slices=(Span(2, 3), Span(10, 2)), frame=(Span(0, 12),))
    assert read_store(BytesSource(DATA), location, Limits(store_size=5)) == DATA[2:5] + DATA[10:12]
    for bad, limits in (
        (location, Limits(store_size=4)),
        (StoreLocation(slices=(Span(1_020, 5),), frame=()), Limits()),
        (StoreLocation(slices=location.slices, frame=location.frame, fault="its parts contradict each other"), Limits()),
    ):
        with pytest.raises(MalformedError) as caught:
            read_store(BytesSource(DATA), bad, limits)
        assert caught.value.code == "manifest.inaccessible.malformed"


def test_a_packed_store_is_bounded_by_its_own_size():
    for size, ratio, fine in (((1 << 20), 0, True), ((1 << 20) + 1, 0, False), ((1 << 20) + 1, 1, True), (3 << 20, 1, False)):
        packed = zlib.compress(bytes(size))
        location = StoreLocation(slices=(Span(0, len(packed)),), frame=(), deflated=True)
        if fine:
            assert read_store(BytesSource(packed), location, Limits(decompressed_ratio=ratio)) == bytes(size)
        else:
            with pytest.raises(MalformedError, match="unpacks to more than"):
                read_store(BytesSource(packed), location, Limits(decompressed_ratio=ratio))


def test_a_metadata_block_is_read_whole_and_within_bounds():
    packed = zlib.compress(DATA)

    def block(data, *, compressed, most=1_024):
        spans = (Span(0, 5), Span(5, len(data) - 5))
        found = Metadata(kind="xmp", slices=spans, frame=Span(0, len(data)), compressed=compressed)
        return read_block(BytesSource(data), found, Limits(metadata_size=most))

    assert block(DATA, compressed=False) == block(packed, compressed=True) == DATA
    for data, compressed, most, fault in (
        (DATA, False, len(DATA) - 1, "is larger than 1,023 bytes"),
        (packed, True, len(DATA) - 1, "unpacks to more than 1,023 bytes"),
        (b"no deflated value", True, len(DATA), "is damaged"),
    ):
        with pytest.raises(MalformedError, match=fault):
            block(data, compressed=compressed, most=most)
