"""The data hash alone: update manifests that moved it, what is told, and values that nobody would write."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, EditedSource, Span, detect
from credkit.binding import BINDINGS, BindingOutcome, BindingTarget
from credkit.limits import DEFAULT_LIMITS
from tests.forge.files import plain, signed, standard
from tests.verify.test_hostile import ODD

URI = "self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/c2pa.hash.data"
MATCH = ["assertion.dataHash.match"]
MISMATCH = ["assertion.dataHash.mismatch"]
MALFORMED = ["assertion.dataHash.malformed"]
ADDITIONAL = "assertion.dataHash.additionalExclusionsPresent"


def target(asset: bytes, *, updated: bool = False, embedded: bool = True, algorithm: object = "sha256") -> BindingTarget:
    source = BytesSource(asset)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    return BindingTarget(
        source=source, layout=layout, format=found, embedded=embedded, updated=updated, algorithm=algorithm, limits=DEFAULT_LIMITS
    )


def check(label: str, value: Any, of: BindingTarget) -> BindingOutcome:
    return BINDINGS[label](value, URI, of)


def codes(outcome: BindingOutcome) -> list[str]:
    return [s.code for s in outcome.statuses]


def value(asset: bytes, *spans: Span, **more: Any) -> dict[str, Any]:
    """A data hash of ``asset`` without the spans, whatever lies there."""
    left, position = bytearray(), 0
    for span in spans:
        left += asset[position : span.start]
        position = span.end
    ranges = [{"start": span.start, "length": span.length} for span in spans]
    return {"exclusions": ranges, "hash": hashlib.sha256(bytes(left) + asset[position:]).digest()} | more


def with_xmp(kind: str) -> bytes:
    """A signed file with XMP behind its store."""
    source = BytesSource(plain(kind))
    found = detect(source)
    assert found is not None
    written = EditedSource(source, found.with_metadata(source, found.scan(source), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>").pieces)
    return signed(standard(), asset=written.read(0, written.size))


def store(of: BindingTarget) -> Span:
    return of.store_frames[0]


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_algorithms(algorithm: str) -> None:
    asset = signed(standard())
    of = target(asset, algorithm=algorithm)
    frame = store(of)
    digest = hashlib.new(algorithm, asset[: frame.start] + asset[frame.end :]).digest()
    stated = value(asset, frame, hash=digest)
    assert codes(check("c2pa.hash.data", stated, of)) == MATCH
    assert codes(check("c2pa.hash.data", stated | {"alg": algorithm}, target(asset, algorithm=None))) == MATCH
    assert codes(check("c2pa.hash.data", stated, target(asset, algorithm=None))) == ["algorithm.unsupported"]


@pytest.mark.parametrize("shorter", [0, 1, 700])
def test_a_store_that_update_manifests_made_longer(shorter: int) -> None:
    """The exclusion was written for the store as it was; behind it everything has moved along."""
    asset = with_xmp("png")
    of = target(asset, updated=True)
    frame, (block,) = store(of), of.layout.metadata
    old = Span(frame.start, frame.length - shorter)
    behind = Span(block.frame.start - (shorter if block.frame.start > frame.start else 0), block.frame.length)
    now = value(asset, *sorted((frame, block.frame)))
    ranges = [{"start": span.start, "length": span.length} for span in sorted((old, behind))]
    outcome = check("c2pa.hash.data", now | {"exclusions": ranges}, of)
    assert codes(outcome) == [ADDITIONAL, *MATCH]
    assert len(outcome.unprotected) == 1
    if shorter:
        assert codes(check("c2pa.hash.data", now | {"exclusions": ranges}, target(asset))) == MISMATCH


def test_a_store_that_begins_elsewhere_is_not_stretched() -> None:
    asset = signed(standard())
    of = target(asset, updated=True)
    frame = store(of)
    assert codes(check("c2pa.hash.data", value(asset, Span(frame.start + 1, frame.length - 1)), of)) == MISMATCH


def test_without_a_store_nothing_is_excluded() -> None:
    asset = plain()
    of = target(asset, embedded=False)
    assert codes(check("c2pa.hash.data", value(asset), of)) == MATCH
    assert codes(check("c2pa.hash.data", value(asset, Span(30, 4)), of)) == MISMATCH
    assert codes(check("c2pa.hash.data", {"hash": value(asset)["hash"]}, of)) == MATCH


def test_a_store_in_the_file_that_is_not_the_one_judged() -> None:
    """When a store beside the file is judged against a file that has one of its own, that one may be left out."""
    asset = signed(standard())
    of = target(asset, embedded=False)
    assert codes(check("c2pa.hash.data", value(asset, store(of)), of)) == MATCH
    assert codes(check("c2pa.hash.data", value(asset), of)) == MATCH


def test_failures_say_why() -> None:
    asset = signed(standard())
    of = target(asset)
    (failed,) = check("c2pa.hash.data", value(asset, Span(0, 2)), of).statuses
    assert failed.explanation == "No excluded range equals the place where the manifest store lies."
    (failed,) = check("c2pa.hash.data", value(asset, store(of), Span(len(asset) - 40, 10)), of).statuses
    assert failed.explanation is not None
    assert "10 bytes at" in failed.explanation
    assert failed.url == URI


@settings(max_examples=100, deadline=None)
@given(ODD)
def test_any_value(odd: Any) -> None:
    of = target(signed_once())
    for label in BINDINGS:
        outcome = check(label, odd, of)
        assert outcome.statuses
        assert not any(code.endswith(".match") for code in codes(outcome))


NUMBERS = st.integers(-10, 3000) | st.integers(2**62, 2**65)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=5), st.booleans(), st.booleans())
def test_any_exclusions(ranges: list[tuple[int, int]], updated: bool, embedded: bool) -> None:
    asset = signed_once()
    of = target(asset, updated=updated, embedded=embedded)
    stated = {"exclusions": [{"start": start, "length": length} for start, length in ranges], "hash": bytes(32)}
    assert codes(check("c2pa.hash.data", stated, of)) in (MISMATCH, MALFORMED, [ADDITIONAL, *MISMATCH])


@cache
def signed_once() -> bytes:
    return signed(standard())
