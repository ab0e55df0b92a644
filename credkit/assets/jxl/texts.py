"""The texts of a JPEG XL file: its EXIF and XMP, with other values or none. What is kept of a JPEG is named as unread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets.edited import Replacement, splice
from credkit.assets.jxl.boxes import NUMBER, PACKED, RESTORING, TYPES, check_changeable, metadata_box, metadata_in, walk
from credkit.assets.jxl.sniff import is_bare
from credkit.assets.layout import Edit, Span, TextSpan
from credkit.assets.source import Source
from credkit.errors import AssetError
from credkit.limits import Limits

__all__ = ["replaced_texts", "texts_of"]

_UNREAD = "what it keeps of the JPEG that the picture was made from is not read"


def texts_of(source: Source, limits: Limits) -> Iterator[TextSpan]:
    """The ``Exif`` and ``xml `` boxes, also compressed ones, and what else is compressed; what belongs to a JPEG that can be restored is
    named as unread.
    """
    for box in () if is_bare(source) else walk(source, limits):
        if box.type == RESTORING:
            empty = Span(box.payload.start, 0)
            yield TextSpan(kind="text", name=box.type, value=empty, frame=box.span, fault=_UNREAD)
        elif block := metadata_in(source, box):
            yield TextSpan(
                kind=block.kind,
                name=TYPES[block.kind].strip(),
                value=block.slices[0],
                frame=box.span,
                brotli=block.brotli,
                skip=block.skip,
            )
        elif box.type == PACKED and box.payload.length > NUMBER.size:
            value = Span(box.payload.start + NUMBER.size, box.payload.length - NUMBER.size)
            yield TextSpan(kind="comment", name=box.type, value=value, frame=box.span, brotli=True)


def replaced_texts(source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:
    """New values in boxes that are not compressed, or boxes removed; ``AssetError`` as for ``with_metadata``."""
    replacements: list[Replacement] = []
    for text, value in changes:
        if not replacements:
            check_changeable(source, text.kind.upper())
        if value and text.kind not in TYPES:
            raise AssetError("a compressed box of a JPEG XL file can be taken out, but not be given another text")
        replacements.append(Replacement(text.frame, b"" if value is None else metadata_box(text.kind, value)))
    return Edit(pieces=splice(source.size, replacements))
