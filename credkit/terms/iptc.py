"""The few IPTC-IIM fields that speak of rights, in the block that Photoshop keeps in a JPEG.

Source: IPTC-IIM 4.2, record 2; Photoshop file formats, image resource 0x0404. A damaged block gives what stands before the damage.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["iptc_texts"]

_FIELDS = {40: "special instructions", 80: "by-line", 110: "credit", 116: "copyright notice"}
_IIM = 0x0404
_UTF_8 = b"\x1b%G"


def iptc_texts(block: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[str, str]]:
    """(field, text) for each of ``special instructions``, ``by-line``, ``credit`` and ``copyright notice``."""
    for data in _resources(block, limits):
        charset = "latin-1"
        for record, dataset, value in _datasets(data, limits):
            if (record, dataset) == (1, 90) and value.startswith(_UTF_8):
                charset = "utf-8"
            if record == 2 and dataset in _FIELDS and (text := _decoded(value, charset)):
                yield _FIELDS[dataset], text


def _decoded(value: bytes, charset: str) -> str:
    """UTF-8 where it is that, said or not, since many writers leave the mark out."""
    try:
        return value.decode("utf-8").strip("\x00 \r\n")
    except UnicodeDecodeError:
        return value.decode(charset, "replace").strip("\x00 \r\n")


def _resources(block: bytes, limits: Limits) -> Iterator[bytes]:
    """The IIM blocks among the image resources."""
    at = 0
    for _ in range(limits.iptc_fields):
        if block[at : at + 4] != b"8BIM" or at + 12 > len(block):
            return
        kind = int.from_bytes(block[at + 4 : at + 6], "big")
        name = 1 + block[at + 6]
        start = at + 6 + name + name % 2 + 4
        size = int.from_bytes(block[start - 4 : start], "big")
        if kind == _IIM:
            yield block[start : start + size]
        at = start + size + size % 2


def _datasets(data: bytes, limits: Limits) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    for _ in range(limits.iptc_fields):
        if at + 5 > len(data) or data[at] != 0x1C:
            return
        record, dataset, size = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        if size & 0x8000:
            # An extended dataset; none of the fields above needs one.
            return
        yield record, dataset, data[at + 5 : at + 5 + size]
        at += 5 + size
