"""What the targets of certificates, time-stamps, lists and identities begin with."""

from __future__ import annotations

import base64
import json
from functools import cache
from typing import Any

from tests.forge import identities, lists, ocsp, pki, tsa

__all__ = ["certificates", "keys", "links", "ocsp_responses", "tokens", "trust_lists"]


@cache
def certificates() -> list[bytes]:
    """Certificates of every algorithm, and chains' parts with odd names."""
    found = [der for name in ("ed25519", "es256", "es384", "es512", "ps256") for der in pki.default_pki(name).chain]
    return [*found, b"0\x80\0\0", b"0\x84\xff\xff\xff\xff", b"\x30\x82\x01\x00" * 30]


@cache
def tokens() -> list[bytes]:
    """Time-stamp tokens and responses."""
    stamp = tsa.token(tsa.default_tsa(), b"message")
    return [stamp, tsa.response(stamp), tsa.response(None, 2), stamp.replace(b"\x18\x0f20", b"\x18\x0f99")]


@cache
def ocsp_responses() -> list[bytes]:
    """OCSP responses of every status, signed by the authority or by somebody in its name, and a refusal."""
    issuer = pki.make_root("es256")
    leaf = pki.make_leaf(issuer, pki.new_key("es256"))
    kinds = ({"says": "good"}, {"says": "revoked", "reason": "key_compromise"}, {"says": "unknown"}, {"by_key": True, "nonce": b"n" * 16})
    found = [ocsp.response(issuer, leaf, **kind) for kind in kinds]
    return [*found, ocsp.response(issuer, leaf, signer=ocsp.make_delegate(issuer)), ocsp.response(issuer, leaf, refusal=3)]


@cache
def trust_lists() -> list[bytes]:
    """Lists in every form."""
    root = pki.default_pki("es256")
    return [
        root.root_pem,
        root.chain_pem,
        root.chain[0],
        lists.lote_bytes(lists.service(lists.state(root.chain[-1]))),
        lists.simple_list([root.chain[-1]]),
        lists.simple_list([root.chain[-1]], scheme=None),
        lists.simple_list([root.chain[-1]], scheme=lists.TSA, issued="2026-08-05"),
        lists.lote_bytes(lists.service(_state(1), _state(3), _state(2, status=lists.UNTRUSTED))),
        lists.lote_bytes(lists.service(_state(1), _state(0, start=None)), lists.service(lists.state()), {}),
        lists.lote_bytes(lists.service(lists.state(root.chain[-1], status=None)), lists.service(lists.state(name="x"))),
        *(b"{" + text for text in (b'"a":1,"a":2}', b'"LoTE":[]}', b'"LoTE":{}}', b'"a":' * 5_000, b'"a":' + b"9" * 5_000 + b"}")),
        *(b"claimSigning", b"C2PA-KP-timestamping", b"1.3.6.1.5.5.7.3.36", b"-----BEGIN CERTIFICATE-----\n" * 40),
    ]


def _state(year: int, **options: Any) -> dict[str, Any]:
    return lists.state(pki.default_pki("es256").chain[-1], **{"start": f"202{year}-01-01T00:00:00Z"} | options)


def links() -> list[bytes]:
    """Values of the field ``Link``."""
    texts = (
        '<https://a.example/m.c2pa>; rel="c2pa-manifest"',
        '</a>; rel=next, <b>; rel="x c2pa-manifest"; rel=y; title="a \\"b\\", c" , <c>',
        '<a>; rel="c2pa-manifest"; anchor="#b"\n<b> ;; rel = c2pa-manifest ; x',
        "<a>; rel=c2pa-manifest <b>",
    )
    return [text.encode() for text in texts]


@cache
def keys() -> list[bytes]:
    """Keys of every kind as JSON Web Keys and Multikeys, sound ones and ones of another length."""
    found = [_unpadded(identities.aggregator(name).did) for name in ("ed25519", "es256", "es384", "ps256")]
    point = {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}
    numbers = ({"n": "AQ", "e": "AQAB"}, {"n": "_" * 3_000, "e": "AQAB"})
    made = [point, point | {"d": "AA"}, {"kty": "OKP", "crv": "Ed25519", "x": "AA"}, *({"kty": "RSA"} | item for item in numbers), []]
    raw = (
        b"\xed\x01" + bytes(32),
        b"\xed\x01a",
        b"\x80\x24" + b"\2" * 33,
        b"\x80\x24\2",
        b"\x85\x240\6\2\1\x0f\2\1\3",
        b"\x85\x240",
        b"ab",
    )
    return [*found, *(json.dumps(item).encode() for item in made), *(_base58(data) for data in raw), b"u0000", b"z0"]


def _unpadded(did: str) -> bytes:
    """What a ``did:jwk`` holds; of another DID what follows its method."""
    text = did.rpartition(":")[2]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if did.startswith("did:jwk:") else text.encode()


def _base58(data: bytes) -> bytes:
    letters, number, text = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", int.from_bytes(data, "big"), b""
    while number:
        number, rest = divmod(number, 58)
        text = letters[rest : rest + 1] + text
    return b"z" + text
