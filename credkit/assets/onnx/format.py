"""ONNX as an asset format: the store as Base64 text under the key ``c2pa:manifest`` of ``ModelProto.metadata_props``.

Clauses: "Embedding manifests into ONNX" (anchor ``_embedding_manifests_into_onnx``) and "Hashing of ONNX files" (anchor
``_hashing_of_onnx_files``). ``protobuf`` and ``model`` walk, ``edit`` writes; they are loaded only when such a file comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from credkit.assets.layout import Edit, Layout
from credkit.assets.partial import NoBoxes, NoMetadata, NoTexts, UpdatedInPlace
from credkit.assets.source import Source
from credkit.codec.varint import read_varint
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from credkit.assets.onnx.model import Model

__all__ = ["OnnxFormat", "fields_of", "model_of"]

_IR_VERSIONS = range(1, 64)
"""Of the intermediate representation; 13 is the newest that we have seen."""
_VARINT, _BYTES = 0, 2
_BEFORE_THE_GRAPH = {0x12: _BYTES, 0x1A: _BYTES, 0x22: _BYTES, 0x28: _VARINT, 0x32: _BYTES}
"""Tags of producer, its version, domain, version of the model and description, as a byte each, with how their values are written."""
_GRAPH = 0x3A
_IN_A_GRAPH = frozenset((0x0A, 0x12, 0x2A, 0x52, 0x5A, 0x62, 0x6A, 0x72, 0x7A, 0x82))
_IN_A_NODE = frozenset((0x0A, 0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A, 0x42, 0x4A, 0x52))
_HEAD = 4096
_NOTHING = (0, 0)
"""A number that does not end."""


def model_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Model:
    """What stands around the graph, walked through once; ``MalformedError`` as in ``model.read_model``."""
    from credkit.assets.onnx.model import read_model

    if not _begins(source.read(0, min(source.size, _HEAD))):
        raise MalformedError("the file does not begin as ONNX models do", where="file", offset=0)
    return source.known.once(("ONNX model", limits), lambda: read_model(source, limits))


def fields_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[str, str | None]]:
    """What the model says about itself, by the names of the fields and the keys of ``metadata_props``, without the manifest.

    None for a text larger than ``limits.text_size``. ``MalformedError`` for a broken file.
    """
    from credkit.assets.onnx.model import read_fields

    return read_fields(source, model_of(source, limits), limits.text_size)


class OnnxFormat(UpdatedInPlace, NoMetadata, NoTexts, NoBoxes):
    """ONNX model files."""

    name = "ONNX"
    media_types: tuple[str, ...] = ("application/x-onnx", "application/onnx")
    extensions: tuple[str, ...] = (".onnx",)
    binding = "c2pa.hash.data"
    writable = True

    def matches(self, head: bytes) -> bool:
        """Whether the file starts as all that write ONNX begin: a version, who wrote it, then a graph.

        Protobuf has no signature, so every byte up to the first field of the graph has to fit. A description longer than the head is
        taken for one when it is a text.
        """
        return _begins(head)

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """The store among the properties; ``MalformedError`` for a message that is not sound, or has no graph."""
        from credkit.assets.onnx.edit import laid_out

        return laid_out(source, model_of(source, limits), self.media_types[0])

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:  # noqa: ARG002
        """The value of the entry exchanged, an entry put behind everything else, or taken out."""
        from credkit.assets.onnx.edit import edited

        return edited(source, model_of(source), store)


def _begins(head: bytes) -> bool:
    if len(head) < 4 or head[0] != 0x08 or head[1] not in _IR_VERSIONS:
        return False
    position = 2
    while position < len(head) and head[position] in _BEFORE_THE_GRAPH:
        is_text = _BEFORE_THE_GRAPH[head[position]] == _BYTES
        number, start = read_varint(head, position + 1) or _NOTHING
        position = start + number if is_text else start
        if not start or (is_text and not _is_text(head[start:position])):
            return False
    if position >= len(head):
        return len(head) >= _HEAD
    return head[position] == _GRAPH and _is_graph(head, position + 1)


def _is_text(data: bytes) -> bool:
    """Whether bytes are a text, the last character of which may be cut off."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(data) - 3:
            return False
        text = data[: error.start].decode("utf-8")
    return all(character.isprintable() or character in "\t\n\r" for character in text)


def _is_graph(head: bytes, position: int) -> bool:
    length, start = read_varint(head, position) or _NOTHING
    if not length or not start:
        return False
    if start >= len(head):
        return len(head) >= _HEAD
    if head[start] not in _IN_A_GRAPH:
        return False
    size, inside = read_varint(head, start + 1 + (head[start] == 0x82)) or _NOTHING
    if not inside or size > length:
        return False
    return head[start] != 0x0A or inside >= len(head) or head[inside] in _IN_A_NODE
