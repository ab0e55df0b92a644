"""Names, permissions and refusals of ``OutputFile``; that it survives kills and faults is tested next door."""

from __future__ import annotations

import os
import socket
import stat
import sys
import time
from pathlib import Path

import pytest

from credkit.configuration import _searched
from credkit.errors import AssetError, OutputError
from credkit.sign.output import OutputFile, Snapshot, write_bytes

posix = pytest.mark.skipif(sys.platform == "win32", reason="permission bits and links of POSIX systems")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_new_file(tmp_path: Path) -> None:
    target = tmp_path / "picture.c2pa"
    write_bytes(target, b"content")
    assert target.read_bytes() == b"content"
    assert names(tmp_path) == ["picture.c2pa"]


def test_text_path_and_empty_content(tmp_path: Path) -> None:
    write_bytes(str(tmp_path / "empty"), b"")
    assert (tmp_path / "empty").read_bytes() == b""


def test_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_bytes("here.json", b"{}")
    assert (tmp_path / "here.json").read_bytes() == b"{}"


def test_temporary_file_can_be_read_and_patched(tmp_path: Path) -> None:
    target = tmp_path / "a"
    with OutputFile(target) as out:
        out.file.write(b"0" * 200_000)
        out.file.seek(10)
        out.file.write(b"patch")
        out.file.seek(8)
        assert out.file.read(9) == b"00patch00"
        assert out.path.parent == tmp_path
        assert not target.exists()
        out.commit()
    assert target.read_bytes() == b"0" * 10 + b"patch" + b"0" * (200_000 - 15)


def test_leaving_without_commit_changes_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with OutputFile(target) as out:
        out.file.write(b"new")
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_exception_changes_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with pytest.raises(error), OutputFile(target) as out:  # noqa: PT012
        out.file.write(b"new" * 100_000)
        raise error
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_check_sees_the_complete_file_and_stops_the_replacement(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    seen = []

    def check(path: Path) -> None:
        seen.append(path.read_bytes())
        raise ArithmeticError

    with pytest.raises(ArithmeticError), OutputFile(target) as out:  # noqa: PT012
        out.file.write(b"new")
        out.commit(check)
    assert seen == [b"new"]
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


def test_check_that_passes(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "a") as out:
        out.file.write(b"new")
        out.commit(lambda path: path.stat().st_size)
    assert (tmp_path / "a").read_bytes() == b"new"


def test_use_outside_of_the_block(tmp_path: Path) -> None:
    out = OutputFile(tmp_path / "a")
    with pytest.raises(ValueError, match="not open"):
        out.file  # noqa: B018
    with out:
        out.commit()
    with pytest.raises(ValueError, match="not open"):
        out.commit()
    with pytest.raises(ValueError, match="not open"):
        out.path  # noqa: B018


def test_existing_target_is_kept_on_demand(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match="exists already"):
        write_bytes(target, b"new", overwrite=False)
    assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("links", [True, False])
def test_target_that_appears_meanwhile_is_kept_on_demand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    target = tmp_path / "a"
    with pytest.raises(OutputError, match="exists already"), OutputFile(target, overwrite=False) as out:  # noqa: PT012
        out.file.write(b"new")
        target.write_bytes(b"someone else")
        out.commit()
    assert target.read_bytes() == b"someone else"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("links", [True, False])
def test_new_target_without_overwriting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    write_bytes(tmp_path / "a", b"new", overwrite=False)
    assert (tmp_path / "a").read_bytes() == b"new"
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").stat().st_nlink == 1


def _no_links(*_args: object) -> None:
    raise PermissionError(1, "links are not supported here")


@posix
def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "a", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    with OutputFile(link) as out:
        assert out.target == real
        assert out.path.parent == real.parent
        out.file.write(b"new")
        out.commit()
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert names(tmp_path) == ["link", "real"]


@posix
def test_dangling_link_gets_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("missing")
    write_bytes(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "missing").read_bytes() == b"new"


@posix
def test_links_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OutputError, match="circle"):
        write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").is_symlink()


