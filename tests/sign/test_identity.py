from __future__ import annotations

import io
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from credkit.configuration import slug_of
from credkit.errors import CredentialError, OutputError
from credkit.sign.identity import (
    configuration_directory,
    create_identity,
    identity_anchors,
    lint_certificate,
    list_identities,
    load_identity,
    read_passphrase,
    set_default_identity,
)
from credkit.sign.identity import create as creation
from credkit.sign.identity.issue import issue
from credkit.sign.identity.protect import ITERATIONS
from credkit.trust.algorithms import algorithm_named
from credkit.trust.certificate import Certificate
from credkit.trust.path import check_path
from credkit.trust.policy import TrustPolicy
from credkit.trust.profile import CLAIM_SIGNING, DOCUMENT_SIGNING, EMAIL_PROTECTION, check_profile
from tests.forge import pki

CANARY = "canary-passphrase-0815"
posix = pytest.mark.skipif(os.name != "posix", reason="file modes of this kind exist on POSIX only")


@pytest.fixture(autouse=True)
def configuration(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("APPDATA", str(tmp_path / "config"))
    monkeypatch.delenv("CREDKIT_PASSPHRASE", raising=False)
    return tmp_path / "config" / "credkit"


# Where it is kept.


def test_the_configuration_folder(configuration, monkeypatch, tmp_path):
    assert configuration_directory() == configuration
    if sys.platform == "win32":
        return
    monkeypatch.setenv("HOME", str(tmp_path))
    for value in ("", "relative/path"):
        monkeypatch.setenv("XDG_CONFIG_HOME", value)
        assert configuration_directory() == tmp_path / ".config" / "credkit"


def test_a_new_identity_is_whole_and_signs(configuration):
    identity = create_identity("Zoë & Söhne", passphrase=CANARY, organization="credkit test")
    assert identity.name == "Zoë & Söhne"
    assert identity.slug == "zoe-sohne"
    assert identity.directory == configuration / "identities" / "zoe-sohne"
    assert sorted(path.name for path in identity.directory.iterdir()) == [
        "chain.pem",
        "identity.json",
        "key.pem",
        "root-key.pem",
        "root.pem",
    ]
    signer = identity.signer(CANARY)
    signer.check()
    assert signer.algorithm.verify(signer.certificate.public_key, b"claim", signer.sign(b"claim"))
    assert signer.certificate.common_name == "Zoë & Söhne"
    assert signer.certificate.organization == "credkit test"
    assert lint_certificate(identity.directory / "chain.pem") == ()
    assert check_profile(identity.certificate) == ()


@posix
def test_modes(configuration):
    identity = create_identity("credkit test", passphrase=CANARY)
    for folder in (configuration, configuration / "identities", identity.directory):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("key.pem", "root-key.pem"):
        assert stat.S_IMODE((identity.directory / name).stat().st_mode) == 0o600


def test_the_certificates():
    identity = create_identity("credkit test", passphrase=CANARY, days=10)
    leaf, root = identity.certificate, Certificate.parse(identity.root)
    assert leaf.extended_key_usages == (EMAIL_PROTECTION, DOCUMENT_SIGNING, CLAIM_SIGNING)
    assert leaf.key_usage == {"digitalSignature", "contentCommitment"}
    assert leaf.organization == "credkit test"
    assert leaf.issuer == root.subject == "CN=credkit test root,O=credkit test"
    assert timedelta(days=10) < leaf.not_after - leaf.not_before < timedelta(days=10, hours=2)
    assert root.is_ca
    assert root.not_after > leaf.not_after
    assert root.key_usage == {"keyCertSign", "cRLSign"}
    result = check_path((leaf.der,), TrustPolicy.of(identity.root).signers, datetime.now(UTC))
    assert result.trusted
    assert result.path == (leaf.der, root.der)


@pytest.mark.parametrize("algorithm", pki.ALGORITHMS)
def test_certificates_of_every_algorithm(algorithm):
    chosen = algorithm_named(algorithm)
    issued = issue("credkit test", "credkit test", 30, chosen, datetime.now(UTC))
    assert check_profile(Certificate.parse(issued.leaf)) == ()
    assert chosen.accepts_key(issued.key.public_key())
    assert check_path((issued.leaf,), TrustPolicy.of(issued.root).signers, datetime.now(UTC)).trusted
    assert "PRIVATE" not in repr(issued)


def test_an_identity_with_another_algorithm():
    assert create_identity("credkit test", passphrase=CANARY, algorithm="es384").signer(CANARY).algorithm.name == "ES384"


# Keys at rest.


def test_both_keys_are_encrypted_each_with_its_own_salt():
    identity = create_identity("credkit test", passphrase=CANARY)
    files = [(identity.directory / name).read_bytes() for name in ("key.pem", "root-key.pem")]
    for data, certificate in zip(files, (identity.certificate, Certificate.parse(identity.root)), strict=True):
        assert data.startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n")
        assert load_pem_private_key(data, CANARY.encode()).public_key() == certificate.public_key
        with pytest.raises(ValueError):
            load_pem_private_key(data, b"wrong")
    assert files[0] != files[1]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl on this machine")
def test_openssl_reads_the_key_and_counts_the_iterations():
    identity = create_identity("credkit test", passphrase=CANARY)
    for name in ("key.pem", "root-key.pem"):
        path = str(identity.directory / name)
        parsed = subprocess.run(["openssl", "asn1parse", "-in", path], capture_output=True, text=True, check=True).stdout
        for part in ("PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", f"INTEGER           :{ITERATIONS:06X}"):
            assert part in parsed
        opened = subprocess.run(
            ["openssl", "pkey", "-in", path, "-passin", "stdin", "-noout", "-text"],
            input=CANARY,
            capture_output=True,
            text=True,
            check=True,
        )
        assert "ED25519" in opened.stdout.upper()
    assert ITERATIONS == 600_000


def test_a_wrong_passphrase_and_none():
    identity = create_identity("credkit test", passphrase=CANARY)
    with pytest.raises(CredentialError, match="the passphrase is wrong"):
        identity.signer("wrong")
    with pytest.raises(CredentialError, match="no passphrase was given"):
        identity.signer()


# Whole or not at all, never over another.


def test_an_existing_identity_is_never_overwritten():
    identity = create_identity("credkit test", passphrase=CANARY)
    before = {path.name: path.read_bytes() for path in identity.directory.iterdir()}
    for name in ("credkit test", "Credkit   TEST", "credkit-test"):
        with pytest.raises(CredentialError, match=r"there is already an identity in .*: choose another name"):
            create_identity(name, passphrase="other")
    assert {path.name: path.read_bytes() for path in identity.directory.iterdir()} == before


def test_a_failure_leaves_nothing_behind(configuration, monkeypatch):
    real = creation.write_private_file

    def fail(path: Path, data: bytes) -> None:
        if path.name == "root-key.pem":
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(creation, "write_private_file", fail)
    with pytest.raises(OutputError, match=r"cannot be written to .*: No space left on device"):
        create_identity("credkit test", passphrase=CANARY)
    assert list((configuration / "identities").iterdir()) == []
    assert not (configuration / "default").exists()
    assert list_identities() == ()


def test_an_identity_made_at_the_same_time_wins(configuration, monkeypatch):
    real = creation.write_private_file
    folder = configuration / "identities" / "credkit-test"

    def race(path: Path, data: bytes) -> None:
        real(path, data)
        folder.mkdir(exist_ok=True)

    monkeypatch.setattr(creation, "write_private_file", race)
    with pytest.raises(CredentialError, match="there is already an identity"):
        create_identity("credkit test", passphrase=CANARY)
    assert list(folder.iterdir()) == []
    assert [path.name for path in folder.parent.iterdir()] == ["credkit-test"]


@pytest.mark.parametrize("name", ["", "   ", "a" * 57, "line\nbreak", "\x1b[31m", "right\u202eleft"])
def test_names_that_are_refused(name, configuration):
    with pytest.raises(CredentialError, match="the name of an identity has 1 to 56 printable characters"):
        create_identity(name, passphrase=CANARY)
    assert not configuration.exists()


def test_other_things_that_are_refused(configuration):
    with pytest.raises(CredentialError, match="the passphrase is empty"):
        create_identity("credkit test", passphrase="")
    with pytest.raises(CredentialError, match="organization"):
        create_identity("credkit test", passphrase=CANARY, organization="o" * 65)
    for days in (0, -1, 100_000):
        with pytest.raises(CredentialError, match="choose 1 to 7,300 days"):
            create_identity("credkit test", passphrase=CANARY, days=days)
    with pytest.raises(CredentialError, match="is no signature algorithm"):
        create_identity("credkit test", passphrase=CANARY, algorithm="rs256")
    assert not configuration.exists()


@pytest.mark.parametrize(
    ("name", "slug"),
    [("credkit test", "credkit-test"), ("Zoë", "zoe"), ("../../etc", "etc"), ("a" * 56, "a" * 48), ("A--B", "a-b")],
)
def test_folder_names(name, slug):
    assert slug_of(name) == slug
    assert slug_of(slug) == slug


@pytest.mark.parametrize("name", ["東京", "...", "CON", "nul", "com1"])
def test_folder_names_from_nothing_usable(name):
    slug = slug_of(name)
    assert slug.startswith("identity-")
    assert slug_of(slug) == slug
    assert create_identity(name, passphrase=CANARY).name == name
    assert load_identity(name).slug == slug


# Reading back.


def test_the_first_is_the_default_until_another_is_set():
    first = create_identity("first", passphrase=CANARY)
    second = create_identity("second", passphrase=CANARY)
    assert first.is_default
    assert not second.is_default
    assert load_identity().name == "first"
    assert [(item.name, item.is_default) for item in list_identities()] == [("first", True), ("second", False)]
    assert set_default_identity("second").is_default
    assert load_identity().name == "second"
    assert not load_identity("first").is_default


def test_without_any_identity():
    assert list_identities() == ()
    assert identity_anchors() == ()
    for name in (None, "x"):
        with pytest.raises(CredentialError, match='there is no identity yet: make one with "credkit identity new"'):
            load_identity(name)


def test_an_unknown_name_brings_the_known_ones():
    create_identity("first", passphrase=CANARY)
    with pytest.raises(CredentialError, match='there is no identity "other": choose one of first'):
        load_identity("other")


@pytest.mark.parametrize("pointer", [b"gone\n", b"../../etc\n", b"\xff\xfe", b""])
def test_a_default_that_leads_nowhere(configuration, pointer):
    create_identity("first", passphrase=CANARY)
    (configuration / "default").write_bytes(pointer)
    with pytest.raises(CredentialError, match="no default identity is set: choose one of first"):
        load_identity()
    create_identity("second", passphrase=CANARY)
    assert load_identity().name == "second"


def test_another_folder_than_the_configuration(tmp_path):
    place = tmp_path / "elsewhere"
    identity = create_identity("credkit test", place, passphrase=CANARY)
    assert identity.directory.parent == place / "identities"
    assert load_identity(None, place).directory == load_identity("credkit test", place).directory == identity.directory
    assert list_identities() == ()
    assert identity_anchors(place) == (identity.root,)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"name": 5}', b"[" * 10_000, b"\xff", b" " * (65 << 10)])
