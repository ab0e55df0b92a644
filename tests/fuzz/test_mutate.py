"""A short run of the mutation fuzzer, and that it would see what it looks for."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from credkit.codec import cbor
from credkit.verify import Report
from tests.binding.tables import box_signed
from tests.forge.boxes import Node
from tests.fuzz.again import signed_again
from tests.fuzz.der import is_der, mutated_der, read_der
from tests.fuzz.framing import frames, lying, resized
from tests.fuzz.held import Budget, examine
from tests.fuzz.items import RAW, SCALARS, encode, mutated_cbor, mutated_json
from tests.fuzz.mutants import KINDS, Mutant, mutant, mutate
from tests.fuzz.mutate import Table
from tests.fuzz.seeds import Seed, seed_named, seeds
from tests.fuzz.workers import Done, Run, run

GENEROUS = Budget(milliseconds=20_000, longest=20_000)
"""Against hangs only: how quick things are is measured by the command."""
CHUNKS = 12
EACH = 150
SEED = 20_261


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nothing_is_found(chunk: int) -> None:
    """The same mutants each time; ``python -m tests.fuzz.mutate --one`` makes one of them again."""
    found = []
    for number in range(chunk * EACH, (chunk + 1) * EACH):
        made = mutant(SEED, number)
        found += [(f"{SEED}:{number}", made.kind, made.seed.name, finding) for finding in examine(made, GENEROUS).findings]
    assert not found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_changes_files_and_is_repeatable(kind: str) -> None:
    seed = seed_named("forged jpg")
    first = [mutate(kind, seed, random.Random(number)) for number in range(12)]
    assert first == [mutate(kind, seed, random.Random(number)) for number in range(12)]
    assert any(made is not None and made[:2] != seed.made for made in first)


def test_names_of_seeds_are_unique_and_every_format_is_there() -> None:
    names = [seed.name for seed in seeds()]
    assert len(names) == len(set(names)) > 500
    accepted = {seed.family for seed in seeds()[:100] if seed.sound.state in ("Trusted", "Valid")}
    assert {
        "JPEG",
        "PNG",
        "WebP",
        "WAV",
        "AVI",
        "GIF",
        "TIFF",
        "SVG",
        "JPEG XL",
        "HEIF/AVIF/MP4",
        "SafeTensors",
        "PDF",
        "ZIP",
        "ONNX",
    } <= accepted


def _mutant(seed: Seed, data: bytes, *, keyless: bool = True) -> Mutant:
    return Mutant(number=1, kind="bytes", seed=seed, data=data, sidecar=None, keyless=keyless)


def test_a_changed_file_that_is_accepted_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = seed_named("forged jpg")
    sound = seed.sound
    monkeypatch.setattr(Seed, "judge", lambda *_: sound)
    spoiled = bytearray(seed.data)
    spoiled[-30] ^= 1
    findings = examine(_mutant(seed, bytes(spoiled)), GENEROUS).findings
    assert [finding.what for finding in findings] == ["accepted"]
    assert "not called unbound (hashed: content)" in findings[0].text


def test_a_report_that_says_more_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seed, other = seed_named("forged jpg"), seed_named("forged png")
    _ = seed.sound, other.sound
    monkeypatch.setattr(Seed, "judge", lambda *_: other.sound)
    findings = examine(_mutant(seed, seed.data + b"x"), GENEROUS).findings
    assert any("says more than the sound file" in finding.text for finding in findings)


def test_a_better_state_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = next(seed for seed in seeds() if seed.sound.state == "Invalid")
    better: Report = replace(seed.sound, state="Trusted")
    monkeypatch.setattr(Seed, "judge", lambda *_: better)
    findings = examine(_mutant(seed, seed.data + b"x"), GENEROUS).findings
    assert any("the sound file is Invalid, this one Trusted" in finding.text for finding in findings)


def test_exceptions_and_slowness_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    seed = seed_named("forged jpg")

    def fails(*_: object) -> Report:
        raise RuntimeError("a fault")

    monkeypatch.setattr(Seed, "judge", fails)
    assert "RuntimeError: a fault" in examine(_mutant(seed, seed.data), GENEROUS).findings[0].text
    monkeypatch.undo()
    findings = examine(_mutant(seed, seed.data), Budget(milliseconds=0, per_megabyte=0)).findings
    assert findings[0].what == "slow"


def test_processes_report_and_replace_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hang and one dies; the rest is examined all the same."""

    def one(_worker: object, number: int, _base: float) -> Done:
        if number == 3:
            raise SystemExit(9)
        if number in (4, 5):
            time.sleep(60)
        return Done(number, "bytes", "a", "JPEG", "refused", 1, 1)

    monkeypatch.setattr("tests.fuzz.workers._HANGS", 1.0)
    monkeypatch.setattr("tests.fuzz.workers._Worker.one", one)
    monkeypatch.setattr("tests.fuzz.workers.seeds", lambda: ())
    monkeypatch.setattr("tests.fuzz.workers._memory_of_the_verifier", lambda: 50.0)
    done = list(run(Run(seed=1, count=10, jobs=2)))
    assert {item.number for item in done} >= {3, 4, 5, 8, 9}
    assert {item.number for item in done if item.findings} == {3, 4, 5}
    table = Table()
    for item in done:
        table.count(item)
    assert table.total.findings == 3
    assert "JPEG" in str(table)


