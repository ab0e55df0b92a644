"""A licence chain in words and as JSON: complete, safe to show, and by its schema; whatever a file holds."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credkit.limits import Limits
from credkit.manifest.assertions import ModelReference, TrainingSource, TrainingSources
from credkit.terms import FINDINGS, LicenceChain, licences_object, licences_of
from credkit.terms.chain.words import licence_sections
from credkit.terms.json_licences import SCHEMA_ID
from tests.provenance.material import HOSTILE, hostile_report
from tests.terms.licence_material import chain_of, painted
from tests.terms.material import Made, chain
from tests.terms.test_hostile import VALUES
from tests.terms.test_licence_chain import CASES, whole

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "licences.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())
TRAINING = "org.credkit.training.metadata"


def check(found: LicenceChain) -> None:
    """Everything that can be made of a chain can be made of this one."""
    made = licences_object(found)
    assert list(VALIDATOR.iter_errors(made)) == []
    assert json.loads(json.dumps(made)) == made
    for section in licence_sections(found):
        for line in section.lines:
            assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in line.mark + line.words)
            assert len(line.words) < 8_000


def words(found: LicenceChain) -> dict[str, list[str]]:
    return {section.heading: [f"{line.mark} {line.words}".strip() for line in section.lines] for section in licence_sections(found)}


def test_the_schema_is_sound_and_its_examples_fit() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == SCHEMA_ID
    assert SCHEMA["examples"]
    for example in SCHEMA["examples"]:
        assert list(VALIDATOR.iter_errors(example)) == []
    assert SCHEMA["$defs"]["finding"]["properties"]["name"]["enum"] == list(FINDINGS)


def test_the_object_is_closed() -> None:
    made = licences_object(whole())
    assert list(VALIDATOR.iter_errors(made)) == []
    assert list(VALIDATOR.iter_errors(made | {"extra": 1}))
    assert list(VALIDATOR.iter_errors({key: value for key, value in made.items() if key != "links"}))


@pytest.mark.parametrize("name", FINDINGS)
def test_every_finding_in_words_and_json(name: str) -> None:
    found = CASES[name]()
    check(found)
    told = [line for lines in words(found).values() for line in lines]
    assert all(one.sentence[:150] in " ".join(told) for one in found.findings)


def test_what_a_person_reads() -> None:
    told = words(whole())
    assert list(told) == [
        "What went into it, and under which licence",
        "What all of them allow",
        "What contradicts itself",
        "What is left open",
        "What is only claimed, or missing",
        "What this does not tell",
    ]
    sources = told["What went into it, and under which licence"]
    assert sources[0] == '1. this file: signed by "credkit test signer" (verified, on your trust list); by "Test Studio"'
    said = "licence CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/), so say its own credentials (cawg.metadata)"
    asked = "name the author: asked; same licence for changed versions: not asked"
    assert sources[1] == f"{said}: AI training unknown; commercial use yes; changed versions yes; {asked}"
    third = '3. the data set "photos", which went into 2: credentials of its own, signed by "Data Studio"'
    assert any(line.startswith(third) for line in sources)
    assert any("so says 2 (org.credkit.training.metadata), text SHA-256 9f86d081" in line for line in sources)
    assert any("ONLY NAMED, without credentials or a measured hash" in line for line in sources)
    together = told["What all of them allow"]
    assert together[0] == "AI training NOT allowed by 4; allowed by 3; unknown of 1, 2, 5, 6"
    assert together[1] == "commercial use NOT allowed by 3; only under conditions by 6; allowed by 1, 4; unknown of 2, 5"


def test_a_file_without_anything() -> None:
    told = words(chain_of(b"\x89PNG\r\n\x1a\n"))
    assert told["What went into it, and under which licence"] == [
        "Nobody says it: the file carries no Content Credentials that can be read."
    ]
    assert "What all of them allow" not in told


def test_a_long_list_is_cut_and_counted() -> None:
    sources = tuple(TrainingSource(f"source {number}", licence="LicenseRef-house") for number in range(100))
    told = words(chain_of(painted(TrainingSources(sources, model=ModelReference("m")))))
    assert told["What went into it, and under which licence"][-1] == "and 42 more (--format json has them all)"
    assert told["What is only claimed, or missing"][-1].startswith("and ")


def entry(text: str) -> dict[str, Any]:
    keys = ("dc:title", "dc:source", "dc:creator", "credkit:licence", "credkit:licenceURL", "credkit:retrieved", "credkit:evidence")
    more = ("credkit:ingredient", "credkit:name", "credkit:version", "credkit:aiTrainingPermitted", "credkit:sha256", "credkit:itemCount")
    return dict.fromkeys((*keys, *more), text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_everywhere(text: str) -> None:
    check(licences_of(hostile_report(text)))
    stored = text.encode("utf-8", "replace").decode()
    says = {TRAINING: {"credkit:model": entry(stored), "credkit:trainingSources": [entry(stored)], "credkit:baseModels": [entry(stored)]}}
    check(licences_of(chain(model=Made(says=says, speaker=text), active=Made(says=says, uses=(("model", "inputTo"),), speaker=text))))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES, st.lists(VALUES, max_size=3), st.booleans())
def test_any_value_of_a_training_assertion(value: Any, entries: list[Any], valid: bool) -> None:
    for said in (value, {"credkit:trainingSources": entries, "credkit:baseModels": entries, "credkit:model": value}):
        if "\ud800" not in repr(said):
            says = {TRAINING: said, "org.credkit.model": said, "c2pa.asset-type": {"types": entries}}
            check(licences_of(chain(active=Made(says=says, valid=valid))))


@pytest.mark.parametrize("relationship", ["parentOf", "componentOf", "inputTo", "nonsense", ""])
def test_circles_end(relationship: str) -> None:
    made = {
        name: Made(says={}, uses=tuple((other, relationship) for other in ("first", "second", "active")))
        for name in ("first", "second", "active")
    }
    found = licences_of(chain(**made))
    check(found)
    assert len(found.sources) == 3
    assert len(list(found.in_order())) == 3


def test_a_long_chain_and_a_wide_one() -> None:
    line = {"m0": Made(says={})} | {f"m{number}": Made(says={}, uses=((f"m{number - 1}", "parentOf"),)) for number in range(1, 300)}
    found = licences_of(chain(**line))
    check(found)
    assert len(found.sources) == 300
    wide = {f"m{number}": Made(says={}) for number in range(200)}
    found = licences_of(chain(**wide, active=Made(says={}, uses=tuple((name, "inputTo") for name in wide))), limits=Limits(terms=50))
    check(found)
    assert len(found.sources) == 50
