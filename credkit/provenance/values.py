"""Decoded CBOR and JSON values as plain JSON, one mapping for all outputs.

Source: "Content Credentials JSON", table "Mapping from CBOR to JSON-LD": byte strings become ``b64'...'``, dates their text, keys strings.
Numbers that JSON lacks become strings.
"""

from __future__ import annotations

import binascii
import math
from collections.abc import Callable
from typing import Any

from credkit.codec import cbor
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import Assertion, EmbeddedFile, Manifest
from credkit.manifest.uri import JumbfUri

__all__ = ["AssertionValues", "assertion_value", "base64_text", "claim_value", "in_claim_order", "json_value", "marked_base64", "text_of"]


def base64_text(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def marked_base64(data: bytes) -> str:
    """Base64 between ``b64'`` and ``'``."""
    return f"b64'{base64_text(data)}'"


_PLAIN = (str, int, bool, type(None))
"""What JSON has as well: nearly all values."""


def json_value(value: Any, *, encode_bytes: Callable[[bytes], str] = marked_base64) -> Any:
    """``value`` (as ``credkit.codec.cbor`` decodes it) with JSON types only; the order of keys is kept.

    A tag gives its content. Two keys that become the same string are told apart by trailing underscores.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, bytes):
        return encode_bytes(value)
    if isinstance(value, cbor.Tag):
        return json_value(value.value, encode_bytes=encode_bytes)
    if isinstance(value, dict):
        return _json_object(value, encode_bytes)
    if isinstance(value, (list, tuple)):
        return [json_value(item, encode_bytes=encode_bytes) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, float):
        return value
    if isinstance(value, EmbeddedFile):
        return {"format": value.media_type, "size": len(value.data)} | ({"name": value.name} if value.name else {})
    return str(value)


def _json_object(value: dict[Any, Any], encode_bytes: Callable[[bytes], str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, item in value.items():
        name = encode_bytes(key) if isinstance(key, bytes) else str(key)
        while name in result:
            name += "_"
        result[name] = json_value(item, encode_bytes=encode_bytes)
    return result


def assertion_value(assertion: Assertion, limits: Limits = DEFAULT_LIMITS) -> Any:
    """The decoded content of an assertion, or None when it cannot be decoded (``verify`` says why)."""
    try:
        return assertion.value(limits)
    except MalformedError:
        return None


class AssertionValues:
    """The contents of assertions for one output, which repeats ``Limits.report_values`` of them and no more: a file of a few megabytes can
    hold so many that the output would need a gigabyte.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.report_values
        self.left_out = 0
        """Assertions whose content was not given."""

    def of(self, assertion: Assertion) -> Any:
        """As ``assertion_value``; None behind the limit."""
        if self._left > 0:
            value = assertion_value(assertion, self._limits)
            self._left -= _count(value)
            return value
        self.left_out += 1
        return None


def _count(value: Any) -> int:
    waiting, count = [value], 0
    while waiting:
        inside = waiting.pop()
        count += 1
        if isinstance(inside, dict):
            count += len(inside)
            waiting += inside.values()
        elif isinstance(inside, list):
            waiting += inside
    return count


def claim_value(manifest: Manifest, limits: Limits = DEFAULT_LIMITS) -> dict[Any, Any]:
    """The claim's map as stored; empty when there is no single, decodable claim."""
    data = manifest.claim_bytes
    if data is None:
        return {}
    try:
        value = cbor.decode(data, where=manifest.label, limits=limits)
    except MalformedError:
        return {}
    return value if isinstance(value, dict) else {}


def in_claim_order(manifest: Manifest, claim: dict[Any, Any]) -> list[Assertion]:
    """The manifest's assertions as the claim lists them (created, then gathered), then those that it does not list."""
    order: dict[str, int] = {}
    for key in ("created_assertions", "gathered_assertions", "assertions"):
        references = claim.get(key)
        for item in references if isinstance(references, list) else []:
            uri = JumbfUri.parse(item.get("url")) if isinstance(item, dict) else None
            if uri and uri.path:
                order.setdefault(uri.path[-1], len(order))
    return sorted(manifest.assertions, key=lambda assertion: order.get(assertion.label, len(order)))


def text_of(value: object) -> str | None:
    """``value`` when it is a text with something in it, else None."""
    return str(value) if isinstance(value, str) and value.strip() else None
