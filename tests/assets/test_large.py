"""A file of 200 MB passes in constant memory. It is sparse, so that it takes no room on disk."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.assets.samples import chunk, jpeg, png

SIZE = 200 << 20
PROGRAM = """
import json, resource, sys
from credkit.assets import FileSource, detect, hash_ranges, write_hashed
from credkit.assets.engine import included

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

before = peak()
with FileSource(sys.argv[1]) as source, open("/dev/null", "wb") as sink:
    form = detect(source)
    layout = form.scan(source)
    boxes = [box.name for box in form.boxes(source, layout)]
    edit = form.embed(source, layout, bytes(70_000))
    (written,) = write_hashed(source, edit, sink, "sha256", [tuple(included(edit.size, edit.exclusions))])
    same = hash_ranges(source, "sha256")
print(json.dumps({"grown": peak() - before, "size": edit.size, "boxes": boxes, "equal": written == same, "remarks": layout.remarks}))
"""


def jpeg_file(stream) -> None:
    data = jpeg()
    stream.write(data[:-2])
    stream.seek(SIZE)
    stream.write(data[-2:])


def png_file(stream) -> None:
    data = png()
    stream.write(data[:33])
    stream.write(SIZE.to_bytes(4, "big") + b"IDAT")
    stream.seek(SIZE + 4, 1)
    stream.write(chunk(b"IEND", b""))


@pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")
@pytest.mark.parametrize("make", [jpeg_file, png_file])
def test_memory_does_not_grow_with_the_file(make, tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as stream:
        make(stream)
    result = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True)
    found = json.loads(result.stdout)
    assert found["remarks"] == []
    assert found["equal"]
    assert found["size"] > SIZE + 70_000
    assert found["boxes"][-1] in ("EOI", "IEND")
    assert found["grown"] < 8 << 20
