"""Parquet: see ``format``."""

from __future__ import annotations

from credkit.assets.parquet.format import ParquetFormat, fields_of

__all__ = ["ParquetFormat", "fields_of"]
