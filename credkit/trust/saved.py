"""Trust lists that the user keeps: as they came, with a description, checked each time they are read.

::

    <configuration folder>/trust/      mode 0700
        <slug>.json                    description (``schemas/saved-list.schema.json``); mode 0600
        <slug>.<SHA-256>.list          the bytes as they came

A description is replaced in one step and names the bytes by their hash, so that a list is the old one or the new one, never half of each.
Where lists come from is decided in ``origins``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from credkit.codec.fields import Fields
from credkit.configuration import (
    configuration_directory,
    make_private_folder,
    replace_private_file,
    slug_of,
    sync_folder,
)
from credkit.dataclass import dataclass, field, replace
from credkit.errors import CredentialError, MalformedError, OutputError, TrustError
from credkit.trust.lists import TSA_PURPOSES, TrustList, read_certificates, read_file, read_trust_list
from credkit.trust.policy import IDENTITY_PURPOSES, TrustPolicy
from credkit.trust.profile import DEFAULT_PURPOSES

__all__ = [
    "DEFAULT_PURPOSES_OF",
    "KINDS",
    "Kind",
    "SavedList",
    "checked_did",
    "describe_list",
    "list_saved",
    "load_saved",
    "remove_saved",
    "save_list",
    "saved_policy",
    "trust_directory",
]

Kind = Literal["signers", "tsa", "identities", "allowed", "identity-issuer"]
"""Authorities of signers, of time-stamps, of identity assertions; single certificates; one identity claims aggregator (a DID)."""
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT_PURPOSES_OF: dict[Kind, frozenset[str]] = {
    "signers": DEFAULT_PURPOSES,
    "tsa": TSA_PURPOSES,
    "identities": IDENTITY_PURPOSES,
    "allowed": frozenset(),
    "identity-issuer": frozenset(),
}
"""Extended key usages (dotted OIDs) of a list that does not say its own."""
_DID = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]+")
_VERSION = 1
_LONGEST_NAME = 80
_LARGEST_DESCRIPTION = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedList:
    """One list; that it can be used was checked when it was made."""

    name: str
    """As the user calls it."""
    kind: Kind
    purposes: tuple[str, ...]
    """Extended key usages (dotted OIDs, sorted) that it vouches for; empty for single certificates and aggregators."""
    origin: str
    """Where it is had from anew: an https address, an absolute path, or a DID, which stands for itself."""
    fetched: datetime
    """When it was had from there (UTC)."""
    sha256: str
    """Of ``data``, in hexadecimal digits."""
    edition: str | None = None
    """Decimal LoTE sequence number, for a list in the official form."""
    issued: datetime | None = None
    """When the list says that it was made, likewise."""
    uri: str | None = None
    """Address by which validation results name it, for the lists of C2PA."""
    data: bytes = field(repr=False)

    @property
    def slug(self) -> str:
        """Name of its files."""
        return slug_of(self.name, "list")

    @property
    def _label(self) -> str:
        return f'the kept trust list "{self.name}"'

    @property
    def anchors(self) -> TrustList:
        """The list itself, empty for kinds that have no authorities; ``TrustError`` where the bytes cannot be used."""
        if self.kind in ("allowed", "identity-issuer"):
            return TrustList(anchors=(), purposes=frozenset(), name=self.name)
        return replace(read_trust_list(self.data, purposes=frozenset(self.purposes), label=self._label), name=self.name)

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """All certificates (DER), each once: of authorities, or the single ones."""
        if self.kind == "allowed":
            return read_certificates([self.data], label=self._label)
        return tuple(dict.fromkeys(anchor.der for anchor in self.anchors.anchors))

    def policy(self) -> TrustPolicy:
        """What trusting this list means."""
        match self.kind:
            case "signers":
                return TrustPolicy(signers=(self.anchors,))
            case "tsa":
                return TrustPolicy(time_stamps=(self.anchors,))
            case "identities":
                return TrustPolicy(identities=(self.anchors,))
            case "allowed":
                return TrustPolicy(allowed=self.certificates)
            case "identity-issuer":
                return TrustPolicy(identity_issuers=(self.origin,))

    def describe(self) -> dict[str, Any]:
        """The description that is kept; times are RFC 3339 in UTC."""
        return {
            "version": _VERSION,
            "name": self.name,
            "kind": self.kind,
            "purposes": list(self.purposes),
            "origin": self.origin,
            "fetched": _rfc3339(self.fetched),
            "sha256": self.sha256,
            "edition": self.edition,
            "issued": _rfc3339(self.issued) if self.issued else None,
            "uri": self.uri,
        }


def describe_list(
    name: str, data: bytes, *, kind: Kind | None, origin: str, fetched: datetime, purposes: frozenset[str] | None = None
) -> SavedList:
    """The list in ``data``, checked and not kept yet; ``TrustError`` for bytes or a name that cannot be used.

    ``kind`` None leaves it to a list that says itself what it is for; ``purposes`` None means those that go with the kind.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise TrustError(f"the name of a trust list has 1 to {_LONGEST_NAME} printable characters: choose another")
    known: frozenset[str] = frozenset()
    found = TrustList(anchors=(), purposes=known)
    if kind == "identity-issuer":
        checked_did(origin)
    elif kind == "allowed":
        read_certificates([data], label=origin)
    else:
        known = TSA_PURPOSES | DEFAULT_PURPOSES if kind is None else DEFAULT_PURPOSES_OF[kind]
        found = read_trust_list(data, purposes=purposes or known, label=origin)
    if purposes and not known:
        raise TrustError("purposes go with lists of authorities; a single certificate or an aggregator is trusted for itself")
    return SavedList(
        name=name,
        kind=kind or _kind_of(found, origin),
        purposes=tuple(sorted(found.purposes)),
        origin=origin,
        fetched=fetched.astimezone(UTC).replace(microsecond=0),
        sha256=sha256(data).hexdigest(),
        edition=found.identifier,
        issued=found.issued,
        uri=found.uri,
        data=data,
    )


