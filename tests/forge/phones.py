"""Pictures as phones make them: with a gain map (Ultra HDR), with a film (motion photo), with both; unsigned, and told by their XMP."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from PIL import Image

from tests.forge.bmff import film
from tests.forge.pictures import picture

__all__ = ["GAIN_MAP", "film_of_a_phone", "motion_photo", "ultra_hdr", "ultra_hdr_with_film"]

_XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"
 xmlns:Camera="http://ns.google.com/photos/1.0/camera/" xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" {fields}>
<Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>"""
_ITEM = '<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="{}" Item:Mime="{}" Item:Length="{}"/></rdf:li>'


def _gain_map() -> bytes:
    out = io.BytesIO()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a hdrgm:Version="1.0" hdrgm:GainMapMax="2.3"/></x:xmpmeta>'
    Image.linear_gradient("L").resize((60, 45)).save(out, "JPEG", quality=80, xmp=xmp)
    return out.getvalue()


GAIN_MAP = _gain_map()


@cache
def film_of_a_phone() -> bytes:
    """A short film, of ffmpeg where it is installed."""
    if shutil.which("ffmpeg") is None:
        return b"".join(film())
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "film.mp4")
        made = ["-f", "lavfi", "-i", "testsrc=duration=0.4:size=64x48:rate=10", "-pix_fmt", "yuv420p"]
        subprocess.run(["ffmpeg", "-loglevel", "error", *made, target], check=True, capture_output=True, timeout=120)
        return target.read_bytes()


def _primary(fields: str, items: list[tuple[str, str, int]]) -> bytes:
    listed = [_ITEM.format("Primary", "image/jpeg", 0), *(_ITEM.format(*item) for item in items)]
    xmp = b"http://ns.adobe.com/xap/1.0/\x00" + _XMP.format(fields=fields, items="".join(listed)).encode()
    first = picture("jpg", 120, 90)
    return first[:20] + b"\xff\xe1" + (2 + len(xmp)).to_bytes(2, "big") + xmp + first[20:]


def _indexed(first: bytes, further: bytes) -> bytes:
    """``first`` with a multi-picture index (CIPA DC-007) behind APP0 that tells where ``further`` begins."""

    def index(size: int, distance: int) -> bytes:
        entries = struct.pack("<IIIHH", 0x030000, size, 0, 0, 0) + struct.pack("<IIIHH", 0, len(further), distance, 0, 0)
        fields = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHII", 0xB001, 4, 1, 2)
        fields += struct.pack("<HHII", 0xB002, 7, len(entries), 8 + 2 + 36 + 4)
        body = b"MPF\x00II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 3) + fields + bytes(4) + entries
        return b"\xff\xe2" + (2 + len(body)).to_bytes(2, "big") + body

    size = len(first) + len(index(0, 0))
    return first[:20] + index(size, size - 20 - 8) + first[20:]


@cache
def ultra_hdr() -> bytes:
    """A picture with its gain map behind it."""
    first = _primary('hdrgm:Version="1.0"', [("GainMap", "image/jpeg", len(GAIN_MAP))])
    return _indexed(first, GAIN_MAP) + GAIN_MAP


@cache
def motion_photo() -> bytes:
    """A picture with a film behind it."""
    film_there = film_of_a_phone()
    return _primary('Camera:MotionPhoto="1" Camera:MotionPhotoVersion="1"', [("MotionPhoto", "video/mp4", len(film_there))]) + film_there


@cache
def ultra_hdr_with_film() -> bytes:
    """A picture with a gain map, and a film behind both."""
    items = [("GainMap", "image/jpeg", len(GAIN_MAP)), ("MotionPhoto", "video/mp4", len(film_of_a_phone()))]
    return _indexed(_primary('hdrgm:Version="1.0" Camera:MotionPhoto="1"', items), GAIN_MAP) + GAIN_MAP + film_of_a_phone()
