"""The verifier on real files of others, against the verdicts of the reference implementation.

Every difference is of a reviewed class. The largest: a certificate that has expired and whose signature has a time-stamp. Time-stamps are
not judged yet, so such a signature counts as made now, and ``claimSignature.outsideValidity`` (and below it ``untrusted``, since a path is
judged at the same time) is among our failures.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

import pytest

from credkit.assets import open_source
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.verify.case import delta_failures, failures

pytestmark = needs_corpus

OUTSIDE = "claimSignature.outsideValidity"
UNTRUSTED = "signingCredential.untrusted"
INVALID = "signingCredential.invalid"
ACCEPTED = ("Valid", "Trusted")
PROFILES = ("noanchors", "testroots", "official", "interim")

SOURCE_TYPE_RULE = {"76ab7237d60a", "8da6bbc74048"}
"""Their only fault is a c2pa.created without digitalSourceType: a rule for generators, not for validators."""

REVIEWED: dict[str, tuple[str, frozenset[str], frozenset[str]]] = {
    "76ab7237d60a": ("the source type of an action is a generator's duty", frozenset({"assertion.action.malformed"}), frozenset()),
    "8da6bbc74048": ("the source type of an action is a generator's duty", frozenset({"assertion.action.malformed"}), frozenset()),
    "4be12245ce5c": (
        "the same; and the purpose of the certificate is that of none",
        frozenset({"assertion.action.malformed"}),
        frozenset({INVALID}),
    ),
    "44a7191290ef": (
        "an unknown algorithm cannot be tried; its curve is not allowed either",
        frozenset({"claimSignature.mismatch"}),
        frozenset({INVALID, UNTRUSTED}),
    ),
    "b3ff3f00c666": ("here the missing ingredient stands among the deltas", frozenset({"ingredient.manifest.missing"}), frozenset()),
    "1f81827c06d6": ("a soft binding of an unknown algorithm is no fault of the claim", frozenset({"claim.malformed"}), frozenset()),
    "9b7d56bb5202": (
        "a chunk that nobody listed",
        frozenset({"assertion.boxesHash.mismatch"}),
        frozenset({"assertion.boxesHash.unknownBox"}),
    ),
    "d37a07128f86": (
        "a chunk that nobody listed",
        frozenset({"assertion.boxesHash.mismatch"}),
        frozenset({"assertion.boxesHash.unknownBox"}),
    ),
    "3b6eba57faba": (
        "an action whose reference leads nowhere, once the code of a missing field",
        frozenset({"assertion.required.missing"}),
        frozenset({"assertion.action.ingredientMismatch"}),
    ),
    "1680e43bd2b9": ("certificate without a purpose that is accepted", frozenset(), frozenset({INVALID})),
    "25779b6c6581": ("certificate without a purpose that is accepted", frozenset(), frozenset({INVALID})),
    "2dbee8b9df4f": ("certificate without a purpose that is accepted", frozenset(), frozenset({INVALID})),
}
"""By entry: why the codes differ, what is lacking here, what is extra here."""


@cache
def policy(profile: str) -> TrustPolicy:
    trust = CORPUS / "trust"
    return {
        "noanchors": TrustPolicy.none,
        "testroots": lambda: TrustPolicy.of(trust / "c2pa-rs_test_cert_root_bundle.pem"),
        "official": lambda: TrustPolicy.of(trust / "C2PA-TRUST-LIST.pem"),
        "interim": lambda: TrustPolicy.of(trust / "cai-interim_anchors.pem", allowed=[trust / "cai-interim_allowed.pem"]),
    }[profile]()


@cache
def reports(profile: str) -> dict[str, tuple[dict[str, Any], Report]]:
    """Ours on every JPEG, PNG and store file, by entry."""
    found = {}
    for entry in entries("jpeg", "png", "c2pa"):
        with open_source(CORPUS / entry["path"]) as source:
            at = datetime.fromisoformat(entry["oracle_time"])
            if entry.get("sidecar"):
                with open_source(CORPUS / entry["sidecar"]) as sidecar:
                    found[entry["id"]] = entry, verify(source, sidecar=sidecar, policy=policy(profile), at=at)
            else:
                found[entry["id"]] = entry, verify(source, policy=policy(profile), at=at)
    return found


def their_state(entry: dict[str, Any], profile: str) -> str:
    """The state without regard to identity assertions, which are not judged here."""
    run = entry["runs"][profile]
    return str(run.get("state_without_cawg", run["state"]))


def stands_alone(entry: dict[str, Any]) -> bool:
    """A store without an asset: the reference compares it with its own bytes and says mismatch, here nothing is compared."""
    return entry["format"] == "c2pa"


def waits_for_time_stamps(entry: dict[str, Any], report: Report) -> bool:
    """Whether the difference may come from a time-stamp that is not judged yet."""
    return "timestamped" in entry["features"] and OUTSIDE in failures(report) | delta_failures(report)


@pytest.mark.parametrize("profile", PROFILES)
def test_active_manifest(profile: str) -> None:
    found = reports(profile)
    assert len(found) >= 150
    different = {
        name: (report.active_manifest, entry["runs"][profile]["active_manifest"])
        for name, (entry, report) in found.items()
        if entry["runs"][profile]["readable"] and report.active_manifest != entry["runs"][profile]["active_manifest"]
    }
    assert different == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_accepted_that_the_reference_refuses(profile: str) -> None:
    accepted = {
        name
        for name, (entry, report) in reports(profile).items()
        if report.state in ACCEPTED and not stands_alone(entry) and their_state(entry, profile) not in ACCEPTED
    }
    assert accepted == SOURCE_TYPE_RULE


@pytest.mark.parametrize("profile", PROFILES)
def test_nobody_is_trusted_whom_the_reference_does_not_trust(profile: str) -> None:
    found = {name: pair for name, pair in reports(profile).items() if not stands_alone(pair[0])}
    trusted = {name for name, (entry, report) in found.items() if report.state == "Trusted" != their_state(entry, profile)}
    assert trusted <= SOURCE_TYPE_RULE


def test_a_store_alone_is_compared_with_nothing() -> None:
    alone = [report for entry, report in reports("testroots").values() if stands_alone(entry)]
    assert alone
    assert all(report.content_intact is None for report in alone)
    assert not any(s.code.startswith("assertion.dataHash") for report in alone if report.active for s in report.active.results)


@pytest.mark.parametrize("profile", PROFILES)
def test_states(profile: str) -> None:
    different = {}
    for name, (entry, report) in reports(profile).items():
        run = entry["runs"][profile]
        theirs = their_state(entry, profile)
        states = {theirs, *(run.get("accept_states", ()) if theirs == run["state"] else ())}
        reviewed = name in SOURCE_TYPE_RULE or stands_alone(entry) or waits_for_time_stamps(entry, report)
        if report.state not in states and not reviewed:
            different[name] = (report.state, states)
    assert different == {}


@pytest.mark.parametrize("profile", PROFILES)
def test_failures(profile: str) -> None:
    different = {}
    for name, (entry, report) in reports(profile).items():
        run = entry["runs"][profile]
        if not run["readable"] or report.active is None:
            continue
        theirs = {item["code"].replace("signingCredential.expired", OUTSIDE) for item in run["failure"]}
        theirs = {code for code in theirs if not code.startswith("cawg.")}
        lacking, extra = theirs - failures(report), failures(report) - theirs
        if stands_alone(entry):
            lacking -= {code for code in lacking if code.endswith("Hash.mismatch")}
        if waits_for_time_stamps(entry, report):
            extra -= {OUTSIDE, UNTRUSTED}
        _, may_lack, may_have = REVIEWED.get(name, ("", frozenset(), frozenset()))
        if lacking - may_lack or extra - may_have:
            different[name] = (lacking, extra)
    assert different == {}


def test_every_review_is_still_needed() -> None:
    needed = set()
    for profile in PROFILES:
        for name, (entry, report) in reports(profile).items():
            theirs = {item["code"] for item in entry["runs"][profile].get("failure") or ()}
            _, lacking, extra = REVIEWED.get(name, ("", frozenset(), frozenset()))
            if lacking & (theirs - failures(report)) or extra & (failures(report) - theirs):
                needed.add(name)
    assert needed == set(REVIEWED)
