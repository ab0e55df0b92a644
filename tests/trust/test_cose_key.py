"""Public keys in COSE: each kind that C2PA signs with, and what is none."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.trust.cose_key import read_cose_key
from tests.forge import pki

CURVES = {"es256": (1, 32), "es384": (2, 48), "es512": (3, 66)}
KEYS = {name: pki.new_key(name) for name in (*pki.ALGORITHMS, "ml-dsa-44", "ml-dsa-65", "ml-dsa-87")}


def written(name: str) -> dict[int, Any]:
    public = KEYS[name].public_key()
    if name == "ed25519":
        return {1: 1, 2: b"id", -1: 6, -2: public.public_bytes_raw()}
    if name in CURVES:
        curve, size = CURVES[name]
        numbers = public.public_numbers()
        return {1: 2, 2: b"id", -1: curve, -2: numbers.x.to_bytes(size, "big"), -3: numbers.y.to_bytes(size, "big")}
    if name.startswith("ps"):
        return {1: 3, 2: b"id", -1: public.public_numbers().n.to_bytes(256, "big"), -2: b"\x01\x00\x01"}
    return {1: 7, 2: b"id", 3: {"ml-dsa-44": -48, "ml-dsa-65": -49, "ml-dsa-87": -50}[name], -1: public.public_bytes_raw()}


def der(key: Any) -> bytes:
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("name", KEYS)
def test_each_kind(name: str) -> None:
    assert der(read_cose_key(written(name))) == der(KEYS[name].public_key())


@pytest.mark.parametrize("name", CURVES)
def test_half_a_point(name: str) -> None:
    public: ec.EllipticCurvePublicKey = KEYS[name].public_key()
    odd = bool(public.public_numbers().y & 1)
    assert der(read_cose_key(written(name) | {-3: odd})) == der(public)
    assert der(read_cose_key(written(name) | {-3: not odd})) != der(public)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in KEYS for field in written(name) if field != 2])
def test_every_field_is_needed(name: str, field: int) -> None:
    key = written(name)
    for value in (None, [], "text", b"", bytes(9000), 99):
        with pytest.raises(MalformedError):
            read_cose_key(key | {field: value})


@pytest.mark.parametrize("value", [None, [], b"key", 7, {}, {1: 4, -1: b"k"}, {1: True, -1: 6}, {1: "OKP"}])
def test_what_is_no_key(value: object) -> None:
    with pytest.raises(MalformedError, match="key cannot be used"):
        read_cose_key(value)


@given(
    st.dictionaries(
        st.sampled_from((1, 2, 3, -1, -2, -3)),
        st.one_of(st.integers(-60, 10), st.binary(max_size=70), st.booleans(), st.lists(st.none())),
        max_size=6,
    )
)
@settings(max_examples=100, deadline=None)
def test_any_map_is_a_key_or_refused(value: dict[int, Any]) -> None:
    with suppress(MalformedError):
        assert read_cose_key(value) is not None
