"""The time-stamps of a claim signature: both versions, both at once, and headers that hold something else."""

from __future__ import annotations

import pytest

from credkit.codec import cbor
from credkit.codec.cose import Sign1
from credkit.limits import Limits
from credkit.status import StatusCode
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import claim_message, read_time_stamps, signature_message
from tests.forge import tsa

CLAIM = b"\xa1\x61c\x61d"
TSA, OTHER = tsa.make_tsa(), tsa.make_tsa("ps256")
POLICY = TrustPolicy.of(tsa=[TSA.root.der])
TRUSTED = (StatusCode.TIME_STAMP_TRUSTED, StatusCode.TIME_STAMP_VALIDATED)
MALFORMED, MISMATCH = (StatusCode.TIME_STAMP_MALFORMED,), (StatusCode.TIME_STAMP_MISMATCH,)
UNTRUSTED = (StatusCode.TIME_STAMP_UNTRUSTED,)
BARE = tsa.signed()
V1 = tsa.response(tsa.token(TSA, claim_message(BARE, CLAIM)))
V2 = tsa.token(TSA, signature_message(BARE))


def codes(sign1: Sign1, policy: TrustPolicy = POLICY, claim: bytes = CLAIM, limits: Limits | None = None) -> tuple[StatusCode, ...]:
    result = read_time_stamps(sign1, claim, policy, limits or Limits())
    assert result is not None
    assert result.trusted == (result.time is not None) == (TRUSTED[0] in dict(result.findings))
    return tuple(code for code, _ in result.findings)


def test_what_is_stamped():
    signature = bytes(range(64))
    sign1 = tsa.signed(signature)
    assert cbor.decode(claim_message(sign1, CLAIM), where="test", code="general.error") == ["CounterSignature", b"\xa1\x01\x27", b"", CLAIM]
    expected = ["CounterSignature", b"\xa1\x01\x27", b"", b"\x58\x40" + signature]
    assert cbor.decode(signature_message(sign1), where="test", code="general.error") == expected


def test_no_header():
    assert read_time_stamps(BARE, CLAIM, POLICY) is None
    protected = Sign1(protected_bytes=b"", protected={"sigTst2": tsa.container(V2)}, unprotected={}, payload=None, signature=BARE.signature)
    assert read_time_stamps(protected, CLAIM, POLICY) is None


@pytest.mark.parametrize("header", [{"sigTst": tsa.container(V1)}, {"sigTst2": tsa.container(V2)}], ids=["v1", "v2"])
def test_each_version(header):
    assert codes(tsa.signed(**header)) == TRUSTED
    assert codes(tsa.signed(**header), TrustPolicy.none()) == UNTRUSTED
    assert codes(tsa.signed(**header), TrustPolicy.of(TSA.root.der)) == UNTRUSTED


@pytest.mark.parametrize(
    ("headers", "counts"),
    [
        ({"sigTst": V1}, "sigTst"),
        ({"sigTst2": V2}, "sigTst2"),
        ({"sigTst": V1, "sigTst2": V2}, "sigTst2"),
        ({"sigTst": V1, "sigTst2": b"x"}, "sigTst"),
        ({"sigTst": b"x", "sigTst2": b"x"}, None),
    ],
)
def test_the_header_that_counts_is_named(headers, counts):
    result = read_time_stamps(tsa.signed(**{name: tsa.container(value) for name, value in headers.items()}), CLAIM, POLICY)
    assert result.header == counts


def test_a_stamp_of_another_claim_or_signature():
    assert codes(tsa.signed(sigTst=tsa.container(V1)), claim=CLAIM + b"\0") == MISMATCH
    assert codes(tsa.signed(bytes(64), sigTst2=tsa.container(V2))) == MISMATCH
    assert codes(tsa.signed(sigTst=tsa.container(V1)), claim=BARE.signature) == MISMATCH


def test_the_signature_alone_decides_in_version_2_and_the_claim_alone_in_version_1():
    assert codes(tsa.signed(sigTst2=tsa.container(V2)), claim=b"") == TRUSTED
    assert codes(tsa.signed(bytes(64), sigTst=tsa.container(V1))) == TRUSTED


