"""All entries of the catalogue, by name."""

from __future__ import annotations

from tests.cost import containers, documents, lists, models, sounds, stores, texts
from tests.cost.hostile import CATALOGUE

__all__ = ["CATALOGUE", "ROOMS"]

ROOMS = (containers, sounds, documents, models, stores, texts, lists)
