"""Commitments to values that are kept out of a file: salted disclosures and their digests.

The form is that of disclosures of object properties in SD-JWT (RFC 9901, sections 4.2.1 and 4.2.3), so that anyone can check one with a few
lines of any language: the disclosure is base64url of the JSON array ``[salt, field, value]``, the commitment is base64url of the SHA-256 of
the disclosure's ASCII characters. The salt of 128 random bits keeps a short value from being guessed. Which fields are committed to is
decided in ``fields``, where disclosures are kept in ``openings``.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from credkit import dataclass as dataclasses
from credkit.codec import json_text
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Disclosure", "Value", "commit", "read_disclosure"]

Value = str | int | float | bool
"""What a field may hold."""
_SALT_BYTES = 16
_SHORTEST_SALT = 22
"""Characters of base64url that 128 bits take."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """The opening of one commitment; whoever has it can show the value and prove that it is the one that was committed to."""

    field: str
    """``prompt``, ``negative-prompt``, ``seed``, ``settings/NAME``, ``input/ROLE`` or ``document/TITLE``."""
    value: Value = dataclasses.field(repr=False)
    encoded: str = dataclasses.field(repr=False)
    """The disclosure as text: base64url without padding."""

    @property
    def digest(self) -> str:
        """The commitment: base64url, without padding, of the SHA-256 of ``encoded``; 43 characters."""
        return _base64url(hashlib.sha256(self.encoded.encode("ascii")).digest())


def commit(name: str, value: Value) -> Disclosure:
    """A fresh disclosure of a value under the field ``name``, with a salt of its own."""
    salt = _base64url(secrets.token_bytes(_SALT_BYTES))
    text = json.dumps([salt, name, value], ensure_ascii=False, allow_nan=False)
    return Disclosure(field=name, value=value, encoded=_base64url(text.encode("utf-8")))


def read_disclosure(encoded: str, *, limits: Limits = DEFAULT_LIMITS) -> Disclosure:
    """The disclosure that ``encoded`` holds; ``MalformedError`` when it is none, or its salt has less than 128 bits."""
    where = "a disclosure"
    if len(encoded) > limits.disclosure_size:
        raise MalformedError(f"more than {limits.disclosure_size:,} characters", where=where)
    try:
        # The decoder of the standard library passes over characters that are not of the alphabet.
        if not encoded.isascii() or not encoded.replace("-", "").replace("_", "").isalnum():
            raise ValueError
        data = urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
    except (ValueError, binascii.Error):
        raise MalformedError("not base64url without padding", where=where) from None
    value = json_text.decode(data, where=where, limits=limits)
    if not (isinstance(value, list) and len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], str)):
        raise MalformedError("not a list of salt, field and value", where=where)
    salt, name, content = value
    if len(salt) < _SHORTEST_SALT:
        raise MalformedError("the salt is shorter than 128 bits, so the commitment could be guessed", where=where)
    if not isinstance(content, (str, int, float)):
        raise MalformedError("the value is neither a text nor a number nor true or false", where=where)
    return Disclosure(field=name, value=content, encoded=encoded)


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
