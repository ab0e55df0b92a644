"""A file that is signed with one statement, for tests that care about the file."""

from __future__ import annotations

import io

from credkit.sign.builder import Builder
from tests.forge import pki

__all__ = ["signed"]


def signed(asset: bytes, title: str = "picture", *, created: str = "digitalCapture") -> bytes:
    """The asset with a new manifest in it."""
    builder, out = Builder(title=title), io.BytesIO()
    builder.created(created)
    builder.sign(asset, out, pki.signer())
    return out.getvalue()
