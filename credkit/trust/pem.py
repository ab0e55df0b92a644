"""PEM text (RFC 7468): the blocks in it, each with the line where it begins.

What a block means is left to the reader: certificates to ``policy``, keys to the signer back ends.
"""

from __future__ import annotations

import binascii
import re
from itertools import zip_longest

from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError

__all__ = ["PemBlock", "pem_blocks", "to_pem"]

_BEGIN = re.compile(rb"^-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PemBlock:
    """One block; ``line`` counts from 1, ``text`` is the block itself with its first and last line."""

    label: str
    line: int
    text: bytes = field(repr=False)

    @property
    def der(self) -> bytes:
        """The decoded contents; ``MalformedError`` when they are not base64."""
        lines = self.text.strip().splitlines()[1:-1]
        try:
            return binascii.a2b_base64(b"".join(line.strip() for line in lines), strict_mode=True)
        except ValueError:
            raise MalformedError(f"{self.label} block is not base64", where=f"line {self.line}") from None


def pem_blocks(data: bytes) -> tuple[PemBlock, ...]:
    """All blocks in ``data``, text around them ignored; ``MalformedError`` for a block without its end, also before the next one begins."""
    blocks = []
    matches = list(_BEGIN.finditer(data))
    line, counted = 1, 0
    for match, following in zip_longest(matches, matches[1:]):
        line, counted = line + data.count(b"\n", counted, match.start()), match.start()
        label = match[1].decode("ascii")
        end = b"-----END " + match[1] + b"-----"
        stop = data.find(end, match.end(), following.start() if following else len(data))
        if stop < 0:
            raise MalformedError(f"{label} block has no end", where=f"line {line}")
        blocks.append(PemBlock(label=label, line=line, text=data[match.start() : stop + len(end)]))
    return tuple(blocks)


def to_pem(certificates: tuple[bytes, ...]) -> bytes:
    """DER certificates as PEM, in the same order."""
    return b"".join(b"-----BEGIN CERTIFICATE-----\n" + b"".join(_lines(der)) + b"-----END CERTIFICATE-----\n" for der in certificates)


def _lines(der: bytes) -> list[bytes]:
    return [binascii.b2a_base64(der[start : start + 48]) for start in range(0, len(der), 48)]
