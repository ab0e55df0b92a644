"""Texts as they are written, read back, and compared."""

from __future__ import annotations

import json
import unicodedata
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.sealing.spellings import byte_forms, folded, letters, readings

WORDS = 'Die Möwe über dem "alten" Leuchtturm & <Strand>, 灯台 🏖'
WRITTEN = {
    "JSON": json.dumps(WORDS)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(WORDS)[1:-1])[1:-1],
    "JSON in capitals": "".join(letter if ord(letter) < 128 else f"\\u{ord(letter):04X}" for letter in "Möwe über"),
    "HTML": escape(WORDS),
    "HTML in numbers": "".join(f"&#{ord(letter)};" for letter in WORDS),
    "an address": quote(WORDS),
    "a form": quote_plus(WORDS),
    "taken apart": unicodedata.normalize("NFD", WORDS),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_writing_is_read(name: str) -> None:
    wanted = "Möwe über" if name == "JSON in capitals" else WORDS
    assert unicodedata.normalize("NFC", wanted) in list(readings(WRITTEN[name]))


@pytest.mark.parametrize("name", [name for name in WRITTEN if name not in ("HTML in numbers", "JSON in capitals")])
def test_every_writing_is_a_form(name: str) -> None:
    assert WRITTEN[name].encode() in byte_forms(WORDS) or any(form in WRITTEN[name].encode() for form in byte_forms(WORDS))


def test_hexadecimal_digits_are_a_form() -> None:
    assert WORDS.encode().hex().encode() in byte_forms(WORDS)


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text(text: str) -> None:
    assert unicodedata.normalize("NFC", text) in list(readings(text))
    assert text.encode() in byte_forms(text)
    assert folded(f" {text}\n") == folded(text)


@pytest.mark.parametrize("broken", ["\\ud800", "\\ud83d x", "\\u12", "&#x110000;", "%zz%", "\\"])
def test_what_is_no_writing_stays(broken: str) -> None:
    found = list(readings(broken))
    assert found[0] == broken
    assert all(reading.encode("utf-8") for reading in found)


def test_names_of_files() -> None:
    assert letters("A_lone-Keeper (2).") == letters("a lone KEEPER 2")
    assert letters("...") == ""