def _kind_of(found: TrustList, origin: str) -> Kind:
    if found.uri is None:
        raise TrustError(f"{origin} does not say what it is for: choose its kind, which is one of {', '.join(KINDS[:4])}")
    return "tsa" if found.purposes == TSA_PURPOSES else "signers"


def checked_did(text: str) -> str:
    """``text``, if it is a DID such as ``did:web:example.com``; ``TrustError`` if not."""
    if len(text) > 2048 or not _DID.fullmatch(text):
        raise TrustError(f'"{text[:80]}" is no DID such as did:web:example.com')
    return text


def trust_directory(directory: Path | None = None) -> Path:
    """Where lists are kept; ``directory`` replaces the configuration folder. ``CredentialError`` for a user without a home folder."""
    return (directory or configuration_directory()) / "trust"


def list_saved(directory: Path | None = None) -> tuple[SavedList, ...]:
    """All lists by file name; ``TrustError`` for one that cannot be read or was changed."""
    try:
        base = trust_directory(directory)
    except CredentialError:
        # Somebody without a home folder, as in a container, keeps no lists and can verify all the same.
        return ()
    try:
        names = sorted(entry.name for entry in base.iterdir() if entry.suffix == ".json")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise TrustError(f"the folder {base} cannot be read: {error.strerror or error}") from None
    return tuple(_load(base / name) for name in names)


def load_saved(name: str, directory: Path | None = None) -> SavedList:
    """The list of that name; ``TrustError`` when there is none."""
    path = _path(name, directory)
    if path.is_file():
        return _load(path)
    known = ", ".join(f'"{item.name}"' for item in list_saved(directory)) or "none yet"
    raise TrustError(f'no trust list "{name}" is kept; there are: {known}')


def save_list(item: SavedList, directory: Path | None = None, *, replacing: bool = False) -> None:
    """Keep a list. ``OutputError`` where one of that name is there (unless ``replacing`` it) or it cannot be written, and none changed."""
    path = _path(item.name, directory)
    if not replacing and path.exists():
        raise OutputError(f'a trust list "{item.name}" is kept already: remove it first, or choose another name')
    data = path.with_name(_data_name(item.slug, item.sha256))
    is_new = not data.exists()
    try:
        make_private_folder(path.parent)
        replace_private_file(data, item.data)
        replace_private_file(path, json.dumps(item.describe(), indent=2, ensure_ascii=False).encode("utf-8") + b"\n")
    except OSError as error:
        if is_new:
            with suppress(OSError):
                data.unlink()
        raise OutputError(f"the trust list cannot be written to {path.parent}: {error.strerror or error}") from None
    _sweep(path.parent, item.slug, keep=data.name)