def test_lengths_are_made_right_again() -> None:
    """A film, a sound, a picture in chunks and one in segments; after a change of size the same walk comes to the end."""
    for name in ("mp4", "wav", "png", "jpeg"):
        data = seed_named(name).data
        assert len(frames(data)) > 2
        pick = random.Random(name)
        changed = [resized(pick, data) for _ in range(60)]
        whole = [item for item in changed if item and frames(item) and max(f.end for f in frames(item)) >= len(item) - 2]
        assert name in ("jpeg",) or len(whole) > 30
        assert len({lying(pick, data) for _ in range(20)} - {data}) > 10


def test_documents_are_changed_and_stay_bytes() -> None:
    pick = random.Random(1)
    sound = encode({"a": [1, {"b": b"\x01"}], "c": "d"})
    made = {mutated_cbor(pick, sound) for _ in range(300)}
    assert len(made) > 150
    assert all(isinstance(encode(value), bytes) for value in (*SCALARS, *RAW))
    assert len({mutated_json(pick, b'{"a":[1,2],"b":{"c":"d"}}') for _ in range(200)}) > 60


def test_certificates_are_taken_apart_and_put_together() -> None:
    from tests.forge import pki

    der = pki.default_pki("es256").chain[0]
    tree = read_der(der)
    assert is_der(der)
    assert tree is not None
    assert tree.encode() == der
    pick = random.Random(1)
    assert len({mutated_der(pick, der) for _ in range(100)}) > 80


@pytest.mark.parametrize("name", ["mp4", "boxes"])
def test_bindings_by_boxes_are_made_right_again(name: str) -> None:
    """A film, and a picture that is bound box by box: another title, signed by somebody else, and the file is as good as before."""
    seed = seed_named("mp4") if name == "mp4" else Seed("boxes", "PNG", lambda: box_signed(kind="png"))
    made = signed_again(random.Random(1), seed, _with_title)
    assert made is not None
    assert made[0] != seed.data
    report = seed.judge(*made)
    assert report.active is not None
    assert report.content_intact is True
    assert report.state == "Trusted"


def _with_title(_pick: random.Random, manifest: Node) -> None:
    """A longer claim, so that everything behind it moves."""
    claim = next(node for node in manifest.nodes if (node.label or "").startswith("c2pa.claim")).leaf()
    value = cbor.decode(claim.payload, where="claim")
    claim.payload = cbor.encode(value | {"dc:title": "another title " * 30})


_STUCK = """
import os, time
from tests.fuzz import workers

def one(*_):
    print(os.getpid(), flush=True)
    time.sleep(300)

workers.seeds, workers._memory_of_the_verifier, workers._Worker.one = tuple, lambda: 50.0, one
list(workers.run(workers.Run(seed=1, count=10, jobs=2)))
"""


def test_workers_end_with_the_process_that_began_them() -> None:
    """Also one that is in the middle of a mutant that never ends."""
    with subprocess.Popen([sys.executable, "-c", _STUCK], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        found = [int(parent.stdout.readline()) for _ in range(2)]
        assert all(map(_runs, found))
        parent.kill()
    for _ in range(600):
        if not any(map(_runs, found)):
            return
        time.sleep(0.1)
    raise AssertionError(f"still there: {found}")


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
