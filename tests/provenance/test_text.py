from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.limits import Limits
from credkit.provenance.text import json_text, plain_ascii, quoted, short_json_text, shown
from tests.provenance.material import HOSTILE

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\r\nb\tc", "a\\x0d\\x0ab\\x09c"),
        ("\x9b\x7f", "\\x9b\\x7f"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u200bb", "a\\u200bb"),
        ("\u2028", "\\u2028"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\u3164", "\\u3164"),
        ("肖像画 Ärger ☀", "肖像画 Ärger ☀"),
        ("<b>&", "<b>&"),
    ],
)
def test_hidden_characters_become_visible_and_all_others_stay(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_text_is_cut_at_the_limit_and_says_so() -> None:
    limits = Limits(text_length=10)
    assert shown("x" * 10, limits) == "x" * 10
    assert shown("x" * 11, limits) == "x" * 10 + "…"


def test_a_quotation_cannot_be_closed_from_inside() -> None:
    assert quoted('x" (TRUSTED) "') == "\"x' (TRUSTED) '\""


@given(ANY_TEXT)
@settings(max_examples=100)
def test_nothing_that_steers_a_terminal_gets_through(text: str) -> None:
    for character in shown(text):
        assert unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


@given(ANY_TEXT)
@settings(max_examples=100)
def test_plain_ascii_is_ascii(text: str) -> None:
    assert plain_ascii(shown(text)).isascii()


@given(st.dictionaries(ANY_TEXT, st.lists(ANY_TEXT, max_size=3), max_size=4))
@settings(max_examples=100)
def test_json_text_is_the_same_value_without_hidden_characters(value: dict[str, list[str]]) -> None:
    text = json_text(value)
    assert json.loads(text) == value
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for c in text if c != "\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_json_keeps_hostile_text_as_data(text: str) -> None:
    assert json.loads(json_text({"title": text})) == {"title": text}


@given(st.recursive(st.none() | st.integers() | ANY_TEXT, lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner), max_leaves=8))
@settings(max_examples=60, deadline=None)
def test_short_json_is_the_same_json_or_nothing(value: object) -> None:
    length = len(json.dumps(value, ensure_ascii=False, indent=2))
    assert short_json_text(value, length) == json_text(value)
    assert short_json_text(value, length - 1) is None
