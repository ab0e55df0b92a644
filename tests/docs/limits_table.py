"""The table of limits in SECURITY.md, made from ``credkit/limits.py``: ``python -m tests.docs.limits_table`` prints it."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise

from credkit import limits

__all__ = ["limits_table"]


def limits_table() -> str:
    """One row a limit: its name, its value, and its reason as the code gives it."""
    rows = [f"| `{name}` | {getattr(limits.DEFAULT_LIMITS, name):,} | {reason} |" for name, reason in _reasons()]
    return "\n".join(["| limit | value | what it bounds |", "| --- | ---: | --- |", *rows])


def _reasons() -> Iterator[tuple[str, str]]:
    tree = ast.parse(inspect.getsource(limits))
    body = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Limits").body
    for field, reason in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            assert isinstance(reason, ast.Expr), f"{field.target.id} has no reason"
            assert isinstance(reason.value, ast.Constant)
            yield field.target.id, " ".join(str(reason.value.value).replace("``", "`").split())


if __name__ == "__main__":
    print(limits_table())
