"""Graphs of ComfyUI in both forms, walked back from the picture.

The prompt form is what ``SaveImage`` puts into PNG text, in WebP the EXIF fields from ``Model`` (0x0110) and ``Make`` (0x010F) downward;
both compared with ``comfy_api/latest/_ui.py``, the parts of custom sampling with ``comfy_extras/nodes_custom_sampler.py``, names of other
classes with the table in ``nodes.py``. The workflow form follows the editor's schema 0.4 with subgraphs as it is documented; it was not
compared with the editor's own writer.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.lifting import Lifted, lift_texts
from credkit.lifting.comfyui import walk
from credkit.lifting.comfyui.graph import _bridges, prompt_graph, workflow_graph
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.assertions.generation import GenerationInput, GenerationModel
from tests.lifting.files import block, lifted_of, only, png, with_tags

Graph = dict[str, Any]


def node(kind: str, /, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


def plain(**changes: Any) -> Graph:
    """The program's first example, with a LoRA."""
    graph = {
        "3": node(
            "KSampler", seed=18446744073709551615, steps=28, cfg=6.5, sampler_name="dpmpp_2m", scheduler="karras", denoise=1,
            model=["10", 0], positive=["6", 0], negative=["7", 0], latent_image=["5", 0],
        ),
        "4": node("CheckpointLoaderSimple", ckpt_name="SD15\\awportrait_v14.safetensors"),
        "5": node("EmptyLatentImage", width=768, height=1152, batch_size=1),
        "6": node("CLIPTextEncode", text="a cat, 猫", clip=["10", 1]),
        "7": node("CLIPTextEncode", text="ugly, embedding:easynegative", clip=["10", 1]),
        "8": node("VAEDecode", samples=["3", 0], vae=["4", 2]),
        "9": node("SaveImage", filename_prefix="ComfyUI", images=["8", 0]),
        "10": node("LoraLoader", lora_name="film/grain.safetensors", strength_model=0.6, strength_clip=0.5, model=["4", 0], clip=["4", 1]),
    }  # fmt: skip
    return graph | changes


def lifted(graph: Graph, keyword: str = "prompt") -> Lifted:
    (found,) = lift_texts([block(json.dumps(graph), keyword)])
    return found


def roles(found: Lifted) -> dict[str, str]:
    return {model.name: model.role for model in found.generation.models}


def test_a_whole_graph() -> None:
    found = only(png({"prompt": json.dumps(plain())}))
    assert (found.format, found.place) == ("comfyui", 'PNG text "prompt"')
    assert (found.prompt, found.negative_prompt) == ("a cat, 猫", "ugly, embedding:easynegative")
    assert found.seed == "18446744073709551615"
    assert found.source_type == "trainedAlgorithmicMedia"
    generation = found.generation
    assert (generation.tool, generation.mode, generation.size) == ("ComfyUI", "text-to-image", (768, 1152))
    assert generation.settings == {"steps": 28, "cfg": 6.5, "sampler": "dpmpp_2m", "scheduler": "karras", "denoise": 1}
    assert generation.models == (
        GenerationModel("awportrait_v14.safetensors"),
        GenerationModel("grain.safetensors", role="lora", weight=0.6),
        GenerationModel("easynegative", role="embedding"),
    )
    assert found.remarks == ()
    assert [document.title for document in found.documents] == ["ComfyUI prompt"]


def test_prompt_before_workflow_and_before_a_copy_for_others() -> None:
    copy = "a dog\nSteps: 28, Sampler: Euler, CFG scale: 6.5, Seed: 4, Size: 768x1152, Version: ComfyUI"
    data = png({"workflow": json.dumps(workflow()), "parameters": copy, "prompt": json.dumps(plain())})
    first, second = lifted_of(data)
    assert (first.format, second.format) == ("comfyui", "a1111")
    assert [document.title for document in first.documents] == ["ComfyUI prompt", "ComfyUI workflow"]
    assert first.remarks == (
        'Two texts contradict each other, PNG text "prompt" and PNG text "parameters": they differ in prompt, seed. The first is taken.',
    )


def test_webp_has_the_graphs_in_exif() -> None:
    data = with_tags({0x0110: f"prompt:{json.dumps(plain())}", 0x010F: f"workflow:{json.dumps(workflow())}"})
    found = only(data)
    assert found.seed == "18446744073709551615"
    assert "Model" in found.place
    assert len(found.documents) == 2


