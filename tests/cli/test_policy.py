"""``credkit verify --policy``: each rule that is not met in a sentence, exit codes, and a member of the report for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from credkit.resources import read_schema
from tests.acceptance.material import all_uses, signed
from tests.cli.shell import Shell
from tests.forge import pki
from tests.forge.pictures import picture
from tests.integrations.downloads import altered

REPORT = json.loads(read_schema("report.schema.json"))
Writer = Callable[..., None]


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A folder with pictures of every kind, and no identity of anybody."""
    made = Shell(tmp_path / "work", tmp_path / "configuration")
    made.folder.mkdir()
    made.write("good.png", signed(all_uses("allowed")))
    made.write("reserved.png", signed(all_uses("notAllowed"), source_type="trainedAlgorithmicMedia"))
    made.write("altered.png", altered())
    made.write("plain.png", picture("png"))
    made.write("broken.png", b"\x89PNG\r\n\x1a\nnothing")
    made.write("signers.pem", pki.root_pem())
    return made


def policy(shell: Shell, name: str = "", trust: Any = None, **rules: Any) -> str:
    """A policy file in the folder."""
    written = {"rules": rules} | ({"name": name} if name else {}) | ({"trust": trust} if trust else {})
    shell.write("policy.json", json.dumps(written).encode())
    return "policy.json"


def test_a_met_policy(shell: Shell) -> None:
    done = shell.ok("verify", "good.png", "--policy", policy(shell, "intake", training_allowed=True, ai="declared"))
    assert '\nPolicy "intake" is met: all 3 rules.\n' in done.out


def test_failed_rules_stand_under_the_verdict(shell: Shell) -> None:
    done = shell.run("verify", "reserved.png", "--policy", policy(shell, "intake", training_allowed=["ai_training"], ai="forbidden"))
    assert (done.code, done.err) == (1, "")
    told = done.out[done.out.index('Policy "intake"') :].splitlines()
    assert told[0] == 'Policy "intake" is not met: 2 of 3 rules fail.'
    assert told[1] == "  ai: Its credentials say that a trained model took part (trainedAlgorithmicMedia); that is not allowed here."
    assert told[2].startswith("  training_allowed: Training of AI models is forbidden by cawg.training-mining of ")


@pytest.mark.parametrize(
    ("file", "rules", "code"),
    [
        ("good.png", {}, 0),
        ("good.png", {"state": "trusted"}, 1),
        ("good.png", {"formats": ["image/jpeg"]}, 1),
        ("altered.png", {}, 1),
        ("altered.png", {"state": "valid_or_none"}, 1),
        ("plain.png", {}, 2),
        ("plain.png", {"state": "valid_or_none"}, 0),
        ("plain.png", {"state": "valid_or_none", "training_allowed": True}, 1),
        ("broken.png", {"state": "valid_or_none"}, 3),
        ("absent.png", {"state": "valid_or_none"}, 3),
    ],
)
def test_exit_codes(shell: Shell, file: str, rules: dict[str, Any], code: int) -> None:
    for form in ("text", "json", "jsonl", "crjson"):
        assert shell.inside.run("verify", file, "--format", form, "--policy", policy(shell, **rules)).code == code
    quiet = shell.inside.run("verify", file, "--quiet", "--policy", "policy.json")
    assert (quiet.code, quiet.out) == (code, "")


def test_require_and_policy_hold_both(shell: Shell) -> None:
    path = policy(shell, state="valid_or_none")
    assert shell.inside.run("verify", "plain.png", "--policy", path, "--require", "valid", "-q").code == 2
    assert shell.inside.run("verify", "good.png", "--policy", path, "--require", "valid", "-q").code == 0
    assert shell.inside.run("verify", "good.png", "--policy", path, "--require", "trusted").code == 1
    trusted = policy(shell, state="trusted")
    assert shell.inside.run("verify", "good.png", "--policy", trusted, "--require", "valid", "-q").code == 1


def test_reports_for_programs_hold_the_judgement(shell: Shell) -> None:
    names = ["good.png", "reserved.png", "altered.png", "plain.png", "broken.png", "absent.png"]
    path = policy(shell, "intake", training_allowed=["ai_generative_training"])
    done = shell.run("verify", *names, "--format", "json", "--policy", path)
    assert done.code == 3
    reports = json.loads(done.out)
    lines = shell.run("verify", *names, "--format", "jsonl", "--policy", path).out.splitlines()
    for report, line, met in zip(reports, lines, [True, False, False, False, False, False], strict=True):
        jsonschema.validate(report, REPORT)
        assert report["policy"]["name"] == "intake"
        assert report["policy"]["passed"] is met
        assert [result["rule"] for result in report["policy"]["results"]] == ["state", "training_allowed"]
        assert json.loads(line)["policy"] == report["policy"]
    without = json.loads(shell.run("verify", "good.png", "--format", "json").out)
    assert "policy" not in without
    jsonschema.validate(without, REPORT)


def test_many_files_are_counted(shell: Shell) -> None:
    done = shell.run("verify", "good.png", "reserved.png", "plain.png", "--policy", policy(shell, training_allowed=True))
    assert done.code == 1
    lines = done.out.splitlines()
    assert lines[0] == "valid                good.png"
    assert lines[1].startswith("valid                reserved.png: policy: Training of generative AI models is forbidden")
    assert lines[2].startswith("without credentials  plain.png: policy: ")
    assert "  valid                2" in lines


def test_the_standards_report_stays_itself_and_sentences_go_beside_it(shell: Shell) -> None:
    done = shell.run("verify", "reserved.png", "--format", "crjson", "--policy", policy(shell, training_allowed=["ai_training"]))
    assert done.code == 1
    assert done.sentence.startswith("credkit: Training of AI models is forbidden")
    assert "policy" not in json.loads(done.out)


def test_trust_lists_of_the_policy_count(shell: Shell) -> None:
    path = policy(shell, state="trusted", trust={"signers": ["signers.pem"]})
    done = shell.ok("verify", "good.png", "--policy", path)
    assert "Trust list: the lists of the policy." in done.out
    (shell.folder / "elsewhere").mkdir()
    (shell.folder / "policy.json").rename(shell.folder / "elsewhere" / "policy.json")
    assert "signers.pem cannot be read" in shell.refused(3, "verify", "good.png", "--policy", "elsewhere/policy.json")
    both = policy(shell, state="trusted", trust={"signers": []})
    assert "signers.pem and the lists of the policy" in shell.ok("verify", "good.png", "--policy", both, "--trust-list", "signers.pem").out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"rules": {"trainin_allowed": true}}', 'did you mean "training_allowed"?'),
        (b"not json", "JSON cannot be decoded"),
        (None, "cannot be read"),
    ],
)
def test_a_policy_that_cannot_be_used_is_no_verdict(shell: Shell, content: bytes | None, words: str) -> None:
    if content is not None:
        shell.write("policy.json", content)
    sentence = shell.refused(3, "verify", "good.png", "--policy", "policy.json")
    assert words in sentence
    assert "policy.json" in sentence


def test_what_files_say_cannot_steer_the_terminal(shell: Shell) -> None:
    from tests.acceptance.material import cawg

    shell.write("evil.png", signed(cawg(dc_creator=["\x1b[31mTest\nStudio\x07\u202e"])))
    done = shell.run("verify", "evil.png", "--policy", policy(shell, "\x1b[1mname", creator_named=["Somebody"]))
    assert done.code in (1, 3)
    assert "\x1b" not in done.out + done.err
    assert "\u202e" not in done.out
