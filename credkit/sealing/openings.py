"""The author's file of openings: what was withheld from one picture, kept until somebody is to see a part of it.

It is JSON (``schemas/openings.schema.json``), readable by its owner alone, written whole before the picture takes its name and never
overwritten: without it a sealed prompt can never be shown again. A file with fewer entries is one too; that is what is handed to a court or
a licensee.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from credkit.codec import json_text
from credkit.configuration import data_directory, make_private_folder
from credkit.dataclass import dataclass, replace
from credkit.errors import AssetError, MalformedError, OutputError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.sealing.commitments import Disclosure, read_disclosure
from credkit.sign.output import write_bytes

__all__ = ["Openings", "kept_openings", "openings_folder", "read_openings", "write_openings"]

_VERSION = 1
_UUID = re.compile(r"urn:c2pa:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Openings:
    """The openings of what one manifest withholds."""

    manifest: str
    """Label of the manifest that holds the commitments."""
    asset: str
    """Name of the signed file, for people."""
    created: datetime
    """When they were made, UTC."""
    disclosures: tuple[Disclosure, ...]

    def only(self, fields: frozenset[str]) -> Openings:
        """The same with the openings of ``fields`` alone."""
        return replace(self, disclosures=tuple(one for one in self.disclosures if one.field in fields))

    def to_json(self) -> str:
        """The text of the file."""
        return (
            json.dumps(
                {
                    "version": _VERSION,
                    "manifest": self.manifest,
                    "asset": self.asset,
                    "created": self.created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "openings": [{"field": one.field, "disclosure": one.encoded} for one in self.disclosures],
                },
                ensure_ascii=True,
                indent=2,
            )
            + "\n"
        )


def openings_folder() -> Path:
    """Where openings are kept when no file is named; it need not exist."""
    return data_directory() / "openings"


def kept_openings(manifest: str) -> Path:
    """Where the openings of a manifest are kept when no file is named: ``<UUID of the manifest>.json``."""
    found = _UUID.match(manifest)
    if found is None:
        raise MalformedError("no label of a manifest (urn:c2pa:UUID)", where=manifest[:100])
    return openings_folder() / f"{found[1].lower()}.json"


def write_openings(path: Path, openings: Openings) -> None:
    """Write a new file with mode 0600, whole or not at all; ``OutputError`` when it cannot be written, or the name is taken."""
    if os.path.lexists(path):
        raise OutputError(f'"{path}" exists already, and openings are never overwritten: name another file (--openings FILE)')
    try:
        make_private_folder(path.parent)
    except OSError as error:
        raise OutputError(f'the folder for openings "{path.parent}" cannot be made: {(error.strerror or str(error)).lower()}') from None
    write_bytes(path, openings.to_json().encode("ascii"), overwrite=False, private=True)


def read_openings(path: str | os.PathLike[str], *, limits: Limits = DEFAULT_LIMITS) -> Openings:
    """The openings in a file; ``AssetError`` when it cannot be read or is no such file."""
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:
            data = file.read(limits.openings_size + 1)
    except OSError as error:
        raise AssetError(f'the openings "{name}" cannot be read: {(error.strerror or str(error)).lower()}') from None
    except ValueError:
        raise AssetError(f"the openings {name!r} cannot be read: the name holds a character that no file name can hold") from None
    if len(data) > limits.openings_size:
        raise AssetError(f'"{name}" is no file of openings: it is larger than {limits.openings_size:,} bytes')
    try:
        return _openings(json_text.decode(data, where="the file", limits=limits), limits)
    except MalformedError as error:
        raise AssetError(f'"{name}" is no file of openings that can be used: {error}') from None


def _openings(value: Any, limits: Limits) -> Openings:
    fields = value if isinstance(value, dict) else {}
    if fields.get("version") != _VERSION or not isinstance(fields["version"], int) or isinstance(fields["version"], bool):
        raise MalformedError('"version" should be 1; a newer file needs a newer credkit')
    texts = {key: fields.get(key) for key in ("manifest", "asset", "created")}
    entries = fields.get("openings")
    wrong = next((key for key, text in texts.items() if not isinstance(text, str)), None)
    if wrong or not isinstance(entries, list):
        raise MalformedError(f'"{wrong or "openings"}" is missing or of another kind than it should be')
    return Openings(
        manifest=str(texts["manifest"]),
        asset=str(texts["asset"]),
        created=_time(str(texts["created"])),
        disclosures=tuple(_disclosure(entry, index, limits) for index, entry in enumerate(entries)),
    )


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise MalformedError('"created" is no time such as 2026-01-31T12:00:00Z')


def _disclosure(entry: Any, index: int, limits: Limits) -> Disclosure:
    where = f"entry {index + 1}"
    if not isinstance(entry, dict) or not isinstance(entry.get("field"), str) or not isinstance(entry.get("disclosure"), str):
        raise MalformedError('should hold "field" and "disclosure"', where=where)
    disclosure = read_disclosure(entry["disclosure"], limits=limits)
    if disclosure.field != entry["field"]:
        raise MalformedError("the disclosure belongs to another field than the one it stands under", where=where)
    return disclosure
