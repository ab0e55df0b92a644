"""Hard bindings: the hash of an asset against the assertion that holds it. One file a kind; ``BINDINGS`` lists them by label. The
multi-asset hash, which only decides where one of them does not match, is asked for by its own name."""

from __future__ import annotations

from credkit.binding.registry import BINDINGS
from credkit.binding.target import BindingOutcome, BindingTarget

__all__ = ["BINDINGS", "BindingOutcome", "BindingTarget"]
