"""One function for each parser: bytes in, nothing out, and an exception only when something is wrong that should not be.

Each target knows the errors that its parser may raise; anything else goes through. ``TARGETS`` names them all, with seeds from the forge;
the same functions run under libFuzzer (``tests.fuzz.atheris_all``) and, briefly, in the tests. Those of files are in ``formats``, those of
metadata and of documents in ``documents``.
"""

from __future__ import annotations

import json
from contextlib import suppress

from credkit.assets import BytesSource
from credkit.codec import cbor, json_text
from credkit.codec.cose import LEAST_PADDING, padding, parse_sign1
from credkit.codec.jumbf import parse_superbox
from credkit.errors import DefinitionError, FetchError, MalformedError, TrustError
from credkit.manifest.assertions import ASSERTIONS, OpaqueAssertion, check_statement, read_actions, read_ingredient
from credkit.manifest.assertions.identity import read_identity, signer_payload
from credkit.manifest.claim import Claim
from credkit.manifest.claim_rules import checked_claim
from credkit.manifest.member_uri import check_member_uri, member_names, member_uri
from credkit.manifest.store import parse_store
from credkit.manifest.uri import JumbfUri
from credkit.trust.certificate import Certificate
from credkit.trust.cose_key import read_cose_key
from credkit.trust.der import read as read_der
from credkit.trust.fetch import Request, Response
from credkit.trust.identity.credential import identity_problem, read_credential
from credkit.trust.identity.did import issuer_keys, parse_did, read_document
from credkit.trust.identity.jwk import key_of_jwk, key_of_multikey
from credkit.trust.links import find_links
from credkit.trust.lists import TSA_PURPOSES, purpose_named, read_certificates, read_trust_list
from credkit.trust.revocation.ocsp import parse_ocsp_response
from credkit.trust.timestamp.form import loose_parts
from credkit.trust.timestamp.request import parse_answer
from credkit.trust.timestamp.structure import parse_response, parse_token
from credkit.verify import verify
from tests.fuzz import documents, formats, inputs, trust_inputs
from tests.fuzz.der import mutated_der
from tests.fuzz.items import mutated_cbor, mutated_json
from tests.fuzz.registry import NOW, TARGETS, Target, chosen, document, narrow, one_of, stored, target
from tests.fuzz.statements import again, schema

__all__ = ["MODULES", "TARGETS", "Target", "target"]

MODULES = (documents, formats)
"""Where the other targets are."""


@target("jumbf", inputs.stores)
def jumbf(data: bytes) -> None:
    """Boxes: a tree, or ``MalformedError``; what was read lies inside of the bytes."""
    with suppress(MalformedError):
        box = parse_superbox(data)
        assert 0 <= box.offset <= box.end <= len(data)
    with suppress(MalformedError):
        parse_superbox(data, limits=narrow(data, "jumbf_boxes", "jumbf_depth", "store_size"))


@target("store", inputs.stores)
def store(data: bytes) -> None:
    """A manifest store with everything that is looked up in it."""
    with suppress(MalformedError):
        parse_store(data, limits=narrow(data, "manifests", "decompressed_size", "decompressed_ratio"))
    with suppress(MalformedError):
        found = parse_store(data)
        for manifest in found.manifests:
            assert found.find(manifest.label) is not None
            for reference in ("self#jumbf=c2pa.signature", f"self#jumbf=/c2pa/{manifest.label}", manifest.label):
                found.resolve(reference, within=manifest.label)
            for assertion in manifest.assertions:
                with suppress(MalformedError):
                    assertion.value()


@target("verify", inputs.stores)
def verify_sidecar(data: bytes) -> None:
    """A store beside a picture, through the whole verifier: no error at all."""
    report = verify(BytesSource(inputs.PICTURE), sidecar=BytesSource(data), at=NOW)
    assert report.state in ("Trusted", "Valid", "Invalid", "none", "error")


@target("cbor", inputs.cbors, change=document(mutated_cbor))
def cbors(data: bytes) -> None:
    """CBOR: a value that can be written again and read as the same, or ``MalformedError``."""
    with suppress(MalformedError):
        value = cbor.decode(data, where="input")
        written = cbor.encode(value)
        assert cbor.encode(cbor.decode(written, where="written")) == written
    with suppress(MalformedError):
        cbor.decode(data, where="input", limits=narrow(data, "cbor_items", "cbor_depth"))
    with suppress(MalformedError):
        assert 0 < cbor.item_length(data, where="input") <= len(data)
    with suppress(MalformedError):
        cbor.member(data, "url", where="input")


