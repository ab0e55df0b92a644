"""``credkit journal`` as people run it."""

from __future__ import annotations

import hashlib
import json
import stat
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from tests.cli.shell import Done, Shell
from tests.forge.tsa import TsaServer

INFOTEXT = """a fisherman, soft light
Negative prompt: blurry
Steps: 28, Sampler: DPM++ 2M, CFG scale: 6.5, Seed: {seed}, Size: 64x64, Model hash: 45dee52b00, Model: awportrait_v14"""


def generated(folder: Path, name: str, seed: int) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", INFOTEXT.format(seed=seed))
    Image.new("RGB", (64, 64), (seed % 255, 80, 90)).save(folder / name, pnginfo=info)


class Desk(Shell):
    """A shell with a data folder."""

    data: Path

    def environment(self, **extra: str | None) -> dict[str, str]:
        return super().environment(**{"XDG_DATA_HOME": str(self.data)} | extra)

    @property
    def journal(self) -> Path:
        return self.data / "credkit" / "journal.jsonl"

    def inside_ok(self, *line: str) -> Done:
        """As ``ok``, without a process of its own."""
        return self.inside.ok(*line, XDG_DATA_HOME=str(self.data))

    def inside_refused(self, code: int, *line: str) -> str:
        """As ``refused``, likewise."""
        return self.inside.refused(code, *line, XDG_DATA_HOME=str(self.data))

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal.read_bytes().splitlines()]


@pytest.fixture
def desk(shell: Shell, tmp_path: Path) -> Desk:
    """A folder with generated pictures and a data folder of its own."""
    for number in (1, 2, 3):
        generated(shell.folder, f"try-{number}.png", 100 + number)
    desk = Desk(shell.folder, shell.configuration)
    desk.data = tmp_path / "data"
    return desk


def test_from_the_first_try_to_the_court(desk: Desk) -> None:
    """The story of the help, in processes of their own."""
    said = desk.ok("journal", "add", "--kept", "try-3.png", "--discarded", "try-1.png", "try-2.png", "--note", "the third is softer").out
    assert "Entry 1 is in" in said
    assert "1 kept, 2 discarded, with what the pictures tell" in said
    desk.ok("journal", "note", "I crop before I repaint.")
    with TsaServer() as tsa:
        made = desk.ok("journal", "checkpoint", "--timestamp", tsa.url).out
        assert "is a checkpoint over" in made
        assert "time-stamp: " in made
        desk.write("tsa.pem", tsa.tsa.root.der)
    desk.ok("sign", "try-3.png", "-o", "signed3.png", "--lift", "--journal", "default")
    story = desk.ok("journal", "verify", "--files", ".", "--picture", "signed3.png").out
    assert "as it was written, under 1 signed checkpoint" in story
    assert 'checkpoint signed by "My Studio", with a time-stamp of' in story
    assert "signed3.png and the journal name each other" in story
    root = next(desk.configuration.rglob("root.pem"))
    report = json.loads(desk.ok("journal", "verify", "--format", "json", "--trust-list", root, "--tsa-list", "tsa.pem").out)
    assert report["intact"]
    assert report["checkpoints"][0]["trusted"]
    assert report["checkpoints"][0]["time_stamp"]
    assert "exported.html shows the journal" in desk.ok("journal", "export", "-o", "exported.html").out
    assert stat.S_IMODE((desk.folder / "exported.html").stat().st_mode) == 0o600
    assert "a fisherman, soft light" in (desk.folder / "exported.html").read_text("utf-8")
    table = desk.ok("journal", "show").out
    assert [word for word in ("opening", "generation", "note", "checkpoint", "final", "outcome") if word not in table] == []


