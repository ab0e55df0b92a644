from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec import hashing as module
from credkit.codec.digest import HASH_ALGORITHMS
from credkit.codec.hashing import Hashing
from credkit.errors import MalformedError

_DATA = os.urandom(1 << 20) * 3


@pytest.fixture
def processors(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """As if there were two, whatever the machine has."""
    monkeypatch.setattr(module, "_processors", lambda: 2)
    return monkeypatch


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "credkit-hashing"]


def _pieces(data: bytes, size: int) -> Iterator[memoryview]:
    view = memoryview(data)
    for start in range(0, len(data), size):
        yield view[start : start + size]


@pytest.mark.parametrize("algorithm", sorted(HASH_ALGORITHMS))
@pytest.mark.parametrize("size", [1 << 9, 100_003, 1 << 18, 1 << 22])
def test_the_digest_is_that_of_all_pieces_in_their_order(processors: Any, algorithm: str, size: int) -> None:
    with Hashing(algorithm, len(_DATA)) as hashing:
        for piece in _pieces(_DATA, size):
            hashing.update(piece)
        assert len(_threads()) == 1
        found = hashing.digest()
    assert (found.algorithm, found.value) == (algorithm, hashlib.new(algorithm, _DATA).digest())
    assert not _threads()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 400_000), max_size=12), st.sampled_from([0, len(_DATA)]))
def test_however_it_is_cut(sizes: list[int], size: int) -> None:
    expected = hashlib.sha256()
    with Hashing("sha256", size) as hashing:
        for number, size in enumerate(sizes):
            piece = _DATA[number : number + size]
            hashing.update(piece)
            expected.update(piece)
        assert hashing.digest().value == expected.digest()


def test_what_is_small_starts_no_thread(processors: Any) -> None:
    for expected, threads in ((module._MUCH - 1, 0), (module._MUCH, 1)):
        with Hashing("sha256", expected) as hashing:
            for piece in _pieces(_DATA, 1 << 16):
                hashing.update(piece)
            assert len(_threads()) == threads
            assert hashing.digest().value == hashlib.sha256(_DATA).digest()


def test_many_small_parts_are_gathered_and_do_not_pile_up(processors: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[int] = []
    pass_on = Hashing._pass_on

    def noted(self: Hashing) -> None:
        handed.append(len(self._gathered))
        pass_on(self)

    monkeypatch.setattr(Hashing, "_pass_on", noted)
    with Hashing("sha256", len(_DATA)) as hashing:
        for piece in _pieces(_DATA, 100):
            hashing.update(piece)
        assert hashing.digest().value == hashlib.sha256(_DATA).digest()
    assert max(handed) == 1 << 10
    assert len(handed) == -(-len(_DATA) // 100) // (1 << 10) + 1


@pytest.mark.parametrize("reason", ["one processor", "no more threads"])
def test_without_a_thread_it_hashes_by_itself(processors: pytest.MonkeyPatch, reason: str) -> None:
    def refuse(_: object) -> None:
        raise RuntimeError("can't start new thread")

    if reason == "one processor":
        processors.setattr(module, "_processors", lambda: 1)
    else:
        processors.setattr(threading.Thread, "start", refuse)
    with Hashing("sha384", len(_DATA)) as hashing:
        for piece in _pieces(_DATA, 1 << 18):
            hashing.update(piece)
        assert not _threads()
        assert hashing.digest().value == hashlib.sha384(_DATA).digest()


def test_the_thread_ends_with_the_block_whatever_ends_it(processors: Any) -> None:
    def interrupted() -> None:
        with Hashing("sha256", len(_DATA)) as hashing:
            for piece in _pieces(_DATA, 1 << 18):
                hashing.update(piece)
            assert _threads()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not _threads()


def test_what_fails_in_the_thread_is_raised_where_the_digest_is_asked_for(processors: Any) -> None:
    class Failing:
        name = "sha256"

        def update(self, data: bytes) -> None:
            if threading.current_thread().name == "credkit-hashing":
                raise MemoryError

    processors.setattr(module, "hasher", lambda _: Failing())
    with Hashing("sha256", len(_DATA)) as hashing:
        for piece in _pieces(_DATA * 2, 1 << 18):
            hashing.update(piece)
        with pytest.raises(MemoryError):
            hashing.digest()
    assert not _threads()


def test_algorithms_that_c2pa_does_not_allow_are_refused_before_anything_is_read() -> None:
    for algorithm in ("md5", "", None, ["sha256"]):
        with pytest.raises(MalformedError) as error:
            Hashing(algorithm, 1)
        assert error.value.code == "algorithm.unsupported"


def test_the_processors_are_those_that_this_process_may_use() -> None:
    assert 1 <= module._processors() <= (os.cpu_count() or 1)
