"""What holds a key can be printed, logged, compared and copied without giving it away."""

from __future__ import annotations

import copy
import io
import json
import logging
import os
import pickle
import pprint
import traceback
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import credkit
from credkit.cli.terminal import without_keys
from credkit.errors import CredentialError, DefinitionError
from credkit.sign.backends.file import is_key_text, load_pem
from credkit.sign.definition import definition_signer
from credkit.sign.identity import create_identity, issue, protect
from tests.forge import pki
from tests.forge.pictures import picture
from tests.secrets.canary import PASSPHRASE, canary_key, files_below, searched
from tests.secrets.scene import BASE64_OF_DER, KEY_PEM, ROUNDS, chain_pem

PEM = KEY_PEM.decode()


def locked() -> bytes:
    with mock.patch.object(protect, "ITERATIONS", ROUNDS):
        return protect.encrypted_pem(canary_key(), PASSPHRASE)


def _identity(folder: Path) -> Any:
    with mock.patch.object(protect, "ITERATIONS", ROUNDS), mock.patch.object(issue, "_new_key", return_value=canary_key()):
        return create_identity("My Studio", folder, passphrase=PASSPHRASE)


HOLDERS = {
    "signer": lambda folder: credkit.Signer.from_pem(chain_pem(), KEY_PEM),
    "signer of a locked key": lambda folder: credkit.Signer.from_pem(chain_pem(), locked(), passphrase=PASSPHRASE),
    "signing key": lambda folder: load_pem(chain_pem(), KEY_PEM),
    "actor": lambda folder: credkit.NamedActor(signer=credkit.Signer.from_pem(chain_pem(), KEY_PEM)),
    "exporter": lambda folder: credkit.Exporter(signer=credkit.Signer.from_pem(chain_pem(), locked(), passphrase=PASSPHRASE)),
    "builder": lambda folder: credkit.Builder(),
    "identity": _identity,
    "issued": lambda folder: issue.Issued(root=b"", leaf=b"", root_key=canary_key(), key=canary_key()),
}


@pytest.mark.parametrize("name", HOLDERS)
def test_no_way_to_show_it_shows_the_key(name: str, tmp_path: Path) -> None:
    holder = HOLDERS[name](tmp_path)
    shown = [repr(holder), str(holder), f"{holder}", pprint.pformat(holder), json.dumps({"it": holder}, default=repr), repr([holder])]
    shown += [repr(getattr(holder, attribute, None)) for attribute in dir(holder)]
    log = io.StringIO()
    logger = logging.getLogger("tests.secrets")
    handler = logging.StreamHandler(log)
    logger.addHandler(handler)
    try:
        logger.error("%r %s", holder, holder, extra={"holder": holder})
        try:
            raise RuntimeError(holder)
        except RuntimeError:
            logger.exception("a fault")
            shown.append(traceback.format_exc())
    finally:
        logger.removeHandler(handler)
    searched("\n".join([*shown, log.getvalue()]).encode(), name)


@pytest.mark.parametrize("name", HOLDERS)
@pytest.mark.parametrize("make", [pickle.dumps, copy.copy, copy.deepcopy], ids=["pickle", "copy", "deepcopy"])
def test_a_copy_does_not_carry_the_key_away(name: str, make: Any, tmp_path: Path) -> None:
    holder = HOLDERS[name](tmp_path)
    try:
        made = make(holder)
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        searched(str(error).encode(), name)
        return
    searched(made if isinstance(made, bytes) else repr(made).encode(), name)


def test_an_identity_on_the_disk_is_locked(tmp_path: Path) -> None:
    identity = _identity(tmp_path)
    for path in files_below(tmp_path):
        searched(path.read_bytes(), path.name)
        assert not path.stat().st_mode & 0o077 or os.name != "posix", path
    assert not identity.directory.stat().st_mode & 0o077 or os.name != "posix"


PLACES = {
    "key": lambda given: credkit.Signer.from_pem(chain_pem(), given),
    "chain": lambda given: credkit.Signer.from_pem(given, KEY_PEM),
    "address": lambda given: credkit.Signer.from_uri(f"file:{given}?certificates=chain.pem"),
    "definition": lambda given: definition_signer({"private_key": given, "sign_cert": "chain.pem"}),
}
TEXTS = {"PEM": PEM, "PEM with spaces": PEM.replace("\n", " "), "base64": BASE64_OF_DER, "long": PEM * 200}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("place", PLACES)
def test_a_key_in_the_place_of_a_name_is_not_repeated(text: str, place: str) -> None:
    with pytest.raises((CredentialError, DefinitionError)) as caught:
        PLACES[place](TEXTS[text])
    searched("".join(traceback.format_exception_only(caught.value)).encode(), place)
    assert "file" in str(caught.value)


def test_other_names_are_repeated() -> None:
    for name in ("nothing.pem", "/srv/keys/studio/production/signing/current/key.pem", "M", "C:\\keys\\key.pem"):
        assert not is_key_text(name)
        with pytest.raises(CredentialError, match="cannot be read"):
            credkit.Signer.from_pem(chain_pem(), name)
    with pytest.raises(CredentialError, match="null"):
        credkit.Signer.from_pem(chain_pem(), "a\0b")


def test_a_wrong_passphrase_is_not_repeated() -> None:
    for wrong in (PASSPHRASE, PASSPHRASE.encode()):
        with mock.patch.object(protect, "ITERATIONS", ROUNDS):
            other = protect.encrypted_pem(canary_key(), "another")
        with pytest.raises(CredentialError) as caught:
            credkit.Signer.from_pem(chain_pem(), other, passphrase=wrong)
        searched("".join(traceback.format_exception(caught.value)).encode(), "the traceback")


def test_keys_in_texts_of_others_are_cut_out() -> None:
    for text in (PEM, f"before {PEM} after", PEM[:-20], PEM.replace("\n", " ")):
        searched(without_keys(text).encode(), "the text")
    assert without_keys(f"before {PEM.strip()} after") == "before (a private key) after"
    certificate = pki.default_pki().chain_pem.decode()
    assert without_keys(certificate) == certificate


def test_a_signed_file_holds_no_part_of_the_key(tmp_path: Path) -> None:
    signer = credkit.Signer.from_pem(chain_pem(), locked(), passphrase=PASSPHRASE)
    out = tmp_path / "out.png"
    result = credkit.sign_file(
        picture("png"), out, credkit.Statements(created="digitalCreation"), signer=signer, actors=(credkit.NamedActor(signer=signer),)
    )
    searched(out.read_bytes(), "the file")
    searched(repr(result).encode(), "the result")
    searched(repr(credkit.verify_file(out)).encode(), "the report")


def test_no_module_starts_another_program() -> None:
    """Another program would inherit the environment, with the passphrase in it."""
    import ast

    root = Path(credkit.__file__).parent
    for path in root.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"subprocess", "pty"} & {name.partition(".")[0] for name in names}, path
            if path.relative_to(root).as_posix() != "api/workers.py":
                # Its processes are this same program.
                assert "multiprocessing" not in {name.partition(".")[0] for name in names}, path
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
                assert not node.attr.startswith(("system", "popen", "exec", "spawn", "posix_spawn", "fork")), path
