"""Secrets to look for, in every form in which bytes are written: raw, as text, in base64 at any place, in hexadecimal digits, as numbers.

``Canary.of`` makes the patterns once, ``Canary.found_in`` looks for them. A part of a secret counts as the secret: both halves are sought.
"""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["PASSPHRASE", "Canary", "all_canaries", "canary_key", "files_below", "searched"]

PASSPHRASE = "canary-pass/phrase+Zq7wX%9"
"""No part of it occurs by chance, and it looks different under every escaping."""
_SEED = bytes.fromhex("c0ffee5ea1edca11ab1e0ddba11facade0b5e55edfacade0decade0ff1ce5eed")
_SHORTEST = 12
_BREAKS = re.compile(rb"\s+|\\n|\\x0a|\\u000a|&#10;")


def canary_key() -> Ed25519PrivateKey:
    """The key whose bytes nobody may see."""
    return Ed25519PrivateKey.from_private_bytes(_SEED)


@dataclass(frozen=True)
class Canary:
    """One secret and what it would look like."""

    name: str
    patterns: tuple[bytes, ...]

    @classmethod
    def of(cls, name: str, secret: bytes) -> Canary:
        """The patterns of a secret and of its halves."""
        half = len(secret) // 2
        parts = [secret] if half < _SHORTEST else [secret[:half], secret[half:]]
        return cls(name, tuple(dict.fromkeys(pattern for part in parts for pattern in _forms(part))))

    def found_in(self, data: bytes) -> bytes | None:
        """The first pattern in ``data``, also across line breaks, as in PEM; None when there is none."""
        joined = _BREAKS.sub(b"", data)
        lowered = joined.lower()
        for pattern in self.patterns:
            if pattern in data or pattern in joined or (pattern.islower() and pattern in lowered):
                return pattern
        return None


def _forms(part: bytes) -> Iterator[bytes]:
    yield part
    yield part.hex().encode()
    yield part.hex(" ").encode()
    yield part.hex(":").encode()
    yield ", ".join(map(str, part)).encode()
    yield ",".join(map(str, part)).encode()
    yield repr(part)[2:-1].encode()
    yield urllib.parse.quote_from_bytes(part, safe="").encode()
    yield base64.b32encode(part).rstrip(b"=")[:-1]
    yield part.decode("latin-1").encode("utf-8")
    yield part.decode("latin-1").encode("utf-16-le")
    yield "".join(f"\\u{byte:04x}" for byte in part).encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            # The first and the last characters depend on the neighbours.
            yield encode(bytes(shift) + part)[(4 * shift + 2) // 3 + (shift > 0) :].rstrip(b"=")[:-2]
    number = int.from_bytes(part, "big")
    yield str(number).encode()


def all_canaries() -> tuple[Canary, ...]:
    """The key, as seed and in the form of PKCS#8, and the passphrase."""
    return Canary.of("the key", _SEED), Canary.of("the passphrase", PASSPHRASE.encode())


def searched(data: bytes, where: str, canaries: Iterable[Canary] | None = None) -> None:
    """Fail when any secret shows in ``data``."""
    for canary in all_canaries() if canaries is None else canaries:
        found = canary.found_in(data)
        assert found is None, f"{canary.name} shows in {where}: {found!r}"


def files_below(folder: Path, *, but: Iterable[Path] = ()) -> Iterator[Path]:
    """Every regular file, without those that hold the secrets on purpose."""
    left = {path.resolve() for path in but}
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink() and path.resolve() not in left)
