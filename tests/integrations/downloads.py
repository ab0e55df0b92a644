"""What the download hooks are tried with: pictures with and without credentials, and a server on the loopback address."""

from __future__ import annotations

import gzip
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO

from tests.forge import files
from tests.forge.manifests import actions
from tests.forge.pictures import picture

PAGE = b"<html>no picture</html>" * 400
POLICY = {"name": "test", "rules": {"state": "valid", "no_redactions": True}}


@cache
def signed(kind: str = "png", created: str = "trainedAlgorithmicMedia") -> bytes:
    """A picture with credentials that say how it was made."""
    action = {"action": "c2pa.created", "digitalSourceType": f"http://cv.iptc.org/newscodes/digitalsourcetype/{created}"}
    return files.signed(files.standard(first=actions(action)), kind=kind, asset=picture(kind))


@cache
def altered(kind: str = "png") -> bytes:
    """The same, changed afterwards."""
    data = bytearray(signed(kind))
    data[-40] ^= 1
    return bytes(data)


@dataclass
class Answer:
    """What one path answers."""

    body: bytes
    media_type: str = "image/png"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    chunked: bool = False
    cut: bool = False
    """Whether the server hangs up after half of the body."""
    pause: threading.Event | None = None
    """What to wait for after the first chunk; it is cleared when nobody came in time."""


def zipped(body: bytes, **options: object) -> Answer:
    """The body with a content encoding."""
    return Answer(gzip.compress(body), headers={"Content-Encoding": "gzip"}, **options)  # type: ignore[arg-type]


def _behind_a_long_header(body: bytes) -> bytes:
    """Compressed, with a file name of 200,000 bytes before anything else."""
    packed = gzip.compress(body)
    return packed[:3] + bytes([packed[3] | 8]) + packed[4:10] + b"n" * 200_000 + b"\0" + packed[10:]


late: list[str] = []
"""Paths whose reader did not come back in time."""
ANSWERS = {
    "/signed.png": Answer(signed()),
    "/signed.jpg": Answer(signed("jpg"), "image/jpeg"),
    "/plain.png": Answer(picture("png")),
    "/altered.png": Answer(altered()),
    "/lying.txt": Answer(altered(), "text/plain"),
    "/page.html": Answer(PAGE, "text/html"),
    "/page.gz": Answer(gzip.compress(PAGE), "text/html", headers={"Content-Encoding": "gzip"}),
    "/zipped.png": zipped(signed()),
    "/zipped-altered.png": zipped(altered()),
    "/chunked.png": Answer(signed(), chunked=True),
    "/chunked-altered.png": zipped(altered(), chunked=True),
    "/moved": Answer(b"", status=302, headers={"Location": "/altered.png"}),
    "/moved-well": Answer(b"", status=302, headers={"Location": "/signed.png"}),
    "/part.png": Answer(altered()[:500], status=206, headers={"Content-Range": f"bytes 0-499/{len(altered())}"}),
    "/empty": Answer(b""),
    "/missing.png": Answer(altered(), status=404),
    "/unasked-part.png": Answer(altered(), status=206),
    "/all-of-it.png": Answer(altered(), status=206, headers={"Content-Range": f"bytes 0-{len(altered()) - 1}/{len(altered())}"}),
    "/moved-picture": Answer(altered(), status=302, headers={"Location": "/signed.png"}),
    "/hidden.png": Answer(_behind_a_long_header(altered()), headers={"Content-Encoding": "gzip"}),
    "/cut.png": Answer(signed(), cut=True),
    "/cookie.png": Answer(signed(), headers={"Set-Cookie": "seen=1; Path=/"}),
}
REFUSED = (
    "/altered.png",
    "/plain.png",
    "/lying.txt",
    "/zipped-altered.png",
    "/chunked-altered.png",
    "/moved",
    "/missing.png",
    "/unasked-part.png",
    "/hidden.png",
)
"""Pictures that no hook lets through."""


def spools(patch: Callable[[str, object], None], module: str) -> list[IO[bytes]]:
    """Every place for bytes that is made from now on in ``module`` and in ``receiving``, in a temporary file from the first byte."""
    made: list[IO[bytes]] = []

    def counting() -> IO[bytes]:
        made.append(tempfile.TemporaryFile(prefix="credkit-"))  # noqa: SIM115
        return made[-1]

    for name in (module, "credkit.integrations.receiving"):
        patch(f"{name}.spool", counting)
    return made


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up in the middle, as a refused picture makes it do, is no fault to be told."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


@contextmanager
def serving(answers: Mapping[str, Answer] | None = None) -> Iterator[str]:
    """The address of a server with these answers."""
    known = ANSWERS if answers is None else answers

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = known.get(self.path.partition("?")[0], Answer(b"nothing here", "text/plain", 404))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header(*(("Transfer-Encoding", "chunked") if answer.chunked else ("Content-Length", str(len(answer.body)))))
            self.end_headers()
            if self.command == "HEAD":
                return
            if not answer.chunked:
                self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
                self.close_connection = self.close_connection or answer.cut
                return
            size = 30 if answer.pause else 1_000
            for at in range(0, len(answer.body), size):
                piece = answer.body[at : at + size]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                if answer.pause and not at and not answer.pause.wait(10):
                    late.append(self.path)
            self.wfile.write(b"0\r\n\r\n")

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
