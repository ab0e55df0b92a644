"""Hard bindings: the hash of an asset against the assertion that holds it. One file a kind; ``BINDINGS`` lists them by label."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from credkit.binding.box_hash import check_box_hash
from credkit.binding.data_hash import check_data_hash
from credkit.binding.target import BindingOutcome, BindingTarget

__all__ = ["BINDINGS", "BindingOutcome", "BindingTarget"]

BINDINGS: dict[str, Callable[[Any, str, BindingTarget], BindingOutcome]] = {
    "c2pa.hash.data": check_data_hash,
    "c2pa.hash.boxes": check_box_hash,
}