def flux() -> Graph:
    """The example for Flux: noise, guider, sampler and schedule are nodes of their own."""
    return {
        "6": node("CLIPTextEncode", text="a forest", clip=["11", 0]),
        "8": node("VAEDecode", samples=["13", 0], vae=["10", 0]),
        "9": node("SaveImage", filename_prefix="flux", images=["8", 0]),
        "10": node("VAELoader", vae_name="ae.safetensors"),
        "11": node("DualCLIPLoader", clip_name1="t5xxl_fp16.safetensors", clip_name2="clip_l.safetensors", type="flux"),
        "12": node("UNETLoader", unet_name="flux1-dev.safetensors", weight_dtype="default"),
        "13": node("SamplerCustomAdvanced", noise=["25", 0], guider=["22", 0], sampler=["16", 0], sigmas=["17", 0], latent_image=["27", 0]),
        "16": node("KSamplerSelect", sampler_name="euler"),
        "17": node("BasicScheduler", scheduler="simple", steps=20, denoise=1.0, model=["30", 0]),
        "22": node("BasicGuider", model=["30", 0], conditioning=["26", 0]),
        "25": node("RandomNoise", noise_seed=219670278747233),
        "26": node("FluxGuidance", guidance=3.5, conditioning=["6", 0]),
        "27": node("EmptySD3LatentImage", width=["34", 0], height=["35", 0], batch_size=1),
        "30": node("ModelSamplingFlux", max_shift=1.15, base_shift=0.5, width=["34", 0], height=["35", 0], model=["12", 0]),
        "34": node("PrimitiveInt", value=1024),
        "35": node("PrimitiveInt", value=768),
    }


def test_a_sampler_in_parts() -> None:
    found = lifted(flux())
    assert (found.prompt, found.negative_prompt, found.seed) == ("a forest", None, "219670278747233")
    generation = found.generation
    assert generation.size == (1024, 768)
    assert generation.settings == {
        "scheduler": "simple", "steps": 20, "denoise": 1.0, "sampler": "euler", "guidance": 3.5, "max_shift": 1.15, "base_shift": 0.5,
    }  # fmt: skip
    assert roles(found) == {
        "flux1-dev.safetensors": "diffusion-model",
        "t5xxl_fp16.safetensors": "text-encoder",
        "clip_l.safetensors": "text-encoder",
        "ae.safetensors": "vae",
    }
    assert found.remarks == ()


def test_a_guider_with_a_scale_of_its_own() -> None:
    graph = flux() | {
        "22": node("CFGGuider", cfg=4.0, model=["30", 0], positive=["26", 0], negative=["40", 0]),
        "40": node("CLIPTextEncode", text="blurry", clip=["11", 0]),
    }
    found = lifted(graph)
    assert (found.prompt, found.negative_prompt, found.generation.settings["cfg"]) == ("a forest", "blurry", 4.0)


def test_several_passes_are_told_in_their_order() -> None:
    graph = plain(
        **{
            "8": node("VAEDecode", samples=["21", 0], vae=["4", 2]),
            "20": node("LatentUpscaleBy", upscale_method="nearest-exact", scale_by=1.5, samples=["3", 0]),
            "21": node(
                "KSampler",
                seed=2,
                steps=14,
                cfg=8,
                sampler_name="euler",
                scheduler="normal",
                denoise=0.5,
                model=["10", 0],
                positive=["22", 0],
                negative=["7", 0],
                latent_image=["20", 0],
            ),
            "22": node("CLIPTextEncode", text="a cat, sharp", clip=["10", 1]),
        }
    )
    found = lifted(graph)
    assert (found.prompt, found.seed, found.generation.mode) == ("a cat, 猫", "18446744073709551615", "text-to-image")
    settings_ = found.generation.settings
    assert (settings_["steps"], settings_["pass 2 steps"], settings_["pass 2 denoise"], settings_["scale_by"]) == (28, 14, 0.5, 1.5)
    assert (settings_["pass 2 prompt"], settings_["pass 2 seed"]) == ("a cat, sharp", "2")
    assert "pass 2 negative prompt" not in settings_


