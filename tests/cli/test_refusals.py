"""Bad inputs: one clear sentence, the right exit code, and every existing file as it was."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

import pytest

from tests.cli.shell import PASSPHRASE, Shell
from tests.forge.pictures import picture
from tests.forge.pki import NOW, Pki, make_pki

CREATED = ("--created", "digitalCapture")
AS_ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may read and write anything")


def sign(*line: str) -> tuple[str, ...]:
    return ("sign", *line, "-o", "out.png", *CREATED)


# Pictures


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (picture("png")[:500], "damaged"),
        (picture("jpg")[:300], "damaged"),
        (b"", "is empty"),
        (picture("png")[:-12], "cut off"),
        (picture("jpg")[:-30], "cut off"),
        (b"\xff\xd8" + picture("jpg")[2:-2] + bytes(100), "cut off"),
        (b"not a picture at all", "none of JPEG, PNG"),
    ],
    ids=["truncated PNG", "truncated JPEG", "empty", "PNG without an end", "JPEG without an end", "JPEG with zeros for an end", "text"],
)
def test_what_is_no_whole_picture(shell: Shell, data: bytes, words: str) -> None:
    shell.write("bad.png", data)
    assert words in shell.refused(3, *sign("bad.png"))
    verified = shell.run("verify", "bad.png")
    # A picture that breaks off within its pixels can still be searched for credentials, and has none.
    assert verified.code == (2 if words == "cut off" else 3)


def test_missing_source_and_folder(shell: Shell) -> None:
    assert "does not exist" in shell.refused(3, *sign("missing.png"))
    (shell.folder / "empty").mkdir()
    assert "no file was found" in shell.refused(3, "sign", "empty", "-o", "out", *CREATED, "-q")
    assert "no file was found" in shell.refused(3, "verify", "empty", "-q")


def test_a_huge_sparse_file_is_refused_at_once(shell: Shell) -> None:
    path = shell.write("huge.png", picture("png")[:8])
    os.truncate(path, 1 << 40)
    start = time.monotonic()
    assert "damaged" in shell.refused(3, *sign("huge.png"))
    assert shell.run("verify", "-q", "huge.png").code == 3
    # Reading a terabyte takes minutes at the least; this bound only tells the two apart.
    assert time.monotonic() - start < 60


@AS_ROOT
def test_unreadable_source(shell: Shell) -> None:
    shell.write("locked.png", picture("png"), 0)
    assert "may not be read" in shell.refused(3, *sign("locked.png"))


def test_device_as_source(shell: Shell) -> None:
    shell = shell.inside
    assert "device" in shell.refused(3, *sign("/dev/null"))


def test_names_with_control_characters_are_shown_escaped(shell: Shell) -> None:
    sentence = shell.refused(3, *sign("\x1b[31mred\u202e.png"))
    assert "\x1b" not in sentence
    assert "\u202e" not in sentence
    assert "\\x1b" in sentence


# Outputs


def test_output_folder_missing(shell: Shell) -> None:
    sentence = shell.refused(1, "sign", "portrait.png", "-o", "nowhere/out.png", *CREATED)
    assert "folder does not exist" in sentence


def test_output_is_a_folder(shell: Shell) -> None:
    shell = shell.inside
    (shell.folder / "there").mkdir()
    assert "is a folder" in shell.refused(1, "sign", "portrait.png", "-o", "there", *CREATED)


def test_existing_output_is_kept_unless_forced(shell: Shell) -> None:
    shell = shell.inside
    shell.write("out.png", b"something precious")
    assert "--force" in shell.refused(1, *sign("portrait.png"))
    assert "--force" in shell.refused(1, "strip", "signed.png", "-o", "out.png")
    shell.ok(*sign("portrait.png"), "--force")
    assert shell.run("verify", "-q", "out.png").code == 0


def test_read_only_output_is_kept_even_when_forced(shell: Shell) -> None:
    shell.write("out.png", b"something precious", 0o444)
    assert "read-only" in shell.refused(1, *sign("portrait.png"), "--force")


def test_the_source_as_output_wants_another_word(shell: Shell) -> None:
    shell = shell.inside
    assert "--in-place" in shell.refused(1, "sign", "portrait.png", "-o", "./portrait.png", *CREATED)


def test_no_output_named(shell: Shell) -> None:
    shell = shell.inside
    assert "-o OUT" in shell.refused(2, "sign", "portrait.png", *CREATED)
    assert "-o OUT" in shell.refused(2, "strip", "signed.png")
    assert "--in-place" in shell.refused(2, "sign", "portrait.png", "--sidecar", "--in-place", *CREATED)


# Keys and certificates


def material(shell: Shell, pki: Pki, *, chain: bytes | None = None, mode: int = 0o600) -> tuple[str, ...]:
    shell.write("key.pem", shell.keep_secret(pki.key_pem), mode)
    shell.write("chain.pem", chain or pki.chain_pem)
    return (*sign("portrait.png"), "--key", "key.pem", "--certs", "chain.pem")


def test_no_identity_yet(stranger: Shell) -> None:
    assert "credkit identity new" in stranger.refused(1, *sign("portrait.png"))


def test_unknown_identity(shell: Shell) -> None:
    shell = shell.inside
    sentence = shell.refused(1, *sign("portrait.png"), "--identity", "Nobody")
    assert "My Studio" in sentence


def test_wrong_passphrase(shell: Shell) -> None:
    wrong = "another-canary-Kx3"
    shell.secrets.append(wrong)
    assert "passphrase is wrong" in shell.refused(1, *sign("portrait.png"), CREDKIT_PASSPHRASE=wrong)


def test_no_passphrase_and_no_terminal(shell: Shell) -> None:
    assert "CREDKIT_PASSPHRASE" in shell.refused(1, *sign("portrait.png"), CREDKIT_PASSPHRASE=None)


def test_passphrase_by_file_descriptor(shell: Shell) -> None:
    if os.name != "posix":
        pytest.skip("descriptors are inherited on POSIX only")
    reader, writer = os.pipe()
    os.write(writer, f"{PASSPHRASE}\n".encode())
    os.close(writer)
    done = shell.run(*sign("portrait.png"), "--passphrase-fd", str(reader), pass_fds=(reader,), CREDKIT_PASSPHRASE=None)
    os.close(reader)
    assert done.code == 0
    assert "file descriptor 77" in shell.refused(1, *sign("portrait.png"), "--force", "--passphrase-fd", "77")


def test_missing_key(shell: Shell) -> None:
    shell.write("chain.pem", make_pki().chain_pem)
    sentence = shell.refused(1, *sign("portrait.png"), "--key", "missing.pem", "--certs", "chain.pem")
    assert "missing.pem" in sentence
    assert "--certs" in shell.refused(1, *sign("portrait.png"), "--key", "key.pem")


def test_encrypted_key_without_passphrase(shell: Shell) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

    pki = make_pki()
    line = material(shell, pki)
    encrypted = pki.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSPHRASE.encode()))
    shell.write("key.pem", encrypted, 0o600)
    assert "passphrase is needed" in shell.refused(1, *line, CREDKIT_PASSPHRASE=None)
    assert "passphrase is wrong" in shell.refused(1, *line, CREDKIT_PASSPHRASE="wrong")
    shell.ok(*line)


@pytest.mark.parametrize(
    "data", [b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"], ids=["empty", "text", "damaged"]
)
def test_damaged_key(shell: Shell, data: bytes) -> None:
    shell = shell.inside
    line = material(shell, make_pki())
    shell.write("key.pem", data, 0o600)
    assert "key.pem" in shell.refused(1, *line)


def test_key_that_others_may_read(shell: Shell) -> None:
    assert "chmod 600" in shell.refused(1, *material(shell, make_pki(), mode=0o644))


def test_key_and_certificate_do_not_match(shell: Shell) -> None:
    assert "does not belong" in shell.refused(1, *material(shell, make_pki(), chain=make_pki().chain_pem))


UNFIT: tuple[tuple[dict[str, Any], str], ...] = (
    ({"not_before": NOW - timedelta(days=30), "not_after": NOW - timedelta(days=1)}, "expired"),
    ({"not_before": NOW + timedelta(days=1), "not_after": NOW + timedelta(days=30)}, "not valid before"),
    ({"eku": None}, "purpose"),
    ({"usage": ("key_agreement",)}, "keyUsage"),
    ({"self_signed": True, "ca": True}, "self-signed authority"),
)


@pytest.mark.parametrize(("fault", "words"), UNFIT, ids=[words for _, words in UNFIT])
def test_unfit_certificates_are_refused_and_linted(shell: Shell, fault: dict[str, Any], words: str) -> None:
    assert words in shell.refused(1, *material(shell, make_pki(**fault)))
    lint = shell.inside.run("identity", "lint", "chain.pem")
    assert lint.code == 1
    assert words in lint.out
    assert "mend: " in lint.out


def test_misordered_chain(shell: Shell) -> None:
    from credkit.trust.pem import to_pem

    pki = make_pki(intermediate=True)
    line = material(shell, pki, chain=to_pem(tuple(reversed(pki.chain))))
    assert "wrong order" in shell.refused(1, *line)
    assert "order" in shell.run("identity", "lint", "chain.pem").out


def test_wrong_algorithm(shell: Shell) -> None:
    shell = shell.inside
    line = material(shell, make_pki())
    assert "es256" in shell.refused(1, *line, "--alg", "es256").lower()
    assert "--alg goes with --key" in shell.refused(1, *sign("portrait.png"), "--alg", "es256")


def test_lint_of_what_is_no_certificate(shell: Shell) -> None:
    shell = shell.inside
    shell.write("chain.pem", b"nothing")
    assert "chain.pem" in shell.refused(1, "identity", "lint", "chain.pem")
    assert "cannot be read" in shell.refused(1, "identity", "lint", "missing.pem")


# Statements


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ((), 1, "how the file began"),
        (("--created", "trainedAlgorithmicMedai"), 1, "trainedAlgorithmicMedia"),
        (("--created", "digitalCapture", "--edited", "humanEdits"), 1, "either created or edited"),
        (("--created", "digitalCapture", "--training-licence", "no licence"), 1, "TITLE:LICENCE"),
        (("--created", "digitalCapture", "--model", "@1=x"), 1, "NAME@VERSION=PATH"),
        (("--created", "digitalCapture", "--model", "Model@1=missing.safetensors"), 3, "missing.safetensors"),
        (("--created", "digitalCapture", "--prompt", "@missing.txt"), 3, "missing.txt"),
        (("--created", "digitalCapture", "--region", "1,2,3"), 1, "X,Y,WIDTH,HEIGHT"),
        (("--created", "digitalCapture", "--region", "auto"), 1, "parent"),
        (("--edited", "humanEdits", "--parent", "missing.png"), 3, "missing.png"),
        (("--created", "digitalCapture", "--parent", "signed.png"), 1, "opened, not created"),
        (("--created", "digitalCapture", "--licensor", ",https://example.com"), 1, "licensor"),
        (("--created", "digitalCapture", "--generator", "/1.0"), 1, "NAME/VERSION"),
        (("--created", "digitalCapture", "--trust-list", "missing.pem"), 3, "missing.pem"),
        (("--created", "digitalCapture", "--when", "yesterday"), 2, "yesterday"),
        (("--created", "digitalCapture", "--when", "2026-01-31T12:00:00"), 2, "offset"),
        (("--created", "digitalCapture", "--passphrase-fd", "x"), 2, "--passphrase-fd"),
    ],
    ids=lambda value: " ".join(value[-2:]) if isinstance(value, tuple) else "",
)
def test_statements_that_are_none(shell: Shell, line: tuple[str, ...], code: int, words: str) -> None:
    shell = shell.inside
    assert words in shell.refused(code, "sign", "portrait.png", "-o", "out.png", *line)


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "line 1"), ('{"assertions": 5}', "assertions"), ('{"titel": "x"}', "title"), ("[]", '"bad.json" should be a map')],
)
def test_bad_definitions(shell: Shell, text: str, words: str) -> None:
    shell = shell.inside
    shell.write("bad.json", text.encode())
    assert words in shell.refused(1, "sign", "portrait.png", "-o", "out.png", "--manifest", "bad.json")
    assert "missing.json" in shell.refused(1, "sign", "portrait.png", "-o", "out.png", "--manifest", "missing.json")


# Reading


def test_unusable_trust_list_gives_no_verdict(shell: Shell) -> None:
    shell = shell.inside
    shell.write("anchors.pem", b"nothing of the kind")
    assert "anchors.pem" in shell.refused(3, "verify", "signed.png", "--trust-list", "anchors.pem")
    assert "missing.pem" in shell.refused(3, "inspect", "signed.png", "--trust-list", "missing.pem")


def test_damaged_identity_gives_no_verdict_but_a_way_out(shell: Shell, tmp_path: Any) -> None:
    broken = Shell(shell.folder, tmp_path / "broken")
    (broken.configuration / "credkit" / "identities" / "half").mkdir(parents=True)
    assert "--no-own-trust" in broken.refused(3, "verify", "signed.png")
    assert broken.run("verify", "-q", "signed.png", "--no-own-trust").code == 0


def test_wrong_command_lines_never_look_like_a_verdict(shell: Shell) -> None:
    shell = shell.inside
    assert "--formta" in shell.refused(3, "verify", "signed.png", "--formta", "json")
    assert "FILE" in shell.refused(3, "verify")
    assert "COMMAND" in shell.refused(2)
    assert "invalid choice" in shell.refused(2, "inspect", "signed.png", "--format", "xml")
    assert "invalid choice" in shell.refused(2, "frobnicate")


def test_somebody_without_a_home_folder_can_verify_but_not_sign(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(_: object = None) -> Any:
        raise RuntimeError("no home")

    monkeypatch.setattr("pathlib.Path.home", homeless)
    inside = shell.inside
    assert "VALID, BUT NO TRUST LIST" in inside.ok("verify", "signed.png", XDG_CONFIG_HOME=None).out
    assert "no home folder" in inside.refused(1, *sign("portrait.png"), XDG_CONFIG_HOME=None)
