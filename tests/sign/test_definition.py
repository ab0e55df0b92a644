"""Manifest definitions in c2patool's format: what they become, what the reference makes of the same ones, and what is refused and how."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from credkit.api import Statements, read_store, sign_file
from credkit.codec import cbor
from credkit.errors import CredentialError, DefinitionError, HistoryError
from credkit.manifest.assertions import read_actions, read_ingredient
from credkit.manifest.store import Manifest, parse_store
from credkit.resources import read_schema
from credkit.sign.builder import Builder
from credkit.sign.definition import Definition, apply_definition, definition_signer
from tests.forge import peer, pki
from tests.forge.pictures import KINDS, picture, repainted

AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPOSITE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def created(**fields: Any) -> dict[str, Any]:
    """An actions assertion of a generated picture."""
    action = {"action": "c2pa.created", "digitalSourceType": AI}
    return {"label": "c2pa.actions.v2", "data": {"actions": [action], "allActionsIncluded": True, **fields}}


def opened(*more: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.opened", "parameters": parameters}, *more]}}


SAMPLES: dict[str, dict[str, Any]] = {
    "generated": {
        "claim_generator_info": [{"name": "Example Export", "version": "1.0"}],
        "title": "portrait",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [{"action": "c2pa.created", "softwareAgent": "Example Generator", "digitalSourceType": AI}],
                    "allActionsIncluded": True,
                },
            }
        ],
    },
    "first version of actions": {
        "vendor": "example",
        "claim_generator_info": [{"name": "Example Export", "version": "1.0", "operating_system": "Linux", "com.example.build": "77"}],
        "title": "old labels",
        "format": "image/jpeg",
        "instance_id": "xmp:iid:5c1f9c4e-5a2a-4f4b-9b0a-1f7d5d3f2c11",
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {
                    "actions": [{"action": "c2pa.created", "digitalSourceType": "http://c2pa.org/digitalsourcetype/empty"}],
                    "metadata": {
                        "reviewRatings": [{"code": "actions.unknownActionsPerformed", "explanation": "more happened", "value": 4}]
                    },
                },
            },
            {"label": "com.example.review", "data": {"any_tag": "whatever", "stars": 5}},
        ],
    },
    "ingredients named by label": {
        "title": "collage",
        "ingredients": [
            {"title": "base", "format": "image/png", "relationship": "parentOf", "label": "base.png", "instance_id": "xmp:iid:1"},
            {"title": "sticker", "format": "image/jpeg", "relationship": "componentOf", "label": "STICKER"},
        ],
        "assertions": [
            opened(
                {"action": "c2pa.placed", "parameters": {"ingredientIds": ["STICKER"]}},
                {
                    "action": "c2pa.edited",
                    "digitalSourceType": COMPOSITE,
                    "softwareAgent": {"name": "Example Painter", "version": "2"},
                    "changes": [
                        {
                            "region": [
                                {
                                    "type": "spatial",
                                    "shape": {
                                        "type": "rectangle",
                                        "unit": "pixel",
                                        "origin": {"x": 1.0, "y": 2.0},
                                        "width": 3.0,
                                        "height": 4.0,
                                    },
                                }
                            ],
                            "description": "the face",
                        }
                    ],
                },
                ingredientIds=["base.png"],
            )
        ],
    },
    "agents and templates": {
        "title": "agents",
        "assertions": [
            created(
                softwareAgents=[{"name": "Example Generator", "version": "1"}, {"name": "Example Painter"}],
                templates=[{"action": "c2pa.filtered", "digitalSourceType": AI, "description": "a filter"}],
                actions=[
                    {"action": "c2pa.created", "digitalSourceType": AI, "softwareAgentIndex": 0, "when": "2026-09-20T08:00:00Z"},
                    {"action": "c2pa.filtered", "softwareAgentIndex": 1, "parameters": {"com.example.strength": 3}},
                ],
            )
        ],
    },
}


def build(definition: Definition, **options: Any) -> Builder:
    builder = Builder()
    apply_definition(builder, definition, **options)
    return builder


def signed(definition: Definition, kind: str = "png", **options: Any) -> bytes:
    out = io.BytesIO()
    written = build(definition, **options).sign(picture(kind), out, pki.signer())
    assert written.report.state == "Valid"
    assert peer.read(out.getvalue(), kind, anchors=pki.root_pem()).state == "Trusted"
    return out.getvalue()


def manifest_of(data: bytes) -> Manifest:
    active = read_store(data).active
    assert active is not None
    return active


def claim_of(manifest: Manifest) -> dict[str, Any]:
    assert manifest.claim_bytes is not None
    value: dict[str, Any] = cbor.decode(manifest.claim_bytes, where="claim")
    return value


def statements_of(manifest: Manifest) -> dict[str, Any]:
    return {assertion.label: assertion.value() for assertion in manifest.assertions if not assertion.label.startswith("c2pa.hash")}


def facts(data: bytes) -> dict[str, Any]:
    """Title, actions and ingredients as credkit reads them, free of what differs from signing to signing."""
    manifest = manifest_of(data)
    values = statements_of(manifest)
    ingredients = {label: read_ingredient(value, label) for label, value in values.items() if label.startswith("c2pa.ingredient")}
    actions = [view for label, value in values.items() if label.startswith("c2pa.actions") for view in read_actions(value, label)]
    return {
        "title": claim_of(manifest).get("dc:title"),
        "generator": claim_of(manifest)["claim_generator_info"]["name"],
        "ingredients": [(i.title, i.format, i.relationship, i.instance_id) for i in ingredients.values()],
        "actions": [
            (
                view.action,
                view.digital_source_type,
                view.when,
                view.software_agent,
                view.description,
                [ingredients[str(reference.url).rsplit("/", 1)[1]].title for reference in view.ingredients if reference],
                [change.get("description") for change in view.changes],
            )
            for view in actions
        ],
    }


def refusal(definition: Definition, **options: Any) -> DefinitionError:
    with pytest.raises(DefinitionError) as caught:
        build(definition, **options).draft()
    return caught.value


# What definitions become


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_definition_signs_and_says_what_it_says_with_the_reference(name: str, kind: str) -> None:
    definition = SAMPLES[name]
    ours, theirs = facts(signed(definition, kind)), facts(peer.sign(picture(kind), kind, definition))
    if "claim_generator_info" not in definition:
        assert ours.pop("generator") == "credkit"
        theirs.pop("generator")
    assert ours == theirs
    assert ours["title"] == definition["title"]
    assert ours["actions"]


def test_path_text_bytes_and_mapping_mean_the_same(tmp_path: Path) -> None:
    definition = SAMPLES["ingredients named by label"]
    text = json.dumps(definition)
    path = tmp_path / "definition.json"
    path.write_text("\ufeff" + text, "utf-8")
    found = [facts(signed(form)) for form in (definition, text, f"\n {text}", text.encode(), path, str(path))]
    assert all(each == found[0] for each in found)


def test_the_example_of_the_schema_signs() -> None:
    schema = json.loads(read_schema("manifest-definition.schema.json"))
    Draft202012Validator.check_schema(schema)
    for example in schema["examples"]:
        assert facts(signed(example))["title"] == "portrait.png"


def test_absent_all_actions_included_is_stated_as_false() -> None:
    definition = {"assertions": [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": AI}]}}]}
    assert statements_of(manifest_of(signed(definition)))["c2pa.actions.v2"]["allActionsIncluded"] is False
    assert statements_of(manifest_of(signed({"assertions": [created()]})))["c2pa.actions.v2"]["allActionsIncluded"] is True


def test_source_types_by_short_name_and_old_action_names() -> None:
    actions = [
        {"action": "c2pa.created", "digitalSourceType": "trainedAlgorithmicMedia"},
        {"action": "c2pa.color_adjustments", "digitalSourceType": "humanEdits", "parameters": {"description": "warmer"}},
    ]
    found = facts(signed({"assertions": [created(actions=actions)]}))["actions"]
    assert [(action[0], action[1], action[4]) for action in found] == [
        ("c2pa.created", AI, None),
        ("c2pa.adjustedColor", "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits", "warmer"),
    ]


def test_a_definition_in_the_style_of_the_first_edition_is_signed_as_it_stands() -> None:
    rating = {"code": "c2pa.unknown", "explanation": "something untracked happened", "value": 4}
    filtered = {"action": "c2pa.filtered", "digitalSourceType": "humanEdits", "parameters": {"name": "brightness"}}
    definition = {
        "claim_version": 1,
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.opened"}, filtered], "metadata": {"reviewRatings": [rating]}}}
        ],
    }
    out = io.BytesIO()
    result = sign_file(repainted("jpg"), out, definition=definition, parent=picture("png"), signer=pki.signer())
    assert result.report.state == "Valid"
    assert [note.split(";")[0] for note in result.notes] == [
        "The definition asks for a claim of version 1, which is no longer written",
    ]
    stated = statements_of(manifest_of(out.getvalue()))["c2pa.actions.v2"]
    assert stated["actions"][1]["description"] == "brightness"
    assert "parameters" not in stated["actions"][1]
    assert stated["metadata"]["reviewRatings"][0]["code"] == "actions.unknownActionsPerformed"
    assert peer.read(out.getvalue(), "jpg", anchors=pki.root_pem()).state == "Trusted"


def test_claim_generator_as_user_agent_text() -> None:
    info = claim_of(manifest_of(signed({"claim_generator": "Example_Export/1.0 other/2", "assertions": [created()]})))[
        "claim_generator_info"
    ]
    assert (info["name"], info["version"], info["specVersion"]) == ("Example_Export", "1.0", "2.4.0")


def test_vendor_and_label_of_the_manifest() -> None:
    assert manifest_of(signed({"vendor": "example", "assertions": [created()]})).label.endswith(":example")
    label = "urn:c2pa:7b3fb9d2-5a0f-4c0e-8a43-0d9c2d3b5a11:mine"
    assert manifest_of(signed({"label": label, "assertions": [created()]})).label == label


def test_created_and_gathered_assertions() -> None:
    own = {"label": "com.example.review", "data": {"stars": 5}}
    definition = {"assertions": [created(), {**own, "created": False}, {**own, "created": True}, own]}
    claim = claim_of(manifest_of(signed(definition)))
    assert [reference["url"].rsplit("/", 1)[1] for reference in claim["gathered_assertions"]] == ["com.example.review"]
    labels = [reference["url"].rsplit("/", 1)[1] for reference in claim["created_assertions"]]
    assert labels[:3] == ["c2pa.actions.v2", "com.example.review__1", "com.example.review__2"]


def test_kind_of_an_assertion_of_ones_own() -> None:
    definition = {
        "assertions": [
            created(),
            *({"label": f"com.example.{kind.lower()}", "kind": kind, "data": {"a": [1]}} for kind in ("Json", "Cbor")),
        ]
    }
    manifest = manifest_of(signed(definition))
    assert {a.label: a.content_type for a in manifest.assertions if a.label.startswith("com.")} == {
        "com.example.json": "json",
        "com.example.cbor": "cbor",
    }


@pytest.mark.parametrize("value", ["notAllowed", "constrained"])
def test_the_old_training_assertion_becomes_the_present_one(value: str) -> None:
    entry = {"use": value} | ({"constraints_info": "ask first"} if value == "constrained" else {})
    old = {"label": "c2pa.training-mining", "data": {"entries": {"c2pa.ai_training": entry, "c2pa.data_mining": {"use": "allowed"}}}}
    entries = statements_of(manifest_of(signed({"assertions": [created(), old]})))["cawg.training-mining"]["entries"]
    assert entries["cawg.ai_training"] == {"use": value} | ({"constraint_info": "ask first"} if value == "constrained" else {})
    assert entries["cawg.data_mining"] == {"use": "allowed"}


def test_a_creative_work_becomes_metadata() -> None:
    work = {
        "@context": "https://schema.org",
        "@type": "CreativeWork",
        "author": [{"@type": "Organization", "name": "credkit test", "credential": []}, {"@type": "Person", "name": "example"}],
        "copyrightNotice": "© 2026 credkit test",
        "license": "https://example.com/licence",
        "keywords": "portrait, night",
    }
    found = statements_of(manifest_of(signed({"assertions": [created(), {"label": "stds.schema-org.CreativeWork", "data": work}]})))[
        "cawg.metadata"
    ]
    assert found["dc:creator"] == ["credkit test", "example"]
    assert found["dc:rights"] == "© 2026 credkit test"
    assert found["xmpRights:WebStatement"] == "https://example.com/licence"
    assert found["dc:subject"] == ["portrait", "night"]


def test_old_exif_becomes_metadata() -> None:
    exif = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:DateTimeOriginal": "2026-09-20T08:00:00Z"}
    found = statements_of(manifest_of(signed({"assertions": [created(), {"label": "stds.exif", "data": exif}]})))
    assert found["c2pa.metadata"] == exif


def test_related_assertions_are_named_by_label() -> None:
    action = {"action": "c2pa.created", "digitalSourceType": AI, "parameters": {"relatedAssertions": ["com.example.generation"]}}
    definition = {"assertions": [created(actions=[action]), {"label": "com.example.generation", "data": {"steps": 28}}]}
    found = statements_of(manifest_of(signed(definition)))["c2pa.actions.v2"]["actions"][0]["parameters"]["relatedAssertions"]
    assert found[0]["url"].endswith("/com.example.generation")


def test_icons_of_agents_and_templates(folder: Path) -> None:
    icon = {"format": "png", "identifier": "icon.png"}
    actions = [
        {"action": "c2pa.created", "digitalSourceType": AI, "softwareAgent": {"name": "Example", "icon": icon}},
        {"action": "com.example.sparkled", "related": [{"action": "c2pa.filtered", "digitalSourceType": AI}]},
    ]
    template = {"action": "com.example.sparkled", "icon": icon, "templateParameters": {"com.example.strength": 3}}
    definition = {"assertions": [created(actions=actions, templates=[template])]}
    values = statements_of(manifest_of(signed(definition, base=folder)))
    stated = values["c2pa.actions.v2"]
    assert stated["actions"][0]["softwareAgent"]["icon"]["url"].endswith("c2pa.assertions/c2pa.icon")
    assert stated["actions"][1]["related"][0]["action"] == "c2pa.filtered"
    assert stated["templates"][0]["icon"]["url"].endswith("c2pa.assertions/c2pa.icon__1")
    assert stated["templates"][0]["parameters"] == {"com.example.strength": 3}


def test_intent_to_create_adds_the_action_once() -> None:
    assert [a[:2] for a in facts(signed({"intent": {"create": "trainedAlgorithmicMedia"}}))["actions"]] == [("c2pa.created", AI)]
    both = facts(signed({"intent": {"create": "humanEdits"}, "assertions": [created()]}))
    assert [a[:2] for a in both["actions"]] == [("c2pa.created", AI)]


# Files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a thumbnail, an icon, a prompt, a signed picture, its store, and an ingredient description of it."""
    (tmp_path / "thumb.jpg").write_bytes(picture("jpg", 32, 24))
    (tmp_path / "icon.png").write_bytes(picture("png", 16, 16))
    (tmp_path / "prompt.txt").write_text("a cat on a roof", "utf-8")
    out = io.BytesIO()
    written = build(SAMPLES["generated"]).sign(picture("png"), out, pki.signer())
    (tmp_path / "signed.png").write_bytes(out.getvalue())
    (tmp_path / "plain.jpg").write_bytes(repainted("jpg"))
    described = tmp_path / "described"
    described.mkdir()
    (described / "manifest_data.c2pa").write_bytes(written.store)
    (described / "thumb.jpg").write_bytes(picture("jpg", 32, 24))
    description = {
        "title": "signed.png",
        "format": "image/png",
        "instance_id": "xmp:iid:42",
        "document_id": "xmp:did:42",
        "hash": "abc",
        "relationship": "parentOf",
        "thumbnail": {"format": "image/jpeg", "identifier": "thumb.jpg"},
        "active_manifest": parse_store(written.store).manifests[-1].label,
        "validation_results": {"activeManifest": {"success": [], "informational": [], "failure": []}},
        "manifest_data": {"format": "application/c2pa", "identifier": "manifest_data.c2pa"},
    }
    (described / "ingredient.json").write_text(json.dumps(description), "utf-8")
    return tmp_path


