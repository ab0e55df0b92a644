"""The credential of an identity claims aggregator, and the purposes of certificates that name somebody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.trust.certificate import Certificate
from credkit.trust.identity.credential import asset_object, identity_problem, parse_time, read_credential, read_identities
from credkit.trust.identity.purposes import E_MAIL_UNTIL, certificate_policies, purpose_problem
from credkit.trust.lists import TrustList
from credkit.trust.policy import IDENTITY_PURPOSES
from tests.forge import identities, pki
from tests.forge.identities import identity

OLD = ["https://www.w3.org/2018/credentials/v1", "https://cawg.io/identity/1.1/ica/context/"]


def text(**changes: Any) -> bytes:
    return json.dumps(identities.credential({"sig_type": "x"}, **changes)).encode()


def test_what_is_read() -> None:
    found = read_credential(text(validUntil="2030-01-01T00:00:00Z"))
    assert (found.version, found.issuer) == ("2.0", identities.aggregator().did)
    assert (found.valid_from, found.valid_until, found.has_status) == (identities.time_text(-20), "2030-01-01T00:00:00Z", False)
    (somebody,) = read_identities(found.subject)
    assert (somebody.name, somebody.username, somebody.provider) == ("credkit test person", "credkit-test", "credkit test network")


def test_every_field_of_an_identity_is_read() -> None:
    texts = {name: f"the {name}" for name in ("type", "name", "username", "address", "uri", "method", "verifiedAt")}
    (found,) = read_identities({"verifiedIdentities": [texts | {"provider": {"name": "the provider"}}]})
    told = (found.type, found.name, found.username, found.address, found.uri, found.method, found.verified_at, found.provider)
    assert told == (*texts.values(), "the provider")
    (empty,) = read_identities({"verifiedIdentities": [dict.fromkeys(texts, "") | {"provider": "a text"}]})
    assert (empty.name, empty.username, empty.address, empty.uri, empty.method, empty.verified_at, empty.provider) == (None,) * 7


def test_each_version_has_dates_of_its_own() -> None:
    old = read_credential(text(**{"@context": OLD}, issuanceDate="a", expirationDate="b", credentialStatus={"id": "x"}))
    assert (old.version, old.valid_from, old.valid_until, old.has_status) == ("1.1", "a", "b", True)
    assert read_credential(text(validFrom=None, issuanceDate="a", expirationDate="b")).valid_from is None


@pytest.mark.parametrize(
    "changes",
    [
        {"@context": None},
        {"@context": "https://www.w3.org/ns/credentials/v2"},
        {"@context": [1]},
        {"@context": OLD[:1]},
        {"@context": OLD[1:]},
        {"type": None},
        {"type": "VerifiableCredential"},
        {"type": ["IdentityClaimsAggregationCredential", 1]},
        {"credentialSubject": []},
    ],
)
def test_what_is_no_credential_of_this_kind(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as caught:
        read_credential(text(**changes))
    assert caught.value.code == "cawg.ica.invalid_verifiable_credential"


@pytest.mark.parametrize("data", [b"", b"[]", b"1", b"\xff", b'{"a":1,"a":2}', b"[" * 100_000, b'{"a":NaN}', b'{"a":"\\ud800"}'])
def test_json_is_read_strictly(data: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        read_credential(data)
    assert caught.value.code == "cawg.ica.invalid_verifiable_credential"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": None}, "no type"),
        ({"type": ""}, "no type"),
        ({"type": 1}, "no type"),
        ({"name": ""}, "name"),
        ({"method": 7}, "method"),
        ({"username": None}, "no username"),
        ({"type": "cawg.document_verification", "name": None}, "no name"),
        ({"type": "cawg.crypto_wallet"}, "no address"),
        ({"type": "cawg.web_site", "uri": None}, "no uri"),
        ({"uri": "a b"}, "uri"),
        ({"verifiedAt": None}, "when"),
        ({"verifiedAt": "2026"}, "when"),
        ({"provider": None}, "who verified"),
        ({"provider": {"id": "https://x.example"}}, "who verified"),
        ({"provider": {"id": "x", "name": "y"}}, "web address"),
    ],
)
def test_what_an_identity_may_lack(changes: dict[str, Any], words: str) -> None:
    assert words in (identity_problem(identity(**changes)) or "")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"provider": {"name": "y"}},
        {"type": "org.test.club", "username": None, "uri": None, "name": None},
        {"type": "cawg.web_site", "uri": "named-actor-site.example"},
        {"type": "cawg.crypto_wallet", "address": "fa64"},
        {"verifiedAt": "2024-05-27T08:40:39.569856+02:00"},
    ],
)
def test_sound_identities(changes: dict[str, Any]) -> None:
    assert identity_problem(identity(**changes)) is None


def test_times_are_those_of_rfc_3339() -> None:
    assert parse_time("2024-05-27T08:40:39.5+02:00") == datetime(2024, 5, 27, 6, 40, 39, 500_000, tzinfo=UTC)
    wrong = (None, 5, "", "2024-05-27", "2024-05-27T08:40:39", "2024-13-27T08:40:39Z", "0001-01-01T00:00:00+14:00", "2024-05-27T08:40:60Z")
    assert [parse_time(value) for value in wrong] == [None] * len(wrong)


def test_what_is_signed_becomes_json() -> None:
    payload = {"referenced_assertions": [{"url": "u", "hash": b"\xfb\xff"}], "sig_type": "s", "role": ["r"]}
    made = {"referenced_assertions": [{"url": "u", "hash": "+/8=", "alg": "sha256"}], "sig_type": "s", "role": ["r"]}
    assert asset_object(payload, "sha256") == made
    assert asset_object(made, "sha384") == made


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_credential(data)


@settings(max_examples=80, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=6), lambda s: st.lists(s, max_size=3) | st.dictionaries(st.text(), s, max_size=3)
    )
)
def test_any_json_is_read_or_refused(value: Any) -> None:
    read_identities({"verifiedIdentities": value})
    assert identity_problem(value)
    with pytest.raises(MalformedError):
        read_credential(json.dumps(value).encode())


def certificate(*eku: str, policies: tuple[str, ...] = ()) -> Certificate:
    found = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies])
    made = pki.make_pki("ed25519", root=identities.actor_root(), eku=eku, extensions=((found, False),) if policies else ())
    return Certificate.parse(made.leaf)


LISTS = (TrustList.of(purposes=IDENTITY_PURPOSES),)
BEFORE = E_MAIL_UNTIL - timedelta(seconds=1)


def test_certificates_for_documents_may_name_somebody_at_any_time() -> None:
    assert purpose_problem(certificate(pki.DOCUMENT_SIGNING), (), E_MAIL_UNTIL) is None
    assert purpose_problem(certificate(pki.EMAIL_PROTECTION, pki.DOCUMENT_SIGNING), LISTS, E_MAIL_UNTIL) is None


@pytest.mark.parametrize("policy", [f"2.23.140.1.5.{kind}.{level}" for kind in (1, 2, 3, 4) for level in (1, 2, 3)])
def test_certificates_for_e_mail_need_a_policy_and_a_time(policy: str) -> None:
    found = certificate(pki.EMAIL_PROTECTION, policies=(policy,))
    assert certificate_policies(found) == {policy}
    validated = policy.split(".")[5] != "1" and policy.split(".")[6] != "1"
    assert (purpose_problem(found, LISTS, BEFORE) is None) == validated
    assert purpose_problem(found, LISTS, E_MAIL_UNTIL)


def test_other_certificates_need_a_list_for_their_purpose() -> None:
    found = certificate(pki.CLAIM_SIGNING)
    assert "documentSigning" in (purpose_problem(found, LISTS, BEFORE) or "")
    assert purpose_problem(found, (TrustList.of(purposes=frozenset({pki.CLAIM_SIGNING})),), BEFORE) is None
    assert certificate_policies(found) == frozenset()