def test_what_an_entry_holds(desk: Desk) -> None:
    desk.write("prompt.txt", b"my own words\n")
    desk.inside_ok(
        *("journal", "add", "try-1.png", "try-2.png", "--kept", "try-3.png", "--mask", "portrait.png", "--mask", "25%,10%,50%,30%"),
        *("--input", "signed.png", "--prompt", "@prompt.txt", "--software", "ComfyUI/0.3.60", "--setting", "steps=30", "--note", "why"),
    )
    entry = desk.entries()[1]
    assert entry["prompt"] == "my own words"
    assert entry["negative_prompt"] == "blurry"
    assert entry["seed"] == "103"
    assert entry["generation"]["tool"] == {"name": "ComfyUI", "version": "0.3.60"}
    assert entry["generation"]["settings"]["steps"] == "30"
    assert entry["generation"]["models"][0]["claimed"] == {"autov2": "45dee52b00"}
    assert [(c["name"], c.get("kept"), c.get("seed")) for c in entry["candidates"]] == [
        ("try-3.png", True, None),
        ("try-1.png", None, "101"),
        ("try-2.png", None, "102"),
    ]
    assert all(c["preview"]["width"] == 64 and c["width"] == 64 for c in entry["candidates"])
    assert [(u["role"], u["name"]) for u in entry["used"]] == [("mask", "portrait.png"), ("initial-image", "signed.png")]
    assert entry["areas"] == [{"x": 25, "y": 10, "width": 50, "height": 30, "unit": "percent"}]
    desk.inside_ok("journal", "select", "--discarded", "try-1.png", "--kept", "try-2.png", "--note", "hands")
    chosen = desk.entries()[2]
    assert [(c["name"], c["kept"], "preview" in c) for c in chosen["candidates"]] == [
        ("try-2.png", True, False),
        ("try-1.png", False, False),
    ]


