"""Models and tables: headers of very many entries."""

from __future__ import annotations

import json
import struct

from credkit.assets.parquet.thrift import LIST, STRUCT, field_header, list_header
from credkit.codec.varint import build_varint
from tests.assets.samples_models import onnx_file, parquet, raw_safetensors
from tests.cost.hostile import hostile

__all__: list[str] = []


def _tensors(count: int, form: str = '"%x":{"dtype":"U8","shape":[],"data_offsets":[0,0]}') -> str:
    return ",".join(form % number for number in range(count))


@hostile("safetensors entries", ".safetensors")
def _(size: int) -> bytes:
    return raw_safetensors("{" + _tensors(size // 53) + "}")


@hostile("safetensors entries of another form", ".safetensors")
def _(size: int) -> bytes:
    return raw_safetensors("{" + _tensors(min(size // 40, 49_000), '"%x":{"data_offsets":[0,0], "a":1}') + "}")


@hostile("safetensors entries with much in them", ".safetensors")
def _(size: int) -> bytes:
    inner = ",".join(f'"{number:x}":{{}}' for number in range(min(size // 10, 6_000)))
    one = '"%x":{"data_offsets":[0,0],"a":{' + inner + "}}"
    return raw_safetensors("{" + _tensors(max(1, size // len(one)), one) + "}")


@hostile("safetensors metadata", ".safetensors")
def _(size: int) -> bytes:
    return raw_safetensors('{"__metadata__":{' + ",".join(f'"{n:x}":""' for n in range(min(size // 8, 9_999))) + "}," + _tensors(1) + "}")


@hostile("safetensors text of escapes", ".safetensors")
def _(size: int) -> bytes:
    return raw_safetensors('{"__metadata__":{"a":"' + "\\u0041" * (size // 6) + '"},' + _tensors(1) + "}")


@hostile("safetensors spaces", ".safetensors")
def _(size: int) -> bytes:
    return raw_safetensors("{" + " " * size + _tensors(1) + "}")


@hostile("safetensors metadata of a training tool", ".safetensors")
def _(size: int) -> bytes:
    tags = json.dumps({"a": {f"tag {number}": 1 for number in range(size // 16)}})
    return raw_safetensors('{"__metadata__":{"ss_tag_frequency":' + json.dumps(tags) + "}," + _tensors(1) + "}")


def _field(number: int, value: bytes) -> bytes:
    return build_varint(number << 3 | 2) + build_varint(len(value)) + value


@hostile("onnx fields", ".onnx")
def _(size: int) -> bytes:
    return onnx_file() + b"\x08\x01" * (size // 2)


@hostile("onnx fields, at the limit", ".onnx")
def _(size: int) -> bytes:
    return onnx_file() + b"\x08\x01" * min(size // 2, 99_000)


@hostile("onnx nodes", ".onnx")
def _(size: int) -> bytes:
    return onnx_file() + _field(7, _field(1, b"") * (size // 2))


@hostile("onnx tensors", ".onnx")
def _(size: int) -> bytes:
    return onnx_file() + _field(7, _field(5, _field(13, _field(1, b"location") + _field(2, b"x"))) * (size // 17))


@hostile("onnx properties", ".onnx")
def _(size: int) -> bytes:
    return onnx_file() + _field(14, _field(1, b"a") + _field(2, b"b")) * min(size // 8, 9_990)


@hostile("onnx groups", ".onnx")
def _(size: int) -> bytes:
    return onnx_file() + (b"\x0b" * 16 + b"\x0c" * 16) * (size // 32)


def _footer(body: bytes) -> bytes:
    start = parquet()
    length = int.from_bytes(start[-8:-4], "little")
    old = start[-8 - length : -8]
    footer = old[:-1] + body + b"\0"
    return start[: -8 - length] + footer + struct.pack("<I", len(footer)) + b"PAR1"


def _parquet_list(kind: int, count: int, body: bytes) -> bytes:
    """A list in a field that nobody knows."""
    return bytes((0x09,)) + build_varint(100 << 1) + bytes((0xF0 | kind,)) + build_varint(count) + body


@hostile("parquet numbers", ".parquet")
def _(size: int) -> bytes:
    return _footer(_parquet_list(5, size, b"\2" * size))


@hostile("parquet structs", ".parquet")
def _(size: int) -> bytes:
    return _footer(_parquet_list(12, size, b"\0" * size))


@hostile("parquet lists of lists", ".parquet")
def _(size: int) -> bytes:
    return _footer(_parquet_list(9, size, b"\x05" * size))


@hostile("parquet fields of structs", ".parquet")
def _(size: int) -> bytes:
    one = b"\x15\2" * 8 + b"\0"
    return _footer(_parquet_list(12, size // len(one), one * (size // len(one))))


@hostile("parquet maps", ".parquet")
def _(size: int) -> bytes:
    return _footer(_parquet_list(11, size // 4, b"\1\x55\2\2" * (size // 4)))


@hostile("parquet fields of the file", ".parquet")
def _(size: int) -> bytes:
    return _footer(b"\x11" * size)


@hostile("parquet fields of an entry", ".parquet")
def _(size: int) -> bytes:
    footer = field_header(5, LIST, 0) + list_header(STRUCT, 1) + b"\x11" * size + b"\0\0"
    return b"PAR1\0" + footer + struct.pack("<I", len(footer)) + b"PAR1"


@hostile("parquet entries", ".parquet")
def _(size: int) -> bytes:
    return parquet({f"{number}": "x" for number in range(min(size // 12, 9_990))})


def _gguf(*entries: bytes, count: int | None = None) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", 3, 0, len(entries) if count is None else count) + b"".join(entries)


def _gguf_text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


@hostile("gguf vocabulary", ".gguf")
def _(size: int) -> bytes:
    count = size // 8
    return _gguf(_gguf_text(b"tokens") + struct.pack("<IIQ", 9, 8, count) + bytes(8 * count))


@hostile("gguf keys", ".gguf")
def _(size: int) -> bytes:
    one = _gguf_text(b"a") + struct.pack("<IB", 0, 1)
    return _gguf(one * (size // len(one)), count=size // len(one))
