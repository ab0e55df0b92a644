"""``plus:DataMining`` beside ``cawg.training-mining``: every combination of uses, and every value."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from credkit.manifest.assertions import TrainingMining, Use
from credkit.terms.data_mining import SEARCH_ONLY, data_mining_of, uses_of_data_mining
from credkit.terms.terms import Use as UseName

PLUS = "http://ns.useplus.org/ldf/vocab/"
MINED: tuple[UseName, ...] = ("data_mining", "ai_training", "ai_generative_training")
RULES = (None, "allowed", "notAllowed", Use("constrained", "ask first"), Use("constrained", SEARCH_ONLY))


def uses(*rules: Any) -> TrainingMining:
    return TrainingMining(**dict(zip(MINED, rules, strict=False)))


@pytest.mark.parametrize("rules", list(itertools.product(RULES, repeat=3))[1:])
def test_no_value_permits_what_was_not_permitted(rules: tuple[Any, ...]) -> None:
    made = data_mining_of(uses(*rules))
    stated = {name: rule.use if isinstance(rule, Use) else rule for name, rule in zip(MINED, rules, strict=True)}
    if made is None:
        assert "notAllowed" not in stated.values()
        assert "constrained" not in stated.values()
        return
    read = uses_of_data_mining(made.value, made.constraints)
    assert read is not None
    for name, (permission, _) in read.items():
        if permission == "allowed":
            assert stated[name] == "allowed"
        if stated[name] == "allowed":
            assert permission == "allowed" or made.value.endswith("SEECONSTRAINT")
    for name, rule in stated.items():
        if rule in ("notAllowed", "constrained"):
            assert read.get(name, ("unsaid",))[0] in ("notAllowed", "constrained")
    assert (made.constraints is not None) == made.value.endswith("SEECONSTRAINT")


@pytest.mark.parametrize(
    ("rules", "name"),
    [
        (("allowed", "allowed", "allowed"), "DMI-ALLOWED"),
        (("notAllowed", "notAllowed", "notAllowed"), "DMI-PROHIBITED"),
        (("notAllowed", None, None), "DMI-PROHIBITED"),
        ((Use("constrained", SEARCH_ONLY), "notAllowed", None), "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING"),
        ((None, "notAllowed", "notAllowed"), "DMI-PROHIBITED-AIMLTRAINING"),
        (("allowed", "notAllowed", None), "DMI-PROHIBITED-AIMLTRAINING"),
        ((None, None, "notAllowed"), "DMI-PROHIBITED-GENAIMLTRAINING"),
        ((None, "allowed", "notAllowed"), "DMI-PROHIBITED-GENAIMLTRAINING"),
        ((None, "notAllowed", "allowed"), "DMI-PROHIBITED-SEECONSTRAINT"),
        (("notAllowed", "allowed", None), "DMI-PROHIBITED-SEECONSTRAINT"),
    ],
)
def test_values(rules: tuple[Any, ...], name: str) -> None:
    made = data_mining_of(uses(*rules))
    assert made is not None
    assert made.value == PLUS + name


def test_what_is_not_about_mining_has_no_value() -> None:
    assert data_mining_of(TrainingMining(ai_inference="notAllowed")) is None
    assert data_mining_of(TrainingMining(ai_training="allowed")) is None


def test_conditions_are_put_into_words() -> None:
    made = data_mining_of(TrainingMining(ai_training=Use("constrained", "ask licence@example.com"), ai_generative_training="notAllowed"))
    assert made is not None
    assert made.constraints == "AI training: only under conditions (ask licence@example.com); training of generative AI: not allowed"


@pytest.mark.parametrize("value", ["DMI-PROHIBITED", PLUS + "DMI-PROHIBITED", " dmi-prohibited "])
def test_bare_keys_are_read(value: str) -> None:
    assert uses_of_data_mining(value) == dict.fromkeys(MINED, ("notAllowed", None))


@pytest.mark.parametrize("value", ["", "no", "DMI-", PLUS, "PROHIBITED"])
def test_other_values_are_unknown(value: str) -> None:
    assert uses_of_data_mining(value) is None


def test_unspecified_says_nothing() -> None:
    assert uses_of_data_mining(PLUS + "DMI-UNSPECIFIED") == {}


def test_a_pointer_is_a_condition() -> None:
    assert uses_of_data_mining(PLUS + "DMI-PROHIBITED-SEECONSTRAINT", "ask") == dict.fromkeys(MINED, ("constrained", "ask"))
    told = uses_of_data_mining(PLUS + "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR")
    assert told is not None
    assert told["data_mining"] == ("constrained", "see the rights expression that the file links to")
