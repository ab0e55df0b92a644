"""``Terms`` as JSON for programs: ``schemas/terms.schema.json`` is the contract, a test holds both together."""

from __future__ import annotations

from typing import Any

from credkit.terms.headers import usage_headers
from credkit.terms.terms import Contradiction, LicenceTerms, Notice, OfferTerms, Origin, Said, Terms, UseStatement, UseTerms

__all__ = ["SCHEMA_ID", "given", "offer_object", "origin_object", "terms_object"]

SCHEMA_ID = "https://credkit.org/schemas/1/terms.schema.json"
"""Of the schema that the object follows."""


def terms_object(terms: Terms) -> dict[str, Any]:
    """The object; texts are as stored, so that a page that shows them has to escape them."""
    return {
        "schema": SCHEMA_ID,
        "name": terms.name,
        "state": terms.state,
        "at": terms.at.isoformat(),
        "uses": {entry.use: _use(entry) for entry in terms.uses},
        **{
            name: [_said(said) for said in getattr(terms, name)]
            for name in ("signers", "creators", "credits", "rights", "usage_terms", "web_statements", "licensors")
        },
        "licences": [_licence(item) for item in terms.licences],
        "offers": [offer_object(item) for item in terms.offers],
        "contradictions": [_contradiction(item) for item in terms.contradictions],
        "notices": [_notice(item) for item in terms.notices],
        "void": list(terms.void),
        "remarks": list(terms.remarks),
        "headers": usage_headers(terms),
    }


def given(**fields: Any) -> dict[str, Any]:
    """The fields that hold something."""
    return {key: value for key, value in fields.items() if value is not None and value not in ((), [], "")}


def origin_object(origin: Origin) -> dict[str, Any]:
    """Where something is said."""
    return given(
        place=origin.place,
        role=origin.role,
        standing=origin.standing,
        speaker=origin.speaker,
        uri=origin.uri,
        manifest=origin.manifest,
        generation=origin.generation,
        flaw=origin.flaw,
    )


def _said(said: Said) -> dict[str, Any]:
    return given(text=said.text, url=said.url, email=said.email, origin=origin_object(said.origin))


def _use(entry: UseTerms) -> dict[str, Any]:
    return {
        "permission": entry.permission,
        "standing": entry.standing,
        "conditions": list(entry.info),
        "statements": [_statement(statement) for statement in entry.statements],
    }


def _statement(statement: UseStatement) -> dict[str, Any]:
    return given(
        permission=statement.permission,
        kind=statement.kind,
        basis=statement.basis,
        condition=statement.info,
        vague=statement.vague or None,
        origin=origin_object(statement.origin),
    )


def _licence(item: LicenceTerms) -> dict[str, Any]:
    return given(
        name=item.name,
        known=item.known,
        url=item.url,
        words=item.words,
        attribution=item.attribution,
        share_alike=item.share_alike,
        origin=origin_object(item.origin),
    )


def offer_object(item: OfferTerms) -> dict[str, Any]:
    """One offer."""
    return given(
        actions=list(item.actions),
        uses=list(item.uses),
        purposes=list(item.purposes),
        amount=item.amount,
        currency=item.currency,
        free=item.free,
        attribution=item.attribution,
        duties=list(item.duties),
        assigner=item.assigner,
        contact=item.contact,
        url=item.url,
        valid_until=item.valid_until.isoformat() if item.valid_until else None,
        expired=item.expired,
        note=item.note,
        origin=origin_object(item.origin),
    )


def _notice(item: Notice) -> dict[str, Any]:
    return {"name": item.name, "kind": item.kind, "sentence": item.sentence, "origin": origin_object(item.origin)}


def _contradiction(item: Contradiction) -> dict[str, Any]:
    return {
        "name": item.name,
        "sentence": item.sentence,
        "uses": list(item.uses),
        "origins": [origin_object(origin) for origin in item.origins],
    }
