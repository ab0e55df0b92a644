"""The reviewed list of differences from the reference: classes of files, each a narrow rule with the clause that decides it.

A rule looks at one file in one profile whose states differ. ``docs/differences.md`` has the same classes in the same order, with the
number of files in each profile; tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from credkit.verify.report import ManifestReport
from tests.corpus.measure import Judged, with_every_authority

__all__ = ["ACCEPTED", "ACCEPTED_HERE", "DIFFERENCES", "OUTSIDE", "UNTRUSTED", "Difference", "is_stamped_by_a_stranger", "stands_alone"]

ACCEPTED = ("Valid", "Trusted")
OUTSIDE = "claimSignature.outsideValidity"
UNTRUSTED = "signingCredential.untrusted"
IDENTITY = "cawg."

UNREAD = {
    "claim missing hard binding": "claim.hardBindings.missing",
    "unknown algorithm": "algorithm.unsupported",
    "prerelease content detected": "claimSignature.mismatch",
    "claim could not be converted from CBOR": "claim.malformed",
    "could not decode assertion": "assertion.cbor.invalid",
}
"""Why the reference gives no report at all, and the code for it here."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    name: str
    """As in the first column of the table of ``docs/differences.md``."""
    clauses: tuple[str, ...]
    """Anchors in the specification 2.5 that decide for us."""
    applies: Callable[[Judged], bool]


def apart(codes: frozenset[str]) -> frozenset[str]:
    """Codes without those of identity assertions."""
    return frozenset(code for code in codes if not code.startswith(IDENTITY))


def is_stamped_by_a_stranger(item: Judged) -> bool:
    """An expired certificate is all that we find, and only because the authority of the time-stamp is on no list of the profile: with
    the authorities of every list the same file is what the reference says, or its stamp counts under none of them.
    """
    known = with_every_authority(item.profile)[item.entry["id"]]
    stamps = codes_of(known.report.active, "timeStamp.") if known.report.active else frozenset()
    nowhere = bool(stamps) and stamps <= {"timeStamp.untrusted", "timeStamp.malformed"}
    found = apart(item.ours | item.our_deltas)
    return (
        OUTSIDE in found
        and found <= {OUTSIDE, UNTRUSTED}
        and item.report.state == "Invalid"
        and item.their_state_without_identity in ACCEPTED
        and (known.report.state == item.their_state_without_identity or nowhere)
    )


def codes_of(manifest: ManifestReport, beginning: str) -> frozenset[str]:
    return frozenset(status.code for status in manifest.results if status.code.startswith(beginning))


def has_an_expired_ancestor(item: Judged) -> bool:
    """All that we find is the expired certificate of an ancestor that has no time-stamp; the reference passes over it."""
    known = with_every_authority(item.profile)[item.entry["id"]].report
    expired = [manifest for manifest in known.manifests[:-1] if OUTSIDE in codes_of(manifest, OUTSIDE)]
    return (
        OUTSIDE in item.our_deltas
        and apart(item.ours | item.our_deltas) <= {OUTSIDE, UNTRUSTED}
        and bool(expired)
        and not any(codes_of(manifest, "timeStamp.") for manifest in expired)
        and item.report.state == "Invalid"
        and item.their_state_without_identity in ACCEPTED
    )


def has_the_first_bmff_hash(item: Judged) -> bool:
    """The only binding is ``c2pa.hash.bmff`` of version 1, which counts for nothing any more."""
    missing = "claim.hardBindings.missing"
    found = apart(item.ours | item.our_deltas)
    return "c2pa.hash.bmff" in item.entry["features"] and missing in item.ours and found <= {missing, OUTSIDE, UNTRUSTED}


def is_of_an_unread_format(item: Judged) -> bool:
    """The reference reads no file of that kind."""
    return "type is unsupported" in (item.run.get("error") or "") and item.report.state in ("Invalid", *ACCEPTED)


def is_nested_too_deep(item: Judged) -> bool:
    """A file without credentials whose boxes the reference gives up to count."""
    return "Boxes are too deply nested" in (item.run.get("error") or "") and item.report.state == "none"


