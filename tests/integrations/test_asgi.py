"""The middleware around a Starlette application: asked in memory through httpx, and by a real uvicorn on the loopback address."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import hashlib
import io
import logging
import socket
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from credkit.api.reading import verify_file
from credkit.assets import BytesSource
from credkit.errors import DefinitionError, FetchError
from credkit.integrations.asgi import CredentialsMiddleware, Original
from credkit.integrations.asgi.messages import Whole, nothing_more
from credkit.integrations.asgi.verdicts import Examiner, decoded
from credkit.limits import Limits
from credkit.trust.fetch import Request, Response
from credkit.trust.links import find_links
from credkit.verify import verify
from tests.acceptance.material import with_xmp
from tests.forge import files
from tests.forge.manifests import Assertion
from tests.forge.pictures import picture
from tests.integrations.downloads import PAGE, altered, signed

httpx = pytest.importorskip("httpx", reason="httpx is not installed")
starlette = pytest.importorskip("starlette", reason="starlette is not installed")
from starlette.applications import Starlette  # noqa: E402
from starlette.middleware import Middleware  # noqa: E402
from starlette.middleware.gzip import GZipMiddleware  # noqa: E402
from starlette.responses import FileResponse, PlainTextResponse, StreamingResponse  # noqa: E402
from starlette.responses import Response as Answer  # noqa: E402
from starlette.routing import Mount, Route  # noqa: E402
from starlette.staticfiles import StaticFiles  # noqa: E402

UNTRAINED = {"entries": {f"cawg.{name}": {"use": "notAllowed"} for name in ("ai_training", "ai_generative_training", "data_mining")}}


def resized(data: bytes, kind: str = "PNG") -> bytes:
    """What every picture server makes of a picture: a smaller one without its credentials."""
    out = io.BytesIO()
    with Image.open(io.BytesIO(data)) as image:
        image.resize((60, 45)).save(out, kind)
    return out.getvalue()


def beside() -> tuple[bytes, bytes]:
    """A picture and the store beside it."""
    return files.beside(asset=picture("jpg"))


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder of originals."""
    folder = tmp_path / "media"
    (folder / "sub").mkdir(parents=True)
    (folder / "signed.png").write_bytes(signed())
    (folder / "sub" / "signed.jpg").write_bytes(signed("jpg"))
    (folder / "plain.png").write_bytes(picture("png"))
    (folder / "broken.png").write_bytes(altered())
    (folder / "reserved.png").write_bytes(
        files.signed(files.standard(Assertion("cawg.training-mining", UNTRAINED)), kind="png", asset=picture("png"))
    )
    (folder / "beside.jpg").write_bytes(beside()[0])
    (folder / "beside.jpg.c2pa").write_bytes(beside()[1])
    (tmp_path / "secret.png").write_bytes(signed())
    return folder


