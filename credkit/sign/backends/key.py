"""What every signer back end delivers: a way to sign, and the certificates that go with it."""

from __future__ import annotations

from collections.abc import Callable

from credkit.dataclass import dataclass, field
from credkit.trust.algorithms import SignatureAlgorithm

__all__ = ["Passphrase", "SigningKey"]

Passphrase = str | bytes | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SigningKey:
    """A key that signs, wherever it is kept. Nothing in it shows the key."""

    algorithm: SignatureAlgorithm
    chain: tuple[bytes, ...] = field(repr=False)
    """Certificates in DER as the user gave them, the signer's own first."""
    sign: Callable[[bytes], bytes] = field(repr=False)
    """Returns the signature in COSE form (ECDSA: r and s side by side)."""
    public_key: object = field(default=None, repr=False)
    """The public half where the key itself tells it; None for a key kept elsewhere."""
    max_message: int | None = None
    """Bytes that the key signs at most; None without a bound."""
