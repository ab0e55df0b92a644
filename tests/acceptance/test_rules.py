"""Every rule passes and fails by name, with a sentence that tells what was found."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import credkit
from credkit.acceptance import AcceptancePolicy, RuleResult, SignerRule, judge
from credkit.acceptance.policy import RULES
from credkit.assets import BytesSource
from credkit.terms import terms_of
from credkit.trust.lists import TrustList
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from tests.acceptance.material import (
    all_uses,
    cawg,
    child_of,
    created,
    expired,
    judged,
    parent,
    report_on,
    signed,
    stamped,
    trust,
    uses,
    with_signature,
    with_text,
    with_xmp,
)
from tests.assets.catalogue import SAMPLES
from tests.forge import files, identities, pki
from tests.forge.manifests import CREATED, Assertion, Signing, actions
from tests.forge.pictures import picture
from tests.integrations.downloads import altered

A1111 = (
    "a cat in a hat\nNegative prompt: dog\n"
    "Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 240x180, Model hash: 45dee52b00, Model: x"
)
LEAF = hashlib.sha256(pki.default_pki("ed25519").leaf).hexdigest()
DISCLOSURE = Assertion("c2pa.ai-disclosure", {"modelType": "c2pa.types.model.pytorch"})
CC_BY = {"xmpRights_WebStatement": "https://creativecommons.org/licenses/by/4.0/"}
CC_BY_NC_ND = {"xmpRights_WebStatement": "https://creativecommons.org/licenses/by-nc-nd/4.0/"}
CC0 = {"xmpRights_WebStatement": "https://creativecommons.org/publicdomain/zero/1.0/"}


def behind(data: bytes) -> bytes:
    """Signed with bytes behind the picture."""
    return signed(asset=data + b"more than meets the eye")


def excluding() -> bytes:
    """Signed with a hard binding that leaves out the XMP."""
    asset = with_xmp('Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"')
    return signed(asset=asset, binding=files.excluding(lambda placed: sorted((*(m.frame for m in placed.layout.metadata), *placed.frames))))


def claiming(when: str) -> bytes:
    """The signer states a time that is in no calendar once it is written in UTC."""
    return files.signed(files.standard(first=actions(CREATED | {"when": when})))


def redacting() -> bytes:
    """A picture that took a statement out of its parent's credentials."""
    from tests.forge.manifests import Recipe, Ref, actions, data_hash
    from tests.forge.manifests import ingredient as ingredient_of

    note = Assertion("org.test.note", {"text": "private"})
    manifest = parent(note).build()
    uri = manifest.uri("c2pa.assertions/org.test.note") if hasattr(manifest, "uri") else ""
    uri = uri or f"self#jumbf=/c2pa/{manifest.label}/c2pa.assertions/org.test.note"
    part = ingredient_of(manifest)
    done = (
        {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(part.label)]}},
        {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}},
    )
    recipe = Recipe([actions(*done), part, data_hash()], redacted=[uri])
    return files.signed(
        recipe, manifest, kind="png", asset=picture("png"), spoil=lambda tree: tree.drop(f"{manifest.label}/c2pa.assertions/org.test.note")
    )


Case = tuple[str, Callable[[], RuleResult], bool, str]


def case(rule: str, passed: bool, sentence: str, data: Callable[[], bytes], **options: Any) -> Any:
    """One row of the table."""
    change = options.pop("change", None)

    def run() -> RuleResult:
        picture_ = data()
        report = change(report_on(picture_, trusted=options.get("trusted", False))) if change else None
        return judged(picture_, rule, report=report, **options)

    return pytest.param(rule, run, passed, sentence, id=f"{rule}-{'passes' if passed else 'fails'}-{sentence[:40]}")


def plain() -> bytes:
    return picture("png")


def altered_ai() -> bytes:
    """A picture that was changed after it was signed as made by a model."""
    data = bytearray(signed(source_type="trainedAlgorithmicMedia"))
    data[-40] ^= 1
    return bytes(data)


