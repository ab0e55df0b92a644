"""Whatever is given: shapes answer with ``DefinitionError`` only, readers with ``MalformedError`` only."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec import cbor
from credkit.codec.cbor import DateText, Tag
from credkit.errors import DefinitionError, MalformedError
from credkit.manifest.assertions import ASSERTIONS, OpaqueAssertion, check_statement, read_actions, read_ingredient
from credkit.manifest.store import EmbeddedFile

_WORDS = """
actions action parameters ingredients relatedAssertions softwareAgent softwareAgents softwareAgentIndex changes region related
when whenStart whenEnd value templates metadata url hash alg data dataTypes data_types type validationResults activeManifest
validationStatus success code ingredientDeltas validationDeltas ingredientAssertionURI relationship entries use @context dc:title
location label exclusions start length pad boxes names blocks scope allActionsIncluded c2pa_manifest claimSignature
"""
KEYS = sorted(_WORDS.split())
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.binary(max_size=40)
    | st.sampled_from(["c2pa.created", "self#jumbf=/c2pa/x/c2pa.signature", "parentOf", "2026-01-01T00:00:00Z", DateText("x"), Tag(99, {})])
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=5),
    max_leaves=14,
)


def refusal(label: str, value: object, profile: Any) -> str | None:
    """Why a value is refused; None when it passes, and then it can be encoded."""
    try:
        payload = check_statement(OpaqueAssertion(label, value), profile=profile).payload
    except DefinitionError as error:
        return error.message
    assert isinstance(payload, EmbeddedFile) or cbor.encode(payload)
    return None


def code_of(read: Callable[[object, str], object], value: object, label: str) -> str | None:
    """The code with which a reader refuses a value; None when it reads it."""
    try:
        read(value, label)
    except MalformedError as error:
        return error.code
    return None


@pytest.mark.parametrize("label", ASSERTIONS)
@given(value=anything)
@settings(max_examples=40, deadline=None)
def test_any_value_passes_or_is_refused(label: str, value: object) -> None:
    assert refusal(label, value, "2.5") != ""


@pytest.mark.parametrize("label", ASSERTIONS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_any_change_of_an_example_passes_or_is_refused(label: str, data: st.DataObject) -> None:
    payload = copy.deepcopy(ASSERTIONS[label].example)
    place: Any = payload
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(place[key], (dict, list)) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = data.draw(anything)
        break
    assert refusal(label, payload, "2.4") != ""


@given(value=anything, extra=st.dictionaries(st.sampled_from(KEYS), anything, max_size=6))
@settings(max_examples=100, deadline=None)
def test_readers_refuse_only_as_malformed(value: object, extra: dict[str, object]) -> None:
    for candidate in (
        value,
        extra,
        {"actions": [value, {"action": "c2pa.x", **extra}]},
        {"actions": [{"action": "x", "parameters": extra}]},
    ):
        for label in ("c2pa.actions", "c2pa.actions.v2__1"):
            assert code_of(read_actions, candidate, label) in (None, "assertion.action.malformed")
        for label in ("c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3__1"):
            assert code_of(read_ingredient, candidate, label) in (None, "assertion.ingredient.malformed")
