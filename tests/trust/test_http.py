"""The door to the network: what it fetches, what it refuses without opening a connection, and how it ends whatever a server does.

No test leaves this machine: names are resolved by a stub, and connections are carried to a server on the loopback address.
"""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from unittest import mock

import pytest

from credkit.errors import FetchError
from credkit.trust.fetch import Request, Response
from credkit.trust.http import HttpFetcher, system_addresses
from tests.forge.web import HOST, PUBLIC, Server, Wires, client_context, ok
from tests.trust.hostile_urls import FORBIDDEN, NAMES

WHAT = "the manifest store"


def fetch(wires: Wires, url: str, *, limits: dict[str, int] | None = None, **options: Any) -> Response:
    return wires.fetcher(**(limits or {})).fetch(Request(url=url, what=WHAT, **options))


def refused(wires: Wires, url: str, *, limits: dict[str, int] | None = None, **options: Any) -> str:
    with pytest.raises(FetchError) as caught:
        fetch(wires, url, limits=limits, **options)
    sentence = str(caught.value)
    assert sentence.startswith(WHAT)
    assert sentence.isascii()
    assert sentence.isprintable()
    assert len(sentence) < 450
    return sentence


def one(answer: Any, *, limits: dict[str, int] | None = None, tls: bool = True, abrupt: bool = False, **options: Any) -> Response | str:
    """What comes of one answer: the response, or the sentence."""
    with Server({"/x": answer}, tls=tls, abrupt=abrupt) as server:
        try:
            return fetch(Wires(server), server.url("/x"), limits=limits, **options)
        except FetchError as error:
            return str(error)


def test_the_good_way() -> None:
    with Server({"/a/store.c2pa?v=1": ok(b"content", "Application/C2PA; v=1", "Link: <a>", "Link: <b>")}) as server:
        wires = Wires(server)
        response = fetch(wires, server.url("/a/store.c2pa?v=1#fragment"), accept="application/c2pa")
        assert response.body == b"content"
        assert response.media_type == "application/c2pa"
        assert response.headers["link"] == "<a>, <b>"
        assert response.url == server.url("/a/store.c2pa?v=1")
        assert wires.asked == [HOST]
        assert wires.connections == [(PUBLIC, server.port)]
        head = server.requests[0].decode().split("\r\n")
    assert head[0] == "GET /a/store.c2pa?v=1 HTTP/1.1"
    fields = dict(line.split(": ") for line in head[1:] if line)
    assert fields.pop("User-Agent").startswith("credkit/")
    assert fields == {
        "Host": f"{HOST}:{server.port}",
        "Accept": "application/c2pa",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


def test_a_question_with_a_body() -> None:
    with Server({"/ocsp": ok(b"answer", "application/ocsp-response")}, tls=False) as server:
        response = fetch(Wires(server), server.url("/ocsp"), plain_http=True, body=b"question", content_type="application/ocsp-request")
        assert response.body == b"answer"
        request = server.requests[0]
    assert request.startswith(b"POST /ocsp HTTP/1.1\r\n")
    assert b"Content-Type: application/ocsp-request\r\n" in request
    assert b"\r\nAccept: */*\r\n" in request
    assert request.endswith(b"\r\n\r\nquestion")


def test_nothing_is_taken_from_the_environment() -> None:
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy"), "http://user:word@127.0.0.1:1")
    with Server({"/x": ok(b"y", None, "Set-Cookie: a=b")}) as server, mock.patch.dict(os.environ, proxies):
        wires = Wires(server)
        fetcher = wires.fetcher()
        for number in range(2):
            fetcher.fetch(Request(url=server.url("/x"), what=f"{WHAT} {number}"))
        assert {address for address, _ in wires.connections} == {PUBLIC}
        assert all(b"cookie" not in request.lower() and b"authorization" not in request.lower() for request in server.requests)


def test_there_are_enough_of_them() -> None:
    assert len(set(FORBIDDEN)) == len(FORBIDDEN) >= 100


@pytest.mark.parametrize("url", FORBIDDEN)
def test_no_connection_for_what_a_file_must_not_name(url: str) -> None:
    wires = Wires(names=dict(NAMES))
    with mock.patch("socket.socket", side_effect=AssertionError("a socket was opened")):
        assert "was not asked for at" in refused(wires, url)
    assert wires.connections == []


ELSEWHERE = [url for url in FORBIDDEN if url.isascii() and "\0" not in url and "\r" not in url and url.rstrip("/") != "https:"]
ELSEWHERE = [url for url in ELSEWHERE if url not in ("", "/etc/passwd", "image.c2pa", "self#jumbf=c2pa")]
"""Those that can stand in a header field and do not lead back to the server."""


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_connection_when_a_server_sends_us_there(url: str) -> None:
    with Server({"/x": ok(b"", None, f"Location: {url}", status="302 Found")}) as server:
        wires = Wires(server, names=dict(NAMES))
        for user in ("file", "user"):
            refused(wires, server.url("/x"), origin=user)
        assert set(wires.connections) == {(PUBLIC, server.port)}
        assert server.paths == ["/x", "/x"]


def test_a_resolver_that_changes_its_mind_is_not_heard_again() -> None:
    with Server({"/x": ok(b"", None, "Location: /y", status="302 Found"), "/y": ok(b"public")}) as server:
        wires = Wires(server, names={HOST: [(PUBLIC,), ("127.0.0.1",), ("169.254.169.254",)]})
        fetcher = wires.fetcher()
        for path in ("/x", "/y"):
            assert fetcher.fetch(Request(url=server.url(path), what=WHAT)).body == b"public"
        assert wires.asked == [HOST]
        assert {address for address, _ in wires.connections} == {PUBLIC}


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    with Server({"/x": ok(b"y")}) as server:
        wires = Wires(server, names={HOST: ("2606:4700:4700::1111", PUBLIC)})
        fetch(wires, server.url("/x"))
        assert wires.connections == [("2606:4700:4700::1111", server.port)]
        wires = Wires(server, names={HOST: ("2606:4700:4700::2222", PUBLIC)})
        fetch(wires, server.url("/x"))
        assert wires.connections == [("2606:4700:4700::2222", server.port), (PUBLIC, server.port)]


def test_a_user_may_name_a_server_of_his_own_house() -> None:
    with Server({"/x": ok(b"y")}) as server:
        wires = Wires(server, names={HOST: ("10.0.0.1",), "localhost": ("127.0.0.1",)}, allowed=("10.0.0.1", "127.0.0.1"))
        for host in (HOST, "localhost", "127.0.0.1"):
            assert "private network" in refused(wires, server.url("/x", host))
            assert wires.connections == []
        for host in (HOST, "localhost", "127.0.0.1"):
            assert fetch(wires, server.url("/x", host), origin="user").body == b"y"
        assert [address for address, _ in wires.connections] == ["10.0.0.1", "127.0.0.1", "127.0.0.1"]


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "255.255.255.255", "224.0.0.1", "fe80::1", "::"])
def test_what_even_a_user_may_not_name(address: str) -> None:
    wires = Wires(names={HOST: (address,)})
    assert "no public server" in refused(wires, f"https://{HOST}/", origin="user")
    assert wires.connections == []


