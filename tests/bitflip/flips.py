"""One bit changed at a time: what is still accepted, where that bit lies, and whether anybody is told anything else.

A flip is *sound* when the file is refused, or when all of this holds: the changed byte is one that the report on the changed file itself
calls unbound; the state is no better; and nothing is said that the report on the sound file does not say, except that a time-stamp or a
revocation answer no longer counts. The account of unbound bytes is what differs, and it alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from credkit.provenance.json_report import json_report
from credkit.status import StatusCode
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report
from tests.bitflip.files import Signed, policy
from tests.verify.case import judge

__all__ = ["ACCEPTED", "Outcome", "facts", "flip_all", "places"]

ACCEPTED = ("Valid", "Trusted")
_ASIDE = ("regions", "unbound", "remarks", "verdict")
"""Keys of the report that are the account itself, or words made of what the other keys say."""
_LOST = ("timeStamp.", StatusCode.SIGNING_CREDENTIAL_OCSP_SKIPPED, StatusCode.ORG_CREDKIT_UNBOUND)
"""Remarks that say that something no longer counts."""
_SKIPPED = "skipped"


@dataclass
class Outcome:
    """What came of the flips of one file."""

    name: str
    size: int = 0
    flips: int = 0
    refused: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    """By what the report calls the bytes."""
    wrong: list[str] = field(default_factory=list)
    """A line for each flip that is not sound."""
    open: set[tuple[str, int]] = field(default_factory=set)
    """Place and offset of every byte of which some flip was accepted."""

    def add(self, other: Outcome) -> None:
        self.flips += other.flips
        self.refused += other.refused
        self.accepted += other.accepted
        self.wrong += other.wrong
        self.open |= other.open


def places(file: Signed, bits: int) -> Iterator[tuple[str, int, int]]:
    """Place, offset and bit of the flips: ``bits`` of each byte, another one in each."""
    for place, data in file.parts.items():
        for offset in range(len(data)):
            for step in range(bits):
                yield place, offset, (offset + step) % 8


def flip_all(file: Signed, at: datetime, which: Iterable[tuple[str, int, int]], jobs: int = 1) -> Outcome:
    """Judge the file with each of these bits changed."""
    total = Outcome(file.name, size=sum(map(len, file.parts.values())))
    todo = list(which)
    if jobs == 1:
        total.add(_flip_some(file, policy(), at, todo))
        return total
    parts = [todo[job::jobs] for job in range(jobs)]
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(_flip_some, [file] * jobs, [policy()] * jobs, [at] * jobs, parts):
            total.add(part)
    return total


def _flip_some(file: Signed, trust: TrustPolicy, at: datetime, todo: list[tuple[str, int, int]]) -> Outcome:
    found = Outcome(file.name)
    sound = judge(file.whole, policy=trust, at=at)
    for place, offset, bit in todo:
        report = judge(file.flipped(place, offset, bit), policy=trust, at=at)
        found.flips += 1
        if report.state not in ACCEPTED:
            found.refused += 1
            continue
        found.open.add((place, offset))
        what = _unbound_at(report, sound, place, offset)
        found.accepted[what or "not in the account"] += 1
        said = changed(report, sound)
        if what is None or said:
            found.wrong.append(f"{file.name}: {place} {offset} bit {bit}: {report.state}, {what}, {sorted(said)[:4]}")
    return found


def _unbound_at(report: Report, sound: Report, place: str, offset: int) -> str | None:
    """What the report calls the byte; of a store that is not in the file byte for byte, the bytes that the flip changed in it."""
    for region in report.unbound:
        if region.place == place and region.offset <= offset < region.offset + region.size:
            return region.what
    regions = [region for region in report.unbound if region.place == "store"]
    before, after = (one.store.data if one.store else b"" for one in (sound, report))
    differing = [at for at, (one, two) in enumerate(zip(before, after, strict=False)) if one != two]
    if not differing or len(before) != len(after) or place == "store":
        return None
    names = {next((r.what for r in regions if r.offset <= at < r.offset + r.size), None) for at in differing}
    return names.pop() if len(names) == 1 else None


def changed(report: Report, sound: Report) -> set[Any]:
    """What is said of the changed file, and not of the sound one."""
    return facts(report, sound.active_manifest) - facts(sound, sound.active_manifest)


def facts(report: Report, label: str | None) -> set[Any]:
    """All that a report says, piece by piece, without regard to order.

    ``label`` is what the active manifest is called on the sound file: where no signed statement names it, that name is the one thing that
    may differ, and the account says so.
    """
    told = {key: value for key, value in json_report(report).items() if key not in _ASIDE}
    return set(_pieces(told, "", {report.active_manifest: label} if _is_unnamed(report) else {}))


def _is_unnamed(report: Report) -> bool:
    return any(region.what.startswith("label of a box") for region in report.unbound)


def _pieces(value: Any, way: str, names: dict[str | None, str | None]) -> Iterator[Any]:
    if isinstance(value, dict) and "code" in value and "url" in value:
        if not (way.endswith("informational") and value["code"].startswith(_LOST)):
            yield way, value["code"], _renamed(value["url"], names)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _pieces(item, f"{way}/{_renamed(key, names)}", names)
    elif isinstance(value, list):
        for item in value:
            yield from _pieces(item, way, names)
    elif value is not None and not (way.endswith("/revocation") and value == _SKIPPED):
        yield way, _renamed(value, names)


def _renamed(value: Any, names: dict[str | None, str | None]) -> Any:
    if isinstance(value, str):
        for old, new in names.items():
            value = value.replace(old or "", new or "") if old else value
    return value