def application(media: Path, **options: Any) -> Any:
    """An application that serves files, makes small ones of them, and does everything else that applications do."""

    async def thumb(request: Any) -> Answer:
        name = request.path_params["name"]
        data = resized((media / name).read_bytes())
        return Answer(
            data,
            media_type="image/png",
            headers={"X-Credkit-Original": name, "ETag": '"thumb"', "Cache-Control": "max-age=9", "Vary": "Accept"},
        )

    async def unsaid(request: Any) -> Answer:
        return Answer(resized(signed()), media_type="image/png")

    async def stripped(request: Any) -> Answer:
        return Answer(picture("png"), media_type="image/png", headers={"X-Credkit-Original": "signed.png"})

    async def other(request: Any) -> Answer:
        return Answer(signed("png", "digitalCapture"), media_type="image/png", headers={"X-Credkit-Original": "reserved.png"})

    async def spoilt(request: Any) -> Answer:
        return Answer(altered(), media_type="image/png", headers={"X-Credkit-Original": "signed.png"})

    async def streamed(request: Any) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            data = signed()
            for at in range(0, len(data), 50):
                yield data[at : at + 50]

        return StreamingResponse(pieces(), media_type=request.query_params.get("type", "image/png"))

    async def zipped(request: Any) -> Answer:
        data = gzip.compress((media / request.path_params["name"]).read_bytes())
        return Answer(data, media_type="image/png", headers={"Content-Encoding": "gzip", "X-Credkit-Original": "signed.png"})

    async def events(request: Any) -> StreamingResponse:
        async def pieces() -> AsyncIterator[str]:
            yield "data: one\n\n"
            yield "data: two\n\n"

        return StreamingResponse(pieces(), media_type="text/event-stream")

    async def private(request: Any) -> Answer:
        if request.headers.get("authorization") != "Bearer right":
            return PlainTextResponse("no", 401)
        return Answer(signed(), media_type="image/png", headers={"Cache-Control": "private"})

    async def failing(request: Any) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield signed()[:300]
            raise RuntimeError("the disk is gone")

        return StreamingResponse(pieces(), media_type="image/png")

    async def uploaded(request: Any) -> Answer:
        return Answer(await request.body(), media_type="application/octet-stream", headers={"X-Credkit-Original": "signed.png"})

    async def path_outside(request: Any) -> Answer:
        return Answer(picture("png"), media_type="image/png", headers={"X-Credkit-Original": "../secret.png"})

    async def own(request: Any) -> Answer:
        return Answer((media / "reserved.png").read_bytes(), media_type="image/png", headers={"Content-Usage": "train-ai=y"})

    routes = [
        Route("/thumb/{name:path}", thumb),
        Route("/unsaid", unsaid),
        Route("/stripped", stripped),
        Route("/other", other),
        Route("/spoilt", spoilt),
        Route("/streamed", streamed),
        Route("/zipped/{name}", zipped),
        Route("/events", events),
        Route("/private.png", private),
        Route("/failing", failing),
        Route("/uploaded", uploaded, methods=["POST"]),
        Route("/outside", path_outside),
        Route("/own", own),
        Route("/page", lambda _: Answer(PAGE, media_type="text/html")),
        Route("/empty", lambda _: Answer(b"", media_type="image/png")),
        Route("/tiny", lambda _: Answer(b"GIF89a", media_type="image/gif")),
        Route("/file/{name}", lambda request: FileResponse(media / request.path_params["name"])),
        Mount("/", StaticFiles(directory=media)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(CredentialsMiddleware, originals=media, **options)])


def ask(app: Any, path: str, method: str = "GET", *, root: str = "", **options: Any) -> Any:
    """One answer, in memory."""

    async def get() -> Any:
        transport = httpx.ASGITransport(app=app, root_path=root)
        async with httpx.AsyncClient(transport=transport, base_url="http://pictures.test") as client:
            return await client.request(method, path, **options)

    return asyncio.run(get())


def link_of(answer: Any) -> str:
    """The address of the manifest store that an answer names."""
    (target,) = find_links([answer.headers["link"]], "c2pa-manifest")
    return target


# Nothing is lost


@pytest.mark.parametrize(
    "path", ["/signed.png", "/sub/signed.jpg", "/file/signed.png", "/streamed", "/streamed?type=application/octet-stream"]
)
def test_pictures_with_credentials_leave_as_they_are_with_a_link(media: Path, path: str) -> None:
    app = application(media)
    answer = ask(app, path)
    assert answer.status_code == 200
    assert answer.content == signed("jpg" if path.endswith("jpg") else "png")
    store = ask(app, link_of(answer))
    assert store.status_code == 200
    assert store.headers["content-type"] == "application/c2pa"
    assert verify(BytesSource(store.content)).active_manifest == verify(BytesSource(answer.content)).active_manifest


@pytest.mark.parametrize("path", ["/page", "/events", "/plain.png", "/unsaid", "/broken.png", "/empty", "/tiny", "/nothing", "/outside"])
def test_everything_else_flows_through(media: Path, path: str) -> None:
    with_it, without = ask(application(media), path), ask(application(media, manifests=None), path)
    assert (with_it.status_code, with_it.content) == (without.status_code, without.content)
    assert "link" not in with_it.headers
    assert "x-credkit-original" not in with_it.headers
    if path == "/page":
        assert with_it.content == PAGE
    if path == "/events":
        assert with_it.text == "data: one\n\ndata: two\n\n"


LOSSES = {
    "/thumb/signed.png": "its original carries Content Credentials, and it carries none",
    "/thumb/sub/signed.jpg": "its original carries Content Credentials, and it carries none",
    "/thumb/beside.jpg": "its original carries Content Credentials, and it carries none",
    "/stripped": "its original carries Content Credentials, and it carries none",
    "/spoilt": "those that it carries are not valid",
    "/other": "its Content Credentials leave out those of its original",
    "/zipped/plain.png": "its original carries Content Credentials, and it carries none",
}


