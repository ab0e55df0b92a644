"""``c2pa.hash.boxes``: digests over runs of the container's own boxes.

Clause: "Validating a general box hash" (anchor ``_validating_a_general_box_hash``). The list has to be complete and in file
order: a box that nobody listed is a failure, and so is anything behind the last box.

Inside of this file every fault is a ``MalformedError`` with the status code as its ``code``; ``check_box_hash`` turns it into
the status.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from credkit.assets import NamedBox, Span
from credkit.assets.engine import HashedParts, hash_parts
from credkit.binding.target import BindingOutcome, BindingTarget, Gap
from credkit.dataclass import dataclass, field, replace
from credkit.errors import AssetError, MalformedError
from credkit.status import StatusCode, status

if TYPE_CHECKING:
    from credkit.binding.output import Output, PlannedBinding

__all__ = ["check_box_hash", "plan_box_hash"]

_STORE = ("C2PA",)
_AFTER = ("c2pa.after",)
_RESTART = re.compile("RST[0-7]")
_MARKER = 2
_PADDING = 3
"""The most bytes that a format fills up a box with: one in RIFF, up to three in a font."""
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

    The output has to hold a store that its format knows for one. ``AssetError`` for a format without boxes, for a file with something
    behind its last box, which no name stands for, and for one with more boxes than a reader would take.
    """
    from credkit.binding.output import PlannedBinding
    from credkit.manifest.assertions.boxes_hash import BoxEntry, BoxesHash

    boxes = _boxes_of(output)
    at = next((number for number, box in enumerate(boxes) if box.name == _STORE[0]), len(boxes))
    runs = [run for run in (boxes[:at], boxes[at + 1 :]) if run]
    names = [tuple(box.name for box in run) for run in runs]

    def state(digests: Sequence[bytes]) -> BoxesHash:
        entries = [BoxEntry(named, digest) for named, digest in zip(names, digests, strict=True)]
        if at < len(boxes):
            entries.insert(min(at, 1), BoxEntry(_STORE, b"\x00"))
        return BoxesHash(tuple(entries), alg=output.algorithm)

    return PlannedBinding(parts=tuple((_from_to(run),) for run in runs), state=state)


def _boxes_of(output: Output) -> tuple[NamedBox, ...]:
    written = output.written
    boxes = tuple(output.format.boxes(written, output.format.scan(written, output.limits), output.limits))
    if not boxes or boxes[-1].span.end != written.size or any(box.ranges or box.zeroed for box in boxes):
        raise AssetError(
            f"this {output.format.name} cannot be bound box by box, because it does not consist of boxes alone: "
            "let it be bound as a whole (leave --binding out)"
        )
    if len(boxes) > output.limits.cbor_items // 2:
        raise AssetError(
            f"this {output.format.name} consists of {len(boxes):,} boxes, too many to be listed one by one: let it be bound as a whole "
            "(leave --binding out)"
        )
    return boxes


def _from_to(run: Sequence[NamedBox]) -> Span:
    """From the start of the first box to the end of the last, or of the one that reaches furthest."""
    start = run[0].span.start
    return Span(start, max(box.span.end for box in run) - start)


def check_box_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """Judge one box hash assertion (decoded ``value`` at ``uri``) against an asset."""
    try:
        walked = _walked(_entries(value, target), target)
    except MalformedError as error:
        # Whatever else is raised comes from the container, which was sound when its boxes were listed.
        code = StatusCode(error.code) if error.code in _OUTCOMES else _MISMATCH
        return BindingOutcome(statuses=(status(code, uri, error.message),))
    match = status(StatusCode.ASSERTION_BOXES_HASH_MATCH, uri)
    told = status(StatusCode.ASSERTION_BOXES_HASH_ADDITIONAL_EXCLUSIONS_PRESENT, uri)
    statuses = (told, match) if any(gap.told for gap in walked.gaps) else (match,)
    return BindingOutcome(statuses=statuses, hashed=tuple(walked.hashed), gaps=tuple(walked.gaps))


@dataclass(slots=True)
class _Walked:
    """What a walk along the list has found out about the bytes of the file."""

    hashed: list[Span] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


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


