"""Hash algorithms of C2PA and a digest that knows which one made it.

Specification: "Hashing" (anchor ``_hashing``): sha256, sha384 and sha512, nothing else; none is deprecated.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from credkit.dataclass import dataclass
from credkit.errors import MalformedError

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["HASH_ALGORITHMS", "Digest", "digest", "hasher", "refused_algorithm"]

HASH_ALGORITHMS: dict[str, Callable[[], _Hash]] = {
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}


@dataclass(frozen=True, slots=True)
class Digest:
    """A hash value together with the name of the algorithm that made it."""

    algorithm: str
    value: bytes

    def matches(self, value: object) -> bool:
        """Whether ``value`` is a byte string equal to this digest."""
        return isinstance(value, bytes) and hmac.compare_digest(self.value, value)


def hasher(algorithm: object) -> _Hash:
    """A fresh hash object; ``MalformedError`` (``algorithm.unsupported``) when C2PA does not allow the algorithm."""
    factory = HASH_ALGORITHMS.get(algorithm) if isinstance(algorithm, str) else None
    if factory is None:
        raise MalformedError(refused_algorithm(algorithm), code="algorithm.unsupported")
    return factory()


def refused_algorithm(algorithm: object) -> str:
    """In words: C2PA does not allow this hash algorithm, or none is named."""
    if algorithm is None:
        return "no hash algorithm is named"
    named = f"hash algorithm {algorithm!r:.60}" if isinstance(algorithm, str) else "the name of the hash algorithm is no text, so it"
    return f"{named} is not one of sha256, sha384, sha512"


def digest(algorithm: object, parts: bytes | bytearray | memoryview | Iterable[bytes | memoryview]) -> Digest:
    """Hash one byte string, or several as if they were one; ``MalformedError`` as for ``hasher``."""
    state = hasher(algorithm)
    for part in (parts,) if isinstance(parts, (bytes, bytearray, memoryview)) else parts:
        state.update(part)
    return Digest(str(algorithm), state.digest())
