"""Identity assertions (CAWG) for forged manifests: sound ones, and ones with a single fault.

``x509()`` and ``aggregation()`` are assertions for a ``Recipe``; what they sign is known only when the hard binding is, so they are made
together with it. ``credential(...)`` is what an aggregator attests, ``aggregator()`` its key and DID.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from credkit.codec import cbor
from credkit.codec.cose import Sign1, to_be_signed
from credkit.manifest.store import BOX
from credkit.trust.algorithms import algorithm_named
from credkit.trust.timestamp import signature_message
from tests.forge import pki, tsa
from tests.forge.boxes import Leaf, Node
from tests.forge.manifests import Assertion, Ref, Signing

X509 = "cawg.x509.cose"
AGGREGATION = "cawg.identity_claims_aggregation"
BINDING = Ref("c2pa.hash.data", absolute=True)
Stamp = Callable[[Sign1], Any]
"""What to put into ``sigTst2``, made for a signature."""


@cache
def actor(**leaf: Any) -> pki.Pki:
    """Whoever is named; the same one each time. All actors stand under one root."""
    leaf.setdefault("eku", (pki.DOCUMENT_SIGNING,))
    return pki.make_pki("ed25519", root=actor_root(), subject=pki.name("credkit test actor"), **leaf)


@cache
def actor_root() -> pki.Authority:
    return pki.make_root("ed25519", common_name="credkit test root of actors")


@cache
def authority() -> tsa.Tsa:
    """A sound time-stamp authority; its tokens are always of one size."""
    return tsa.make_tsa("ed25519")


@cache
def strange_authority(*, known: bool = True, **options: Any) -> tsa.Tsa:
    """An authority with one fault under the root of the sound one, or (``known`` False) under a root of its own."""
    return tsa.make_tsa("ed25519", root=authority().root if known else None, **options)


def stamped(make: Callable[[bytes], bytes] | None = None, **options: Any) -> Stamp:
    """A time-stamp over the signature; ``options`` are those of ``tsa.token``, ``make`` another token for the message."""

    def stamp(sign1: Sign1) -> Any:
        message = signature_message(sign1)
        return tsa.container(make(message) if make else tsa.token(authority(), message, **options))

    return stamp


@dataclass
class _Identity(Assertion):
    """``value`` is the payload with references; ``finish`` makes the whole assertion of the payload with hashes."""

    finish: Callable[[dict[str, Any]], Any] = field(default=lambda payload: payload)

    def _contents(self, value: Any) -> tuple[bytes, list[Node | Leaf]]:
        whole = self.finish(value)
        return BOX.CBOR, [Leaf("cbor", whole if isinstance(whole, bytes) else cbor.encode_in_order(whole))]


def payload_of(sig_type: str, references: Sequence[Ref], roles: Sequence[str], fields: dict[str, Any]) -> dict[str, Any]:
    payload: dict[str, Any] = {"referenced_assertions": list(references), "sig_type": sig_type}
    return payload | ({"role": list(roles)} if roles else {}) | fields


def x509(
    by: pki.Pki | None = None,
    *,
    references: Sequence[Ref] = (BINDING,),
    roles: Sequence[str] = ("cawg.creator",),
    declared: bool = False,
    sig_type: str = X509,
    pad1: bytes = bytes(8),
    pad2: bytes | None = None,
    signs: Callable[[dict[str, Any]], dict[str, Any]] = lambda payload: payload,
    stamp: Stamp | None = None,
    header: str = "sigTst2",
    edit: Callable[[dict[str, Any]], Any] | None = None,
    label: str = "cawg.identity",
    place: str = "gathered",
    payload: dict[str, Any] | None = None,
    **signing: Any,
) -> Assertion:
    """An identity assertion with a certificate; ``signs`` changes what is signed, ``edit`` the finished map, ``signing`` are the fields of
    ``Signing``.
    """
    by = by or actor()

    def finish(resolved: dict[str, Any]) -> Any:
        covered = signs(resolved)
        tbs = cbor.encode_in_order(covered) if declared else cbor.encode(covered)
        signature = Signing(by, **signing).sign(tbs)
        if stamp:
            parts = cbor.decode(signature, where="test").value
            bare = Sign1(protected_bytes=parts[0], protected={}, unprotected={}, payload=None, signature=parts[3])
            parts[1] = parts[1] | {header: stamp(bare)}
            signature = cbor.encode(cbor.Tag(18, parts))
        whole = {"signer_payload": resolved, "signature": signature, "pad1": pad1} | ({} if pad2 is None else {"pad2": pad2})
        return edit(whole) if edit else whole

    return _Identity(label, payload_of(sig_type, references, roles, payload or {}), place=place, finish=finish)


@dataclass(frozen=True)
class Aggregator:
    """An identity claims aggregator: its key, and the DID that is its key."""

    key: Any
    did: str


def aggregator(algorithm: str = "ed25519") -> Aggregator:
    """The same one each time."""
    return _aggregator(algorithm)


@cache
def _aggregator(algorithm: str) -> Aggregator:
    key = pki.new_key(algorithm)
    return Aggregator(key, "did:jwk:" + b64url(json.dumps(jwk(key)).encode()))


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def jwk(key: Any) -> dict[str, str]:
    """The public half as a JSON Web Key."""
    public = key.public_key()
    if isinstance(key, Ed25519PrivateKey):
        return {"kty": "OKP", "crv": "Ed25519", "x": b64url(public.public_bytes(Encoding.Raw, PublicFormat.Raw))}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.curve.key_size + 7) // 8
        numbers = public.public_numbers()
        curve = {256: "P-256", 384: "P-384", 521: "P-521"}[key.curve.key_size]
        return {"kty": "EC", "crv": curve, "x": b64url(numbers.x.to_bytes(size, "big")), "y": b64url(numbers.y.to_bytes(size, "big"))}
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = public.public_numbers()
    return {"kty": "RSA", "n": b64url(numbers.n.to_bytes(256, "big")), "e": b64url(numbers.e.to_bytes(3, "big"))}


def did_document(did: str, *keys: Any, **changes: Any) -> bytes:
    """A DID document with these keys for assertions."""
    methods = [
        {"id": f"{did}#key-{n}", "type": "JsonWebKey2020", "controller": did, "publicKeyJwk": jwk(key)} for n, key in enumerate(keys)
    ]
    document = {"id": did, "verificationMethod": methods, "assertionMethod": [method["id"] for method in methods]}
    return json.dumps(document | changes).encode()


def time_text(days: float = 0) -> str:
    return (pki.NOW + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def identity(**changes: Any) -> dict[str, Any]:
    """One attested identity; None leaves a member out."""
    found: dict[str, Any] = {
        "type": "cawg.social_media",
        "name": "credkit test person",
        "username": "credkit-test",
        "uri": "https://social.example/credkit-test",
        "verifiedAt": time_text(-30),
        "provider": {"id": "https://social.example", "name": "credkit test network"},
    } | changes
    return {key: value for key, value in found.items() if value is not None}


def credential(asset: Any, *, issuer: Any = None, subject: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A sound credential; ``changes`` replace members, None leaves one out."""
    found = {
        "@context": ["https://www.w3.org/ns/credentials/v2", "https://cawg.io/identity/1.1/ica/context/"],
        "type": ["VerifiableCredential", "IdentityClaimsAggregationCredential"],
        "issuer": issuer or aggregator().did,
        "validFrom": time_text(-20),
        "credentialSubject": {"verifiedIdentities": [identity()], "c2paAsset": asset} | (subject or {}),
    } | changes
    return {key: value for key, value in found.items() if value is not None}


