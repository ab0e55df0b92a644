"""One X.509 certificate as values (RFC 5280, 4.1): names, period, key, extensions. Nothing is judged here; see ``profile`` and ``path``.

Read leniently where only people look (names) and strictly where a decision hangs on it (structure, period, the extensions of the profile).
Names are the text of strangers and come back as they are: whoever shows them escapes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.der import Element, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

__all__ = ["OID", "AlgorithmIdentifier", "Certificate", "Extension"]

T = TypeVar("T")
_CODE = "signingCredential.invalid"
_WHERE = "certificate"
_MOST_ATTRIBUTES = 100
"""Attributes of a name that are read; real names have below 20."""
_MOST_EXTENSIONS = 48
"""Real certificates have below 20, and a file can bring 16,000 certificates."""
_UNIQUE_IDENTIFIERS = frozenset({0x81, 0xA1, 0x82, 0xA2})


class OID:
    """Object identifiers of the extensions that are read (RFC 5280, 4.2)."""

    KEY_USAGE = "2.5.29.15"
    BASIC_CONSTRAINTS = "2.5.29.19"
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35"
    EXTENDED_KEY_USAGE = "2.5.29.37"
    EMAIL = "1.2.840.113549.1.9.1"
    ORGANIZATION_IDENTIFIER = "2.5.4.97"


# Attribute types of RFC 4514, 3.
_RFC4514 = {
    "2.5.4.3": "CN",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.6": "C",
    "2.5.4.9": "STREET",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
# The names that crJSON knows, by attribute type.
_FIELDS = {oid: name for oid, name in _RFC4514.items() if name in {"C", "ST", "L", "O", "OU", "CN"}} | {
    OID.EMAIL: "E",
    OID.ORGANIZATION_IDENTIFIER: OID.ORGANIZATION_IDENTIFIER,
}
_KEY_USAGES = (
    "digitalSignature",
    "contentCommitment",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """One extension; ``value`` is the DER inside its octet string."""

    oid: str
    critical: bool
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlgorithmIdentifier:
    """An algorithm and its parameters (DER, None when absent)."""

    oid: str
    parameters: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Certificate:
    """A parsed certificate. Two objects are never compared: compare ``der``."""

    der: bytes = field(repr=False)
    version: int
    """1, 2 or 3."""
    serial_number: str
    """Decimal."""
    subject: str
    """Distinguished name, RFC 4514."""
    subject_fields: Mapping[str, str]
    """C, ST, L, O, OU, CN, E and 2.5.4.97 as far as present; repeated ones are joined by a comma."""
    subject_der: bytes = field(repr=False)
    issuer: str
    issuer_fields: Mapping[str, str]
    issuer_der: bytes = field(repr=False)
    not_before: datetime
    """UTC; the first moment of the period."""
    not_after: datetime
    """UTC; the last second of the period."""
    public_key: PublicKeyTypes | None = field(repr=False)
    """None for a kind of key that cannot be read."""
    public_key_der: bytes = field(repr=False)
    """SubjectPublicKeyInfo."""
    key_algorithm: AlgorithmIdentifier
    signature_algorithm: AlgorithmIdentifier
    """How the issuer signed."""
    has_one_signature_algorithm: bool
    """Whether the signed and the unsigned statement of that algorithm agree (RFC 5280, 4.1.1.2)."""
    has_unique_identifiers: bool
    """issuerUniqueID or subjectUniqueID is present."""
    extensions: tuple[Extension, ...] = field(repr=False)
    is_ca: bool
    """basicConstraints asserts cA."""
    key_usage: frozenset[str] | None
    """Names of RFC 5280, 4.2.1.3; None without the extension."""
    extended_key_usages: tuple[str, ...]
    """Dotted object identifiers; empty without the extension."""
    unreadable_extensions: tuple[str, ...]
    """Object identifiers of extensions that are doubled, or of the three read here and malformed."""

    @classmethod
    def parse(cls, der: bytes, limits: Limits = DEFAULT_LIMITS) -> Certificate:
        """The certificate in ``der``; ``MalformedError`` (``signingCredential.invalid``) for anything else. Results are kept for
        repetition.
        """
        if len(der) > limits.certificate_size:
            raise MalformedError(f"certificate has {len(der):,} bytes, {limits.certificate_size:,} are allowed", code=_CODE, where=_WHERE)
        return _parse(bytes(der))

    @property
    def common_name(self) -> str | None:
        """CN of the subject."""
        return self.subject_fields.get("CN")

    @property
    def organization(self) -> str | None:
        """O of the subject."""
        return self.subject_fields.get("O")

    @property
    def issuer_common_name(self) -> str | None:
        """CN of the issuer."""
        return self.issuer_fields.get("CN")

    @property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name; says nothing about the key that signed."""
        return self.subject_der == self.issuer_der

    def extension(self, oid: str) -> Extension | None:
        """The extension with that object identifier."""
        return next((extension for extension in self.extensions if extension.oid == oid), None)

    def is_within_validity(self, at: datetime) -> bool:
        """Whether ``at`` (aware) lies in the period, both ends included."""
        return self.not_before <= at <= self.not_after


