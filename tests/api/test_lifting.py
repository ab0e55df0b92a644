"""Signing with what the tools wrote: every tool and kind of file, open and withheld; the reference calls each one valid."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit import Lift, Limits, ModelReference, Statements
from credkit.api.lifted import gather_texts
from credkit.assets import BytesSource
from credkit.lifting.lifted import Document, Lifted
from credkit.manifest.assertions import Generation, GenerationInput, GenerationModel, GeneratorInfo
from credkit.manifest.store import EmbeddedFile
from tests.forge import peer, pki
from tests.forge.generated import NEGATIVE, PROMPT, SEED, TOOLS, a1111_text, comfy_graph, png, sample
from tests.forge.pictures import picture
from tests.media.test_hidden import hidden_in
from tests.sealing.leaks import leaks

SIGNER = pki.signer()
MODES = ("public", "sealed", "omit")


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    return folder


def active(report: credkit.Report) -> Any:
    assert report.active is not None
    return report.active.manifest


def generation(report: credkit.Report) -> dict[str, Any]:
    assertion = active(report).assertion("org.credkit.generation")
    assert assertion is not None
    value = assertion.value()
    assert isinstance(value, dict)
    return value


def action(report: credkit.Report, index: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = active(report).assertion("c2pa.actions.v2").value()["actions"][index]
    return found


def embedded(report: credkit.Report) -> list[str]:
    values = [assertion.value() for assertion in active(report).assertions if assertion.base_label == "c2pa.embedded-data"]
    return [value.data.decode() for value in values if isinstance(value, EmbeddedFile)]


def titles(report: credkit.Report) -> list[str | None]:
    assert report.active is not None
    return [item.title for item in report.active.ingredients]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("tool", "kind"), TOOLS)
def test_every_tool(tool: str, kind: str, mode: str, tmp_path: Path) -> None:
    one = sample(tool, kind)
    source, target = tmp_path / f"in.{kind}", tmp_path / f"out.{kind}"
    source.write_bytes(one.data)
    result = credkit.sign_file(source, target, signer=SIGNER, lift=True, prompt=mode)  # type: ignore[arg-type]
    data = target.read_bytes()
    report = credkit.verify_file(target)
    assert report.state == "Valid"
    assert report.active_manifest == result.label
    there = peer.read(data, kind, anchors=pki.root_pem())
    assert (there.state, there.failures) == ("Trusted", [])
    deed = action(report)
    assert deed["action"] == "c2pa.created"
    assert deed["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert deed["softwareAgent"]["name"]
    assert [item["url"].rpartition("/")[2] for item in deed["parameters"]["relatedAssertions"]] == ["org.credkit.generation"]
    assert "awportrait_v14" in json.dumps(active(report).assertion("c2pa.ai-disclosure").value()) or tool == "novelai"
    stated = generation(report)
    withheld = {entry["field"] for entry in stated.get("withheld", [])}
    if mode == "public":
        assert embedded(report)[:3] == [PROMPT, NEGATIVE, SEED]
        assert not withheld
        assert all("sha256" in item for item in stated["sources"])
        return
    assert leaks(data, PROMPT, NEGATIVE, SEED, "lighthouse keeper", "foggy shore", "extra fingers") == []
    assert embedded(report) == []
    assert not any("sha256" in item for item in stated["sources"])
    assert {"prompt", "negative-prompt", "seed"} <= withheld if mode == "sealed" else not withheld
    assert (result.openings is not None) == (mode == "sealed")
    assert any(note.startswith("Taken out of the file") for note in result.notes)
    if mode == "sealed":
        opened = {one.field: one.value for one in credkit.reveal(target, fields=())}
        assert (opened["prompt"], opened["negative-prompt"], opened["seed"]) == (PROMPT, NEGATIVE, SEED)
        assert withheld == set(opened)


@pytest.mark.parametrize("variant", ["pnginfo", "pngcomp", "rgbinfo", "rgbcomp"])
def test_texts_in_pixels(variant: str, tmp_path: Path) -> None:
    from PIL import Image

    image = hidden_in(Image.linear_gradient("L").resize((200, 150)).convert("RGB"), a1111_text(), variant)
    out = io.BytesIO()
    image.save(out, "PNG")
    source = tmp_path / "in.png"
    source.write_bytes(out.getvalue())
    result = credkit.sign_file(source, tmp_path / "public.png", signer=SIGNER, lift=True)
    assert any("hidden in the pixels" in note for note in result.notes)
    assert embedded(result.report)[0] == PROMPT
    for mode in ("sealed", "omit"):
        target = tmp_path / f"{mode}.png"
        credkit.sign_file(source, target, signer=SIGNER, lift=True, prompt=mode)  # type: ignore[arg-type]
        assert leaks(target.read_bytes(), PROMPT, SEED, "lighthouse") == []
        assert peer.read(target.read_bytes(), "png", anchors=pki.root_pem()).state == "Trusted"


def test_image_to_image_without_its_initial_image(tmp_path: Path) -> None:
    data = png(prompt=json.dumps(comfy_graph(initial="sketch.png")))
    result = credkit.sign_file(data, tmp_path / "out.png", signer=SIGNER, lift=True)
    assert action(result.report)["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert any("--parent FILE can name it" in note and "sketch.png" in note for note in result.notes)
    assert "sketch.png" in titles(result.report)
    there = peer.read((tmp_path / "out.png").read_bytes(), "png", anchors=pki.root_pem())
    assert (there.state, there.failures) == ("Trusted", [])


def test_a_parent_makes_it_an_edit(tmp_path: Path) -> None:
    parent = tmp_path / "sketch.png"
    credkit.sign_file(picture("png"), parent, Statements(created="digitalCreation"), signer=SIGNER)
    data = png(prompt=json.dumps(comfy_graph(initial="sketch.png")))
    result = credkit.sign_file(data, tmp_path / "out.png", signer=SIGNER, lift=True, parent=parent)
    assert [action(result.report, index)["action"] for index in (0, 1)] == ["c2pa.opened", "c2pa.edited"]
    assert titles(result.report).count("sketch.png") == 1
    assert result.notes == ()
    told = credkit.sign_file(png(parameters=a1111_text()), tmp_path / "two.png", signer=SIGNER, lift=True, parent=parent)
    assert any("made from a prompt alone" in note for note in told.notes)


def test_the_user_wins_and_is_told(tmp_path: Path) -> None:
    statements = Statements(created="digitalCreation", prompt="mine alone", seed="1", software=GeneratorInfo("My Tool"))
    result = credkit.sign_file(png(parameters=a1111_text()), tmp_path / "out.png", statements, signer=SIGNER, lift=True)
    assert embedded(result.report) == ["mine alone", NEGATIVE, "1"]
    assert action(result.report)["softwareAgent"]["name"] == "My Tool"
    told = " ".join(result.notes)
    for words in ("another prompt", "another seed", 'speaks for "trainedAlgorithmicMedia"', 'you name "My Tool"'):
        assert words in told
    assert PROMPT not in told


def test_texts_that_contradict_each_other_are_told(tmp_path: Path) -> None:
    data = png(parameters=a1111_text(), prompt=json.dumps(comfy_graph("something else altogether", seed="5")))
    result = credkit.sign_file(data, tmp_path / "out.png", signer=SIGNER, lift=True)
    assert any("holds another prompt than" in note for note in result.notes)
    assert any("holds another seed than" in note for note in result.notes)


def test_nothing_to_lift(tmp_path: Path) -> None:
    with pytest.raises(credkit.DefinitionError, match="no text of a generation tool was found.*--created"):
        credkit.sign_file(picture("png"), tmp_path / "out.png", signer=SIGNER, lift=True)
    assert not (tmp_path / "out.png").exists()
    result = credkit.sign_file(picture("png"), tmp_path / "out.png", Statements(created="digitalCapture"), signer=SIGNER, lift=True)
    assert any("nothing was lifted" in note for note in result.notes)


def test_a_signed_picture_is_not_stated_twice(tmp_path: Path) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    credkit.sign_file(png(parameters=a1111_text()), first, signer=SIGNER, lift=True)
    result = credkit.sign_file(first, second, signer=SIGNER, lift=True)
    assert any("signed already" in note for note in result.notes)
    assert [action(result.report)["action"]] == ["c2pa.opened"]
    assert active(result.report).assertion("org.credkit.generation") is None


def test_a_definition_with_actions_and_lifting_exclude_each_other(tmp_path: Path) -> None:
    created = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"}
    definition = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]}
    with pytest.raises(credkit.DefinitionError, match="lifting says it too"):
        credkit.sign_file(png(parameters=a1111_text()), tmp_path / "out.png", signer=SIGNER, lift=True, definition=definition)


def test_raw_texts_on_request(tmp_path: Path) -> None:
    data = png(prompt=json.dumps(comfy_graph()), workflow='{"nodes": []}')
    lean = credkit.sign_file(data, tmp_path / "lean.png", signer=SIGNER, lift=True)
    whole = credkit.sign_file(data, tmp_path / "whole.png", signer=SIGNER, lift=Lift(keep_raw=True))
    assert len(embedded(lean.report)) == 3
    assert json.dumps(comfy_graph()) in embedded(whole.report)
    assert '{"nodes": []}' in embedded(whole.report)


def _safetensors(content: bytes) -> bytes:
    header = json.dumps({"w": {"dtype": "U8", "shape": [len(content)], "data_offsets": [0, len(content)]}}).encode()
    return len(header).to_bytes(8, "little") + header + content


def _models(report: credkit.Report) -> list[dict[str, Any]]:
    return [a.value() for a in active(report).assertions if a.base_label == "c2pa.ingredient.v3" and "Types" in str(a.value())]


def test_measured_and_claimed_hashes_are_told_apart(tmp_path: Path) -> None:
    weights = _safetensors(b"w" * 100)
    file = tmp_path / "awportrait_v14.safetensors"
    file.write_bytes(weights)
    digest = hashlib.sha256(weights).hexdigest()
    data = png(parameters=a1111_text())
    for options in ({"lift": Lift(folders=(tmp_path,))}, {"lift": True, "named": True}):
        named = (ModelReference("AWPortrait", "1.4", str(file)),) if options.pop("named", False) else ()
        result = credkit.sign_file(data, tmp_path / "out.png", Statements(models=named), signer=SIGNER, **options)  # type: ignore[arg-type]
        model = generation(result.report)["models"][0]
        assert model["claimed"] == {"autov2": "45dee52b00"}
        assert model["measured"]["sha256"] == digest
        assert model["name"] == ("AWPortrait" if named else "awportrait_v14")
        ingredient = next(item for item in _models(result.report) if item["dataTypes"][0]["type"] == "c2pa.types.model")
        assert ingredient["instanceID"] == f"urn:sha256:{digest}"
        assert ingredient["metadata"]["org.credkit.file"]["sha256"] == bytes.fromhex(digest)
        assert ingredient["metadata"]["org.credkit.claimed"] == {"autov2": "45dee52b00"}
        assert len([title for title in titles(result.report) if title and "ortrait" in title]) == 1
        assert any("45dee52b00" in note for note in result.notes), result.notes
        assert "45dee52b00 claimed by a text and contradicted by the measurement" in " ".join(credkit.render(result.report, "html").split())


def test_a_model_that_only_the_user_names_comes_in_addition(tmp_path: Path) -> None:
    named = (ModelReference("My LoRA"), ModelReference("AWPortrait v14"))
    result = credkit.sign_file(png(parameters=a1111_text()), tmp_path / "out.png", Statements(models=named), signer=SIGNER, lift=True)
    assert [model["name"] for model in generation(result.report)["models"]] == ["AWPortrait v14", "My LoRA"]


def test_the_only_model_under_the_users_name(tmp_path: Path) -> None:
    named = (ModelReference("House Style", "2"),)
    result = credkit.sign_file(png(parameters=a1111_text()), tmp_path / "out.png", Statements(models=named), signer=SIGNER, lift=True)
    assert [(m["name"], m["version"]) for m in generation(result.report)["models"]] == [("House Style", "2")]
    assert any('calls the model "awportrait_v14"' in note for note in result.notes)
    assert active(result.report).assertion("c2pa.ai-disclosure").value()["modelName"] == "House Style 2"


@pytest.mark.parametrize("place", ["folder", "file"])
def test_missing_model_files(place: str, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    statements = Statements(models=(ModelReference("M", None, str(gone)),) if place == "file" else ())
    lift = Lift(folders=(gone,) if place == "folder" else ())
    with pytest.raises(credkit.AssetError, match="gone"):
        credkit.sign_file(png(parameters=a1111_text()), tmp_path / "out.png", statements, signer=SIGNER, lift=lift)
    assert not (tmp_path / "out.png").exists()


def test_what_a_program_hands_over(tmp_path: Path) -> None:
    handed = Lifted(
        format="call",
        place="the call of the pipeline",
        generation=Generation(
            tool="diffusers",
            tool_version="0.35",
            mode="text-to-image",
            settings={"steps": 4, "guidance": 1.0, "my-note": "private words that nobody should read"},
            models=(GenerationModel("tiny", role="diffusion-model"),),
        ),
        prompt=PROMPT,
        seed=SEED,
        source_type="trainedAlgorithmicMedia",
        documents=(Document(title="call", media_type="application/json", text='{"prompt": "..."}'),),
    )
    for mode in MODES:
        target = tmp_path / f"{mode}.png"
        result = credkit.sign_file(picture("png"), target, signer=SIGNER, lifted=handed, prompt=mode)  # type: ignore[arg-type]
        assert action(result.report)["softwareAgent"]["name"] == "diffusers"
        assert generation(result.report)["settings"]["steps"] == 4
        assert ("my-note" in generation(result.report)["settings"]) == (mode == "public")
        if mode != "public":
            assert leaks(target.read_bytes(), PROMPT, SEED, "private words") == []
    assert "settings/my-note" in {one.field for one in credkit.reveal(tmp_path / "sealed.png", fields=())}


def test_a_text_that_does_not_tell_how_it_began(tmp_path: Path) -> None:
    handed = Lifted(format="call", place="the call", generation=Generation(tool="upscaler", mode="upscale"))
    with pytest.raises(credkit.DefinitionError, match="does not tell how the picture began"):
        credkit.sign_file(picture("png"), tmp_path / "out.png", signer=SIGNER, lifted=handed)


@pytest.mark.parametrize(
    "texts",
    [
        {"parameters": "x" * (1 << 20)},
        {"parameters": "Steps: " * 200_000},
        {"prompt": "[" * 10_000 + "]" * 10_000},
        {"prompt": '{"1": {"class_type": "KSampler", "inputs": {"seed": 1e999}}}'},
        {"prompt": "{", "workflow": "null", "parameters": "\x00\x01"},
        {"invokeai_metadata": '{"positive_prompt": [1]}'},
        {"Comment": "{}", "Software": "NovelAI"},
    ],
    ids=["line", "keys", "nested", "infinite", "halves", "types", "empty"],
)
@pytest.mark.parametrize("mode", MODES)
def test_broken_and_hostile_texts(texts: dict[str, str], mode: str, tmp_path: Path) -> None:
    target, statements = tmp_path / "out.png", Statements(created="trainedAlgorithmicMedia")
    credkit.sign_file(png(**texts), target, statements, signer=SIGNER, lift=True, prompt=mode)  # type: ignore[arg-type]
    assert credkit.verify_file(target).state == "Valid"
    assert peer.read(target.read_bytes(), "png", anchors=pki.root_pem()).state == "Trusted"


def test_pictures_without_texts_have_none() -> None:
    for kind in ("png", "jpg"):
        found = gather_texts(BytesSource(picture(kind)), None, Limits())
        assert (found.lifted, found.hidden) == ((), None)


def test_the_lifted_model_is_mirrored(tmp_path: Path) -> None:
    from credkit.media.xmp import read_xmp

    credkit.sign_file(png(parameters=a1111_text()), tmp_path / "o.png", signer=SIGNER, lift=True)
    from PIL import Image

    with Image.open(tmp_path / "o.png") as picture_after:
        packet = picture_after.info["xmp"]
    found = read_xmp(packet if isinstance(packet, bytes) else packet.encode())
    assert (found.ai_system, found.digital_source_type and "trainedAlgorithmicMedia" in found.digital_source_type) == (
        "awportrait_v14",
        True,
    )


def test_inputs_of_a_generation_are_ingredients_by_name(tmp_path: Path) -> None:
    made = Generation(inputs=(GenerationInput("mask", "mask.png"), GenerationInput("control-image")))
    result = credkit.sign_file(picture("png"), tmp_path / "o.png", Statements(created="compositeSynthetic", generation=made), signer=SIGNER)
    assert titles(result.report) == ["mask.png"]


def test_statements_without_a_deed_are_refused(tmp_path: Path) -> None:
    for statements in (
        Statements(generation=Generation(tool="x")),
        Statements(documents=(Document(title="t", media_type="text/plain", text="x"),)),
    ):
        with pytest.raises(credkit.DefinitionError, match="something that was done"):
            credkit.sign_file(picture("png"), tmp_path / "o.png", statements, signer=SIGNER)
    with pytest.raises(credkit.DefinitionError, match="leaves the content as it is"):
        credkit.update_file(picture("png"), tmp_path / "o.png", replace(Statements(), generation=Generation(tool="x")), signer=SIGNER)
