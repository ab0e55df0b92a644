"""Every time-stamp of the real files: all are read, those of listed authorities are trusted, and the codes are compared with the reference.

The reference differs from the specification in three ways that show here. It does not ask who stamped a claim of version 1, it says
``validated`` of a time-stamp that it does not trust, and it does not ask for the signing-certificate attribute that RFC 3161 demands.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from credkit.assets import BytesSource
from credkit.codec.cose import Sign1, parse_sign1
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import load_store
from credkit.manifest.store import parse_store
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import (
    TimeStampResult,
    TimeStampToken,
    check_time_stamp,
    claim_message,
    parse_response,
    parse_token,
    read_time_stamps,
    signature_message,
)
from tests.forge.corpus import CORPUS, entries, needs_corpus

pytestmark = needs_corpus
SUCCESS = ("timeStamp.trusted", "timeStamp.validated")
RESPONSE_IN_V2 = "33a2122331de"
"""Holds a response where a token belongs, signed with a claim signer's certificate in a form that is none of CMS."""
MINUTE_63 = "e7d6cb483035"
"""States a time that no calendar has."""


class Found(NamedTuple):
    entry: dict[str, Any]
    manifest: str
    sign1: Sign1
    claim: bytes
    header: str
    value: bytes


@cache
def found() -> tuple[Found, ...]:
    """Every time-stamp in a manifest of the JPEG, PNG and bare stores of the corpus, and of the sidecars."""
    return tuple(
        Found(entry, label, sign1, claim, header, sign1.unprotected[header]["tstTokens"][0]["val"])
        for entry in entries("jpeg", "png", "c2pa")
        for path in filter(None, (entry["path"], entry.get("sidecar")))
        for label, sign1, claim in signatures((CORPUS / path).read_bytes())
        for header in ("sigTst", "sigTst2")
        if header in sign1.unprotected
    )


def signatures(data: bytes) -> list[tuple[str, Sign1, bytes]]:
    located = load_store(BytesSource(data))
    try:
        manifests = parse_store(located.store).manifests if located.store else ()
    except MalformedError:
        return []
    signed = []
    for manifest in manifests:
        content = manifest.signature_box.content("cbor") if manifest.signature_box else None
        try:
            if content and manifest.claim_bytes:
                signed.append((manifest.label, parse_sign1(content, where="claim signature"), manifest.claim_bytes))
        except MalformedError:
            continue
    return signed


def token(item: Found) -> TimeStampToken:
    is_response = item.header == "sigTst" or item.entry["id"] == RESPONSE_IN_V2
    return (parse_response if is_response else parse_token)(item.value)


def judged(item: Found, policy: TrustPolicy) -> TimeStampResult:
    result = read_time_stamps(item.sign1, item.claim, policy, DEFAULT_LIMITS)
    assert result is not None
    return result


def codes(result: TimeStampResult) -> tuple[str, ...]:
    return tuple(sorted(str(code) for code, _ in result.findings))


@cache
def official() -> TrustPolicy:
    return TrustPolicy.of(tsa=[CORPUS / "trust" / "C2PA-TSA-TRUST-LIST.pem"])


@cache
def official_and_interim() -> TrustPolicy:
    return official().joined(TrustPolicy.of(tsa=[CORPUS / "trust" / "cai-interim_anchors.pem"]))


def test_every_token_is_read() -> None:
    items = found()
    assert len(items) == 123
    assert len({item.value for item in items}) == 79
    refused = []
    for item in items:
        try:
            stamp = token(item)
        except MalformedError as error:
            refused.append((item.entry["id"], error.message))
            continue
        assert 2021 < stamp.time.year < 2027
        assert all(der in item.value for der in stamp.certificates)
        assert stamp.info in item.value
    assert refused == [(MINUTE_63, "genTime is no time of the calendar")]


def test_verdicts_with_the_official_and_the_interim_anchors() -> None:
    assert _verdicts(TrustPolicy.none()) == {"timeStamp.untrusted": 111, "timeStamp.mismatch": 10, "timeStamp.malformed": 2}
    assert _verdicts(official()) == {
        "timeStamp.trusted": 22,
        "timeStamp.untrusted": 89,
        "timeStamp.mismatch": 10,
        "timeStamp.malformed": 2,
    }
    assert _verdicts(official_and_interim()) == {
        "timeStamp.trusted": 109,
        "timeStamp.untrusted": 2,
        "timeStamp.mismatch": 10,
        "timeStamp.malformed": 2,
    }


