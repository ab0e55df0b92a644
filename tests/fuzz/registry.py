"""What a target is, and what all of them share: changes of documents, files for readers of paths, and limits that small inputs exceed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TypeVar
from zlib import crc32

from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from tests.fuzz import inputs, raw
from tests.fuzz.items import mutated_cbor

__all__ = ["NOW", "TARGETS", "Target", "chosen", "document", "narrow", "one_of", "stored", "target"]

_One = TypeVar("_One")
NOW = datetime(2026, 7, 1, tzinfo=UTC)
"""The clock of verdicts."""


@dataclass(frozen=True)
class Target:
    """A parser under attack."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    longest: int = 8_192
    """Bytes of one input."""
    change: Callable[[Random, bytes], bytes] = raw.changed
    """One change of an input, in the tests and where coverage is measured."""

    @property
    def stem(self) -> str:
        """The name for a file or folder."""
        return self.name.replace(" ", "-").replace("/", "-")

    def inputs(self) -> list[bytes]:
        """The seeds, and what is kept of earlier runs because it reached lines that the seeds do not reach."""
        return [*self.seeds(), *inputs.kept(self.stem)]


TARGETS: dict[str, Target] = {}


def target(
    name: str, seeds: Callable[[], list[bytes]], longest: int = 8_192, change: Callable[[Random, bytes], bytes] = raw.changed
) -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    """Names a function as a target."""

    def named(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[name] = Target(name, run, seeds, longest, change)
        return run

    return named


def document(change: Callable[[Random, bytes], bytes]) -> Callable[[Random, bytes], bytes]:
    """Changes of a document's values, and now and then of its bytes."""

    def changed(pick: Random, data: bytes) -> bytes:
        if data and pick.random() < 0.7:
            with suppress(MalformedError, RecursionError, ValueError):
                return change(pick, data)
        return raw.changed(pick, data)

    return changed


def chosen(change: Callable[[Random, bytes], bytes] = mutated_cbor) -> Callable[[Random, bytes], bytes]:
    """Changes of a document behind a byte that says how it is read: mostly the document changes."""

    def changed(pick: Random, data: bytes) -> bytes:
        if len(data) < 2 or pick.random() < 0.2:
            return raw.changed(pick, data)
        return data[:1] + document(change)(pick, data[1:])

    return changed


@contextmanager
def stored(data: bytes, name: str = "input") -> Iterator[Path]:
    """The bytes as a file, for readers that are given paths."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


def one_of(choices: Sequence[_One], data: bytes) -> _One:
    """The choice that an input makes, always the same."""
    return choices[crc32(data) % len(choices)]


def narrow(data: bytes, *names: str, least: int = 0) -> Limits:
    """The usual limits, but for one of these, which the input chooses: it is so small that inputs of some hundred bytes exceed it."""
    name, most = one_of([(name, most) for name in names for most in (least, 1, 2, 30)], data)
    return replace(DEFAULT_LIMITS, **{name: most})
