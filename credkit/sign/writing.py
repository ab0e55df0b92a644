"""From a draft to a signed file: plan, write and hash in one pass, sign, fill, verify, put in place.

The asset is read once. Its hash is taken while it is copied with zeros in the place of the store; then the store is signed
and written over the zeros. When a time-stamp turns out larger than the room that was kept for it, all of this is done again with more.
What was written is verified before it takes its name, and every failure leaves existing files as they were.

Clause: "Multiple step processing" (anchor ``_multiple_step_processing``).
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from credkit.assets import AssetFormat, BytesSource, Edit, FileSource, Layout, Source, Span, StreamSource
from credkit.assets.engine import Progress, fill, hash_ranges, note_output, write_hashed
from credkit.codec.digest import Digest
from credkit.errors import OutputError
from credkit.sign.compose import HASH_ALGORITHM
from credkit.sign.draft import Draft
from credkit.sign.output import OutputFile, Snapshot
from credkit.sign.seal import NO_ADJUNCTS, Adjuncts, Seal
from credkit.sign.signer import Signer
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify

__all__ = ["Delivery", "Job", "LastCheck", "Target", "Written", "write_asset", "write_sidecar", "write_store", "write_update"]

_ROUNDS = 8
_SIGNINGS = 4
"""The second has room for the largest time-stamp so far; an authority whose time-stamps grow further does not mean well."""
_USUAL_SIZE = 4096
_SPOOL = 8 << 20

Target = str | os.PathLike[str] | BinaryIO
LastCheck = Callable[[Source, Report], object]
"""Called with the finished file and its verification before it takes its name; stops that by raising."""
_Maker = Callable[[BinaryIO], tuple[bytes, Edit, Digest]]
"""Writes an output; the store in it, the edit that was made, and the hash of all but the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A finished signing."""

    store: bytes
    report: Report
    """The verification of our own output: of a new signature without any list of signers, of an update with those that were given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """On which conditions a finished output takes its name."""

    overwrite: bool = True
    """Whether it may replace a file."""
    snapshot: Snapshot | None = None
    """The file behind the source as it was; when it has changed, nothing is written."""
    policy: TrustPolicy | None = None
    """With ``at``, what the verification of the output depends on: it must not reject what the check of the ingredients accepted."""
    at: datetime | None = None
    last_check: LastCheck | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is signed, by whom, and into what kind of file."""

    draft: Draft
    signer: Signer
    source: Source
    layout: Layout
    format: AssetFormat
    adjuncts: Adjuncts = NO_ADJUNCTS
    """What is to stand beside the signature."""


def _plan(job: Job, seal: Seal) -> tuple[Edit, int]:
    """The edit with a store of zeros of the final size, and that size.

    The store holds its own place and length, so the length is sought until it stands still. A first guess of the right
    magnitude saves a round.
    """
    exclusions: tuple[Span, ...] = (Span(job.layout.insert_at, _USUAL_SIZE),)
    for _ in range(_ROUNDS):
        size = len(job.draft.assemble(seal, exclusions, None))
        edit = job.format.embed(job.source, job.layout, bytes(size))
        if edit.exclusions == exclusions:
            return edit, size
        exclusions = edit.exclusions
    raise OutputError("the size of the manifest store could not be settled; leave out the thumbnail or shorten the texts")


def _embed(job: Job, sink: BinaryIO, progress: Progress | None) -> tuple[bytes, Edit, Digest]:
    for _ in range(_SIGNINGS):
        seal = Seal.of(job.signer, job.adjuncts)
        edit, size = _plan(job, seal)
        digest = write_hashed(job.source, edit, sink, HASH_ALGORITHM, on_bytes=progress)
        store = job.draft.assemble(seal, edit.exclusions, digest.value)
        if len(store) == size:
            fill(sink, edit, job.format.embed(job.source, job.layout, store))
            sink.flush()
            return store, edit, digest
        sink.seek(0)
        sink.truncate()
    raise OutputError("the time-stamps of the authority kept growing, so no room could be kept for one: use another authority")


def _verified(source: Source, delivery: Delivery, sidecar: Source | None = None) -> Report:
    """The verification of a finished output; ``OutputError`` when it fails, or what its last check raises."""
    report = verify(source, sidecar=sidecar, policy=delivery.policy, at=delivery.at, name="output")
    if report.state not in ("Valid", "Trusted"):
        failures = [*(report.active.results.failure if report.active else ()), *([report.failure] if report.failure else [])]
        failures += [s for delta in report.ingredient_deltas for s in delta.validation_deltas.failure]
        reason = next((s.explanation or s.code for s in failures if s.code != "signingCredential.untrusted"), report.problem)
        raise OutputError(f"the signed file did not pass our own verification, so nothing was written: {reason}")
    if delivery.last_check:
        delivery.last_check(source, report)
    return report


def write_asset(job: Job, target: Target, delivery: Delivery, *, progress: Progress | None = None) -> Written:
    """Sign into ``target``: a path, also the source's own, or a writable binary stream at its present position."""

    def make(sink: BinaryIO) -> tuple[bytes, Edit, Digest]:
        return _embed(job, sink, progress)

    return _written(make, job.source, target, delivery)


