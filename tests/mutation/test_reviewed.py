"""A fault counts as reviewed only where it was found, and only when it is the one that was looked at."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.mutation.reviewed import REVIEWED, reason_for

ZIP = "pairs = list(zip(parts, outcomes, strict=True))"


@pytest.mark.parametrize(
    ("module", "sound", "changed", "known"),
    [
        ("credkit.binding.multi_asset", ZIP, "pairs = list(zip(parts, outcomes, strict=False))", True),
        ("credkit.binding.multi_asset", ZIP, "pairs = list(zip(parts, outcomes, ))", True),
        ("credkit.binding.multi_asset", ZIP, "pairs = list(zip(None, outcomes, strict=True))", False),
        ("credkit.binding.multi_asset", ZIP, "pairs = None", False),
        ("credkit.binding.folder", 'name.split("/")', 'name.split("XX/XX")', True),
        ("credkit.binding.folder", 'name.split("/")', "name.split(None)", False),
        ("credkit.binding.data_hash", 'name.split("/")', 'name.split("XX/XX")', False),
    ],
)
def test_only_what_was_looked_at(module: str, sound: str, changed: str, known: bool) -> None:
    assert (reason_for(module, [sound], [changed]) is not None) == known


def test_each_is_of_a_module_and_has_a_reason() -> None:
    assert all(known.module.startswith("credkit.") and known.line and known.reason for known in REVIEWED)


def test_what_was_looked_at_is_still_there() -> None:
    gone = [known for known in REVIEWED if not known.module.endswith(".") and known.line not in source(known.module)]
    assert gone == []


def source(module: str) -> str:
    return Path(find_spec(module).origin).read_text("utf-8")  # type: ignore[union-attr,arg-type]
