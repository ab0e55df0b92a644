"""Attacks that are no file to be judged: addresses that lead to no socket, servers that never end, private keys that lie open.

``test_no_address_leads_to_a_connection`` counts: every hostile address through every way in which a file, or whoever serves it, can name
one. ``tests/trust/test_http.py`` does the same one floor below, redirects and resolvers that change their mind included.
"""

from __future__ import annotations

import os
import subprocess
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from asn1crypto.keys import EncryptedPrivateKeyInfo
from asn1crypto.pem import unarmor

from credkit.assets import BytesSource
from credkit.errors import CredentialError, FetchError
from credkit.sign.identity.protect import encrypted_pem
from credkit.sign.signer import Signer
from credkit.trust.fetch import Request
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from tests.adversarial.network import DOORS, INACCESSIBLE, elsewhere, issuer_at, responder_at, wires
from tests.forge import pki
from tests.forge.files import plain
from tests.forge.web import HOST, PUBLIC, Server, Wires
from tests.trust.hostile_urls import FORBIDDEN
from tests.verify.case import judge, policy

PRINTABLE = tuple(url for url in FORBIDDEN if url.isprintable() and url)
"""Those that can stand in XMP, a certificate and a header field."""
ASCII = tuple(url for url in PRINTABLE if url.isascii())
UNPROTECTED = tuple(dict.fromkeys(url.replace("https://", "http://") for url in ASCII if not url.lower().startswith(f"http://{HOST}")))
"""The same for a responder, which may be asked over http."""
SECONDS = 20
"""A watchdog against hanging for ever, nothing that measures."""


@pytest.fixture
def no_sockets() -> Iterator[None]:
    with mock.patch("socket.socket", side_effect=AssertionError("a socket was opened")):
        yield


def test_there_are_enough_addresses() -> None:
    assert len(set(PRINTABLE)) >= 100
    assert len(set(ASCII)) >= 90


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize("door", DOORS)
def test_no_address_leads_to_a_connection(door: str) -> None:
    for url in UNPROTECTED if door == "responder" else PRINTABLE:
        world = wires()
        report = judge(DOORS[door](url), policy=policy(), fetcher=world.fetcher())
        assert world.connections == [], url
        assert report.state in ("none", "Trusted", "Invalid"), url


@pytest.mark.usefixtures("no_sockets")
def test_no_link_beside_a_file_leads_to_a_connection() -> None:
    for url in ASCII:
        world = wires()
        field = f'<{url}>; rel="c2pa-manifest"'
        report = verify(BytesSource(plain()), links=(field,), url=f"https://{HOST}/picture.jpg", fetcher=world.fetcher())
        assert report.state == "none", url
        # The server that the picture came from is asked for what lies beside it; nobody answers there either.
        assert set(world.connections) <= {(PUBLIC, 443)}, url


@pytest.mark.usefixtures("no_sockets")
def test_no_issuer_leads_to_a_connection() -> None:
    hosts = [url.removeprefix("https://").rstrip("/") for url in ASCII if url.startswith("https://") and HOST not in url]
    dids = [f"did:web:{host.replace(':', '%3A').replace('/', ':')}" for host in hosts]
    assert len(dids) > 60
    for did in dids:
        world = wires()
        trusted = policy().joined(TrustPolicy.of(identity_issuers=[did]))
        judge(issuer_at(did), policy=trusted, fetcher=world.fetcher())
        assert world.connections == [], did


@pytest.mark.usefixtures("no_sockets")
@pytest.mark.parametrize(
    "make", [*(lambda d=door: d(f"https://{HOST}/x") for door in DOORS.values()), lambda: issuer_at(f"did:web:{HOST}")]
)
def test_offline_is_the_default(make: Callable[[], bytes]) -> None:
    """Without a fetcher nothing is asked at all, not even a resolver."""
    with mock.patch("socket.getaddrinfo", side_effect=AssertionError("a name was looked up")):
        judge(make(), policy=policy())


def _for_ever(piece: bytes, pause: float) -> Callable[[], Iterator[bytes]]:
    def answer() -> Iterator[bytes]:
        while True:
            yield piece
            time.sleep(pause)

    return answer


@pytest.mark.parametrize(
    ("head", "piece", "pause"),
    [
        (b"", b"H", 0.2),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.1),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n", b"x", 0.2),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.2),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 0.1),
    ],
    ids=["status", "fields", "body", "chunks", "continue"],
)
def test_a_server_that_drips_holds_up_no_verdict(head: bytes, piece: bytes, pause: float) -> None:
    """N2: with one second for a question the verdict comes, and says what could not be had."""

    def answer() -> Iterator[bytes]:
        yield head
        yield from _for_ever(piece, pause)()

    with Server({"/": answer}) as server:
        world = Wires(server)
        started = time.monotonic()
        report = judge(elsewhere(f"https://{HOST}:{server.port}/"), fetcher=world.fetcher(fetch_seconds=1, fetch_total_seconds=1))
        assert time.monotonic() - started < SECONDS
        assert (report.state, report.failure and report.failure.code) == ("none", "manifest.inaccessible")
        assert "time" in (report.problem or "")


