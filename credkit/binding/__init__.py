"""Hard bindings: the hash of an asset against the assertion that holds it. One file a kind.

``BINDINGS`` lists those that can be checked by label, ``BINDERS`` those that can be made. The multi-asset hash, which only decides where
one of them does not match, is asked for by its own name.
"""

from __future__ import annotations

from credkit.binding.output import Output, PartHash, PlannedBinding
from credkit.binding.registry import BINDERS, BINDINGS
from credkit.binding.target import BindingOutcome, BindingTarget, Gap

__all__ = ["BINDERS", "BINDINGS", "BindingOutcome", "BindingTarget", "Gap", "Output", "PartHash", "PlannedBinding"]
