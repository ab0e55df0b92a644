"""Data files that travel with the package: JSON Schemas and public trust material.

In a checkout they stand beside the package (``schemas/``, ``keys/trust/``), in an installed wheel inside it (``credkit/_data``). Which
of the two applies is decided here and nowhere else; what the files mean is left to their readers.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

__all__ = ["read_schema", "read_trust"]

_PACKAGE = Path(__file__).resolve().parent


def read_schema(name: str) -> bytes:
    """The JSON Schema ``name``, a path below ``schemas/`` such as ``assertions/c2pa.actions.v2.schema.json``.

    Raises ``FileNotFoundError`` when there is no such file, ``ValueError`` when the name leads out of the folder.
    """
    return _read("schemas", "schemas", name)


def read_trust(name: str) -> bytes:
    """The trust file ``name``, a path below ``keys/trust/``; errors as ``read_schema``."""
    return _read("trust", "keys/trust", name)


def _read(installed: str, checkout: str, name: str) -> bytes:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or not path.parts:
        raise ValueError(f"{name!r} is not the name of a file below {checkout}/")
    for folder in (_PACKAGE / "_data" / installed, _PACKAGE.parent / checkout):
        candidate = folder / path
        if candidate.is_file():
            return candidate.read_bytes()
    raise FileNotFoundError(f"credkit has no data file {checkout}/{name}")
