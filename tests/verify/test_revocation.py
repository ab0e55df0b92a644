"""What a report says about revocation: which response decided, why another did not, and how often an issuer is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from credkit.assets import BytesSource
from credkit.limits import Limits
from credkit.provenance.graph import provenance_graph
from credkit.provenance.json_report import json_report
from credkit.provenance.verdict import Verdict, verdict
from credkit.status import Kind, Status
from credkit.trust.http import HttpFetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify
from credkit.verify.report import SignatureReport
from tests.forge import ocsp
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.files import signed, standard
from tests.verify.case import judge
from tests.verify.tables import revocation as made
from tests.verify.tables.updates import update


def report(make: Callable[[], bytes], **options: Any) -> Report:
    return judge(make(), policy=made.trusting(), **options)


def signature(found: Report) -> SignatureReport:
    assert found.active is not None
    assert found.active.signature is not None
    return found.active.signature


def finding(found: Report) -> Status:
    assert found.active is not None
    (status,) = (s for s in found.active.results if ".ocsp." in s.code)
    assert found.active.signature is not None
    assert status.url == f"self#jumbf=/c2pa/{found.active.label}/c2pa.signature"
    return status


def words(found: Report) -> Verdict:
    return verdict(found, provenance_graph(found))


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (made.stapled(lambda: b"garbage"), "ASN.1"),
        (made.stapled(made.says, at=None), "it counts only beside a time-stamp that is accepted, and there is none"),
        (made.stapled(lambda: made.says(next_update=made.SIGNED_AT)), "it is not of the time of the signature"),
        (made.stapled(lambda: made.says(about=made.silent)), "it is about another certificate"),
        (made.stapled(lambda: made.says(flip=True)), "its signature does not verify with the key of the responder"),
        (made.stapled(lambda: made.says("unknown")), "its issuer does not know the certificate"),
        (made.stapled(lambda: made.says(refusal=3)), "the responder declined to answer (try later)"),
        (made.stapled(values="garbage"), "the revocation values of the signature are not a list of OCSP responses"),
    ],
)
def test_a_response_that_is_not_accepted_is_spoken_of(make: Callable[[], bytes], why: str) -> None:
    status = finding(report(make))
    assert status.code == made.SKIPPED
    assert status.explanation
    assert "was not checked. An OCSP response in the file was not accepted: " in status.explanation
    assert why in status.explanation


def test_it_is_spoken_of_beside_an_answer_got_online_too() -> None:
    status = finding(report(made.stapled(lambda: b"garbage"), fetcher=made.asking()()))
    assert status.code == made.GOOD
    assert "An OCSP response in the file was not accepted" in (status.explanation or "")


def test_at_most_three_refusals_are_told() -> None:
    make = made.stapled(
        lambda: b"garbage",
        lambda: made.says(flip=True),
        lambda: made.says(about=made.silent),
        lambda: made.says("unknown"),
        lambda: made.says(refusal=3),
    )
    assert (finding(report(make)).explanation or "").count("not accepted") == 3


def test_an_accepted_response_needs_no_word_about_others() -> None:
    assert finding(report(made.stapled(lambda: b"garbage", made.says))).explanation == finding(report(made.stapled(made.says))).explanation


def test_when_and_why_is_said_of_a_revocation() -> None:
    explanation = finding(report(made.stapled(lambda: made.says("revoked", reason="key_compromise")))).explanation
    day = f"{made.NOW - 2 * made.HOUR:%Y-%m-%d}"
    assert explanation == (
        f"The signer's certificate was revoked by its issuer on {day} (its key was compromised): it must not be relied on."
    )


@pytest.mark.parametrize(
    ("make", "network", "expected", "headline"),
    [
        (made.stapled(made.says), None, "notRevoked", "Trusted"),
        (made.stapled(lambda: made.says("revoked")), None, "revoked", "Invalid"),
        (made.stapled(), None, "skipped", "Trusted (revocation not checked)"),
        (made.stapled(), made.asking(), "notRevoked", "Trusted"),
        (made.stapled(), made.asking("unknown"), "unknown", "Trusted (revocation not known)"),
        (made.stapled(), made.asking(error="no answer"), "inaccessible", "Trusted (revocation could not be checked)"),
        (made.stapled(by=made.silent), None, None, "Trusted"),
    ],
)
def test_what_is_known_is_in_report_headline_and_json(
    make: Callable[[], bytes], network: Callable[[], Any] | None, expected: str | None, headline: str
) -> None:
    found = report(make, fetcher=network() if network else None)
    assert signature(found).revocation == expected
    assert words(found).headline == headline
    value = json_report(found)
    assert value["verdict"]["headline"] == headline
    assert value["verdict"]["revocation"] == words(found).revocation
    assert value["manifests"][-1]["signature"]["revocation"] == expected
    settled = expected in ("notRevoked", "revoked")
    assert (words(found).revocation in words(found).uncovered) is not settled


def test_the_headline_says_it_of_untrusted_signers_as_well() -> None:
    def headline(policy: TrustPolicy) -> str:
        return words(judge(made.stapled()(), policy=policy)).headline

    assert headline(TrustPolicy.none()) == "Valid, but no trust list was given (revocation not checked)"
    assert headline(TrustPolicy.of(made.stranger().pem)) == "Valid, signer not on your trust list (revocation not checked)"


def test_earlier_signers_are_counted() -> None:
    first = lambda: signed(standard(name="parent", signing=made.signing()))  # noqa: E731
    found = report(update(file=first, signing=made.signing(by=made.silent)))
    assert words(found).headline == "Trusted"
    assert "Revocation of the certificates of earlier signers was not checked in 1 case." in words(found).uncovered


def test_a_certificate_that_names_no_way_to_ask_is_said_so() -> None:
    assert words(report(made.stapled(by=made.silent))).revocation == (
        "Revocation of the signer's certificate cannot be checked: it names no way to ask."
    )


def test_unknown_is_a_failure_in_edition_2_2_only() -> None:
    for profile, kind in (("2.2", Kind.FAILURE), ("2.4", Kind.INFORMATIONAL), ("2.5", Kind.INFORMATIONAL)):
        found = report(made.stapled(), fetcher=made.asking("unknown")(), profile=profile)
        assert finding(found).kind is kind
        assert found.active is not None
        assert found.active.valid is (kind is Kind.INFORMATIONAL)
        assert found.active.well_formed


def test_without_a_fetcher_nobody_is_asked_and_with_one_each_issuer_once() -> None:
    network = made.asking()()
    chain = update(file=lambda: signed(standard(name="parent", signing=made.signing())), signing=made.signing())
    assert {m.signature.revocation for m in report(chain).manifests if m.signature} == {"skipped"}
    assert network.requests == []
    found = report(chain, fetcher=network)
    assert {m.signature.revocation for m in found.manifests if m.signature} == {"notRevoked"}
    assert len(network.requests) == 2
    assert found.online


def test_nobody_is_asked_about_a_signer_whose_response_is_there() -> None:
    network = made.asking()()
    report(made.stapled(made.says), fetcher=network)
    assert [ocsp.asked_about(request.body or b"") for request in network.requests] == [ocsp.serial_number(made.middle().der)]


def test_questions_are_bounded() -> None:
    network = made.asking()()
    found = report(made.stapled(), fetcher=network, limits=Limits(fetches=1))
    assert len(network.requests) == 1
    assert signature(found).revocation == "inaccessible"
    assert "too many issuers" in (finding(found).explanation or "")


def test_over_http() -> None:
    with ocsp.OcspServer(made.asking()()) as server:
        found = report(made.stapled(), fetcher=HttpFetcher(resolve=lambda _: ("93.184.215.14",), connect=server.connect))
    assert signature(found).revocation == "notRevoked"


def test_a_revoked_authority_leaves_a_valid_file_that_nobody_vouches_for() -> None:
    found = report(made.stapled(made.says, lambda: made.about_authority(says="revoked")))
    assert found.state == "Valid"
    assert found.active is not None
    assert "signingCredential.trusted" not in {s.code for s in found.active.results}
    (status,) = (s for s in found.active.results.failure if s.code == made.UNTRUSTED)
    assert "authority on the way" in (status.explanation or "")
    assert not signature(found).trusted


@needs_corpus
def test_real_staples_settle_what_they_can() -> None:
    """Where a time-stamp of a listed authority is there, all responses of Adobe and Google are accepted, and nothing is called revoked."""
    bundles = [CORPUS / "trust" / name for name in ("C2PA-TRUST-LIST.pem", "cai-interim_anchors.pem", "c2pa-rs_test_cert_root_bundle.pem")]
    policy = TrustPolicy.of(*bundles, tsa=[*bundles, CORPUS / "trust" / "C2PA-TSA-TRUST-LIST.pem"])
    known: dict[str, set[str | None]] = {}
    for entry in entries("jpeg", "png"):
        if "ocsp-stapled" in entry["features"] and entry["category"] != "mutated":
            found = verify(BytesSource((CORPUS / entry["path"]).read_bytes()), policy=policy)
            for manifest in found.manifests:
                if manifest.signature:
                    known.setdefault(manifest.signature.organization or "", set()).add(manifest.signature.revocation)
    assert {organization for organization, outcomes in known.items() if outcomes == {"notRevoked"}} >= {"Adobe Inc.", "Google LLC"}
    assert not any("revoked" in outcomes for outcomes in known.values())
