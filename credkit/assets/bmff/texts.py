"""Other values for the XMP and Exif of a picture or film, in the bytes that are there.

Where such a block lies, and how long it is, stands in tables; a value that is not longer is put there and filled up in the way that its
own format knows, so that nothing moves. An emptied block says nothing and can still be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.edited import Replacement
from credkit.assets.layout import Layout, TextSpan
from credkit.errors import AssetError

__all__ = ["replaced_texts", "texts_of"]

_NAMES = {"xmp": "XMP", "exif": "Exif"}
_EMPTY = {"xmp": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', "exif": b"II*\x00\x08\x00\x00\x00" + bytes(6), "note": b""}
_FILLING = {"xmp": b" ", "exif": b"\x00", "note": b" "}


def texts_of(layout: Layout) -> Iterator[TextSpan]:
    """The blocks of metadata that lie in one piece, in the order in which they were found."""
    for block in layout.metadata:
        yield TextSpan(kind=block.kind, name=_NAMES[block.kind], value=block.slices[0], frame=block.frame)


def replaced_texts(changes: Iterable[tuple[TextSpan, bytes | None]]) -> Iterator[Replacement]:
    """What has to be put where for other values (None: emptied).

    ``AssetError`` for a value that is longer than what is there, and for blocks that share bytes, which only a damaged file has.
    """
    end = 0
    for text, value in sorted(changes, key=lambda change: change[0].value):
        if text.value.start < end:
            raise AssetError("two blocks of metadata of the file share the same bytes, so neither can be changed: save the file anew")
        end = text.value.end
        new = _EMPTY[text.kind] if value is None else value
        if value is None and len(new) > text.value.length:
            new = b""
        if len(new) > text.value.length:
            raise AssetError(
                f"the {text.name} of this file would need {len(new):,} bytes, and it has room for {text.value.length:,}: "
                "save the file with less metadata first"
            )
        yield Replacement(text.value, new.ljust(text.value.length, _FILLING[text.kind]))
