"""Where signing keys can be kept: each kind of place is one file here and one line in ``SIGNERS``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from credkit.sign.backends.file import open_uri as open_file
from credkit.sign.backends.key import Passphrase, SigningKey

__all__ = ["SIGNERS", "Passphrase", "SigningKey"]

_Opener: TypeAlias = Callable[[str, Passphrase], SigningKey]
SIGNERS: tuple[tuple[str, _Opener], ...] = (("file", open_file),)
"""Schemes of signer addresses; the opener gets what follows the colon."""
