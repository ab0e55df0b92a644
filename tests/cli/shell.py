"""The command line as people run it: processes of their own, in a folder and with a configuration of their own.

Whatever a process prints is searched for tracebacks, passphrases and keys.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "canary-passphrase-Zq7"
_INHERITED = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "LANG")


@dataclass(frozen=True)
class Done:
    """What a finished process left."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence on the error stream."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("credkit: "), self.err
        return lines[0]


@dataclass
class Shell:
    """A working folder with its own identities."""

    folder: Path
    configuration: Path
    secrets: list[str] = field(default_factory=lambda: [PASSPHRASE])

    def environment(self, **extra: str | None) -> dict[str, str]:
        base = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        base |= {
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONIOENCODING": "utf-8",
            "XDG_CONFIG_HOME": str(self.configuration),
            "XDG_DATA_HOME": str(self.configuration / "data"),
            "CREDKIT_PASSPHRASE": PASSPHRASE,
        }
        return {name: value for name, value in (base | extra).items() if value is not None}

    def command(self, *line: str | os.PathLike[str]) -> list[str]:
        return [sys.executable, "-m", "credkit", *map(os.fspath, line)]

    def run(self, *line: str | os.PathLike[str], stdin: bytes = b"", pass_fds: tuple[int, ...] = (), **extra: str | None) -> Done:
        """Run one command line to its end; ``extra`` are variables of its environment (None removes one)."""
        done = subprocess.run(
            self.command(*line),
            cwd=self.folder,
            env=self.environment(**extra),
            input=stdin,
            pass_fds=pass_fds,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return self._searched(Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8")))

    def _searched(self, found: Done) -> Done:
        for text in (found.out, found.err):
            assert "Traceback" not in text, text
            assert not any(secret in text for secret in self.secrets), text
        return found

    def ok(self, *line: str | os.PathLike[str], **extra: str | None) -> Done:
        """Run a command line that must end well and quietly."""
        done = self.run(*line, **extra)
        assert (done.code, done.err) == (0, ""), done
        return done

    def refused(self, code: int, *line: str | os.PathLike[str], **extra: str | None) -> str:
        """Run a command line that must be refused; its sentence. No file of the folder may have changed, appeared or gone."""
        before = self.files()
        done = self.run(*line, **extra)
        assert done.code == code, done
        assert self.files() == before
        assert done.out == ""
        return done.sentence

    def files(self) -> dict[str, bytes | None]:
        """Every file below the folder and its content, without reading large ones."""
        return {str(path): _content(path) for path in sorted(self.folder.rglob("*"))}

    @property
    def inside(self) -> Shell:
        """The same shell without processes."""
        return Inside(self.folder, self.configuration, self.secrets)

    def write(self, name: str, data: bytes, mode: int = 0o644) -> Path:
        """A file in the folder."""
        path = self.folder / name
        path.write_bytes(data)
        path.chmod(mode)
        return path

    def keep_secret(self, pem: bytes) -> bytes:
        """From now on no line of this key may appear in any output."""
        self.secrets += [line for line in pem.decode("ascii").splitlines() if len(line) > 16 and not line.startswith("-----")]
        return pem


class Inside(Shell):
    """Runs commands in this process: for the many cases in which a process of its own would prove no more."""

    def run(self, *line: str | os.PathLike[str], stdin: bytes = b"", pass_fds: tuple[int, ...] = (), **extra: str | None) -> Done:
        """Run one command line to its end, with output streams and environment of its own."""
        assert not stdin
        assert not pass_fds
        from credkit.cli import main

        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
        with (
            mock.patch.dict(os.environ, self.environment(**extra), clear=True),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code = main([os.fspath(word) for word in line])
        texts = []
        for stream in (out, err):
            stream.flush()
            texts.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
        return self._searched(Done(code, *texts))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and os.access(path, os.R_OK) and path.stat().st_size < 1 << 24 else None
