from __future__ import annotations

import pytest

from credkit.assets import BytesSource, SidecarFormat, Span, read_store
from credkit.errors import AssetError, MalformedError
from tests.assets.samples import embedded, scan, store_of

STORE = store_of(100)


def test_a_length_of_zero_reaches_to_the_end():
    data = bytes(4) + STORE[4:]
    layout = scan(data)
    assert layout.store.size == 100


def test_an_extended_length_is_read():
    data = b"\x00\x00\x00\x01jumb" + (116).to_bytes(8, "big") + STORE[8:] + bytes(8) + b"tail"
    layout = scan(data)
    assert layout.store.slices == (Span(0, 116),)
    assert read_store(BytesSource(data), layout.store) == data[:116]


@pytest.mark.parametrize("length", [101, 7, 2, 0xFFFFFFF0])
def test_a_length_that_does_not_fit(length):
    with pytest.raises(MalformedError) as caught:
        SidecarFormat().scan(BytesSource(length.to_bytes(4, "big") + STORE[4:]))
    assert caught.value.code == "manifest.inaccessible.malformed"


def test_other_superboxes_are_not_stores():
    assert not SidecarFormat().matches(STORE.replace(b"c2pa\x00\x11", b"json\x00\x11")[:64])
    with pytest.raises(MalformedError):
        SidecarFormat().scan(BytesSource(b"abc"))


def test_replacing_drops_what_was_there():
    assert embedded(STORE + b"tail", store_of(50)) == store_of(50)


def test_what_a_store_file_cannot_do():
    source = BytesSource(STORE)
    layout = scan(STORE)
    with pytest.raises(AssetError, match="delete the file"):
        SidecarFormat().embed(source, layout, None)
    with pytest.raises(AssetError, match="cannot carry"):
        SidecarFormat().with_metadata(source, layout, xmp=b"x")
