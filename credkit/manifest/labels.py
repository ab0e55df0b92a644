"""Labels of assertions: instances and namespaces.

Clauses: "Label naming" (anchor ``_label_naming``), "Multiple instances" (anchor ``_multiple_instances``), "Namespacing" (anchor
``_namespacing``). Which labels exist is decided in ``assertions.registry``.
"""

from __future__ import annotations

import re

from credkit.manifest.store import base_label

__all__ = ["IDENTITY_LABEL", "OWN_NAME", "instance_label", "is_namespaced", "is_own_name", "label_in_uri", "valid_assertion_label"]

_COMPONENT = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]|_(?!_))*"
_LABEL = rf"{_COMPONENT}(?:\.{_COMPONENT})*(?:__[1-9][0-9]*)?"
_NAMESPACED = r"[a-zA-Z0-9][a-zA-Z0-9_-]*(?:\.[a-zA-Z0-9_-]+)+"

IDENTITY_LABEL = "cawg.identity"
"""Of the identity assertion of CAWG; see ``assertions.identity``."""
OWN_NAME = "^(?!(c2pa|cawg|stds|font)[.])[A-Za-z0-9][A-Za-z0-9_-]*([.][A-Za-z0-9_-]+)+$"
"""Names in a namespace of somebody's own as a regular expression, for JSON Schema as well."""


def instance_label(base: str, number: int) -> str:
    """The label of the ``number``-th assertion of a kind, counted from 0: ``c2pa.ingredient.v3``, then ``c2pa.ingredient.v3__1``."""
    if number < 0:
        raise ValueError("instances are counted from 0")
    return base if number == 0 else f"{base}__{number}"


def valid_assertion_label(label: str) -> bool:
    """Whether a label obeys the naming rules: components of letters, digits, ``-`` and ``_``, joined by dots, ``__N`` only at the end."""
    return re.fullmatch(_LABEL, label) is not None


def is_namespaced(name: str) -> bool:
    """Whether a name (of an action, parameter, type or reason) has at least two components, as an entity's own names must."""
    return re.fullmatch(_NAMESPACED, name) is not None


def is_own_name(name: str) -> bool:
    """Whether a name is in a namespace of somebody's own: at least two components, and none of the standard's prefixes in front."""
    return is_namespaced(name) and re.match(OWN_NAME, name) is not None


def label_in_uri(uri: str) -> str:
    """The label, without its instance, of the box that a JUMBF URI ends in: ``c2pa.ingredient.v3`` for
    ``...c2pa.assertions/c2pa.ingredient.v3__2``."""
    return base_label(uri.partition("&")[0].rpartition("/")[2])