def plain_asset(payload: Any) -> Any:
    """``signer_payload`` as a credential repeats it, written apart from the library."""
    if isinstance(payload, bytes):
        return base64.b64encode(payload).decode()
    if isinstance(payload, dict):
        return {key: plain_asset(value) for key, value in payload.items()}
    return [plain_asset(value) for value in payload] if isinstance(payload, list) else payload


def aggregation(
    *,
    by: Aggregator | None = None,
    algorithm: str = "ed25519",
    header: dict[Any, Any] | None = None,
    stamp: Stamp | None = None,
    body: Callable[[dict[str, Any]], bytes] | None = None,
    signature: Callable[[bytes], bytes] | None = None,
    whole: Callable[[bytes], bytes] | None = None,
    asset: Callable[[Any], Any] = lambda asset: asset,
    **changes: Any,
) -> Assertion:
    """An identity assertion whose signature is a credential; ``header`` changes the protected header (None removes), ``body`` makes other
    bytes of the credential, ``changes`` are those of ``credential``.
    """
    by = by or aggregator(algorithm)

    def finish(resolved: dict[str, Any]) -> Any:
        chosen = algorithm_named(algorithm)
        made = credential(asset(plain_asset(resolved)), **({"issuer": by.did} | changes))
        data = body(made) if body else json.dumps(made).encode()
        fields = {1: chosen.cose_id, 3: "application/vc"} | (header or {})
        protected = cbor.encode({key: value for key, value in fields.items() if value is not None})
        signed = chosen.sign(by.key, to_be_signed(protected, data))
        signed = signature(signed) if signature else signed
        bare = Sign1(protected_bytes=protected, protected={}, unprotected={}, payload=data, signature=signed)
        unprotected = {"sigTst2": stamp(bare)} if stamp else {}
        sealed = cbor.encode(cbor.Tag(18, [protected, unprotected, data, signed]))
        return {"signer_payload": resolved, "signature": whole(sealed) if whole else sealed, "pad1": b""}

    return _Identity("cawg.identity", payload_of(AGGREGATION, (BINDING,), (), {}), place="gathered", finish=finish)
