"""Box hashes against their table, and against those that the reference implementation writes."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.binding.tables import BOX_HASH_CASES, BoxCase, box_signed
from tests.forge import peer
from tests.verify.case import failures, judge, policy


@pytest.mark.parametrize("line", BOX_HASH_CASES, ids=lambda line: line.name)
def test_verdict(line: BoxCase) -> None:
    report = judge(line.make(), policy=policy())
    assert report.active is not None
    found = {s.code for s in report.active.results if s.code.startswith(("assertion.boxesHash", "algorithm"))}
    assert found == line.codes
    failing = {code for code in found if not code.endswith((".match", "Present"))}
    assert failures(report) == failing
    assert report.state == ("Invalid" if failing else "Trusted")
    assert len(report.unprotected) == line.unprotected
    if not failing:
        assert report.content_intact is True


def test_names_are_unique() -> None:
    assert [name for name, count in Counter(line.name for line in BOX_HASH_CASES).items() if count > 1] == []


def test_what_is_left_out_is_told_in_words() -> None:
    line = next(line for line in BOX_HASH_CASES if line.name == "a part of metadata left out")
    assert judge(line.make()).unprotected == ("APP1, 3 bytes",)


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_the_reference_agrees(kind: str) -> None:
    """Our box names are theirs: a list that the forge writes with our names is a match there."""
    there = peer.read(box_signed(kind=kind), kind)
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])