CASES = [
    case("state", True, "The file is valid, by a signer who is on no trust list.", signed),
    case("state", False, "The file is valid, by a signer who is on no trust list; it must be trusted.", signed, state="trusted"),
    case("state", True, "The file is valid, by a signer on a trust list.", signed, state="trusted", trusted=True),
    case("state", False, "The file is without Content Credentials; it must be valid.", plain),
    case("state", True, "The file is without Content Credentials.", plain, state="valid_or_none"),
    case("state", False, "The file is not valid: something was changed", altered),
    case("state", False, "The file is unreadable", lambda: b"GIF89a", state="valid_or_none"),
    case("signer", True, "who is among the signers of the policy.", signed, signer=SignerRule(certificate_sha256=(LEAF,))),
    case(
        "signer",
        True,
        "who is among",
        signed,
        signer=SignerRule(certificate_sha256=(":".join(LEAF[i : i + 2] for i in range(0, 64, 2)).upper(),)),
    ),
    case("signer", False, "who is not among the signers of the policy.", signed, signer=SignerRule(certificate_sha256=("0" * 64,))),
    case("signer", False, "Nobody's signature on the file could be verified.", plain, signer=SignerRule(common_name=("x",))),
    case("ancestors", True, "It has no ancestors.", signed, ancestors="valid"),
    case("ancestors", True, "Its one ancestor is valid.", lambda: child_of(parent()), ancestors="valid"),
    case("ancestors", False, "is not trusted; every one must be trusted.", lambda: child_of(parent()), ancestors="trusted"),
    case("ancestors", True, "ancestor is trusted.", lambda: child_of(parent()), ancestors="trusted", trusted=True),
    case("ancestors", False, 'An ancestor ("old.png") came without credentials', lambda: child_of(None), ancestors="valid"),
    case("ancestors", True, 'An ancestor ("old.png") came without credentials', lambda: child_of(None), ancestors="valid", unsaid="accept"),
    case("ai", True, "nothing points to a trained model.", signed, ai="declared"),
    case(
        "ai",
        True,
        "a trained model took part (trainedAlgorithmicMedia).",
        lambda: signed(source_type="trainedAlgorithmicMedia"),
        ai="declared",
    ),
    case(
        "ai",
        True,
        "a trained model took part (trainedAlgorithmicMedia",
        lambda: child_of(parent(source_type="trainedAlgorithmicMedia")),
        ai="declared",
    ),
    case("ai", True, "took part (c2pa.ai-disclosure)", lambda: signed(DISCLOSURE), ai="declared"),
    case("ai", False, "No signed statement says how it was made", lambda: child_of(None), ai="declared"),
    case("ai", True, "No signed statement says how it was made", lambda: child_of(None), ai="declared", unsaid="accept"),
    case(
        "ai",
        False,
        "Something points to a trained model: its texts hold the settings of a generator (a1111",
        lambda: signed(asset=with_text(A1111)),
        ai="declared",
    ),
    case(
        "ai",
        False,
        "its XMP says trainedAlgorithmicMedia; no signed statement",
        lambda: with_xmp('Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"'),
        ai="declared",
    ),
    case(
        "ai", False, "its XMP names an AI system", lambda: signed(asset=with_xmp('Iptc4xmpExt:AISystemUsed="Test Painter"')), ai="declared"
    ),
    case("ai", False, "that is not allowed here.", lambda: signed(source_type="compositeWithTrainedAlgorithmicMedia"), ai="forbidden"),
    case("ai", False, "that is not allowed here.", lambda: signed(asset=with_text(A1111)), ai="forbidden"),
    case("ai", True, "nothing points to a trained model.", signed, ai="forbidden"),
    case("ai", False, "in no vocabulary", lambda: signed(source_type="tr\u0430inedAlgorithmicMedia"), ai="forbidden", unsaid="accept"),
    case("ai", False, "in no vocabulary", lambda: signed(source_type="paintedByHand"), ai="declared"),
    case("ai", False, "here that is required.", signed, ai="required"),
    case("ai", True, "took part (trainedAlgorithmicMedia).", lambda: signed(source_type="trainedAlgorithmicMedia"), ai="required"),
    case(
        "ai",
        False,
        "Something points to a trained model: its credentials speak of trainedAlgorithmicMedia",
        altered_ai,
        ai="declared",
    ),
    case(
        "training_allowed",
        True,
        "Training of AI models is allowed.",
        lambda: signed(uses(ai_training="allowed")),
        training_allowed=("ai_training",),
    ),
    case(
        "training_allowed",
        False,
        "Nobody says anything about training of generative AI models, and that is no permission.",
        lambda: signed(uses(ai_training="allowed")),
        training_allowed=("ai_training", "ai_generative_training"),
    ),
    case(
        "training_allowed",
        True,
        "Nobody says anything about training of generative AI models; training of AI models is allowed.",
        lambda: signed(uses(ai_training="allowed")),
        training_allowed=("ai_training", "ai_generative_training"),
        unsaid="accept",
    ),
    case(
        "training_allowed",
        False,
        "Training of generative AI models is forbidden by cawg.training-mining of",
        lambda: signed(all_uses("notAllowed")),
        training_allowed=("ai_generative_training",),
    ),
    case(
        "training_allowed",
        False,
        "is forbidden",
        lambda: signed(all_uses("notAllowed")),
        training_allowed=("ai_generative_training",),
        unsaid="accept",
    ),
    case(
        "training_allowed",
        False,
        "Data mining is allowed only under conditions",
        lambda: signed(all_uses("constrained")),
        training_allowed=("data_mining",),
    ),
    case(
        "training_allowed",
        True,
        "Data mining is allowed under conditions",
        lambda: signed(all_uses("constrained")),
        training_allowed=("data_mining",),
        constrained="accept",
    ),
    case(
        "training_allowed",
        False,
        "is forbidden",
        lambda: with_xmp('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"'),
        training_allowed=("ai_training",),
        state="valid_or_none",
        unsaid="accept",
    ),
    case(
        "training_allowed",
        False,
        "No statement of a signer that still holds allows training of AI models, and that is no permission.",
        lambda: with_xmp('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"'),
        training_allowed=("ai_training",),
        state="valid_or_none",
    ),
    case("commercial_use_allowed", True, "Commercial use is allowed.", lambda: signed(cawg(**CC0)), commercial_use_allowed=True),
    case(
        "commercial_use_allowed", False, "Commercial use is forbidden by ", lambda: signed(cawg(**CC_BY_NC_ND)), commercial_use_allowed=True
    ),
    case("commercial_use_allowed", False, "Nobody says anything about commercial use", signed, commercial_use_allowed=True),
    case("derivatives_allowed", True, "Making derivatives is allowed.", lambda: signed(cawg(**CC0)), derivatives_allowed=True),
    case("derivatives_allowed", False, "Making derivatives is forbidden", lambda: signed(cawg(**CC_BY_NC_ND)), derivatives_allowed=True),
    case("redistribution_allowed", True, "Passing it on is allowed.", lambda: signed(cawg(**CC0)), redistribution_allowed=True),
    case("redistribution_allowed", False, "Nobody says anything about passing it on", signed, redistribution_allowed=True),
    case("licence", True, "It is under the licence CC-BY-4.0.", lambda: signed(cawg(**CC_BY)), licence=("cc-by-4.0",)),
    case("licence", True, "It is under the licence CC-BY-4.0.", lambda: signed(cawg(**CC_BY)), licence=(CC_BY["xmpRights_WebStatement"],)),
    case(
        "licence",
        False,
        "It is under the licence CC-BY-NC-ND-4.0; accepted are CC-BY-4.0.",
        lambda: signed(cawg(**CC_BY_NC_ND)),
        licence=("CC-BY-4.0",),
    ),
    case("licence", False, "No signed statement names its licence.", signed, licence=("CC-BY-4.0",)),
    case(
        "creator_named",
        True,
        'It names "Test Studio" as its creator.',
        lambda: signed(cawg(dc_creator=["Test Studio"])),
        creator_named=True,
    ),
    case(
        "creator_named",
        True,
        'It names "Test Studio" as its creator.',
        lambda: signed(cawg(dc_creator=["Other", "Test Studio"])),
        creator_named=("Test Studio",),
    ),
    case(
        "creator_named",
        False,
        'It names "Other" as its creator, who is not among',
        lambda: signed(cawg(dc_creator=["Other"])),
        creator_named=("Test Studio",),
    ),
    case("creator_named", False, "No signed statement names a creator.", signed, creator_named=True),
    case("no_contradictions", True, "does not contradict itself.", lambda: signed(all_uses("allowed")), no_contradictions=True),
    case(
        "no_contradictions",
        False,
        "",
        lambda: signed(all_uses("allowed"), asset=with_xmp('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"')),
        no_contradictions=True,
    ),
    case(
        "no_unprotected_bytes",
        True,
        "The hard binding covers every byte but those of the manifest store",
        signed,
        no_unprotected_bytes=True,
    ),
    case("no_unprotected_bytes", True, "covers every byte", lambda: signed(kind="jpg"), no_unprotected_bytes=True),
    case(
        "no_unprotected_bytes",
        False,
        "Behind the end of the picture stand 23 bytes.",
        lambda: behind(picture("png")),
        no_unprotected_bytes=True,
    ),
    case("no_unprotected_bytes", False, "The hard binding leaves out XMP metadata, ", excluding, no_unprotected_bytes=True),
    case("no_unprotected_bytes", False, "No hard binding fits", altered, no_unprotected_bytes=True),
    case("no_unprotected_bytes", False, "could not be found out", signed, no_unprotected_bytes=True, bare=True),
    case("time_stamp", True, "A time-stamp attests that it was signed before", signed, time_stamp=True, change=lambda r: stamped(r, 3)),
    case("time_stamp", False, "No time-stamp authority on a trust list attests when it was signed.", signed, time_stamp=True),
    case(
        "maximal_time_stamp_age_days",
        True,
        "The time-stamp is 3.0 days old; 30 days are allowed.",
        signed,
        maximal_time_stamp_age_days=30,
        change=lambda r: stamped(r, 3),
    ),
    case(
        "maximal_time_stamp_age_days",
        False,
        "The time-stamp is 31.0 days old; 30 days are allowed.",
        signed,
        maximal_time_stamp_age_days=30,
        change=lambda r: stamped(r, 31),
    ),
    case("maximal_time_stamp_age_days", False, "so its age cannot be told.", signed, maximal_time_stamp_age_days=30, unsaid="accept"),
    case(
        "maximal_signature_age_days",
        True,
        "The signature is 3.0 days old",
        signed,
        maximal_signature_age_days=30,
        change=lambda r: stamped(r, 3),
    ),
    case(
        "maximal_signature_age_days",
        False,
        "The signature is 400.0 days old; 365 days are allowed.",
        signed,
        maximal_signature_age_days=365,
        change=lambda r: stamped(r, 400),
    ),
    case("maximal_signature_age_days", False, "so its age cannot be told", signed, maximal_signature_age_days=30),
    case("maximal_signature_age_days", True, "so its age cannot be told", signed, maximal_signature_age_days=30, unsaid="accept"),
    *(
        case(
            "maximal_signature_age_days",
            True,
            "so its age cannot be told",
            lambda when=when: claiming(when),
            maximal_signature_age_days=30,
            unsaid="accept",
        )
        for when in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00")
    ),
    case(
        "revocation_known",
        True,
        "had not been revoked when it signed.",
        signed,
        revocation_known=True,
        change=lambda r: with_signature(r, revocation="notRevoked"),
    ),
    case(
        "revocation_known",
        False,
        "The signer's certificate was revoked.",
        signed,
        revocation_known=True,
        unsaid="accept",
        change=lambda r: with_signature(r, revocation="revoked"),
    ),
    case(
        "revocation_known",
        False,
        "gave no usable answer.",
        signed,
        revocation_known=True,
        change=lambda r: with_signature(r, revocation="inaccessible"),
    ),
    case(
        "revocation_known",
        False,
        "was not asked; the network was not allowed.",
        signed,
        revocation_known=True,
        change=lambda r: with_signature(r, revocation="skipped"),
    ),
    case("revocation_known", False, "it names no way to ask.", signed, revocation_known=True),
    case("revocation_known", True, "it names no way to ask.", signed, revocation_known=True, unsaid="accept"),
    case("no_redactions", True, "Nothing was removed from its credentials.", lambda: child_of(parent()), no_redactions=True),
    case("no_redactions", False, "Statements were removed from its credentials (org.test.note).", redacting, no_redactions=True),
    case("formats", True, "The file is image/png.", signed, formats=("image/png",)),
    case("formats", False, "The file is image/png; allowed are image/jpeg, image/webp.", signed, formats=("image/jpeg", "image/webp")),
    case(
        "formats", False, "The file is of no format that is known here; allowed are image/png.", lambda: b"GIF89a", formats=("image/png",)
    ),
    case("labels", True, "Nothing points to a trained model, so no label is asked for.", signed, labels=("cn", "eu")),
    case("labels", False, "Its labels lack what ", lambda: signed(source_type="trainedAlgorithmicMedia"), labels=("cn",)),
    case(
        "labels",
        False,
        "Without the file its labels cannot be read.",
        lambda: signed(source_type="trainedAlgorithmicMedia"),
        labels=("cn",),
        bare=True,
    ),
]


