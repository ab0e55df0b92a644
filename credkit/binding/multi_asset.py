"""``c2pa.hash.multi-asset``: a file of several parts, each with a hash of its own, some of which may be taken away.

Clauses: "Multi-asset hash" (anchor ``_multi_asset_hash``), "Validating a multi-asset hash" (anchor ``validating_a_multi_asset_hash``). It
is asked only when the hard binding of the whole file does not match, and its answer then takes the place of that one: a picture whose
gain map or film was cut off is still the picture that was signed. Each part is judged by the same code as a whole file, as a file of
its own that begins where the part begins.

The clause calls the place of a part ``locator``, the schema ``location``; a reference to the hash of a part is a map in the schema and a
text in the example. All are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from credkit.assets import Copy, EditedSource, Layout, Source, Span, StoreLocation, detect
from credkit.assets.bmff.boxes import BmffBox, BoxWalker, parse_path
from credkit.binding.registry import BINDINGS
from credkit.binding.target import BindingOutcome, BindingTarget, Gap
from credkit.dataclass import dataclass, replace
from credkit.errors import MalformedError, counted
from credkit.status import Kind, Status, StatusCode, status

__all__ = ["PartAssertion", "check_multi_asset"]

_MALFORMED = StatusCode.ASSERTION_MULTI_ASSET_HASH_MALFORMED
_MISSING = StatusCode.ASSERTION_MULTI_ASSET_HASH_MISSING_PART
_MISMATCH = StatusCode.ASSERTION_MULTI_ASSET_HASH_MISMATCH
_SUFFIX = ".part"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAssertion:
    """The assertion with the hash of one part."""

    label: str
    """Without instance: ``c2pa.hash.data.part``."""
    uri: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """One entry of ``parts``, and where it lies in this file."""

    number: int
    """From 1, as people count."""
    start: int
    length: int
    optional: bool
    assertion: PartAssertion

    def present(self, size: int) -> bool:
        """Whether any byte of it can be there."""
        return self.start < size or (self.length == 0 and self.start == size)

    def span(self, size: int) -> Span:
        """What of it is there."""
        return Span(self.start, min(self.length, size - self.start))


def check_multi_asset(value: Any, uri: str, target: BindingTarget, resolve: Callable[[str], PartAssertion | None]) -> BindingOutcome:
    """Judge a multi-asset hash (decoded ``value`` at ``uri``) against an asset.

    ``resolve`` finds the assertion that a JUMBF URI in it names, None when the manifest vouches for no such assertion. The outcome holds
    ``match`` or one failure, what the parts leave unprotected, and which of them are gone; informational statuses of parts keep the URI of
    their own assertion.
    """
    try:
        listed = _stretched(_parts(value, target, resolve), target)
        parts = [part for part in listed if _is_there(part, target.source.size)]
        _check_cover(parts, target.source.size)
        outcomes = [_check_part(part, target) for part in parts]
    except MalformedError as error:
        return BindingOutcome(statuses=(status(StatusCode(error.code), uri, error.message),))
    informs = [found for outcome in outcomes for found in outcome.statuses if found.kind is Kind.INFORMATIONAL]
    pairs = list(zip(parts, outcomes, strict=True))
    hashed = tuple(_shifted(span, part.start) for part, outcome in pairs for span in outcome.hashed)
    gaps = tuple(_gap_in(part, gap) for part, outcome in pairs for gap in outcome.gaps)
    match = status(StatusCode.ASSERTION_MULTI_ASSET_HASH_MATCH, uri)
    gone = tuple(
        f"part {part.number} of the file, which the signer marked as optional, is not there" for part in listed if part not in parts
    )
    return BindingOutcome(statuses=(*informs, match), hashed=hashed, gaps=gaps, remarks=gone)


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.length)


def _gap_in(part: _Part, gap: Gap) -> Gap:
    """A gap of a part, in places of the whole file."""
    return replace(gap, words=f"part {part.number}: {gap.words}", spans=tuple(_shifted(span, part.start) for span in gap.spans))


def _fault(code: StatusCode, message: str) -> MalformedError:
    return MalformedError(message, code=code.value)


def _parts(value: Any, target: BindingTarget, resolve: Callable[[str], PartAssertion | None]) -> list[_Part]:
    """All parts as they are listed: every fault of form comes before any question about the file."""
    entries = value.get("parts") if isinstance(value, dict) else None
    if not isinstance(entries, list) or not entries:
        raise _fault(_MALFORMED, "the assertion lists no parts")
    if len(entries) > target.limits.parts:
        raise _fault(_MALFORMED, f"the assertion lists more than {counted(target.limits.parts, 'part')}")
    walker = BoxWalker(target.source, target.limits)
    return [_part(number, entry, walker, target, resolve) for number, entry in enumerate(entries, 1)]


def _part(number: int, entry: Any, walker: BoxWalker, target: BindingTarget, resolve: Callable[[str], PartAssertion | None]) -> _Part:
    if not isinstance(entry, dict):
        raise _fault(_MALFORMED, f"part {number} is not a map")
    start, length = _place(number, entry.get("location", entry.get("locator")), walker, target)
    optional = entry.get("optional", False)
    if not isinstance(optional, bool):
        raise _fault(_MALFORMED, f'"optional" of part {number} is neither true nor false')
    return _Part(
        number=number, start=start, length=length, optional=optional, assertion=_assertion(number, entry.get("hashAssertion"), resolve)
    )


def _place(number: int, location: Any, walker: BoxWalker, target: BindingTarget) -> tuple[int, int]:
    if not isinstance(location, dict):
        raise _fault(_MALFORMED, f"part {number} has no location")
    if "bmffBox" in location:
        payload = _box(number, location["bmffBox"], walker, target).payload
        return payload.start, payload.length
    start, length = location.get("byteOffset"), location.get("length")
    if type(start) is not int or type(length) is not int or start < 0 or length < 0:
        raise _fault(_MALFORMED, f"the location of part {number} is no range of whole numbers")
    return start, length


def _box(number: int, path: object, walker: BoxWalker, target: BindingTarget) -> BmffBox:
    """The one box of that path; two of them would leave open which is meant."""
    parsed = parse_path(path, limits=target.limits)
    if parsed is None:
        raise _fault(_MALFORMED, f"the location of part {number} is no path of boxes")
    try:
        found = list(walker.find(parsed))
    except MalformedError as error:
        raise _fault(_MALFORMED, f"the box of part {number} cannot be found ({error.message})") from None
    if len(found) != 1:
        raise _fault(_MALFORMED, f"part {number} is to be one box, but there are {len(found):,}")
    return found[0]


def _assertion(number: int, reference: Any, resolve: Callable[[str], PartAssertion | None]) -> PartAssertion:
    url = reference.get("url") if isinstance(reference, dict) else reference
    found = resolve(url) if isinstance(url, str) else None
    if found is None:
        raise _fault(_MALFORMED, f"the hash of part {number} is not among the assertions that the manifest vouches for")
    if not found.label.endswith(_SUFFIX) or found.label.removesuffix(_SUFFIX) not in BINDINGS:
        raise _fault(_MALFORMED, f"the hash of part {number} is not of a kind that can be checked")
    return found


def _stretched(parts: list[_Part], target: BindingTarget) -> list[_Part]:
    """The parts where update manifests have moved them, as the clause on data hashes moves exclusions (anchor ``_validating_a_data_hash``):
    the part with the store has grown with it. How long the store was when it was bound, the data hash of that part tells; without one the
    parts stay where they are.
    """
    frame = next(iter(target.store_frames), None)
    if frame is None or not target.updated:
        return parts
    growth = next((growth for part in parts if (growth := _growth(part, frame)) is not None), 0)
    return [
        replace(part, start=max(0, part.start + growth))
        if part.start > frame.start
        else replace(part, length=max(0, part.length + growth))
        if part.start + part.length > frame.start
        else part
        for part in parts
    ]


def _growth(part: _Part, frame: Span) -> int | None:
    """How much longer the store is than the exclusion of this part that begins where it begins; None when there is no such exclusion."""
    exclusions = part.assertion.value.get("exclusions") if isinstance(part.assertion.value, dict) else None
    for entry in exclusions if isinstance(exclusions, list) else ():
        start, length = (entry.get(key) if isinstance(entry, dict) else None for key in ("start", "length"))
        if type(start) is int and type(length) is int and length >= 0 and part.start + start == frame.start:
            return frame.length - length
    return None


def _is_there(part: _Part, size: int) -> bool:
    if part.present(size):
        return True
    if part.optional:
        return False
    raise _fault(_MISSING, f"part {part.number} is missing: it would begin behind the end of the file")


def _check_cover(parts: list[_Part], size: int) -> None:
    """The parts that are there must lie one behind the other and be the whole file."""
    position = 0
    for part in sorted(parts, key=lambda part: (part.start, part.length)):
        if part.start != position:
            kind = "overlaps the part in front of it" if part.start < position else "leaves a gap in front of it"
            raise _fault(_MALFORMED, f"part {part.number} {kind}")
        position = part.span(size).end
    if position != size:
        raise _fault(_MALFORMED, f"the end of the file, {counted(size - position, 'byte')}, belongs to no part")


def _check_part(part: _Part, target: BindingTarget) -> BindingOutcome:
    span = part.span(target.source.size)
    if span.length < part.length:
        raise _fault(_MISMATCH, f"part {part.number} is cut short")
    assertion = part.assertion
    outcome = BINDINGS[assertion.label.removesuffix(_SUFFIX)](assertion.value, assertion.uri, _part_target(span, target))
    failure = next(_failures(outcome), None)
    if failure:
        raise _fault(_MISMATCH, f"part {part.number} does not fit its hash ({failure.code})")
    return outcome


def _failures(outcome: BindingOutcome) -> Iterator[Status]:
    return (found for found in outcome.statuses if found.kind is Kind.FAILURE)


def _part_target(span: Span, target: BindingTarget) -> BindingTarget:
    """The part as a file of its own. A store in it is the one that is judged, or it is content like any other."""
    source: Source = EditedSource(target.source, (Copy(span),))
    frames = target.store_frames
    holds = target.embedded and bool(frames) and span.start <= frames[0].start and frames[-1].end <= span.end
    found = detect(source)
    layout = Layout(media_type="application/octet-stream", size=span.length)
    if found:
        try:
            layout = found.scan(source, target.limits)
        except MalformedError:
            found = None
    stores = (_moved(target.layout.store, span.start),) if holds and target.layout.store else ()
    return replace(target, source=source, layout=replace(layout, stores=stores), format=found, embedded=holds, fragments=())


def _moved(store: StoreLocation, by: int) -> StoreLocation:
    """The same store, in places counted from the start of the part."""

    def shifted(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple(_shifted(span, -by) for span in spans)

    return replace(store, slices=shifted(store.slices), frame=shifted(store.frame))
