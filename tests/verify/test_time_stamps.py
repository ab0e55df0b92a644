"""The reference time: an accepted time-stamp decides when certificates have to be valid, and every other stamp is ignored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from credkit.codec import cbor
from credkit.codec.cose import to_be_signed
from credkit.trust.lists import TrustList
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report
from tests.forge import pki, tsa
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing
from tests.verify.case import judge

NOW = datetime.now(UTC).replace(microsecond=0)
START, END = NOW - timedelta(days=400), NOW - timedelta(days=30)
INSIDE = START + timedelta(days=100)


@cache
def authority() -> tsa.Tsa:
    """RSA, because its tokens are all of one length."""
    early = START - timedelta(days=10)
    root = pki.make_root("ps256", common_name="credkit test time-stamp root", not_before=early)
    return tsa.make_tsa("ps256", root=root, intermediate=False, not_before=early, not_after=NOW + timedelta(days=10))


@cache
def expired() -> pki.Pki:
    return pki.make_pki("ed25519", not_before=START, not_after=END, root=pki.make_root("ed25519", not_before=START - timedelta(days=1)))


def stamped(time: datetime = INSIDE, *, over: bytes | None = None, header: str = "sigTst2") -> bytes:
    """A file signed by somebody whose certificate has expired since, with a time-stamp over its signature."""

    def add_stamp(parts: list[Any]) -> list[Any]:
        message = to_be_signed(parts[0], cbor.encode(parts[3]), context="CounterSignature")
        token = tsa.token(authority(), over if over is not None else message, signature="sha256_rsa", time=time)
        return [parts[0], {header: {"tstTokens": [{"val": token}]}}, parts[2], parts[3]]

    recipe = replace(standard(), signing=Signing(pki=expired(), parts=add_stamp))
    return signed(recipe)


def policy(*, listed: bool = True) -> TrustPolicy:
    return TrustPolicy.of(expired().root_pem, tsa=[authority().root.pem] if listed else [])


def codes(report: Report) -> set[str]:
    assert report.active is not None
    return {status.code for status in report.active.results}


def test_an_accepted_stamp_keeps_an_expired_signer_trusted() -> None:
    report = judge(stamped(), policy=policy())
    assert report.state == "Trusted"
    assert {"timeStamp.trusted", "timeStamp.validated", "claimSignature.insideValidity", "signingCredential.trusted"} <= codes(report)
    assert report.active is not None
    assert report.active.signature is not None
    assert report.active.signature.time == INSIDE


@pytest.mark.parametrize(
    ("time", "over", "listed", "said"),
    [
        (INSIDE, None, False, "timeStamp.untrusted"),
        (INSIDE, b"something else", True, "timeStamp.mismatch"),
        (END + timedelta(days=1), None, True, "timeStamp.trusted"),
        (START - timedelta(days=2), None, True, "timeStamp.trusted"),
    ],
    ids=["authority not on the list", "over something else", "after the certificate", "before the certificate"],
)
def test_no_other_stamp_does(time: datetime, over: bytes | None, listed: bool, said: str) -> None:
    report = judge(stamped(time, over=over), policy=policy(listed=listed))
    assert report.state == "Invalid"
    found = codes(report)
    assert {said, "claimSignature.outsideValidity"} <= found
    assert "claimSignature.insideValidity" not in found


def test_without_a_stamp_the_present_counts() -> None:
    recipe = replace(standard(), signing=Signing(pki=expired()))
    assert judge(signed(recipe), policy=policy()).state == "Invalid"
    assert judge(signed(recipe), policy=policy(), at=INSIDE).state == "Trusted"


def test_faults_of_a_stamp_are_never_failures() -> None:
    sound = replace(standard(), signing=Signing(unprotected={"sigTst2": {"tstTokens": [{"val": b"rubbish"}]}}))
    report = judge(signed(sound), policy=policy())
    assert report.state == "Valid"
    assert "timeStamp.malformed" in codes(report)


def test_signer_anchors_vouch_for_no_time() -> None:
    both = TrustPolicy.of(expired().root_pem, authority().root.pem)
    report = judge(stamped(), policy=both)
    assert report.state == "Invalid"
    assert "timeStamp.untrusted" in codes(report)


def test_who_stamps_times_signs_no_claims() -> None:
    """Not even when a list for time-stamps was given as one of signers."""
    stamper = authority()
    signer = pki.Pki(algorithm="ps256", root=stamper.root, intermediate=None, leaf=stamper.certificate, key=stamper.key)
    made = signed(replace(standard(), signing=Signing(pki=signer)))
    lists = TrustList.of(stamper.root.der, purposes=frozenset({pki.TIME_STAMPING}))
    for chosen in (TrustPolicy.of(lists), TrustPolicy.of(stamper.root.pem), TrustPolicy.of(tsa=[stamper.root.pem])):
        report = judge(made, policy=chosen)
        assert (report.state, "signingCredential.invalid" in codes(report)) == ("Invalid", True)


def test_nobody_but_the_lists_for_them_vouches_for_time_stamp_authorities() -> None:
    root, stamper = expired().root_pem, authority()
    for chosen in (
        TrustPolicy.of(root, stamper.root.pem),
        TrustPolicy.of(root, identities=[stamper.root.pem]),
        TrustPolicy.of(root, allowed=[stamper.certificate]),
        TrustPolicy.of(root, tsa=[stamper.certificate]),
    ):
        report = judge(stamped(), policy=chosen)
        assert (report.state, "timeStamp.trusted" in codes(report)) == ("Invalid", False)


@pytest.mark.parametrize(
    ("time", "state"),
    [
        (START - timedelta(seconds=1), "Invalid"),
        (START, "Trusted"),
        (END, "Trusted"),
        (END + timedelta(milliseconds=500), "Trusted"),
        (END + timedelta(seconds=1), "Invalid"),
    ],
)
def test_the_borders_of_the_period(time: datetime, state: str) -> None:
    """To the second, as certificates count; a part of the last one belongs to it."""
    report = judge(stamped(time), policy=policy())
    trusted = "signingCredential.trusted" in codes(report)
    assert (report.state, trusted, "claimSignature.insideValidity" in codes(report)) == (state, state == "Trusted", state == "Trusted")