def test_a_damaged_identity_says_where(content):
    identity = create_identity("credkit test", passphrase=CANARY)
    (identity.directory / "identity.json").write_bytes(content)
    with pytest.raises(CredentialError, match=r"is damaged: identity\.json does not say its name"):
        load_identity()


@pytest.mark.parametrize("name", ["identity.json", "chain.pem", "root.pem"])
def test_an_incomplete_identity_says_what_is_missing(name):
    identity = create_identity("credkit test", passphrase=CANARY)
    (identity.directory / name).unlink()
    with pytest.raises(CredentialError, match=name):
        list_identities()


def test_unfinished_folders_are_not_identities(configuration):
    create_identity("credkit test", passphrase=CANARY)
    (configuration / "identities" / ".credkit-x.tmp").mkdir()
    assert len(list_identities()) == 1


def test_what_a_killed_run_left_goes_after_an_hour(configuration):
    base = configuration / "identities"
    for number, age in ((0, 7200), (1, 60)):
        folder = base / f".credkit-{str(number) * 16}.tmp"
        folder.mkdir(parents=True)
        (folder / "key.pem").write_bytes(b"half")
        os.utime(folder, (time.time() - age,) * 2)
    create_identity("credkit test", passphrase=CANARY)
    assert {path.name for path in base.iterdir()} == {"credkit-test", f".credkit-{'1' * 16}.tmp"}


