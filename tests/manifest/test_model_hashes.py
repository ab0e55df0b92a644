"""How claimed hashes of model files compare with measured ones."""

from __future__ import annotations

import pytest

from credkit.manifest.assertions.model_hashes import agrees

MEASURED = {"sha256": "ab" * 32, "size": 1, "autov1": "12345678", "tensors": "cd" * 32}


@pytest.mark.parametrize(
    ("kind", "digits", "answer"),
    [
        ("sha256", "ab" * 32, True),
        ("sha256", "ab" * 16, False),
        ("autov1", "12345678", True),
        ("autov1", "abababab", False),
        ("autov2", "ab" * 5, True),
        ("autov2", "cd" * 5, False),
        ("autov3", "cd" * 6, True),
        ("autov3", "ab" * 6, True),
        ("autov3", "ef" * 6, False),
        ("other", "cd" * 6, True),
        ("other", "ef" * 6, None),
        ("other", "tensors:" + "cd" * 32, True),
        ("other", "tensors:" + "cd" * 6, False),
        ("other", "blake3:" + "ab" * 32, None),
        ("other", "tensors:", None),
        ("autov2", "", None),
        ("other", "ab", None),
    ],
)
def test_claims(kind: str, digits: str, answer: bool | None) -> None:
    assert agrees(kind, digits, MEASURED) is answer


@pytest.mark.parametrize(("kind", "digits"), [("autov1", "12345678"), ("other", "tensors:" + "cd" * 32)])
def test_what_was_not_measured_cannot_be_compared(kind: str, digits: str) -> None:
    assert agrees(kind, digits, {"sha256": "ab" * 32}) is None
