"""The targets of the long runs, each on its seeds and on some changes of them; no Atheris needed."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

EACH = {"verify": 60, "signed assertion": 60, "journal": 30}
USUAL = 250


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_changes_of_them(name: str) -> None:
    target, pick = TARGETS[name], random.Random(name)
    assert target.seeds()
    seeds = target.inputs()
    for seed in seeds:
        target.run(seed)
    for _ in range(EACH.get(name, USUAL)):
        target.run(target.change(pick, pick.choice(seeds)))


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.binary(max_size=200))
@settings(max_examples=20, deadline=None)
def test_any_bytes(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


def test_every_parser_is_a_target() -> None:
    wanted = {"jumbf", "cbor", "json", "cose", "der", "certificate", "time-stamp", "ocsp", "trust list", "claim", "assertion", "credential"}
    wanted |= {"texts", "lifting", "label", "model header", "xmp", "exif", "journal", "openings", "policy", "definition", "uri", "store"}
    assert wanted <= TARGETS.keys()
    assert len([name for name in TARGETS if name.startswith("asset ")]) >= 20
