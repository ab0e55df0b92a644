"""``credkit sign --timestamp URL`` and ``--staple``, as people run them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.shell import Shell
from tests.forge import tsa

SIGN = ("sign", "portrait.png", "--created", "digitalCapture")


@pytest.fixture
def server() -> Iterator[tsa.TsaServer]:
    with tsa.TsaServer() as running:
        yield running


def test_sign_with_a_stamp_and_verify_it(shell: Shell, server: tsa.TsaServer) -> None:
    told = shell.ok(*SIGN, "-o", "stamped.png", "--timestamp", server.url).out
    assert "time-stamp: " in told
    assert "UTC; it counts for readers who trust its authority" in told
    assert len(server.requests) == 1
    shell.write("tsa.pem", server.tsa.root.pem)
    root = next(shell.configuration.rglob("root.pem"))
    verified = ("verify", "stamped.png", "--trust-list", root, "--tsa-list", "tsa.pem", "--format", "json")
    report = json.loads(shell.inside.ok(*verified).out)
    assert report["state"] == "Trusted"
    late = (datetime.now(UTC) + timedelta(days=3000)).isoformat()
    assert json.loads(shell.inside.ok(*verified, "--at", late).out)["state"] == "Trusted"
    unstamped = shell.inside.run("verify", "signed.png", "--trust-list", root, "--tsa-list", "tsa.pem", "--at", late, "--quiet")
    assert unstamped.code == 1


def test_the_time_is_in_the_json(shell: Shell, server: tsa.TsaServer) -> None:
    stamped = json.loads(shell.inside.ok(*SIGN, "-o", "stamped.png", "--timestamp", server.url, "--json").out)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(stamped["time_stamp"])) < timedelta(minutes=5)
    assert json.loads(shell.inside.ok(*SIGN, "-o", "plain.png", "--json").out)["time_stamp"] is None


def test_a_sidecar_and_a_picture_in_place(shell: Shell, server: tsa.TsaServer) -> None:
    shell.inside.ok(*SIGN, "--sidecar", "--timestamp", server.url, "--quiet")
    shell.inside.ok("sign", "repainted.jpg", "--in-place", "--created", "digitalCapture", "--timestamp", server.url, "--quiet")
    shell.inside.ok("verify", "portrait.png", "repainted.jpg", "--quiet")
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "lie", ["nonce", "imprint", "no token", "refused", "unreadable", "other page", "error", "hang up", "huge", "moved"]
)
def test_no_stamp_no_signature(lie: str, shell: Shell) -> None:
    with tsa.TsaServer(lie=lie) as server:
        sentence = shell.inside.refused(1, *SIGN, "-o", "stamped.png", "--timestamp", server.url)
        assert "127.0.0.1" in sentence
        shell.inside.refused(1, "sign", "portrait.png", "--in-place", "--created", "digitalCapture", "--timestamp", server.url)
        shell.inside.refused(1, *SIGN, "--sidecar", "--timestamp", server.url)


def test_an_existing_output_outlives_a_lying_authority(shell: Shell) -> None:
    with tsa.TsaServer(lie="nonce") as server:
        shell.inside.refused(1, *SIGN, "-o", "signed.png", "--force", "--timestamp", server.url)
    shell.inside.ok("verify", "signed.png", "--quiet")


@pytest.mark.parametrize("url", ["", "tsa.example.com", "ftp://tsa.example.com", "http://", "file:///etc/hosts"])
def test_an_address_that_is_none(url: str, shell: Shell) -> None:
    assert "time-stamp" in shell.inside.refused(1, *SIGN, "-o", "stamped.png", "--timestamp", url)


def test_a_password_in_the_address_is_not_repeated(shell: Shell) -> None:
    shell.secrets.append("canary-of-the-address")
    shell.refused(1, *SIGN, "-o", "stamped.png", "--timestamp", "http://me:canary-of-the-address@tsa.example.com/")


def test_a_staple_needs_a_stamp_and_a_responder(shell: Shell, server: tsa.TsaServer) -> None:
    assert "--timestamp" in shell.inside.refused(1, *SIGN, "-o", "stamped.png", "--staple")
    # The identity is the user's own authority, which runs no responder.
    assert "nothing to staple" in shell.inside.refused(1, *SIGN, "-o", "stamped.png", "--staple", "--timestamp", server.url)
    assert server.requests == []
