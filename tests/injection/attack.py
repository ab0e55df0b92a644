"""One hostile file against every output, held against what a harmless one gives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from credkit import verify_file
from tests.injection.fields import ALONE, made, trust
from tests.injection.outputs import check, outputs

__all__ = ["attack", "printed"]


def printed(folder: Path, data: bytes) -> dict[str, str]:
    """What every command prints of this file."""
    path = folder / "picture.jpg"
    path.write_bytes(data)
    return outputs(path, policy=trust())


@cache
def _calm(fields: frozenset[str], *, spoilt: bool) -> dict[str, str]:
    """The outputs for a file in which these fields, which others lack, are there and harmless.

    Texts that are no part of an address make the file invalid where they stand for what was redacted, which takes lines of our own.
    """
    with TemporaryDirectory() as folder:
        return printed(Path(folder), made(dict.fromkeys(fields, "calm") | ({"redacted": "calm//calm"} if spoilt else {})))


def attack(folder: Path, hostile: Mapping[str, str]) -> None:
    """``AssertionError`` when a text in these fields is more than text in any output."""
    data = made(hostile)
    expected = _calm(frozenset(hostile) & frozenset(ALONE), spoilt="redacted" in hostile and verify_file(data).state == "Invalid")
    nothing = not any(hostile.values())
    for name, output in printed(folder, data).items():
        try:
            # Nothing at all in a field may spoil the file, and steers nobody.
            check(name, output, output if nothing else expected[name])
        except AssertionError as error:
            raise AssertionError(f"{name}, {sorted(hostile)[:9]}: {error}") from error