def test_a_refiner_is_known_by_its_pass() -> None:
    sampler = {"add_noise": "enable", "cfg": 8.0, "sampler_name": "euler", "scheduler": "normal"}
    graph = {
        "1": node("CheckpointLoaderSimple", ckpt_name="sd_xl_base_1.0.safetensors"),
        "2": node("CheckpointLoaderSimple", ckpt_name="sd_xl_refiner_1.0.safetensors"),
        "3": node("CLIPTextEncodeSDXL", width=1024, height=1024, text_g="a castle", text_l="stone", clip=["1", 1]),
        "4": node("CLIPTextEncode", text="bad", clip=["1", 1]),
        "5": node("EmptyLatentImage", width=1024, height=1024, batch_size=1),
        "6": node(
            "KSamplerAdvanced", noise_seed=7, steps=25, start_at_step=0, end_at_step=20, return_with_leftover_noise="enable",
            model=["1", 0], positive=["3", 0], negative=["4", 0], latent_image=["5", 0], **sampler,
        ),
        "7": node(
            "KSamplerAdvanced", noise_seed=0, steps=25, start_at_step=20, end_at_step=10000, return_with_leftover_noise="disable",
            model=["2", 0], positive=["3", 0], negative=["4", 0], latent_image=["6", 0], **sampler,
        ),
        "8": node("VAEDecode", samples=["7", 0], vae=["1", 2]),
        "9": node("SaveImage", images=["8", 0], filename_prefix="x"),
    }  # fmt: skip
    found = lifted(graph)
    assert roles(found) == {"sd_xl_base_1.0.safetensors": "checkpoint", "sd_xl_refiner_1.0.safetensors": "refiner"}
    assert (found.seed, found.prompt) == ("7", "a castle\nstone")
    assert found.generation.settings["pass 2 start_at_step"] == 20
    assert found.remarks == ("The prompt is put together from 2 texts of the graph, one below the other.",)


LOAD = {"30": node("LoadImage", image="sketch.png", upload="image")}


@pytest.mark.parametrize(
    ("nodes", "mode", "inputs"),
    [
        ({"5": node("VAEEncode", pixels=["30", 0], vae=["4", 2]), **LOAD}, "image-to-image", [("initial-image", "sketch.png")]),
        (
            {"5": node("VAEEncodeForInpaint", grow_mask_by=6, pixels=["30", 0], mask=["30", 1], vae=["4", 2]), **LOAD},
            "inpaint",
            [("initial-image", "sketch.png"), ("mask", "sketch.png")],
        ),
        (
            {
                "5": node("SetLatentNoiseMask", samples=["31", 0], mask=["32", 0]),
                "31": node("VAEEncode", pixels=["30", 0], vae=["4", 2]),
                "32": node("LoadImageMask", image="mask.png", channel="alpha"),
                **LOAD,
            },
            "inpaint",
            [("mask", "mask.png"), ("initial-image", "sketch.png")],
        ),
        (
            {
                "5": node("VAEEncodeForInpaint", grow_mask_by=6, pixels=["31", 0], mask=["31", 1], vae=["4", 2]),
                "31": node("ImagePadForOutpaint", left=64, top=0, right=64, bottom=0, feathering=40, image=["30", 0]),
                **LOAD,
            },
            "outpaint",
            [("initial-image", "sketch.png"), ("mask", "sketch.png")],
        ),
        (
            {
                "6": node("ControlNetApply", strength=0.8, conditioning=["31", 0], control_net=["32", 0], image=["33", 0]),
                "31": node("CLIPTextEncode", text="a cat, 猫", clip=["10", 1]),
                "32": node("ControlNetLoader", control_net_name="canny.safetensors"),
                "33": node("Canny", low_threshold=0.4, high_threshold=0.8, image=["30", 0]),
                **LOAD,
            },
            "text-to-image",
            [("control-image", "sketch.png")],
        ),
        (
            {
                "10": node("IPAdapterAdvanced", weight=0.5, model=["4", 0], ipadapter=["31", 0], image=["30", 0]),
                "31": node("IPAdapterModelLoader", ipadapter_file="plus.safetensors"),
                "6": node("CLIPTextEncode", text="a cat, 猫", clip=["4", 1]),
                "7": node("CLIPTextEncode", text="ugly, embedding:easynegative", clip=["4", 1]),
                **LOAD,
            },
            "text-to-image",
            [("reference-image", "sketch.png")],
        ),
        (
            {
                "6": node("ReferenceLatent", conditioning=["31", 0], latent=["32", 0]),
                "31": node("CLIPTextEncode", text="a cat, 猫", clip=["10", 1]),
                "32": node("VAEEncode", pixels=["30", 0], vae=["4", 2]),
                **LOAD,
            },
            "image-to-image",
            [("initial-image", "sketch.png")],
        ),
    ],
    ids=["from a picture", "inpaint", "inpaint with a mask", "outpaint", "control", "reference", "edit"],
)
def test_pictures_that_the_model_was_given(nodes: Graph, mode: str, inputs: list[tuple[str, str]]) -> None:
    found = lifted(plain(**nodes))
    assert found.generation.mode == mode
    assert set(found.generation.inputs) == {GenerationInput(role, name) for role, name in inputs}
    generated = mode == "text-to-image"
    assert found.source_type == ("trainedAlgorithmicMedia" if generated else "compositeWithTrainedAlgorithmicMedia")
    assert found.prompt == "a cat, 猫"


