"""Tokens of time-stamp assertions: three forms of what was stamped, one that passes is enough, and a bound on how many are tried."""

from __future__ import annotations

from dataclasses import replace

import pytest

from credkit.codec import cbor
from credkit.codec.cose import to_be_signed
from credkit.limits import DEFAULT_LIMITS
from credkit.status import StatusCode
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import assertion_messages, read_assertion_stamps
from tests.forge import tsa

TSA, OTHER = tsa.make_tsa(), tsa.make_tsa("ps256")
POLICY = TrustPolicy.of(tsa=[TSA.root.der])
SIGN1 = tsa.signed()
MESSAGES = assertion_messages(SIGN1)
TRUSTED = [StatusCode.TIME_STAMP_TRUSTED, StatusCode.TIME_STAMP_VALIDATED]
FEW = replace(DEFAULT_LIMITS, time_stamps=2)


def codes(*tokens: bytes, limits=DEFAULT_LIMITS) -> list[StatusCode]:
    result = read_assertion_stamps(SIGN1, tokens, POLICY, limits)
    assert result is not None
    assert result.trusted is (StatusCode.TIME_STAMP_TRUSTED in dict(result.findings))
    return [code for code, _ in result.findings]


def test_the_forms() -> None:
    protected, signature = SIGN1.protected_bytes, SIGN1.signature
    with_head, without, bare = MESSAGES
    assert with_head == to_be_signed(protected, cbor.encode(signature), context="CounterSignature")
    assert without == to_be_signed(protected, signature, context="CounterSignature")
    assert bare == signature


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_each_form_passes(message: bytes, algorithm: str) -> None:
    assert codes(tsa.token(TSA, message, imprint_hash=algorithm)) == TRUSTED


@pytest.mark.parametrize("message", MESSAGES)
def test_no_form_passes_for_another_signature(message: bytes) -> None:
    other = assertion_messages(tsa.signed(b"\x02" * 64))
    assert not set(other) & set(MESSAGES)
    assert read_assertion_stamps(tsa.signed(b"\x02" * 64), [tsa.token(TSA, message)], POLICY).trusted is False  # type: ignore[union-attr]


def test_there_may_be_none() -> None:
    assert read_assertion_stamps(SIGN1, (), POLICY) is None


def test_one_that_passes_is_enough() -> None:
    good = tsa.token(TSA, MESSAGES[0])
    assert codes(good, b"rubbish") == TRUSTED
    assert codes(b"rubbish", good) == [StatusCode.TIME_STAMP_MALFORMED, *TRUSTED]
    assert codes(b"rubbish", tsa.token(OTHER, MESSAGES[0])) == [StatusCode.TIME_STAMP_MALFORMED, StatusCode.TIME_STAMP_UNTRUSTED]
    assert codes(tsa.token(TSA, b"else")) == [StatusCode.TIME_STAMP_MISMATCH]
    assert codes(tsa.token(TSA, MESSAGES[2], imprint_hash="sha1")) == [StatusCode.TIME_STAMP_UNTRUSTED]


def test_how_many_are_tried() -> None:
    good = tsa.token(TSA, MESSAGES[0])
    assert codes(b"x", good, limits=FEW) == [StatusCode.TIME_STAMP_MALFORMED, *TRUSTED]
    assert codes(b"x", b"y", good, limits=FEW) == [StatusCode.TIME_STAMP_MALFORMED] * 2
