"""What an RFC 3161 time-stamp says, as values, and the exact bytes that its signature covers. Nothing is judged here; see ``check``.

``form`` looks at the bytes first, then ``asn1crypto`` reads the structures. It is patient with order and letters, where most time-stamps of
real files break a rule of DER without any change in what was signed. Clauses: RFC 3161, 2.4.2; RFC 5652, 5.1 to 5.4; RFC 5035, 3 to 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import AlgorithmIdentifier
from credkit.trust.der import Element, read
from credkit.trust.timestamp.form import check_form, check_response_shape, check_token_shape, malformed

__all__ = ["TimeStampToken", "TokenSigner", "parse_response", "parse_token"]

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
_SHA1 = "1.3.14.3.2.26"
_GRANTED = (0, 1)
_GENERALIZED_TIME = re.compile(rb"(\d{14})(?:\.(\d{1,9}))?Z")

# What asn1crypto raises for structures that it does not like; it has no exception of its own.
_REFUSALS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSigner:
    """The one signature of a token (SignerInfo), unchecked."""

    issuer_der: bytes | None = field(repr=False)
    """Issuer of the signing certificate; None when the token names it by ``key_identifier``."""
    serial_number: int | None
    key_identifier: bytes | None
    digest_algorithm: str
    """Dotted identifier of the hash in ``message_digest``."""
    signature_algorithm: AlgorithmIdentifier
    signature: bytes = field(repr=False)
    signed_attributes: bytes | None = field(repr=False)
    """What the signature covers: the attributes as stored, under the tag of a SET. None when there are none."""
    content_type: str | None
    """Signed attribute: dotted identifier of what is signed."""
    message_digest: bytes | None
    """Signed attribute: hash of ``TimeStampToken.info``."""
    certificate_digests: tuple[tuple[str, bytes], ...]
    """Signed attributes signing-certificate and its second version: dotted hash algorithm and hash of the authority's certificate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampToken:
    """A decoded TimeStampToken, unchecked."""

    info: bytes = field(repr=False)
    """TSTInfo as stored: the signed content."""
    time: datetime
    """``genTime``, UTC; digits behind the microseconds are dropped."""
    imprint_algorithm: str
    """Dotted identifier of the hash algorithm."""
    imprint: bytes
    """Hash of the message that was stamped."""
    nonce: int | None
    """The number that the request held; None when the token holds none."""
    certificates: tuple[bytes, ...] = field(repr=False)
    """DER, in the order of the token; empty when it brings none."""
    signer: TokenSigner


def parse_token(der: bytes, limits: Limits = DEFAULT_LIMITS) -> TimeStampToken:
    """The TimeStampToken in ``der``, as ``sigTst2`` and time-stamp assertions hold it; ``MalformedError`` (``timeStamp.malformed``) for
    anything else, and for a token with no signature or more than one.
    """
    with _one_refusal():
        return _token(check_form(der, "time-stamp token", limits), limits)


def parse_response(der: bytes, limits: Limits = DEFAULT_LIMITS) -> TimeStampToken:
    """The token in the TimeStampResp ``der``, as ``sigTst`` holds it; ``MalformedError`` as for ``parse_token``, and when the authority
    did not grant the request (PKIStatus other than 0 and 1).
    """
    with _one_refusal():
        response = check_form(der, "time-stamp response", limits)
        check_response_shape(response)
        information, *tokens = response.children()
        status = information.children()[0].integer("status")
        if status not in _GRANTED:
            raise malformed(f"the authority refused to stamp (status {status})")
        return _token(_only(tokens, "token"), limits)


@contextmanager
def _one_refusal() -> Iterator[None]:
    """Whatever a reader below objects to is the same fault here."""
    try:
        yield
    except MalformedError as error:
        raise malformed(error.message) from None
    except _REFUSALS:
        raise malformed("ASN.1 structures are not those of RFC 3161") from None


