"""What has to hold for every mutant, and what is found when it does not."""

from __future__ import annotations

import io
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from credkit import Statements, redact_file, sign_file, strip_file, update_file, verify_file
from credkit.api.extraction import extract_file
from credkit.assets import BytesSource
from credkit.codec import cbor
from credkit.codec.jumbf import ContentBox, Superbox
from credkit.errors import CredkitError, MalformedError
from credkit.lifting import lift_texts
from credkit.media.texts import read_texts
from credkit.provenance import FORMATS, ReportFormat, render
from credkit.terms import licences_of, metadata_of, terms_of
from credkit.verify import Report
from tests.forge import pki
from tests.fuzz.mutants import Mutant

__all__ = ["Budget", "Finding", "Outcome", "examine", "told"]

_ACCEPTED = {"Valid": 1, "Trusted": 2}
_EACH_TIME: tuple[ReportFormat, ...] = ("json", "crjson", "c2patool")
_SIGNED_EVERY, _SHOWN_EVERY = 24, 4


@dataclass(frozen=True)
class Budget:
    """How much one verification may cost."""

    milliseconds: float = 50
    per_megabyte: float = 10
    longest: float = 2_000

    def of(self, size: int) -> float:
        """Milliseconds of CPU for a file of so many bytes."""
        return min(self.longest, self.milliseconds + self.per_megabyte * size / (1 << 20))


@dataclass(frozen=True)
class Finding:
    """Something that must not be."""

    what: str
    """``exception``, ``accepted``, ``slow``, ``memory``, ``hang``."""
    text: str
    """Where and why, in one or more lines."""


@dataclass(frozen=True)
class Outcome:
    """What became of one mutant."""

    verdict: str
    """``refused``, ``same`` (accepted, and saying what the sound file says), ``signed`` (accepted because it was signed again), or
    ``untouched``.
    """
    milliseconds: float
    findings: tuple[Finding, ...]


def told(report: Report, *, named: bool = True) -> frozenset[tuple[Any, ...]]:
    """Every fact in favour of a file, whoever it is told to: what was stated, by whom, when, and which checks went well. Manifests go by
    their labels when they are ``named``, else by their places.
    """
    facts: set[tuple[Any, ...]] = {("shown", report.media_type)}
    for place, manifest in enumerate(manifest for manifest in report.manifests if manifest.reached):
        name = manifest.label if named else str(place)
        facts.add((name, "claim", manifest.manifest.claim_bytes))
        # Where zeros stand in the place of a redacted assertion, the box around them tells nothing.
        facts |= {(name, "assertion", item.label, item.box.hashed) for item in manifest.manifest.assertions if not item.is_zeroed}
        facts |= {("success", s.code, (s.url or "").replace(manifest.label, name)) for s in manifest.results.success}
        facts |= {(name, "state", word) for word in ("valid", "trusted") if getattr(manifest, word)}
        facts |= {(name, "identity", item.label, item.standing, item.name, item.time, item.chain) for item in manifest.identities}
        if signer := manifest.signature:
            if signer.trusted:
                # The name of anybody else is nobody's word: whoever wants to can sign under it.
                facts.add((name, "signer", signer.chain, signer.verified, signer.algorithm))
            facts.add((name, "time", signer.time_stamp))
            facts.discard((name, "time", None))
    return frozenset(facts)


def examine(mutant: Mutant, budget: Budget) -> Outcome:
    """Judge a mutant, show the verdict in every way, and now and then sign, strip and search it."""
    findings: list[Finding] = []
    reports: list[Report] = []

    def judged() -> None:
        reports.append(mutant.seed.judge(mutant.data, mutant.sidecar))

    spent = _timed(judged, findings, "verify", allowed=())
    if not reports:
        return Outcome("refused", spent, tuple(findings))
    report = reports[0]
    for _ in range(4):
        # The quickest of five: a busy machine is no finding.
        if spent > budget.of(mutant.size):
            spent = min(spent, _timed(judged, findings, "verify", allowed=()))
    if spent > budget.of(mutant.size):
        findings.append(Finding("slow", f"verify took {spent:.0f} ms for {mutant.size:,} bytes"))
    verdict, wrong = _accepted(mutant, report)
    findings += wrong
    shown = FORMATS if verdict == "signed" or mutant.number % _SHOWN_EVERY == 0 else _EACH_TIME
    for name in shown:
        took = _timed(lambda name=name: render(report, name), findings, f"render {name}", allowed=())  # type: ignore[misc]
        if took > budget.longest:
            findings.append(Finding("slow", f"render {name} took {took:.0f} ms"))
    if mutant.number % _SIGNED_EVERY == 0:
        findings += _handled(mutant, report, budget)
    return Outcome(verdict, spent, tuple(findings))


