"""ONNX: see ``format``."""

from __future__ import annotations

from credkit.assets.onnx.format import OnnxFormat, fields_of

__all__ = ["OnnxFormat", "fields_of"]
