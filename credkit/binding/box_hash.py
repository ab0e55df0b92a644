"""``c2pa.hash.boxes``: digests over runs of the container's own boxes.

Clause: "Validating a general box hash" (anchor ``_validating_a_general_box_hash``). The list has to be complete and in file
order: a box that nobody listed is a failure, and so is anything behind the last box.

Inside of this file every fault is a ``MalformedError`` with the status code as its ``code``; ``check_box_hash`` turns it into
the status.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from credkit.assets import NamedBox, Span
from credkit.assets.engine import hash_ranges
from credkit.binding.output import Output, PlannedBinding
from credkit.binding.target import BindingOutcome, BindingTarget
from credkit.errors import AssetError, MalformedError
from credkit.manifest.assertions.boxes_hash import BoxEntry, BoxesHash
from credkit.status import StatusCode, status

__all__ = ["check_box_hash", "plan_box_hash"]

_STORE = ("C2PA",)
_AFTER = ("c2pa.after",)
_MALFORMED = StatusCode.ASSERTION_BOXES_HASH_MALFORMED
_MISMATCH = StatusCode.ASSERTION_BOXES_HASH_MISMATCH
_UNKNOWN = StatusCode.ASSERTION_BOXES_HASH_UNKNOWN_BOX
_OUTCOMES = (_MALFORMED, _MISMATCH, _UNKNOWN, StatusCode.ALGORITHM_UNSUPPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    names: tuple[str, ...]
    alg: object
    hash: object
    excluded: bool
    exclusions: tuple[tuple[int, Span], ...]
    """Index of the box in the entry, and a range counted from that box's start."""


def plan_box_hash(output: Output) -> PlannedBinding:
    """Two digests: over everything in front of the store and over everything behind it; one where there is no store in the file.

    ``AssetError`` for a format without boxes, and for a file with something behind its last box, which no name stands for.
    """
    bare = output.bare
    boxes = tuple(output.format.boxes(bare, output.format.scan(bare, output.limits), output.limits))
    if not boxes or boxes[-1].span.end != bare.size:
        raise AssetError(
            f"this {output.format.name} cannot be bound box by box, because it does not consist of boxes alone: "
            "let it be bound as a whole (leave --binding out)"
        )
    size = output.written.size
    frame = output.exclusions[-1] if output.exclusions else Span(size, 0)
    runs = [
        (tuple(box.name for box in boxes if box.span.end <= frame.start), Span(0, frame.start)),
        (tuple(box.name for box in boxes if box.span.end > frame.start), Span(frame.end, size - frame.end)),
    ]
    hashed = [(names, span) for names, span in runs if names]

    def state(digests: Sequence[bytes]) -> BoxesHash:
        entries = [BoxEntry(names, digest) for (names, _), digest in zip(hashed, digests, strict=True)]
        if output.exclusions:
            entries.insert(bool(runs[0][0]), BoxEntry(_STORE, b"\x00"))
        return BoxesHash(tuple(entries), alg=output.algorithm)

    return PlannedBinding(parts=tuple((span,) for _, span in hashed), state=state)


def check_box_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """Judge one box hash assertion (decoded ``value`` at ``uri``) against an asset."""
    try:
        unprotected = tuple(_check(_entries(value, target), target))
    except MalformedError as error:
        # Whatever else is raised comes from the container, which was sound when its boxes were listed.
        code = StatusCode(error.code) if error.code in _OUTCOMES else _MISMATCH
        return BindingOutcome(statuses=(status(code, uri, f"{error.message[:1].upper()}{error.message[1:]}."),))
    match = status(StatusCode.ASSERTION_BOXES_HASH_MATCH, uri)
    if not unprotected:
        return BindingOutcome(statuses=(match,))
    told = status(StatusCode.ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT, uri)
    return BindingOutcome(statuses=(told, match), unprotected=unprotected)


def _fault(code: StatusCode, message: str) -> MalformedError:
    return MalformedError(message, code=code.value)


def _entries(value: Any, target: BindingTarget) -> tuple[_Entry, ...]:
    boxes = value.get("boxes") if isinstance(value, dict) else None
    if not isinstance(boxes, list) or not boxes:
        raise _fault(_MALFORMED, "the assertion lists no boxes")
    return tuple(_entry(item, target.nearest_algorithm(value.get("alg")), target.limits.exclusions) for item in boxes)


def _entry(item: Any, algorithm: object, most: int) -> _Entry:
    names = item.get("names") if isinstance(item, dict) else None
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise _fault(_MALFORMED, "an entry names no boxes")
    excluded = item.get("excluded") is True
    return _Entry(
        names=tuple(names),
        alg=item.get("alg") or algorithm,
        hash=item.get("hash"),
        excluded=excluded,
        exclusions=() if excluded else tuple(_ranges(item.get("exclusions") or [], len(names), most)),
    )


