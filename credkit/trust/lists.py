"""Trust lists: the authorities of one list, what they vouch for, and since when.

Clause: "C2PA trust lists" (anchor ``_c2pa_signers``): a list is tied to extended key usages, and each of its anchors may vouch only for
signatures made within a window of time. Where lists are kept, and how official ones are had, is decided elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError, TrustError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.anchor import Anchor
from credkit.trust.certificate import Certificate
from credkit.trust.pem import pem_blocks
from credkit.trust.profile import CLAIM_SIGNING, DEFAULT_PURPOSES, DOCUMENT_SIGNING, EMAIL_PROTECTION, TIME_STAMPING

if TYPE_CHECKING:
    from credkit.trust.lote import Lote

__all__ = [
    "TSA_PURPOSES",
    "Anchor",
    "CertificateSource",
    "TrustList",
    "is_json",
    "purpose_named",
    "purpose_words",
    "read_certificates",
    "read_file",
    "read_trust_list",
]

CertificateSource: TypeAlias = "str | os.PathLike[str] | bytes"
"""A path of a file, or its content: PEM with any number of certificates, one certificate in DER, or a list in the official JSON."""
_NAMELESS = "trust anchors"
TSA_PURPOSES = frozenset({TIME_STAMPING})
"""What lists of time-stamp authorities vouch for."""
_PURPOSES = {
    "claimSigning": CLAIM_SIGNING,
    "emailProtection": EMAIL_PROTECTION,
    "documentSigning": DOCUMENT_SIGNING,
    "timeStamping": TIME_STAMPING,
}


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
    issued: datetime | None = None
    """When the list says that it was made."""
    remarks: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """What the file holds and the list leaves out, a sentence each."""

    @classmethod
    def of(cls, *certificates: bytes, purposes: frozenset[str] = DEFAULT_PURPOSES, name: str = "") -> TrustList:
        """The list of these certificates (DER), each for all time."""
        return cls(anchors=tuple(Anchor(der=der) for der in dict.fromkeys(certificates)), purposes=purposes, name=name)


def read_trust_list(
    source: CertificateSource,
    *,
    purposes: frozenset[str] = DEFAULT_PURPOSES,
    label: str = _NAMELESS,
    limits: Limits = DEFAULT_LIMITS,
) -> TrustList:
    """The list in a file (or its bytes, which ``label`` names in errors); ``TrustError`` names the file and the place that cannot be used.

    ``purposes`` are those that the list is wanted for. A list that says itself what it is for (the official ones do) has those of them that
    it speaks for, and is refused where there is none: a list of time-stamp authorities never stands in for one of signers.
    """
    name, data = _opened(source, label, limits)
    short = "" if isinstance(source, bytes) else os.path.basename(source)
    if not is_json(data):
        return TrustList.of(*_certificates(name, data, limits), purposes=purposes, name=short)
    from credkit.trust.lote import parse_lote

    try:
        lote = parse_lote(data, limits)
    except MalformedError as error:
        raise TrustError(f"{name} cannot be used as a trust list: {error}") from None
    return TrustList(
        anchors=lote.anchors,
        purposes=_purposes(lote, purposes, name),
        name=short or lote.scheme_name,
        uri=lote.scheme.uri if lote.scheme else None,
        identifier=str(lote.sequence_number),
        issued=lote.issued,
        remarks=lote.remarks,
    )


def is_json(data: bytes) -> bool:
    """Whether ``data`` looks like JSON, the form of official lists."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _purposes(lote: Lote, wanted: frozenset[str], name: str) -> frozenset[str]:
    if lote.scheme is None:
        return wanted
    common = wanted & lote.scheme.purposes
    if not common:
        own = ", ".join(sorted(map(purpose_words, lote.scheme.purposes)))
        raise TrustError(f"{name} is the {lote.scheme_name}, which speaks for {own} alone: give it as a list for that")
    return common


def read_certificates(
    sources: Iterable[CertificateSource], *, label: str = _NAMELESS, limits: Limits = DEFAULT_LIMITS
) -> tuple[bytes, ...]:
    """The certificates (DER) of these files or bytes, PEM or DER, each once; ``TrustError`` as for ``read_trust_list``."""
    return tuple(dict.fromkeys(der for source in sources for der in _certificates(*_opened(source, label, limits), limits)))


def read_file(path: str | os.PathLike[str], limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The bytes of a file that may be a trust list; ``TrustError`` for one that cannot be read or is too large."""
    try:
        with open(path, "rb") as file:
            # One byte more than allowed, so that pipes and growing files are bounded as well.
            data = file.read(limits.trust_list_size + 1)
    except OSError as error:
        raise TrustError(f"{os.fspath(path)} cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise TrustError(f"{os.fspath(path)!r} cannot be read: the name holds a character that no file name can hold") from None
    if len(data) > limits.trust_list_size:
        raise TrustError(f"{os.fspath(path)} is too large for a list of certificates: {limits.trust_list_size >> 20} MiB are allowed")
    return data


def purpose_named(text: str) -> str:
    """The object identifier of an extended key usage that is named (``claimSigning``) or given dotted; ``TrustError`` for another text."""
    found = {name.lower(): oid for name, oid in _PURPOSES.items()}.get(text.strip().lower().removeprefix("c2pa-kp-"))
    if found is not None:
        return found
    if re.fullmatch(r"[0-2](\.(0|[1-9][0-9]{0,38})){1,31}", text):
        return text
    raise TrustError(f'"{text}" is no extended key usage: give {", ".join(_PURPOSES)}, or an object identifier such as 1.3.6.1.5.5.7.3.4')


def purpose_words(oid: str) -> str:
    """What to call an extended key usage towards people: its name, or the object identifier of one that has none here."""
    return next((name for name, known in _PURPOSES.items() if known == oid), oid)


def _opened(source: CertificateSource, label: str, limits: Limits) -> tuple[str, bytes]:
    """What to call a source in errors, and its bytes."""
    return (label, source) if isinstance(source, bytes) else (str(source), read_file(source, limits))


def _certificates(name: str, data: bytes, limits: Limits) -> list[bytes]:
    if data[:1] == b"\x30":
        return [_checked(data, f"{name} cannot be used", limits)]
    if is_json(data):
        raise TrustError(f"{name} is a list in JSON: single certificates are given in PEM or DER")
    if data.count(b"-----BEGIN ") > limits.trust_anchors:
        raise TrustError(f"{name} has more than {limits.trust_anchors:,} PEM blocks, the most that a trust list may have")
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
        certificates.append(_checked(der, problem, limits))
    return certificates


def _checked(der: bytes, problem: str, limits: Limits) -> bytes:
    try:
        return Certificate.parse(der, limits).der
    except MalformedError as error:
        raise TrustError(f"{problem}: {error}") from None
