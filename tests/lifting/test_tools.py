"""The formats of single tools, each in the form in which the tool writes it, in a file made by Pillow or piexif and read back.

Compared with the writers themselves: Fooocus 2.5.5 (``modules/private_logger.py``, ``modules/meta_parser.py``), InvokeAI main of August
2026 (``image_files_disk.py``, ``core_metadata``; the older forms with its own importer), SwarmUI ("Image Metadata Format" and
``T2IParamInput.cs``), Easy Diffusion (``save_utils.py``). NovelAI, Draw Things, Midjourney, Ideogram and Grok are closed: their forms are
those that readers of their files describe.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from credkit.lifting import lift_texts
from credkit.manifest.assertions.generation import GenerationInput, GenerationModel
from tests.lifting.files import block, lifted_of, only, png, saved, user_comment, with_tags, xmp_packet

# InvokeAI

INVOKE: dict[str, Any] = {
    "generation_mode": "sdxl_txt2img", "positive_prompt": "a lake", "negative_prompt": "fog", "width": 1024, "height": 832,
    "seed": 3735928559, "rand_device": "cpu", "cfg_scale": 5.5, "cfg_rescale_multiplier": 0.0, "steps": 30, "scheduler": "dpmpp_2m_k",
    "clip_skip": 0, "positive_style_prompt": "",
    "model": {"key": "k1", "hash": "blake3:0a1b2c3d4e5f", "name": "Juggernaut XL", "base": "sdxl", "type": "main"},
    "vae": {"key": "k2", "hash": "sha256:" + "ab" * 32, "name": "sdxl-vae", "base": "sdxl", "type": "vae"},
    "loras": [{"model": {"key": "k3", "hash": "blake3:ffee", "name": "grain", "base": "sdxl", "type": "lora"}, "weight": 0.75}],
    "controlnets": [{"image": {"image_name": "pose.png"}, "control_model": {"name": "openpose", "base": "sdxl"}, "control_weight": 0.9}],
    "ipAdapters": [{"image": {"image_name": "face.png"}, "ip_adapter_model": {"name": "plus face"}, "weight": 0.4}],
    "app_version": "6.9.0",
}  # fmt: skip


def test_invokeai() -> None:
    found = only(png({"invokeai_metadata": json.dumps(INVOKE), "invokeai_graph": "{}", "invokeai_workflow": "{}"}))
    assert (found.format, found.prompt, found.negative_prompt, found.seed) == ("invokeai", "a lake", "fog", "3735928559")
    generation = found.generation
    assert (generation.tool, generation.tool_version, generation.mode, generation.size) == (
        "InvokeAI", "6.9.0", "text-to-image", (1024, 832),
    )  # fmt: skip
    assert generation.settings == {
        "rand_device": "cpu", "cfg": 5.5, "cfg_rescale_multiplier": 0.0, "steps": 30, "scheduler": "dpmpp_2m_k", "clip-skip": 0,
    }  # fmt: skip
    assert generation.models == (
        GenerationModel("Juggernaut XL", version="sdxl", claimed={"other": "blake3:0a1b2c3d4e5f"}),
        GenerationModel("sdxl-vae", role="vae", version="sdxl", claimed={"sha256": "ab" * 32}),
        GenerationModel("grain", role="lora", version="sdxl", weight=0.75),
        GenerationModel("openpose", role="controlnet", version="sdxl", weight=0.9),
        GenerationModel("plus face", role="ip-adapter", weight=0.4),
    )
    assert generation.inputs == (GenerationInput("control-image", "pose.png"), GenerationInput("reference-image", "face.png"))
    assert [document.title for document in found.documents] == ["InvokeAI metadata", "InvokeAI graph", "InvokeAI workflow"]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("flux_img2img", "image-to-image"),
        ("sdxl_inpaint", "inpaint"),
        ("outpaint", "outpaint"),
        ("wan_i2v", "image-to-image"),
        ("new", None),
    ],
)
def test_invokeai_modes(mode: str, expected: str | None) -> None:
    found = only(png({"invokeai_metadata": json.dumps(INVOKE | {"generation_mode": mode, "strength": 0.6})}))
    assert found.generation.mode == expected
    assert found.source_type == ("compositeWithTrainedAlgorithmicMedia" if expected else None)
    assert found.generation.settings["denoise"] == 0.6


def test_invokeai_of_3_0() -> None:
    old = {"model": {"model_name": "sd", "base_model": "sd-1"}, "loras": [{"lora": {"model_name": "x", "base_model": "sd-1"}, "weight": 1}]}
    found = only(png({"invokeai_metadata": json.dumps(old | {"positive_prompt": "p", "init_image": "a.png", "seed": 1})}))
    assert [(model.name, model.role) for model in found.generation.models] == [("sd", "checkpoint"), ("x", "lora")]
    assert (found.generation.mode, found.generation.inputs) == ("image-to-image", (GenerationInput("initial-image", "a.png"),))


def test_invokeai_graph_alone() -> None:
    graph = {"nodes": {"a": {"type": "noise"}, "b": {"type": "core_metadata", "positive_prompt": "p", "seed": 4, "steps": 9}}, "edges": []}
    found = only(png({"invokeai_graph": json.dumps(graph)}))
    assert (found.prompt, found.seed, found.generation.settings) == ("p", "4", {"steps": 9})
    assert found.remarks == ("Read from InvokeAI's graph; values that came through links of the graph are not told.",)


def test_invokeai_sd_metadata() -> None:
    image = {
        "prompt": [{"prompt": "a [bad] lake", "weight": 1.0}], "steps": 50, "cfg_scale": 7.5, "width": 512, "height": 768,
        "seed": 12, "type": "img2img", "sampler": "k_lms", "strength": 0.75, "init_image_path": "outputs/a.png",
    }  # fmt: skip
    value = {"model": "stable diffusion", "model_weights": "stable-diffusion-1.5", "model_hash": "cc6cb27103417325ff94f52b7a5d2dde45a7515b"
             "25c255d8e396c90014281516", "app_id": "invoke-ai/InvokeAI", "app_version": "2.2.5", "image": image}  # fmt: skip
    found = only(png({"sd-metadata": json.dumps(value), "Dream": '"a [bad] lake" -s 50 -S 12'}))
    assert (found.prompt, found.seed, found.generation.mode) == ("a [bad] lake", "12", "image-to-image")
    assert found.generation.models[0].claimed["sha256"].startswith("cc6cb271")
    assert found.generation.inputs == (GenerationInput("initial-image", "a.png"),)
    assert found.generation.settings == {"steps": 50, "cfg": 7.5, "sampler": "k_lms", "denoise": 0.75}
    assert found.remarks == ("Words in square brackets are the negative prompt.",)


def test_invokeai_dream() -> None:
    found = only(png({"Dream": '"a \\"red\\" lake" -s50 -W512 -H704 -C7.5 -Ak_euler -S4242 -I in.png -f0.6'}))
    assert (found.prompt, found.seed, found.generation.size) == ('a "red" lake', "4242", (512, 704))
    assert found.generation.settings == {"steps": 50, "cfg": 7.5, "sampler": "k_euler", "denoise": 0.6}
    assert found.generation.mode == "image-to-image"


# Fooocus

FOOOCUS: dict[str, Any] = {
    "adm_guidance": "(1.5, 0.8, 0.3)", "base_model": "juggernautXL_v8Rundiffusion", "base_model_hash": "aeb7e9e689", "clip_skip": 2,
    "full_negative_prompt": ["(worst quality)", ""], "full_prompt": ["cinematic still a fox", "a fox, intricate"], "guidance_scale": 4,
    "lora_combined_1": "sd_xl_offset : 0.1", "loras": [["sd_xl_offset", 0.1, "4852686128"]], "metadata_scheme": "fooocus",
    "negative_prompt": "", "performance": "Speed", "prompt": "a fox", "prompt_expansion": "a fox, intricate", "refiner_model": "None",
    "refiner_switch": 0.5, "resolution": "(1152, 896)", "sampler": "dpmpp_2m_sde_gpu", "scheduler": "karras", "seed": "2895712432132547110",
    "sharpness": 2, "steps": 30, "styles": "['Fooocus V2', 'Fooocus Sharp']", "vae": "Default (model)", "version": "Fooocus v2.5.5",
}  # fmt: skip
FOOOCUS_TEXT = (
    "cinematic still a fox, a fox, intricate\nNegative prompt: (worst quality)\nSteps: 30, Sampler: DPM++ 2M SDE Karras, "
    'Seed: 2895712432132547110, Size: 1152x896, CFG scale: 4, Sharpness: 2, ADM Guidance: "(1.5, 0.8, 0.3)", '
    "Model: juggernautXL_v8Rundiffusion, Model hash: aeb7e9e689, Performance: Speed, Scheduler: karras, VAE: Default (model), "
    'Raw prompt: a fox, Raw negative prompt: , Lora hashes: "sd_xl_offset: 4852686128", Lora weights: "sd_xl_offset: 0.1", '
    "Version: Fooocus v2.5.5"
)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_fooocus(kind: str) -> None:
    text = json.dumps(FOOOCUS)
    tags = {0x0131: "Fooocus v2.5.5", 0x927C: "fooocus"}
    found = only(
        png({"parameters": text, "fooocus_scheme": "fooocus"}) if kind == "PNG" else user_comment(text, kind, prefix=False, more=tags)
    )
    assert (found.format, found.prompt, found.negative_prompt, found.seed) == ("fooocus", "a fox", None, "2895712432132547110")
    generation = found.generation
    assert (generation.tool, generation.tool_version, generation.size) == ("Fooocus", "2.5.5", (1152, 896))
    assert generation.models == (
        GenerationModel("juggernautXL_v8Rundiffusion", claimed={"autov2": "aeb7e9e689"}),
        GenerationModel("sd_xl_offset", role="lora", weight=0.1, claimed={"autov2": "4852686128"}),
    )
    assert {name: generation.settings[name] for name in ("cfg", "sampler", "scheduler", "steps", "clip-skip")} == {
        "cfg": 4, "sampler": "dpmpp_2m_sde_gpu", "scheduler": "karras", "steps": 30, "clip-skip": 2,
    }  # fmt: skip
    assert generation.settings["full_prompt"] == "cinematic still a fox, a fox, intricate"
    assert found.remarks == ("Fooocus does not note whether it was given a picture to begin with.",)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_fooocus_in_the_form_of_the_web_ui(kind: str) -> None:
    tags = {0x0131: "Fooocus v2.5.5", 0x927C: "a1111"}
    found = only(
        png({"parameters": FOOOCUS_TEXT, "fooocus_scheme": "a1111"})
        if kind == "PNG"
        else user_comment(FOOOCUS_TEXT, kind, prefix=False, more=tags)
    )
    assert (found.format, found.generation.tool, found.generation.tool_version) == ("fooocus", "Fooocus", "2.5.5")
    assert found.prompt == "cinematic still a fox, a fox, intricate"
    assert found.generation.settings["Raw prompt"] == "a fox"
    lora = found.generation.models[-1]
    assert (lora.name, lora.weight, lora.claimed) == ("sd_xl_offset", 0.1, {"autov2": "4852686128"})


# NovelAI

NOVELAI = {
    "prompt": "1girl, garden", "steps": 28, "height": 1216, "width": 832, "scale": 5.0, "uncond_scale": 0.0, "cfg_rescale": 0.0,
    "seed": 1234567890, "n_samples": 1, "noise_schedule": "karras", "sampler": "k_euler_ancestral", "uc": "lowres",
    "request_type": "PromptGenerateRequest", "signed_hash": "q83vEjRWeJA=",
    "v4_prompt": {"caption": {"base_caption": "1girl, garden", "char_captions": [{"char_caption": "girl, hat", "centers": []}]},
                  "use_coords": False, "use_order": True},
    "v4_negative_prompt": {"caption": {"base_caption": "lowres", "char_captions": [{"char_caption": "", "centers": []}]}},
}  # fmt: skip
NOVELAI_TEXTS = {
    "Title": "NovelAI generated image", "Description": "1girl, garden", "Software": "NovelAI", "Source": "NovelAI Diffusion V4.5 4BDE2A90",
    "Generation time": "3.5", "Comment": json.dumps(NOVELAI),
}  # fmt: skip


def test_novelai() -> None:
    found = only(png(NOVELAI_TEXTS))
    assert (found.format, found.prompt, found.negative_prompt) == ("novelai", "1girl, garden\ngirl, hat", "lowres")
    assert (found.seed, found.generation.size, found.generation.mode) == ("1234567890", (832, 1216), "text-to-image")
    assert found.generation.models == (GenerationModel("NovelAI Diffusion V4.5", version="4BDE2A90"),)
    assert found.generation.settings["cfg"] == 5.0
    assert "signed_hash" not in found.generation.settings
    assert found.remarks == (
        "The prompts of single characters stand below the base prompt, one on each line.",
        "NovelAI's own signature of pixels and settings stands in the text (signed_hash); it is not checked.",
    )
    (document,) = found.documents
    assert (document.title, document.media_type) == ("NovelAI texts", "application/json")
    assert json.loads(document.text) == NOVELAI_TEXTS


def test_novelai_hidden_in_the_pixels() -> None:
    hidden = block(json.dumps(NOVELAI_TEXTS), "stealth_pngcomp", kind="pixels", place="the pixels (alpha channel)")
    (found,) = lift_texts([hidden])
    assert found.prompt == "1girl, garden\ngirl, hat"
    assert "The picture hides its prompt in its pixels (alpha channel)." in found.remarks
    texts = [block(text, keyword) for keyword, text in NOVELAI_TEXTS.items()]
    (found,) = lift_texts([hidden, *texts])
    assert found.place == 'PNG text "Comment"'
    assert found.remarks[-2:] == (
        "The picture hides its prompt in its pixels (alpha channel).",
        "The same stands in the pixels (alpha channel).",
    )


@pytest.mark.parametrize(
    ("request_type", "mode"), [("Img2ImgRequest", "image-to-image"), ("NativeInfillingRequest", "inpaint"), (None, "text-to-image")]
)
def test_novelai_modes(request_type: str | None, mode: str) -> None:
    comment = json.dumps(NOVELAI | {"request_type": request_type, "strength": 0.7})
    found = only(png(NOVELAI_TEXTS | {"Comment": comment}))
    assert (found.generation.mode, found.generation.settings["denoise"]) == (mode, 0.7)


def test_novelai_with_broken_settings() -> None:
    found = only(png(NOVELAI_TEXTS | {"Comment": "{"}))
    assert (found.prompt, found.remarks) == ("1girl, garden", ("The settings of NovelAI cannot be read.",))


# SwarmUI

SWARM = {
    "sui_image_params": {
        "prompt": "a photo of a cat", "model": "OfficialStableDiffusion/sd_xl_base_1.0", "seed": 1, "steps": 20, "cfgscale": 7.0,
        "aspectratio": "1:1", "width": 1024, "height": 1024, "automaticvae": True, "loras": ["style/grain"], "loraweights": ["0.5"],
        "sampler": "euler", "scheduler": "normal", "negativeprompt": "", "swarm_version": "0.9.3.1",
    },
    "sui_extra_data": {"date": "2025-01-25", "original_prompt": "a photo of a <random:cat|dog>", "generation_time": "4.84 sec"},
    "sui_models": [
        {"name": "OfficialStableDiffusion/sd_xl_base_1.0.safetensors", "param": "model", "hash": "0x" + "D7" * 32},
        {"name": "style/grain.safetensors", "param": "loras", "hash": None},
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "legacy"])
def test_swarmui(kind: str) -> None:
    text = json.dumps(SWARM, indent=2)
    data = {
        "PNG": lambda: png({"parameters": text}),
        "JPEG": lambda: user_comment(text),
        "legacy": lambda: with_tags({0x0110: text}, "JPEG"),
    }
    found = only(data[kind]())
    assert (found.format, found.prompt, found.negative_prompt, found.seed) == ("swarmui", "a photo of a cat", None, "1")
    generation = found.generation
    assert (generation.tool, generation.tool_version, generation.mode, generation.size) == (
        "SwarmUI", "0.9.3.1", "text-to-image", (1024, 1024),
    )  # fmt: skip
    assert generation.models == (
        GenerationModel("sd_xl_base_1.0", claimed={"other": "tensors:" + "d7" * 32}),
        GenerationModel("grain", role="lora", weight=0.5),
    )
    assert {name: generation.settings[name] for name in ("cfg", "sampler", "automaticvae")} == {
        "cfg": 7.0, "sampler": "euler", "automaticvae": True,
    }  # fmt: skip
    assert generation.settings["original_prompt"] == "a photo of a <random:cat|dog>"


def test_swarmui_with_pictures() -> None:
    value = {
        "sui_image_params": {"prompt": "p", "initimagecreativity": 0.6, "maskimage": True},
        "sui_extra_data": {"initimage_filename": "a.png"},
    }
    found = only(png({"parameters": json.dumps(value)}))
    assert (found.generation.mode, found.generation.settings["denoise"]) == ("inpaint", 0.6)
    assert set(found.generation.inputs) == {GenerationInput("initial-image", "a.png"), GenerationInput("mask")}


# Draw Things

DRAW_THINGS = {
    "c": "a tree", "uc": "snow", "model": "flux_1_dev_q8p.ckpt", "sampler": "DPM++ 2M Karras", "scale": 4.5, "seed": 7, "size": "768x512",
    "steps": 20, "strength": 1, "lora": [{"model": "grain_lora_f16.ckpt", "weight": 0.6}], "v2": {"hiresFix": False},
}  # fmt: skip


def test_draw_things() -> None:
    text = json.dumps(DRAW_THINGS).replace("&", "&amp;").replace("<", "&lt;")
    comment = f'<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt></exif:UserComment>'
    found = only(png({}, xmp=xmp_packet(f"<xmp:CreatorTool>Draw Things</xmp:CreatorTool>{comment}")))
    assert (found.format, found.prompt, found.negative_prompt, found.seed) == ("draw-things", "a tree", "snow", "7")
    assert (found.generation.size, found.generation.mode) == ((768, 512), "text-to-image")
    assert found.generation.settings == {"sampler": "DPM++ 2M Karras", "cfg": 4.5, "steps": 20, "denoise": 1}
    assert [(model.name, model.weight) for model in found.generation.models] == [
        ("flux_1_dev_q8p.ckpt", None),
        ("grain_lora_f16.ckpt", 0.6),
    ]


# Easy Diffusion

EASY = {
    "prompt": "a boat", "negative_prompt": "rain", "seed": "3", "use_stable_diffusion_model": "C:\\models\\sd-v1-5.safetensors",
    "clip_skip": "True", "use_vae_model": "None", "sampler_name": "euler_a", "width": "512", "height": "640", "num_inference_steps": "25",
    "guidance_scale": "7.5", "use_lora_model": "['a', 'b']", "lora_alpha": "[0.4, 0.6]", "tiling": "None",
}  # fmt: skip


def test_easy_diffusion() -> None:
    found = only(png(EASY))
    assert (found.format, found.place) == ("easy-diffusion", 'PNG text "prompt"')
    assert [document.title for document in found.documents] == ["Easy Diffusion settings"]
    assert (found.prompt, found.negative_prompt, found.seed, found.generation.size) == ("a boat", "rain", "3", (512, 640))
    assert found.generation.settings == {"clip-skip": True, "sampler": "euler_a", "steps": 25, "cfg": 7.5}
    assert [(model.name, model.role, model.weight) for model in found.generation.models] == [
        ("sd-v1-5.safetensors", "checkpoint", None), ("a", "lora", 0.4), ("b", "lora", 0.6),
    ]  # fmt: skip


def test_easy_diffusion_in_a_jpeg_under_names_for_people() -> None:
    named = {"Prompt": "a boat", "Seed": 3, "Stable Diffusion model": "sd", "Steps": 25, "Guidance Scale": 7.5, "Prompt Strength": 0.5}
    found = only(user_comment(json.dumps(named)))
    assert (found.prompt, found.seed, found.generation.mode) == ("a boat", "3", "image-to-image")
    assert found.generation.settings == {"steps": 25, "cfg": 7.5, "denoise": 0.5}


# Services

JOB = "11112222-3333-4444-5555-666677778888"
GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def test_midjourney() -> None:
    text = f"https://example.org/a.png a red barn, dusk --ar 16:9 --v 6.1 --no people, cars --seed 99 --tile Job ID: {JOB}"
    packet = xmp_packet(f"<Iptc4xmpExt:DigitalSourceType>{GENERATED}</Iptc4xmpExt:DigitalSourceType>")
    found = only(png({"Description": text}, xmp=packet))
    assert (found.format, found.prompt, found.negative_prompt, found.seed) == (
        "midjourney", "https://example.org/a.png a red barn, dusk", "people, cars", "99",
    )  # fmt: skip
    assert (found.generation.tool, found.generation.tool_version) == ("Midjourney", "6.1")
    assert found.generation.settings == {"ar": "16:9", "tile": True, "Job ID": JOB}
    assert found.generation.inputs == (GenerationInput("reference-image", "a.png"),)
    assert found.source_type == "trainedAlgorithmicMedia"


def test_ideogram_grok_and_hugging_face() -> None:
    ideogram = only(with_tags({0x010F: "Ideogram AI"}, "JPEG"))
    assert (ideogram.format, ideogram.generation.tool, ideogram.source_type) == ("ideogram", "Ideogram", "trainedAlgorithmicMedia")
    grok = only(with_tags({0x013B: JOB, 0x010E: "Signature: abcdefgh=="}, "JPEG"))
    assert (grok.format, grok.generation.settings) == ("grok", {"Artist": JOB})
    assert grok.remarks == ("The service's own signature stands in the image description; it is not checked.",)
    hugging = only(png({"hf-job-id": JOB}))
    assert (hugging.format, hugging.generation.settings) == ("hugging-face", {"hf-job-id": JOB})
    assert ideogram.documents == grok.documents == hugging.documents == ()


def test_a_declared_source_type_alone() -> None:
    packet = xmp_packet(
        f"<Iptc4xmpExt:DigitalSourceType>{GENERATED.replace('trained', 'compositeWithTrained')}</Iptc4xmpExt:DigitalSourceType>"
        "<Iptc4xmpExt:DigImageGUID>abc</Iptc4xmpExt:DigImageGUID>"
    )
    found = only(png({}, xmp=packet))
    assert (found.format, found.source_type, found.generation.tool) == ("iptc", "compositeWithTrainedAlgorithmicMedia", None)
    assert found.generation.settings == {"Iptc4xmpExt:DigImageGUID": "abc"}
    captured = packet.replace("compositeWithTrainedAlgorithmicMedia", "digitalCapture")
    assert lifted_of(png({}, xmp=captured)) == ()


@pytest.mark.parametrize(
    "data",
    [
        png({}),
        png({"Software": "GIMP", "Comment": "Created with GIMP"}),
        png({"Description": "a day at the sea, v 6"}),
        saved("JPEG", comment=b"Lavc60.3.100"),
        with_tags({0x010F: "Canon", 0x0110: "EOS R5", 0x013B: "Test Studio", 0x010E: "OLYMPUS DIGITAL CAMERA"}, "JPEG"),
        user_comment("ASCII text of a camera: 1, 2, 3"),
    ],
)
def test_pictures_of_others_say_nothing(data: bytes) -> None:
    assert lifted_of(data) == ()
