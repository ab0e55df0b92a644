"""``LicenceChain`` as JSON for programs: ``schemas/licences.schema.json`` is the contract, a test holds both together."""

from __future__ import annotations

from typing import Any

from credkit.terms.chain.sources import LicenceChain, LicenceSource, SourceLicence, UseRule
from credkit.terms.json_terms import given, offer_object, origin_object
from credkit.terms.terms import Use

__all__ = ["SCHEMA_ID", "licences_object"]

SCHEMA_ID = "https://credkit.org/schemas/1/licences.schema.json"
"""Of the schema that the object follows."""
_USES: tuple[Use, ...] = ("ai_training", "ai_generative_training", "commercial", "derivatives", "redistribution")


def licences_object(chain: LicenceChain) -> dict[str, Any]:
    """The object; texts are as stored, so that a page that shows them has to escape them."""
    return {
        "schema": SCHEMA_ID,
        "name": chain.name,
        "state": chain.state,
        "at": chain.at.isoformat(),
        "sources": [_source(source) for source in chain.sources],
        "links": [{"source": link.source, "user": link.user, "role": link.role, "relationship": link.relationship} for link in chain.links],
        "findings": [
            {"name": found.name, "kind": found.kind, "sentence": found.sentence, "sources": list(found.sources)} for found in chain.findings
        ],
        "remarks": list(chain.remarks),
    }


def _source(source: LicenceSource) -> dict[str, Any]:
    return {
        "key": source.key,
        "kind": source.kind,
        "role": source.role,
        "proof": source.proof,
        **given(
            name=source.name,
            media_type=source.media_type,
            sha256=source.sha256,
            manifest=source.origin.manifest if source.origin else None,
            flaw=source.flaw,
            creators=list(source.creators),
            items=source.items,
            address=source.address,
            evidence=source.evidence,
            unclear=source.unclear or None,
            origin=origin_object(source.origin) if source.origin else None,
            offers=[offer_object(offer) for offer in source.offers],
            faults=list(source.faults),
        ),
        "licences": [_licence(licence) for licence in source.licences],
        "rules": [_rule(rule) for rule in source.rules],
    }


def _licence(licence: SourceLicence) -> dict[str, Any]:
    return {
        "name": licence.name,
        "own": licence.own,
        "known": licence.known,
        "complete": licence.complete,
        "allows": {use: _permission(licence, use) for use in _USES},
        "attribution": _asked(licence.attribution),
        "share_alike": _asked(licence.share_alike),
        **given(
            words=licence.words,
            url=licence.url,
            retrieved=licence.retrieved,
            snapshot_sha256=licence.snapshot_sha256,
        ),
        "origin": origin_object(licence.origin),
    }


def _permission(licence: SourceLicence, use: Use) -> dict[str, str]:
    permission, condition = licence.uses.get(use, ("unknown", None))
    return {"permission": permission} | ({"condition": condition} if condition else {})


def _asked(asked: bool | None) -> str:
    return "unknown" if asked is None else "asked" if asked else "not asked"


def _rule(rule: UseRule) -> dict[str, Any]:
    return given(
        use=rule.use,
        permission=rule.permission,
        basis=rule.basis,
        condition=rule.condition,
        members=rule.members or None,
        origin=origin_object(rule.origin),
    )
