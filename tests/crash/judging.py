"""The judge of what a command may leave behind when it is struck.

Every case lies in one folder: ``work`` (where the command runs), ``config``, ``data``, ``cache`` and ``tmp``. After a run the folder is in
one of three states: *intact*, every file that was there is bit for bit what it was and none is new; *complete*, what the undisturbed run
gives, verified and decoded anew; *between*, for commands that write several files, in which each file is whole by itself, nothing is lost
and later commands work. Anything else is wrong, and so is an exit code that does not fit the state.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from unittest import mock

import credkit
from credkit.journal.verifying import verify_journal
from credkit.sign.identity import list_identities, protect
from credkit.trust.saved import list_saved
from tests.crash.material import PASSPHRASE
from tests.forge import pki

__all__ = ["LEFTOVER", "Between", "Files", "State", "Verb", "Wrong", "environment", "leftovers", "tree"]

State = Literal["intact", "complete", "between"]
LEFTOVER = re.compile(r"\.credkit-[0-9a-f]{16}\.tmp")
"""The documented name of what is in the making."""


class Wrong(AssertionError):
    """A state that must not be."""


def environment(folder: Path) -> dict[str, str]:
    """The variables with which everything that credkit keeps lies below ``folder``."""
    homes = {"XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data", "XDG_CACHE_HOME": "cache", "TMPDIR": "tmp", "HOME": "."}
    # Without a language, argparse does not look for translations in a hundred places.
    return {name: str(folder / place) for name, place in homes.items()} | {"CREDKIT_PASSPHRASE": PASSPHRASE, "LANGUAGE": "C"}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file but those in the making, by its path."""
    return {name: path.read_bytes() for name, path in _files(folder) if not LEFTOVER.search(name) and not name.startswith("cache/")}


def leftovers(folder: Path) -> list[Path]:
    """What is in the making, files and folders."""
    return sorted(path for path in folder.rglob("*") if LEFTOVER.fullmatch(path.name))


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or path.is_file():
            yield path.relative_to(folder).as_posix(), path


Files = dict[str, bytes]
Between = Callable[[Path, Files, Files], bool]
"""Called with the folder, the files before and those now."""


def _never(folder: Path, before: Files, now: Files) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """One command line and its judge."""

    command: str
    form: str
    line: tuple[str, ...]
    prepare: Callable[[Path], None]
    """Lays out ``work``, where the keys are already."""
    outputs: tuple[str, ...]
    """What the command writes, by patterns of paths from the folder of the case."""
    removes: tuple[str, ...] = ()
    between: Between = _never
    attempts: bool = False
    """Whether a refused attempt is written down, so that exit code 1 goes with a state between."""
    tidies: bool = False
    """Whether it ends by taking away what is needed no longer, which may fail without a word."""

    @property
    def name(self) -> str:
        return f"{self.command} {self.form}"

    def lay_out(self, folder: Path) -> None:
        """A new folder with the files of the case."""
        for place in ("work", "tmp"):
            (folder / place).mkdir(parents=True)
        chain = pki.default_pki()
        work = folder / "work"
        (work / "chain.pem").write_bytes(chain.chain_pem)
        (work / "key.pem").write_bytes(chain.key_pem)
        (work / "key.pem").chmod(0o600)
        with _at_home(folder):
            self.prepare(work)

    def state(self, folder: Path, before: Files, complete: dict[str, Any]) -> State:
        """The state of the folder; ``Wrong`` when it is none. ``complete`` is the summary of an undisturbed run."""
        now = tree(folder)
        if now == before:
            return "intact"
        for name in before.keys() - now.keys():
            if name not in self.removes:
                raise Wrong(f"{name} is gone")
        reason = ""
        with _at_home(folder):
            try:
                if self._untouched(before, now) and self.summary(folder, before) == complete:
                    return "complete"
            except (credkit.CredkitError, Wrong) as error:
                reason = f"; {error}"
            try:
                if self.between(folder, before, now):
                    return "between"
            except credkit.CredkitError as error:
                raise Wrong(f"what was left cannot be used: {error}") from None
        changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
        raise Wrong(f"neither intact nor complete: {', '.join(changed)}{reason}")

    def _untouched(self, before: Files, now: Files) -> bool:
        mine = {name for name in before.keys() | now.keys() if _matches(name, (*self.outputs, *self.removes))}
        others = {name: data for name, data in before.items() if name not in mine}
        return others == {name: data for name, data in now.items() if name not in mine}

    def summary(self, folder: Path, before: Files) -> dict[str, Any]:
        """What the outputs are, without what differs from run to run."""
        # The memory that lies beside a journal may lag behind.
        now = {name: data for name, data in tree(folder).items() if not name.endswith(".jsonl.head")}
        there = {re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}|torn-[0-9a-f]{8}|[0-9a-f]{16}(?=\.jsonl)", "*", name) for name in now}
        about = {name: _about(folder / name, name) for name in now if _matches(name, self.outputs) and now[name] != before.get(name)}
        with _at_home(folder):
            return {"files": there, "about": sorted(map(repr, about.values())), "kept": _kept()}


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(Path(name).match(pattern) for pattern in patterns)


