"""How a hash that a text claims for the file of a model compares with what was measured of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["agrees"]

_SHORTEST = 6
"""Digits of a claimed hash from which on it says something."""


def agrees(kind: str, digits: str, measured: Mapping[Any, Any]) -> bool | None:
    """Whether a claimed hash (an entry of ``GenerationModel.claimed``) is that of a measured file; None where the two cannot be compared.

    Twelve digits beside a LoRA are of the tensors (AutoV3) or, for files that are no SafeTensors, the first of the whole file.
    """
    # A text may have been written before the model was signed, or after.
    files = [str(measured[name]) for name in ("sha256", "unsigned") if name in measured]
    tensors = str(measured.get("tensors", ""))
    if len(digits) < _SHORTEST:
        return None
    if kind == "sha256":
        return digits in files
    if kind == "autov1":
        return bool(measured["autov1"] == digits) if "autov1" in measured else None
    if kind == "autov2":
        return any(file.startswith(digits) for file in files)
    if kind == "autov3":
        return any(file.startswith(digits) for file in (*files, tensors))
    named, _, bare = digits.rpartition(":")
    if named not in ("", "tensors") or len(bare) < _SHORTEST:
        return None
    if named:
        return tensors == bare if tensors else None
    return True if any(file.startswith(bare) for file in (*files, tensors)) else None
