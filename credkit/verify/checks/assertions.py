"""Are the right assertions there, unaltered, and only they?

Clauses: "Validate the correct assertions for the type of manifest" (anchor
``_validate_the_correct_assertions_for_the_type_of_manifest``), "Assertion validation" (anchor ``_assertion_validation``),
"Redaction" (anchor ``_redaction_of_assertions``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from credkit.codec.digest import HASH_ALGORITHMS
from credkit.errors import MalformedError
from credkit.manifest.assertions.actions import action_names
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.labels import label_in_uri
from credkit.manifest.store import BOX, Assertion, ManifestKind, base_label
from credkit.manifest.uri import absolute, manifest_uri
from credkit.status import Status, StatusCode, status
from credkit.verify.context import Context, Profile, Subject
from credkit.verify.listing import Entry

__all__ = [
    "ACTIONS",
    "HARD_BINDINGS",
    "INGREDIENTS",
    "check_assertion_hashes",
    "check_assertion_values",
    "check_manifest_type",
    "check_redacted_content",
    "check_references",
    "check_undeclared",
    "ends_early",
    "hashed_uris",
    "is_actions",
    "is_covered_by_old_claim",
    "is_ingredient",
]

HARD_BINDINGS = frozenset(
    {"c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.collection.data", "c2pa.hash.segment", "c2pa.hash.bmff.v2", "c2pa.hash.bmff.v3"}
)
ACTIONS = frozenset({"c2pa.actions", "c2pa.actions.v2"})
INGREDIENTS = frozenset({"c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3"})
_UPDATE_ACTIONS = frozenset({"c2pa.edited.metadata", "c2pa.opened", "c2pa.published", "c2pa.redacted"})
_STANDARD_PREFIXES = ("c2pa.", "stds.", "cawg.")
_IDENTITY = "cawg.identity"
"""Judged by rules of its own, which never change the state of the file."""
_MUST_BE_READ = HARD_BINDINGS | ACTIONS | INGREDIENTS
# Hashes in these fields point at other manifests and are judged with the ingredient, at things outside of the store, or have a check of
# their own.
_NOT_FOLLOWED = frozenset(
    {
        "activeManifest",
        "claimSignature",
        "c2pa_manifest",
        "embeddedOriginalPreservationImage",
        "externalResources",
        "location",
        "validationResults",
        "validationStatus",
    }
)


_PICTURES = frozenset({"icon", "thumbnail"})
"""Fields that hold a reference with a hash and nothing else."""


def is_actions(label: str) -> bool:
    """Whether a label (with or without instance) is one of the actions assertions."""
    return base_label(label) in ACTIONS


def is_ingredient(label: str) -> bool:
    """Whether a label (with or without instance) is one of the ingredient assertions."""
    return base_label(label) in INGREDIENTS


def _hard_bindings(subject: Subject) -> list[Assertion]:
    return [a for a in subject.listed() if a.base_label in HARD_BINDINGS]


def check_manifest_type(ctx: Context, subject: Subject) -> Iterator[Status]:
    """What a standard manifest must have, and what an update manifest must not."""
    if subject.claim_or_none is None:
        return
    if subject.manifest.kind is ManifestKind.UPDATE:
        yield from _check_update(subject)
        return
    bindings = _hard_bindings(subject)
    if not bindings and not _was_redacted(ctx, subject, HARD_BINDINGS):
        yield subject.fault(StatusCode.CLAIM_HARD_BINDINGS_MISSING)
    elif len(bindings) > 1:
        yield subject.fault(StatusCode.ASSERTION_MULTIPLE_HARD_BINDINGS, absolute("self#jumbf=c2pa.assertions", subject.label))
    parents = [a for a in subject.listed() if _relationship(subject, a) == "parentOf"]
    if len(parents) > 1:
        yield subject.fault(StatusCode.MANIFEST_MULTIPLE_PARENTS)
    yield from _check_inception(ctx, subject)


def _was_redacted(ctx: Context, subject: Subject, labels: frozenset[str]) -> bool:
    """Whether one of the claim's assertions of these kinds was redacted: that it is gone is reported as such."""
    return any(label_in_uri(uri) in labels for uri in subject.declared & ctx.redactions)


def _relationship(subject: Subject, assertion: Assertion) -> object:
    value = subject.value_or_none(assertion) if assertion.base_label in INGREDIENTS else None
    return value.get("relationship") if isinstance(value, dict) else None


