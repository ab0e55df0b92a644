"""All hard bindings that can be checked, and those that can be made, by label without instance."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from credkit.binding.data_hash import check_data_hash, plan_data_hash
from credkit.binding.target import BindingOutcome, BindingTarget

if TYPE_CHECKING:
    from credkit.binding.output import Output, PlannedBinding

__all__ = ["BINDERS", "BINDINGS"]


def _check_box_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """``credkit.binding.box_hash``, loaded only where a claim has such a binding: most pictures have a data hash."""
    from credkit.binding import box_hash

    return box_hash.check_box_hash(value, uri, target)


def _plan_box_hash(output: Output) -> PlannedBinding:
    """``credkit.binding.box_hash``, loaded only where a file is signed so."""
    from credkit.binding.box_hash import plan_box_hash

    return plan_box_hash(output)


def _check_bmff_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """``credkit.binding.bmff_hash``, loaded only where a claim has such a binding: pictures have none."""
    from credkit.binding import bmff_hash

    return bmff_hash.check_bmff_hash(value, uri, target)


def _plan_bmff_hash(output: Output) -> PlannedBinding:
    """``credkit.binding.bmff_hash.plan``, loaded only where such a file is signed."""
    from credkit.binding.bmff_hash.plan import plan_bmff_hash

    return plan_bmff_hash(output)


def _check_segment_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """``credkit.binding.segment_hash``, loaded only where a claim has such a binding: logs have one, pictures have none."""
    from credkit.binding import segment_hash

    return segment_hash.check_segment_hash(value, uri, target)


def _check_collection_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """``credkit.binding.collection_hash``, loaded only where a claim has such a binding: data sets and archives have one."""
    from credkit.binding import collection_hash

    return collection_hash.check_collection_hash(value, uri, target)


BINDINGS: dict[str, Callable[[Any, str, BindingTarget], BindingOutcome]] = {
    "c2pa.hash.data": check_data_hash,
    "c2pa.hash.boxes": _check_box_hash,
    "c2pa.hash.bmff.v2": _check_bmff_hash,
    "c2pa.hash.bmff.v3": _check_bmff_hash,
    "c2pa.hash.segment": _check_segment_hash,
    "c2pa.hash.collection.data": _check_collection_hash,
}

BINDERS: dict[str, Callable[[Output], PlannedBinding]] = {
    "c2pa.hash.bmff.v3": _plan_bmff_hash,
    "c2pa.hash.data": plan_data_hash,
    "c2pa.hash.boxes": _plan_box_hash,
}
