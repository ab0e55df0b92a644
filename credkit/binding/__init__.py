"""Hard bindings: the hash of an asset against the assertion that holds it. One file a kind; ``BINDINGS`` lists them by label."""

from __future__ import annotations

from credkit.binding.multi_asset import PartAssertion, check_multi_asset
from credkit.binding.registry import BINDINGS
from credkit.binding.target import BindingOutcome, BindingTarget

__all__ = ["BINDINGS", "BindingOutcome", "BindingTarget", "PartAssertion", "check_multi_asset"]
