"""The fields at the start of a GGUF file, as text; lists of tokens and numbers are passed over.

GGUF has no place for Content Credentials in the standard, so that it is no asset format: such a file is signed beside itself. Source: ggml,
"GGUF", versions 2 and 3, lowest byte first.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from credkit.assets import Source
from credkit.assets.window import Window
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["MAGIC", "fields_of"]

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_HEAD = Struct("<4sIQQ")
_LENGTH = Struct("<Q")
_KIND = Struct("<I")
_SIMPLE = {code: Struct(f"<{letter}") for code, letter in zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True)}
_STRING, _ARRAY = 8, 9
_KEY = 1 << 16
_SHOWN = 500
"""Texts of one list that are kept."""


def fields_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[str, str | None]]:
    """Keys and values in order; None for a text larger than ``limits.text_size``.

    ``MalformedError`` when the walk reaches a fault, or more values than ``limits.gguf_values``.
    """
    window = Window(source)
    magic, version, _, count = window.unpack(_HEAD, 0)
    if magic != MAGIC or version not in _VERSIONS:
        raise MalformedError(f"the file is no GGUF of version 2 or 3 but of {version:,}", where="file", offset=0)
    walk = _Walk(window, limits)
    for _ in range(count):
        key = walk.text(_KEY)
        kind = walk.simple(_KIND)
        if key is None:
            raise walk.fail("a key is too long")
        if kind != _ARRAY:
            yield key, walk.value(kind)
        elif listed := walk.array():
            yield key, ", ".join(listed)


class _Walk:
    """A cursor behind the head of the file."""

    __slots__ = ("_at", "_left", "_most", "_window")

    def __init__(self, window: Window, limits: Limits) -> None:
        self._window = window
        self._at = _HEAD.size
        self._left = limits.gguf_values
        self._most = limits.text_size

    def fail(self, message: str) -> MalformedError:
        return MalformedError(message, where="the header", offset=self._at)

    def simple(self, layout: Struct) -> int:
        """A number."""
        (value,) = self._window.unpack(layout, self._at)
        self._at += layout.size
        return value  # type: ignore[no-any-return]

    def text(self, most: int) -> str | None:
        """A text, passed over where it is longer than ``most`` bytes."""
        self._left -= 1
        if self._left < 0:
            raise self.fail("the header has too many values")
        length = self.simple(_LENGTH)
        if length > self._window.size - self._at:
            raise self.fail(f"a text claims {length:,} bytes")
        data = self._window.read(self._at, length) if length <= most else None
        self._at += length
        return None if data is None else data.decode("utf-8", "replace")

    def value(self, kind: int) -> str | None:
        """A value that is no list."""
        if kind == _STRING:
            return self.text(self._most)
        if kind not in _SIMPLE:
            raise self.fail(f"{kind:,} is no kind of value")
        return str(self.simple(_SIMPLE[kind]))

    def array(self) -> list[str]:
        """The texts of a short list of texts; all other lists are passed over, and come back empty."""
        kind, count = self.simple(_KIND), self.simple(_LENGTH)
        if kind in _SIMPLE:
            size = count * _SIMPLE[kind].size
            if size > self._window.size - self._at:
                raise self.fail(f"a list claims {count:,} numbers")
            self._at += size
            return []
        if kind != _STRING:
            raise self.fail("a list holds neither texts nor numbers")
        kept = []
        for index in range(count):
            text = self.text(_KEY if count <= _SHOWN else 0)
            if index < _SHOWN and text:
                kept.append(text)
        return kept if count <= _SHOWN else []
