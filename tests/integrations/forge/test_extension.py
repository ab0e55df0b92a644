"""The web UI extension in a host that does what AUTOMATIC1111's web UI and Forge do: saving with callbacks, the API without."""

from __future__ import annotations

import asyncio
import base64
import gzip
import importlib.util
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from credkit import Statements, read_store, verify_file
from credkit.api.exporter import Exporter
from credkit.errors import CredentialError
from credkit.integrations import pillow
from credkit.integrations.forge import Extension, SignedAnswers
from tests.forge import peer, pki
from tests.forge.pictures import picture

SCRIPT = Path(__file__).resolve().parents[3] / "integrations" / "forge-credkit" / "scripts" / "credkit_script.py"
SECRET = "a secret lighthouse"
INFOTEXT = f"{SECRET}\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 471147114711, Size: 320x240, Model: demo"


class WebUi:
    """``modules`` of the program: options, callbacks that swallow errors, saving as ``images.save_image`` does it."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.opts = SimpleNamespace(
            samples_format="png",
            enable_pnginfo=True,
            save_txt=False,
            export_for_4chan=False,
            save_images_replace_action="Add number",
            data={},
        )
        self.opts.add_option = lambda name, option: setattr(self.opts, name, option.default)
        self.callbacks: dict[str, list[Callable[..., Any]]] = {"image_saved": [], "app_started": [], "ui_settings": []}
        self.errors: list[Exception] = []

    def modules(self) -> dict[str, ModuleType]:
        package, callbacks, shared = ModuleType("modules"), ModuleType("modules.script_callbacks"), ModuleType("modules.shared")
        for name, listed in self.callbacks.items():
            setattr(callbacks, f"on_{name}", listed.append)
        shared.opts = self.opts  # type: ignore[attr-defined]
        shared.OptionInfo = lambda default, label, component=None, args=None, section=None: SimpleNamespace(  # type: ignore[attr-defined]
            default=default, label=label, args=args, section=section
        )
        package.script_callbacks, package.shared = callbacks, shared  # type: ignore[attr-defined]
        gradio = ModuleType("gradio")
        gradio.Radio = object  # type: ignore[attr-defined]
        return {"modules": package, "modules.script_callbacks": callbacks, "modules.shared": shared, "gradio": gradio}

    def call(self, name: str, *arguments: Any) -> None:
        for callback in self.callbacks[name]:
            try:
                callback(*arguments)
            except Exception as error:
                self.errors.append(error)

    def save(
        self,
        image: Image.Image,
        name: str,
        *,
        info: str | None = INFOTEXT,
        p: Any = None,
        ending: str = ".png",
        section: str = "parameters",
    ) -> Path:
        stem = str(self.base / name)
        texts = {section: info} if info else {}
        path = self._write(image, stem, ending, texts)
        image.already_saved_as = str(path)  # type: ignore[attr-defined]
        if self.opts.export_for_4chan:
            self._write(image.resize((32, 24)), os.path.splitext(path)[0], ".jpg", texts)
        if self.opts.save_txt and info:
            Path(f"{os.path.splitext(path)[0]}.txt").write_text(f"{info}\n", encoding="utf-8")
        self.call("image_saved", SimpleNamespace(image=image, p=p, filename=f"{stem}{ending}", pnginfo=texts))
        return path

    def _write(self, image: Image.Image, stem: str, ending: str, texts: dict[str, str]) -> Path:
        path, number = Path(stem + ending), 0
        while path.exists():
            number += 1
            path = Path(f"{stem}-{number}{ending}")
        if ending == ".png":
            data = PngInfo()
            for key, value in texts.items():
                data.add_text(key, value)
            image.save(path, format="PNG", pnginfo=data)
        else:
            exif = Image.Exif()
            exif.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + "".join(texts.values()).encode("utf-16-be")
            image.convert("RGB").save(path, exif=exif)
        return path


@pytest.fixture
def webui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    found = WebUi(tmp_path)
    for name, module in found.modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    spec = importlib.util.spec_from_file_location("credkit_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found.call("ui_settings")
    exporter = Exporter(signer=pki.signer(), statements=Statements(creator=("Test Studio",)), openings=tmp_path / "openings")
    module.extension._kept = SimpleNamespace(get=lambda: exporter)
    found.extension = module.extension  # type: ignore[attr-defined]
    yield found
    pillow.uninstall()
    assert found.errors == []


def made(colour: str = "teal") -> Image.Image:
    return Image.linear_gradient("L").resize((320, 240)).convert("RGB").point(lambda value: (value + len(colour)) % 256)


PROCESSING = SimpleNamespace(init_images=None, mask_for_overlay=None)


def valid(data: bytes, kind: str = "png") -> dict[str, Any]:
    found = peer.read(data, kind, anchors=pki.root_pem())
    assert (found.state, found.failures) == ("Trusted", [])
    return found.raw


def generation(data: bytes) -> dict[str, Any]:
    active = read_store(data).active
    assert active is not None
    return next(entry.value() for entry in active.assertions if entry.base_label == "org.credkit.generation")  # type: ignore[no-any-return]


def silently(image: Image.Image, kind: str = "PNG", text: str | None = INFOTEXT) -> str:
    """As the API puts a picture into its answer."""
    out, info = io.BytesIO(), PngInfo()
    if text:
        info.add_text("parameters", text)
    image.save(out, kind, pnginfo=info)
    return base64.b64encode(out.getvalue()).decode()


# Saved pictures


@pytest.mark.parametrize("ending", [".png", ".jpg", ".webp"])
def test_what_is_saved_is_signed(webui: Any, ending: str) -> None:
    path = webui.save(made(), "00001-471147114711", p=PROCESSING, ending=ending)
    data = path.read_bytes()
    valid(data, ending[1:])
    assert generation(data)["settings"]["steps"] == 20


def test_the_file_that_was_really_written_is_signed(webui: Any) -> None:
    first, second = (webui.save(made(), "same", p=PROCESSING) for _ in range(2))
    assert second.name == "same-1.png"
    labels = {verify_file(path).active_manifest for path in (first, second)}
    assert len(labels) == 2


def test_the_smaller_copy_is_signed_too(webui: Any) -> None:
    webui.opts.export_for_4chan = True
    for name in ("a", "a"):
        webui.save(made(), name, p=PROCESSING)
    for path in webui.base.glob("a*"):
        assert verify_file(path).state == "Valid", path


def test_what_was_not_generated_is_left_alone(webui: Any) -> None:
    upload = webui.save(made(), "upload", info=None, p=None)
    mask = webui.save(made(), "00001-mask", p=SimpleNamespace(init_images=[], mask_for_overlay=made()))
    assert [verify_file(path).state for path in (upload, mask)] == ["none", "none"]
    named = webui.save(made(), "a lady with a-mask", p=PROCESSING)
    assert verify_file(named).state == "Valid"
    webui.opts.credkit_saved = False
    assert verify_file(webui.save(made(), "off", p=PROCESSING)).state == "none"


@pytest.mark.parametrize("ending", [".png", ".jpg"])
def test_a_sealed_prompt_is_nowhere(webui: Any, ending: str) -> None:
    webui.opts.credkit_prompt = "sealed"
    webui.opts.export_for_4chan = webui.opts.save_txt = True
    webui.save(made(), "a", p=PROCESSING, ending=ending)
    pictures = [path for path in webui.base.iterdir() if path.suffix in (".png", ".jpg")]
    assert len(pictures) == 2
    for path in pictures:
        data = path.read_bytes()
        valid(data, path.suffix[1:])
        for text in (SECRET, "471147114711"):
            assert text.encode() not in data
            assert text.encode("utf-16-be") not in data


def test_pixels_that_hide_the_prompt_are_cleared_under_sealing(webui: Any) -> None:
    webui.opts.credkit_prompt = "sealed"
    image = made().convert("RGBA")
    packed = gzip.compress(INFOTEXT.encode())
    bits = "".join(f"{byte:08b}" for byte in b"stealth_pngcomp") + f"{len(packed) * 8:032b}" + "".join(f"{byte:08b}" for byte in packed)
    pixels = image.load()
    assert pixels is not None
    for index, bit in enumerate(bits):
        x, y = divmod(index, image.height)
        r, g, b, a = pixels[x, y]  # type: ignore[misc]
        pixels[x, y] = (r, g, b, (a & ~1) | int(bit))
    path = webui.save(image, "stealth", p=PROCESSING)
    valid(path.read_bytes())
    with Image.open(path) as signed:
        column = "".join(str(value & 1) for value in signed.getchannel("A").crop((0, 0, 1, 120)).tobytes())
    assert column != bits[:120]


def test_a_signed_initial_picture_is_the_parent(webui: Any, tmp_path: Path) -> None:
    webui.call("app_started", None, SimpleNamespace(user_middleware=[], middleware_stack=None))
    base = io.BytesIO()
    Exporter(signer=pki.signer(), statements=Statements(created="digitalCapture")).sign(picture("png"), base)
    with Image.open(io.BytesIO(base.getvalue())) as start:
        path = webui.save(made(), "a", p=SimpleNamespace(init_images=[start.convert("RGB")], mask_for_overlay=None))
    assert len(valid(path.read_bytes())["manifests"]) == 2


def test_a_failure_is_told_loudly_and_costs_nothing(
    webui: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked() -> Exporter:
        raise CredentialError("the passphrase is wrong")

    kept = webui.extension._kept
    webui.extension._kept = SimpleNamespace(get=locked)
    path = webui.save(made(), "a", p=PROCESSING)
    assert f"*** credkit: {path} was NOT signed: the passphrase is wrong" in capsys.readouterr().err
    webui.extension._kept = kept
    monkeypatch.setattr(Exporter, "sign", lambda *_, **__: 1 / 0)
    path = webui.save(made(), "b", p=PROCESSING)
    assert "NOT signed: a fault in credkit" in capsys.readouterr().err
    with Image.open(path) as image:
        image.load()


def test_no_option_is_secret(webui: Any) -> None:
    assert {name for name in vars(webui.opts) if name.startswith("credkit")} == {"credkit_saved", "credkit_api", "credkit_prompt"}


# The API


def ask(
    webui: Any, path: str, question: Any, answer: Any, *, status: int = 200, headers: Any = (), pieces: int = 3
) -> tuple[Any, dict[str, str]]:
    """One question through the middleware, with a program behind it that gives ``answer``."""
    raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    body = json.dumps(question).encode()
    heard: list[bytes] = []

    async def program(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            heard.append(message.get("body", b""))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", str(len(raw)).encode()), *headers]})
        size = max(1, len(raw) // pieces)
        for start in range(0, max(1, len(raw)), size):
            await send({"type": "http.response.body", "body": raw[start : start + size], "more_body": start + size < len(raw)})

    app = SimpleNamespace(user_middleware=[], middleware_stack=object())
    webui.call("app_started", None, app)
    webui.call("app_started", None, app)
    assert app.middleware_stack is None
    (entry,) = app.user_middleware
    assert entry.cls is SignedAnswers
    sent: list[dict[str, Any]] = []
    incoming = iter([{"type": "http.request", "body": body[:5], "more_body": True}, {"type": "http.request", "body": body[5:]}])

    async def receive() -> dict[str, Any]:
        return next(incoming)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(entry.cls(program, **entry.kwargs)({"type": "http", "method": "POST", "path": path}, receive, send))
    assert b"".join(heard) == body
    result = b"".join(message.get("body", b"") for message in sent)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    assert int(headers["content-length"]) == len(result)
    return (json.loads(result) if result[:1] == b"{" else result), headers


def answer_of(*pictures: str, texts: int | None = None) -> dict[str, Any]:
    infotexts = [INFOTEXT] * (len(pictures) if texts is None else texts)
    return {"images": list(pictures), "parameters": {}, "info": json.dumps({"infotexts": infotexts})}


def test_answers_of_the_api_are_signed(webui: Any) -> None:
    found, headers = ask(webui, "/sdapi/v1/txt2img", {"prompt": SECRET}, answer_of(silently(made()), silently(made(), text=None)))
    assert "credkit-error" not in headers
    for text in found["images"]:
        data = base64.b64decode(text)
        valid(data)
        assert generation(data)["settings"]["sampler"] == "Euler a"
    assert json.loads(found["info"])["infotexts"]


def test_pictures_without_a_description_are_no_generated_ones(webui: Any) -> None:
    control = silently(made(), text=None)
    found, _ = ask(webui, "/sdapi/v1/txt2img", {}, answer_of(silently(made()), control, texts=1))
    assert found["images"][1] == control
    assert verify_file(base64.b64decode(found["images"][0])).state == "Valid"


def test_sealed_answers(webui: Any) -> None:
    webui.opts.credkit_prompt = "sealed"
    found, _ = ask(webui, "/sdapi/v1/txt2img", {}, answer_of(silently(made())))
    data = base64.b64decode(found["images"][0])
    valid(data)
    assert SECRET.encode() not in data


def test_signed_initial_pictures_in_a_question_are_parents(webui: Any) -> None:
    base = io.BytesIO()
    Exporter(signer=pki.signer(), statements=Statements(created="digitalCapture")).sign(picture("png"), base)
    signed = base64.b64encode(base.getvalue()).decode()
    for text in (signed, f"data:image/png;base64,{signed}"):
        found, _ = ask(webui, "/sdapi/v1/img2img", {"init_images": [text]}, answer_of(silently(made())))
        assert len(valid(base64.b64decode(found["images"][0]))["manifests"]) == 2
    for other in ("https://example.com/a.png", "!!", silently(made()), None, {}):
        found, _ = ask(webui, "/sdapi/v1/img2img", {"init_images": [other]}, answer_of(silently(made())))
        assert len(valid(base64.b64decode(found["images"][0]))["manifests"]) == 1


def test_enhanced_pictures_are_edits_of_what_was_sent(webui: Any) -> None:
    found, _ = ask(
        webui,
        "/sdapi/v1/extra-single-image",
        {"image": silently(made(), text=None)},
        {"html_info": "", "image": silently(made(), text=None)},
    )
    raw = valid(base64.b64decode(found["image"]))
    assert [entry["relationship"] for entry in raw["manifests"][raw["active_manifest"]]["ingredients"]] == ["parentOf"]
    several = {"imageList": [{"data": silently(made(), text=None), "name": "a"}]}
    found, _ = ask(webui, "/sdapi/v1/extra-batch-images", several, {"html_info": "", "images": [silently(made(), text=None)]})
    valid(base64.b64decode(found["images"][0]))


@pytest.mark.parametrize(
    "answer", [b"", b"no json", b"[1]", {"images": None}, {"images": [None, 3, "!!", ""]}, {"images": "x"}, {"info": 5}, b"[" * 9000]
)
@pytest.mark.parametrize("path", ["/sdapi/v1/txt2img", "/sdapi/v1/extra-single-image"])
def test_strange_answers_go_out_as_they_are(webui: Any, answer: Any, path: str) -> None:
    found, _ = ask(webui, path, {"init_images": 3, "imageList": "x"}, answer)
    assert found == (answer if isinstance(answer, bytes) else json.loads(json.dumps(answer)))


def test_what_is_none_of_our_business(webui: Any) -> None:
    preview = {"current_image": silently(made()), "images": [silently(made())]}
    assert ask(webui, "/sdapi/v1/progress", {}, preview)[0] == preview
    assert ask(webui, "/sdapi/v1/txt2img", {}, preview, status=500)[0] == preview
    packed = gzip.compress(json.dumps(answer_of(silently(made()))).encode())
    assert ask(webui, "/sdapi/v1/txt2img", {}, packed, headers=[(b"content-encoding", b"gzip")])[0] == packed
    webui.opts.credkit_api = False
    plain = answer_of(silently(made()))
    assert ask(webui, "/sdapi/v1/txt2img", {}, plain)[0] == plain


def test_an_answer_that_cannot_be_signed_says_so(webui: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def locked() -> Exporter:
        raise CredentialError("/srv/studio/key.pem: the passphrase is\r\nwrong \u00e9")

    webui.extension._kept = SimpleNamespace(get=locked)
    plain = answer_of(silently(made()))
    found, headers = ask(webui, "/sdapi/v1/txt2img", {}, plain)
    assert found == plain
    assert headers["credkit-error"] == r"key.pem: the passphrase is\x0d\x0awrong ?"
    assert "NOT signed: /srv/studio/key.pem" in capsys.readouterr().err


def test_the_real_server_library(webui: Any) -> None:
    """Starlette builds its stack anew with the middleware that was added after its start."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    async def txt2img(request: Any) -> JSONResponse:
        assert (await request.json())["prompt"] == SECRET
        return JSONResponse(answer_of(silently(made())))

    app = Starlette(routes=[Route("/sdapi/v1/txt2img", txt2img, methods=["POST"])])
    with TestClient(app) as client:
        first = client.post("/sdapi/v1/txt2img", json={"prompt": SECRET}).json()
        assert verify_file(base64.b64decode(first["images"][0])).state == "none"
        webui.call("app_started", None, app)
        second = client.post("/sdapi/v1/txt2img", json={"prompt": SECRET}).json()
    assert verify_file(base64.b64decode(second["images"][0])).state == "Valid"


def test_the_extension_without_options() -> None:
    extension = Extension(SimpleNamespace)
    assert set(extension.settings(("credkit", "Content Credentials"), lambda *_, **__: None, None)) == {
        "credkit_saved",
        "credkit_api",
        "credkit_prompt",
    }
