"""Brotli (RFC 7932) with a bound: what it unpacks to is never held beyond what the caller allows.

Where such streams stand (compressed manifests, metadata of JPEG XL) is left to those who read them.
"""

from __future__ import annotations

from credkit.errors import MalformedError

__all__ = ["unbrotli"]


def unbrotli(data: bytes, most: int) -> bytes:
    """What the stream unpacks to; ``MalformedError``, a predicate (``is cut short``), above ``most`` bytes and for what is no stream."""
    if most <= 0:
        # Even one byte would cost the window of the stream, which may be 16 MiB.
        raise MalformedError(f"unpacks to more than {most:,} bytes")
    import brotli

    decompressor = brotli.Decompressor()
    try:
        unpacked: bytes = decompressor.process(data, output_buffer_limit=most + 1)
    except brotli.error:
        raise MalformedError("is not Brotli") from None
    if len(unpacked) > most:
        raise MalformedError(f"unpacks to more than {most:,} bytes")
    if not decompressor.is_finished():
        raise MalformedError("is cut short")
    return unpacked
