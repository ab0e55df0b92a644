"""The author's file of openings: whole or not at all, private, never overwritten, and read without trust."""

from __future__ import annotations

import json
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import AssetError, MalformedError, OutputError
from credkit.limits import Limits
from credkit.resources import read_schema
from credkit.sealing.commitments import commit
from credkit.sealing.openings import Openings, kept_openings, read_openings, write_openings

LABEL = "urn:c2pa:17c73514-5a21-4854-9112-60dbfb11f29a"
WHOLE = Openings(
    manifest=LABEL,
    asset="out.png",
    created=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    disclosures=(commit("prompt", "a cat, 猫"), commit("seed", "7"), commit("settings/eta", 0.5), commit("settings/on", True)),
)


def test_round_trip_and_schema(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "o.json"
    write_openings(path, WHOLE)
    assert read_openings(path) == WHOLE
    schema = json.loads(read_schema("openings.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(json.loads(path.read_text("ascii")))
    for example in schema["examples"]:
        validator.validate(example)
        (tmp_path / "example.json").write_text(json.dumps(example))
        assert read_openings(tmp_path / "example.json").disclosures
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_only_some_fields() -> None:
    assert [one.field for one in WHOLE.only(frozenset({"seed", "other"})).disclosures] == ["seed"]


def test_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "o.json"
    path.write_text("precious")
    with pytest.raises(OutputError, match="never overwritten"):
        write_openings(path, WHOLE)
    assert path.read_text() == "precious"
    with pytest.raises(OutputError, match="cannot be made"):
        write_openings(path / "below" / "o.json", WHOLE)
    assert [item.name for item in tmp_path.iterdir()] == ["o.json"]


def test_where_they_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    expected = tmp_path / "credkit" / "openings" / "17c73514-5a21-4854-9112-60dbfb11f29a.json"
    assert kept_openings(LABEL) == kept_openings(LABEL.upper().replace("URN:C2PA", "urn:c2pa") + ":vendor") == expected
    with pytest.raises(MalformedError):
        kept_openings("urn:c2pa:../../etc/passwd")


def changed(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in (json.loads(WHOLE.to_json()) | values).items() if value is not None}


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ([], '"version"'),
        (changed(version=2), "newer"),
        (changed(manifest=None), '"manifest"'),
        (changed(asset=7), '"asset"'),
        (changed(created="yesterday"), "no time"),
        (changed(created="0001-01-01T00:00:00+23:59"), "no time"),
        (changed(created="9999-12-31T23:59:59-23:59"), "no time"),
        (changed(version=True), "version"),
        (changed(version=1.0), "version"),
        (changed(created="2026-11-23T08:00:00"), "no time"),
        (changed(openings={}), '"openings"'),
        (changed(openings=[1]), "entry 1"),
        (changed(openings=[{"field": "prompt"}]), "entry 1"),
        (changed(openings=[{"field": "prompt", "disclosure": commit("seed", "1").encoded}]), "another field"),
        (changed(openings=[{"field": "prompt", "disclosure": "?"}]), "base64url"),
    ],
)
def test_what_is_no_file_of_openings(value: Any, why: str, tmp_path: Path) -> None:
    path = tmp_path / "o.json"
    path.write_text(json.dumps(value))
    with pytest.raises(AssetError, match=why) as error:
        read_openings(path)
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path, "with\0nul"):
        with pytest.raises(AssetError, match="cannot be read"):
            read_openings(path)
    large = tmp_path / "large.json"
    large.write_text(WHOLE.to_json())
    with pytest.raises(AssetError, match="larger than 100 bytes"):
        read_openings(large, limits=Limits(openings_size=100))


def test_random_files(tmp_path: Path) -> None:
    path = tmp_path / "o.json"

    @given(st.binary(max_size=200))
    @settings(max_examples=60, deadline=None)
    def holds(data: bytes) -> None:
        path.write_bytes(data)
        with pytest.raises(AssetError):
            read_openings(path)

    holds()
