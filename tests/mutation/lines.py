"""Which tests run through the line that a fault is in: no other can notice it."""

from __future__ import annotations

import ast
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

__all__ = ["Lines"]

_Tracer = Callable[[FrameType, str, object], Any]


class Lines:
    """Watches the functions that faults are in. A set of lines is a number whose bits are the lines, counted from the function's first."""

    def __init__(self, folder: Path, faults: Sequence[tuple[str, str]]) -> None:
        """``faults`` are keys of faults and names of functions, as in the plan."""
        self.seen: dict[str, int] = defaultdict(int)
        """The lines that were run through, by function; to be emptied between tests."""
        self._others: Any = None
        self._at: dict[str, int] = {}
        self._spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        self._known: dict[int, tuple[CodeType, _Tracer | None]] = {}
        modules: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for fault, function in faults:
            modules[fault.rpartition(".")[0]].append((fault, function))
        for module, those in modules.items():
            path = folder.joinpath(*module.split(".")).with_suffix(".py")
            path = path if path.exists() else path.with_suffix("") / "__init__.py"
            self._read(path, those)

    def _read(self, path: Path, faults: Sequence[tuple[str, str]]) -> None:
        text = path.read_text("utf-8")
        lines = text.splitlines()
        functions = {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        for function in {function for _, function in faults}:
            sound = functions[f"{function.rpartition('.')[2]}__mutmut_orig"]
            self._spans[str(path)].append((_first(sound), sound.end_lineno or sound.lineno, function))
        for fault, function in faults:
            sound, changed = functions[f"{function.rpartition('.')[2]}__mutmut_orig"], functions[fault.rpartition(".")[2]]
            before, after = (lines[node.lineno : node.end_lineno] for node in (sound, changed))
            differing = (number for number, pair in enumerate(zip(before, after, strict=False), 1) if pair[0] != pair[1])
            self._at[fault] = _statement(sound, next(differing, 0))

    def reaches(self, fault: str, seen: int) -> bool:
        """Whether these lines of its function are those of a test that runs through the fault."""
        return bool(self._at[fault] & seen)

    def watch(self) -> None:
        """Begin to fill ``seen``, in this thread and those that are started."""
        self._others = sys.gettrace()
        threading.settrace(self._called)
        sys.settrace(self._called)

    def rest(self) -> None:
        """Stop it."""
        sys.settrace(self._others)
        threading.settrace(self._others)

    def _called(self, frame: FrameType, _event: str, _argument: object) -> Any:
        known = self._known.get(id(frame.f_code)) or self._look(frame.f_code)
        return known[1](frame, "", None) if known[1] else None

    def _look(self, code: CodeType) -> tuple[CodeType, _Tracer | None]:
        """Whether this code is one of those functions, or stands in it; the code is kept, so that no other gets its place in memory."""
        spans = self._spans.get(code.co_filename, ())
        inside = (self._tracer(name, start) for start, end, name in spans if start <= code.co_firstlineno <= end)
        self._known[id(code)] = found = (code, next(inside, None))
        return found

    def _tracer(self, function: str, start: int) -> _Tracer:
        def run(frame: FrameType, _event: str, _argument: object) -> Any:
            self.seen[function] |= 1 << (frame.f_lineno - start)
            return run

        return run


def _statement(function: ast.FunctionDef | ast.AsyncFunctionDef, line: int) -> int:
    """The lines of the statement, or of the head of the block, that a line (counted from ``def``) belongs to; all of the function when it
    belongs to none.
    """
    holding = [(end - start, start, end) for start, end in _heads(function) if start <= function.lineno + line <= end]
    if not holding:
        return -1
    _, start, end = min(holding)
    return sum(1 << (number - _first(function)) for number in range(start, end + 1))


def _first(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return min(function.lineno, *(decorator.lineno for decorator in function.decorator_list), function.lineno)


def _heads(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[int, int]]:
    for node in ast.walk(function):
        if node is function or not isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            continue
        first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
        body = getattr(node, "body", None)
        yield first, max(first, body[0].lineno - 1) if body else node.end_lineno or first  # type: ignore[union-attr]
