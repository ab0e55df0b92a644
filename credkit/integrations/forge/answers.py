"""Signing the pictures in answers of ``/sdapi/v1``: an ASGI middleware, because those pictures are made and sent without any callback.

Only answers that carry finished pictures are touched (``ROUTES``); previews, detected poses and the like are none. Of the pictures of one
answer, those are signed that the program describes with a text of their own. Where signing fails, the answer goes out as it is, with the
reason in the header ``credkit-error`` (without the folders that it names, since anybody may have asked) and on the error stream: what was
made is never lost.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import io
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from credkit.api.exporter import Exporter
from credkit.api.reading import verify_file
from credkit.errors import CredkitError
from credkit.integrations.notices import without_folders
from credkit.lifting import Lifted, lift_texts
from credkit.media.texts import TextBlock
from credkit.verify import Report

__all__ = ["ROUTES", "SignedAnswers"]

ROUTES = ("/sdapi/v1/txt2img", "/sdapi/v1/img2img", "/sdapi/v1/extra-single-image", "/sdapi/v1/extra-batch-images")

_Scope = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
_Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class SignedAnswers:
    """``exporter`` is asked at each answer; None leaves it as it is. ``tell`` gets sentences for people."""

    def __init__(
        self,
        app: Callable[[_Scope, _Receive, _Send], Awaitable[None]],
        *,
        exporter: Callable[[], Exporter | None],
        tell: Callable[[str], object],
    ) -> None:
        self._app, self._exporter, self._tell = app, exporter, tell

    async def __call__(self, scope: _Scope, receive: _Receive, send: _Send) -> None:
        """Hand the question on and sign what comes back."""
        path = str(scope.get("path", "")).rstrip("/")
        if scope["type"] != "http" or scope.get("method") != "POST" or not path.endswith(ROUTES):
            await self._app(scope, receive, send)
            return
        question, answer = bytearray(), bytearray()
        start: MutableMapping[str, Any] = {}

        async def overhear() -> MutableMapping[str, Any]:
            message = await receive()
            question.extend(message.get("body", b""))
            return message

        async def gather(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            answer.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            body, error = await asyncio.to_thread(self._signed, path, bytes(question), bytes(answer), start)
            await send({**start, "headers": _headers(start.get("headers", ()), len(body), error)})
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, overhear, gather)

    def _signed(self, path: str, question: bytes, answer: bytes, start: MutableMapping[str, Any]) -> tuple[bytes, str]:
        """The answer with signed pictures, and what went wrong, in a sentence."""
        headers = {bytes(name).lower(): bytes(value) for name, value in start.get("headers", ())}
        if start.get("status") != 200 or b"content-encoding" in headers:
            return answer, ""
        try:
            exporter = self._exporter()
            return (_Answer(path, question, answer).signed(exporter), "") if exporter else (answer, "")
        except CredkitError as error:
            reason = str(error)
        except Exception as error:
            reason = f"a fault in credkit itself ({type(error).__name__})"
        self._tell(f"the answer to {path} was NOT signed: {reason}")
        return answer, without_folders(reason)


class _Answer:
    """One answer beside the question that it belongs to."""

    def __init__(self, path: str, question: bytes, answer: bytes) -> None:
        self._asked, self._answer = _map(question), _map(answer)
        self._raw = answer
        self._enhanced = "/extra-" in path

    def signed(self, exporter: Exporter) -> bytes:
        pictures = self._answer.get("images", [self._answer.get("image")])
        if not isinstance(pictures, list):
            return self._raw
        texts = self._texts()
        count = len(pictures) if self._enhanced else min(len(pictures), len(texts))
        done = [self._one(exporter, pictures[index], index, texts) for index in range(count)]
        if not any(done):
            return self._raw
        signed = [new or old for new, old in zip(done, pictures[:count], strict=True)] + pictures[count:]
        changed = {**self._answer, "images": signed} if "images" in self._answer else {**self._answer, "image": signed[0]}
        return json.dumps(changed, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    def _one(self, exporter: Exporter, picture: Any, index: int, texts: list[str]) -> str | None:
        data = _decoded(picture)
        if data is None:
            return None
        out = io.BytesIO()
        lifted = _lifted(texts[index]) if index < len(texts) else None
        exporter.sign(data, out, parent=self._parent(index), lifted=lifted)
        head = picture.partition(",")[0] + "," if picture.startswith("data:") else ""
        return head + base64.b64encode(out.getvalue()).decode("ascii")

    def _texts(self) -> list[str]:
        """The description of each generated picture; what the answer holds besides them (control maps) has none."""
        info = _map(str(self._answer.get("info") or "").encode("utf-8", "surrogatepass"))
        texts = info.get("infotexts")
        return [str(text) for text in texts] if isinstance(texts, list) else []

    def _parent(self, index: int) -> bytes | Report | None:
        """What the picture was made from: for an enhancement whatever was sent, else a signed initial picture."""
        if self._enhanced:
            several = self._asked.get("imageList")
            sent = several[index] if isinstance(several, list) and index < len(several) else self._asked.get("image")
            return _decoded(sent.get("data") if isinstance(sent, dict) else sent)
        initial = self._asked.get("init_images")
        if not isinstance(initial, list) or not initial:
            return None
        data = _decoded(initial[min(index, len(initial) - 1)])
        report = verify_file(data, name="initial picture") if data else None
        return report if report is not None and report.state != "none" and report.media_type else None


def _lifted(text: str) -> Lifted | None:
    block = TextBlock(kind="png-text", keyword="parameters", text=text, place="the description that the web UI gives")
    found = lift_texts((block,))
    return found[0] if found else None


def _map(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _decoded(picture: Any) -> bytes | None:
    """The bytes of a picture in Base64, with or without the head of a data address; None for what is none (an address, nothing)."""
    if not isinstance(picture, str) or not picture or picture.startswith(("http://", "https://")):
        return None
    text = picture.partition(",")[2] if picture.startswith("data:") else picture
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _headers(headers: Any, length: int, error: str) -> list[tuple[bytes, bytes]]:
    kept = [(bytes(name), bytes(value)) for name, value in headers if bytes(name).lower() != b"content-length"]
    kept.append((b"content-length", str(length).encode("ascii")))
    if error:
        shown = "".join(letter if " " <= letter <= "~" else "?" for letter in error[:500])
        kept.append((b"credkit-error", shown.encode("ascii")))
    return kept
