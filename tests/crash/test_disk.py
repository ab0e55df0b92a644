"""Full and faulty disks, read-only file systems, limits of the process: one clear sentence, nothing changed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from credkit.errors import OutputError
from credkit.sign import output
from tests.crash.harness import environment, program, run
from tests.crash.writing import ORIGINAL, PATCH, prepare

SENTENCES = {
    errno.ENOSPC: "disk is full",
    errno.EDQUOT: "quota",
    errno.EFBIG: "exceed the size",
    errno.EIO: "fault",
    errno.EROFS: "read-only",
    errno.EACCES: "permission is denied",
    errno.EPERM: "does not permit",
    errno.ENAMETOOLONG: "name is too long",
    errno.ENOENT: "folder does not exist",
    errno.ENOTDIR: "part of the path is a file",
    errno.ELOOP: "circle",
    errno.EBUSY: "in use",
    errno.EMFILE: "too many files",
    errno.ENFILE: "too many files",
    errno.ESTALE: "stale",
}


def failing(code: int, after: int = 0):
    """A function that works ``after`` times and then fails as the system would."""
    calls = []

    def fail(function):
        def call(*args, **options):
            calls.append(args)
            if len(calls) > after:
                raise OSError(code, os.strerror(code))
            return function(*args, **options)

        return call

    return fail


def assert_refused(folder: Path, code: int, **options) -> None:
    target = folder / "picture.jpg"
    before = target.read_bytes()
    with pytest.raises(OutputError, match=SENTENCES[code]) as caught:
        output.write_bytes(target, b"new" * 100_000, **options)
    assert str(target) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "Errno" not in str(caught.value)
    assert target.read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["picture.jpg"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "picture.jpg").write_bytes(b"old")
    return tmp_path


@pytest.mark.parametrize("code", SENTENCES)
@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_refusal_of_a_step(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, name: str) -> None:
    monkeypatch.setattr(output.os, name, failing(code)(getattr(os, name)))
    assert_refused(folder, code)


@pytest.mark.parametrize("code", SENTENCES)
def test_refusal_to_create(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    monkeypatch.setattr(output.os, "open", failing(code)(os.open))
    assert_refused(folder, code)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG])
@pytest.mark.parametrize("good", [0, 1, 5])
def test_refusal_of_a_write(folder: Path, monkeypatch: pytest.MonkeyPatch, code: int, good: int) -> None:
    short = os.write
    monkeypatch.setattr(output.os, "write", failing(code, after=good)(lambda file, data: short(file, memoryview(data)[:1000])))
    assert_refused(folder, code)


def test_refusal_of_the_last_write_comes_with_commit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output.os, "write", failing(errno.ENOSPC)(os.write))
    with pytest.raises(OutputError, match="disk is full"), output.OutputFile(folder / "picture.jpg") as out:  # noqa: PT012
        out.file.write(b"few bytes stay in the buffer")
        out.commit()
    assert (folder / "picture.jpg").read_bytes() == b"old"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("name", ["fchmod", "fchown", "unlink"])
def test_what_is_not_worth_failing_for(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(output.os, name, failing(errno.EPERM)(getattr(os, name)))
    output.write_bytes(folder / "picture.jpg", b"new")
    assert (folder / "picture.jpg").read_bytes() == b"new"


def test_refused_fsync_of_the_folder_leaves_the_complete_output(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output.os, "fsync", failing(errno.EINVAL, after=1)(os.fsync))
    output.write_bytes(folder / "picture.jpg", b"new")
    assert (folder / "picture.jpg").read_bytes() == b"new"


def test_limit_of_file_size(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource", reason="this system has no limit of file size")
    target, before, _ = prepare("in-place", tmp_path)
    done = subprocess.run(
        program("in-place", tmp_path),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (len(PATCH) // 2, len(PATCH) // 2)),
    )
    assert done.returncode == 3, done.stderr
    assert "exceed the size" in done.stdout
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["source.jpg"]


def mounted(options: str, folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script in a mount namespace of its own, with a small file system mounted on ``folder``."""
    if not shutil.which("unshare"):
        pytest.skip("unshare is not installed, so no file system can be mounted for the test")
    mount = f'mount -t tmpfs -o {options} none "{folder}"'
    probe = subprocess.run(["unshare", "--mount", "sh", "-c", mount], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("this machine does not permit mounting a file system")
    return run(["unshare", "--mount", "sh", "-c", f"{mount}\n{script}"])


def test_full_disk(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    target, before, _ = prepare("in-place", tmp_path)
    size = len(ORIGINAL) + len(PATCH) // 2
    command = " ".join(program("in-place", folder))
    script = f'cp "{target}" "{folder}"\n{command}\necho "status $?"\nls -A "{folder}"\ncmp "{target}" "{folder}/source.jpg" && echo same'
    done = mounted(f"size={size // 1024}k", folder, script)
    assert "disk is full" in done.stdout, done.stdout + done.stderr
    assert done.stdout.splitlines()[-3:] == ["status 3", "source.jpg", "same"]
    assert target.read_bytes() == before


def test_read_only_file_system(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    target, _, _ = prepare("in-place", tmp_path)
    command = " ".join(program("in-place", folder))
    compare = f'echo "status $?"\ncmp "{target}" "{folder}/source.jpg" && echo same'
    script = f'cp "{target}" "{folder}"\nmount -o remount,ro "{folder}"\n{command}\n{compare}'
    done = mounted("size=4m", folder, script)
    assert "is read-only" in done.stdout, done.stdout + done.stderr
    assert done.stdout.splitlines()[-2:] == ["status 3", "same"]


def test_folder_that_may_not_be_written() -> None:
    if not hasattr(os, "fork"):
        pytest.skip("this system has no other way to become another user for a moment")
    # Not in tmp_path: its parents are closed to other users.
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "picture.jpg").write_bytes(b"old")
        (folder / "picture.jpg").chmod(0o666)
        folder.chmod(0o555)
        child = os.fork()
        if child == 0:
            os._exit(_refused_as_another_user(folder / "picture.jpg"))
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert [path.read_bytes() for path in folder.iterdir()] == [b"old"]
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def _refused_as_another_user(target: Path) -> int:
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        output.write_bytes(target, b"new")
    except OutputError as error:
        return 0 if "permission is denied" in str(error) else 1
    return 2