def remove_saved(name: str, directory: Path | None = None) -> None:
    """Keep a list no longer, also one that is damaged; ``TrustError`` when there is none of that name, ``OutputError``."""
    path = _path(name, directory)
    if not path.is_file():
        load_saved(name, directory)
    try:
        path.unlink()
    except OSError as error:
        raise OutputError(f"{path} cannot be removed: {error.strerror or error}") from None
    _sweep(path.parent, path.stem, keep=None)


def saved_policy(items: Iterable[SavedList]) -> TrustPolicy:
    """The policy that trusts all of these lists."""
    policy = TrustPolicy.none()
    for item in items:
        policy = policy.joined(item.policy())
    return policy


def _path(name: str, directory: Path | None) -> Path:
    return trust_directory(directory) / f"{slug_of(name, 'list')}.json"


def _data_name(slug: str, digest: str) -> str:
    return f"{slug}.{digest}.list"


def _sweep(folder: Path, slug: str, *, keep: str | None) -> None:
    """Take away the bytes of a list that are no longer its own; what cannot be taken away does no harm."""
    with suppress(OSError):
        for old in folder.glob(f"{slug}.*.list"):
            if old.name != keep:
                old.unlink()
        sync_folder(folder)


def _load(path: Path) -> SavedList:
    """The list of a description; read once more when its bytes are gone, since another process may just have replaced both."""
    found = _described(path)
    data_path = path.with_name(_data_name(path.stem, found.sha256))
    if not data_path.exists():
        found = _described(path)
        data_path = path.with_name(_data_name(path.stem, found.sha256))
    data = read_file(data_path)
    if sha256(data).hexdigest() != found.sha256:
        raise _damaged(path, f"{data_path.name} was changed since it was fetched")
    return replace(found, data=data)


def _described(path: Path) -> SavedList:
    data = read_file(path)
    if len(data) > _LARGEST_DESCRIPTION:
        raise _damaged(path, "it is too large")
    try:
        return _parsed(Fields(json.loads(data), path=path.name, code="general.error"))
    except MalformedError as error:
        raise _damaged(path, str(error)) from None
    except (ValueError, RecursionError):
        raise _damaged(path, "it is not valid JSON") from None


def _parsed(fields: Fields) -> SavedList:
    if fields.need_integer("version") != _VERSION:
        raise fields.error("version", f"should be {_VERSION}: the list was kept by another version of credkit")
    kind, digest, purposes = fields.need_text("kind"), fields.need_text("sha256"), fields.need_list("purposes")
    if kind not in KINDS:
        raise fields.error("kind", f"should be one of {', '.join(KINDS)}")
    if not re.fullmatch("[0-9a-f]{64}", digest):
        raise fields.error("sha256", "should be 64 hexadecimal digits")
    if not all(isinstance(purpose, str) for purpose in purposes):
        raise fields.error("purposes", "should be texts")
    edition = fields.text("edition")
    if edition is not None and not re.fullmatch("[0-9]{1,40}", edition):
        raise fields.error("edition", "should be a number in decimal digits")
    fetched = _time(fields, "fetched")
    if fetched is None:
        raise fields.error("fetched", "is missing")
    return SavedList(
        name=fields.need_text("name"),
        kind=kind,
        purposes=tuple(purposes),
        origin=fields.need_text("origin"),
        fetched=fetched,
        sha256=digest,
        edition=edition,
        issued=_time(fields, "issued"),
        uri=fields.text("uri"),
        data=b"",
    )


def _time(fields: Fields, key: str) -> datetime | None:
    text = fields.text(key)
    try:
        found = datetime.fromisoformat(text) if text is not None else None
    except ValueError:
        found = None
    if text is not None and (found is None or found.tzinfo is None):
        raise fields.error(key, "should be a time such as 2026-01-31T12:00:00Z")
    return found


def _damaged(path: Path, why: str) -> TrustError:
    return TrustError(f'the kept trust list {path} is damaged ({why}): remove it with "credkit trust remove {path.stem}" and add it again')


def _rfc3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
