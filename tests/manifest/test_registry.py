from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import jsonschema
import pytest

from credkit import resources
from credkit.errors import DefinitionError
from credkit.manifest import assertions
from credkit.manifest.assertions import ASSERTIONS, OpaqueAssertion, assertion_type, check_statement
from credkit.manifest.assertions.schemas import assertion_schema, main, rendered
from credkit.manifest.labels import instance_label, is_namespaced, label_in_uri, valid_assertion_label

FOLDER = Path(__file__).parents[2] / "schemas" / "assertions"


def refusal(label: str, payload: object = None) -> str:
    with pytest.raises(DefinitionError) as caught:
        check_statement(OpaqueAssertion(label, {"a": 1} if payload is None else payload))
    return str(caught.value)


@pytest.mark.parametrize(
    ("label", "part"),
    [
        ("c2pa.actions", 'must no longer be written; use "c2pa.actions.v2"'),
        ("c2pa.ingredient", '"c2pa.ingredient.v3"'),
        ("c2pa.ingredient.v2__1", '"c2pa.ingredient.v3"'),
        ("c2pa.training-mining", '"cawg.training-mining"'),
        ("stds.exif", '"c2pa.metadata"'),
        ("stds.schema-org.CreativeWork", '"cawg.metadata"'),
        ("stds.whatever", "must no longer be written"),
        ("c2pa.thumbnail.claim.jpeg", '"c2pa.thumbnail.claim"'),
        ("c2pa.thumbnail.ingredient_1.png", '"c2pa.thumbnail.ingredient"'),
        ("c2pa.acitons.v2", 'did you mean "c2pa.actions.v2"?'),
        ("c2pa.metdata", 'did you mean "c2pa.metadata"?'),
        ("cawg.training-minning", 'did you mean "cawg.training-mining"?'),
        ("c2pa.ai-disclosur", 'did you mean "c2pa.ai-disclosure"?'),
        ("cawg.identity", "is signed with a key of its own"),
        ("c2pa.session-keys", "reads but does not write"),
        ("c2pa.hash.bmff.v2", '"c2pa.hash.bmff.v3"'),
        ("c2pa.bananas", "no assertion of the standard"),
        ("review", "com.example.review"),
        ("actions", "is no assertion label"),
        ("com.example/x", "is no assertion label"),
        ("com.example.x__0", "is no assertion label"),
        ("com.example.x__y", "is no assertion label"),
        ("", "is no assertion label"),
    ],
)
def test_labels_that_must_not_be_written(label: str, part: str) -> None:
    message = refusal(label)
    assert part in message, message


def test_own_labels_pass_with_their_content() -> None:
    checked = check_statement(OpaqueAssertion("com.example.review__2", {"stars": 5, "raw": b"x"}, content="cbor"))
    assert (checked.label, checked.content, checked.payload, checked.type) == (
        "com.example.review",
        "cbor",
        {"stars": 5, "raw": b"x"},
        None,
    )
    assert (checked.in_update, checked.single, checked.created_only, checked.gathered) == (True, False, False, False)
    assert check_statement(OpaqueAssertion("com.example.review", {"stars": 5})).content == "json"
    assert "cannot be written as JSON" in refusal("com.example.review", {"raw": b"x"})
    assert "should be a map" in refusal("com.example.review", "text")
    for label in ("com.example.review", "c2pa.actions.v2", "com.example.metadata"):
        with pytest.raises(DefinitionError, match="has no data"):
            check_statement(OpaqueAssertion(label, None))
    with pytest.raises(DefinitionError, match='must be "cbor" or "json"'):
        check_statement(OpaqueAssertion("com.example.review", {}, content="embedded"))
    with pytest.raises(DefinitionError, match="label should be a text"):
        check_statement(OpaqueAssertion(5, {}))  # type: ignore[arg-type]


def test_paths_are_prefixed_with_the_place_of_the_assertion() -> None:
    with pytest.raises(DefinitionError) as caught:
        check_statement(
            OpaqueAssertion("c2pa.actions.v2", {"actions": [{"action": "c2pa.created"}], "allActionsIncluded": True}),
            path="/assertions/0/data",
        )
    assert caught.value.path == "/assertions/0/data/actions/0"
    with pytest.raises(DefinitionError) as caught:
        check_statement(OpaqueAssertion("cawg.training-mining", {"entries": {"x": {}}}), path="/assertions/1/data")
    assert caught.value.path.startswith("/assertions/1/data/entries/x")


def test_lookup() -> None:
    assert assertion_type("c2pa.ingredient.v3__7") is ASSERTIONS["c2pa.ingredient.v3"]
    assert assertion_type("org.example.thing") is None
    assert all(entry.label == label for label, entry in ASSERTIONS.items())


