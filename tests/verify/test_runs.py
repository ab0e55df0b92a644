from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.verify.coverage.runs import Run, Runs, joined

MEANINGS = st.sampled_from([("hashed", "content", None), ("unbound", "content", None), ("unbound", "content", "self#jumbf=a")])
LAYERS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), MEANINGS), max_size=12)


def laid(layer: list[tuple[int, int, tuple[str, str, str | None]]]) -> list[Run]:
    """Runs one behind the other, each after a gap of its own; some are empty."""
    runs, at = [], 0
    for gap, size, (kind, what, url) in layer:
        at += gap
        runs.append(Run(at, at + size, kind, what, url))  # type: ignore[arg-type]
        at += size
    return runs


def test_neighbours_of_one_meaning_are_one_run() -> None:
    found = Runs()
    for start, end, kind, url in [
        (0, 4, "hashed", None),
        (4, 4, "unbound", None),
        (4, 9, "hashed", None),
        (9, 10, "hashed", "self#jumbf=a"),
    ]:
        found.add(start, end, kind, "content", url)  # type: ignore[arg-type]
    found.add(12, 13, "hashed", "content", "self#jumbf=a")
    assert found.all() == [
        Run(0, 9, "hashed", "content"),
        Run(9, 10, "hashed", "content", "self#jumbf=a"),
        Run(12, 13, "hashed", "content", "self#jumbf=a"),
    ]


def test_nothing_makes_no_run() -> None:
    found = Runs()
    assert found.all() == []
    found.add(7, 7, "hashed", "content")
    found.add(7, 5, "hashed", "content")
    assert found.all() == []


@settings(max_examples=100, deadline=None)
@given(layer=LAYERS)
def test_joined_runs_say_the_same_of_every_byte(layer: list[tuple[int, int, tuple[str, str, str | None]]]) -> None:
    runs = laid(layer)
    found = joined(runs)
    said = [{at: run[2:] for run in some for at in range(run.start, run.end)} for some in (runs, found)]
    assert said[0] == said[1]
    assert all(one.start < one.end <= other.start for one, other in pairwise(found))
    assert not any(one.end == other.start and one[2:] == other[2:] for one, other in pairwise(found))
