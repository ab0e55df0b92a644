"""No text in a file, a certificate or its metadata reaches an output as more than text, whichever field it stands in."""

from __future__ import annotations

from pathlib import Path

import pytest

import credkit
from tests.injection import __main__ as injection
from tests.injection.attack import attack, printed
from tests.injection.fields import ALONE, EVERYWHERE, FIELDS, made, trust
from tests.injection.outputs import COMMANDS
from tests.injection.strings import HOSTILE, MIXED

pytestmark = pytest.mark.filterwarnings("ignore:Attribute's length")
GROUPS = [*(EVERYWHERE[start : start + 9] for start in range(0, len(EVERYWHERE), 9)), *((field,) for field in ALONE)]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))


def test_there_are_enough_of_everything() -> None:
    assert len(HOSTILE) >= 60
    assert len(set(HOSTILE.values())) == len(HOSTILE)
    assert len(FIELDS) >= 60
    assert len(COMMANDS) >= 15


def test_the_harmless_file_is_trusted_and_shows_every_field(tmp_path: Path) -> None:
    """Otherwise the hostile ones would prove nothing."""
    words = {field: f"word{number:03}" for number, field in enumerate(EVERYWHERE)}
    data = made(words)
    report = credkit.verify_file(data, policy=trust())
    assert report.state == "Trusted"
    assert [identity.standing for manifest in report.manifests for identity in manifest.identities] == ["trusted", "trusted"]
    shown = "".join(printed(tmp_path, data).values())
    assert [field for field, word in words.items() if word not in shown] == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_in_every_field_at_once(tmp_path: Path, text: str) -> None:
    attack(tmp_path, dict.fromkeys(EVERYWHERE, text))


@pytest.mark.parametrize("fields", GROUPS, ids=[fields[0] for fields in GROUPS])
def test_in_some_fields_among_harmless_ones(tmp_path: Path, fields: tuple[str, ...]) -> None:
    """``python -m tests.injection --full`` has every text in every field by itself."""
    attack(tmp_path, dict.fromkeys(fields, MIXED))


def test_a_leak_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credkit.provenance.facts.shown", lambda text, _=None: str(text))
    with pytest.raises(AssertionError):
        attack(tmp_path, {"action_description": MIXED})


def test_the_command_tries_texts_in_fields_by_themselves(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injection, "FIELDS", ("title", "signer_name"))
    assert injection.main(["--full", "--texts", "verdict"]) == 0
    assert capsys.readouterr().out.endswith(f"1 texts, 2 fields, {len(COMMANDS)} outputs: {2 * len(COMMANDS)} checked, 0 leaks\n")
