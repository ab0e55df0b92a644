"""Texts of a picture as bytes and back, so that a fuzzer of bytes can change them: for each its kind, its keyword, and what it says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from credkit.media.texts.block import TextBlock, TextKind

__all__ = ["joined", "parted"]

_KINDS = get_args(TextKind)
_BETWEEN = b"\0\xff"


def joined(blocks: Iterable[TextBlock]) -> bytes:
    """The blocks behind each other; where they stood is left out."""
    texts = (bytes((_KINDS.index(block.kind),)) + f"{block.keyword}\n{block.text}".encode("utf-8", "replace") for block in blocks)
    return _BETWEEN.join(texts)


def parted(data: bytes) -> tuple[TextBlock, ...]:
    """The blocks that any bytes stand for."""
    found = []
    for part in data.split(_BETWEEN):
        if part:
            keyword, _, text = part[1:].decode("utf-8", "replace").partition("\n")
            found.append(TextBlock(kind=_KINDS[part[0] % len(_KINDS)], keyword=keyword, text=text, place="somewhere"))
    return tuple(found)