def _token(token: Element, limits: Limits) -> TimeStampToken:
    from asn1crypto import cms, tsp

    check_token_shape(token)
    outer = cms.ContentInfo.load(token.raw, strict=True)
    if outer["content_type"].dotted != _SIGNED_DATA:
        raise malformed("token is not signed data (CMS)")
    signed = outer["content"]
    info = _content(signed["encap_content_info"])
    check_form(info, "time-stamp", limits)
    stamp = tsp.TSTInfo.load(info, strict=True)
    imprint = stamp["message_imprint"]
    certificates = tuple(choice.chosen.dump() for choice in signed["certificates"] if choice.name == "certificate")
    if len(certificates) > limits.certificates:
        raise malformed(f"token brings {len(certificates)} certificates, {limits.certificates} are allowed")
    return TimeStampToken(
        info=info,
        time=_time(stamp["gen_time"].contents),
        imprint_algorithm=imprint["hash_algorithm"]["algorithm"].dotted,
        imprint=bytes(imprint["hashed_message"]),
        nonce=stamp["nonce"].native,
        certificates=certificates,
        signer=_signer(_only(signed["signer_infos"], "signature")),
    )


def _content(encapsulated: Any) -> bytes:
    from asn1crypto import core

    if encapsulated["content_type"].dotted != _TST_INFO:
        raise malformed("signed data holds something else than a time-stamp")
    content = encapsulated["content"]
    if isinstance(content, core.Any):
        # Some authorities give the signed data the version of PKCS #7, under which the content may be anything.
        content = content.parse(core.OctetString)
    if not isinstance(content, (core.OctetString, core.ParsableOctetString)):
        raise malformed("token has no content")
    return bytes(content)


def _only(values: Any, what: str) -> Any:
    if len(values) != 1:
        raise malformed(f"time-stamp has {len(values)} values of {what} where one belongs")
    return values[0]


def _time(contents: bytes) -> datetime:
    """GeneralizedTime in UTC with or without a fraction (RFC 3161, 2.4.2); no zone, no local time, four digits of year."""
    match = _GENERALIZED_TIME.fullmatch(contents)
    if match is None:
        raise malformed("genTime is not a time in UTC")
    try:
        whole = datetime.strptime(match[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise malformed("genTime is no time of the calendar") from None
    return whole.replace(microsecond=int((match[2] or b"0")[:6].ljust(6, b"0")))


def _signer(info: Any) -> TokenSigner:
    sid = info["sid"]
    named = sid.chosen if sid.name == "issuer_and_serial_number" else None
    attributes = _attributes(info["signed_attrs"])
    algorithm = info["signature_algorithm"]
    return TokenSigner(
        issuer_der=named["issuer"].dump() if named else None,
        serial_number=int(named["serial_number"]) if named else None,
        key_identifier=None if named else bytes(sid.chosen),
        digest_algorithm=info["digest_algorithm"]["algorithm"].dotted,
        signature_algorithm=AlgorithmIdentifier(oid=algorithm["algorithm"].dotted, parameters=algorithm["parameters"].dump() or None),
        signature=bytes(info["signature"]),
        # RFC 5652, 5.4: signed under the tag of a SET instead of their own.
        signed_attributes=b"\x31" + info["signed_attrs"].dump()[1:] if attributes else None,
        content_type=_content_type(attributes.get(_CONTENT_TYPE)),
        message_digest=_message_digest(attributes.get(_MESSAGE_DIGEST)),
        certificate_digests=_certificate_digests(attributes),
    )


def _attributes(signed: Any) -> dict[str, bytes]:
    """The one value of each signed attribute by its identifier, DER."""
    attributes: dict[str, bytes] = {}
    for attribute in signed:
        oid = attribute["type"].dotted
        if oid in attributes:
            raise malformed(f"signed attribute {oid} stands twice")
        attributes[oid] = _only(attribute["values"], f"signed attribute {oid}").dump()
    return attributes


def _content_type(der: bytes | None) -> str | None:
    return read(der, "time-stamp").oid("content type") if der else None


def _message_digest(der: bytes | None) -> bytes | None:
    return read(der, "time-stamp").expect(0x04, "message digest").body if der else None


def _certificate_digests(attributes: dict[str, bytes]) -> tuple[tuple[str, bytes], ...]:
    """The first identifier of each attribute is that of the signing certificate (RFC 5035, 3); any further are no concern of ours."""
    from asn1crypto import tsp

    digests = []
    if der := attributes.get(_SIGNING_CERTIFICATE):
        digests.append((_SHA1, bytes(tsp.SigningCertificate.load(der, strict=True)["certs"][0]["cert_hash"])))
    if der := attributes.get(_SIGNING_CERTIFICATE_V2):
        first = tsp.SigningCertificateV2.load(der, strict=True)["certs"][0]
        digests.append((first["hash_algorithm"]["algorithm"].dotted, bytes(first["cert_hash"])))
    return tuple(digests)
