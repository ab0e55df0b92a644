"""A watched folder: what is taken up and what is left alone, restarts, and everything that can get in the way."""

from __future__ import annotations

import json
import os
import shutil
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from credkit import Statements, sign_file, verify_file
from credkit.api.exporter import Exporter
from credkit.errors import AssetError, DefinitionError, FetchError, OutputError
from credkit.integrations.watch import Event, Watcher
from credkit.integrations.watch.listing import Fingerprint, fingerprint_of, list_files
from credkit.integrations.watch.memory import Entry, Memory
from credkit.integrations.watch.watcher import _Pending
from tests.forge import peer, pki
from tests.forge.pictures import picture

MADE = Statements(created="trainedAlgorithmicMedia", creator=("Test Studio",))
FAST: dict[str, Any] = {"interval": 0.01}


@pytest.fixture(autouse=True)
def _own_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "data"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "watched"
    path.mkdir()
    return path


@pytest.fixture(scope="module")
def exporter() -> Exporter:
    return Exporter(signer=pki.signer(), statements=MADE)


def once(exporter: Exporter, *folders: Path, **options: Any) -> list[Event]:
    with Watcher(exporter, folders, **(FAST | options)) as watcher:
        return list(watcher.run_once())


def rounds(watcher: Watcher, number: int) -> list[Event]:
    """What happens in some rounds."""
    return [event for _ in range(number) for event in watcher._round()]


def told(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.kind, event.path.name) for event in events]


# What is signed


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_pictures_are_signed_in_place(exporter: Exporter, folder: Path, kind: str) -> None:
    (folder / f"a.{kind}").write_bytes(picture(kind))
    events = once(exporter, folder, in_place=True)
    assert told(events) == [("signed", f"a.{kind}")]
    assert verify_file(folder / f"a.{kind}").state == "Valid"
    assert peer.read((folder / f"a.{kind}").read_bytes(), kind, anchors=pki.root_pem()).state == "Trusted"
    assert [path.name for path in folder.iterdir()] == [f"a.{kind}"]


