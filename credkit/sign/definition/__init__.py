"""Manifest definitions: the JSON format of c2patool, put into a ``Builder``.

What is done and what is refused stands in ``schemas/manifest-definition.schema.json`` and ``apply``; nothing is dropped in silence.
"""

from __future__ import annotations

from credkit.sign.definition.apply import apply_definition
from credkit.sign.definition.credentials import definition_signer, definition_time_stamp
from credkit.sign.definition.reading import Definition

__all__ = ["Definition", "apply_definition", "definition_signer", "definition_time_stamp"]
