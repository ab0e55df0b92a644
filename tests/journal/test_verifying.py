"""Whatever is done to a journal is found and named with its line."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import AssetError, OutputError
from credkit.journal.checkpoints import write_checkpoint
from credkit.journal.entries import Note
from credkit.journal.following import head_path
from credkit.journal.page import journal_page
from credkit.journal.verifying import JournalReport, verify_journal
from credkit.journal.writing import append
from credkit.limits import Limits
from tests.forge import pki
from tests.journal.material import forged, lines, studio


@cache
def shared() -> tuple[Path, tuple[bytes, ...]]:
    folder = studio(Path(mkdtemp(prefix="credkit-test-")) / "s")
    return folder, tuple(lines(folder / "journal.jsonl"))


COUNT = 11


def judged(changed: list[bytes] | bytes, *, memory: bool = True) -> JournalReport:
    """The report on the shared journal with other lines, with or without what the machine remembers."""
    folder, _ = shared()
    path = folder / ("spoilt.jsonl" if memory else "alone.jsonl")
    path.write_bytes(changed if isinstance(changed, bytes) else b"".join(changed))
    if memory:
        head_path(path).write_bytes(head_path(folder / "journal.jsonl").read_bytes())
    return verify_journal(path)


def test_the_material_is_sound() -> None:
    _, found = shared()
    assert len(found) == COUNT
    report = judged(list(found))
    assert report.intact, report.faults
    assert [checkpoint.line for checkpoint in report.checkpoints] == [4, 7]
    assert all(checkpoint.valid for checkpoint in report.checkpoints)
    assert [entry.sequence for _, entry in report.entries] == list(range(9))
    assert report.journal
    assert report.sha256 == hashlib.sha256(b"".join(found)).hexdigest()
    assert report.began


def named(report: JournalReport, *numbers: int) -> bool:
    """Whether a fault names one of these lines."""
    return any(fault.line in numbers for fault in report.faults) and all(fault.sentence.endswith(".") for fault in report.faults)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_byte_that_is_changed(data: st.DataObject) -> None:
    _, found = shared()
    number = data.draw(st.integers(0, COUNT - 1))
    line = bytearray(found[number])
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    report = judged([*found[:number], bytes(line), *found[number + 1 :]])
    assert not report.intact
    # A line break that is gone joins two lines, one that came makes two of one.
    assert named(report, number, number + 1, number + 2) or any(fault.kind == "truncated" for fault in report.faults)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_byte_of_the_last_checkpoint(data: st.DataObject) -> None:
    """Nothing stands behind it, and nobody remembers it: it has to vouch for itself, and for the history that it brings."""
    found = list(shared()[1])[:7]
    line = bytearray(found[6])
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    report = judged([*found[:6], bytes(line)], memory=False)
    # Without its line break it was not finished, which is no fault; then it is no checkpoint either.
    assert not report.intact or (place == len(line) - 1 and len(report.checkpoints) == 1)


@pytest.mark.parametrize("end", [b' "}\n', b'"} \n', b'"}\r\n', b'" }\n'])
def test_a_checkpoint_in_another_form_was_changed(end: bytes) -> None:
    found = list(shared()[1])[:7]
    report = judged([*found[:6], found[6].removesuffix(b'"}\n') + end], memory=False)
    assert [(fault.kind, fault.line) for fault in report.faults] == [("checkpoint", 7)]
    assert "not in the form" in report.faults[0].message


@settings(max_examples=COUNT * 2, deadline=None)
@given(st.integers(0, COUNT - 1))
def test_any_line_that_is_removed(number: int) -> None:
    _, found = shared()
    report = judged([*found[:number], *found[number + 1 :]])
    assert named(report, number, number + 1, COUNT - 1), report.faults


@settings(max_examples=60, deadline=None)
@given(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1))
def test_any_two_lines_that_change_places(first: int, second: int) -> None:
    if first == second:
        return
    changed = list(shared()[1])
    changed[first], changed[second] = changed[second], changed[first]
    assert named(judged(changed), *range(min(first, second), max(first, second) + 3))
    assert not judged(changed, memory=False).intact


@settings(max_examples=60, deadline=None)
@given(st.integers(0, COUNT - 1), st.integers(0, COUNT))
def test_any_line_that_is_doubled(number: int, place: int) -> None:
    found = list(shared()[1])
    report = judged([*found[:place], found[number], *found[place:]])
    assert not report.intact
    assert named(report, place, place + 1, place + 2, number + 1), report.faults


@settings(max_examples=60, deadline=None)
@given(st.integers(0, COUNT), st.sampled_from(["plausible", "json", "words", "empty"]))
def test_any_line_that_is_put_in(place: int, kind: str) -> None:
    found = list(shared()[1])
    previous = hashlib.sha256(found[place - 1]).hexdigest() if place else "0" * 64
    new = {
        "plausible": json.dumps(
            {
                "sequence": min(place, 9),
                "time": "2026-11-23T10:00:00.000Z",
                "previous": previous,
                "salt": "0" * 32,
                "kind": "note",
                "text": "x",
            },
            separators=(",", ":"),
        ).encode()
        + b"\n",
        "json": b'{"a":1}\n',
        "words": b"hello\n",
        "empty": b"\n",
    }[kind]
    report = judged([*found[:place], new, *found[place:]])
    # Behind the last line it is a line like any other, and only its clock gives it away.
    assert named(report, place, place + 1, place + 2), report.faults


def kinds(report: JournalReport) -> list[str]:
    return [fault.kind for fault in report.faults]


def entry_with(line: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(line) | changes, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


NAMED: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str, int, str]] = {
    "edited": (lambda a: [*a[:2], a[2].replace(b"first", b"other"), *a[3:]], "edited", 3, "was changed"),
    "missing entries": (lambda a: [*a[:1], *a[3:]], "missing", 3, "entries 1 to 2 are missing"),
    "missing in the middle": (lambda a: [*a[:7], *a[9:]], "missing", 8, "entries 5 to 6 are missing"),
    "inserted": (lambda a: [*a[:8], entry_with(a[7], sequence=6), *a[8:]], "inserted", 9, "line 8 came in between"),
    "swapped": (lambda a: [*a[:7], a[8], a[7], *a[9:]], "order", 8, "changed places"),
    "doubled": (lambda a: [*a[:8], a[7], *a[8:]], "doubled", 9, "stands in line 8 already"),
    "beginning": (lambda a: a[1:], "missing", 1, "does not begin"),
    "unreadable": (lambda a: [*a[:8], b"hello\n", *a[9:]], "unreadable", 9, "cannot be read as an entry"),
    "doubled checkpoint": (lambda a: [*a[:4], a[3], *a[4:]], "checkpoint", 5, "stands in line 4 already"),
    "tail cut": (lambda a: a[:-1], "truncated", 10, "bytes are missing at the end"),
    "tail cut to the checkpoint": (lambda a: a[:7], "truncated", 7, "bytes are missing at the end"),
    "last line": (lambda a: [*a[:-1], a[-1].replace(b"last", b"best")], "edited", 11, "not the line that this machine wrote"),
    "nothing": (lambda a: a[:0], "missing", 0, "empty"),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_each_kind_is_told_apart(name: str) -> None:
    change, kind, line, words = NAMED[name]
    report = judged(change(list(shared()[1])))
    assert any(f.kind == kind and (f.line or 0) == line and words in f.message for f in report.faults), report.faults


def test_chained_anew_before_a_checkpoint_the_checkpoint_finds_it() -> None:
    found = list(shared()[1])
    report = judged(forged([*found[:2], found[2].replace(b"first", b"other"), *found[3:]], 3), memory=False)
    assert [(fault.kind, fault.line) for fault in report.faults] == [("edited", 3), ("checkpoint", 4), ("checkpoint", 7)]
    assert not any(checkpoint.valid for checkpoint in report.checkpoints)


def test_a_checkpoint_that_is_gone_is_missed_by_the_next() -> None:
    found = list(shared()[1])
    report = judged(forged([*found[:3], *found[4:]], 3), memory=False)
    assert kinds(report) == ["checkpoint"]
    assert report.faults[0].line == 6


def test_a_checkpoint_in_the_place_of_another_does_not_hold() -> None:
    found = list(shared()[1])
    report = judged(forged([*found[:3], found[6], *found[4:6], *found[7:]], 4), memory=False)
    assert "checkpoint" in kinds(report)


def test_the_clock_runs_backwards(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    now = datetime.now(UTC)
    append(path, Note(text="one"))
    append(path, Note(text="two"), at=now - timedelta(hours=1))
    append(path, Note(text="three"), at=now - timedelta(seconds=2))
    report = verify_journal(path)
    assert kinds(report) == ["clock"]
    assert (report.faults[0].line, report.faults[0].sequence) == (3, 2)


def test_an_exchanged_preview_is_named() -> None:
    found = list(shared()[1])
    value = json.loads(found[1])
    preview = value["candidates"][0]["preview"]
    preview["data"] = value["candidates"][1]["preview"]["data"]
    report = judged(forged([found[0], entry_with(found[1], candidates=value["candidates"]), *found[2:]], 2), memory=False)
    fault = next(fault for fault in report.faults if fault.kind == "preview")
    assert (fault.line, fault.sequence) == (2, 1)
    assert '"kept.png"' in fault.message
    assert {"preview", "checkpoint"} == set(kinds(report))


def test_a_preview_that_is_no_picture_is_named() -> None:
    found = list(shared()[1])
    value = json.loads(found[1])
    data = b"<svg onload=alert(1)>"
    value["candidates"][0]["preview"] |= {"data": base64.b64encode(data).decode(), "sha256": hashlib.sha256(data).hexdigest()}
    report = judged(forged([found[0], entry_with(found[1], candidates=value["candidates"]), *found[2:]], 2), memory=False)
    assert any(fault.kind == "preview" and "no JPEG or PNG" in fault.message for fault in report.faults)


def test_files_that_are_still_there(tmp_path: Path) -> None:
    folder = studio(tmp_path / "s")
    path = folder / "journal.jsonl"
    assert verify_journal(path, files=folder).intact
    (folder / "kept.png").unlink()
    assert verify_journal(path, files=folder).intact
    (folder / "gone.jpg").write_bytes(b"another")
    (folder / "signed.png").write_bytes((folder / "signed.png").read_bytes() + b"!")
    report = verify_journal(path, files=folder)
    assert kinds(report) == ["file", "file"]
    assert '"gone.jpg"' in report.faults[0].message
    assert (report.faults[0].line, report.faults[0].sequence) == (2, 1)
    assert '"signed.png"' in report.faults[1].message
    with pytest.raises(AssetError, match="no folder"):
        verify_journal(path, files=folder / "nowhere")


def test_names_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    found = list(shared()[1])
    value = json.loads(found[1])
    value["candidates"][0]["name"] = "../secret.png"
    folder, _ = shared()
    (folder / "secret.png").write_bytes(b"x")
    inner = folder / "inner"
    inner.mkdir(exist_ok=True)
    path = folder / "out.jsonl"
    path.write_bytes(b"".join(forged([found[0], entry_with(found[1], candidates=value["candidates"]), *found[2:]], 2)))
    assert "file" not in kinds(verify_journal(path, files=inner))


def test_a_torn_end_is_told_and_no_fault() -> None:
    report = judged(b"".join(shared()[1]) + b'{"sequence":9')
    assert report.intact
    assert any("not finished (13 bytes)" in note for note in report.notes)


def test_a_signing_without_an_outcome_is_told() -> None:
    report = judged(list(shared()[1])[:9], memory=False)
    assert report.intact
    assert any("what came of it was not written down" in note for note in report.notes)


def test_what_is_not_signed_yet_is_told() -> None:
    notes = judged(list(shared()[1])).notes
    assert "4 entries behind the last checkpoint: not signed yet." in notes


def test_a_journal_without_checkpoint_says_so(tmp_path: Path) -> None:
    append(tmp_path / "j", Note(text="x"))
    assert any("There is no checkpoint" in note for note in verify_journal(tmp_path / "j").notes)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.binary(max_size=80) | st.sampled_from([b'{"c2pa:checkpoint":"data:application/c2pa;base64,AAAA"}', b'{"c2pa:checkpoint":"x"}']),
        max_size=6,
    )
)
def test_any_bytes_get_a_report(parts: list[bytes]) -> None:
    assert not judged(b"\n".join(parts), memory=False).intact


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(AssetError):
        verify_journal(tmp_path / "nowhere")


def test_another_signer_of_a_checkpoint_is_told(tmp_path: Path) -> None:
    path = studio(tmp_path / "studio") / "journal.jsonl"
    assert not any("different certificates" in note for note in verify_journal(path).notes)
    write_checkpoint(path, pki.signer("es256"))
    report = verify_journal(path)
    assert report.intact
    assert any(note.startswith("The checkpoints were signed with 2 different certificates") for note in report.notes)


@pytest.mark.parametrize("line", [b"\n", b"{}\n"])
def test_of_very_many_faults_the_rest_is_not_judged(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(line * 50_000)
    faults = verify_journal(path).faults
    assert len(faults) == 1_000
    assert any("there is more, and it was not judged" in fault.message for fault in faults)


def test_an_entry_that_stands_there_very_often(tmp_path: Path) -> None:
    path = studio(tmp_path / "studio") / "journal.jsonl"
    path.write_bytes(lines(path)[0] * 5_000)
    report = verify_journal(path)
    assert len(report.faults) <= 1_001
    assert journal_page(report).count("stands in line 1 already") >= 999


# Checkpoints of another journal


@cache
def foreign() -> tuple[bytes, ...]:
    """The lines of another journal of the same signer, with checkpoints in the same places."""
    path = Path(mkdtemp(prefix="credkit-test-")) / "journal.jsonl"
    append(path, Note(text="a"), Note(text="b"))
    write_checkpoint(path, pki.signer())
    append(path, Note(text="c"), Note(text="d"))
    write_checkpoint(path, pki.signer())
    found = tuple(lines(path))
    assert [b"c2pa:checkpoint" in line[:40] for line in found] == [False, False, False, True, False, False, True]
    return found


FOREIGN: dict[str, Callable[[list[bytes], tuple[bytes, ...]], list[bytes]]] = {
    "in the place of the first": lambda own, other: forged([*own[:3], other[3], *own[4:]], 4),
    "in the place of the last": lambda own, other: forged([*own[:6], other[6], *own[7:]], 7),
    "in the place of both": lambda own, other: forged([*own[:3], other[3], *own[4:6], other[6], *own[7:]], 4),
    "behind the end": lambda own, other: [*own, other[6]],
    "beside the own one": lambda own, other: forged([*own[:4], other[3], *own[4:]], 5),
    "without own ones": lambda own, other: forged([*own[:3], *own[4:6], *own[7:], other[6]], 3),
    "with its own beginning": lambda own, other: forged([*other[:4], *own[4:]], 4),
    "with its own end": lambda own, other: forged([*own[:4], *other[4:]], 4),
}


@pytest.mark.parametrize("way", FOREIGN)
@pytest.mark.parametrize("memory", [True, False])
def test_checkpoints_of_another_journal_hold_nothing_here(way: str, memory: bool) -> None:
    own, other = list(shared()[1]), foreign()
    changed = FOREIGN[way](own, other)
    report = judged(changed, memory=memory)
    assert not report.intact
    borrowed = {number for number, line in enumerate(changed, 1) if line in (other[3], other[6])}
    if way != "with its own beginning":
        assert not any(checkpoint.valid for checkpoint in report.checkpoints if checkpoint.line in borrowed)
        assert borrowed & {fault.line for fault in report.faults if fault.kind == "checkpoint"}
    else:
        # What stands there is the other journal up to its checkpoint, which holds for just that; those of this one do not.
        assert not any(checkpoint.valid for checkpoint in report.checkpoints if checkpoint.line > 4)


@pytest.mark.parametrize(("most", "more"), [(4, False), (3, True)])
def test_as_many_faults_are_named_as_are_allowed(tmp_path: Path, most: int, more: bool) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b"{}\n" * 3)  # A fault each, and one because the opening is missing.
    faults = verify_journal(path, limits=Limits(journal_faults=most)).faults
    assert len(faults) == most
    assert any("there is more, and it was not judged" in fault.message for fault in faults) is more


@pytest.mark.parametrize("name", ["journal_line", "journal_entry", "journal_checkpoints", "journal_faults"])
@pytest.mark.parametrize("most", [0, 1])
def test_limits_that_allow_next_to_nothing(tmp_path: Path, name: str, most: int) -> None:
    """What is wrong is told even so, and nothing is cut off."""
    journal = studio(tmp_path / "studio") / "journal.jsonl"
    limits = Limits(**{name: most})
    report = verify_journal(journal, limits=limits)
    assert report.intact == (name != "journal_line")
    (first, second, *rest), before = lines(journal), journal.read_bytes()
    head_path(journal).unlink()
    if name in ("journal_line", "journal_entry"):
        with pytest.raises(OutputError):
            append(journal, Note(text="more"), limits=limits)
        assert journal.read_bytes() == before
    journal.write_bytes(b"".join([first, second.replace(b"}", b" }", 1), second, b"x\n", *rest]))
    spoilt = verify_journal(journal, limits=limits)
    assert not spoilt.intact
    assert spoilt.faults[-1].sentence.endswith(".")


def test_a_line_that_is_too_long_in_the_middle_is_no_unfinished_one(tmp_path: Path) -> None:
    journal = studio(tmp_path / "studio") / "journal.jsonl"
    head_path(journal).unlink()
    limits = Limits(journal_line=max(map(len, lines(journal))))
    before = journal.read_bytes()
    with pytest.raises(OutputError, match=r"was altered, .* is longer than"):
        append(journal, Note(text="more"), limits=Limits(journal_line=limits.journal_line - 1))
    assert journal.read_bytes() == before
    assert len(list(journal.parent.glob("*torn*"))) == 0
    append(journal, Note(text="more"), limits=limits)
