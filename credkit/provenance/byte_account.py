"""The account of every byte, for people and for programs. What counts as unbound is decided by the verifier; here it is put into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from credkit.errors import counted
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.text import shown
from credkit.verify.report import Region, Report

__all__ = ["BYTES_SCHEMA_ID", "account_lines", "bytes_object", "regions_object", "unbound_words"]

BYTES_SCHEMA_ID = "https://credkit.org/schemas/1/bytes.schema.json"
_KINDS = ("hashed", "signed", "structural", "unbound")
_PLACES = {"file": "file", "store": "manifest store"}
_NAMED = 2
"""Regions that a sentence names; of the others it tells that they are there."""


def unbound_words(regions: Sequence[Region], limits: Limits = DEFAULT_LIMITS) -> str:
    """Half a sentence on unbound regions, safe to show: how many bytes, what the largest of them are, and where."""
    total = sum(region.size for region in regions)
    largest = sorted(regions, key=lambda region: -region.size)[:_NAMED]
    named = "; ".join(
        f"{shown(region.what, limits)}, {counted(region.size, 'byte')} at {region.offset:,}{_of(region)}" for region in largest
    )
    more = f"; and {len(regions) - _NAMED:,} more" if len(regions) > _NAMED else ""
    verb = "is" if total == 1 else "are"
    return f"{counted(total, 'byte')} {verb} covered by no signature and no hash ({named}{more})"


def _of(region: Region) -> str:
    return "" if region.place == "file" else " of the manifest store"


def regions_object(regions: Iterable[Region]) -> list[dict[str, Any]]:
    """Regions as JSON values."""
    return [{"place": r.place, "offset": r.offset, "size": r.size, "kind": r.kind, "what": r.what} for r in regions]


def bytes_object(report: Report) -> dict[str, Any]:
    """The account as JSON; contract: ``schemas/bytes.schema.json``."""
    return {
        "schema": BYTES_SCHEMA_ID,
        "name": report.name,
        "state": report.state,
        "totals": {place: _totals(report, place) for place in _PLACES},
        "regions": regions_object(report.regions),
    }


def _totals(report: Report, place: str) -> dict[str, int]:
    return {kind: sum(r.size for r in report.regions if (r.place, r.kind) == (place, kind)) for kind in _KINDS}


def account_lines(report: Report, limits: Limits = DEFAULT_LIMITS) -> Iterator[str]:
    """The account as a table for people, line by line, safe to show."""
    yield f"BYTES  {shown(report.name, limits)}".rstrip()
    if not report.regions:
        yield ""
        yield shown(report.problem or "There is nothing to account for.", limits)
        return
    for place, words in _PLACES.items():
        regions = [region for region in report.regions if region.place == place]
        if regions:
            yield ""
            yield f"{words}: {counted(sum(region.size for region in regions), 'byte')}"
            yield from _rows(regions, limits)
    yield ""
    totals = {kind: sum(region.size for region in report.regions if region.kind == kind) for kind in _KINDS}
    yield ", ".join(f"{totals[kind]:,} {kind}" for kind in _KINDS)


def _rows(regions: Sequence[Region], limits: Limits) -> Iterator[str]:
    offset = max(len("offset"), *(len(f"{region.offset:,}") for region in regions))
    size = max(len("size"), *(len(f"{region.size:,}") for region in regions))
    yield f"  {'offset':>{offset}}  {'size':>{size}}  {'kind':<10}  what"
    for region in regions:
        yield f"  {region.offset:>{offset},}  {region.size:>{size},}  {region.kind:<10}  {shown(region.what, limits)}"
