"""A person's own signing identity: an authority, a signing certificate and their keys, kept in the user's configuration folder."""

from __future__ import annotations

from credkit.configuration import configuration_directory
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
