"""The collection hash as a statement, and the URIs of its members."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import DefinitionError, MalformedError
from credkit.manifest.assertions import ASSERTIONS, CollectionHash, CollectionMember, OpaqueAssertion, check_statement
from credkit.manifest.member_uri import check_member_uri, member_names, member_uri

HASH = bytes(32)


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a.jpg", "a.jpg"),
        ("photos/id/870.jpg", "photos/id/870.jpg"),
        ("a b/ä.txt", "a%20b/%C3%A4.txt"),
        ("100%.txt", "100%25.txt"),
        ("what?#.txt", "what%3F%23.txt"),
        ("c:d.txt", "c%3Ad.txt"),
        ("...", "..."),
        ("a..b", "a..b"),
        (".hidden/.file", ".hidden/.file"),
        ("raw\udcff.txt", "raw%FF.txt"),
        ("folder/", "folder/"),
    ],
)
def test_uris_of_names(name: str, uri: str) -> None:
    assert member_uri(name) == uri
    assert member_names(uri)[0] == name


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/../b", "a/./b", "/a", "a\\b", "a\nb", "a\0b", "\ud800", "x" * 5_000])
def test_names_without_a_uri(name: str) -> None:
    with pytest.raises(MalformedError) as caught:
        member_uri(name)
    assert caught.value.code == "assertion.collectionHash.invalidURI"


@given(st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_any_name(name: str) -> None:
    try:
        uri = member_uri(name)
    except MalformedError:
        return
    assert uri.isascii()
    assert member_names(uri)[0] == name
    CollectionHash((CollectionMember(uri, HASH),))


@given(st.text(alphabet="./%2eE5cC\\a:?#", max_size=12))
@settings(max_examples=100, deadline=None)
def test_no_uri_leads_up(uri: str) -> None:
    try:
        check_member_uri(uri)
    except MalformedError:
        return
    for name in member_names(uri):
        path = name.partition("#")[0] if name == uri else name
        assert not path.startswith("/")
        assert not {".", ".."} & {*path.split("/")}
        assert "\\" not in path


def test_a_fragment_and_raw_names() -> None:
    assert member_names("a%20b.txt#page") == ("a b.txt", "a%20b.txt#page")
    assert member_names("a.txt") == ("a.txt",)


def test_the_payload() -> None:
    types = ({"type": "c2pa.types.dataset"},)
    members = (CollectionMember("a.jpg", HASH, size=3, format="image/jpeg", data_types=types), CollectionMember("empty", HASH, size=0))
    statement = CollectionHash(members, alg="sha256", zip_central_directory_hash=HASH)
    assert (statement.label, statement.content) == ("c2pa.hash.collection.data", "cbor")
    assert statement.payload() == {
        "alg": "sha256",
        "uris": [
            {"uri": "a.jpg", "hash": HASH, "size": 3, "dc:format": "image/jpeg", "data_types": [{"type": "c2pa.types.dataset"}]},
            {"uri": "empty", "hash": HASH},
        ],
        "zip_central_directory_hash": HASH,
    }
    assert check_statement(statement).created_only


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ((), "empty list"),
        ((CollectionMember("a", HASH), CollectionMember("a", HASH)), "listed twice"),
        ((CollectionMember("a b", HASH),), "relative URI"),
        ((CollectionMember("ä", HASH),), "relative URI"),
        ((CollectionMember("a%20b", HASH), CollectionMember("a%20b#x", HASH)), "listed twice"),
        ((CollectionMember("../a", HASH),), "as a part"),
        ((CollectionMember("%2e%2e/a", HASH),), "as a part"),
        ((CollectionMember("/a", HASH),), "not relative"),
        ((CollectionMember("a:b", HASH),), "not relative"),
        ((CollectionMember("a", b"short"),), "bytes are given"),
        ((CollectionMember("a", HASH, format="jpeg"),), "media type"),
        ((CollectionMember("a", HASH, data_types=({"type": "pictures"},)),), "asset type"),
        (tuple(CollectionMember(f"{number}", HASH) for number in range(20_001)), "at most 20000"),
    ],
)
def test_what_is_refused(members: tuple[CollectionMember, ...], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        CollectionHash(members)


def test_from_a_definition() -> None:
    entry = ASSERTIONS["c2pa.hash.collection.data"]
    checked: dict[str, Any] = check_statement(OpaqueAssertion(entry.label, json.loads(json.dumps(entry.example)))).payload
    assert [member["uri"] for member in checked["uris"]] == ["photos/870.jpg", "captions/870.txt"]
    assert all(len(member["hash"]) == 32 for member in checked["uris"])
