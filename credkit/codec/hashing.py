"""A digest of much data, taken by a thread of its own while the caller reads on, searches and writes.

Hashing takes most of the time that a large file needs, and Python's interpreter is not needed for it. What is small is hashed on the
spot, and so is everything where there is one processor or no further thread.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from credkit.codec.digest import Digest, hasher

if TYPE_CHECKING:
    from queue import SimpleQueue
    from threading import Thread

__all__ = ["Hashing"]

_BLOCK = 1 << 18
"""Bytes that are handed over at once; what is smaller is gathered, because handing over takes longer than to hash some hundred bytes."""
_MOST_GATHERED = 1 << 10
"""Parts that are gathered: each of them is an object, however short."""
_MUCH = 1 << 21
"""Bytes for which a thread is started; that takes as long as to hash 100 KB, and what it saves is a part of the time."""
_AHEAD = 3
"""Blocks that may wait for the thread."""


class Hashing:
    """One digest, as ``hasher`` makes it, of what is given to ``update`` in that order; a context manager, whose end ends the thread.

    ``expected`` is about how many bytes that will be. What was given must not change before ``digest`` has returned. ``MalformedError``
    for an algorithm that C2PA does not allow.
    """

    __slots__ = ("_error", "_gathered", "_gathered_size", "_is_much", "_room", "_state", "_thread", "_todo", "algorithm")

    def __init__(self, algorithm: object, expected: int) -> None:
        self._state = hasher(algorithm)
        self.algorithm: str = self._state.name
        self._gathered: list[bytes | memoryview] = []
        self._gathered_size = 0
        self._is_much = expected >= _MUCH
        self._thread: Thread | None = None
        self._todo: SimpleQueue[bytes | memoryview | None]
        self._room: SimpleQueue[None]
        self._error: BaseException | None = None

    def __enter__(self) -> Hashing:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def update(self, data: bytes | memoryview) -> None:
        """Hash ``data`` behind what was given before; it may wait until others are done."""
        self._gathered.append(data)
        self._gathered_size += len(data)
        if self._gathered_size >= _BLOCK or len(self._gathered) >= _MOST_GATHERED:
            self._pass_on()

    def digest(self) -> Digest:
        """The digest of all that was given; nothing can be given afterwards."""
        self._pass_on()
        self._end()
        if self._error:
            raise self._error
        return Digest(self.algorithm, self._state.digest())

    def _pass_on(self) -> None:
        data = self._gathered[0] if len(self._gathered) == 1 else b"".join(self._gathered)
        self._gathered.clear()
        self._gathered_size = 0
        self._is_much = self._is_much and (self._thread is not None or self._start())
        if self._is_much:
            self._room.get()
            self._todo.put(data)
        else:
            self._state.update(data)

    def _start(self) -> bool:
        """Whether there is a thread now that takes what comes."""
        if _processors() < 2:
            return False
        from queue import SimpleQueue
        from threading import Thread

        self._todo, self._room = SimpleQueue(), SimpleQueue()
        for _ in range(_AHEAD):
            self._room.put(None)
        thread = Thread(target=self._work, name="credkit-hashing", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False  # the system gives no more threads
        self._thread = thread
        return True

    def _work(self) -> None:
        while (data := self._todo.get()) is not None:
            try:
                if not self._error:
                    self._state.update(data)
            except BaseException as error:
                self._error = error
            self._room.put(None)

    def _end(self) -> None:
        if self._thread:
            self._todo.put(None)
            self._thread.join()
            self._thread = None


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
