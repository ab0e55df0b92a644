from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credkit.errors import TrustError
from credkit.limits import DEFAULT_LIMITS
from credkit.trust.lists import TSA_PURPOSES, TrustList, purpose_named, purpose_words, read_certificates, read_file, read_trust_list
from credkit.trust.path import check_path
from credkit.trust.policy import IDENTITY_PURPOSES, TrustPolicy
from credkit.trust.profile import CLAIM_SIGNING, DEFAULT_PURPOSES, DOCUMENT_SIGNING, EMAIL_PROTECTION
from tests.forge import pki
from tests.forge.lists import SIGNERS, TSA, UNTRUSTED, lote_bytes, service, simple_list, state

A, B = (pki.make_root(common_name=f"credkit test root {name}") for name in "ab")


def ders(found: TrustList) -> list[bytes]:
    return [anchor.der for anchor in found.anchors]


def file(tmp_path: Path, data: bytes, name: str = "list.any") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


# Three forms, told apart by their content.


@pytest.mark.parametrize(
    ("data", "expected"),
    [(A.pem + B.pem + A.pem, [A.der, B.der]), (A.der, [A.der]), (simple_list([A.der, B.der]), [A.der, B.der])],
    ids=["PEM", "DER", "JSON"],
)
def test_the_content_decides_on_the_form(tmp_path, data, expected):
    path = file(tmp_path, data)
    for source in (path, str(path), data):
        assert ders(read_trust_list(source)) == expected
    assert read_trust_list(path).name == "list.any"


def test_a_list_without_a_purpose_of_its_own_takes_the_given_ones():
    for data in (A.pem, A.der, simple_list([A.der], "Another List")):
        assert read_trust_list(data).purposes == DEFAULT_PURPOSES
        found = read_trust_list(data, purposes=frozenset({"1.2.3"}))
        assert (found.purposes, found.uri) == ({"1.2.3"}, None)


def test_official_lists_say_their_purpose_edition_and_address():
    signers = read_trust_list(simple_list([A.der], number=12))
    assert (signers.purposes, signers.uri, signers.identifier) == ({CLAIM_SIGNING}, "https://c2pa.org/trustlist", "12")
    assert (signers.name, signers.issued) == (SIGNERS, datetime(2026, 8, 5, 0, 11, 39, tzinfo=UTC))
    tsa = read_trust_list(simple_list([A.der], TSA), purposes=TSA_PURPOSES)
    assert (tsa.purposes, tsa.uri) == (TSA_PURPOSES, "https://c2pa.org/trustlist-tsa")


def test_an_official_list_speaks_for_nothing_else():
    for scheme, purposes in ((SIGNERS, TSA_PURPOSES), (SIGNERS, IDENTITY_PURPOSES), (TSA, DEFAULT_PURPOSES)):
        with pytest.raises(
            TrustError, match=rf"that\.json is the {scheme}, which speaks for (claimSigning|timeStamping) alone: give it as"
        ):
            read_trust_list(simple_list([A.der], scheme), purposes=purposes, label="that.json")
    with pytest.raises(TrustError, match="which speaks for timeStamping alone"):
        TrustPolicy.of(simple_list([A.der], TSA))
    with pytest.raises(TrustError, match="which speaks for claimSigning alone"):
        TrustPolicy.of(tsa=[simple_list([A.der])])


def test_remarks_are_handed_on_and_do_not_make_a_list_another_one():
    data = lote_bytes(service(state(X509SKIs=["AA=="])), service(state(A.der)))
    found = read_trust_list(data)
    assert len(found.remarks) == 1
    assert found == replace(found, remarks=())


# What lists do to a verdict.


def test_an_official_list_vouches_for_claim_signing_certificates_alone():
    for oid, trusted in ((CLAIM_SIGNING, True), (EMAIL_PROTECTION, False), (DOCUMENT_SIGNING, False)):
        one = pki.make_pki(eku=(oid,))
        lists = TrustPolicy.of(simple_list([one.root.der])).signers
        assert check_path(one.chain, lists, pki.NOW).trusted is trusted
        assert check_path(one.chain, TrustPolicy.of(one.root_pem).signers, pki.NOW).trusted