@posix
def test_link_planted_under_the_temporary_name_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    monkeypatch.setattr(os, "urandom", lambda count: b"\0" * count)
    (tmp_path / f".credkit-{'0' * 16}.tmp").symlink_to(victim)
    with pytest.raises(OutputError):
        write_bytes(tmp_path / "a", b"new")
    assert victim.read_bytes() == b"precious"
    assert not (tmp_path / "a").exists()


@posix
@pytest.mark.parametrize("bits", [0o600, 0o640, 0o644, 0o664, 0o755, 0o222])
def test_permissions_of_the_existing_target_stay(tmp_path: Path, bits: int) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    target.chmod(bits)
    source = tmp_path / "source"
    source.write_bytes(b"")
    source.chmod(0o777)
    with OutputFile(target, source=Snapshot.of(source)) as out:
        out.commit()
    assert mode(target) == bits


@posix
def test_special_bits_are_not_copied(tmp_path: Path) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    target.chmod(0o4755)
    write_bytes(target, b"new")
    assert mode(target) == 0o755


@posix
@pytest.mark.parametrize("bits", [0o600, 0o644, 0o640])
def test_new_target_takes_the_permissions_of_its_source(tmp_path: Path, bits: int) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"private")
    source.chmod(bits)
    with OutputFile(tmp_path / "a", source=Snapshot.of(source)) as out:
        out.commit()
    assert mode(tmp_path / "a") == bits


@posix
@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_new_target_without_source_follows_the_mask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_bytes(tmp_path / "a", b"new")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a") == 0o666 & ~mask


@posix
def test_private_file_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    write_bytes(tmp_path / "key", b"new", private=True)
    assert mode(tmp_path / "key") == 0o600
    (tmp_path / "open").write_bytes(b"old")
    (tmp_path / "open").chmod(0o644)
    write_bytes(tmp_path / "open", b"new", private=True)
    assert mode(tmp_path / "open") == 0o600


@posix
def test_content_is_never_wider_than_its_target(tmp_path: Path) -> None:
    with OutputFile(tmp_path / "key", private=True) as out:
        assert mode(out.path) == 0o600


@posix
def test_administrator_keeps_the_owner(tmp_path: Path) -> None:
    if os.geteuid():
        pytest.skip("only the administrator can write files of others")
    target = tmp_path / "a"
    target.write_bytes(b"old")
    os.chown(target, 12345, 23456)
    write_bytes(target, b"new")
    assert (target.stat().st_uid, target.stat().st_gid) == (12345, 23456)


def test_folder_as_target(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="is a folder; name a file in it"):
        write_bytes(tmp_path, b"new")


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="folder does not exist; create it first"):
        write_bytes(tmp_path / "missing" / "a", b"new")
    assert names(tmp_path) == []


def test_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="part of the path is a file"):
        write_bytes(tmp_path / "file" / "a", b"new")


def test_name_too_long(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="name is too long"):
        write_bytes(tmp_path / ("a" * 300), b"new")
    write_bytes(tmp_path / ("a" * 255), b"new")
    assert names(tmp_path) == ["a" * 255]


def test_name_with_nul(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no file name can hold"):
        write_bytes(f"{tmp_path}/a\0b", b"new")
    with pytest.raises(AssetError, match="no file name can hold"):
        Snapshot.of(f"{tmp_path}/a\0b")


@posix
@pytest.mark.parametrize("bits", [0o444, 0o400, 0o000])
def test_read_only_target(tmp_path: Path, bits: int) -> None:
    target = tmp_path / "a"
    target.write_bytes(b"old")
    target.chmod(bits)
    with pytest.raises(OutputError, match="is read-only; make it writable"):
        write_bytes(target, b"new")
    target.chmod(0o644)
    assert target.read_bytes() == b"old"


@posix
def test_special_files_as_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    for target in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OutputError, match="not a regular file"):
            write_bytes(target, b"new")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    with socket.socket(socket.AF_UNIX) as server:
        monkeypatch.chdir(tmp_path)
        server.bind("socket")
        with pytest.raises(OutputError, match="not a regular file"):
            write_bytes(tmp_path / "socket", b"new")