def test_a_default_that_cannot_be_set_leaves_no_identity(configuration, monkeypatch):
    monkeypatch.setattr(creation, "write_default", lambda *_: (_ for _ in ()).throw(CredentialError("the default cannot be set")))
    with pytest.raises(CredentialError, match="the default cannot be set"):
        create_identity("credkit test", passphrase=CANARY)
    assert list((configuration / "identities").iterdir()) == []


def test_anchors_are_the_roots_and_nothing_else():
    identities = [create_identity(name, passphrase=CANARY) for name in ("first", "second")]
    assert identity_anchors() == tuple(identity.root for identity in identities)
    now = datetime.now(UTC)
    one = TrustPolicy.of(identities[0].root)
    assert check_path((identities[0].certificate.der,), one.signers, now).trusted
    assert not check_path((identities[1].certificate.der,), one.signers, now).trusted


def test_describe_is_plain_data():
    identity = create_identity("credkit test", passphrase=CANARY)
    shown = json.loads(json.dumps(identity.describe()))
    assert shown["name"] == "credkit test"
    assert shown["default"] is True
    assert shown["subject"] == "CN=credkit test,O=credkit test"
    assert shown["not_after"].endswith("Z")
    assert len(shown["fingerprint"]) == 64


# Nothing shows the passphrase.


