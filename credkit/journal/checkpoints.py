"""Checkpoints: a signed line over everything that the journal gained since the checkpoint before.

The form is that of the standard (anchor ``_embedding_manifests_into_append_only_text_files``), the manifest store in the line itself:
segment hash as hard binding, the previous checkpoint as parent. The journal stays locked until the line is there, so that nothing comes
between what was signed and its signature. What was made is verified before it is appended.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from credkit.assets import Copy, EditedSource, FileSource, Insert, Source, Span
from credkit.assets.json_lines import JSON_LINES, checkpoint_line
from credkit.codec.digest import digest
from credkit.dataclass import dataclass
from credkit.errors import OutputError
from credkit.journal.writing import OpenJournal, opened_journal
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import Action, SegmentHash
from credkit.sign.builder import Builder
from credkit.sign.compose import HASH_ALGORITHM
from credkit.sign.seal import Adjuncts, Seal
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify

__all__ = ["Checkpoint", "prefix_of", "stated_time", "write_checkpoint"]

_TITLE = "authorship journal"
_MADE_OF = "dataDrivenMedia"
"""A log is data, written down by a program; of the digital source types this is the nearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A checkpoint that was appended."""

    label: str
    """Of its manifest."""
    line: int
    """Number of its line, from 1."""
    covered: int
    """Bytes that the journal gained since the checkpoint before."""
    stamped: datetime | None
    """The time that the time-stamp states; None without one."""
    report: Report
    """The verification of the journal with it."""


def prefix_of(source: Source, size: int) -> Source:
    """The first bytes of a source as a source of their own."""
    return EditedSource(source, (Copy(Span(0, size)),))


def write_checkpoint(
    path: Path,
    signer: Signer,
    *,
    time_stamper: TimeStamper | None = None,
    policy: TrustPolicy | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Checkpoint:
    """Sign what the journal gained since the last checkpoint, and append the signature.

    ``policy`` decides what is recorded about trust in the checkpoint before. ``OutputError`` when there is no such journal, nothing new
    in it, it was altered, or it has as many checkpoints as it may have; ``CredentialError``, ``FetchError`` as ``Builder.sign``; the
    journal is then as it was.
    """
    signer.check()
    if not path.is_file():
        raise OutputError(f'there is no journal "{path}": "credkit journal add" or "credkit journal note" begins one')
    with opened_journal(path, limits=limits) as journal, FileSource(journal.path) as source:
        tail = journal.tail
        before = tail.checkpoints[-1] if tail.checkpoints else None
        if before and before.end == tail.size:
            raise OutputError(f'nothing was written to the journal "{path}" since its last checkpoint')
        if len(tail.checkpoints) >= limits.journal_checkpoints:
            raise OutputError(
                f'the journal "{path}" has {len(tail.checkpoints):,} checkpoints, which is as many as readers follow: '
                "begin a new one (--journal), and keep this one"
            )
        seal = Seal(signer=signer, adjuncts=Adjuncts(time_stamper=time_stamper))
        return _appended(journal, source, before, seal, policy=policy, limits=limits)


def _appended(
    journal: OpenJournal,
    source: Source,
    before: Span | None,
    seal: Seal,
    *,
    policy: TrustPolicy | None,
    limits: Limits,
) -> Checkpoint:
    size = journal.tail.size
    start = before.end if before else 0
    builder = _builder(source, before, policy, limits)
    statement = SegmentHash(_hash(source, start, size - start), start=start, end=size, predecessor=_predecessor(source, before))
    draft = builder.draft()
    store = draft.assemble(seal, draft.bind(statement), signed=True)
    if len(store) > limits.store_size:
        raise OutputError(f'the checkpoints of the journal "{journal.path}" grew too large: begin a new one (--journal), and keep this one')
    line = checkpoint_line(store)
    report = verify(EditedSource(source, (Copy(Span(0, size)), Insert(line))), policy=policy, limits=limits, name=journal.path.name)
    if report.state not in ("Valid", "Trusted"):
        failures = [*(report.active.results.failure if report.active else ()), *([report.failure] if report.failure else [])]
        failures += [s for delta in report.ingredient_deltas for s in delta.validation_deltas.failure]
        reason = next((s.explanation or s.code for s in failures if s.code != "signingCredential.untrusted"), report.problem)
        raise OutputError(f"the checkpoint did not pass our own verification, so nothing was appended: {reason}")
    journal.append_line(line)
    stamped = report.active.signature.time if report.active and report.active.signature else None
    return Checkpoint(
        label=draft.label,
        line=journal.tail.lines,
        covered=size - start,
        stamped=stamped or stated_time(store, limits),
        report=report,
    )


def _builder(source: Source, before: Span | None, policy: TrustPolicy | None, limits: Limits) -> Builder:
    builder = Builder(title=_TITLE, limits=limits)
    if before is None:
        builder.created(_MADE_OF)
        return builder
    report = verify(prefix_of(source, before.end), policy=policy, limits=limits, name=_TITLE)
    if report.content_intact is not True:
        raise OutputError(
            "the last checkpoint of the journal does not fit what stands before it, so nothing is appended "
            '(see "credkit journal verify"; keep the file, and begin a new one with --journal)'
        )
    builder.add_parent(report, title=_TITLE, format=JSON_LINES, policy=policy)
    builder.add_action(Action("c2pa.edited", digital_source_type=_MADE_OF, description="Entries were appended."))
    return builder


def _hash(source: Source, start: int, length: int) -> bytes:
    return digest(HASH_ALGORITHM, source.chunks(start, length)).value


def _predecessor(source: Source, before: Span | None) -> tuple[int, int, bytes] | None:
    return (before.start, before.length, _hash(source, before.start, before.length)) if before else None


def stated_time(store: bytes, limits: Limits) -> datetime | None:
    """The time that the time-stamp in a store of ours states, whoever trusts its authority."""
    from credkit.codec.cose import parse_sign1
    from credkit.manifest.store import parse_store
    from credkit.trust.timestamp import parse_token

    box = parse_store(store, limits=limits).manifests[-1].signature_box
    signature = box.content("cbor") if box else None
    stamps = parse_sign1(signature, where="claim signature").unprotected.get("sigTst2") if signature else None
    return parse_token(stamps["tstTokens"][0]["val"], limits).time if stamps else None
