"""Take texts out of a picture file: those and nothing else.

A chunk or comment goes as a whole, a field of a metadata block leaves the block: an EXIF value is overwritten where it stands and its entry
dropped, an XMP property leaves the packet, an IPTC dataset its record. A block of which nothing can be read goes as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.assets import EditedSource, Source, TextSpan, detect
from credkit.assets.edited import splice
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts.block import FieldText, TextBlock
from credkit.media.texts.exif import exif_without
from credkit.media.texts.extended import extension_parts
from credkit.media.texts.iptc import iptc_without
from credkit.media.texts.units import PLAIN, Unit, blocks_of, units
from credkit.media.texts.xmp import xmp_without

__all__ = ["without_texts"]

_Change = tuple[TextSpan, bytes | None]


def without_texts(source: Source, blocks: Iterable[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> EditedSource:
    """The file without the texts that ``read_texts`` found (compared by kind, keyword and text, wherever they stand now).

    Every other byte stays as it was, and so does a manifest store, which no longer fits then: embed a new one. Blocks of the kinds
    ``pixels`` and ``twin`` are not part of the container and are left to ``clear_hidden`` and the caller.

    ``AssetError`` when a text cannot be taken out without harm to something else, or when the file has parts that could not be read, where
    it may stand again.
    """
    form = detect(source)
    wanted = frozenset((block.kind, block.keyword, block.text) for block in blocks)
    if form is None or not wanted:
        return EditedSource(source, splice(source.size, ()))
    found = tuple(units(source, form, limits))
    if broken := next((unit for unit in found if not unit.spans), None):
        raise AssetError(f"texts cannot be taken out of the {form.name} file for sure, because {broken.damage}")
    try:
        return EditedSource(source, form.with_texts(source, _changes(found, wanted, limits)).pieces)
    except MalformedError as error:
        raise AssetError(f"texts cannot be taken out of the {form.name} file, which is damaged: {error}") from None


def _changes(found: tuple[Unit, ...], wanted: frozenset[tuple[str, str, str]], limits: Limits) -> Iterator[_Change]:
    renamed: dict[bytes, bytes] = {}
    # Extended XMP comes last but has to be changed first: the packet proper names it by its digest.
    for unit in reversed(found):
        cleared = _cleared(unit, wanted, limits)
        if unit.kind == "xmp" and cleared is not None:
            for old, new in renamed.items():
                cleared = cleared.replace(old, new)
        if cleared is None:
            yield from ((span, None) for span in unit.spans)
        elif cleared != unit.data and unit.kind == "xmp-extension":
            identifier, parts = extension_parts(cleared, unit.spans)
            renamed[unit.identifier] = identifier
            yield from parts
        elif cleared != unit.data:
            yield unit.spans[0], unit.stored(cleared)


def _cleared(unit: Unit, wanted: frozenset[tuple[str, str, str]], limits: Limits) -> bytes | None:
    """What stays of the value of a unit; None for nothing."""
    gone = [block for block in blocks_of(unit, limits) if (block.kind, block.keyword, block.text) in wanted]
    if not gone:
        return unit.data
    if unit.kind in PLAIN or unit.kind == "markup" or any(not block.keyword for block in gone):
        return None
    names = {(block.keyword, block.text) for block in gone}

    def drop(field: FieldText) -> bool:
        return (field.name, field.text) in names

    if unit.kind == "exif":
        return exif_without(unit.data, drop, limits=limits)
    return iptc_without(unit.data, drop) if unit.kind == "iptc" else xmp_without(unit.data, drop, limits=limits)