def test_conditioning_that_carries_both_sides() -> None:
    graph = plain(
        **{
            "3": plain()["3"] | {"inputs": plain()["3"]["inputs"] | {"positive": ["31", 0], "negative": ["31", 1]}},
            "31": node(
                "ControlNetApplyAdvanced", strength=0.7, positive=["6", 0], negative=["7", 0], control_net=["32", 0], image=["30", 0]
            ),
            "32": node("ControlNetLoader", control_net_name="depth.safetensors"),
            **LOAD,
        }
    )
    found = lifted(graph)
    assert (found.prompt, found.negative_prompt) == ("a cat, 猫", "ugly, embedding:easynegative")
    assert roles(found)["depth.safetensors"] == "controlnet"


def test_a_picture_pasted_on_the_result() -> None:
    graph = plain(
        **{
            "9": node("SaveImage", images=["31", 0], filename_prefix="x"),
            "31": node("ImageCompositeMasked", destination=["8", 0], source=["30", 0], x=0, y=0, resize_source=False),
            **LOAD,
        }
    )
    found = lifted(graph)
    assert (found.generation.mode, found.source_type) == ("text-to-image", "compositeWithTrainedAlgorithmicMedia")
    assert found.generation.inputs == (GenerationInput("other", "sketch.png"),)
    assert "A loaded picture is put together with the generated one." in found.remarks


def test_only_enlarged() -> None:
    graph = {
        "1": node("LoadImage", image="a.png"),
        "2": node("UpscaleModelLoader", model_name="4x-UltraSharp.pth"),
        "3": node("ImageUpscaleWithModel", upscale_model=["2", 0], image=["1", 0]),
        "4": node("SaveImage", images=["3", 0], filename_prefix="x"),
    }
    found = lifted(graph)
    assert (found.generation.mode, found.source_type, roles(found)) == ("upscale", None, {"4x-UltraSharp.pth": "upscaler"})
    assert found.generation.inputs == (GenerationInput("initial-image", "a.png"),)


def test_nodes_of_others_are_followed_by_name_and_named() -> None:
    graph = plain(
        **{
            "3": plain()["3"] | {"inputs": plain()["3"]["inputs"] | {"seed": ["40", 3], "positive": ["41", 0]}},
            "40": node("CR Seed", seed=42),
            "41": node("SmartEncoder", wildcard_text=["42", 0], text=["42", 0], clip=["10", 1]),
            "42": node("JoinWords", text1="a cat", text2="on a mat"),
            "10": node(
                "Power Lora Loader (rgthree)",
                lora_1={"on": True, "lora": "a.safetensors", "strength": 0.7},
                lora_2={"on": False, "lora": "b.safetensors", "strength": 1},
                model=["4", 0],
                clip=["4", 1],
            ),
        }
    )
    found = lifted(graph)
    assert found.seed == "42"
    assert found.prompt == "a cat\non a mat"
    assert [(model.name, model.weight) for model in found.generation.models if model.role == "lora"] == [("a.safetensors", 0.7)]
    assert found.remarks[-1] == (
        'Nodes of other makers took part, followed by the names of their inputs only: "CR Seed", "JoinWords", "SmartEncoder".'
    )


def test_what_cannot_be_followed_is_told() -> None:
    inputs = plain()["3"]["inputs"] | {"seed": ["40", 0], "steps": ["41", 0], "positive": ["41", 0]}
    found = lifted(plain(**{"3": node("KSampler", **inputs), "40": node("Dice", sides=6, rolls=2)}))
    assert found.seed is None
    assert found.prompt is None
    assert set(found.remarks) >= {
        'The value of "seed" comes from a node "Dice" and could not be followed.',
        'The value of "steps" comes from a node "that is missing" and could not be followed.',
        "The words of the prompt could not be followed through the graph.",
    }


