"""``credkit demo``: the whole story on pictures that are drawn on the spot, in a folder that is removed afterwards.

The commands are run as a person would type them. The user's own identities, files and passphrase are neither used nor touched.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shlex
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.cli.exits import ExitCode
from credkit.cli.parsers import FOLDER, Subcommands, add_command
from credkit.dataclass import dataclass

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

__all__ = ["add_to", "run"]

_EXAMPLES = """
credkit demo
credkit demo --keep story
"""
_DESCRIPTION = """\
Make an identity, sign a drawn portrait, repaint and sign it again, verify it, alter its history and see that it is noticed; then sign
what a generation tool left in a file, with the prompt sealed, and show it later; and follow a picture back to its model and to the
photographs that the model was trained on.
All in a temporary folder; the network, your identities and your files are left alone.
Exit code 0 means that each step came out as it must."""
_PORTRAIT, _SIGNED, _REPAINTED, _REPAINT, _ALTERED = "portrait.png", "signed.png", "repainted.jpg", "repaint.jpg", "altered.jpg"
_GENERATED, _SEALED, _MODEL = "generated.png", "sealed.png", "awportrait.safetensors"
_ORIGINALS, _CREDITED, _TRACED = "originals", "credited.safetensors", "traced.png"
_CLAIMED, _FORGED = b"own photographs", b"all photographs"


@dataclass(frozen=True, slots=True)
class _Step:
    """What is said before it, the command line, and the exit code that it must have."""

    words: str
    line: tuple[str, ...]
    expected: ExitCode = ExitCode.OK


_IDENTITY = _Step("Once: an identity, its keys encrypted with a passphrase.", ("identity", "new", "My Studio"))
_SIGN = _Step(
    "A portrait comes out of the generator. Sign it at export:",
    (
        *("sign", _PORTRAIT, "-o", _SIGNED, "--created", "trainedAlgorithmicMedia", "--creator", "My Studio"),
        *("--model", f"AWPortrait@1.4={_MODEL}", "--training-licence", "own photographs:LicenseRef-own-work", "--do-not-train"),
    ),
)
_REPAINTING = _Step(
    "A part of it is repainted and saved as JPEG. Sign the new version with the first as its parent:",
    (
        *("sign", _REPAINTED, "-o", _REPAINT, "--parent", _SIGNED),
        *("--edited", "compositeWithTrainedAlgorithmicMedia", "--region", "auto"),
    ),
)
_VERIFY = _Step("What happened to it, and has it been changed since? The verdict and the story, oldest first:", ("verify", _REPAINT))
_CATCH = _Step(
    "Someone else changes the history inside of a copy: what the model was trained on. It is noticed, and where:",
    ("verify", _ALTERED),
    ExitCode.NOT_MET,
)
_TREE = _Step("Everything in the untouched file:", ("inspect", _REPAINT, "--format", "tree"))

_SEAL = _Step(
    "Generation tools leave prompt and settings in the file as loose text. Sign what it says, with the prompt sealed:",
    ("sign", _GENERATED, "-o", _SEALED, "--lift", "--model-dir", ".", "--prompt", "sealed", "--creator", "My Studio"),
)
_REVEAL = _Step(
    "Later, before a court: show the prompt. Whoever gets the opening can check it against the file:",
    ("reveal", _SEALED, "--field", "prompt"),
)
_TERMS = _Step("And what may others do with the first portrait?", ("inspect", _SIGNED, "--terms"))
_DATA_SET = _Step(
    "So far the model was only named. Its proof begins with the photographs that it was trained on: list and sign them,",
    (
        *("dataset", "sign", _ORIGINALS, "--title", "own photographs", "--creator", "My Studio"),
        *("--licence", "LicenseRef-own-work", "--created", "digitalCapture"),
    ),
)
_TRAIN = _Step(
    "sign the model with them,",
    (
        *("sign", _MODEL, "-o", _CREDITED, "--title", "AWPortrait 1.4", "--creator", "My Studio"),
        *("--licence", "CC-BY-4.0", "--dataset", f"own photographs={_ORIGINALS}", "--training-licence", "LicenseRef-own-work"),
    ),
)
_TRACE = _Step(
    "and the picture with the model:",
    ("sign", _PORTRAIT, "-o", _TRACED, "--created", "trainedAlgorithmicMedia", "--model", _CREDITED, "--licence", "CC-BY-4.0"),
)
_LICENCES = _Step("Which licences reach the picture now?", ("inspect", _TRACED, "--licences"))


def add_to(commands: Subcommands) -> None:
    """Add the command."""
    parser = add_command(commands, "demo", run, summary="see all of it at work", description=_DESCRIPTION, examples=_EXAMPLES)
    parser.add_argument("--keep", metavar=FOLDER, type=Path, help="do it in this new or empty folder, and leave the files there")


def run(args: argparse.Namespace) -> int:
    """Tell the story; 0 only when each step came out as expected."""
    from credkit.cli.terminal import safe, say

    with ExitStack() as stack:
        folder = _kept(args.keep) if args.keep is not None else Path(stack.enter_context(_temporary()))
        stack.enter_context(_apart(folder))
        unexpected = _story()
    if args.keep is not None:
        say(f"\nThe files are in {safe(args.keep)}. The passphrase of the identity there was random and is gone.")
    return ExitCode.REFUSED if unexpected else ExitCode.OK


def _temporary() -> TemporaryDirectory[str]:
    import tempfile

    return tempfile.TemporaryDirectory(prefix="credkit-demo-", ignore_cleanup_errors=True)


def _kept(folder: Path) -> Path:
    from credkit.errors import OutputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise OutputError(f'"{folder}" is not empty: name a new or empty folder')
    except OSError as error:
        raise OutputError(f'"{folder}" cannot be used: {(error.strerror or "the system gave no reason").lower()}') from None
    return folder


@contextmanager
def _apart(folder: Path) -> Iterator[None]:
    """Work in ``folder``, with folders of the user and a passphrase of its own."""
    before, here = dict(os.environ), Path.cwd()
    configuration, data, cache = (str(folder.resolve() / name) for name in ("configuration", "data", "cache"))
    os.environ.update(XDG_CONFIG_HOME=configuration, APPDATA=configuration, XDG_DATA_HOME=data, LOCALAPPDATA=data, XDG_CACHE_HOME=cache)
    os.environ.update(CREDKIT_PASSPHRASE=secrets.token_urlsafe())
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)
        os.environ.clear()
        os.environ.update(before)


def _story() -> bool:
    """Run all steps; whether one of them came out unexpectedly."""
    _draw()
    steps = (_IDENTITY, _SIGN, _REPAINTING, _VERIFY)
    if not all(_come_true(step) for step in steps):
        return True
    _alter()
    rest = (_TREE, _SEAL, _REVEAL, _TERMS, _DATA_SET, _TRAIN, _TRACE, _LICENCES)
    return not (_come_true(_CATCH) and _names_the_generation() and all(_come_true(step) for step in rest))


def _draw() -> None:
    from credkit.cli.demo_pictures import draw_originals, draw_portrait, generation_text, model_file, repaint_flower

    portrait = draw_portrait()
    portrait.save(_PORTRAIT)
    portrait.save(_GENERATED, pnginfo=generation_text())
    repaint_flower(portrait).save(_REPAINTED, quality=92)
    Path(_MODEL).write_bytes(model_file())
    Path(_ORIGINALS).mkdir()
    for number, original in enumerate(draw_originals(), 1):
        original.save(Path(_ORIGINALS, f"{number}.jpg"), quality=90)


def _come_true(step: _Step) -> bool:
    from credkit.cli import build_parser
    from credkit.cli.terminal import say, tell

    say()
    say(step.words, style="bold")
    say(f"$ credkit {shlex.join(step.line)}", style="cyan")
    args = build_parser().parse_args(step.line)
    code = int(args.run(args))
    if code != step.expected:
        tell(f"the demonstration stops: this step ended with {code} where {int(step.expected)} belongs")
    elif code:
        say(f"(exit code {code}, as it should be)")
    return code == step.expected


def _alter() -> None:
    """A copy in which one word of the first generation's statements differs; its length stays the same."""
    data = Path(_REPAINT).read_bytes()
    Path(_ALTERED).write_bytes(data.replace(_CLAIMED, _FORGED, 1))


def _names_the_generation() -> bool:
    """Whether the verdict says which generation was altered: the first, and not the one that was signed on top of it."""
    from credkit.api import verify_file
    from credkit.cli.terminal import tell

    altered = [manifest.generation for manifest in verify_file(_ALTERED).manifests if manifest.altered]
    if altered != [1]:
        tell(f"the demonstration stops: the altered generation is not named (found {altered})")
    return altered == [1]
