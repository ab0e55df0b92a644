"""Who admitted a finding: only the signer of the ingredient and those further out, never one beside it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from credkit.status import Status, StatusCode, status
from credkit.verify.chain import Chain, Link, deltas
from credkit.verify.report import ResultMap

FAULT = status(StatusCode.ASSERTION_DATA_HASH_MISMATCH, "self#jumbf=/c2pa/somewhere/c2pa.assertions/c2pa.hash.data")


def link(holder: str, ingredient: str, *admitted: Status) -> Link:
    made: dict[str, Any] = {"assertion": SimpleNamespace(uri=f"{holder} to {ingredient}"), "manifest": SimpleNamespace(label=ingredient)}
    return Link(holder=holder, view=None, recorded=None, entries=(), admitted=frozenset(s.identity for s in admitted), **made)  # type: ignore[arg-type]


def places(*links: Link, faulty: tuple[str, ...]) -> list[str]:
    """The assertions below which ``FAULT`` is new, when it is found in the ``faulty`` manifests and "active" is the active one."""
    by_holder: dict[str, tuple[Link, ...]] = {}
    for one in links:
        by_holder[one.holder] = (*by_holder.get(one.holder, ()), one)
    chain = Chain(order=("active",), links=by_holder, redactions=frozenset(), cut=())
    found = {label: ResultMap.of([FAULT]) for label in faulty}
    return [delta.ingredient_assertion_uri for delta in deltas(chain, found, {})]


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_ingredient_admits_does_not_excuse_another(turned: bool) -> None:
    above = [link("active", "frank", FAULT), link("active", "silent")]
    below = [link("frank", "its own"), link("silent", "another")]
    assert places(*(reversed(above) if turned else above), *below, faulty=("its own", "another")) == ["silent to another"]


@pytest.mark.parametrize("turned", [False, True])
def test_what_was_admitted_further_out_holds_for_all_below(turned: bool) -> None:
    inner = [link("first", "left"), link("first", "right")]
    links = [link("active", "first", FAULT), *(reversed(inner) if turned else inner), link("left", "deep"), link("right", "deeper")]
    assert places(*links, faulty=("left", "right", "deep", "deeper")) == []


def test_what_is_admitted_below_says_nothing_of_what_lies_above() -> None:
    links = [link("active", "first"), link("first", "second", FAULT), link("second", "third")]
    assert places(*links, faulty=("first", "second", "third")) == ["active to first"]


def test_new_findings_come_outermost_first() -> None:
    links = [link("active", "a"), link("active", "b"), link("a", "c"), link("b", "d")]
    assert places(*links, faulty=("c", "a", "d", "b")) == ["active to a", "active to b", "a to c", "b to d"]