def test_a_user_may_name_any_port() -> None:
    wires = Wires()
    assert "connection refused" in refused(wires, f"https://{HOST}:25/", origin="user")
    assert wires.connections == [(PUBLIC, 25)]


def test_the_word_of_the_user_does_not_pass_to_another_server() -> None:
    answers = {
        "/own": ok(b"", None, "Location: /y", status="307 Temporary Redirect"),
        "/y": ok(b"y"),
        "/other": ok(b"", None, "Location: https://other.test/y", status="307 Temporary Redirect"),
        "/port": ok(b"", None, f"Location: https://{HOST}:6379/", status="307 Temporary Redirect"),
    }
    with Server(answers) as server:
        wires = Wires(server, names={HOST: ("10.0.0.1",), "other.test": ("10.0.0.2",)}, allowed=("10.0.0.1",))
        assert fetch(wires, server.url("/own"), origin="user").body == b"y"
        assert "10.0.0.2 is an address of a private network" in refused(wires, server.url("/other"), origin="user")
        assert f"(where {HOST} sends us)" in refused(wires, server.url("/port"), origin="user")
        assert set(wires.connections) == {("10.0.0.1", server.port)}


def test_redirects() -> None:
    answers = {f"/{number}": ok(b"", None, f"Location: {number - 1}", status="301 Moved Permanently") for number in range(1, 6)}
    with Server(answers | {"/0": ok(b"end")}) as server:
        wires = Wires(server)
        response = fetch(wires, server.url("/3"))
        assert (response.body, response.url) == (b"end", server.url("/0"))
        assert "more than 3 redirects" in refused(wires, server.url("/4"))
        assert fetch(wires, server.url("/1"), limits={"fetch_redirects": 1}).body == b"end"
        assert "more than 1 redirects" in refused(wires, server.url("/2"), limits={"fetch_redirects": 1})


