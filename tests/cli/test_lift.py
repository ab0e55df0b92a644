"""``credkit sign --lift`` and ``--prompt-privacy`` as a newcomer types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import credkit
from tests.cli.shell import Shell
from tests.forge import peer
from tests.forge.generated import NEGATIVE, PROMPT, SEED, TOOLS, a1111_text, sample
from tests.forge.pictures import picture
from tests.sealing.leaks import leaks


@pytest.fixture
def studio(shell: Shell) -> Shell:
    """A shell with one picture of each tool."""
    for tool, kind in TOOLS:
        shell.write(f"{tool}.{kind}", sample(tool, kind).data)
    return shell.inside


@pytest.mark.parametrize(("tool", "kind"), TOOLS)
def test_one_command_signs_what_the_tool_wrote(tool: str, kind: str, studio: Shell) -> None:
    done = studio.ok("sign", f"{tool}.{kind}", "-o", f"out.{kind}", "--lift")
    assert "created by an AI model" in done.out
    assert 'input "seed": 965123777' in done.out
    told = studio.ok("verify", f"out.{kind}").out
    assert "lighthouse keeper" in told
    assert peer.read((studio.folder / f"out.{kind}").read_bytes(), kind).state == "Valid"


@pytest.mark.parametrize(
    "option", [("--prompt", "sealed"), ("--prompt-privacy", "sealed"), ("--prompt", "sealed", "--prompt-privacy", "sealed")]
)
def test_sealed_in_either_spelling(option: tuple[str, ...], studio: Shell) -> None:
    done = studio.ok("sign", "a1111.png", "-o", "out.png", "--lift", *option)
    assert "openings: " in done.out
    assert "keep this file" in done.out
    assert leaks((studio.folder / "out.png").read_bytes(), PROMPT, NEGATIVE, SEED) == []
    for form in ("tree", "story", "html", "json"):
        shown = studio.ok("inspect", "out.png", "--format", form).out
        assert "lighthouse" not in shown
        assert SEED not in shown
        assert "withheld" in shown
    assert "prompt: withheld (committed)" in studio.ok("verify", "out.png").out


def test_omitted(studio: Shell) -> None:
    done = studio.ok("sign", "comfyui.png", "-o", "out.png", "--lift", "--prompt", "omit")
    assert "openings" not in done.out
    assert leaks((studio.folder / "out.png").read_bytes(), PROMPT, NEGATIVE, SEED) == []
    assert "withheld" not in studio.ok("verify", "out.png").out


def test_a_prompt_that_is_one_of_the_words(studio: Shell) -> None:
    studio.ok("sign", "portrait.png", "-o", "out.png", "--created", "trainedAlgorithmicMedia", "--prompt-text", "sealed")
    assert 'input "prompt": sealed' in studio.ok("inspect", "out.png").out
    studio.write("word.txt", b"omit\n")
    studio.ok("sign", "portrait.png", "-f", "-o", "out.png", "--created", "trainedAlgorithmicMedia", "--prompt", "@word.txt")
    assert 'input "prompt": omit' in studio.ok("inspect", "out.png").out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--prompt", "sealed", "--prompt-privacy", "omit"), "contradict each other"),
        (("--prompt", "sealed", "--prompt-privacy", "public"), "contradict each other"),
        (("--prompt", "a cat", "--prompt-text", "a dog"), "given twice"),
        (("--keep-raw",), "add --lift"),
        (("--model-dir", "."), "add --lift"),
        (("--lift", "--keep-raw", "--prompt", "omit"), "say one of the two"),
        (("--openings", "o.json"), "add --prompt-privacy sealed"),
        (("--openings", "o.json", "--prompt", "omit"), "add --prompt-privacy sealed"),
        (("--prompt-privacy", "secret"), "invalid choice"),
    ],
)
def test_contradictory_flags_are_a_wrong_command_line(options: tuple[str, ...], words: str, studio: Shell) -> None:
    assert words in studio.refused(2, "sign", "a1111.png", "-o", "out.png", "--created", "trainedAlgorithmicMedia", *options)


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        (1, ("sign", "portrait.png", "-o", "out.png", "--lift"), "no text of a generation tool was found"),
        (3, ("sign", "a1111.png", "-o", "out.png", "--lift", "--model-dir", "nowhere"), "nowhere"),
        (3, ("sign", "a1111.png", "-o", "out.png", "--lift", "--model", "M=nowhere.safetensors"), "nowhere.safetensors"),
        (1, ("sign", "a1111.png", "--sidecar", "--lift", "--prompt", "sealed"), "sign into the file"),
        (1, ("sign", "a1111.png", "-o", "out.png", "--lift", "--prompt", "omit", "--title", f"seed {SEED}"), "would publish the seed"),
        (1, ("sign", "a1111.png", "-o", "out.png", "--lift", "--prompt", "sealed", "--openings", "a1111.jpg"), "never overwritten"),
    ],
)
def test_refusals_are_one_sentence(code: int, line: tuple[str, ...], words: str, studio: Shell) -> None:
    assert words in studio.refused(code, *line)


def test_models_are_found_and_measured(studio: Shell) -> None:
    header = json.dumps({"w": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).encode()
    (studio.folder / "models").mkdir()
    studio.write("models/awportrait_v14.safetensors", len(header).to_bytes(8, "little") + header + b"wxyz")
    studio.ok("sign", "a1111.png", "-o", "out.png", "--lift", "--model-dir", "models")
    told = " ".join(studio.ok("inspect", "out.png").out.replace("│", " ").split())
    assert 'measured of "awportrait_v14.safetensors"' in told
    assert "AutoV2 45dee52b00 claimed by a text and contradicted by the measurement" in told


def test_raw_texts_are_kept_on_request(studio: Shell) -> None:
    studio.ok("sign", "a1111.png", "-o", "out.png", "--lift", "--keep-raw")
    store = (studio.folder / "out.png").read_bytes()
    assert store.count(a1111_text().encode()) == 1
    assert credkit.verify_file(studio.folder / "out.png").state == "Valid"


def test_the_result_as_json(studio: Shell) -> None:
    place = studio.folder / "o.json"
    done = studio.ok("sign", "a1111.png", "-o", "out.png", "--lift", "--prompt", "sealed", "--openings", place, "--json")
    assert json.loads(done.out)["openings"] == str(place)
    assert json.loads(place.read_text())["asset"] == "out.png"


def test_signing_in_place_keeps_what_it_clears(studio: Shell, tmp_path: Path) -> None:
    studio.ok("sign", "comfyui.png", "--in-place", "--lift", "--prompt", "sealed")
    told = studio.ok("reveal", "comfyui.png", "--all").out
    assert "document/ComfyUI workflow:" in told
    assert '"widgets_values"' in told


def test_pictures_without_any_of_this_stay_as_they_were(studio: Shell) -> None:
    studio.write("plain.jpg", picture("jpg"))
    studio.ok("sign", "plain.jpg", "-o", "out.jpg", "--created", "digitalCapture", "--prompt-privacy", "public")
    assert "withheld" not in studio.ok("verify", "out.jpg").out
