"""Models and data sets from the command line: the chain from pictures to model to picture, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit.cli.demo_pictures import model_file
from credkit.provenance.values import assertion_value
from tests.cli.shell import Shell
from tests.forge.pictures import picture


@pytest.fixture
def work(shell: Shell) -> Shell:
    """The studio with a folder of twelve pictures, a model and its base."""
    photos = shell.folder / "photos"
    photos.mkdir()
    for number in range(12):
        (photos / f"{number:02}.png").write_bytes(picture("png"))
    shell.write("model.safetensors", model_file())
    shell.write("base.safetensors", model_file()[:-1] + b"\0")
    return shell.inside


def sign_model(shell: Shell, *more: str, output: str = "signed.safetensors") -> str:
    line = ("sign", "model.safetensors", "-o", output, "--title", "AWPortrait 1.4", "--dataset", "My photographs=photos")
    return shell.ok(*line, "--training-licence", "LicenseRef-own-work", *more).out


def training(shell: Shell, name: str) -> dict[str, Any]:
    store = credkit.read_store(shell.folder / name)
    assert store.active is not None
    found = next(a for a in store.active.assertions if a.base_label == "org.credkit.training.metadata")
    return assertion_value(found)  # type: ignore[no-any-return]


def test_the_chain_as_processes(shell: Shell) -> None:
    photos = shell.folder / "photos"
    photos.mkdir()
    shutil.copy(shell.folder / "portrait.png", photos / "one.png")
    shutil.copy(shell.folder / "signed.png", photos / "two.png")
    shell.write("model.safetensors", model_file())
    out = shell.ok("dataset", "sign", "photos", "--title", "My photographs", "--creator", "My Studio").out
    assert "lists 2 files of photos" in out
    assert "1 of 2 files forbids AI training: two.png." in out
    assert "Files: 2 of 2 are as they were signed." in shell.ok("dataset", "verify", "photos", "--require", "trusted").out
    assert '"My photographs"' in sign_model(shell)
    shell.ok("sign", "portrait.png", "-o", "made.png", "--created", "trainedAlgorithmicMedia", "--model", "signed.safetensors")
    shell.ok("sign", "repainted.jpg", "-o", "again.jpg", "--parent", "made.png", "--edited", "compositeWithTrainedAlgorithmicMedia")
    for name, count in (("signed.safetensors", 2), ("made.png", 3), ("again.jpg", 4)):
        assert shell.ok("verify", "--require", "trusted", name).out.startswith(f"✓ TRUSTED  {name}")
        assert len(json.loads(shell.ok("verify", name, "--format", "json").out)["manifests"]) == count
    tree = shell.ok("inspect", "again.jpg").out
    assert 'AI model "AWPortrait 1.4"' in tree


def test_a_data_set_that_changed(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "-q")
    (work.folder / "photos" / "03.png").unlink()
    (work.folder / "photos" / "05.png").write_bytes(b"x")
    (work.folder / "photos" / "new.txt").write_bytes(b"x")
    done = work.run("dataset", "verify", "photos/dataset.c2pa")
    assert done.code == 1
    for line in ("Files: 10 of 12 are as they were signed.", "  missing: 1\n    03.png", "  changed: 1\n    05.png", "    new.txt"):
        assert line in done.out
    quiet = work.run("dataset", "verify", "photos", "-q")
    assert (quiet.code, quiet.out) == (1, "")
    found = json.loads(work.run("dataset", "verify", "photos", "--json").out)
    assert found["state"] == "Invalid"
    assert found["files"] == {"listed": 12, "missing": ["03.png"], "changed": ["05.png"], "extra": ["new.txt"]}
    assert found["report"]["state"] == "Invalid"


def test_exit_codes_of_dataset_verify(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "-q")
    assert work.run("dataset", "verify", "photos").code == 0
    assert work.run("dataset", "verify", "photos", "--no-own-trust", "--require", "trusted").code == 1
    assert work.run("dataset", "verify", "portrait.png").code == 2
    assert work.run("dataset", "verify", "signed.png").code == 1
    assert work.run("dataset", "verify", "nowhere.c2pa").code == 3
    assert work.run("dataset", "verify", "photos", "nowhere").code == 3
    assert work.run("dataset", "verify").code == 3


def test_dataset_sign_as_json_elsewhere_and_from_a_list(work: Shell) -> None:
    work.write("list.txt", b"00.png\r\n./01.png\n\n")
    said = json.loads(work.ok("dataset", "sign", "photos", "-o", "some.c2pa", "--files", "list.txt", "--json").out)
    assert (said["output"], said["items"], said["state"]) == ("some.c2pa", 2, "Valid")
    assert said["rights"]["lookedAt"] == 2
    assert "Files: 2 of 2" in work.ok("dataset", "verify", "some.c2pa", "photos").out
    assert "checked with: credkit dataset verify all.c2pa photos" in work.ok("dataset", "sign", "photos", "-o", "all.c2pa", "--no-look").out


def test_refusals_of_dataset_sign(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "-q")
    assert "exists already" in work.refused(1, "dataset", "sign", "photos")
    work.ok("dataset", "sign", "photos", "-q", "--force")
    assert "no folder" in work.refused(3, "dataset", "sign", "nowhere")
    work.write("list.txt", b"nowhere.png\n")
    assert "no file below" in work.refused(3, "dataset", "sign", "photos", "--files", "list.txt", "--force")
    sentence = work.refused(3, "dataset", "sign", "photos", "--files", "lst.txt", "--force")
    assert '"lst.txt" cannot be read' in sentence
    assert "@@" not in sentence
    assert "composit" in work.refused(1, "dataset", "sign", "photos", "--created", "composit", "--force")


def test_licences_belong_to_what_stands_before_them(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "-q")
    sign_model(
        work,
        *("--dataset", "Stock", "--training-licence", "CC-BY-4.0@https://example.com/licence"),
        *("--dataset", "More", "--training-licence", "Other:MIT", "--training-licence", "More:CC0-1.0"),
        *("--base-model", "Base@1.5=base.safetensors", "--base-licence", "MIT@https://example.com/mit", "--base-model", "Second"),
    )
    said = training(work, "signed.safetensors")
    sources = {s["dc:title"]: (s.get("credkit:licence"), s.get("credkit:licenceURL")) for s in said["credkit:trainingSources"]}
    assert sources == {
        "My photographs": ("LicenseRef-own-work", None),
        "Stock": ("CC-BY-4.0", "https://example.com/licence"),
        "More": ("CC0-1.0", None),
        "Other": ("MIT", None),
    }
    models = {m["credkit:name"]: (m.get("credkit:version"), m.get("credkit:licence")) for m in said["credkit:baseModels"]}
    assert models == {"Base": ("1.5", "MIT"), "Second": (None, None)}


def test_many_data_sets_from_a_file(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "-q")
    work.write(
        "training.toml", b'[[datasets]]\ntitle = "A"\npath = "photos"\nlicence = "MIT"\nevidence = "E"\n[[base_models]]\nname = "B"\n'
    )
    out = work.ok("sign", "model.safetensors", "-o", "signed.safetensors", "--datasets", "training.toml", "--model-role", "lora").out
    assert 'data set "A"' in out
    assert 'AI model "B"' in out
    assert "training source: A, licence MIT, evidence: E" in out


@pytest.mark.parametrize(
    ("code", "line", "said"),
    [
        (1, ("--base-licence", "MIT"), "--base-model"),
        (1, ("--training-licence", "MIT"), "TITLE:LICENCE"),
        (1, ("--training-licence", "MIT", "--dataset", "A"), "behind the data set"),
        (1, ("--dataset", "A", "--training-licence", "MITT"), 'the licence of "A" (--training-licence)'),
        (3, ("--dataset", "photos"), "credkit dataset sign photos"),
        (3, ("--dataset", "."), "credkit dataset sign ."),
        (3, ("--dataset", "phots.parquet"), 'there is no file "phots.parquet"'),
        (3, ("--base-model", "bse.safetensors"), 'there is no file "bse.safetensors"'),
        (1, ("--dataset", "A", "--training-licence", "MIT", "--training-licence", "MIT"), "told twice"),
        (1, ("--dataset", "A", "--training-licence", "MITT"), "no SPDX licence"),
        (1, ("--dataset", "=x"), "TITLE"),
        (3, ("--dataset", "A=photos"), "credkit dataset sign photos"),
        (3, ("--dataset", "A=nowhere.c2pa"), "nowhere.c2pa"),
        (3, ("--base-model", "A=nowhere.safetensors"), "cannot be hashed"),
        (3, ("--datasets", "nowhere.toml"), "cannot be read"),
        (2, ("--dataset", "A", "--model-role", "Lora"), "--model-role"),
        (1, ("--dataset", "A", "--prompt-privacy", "sealed"), "model file"),
    ],
)
def test_mistakes_are_told(work: Shell, code: int, line: tuple[str, ...], said: str) -> None:
    assert said in work.refused(code, "sign", "model.safetensors", "-o", "signed.safetensors", *line)


def test_a_data_set_by_its_folder_alone(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "--title", "My photographs", "-q")
    for place in ("photos", "photos/dataset.c2pa"):
        out = work.ok("sign", "model.safetensors", "-o", "signed.safetensors", "--force", "--dataset", place).out
        assert 'from: data set "My photographs"' in out
    work.ok("sign", "model.safetensors", "-o", "signed.safetensors", "--force", "--dataset", "x" * 5000, "-q")


def test_a_misspelt_model_is_no_name(work: Shell) -> None:
    line = ("sign", "portrait.png", "-o", "made.png", "--created", "trainedAlgorithmicMedia", "--model")
    assert "check the name" in work.refused(3, *line, "modl.safetensors")
    assert not (work.folder / "made.png").exists()


def test_mistakes_in_the_list_name_the_entry(work: Shell) -> None:
    work.write("training.toml", b'[[datasets]]\ntitle = "A"\n[[datasets]]\ntitle = "B"\nlicence = "MITT"\n')
    sentence = work.refused(1, "sign", "model.safetensors", "-o", "signed.safetensors", "--datasets", "training.toml")
    assert '/datasets/1: "B": "MITT" is no SPDX licence' in sentence


def test_a_model_that_was_changed_after_signing_is_told_wherever_it_went(work: Shell) -> None:
    work.ok("sign", "model.safetensors", "-o", "signed.safetensors", "--title", "Mine", "--licence", "MIT", "--dataset", "A", "-q")
    data = (work.folder / "signed.safetensors").read_bytes()
    work.write("changed.safetensors", data[:-1] + bytes([data[-1] ^ 1]))
    line = ("sign", "portrait.png", "-o", "made.png", "--created", "trainedAlgorithmicMedia", "--model", "changed.safetensors")
    assert '"Mine" does not pass verification' in work.ok(*line).out
    recorded = 'When AI model "Mine" was taken in, it was recorded: The content of the file was changed after it was signed'
    for command in (("verify", "made.png"), ("inspect", "made.png")):
        assert recorded in " ".join(work.ok(*command).out.replace("│", " ").split())
    licences = " ".join(work.ok("inspect", "made.png", "--licences").out.split())
    assert "VOID because the file that was taken in was no longer what was signed, as was recorded then" in licences


def test_what_cannot_have_gone_into_a_model(work: Shell) -> None:
    sign = ("sign", "model.safetensors", "-o", "signed.safetensors")
    work.write("copy.safetensors", (work.folder / "model.safetensors").read_bytes())
    assert "the very file that is signed" in work.refused(1, *sign, "--base-model", "Base=copy.safetensors")
    assert "is a PNG file, and no model" in work.refused(3, *sign, "--base-model", "Base=portrait.png")
    assert not (work.folder / "signed.safetensors").exists()
    work.ok(*sign, "--dataset", "A", "-q")
    again = ("sign", "signed.safetensors", "-o", "again.safetensors", "--dataset", "B")
    assert "(--drop-history)" in work.refused(1, *again)
    work.ok(*again, "--edited", "trainedAlgorithmicData", "-q")


def test_what_is_only_claimed_or_was_not_compared_is_told(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "--title", "Mine", "-q")
    out = work.ok("sign", "model.safetensors", "-o", "signed.safetensors", "--dataset", "Stock", "--dataset", "photos").out
    assert 'from: data set "Stock", only named, without credentials or a measured hash' in out
    assert 'The files that "Mine" lists were not compared with it ("credkit dataset verify" does that).' in out
    assert "no manifest of a data set" in work.run("dataset", "verify", "signed.safetensors").out


def test_what_a_header_says_reaches_the_licences(work: Shell) -> None:
    header = {
        "__metadata__": {
            "modelspec.license": "CC-BY-NC-4.0",
            "ss_sd_model_name": "v1-5.safetensors",
            "ss_new_sd_model_hash": "6c" * 32,
        },
        "weight": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
    }
    data = json.dumps(header).encode("ascii")
    work.write("lora.safetensors", len(data).to_bytes(8, "little") + data + bytes(4))
    work.ok("sign", "lora.safetensors", "-o", "signed.safetensors", "--lift", "--title", "Mine", "-q")
    work.ok("sign", "portrait.png", "-o", "made.png", "--created", "trainedAlgorithmicMedia", "--model", "signed.safetensors", "-q")
    for name in ("signed.safetensors", "made.png"):
        licences = " ".join(work.ok("inspect", name, "--licences").out.split())
        assert "(the header, as recorded in org.credkit.model)" in licences
        assert "commercial use NO" in licences
    assert f"sha256 {'6c' * 32}, which nobody measured" in " ".join(
        work.ok("inspect", "made.png", "--details").out.replace("│", " ").split()
    )


def test_pictures_are_not_trained(work: Shell) -> None:
    sentence = work.refused(1, "sign", "portrait.png", "-o", "x.png", "--created", "digitalCapture", "--dataset", "A")
    assert "--model model.safetensors" in sentence


def test_files_without_a_place_for_credentials(work: Shell) -> None:
    work.write("model.gguf", b"GGUF" + bytes(100))
    sentence = work.refused(3, "sign", "model.gguf", "-o", "signed.gguf", "--dataset", "A")
    assert "SafeTensors" in sentence
    assert "--sidecar" in sentence
    work.ok("sign", "model.gguf", "--sidecar", "--dataset", "A", "-q")
    assert work.run("verify", "model.gguf").code == 0


def test_the_history_of_a_model_may_stay_out(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "-q")
    sign_model(work)
    line = ("sign", "portrait.png", "-o", "made.png", "--created", "trainedAlgorithmicMedia", "--model", "Mine@2=signed.safetensors")
    work.ok(*line, "--no-model-history")
    assert len(json.loads(work.ok("verify", "made.png", "--format", "json").out)["manifests"]) == 1
    assert 'AI model "Mine 2"' in work.ok("inspect", "made.png").out


def test_everything_stays_whole_when_signing_a_model_fails(work: Shell) -> None:
    work.ok("dataset", "sign", "photos", "-q")
    before = Path(work.folder / "model.safetensors").read_bytes()
    work.refused(1, "sign", "model.safetensors", "--in-place", "--dataset", "A", "--created", "nonsense")
    work.ok("sign", "model.safetensors", "--in-place", "--dataset", "A=photos", "-q")
    after = (work.folder / "model.safetensors").read_bytes()
    assert after != before
    assert after.endswith(bytes(range(256)))
