"""A cursor over bytes that cannot run past their end."""

from __future__ import annotations

from credkit.errors import MalformedError, counted

__all__ = ["Cursor"]


class Cursor:
    """Reads big-endian values from ``data`` and refuses to read past ``end``.

    Every refusal is a ``MalformedError`` with the code and place given at construction; offsets count from the start of ``data``.
    """

    __slots__ = ("_code", "_data", "_where", "end", "offset")

    def __init__(self, data: bytes, *, code: str, where: str, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._code = code
        self._where = where
        self.offset = start
        self.end = len(data) if end is None else end

    @property
    def remaining(self) -> int:
        """Bytes left before the end."""
        return self.end - self.offset

    def take(self, count: int, what: str) -> bytes:
        """The next ``count`` bytes; ``what`` names them in the error."""
        start = self.offset
        stop = start + count
        if not start <= stop <= self.end:
            raise self.error(f"{what} needs {counted(count, 'byte')}, and {self.remaining:,} are left")
        self.offset = stop
        return self._data[start:stop]

    def uint(self, size: int, what: str) -> int:
        """The next ``size`` bytes as an unsigned big-endian integer."""
        return int.from_bytes(self.take(size, what), "big")

    def text(self, what: str) -> str:
        """The bytes up to the next NUL as UTF-8; the NUL is consumed."""
        stop = self._data.find(b"\x00", self.offset, self.end)
        if stop < 0:
            raise self.error(f"{what} has no terminating NUL")
        raw = self._data[self.offset : stop]
        self.offset = stop + 1
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            raise self.error(f"{what} is not UTF-8") from None

    def error(self, message: str) -> MalformedError:
        """A refusal at the present offset."""
        return MalformedError(message, code=self._code, where=self._where, offset=self.offset)
