"""Judge the pictures that an ``httpx`` client downloads, synchronous or asynchronous.

::

    import httpx
    from credkit.integrations import httpx as credkit_httpx
    from credkit.integrations.receiving import Receiver

    receiver = Receiver(policy="policy.json", on_failure="refuse")
    with httpx.Client(event_hooks=credkit_httpx.event_hooks(receiver)) as client:
        client.get("https://example.org/portrait.png")     # raises RefusedError when the policy does not accept it
    httpx.AsyncClient(event_hooks=credkit_httpx.async_event_hooks(receiver))

The body is judged when it is first read, before the program gets a byte of it. What is judged are the bytes behind any
``Content-Encoding``; what the program gets is what the server sent. Bodies that are no pictures flow through, and so do parts of files
that the program asked for (206), which cannot be judged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, cast

from credkit.integrations.receiving import Beginning, Receiver, is_part, spool

if TYPE_CHECKING:
    import httpx

__all__ = ["async_event_hooks", "event_hooks", "install"]

_CHUNK = 1 << 16


def event_hooks(receiver: Receiver) -> dict[str, list[Callable[[httpx.Response], None]]]:
    """For ``httpx.Client(event_hooks=...)``."""
    import httpx

    class Body(httpx.SyncByteStream):
        def __init__(self, response: httpx.Response) -> None:
            self._inner = cast("httpx.SyncByteStream", response.stream)
            self._judge = _Judge(response, receiver)

        def __iter__(self) -> Iterator[bytes]:
            return _judged_pieces(iter(self._inner), self._judge)

        def close(self) -> None:
            self._inner.close()

    def watch(response: httpx.Response) -> None:
        if _is_judged(response):
            response.stream = Body(response)

    return {"response": [watch]}


def async_event_hooks(receiver: Receiver) -> dict[str, list[Callable[[httpx.Response], Awaitable[None]]]]:
    """For ``httpx.AsyncClient(event_hooks=...)``; judging runs in a thread of its own."""
    import httpx

    class Body(httpx.AsyncByteStream):
        def __init__(self, response: httpx.Response) -> None:
            self._inner = cast("httpx.AsyncByteStream", response.stream)
            self._judge = _Judge(response, receiver)

        def __aiter__(self) -> AsyncIterator[bytes]:
            return _judged_pieces_async(aiter(self._inner), self._judge)

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def watch(response: httpx.Response) -> None:
        if _is_judged(response):
            response.stream = Body(response)

    return {"response": [watch]}


def install(client: httpx.Client | httpx.AsyncClient, receiver: Receiver) -> None:
    """Add the hooks to those that a client has."""
    import httpx

    hooks: dict[str, list[Callable[..., Any]]] = dict(client.event_hooks)
    added = async_event_hooks(receiver) if isinstance(client, httpx.AsyncClient) else event_hooks(receiver)
    hooks["response"] = [*hooks.get("response", []), *cast("list[Callable[..., Any]]", added["response"])]
    client.event_hooks = hooks


def _is_judged(response: httpx.Response) -> bool:
    """Not a part that the program asked for."""
    return not is_part(response.status_code, response.request.headers.get("range"), response.headers.get("content-range"))


class _Judge:
    """What both kinds of clients share: when enough is there to tell a picture, and what is done with the whole."""

    def __init__(self, response: httpx.Response, receiver: Receiver) -> None:
        self.encoding = response.headers.get("content-encoding", "")
        self.url = str(response.url)
        self.links = tuple(response.headers.get_list("link"))
        self.receiver = receiver

    def plain(self, head: bytes) -> bytes:
        """The first bytes behind the encoding, as far as they are there."""
        return next((piece for piece in self._decoded(iter([head])) if piece), b"")

    def judge(self, body: IO[bytes]) -> None:
        """``RefusedError`` for what the policy does not accept."""
        body.seek(0)
        name = self.url.partition("?")[0].rpartition("/")[2]
        plain = self._decoded(iter(lambda: body.read(_CHUNK), b""))
        self.receiver.admit(plain, name=name, url=self.url, links=self.links)
        body.seek(0)

    def _decoded(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """The same through the library's own decoders; what a cut-off head leaves undecoded is not waited for."""
        import httpx

        response = httpx.Response(200, headers={"content-encoding": self.encoding}, content=pieces)
        try:
            yield from response.iter_bytes(_CHUNK if self.encoding else None)
        except httpx.DecodingError:
            return


def _judged_pieces(pieces: Iterator[bytes], judge: _Judge) -> Iterator[bytes]:
    """The body as it came, of a picture after it was judged."""
    beginning = Beginning(judge.plain, limits=judge.receiver.limits)
    while not beginning.add(next(filter(None, pieces), b"")):
        pass
    if not beginning.is_picture:
        yield beginning.data
        yield from pieces
        return
    with spool() as body:
        body.write(beginning.data)
        for piece in pieces:
            body.write(piece)
        judge.judge(body)
        yield from iter(lambda: body.read(_CHUNK), b"")


async def _judged_pieces_async(pieces: AsyncIterator[bytes], judge: _Judge) -> AsyncIterator[bytes]:
    """The same for an asynchronous client."""
    from anyio.to_thread import run_sync

    beginning = Beginning(judge.plain, limits=judge.receiver.limits)
    async for piece in pieces:
        if piece and beginning.add(piece):
            break
    else:
        beginning.add(b"")
    if not beginning.is_picture:
        yield beginning.data
        async for piece in pieces:
            yield piece
        return
    with spool() as body:
        body.write(beginning.data)
        async for piece in pieces:
            body.write(piece)
        await run_sync(judge.judge, body)
        while piece := body.read(_CHUNK):
            yield piece
