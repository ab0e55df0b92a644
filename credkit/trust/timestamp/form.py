"""The form of a time-stamp: one bounded ASN.1 value, and around the signed parts nothing but what RFC 3161 and RFC 5652 put there.

``asn1crypto``, which reads the structures afterwards (``structure``), trusts lengths, works without bounds and overlooks values behind the
last field of a structure. What the authority signed needs no such care; what surrounds it could be changed by anybody.
"""

from __future__ import annotations

import re

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.trust.der import Element, read

__all__ = ["check_form", "check_response_shape", "check_token_shape", "malformed"]

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

# The tags of the fields of each structure, in order.
_RESPONSE = re.compile(rb"\x30\x30?")
_TAGGED_CONTENT = re.compile(rb"\x06\xa0")
_SIGNED_DATA = re.compile(rb"\x02\x31\x30\xa0?\xa1?\x31")
_SIGNER = re.compile(rb"\x02[\x30\x80]\x30\xa0?\x30\x04\xa1?")
_ALGORITHM = re.compile(rb"\x06.?", re.DOTALL)
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
    """Refuse a TimeStampResp (RFC 3161, 2.4.2) with other fields than status and token."""
    _shaped(response, _RESPONSE, "time-stamp response")


def check_token_shape(token: Element) -> None:
    """Refuse a token (RFC 5652, 3 and 5) with other fields than the standard's around the signed parts."""
    signed = _shaped(token, _TAGGED_CONTENT, "token")[1].only("token")
    fields = _shaped(signed, _SIGNED_DATA, "signed data")
    for algorithm in fields[1].children():
        _shaped(algorithm, _ALGORITHM, "algorithm")
    _shaped(fields[2], _TAGGED_CONTENT, "content")[1].only("content")
    for signer in fields[-1].children():
        for part in _shaped(signer, _SIGNER, "signature"):
            if part.tag == 0x30:
                _shaped(part, _NAME_AND_NUMBER_OR_ALGORITHM, "part of the signature")


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
