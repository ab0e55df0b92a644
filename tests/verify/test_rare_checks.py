"""Checks that are loaded where a claim lists what they are about: each is there, and asked for every label that it looks for."""

from __future__ import annotations

import ast
import inspect
from types import SimpleNamespace
from typing import Any

import pytest

from credkit.verify.checks import rare
from credkit.verify.checks.rare import RareCheck
from credkit.verify.verifier import IDENTITY_CHECKS, MANIFEST_CHECKS

CHECKS = [getattr(rare, name) for name in rare.__all__ if name.startswith("check_")]
EACH = pytest.mark.parametrize("check", CHECKS, ids=[check.__name__ for check in CHECKS])


@EACH
def test_the_check_is_where_it_is_said_to_be(check: RareCheck) -> None:
    found: Any = check.check
    assert found.__name__ == check.__name__
    assert found.__module__ == f"credkit.verify.checks.{check.home}"
    assert getattr(rare, check.__name__) is check


@EACH
def test_it_is_asked_for_all_that_it_looks_for(check: RareCheck) -> None:
    found: Any = check.check
    read = {node.id for node in ast.walk(ast.parse(inspect.getsource(found))) if isinstance(node, ast.Name)}
    texts = {node.value for node in ast.walk(ast.parse(inspect.getsource(found))) if isinstance(node, ast.Constant)}
    values = texts | {value for name in read if isinstance(value := found.__globals__.get(name), str)}
    assert {value for value in values if isinstance(value, str) and value.startswith(("c2pa.", "cawg."))} == set(check.labels)


@EACH
def test_without_such_an_assertion_it_is_not_asked(check: RareCheck, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(f"credkit.verify.checks.{check.home}.{check.__name__}", lambda ctx, subject: asked.append(ctx) or iter(()))
    for label in (*check.labels, "c2pa.actions.v2"):
        subject: Any = SimpleNamespace(listing=SimpleNamespace(by_kind={label: [object()]}))
        assert list(check(label, subject)) == []  # type: ignore[arg-type]
    assert asked == list(check.labels)


def test_all_of_them_are_run() -> None:
    assert set(CHECKS) <= {*MANIFEST_CHECKS, *IDENTITY_CHECKS, rare.check_external_data}
