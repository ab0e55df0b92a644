"""Everything that the cases of the verdict tables make a verification say beside success: which code, about what, in which words.

``python -m tests.verify.sentences > tests/verify/sentences.txt`` writes the list anew; whoever changes a sentence reads the difference.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from credkit.status import Kind, Status
from credkit.verify import Report
from tests.verify.case import Case
from tests.verify.tables import TABLES

__all__ = ["FILE", "lines"]

FILE = Path(__file__).with_name("sentences.txt")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?\b")
_LABEL = re.compile(r"urn:c2pa:[0-9a-f-]{36}")
_HEX = re.compile(r"\b[0-9a-f]{16,}\b")
_NUMBER = re.compile(r"\d[\d,]*")


def lines(table: str, case: Case) -> Iterator[str]:
    """What one case says, a line each."""
    report = case.verify()
    names = {label: f"<{number}>" for number, label in enumerate(dict.fromkeys(_LABEL.findall(repr(list(_told(report))))))}
    for where, status in _told(report):
        place = _named((status.url or status.resource_url or "").removeprefix("self#jumbf=/c2pa/"), names)
        words = _DATE.sub("<date>", _HEX.sub("<hex>", _named(status.explanation or "", names)))
        if status.code == "org.credkit.unbound":
            # Certificates are made anew for each run, and may be a byte longer.
            words = _NUMBER.sub("#", words)
        yield f"{table}: {case.name} | {where}{status.code} | {place} | {words}".encode("unicode_escape").decode("ascii")


def _told(report: Report) -> Iterator[tuple[str, Status]]:
    for manifest in report.manifests:
        yield from (("", status) for status in manifest.results if status.kind is not Kind.SUCCESS)
    for delta in report.ingredient_deltas:
        yield from (("below an ingredient: ", status) for status in delta.validation_deltas if status.kind is not Kind.SUCCESS)


def _named(text: str, names: dict[str, str]) -> str:
    return _LABEL.sub(lambda found: names.get(found[0], found[0]), text)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for table, cases in TABLES.items() for case in cases for line in lines(table, case))