def test_the_genuine_tokens_of_every_authority_verify() -> None:
    """Kinds are pairs of the header and the certificate of the authority; 71 different tokens hold, and each other one has its reason."""
    genuine: dict[tuple[str, bytes], set[bytes]] = {}
    refused = {}
    for item in found():
        result = judged(item, official_and_interim())
        if result.trusted:
            genuine.setdefault((item.header, result.chain[0]), set()).add(item.value)
        elif item.entry["category"] not in ("mutated", "crafted-bad"):
            refused[item.entry["id"]] = codes(result)
    assert len(genuine) == 17
    assert len({authority for _, authority in genuine}) == 16
    assert len(set().union(*genuine.values())) == 71
    mismatch, untrusted, malformed = ("timeStamp.mismatch",), ("timeStamp.untrusted",), ("timeStamp.malformed",)
    assert refused == {
        # No signing-certificate attribute (RFC 3161, 2.4.2).
        "3c5cb9122d9d": mismatch,
        "6806bfa512ac": mismatch,
        "d7f03939a312": mismatch,
        # The authority is on neither list.
        "1f81827c06d6": untrusted,
        "a35b029e45ea": untrusted,
        RESPONSE_IN_V2: malformed,
        MINUTE_63: malformed,
    }


def _verdicts(policy: TrustPolicy) -> Counter[str]:
    return Counter(str(judged(item, policy).findings[0][0]) for item in found())


def test_the_time_is_the_token_s_and_the_chain_leads_to_an_anchor() -> None:
    for item in found():
        result = judged(item, official_and_interim())
        if result.trusted:
            assert result.time == token(item).time
            assert result.chain[0] in token(item).certificates
            assert result.chain[-1] in {anchor.der for found in official_and_interim().time_stamps for anchor in found.anchors}


def test_anchors_of_signers_do_not_vouch_for_real_time_stamps() -> None:
    signers = TrustPolicy.of(*(CORPUS / "trust" / name for name in ("C2PA-TSA-TRUST-LIST.pem", "cai-interim_anchors.pem")))
    assert not any(judged(item, signers).trusted for item in found())


def test_the_codes_are_those_of_the_reference_but_for_known_differences() -> None:
    differences: Counter[tuple[str, tuple[str, ...], tuple[str, ...]]] = Counter()
    agreed: Counter[tuple[str, ...]] = Counter()
    for item in found():
        run = item.entry["runs"]["official"]
        if item.manifest != run.get("active_manifest"):
            continue
        lists = (run["success"], run["informational"], run["failure"])
        theirs = tuple(sorted(status["code"] for part in lists for status in part if status["code"].startswith("timeStamp.")))
        ours = codes(judged(item, official()))
        if ours == theirs:
            agreed[ours] += 1
        else:
            differences[item.header, ours, theirs] += 1
    untrusted, mismatch, malformed = ("timeStamp.untrusted",), ("timeStamp.mismatch",), ("timeStamp.malformed",)
    assert differences == {
        # The authority has to be on the list, whatever the version of the claim.
        ("sigTst", untrusted, SUCCESS): 57,
        # "trusted" and "validated" are issued together, or not at all.
        ("sigTst2", untrusted, ("timeStamp.untrusted", "timeStamp.validated")): 7,
        # No signing-certificate attribute (RFC 3161, 2.4.2).
        ("sigTst2", mismatch, ("timeStamp.untrusted", "timeStamp.validated")): 3,
        # A response where a token belongs.
        ("sigTst2", malformed, SUCCESS): 1,
    }
    assert agreed == {SUCCESS: 7, mismatch: 3, malformed: 1}


def test_real_tokens_that_are_changed_never_mean_something_else() -> None:
    source, policy = random.Random(5652), official_and_interim()
    sound = {item.value: item for item in found() if judged(item, policy).trusted}
    outcomes: Counter[str] = Counter()
    for item in sound.values():
        parse, message = _reading(item)
        original, genuine = parse(item.value, DEFAULT_LIMITS), judged(item, policy)
        for _ in range(8):
            changed = bytearray(item.value)
            changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
            try:
                stamp = parse(bytes(changed), DEFAULT_LIMITS)
            except MalformedError:
                outcomes["malformed"] += 1
                continue
            result = check_time_stamp(stamp, message, policy)
            outcomes[str(result.findings[0][0])] += 1
            if result.trusted:
                assert stamp.info == original.info
                assert (result.time, result.chain[0]) == (genuine.time, genuine.chain[0])
    assert outcomes["malformed"]
    assert outcomes["timeStamp.mismatch"]


def _reading(item: Found) -> tuple[Callable[[bytes, Limits], TimeStampToken], bytes]:
    if item.header == "sigTst":
        return parse_response, claim_message(item.sign1, item.claim)
    return parse_token, signature_message(item.sign1)
