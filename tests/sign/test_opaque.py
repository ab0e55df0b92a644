"""Files of no known format: they have no place for a manifest store, and a file beside them for one."""

from __future__ import annotations

import io

import pytest

from credkit.api import Statements, read_store, sign_file, verify_file
from credkit.assets import BytesSource, detect
from credkit.assets.opaque import OPAQUE
from credkit.errors import AssetError, HistoryError
from credkit.sign.builder import Builder
from credkit.verify import verify
from tests.forge import pki
from tests.forge.pictures import picture

MODEL = b"\x80\x02}q\x00(X\x06\x00\x00\x00weightq\x01" + bytes(range(256)) * 20
"""A pickled checkpoint, as far as anybody looks."""


def signed(data: bytes = MODEL) -> bytes:
    builder = Builder(title="model.ckpt")
    builder.created("trainedAlgorithmicData")
    store = io.BytesIO()
    builder.sign_sidecar(data, store, pki.signer())
    return store.getvalue()


def test_nothing_is_recognised_as_it():
    assert detect(BytesSource(MODEL)) is None
    assert not OPAQUE.matches(MODEL)


def test_every_byte_is_bound():
    store = signed()
    report = verify(BytesSource(MODEL), sidecar=BytesSource(store))
    assert report.state == "Valid"
    assert report.media_type == "application/octet-stream"
    assert "assertion.dataHash.match" in {status.code for status in report.active.results.success}
    for position in (0, 100, len(MODEL) - 1):
        spoilt = bytearray(MODEL)
        spoilt[position] ^= 1
        assert verify(BytesSource(bytes(spoilt)), sidecar=BytesSource(store)).state == "Invalid"
    for other in (MODEL[:-1], MODEL + b"\x00"):
        assert verify(BytesSource(other), sidecar=BytesSource(store)).state == "Invalid"


def test_without_a_store_beside_it_there_is_nothing_to_read():
    report = verify(BytesSource(MODEL))
    assert report.state == "error"
    assert "of no format that credkit reads" in report.problem


def test_a_store_cannot_be_put_into_it(tmp_path):
    output = tmp_path / "signed.ckpt"
    with pytest.raises(AssetError, match="--sidecar"):
        sign_file(MODEL, output, Statements(created="trainedAlgorithmicData"), signer=pki.signer())
    assert not output.exists()


def test_a_store_alone_is_no_asset_for_another():
    with pytest.raises(AssetError, match="manifest store"):
        signed(signed())


def test_it_is_found_on_the_disk_and_its_history_is_kept(tmp_path):
    model = tmp_path / "model.ckpt"
    model.write_bytes(MODEL)
    beside = tmp_path / "model.ckpt.c2pa"
    sign_file(model, beside, Statements(created="trainedAlgorithmicData"), signer=pki.signer(), sidecar=True)
    assert verify_file(model).state == "Valid"
    assert read_store(model).data == beside.read_bytes()
    with pytest.raises(HistoryError):
        sign_file(model, beside, Statements(created="trainedAlgorithmicData"), signer=pki.signer(), sidecar=True)
    fork = tmp_path / "fork.ckpt"
    fork.write_bytes(MODEL + b"more")
    sign_file(
        fork, tmp_path / "fork.ckpt.c2pa", Statements(edited="trainedAlgorithmicData"), signer=pki.signer(), sidecar=True, parent=model
    )
    report = verify_file(fork)
    assert report.state == "Valid"
    assert len(report.manifests) == 2


def test_a_picture_made_with_it_takes_its_credentials_in(tmp_path):
    model = tmp_path / "model.ckpt"
    model.write_bytes(MODEL)
    (tmp_path / "model.ckpt.c2pa").write_bytes(signed())
    out = io.BytesIO()
    sign_file(picture(), out, Statements(created="trainedAlgorithmicMedia"), signer=pki.signer(), ingredients=[model])
    report = verify(BytesSource(out.getvalue()))
    assert report.state == "Valid"
    assert len(report.manifests) == 2
