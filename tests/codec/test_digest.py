from __future__ import annotations

import hashlib

import pytest

from credkit.codec.digest import HASH_ALGORITHMS, Digest, digest, hasher
from credkit.errors import MalformedError


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_algorithms(algorithm: str) -> None:
    expected = hashlib.new(algorithm, b"content").digest()
    assert digest(algorithm, b"content") == Digest(algorithm, expected)
    assert digest(algorithm, [b"con", b"", memoryview(b"tent")]) == Digest(algorithm, expected)
    assert digest(algorithm, (part for part in (b"content",))) == Digest(algorithm, expected)
    assert digest(algorithm, bytearray(b"content")) == digest(algorithm, memoryview(b"content")) == Digest(algorithm, expected)
    assert hasher(algorithm).name == algorithm


def test_nothing_else_is_allowed() -> None:
    assert set(HASH_ALGORITHMS) == {"sha256", "sha384", "sha512"}


@pytest.mark.parametrize(
    "algorithm", ["md5", "sha1", "SHA256", "sha3-256", "sha-256", "", None, 256, b"sha256", ["sha256"], {}, "x" * 100_000]
)
def test_other_algorithms(algorithm: object) -> None:
    named = f"hash algorithm {algorithm!r:.60}" if isinstance(algorithm, str) else "the name of the hash algorithm is no text, so it"
    words = "no hash algorithm is named" if algorithm is None else f"{named} is not one of sha256, sha384, sha512"
    with pytest.raises(MalformedError) as caught:
        digest(algorithm, b"")
    assert caught.value.message == words
    assert caught.value.code == "algorithm.unsupported"
    assert len(str(caught.value)) < 200


def test_fresh_state_each_time() -> None:
    hasher("sha256").update(b"other")
    assert digest("sha256", b"").value == hashlib.sha256().digest()


@pytest.mark.parametrize(
    "value", [None, "text", 0, b"", b"\0" * 32, bytearray(hashlib.sha256(b"a").digest()), hashlib.sha256(b"a").hexdigest()]
)
def test_digest_matches_only_the_same_bytes(value: object) -> None:
    made = digest("sha256", b"a")
    assert made.matches(made.value)
    assert not made.matches(value)
    assert not made.matches(made.value[:-1])
    assert not made.matches(made.value + b"\0")
