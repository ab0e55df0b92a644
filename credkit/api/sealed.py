"""Signing with private fields: what is cleared, and the last look before it is done. What is private is decided in ``withholding``.

One object accompanies one signing. It decides about order: the picture is cleared before anything is written, the finished file is
searched before it takes its name, and the openings are on the disk by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from credkit.api.lifted import Texts
from credkit.api.reading import name_of
from credkit.api.statements import Statements
from credkit.api.surroundings import same_file, telling_store, telling_twin
from credkit.assets import Asset, Source
from credkit.configuration import make_private_folder
from credkit.dataclass import dataclass, field
from credkit.errors import CredkitError, DefinitionError, HistoryError, MalformedError, OutputError
from credkit.limits import Limits
from credkit.sealing.clearing import clear_picture, telling_blocks
from credkit.sealing.commitments import Disclosure
from credkit.sealing.openings import Openings, write_openings
from credkit.sealing.search import Searched, in_bytes, in_manifests, in_packed, in_text
from credkit.sign.ingredients import IngredientHandle
from credkit.sign.output import write_bytes
from credkit.sign.writing import Target
from credkit.verify import Report

if TYPE_CHECKING:
    from credkit.media.texts import TextBlock

__all__ = ["NAMES", "PromptPrivacy", "Sealing", "spoken"]

PromptPrivacy = Literal["public", "sealed", "omit"]
NAMES = {"prompt": "the prompt", "negative-prompt": "the negative prompt", "seed": "the seed"}
"""How a person calls the fields that have a name of their own."""
_NAMELESS = "picture"
"""Title of an ingredient whose name stays private."""


@dataclass(slots=True, kw_only=True)
class Sealing:
    """One signing; under ``public`` nothing is withheld and it does nothing."""

    mode: PromptPrivacy
    label: str
    asset: str
    unsealed: Statements
    """Everything that there is to say."""
    statements: Statements
    """What of it may be public."""
    texts: Texts
    companion: Path
    """Where a text file beside the output goes."""
    limits: Limits
    sought: Searched = field(default_factory=lambda: Searched({}, {}))
    """What is withheld."""
    disclosures: tuple[Disclosure, ...] = ()
    documents: frozenset[str] = frozenset()
    """Raw texts of generation tools."""
    openings: Path | None = None
    """Where the openings go; None when there are none."""
    notes: list[str] = field(default_factory=list)
    _twin: tuple[Path, bytes] | None = None
    _written: list[Path] = field(default_factory=list)

    def title(self, given: str | None, default: str | None) -> str | None:
        """The title of the manifest: a given one was checked before, a file name that tells something is left out."""
        if self.mode == "public" or given or not default or not self._name_tells(default):
            return given or default
        self.notes.append("The name of the file holds something private, so it was not taken as title (--title TEXT gives one).")
        return None

    def title_of_ingredient(self, asset: Asset | Report) -> str | None:
        """What to call an ingredient instead of its file name, which tells something; None to leave it at that."""
        name = (asset.name if isinstance(asset, Report) else name_of(asset)) or ""
        if self.mode == "public" or not self._name_tells(name):
            return None
        self.notes.append("The name of the file of an ingredient holds something private, so it was not taken as its title.")
        return _NAMELESS

    def _name_tells(self, name: str) -> bool:
        return self.sought.find_in_name(name) is not None

    def check_ingredients(self, handles: Iterable[IngredientHandle]) -> None:
        """``HistoryError`` when the history of an ingredient states in the open what is to be kept private."""
        for handle in handles if self.mode != "public" else ():
            store = handle.report.store if handle.report else None
            found = in_manifests(self.sought, store.manifests, limits=self.limits) if store else None
            if found:
                name = f' "{handle.report.name}"' if handle.report and handle.report.name else ""
                other = ", leave the credentials of models out (--no-model-history)" if handle.relationship == "inputTo" else ""
                raise HistoryError(
                    f"the credentials of the ingredient{name} state {spoken(found[0])} in the open ({found[1]}), and taking its history "
                    f'in would publish it again: take it out there first with "credkit redact"{other}, or sign without withholding it'
                )

    def cleared(self, source: Source, *, sidecar: bool) -> Source:
        """The picture without the texts that tell something; with ``sidecar`` it stays as it is, or is refused."""
        if self.mode == "public":
            return source
        blocks = telling_blocks(self.texts.blocks, self.sought, self.documents, limits=self.limits)
        telling = tuple(block for block in blocks if block.kind != "twin")
        if sidecar and telling:
            raise DefinitionError(
                f"with a sidecar the file stays as it is, and {telling[0].place} holds what is to be withheld: sign into the file"
            )
        if not telling:
            return source
        cleared = clear_picture(source, telling, limits=self.limits)
        places = tuple(dict.fromkeys(block.place for block in cleared.removed))
        self.notes.append(f"Taken out of the file: {', '.join(places)}.")
        return cleared.source

    def look_around(self, source: Path | None, output: Target) -> None:
        """Find what lies beside the files and tells: a text file beside the output is to move, a manifest store there is refused
        (``HistoryError``), what lies elsewhere is named. ``DefinitionError`` when output and openings are one file.
        """
        if self.mode == "public":
            return
        from credkit.media.texts import twin_of

        target = Path(output) if isinstance(output, (str, os.PathLike)) else None
        if target is not None:
            if self.openings is not None and os.path.realpath(target) == os.path.realpath(self.openings):
                raise DefinitionError(f'the openings would go to "{target}", where the signed file goes: name another file for them')
            if telling := self._telling_store(target, target):
                raise HistoryError(
                    f'the manifest store "{telling[0]}" beside the output states {spoken(telling[1])} in the open: move it away first'
                )
            if self._name_tells(target.name):
                self.notes.append("The name of the output holds something private; whoever gets the file can read it.")
            self._twin = self._telling_twin(target)
            if self._twin and same_file(self._twin[0], self.companion):
                self.companion = self.companion.with_name(self.companion.name + ".txt")
        if source is not None and (telling := self._telling_store(source, target)):
            self.notes.append(f'The manifest store "{telling[0]}" holds what was withheld; it stays where it is.')
        if source is not None and self._telling_twin(source) and not (target and same_file(twin_of(source), twin_of(target))):
            self.notes.append(f'The text file "{twin_of(source)}" holds what was withheld; it stays where it is.')

    def _telling_store(self, picture: Path, output: Path | None) -> tuple[Path, str] | None:
        return telling_store(picture, self.sought, output=output, limits=self.limits)

    def _telling_twin(self, picture: Path) -> tuple[Path, bytes] | None:
        return telling_twin(picture, self.sought, self.documents, limits=self.limits)

    def last_check(self, source: Source, report: Report) -> None:
        """Search the finished file, then put the openings on the disk; ``OutputError`` when something private is in the file."""
        if self.mode == "public":
            return
        manifests = report.store.manifests if report.store else ()
        if found := in_manifests(self.sought, manifests, limits=self.limits):
            raise _leak(found[0], f"it is stated in {found[1]}")
        try:
            self._search(source)
        except MalformedError as error:
            raise OutputError(f"the signed file cannot be searched for what is to be withheld, so nothing was written: {error}") from None
        self._keep()

    def _search(self, source: Source) -> None:
        for block in _all_texts(source, self.limits):
            if field := in_text(self.sought, block.text, limits=self.limits):
                raise _leak(field, f"it stands in {block.place}")
            if block.kind == "pixels":
                raise _leak("prompt", "the text hidden in the pixels could not be removed")
        if hit := in_bytes(self.sought, source):
            raise _leak(hit[0], f"it stands at byte {hit[1]:,} of the file")
        if field := in_packed(self.sought, source, limits=self.limits):
            raise _leak(field, "it stands in packed data")

    def _keep(self) -> None:
        if self.openings is not None:
            found = Openings(manifest=self.label, asset=self.asset, created=datetime.now(UTC), disclosures=self.disclosures)
            write_openings(self.openings, found)
            self._written.append(self.openings)
        if self._twin is not None:
            try:
                make_private_folder(self.companion.parent)
            except OSError as error:
                raise OutputError(f'the folder "{self.companion.parent}" cannot be made: {error.strerror or error}') from None
            write_bytes(self.companion, self._twin[1], overwrite=False, private=True)
            self._written.append(self.companion)

    @contextmanager
    def kept(self, output: Target) -> Iterator[None]:
        """What was written beside the picture goes again when the picture could not be put in place; else the text file beside it goes.

        After an interruption nothing is removed, because the picture may stand already. Neither is it for a stream, which may have got it.
        """
        try:
            yield
        except CredkitError:
            if isinstance(output, (str, os.PathLike)):
                for path in self._written:
                    with suppress(OSError):
                        path.unlink()
            raise
        self._move_twin()

    def _move_twin(self) -> None:
        if self._twin is None:
            return
        path, content = self._twin
        try:
            unchanged = path.read_bytes() == content
            if unchanged:
                path.unlink()
        except OSError as error:
            self.notes.append(f'The text file "{path}" holds what was withheld and could not be moved away: {error.strerror or error}.')
            return
        if unchanged:
            self.notes.append(f'The text file "{path}" held what was withheld; it was moved to "{self.companion}".')
        else:
            self.notes.append(f'The text file "{path}" was changed in the meantime and stays; it may hold what was withheld.')


def spoken(name: str) -> str:
    """How a person calls a field."""
    return NAMES.get(name, f'the field "{name}"')


def _leak(name: str, where: str) -> OutputError:
    return OutputError(f"the signed file would still hold {spoken(name)}, which is to be withheld ({where}), so nothing was written")


def _all_texts(source: Source, limits: Limits) -> Iterator[TextBlock]:
    from credkit.media.hidden import find_hidden
    from credkit.media.texts import read_texts

    yield from read_texts(source, limits=limits)
    hidden = find_hidden(source, limits=limits)
    if hidden:
        yield hidden
