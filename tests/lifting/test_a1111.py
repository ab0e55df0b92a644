"""Texts of the web UI and its relatives: the grammar, every key that means something, and the places where they stand.

The samples have the form that ``create_infotext`` of Forge (branch main, June 2025) writes: ``key: value`` joined by ", ", values with a
comma, colon or line end as JSON strings. Extensions' keys are those of ControlNet, ADetailer and Dynamic Prompts as these write them.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.lifting import a1111, infotext, lift_texts
from credkit.lifting.lifted import Lifted
from credkit.manifest.assertions.generation import GenerationInput, GenerationModel
from tests.lifting.files import block, blocks_of, lifted_of, only, png, user_comment

PLAIN = (
    "portrait of a woman, (soft light:1.2) <lora:film grain:0.6>\nsecond line, with: colon\n"
    "Negative prompt: lowres, bad hands\nugly\n"
    "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 9654000861234567890, Size: 768x1152, "
    "Model hash: 45dee52b00, Model: awportrait_v14, VAE hash: 735e4c3a44, VAE: vae-ft-mse-840000.safetensors, Clip skip: 2, "
    'Lora hashes: "film grain: 0123456789ab, other: 0a1b2c3d4e", TI hashes: "easynegative: c74b4e810b03", Version: v1.10.1'
)
HIRES = (
    "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model hash: 81761151, Model: v1-5, "
    'Denoising strength: 0.55, Hires upscale: 2, Hires upscaler: 4x-UltraSharp, Hires prompt: "a cat, detailed", Version: v1.6.0'
)
FORGE = (
    "a cat\nSteps: 20, Sampler: Euler, Schedule type: Simple, CFG scale: 1, Distilled CFG Scale: 3.5, Seed: 5, Size: 896x1152, "
    "Model hash: 0123456789, Model: flux1-dev, Version: f2.0.1v1.10.1-previous-636-gb835f24a, Module 1: ae, Module 2: clip_l, "
    "Module 3: t5xxl_fp16"
)
INPAINT = (
    "a hat\nSteps: 30, Sampler: DDIM, CFG scale: 7, Seed: 2, Size: 512x512, Model: inpainting, Denoising strength: 0.75, "
    "Mask blur: 4, Inpaint area: Only masked, Masked area padding: 32, Masked content: fill, Version: v1.9.4"
)
FROM_IMAGE = (
    "a hat\nSteps: 30, Sampler: DDIM, CFG scale: 7, Seed: 2, Size: 512x512, Model: m, Denoising strength: 0.75, Init image hash: a1b2c3"
)
CONTROL = (
    "a hat\nSteps: 30, Sampler: DDIM, CFG scale: 7, Seed: 2, Size: 512x512, Model: m, "
    'ControlNet 0: "Module: canny, Model: control_v11p_sd15_canny [d14c016b], Weight: 0.8, Resize Mode: Crop and Resize, '
    'Control Mode: Balanced", ADetailer model: face_yolov8n.pt, ADetailer prompt: "a face, detailed", ADetailer version: 24.9.0'
)
CIVITAI = (
    "a cat\nNegative prompt: bad\nSteps: 25, Sampler: DPM++ 2M Karras, CFG scale: 4, Seed: 77, Size: 832x1216, Clip skip: 2, "
    'Created Date: 2025-01-02T03:04:05.678Z, Civitai resources: [{"type":"checkpoint","modelVersionId":691639,"modelName":"FLUX",'
    '"modelVersionName":"Dev"},{"type":"lora","weight":0.8,"modelVersionId":720252,"modelName":"Film, grain","modelVersionName":"v1"}], '
    'Civitai metadata: {"remixOfId":12}'
)
HASHES = (
    'a cat\nSteps: 25, Sampler: Euler, CFG scale: 4, Seed: 77, Size: 832x1216, Model: big, Hashes: {"model": "0123456789", '
    '"lora:grain": "aabbccddee", "embed:neg": "1122334455", "vae": "99887766aa"}, Version: ComfyUI'
)


def lifted(text: str) -> Lifted:
    (found,) = lift_texts([block(text)])
    return found


def models_of(text: str) -> dict[str, GenerationModel]:
    return {model.name: model for model in lifted(text).generation.models}


def test_a_whole_text() -> None:
    found = only(png({"parameters": PLAIN}))
    assert found.format == "a1111"
    assert found.place == 'PNG text "parameters"'
    assert found.prompt == "portrait of a woman, (soft light:1.2) <lora:film grain:0.6>\nsecond line, with: colon"
    assert found.negative_prompt == "lowres, bad hands\nugly"
    assert found.seed == "9654000861234567890"
    assert found.source_type == "trainedAlgorithmicMedia"
    generation = found.generation
    assert (generation.tool, generation.tool_version) == ("Stable Diffusion WebUI", "v1.10.1")
    assert (generation.mode, generation.size) == ("text-to-image", (768, 1152))
    assert generation.settings == {"steps": 28, "sampler": "DPM++ 2M", "scheduler": "Karras", "cfg": 6.5, "clip-skip": 2}
    assert generation.models == (
        GenerationModel("awportrait_v14", claimed={"autov2": "45dee52b00"}),
        GenerationModel("vae-ft-mse-840000.safetensors", role="vae", claimed={"autov2": "735e4c3a44"}),
        GenerationModel("film grain", role="lora", weight=0.6, claimed={"autov3": "0123456789ab"}),
        GenerationModel("other", role="lora", claimed={"autov2": "0a1b2c3d4e"}),
        GenerationModel("easynegative", role="embedding", claimed={"other": "c74b4e810b03"}),
    )
    assert found.remarks == ()
    assert [(document.media_type, document.text) for document in found.documents] == [("text/plain", PLAIN)]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_the_same_in_exif(kind: str) -> None:
    found, original = only(user_comment(PLAIN, kind)), only(png({"parameters": PLAIN}))
    assert (found.prompt, found.seed, found.generation.models) == (original.prompt, original.seed, original.generation.models)
    assert "UserComment" in found.place


def test_a_second_pass_is_no_other_picture() -> None:
    found = lifted(HIRES)
    assert found.generation.mode == "text-to-image"
    assert found.generation.settings["denoise"] == 0.55
    assert found.generation.settings["Hires prompt"] == "a cat, detailed"
    assert models_of(HIRES)["v1-5"].claimed == {"autov1": "81761151"}
    assert models_of(HIRES)["4x-UltraSharp"].role == "upscaler"


def test_forge_names_its_modules() -> None:
    found = lifted(FORGE)
    assert found.generation.tool == "Stable Diffusion WebUI Forge"
    assert found.generation.tool_version == "f2.0.1v1.10.1-previous-636-gb835f24a"
    assert found.generation.settings["guidance"] == 3.5
    assert {name: model.role for name, model in models_of(FORGE).items()} == {
        "flux1-dev": "checkpoint",
        "ae": "vae",
        "clip_l": "text-encoder",
        "t5xxl_fp16": "text-encoder",
    }


@pytest.mark.parametrize(
    ("text", "mode", "source_type"),
    [
        (INPAINT, "inpaint", "compositeWithTrainedAlgorithmicMedia"),
        (FROM_IMAGE, "image-to-image", "compositeWithTrainedAlgorithmicMedia"),
        (HIRES, "text-to-image", "trainedAlgorithmicMedia"),
        (FROM_IMAGE.replace("Init image hash: a1b2c3", "Script: Outpainting mk2"), "outpaint", "compositeWithTrainedAlgorithmicMedia"),
        ("a prompt without settings", None, None),
    ],
)
def test_what_the_model_began_with(text: str, mode: str | None, source_type: str | None) -> None:
    found = lifted(text)
    assert (found.generation.mode, found.source_type) == (mode, source_type)


def test_extensions() -> None:
    found, models = lifted(CONTROL), models_of(CONTROL)
    control = models["control_v11p_sd15_canny"]
    assert (control.role, control.weight, control.claimed) == ("controlnet", 0.8, {"autov1": "d14c016b"})
    assert found.generation.inputs == (GenerationInput("control-image"),)
    assert found.generation.settings["ADetailer prompt"] == "a face, detailed"
    assert models["face_yolov8n.pt"].role == "other"


def test_templates_below_the_settings_hold_words_of_the_prompt() -> None:
    found = lifted(f"{HIRES}\nTemplate: a {{cat|dog}}, (big:1.2), nice: yes, well: no\nNegative Template: bad,\nworse")
    assert found.prompt == "a cat"
    assert found.generation.settings["Template"] == "a {cat|dog}, (big:1.2), nice: yes, well: no"
    assert found.generation.settings["Negative Template"] == "bad,\nworse"


def test_civitai_lists_versions_of_its_catalogue() -> None:
    found, models = lifted(CIVITAI), models_of(CIVITAI)
    assert found.generation.tool == "Civitai"
    assert (models["FLUX"].role, models["FLUX"].version) == ("checkpoint", "Dev")
    assert (models["Film, grain"].role, models["Film, grain"].weight, models["Film, grain"].version) == ("lora", 0.8, "v1")
    assert found.generation.settings["Civitai remixOfId"] == 12
    assert found.negative_prompt == "bad"


def test_a_table_of_hashes() -> None:
    models = models_of(HASHES)
    assert {name: (model.role, dict(model.claimed)) for name, model in models.items()} == {
        "big": ("checkpoint", {"autov2": "0123456789"}),
        "grain": ("lora", {"autov2": "aabbccddee"}),
        "neg": ("embedding", {"autov2": "1122334455"}),
        "vae": ("vae", {"autov2": "99887766aa"}),
    }
    assert lifted(HASHES).generation.tool == "ComfyUI"


def test_refiner_hypernetwork_and_the_older_hash() -> None:
    text = (
        "a <hypernet:style:0.5> <lyco:pose:1:0.7> <lora:x:te=0.2:unet=0.3>\nSteps: 5, Sampler: x, CFG scale: 1, Model: folder\\base, "
        "Refiner: sd_xl_refiner_1.0 [7440042bbd], Refiner switch at: 0.8, Hypernet: ink(a1b2c3d4), Hypernet strength: 0.4"
    )
    models = models_of(text)
    assert models["base"].role == "checkpoint"
    assert (models["sd_xl_refiner_1.0"].role, models["sd_xl_refiner_1.0"].claimed) == ("refiner", {"autov2": "7440042bbd"})
    assert (models["ink"].role, models["ink"].weight, models["ink"].claimed) == ("hypernetwork", 0.4, {"autov1": "a1b2c3d4"})
    assert (models["style"].weight, models["pose"].weight, models["x"].weight) == (0.5, 1.0, 0.2)


def test_fewer_than_three_pairs_are_no_settings() -> None:
    text = "a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler"
    found = lifted(text)
    assert found.prompt == "a cat"
    assert found.negative_prompt == "dog\nSteps: 20, Sampler: Euler"
    assert found.generation.settings == {}
    assert found.remarks == ("The text has no line of settings; all of it is taken as the prompt.",)


def test_elsewhere_only_a_text_with_settings_counts(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.with_suffix(".txt").write_text("a caption for training, nothing more", "utf-8")
    assert lifted_of(png({"Comment": "Made with care: yes, no: no, a: b"}), picture) == ()
    picture.with_suffix(".txt").write_text(PLAIN, "utf-8")
    (found,) = lifted_of(png({}), picture)
    assert found.seed == "9654000861234567890"
    assert found.remarks == ("The prompt also stands in a text file beside the picture.",)


def test_the_extras_tab() -> None:
    extras = "Postprocess upscale by: 2, Postprocess upscaler: 4x-UltraSharp, Postprocess GFPGAN visibility: 0.5"
    both = only(png({"parameters": PLAIN, "postprocessing": extras}))
    assert both.generation.settings["Postprocess upscale by"] == 2
    assert both.generation.mode == "text-to-image"
    alone = only(png({"postprocessing": extras}))
    assert (alone.generation.mode, alone.source_type, alone.prompt) == ("upscale", None, None)
    assert [model.role for model in alone.generation.models] == ["upscaler"]


def test_numbers_stay_what_they_are() -> None:
    found = lifted("a\nSteps: 20, Sampler: 007, CFG scale: 7.0, Seed: -1, ENSD: 31337, Tiling: True, Eta: 1e999, Big: 99999999999999999999")
    assert found.generation.settings == {
        "steps": 20, "sampler": "007", "cfg": 7.0, "ENSD": 31337, "Tiling": True, "Eta": "1e999", "Big": "99999999999999999999",
    }  # fmt: skip
    assert found.seed == "-1"


def test_a_seed_that_is_none_is_told() -> None:
    found = lifted("a\nSteps: 20, Sampler: x, CFG scale: 7, Seed: ${rm}")
    assert found.seed is None
    assert found.remarks == ('The seed "${rm}" is no whole number; it is left out.',)


def test_what_cannot_be_signed_is_cleaned_and_told() -> None:
    long = "x" * 20_001
    found = lifted(f'a\x00\u202eb\nSteps: 20, Sampler: a\x07b, CFG scale: 7, Note: "{long}", Model: \u202e\x00gol')
    assert found.prompt == "a\x00\u202eb"
    assert found.generation.settings["sampler"] == "a\ufffdb"
    assert len(str(found.generation.settings["Note"])) == 10_000
    assert found.generation.models[0].name == "\ufffd\ufffdgol"
    assert [remark.partition(" is")[0] for remark in found.remarks] == ['The setting "sampler"', 'The setting "Note"']


def test_pairs_follow_the_grammar() -> None:
    line = 'Aa: 1, Bb : 2, Cc: "x, \\"y\\": z", Dd: "broken, Ee: , x: 5, Ff/g-h 2: [1, 2], Gg: [1, 2, Hh: {"a": 1} tail'
    assert list(infotext.pairs(line)) == [
        ("Aa", "1"),
        ("Bb", "2"),
        ("Cc", 'x, "y": z'),
        ("Dd", '"broken'),
        ("Ee", ""),
        ("Ff/g-h 2", [1, 2]),
        ("Gg", "[1"),
        ("Hh", '{"a": 1} tail'),
    ]


@settings(max_examples=100)
@given(st.dictionaries(st.from_regex(r"[A-Za-z][A-Za-z0-9 ]{1,12}[a-z]", fullmatch=True), st.text(max_size=40), min_size=1, max_size=8))
def test_values_written_as_json_come_back(values: dict[str, str]) -> None:
    line = ", ".join(f"{key}: {json.dumps(value + '.')}" for key, value in values.items())
    assert dict(infotext.pairs(line)) == {key: f"{value}." for key, value in values.items()}


@settings(max_examples=100)
@given(st.text(alphabet=st.sampled_from('ab: ,"\\[]{}<>\nSteps:x1\x00\ud800'), max_size=200))
def test_no_text_raises(text: str) -> None:
    for found in a1111.read([block(f"{text}\nSteps: 1, Aa: {text}, Bb: 2")]):
        found.generation.payload()


@pytest.mark.parametrize(
    "piece", ["a", "aa:", 'aa:"', "aa:[", 'aa:["x', "aa:[1,", "(a:1.2),", '\\"', "<lora:", "Template:\n", "Steps: a: b: c: \n", "\n", " -/"]
)
def test_a_megabyte_of_anything_ends(piece: str) -> None:
    text = (piece * (1_000_000 // len(piece)))[:1_000_000]
    found = lift_texts([block(f"{text}\nSteps: 1, Sampler: {text}, Seed: 4")])
    assert found[0].documents[0].text.startswith(text)


def test_blocks_come_from_a_real_reader() -> None:
    assert [found.kind for found in blocks_of(user_comment(PLAIN))] == ["exif"]


def test_a_line_of_nothing_but_colons_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def key_before(line: str, position: int, colon: int) -> None:
        asked.append(colon)

    monkeypatch.setattr(infotext, "_key_before", key_before)
    assert list(infotext.pairs("-a:" * 300_000)) == []
    assert len(asked) == 10_000
