"""The form of a time-stamp: one bounded ASN.1 value, and around the signed parts nothing but what RFC 3161 and RFC 5652 put there.

``asn1crypto``, which reads the structures afterwards (``structure``), trusts lengths, works without bounds and overlooks values behind the
last field of a structure. What the authority signed needs no such care; what surrounds it could be changed by anybody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.trust.der import Element, read

__all__ = ["check_form", "check_response_shape", "check_token_shape", "loose_parts", "malformed"]

_WHERE = "time-stamp"
_DEEPEST = 32
"""Levels of ASN.1; real tokens have 19."""
_MOST_ELEMENTS = 1_500
"""ASN.1 values in a token; real ones have below 400."""
_LONGEST_NUMBER = 256
"""Octets of an integer or object identifier; reading one costs the square of its length. Real ones have below 30."""
_CONSTRUCTED, _CLASS, _UNIVERSAL = 0x20, 0xC0, 0x00
_NUMBERS = frozenset({0x02, 0x06, 0x0A})
_STRUCTURES = frozenset({0x30, 0x31})

_OBJECT_IDENTIFIER = 0x06
_CERTIFICATES, _LISTS, _UNSIGNED = 0xA0, 0xA1, 0xA1
"""Tags of fields of the signed data, and of a signature in it."""
_VERSIONS = (1, 3)
"""3 is right for a time-stamp (RFC 5652, 5.1); some authorities write that of PKCS #7."""

# The tags of the fields of each structure, in order.
_RESPONSE = re.compile(rb"\x30\x30?")
_STATUS = re.compile(rb"\x02\x30?\x03?")
_TAGGED_CONTENT = re.compile(rb"\x06\xa0")
_SIGNED_DATA = re.compile(rb"\x02\x31\x30\xa0?\xa1?\x31")
_SIGNER = re.compile(rb"\x02[\x30\x80]\x30\xa0?\x30\x04\xa1?")
_DIGEST_ALGORITHM = re.compile(rb"\x06\x05?")
_NAME_AND_NUMBER_OR_ALGORITHM = re.compile(rb"\x30\x02|\x06.?", re.DOTALL)


def malformed(message: str) -> MalformedError:
    """A refusal with the code of the standard."""
    return MalformedError(message, code="timeStamp.malformed", where=_WHERE)


def check_form(der: bytes, what: str, limits: Limits) -> Element:
    """The one ASN.1 value in ``der``; ``MalformedError`` when it is too large, cut short, followed by other bytes, or nested or numerous
    beyond reason. ``what`` names it for people.
    """
    if len(der) > limits.time_stamp_size:
        raise malformed(f"{what} has {len(der):,} bytes, {limits.time_stamp_size:,} are allowed")
    root = read(der, _WHERE)
    _walk(root)
    return root


def check_response_shape(response: Element) -> None:
    """Refuse a TimeStampResp (RFC 3161, 2.4.2) with other fields than status and token, and a status with others than the standard's."""
    status, *_ = _shaped(response.expect(0x30, "time-stamp response"), _RESPONSE, "time-stamp response")
    _shaped(status, _STATUS, "status")


def check_token_shape(token: Element) -> None:
    """Refuse a token (RFC 5652, 3 and 5) with other fields than the standard's around the signed parts."""
    signed = _shaped(token, _TAGGED_CONTENT, "token")[1].only("token")
    fields = _shaped(signed, _SIGNED_DATA, "signed data")
    _numbered(fields[0], _VERSIONS, "signed data")
    _shaped(fields[2], _TAGGED_CONTENT, "content")[1].only("content")
    used = []
    for signer in fields[-1].children():
        parts = _shaped(signer.expect(0x30, "signature"), _SIGNER, "signature")
        _numbered(parts[0], (1 if parts[1].tag == 0x30 else 3,), "signature")
        used.append(_digest_algorithm(parts[2]))
        for part in parts:
            if part.tag == 0x30:
                _shaped(part, _NAME_AND_NUMBER_OR_ALGORITHM, "part of the signature")
    # No signature covers this list, so it says what the signatures say, or nothing (RFC 5652, 5.1 allows to insist).
    if [_digest_algorithm(algorithm) for algorithm in fields[1].children()] not in (sorted(set(used)), []):
        raise malformed("token names other hash algorithms than its signature")


