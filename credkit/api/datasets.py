"""``sign_dataset`` and ``verify_dataset``: a folder of training data gets one manifest that lists every file with its digest.

The manifest is a file of its own; its list is relative to the folder. By the standard the members are found relative to the place of the
manifest, so its own place is in that folder (``dataset.c2pa``); kept elsewhere, it has to be checked with the folder named.
Clauses: "Collection Data Hash" (anchor ``_collection_data_hash``), "Multi-file Ingredients" (anchor ``_multi_file_ingredients``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from credkit.api.countersigning import chosen_adjuncts, stated_time
from credkit.api.dataset_files import ALGORITHM, DATA_SET_FILE, ListedFiles, is_hidden, listed_files, read_members, still_the_same
from credkit.api.reading import verify_file
from credkit.api.statements import Statements
from credkit.assets import Asset, BytesSource
from credkit.assets.engine import Progress
from credkit.binding.folder import FolderMembers, OnMember
from credkit.binding.target import MemberState
from credkit.dataclass import dataclass, replace
from credkit.errors import DefinitionError, OutputError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import AssetType, DataSetFindings, GeneratorInfo, OpaqueAssertion, RightsFound
from credkit.manifest.assertions.collection_hash import CollectionHash
from credkit.manifest.assertions.text_rules import allowed_text
from credkit.manifest.member_uri import member_names
from credkit.sign.builder import Builder
from credkit.sign.named_actor import NamedActor
from credkit.sign.output import write_bytes
from credkit.sign.seal import Seal
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report, verify

__all__ = ["DatasetCheck", "DatasetResult", "sign_dataset", "verify_dataset"]

_SEVERAL_FILES = "multipart/mixed"
_COMPOSITE = "composite"
"""Source type of a data set that is not said to be of one kind: several elements of any kind."""
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetResult:
    """A data set that was signed."""

    output: Path
    label: str
    """Of its manifest."""
    store: bytes
    report: Report
    """The verification of what was written, without the files: they were hashed a moment before."""
    items: int
    size: int
    """Of all files together, in bytes."""
    rights: RightsFound | None
    """What the files say about training; None when nobody looked."""
    stamped: datetime | None = None
    notes: tuple[str, ...] = ()
    """Sentences for people: which files forbid training, what was left out."""


def sign_dataset(
    folder: str | os.PathLike[str],
    output: str | os.PathLike[str] | None = None,
    statements: Statements | None = None,
    *,
    signer: Signer,
    files: Iterable[str] | None = None,
    location: str | None = None,
    look: bool = True,
    generator: GeneratorInfo | None = None,
    overwrite: bool = True,
    actors: Iterable[NamedActor] = (),
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
    fetcher: Fetcher | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> DatasetResult:
    """Write a manifest that lists every file of ``folder`` (or those of ``files``, relative to it) into ``output``, by default
    ``dataset.c2pa`` in the folder.

    ``statements`` says whose the data set is, under which terms, and how it came to be (``created``, by default ``composite``);
    ``location`` is the address where others can have it. ``look`` reads what pictures say themselves about training, in their credentials
    and their metadata, and records which of them forbid it. ``progress`` hears of the bytes read so far.

    Raises ``AssetError`` for a file that cannot be read or changes meanwhile, ``DefinitionError``, ``CredentialError``, ``FetchError`` or
    ``OutputError``; after each of them every existing file is as it was.
    """
    folder = Path(folder)
    target = Path(output) if output is not None else folder / DATA_SET_FILE
    if not overwrite and os.path.lexists(target):
        raise OutputError(f'"{target}" exists already; allow overwriting or name another output')
    if folder.is_dir() and not target.parent.is_dir():
        raise OutputError(f'cannot write "{target}": the folder does not exist; create it first or choose another one')
    signer.check()
    statements = statements or Statements()
    if not statements.created and not statements.edited:
        statements = replace(statements, created=_COMPOSITE)
    builder = Builder(title=statements.title or _name_of(folder), generator=generator, limits=limits)
    # What is no valid statement is refused before many files are read.
    statements.apply(builder)
    listed = listed_files(folder, besides=target, names=files, limits=limits)
    read = read_members(listed, look=look, limits=limits, progress=progress)
    builder.add(AssetType("dataset", format=_SEVERAL_FILES))
    builder.add(DataSetFindings(len(read.members), size=listed.size, rights=read.rights))
    if location is not None:
        builder.add(OpaqueAssertion("c2pa.asset-ref", {"references": [{"reference": {"uri": location}}]}))
    for actor in actors:
        builder.add_identity(actor.signer, roles=actor.roles, referenced=actor.referenced, key_order=actor.key_order)
    adjuncts = chosen_adjuncts(signer, None, timestamp=timestamp, staple=staple, fetcher=fetcher, limits=limits)
    binding = CollectionHash(read.members, alg=ALGORITHM)
    draft = builder.draft()
    store = draft.assemble(Seal(signer=signer, adjuncts=adjuncts), draft.bind(binding), signed=True)
    report = _verified(store, limits)
    still_the_same(listed)
    write_bytes(target, store, overwrite=overwrite)
    return DatasetResult(
        output=target,
        label=report.active_manifest or "",
        store=store,
        report=report,
        items=len(read.members),
        size=listed.size,
        rights=read.rights,
        stamped=stated_time(report, limits),
        notes=tuple(_notes(listed, read.rights)),
    )


def _name_of(folder: Path) -> str | None:
    return allowed_text(folder.resolve().name) or None


def _verified(store: bytes, limits: Limits) -> Report:
    if len(store) > limits.store_size:
        raise DefinitionError(
            f"the manifest would have {len(store):,} bytes, and {limits.store_size:,} can be read: divide the data set into several"
        )
    report = verify(BytesSource(store), limits=limits, name="output")
    if report.state not in ("Valid", "Trusted"):
        failures = report.active.results.failure if report.active else ()
        reason = next((s.explanation or s.code for s in failures if s.code != "signingCredential.untrusted"), report.problem)
        raise OutputError(f"the manifest did not pass our own verification, so nothing was written: {reason}")
    return report


def _notes(listed: ListedFiles, rights: RightsFound | None) -> Iterable[str]:
    total = len(listed.names)
    if rights:
        for files, one, several in (
            (rights.training_not_allowed, "forbids AI training", "forbid AI training"),
            (rights.training_constrained, "allows AI training under conditions only", "allow AI training under conditions only"),
            (rights.invalid, "carries credentials that are not valid", "carry credentials that are not valid"),
        ):
            if files:
                named = ", ".join(files[:_NAMED]) + (" ..." if len(files) > _NAMED else "")
                yield f"{len(files):,} of {total:,} files {one if len(files) == 1 else several}: {named}."
    if listed.left_out:
        hidden = "1 hidden file was" if listed.left_out == 1 else f"{listed.left_out:,} hidden files were"
        yield f"{hidden} left out (names that begin with a dot, notes of operating systems)."


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetCheck:
    """What became of a data set since it was signed."""

    report: Report
    listed: int
    """Files that the manifest lists."""
    missing: tuple[str, ...] = ()
    """URIs of files that are not there."""
    changed: tuple[str, ...] = ()
    """URIs of files that are not what was signed, or cannot be read."""
    extra: tuple[str, ...] = ()
    """Names of files that lie there and are not listed, hidden ones left out: nothing vouches for them."""


def verify_dataset(
    manifest: Asset,
    folder: str | os.PathLike[str] | None = None,
    *,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    profile: Profile | str = Profile.V2_4,
    fetcher: Fetcher | None = None,
    limits: Limits = DEFAULT_LIMITS,
    name: str | None = None,
    on_member: OnMember | None = None,
) -> DatasetCheck:
    """Judge the manifest of a data set and every file that it lists; ``folder`` is that of the manifest by default.

    ``on_member`` hears of each file. Raises ``AssetError`` when manifest or folder cannot be read at all.
    """
    path = Path(manifest) if isinstance(manifest, (str, os.PathLike)) else None
    if folder is None and path is None:
        raise DefinitionError("a manifest without a place of its own needs the folder of the files")
    found: dict[MemberState, list[str]] = {"same": [], "changed": [], "missing": []}

    def note(uri: str, state: MemberState, done: int, total: int) -> None:
        found[state].append(uri)
        if on_member:
            on_member(uri, state, done, total)

    place = Path(folder) if folder is not None else (path or Path()).absolute().parent
    options: dict[str, Any] = {"policy": policy, "at": at, "profile": profile, "fetcher": fetcher, "limits": limits, "name": name}
    report = verify_file(manifest, folder=place, on_member=note, **options)
    uris = [uri for state in found.values() for uri in state]
    known = {called for uri in uris for called in member_names(uri)}
    there = FolderMembers(place, besides=path, limits=limits).names()
    return DatasetCheck(
        report=report,
        listed=len(uris),
        missing=tuple(found["missing"]),
        changed=tuple(found["changed"]),
        extra=tuple(sorted(name for name in there if name not in known and not is_hidden(name))) if uris else (),
    )
