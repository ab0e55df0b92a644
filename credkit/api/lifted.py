"""What generation tools left in a picture becomes statements: lifted, matched with the files of models, merged with the user's words.

What the user says wins; where a text says something else, a note tells so. Reading the texts is ``media.texts``, understanding them
``lifting``; what of it is withheld is decided in ``sealing``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from credkit.api.named_models import with_named_models
from credkit.api.statements import Statements
from credkit.assets import Source, detect
from credkit.dataclass import dataclass, field, replace
from credkit.errors import DefinitionError, MalformedError
from credkit.lifting.lifted import Document, Lifted
from credkit.limits import Limits
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.source_types import source_type_name
from credkit.media.texts import TextBlock

__all__ = ["NOTHING_LIFTED", "Beginning", "Lift", "Texts", "gather_texts", "with_lifted"]

Beginning = Literal["unsaid", "parent", "signed", "definition"]
"""What is known of how the picture began besides the statements: nothing; a parent; it carries credentials; a definition says it."""
NOTHING_LIFTED = "No text of a generation tool was found in the file, so nothing was lifted."
"""Worth telling somebody who asked for lifting, and nobody else."""
_COMPOSITE = "compositeWithTrainedAlgorithmicMedia"
_MEASURED = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
"""Pictures whose size is held against the one that a text gives; of others it may be that of a tile, or before they are turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """How to lift: ``Lift(folders=(Path("models"),), keep_raw=True)``."""

    folders: tuple[Path, ...] = ()
    """Folders, and single files, in which the models that a text names are sought; those that are found are measured."""
    keep_raw: bool = False
    """Whether the raw texts (workflow, parameter block) are taken into the manifest as documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts that a picture carries, and what was understood of them."""

    blocks: tuple[TextBlock, ...] = ()
    """All of them, with the text file beside the picture, and a text hidden in pixels."""
    hidden: TextBlock | None = None
    """The one that is hidden in the pixels."""
    lifted: tuple[Lifted, ...] = field(default=(), repr=False)
    """What they say, the most telling first."""


def gather_texts(source: Source, path: Path | None, limits: Limits) -> Texts:
    """Read every text of the picture and of the text file beside ``path``; nothing in them makes this raise."""
    from credkit.lifting import lift_texts
    from credkit.media.hidden import find_hidden
    from credkit.media.texts import read_texts

    hidden = find_hidden(source, limits=limits)
    blocks = (*read_texts(source, beside=path, limits=limits), *((hidden,) if hidden else ()))
    lifted = lift_texts(blocks, dimensions=_dimensions(source), limits=limits) if blocks else ()
    return Texts(blocks=blocks, hidden=hidden, lifted=lifted)


def _dimensions(source: Source) -> tuple[int, int] | None:
    """Width and height as the header has them; None when it cannot be read."""
    try:
        layout = found.scan(source) if (found := detect(source)) else None
    except MalformedError:
        return None
    if layout is None or layout.media_type not in _MEASURED or layout.width is None or layout.height is None:
        return None
    return layout.width, layout.height


