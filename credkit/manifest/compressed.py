"""Compressed manifests: a box around the Brotli form of a whole manifest.

Clause: "Compressed manifests" (anchor ``_compressed_manifests``). They are read and never written, because readers disagree
about which form an ingredient's hash covers.
"""

from __future__ import annotations

from credkit.codec.brotli_stream import unbrotli
from credkit.codec.jumbf import Superbox, parse_superbox
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["unpack"]

_CODE = "manifest.compressed.invalid"


def unpack(box: Superbox, limits: Limits) -> Superbox:
    """The manifest inside of a compressed one; ``MalformedError`` (``manifest.compressed.invalid``) for anything else, or
    more than the limit.
    """
    packed = box.content("brob")
    if packed is None:
        raise _broken("compressed manifest has no single Brotli box")
    try:
        data = unbrotli(packed, limits.allowed_output(len(packed)))
    except MalformedError as error:
        raise _broken(f"compressed manifest {error.message}") from None
    try:
        inner = parse_superbox(data, limits=limits)
    except MalformedError as error:
        raise _broken(f"compressed manifest holds no manifest ({error})") from None
    if inner.label != box.label or inner.end != len(data):
        raise _broken("compressed manifest holds a manifest of another label, or more than one")
    return inner


def _broken(message: str) -> MalformedError:
    return MalformedError(message, code=_CODE, where="manifest store")
