from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec import cbor
from credkit.errors import DefinitionError, MalformedError
from credkit.manifest.assertions import GeneratorInfo
from credkit.manifest.claim import Claim, claim_value
from credkit.manifest.hashed_uri import HashedUri

OWN = "urn:c2pa:f095f30e-6cd5-4bf7-8c44-ce8420ca9fb7"
SIGNATURE = f"self#jumbf=/c2pa/{OWN}/c2pa.signature"
ACTIONS = HashedUri(url="self#jumbf=c2pa.assertions/c2pa.actions.v2", hash=bytes(32))
BINDING = HashedUri(url="self#jumbf=c2pa.assertions/c2pa.hash.data", hash=bytes(32))
EXTRA = HashedUri(url="self#jumbf=c2pa.assertions/c2pa.external-reference__1", hash=bytes(48), alg="sha384")
VERSION_1: dict[str, Any] = {
    "claim_generator": "make_test_images/0.33.1 c2pa-rs/0.33.1",
    "claim_generator_info": [{"name": "make_test_images", "version": "0.33.1"}],
    "signature": "self#jumbf=c2pa.signature",
    "assertions": [{"url": "self#jumbf=c2pa.assertions/c2pa.actions", "hash": bytes(32)}],
    "dc:format": "image/jpeg",
    "dc:title": "C.jpg",
    "instanceID": "xmp:iid:1",
    "alg": "sha256",
}
VERSION_2: dict[str, Any] = {
    "instanceID": "xmp:iid:1",
    "claim_generator_info": {"name": "x"},
    "signature": SIGNATURE,
    "created_assertions": [ACTIONS.payload()],
}


def build(**changes: Any) -> bytes:
    given: dict[str, Any] = {
        "instance_id": "xmp:iid:1",
        "generator_info": GeneratorInfo("credkit", "0.1.0"),
        "signature": SIGNATURE,
        "created": (ACTIONS, BINDING),
    }
    return cbor.encode(claim_value(**(given | changes)))


def test_claim_comes_back() -> None:
    other = "self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/c2pa.metadata"
    data = build(gathered=(EXTRA,), redacted=(other,), title="picture.png", alg_soft="com.example.x")
    claim = Claim.read(data, "c2pa.claim.v2")
    assert claim.version == 2
    assert claim.claim_generator == "credkit 0.1.0"
    assert claim.generator_info == {"name": "credkit", "version": "0.1.0", "specVersion": "2.4.0"}
    assert claim.created == (ACTIONS, BINDING)
    assert claim.gathered == (EXTRA,)
    assert claim.all_assertions == (ACTIONS, BINDING, EXTRA)
    assert (claim.redacted, claim.title, claim.alg, claim.signature) == ((other,), "picture.png", "sha256", SIGNATURE)


