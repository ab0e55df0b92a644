"""The tie between a picture and the journal, in both directions.

Before a picture is signed, the journal gets an entry that names the manifest to come (its label is known before), and the manifest a
``c2pa.external-reference`` that names the journal up to and including that entry. What became of the signing is written down behind it. So
the order in a crash is safe: the journal may tell of a picture that never came, and says so, but no picture can refer to an entry that is
not there.

The reference is an address of RFC 6920 (``ni:///sha-256;...``), which holds the hash itself, because a journal stays with its author and
has no place on the web: the hashed form of the standard wants an http address, the other form takes any URI (anchor
``external_reference_assertion``). ``size`` says how many bytes of the journal the hash is of. Every entry holds a random salt, so the
hash tells nobody anything about what is in the journal.
"""

from __future__ import annotations

import hashlib
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.assets import Source, open_source
from credkit.assets.engine import hash_ranges
from credkit.assets.json_lines import JSON_LINES
from credkit.dataclass import dataclass
from credkit.errors import CredkitError, MalformedError
from credkit.journal.entries import Entry, Final, Made, Outcome, read_entry
from credkit.journal.faults import Fault
from credkit.journal.gathering import candidate_of, described
from credkit.journal.writing import OpenJournal, State, append, opened_journal
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import ExternalReference
from credkit.manifest.store import Manifest
from credkit.sign.builder import Builder
from credkit.verify import Report

if TYPE_CHECKING:
    from credkit.manifest.assertions.generation import Generation

__all__ = ["AUDIT_LOG", "Announcement", "Link", "Told", "announced", "check_link", "links_of", "state_url"]