def change_time(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def change_size(path: Path) -> None:
    before = path.stat()
    path.write_bytes(b"longer than before")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def change_file(path: Path) -> None:
    before = path.stat()
    other = path.with_name("other")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", [change_time, change_size, change_file, Path.unlink])
def test_changed_source_stops_the_write(tmp_path: Path, change) -> None:
    source, target = tmp_path / "source", tmp_path / "a"
    source.write_bytes(b"picture")
    target.write_bytes(b"old")
    with pytest.raises(OutputError, match="was changed by someone else") as caught, OutputFile(target, source=Snapshot.of(source)) as out:  # noqa: PT012
        out.file.write(b"new")
        change(source)
        out.commit()
    assert str(source) in str(caught.value)
    assert target.read_bytes() == b"old"
    assert not list(tmp_path.glob(".credkit-*"))


def test_source_is_checked_after_the_own_check(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"picture")
    with pytest.raises(OutputError, match="was changed"), OutputFile(source, source=Snapshot.of(source)) as out:  # noqa: PT012
        out.file.write(b"new")
        out.commit(lambda _path: source.write_bytes(b"edited in another window"))
    assert source.read_bytes() == b"edited in another window"


def test_source_may_be_its_own_target(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"picture")
    with OutputFile(source, source=Snapshot.of(source)) as out, source.open("rb") as original:
        out.file.write(original.read() + b" signed")
        out.commit()
    assert source.read_bytes() == b"picture signed"


def test_snapshot(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"12345")
    snapshot = Snapshot.of(path)
    assert snapshot.size == 5
    assert snapshot.is_current()
    assert Snapshot.of(str(path)) == snapshot
    path.unlink()
    assert not snapshot.is_current()
    with pytest.raises(AssetError, match="no such file"):
        Snapshot.of(path)


def test_only_old_temporary_files_of_ours_are_removed(tmp_path: Path) -> None:
    now = time.time()
    stale = f".credkit-{'a' * 16}.tmp"
    keep = {
        f".credkit-{'b' * 16}.tmp": now - 1800,
        ".credkit-short.tmp": now - 7200,
        f".credkit-{'c' * 16}.tmp.bak": now - 7200,
        f"x.credkit-{'d' * 16}.tmp": now - 7200,
        "picture.jpg": now - 7200,
    }
    for name, modified in {stale: now - 7200, **keep}.items():
        (tmp_path / name).write_bytes(b"left")
        os.utime(tmp_path / name, (modified, modified))
    folder = tmp_path / f".credkit-{'e' * 16}.tmp"
    folder.mkdir()
    os.utime(folder, (now - 7200, now - 7200))
    write_bytes(tmp_path / "a", b"new")
    assert set(names(tmp_path)) == {*keep, folder.name, "a"}


@posix
def test_temporary_files_of_others_and_links_stay(tmp_path: Path) -> None:
    link = tmp_path / f".credkit-{'f' * 16}.tmp"
    (tmp_path / "old").write_bytes(b"")
    os.utime(tmp_path / "old", (1, 1))
    link.symlink_to("old")
    expected = {"a", "old", link.name}
    if not os.geteuid():
        other = tmp_path / f".credkit-{'0' * 16}.tmp"
        other.write_bytes(b"")
        os.chown(other, 12345, 12345)
        os.utime(other, (1, 1))
        expected.add(other.name)
    write_bytes(tmp_path / "a", b"new")
    assert set(names(tmp_path)) == expected


def test_folder_is_searched_once(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a", b"1")
    assert (os.path.realpath(tmp_path), False) in _searched
    stale = tmp_path / f".credkit-{'a' * 16}.tmp"
    stale.write_bytes(b"")
    os.utime(stale, (1, 1))
    write_bytes(tmp_path / "a", b"2")
    assert stale.exists()


def test_many_writers_of_one_target(tmp_path: Path) -> None:
    outs = [OutputFile(tmp_path / "a").__enter__() for _ in range(5)]
    for number, out in enumerate(outs):
        out.file.write(b"%d" % number * 1000)
    for out in outs:
        out.commit()
        out.__exit__(None, None, None)
    assert (tmp_path / "a").read_bytes() == b"4" * 1000
    assert names(tmp_path) == ["a"]