def test_a_responder_that_drips_holds_up_no_verdict() -> None:
    with Server({"/": _for_ever(b"H", 0.2)}, tls=False) as server:
        world = Wires(server, names={HOST: (PUBLIC,)})
        started = time.monotonic()
        made = responder_at(f"http://{HOST}:{server.port}/")
        report = judge(made, policy=policy(), fetcher=world.fetcher(fetch_seconds=1, fetch_total_seconds=1))
        assert time.monotonic() - started < SECONDS
        assert report.state == "Trusted"
        assert report.active is not None
        assert INACCESSIBLE in {status.code for status in report.active.results}


def test_what_a_user_names_is_not_asked_at_addresses_of_clouds() -> None:
    """The address of a time-stamp authority, too, comes from a configuration that somebody may have been given."""
    for url in ("http://169.254.169.254/stamp", "http://[fe80::1]/stamp", "http://0.0.0.0/stamp", "http://2852039166/stamp"):
        world = wires()
        with pytest.raises(FetchError):
            world.fetcher().fetch(Request(url=url, what="the time-stamp", plain_http=True, body=b"x", origin="user"))
        assert world.connections == []


# K1 and K2: private keys at rest and in messages.

PASSPHRASE = "canary-pass-phrase"


def _key_file(folder: Path, mode: int, *, encrypted: bool = False) -> Path:
    signer = pki.default_pki("ed25519")
    path = folder / "key.pem"
    path.write_bytes(encrypted_pem(signer.key, PASSPHRASE) if encrypted else signer.key_pem)
    (folder / "chain.pem").write_bytes(signer.chain_pem)
    path.chmod(mode)
    return path


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has these bits")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o606, 0o644, 0o666, 0o620, 0o602, 0o610, 0o601, 0o777, 0o4644])
@pytest.mark.parametrize("linked", [False, True])
def test_a_key_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int, linked: bool) -> None:
    path = _key_file(tmp_path, mode)
    if linked:
        (tmp_path / "link.pem").symlink_to(path)
        path = tmp_path / "link.pem"
    with pytest.raises(CredentialError, match="chmod 600"):
        Signer.from_pem(tmp_path / "chain.pem", path)


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_of_ones_own_is_read(tmp_path: Path, mode: int) -> None:
    assert Signer.from_pem(tmp_path / "chain.pem", _key_file(tmp_path, mode)).algorithm.name == "EdDSA"


def test_a_key_at_rest_costs_a_guesser_600_000_rounds(tmp_path: Path) -> None:
    path = _key_file(tmp_path, 0o600, encrypted=True)
    _, _, der = unarmor(path.read_bytes())
    scheme = EncryptedPrivateKeyInfo.load(der, strict=True)["encryption_algorithm"]
    derivation = scheme["parameters"]["key_derivation_func"]
    assert scheme["algorithm"].native == "pbes2"
    assert derivation["algorithm"].native == "pbkdf2"
    assert derivation["parameters"]["iteration_count"].native >= 600_000
    assert derivation["parameters"]["prf"]["algorithm"].native == "sha256"
    assert len(derivation["parameters"]["salt"].native) >= 16
    assert scheme["parameters"]["encryption_scheme"]["algorithm"].native == "aes256_cbc"
    command = ["openssl", "pkey", "-in", str(path), "-passin", "stdin", "-noout"]
    assert subprocess.run(command, input=PASSPHRASE.encode(), capture_output=True, check=False).returncode == 0
    assert subprocess.run(command, input=b"another", capture_output=True, check=False).returncode != 0


def _secrets() -> tuple[str, ...]:
    """What must never be shown: the passphrase, and each line of the key."""
    signer = pki.default_pki("ed25519")
    lines = [line for line in signer.key_pem.decode().splitlines() if line and not line.startswith("-")]
    return (PASSPHRASE, *lines, signer.key.private_bytes_raw().hex(), repr(signer.key.private_bytes_raw()))


def _failures(folder: Path) -> Iterator[Callable[[], object]]:
    signer, other = pki.default_pki("ed25519"), pki.default_pki("es256")
    chain, plain_key, wrapped = signer.chain_pem, signer.key_pem, encrypted_pem(signer.key, PASSPHRASE)
    yield lambda: Signer.from_pem(chain, wrapped, passphrase="another")
    yield lambda: Signer.from_pem(chain, wrapped)
    yield lambda: Signer.from_pem(other.chain_pem, plain_key).check()
    yield lambda: Signer.from_pem(chain, plain_key, algorithm="es256")
    yield lambda: Signer.from_pem(chain, plain_key, algorithm=PASSPHRASE[:3])
    yield lambda: Signer.from_pem(plain_key, plain_key)
    yield lambda: Signer.from_pem(chain, plain_key[:-40])
    yield lambda: Signer.from_pem(chain, plain_key.replace(b"M", b"?"))
    yield lambda: Signer.from_pem(chain, wrapped[:-60], passphrase=PASSPHRASE)
    yield lambda: Signer.from_uri(f"file:{folder / 'absent.pem'}", passphrase=PASSPHRASE)


def test_no_failure_shows_a_key_or_a_passphrase(tmp_path: Path) -> None:
    for fail in _failures(tmp_path):
        with pytest.raises(CredentialError) as caught:
            fail()
        told = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(caught.value.__cause__)
        assert [secret for secret in _secrets() if secret in told] == []


def test_a_signer_does_not_show_its_key() -> None:
    signer = pki.signer()
    told = f"{signer} {signer!r} {vars(type(signer))}"
    assert [secret for secret in _secrets() if secret in told] == []
