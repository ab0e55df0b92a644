"""Small model files and data sets, made with the libraries that own the formats, and what these make of them."""

from __future__ import annotations

import io
import json
import struct
from typing import Any

import numpy
import onnx
import pyarrow
import pyarrow.parquet
from onnx import helper, numpy_helper
from safetensors.numpy import load, save

__all__ = [
    "encrypted_parquet",
    "onnx_content",
    "onnx_file",
    "onnx_model",
    "parquet",
    "pretty_safetensors",
    "raw_safetensors",
    "safetensors",
    "table",
    "tensors",
]

_TENSORS = {"layer.weight": numpy.arange(12, dtype=numpy.float32).reshape(3, 4), "layer.bias": numpy.arange(3, dtype=numpy.uint8)}


def safetensors(**metadata: str) -> bytes:
    """Two tensors as the library writes them; without metadata there is no ``__metadata__``."""
    return save(_TENSORS, metadata=metadata or None)


def raw_safetensors(header: str | bytes, body: bytes = b"", *, length: int | None = None) -> bytes:
    """A header as given, its length (or another one) before it."""
    text = header.encode() if isinstance(header, str) else header
    return struct.pack("<Q", len(text) if length is None else length) + text + body


def pretty_safetensors() -> bytes:
    """A header with white space everywhere, members in unusual order, and escapes in keys."""
    entry = {"shape": [2], "data_offsets": [0, 8], "dtype": "F32"}
    text = json.dumps({"größe": entry, "__metadata__": {"format": "pt", "note": 'a "word"\\'}}, indent=2)
    return raw_safetensors(text.replace("format", "f\\u006frmat") + "\n ", bytes(8))


def onnx_model(doc: str = "", **properties: str) -> onnx.ModelProto:
    """A product of matrices."""
    weights = numpy_helper.from_array(numpy.arange(12, dtype=numpy.float32).reshape(3, 4), "weights")
    inputs = [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1, 3])]
    outputs = [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1, 4])]
    graph = helper.make_graph([helper.make_node("MatMul", ["x", "weights"], ["y"])], "graph", inputs, outputs, [weights])
    model = helper.make_model(graph, producer_name="credkit test", producer_version="1", doc_string=doc)
    helper.set_model_props(model, properties)
    return model


def onnx_file(doc: str = "", **properties: str) -> bytes:
    """The same as a file."""
    return onnx_model(doc, **properties).SerializeToString()


def onnx_content(data: bytes) -> object:
    """The model as the library loads and checks it, without the manifest's property."""
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model)
    for entry in [entry for entry in model.metadata_props if entry.key == "c2pa:manifest"]:
        model.metadata_props.remove(entry)
    return model.SerializeToString(deterministic=True)


def parquet(metadata: dict[str, str] | None = None, **options: Any) -> bytes:
    """A table of three columns in three groups of rows."""
    found = pyarrow.table({"name": ["a", "b", None], "count": [1, 2, 3], "sizes": [[1.5, 2.0], [], None]})
    sink = io.BytesIO()
    pyarrow.parquet.write_table(found.replace_schema_metadata(metadata), sink, row_group_size=1, **options)
    return sink.getvalue()


def encrypted_parquet(*, plaintext_footer: bool) -> bytes:
    """The same with an encrypted column, and with or without an encrypted footer."""
    from pyarrow.parquet import encryption as crypto

    class Keys(crypto.KmsClient):
        """Hides keys behind a constant, which is enough for a test."""

        def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> bytes:
            return bytes(byte ^ 0x5A for byte in key_bytes)

        def unwrap_key(self, wrapped_key: bytes, master_key_identifier: str) -> bytes:
            return bytes(byte ^ 0x5A for byte in wrapped_key)

    factory = crypto.CryptoFactory(lambda _configuration: Keys())
    wanted = crypto.EncryptionConfiguration(
        footer_key="footer", column_keys={"column": ["count"]}, plaintext_footer=plaintext_footer, double_wrapping=False
    )
    return parquet(encryption_properties=factory.file_encryption_properties(crypto.KmsConnectionConfig(), wanted))


def table(data: bytes) -> object:
    """Schema, metadata and rows as the library reads them, without the manifest's entry."""
    found = pyarrow.parquet.read_table(io.BytesIO(data))
    file = pyarrow.parquet.read_metadata(io.BytesIO(data))
    kept = {key: value for key, value in (file.metadata or {}).items() if key != b"c2pa:manifest"}
    groups = [file.row_group(index).to_dict() for index in range(file.num_row_groups)]
    return found.to_pylist(), str(found.schema.remove_metadata()), kept, file.created_by, repr(groups)


def tensors(data: bytes) -> object:
    """Names, types, shapes and bytes of all tensors, as the library loads them."""
    return [(name, str(value.dtype), value.shape, value.tobytes()) for name, value in sorted(load(data).items())]
