"""Are the ingredient assertions well made, and are their manifests what was taken in?

Clauses: "Ingredient validation" (anchor ``_validate_the_ingredients``) and "Ingredient" (anchor ``ingredient_assertion``). Following a
reference into the ingredient's own manifest is the business of ``chain``; here each ingredient assertion is judged by itself,
and each reference by its hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from credkit.codec.digest import Digest
from credkit.errors import MalformedError
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.store import Assertion, Manifest, base_label
from credkit.manifest.uri import JumbfUri, absolute
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.assertions import INGREDIENTS, is_actions, is_ingredient
from credkit.verify.context import Context, Profile, Subject

if TYPE_CHECKING:
    from credkit.manifest.assertions.ingredient import IngredientView

__all__ = ["check_ingredient_manifest", "check_ingredients", "ingredient_manifest", "ingredients_of"]

_RELATIONSHIPS = ("parentOf", "componentOf", "inputTo")


def ingredients_of(ctx: Context, subject: Subject) -> Iterator[tuple[Assertion, IngredientView]]:
    """The ingredient assertions that the claim lists, that nobody redacted or altered and that can be read.

    What an altered one leads to is nothing that anybody stated (anchor ``_performing_recursive_validation``).
    """
    for assertion in subject.listed():
        if assertion.base_label in INGREDIENTS and assertion.uri not in ctx.redactions and subject.is_intact(assertion):
            try:
                yield assertion, subject.ingredient(assertion)
            except MalformedError:
                continue


def check_ingredients(ctx: Context, subject: Subject) -> Iterator[Status]:
    """The fields of each ingredient assertion agree with each other."""
    for assertion in subject.listed():
        if assertion.base_label not in INGREDIENTS or assertion.uri in ctx.redactions:
            continue
        value = subject.value_or_none(assertion)
        if value is None:
            continue
        try:
            view = subject.ingredient(assertion)
        except MalformedError as error:
            yield status(StatusCode.ASSERTION_INGREDIENT_MALFORMED, assertion.uri, error.message)
            continue
        problem = _problem(view, value, assertion.base_label) or _related_problem(ctx, subject, view, value)
        if ctx.profile is Profile.V2_5:
            yield from _redacted_relations(ctx, subject, view)
        if problem:
            yield status(StatusCode.ASSERTION_INGREDIENT_MALFORMED, assertion.uri, problem)
        elif view.manifest is None and _unknown_provenance_is_said(ctx.profile, view):
            yield status(StatusCode.INGREDIENT_UNKNOWN_PROVENANCE, assertion.uri)


def _problem(view: IngredientView, value: dict[str, object], label: str) -> str | None:
    if view.relationship not in _RELATIONSHIPS:
        return f"The relationship {view.relationship!r} is not one of {', '.join(_RELATIONSHIPS)}."
    if view.manifest is None:
        return None
    for excluded in ("digitalSourceType", "relatedAssertions"):
        if excluded in value:
            return f"It has a manifest of its own and {excluded} as well."
    if label == "c2pa.ingredient.v3" and not isinstance(value.get("validationResults"), dict):
        return "It has a manifest of its own but no validation results."
    return None


def _related_problem(ctx: Context, subject: Subject, view: IngredientView, value: dict[str, object]) -> str | None:
    """Related assertions are of this manifest, made for ingredients, and neither actions nor ingredients themselves."""
    if "relatedAssertions" not in value:
        return None
    if not view.related_assertions:
        return 'Field "relatedAssertions" is not a list of references.'
    for reference in view.related_assertions:
        target = absolute(reference.url, subject.label) if reference else ""
        parsed = JumbfUri.parse(target)
        assertion = ctx.store.assertion_at(target, within=subject.label)
        here = parsed is not None and parsed.manifest == subject.label and (assertion is not None or target in ctx.redactions)
        label = base_label(parsed.path[-1]) if parsed and parsed.path else ""
        if not here or is_actions(label) or is_ingredient(label) or not label.endswith(".ingredient"):
            return 'Field "relatedAssertions" holds a reference that it must not hold.'
    return None


def _redacted_relations(ctx: Context, subject: Subject, view: IngredientView) -> Iterator[Status]:
    for reference in view.related_assertions:
        target = absolute(reference.url, subject.label) if reference else ""
        if target in ctx.redactions:
            yield status(StatusCode.ASSERTION_REDACTED, target)


def _unknown_provenance_is_said(profile: Profile, view: IngredientView) -> bool:
    """Edition 2.2 made an exception for inputs; 2.5 has the code but no rule for it."""
    if profile is Profile.V2_5:
        return False
    return profile is not Profile.V2_2 or view.relationship != "inputTo"


def ingredient_manifest(ctx: Context, subject: Subject, view: IngredientView) -> Manifest | None:
    """The manifest that an ingredient refers to, when it is in the store."""
    parsed = JumbfUri.parse(view.manifest.url) if view.manifest else None
    return ctx.store.find(parsed.within(subject.label).manifest) if parsed and not parsed.path else None


def check_ingredient_manifest(
    ctx: Context, subject: Subject, assertion: Assertion, view: IngredientView, manifest: Manifest | None
) -> Iterator[Status]:
    """The ingredient's manifest has the recorded hash; when parts of it were redacted since, its signature box has.

    Both methods are applied where both can be: a redaction changes the manifest's hash, so then only the signature's counts.
    """
    if view.manifest is None:
        return
    if manifest is None:
        yield status(StatusCode.INGREDIENT_MANIFEST_MISSING, assertion.uri)
        return
    redacted = manifest.label in ctx.redacted_labels
    if redacted or view.claim_signature is not None:
        yield from _check_signature_hash(ctx, subject, assertion, view.claim_signature, manifest)
    if redacted:
        return
    fits = any(found.matches(view.manifest.hash) for found in _manifest_digests(ctx, subject, view, manifest))
    yield status(StatusCode.INGREDIENT_MANIFEST_VALIDATED if fits else StatusCode.INGREDIENT_MANIFEST_MISMATCH, assertion.uri)


def _manifest_digests(ctx: Context, subject: Subject, view: IngredientView, manifest: Manifest) -> Iterator[Digest]:
    """What the recorded hash may be of: the manifest box; for a compressed one the box as stored or as unpacked (tools
    differ); before edition 1.1 the claim alone, which is enough here, because every manifest that is reached is validated in
    full as well.
    """
    algorithm = subject.algorithm(view.manifest.alg if view.manifest else None)
    yield ctx.box_digest(manifest.box, algorithm)
    if manifest.stored:
        yield ctx.box_digest(manifest.stored, algorithm)
    if view.version < 3 and manifest.claim_bytes is not None:
        yield ctx.claim_digest(manifest.label, manifest.claim_bytes, algorithm)


def _check_signature_hash(
    ctx: Context, subject: Subject, assertion: Assertion, reference: HashedUri | None, manifest: Manifest
) -> Iterator[Status]:
    """The reference has to lead to the signature of that very manifest: the hash of anything else would prove nothing about it.

    Tools of 2025 took the hash over the box with its header, against clause "Hashed URIs" (anchor ``_hashed_uris``); it proves the same.
    """
    box = ctx.store.resolve(reference.url, within=subject.label) if reference else None
    if reference is None or box is None or box is not manifest.signature_box:
        yield status(StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISSING, assertion.uri)
        return
    algorithm = subject.algorithm(reference.alg)
    if any(ctx.box_digest(box, algorithm, framed=framed).matches(reference.hash) for framed in (False, True)):
        yield status(StatusCode.INGREDIENT_CLAIM_SIGNATURE_VALIDATED, assertion.uri)
    else:
        yield status(StatusCode.INGREDIENT_CLAIM_SIGNATURE_MISMATCH, assertion.uri)
