"""A reference together with the hash of what it points at (``hashed_uri``, anchor ``_hashed_uris``)."""

from __future__ import annotations

from typing import Any

from credkit.dataclass import dataclass

__all__ = ["HashedUri"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashedUri:
    """``url`` is a JUMBF URI, ``hash`` the digest of the box it names, ``alg`` its algorithm when it differs from the enclosing one."""

    url: str
    hash: bytes | None
    alg: str | None = None

    @classmethod
    def read(cls, value: object) -> HashedUri | None:
        """The reference in a decoded CBOR map; None when it has no usable ``url``. A hash of the wrong type reads as absent."""
        if not isinstance(value, dict) or not isinstance(value.get("url"), str):
            return None
        digest, alg = value.get("hash"), value.get("alg")
        return cls(url=value["url"], hash=digest if isinstance(digest, bytes) else None, alg=alg if isinstance(alg, str) else None)

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        return {"url": self.url, "hash": self.hash} | ({"alg": self.alg} if self.alg else {})
