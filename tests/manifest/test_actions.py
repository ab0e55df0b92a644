from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from credkit.codec import cbor
from credkit.codec.cbor import DateText
from credkit.errors import DefinitionError, MalformedError
from credkit.manifest.assertions import (
    SOURCE_TYPES,
    Action,
    Actions,
    GeneratorInfo,
    OpaqueAssertion,
    Region,
    check_statement,
    digital_source_type,
    read_actions,
    source_type_name,
)
from credkit.manifest.hashed_uri import HashedUri

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
CREATED = {"action": "c2pa.created", "digitalSourceType": "trainedAlgorithmicMedia"}
INGREDIENT = HashedUri(url="self#jumbf=c2pa.assertions/c2pa.ingredient.v3", hash=bytes(32))


def checked(payload: object, profile: Any = "2.4") -> Any:
    return check_statement(OpaqueAssertion("c2pa.actions.v2", payload), profile=profile).payload


def refusal(payload: object, profile: Any = "2.4") -> str:
    with pytest.raises(DefinitionError) as caught:
        checked(payload, profile)
    return str(caught.value)


def one(action: dict[str, Any], included: bool = True, **more: Any) -> dict[str, Any]:
    return {"actions": [action], "allActionsIncluded": included, **more}


def test_typed_and_raw_make_the_same_payload() -> None:
    typed = Actions((Action("c2pa.created", digital_source_type="trainedAlgorithmicMedia"),), all_actions_included=True)
    assert (
        check_statement(typed).payload
        == checked(one(CREATED))
        == {
            "actions": [{"action": "c2pa.created", "digitalSourceType": AI}],
            "allActionsIncluded": True,
        }
    )
    assert typed.content == "cbor"
    assert typed.label == "c2pa.actions.v2"


def test_a_misspelt_source_type_is_named_with_its_place() -> None:
    wrong = one(CREATED | {"digitalSourceType": "trainedAlgorithmicMedai"})
    expected = '/actions/0/digitalSourceType: "trainedAlgorithmicMedai" is no digital source type; did you mean "trainedAlgorithmicMedia"?'
    assert refusal(wrong) == expected
    with pytest.raises(DefinitionError) as caught:
        Actions((Action("c2pa.created", digital_source_type="trainedAlgorithmicMedia"),), all_actions_included="yes")  # type: ignore[arg-type]
    assert caught.value.path == "/allActionsIncluded"


@pytest.mark.parametrize(
    ("payload", "parts"),
    [
        ({}, ['"actions" is missing']),
        (one(CREATED) | {"titel": "x"}, ["/titel", "is no field of an actions assertion"]),
        ({"actions": [CREATED]}, ['"allActionsIncluded" is missing']),
        ({"actions": "c2pa.created", "allActionsIncluded": True}, ["/actions", "should be a list"]),
        (one({"action": "c2pa.bananas"}), ["/actions/0/action", '"c2pa.bananas" is no action']),
        (one({"action": "c2pa.edted", "digitalSourceType": "humanEdits"}), ['did you mean "c2pa.edited"?']),
        (one({"action": "c2pa.created"}), ["/actions/0", '"c2pa.created" needs "digitalSourceType"']),
        (one({"action": "c2pa.created", "digitalSourceType": "AI"}), ["/actions/0/digitalSourceType", '"AI" is no digital source type']),
        (one({"action": "c2pa.opened"}), ["/actions/0/parameters", "exactly one parent ingredient"]),
        (one({"action": "sharpened"}), ["com.example"]),
        (one({"action": "c2pa.color_adjustments"}), ["deprecated", "c2pa.adjustedColor"]),
        (one({"action": "c2pa.watermarked"}), ["c2pa.watermarked.bound"]),
        (one({"action": "c2pa.printed"}), ["names no successor"]),
        (one(CREATED | {"when": "yesterday"}), ["/actions/0/when", "date and time"]),
        (one(CREATED | {"softwareAgent": "ComfyUI"}), ["/actions/0/softwareAgent", "a software description"]),
        (one(CREATED | {"parameters": {"steps": 28}}), ["/actions/0/parameters/steps", "need a dot"]),
        (one(CREATED | {"reason": "because"}), ["/actions/0/reason"]),
        (one(CREATED | {"description": ""}), ["/actions/0/description", "empty"]),
        (one(CREATED | {"description": None}), ["/actions/0/description", "null"]),
        (one(CREATED | {"ingredients": []}), ['inside "parameters"']),
        (one(CREATED | {"softwareAgentIndex": 0}), ["/actions/0/softwareAgentIndex", "0 entries"]),
        (one(CREATED | {"actors": []}), ["removed from the standard"]),
        (one(CREATED, templates=[{"action": "c2pa.edited", "icon": INGREDIENT.payload()}]), ["/templates/0/icon"]),
        (one(CREATED, templates=[]), ["/templates", "empty list"]),
    ],
)
def test_wrong_payloads_are_refused_with_place_and_remedy(payload: dict[str, Any], parts: list[str]) -> None:
    message = refusal(payload)
    assert all(part in message for part in parts), message


