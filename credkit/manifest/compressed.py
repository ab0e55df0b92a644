"""Compressed manifests: a box around the Brotli form of a whole manifest.

Clause: "Compressed manifests" (anchor ``_compressed_manifests``). They are read and never written, because readers disagree
about which form an ingredient's hash covers.
"""

from __future__ import annotations

from credkit.codec.jumbf import Superbox, parse_superbox
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["unpack"]

_CODE = "manifest.compressed.invalid"


def unpack(box: Superbox, limits: Limits) -> Superbox:
    """The manifest inside of a compressed one; ``MalformedError`` (``manifest.compressed.invalid``) for anything else, or
    more than the limit.
    """
    import brotli

    packed = box.content("brob")
    if packed is None:
        raise _broken("compressed manifest has no single Brotli box")
    decompressor = brotli.Decompressor()
    try:
        data = decompressor.process(packed, output_buffer_limit=limits.decompressed_size + 1)
    except brotli.error:
        raise _broken("compressed manifest is not Brotli") from None
    if len(data) > limits.decompressed_size:
        raise _broken(f"compressed manifest unpacks to more than {limits.decompressed_size:,} bytes")
    if not decompressor.is_finished():
        raise _broken("compressed manifest is cut short")
    try:
        inner = parse_superbox(data, limits=limits)
    except MalformedError as error:
        raise _broken(f"compressed manifest holds no manifest ({error})") from None
    if inner.label != box.label or inner.end != len(data):
        raise _broken("compressed manifest holds a manifest of another label, or more than one")
    return inner


def _broken(message: str) -> MalformedError:
    return MalformedError(message, code=_CODE, where="manifest store")
