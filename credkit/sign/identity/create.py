"""Making an identity: whole on disk, or not at all, and never over another."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path

from credkit.configuration import make_private_folder, remove_leftovers, slug_of, sync_folder, temporary_name, write_private_file
from credkit.errors import CredentialError, OutputError
from credkit.sign.identity.issue import Issued, issue
from credkit.sign.identity.kept import Identity, default_slug, identities_directory, load_identity, write_default
from credkit.sign.identity.protect import encrypted_pem
from credkit.trust.algorithms import SignatureAlgorithm, algorithm_named
from credkit.trust.pem import to_pem

__all__ = ["DAYS", "create_identity"]

DAYS = 1826
"""Five years: without a time-stamp, what was signed stays valid no longer than the certificate."""
_LONGEST_NAME = 56
_LONGEST_ORGANIZATION = 64


def create_identity(
    name: str,
    directory: Path | None = None,
    *,
    passphrase: str,
    organization: str | None = None,
    days: int = DAYS,
    algorithm: str | SignatureAlgorithm = "ed25519",
) -> Identity:
    """Make an authority and a signing certificate for ``name`` and keep them, both keys encrypted with ``passphrase``.

    ``directory`` replaces the configuration folder. ``organization`` is what viewers show beside the name; without it the name stands
    there too. The first identity becomes the default. ``CredentialError`` for an unfit name, an empty passphrase or an identity of that
    name; ``OutputError`` when it cannot be written, and then nothing was.
    """
    name, organization = _checked(name, "name", _LONGEST_NAME), _checked(organization or name, "organization", _LONGEST_ORGANIZATION)
    if not passphrase:
        raise CredentialError("the passphrase is empty: choose one, since it is what protects the key on this disk")
    chosen = algorithm_named(algorithm) if isinstance(algorithm, str) else algorithm
    base, slug = identities_directory(directory), slug_of(name)
    _refuse_existing(base / slug, name)
    now = datetime.now(UTC).replace(microsecond=0)
    files = _files(name, organization, issue(name, organization, days, chosen, now), passphrase, now)
    try:
        _write_whole(base, base / slug, files, is_first=default_slug(directory) is None)
    except OSError as error:
        _refuse_existing(base / slug, name)
        raise OutputError(f"the identity cannot be written to {base}: {error.strerror or error}") from None
    return load_identity(slug, directory)


def _checked(text: str, what: str, longest: int) -> str:
    text = text.strip()
    if not text or len(text) > longest or not text.isprintable():
        raise CredentialError(f"the {what} of an identity has 1 to {longest} printable characters: choose another")
    return text


def _refuse_existing(folder: Path, name: str) -> None:
    if os.path.lexists(folder):
        raise CredentialError(f'there is already an identity in {folder}: choose another name than "{name}", or move that folder away')


def _files(name: str, organization: str, issued: Issued, passphrase: str, now: datetime) -> dict[str, bytes]:
    about = {"version": 1, "name": name, "organization": organization, "created": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return {
        "chain.pem": to_pem((issued.leaf,)),
        "root.pem": to_pem((issued.root,)),
        "key.pem": encrypted_pem(issued.key, passphrase),
        "root-key.pem": encrypted_pem(issued.root_key, passphrase),
        "identity.json": json.dumps(about, indent=2, ensure_ascii=False).encode("utf-8") + b"\n",
    }


def _write_whole(base: Path, folder: Path, files: dict[str, bytes], *, is_first: bool) -> None:
    """A folder beside the final one, on disk before it gets its name.

    The first one becomes the default before that, so that there is no moment, and no failure, between the identity and its being the
    default; a default that is not there counts as none.
    """
    make_private_folder(base)
    remove_leftovers(base, folders=True)
    temporary = base / temporary_name()
    temporary.mkdir(mode=0o700)
    try:
        for name, data in files.items():
            write_private_file(temporary / name, data)
        sync_folder(temporary)
        if os.path.lexists(folder):
            raise FileExistsError
        with _default(folder) if is_first else nullcontext():
            temporary.rename(folder)
        sync_folder(base)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


@contextmanager
def _default(folder: Path) -> Iterator[None]:
    """Point the default at ``folder``, which is to come; nowhere when it does not."""
    base = folder.parent.parent
    write_default(folder.name, base)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            (base / "default").unlink()
        raise
