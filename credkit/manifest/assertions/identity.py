"""The identity assertion of CAWG (``cawg.identity``, version 1.3): who, besides the claim generator, stands behind which statements.

Its shape, and the two encodings of ``signer_payload`` that are signed in practice. Whether a reference leads anywhere, and whether the
signature holds, is left to ``verify``; fields that the specification does not name are ignored, as it demands.
Source: CAWG Identity Assertion 1.3, "Assertion definition" and "X.509 certificates and COSE signatures".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from credkit.codec import cbor
from credkit.codec.fields import Fields
from credkit.dataclass import dataclass, field
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.labels import IDENTITY_LABEL

__all__ = [
    "AGGREGATION",
    "ROLES",
    "X509",
    "IdentityAssertion",
    "KeyOrder",
    "read_identity",
    "signed_forms",
    "signer_payload",
]

X509 = "cawg.x509.cose"
"""``sig_type`` of a signature with an X.509 certificate."""
AGGREGATION = "cawg.identity_claims_aggregation"
"""``sig_type`` of a credential that an identity claims aggregator issued."""
ROLES = (
    "cawg.creator",
    "cawg.contributor",
    "cawg.editor",
    "cawg.producer",
    "cawg.publisher",
    "cawg.sponsor",
    "cawg.translator",
)
KeyOrder = Literal["deterministic", "declared"]
"""Order of the keys of what is signed: as the specification demands, or as it declares the fields, which c2pa-rs signs and expects."""
_CODE = "cawg.identity.cbor.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityAssertion:
    """An identity assertion as stored; nothing in it is checked but its shape."""

    references: tuple[HashedUri, ...]
    """Assertions that it is about, URIs as stored."""
    sig_type: str
    roles: tuple[str, ...]
    payload: Mapping[str, Any] = field(repr=False)
    """``signer_payload``, decoded."""
    signature: bytes = field(repr=False)
    padding: bytes = field(default=b"", repr=False)
    """``pad1`` and ``pad2``; to be zeros."""


def read_identity(value: object, *, where: str) -> IdentityAssertion:
    """The assertion in a decoded CBOR map; ``MalformedError`` (``cawg.identity.cbor.invalid``) when a field is missing or of the wrong
    type.
    """
    fields = Fields(value, path=where, code=_CODE)
    payload = fields.map("signer_payload")
    if payload is None:
        raise fields.error("signer_payload", "is missing")
    return IdentityAssertion(
        references=_references(payload),
        sig_type=_label(payload, "sig_type", payload.need_text("sig_type")),
        roles=_roles(payload),
        payload=payload.raw,
        signature=fields.need_bytes("signature"),
        padding=fields.need_bytes("pad1") + (fields.bytes("pad2") or b""),
    )


def _references(payload: Fields) -> tuple[HashedUri, ...]:
    # An empty list is read: what it lacks (the hard binding) is a fault with a code of its own.
    found = [HashedUri.read(item) for item in payload.need_list("referenced_assertions")]
    references = tuple(item for item in found if item is not None and item.hash is not None)
    if len(references) != len(found):
        raise payload.error("referenced_assertions", "holds an entry without url or hash")
    return references


def _roles(payload: Fields) -> tuple[str, ...]:
    items = payload.list("role")
    if items == []:
        raise payload.error("role", "is empty")
    return tuple(_label(payload, "role", item) for item in items or ())


def _label(payload: Fields, key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise payload.error(key, "should be a text that is not empty")
    return value


def signed_forms(content: bytes, payload: Mapping[str, Any], *, limits: Limits = DEFAULT_LIMITS) -> tuple[bytes, ...]:
    """The encodings of ``signer_payload`` that a signature may cover: the deterministic one, which the specification demands, and the one
    that is stored (``content`` is the CBOR of the whole assertion), because c2pa-rs signs its fields in the order of their declaration.

    Both say the same: what is stored is what ``payload`` was decoded from.
    """
    stored = cbor.member(content, "signer_payload", where=IDENTITY_LABEL, code=_CODE, limits=limits)
    forms = [cbor.encode(dict(payload)), stored]
    return tuple(dict.fromkeys(form for form in forms if form is not None))


def signer_payload(references: tuple[HashedUri, ...], sig_type: str, roles: tuple[str, ...]) -> dict[str, Any]:
    """The map that is signed, its fields in the order of their declaration."""
    payload: dict[str, Any] = {"referenced_assertions": [_declared(item) for item in references], "sig_type": sig_type}
    return payload | ({"role": list(roles)} if roles else {})


def _declared(reference: HashedUri) -> dict[str, Any]:
    return {"url": reference.url} | ({"alg": reference.alg} if reference.alg else {}) | {"hash": reference.hash}