def test_of_several_ends_the_longest_way_is_followed() -> None:
    graph = plain(**{"50": node("SaveImage", images=["51", 0], filename_prefix="y"), "51": node("LoadImage", image="x.png")})
    found = lifted(graph)
    assert found.prompt == "a cat, 猫"
    assert found.remarks[0].startswith("2 nodes of the graph save or show pictures, and it does not say which of them wrote this one")


def test_a_service_has_a_prompt_of_its_own() -> None:
    graph = {
        "1": node("FluxProUltraImageNode", prompt="a tower", seed=9, aspect_ratio="16:9"),
        "2": node("SaveImage", images=["1", 0], filename_prefix="x"),
    }
    found = lifted(graph)
    assert (found.prompt, found.seed, found.generation.mode) == ("a tower", "9", "text-to-image")
    assert "No sampler leads to the picture; only what single nodes say is told." in found.remarks


def test_cycles_end() -> None:
    graph = plain(**{"4": node("CheckpointLoaderSimple", ckpt_name="a.ckpt", model=["10", 0]), "6": node("Reroute", value=["6", 0])})
    found = lifted(graph)
    assert found.negative_prompt is not None
    assert lifted({"1": node("A", images=["2", 0]), "2": node("B", images=["1", 0])}).remarks == (
        "The graph has no node that ends it, so that nothing can be followed back from the picture.",
    )


def test_nan_as_the_program_writes_it() -> None:
    graph = plain()
    graph["6"]["is_changed"] = [float("nan")]
    text = json.dumps(graph)
    assert "NaN" in text
    assert lift_texts([block(text, "prompt")])[0].seed == "18446744073709551615"


# The workflow of the editor


def edge(number: int, origin: int, slot: int, target: int, place: int, kind: str = "*") -> list[Any]:
    return [number, origin, slot, target, place, kind]


def drawn(number: int, kind: str, inputs: list[tuple[str, int | None]], values: Any = None, **more: Any) -> dict[str, Any]:
    listed = [{"name": name, "type": name.upper(), "link": link} for name, link in inputs]
    return {"id": number, "type": kind, "mode": 0, "inputs": listed, "outputs": [], "widgets_values": values or [], **more}


def workflow(*, nodes: dict[int, dict[str, Any]] | None = None, links: list[list[Any]] | None = None, **more: Any) -> dict[str, Any]:
    table = {
        3: drawn(
            3,
            "KSampler",
            [("model", 1), ("positive", 4), ("negative", 6), ("latent_image", 2)],
            [5, "randomize", 20, 8, "euler", "normal", 1],
        ),
        4: drawn(4, "CheckpointLoaderSimple", [], ["v1-5.safetensors"]),
        5: drawn(5, "EmptyLatentImage", [], [512, 640, 1]),
        6: drawn(6, "CLIPTextEncode", [("clip", 3)], ["a cat"]),
        7: drawn(7, "CLIPTextEncode", [("clip", 5)], ["bad"]),
        8: drawn(8, "VAEDecode", [("samples", 7), ("vae", 8)]),
        9: drawn(9, "SaveImage", [("images", 9)], ["ComfyUI"]),
    } | (nodes or {})
    wires = [
        edge(1, 4, 0, 3, 0), edge(2, 5, 0, 3, 3), edge(3, 4, 1, 6, 0), edge(4, 6, 0, 3, 1), edge(5, 4, 1, 7, 0),
        edge(6, 7, 0, 3, 2), edge(7, 3, 0, 8, 0), edge(8, 4, 2, 8, 1), edge(9, 8, 0, 9, 0),
    ]  # fmt: skip
    return {"version": 0.4, "nodes": list(table.values()), "links": wires + (links or []), **more}


def test_a_workflow_alone() -> None:
    found = lifted(workflow(), "workflow")
    assert (found.prompt, found.negative_prompt, found.seed) == ("a cat", "bad", "5")
    assert found.generation.settings == {"steps": 20, "cfg": 8, "sampler": "euler", "scheduler": "normal", "denoise": 1}
    assert (found.generation.size, roles(found)) == ((512, 640), {"v1-5.safetensors": "checkpoint"})
    assert found.remarks == ("Read from the editor's workflow: it shows the settings as they stood, which need not be those that ran.",)


