"""JSON in the shape of ``Reader.json()`` of the C2PA reference implementation, so that scripts written for it keep working.

Deliberate differences:

* explanations are our sentences, and the order of statuses is that of our checks;
* ``manifests`` stands with the active manifest first and holds exactly those that it leads to (there the order is arbitrary);
* assertion values are the stored ones: no member is added as ``null``, none is dropped, byte strings are base64, never lists of numbers;
* ``cawg.identity`` is given as stored; what its check found is in the lists of statuses;
* ``trustListUri`` is left out, because a trust policy here is a set of certificates without an address;
* ``time`` is given only for a time-stamp that was accepted;
* a file without readable credentials gives ``manifests: {}`` and a ``validation_status`` that says why; the reference raises an exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.ingredient import read_ingredient
from credkit.manifest.store import BOX, Assertion, EmbeddedFile, Manifest, ManifestStore
from credkit.manifest.uri import JumbfUri, absolute
from credkit.provenance.values import AssertionValues, assertion_value, base64_text, claim_value, in_claim_order, json_value, text_of
from credkit.status import Kind, Status
from credkit.verify.report import ManifestReport, Report, ResultMap, SignatureReport

__all__ = ["c2patool_json"]

_ALGORITHMS = {"EdDSA": "Ed25519"}
_LEFT_OUT = ("c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.collection.data")


def c2patool_json(report: Report, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The report in that shape."""
    active = report.active
    if active is None:
        reason = report.failure or Status(code="manifest.notFound", kind=Kind.FAILURE, explanation=report.problem)
        explanation = reason.explanation or report.problem or "The file carries no Content Credentials."
        return {"manifests": {}, "validation_status": [_entry(reason) | {"explanation": explanation}]}
    failures = [*active.results.failure, *(s for delta in report.ingredient_deltas for s in delta.validation_deltas.failure)]
    reached = [m for m in reversed(report.manifests) if m.reached]
    values = AssertionValues(limits)
    return {
        "active_manifest": active.label,
        "manifests": {m.label: _manifest(m, report.store, values, limits) for m in reached},
        **({"validation_status": [_entry(s) for s in failures]} if failures else {}),
        "validation_results": _validation_results(active.results, report),
        "validation_state": report.state,
    }


def _validation_results(results: ResultMap, report: Report) -> dict[str, Any]:
    deltas = [
        {"ingredientAssertionURI": d.ingredient_assertion_uri, "validationDeltas": _status_codes(d.validation_deltas)}
        for d in report.ingredient_deltas
    ]
    return (
        {"activeManifest": _status_codes(results)}
        | ({"ingredientDeltas": deltas} if deltas else {})
        | {"specVersion": f"{report.profile}.0"}
    )


def _status_codes(results: ResultMap) -> dict[str, Any]:
    return {
        "success": [_entry(s) for s in results.success],
        "informational": [_entry(s) for s in results.informational],
        "failure": [_entry(s) for s in results.failure],
    }


def _entry(status: Status) -> dict[str, Any]:
    return _present({"code": status.code, "url": status.url or status.resource_url, "explanation": status.explanation})


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    """JSON with base64 for byte strings, and for the digests of hashed URIs that old files hold as lists of numbers."""
    return _with_digests(json_value(value, encode_bytes=base64_text))


def _with_digests(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_digests(item) for item in value]
    if not isinstance(value, dict):
        return value
    result = {key: _with_digests(item) for key, item in value.items()}
    digest = result.get("hash")
    if "url" in result and isinstance(digest, list) and all(isinstance(number, int) and 0 <= number < 256 for number in digest):
        result["hash"] = base64_text(bytes(digest))
    return result


def _manifest(found: ManifestReport, store: ManifestStore | None, values: AssertionValues, limits: Limits) -> dict[str, Any]:
    manifest = found.manifest
    claim = claim_value(manifest, limits)
    old = "created_assertions" not in claim
    info = claim.get("claim_generator_info")
    ordered = in_claim_order(manifest, claim)
    brought = {ingredient.label for ingredient in found.ingredients if ingredient.manifest}
    parts = (a for a in ordered if a.base_label.startswith("c2pa.ingredient"))
    ingredients = [_ingredient(a, manifest, store, a.label in brought, limits) for a in parts]
    thumbnail = next((a for a in manifest.assertions if a.label.startswith("c2pa.thumbnail.claim")), None)
    metadata = claim.get("metadata")
    redactions = claim.get("redacted_assertions")
    return _present(
        {
            "claim_generator": text_of(claim.get("claim_generator")) if old else None,
            "claim_generator_info": _generators(info, manifest) if info is not None else None,
            "metadata": _plain(metadata if isinstance(metadata, list) else [metadata]) if metadata else None,
            "title": text_of(claim.get("dc:title")),
            "format": text_of(claim.get("dc:format")) if old else None,
            "instance_id": text_of(claim.get("instanceID")),
            "thumbnail": _resource(thumbnail.uri, thumbnail, limits) if thumbnail else None,
            "ingredients": ingredients or None,
            "credentials": list(_credentials(manifest, limits)) or None,
            "assertions": list(_assertions(ordered, claim, values)),
            "redactions": _plain(redactions) if redactions else None,
            "signature_info": _signature(found.signature) if found.signature else None,
            "label": manifest.label,
            "claim_version": 1 if old else 2,
        }
    )