@pytest.mark.parametrize(("rule", "run", "passed", "sentence"), CASES)
def test_every_rule(rule: str, run: Callable[[], RuleResult], passed: bool, sentence: str) -> None:
    found = run()
    assert found.rule == rule
    assert sentence in found.sentence
    assert found.passed is passed, found.sentence
    assert found.sentence[0].isupper()
    assert found.sentence.endswith(".")
    assert "\n" not in found.sentence


def test_the_table_has_every_rule_both_ways() -> None:
    rows = {(param.values[0], param.values[2]) for param in CASES}
    missing = {(rule, way) for rule in RULES for way in (True, False)} - rows
    assert not missing


def test_names_count_only_on_a_trust_list() -> None:
    data = signed()
    active = report_on(data).active
    assert active is not None
    assert active.signature is not None
    for field in ("common_name", "organization", "subject"):
        value = getattr(active.signature, field)
        if value is None:
            continue
        rule = SignerRule(**{field: (value,)})
        untrusted = judged(data, "signer", signer=rule)
        assert not untrusted.passed
        assert "no trust list vouches for that name" in untrusted.sentence
        assert judged(data, "signer", signer=rule, trusted=True).passed


def test_a_did_counts_in_a_trusted_identity() -> None:
    aggregator = identities.aggregator()
    data = files.signed(files.standard(identities.aggregation(), first=created("digitalCapture")), kind="png", asset=picture("png"))
    did = aggregator.did
    for policy, passed in ((TrustPolicy.of(identity_issuers=[did]), True), (TrustPolicy.none(), False)):
        report = verify(BytesSource(data), policy=policy)
        found = judge(report, AcceptancePolicy(signer=SignerRule(did=(did,)))).result("signer")
        assert found.passed is passed, (found.sentence, report.active and report.active.identities)