@target("json", inputs.jsons, change=document(mutated_json))
def jsons(data: bytes) -> None:
    """JSON of strangers."""
    with suppress(MalformedError):
        json.dumps(json_text.decode(data, where="input"))
    with suppress(MalformedError):
        json_text.decode(data, where="input", items=one_of((0, 1, 3, 10), data))
    with suppress(MalformedError):
        json_text.decode(data, where="input", limits=narrow(data, "json_depth"))


@target("cose", inputs.signatures, change=document(mutated_cbor))
def cose(data: bytes) -> None:
    """COSE_Sign1, and the padding that would fill the place of one."""
    with suppress(MalformedError):
        _ = parse_sign1(data, where="input").algorithm
    if (size := len(data)) == 0 or size >= LEAST_PADDING:
        assert sum(len(cbor.encode(part)) for pair in padding(size).items() for part in pair) == size


@target("cose key", inputs.cbors, change=document(mutated_cbor))
def cose_keys(data: bytes) -> None:
    """COSE_Key of session keys."""
    with suppress(MalformedError):
        read_cose_key(cbor.decode(data, where="input"))


@target("der", trust_inputs.certificates, change=document(mutated_der))
def der(data: bytes) -> None:
    """DER elements, all the way down."""

    with suppress(MalformedError):
        found = [read_der(data, "input")]
        while found:
            element = found.pop()
            _ = element.text()
            for name in ("integer", "boolean", "oid", "bits", "time"):
                with suppress(MalformedError):
                    getattr(element, name)("input")
            with suppress(MalformedError):
                found += element.children()


@target("certificate", trust_inputs.certificates, change=document(mutated_der))
def certificate(data: bytes) -> None:
    """X.509."""
    with suppress(MalformedError):
        _ = Certificate.parse(data).common_name
    with suppress(MalformedError):
        Certificate.parse(data, narrow(data, "certificate_size"))


@target("time-stamp", trust_inputs.tokens, change=document(mutated_der))
def time_stamp(data: bytes) -> None:
    """RFC 3161: tokens, responses, and the answer of a server."""
    for parse in (parse_token, parse_response, parse_answer):
        with suppress(MalformedError):
            parse(data)
    for read in (parse_token, parse_response):
        with suppress(MalformedError):
            read(data)
            assert all(0 <= start <= end <= len(data) for start, end, _ in loose_parts(data, ()))
        with suppress(MalformedError):
            read(data, limits=narrow(data, "time_stamp_size", "certificates"))


@target("ocsp", trust_inputs.ocsp_responses, change=document(mutated_der))
def ocsp(data: bytes) -> None:
    """OCSP responses."""
    with suppress(MalformedError):
        parse_ocsp_response(data)
    with suppress(MalformedError):
        parse_ocsp_response(data, narrow(data, "ocsp_size", "certificates"))


@target("trust list", trust_inputs.trust_lists)
def trust_list(data: bytes) -> None:
    """Lists of authorities: PEM, DER, or JSON of the official lists."""
    for purposes in (frozenset({"1.3.6.1.5.5.7.3.36"}), TSA_PURPOSES):
        with suppress(TrustError):
            read_trust_list(data, purposes=purposes)
    with suppress(TrustError):
        read_certificates([data])
    with suppress(TrustError):
        read_trust_list(data, limits=narrow(data, "trust_list_size", "trust_anchors", "certificate_size"))
    with stored(data, "list.json") as path:
        for name in (path, path.parent, f"{path}\0"):
            with suppress(TrustError):
                read_trust_list(name)
    with suppress(TrustError):
        purpose_named(data.decode("utf-8", "replace"))


@target("claim", inputs.claims, change=document(mutated_cbor))
def claim(data: bytes) -> None:
    """Claims of both versions."""
    for label in ("c2pa.claim", "c2pa.claim.v2"):
        with suppress(MalformedError):
            Claim.read(data, label)
    with suppress(MalformedError, DefinitionError):
        value = cbor.decode(data, where="input")
        if isinstance(value, dict):
            assert Claim.read(cbor.encode(checked_claim(value)), "c2pa.claim.v2").signature


