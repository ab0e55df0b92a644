"""What an exporter decides once holds for every picture, and its settings file says what it means."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from credkit import DefinitionError, Statements
from credkit.api.export_options import ExportOptions
from credkit.api.export_settings import read_settings
from credkit.api.exporter import Exporter
from credkit.api.lifted import Lift
from credkit.errors import CredentialError, CredkitError
from credkit.lifting.lifted import Lifted
from credkit.manifest.assertions import Generation, TrainingMining, Use
from credkit.resources import read_schema
from tests.forge import peer, pki
from tests.forge.pictures import picture

INFOTEXT = "a lighthouse\nNegative prompt: fog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 8471120593, Size: 64x64, Model: demo"


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("CREDKIT_PASSPHRASE", "CREDKIT_PASSPHRASE_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def exporter() -> Exporter:
    return Exporter(signer=pki.signer())


def generated() -> bytes:
    info = PngInfo()
    info.add_text("parameters", INFOTEXT)
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def actions(raw: dict[str, Any]) -> list[str]:
    manifest = raw["manifests"][raw["active_manifest"]]
    return [a["action"] for found in manifest["assertions"] if found["label"].startswith("c2pa.actions") for a in found["data"]["actions"]]


# Signing


def test_what_a_tool_left_in_the_picture_is_stated(exporter: Exporter, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(generated())
    result = exporter.sign(tmp_path / "a.png", tmp_path / "b.png")
    found = peer.read((tmp_path / "b.png").read_bytes(), "png", anchors=pki.root_pem())
    assert (found.state, result.report.state) == ("Trusted", "Valid")
    assert actions(found.raw) == ["c2pa.created"]
    assert "org.credkit.generation" in json.dumps(found.raw)
    assert found.raw["manifests"][found.raw["active_manifest"]]["title"] == "b.png"


def test_without_lifting_it_must_be_said_how_a_picture_began(exporter: Exporter) -> None:
    silent = exporter.with_options(lift=False)
    with pytest.raises(DefinitionError, match="say how it was made"):
        silent.sign(generated(), io.BytesIO())
    with pytest.raises(DefinitionError, match="how it began"):
        exporter.sign(picture("png"), io.BytesIO())
    assert silent.sign(generated(), io.BytesIO(), statements=Statements(created="digitalCreation")).report.state == "Valid"


def test_a_picture_without_texts_is_nothing_to_tell_of(exporter: Exporter) -> None:
    result = exporter.sign(picture("png"), io.BytesIO(), statements=Statements(created="digitalCapture"))
    assert result.notes == ()


def test_each_picture_takes_the_statement_that_is_true_of_it(exporter: Exporter, tmp_path: Path) -> None:
    both = exporter.with_options(statements=Statements(created="digitalCapture", edited="humanEdits"))
    both.sign(picture("jpg"), tmp_path / "a.jpg")
    both.sign(picture("jpg"), tmp_path / "b.jpg", parent=tmp_path / "a.jpg")
    both.sign(tmp_path / "a.jpg", tmp_path / "c.jpg")
    found = [actions(peer.read((tmp_path / name).read_bytes(), "jpg").raw) for name in ("a.jpg", "b.jpg", "c.jpg")]
    assert found == [["c2pa.created"], ["c2pa.opened", "c2pa.edited"], ["c2pa.opened", "c2pa.edited"]]
    only = exporter.with_options(statements=Statements(created="digitalCapture"))
    with pytest.raises(DefinitionError, match='comes from "a.jpg" with Content Credentials'):
        only.sign(tmp_path / "a.jpg", tmp_path / "d.jpg")
    assert not (tmp_path / "d.jpg").exists()
    assert only.for_models().sign(tmp_path / "a.jpg", tmp_path / "d.jpg").report.state == "Valid"


def test_what_a_program_hands_over_is_stated(exporter: Exporter, tmp_path: Path) -> None:
    made = Lifted(
        format="call",
        place="the call of a test",
        generation=Generation(tool="tester", settings={"steps": 3}),
        prompt="a harbour",
        seed="12",
        source_type="trainedAlgorithmicMedia",
    )
    exporter.with_options(lift=False).sign(picture("png"), tmp_path / "a.png", lifted=made)
    text = json.dumps(peer.read((tmp_path / "a.png").read_bytes(), "png", anchors=pki.root_pem()).raw)
    assert "tester" in text
    assert "trainedAlgorithmicMedia" in text


def test_openings_are_kept_one_file_for_each_picture(exporter: Exporter, tmp_path: Path) -> None:
    sealing = exporter.with_options(prompt="sealed", openings=tmp_path / "openings")
    for name in ("a.png", "b.png"):
        (tmp_path / f"raw {name}").write_bytes(generated())
        result = sealing.sign(tmp_path / f"raw {name}", tmp_path / name)
        data = (tmp_path / name).read_bytes()
        assert b"lighthouse" not in data
        assert b"8471120593" not in data
        assert peer.read(data, "png", anchors=pki.root_pem()).state == "Trusted"
        assert result.openings is not None
        assert "lighthouse" not in str(exporter)
    kept = sorted(path.name for path in (tmp_path / "openings").iterdir())
    assert [name.split(".")[0] for name in kept] == ["a", "b"]
    if sys.platform != "win32":
        assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "openings").iterdir())


def test_failures_leave_everything_as_it_was(exporter: Exporter, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(before := generated()[:-20])
    with pytest.raises(CredkitError):
        exporter.sign(tmp_path / "a.png", tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png"]


def test_the_options_are_the_fields() -> None:
    assert set(ExportOptions.__annotations__) == {field.name for field in fields(Exporter)}


def test_the_key_is_not_shown(exporter: Exporter) -> None:
    assert "signer" not in repr(exporter)


# The settings file


def written(folder: Path, text: str) -> Path:
    path = folder / "export.toml"
    path.write_text(text, encoding="utf-8")
    return path


def identity(tmp_path: Path) -> None:
    from credkit.sign.identity import create_identity

    create_identity("Test Studio", passphrase="canary-passphrase-Zq7")


def test_every_setting_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity(tmp_path)
    monkeypatch.setenv("CREDKIT_PASSPHRASE", "canary-passphrase-Zq7")
    path = written(
        tmp_path,
        """
        identity = "Test Studio"
        created = "trainedAlgorithmicMedia"
        edited = "humanEdits"
        creator = ["Test Studio", "credkit test"]
        rights = "(c) 2026"
        usage_terms = "ask"
        web_statement = "https://studio.example/rights"
        licence = "LicenseRef-own"
        models = ["models", "/elsewhere"]
        keep_raw = true
        prompt = "omit"
        openings = "openings"
        journal = "journal.jsonl"
        timestamp = "https://tsa.example.com"
        staple = true
        thumbnail = true
        thumbnail_budget = 12
        mirrors = false
        binding = "boxes"
        credit = "Photo: Test Studio"

        [uses]
        data_mining = "notAllowed"
        ai_training = { use = "constrained", info = "ask first" }

        [[offers]]
        uses = ["commercial"]
        contact = "licence@studio.example"
        price = "100 EUR"
        until = 2030-01-31

        [licensor]
        name = "Test Studio"
        url = "https://studio.example"

        [generator]
        name = "Exporter"
        version = "3"

        [labels]
        regimes = ["eu", "ca"]
        provider = "Test Studio"
        """,
    )
    exporter = Exporter.from_settings(path)
    stated = exporter.statements
    assert (stated.created, stated.edited, stated.creator) == ("trainedAlgorithmicMedia", "humanEdits", ("Test Studio", "credkit test"))
    assert stated.licensor is not None
    assert (stated.licensor.name, stated.licensor.url) == ("Test Studio", "https://studio.example")
    assert (stated.rights, stated.usage_terms, stated.licence) == ("(c) 2026", "ask", "LicenseRef-own")
    assert stated.uses == TrainingMining(data_mining="notAllowed", ai_training=Use("constrained", "ask first"))
    assert [(offer.uses, offer.contact, offer.price, str(offer.until)) for offer in stated.offers] == [
        (("commercial",), "licence@studio.example", "100 EUR", "2030-01-31")
    ]
    assert exporter.lift == Lift(folders=(tmp_path / "models", Path("/elsewhere")), keep_raw=True)
    assert (exporter.prompt, exporter.openings, exporter.journal) == ("omit", tmp_path / "openings", tmp_path / "journal.jsonl")
    assert (exporter.timestamp, exporter.staple, exporter.thumbnail, exporter.mirrors) == ("https://tsa.example.com", True, True, False)
    assert exporter.thumbnail_budget == 12 * 1024
    assert exporter.binding == "boxes"
    assert exporter.generator is not None
    assert (exporter.generator.name, exporter.generator.version) == ("Exporter", "3")
    assert exporter.labels is not None
    assert exporter.labels.regimes == ("eu", "ca")


@pytest.mark.parametrize(("budget", "thumbnails"), [(0, 0), (400 * 1024, 1)])
def test_the_room_for_thumbnails_is_passed_on(budget: int, thumbnails: int) -> None:
    exporter = Exporter(signer=pki.signer(), statements=Statements(created="digitalCreation"), thumbnail=True, thumbnail_budget=budget)
    active = exporter.sign(picture("png"), io.BytesIO()).report.active
    assert active is not None
    assert [item.label.startswith("c2pa.thumbnail") for item in active.manifest.assertions].count(True) == thumbnails


def test_no_settings_file_means_that_nothing_is_set(tmp_path: Path) -> None:
    identity(tmp_path)
    exporter = Exporter.from_settings(passphrase="canary-passphrase-Zq7")
    assert exporter.statements == Statements()
    assert exporter.lift
    assert exporter.sign(generated(), io.BytesIO()).report.state == "Valid"


def test_a_key_instead_of_an_identity(tmp_path: Path) -> None:
    key = pki.default_pki("ed25519")
    (tmp_path / "key.pem").write_bytes(key.key_pem)
    (tmp_path / "key.pem").chmod(0o600)
    (tmp_path / "chain.pem").write_bytes(key.chain_pem)
    exporter = Exporter.from_settings(written(tmp_path, 'key = "key.pem"\ncerts = "chain.pem"\nlift = false\ncreator = "one"\n'))
    assert exporter.lift is False
    assert exporter.statements.creator == ("one",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("creater = 'x'", 'is no setting; did you mean "creator"'),
        ("do_not_trian = true", 'did you mean "do_not_train"'),
        ("passphrase = 'x'", "has no place: set CREDKIT_PASSPHRASE"),
        ("Password = 'x'", "has no place"),
        ("prompt = 'seald'", 'did you mean "sealed"'),
        ("do_not_train = 'yes'", "should be true or false"),
        ("creator = 3", "should be a text or a list"),
        ("creator = []", "is not"),
        ("thumbnail_budget = '400'", "should be a whole number"),
        ("thumbnail_budget = -1", '"thumbnail_budget" is not a number of KiB such as 400'),
        ("key = 'a'", "go together"),
        ("key = 'a'\ncerts = 'b'\nidentity = 'c'", "both say who signs"),
        ("[labels]\nregimes = ['us']", 'cannot be "us"'),
        ("[labels]\nprovider = 'x'", 'lacks "regimes"'),
        ("[uses]\nai_training = 'maybe'", '"maybe"'),
        ("[[offers]]\nuses = ['commercial']", 'lacks "contact"'),
        ("[licensor]\nname = 'a'\nphone = 'b'", '"phone" is no setting'),
        ("created = ", "no valid TOML"),
        ("a = " + "[" * 5000, "no valid TOML"),
        ("a = 1\na = 2", "no valid TOML"),
    ],
)
def test_wrong_settings_are_told_in_a_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        Exporter.from_settings(path)
    assert sentence in str(caught.value)
    assert str(path) in str(caught.value)


def test_files_that_are_no_settings(tmp_path: Path) -> None:
    path = tmp_path / "export.toml"
    for data, sentence in ((b"\xff\xfe", "not UTF-8"), (b"#" * (1 << 20) + b"##", "larger than"), (b"\0", "no valid TOML")):
        path.write_bytes(data)
        with pytest.raises(DefinitionError, match=sentence):
            read_settings(path)
    for missing in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(DefinitionError, match="cannot be read"):
            read_settings(missing)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random.toml"
    path.write_bytes(data)
    with contextlib.suppress(DefinitionError):
        assert isinstance(read_settings(path).values, dict)


def test_the_schema_and_its_example() -> None:
    schema = json.loads(read_schema("export-settings.schema.json"))
    Draft202012Validator.check_schema(schema)
    for example in schema["examples"]:
        Draft202012Validator(schema).validate(example)
    assert schema["$id"].startswith("https://credkit.org/schemas/")


# The passphrase


def test_the_passphrase_comes_from_the_environment_or_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    identity(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(CredentialError, match="CREDKIT_PASSPHRASE_FILE"):
        Exporter.from_settings()
    kept = tmp_path / "passphrase"
    kept.write_bytes(b"canary-passphrase-Zq7\nsecond line\n")
    kept.chmod(0o600)
    monkeypatch.setenv("CREDKIT_PASSPHRASE_FILE", str(kept))
    assert Exporter.from_settings().signer is not None
    monkeypatch.setenv("CREDKIT_PASSPHRASE", "wrong one")
    with pytest.raises(CredentialError):
        Exporter.from_settings()
    monkeypatch.delenv("CREDKIT_PASSPHRASE")
    if os.name == "posix":
        kept.chmod(0o640)
        with pytest.raises(CredentialError, match="can be read by others"):
            Exporter.from_settings()
        kept.chmod(0o600)
    for data, sentence in (
        (b"", "holds nothing"),
        (b"\nsecond", "holds nothing"),
        (b"x" * 9000, "longer than"),
        (b"\xff\xfe\xff", "not UTF-8"),
    ):
        kept.write_bytes(data)
        with pytest.raises(CredentialError, match=sentence):
            Exporter.from_settings()
    kept.unlink()
    with pytest.raises(CredentialError, match="cannot be read"):
        Exporter.from_settings()
    kept.mkdir()
    with pytest.raises(CredentialError, match="is a folder"):
        Exporter.from_settings()
