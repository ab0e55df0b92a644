"""The credential of an identity claims aggregator: what it says, who issued it, and for which signed statements.

A W3C verifiable credential (data model 1.1 or 2.0) in JSON. Read here are the members that CAWG names; JSON-LD is not processed, since the
names of all that counts are fixed. Whether it is signed, by whom, and for this file, is decided by the verifier.
Source: CAWG Identity Assertion 1.3, "Identity claims aggregation technical description".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from credkit.codec import json_text
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Credential", "VerifiedIdentity", "asset_object", "identity_problem", "parse_time", "read_credential", "read_identities"]

_CODE = "cawg.ica.invalid_verifiable_credential"
_CONTEXTS: dict[str, Literal["1.1", "2.0"]] = {
    "https://www.w3.org/2018/credentials/v1": "1.1",
    "https://www.w3.org/ns/credentials/v2": "2.0",
}
_OWN_CONTEXTS = ("https://cawg.io/identity/", "https://creator-assertions.github.io/")
"""Where the context of CAWG lies, and lay when the first credentials were issued."""
_TYPES = frozenset({"VerifiableCredential", "IdentityClaimsAggregationCredential"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_URI = re.compile(r"[^\s<>\"{}|\\^`]+")
_ABSOLUTE_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_NEEDED = {
    "cawg.document_verification": "name",
    "cawg.social_media": "username",
    "cawg.crypto_wallet": "address",
    "cawg.web_site": "uri",
}
_MOST = 50
"""Attested identities that are read of one credential; real ones have below 10."""
_TEXTS = ("name", "username", "address", "uri", "method")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedIdentity:
    """What an aggregator attests of the named person or organization; texts as stored."""

    type: str
    """``cawg.social_media``, ``cawg.document_verification`` ..."""
    name: str | None
    username: str | None
    address: str | None
    uri: str | None
    method: str | None
    verified_at: str | None
    provider: str | None
    """Name of who keeps the account or checked the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A credential as stored."""

    version: Literal["1.1", "2.0"]
    """Of the data model."""
    issuer: object
    """DID of the issuer, if it is one; unchecked."""
    valid_from: object
    """``validFrom`` or ``issuanceDate``, as the version has it; None when absent."""
    valid_until: object
    """``validUntil`` or ``expirationDate``; None when absent."""
    has_status: bool
    """Whether it names a place that tells of its revocation."""
    subject: Mapping[str, Any] = field(repr=False)
    """``credentialSubject``."""


def read_credential(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Credential:
    """The credential in a JSON text; ``MalformedError`` (``cawg.ica.invalid_verifiable_credential``) when it is not one of this kind."""
    value = json_text.decode(data, where="the credential", code=_CODE, limits=limits)
    if not isinstance(value, dict):
        raise _malformed("it is not a JSON object")
    version = _version(value.get("@context"))
    types = value.get("type")
    if not isinstance(types, list) or not {item for item in types if isinstance(item, str)} >= _TYPES:
        raise _malformed("its type is not that of an identity claims aggregation")
    subject = value.get("credentialSubject")
    if not isinstance(subject, dict):
        raise _malformed("it has no subject")
    issuer = value.get("issuer")
    return Credential(
        version=version,
        issuer=issuer.get("id") if isinstance(issuer, dict) else issuer,
        valid_from=value.get("issuanceDate" if version == "1.1" else "validFrom"),
        valid_until=value.get("expirationDate" if version == "1.1" else "validUntil"),
        has_status=value.get("credentialStatus") is not None,
        subject=subject,
    )


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, code=_CODE, where="the credential")


def _version(contexts: object) -> Literal["1.1", "2.0"]:
    texts = [item for item in contexts if isinstance(item, str)] if isinstance(contexts, list) else []
    versions = [_CONTEXTS[item] for item in texts if item in _CONTEXTS]
    if not versions or not any(item.startswith(_OWN_CONTEXTS) for item in texts):
        raise _malformed("its contexts are not those of an identity claims aggregation")
    return versions[0]


def parse_time(value: object) -> datetime | None:
    """The moment in a text of RFC 3339, UTC; None for anything else."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def asset_object(payload: object, algorithm: object) -> object:
    """``signer_payload``, or what a credential repeats of it, in one form: byte strings in base64 (RFC 4648, 4), and every reference with
    its hash algorithm, which some aggregators write where the other side left the claim's own one (``algorithm``) out.
    """
    if isinstance(payload, bytes):
        return base64.b64encode(payload).decode("ascii")
    if isinstance(payload, list):
        return [asset_object(value, algorithm) for value in payload]
    if not isinstance(payload, dict):
        return payload
    plain = {key: asset_object(value, algorithm) for key, value in payload.items()}
    return {"alg": algorithm} | plain if "url" in plain and "hash" in plain else plain


def read_identities(subject: Mapping[str, Any]) -> tuple[VerifiedIdentity, ...]:
    """The attested identities that have a type, in order; what is wrong with them, ``identity_problem`` says."""
    items = subject.get("verifiedIdentities")
    found = (item for item in (items if isinstance(items, list) else [])[:_MOST] if isinstance(item, dict))
    return tuple(_identity(item) for item in found if isinstance(item.get("type"), str))


def _identity(item: Mapping[str, Any]) -> VerifiedIdentity:
    provider = item.get("provider")
    return VerifiedIdentity(
        type=item["type"],
        name=_text(item.get("name")),
        username=_text(item.get("username")),
        address=_text(item.get("address")),
        uri=_text(item.get("uri")),
        method=_text(item.get("method")),
        verified_at=_text(item.get("verifiedAt")),
        provider=_text(provider.get("name")) if isinstance(provider, dict) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def identity_problem(item: object) -> str | None:
    """What one entry of ``verifiedIdentities`` lacks, in words; None when it is as it must be."""
    return next(_problems(item), None)


def _problems(item: object) -> Iterator[str]:
    if not isinstance(item, dict):
        yield "it is not a JSON object"
        return
    kind = item.get("type")
    if not _text(kind):
        yield "it has no type"
    for name in _TEXTS:
        if name in item and not _text(item[name]):
            yield f"its {name} is not a text, or empty"
    needed = _NEEDED.get(kind) if isinstance(kind, str) else None
    if needed and needed not in item:
        yield f"one of the type {kind} has no {needed}"
    if "uri" in item and not _URI.fullmatch(str(item["uri"])):
        yield "its uri is not one"
    if parse_time(item.get("verifiedAt")) is None:
        yield "it does not say when it was verified"
    provider = item.get("provider")
    if not isinstance(provider, dict) or not _text(provider.get("name")):
        yield "it does not name who verified it"
    elif "id" in provider and not _ABSOLUTE_URI.fullmatch(str(provider["id"])):
        yield "the identifier of who verified it is not a web address"
