"""Trust lists: the authorities of one list, what they vouch for, and since when.

Clause: "C2PA trust lists" (anchor ``_c2pa_signers``): a list is tied to extended key usages, and each of its anchors may vouch only for
signatures made within a window of time. Where lists are kept, and how official ones are had, is decided elsewhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from credkit.errors import MalformedError, TrustError
from credkit.trust.certificate import Certificate
from credkit.trust.pem import pem_blocks
from credkit.trust.profile import DEFAULT_PURPOSES, TIME_STAMPING

__all__ = ["TSA_PURPOSES", "Anchor", "CertificateSource", "TrustList", "read_certificates", "read_trust_list"]

CertificateSource: TypeAlias = "str | os.PathLike[str] | bytes"
"""A path of a file, or its content: PEM with any number of certificates, or one certificate in DER."""
TSA_PURPOSES = frozenset({TIME_STAMPING})
"""What lists of time-stamp authorities vouch for."""
_LARGEST_FILE = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A certificate of an authority, root or subordinate, and the time in which it vouches for signatures."""

    der: bytes = field(repr=False)
    not_before: datetime | None = None
    """It vouches for signatures made from then on; None: for all earlier ones too."""
    not_after: datetime | None = None
    """It vouches for signatures made up to then; None: without end."""

    def vouches_at(self, at: datetime) -> bool:
        """Whether ``at`` (aware) lies in the window."""
        return (self.not_before is None or self.not_before <= at) and (self.not_after is None or at <= self.not_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustList:
    """Anchors that belong together."""

    anchors: tuple[Anchor, ...] = field(repr=False)
    purposes: frozenset[str] = DEFAULT_PURPOSES
    """Extended key usages (dotted OIDs) of the certificates that the anchors vouch for."""
    name: str = ""
    """What to call the list towards people."""
    uri: str | None = None
    """Address by which validation results name the list; None for a list of the user's own."""
    identifier: str | None = None
    """Its edition (decimal LoTE sequence number)."""

    @classmethod
    def of(cls, *certificates: bytes, purposes: frozenset[str] = DEFAULT_PURPOSES, name: str = "") -> TrustList:
        """The list of these certificates (DER), each for all time."""
        return cls(anchors=tuple(Anchor(der=der) for der in dict.fromkeys(certificates)), purposes=purposes, name=name)


def read_trust_list(source: CertificateSource, *, purposes: frozenset[str] = DEFAULT_PURPOSES) -> TrustList:
    """The list in a file (or its bytes); ``TrustError`` names the file and the place that cannot be used."""
    name = "" if isinstance(source, bytes) else Path(source).name
    return TrustList.of(*read_certificates([source]), purposes=purposes, name=name)


def read_certificates(sources: Iterable[CertificateSource]) -> tuple[bytes, ...]:
    """The certificates (DER) of these files or bytes, each once; ``TrustError`` as for ``read_trust_list``."""
    return tuple(dict.fromkeys(der for source in sources for der in _certificates(source)))


def _certificates(source: CertificateSource) -> list[bytes]:
    name, data = ("trust anchors", source) if isinstance(source, bytes) else (str(source), _read(Path(source)))
    if data[:1] == b"\x30":
        return [_checked(data, f"{name} cannot be used")]
    try:
        blocks = pem_blocks(data)
    except MalformedError as error:
        raise TrustError(f"{name} cannot be read: {error}") from None
    found = [block for block in blocks if block.label in ("CERTIFICATE", "X509 CERTIFICATE")]
    if not found:
        inside = f"only {blocks[0].label} in line {blocks[0].line}" if blocks else "no PEM block"
        raise TrustError(f'{name} holds no certificate ({inside}): give a file with "-----BEGIN CERTIFICATE-----" blocks')
    certificates = []
    for number, block in enumerate(found, 1):
        problem = f"certificate {number} of {name} (line {block.line}) cannot be used"
        try:
            der = block.der
        except MalformedError as error:
            raise TrustError(f"{problem}: {error.message}") from None
        certificates.append(_checked(der, problem))
    return certificates


def _checked(der: bytes, problem: str) -> bytes:
    try:
        return Certificate.parse(der).der
    except MalformedError as error:
        raise TrustError(f"{problem}: {error}") from None


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise TrustError(f"{path} is too large for a list of certificates: {_LARGEST_FILE >> 20} MiB are allowed")
        return path.read_bytes()
    except OSError as error:
        raise TrustError(f"{path} cannot be read: {error.strerror or error}") from None
