"""The key and certificates that a definition names, for callers who have no signer yet, and its time-stamp authority."""

from __future__ import annotations

from pathlib import Path

from credkit.errors import DefinitionError
from credkit.sign.backends import Passphrase
from credkit.sign.definition.files import existing
from credkit.sign.definition.reading import Definition, load_definition
from credkit.sign.signer import Signer

__all__ = ["definition_signer", "definition_time_stamp"]


def definition_signer(definition: Definition, base: Path | None = None, *, passphrase: Passphrase = None) -> Signer | None:
    """The signer of ``private_key`` and ``sign_cert`` (paths) with ``alg``; None when the definition names neither.

    ``alg`` may be left out: the key decides. ``DefinitionError`` when only one of the two is given or a file is missing,
    ``CredentialError`` when they cannot be used.
    """
    loaded = load_definition(definition, base)
    key, certificates = loaded.fields.get("private_key"), loaded.fields.get("sign_cert")
    if key is None and certificates is None:
        return None
    if key is None or certificates is None:
        missing = "private_key" if key is None else "sign_cert"
        raise DefinitionError(f'"private_key" and "sign_cert" belong together, and "{missing}" is missing')
    return Signer.from_pem(
        existing(loaded.base, certificates, "/sign_cert"),
        existing(loaded.base, key, "/private_key"),
        passphrase=passphrase,
        algorithm=loaded.fields.get("alg"),
    )


def definition_time_stamp(definition: Definition, base: Path | None = None) -> str | None:
    """The address of the time-stamp authority that the definition names (``ta_url``); None when it names none."""
    return load_definition(definition, base).fields.get("ta_url") or None
