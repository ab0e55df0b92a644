"""Sentences for people on the other side of a network name files and no folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from credkit.integrations.notices import one_line, without_folders


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("/srv/keys/key.pem cannot be decrypted", "key.pem cannot be decrypted"),
        ('the passphrase file "/srv/my keys/word" cannot be read', 'the passphrase file "word" cannot be read'),
        ('the folder "/srv/openings/" cannot be made', 'the folder "openings" cannot be made'),
        (r'"D:\keys\key.pem" and D:\keys\key.pem', '"key.pem" and key.pem'),
        ("in ~/keys/key.pem, image/png stays", "in key.pem, image/png stays"),
        ("https://tsa.example.com/a/b does not answer", "https://tsa.example.com/a/b does not answer"),
        ('"https://tsa.example.com/a" does not answer', '"https://tsa.example.com/a" does not answer'),
        (
            'there is no identity yet: make one with "credkit identity new"',
            'there is no identity yet: make one with "credkit identity new"',
        ),
    ],
)
def test_folders_are_left_out(sentence: str, shown: str) -> None:
    assert without_folders(sentence) == shown


def test_the_own_folders_may_hold_spaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "my own folder"))
    sentence = without_folders(f"{tmp_path}/my own folder/credkit/identities/x/key.pem cannot be decrypted")
    assert sentence == "key.pem cannot be decrypted"


def test_nothing_steers_a_terminal() -> None:
    assert one_line("a\x1b]0;title\x07\n\u202eb") == r"a\x1b]0;title\x07\x0a\u202eb"
    assert len(one_line("x" * 1_000_000)) < 5_000


def test_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", staticmethod(homeless))
    assert without_folders("/a/b") == "b"
