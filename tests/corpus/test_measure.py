"""The measure of the corpus: labels, states, what is accepted, and that every difference is one of the reviewed list.

Both states of the reference are compared: its own, in which a fault of an identity assertion counts, and the one that leaves them out.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.corpus.measure import PROFILES, Judged, measure, reports
from tests.corpus.reviewed import ACCEPTED, ACCEPTED_HERE, DIFFERENCES
from tests.forge.corpus import needs_corpus

pytestmark = needs_corpus

PAGE = Path(__file__).resolve().parents[2] / "docs" / "differences.md"
IDENTITY_TOO = pytest.mark.parametrize("identity", [True, False], ids=["with identity", "without identity"])
ALL_PROFILES = pytest.mark.parametrize("profile", PROFILES)
ASIDE = frozenset(item.name for item in DIFFERENCES)


@cache
def classes(profile: str, identity: bool) -> dict[str, tuple[str, ...]]:
    """The classes that apply to each file whose state differs, by entry."""
    found = reports(profile)
    return {name: classes_of(found[name]) for name, row in rows(profile, identity).items() if not row["strict"]}


def classes_of(item: Judged) -> tuple[str, ...]:
    return tuple(difference.name for difference in DIFFERENCES if difference.applies(item))


def rows(profile: str, identity: bool) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in measure(profile, identity=identity)}


def wrongly(profile: str, identity: bool, states: tuple[str, ...]) -> dict[str, str]:
    """Files that have one of these states here and not there, with their class."""
    return {
        name: " + ".join(classes(profile, identity)[name])
        for name, row in rows(profile, identity).items()
        if row["state"] in states and row["oracle_state"] not in states
    }


@ALL_PROFILES
def test_every_file_is_answered_with_the_same_active_manifest(profile: str) -> None:
    found = rows(profile, True)
    assert len(found) == len(reports(profile)) >= 160
    assert not [row["id"] for row in found.values() if row.get("missing")]
    labels = {name: row["label"] for name, row in found.items() if row["oracle_readable"]}
    assert len(labels) >= 130
    assert [name for name, same in labels.items() if not same] == []


@ALL_PROFILES
@IDENTITY_TOO
def test_every_difference_is_of_one_reviewed_class(profile: str, identity: bool) -> None:
    assert {name: found for name, found in classes(profile, identity).items() if len(found) != 1} == {}


@ALL_PROFILES
@IDENTITY_TOO
def test_states_agree(profile: str, identity: bool) -> None:
    found = rows(profile, identity)
    rest = [row for name, row in found.items() if not ASIDE.intersection(classes(profile, identity).get(name, ()))]
    agreed = sum(row["strict"] for row in rest)
    raw = sum(row["strict"] for row in found.values())
    print(f"{profile}: {raw} of {len(found)} states agree ({raw / len(found):.1%}); reviewed set aside, {agreed} of {len(rest)}")
    assert len(rest) >= 100
    assert agreed / len(rest) >= 0.99


@ALL_PROFILES
@IDENTITY_TOO
def test_nothing_is_accepted_that_the_reference_refuses_but_the_reviewed(profile: str, identity: bool) -> None:
    found = wrongly(profile, identity, ACCEPTED)
    assert {name: kind for name, kind in found.items() if name not in ACCEPTED_HERE.get(kind, ())} == {}


@IDENTITY_TOO
def test_each_reviewed_acceptance_is_one(identity: bool) -> None:
    found = {pair for profile in PROFILES for pair in wrongly(profile, identity, ACCEPTED).items()}
    kinds = {kind: names for kind, names in ACCEPTED_HERE.items() if identity or kind != "fault of an identity assertion"}
    assert found == {(name, kind) for kind, names in kinds.items() for name in names}


@ALL_PROFILES
def test_nobody_is_trusted_whom_the_reference_does_not_trust(profile: str) -> None:
    kinds = set(wrongly(profile, False, ("Trusted",)).values())
    assert kinds <= {"`c2pa.created` without a digital source type", "manifest store read without its asset"}


@ALL_PROFILES
def test_identity_assertions_change_no_state(profile: str) -> None:
    """Whatever is found in them, the state is that which the reference gives without them, or differs for another reason."""
    held = {name: item for name, item in reports(profile).items() if {"cawg-x509", "cawg-ica"} & set(item.entry["features"])}
    assert len(held) >= 15
    other = {name: kinds for name, kinds in classes(profile, False).items() if name in held}
    assert "fault of an identity assertion" not in {kind for kinds in other.values() for kind in kinds}
    assert set(other) <= {"d17c8bf620a2", "1162d55725a7"}


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda item: item.name)
def test_the_page_has_each_class_with_its_numbers_and_clauses(difference: Any) -> None:
    counts = [Counter(kind for kinds in classes(profile, True).values() for kind in kinds)[difference.name] for profile in PROFILES]
    (row,) = re.findall(rf"^\| {re.escape(difference.name)} \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert [int(cell) for cell in row.split(" | ")[:4]] == counts
    assert any(counts)
    assert [anchor for anchor in difference.clauses if f"`{anchor}`" not in row] == []


def test_the_page_has_the_figures() -> None:
    page = PAGE.read_text("utf-8")
    assert figures("files read by both") == [len(rows(profile, True)) for profile in PROFILES]
    assert figures("same word") == [sum(row["strict"] for row in rows(profile, True).values()) for profile in PROFILES]
    assert figures("same word, identity assertions left out") == [
        sum(row["strict"] for row in rows(profile, False).values()) for profile in PROFILES
    ]
    assert figures("of a class below") == [len(classes(profile, True)) for profile in PROFILES]
    assert re.findall(r"^\| (.+?) \| \d+ \| \d+ \| \d+ \| \d+ \| [^|\d]", page, re.MULTILINE) == [item.name for item in DIFFERENCES]


def figures(title: str) -> list[int]:
    (row,) = re.findall(rf"^\| {re.escape(title)} \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return [int(cell) for cell in row.split(" | ")]
