"""What a report says besides its codes: generations, ingredients, signers, the content, what is unprotected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from credkit.assets import BytesSource
from credkit.trust.lists import TSA_PURPOSES, TrustList
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report, verify
from tests.binding.collection_tables import MemoryMembers
from tests.binding.file_collections import collection_hash
from tests.forge import pki
from tests.forge.boxes import Node
from tests.forge.files import beside, excluding, plain, signed, standard
from tests.forge.manifests import CREATED, Assertion, Manifest, Recipe, Ref, Signing, actions, ingredient, label_of, results, thumbnail
from tests.verify.case import judge, policy
from tests.verify.tables import content, ingredients, redactions, revocation, updates
from tests.verify.tables.content import both, with_xmp

V3 = "c2pa.ingredient.v3"
FOLDER = {"a.txt": b"first"}


def edited(below: Manifest, name: str, *more: Assertion) -> Manifest:
    return over(below, name, *more).build()


def over(below: Manifest, name: str = "active", *more: Assertion) -> Recipe:
    part = ingredient(below)
    return standard(part, *more, first=actions({"action": "c2pa.opened", "parameters": {"ingredients": [Ref(part.label)]}}), name=name)


def generations(report: Report) -> dict[str, int]:
    names = {label_of(name): name for name in ("active", "one", "two", "three", "part", "0", "1", "2")}
    return {names.get(m.label, m.label): m.generation for m in report.manifests}


def test_a_line() -> None:
    one = standard(name="one").build()
    two = edited(one, "two")
    report = judge(signed(over(two), one, two), policy=policy())
    assert [m.generation for m in report.manifests] == [1, 2, 3]
    assert generations(report) == {"one": 1, "two": 2, "active": 3}
    assert report.state == "Trusted"


def test_a_component_is_a_line_of_its_own() -> None:
    one = standard(name="one").build()
    part = edited(standard(name="0").build(), "part")
    component = ingredient(part, "componentOf", label=f"{V3}__1")
    report = judge(signed(over(one, "active", component), standard(name="0").build(), part, one), policy=policy())
    assert generations(report) == {"0": 1, "part": 2, "one": 1, "active": 2}
    assert report.manifests[-1].label == label_of("active")


def test_a_diamond_lists_each_manifest_once() -> None:
    report = judge(ingredients.diamond(12), policy=policy())
    assert len({m.label for m in report.manifests}) == len(report.manifests) == 13
    assert [m.generation for m in report.manifests] == [1] * 13
    assert [len(m.ingredients) for m in report.manifests] == [0] + [2] * 12


def test_ingredients_come_before_what_was_made_of_them() -> None:
    report = judge(ingredients.diamond(5))
    order = [m.label for m in report.manifests]
    for manifest in report.manifests:
        for part in manifest.ingredients:
            assert order.index(part.manifest or "") < order.index(manifest.label)


def test_a_cycle_ends() -> None:
    report = judge(ingredients.cycle(), policy=policy())
    assert [m.label for m in report.manifests] == [label_of("parent"), label_of("active")]


def test_what_nobody_refers_to_is_listed_and_not_judged() -> None:
    report = judge(ingredients.unreached(), policy=policy())
    assert [(m.label, m.reached) for m in report.manifests] == [(label_of("parent"), False), (label_of("active"), True)]
    stray = report.manifests[0]
    assert (stray.generation, stray.well_formed, stray.valid, stray.trusted, stray.altered, stray.signature) == (
        0,
        False,
        False,
        False,
        False,
        None,
    )
    assert not stray.results
    assert report.state == "Trusted"


def test_every_manifest_of_the_store_is_listed() -> None:
    twin = standard(name="other").build()
    twin.node.label = label_of("active")
    report = judge(signed(standard(), Manifest(label_of("active"), twin.node)))
    assert report.store is not None
    assert len(report.manifests) == len(report.store.manifests) == 2
    assert [m.reached for m in report.manifests] == [False, True]


def test_an_ingredient_in_words() -> None:
    below = standard(name="one").build()
    recorded = results(("signingCredential.untrusted", below.uri("c2pa.signature")))
    part = ingredient(below, recorded=recorded, description="a picture", thumbnail=Ref("c2pa.thumbnail.ingredient"))
    opened = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(V3)]}}
    report = judge(signed(standard(part, thumbnail("c2pa.thumbnail.ingredient"), first=actions(opened)), below))
    assert report.active is not None
    (found,) = report.active.ingredients
    assert found.uri == f"self#jumbf=/c2pa/{label_of('active')}/c2pa.assertions/{V3}"
    assert (found.label, found.relationship, found.title, found.format) == (V3, "parentOf", "part", "image/jpeg")
    assert (found.manifest, found.intact, found.description) == (label_of("one"), True, "a picture")
    assert found.thumbnail == "self#jumbf=c2pa.assertions/c2pa.thumbnail.ingredient"
    assert found.recorded is not None
    assert [s.code for s in found.recorded.failure] == ["signingCredential.untrusted"]


def test_what_was_recorded_and_is_not_found_again_stays() -> None:
    below = standard(name="one").build()
    gone, found = below.assertion_uri("org.gone"), below.uri("c2pa.signature")
    recorded = results(("assertion.missing", gone), ("org.example.custom", None))
    recorded["activeManifest"]["success"] = [{"code": "claimSignature.validated", "url": found}, {"code": "assertion.dataHash.match"}]
    report = judge(signed(standard(ingredient(below, "componentOf", recorded=recorded)), below), policy=policy())
    assert report.state == "Trusted"
    assert not any(delta.validation_deltas.failure for delta in report.ingredient_deltas)
    (part,) = report.active.ingredients  # type: ignore[union-attr]
    assert [(s.code, s.url) for s in part.unreproduced.failure] == [("assertion.missing", gone), ("org.example.custom", None)]
    assert [s.code for s in part.unreproduced.success] == ["assertion.dataHash.match"]


def test_a_former_code_is_found_again_under_its_present_one() -> None:
    lapsed = pki.make_pki("ed25519", not_before=pki.NOW - timedelta(days=20), not_after=pki.NOW - timedelta(days=10))
    below = standard(name="one", signing=Signing(pki=lapsed)).build()
    part = ingredient(below, "componentOf", recorded=results(("signingCredential.expired", below.uri("c2pa.signature"))))
    report = judge(signed(standard(part), below), policy=policy())
    assert not report.active.ingredients[0].unreproduced  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("name", "intact"),
    [
        ("parentOf with credentials", True),
        ("parentOf altered", False),
        ("manifest not there", False),
        ("a signature reference with a wrong hash", False),
        ("parentOf", None),
    ],
)
def test_whether_an_ingredient_is_intact(name: str, intact: bool | None) -> None:
    report = next(case for case in ingredients.CASES if case.name == name).verify()
    assert report.active is not None
    assert [part.intact for part in report.active.ingredients] == [intact]


def test_which_manifest_was_altered() -> None:
    report = next(case for case in ingredients.CASES if case.name == "componentOf altered").verify()
    assert [(m.label, m.altered) for m in report.manifests] == [(label_of("parent"), True), (label_of("active"), False)]


def test_a_redaction_is_no_alteration() -> None:
    report = next(case for case in redactions.CASES if case.name == "removed").verify()
    assert [m.altered for m in report.manifests] == [False, False]
    assert report.state == "Trusted"


def test_deltas_name_the_ingredient() -> None:
    report = judge(ingredients.line(), policy=policy())
    found = {d.ingredient_assertion_uri: [(s.code, s.url) for s in d.validation_deltas.failure] for d in report.ingredient_deltas}
    assert found == {
        f"self#jumbf=/c2pa/{label_of('active')}/c2pa.assertions/{V3}": [],
        f"self#jumbf=/c2pa/{label_of('middle')}/c2pa.assertions/{V3}": [("assertion.hashedURI.mismatch", ingredients.mismatch_url())],
    }


def test_statuses_have_absolute_urls() -> None:
    for name in ("two generations below", "removed"):
        report = next(case for case in redactions.CASES if case.name == name).verify()
        for manifest in report.manifests:
            for status in manifest.results:
                assert status.url is not None
                assert status.url.startswith(f"self#jumbf=/c2pa/{manifest.label}/")


def test_the_signer() -> None:
    report = judge(signed(standard()), policy=policy())
    assert report.active is not None
    signer = report.active.signature
    assert signer is not None
    assert (signer.algorithm, signer.common_name, signer.organization) == ("EdDSA", "credkit test signer", "credkit test")
    assert (signer.verified, signer.trusted, signer.time) == (True, True, None)
    assert signer.chain == pki.default_pki("ed25519").chain


def test_a_signer_that_signed_nothing_is_not_verified() -> None:
    report = judge(signed(standard(signing=Signing(covers=b"\xa0"))), policy=policy())
    assert report.active is not None
    assert report.active.signature is not None
    assert (report.active.signature.verified, report.active.signature.trusted) == (False, True)
    assert (report.active.valid, report.active.trusted, report.state) == (False, False, "Invalid")


CHANGED = [
    (lambda: signed(standard()), True),
    (content.changed(content.flipped(-30)), False),
    (content.changed(lambda file: file + b"x"), False),
    (lambda: content.shrunk("png"), False),
    (content.wrong(exclusions={"start": 1}), None),
    (content.binding_with(alg="sha1"), None),
    (lambda: signed(Recipe([actions(CREATED)])), None),
    (lambda: signed(standard(), spoil=lambda t: t.drop(f"{label_of('active')}/c2pa.claim.v2")), None),
    (lambda: signed(standard(signing=Signing(covers=b"\xa0"))), None),
    (updates.update(), True),
    (updates.update(change=updates.changed_pixels), False),
]


@pytest.mark.parametrize("index", range(len(CHANGED)))
def test_whether_the_content_is_intact(index: int) -> None:
    make, intact = CHANGED[index]
    assert judge(make(), policy=policy()).content_intact is intact


def test_a_binding_that_nobody_signed_proves_nothing() -> None:
    """Without a key: the picture is exchanged and the hard binding rewritten to fit it."""

    def rewrite(tree: Node) -> None:
        tree.at(f"{label_of('active')}/c2pa.assertions/c2pa.hash.data").salt = bytes(16)

    report = judge(signed(standard(), spoil=rewrite), policy=policy())
    assert report.active is not None
    assert "assertion.dataHash.match" in {s.code for s in report.active.results.success}
    assert (report.state, report.content_intact) == ("Invalid", None)


def test_the_parents_altered_binding_proves_nothing() -> None:
    def rewrite(tree: Node) -> None:
        tree.at(f"{label_of('parent')}/c2pa.assertions/c2pa.hash.data").salt = bytes(16)

    report = judge(updates.update(spoil=rewrite)(), policy=policy())
    assert (report.state, report.content_intact) == ("Invalid", None)


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_what_is_unprotected_is_told(kind: str) -> None:
    report = judge(signed(standard(), kind=kind, asset=with_xmp(kind), binding=excluding(both)), policy=policy())
    assert report.state == "Trusted"
    (words,) = report.unprotected
    assert words.startswith("XMP metadata, ")
    assert judge(signed(standard(), kind=kind)).unprotected == ()


def test_the_frame_of_the_report() -> None:
    at = datetime(2026, 11, 1, 12, tzinfo=timezone(timedelta(hours=5)))
    asset = signed(standard())
    report = verify(BytesSource(asset), at=at, profile=Profile.V2_5, name="a picture")
    assert report.validated_at == at
    assert report.validated_at.tzinfo is UTC
    assert (report.name, report.profile, report.media_type, report.size) == ("a picture", "2.5", "image/jpeg", len(asset))
    assert not report.trust_configured
    assert verify(BytesSource(asset), policy=policy()).trust_configured
    assert report.find(label_of("active")) is report.active
    assert report.find("urn:c2pa:nothing") is None
    assert report.active_manifest == label_of("active")


def test_the_same_bytes_give_the_same_report() -> None:
    at = datetime.now(UTC)
    asset = redactions.grandparent(redactions.removed())()
    first, second = (verify(BytesSource(asset), policy=policy(), at=at) for _ in range(2))
    assert [list(m.results) for m in first.manifests] == [list(m.results) for m in second.manifests]
    assert first.ingredient_deltas == second.ingredient_deltas


@pytest.mark.parametrize("seconds", [-1, 0, 1])
@pytest.mark.parametrize("edge", ["not_before", "not_after"])
def test_the_clock_at_the_edges_of_validity(edge: str, seconds: int) -> None:
    asset = signed(standard())
    signer = judge(asset).active.signature  # type: ignore[union-attr]
    assert signer is not None
    at = getattr(signer, edge) + timedelta(seconds=seconds)
    inside = seconds >= 0 if edge == "not_before" else seconds <= 0
    report = judge(asset, policy=policy(), at=at)
    assert (report.state == "Trusted") is inside
    codes = {s.code for s in report.active.results}  # type: ignore[union-attr]
    assert ("claimSignature.insideValidity" in codes) is inside
    assert ("claimSignature.outsideValidity" in codes) is not inside


def test_a_list_for_another_purpose_vouches_for_nobody() -> None:
    anchors = TrustPolicy.of(TrustList.of(pki.default_pki().root.der, purposes=frozenset({pki.CLAIM_SIGNING})))
    report = judge(signed(standard()), policy=anchors)
    assert report.state == "Valid"
    (failure,) = report.active.results.failure  # type: ignore[union-attr]
    assert failure.code == "signingCredential.untrusted"
    assert "No trust list is for the purposes" in (failure.explanation or "")


def test_a_plain_picture() -> None:
    report = judge(plain(), policy=policy())
    assert (report.state, report.store, report.manifests, report.content_intact) == ("none", None, (), None)


def test_the_frame_of_a_report_on_nothing() -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    report = verify(BytesSource(plain()), at=at, profile=Profile.V2_2, name="a picture", policy=policy())
    assert (report.name, report.media_type, report.size, report.location) == ("a picture", "image/jpeg", len(plain()), None)
    assert (report.profile, report.validated_at, report.trust_configured, report.online) == ("2.2", at, True, False)
    assert (report.unprotected, report.remarks, report.regions, report.trust_lists) == ((), (), (), ())
    assert (report.active, report.active_manifest, report.ingredient_deltas, report.failure) == (None, None, (), None)


def test_the_frame_of_a_report_on_a_store_that_cannot_be_read() -> None:
    picture, store = beside()
    broken = store[:12] + bytes(len(store) - 12)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    report = verify(BytesSource(picture), sidecar=BytesSource(broken), at=at, name="a picture", profile=Profile.V2_5)
    assert (report.state, report.name, report.media_type, report.size) == ("error", "a picture", "image/jpeg", len(picture))
    assert (report.location, report.profile, report.validated_at) == ("sidecar", "2.5", at)
    assert (report.trust_configured, report.online, report.manifests, report.content_intact) == (False, False, (), None)
    assert report.failure is not None
    assert report.problem is not None
    assert report.problem.startswith("The manifest store cannot be read: ")
    assert report.problem.endswith(".")
    assert report.failure.url is None


def test_what_was_recorded_of_an_ingredient_without_credentials_keeps_its_places() -> None:
    recorded = [{"code": "assertion.missing", "url": "self#jumbf=c2pa.assertions/gone"}]
    part = ingredient(None, "componentOf", version=2, validationStatus=recorded)
    report = judge(signed(standard(part)), policy=policy())
    assert report.active is not None
    (found,) = report.active.ingredients
    assert [(s.code, s.url) for s in found.unreproduced] == [("assertion.missing", "self#jumbf=c2pa.assertions/gone")]


def test_what_stands_behind_a_store_beside_its_picture_is_told() -> None:
    picture, store = beside()
    report = verify(BytesSource(picture), sidecar=BytesSource(store + b"more"), policy=policy())
    assert report.state == "Trusted"
    assert report.remarks == ("the manifest store is followed by 4 bytes, which nothing in it speaks of",)
    assert verify(BytesSource(picture), sidecar=BytesSource(store), policy=policy()).remarks == ()


def test_codes_of_older_editions_admit_what_they_are_called_now() -> None:
    """The reference records ``signingCredential.expired`` where the standard now says ``claimSignature.outsideValidity``."""
    lapsed = pki.make_pki("ed25519", not_before=pki.NOW - timedelta(days=20), not_after=pki.NOW - timedelta(days=10))
    parent = standard(name="one", signing=Signing(pki=lapsed)).build()
    url = parent.uri("c2pa.signature")
    for code in ("signingCredential.expired", "claimSignature.outsideValidity"):
        part = ingredient(parent, recorded=results((code, url), ("signingCredential.untrusted", url)))
        opened = actions({"action": "c2pa.opened", "parameters": {"ingredients": [Ref(part.label)]}})
        report = judge(signed(standard(part, first=opened), parent), policy=policy())
        assert report.state == "Trusted", code


def test_a_folder_beside_a_picture_is_not_its_content() -> None:
    about_folder = signed(Recipe([actions(CREATED), Assertion("c2pa.hash.collection.data", collection_hash(FOLDER))]))
    for file, state in ((signed(standard()), "Trusted"), (about_folder, "Invalid")):
        report = verify(BytesSource(file), members=MemoryMembers(FOLDER), policy=policy())
        assert report.state == state
        assert report.remarks == ("the folder was not looked at, because the file is no manifest store of its own, with files beside it",)
        assert verify(BytesSource(file), policy=policy()).remarks == ()


def test_the_lists_that_vouched_are_named_with_their_edition() -> None:
    signers = replace(TrustList.of(revocation.root().der), uri="https://signers.example", identifier="7")
    stamps = replace(TrustList.of(revocation.stamper().root.der, purposes=TSA_PURPOSES), uri="https://stamps.example", identifier="8")
    lists = TrustPolicy.of(signers, tsa=[stamps])
    report = judge(revocation.stapled(revocation.says)(), policy=lists)
    assert report.state == "Trusted"
    assert [(use.uri, use.type, use.identifier) for use in report.trust_lists] == [
        ("https://stamps.example", "c2pa.tsaTrustList", "8"),
        ("https://signers.example", "c2pa.trustList", "7"),
    ]
    assert judge(revocation.stapled(revocation.says)(), policy=revocation.trusting()).trust_lists == ()
