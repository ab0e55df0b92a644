"""The multi-asset hash alone: parts that are boxes of a film, what is told of parts, and values that nobody would write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, EditedSource, JpegFormat, Span
from credkit.binding import BindingOutcome, BindingTarget
from credkit.binding.multi_asset import PartAssertion, check_multi_asset
from credkit.limits import DEFAULT_LIMITS
from credkit.provenance import render
from credkit.status import Kind
from tests.binding.bmff_tables import Made, bmff_target
from tests.forge.bmff import bmff_hash, box, film
from tests.forge.files import plain, signed, standard
from tests.forge.parts import FILM, GAIN_MAP, several
from tests.verify.case import judge
from tests.verify.tables import multi_asset
from tests.verify.test_hostile import ODD

URI = "self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/c2pa.hash.multi-asset"
MATCH, MISMATCH, MALFORMED, MISSING = multi_asset.MATCH, multi_asset.MISMATCH, multi_asset.MALFORMED, multi_asset.MISSING
INNER = b"".join(film(b"the film of a motion photo"))
OUTER = [*film(), box("mpvd", INNER)]
FIRST = sum(map(len, OUTER)) - len(INNER)


def digest(data: bytes, **more: Any) -> dict[str, Any]:
    return {"alg": "sha256", "hash": hashlib.sha256(data).digest()} | more


def resolver(*hashes: tuple[str, dict[str, Any]]) -> Callable[[str], PartAssertion | None]:
    found = {
        label: PartAssertion(label=label.partition("__")[0], uri=f"self#jumbf=/c2pa/x/{label}", value=value) for label, value in hashes
    }
    return found.get


def motion(
    location: dict[str, Any], *more: dict[str, Any], roots: list[bytes] | None = None, inner: dict[str, Any] | None = None
) -> list[str]:
    """Codes for a picture file with a film in a box at its end."""
    roots = roots or OUTER
    resolve = resolver(
        ("c2pa.hash.data.part", digest(b"".join(OUTER)[:FIRST])),
        ("c2pa.hash.bmff.v3.part", inner or bmff_hash(film(b"the film of a motion photo"))),
    )
    parts = [
        {"location": {"byteOffset": 0, "length": FIRST}, "hashAssertion": "c2pa.hash.data.part"},
        {"location": location, "hashAssertion": {"url": "c2pa.hash.bmff.v3.part", "hash": b""}, "optional": True},
        *more,
    ]
    outcome = check_multi_asset({"parts": parts}, URI, bmff_target(Made(None, roots)), resolve)
    assert all(found.url == URI for found in outcome.statuses)
    return [found.code for found in outcome.statuses]


def test_a_film_in_a_box() -> None:
    assert motion({"bmffBox": "/mpvd"}) == [MATCH]
    assert motion({"bmffBox": "/mpvd[1]"}) == [MATCH]


@pytest.mark.parametrize("path", ["/mpvd[2]", "mpvd", "/nope", "//mpvd", "/moov/trak", "/mdat/abcd", 7, None])
def test_a_box_that_is_not_there_or_not_the_only_one(path: object) -> None:
    assert motion({"bmffBox": path}) == [MALFORMED]


def test_a_box_that_is_gone_is_malformed_even_if_optional() -> None:
    """The clause asks for the box before it asks whether the part may be missing."""
    assert motion({"bmffBox": "/mpvd"}, roots=film()) == [MALFORMED]


def test_the_film_in_the_box_changed() -> None:
    assert motion({"bmffBox": "/mpvd"}, roots=[*OUTER[:-1], OUTER[-1].replace(b"motion", b"Motion")]) == [MISMATCH]


def test_the_header_of_the_box_belongs_to_the_part_in_front() -> None:
    assert motion({"byteOffset": FIRST, "length": len(INNER)}) == [MATCH]
    assert motion({"byteOffset": FIRST - 8, "length": 8 + len(INNER)}) == [MALFORMED]


def test_boxes_are_counted_over_all_parts() -> None:
    parts = [{"location": {"bmffBox": "/mpvd"}, "hashAssertion": "c2pa.hash.data.part"}] * 3
    resolve = resolver(("c2pa.hash.data.part", digest(b"")))
    limits = replace(DEFAULT_LIMITS, bmff_boxes=2 * len(OUTER))
    outcome = check_multi_asset({"parts": parts}, URI, bmff_target(Made(None, OUTER), limits), resolve)
    assert [found.code for found in outcome.statuses] == [MALFORMED]
    assert "more than 12 boxes" in str(outcome.statuses[0].explanation)


def with_xmp() -> tuple[bytes, BindingTarget]:
    """A signed picture with XMP behind its store, twice in one file."""
    form = JpegFormat()
    source = BytesSource(plain())
    edited = EditedSource(source, form.with_metadata(source, form.scan(source), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>").pieces)
    first = signed(standard(), asset=edited.read(0, edited.size))
    whole = BytesSource(first + first)
    layout = form.scan(BytesSource(first))
    target = BindingTarget(
        source=whole, layout=layout, format=form, embedded=True, updated=False, algorithm="sha256", limits=DEFAULT_LIMITS
    )
    return first, target


def without(data: bytes, *spans: Span) -> dict[str, Any]:
    left = data
    for span in sorted(spans, reverse=True):
        left = left[: span.start] + left[span.end :]
    return digest(left, exclusions=[{"start": span.start, "length": span.length} for span in sorted(spans)])


def of_two(first: dict[str, Any], second: dict[str, Any], length: int, target: BindingTarget) -> BindingOutcome:
    resolve = resolver(("c2pa.hash.data.part", first), ("c2pa.hash.data.part__1", second))
    parts = [
        {"location": {"byteOffset": 0, "length": length}, "hashAssertion": "c2pa.hash.data.part"},
        {"location": {"byteOffset": length, "length": length}, "hashAssertion": "c2pa.hash.data.part__1"},
    ]
    return check_multi_asset({"parts": parts}, URI, target, resolve)


def test_what_parts_leave_out_is_told() -> None:
    data, target = with_xmp()
    store, xmp = target.store_frames[0], target.layout.metadata[0].frame
    outcome = of_two(without(data, store, xmp), digest(data), len(data), target)
    assert [found.code for found in outcome.statuses] == ["assertion.dataHash.additionalExclusionsPresent", MATCH]
    assert outcome.unprotected == (f"part 1: XMP metadata, {xmp.length} bytes at {xmp.start:,}",)


def test_a_store_of_a_film_that_is_a_part_is_told() -> None:
    """The hash of the film leaves it out, and nobody judges it: it may say anything."""
    report = judge(several(GAIN_MAP, FILM, change=lambda data: data.replace(b"a store", b"another", 1)))
    assert report.state == "Valid"
    assert report.unprotected == ("part 3: a box of C2PA that belongs to no manifest store, 52 bytes",)


def test_another_store_in_a_part_is_content() -> None:
    """Only the store that is judged may be left out: it is not known what another one is."""
    data, target = with_xmp()
    store = target.store_frames[0]
    assert [s.code for s in of_two(without(data, store), digest(data), len(data), target).statuses] == [MATCH]
    assert [s.code for s in of_two(without(data, store), without(data, store), len(data), target).statuses] == [MISMATCH]


def test_a_store_beside_the_file_has_no_place_in_a_part() -> None:
    data, target = with_xmp()
    beside = replace(target, embedded=False)
    assert [s.code for s in of_two(without(data, target.store_frames[0]), digest(data), len(data), beside).statuses] == [MISMATCH]
    assert [s.code for s in of_two(digest(data), digest(data), len(data), beside).statuses] == [MATCH]


def test_boxes_of_a_part_of_no_known_format() -> None:
    data, target = with_xmp()
    target = replace(target, source=BytesSource(data + b"notes"))
    resolve = resolver(
        ("c2pa.hash.data.part", without(data, target.store_frames[0])), ("c2pa.hash.boxes.part", {"boxes": [{"names": ["x"], "hash": b""}]})
    )
    parts = [
        {"location": {"byteOffset": 0, "length": len(data)}, "hashAssertion": "c2pa.hash.data.part"},
        {"location": {"byteOffset": len(data), "length": 5}, "hashAssertion": "c2pa.hash.boxes.part"},
    ]
    assert [s.code for s in check_multi_asset({"parts": parts}, URI, target, resolve).statuses] == [MISMATCH]


@pytest.mark.parametrize(
    ("name", "intact"),
    [
        ("the gain map cut off", True),
        ("whole", True),
        ("the gain map changed", False),
        ("the gain map cut off, which is not optional", False),
        ("no parts", None),
    ],
)
def test_what_the_report_says_of_the_content(name: str, intact: bool | None) -> None:
    line = next(line for line in multi_asset.CASES if line.name == name)
    assert judge(line.make(), policy=line.policy()).content_intact is intact


def test_what_was_taken_away_is_told() -> None:
    line = next(line for line in multi_asset.CASES if line.name == "the film and the gain map cut off")
    report = judge(line.make(), policy=line.policy())
    assert report.remarks == tuple(f"part {number} of the file, which the signer marked as optional, is not there" for number in (2, 3))
    words = " ".join(render(report, "story").split())
    assert "what is left of the file was not changed since" in words
    assert "nothing was changed since" not in words


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 3000), st.integers(0, 2**64), st.integers(0, 2**64), st.booleans())
def test_odd_growth(start: int, length: int, at: int, near: bool) -> None:
    """Under update manifests a part may state any exclusion."""
    data, target = with_xmp()
    begin = target.store_frames[0].start if near else start
    first = digest(data, exclusions=[{"start": begin, "length": length}])
    outcome = of_two(first, digest(data), at, replace(target, updated=True))
    assert [found.code for found in outcome.statuses][-1] in (MISMATCH, MALFORMED, MISSING)


PLACE = st.dictionaries(st.sampled_from(["byteOffset", "length", "bmffBox"]), ODD | st.integers(0, 400) | st.just("/mpvd"))
PART = st.dictionaries(
    st.sampled_from(["location", "locator", "hashAssertion", "optional"]),
    ODD | PLACE | st.sampled_from(["c2pa.hash.data.part", "c2pa.hash.bmff.v3.part"]),
)


@settings(max_examples=100, deadline=None)
@given(ODD | st.fixed_dictionaries({"parts": st.lists(PART | ODD, max_size=4)}))
def test_odd_values(value: Any) -> None:
    resolve = resolver(("c2pa.hash.data.part", digest(b"")), ("c2pa.hash.bmff.v3.part", bmff_hash(film())))
    statuses = check_multi_asset(value, URI, bmff_target(Made(None, OUTER)), resolve).statuses
    assert sum(found.kind is not Kind.INFORMATIONAL for found in statuses) == 1