def test_inception_stands_first_and_alone() -> None:
    edited = {"action": "c2pa.edited", "digitalSourceType": "humanEdits"}
    late = {"actions": [edited, CREATED], "allActionsIncluded": True}
    assert refusal(late).startswith("/actions/1/action: ")
    twice = {"actions": [CREATED, CREATED], "allActionsIncluded": True}
    assert "a manifest has only one" in refusal(twice)
    nested = one(CREATED | {"related": [CREATED]})
    assert refusal(nested).startswith("/actions/0/related/0/action")
    assert checked({"actions": [edited], "allActionsIncluded": False})


def test_opened_has_one_ingredient_and_no_source_type() -> None:
    opened = {"action": "c2pa.opened", "parameters": {"ingredients": [INGREDIENT.payload()]}}
    assert checked(one(opened))
    assert "no digital source type" in refusal(one(opened | {"digitalSourceType": "humanEdits"}))
    # More may have been done than is listed (anchor "all-actions").
    assert checked(one(opened, included=False))
    twice = {"action": "c2pa.opened", "parameters": {"ingredients": [INGREDIENT.payload(), INGREDIENT.payload()]}}
    assert "not 2" in refusal(one(twice))
    elsewhere = {
        "action": "c2pa.opened",
        "parameters": {"ingredients": [{"url": "self#jumbf=c2pa.assertions/c2pa.icon", "hash": bytes(32)}]},
    }
    assert "is no ingredient assertion" in refusal(one(elsewhere))


@pytest.mark.parametrize("name", ["c2pa.edited", "c2pa.cropped", "c2pa.resized", "c2pa.drawing", "c2pa.unknown"])
def test_what_changes_the_picture_needs_a_source_type(name: str) -> None:
    payload = {"actions": [CREATED, {"action": name}], "allActionsIncluded": True}
    assert refusal(payload).startswith("/actions/1: ")
    template = {"action": "*", "digitalSourceType": "humanEdits"}
    assert checked(payload | {"templates": [template]})


@pytest.mark.parametrize(
    "name", ["c2pa.converted", "c2pa.published", "c2pa.resized.proportional", "c2pa.watermarked.unbound", "com.example.x"]
)
def test_what_does_not_change_it_needs_none(name: str) -> None:
    assert checked({"actions": [CREATED, {"action": name}], "allActionsIncluded": True})


def test_placed_needs_components_and_no_source_type() -> None:
    placed = {"action": "c2pa.placed", "parameters": {"ingredients": [INGREDIENT.payload()]}}
    assert checked({"actions": [CREATED, placed], "allActionsIncluded": True})
    assert "component ingredients" in refusal({"actions": [CREATED, {"action": "c2pa.placed"}], "allActionsIncluded": True})


@pytest.mark.parametrize("name", ["c2pa.modified", "c2pa.rendered", "c2pa.reviewed"])
def test_names_of_the_next_edition_wait_for_their_profile(name: str) -> None:
    payload = {"actions": [CREATED, {"action": name, "digitalSourceType": "humanEdits"}], "allActionsIncluded": True}
    assert "only since edition 2.5" in refusal(payload)
    assert checked(payload, "2.5")


def test_fields_of_the_next_edition_wait_for_their_profile() -> None:
    span = one(CREATED | {"whenStart": "2026-09-20T08:00:00Z", "whenEnd": {"value": "2026-09-20T09:00:00Z", "timeStampType": "upperBound"}})
    assert "/actions/0/whenStart" in refusal(span)
    written = checked(span, "2.5")["actions"][0]
    assert isinstance(written["whenEnd"]["value"], DateText)
    named = one(CREATED | {"parameters": {"name": "brush"}})
    assert "/actions/0/parameters/name" in refusal(named)
    assert checked(named, "2.5")