def _walked(entries: tuple[_Entry, ...], target: BindingTarget) -> _Walked:
    """What the list covers; one with restart markers may count them in either of two ways, but all in one."""
    if target.format is None:
        raise _fault(_MISMATCH, "there are no boxes, because the format is not known")
    boxes = partial(target.format.boxes, target.source, target.layout, target.limits)
    try:
        return _check(entries, target, boxes())
    except MalformedError as fault:
        if fault.code != _MISMATCH or not any(_RESTART.fullmatch(name) for entry in entries for name in entry.names):
            raise
        try:
            return _check(entries, target, _by_whole_scans(boxes()))
        except MalformedError:
            raise fault from None


def _by_whole_scans(boxes: Iterable[NamedBox]) -> Iterator[NamedBox]:
    """The boxes of a JPEG as the reference implementation counts them: a scan with all its data, then each restart marker in it alone."""
    scan: list[NamedBox] = []
    for box in boxes:
        if scan and _RESTART.fullmatch(box.name):
            scan.append(box)
            continue
        yield from _whole_scan(scan)
        scan = [box] if box.name == "SOS" else []
        if not scan:
            yield box
    yield from _whole_scan(scan)


def _whole_scan(scan: Sequence[NamedBox]) -> Iterator[NamedBox]:
    for number, box in enumerate(scan):
        yield replace(box, span=Span(box.span.start, _MARKER) if number else _from_to(scan))


def _check(entries: tuple[_Entry, ...], target: BindingTarget, boxes: Iterator[NamedBox]) -> _Walked:
    """Walk the file and the list side by side."""
    walked = _Walked()
    listed = frozenset(_bare(name) for entry in entries for name in entry.names)
    covered = 0
    for entry in entries:
        if entry.names == _AFTER and entry is not entries[-1]:
            raise _fault(_MISMATCH, f'entries follow "{_AFTER[0]}", which stands for all that follows')
        found = list(_take(boxes, entry, target, covered, listed))
        covered = max(covered, *(box.span.end + box.padding for box in found))
        walked.hashed += _check_entry(entry, found, target)
        walked.gaps += _left_out(entry, found, target)
    # "c2pa.after" also stands for further pictures behind the first, whose boxes are not looked at then.
    left = None if entries[-1].names == _AFTER else next(boxes, None)
    if left is not None:
        raise _fault(_UNKNOWN, f'box "{left.name}" at {left.span.start:,} is not listed')
    if covered < target.source.size:
        raise _fault(_UNKNOWN, f"the list of boxes ends {target.source.size - covered:,} bytes before the file does")
    return walked


def _take(boxes: Iterator[NamedBox], entry: _Entry, target: BindingTarget, covered: int, listed: frozenset[str]) -> Iterator[NamedBox]:
    """The boxes that an entry names, which have to come next in the file."""
    if entry.names == _AFTER:
        yield NamedBox(name=_AFTER[0], span=Span(covered, target.source.size - covered))
        return
    for name in entry.names:
        box = next(boxes, None)
        if box is None:
            raise _fault(_MISMATCH, f'the listed box "{name}" is not in the file')
        if name not in (box.name, _bare(box.name)):
            code = _MISMATCH if _bare(box.name) in listed else _UNKNOWN
            raise _fault(code, f'box "{box.name}" at {box.span.start:,} stands where "{name}" is listed')
        yield box


def _bare(name: str) -> str:
    """A name without the spaces that fill it up to four characters: the specification's own example leaves them out (``JXL``)."""
    return name.rstrip(" ")


def _left_out(entry: _Entry, found: list[NamedBox], target: BindingTarget) -> Iterator[Gap]:
    """What the entry does not hash. Metadata may be left out; image data may not, as with a data hash."""
    holes = [(found[index].name, Span(found[index].span.start + span.start, span.length)) for index, span in entry.exclusions]
    if entry.excluded and entry.names != _STORE:
        holes = [(box.name, box.span) for box in found]
    if len(found) > 1 and not all(box.bounded for box in found):
        # The same bytes can be cut into other tables, so that other letters are drawn.
        yield Gap(words=f"where each of the {len(found):,} parts {entry.names[0]} to {entry.names[-1]} begins and ends")
    for name, hole in holes:
        if hole.length and target.metadata_kind(hole) is None:
            raise _fault(_MISMATCH, f'{hole.length:,} bytes of the box "{name}" are excluded that are not metadata')
        yield Gap(words=f"{name}, {hole.length:,} bytes", spans=(hole,))
    yield from _fillings(entry, found, target)