def test_a_prohibition_of_a_parent_counts() -> None:
    data = child_of(parent(all_uses("notAllowed")))
    assert not judged(data, "training_allowed", training_allowed=("ai_training",), unsaid="accept").passed


def test_permissions_of_altered_credentials_count_for_nothing() -> None:
    data = bytearray(signed(all_uses("allowed")))
    data[-40] ^= 1
    found = judged(bytes(data), "training_allowed", training_allowed=("ai_training",))
    assert not found.passed


OLD = {
    "the picture": lambda said: signed(said, signing=Signing(expired())),
    "its parent": lambda said: child_of(parent(said, signing=Signing(expired()))),
    "a component": lambda said: child_of(parent(said, signing=Signing(expired())), relationship="componentOf"),
}


@pytest.mark.parametrize("where", OLD)
def test_a_reservation_outlives_the_certificate_of_its_signer(where: str) -> None:
    data = OLD[where](all_uses("notAllowed"))
    found = judged(data, "training_allowed", training_allowed=("ai_training",), unsaid="accept", state="valid_or_none")
    assert (found.passed, found.unsaid) == (False, False)
    assert found.sentence.startswith("Training of AI models is forbidden by cawg.training-mining of ")
    assert "(the certificate of its signer had run out, and it is taken as a reservation all the same)." in found.sentence


