"""Digests of large files are kept for the very same file, and for no other."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from credkit.assets import FileSource, Span
from credkit.assets.engine import hash_parts
from credkit.errors import AssetError
from credkit.lifting import file_cache
from credkit.lifting.kept_digests import KeptDigests

PARTS = (Span(0, 100), Span(200, 100))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is worth keeping, with a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(file_cache, "_WORTH", 1)
    path = tmp_path / "model.safetensors"
    path.write_bytes(bytes(300))
    os.utime(path, (1, 1))
    return path


def keep(path: Path) -> None:
    digests = KeptDigests(path)
    with FileSource(path) as source:
        hash_parts(source, "sha256", PARTS)
        hash_parts(source, "sha256", (b"not of the file",))
        digests.keep(source)


def recalled(path: Path) -> dict[Any, Any]:
    digests = KeptDigests(path)
    with FileSource(path) as source:
        digests.recall(source)
        return dict(source.known.digests)


def test_the_very_same_file_is_known(file: Path) -> None:
    assert recalled(file) == {}
    keep(file)
    ((key, digest),) = recalled(file).items()
    assert key == ("sha256", PARTS)
    assert digest.value == hashlib.sha256(bytes(200)).digest()


def test_a_file_that_changed_is_not(file: Path) -> None:
    keep(file)
    file.write_bytes(bytes(299) + b"x")
    os.utime(file, (1, 1))
    assert recalled(file) == {}
    other = file.with_name("other.safetensors")
    os.rename(file, other)
    assert recalled(other) == {}


def test_a_file_that_changes_meanwhile_is_refused(file: Path) -> None:
    digests = KeptDigests(file)
    with FileSource(file) as source:
        hash_parts(source, "sha256", PARTS)
        file.write_bytes(bytes(301))
        with pytest.raises(AssetError, match="changed while"):
            digests.keep(source)
    assert recalled(file) == {}
    with pytest.raises(AssetError, match="cannot be read"):
        KeptDigests(file.with_name("nowhere"))


def test_what_is_not_worth_it_is_not_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_cache, "_WORTH", 301)
    keep(file)
    assert recalled(file) == {}


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"alg": "sha256", "ranges": [[0, 100]], "hash": "00"},
        {"alg": "md5", "ranges": [[0, 100]], "hash": "00" * 32},
        {"alg": "sha256", "ranges": [[0, 301]], "hash": "00" * 32},
        {"alg": "sha256", "ranges": [["0", "1"]], "hash": "00" * 32},
        {"alg": "sha256", "ranges": [[-1, 1]], "hash": "00" * 32},
        {"alg": "sha256", "ranges": [1], "hash": "00" * 32},
        {"alg": ["sha256"], "ranges": [], "hash": "zz"},
        {"alg": {}, "ranges": [[0, 1]], "hash": "00" * 32},
    ],
)
def test_a_cache_that_says_nonsense_is_not_believed(file: Path, entry: object, tmp_path: Path) -> None:
    keep(file)
    (kept,) = (tmp_path / "cache").rglob("*-digests.json")
    value = json.loads(kept.read_bytes())
    kept.write_text(json.dumps(value | {"digests": [entry]}))
    assert recalled(file) == {}
    kept.write_text(json.dumps(value | {"digests": 5}))
    assert recalled(file) == {}
    kept.write_bytes(b"\xff")
    assert recalled(file) == {}
