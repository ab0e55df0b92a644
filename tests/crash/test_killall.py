"""A fixed sample of what ``killall`` does to every command; and that it sees what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.harness import needs_strace
from tests.crash.judging import Verb, Wrong, environment, tree
from tests.crash.killall import chosen, main, strike_verb, unsynced
from tests.crash.verbs import VERBS
from tests.crash.warm import Call, Warm

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="system calls are struck with strace, which is of Linux")
BY_NAME = {verb.name: verb for verb in VERBS}


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    needs_strace()
    with Warm(tmp_path_factory.mktemp("warm")) as process:
        yield process


@pytest.mark.parametrize("name", BY_NAME)
def test_every_command_leaves_what_is_right(warm: Warm, name: str, tmp_path: Path) -> None:
    if name == "sign safetensors":
        pytest.importorskip("safetensors")
    try:
        found = strike_verb(warm, BY_NAME[name], tmp_path / "room", every=SAMPLE)
    except PermissionError as error:
        pytest.skip(f"this machine does not permit to trace a process that runs: {error}")
    assert found.wrong == []
    assert found.kills >= 2
    assert found.faults >= 2
    assert found.intact
    assert found.complete + found.between
    assert found.missed <= 1 + (found.kills + found.faults) // 10


SAMPLE = 20
"""Each how manieth call is struck."""


def test_the_sample_is_of_all_commands() -> None:
    assert {"sign", "redact", "update", "strip", "identity", "trust", "journal", "dataset", "reveal", "inspect", "extract", "watch"} <= {
        verb.command for verb in VERBS
    }
    assert len(BY_NAME) == len(VERBS)


def test_a_command_line_says_what_is_struck(capsys: pytest.CaptureFixture[str]) -> None:
    needs_strace()
    assert main(["--commands", "trust", "--forms", "remove", "--faults", "EIO", "--every", "3"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].startswith("trust remove")
    assert printed[-1] == "nothing is wrong"


def _calls(*texts: str) -> list[Call]:
    return [Call(text.partition("(")[0], number, text) for number, text in enumerate(texts, 1)]


_WRITE = 'write(4</t/room/case/work/.credkit-0123456789abcdef.tmp>, "x", 1) = 1'
_SYNC = "fsync(4</t/room/case/work/.credkit-0123456789abcdef.tmp>) = 0"
_NAME = 'rename("/t/room/case/work/.credkit-0123456789abcdef.tmp", "/t/room/case/work/a.jpg") = 0'


def test_which_calls_fail() -> None:
    calls = _calls(
        'openat(AT_FDCWD, "a", O_RDONLY|O_CLOEXEC) = 3</w/a>',
        'read(3</w/a>, "x", 1) = 1',
        'openat(AT_FDCWD, "b", O_RDWR|O_CREAT|O_EXCL, 0600) = 4</w/b>',
        'write(4</w/b>, "x", 1) = 1',
        "fsync(4</w/b>) = 0",
        "close(4</w/b>) = 0",
        "close(3</w/a>) = 0",
        'openat(AT_FDCWD, "b", O_RDONLY) = 4</w/b>',
        "close(4</w/b>) = 0",
        'rename("b", "a") = 0',
        "exit_group(0) = ?",
    )
    assert [call.number for call in chosen(calls, "EIO")] == [3, 4, 5, 6, 10]
    assert [call.number for call in chosen(calls, "SIGKILL")] == list(range(1, 11))


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ((_WRITE, _SYNC, _NAME), None),
        ((_WRITE, _NAME, _SYNC), "gets its name before"),
        ((_WRITE, _SYNC, _WRITE, _NAME, _SYNC), "gets its name before"),
        (('write(5</t/room/case/work/journal.jsonl>, "x", 1) = 1',), "is not forced"),
        (('write(5</t/room/case/work/journal.jsonl>, "x", 1) = 1', "fsync(5</t/room/case/work/journal.jsonl>) = 0"), None),
        (('write(1</t/warm/out>, "x", 1) = 1',), None),
    ],
)
def test_the_order_in_which_files_reach_the_disk(texts: tuple[str, ...], words: str | None) -> None:
    found = unsynced(_calls(*texts))
    assert [words in text for text in found] == [True] if words else found == []


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> tuple[Verb, Path, dict[str, bytes], object]:
    """A picture that was signed in place, with the files before and what was made of them."""
    from unittest import mock

    from credkit.cli import main as run

    verb, folder = BY_NAME["sign in-place"], tmp_path_factory.mktemp("case") / "case"
    verb.lay_out(folder)
    before = tree(folder)
    with pytest.MonkeyPatch.context() as patch, mock.patch.dict("os.environ", environment(folder)):
        patch.chdir(folder / "work")
        assert run([*verb.line, "--quiet"]) == 0
    return verb, folder, before, verb.summary(folder, before)


def _spoil_nothing(work: Path) -> None:
    pass


def _cut(work: Path) -> None:
    (work / "a.jpg").write_bytes((work / "a.jpg").read_bytes()[:-100])


def _emptied(work: Path) -> None:
    (work / "a.jpg").write_bytes(b"")


def _gone(work: Path) -> None:
    (work / "a.jpg").unlink()


def _stranger(work: Path) -> None:
    (work / "a.jpg.bak").write_bytes(b"x")


def _key_touched(work: Path) -> None:
    (work / "key.pem").write_bytes(b"x")


def _resigned_without_pixels(work: Path) -> None:
    from tests.crash.material import signed
    from tests.forge.pictures import picture

    (work / "a.jpg").write_bytes(signed(picture("jpg", 20, 20)))


@pytest.mark.parametrize("spoil", [_cut, _emptied, _gone, _stranger, _key_touched, _resigned_without_pixels])
def test_the_judge_sees_what_is_wrong(case: tuple[Verb, Path, dict[str, bytes], object], spoil, tmp_path: Path) -> None:
    import shutil

    verb, folder, before, whole = case
    copy = tmp_path / "case"
    shutil.copytree(folder, copy)
    assert verb.state(copy, before, whole) == "complete"
    spoil(copy / "work")
    with pytest.raises(Wrong):
        verb.state(copy, before, whole)


def test_the_judge_wants_every_file_of_an_identity(tmp_path: Path) -> None:
    from unittest import mock

    from credkit.sign.identity import create_identity, protect

    verb, folder = BY_NAME["identity first"], tmp_path / "case"
    verb.lay_out(folder)
    before = tree(folder)
    with mock.patch.dict("os.environ", environment(folder)), mock.patch.object(protect, "ITERATIONS", 1_000):
        create_identity("My Studio", passphrase=environment(folder)["CREDKIT_PASSPHRASE"])
    whole = verb.summary(folder, before)
    assert verb.state(folder, before, whole) == "complete"
    (folder / "config/credkit/identities/my-studio/chain.pem").unlink()
    with pytest.raises(Wrong):
        verb.state(folder, before, whole)
