"""An orderly end on Ctrl-C and SIGTERM, for commands that work on one thing after the other."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

__all__ = ["stopping"]


@contextmanager
def stopping(ask: Callable[[], object]) -> Iterator[None]:
    """The first signal of a kind calls ``ask``, to let what is at hand be finished; the second one is as rough as ever."""
    if threading.current_thread() is not threading.main_thread():
        # Signals reach the main thread alone, and only there can it be said what they do.
        yield
        return

    def stop(number: int, _: FrameType | None) -> None:
        signal.signal(number, before[number])
        ask()

    before: dict[int, Any] = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