def _numbered(version: Element, allowed: tuple[int, ...], what: str) -> None:
    if version.integer("version") not in allowed:
        raise malformed(f"{what} has a version that it does not have in RFC 5652")


def _digest_algorithm(algorithm: Element) -> str:
    """Its identifier; a hash algorithm has no parameters, or NULL in their place (RFC 5754, 2)."""
    parts = _shaped(algorithm.expect(0x30, "algorithm"), _DIGEST_ALGORITHM, "algorithm")
    if any(part.body for part in parts[1:]):
        raise malformed("hash algorithm has parameters")
    return parts[0].oid("algorithm")


def loose_parts(der: bytes, path: Collection[bytes]) -> Iterator[tuple[int, int, str]]:
    """Start, end and meaning of the parts of an accepted token or response that no signature covers and nobody needs, in order: a version
    that RFC 5652 does not give it, certificates outside of ``path``, revocation lists, unsigned attributes, words beside a status.
    """
    root, base = read(der, _WHERE), 0
    if root.children()[0].tag != _OBJECT_IDENTIFIER:
        (status, at), (root, base) = _placed(root, 0)
        yield from _loose_status(status, at)
    signed, at = _placed(*_placed(root, base)[1])[0]
    for field, start in _placed(signed, at):
        yield from _loose_field(field, start, path)
    for signer, place in _placed(field, start):
        for part, where in _placed(signer, place):
            if part.tag == _UNSIGNED:
                yield where, where + len(part.raw), "attributes of a time-stamp that nobody signed"


def _loose_field(field: Element, start: int, path: Collection[bytes]) -> Iterator[tuple[int, int, str]]:
    if field.tag == 0x02 and field.integer("version") != _VERSIONS[-1]:
        yield start + len(field.raw) - len(field.body), start + len(field.raw), "version of a time-stamp, which is 3 as a rule"
    elif field.tag == _CERTIFICATES:
        for certificate, place in _placed(field, start):
            if certificate.raw not in path:
                yield place, place + len(certificate.raw), "a certificate in a time-stamp, which its signature does not need"
    elif field.tag == _LISTS:
        yield start, start + len(field.raw), "revocation lists in a time-stamp"


def _loose_status(status: Element, at: int) -> Iterator[tuple[int, int, str]]:
    """Whatever stands behind the number 0, "granted", or all of another status that counts as granted."""
    fields = _placed(status, at)
    number, start = fields[0]
    if number.body == b"\0":
        start += len(number.raw)
    end = fields[-1][1] + len(fields[-1][0].raw)
    if start < end:
        yield start, end, "words beside a time-stamp"


def _placed(element: Element, start: int) -> list[tuple[Element, int]]:
    """The elements inside of one that stands at ``start``, each with its own start."""
    position, found = start + len(element.raw) - len(element.body), []
    for child in element.children():
        found.append((child, position))
        position += len(child.raw)
    return found


def _shaped(element: Element, pattern: re.Pattern[bytes], what: str) -> tuple[Element, ...]:
    parts = element.children()
    if not pattern.fullmatch(bytes(part.tag for part in parts)):
        raise malformed(f"{what} has other fields than RFC 3161 gives it")
    return parts


def _walk(root: Element) -> None:
    level, count = [root], 1
    for _ in range(_DEEPEST):
        below: list[Element] = []
        for element in level:
            _check_element(element)
            below += element.children() if element.tag & _CONSTRUCTED else ()
            if count + len(below) > _MOST_ELEMENTS:
                raise root.error(f"more than {_MOST_ELEMENTS:,} ASN.1 values")
        if not below:
            return
        level, count = below, count + len(below)
    raise root.error(f"ASN.1 values are nested deeper than {_DEEPEST} levels")


def _check_element(element: Element) -> None:
    if element.tag & _CLASS == _UNIVERSAL and element.tag & _CONSTRUCTED and element.tag not in _STRUCTURES:
        raise element.error(f"ASN.1 tag 0x{element.tag:02x} cuts a value into pieces, which DER does not allow")
    if element.tag in _NUMBERS and len(element.body) > _LONGEST_NUMBER:
        raise element.error(f"an ASN.1 number has more than {_LONGEST_NUMBER} octets")
