"""One answer on its way through the middleware: held until it is known whether it is a picture, then until the picture was examined."""

from __future__ import annotations

import os
from typing import IO, BinaryIO, Literal, Protocol, TypeAlias, cast

from credkit.assets import detect, open_source
from credkit.errors import AssetError, CredkitError, MalformedError
from credkit.integrations.asgi.messages import CHUNK, Message, Scope, Send, Whole, in_thread, log, path_of, send_text, value_of
from credkit.integrations.asgi.originals import ORIGINAL_FIELD, Headers, Original
from credkit.integrations.asgi.verdicts import Verdict, decoded
from credkit.integrations.receiving import SNIFFED, is_picture, is_picture_so_far, spool
from credkit.limits import Limits

__all__ = ["Answer", "Examination", "OnLoss"]

OnLoss: TypeAlias = Literal["refuse", "original", "warn"]
_HEAD = 4_096
_MAYBE = (b"image/", b"application/octet-stream", b"binary/octet-stream", b"multipart/byteranges")
"""Media types under which an application sends pictures, knowingly or not; an answer without any is looked at as well. Where there are
several, readers differ in which one they take."""
_OF_THE_BODY = (
    *(b"content-length", b"content-encoding", b"content-type", b"content-range", b"accept-ranges"),
    *(b"etag", b"last-modified", b"content-md5", b"digest", b"content-digest", b"repr-digest"),
)


class Examination(Protocol):
    """What an answer asks of the middleware."""

    on_loss: OnLoss
    limits: Limits

    async def examine(self, scope: Scope, headers: Headers, body: IO[bytes]) -> tuple[Verdict | None, Original | None]:
        """The verdict on a body, and its original."""
        ...

    async def examine_against(self, original: Original | None, encoding: str, body: IO[bytes]) -> Verdict | None:
        """The verdict on a body whose original is known."""
        ...

    def fields(self, scope: Scope, headers: Headers, verdict: Verdict) -> Headers:
        """What is added to an answer with sound credentials."""
        ...

    async def whole(self, scope: Scope) -> Whole | None:
        """All of what is asked for."""
        ...