def test_reroutes_bypassed_muted_and_primitive_nodes() -> None:
    changed = {
        3: drawn(
            3,
            "KSampler",
            [("model", 21), ("positive", 22), ("negative", 6), ("latent_image", 2), ("seed", 23)],
            [5, "fixed", 20, 8, "euler", "normal", 1],
        ),
        20: drawn(
            20, "LoraLoaderModelOnly", [("model", 1)], ["skipped.safetensors", 1], mode=4, outputs=[{"name": "MODEL", "type": "MODEL"}]
        ),
        21: drawn(21, "Reroute", [("", 4)]),
        22: drawn(22, "PrimitiveNode", [], [99, "fixed"]),
        23: drawn(23, "SaveImage", [("images", 9)], ["muted"], mode=2),
    }
    links = [edge(21, 20, 0, 3, 0), edge(22, 21, 0, 3, 1), edge(23, 22, 0, 3, 4)]
    found = lifted(workflow(nodes=changed, links=links), "workflow")
    assert (found.prompt, found.seed) == ("a cat", "99")
    assert roles(found) == {"v1-5.safetensors": "checkpoint"}


def test_subgraphs_are_unfolded() -> None:
    inner = {
        "id": "e5f6", "name": "words",
        "inputs": [{"name": "clip", "type": "CLIP"}, {"name": "words", "type": "STRING"}],
        "outputs": [{"name": "CONDITIONING", "type": "CONDITIONING"}],
        "nodes": [drawn(1, "CLIPTextEncode", [("clip", 1), ("text", 2)], ["not this"])],
        "links": [
            {"id": 1, "origin_id": -10, "origin_slot": 0, "target_id": 1, "target_slot": 0},
            {"id": 2, "origin_id": -10, "origin_slot": 1, "target_id": 1, "target_slot": 1},
            {"id": 3, "origin_id": 1, "origin_slot": 0, "target_id": -20, "target_slot": 0},
        ],
    }  # fmt: skip
    outer = drawn(6, "e5f6", [("clip", 3)], ["a cat in a box"])
    outer["inputs"].append({"name": "words", "type": "STRING", "link": None, "widget": {"name": "words"}})
    found = lifted(workflow(nodes={6: outer}, definitions={"subgraphs": [inner]}), "workflow")
    assert found.prompt == "a cat in a box"


def test_subgraphs_that_hold_themselves_end() -> None:
    inner = {"id": "x", "inputs": [], "outputs": [], "nodes": [drawn(n, "x", []) for n in range(10)], "links": []}
    graph = workflow_graph(workflow(nodes={50: drawn(50, "x", [])}, definitions={"subgraphs": [inner]}), maximum=500)
    assert graph is not None
    assert len(graph.nodes) <= 500
    assert graph.remarks


def test_group_nodes_are_told() -> None:
    found = lifted(workflow(nodes={6: drawn(6, "workflow/my words", [("clip", 3)], ["a"])}), "workflow")
    assert 'The group node "my words" is not unfolded; what it holds is not told.' in found.remarks


# Hostile graphs


def test_a_broken_graph_gives_way_to_the_other() -> None:
    found = only(png({"prompt": '{"3": ', "workflow": json.dumps(workflow())}))
    assert found.seed == "5"
    assert "The prompt graph of ComfyUI cannot be read." in found.remarks
    nothing = only(png({"prompt": "{" * 10_000}))
    assert nothing.remarks == ("The prompt graph of ComfyUI cannot be read.",)


def test_a_hundred_inputs_each() -> None:
    many = {str(n): node("Reroute", **{f"i{link}": [str(n + 1), 0] for link in range(100)}) for n in range(31)}
    graph = prompt_graph(many, maximum=300)
    assert graph is not None
    assert len(graph.nodes) == 30
    assert graph.remarks == ["The nodes of the graph have more than 3,000 inputs; the rest is not followed."]
    whole = prompt_graph(dict(list(many.items())[:30]), maximum=300)
    assert whole is not None
    assert len(whole.nodes) == 30
    assert whole.remarks == []


def test_a_hundred_thousand_nodes() -> None:
    chain = {str(n): node("Reroute", value=[str(n + 1), 0]) for n in range(100_000)}
    graph = prompt_graph(chain, maximum=DEFAULT_LIMITS.graph_nodes)
    assert graph is not None
    assert len(graph.nodes) == DEFAULT_LIMITS.graph_nodes
    found = lifted({"s": node("SaveImage", images=["0", 0]), **chain})
    assert f"The graph has more than {DEFAULT_LIMITS.graph_nodes:,} nodes; the rest is not followed." in found.remarks


