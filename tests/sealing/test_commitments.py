"""Disclosures: the example of the standard, round trips, and what is refused."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.sealing.commitments import Disclosure, commit, read_disclosure

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
VALUES = TEXTS | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_the_example_of_the_standard() -> None:
    """RFC 9901, sections 4.2.1 and 4.2.3."""
    one = read_disclosure("WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
    assert (one.field, one.value) == ("family_name", "Möbius")
    assert one.digest == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


@given(name=TEXTS, value=VALUES)
@settings(max_examples=100, deadline=None)
def test_round_trip(name: str, value: object) -> None:
    one = commit(name, value)  # type: ignore[arg-type]
    assert read_disclosure(one.encoded) == one
    # As anybody would check it, without credkit.
    salt, field, content = json.loads(base64.urlsafe_b64decode(one.encoded + "=" * (-len(one.encoded) % 4)))
    assert (field, content) == (name, value)
    assert len(base64.urlsafe_b64decode(salt + "==")) == 16
    assert base64.urlsafe_b64encode(hashlib.sha256(one.encoded.encode()).digest()).decode().rstrip("=") == one.digest


def test_equal_values_have_different_commitments() -> None:
    digests = {commit("seed", "1").digest for _ in range(50)}
    assert len(digests) == 50


def test_secrets_do_not_appear_in_representations() -> None:
    assert "lighthouse" not in repr(commit("prompt", "lighthouse"))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "base64url|decoded"),
        ("a b", "base64url"),
        ("WyJ=", "base64url"),
        ("W+/", "base64url"),
        (encoded({"a": 1}), "not a list"),
        (encoded(["s" * 22, "f"]), "not a list"),
        (encoded([1, "f", "v"]), "not a list"),
        (encoded(["s" * 21, "f", "v"]), "shorter than 128 bits"),
        (encoded(["s" * 22, "f", None]), "neither a text"),
        (encoded(["s" * 22, "f", ["v"]]), "neither a text"),
        (encoded("[" * 100), "not a list"),
        (base64.urlsafe_b64encode(b"[" * 5000 + b"]" * 5000).decode().rstrip("="), "nested"),
        (base64.urlsafe_b64encode(b"\xff\xfe").decode().rstrip("="), "decoded"),
    ],
)
def test_what_is_no_disclosure(text: str, why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        read_disclosure(text)


def test_a_disclosure_has_a_limit() -> None:
    with pytest.raises(MalformedError, match="more than 100 characters"):
        read_disclosure(commit("prompt", "x" * 200).encoded, limits=Limits(disclosure_size=100))


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")))
@settings(max_examples=100, deadline=None)
def test_random_texts_never_raise_anything_else(text: str) -> None:
    with contextlib.suppress(MalformedError):
        assert isinstance(read_disclosure(text), Disclosure)


def test_truncated_anywhere() -> None:
    whole = commit("prompt", "a cat on a roof").encoded
    for end in range(len(whole)):
        with pytest.raises(MalformedError):
            read_disclosure(whole[:end])