def test_sealed_pictures_hold_no_prompt_and_keep_their_openings(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    texts = PngInfo()
    texts.add_text(
        "parameters", "a secret lighthouse\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 471147114711, Size: 64x64, Model: demo"
    )
    Image.new("RGB", (64, 64)).save(folder / "a.png", pnginfo=texts)
    sealing = exporter.with_options(prompt="sealed", openings=tmp_path / "openings")
    assert told(once(sealing, folder, in_place=True)) == [("signed", "a.png")]
    data = (folder / "a.png").read_bytes()
    assert b"lighthouse" not in data
    assert b"471147114711" not in data
    found = peer.read(data, "png", anchors=pki.root_pem())
    assert (found.state, found.failures) == ("Trusted", [])
    assert len(list((tmp_path / "openings").iterdir())) == 1


def test_the_content_decides_not_the_name(exporter: Exporter, folder: Path) -> None:
    (folder / "picture.dat").write_bytes(picture("png"))
    (folder / "text.png").write_bytes(b"this is no picture")
    (folder / "empty.png").write_bytes(b"")
    assert told(once(exporter, folder, in_place=True)) == [("signed", "picture.dat")]
    assert (folder / "text.png").read_bytes() == b"this is no picture"


def test_signed_pictures_go_into_another_folder(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    (folder / "inner").mkdir()
    before = picture("png")
    for name in ("a.png", "inner/b.png"):
        (folder / name).write_bytes(before)
    assert told(once(exporter, folder, output=tmp_path / "out")) == [("signed", "a.png")]
    assert told(once(exporter, folder, output=tmp_path / "out", recursive=True)) == [("signed", "b.png")]
    assert (folder / "a.png").read_bytes() == before
    assert verify_file(tmp_path / "out" / "inner" / "b.png").state == "Valid"
    assert once(exporter, folder, output=tmp_path / "out", recursive=True) == []


def test_an_output_inside_of_the_watched_folder_is_not_watched(exporter: Exporter, folder: Path) -> None:
    (folder / "a.png").write_bytes(picture("png"))
    for _ in range(2):
        events = once(exporter, folder, output=folder / "signed", recursive=True)
    assert events == []
    assert [path.name for path in (folder / "signed").iterdir()] == ["a.png"]


def test_several_folders_keep_apart(exporter: Exporter, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.png").write_bytes(picture("png"))
    events = once(exporter, tmp_path / "one", tmp_path / "two", output=tmp_path / "out")
    assert [event.output for event in events] == [tmp_path / "out" / "one" / "a.png", tmp_path / "out" / "two" / "a.png"]


def test_what_is_left_alone(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    data = picture("png")
    for name in (".hidden.png", "a.png.part", "a.tmp", "b.crdownload", ".credkit-0011223344556677.tmp", "notes.txt", "a.png.c2pa"):
        (folder / name).write_bytes(data)
    (tmp_path / "elsewhere.png").write_bytes(data)
    (folder / "link.png").symlink_to(tmp_path / "elsewhere.png")
    (folder / "circle").symlink_to(folder, target_is_directory=True)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.png")
    assert once(exporter, folder, in_place=True, recursive=True) == []
    assert (tmp_path / "elsewhere.png").read_bytes() == data


def test_what_is_signed_already_is_left_alone(exporter: Exporter, folder: Path) -> None:
    sign_file(picture("png"), folder / "a.png", MADE, signer=pki.signer())
    (folder / "b.jpg").write_bytes(picture("jpg"))
    sign_file(folder / "b.jpg", folder / "b.jpg.c2pa", MADE, signer=pki.signer(), sidecar=True)
    before = (folder / "a.png").read_bytes()
    assert told(once(exporter, folder, in_place=True)) == [("skipped", "a.png"), ("skipped", "b.jpg")]
    assert once(exporter, folder, in_place=True) == []
    assert (folder / "a.png").read_bytes() == before


def test_only_what_is_new(exporter: Exporter, folder: Path) -> None:
    (folder / "old.png").write_bytes(picture("png"))
    assert once(exporter, folder, in_place=True, new_only=True) == []
    (folder / "new.png").write_bytes(picture("png"))
    assert told(once(exporter, folder, in_place=True, new_only=True)) == [("signed", "new.png")]
    assert verify_file(folder / "old.png").state == "none"


def test_a_folder_that_was_empty_is_known_all_the_same(exporter: Exporter, folder: Path) -> None:
    assert once(exporter, folder, in_place=True, new_only=True) == []
    (folder / "made while nobody watched.png").write_bytes(picture("png"))
    assert told(once(exporter, folder, in_place=True, new_only=True)) == [("signed", "made while nobody watched.png")]


# Files in the making


def test_a_file_is_taken_up_when_it_has_come_to_rest(exporter: Exporter, folder: Path) -> None:
    data = picture("png")
    with Watcher(exporter, [folder], in_place=True, settle=3, **FAST) as watcher:
        (folder / "a.png").write_bytes(data[:100])
        assert rounds(watcher, 2) == []
        (folder / "a.png").write_bytes(data)
        assert rounds(watcher, 2) == []
        assert told(rounds(watcher, 1)) == [("signed", "a.png")]
        assert rounds(watcher, 5) == []


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_half_a_picture_waits_and_is_signed_when_it_is_whole(exporter: Exporter, folder: Path, kind: str) -> None:
    data = picture(kind)
    path = folder / f"a.{kind}"
    path.write_bytes(data[: len(data) // 2])
    with Watcher(exporter, [folder], in_place=True, **FAST) as watcher:
        events = rounds(watcher, 4)
        assert told(events) == [("waiting", path.name)]
        assert path.read_bytes() == data[: len(data) // 2]
        path.write_bytes(data)
        assert told(rounds(watcher, 3)) == [("signed", path.name)]


def test_every_cut_is_a_reason_to_wait(exporter: Exporter, folder: Path) -> None:
    data = picture("png")
    for at in range(64, len(data), max(1, len(data) // 40)):
        (folder / f"{at}.png").write_bytes(data[:at])
    events = once(exporter, folder, in_place=True)
    assert {event.kind for event in events} == {"waiting"}


def test_a_file_that_goes_away_is_no_failure(exporter: Exporter, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.png").write_bytes(picture("png"))
    (folder / "b.png").write_bytes(picture("png"))
    plain = Exporter.sign

    def vanishing(self: Exporter, source: Any, *args: Any, **options: Any) -> Any:
        if Path(source).name == "a.png":
            Path(source).unlink()
        return plain(self, source, *args, **options)

    monkeypatch.setattr(Exporter, "sign", vanishing)
    assert told(once(exporter, folder, in_place=True)) == [("signed", "b.png")]


def test_a_file_that_changes_while_it_is_signed_is_signed_anew(exporter: Exporter, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "a.png"
    path.write_bytes(picture("png"))
    plain = Exporter.sign
    changes = iter([True])

    def changing(self: Exporter, source: Any, *args: Any, **options: Any) -> Any:
        result = plain(self, source, *args, **options)
        if next(changes, False):
            path.write_bytes(picture("png") + b"")
        return result

    monkeypatch.setattr(Exporter, "sign", changing)
    with Watcher(exporter, [folder], in_place=True, **FAST) as watcher:
        events = rounds(watcher, 8)
    assert told(events) == [("signed", "a.png"), ("signed", "a.png")]
    assert verify_file(path).state == "Valid"


def test_a_locked_file_is_tried_again(exporter: Exporter, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "a.png"
    path.write_bytes(picture("png"))
    plain = Path.open
    locked = True

    def guarded(self: Path, *args: Any, **options: Any) -> Any:
        if locked and self == path:
            raise PermissionError(13, "Permission denied")
        return plain(self, *args, **options)

    monkeypatch.setattr("credkit.integrations.watch.watcher.judge", _refusing(lambda: locked))
    monkeypatch.setattr(Path, "open", guarded)
    with Watcher(exporter, [folder], in_place=True, **FAST) as watcher:
        events = rounds(watcher, 3)
        assert told(events) == [("failed", "a.png")]
        assert events[0].attempt == 1
        assert events[0].retry_in is not None
        locked = False
        watcher._pending[path].not_before = 0.0
        assert told(rounds(watcher, 1)) == [("signed", "a.png")]


def _refusing(locked: Any) -> Any:
    from credkit.integrations.watch.judging import judge

    def judging(path: Path, limits: Any) -> Any:
        if locked():
            raise AssetError(f'cannot read "{path}": permission denied')
        return judge(path, limits)

    return judging


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser reads every file")
def test_a_file_without_permission(exporter: Exporter, folder: Path) -> None:
    (folder / "a.png").write_bytes(picture("png"))
    (folder / "a.png").chmod(0)
    assert told(once(exporter, folder, in_place=True)) == [("failed", "a.png")]


# Failures


def test_a_passing_failure_is_tried_again_later_each_time(exporter: Exporter, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "a.png"
    path.write_bytes(before := picture("png"))

    def failing(*_: Any, **__: Any) -> Any:
        raise FetchError("the time-stamp authority does not answer")

    with Watcher(exporter, [folder], in_place=True, interval=1.0) as watcher:
        with monkeypatch.context() as patch:
            patch.setattr(Exporter, "sign", failing)
            pauses = []
            for _ in range(14):
                for event in rounds(watcher, 2):
                    assert "does not answer" in event.message
                    pauses.append(event.retry_in)
                watcher._pending[path].not_before = 0.0
        assert pauses[:4] == [2.0, 4.0, 8.0, 16.0]
        assert max(filter(None, pauses)) == 600.0
        assert path.read_bytes() == before
        assert told(rounds(watcher, 1)) == [("signed", "a.png")]


def test_a_file_that_becomes_a_link_is_not_followed(
    exporter: Exporter, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, path = tmp_path / "secret.png", folder / "a.png"
    secret.write_bytes(picture("png"))
    path.write_bytes(picture("png"))

    def swapping(found: Path, limits: Any) -> str:
        path.unlink()
        path.symlink_to(secret)
        return "ready"

    monkeypatch.setattr("credkit.integrations.watch.watcher.judge", swapping)
    for options in ({"in_place": True}, {"output": tmp_path / "out"}):
        events = once(exporter, folder, **options)
        assert told(events) == [("failed", "a.png")]
        assert "symbolic link" in events[0].message
        path.unlink()
        path.write_bytes(picture("png"))
    assert secret.read_bytes() == picture("png")
    assert not list((tmp_path / "out").iterdir())


def test_what_is_refused_is_told_once(folder: Path) -> None:
    exporter = Exporter(signer=pki.signer())
    (folder / "a.png").write_bytes(before := picture("png"))
    with Watcher(exporter, [folder], in_place=True, **FAST) as watcher:
        events = rounds(watcher, 6)
        assert told(events) == [("refused", "a.png")]
        assert "how it began" in events[0].message
    assert (folder / "a.png").read_bytes() == before
    # Settings may have changed until the next start, so that it is tried again then.
    assert told(once(replace(exporter, statements=MADE), folder, in_place=True)) == [("signed", "a.png")]


def test_a_fault_of_ours_does_not_end_the_watch(exporter: Exporter, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.png", "b.png"):
        (folder / name).write_bytes(picture("png"))
    plain = Exporter.sign

    def broken(self: Exporter, source: Any, *args: Any, **options: Any) -> Any:
        if Path(source).name == "a.png":
            raise ZeroDivisionError("secret detail")
        return plain(self, source, *args, **options)

    monkeypatch.setattr(Exporter, "sign", broken)
    events = once(exporter, folder, in_place=True)
    assert told(events) == [("refused", "a.png"), ("signed", "b.png")]
    assert "ZeroDivisionError" in events[0].message
    assert "secret detail" not in events[0].message


def test_hostile_files_are_told_and_left(exporter: Exporter, folder: Path) -> None:
    bad = {
        "huge chunk.png": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR" + b"\0" * 200,
        "no end.jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF" + b"\0" * 500,
        "signature.png": b"\x89PNG\r\n\x1a\n",
        "zeros.png": b"\x89PNG\r\n\x1a\n" + bytes(5000),
    }
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    (folder / "good.png").write_bytes(picture("png"))
    events = once(exporter, folder, in_place=True)
    assert ("signed", "good.png") in told(events)
    assert {event.kind for event in events} <= {"signed", "waiting", "refused"}
    assert {name: (folder / name).read_bytes() for name in bad} == bad


def test_a_foreign_file_of_that_name_is_not_replaced(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    (folder / "a.png").write_bytes(picture("png"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.png").write_bytes(b"precious")
    events = once(exporter, folder, output=tmp_path / "out")
    assert told(events) == [("refused", "a.png")]
    assert "exists already" in events[0].message
    assert (tmp_path / "out" / "a.png").read_bytes() == b"precious"


def test_a_picture_that_was_made_anew_replaces_its_signed_copy(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    (folder / "a.png").write_bytes(picture("png"))
    first = once(exporter, folder, output=tmp_path / "out")[0]
    (folder / "a.png").write_bytes(picture("jpg"))
    second = once(exporter, folder, output=tmp_path / "out")[0]
    assert (first.kind, second.kind) == ("signed", "signed")
    report = verify_file(tmp_path / "out" / "a.png")
    assert report.active_manifest == second.label != first.label
    assert report.media_type == "image/jpeg"


def test_a_folder_that_cannot_be_read_is_told_once(exporter: Exporter, folder: Path) -> None:
    with Watcher(exporter, [folder], in_place=True, **FAST) as watcher:
        folder.rename(folder.with_name("moved"))
        assert told(rounds(watcher, 3)) == [("folder", "watched")]
        folder.with_name("moved").rename(folder)
        (folder / "a.png").write_bytes(picture("png"))
        assert told(rounds(watcher, 3)) == [("folder", "watched"), ("signed", "a.png")]


def test_confused_settings(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    for options, sentence in (
        ({}, "say where signed pictures go"),
        ({"in_place": True, "output": tmp_path / "o"}, "say where signed pictures go"),
        ({"output": folder}, "is watched itself"),
        ({"in_place": True, "settle": 0}, "comes to rest"),
        ({"in_place": True, "interval": 0}, "comes to rest"),
    ):
        with pytest.raises(DefinitionError, match=sentence):
            Watcher(exporter, [folder], **options)  # type: ignore[arg-type]
    (tmp_path / "x" / "watched").mkdir(parents=True)
    with pytest.raises(DefinitionError, match="the same name"):
        Watcher(exporter, [folder, tmp_path / "x" / "watched"], output=tmp_path / "o")
    with pytest.raises(DefinitionError, match="no folder is named"):
        Watcher(exporter, [], in_place=True)
    with pytest.raises(AssetError, match="is no folder"):
        Watcher(exporter, [tmp_path / "missing"], in_place=True)


# Memory


def test_two_watchers_do_not_share_a_memory(exporter: Exporter, folder: Path) -> None:
    with Watcher(exporter, [folder], in_place=True), pytest.raises(OutputError, match="is at work"):
        Watcher(exporter, [folder], in_place=True)
    Watcher(exporter, [folder], in_place=True).close()


def test_a_signing_that_was_finished_but_not_noted(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    """Killed between the two: the output is there, the memory says that it was begun."""
    source, target, state = folder / "a.png", tmp_path / "out" / "a.png", tmp_path / "state.jsonl"
    source.write_bytes(picture("png"))
    fingerprint = fingerprint_of(source)
    assert fingerprint is not None
    with Memory(state) as memory:
        memory.note((source, Entry(step="signing", fingerprint=fingerprint)))
    exporter.sign(source, _made(target))
    label = verify_file(target).active_manifest
    events = once(exporter, folder, output=tmp_path / "out", state=state)
    assert [(event.kind, event.message) for event in events] == [("skipped", "it was signed by the last watch")]
    assert verify_file(target).active_manifest == label
    assert once(exporter, folder, output=tmp_path / "out", state=state) == []


def _made(path: Path) -> Path:
    path.parent.mkdir(exist_ok=True)
    return path


def test_a_signing_that_was_begun_and_not_finished(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    source, state = folder / "a.png", tmp_path / "state.jsonl"
    source.write_bytes(picture("png"))
    fingerprint = fingerprint_of(source)
    assert fingerprint is not None
    with Memory(state) as memory:
        memory.note((source, Entry(step="signing", fingerprint=fingerprint)))
    assert told(once(exporter, folder, output=tmp_path / "out", state=state)) == [("signed", "a.png")]


@pytest.mark.parametrize(
    "rest",
    [
        b"",
        b'{"file": "x',
        b"\xff\xfe\n",
        b"null\n",
        b'{"file":"a","step":"left","size":1e999,"modified":0}\n',
        b'{"file": 3}\n',
        b"[" * 5000 + b"\n",
        b'{"file":"a","step":"eaten"}\n',
    ],
)
def test_a_damaged_memory_is_read_as_far_as_it_goes(tmp_path: Path, rest: bytes) -> None:
    state, path = tmp_path / "state.jsonl", tmp_path / "a.png"
    path.write_bytes(b"x")
    with Memory(state) as memory:
        memory.note((path, Entry(step="signed", fingerprint=Fingerprint(1, 2), output=Fingerprint(3, 4))))
    with state.open("ab") as file:
        file.write(rest)
    with Memory(state) as memory:
        assert memory.get(path) == Entry(step="signed", fingerprint=Fingerprint(1, 2), output=Fingerprint(3, 4))
        assert not memory.is_new
    assert len(state.read_bytes().splitlines()) == 1


def test_the_memory_forgets_files_that_are_gone_and_is_the_users_alone(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.jsonl"
    with Memory(state) as memory:
        assert memory.is_new
        for number in range(3):
            memory.note((tmp_path / f"{number}.png", Entry(step="skipped", fingerprint=Fingerprint(1, number))))
    (tmp_path / "1.png").write_bytes(b"")
    with Memory(state) as memory:
        assert memory.get(tmp_path / "1.png") is not None
        assert memory.get(tmp_path / "0.png") is None
    if sys.platform != "win32":
        assert state.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("raw", [b"caf\xe9.png", b"esc\x1b[31m.png", b"new\nline.png", b"-rf.png", b"x" * 251 + b".png"])
def test_names_that_are_no_text(exporter: Exporter, folder: Path, tmp_path: Path, raw: bytes) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("file names are text there")
    name = os.fsdecode(raw)
    (folder / name).write_bytes(picture("png"))
    assert told(once(exporter, folder, output=tmp_path / "out")) == [("signed", name)]
    assert once(exporter, folder, output=tmp_path / "out") == []


def test_a_memory_that_cannot_be_kept(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be noted"):
        Watcher(exporter, [folder], in_place=True, state=tmp_path / "file" / "state.jsonl")


# Running


def test_the_watch_ends_when_it_is_told_to(exporter: Exporter, folder: Path) -> None:
    for number in range(5):
        (folder / f"{number}.png").write_bytes(picture("png"))
    with Watcher(exporter, [folder], in_place=True, **FAST) as watcher:
        events = []
        for event in watcher.run():
            events.append(event)
            watcher.stop()
    assert told(events) == [("signed", "0.png")]
    assert told(once(exporter, folder, in_place=True))[1:] == [("signed", f"{number}.png") for number in range(1, 5)]


def test_pictures_that_arrive_while_it_runs(exporter: Exporter, folder: Path) -> None:
    data = picture("png")

    def producer() -> None:
        for number in range(4):
            path = folder / f"{number}.png"
            with path.open("wb") as file:
                for start in range(0, len(data), 200):
                    file.write(data[start : start + 200])
                    file.flush()

    with Watcher(exporter, [folder], in_place=True, settle=3, interval=0.02) as watcher:
        thread = threading.Thread(target=producer)
        thread.start()
        signed = []
        for event in watcher.run():
            if event.kind == "signed":
                signed.append(event.path.name)
            if len(signed) == 4:
                watcher.stop()
        thread.join()
    assert sorted(signed) == [f"{number}.png" for number in range(4)]
    assert all(verify_file(path).state == "Valid" for path in folder.iterdir())


def test_a_file_that_is_never_finished_does_not_hold_up_a_single_pass(
    exporter: Exporter, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.png").write_bytes(picture("png"))
    plain = Watcher._round
    sizes = iter(range(1, 1000))

    def growing(self: Watcher) -> Any:
        (folder / "growing.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(next(sizes)))
        return plain(self)

    monkeypatch.setattr(Watcher, "_round", growing)
    events = once(exporter, folder, in_place=True)
    assert told(events) == [("signed", "a.png"), ("waiting", "growing.png")]
    assert "still being written" in events[-1].message


def test_pending_files_that_vanish_are_forgotten(exporter: Exporter, folder: Path) -> None:
    with Watcher(exporter, [folder], in_place=True, settle=5, **FAST) as watcher:
        (folder / "a.png").write_bytes(picture("png"))
        rounds(watcher, 1)
        assert [type(value) for value in watcher._pending.values()] == [_Pending]
        (folder / "a.png").unlink()
        rounds(watcher, 1)
        assert watcher._pending == {}


def test_deep_folders_and_many_files(folder: Path) -> None:
    deep = folder
    for _ in range(70):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "a.png").write_bytes(b"x")
    (folder / "b.png").write_bytes(b"x")
    assert [found.path.name for found in list_files(folder, recursive=True)] == ["b.png"]  # type: ignore[union-attr]


def test_events_for_programs(exporter: Exporter, folder: Path, tmp_path: Path) -> None:
    (folder / "a.png").write_bytes(picture("png"))
    value = once(exporter, folder, output=tmp_path / "out")[0].as_json()
    assert json.loads(json.dumps(value)) == value
    assert value["event"] == "signed"
    assert value["manifest"].startswith("urn:c2pa:")
    shutil.rmtree(tmp_path / "out")
