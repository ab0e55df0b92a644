"""From the DID of an issuer to the keys with which it makes assertions.

``did:jwk`` and ``did:key`` are their own document; ``did:web`` is asked for through the ``Fetcher``, if there is one. Whether the issuer is
trusted is left to the policy. Every fault is a ``MalformedError`` whose code is that of CAWG: ``cawg.ica.invalid_issuer``,
``cawg.ica.did_unsupported_method``, ``cawg.ica.did_unavailable``, ``cawg.ica.invalid_did_document`` or
``cawg.identity.network_traffic_blocked``.

Sources: "Decentralized Identifiers (DIDs) v1.0" (3.1, 5.2, 5.3.2), "did:web Method Specification" (3.2), "did:jwk Method Specification",
"The did:key Method".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from credkit.codec import json_text
from credkit.dataclass import dataclass, field
from credkit.errors import FetchError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.fetch import Fetcher, Request
from credkit.trust.identity.jwk import base64url, key_of_jwk, key_of_multikey

__all__ = ["Did", "IssuerKey", "document_address", "issuer_keys", "parse_did", "read_document"]

_INVALID = "cawg.ica.invalid_did_document"
_WHERE = "the issuer's document"
_LONGEST = 4096
_MOST_METHODS = 64
_LARGEST_DOCUMENT = 256 << 10
"""Bytes; a document with 64 RSA keys of 4,096 bits has 60 KiB."""
_DID = re.compile(r"did:([a-z0-9]+):((?:[A-Za-z0-9._:-]|%[0-9A-Fa-f]{2})*(?:[A-Za-z0-9._-]|%[0-9A-Fa-f]{2}))")
_HOST = re.compile(r"(?=.{1,260}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?")
_JWK_TYPES = frozenset({"JsonWebKey2020", "JsonWebKey"})
_MULTIKEY_TYPES = frozenset({"Multikey", "Ed25519VerificationKey2020"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Did:
    """A decentralized identifier."""

    method: str
    """``web``, ``jwk``, ``key`` ..."""
    identifier: str
    """What follows the method."""

    def __str__(self) -> str:
        return f"did:{self.method}:{self.identifier}"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKey:
    """A key with which an issuer makes assertions."""

    identifier: str
    """DID URL of the verification method."""
    key: Any = field(repr=False)
    """A public key of ``cryptography``."""


def parse_did(text: object) -> Did:
    """The DID in ``text``; ``MalformedError`` (``cawg.ica.invalid_issuer``) for anything else, a DID URL with a path or fragment too."""
    match = _DID.fullmatch(text) if isinstance(text, str) and len(text) <= _LONGEST else None
    if match is None:
        raise MalformedError("it is not named by a DID", code="cawg.ica.invalid_issuer", where="the issuer")
    return Did(method=match[1], identifier=match[2])


def issuer_keys(did: Did, fetcher: Fetcher | None, limits: Limits = DEFAULT_LIMITS) -> tuple[IssuerKey, ...]:
    """The assertion keys of an issuer, never none; ``MalformedError`` with one of the codes above."""
    if did.method == "jwk":
        jwk = json_text.decode(base64url(did.identifier), where=_WHERE, code=_INVALID, limits=limits)
        return (IssuerKey(identifier=f"{did}#0", key=key_of_jwk(jwk)),)
    if did.method == "key":
        return (IssuerKey(identifier=f"{did}#{did.identifier}", key=key_of_multikey(did.identifier)),)
    if did.method == "web":
        return read_document(_fetched(document_address(did), fetcher), did, limits)
    raise MalformedError(f"the DID method {did.method[:40]} is not known here", code="cawg.ica.did_unsupported_method", where="the issuer")


def document_address(did: Did) -> str:
    """Where the document of a ``did:web`` lies; ``MalformedError`` (``cawg.ica.did_unavailable``) when it names no host."""
    domain, *path = did.identifier.split(":")
    host = unquote(domain)
    if not _HOST.fullmatch(host) or any(unquote(part) in ("", ".", "..") for part in path):
        raise MalformedError("it names no host", code="cawg.ica.did_unavailable", where="the issuer")
    return f"https://{host}/{'/'.join(path) if path else '.well-known'}/did.json"


def _fetched(url: str, fetcher: Fetcher | None) -> bytes:
    if fetcher is None:
        raise MalformedError(
            f"the keys of the issuer are at {url}, and the network was not allowed", code="cawg.identity.network_traffic_blocked"
        )
    accept = "application/did+ld+json, application/did+json, application/json"
    try:
        return fetcher.fetch(Request(url=url, what=_WHERE, most=_LARGEST_DOCUMENT, accept=accept)).body
    except FetchError as error:
        raise MalformedError(f"{error}", code="cawg.ica.did_unavailable") from None


def read_document(data: bytes, did: Did, limits: Limits = DEFAULT_LIMITS) -> tuple[IssuerKey, ...]:
    """The assertion keys in a DID document (JSON); ``MalformedError`` (``cawg.ica.invalid_did_document``) when it is not that of ``did`` or
    holds no usable key.
    """
    document = json_text.decode(data, where=_WHERE, code=_INVALID, limits=limits)
    if not isinstance(document, dict) or document.get("id") != str(did):
        raise MalformedError(f"it is not about {did!s:.200}", code=_INVALID, where=_WHERE)
    keys = []
    for method in _assertion_methods(document, str(did)):
        if (key := _key(method)) is not None:
            keys.append(IssuerKey(identifier=_absolute(method.get("id"), str(did)), key=key))
    if not keys:
        raise MalformedError("it holds no key for assertions that can be used", code=_INVALID, where=_WHERE)
    return tuple(keys)


def _assertion_methods(document: dict[str, Any], did: str) -> Iterator[dict[str, Any]]:
    """The verification methods under ``assertionMethod``, in the document itself or by reference."""
    listed = {_absolute(item.get("id"), did): item for item in _items(document, "verificationMethod") if isinstance(item, dict)}
    for item in _items(document, "assertionMethod"):
        method = listed.get(_absolute(item, did)) if isinstance(item, str) else item
        if isinstance(method, dict):
            yield method


def _items(document: dict[str, Any], name: str) -> list[Any]:
    value = document.get(name)
    return value[:_MOST_METHODS] if isinstance(value, list) else []


def _absolute(identifier: object, did: str) -> str:
    text = identifier if isinstance(identifier, str) else ""
    return did + text if text.startswith("#") else text


def _key(method: dict[str, Any]) -> Any:
    """The key of a verification method; None for one that cannot be used, since another one may."""
    kind = method.get("type")
    try:
        if isinstance(kind, str) and kind in _JWK_TYPES:
            return key_of_jwk(method.get("publicKeyJwk"))
        if isinstance(kind, str) and kind in _MULTIKEY_TYPES:
            return key_of_multikey(method.get("publicKeyMultibase"))
    except MalformedError:
        return None
    return None
