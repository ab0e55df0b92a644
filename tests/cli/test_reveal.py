"""``credkit reveal``: the author shows a sealed prompt, and a stranger with one opening checks it."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.forge.generated import NEGATIVE, PROMPT, SEED, sample


@pytest.fixture
def studio(shell: Shell) -> Shell:
    """A shell with a sealed picture, ``sealed.png``."""
    shell.write("a1111.png", sample("a1111", "png").data)
    shell.inside.ok("sign", "a1111.png", "-o", "sealed.png", "--lift", "--prompt", "sealed")
    return shell.inside


def test_the_author_shows_it(studio: Shell) -> None:
    done = studio.ok("reveal", "sealed.png", "--field", "prompt", "--field", "seed")
    lines = done.out.splitlines()
    assert lines[:5] == ["prompt:", *(f"  {line}" for line in PROMPT.split("\n")), "seed:", f"  {SEED}"]
    assert 'signed by "My Studio"' in lines[5]
    assert "the signer's own word" in lines[5]
    assert NEGATIVE not in done.out


def test_a_court_gets_one_field_and_checks_it(studio: Shell, tmp_path: Path) -> None:
    done = studio.ok("reveal", "sealed.png", "--field", "prompt", "-o", "one.json")
    assert done.out.splitlines()[-1] == "written: one.json"
    one = studio.folder / "one.json"
    assert [entry["field"] for entry in json.loads(one.read_text())["openings"]] == ["prompt"]
    if sys.platform != "win32":
        assert stat.S_IMODE(one.stat().st_mode) == 0o600
    court = Shell(studio.folder, tmp_path / "elsewhere").inside
    told = court.ok("reveal", "sealed.png", "--openings", "one.json", "--field", "prompt").out
    assert "  " + PROMPT.split("\n")[0] in told.splitlines()
    assert "verified, but no trust list was given" in told
    assert "do not hold it" in court.refused(1, "reveal", "sealed.png", "--openings", "one.json", "--field", "seed")
    assert "not kept here" in court.refused(1, "reveal", "sealed.png", "--field", "prompt")
    # The same command once more hands on what it got.
    assert court.ok("reveal", "sealed.png", "--openings", "one.json", "--all", "-o", "two.json").code == 0
    assert (studio.folder / "two.json").read_text() == one.read_text()


def test_for_programs(studio: Shell) -> None:
    found = json.loads(studio.ok("reveal", "sealed.png", "--all", "--format", "json").out)
    assert found["state"] == "Trusted"
    assert {"field": "seed", "value": SEED} in [{key: one[key] for key in ("field", "value")} for one in found["revealed"]]
    assert found["claimed_time"]
    assert found["written"] is None


def test_a_terminal_cannot_be_steered(shell: Shell) -> None:
    shell.write("evil.txt", "a cat\x1b[2J\u202e in the hat\nwith a second line".encode())
    inside = shell.inside
    inside.ok(
        "sign", "portrait.png", "-o", "s.png", "--created", "trainedAlgorithmicMedia", "--prompt", "@evil.txt", "--prompt-privacy", "sealed"
    )
    done = inside.ok("reveal", "s.png", "--field", "prompt")
    assert done.out.splitlines()[1:3] == ["  a cat\\x1b[2J\\u202e in the hat", "  with a second line"]
    found = json.loads(inside.ok("reveal", "s.png", "--field", "prompt", "--format", "json").out)
    assert found["revealed"][0]["value"] == "a cat\x1b[2J\u202e in the hat\nwith a second line"


def test_a_long_prompt_is_shown_whole(shell: Shell) -> None:
    long = " ".join(f"word{number}" for number in range(2_000))
    shell.write("long.txt", long.encode())
    inside = shell.inside
    inside.ok(
        "sign", "portrait.png", "-o", "s.png", "--created", "trainedAlgorithmicMedia", "--prompt", "@long.txt", "--prompt-privacy", "sealed"
    )
    assert f"  {long}" in inside.ok("reveal", "s.png", "--field", "prompt").out.splitlines()


def test_an_altered_picture(studio: Shell) -> None:
    data = bytearray((studio.folder / "sealed.png").read_bytes())
    data[-20] ^= 1
    studio.write("altered.png", bytes(data))
    assert "proves nothing" in studio.refused(1, "reveal", "altered.png", "--field", "prompt")


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        (2, ("reveal", "sealed.png"), "--field NAME, or --all"),
        (2, ("reveal", "sealed.png", "--field", "prompt", "--all"), "not allowed with"),
        (1, ("reveal", "sealed.png", "--field", "sed"), 'did you mean "seed"'),
        (1, ("reveal", "a1111.png", "--all"), "no Content Credentials"),
        (1, ("reveal", "signed.png", "--all"), "nothing is sealed"),
        (3, ("reveal", "none.png", "--all"), "none.png"),
        (3, ("reveal", "sealed.png", "--openings", "none.json", "--all"), "none.json"),
        (3, ("reveal", "sealed.png", "--openings", "a1111.png", "--all"), "no file of openings"),
        (1, ("reveal", "sealed.png", "--all", "-o", "signed.png"), "exists already"),
    ],
)
def test_refusals_are_one_sentence(code: int, line: tuple[str, ...], words: str, studio: Shell) -> None:
    assert words in studio.refused(code, *line)


def test_openings_of_another_picture(studio: Shell) -> None:
    studio.ok("sign", "a1111.png", "-o", "other.png", "--lift", "--prompt", "sealed", "--openings", "other.json")
    assert "not in the history of this file" in studio.refused(1, "reveal", "sealed.png", "--openings", "other.json", "--all")


def test_after_an_edit(studio: Shell) -> None:
    studio.ok("sign", "repainted.jpg", "-o", "edit.jpg", "--parent", "sealed.png", "--edited", "humanEdits")
    told = studio.ok("reveal", "edit.jpg", "--field", "prompt").out
    assert "generation 1" in told
    assert "  " + PROMPT.split("\n")[0] in told.splitlines()


def test_the_program_as_people_run_it(studio: Shell) -> None:
    """Once as a process of its own: importing, printing, exit code."""
    outside = Shell(studio.folder, studio.configuration)
    assert outside.ok("reveal", "sealed.png", "--field", "seed").out.splitlines()[1] == f"  {SEED}"


@pytest.mark.parametrize("target", ["sealed.png", "all.json"])
def test_what_is_handed_out_never_replaces_what_it_is_taken_from(target: str, studio: Shell) -> None:
    """Openings of one field in the place of all of them would lose the others for good."""
    studio.ok("reveal", "sealed.png", "--all", "-o", "all.json")
    before = (studio.folder / target).read_bytes()
    assert "name another file" in studio.refused(
        1, "reveal", "sealed.png", "--openings", "all.json", "--field", "seed", "-o", target, "--force"
    )
    assert (studio.folder / target).read_bytes() == before