def test_labels() -> None:
    assert [instance_label("c2pa.ingredient.v3", n) for n in range(3)] == [
        "c2pa.ingredient.v3",
        "c2pa.ingredient.v3__1",
        "c2pa.ingredient.v3__2",
    ]
    with pytest.raises(ValueError, match="counted from 0"):
        instance_label("x", -1)
    assert valid_assertion_label("com.example.my_thing-2.v2__3")
    assert not any(map(valid_assertion_label, ("a..b", "a.__1", "_a.b", "a.b__", "a.b__1__2", "ä.b", "a.b\n")))
    assert is_namespaced("com.example")
    assert not any(map(is_namespaced, ("com", "com.", ".com", "com.ex ample", "")))
    assert label_in_uri("self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/c2pa.actions.v2__1&cbor=/actions/1") == "c2pa.actions.v2"


@pytest.mark.parametrize("label", ASSERTIONS)
def test_every_schema_is_sound_and_accepts_its_example(label: str) -> None:
    entry = ASSERTIONS[label]
    schema = assertion_schema(entry)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"https://credkit.org/schemas/1/assertions/{label}.schema.json"
    assert entry.description.endswith(".")
    for example in schema["examples"]:
        jsonschema.validate(example, schema, cls=jsonschema.Draft202012Validator)
        checked = check_statement(OpaqueAssertion(label, example))
        assert checked.label == label


def test_schemas_refuse_what_the_shapes_refuse() -> None:
    cases: list[tuple[str, dict[str, Any]]] = [
        ("c2pa.actions.v2", {"actions": []}),
        ("c2pa.actions.v2", {"actions": [{"action": "c2pa.bananas"}], "allActionsIncluded": True}),
        ("c2pa.actions.v2", {"actions": [{"action": "c2pa.printed"}], "allActionsIncluded": True}),
        ("c2pa.actions.v2", {"actions": [{"action": "c2pa.created", "digitalSourceType": "AI"}], "allActionsIncluded": True}),
        ("cawg.training-mining", {"entries": {"cawg.ai_training": {"use": "notAlowed"}}}),
        ("c2pa.ingredient.v3", {"relationship": "parent"}),
        ("c2pa.ingredient.v3", {"relationship": "parentOf", "activeManifest": {"url": "self#jumbf=/c2pa/x", "hash": "AA=="}}),
        ("c2pa.ai-disclosure", {"modelTyp": "c2pa.types.model"}),
        ("c2pa.metadata", {"dc:format": "image/png"}),
    ]
    for label, payload in cases:
        validator = jsonschema.Draft202012Validator(assertion_schema(ASSERTIONS[label]))
        assert not validator.is_valid(payload), (label, payload)
        assert refusal(label, payload)


def test_committed_schemas_are_current() -> None:
    files = rendered()
    assert {path.name for path in FOLDER.glob("*.schema.json")} == set(files)
    for name, text in files.items():
        assert (FOLDER / name).read_text("utf-8") == text, f"run python -m credkit.manifest.assertions.schemas {FOLDER}"
    assert main(["--check", str(FOLDER)]) == 0


def test_generator_writes_checks_and_removes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert len(list(tmp_path.iterdir())) == len(ASSERTIONS)
    (tmp_path / "c2pa.old.schema.json").write_text("{}")
    (tmp_path / "c2pa.icon.schema.json").write_text("{}")
    assert main(["--check", str(tmp_path)]) == 1
    assert "c2pa.old.schema.json is not what the shapes say" in capsys.readouterr().err
    assert main([str(tmp_path)]) == 0
    assert main(["--check", str(tmp_path)]) == 0
    with pytest.raises(SystemExit):
        main(["--chek"])


def test_cold_import_leaves_heavy_modules_out() -> None:
    code = (
        "import sys, credkit.manifest.assertions; print(sorted({'jsonschema', 'packaging', 'cryptography.x509', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[]"


def test_resources_are_found_and_bounded() -> None:
    schema = json.loads(resources.read_schema("assertions/c2pa.actions.v2.schema.json"))
    assert schema["title"] == "c2pa.actions.v2"
    for name in ("../pyproject.toml", "/etc/passwd", "a/../../x", "", "a\\b"):
        with pytest.raises(ValueError, match="not the name of a file"):
            resources.read_schema(name)
    with pytest.raises(FileNotFoundError):
        resources.read_trust("nothing.pem")


def test_every_name_of_the_package_is_what_it_says() -> None:
    for name in assertions.__all__:
        found = getattr(assertions, name)
        assert not isinstance(found, ModuleType), name
        if isinstance(found, (type, FunctionType)):
            assert found.__name__ == name
    with pytest.raises(AttributeError):
        assertions.__getattr__("nothing")
