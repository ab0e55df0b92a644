"""From a DID to the keys of an issuer: what is right, and what is refused under which code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import FetchError, MalformedError
from credkit.trust.fetch import Request, Response
from credkit.trust.identity.did import document_address, issuer_keys, parse_did, read_document
from credkit.trust.identity.jwk import base64url, key_of_jwk, key_of_multikey
from tests.forge import identities, pki

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
WEB = "did:web:issuer.example"
ALGORITHMS = ("ed25519", "es256", "es384", "es512", "ps256")
PREFIXES = {"ed25519": "ed01", "es256": "8024", "es384": "8124", "es512": "8224", "ps256": "8524"}


class Answers:
    """A network that knows a few addresses."""

    def __init__(self, pages: dict[str, bytes]) -> None:
        self.pages = pages
        self.asked: list[Request] = []

    def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        if request.url not in self.pages:
            raise FetchError(f"{request.url} does not answer")
        return Response(url=request.url, body=self.pages[request.url])


def multikey(key: Any, algorithm: str) -> str:
    public = key.public_key()
    if algorithm == "ps256":
        raw = public.public_bytes(Encoding.DER, PublicFormat.PKCS1)
    elif isinstance(public, EllipticCurvePublicKey):
        raw = public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    else:
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    number, text = int.from_bytes(bytes.fromhex(PREFIXES[algorithm]) + raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = ALPHABET[digit] + text
    return "z" + text


def same(first: Any, second: Any) -> bool:
    forms = [key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) for key in (first, second)]
    return forms[0] == forms[1]


def code_of(did: str, fetcher: Any = None) -> str:
    with pytest.raises(MalformedError) as caught:
        issuer_keys(parse_did(did), fetcher)
    return caught.value.code


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_keys_of_all_kinds_in_both_forms(algorithm: str) -> None:
    key = pki.new_key(algorithm)
    assert same(key_of_jwk(identities.jwk(key)), key.public_key())
    assert same(key_of_multikey(multikey(key, algorithm)), key.public_key())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_did_that_is_its_own_key(algorithm: str) -> None:
    maker = identities.aggregator(algorithm)
    (found,) = issuer_keys(parse_did(maker.did), None)
    assert same(found.key, maker.key.public_key())
    assert found.identifier == f"{maker.did}#0"
    text = multikey(maker.key, algorithm)
    (found,) = issuer_keys(parse_did(f"did:key:{text}"), None)
    assert same(found.key, maker.key.public_key())
    assert found.identifier == f"did:key:{text}#{text}"


def test_the_example_of_did_key_is_read() -> None:
    (found,) = issuer_keys(parse_did("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"), None)
    assert found.key.public_bytes_raw().hex() == "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6"


@pytest.mark.parametrize(
    "jwk",
    [
        None,
        [],
        {},
        {"kty": "OKP", "crv": "X25519", "x": "AA"},
        {"kty": "OKP", "crv": "Ed25519"},
        {"kty": "OKP", "crv": "Ed25519", "x": "AA"},
        {"kty": "OKP", "crv": "Ed25519", "x": "+/=="},
        {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": ["P-256"], "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": identities.b64url(bytes(32)), "y": identities.b64url(bytes(32))},
        {"kty": "RSA", "n": "AA", "e": "AQAB"},
        {"kty": "RSA", "n": identities.b64url(b"\xff" * 3000), "e": "AQAB"},
        {"kty": "oct", "k": "AA"},
        identities.jwk(pki.new_key("ed25519")) | {"d": "AA"},
    ],
)
def test_what_is_no_public_key_is_refused(jwk: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        key_of_jwk(jwk)
    assert caught.value.code == "cawg.ica.invalid_did_document"


@pytest.mark.parametrize(
    "text", [None, "", "z", "z6Mk", "zIl0O", "m" + "A" * 43, "z" + "1" * 60, "z" + "z" * 5000, "z6MkhaXgBZDvotDkL5257faiz"]
)
def test_what_is_no_multikey_is_refused(text: Any) -> None:
    with pytest.raises(MalformedError):
        key_of_multikey(text)


@pytest.mark.parametrize(
    "text",
    [
        None,
        1,
        "",
        "did:",
        "did:web",
        "did:web:",
        "did:Web:x",
        "https://x.example",
        f"{WEB}#key-0",
        f"{WEB}/path",
        "did:web:a b",
        "did:web:%4",
    ],
)
def test_what_is_no_did(text: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_did(text)
    assert caught.value.code == "cawg.ica.invalid_issuer"


@pytest.mark.parametrize(
    ("did", "url"),
    [
        ("did:web:w3c-ccg.github.io", "https://w3c-ccg.github.io/.well-known/did.json"),
        ("did:web:w3c-ccg.github.io:user:studio", "https://w3c-ccg.github.io/user/studio/did.json"),
        ("did:web:example.com%3A3000:user:studio", "https://example.com:3000/user/studio/did.json"),
    ],
)
def test_addresses_of_documents(did: str, url: str) -> None:
    assert document_address(parse_did(did)) == url


@pytest.mark.parametrize("host", ["-", "a%2Fb", "a%40b", "x%3A", "x%3A123456", "x:..", "x:%2e%2e", "a" * 300])
def test_addresses_that_lead_elsewhere_are_refused(host: str) -> None:
    assert code_of(f"did:web:{host}", Answers({})) == "cawg.ica.did_unavailable"


def test_the_network_is_asked_only_when_it_may_be() -> None:
    key = pki.new_key("ed25519")
    answers = Answers({"https://issuer.example/.well-known/did.json": identities.did_document(WEB, key)})
    (found,) = issuer_keys(parse_did(WEB), answers)
    assert same(found.key, key.public_key())
    assert found.identifier == f"{WEB}#key-0"
    (request,) = answers.asked
    assert request.origin == "file"
    assert not request.plain_http
    assert code_of(WEB) == "cawg.identity.network_traffic_blocked"
    assert code_of("did:web:other.example", answers) == "cawg.ica.did_unavailable"
    assert code_of("did:ion:x", answers) == "cawg.ica.did_unsupported_method"
    assert len(answers.asked) == 2


def test_keys_stand_in_the_document_in_several_ways() -> None:
    keys = [pki.new_key("ed25519") for _ in range(3)]
    embedded = {"id": "#b", "type": "Multikey", "publicKeyMultibase": multikey(keys[1], "ed25519")}
    by_reference = {"id": "#a", "type": "JsonWebKey", "publicKeyJwk": identities.jwk(keys[0])}
    other = {"id": f"{WEB}#c", "type": "EcdsaSecp256k1VerificationKey2019"}
    document = identities.did_document(
        WEB, verificationMethod=[by_reference, other], assertionMethod=["#a", embedded, f"{WEB}#c", "#nowhere", 7]
    )
    found = read_document(document, parse_did(WEB))
    assert [key.identifier for key in found] == [f"{WEB}#a", f"{WEB}#b"]
    assert all(same(item.key, key.public_key()) for item, key in zip(found, keys, strict=False))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "did:web:other.example"},
        {"id": None},
        {"assertionMethod": []},
        {"assertionMethod": None},
        {"assertionMethod": {"a": 1}},
        {"verificationMethod": []},
        {"verificationMethod": "x"},
    ],
)
def test_documents_without_a_key_for_assertions_are_refused(changes: dict[str, Any]) -> None:
    key = pki.new_key("ed25519")
    with pytest.raises(MalformedError) as caught:
        read_document(identities.did_document(WEB, key, **changes), parse_did(WEB))
    assert caught.value.code == "cawg.ica.invalid_did_document"


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=200) | st.recursive(st.none() | st.text(max_size=9) | st.integers(), st.lists).map(lambda v: json.dumps(v).encode())
)
def test_any_document_is_read_or_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_document(data, parse_did(WEB))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (parse_did, base64url, key_of_multikey):
        try:
            read(text)
        except MalformedError:
            continue
