"""BMFF hashes against their table, with spoiled bytes everywhere, and with values that nobody would write."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.binding import BINDINGS, BindingOutcome
from credkit.limits import DEFAULT_LIMITS
from credkit.status import Kind
from tests.binding.bmff_tables import BMFF_HASH_CASES, BmffCase, Made, bmff_target
from tests.forge.bmff import C2PA
from tests.verify.test_hostile import ODD

URI = "self#jumbf=/c2pa/urn:c2pa:x/c2pa.assertions/c2pa.hash.bmff.v3"
BY_NAME = {line.name: line for line in BMFF_HASH_CASES}
SOUND = ("sound", "row 2 of a tree", "one file, row 2", "many files, row 2")


def judge(made: Made, limits: Any = DEFAULT_LIMITS) -> BindingOutcome:
    return BINDINGS["c2pa.hash.bmff.v3"](made.value, URI, bmff_target(made, limits))


def failures(outcome: BindingOutcome) -> list[str]:
    return [found.code for found in outcome.statuses if found.kind is Kind.FAILURE]


@pytest.mark.parametrize("line", BMFF_HASH_CASES, ids=lambda line: line.name)
def test_verdict(line: BmffCase) -> None:
    outcome = judge(line.make(), line.limits)
    assert {found.code for found in outcome.statuses} == line.codes, [found.explanation for found in outcome.statuses]
    assert len(failures(outcome)) <= 1
    assert outcome.unprotected == line.unprotected
    assert all(found.url == URI for found in outcome.statuses)


def test_a_film_that_breaks_off_is_told() -> None:
    """Whoever leaves out the end of a film, or all of one track, does not do it in silence."""
    whole, part = (judge(BY_NAME[name].make()) for name in ("many files, row 2", "the first files alone"))
    assert whole.remarks == ()
    assert part.remarks == ("2 of the 5 signed fragments were looked at; how the film goes on was not judged",)


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(line.name for line in BMFF_HASH_CASES).items() if count > 1] == []


@pytest.mark.parametrize("name", SOUND)
def test_every_byte_counts(name: str) -> None:
    """Outside of the boxes of C2PA and their headers no byte can change without notice."""
    made = BY_NAME[name].make()
    files = [list(made.roots), *([fragment] for fragment in made.fragments)]
    for number, file in enumerate(files):
        for index, item in enumerate(file):
            for at in range(len(item)):
                if item[8:24] == C2PA and (number == 0 or at < int.from_bytes(item[:4], "big")):
                    continue
                spoiled = [list(other) for other in files]
                spoiled[number][index] = item[:at] + bytes((item[at] ^ 1,)) + item[at + 1 :]
                changed = Made(made.value, spoiled[0], [b"".join(parts) for parts in spoiled[1:]])
                assert failures(judge(changed)), (number, index, at)


@pytest.mark.parametrize("name", SOUND)
def test_cut_short_anywhere(name: str) -> None:
    made = BY_NAME[name].make()
    data = b"".join(made.roots)
    for end in range(len(data)):
        assert failures(judge(Made(made.value, [data[:end]], made.fragments))), end


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120), st.sampled_from(SOUND), st.integers(0, 400))
def test_random_bytes(noise: bytes, name: str, at: int) -> None:
    made = BY_NAME[name].make()
    data = b"".join(made.roots)
    for spoiled in (noise, data[:at] + noise + data[at:]):
        outcome = judge(Made(made.value, [spoiled], [noise, *made.fragments]))
        assert len(outcome.statuses) >= 1
        assert outcome.unprotected == () or not failures(outcome)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["exclusions", "hash", "merkle", "alg"]), ODD), st.sampled_from(SOUND))
def test_odd_values(fields: dict[str, Any], name: str) -> None:
    made = BY_NAME[name].make()
    assert judge(Made(made.value | fields, made.roots, made.fragments)).statuses


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["uniqueId", "localId", "count", "hashes", "initHash", "fixedBlockSize", "variableBlockSizes"]), ODD)
)
def test_odd_trees(fields: dict[str, Any]) -> None:
    for name in SOUND[1:]:
        made = BY_NAME[name].make()
        trees = [made.value["merkle"][0] | fields]
        assert judge(Made(made.value | {"merkle": trees}, made.roots, made.fragments)).statuses


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["xpath", "length", "version", "flags", "exact", "data", "subset"]), ODD))
def test_odd_exclusions(fields: dict[str, Any]) -> None:
    made = BY_NAME["sound"].make()
    entry = {"xpath": "/free", **fields}
    assert judge(Made(made.value | {"exclusions": [*made.value["exclusions"], entry]}, made.roots)).statuses