def test_no_repr_and_no_failure_shows_the_passphrase(configuration, monkeypatch):
    identity = create_identity("credkit test", passphrase=CANARY)
    shown = [repr(identity), str(identity.describe()), repr(identity.signer(CANARY))]
    attempts = (
        lambda: create_identity("credkit test", passphrase=CANARY),
        lambda: create_identity("", passphrase=CANARY),
        lambda: create_identity("other", passphrase=CANARY, days=0),
        lambda: create_identity("other", passphrase=CANARY, algorithm="none"),
        lambda: identity.signer(CANARY + "x"),
        lambda: load_identity("other").signer(CANARY),
    )
    for attempt in attempts:
        with pytest.raises(CredentialError) as caught:
            attempt()
        shown.append(repr(caught.value) + str(caught.value))
    monkeypatch.setattr(creation, "write_private_file", lambda *_: (_ for _ in ()).throw(OSError(5, "Input/output error")))
    with pytest.raises(OutputError) as failed:
        create_identity("third", passphrase=CANARY)
    shown.append(repr(failed.value))
    assert not any(CANARY in text for text in shown)
    written = b"".join(path.read_bytes() for path in configuration.rglob("*") if path.is_file())
    assert CANARY.encode() not in written


# Lint.


def rules(*args: object, **spoiled: object) -> list[str]:
    return [finding.rule for finding in lint_certificate(pki.make_pki(*args, **spoiled).chain_pem)]  # type: ignore[arg-type]


def test_lint_finds_everything_at_once():
    spoiled = {
        "eku": None,
        "usage": ["key_encipherment"],
        "aki": False,
        "not_before": pki.NOW - timedelta(2),
        "not_after": pki.NOW - timedelta(1),
    }
    assert rules(**spoiled) == ["key-usage", "authority-key-identifier", "extended-key-usage", "validity"]
    assert rules(intermediate=True) == []


def test_lint_of_order_and_authority():
    chain = pki.make_pki(intermediate=True)
    reverse = pki.to_pem((chain.root.der, *reversed(chain.chain)))
    assert lint_certificate(reverse)[0].rule == "order"
    assert [finding.rule for finding in lint_certificate(chain.root_pem)] == ["self-signed-authority", "key-usage", "extended-key-usage"]
    for finding in lint_certificate(reverse):
        assert finding.mend


def test_lint_at_another_time():
    chain = pki.make_pki()
    assert lint_certificate(chain.chain_pem, pki.NOW) == ()
    assert [finding.rule for finding in lint_certificate(chain.chain_pem, pki.NOW + timedelta(days=400))] == ["validity"]


def test_lint_of_what_is_no_chain(tmp_path):
    with pytest.raises(CredentialError, match="cannot be read: No such file"):
        lint_certificate(tmp_path / "none.pem")
    with pytest.raises(CredentialError, match="is not in PEM"):
        lint_certificate(b"text")


# Passphrases.


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def descriptor(data: bytes) -> int:
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    return reader


@pytest.mark.parametrize(
    ("data", "passphrase"),
    [(b"secret\n", "secret"), (b"secret", "secret"), (b"Zo\xc3\xab\r\nnext\n", "Zoë"), (b" s \n", " s "), (b"\n", "")],
)
def test_from_a_descriptor(data, passphrase):
    fd = descriptor(data)
    try:
        assert read_passphrase(fd=fd) == passphrase
    finally:
        os.close(fd)


