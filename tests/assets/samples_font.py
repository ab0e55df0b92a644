"""Fonts put together from tables, with the table that holds credentials; the tables are those of the font that Pillow brings along."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from PIL import ImageFont

from credkit.assets import BytesSource, FontFormat, NamedBox
from tests.forge.manifests import CREATED, Assertion, Recipe, actions, store

__all__ = ["c2pa_table", "entries_of", "font", "real_tables", "rendered", "sfnt", "signed_font", "tables_of"]

TRUE_TYPE = b"\x00\x01\x00\x00"
Entry = dict[str, Any]


def sfnt(tables: Mapping[bytes, bytes], *, version: bytes = TRUE_TYPE, order: tuple[bytes, ...] | None = None) -> bytes:
    """A font with these tables, which lie in the order of the mapping; the directory lists them by name, or in ``order``."""
    power = len(tables).bit_length() - 1
    head = version + struct.pack(">HHHH", len(tables), 16 << power, power, 16 * len(tables) - (16 << power))
    places, body, start = {}, b"", len(head) + 16 * len(tables)
    for tag, data in tables.items():
        places[tag] = start + len(body)
        body += data + bytes(-len(data) % 4)
    records = (struct.pack(">4sIII", tag, _sum(tables[tag]), places[tag], len(tables[tag])) for tag in order or sorted(tables))
    return head + b"".join(records) + body


def _sum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    return sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF


def c2pa_table(content: bytes = b"", uri: bytes = b"", *, tail: bytes = b"", between: bytes = b"") -> bytes:
    """The table ``C2PA`` with a store, a URI, or both."""
    uri_at = 20 if uri else 0
    at = 20 + len(uri) + len(between) if content else 0
    return struct.pack(">HHIHHII", 0, 1, uri_at, len(uri), 0, at, len(content)) + uri + between + content + tail


def tables_of(data: bytes) -> dict[bytes, bytes]:
    """The tables in the order in which they lie in the file."""
    count = struct.unpack(">H", data[4:6])[0]
    records = [struct.unpack(">4sIII", data[12 + 16 * i : 28 + 16 * i]) for i in range(count)]
    return {tag: data[start : start + length] for tag, _, start, length in sorted(records, key=lambda record: record[2])}


@cache
def font() -> bytes:
    """The font that Pillow brings along."""
    data = ImageFont.load_default(12).font_bytes
    assert isinstance(data, bytes)
    return data


def real_tables() -> dict[bytes, bytes]:
    return tables_of(font())


def rendered(data: bytes) -> bytes:
    """A text as FreeType draws it with the font."""
    return bytes(ImageFont.truetype(io.BytesIO(data), 20).getmask("credkit 2.5"))


def entries_of(data: bytes) -> list[Entry]:
    """One entry for each box of a font, as the specification wants them hashed."""
    source = BytesSource(data)
    form = FontFormat()
    return [_entry(data, box) for box in form.boxes(source, form.scan(source))]


def _entry(data: bytes, box: NamedBox) -> Entry:
    if box.name == "C2PA":
        return {"names": ["C2PA"], "hash": b"\x00", "pad": b""}
    content = data[box.span.start : box.span.end]
    if box.name == "head":
        content = content[:8] + bytes(4) + content[12:]
    return {"names": [box.name], "hash": hashlib.sha256(content).digest(), "pad": b""}


def signed_font(
    tables: Mapping[bytes, bytes] | None = None,
    *,
    edit: Callable[[list[Entry], bytes], list[Entry] | None] | None = None,
    uri: bytes = b"",
    tail: bytes = b"",
    between: bytes = b"",
    **options: Any,
) -> bytes:
    """A font bound by its tables; ``edit`` changes the list, the others what stands in the table of the store beside it."""
    tables = dict(tables or real_tables())
    blank = sfnt(tables | {b"C2PA": c2pa_table(b"\x00")}, **options)
    listed = entries_of(blank)
    edited = edit(listed, blank) if edit else None
    recipe = Recipe([actions(CREATED), Assertion("c2pa.hash.boxes", {"alg": "sha256", "boxes": listed if edited is None else edited})])
    return sfnt(tables | {b"C2PA": c2pa_table(store(recipe.build()).encode(), uri, tail=tail, between=between)}, **options)
