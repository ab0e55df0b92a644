"""``read_terms``: the terms of a file in one step, signed or not."""

from __future__ import annotations

from pathlib import Path

import pytest

import credkit
from credkit.errors import AssetError
from tests.forge import pki
from tests.forge.pictures import picture


@pytest.fixture
def reserved(tmp_path: Path) -> Path:
    path = tmp_path / "reserved.png"
    statements = credkit.Statements(created="trainedAlgorithmicMedia", do_not_train=True)
    credkit.sign_file(picture("png"), path, statements, signer=pki.signer(), mirrors=False)
    return path


def test_the_terms_of_a_signed_file(reserved: Path) -> None:
    terms = credkit.read_terms(reserved)
    assert (terms.name, terms.use("ai_training").permission) == ("reserved.png", "notAllowed")
    assert terms.use("ai_training").standing == "own word"
    assert credkit.read_terms(reserved.read_bytes(), name="a copy").name == "a copy"


def test_who_is_trusted_is_for_the_caller_to_say(reserved: Path) -> None:
    policy = credkit.TrustPolicy.of(pki.root_pem())
    assert credkit.read_terms(reserved, policy=policy).use("ai_training").standing == "trusted"


def test_a_store_beside_the_picture_counts(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    plain.write_bytes(picture("png"))
    assert credkit.read_terms(plain).use("ai_training").permission == "unsaid"
    statements = credkit.Statements(created="digitalCreation", do_not_train=True)
    credkit.sign_file(plain, tmp_path / "plain.png.c2pa", statements, signer=pki.signer(), sidecar=True)
    assert credkit.read_terms(plain).use("ai_training").permission == "notAllowed"


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="nowhere"):
        credkit.read_terms(tmp_path / "nowhere.png")
