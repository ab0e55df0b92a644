"""``--online``: files and manifest stores on the network, and the network left alone without it."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import pytest

from tests.cli.shell import Shell
from tests.forge.web import Server, Wires, ok, root_file


@pytest.fixture
def apart(shell: Shell) -> tuple[bytes, bytes]:
    """A picture, and the store that was made to lie beside it."""
    shell.ok("sign", "portrait.png", "--sidecar", "portrait.c2pa", "--created", "trainedAlgorithmicMedia")
    store = shell.folder / "portrait.c2pa"
    data = store.read_bytes()
    store.unlink()
    return (shell.folder / "portrait.png").read_bytes(), data


@pytest.mark.parametrize("command", ["verify", "inspect"])
@pytest.mark.parametrize("url", ["https://credentials.test/a.png", "http://127.0.0.1/a.png", "file:///etc/passwd", "HTTPS://x\x1b[2J/"])
def test_an_address_is_refused_without_the_option(stranger: Shell, command: str, url: str) -> None:
    with mock.patch("socket.socket", side_effect=AssertionError("a socket was opened")):
        sentence = stranger.inside.refused(3, command, url, *(["--quiet"] if command == "verify" else []))
    assert "is on the network, which is asked only when that is allowed (--online" in sentence
    assert "\x1b" not in sentence


def test_a_file_on_the_network_with_a_link_to_its_store(shell: Shell, apart: tuple[bytes, bytes], tmp_path: Path) -> None:
    asset, store = apart
    answers = {"/a.png": ok(asset, "image/png", 'Link: <s.c2pa>; rel="c2pa-manifest"'), "/s.c2pa": ok(store)}
    with Server(answers) as server:
        url = server.url("/a.png", "localhost")
        done = shell.ok("verify", "--online", "--format", "json", url, SSL_CERT_FILE=str(root_file(tmp_path)))
        assert server.paths == ["/a.png", "/s.c2pa"]
    report = json.loads(done.out)
    assert (report["state"], report["asset"]["location"], report["asset"]["name"]) == ("Trusted", "remote", url)


def test_a_file_with_its_store_inside_is_all_that_is_asked_for(shell: Shell) -> None:
    with Server({"/a.jpg": ok((shell.folder / "repaint.jpg").read_bytes(), "image/jpeg", "Link: <s>; rel=c2pa-manifest")}) as server:
        wires = Wires(server)
        with mock.patch("credkit.trust.http.HttpFetcher", wires.fetcher):
            done = shell.inside.ok("verify", "--online", "--require", "trusted", server.url("/a.jpg"))
            page = shell.inside.ok("inspect", "--online", "--format", "html", server.url("/a.jpg"))
        assert server.paths == ["/a.jpg", "/a.jpg"]
    assert "TRUSTED" in done.out
    assert "SHA-256" in page.out
    assert "data:image/jpeg" in page.out


def test_several_files_each_with_a_fetcher_of_its_own(shell: Shell) -> None:
    data = (shell.folder / "repaint.jpg").read_bytes()
    with Server({"/a.jpg": ok(data, "image/jpeg")}) as server:
        fetchers = mock.Mock(side_effect=Wires(server).fetcher)
        with mock.patch("credkit.trust.http.HttpFetcher", fetchers):
            done = shell.inside.run("verify", "--online", "--format", "jsonl", server.url("/a.jpg"), "repaint.jpg", server.url("/b.jpg"))
    assert done.code == 3
    assert [json.loads(line)["state"] for line in done.out.splitlines()] == ["Trusted", "Trusted", "error"]
    assert done.sentence.endswith("the file cannot be had from credentials.test: it answered 404 (Not Found)")
    assert fetchers.call_count == 3


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://credentials.test/a.png", "only https is allowed"),
        ("file:///etc/passwd", "only addresses that begin with https://"),
        ("gopher://127.0.0.1/x", "only addresses that begin with https://"),
        ("https://169.254.169.254/latest/", "no public server"),
        ("https://user:word@credentials.test/", "user name or password"),
        ("https://unknown.test/", "no host of that name"),
    ],
)
def test_addresses_that_are_refused(shell: Shell, url: str, words: str) -> None:
    wires = Wires()
    with mock.patch("credkit.trust.http.HttpFetcher", wires.fetcher):
        assert words in shell.inside.refused(3, "verify", "--online", "--quiet", url)
        assert words in shell.inside.refused(3, "inspect", "--online", url)
    assert wires.connections == []


def test_an_empty_download(shell: Shell) -> None:
    with Server({"/x": ok(b"")}) as server, mock.patch("credkit.trust.http.HttpFetcher", Wires(server).fetcher):
        assert "is empty" in shell.inside.refused(3, "verify", "--online", "-q", server.url("/x"))


def test_the_size_of_a_download(shell: Shell) -> None:
    from credkit.api.reading import download
    from credkit.errors import AssetError
    from credkit.limits import Limits

    with Server({"/x": ok(b"12345")}) as server:
        fetcher = Wires(server).fetcher()
        assert download(server.url("/x"), fetcher, Limits(download_size=5)).body == b"12345"
        with pytest.raises(AssetError, match="more than 4 bytes"):
            download(server.url("/x"), fetcher, Limits(download_size=4))


def test_a_redirect_from_a_public_server_into_the_house(shell: Shell) -> None:
    with Server({"/x": ok(b"", None, "Location: https://localhost/a.png", status="302 Found")}) as server:
        wires = Wires(server, names={"credentials.test": ("93.184.216.34",), "localhost": ("127.0.0.1",)})
        with mock.patch("credkit.trust.http.HttpFetcher", wires.fetcher):
            assert "private network or of this machine" in shell.inside.refused(3, "verify", "--online", "-q", server.url("/x"))
        assert len(wires.connections) == 1