def test_claim_has_exactly_the_keys_of_the_profile_in_deterministic_order() -> None:
    data = build()
    value = cbor.decode(data, where="test")
    assert set(value) == {"instanceID", "claim_generator_info", "signature", "created_assertions", "alg"}
    assert cbor.encode(value) == data
    assert cbor.decode(build(profile="2.5"), where="test")["claim_generator_info"]["specVersion"] == "2.5.0"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"created": ()}, "/created_assertions"),
        ({"created": (ACTIONS, ACTIONS)}, "/created_assertions/1/url"),
        ({"gathered": (ACTIONS,)}, "/gathered_assertions/0/url"),
        ({"created": (HashedUri(url=SIGNATURE, hash=bytes(32)),)}, "/created_assertions/0/url"),
        ({"created": (HashedUri(url=ACTIONS.url, hash=None),)}, "/created_assertions/0/hash"),
        ({"created": (HashedUri(url=ACTIONS.url, hash=b"short"),)}, "/created_assertions/0/hash"),
        ({"signature": "self#jumbf=c2pa.signature"}, "/signature"),
        ({"signature": f"self#jumbf=/c2pa/{OWN}"}, "/signature"),
        ({"alg": "md5"}, "/alg"),
        ({"instance_id": ""}, "/instanceID"),
        ({"title": "x\u202ey"}, "/dc:title"),
        ({"redacted": ("self#jumbf=c2pa.assertions/x",)}, "/redacted_assertions/0"),
        ({"redacted": (f"self#jumbf=/c2pa/{OWN}/c2pa.assertions/x",)}, "/redacted_assertions/0"),
        ({"generator_info": GeneratorInfo("x", spec_version="2.5.0")}, "/claim_generator_info/specVersion"),
    ],
)
def test_what_would_be_no_claim_is_refused(changes: dict[str, Any], path: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        build(**changes)
    assert caught.value.path == path


def test_version_1() -> None:
    claim = Claim.read(cbor.encode(VERSION_1), "c2pa.claim")
    assert claim.version == 1
    assert claim.claim_generator == "make_test_images/0.33.1 c2pa-rs/0.33.1"
    assert claim.generator_info == {"name": "make_test_images", "version": "0.33.1"}
    assert claim.assertions == claim.all_assertions
    assert (claim.created, claim.gathered, claim.format, claim.title) == ((), (), "image/jpeg", "C.jpg")
    bare = {key: value for key, value in VERSION_1.items() if key != "claim_generator_info"}
    assert Claim.read(cbor.encode(bare), "c2pa.claim").generator_info is None
    assert Claim.read(cbor.encode(VERSION_1), "c2pa.claim__1").version == 1


@pytest.mark.parametrize("key", ["instanceID", "claim_generator_info", "signature", "created_assertions"])
@pytest.mark.parametrize("value", [None, 5])
def test_version_2_needs_its_fields(key: str, value: object) -> None:
    with pytest.raises(MalformedError) as caught:
        Claim.read(cbor.encode(VERSION_2 | {key: value}), "c2pa.claim.v2")
    assert caught.value.code == "claim.malformed"


@pytest.mark.parametrize("key", ["instanceID", "claim_generator", "signature", "assertions", "dc:format"])
def test_version_1_needs_its_fields(key: str) -> None:
    with pytest.raises(MalformedError) as caught:
        Claim.read(cbor.encode({k: v for k, v in VERSION_1.items() if k != key}), "c2pa.claim")
    assert caught.value.code == "claim.malformed"


@pytest.mark.parametrize(
    "changes",
    [
        {"claim_generator_info": {"version": "1"}},
        {"claim_generator_info": [{"name": "x"}]},
        {"created_assertions": [{}]},
        {"created_assertions": ["self#jumbf=x"]},
        {"gathered_assertions": {}},
        {"redacted_assertions": [1]},
        {"alg": 5},
    ],
)
def test_malformed_parts(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedError) as caught:
        Claim.read(cbor.encode(VERSION_2 | changes), "c2pa.claim.v2")
    assert caught.value.code == "claim.malformed"


def test_unknown_fields_and_missing_hashes_are_read() -> None:
    claim = Claim.read(cbor.encode(VERSION_2 | {"com.example.x": 1, "created_assertions": [{"url": "x"}]}), "c2pa.claim.v2")
    assert claim.created == (HashedUri(url="x", hash=None),)
    assert claim.alg is None


def test_truncated_claims_are_refused() -> None:
    data = build(gathered=(EXTRA,))
    for length in range(len(data)):
        with pytest.raises(MalformedError) as caught:
            Claim.read(data[:length], "c2pa.claim.v2")
        assert caught.value.code == "claim.cbor.invalid"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6) | st.binary(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["url", "hash", "alg", "name", "x"]), inner, max_size=3),
    max_leaves=6,
)


@given(
    st.dictionaries(st.sampled_from(sorted({*VERSION_1, *VERSION_2, "gathered_assertions", "redacted_assertions"})), values),
    st.sampled_from(["c2pa.claim", "c2pa.claim.v2", "x"]),
)
@settings(max_examples=100, deadline=None)
def test_any_map_is_read_or_refused(changes: dict[str, Any], label: str) -> None:
    for base in (VERSION_1, VERSION_2, {}):
        code = None
        try:
            assert Claim.read(cbor.encode(base | changes), label).version in (1, 2)
        except MalformedError as error:
            code = error.code
        assert code in (None, "claim.malformed")


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(MalformedError):
        Claim.read(data, "c2pa.claim.v2")