@pytest.mark.parametrize("where", OLD)
def test_a_permission_does_not_outlive_it(where: str) -> None:
    for permission in ("allowed", "constrained"):
        found = judged(OLD[where](all_uses(permission)), "training_allowed", training_allowed=("ai_training",), constrained="accept")
        assert not found.passed, found.sentence


@pytest.mark.parametrize("where", OLD)
def test_an_expired_certificate_meets_no_rule_about_the_signer(where: str) -> None:
    data = OLD[where](all_uses("allowed"))
    lists = [*trust().signers, TrustList.of(expired().root.der, name="old")]
    report = verify(BytesSource(data), policy=TrustPolicy(signers=tuple(lists)), name="picture")
    policy = AcceptancePolicy(state="trusted", ancestors="trusted", signer=SignerRule(organization=("credkit test",)))
    judgement = judge(report, policy, source=BytesSource(data))
    assert not judgement.passed
    failed = {result.rule for result in judgement.results if not result.passed}
    assert ("state" if where == "the picture" else "ancestors") in failed


def test_conditions_that_nobody_signed_are_no_permission() -> None:
    data = with_xmp('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-SEECONSTRAINT" plus:OtherConstraints="pay"')
    asked = {"training_allowed": ("ai_training",), "constrained": "accept", "unsaid": "accept", "state": "valid_or_none"}
    found = judged(data, "training_allowed", **asked)
    assert not found.passed
    assert "and no signer whose word still holds grants it" in found.sentence


