"""JPEG XL files of the smallest pictures, as libjxl 0.7 writes them: the encoder need not be there to run the tests."""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

__all__ = ["BARE", "BOXED", "HEAD", "RESTORABLE", "decoded", "jxl_box", "jxl_pixels", "needs_libjxl", "parted", "split_boxes"]

_INSTALLED = bool(shutil.which("cjxl") and shutil.which("djxl"))
needs_libjxl = pytest.mark.skipif(not _INSTALLED, reason="cjxl and djxl are not installed")

BARE = base64.b64decode(
    "/wpYMBBQXAgIAgEA7AFLKDXGPqyTmYKChIKSAYwUQRrQ6BiDw9ExGIhGAYUMoxYiwABA1P/8/wj9/1et/FdlAfGHXiTvAvn6+vqa/hq4reoMVtJXcVJgDOAD"
    "d7DfXYEnx/6BBMcFGCYFXvF9Ad/wSw386g8W7/9n+n/vb+j9bb0fl3ZAxHUBAAc="
)
"""A codestream alone, 16 by 12 pixels, without loss."""
RESTORABLE = base64.b64decode(
    "AAAADEpYTCANCocKAAAAFGZ0eXBqeGwgAAAAAGp4bCAAAAASanhscAAAAAD/ClgwEAkAAAHnamJyZMAw3DaAIAhCy4AAEAqApwBCjQIhV5UAAICQo7IFQ3H+"
    "TxAZI5RxTiloP0KGMEsdZJiB0h1qsD5kOPmYAYccVFjkoGEHto8a+vdHljnsuAMNRfe/GOOMSS7Z5JNRTnlmmmu2+WaccxZ6aKKLNvpopJOWemqqq7b6aqyz"
    "Fntssss2+2y005Z7brrrtvtuvPMWfHDCCzf8cMQTj1zyySmv3PLLMc88dNFHJ710009HPfXYZZ+d9tptvx333IMXfnjiizf+eOSTj1766amv3vrrsc8e/PDF"
    "H5/88s0/H/304Y9f/vnpr9/++/HP/1/BVFUJAICQo7IFQ3H+XxAJpYyyTikS4wEhm1GDDJPqQEP1YMO5hxwzoCAfNOSgww5sLLLMUb/bhx03tKI/8szgkwzv"
    "fzHGGZds8skop0xzzTbfjHPOQg9NdNFGH4100lJPTXXVVl+NddZij0122WafjXbacs9Nd91234133oELPjjhhRt+OOKJRy755JRXbvnlmGceuuijk1666aej"
    "nnrsss9Oe+2234577sELPzzxxRt/PPLJRy/99NRXb/312Gcfvvjjk1+++eejn3788s9Pf/32349//v8CPwBQWQAACwiA4AAQSkZJRgABAQAAAQABAAADAAAA"
    "M2Jyb2JFeGlmGyMAAATcZIfATK4boqkDG3AcMPZCAw4bcFrSYAtr+f0gLdbElccHAAAAPmJyb2J4bWwgGzMAAMQpRx5I3nrkn387Bg45YL8VaILNCzbG+G6b"
    "3aBy1fuFxn9FTQd9lUAtES9jhh0AAAEuanhscIAAAAHgWwIQAGwEDn6MfQ5+/v8OAAAYAAgAAQAAAAAAgIAliZTIvEkPAICnmeHeAABKQgoKCiRHxeBJiobh"
    "UIUdLIjBRFuGGOAwAQBAqMCCAPQAAEwAOAHEENg6coDAEQRBqHBpxhEEQVqRwDSCIAjCOdKugSAIgiAIgiAIgiAIgiAIgiAIgiAIgiAIgiAIgpBHGDYhfkhA"
    "DtGCUAKQoLKMMWxVSx4l8Ib4dQBNR9ZAA4yoV0nBWDSBAQEeVDWJiY1RyEicKBbuWOoIwmoHJLLKEAICRxAEqT6lGUcQBIFRT9MIgiAI5wiCIAiAK4IgCIIg"
    "CIIgCIIgCIIgCIIgCIIgCIIgCAIAAAAAAKAkkQKc20wrzoG6pwLkI+Lvg+W5AOU2WKmGLQ=="
)
"""A JPEG of the same size, from which it can be restored, with EXIF and XMP in compressed boxes."""


def jxl_box(kind: bytes, data: bytes, *, large: bool = False, open_end: bool = False) -> bytes:
    """A box; ``large`` writes its size with 64 bits, ``open_end`` says that it goes on to the end of the file."""
    if large:
        return (1).to_bytes(4, "big") + kind + (16 + len(data)).to_bytes(8, "big") + data
    return (0 if open_end else 8 + len(data)).to_bytes(4, "big") + kind + data


HEAD = jxl_box(b"JXL ", b"\r\n\x87\n") + jxl_box(b"ftyp", b"jxl \x00\x00\x00\x00jxl ")
BOXED = HEAD + jxl_box(b"jxlc", BARE)
"""The same codestream in a container."""


def parted(*sizes: int) -> bytes:
    """The codestream in parts of these sizes, and the rest in a last one."""
    data, position = HEAD + jxl_box(b"jxll", b"\x05"), 0
    for number, size in enumerate(sizes):
        data += jxl_box(b"jxlp", number.to_bytes(4, "big") + BARE[position : position + size])
        position += size
    return data + jxl_box(b"jxlp", (0x80000000 + len(sizes)).to_bytes(4, "big") + BARE[position:], open_end=True)


def split_boxes(data: bytes) -> list[bytes]:
    """The top-level boxes of a container with 32-bit sizes."""
    found = []
    while data:
        size = int.from_bytes(data[:4], "big") or len(data)
        found.append(data[:size])
        data = data[size:]
    return found


@cache
def decoded(data: bytes, kind: str = "ppm") -> bytes:
    """What djxl makes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "a.jxl"), Path(folder, f"a.{kind}")
        source.write_bytes(data)
        subprocess.run(["djxl", source, target, "--quiet"], check=True, capture_output=True, timeout=60)
        return target.read_bytes()


jxl_pixels = decoded if _INSTALLED else None
"""The second reader, where there is one."""