@pytest.mark.parametrize("kind", KINDS)
def test_files_are_taken_in(folder: Path, kind: str) -> None:
    definition = {
        "claim_generator_info": [{"name": "Example", "icon": {"format": "image/png", "identifier": "icon.png"}}],
        "thumbnail": {"format": "image/jpeg", "identifier": "thumb.jpg"},
        "ingredients": [
            {
                "title": "prompt",
                "relationship": "inputTo",
                "label": "prompt",
                "data": {"format": "text/plain", "identifier": "prompt.txt", "data_types": [{"type": "c2pa.types.generator.prompt"}]},
            },
            {
                "title": "model",
                "relationship": "inputTo",
                "data_types": [{"type": "c2pa.types.model", "version": "1.4.0"}],
                "description": "the model",
            },
        ],
        "assertions": [created(actions=[{"action": "c2pa.created", "digitalSourceType": AI, "parameters": {"ingredientIds": "prompt"}}])],
    }
    (folder / "d.json").write_text(json.dumps(definition), "utf-8")
    manifest = manifest_of(signed(folder / "d.json", kind))
    values = statements_of(manifest)
    assert values["c2pa.thumbnail.claim"].data == picture("jpg", 32, 24)
    assert values["c2pa.icon"].data == picture("png", 16, 16)
    assert values["c2pa.embedded-data"].data == b"a cat on a roof"
    assert values["c2pa.ingredient.v3"]["dataTypes"] == [{"type": "c2pa.types.generator.prompt"}]
    assert values["c2pa.ingredient.v3__1"]["dataTypes"] == [{"type": "c2pa.types.model", "version": "1.4.0"}]
    assert claim_of(manifest)["claim_generator_info"]["icon"]["url"].endswith("/c2pa.icon")


