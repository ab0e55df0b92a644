"""Time-stamps judged: sound ones of every kind, and ones with a single lie."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from credkit.errors import MalformedError
from credkit.status import Kind, StatusCode
from credkit.trust.certificate import Certificate
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import TimeStampResult, check_time_stamp, parse_token
from tests.forge import pki, tsa

MESSAGE = b"what was stamped"
TIME = pki.NOW - timedelta(hours=1)
TRUSTED, VALIDATED = StatusCode.TIME_STAMP_TRUSTED, StatusCode.TIME_STAMP_VALIDATED
UNTRUSTED, INVALID = StatusCode.TIME_STAMP_UNTRUSTED, StatusCode.TIME_STAMP_CREDENTIAL_INVALID
MISMATCH, OUTSIDE = StatusCode.TIME_STAMP_MISMATCH, StatusCode.TIME_STAMP_OUTSIDE_VALIDITY
DAY = timedelta(days=1)

ROOT = pki.make_root("es256", common_name="credkit test time-stamp root")
TSA = tsa.make_tsa(root=ROOT)
RSA = tsa.make_tsa("ps256")
OTHER = tsa.make_tsa()


def judged(authority: tsa.Tsa, policy: TrustPolicy | None = None, message: bytes = MESSAGE, **lies: object) -> TimeStampResult:
    """The result for a token of ``authority``, whose root is an anchor unless ``policy`` says otherwise."""
    stamp = tsa.token(authority, MESSAGE, **({"time": TIME} | lies))
    return check_time_stamp(parse_token(stamp), message, policy or trusting(authority))


def trusting(*authorities: tsa.Tsa) -> TrustPolicy:
    return TrustPolicy.of(tsa=[authority.root.der for authority in authorities])


def codes(result: TimeStampResult) -> tuple[StatusCode, ...]:
    return tuple(code for code, _ in result.findings)


def assert_ignored(result: TimeStampResult, *expected: StatusCode) -> None:
    assert codes(result) == expected
    assert not result.trusted
    assert result.time is None
    for code, explanation in result.findings:
        assert code.kind is Kind.INFORMATIONAL
        assert explanation
        assert explanation.endswith(".")


SOUND = [
    (TSA, {}),
    (TSA, {"imprint_hash": "sha384"}),
    (TSA, {"imprint_hash": "sha512"}),
    (TSA, {"signature": "sha384_ecdsa", "digest_hash": "sha384"}),
    (TSA, {"signing_certificate": ("v1",)}),
    (TSA, {"signing_certificate": ("v1", "v2")}),
    (TSA, {"version": "v1"}),
    (TSA, {"certificates": (*TSA.chain, ROOT.der)}),
    (TSA, {"certificates": (OTHER.certificate, *reversed(TSA.chain))}),
    (tsa.make_tsa("es384"), {"signature": "sha384_ecdsa"}),
    (tsa.make_tsa("es512"), {"signature": "sha512_ecdsa", "digest_hash": "sha512"}),
    (tsa.make_tsa("ed25519"), {"digest_hash": "sha512"}),
    (RSA, {}),
    (RSA, {"signature": "rsassa_pkcs1v15"}),
    (RSA, {"signature": "rsassa_pkcs1v15", "digest_hash": "sha512"}),
    (RSA, {"signature": "sha512_rsa", "digest_hash": "sha512"}),
    (RSA, {"signature": "rsassa_pss"}),
    (tsa.make_tsa("ps384", intermediate=False), {}),
    (tsa.make_tsa(usage=("content_commitment",)), {}),
    (tsa.make_tsa(usage=None, ca=None), {}),
]


@pytest.mark.parametrize(("authority", "how"), SOUND)
def test_a_sound_time_stamp_is_trusted(authority, how):
    result = judged(authority, **how)
    assert result.findings == ((TRUSTED, None), (VALIDATED, None))
    assert result.trusted
    assert result.time == TIME
    assert result.authority == "credkit test time-stamp authority"
    assert result.chain == (*authority.chain, authority.root.der)


def test_a_signer_named_by_its_key():
    key = pki.new_key("es256")
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    authority = tsa.make_tsa(root=ROOT, key=key, extensions=[(identifier, False)])
    assert judged(authority, key_identifier=True).trusted
    assert_ignored(judged(TSA, key_identifier=True), UNTRUSTED)


def test_a_fraction_of_a_second_is_kept():
    assert judged(TSA, raw_time=f"{TIME:%Y%m%d%H%M%S}.742447Z".encode()).time == TIME.replace(microsecond=742447)


def test_a_subordinate_authority_may_be_the_anchor():
    result = judged(TSA, TrustPolicy.of(tsa=[TSA.intermediate.der]))
    assert result.trusted
    assert result.chain == TSA.chain


def test_the_chain_is_judged_at_the_attested_time_and_not_now():
    past = pki.NOW - 20 * DAY
    authority = tsa.make_tsa(not_before=past - DAY, not_after=past + DAY)
    assert judged(authority, time=past).time == past


# Step by step, in the order of the clause.
STRANGE_KEY = ec.generate_private_key(ec.SECP256K1())
LIES = {
    "signed-sha1": (RSA, {"signature": "sha1_rsa"}, (UNTRUSTED,)),
    "digest-sha1": (RSA, {"digest_hash": "sha1"}, (UNTRUSTED,)),
    "dsa": (TSA, {"signature": "sha256_dsa"}, (UNTRUSTED,)),
    "another-key": (TSA, {"signing_key": pki.new_key("es256")}, (MISMATCH,)),
    "another-kind-of-key": (TSA, {"signing_key": RSA.key}, (MISMATCH,)),
    "rsa-for-ed25519": (RSA, {"signature": "ed25519"}, (MISMATCH,)),
    "rsa-for-ecdsa": (RSA, {"signature": "sha256_ecdsa"}, (MISMATCH,)),
    "ecdsa-for-rsa": (TSA, {"signature": "sha256_rsa"}, (MISMATCH,)),
    "message-digest": (TSA, {"message_digest": bytes(32)}, (MISMATCH,)),
    "no-message-digest": (TSA, {"without": ("message_digest",)}, (MISMATCH,)),
    "content-type": (TSA, {"content_type": "data"}, (MISMATCH,)),
    "no-content-type": (TSA, {"content_type": None}, (MISMATCH,)),
    "no-signing-certificate": (TSA, {"signing_certificate": ()}, (MISMATCH,)),
    "another-signing-certificate": (TSA, {"named_certificate": OTHER.certificate}, (MISMATCH,)),
    "no-attributes": (TSA, {"without": ("content_type", "message_digest", "signing_certificate_v2")}, (MISMATCH,)),
    "imprint-sha1": (TSA, {"imprint_hash": "sha1"}, (UNTRUSTED,)),
    "imprint-md5": (TSA, {"imprint_hash": "md5"}, (UNTRUSTED,)),
    "imprint": (TSA, {"imprint": bytes(32)}, (MISMATCH,)),
    "imprint-short": (TSA, {"imprint": b""}, (MISMATCH,)),
    "no-certificates": (TSA, {"certificates": ()}, (UNTRUSTED,)),
    "certificates-of-others": (TSA, {"certificates": OTHER.chain}, (UNTRUSTED,)),
    "no-intermediate": (TSA, {"certificates": (TSA.certificate,)}, (UNTRUSTED,)),
    "purpose-not-critical": (tsa.make_tsa(critical=False), {}, (UNTRUSTED, INVALID)),
    "purpose-not-alone": (tsa.make_tsa(eku=(pki.TIME_STAMPING, pki.EMAIL_PROTECTION)), {}, (UNTRUSTED, INVALID)),
    "purpose-of-signers": (tsa.make_tsa(eku=(pki.EMAIL_PROTECTION,)), {}, (UNTRUSTED, INVALID)),
    "purpose-any": (tsa.make_tsa(eku=("2.5.29.37.0",)), {}, (UNTRUSTED, INVALID)),
    "no-purpose": (tsa.make_tsa(eku=None), {}, (UNTRUSTED, INVALID)),
    "authority-of-certificates": (tsa.make_tsa(ca=True), {}, (UNTRUSTED, INVALID)),
    "key-usage": (tsa.make_tsa(usage=("key_encipherment",)), {}, (UNTRUSTED, INVALID)),
    "rsa-1024": (tsa.make_tsa("ps256", key=pki.rsa_key(1024)), {}, (UNTRUSTED, INVALID)),
    "strange-curve": (tsa.make_tsa(key=STRANGE_KEY), {}, (UNTRUSTED, INVALID)),
    "weak-issuer": (tsa.make_tsa(signature_hash=hashes.SHA224()), {}, (UNTRUSTED, INVALID)),
    "expired": (tsa.make_tsa(not_before=TIME - 9 * DAY, not_after=TIME - timedelta(seconds=1)), {}, (OUTSIDE,)),
    "not-yet-valid": (tsa.make_tsa(not_before=TIME + timedelta(seconds=1)), {}, (OUTSIDE,)),
    "before-the-root": (tsa.make_tsa(not_before=pki.NOW - 60 * DAY), {"time": pki.NOW - 40 * DAY}, (OUTSIDE,)),
    "year-1": (TSA, {"raw_time": b"00010101000000Z"}, (OUTSIDE,)),
    "year-9999": (TSA, {"raw_time": b"99991231235959.999999Z"}, (OUTSIDE,)),
}


@pytest.mark.parametrize(("authority", "lies", "expected"), LIES.values(), ids=LIES)
def test_a_lie_is_named_and_the_time_does_not_count(authority, lies, expected):
    assert_ignored(judged(authority, **lies), *expected)


def test_the_edges_of_validity_belong_to_it():
    for edges in ({"not_before": TIME}, {"not_after": TIME}):
        assert judged(tsa.make_tsa(**({"not_before": TIME - DAY} | edges))).trusted


def test_another_message():
    assert_ignored(judged(TSA, message=MESSAGE + b"\0"), MISMATCH)


def test_the_first_fault_decides():
    assert_ignored(judged(RSA, TrustPolicy(), signature="sha1_rsa", message_digest=bytes(32), imprint=bytes(32)), UNTRUSTED)
    assert_ignored(judged(TSA, TrustPolicy(), message_digest=bytes(32), imprint_hash="sha1"), MISMATCH)
    assert_ignored(judged(tsa.make_tsa(critical=False), TrustPolicy(), imprint=bytes(32)), MISMATCH)


def test_without_anchors_the_time_is_told_but_not_taken():
    result = judged(TSA, TrustPolicy.none())
    assert_ignored(result, UNTRUSTED)
    assert f"{TIME:%Y-%m-%d %H:%M:%S} UTC" in result.findings[0][1]
    assert result.authority == "credkit test time-stamp authority"
    assert result.chain == TSA.chain


def test_anchors_and_chosen_certificates_of_signers_do_not_vouch_for_time():
    policy = TrustPolicy.of(ROOT.der, TSA.intermediate.der, allowed=TSA.chain)
    assert_ignored(judged(TSA, policy), UNTRUSTED)


def test_anchors_of_time_stamps_do_not_vouch_for_signers():
    from credkit.trust.path import check_path

    assert not check_path(TSA.chain, trusting(TSA).signers, pki.NOW).trusted
    assert not trusting(TSA).is_configured


def test_a_root_inside_of_the_token_is_nobodys_anchor():
    twin = tsa.make_tsa()
    brought = (*twin.chain, twin.root.der)
    assert_ignored(judged(twin, TrustPolicy.none(), certificates=brought), UNTRUSTED)
    assert_ignored(judged(twin, trusting(TSA), certificates=brought), UNTRUSTED)
    assert_ignored(judged(twin, trusting(TSA), certificates=(*brought, *TSA.chain, ROOT.der)), UNTRUSTED)


def test_a_self_made_authority_beside_a_genuine_certificate():
    own = tsa.make_tsa(self_signed=True)
    assert_ignored(judged(own, trusting(TSA), certificates=(own.certificate, *TSA.chain)), UNTRUSTED)
    assert_ignored(judged(own, trusting(TSA), certificates=TSA.chain, signer_certificate=TSA.certificate), MISMATCH)
    assert_ignored(
        judged(own, trusting(TSA), certificates=TSA.chain, signer_certificate=TSA.certificate, named_certificate=TSA.certificate), MISMATCH
    )


def test_two_certificates_of_one_key_are_not_confused():
    second = tsa.make_tsa(root=ROOT, key=TSA.key)
    brought = (*TSA.chain, *second.chain)
    assert_ignored(judged(TSA, certificates=brought, signer_certificate=second.certificate), MISMATCH)
    assert judged(TSA, certificates=brought).chain[0] == TSA.certificate


def test_an_authority_is_not_its_own_anchor():
    assert_ignored(judged(TSA, TrustPolicy.of(tsa=[TSA.certificate])), UNTRUSTED)


def test_a_certificate_that_cannot_be_read_is_as_good_as_none():
    broken = TSA.certificate.replace(
        b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02", b"\x30\x0a\x0c\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
    )
    with pytest.raises(MalformedError):
        Certificate.parse(broken)
    assert_ignored(judged(TSA, certificates=(broken, TSA.intermediate.der)), UNTRUSTED)


@pytest.mark.parametrize("authority", [TSA, RSA], ids=["ec", "rsa"])
def test_a_changed_token_is_trusted_only_with_the_same_meaning(authority):
    stamp = tsa.token(authority, MESSAGE, time=TIME)
    policy, sound, bits = trusting(authority), judged(authority), random.Random(3161)
    accepted = []
    for offset in range(0, len(stamp), 1 if authority is TSA else 3):
        changed = bytearray(stamp)
        changed[offset] ^= 1 << bits.randrange(8)
        try:
            result = check_time_stamp(parse_token(bytes(changed)), MESSAGE, policy)
        except MalformedError:
            continue
        if result.trusted:
            assert result == sound
            accepted.append(offset)
        else:
            assert all(code.kind is Kind.INFORMATIONAL for code in codes(result))
    # Only what CMS leaves unsigned: versions, the list of hash algorithms, the parameters of an algorithm that has none.
    assert len(accepted) < 30


def test_policies_with_time_stamp_anchors(tmp_path):
    file = tmp_path / "tsa.pem"
    file.write_bytes(ROOT.pem + OTHER.root.pem)
    policy = TrustPolicy.of(pki.root_pem(), tsa=[file, ROOT.der])
    assert [anchor.der for found in policy.time_stamps for anchor in found.anchors] == [ROOT.der, OTHER.root.der, ROOT.der]
    assert all(found.purposes == {pki.TIME_STAMPING} for found in policy.time_stamps)
    assert len(policy.signers) == 1
    assert TrustPolicy.of(file).time_stamps == ()
    assert TrustPolicy.of(tsa=[file]).signers == ()


@pytest.mark.parametrize("salt", [0, 31, 20, -1, 2**31, 2**63, 2**64, 2**2000, -(2**2000)])
def test_pss_parameters_that_anybody_can_change(salt):
    assert_ignored(judged(RSA, signature="rsassa_pss", stated_salt=salt), MISMATCH)
