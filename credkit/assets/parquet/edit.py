"""Put a store among the key-value entries of a Parquet footer, exchange it, take it out, with every other byte as it was.

Only the footer grows, and it is the last part of the file, so that no page or column moves. Counts and lengths before the value are hashed,
so that they have to be right before the store is signed.
"""

from __future__ import annotations

from base64 import b64encode

from credkit.assets.edited import Replacement, splice
from credkit.assets.layout import Edit, Layout, Span, StoreLocation
from credkit.assets.parquet.footer import KEY_VALUES, MANIFEST_KEY, TAIL, Field, Footer, KeyValue
from credkit.assets.parquet.thrift import BINARY, LIST, STRUCT, field_header, list_header
from credkit.assets.source import Source
from credkit.codec.varint import build_varint
from credkit.errors import AssetError

__all__ = ["edited", "laid_out"]

_ENCRYPTED = "an encrypted Parquet file cannot carry Content Credentials, as the standard says: keep them in a file beside it (--sidecar)"
_REMARK = "the Parquet file is encrypted, so it cannot carry Content Credentials"
_SHORT = 15
"""A list of as many elements has its count in a number of its own."""


def laid_out(source: Source, footer: Footer, media_type: str) -> Layout:
    """Where the store lies; an encrypted file has none, which is a remark."""
    return Layout(
        media_type=media_type,
        size=source.size,
        stores=tuple(_location(entry) for entry in footer.manifests),
        insert_at=footer.stop,
        end=source.size,
        remarks=(_REMARK,) if footer.encrypted and not footer.manifests else (),
    )


def _location(entry: KeyValue) -> StoreLocation:
    return StoreLocation(slices=(entry.value,), frame=(entry.value,), fault=entry.fault, base64=True)


def edited(source: Source, footer: Footer, store: bytes | None) -> Edit:
    """The value of the one sound entry exchanged; or all entries taken out, and a new one put last.

    ``AssetError`` for a file that is encrypted, wholly or in part: its footer is signed by its own means.
    """
    if footer.encrypted and (store is not None or footer.manifests):
        raise AssetError(_ENCRYPTED)
    value = b64encode(store) if store is not None else b""
    if store is not None and len(footer.manifests) == 1 and not footer.manifests[0].fault:
        entry = footer.manifests[0]
        changes = [Replacement(entry.value, value)]
        if entry.value.length != len(value):
            changes.append(Replacement(entry.length, build_varint(len(value))))
        start = entry.value.start + sum(change.growth for change in changes[1:])
    else:
        changes = _changes(footer, _entry(value) if store is not None else b"")
        # The entry is the last of what is inserted, and one byte ends it.
        new = changes[0] if store is not None else None
        start = _moved(new, changes) + len(new.data) - 1 - len(value) if new else 0
    exclusions = (Span(start, len(value)),) if store is not None else ()
    return Edit(pieces=splice(source.size, [*changes, *_length(source, footer, changes)]), exclusions=exclusions)


def _moved(change: Replacement, changes: list[Replacement]) -> int:
    """Where in the output a replacement begins."""
    return change.span.start + sum(other.growth for other in changes if other.span.start < change.span.start)


def _entry(value: bytes) -> bytes:
    """An entry with the manifest's key."""
    key = MANIFEST_KEY.encode()
    start = field_header(1, BINARY, 0) + build_varint(len(key)) + key
    return start + field_header(2, BINARY, 1) + build_varint(len(value)) + value + b"\x00"


def _changes(footer: Footer, entry: bytes) -> list[Replacement]:
    """What takes all manifests out of the list and puts ``entry`` last, the insertion first; a list that would be empty goes whole."""
    field = footer.key_values
    if field is None:
        return _new_field(footer, entry) if entry else []
    kept = len(footer.entries) - len(footer.manifests)
    if not kept and not entry:
        return [Replacement(Span(field.header_span.start, field.value.end - field.header_span.start)), *_next_header(footer, field)]
    changes = [Replacement(Span(field.value.end, 0), entry)] if entry else []
    changes += [Replacement(manifest.span) for manifest in footer.manifests]
    count = kept + bool(entry)
    if count != len(footer.entries):
        first = footer.entries[0].span.start if footer.entries else field.value.end
        long = footer.entries_long and not count < _SHORT <= len(footer.entries)
        changes.append(Replacement(Span(field.value.start, first - field.value.start), list_header(STRUCT, count, long=long)))
    return changes


def _new_field(footer: Footer, entry: bytes) -> list[Replacement]:
    """A list with one entry where its number belongs among the fields, or last where they are in no order."""
    numbers = [field.header.number for field in footer.fields]
    ordered = numbers == sorted(numbers)
    following = next((field for field in footer.fields if ordered and field.header.number > KEY_VALUES), None)
    before = max((number for number in numbers if number < KEY_VALUES), default=0) if ordered else numbers[-1]
    place = following.header_span.start if following else footer.stop
    data = field_header(KEY_VALUES, LIST, before) + list_header(STRUCT, 1) + entry
    changes = [Replacement(Span(place, 0), data)]
    return changes if following is None else [*changes, *_renumbered(following, KEY_VALUES)]


def _next_header(footer: Footer, gone: Field) -> list[Replacement]:
    """The header of the field behind one that goes, when its number is told by the distance."""
    index = footer.fields.index(gone)
    before = footer.fields[index - 1].header.number if index else 0
    return _renumbered(footer.fields[index + 1], before) if index + 1 < len(footer.fields) else []


def _renumbered(field: Field, before: int) -> list[Replacement]:
    if not field.header.is_short:
        return []
    return [Replacement(field.header_span, field_header(field.header.number, field.header.kind, before))]


def _length(source: Source, footer: Footer, changes: list[Replacement]) -> list[Replacement]:
    """The length of the footer, where it changes; ``AssetError`` when it does not fit into its field."""
    growth = sum(change.growth for change in changes)
    if not growth:
        return []
    length = footer.span.length + growth
    if length >= 1 << 32:
        raise AssetError(
            "the footer of the Parquet file has no room for a manifest store of that size: keep it beside the file (--sidecar)"
        )
    return [Replacement(Span(source.size - TAIL, 4), length.to_bytes(4, "little"))]
