"""A file that went into the making of another and is no picture: a model, a data set. It becomes an ``inputTo`` ingredient.

When it carries credentials, inside or beside it, it is checked and they are taken in whole, as those of a parent are; what was found is
recorded, also when it is bad. When it carries none, its hashes speak for it. Measured hashes stand in the ingredient in both cases, since
those are what people and tools know a model by. Clause: "Adding an ingredient" (anchor ``_adding_ingredients``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from credkit.api.reading import open_with_sidecar
from credkit.assets import Source, Span, detect, open_source
from credkit.assets.engine import Progress, hash_parts
from credkit.dataclass import dataclass
from credkit.errors import AssetError, DefinitionError
from credkit.load import load_store
from credkit.manifest.assertions.nearest import quoted
from credkit.sign.builder import Builder
from credkit.sign.ingredients import IngredientHandle
from credkit.trust.policy import TrustPolicy

__all__ = ["DATA_SET", "MODEL", "FileInput", "Intake", "add_file_input", "measured_of"]

MODEL, DATA_SET = "c2pa.types.model", "c2pa.types.dataset"


@dataclass(slots=True, kw_only=True)
class Intake:
    """How files are taken in, and how far their reading has come: each is measured and, with ``history``, checked."""

    policy: TrustPolicy | None = None
    """Decides what is recorded about trust in their signers."""
    history: bool = True
    """Whether their credentials are taken in."""
    progress: Progress | None = None
    """Hears of the bytes read so far, of all files together; a pass over a file that was not needed counts as done."""
    done: int = 0
    itself: str | None = None
    """SHA-256 of the file that is signed, when it is a model or a data set: it cannot have been made from itself."""

    def read(self, count: int) -> None:
        """So many bytes more."""
        self.done += count
        if self.progress:
            self.progress(self.done)

    def of_one_file(self) -> Progress:
        """Progress of one more file, for those who count from its start."""
        start = self.done

        def note(done: int) -> None:
            self.read(start + done - self.done)

        return note


class _Counted:
    """A source that tells how much of it was read in pieces."""

    def __init__(self, source: Source, intake: Intake) -> None:
        self._source = source
        self._intake = intake
        self.known = source.known
        self.counted = 0

    @property
    def size(self) -> int:
        """As the source's."""
        return self._source.size

    def read(self, start: int, length: int) -> bytes:
        """As the source's."""
        return self._source.read(start, length)

    def chunks(self, start: int, length: int) -> Iterator[bytes | memoryview]:
        """As the source's; a piece that is read twice counts once."""
        for chunk in self._source.chunks(start, length):
            count = min(len(chunk), self.size - self.counted)
            self.counted += count
            self._intake.read(count)
            yield chunk


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInput:
    """How a file is told as an ingredient."""

    title: str
    kinds: tuple[str, ...]
    """Asset types (``c2pa.types.model``)."""
    path: Path | None = None
    """None where only a description is at hand."""
    measured: Mapping[str, Any] | None = None
    """What was computed from the file (``measured_of``)."""
    claimed: Mapping[str, str] | None = None
    """Hashes that a text claims and nobody measured."""
    format: str | None = None
    address: str | None = None
    """Page about it."""


def add_file_input(builder: Builder, file: FileInput, intake: Intake) -> IngredientHandle:
    """The file as an ingredient; ``AssetError`` when it cannot be read or is a picture in the place of a model, ``DefinitionError`` when it
    is the file that is signed, ``HistoryError`` when its credentials contradict others.
    """
    _check_file(file, intake)
    metadata: dict[str, Any] = {}
    if file.measured:
        metadata["org.credkit.file"] = _file(file.measured, file.title)
    if file.claimed:
        metadata["org.credkit.claimed"] = dict(file.claimed)
    options: dict[str, Any] = {
        "title": file.title,
        "data_types": file.kinds,
        "format": file.format,
        "instance_id": f"urn:sha256:{file.measured['sha256']}" if file.measured else None,
        "informational_uri": file.address,
        "metadata": metadata or None,
    }
    if file.path is None or not intake.history:
        return builder.add_ingredient(None, "inputTo", **options)
    from credkit.lifting.kept_digests import KeptDigests

    digests = KeptDigests(file.path)
    with open_with_sidecar(file.path) as (source, beside):
        counted = _Counted(source, intake)
        if not _carries_credentials(source, beside):
            handle = builder.add_ingredient(None, "inputTo", **options)
        else:
            digests.recall(source)
            handle = builder.add_ingredient(counted, "inputTo", sidecar=beside, policy=intake.policy, **options)
            digests.keep(source)
        intake.read(source.size - counted.counted)
        return handle


def _check_file(file: FileInput, intake: Intake) -> None:
    if file.measured and file.measured["sha256"] == intake.itself:
        raise DefinitionError(f"{quoted(file.title)} is the very file that is signed: name the file that this one was made from")
    if file.path is None or MODEL not in file.kinds:
        return
    with open_source(file.path) as source:
        found = detect(source)
    if found is not None and found.media_types[0].startswith("image/"):
        raise AssetError(f'"{file.path}" is a {found.name} file, and no model: name the file of the model')


def _carries_credentials(source: Source, beside: Source | None) -> bool:
    located = load_store(source, sidecar=beside)
    return located.store is not None or (located.layout is not None and bool(located.layout.stores))


def _file(measured: Mapping[str, Any], title: str) -> dict[str, Any]:
    digests = {kind: bytes.fromhex(measured[kind]) for kind in ("sha256", "tensors", "unsigned") if kind in measured}
    return {"name": measured.get("file") or title, "size": measured["size"], **digests}


def measured_of(path: str | os.PathLike[str], what: str, intake: Intake | None = None) -> dict[str, Any]:
    """Hashes of a file (``measure_model``), from the cache where they are known; ``AssetError`` tells that ``what`` cannot be hashed."""
    from credkit.lifting.measuring import measure_model

    path, intake = Path(path), intake or Intake()
    before, note = intake.done, intake.of_one_file()
    try:
        found = measure_model(path, on_bytes=note)
    except AssetError:
        # Called like a SafeTensors file and none: its bytes have a hash all the same.
        found = _plainly_measured(path, what)
    intake.read(before + found["size"] - intake.done)
    return found


def _plainly_measured(path: Path, what: str) -> dict[str, Any]:
    try:
        with open_source(path) as source:
            found = hash_parts(source, "sha256", (Span(0, source.size),)).value
            return {"sha256": found.hex(), "size": source.size, "file": path.name}
    except AssetError as error:
        raise AssetError(
            f"{what} cannot be hashed: {error}; mend the path, or leave it out (NAME@VERSION) to state it without proof"
        ) from None
