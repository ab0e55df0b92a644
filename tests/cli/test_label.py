"""``credkit sign --label``, as people type it."""

from __future__ import annotations

import json

import pytest

from tests.cli.shell import Shell
from tests.forge import peer, tsa

CODE = "001191110000MA0000000000001"
SIGN = ("sign", "portrait.png", "--created", "trainedAlgorithmicMedia")
NAMED = ("--label-provider", "Test Studio", "--label-provider-code", CODE, "--label-system", "Painter/2.1")


def test_three_regimes_with_one_command(shell: Shell) -> None:
    with tsa.TsaServer() as server:
        told = shell.ok(*SIGN, "-o", "out.png", "--label", "cn,eu,ca", *NAMED, "--visible-label", "--timestamp", server.url).out
        shell.write("tsa.pem", server.tsa.root.pem)
    assert "AI生成 AI GENERATED" in told
    root = next(shell.configuration.rglob("root.pem"))
    table = shell.ok("lint", "out.png", "--trust-list", root, "--tsa-list", "tsa.pem").out
    assert "✗" not in table
    assert "Everything that a program can see is met; 3 marked ! are for you to look at." in table
    assert peer.read((shell.folder / "out.png").read_bytes(), "png").state == "Valid"


def test_the_note_about_a_label_of_somebody_else(shell: Shell) -> None:
    shell.inside.ok(*SIGN, "-o", "first.png", "--label", "cn", "--label-provider-code", "001OTHER")
    told = shell.inside.ok(
        *("sign", "first.png", "-o", "second.png", "--edited", "compositeWithTrainedAlgorithmicMedia"),
        *("--label", "cn", "--label-provider-code", CODE),
    ).out
    assert 'note: The picture carries the Chinese label of "001OTHER"; it was kept' in told
    found = json.loads(shell.inside.ok("lint", "second.png", "--regime", "cn", "--format", "json").out)
    assert found["ok"]
    shown = {finding["id"]: finding["found"] for finding in found["findings"]}
    assert shown["cn.producer"].startswith('ContentProducer is "001OTHER"')
    assert shown["cn.propagation"] == f'passed on by "{CODE}"'


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--label", "eu"), 1, "--timestamp URL"),
        (("--label", "kr"), 1, '"kr" is no regime'),
        (("--label", "cn"), 1, "--label-provider-code CODE"),
        (("--label", "cn", "--label-provider", "Test Studio"), 1, "printable ASCII without spaces"),
        (("--label", "ca", "--label-system", "Painter/2"), 1, "--label-provider NAME"),
        (("--label", "ca", "--label-provider", "Test Studio"), 1, "--label-system NAME/VERSION"),
        (("--label", "ca", "--label-provider", "x", "--label-system", "/"), 1, "NAME/VERSION"),
        (("--label-provider", "x"), 2, "--label-provider belongs to a label"),
        (("--visible-label", "cn"), 2, "--visible-label belongs to a label"),
        (("--label", "cn", "--label-provider-code", "x", "--label-corner", "top-left"), 2, "--visible-label"),
        (("--label", "cn", "--label-provider-code", "x", "--visible-label", "fr"), 2, "invalid choice"),
    ],
)
def test_refusals(shell: Shell, options: tuple[str, ...], code: int, words: str) -> None:
    assert words in shell.inside.refused(code, *SIGN, "-o", "out.png", *options)


def test_a_picture_that_ai_did_not_make(shell: Shell) -> None:
    line = ("sign", "portrait.png", "-o", "out.png", "--created", "digitalCapture", "--label", "cn", "--label-provider-code", "x")
    assert "nothing that is stated here was" in shell.inside.refused(1, *line)


def test_a_sidecar_cannot_carry_labels(shell: Shell) -> None:
    assert "--sidecar" in shell.inside.refused(2, *SIGN, "--sidecar", "--label", "cn", "--label-provider-code", "x")


def test_a_picture_too_small_for_words(shell: Shell) -> None:
    from tests.forge.pictures import picture

    shell.write("small.png", picture("png", 60, 40))
    line = ("sign", "small.png", "--in-place", "--created", "trainedAlgorithmicMedia", "--label", "cn", "--label-provider-code", "x")
    assert "too few for the visible label" in shell.inside.refused(3, *line, "--visible-label")
