"""A copy of the project in which every function of some packages carries its faults beside itself, asleep."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import libcst
from mutmut.mutation import file_mutation
from mutmut.mutation.mutators import mutation_operators, operator_string

from tests.mutation.controls import changed_functions, control_of

__all__ = ["ROOMS", "Fault", "chosen", "planted"]

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("binding", "codec", "trust", "verify")
_COPIED = ("credkit", "tests", "schemas", "keys", "docs", "integrations")


@dataclass(frozen=True, order=True)
class Fault:
    """One change of one function."""

    module: str
    """``credkit.codec.cose``."""
    name: str
    """As mutmut calls the changed function: ``x_padding__mutmut_3``."""

    @property
    def function(self) -> str:
        """The function, in which all its faults share: ``credkit.codec.cose.x_padding``."""
        return f"{self.module}.{self.name.rpartition('__mutmut_')[0]}"

    @property
    def control(self) -> str:
        """The fault of the same function that changes nothing."""
        return control_of(self.function)

    @property
    def key(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def room(self) -> str:
        return self.module.split(".")[1]


def _words(node: libcst.BaseString) -> Iterable[libcst.BaseString]:
    """Faults in strings, apart from sentences: what a person reads is judged by reading."""
    if isinstance(node, libcst.SimpleString) and " " in node.value:
        return ()
    return operator_string(node)


def _nothing(node: libcst.FunctionDef) -> Iterable[libcst.FunctionDef]:
    """A fault that changes nothing."""
    return (node,)


def planted(folder: Path, rooms: Sequence[str]) -> list[Fault]:
    """Make the copy in ``folder``, and list the faults in it."""
    for name in _COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
    for page in ROOT.glob("*.*"):
        if page.is_file():
            shutil.copy(page, folder)
    operators = [(kind, _words if operator is operator_string else operator) for kind, operator in mutation_operators]
    vars(file_mutation)["mutation_operators"] = [(libcst.FunctionDef, _nothing), *operators]
    found: list[Fault] = []
    for room in rooms:
        for path in sorted((folder / "credkit" / room).rglob("*.py")):
            relative = path.relative_to(folder)
            changed = file_mutation.mutate_file_contents(str(relative), path.read_text("utf-8"))
            if not changed.mutant_names:
                continue
            path.write_text(changed.code, "utf-8")
            module = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
            found += (Fault(module, name) for name in changed_functions(changed.code, changed.mutant_names))
    return found


def chosen(faults: Sequence[Fault], most: int | None, seed: int) -> list[Fault]:
    """All of them, or a sample that is the same for the same seed and the same code; the order is shuffled, so that a run that is stopped
    early has seen a sample.
    """
    shuffled = sorted(faults)
    random.Random(seed).shuffle(shuffled)
    return shuffled[:most]
