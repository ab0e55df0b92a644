"""Manifest definitions: the JSON format of c2patool, put into a ``Builder``.

What is done and what is refused stands in ``schemas/manifest-definition.schema.json`` and ``apply``; nothing is dropped in silence.

Names are loaded when they are asked for: most pictures are signed without one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.sign.definition.apply import apply_definition
    from credkit.sign.definition.credentials import definition_signer, definition_time_stamp
    from credkit.sign.definition.reading import Definition

__all__ = ["Definition", "apply_definition", "definition_signer", "definition_time_stamp"]

_HOMES = {
    "Definition": "reading",
    "apply_definition": "apply",
    "definition_signer": "credentials",
    "definition_time_stamp": "credentials",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
