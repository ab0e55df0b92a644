"""Assertions about models and data sets: what is written, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from credkit.errors import DefinitionError
from credkit.manifest.assertions import (
    BaseModelTerms,
    DataSetFindings,
    OpaqueAssertion,
    RightsFound,
    TrainedModel,
    TrainingSource,
    TrainingSources,
    check_statement,
)

MEASURED = {"sha256": "a" * 64, "size": 10, "file": "m.safetensors", "tensors": "b" * 64}
INGREDIENT = "self#jumbf=c2pa.assertions/c2pa.ingredient.v3__1"


def test_entries_name_their_ingredients() -> None:
    source = TrainingSource("Stock", licence=None, ingredient=INGREDIENT, collection_sha256="c" * 64)
    base = BaseModelTerms("Base", version="1.5", licence="mit", sha256="a" * 64, tensors_sha256="b" * 64, ingredient=INGREDIENT)
    payload = check_statement(TrainingSources((source,), base_models=(base,))).payload
    assert payload["credkit:trainingSources"] == [
        {"@type": "credkit:TrainingSource", "dc:title": "Stock", "credkit:ingredient": INGREDIENT, "credkit:collectionSha256": "c" * 64}
    ]
    assert payload["credkit:baseModels"] == [
        {
            "@type": "credkit:BaseModel",
            "credkit:name": "Base",
            "credkit:version": "1.5",
            "credkit:licence": "MIT",
            "credkit:ingredient": INGREDIENT,
            "credkit:sha256": "a" * 64,
            "credkit:tensorsSha256": "b" * 64,
        }
    ]
    alone = check_statement(TrainingSources((), base_models=(base,))).payload
    assert "credkit:trainingSources" not in alone


def test_neither_sources_nor_base_models_say_nothing() -> None:
    with pytest.raises(DefinitionError):
        TrainingSources(())
    context = TrainingSources((TrainingSource("x", licence="MIT"),)).payload()["@context"]
    with pytest.raises(DefinitionError, match="neither sources nor base models"):
        check_statement(OpaqueAssertion("org.credkit.training.metadata", {"@context": context, "credkit:model": {"credkit:name": "x"}}))


@pytest.mark.parametrize(
    "fields", [{"ingredient": "https://example.com"}, {"sha256": "xyz"}, {"licence": "MITT"}, {"source_url": "example.com"}, {"name": ""}]
)
def test_base_models_are_checked(fields: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        BaseModelTerms(**{"name": "Base"} | fields)


def test_a_model_is_told_by_its_hashes() -> None:
    checked = check_statement(
        TrainedModel(MEASURED, name="AWPortrait", version="1.4", role="lora", header={"architecture": "sd1", "epochs": 3})
    )
    assert (checked.label, checked.content, checked.single) == ("org.credkit.model", "json", True)
    assert checked.payload == {
        "version": 1,
        "name": "AWPortrait",
        "modelVersion": "1.4",
        "role": "lora",
        "beforeSigning": MEASURED,
        "header": {"architecture": "sd1", "epochs": 3},
    }
    assert TrainedModel({"sha256": "a" * 64, "size": 0}).payload() == {"version": 1, "beforeSigning": {"sha256": "a" * 64, "size": 0}}
    for wrong in ({"size": 1}, {"sha256": "a" * 63, "size": 1}, {"sha256": "a" * 64, "size": -1}):
        with pytest.raises(DefinitionError):
            TrainedModel(wrong)
    with pytest.raises(DefinitionError, match="checkpoint"):
        TrainedModel(MEASURED, role="chekpoint")


def test_what_was_found_in_a_data_set() -> None:
    many = tuple(f"{number}.jpg" for number in range(150))
    rights = RightsFound(looked_at=200, with_credentials=3, invalid=("x.jpg",), training_not_allowed=many)
    checked = check_statement(DataSetFindings(200, size=5, rights=rights))
    assert (checked.label, checked.single) == ("org.credkit.dataset", True)
    said = checked.payload["rights"]
    assert said["trainingNotAllowed"]["count"] == 150
    assert len(said["trainingNotAllowed"]["files"]) == 100
    assert said["invalid"] == {"count": 1, "files": ["x.jpg"]}
    assert "trainingConstrained" not in said
    assert DataSetFindings(1, size=0).payload() == {"version": 1, "items": 1, "size": 0}
    with pytest.raises(DefinitionError):
        DataSetFindings(0, size=0)