@lru_cache(maxsize=256)
def _parse(der: bytes) -> Certificate:
    tbs, outer_algorithm, signature = _exactly(read(der, _WHERE).expect(0x30, "certificate"), 3)
    if signature.expect(0x03, "signature").body[:1] != b"\0":
        raise signature.error("certificate's signature is not made of whole octets")
    fields = list(tbs.expect(0x30, "certificate body").children())
    version = fields.pop(0).only("version").expect(0x02, "version").integer("version") + 1 if fields and fields[0].tag == 0xA0 else 1
    if len(fields) < 6:
        raise tbs.error("certificate body is incomplete")
    serial, algorithm, issuer, validity, subject, key = fields[:6]
    not_before, not_after = _exactly(validity.expect(0x30, "validity"), 2)
    issuer_name, subject_name = _name(issuer), _name(subject)
    extensions = _extensions(fields[6:])
    unreadable: list[str] = []

    def value(oid: str, decode: Callable[[Element], T], absent: T) -> T:
        found = [extension for extension in extensions if extension.oid == oid]
        try:
            return decode(read(found[0].value, _WHERE)) if found else absent
        except MalformedError:
            unreadable.append(oid)
            return absent

    key_parts = _exactly(key.expect(0x30, "public key"), 2)
    is_ca = value(OID.BASIC_CONSTRAINTS, _is_ca, False)
    key_usage: frozenset[str] | None = value(OID.KEY_USAGE, _key_usage, None)
    purposes: tuple[str, ...] = value(OID.EXTENDED_KEY_USAGE, _purposes, ())
    return Certificate(
        der=der,
        version=version,
        serial_number=str(serial.expect(0x02, "serial number").integer("serial number")),
        subject=_rfc4514(subject_name),
        subject_fields=_fields(subject_name),
        subject_der=subject.raw,
        issuer=_rfc4514(issuer_name),
        issuer_fields=_fields(issuer_name),
        issuer_der=issuer.raw,
        not_before=not_before.time("notBefore"),
        not_after=not_after.time("notAfter"),
        public_key=_public_key(key.raw),
        public_key_der=key.raw,
        key_algorithm=_algorithm(key_parts[0]),
        signature_algorithm=_algorithm(outer_algorithm),
        has_one_signature_algorithm=algorithm.raw == outer_algorithm.raw,
        has_unique_identifiers=any(element.tag in _UNIQUE_IDENTIFIERS for element in fields[6:]),
        extensions=extensions,
        is_ca=is_ca,
        key_usage=key_usage,
        extended_key_usages=purposes,
        unreadable_extensions=tuple(dict.fromkeys((*unreadable, *_doubled(extension.oid for extension in extensions)))),
    )


def _exactly(element: Element, count: int) -> tuple[Element, ...]:
    parts = element.children()
    if len(parts) != count:
        raise element.error(f"ASN.1 structure has {len(parts)} parts instead of {count}")
    return parts