def test_ingredient_paths_bring_their_history(folder: Path) -> None:
    action = {"action": "c2pa.placed", "parameters": {"ingredientIds": ["signed.png"]}}
    definition = {
        "ingredient_paths": ["signed.png", "plain.jpg"],
        "assertions": [created(actions=[created()["data"]["actions"][0], action])],
    }
    data = signed(definition, base=folder)
    assert [(i[0], i[2]) for i in facts(data)["ingredients"]] == [("signed.png", "componentOf"), ("plain.jpg", "componentOf")]
    assert [(a[0], a[5]) for a in facts(data)["actions"]] == [
        ("c2pa.created", []),
        ("c2pa.placed", ["signed.png"]),
        ("c2pa.placed", ["plain.jpg"]),
    ]
    assert peer.read(data, "png").manifests == 2


@pytest.mark.parametrize("name", ["described", "described/ingredient.json"])
def test_an_ingredient_described_in_a_file_of_its_own(folder: Path, name: str) -> None:
    definition = {"base_path": str(folder), "ingredient_paths": [name], "assertions": [opened(ingredientIds=["xmp:iid:42"])]}
    definition["assertions"][0]["data"]["allActionsIncluded"] = True  # type: ignore[index]
    data = signed(definition)
    assert facts(data)["ingredients"] == [("signed.png", "image/png", "parentOf", "xmp:iid:42")]
    value = statements_of(manifest_of(data))["c2pa.ingredient.v3"]
    assert "claimSignature.validated" in [entry["code"] for entry in value["validationResults"]["activeManifest"]["success"]]
    assert peer.read(data, "png").manifests == 2