def test_times_do_not_contradict() -> None:
    assert "must not stand together" in refusal(one(CREATED | {"when": "2026-09-20T08:00:00Z", "whenStart": "2026-09-20T08:00:00Z"}), "2.5")
    backwards = one(CREATED | {"whenStart": "2026-09-20T08:00:00+02:00", "whenEnd": "2026-09-20T05:00:00Z"})
    assert "ends before it starts" in refusal(backwards, "2.5")
    assert "timeStampType" in refusal(one(CREATED | {"whenEnd": {"value": "2026-09-20T08:00:00Z", "timeStampType": "lowerBound"}}), "2.5")


def test_redacted_needs_target_and_reason() -> None:
    target = "self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/c2pa.metadata"
    full = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": target}}
    assert checked({"actions": [full], "allActionsIncluded": True})
    for key in ("reason", "parameters"):
        part = {k: v for k, v in full.items() if k != key}
        assert "c2pa.redacted" in refusal({"actions": [part], "allActionsIncluded": True})
    relative = full | {"parameters": {"redacted": "self#jumbf=c2pa.assertions/x"}}
    assert "must name the manifest" in refusal({"actions": [relative], "allActionsIncluded": True})
    assert 'did you mean "c2pa.PII.present"' in refusal(one(CREATED | {"reason": "c2pa.PI.present"}))


def test_related_assertions_are_neither_ingredients_nor_actions() -> None:
    for url in ("self#jumbf=c2pa.assertions/c2pa.ingredient.v3__1", "self#jumbf=c2pa.assertions/c2pa.actions.v2"):
        payload = one(CREATED | {"parameters": {"relatedAssertions": [{"url": url, "hash": bytes(32)}]}})
        assert "/actions/0/parameters/relatedAssertions/0/url" in refusal(payload)
    good = {"url": "self#jumbf=c2pa.assertions/org.credkit.generation", "hash": bytes(32)}
    assert checked(one(CREATED | {"parameters": {"relatedAssertions": [good]}}))
    assert "languages" not in refusal(one({"action": "c2pa.translated", "digitalSourceType": "humanEdits"}))


def test_every_part_of_an_action_is_written() -> None:
    action = Action(
        "c2pa.edited",
        digital_source_type="compositeWithTrainedAlgorithmicMedia",
        when=datetime(2026, 9, 20, 8, tzinfo=UTC),
        software_agent=GeneratorInfo("ComfyUI", "0.3.60", extra={"com.example.node": "inpaint"}),
        description="repainted the sky",
        changes=(Region.rectangle(1, 2, 3, 4, name="sky"), Region.polygon([(0, 0), (10, 0), (0, 10)], "percent"), Region.circle(5, 5, 2)),
        related_assertions=(HashedUri(url="self#jumbf=c2pa.assertions/org.credkit.generation", hash=bytes(32), alg="sha256"),),
        parameters={"com.example.steps": 28},
    )
    written = check_statement(Actions((action,), all_actions_included=False)).payload["actions"][0]
    assert written["when"] == "2026-09-20T08:00:00Z"
    assert written["changes"][0] == {
        "region": [
            {
                "type": "spatial",
                "shape": {"type": "rectangle", "unit": "pixel", "origin": {"x": 1.0, "y": 2.0}, "width": 3.0, "height": 4.0},
            }
        ],
        "name": "sky",
    }
    assert isinstance(written["changes"][0]["region"][0]["shape"]["width"], float)
    assert written["changes"][1]["region"][0]["shape"]["vertices"] == [{"x": 10.0, "y": 0.0}, {"x": 0.0, "y": 10.0}]
    view = read_actions(cbor.decode(cbor.encode({"actions": [written]}), where="test"), "c2pa.actions.v2")[0]
    assert view.action == "c2pa.edited"
    assert view.software_agent == "ComfyUI 0.3.60"
    assert view.when == "2026-09-20T08:00:00Z"
    assert len(view.changes) == 3
    assert view.related_assertions[0] is not None
    assert view.parameters is not None
    assert view.parameters["com.example.steps"] == 28