def _generators(info: Any, manifest: Manifest) -> list[Any]:
    """The generator entries; an icon that refers to a box becomes a resource."""
    entries = []
    for item in info if isinstance(info, list) else [info]:
        entry = _plain(item)
        icon = item.get("icon") if isinstance(item, dict) else None
        if isinstance(icon, dict) and isinstance(icon.get("url"), str):
            uri = absolute(icon["url"], manifest.label)
            assertion = manifest.assertion(uri.rpartition("/")[2])
            entry["icon"] = _resource(uri, assertion, DEFAULT_LIMITS)
        entries.append(entry)
    return entries


def _resource(uri: str, assertion: Assertion | None, limits: Limits) -> dict[str, Any]:
    value = assertion_value(assertion, limits) if assertion else None
    suffix = uri.rpartition(".")[2]
    media_type = (
        value.media_type
        if isinstance(value, EmbeddedFile)
        else f"image/{suffix}"
        if suffix in ("jpeg", "png", "webp")
        else "application/octet-stream"
    )
    return {"format": media_type, "identifier": uri}


def _credentials(manifest: Manifest, limits: Limits) -> Iterator[Any]:
    """Verifiable credentials of old manifests, as stored."""
    for store in (box for box in manifest.box.superboxes if box.type == BOX.CREDENTIALS):
        for box in store.superboxes:
            value = assertion_value(Assertion(label=box.label, box=box, manifest=manifest.label), limits)
            if value is not None:
                yield _plain(value)


def _ingredient(assertion: Assertion, manifest: Manifest, store: ManifestStore | None, brought: bool, limits: Limits) -> dict[str, Any]:
    try:
        view = read_ingredient(assertion_value(assertion, limits), assertion.label)
    except MalformedError:
        return {"label": assertion.label}
    raw = view.raw
    target = JumbfUri.parse(view.manifest.url) if view.manifest else None
    thumbnail = absolute(view.thumbnail.url, manifest.label) if view.thumbnail else None
    # As a rule it stands in the ingredient's own manifest.
    picture = store.assertion_at(thumbnail, within=manifest.label) if store and thumbnail else None
    data = absolute(view.data.url, manifest.label) if view.data else None
    label = target.manifest if target else None
    return _present(
        {
            "title": view.title,
            "format": view.format,
            "document_id": view.document_id,
            "instance_id": view.instance_id,
            "thumbnail": _resource(thumbnail, picture, limits) if thumbnail else None,
            "relationship": view.relationship or None,
            "active_manifest": label,
            "validation_status": _plain(raw.get("validationStatus") or None),
            "validation_results": _plain(raw.get("validationResults")),
            "metadata": _plain(raw.get("metadata")),
            "data": _resource(data, manifest.assertion(data.rpartition("/")[2]), limits) if data else None,
            "description": view.description,
            "informational_URI": view.informational_uri,
            "data_types": _plain(raw.get("dataTypes", raw.get("data_types"))),
            "manifest_data": {"format": "application/c2pa", "identifier": label} if label and brought else None,
            "label": assertion.label,
        }
    )


def _assertions(ordered: list[Assertion], claim: dict[Any, Any], values: AssertionValues) -> Iterator[dict[str, Any]]:
    """Statements in claim order; bindings, files and ingredients have places of their own."""
    created = claim.get("created_assertions")
    uris = [item.get("url") for item in (created if isinstance(created, list) else []) if isinstance(item, dict)]
    own = {uri.rpartition("/")[2] for uri in uris if isinstance(uri, str)}
    for assertion in ordered:
        base = assertion.base_label
        if base in _LEFT_OUT or base.startswith("c2pa.ingredient"):
            continue
        value = values.of(assertion)
        if isinstance(value, EmbeddedFile) or value is None:
            continue
        _, _, instance = assertion.label[len(base) :].rpartition("__")
        yield _present(
            {
                "label": "c2pa.actions.v2" if base == "c2pa.actions" else base,
                "data": _plain(value),
                "instance": int(instance) if instance else None,
                "kind": "Json" if assertion.content_type == "json" else None,
                "created": True if assertion.label in own else None,
            }
        )


def _signature(signature: SignatureReport) -> dict[str, Any]:
    name = _ALGORITHMS.get(signature.algorithm or "", (signature.algorithm or "").capitalize())
    return _present(
        {
            "alg": name or None,
            "issuer": signature.organization,
            "common_name": signature.common_name,
            "cert_serial_number": signature.serial_number,
            "time": signature.time.isoformat() if signature.time else None,
        }
    )
