"""Signing with private fields: what is kept out of the file, what is committed to, what is cleared, and the last look before it is done.

One object accompanies one signing. It decides about order: statements are stripped first, the picture is cleared before anything is
written, the finished file is searched before it takes its name, and the openings are on the disk by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from credkit.api.lifted import Texts
from credkit.api.reading import name_of
from credkit.api.statements import Statements
from credkit.api.surroundings import same_file, telling_store, telling_twin
from credkit.assets import Asset, Source
from credkit.configuration import make_private_folder
from credkit.errors import CredkitError, DefinitionError, HistoryError, MalformedError, OutputError
from credkit.limits import Limits
from credkit.manifest.assertions import Generation
from credkit.sealing.clearing import clear_picture, telling_blocks
from credkit.sealing.commitments import Disclosure, commit
from credkit.sealing.fields import HARMLESS_SETTINGS, Secret, private_fields, without_private_fields
from credkit.sealing.openings import Openings, kept_openings, write_openings
from credkit.sealing.search import Searched, in_bytes, in_manifests, in_packed, in_text
from credkit.sign.ingredients import IngredientHandle
from credkit.sign.output import write_bytes
from credkit.sign.writing import Target
from credkit.verify import Report

if TYPE_CHECKING:
    from credkit.media.texts import TextBlock

__all__ = ["PromptPrivacy", "Sealing", "check_privacy", "plan_sealing"]

PromptPrivacy = Literal["public", "sealed", "omit"]
_NAMES = {"prompt": "the prompt", "negative-prompt": "the negative prompt", "seed": "the seed"}
_HIDDEN = "A text is hidden in the pixels, and everyone who gets the file can read it (--prompt-privacy sealed or omit takes it out)."
_VOCABULARY = (
    *(*_NAMES, "negative prompt", "c2pa.created", "c2pa.opened", "c2pa.edited", "c2pa.assertions", "c2pa.signature", "c2pa.ai-disclosure"),
    *("org.credkit.generation", "compositeWithTrainedAlgorithmicMedia", "digitalSourceType", "digitalsourcetype", "softwareAgent"),
    *("digestAlgorithm", "allActionsIncluded", "relatedAssertions", "ingredients", "parameters", "settings", "scheduler", "sampler"),
    *("sha256", "withheld", "document", "negative", "relationship", "claim_generator_info", "exclusions", "signature"),
)
"""Words that stand in every sealed file; a prompt that is one of them tells nothing there."""
_NAMELESS = "picture"
"""Title of an ingredient whose name stays private."""
_OWN = frozenset({"prompt", "negative_prompt", "seed", "generation", "documents", "models"})
"""Statements that are stripped, or that name models, which stay public."""


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
                raise HistoryError(
                    f"the credentials of the ingredient{name} state {_spoken(found[0])} in the open ({found[1]}), and taking its history "
                    'in would publish it again: take it out there first with "credkit redact", or sign without withholding it'
                )

    def cleared(self, source: Source, *, sidecar: bool) -> Source:
        """The picture without the texts that tell something; with ``sidecar`` it stays as it is, or is refused."""
        if self.mode == "public":
            return source
        blocks = telling_blocks(self.texts.blocks, self.sought, self.documents, limits=self.limits)
        telling = tuple(block for block in blocks if block.kind != "twin")
        if sidecar and telling:
            raise DefinitionError(
                f"with a sidecar the picture stays as it is, and {telling[0].place} holds what is to be withheld: sign into the picture"
            )
        if not telling:
            return source
        cleared = clear_picture(source, telling, limits=self.limits)
        places = tuple(dict.fromkeys(block.place for block in cleared.removed))
        self.notes.append(f"Taken out of the picture: {', '.join(places)}.")
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
                    f'the manifest store "{telling[0]}" beside the output states {_spoken(telling[1])} in the open: move it away first'
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


def check_privacy(mode: str, openings: object) -> None:
    """``DefinitionError`` for a mode that does not exist, and for openings of what is not sealed."""
    if mode not in ("public", "sealed", "omit"):
        raise DefinitionError(
            '"prompt" is one of "public", "sealed" and "omit"; its text belongs into the statements (Statements(prompt=...))'
        )
    if openings is not None and mode != "sealed":
        raise DefinitionError("openings are made only for what is sealed: say --prompt-privacy sealed, or leave out --openings")


def plan_sealing(
    statements: Statements,
    texts: Texts,
    mode: PromptPrivacy,
    *,
    openings: Path | None,
    label: str,
    asset: str,
    limits: Limits,
) -> Sealing:
    """What a signing withholds; ``DefinitionError`` when the user's own words hold it, or nothing is said to have been done."""
    place = openings or kept_openings(label)
    sealing = Sealing(
        mode=mode,
        label=label,
        asset=asset,
        unsealed=statements,
        statements=statements,
        texts=texts,
        companion=place.with_suffix(".txt"),
        limits=limits,
    )
    if mode == "public":
        sealing.notes += [_HIDDEN] if texts.hidden and texts.hidden.keyword else []
        return sealing
    documents = {document.text: document.title for one in texts.lifted for document in one.documents}
    documents |= {document.text: document.title for document in statements.documents}
    secrets = private_fields(
        statements.generation,
        prompt=statements.prompt,
        negative_prompt=statements.negative_prompt,
        seed=statements.seed,
        documents=[(title, text) for text, title in documents.items()],
    )
    if secrets and mode == "sealed" and not (statements.created or statements.edited):
        raise DefinitionError("what is sealed belongs to something that was done: say --created or --edited (or --lift), or omit it")
    told = tuple(_told(statements))
    sought = Searched.of((*secrets, *_overruled(texts)), public=(*_VOCABULARY, *told))
    secrets = _quietly_named(secrets, sought)
    disclosures = tuple(commit(secret.field, secret.value) for secret in secrets) if mode == "sealed" else ()
    public = replace(
        statements,
        prompt=None,
        negative_prompt=None,
        seed=None,
        documents=(),
        generation=_without_telling_places(without_private_fields(statements.generation, disclosures), sought),
    )
    _refuse_own_words(public, sought)
    notes = list(_public_anyway(secrets, told))
    if not secrets:
        notes.append("There was nothing to withhold: no prompt, seed or other private field was found or given.")
    return replace(
        sealing,
        statements=public,
        sought=sought,
        disclosures=disclosures,
        documents=frozenset(documents),
        openings=place if disclosures else None,
        notes=notes,
    )


