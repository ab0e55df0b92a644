"""Identities on disk: where they are, which is the default, and reading them back.

::

    <configuration folder>/            $XDG_CONFIG_HOME/credkit, ~/.config/credkit or %APPDATA%/credkit; mode 0700
        default                        name of the folder of the default identity
        identities/<slug>/             mode 0700
            chain.pem  root.pem        certificates
            key.pem    root-key.pem    private keys, encrypted; mode 0600
            identity.json              what it is called
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.configuration import configuration_directory, replace_private_file, slug_of
from credkit.dataclass import dataclass, field
from credkit.errors import CredentialError
from credkit.trust.certificate import Certificate

if TYPE_CHECKING:
    from credkit.sign.backends import Passphrase
    from credkit.sign.signer import Signer

__all__ = [
    "Identity",
    "default_slug",
    "identities_directory",
    "identity_anchors",
    "list_identities",
    "load_identity",
    "set_default_identity",
    "write_default",
]

_LARGEST_JSON = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One identity; the keys stay on disk until ``signer`` is called."""

    name: str
    """As its owner wrote it."""
    slug: str
    """Name of its folder."""
    directory: Path
    certificate: Certificate = field(repr=False)
    """The signing certificate."""
    root: bytes = field(repr=False)
    """Its authority, DER: the anchor with which others can trust it."""
    is_default: bool

    def signer(self, passphrase: Passphrase = None) -> Signer:
        """The signer of this identity; ``CredentialError`` for a wrong passphrase."""
        from credkit.sign.signer import Signer

        return Signer.from_pem(self.directory / "chain.pem", self.directory / "key.pem", passphrase=passphrase)

    def describe(self) -> dict[str, str | bool]:
        """What there is to show: name, certificate, period, fingerprint, place. Times are RFC 3339 in UTC."""
        return {
            "name": self.name,
            "default": self.is_default,
            "subject": self.certificate.subject,
            "issuer": self.certificate.issuer,
            "serial_number": self.certificate.serial_number,
            "not_before": _rfc3339(self.certificate.not_before),
            "not_after": _rfc3339(self.certificate.not_after),
            "fingerprint": sha256(self.certificate.der).hexdigest(),
            "directory": str(self.directory),
        }


def identities_directory(directory: Path | None) -> Path:
    """Where the folders of the identities are; ``directory`` replaces the configuration folder."""
    return (directory or configuration_directory()) / "identities"


def default_slug(directory: Path | None) -> str | None:
    """The folder name of the default identity; None when none is set, or the one that was set is gone."""
    try:
        slug = (identities_directory(directory).parent / "default").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return slug if re.fullmatch(r"[a-z0-9-]{1,64}", slug) and (identities_directory(directory) / slug).is_dir() else None


def list_identities(directory: Path | None = None) -> tuple[Identity, ...]:
    """All identities by folder name; ``CredentialError`` for one that cannot be read."""
    try:
        base = identities_directory(directory)
    except CredentialError:
        # Somebody without a home folder, as in a container, has no identities and can verify all the same.
        return ()
    try:
        slugs = sorted(entry.name for entry in base.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise CredentialError(f"the folder {base} cannot be read: {error.strerror or error}") from None
    return tuple(_load(slug, directory) for slug in slugs)


def load_identity(name: str | None = None, directory: Path | None = None) -> Identity:
    """The identity of that name (or folder name), without a name the default; ``CredentialError`` when there is none."""
    slug = default_slug(directory) if name is None else slug_of(name)
    if slug is not None and (identities_directory(directory) / slug).is_dir():
        return _load(slug, directory)
    known = [identity.name for identity in list_identities(directory)]
    if not known:
        raise CredentialError('there is no identity yet: make one with "credkit identity new"')
    what = "no default identity is set" if name is None else f'there is no identity "{name}"'
    raise CredentialError(f"{what}: choose one of {', '.join(known)}")


def set_default_identity(name: str, directory: Path | None = None) -> Identity:
    """Make an identity the default one, and return it."""
    slug = load_identity(name, directory).slug
    write_default(slug, directory)
    return _load(slug, directory)


def write_default(slug: str, directory: Path | None) -> None:
    """Point the default at a folder, in one step."""
    base = identities_directory(directory).parent
    try:
        replace_private_file(base / "default", f"{slug}\n".encode("ascii"))
    except OSError as error:
        raise CredentialError(f"the default identity cannot be set in {base}: {error.strerror or error}") from None


def identity_anchors(directory: Path | None = None) -> tuple[bytes, ...]:
    """The authorities of the user's own identities, DER: anchors for this user, who made them, and for nobody else."""
    return tuple(identity.root for identity in list_identities(directory))


def _load(slug: str, directory: Path | None) -> Identity:
    from credkit.sign.backends.file import load_certificates
    from credkit.sign.chain import read_chain

    folder = identities_directory(directory) / slug
    return Identity(
        name=_name(folder),
        slug=slug,
        directory=folder,
        certificate=read_chain(load_certificates(folder / "chain.pem"))[0],
        root=load_certificates(folder / "root.pem")[0],
        is_default=default_slug(directory) == slug,
    )


def _name(folder: Path) -> str:
    path = folder / "identity.json"
    try:
        if path.stat().st_size > _LARGEST_JSON:
            raise ValueError
        name = json.loads(path.read_bytes())["name"]
    except OSError as error:
        raise CredentialError(f"the identity in {folder} is incomplete: identity.json cannot be read ({error.strerror or error})") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        name = None
    if not isinstance(name, str):
        raise CredentialError(f"the identity in {folder} is damaged: {path.name} does not say its name")
    return name


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
