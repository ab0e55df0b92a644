"""What a claim lists, when every reference was followed."""

from __future__ import annotations

from typing import Any

from credkit.codec.jumbf import build_box, build_superbox
from credkit.manifest.claim import Claim
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.store import BOX, ManifestStore, parse_store
from credkit.verify.listing import Listing, present

HERE, THERE = "urn:c2pa:here", "urn:c2pa:there"


def manifest(label: str, *assertions: str) -> bytes:
    boxes = [build_superbox(BOX.CBOR, name, build_box("cbor", b"\xa0")) for name in assertions]
    return build_superbox(BOX.STANDARD, label, build_superbox(BOX.ASSERTION_STORE, "c2pa.assertions", *boxes))


def store(*own: str) -> ManifestStore:
    return parse_store(build_superbox(BOX.STORE, "c2pa", manifest(THERE, "c2pa.metadata"), manifest(HERE, *own)))


def reference(url: str) -> HashedUri:
    return HashedUri(url=url, hash=b"")


def claim(**parts: tuple[str, ...]) -> Claim:
    references: dict[str, Any] = {part: tuple(map(reference, urls)) for part, urls in parts.items()}
    return Claim(version=2, instance_id="i", claim_generator="g", signature="s", **references)


RELATIVE = "self#jumbf=c2pa.assertions/"
ABSOLUTE = f"self#jumbf=/c2pa/{HERE}/c2pa.assertions/"


def test_a_claim_that_cannot_be_read_lists_nothing() -> None:
    listing = Listing(store("c2pa.metadata"), HERE, None)
    assert (listing.entries, listing.present, dict(listing.by_kind), dict(listing.by_uri)) == ((), (), {}, {})


def test_entries_keep_their_parts_and_their_order() -> None:
    stated = claim(created=(f"{ABSOLUTE}b", f"{RELATIVE}a"), gathered=(f"{RELATIVE}c__1",), assertions=(f"{RELATIVE}c",))
    listing = Listing(store("a", "b", "c", "c__1", "unlisted"), HERE, stated)
    assert [entry.uri for entry in listing.entries] == [f"{ABSOLUTE}{name}" for name in ("b", "a", "c__1", "c")]
    assert [entry.uri for entry in listing.created] == [f"{ABSOLUTE}b", f"{ABSOLUTE}a"]
    assert [entry.uri for entry in listing.gathered] == [f"{ABSOLUTE}c__1"]
    assert [entry.uri for entry in listing.undivided] == [f"{ABSOLUTE}c"]
    assert [assertion.label for assertion in listing.present] == ["b", "a", "c__1", "c"]
    assert {kind: [assertion.label for assertion in found] for kind, found in listing.by_kind.items()} == {
        "b": ["b"],
        "a": ["a"],
        "c": ["c__1", "c"],
    }
    assert [assertion.label for assertion in present(listing.gathered, HERE)] == ["c__1"]


def test_what_leads_elsewhere_or_nowhere() -> None:
    urls = {
        f"self#jumbf=/c2pa/{THERE}/c2pa.assertions/c2pa.metadata": (True, "c2pa.metadata"),
        "self#jumbf=/c2pa/urn:c2pa:nobody/c2pa.assertions/c2pa.metadata": (True, None),
        f"{RELATIVE}missing": (False, None),
        f"{RELATIVE}twice": (False, None),
        "self#jumbf=c2pa.signature": (False, None),
        f"{RELATIVE}a/b": (False, None),
        f"{RELATIVE}../a": (False, None),
        "https://example.com/a": (False, None),
        "": (False, None),
    }
    listing = Listing(store("a", "twice", "twice"), HERE, claim(created=tuple(urls)))
    found = {e.reference.url: (e.outside, e.assertion.label if e.assertion else None) for e in listing.entries}
    assert found == urls
    assert listing.present == ()
    assert not listing.by_kind
    assert {"https://example.com/a", "", f"{RELATIVE}../a"} <= listing.by_uri.keys()


def test_of_two_references_to_one_place_the_later_counts_and_both_are_listed() -> None:
    first, second = HashedUri(url=f"{RELATIVE}a", hash=b"1"), HashedUri(url=f"{ABSOLUTE}a", hash=b"2")
    stated = Claim(version=2, instance_id="i", claim_generator="g", signature="s", created=(first,), gathered=(second,))
    listing = Listing(store("a"), HERE, stated)
    assert listing.by_uri[f"{ABSOLUTE}a"].reference is second
    assert [assertion.label for assertion in listing.present] == ["a", "a"]


def test_nothing_is_found_in_one_of_two_manifests_of_one_label() -> None:
    doubled = parse_store(build_superbox(BOX.STORE, "c2pa", manifest(HERE, "a"), manifest(HERE, "a")))
    listing = Listing(doubled, HERE, claim(created=(f"{RELATIVE}a",)))
    assert listing.entries[0].assertion is None
    assert listing.present == ()