def test_a_spelling_and_an_ended_offer_are_no_contradictions() -> None:
    ended = Assertion("org.credkit.offer.metadata", ENDED, content="json")
    data = signed(cawg(plus_DataMining="DMI-PROHIBITED"), ended)
    found = terms_of(report_on(data))
    assert {notice.name: notice.kind for notice in found.notices} == {"bare-data-mining": "fault", "expired-offer": "fact"}
    assert judged(data, "no_contradictions", no_contradictions=True).passed


ENDED = {
    "@context": {"odrl": "http://www.w3.org/ns/odrl/2/"},
    "odrl:hasPolicy": {
        "odrl:permission": {
            "odrl:action": "odrl:derive",
            "odrl:constraint": {"odrl:leftOperand": "odrl:dateTime", "odrl:operator": "odrl:lteq", "odrl:rightOperand": "2020-01-31"},
        }
    },
}


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_all_rules_at_once_on_any_file_raise_nothing(kind: str) -> None:
    policy = AcceptancePolicy(
        state="trusted",
        signer=SignerRule(common_name=("x",)),
        ancestors="trusted",
        ai="declared",
        training_allowed=("ai_training",),
        commercial_use_allowed=True,
        derivatives_allowed=True,
        redistribution_allowed=True,
        licence=("MIT",),
        creator_named=True,
        no_contradictions=True,
        no_unprotected_bytes=True,
        time_stamp=True,
        maximal_time_stamp_age_days=1,
        maximal_signature_age_days=1,
        revocation_known=True,
        no_redactions=True,
        formats=("image/gif",),
        labels=("cn", "eu", "ca"),
    )
    whole = signed(kind=kind)
    for data in (whole, picture(kind), *(whole[:end] for end in range(1, len(whole), 211)), b"", b"\0" * 100):
        source = BytesSource(data)
        judgement = judge(verify(source), policy, source=source)
        assert [result.rule for result in judgement.results] == list(RULES)
        assert not judgement.passed
        assert all(result.sentence.endswith(".") for result in judgement.results)


LICENSED = cawg(dcterms_license="CC0-1.0", dc_creator=["Test Studio"])


def component(*more: Assertion) -> bytes:
    return child_of(parent(*more), relationship="componentOf")


