"""The fetcher that asks the network: https with the address checked, pinned and bounded.

What it promises, whatever the asker, the resolver and the server do: a host is looked up once; every address it has must be allowed
before any is connected to; the connection goes to exactly that address while certificate and ``Host`` are those of the name; redirects
pass the same checks, three at most; https never falls to http; bytes, header fields, requests and time are bounded. Proxies, cookies
and passwords do not exist here, nor are they taken from the environment. Every refusal is a ``FetchError`` in one sentence.

Which addresses are allowed is decided in ``addresses``; whether an answer is what was asked for, by whoever asked.

Clause: "Retrieval Security" (anchor ``_retrieval_security``).
"""

from __future__ import annotations

import http.client
import io
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from time import monotonic
from typing import Any
from urllib.parse import urljoin

from credkit.dataclass import dataclass
from credkit.errors import FetchError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.addresses import Place, read_place, refusal, shown_url
from credkit.trust.fetch import Request, Response
from credkit.version import __version__

__all__ = ["Connector", "HttpFetcher", "Resolver", "system_addresses"]

_MOVED = (301, 302, 303, 307, 308)
_PIECE = 64 << 10

Resolver = Callable[[str], Sequence[str]]
Connector = Callable[[tuple[str, int], float], socket.socket]


def system_addresses(host: str) -> tuple[str, ...]:
    """The addresses that the system's resolver knows for ``host``; ``OSError`` when it knows none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


class HttpFetcher:
    """A ``Fetcher`` for one verification; make a new one for the next.

    Equal requests are answered from memory, refusals too. A file may name public servers only, at port 80, 443 or from 1024 up. A
    user may also name servers of his own machine and network, at any port; a redirect from there to another server is judged as if a
    file had named it.

    ``context`` is the TLS configuration (by default the system's authorities, certificate and name checked). ``resolve`` and ``connect``
    replace the system's resolver and ``socket.create_connection``.
    """

    def __init__(
        self,
        *,
        limits: Limits = DEFAULT_LIMITS,
        context: ssl.SSLContext | None = None,
        resolve: Resolver = system_addresses,
        connect: Connector = socket.create_connection,
    ) -> None:
        self._limits = limits
        self._context = context
        self._resolve = resolve
        self._connect = connect
        self._hosts: dict[str, tuple[str, ...]] = {}
        self._known: dict[Request, Response | str] = {}
        self._asked = 0
        self._seconds = 0.0

    def fetch(self, request: Request) -> Response:
        """The answer to ``request``; ``FetchError`` in one sentence that names the thing, the host and the reason."""
        if request not in self._known:
            started = monotonic()
            try:
                self._known[request] = self._followed(request)
            except FetchError as error:
                self._known[request] = str(error)
            self._seconds += monotonic() - started
        answer = self._known[request]
        if isinstance(answer, str):
            raise FetchError(answer)
        return answer

    def _followed(self, request: Request) -> Response:
        """The answer at the end of all redirects."""
        clock = _Clock(min(self._limits.fetch_seconds, self._limits.fetch_total_seconds - self._seconds))
        url, by_user = request.url, request.origin == "user"
        place: Place | None = None
        for _ in range(self._limits.fetch_redirects + 1):
            sender = place
            try:
                # What was asked with https is not asked again with less, and what a server says is not the user's word.
                plain = request.plain_http and (sender is None or sender.scheme == "http")
                place = read_place(url, plain_http=plain, limits=self._limits)
                by_user = by_user and (sender is None or sender.is_same_server(place))
                addresses = self._allowed(place, clock, by_user=by_user)
            except FetchError as error:
                sent = f" (where {sender.host} sends us)" if sender else ""
                raise FetchError(f"{request.what} was not asked for at {shown_url(url, self._limits)}{sent}: {error}") from None
            answer = self._asked_at(place, addresses, request, clock)
            if isinstance(answer, Response):
                return answer
            url = answer
        most = self._limits.fetch_redirects
        raise FetchError(f"{request.what} cannot be had from {shown_url(request.url, self._limits)}: there are more than {most} redirects")

    def _allowed(self, place: Place, clock: _Clock, *, by_user: bool) -> tuple[str, ...]:
        """The addresses of a host, all of them allowed; ``FetchError`` when one is not, or when enough was asked."""
        if self._asked >= self._limits.fetches:
            raise FetchError(f"{self._limits.fetches} requests were made for this verification already, and that is the limit")
        if self._seconds >= self._limits.fetch_total_seconds:
            raise FetchError(f"the network took {self._limits.fetch_total_seconds} seconds of this verification already, the limit")
        if not by_user and not place.is_common_port:
            raise FetchError(f"port {place.port} belongs to another protocol than http")
        addresses = (place.host,) if place.literal else self._looked_up(place.host, clock)
        for address in addresses:
            if reason := refusal(address, private=by_user):
                raise FetchError(reason)
        return addresses

    def _looked_up(self, host: str, clock: _Clock) -> tuple[str, ...]:
        """Asked once a host: a resolver that changes its mind is not heard again."""
        if host not in self._hosts:
            try:
                self._hosts[host] = tuple(_within(clock, lambda: self._resolve(host)))
            except TimeoutError:
                raise FetchError("the name of the host was not found in time") from None
            except (OSError, UnicodeError):
                raise FetchError("no host of that name is known: it is misspelt, or this machine is not connected") from None
        if not self._hosts[host]:
            raise FetchError("no host of that name is known: it is misspelt, or this machine is not connected")
        return self._hosts[host]

    def _asked_at(self, place: Place, addresses: tuple[str, ...], request: Request, clock: _Clock) -> Response | str:
        """The answer of one server, or where it sends us."""
        self._asked += 1
        plug: socket.socket | None = None
        try:
            plug = self._connected(place, addresses, clock)
            return self._exchanged(plug, place, request, clock)
        except ssl.SSLCertVerificationError as error:
            reason = f"its certificate is not good for that name ({error.verify_message})"
        except TimeoutError:
            reason = "it did not answer in time"
        except (ssl.SSLEOFError, http.client.IncompleteRead):
            reason = "the answer ended early"
        except ssl.SSLError as error:
            reason = f"no protected connection came about ({(error.reason or 'TLS failed').lower().replace('_', ' ')})"
        except http.client.RemoteDisconnected:
            reason = "it closed the connection without an answer"
        except http.client.HTTPException as error:
            reason = f"the answer is not HTTP ({type(error).__name__})"
        except (OSError, ValueError) as error:
            reason = f"the connection failed ({(getattr(error, 'strerror', None) or type(error).__name__).lower()})"
        except FetchError as error:
            reason = str(error)
        finally:
            if plug is not None:
                plug.close()
        raise FetchError(f"{request.what} cannot be had from {place.host}: {reason}") from None

    def _connected(self, place: Place, addresses: tuple[str, ...], clock: _Clock) -> socket.socket:
        """A connection to the first of the checked addresses that answers, under TLS unless the place is plain."""
        plug: socket.socket | None = None
        for number, address in enumerate(addresses, 1):
            try:
                plug = self._connect((address, place.port), clock.left(self._limits.fetch_connect_seconds))
                break
            except OSError:
                if number == len(addresses):
                    raise
        assert plug is not None
        if place.scheme == "http":
            return plug
        try:
            plug.settimeout(clock.left())
            # An end that is not announced is an error, so that nobody can cut an answer short.
            return self._tls().wrap_socket(plug, server_hostname=place.host, suppress_ragged_eofs=False)
        except BaseException:
            plug.close()
            raise

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = ssl.create_default_context()
        return self._context

    def _exchanged(self, plug: socket.socket, place: Place, request: Request, clock: _Clock) -> Response | str:
        limits = self._limits
        wire = _Wire(plug, clock, lines=limits.fetch_header_size, most=request.most)
        connection = http.client.HTTPConnection(place.host, place.port)
        connection.sock = wire
        method = "GET" if request.body is None else "POST"
        connection.request(method, place.target, body=request.body, headers=_fields(place, request))
        answer = connection.getresponse()
        with answer:
            if answer.status in _MOVED:
                return _location(answer, place, request)
            if not 200 <= answer.status < 300 or answer.status == HTTPStatus.PARTIAL_CONTENT:
                raise FetchError(f"it answered {_named(answer.status)}")
            _check_coding(answer)
            wire.allow_lines(limits.fetch_header_size + request.most)
            body = _body(answer, request.most)
        headers: dict[str, str] = {}
        for name, value in answer.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return Response(url=place.url, body=body, headers=headers)


@dataclass(slots=True)
class _Clock:
    """What is left of the time for one question."""

    seconds: float
    end: float = 0.0

    def __post_init__(self) -> None:
        self.end = monotonic() + self.seconds

    def left(self, most: float | None = None) -> float:
        """Seconds that the next step may take; ``TimeoutError`` when there are none."""
        rest = self.end - monotonic()
        if rest <= 0:
            raise TimeoutError
        return rest if most is None else min(rest, most)


def _within(clock: _Clock, question: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Ask in a thread of its own: the system's resolver cannot be told how long it may take."""
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(question())
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="credkit resolver").start()
    try:
        answer = answers.get(timeout=clock.left())
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


