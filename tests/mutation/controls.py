"""Faults that change nothing: the first one of each function is its own source under another name. What is found with one of them in place
would have been found anyway.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

__all__ = ["changed_functions", "control_of"]


def control_of(function: str) -> str:
    """The fault of a function that changes nothing."""
    return f"{function}__mutmut_1"


def changed_functions(code: str, names: Iterable[str]) -> Iterator[str]:
    """Those of the changed functions in the code of a module that are not, but for their name, what they were: the others are controls.
    The first of each function has to be one.
    """
    sources = {node.name: node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    sound: dict[str, str] = {}
    for name in names:
        function = name.rpartition("__mutmut_")[0]
        if function not in sound:
            sound[function] = _content(sources[f"{function}__mutmut_orig"])
        is_same = _content(sources[name]) == sound[function]
        if name == control_of(function) and not is_same:
            raise ValueError(f"{name} should change nothing, and does")
        if not is_same:
            yield name


def _content(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return "\n".join(map(ast.dump, (function.args, *function.body)))
