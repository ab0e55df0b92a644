"""Processes that work on items: order, death, early ends, and what does not go."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from credkit.api.pauses import Pause
from credkit.api.workers import Lost, in_order
from credkit.errors import DefinitionError


def work(item: object) -> object:
    if item == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if item == "crash":
        faulthandler.disable()
        os.kill(os.getpid(), signal.SIGSEGV)
    if item == "exit":
        os._exit(3)
    if item == "slow":
        time.sleep(0.2)
    return (item, os.getpid())


def is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_job_needs_no_process() -> None:
    found = list(in_order(work, iter(range(5)), jobs=1))
    assert [item for item, _ in found] == list(range(5))
    assert {result[1] for _, result in found} == {os.getpid()}  # type: ignore[index]


@pytest.mark.parametrize("jobs", [2, 5])
def test_results_come_in_order_and_no_process_stays(jobs: int) -> None:
    items = [*range(40), "slow", *range(40), "slow"]
    found = list(in_order(work, iter(items), jobs=jobs))
    assert [item for item, _ in found] == items
    assert [result[0] for _, result in found] == items  # type: ignore[index]
    processes = {result[1] for _, result in found}  # type: ignore[index]
    assert os.getpid() not in processes
    assert 1 <= len(processes) <= jobs
    assert not any(map(is_there, processes))


def test_no_more_processes_than_items() -> None:
    assert len(list(in_order(work, ["slow"], jobs=50))) == 1
    assert list(in_order(work, [], jobs=50)) == []


def test_a_process_that_dies_costs_its_item_alone() -> None:
    items = [*range(20), "kill", *range(20), "exit", "crash", 1, "kill"]
    found = list(in_order(work, iter(items), jobs=2))
    assert [item for item, _ in found] == items
    lost = [(item, result.reason) for item, result in found if isinstance(result, Lost)]
    killed = "was ended by the signal SIGKILL, as the system does when memory runs out"
    assert lost == [("kill", killed), ("exit", "ended by itself"), ("crash", "was ended by the signal SIGSEGV"), ("kill", killed)]


def test_items_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(10_000):
            taken.append(number)
            yield number

    results = in_order(work, items(), jobs=2)
    next(results)
    assert len(taken) <= 40
    results.close()


def test_a_slow_item_does_not_let_results_grow() -> None:
    taken: list[object] = []

    def items() -> Iterator[object]:
        for item in ("slow", *range(1000)):
            taken.append(item)
            yield item

    results = in_order(work, items(), jobs=2)
    assert next(results)[0] == "slow"
    assert len(taken) <= 2 * 16 + 1
    results.close()


def test_results_do_not_wait_for_items_that_are_still_to_come() -> None:
    reading, writing = os.pipe()
    asked: list[int] = []

    def items() -> Iterator[object]:
        for number in range(3):
            yield number
            yield Pause(reading)
            asked.append(number)
            if number < 2:
                os.read(reading, 1)
        os.close(reading)

    results = in_order(work, items(), jobs=2)
    for number in range(3):
        # Nothing has been written yet, so whoever asked for the next item would wait for ever.
        assert next(results)[0] == number
        assert asked == list(range(number))
        os.write(writing, b"x")
    assert list(results) == []
    os.close(writing)


def test_pauses_are_no_items() -> None:
    with open(os.devnull) as file:
        items = [Pause(file.fileno()), 1, Pause(file.fileno()), Pause(file.fileno()), 2]
        for jobs in (1, 2):
            assert [item for item, _ in in_order(work, items, jobs=jobs)] == [1, 2]


def touching(path: str) -> None:
    marker = Path(path)
    try:
        marker.touch()
        time.sleep(60)
    finally:
        marker.unlink()


def test_an_early_end_lets_processes_tidy_up(tmp_path: Path) -> None:
    names = [str(tmp_path / f"{number}") for number in range(3)]

    def items() -> Iterator[str]:
        yield from names
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(in_order(touching, items(), jobs=2))
    assert list(tmp_path.iterdir()) == []
    assert time.monotonic() - began < 30


def unpicklable(item: int) -> object:
    return item


def test_where_threads_run_processes_are_started_anew() -> None:
    release = threading.Event()
    thread = threading.Thread(target=release.wait)
    thread.start()
    try:
        assert [result for _, result in in_order(unpicklable, [1, 2, 3], jobs=2)] == [1, 2, 3]
        with pytest.raises(DefinitionError, match="take one job"):
            list(in_order(lambda item: item, [1], jobs=2))
    finally:
        release.set()
        thread.join()


def test_a_system_without_further_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> None:
        raise BlockingIOError("no more")

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", refuse)
    with pytest.raises(DefinitionError, match="starts no further process"):
        list(in_order(work, [1], jobs=2))


def test_fewer_processes_than_wanted_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    from multiprocessing.process import BaseProcess

    start, count = BaseProcess.start, []

    def once(process: BaseProcess) -> None:
        count.append(1)
        if len(count) > 1:
            raise BlockingIOError("no more")
        start(process)

    monkeypatch.setattr(BaseProcess, "start", once)
    found = list(in_order(work, range(30), jobs=4))
    assert [item for item, _ in found] == list(range(30))
    assert len({result[1] for _, result in found}) == 1  # type: ignore[index]
