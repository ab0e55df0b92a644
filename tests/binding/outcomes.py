"""What each hard binding says of cases whose every byte is known: statuses, which bytes were hashed, what is left out and where, remarks;
and what is planned for a file that is about to be written.

``python -m tests.binding.outcomes > tests/binding/outcomes.txt`` writes the list anew; whoever changes a binding reads the difference.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from credkit.assets import Span
from credkit.binding import BINDINGS, BindingOutcome
from credkit.status import StatusCode
from tests.binding.bmff_tables import BMFF_HASH_CASES, BmffCase, bmff_target
from tests.binding.box_tables import MORE_BOX_CASES
from tests.binding.collection_tables import COLLECTION_CASES
from tests.binding.data_tables import DATA_HASH_CASES
from tests.binding.part_tables import MULTI_ASSET_CASES
from tests.binding.plan_tables import PLANS
from tests.binding.segment_tables import SEGMENT_CASES
from tests.binding.tables import BOX_HASH_CASES

__all__ = ["FILE", "OUTCOMES", "lines", "written"]

FILE = Path(__file__).with_name("outcomes.txt")


def _bmff(line: BmffCase) -> Callable[[], BindingOutcome]:
    def judge() -> BindingOutcome:
        made = line.make()
        return BINDINGS["c2pa.hash.bmff.v3"](made.value, "self#jumbf=c2pa.assertions/c2pa.hash.bmff.v3", bmff_target(made, line.limits))

    return judge


def _outcomes(table: str, cases: Mapping[str, Callable[[], BindingOutcome]]) -> dict[str, Callable[[], Iterator[str]]]:
    return {f"{table}: {name}": lambda make=make: _said(make()) for name, make in cases.items()}  # type: ignore[misc]


OUTCOMES: dict[str, Callable[[], Iterator[str]]] = {
    **_outcomes("boxes", {line.name: line.outcome for line in BOX_HASH_CASES} | MORE_BOX_CASES),
    **_outcomes("data", DATA_HASH_CASES),
    **_outcomes("parts", MULTI_ASSET_CASES),
    **_outcomes("segments", SEGMENT_CASES),
    **_outcomes("collection", COLLECTION_CASES),
    **_outcomes("bmff", {line.name: _bmff(line) for line in BMFF_HASH_CASES}),
    **{f"plan: {name}": make for name, make in PLANS.items()},
}


def lines(name: str) -> Iterator[str]:
    """A case and what it leads to, a line each; equal lines in a row are counted."""
    yield _ascii(name)
    for text, same in groupby(OUTCOMES[name]()):
        count = len(list(same))
        yield _ascii(f" {text}" + (f" ({count} times)" if count > 1 else ""))


def written() -> dict[str, list[str]]:
    """What stands in the list: the lines of each case by the first of them."""
    found: dict[str, list[str]] = {}
    for line in FILE.read_text("ascii").splitlines():
        if not line.startswith(" "):
            found[line] = current = []
        current.append(line)
    return found


def _ascii(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii")


def _said(outcome: BindingOutcome) -> Iterator[str]:
    for status in outcome.statuses:
        usual = status.explanation == StatusCode(status.code).sentence
        yield f"{status.code} of {(status.url or '').rpartition('c2pa.hash.')[2]}" + ("" if usual else f" | {status.explanation}")
    if outcome.hashed:
        yield f"hashed {_places(outcome.hashed)}"
    for gap in outcome.gaps:
        yield f"{'told' if gap.told else 'not told'}{', checked' if gap.checked else ''}: {gap.words} | {_places(gap.spans)}".rstrip(" |")
    for remark in outcome.remarks:
        yield f"remark: {remark}"


def _places(spans: Sequence[Span]) -> str:
    return " ".join(f"{span.start}+{span.length}" for span in spans)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for name in OUTCOMES for line in lines(name))