class _Wire:
    """A socket as ``http.client`` uses it, with every step held to the clock; whoever opened the socket closes it."""

    def __init__(self, plug: socket.socket, clock: _Clock, *, lines: int, most: int) -> None:
        self._plug = plug
        self._clock = clock
        # A bound for whatever http.client reads on its own: the body, as much again for its framing, and the buffer.
        self._lines = _Lines(_Raw(plug, clock, 2 * (lines + most) + io.DEFAULT_BUFFER_SIZE))
        self.allow_lines(lines)

    def allow_lines(self, size: int) -> None:
        """How many bytes of lines (header fields, lengths of chunks) may still come."""
        self._lines.left = size

    def sendall(self, data: bytes) -> None:
        """Send everything in what is left of the time."""
        self._plug.settimeout(self._clock.left())
        self._plug.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002
        """The side that is read."""
        return self._lines

    def close(self) -> None:
        """Nothing: the answer may not have been read yet."""


class _Raw(io.RawIOBase):
    def __init__(self, plug: socket.socket, clock: _Clock, left: int) -> None:
        self._plug = plug
        self._clock = clock
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        # The time that is left is set before each piece, so that a server cannot win time by sending byte after byte.
        self._plug.settimeout(self._clock.left())
        count = self._plug.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise FetchError("it sends far more than was asked for")
        return count