@target("assertion", inputs.assertions, change=chosen())
def assertion(data: bytes) -> None:
    """The value of an assertion, read as each kind that there is; the first byte chooses."""
    with suppress(MalformedError):
        value = cbor.decode(data[1:], where="input")
        with suppress(MalformedError):
            for label in ("c2pa.actions", "c2pa.actions.v2"):
                read_actions(value, label)
        for label in ("c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3"):
            with suppress(MalformedError):
                if recorded := read_ingredient(value, label).recorded:
                    cbor.encode(recorded.payload())
        with suppress(MalformedError):
            found = read_identity(value, where="input")
            cbor.encode(signer_payload(found.references, found.sig_type, found.roles))
        _written(data, value)


@target("described assertion", inputs.described_assertions, change=chosen(mutated_json))
def described_assertion(data: bytes) -> None:
    """The same in JSON, as definitions have it; what passes the check passes the published schema."""
    with suppress(MalformedError):
        value = json_text.decode(data[1:], where="input")
        if _written(data, value):
            schema(sorted(ASSERTIONS)[data[0] % len(ASSERTIONS)]).validate(value)


def _written(data: bytes, value: object) -> bool:
    """What passes the check can be written, and passes it once more as the same; the first byte chooses the label."""
    labels = sorted(ASSERTIONS)
    for profile in ("2.4", "2.5"):
        with suppress(DefinitionError):
            entry = labels[data[0] % len(labels)] if data else labels[0]
            checked = check_statement(OpaqueAssertion(entry, value), profile=profile)
            assert check_statement(OpaqueAssertion(entry, checked.payload), profile=profile).payload == checked.payload
            if checked.content == "cbor":
                cbor.decode(cbor.encode(checked.payload), where="written")
            for said in again(checked):
                assert (said.label, said.content, said.payload()) == (checked.label, checked.content, checked.payload)
            return checked.payload is not None
    return False


@target("signed assertion", inputs.assertions, change=chosen())
def signed_assertion(data: bytes) -> None:
    """The value of an assertion in a store whose claim states its hash: every check of values, and every text about them."""
    if data:
        report = verify(BytesSource(inputs.PICTURE), sidecar=BytesSource(inputs.store_stating(data[0], data[1:])), at=NOW)
        inputs.shown(report)


class _Network:
    """Answers each request with the input, or not at all."""

    def __init__(self, body: bytes) -> None:
        self.body = body

    def fetch(self, request: Request) -> Response:
        if not self.body:
            raise FetchError(f"{request.what} does not answer")
        return Response(url=request.url, body=self.body)


@target("uri", inputs.uris)
def uris(data: bytes) -> None:
    """JUMBF URIs, URIs of members, DIDs and the keys in them."""
    text = data.decode("utf-8", "surrogateescape")
    parsed = JumbfUri.parse(text)
    assert parsed is None or JumbfUri.parse(str(parsed)) == parsed
    for fetcher in (None, _Network(b""), _Network(data)):
        with suppress(MalformedError):
            issuer_keys(parse_did(text), fetcher)
    with suppress(MalformedError):
        check_member_uri(text)
        assert not any(name.startswith("/") for name in member_names(text))
    for name in (text, data.decode("utf-16-le", "surrogatepass") if len(data) % 2 == 0 else text):
        with suppress(MalformedError, UnicodeDecodeError):
            assert member_names(member_uri(name))[0] == name


@target("link", trust_inputs.links)
def link(data: bytes) -> None:
    """Links in the headers of a server's answer."""
    assert all(isinstance(one, str) for one in find_links(data.decode("latin-1").split("\n"), "c2pa-manifest"))


@target("jwk", trust_inputs.keys, change=document(mutated_json))
def jwk(data: bytes) -> None:
    """Keys of issuers, as JSON and as text."""
    with suppress(MalformedError):
        key_of_jwk(json_text.decode(data, where="input"))
    with suppress(MalformedError):
        key_of_multikey(data.decode("utf-8", "replace"))


@target("credential", inputs.credentials, change=document(mutated_json))
def credential(data: bytes) -> None:
    """Credentials of identity aggregators with the identities in them, and documents of their issuers."""
    with suppress(MalformedError):
        found = read_credential(data)
        identities = found.subject.get("verifiedIdentities")
        for one in identities if isinstance(identities, list) else [identities]:
            identity_problem(one)
    with suppress(MalformedError):
        read_document(data, parse_did("did:web:issuer.example"))
    with suppress(MalformedError):
        issuer_keys(parse_did("did:web:issuer.example"), _Network(data))