def _timed(action: Callable[[], object], findings: list[Finding], what: str, *, allowed: tuple[type[Exception], ...]) -> float:
    start = time.process_time()
    try:
        action()
    except allowed as error:
        if isinstance(error, MalformedError):
            findings.append(Finding("exception", f"{what} let a parser's error through\n{_trace(error)}"))
    except Exception as error:
        findings.append(Finding("exception", f"{what}\n{_trace(error)}"))
    return (time.process_time() - start) * 1_000


def _trace(error: Exception) -> str:
    return "".join(traceback.format_exception(error)[-8:])


def _accepted(mutant: Mutant, report: Report) -> tuple[str, list[Finding]]:
    """Whether a file was believed, and whether it may be."""
    if report.state not in _ACCEPTED:
        return "refused", []
    if not mutant.keyless:
        return "signed", []
    if mutant.is_sound:
        return "untouched", []
    sound = mutant.seed.sound
    donated = bool(mutant.donor and report.store and report.store.box.raw == mutant.donor.store)
    if donated and mutant.donor:
        # The store of another sound file, and content that its signer bound: his file was put together again.
        sound = mutant.seed.judge(*mutant.donor.made)
        if sound.state not in _ACCEPTED and _is_other_content(sound):
            # The content is not the one that was signed there; here it is.
            sound = report
    problems = list(_gained(sound, report, elsewhere=donated, parted=donated and _is_parted(mutant)))
    if not (donated or _is_reordered(sound, report) or _is_earlier(sound, report)):
        problems += _outside(mutant, report)
    return "untouched" if donated else "same", [Finding("accepted", problem) for problem in problems]


def _is_parted(mutant: Mutant) -> bool:
    """Whether both files are of the samples that are one file with and without its parts: the whole one fits in more ways."""
    return mutant.donor is not None and mutant.donor.family == mutant.seed.family == "multi-asset"


def _is_other_content(report: Report) -> bool:
    """Whether nothing is wrong with a store but that it belongs to other content."""
    found = {s.code for s in report.active.results.failure} - {"signingCredential.untrusted"} if report.active else set()
    return bool(found) and all(code.endswith("Hash.mismatch") for code in found)


_WHOLE = ("assertion.boxesHash.match", "assertion.dataHash.match", "assertion.multiAssetHash.match")
_UNDONE = ("state", "signer", "identity")
"""What is known of a manifest again when nobody says any more that a certificate was revoked."""


def _gained(sound: Report, report: Report, *, elsewhere: bool = False, parted: bool = False) -> Iterator[str]:
    """What the report says in favour of the file, and that of the sound file does not, which may be of another type when the store stands
    ``elsewhere``, and fits by another hash when the content is that of the sound file with or without its parts (``parted``).

    What tells of a revocation is not bound to the file: whoever spoils it makes it as if nobody had said so. Statements stay what they are.
    """
    revoked = any("revoked" in f"{s.code} {s.explanation}" for m in sound.manifests for s in (*m.results.failure, *m.results.informational))
    if _ACCEPTED[report.state] > _ACCEPTED.get(sound.state, 0) and not revoked:
        yield f"the sound file is {sound.state}, this one {report.state}"
    named = not any(region.what == "label of a box, which no signed statement names" for region in report.unbound)
    more = set(told(report, named=named) - told(sound, named=named))
    if elsewhere:
        more.discard(("shown", report.media_type))
    if parted:
        more = {fact for fact in more if fact[0] != "success" or fact[1] not in _WHOLE}
    if revoked:
        more = {fact for fact in more if fact[0] != "success" and fact[1] not in _UNDONE}
    if more:
        yield f"it says more than the sound file: {sorted(map(_short, more))[:4]}"


def _short(fact: tuple[Any, ...]) -> str:
    return " ".join(f"{part!r:.60}" for part in fact)


def _is_reordered(sound: Report, report: Report) -> bool:
    """Whether the store is that of the sound file with its boxes in another order, which says nothing and is bound by nothing; or with
    other padding or another spelling of the same CBOR around a signature, and the report calls other bytes unbound than before.
    """
    old, new = sound.store, report.store
    if not old or not new or old.box.raw == new.box.raw:
        return False
    if _unordered(old.box, loose=False) == _unordered(new.box, loose=False):
        return True
    return _unbound(sound) != _unbound(report) and _unordered(old.box, loose=True) == _unordered(new.box, loose=True)


def _unbound(report: Report, place: str = "") -> list[tuple[str, int, str]]:
    return sorted((region.place, region.size, region.what) for region in report.unbound if place in ("", region.place))


def _is_earlier(sound: Report, report: Report) -> bool:
    """Whether only the newest manifests were taken away again: what is left is the file as it was before, which nothing in it can show."""
    old, new = sound.store, report.store
    kept = [manifest.box.raw for manifest in new.manifests] if new else []
    return old is not None and kept == [manifest.box.raw for manifest in old.manifests][: len(kept)] and len(kept) < len(old.manifests)