@pytest.mark.parametrize("data", [lambda: child_of(parent(LICENSED)), lambda: component(LICENSED)], ids=["parent", "component"])
def test_what_is_said_of_an_ancestor_is_not_said_of_the_picture(data: Callable[[], bytes]) -> None:
    assert not judged(data(), "licence", licence=("CC0-1.0",)).passed
    assert not judged(data(), "creator_named", creator_named=("Test Studio",)).passed
    assert not judged(data(), "commercial_use_allowed", commercial_use_allowed=True).passed
    assert judged(signed(LICENSED), "licence", licence=("CC0-1.0",)).passed


def test_a_permission_of_the_parent_does_not_sign_that_of_the_metadata() -> None:
    report = report_on(child_of(parent(all_uses("allowed"))))
    source = BytesSource(with_xmp('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"'))
    policy = AcceptancePolicy(training_allowed=("ai_training",))
    assert not judge(report, policy, source=source).result("training_allowed").passed


HIDDEN = [
    cawg(Iptc4xmpExt_DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"),
    cawg(Iptc4xmpExt_AISystemUsed="Test Painter"),
    Assertion("org.test.metadata", {"a": [{"b": {"c": "HTTP://cv.iptc.org/newscodes/digitalsourcetype/TrainedAlgorithmicMedia/ "}}]}),
    Assertion("stds.iptc.photo-metadata", {"Iptc4xmpExt:DigitalSourceType": "compositeSynthetic"}, content="json"),
]


@pytest.mark.parametrize("hidden", HIDDEN, ids=lambda hidden: str(hidden.label))
def test_a_model_is_found_in_any_field_of_any_generation(hidden: Assertion) -> None:
    for data in (signed(hidden), child_of(parent(hidden))):
        assert not judged(data, "ai", ai="forbidden", unsaid="accept").passed


def test_a_source_type_in_another_spelling_is_a_trace() -> None:
    name = "http://cv.iptc.org/newscodes/digitalsourcetype/TRAINEDALGORITHMICMEDIA"
    assert not judged(with_xmp(f'Iptc4xmpExt:DigitalSourceType="{name}"'), "ai", ai="forbidden", unsaid="accept").passed


def test_nothing_is_asked_about_a_certificate_that_is_not_there() -> None:
    found = judged(plain(), "revocation_known", revocation_known=True, unsaid="accept")
    assert (found.passed, found.sentence) == (False, "There is no signature whose certificate could be asked about.")


@pytest.mark.parametrize(("permission", "sentence"), [("allowed", "No statement of a signer"), ("notAllowed", "is forbidden by")])
def test_what_the_signer_only_gathered_may_forbid_and_not_permit(permission: str, sentence: str) -> None:
    said = replace(all_uses(permission), place="gathered")
    found = judged(signed(said), "training_allowed", training_allowed=("ai_training",))
    assert not found.passed
    assert sentence in found.sentence


def test_an_assertion_that_cannot_be_read_may_forbid() -> None:
    twice = b'{"plus:DataMining":"","plus:DataMining":"http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"}'
    data = signed(all_uses("allowed"), Assertion("org.test.metadata", twice, content="json"))
    found = judged(data, "training_allowed", training_allowed=("ai_training",))
    assert (found.passed, found.unsaid) == (False, False)
    assert "more than is read here" in found.sentence


@pytest.mark.parametrize("name", ["mp4", "heif", "svg", "onnx", "parquet", "safetensors", "gif", "wav", "jxl"])
def test_files_without_named_boxes_have_an_end_as_well(name: str) -> None:
    """What fills its file to the last byte has nothing behind it, whether or not a box hash knows its parts."""
    out = io.BytesIO()
    credkit.sign_file(SAMPLES[name].data, out, credkit.Statements(created="digitalCapture"), signer=pki.signer(), mirrors=False)
    source = BytesSource(out.getvalue())
    judgement = judge(verify(source), AcceptancePolicy.of({"rules": {"no_unprotected_bytes": True}}), source=source)
    assert [result.sentence for result in judgement.results if not result.passed] == []
