"""The hook for requests, with the library itself against a server on the loopback address."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from credkit.errors import OutputError
from credkit.integrations.receiving import CredentialsWarning, Receiver, RefusedError
from tests.forge.pictures import picture
from tests.integrations.downloads import PAGE, POLICY, REFUSED, Answer, altered, late, serving, signed, spools

requests = pytest.importorskip("requests", reason="requests is not installed")
urllib3 = pytest.importorskip("urllib3")
credkit_requests = pytest.importorskip("credkit.integrations.requests")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as found:
        yield found


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as made:
        made.trust_env = False
        credkit_requests.install(made, Receiver(policy=POLICY, on_failure="refuse"))
        yield made


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["/signed.png", "/signed.jpg", "/zipped.png", "/chunked.png", "/moved-well"])
def test_accepted_pictures_arrive_as_they_are(session: requests.Session, address: str, path: str, stream: bool) -> None:
    response = session.get(address + path, stream=stream)
    assert response.content == signed("jpg" if path.endswith("jpg") else "png")
    assert response.status_code == 200


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", REFUSED)
def test_refused_pictures_never_arrive(session: requests.Session, address: str, path: str, stream: bool) -> None:
    with pytest.raises(RefusedError, match="is not accepted: ") as caught:
        session.get(address + path, stream=stream).content  # noqa: B018
    assert not caught.value.judgement.passed
    # The connection is free for the next one.
    assert session.get(f"{address}/signed.png").content == signed()


def test_a_refused_picture_stays_refused(session: requests.Session, address: str) -> None:
    response = session.get(f"{address}/altered.png", stream=True)
    for _ in range(2):
        with pytest.raises(RefusedError):
            response.raw.read(10)
    response.close()


@pytest.mark.parametrize("path", ["/page.html", "/page.gz"])
@pytest.mark.parametrize("stream", [False, True])
def test_what_is_no_picture_flows_through(session: requests.Session, address: str, path: str, stream: bool) -> None:
    assert session.get(address + path, stream=stream).content == PAGE


def test_bytes_can_be_read_in_every_way(session: requests.Session, address: str, tmp_path: Path) -> None:
    pieces = session.get(f"{address}/zipped.png", stream=True).iter_content(777)
    assert b"".join(pieces) == signed()
    with session.get(f"{address}/signed.png", stream=True) as response, (tmp_path / "out").open("wb") as file:
        shutil.copyfileobj(response.raw, file)
    assert (tmp_path / "out").read_bytes() == signed()
    # What the server sent, where the program asks for that.
    with session.get(f"{address}/zipped.png", stream=True) as response:
        assert gzip.decompress(response.raw.read()) == signed()
    with session.get(f"{address}/page.gz", stream=True) as response:
        assert gzip.decompress(response.raw.read()) == PAGE


def test_parts_heads_and_empty_bodies_are_left_alone(session: requests.Session, address: str) -> None:
    assert session.get(f"{address}/part.png", headers={"Range": "bytes=0-499"}).content == altered()[:500]
    with pytest.raises(RefusedError):
        session.get(f"{address}/all-of-it.png", headers={"Range": "bytes=0-"})
    assert session.head(f"{address}/altered.png").status_code == 200
    assert session.get(f"{address}/empty").content == b""


def test_a_body_that_nobody_reads_is_not_fetched(session: requests.Session, address: str) -> None:
    with session.get(f"{address}/altered.png", stream=True) as response:
        assert response.headers["Content-Type"] == "image/png"


def test_quarantine_keeps_the_bytes(address: str, tmp_path: Path) -> None:
    with requests.Session() as session:
        credkit_requests.install(session, Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held"))
        with pytest.raises(RefusedError, match="in quarantine") as caught:
            session.get(f"{address}/zipped-altered.png")
    assert caught.value.place is not None
    assert caught.value.place.read_bytes() == altered()
    assert caught.value.place.name.endswith("-zipped-altered.png")


def test_a_warning_lets_it_through(address: str) -> None:
    with requests.Session() as session:
        credkit_requests.install(session, Receiver(policy=POLICY, on_failure="warn"))
        with pytest.warns(CredentialsWarning, match=r'"plain.png" is not accepted: The file is without Content Credentials'):
            assert session.get(f"{address}/plain.png").content == picture("png")


def test_install_replaces_and_uninstall_removes(address: str) -> None:
    with requests.Session() as session:
        for _ in range(2):
            credkit_requests.install(session, Receiver(policy=POLICY, on_failure="refuse"))
        assert len(session.hooks["response"]) == 1
        credkit_requests.uninstall(session)
        assert session.get(f"{address}/altered.png").content == altered()


def test_one_request_alone(address: str) -> None:
    hook = credkit_requests.response_hook(Receiver(policy=POLICY, on_failure="refuse"))
    with pytest.raises(RefusedError):
        requests.get(f"{address}/altered.png", hooks={"response": hook}, timeout=10)


def test_a_redirect_that_is_not_followed_is_no_way_around(session: requests.Session, address: str) -> None:
    with pytest.raises(RefusedError):
        session.get(f"{address}/moved-picture", allow_redirects=False)


def test_cookies_are_kept(session: requests.Session, address: str) -> None:
    session.get(f"{address}/cookie.png")
    assert session.cookies["seen"] == "1"


def test_events_arrive_as_they_are_sent(session: requests.Session) -> None:
    pause = threading.Event()
    events = Answer(b"data: the first one of them\n\n\n" * 40, "text/event-stream", chunked=True, pause=pause)
    with serving({"/events": events}) as address, session.get(f"{address}/events", stream=True) as response:
        lines = response.iter_lines(chunk_size=512)
        assert next(lines) == b"data: the first one of them"
        pause.set()
        assert len([line for line in lines if line]) == 39
    assert not late


# Many at once, and those who leave


def test_many_at_once_get_each_his_own(address: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    receiver = Receiver(policy=POLICY, on_failure="refuse")
    paths = ["/signed.png", "/altered.png", "/signed.jpg", "/page.html", "/zipped-altered.png"] * 4

    def get(path: str) -> object:
        with requests.Session() as made:
            made.trust_env = False
            credkit_requests.install(made, receiver)
            try:
                return made.get(address + path).content
            except RefusedError as error:
                return error.judgement.passed

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(get, paths)) == [signed(), False, signed("jpg"), PAGE, False] * 4


@pytest.mark.parametrize("read", [0, 10, None])
@pytest.mark.parametrize("path", ["/signed.png", "/altered.png", "/zipped.png", "/zipped-altered.png", "/page.html", "/cut.png"])
def test_no_temporary_file_is_left(
    session: requests.Session, address: str, monkeypatch: pytest.MonkeyPatch, path: str, read: int | None
) -> None:
    """Whether the program reads nothing, a little, or all; whether the server hangs up; whether the picture is refused."""
    made = spools(monkeypatch.setattr, "credkit.integrations.requests")
    response = session.get(address + path, stream=True)
    with contextlib.suppress(RefusedError, requests.RequestException, urllib3.exceptions.HTTPError):
        if read != 0:
            response.raw.read(read)
    if "altered" in path:
        # Closed at once: whoever catches the refusal has no response to close where the body is read for him.
        assert all(place.closed for place in made)
    response.close()
    assert all(place.closed for place in made)
    assert bool(made) == (read != 0 and path != "/page.html")


def test_what_could_not_be_kept_is_not_handed_out_at_the_second_try(address: str, tmp_path: Path) -> None:
    """A fault of the quarantine is no way around the policy."""
    (tmp_path / "held").write_text("a file where the folder should be")
    with requests.Session() as made:
        made.trust_env = False
        credkit_requests.install(made, Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held"))
        response = made.get(f"{address}/altered.png", stream=True)
        for _ in range(3):
            with pytest.raises(OutputError):
                response.raw.read(10)
