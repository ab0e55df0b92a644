"""What people and pipes see: prompts, colours, narrow and old screens, help, completion, lost readers, and a quick start."""

from __future__ import annotations

import argparse
import codecs
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from credkit.cli import build_parser
from credkit.cli.completion import SHELLS
from credkit.cli.inspecting import FORMATS
from tests.cli.shell import PASSPHRASE, ROOT, Shell
from tests.forge.pictures import picture

POSIX = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are found on POSIX only")
COLD = (
    *("rich", "PIL", "cryptography", "cryptography.x509", "jsonschema", "jinja2", "cbor2", "OpenSSL", "shtab"),
    *("credkit.api", "credkit.provenance", "credkit.sign", "credkit.verify", "credkit.manifest.assertions"),
)
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Terminal:
    """A process at a pseudo-terminal."""

    def __init__(self, shell: Shell, *line: str, **extra: str | None) -> None:
        import pty

        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            shell.command(*line),
            cwd=shell.folder,
            env=shell.environment(**{"TERM": "xterm-256color", "COLUMNS": "80"} | extra),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509
        )
        os.close(slave)
        # A character may come in two pieces.
        self.decode = codecs.getincrementaldecoder("utf-8")().decode
        self.text = ""

    def read_until(self, words: str, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < end, self.text
            if not self._read():
                break
        assert words in self.text, self.text

    def type(self, line: str) -> None:
        os.write(self.master, line.encode())

    def finish(self) -> int:
        while self._read():
            pass
        os.close(self.master)
        return self.process.wait(60)

    def _read(self) -> bool:
        if not select.select([self.master], [], [], 60)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            # Linux reports the end of a pseudo-terminal as an error.
            return False
        self.text += self.decode(data)
        return bool(data)


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    _heed_interrupts()


def _heed_interrupts() -> None:
    """Whoever starts the tests in the background of a shell has them, and their children, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@POSIX
def test_passphrase_is_asked_at_the_terminal_and_never_shown(shell: Shell) -> None:
    terminal = Terminal(shell, "sign", "portrait.png", "-o", "out.png", "--created", "digitalCapture", CREDKIT_PASSPHRASE=None)
    terminal.read_until('Passphrase of "My Studio":')
    terminal.type(f"{PASSPHRASE}\n")
    assert terminal.finish() == 0
    assert "out.png is signed" in terminal.text
    assert PASSPHRASE not in terminal.text


@POSIX
def test_a_new_passphrase_is_asked_twice(shell: Shell, tmp_path: Path) -> None:
    fresh = Shell(shell.folder, tmp_path / "fresh")
    terminal = Terminal(fresh, "identity", "new", "Other Studio", CREDKIT_PASSPHRASE=None)
    terminal.read_until("A passphrase for the new key:")
    terminal.type(f"{PASSPHRASE}\n")
    terminal.read_until("The same again:")
    terminal.type("something else\n")
    assert terminal.finish() == 1
    assert "differ" in terminal.text
    assert not (tmp_path / "fresh" / "credkit" / "identities" / "other-studio").exists()


@POSIX
def test_interrupt_at_the_prompt(shell: Shell) -> None:
    before = shell.files()
    terminal = Terminal(shell, "sign", "portrait.png", "--in-place", "--created", "digitalCapture", CREDKIT_PASSPHRASE=None)
    terminal.read_until("Passphrase")
    terminal.type("\x03")
    assert (terminal.finish(), "credkit: interrupted" in terminal.text) == (130, True), terminal.text
    assert "Traceback" not in terminal.text
    assert shell.files() == before


@POSIX
def test_interrupt_while_signing_leaves_everything_as_it_was(shell: Shell) -> None:
    import struct
    import zlib

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    plain = picture("png")
    filler = chunk(b"fiLl", bytes(64 << 20)) * 6
    shell.write("large.png", plain[:33] + filler + plain[33:])
    names = set(os.listdir(shell.folder))
    process = subprocess.Popen(
        shell.command("sign", "large.png", "-o", "out.png", "--created", "digitalCapture"),
        cwd=shell.folder,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_heed_interrupts,  # noqa: PLW1509
    )
    while process.poll() is None and set(os.listdir(shell.folder)) == names:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    left = set(os.listdir(shell.folder)) - names
    if process.returncode == 0:
        pytest.skip("the machine had signed the file before it could be interrupted")
    assert process.returncode == 130
    assert err.decode().startswith("credkit: interrupted")
    assert left == set()


@POSIX
def test_colours_at_a_terminal_unless_refused(shell: Shell) -> None:
    coloured = Terminal(shell, "verify", "signed.png")
    plain = Terminal(shell, "verify", "signed.png", NO_COLOR="1")
    assert (coloured.finish(), plain.finish()) == (0, 0)
    assert "\x1b[32m" in coloured.text
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain.text)
    assert ESCAPE.sub("", coloured.text) == ESCAPE.sub("", plain.text)


@POSIX
def test_json_at_a_terminal_is_coloured_and_still_json(shell: Shell) -> None:
    terminal = Terminal(shell, "inspect", "signed.png", "--format", "json")
    assert terminal.finish() == 0
    assert "\x1b[" in terminal.text
    assert json.loads(ESCAPE.sub("", terminal.text))["state"] == "Trusted"


@POSIX
def test_a_bar_for_large_files_at_a_terminal(shell: Shell) -> None:
    shell.write("large.jpg", picture("jpg") + bytes(40 << 20))
    terminal = Terminal(shell, "sign", "large.jpg", "-o", "out.jpg", "--created", "digitalCapture")
    assert terminal.finish() == 0
    assert "signing large.jpg" in terminal.text


def test_pipes_get_neither_colours_nor_the_width_of_a_window(shell: Shell) -> None:
    out = shell.ok("verify", "signed.png").out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) > 80


def test_screens_without_unicode(shell: Shell) -> None:
    out = shell.ok("verify", "signed.png", PYTHONIOENCODING="ascii").out
    assert out.isascii()
    assert out.startswith("[ok] TRUSTED")
    json.loads(shell.ok("inspect", "signed.png", "--format", "json", PYTHONIOENCODING="latin-1").out)


def test_narrow_screens(shell: Shell) -> None:
    for columns in ("60", "30"):
        out = shell.inside.ok("verify", "repaint.jpg", COLUMNS=columns).out
        assert max(map(len, out.splitlines()[:10])) <= int(columns)
    assert "generation 2" in shell.inside.ok("inspect", "repaint.jpg", COLUMNS="40").out


def test_a_reader_that_goes_away_is_no_fault(shell: Shell) -> None:
    process = subprocess.Popen(
        shell.command("inspect", "repaint.jpg", "--format", "json"),
        cwd=shell.folder,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), err) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("unbuffered", [None, "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("command", ["verify", "inspect"])
def test_output_that_cannot_be_written_is_no_verdict(shell: Shell, command: str, unbuffered: str | None) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            shell.command(command, "signed.png"),
            cwd=shell.folder,
            env=shell.environment(PYTHONUNBUFFERED=unbuffered),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert done.returncode == 74
    assert done.stderr.decode().splitlines() == ["credkit: standard output cannot be written: no space left on device"]


def commands(parser: argparse.ArgumentParser, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    yield path, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield from commands(below, (*path, name))


@pytest.mark.parametrize(
    ("path", "parser"), list(commands(build_parser())), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_help_has_examples_that_are_command_lines(path: tuple[str, ...], parser: argparse.ArgumentParser) -> None:
    import shlex

    text = parser.format_help()
    assert "exit codes:" in text
    examples = text[text.index("examples:") : text.index("exit codes:")].replace("\\\n", " ")
    lines = [line.strip() for line in examples.splitlines() if line.strip().startswith("credkit")]
    assert any(line.startswith(" ".join(("credkit", *path))) for line in lines)
    for line in lines:
        words = shlex.split(re.split(r" (?:\||>>?|&&|3<) ", line)[0].removesuffix(" 3< passphrase.txt"))
        assert build_parser().parse_args(words[1:]).run is not None
    assert max(map(len, parser.format_help().splitlines())) <= 160


def test_help_and_version_end_well(shell: Shell) -> None:
    assert shell.ok("--help").out.startswith("usage: credkit")
    assert re.fullmatch(r"credkit \d+\.\d+\.\d+\S*\n", shell.inside.ok("--version").out)
    assert "exit codes:" in shell.inside.ok("verify", "--help").out


def test_names_for_formats_are_those_of_the_library() -> None:
    from credkit.provenance import FORMATS as LIBRARY
    from credkit.verify import Profile

    assert sorted(FORMATS) == sorted(LIBRARY)
    verify = dict(commands(build_parser()))[("verify",)]
    choices = next(action.choices for action in verify._actions if action.dest == "profile")
    assert tuple(choices or ()) == tuple(Profile)


def test_every_statement_has_an_option() -> None:
    import dataclasses

    from credkit.api import Statements

    sign = dict(commands(build_parser()))[("sign",)]
    options = {name.lstrip("-").replace("-", "_") for action in sign._actions for name in action.option_strings}
    plural = {"models": "model", "training_sources": "training_licence", "regions": "region", "uses": "use", "offers": "offer"}
    plural |= {"generation": "lift", "documents": "keep_raw", "data_sets": "dataset", "base_models": "base_model"}
    plural |= {"model_history": "no_model_history", "model_files": "model_dir"}
    assert {plural.get(field.name, field.name) for field in dataclasses.fields(Statements)} <= options


@pytest.mark.parametrize("name", SHELLS)
def test_completion_scripts(shell: Shell, name: str) -> None:
    script = shell.inside.ok("completion", name).out
    assert "do-not-train" in script
    assert "inspect" in script
    program = shutil.which(name)
    if name in ("bash", "zsh", "fish") and program:
        done = subprocess.run([program, "-n"], input=script.encode(), capture_output=True, check=False, timeout=60)
        assert (done.returncode, done.stderr) == (0, b"")


def test_completion_offers_commands_options_and_files(shell: Shell) -> None:
    program = shutil.which("bash")
    if not program:
        pytest.skip("bash is not installed")
    (shell.folder / "complete.sh").write_text(shell.inside.ok("completion", "bash").out)
    ask = """
source ./complete.sh
offer() {
  COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
  _shtab_credkit credkit "${COMP_WORDS[COMP_CWORD]}"
  echo "${COMPREPLY[*]}"
}
offer credkit ver; offer credkit sign --do-; offer credkit verify repai
"""
    done = subprocess.run([program, "-c", ask], cwd=shell.folder, capture_output=True, text=True, check=False, timeout=60)
    first, second, third = done.stdout.splitlines()
    assert first.split() == ["verify"]
    assert second.split() == ["--do-not-train"]
    assert {"repaint.jpg", "repainted.jpg"} <= set(third.split())


def test_the_start_is_light() -> None:
    code = f"import sys, credkit.cli as c; c.build_parser(); print([m for m in sys.modules if m in {COLD!r}])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_debug_shows_where_and_nothing_secret(shell: Shell) -> None:
    done = subprocess.run(
        shell.command("sign", "missing.png", "--in-place", "--created", "digitalCapture", "--debug"),
        cwd=shell.folder,
        env=shell.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert "Traceback" in done.stderr
    assert all(line.startswith("credkit: ") for line in done.stderr.splitlines())
    assert PASSPHRASE not in done.stderr


def test_a_fault_of_our_own_is_one_sentence(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(PASSPHRASE)

    monkeypatch.setattr("credkit.api.verify_file", fail)
    done = shell.inside.run("verify", "signed.png")
    assert done.code == 70
    assert "ZeroDivisionError" in done.sentence
    assert "--debug" in done.sentence
