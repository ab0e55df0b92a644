"""Actions, regions and statements in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec.jumbf import build_superbox
from credkit.limits import Limits
from credkit.manifest.store import BOX, Manifest, parse_store
from credkit.provenance.deeds import deeds
from credkit.provenance.regions import read_regions
from credkit.provenance.statements import dimensions, statements
from credkit.provenance.vocabulary import action_words, source_type_words
from tests.provenance.material import SOURCE_TYPE, assertion, manifest_box, rectangle

IPTC = SOURCE_TYPE


def manifest(*boxes: bytes) -> Manifest:
    return parse_store(build_superbox(BOX.STORE, "c2pa", manifest_box("m", {}, *boxes))).manifests[0]


def sentences(*actions: dict[str, Any], label: str = "c2pa.actions.v2", **fields: Any) -> list[str]:
    return [deed.sentence for deed in deeds(manifest(assertion(label, {"actions": list(actions)} | fields)))]


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (
            {"action": "c2pa.created", "digitalSourceType": IPTC + "trainedAlgorithmicMedia"},
            "created by an AI model (trainedAlgorithmicMedia)",
        ),
        ({"action": "c2pa.created", "digitalSourceType": IPTC + "digitalCapture"}, "created: captured with a camera (digitalCapture)"),
        ({"action": "c2pa.created", "digitalSourceType": "https://example.org/x"}, "created: https://example.org/x"),
        (
            {
                "action": "c2pa.edited",
                "digitalSourceType": IPTC + "compositeWithTrainedAlgorithmicMedia",
                "changes": [rectangle(120.0, 80.0, 200.0, 150.0)],
            },
            "edited: composite with trained AI media (compositeWithTrainedAlgorithmicMedia), region 120,80 200x150 (face repainted)",
        ),
        ({"action": "c2pa.cropped", "softwareAgent": {"name": "Desk", "version": "2"}}, "cropped, with Desk 2"),
        ({"action": "c2pa.filtered", "softwareAgent": "Old Desk"}, "filter applied, with Old Desk"),
        (
            {"action": "c2pa.redacted", "reason": "c2pa.PII.present"},
            "a statement removed from the history, reason: personal data (c2pa.PII.present)",
        ),
        ({"action": "org.example.sharpened", "description": "a little"}, "org.example.sharpened: a little"),
        ({"action": "c2pa.unheard_of"}, "c2pa.unheard_of"),
        ({"action": "c2pa.edited", "softwareAgentIndex": 0}, "edited, with Shared 1"),
    ],
)
def test_actions_in_words(action: dict[str, Any], sentence: str) -> None:
    assert sentences(action, softwareAgents=[{"name": "Shared", "version": "1"}]) == [sentence]


def test_templates_lend_their_values_and_the_action_wins() -> None:
    templates = [
        {"action": "*", "description": "for all", "softwareAgent": {"name": "Any"}},
        {"action": "c2pa.cropped", "description": "for crops"},
    ]
    found = sentences({"action": "c2pa.cropped"}, {"action": "c2pa.resized", "description": "own"}, templates=templates)
    assert found == ["cropped, with Any: for crops", "resized, with Any: own"]


def test_templates_of_one_action_and_of_all_are_laid_over_each_other_in_turn() -> None:
    templates = [
        {"action": "c2pa.cropped", "description": "first", "templateParameters": {"a": 1, "b": 1}},
        {"action": "*", "templateParameters": {"a": 0, "c": 0}},
        {"action": "c2pa.cropped", "parameters": {"b": 2, "description": "second"}},
        {"action": "*", "reason": "c2pa.PII.present"},
        {"action": 5},
    ]
    found = sentences({"action": "c2pa.cropped"}, {"action": "c2pa.cropped", "description": "own"}, {"action": "*"}, templates=templates)
    assert found == [
        "cropped, reason: personal data (c2pa.PII.present): first",
        "cropped, reason: personal data (c2pa.PII.present): own",
        "*, reason: personal data (c2pa.PII.present)",
    ]


def test_behind_the_limit_templates_add_nothing() -> None:
    value = {"actions": [{"action": "c2pa.edited"}] * 3, "templates": [{"action": "c2pa.edited", "description": "lent"}]}
    made = manifest(assertion("c2pa.actions.v2", value))
    items = 25
    assert [deed.description for deed in deeds(made, Limits(cbor_items=items))] == ["lent"] * 3
    many = {"actions": [{"action": "c2pa.edited"}] * 100, "templates": [{"action": "c2pa.edited", **{f"x{n}": n for n in range(100)}}]}
    crowded = deeds(
        manifest(assertion("c2pa.actions.v2", many | {"templates": [many["templates"][0] | {"description": "lent"}]})),
        Limits(cbor_items=520),
    )
    assert [deed.description for deed in crowded] == ["lent"] * 5 + [None] * 95


def test_version_1_actions_and_bounded_times() -> None:
    found = deeds(
        manifest(
            assertion(
                "c2pa.actions",
                {"actions": [{"action": "c2pa.edited", "changed": "the sky", "whenStart": {"value": "2026-01-01T00:00:00Z"}}]},
            )
        )
    )
    assert found[0].sentence == "edited: the sky"
    assert found[0].when == "2026-01-01T00:00:00Z to not said"


@pytest.mark.parametrize(
    "value", [7, [], {"actions": 7}, {"actions": [7, {"action": 7}]}, {"actions": [{"action": "c2pa.x", "changes": 7, "parameters": 7}]}]
)
def test_actions_that_cannot_be_read_give_nothing(value: Any) -> None:
    assert [deed for deed in deeds(manifest(assertion("c2pa.actions.v2", value))) if deed.action != "c2pa.x"] == []


def test_unknown_words_stay_as_they_are() -> None:
    assert action_words("c2pa.cropped") == "cropped"
    assert action_words("c2pa.whatever") == "c2pa.whatever"
    assert action_words("com.example.x") == "com.example.x"
    assert source_type_words(IPTC + "humanEdits") == ("edited by a person", "humanEdits")
    assert source_type_words("c2pa.trainedAlgorithmicData") == ("data made by an AI model", "trainedAlgorithmicData")


@pytest.mark.parametrize(
    ("shape", "words", "box"),
    [
        ({"type": "rectangle", "unit": "pixel", "origin": {"x": 1, "y": 2}, "width": 3, "height": 4.5}, "region 1,2 3x4.5", (1, 2, 3, 4.5)),
        (
            {"type": "rectangle", "unit": "percent", "origin": {"x": 10.0, "y": 20.0}, "width": 30.0, "height": 40.0},
            "region 10%,20% 30%x40%",
            (10, 20, 30, 40),
        ),
        (
            {"type": "circle", "unit": "pixel", "origin": {"x": 50, "y": 60}, "width": 20},
            "region circle in 40,50 20x20",
            (40, 50, 20, 20),
        ),
        (
            {"type": "polygon", "unit": "pixel", "origin": {"x": 0, "y": 0}, "vertices": [{"x": 10, "y": 0}, {"x": 5, "y": 8}]},
            "region polygon in 0,0 10x8",
            (0, 0, 10, 8),
        ),
        (
            {"type": "rectangle", "unit": "pixel", "origin": {"x": 0, "y": 0}, "width": 3, "height": 4, "inside": False},
            "region all but 0,0 3x4",
            (0, 0, 3, 4),
        ),
    ],
)
def test_shapes(shape: dict[str, Any], words: str, box: tuple[float, ...]) -> None:
    (region,) = read_regions([{"region": [{"type": "spatial", "shape": shape}]}])
    assert region.words == words
    assert tuple(getattr(region.shapes[0], name) for name in ("x", "y", "width", "height")) == box


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"type": "star", "unit": "pixel"},
        {"type": "rectangle", "unit": "pixel", "origin": {"x": 1, "y": 2}, "width": 3},
        {"type": "rectangle", "unit": "inch", "origin": {"x": 1, "y": 2}, "width": 3, "height": 4},
        {"type": "rectangle", "unit": "pixel", "origin": {"x": float("nan"), "y": 2}, "width": 3, "height": 4},
        {"type": "rectangle", "unit": "pixel", "origin": {"x": 1e300, "y": 2}, "width": 3, "height": 4},
        {"type": "circle", "unit": "pixel", "origin": {"x": 1, "y": 2}, "width": True},
        {"type": "polygon", "unit": "pixel", "origin": {"x": 1, "y": 2}, "vertices": [{"x": 1, "y": 1}]},
    ],
)
def test_shapes_that_cannot_be_drawn_are_left_out(shape: dict[str, Any]) -> None:
    (region,) = read_regions([{"region": [{"type": "spatial", "shape": shape}]}])
    assert region.shapes == ()
    assert region.words == "region not said where"


def test_other_ranges_in_words() -> None:
    ranges = [
        {"type": "spatial"},
        {"type": "temporal", "time": {"start": "0", "end": "5.5"}},
        {"type": "frame", "frame": {"start": 3}},
        {"type": "identified", "item": {"identifier": "track_id", "value": "2"}},
    ]
    assert read_regions([{"region": ranges}])[0].words == "region the whole picture; temporal 0 to 5.5; frame 3 to end; item 2"


@pytest.mark.parametrize(
    ("label", "value", "said"),
    [
        (
            "cawg.metadata",
            {"dc:creator": ["A", "B"], "dc:rights": {"x-default": "C"}},
            [("creator", "A"), ("creator", "B"), ("rights", "C")],
        ),
        (
            "org.example.metadata",
            {"xmpRights:UsageTerms": "ask", "plus:Licensor": [{"plus:LicensorName": "L"}]},
            [("terms of use", "ask"), ("licence", "L")],
        ),
        (
            "c2pa.metadata",
            {"Iptc4xmpExt:DigitalSourceType": IPTC + "screenCapture"},
            [("digital source", "captured from a screen (screenCapture)")],
        ),
        (
            "cawg.metadata",
            {"plus:DataMining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED"},
            [("training and data mining", "data mining: not allowed")],
        ),
        (
            "cawg.training-mining",
            {"entries": {"cawg.data_mining": {"use": "constrained", "constraint_info": "ask"}}},
            [("training and data mining", "data mining: only under conditions (ask)")],
        ),
        ("c2pa.training-mining", {"c2pa.ai_training": {"use": "allowed"}}, [("training and data mining", "training of AI: allowed")]),
        (
            "c2pa.ai-disclosure",
            {"modelType": "c2pa.types.model", "contentProfile": {"humanOversightLevel": "human_validated"}},
            [("AI model", "c2pa.types.model"), ("human oversight", "human validated")],
        ),
        (
            "stds.schema-org.CreativeWork",
            {"author": [{"@type": "Person", "name": "N"}], "license": "L"},
            [("creator", "N"), ("licence", "L")],
        ),
        (
            "org.credkit.generation",
            {
                "tool": {"name": "ComfyUI", "version": "0.3"},
                "mode": "text-to-image",
                "size": [512, 768],
                "models": [
                    {"role": "checkpoint", "name": "m", "measured": {"sha256": "ab" * 32, "file": "m.st"}, "claimed": {"autov2": "cd" * 5}},
                    {"name": "n", "measured": {"sha256": "ab" * 32}, "claimed": {"autov2": "ab" * 5, "autov1": "cd" * 4, "other": 3}},
                    {"role": "lora", "name": "grain", "weight": 0.5},
                    {"name": 3},
                    "none",
                ],
                "settings": {"steps": 20, "note": "x" * 100},
                "sources": [{"format": "a1111", "place": 'PNG text "parameters"'}, {"format": "call", "place": "a call"}, 7],
                "withheld": [{"field": "prompt"}, {"field": "document/workflow"}, {"digest": 1}],
            },
            [
                ("generated with", "ComfyUI 0.3"),
                ("mode", "text-to-image, 512 x 768 pixels"),
                ("model file", f'm (checkpoint); SHA-256 {"ab" * 32}, measured of "m.st"'),
                ("claimed hash", "AutoV2 cdcdcdcdcd claimed by a text and contradicted by the measurement: m"),
                ("model file", f"n; SHA-256 {'ab' * 32}, measured"),
                ("claimed hash", "AutoV2 ababababab claimed by a text and confirmed by the measurement: n"),
                ("claimed hash", "hash 3, AutoV1 cdcdcdcd only claimed by a text: n"),
                ("model file", "grain (lora with weight 0.5)"),
                ("settings", f"note {'x' * 60}..., steps 20"),
                ("read from", 'PNG text "parameters", which anyone could have written'),
                ("prompt", "withheld (committed)"),
                ("also withheld", "document/workflow (committed)"),
            ],
        ),
        (
            "org.credkit.generation",
            {"tool": 1, "mode": [], "size": [True, 2], "models": {}, "settings": [], "withheld": "x"},
            [],
        ),
        (
            "org.credkit.offer.metadata",
            {
                "odrl:hasPolicy": {
                    "odrl:permission": [
                        {
                            "odrl:action": "odrl:derive",
                            "odrl:duty": [
                                {"odrl:action": "odrl:attribute"},
                                {
                                    "odrl:action": "odrl:compensate",
                                    "odrl:constraint": {
                                        "odrl:leftOperand": "odrl:payAmount",
                                        "odrl:rightOperand": "4499.00",
                                        "odrl:unit": "CNY",
                                    },
                                },
                            ],
                        }
                    ]
                }
            },
            [("offer", "derivatives permitted, on condition: name the author, pay 4499.00 CNY")],
        ),
        ("c2pa.asset-ref", {"references": [{"reference": {"uri": "https://example.org/a"}}]}, [("also found at", "https://example.org/a")]),
        ("c2pa.hash.data", {"dc:creator": "nobody"}, []),
    ],
)
def test_statements_by_topic(label: str, value: dict[str, Any], said: list[tuple[str, str]]) -> None:
    assert [(s.topic, s.words) for s in statements(manifest(assertion(label, value)))] == said


def test_dimensions_as_stated() -> None:
    assert dimensions(manifest(assertion("org.credkit.generation", {"size": [768, 1152]}))) == (768, 1152)
    assert dimensions(manifest(assertion("c2pa.metadata", {"exif:PixelXDimension": "640", "exif:PixelYDimension": 480}))) == (640, 480)
    assert dimensions(manifest(assertion("org.credkit.generation", {"size": [0, -1]}))) is None
    assert dimensions(manifest()) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=8) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6) | st.integers(0, 9), inner, max_size=3),
    max_leaves=12,
)
LABELS = (
    "c2pa.actions.v2",
    "cawg.metadata",
    "cawg.training-mining",
    "c2pa.ai-disclosure",
    "org.credkit.generation",
    "stds.schema-org.CreativeWork",
    "c2pa.asset-ref",
)
ACTION_KEYS = ("actions", "action", "changes", "region", "shape", "parameters", "ingredients", "templates")
POLICY_KEYS = ("entries", "use", "odrl:hasPolicy", "odrl:permission", "odrl:duty", "signer_payload", "role")
TEXT_KEYS = ("dc:creator", "dc:rights", "author", "name", "references", "reference", "uri")
MODEL_KEYS = ("models", "credkit:trainingSources", "credkit:model", "size", "contentProfile")
KEYS = ACTION_KEYS + POLICY_KEYS + TEXT_KEYS + MODEL_KEYS


@given(
    st.sampled_from(LABELS),
    st.dictionaries(
        st.sampled_from(KEYS),
        st.recursive(JSON, lambda i: st.lists(i, max_size=2) | st.dictionaries(st.sampled_from(KEYS), i, max_size=3), max_leaves=6),
        max_size=5,
    ),
)
@settings(max_examples=100, deadline=None)
def test_no_value_breaks_a_reader(label: str, value: dict[str, Any]) -> None:
    found = manifest(assertion(label, value))
    assert isinstance(statements(found), tuple)
    assert isinstance(deeds(found), tuple)
    dimensions(found)
