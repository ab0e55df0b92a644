"""Where the corpus of real files is, when it is there at all; its files never belong to the project."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(os.environ.get("CREDKIT_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
INDEX = CORPUS / "corpus.jsonl"
needs_corpus = pytest.mark.skipif(not INDEX.is_file(), reason="the corpus of real files is not on this machine (set CREDKIT_CORPUS)")


@cache
def entries(*formats: str) -> tuple[dict[str, Any], ...]:
    """The corpus entries of these formats (all without arguments); empty when the corpus is absent."""
    if not INDEX.is_file():
        return ()
    found = (json.loads(line) for line in INDEX.read_text(encoding="utf-8").splitlines() if line.strip())
    return tuple(entry for entry in found if not formats or entry["format"] in formats)
