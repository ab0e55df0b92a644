"""A folder with canary keys, whole and spoiled, and with pictures; commands run in it, and all that they say and leave is searched."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import credkit
from credkit.sign.identity import protect
from credkit.trust.pem import to_pem
from tests.forge import pki
from tests.forge.generated import sample
from tests.forge.pictures import picture
from tests.secrets.canary import PASSPHRASE, canary_key, files_below, searched

__all__ = ["BASE64_OF_DER", "KEY_PEM", "Ran", "Scene", "chain_pem"]

KEY_PEM = pki.private_pem(canary_key())
BASE64_OF_DER = base64.b64encode(canary_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())).decode()
ROUNDS = 1_000
"""Of PBKDF2, so that a test takes no half second for each key; that real keys get 600,000 is tested beside ``protect``."""


def chain_pem() -> bytes:
    """Certificates of the canary key."""
    middle = pki.default_pki().intermediate
    assert middle is not None
    return to_pem((pki.make_leaf(middle, canary_key()), middle.der))


@dataclass(frozen=True)
class Ran:
    """What a command said."""

    code: int
    out: str
    err: str
    log: str


@dataclass(frozen=True)
class Scene:
    """The folder; ``inputs`` are the files in which the secrets are on purpose."""

    folder: Path
    inputs: tuple[Path, ...]

    @classmethod
    def laid_out(cls, folder: Path) -> Scene:
        """A new folder."""
        inputs = []
        for name, (data, mode) in _keys().items():
            (folder / name).write_bytes(data)
            (folder / name).chmod(mode)
            inputs.append(folder / name)
        (folder / "chain.pem").write_bytes(chain_pem())
        (folder / "other-chain.pem").write_bytes(pki.default_pki().chain_pem)
        for name in ("a.png", "b.jpg"):
            (folder / name).write_bytes(picture(name[2:], 48, 32))
        (folder / "generated.png").write_bytes(sample("a1111", "png").data)
        (folder / "set").mkdir()
        (folder / "set" / "one.png").write_bytes(picture("png", 48, 32))
        signer = credkit.Signer.from_pem(chain_pem(), KEY_PEM)
        said = credkit.Statements(created="digitalCreation", creator=("My Studio",))
        credkit.sign_file(folder / "b.jpg", folder / "signed.jpg", said, signer=signer, mirrors=False)
        return cls(folder, tuple(inputs))

    def run(self, *line: str, **variables: str | None) -> Ran:
        """One command line with ``--debug`` in this process, with every log at its finest; nothing that it leaves may show a secret."""
        from credkit.cli import main

        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        log = io.StringIO()
        with (
            self._at_home(variables),
            mock.patch.object(protect, "ITERATIONS", ROUNDS),
            _logged(log),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main(["--debug", *line])
        ran = Ran(code, _text(out), _text(err), log.getvalue())
        self.search(ran)
        return ran

    def search(self, ran: Ran) -> None:
        """Search what a command said and every file in the folder but the inputs, names of files included."""
        for name, text in (("standard output", ran.out), ("standard error", ran.err), ("a log", ran.log)):
            searched(text.encode(), name)
        for path in files_below(self.folder, but=self.inputs):
            searched(os.fsencode(path.name), "the name of a file")
            searched(path.read_bytes(), path.name)

    @contextlib.contextmanager
    def _at_home(self, variables: dict[str, str | None]) -> Iterator[None]:
        places = {name: str(self.folder / "home") for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "TMPDIR")}
        (self.folder / "home").mkdir(exist_ok=True)
        given = {"CREDKIT_PASSPHRASE": PASSPHRASE, **places, **variables}
        here = os.getcwd()
        os.chdir(self.folder)
        try:
            with mock.patch.dict(os.environ, {name: value for name, value in given.items() if value is not None}):
                for name in (name for name, value in given.items() if value is None):
                    os.environ.pop(name, None)
                yield
        finally:
            os.chdir(here)


def _keys() -> dict[str, tuple[bytes, int]]:
    with mock.patch.object(protect, "ITERATIONS", ROUNDS):
        locked = protect.encrypted_pem(canary_key(), PASSPHRASE)
        other = protect.encrypted_pem(canary_key(), "another passphrase")
    lines = KEY_PEM.splitlines(keepends=True)
    der = canary_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    openssh = canary_key().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return {
        "key.pem": (KEY_PEM, 0o600),
        "locked.pem": (locked, 0o600),
        "other-locked.pem": (other, 0o600),
        "readable.pem": (KEY_PEM, 0o640),
        "cut.pem": (b"".join(lines[:-1]), 0o600),
        "spoiled.pem": (KEY_PEM.replace(b"MC4C", b"MC4D", 1), 0o600),
        "no-base64.pem": (lines[0] + lines[1][:40] + b"!" + lines[1][40:] + lines[2], 0o600),
        "mislabelled.pem": (KEY_PEM.replace(b"PRIVATE KEY", b"RSA PRIVATE KEY"), 0o600),
        "certificate.pem": (KEY_PEM.replace(b"PRIVATE KEY", b"CERTIFICATE"), 0o600),
        "damaged-lock.pem": (locked.replace(b"MI", b"MJ", 1), 0o600),
        "key.der": (der, 0o600),
        "openssh.pem": (openssh, 0o600),
        "both.pem": (chain_pem() + KEY_PEM, 0o600),
        "base64.txt": (BASE64_OF_DER.encode(), 0o600),
        "passphrase.txt": (PASSPHRASE.encode() + b"\n", 0o600),
        "open-passphrase.txt": (PASSPHRASE.encode() + b"\n", 0o644),
        "inline.json": (_definition(KEY_PEM.decode()), 0o600),
        "inline-base64.json": (_definition(BASE64_OF_DER), 0o600),
        "broken.json": (_definition(KEY_PEM.decode())[:-3], 0o600),
        "nested.json": (_definition({"pem": KEY_PEM.decode(), "passphrase": PASSPHRASE}), 0o600),
        "export.toml": (f'passphrase = "{PASSPHRASE}"\n'.encode(), 0o600),
        "broken.toml": (f'passphrase = "{PASSPHRASE}\nkey = "x"\n'.encode(), 0o600),
    }


def _definition(key: object) -> bytes:
    import json

    return json.dumps({"private_key": key, "sign_cert": "chain.pem", "assertions": []}).encode()


@contextlib.contextmanager
def _logged(stream: io.StringIO) -> Iterator[None]:
    root, handler = logging.getLogger(), logging.StreamHandler(stream)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8", "replace")
