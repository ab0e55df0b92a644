"""The label of GB 45438-2025: one form out, every form in."""

from __future__ import annotations

import base64
import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import DefinitionError
from credkit.labels.aigc import AIGC_KEYS, AigcLabel, read_aigc
from tests.labels.files import AIGC, CODE, aigc

PLAIN = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)


def test_seven_keys_in_their_order() -> None:
    text = AigcLabel(content_producer=CODE, produce_id="7", reserved_code1="urn:c2pa:7").text
    assert list(json.loads(text)) == list(AIGC_KEYS)
    assert text.isascii()
    assert " " not in text
    assert json.loads(text)["Label"] == "1"


@pytest.mark.parametrize("changes", [{"content_producer": ""}, {"produce_id": ""}, {"label": ""}, {"content_producer": "Test Studio"}])
def test_what_may_not_stand_in_a_label(changes: dict[str, str]) -> None:
    with pytest.raises(DefinitionError, match="Chinese label"):
        AigcLabel(**({"content_producer": CODE, "produce_id": "7"} | changes))


@given(values=st.lists(PLAIN.filter(bool), min_size=3, max_size=3), rest=st.lists(PLAIN, min_size=4, max_size=4))
@settings(max_examples=60)
def test_what_is_written_is_read(values: list[str], rest: list[str]) -> None:
    label = AigcLabel(**dict(zip([entry.name for entry in fields(AigcLabel)], [*values, *rest], strict=True)))
    reading = read_aigc(label.text)
    assert not reading.faults
    assert reading.label == label


VARIANTS = {
    "wrapped": (json.dumps({"AIGC": AIGC}), {"form"}),
    "wrapped as a text": (json.dumps({"AIGC": aigc()}), {"form"}),
    "twice": (json.dumps(aigc()), {"form"}),
    "Base64": (base64.b64encode(aigc().encode()).decode(), {"form"}),
    "escaped twice": (aigc().replace('"', "&quot;"), {"form"}),
    "bare name before it": ("AIGC" + aigc(), set()),
    "spaces around": (f"\n  {aigc()}  ", set()),
    "order": (json.dumps(dict(reversed(AIGC.items()))), {"order"}),
    "keys of a README": (
        json.dumps(
            {"Label": "1", "ContentProducer": CODE, "ProduceID": "0001-2026", "ReserveCode1": "", "Propagator": "", "PropatorID": "",
             "ReserveCode2": ""}
        ),
        {"keys"},
    ),
    "further key": (aigc(Version="1"), {"keys"}),
    "missing key": (aigc(ReservedCode2=None), {"keys"}),
    "Chinese name": (aigc(ReservedCode1="示例"), {"values"}),
    "number": (aigc(ReservedCode1=7), {"values"}),
}  # fmt: skip


@pytest.mark.parametrize("name", VARIANTS)
def test_variants_are_read_and_told(name: str) -> None:
    text, kinds = VARIANTS[name]
    reading = read_aigc(text)
    assert {fault.kind for fault in reading.faults} == kinds
    assert (reading.value("Label"), reading.value("ContentProducer"), reading.value("ProduceID")) == ("1", CODE, "0001-2026")


def test_misspelt_keys_are_named() -> None:
    words = [fault.words for fault in read_aigc(VARIANTS["keys of a README"][0]).faults]
    assert '"ReserveCode1" is written for "ReservedCode1"' in words
    assert '"PropatorID" is written for "PropagateID"' in words


def test_places_that_wrap() -> None:
    assert not read_aigc(json.dumps({"AIGC": AIGC}), wrapped=True).faults


UNREADABLE: list[Any] = [
    "",
    "{",
    "[]",
    "7",
    "null",
    '{"Label":"1","Label":"2"}',
    "{" * 10_000,
    '{"a":' * 10_000,
    "[" * 100_000,
    "\x00",
    "\ud800",
    "A" * 1_000_000,
    '{"AIGC":7}',
]


@pytest.mark.parametrize("text", UNREADABLE, ids=[f"{index}" for index in range(len(UNREADABLE))])
def test_what_cannot_be_read(text: str) -> None:
    reading = read_aigc(text)
    assert reading.values is None
    assert reading.has("json")
    assert reading.label is None


@given(st.text(max_size=300) | st.text('{}"[]:,\\AIGCLabel1&;= ', max_size=200))
@settings(max_examples=100)
def test_any_text_is_read_without_a_fault_of_ours(text: str) -> None:
    for wrapped in (False, True):
        reading = read_aigc(text, wrapped=wrapped)
        assert reading.values is not None or reading.faults
