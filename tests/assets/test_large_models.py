"""Models and data sets of gigabytes pass in constant memory. The files are sparse, so that they take no room on disk."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import BinaryIO

import pytest

from credkit.codec.varint import build_varint
from tests.assets.samples_models import parquet
from tests.assets.test_large import PROGRAM

SIZE = 5 << 30
"""Bytes of weights: too many to be hashed in a test, so that the store is found and planned, and nothing is copied."""
MOST = 16 << 20
SCAN = (
    PROGRAM.split("with FileSource")[0]
    + """
with FileSource(sys.argv[1]) as source:
    form = detect(source)
    layout = form.scan(source)
    boxes = list(form.boxes(source, layout))
    edit = form.embed(source, layout, bytes(70_000))
print(json.dumps({"grown": peak() - before, "name": form.name, "size": edit.size, "pieces": len(edit.pieces), "remarks": layout.remarks}))
"""
)


def safetensors_file(stream: BinaryIO) -> None:
    entries = {f"layers.{index}.weight": {"dtype": "U8", "shape": [5], "data_offsets": [index, index]} for index in range(5_000)}
    entries["large"] = {"dtype": "U8", "shape": [SIZE], "data_offsets": [0, SIZE]}
    text = json.dumps(entries).encode()
    stream.write(len(text).to_bytes(8, "little") + text)
    stream.truncate(8 + len(text) + SIZE)


def onnx_file(stream: BinaryIO) -> None:
    tensor = b"\x08" + build_varint(SIZE) + b"\x10\x02\x4a" + build_varint(SIZE)
    graph = b"\x12\x01g\x2a" + build_varint(len(tensor) + SIZE) + tensor
    stream.write(b"\x08\x0a\x12\x04test\x3a" + build_varint(len(graph) + SIZE) + graph)
    stream.seek(SIZE, 1)
    stream.write(b"\x42\x04\x0a\x00\x10\x12")


def parquet_file(stream: BinaryIO) -> None:
    data = parquet()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    stream.write(data[:footer])
    stream.seek(SIZE, 1)
    stream.write(data[footer:])


@pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")
@pytest.mark.parametrize(
    ("make", "name"),
    [(safetensors_file, "SafeTensors"), (onnx_file, "ONNX"), (parquet_file, "Parquet")],
    ids=["safetensors", "onnx", "parquet"],
)
def test_memory_does_not_grow_with_the_file(make, name: str, tmp_path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as stream:
        make(stream)
    result = subprocess.run([sys.executable, "-c", SCAN, str(path)], capture_output=True, text=True, check=True)
    found = json.loads(result.stdout)
    assert (found["name"], found["remarks"]) == (name, [])
    assert found["size"] > SIZE + 70_000
    assert found["pieces"] <= 9
    assert found["grown"] < MOST
