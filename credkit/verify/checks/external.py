"""Is what a manifest says about data outside of it well made?

Cloud data, external references and linked resources name things elsewhere. Judged here is what stands in the manifest, so the answer is the
same with and without a network; whether the things themselves are as recorded is the question of ``retrieval``.

Clauses: "c2pa.cloud-data validation" (anchor ``_c2pa_cloud_data_validation``), "c2pa.external-reference validation" (anchor
``_c2pa_external_reference_validation``), "c2pa.linked-resource-integrity validation" (anchor
``_c2pa_linked_resource_integrity_validation``), "For hashed ext URIs" (anchor ``_for_hashed_ext_uris``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from credkit.codec.digest import HASH_ALGORITHMS, refused_algorithm
from credkit.dataclass import dataclass, field
from credkit.manifest.store import Assertion, ManifestKind, base_label
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.assertions import HARD_BINDINGS, is_actions, is_ingredient
from credkit.verify.context import Context, Profile, Subject

__all__ = ["External", "check_cloud_data", "check_external_references", "check_linked_resources", "linked_resources", "of_kind"]

CLOUD_DATA, EXTERNAL_REFERENCE, LINKED_RESOURCES = "c2pa.cloud-data", "c2pa.external-reference", "c2pa.linked-resource-integrity"
_BINDINGS = HARD_BINDINGS | {"c2pa.hash.multi-asset"}


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """A reference to something outside of the store, as a ``hashed-ext-uri-map`` or its relative counterpart has it."""

    url: str
    hash: bytes | None = field(default=None, repr=False)
    alg: str | None = None
    size: int | None = None
    """Bytes, as stated."""
    format: str | None = None
    """Media type, as stated."""
    is_relative: bool = False
    """Whether ``url`` is relative to the place of the asset, which a verification does not know."""

    @classmethod
    def read(cls, value: object, key: str = "url") -> External | None:
        """The reference in a decoded map; None without an address. Other fields of a wrong type read as absent."""
        if not isinstance(value, dict) or not isinstance(value.get(key), str):
            return None
        digest, alg, size, media_type = (value.get(name) for name in ("hash", "alg", "size", "dc:format"))
        return cls(
            url=value[key],
            hash=digest if isinstance(digest, bytes) else None,
            alg=alg if isinstance(alg, str) else None,
            size=size if isinstance(size, int) and not isinstance(size, bool) else None,
            format=media_type if isinstance(media_type, str) else None,
            is_relative=key == "uri",
        )


def of_kind(ctx: Context, subject: Subject, label: str) -> Iterator[tuple[Assertion, Any]]:
    """The assertions of that label that the claim lists and nobody redacted, each with its value (None when it cannot be decoded)."""
    for assertion in subject.listing.by_kind.get(label, ()):
        if assertion.uri not in ctx.redactions:
            yield assertion, subject.value_or_none(assertion)


def check_cloud_data(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Assertions kept elsewhere: described in full, and none of those that have to be in the file."""
    for assertion, value in of_kind(ctx, subject, CLOUD_DATA):
        code = _cloud_data_code(subject, value)
        if code is not None:
            yield status(code, assertion.uri)
        else:
            yield from _check_algorithm(assertion, value["location"].get("alg"))


def _cloud_data_code(subject: Subject, value: Any) -> StatusCode | None:
    label, size, location = (value.get(key) for key in ("label", "size", "location")) if isinstance(value, dict) else (None,) * 3
    if not isinstance(label, str) or not isinstance(size, int) or isinstance(size, bool) or not isinstance(location, dict):
        return StatusCode.ASSERTION_CLOUD_DATA_MALFORMED
    if base_label(label) in _BINDINGS:
        return StatusCode.ASSERTION_CLOUD_DATA_HARD_BINDING
    if is_actions(label) and subject.manifest.kind is ManifestKind.UPDATE:
        return StatusCode.ASSERTION_CLOUD_DATA_ACTIONS
    if is_actions(label) or is_ingredient(label) or base_label(label) == CLOUD_DATA:
        return StatusCode.ASSERTION_CLOUD_DATA_MALFORMED
    return None


def check_external_references(ctx: Context, subject: Subject) -> Iterator[Status]:
    """References to data elsewhere (since edition 2.3): with an address, with a hash and its algorithm or neither, and not to what has to
    be in the file.
    """
    if ctx.profile is Profile.V2_2:
        return
    for assertion, value in of_kind(ctx, subject, EXTERNAL_REFERENCE):
        problem = _reference_problem(value)
        if problem is not None:
            yield status(StatusCode.ASSERTION_EXTERNAL_REFERENCE_MALFORMED, assertion.uri, problem)
        elif "hash" in value["location"]:
            yield from _check_algorithm(assertion, value["location"].get("alg"))


def _reference_problem(value: Any) -> str | None:
    location = value.get("location") if isinstance(value, dict) else None
    if not isinstance(location, dict) or External.read(location) is None:
        return "It names no address."
    if ("alg" in location) != ("hash" in location):
        return "It has a hash without its algorithm, or an algorithm without a hash."
    label = value.get("label")
    if not isinstance(label, str):
        return None if label is None else "The label of what it refers to is no text."
    if base_label(label) in _BINDINGS | {CLOUD_DATA, EXTERNAL_REFERENCE} or is_actions(label) or is_ingredient(label):
        return "It refers to an assertion of a kind that must not be kept elsewhere."
    return None


def check_linked_resources(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Hashes of resources that the file links to (since edition 2.5): the signer's own statement, complete, and without paths upwards."""
    if ctx.profile is not Profile.V2_5:
        return
    for assertion, value in of_kind(ctx, subject, LINKED_RESOURCES):
        if assertion.uri not in subject.created:
            yield status(StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_NOT_CREATED, assertion.uri)
        entries, complete = linked_resources(value)
        if not complete:
            yield status(StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_MALFORMED, assertion.uri)
        for algorithm in dict.fromkeys(entry.alg for entry in entries):
            yield from _check_algorithm(assertion, algorithm)
        for entry in entries:
            if entry.is_relative and ".." in unquote(entry.url).split("/"):
                yield status(StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_INVALID_URI, resource_url=entry.url)


def linked_resources(value: Any) -> tuple[tuple[External, ...], bool]:
    """The entries of a linked resource integrity assertion that can be used, and whether nothing is missing from it."""
    resources = value.get("resources") if isinstance(value, dict) else None
    if not isinstance(resources, dict):
        return (), False
    outer, inner = _entries(resources, "externalResources"), _entries(resources, "relativeResources")
    shaped = bool(outer) or (bool(inner) and isinstance(resources.get("alg"), str))
    shared = {"alg": resources.get("alg")}
    found = [External.read(item) for item in outer]
    found += [External.read(item | shared if isinstance(item, dict) else item, "uri") for item in inner]
    usable = tuple(entry for entry in found if entry is not None and entry.hash is not None and entry.alg is not None)
    return usable, shaped and len(usable) == len(found)


def _entries(resources: dict[Any, Any], key: str) -> list[Any]:
    value = resources.get(key)
    return value if isinstance(value, list) else []


def _check_algorithm(assertion: Assertion, algorithm: object) -> Iterator[Status]:
    """A reference to the outside has to name the algorithm of its hash; nothing around it can stand in for it."""
    if not isinstance(algorithm, str) or algorithm not in HASH_ALGORITHMS:
        yield status(StatusCode.ALGORITHM_UNSUPPORTED, assertion.uri, refused_algorithm(algorithm))
