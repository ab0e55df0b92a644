"""The ComfyUI nodes in a host that does what ComfyUI does: folders, hidden inputs, numbers between nodes, both interfaces of nodes."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy
import pytest
from PIL import Image

from credkit import CredentialError, Lift, Statements, read_store, verify_file
from credkit.api.exporter import Exporter
from credkit.integrations.comfyui import saving
from credkit.integrations.comfyui.graph import leading_to
from credkit.integrations.comfyui.saving import UnsignedError
from tests.forge import peer, pki
from tests.forge.pictures import picture

PACKAGE = Path(__file__).resolve().parents[3] / "integrations" / "comfyui-credkit"
SECRET = "a secret lighthouse"


def text_to_image() -> dict[str, Any]:
    """A graph as the editor sends it, with two branches that end in two nodes."""
    return {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "demo.safetensors"}},
        "2": {"class_type": "CLIPTextEncode", "inputs": {"text": SECRET, "clip": ["1", 1]}},
        "3": {"class_type": "CLIPTextEncode", "inputs": {"text": "fog", "clip": ["1", 1]}},
        "4": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 48, "batch_size": 1}},
        "5": {
            "class_type": "KSampler",
            "inputs": {
                "seed": 471147114711,
                "steps": 20,
                "cfg": 7.0,
                "sampler_name": "euler",
                "scheduler": "karras",
                "denoise": 1.0,
                "model": ["1", 0],
                "positive": ["2", 0],
                "negative": ["3", 0],
                "latent_image": ["4", 0],
            },
        },
        "6": {"class_type": "VAEDecode", "inputs": {"samples": ["5", 0], "vae": ["1", 2]}},
        "9": {"class_type": "CredkitSaveImage", "inputs": {"images": ["6", 0], "filename_prefix": "made/test", "format": "png"}},
        "20": {"class_type": "CLIPTextEncode", "inputs": {"text": "of another branch", "clip": ["1", 1]}},
        "29": {"class_type": "SaveImage", "inputs": {"images": ["20", 0], "filename_prefix": "x"}},
    }


def image_to_image(name: str) -> dict[str, Any]:
    graph = text_to_image()
    graph["7"] = {"class_type": "LoadImage", "inputs": {"image": name, "upload": "image"}}
    graph["4"] = {"class_type": "VAEEncode", "inputs": {"pixels": ["7", 0], "vae": ["1", 2]}}
    graph["5"]["inputs"]["denoise"] = 0.6
    return graph


class FakeHost:
    """Its folders and how it finds names in them; running a node with what it declares as hidden."""

    def __init__(self, base: Path) -> None:
        self.base = base
        for name in ("input", "output", "temp"):
            (base / name).mkdir()

    def folder_paths(self) -> ModuleType:
        module = ModuleType("folder_paths")
        base = self.base
        module.get_input_directory = lambda: str(base / "input")  # type: ignore[attr-defined]
        module.get_output_directory = lambda: str(base / "output")  # type: ignore[attr-defined]
        module.get_temp_directory = lambda: str(base / "temp")  # type: ignore[attr-defined]

        def get_annotated_filepath(name: str) -> str:
            found = re.fullmatch(r"(.*) \[(input|output|temp)\]", name)
            place, kind = found.groups() if found else (name, "input")
            return os.path.join(base / kind, place)

        def get_save_image_path(prefix: str, output: str, width: int = 0, height: int = 0) -> tuple[str, str, int, str, str]:
            prefix = prefix.replace("%width%", str(width)).replace("%height%", str(height))
            subfolder, name = os.path.dirname(os.path.normpath(prefix)), os.path.basename(os.path.normpath(prefix))
            folder = os.path.join(output, subfolder)
            if os.path.commonpath((output, os.path.abspath(folder))) != output:
                raise RuntimeError("**** ERROR: Saving image outside the output folder is not allowed.")
            os.makedirs(folder, exist_ok=True)
            taken = [int(m[1]) for entry in os.listdir(folder) if (m := re.match(re.escape(name) + r"_(\d+)_", entry))]
            return folder, name, max(taken, default=0) + 1, subfolder, prefix

        module.get_annotated_filepath = get_annotated_filepath  # type: ignore[attr-defined]
        module.get_save_image_path = get_save_image_path  # type: ignore[attr-defined]
        return module

    def run(self, package: ModuleType, graph: dict[str, Any], images: Any, workflow: Any, node: str = "9") -> dict[str, Any]:
        """Execute one node as the host does: inputs by name, hidden ones as declared."""
        entry = graph[node]
        values = {"filename_prefix": "ComfyUI", "format": "png", "quality": 90, "prompt_privacy": "as set", "fps": 6.0}
        hidden = {"PROMPT": graph, "EXTRA_PNGINFO": {"workflow": workflow}, "UNIQUE_ID": node, "DYNPROMPT": object()}
        given = {name: value for name, value in entry["inputs"].items() if not isinstance(value, list)}
        if hasattr(package, "NODE_CLASS_MAPPINGS"):
            kind = package.NODE_CLASS_MAPPINGS[entry["class_type"]]
            types = kind.INPUT_TYPES()
            inputs = {name: (values | given).get(name) for name in types["required"] if name != "images"}
            inputs |= {name: hidden[kind] for name, kind in types["hidden"].items()}
            assert kind.OUTPUT_NODE
            return getattr(kind(), kind.FUNCTION)(images=images, **inputs)["ui"]  # type: ignore[no-any-return]
        nodes = asyncio.run(asyncio.run(package.comfy_entrypoint()).get_node_list())
        found = next(kind for kind in nodes if kind.define_schema().node_id == entry["class_type"])
        schema = found.define_schema()
        found.hidden = SimpleNamespace(**{one.name: hidden[one.value] for one in schema.hidden})
        inputs = {one.id: (values | given).get(one.id) for one in schema.inputs if one.id != "images"}
        return found.execute(images=images, **inputs).ui  # type: ignore[no-any-return]


def comfy_api() -> dict[str, ModuleType]:
    """The part of the present interface that nodes build on."""
    from enum import StrEnum

    class Hidden(StrEnum):
        unique_id, prompt, extra_pnginfo = "UNIQUE_ID", "PROMPT", "EXTRA_PNGINFO"

    def kind(_: str) -> Any:
        def make(name: str, **options: Any) -> SimpleNamespace:
            return SimpleNamespace(id=name, **options)

        return SimpleNamespace(Input=make)

    io_module = SimpleNamespace(
        Hidden=Hidden,
        ComfyNode=type("ComfyNode", (), {"hidden": None}),
        Schema=SimpleNamespace,
        NodeOutput=lambda *args, ui=None: SimpleNamespace(args=args, ui=ui),
        **{name: kind(name) for name in ("Image", "String", "Combo", "Int", "Float")},
    )
    latest = ModuleType("comfy_api.latest")
    latest.io, latest.ComfyExtension = io_module, type("ComfyExtension", (), {})  # type: ignore[attr-defined]
    package = ModuleType("comfy_api")
    package.latest = latest  # type: ignore[attr-defined]
    return {"comfy_api": package, "comfy_api.latest": latest}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHost:
    found = FakeHost(tmp_path)
    comfy, arguments = ModuleType("comfy"), ModuleType("comfy.cli_args")
    arguments.args = SimpleNamespace(disable_metadata=False)  # type: ignore[attr-defined]
    for name, module in {"folder_paths": found.folder_paths(), "comfy": comfy, "comfy.cli_args": arguments}.items():
        monkeypatch.setitem(sys.modules, name, module)
    return found


@pytest.fixture(params=["classic", "present"])
def package(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The node package, loaded from its folder as the host loads it."""
    for name in ("comfy_api", "comfy_api.latest"):
        monkeypatch.setitem(sys.modules, name, comfy_api()[name] if request.param == "present" else None)
    spec = importlib.util.spec_from_file_location(
        "custom_nodes_credkit", PACKAGE / "__init__.py", submodule_search_locations=[str(PACKAGE)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    assert hasattr(module, "NODE_CLASS_MAPPINGS") == (request.param == "classic")
    yield module
    for name in [name for name in sys.modules if name.startswith("custom_nodes_credkit.")]:
        del sys.modules[name]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the export settings say; ``error`` is raised instead."""
    found: dict[str, Any] = {"exporter": Exporter(signer=pki.signer(), statements=Statements(creator=("Test Studio",)))}

    class Kept:
        def get(self) -> Exporter:
            if "error" in found:
                raise found["error"]
            return found["exporter"]  # type: ignore[no-any-return]

    monkeypatch.setattr(saving, "_kept", Kept())
    return found


def batch(number: int = 1, channels: int = 3) -> Any:
    return numpy.linspace(0, 1, number * 48 * 64 * channels, dtype="float32").reshape(number, 48, 64, channels)


class Tensor:
    """What a tensor has to be for a node that saves."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __iter__(self) -> Iterator[Tensor]:
        return (Tensor(value) for value in self.values)

    def cpu(self) -> Tensor:
        return self

    def numpy(self) -> Any:
        return self.values


def generation(path: Path) -> dict[str, Any]:
    active = read_store(path).active
    assert active is not None
    return next(entry.value() for entry in active.assertions if entry.base_label == "org.credkit.generation")  # type: ignore[no-any-return]


def valid(path: Path) -> dict[str, Any]:
    kind = {".png": "png", ".jpg": "jpg", ".webp": "webp"}[path.suffix]
    found = peer.read(path.read_bytes(), kind, anchors=pki.root_pem())
    assert (found.state, found.failures) == ("Trusted", [])
    assert verify_file(path).state == "Valid"
    return found.raw


WORKFLOW = {"nodes": [], "links": [], "note": SECRET}


def test_a_batch_is_saved_and_signed(
    host: FakeHost, package: ModuleType, settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    shown = host.run(package, text_to_image(), Tensor(batch(3)), WORKFLOW)
    assert shown == {"images": [{"filename": f"test_0000{n}_.png", "subfolder": "made", "type": "output"} for n in (1, 2, 3)]}
    for entry in shown["images"]:
        path = host.base / "output" / entry["subfolder"] / entry["filename"]
        valid(path)
        told = generation(path)
        assert (told["settings"]["steps"], told["mode"]) == (20, "text-to-image")
        assert [model["name"] for model in told["models"]] == ["demo.safetensors"]
        with Image.open(path) as image:
            assert json.loads(image.info["prompt"]) == text_to_image()
            assert json.loads(image.info["workflow"]) == WORKFLOW
    assert host.run(package, text_to_image(), batch(1), WORKFLOW)["images"][0]["filename"] == "test_00004_.png"
    # Nothing needs to be told of a plain graph; the saving node itself is no stranger.
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_other_formats(host: FakeHost, package: ModuleType, settings: dict[str, Any], kind: str) -> None:
    graph = text_to_image()
    graph["9"]["inputs"]["format"] = kind
    shown = host.run(package, graph, batch(1, 4), WORKFLOW)
    path = host.base / "output" / "made" / shown["images"][0]["filename"]
    valid(path)
    with Image.open(path) as image:
        assert image.getexif()[0x0110].startswith("prompt:{")


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_moving_pictures(host: FakeHost, package: ModuleType, settings: dict[str, Any], kind: str) -> None:
    graph = text_to_image()
    graph["9"] = {"class_type": "CredkitSaveAnimation", "inputs": {"images": ["6", 0], "filename_prefix": "moving", "format": kind}}
    shown = host.run(package, graph, batch(4), WORKFLOW)
    assert shown["animated"] == (True,)
    path = host.base / "output" / shown["images"][0]["filename"]
    valid(path)
    with Image.open(path) as image:
        assert image.n_frames == 4  # type: ignore[attr-defined]


def test_without_metadata_the_graph_is_used_all_the_same(host: FakeHost, package: ModuleType, settings: dict[str, Any]) -> None:
    sys.modules["comfy.cli_args"].args.disable_metadata = True
    shown = host.run(package, text_to_image(), batch(), WORKFLOW)
    path = host.base / "output" / "made" / shown["images"][0]["filename"]
    with Image.open(path) as image:
        assert "prompt" not in image.info
    assert generation(path)["settings"]["sampler"] == "euler"


@pytest.mark.parametrize("privacy", ["sealed", "omit"])
def test_a_private_prompt_is_nowhere_in_the_file(
    host: FakeHost, package: ModuleType, settings: dict[str, Any], privacy: str, tmp_path: Path
) -> None:
    settings["exporter"] = settings["exporter"].with_options(openings=tmp_path / "openings")
    for kind in ("png", "jpeg", "webp"):
        graph = text_to_image()
        graph["9"]["inputs"] |= {"format": kind, "prompt_privacy": privacy}
        shown = host.run(package, graph, batch(), WORKFLOW)
        path = host.base / "output" / "made" / shown["images"][0]["filename"]
        valid(path)
        data = path.read_bytes()
        assert SECRET.encode() not in data
        assert b"471147114711" not in data


@pytest.mark.parametrize("name", ["base.png", "base.png [input]", "sub/base.png"])
def test_a_loaded_picture_becomes_the_parent(host: FakeHost, package: ModuleType, settings: dict[str, Any], name: str) -> None:
    base = host.base / "input" / name.removesuffix(" [input]")
    base.parent.mkdir(exist_ok=True)
    Exporter(signer=pki.signer(), statements=Statements(created="digitalCapture")).sign(picture("png"), base)
    shown = host.run(package, image_to_image(name), batch(), WORKFLOW)
    path = host.base / "output" / "made" / shown["images"][0]["filename"]
    raw = valid(path)
    assert len(raw["manifests"]) == 2
    manifest = raw["manifests"][raw["active_manifest"]]
    assert [entry["title"] for entry in manifest["ingredients"] if entry["relationship"] == "parentOf"] == ["base.png"]
    assert generation(path)["mode"] == "image-to-image"


@pytest.mark.parametrize("name", ["sub/base.png", "sub/base.png [output]", "sub\\base.png [temp]"])
def test_the_parent_is_the_file_that_was_loaded_and_none_of_the_same_name(
    host: FakeHost, package: ModuleType, settings: dict[str, Any], name: str
) -> None:
    exporter = Exporter(signer=pki.signer(), statements=Statements(created="digitalCapture"))
    place, _, kind = name.replace("\\", os.sep).partition(" ")
    loaded = host.base / (kind.strip("[]") or "input") / place
    labels = {}
    for path in (loaded, *(host.base / folder / "base.png" for folder in ("input", "output", "temp"))):
        path.parent.mkdir(exist_ok=True)
        labels[path] = exporter.sign(picture("png"), path).label
    graph = image_to_image(name.replace("\\", os.sep))
    # A text that looks like a file is none.
    graph["2"]["inputs"]["text"] = "base.png"
    shown = host.run(package, graph, batch(), WORKFLOW)
    raw = valid(host.base / "output" / "made" / shown["images"][0]["filename"])
    assert set(raw["manifests"]) == {raw["active_manifest"], labels[loaded]}


def test_two_loaded_pictures_of_one_name_are_no_parent(
    host: FakeHost, package: ModuleType, settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("a", "b"):
        (host.base / "input" / folder).mkdir()
        (host.base / "input" / folder / "base.png").write_bytes(picture("png"))
    graph = image_to_image("a/base.png")
    graph["8"] = {"class_type": "LoadImage", "inputs": {"image": "b/base.png", "upload": "image"}}
    graph["4"]["inputs"]["more"] = ["8", 0]
    shown = host.run(package, graph, batch(), WORKFLOW)
    raw = valid(host.base / "output" / "made" / shown["images"][0]["filename"])
    assert not any(entry["relationship"] == "parentOf" for entry in raw["manifests"][raw["active_manifest"]]["ingredients"])
    assert 'several pictures "base.png"' in capsys.readouterr().out


def test_a_link_that_leads_out_of_the_folders_is_no_parent(host: FakeHost, package: ModuleType, settings: dict[str, Any]) -> None:
    outside = host.base / "outside.png"
    Exporter(signer=pki.signer(), statements=Statements(created="digitalCapture")).sign(picture("png"), outside)
    (host.base / "input" / "base.png").symlink_to(outside)
    os.mkfifo(host.base / "input" / "pipe.png")
    for name in ("base.png", "pipe.png", str(outside), "../outside.png", "../input/../outside.png [output]"):
        shown = host.run(package, image_to_image(name), batch(), WORKFLOW)
        raw = valid(host.base / "output" / "made" / shown["images"][0]["filename"])
        assert len(raw["manifests"]) == 1


@pytest.mark.parametrize("name", ["missing.png", "../outside.png", "/etc/hostname", "text.png", "x" * 5000, "nul\0.png"])
def test_a_parent_that_cannot_be_had_is_told(
    host: FakeHost, package: ModuleType, settings: dict[str, Any], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (host.base / "outside.png").write_bytes(picture("png"))
    (host.base / "input" / "text.png").write_bytes(b"no picture")
    shown = host.run(package, image_to_image(name), batch(), WORKFLOW)
    valid(host.base / "output" / "made" / shown["images"][0]["filename"])
    assert "made from another picture" in capsys.readouterr().out or len(name) > 1000


def test_pictures_are_never_lost(host: FakeHost, package: ModuleType, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from credkit.errors import FetchError

    settings["error"] = CredentialError("there is no identity")
    with pytest.raises(UnsignedError, match=r"test_00001_\.png, test_00002_\.png\. there is no identity"):
        host.run(package, text_to_image(), batch(2), WORKFLOW)
    del settings["error"]

    def failing(*_: Any, **__: Any) -> Any:
        raise FetchError("no time-stamp to be had")

    monkeypatch.setattr(Exporter, "sign", failing)
    with pytest.raises(UnsignedError, match="no time-stamp"):
        host.run(package, text_to_image(), batch(), WORKFLOW)
    saved = sorted((host.base / "output" / "made").iterdir())
    assert [path.name for path in saved] == [f"test_0000{n}_.png" for n in (1, 2, 3)]
    for path in saved:
        with Image.open(path) as image:
            image.load()
    # Without settings nobody knows whether the prompt is to be kept private.
    assert SECRET.encode() not in saved[0].read_bytes()


def test_what_the_editor_shows_names_no_folder(host: FakeHost, package: ModuleType, settings: dict[str, Any]) -> None:
    settings["error"] = CredentialError("/srv/studio/keys/key.pem cannot be decrypted: the passphrase is wrong")
    with pytest.raises(UnsignedError, match=r"test_00001_\.png\. key\.pem cannot be decrypted: the passphrase is wrong"):
        host.run(package, text_to_image(), batch(), WORKFLOW)


def test_a_fault_of_ours_loses_no_picture(
    host: FakeHost, package: ModuleType, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> Any:
        raise ValueError(SECRET)

    monkeypatch.setattr(Exporter, "sign", failing)
    with pytest.raises(UnsignedError, match="a fault in credkit itself") as told:
        host.run(package, text_to_image(), batch(3), WORKFLOW)
    assert SECRET not in str(told.value)
    assert len(list((host.base / "output" / "made").iterdir())) == 3


def test_two_nodes_at_once_do_not_lose_pictures(
    host: FakeHost, package: ModuleType, settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = sys.modules["folder_paths"]
    monkeypatch.setattr(folders, "get_save_image_path", lambda *_: (str(host.base / "output"), "both", 1, "", "both"))
    graph = text_to_image()
    with ThreadPoolExecutor(2) as pool:
        shown = [run.result() for run in [pool.submit(host.run, package, graph, batch(3), WORKFLOW) for _ in range(2)]]
    names = {entry["filename"] for one in shown for entry in one["images"]}
    assert names == {f"both_0000{number}_.png" for number in range(1, 7)}
    for name in names:
        valid(host.base / "output" / name)


@pytest.mark.parametrize("privacy", ["public", "sealed"])
def test_raw_texts_are_kept_once(host: FakeHost, package: ModuleType, settings: dict[str, Any], privacy: str, tmp_path: Path) -> None:
    settings["exporter"] = settings["exporter"].with_options(lift=Lift(keep_raw=True), openings=tmp_path / "openings")
    graph = text_to_image()
    graph["9"]["inputs"]["prompt_privacy"] = privacy
    shown = host.run(package, graph, batch(), WORKFLOW)
    raw = valid(host.base / "output" / "made" / shown["images"][0]["filename"])
    titles = [entry.get("title") for entry in raw["manifests"][raw["active_manifest"]]["ingredients"]]
    assert len([title for title in titles if title and "ComfyUI" in title]) == (2 if privacy == "public" else 0)


def test_a_graph_of_ten_thousand_nodes(host: FakeHost, package: ModuleType, settings: dict[str, Any]) -> None:
    graph = text_to_image()
    last = ["6", 0]
    for number in range(100, 10_100):
        graph[str(number)] = {"class_type": "ImageInvert", "inputs": {"image": last}}
        last = [str(number), 0]
    graph["9"]["inputs"]["images"] = last
    settings["exporter"] = settings["exporter"].with_options(
        statements=Statements(created="trainedAlgorithmicMedia", edited="compositeWithTrainedAlgorithmicMedia")
    )
    shown = host.run(package, graph, batch(), WORKFLOW)
    valid(host.base / "output" / "made" / shown["images"][0]["filename"])


@pytest.mark.parametrize("prompt", [None, [], "x", {"9": None}, {"9": {"inputs": {"images": ["9", 0]}}}, {"9": {"inputs": [1]}}])
def test_broken_graphs(host: FakeHost, package: ModuleType, settings: dict[str, Any], prompt: Any) -> None:
    request = saving.SaveRequest(images=batch(), prompt=prompt, extra="x", node="9")
    running = saving.Host.running()
    made = settings["exporter"].with_options(statements=Statements(created="digitalCreation"))
    shown = saving.save_pictures(request, running, made)
    valid(host.base / "output" / shown["images"][0]["filename"])


def test_only_what_leads_to_the_node_speaks_for_it() -> None:
    graph = text_to_image()
    assert set(leading_to(graph, "9")) == {"1", "2", "3", "4", "5", "6", "9"}
    assert set(leading_to(graph, "29")) == {"1", "20", "29"}
    assert set(leading_to(graph, "missing")) == set(graph)
    assert set(leading_to(graph, "29.0.0.1")) == {"1", "20", "29"}
    long = {str(n): {"class_type": "x", "inputs": {"a": [str(n + 1), 0]}} for n in range(50_000)}
    assert len(leading_to(long, "0")) == 50_000


def test_nothing_secret_is_a_widget(host: FakeHost, package: ModuleType) -> None:
    if hasattr(package, "NODE_CLASS_MAPPINGS"):
        names = {name for kind in package.NODE_CLASS_MAPPINGS.values() for name in kind.INPUT_TYPES()["required"]}
    else:
        nodes = asyncio.run(asyncio.run(package.comfy_entrypoint()).get_node_list())
        names = {one.id for kind in nodes for one in kind.define_schema().inputs}
    assert names == {"images", "filename_prefix", "format", "quality", "prompt_privacy", "fps"}


def test_the_package_keeps_the_rules_of_the_registry() -> None:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text(encoding="utf-8"))
    assert "comfyui" not in project["project"]["name"].lower()
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["project"]["version"])
    assert project["project"]["dependencies"] == (PACKAGE / "requirements.txt").read_text().split()
    assert {"PublisherId", "DisplayName"} <= set(project["tool"]["comfy"])
    assert project["project"]["urls"]["Repository"].startswith("https://")
    for file in PACKAGE.glob("*.py"):
        source = file.read_text(encoding="utf-8")
        assert not re.search(r"\b(eval|exec)\(|subprocess|os\.system", source), file.name


def test_masks_and_gray_pictures() -> None:
    gray = saving._picture(numpy.zeros((4, 5, 1), dtype="float32"))
    assert (gray.mode, gray.size) == ("L", (5, 4))
    assert saving._picture(numpy.full((4, 5, 3), 7.0)).getpixel((0, 0)) == (255, 255, 255)
    out = io.BytesIO()
    gray.save(out, "PNG")
