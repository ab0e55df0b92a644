"""A web server on the loopback address that says exactly what a test wants, byte by byte, with TLS under an authority of its own.

``Server`` answers each connection with ``answers[path]``: bytes, or a generator that yields pieces. ``Wires`` stand in for resolver and
connections: they note what is asked and where connections go, and carry those to ``allowed`` addresses to the server on this machine.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.http import HttpFetcher
from tests.forge.pki import make_leaf, make_root, name, new_key, private_pem

__all__ = ["HOST", "PUBLIC", "Server", "Wires", "client_context", "ok", "root_file"]

HOST = "credentials.test"
"""A name in the server's certificate, besides ``localhost``, ``*.elsewhere.test`` and 127.0.0.1."""
PUBLIC = "93.184.216.34"
"""An address that a file may name; ``Wires`` carry it to the server."""

Answer = bytes | Callable[[], Iterable[bytes]]


def ok(body: bytes, media_type: str | None = "application/c2pa", *fields: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    if media_type:
        lines.append(f"Content-Type: {media_type}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@cache
def _authority() -> tuple[bytes, bytes]:
    """The root, and the server's certificate with its key, in PEM."""
    root = make_root("es256", common_name="credkit test web root")
    key = new_key("es256", 7)
    names = x509.SubjectAlternativeName(
        [
            *(x509.DNSName(text) for text in (HOST, "localhost", "*.elsewhere.test")),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
    )
    leaf = make_leaf(root, key, subject=name(HOST), eku=("1.3.6.1.5.5.7.3.1",), extensions=((names, False),))
    certificate = x509.load_der_x509_certificate(leaf).public_bytes(Encoding.PEM)
    return root.pem, certificate + private_pem(key)


def root_file(folder: Path) -> Path:
    """A file with the authority of the server."""
    path = folder / "web-root.pem"
    path.write_bytes(_authority()[0])
    return path


def client_context() -> ssl.SSLContext:
    """Trusts the server's authority and nothing else; everything else as the default."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=_authority()[0].decode("ascii"))
    return context


@cache
def _server_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(_authority()[1])
        context.load_cert_chain(path)
    return context


@dataclass
class Server:
    """Use it in a ``with`` statement; ``port`` is chosen by the system."""

    answers: Mapping[str, Answer]
    tls: bool = True
    requests: list[bytes] = field(default_factory=list)
    """Heads and bodies of the requests, as they came."""
    abrupt: bool = False
    """End connections without the farewell of TLS."""

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        for plug in self._open:
            with suppress(OSError):
                plug.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    @property
    def paths(self) -> list[str]:
        """What was asked, in order."""
        return [request.split(b" ", 2)[1].decode() for request in self.requests]

    def url(self, path: str = "/", host: str = HOST) -> str:
        """The address of ``path`` here."""
        return f"http{'s' if self.tls else ''}://{host}:{self.port}{path}"

    def _accept(self) -> None:
        while True:
            try:
                plug, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(plug)
            thread = threading.Thread(target=self._serve, args=(plug,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        plug = plain
        with suppress(OSError), plain:
            if self.tls:
                plug = _server_context().wrap_socket(plain.dup(), server_side=True)
            with plug:
                self._answer(plug)
                if isinstance(plug, ssl.SSLSocket) and not self.abrupt:
                    plug.unwrap()

    def _answer(self, plug: socket.socket) -> None:
        request = _request(plug)
        self.requests.append(request)
        answer = self.answers.get(request.split(b" ", 2)[1].decode(), ok(b"", None, status="404 Not Found"))
        for piece in [answer] if isinstance(answer, bytes) else answer():
            plug.sendall(piece)


def _request(plug: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = plug.recv(65536)
        if not piece:
            raise OSError("no request")
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += plug.recv(65536)
    return head + b"\r\n\r\n" + body


@dataclass
class Wires:
    """What a fetcher knows of the world."""

    server: Server | None = None
    names: dict[str, Sequence[str] | list[Sequence[str]]] = field(default_factory=lambda: {HOST: (PUBLIC,)})
    """Addresses by name; a list gives one answer after the other."""
    allowed: tuple[str, ...] = (PUBLIC, "127.0.0.1", "2606:4700:4700::1111")
    asked: list[str] = field(default_factory=list)
    connections: list[tuple[str, int]] = field(default_factory=list)

    def resolve(self, host: str) -> Sequence[str]:
        """As the system's resolver."""
        self.asked.append(host)
        found = self.names.get(host)
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return found.pop(0) if isinstance(found, list) else found

    def connect(self, address: tuple[str, int], timeout: float) -> socket.socket:
        """As ``socket.create_connection``, but never anywhere else than to the server."""
        self.connections.append(address)
        assert 0 < timeout <= DEFAULT_LIMITS.fetch_connect_seconds
        if self.server is None or address[0] not in self.allowed:
            raise ConnectionRefusedError(111, "Connection refused")
        return socket.create_connection(("127.0.0.1", self.server.port), timeout)

    def fetcher(self, **limits: int) -> HttpFetcher:
        """A fetcher that lives in this world."""
        return HttpFetcher(limits=Limits(**limits), context=client_context(), resolve=self.resolve, connect=self.connect)