def test_models_are_measured(desk: Desk) -> None:
    """A claim stays a claim beside the hash of the file, and what was compared is told and kept."""
    content = b"weights" * 1000
    (desk.folder / "models").mkdir()
    desk.write("models/awportrait_v14.ckpt", content)
    desk.write("grain.ckpt", b"grain")
    claimed = "45dee52b00"
    assert not hashlib.sha256(content).hexdigest().startswith(claimed)
    told = desk.inside_ok("journal", "add", "try-1.png", "--model-dir", "models").out
    assert "awportrait_v14" in told.partition("note: ")[2]
    desk.inside_ok("journal", "add", "try-2.png", "--model", "Portrait@2=grain.ckpt")
    (portrait,), (named,) = (entry["generation"]["models"] for entry in desk.entries()[1:])
    assert portrait["claimed"] == {"autov2": claimed}
    assert portrait["measured"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert (named["name"], named["version"], named["claimed"], named["measured"]["size"]) == ("Portrait", "2", {"autov2": claimed}, 5)
    assert any("awportrait_v14" in remark for remark in desk.entries()[1]["remarks"])
    desk.inside_ok("journal", "export", "-o", "models.html")
    page = (desk.folder / "models.html").read_text("utf-8")
    assert portrait["measured"]["sha256"] in page
    assert claimed in page
    assert "cannot be hashed" in desk.inside_refused(3, "journal", "add", "try-1.png", "--model", "x=nowhere.ckpt")
    assert "cannot be sought" in desk.inside_refused(3, "journal", "add", "try-1.png", "--model-dir", "nowhere")


def test_another_journal(desk: Desk) -> None:
    desk.inside_ok("journal", "note", "one", "--journal", "mine.jsonl")
    assert not desk.journal.exists()
    desk.inside_ok("sign", "portrait.png", "-o", "x.png", "--created", "trainedAlgorithmicMedia", "--journal", "mine.jsonl")
    desk.inside_ok("journal", "checkpoint", "--journal", "mine.jsonl")
    assert "TRUSTED" in desk.inside_ok("verify", "mine.jsonl").out
    assert "name each other" in desk.inside_ok("journal", "verify", "--journal", "mine.jsonl", "--picture", "x.png").out


def test_each_fault_in_one_sentence(desk: Desk) -> None:
    for text in ("one", "two", "three"):
        desk.inside_ok("journal", "note", text)
    desk.journal.write_bytes(desk.journal.read_bytes().replace(b'"two"', b'"owt"'))
    done = desk.inside.run("journal", "verify", XDG_DATA_HOME=str(desk.data))
    assert (done.code, done.err) == (1, "")
    assert "fault: Line 3 (entry 2): it is not the line that line 4 was written behind: it was changed, or" in done.out
    report = desk.inside.run("journal", "verify", "--format", "json", XDG_DATA_HOME=str(desk.data))
    assert report.code == 1
    value = json.loads(report.out)
    assert not value["intact"]
    assert (value["faults"][0]["kind"], value["faults"][0]["line"], value["faults"][0]["sequence"]) == ("edited", 3, 2)
    assert "1 faults" in desk.inside_ok("journal", "show").out
    assert "nothing is appended" in desk.inside_refused(1, "journal", "note", "four")
    assert "altered" in desk.inside_refused(1, "journal", "checkpoint")
    assert "altered" in desk.inside_refused(
        1, "sign", "portrait.png", "-o", "x.png", "--created", "trainedAlgorithmicMedia", "--journal", "default"
    )


def test_a_picture_of_another_journal(desk: Desk) -> None:
    desk.inside_ok("journal", "note", "one")
    done = desk.inside.run("journal", "verify", "--picture", "signed.png", XDG_DATA_HOME=str(desk.data))
    assert done.code == 1
    assert '"signed.png" refers to no journal' in done.out


@pytest.mark.parametrize(
    ("code", "line", "words"),
    [
        (2, ("add",), "nothing to write down"),
        (2, ("add", "--kept", "try-1.png", "--discarded", "try-1.png"), "named twice"),
        (2, ("add", "try-1.png", "--kept", "try-1.png"), "named twice"),
        (3, ("add", "nowhere.png"), "does not exist"),
        (1, ("add", "try-1.png", "--setting", "steps"), "NAME=VALUE"),
        (3, ("add", "try-1.png", "--mask", "nowhere.png"), "does not exist"),
        (3, ("add", "try-1.png", "--prompt", "@nowhere.txt"), "cannot be read"),
        (2, ("select",), "say what you decided"),
        (3, ("select", "--kept", "try-1.png"), "there is no journal"),
        (2, ("note", "  "), "empty"),
        (3, ("checkpoint",), "there is no journal"),
        (3, ("verify",), "there is no journal"),
        (3, ("show",), "there is no journal"),
        (3, ("export", "-o", "x.html"), "there is no journal"),
        (1, ("export", "-o", "portrait.png"), "exists already"),
        (1, ("note", "one", "--journal", "nowhere/j.jsonl"), "cannot be opened"),
        (1, ("note", "one", "--journal", "portrait.png"), "is no journal"),
    ],
)
def test_refusals(desk: Desk, code: int, line: tuple[str, ...], words: str) -> None:
    assert words in desk.inside_refused(code, "journal", *line)
    assert not desk.journal.exists()


def test_files_that_are_no_pictures_are_entered_without_preview(desk: Desk) -> None:
    desk.write("broken.png", b"\x89PNG\r\n\x1a\nrubbish")
    desk.write("notes.xyz", b"some bytes")
    desk.inside_ok("journal", "add", "broken.png", "notes.xyz")
    assert ["preview" in item for item in desk.entries()[1]["candidates"]] == [False, False]


HOSTILE = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\x1b]0;owned\x07\x1b[2J\u202e\u2066\u0085\u2028\r\b\ud83d"


def test_scripts_and_control_characters_reach_neither_screen_nor_page(desk: Desk) -> None:
    """Names of files and words of others, through ``show``, ``verify`` and ``export``."""
    from credkit.journal.entries import Area, Candidate, Made, Note
    from credkit.journal.writing import append

    text = HOSTILE.encode("utf-8", "replace").decode()
    models = [{"role": text, "name": text, "weight": text, "claimed": {text: text}}]
    generation = {"tool": {"name": text, "version": text}, "mode": text, "settings": {text: text}, "models": models}
    candidate = Candidate(name=text, sha256="0" * 64, size=1, seed=text, media_type=text)
    path = desk.folder / "mine.jsonl"
    area = Area(x=1, y=2, width=3, height=4, unit="percent")
    append(path, Made(prompt=text, seed=text, generation=generation, areas=(area,), candidates=(candidate,), note=text), Note(text=text))
    shown = desk.inside_ok("journal", "show", "--journal", "mine.jsonl").out
    assert "script" in shown
    judged = desk.inside.run("journal", "verify", "--journal", "mine.jsonl", "--files", ".", XDG_DATA_HOME=str(desk.data))
    desk.inside_ok("journal", "export", "--journal", "mine.jsonl", "-o", "mine.html")
    page = (desk.folder / "mine.html").read_text("utf-8")
    for words in (shown, judged.out, judged.err, page):
        steering = {hex(ord(letter)) for letter in words if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - {"0xa"}
        assert not steering
    for element in ("<script", "<img src=x", "</style><"):
        assert element not in page