def test_a_loop_of_redirects() -> None:
    with Server({"/x": ok(b"", None, "Location: /x", status="302 Found")}) as server:
        assert "more than 3 redirects" in refused(Wires(server), server.url("/x"))
        assert len(server.requests) == 4


def test_https_never_falls_to_http() -> None:
    with Server({"/x": ok(b"", None, f"Location: http://{HOST}/y", status="302 Found")}) as server:
        wires = Wires(server)
        for plain in (False, True):
            assert "unprotected over http" in refused(wires, server.url("/x"), plain_http=plain)
        assert set(wires.connections) == {(PUBLIC, server.port)}


def test_http_may_rise_to_https() -> None:
    with Server({"/y": ok(b"signed")}) as safe, Server({}, tls=False) as plain:
        plain.answers = {"/x": ok(b"", None, f"Location: {safe.url('/y')}", status="308 Permanent Redirect")}
        servers = {safe.port: Wires(safe), plain.port: Wires(plain)}
        fetcher = HttpFetcher(
            context=client_context(), resolve=lambda _: (PUBLIC,), connect=lambda address, time: servers[address[1]].connect(address, time)
        )
        request = Request(url=plain.url("/x"), what=WHAT, plain_http=True, body=b"question")
        assert fetcher.fetch(request).body == b"signed"
        assert safe.requests[0].endswith(b"question")


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other"])
def test_a_question_is_not_turned_into_another_one(status: str) -> None:
    with Server({"/x": ok(b"", None, "Location: /y", status=status)}) as server:
        assert "turn the question into another" in refused(Wires(server), server.url("/x"), body=b"question")
        assert server.paths == ["/x"]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (ok(b"x", status="404 Not Found"), "404 (Not Found)"),
        (ok(b"x", status="404 \x1b[2J"), "404 (Not Found)"),
        (ok(b"x", status="500 Oops"), "500 (Internal Server Error)"),
        (ok(b"x", status="299 Odd"), None),
        (ok(b"x", status="206 Partial Content"), "206 (Partial Content)"),
        (ok(b"x", status="799 Odd"), "799"),
        (ok(b"x", status="302 Found"), "without saying where to"),
        (ok(b"x", status="304 Not Modified"), "304 (Not Modified)"),
        (b"HTTP/1.1 103 Early Hints\r\n\r\n", "103"),
        (ok(b"x", None, "Content-Encoding: gzip"), "compressed"),
        (ok(b"x", None, "Content-Encoding: br, gzip"), "compressed"),
        (ok(b"x", None, "Content-Encoding: identity"), None),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "unknown coding"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab", "ended early"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nabc", "length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc", "length"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\nabc", "length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "ended early"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", "ended early"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "ended early"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", None),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", None),
        (b"", "closed the connection"),
        (b"SSH-2.0-OpenSSH\r\n", "not HTTP"),
        (b"\0" * 100, "not HTTP"),
        (b"HTTP/1.1 x y\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "ended early"),
        (b"HTTP/1.1 200 " + b"x" * 70_000, ""),
    ],
)
def test_answers(answer: bytes, words: str | None) -> None:
    found = one(answer)
    if words is None:
        assert isinstance(found, Response)
        return
    assert isinstance(found, str), found
    assert found.startswith(f"{WHAT} cannot be had from {HOST}: ")
    assert words in found
    assert found.isprintable()


def test_an_answer_without_a_length_must_say_that_it_ends() -> None:
    whole = b"HTTP/1.1 200 OK\r\n\r\ncontent"
    found = one(whole)
    assert isinstance(found, Response)
    assert found.body == b"content"
    assert "ended early" in str(one(whole, abrupt=True))


@pytest.mark.parametrize(
    "frame",
    [
        ok,
        lambda body: b"HTTP/1.1 200 OK\r\n\r\n" + body,
        lambda body: b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n",
    ],
    ids=["length", "until the end", "chunks"],
)
def test_size_of_an_answer(frame: Callable[[bytes], bytes]) -> None:
    for size in (0, 1, 100_000):
        found = one(frame(bytes(size) or b""), most=max(size, 1)) if size else one(ok(b""), most=0)
        assert isinstance(found, Response)
        assert len(found.body) == size
    assert "more than 100,000 bytes" in str(one(frame(bytes(100_001)), most=100_000))


