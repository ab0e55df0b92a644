"""Judge: the validation procedure of the specification, and the report it makes."""

from __future__ import annotations

from credkit.verify.context import Profile
from credkit.verify.report import IngredientDelta, IngredientReport, ManifestReport, Region, Report, ResultMap, SignatureReport
from credkit.verify.verifier import verify

__all__ = [
    "IngredientDelta",
    "IngredientReport",
    "ManifestReport",
    "Profile",
    "Region",
    "Report",
    "ResultMap",
    "SignatureReport",
    "verify",
]
