"""All readers together: order, doubles, contradictions, hidden places; and texts that are meant to break them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.lifting import lift_texts
from credkit.lifting.findings import Findings
from credkit.lifting.wording import cleaned, hash_kind, json_object, number, shown, whole_text
from credkit.limits import Limits
from credkit.media.texts import TextBlock
from tests.lifting.files import block, blocks_of, png, user_comment

TEXT = "a cat\nNegative prompt: bad\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 12, Size: 64x48, Model: m"
ALPHA = "the pixels (alpha channel)"
COLOURS = "the pixels (red, green and blue)"


def test_nothing_is_lifted_from_nothing() -> None:
    assert lift_texts([]) == ()
    assert lift_texts([block("hello", "Comment"), block("", "parameters")]) == ()


def test_the_same_text_in_two_places_is_told_once() -> None:
    (found,) = lift_texts([block(TEXT), block(TEXT, "UserComment", "exif", 'EXIF field "UserComment"')])
    assert found.place == 'PNG text "parameters"'
    assert found.remarks == ('The same stands in EXIF field "UserComment".',)


def test_two_texts_that_contradict_each_other() -> None:
    other = TEXT.replace("a cat", "a dog").replace("Seed: 12", "Seed: 13").replace("Steps: 20", "Steps: 21")
    first, second = lift_texts([block(TEXT), block(other)])
    assert (first.seed, second.seed) == ("12", "13")
    assert first.remarks == (
        'Two texts contradict each other, PNG text "parameters" and PNG text "parameters": they differ in prompt, seed, steps. '
        "The first is taken.",
    )
    assert second.remarks == ()


def test_spaces_are_no_contradiction() -> None:
    found = lift_texts([block(TEXT), block(TEXT.replace("a cat", "a  cat "), "UserComment", "exif")])
    assert [entry.remarks for entry in found] == [(), ()]


@pytest.mark.parametrize(("place", "channel"), [(ALPHA, "alpha channel"), (COLOURS, "colours")])
def test_a_prompt_in_the_pixels_is_said_aloud(place: str, channel: str) -> None:
    hidden = block(TEXT, "stealth_pnginfo", "pixels", place)
    (found,) = lift_texts([hidden])
    assert found.remarks == (f"The picture hides its prompt in its pixels ({channel}).",)
    (found,) = lift_texts([hidden, block(TEXT)])
    assert found.place == 'PNG text "parameters"'
    assert found.remarks == (f"The picture hides its prompt in its pixels ({channel}).", f"The same stands in {place}.")


def test_hidden_texts_that_are_not_understood() -> None:
    (found,) = lift_texts([block(TEXT), block("hello", "stealth_pnginfo", "pixels", ALPHA)])
    assert found.remarks == ("The picture hides a text in its pixels (alpha channel) that is of no known form.",)
    (found,) = lift_texts([block(TEXT), block("", "stealth_pngcomp", "pixels", ALPHA, damage="its compression is damaged")])
    assert found.remarks == ("What the pixels may hide could not be read: its compression is damaged.",)


def test_another_size_than_the_picture_has() -> None:
    (found,) = lift_texts([block(TEXT)], dimensions=(640, 480))
    assert found.remarks == ("The text gives a size of 64 x 48 pixels, the picture has 640 x 480.",)
    (found,) = lift_texts([block(TEXT)], dimensions=(64, 48))
    assert found.remarks == ()
    (found,) = lift_texts([block(f"{TEXT}, Hires upscale: 2")], dimensions=(128, 96))
    assert found.remarks == ()


def test_damage_of_a_text_is_told() -> None:
    (found,) = lift_texts([block(TEXT, damage="it holds bytes that are no UTF-8")])
    assert found.remarks == ('PNG text "parameters" is damaged: it holds bytes that are no UTF-8.',)


def test_halves_of_characters_are_replaced_and_pairs_joined() -> None:
    (found,) = lift_texts([block(f"a \ud83d\ude00 \ud800 cat\n{TEXT[6:]}")])
    assert found.prompt == "a \U0001f600 \ufffd cat"
    assert found.documents[0].text.startswith("a \U0001f600 \ufffd cat")
    assert found.remarks == ("The prompt has halves of characters that cannot be written; each is replaced by U+FFFD.",)


def test_utf16_of_either_order_in_exif() -> None:
    data = user_comment(TEXT.replace("cat", "猫"))
    assert lift_texts(blocks_of(data))[0].prompt == "a 猫"
    start = data.index(b"UNICODE\x00") + 8
    end = start + 2 * len(TEXT) - 4
    swapped = bytearray(data)
    swapped[start:end:2], swapped[start + 1 : end : 2] = data[start + 1 : end : 2], data[start:end:2]
    assert lift_texts(blocks_of(bytes(swapped)))[0].prompt == "a 猫"


def test_sentences_never_carry_what_they_quote_unshortened() -> None:
    found = lift_texts([block(f"a\nSteps: 1, Sampler: x, CFG scale: 1, Seed: {'9' * 5_000}\x1b[31m")], limits=Limits(text_length=40))
    assert all(len(remark) < 150 and "\x1b" not in remark for remark in found[0].remarks)
    assert found[0].remarks


def test_settings_models_and_inputs_are_bounded() -> None:
    findings = Findings(format="test", blocks=(block("x"),))
    for index in range(2_000):
        findings.set(f"name {index}", "y" * 200)
        findings.add_model(f"model {index}", role="lora")
        findings.add_input("other", f"picture {index}")
    found = findings.finish()
    assert len(found.generation.settings) == 500
    assert (len(found.generation.models), len(found.generation.inputs)) == (500, 500)
    assert [remark[:26] for remark in found.remarks] == [
        "The settings have more tha", "Only the first 500 models ", "Only the first 500 inputs ",
    ]  # fmt: skip


def test_the_same_model_twice_is_one() -> None:
    findings = Findings(format="test", blocks=(block("x"),))
    findings.add_model("loras/a.safetensors", role="lora", weight="0.5", claimed=["0123456789ab"])
    findings.add_model("a.safetensors", role="lora", weight=9, version="2", claimed=["ab" * 32, None])
    findings.add_model("big", role="checkpoint")
    first, second = findings.finish().generation.models
    assert (first.name, second.name, second.weight, second.version) == ("big", "a.safetensors", 0.5, "2")
    assert second.claimed == {"autov3": "0123456789ab", "sha256": "ab" * 32}


@pytest.mark.parametrize(
    ("digits", "of_lora", "expected"),
    [
        ("45dee52b00", False, ("autov2", "45dee52b00")),
        ("45DEE52B", False, ("autov1", "45dee52b")),
        ("0123456789ab", True, ("autov3", "0123456789ab")),
        ("0123456789ab", False, ("other", "0123456789ab")),
        ("AB" * 32, False, ("sha256", "ab" * 32)),
        ("0x" + "ab" * 32, False, ("sha256", "ab" * 32)),
        ("blake3:abcdef", False, ("other", "blake3:abcdef")),
        ("unknown", False, None),
        ("", False, None),
        ("a" * 200, False, None),
    ],
)
def test_kinds_of_hashes(digits: str, of_lora: bool, expected: tuple[str, str] | None) -> None:
    assert hash_kind(digits, of_lora=of_lora) == expected


def test_json_of_tools() -> None:
    assert json_object('\ufeff {"a": NaN, "a": 1e999}') == {"a": None}
    assert json_object("[1]") is None
    assert json_object("{" * 100_000) is None
    assert json_object('{"a":' * 10_000 + "1" + "}" * 10_000) is None
    assert json_object('{"a": ' + "[" * 60 + "]" * 60 + "}") is not None
    assert json_object('{"a": ' + "[" * 70 + "]" * 70 + "}") is None
    assert json_object('{"a": ' + "1" * 10_000 + "}") is None


def test_words_for_people() -> None:
    assert shown("a\nb\x00c") == "a b\ufffdc"
    assert shown("x" * 500).endswith("...")
    assert cleaned("e\u0301" * 3, 2) == "é"
    assert whole_text("plain") == ("plain", False)
    assert [number(text) for text in ("1", "-2", "1.50", "007", "1e5", "True", "x", "")] == [1, -2, 1.5, "007", "1e5", True, "x", ""]


KEYWORDS = st.sampled_from([
    "parameters", "prompt", "workflow", "UserComment", "exif:UserComment", "Comment", "Description", "Software", "Source", "sd-metadata",
    "Dream", "invokeai_metadata", "invokeai_graph", "fooocus_scheme", "postprocessing", "Make", "Model", "Artist", "ImageDescription",
    "hf-job-id", "Iptc4xmpExt:DigitalSourceType", "seed", "use_stable_diffusion_model", "num_inference_steps", "lora_alpha",
    "use_lora_model",
])  # fmt: skip
KINDS = st.sampled_from(["png-text", "exif", "xmp", "iptc", "comment", "pixels", "twin"])
NAMES = st.sampled_from([
    "prompt", "negative_prompt", "positive_prompt", "seed", "width", "height", "model", "loras", "lora", "vae", "c", "uc", "size",
    "sampler", "steps", "v4_prompt", "caption", "base_caption", "char_captions", "sui_image_params", "sui_extra_data", "sui_models",
    "name", "hash", "weight", "base_model", "image", "Comment", "Software", "Source", "nodes", "links", "type", "class_type", "inputs",
    "full_prompt", "performance", "num_inference_steps", "Stable", "resolution", "version", "strength",
])  # fmt: skip
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["1" * 400, "\ud800", "\x00", "512x512"])
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=15)
TEXTS = st.text(max_size=60) | VALUES.map(json.dumps) | st.dictionaries(NAMES, VALUES, max_size=6).map(json.dumps)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.builds(block, TEXTS, KEYWORDS, KINDS, st.text(max_size=5)), max_size=6))
def test_no_texts_raise(blocks: list[TextBlock]) -> None:
    for found in lift_texts(blocks, dimensions=(1, 1)):
        found.generation.payload()
        for document in found.documents:
            document.text.encode("utf-8")
        for text in (found.prompt, found.negative_prompt):
            assert text is None or text.encode("utf-8")


@pytest.mark.parametrize(
    "keyword", ["parameters", "UserComment", "prompt", "workflow", "Comment", "invokeai_metadata", "Dream", "Description"]
)
@pytest.mark.parametrize(
    "text",
    [
        '{"a":' * 10_000,
        '{"prompt":' * 10_000 + "1" + "}" * 10_000,
        '{"sui_image_params":{"prompt":"' + "x" * 1_000_000 + '"}}',
        '{"c":"' + "\\ud800" * 100_000 + '","uc":"","seed":1}',
        json.dumps({"nodes": [{"id": n, "type": "A"} for n in range(50_000)], "links": [[n, n, 0, n, 0, "*"] for n in range(50_000)]}),
        '"' * 1_000_000,
        "--v " * 250_000,
        "-S 1" * 250_000,
        "\x00" * 1_000_000,
    ],
    ids=["open", "deep", "long", "halves", "many", "quotes", "flags", "switches", "zeros"],
)
def test_a_megabyte_of_ill_will(keyword: str, text: str) -> None:
    kind: Any = "exif" if keyword == "UserComment" else "png-text"
    for found in lift_texts([block(text, keyword, kind)]):
        found.generation.payload()


def test_importing_the_package_loads_no_reader() -> None:
    code = "import sys, credkit.lifting; print([name for name in sys.modules if name.startswith('credkit.lifting.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert done.stdout.strip() == "[]"
    import credkit.lifting

    assert not hasattr(credkit.lifting, "nothing")


def test_a_real_file_keeps_its_order() -> None:
    found = lift_texts(blocks_of(png([("Comment", "x"), ("parameters", TEXT), ("parameters", TEXT.replace("12", "13"))])))
    assert [entry.seed for entry in found] == ["12", "13"]
