"""crJSON 2.5: the Content Credentials JSON format of the standard.

Source: "Content Credentials JSON (crJSON) File Format Specification", sections 3.2 to 3.8 and its schema. Manifests stand in reverse order
of the store; the format has no place for the state of the asset. The same report gives the same bytes, wherever it is made.
"""

from __future__ import annotations

from typing import Any

from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import EmbeddedFile, Manifest, ManifestKind
from credkit.manifest.uri import JumbfUri
from credkit.provenance.json_report import time_text
from credkit.provenance.values import AssertionValues, claim_value, in_claim_order, json_value
from credkit.status import Status
from credkit.trust.certificate import Certificate
from credkit.verify.report import ManifestReport, Report, ResultMap, SignatureReport
from credkit.version import __version__

__all__ = ["CONTEXT", "crjson"]

CONTEXT = "https://c2pa.org/crjson/"
_ALGORITHMS = {"ES256", "ES384", "ES512", "PS256", "PS384", "PS512"}
_CLAIM_KEYS = ("instanceID", "claim_generator_info", "signature", "created_assertions", "gathered_assertions", "redacted_assertions")
_OLD_CLAIM_KEYS = ("claim_generator", "claim_generator_info", "signature", "assertions", "dc:format", "instanceID")
_OPTIONAL_KEYS = ("dc:title", "alg", "alg_soft", "specVersion", "metadata")
_REFERENCE_KEYS = ("url", "hash", "alg")