def is_refused_for_an_identity(item: Judged) -> bool:
    """Nothing but failures of identity assertions separates the two states."""
    found = item.theirs | item.their_deltas
    return any(code.startswith(IDENTITY) for code in found) and item.their_state != item.report.state == item.their_state_without_identity


def lacks_a_source_type(item: Judged) -> bool:
    """The reference names the missing source type, and finds nothing else that we do not."""
    said = (item.run.get("failure_explanations") or {}).get("assertion.action.malformed")
    lacking = (item.theirs | item.their_deltas) - item.ours - item.our_deltas
    return lacking == {"assertion.action.malformed"} and said == "c2pa.created action must have a digitalSourceType"


def stands_alone(item: Judged) -> bool:
    """A store without an asset: the reference compares it with its own bytes and says mismatch, here nothing is compared."""
    return item.entry["format"] == "c2pa" and item.report.content_intact is None


def is_accepted_alone(item: Judged) -> bool:
    """Of a store without an asset, the reference has no other fault than that mismatch."""
    lacking = item.theirs - item.ours
    mismatch = lacking <= {"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch"}
    return stands_alone(item) and mismatch and item.report.state in ACCEPTED


def is_not_read_there(item: Judged) -> bool:
    """The reference stops with an error where we have the code of that very fault."""
    codes = {code for words, code in UNREAD.items() if words in (item.run.get("error") or "")}
    return item.their_state == "error" and item.report.state == "Invalid" and bool(codes & item.ours)


def is_on_the_network(item: Judged) -> bool:
    """The only store is elsewhere, and the network is off on both sides."""
    failure = item.report.failure
    return (
        "must fetch remote manifests" in (item.run.get("error") or "")
        and item.report.state == "none"
        and failure is not None
        and failure.code == "manifest.inaccessible"
    )


DIFFERENCES = (
    Difference(
        name="expired certificate, time-stamp of an authority on no list",
        clauses=("_validating_the_timestamptoken", "_validate_the_time_stamp"),
        applies=is_stamped_by_a_stranger,
    ),
    Difference(
        name="expired certificate of an ancestor without a time-stamp",
        clauses=("_validate_the_time_stamp",),
        applies=has_an_expired_ancestor,
    ),
    Difference(name="fault of an identity assertion", clauses=("_validation_states",), applies=is_refused_for_an_identity),
    Difference(name="`c2pa.created` without a digital source type", clauses=("_c2pa_actions_validation",), applies=lacks_a_source_type),
    Difference(
        name="manifest store read without its asset",
        clauses=("_validate_the_assets_content",),
        applies=is_accepted_alone,
    ),
    Difference(
        name="store that the reference gives up on",
        clauses=("_hard_bindings", "_algorithm_validation", "_validate_the_signature", "_claims", "_assertion_validation"),
        applies=is_not_read_there,
    ),
    Difference(name="manifest on the network, which is not asked", clauses=("_by_reference",), applies=is_on_the_network),
    Difference(name="MP4 with nothing but `c2pa.hash.bmff`", clauses=("_hard_bindings",), applies=has_the_first_bmff_hash),
    Difference(name="font", clauses=("_validating_a_general_box_hash",), applies=is_of_an_unread_format),
    Difference(
        name="MP4 without credentials, boxes 1,000 deep",
        clauses=("_embedding_manifests_into_bmff_based_assets",),
        applies=is_nested_too_deep,
    ),
)

ACCEPTED_HERE: dict[str, frozenset[str]] = {
    "fault of an identity assertion": frozenset(
        {
            "0db4d9a95802",
            "1c2939761952",
            "35e76a42b633",
            "3b5eb57e6376",
            "453f15d7d3bb",
            "763ae0b2d9f4",
            "7d88a514b3b2",
            "7db45e41c19e",
            "c2d43b2e9071",
            "c390a0753f3b",
            "d17c8bf620a2",
        }
    ),
    "`c2pa.created` without a digital source type": frozenset({"76ab7237d60a", "8da6bbc74048"}),
    "manifest store read without its asset": frozenset({"1618e75ab1a8", "1e826fb3f7bb", "6a6b47b3fda3"}),
}
"""Every file, in any profile, that is accepted here and refused by the reference, by class."""
