"""The texts of the IPTC datasets in a Photoshop block (APP13 of a JPEG), and the same block without some of them.

The block is a row of Photoshop resources; number 0x0404 holds the datasets. Only the application record (2) has texts for people.

Source: IPTC-IIM 4.2, 1.5 and 2; Photoshop File Formats, image resource blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from credkit.media.texts.block import FieldText
from credkit.media.texts.decoding import latin1_text

__all__ = ["iptc_texts", "iptc_without"]

_RESOURCE, _IPTC = b"8BIM", 0x0404
_MARKER, _RECORD = 0x1C, 2
_NAMES = {
    5: "Title", 25: "Keyword", 40: "SpecialInstructions", 55: "DateCreated", 60: "TimeCreated", 65: "OriginatingProgram",
    70: "ProgramVersion", 80: "Creator", 85: "CreatorTitle", 103: "TransmissionReference", 105: "Headline", 110: "Credit", 115: "Source",
    116: "Copyright", 118: "Contact", 120: "Caption", 122: "CaptionWriter",
}  # fmt: skip


def iptc_texts(block: bytes) -> Iterator[FieldText]:
    """The texts of a block in order; the last one says what is broken, if anything is."""
    position = 0
    for start, body, end in _resources(block):
        position = end
        if int.from_bytes(block[start + 4 : start + 6], "big") == _IPTC:
            yield from (found for _, _, found in _datasets(block[body[0] : body[1]]) if found)
    if block[position:].strip(b"\x00"):
        yield FieldText(name="", text="", damage="its resources end early")


def iptc_without(block: bytes, drop: Callable[[FieldText], bool]) -> bytes:
    """The block without the datasets for which ``drop`` says so; other resources keep their bytes."""
    parts, position = [], 0
    for start, (first, last), end in _resources(block):
        data = block[first:last]
        kept = b"".join(data[begin:stop] for begin, stop, found in _datasets(data) if not (found and drop(found)))
        if int.from_bytes(block[start + 4 : start + 6], "big") == _IPTC and kept != data:
            parts.append(block[position : first - 4] + len(kept).to_bytes(4, "big") + kept + bytes(len(kept) % 2))
        else:
            parts.append(block[position:end])
        position = end
    return b"".join(parts) + block[position:]


def _resources(block: bytes) -> Iterator[tuple[int, tuple[int, int], int]]:
    """Start, data and end of each resource; the walk stops at what is none."""
    position = 0
    while block[position : position + 4] == _RESOURCE and position + 12 <= len(block):
        name = 1 + block[position + 6]
        first = position + 6 + name + name % 2 + 4
        length = int.from_bytes(block[first - 4 : first], "big")
        if first + length > len(block):
            return
        end = min(first + length + length % 2, len(block))
        yield position, (first, first + length), end
        position = end


def _datasets(data: bytes) -> Iterator[tuple[int, int, FieldText | None]]:
    """Start and end of each dataset, with its text if it is one; bytes that are no dataset come as a last one."""
    position = 0
    while position + 5 <= len(data) and data[position] == _MARKER:
        record, number = data[position + 1], data[position + 2]
        length, first = int.from_bytes(data[position + 3 : position + 5], "big"), position + 5
        if length & 0x8000:
            size = length & 0x7FFF
            length, first = int.from_bytes(data[first : first + size], "big"), first + size
        if first + length > len(data):
            break
        text = latin1_text(data[first : first + length])[0] if record == _RECORD and number in _NAMES else ""
        yield position, first + length, FieldText(name=_NAMES[number], text=text) if text else None
        position = first + length
    if position < len(data):
        yield position, len(data), None
