"""Do the checkpoints of a journal hold?

The last one is judged as any signed file is, with the journal up to its line; its manifest store brings all checkpoints before it, and its
segment hash leads back through their lines to the first byte. So when it is sound, and every earlier line holds the very manifest that it
brings, each of them was judged with it. When anything is wrong, bytes and place of each are looked at by themselves, to name the line, and
manifests that the last one does not bring are judged anew.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from credkit.assets import Source
from credkit.assets.json_lines import checkpoint_line, checkpoint_store
from credkit.binding.segment_hash import segment_fault
from credkit.dataclass import dataclass, replace
from credkit.errors import MalformedError
from credkit.journal.checkpoints import prefix_of, stated_time
from credkit.journal.faults import Fault
from credkit.journal.following import Line
from credkit.limits import Limits
from credkit.manifest.store import Manifest, parse_store
from credkit.trust.policy import TrustPolicy
from credkit.verify import ManifestReport, Profile, Report, verify

__all__ = ["CHANGED_BYTES", "CheckpointReport", "check_checkpoints"]

CHANGED_BYTES = "are not those that were signed"
"""Part of the message about a checkpoint whose line is in its place, and whose bytes are others."""
_UNTRUSTED = "signingCredential.untrusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointReport:
    """One checkpoint."""

    line: int
    """Number of its line, from 1."""
    label: str | None
    """Of its manifest; None when it cannot be read."""
    signer: str | None
    """Common name in the certificate; unproven unless ``trusted``."""
    certificate: str | None
    """SHA-256 of the signer's certificate, in hexadecimal digits: two signers may bear one name."""
    valid: bool
    trusted: bool
    stamped: datetime | None
    """The time of a time-stamp whose authority the policy trusts; None without one."""
    stated: datetime | None
    """The time that a time-stamp beside the signature states, whoever made it; None without one."""


def check_checkpoints(
    source: Source, lines: list[Line], *, policy: TrustPolicy | None, at: datetime | None, limits: Limits
) -> tuple[tuple[CheckpointReport, ...], tuple[Fault, ...]]:
    """The checkpoints in file order, and what is wrong with them."""
    if not lines:
        return (), ()
    manifests = [_manifest(line, limits) for line in lines]
    faults = [*_doubled(lines, manifests), *_misshapen(lines)]
    newest = next((line for line, manifest in reversed(list(zip(lines, manifests, strict=True))) if manifest), lines[-1])
    whole = _judged(source, newest, policy, at, limits)
    if not faults and newest is lines[-1] and whole.state in ("Valid", "Trusted") and all(_brought(whole, one) for one in manifests):
        return tuple(_told(line, one, _brought(whole, one), limits) for line, one in zip(lines, manifests, strict=True)), ()
    found: list[CheckpointReport] = []
    broken: int | None = None
    for line, manifest in zip(lines[: limits.journal_checkpoints], manifests, strict=False):
        report = _brought(whole, manifest)
        fault = _fault_of(source, line, report, limits) if report else None
        if report is None:
            alone = whole if line is newest else _judged(source, line, policy, at, limits)
            report, fault = alone.active, None if alone.state in ("Valid", "Trusted") else _why(alone)
        if not fault and broken is not None:
            fault = f"it builds on the one in line {broken:,}"
        if not fault and line is newest and whole.state not in ("Valid", "Trusted"):
            fault = _why(whole)
        told = _told(line, manifest, report, limits)
        found.append(replace(told, valid=False, trusted=False) if fault else told)
        if fault:
            broken = broken or line.number
            faults.append(Fault(kind="checkpoint", line=line.number, sequence=None, message=f"the checkpoint does not hold: {fault}"))
    if len(lines) > limits.journal_checkpoints:
        words = f"there are more than {limits.journal_checkpoints:,} checkpoints, and those from here on were not judged"
        faults.append(Fault(kind="checkpoint", line=lines[limits.journal_checkpoints].number, sequence=None, message=words))
    return tuple(found), tuple(faults)


def _fault_of(source: Source, line: Line, report: ManifestReport, limits: Limits) -> str | None:
    """What keeps a checkpoint from holding whose manifest was judged already with a later one: only its place and bytes are left."""
    store = checkpoint_store(line.data)
    assert store is not None
    return segment_fault(source, store, line.span, limits) or (None if report.valid else "its manifest is not valid")


def _judged(source: Source, line: Line, policy: TrustPolicy | None, at: datetime | None, limits: Limits) -> Report:
    return verify(prefix_of(source, line.span.end), policy=policy, at=at, limits=limits, profile=Profile.V2_5, name="journal")


def _manifest(line: Line, limits: Limits) -> Manifest | None:
    store = checkpoint_store(line.data)
    try:
        return parse_store(store, limits=limits).active if store is not None else None
    except MalformedError:
        return None


def _doubled(lines: list[Line], manifests: list[Manifest | None]) -> list[Fault]:
    """Checkpoints whose manifest stands in an earlier line already."""
    seen: dict[str, int] = {}
    faults: list[Fault] = []
    for line, manifest in zip(lines, manifests, strict=True):
        if manifest and manifest.label in seen:
            told = f"the checkpoint stands in line {seen[manifest.label]:,} already"
            faults.append(Fault(kind="checkpoint", line=line.number, sequence=None, message=told))
        elif manifest:
            seen[manifest.label] = line.number
    return faults


def _misshapen(lines: list[Line]) -> list[Fault]:
    """Checkpoints written in another way than they are written here; Base64, for one, has idle bits."""
    told = "it is not in the form in which checkpoints are written, so it was changed"
    return [
        Fault(kind="checkpoint", line=line.number, sequence=None, message=told)
        for line in lines
        if (store := checkpoint_store(line.data)) is not None and checkpoint_line(store) != line.data
    ]


def _brought(whole: Report, manifest: Manifest | None) -> ManifestReport | None:
    """The judgement of exactly this manifest, when the newest checkpoint brings it as a valid one; None otherwise."""
    report = whole.find(manifest.label) if manifest else None
    same = report is not None and manifest is not None and report.valid and manifest.box.raw == report.manifest.box.raw
    return report if same else None


def _told(line: Line, manifest: Manifest | None, report: ManifestReport | None, limits: Limits) -> CheckpointReport:
    signature = report.signature if report else None
    return CheckpointReport(
        line=line.number,
        label=manifest.label if manifest else None,
        signer=(signature.common_name or signature.subject) if signature else None,
        certificate=hashlib.sha256(signature.chain[0]).hexdigest() if signature and signature.chain else None,
        valid=report.valid if report else False,
        trusted=report.trusted if report else False,
        stamped=signature.time if signature else None,
        stated=_stated(line, limits),
    )


def _stated(line: Line, limits: Limits) -> datetime | None:
    store = checkpoint_store(line.data)
    try:
        return stated_time(store, limits) if store is not None else None
    except (MalformedError, LookupError, TypeError):
        return None


def _why(report: Report) -> str:
    failures = [*(report.active.results.failure if report.active else ()), *([report.failure] if report.failure else [])]
    failures += [s for delta in report.ingredient_deltas for s in delta.validation_deltas.failure]
    first = next((s for s in failures if s.code != _UNTRUSTED), None)
    told = (first.explanation or first.code) if first else report.problem or "it cannot be read"
    return f"{told[:1].lower()}{told[1:]}".rstrip(".")
