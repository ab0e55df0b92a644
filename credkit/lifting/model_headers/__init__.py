"""What a model file says about itself: ``read_model_header`` and the values that it gives."""

from __future__ import annotations

from credkit.lifting.model_headers.header import ClaimedDataSet, ClaimedModel, Leak, ModelHeader
from credkit.lifting.model_headers.reading import read_model_header

__all__ = ["ClaimedDataSet", "ClaimedModel", "Leak", "ModelHeader", "read_model_header"]