@pytest.mark.parametrize(("data", "words"), [(b"\xff\n", "not UTF-8"), (b"a" * 5000, "longer than 4,096 bytes")])
def test_a_descriptor_with_something_else(data, words):
    fd = descriptor(data)
    try:
        with pytest.raises(CredentialError, match=words):
            read_passphrase(fd=fd)
    finally:
        os.close(fd)


def test_a_descriptor_that_is_closed():
    fd = descriptor(b"")
    os.close(fd)
    with pytest.raises(CredentialError, match=f"no passphrase can be read from file descriptor {fd}"):
        read_passphrase(fd=fd)


def test_the_order_of_sources(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda _: "terminal")
    assert read_passphrase() == "terminal"
    monkeypatch.setenv("CREDKIT_PASSPHRASE", "environment")
    assert read_passphrase() == "environment"
    fd = descriptor(b"descriptor\n")
    try:
        assert read_passphrase(fd=fd) == "descriptor"
    finally:
        os.close(fd)


@pytest.mark.parametrize("stdin", [io.StringIO("typed\n"), None])
def test_without_a_terminal_nobody_is_asked(monkeypatch, stdin):
    monkeypatch.setattr(sys, "stdin", stdin)
    monkeypatch.setattr("getpass.getpass", lambda _: pytest.fail("asked"))
    with pytest.raises(CredentialError, match="there is no terminal to ask at: set CREDKIT_PASSPHRASE"):
        read_passphrase()


def test_a_new_passphrase_is_asked_twice_and_not_empty(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Terminal())
    prompts: list[str] = []

    def answers(*given: str) -> None:
        waiting = list(given)
        monkeypatch.setattr("getpass.getpass", lambda prompt: prompts.append(prompt) or waiting.pop(0))

    answers("one", "one")
    assert read_passphrase(confirm=True, prompt="New passphrase: ") == "one"
    assert prompts == ["New passphrase: ", "The same again: "]
    answers("one", "two")
    with pytest.raises(CredentialError, match="the two passphrases differ"):
        read_passphrase(confirm=True)
    answers("")
    with pytest.raises(CredentialError, match="the passphrase is empty"):
        read_passphrase(confirm=True)
    monkeypatch.setenv("CREDKIT_PASSPHRASE", "")
    with pytest.raises(CredentialError, match="the passphrase is empty"):
        read_passphrase(confirm=True)
    assert read_passphrase() == ""


def test_the_end_of_input_at_the_terminal(monkeypatch):
    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", end)
    with pytest.raises(CredentialError, match="no passphrase was given"):
        read_passphrase()


# The reference implementation, with its settings as they come.


@pytest.fixture(scope="module")
def picture() -> bytes:
    image = pytest.importorskip("PIL.Image")
    out = io.BytesIO()
    image.new("RGB", (64, 48), (200, 120, 40)).save(out, "JPEG")
    return out.getvalue()


MANIFEST = {
    "claim_generator_info": [{"name": "credkit test", "version": "1"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}
                ]
            },
        }
    ],
}


@pytest.mark.parametrize("algorithm", ["ed25519", "es256", "ps256"])
def test_the_reference_accepts_the_certificates_of_an_identity(picture, algorithm):
    c2pa = pytest.importorskip("c2pa")
    issued = issue("credkit test", "credkit test", 30, algorithm_named(algorithm), datetime.now(UTC))
    info = c2pa.C2paSignerInfo(algorithm.encode(), pki.to_pem((issued.leaf,)), pki.private_pem(issued.key), None)
    signed = io.BytesIO()
    c2pa.Builder(MANIFEST).sign(c2pa.Signer.from_info(info), "image/jpeg", io.BytesIO(picture), signed)

    def state(**settings: object) -> tuple[str, list[str]]:
        signed.seek(0)
        context = c2pa.Context(settings=c2pa.Settings.from_dict(settings)) if settings else None
        report = json.loads(c2pa.Reader("image/jpeg", signed, context=context).json())
        return report["validation_state"], [item["code"] for item in report["validation_results"]["activeManifest"]["failure"]]

    assert state() == ("Valid", ["signingCredential.untrusted"])
    assert state(trust={"trust_anchors": pki.to_pem((issued.root,)).decode()}) == ("Trusted", [])
