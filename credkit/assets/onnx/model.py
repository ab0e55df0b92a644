"""What an ONNX model says around its graph: properties, texts, and files that hold weights; the graph itself is not looked into further."""

from __future__ import annotations

from collections.abc import Iterator

from credkit.assets.layout import Span
from credkit.assets.onnx.protobuf import LENGTH_DELIMITED, VARINT, Counter, Field, fields, varint_at
from credkit.assets.source import Source
from credkit.assets.window import Window
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["MANIFEST_KEY", "PROPERTIES", "Model", "Property", "read_fields", "read_model"]

MANIFEST_KEY = "c2pa:manifest"
PROPERTIES = 14
"""Number of ``metadata_props`` in ``ModelProto``."""
_GRAPH = 7
_TEXTS = {2: "producer_name", 3: "producer_version", 4: "domain", 6: "doc_string"}
_MODEL_VERSION = 5
_KEY = 1 << 10
_FILES = 100
"""Names of files with weights that are kept."""
_INSIDE: dict[str, dict[int, str]] = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "function": {7: "node"},
    "graph": {1: "node", 5: "tensor", 15: "sparse tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse tensor", 23: "sparse tensor"},
    "sparse tensor": {1: "tensor", 2: "tensor"},
    "tensor": {13: "place"},
}
"""Which fields of a message hold what, on the way to the tensors that say where their data lies."""
_DEPTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """One entry of ``metadata_props``."""

    entry: Field
    key: str | None
    """None for a key of more than 1,024 bytes."""
    value: Field | None
    fault: str = ""
    """Why the entry is in doubt, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """What a walk over the message found."""

    properties: tuple[Property, ...]
    texts: tuple[tuple[str, Field], ...]
    """Fields with texts and numbers, by name."""
    files: tuple[str, ...]
    """Files beside the model that hold weights, as the tensors name them."""
    whole: bool
    """The graph was looked through to its end for such files."""

    @property
    def manifests(self) -> tuple[Property, ...]:
        """The entries under the manifest's key."""
        return tuple(entry for entry in self.properties if entry.key == MANIFEST_KEY)


def read_model(source: Source, limits: Limits) -> Model:
    """Walk over the message; ``MalformedError`` when it is not sound or has no graph."""
    window, counter = Window(source), Counter(limits.onnx_fields)
    properties: list[Property] = []
    texts: list[tuple[str, Field]] = []
    has_graph = False
    for field in fields(window, Span(0, source.size), counter):
        if field.number == PROPERTIES and field.wire == LENGTH_DELIMITED:
            properties.append(_property(window, field, counter))
            if len(properties) > limits.model_properties:
                raise MalformedError("the model has too many properties", where="the model", offset=field.frame.start)
        elif field.number in _TEXTS and field.wire == LENGTH_DELIMITED:
            texts.append((_TEXTS[field.number], field))
        elif field.number == _MODEL_VERSION and field.wire == VARINT:
            texts.append(("model_version", field))
        if len(texts) > limits.model_properties:
            raise MalformedError("the model says too much about itself", where="the model", offset=field.frame.start)
        has_graph = has_graph or (field.number == _GRAPH and field.wire == LENGTH_DELIMITED)
    if not has_graph:
        raise MalformedError("the model has no graph", where="the model", offset=0)
    files, whole = _files(source, limits)
    return Model(properties=tuple(properties), texts=tuple(texts), files=files, whole=whole)


def _property(window: Window, entry: Field, counter: Counter) -> Property:
    keys: list[Field] = []
    values: list[Field] = []
    for field in fields(window, entry.value, counter):
        if field.wire == LENGTH_DELIMITED and field.number in (1, 2):
            (keys if field.number == 1 else values).append(field)
    names = [_text(window, field.value) for field in keys]
    fault = ""
    if MANIFEST_KEY in names:
        if len(keys) > 1 or len(values) > 1:
            fault = "its entry has more than one key or value"
        elif not values:
            fault = "its entry has no value"
        return Property(entry=entry, key=MANIFEST_KEY, value=values[-1] if values else None, fault=fault)
    return Property(entry=entry, key=names[-1] if names else "", value=values[-1] if values else None)


def _text(window: Window, span: Span) -> str | None:
    return window.read(span.start, span.length).decode("utf-8", "replace") if span.length <= _KEY else None


def _files(source: Source, limits: Limits) -> tuple[tuple[str, ...], bool]:
    """The files that tensors name as the place of their data, and whether all tensors were seen.

    What is broken inside of the graph ends the search and is no reason to refuse the file: the hash covers it as it is.
    """
    window, counter = Window(source), Counter(limits.onnx_fields)
    found: dict[str, None] = {}
    walks = [("model", fields(window, Span(0, source.size), counter))]
    try:
        while walks:
            kind, walk = walks[-1]
            known = _INSIDE[kind]
            # Nearly all fields of a graph are passed over or empty, and hostile ones have nothing else.
            for field in walk:
                if field.number in known and field.wire == LENGTH_DELIMITED and field.end > field.value_at:
                    break
            else:
                walks.pop()
                continue
            inside = known[field.number]
            if inside == "place":
                place = _property(window, field, counter)
                if place.key == "location" and place.value is not None and len(found) < _FILES:
                    found[_text(window, place.value.value) or ""] = None
            elif len(walks) >= _DEPTH:
                return tuple(found), False
            else:
                walks.append((inside, fields(window, field.value, counter)))
    except MalformedError:
        return tuple(found), False
    return tuple(found), True


def read_fields(source: Source, model: Model, most: int) -> Iterator[tuple[str, str | None]]:
    """Names and values of texts and properties, the manifest's left out; None for a value of more than ``most`` bytes."""
    window = Window(source)
    for name, field in model.texts:
        if field.wire == VARINT:
            yield name, str(varint_at(window, field.value.start, field.value.end)[0])
        else:
            yield name, _value(source, field, most)
    for entry in model.properties:
        if entry.key and entry.key != MANIFEST_KEY and entry.value is not None:
            yield entry.key, _value(source, entry.value, most)


def _value(source: Source, field: Field, most: int) -> str | None:
    if field.value.length > most:
        return None
    return source.read(field.value.start, field.value.length).decode("utf-8", "replace")
