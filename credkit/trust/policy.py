"""Whom the user trusts: anchors, certificates chosen one by one, the purposes that these are for, and anchors of time-stamp authorities.
Nothing is trusted that is not given here, and the two kinds of anchors never stand in for each other.

Clause: "C2PA signers" (anchor ``_c2pa_signers``) and "Private credential storage" (anchor ``_private_credential_storage``).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from credkit.errors import MalformedError, TrustError
from credkit.trust.certificate import Certificate
from credkit.trust.pem import pem_blocks
from credkit.trust.profile import DEFAULT_PURPOSES

__all__ = ["CertificateSource", "TrustPolicy"]

CertificateSource: TypeAlias = "str | os.PathLike[str] | bytes"
"""A path of a file, or its content: PEM with any number of certificates, or one certificate in DER."""
_LARGEST_FILE = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustPolicy:
    """Anchors and chosen certificates as DER; equal policies are equal values."""

    anchors: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificates of authorities, roots or subordinate ones, that may vouch for signers."""
    allowed: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificates of signers, each trusted for itself alone."""
    purposes: frozenset[str] = DEFAULT_PURPOSES
    """Extended key usages that the anchors vouch for."""
    tsa_anchors: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificates of authorities, roots or subordinate ones, that may vouch for time-stamp authorities and for nobody else."""

    @classmethod
    def none(cls) -> TrustPolicy:
        """Trust nobody: a sound signature is then valid, never trusted."""
        return cls()

    @classmethod
    def from_pem(
        cls,
        *anchors: CertificateSource,
        allowed: Iterable[CertificateSource] = (),
        purposes: frozenset[str] = DEFAULT_PURPOSES,
        tsa: Iterable[CertificateSource] = (),
    ) -> TrustPolicy:
        """The policy with the certificates of these files (or PEM bytes), ``tsa`` being the anchors of time-stamp authorities;
        ``TrustError`` names the file and the certificate that cannot be used.
        """
        return cls(anchors=_gather(anchors), allowed=_gather(allowed), purposes=purposes, tsa_anchors=_gather(tsa))

    def with_anchor(self, *anchors: CertificateSource) -> TrustPolicy:
        """The same policy with further anchors."""
        return replace(self, anchors=tuple(dict.fromkeys((*self.anchors, *_gather(anchors)))))

    def with_tsa_anchor(self, *anchors: CertificateSource) -> TrustPolicy:
        """The same policy with further anchors of time-stamp authorities."""
        return replace(self, tsa_anchors=tuple(dict.fromkeys((*self.tsa_anchors, *_gather(anchors)))))

    @property
    def is_configured(self) -> bool:
        """Whether any signer at all can be trusted."""
        return bool(self.anchors or self.allowed)


def _gather(sources: Iterable[CertificateSource]) -> tuple[bytes, ...]:
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