class _Lines(io.BufferedReader):
    left = 0
    _begun = False

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        self.left -= len(line)
        if self.left < 0:
            raise FetchError("the header fields of its answer are larger than allowed")
        if self._begun and not line.endswith(b"\n") and len(line) != size:
            # http.client would take the end of the connection for the end of the fields.
            raise http.client.IncompleteRead(line)
        self._begun = True
        return line


def _fields(place: Place, request: Request) -> dict[str, Any]:
    fields = {
        "Host": place.authority,
        "User-Agent": f"credkit/{__version__}",
        "Accept": request.accept or "*/*",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if request.body is not None:
        fields["Content-Type"] = request.content_type or "application/octet-stream"
    return fields


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _location(answer: http.client.HTTPResponse, place: Place, request: Request) -> str:
    """Where a redirect leads, as a whole address."""
    found = answer.getheader("Location")
    if not found:
        raise FetchError(f"it answered {_named(answer.status)} without saying where to")
    if request.body is not None and answer.status not in (307, 308):
        raise FetchError(f"it answered {_named(answer.status)}, which would turn the question into another one")
    try:
        return urljoin(place.url, found)
    except ValueError:
        raise FetchError("it sends us to an address that is no URL") from None


def _check_coding(answer: http.client.HTTPResponse) -> None:
    """What is compressed is not asked for and not unpacked; two lengths are none."""
    if (answer.getheader("Content-Encoding") or "identity").strip().lower() != "identity":
        raise FetchError("it sent the answer compressed, which was not asked for")
    if (answer.getheader("Transfer-Encoding") or "chunked").strip().lower() != "chunked":
        raise FetchError("it sent the answer in an unknown coding")


def _declared(answer: http.client.HTTPResponse) -> int | None:
    values = answer.headers.get_all("Content-Length", [])
    if answer.chunked or not values:
        return None
    if len(set(values)) > 1 or not (values[0].isascii() and values[0].isdecimal()) or len(values[0]) > 18:
        raise FetchError("the length that it names for the answer is none")
    return int(values[0])


def _body(answer: http.client.HTTPResponse, most: int) -> bytes:
    declared = _declared(answer)
    too_much = FetchError(f"the answer has more than {most:,} bytes")
    if declared is not None and declared > most:
        raise too_much
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read(min(_PIECE, most + 1 - size)):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise too_much
    if declared is not None and size < declared:
        raise http.client.IncompleteRead(b"")
    return b"".join(pieces)
