"""Our own JSON: everything that a report holds, for programs. Contract: ``schemas/report.schema.json``.

The order of keys is fixed, lists keep the order of the report, and nothing depends on the machine, so equal verdicts give equal bytes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from credkit.errors import counted
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import Assertion
from credkit.provenance.byte_account import regions_object
from credkit.provenance.graph import provenance_graph
from credkit.provenance.nodes import Graph, Node
from credkit.provenance.values import AssertionValues, claim_value, json_value, marked_base64
from credkit.provenance.verdict import name_words, signer_words, verdict
from credkit.status import Status
from credkit.verify.report import IdentityReport, IngredientReport, ManifestReport, Report, ResultMap, SignatureReport
from credkit.version import __version__

if TYPE_CHECKING:
    from credkit.provenance.regions import Region

__all__ = ["SCHEMA_ID", "json_report", "results_object", "time_text"]

SCHEMA_ID = "https://credkit.org/schemas/1/report.schema.json"


def json_report(report: Report, *, graph: Graph | None = None, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The report as JSON values; see the schema for the meaning of each key. ``graph`` is that of the report, where the caller has it."""
    graph = graph or provenance_graph(report, limits=limits)
    words = verdict(report, graph, limits=limits)
    active = report.active
    values = AssertionValues(limits)
    manifests = [_manifest_object(m, node, values, limits) for m, node in _with_nodes(report, graph)]
    return {
        "state": report.state,
        "active_manifest": report.active_manifest,
        **results_object(active.results if active else ResultMap()),
        "verdict": {
            "headline": words.headline,
            "reasons": list(words.reasons),
            "revocation": words.revocation,
            "uncovered": list(words.uncovered),
        },
        "altered": [node.label for node in graph.nodes if node.altered],
        "asset": {
            "name": report.name,
            "media_type": report.media_type,
            "size": report.size,
            "location": report.location,
            "content_intact": report.content_intact,
            "unprotected": list(report.unprotected),
        },
        "regions": regions_object(report.regions),
        "unbound": regions_object(report.unbound),
        "manifests": manifests,
        "ingredient_deltas": [
            {"ingredient_assertion_uri": d.ingredient_assertion_uri, **results_object(d.validation_deltas)}
            for d in report.ingredient_deltas
        ],
        "failure_without_manifest": _status_object(report.failure) if report.failure else None,
        "problem": report.problem,
        "remarks": [*report.remarks, *_left_out(values, limits)],
        "trust_configured": report.trust_configured,
        "profile": report.profile,
        "validated_at": time_text(report.validated_at),
        "generator": {"name": "credkit", "version": __version__},
        "schema": SCHEMA_ID,
    }


def _left_out(values: AssertionValues, limits: Limits) -> Iterator[str]:
    if values.left_out:
        count = counted(values.left_out, "assertion")
        yield f"The content of {count} is not repeated here, because all of them hold more than {limits.report_values:,} values."


