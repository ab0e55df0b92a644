from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from credkit.errors import TrustError
from credkit.trust.lists import TrustList
from credkit.trust.policy import TrustPolicy
from credkit.trust.profile import DEFAULT_PURPOSES
from tests.forge import pki

ROOT, OTHER = pki.make_root(), pki.make_root("es256")


def anchors(policy: TrustPolicy) -> list[bytes]:
    return [anchor.der for found in policy.signers for anchor in found.anchors]


def test_none_trusts_nobody():
    assert not TrustPolicy.none().is_configured
    assert TrustPolicy.none() == TrustPolicy()
    assert TrustPolicy().purposes == DEFAULT_PURPOSES


def test_anchors_from_files_bytes_and_der(tmp_path):
    file = tmp_path / "anchors.txt"
    file.write_bytes(b"# comment\n" + ROOT.pem + OTHER.pem)
    expected = [ROOT.der, OTHER.der]
    assert anchors(TrustPolicy.of(file)) == expected
    assert anchors(TrustPolicy.of(str(file))) == expected
    assert anchors(TrustPolicy.of(ROOT.pem, OTHER.der, ROOT.pem)) == expected
    assert anchors(TrustPolicy.of()) == []


def test_allowed_certificates_and_purposes():
    leaf = pki.make_pki().leaf
    policy = TrustPolicy.of(TrustList.of(purposes=frozenset({"1.2.3"})), allowed=[leaf])
    assert (anchors(policy), policy.allowed, policy.purposes) == ([], (leaf,), DEFAULT_PURPOSES | {"1.2.3"})
    assert policy.is_configured


def test_two_policies_joined_trust_whom_either_trusts():
    policy = TrustPolicy.of(ROOT.pem, tsa=[ROOT.pem])
    more = policy.joined(TrustPolicy.of(OTHER.pem, TrustList.of(ROOT.der), tsa=[ROOT.der], identity_issuers=["did:web:example.com"]))
    assert anchors(more) == [ROOT.der, OTHER.der]
    assert more.time_stamps == policy.time_stamps
    assert more.identity_issuers == ("did:web:example.com",)
    assert anchors(policy) == [ROOT.der]
    with pytest.raises(FrozenInstanceError):
        policy.signers = ()  # type: ignore[misc]


def _file(tmp_path, data: bytes):
    path = tmp_path / "anchors.pem"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "holds no certificate (no PEM block)"),
        (b"hello", "holds no certificate (no PEM block)"),
        (b"\n-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n", "holds no certificate (only PUBLIC KEY in line 2)"),
        (ROOT.pem + b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "certificate 2 of "),
        (ROOT.pem + b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n", "CERTIFICATE block is not base64"),
        (ROOT.pem[:-30], "CERTIFICATE block has no end in line 1"),
        (ROOT.der[:-1], "cannot be used"),
    ],
)
def test_faults_name_the_file_and_the_place(tmp_path, data, words):
    path = _file(tmp_path, data)
    with pytest.raises(TrustError) as caught:
        TrustPolicy.of(path)
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def test_the_line_of_a_bad_certificate_is_told(tmp_path):
    path = _file(tmp_path, ROOT.pem + b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")
    line = ROOT.pem.count(b"\n") + 1
    with pytest.raises(TrustError, match=rf"\(line {line}\) cannot be used"):
        TrustPolicy.of(path)


def test_a_missing_file_and_one_that_is_too_large(tmp_path):
    with pytest.raises(TrustError, match="cannot be read: No such file"):
        TrustPolicy.of(tmp_path / "none.pem")
    large = tmp_path / "large.pem"
    with large.open("wb") as file:
        file.truncate((16 << 20) + 1)
    with pytest.raises(TrustError, match="too large"):
        TrustPolicy.of(large)


def test_repr_is_short():
    assert len(repr(TrustPolicy.of(ROOT.pem))) < 300


def test_a_list_of_time_stamp_authorities_among_those_of_signers_opens_nothing():
    assert TrustPolicy.of(TrustList.of(ROOT.der, purposes=frozenset({pki.TIME_STAMPING, "1.2.3"}))).purposes == DEFAULT_PURPOSES | {"1.2.3"}