def test_opened_without_a_name_is_the_parent_of_the_builder() -> None:
    builder = Builder()
    apply_definition(builder, {"assertions": [opened({"action": "c2pa.cropped", "digitalSourceType": "humanEdits"})]})
    builder.add_parent(picture("png"), title="base")
    out = io.BytesIO()
    builder.sign(repainted("png"), out, pki.signer())
    assert [(a[0], a[5]) for a in facts(out.getvalue())["actions"]] == [("c2pa.opened", ["base"]), ("c2pa.cropped", [])]


def test_references_of_a_manifest_that_was_read_back() -> None:
    data = signed(SAMPLES["ingredients named by label"])
    raw = peer.read(data, "png").raw
    manifest = raw["manifests"][raw["active_manifest"]]
    again = {
        "title": manifest["title"],
        "ingredients": manifest["ingredients"],
        "assertions": [{key: a[key] for key in ("label", "data", "created") if key in a} for a in manifest["assertions"]],
    }
    assert {**facts(signed(again)), "generator": ""} == {**facts(data), "generator": ""}


# The signer


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    identity = pki.default_pki("ed25519")
    (tmp_path / "certs.pem").write_bytes(identity.chain_pem)
    descriptor = os.open(tmp_path / "key.pem", os.O_WRONLY | os.O_CREAT, 0o600)
    with open(descriptor, "wb") as file:
        file.write(identity.key_pem)
    return tmp_path