def write_update(
    source: Source, edit: Edit, store: bytes, target: Target, delivery: Delivery, *, progress: Progress | None = None
) -> Written:
    """Write ``source`` with the finished ``store`` that ``edit`` puts into it, under the rules of ``write_asset``."""

    def make(sink: BinaryIO) -> tuple[bytes, Edit, Digest]:
        digest = write_hashed(source, edit, sink, HASH_ALGORITHM, on_bytes=progress)
        sink.flush()
        return store, edit, digest

    return _written(make, source, target, delivery)


def _written(make: _Maker, source: Source, target: Target, delivery: Delivery) -> Written:
    if not isinstance(target, (str, os.PathLike)):
        return _to_stream(make, source, target, delivery)
    with OutputFile(target, overwrite=delivery.overwrite, source=delivery.snapshot) as out:
        store, edit, digest = make(out.file)
        checked: list[Report] = []

        def check(path: Path) -> None:
            with FileSource(path) as written:
                note_output(written, source, edit, digest)
                checked.append(_verified(written, delivery))

        out.commit(check)
    return Written(store=store, report=checked[0])


def _to_stream(make: _Maker, source: Source, target: BinaryIO, delivery: Delivery) -> Written:
    """Streams may be anything, so the output is made and verified apart and copied when it is good."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as apart:
        sink = cast("BinaryIO", apart)
        store, edit, digest = make(sink)
        written = StreamSource(sink)
        note_output(written, source, edit, digest)
        report = _verified(written, delivery)
        apart.seek(0)
        _deliver(sink, target)
    return Written(store=store, report=report)


def _deliver(finished: BinaryIO, target: BinaryIO) -> None:
    try:
        shutil.copyfileobj(finished, target)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise OutputError(f"the output stream cannot be written: {reason.lower()}") from None


def write_sidecar(job: Job, target: Target, delivery: Delivery, *, progress: Progress | None = None) -> Written:
    """Sign the source without touching it; the store goes to ``target``, its hash covers every byte of the asset."""
    digest = hash_ranges(job.source, HASH_ALGORITHM, (), on_bytes=progress)
    # Nothing depends on the size of such a store, so no room is kept in it.
    store = job.draft.assemble(Seal(signer=job.signer, adjuncts=job.adjuncts), (), digest.value)
    return write_store(job.source, store, target, delivery)


def write_store(source: Source, store: bytes, target: Target, delivery: Delivery) -> Written:
    """Write the finished ``store`` of ``source`` into a file of its own, after it was verified against ``source``."""
    report = _verified(source, delivery, BytesSource(store))
    if isinstance(target, (str, os.PathLike)):
        with OutputFile(target, overwrite=delivery.overwrite, source=delivery.snapshot) as out:
            out.file.write(store)
            out.commit()
    else:
        _deliver(io.BytesIO(store), target)
    return Written(store=store, report=report)
