"""Work on many items in processes of their own: results in the order of the items, and a process that dies costs its item alone.

How processes are started, fed, replaced and ended is decided here; what they do is the caller's affair. A process gets the next item while
it works on one, results wait for those before them, and no more items are taken than fit between, so that memory does not grow with their
number.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any, Generic, TypeVar

from credkit.api.pauses import Pause
from credkit.dataclass import dataclass
from credkit.errors import DefinitionError

__all__ = ["Lost", "in_order"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
_IN_HAND = 2
"""Items that a process has at a time: one that it works on and one that waits for it."""
_AHEAD = 16
"""Items for each process that are taken before the oldest is done."""
_TIDY_UP = getattr(signal, "SIGUSR1", signal.SIGTERM)
"""What tells a process to end in the middle of an item. No other signal does: those of a terminal, or of a system that shuts down, reach
all processes at once, and it is for the first one to decide that what is at hand is finished."""
_PATIENCE = 10.0
"""Seconds that a process has to tidy up when it is told to end."""


@dataclass(frozen=True, slots=True)
class Lost:
    """In the place of a result: the process that worked on the item died, or could not hand it over."""

    reason: str
    """What became of it, as the end of a sentence that begins with the process."""


def in_order(
    work: Callable[[_Item], _Result], items: Iterable[_Item | Pause], *, jobs: int
) -> Generator[tuple[_Item, _Result | Lost], None, None]:
    """Each item and what ``work`` makes of it, in order; items are taken as they are needed. Results do not wait for items to come, when
    ``items`` says by a ``Pause`` that the next one is not there yet.

    With one job everything happens in this process. With more, processes are forked where that is safe (no other thread runs, and the
    system is not macOS), so that they have ``work`` as it is; elsewhere they are started anew and ``work`` has to be picklable, as items
    and results always have. SIGINT and SIGTERM are heeded by this process alone. When the iterator is closed early, processes
    that are at work are told to end and tidy up.

    ``DefinitionError`` when processes cannot be started. ``work`` must not raise.
    """
    if jobs == 1:
        for item in items:
            if not isinstance(item, Pause):
                yield item, work(item)
        return
    with _Crew(work, jobs) as crew:
        yield from crew.run(iter(items))


class _Worker(Generic[_Item]):
    """One process and the pipe to it."""

    def __init__(self, context: Any, work: Callable[[Any], Any], others: tuple[Connection, ...]) -> None:
        self.pipe, theirs = context.Pipe()
        inherited = (self.pipe, *others) if context.get_start_method() == "fork" else ()
        self.process = context.Process(target=_serve, args=(theirs, inherited, work), daemon=True)
        self.hand: deque[tuple[int, _Item]] = deque()
        self.began = False
        try:
            self.process.start()
        finally:
            theirs.close()

    def give(self, number: int, item: _Item) -> None:
        self.hand.append((number, item))
        # When nobody is there to take it, waiting for the result will show that.
        with suppress(OSError):
            self.pipe.send((number, item))

    def take(self) -> tuple[int, Any] | None:
        """A result that is there, or None for the sign that the process began; ``EOFError`` or ``OSError`` when it died."""
        answer = self.pipe.recv()
        self.began = True
        if answer is not None:
            self.hand.popleft()
        return answer  # type: ignore[no-any-return]

    def fate(self) -> str:
        """What became of a process that is gone."""
        self.process.join(_PATIENCE)
        code = self.process.exitcode
        if code is None or code >= 0:
            return "ended by itself"
        name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
        hint = ", as the system does when memory runs out" if name == "SIGKILL" else ""
        return f"was ended by the signal {name}{hint}"

    def end(self) -> None:
        self.pipe.close()
        if self.hand and self.process.pid is not None:
            with suppress(OSError):
                os.kill(self.process.pid, _TIDY_UP)
        self.process.join(_PATIENCE)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.process.close()


class _Crew(Generic[_Item, _Result]):
    """The processes, and what they have in hand."""

    def __init__(self, work: Callable[[_Item], _Result], jobs: int) -> None:
        self.work, self.jobs = work, jobs
        self.context = _context(work)
        self.workers: list[_Worker[_Item]] = []
        self.again: deque[tuple[int, _Item]] = deque()
        self.pause: Pause | None = None

    def __enter__(self) -> _Crew[_Item, _Result]:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self.workers:
            worker.end()

    def run(self, items: Iterator[_Item | Pause]) -> Iterator[tuple[_Item, _Result | Lost]]:
        waiting: dict[int, _Item] = {}
        finished: dict[int, _Result | Lost] = {}
        taken = due = 0
        more = True
        while more or due < taken:
            while self.again and self._has_room():
                self._give(*self.again.popleft())
            wanted = more and taken - due < _AHEAD * self.jobs and self._has_room()
            # In a pause the source is asked only when there is nothing else to wait for: then it may as well wait itself.
            takes = wanted and (self.pause is None or due == taken)
            if takes:
                try:
                    item = next(items)
                except StopIteration:
                    more = takes = False
                else:
                    self.pause = item if isinstance(item, Pause) else None
                    if not isinstance(item, Pause):
                        waiting[taken] = item
                        self._give(taken, item)
                        taken += 1
            if due < taken:
                finished |= self._gathered(block=not takes or self.pause is not None, items_too=wanted)
            while due in finished:
                yield waiting.pop(due), finished.pop(due)
                due += 1

    def _has_room(self) -> bool:
        return len(self.workers) < self.jobs or any(len(worker.hand) < _IN_HAND for worker in self.workers)

    def _give(self, number: int, item: _Item) -> None:
        idlest = min(self.workers, key=lambda worker: len(worker.hand), default=None)
        if idlest is None or (idlest.hand and len(self.workers) < self.jobs):
            idlest = self._hired() or idlest
        if idlest is None:
            raise DefinitionError("the system starts no further process: take one job (--jobs 1)")
        idlest.give(number, item)

    def _hired(self) -> _Worker[_Item] | None:
        try:
            worker: _Worker[_Item] = _Worker(self.context, self.work, tuple(other.pipe for other in self.workers))
        except OSError:
            self.jobs = max(1, len(self.workers))
            return None
        self.workers.append(worker)
        return worker

    def _gathered(self, *, block: bool, items_too: bool) -> dict[int, _Result | Lost]:
        """Results that have come; with ``block`` at least one answer is waited for, or with ``items_too`` the end of a pause."""
        found: dict[int, _Result | Lost] = {}
        pipes = {worker.pipe: worker for worker in self.workers}
        awaited: list[Any] = [*pipes, *([self.pause.descriptor] if self.pause and items_too else ())]
        for ready in connection.wait(awaited, None if block else 0):
            worker = pipes.get(ready)
            if worker is None:
                self.pause = None
                continue
            try:
                answer = worker.take()
            except (EOFError, OSError):
                found |= self._buried(worker)
            else:
                if answer is not None:
                    found[answer[0]] = answer[1]
        return found

    def _buried(self, worker: _Worker[_Item]) -> dict[int, _Result | Lost]:
        """What a process that died leaves: the item that it worked on is lost, the one that waited is given to another."""
        self.workers.remove(worker)
        fate = worker.fate()
        hand = list(worker.hand)
        worker.hand.clear()
        worker.end()
        if not worker.began:
            raise DefinitionError(
                f"a process could not be started (it {fate}): take one job (--jobs 1); in Python, call this below "
                "\"if __name__ == '__main__'\""
            )
        self.again.extend(hand[1:])
        return {hand[0][0]: Lost(fate)} if hand else {}


def _context(work: Callable[[Any], Any]) -> BaseContext:
    """How processes are started: forked where nothing else runs that a copy of half the program could harm."""
    if hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1:
        return get_context("fork")
    try:
        pickle.dumps(work)
    except Exception:
        # Whatever kind of object refuses has its own error.
        raise DefinitionError("this cannot be handed to other processes on this system, or while threads run: take one job") from None
    return get_context("spawn")


def _serve(pipe: Connection, others: tuple[Connection, ...], work: Callable[[Any], Any]) -> None:
    """The life of a process: take an item, work on it, answer; end when nobody is left to ask."""
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(_TIDY_UP, _leave)
    for other in others:
        # Otherwise this process would keep itself and its siblings waiting for one that is gone.
        other.close()
    with suppress(OSError):
        pipe.send(None)
    while True:
        try:
            number, item = pipe.recv()
        except (EOFError, OSError):
            return
        answer = _packed((number, work(item)), number)
        with suppress(OSError):
            pipe.send_bytes(answer)


def _packed(answer: Any, number: int) -> bytes:
    try:
        return pickle.dumps(answer)
    except Exception:
        # Whatever kind of object refuses has its own error.
        return pickle.dumps((number, Lost("could not hand over its result, which cannot be pickled")))


def _leave(*_: object) -> None:
    # An exception, so that files in the making are removed.
    raise SystemExit(0)