def test_the_window_of_an_official_list_counts():
    one = pki.make_pki(
        eku=(CLAIM_SIGNING,), not_before=datetime(2024, 1, 1, tzinfo=UTC), root=pki.make_root(not_before=datetime(2023, 1, 1, tzinfo=UTC))
    )
    line = service(state(one.root.der, status=UNTRUSTED, start="2026-01-01T00:00:00Z"), state(one.root.der, start="2025-01-01T00:00:00Z"))
    lists = TrustPolicy.of(lote_bytes(line)).signers
    for year, month, trusted in ((2024, 6, False), (2025, 1, True), (2025, 6, True), (2026, 2, False)):
        found = check_path(one.chain, lists, datetime(year, month, 1, tzinfo=UTC))
        assert (found.trusted, found.trusted_ignoring_time) == (trusted, True)


# Faults.


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{\n "LoTE": }', "cannot be used as a trust list: not valid JSON: expecting value in line 2, column 10"),
        (lote_bytes(service(state(b"\x30\x00"))), "/LoTE/TrustedEntitiesList/0/TrustedEntityServices/0/ServiceInformation"),
        (b"\x30\x82", "cannot be used"),
        (b"", "holds no certificate"),
    ],
)
def test_faults_name_the_file_and_the_place(tmp_path, data, words):
    path = file(tmp_path, data)
    with pytest.raises(TrustError) as caught:
        read_trust_list(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_single_certificates_are_not_taken_from_a_list_in_json(tmp_path):
    path = file(tmp_path, simple_list([A.der]))
    with pytest.raises(TrustError, match="single certificates are given in PEM or DER"):
        read_certificates([path])
    assert read_certificates([A.der, B.pem, A.pem]) == (A.der, B.der)


def test_size_and_count_at_the_limit_and_one_past_it(tmp_path):
    data = A.pem + B.pem
    for name, least, words in (("trust_list_size", len(data), "too large"), ("trust_anchors", 2, "more than 1 PEM blocks")):
        assert len(read_trust_list(file(tmp_path, data), limits=replace(DEFAULT_LIMITS, **{name: least})).anchors) == 2
        with pytest.raises(TrustError, match=words):
            read_trust_list(file(tmp_path, data), limits=replace(DEFAULT_LIMITS, **{name: least - 1}))


def test_a_folder_is_no_list(tmp_path):
    with pytest.raises(TrustError, match="cannot be read"):
        read_trust_list(tmp_path)


# Purposes in words.


@pytest.mark.parametrize(
    ("text", "oid"),
    [
        ("claimSigning", CLAIM_SIGNING),
        ("c2pa-kp-claimSigning", CLAIM_SIGNING),
        ("EMAILPROTECTION", EMAIL_PROTECTION),
        ("documentSigning", DOCUMENT_SIGNING),
        ("1.3.6.1.5.5.7.3.4", EMAIL_PROTECTION),
        ("2.25.1", "2.25.1"),
    ],
)
def test_purposes_by_name_and_number(text, oid):
    assert purpose_named(text) == oid


@pytest.mark.parametrize("text", ["", "emailProtect", "1", "3.1", "1.02", "1..2", "1.2.", "1.2\n", "१.२"])
def test_other_words_are_no_purposes(text):
    with pytest.raises(TrustError, match="is no extended key usage: give claimSigning"):
        purpose_named(text)


def test_purposes_in_words():
    assert purpose_words(CLAIM_SIGNING) == "claimSigning"
    assert purpose_words("1.2.3") == "1.2.3"


def test_how_large_a_list_may_be_is_said(tmp_path):
    path = file(tmp_path, bytes((3 << 20) + 1))
    with pytest.raises(TrustError) as caught:
        read_file(path, replace(DEFAULT_LIMITS, trust_list_size=3 << 20))
    assert str(caught.value) == f"{path} is too large for a list of certificates: 3 MiB are allowed"
    assert len(read_file(path, replace(DEFAULT_LIMITS, trust_list_size=(3 << 20) + 1))) == (3 << 20) + 1
