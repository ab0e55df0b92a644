"""One hostile file against every output, held against what a harmless one gives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.injection.fields import ALONE, made, trust
from tests.injection.outputs import check, outputs

__all__ = ["attack", "printed"]


def printed(folder: Path, data: bytes) -> dict[str, str]:
    """What every command prints of this file."""
    path = folder / "picture.jpg"
    path.write_bytes(data)
    return outputs(path, policy=trust())


@cache
def _calm(fields: frozenset[str]) -> dict[str, str]:
    """The outputs for a file in which these fields, which others lack, are there and harmless."""
    with TemporaryDirectory() as folder:
        return printed(Path(folder), made(dict.fromkeys(fields, "calm")))


def attack(folder: Path, hostile: Mapping[str, str]) -> None:
    """``AssertionError`` when a text in these fields is more than text in any output."""
    expected = _calm(frozenset(hostile) & frozenset(ALONE))
    for name, output in printed(folder, made(hostile)).items():
        try:
            check(name, output, expected[name])
        except AssertionError as error:
            raise AssertionError(f"{name}, {sorted(hostile)[:9]}: {error}") from error