def test_regions_are_checked() -> None:
    with pytest.raises(DefinitionError, match="did you mean"):
        Region.rectangle(0, 0, 1, 1, "pixels")  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="at least 0"):
        Region.rectangle(0, 0, -1, 1)
    with pytest.raises(DefinitionError, match="at least three points"):
        Region.polygon([(0, 0), (1, 1)])
    base = {"type": "rectangle", "unit": "pixel", "origin": {"x": 0, "y": 0}, "width": 1}
    for wrong, where in (
        ({"type": "spatial"}, "/actions/0/changes/0/region/0: "),
        ({"type": "spatial", "shape": base}, "/actions/0/changes/0/region/0/shape: "),
        ({"type": "spatial", "time": {}}, "/actions/0/changes/0/region/0/time: "),
        ({"type": "temporal", "time": {"type": "wallClock", "start": "noon"}}, "/actions/0/changes/0/region/0/time/start: "),
    ):
        assert refusal(one(CREATED | {"changes": [{"region": [wrong]}]})).startswith(where)
    assert "deprecated" in refusal(one(CREATED | {"changes": [{"region": [{"type": "temporal", "time": {}}], "role": "x"}]}))
    for right in (
        {"type": "temporal", "time": {"start": "0", "end": "5.2"}},
        {"type": "temporal", "time": {"type": "wallClock", "start": "2026-09-20T08:00:00Z"}},
        {"type": "frame", "frame": {"start": 0, "end": 3}},
        {"type": "textual", "text": {"selectors": [{"selector": {"fragment": "page=1"}}]}},
        {"type": "identified", "item": {"identifier": "item_ID", "value": "2"}},
    ):
        assert checked(one(CREATED | {"changes": [{"region": [right], "metadata": {"com.example.note": 1}}]}))


def test_source_types_in_all_spellings() -> None:
    for name, uri in SOURCE_TYPES.items():
        assert digital_source_type(name) == uri
        assert digital_source_type(uri) == uri
        assert digital_source_type(uri.replace("http:", "https:")) == uri
        assert source_type_name(uri) == name
    assert source_type_name("c2pa.trainedAlgorithmicData") == "trainedAlgorithmicData"
    assert source_type_name("http://cv.iptc.org/newscodes/digitalsourcetype/digitalArt") == "digitalArt"
    assert source_type_name("x") is None
    assert source_type_name(5) is None
    with pytest.raises(DefinitionError, match='retired; use "digitalCreation"'):
        digital_source_type("digitalArt")
    with pytest.raises(DefinitionError, match='did you mean "digitalCapture"'):
        digital_source_type("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCaptur")


def test_reading_version_1() -> None:
    value = {
        "actions": [
            {
                "action": "c2pa.opened",
                "when": "2022-01-01T00:00:00Z",
                "softwareAgent": "Editor 1.0",
                "changed": "a;b",
                "parameters": {
                    "ingredient": {"url": "self#jumbf=c2pa.assertions/c2pa.ingredient", "hash": b"x"},
                    "description": "opened it",
                },
            }
        ]
    }
    (view,) = read_actions(value, "c2pa.actions")
    assert view.software_agent == "Editor 1.0"
    assert view.software_agent_info is None
    assert view.changed == "a;b"
    assert view.description == "opened it"
    assert view.ingredients == (HashedUri(url="self#jumbf=c2pa.assertions/c2pa.ingredient", hash=b"x"),)


def test_reading_agents_by_index_and_related_actions() -> None:
    value = {
        "softwareAgents": [{"name": "A"}, {"name": "B", "version": "2"}],
        "actions": [
            {
                "action": "c2pa.edited",
                "softwareAgentIndex": 1,
                "whenStart": {"value": DateText("2026-01-01T00:00:00Z")},
                "related": [{"action": "c2pa.cropped", "softwareAgentIndex": 7}],
                "parameters": {"ingredients": [{"nothing": 1}, {"url": "u", "hash": b""}], "redacted": "self#jumbf=/c2pa/x/y"},
            }
        ],
    }
    (view,) = read_actions(value, "c2pa.actions.v2__1")
    assert view.software_agent == "B 2"
    assert view.when_start == "2026-01-01T00:00:00Z"
    assert view.related[0].path == "/actions/0/related/0"
    assert view.related[0].software_agent is None
    assert view.ingredients[0] is None
    assert view.ingredients[1] is not None
    assert view.redacted == "self#jumbf=/c2pa/x/y"


@pytest.mark.parametrize("value", [None, [], {}, {"actions": {}}, {"actions": [1]}, {"actions": [{}]}, {"actions": [{"action": 5}]}])
def test_reading_refuses_what_has_no_actions(value: object) -> None:
    with pytest.raises(MalformedError) as caught:
        read_actions(value, "c2pa.actions.v2")
    assert caught.value.code == "assertion.action.malformed"


def test_generator_info_is_checked() -> None:
    with pytest.raises(DefinitionError) as caught:
        GeneratorInfo("x", spec_version="2.5")
    assert caught.value.path == "/specVersion"
    with pytest.raises(DefinitionError) as caught:
        GeneratorInfo("")
    assert caught.value.path == "/name"
