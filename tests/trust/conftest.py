from __future__ import annotations

from pathlib import Path

import pytest

from tests.forge.corpus import CORPUS, INDEX


@pytest.fixture(scope="session")
def corpus() -> Path:
    if not INDEX.is_file():
        pytest.skip("the corpus of real files is not on this machine (set CREDKIT_CORPUS)")
    return CORPUS