@pytest.mark.parametrize("path", LOSSES)
def test_a_lost_manifest_is_refused_by_name(media: Path, path: str) -> None:
    answer = ask(application(media), path)
    assert answer.status_code == 502
    assert LOSSES[path] in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("path", LOSSES)
def test_the_original_takes_the_place(media: Path, path: str) -> None:
    answer = ask(application(media, on_loss="original"), path)
    assert answer.status_code == 200
    name = {"/stripped": "signed.png", "/spoilt": "signed.png", "/other": "reserved.png", "/zipped/plain.png": "signed.png"}.get(
        path, path[7:]
    )
    assert answer.content == (media / name).read_bytes()
    assert answer.headers["content-type"] == ("image/jpeg" if name.endswith("jpg") else "image/png")
    assert answer.headers.get("etag") != '"thumb"'
    assert "content-encoding" not in answer.headers
    assert answer.headers["link"]


def test_a_warning_lets_it_through(media: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "credkit.serving"):
        answer = ask(application(media, on_loss="warn"), "/thumb/signed.png")
    assert answer.content == resized(signed())
    assert "/thumb/signed.png was transformed: its original carries Content Credentials" in caplog.text


def test_what_was_transformed_without_a_loss_is_served(media: Path) -> None:
    assert ask(application(media), "/thumb/plain.png").content == resized(picture("png"))


def test_originals_can_be_named_by_a_function(media: Path) -> None:
    async def soon(scope: Any, headers: Any) -> Any:
        assert dict(headers)[b"content-type"] == b"image/png"
        return signed() if scope["path"] == "/unsaid" else None

    assert ask(application(media, original_of=soon), "/unsaid").status_code == 502
    picture_and_store = Original(picture=beside()[0], store=beside()[1])
    assert ask(application(media, original_of=lambda *_: picture_and_store), "/unsaid").status_code == 502
    assert ask(application(media, original_of=lambda *_: None), "/unsaid").status_code == 200


def test_a_name_that_leads_out_of_the_folder_is_none(media: Path) -> None:
    assert ask(application(media), "/outside").status_code == 200


def test_uploads_are_judged_too(media: Path) -> None:
    assert ask(application(media), "/uploaded", "POST", content=picture("png")).status_code == 502
    good = ask(application(media), "/uploaded", "POST", content=signed())
    assert (good.status_code, good.content) == (200, signed())
    assert "link" not in good.headers


# The manifest store at its own address


def test_a_store_beside_the_picture_is_found_through_the_link(media: Path) -> None:
    """What credkit does with ``--online``, with a fetcher that asks the application."""
    app = application(media)

    class Fetcher:
        def fetch(self, request: Request) -> Response:
            answer = ask(app, request.url.removeprefix("https://pictures.test"))
            if answer.status_code != 200:
                raise FetchError(f"the server answers {answer.status_code}")
            headers = {name.lower(): value for name, value in answer.headers.items()}
            return Response(url=request.url, body=answer.content, headers=headers)

    report = verify_file("https://pictures.test/beside.jpg", fetcher=Fetcher())
    assert (report.state, report.location) == ("Valid", "remote")
    assert report.content_intact


def test_stores_are_served_with_the_rights_of_their_picture(media: Path) -> None:
    app = application(media)
    right = {"Authorization": "Bearer right"}
    link = link_of(ask(app, "/private.png", headers=right))
    assert ask(app, link).status_code == 404
    found = ask(app, link, headers=right)
    assert found.status_code == 200
    assert found.headers["cache-control"] == "private"


def test_no_store_is_had_by_way_of_another_address() -> None:
    """Whoever knows the digest of a picture that he may not see asks for its store where he may see something."""

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        allowed = (b"authorization", b"Bearer right") in scope["headers"]
        private = scope["path"] == "/private.jpg" and allowed
        data = signed("jpg") if private else signed() if scope["path"] == "/public.png" else b"no"
        status = 200 if data != b"no" else 401
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": data})

    app = CredentialsMiddleware(inner)
    right = {"Authorization": "Bearer right"}
    link = link_of(ask(app, "/private.jpg", headers=right))
    public = link_of(ask(app, "/public.png"))
    digest, other = link.split("/")[2], public.split("/")[2]
    assert ask(app, link, headers=right).status_code == 200
    assert ask(app, public).status_code == 200
    for wrong in (link, public.replace(other, digest), link.replace(digest, other)):
        assert ask(app, wrong).status_code == 404, wrong
    # With all rights, too: the digest has to be that of the picture at this very address.
    assert ask(app, public.replace(other, digest), headers=right).status_code == 404


