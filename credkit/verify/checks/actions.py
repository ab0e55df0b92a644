"""Do the actions make sense, and do their references lead to what they claim to have used?

Clause: "Validation of actions" (anchor ``_c2pa_actions_validation``), rule numbers in the comments follow its list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.labels import label_in_uri
from credkit.manifest.store import Assertion, base_label
from credkit.manifest.uri import JumbfUri, absolute
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.assertions import ACTIONS, ends_early, is_actions, is_covered_by_old_claim, is_ingredient
from credkit.verify.context import Context, Profile, Subject

__all__ = ["check_actions"]

_INCEPTIONS = ("c2pa.created", "c2pa.opened")
_NEED_INGREDIENTS = ("c2pa.opened", "c2pa.placed", "c2pa.removed")
_WATERMARKS = ("c2pa.watermarked", "c2pa.watermarked.bound")
_SOFT_BINDING = "c2pa.soft-binding"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """One actions assertion and where it stands among the others."""

    assertion: Assertion
    version: int
    first: bool
    """The first actions assertion of the created, of the gathered or (claim version 1) of all assertions."""
    gathered: bool

    @property
    def uri(self) -> str:
        return self.assertion.uri


def check_actions(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Every actions assertion that the claim lists and nobody redacted."""
    claim = subject.claim_or_none
    if claim is None:
        return
    listing = subject.listing
    for part, gathered in ((listing.created, False), (listing.gathered, True), (listing.undivided, False)):
        first = True
        for assertion in subject.listed(part):
            if assertion.base_label not in ACTIONS:
                continue
            place = _Place(assertion=assertion, version=2 if ".v2" in assertion.label else 1, first=first, gathered=gathered)
            first = False
            if assertion.uri not in ctx.redactions:
                yield from _check_assertion(ctx, subject, place)


def _check_assertion(ctx: Context, subject: Subject, place: _Place) -> Iterator[Status]:
    value = subject.value_or_none(place.assertion)
    actions = value.get("actions") if isinstance(value, dict) else None
    # Rule 1.
    if not isinstance(actions, list) or not all(isinstance(a, dict) and isinstance(a.get("action"), str) for a in actions):
        yield status(StatusCode.ASSERTION_ACTION_MALFORMED, place.uri, "The assertion has no list of actions.")
        return
    for index, action in enumerate(actions):
        yield from _check_action(ctx, subject, place, action, index)


def _check_action(ctx: Context, subject: Subject, place: _Place, action: dict[str, Any], index: int) -> Iterator[Status]:
    name = action["action"]
    if ctx.profile is Profile.V2_5 and place.version == 2:
        yield from _check_times(place, action)
    # Rule 3. Files before claim version 2 were free to put them anywhere.
    if name in _INCEPTIONS and (index or not place.first) and subject.claim.version == 2:
        yield status(StatusCode.ASSERTION_ACTION_MALFORMED, place.uri, f"{name} is not the first action of the first actions assertion.")
    yield from _check_ingredients(ctx, subject, place, action)
    if name == "c2pa.redacted":
        yield from _check_redacted(ctx, subject, place, action)
    yield from _check_related(ctx, subject, place, action)
    # Rule 12, since edition 2.3. Files before claim version 2 could not know it.
    old = ctx.profile is Profile.V2_2 or (place.version == 1 and subject.claim.version == 1)
    if name in _WATERMARKS and not old and not _has_soft_binding(ctx, subject):
        yield status(StatusCode.ASSERTION_ACTION_SOFT_BINDING_MISSING, place.uri)


def _has_soft_binding(ctx: Context, subject: Subject) -> bool:
    """Whether the manifest has one, or had one that a later manifest redacted."""
    return _SOFT_BINDING in subject.listing.by_kind or any(label_in_uri(uri) == _SOFT_BINDING for uri in subject.declared & ctx.redactions)


def _check_times(place: _Place, action: dict[str, Any]) -> Iterator[Status]:
    """Rule 2: one kind of time only."""
    if "when" in action and ("whenStart" in action or "whenEnd" in action):
        yield status(StatusCode.ASSERTION_ACTION_MALFORMED, place.uri, "An action gives a time and a period as well.")
    if ends_early(action, "whenStart", "whenEnd"):
        yield status(StatusCode.ASSERTION_ACTION_MALFORMED, place.uri, "An action ends before it starts.")


def _ingredient_references(place: _Place, action: dict[str, Any]) -> list[object] | None:
    """``parameters.ingredients``, or in actions of version 1 the single ``parameters.ingredient``; None when there is neither, and one
    reference that leads nowhere for what is no list.
    """
    parameters = action.get("parameters")
    if not isinstance(parameters, dict):
        return None
    if "ingredients" in parameters:
        many = parameters["ingredients"]
        return many if isinstance(many, list) else [None]
    return [parameters["ingredient"]] if place.version == 1 and "ingredient" in parameters else None


