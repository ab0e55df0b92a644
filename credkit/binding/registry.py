"""All hard bindings that can be checked, by label without instance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from credkit.binding.bmff_hash import check_bmff_hash
from credkit.binding.box_hash import check_box_hash
from credkit.binding.data_hash import check_data_hash
from credkit.binding.target import BindingOutcome, BindingTarget

__all__ = ["BINDINGS"]

BINDINGS: dict[str, Callable[[Any, str, BindingTarget], BindingOutcome]] = {
    "c2pa.hash.data": check_data_hash,
    "c2pa.hash.boxes": check_box_hash,
    "c2pa.hash.bmff.v2": check_bmff_hash,
    "c2pa.hash.bmff.v3": check_bmff_hash,
}
