"""What a time-stamp authority is asked, and whether what came back answers it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from asn1crypto import tsp
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.trust.timestamp import parse_token
from credkit.trust.timestamp.request import FailureInfo, TimeStampRequest, parse_answer, request_mismatch
from tests.forge import pki, tsa

MESSAGE = b"a claim signature"
SOUND = tsa.token(tsa.default_tsa(), MESSAGE)


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_a_request_says_what_the_standard_wants(hash_name: str) -> None:
    request = TimeStampRequest.over(MESSAGE, hash_name)
    read = tsp.TimeStampReq.load(request.der, strict=True)
    assert read["version"].native == "v1"
    assert read["message_imprint"]["hash_algorithm"]["algorithm"].native == hash_name
    assert read["message_imprint"]["hashed_message"].native == hashlib.new(hash_name, MESSAGE).digest()
    assert read["nonce"].native == request.nonce
    assert read["cert_req"].native is True
    assert read["req_policy"].native is None
    assert MESSAGE not in request.der


def test_no_two_requests_have_one_nonce() -> None:
    nonces = {TimeStampRequest.over(MESSAGE).nonce for _ in range(200)}
    assert len(nonces) == 200
    assert max(nonces).bit_length() > 56


@pytest.mark.parametrize("nonce", [0, 1, 0x7F, 0x80, 2**63, 2**64 - 1])
def test_every_nonce_is_a_positive_number_in_der(nonce: int) -> None:
    request = TimeStampRequest(hash_name="sha256", imprint=bytes(32), nonce=nonce)
    assert tsp.TimeStampReq.load(request.der, strict=True)["nonce"].native == nonce


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not on this machine")
def test_openssl_reads_the_request(tmp_path: Path) -> None:
    query = tmp_path / "request.tsq"
    query.write_bytes(TimeStampRequest.over(MESSAGE).der)
    shown = subprocess.run(["openssl", "ts", "-query", "-in", query, "-text"], capture_output=True, text=True, check=True).stdout
    assert "Hash Algorithm: sha256" in shown
    assert "Certificate required: yes" in shown


def test_an_answer_with_a_token() -> None:
    answer = parse_answer(tsa.response(SOUND))
    assert (answer.granted, answer.status, answer.failures, answer.words, answer.token) == (True, 0, frozenset(), "", SOUND)


def test_granted_with_modifications_is_granted() -> None:
    assert parse_answer(tsa.response(SOUND, 1)).granted


@pytest.mark.parametrize("status", [2, 3, 4, 5, 6, 127])
def test_every_other_status_is_a_refusal(status: int) -> None:
    answer = parse_answer(tsa.response(SOUND, status))
    assert not answer.granted
    assert answer.reason == f"it gives no reason that is known (status {status})"


@pytest.mark.parametrize("failure", list(FailureInfo))
def test_every_reason_has_words_of_its_own(failure: FailureInfo) -> None:
    answer = parse_answer(tsa.response(None, 2, failure=failure))
    assert answer.failures == {failure}
    assert "no reason" not in answer.reason
    assert len({parse_answer(tsa.response(None, 2, failure=other)).reason for other in FailureInfo}) == len(FailureInfo)


def test_the_words_of_an_authority_cannot_steer_a_terminal() -> None:
    reason = parse_answer(tsa.response(None, 2, words="no \x1b[31mred\n\u202e stamps " + "x" * 500)).reason
    assert reason.isprintable()
    assert len(reason) < 300
    assert 'it says "no [31mred stamps xxx' in reason


def test_a_stamp_that_is_promised_and_not_sent() -> None:
    answer = parse_answer(tsa.response(None))
    assert answer.granted
    assert answer.token is None
    assert answer.reason == "it says that it stamped, and sent no time-stamp"


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"<html>",
        SOUND,
        pki.tlv(0x30),
        pki.tlv(0x30, pki.tlv(0x30)),
        pki.tlv(0x30, pki.tlv(0x30, pki.tlv(0x0C, b"granted"))),
        tsa.response(SOUND) + b"\x00",
        pki.tlv(0x30, pki.tlv(0x30, pki.tlv(0x02, b"\x00")), SOUND, SOUND),
    ],
    ids=["nothing", "a page", "a bare token", "empty", "no status", "status is a text", "trailing byte", "two tokens"],
)
def test_what_is_no_answer(der: bytes) -> None:
    with pytest.raises(MalformedError) as caught:
        parse_answer(der)
    assert caught.value.code == "timeStamp.malformed"


def test_an_answer_at_the_limit_and_one_past_it() -> None:
    whole = tsa.response(SOUND)
    assert parse_answer(whole, Limits(time_stamp_size=len(whole))).granted
    with pytest.raises(MalformedError, match="are allowed"):
        parse_answer(whole, Limits(time_stamp_size=len(whole) - 1))


def test_an_answer_cut_short_anywhere() -> None:
    whole = tsa.response(SOUND, 2, words="no", failure=5)
    for end in range(len(whole)):
        with pytest.raises(MalformedError):
            parse_answer(whole[:end])


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 40))
def test_random_bytes_are_an_answer_or_malformed(junk: bytes, at: int) -> None:
    head = tsa.response(None, 2, words="no", failure=5)
    for data in (junk, head[:at] + junk + head[at + len(junk) :], pki.tlv(0x30, pki.tlv(0x30, junk))):
        with suppress(MalformedError):
            assert parse_answer(data).reason


REQUEST = TimeStampRequest(hash_name="sha256", imprint=hashlib.sha256(MESSAGE).digest(), nonce=0x1234)


def mismatch(**spoiled: object) -> str | None:
    keywords = {"nonce": 0x1234} | spoiled
    return request_mismatch(REQUEST, parse_token(tsa.token(tsa.default_tsa(), MESSAGE, **keywords)))


def test_a_token_that_answers_the_request() -> None:
    assert mismatch() is None


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        ({"nonce": None}, "does not repeat the number"),
        ({"nonce": 0x1235}, "the number of another request"),
        ({"nonce": -0x1234}, "the number of another request"),
        ({"imprint": hashlib.sha256(b"something else").digest()}, "stamps something else"),
        ({"imprint_hash": "sha512"}, "stamps something else"),
        ({"imprint_hash": "sha1"}, "stamps something else"),
        ({"imprint_hash": "sha512", "imprint": hashlib.sha256(MESSAGE).digest()}, "stamps something else"),
        ({"certificates": ()}, "does not bring the certificate"),
    ],
)
def test_a_token_that_does_not(spoiled: dict[str, object], words: str) -> None:
    assert words in (mismatch(**spoiled) or "")


def test_a_reason_that_is_none() -> None:
    odd = pki.tlv(0x30, pki.tlv(0x30, b"\x02\x01\x02", pki.tlv(0x03, b"\x08")))
    with pytest.raises(MalformedError) as caught:
        parse_answer(odd)
    assert str(caught.value) == "failure is not a bit string in time-stamp"
