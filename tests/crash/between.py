"""What may lie between intact and complete, for commands that write several files.

Each function gets the folder of the case, its files before and those now, with the configuration of the case in force; it answers whether
every file is whole by itself, nothing is lost, and later commands work.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from contextlib import chdir, redirect_stdout
from pathlib import Path
from unittest import mock

import credkit
from credkit.cli import main
from credkit.journal.entries import Note
from credkit.journal.verifying import verify_journal
from credkit.journal.writing import append
from credkit.sign.identity import create_identity, list_identities, load_identity
from credkit.trust.saved import list_saved
from tests.crash.judging import Files, environment
from tests.crash.material import PASSPHRASE
from tests.forge.generated import PROMPT, a1111_text

__all__ = ["SIGN_MANY", "of_extraction", "of_identity", "of_journal", "of_journalled", "of_list", "of_many", "of_sealing", "of_watch"]

SIGN_MANY = [
    *("sign", "in", "--in-place", "--resume", "finished.list", "-q"),
    *("--created", "digitalCreation", "--key", "key.pem", "--certs", "chain.pem"),
]
"""The command on many files."""
_JOURNAL_FILES = {"work/journal.jsonl", "work/journal.jsonl.head"}


def of_identity(folder: Path, before: Files, now: Files) -> bool:
    """The default may be chosen before the identity takes its name; it then counts as none, and an identity can be made."""
    if _changed(before, now) != {"config/credkit/default"} or list_identities():
        return False
    shutil.copytree(folder, folder.with_name("again"))
    try:
        with mock.patch.dict("os.environ", environment(folder.with_name("again"))):
            return create_identity("Second One", passphrase=PASSPHRASE).is_default and load_identity().name == "Second One"
    finally:
        shutil.rmtree(folder.with_name("again"))


def of_list(folder: Path, before: Files, now: Files) -> bool:
    """Every description that is there finds its own bytes; bytes without one do no harm."""
    list_saved()
    return all(name.startswith("config/credkit/trust/partners.") for name in _changed(before, now))


def of_journal(folder: Path, before: Files, now: Files) -> bool:
    """A journal that is the old one with whole lines, or the beginning of one, behind it; what was torn off lies beside it."""
    grown = now["work/journal.jsonl"]
    old = before.get("work/journal.jsonl", b"")
    whole = old[: old.rfind(b"\n") + 1]
    rest = old[len(whole) :]
    torn = [data for name, data in now.items() if ".torn-" in name]
    if not grown.startswith(whole) or (rest and not grown.startswith(old) and torn != [rest]):
        return False
    return _continued(folder) and all(name in _JOURNAL_FILES or ".torn-" in name for name in _changed(before, now))


def _continued(folder: Path) -> bool:
    """Whether the next command continues the journal and finds no fault in it."""
    copy = folder.with_name("again")
    shutil.copytree(folder / "work", copy)
    try:
        append(copy / "journal.jsonl", Note(text="later"))
        return verify_journal(copy / "journal.jsonl").intact
    finally:
        shutil.rmtree(copy)


def of_journalled(folder: Path, before: Files, now: Files) -> bool:
    """The journal may tell of a picture that did not come, or not yet of its end; a picture that came is complete."""
    if "work/out.png" in now and credkit.verify_file(folder / "work/out.png").state != "Valid":
        return False
    return of_journal(folder, before, {name: data for name, data in now.items() if name != "work/out.png"})


def of_sealing(folder: Path, before: Files, now: Files) -> bool:
    """The text is never lost, and a sealed picture never comes without its openings."""
    texts = [data for name, data in now.items() if name.endswith(".txt")]
    if a1111_text().encode() not in texts:
        return False
    if now["work/a.png"] == before["work/a.png"]:
        return all(name.startswith("data/credkit/openings/") for name in now.keys() - before.keys())
    return credkit.verify_file(folder / "work/a.png").state == "Valid" and credkit.reveal(folder / "work/a.png")[0].value == PROMPT


def of_extraction(folder: Path, before: Files, now: Files) -> bool:
    """Some of the files, each as it is in the picture; the next run says which are there, or replaces them when it may."""
    with tempfile.TemporaryDirectory(dir=folder) as other, redirect_stdout(io.StringIO()):
        assert main(["extract", str(folder / "work/a.png"), "--to", other]) == 0
        whole = {f"work/parts/{path.name}": path.read_bytes() for path in Path(other).iterdir()}
    return all(whole.get(name) == now.get(name) for name in _changed(before, now))


def of_watch(folder: Path, before: Files, now: Files) -> bool:
    """Each picture by itself is the old one or a signed one."""
    for name in ("work/in/a.png", "work/in/b.jpg"):
        if now[name] != before[name] and credkit.verify_file(folder / name).state != "Valid":
            return False
    return all(name in ("work/in/a.png", "work/in/b.jpg") or name.startswith("data/") for name in _changed(before, now))


def of_many(folder: Path, before: Files, now: Files) -> bool:
    """Each picture by itself is the old one or a signed one; the same command goes on from there and signs none of them twice."""
    pictures = ("work/in/a.png", "work/in/b.jpg")
    for name in pictures:
        if now[name] != before[name] and credkit.verify_file(folder / name).state != "Valid":
            return False
    with chdir(folder / "work"), redirect_stdout(io.StringIO()):
        assert main(SIGN_MANY) == 0
    reports = [credkit.verify_file(folder / name) for name in pictures]
    gone_on = all(report.state == "Valid" and len(report.manifests) == 1 for report in reports)
    return gone_on and _changed(before, now) <= {*pictures, "work/finished.list"}


def _changed(before: Files, now: Files) -> set[str]:
    return {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
