"""What a signing keeps out of the file, what it commits to, and what may stay public: decided before anything is written.

Statements are stripped of the private fields; the user's own words are refused when they would publish one. What follows from it while
the picture is signed is left to ``sealed``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from credkit.api.lifted import Texts
from credkit.api.sealed import NAMES, PromptPrivacy, Sealing, spoken
from credkit.api.statements import Statements
from credkit.dataclass import replace
from credkit.errors import DefinitionError
from credkit.limits import Limits
from credkit.manifest.assertions import Generation
from credkit.sealing.commitments import Disclosure, commit
from credkit.sealing.fields import HARMLESS_SETTINGS, Secret, private_fields, without_private_fields
from credkit.sealing.openings import kept_openings
from credkit.sealing.search import Searched

__all__ = ["check_privacy", "plan_sealing"]

_HIDDEN = "A text is hidden in the pixels, and everyone who gets the file can read it (--prompt-privacy sealed or omit takes it out)."
_VOCABULARY = (
    *(*NAMES, "negative prompt", "c2pa.created", "c2pa.opened", "c2pa.edited", "c2pa.assertions", "c2pa.signature", "c2pa.ai-disclosure"),
    *("org.credkit.generation", "compositeWithTrainedAlgorithmicMedia", "digitalSourceType", "digitalsourcetype", "softwareAgent"),
    *("digestAlgorithm", "allActionsIncluded", "relatedAssertions", "ingredients", "parameters", "settings", "scheduler", "sampler"),
    *("sha256", "withheld", "document", "negative", "relationship", "claim_generator_info", "exclusions", "signature"),
)
"""Words that stand in every sealed file; a prompt that is one of them tells nothing there."""
_OWN = frozenset({"prompt", "negative_prompt", "seed", "generation", "documents", "models"})
"""Statements that are stripped, or that name models, which stay public."""


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
    public = _stripped(statements, disclosures, sought)
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


def _stripped(statements: Statements, disclosures: tuple[Disclosure, ...], sought: Searched) -> Statements:
    """The statements without their private fields, and with the commitments to them."""
    generation = _without_telling_places(without_private_fields(statements.generation, disclosures), sought)
    return replace(statements, prompt=None, negative_prompt=None, seed=None, documents=(), generation=generation)


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
        if secret.field in NAMES and value and any(value in text for text in told):
            yield f"{NAMES[secret.field].capitalize()} is also part of the name of a model or tool, which stays public."


def _refuse_own_words(statements: Statements, sought: Searched) -> None:
    from dataclasses import fields

    for member in fields(statements):
        if member.name in _OWN:
            continue
        for text in _strings(getattr(statements, member.name)):
            if found := sought.find_in(text):
                name = member.name.replace("_", " ")
                raise DefinitionError(f"the {name} that you gave would publish {spoken(found)}, which is to be withheld: word it otherwise")


def _strings(value: object) -> Iterator[str]:
    from dataclasses import fields, is_dataclass

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
