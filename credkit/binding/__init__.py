"""Hard bindings: the hash of an asset against the assertion that holds it. One file a kind.

``BINDINGS`` lists those that can be checked by label, ``BINDERS`` those that can be made. The multi-asset hash, which only decides where
one of them does not match, is asked for by its own name.

Names are loaded when they are asked for: whoever only verifies plans no output.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.binding.output import Output, PartHash, PlannedBinding
    from credkit.binding.registry import BINDERS, BINDINGS
    from credkit.binding.target import BindingOutcome, BindingTarget, Gap

__all__ = ["BINDERS", "BINDINGS", "BindingOutcome", "BindingTarget", "Gap", "Output", "PartHash", "PlannedBinding"]

_HOMES = {
    "BINDERS": "registry",
    "BINDINGS": "registry",
    "BindingOutcome": "target",
    "BindingTarget": "target",
    "Gap": "target",
    "Output": "output",
    "PartHash": "output",
    "PlannedBinding": "output",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