def _ranges(parts: Any, boxes: int, most: int) -> list[tuple[int, Span]]:
    if not isinstance(parts, list) or len(parts) > most:
        raise _fault(_MALFORMED, f"the exclusions of an entry are no list of at most {most:,} ranges")
    ranges: list[tuple[int, Span]] = []
    for part in parts:
        index, start, length = (part.get(key, 0) if isinstance(part, dict) else None for key in ("boxIndex", "start", "length"))
        if type(start) is not int or type(length) is not int or type(index) is not int:
            raise _fault(_MALFORMED, "an exclusion of an entry is no range of whole numbers")
        if min(start, length, index) < 0 or index >= boxes:
            raise _fault(_MALFORMED, "an exclusion of an entry is negative or names a box that is not there")
        if ranges and (index, start) < (ranges[-1][0], ranges[-1][1].end):
            raise _fault(_MALFORMED, "exclusions of an entry overlap or are out of order")
        ranges.append((index, Span(start, length)))
    return ranges


def _check(entries: tuple[_Entry, ...], target: BindingTarget) -> Iterator[str]:
    """Walk the file and the list side by side; yields in words what the list leaves unprotected."""
    if target.format is None:
        raise _fault(_MISMATCH, "there are no boxes, because the format is not known")
    boxes = target.format.boxes(target.source, target.layout, target.limits)
    listed = frozenset(name for entry in entries for name in entry.names)
    covered = 0
    for entry in entries:
        if entry.names == _AFTER and entry is not entries[-1]:
            raise _fault(_MISMATCH, f'entries follow "{_AFTER[0]}", which stands for all that follows')
        found = list(_take(boxes, entry, target, covered, listed))
        covered = max(covered, found[-1].span.end)
        _check_entry(entry, found, target)
        yield from _left_out(entry, found, target)
    # "c2pa.after" also stands for further pictures behind the first, whose boxes are not looked at then.
    left = None if entries[-1].names == _AFTER else next(boxes, None)
    if left is not None:
        raise _fault(_UNKNOWN, f'box "{left.name}" at {left.span.start:,} is not listed')
    if covered < target.source.size:
        raise _fault(_UNKNOWN, f"the list of boxes ends {target.source.size - covered:,} bytes before the file does")


def _take(boxes: Iterator[NamedBox], entry: _Entry, target: BindingTarget, covered: int, listed: frozenset[str]) -> Iterator[NamedBox]:
    """The boxes that an entry names, which have to come next in the file."""
    if entry.names == _AFTER:
        yield NamedBox(name=_AFTER[0], span=Span(covered, target.source.size - covered))
        return
    for name in entry.names:
        box = next(boxes, None)
        if box is None:
            raise _fault(_MISMATCH, f'the listed box "{name}" is not in the file')
        if box.name != name:
            code = _MISMATCH if box.name in listed else _UNKNOWN
            raise _fault(code, f'box "{box.name}" at {box.span.start:,} stands where "{name}" is listed')
        yield box


def _left_out(entry: _Entry, found: list[NamedBox], target: BindingTarget) -> Iterator[str]:
    """What the entry does not hash, in words. Metadata may be left out; image data may not, as with a data hash."""
    holes = [(found[index].name, Span(found[index].span.start + span.start, span.length)) for index, span in entry.exclusions]
    if entry.excluded and entry.names != _STORE:
        holes = [(box.name, box.span) for box in found]
    for name, hole in holes:
        if hole.length and target.metadata_kind(hole) is None:
            raise _fault(_MISMATCH, f'{hole.length:,} bytes of the box "{name}" are excluded that are not metadata')
        yield f"{name}, {hole.length:,} bytes"


def _check_entry(entry: _Entry, found: list[NamedBox], target: BindingTarget) -> None:
    if entry.names == _STORE:
        if found[0].span not in target.store_frames:
            raise _fault(_MISMATCH, "the entry of the manifest store does not lie where the store lies")
        return
    if entry.excluded:
        return
    start, end = found[0].span.start, found[-1].span.end
    holes = tuple(Span(found[index].span.start + span.start, span.length) for index, span in entry.exclusions)
    if any(hole.end > found[index].span.end for (index, _), hole in zip(entry.exclusions, holes, strict=True)):
        raise _fault(_MISMATCH, "an exclusion reaches past the end of its box")
    around = (Span(0, start), *holes, Span(end, target.source.size - end))
    if not hash_ranges(target.source, entry.alg, tuple(span for span in around if span.length)).matches(entry.hash):
        raise _fault(_MISMATCH, f"the hash of {' '.join(entry.names[:3])} does not fit")
