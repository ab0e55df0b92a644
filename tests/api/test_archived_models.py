"""Models that are archives: checkpoints of PyTorch begin like any ZIP."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from credkit.api.model_description import kind_of_file
from credkit.assets import BytesSource
from tests.assets.samples_documents import EPUB, ZIP


def said(**more: Any) -> Any:
    return cast("Any", SimpleNamespace(**({"data_sets": (), "base_models": (), "model_role": None} | more)))


def test_an_archive_is_a_model_when_it_is_said_to_be_trained() -> None:
    found = kind_of_file(BytesSource(ZIP), said(data_sets=("My photographs",)))
    assert found is not None
    assert (found.type, found.media_type) == ("c2pa.types.model", "application/octet-stream")
    assert kind_of_file(BytesSource(ZIP), said()) is None
    assert kind_of_file(BytesSource(EPUB), said()) is None