def endless(head: bytes, piece: bytes) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        yield head
        while True:
            yield piece

    return pieces


@pytest.mark.parametrize(
    ("head", "piece", "words"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", bytes(65536), "more than 1,000,000 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"400\r\n" + bytes(1024) + b"\r\n", "more than 1,000,000 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1;" + b"x" * 4000 + b"\r\n.\r\n", "than allowed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 1000, "than allowed"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", bytes(65536), "far more than was asked"),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 30, ""),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, "than allowed"),
        (b"HTTP/1.1 200 OK\r\nX: ", bytes(65536), ""),
    ],
    ids=["body", "chunks", "extensions", "trailers", "negative chunk", "fields", "continue", "one field"],
)
def test_answers_without_an_end(head: bytes, piece: bytes, words: str) -> None:
    found = one(endless(head, piece), most=1_000_000)
    assert isinstance(found, str)
    assert words in found


def test_size_of_the_header_fields() -> None:
    answer = ok(b"body", None, "X: y")
    size = answer.index(b"body")
    assert isinstance(one(answer, limits={"fetch_header_size": size}), Response)
    assert "header fields" in str(one(answer, limits={"fetch_header_size": size - 1}))


def drip(data: bytes, end: threading.Event) -> Callable[[], Iterator[bytes]]:
    def pieces() -> Iterator[bytes]:
        for byte in data:
            yield bytes([byte])
            if end.wait(0.05):
                return

    return pieces


@pytest.mark.parametrize(
    "data",
    [
        ok(b"x" * 1000),
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 1000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 300,
    ],
    ids=["all", "field", "chunks"],
)
def test_a_server_that_drips_ends_at_the_clock(data: bytes) -> None:
    end = threading.Event()
    found = one(drip(data, end), limits={"fetch_seconds": 1})
    end.set()
    assert found == f"{WHAT} cannot be had from {HOST}: it did not answer in time"


def test_a_server_that_says_nothing() -> None:
    end = threading.Event()

    def silence() -> Iterator[bytes]:
        end.wait(1.5)
        yield b""

    found = one(silence, limits={"fetch_seconds": 1})
    end.set()
    assert "did not answer in time" in str(found)


def test_a_resolver_that_stalls() -> None:
    end = threading.Event()

    def stall(_: str) -> tuple[str, ...]:
        end.wait(5)
        return (PUBLIC,)

    wires = Wires()
    fetcher = HttpFetcher(limits=wires.fetcher(fetch_seconds=1)._limits, resolve=stall, connect=wires.connect)
    with pytest.raises(FetchError, match="name of the host was not found in time"):
        fetcher.fetch(Request(url=f"https://{HOST}/", what=WHAT))
    end.set()
    assert wires.connections == []


def test_time_for_a_connection() -> None:
    seen: list[float] = []

    def connect(_: tuple[str, int], timeout: float) -> Any:
        seen.append(timeout)
        raise TimeoutError

    fetcher = HttpFetcher(resolve=lambda _: (PUBLIC, "1.1.1.1"), connect=connect)
    with pytest.raises(FetchError, match="did not answer in time"):
        fetcher.fetch(Request(url=f"https://{HOST}/", what=WHAT))
    assert seen == [5, 5]


def test_time_of_all_questions_together() -> None:
    clock = count(0.0, 29.0)
    wires = Wires()
    with mock.patch("credkit.trust.http.monotonic", side_effect=clock):
        fetcher = wires.fetcher()
        with pytest.raises(FetchError, match="in time|refused"):
            fetcher.fetch(Request(url=f"https://{HOST}/1", what=WHAT))
        with pytest.raises(FetchError, match="60 seconds of this verification already"):
            fetcher.fetch(Request(url=f"https://{HOST}/2", what=WHAT))


def test_a_redirect_to_what_is_no_address() -> None:
    with Server({"/x": ok(b"", None, "Location: https://[1", status="302 Found")}) as server:
        sentence = refused(Wires(server), server.url("/x"))
        assert sentence == f"{WHAT} cannot be had from {HOST}: it sends us to an address that is no URL"