def time_text(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, whole seconds; None for None."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def results_object(results: ResultMap) -> dict[str, Any]:
    """The three lists, always all of them."""
    return {
        "success": [_status_object(s) for s in results.success],
        "informational": [_status_object(s) for s in results.informational],
        "failure": [_status_object(s) for s in results.failure],
    }


def _status_object(status: Status) -> dict[str, Any]:
    return {"code": status.code, "url": status.url, "resource_url": status.resource_url, "explanation": status.explanation}


def _with_nodes(report: Report, graph: Graph) -> list[tuple[ManifestReport, Node]]:
    nodes = [node for node in graph.nodes if node.label is not None]
    return list(zip(report.manifests, nodes, strict=True))


def _manifest_object(manifest: ManifestReport, node: Node, values: AssertionValues, limits: Limits) -> dict[str, Any]:
    claim = claim_value(manifest.manifest, limits)
    info = claim.get("claim_generator_info")
    return {
        "label": manifest.label,
        "name": name_words(node, limits),
        "generation": manifest.generation,
        "kind": str(manifest.manifest.kind),
        "compressed": manifest.manifest.compressed,
        "reached": manifest.reached,
        "well_formed": manifest.well_formed,
        "valid": manifest.valid,
        "trusted": manifest.trusted,
        "altered": node.altered,
        "results": results_object(manifest.results),
        "signed_by": signer_words(node.signer, limits),
        "signature": _signature_object(manifest.signature) if manifest.signature else None,
        "identities": [_identity_object(item) for item in manifest.identities],
        "claim_generator": node.tool,
        "claim_generator_info": json_value(info if isinstance(info, list) else [info] if info else []),
        "title": node.title,
        "format": node.format,
        "instance_id": json_value(claim.get("instanceID")),
        "claimed_time": node.claimed_time,
        "attested_time": time_text(node.attested_time),
        "actions": [
            {
                "action": deed.action,
                "words": deed.words,
                "digital_source_type": deed.source_type,
                "when": deed.when,
                "software_agent": deed.tool,
                "description": deed.description,
                "reason": deed.reason,
                "regions": [_region_object(region) for region in deed.regions],
                "ingredients": list(deed.ingredients),
                "assertion": deed.assertion,
            }
            for deed in node.done
        ],
        "statements": [{"topic": s.topic, "words": s.words, "assertion": s.assertion} for s in node.said],
        "ingredients": [_ingredient_object(i) for i in manifest.ingredients],
        "removed_assertions": list(dict.fromkeys(removal.label for removal in node.removed)),
        "redactions": [{"manifest": r.manifest, "label": r.label, "uri": r.uri, "reason": r.reason} for r in node.removes],
        "assertions": list(_assertion_objects(manifest, values)),
    }


def _signature_object(signature: SignatureReport) -> dict[str, Any]:
    return {
        "algorithm": signature.algorithm,
        "verified": signature.verified,
        "trusted": signature.trusted,
        "subject": signature.subject,
        "common_name": signature.common_name,
        "organization": signature.organization,
        "issuer": signature.issuer,
        "issuer_common_name": signature.issuer_common_name,
        "serial_number": signature.serial_number,
        "not_before": time_text(signature.not_before),
        "not_after": time_text(signature.not_after),
        "time": time_text(signature.time),
        "revocation": signature.revocation,
        "chain": [marked_base64(der) for der in signature.chain],
    }


def _identity_object(identity: IdentityReport) -> dict[str, Any]:
    from credkit.provenance.identities import identity_words

    return {
        "label": identity.label,
        "uri": identity.uri,
        "words": identity_words(identity),
        "standing": identity.standing,
        "type": identity.sig_type,
        "roles": list(identity.roles),
        "references": list(identity.references),
        "name": identity.name,
        "organization": identity.organization,
        "issuer": identity.issuer,
        "time": time_text(identity.time),
        "attested": [
            {
                "type": item.type,
                "name": item.name,
                "username": item.username,
                "address": item.address,
                "uri": item.uri,
                "method": item.method,
                "verified_at": item.verified_at,
                "provider": item.provider,
            }
            for item in identity.identities
        ],
        "chain": [marked_base64(der) for der in identity.chain],
    }


def _region_object(region: Region) -> dict[str, Any]:
    return {
        "words": region.words,
        "shapes": [
            {
                "type": s.kind,
                "unit": s.unit,
                "x": s.x,
                "y": s.y,
                "width": s.width,
                "height": s.height,
                "vertices": [list(point) for point in s.vertices],
                "inside": s.inside,
            }
            for s in region.shapes
        ],
    }


def _ingredient_object(ingredient: IngredientReport) -> dict[str, Any]:
    return {
        "label": ingredient.label,
        "uri": ingredient.uri,
        "relationship": ingredient.relationship,
        "title": ingredient.title,
        "format": ingredient.format,
        "description": ingredient.description,
        "data_types": list(ingredient.data_types),
        "manifest": ingredient.manifest,
        "intact": ingredient.intact,
        "thumbnail": ingredient.thumbnail,
        "recorded": results_object(ingredient.recorded) if ingredient.recorded is not None else None,
        "unreproduced": results_object(ingredient.unreproduced),
    }


def _assertion_objects(manifest: ManifestReport, values: AssertionValues) -> Iterator[dict[str, Any]]:
    """All assertions; what the checks said of each is sought once for all, since there may be thousands of both."""
    codes: defaultdict[str | None, set[str]] = defaultdict(set)
    for said in manifest.results:
        codes[said.url].add(said.code)
    for assertion in manifest.manifest.assertions:
        yield _assertion_object(assertion, codes[assertion.uri], values)


def _assertion_object(assertion: Assertion, codes: Collection[str], values: AssertionValues) -> dict[str, Any]:
    """``intact`` is None when no check spoke of this assertion's hash, ``codes`` being what was said of it."""
    intact = False if "assertion.hashedURI.mismatch" in codes else True if "assertion.hashedURI.match" in codes else None
    return {
        "label": assertion.label,
        "uri": assertion.uri,
        "content_type": assertion.content_type,
        "intact": intact,
        "value": json_value(values.of(assertion)),
    }
