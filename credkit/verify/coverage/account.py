"""The account of a file: regions of the file, and of the store where that is not stored in it byte for byte."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from credkit.assets import Span
from credkit.assets.layout import StoreLocation
from credkit.dataclass import dataclass
from credkit.errors import counted
from credkit.load import Located
from credkit.status import Status, StatusCode, status
from credkit.verify.context import Content, Context
from credkit.verify.coverage.boxes import store_runs
from credkit.verify.coverage.runs import Run, joined, over
from credkit.verify.coverage.vouching import Vouched
from credkit.verify.report import Region

__all__ = ["Account", "account"]

_Place = Literal["file", "store"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Every byte of the file and of its store, once each."""

    regions: tuple[Region, ...]
    statuses: tuple[Status, ...]
    """One ``org.credkit.unbound`` for each region that nothing vouches for."""


def account(ctx: Context, located: Located, size: int, known: Vouched) -> Account:
    """Account for a file of ``size`` bytes and its store, after all checks."""
    store = store_runs(ctx, known)
    location = located.layout.store if located.layout and located.location == "embedded" else None
    direct = location is not None and _is_direct(location)
    in_file = joined(_file_runs(ctx, known, size, location, _placed(store, location) if location and direct else ()))
    elsewhere = [] if direct else store
    binding = ctx.content.assertion.uri if ctx.content else None
    places: tuple[tuple[_Place, list[Run]], ...] = (("file", in_file), ("store", elsewhere))
    listed = [(place, run) for place, runs in places for run in _limited(runs, ctx.limits.regions)]
    return Account(
        regions=tuple(
            Region(place=place, offset=run.start, size=run.end - run.start, kind=run.kind, what=run.what) for place, run in listed
        ),
        statuses=tuple(_told(place, run, binding) for place, run in listed if run.kind == "unbound"),
    )


def _told(place: _Place, run: Run, binding: str | None) -> Status:
    size = run.end - run.start
    where = "file" if place == "file" else "manifest store"
    words = f"{counted(size, 'byte')} at offset {run.start:,} of the {where}: {run.what}."
    return status(StatusCode.ORG_CREDKIT_UNBOUND, run.url or binding, words)


def _is_direct(location: StoreLocation) -> bool:
    """Whether the bytes of the store stand in the file as they are."""
    return not (location.base64 or location.deflated or location.supplement or location.before)


def _placed(store: Iterable[Run], location: StoreLocation) -> Iterator[Run]:
    """Runs of the store in places of the file."""
    slices = iter(location.slices)
    current, base = next(slices, Span(0, 0)), 0
    for run in store:
        at = run.start
        while at < run.end:
            while at >= base + current.length:
                base += current.length
                current = next(slices)
            end = min(run.end, base + current.length)
            shift = current.start - base
            yield Run(at + shift, end + shift, run.kind, run.what, run.url)
            at = end


def _file_runs(ctx: Context, known: Vouched, size: int, location: StoreLocation | None, store: Iterable[Run]) -> Sequence[Run]:
    """Layer upon layer, the surest on top."""
    content = ctx.content if ctx.content and _counts(ctx, ctx.content, known) else None
    runs = [Run(0, size, "unbound", _default(ctx, content))] if size else []
    if content:
        outcome = content.outcome
        runs = over((Run(span.start, span.end, "hashed", "content") for span in outcome.hashed), runs)
        runs = over(_gaps(content, checked=True), runs)
    if location:
        runs = over((Run(span.start, span.end, "structural", "framing of the manifest store") for span in location.frame), runs)
        if not _is_direct(location):
            runs = over(_elsewise(location), runs)
        runs = over((Run(span.start, span.end, "unbound", what) for span, what in location.loose), runs)
    if content:
        runs = over(_gaps(content, checked=False), runs)
    return over(store, runs)


def _counts(ctx: Context, content: Content, known: Vouched) -> bool:
    """Whether the hard binding is the one that was signed."""
    manifest = ctx.store.find(content.holder)
    return content.holder in known.holders and manifest is not None and ctx.subject(manifest).is_intact(content.assertion)


def _default(ctx: Context, content: Content | None) -> str:
    if ctx.asset is None:
        return "bytes beside the manifest store"
    if content is None:
        return "content, which no valid signature covers"
    return "bytes that no hash covers" if content.outcome.hashed else "content, which is not the one that was signed"


def _gaps(content: Content, *, checked: bool) -> Iterator[Run]:
    for gap in content.outcome.gaps:
        if gap.checked == checked:
            yield from (Run(span.start, span.end, "structural" if checked else "unbound", gap.words) for span in gap.spans)


def _elsewise(location: StoreLocation) -> Iterator[Run]:
    """The store where it stands in the file in another form, or in several places. How it was deflated nobody vouches for."""
    for one in (location, *location.before):
        kind: Literal["structural", "unbound"] = "unbound" if one.deflated else "structural"
        form = "deflated" if one.deflated else "as Base64 text" if one.base64 else "in parts"
        yield from (Run(span.start, span.end, kind, f"manifest store, {form}") for span in (*one.slices, *one.supplement))


def _limited(runs: list[Run], most: int) -> list[Run]:
    """The first runs, and one for all behind them, which is unbound when any of those is."""
    if len(runs) <= most:
        return runs
    rest = runs[most - 1 :]
    loose = sum(run.end - run.start for run in rest if run.kind == "unbound")
    what = f"{len(rest):,} further regions, {counted(loose, 'byte')} of them unbound" if loose else f"{len(rest):,} further regions"
    return [*runs[: most - 1], Run(rest[0].start, rest[-1].end, "unbound" if loose else "structural", what)]
