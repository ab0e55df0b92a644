from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec.jumbf import valid_label
from credkit.manifest.uri import JumbfUri, absolute, assertion_uri, manifest_uri, signature_uri

URN = "urn:c2pa:F095F30E-6CD5-4BF7-8C44-CE8420CA9FB7:acme:2_1"


@pytest.mark.parametrize(
    ("text", "manifest", "path"),
    [
        (f"self#jumbf=/c2pa/{URN}", URN, ()),
        (f"self#jumbf=/c2pa/{URN}/c2pa.signature", URN, ("c2pa.signature",)),
        (f"self#jumbf=/c2pa/{URN}/c2pa.assertions/c2pa.ingredient.v3__2", URN, ("c2pa.assertions", "c2pa.ingredient.v3__2")),
        ("self#jumbf=/c2pa/adobe:urn:uuid:1/c2pa.claim", "adobe:urn:uuid:1", ("c2pa.claim",)),
        ("self#jumbf=c2pa.assertions/c2pa.hash.data", None, ("c2pa.assertions", "c2pa.hash.data")),
        ("self#jumbf=c2pa.signature", None, ("c2pa.signature",)),
        ("self#jumbf=c2pa.databoxes/c2pa.data__1", None, ("c2pa.databoxes", "c2pa.data__1")),
        ("self#jumbf=c2pa.assertions/c2pa.actions.v2&cbor=/actions/1", None, ("c2pa.assertions", "c2pa.actions.v2")),
        (f"self#jumbf=/c2pa/{URN}/a/b&cbor=/x/../y", URN, ("a", "b")),
        (f"self#jumbf=c2pa/{URN}/c2pa.signature", URN, ("c2pa.signature",)),
    ],
)
def test_references(text: str, manifest: str | None, path: tuple[str, ...]) -> None:
    assert JumbfUri.parse(text) == JumbfUri(manifest=manifest, path=path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c2pa.assertions/c2pa.hash.data",
        "self#jumbf",
        "self#jumbf=",
        "self#jumbf=/",
        "self#jumbf=//",
        "self#jumbf=/c2pa",
        "self#jumbf=/c2pa/",
        "self#jumbf=/c2pa//c2pa.signature",
        f"self#jumbf=/other/{URN}/c2pa.signature",
        f"self#jumbf=/{URN}/c2pa.signature",
        f"self#jumbf=/c2pa/{URN}/",
        f"self#jumbf=/c2pa/{URN}//c2pa.signature",
        f"self#jumbf=/c2pa/{URN}/../other/c2pa.signature",
        "self#jumbf=../c2pa.signature",
        "self#jumbf=c2pa.assertions/",
        "self#jumbf=c2pa.assertions//c2pa.hash.data",
        "self#jumbf=..",
        "Self#jumbf=c2pa.signature",
        " self#jumbf=c2pa.signature",
        "https://credkit.example/self#jumbf=c2pa.signature",
        "self#jumbf=&cbor=/a",
    ],
)
def test_what_is_no_reference(text: str) -> None:
    assert JumbfUri.parse(text) is None
    assert absolute(text, URN) == text


@pytest.mark.parametrize("value", [None, 1, b"self#jumbf=c2pa.signature", [], {}, True])
def test_only_texts_are_references(value: Any) -> None:
    assert JumbfUri.parse(value) is None


def test_parent_segment_as_manifest_leads_nowhere_special() -> None:
    parsed = JumbfUri.parse("self#jumbf=/c2pa/../c2pa.signature")
    assert parsed is None or parsed.manifest == ".."


def test_writing() -> None:
    assert manifest_uri(URN) == f"self#jumbf=/c2pa/{URN}"
    assert signature_uri(URN) == f"self#jumbf=/c2pa/{URN}/c2pa.signature"
    assert assertion_uri(URN, "c2pa.hash.data") == f"self#jumbf=/c2pa/{URN}/c2pa.assertions/c2pa.hash.data"
    assert assertion_uri(None, "c2pa.hash.data") == "self#jumbf=c2pa.assertions/c2pa.hash.data"


def test_made_absolute() -> None:
    assert absolute("self#jumbf=c2pa.assertions/a", URN) == assertion_uri(URN, "a")
    assert absolute(assertion_uri("urn:c2pa:other", "a"), URN) == assertion_uri("urn:c2pa:other", "a")
    assert absolute(manifest_uri("urn:c2pa:other"), URN) == manifest_uri("urn:c2pa:other")
    relative = JumbfUri.parse("self#jumbf=c2pa.signature")
    assert relative is not None
    assert relative.within(URN) == JumbfUri(manifest=URN, path=("c2pa.signature",))


LABELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(
    lambda text: valid_label(text) and "&" not in text and text not in ("..", "c2pa")
)


@settings(max_examples=100, deadline=None)
@given(st.none() | LABELS, st.lists(LABELS, min_size=1, max_size=3))
def test_round_trip(manifest: str | None, path: list[str]) -> None:
    made = JumbfUri(manifest=manifest, path=tuple(path))
    assert JumbfUri.parse(str(made)) == made


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_any_text(text: str) -> None:
    for candidate in (text, "self#jumbf=" + text, "self#jumbf=/c2pa/" + text):
        parsed = JumbfUri.parse(candidate)
        if parsed is not None:
            assert ".." not in parsed.path
            assert "" not in parsed.path
            assert JumbfUri.parse(str(parsed)) == parsed
