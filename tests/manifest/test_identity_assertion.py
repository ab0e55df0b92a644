"""The shape of ``cawg.identity``, and the encodings of what is signed."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec import cbor
from credkit.errors import MalformedError
from credkit.manifest.assertions.identity import X509, read_identity, signed_forms, signer_payload
from credkit.manifest.hashed_uri import HashedUri

REFERENCE = {"url": "self#jumbf=c2pa.assertions/c2pa.hash.data", "hash": bytes(32)}


def assertion(**changes: Any) -> dict[str, Any]:
    found = {"signer_payload": {"referenced_assertions": [REFERENCE], "sig_type": X509}, "signature": b"s", "pad1": b"\0"} | changes
    return {key: value for key, value in found.items() if value is not None}


def payload(**changes: Any) -> dict[str, Any]:
    return assertion(signer_payload=assertion()["signer_payload"] | changes)


def test_what_is_read() -> None:
    found = read_identity(payload(role=["cawg.creator"], expected_partial_claim=1) | {"pad2": b"\0\0", "more": 1}, where="x")
    assert found.references == (HashedUri(url=REFERENCE["url"], hash=bytes(32)),)
    assert (found.sig_type, found.roles, found.signature, found.padding) == (X509, ("cawg.creator",), b"s", bytes(3))


def test_an_empty_list_of_references_is_read() -> None:
    assert read_identity(payload(referenced_assertions=[]), where="x").references == ()


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        assertion(signer_payload=None),
        assertion(signer_payload=[]),
        assertion(signature=None),
        assertion(signature="s"),
        assertion(pad1=None),
        assertion(pad1=0),
        assertion(pad2="0"),
        payload(referenced_assertions=None),
        payload(referenced_assertions={}),
        payload(referenced_assertions=[1]),
        payload(referenced_assertions=[{"url": "x"}]),
        payload(referenced_assertions=[{"hash": b"x"}]),
        payload(sig_type=None),
        payload(sig_type=""),
        payload(sig_type=7),
        payload(role=[]),
        payload(role="cawg.creator"),
        payload(role=[""]),
        payload(role=[1]),
    ],
)
def test_what_is_refused(value: Any) -> None:
    with pytest.raises(MalformedError) as caught:
        read_identity(value, where="x")
    assert caught.value.code == "cawg.identity.cbor.invalid"


def test_the_fields_are_declared_in_order_and_signed_in_either() -> None:
    made = signer_payload((HashedUri(url="u", hash=b"h", alg="sha256"),), X509, ("cawg.editor",))
    assert list(made) == ["referenced_assertions", "sig_type", "role"]
    assert list(made["referenced_assertions"][0]) == ["url", "alg", "hash"]
    content = cbor.encode_in_order({"signer_payload": made, "signature": b"", "pad1": b""})
    deterministic, declared = signed_forms(content, made)
    assert deterministic == cbor.encode(made)
    assert declared == cbor.encode_in_order(made) == cbor2.dumps(made)
    # RFC 8949, 4.2.1: by the bytes of the encoded keys, so that the shorter ones come first.
    assert list(cbor2.loads(deterministic)) == ["role", "sig_type", "referenced_assertions"]
    assert signed_forms(cbor.encode({"signer_payload": made, "signature": b"", "pad1": b""}), made) == (deterministic,)


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.text(max_size=5), _values, max_size=5), st.sampled_from([cbor.encode, cbor.encode_in_order, cbor2.dumps]))
def test_a_member_is_found_as_it_is_stored(value: dict[str, Any], encode: Any) -> None:
    data = encode(value)
    for key, item in value.items():
        found = cbor.member(data, key, where="x")
        assert found is not None
        assert found in data
        assert cbor.decode(found, where="x") == item
    assert cbor.member(data, "not there", where="x") is None


def test_a_member_of_an_open_map_is_found() -> None:
    data = bytes.fromhex("bf6161016162829f01ff02ff")
    assert cbor.member(data, "b", where="x") == bytes.fromhex("829f01ff02")
    assert cbor.member(data, "c", where="x") is None


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=40))
def test_members_of_any_bytes_are_found_or_refused(data: bytes) -> None:
    try:
        cbor.member(data, "a", where="x")
    except MalformedError:
        return
    assert isinstance(cbor.decode(data, where="x"), dict)


@settings(max_examples=80, deadline=None)
@given(_values)
def test_any_value_is_read_or_refused(value: Any) -> None:
    with pytest.raises(MalformedError):
        read_identity(value, where="x")
    with pytest.raises(MalformedError):
        read_identity({"signer_payload": value, "signature": b"", "pad1": b""}, where="x")
