"""From a draft to a signed file: plan, write and hash in one pass, sign, fill, verify, put in place.

The asset is read once. Its hash is taken while it is copied with an empty store in the place of the final one; then the store is signed
and written over it. When a time-stamp turns out larger than the room that was kept for it, all of this is done again with more.
What was written is verified before it takes its name, and every failure leaves existing files as they were.

Clause: "Multiple step processing" (anchor ``_multiple_step_processing``).
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from credkit.assets import AssetFormat, BytesSource, Edit, FileSource, Layout, Source, StreamSource
from credkit.assets.engine import Progress, fill, hash_parts, included, known_of_output, write_hashed
from credkit.assets.source import Known
from credkit.binding import BINDERS, Output, PlannedBinding
from credkit.codec.jumbf import box_type, build_box, build_superbox
from credkit.dataclass import dataclass
from credkit.errors import OutputError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.sign.compose import HASH_ALGORITHM
from credkit.sign.draft import Draft
from credkit.sign.opening import refusing_damage
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """An output that was written: the store in it, and what its making has shown about it."""

    store: bytes
    known: Known


_Maker = Callable[[BinaryIO], _Made]


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
    binding: str | None = None
    """Label of the hard binding; None for the usual one."""
    parts: bool = False
    """Whether the parts of the file are bound, too."""
    limits: Limits = DEFAULT_LIMITS

    def output(self, edit: Edit | None) -> Output:
        """What is going to be written, or the source as it is (None)."""
        return Output(source=self.source, layout=self.layout, format=self.format, edit=edit, algorithm=HASH_ALGORITHM, limits=self.limits)

    def bind(self, edit: Edit | None) -> PlannedBinding:
        """The hard binding of what is going to be written."""
        output = self.output(edit)
        planned = BINDERS[self.binding or output.usual_binding](output)
        if not self.parts:
            return planned
        from credkit.binding.parts import with_parts

        return with_parts(output, planned)


def _plan(job: Job, seal: Seal) -> tuple[Edit, int, PlannedBinding]:
    """The edit with an empty store of the final size, that size, and the binding.

    A binding may state the place and length of the store that holds it, so the length is sought until it stands still. A first guess of
    the right magnitude saves a round. All but the binding has the same size in every round, and is put together once.
    """
    size, rest = _USUAL_SIZE, None
    for _ in range(_ROUNDS):
        edit = job.format.embed(job.source, job.layout, _empty_store(size))
        planned = job.bind(edit)
        bound = job.draft.bind(*planned.blank)
        weight = sum(len(box.data) for box in bound)
        if rest is None:
            rest = len(job.draft.assemble(seal, bound, signed=False)) - weight
        if rest + weight == size:
            return edit, size, planned
        size = rest + weight
    raise OutputError("the size of the manifest store could not be settled; leave out the thumbnail or shorten the texts")


def _empty_store(size: int) -> bytes:
    """Nothing but zeros in a box that every format knows for a manifest store: a binding may look for it in the planned file."""
    kind = box_type("c2pa")
    zeros = size - len(build_superbox(kind, "c2pa", build_box("free", b"")))
    return build_superbox(kind, "c2pa", (8 + zeros).to_bytes(4, "big") + b"free", bytes(zeros))


def _embed(job: Job, sink: BinaryIO, progress: Progress | None) -> _Made:
    for _ in range(_SIGNINGS):
        seal = Seal.of(job.signer, job.adjuncts)
        edit, size, planned = _plan(job, seal)
        digests = write_hashed(job.source, edit, sink, HASH_ALGORITHM, planned.parts, on_bytes=progress)
        _settle(job.source)
        store = job.draft.assemble(seal, job.draft.bind(*planned.of([digest.value for digest in digests])), signed=True)
        if len(store) == size:
            fill(sink, edit, job.format.embed(job.source, job.layout, store))
            sink.flush()
            return _Made(store=store, known=known_of_output(job.source, edit, planned.parts, digests))
        sink.seek(0)
        sink.truncate()
    raise OutputError("the time-stamps of the authority kept growing, so no room could be kept for one: use another authority")


def _settle(source: Source) -> None:
    """What the scan left to the copy has to hold; ``OverlookedError`` when it does not."""
    if source.known.watch:
        source.known.watch.settle()


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

    def make(sink: BinaryIO) -> _Made:
        with refusing_damage(job.format):
            return _embed(job, sink, progress)

    return _written(make, target, delivery)


def write_update(
    source: Source, edit: Edit, store: bytes, target: Target, delivery: Delivery, *, progress: Progress | None = None
) -> Written:
    """Write ``source`` with the finished ``store`` that ``edit`` puts into it, under the rules of ``write_asset``."""

    def make(sink: BinaryIO) -> _Made:
        # A data hash, which most files have, is taken over all but the store; of any other the output is read once more.
        parts = (tuple(included(edit.size, edit.exclusions)),)
        digests = write_hashed(source, edit, sink, HASH_ALGORITHM, parts, on_bytes=progress)
        sink.flush()
        return _Made(store=store, known=known_of_output(source, edit, parts, digests))

    return _written(make, target, delivery)


def _written(make: _Maker, target: Target, delivery: Delivery) -> Written:
    if not isinstance(target, (str, os.PathLike)):
        return _to_stream(make, target, delivery)
    with OutputFile(target, overwrite=delivery.overwrite, source=delivery.snapshot) as out:
        made = make(out.file)
        checked: list[Report] = []

        def check(path: Path) -> None:
            with FileSource(path) as written:
                written.known = made.known
                checked.append(_verified(written, delivery))

        out.commit(check)
    return Written(store=made.store, report=checked[0])


def _to_stream(make: _Maker, target: BinaryIO, delivery: Delivery) -> Written:
    """Streams may be anything, so the output is made and verified apart and copied when it is good."""
    with tempfile.SpooledTemporaryFile(max_size=_SPOOL) as apart:
        sink = cast("BinaryIO", apart)
        made = make(sink)
        written = StreamSource(sink)
        written.known = made.known
        report = _verified(written, delivery)
        apart.seek(0)
        _deliver(sink, target)
    return Written(store=made.store, report=report)


def _deliver(finished: BinaryIO, target: BinaryIO) -> None:
    try:
        shutil.copyfileobj(finished, target)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise OutputError(f"the output stream cannot be written: {reason.lower()}") from None


def write_sidecar(job: Job, target: Target, delivery: Delivery, *, progress: Progress | None = None) -> Written:
    """Sign the source without touching it; the store goes to ``target``, its hash covers every byte of the asset."""
    with refusing_damage(job.format):
        planned = job.bind(None)
        digests = [hash_parts(job.source, HASH_ALGORITHM, parts, on_bytes=progress).value for parts in planned.parts]
        _settle(job.source)
    # Nothing depends on the size of such a store, so no room is kept in it.
    store = job.draft.assemble(Seal(signer=job.signer, adjuncts=job.adjuncts), job.draft.bind(*planned.of(digests)), signed=True)
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
