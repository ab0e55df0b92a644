"""Texts of further formats in files that are damaged on purpose: they are read as far as they go, and nothing but damage is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.errors import AssetError, CredkitError
from credkit.limits import Limits
from credkit.media.texts import read_texts, without_texts
from tests.api.test_sealing_places import CLEARED, REFUSED

FEW = Limits(texts=5, tiff_directories=4, tiff_entries=100, bmff_boxes=50)
FILES = {name: make("a keeper of the lighthouse") for name, make in {**CLEARED, **REFUSED}.items() if name != "jxl packed"}


def walk(data: bytes, limits: Limits) -> None:
    source = BytesSource(data)
    try:
        blocks = read_texts(source, limits=limits)
    except AssetError:
        return
    assert len(blocks) <= limits.texts + 1
    try:
        cleared = without_texts(source, blocks, limits=limits)
    except CredkitError:
        return
    assert cleared.read(0, cleared.size) is not None


@pytest.mark.parametrize("name", FILES)
def test_truncation(name: str) -> None:
    data = FILES[name]
    for end in range(0, len(data), max(1, len(data) // 60)):
        walk(data[:end], Limits())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.lists(st.tuples(st.integers(0, 1 << 20), st.binary(min_size=1, max_size=4)), max_size=4))
def test_any_bytes_changed(name: str, changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(FILES[name])
    for place, new in changes:
        start = place % len(data)
        data[start : start + len(new)] = new
    for limits in (Limits(), FEW):
        walk(bytes(data), limits)


@pytest.mark.parametrize("name", FILES)
def test_all_texts_can_be_named(name: str) -> None:
    blocks = read_texts(BytesSource(FILES[name]))
    assert any("keeper of the lighthouse" in block.text for block in blocks) or "with a picture" in name
    assert all(block.place and not block.damage for block in blocks)
