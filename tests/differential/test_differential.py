"""The differential run, short: the same code as ``python -m tests.differential``, a few hundred mutants."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

pytest.importorskip("c2pa", reason="the reference implementation (c2pa-python) is not installed")

from tests.differential.__main__ import main
from tests.differential.judging import compare
from tests.differential.mutants import FAMILIES, KEYLESS, Mutant, made_of, mutant
from tests.differential.reviewed import REVIEWED
from tests.differential.running import run
from tests.differential.seeds import FILES, SEEDS, Seed, finished

SEED, COUNT = 20261123, 700


def test_every_disagreement_is_reviewed() -> None:
    found = run(SEED, COUNT)
    assert found.unreviewed == []
    assert found.total == COUNT
    assert found.states["Trusted", "Trusted"] > COUNT // 10
    assert found.states["Invalid", "Invalid"] > COUNT // 10


def test_the_list_is_short_and_has_a_clause_for_each() -> None:
    assert len(REVIEWED) < 40
    assert len({rule.name for rule in REVIEWED}) == len(REVIEWED)
    assert all(rule.why.endswith(".") and rule.clause for rule in REVIEWED)


def test_a_mutant_is_the_same_change_each_time() -> None:
    for number in range(60):
        one, two = mutant(SEED, number), mutant(SEED, number)
        assert (one.family, one.base, one.changes, len(one.data)) == (two.family, two.base, two.changes, len(two.data))


def test_every_family_is_made() -> None:
    assert {mutant(SEED, number).family for number in range(250)} == set(FAMILIES)
    assert set(FAMILIES) >= KEYLESS


@pytest.mark.parametrize("kind", FILES)
def test_the_files_that_are_changed_are_sound(kind: str) -> None:
    """Without this, a mutant could be refused for a fault that was not made."""
    pair = compare(Mutant(number=0, family="none", base=kind, changes=(), kind=kind, data=finished(kind)))
    assert (pair.ours.state, pair.theirs.state) == ("Trusted", "Trusted")


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)
def test_the_recipes_are_sound(seed: Seed) -> None:
    data = made_of(seed, len(seed.recipes) - 1, (), Random(0), dict(seed.options))[1]
    pair = compare(Mutant(number=0, family="none", base=seed.name, changes=(), kind=seed.kind, data=data))
    assert (pair.ours.state, pair.theirs.state, pair.ours.failures, pair.theirs.failures) == ("Trusted", "Trusted", set(), set())


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["--n", "40", "--seed", "3", "--no-corpus", "--keep", str(tmp_path)]) == 0
    assert "unreviewed disagreements: 0" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
