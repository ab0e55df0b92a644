"""Put a store among the properties of an ONNX model, exchange it, take it out, with every other byte as it was.

Lengths before the value are hashed, so that they have to be right before the store is signed. An entry that is new stands behind everything
else: protobuf lets fields come in any order, and nothing in the file moves.
"""

from __future__ import annotations

from base64 import b64encode

from credkit.assets.edited import Replacement, splice
from credkit.assets.layout import Edit, Layout, Span, StoreLocation
from credkit.assets.onnx.model import MANIFEST_KEY, PROPERTIES, Model, Property
from credkit.assets.onnx.protobuf import LENGTH_DELIMITED, Field
from credkit.assets.source import Source
from credkit.codec.varint import build_varint

__all__ = ["edited", "laid_out"]

_NAMED = 4
"""Files with weights that are named in a remark."""


def laid_out(source: Source, model: Model, media_type: str) -> Layout:
    """Where the store lies; files with weights, which no hash covers, are a remark."""
    return Layout(
        media_type=media_type,
        size=source.size,
        stores=tuple(_location(entry) for entry in model.manifests),
        insert_at=source.size,
        end=source.size,
        remarks=_remarks(model),
    )


def _location(entry: Property) -> StoreLocation:
    value = entry.value.value if entry.value is not None else Span(entry.entry.frame.end, 0)
    return StoreLocation(slices=(value,), frame=(value,), fault=entry.fault, base64=True)


def _remarks(model: Model) -> tuple[str, ...]:
    if not model.files:
        return () if model.whole else ("the graph was not looked through to its end for weights that lie in files of their own",)
    names = ", ".join(f'"{_shown(name)}"' for name in model.files[:_NAMED])
    more = f" and {len(model.files) - _NAMED:,} more" if len(model.files) > _NAMED else ""
    return (f"weights of the model lie in files of their own ({names}{more}), which its hash does not cover",)


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in name[:100])


def edited(source: Source, model: Model, store: bytes | None) -> Edit:
    """The value of the one sound entry exchanged; or all entries taken out, and a new one put at the end."""
    value = b64encode(store) if store is not None else b""
    if store is not None and len(model.manifests) == 1 and not model.manifests[0].fault and (field := model.manifests[0].value):
        return _exchanged(source, model.manifests[0].entry, field, value)
    changes = [Replacement(entry.entry.frame) for entry in model.manifests]
    if store is None:
        return Edit(pieces=splice(source.size, changes))
    before = _before(len(value))
    changes.append(Replacement(Span(source.size, 0), before + value))
    start = source.size + sum(change.growth for change in changes) - len(value)
    return Edit(pieces=splice(source.size, changes), exclusions=(Span(start, len(value)),))


def _exchanged(source: Source, entry: Field, field: Field, value: bytes) -> Edit:
    """Another value in an entry, and the two lengths where they change."""
    changes = [Replacement(field.value, value)]
    growth = len(value) - field.value.length
    if growth:
        inner = build_varint(len(value))
        growth += len(inner) - field.length.length
        changes += [Replacement(field.length, inner), Replacement(entry.length, build_varint(entry.value.length + growth))]
    shift = sum(change.growth for change in changes[1:])
    return Edit(pieces=splice(source.size, changes), exclusions=(Span(field.value.start + shift, len(value)),))


def _before(length: int) -> bytes:
    """An entry up to its value of ``length`` bytes."""
    key = MANIFEST_KEY.encode()
    start = _announced(1, len(key)) + key + _announced(2, length)
    return _announced(PROPERTIES, len(start) + length) + start


def _announced(field: int, length: int) -> bytes:
    """What stands before the ``length`` bytes of a field."""
    return build_varint(field << 3 | LENGTH_DELIMITED) + build_varint(length)