@pytest.mark.parametrize(("spent", "left"), [(0.0, 15.0), (45.0, 15.0), (50.0, 10.0), (59.0, 1.0)])
def test_a_later_question_has_only_what_the_others_left(spent: float, left: float) -> None:
    fetcher = Wires().fetcher(fetch_seconds=15, fetch_total_seconds=60)
    fetcher._seconds = spent
    with mock.patch("credkit.trust.http._Clock", side_effect=TimeoutError) as clock, pytest.raises(TimeoutError):
        fetcher.fetch(Request(url=f"https://{HOST}/", what=WHAT))
    clock.assert_called_once_with(left)


@pytest.mark.parametrize("host", ["wrong.test", "127.0.0.2", "a.b.elsewhere.test", "elsewhere.test"])
def test_a_certificate_for_another_name(host: str) -> None:
    with Server({"/x": ok(b"y")}) as server:
        wires = Wires(server, names={host: ("127.0.0.1",)}, allowed=("127.0.0.1", "127.0.0.2"))
        assert "certificate is not good for that name" in refused(wires, server.url("/x", host), origin="user")
        assert server.requests == []


def test_a_certificate_of_an_unknown_authority() -> None:
    with Server({"/x": ok(b"y")}) as server:
        wires = Wires(server)
        fetcher = HttpFetcher(resolve=wires.resolve, connect=wires.connect)
        with pytest.raises(FetchError, match="certificate is not good"):
            fetcher.fetch(Request(url=server.url("/x"), what=WHAT))
        assert server.requests == []


def test_a_server_without_tls() -> None:
    here, there = socket.socketpair()
    with there:
        there.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        fetcher = HttpFetcher(resolve=lambda _: (PUBLIC,), connect=lambda *_: here)
        with pytest.raises(FetchError, match="no protected connection"):
            fetcher.fetch(Request(url=f"https://{HOST}/", what=WHAT))


def test_the_default_configuration_checks_names_and_certificates() -> None:
    context = HttpFetcher()._tls()
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_equal_questions_are_answered_from_memory() -> None:
    with Server({"/x": ok(b"y")}) as server:
        wires = Wires(server)
        fetcher = wires.fetcher()
        first = fetcher.fetch(Request(url=server.url("/x"), what=WHAT))
        assert fetcher.fetch(Request(url=server.url("/x"), what=WHAT)) is first
        sentences = set()
        for _ in range(3):
            with pytest.raises(FetchError) as caught:
                fetcher.fetch(Request(url=server.url("/missing"), what=WHAT))
            sentences.add(str(caught.value))
        assert len(sentences) == 1
        assert server.paths == ["/x", "/missing"]


def test_what_a_user_may_ask_is_not_remembered_for_a_file() -> None:
    with Server({"/x": ok(b"y")}) as server:
        wires = Wires(server, names={HOST: ("127.0.0.1",)})
        fetcher = wires.fetcher()
        assert fetcher.fetch(Request(url=server.url("/x"), what=WHAT, origin="user")).body == b"y"
        with pytest.raises(FetchError, match="private network"):
            fetcher.fetch(Request(url=server.url("/x"), what=WHAT))


def test_number_of_questions() -> None:
    answers = {f"/{number}": ok(b"y") for number in range(5)}
    with Server(answers | {"/r": ok(b"", None, "Location: /0", status="302 Found")}) as server:
        fetcher = Wires(server).fetcher(fetches=3)
        for path in ("/1", "/r"):
            assert fetcher.fetch(Request(url=server.url(path), what=WHAT)).body == b"y"
        with pytest.raises(FetchError, match="3 requests were made for this verification already"):
            fetcher.fetch(Request(url=server.url("/2"), what=WHAT))
        assert fetcher.fetch(Request(url=server.url("/1"), what=WHAT)).body == b"y"
        assert server.paths == ["/1", "/r", "/0"]


def test_sentences_name_thing_host_and_reason() -> None:
    wires = Wires()
    assert refused(wires, f"https://{HOST}/x") == f"{WHAT} cannot be had from {HOST}: the connection failed (connection refused)"
    unknown = "no host of that name is known: it is misspelt, or this machine is not connected"
    assert refused(wires, "https://unknown.test/") == f"{WHAT} was not asked for at https://unknown.test/: {unknown}"
    shown = refused(wires, "https://x\x1b[2J\u202e.test/" + "y" * 300)
    assert "\\x1b[2J\\u202e" in shown
    assert "yyy...: " in shown


def test_the_resolver_of_the_system() -> None:
    assert system_addresses("127.0.0.1") == ("127.0.0.1",)
    assert "127.0.0.1" in system_addresses("localhost") or "::1" in system_addresses("localhost")