def test_the_signer_that_a_definition_names(keys: Path) -> None:
    definition = {**SAMPLES["generated"], "alg": "ed25519", "private_key": "key.pem", "sign_cert": "certs.pem"}
    (keys / "d.json").write_text(json.dumps(definition), "utf-8")
    for form, base in ((keys / "d.json", None), (definition, keys)):
        signer = definition_signer(form, base)
        assert signer is not None
        out = io.BytesIO()
        build(form, base=base).sign(picture("png"), out, signer)
        assert peer.read(out.getvalue(), "png", anchors=pki.root_pem()).state == "Trusted"
    assert definition_signer(SAMPLES["generated"]) is None


def test_half_a_signer_and_a_wrong_algorithm(keys: Path) -> None:
    with pytest.raises(DefinitionError, match='"sign_cert" is missing'):
        definition_signer({"private_key": "key.pem"}, keys)
    with pytest.raises(DefinitionError, match="/sign_cert: there is no file"):
        definition_signer({"private_key": "key.pem", "sign_cert": "none.pem"}, keys)
    with pytest.raises(CredentialError, match="ES256"):
        definition_signer({"private_key": "key.pem", "sign_cert": "certs.pem", "alg": "es256"}, keys)


# What is refused

ACTION = "/assertions/0/data/actions/0"
TYPOS: list[tuple[str, Any, str, str]] = [
    ("misspelt title", {"titel": "x", "assertions": [created()]}, "/titel", 'did you mean "title"'),
    ("misspelt assertions", {"asertions": []}, "/asertions", 'did you mean "assertions"'),
    ("misspelt label", {"assertions": [{"lable": "c2pa.actions.v2", "data": {}}]}, "/assertions/0/lable", 'did you mean "label"'),
    ("nothing at all", {}, "", "does not say how the file began"),
    ("no actions", {"title": "x", "assertions": []}, "", "does not say how the file began"),
    ("empty actions", {"assertions": [created(actions=[])]}, "/assertions/0/data/actions", "not an empty one"),
    ("unknown action", {"assertions": [created(actions=[{"action": "c2pa.bananas"}])]}, f"{ACTION}/action", "is no action"),
    ("misspelt action", {"assertions": [created(actions=[{"action": "c2pa.creatd"}])]}, f"{ACTION}/action", 'did you mean "c2pa.created"'),
    ("created without source type", {"assertions": [created(actions=[{"action": "c2pa.created"}])]}, ACTION, 'needs "digitalSourceType"'),
    (
        "unknown source type",
        {"assertions": [created(actions=[{"action": "c2pa.created", "digitalSourceType": "AI"}])]},
        f"{ACTION}/digitalSourceType",
        '"AI" is no digital source type',
    ),
    (
        "retired source type",
        {"assertions": [created(actions=[{"action": "c2pa.created", "digitalSourceType": "digitalArt"}])]},
        f"{ACTION}/digitalSourceType",
        'use "digitalCreation"',
    ),
    (
        "misspelt permission",
        {"assertions": [created(), {"label": "cawg.training-mining", "data": {"entries": {"cawg.ai_training": {"use": "notAlowed"}}}}]},
        "/assertions/1/data/entries/cawg.ai_training/use",
        'did you mean "notAllowed"',
    ),
    (
        "misspelt permission, old label",
        {"assertions": [created(), {"label": "c2pa.training-mining", "data": {"entries": {"c2pa.ai_training": {"use": "notAlowed"}}}}]},
        "/assertions/1/data/entries/cawg.ai_training/use",
        'did you mean "notAllowed"',
    ),
    (
        "misspelt disclosure",
        {"assertions": [created(), {"label": "c2pa.ai-disclosure", "data": {"modelType": "c2pa.types.model", "model_name": "x"}}]},
        "/assertions/1/data/model_name",
        'did you mean "modelName"',
    ),
    (
        "misspelt assertion",
        {"assertions": [created(), {"label": "c2pa.ai-disclosur", "data": {}}]},
        "/assertions/1/label",
        "c2pa.ai-disclosure",
    ),
    ("actions as text", {"assertions": [created(actions="c2pa.created")]}, "/assertions/0/data/actions", "should be a list of actions"),
    ("data as text", {"assertions": [{"label": "c2pa.actions.v2", "data": "created"}]}, "/assertions/0/data", "should be a map"),
    ("assertion without data", {"assertions": [{"label": "c2pa.actions.v2"}]}, "/assertions/0", '"data" is missing'),
    ("opened without parent", {"assertions": [opened()]}, "", "speaks of a parent"),
    (
        "unknown ingredient",
        {"ingredients": [{"title": "base", "label": "base.png"}], "assertions": [opened(ingredientIds=["base.jpg"])]},
        f"{ACTION}/parameters/ingredientIds/0",
        'did you mean "base.png"',
    ),
    (
        "opened, yet a component",
        {"ingredients": [{"title": "base", "label": "b"}], "assertions": [opened(ingredientIds=["b"])]},
        f"{ACTION}/parameters/ingredientIds/0",
        "needs an ingredient that is parentOf",
    ),
    (
        "one name for two",
        {"ingredients": [{"label": "b"}, {"label": "b"}], "assertions": [opened(ingredientIds=["b"])]},
        f"{ACTION}/parameters/ingredientIds/0",
        "2 ingredients have the name",
    ),
    (
        "two parents",
        {"ingredients": [{"title": "a", "relationship": "parentOf"}, {"title": "b", "relationship": "parentOf"}], "assertions": [opened()]},
        "/ingredients/1",
        "at most one parent",
    ),
    ("unknown relationship", {"ingredients": [{"relationship": "parent"}]}, "/ingredients/0/relationship", 'did you mean "parentOf"'),
    ("bad media type", {"ingredients": [{"format": "picture"}]}, "/ingredients/0/format", "no media type"),
    ("missing file", {"thumbnail": {"format": "image/png", "identifier": "none.png"}}, "/thumbnail/identifier", "there is no file"),
    ("history without store", {"ingredients": [{"active_manifest": "urn:c2pa:1"}]}, "/ingredients/0/active_manifest", "manifest_data"),
    ("two lists of actions", {"assertions": [created(), created()]}, "/assertions/1", "put all actions into the first one"),
    ("gathered actions", {"assertions": [{**created(), "created": False}]}, "/assertions/0/created", "stated by the signer"),
    (
        "wrong kind",
        {"assertions": [created(), {"label": "c2pa.metadata", "kind": "Cbor", "data": {}}]},
        "/assertions/1/kind",
        "always written as json",
    ),
    (
        "two claim thumbnails",
        {"assertions": [created(), *({"label": "c2pa.thumbnail.claim", "data": {"format": "image/png", "data": "AAAA"}} for _ in "ab")]},
        "/assertions/2",
        "at most one",
    ),
    (
        "external reference stated as created",
        {
            "assertions": [
                created(),
                {"label": "c2pa.external-reference", "created": True, "data": {"location": {"url": "https://example.com/journal"}}},
            ]
        },
        "/assertions/1",
        "gathered",
    ),
    (
        "misspelt generator",
        {"claim_generator_info": [{"name": "a", "com.example.x": 1, "verson": "2"}]},
        "/claim_generator_info/0/verson",
        '"version"',
    ),
    ("binding", {"assertions": [created(), {"label": "c2pa.hash.data", "data": {}}]}, "/assertions/1/label", "made when it is signed"),
    ("ingredient as assertion", {"assertions": [{"label": "c2pa.ingredient.v3", "data": {}}]}, "/assertions/0/label", '"ingredients"'),
    ("two generators", {"claim_generator_info": [{"name": "a"}, {"name": "b"}]}, "/claim_generator_info", "names one generator"),
    ("generator without name", {"claim_generator_info": [{"version": "1"}]}, "/claim_generator_info/0", '"name" is missing'),
    ("null", {"title": None}, "/title", "leave the field out"),
    ("number as title", {"title": 5}, "/title", "should be a text, not 5"),
    ("bad vendor", {"vendor": "my vendor"}, "/vendor", "vendor name"),
    ("bad label", {"label": "urn:uuid:1", "assertions": [created()]}, "/label", "manifest label"),
    ("wrong algorithm", {"alg": "eddsa"}, "/alg", '"ed25519"'),
    (
        "creative work with more",
        {"assertions": [{"label": "stds.schema-org.CreativeWork", "data": {"publisher": "x"}}]},
        "/assertions/0/data/publisher",
        "no counterpart",
    ),
    (
        "author with more",
        {"assertions": [{"label": "stds.schema-org.CreativeWork", "data": {"author": [{"name": "x", "identifier": "y"}]}}]},
        "/assertions/0/data/author/0/identifier",
        "names only",
    ),
    ("claim version 3", {"claim_version": 3}, "/claim_version", "version 2, not 3"),
    ("remote", {"remote_url": "https://example.com/a.c2pa"}, "/remote_url", "--sidecar"),
    ("late time-stamps", {"timestamp_manifest_labels": ["urn:c2pa:1"]}, "/timestamp_manifest_labels", "credkit timestamp"),
    ("redactions", {"redactions": ["self#jumbf=/c2pa/x"]}, "/redactions", "credkit redact"),
    ("not embedded", {"no_embed": True}, "/no_embed", "--sidecar"),
    ("update", {"intent": "update"}, "/intent", "credkit update"),
    ("unknown intent", {"intent": "creat"}, "/intent", '"edit"'),
    ("claim metadata", {"metadata": [{"dateTime": "2026-09-20T08:00:00Z"}]}, "/metadata", "into the assertion"),
    ("sha512", {"hash_alg": "sha512"}, "/hash_alg", "hash algorithm"),
    ("a list", "[]", "", "cannot be read"),
    ("a list as bytes", b"[]", "", "the manifest definition should be a map (a JSON object), not a list"),
]