def test_a_thousand_samplers_and_a_thousand_ends() -> None:
    sampler = plain()["3"]["inputs"]
    graph = {f"s{n}": node("KSampler", **sampler | {"latent_image": [f"s{n - 1}", 0]}) for n in range(1_000)}
    found = lifted(graph | {"e": node("SaveImage", images=["s999", 0])})
    assert "The graph samples 1,000 times; the 16 passes farthest from the picture are told." in found.remarks
    found = lifted(graph | {f"e{n}": node("SaveImage", images=[f"s{n}", 0]) for n in range(1_000)})
    assert found.remarks[0].startswith("1,000 nodes of the graph save or show pictures")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)
INPUTS = st.sampled_from([
    "seed", "steps", "cfg", "sampler_name", "model", "positive", "negative", "latent_image", "images", "text", "clip", "pixels", "mask",
    "guider", "sigmas", "noise", "sampler", "width", "stop_at_clip_layer", "lora_1", "ckpt_name", "shift",
])  # fmt: skip
KINDS = st.sampled_from(["KSampler", "SaveImage", "LoadImage", "CLIPTextEncode", "Reroute", "EmptyLatentImage", "X\x00", "ControlNetApply"])
LINKS = st.tuples(st.sampled_from(["0", "1", "2", "3"]), st.integers(0, 2)).map(list)
NODES = st.builds(lambda kind, inputs: node(kind, **inputs), KINDS, st.dictionaries(INPUTS, LINKS | VALUES, max_size=6))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["0", "1", "2", "3"]), NODES | VALUES, max_size=4))
def test_no_prompt_graph_raises(graph: Graph) -> None:
    for found in lift_texts([block(json.dumps(graph), "prompt")]):
        found.generation.payload()


DRAWN = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers(0, 3) | VALUES,
        "type": KINDS | st.sampled_from(["sub"]) | VALUES,
        "mode": st.sampled_from([0, 2, 4, None]),
        "inputs": st.lists(st.fixed_dictionaries({}, optional={"name": INPUTS, "link": st.integers(0, 3), "type": st.text(max_size=2)}))
        | VALUES,
        "outputs": st.lists(st.fixed_dictionaries({}, optional={"type": st.text(max_size=2)}), max_size=3) | VALUES,
        "widgets_values": st.lists(VALUES, max_size=5) | VALUES,
    },
)
WIRES = st.lists(st.lists(st.integers(-21, 3), min_size=5, max_size=6) | VALUES, max_size=5)
LEVEL = {"nodes": st.lists(DRAWN | VALUES, max_size=4), "links": WIRES}


@settings(max_examples=100, deadline=None)
@given(
    st.fixed_dictionaries(
        LEVEL | {"definitions": st.fixed_dictionaries({"subgraphs": st.lists(st.fixed_dictionaries(LEVEL | {"id": st.just("sub")}))})}
    )
)
def test_no_workflow_raises(value: Graph) -> None:
    for found in lift_texts([block(json.dumps(value), "workflow")]):
        found.generation.payload()


@pytest.mark.parametrize("count", [50_000])
def test_wide_nodes_cost_what_they_are_long(count: int) -> None:
    sampler = plain()["3"]["inputs"]
    wide = {f"x{n}": n for n in range(count)}
    loras = {f"lora_{n}": {"lora": f"{n}.safetensors", "strength": 1} for n in range(count)}
    graph = plain(
        **{
            "3": node("KSampler", **sampler | wide | {"sampler": ["60", 0]}),
            "10": node("Power Lora Loader (rgthree)", model=["4", 0], **loras),
            "60": node("Many", **{f"y{n}": ["61", 0] for n in range(count)}),
            "61": node("KSamplerSelect", sampler_name="euler"),
        }
    )
    found = lifted(graph)
    assert len(found.generation.settings) == 1_000
    assert len(found.generation.models) == 500


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[object]:
    """The calls of a function of ``walk``, as they come."""
    calls: list[object] = []
    inner = getattr(walk, name)

    def outer(*given: object, **named: object) -> object:
        calls.append(given)
        return inner(*given, **named)

    monkeypatch.setattr(walk, name, outer)
    return calls