def _check_ingredients(ctx: Context, subject: Subject, place: _Place, action: dict[str, Any]) -> Iterator[Status]:
    """Rules 4 to 9: what was opened, placed or removed is named, exists, and has the right relationship.

    To name it became a duty after claim version 1.
    """
    name = action["action"]
    references = _ingredient_references(place, action)
    needed = name in _NEED_INGREDIENTS and subject.claim.version == 2
    if (needed and not references) or (name == "c2pa.deleted" and references == []):
        yield status(StatusCode.ASSERTION_ACTION_INGREDIENT_MISMATCH, place.uri, f"{name} names no ingredient.")
        return
    references = references or []
    if name == "c2pa.opened" and len(references) > 1:
        yield status(StatusCode.ASSERTION_ACTION_INGREDIENT_MISMATCH, place.uri, "c2pa.opened names more than one ingredient.")
        return
    wanted = {"c2pa.opened": "parentOf", "c2pa.placed": "componentOf", "c2pa.transcoded": "parentOf", "c2pa.repackaged": "parentOf"}.get(
        name
    )
    elsewhere = name in ("c2pa.removed", "c2pa.deleted")
    if wanted is None and not elsewhere:
        return
    for item in references:
        reference = HashedUri.read(item)
        if reference and _is_redacted(ctx, subject, reference, elsewhere=elsewhere):
            continue
        problem = _ingredient_problem(ctx, subject, reference, wanted or "componentOf", elsewhere=elsewhere)
        if problem:
            yield status(StatusCode.ASSERTION_ACTION_INGREDIENT_MISMATCH, place.uri, f"{name}: {problem}")
        elif name in ("c2pa.opened", "c2pa.placed") and reference and ctx.profile is Profile.V2_5:
            yield from _check_location(subject, place, reference)


def _is_redacted(ctx: Context, subject: Subject, reference: HashedUri, *, elsewhere: bool) -> bool:
    """Whether a reference leads to a redacted ingredient of this, or (``elsewhere``) of another manifest."""
    if not ctx.redactions:
        return False
    target = absolute(reference.url, subject.label)
    parsed = JumbfUri.parse(target)
    if parsed is None or target not in ctx.redactions or not is_ingredient(parsed.path[-1] if parsed.path else ""):
        return False
    return elsewhere == (parsed.manifest != subject.label)


def _ingredient_problem(ctx: Context, subject: Subject, reference: HashedUri | None, wanted: str, *, elsewhere: bool) -> str | None:
    assertion = ctx.store.assertion_at(reference.url, within=subject.label) if reference else None
    if reference is None or assertion is None or not is_ingredient(assertion.label):
        return "its reference does not lead to an ingredient."
    if elsewhere == (assertion.manifest == subject.label):
        return f"its ingredient stands in {'this' if elsewhere else 'another'} manifest."
    manifest = ctx.store.find(assertion.manifest)
    value = ctx.subject(manifest).value_or_none(assertion) if manifest else None
    relationship = value.get("relationship") if isinstance(value, dict) else None
    if relationship != wanted:
        return f"its ingredient is {relationship or 'of no relationship'}, not {wanted}."
    try:
        fits = ctx.box_digest(assertion.box, subject.algorithm(reference.alg)).matches(reference.hash)
    except MalformedError as error:
        return error.message
    return None if fits or is_covered_by_old_claim(subject, reference) else "the hash of its ingredient does not fit."


def _check_location(subject: Subject, place: _Place, reference: HashedUri) -> Iterator[Status]:
    """Rule 9: action and ingredient are attributed to the same source."""
    if subject.claim.version == 1:
        return
    if absolute(reference.url, subject.label) not in (subject.gathered if place.gathered else subject.created):
        yield status(StatusCode.ASSERTION_ACTION_INGREDIENT_LOCATION_MISMATCH, place.uri)


def _check_redacted(ctx: Context, subject: Subject, place: _Place, action: dict[str, Any]) -> Iterator[Status]:
    """Rule 10: a redaction names what was redacted; a removed assertion cannot resolve, so the redaction list counts as well."""
    parameters = action.get("parameters")
    uri = parameters.get("redacted") if isinstance(parameters, dict) else None
    target = absolute(uri, subject.label) if isinstance(uri, str) else None
    if target is None or (target not in ctx.redactions and ctx.store.assertion_at(target, within=subject.label) is None):
        yield status(StatusCode.ASSERTION_ACTION_REDACTION_MISMATCH, place.uri)


def _check_related(ctx: Context, subject: Subject, place: _Place, action: dict[str, Any]) -> Iterator[Status]:
    """Rule 11: related assertions are of this manifest and neither actions nor ingredients."""
    parameters = action.get("parameters")
    related = parameters.get("relatedAssertions") if isinstance(parameters, dict) else None
    if related is None:
        return
    if not isinstance(related, list) or not related:
        yield status(StatusCode.ASSERTION_ACTION_MALFORMED, place.uri, 'Field "relatedAssertions" is not a list of references.')
        return
    for item in related:
        reference = HashedUri.read(item)
        target = absolute(reference.url, subject.label) if reference else ""
        parsed = JumbfUri.parse(target)
        here = parsed is not None and parsed.manifest == subject.label
        found = here and (target in ctx.redactions or ctx.store.assertion_at(target, within=subject.label) is not None)
        label = base_label(parsed.path[-1]) if parsed and parsed.path else ""
        if not found or is_actions(label) or is_ingredient(label):
            yield status(
                StatusCode.ASSERTION_ACTION_MALFORMED, place.uri, 'Field "relatedAssertions" holds a reference that it must not hold.'
            )
        elif target in ctx.redactions and ctx.profile is Profile.V2_5:
            yield status(StatusCode.ASSERTION_REDACTED, target)
