"""Take out of a file what its manifests hold: thumbnails, prompts, documents, the credentials of ingredients.

What there is and whether it is intact is decided in ``provenance.resources``, how files are written in ``sign.output_folder``. Here names
are given to them. A name consists of a number, ASCII letters and digits, and an extension that the bytes themselves ask for; nothing that a
file says reaches the file system in another form, so that no name can leave the folder, name a device, or meet another one.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from credkit.api.reading import verify_file
from credkit.assets import Asset
from credkit.dataclass import dataclass
from credkit.errors import AssetError, DefinitionError, NoCredentialsError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.resources import RESOURCE_KINDS, Absent, Resource, ResourceKind, Resources, list_resources
from credkit.provenance.sniffing import extension_of
from credkit.provenance.verdict import signer_words
from credkit.sign.output_folder import OutputFolder
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report

__all__ = ["Extracted", "Extraction", "extract_file", "extraction_document", "file_name"]

_OTHER = re.compile(r"[^A-Za-z0-9]+")
_LONGEST = 40
_SEARCHED = 200
"""Characters of a title or label that are looked at; the rest of it is cut off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """One resource, the name of its file, and where that was written."""

    resource: Resource
    name: str
    path: Path | None
    """None when nothing was written."""

    @property
    def refused(self) -> bool:
        """Whether it is not what was signed, and was left out for that."""
        return self.path is None and self.resource.intact is False


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What was taken out of one file. What the files show or say is what the signers claim, whatever the verdict."""

    report: Report
    folder: Path | None
    """None when they were only listed."""
    entries: tuple[Extracted, ...]
    """All that were asked for, also those that were refused."""
    absent: tuple[Absent, ...]
    """What the history speaks of and the file does not hold, such as prompts that were withheld."""
    omitted: int
    """Resources beyond the limits, which are neither listed nor written."""

    @property
    def written(self) -> tuple[Path, ...]:
        """The files that were written."""
        return tuple(entry.path for entry in self.entries if entry.path is not None)

    @property
    def refused(self) -> tuple[Extracted, ...]:
        """Those that are not what was signed, and were not written."""
        return tuple(entry for entry in self.entries if entry.refused)


def extract_file(
    asset: Asset,
    to: str | os.PathLike[str] | None,
    *,
    only: Iterable[ResourceKind] = RESOURCE_KINDS,
    altered: bool = False,
    overwrite: bool = False,
    sidecar: Asset | None = None,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    profile: Profile | str = Profile.V2_4,
    limits: Limits = DEFAULT_LIMITS,
    fetcher: Fetcher | None = None,
    name: str | None = None,
) -> Extraction:
    """Verify a file (path, bytes or seekable binary stream) and write what its manifests hold into the folder ``to``.

    ``to`` is made when it is not there; with None everything is listed and nothing written. ``only`` chooses kinds. What is not what was
    signed is refused, unless ``altered`` says to write it as well; such files have ``altered`` in their name. ``overwrite`` replaces files
    of the same names. ``policy`` and the rest are those of ``verify_file``; the verdict on the content of the file changes nothing.

    ``NoCredentialsError`` when there are none, ``AssetError`` when the file or its store cannot be read, ``DefinitionError`` for an unknown
    kind, ``OutputError`` when the folder cannot be written or a name in it is taken; nothing is written then.
    """
    wanted = frozenset(only)
    if unknown := sorted(wanted - set(RESOURCE_KINDS)):
        raise DefinitionError(f'"{unknown[0]}" is no kind of resource; there are {", ".join(RESOURCE_KINDS)}')
    report = verify_file(asset, sidecar=sidecar, policy=policy, at=at, profile=profile, limits=limits, fetcher=fetcher, name=name)
    if report.store is None:
        kind = NoCredentialsError if report.state == "none" else AssetError
        raise kind(report.problem or "the file carries no Content Credentials")
    found = list_resources(report, limits=limits)
    chosen = [item for item in found.items if item.kind in wanted]
    written = _write(chosen, Path(to), altered=altered, overwrite=overwrite, among=found) if to is not None else {}
    return Extraction(
        report=report,
        folder=Path(to) if to is not None else None,
        entries=tuple(Extracted(resource=item, name=file_name(item, found), path=written.get(item.index)) for item in chosen),
        absent=found.absent,
        omitted=found.omitted,
    )


def _write(chosen: list[Resource], folder: Path, *, altered: bool, overwrite: bool, among: Resources) -> dict[int, Path]:
    """Where each was written, by its number."""
    allowed = {item.index: item for item in chosen if item.intact is not False or altered}
    names = {index: file_name(item, among) for index, item in allowed.items()}
    if names:
        with OutputFolder(folder, overwrite=overwrite) as out:
            for index, name in names.items():
                out.add(name, allowed[index].data)
            out.commit()
    return {index: folder / name for index, name in names.items()}


def file_name(item: Resource, among: Resources) -> str:
    """``02-thumbnail-moon-jpg.png``: its number, what it is (as far as ASCII letters and digits tell), and what its bytes are."""
    words = [word for text in (item.kind, item.title or item.label.removeprefix("c2pa.")) for word in [_OTHER.sub("-", text[:_SEARCHED])]]
    words = [word.strip("-")[:_LONGEST].strip("-") for word in words]
    if words[0] in words[1].lower().split("-"):
        words = words[1:]
    mark = ["altered"] if item.intact is False else []
    number = f"{item.index:0{max(2, len(str(len(among.items))))}d}"
    return "-".join((number, *mark, *(word for word in words if word))) + f".{extension_of(item.media_type)}"


def extraction_document(extraction: Extraction, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The extraction as JSON, as ``schemas/extract.schema.json`` has it. Texts from the file are as stored."""
    return {
        "file": extraction.report.name,
        "state": extraction.report.state,
        "folder": os.fspath(extraction.folder) if extraction.folder is not None else None,
        "resources": [_entry(entry, limits) for entry in extraction.entries],
        "absent": [{"what": one.what, "generation": one.generation, "why": one.why} for one in extraction.absent],
        "omitted": extraction.omitted,
    }


def _entry(entry: Extracted, limits: Limits) -> dict[str, Any]:
    item = entry.resource
    return {
        "index": item.index,
        "kind": item.kind,
        "name": entry.name,
        "written": entry.path is not None,
        "label": item.label,
        "title": item.title,
        "uri": item.uri,
        "manifest": item.manifest,
        "generation": item.generation,
        "of": item.of,
        "claimed_by": signer_words(item.signer, limits) if item.signer else None,
        "claimed_type": item.claimed_type,
        "media_type": item.media_type,
        "size": item.size,
        "sha256": hashlib.sha256(item.data).hexdigest(),
        "intact": item.intact,
        "problem": item.problem,
    }