class Answer:
    """One answer on its way: held until it is known whether it is a picture, then until the picture was examined."""

    def __init__(self, middleware: Examination, scope: Scope, send: Send) -> None:
        self._middleware = middleware
        self._scope = scope
        self._send = send
        self._start: Message | None = None
        self._headers: Headers = []
        self._body: IO[bytes] | None = None
        self._state: Literal["new", "sniffing", "gathering", "through"] = "new"

    async def take(self, message: Message) -> None:
        """Messages of the application."""
        kind = message["type"]
        if self._state == "through" or kind not in ("http.response.start", "http.response.body"):
            await self._send(message)
        elif kind == "http.response.start":
            await self._begin(message)
        else:
            await self._go_on(message.get("body", b""), more=message.get("more_body", False))

    async def end(self) -> None:
        """The application is done; what it left unfinished is handed over as far as it came."""
        if self._state in ("sniffing", "gathering"):
            await self._release(self._headers, more=True)

    def close(self) -> None:
        """Let go of the body."""
        if self._body is not None:
            self._body.close()

    async def _begin(self, message: Message) -> None:
        self._start = message
        every = list(message.get("headers", ()))
        self._headers = every
        kinds = [value.lower() for name, value in every if name.lower() == b"content-type"]
        if message["status"] in (204, 304) or (any(kinds) and not any(kind.startswith(_MAYBE) for kind in kinds)):
            await self._release(every, more=True)
            return
        self._body = spool()
        # Neither a part nor the header of a picture tells anything: they wait for all of it, which is asked for at the end.
        self._state = "gathering" if self._is_incomplete else "sniffing"

    @property
    def _is_incomplete(self) -> bool:
        return self._start is not None and (self._start["status"] == 206 or self._scope["method"] == "HEAD")

    async def _go_on(self, piece: bytes, *, more: bool) -> None:
        assert self._body is not None
        self._body.write(piece)
        if self._state == "sniffing":
            looks = self._looks()
            if looks is None and more:
                return
            if not looks:
                await self._release(self._headers, more=more)
                return
            self._state = "gathering"
        if self._body.tell() > self._middleware.limits.download_size:
            log.warning("the picture at %s is too large to be looked at and is served as it is", path_of(self._scope))
            await self._release(self._headers, more=more)
        elif not more:
            await self._judge()

    def _looks(self) -> bool | None:
        """Whether the body is a picture; None when more of it has to come."""
        assert self._body is not None
        size = self._body.tell()
        self._body.seek(0)
        head = self._body.read(_HEAD)
        self._body.seek(size)
        pieces = decoded(iter([head]), value_of(self._headers, b"content-encoding"))
        try:
            plain = b"".join(pieces) if pieces is not None else b""
        except Exception:
            return False
        return is_picture(plain[:SNIFFED]) if size >= _HEAD else is_picture_so_far(plain)

    async def _judge(self) -> None:
        """The body is complete."""
        assert self._body is not None
        found = await self._middleware.whole(self._scope) if self._is_incomplete else None
        if self._is_incomplete and (found is None or not _holds_picture(found)):
            if found is not None:
                found.close()
            await self._release(self._headers, more=False)
            return
        body, headers = (found.body, found.headers) if found is not None else (self._body, self._headers)
        try:
            verdict, original = await self._middleware.examine(self._scope, headers, body)
        finally:
            if found is not None:
                found.close()
        if verdict is None:
            await self._release(self._headers, more=False)
        elif verdict.loss is None:
            await self._release(self._headers + self._middleware.fields(self._scope, self._headers, verdict), more=False)
        else:
            await self._lose(verdict.loss, original)

    async def _lose(self, loss: str, original: Original | None) -> None:
        """The picture lacks something of its original."""
        way = self._middleware.on_loss
        log.warning("the picture at %s was transformed: %s (%s)", path_of(self._scope), loss, way)
        if way == "warn":
            await self._release(self._headers, more=False)
        elif way == "original" and original is not None:
            await self._send_original(original)
        else:
            self._state = "through"
            await send_text(self._scope, self._send, 502, f"This picture cannot be served: {loss}.")

    async def _send_original(self, original: Original) -> None:
        """The original in place of the picture that was made from it, whole, also where a part was asked for."""
        self.close()
        self._body = body = spool()
        try:
            await in_thread(lambda: original.copy_to(body))
            verdict = await self._middleware.examine_against(original, "", body)
        except (OSError, CredkitError):
            log.exception("the original of %s cannot be read", path_of(self._scope))
            self._state = "through"
            await send_text(self._scope, self._send, 502, "This picture cannot be served: its original cannot be read.")
            return
        headers = [(name, value) for name, value in self._headers if name.lower() not in _OF_THE_BODY]
        headers += [(b"content-type", _media_type(body)), (b"content-length", str(body.seek(0, os.SEEK_END)).encode("ascii"))]
        if verdict is not None:
            headers += [(b"etag", f'"{verdict.digest}"'.encode("ascii")), *self._middleware.fields(self._scope, headers, verdict)]
        self._start = {"type": "http.response.start", "status": 200}
        await self._release(headers, more=False)

    async def _release(self, headers: Headers, *, more: bool) -> None:
        """Hand over what was held; what is still to come flows through."""
        assert self._start is not None
        self._state = "through"
        await self._send({**self._start, "headers": [item for item in headers if item[0].lower() != ORIGINAL_FIELD]})
        if self._body is None:
            return
        if self._scope["method"] == "HEAD":
            await self._send({"type": "http.response.body", "body": b"", "more_body": more})
            return
        self._body.seek(0)
        piece = self._body.read(CHUNK)
        while piece:
            following = self._body.read(CHUNK)
            await self._send({"type": "http.response.body", "body": piece, "more_body": more or bool(following)})
            piece = following
        if not self._body.tell() and not more:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _holds_picture(found: Whole) -> bool:
    """Whether the whole answer is a picture that can be looked at."""
    if found.status != 200:
        return False
    found.body.seek(0)
    pieces = decoded(iter(lambda: found.body.read(CHUNK), b""), value_of(found.headers, b"content-encoding"))
    plain = b""
    try:
        for piece in pieces or ():
            plain += piece
            if len(plain) >= SNIFFED:
                break
    except AssetError:
        return False
    return is_picture(plain[:SNIFFED])


def _media_type(body: IO[bytes]) -> bytes:
    with open_source(cast("BinaryIO", body)) as source:
        known = detect(source)
        try:
            return known.scan(source).media_type.encode("ascii") if known is not None else b"application/octet-stream"
        except MalformedError:
            return b"application/octet-stream"
