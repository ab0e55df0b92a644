"""Packed data is found wherever it stands, in whatever it is packed, and never costs more than its bounds."""

from __future__ import annotations

import base64
import gzip
import os
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.sealing.packed import unpacked
from tests.forge.pictures import picture

WORDS = b"a lone keeper of the lighthouse"


def _window(size: int) -> bytes:
    packer = zlib.compressobj(wbits=size)
    return packer.compress(WORDS) + packer.flush()


PACKED = {
    **{f"zlib, window {size}": _window(size) for size in range(9, 16)},
    **{f"zlib, level {level}": zlib.compress(WORDS, level) for level in (0, 1, 5, 9)},
    "gzip": gzip.compress(WORDS),
    "gzip with a name": b"\x1f\x8b\x08\x08" + bytes(6) + b"prompt.txt\0" + gzip.compress(WORDS, mtime=0)[10:],
    "base64 of gzip": base64.b64encode(gzip.compress(WORDS)),
    "base64url of zlib": base64.urlsafe_b64encode(zlib.compress(WORDS, 9)).rstrip(b"="),
    "zlib in zlib": zlib.compress(zlib.compress(WORDS)),
    "base64 of gzip in zlib": zlib.compress(b'{"data": "' + base64.b64encode(gzip.compress(WORDS)) + b'"}'),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("before", [b"", b"prof\0\0", b'"', bytes(range(128, 256)) * 3])
def test_found_wherever_it_stands(name: str, before: bytes) -> None:
    assert WORDS in list(unpacked(BytesSource(before + PACKED[name] + b'"\0 tail')))


@given(st.integers(0, 60), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_however_the_file_is_cut(shift: int, step: int) -> None:
    class Small(BytesSource):
        def chunks(self, start: int, length: int):  # type: ignore[no-untyped-def]
            for at in range(start, start + length, step):
                yield self.read(at, min(step, start + length - at))

    data = b"." * shift + zlib.compress(WORDS) + b"!" + base64.b64encode(gzip.compress(WORDS))
    assert list(unpacked(Small(data))) == [WORDS, WORDS]


@given(st.binary(max_size=4_000))
@settings(max_examples=60, deadline=None)
def test_any_bytes(data: bytes) -> None:
    assert all(isinstance(found, bytes) for found in unpacked(BytesSource(data)))


def test_a_stream_that_breaks_off_still_tells() -> None:
    whole = zlib.compress(os.urandom(3_000) + WORDS * 20)
    assert any(WORDS in found for found in unpacked(BytesSource(whole[:-4])))


def test_the_pixels_of_a_picture_are_passed_over() -> None:
    assert list(unpacked(BytesSource(picture("png")))) == []


def test_bombs_are_bounded() -> None:
    limits = replace(DEFAULT_LIMITS, text_size=1_000, texts_size=2_500)
    bomb = zlib.compress(bytes(1 << 20))
    assert next(len(found) for found in unpacked(BytesSource(bomb + b"--" + zlib.compress(WORDS)), limits=limits)) == 1_000
    with pytest.raises(MalformedError, match="2,500 bytes of packed data"):
        list(unpacked(BytesSource(zlib.compress(bytes(900)) * 3), limits=limits))


def test_a_run_of_letters_with_many_beginnings_is_decoded_a_little_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []

    def decode(text: bytes) -> bytes:
        decoded.append(len(text))
        return base64.b64decode(text)

    monkeypatch.setattr("credkit.sealing.packed.b64decode", decode)
    assert list(unpacked(BytesSource(b"eJwAAAAAAAAAAA" * 2_000))) == []
    assert len(decoded) >= 2_000
    assert sum(decoded) <= len(decoded) * 4_100


def test_a_stream_without_content_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    class Counted(BytesSource):
        def read(self, start: int, length: int) -> bytes:
            read.append(length)
            return super().read(start, length)

    assert list(unpacked(Counted(b"\x78\x9c" + b"\x00\x00\x00\xff\xff" * 200_000))) == []
    assert sum(read) <= 200_000
