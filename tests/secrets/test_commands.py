"""Whatever goes wrong, and when all goes well: no key and no passphrase in anything that a command says or writes."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from credkit.sign import output
from credkit.sign.identity import issue
from tests.secrets.canary import PASSPHRASE, canary_key
from tests.secrets.scene import BASE64_OF_DER, KEY_PEM, Scene

PEM = KEY_PEM.decode()
SIGN = ("sign", "a.png", "-o", "out.png", "--created", "digitalCreation")
CHAIN = ("--certs", "chain.pem")
KEY = ("--key", "key.pem", *CHAIN)
LOCKED = ("--key", "locked.pem", *CHAIN)

REFUSED = {
    "wrong passphrase": ((*SIGN, "--key", "other-locked.pem", *CHAIN), {}, "the passphrase is wrong"),
    "no passphrase": ((*SIGN, *LOCKED), {"CREDKIT_PASSPHRASE": None}, "a passphrase is needed"),
    "empty passphrase": ((*SIGN, *LOCKED), {"CREDKIT_PASSPHRASE": ""}, "no passphrase was given"),
    "damaged lock": ((*SIGN, "--key", "damaged-lock.pem", *CHAIN), {}, "damaged"),
    "readable by a group": ((*SIGN, "--key", "readable.pem", *CHAIN), {}, "chmod 600"),
    "cut": ((*SIGN, "--key", "cut.pem", *CHAIN), {}, "has no end"),
    "spoiled": ((*SIGN, "--key", "spoiled.pem", *CHAIN), {}, "damaged private key"),
    "no base64": ((*SIGN, "--key", "no-base64.pem", *CHAIN), {}, "damaged private key"),
    "mislabelled": ((*SIGN, "--key", "mislabelled.pem", *CHAIN), {}, "key"),
    "a certificate it is not": ((*SIGN, "--key", "certificate.pem", *CHAIN), {}, "a certificate where the private key belongs"),
    "in DER": ((*SIGN, "--key", "key.der", *CHAIN), {}, "is in DER"),
    "of OpenSSH": ((*SIGN, "--key", "openssh.pem", *CHAIN), {}, "OpenSSH"),
    "base64 alone": ((*SIGN, "--key", "base64.txt", *CHAIN), {}, "not in PEM"),
    "key as chain": ((*SIGN, "--key", "key.pem", "--certs", "key.pem"), {}, "where certificates belong"),
    "key as chain, called a certificate": ((*SIGN, "--key", "key.pem", "--certs", "certificate.pem"), {}, "certificate"),
    "chain of another": ((*SIGN, "--key", "key.pem", "--certs", "other-chain.pem"), {}, "certificate"),
    "another algorithm": ((*SIGN, *KEY, "--alg", "es256"), {}, "does not go with"),
    "a folder": ((*SIGN, "--key", "set", *CHAIN), {}, "cannot be read"),
    "no file": ((*SIGN, "--key", "nothing.pem", *CHAIN), {}, "cannot be read"),
    "key for a file name": ((*SIGN, "--key", PEM, *CHAIN), {}, "given as text"),
    "key for a file name, one line": ((*SIGN, "--key", PEM.replace("\n", " "), *CHAIN), {}, "given as text"),
    "key in base64 for a file name": ((*SIGN, "--key", BASE64_OF_DER, *CHAIN), {}, "given as text"),
    "key for the chain": ((*SIGN, "--key", "key.pem", "--certs", PEM), {}, "given as text"),
    "key for the name of an actor's": ((*SIGN, *KEY, "--actor-key", PEM, "--actor-certs", "chain.pem"), {}, "given as text"),
    "key for an identity": ((*SIGN, "--identity", PEM), {}, "identity"),
    "key too many": ((*SIGN, *KEY, PEM), {}, "unrecognized"),
    "passphrase as an option": ((*SIGN, *LOCKED, "--passphrase", PASSPHRASE), {}, "never given on the command line"),
    "passphrase as a value": ((*SIGN, *LOCKED, f"--passphrase={PASSPHRASE}"), {}, "never given on the command line"),
    "password": ((*SIGN, *LOCKED, "--password", PASSPHRASE), {}, "never given on the command line"),
    "passphrase of a new identity": (("identity", "new", "My Studio", "--passphrase", PASSPHRASE), {}, "never given on the command line"),
    "passphrase for a descriptor": ((*SIGN, *LOCKED, "--passphrase-fd", PASSPHRASE), {}, "number of a file descriptor"),
    "passphrase for the name of its file": (
        (*SIGN, *LOCKED),
        {"CREDKIT_PASSPHRASE": None, "CREDKIT_PASSPHRASE_FILE": PASSPHRASE},
        "cannot be read",
    ),
    "passphrase that others can read": (
        (*SIGN, *LOCKED),
        {"CREDKIT_PASSPHRASE": None, "CREDKIT_PASSPHRASE_FILE": "open-passphrase.txt"},
        "can be read by others",
    ),
    "key in the definition": ((*SIGN, "--manifest", "inline.json"), {}, "/private_key"),
    "key in base64 in the definition": ((*SIGN, "--manifest", "inline-base64.json"), {}, "/private_key"),
    "key in a definition that ends early": ((*SIGN, "--manifest", "broken.json"), {}, "JSON"),
    "key deep in the definition": ((*SIGN, "--manifest", "nested.json"), {}, "private_key"),
    "passphrase in the settings": (("watch", "set", "--in-place", "--once", "--settings", "export.toml"), {}, "passphrase"),
    "passphrase in broken settings": (("watch", "set", "--in-place", "--once", "--settings", "broken.toml"), {}, "TOML"),
    "key to be verified": (("verify", "key.pem"), {}, "key.pem"),
    "key to be inspected": (("inspect", "both.pem"), {}, "both.pem"),
    "key to be linted": (("identity", "lint", "key.pem"), {}, "where certificates belong"),
    "key for a trust list": (("verify", "signed.jpg", "--trust-list", "key.pem"), {}, "key.pem"),
    "key to be kept as a list": (("trust", "add", "key.pem", "--name", "A list", "--kind", "signers"), {}, "key.pem"),
    "key for openings": (("reveal", "signed.jpg", "--openings", "key.pem", "--all"), {}, "key.pem"),
    "key for a policy": (("verify", "signed.jpg", "--policy", "key.pem"), {}, "key.pem"),
    "key for a journal": (("journal", "note", "words", "--journal", "key.pem"), {}, "key.pem"),
    "key for a data set": ((*SIGN, *KEY, "--datasets", "key.pem"), {}, "key.pem"),
    "output in no folder": (("sign", "a.png", "-o", "nowhere/out.png", "--created", "digitalCreation", *KEY), {}, "does not exist"),
    "output that is a device": (("sign", "a.png", "-o", "/dev/full", "-f", "--created", "digitalCreation", *KEY), {}, "not a regular file"),
    "authority that is not there": (("timestamp", "signed.jpg", "-o", "out.jpg", "--tsa", "http://127.0.0.1:9/", *KEY), {}, "127.0.0.1"),
}


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scene") / "work"
    folder.mkdir()
    Scene.laid_out(folder)
    return folder


@pytest.fixture
def scene(laid_out: Path, tmp_path: Path) -> Scene:
    shutil.copytree(laid_out, tmp_path / "work")
    before = Scene(laid_out, ())
    inputs = [path for path in before.folder.iterdir() if path.suffix in (".pem", ".der", ".txt", ".json", ".toml")]
    return Scene(
        tmp_path / "work", tuple(tmp_path / "work" / path.name for path in inputs if path.name not in ("chain.pem", "other-chain.pem"))
    )


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_shows_no_secret(scene: Scene, name: str) -> None:
    line, variables, words = REFUSED[name]
    ran = scene.run(*line, **variables)
    assert ran.code in (1, 2, 3), ran
    assert words in ran.err + ran.out


@pytest.mark.parametrize(
    ("line", "step"),
    [((*SIGN, "-f", *LOCKED), "write"), ((*SIGN, "-f", *LOCKED), "replace"), (("identity", "new", "My Studio"), "replace")],
    ids=["sign, write", "sign, replace", "identity, replace"],
)
def test_a_full_disk_shows_no_secret(scene: Scene, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...], step: str) -> None:
    monkeypatch.setattr(issue, "_new_key", lambda algorithm: canary_key())

    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output.os, step, full)
    ran = scene.run(*line)
    assert ran.code == 1, ran
    assert "OutputError" in ran.err or "CredentialError" in ran.err, "--debug shows the traceback"


@pytest.mark.parametrize("error", [RuntimeError, ValueError, MemoryError, RecursionError, KeyboardInterrupt])
def test_a_fault_while_signing_shows_no_secret(scene: Scene, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]) -> None:
    from credkit.trust.algorithms import SignatureAlgorithm

    def fail(*_: object) -> bytes:
        raise error("a fault")

    monkeypatch.setattr(SignatureAlgorithm, "sign", fail)
    ran = scene.run(*SIGN, *LOCKED)
    assert ran.code in (70, 130)


def test_what_goes_well_shows_no_secret(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issue, "_new_key", lambda algorithm: canary_key())
    lines = (
        ("identity", "new", "My Studio"),
        ("identity", "show", "--json"),
        (*SIGN, *LOCKED, "--json"),
        ("sign", "a.png", "-o", "by-identity.png", "--created", "digitalCreation", "--actor", "My Studio", "--journal", "mine.jsonl"),
        ("sign", "generated.png", "--in-place", "--lift", "--prompt", "sealed", *KEY),
        ("sign", "a.png", "--sidecar", "--created", "digitalCreation", "--key", "both.pem", "--certs", "both.pem"),
        ("update", "out.png", "-o", "updated.png", "--published", *LOCKED),
        ("redact", "signed.jpg", "-o", "redacted.jpg", "--assertion", "cawg.metadata", "--reason", "c2pa.PII.present", *KEY),
        ("dataset", "sign", "set", *LOCKED),
        ("journal", "checkpoint", "--journal", "mine.jsonl", *LOCKED),
        ("journal", "export", "-o", "journal.html", "--journal", "mine.jsonl"),
        ("watch", "set", "--in-place", "--once", "--created", "digitalCreation", "--interval", "0.01", "--settle", "1"),
        ("reveal", "generated.png", "--all"),
        ("verify", "updated.png", "--format", "json"),
        ("inspect", "updated.png", "--format", "html", "-o", "page.html"),
        ("inspect", "redacted.jpg", "--format", "c2patool"),
    )
    for line in lines:
        ran = scene.run(*line)
        assert ran.code == 0, (line, ran)
    assert (scene.folder / "home" / "credkit" / "identities" / "my-studio" / "key.pem").read_bytes().startswith(b"-----BEGIN ENCRYPTED")


def test_a_passphrase_from_a_descriptor_shows_nowhere(scene: Scene) -> None:
    descriptor = os.open(scene.folder / "passphrase.txt", os.O_RDONLY)
    try:
        ran = scene.run(*SIGN, *LOCKED, "--passphrase-fd", str(descriptor), CREDKIT_PASSPHRASE=None)
    finally:
        os.close(descriptor)
    assert ran.code == 0, ran
