"""Small sounds and films in RIFF containers, and second readers for them."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
import tempfile
import wave
from pathlib import Path

__all__ = ["avi", "chunks", "decoded", "film", "open_dml", "riff", "sound", "wav"]

_SIDE = 8
_PICTURE = _SIDE * _SIDE * 3


def riff(*parts: tuple[bytes, bytes], kind: bytes = b"WAVE", size: int | None = None) -> bytes:
    """One container of chunks."""
    body = kind + b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in parts)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def chunks(data: bytes, start: int = 0) -> list[tuple[bytes, bytes]]:
    """The chunks of the container at ``start``, whose size has to fit them."""
    found, position = [], start + 12
    end = start + 8 + int.from_bytes(data[start + 4 : start + 8], "little")
    while position < end:
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        found.append((data[position : position + 4], data[position + 8 : position + 8 + size]))
        position += 8 + size + size % 2
    assert position == end
    return found


def wav(samples: int = 500, *, width: int = 2) -> bytes:
    """A sound of one channel."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(width)
        out.setframerate(8_000)
        out.writeframes(bytes(index * 7 % 256 for index in range(samples * width)))
    return buffer.getvalue()


def sound(data: bytes) -> tuple[object, bytes]:
    """What the standard library makes of a sound."""
    with wave.open(io.BytesIO(data)) as opened:
        return opened.getparams(), opened.readframes(opened.getnframes())


def decoded(data: bytes) -> list[str] | None:
    """``film`` where ffmpeg is installed, else nothing, so that nothing is compared."""
    return film(data) if shutil.which("ffmpeg") else None


def film(data: bytes) -> list[str]:
    """Checksums of all pictures and sounds as ffmpeg decodes them."""
    # A file with a name, because the indexes of an AVI are only read where it can seek.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "film"
        path.write_bytes(data)
        command = [str(shutil.which("ffmpeg")), "-v", "error", "-i", str(path), "-f", "framemd5", "-"]
        done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert not done.stderr, done.stderr
    return [line for line in done.stdout.splitlines() if not line.startswith("#")]


def _picture(number: int) -> bytes:
    return bytes((number * 31 + index) % 256 for index in range(_PICTURE))


def _list(kind: bytes, content: bytes) -> bytes:
    return b"LIST" + struct.pack("<I", 4 + len(content)) + kind + content


def _chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def _header(count: int, index: bytes) -> bytes:
    main = struct.pack("<14I", 40_000, 0, 0, 0x10, count, 0, 1, 0, _SIDE, _SIDE, 0, 0, 0, 0)
    stream = b"vidsDIB " + struct.pack("<IHHIIIIIIII4H", 0, 0, 0, 0, 1, 25, 0, count, _PICTURE, 0xFFFFFFFF, 0, 0, 0, _SIDE, _SIDE)
    form = struct.pack("<IiiHHIIiiII", 40, _SIDE, _SIDE, 1, 24, 0, _PICTURE, 0, 0, 0, 0)
    parts = _chunk(b"strh", stream) + _chunk(b"strf", form) + index
    return _list(b"hdrl", _chunk(b"avih", main) + _list(b"strl", parts))


def _pictures(first: int, count: int) -> bytes:
    return b"".join(_chunk(b"00db", _picture(number)) for number in range(first, first + count))


def avi(count: int = 3, *, absolute: bool = False) -> bytes:
    """A film of one container; ``absolute`` has its index count from the start of the file."""
    header = _header(count, b"")
    film_at = 12 + len(header) + 8
    step = 8 + _PICTURE
    begin = film_at if absolute else 0
    entries = b"".join(struct.pack("<4sIII", b"00db", 0x10, begin + 4 + number * step, _PICTURE) for number in range(count))
    body = b"AVI " + header + _list(b"movi", _pictures(0, count)) + _chunk(b"idx1", entries)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def open_dml(first: int = 3, further: tuple[int, ...] = (2, 4), *, base: str = "film") -> bytes:
    """A film of several containers with a list of indexes in its header; ``base`` is what the indexes of the pictures count from: their
    ``film``, the start of the ``file``, or the first picture of all (``start``).
    """
    counts = (first, *further)
    slots = _chunk(b"indx", bytes(24 + 16 * len(counts)))
    data, places = bytearray(), []
    for container, count in enumerate(counts):
        number = sum(counts[:container])
        start = len(data)
        header = _header(sum(counts), slots) if not container else b""
        film_at = start + 12 + len(header) + 8
        begin = {"film": film_at, "file": 0, "start": 12 + len(_header(0, slots)) + 8}[base]
        step = 8 + _PICTURE
        entries = b"".join(struct.pack("<II", film_at + 4 + 8 + index * step - begin, _PICTURE) for index in range(count))
        index = _chunk(b"ix00", struct.pack("<HBBI4sQ4x", 2, 0, 1, count, b"00db", begin) + entries)
        places.append((film_at + 4 + count * step, len(index), count))
        body = (b"AVIX" if container else b"AVI ") + header + _list(b"movi", _pictures(number, count) + index)
        data += b"RIFF" + struct.pack("<I", len(body)) + body
    listed = b"".join(struct.pack("<QII", *place) for place in places)
    at = data.index(slots)
    data[at : at + len(slots)] = _chunk(b"indx", struct.pack("<HBBI4s12x", 4, 0, 0, len(counts), b"00db") + listed)
    return bytes(data)
