"""The failure codes on real files of others, against those of the reference implementation; states are compared in ``test_measure.py``.

Every difference is of a reviewed class. The largest: a certificate that has expired, and a time-stamp whose authority is on no list of
the profile. Such a signature counts as made now, so ``claimSignature.outsideValidity`` (and below it ``untrusted``, since a path is judged
at the same time) is among our failures. The reference believes the stamps of version 1 whoever made them.
"""

from __future__ import annotations

import pytest

from tests.corpus.measure import PROFILES, Judged, reports, with_every_authority
from tests.corpus.reviewed import OUTSIDE, UNTRUSTED, stands_alone
from tests.forge.corpus import needs_corpus

pytestmark = needs_corpus
INVALID = "signingCredential.invalid"

REVIEWED: dict[str, tuple[str, frozenset[str], frozenset[str]]] = {
    "12d28cbad33c": ("a BMFF hash of version 1 binds nothing", frozenset(), frozenset({"claim.hardBindings.missing"})),
    "297a73f62212": (
        "an empty list of Merkle trees is no such list; and a time-stamp authority on no list at all",
        frozenset({"assertion.bmffHash.mismatch"}),
        frozenset({"assertion.bmffHash.malformed", OUTSIDE, UNTRUSTED}),
    ),
    "34dce5afa1da": (
        "the reference of the claim to its signature leads nowhere: it is neither absolute nor relative",
        frozenset(),
        frozenset({"claimSignature.missing"}),
    ),
    "447e0e28419f": ("a time-stamp authority on no list at all", frozenset(), frozenset({OUTSIDE, UNTRUSTED})),
    "cbfea013915d": ("certificate without an authority key identifier", frozenset(), frozenset({INVALID})),
    "fbd241e6a2de": ("a whole response where a time-stamp token belongs", frozenset(), frozenset({OUTSIDE, UNTRUSTED})),
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


def only_for_want_of_an_authority(item: Judged, extra: frozenset[str]) -> frozenset[str]:
    """Those of our codes that are gone as soon as the authorities of every list for time-stamps are known."""
    known = with_every_authority(item.profile)[item.entry["id"]]
    stamped = "timestamped" in item.entry["features"] and OUTSIDE in item.ours
    return extra & {OUTSIDE, UNTRUSTED} - known.ours if stamped else frozenset()


def without_identity(codes: frozenset[str]) -> frozenset[str]:
    """Codes of identity assertions are compared in tests/verify/test_identity.py."""
    return frozenset(code for code in codes if not code.startswith("cawg."))


def differences(item: Judged) -> tuple[frozenset[str], frozenset[str]]:
    """What is lacking here and what is extra, but for the two classes that are rules and no list."""
    theirs = frozenset(code.replace("signingCredential.expired", OUTSIDE) for code in without_identity(item.theirs))
    ours = without_identity(item.ours)
    lacking, extra = theirs - ours, ours - theirs
    if stands_alone(item):
        lacking = frozenset(code for code in lacking if not code.endswith("Hash.mismatch"))
    return lacking, extra - only_for_want_of_an_authority(item, extra)


def test_a_store_alone_is_compared_with_nothing() -> None:
    alone = [item.report for item in reports("testroots").values() if item.entry["format"] == "c2pa"]
    assert alone
    assert all(report.content_intact is None for report in alone)
    assert not any(s.code.startswith("assertion.dataHash") for report in alone if report.active for s in report.active.results)


@pytest.mark.parametrize("profile", PROFILES)
def test_failures(profile: str) -> None:
    different = {}
    for name, item in reports(profile).items():
        if not item.run["readable"] or item.report.active is None:
            continue
        lacking, extra = differences(item)
        _, may_lack, may_have = REVIEWED.get(name, ("", frozenset(), frozenset()))
        if lacking - may_lack or extra - may_have:
            different[name] = (lacking, extra)
    assert different == {}


def test_every_review_is_still_needed() -> None:
    needed = set()
    for profile in PROFILES:
        for name, item in reports(profile).items():
            _, lacking, extra = REVIEWED.get(name, ("", frozenset(), frozenset()))
            if lacking & (item.theirs - item.ours) or extra & (item.ours - item.theirs):
                needed.add(name)
    assert needed == set(REVIEWED)
