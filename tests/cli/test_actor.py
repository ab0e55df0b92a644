"""Who is named besides the signer, on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import Shell
from tests.forge import pki

CREATED = ("--created", "digitalCapture", "--rights", "(c) 2026 My Studio")


@pytest.fixture
def actor(shell: Shell) -> pki.Pki:
    """Somebody with a key in PEM files: actor.key and actor.pem under actor-root.pem."""
    made = pki.make_pki("es256", intermediate=True, eku=(pki.DOCUMENT_SIGNING,), subject=pki.name("credkit test actor"))
    Path(shell.write("actor.key", made.key_pem)).chmod(0o600)
    shell.write("actor.pem", made.chain_pem)
    shell.write("actor-root.pem", made.root_pem)
    return made


def identities_in(shell: Shell, *options: str) -> tuple[str, list[dict[str, Any]]]:
    report = json.loads(shell.run("verify", "out.png", "--format", "json", *options).out)
    return report["state"], report["manifests"][-1]["identities"]


@pytest.mark.usefixtures("actor")
@pytest.mark.parametrize("order", ["deterministic", "declared"])
def test_a_key_in_files(shell: Shell, order: str) -> None:
    options = ("--actor-key", "actor.key", "--actor-certs", "actor.pem", "--actor-role", "cawg.creator", "--actor-order", order)
    done = shell.ok("sign", "portrait.png", "-o", "out.png", *CREATED, *options)
    assert "credkit test actor" in done.out
    state, (found,) = identities_in(shell)
    assert (state, found["standing"], found["name"], found["roles"]) == ("Trusted", "well-formed", "credkit test actor", ["cawg.creator"])
    state, (found,) = identities_in(shell, "--identity-list", "actor-root.pem")
    assert (state, found["standing"]) == ("Valid", "trusted")
    told = shell.run("verify", "out.png", "--identity-list", "actor-root.pem").out
    assert "named:" in told
    assert "verified, on your list for identities" in " ".join(told.split())


def test_a_kept_identity_vouches_for_its_own_name(shell: Shell) -> None:
    shell.ok("sign", "portrait.png", "-o", "out.png", *CREATED, "--actor", "My Studio")
    state, (found,) = identities_in(shell)
    assert (state, found["standing"], found["name"]) == ("Trusted", "trusted", "My Studio")
    assert identities_in(shell, "--no-own-trust")[1][0]["standing"] == "well-formed"


@pytest.mark.usefixtures("actor")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--actor-role", "cawg.creator"), "say who it is"),
        (("--actor-key", "actor.key"), "add --actor-certs"),
        (("--actor-certs", "actor.pem"), "add --actor-key"),
        (("--actor", "My Studio", "--actor-key", "actor.key"), "not both"),
        (("--actor", "My Stdio"), "My Studio"),
        (("--actor", "My Studio", "--actor-role", "creator"), "cawg.creator"),
    ],
)
def test_mistakes(shell: Shell, options: tuple[str, ...], words: str) -> None:
    assert words in shell.refused(1, "sign", "portrait.png", "-o", "out.png", *CREATED, *options)