def with_lifted(
    statements: Statements, found: tuple[Lifted, ...], lift: Lift, beginning: Beginning, limits: Limits
) -> tuple[Statements, tuple[str, ...]]:
    """The statements with what was lifted, and sentences for people.

    ``DefinitionError`` when nothing says how the picture began, or two things do; ``AssetError`` for a model file that cannot be read.
    """
    said = bool(statements.created or statements.edited)
    if not found:
        if not said and beginning == "unsaid":
            raise DefinitionError(
                "no text of a generation tool was found in the file, so nothing says how it began: say it (--created TYPE; for "
                'pictures that are exported, created = "TYPE" in export.toml), or name what it was made from (--parent FILE)'
            )
        return statements, (NOTHING_LIFTED,)
    best = found[0]
    if beginning == "definition":
        raise DefinitionError(
            "the manifest definition says already how the picture began, and lifting says it too: leave one of the two out"
        )
    if beginning == "signed" and not said:
        return statements, (
            "The file is signed already, so what its texts say was not stated again; say --edited if it was generated anew from itself.",
        )
    models = with_named_models(best.generation, statements.models, lift.folders, limits)
    source_notes: tuple[str, ...] = ()
    if not said:
        statements, source_notes = _begun(statements, best, beginning)
    merged = replace(
        statements,
        prompt=statements.prompt or best.prompt,
        negative_prompt=statements.negative_prompt or best.negative_prompt,
        seed=statements.seed or best.seed,
        generation=models.generation,
        model_files=tuple(models.files.items()),
        documents=(*statements.documents, *(_documents(found) if lift.keep_raw else ())),
    )
    told = (*_disagreements(statements, best), *_rivals(found))
    remarks = (remark for one in found if one is best or not _agrees(one, best) for remark in one.remarks)
    return merged, tuple(dict.fromkeys((*source_notes, *told, *models.notes, *remarks)))


def _agrees(other: Lifted, best: Lifted) -> bool:
    """Whether a text says the same as the best one, so that nobody needs to hear how well it could be read."""
    return (other.format, other.prompt, other.seed) == (best.format, best.prompt, best.seed)


def _documents(found: tuple[Lifted, ...]) -> tuple[Document, ...]:
    """Each raw text once: a program that hands over what it writes into the picture, too, is no second witness."""
    return tuple({(document.title, document.text): document for one in found for document in one.documents}.values())


def _begun(statements: Statements, best: Lifted, beginning: Beginning) -> tuple[Statements, tuple[str, ...]]:
    """How the picture began, where only the text says it."""
    if beginning == "parent":
        note = (
            f'{best.place} says that it was made from a prompt alone; since you named a parent, it is stated as an edit ("{_COMPOSITE}").'
        )
        notes = (note,) if best.source_type not in (None, _COMPOSITE) else ()
        return replace(statements, edited=_COMPOSITE), notes
    if best.source_type is None:
        raise DefinitionError(
            f"{best.place} does not tell how the picture began: say it (--created trainedAlgorithmicMedia for a picture made by a model)"
        )
    notes = ()
    if best.source_type == _COMPOSITE:
        names = [quoted(item.name) for item in best.generation.inputs if item.name and item.role == "initial-image"]
        known = f" ({', '.join(names)})" if names else ""
        notes = (f"It was made from another picture{known} that is not among its ingredients: --parent FILE can name it.",)
    return replace(statements, created=best.source_type), notes


def _disagreements(statements: Statements, best: Lifted) -> list[str]:
    """Where the user and the text differ; what they say is not repeated, because it may be private."""
    told = [
        f"{best.place} holds another {name} than the one that you gave; yours is stated."
        for name, own, theirs in (
            ("prompt", statements.prompt, best.prompt),
            ("negative prompt", statements.negative_prompt, best.negative_prompt),
            ("seed", statements.seed, best.seed),
        )
        if own and theirs and own.strip() != theirs.strip()
    ]
    stated = source_type_name(statements.created or statements.edited or "") or statements.created or statements.edited
    if best.source_type and statements.created and stated != best.source_type:
        told.append(f'{best.place} speaks for "{best.source_type}", and you say "{stated}"; yours is stated.')
    tool = best.generation.tool
    if tool and statements.software and tool.casefold() != statements.software.name.casefold():
        told.append(f"{best.place} names the tool {quoted(tool)}, and you name {quoted(statements.software.name)}; yours is stated.")
    return told


def _rivals(found: tuple[Lifted, ...]) -> list[str]:
    """Texts of one picture that contradict each other."""
    best = found[0]
    return [
        f"{other.place} holds another {name} than {best.place}; that of {best.place} is stated."
        for other in found[1:]
        for name, first, second in (("prompt", best.prompt, other.prompt), ("seed", best.seed, other.seed))
        if first and second and first.strip() != second.strip()
    ]