def test_each_version_has_its_own_form_and_message():
    assert codes(tsa.signed(sigTst=tsa.container(V2))) == MALFORMED
    assert codes(tsa.signed(sigTst2=tsa.container(V1))) == MALFORMED
    assert codes(tsa.signed(sigTst=tsa.container(tsa.response(V2)))) == MISMATCH
    assert codes(tsa.signed(sigTst2=tsa.container(tsa.token(TSA, claim_message(BARE, CLAIM))))) == MISMATCH
    assert codes(tsa.signed(sigTst2=tsa.container(tsa.token(TSA, BARE.signature)))) == MISMATCH


def test_two_versions():
    sound_1, sound_2 = tsa.container(V1), tsa.container(V2)
    wrong_1 = tsa.container(tsa.response(V2))
    wrong_2 = tsa.container(tsa.token(OTHER, signature_message(BARE)))
    assert codes(tsa.signed(sigTst=sound_1, sigTst2=sound_2)) == TRUSTED
    assert codes(tsa.signed(sigTst=wrong_1, sigTst2=sound_2)) == TRUSTED
    assert codes(tsa.signed(sigTst=sound_1, sigTst2=wrong_2)) == (*UNTRUSTED, *TRUSTED)
    assert codes(tsa.signed(sigTst=wrong_1, sigTst2=wrong_2)) == (*UNTRUSTED, *MISMATCH)
    assert codes(tsa.signed(sigTst=None, sigTst2=None)) == (*MALFORMED, *MALFORMED)


def test_the_accepted_one_of_two_gives_time_and_chain():
    sign1 = tsa.signed(sigTst=tsa.container(V1), sigTst2=tsa.container(tsa.token(OTHER, signature_message(BARE))))
    result = read_time_stamps(sign1, CLAIM, POLICY)
    assert result.chain == (*TSA.chain, TSA.root.der)
    assert result.time == read_time_stamps(tsa.signed(sigTst=tsa.container(V1)), CLAIM, POLICY).time


def test_a_refused_request():
    assert codes(tsa.signed(sigTst=tsa.container(tsa.response(tsa.token(TSA, claim_message(BARE, CLAIM)), 2)))) == MALFORMED


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        V2,
        [],
        [{"val": V2}],
        {},
        {"val": V2},
        {"tstTokens": None},
        {"tstTokens": []},
        {"tstTokens": {"val": V2}},
        {"tstTokens": [V2]},
        {"tstTokens": [None]},
        {"tstTokens": [{}]},
        {"tstTokens": [{"val": None}]},
        {"tstTokens": [{"val": V2.hex()}]},
        {"tstTokens": [{"val": [V2]}]},
        tsa.container(b""),
        tsa.container(V2 + b"\0"),
        tsa.container(V2[:-1]),
        tsa.container(V2, V2),
        tsa.container(V2, b""),
        tsa.container(V2, tsa.token(OTHER, signature_message(BARE))),
        {"tstTokens": [{"val": V2}, None]},
    ],
    ids=lambda header: type(header).__name__,
)
def test_containers_that_hold_no_single_token(header):
    result = read_time_stamps(tsa.signed(sigTst2=header), CLAIM, POLICY)
    assert [code for code, _ in result.findings] == list(MALFORMED)
    assert result.findings[0][1].startswith("The time-stamp cannot be read: ")
    assert result.findings[0][1].endswith(".")
    assert (result.time, result.authority, result.chain) == (None, None, ())
    assert codes(tsa.signed(sigTst=header)) == MALFORMED


def test_further_fields_are_ignored():
    assert codes(tsa.signed(sigTst2={"tstTokens": [{"val": V2, "type": "x"}], "more": 1})) == TRUSTED


def test_the_limit_of_size():
    sign1 = tsa.signed(sigTst2=tsa.container(V2))
    assert codes(sign1, limits=Limits(time_stamp_size=len(V2))) == TRUSTED
    assert codes(sign1, limits=Limits(time_stamp_size=len(V2) - 1)) == MALFORMED
