"""Pictures of further formats (AVIF, GIF, SVG, TIFF) in every hook that receives, serves or watches; films and sounds are left alone."""

from __future__ import annotations

import asyncio
import io
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit import Statements
from credkit.api.exporter import Exporter
from credkit.integrations.asgi import CredentialsMiddleware
from credkit.integrations.receiving import Receiver, RefusedError
from credkit.integrations.watch import Watcher
from tests.assets.samples_bmff import avif, film_of
from tests.assets.samples_gif import animated_gif, gif
from tests.assets.samples_id3 import mp3
from tests.assets.samples_riff import wav
from tests.assets.samples_svg import svg
from tests.assets.samples_tiff import tiff
from tests.forge import pki
from tests.integrations.downloads import PAGE, POLICY, Answer, serving

MAKERS = {"avif": avif, "gif": gif, "svg": svg, "tiff": tiff}
TYPES = {"avif": "image/avif", "gif": "image/gif", "svg": "image/svg+xml", "tiff": "image/tiff"}
KINDS = pytest.mark.parametrize("kind", MAKERS)
MADE = Statements(created="trainedAlgorithmicMedia")


@cache
def signed(kind: str) -> bytes:
    out = io.BytesIO()
    credkit.sign_file(MAKERS[kind](), out, MADE, signer=pki.signer())
    return out.getvalue()


@cache
def altered(kind: str) -> bytes:
    data = signed(kind)
    return data.replace(b"</svg>", b"<g/></svg>") if kind == "svg" else data[:-9] + bytes((data[-9] ^ 1,)) + data[-8:]


@pytest.fixture(scope="module")
def address() -> Any:
    answers = {f"/{name}.{kind}": Answer(make(kind), TYPES[kind]) for kind in MAKERS for name, make in (("good", signed), ("bad", altered))}
    with serving({**answers, "/page.html": Answer(PAGE, "text/html"), "/film": Answer(film_of(), "video/mp4")}) as found:
        yield found


@KINDS
def test_requests(kind: str, address: str) -> None:
    requests = pytest.importorskip("requests", reason="requests is not installed")
    from credkit.integrations import requests as credkit_requests

    with requests.Session() as session:
        session.trust_env = False
        credkit_requests.install(session, Receiver(policy=POLICY, on_failure="refuse"))
        assert session.get(f"{address}/good.{kind}").content == signed(kind)
        assert session.get(f"{address}/film").content == film_of()
        with pytest.raises(RefusedError):
            session.get(f"{address}/bad.{kind}")


@KINDS
def test_httpx(kind: str, address: str) -> None:
    httpx = pytest.importorskip("httpx", reason="httpx is not installed")
    from credkit.integrations import httpx as credkit_httpx

    with httpx.Client(trust_env=False) as client:
        credkit_httpx.install(client, Receiver(policy=POLICY, on_failure="refuse"))
        assert client.get(f"{address}/good.{kind}").content == signed(kind)
        assert client.get(f"{address}/page.html").content == PAGE
        with pytest.raises(RefusedError):
            client.get(f"{address}/bad.{kind}")


@KINDS
def test_files(kind: str, tmp_path: Path) -> None:
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held")
    assert receiver.receive(signed(kind), name="a").action == "accepted"
    assert receiver.receive(altered(kind), name="b").action == "quarantined"


@pytest.mark.parametrize("data", [film_of(), mp3(), wav()])
def test_films_and_sounds_pass(data: bytes) -> None:
    assert Receiver(policy=POLICY, on_failure="refuse").receive(data).action == "passed"


def served(folder: Path, body: bytes, media_type: str, **options: Any) -> tuple[int, dict[bytes, bytes], bytes]:
    """What a client gets for an application that answers with ``body``."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", media_type.encode())]})
        await send({"type": "http.response.body", "body": body[:7], "more_body": True})
        await send({"type": "http.response.body", "body": body[7:]})

    messages: list[Any] = []

    async def run() -> None:
        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        scope = {"type": "http", "method": "GET", "path": "/a.picture", "headers": [], "query_string": b""}
        await CredentialsMiddleware(app, originals=folder, **options)(scope, receive, send)

    asyncio.run(run())
    return messages[0]["status"], dict(messages[0]["headers"]), b"".join(message.get("body", b"") for message in messages[1:])


@KINDS
@pytest.mark.parametrize("media_type", ["", "application/octet-stream"])
def test_a_server_links_to_the_credentials(kind: str, media_type: str, tmp_path: Path) -> None:
    status, headers, body = served(tmp_path, signed(kind), media_type or TYPES[kind])
    assert (status, body) == (200, signed(kind))
    assert b"c2pa-manifest" in headers[b"link"]


@KINDS
def test_an_original_takes_the_place_of_what_lost_its_credentials(kind: str, tmp_path: Path) -> None:
    (tmp_path / "a.picture").write_bytes(signed(kind))
    _, headers, body = served(tmp_path, MAKERS[kind](), TYPES[kind], on_loss="original")
    assert body == signed(kind)
    assert headers[b"content-type"] == TYPES[kind].encode()
    assert served(tmp_path, MAKERS[kind](), TYPES[kind])[0] == 502


def test_a_folder_is_watched_for_pictures_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    pictures = {**{kind: make() for kind, make in MAKERS.items()}, "moving.gif": animated_gif()}
    others = {"film.mp4": film_of(), "sound.mp3": mp3(), "sound.wav": wav(), "page.pdf": b"%PDF-1.7\n%%EOF", "film.avif": film_of()}
    for name, data in {**pictures, **others}.items():
        (folder / (name if "." in name else f"a.{name}")).write_bytes(data)
    with Watcher(Exporter(signer=pki.signer(), statements=MADE), (folder,), output=out, interval=0.01) as watcher:
        list(watcher.run_once())
    assert {path.name for path in out.iterdir()} == {"a.avif", "a.gif", "a.svg", "a.tiff", "moving.gif"}
    assert {credkit.verify_file(path).state for path in out.iterdir()} == {"Valid"}
    assert all((folder / name).read_bytes() == data for name, data in others.items())
