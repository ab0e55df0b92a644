"""Strike every command that writes at every system call, and look at what is left.

``python -m tests.crash.killall`` kills each command of ``verbs`` (SIGKILL) at each call between its first step and the end of the process,
and lets each call that writes, creates, syncs, renames, links, truncates, removes or changes permissions fail with ENOSPC and with EIO.
After every strike the folder has to be *intact*, *complete* or, for commands that write several files, *between* (see ``verbs``), and
the exit code has to fit: 0 with a complete output that verifies, 1 and 3 with every file as it was and one sentence that says why.
No file gets its name, and no command ends, before what was written is forced to the disk, so that a power cut does no more than a kill.
What a killed command leaves in the making has the documented name; the next run keeps it while it is young and removes it when it is old.

``--commands``, ``--forms`` and ``--faults`` choose, ``--every N`` strikes only each N-th call. The exit code is 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.judging import LEFTOVER, State, Verb, Wrong, environment, leftovers, tree
from tests.crash.verbs import VERBS
from tests.crash.warm import Call, Done, Warm

__all__ = ["FAULTS", "Struck", "chosen", "main", "sampled", "strike_verb", "unsynced"]

FAULTS = ("SIGKILL", "ENOSPC", "EIO")
_WRITING = {
    *("write", "pwrite64", "writev", "sendfile", "copy_file_range", "fsync", "fdatasync", "ftruncate", "fallocate"),
    *("rename", "renameat", "renameat2", "link", "linkat", "symlink", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir"),
    *("fchmod", "chmod", "fchmodat", "fchown", "chown", "utimensat", "flock"),
}
_OF_CASE = re.compile(r"^\w+\(\d+<(/[^>]*/room/case/[^>]*)>")
_STDOUT = re.compile(r"write\([12]<")
_TOLD = re.compile(r"write\(2<")
_REMOVING = {"unlink", "unlinkat", "rmdir"}
_OLD = 2 * 3600.0


@dataclass(slots=True, kw_only=True)
class Struck:
    """What came of striking one command."""

    verb: Verb
    calls: int = 0
    kills: int = 0
    faults: int = 0
    intact: int = 0
    complete: int = 0
    between: int = 0
    refused: int = 0
    """Faults that ended the command with a sentence."""
    left: int = 0
    """Kills after which something in the making was left, and then removed by the next run."""
    missed: int = 0
    """Strikes at a call that did not come."""
    wrong: list[str] = field(default_factory=list)


class _Striker:
    """One command, laid out once and copied for each strike."""

    def __init__(self, warm: Warm, verb: Verb, room: Path) -> None:
        self.warm, self.verb, self.room = warm, verb, room
        self.found = Struck(verb=verb)
        shutil.rmtree(room, ignore_errors=True)
        room.mkdir(parents=True)
        self.template = room / "template"
        verb.lay_out(self.template)
        self.before = tree(self.template)
        self.line = list(verb.line)
        folder = self.copied("loaded")
        warm.load(self.line, folder / "work", environment(folder))
        folder = self.copied()
        done = warm.run(self.line, folder / "work", environment(folder))
        if done.code:
            raise Wrong(f"{verb.name} does not work undisturbed: {done.err}")
        if left := leftovers(folder):
            raise Wrong(f"{verb.name} leaves {left[0].name}")
        self.whole = verb.summary(folder, self.before)
        self.calls = done.calls
        self.found.calls = len(self.calls)
        self.found.wrong += unsynced(self.calls)
        self._known: set[tuple[str, ...]] = set()

    def copied(self, name: str = "case") -> Path:
        folder = self.room / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.template, folder)
        return folder

    def strike(self, call: Call, fault: str) -> None:
        """One run with one strike, judged."""
        folder = self.copied()
        effect = f"signal={fault}" if fault.startswith("SIG") else f"error={fault}"
        done = self.warm.run(self.line, folder / "work", environment(folder), inject=f"{call.name}:{effect}:when={call.number}")
        killed = fault == "SIGKILL"
        if not (done.code == -signal.SIGKILL if killed else any("(INJECTED)" in line for line in done.trace)):
            self.found.missed += 1
        self.found.kills += killed
        self.found.faults += not killed
        try:
            state = self.verb.state(folder, self.before, self.whole)
            setattr(self.found, state, getattr(self.found, state) + 1)
            if not killed:
                self._check_code(done, state, call)
            self._check_leftovers(folder, killed=killed, call=call)
        except Exception as error:
            self.found.wrong.append(
                f"{fault} at {call.text[:140]}: {type(error).__name__}: {error}; exit code {done.code} {done.err.strip()[:200]}"
            )

    def _check_code(self, done: Done, state: State, call: Call) -> None:
        if done.code == 0:
            # Where what was asked for is there and something beside it is not, a note says so.
            lesser = "could not be" in done.out or (self.verb.tidies and call.name in _REMOVING)
            if state != "complete" and not (state == "between" and lesser):
                raise Wrong(f"exit code 0, and the output is {state}")
            return
        self.found.refused += 1
        allowed: tuple[State, ...] = ("intact",)
        if done.code == 74 and _STDOUT.match(call.text):
            allowed = ("intact", "complete", "between")
        elif self.verb.attempts or call.name in _REMOVING:
            allowed = ("intact", "between")
        if done.code not in (1, 3, 74) or state not in allowed:
            raise Wrong(f"the output is {state}")
        told = done.err.strip()
        if self.verb.command == "watch" and " not signed" in done.out:
            # It goes on to the next picture and tells what became of each.
            return
        if not _TOLD.match(call.text) and (not told.startswith("credkit: ") or "Traceback" in told or "Errno" in told):
            raise Wrong("no sentence says what happened")

    def _check_leftovers(self, folder: Path, *, killed: bool, call: Call) -> None:
        left = leftovers(folder)
        if stray := list((folder / "tmp").iterdir()):
            raise Wrong(f"{stray[0].name} is left in the folder for temporary files")
        if not left:
            return
        if not killed and call.name not in _REMOVING:
            raise Wrong(f"{left[0].name} is left behind although the command ended by itself")
        self.found.left += 1
        kind = tuple(sorted({f"{path.parent.relative_to(folder)} {path.is_dir()}" for path in left}))
        if kind not in self._known:
            self._known.add(kind)
            self._check_next(left)

    def _check_next(self, left: list[Path]) -> None:
        """In a fresh case, the next run keeps young leftovers, and removes old ones."""
        for age, stays in ((0.0, True), (_OLD, False)):
            folder = self.copied("next")
            placed = [folder / path.relative_to(self.room / "case") for path in left]
            for source, target in zip(left, placed, strict=True):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
                os.utime(target, (time.time() - age,) * 2)
            done = self.warm.run(self.line, folder / "work", environment(folder), inject="reboot:error=EIO:when=1")
            if done.code:
                raise Wrong(f"the next run fails: {done.err}")
            if wrong := [path.name for path in placed if path.exists() is not stays]:
                raise Wrong(f"the next run {'removes' if stays else 'leaves'} {wrong[0]}, which is {'young' if stays else 'old'}")


def unsynced(calls: Sequence[Call]) -> list[str]:
    """What a power cut could take: files that get their name, or that the command ends with, before their content is on the disk."""
    dirty: set[str] = set()
    found = []
    for call in calls:
        if call.name.startswith(("write", "pwrite", "ftruncate")) and (written := _OF_CASE.search(call.text)):
            dirty.add(written[1])
        elif call.name in ("fsync", "fdatasync") and (synced := _OF_CASE.search(call.text)):
            dirty.discard(synced[1])
        elif call.name.startswith(("rename", "link")):
            found += [
                f"{path} gets its name before it is on the disk"
                for path in dirty
                if (name := LEFTOVER.search(path)) and name[0] in call.text
            ]
    return found + [f"{path} is not forced to the disk" for path in sorted(dirty) if not LEFTOVER.search(path)]


def chosen(calls: Sequence[Call], fault: str) -> list[Call]:
    """The calls at which a fault strikes."""
    if fault == "SIGKILL":
        return [call for call in calls if call.name != "exit_group"]
    return [call for call in calls if call.name in _WRITING or "O_CREAT" in call.text or call in _closing(calls)]


def _closing(calls: Sequence[Call]) -> list[Call]:
    """The calls that close a file that was opened for writing; a network drive may refuse only there."""
    opened: set[str] = set()
    found = []
    for call in calls:
        if call.name == "openat" and ("O_RDWR" in call.text or "O_WRONLY" in call.text):
            opened.add(call.text.rpartition("= ")[2].partition("<")[0])
        elif call.name == "close" and (number := call.text[6:].partition("<")[0]) in opened:
            opened.remove(number)
            found.append(call)
    return found


def sampled(calls: Sequence[Call], every: int) -> list[Call]:
    """Each ``every``-th call, the last one, and those that give a file its name."""
    naming = ("rename", "link")
    last = len(calls) - 1
    return [call for number, call in enumerate(calls) if number % every == 0 or number == last or call.name.startswith(naming)]


def strike_verb(warm: Warm, verb: Verb, room: Path, faults: Iterable[str] = FAULTS, *, every: int = 1) -> Struck:
    """Strike one command with each of the faults."""
    striker = _Striker(warm, verb, room)
    for fault in faults:
        for call in sampled(chosen(striker.calls, fault), every):
            striker.strike(call, fault)
    return striker.found


def _row(one: Struck) -> str:
    counts = (one.calls, one.kills, one.faults, one.intact, one.complete, one.between, one.refused, one.left, one.missed, len(one.wrong))
    return f"{one.verb.name:<20}" + "".join(f"{count:>9,}" for count in counts)


def main(arguments: Sequence[str] | None = None) -> int:
    """Strike what the command line says."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.crash.killall", description="Strike every command that writes at every system call."
    )
    parser.add_argument("--commands", default="", help=f"of {', '.join(dict.fromkeys(verb.command for verb in VERBS))} (default: all)")
    parser.add_argument("--forms", default="", help=f"of {', '.join(dict.fromkeys(verb.form for verb in VERBS))} (default: all)")
    parser.add_argument("--faults", default=",".join(FAULTS), help="default: %(default)s")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="strike each N-th call only")
    args = parser.parse_args(arguments)
    commands, forms = set(filter(None, args.commands.split(","))), set(filter(None, args.forms.split(",")))
    verbs = [verb for verb in VERBS if (not commands or verb.command in commands) and (not forms or verb.form in forms)]
    heads = ("calls", "kills", "faults", "intact", "complete", "between", "refused", "left", "missed", "wrong")
    print(f"{'':<20}" + "".join(f"{head:>9}" for head in heads))
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="credkit-kill-") as base:
        for verb in verbs:
            with Warm(Path(base) / "warm") as warm:
                found = strike_verb(warm, verb, Path(base) / "room", args.faults.split(","), every=args.every)
            print(_row(found), flush=True)
            for text in found.wrong:
                print(f"  WRONG {text}", flush=True)
            wrong += len(found.wrong)
    print("nothing is wrong" if not wrong else f"{wrong:,} states are wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