def test_a_chain_behind_many_inputs_is_walked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    steps, pieces = counted(monkeypatch, "_step"), counted(monkeypatch, "_pieces")
    sampler = plain()["3"]["inputs"]
    chain = {f"h{n}": node("Handed on", value=[f"h{n + 1}", 0]) for n in range(150)}
    settings_ = {name: ["h0", 0] for name in ("steps", "cfg", "denoise", "guidance", "scheduler", "sampler_name")}
    words = {name: ["h0", 0] for name in ("text", "text_g", "text_l", "clip_g", "clip_l", "t5xxl", "prompt", "string", "value", "tags")}
    around = {f"a{n}": node("Mine", next=[f"a{n + 1}", 0], **settings_) for n in range(300)}
    prompts = {f"p{n}": node("Mine", next=[f"p{n + 1}", 0], **words) for n in range(300)}
    passes = {
        f"s{n}": node(
            "KSampler", **sampler | {"positive": ["p0", 0], "negative": ["p0", 1], "noise": ["a0", 0], "latent_image": [f"s{n + 1}", 0]}
        )
        for n in range(16)
    }
    graph = chain | around | prompts | passes | {"e": node("SaveImage", images=["s0", 0])}
    lifted(graph)
    assert 0 < len(steps) <= 6 * len(graph)
    assert 0 < len(pieces) <= len(graph)


def test_words_are_followed_once_without_a_sampler(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces, steps = counted(monkeypatch, "_pieces"), counted(monkeypatch, "_step")
    chain = {f"h{n}": node("Handed on", value=[f"h{n + 1}", 0]) for n in range(150)}
    asked = {f"x{n}": node("Mine", image=[f"x{n + 1}", 0], text=["h0", 0], prompt=["h0", 0], seed=["h0", 0]) for n in range(500)}
    lifted(chain | asked | {"e": node("SaveImage", images=["x0", 0])})
    assert 0 < len(pieces) <= len(chain)
    assert 0 < len(steps) <= 2 * len(chain)


def test_a_way_that_comes_back_to_itself_has_no_value() -> None:
    ring = {f"h{n}": node("Handed on", value=[f"h{(n + 1) % 5}", 0]) for n in range(5)}
    found = lifted(plain(**ring, **{"3": node("KSampler", **plain()["3"]["inputs"] | {"steps": ["h2", 0], "cfg": ["h4", 0]})}))
    assert "steps" not in found.generation.settings
    assert "cfg" not in found.generation.settings
    assert found.generation.settings["sampler"] == "dpmpp_2m"


class Item(dict[str, object]):
    """An input or output that counts how often it is asked for something."""

    asked = 0

    def get(self, key: str, default: object = None) -> object:
        Item.asked += 1
        return super().get(key, default)


def test_a_bypassed_node_with_many_inputs_and_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Item, "asked", 0)
    entry = {"inputs": [Item(type="A")] * 500, "outputs": [Item(type="B")] * 499 + [Item(type="A")]}
    assert _bridges(entry)["499"] == "0"
    assert Item.asked <= 2_000


def test_many_kinds_of_group_nodes_are_told_to_an_end() -> None:
    drawn_ = [drawn(n, f"workflow/{n}", [], []) for n in range(2_000)]
    graph = workflow_graph({"nodes": drawn_, "links": []}, maximum=DEFAULT_LIMITS.graph_nodes)
    assert graph is not None
    assert len(graph.nodes) == 2_000
    assert len(graph.remarks) == 50


def test_a_long_list_of_values_in_a_subgraph_that_is_used_often() -> None:
    inner = {"id": "sub", "nodes": [{"id": 1, "type": "Mine", "widgets_values": list(range(1_000))}], "links": []}
    graph = workflow_graph(
        {"nodes": [drawn(n, "sub", [], []) for n in range(500)], "links": [], "definitions": {"subgraphs": [inner]}}, maximum=500
    )
    assert graph is not None
    assert len(graph.nodes) <= 30
    assert any("more inputs" in sentence or "too often" in sentence for sentence in graph.remarks)


def test_a_node_with_too_many_inputs_is_told() -> None:
    graph = plain(**{"3": node("KSampler", **plain()["3"]["inputs"] | {f"x{n}": n for n in range(3_000)})})
    assert "A node of the graph has more than 2,000 inputs; the rest is left out." in lifted(graph).remarks
