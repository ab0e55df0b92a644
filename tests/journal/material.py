"""Journals for tests: made once, copied for each test that spoils one."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from credkit.api import Statements, sign_file
from credkit.journal.checkpoints import write_checkpoint
from credkit.journal.entries import Area, Made, Note, Selection
from credkit.journal.gathering import candidate_of, described, used_file_of
from credkit.journal.writing import append
from credkit.manifest.assertions import Generation, GenerationModel
from tests.forge import pki
from tests.forge.pictures import picture, repainted

GENERATION = Generation(
    tool="ComfyUI",
    tool_version="0.3.60",
    mode="text-to-image",
    settings={"steps": 28, "cfg": 6.5, "sampler": "dpmpp_2m", "tiled": False},
    models=(GenerationModel("awportrait_v14", claimed={"autov2": "45dee52b00"}), GenerationModel("grain", role="lora", weight=0.6)),
)


def made(folder: Path) -> Made:
    """A generation with a kept and a discarded picture, a mask and an area."""
    return described(
        GENERATION,
        prompt="a fisherman, soft light\nsecond line",
        negative_prompt="blurry",
        seed="965003",
        used=(used_file_of(folder / "mask.png", "mask"),),
        areas=(Area(x=25, y=10, width=50, height=30, unit="percent"),),
        candidates=(candidate_of(folder / "kept.png", kept=True), candidate_of(folder / "gone.jpg", kept=False)),
        note="the light is softer",
    )


@cache
def _studio() -> Path:
    folder = Path(mkdtemp(prefix="credkit-test-"))
    (folder / "kept.png").write_bytes(picture("png"))
    (folder / "gone.jpg").write_bytes(repainted("jpg"))
    (folder / "mask.png").write_bytes(picture("png", 32, 32))
    journal = folder / "journal.jsonl"
    append(journal, made(folder), Note(text='first words, "c2pa:checkpoint" among them'))
    write_checkpoint(journal, pki.signer())
    append(
        journal,
        Note(text="more"),
        Selection(candidates=(replace(candidate_of(folder / "gone.jpg", kept=True), preview=None),), note="after all"),
    )
    write_checkpoint(journal, pki.signer())
    append(journal, Note(text="this one"))
    statements = Statements(created="trainedAlgorithmicMedia", title="Fisherman")
    sign_file(folder / "kept.png", folder / "signed.png", statements, signer=pki.signer(), journal=journal)
    append(journal, Note(text="last words"))
    return folder


def studio(target: Path) -> Path:
    """A folder with pictures and a journal of 11 lines, checkpoints in lines 4 and 7, in which the file ``signed.png`` was signed."""
    return Path(shutil.copytree(_studio(), target))


def lines(journal: Path) -> list[bytes]:
    """The lines with their line breaks."""
    return journal.read_bytes().splitlines(keepends=True)


def forged(lines: list[bytes], start: int) -> list[bytes]:
    """The lines with every entry from ``start`` on chained anew, as somebody would who covers his tracks."""
    result = lines[:start]
    for line in lines[start:]:
        entry = json.loads(line)
        if "c2pa:checkpoint" in entry:
            result.append(line)
            continue
        entry["previous"] = hashlib.sha256(result[-1]).hexdigest()
        result.append(json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return result