def test_the_store_of_an_original_that_is_served_in_its_place(media: Path) -> None:
    """The link leads to the store of what was sent, and only where the original is sent."""
    link = link_of(ask(application(media, on_loss="original"), "/thumb/signed.png"))
    for way, status in (("original", 200), ("refuse", 404), ("warn", 404)):
        assert ask(application(media, on_loss=way), link).status_code == status, way
    served = ask(application(media, on_loss="original"), link)
    assert verify(BytesSource(served.content)).active_manifest == verify(BytesSource(signed())).active_manifest


def test_there_is_no_store_of_a_picture_that_is_refused(media: Path) -> None:
    link = link_of(ask(application(media, on_loss="warn"), "/signed.png"))
    digest = hashlib.sha256(signed("png", "digitalCapture")).hexdigest()
    lost = link.replace(link.split("/")[2], digest).replace("signed.png", "other")
    assert ask(application(media, on_loss="warn"), lost).status_code == 200
    assert ask(application(media, on_loss="refuse"), lost).status_code == 404


def test_a_digest_fits_no_other_original(media: Path) -> None:
    app = application(media, on_loss="original")
    link = link_of(ask(app, "/thumb/signed.png"))
    assert ask(app, link.replace("signed.png", "plain.png")).status_code == 404


# Many at once, and those who leave


def test_many_at_once_get_each_his_own(media: Path) -> None:
    app = application(media)
    wanted = {
        "/signed.png": 200,
        "/sub/signed.jpg": 200,
        "/plain.png": 200,
        "/thumb/signed.png": 502,
        "/page": 200,
        "/zipped/signed.png": 200,
    }

    async def all_of_them() -> list[Any]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://pictures.test") as client:
            return await asyncio.gather(*(client.get(path) for _ in range(8) for path in wanted))

    answers = asyncio.run(all_of_them())
    alone = {path: ask(application(media), path) for path in wanted}
    for number, answer in enumerate(answers):
        path = list(wanted)[number % len(wanted)]
        assert (answer.status_code, answer.content) == (wanted[path], alone[path].content), path
        assert answer.headers.get("link") == alone[path].headers.get("link"), path


def spools(monkeypatch: pytest.MonkeyPatch, *modules: str) -> list[Any]:
    """Every place for bytes that is made from now on, on disk from the first byte."""
    made: list[Any] = []

    def counting() -> Any:
        made.append(tempfile.TemporaryFile(prefix="credkit-"))  # noqa: SIM115
        return made[-1]

    for module in modules:
        monkeypatch.setattr(f"{module}.spool", counting)
    return made


ROOMS = tuple(f"credkit.integrations.asgi.{name}" for name in ("answers", "middleware", "verdicts"))


@pytest.mark.parametrize("path", ["/signed.png", "/thumb/signed.png", "/page", "/failing", "/empty", "/zipped/signed.png"])
@pytest.mark.parametrize("way", ["refuse", "original", "warn"])
@pytest.mark.parametrize("leaves", [0, 1, 2, None])
def test_nothing_is_left_behind_when_the_client_leaves(
    media: Path, monkeypatch: pytest.MonkeyPatch, path: str, way: str, leaves: int | None
) -> None:
    """``leaves``: after so many messages the server's ``send`` raises, as Starlette and uvicorn have it."""
    made = spools(monkeypatch, *ROOMS)
    app = application(media, on_loss=way)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        if leaves is not None and len(sent) >= leaves:
            raise OSError("the client has left")
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "root_path": "", "http_version": "1.1"}
    with contextlib.suppress(OSError, RuntimeError, ExceptionGroup):
        asyncio.run(app(scope, nothing_more(), send))
    assert [place for place in made if not place.closed] == []
    assert made or path in ("/page",)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_is_left_behind_when_the_server_stops_waiting(media: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    made = spools(monkeypatch, *ROOMS)
    wholes: list[Whole] = []
    real = Whole.__init__

    def noted(self: Whole, *args: Any, **options: Any) -> None:
        real(self, *args, **options)
        wholes.append(self)

    monkeypatch.setattr(Whole, "__init__", noted)

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"image/png")]})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body"})
            return
        await send({"type": "http.response.body", "body": signed()[:900], "more_body": True})
        await asyncio.Event().wait()

    async def impatient() -> None:
        async def send(message: Any) -> None:
            """Nobody listens."""

        scope = {"type": "http", "method": method, "path": "/x", "query_string": b"", "headers": []}
        task = asyncio.create_task(CredentialsMiddleware(endless)(scope, nothing_more(), send))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(impatient())
    assert [place for place in made if not place.closed] == []
    assert len(wholes) == (method == "HEAD")
    assert all(whole.body.closed for whole in wholes)


