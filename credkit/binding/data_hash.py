"""``c2pa.hash.data``: one digest over the file without some ranges.

Clause: "Validating a data hash" (anchor ``_validating_a_data_hash``). The check is positional: where the store really lies is
known from an independent parse of the container, and one excluded range has to equal exactly that. Sums of lengths are not
enough; forgeries were built on that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from credkit.assets import Span
from credkit.assets.engine import hash_ranges, included
from credkit.binding.target import BindingOutcome, BindingTarget, Gap
from credkit.errors import MalformedError
from credkit.status import Status, StatusCode, status

if TYPE_CHECKING:
    from credkit.binding.output import Output, PlannedBinding

__all__ = ["check_data_hash", "plan_data_hash"]

_NAME = "jumbf manifest"


def plan_data_hash(output: Output) -> PlannedBinding:
    """One digest over the output without its exclusions."""
    from credkit.binding.output import PlannedBinding
    from credkit.manifest.assertions.data_hash import DataHash

    exclusions = output.exclusions

    def state(digests: Sequence[bytes]) -> DataHash:
        ranges = tuple((span.start, span.length) for span in exclusions)
        return DataHash(digests[0], exclusions=ranges, alg=output.algorithm, name=_NAME)

    return PlannedBinding(parts=(tuple(included(output.written.size, exclusions)),), state=state)


def check_data_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """Judge one data hash assertion (decoded ``value`` at ``uri``) against an asset."""
    try:
        exclusions = _exclusions(value, target.limits.exclusions)
    except MalformedError as error:
        return _failed(StatusCode.ASSERTION_DATA_HASH_MALFORMED, uri, error.message)
    if target.updated:
        exclusions = _stretched(exclusions, target)
    problem = _position_problem(exclusions, target)
    if problem:
        return _failed(StatusCode.ASSERTION_DATA_HASH_MISMATCH, uri, problem)
    extra = [span for span in exclusions if span not in target.store_frames]
    try:
        found = hash_ranges(target.source, target.nearest_algorithm(value.get("alg")), tuple(exclusions))
    except MalformedError as error:
        if error.code != "algorithm.unsupported":
            raise
        return _failed(StatusCode.ALGORITHM_UNSUPPORTED, uri, error.message)
    statuses: list[Status] = []
    if extra:
        statuses.append(status(StatusCode.ASSERTION_DATA_HASH_ADDITIONAL_EXCLUSIONS_PRESENT, uri))
    fits = found.matches(value.get("hash"))
    statuses.append(status(StatusCode.ASSERTION_DATA_HASH_MATCH if fits else StatusCode.ASSERTION_DATA_HASH_MISMATCH, uri))
    hashed = tuple(included(target.source.size, tuple(exclusions))) if fits else ()
    return BindingOutcome(statuses=tuple(statuses), hashed=hashed, gaps=tuple(_gap(span, target) for span in extra))


def _failed(code: StatusCode, uri: str, message: str) -> BindingOutcome:
    return BindingOutcome(statuses=(status(code, uri, message),))


def _exclusions(value: Any, most: int) -> list[Span]:
    """The excluded ranges; ``MalformedError`` when they are negative, unsorted, overlapping or too many. Empty ranges say
    nothing and are dropped.
    """
    if not isinstance(value, dict):
        raise MalformedError("the assertion is not a map")
    entries = value.get("exclusions") or []
    if not isinstance(entries, list) or len(entries) > most:
        raise MalformedError(f"exclusions is not a list of at most {most:,} ranges")
    spans: list[Span] = []
    for entry in entries:
        start, length = (entry.get(key) if isinstance(entry, dict) else None for key in ("start", "length"))
        if type(start) is not int or type(length) is not int or start < 0 or length < 0:
            raise MalformedError("an exclusion lacks a start or length that is a whole number")
        if spans and start < spans[-1].end:
            raise MalformedError("exclusions overlap or are out of order")
        spans.append(Span(start, length))
    return [span for span in spans if span.length]


def _stretched(exclusions: list[Span], target: BindingTarget) -> list[Span]:
    """Update manifests made the store longer: its exclusion takes the present length, later ones move along."""
    if target.layout.store and target.layout.store.pinned:
        return exclusions
    frame = next(iter(target.store_frames), None)
    old = next((span for span in exclusions if frame and span.start == frame.start), None)
    if frame is None or old is None:
        return exclusions
    shift = frame.length - old.length
    return [frame if span is old else Span(span.start + shift, span.length) if span.start > old.start else span for span in exclusions]


def _position_problem(exclusions: list[Span], target: BindingTarget) -> str | None:
    """Why the ranges do not fit the places in this file; None when they do."""
    frames = target.store_frames
    if target.embedded and target.layout.store and target.layout.store.scattered:
        return "there are foreign bytes between the parts of the manifest store"
    if target.embedded and not all(frame in exclusions for frame in frames):
        return "no excluded range equals the place where the manifest store lies"
    for span in exclusions:
        if span in frames:
            continue
        if span.end > target.source.size:
            return "an excluded range reaches past the end of the file"
        if not target.embedded:
            # Anyone could take the store out, put metadata of the same length in its place, and keep the store beside the file.
            return f"{span.length:,} bytes at {span.start:,} are excluded, but the manifest store does not lie in the file"
        if any(span.start < frame.end and frame.start < span.end for frame in frames):
            return "an excluded range covers more or less than the manifest store"
        if span not in target.layout.size_fields and target.metadata_kind(span) is None:
            return f"{span.length:,} bytes at {span.start:,} are excluded that are neither the manifest store nor metadata"
    return None


def _gap(span: Span, target: BindingTarget) -> Gap:
    if span in target.layout.size_fields:
        # That the store grows is not news: the fields that say how large it is are told by the code alone. The scan holds them against it.
        return Gap(words="field with the size of the manifest store", spans=(span,), told=False, checked=True)
    kind = (target.metadata_kind(span) or "data").upper()
    return Gap(words=f"{kind} metadata, {span.length:,} bytes at {span.start:,}", spans=(span,))
