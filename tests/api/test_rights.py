"""Rights and uses in ``Statements``: which assertion and which property of XMP they become, and which contradictions are refused."""

from __future__ import annotations

import io
from typing import Any

import pytest

import credkit
from credkit import Statements
from credkit.api.rights import rights_assertions, rights_mirror
from credkit.assets import BytesSource, detect
from credkit.errors import DefinitionError
from credkit.manifest.assertions import Licensor, Offer, TrainingMining, Use
from credkit.media.xmp import read_xmp
from credkit.terms import metadata_of
from tests.forge import pki
from tests.forge.pictures import KINDS, picture

PLUS = "http://ns.useplus.org/ldf/vocab/"
DEED = "https://creativecommons.org/licenses/by-nc/4.0/"


def offer(use: str, price: str | None = "5 EUR") -> Offer:
    return Offer((use,), price=price, contact="licence@example.com")


def said(**fields: Any) -> dict[str, Any]:
    """Label to value."""
    return {made.label: made.payload() for made in rights_assertions(Statements(**fields))}


def test_nothing_said_nothing_written() -> None:
    assert said() == {}
    assert not any(rights_mirror(Statements()).values())


def test_a_licence_is_written_where_others_look() -> None:
    metadata = said(licence="cc by-nc 4.0")["cawg.metadata"]
    assert metadata["dcterms:license"] == "CC-BY-NC-4.0"
    assert metadata["cc:license"] == metadata["xmpRights:WebStatement"] == DEED
    assert metadata["@context"]["cc"] == "http://creativecommons.org/ns#"
    assert said(licence="LicenseRef-own")["cawg.metadata"].keys() == {"@context", "dcterms:license"}
    own = said(licence="MIT", web_statement="https://example.com/terms")["cawg.metadata"]
    assert own["xmpRights:WebStatement"] == "https://example.com/terms"


def test_do_not_train_forbids_all_four() -> None:
    made = said(do_not_train=True)
    assert {entry["use"] for entry in made["cawg.training-mining"]["entries"].values()} == {"notAllowed"}
    assert made["cawg.metadata"]["plus:DataMining"] == PLUS + "DMI-PROHIBITED"
    same = said(do_not_train=True, uses=TrainingMining(ai_training="notAllowed"))
    assert same == made


def test_conditions_stand_in_words_beside_plus() -> None:
    uses = TrainingMining(ai_training=Use("constrained", "ask"))
    made = said(uses=uses)["cawg.metadata"]
    assert made["plus:DataMining"] == PLUS + "DMI-PROHIBITED-SEECONSTRAINT"
    assert made["plus:OtherConstraints"] == "AI training: only under conditions (ask)"
    assert rights_mirror(Statements(uses=uses))["other_constraints"] == made["plus:OtherConstraints"]


def test_uses_that_plus_cannot_say_stand_in_cawg_alone() -> None:
    assert said(uses=TrainingMining(ai_inference="notAllowed")).keys() == {"cawg.training-mining"}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_mirrored_in_xmp(kind: str) -> None:
    out = io.BytesIO()
    statements = Statements(
        created="digitalCapture",
        credit="TS",
        licence="CC-BY-NC-4.0",
        licensor=Licensor("Test Studio"),
        uses=TrainingMining(ai_generative_training="notAllowed", ai_training=Use("constrained", "ask")),
    )
    credkit.sign_file(picture(kind), out, statements, signer=pki.signer())
    assert detect(BytesSource(out.getvalue()))
    packet = metadata_of(BytesSource(out.getvalue())).xmp
    assert packet is not None
    view = read_xmp(packet)
    assert (view.credit, view.licence, view.creative_commons, view.web_statement) == ("TS", "CC-BY-NC-4.0", DEED, DEED)
    assert view.data_mining == PLUS + "DMI-PROHIBITED-SEECONSTRAINT"
    assert view.other_constraints == "AI training: only under conditions (ask); training of generative AI: not allowed"
    assert view.licensors == (Licensor("Test Studio"),)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"do_not_train": True, "uses": TrainingMining(ai_inference="allowed")}, "leave one of the two out"),
        (
            {"do_not_train": True, "uses": TrainingMining(data_mining=Use("constrained", "ask"))},
            "data mining, and another statement allows it under",
        ),
        ({"do_not_train": True, "offers": (offer("ai-training"),)}, "an offer permits AI training, and the uses forbid it"),
        ({"uses": TrainingMining(ai_inference="notAllowed"), "offers": (offer("ai-inference", None),)}, "state that use as constrained"),
        (
            {"uses": TrainingMining(ai_training="allowed"), "offers": (offer("ai-training"),)},
            "asks 5 EUR for AI training, and the uses allow it",
        ),
        ({"licence": "CC0", "offers": (offer("print"), offer("commercial"))}, "asks 5 EUR for commercial use, and the licence CC0-1.0"),
        ({"licence": "CC-BY-4.0", "offers": (offer("derivatives"),)}, "changed versions, and the licence CC-BY-4.0 allows it for nothing"),
        ({"licence": "CC0-1.0", "do_not_train": True}, "the licence CC0-1.0 permits AI training, and the uses forbid it"),
        ({"licence": "Unsplash+", "uses": TrainingMining(ai_training="allowed")}, "forbids AI training, and the uses permit it"),
        ({"licence": "MIT", "web_statement": DEED}, "the licence is MIT, and the page with the terms is that of CC-BY-NC-4.0"),
        ({"licence": "unsplsh"}, 'did you mean "Unsplash"'),
    ],
)
def test_contradictions_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        rights_assertions(Statements(**fields))
    with pytest.raises(DefinitionError, match=message):
        credkit.sign_file(picture("png"), io.BytesIO(), Statements(created="digitalCapture", **fields), signer=pki.signer())


@pytest.mark.parametrize(
    "fields",
    [
        {"licence": "CC-BY-NC-4.0", "offers": (offer("commercial"),)},
        {"licence": "CC0", "offers": (offer("commercial", None),)},
        {"licence": "CC0", "offers": (offer("commercial", "0 EUR"),)},
        {"licence": "CC-BY-4.0", "do_not_train": True},
        {"uses": TrainingMining(ai_training=Use("constrained", "the offer")), "offers": (offer("ai-training"),)},
        {"licence": "CC-BY-NC-4.0", "web_statement": DEED},
        {"licence": "LicenseRef-own", "web_statement": "https://example.com/terms"},
    ],
)
def test_what_goes_together_is_written(fields: dict[str, Any]) -> None:
    assert said(**fields)


def test_a_single_offer_is_not_taken_apart() -> None:
    with pytest.raises(DefinitionError, match="offers"):
        credkit.sign_file(picture("png"), io.BytesIO(), Statements(created="digitalCapture", offers="one"), signer=pki.signer())  # type: ignore[arg-type]