def _quietly_named(secrets: tuple[Secret, ...], sought: Searched) -> tuple[Secret, ...]:
    """Names of fields stay public, so one that tells something itself (a setting that a tool called like its value) is a number instead."""
    telling = [secret for secret in secrets if "/" in secret.field and sought.find_in(secret.field.partition("/")[2])]
    return tuple(
        replace(secret, field=f"{secret.field.partition('/')[0]}/({telling.index(secret) + 1})") if secret in telling else secret
        for secret in secrets
    )


def _without_telling_places(generation: Generation | None, sought: Searched) -> Generation | None:
    """The same, where a text stood told without its name when that tells something."""
    if generation is None:
        return None
    sources = (replace(one, place=one.place.partition('"')[0].strip()) if sought.find_in(one.place) else one for one in generation.sources)
    return replace(generation, sources=tuple(sources))


def _overruled(texts: Texts) -> Iterator[Secret]:
    """What the texts of the picture say, also where the user's words or a better text count instead."""
    for one in texts.lifted:
        yield from private_fields(None, prompt=one.prompt, negative_prompt=one.negative_prompt, seed=one.seed)


def _told(statements: Statements) -> Iterator[str]:
    """Texts that stay public on purpose: names, versions and digests of models and tools, names of fields."""
    for model in statements.models:
        yield from filter(None, (model.name, model.version))
    generation = statements.generation or Generation()
    yield from filter(None, (generation.tool, generation.tool_version, generation.mode))
    for stated in generation.models:
        yield from filter(None, (stated.name, stated.version))
        yield from (*stated.claimed.values(), *(str(value) for value in stated.measured.values()))
    yield from HARMLESS_SETTINGS
    yield from (source.format for source in generation.sources)


def _public_anyway(secrets: Iterable[Secret], told: tuple[str, ...]) -> Iterator[str]:
    for secret in secrets:
        value = str(secret.value).strip()
        if secret.field in _NAMES and value and any(value in text for text in told):
            yield f"{_NAMES[secret.field].capitalize()} is also part of the name of a model or tool, which stays public."


def _refuse_own_words(statements: Statements, sought: Searched) -> None:
    for member in fields(statements):
        if member.name in _OWN:
            continue
        for text in _strings(getattr(statements, member.name)):
            if found := sought.find_in(text):
                name = member.name.replace("_", " ")
                raise DefinitionError(
                    f"the {name} that you gave would publish {_spoken(found)}, which is to be withheld: word it otherwise"
                )


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif is_dataclass(value):
        for member in fields(value):
            yield from _strings(getattr(value, member.name))


def _spoken(name: str) -> str:
    return _NAMES.get(name, f'the field "{name}"')


def _leak(name: str, where: str) -> OutputError:
    return OutputError(f"the signed file would still hold {_spoken(name)}, which is to be withheld ({where}), so nothing was written")


def _all_texts(source: Source, limits: Limits) -> Iterator[TextBlock]:
    from credkit.media.hidden import find_hidden
    from credkit.media.texts import read_texts

    yield from read_texts(source, limits=limits)
    hidden = find_hidden(source, limits=limits)
    if hidden:
        yield hidden
