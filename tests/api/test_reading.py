"""``read_terms`` and ``read_licences``: what a file says about its use, in one step, signed or not."""

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


def test_the_licences_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "licensed.png"
    sources = (credkit.TrainingSource("stock", licence="CC-BY-NC-4.0"),)
    statements = credkit.Statements(created="trainedAlgorithmicMedia", licence="CC-BY-4.0", training_sources=sources)
    credkit.sign_file(picture("png"), path, statements, signer=pki.signer())
    chain = credkit.read_licences(path)
    assert [(source.words, [licence.name for licence in source.licences]) for source in chain.sources] == [
        ("this file", ["CC-BY-4.0"]),
        ('the data set "stock"', ["CC-BY-NC-4.0"]),
    ]
    assert "commercial-against-licence" in {finding.name for finding in chain.findings}
    trusted = credkit.read_licences(path.read_bytes(), policy=credkit.TrustPolicy.of(pki.root_pem()), name="a copy")
    assert (trusted.name, trusted.sources[0].origin and trusted.sources[0].origin.standing) == ("a copy", "trusted")
    with pytest.raises(AssetError, match="nowhere"):
        credkit.read_licences(tmp_path / "nowhere.png")