@contextmanager
def _at_home(folder: Path) -> Iterator[None]:
    with mock.patch.dict("os.environ", environment(folder)), mock.patch.object(protect, "ITERATIONS", 1_000):
        yield


def _about(path: Path, name: str) -> Any:
    """What a file is, read back and verified."""
    if "/parts/" in name:
        return name, hashlib.sha256(path.read_bytes()).hexdigest()
    match path.suffix:
        case ".jpg" | ".png":
            return name, _verdict(credkit.verify_file(path)), _pixels(path)
        case ".mp4" | ".safetensors":
            return name, _verdict(credkit.verify_file(path)), _content(path)
        case ".c2pa" if path.name == "dataset.c2pa":
            check = credkit.verify_dataset(path)
            return name, _verdict(check.report), check.listed, check.missing, check.changed
        case ".c2pa":
            return name, _verdict(credkit.verify_file(path.with_suffix(""), sidecar=path))
        case ".jsonl" if path.name == "journal.jsonl":
            return name, _journal(path)
        case ".html":
            text = path.read_text("utf-8")
            return name, text.rstrip().endswith("</html>")
        case ".json" if "openings" in name:
            return sorted(entry["field"] for entry in json.loads(path.read_bytes())["openings"])
        case ".txt":
            return path.read_text("utf-8")
    return name.rpartition("/")[2].partition(".")[0]


def _verdict(report: credkit.Report) -> Any:
    if report.state not in ("Valid", "Trusted", "none"):
        raise Wrong(f"{report.name} is {report.state}")
    stated = [[assertion.label for assertion in manifest.assertions] for manifest in report.store.manifests] if report.store else []
    return report.state, report.location, len(report.manifests), stated


def _pixels(path: Path) -> str:
    from PIL import Image

    with Image.open(path) as image:
        image.load()
        return hashlib.sha256(image.convert("RGB").tobytes()).hexdigest()


def _content(path: Path) -> str:
    """The file without its credentials, which has to be what it was."""
    if path.suffix == ".safetensors":
        from safetensors.numpy import load_file

        return repr({name: tensor.tobytes() for name, tensor in sorted(load_file(path).items())})[:2000]
    plain = io.BytesIO()
    if credkit.strip_file(path, plain):
        return hashlib.sha256(plain.getvalue()).hexdigest()
    raise Wrong(f"{path.name} carries nothing")


def _journal(path: Path) -> Any:
    report = verify_journal(path)
    if report.faults:
        raise Wrong(f"the journal is faulty: {report.faults[0]}")
    return [json.loads(line).get("kind", "checkpoint") for line in path.read_bytes().splitlines()]


def _kept() -> Any:
    """Identities and trust lists, as later commands find them."""
    people = [(one.name, one.is_default, bool(one.signer(PASSPHRASE))) for one in list_identities()]
    return people, [(one.name, one.kind, len(one.certificates)) for one in list_saved()]
