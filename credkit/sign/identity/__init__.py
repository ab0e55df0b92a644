"""A person's own signing identity: an authority, a signing certificate and their keys, kept in the user's configuration folder.

Names are loaded when they are asked for: whoever only trusts the identities that are kept makes none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from credkit.configuration import configuration_directory

if TYPE_CHECKING:
    from credkit.sign.identity.create import create_identity
    from credkit.sign.identity.kept import (
        Identity,
        identity_anchors,
        list_identities,
        load_identity,
        set_default_identity,
    )
    from credkit.sign.identity.lint import lint_certificate
    from credkit.sign.identity.passphrase import read_passphrase

__all__ = [
    "Identity",
    "configuration_directory",
    "create_identity",
    "identity_anchors",
    "lint_certificate",
    "list_identities",
    "load_identity",
    "read_passphrase",
    "set_default_identity",
]

_HOMES = {
    "Identity": "kept",
    "create_identity": "create",
    "identity_anchors": "kept",
    "lint_certificate": "lint",
    "list_identities": "kept",
    "load_identity": "kept",
    "read_passphrase": "passphrase",
    "set_default_identity": "kept",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