def _unordered(box: Superbox | ContentBox, label: str = "", *, loose: bool) -> tuple[Any, ...]:
    """The content of a box in whatever order; ``loose`` leaves empty padding out, and takes signatures for what they say."""
    if isinstance(box, Superbox):
        kept = (child for child in box.children if not (loose and isinstance(child, ContentBox) and _is_filler(child)))
        return (repr(box.description), tuple(sorted((_unordered(child, box.label, loose=loose) for child in kept), key=repr)))
    if loose and label == "c2pa.signature" and box.type == "cbor":
        with suppress(MalformedError):
            return (box.type, repr(cbor.decode(box.payload, where="signature")))
    return (box.type, box.payload)


def _is_filler(box: ContentBox) -> bool:
    return box.type == "free" and not any(box.payload)


def _outside(mutant: Mutant, report: Report) -> Iterator[str]:
    """Bytes that were touched, and that the report does not call unbound."""
    data, sidecar = mutant.seed.made
    if report.location == "embedded":
        # A store beside the file was not looked at then.
        sidecar = mutant.sidecar
    parts = [("file", data, mutant.data), ("store", sidecar or b"", mutant.sidecar or b"")]
    before, after = mutant.seed.sound.store, report.store
    elsewhere = bool(before and after and before.data != after.data and any(region.place == "store" for region in report.regions))
    if elsewhere and before and after and not sidecar:
        # It does not lie in the file byte by byte, so its own bytes are accounted for, and those around it by what they are in the file.
        parts = [("store", before.data, after.data), ("file", data, mutant.data)]
    for place, old, new in parts:
        if old == new:
            continue
        fine = ("unbound", "structural") if elsewhere and place == "file" and not sidecar else ("unbound",)
        # What was called unbound before it was changed may have become what belongs there.
        told_before = mutant.seed.sound.unbound if len(old) == len(new) else ()
        allowed = (*(r for r in report.regions if r.kind in fine), *told_before)
        free = [(r.offset, r.offset + r.size) for r in allowed if r.place == place]
        touched = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b] if len(old) == len(new) else []
        stray = [at for at in touched if not any(start <= at < end for start, end in free)]
        if len(stray) < len(touched):
            # A checksum over what is called unbound changes with it.
            stray = [at for at in stray if not _kind(report, at, place).startswith("structural: framing")]
        if stray:
            yield f"byte {stray[0]:,} of the {place} was changed, is accepted and is not called unbound ({_kind(report, stray[0], place)})"
        elif len(old) != len(new) and _unbound(report, place) == _unbound(mutant.seed.sound, place) and len(fine) == 1:
            yield f"the {place} has {len(new) - len(old):+,} bytes, is accepted, and nothing more or less is called unbound"


def _kind(report: Report, at: int, place: str) -> str:
    found = (r for r in report.regions if r.place == place and r.offset <= at < r.offset + r.size)
    return next((f"{region.kind}: {region.what}" for region in found), "in no region")


def _handled(mutant: Mutant, report: Report, budget: Budget) -> Iterator[Finding]:
    """What else people do with files: sign them again, take the store out, read what is in them."""
    findings: list[Finding] = []
    data = mutant.data
    pick = Random(mutant.number)
    signer = pki.signer()
    outputs: list[bytes] = []

    def signed() -> None:
        out = io.BytesIO()
        if pick.random() < 0.5:
            sign_file(data, out, Statements(title="x"), parent=data, signer=signer, thumbnail=pick.random() < 0.3)
        else:
            sign_file(data, out, Statements(created="digitalCapture"), signer=signer, drop_history=True, lift=pick.random() < 0.3)
        outputs.append(out.getvalue())

    def updated() -> None:
        out = io.BytesIO()
        update_file(data, out, Statements(title="y"), signer=signer)
        outputs.append(out.getvalue())

    def redacted() -> None:
        redact_file(data, io.BytesIO(), ["c2pa.thumbnail.claim"], reason="c2pa.PII.present", signer=signer)

    def searched() -> None:
        blocks = read_texts(BytesSource(data))
        lift_texts(blocks)

    def weighed() -> None:
        metadata = metadata_of(BytesSource(data))
        terms_of(report, metadata=metadata)
        licences_of(report, metadata=metadata)

    actions: dict[str, Callable[[], object]] = {
        "sign": signed,
        "update": updated,
        "redact": redacted,
        "strip": lambda: strip_file(data, io.BytesIO()),
        "extract": lambda: extract_file(data, None, sidecar=mutant.sidecar),
        "texts": searched,
        "terms": weighed,
    }
    for name, action in actions.items():
        took = _timed(action, findings, name, allowed=(CredkitError,))
        if took > budget.longest:
            findings.append(Finding("slow", f"{name} took {took:.0f} ms"))
    for output in outputs:
        if (state := verify_file(output).state) in ("none", "error"):
            findings.append(Finding("accepted", f"what was signed or updated is itself {state}"))
    yield from findings
