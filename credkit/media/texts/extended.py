"""Extended XMP of a JPEG: the part of a packet that did not fit into its segment, in segments of its own.

Each begins with the MD5 of the whole in hexadecimal (also in ``xmpNote:HasExtendedXMP`` of the packet proper), the length of the whole, and
the offset of the part. Source: XMP Specification part 3, 1.1.3.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from credkit.assets import TextSpan
from credkit.errors import AssetError

__all__ = ["EXTENSION_HEAD", "IDENTIFIER", "extension_parts", "joined"]

IDENTIFIER = 32
"""Characters that say which extension a part belongs to."""
EXTENSION_HEAD = IDENTIFIER + 8
_MOST = 65_000


def joined(parts: Sequence[bytes]) -> tuple[bytes, str]:
    """The whole of the values of all segments with one identifier, and why it is not whole (empty when it is)."""
    data = bytearray()
    full = int.from_bytes(parts[0][IDENTIFIER : IDENTIFIER + 4], "big")
    for part in sorted(parts, key=lambda part: part[IDENTIFIER + 4 : EXTENSION_HEAD]):
        if int.from_bytes(part[IDENTIFIER + 4 : EXTENSION_HEAD], "big") != len(data):
            return bytes(data), "a part of the extended XMP is missing"
        data += part[EXTENSION_HEAD:]
    return bytes(data), "" if len(data) == full else "the extended XMP has another length than it claims"


def extension_parts(data: bytes, spans: Sequence[TextSpan]) -> tuple[bytes, Iterator[tuple[TextSpan, bytes | None]]]:
    """The new identifier of a changed extension, and what goes into its old segments; those not needed any more are removed."""
    identifier = hashlib.md5(data, usedforsecurity=False).hexdigest().upper().encode("ascii")
    if len(data) > _MOST * len(spans):
        raise AssetError("the extended XMP of the file does not fit into its segments any more: remove it first")
    return identifier, _parts(data, identifier, spans)


def _parts(data: bytes, identifier: bytes, spans: Sequence[TextSpan]) -> Iterator[tuple[TextSpan, bytes | None]]:
    for number, span in enumerate(spans):
        offset = number * _MOST
        head = identifier + len(data).to_bytes(4, "big") + offset.to_bytes(4, "big")
        yield span, head + data[offset : offset + _MOST] if offset < len(data) else None
