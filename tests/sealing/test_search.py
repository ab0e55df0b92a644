"""Private words are found in every spelling, at every place, in part; short ones only where nothing else stands."""

from __future__ import annotations

import base64
import json
import unicodedata
import zlib
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.sealing.fields import Secret
from credkit.sealing.search import SHORTEST, Searched, in_bytes, in_packed, in_text

PROMPT = 'a lone keeper of the "old" lighthouse & his <cat>, 灯台\nthe second line, which is about the foggy shore'
SOUGHT = Searched.of([Secret(field="prompt", value=PROMPT), Secret(field="seed", value="965123777")])
SPELLINGS = {
    "plain": PROMPT.encode(),
    "utf-16 le": PROMPT.encode("utf-16-le"),
    "utf-16 be": PROMPT.encode("utf-16-be"),
    "json": json.dumps({"text": PROMPT}).encode(),
    "json letters": json.dumps({"text": PROMPT}, ensure_ascii=False).encode(),
    "xml": escape(PROMPT).encode(),
    "xml attribute": escape(PROMPT, {'"': "&quot;", "\n": "&#10;"}).encode(),
    "windows lines": PROMPT.replace("\n", "\r\n").encode(),
    "base64": base64.b64encode(PROMPT.encode()),
    "base64 behind one": base64.b64encode(b"x" + PROMPT.encode()),
    "base64 behind two": base64.b64encode(b"xy" + PROMPT.encode() + b"z"),
    "base64url": base64.urlsafe_b64encode(b"?>" + PROMPT.encode()),
    "only one line": b"about: the second line, which is about the foggy shore",
    "the beginning": PROMPT[:41].encode(),
    "the middle": PROMPT[10:49].encode() + PROMPT[49:85].encode(),
    "the seed": b"Seed: 965123777,",
    "an address": quote(PROMPT).encode(),
    "hexadecimal digits": PROMPT.encode().hex().upper().encode(),
    "entities": "".join(f"&#{ord(letter)};" if ord(letter) > 127 else letter for letter in escape(PROMPT)).encode(),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_every_spelling(name: str) -> None:
    noise = bytes(range(256)) * 40
    found = in_bytes(SOUGHT, BytesSource(noise + SPELLINGS[name] + noise))
    assert found is not None
    assert found[0] == ("seed" if name == "the seed" else "prompt")


@given(st.integers(0, 40), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_across_pieces_of_the_file(shift: int, which: int) -> None:
    """However the file is cut into chunks, nothing falls between two of them."""
    form = list(SPELLINGS.values())[which]

    class Small(BytesSource):
        def chunks(self, start: int, length: int):  # type: ignore[no-untyped-def]
            for at in range(start, start + length, 17):
                yield self.read(at, min(17, start + length - at))

    assert in_bytes(SOUGHT, Small(b"." * shift + form + b"." * 30)) is not None


def test_no_false_alarm() -> None:
    assert in_bytes(SOUGHT, BytesSource(bytes(range(256)) * 1000)) is None
    assert in_bytes(SOUGHT, BytesSource(quote("a different prompt about ships").encode())) is None
    assert in_bytes(Searched.of([]), BytesSource(b"anything")) is None


@pytest.mark.parametrize("value", ["cat", "7", "12345", " cat "])
def test_short_values_only_where_nothing_else_stands(value: str) -> None:
    assert len(value.strip()) < SHORTEST
    sought = Searched.of([Secret(field="prompt", value=value)])
    assert in_bytes(sought, BytesSource(f"a category of {value}s".encode())) is None
    assert sought.find_in(f"a category of {value}s") is None
    assert sought.find_in(f" {value.strip()}\n") == "prompt"


def test_letters_of_three_bytes_count_as_such() -> None:
    sought = Searched.of([Secret(field="prompt", value="灯台")])
    assert in_bytes(sought, BytesSource("x灯台x".encode())) == ("prompt", 1)


def test_settings_count_when_they_are_prose_or_seeds() -> None:
    names = Searched.of(
        [
            *(Secret(field=f"settings/{name}", value=value) for name, value in (("rng", "Automatic"), ("on", True), ("x", 1234567))),
            Secret(field="settings/hires prompt", value="a lighthouse in the morning"),
            Secret(field="settings/variation seed", value=987654321),
        ]
    )
    assert names.find_in("Automatic") is None
    assert names.find_in("1234567") is None
    assert names.find_in("x a lighthouse in the morning x") == "settings/hires prompt"
    assert names.find_in("987654321") == "settings/variation seed"


def test_what_is_public_on_purpose_is_not_sought() -> None:
    sought = Searched.of([Secret(field="negative-prompt", value="EasyNegative")], public=["EasyNegative.pt"])
    assert sought.find_in("EasyNegative") is None


def test_short_lines_of_documents_are_no_pieces() -> None:
    text = json.dumps({"class_type": "SaveImage", "format": {"type": "string"}, "words": "w" * 60}, indent=2)
    sought = Searched.of([Secret(field="document/workflow", value=text)])
    assert sought.find_in('"class_type": "SaveImage",') is None
    assert sought.find_in("{" + text.splitlines()[-2] + "}") == "document/workflow"


COMPOSED = "die Möwe über dem Leuchtturm à la plage"


@pytest.mark.parametrize("sought", ["NFC", "NFD"])
@pytest.mark.parametrize("stored", ["NFC", "NFD"])
def test_composed_characters_are_the_same_however_they_are_written(sought: str, stored: str) -> None:
    words = Searched.of([Secret(field="prompt", value=unicodedata.normalize(sought, COMPOSED))])
    text = unicodedata.normalize(stored, f"about: {COMPOSED}!")
    assert words.find_in(text) == "prompt"
    assert in_bytes(words, BytesSource(text.encode())) is not None


def test_a_phrase_counts_in_any_case_and_a_word_does_not() -> None:
    sought = Searched.of([Secret(field="prompt", value="a lone keeper at night"), Secret(field="negative-prompt", value="person")])
    assert sought.find_in("A Lone  Keeper\nAt Night") == "prompt"
    assert sought.find_in("Person") is None
    assert sought.find_in("a person") == "negative-prompt"


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("a_lone_keeper_of_the_old_lighthouse.png", True),
        ("00012-A-Lone-Keeper-Of-The-Old-Ligh.png", True),
        ("a-lone-keeper-of-the-old-ligh.png", True),
        ("a-lone.png", False),
        ("00012-965123777.png", True),
        ("ship.png", False),
        (".png", False),
    ],
)
def test_names_of_files(name: str, tells: bool) -> None:
    sought = Searched.of(
        [Secret(field="prompt", value="a lone keeper of the old lighthouse, at dusk"), Secret(field="seed", value="965123777")]
    )
    assert bool(sought.find_in_name(name)) is tells


def test_names_that_are_told_on_purpose() -> None:
    sought = Searched.of([Secret(field="prompt", value="photo by film_grain_v2, at dusk")], public=["film_grain_v2.safetensors"])
    assert sought.find_in_name("film_grain_v2.safetensors") is None


@pytest.mark.parametrize("text", [quote("cat"), "&#99;at", "\\u0063at", " cat\n"])
def test_short_values_in_other_writings(text: str) -> None:
    assert in_text(Searched.of([Secret(field="prompt", value="cat")]), text) == "prompt"


@pytest.mark.parametrize("value", ["cat", PROMPT])
def test_packed(value: str) -> None:
    sought = Searched.of([Secret(field="prompt", value=value)])
    packed = zlib.compress(value.encode())
    assert in_packed(sought, BytesSource(b"chunk" + packed + b"!")) == "prompt"
    assert in_text(sought, "data: " + base64.b64encode(packed).decode()) == "prompt"
    assert in_packed(sought, BytesSource(zlib.compress(b"ships and sails"))) is None
