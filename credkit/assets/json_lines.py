"""JSON Lines that only grow, as an asset format: each checkpoint is a line ``{"c2pa:checkpoint": "data:application/c2pa;base64,..."}``.

The store of the file is that of the last such line (anchors ``_embedding_manifests_into_append_only_text_files``,
``_locating_append_only_text``). A checkpoint whose store is kept elsewhere is told and not followed. Only whole lines count: what stands
behind the last line break was not finished. Checkpoints are appended by ``credkit.journal``, never by an edit, so every edit is refused.
Plain texts with checkpoints between dashes are not read.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator

from credkit.assets.layout import Edit, Layout, NamedBox, Span, StoreLocation, TextSpan
from credkit.assets.partial import UpdatedInPlace
from credkit.assets.source import Source
from credkit.codec import json_text
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["JSON_LINES", "JsonLinesFormat", "checkpoint_line", "checkpoint_store", "lines_backwards"]

JSON_LINES = "application/jsonl"
_MEMBER = b'"c2pa:checkpoint"'
_LINE = re.compile(
    rb'(\s*)\{(\s*)"c2pa:checkpoint"(\s*):(\s*)"(\s*)data:application/c2pa;base64,(?P<store>[A-Za-z0-9+/]*={0,2})(\s*)"(\s*)\}(\s*)'
)
_BEHIND_COLON, _LAST = 4, 9
"""Numbers of the white space behind the colon, where many writers put a space, and of the line break."""
_BLOCK = 1 << 18
_APPENDED_ONLY = 'a file of JSON Lines is signed by appending checkpoints to it ("credkit journal checkpoint"), never by changing it'


def checkpoint_line(store: bytes) -> bytes:
    """The line, with its line break, that carries ``store``."""
    return b'{"c2pa:checkpoint":"data:application/c2pa;base64,' + b64encode(store) + b'"}\n'


def checkpoint_store(line: bytes) -> bytes | None:
    """The manifest store in the line of a checkpoint; None for any other line, and for a checkpoint whose store is kept elsewhere."""
    found = _LINE.fullmatch(line)
    try:
        store = b64decode(found["store"], validate=True) if found else None
    except ValueError:
        return None
    # The last letter of the text has bits that stand for nothing, and no hash covers them.
    return store if found and store is not None and b64encode(store) == found["store"] else None


def lines_backwards(source: Source) -> Iterator[Span]:
    """Where the complete lines lie, each with its line break, the last one first; a rest without line break is left out."""
    end: int | None = None
    position = source.size
    while position:
        start = max(0, position - _BLOCK)
        block = source.read(start, position - start)
        at = len(block)
        while (at := block.rfind(b"\n", 0, at)) >= 0:
            if end is not None:
                yield Span(start + at + 1, end - start - at - 1)
            end = start + at + 1
        position = start
    if end:
        yield Span(0, end)


def _is_checkpoint(line: bytes) -> bool:
    if _MEMBER not in line:
        return False
    try:
        value = json_text.decode(line, where="line")
    except MalformedError:
        return False
    return isinstance(value, dict) and "c2pa:checkpoint" in value


def _loose(text: re.Match[bytes], start: int) -> Iterator[tuple[Span, str]]:
    """White space in a line that starts at ``start`` and that no checkpoint covers yet, where writers put none."""
    usual = {_BEHIND_COLON: (b" ",), _LAST: (b"\n", b"\r\n")}
    for number in range(1, text.re.groups + 1):
        if number != text.re.groupindex["store"] and text[number] not in (b"", *usual.get(number, ())):
            yield Span(start + text.start(number), len(text[number])), "white space in the line of the last checkpoint"


class JsonLinesFormat(UpdatedInPlace):
    """JSON Lines with checkpoints."""

    name = "JSON Lines"
    media_types: tuple[str, ...] = (JSON_LINES, "application/x-ndjson", "application/x-jsonlines", "application/jsonlines")
    extensions: tuple[str, ...] = (".jsonl", ".ndjson")
    binding = "c2pa.hash.segment"
    writable = False
    metadata_kinds: frozenset[str] = frozenset()

    def matches(self, head: bytes) -> bool:
        """Whether the file starts with an object whose first member stands in the same line."""
        return re.match(rb'\{[ \t]*"', head) is not None

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """The last checkpoint; raises nothing for a file without one."""
        most = limits.store_size * 2
        for span in lines_backwards(source):
            if span.length > most:
                continue
            line = source.read(span.start, span.length)
            if _is_checkpoint(line):
                return self._found(source, span, line)
        return Layout(media_type=JSON_LINES, size=source.size, insert_at=source.size)

    def _found(self, source: Source, span: Span, line: bytes) -> Layout:
        text = _LINE.fullmatch(line)
        remarks = () if text else ("the last checkpoint does not hold its manifest store, and what is kept elsewhere is not asked for",)
        stores: tuple[StoreLocation, ...] = ()
        if text:
            place = Span(span.start + text.start("store"), text.end("store") - text.start("store"))
            stores = (StoreLocation(slices=(place,), frame=(span,), base64=True, loose=tuple(_loose(text, span.start))),)
        return Layout(media_type=JSON_LINES, size=source.size, stores=stores, insert_at=source.size, remarks=remarks)

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:  # noqa: ARG002
        """Always ``AssetError``: what is there is never changed."""
        raise AssetError(_APPENDED_ONLY)

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:  # noqa: ARG002
        """Always ``AssetError``: there is no place for metadata."""
        raise AssetError(_APPENDED_ONLY)

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """None: lines are no boxes, and no box hash fits them."""
        return iter(())

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:  # noqa: ARG002
        """None that a picture would carry."""
        return iter(())

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:  # noqa: ARG002
        """Always ``AssetError``: what is there is never changed."""
        raise AssetError(_APPENDED_ONLY)
