"""Several manifest stores as one, and one as two."""

from __future__ import annotations

import pytest

from credkit.assets.joining import joined_stores, labels_of, parted_store
from credkit.codec.jumbf import box_type, build_box, build_superbox
from credkit.errors import MalformedError


def of(*labels: str) -> bytes:
    return build_superbox(box_type("c2pa"), "c2pa", *(build_superbox(box_type("c2ma"), label) for label in labels))


def test_stores_are_joined_and_parted() -> None:
    assert joined_stores([of("a", "b"), of("c")]) == of("a", "b", "c")
    assert parted_store(of("a", "b", "c"), frozenset("ab")) == (of("a", "b"), of("c"))
    assert labels_of(of("a", "b")) == {"a", "b"}
    for broken in (b"", b"\0" * 30, of("a")[:-1], build_superbox(box_type("c2ma"), "other")):
        for pair in ((broken, of("c")), (of("a"), broken)):
            with pytest.raises(MalformedError) as caught:
                joined_stores(pair)
            assert caught.value.code == "manifest.inaccessible.malformed"
    with pytest.raises(MalformedError, match="1 bytes that are no padding"):
        joined_stores([of("a"), of("c") + b"x"])


def test_what_is_repeated_word_for_word_is_there_once_and_last() -> None:
    stores = [of("a", "b"), of("b", "c"), of("a")]
    assert joined_stores(stores) == of("a", "b", "b", "c", "a")
    assert joined_stores(stores, once=True) == of("b", "c", "a")


@pytest.mark.parametrize("what", ["salt", "padding", "another box", "a long header", "a long description"])
def test_nothing_of_a_part_gets_lost(what: str) -> None:
    """What is no manifest would not be in the joined store, where it is looked for."""
    manifest, kind = build_superbox(box_type("c2ma"), "a"), box_type("c2pa")
    plain = of("a")
    description = plain[8 : len(plain) - len(manifest)]
    long_description = (1).to_bytes(4, "big") + b"jumd" + (len(description) + 8).to_bytes(8, "big") + description[8:]
    parts = {
        "salt": build_superbox(kind, "c2pa", manifest, salt=b"evil" * 4),
        "padding": build_superbox(kind, "c2pa", manifest, build_box("free", b"")),
        "another box": build_superbox(kind, "c2pa", build_box("evil", b"evil"), manifest),
        "a long header": (1).to_bytes(4, "big") + b"jumb" + (len(plain) + 8).to_bytes(8, "big") + plain[8:],
        "a long description": build_box("jumb", long_description + manifest),
    }
    assert labels_of(parts[what]) == {"a"}
    for stores in ([parts[what], of("b")], [of("b"), parts[what]]):
        with pytest.raises(MalformedError, match="holds something beside manifests"):
            joined_stores(stores)
