"""Messages of ASGI: their types, what is read out of them, and the short answers that are made here."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import IO, Any, TypeAlias, TypeVar

from credkit.dataclass import dataclass, field
from credkit.errors import escaped
from credkit.integrations.asgi.originals import Headers
from credkit.integrations.receiving import spool

__all__ = [
    "CHUNK",
    "App",
    "Message",
    "Receive",
    "Scope",
    "Send",
    "TooLargeError",
    "Whole",
    "in_thread",
    "log",
    "nothing_more",
    "path_of",
    "route_of",
    "send_store",
    "send_text",
    "value_of",
    "without_shortcuts",
]

Message: TypeAlias = MutableMapping[str, Any]
Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
_T = TypeVar("_T")

log = logging.getLogger("credkit.serving")
CHUNK = 1 << 16
"""Bytes in one message."""


class TooLargeError(Exception):
    """Stops an application whose answer will not be used."""


@dataclass(slots=True)
class Whole:
    """A complete answer of the application."""

    most: int
    status: int = 0
    headers: Headers = field(default_factory=list)
    body: IO[bytes] = field(default_factory=spool)
    complete: bool = False

    async def take(self, message: Message) -> None:
        """As a server takes it."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", ()))
        elif message["type"] == "http.response.body":
            self.body.write(message.get("body", b""))
            if self.body.tell() > self.most:
                raise TooLargeError
            self.complete = not message.get("more_body", False)

    def close(self) -> None:
        """Let go of the body."""
        self.body.close()


def path_of(scope: Scope) -> str:
    """The path that was asked for, for a log: whoever asks chooses it, line breaks and all."""
    return escaped(str(scope["path"]))


def route_of(scope: Scope) -> str:
    """The path without the root of the application."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def value_of(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    """The value of the first field of that name (lower case); empty when there is none."""
    return next((value.decode("latin-1") for key, value in headers if key.lower() == name), "")


def without_shortcuts(scope: Scope) -> Scope:
    """The scope without extensions by which a body would go past this middleware."""
    extensions = scope.get("extensions")
    if not extensions:
        return scope
    kept = {name: value for name, value in extensions.items() if name not in ("http.response.pathsend", "http.response.zerocopysend")}
    return {**scope, "extensions": kept}


def nothing_more() -> Receive:
    """An empty request body, and then silence until the application is done."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await _forever()
        return {"type": "http.disconnect"}

    return receive


async def in_thread(work: Callable[[], _T]) -> _T:
    """The result of ``work``, done beside the event loop."""
    try:
        from anyio.to_thread import run_sync
    except ImportError:
        return await asyncio.get_running_loop().run_in_executor(None, work)
    return await run_sync(work)


async def _forever() -> None:
    """Wait until somebody cancels. anyio, which most frameworks bring along, knows which event loop runs."""
    try:
        from anyio import sleep_forever
    except ImportError:
        await asyncio.Event().wait()
    else:
        await sleep_forever()


async def send_text(scope: Scope, send: Send, status: int, text: str) -> None:
    """A short answer that nobody keeps."""
    body = f"{text}\n".encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode("ascii")),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def send_store(scope: Scope, send: Send, store: bytes, shared: Headers) -> None:
    """A manifest store, or 304 for one that the client has."""
    tag = f'"{hashlib.sha256(store).hexdigest()}"'
    asked = value_of(scope["headers"], b"if-none-match")
    known = asked.strip() == "*" or tag in [part.strip().removeprefix("W/") for part in asked.split(",")]
    headers = [*shared, (b"etag", tag.encode("ascii")), (b"x-content-type-options", b"nosniff")]
    if not known:
        headers += [(b"content-type", b"application/c2pa"), (b"content-length", str(len(store)).encode("ascii"))]
    await send({"type": "http.response.start", "status": 304 if known else 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if known or scope["method"] == "HEAD" else store})