AUDIT_LOG = "c2pa.types.audit-log"
_DESCRIPTION = "The author's journal of how this picture was made, up to the entry that names this manifest. Its author can show it."
_URL = re.compile(r"ni:///sha-256;([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of the making of the picture that is signed, for the entry that a journal gets when it does not know the picture."""

    generation: Generation | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A reference to a journal in one manifest of a picture."""

    manifest: str
    """Label of the manifest."""
    state: State


class Announcement:
    """A signing that the journal knows of; ``signed`` writes down that it came to an end."""

    __slots__ = ("_journal", "_limits", "_manifest")

    def __init__(self, journal: Path, manifest: str, limits: Limits) -> None:
        self._journal = journal
        self._manifest = manifest
        self._limits = limits

    def signed(self, output: object) -> tuple[str, ...]:
        """The picture is there, under ``output`` (a path, or a stream, which has no name); sentences about what could not be written down.

        Never raises for that: the picture counts.
        """
        try:
            self._write(_finished(self._manifest, output))
        except CredkitError as error:
            return (f"The picture is signed, but the journal could not be told so: {error}",)
        return ()

    def failed(self, reason: BaseException) -> None:
        """Nothing was signed. Never raises: what ended the signing is what has to be told."""
        told = str(reason) if isinstance(reason, CredkitError) else type(reason).__name__
        try:
            self._write(Outcome(manifest=self._manifest, signed=False, reason=told))
        except CredkitError:
            # The entry without an outcome says as much.
            return

    def _write(self, outcome: Outcome) -> None:
        append(self._journal, outcome, limits=self._limits)


def _finished(manifest: str, output: object) -> Outcome:
    if not isinstance(output, (str, os.PathLike)):
        return Outcome(manifest=manifest, signed=True)
    with open_source(Path(output)) as written:
        digest = hash_ranges(written, "sha256").value.hex()
        return Outcome(manifest=manifest, signed=True, name=Path(output).name, sha256=digest, size=written.size)


@contextmanager
def announced(
    journal: Path,
    builder: Builder,
    source: Source,
    *,
    name: str = "",
    told: Told | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Announcement]:
    """Tie the picture that is signed inside of the block to a journal.

    ``source`` is the unsigned picture as it was given, ``name`` its file name. When the journal has no candidate of that hash, the
    picture is first entered as one, with what was ``told`` of its making. The label of the manifest is settled here when the builder has
    none. An exception that leaves the block is written down. ``OutputError`` when the journal cannot be continued; nothing is signed
    then.
    """
    label = builder.settle_label()
    digest = hash_ranges(source, "sha256").value.hex()
    with opened_journal(journal, wanted=f'"sha256":"{digest}"'.encode(), limits=limits) as opened:
        if not opened.tail.known:
            opened.append(_entered(source, name, told or Told(), limits))
        opened.append(Final(manifest=label, name=name, sha256=digest, size=source.size, title=builder.title))
        _refer(builder, opened)
    announcement = Announcement(journal, label, limits)
    try:
        yield announcement
    except BaseException as error:
        announcement.failed(error)
        raise


def _entered(source: Source, name: str, told: Told, limits: Limits) -> Made:
    return described(
        told.generation,
        prompt=told.prompt,
        negative_prompt=told.negative_prompt,
        seed=told.seed,
        candidates=(candidate_of(source, name=name, kept=True, limits=limits),),
        remarks=told.remarks,
    )


def _refer(builder: Builder, journal: OpenJournal) -> None:
    state = journal.state
    builder.add(
        ExternalReference(state_url(state.sha256), format=JSON_LINES, size=state.size, data_type=AUDIT_LOG, description=_DESCRIPTION)
    )


def state_url(digest: bytes) -> str:
    """The address of RFC 6920 for data with that SHA-256."""
    return f"ni:///sha-256;{urlsafe_b64encode(digest).rstrip(b'=').decode('ascii')}"


def links_of(report: Report, limits: Limits = DEFAULT_LIMITS) -> tuple[Link, ...]:
    """References to journals in all manifests that were judged valid, the newest first."""
    found = [link for judged in reversed(report.manifests) if judged.valid for link in _links_in(judged.manifest, limits)]
    return tuple(found)


def _links_in(manifest: Manifest, limits: Limits) -> Iterator[Link]:
    for assertion in manifest.assertions:
        if assertion.base_label != "c2pa.external-reference":
            continue
        try:
            value = assertion.value(limits)
        except MalformedError:
            continue
        location = value.get("location") if isinstance(value, dict) else None
        url, size = (location.get(key) for key in ("url", "size")) if isinstance(location, dict) else (None, None)
        match = _URL.fullmatch(url) if isinstance(url, str) else None
        if match and type(size) is int and size > 0 and {"type": AUDIT_LOG} in (location or {}).get("data_types", ()):
            yield Link(manifest=manifest.label, state=State(size=size, sha256=urlsafe_b64decode(match[1] + "=")))


def check_link(report: Report, journal: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[Link | None, tuple[Fault, ...]]:
    """Whether picture and journal name each other: the reference that fits, and what is wrong when none does.

    Only manifests that are valid count. ``AssetError`` when the journal cannot be read.
    """
    links = links_of(report, limits)
    if not links:
        told = f'"{report.name}" refers to no journal in a valid manifest'
        return None, (Fault(kind="link", line=None, sequence=None, message=told),)
    first: Fault | None = None
    with open_source(journal) as source:
        for link in links:
            fault = _link_fault(link, source, report.name, limits)
            if fault is None:
                return link, ()
            first = first or fault
    return None, (first,) if first else ()


def _link_fault(link: Link, source: Source, name: str, limits: Limits) -> Fault | None:
    def fault(message: str, entry: Entry | None = None) -> Fault:
        return Fault(kind="link", line=None, sequence=entry.sequence if entry else None, message=message)

    if link.state.size > source.size:
        return fault(f'"{name}" refers to {link.state.size:,} bytes of a journal, and this one has {source.size:,}')
    state = hashlib.sha256()
    for chunk in source.chunks(0, link.state.size):
        state.update(chunk)
    if state.digest() != link.state.sha256:
        return fault(f'"{name}" refers to another journal, or this one was changed before byte {link.state.size:,}')
    entry = _last_entry(source, link.state.size, limits)
    if entry is None or not isinstance(entry.content, Final) or entry.content.manifest != link.manifest:
        return fault(f'the journal does not name the manifest of "{name}" ({link.manifest}) where the picture says so', entry)
    return None


def _last_entry(source: Source, size: int, limits: Limits) -> Entry | None:
    """The entry whose line ends at that byte."""
    length = min(size, limits.journal_entry)
    tail = source.read(size - length, length)
    line = tail[tail.rfind(b"\n", 0, len(tail) - 1) + 1 :]
    try:
        return read_entry(line, limits)
    except MalformedError:
        return None
