"""What a newcomer wants, from end to end: one command signs what a generation tool saved, and another machine reads who, how and under
which terms; the prompt stays sealed until its author shows it; and the rules of three places find what they ask for.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.forge import peer, tsa
from tests.forge.generated import PROMPT, SEED, sample

SAMPLES = [("comfyui", "png"), ("a1111", "png"), ("a1111", "jpg"), ("a1111", "webp")]
LABEL = ("--label", "cn,eu,ca", "--label-provider", "TestStudio", "--label-system", "Painter/2.1")
PRIVATE = (PROMPT.splitlines()[0], SEED)


@pytest.fixture
def reader(tmp_path: Path) -> Shell:
    """Another machine: no identity, no lists, nothing but what is handed over."""
    (tmp_path / "elsewhere").mkdir()
    return Shell(tmp_path / "elsewhere", tmp_path / "nothing")


def hand_over(giver: Shell, taker: Shell, *names: str) -> None:
    for name in names:
        shutil.copy(giver.folder / name, taker.folder / name)
    shutil.copy(next(giver.configuration.glob("**/root.pem")), taker.folder / "studio.pem")


@pytest.mark.parametrize(("tool", "kind"), SAMPLES, ids=["-".join(pair) for pair in SAMPLES])
def test_signed_with_one_command_and_read_elsewhere(shell: Shell, reader: Shell, tool: str, kind: str) -> None:
    shell.write(f"made.{kind}", sample(tool, kind).data)
    shell.ok(
        *("sign", f"made.{kind}", "-o", f"out.{kind}", "--lift", "--creator", "Test Studio", "--do-not-train"),
        *("--offer", "price=4499 CNY; use=commercial; contact=mailto:licence@example.com"),
    )
    hand_over(shell, reader, f"out.{kind}")
    story = reader.ok("verify", f"out.{kind}", "--require", "trusted", "--trust-list", "studio.pem").out
    for said in ("created by an AI model", "awportrait_v14", f'input "seed": {SEED}', "a lone lighthouse keeper", "creator: Test Studio"):
        assert said in " ".join(story.split()), said
    terms = json.loads(reader.ok("inspect", "--terms", f"out.{kind}", "--trust-list", "studio.pem", "--format", "json").out)
    by_use = {name: use["permission"] for name, use in terms["uses"].items()}
    assert by_use["ai_generative_training"] == "notAllowed"
    assert by_use["commercial"] == "constrained"
    assert "4499" in json.dumps(terms["offers"])
    assert peer.read((reader.folder / f"out.{kind}").read_bytes(), kind).state == "Valid"


@pytest.mark.parametrize(("tool", "kind"), SAMPLES, ids=["-".join(pair) for pair in SAMPLES])
def test_sealed_and_later_proven(shell: Shell, reader: Shell, tool: str, kind: str) -> None:
    shell.write(f"made.{kind}", sample(tool, kind).data)
    told = shell.ok("sign", f"made.{kind}", "-o", f"out.{kind}", "--lift", "--prompt", "sealed", "--openings", "all.json").out
    shell.ok("reveal", f"out.{kind}", "--openings", "all.json", "--field", "prompt", "-o", "prompt.json")
    hand_over(shell, reader, f"out.{kind}", "prompt.json")
    signed = (reader.folder / f"out.{kind}").read_bytes()
    assert peer.read(signed, kind).state == "Valid"
    for private in PRIVATE:
        assert private not in told
        assert not any(private.encode(form) in signed for form in ("utf-8", "utf-16-le", "utf-16-be"))
    checked = ("reveal", f"out.{kind}", "--openings", "prompt.json", "--trust-list", "studio.pem", "--format", "json")
    revealed = json.loads(reader.ok(*checked, "--field", "prompt").out)
    assert PROMPT in json.dumps(revealed, ensure_ascii=False).replace('\\"', '"').replace("\\n", "\n")
    assert SEED not in (reader.folder / "prompt.json").read_text("utf-8")
    assert "seed" in reader.refused(1, *checked, "--field", "seed")


def test_every_obligation_of_three_regimes_is_found(shell: Shell, reader: Shell) -> None:
    shell.write("made.png", sample("comfyui", "png").data)
    with tsa.TsaServer() as server:
        shell.ok("sign", "made.png", "-o", "out.png", "--lift", "--prompt", "sealed", *LABEL, "--timestamp", server.url)
        reader.write("tsa.pem", server.tsa.root.pem)
    hand_over(shell, reader, "out.png")
    found = json.loads(
        reader.ok("lint", "--regime", "cn,eu,ca", "out.png", "--trust-list", "studio.pem", "--tsa-list", "tsa.pem", "--format", "json").out
    )
    assert found["ok"]
    assert {finding["outcome"] for finding in found["findings"]} <= {"met", "look", "skipped"}
    assert {finding["id"].split(".")[0] for finding in found["findings"] if finding["outcome"] == "met"} >= {"cn", "eu", "ca"}
    assert all(finding["clause"] for finding in found["findings"])
    assert peer.read((reader.folder / "out.png").read_bytes(), "png").state == "Valid"
