"""COSE_Sign1 (RFC 9052) as C2PA uses it: tagged, detached payload, no keys here.

Clauses: "Digital signatures" (anchor ``_digital_signatures``), "Credential storage" (anchor ``x509_certificates``), "Going back and filling
in" (anchor ``_going_back_and_filling_in``).
"""

from __future__ import annotations

from typing import Any

from credkit.codec import cbor
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "ALG",
    "CHAIN_LABELS",
    "LEAST_PADDING",
    "X5CHAIN",
    "Sign1",
    "build_sign1",
    "padding",
    "parse_sign1",
    "protected_header",
    "to_be_signed",
]

ALG = 1
X5CHAIN = 33
CHAIN_LABELS = (X5CHAIN, "x5chain")
"""Where the certificate chain stands: its registered label, and the one of editions before 2.5."""
LEAST_PADDING = 5
"""Bytes of an unprotected header ``pad`` without content."""
_TAG = 18
_PAD, _PAD2 = "pad", "pad2"
_PAD_KEY = 4
"""Octets of the label ``pad``; an empty ``pad2`` takes two more than this, its head included."""
_HEADS = (1, 2, 3, 5)
"""Octets of the head of a byte string below 4 GiB."""
_CODE = "claimSignature.mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """A decoded COSE_Sign1_Tagged structure; ``protected_bytes`` is kept as stored, because it is signed."""

    protected_bytes: bytes
    protected: dict[Any, Any]
    unprotected: dict[Any, Any] = field(repr=False)
    payload: bytes | None
    signature: bytes

    @property
    def algorithm(self) -> int | None:
        """The COSE algorithm identifier; None when it is absent or not an integer."""
        value = self.protected.get(ALG)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def parse_sign1(data: bytes, *, where: str, limits: Limits = DEFAULT_LIMITS) -> Sign1:
    """Decode ``data``; ``MalformedError`` when it is no COSE_Sign1_Tagged.

    The error's code is ``claimSignature.mismatch``, because the specification names no better one.

    A label that stands in both headers makes the structure malformed (RFC 9052, 3), and so does a critical header that is unknown here. A
    chain in both is left to whoever reads the chain, since C2PA calls that more than one credential.
    """

    def fail(message: str) -> MalformedError:
        return MalformedError(message, code=_CODE, where=where)

    value = cbor.decode(data, where=where, code=_CODE, limits=limits)
    if not isinstance(value, cbor.Tag) or value.number != _TAG:
        raise fail("signature is not a tagged COSE_Sign1")
    parts = value.value
    if not isinstance(parts, list) or len(parts) != 4:
        raise fail("COSE_Sign1 is not an array of four")
    protected_bytes, unprotected, payload, signature = parts
    if not isinstance(protected_bytes, bytes) or not isinstance(unprotected, dict) or not isinstance(signature, bytes):
        raise fail("COSE_Sign1 has a part of the wrong type")
    if payload is not None and not isinstance(payload, bytes):
        raise fail("COSE_Sign1 payload is neither nil nor bytes")
    protected = cbor.decode(protected_bytes, where=f"{where} protected header", code=_CODE, limits=limits) if protected_bytes else {}
    if not isinstance(protected, dict):
        raise fail("protected header is not a map")
    if both := (protected.keys() & unprotected.keys()).difference(CHAIN_LABELS):
        raise fail(f"header {sorted(map(str, both))[0]} stands in the protected and in the unprotected part")
    if 2 in protected or 2 in unprotected:
        raise fail("signature demands critical headers that C2PA does not define")
    return Sign1(protected_bytes=protected_bytes, protected=protected, unprotected=unprotected, payload=payload, signature=signature)


def protected_header(algorithm: int, chain: tuple[bytes, ...]) -> bytes:
    """The protected header: algorithm and certificate chain (DER, leaf first; a lone certificate is a bare byte string)."""
    return cbor.encode({ALG: algorithm, X5CHAIN: chain[0] if len(chain) == 1 else list(chain)})


def to_be_signed(protected_bytes: bytes, payload: bytes, *, context: str = "Signature1") -> bytes:
    """The Sig_structure (RFC 9052, 4.4) with empty external data; ``CounterSignature`` is the context of time-stamps."""
    return cbor.encode([context, protected_bytes, b"", payload])


def build_sign1(protected_bytes: bytes, unprotected: dict[Any, Any], signature: bytes) -> bytes:
    """COSE_Sign1_Tagged with a detached (nil) payload."""
    return cbor.encode(cbor.Tag(_TAG, [protected_bytes, unprotected, None, signature]))


def padding(size: int) -> dict[str, bytes]:
    """Unprotected headers of zeros that take exactly ``size`` bytes: ``pad``, and an empty ``pad2`` for the few sizes that one byte string
    cannot have, because its head grows at 24, 256 and 65,536. Nothing for 0; ``ValueError`` for 1 to 4, which no header can fill.
    """
    if size == 0:
        return {}
    alone: dict[str, bytes] = {}
    for others in (alone, {_PAD2: b""}):
        room = size - _PAD_KEY - (_PAD_KEY + 2 if others else 0)
        for head in _HEADS:
            # The head of an integer is as long as that of a byte string of that length.
            if room >= head and len(cbor.encode(room - head)) == head:
                return {_PAD: bytes(room - head), **others}
    raise ValueError(f"no header takes {size} bytes; the smallest takes {LEAST_PADDING}")