def _fillings(entry: _Entry, found: list[NamedBox], target: BindingTarget) -> Iterator[Gap]:
    """Bytes that no digest covers and that nobody may fill as he likes: they were found to be zeros."""
    for box in found:
        if box.zeroed:
            yield Gap(words="a checksum that counts as zeros in the hash", spans=(box.zeroed,), told=False)
        behind = [Span(box.span.end, box.padding)] if box.padding else []
        if entry.names == _STORE and not box.ranges:
            behind += [Span(frame.end, box.span.end - frame.end) for frame in target.store_frames if frame.start == box.span.start]
        spans = tuple(span for span in behind if span.length)
        if spans:
            yield Gap(words="zeros that fill up a box", spans=spans, told=False, checked=True)


def _check_entry(entry: _Entry, found: list[NamedBox], target: BindingTarget) -> Iterator[Span]:
    """The bytes that the digest of the entry was taken over."""
    if entry.names == _STORE:
        _check_store(found[0], target)
    elif not entry.excluded:
        parts = _hashed(entry, found)
        if not hash_parts(target.source, entry.alg, parts).matches(entry.hash):
            raise _fault(_MISMATCH, f"the hash of {' '.join(entry.names[:3])} does not fit")
        yield from (part for part in parts if isinstance(part, Span))


def _check_store(box: NamedBox, target: BindingTarget) -> None:
    """No hash covers this box, so it has to be the manifest store, and zeros where the format fills up its last bytes."""
    if box.ranges and box.ranges == target.store_frames:
        return
    span = box.span
    frame = next((frame for frame in target.store_frames if frame.start == span.start), None)
    if frame is None or frame.end > span.end:
        raise _fault(_MISMATCH, "the entry of the manifest store does not lie where the store lies")
    if span.end - frame.end > _PADDING or any(target.source.read(frame.end, span.end - frame.end)):
        raise _fault(_MISMATCH, "there is something else in the box of the manifest store")


def _hashed(entry: _Entry, found: list[NamedBox]) -> HashedParts:
    """What the digest of an entry is taken over: everything from its first to its last byte, but for exclusions, and zeros for zeros."""
    changes = [(box.zeroed, bytes(box.zeroed.length)) for box in found if box.zeroed]
    for index, span in entry.exclusions:
        hole = Span(found[index].span.start + span.start, span.length)
        if hole.end > found[index].span.end:
            raise _fault(_MISMATCH, "an exclusion reaches past the end of its box")
        changes.append((hole, b""))
    pieces = [piece for box in found for piece in box.ranges or (box.span,)] if any(box.ranges for box in found) else [_from_to(found)]
    if any(first.span.start > second.span.start for first, second in pairwise(found)):
        raise _fault(_MISMATCH, f"{' '.join(entry.names[:3])} do not lie one behind the other, so no run of bytes goes from first to last")
    changes.sort()
    starts = [span.start for span, _ in changes]
    return tuple(
        part for piece in pieces for part in _changed(piece, changes[bisect_left(starts, piece.start) : bisect_right(starts, piece.end)])
    )


def _changed(piece: Span, changes: Sequence[tuple[Span, bytes]]) -> Iterator[Span | bytes]:
    """A range with some of it replaced; changes that lie elsewhere do not count."""
    position = piece.start
    for span, instead in changes:
        if not position <= span.start <= span.end <= piece.end:
            continue
        yield from _full(Span(position, span.start - position), instead)
        position = span.end
    yield from _full(Span(position, piece.end - position))


def _full(*parts: Span | bytes) -> Iterator[Span | bytes]:
    return (part for part in parts if (part.length if isinstance(part, Span) else part))
