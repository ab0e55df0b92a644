"""diffusers itself, with tiny pipelines of random weights on the processor; nothing is downloaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
diffusers = pytest.importorskip("diffusers", reason="diffusers is not installed")
transformers = pytest.importorskip("transformers", reason="transformers is not installed")

from PIL import Image  # noqa: E402

from credkit import read_store, verify_file  # noqa: E402
from credkit.api.exporter import Exporter  # noqa: E402
from credkit.integrations.diffusers import capture, sign, signing  # noqa: E402
from tests.forge import peer, pki  # noqa: E402


@pytest.fixture
def exporter() -> Exporter:
    return Exporter(signer=pki.signer())


def generation(path: Path) -> dict[str, Any]:
    found = peer.read(path.read_bytes(), "png", anchors=pki.root_pem())
    assert (found.state, found.failures) == ("Trusted", [])
    assert verify_file(path).state == "Valid"
    active = read_store(path).active
    assert active is not None
    return next(entry.value() for entry in active.assertions if entry.base_label == "org.credkit.generation")  # type: ignore[no-any-return]


def tiny_unet(channels: int, **more: Any) -> dict[str, Any]:
    return {"sample_size": 8, "in_channels": channels, "out_channels": channels, "layers_per_block": 1, "norm_num_groups": 8, **more}


@pytest.fixture(scope="module")
def tiny_stable_diffusion(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stable Diffusion pipeline in a folder, as ``save_pretrained`` writes it."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("model") / "tiny-sd"
    letters = [chr(code) for code in range(97, 123)]
    vocabulary = {
        token: number for number, token in enumerate([*letters, *(f"{x}</w>" for x in letters), "<|startoftext|>", "<|endoftext|>"])
    }
    words = tmp_path_factory.mktemp("vocabulary")
    (words / "vocab.json").write_text(json.dumps(vocabulary))
    (words / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = transformers.CLIPTokenizer(str(words / "vocab.json"), str(words / "merges.txt"), model_max_length=16)
    text = transformers.CLIPTextModel(
        transformers.CLIPTextConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            intermediate_size=37,
            num_hidden_layers=1,
            num_attention_heads=4,
            max_position_embeddings=16,
            bos_token_id=vocabulary["<|startoftext|>"],
            eos_token_id=vocabulary["<|endoftext|>"],
            pad_token_id=1,
        )
    )
    unet = diffusers.UNet2DConditionModel(
        **tiny_unet(4, cross_attention_dim=32, block_out_channels=(8, 16)),
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2,
    )
    vae = diffusers.AutoencoderKL(block_out_channels=(8, 8), latent_channels=4, norm_num_groups=8, sample_size=16)
    vae = diffusers.AutoencoderKL(
        block_out_channels=(8, 8),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=16,
    )
    pipe = diffusers.StableDiffusionPipeline(
        vae=vae,
        text_encoder=text,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=diffusers.DDIMScheduler(num_train_timesteps=10),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.save_pretrained(folder)
    return folder


def test_an_unconditional_pipeline(exporter: Exporter, tmp_path: Path) -> None:
    unet = diffusers.UNet2DModel(
        **tiny_unet(3), block_out_channels=(8, 16), down_block_types=("DownBlock2D",) * 2, up_block_types=("UpBlock2D",) * 2
    )
    pipe = diffusers.DDPMPipeline(unet=unet, scheduler=diffusers.DDPMScheduler(num_train_timesteps=4))
    pipe.set_progress_bar_config(disable=True)
    with signing(pipe, exporter):
        pipe(batch_size=1, num_inference_steps=2, generator=torch.Generator().manual_seed(11)).images[0].save(tmp_path / "a.png")
    found = generation(tmp_path / "a.png")
    assert (found["settings"]["pipeline"], found["settings"]["steps"], found["mode"]) == ("DDPMPipeline", 2, "other")
    assert found["settings"]["scheduler"] == "DDPMScheduler"
    assert type(pipe) is diffusers.DDPMPipeline


def test_stable_diffusion_from_a_folder(exporter: Exporter, tiny_stable_diffusion: Path, tmp_path: Path) -> None:
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(tiny_stable_diffusion)
    pipe.set_progress_bar_config(disable=True)
    seeds = [torch.Generator().manual_seed(seed) for seed in (2**40 + 1, 6)]
    with signing(pipe, exporter) as calls:
        output = pipe(
            "a red house", negative_prompt="fog", num_images_per_prompt=2, generator=seeds, num_inference_steps=2, height=16, width=16
        )
        for index, image in enumerate(output.images):
            image.save(tmp_path / f"{index}.png")
    found = generation(tmp_path / "0.png")
    assert found["tool"] == {"name": "diffusers", "version": diffusers.__version__}
    assert (found["settings"]["steps"], found["settings"]["guidance"], found["settings"]["dtype"]) == (2, 7.5, "float32")
    roles = {model["role"]: model for model in found["models"]}
    assert roles["checkpoint"]["name"] == "tiny-sd"
    for role in ("diffusion-model", "vae", "text-encoder"):
        assert len(roles[role]["measured"]["sha256"]) == 64, role
    told = [calls[-1].lifted(index, 2) for index in range(2)]
    assert [(one.prompt, one.negative_prompt, one.seed) for one in told] == [
        ("a red house", "fog", str(2**40 + 1)),
        ("a red house", "fog", "6"),
    ]
    results = sign(pipe, output, tmp_path / "again.png", call=calls[-1], exporter=exporter)
    assert [result.report.state for result in results] == ["Valid", "Valid"]


def test_image_to_image_with_a_signed_original(exporter: Exporter, tiny_stable_diffusion: Path, tmp_path: Path) -> None:
    made = diffusers.StableDiffusionPipeline.from_pretrained(tiny_stable_diffusion)
    again = diffusers.StableDiffusionImg2ImgPipeline(**made.components, requires_safety_checker=False)
    for pipe in (made, again):
        pipe.set_progress_bar_config(disable=True)
    with signing(made, exporter):
        made("a house", num_inference_steps=2, height=16, width=16).images[0].save(tmp_path / "first.png")
    with signing(again, exporter):
        with Image.open(tmp_path / "first.png") as first:
            output = again("a castle", image=first, strength=0.9, num_inference_steps=4)
        output.images[0].save(tmp_path / "second.png")
    assert generation(tmp_path / "second.png")["mode"] == "image-to-image"
    assert len(verify_file(tmp_path / "second.png").manifests) == 2


def test_a_pipeline_is_as_before(tiny_stable_diffusion: Path, tmp_path: Path) -> None:
    pipe = diffusers.StableDiffusionPipeline.from_pretrained(tiny_stable_diffusion)
    with capture(pipe):
        pipe.save_pretrained(tmp_path / "copy")
    index = json.loads((tmp_path / "copy" / "model_index.json").read_text())
    assert index["_class_name"] == "StableDiffusionPipeline"
    assert type(pipe) is diffusers.StableDiffusionPipeline