def _check_update(subject: Subject) -> Iterator[Status]:
    ingredients = [a for a in subject.listed() if a.base_label in INGREDIENTS]
    if len(ingredients) != 1 or _relationship(subject, ingredients[0]) != "parentOf":
        yield subject.fault(StatusCode.MANIFEST_UPDATE_WRONG_PARENTS)
    for assertion in subject.listed():
        label = assertion.base_label
        if label in HARD_BINDINGS or label == "c2pa.hash.multi-asset" or label.startswith("c2pa.thumbnail."):
            yield subject.fault(StatusCode.MANIFEST_UPDATE_INVALID, explanation=f"An update manifest must not hold {assertion.label}.")
        if label in ACTIONS:
            names = set(_action_names(subject, assertion)) - _UPDATE_ACTIONS
            if names:
                named = ", ".join(sorted(names))
                yield subject.fault(StatusCode.MANIFEST_UPDATE_INVALID, explanation=f"An update manifest must not hold the action {named}.")


def _action_names(subject: Subject, assertion: Assertion) -> tuple[str, ...]:
    try:
        return action_names(subject.value(assertion), assertion.label)
    except MalformedError:
        return ()


def _check_inception(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Exactly one ``c2pa.created`` or ``c2pa.opened``, in the first actions assertion of the created or the gathered ones
    (claims of version 2).
    """
    claim = subject.claim
    if claim.version == 1:
        return
    if _was_redacted(ctx, subject, ACTIONS):
        return
    parts = (subject.listing.created, subject.listing.gathered)
    firsts = [next((a for a in subject.listed(part) if a.base_label in ACTIONS), None) for part in parts]
    if not any(firsts):
        if ctx.profile is Profile.V2_5:
            yield subject.fault(StatusCode.CLAIM_ACTIONS_MISSING)
        else:
            yield subject.fault(StatusCode.ASSERTION_ACTION_MALFORMED, explanation="The manifest has no actions assertion.")
        return
    inceptions = [name for first in firsts if first for name in _action_names(subject, first) if name in ("c2pa.created", "c2pa.opened")]
    if len(inceptions) != 1:
        place = next(a for a in firsts if a)
        yield subject.fault(
            StatusCode.ASSERTION_ACTION_MALFORMED,
            place.uri,
            f"The first actions must hold exactly one c2pa.created or c2pa.opened; there are {len(inceptions)}.",
        )


def check_assertion_hashes(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Each assertion that the claim lists is in this manifest and has the hash that was signed; redacted ones may be gone."""
    for entry in subject.listing.entries:
        if entry.uri in ctx.redactions:
            yield from _check_redaction(entry.uri, ctx.profile)
        elif entry.outside:
            yield subject.fault(StatusCode.ASSERTION_OUTSIDE_MANIFEST)
        else:
            yield _hash_status(ctx, subject, entry)


def _check_redaction(uri: str, profile: Profile) -> Iterator[Status]:
    label = base_label(uri.rsplit("/", 1)[-1])
    if label in ACTIONS:
        yield status(StatusCode.ASSERTION_ACTION_REDACTED, uri)
    elif label in HARD_BINDINGS:
        old = profile is Profile.V2_2
        yield status(StatusCode.ASSERTION_DATA_HASH_REDACTED if old else StatusCode.ASSERTION_HARD_BINDING_REDACTED, uri)


def _hash_status(ctx: Context, subject: Subject, entry: Entry) -> Status:
    if entry.assertion is None:
        return subject.fault(StatusCode.ASSERTION_MISSING, explanation=f"The claim lists {entry.uri}, which is not there.")
    try:
        found = ctx.box_digest(entry.assertion.box, subject.algorithm(entry.reference.alg))
    except MalformedError as error:
        return status(StatusCode.ALGORITHM_UNSUPPORTED, subject.claim_uri, error.message)
    fits = found.matches(entry.reference.hash)
    return status(StatusCode.ASSERTION_HASHED_URI_MATCH if fits else StatusCode.ASSERTION_HASHED_URI_MISMATCH, entry.uri)


def check_undeclared(_ctx: Context, subject: Subject) -> Iterator[Status]:
    """Every assertion box is listed in the claim: what nobody signed must not stand between signed things."""
    if subject.claim_or_none is None:
        return
    declared = subject.declared
    for assertion in subject.manifest.assertions:
        if assertion.uri not in declared or subject.manifest.assertion(assertion.label) is None:
            # Not listed, or one of two that have one label.
            yield status(StatusCode.ASSERTION_UNDECLARED, assertion.uri)
    stores = [box for box in subject.manifest.box.superboxes if box.type == BOX.ASSERTION_STORE]
    if any(store.contents for store in stores):
        explanation = "The assertion store holds something that is no assertion."
        yield status(StatusCode.ASSERTION_UNDECLARED, f"{manifest_uri(subject.label)}/c2pa.assertions", explanation)


def check_redacted_content(ctx: Context, subject: Subject) -> Iterator[Status]:
    """What a later manifest redacted is gone, or its content is zeros."""
    for assertion in subject.manifest.assertions if ctx.redactions else ():
        if assertion.uri in ctx.redactions and not assertion.is_zeroed:
            yield status(StatusCode.ASSERTION_NOT_REDACTED, assertion.uri)


def check_assertion_values(ctx: Context, subject: Subject) -> Iterator[Status]:
    """The content of each standard assertion can be decoded, and its metadata are consistent."""
    for assertion in subject.listed():
        if assertion.uri in ctx.redactions or not assertion.label.startswith(_STANDARD_PREFIXES) or assertion.base_label == _IDENTITY:
            continue
        if assertion.content_type not in ("cbor", "json"):
            if assertion.base_label in _MUST_BE_READ:
                yield status(StatusCode.ASSERTION_CBOR_INVALID, assertion.uri, "Its content is of a type that this assertion cannot have.")
            continue
        try:
            value = subject.value(assertion)
        except MalformedError as error:
            yield status(StatusCode(error.code), assertion.uri, error.message)
            continue
        metadata = value.get("metadata") if isinstance(value, dict) else None
        if ctx.profile is Profile.V2_5 and isinstance(metadata, dict) and ends_early(metadata, "processStart", "processEnd"):
            yield status(StatusCode.ASSERTION_METADATA_MALFORMED, assertion.uri)


def ends_early(fields: dict[str, Any], start: str, end: str) -> bool:
    """Whether a map gives an end that lies before its start; times that cannot be read, or compared, say nothing."""
    first, last = (_time(fields.get(key)) for key in (start, end))
    return first is not None and last is not None and first > last


def _time(value: Any) -> datetime | None:
    text = value.get("value") if isinstance(value, dict) else value
    try:
        time = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def check_references(ctx: Context, subject: Subject) -> Iterator[Status]:
    """References with a hash inside of standard assertions (thumbnails, icons, ingredient data) lead somewhere and fit."""
    for assertion in subject.listed():
        if assertion.label.startswith("c2pa.") and assertion.content_type == "cbor" and assertion.base_label not in HARD_BINDINGS:
            for reference, algorithm in hashed_uris(subject.value_or_none(assertion), ctx.limits.json_depth):
                yield from _check_reference(ctx, subject, assertion.uri, reference, algorithm)
    claim = subject.claim_or_none
    icon = claim.generator_info.get("icon") if claim and claim.generator_info else None
    for reference, algorithm in hashed_uris({"icon": icon}, 1) if icon else ():
        yield from _check_reference(ctx, subject, subject.claim_uri, reference, algorithm)


def hashed_uris(value: Any, depth: int, algorithm: str | None = None) -> Iterator[tuple[HashedUri | None, str | None]]:
    """Every map in a value that is a reference into the store with a hash, and the algorithm of the nearest map around it that names one.

    None for a picture's reference without an address. References to the outside are left out.
    """
    if depth < 0:
        return
    if isinstance(value, dict):
        url = value.get("url")
        if isinstance(url, str) and url.startswith("self#jumbf="):
            yield HashedUri.read(value), algorithm
            return
        # Soft bindings have an "alg" as well, which is no hash algorithm.
        own = value.get("alg")
        inner = own if isinstance(own, str) and own in HASH_ALGORITHMS else algorithm
        for key, item in value.items():
            if key in _PICTURES and isinstance(item, dict) and "hash" in item and not isinstance(item.get("url"), str):
                yield None, None
            elif isinstance(item, (dict, list)) and key not in _NOT_FOLLOWED:
                yield from hashed_uris(item, depth - 1, inner)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                yield from hashed_uris(item, depth - 1, algorithm)


def is_covered_by_old_claim(subject: Subject, reference: HashedUri) -> bool:
    """Whether a reference with a wrong hash is harmless: tools of the time of claim version 1 wrote such hashes (their reader
    never looked).

    It is, when the target is listed in the same claim, whose own hash for it decides.
    """
    claim = subject.claim_or_none
    return claim is not None and claim.version == 1 and absolute(reference.url, subject.label) in subject.declared


def _check_reference(ctx: Context, subject: Subject, url: str, reference: HashedUri | None, algorithm: str | None) -> Iterator[Status]:
    if reference is None:
        yield status(StatusCode.HASHED_URI_MISSING, url, "It has a reference to a picture without an address.")
        return
    if ctx.redactions and absolute(reference.url, subject.label) in ctx.redactions:
        return
    box = ctx.store.resolve(reference.url, within=subject.label)
    if box is None:
        target = absolute(reference.url, subject.label)
        yield status(StatusCode.HASHED_URI_MISSING, url, f"It refers to {target}, which is not there.")
        return
    try:
        found = ctx.box_digest(box, subject.algorithm(reference.alg, algorithm))
    except MalformedError as error:
        yield status(StatusCode.ALGORITHM_UNSUPPORTED, url, error.message)
        return
    if found.matches(reference.hash):
        ctx.matched.append((subject.label, url, box))
    elif not is_covered_by_old_claim(subject, reference):
        target = absolute(reference.url, subject.label)
        yield status(StatusCode.HASHED_URI_MISMATCH, url, f"Its reference to {target} does not fit what stands there.")
