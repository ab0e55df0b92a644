"""How much the moving buffer reads: much where a walk goes step by step, little where it jumps."""

from __future__ import annotations

from itertools import cycle
from struct import Struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.assets.window import Window
from credkit.errors import MalformedError

FIELD = Struct(">H")


class Counting(BytesSource):
    """A source that counts what it gave."""

    __slots__ = ("given", "reads")

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.given = self.reads = 0

    def read(self, start: int, length: int) -> bytes:
        self.given += length
        self.reads += 1
        return super().read(start, length)


DATA = bytes(range(256)) * 16_384


def walked(step: int) -> Counting:
    source = Counting(DATA)
    window = Window(source)
    for start in range(0, len(DATA) - 2, step):
        assert window.unpack(FIELD, start) == FIELD.unpack_from(DATA, start)
        assert window.read(start, 2) == DATA[start : start + 2]
    return source


@pytest.mark.parametrize("step", [100, 1_036, 3_000])
def test_small_steps_need_few_reads(step):
    assert walked(step).reads < 30


@pytest.mark.parametrize("step", [16_000, 65_536, 65_548, 262_144, 262_156])
def test_jumps_read_little(step):
    source = walked(step)
    assert source.reads <= len(DATA) // step + 1
    assert source.given <= source.reads * 4_096


def test_steps_and_jumps_in_turn():
    source = Counting(DATA)
    window = Window(source)
    for start in (0, 500, 4_000, 9_000, 8_000, 300_000, 300_100, 0, len(DATA) - 2):
        assert window.read(start, 2) == DATA[start : start + 2]
    with pytest.raises(MalformedError):
        window.read(len(DATA) - 1, 2)


@settings(max_examples=100, deadline=None)
@given(
    begin=st.integers(0, 5_000),
    sizes=st.lists(st.integers(20, 9_000), min_size=1, max_size=20),
    steps=st.lists(st.tuples(st.integers(0, 12_000), st.integers(1, 3_000)), max_size=40),
)
def test_a_walk_over_pieces_reads_nothing_itself(begin: int, sizes: list[int], steps: list[tuple[int, int]]) -> None:
    data = DATA[3:50_000]
    source = Counting(data)
    window = Window(source)
    window.read(0, 1)
    before, position, pieces = source.reads, begin, list[bytes | memoryview]()
    for size in cycle(sizes):
        if position >= len(data):
            break
        pieces.append(memoryview(data)[position : position + size] if size % 2 else data[position : position + size])
        position += size
    window.follow(begin, iter(pieces))
    position = begin
    for step, length in steps:
        position += step
        if position + max(length, 2) > len(data):
            with pytest.raises(MalformedError):
                window.read(position, len(data))
            break
        assert window.read(position, length) == data[position : position + length]
        assert window.unpack(FIELD, position) == FIELD.unpack_from(data, position)
    assert source.reads == before


def test_a_walk_over_pieces_does_not_go_back() -> None:
    window = Window(BytesSource(DATA))
    window.follow(0, iter([DATA[:4_000], DATA[4_000:8_000]]))
    assert window.read(5_000, 2) == DATA[5_000:5_002]
    with pytest.raises(ValueError, match="back"):
        window.read(3_000, 2)
