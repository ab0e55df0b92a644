"""Default limits that nobody may look at: what a caller's limits bound must not be bounded by others as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import NoReturn

from credkit.limits import DEFAULT_LIMITS

__all__ = ["untouchable_defaults"]

_NAMES = tuple(field.name for field in fields(DEFAULT_LIMITS))


class _Untouchable:
    """Whoever computes or compares with it is noted, and refused."""

    def __init__(self, name: str, seen: list[str]) -> None:
        self.name = name
        self.seen = seen

    def _touched(self, *_: object) -> NoReturn:
        self.seen.append(self.name)
        raise AssertionError(f"{self.name} of the default limits was asked for")

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __index__ = __int__ = __float__ = _touched
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __floordiv__ = __rfloordiv__ = __truediv__ = __rtruediv__ = _touched


@contextmanager
def untouchable_defaults() -> Iterator[list[str]]:
    """For as long as this lasts, the names of the default limits that somebody looked at. A copy made before can be looked at."""
    seen: list[str] = []
    kept = {name: getattr(DEFAULT_LIMITS, name) for name in _NAMES}
    for name in kept:
        object.__setattr__(DEFAULT_LIMITS, name, _Untouchable(name, seen))
    try:
        yield seen
    finally:
        for name, value in kept.items():
            object.__setattr__(DEFAULT_LIMITS, name, value)
