"""What became of the faults, in words: a table by room, and each fault that nobody noticed as a difference of source."""

from __future__ import annotations

import ast
import difflib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.mutation.faults import Fault
from tests.mutation.reviewed import reason_for
from tests.mutation.trials import CAUGHT

__all__ = ["survivors_text", "table", "with_reviewed"]


def table(plan: Sequence[Fault], outcomes: Mapping[str, str]) -> str:
    """One line for each room, and one for all."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for fault in plan:
        for room in (fault.room, "all"):
            counts[room][outcomes.get(fault.key, "untried")] += 1
    columns = ("killed", "endless", "survived", "reviewed", "unreached", "stalled", "flaky")
    lines = [f"| room | faults | {' | '.join(columns)} | caught |", "|---|" + "---:|" * (len(columns) + 2)]
    for room, found in sorted(counts.items(), key=lambda item: (item[0] == "all", item[0])):
        total = found.total()
        told = " | ".join(f"{found[name]:,}" for name in columns)
        lines.append(f"| {room} | {total:,} | {told} | {sum(found[name] for name in CAUGHT) / total:.1%} |")
    return "\n".join(lines)


def with_reviewed(folder: Path, plan: Sequence[Fault], outcomes: Mapping[str, str]) -> dict[str, str]:
    """The outcomes, with ``reviewed`` for each fault that nobody noticed because it makes no difference."""
    told = dict(outcomes)
    for fault in plan:
        if outcomes.get(fault.key) != "survived":
            continue
        lines = [line.removeprefix("    ") for line in list(_difference(folder, fault, ""))[1:]]
        sound, changed = ([line[1:] for line in lines if line.startswith(sign)] for sign in "-+")
        if reason_for(fault.module, sound, changed):
            told[fault.key] = "reviewed"
    return told


def survivors_text(folder: Path, faults: Sequence[Fault], outcomes: Mapping[str, str]) -> str:
    """The differences that these faults made, by module."""
    return "\n".join(line for fault in sorted(faults) for line in _difference(folder, fault, outcomes.get(fault.key, "")))


def _difference(folder: Path, fault: Fault, outcome: str) -> Iterator[str]:
    path = folder.joinpath(*fault.module.split("."))
    file = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
    functions = _functions(file.read_text("utf-8"))
    sound = functions[f"{fault.name.rpartition('__mutmut_')[0]}__mutmut_orig"]
    changed = functions[fault.name]
    yield f"--- {fault.key} ({outcome})"
    for line in difflib.unified_diff(sound[1:], changed[1:], n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            yield f"    {line}"


_parsed: dict[int, dict[str, list[str]]] = {}


def _functions(text: str) -> dict[str, list[str]]:
    """Every function and method of a module by its name, as lines."""
    key = hash(text)
    if key not in _parsed:
        lines = text.splitlines()
        _parsed[key] = {
            node.name: lines[node.lineno - 1 : node.end_lineno]
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
    return _parsed[key]
