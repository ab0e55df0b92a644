"""The hashes of models before and after signing: of the file, of its tensors, and of the file without its credentials."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from credkit.assets import BytesSource
from credkit.lifting.measuring import measure_model, measure_source
from credkit.manifest.assertions.generation import Generation, GenerationModel
from credkit.manifest.assertions.model_hashes import agrees
from tests.assets.samples import embedded, png, store_of
from tests.assets.samples_models import onnx_file, parquet, safetensors

FILES = {"model.safetensors": safetensors(format="pt"), "model.onnx": onnx_file(), "data.parquet": parquet(), "picture.png": png()}


@pytest.mark.parametrize("name", FILES)
def test_the_hash_without_credentials_is_that_of_the_file_before(name: str, tmp_path: Path) -> None:
    data = FILES[name]
    before = measure_source(BytesSource(data), name)
    assert "unsigned" not in before
    signed = embedded(data, store_of(5_000))
    after = measure_source(BytesSource(signed), name)
    assert after["unsigned"] == before["sha256"] == sha256(data).hexdigest()
    assert after["sha256"] == sha256(signed).hexdigest() != before["sha256"]
    (tmp_path / name).write_bytes(signed)
    assert measure_model(tmp_path / name, cache=False) == after
    Generation(models=(GenerationModel(name, measured=after),))


def test_the_hash_of_the_tensors_stays() -> None:
    data = FILES["model.safetensors"]
    before = measure_source(BytesSource(data), "model.safetensors")
    for size in (100, 101, 5_000, 70_000):
        signed = measure_source(BytesSource(embedded(data, store_of(size))), "model.safetensors")
        assert (signed["tensors"], signed["autov3"]) == (before["tensors"], before["autov3"])
    assert before["tensors"] == sha256(data[8 + int.from_bytes(data[:8], "little") :]).hexdigest()


def test_claims_of_before_signing_agree_with_the_signed_file() -> None:
    data = FILES["model.safetensors"]
    before = measure_source(BytesSource(data), "model.safetensors")
    after = measure_source(BytesSource(embedded(data, store_of(500))), "model.safetensors")
    for measured in (before, after):
        assert agrees("sha256", before["sha256"], measured) is True
        assert agrees("autov2", before["autov2"], measured) is True
        assert agrees("autov3", before["autov3"], measured) is True
        assert agrees("sha256", "0" * 64, measured) is False
    assert agrees("sha256", after["sha256"], before) is False


def test_a_header_with_two_manifests_is_measured_without_both() -> None:
    data = FILES["model.onnx"]
    entry = embedded(data, store_of(100))[len(data) :]
    assert measure_source(BytesSource(data + entry + entry), "model.onnx")["unsigned"] == sha256(data).hexdigest()