@pytest.mark.parametrize(("definition", "path", "words"), [pytest.param(*case[1:], id=case[0]) for case in TYPOS])
def test_refusals_name_the_place_and_the_mend(definition: Any, path: str, words: str) -> None:
    error = refusal(definition)
    assert error.path == path
    assert words in error.message


def test_empty_fields_of_what_is_refused_mean_nothing() -> None:
    empty = {"redactions": [], "timestamp_manifest_labels": [], "no_embed": False, "resources": {}, "credentials": [], "claim_version": 2}
    assert facts(signed({**SAMPLES["generated"], **empty})) == facts(signed(SAMPLES["generated"]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"title": ', "line 1, column 11"),
        ('{\n  "title": "x"\n  "format": "image/png"\n}', "line 3, column 3"),
        ('{"title": "x", "title": "y"}', 'the key "title" stands twice'),
        ('{"title": NaN}', "NaN is no number"),
        ("{" * 3, "not valid JSON"),
        (
            '{"assertions":[{"label":"c2pa.actions","data":' + '{"actions":[{"related":[' + '{"related":[' * 60 + "]}" * 61 + "]}}]}",
            "nested deeper",
        ),
        ('{"a":' * 20_000, "nested too deep"),
        (b"\xff{}", "not in UTF-8"),
        (b"[]", "should be a map"),
        (b"", "not valid JSON"),
    ],
)
def test_broken_json_is_told_with_its_place(text: str | bytes, words: str) -> None:
    assert words in str(refusal(text))


