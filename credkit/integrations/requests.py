"""Judge the pictures that a ``requests`` session downloads.

::

    import requests
    from credkit.integrations import requests as credkit_requests
    from credkit.integrations.receiving import Receiver

    session = requests.Session()
    credkit_requests.install(session, Receiver(policy="policy.json", on_failure="refuse"))
    session.get("https://example.org/portrait.png")      # raises RefusedError when the policy does not accept it

The body is judged when it is first read, before the program gets a byte of it, so ``stream=True`` costs no more than the picture. What is
judged are the bytes behind any ``Content-Encoding``; what the program gets is what the server sent. Bodies that are no pictures flow
through, and so do parts of files that the program asked for (206), which cannot be judged.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache
from typing import IO, TYPE_CHECKING, Any

from credkit.integrations.receiving import SNIFFED, Beginning, Receiver, is_part, spool

if TYPE_CHECKING:
    import requests
    from urllib3.response import BaseHTTPResponse, HTTPResponse

__all__ = ["install", "response_hook", "uninstall"]

_CHUNK = 1 << 16


def install(session: requests.Session, receiver: Receiver) -> None:
    """Judge every picture that ``session`` downloads from now on; a second call replaces the first."""
    uninstall(session)
    session.hooks["response"].append(response_hook(receiver))


def uninstall(session: requests.Session) -> None:
    """Leave the session as it was; nothing happens when ``install`` was not called."""
    session.hooks["response"] = [hook for hook in session.hooks["response"] if not isinstance(hook, _Hook)]


def response_hook(receiver: Receiver) -> Callable[..., requests.Response]:
    """The hook for one request: ``requests.get(url, hooks={"response": response_hook(receiver)})``."""
    return _Hook(receiver)


class _Hook:
    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver

    def __call__(self, response: requests.Response, *_: Any, **__: Any) -> requests.Response:
        """Put the judge between the response and its body."""
        from urllib3.response import BaseHTTPResponse

        raw = response.raw
        requested = response.request.headers.get("range")
        if is_part(response.status_code, requested, response.headers.get("content-range")) or not isinstance(raw, BaseHTTPResponse):
            return response
        body = _Body(raw, self.receiver, url=response.url, links=response.headers.get("link", ""))
        # A response of the library itself, so that everything that can be done with one can be done with this.
        response.raw = _judged_response()(
            body=body,
            headers=raw.headers,
            status=raw.status,
            version=raw.version,
            version_string=raw.version_string,
            reason=raw.reason,
            preload_content=False,
            decode_content=False,
            request_method=response.request.method,
            request_url=response.url,
        )
        # Cookies and the address of the peer are looked for here.
        response.raw._original_response = raw._original_response  # type: ignore[attr-defined]
        return response


@cache
def _judged_response() -> type[HTTPResponse]:
    """The class of responses whose stream hands out what is there, as that of a chunked one does, and does not wait for a full piece."""
    from urllib3.response import HTTPResponse

    class Judged(HTTPResponse):
        def stream(self, amt: int | None = _CHUNK, decode_content: bool | None = None) -> Iterator[bytes]:  # type: ignore[override]
            """Pieces of at most ``amt`` bytes."""
            while data := self.read1(amt, decode_content=decode_content):
                yield data

    return Judged


class _Body(io.RawIOBase):
    """The body as the server sent it, with its encoding. The first read decides whether it is a picture, and has it judged."""

    def __init__(self, raw: BaseHTTPResponse, receiver: Receiver, *, url: str, links: str) -> None:
        self._raw = raw
        self._receiver = receiver
        self._url = url
        self._links = (links,) if links else ()
        self._parts: IO[bytes] | None = None
        self._begun = False
        self._refusal: BaseException | None = None

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """As of any stream; ``RefusedError`` in place of the first byte of a picture that is not accepted, each time."""
        self._begin()
        wanted = -1 if size is None else size
        data = self._parts.read(wanted) if self._parts is not None else b""
        if wanted >= 0 and len(data) < wanted:
            data += self._raw.read(wanted - len(data), decode_content=False) or b""
        elif wanted < 0:
            data += self._raw.read(decode_content=False) or b""
        return data

    def read1(self, size: int = -1) -> bytes:
        """At most ``size`` bytes that are there; waits for the first of them only."""
        self._begin()
        data = self._parts.read(size) if self._parts is not None else b""
        return data or self._raw.read1(None if size < 0 else size, decode_content=False) or b""

    def readinto(self, buffer: Any) -> int:
        """As of any stream."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            if self._parts is not None:
                self._parts.close()
            self._raw.close()
            self._raw.release_conn()
        super().close()

    def _begin(self) -> None:
        if self._refusal is not None:
            raise self._refusal
        if self._begun:
            return
        self._begun = True
        beginning = Beginning(self._plain, limits=self._receiver.limits)
        while not beginning.add(self._raw.read1(_CHUNK, decode_content=False) or b""):
            pass
        self._parts = io.BytesIO(beginning.data)
        if beginning.is_picture:
            self._judge(beginning.data)

    def _judge(self, head: bytes) -> None:
        self._parts = spool()
        self._parts.write(head)
        while piece := self._raw.read(_CHUNK, decode_content=False):
            self._parts.write(piece)
        self._parts.seek(0)
        answer = self._decoded(self._parts)
        name = self._url.partition("?")[0].rpartition("/")[2]
        try:
            plain = iter(lambda: answer.read(_CHUNK, decode_content=True), b"")
            self._receiver.admit(plain, name=name, url=self._url, links=self._links)
        except BaseException as fault:
            # Nobody reads on, so that the temporary file need not wait for whoever holds the response.
            self._parts.close()
            self._refusal = fault
            raise
        self._parts.seek(0)

    def _plain(self, head: bytes) -> bytes:
        """The first bytes behind the encoding; none where it cannot be undone, as the program cannot undo it either."""
        from urllib3.exceptions import HTTPError

        try:
            return self._decoded(io.BytesIO(head)).read(SNIFFED, decode_content=True)
        except HTTPError:
            return b""

    def _decoded(self, encoded: IO[bytes]) -> HTTPResponse:
        """A body like this one, read by the library's own decoders. Closing it must not close ``encoded``."""
        from urllib3.response import HTTPResponse

        headers = {"content-encoding": self._raw.headers.get("content-encoding", "")}
        return HTTPResponse(body=_Kept(encoded), headers=headers, preload_content=False, enforce_content_length=False)


class _Kept(io.RawIOBase):
    """A stream whose end does not close the one behind it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """As of the stream behind it."""
        return self._stream.read(-1 if size is None else size)