def test_a_compressed_body_that_is_broken_costs_no_answer() -> None:
    async def broken(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"content-type", b"image/png"), (b"content-encoding", b"gzip")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else b"no gzip at all" * 50})

    assert ask(CredentialsMiddleware(broken), "/x", "HEAD").status_code == 200


def test_stores_are_kept_within_the_bound() -> None:
    """At the limit of ``served_stores`` both are kept, one byte below only the last."""
    sizes = [
        len(found.store) for kind in ("png", "jpg") if (found := Examiner().examine(io.BytesIO(signed(kind)), "", None)) and found.store
    ]
    for room, kept in ((sum(sizes), 2), (sum(sizes) - 1, 1)):
        examiner = Examiner(limits=Limits(served_stores=room))
        for kind in ("png", "jpg"):
            examiner.examine(io.BytesIO(signed(kind)), "", None)
        assert len(examiner._verdicts) == kept


def test_stores_answer_to_head_conditions_and_wrong_names(media: Path) -> None:
    app = application(media)
    link = link_of(ask(app, "/signed.png"))
    whole, head = ask(app, link), ask(app, link, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))
    again = ask(app, link, headers={"If-None-Match": whole.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    # Another worker, which never saw the picture.
    assert ask(application(media), link).content == whole.content
    digest = link.split("/")[2]
    for wrong in (link.replace(digest, "0" * 64), link.replace("signed", "absent"), link.removesuffix(".c2pa"), "/.c2pa/x", "/.c2pa/"):
        assert ask(app, wrong).status_code == 404, wrong


def test_links_keep_odd_names_queries_and_roots(media: Path) -> None:
    (media / "a b é#1.png").write_bytes(signed())
    app = application(media)
    answer = ask(app, "/a%20b%20%C3%A9%231.png?w=1&name=%22%3E")
    assert ask(app, link_of(answer)).status_code == 200
    assert '"' not in link_of(answer)
    inside = Starlette(routes=[Mount("/shop", app)])
    answer = ask(inside, "/shop/signed.png")
    assert link_of(answer).startswith("/shop/.c2pa/")
    assert ask(inside, link_of(answer)).status_code == 200


def test_links_can_be_left_out(media: Path) -> None:
    assert "link" not in ask(application(media, manifests=None), "/signed.png").headers


# Fields about use


def test_signed_statements_about_training_become_fields(media: Path) -> None:
    answer = ask(application(media), "/reserved.png")
    assert answer.headers["content-usage"] == "train-ai=n"
    assert answer.headers["tdm-reservation"] == "1"
    assert "content-usage" not in ask(application(media), "/signed.png").headers
    assert "content-usage" not in ask(application(media, usage=False), "/reserved.png").headers
    own = ask(application(media), "/own")
    assert own.headers.get_list("content-usage") == ["train-ai=y"]


# Everything that HTTP does


def test_head_says_what_get_says(media: Path) -> None:
    app = application(media)
    get, head = ask(app, "/signed.png"), ask(app, "/signed.png", "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["link"] == get.headers["link"]
    assert head.headers["content-length"] == get.headers["content-length"]
    assert ask(app, "/thumb/signed.png", "HEAD").status_code == 502
    assert ask(application(media, on_loss="original"), "/thumb/signed.png", "HEAD").headers["content-length"] == str(len(signed()))


def test_parts_are_served_when_the_whole_is_good(media: Path) -> None:
    app = application(media)
    part = ask(app, "/signed.png", headers={"Range": "bytes=10-59"})
    assert (part.status_code, part.content) == (206, signed()[10:60])
    assert part.headers["link"] == ask(app, "/signed.png").headers["link"]
    (media / "copy.png").write_bytes(picture("png"))
    lost = application(media, original_of=lambda *_: media / "signed.png")
    assert ask(lost, "/copy.png", headers={"Range": "bytes=0-9"}).status_code == 502
    whole = ask(
        application(media, original_of=lambda *_: media / "signed.png", on_loss="original"), "/copy.png", headers={"Range": "bytes=0-9"}
    )
    assert (whole.status_code, whole.content) == (200, signed())
    assert "content-range" not in whole.headers


def test_conditions_of_the_application_hold(media: Path) -> None:
    app = application(media)
    first = ask(app, "/signed.png")
    assert ask(app, "/signed.png", headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_compressed_pictures_are_looked_into_and_left_compressed(media: Path) -> None:
    app = application(media)
    good = ask(app, "/zipped/signed.png")
    assert good.content == signed()
    assert good.headers["content-encoding"] == "gzip"
    assert good.headers["link"]
    outside = GZipMiddleware(app, minimum_size=10)
    assert ask(outside, "/signed.png").content == signed()


def test_vary_is_left_alone(media: Path) -> None:
    assert ask(application(media, on_loss="warn"), "/thumb/signed.png").headers["vary"] == "Accept"
    assert ask(application(media, on_loss="original"), "/thumb/signed.png").headers["vary"] == "Accept"


def test_large_pictures_are_spooled_and_very_large_ones_left_alone(
    media: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("credkit.integrations.receiving.SPOOL_SIZE", 100)
    assert ask(application(media), "/thumb/signed.png").status_code == 502
    assert ask(application(media), "/signed.png").content == signed()
    small = application(media, limits=Limits(download_size=500))
    with caplog.at_level(logging.WARNING, "credkit.serving"):
        for path in ("/signed.png", "/streamed", "/thumb/signed.png"):
            assert ask(small, path).status_code == 200
    assert "too large to be looked at" in caplog.text
    assert ask(small, "/signed.png", "HEAD").status_code == 200


def test_faults_never_cost_an_answer(media: Path, caplog: pytest.LogCaptureFixture) -> None:
    def failing(scope: Any, headers: Any) -> None:
        raise RuntimeError("no database")

    assert ask(application(media, original_of=failing), "/signed.png").content == signed()
    assert ask(application(media, original_of=lambda *_: "nowhere.png"), "/signed.png").content == signed()
    assert "could not be looked at" in caplog.text


def test_faults_of_the_application_stay_its_own(media: Path) -> None:
    with pytest.raises(RuntimeError, match="the disk is gone"):
        ask(application(media), "/failing")


def test_a_wrong_way_is_refused(media: Path) -> None:
    with pytest.raises(DefinitionError, match="refuse, original and warn"):
        CredentialsMiddleware(application(media), on_loss="ignore")  # type: ignore[arg-type]


# Verdicts are remembered


def test_verdicts_are_remembered_within_bounds(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = verify

    def counting(*args: Any, **options: Any) -> Any:
        asked.append(1)
        return real(*args, **options)

    monkeypatch.setattr("credkit.integrations.asgi.verdicts.verify", counting)
    examiner = Examiner(remembered=2)
    for _ in range(3):
        examiner.examine(io.BytesIO(signed()), "", None)
    assert len(asked) == 1
    for kind in ("png", "jpg"):
        examiner.examine(io.BytesIO(picture(kind)), "", None)
    examiner.examine(io.BytesIO(signed()), "", None)
    assert len(asked) == 4
    original = media / "plain.png"
    found = examiner.examine(io.BytesIO(resized(signed())), "", Original(picture=original))
    assert found is not None
    assert found.loss is None
    original.write_bytes(signed())
    found = examiner.examine(io.BytesIO(resized(signed())), "", Original(picture=original))
    assert found is not None
    assert found.loss


@pytest.mark.parametrize("name", ["", "identity", "gzip", "deflate", "br"])
def test_every_known_encoding_is_undone(name: str) -> None:
    import zlib

    import brotli

    body = {"": PAGE, "identity": PAGE, "gzip": gzip.compress(PAGE), "deflate": zlib.compress(PAGE), "br": brotli.compress(PAGE)}[name]
    pieces = decoded(iter([body[:7], body[7:]]), name)
    assert pieces is not None
    assert b"".join(pieces) == PAGE
    assert decoded(iter([body]), "zstd") is None


# A real server


@pytest.fixture
def server(media: Path) -> Iterator[str]:
    uvicorn = pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    plug = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(application(media), log_level="error", lifespan="off"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [plug]}, daemon=True)
    thread.start()
    while not running.started and thread.is_alive():
        time.sleep(0.01)
    yield f"http://127.0.0.1:{plug.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)
    plug.close()


def test_a_real_server_serves_pictures_and_stores(server: str) -> None:
    with httpx.Client(base_url=server, trust_env=False) as client:
        picture_ = client.get("/beside.jpg")
        store = client.get(link_of(picture_))
        report = verify(BytesSource(picture_.content), sidecar=BytesSource(store.content))
        assert (report.state, report.content_intact) == ("Valid", True)
        assert client.get("/thumb/signed.png").status_code == 502
        assert client.head("/signed.png").headers["link"]
        assert client.get("/signed.png", headers={"Range": "bytes=0-9"}).content == signed()[:10]
        assert client.get("/file/signed.png").content == signed()
        assert client.get("/page").content == PAGE


def test_it_works_without_anyio(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def plain(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"image/png")]})
            await send({"type": "http.response.body"})
            return
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": resized(signed())})

    for name in ("anyio", "anyio.to_thread"):
        monkeypatch.setitem(sys.modules, name, None)
    app = CredentialsMiddleware(plain, original_of=lambda *_: media / "signed.png")

    async def answers(method: str) -> list[Any]:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": method, "path": "/x", "query_string": b"", "headers": []}
        await app(scope, nothing_more(), send)
        return sent

    for method in ("GET", "HEAD"):
        assert asyncio.run(answers(method))[0]["status"] == 502


@pytest.mark.parametrize("kinds", [(b"text/html", b"image/png"), (b"image/png", b"text/html"), (b"multipart/byteranges; boundary=x",)])
def test_no_media_type_hides_a_picture(media: Path, kinds: tuple[bytes, ...]) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"x-credkit-original", b"signed.png"), *((b"content-type", kind) for kind in kinds)]
        asked = any(name == b"range" for name, _ in scope["headers"])
        await send({"type": "http.response.start", "status": 206 if asked else 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"--x" if asked else picture("png")})

    answer = ask(CredentialsMiddleware(app, originals=media), "/thumb", headers={"Range": "bytes=0-1,2-"} if len(kinds) == 1 else {})
    assert answer.status_code == 502


@pytest.mark.parametrize(
    "name", ["../secret.png", "/../secret.png", "sub/../../secret.png", "%2e%2e/secret.png", "x" * 5_000, "a\0b", "loop.png"]
)
def test_names_of_originals_that_lead_nowhere(media: Path, name: str) -> None:
    (media / "loop.png").symlink_to(media / "loop.png")
    answer = ask(CredentialsMiddleware(named(name), originals=media), "/thumb")
    assert (answer.status_code, answer.content) == (200, picture("png"))


def named(name: str) -> Any:
    """An application that names an original."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        headers = [(b"x-credkit-original", name.encode("latin-1")), (b"content-type", b"image/png")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": picture("png")})

    return app


@pytest.mark.parametrize(("value", "field"), [("DMI-PROHIBITED", "1"), ("DMI-ALLOWED", "0")])
def test_a_field_never_permits_what_the_metadata_reserve(media: Path, value: str, field: str) -> None:
    allowed = {"entries": {f"cawg.{name}": {"use": "allowed"} for name in ("ai_training", "ai_generative_training", "data_mining")}}
    asset = with_xmp(f'plus:DataMining="http://ns.useplus.org/ldf/vocab/{value}"')
    data = files.signed(files.standard(Assertion("cawg.training-mining", allowed)), kind="png", asset=asset)
    (media / "said.png").write_bytes(data)
    assert ask(application(media), "/said.png").headers["tdm-reservation"] == field


def test_a_permission_in_metadata_alone_is_no_field(media: Path) -> None:
    asset = with_xmp('plus:DataMining="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"')
    (media / "said.png").write_bytes(files.signed(files.standard(), kind="png", asset=asset))
    assert "tdm-reservation" not in ask(application(media), "/said.png").headers