def test_files_that_cannot_be_used(folder: Path) -> None:
    (folder / "empty.png").touch()
    (folder / "broken.json").write_text('{"title": "x", "titel": "y"}', "utf-8")
    thumbnail = {"thumbnail": {"format": "image/png", "identifier": "empty.png"}}
    assert "is empty" in str(refusal(thumbnail, base=folder))
    wrong = refusal({"ingredient_paths": ["broken.json"]}, base=folder)
    assert wrong.path == "/ingredient_paths/0"
    assert "broken.json" in wrong.message
    assert 'did you mean "title"' in wrong.message
    text = refusal({"ingredient_paths": ["prompt.txt"]}, base=folder)
    assert text.path == "/ingredient_paths/0"
    store = {"ingredients": [{"title": "x", "manifest_data": {"format": "c2pa", "identifier": "prompt.txt"}}]}
    assert refusal(store, base=folder).path.startswith("/ingredients/0/manifest_data")
    other = {
        "title": "x",
        "active_manifest": "urn:c2pa:other",
        "manifest_data": {"format": "c2pa", "identifier": "described/manifest_data.c2pa"},
    }
    assert refusal({"ingredients": [other]}, base=folder).path == "/ingredients/0/active_manifest"
    assert "cannot be read" in str(refusal(folder / "none.json"))


