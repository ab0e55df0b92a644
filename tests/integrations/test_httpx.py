"""The hooks for httpx, with the library itself against a server on the loopback address, synchronous and asynchronous."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import gzip
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from credkit.integrations.receiving import CredentialsWarning, Receiver, RefusedError
from tests.forge.pictures import picture
from tests.integrations.downloads import PAGE, POLICY, REFUSED, Answer, altered, late, serving, signed, spools

httpx = pytest.importorskip("httpx", reason="httpx is not installed")
credkit_httpx = pytest.importorskip("credkit.integrations.httpx")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as found:
        yield found


def refusing() -> Receiver:
    return Receiver(policy=POLICY, on_failure="refuse")


def fetched(url: str, receiver: Receiver, *, asynchronous: bool, stream: bool = False, **more: Any) -> bytes:
    """The body as a client of that kind gets it."""
    options: dict[str, Any] = {"follow_redirects": True, "trust_env": False, **more}

    async def get() -> bytes:
        async with httpx.AsyncClient(event_hooks=credkit_httpx.async_event_hooks(receiver), **options) as client:
            if not stream:
                return (await client.get(url)).content
            async with client.stream("GET", url) as response:
                return b"".join([piece async for piece in response.aiter_bytes(700)])

    if asynchronous:
        return asyncio.run(get())
    with httpx.Client(event_hooks=credkit_httpx.event_hooks(receiver), **options) as client:
        if not stream:
            return client.get(url).content
        with client.stream("GET", url) as response:
            return b"".join(response.iter_bytes(700))


EVERY_WAY = pytest.mark.parametrize(
    "way",
    [{"asynchronous": a, "stream": s} for a in (False, True) for s in (False, True)],
    ids=["whole", "stream", "async", "async-stream"],
)


@EVERY_WAY
@pytest.mark.parametrize("path", ["/signed.png", "/zipped.png", "/chunked.png", "/moved-well"])
def test_accepted_pictures_arrive_as_they_are(address: str, path: str, way: dict[str, bool]) -> None:
    assert fetched(address + path, refusing(), **way) == signed()


@EVERY_WAY
@pytest.mark.parametrize("path", REFUSED)
def test_refused_pictures_never_arrive(address: str, path: str, way: dict[str, bool]) -> None:
    with pytest.raises(RefusedError, match="is not accepted: ") as caught:
        fetched(address + path, refusing(), **way)
    assert not caught.value.judgement.passed


@EVERY_WAY
def test_the_rest_flows_through(address: str, way: dict[str, bool]) -> None:
    assert fetched(f"{address}/page.html", refusing(), **way) == PAGE
    assert fetched(f"{address}/page.gz", refusing(), **way) == PAGE
    assert fetched(f"{address}/part.png", refusing(), **way, headers={"Range": "bytes=0-499"}) == altered()[:500]
    with pytest.raises(RefusedError):
        fetched(f"{address}/all-of-it.png", refusing(), **way, headers={"Range": "bytes=0-"})
    assert fetched(f"{address}/empty", refusing(), **way) == b""


@EVERY_WAY
def test_quarantine_keeps_the_bytes(address: str, tmp_path: Path, way: dict[str, bool]) -> None:
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held")
    with pytest.raises(RefusedError, match="in quarantine") as caught:
        fetched(f"{address}/zipped-altered.png", receiver, **way)
    assert caught.value.place is not None
    assert caught.value.place.read_bytes() == altered()


def test_a_warning_lets_it_through(address: str) -> None:
    with pytest.warns(CredentialsWarning, match=r'"plain.png" is not accepted'):
        assert fetched(f"{address}/plain.png", Receiver(policy=POLICY), asynchronous=False) == picture("png")


def test_the_client_goes_on_after_a_refusal(address: str) -> None:
    with httpx.Client(trust_env=False) as client:
        credkit_httpx.install(client, refusing())
        for _ in range(3):
            with pytest.raises(RefusedError):
                client.get(f"{address}/altered.png")
        assert client.get(f"{address}/signed.png").content == signed()
        assert client.head(f"{address}/altered.png").status_code == 200
        with client.stream("GET", f"{address}/altered.png") as response:
            assert response.headers["content-type"] == "image/png"


def test_raw_bytes_are_those_of_the_server(address: str) -> None:
    with (
        httpx.Client(event_hooks=credkit_httpx.event_hooks(refusing()), trust_env=False) as client,
        client.stream("GET", f"{address}/zipped.png") as response,
    ):
        assert gzip.decompress(b"".join(response.iter_raw())) == signed()


def test_install_keeps_other_hooks(address: str) -> None:
    seen = []
    with httpx.Client(event_hooks={"response": [lambda response: seen.append(response.status_code)]}, trust_env=False) as client:
        credkit_httpx.install(client, refusing())
        client.get(f"{address}/page.html")
    assert seen == [200]

    async def get() -> None:
        async with httpx.AsyncClient(trust_env=False) as client:
            credkit_httpx.install(client, refusing())
            await client.get(f"{address}/altered.png")

    with pytest.raises(RefusedError):
        asyncio.run(get())


def test_a_redirect_that_is_not_followed_is_no_way_around(address: str) -> None:
    with httpx.Client(event_hooks=credkit_httpx.event_hooks(refusing()), trust_env=False) as client, pytest.raises(RefusedError):
        client.get(f"{address}/moved-picture")


def test_events_arrive_as_they_are_sent() -> None:
    pause = threading.Event()
    events = Answer(b"data: the first one of them\n\n\n" * 40, "text/event-stream", chunked=True, pause=pause)
    with (
        serving({"/events": events}) as address,
        httpx.Client(event_hooks=credkit_httpx.event_hooks(refusing()), trust_env=False) as client,
        client.stream("GET", f"{address}/events") as response,
    ):
        lines = response.iter_lines()
        assert next(lines) == "data: the first one of them"
        pause.set()
        assert len([line for line in lines if line]) == 39
    assert not late


# Many at once, and those who leave


def test_many_at_once_get_each_his_own(address: str) -> None:
    paths = ["/signed.png", "/altered.png", "/signed.jpg", "/page.html", "/zipped-altered.png"] * 4

    async def all_of_them() -> list[Any]:
        async with httpx.AsyncClient(event_hooks=credkit_httpx.async_event_hooks(refusing()), trust_env=False) as client:
            return await asyncio.gather(*(client.get(address + path) for path in paths), return_exceptions=True)

    found = asyncio.run(all_of_them())
    bodies = [isinstance(item, RefusedError) or item.content for item in found]
    assert bodies == [signed(), True, signed("jpg"), PAGE, True] * 4


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("read", [0, 1, None])
@pytest.mark.parametrize("path", ["/signed.png", "/altered.png", "/zipped.png", "/page.html", "/cut.png"])
def test_no_temporary_file_is_left(address: str, monkeypatch: pytest.MonkeyPatch, path: str, read: int | None, asynchronous: bool) -> None:
    """Whether the program reads nothing, one piece, or all; whether the server hangs up; whether the picture is refused."""
    made = spools(monkeypatch.setattr, "credkit.integrations.httpx")

    def get() -> None:
        hooks = credkit_httpx.event_hooks(refusing())
        with httpx.Client(event_hooks=hooks, trust_env=False) as client, client.stream("GET", address + path) as response:
            pieces = response.iter_bytes(100)
            for _ in range(10**6 if read is None else read):
                if next(pieces, None) is None:
                    break

    async def get_later() -> None:
        hooks = credkit_httpx.async_event_hooks(refusing())
        async with httpx.AsyncClient(event_hooks=hooks, trust_env=False) as client, client.stream("GET", address + path) as response:
            pieces = response.aiter_bytes(100)
            for _ in range(10**6 if read is None else read):
                if await anext(pieces, None) is None:
                    break

    with contextlib.suppress(RefusedError, httpx.HTTPError):
        asyncio.run(get_later()) if asynchronous else get()
    gc.collect()
    assert all(place.closed for place in made)
    assert bool(made) == (read != 0 and path != "/page.html")