def _doubled(items: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [item for item in items if item in seen or seen.add(item)]  # type: ignore[func-returns-value]


def _extensions(rest: list[Element]) -> tuple[Extension, ...]:
    holder = next((element for element in rest if element.tag == 0xA3), None)
    items = holder.only("extensions").children() if holder else ()
    if holder and len(items) > _MOST_EXTENSIONS:
        raise holder.error(f"certificate has {len(items)} extensions, {_MOST_EXTENSIONS} are allowed")
    return tuple(map(_extension, items))


def _extension(element: Element) -> Extension:
    parts = element.children()
    if not 2 <= len(parts) <= 3:
        raise element.error("extension is not made of an identifier and a value")
    critical = parts[1].boolean("critical flag") if len(parts) == 3 else False
    return Extension(oid=parts[0].oid("extension identifier"), critical=critical, value=parts[-1].expect(0x04, "extension value").body)


def _algorithm(element: Element) -> AlgorithmIdentifier:
    parts = element.children()
    if not 1 <= len(parts) <= 2:
        raise element.error("algorithm identifier is malformed")
    return AlgorithmIdentifier(oid=parts[0].oid("algorithm"), parameters=parts[1].raw if len(parts) == 2 else None)


_ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
_P256_HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")


def _public_key(der: bytes) -> PublicKeyTypes | None:
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm

    try:
        return _usual_key(der) or _any_key(der)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError):
        return None


def _usual_key(der: bytes) -> PublicKeyTypes | None:
    """The two kinds of key that most signers have, whose form leaves no choice: a fixed beginning, then the key."""
    if len(der) == 44 and der.startswith(_ED25519_HEAD):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        return Ed25519PublicKey.from_public_bytes(der[12:])
    if len(der) == 91 and der.startswith(_P256_HEAD):
        from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), der[26:])
    return None


def _any_key(der: bytes) -> PublicKeyTypes:
    # This module knows all forms in which keys are kept, and takes as long to load as the rest of what a verification needs.
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(der)


def _is_ca(element: Element) -> bool:
    parts = element.expect(0x30, "basic constraints").children()
    return bool(parts) and parts[0].tag == 0x01 and parts[0].boolean("cA")


def _key_usage(element: Element) -> frozenset[str]:
    bits = element.bits("key usage")
    return frozenset(name for index, name in enumerate(_KEY_USAGES) if index in bits)


def _purposes(element: Element) -> tuple[str, ...]:
    return tuple(item.oid("purpose") for item in element.expect(0x30, "extended key usage").children())


_Name = list[list[tuple[str, str]]]
"""Relative distinguished names in file order, each of (attribute type, text) pairs."""


def _name(element: Element) -> _Name:
    """What can be read of a name; the rest is left out, since a name decides nothing."""
    parts: _Name = []
    attributes = 0
    try:
        for part in element.children():
            parts.append([])
            for attribute in part.children():
                attributes += 1
                parts[-1] += _attribute(attribute)
            if attributes >= _MOST_ATTRIBUTES:
                break
    except MalformedError:
        return []
    return parts


def _attribute(element: Element) -> list[tuple[str, str]]:
    try:
        kind, value = _exactly(element, 2)
        return [(kind.oid("attribute type"), value.text())]
    except MalformedError:
        return []


def _fields(name: _Name) -> Mapping[str, str]:
    fields: dict[str, str] = {}
    for kind, text in (pair for part in name for pair in part):
        if key := _FIELDS.get(kind):
            fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return MappingProxyType(fields)


def _rfc4514(name: _Name) -> str:
    parts = ("+".join(f"{_RFC4514.get(kind, kind)}={_escape(text)}" for kind, text in part) for part in reversed(name))
    return ",".join(parts)


def _escape(text: str) -> str:
    """Escapes of RFC 4514, 2.4; control characters stay as they are."""
    out = "".join("\\" + char if char in '\\"+,;<>' else "\\00" if char == "\0" else char for char in text)
    if out[:1] in ("#", " "):
        out = "\\" + out
    return out[:-1] + "\\ " if len(text) > 1 and text.endswith(" ") else out