def test_a_value_that_is_no_json() -> None:
    assert "cannot be written as JSON" in str(refusal({"assertions": [{"label": "com.example.x", "data": {"a": object()}}]}))


_KEYS = (
    *("assertions", "label", "data", "actions", "action", "parameters", "ingredientIds", "ingredients", "digitalSourceType", "title"),
    *("thumbnail", "format", "identifier", "claim_generator_info", "name", "intent", "create", "kind", "softwareAgent", "templates"),
    *("related", "changes", "author", "entries"),
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["c2pa.created", "c2pa.actions.v2", AI, "", "x"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=4),
    max_leaves=12,
)


def outcome(definition: Definition) -> DefinitionError | None:
    try:
        build(definition)
    except DefinitionError as error:
        return error
    return None


@settings(max_examples=100, deadline=None)
@given(_json)
def test_any_json_is_a_definition_or_a_definition_error(value: Any) -> None:
    error = outcome(json.dumps(value).encode())
    assert error is None or error.message


@settings(max_examples=80, deadline=None)
@given(
    _json, st.sampled_from(["c2pa.actions.v2", "stds.schema-org.CreativeWork", "c2pa.training-mining", "cawg.metadata", "com.example.x"])
)
def test_any_data_of_an_assertion_is_checked_at_its_place(value: Any, label: str) -> None:
    error = outcome({"assertions": [{"label": label, "data": value}]})
    assert error is None or error.path.startswith("/assertions/0")


# Through the verb


def test_sign_file_with_a_definition(tmp_path: Path) -> None:
    source, output = tmp_path / "source.png", tmp_path / "output.png"
    source.write_bytes(signed(SAMPLES["generated"]))
    edit = {"title": "cropped", "assertions": [opened({"action": "c2pa.cropped", "digitalSourceType": "humanEdits"})]}
    sign_file(source, output, definition=edit, signer=pki.signer())
    found = facts(output.read_bytes())
    assert found["title"] == "cropped"
    assert [(a[0], a[5]) for a in found["actions"]] == [("c2pa.opened", ["source.png"]), ("c2pa.cropped", [])]
    sign_file(source, output, Statements(title="mine"), definition=edit, signer=pki.signer())
    assert facts(output.read_bytes())["title"] == "mine"
    alone = {"assertions": [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.opened"}]}}]}
    sign_file(source, output, definition=alone, signer=pki.signer())
    stated = statements_of(manifest_of(output.read_bytes()))["c2pa.actions.v2"]
    assert ([action["action"] for action in stated["actions"]], stated["allActionsIncluded"]) == (["c2pa.opened"], False)
    sign_file(source, output, Statements(title="mine", edited="humanEdits"), definition=alone, signer=pki.signer())
    assert [a[0] for a in facts(output.read_bytes())["actions"]] == ["c2pa.opened", "c2pa.edited"]
    with pytest.raises(HistoryError):
        sign_file(source, output, definition=SAMPLES["generated"], signer=pki.signer())
    assert facts(output.read_bytes())["title"] == "mine"
