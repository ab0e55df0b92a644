"""What the reference signs, we read the same way; and chains in which the two take turns."""

from __future__ import annotations

import io
from typing import Any

import pytest

from credkit.assets import BytesSource
from credkit.manifest.assertions import Action
from credkit.sign.builder import Builder
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify
from tests.forge import peer, pki
from tests.forge.pictures import ALL_KINDS, picture

ALGORITHMS = ("ed25519", "es256", "es384", "es512", "ps256", "ps384", "ps512")
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
POLICY = TrustPolicy.of(pki.root_pem())


def created_definition(**more: Any) -> dict[str, Any]:
    actions = {"actions": [{"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}]}
    return {"title": "theirs", "assertions": [{"label": "c2pa.actions.v2", "data": actions}], **more}


def edited_definition() -> dict[str, Any]:
    actions = {
        "actions": [
            {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}},
            {"action": "c2pa.edited", "digitalSourceType": SOURCE_TYPE},
        ]
    }
    return {"title": "theirs edited", "assertions": [{"label": "c2pa.actions.v2", "data": actions}]}


def judge(data: bytes, policy: TrustPolicy = POLICY) -> Report:
    return verify(BytesSource(data), policy=policy)


def codes(report: Report) -> set[str]:
    assert report.active is not None
    return {s.code for s in report.active.results.failure} | {s.code for d in report.ingredient_deltas for s in d.validation_deltas.failure}


@pytest.mark.parametrize("kind", ALL_KINDS)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm(kind: str, algorithm: str) -> None:
    signed = peer.sign(picture(kind), kind, created_definition(), algorithm=algorithm)
    report = judge(signed, TrustPolicy.of(pki.root_pem(algorithm)))
    assert (report.state, codes(report)) == ("Trusted", set())
    assert judge(signed, TrustPolicy.none()).state == "Valid"
    assert report.active_manifest == peer.read(signed, kind).raw["active_manifest"]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_chain_of_theirs(kind: str) -> None:
    signed = peer.sign(picture(kind), kind, created_definition())
    for generation in range(2, 6):
        parent = {"title": "parent", "relationship": "parentOf", "label": "parent"}
        signed = peer.sign(picture(kind), kind, edited_definition(), ingredients=((parent, signed, kind),), anchors=pki.root_pem())
        report = judge(signed)
        assert (report.state, codes(report), len(report.manifests)) == ("Trusted", set(), generation)
        assert [m.generation for m in report.manifests] == list(range(1, generation + 1))


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_the_two_take_turns(kind: str) -> None:
    signed = peer.sign(picture(kind), kind, created_definition())
    for turn in range(6):
        if turn % 2:
            parent = {"title": "parent", "relationship": "parentOf", "label": "parent"}
            signed = peer.sign(picture(kind), kind, edited_definition(), ingredients=((parent, signed, kind),), anchors=pki.root_pem())
        else:
            builder = Builder(title="ours")
            builder.add_parent(signed, policy=POLICY)
            builder.add_action(Action("c2pa.edited", digital_source_type="compositeWithTrainedAlgorithmicMedia"))
            out = io.BytesIO()
            builder.sign(picture(kind), out, pki.signer())
            signed = out.getvalue()
        here, there = judge(signed), peer.read(signed, kind, anchors=pki.root_pem())
        assert (here.state, codes(here)) == ("Trusted", set())
        assert (there.state, there.failures) == ("Trusted", [])
        assert len(here.manifests) == there.manifests == turn + 2


def test_their_thumbnails_and_components() -> None:
    part = peer.sign(picture("jpg"), "jpg", created_definition())
    actions = {
        "actions": [
            {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE},
            {"action": "c2pa.placed", "parameters": {"ingredientIds": ["part"]}},
        ]
    }
    definition = {"title": "collage", "assertions": [{"label": "c2pa.actions.v2", "data": actions}]}
    ingredient = {"title": "part.jpg", "relationship": "componentOf", "label": "part"}
    report = judge(peer.sign(picture("png"), "png", definition, ingredients=((ingredient, part, "jpg"),), anchors=pki.root_pem()))
    assert (report.state, codes(report)) == ("Trusted", set())
    assert report.active is not None
    assert [(i.relationship, i.title, i.intact) for i in report.active.ingredients] == [("componentOf", "part.jpg", True)]


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_flipped_region_that_they_catch_we_catch(kind: str) -> None:
    """One byte in each twentieth of the file: never valid here when it is invalid there."""
    signed = peer.sign(picture(kind), kind, created_definition())
    for start in range(40, len(signed) - 1, max(1, len(signed) // 60)):
        spoiled = bytearray(signed)
        spoiled[start] ^= 0x20
        try:
            there = peer.read(bytes(spoiled), kind).state
        except Exception:  # the reference raises for a broken store
            there = "error"
        here = judge(bytes(spoiled), TrustPolicy.none()).state
        if there not in ("Valid", "Trusted"):
            assert here not in ("Valid", "Trusted"), start