def crjson(report: Report, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The report as a crJSON document; ``manifests`` is empty when there is no store."""
    by_manifest = {id(m.manifest): m for m in report.manifests}
    stored = report.store.manifests if report.store else ()
    reports = [by_manifest[id(manifest)] for manifest in reversed(stored) if id(manifest) in by_manifest]
    values = AssertionValues(limits)
    return {
        "@context": {"@vocab": CONTEXT},
        "jsonGenerator": {"name": "credkit", "version": __version__, "date": time_text(report.validated_at)},
        "manifests": [_manifest(m, report, values, limits) for m in reports],
    }


def _manifest(found: ManifestReport, report: Report, values: AssertionValues, limits: Limits) -> dict[str, Any]:
    manifest = found.manifest
    claim = claim_value(manifest, limits)
    old = _is_old(manifest, claim)
    deltas = [
        {"ingredientAssertionURI": d.ingredient_assertion_uri, "validationDeltas": _status_codes(d.validation_deltas)}
        for d in report.ingredient_deltas
        if (uri := JumbfUri.parse(d.ingredient_assertion_uri)) and uri.manifest == manifest.label
    ]
    return {
        "label": manifest.label,
        "isUpdateManifest": manifest.kind is ManifestKind.UPDATE,
        "isCompressedManifest": manifest.compressed or manifest.kind is ManifestKind.COMPRESSED,
        ("claim" if old else "claim.v2"): _old_claim(claim) if old else _claim(claim),
        "assertions": _assertions(manifest, claim, values),
        "signature": _signature(found.signature),
        "validationResults": {
            **_status_codes(found.results),
            "specVersion": f"{report.profile}.0",
            "validationTime": time_text(report.validated_at),
        }
        | _trust_lists(report),
    } | ({"ingredientDeltas": deltas} if deltas else {})


def _trust_lists(report: Report) -> dict[str, Any]:
    """Lists that vouched for somebody in the chain; left out when none of them has an address."""
    uses = [{"uri": use.uri, "type": use.type} | ({"identifier": use.identifier} if use.identifier else {}) for use in report.trust_lists]
    return {"trustListUris": uses} if uses else {}


def _is_old(manifest: Manifest, claim: dict[Any, Any]) -> bool:
    """Version 1 claims are told by the label of their box, or by their list of assertions."""
    box = manifest.claim_box
    return ("assertions" in claim and "created_assertions" not in claim) or (box is not None and box.label == "c2pa.claim" and not claim)


def _claim(claim: dict[Any, Any]) -> dict[str, Any]:
    """Version 2: what the format requires is always there, empty when the claim lacks it."""
    info = claim.get("claim_generator_info")
    values = {
        "instanceID": str(claim.get("instanceID", "")),
        "claim_generator_info": json_value(info) if isinstance(info, dict) else {"name": ""},
        "signature": str(claim.get("signature", "")),
        "created_assertions": _references(claim.get("created_assertions")),
        "gathered_assertions": _references(claim.get("gathered_assertions")),
        "redacted_assertions": [str(uri) for uri in _items(claim.get("redacted_assertions"))],
    }
    return {key: values[key] for key in _CLAIM_KEYS} | _optional(claim)


def _old_claim(claim: dict[Any, Any]) -> dict[str, Any]:
    generator = str(claim.get("claim_generator", ""))
    info = [json_value(item) for item in _items(claim.get("claim_generator_info")) if isinstance(item, dict)]
    values: dict[str, Any] = {
        "claim_generator": generator,
        "claim_generator_info": info or [{"name": generator}],
        "signature": str(claim.get("signature", "")),
        "assertions": _references(claim.get("assertions")),
        "dc:format": str(claim.get("dc:format", "")),
        "instanceID": str(claim.get("instanceID", "")),
    }
    redacted = claim.get("redacted_assertions")
    if redacted is not None:
        values["redacted_assertions"] = [str(uri) for uri in _items(redacted)]
    return values | {key: value for key, value in _optional(claim).items() if key != "specVersion"}


def _optional(claim: dict[Any, Any]) -> dict[str, Any]:
    values = {key: json_value(claim[key]) for key in _OPTIONAL_KEYS if claim.get(key) is not None}
    return {key: value for key, value in values.items() if isinstance(value, dict if key == "metadata" else str)}


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _references(value: object) -> list[dict[str, Any]]:
    return [
        {key: json_value(item[key]) for key in _REFERENCE_KEYS if item.get(key) is not None}
        for item in _items(value)
        if isinstance(item, dict) and "url" in item and "hash" in item
    ]


def _assertions(manifest: Manifest, claim: dict[Any, Any], values: AssertionValues) -> dict[str, Any]:
    """By label in the order of the claim, then those that it does not list; redacted ones are absent, files and undecodable ones empty."""
    contents: dict[str, Any] = {}
    for assertion in (a for a in in_claim_order(manifest, claim) if not a.is_zeroed):
        value = values.of(assertion)
        is_object = isinstance(value, dict) and not isinstance(value, EmbeddedFile)
        contents.setdefault(assertion.label, json_value(value) if is_object else {})
    return contents


def _signature(signature: SignatureReport | None) -> dict[str, Any]:
    if signature is None or not signature.chain:
        return {}
    info = _certificate(signature.chain[0])
    if info is None:
        return {}
    name = signature.algorithm or ""
    known = name if name in _ALGORITHMS else "Ed25519" if name in ("EdDSA", "Ed25519") else "Unknown"
    stamp = signature.time_stamp
    authority = _certificate(stamp.chain[0]) if stamp and stamp.chain else None
    if stamp is None or authority is None:
        return {"algorithm": known, "certificateInfo": info}
    return {
        "algorithm": known,
        "certificateInfo": info,
        "timeStampInfo": {"timestamp": time_text(stamp.time), "certificateInfo": authority},
    }


def _certificate(der: bytes) -> dict[str, Any] | None:
    try:
        certificate = Certificate.parse(der)
    except MalformedError:
        return None
    return {
        "serialNumber": certificate.serial_number,
        "issuer": dict(certificate.issuer_fields),
        "subject": dict(certificate.subject_fields),
        "validity": {"notBefore": time_text(certificate.not_before), "notAfter": time_text(certificate.not_after)},
    }


def _status_codes(results: ResultMap) -> dict[str, Any]:
    return {
        "success": [_entry(s) for s in results.success],
        "informational": [_entry(s) for s in results.informational],
        "failure": [_entry(s) for s in results.failure],
    }


def _entry(status: Status) -> dict[str, Any]:
    values = {"code": status.code, "url": status.url, "resourceUrl": status.resource_url, "explanation": status.explanation}
    return {key: value for key, value in values.items() if value}
