"""``c2pa.hash.segment``: the checkpoints of a file that only grows.

Clause: "Validating a segment hash" (anchor ``_validating_a_segment_hash``). Positions are those that a scan of the file found, never those
that an assertion claims for itself. All checkpoints are followed back to the first, so that every byte of the file is covered; the time
that takes grows with the file, not with its square, because each checkpoint has to lie before the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.assets import Source, Span
from credkit.assets.json_lines import checkpoint_store
from credkit.binding.target import BindingOutcome, BindingTarget
from credkit.codec.digest import Digest, digest
from credkit.codec.fields import Fields
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.manifest.claim import Claim
from credkit.manifest.store import parse_store
from credkit.status import StatusCode, status

__all__ = ["Segment", "check_segment_hash", "read_segment", "segment_fault"]

_VERSION = 1
_LABEL = "c2pa.hash.segment"
_MALFORMED = "assertion.segmentHash.malformed"
_MISMATCH = "assertion.segmentHash.mismatch"
_COVERAGE = "assertion.segmentHash.partialCoverage"
_PREDECESSOR = "assertion.segmentHash.predecessorMismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """What one segment hash assertion states."""

    start: int
    end: int
    hash: bytes = field(repr=False)
    algorithm: object
    """As stated; None when the claim's counts."""
    before: Span | None
    """The line of the checkpoint before; None for the first."""
    before_hash: bytes = field(default=b"", repr=False)


def read_segment(value: Any) -> Segment:
    """The assertion of a checkpoint whose store stands in its line; ``MalformedError`` (``assertion.segmentHash.malformed``)."""
    fields = Fields(value, path="segment hash", code=_MALFORMED)
    if fields.need_integer("version") != _VERSION:
        raise fields.error("version", f"is not {_VERSION}, so the rules of the assertion are not known")
    start, end = fields.need_integer("segmentStart"), fields.need_integer("segmentEnd")
    if not 0 <= start <= end:
        raise fields.error("segmentEnd", "lies before the start")
    if "sentinelLength" in fields:
        raise fields.error("sentinelLength", "belongs to checkpoints whose manifest store is kept elsewhere")
    before = fields.map("predecessorSentinel")
    span = Span(before.need_integer("start"), before.need_integer("length")) if before else None
    if span and (span.start < 0 or span.length < 1):
        raise fields.error("predecessorSentinel", "is no place in a file")
    return Segment(
        start=start,
        end=end,
        hash=fields.need_bytes("hash"),
        algorithm=fields.text("alg") or None,
        before=span,
        before_hash=before.need_bytes("hash") if before else b"",
    )


def check_segment_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """Judge the segment hash (decoded ``value`` at ``uri``) of the last checkpoint, and all before it, against the file."""
    location = target.layout.store
    remarks: list[str] = []
    hashed: list[Span] = []
    try:
        if location is None or not location.base64 or not target.embedded:
            raise _fault(_MISMATCH, "the manifest does not stand in the line of a checkpoint of this file")
        segment, line = read_segment(value), location.frame[0]
        _check(target.source, segment, line, target.nearest_algorithm(segment.algorithm))
        if line.end != target.source.size:
            raise _fault(_COVERAGE, f"{target.source.size - line.end:,} bytes were appended behind the last checkpoint")
        hashed.append(Span(segment.start, segment.end - segment.start))
        hashed += _check_chain(target.source, segment, target.nearest_algorithm(segment.algorithm), target.limits, remarks)
    except MalformedError as error:
        if error.code not in (_MALFORMED, _MISMATCH, _COVERAGE, _PREDECESSOR, "algorithm.unsupported"):
            raise
        return BindingOutcome(statuses=(status(StatusCode(error.code), uri, str(error)),))
    return BindingOutcome(statuses=(status(StatusCode.ASSERTION_SEGMENT_HASH_MATCH, uri),), hashed=tuple(hashed), remarks=tuple(remarks))


def segment_fault(source: Source, store: bytes, line: Span, limits: Limits) -> str:
    """What is wrong with one checkpoint (its ``store``, its ``line``) and the line of the one before it, in words; empty for nothing.

    Checkpoints further up are not looked at, and neither are signatures.
    """
    try:
        segment, algorithm = _segment_of(store, line, limits)
        _check(source, segment, line, algorithm)
        before = segment.before
        if before and not _digest(source, algorithm, before.start, before.length).matches(segment.before_hash):
            raise _fault(_PREDECESSOR, f"the checkpoint at byte {before.start:,} is not the one that it follows")
    except MalformedError as error:
        return str(error)
    return ""


def _fault(code: str, message: str) -> MalformedError:
    return MalformedError(message, code=code)


def _digest(source: Source, algorithm: object, start: int, length: int) -> Digest:
    return digest(algorithm, source.chunks(start, length))


def _check(source: Source, segment: Segment, line: Span, algorithm: object) -> None:
    """One segment against the file, and that it begins where the checkpoint before it ends."""
    if segment.end != line.start:
        raise _fault(_MISMATCH, f"the line of the checkpoint stands at byte {line.start:,} and was signed for byte {segment.end:,}")
    if not _digest(source, algorithm, segment.start, segment.end - segment.start).matches(segment.hash):
        raise _fault(_MISMATCH, f"the bytes from {segment.start:,} to {segment.end:,} are not those that were signed")
    if segment.start != (segment.before.end if segment.before else 0):
        raise _fault(_COVERAGE, f"no checkpoint covers the bytes right before {segment.start:,}")


def _check_chain(source: Source, segment: Segment, algorithm: object, limits: Limits, remarks: list[str]) -> Iterator[Span]:
    """Every checkpoint before ``segment``, back to the first; yields what was found right."""
    for _ in range(limits.manifests):
        line = segment.before
        if line is None:
            return
        if not _digest(source, algorithm, line.start, line.length).matches(segment.before_hash):
            raise _fault(_PREDECESSOR, f"the checkpoint at byte {line.start:,} is not the one that the next one follows")
        yield line
        store = checkpoint_store(source.read(line.start, line.length))
        if store is None:
            remarks.append(f"the checkpoint at byte {line.start:,} is kept elsewhere, so what it and earlier ones cover was not verified")
            return
        segment, algorithm = _segment_of(store, line, limits)
        _check(source, segment, line, algorithm)
        yield Span(segment.start, segment.end - segment.start)
    raise _fault(_COVERAGE, f"there are more than {limits.manifests:,} checkpoints")


def _segment_of(store: bytes, line: Span, limits: Limits) -> tuple[Segment, object]:
    """The segment hash of an earlier checkpoint, and the algorithm that counts for it."""
    try:
        active = parse_store(store, limits=limits).manifests[-1]
        claim = Claim.read(active.claim_bytes, active.label, limits) if active.claim_bytes else None
        assertion = active.assertion(_LABEL)
        segment = read_segment(assertion.value(limits)) if assertion else None
    except MalformedError as error:
        raise _fault(_MALFORMED, f"the checkpoint at byte {line.start:,} cannot be read ({error})") from None
    if segment is None:
        raise _fault(_COVERAGE, f"the checkpoint at byte {line.start:,} has no segment hash")
    return segment, segment.algorithm or (claim.alg if claim else None)
