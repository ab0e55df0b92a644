"""Pipelines with the interface that diffusers documents, without diffusers: what is recorded of a call, and what is signed."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
from PIL import Image

from credkit import DefinitionError, Statements, read_store, verify_file
from credkit.api.exporter import Exporter
from credkit.integrations import pillow
from credkit.integrations.diffusers import Call, capture, sign, signing
from credkit.integrations.pillow.lineage import lifted
from tests.forge import peer, pki


class Generator:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def initial_seed(self) -> int:
        return self.seed


class Part:
    def __init__(self, **config: Any) -> None:
        self.config = config


class Layer:
    scaling, lora_alpha, r = {"grain": 1.2}, {"grain": 8}, {"grain": 4}


class Unet(Part):
    def modules(self) -> list[Any]:
        return [object(), Layer()]


class EulerDiscreteScheduler(Part):
    pass


class FakePipeline:
    """Takes what Stable Diffusion takes."""

    dtype = "torch.float16"

    def __init__(self, place: str = "example/tiny-model", root: str | None = None) -> None:
        self.config = {"_name_or_path": place}
        base = root or "/cache/models--example--tiny-model/snapshots/" + "ab" * 20
        self.unet = Unet(_name_or_path=f"{base}/unet")
        self.scheduler = EulerDiscreteScheduler(beta_start=0.1, prediction_type="epsilon", _class_name="x", trained=None)
        self.components = {"unet": self.unet, "vae": Part(_name_or_path=f"{base}/vae"), "tokenizer": object(), "safety_checker": None}

    def get_active_adapters(self) -> list[str]:
        return ["grain"]

    def __call__(
        self,
        prompt: str | list[str] | None = None,
        image: Any = None,
        mask_image: Any = None,
        strength: float = 0.8,
        num_inference_steps: int = 50,
        guidance_scale: float = 7.5,
        negative_prompt: Any = None,
        num_images_per_prompt: int = 1,
        generator: Any = None,
        return_dict: bool = True,
        **more: Any,
    ) -> Any:
        prompts = prompt if isinstance(prompt, list) else [prompt]
        images = [Image.new("RGB", (32, 24), (index * 40, 9, 9)) for index in range(len(prompts) * num_images_per_prompt)]
        return SimpleNamespace(images=images) if return_dict else (images, None)


class Img2ImgPipeline(FakePipeline):
    pass


@pytest.fixture(autouse=True)
def _no_traces() -> Any:
    yield
    pillow.uninstall()


@pytest.fixture
def exporter() -> Exporter:
    return Exporter(signer=pki.signer())


def read(path: Path) -> dict[str, Any]:
    found = peer.read(path.read_bytes(), "png", anchors=pki.root_pem())
    assert (found.state, found.failures) == ("Trusted", [])
    assert verify_file(path).state == "Valid"
    return found.raw


def generation(path: Path) -> dict[str, Any]:
    read(path)
    active = read_store(path).active
    assert active is not None
    return next(entry.value() for entry in active.assertions if entry.base_label == "org.credkit.generation")  # type: ignore[no-any-return]


def test_a_picture_is_signed_with_the_call_that_made_it(exporter: Exporter, tmp_path: Path) -> None:
    pipe = FakePipeline()
    with signing(pipe, exporter) as calls:
        image = pipe("a lighthouse", negative_prompt="fog", generator=Generator(7), num_inference_steps=4).images[0]
        image.save(tmp_path / "a.png")
    assert type(pipe) is FakePipeline
    assert len(calls) == 1
    found = generation(tmp_path / "a.png")
    assert found["tool"]["name"] == "diffusers"
    assert found["mode"] == "text-to-image"
    assert found["size"] == [32, 24]
    settings = found["settings"]
    assert (settings["steps"], settings["guidance"], settings["pipeline"], settings["dtype"]) == (4, 7.5, "FakePipeline", "float16")
    assert (settings["scheduler"], settings["scheduler.beta_start"]) == ("EulerDiscreteScheduler", 0.1)
    assert "lighthouse" not in json.dumps(found)
    models = {(model["role"], model["name"]): model for model in found["models"]}
    assert models["checkpoint", "example/tiny-model"]["version"] == "ab" * 20
    assert models["lora", "grain"]["weight"] == pytest.approx(0.6)
    assert {"diffusion-model", "vae"} <= {role for role, _ in models}
    assert "/cache" not in json.dumps(found)
    with signing(pipe, exporter):
        pass
    assert lifted(image) is not None
    assert "lighthouse" not in str(image.info)


def test_each_picture_of_a_batch_has_its_own_prompt_and_seed() -> None:
    pipe = FakePipeline()
    with capture(pipe) as calls:
        pipe(["one", "two"], num_images_per_prompt=2, generator=[Generator(n) for n in (1, 2, 3, 4)], negative_prompt=["x", "y"])
    told = [calls[-1].lifted(index, 4) for index in range(4)]
    assert [(one.prompt, one.negative_prompt, one.seed) for one in told] == [
        ("one", "x", "1"),
        ("one", "x", "2"),
        ("two", "y", "3"),
        ("two", "y", "4"),
    ]
    assert told[2].generation.settings["batch-index"] == 2


def test_one_output_is_saved_signed(exporter: Exporter, tmp_path: Path) -> None:
    pipe = FakePipeline()
    with capture(pipe) as calls:
        output = pipe(["one", "two"], return_dict=False, generator=Generator(2**63))
    results = sign(pipe, output, tmp_path / "made.png", call=calls[-1], exporter=exporter, compress_level=1)
    assert len(results) == 2
    for index in range(2):
        read(tmp_path / f"made-{index}.png")
    sign(pipe, output[0][0], tmp_path / "single.png", call={"prompt": "one", "generator": Generator(3)}, exporter=exporter)
    assert generation(tmp_path / "single.png")["settings"]["steps"] == 50
    sign(pipe, SimpleNamespace(images=numpy.zeros((1, 8, 8, 3))), tmp_path / "numbers.png", call=calls[-1], exporter=exporter)
    with Image.open(tmp_path / "numbers.png") as numbers:
        assert numbers.size == (8, 8)
    with pytest.raises(DefinitionError, match="output_type"):
        sign(pipe, SimpleNamespace(images=["latent"]), tmp_path / "x.png", call=calls[-1], exporter=exporter)
    with pytest.raises(DefinitionError, match="no pictures"):
        sign(pipe, SimpleNamespace(images=[]), tmp_path / "x.png", call=calls[-1], exporter=exporter)
    assert not (tmp_path / "x.png").exists()


def test_a_signed_initial_picture_becomes_the_parent(exporter: Exporter, tmp_path: Path) -> None:
    base = tmp_path / "base.png"
    pillow.save(Image.new("RGB", (32, 24), "teal"), base, exporter, statements=Statements(created="digitalCreation"))
    pipe = Img2ImgPipeline()
    with signing(pipe, exporter):
        with Image.open(base) as start:
            made = pipe("a lighthouse", image=start, strength=0.5, mask_image=Image.new("L", (32, 24))).images[0]
        made.save(tmp_path / "a.png")
        pipe("nothing before").images[0].save(tmp_path / "b.png")
    raw = read(tmp_path / "a.png")
    assert len(raw["manifests"]) == 2
    found = generation(tmp_path / "a.png")
    assert (found["mode"], found["settings"]["denoise"]) == ("inpaint", 0.5)
    assert {"role": "initial-image", "name": "base.png"} in found["inputs"]
    assert len(read(tmp_path / "b.png")["manifests"]) == 1


def test_prompts_can_be_sealed(exporter: Exporter, tmp_path: Path) -> None:
    pipe = FakePipeline()
    with signing(pipe, exporter.with_options(prompt="sealed", openings=tmp_path / "openings")):
        pipe("a very secret lighthouse", generator=Generator(987654321)).images[0].save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    assert b"lighthouse" not in data
    assert b"987654321" not in data
    read(tmp_path / "a.png")
    assert len(list((tmp_path / "openings").iterdir())) == 1


def test_models_on_this_machine_are_measured_where_that_is_certain(tmp_path: Path) -> None:
    for name, files in {"unet": ["diffusion_pytorch_model.safetensors"], "vae": ["a.safetensors", "b.safetensors"]}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_bytes((2).to_bytes(8, "little") + b"{}" + b"weights")
    pipe = FakePipeline(str(tmp_path), root=str(tmp_path))
    models = {model.role: model for model in Call.of(pipe, {"prompt": "x"}).models}
    assert len(models["diffusion-model"].measured["sha256"]) == 64
    assert models["vae"].measured == {}
    assert models["checkpoint"].name == tmp_path.name
    assert all(str(tmp_path) not in model.name for model in models.values())
    assert not any(model.measured for model in Call.of(pipe, {}, measure=False).models)


def test_what_is_not_known_is_said() -> None:
    told = Call.of(FakePipeline(), {"prompt_embeds": object(), "prompt": None}).lifted()
    assert told.seed is None
    assert [("seed" in remark, "embeddings" in remark) for remark in told.remarks] == [(True, False), (False, True)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**80, object(), "text of the caller", [1, 2], None, b"x"])
def test_only_numbers_become_settings(value: Any) -> None:
    told = Call.of(FakePipeline(), {"prompt": "x", "custom": value, "extra_prompt": 5, "timesteps": [3, 2, 1]}).lifted()
    assert "custom" not in told.generation.settings or isinstance(value, float)
    assert "extra_prompt" not in told.generation.settings
    assert told.generation.settings["timesteps"] == "3, 2, 1"


def test_what_is_no_pipeline() -> None:
    with pytest.raises(DefinitionError, match="cannot be called"), capture(object()):
        pass
    with pytest.raises(DefinitionError, match="cannot be listened to"), capture(lambda: None):
        pass


def test_a_failing_pipeline_fails_as_ever(exporter: Exporter) -> None:
    pipe = FakePipeline()
    with signing(pipe, exporter), pytest.raises(TypeError):
        pipe("x", num_images_per_prompt="many")
    assert type(pipe) is FakePipeline
