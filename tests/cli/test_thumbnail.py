"""``--thumbnail`` and ``--thumbnail-budget`` of ``credkit sign``."""

from __future__ import annotations

import pytest

from credkit.assets import BytesSource
from credkit.cli.exits import ExitCode
from credkit.verify import verify
from tests.cli.shell import Shell
from tests.forge.pictures import picture

CREATED = ("--created", "digitalCapture")


def thumbnails(shell: Shell, name: str) -> int:
    report = verify(BytesSource((shell.folder / name).read_bytes()))
    return sum(item.label == "c2pa.thumbnail.claim" for found in report.manifests for item in found.manifest.assertions)


@pytest.fixture
def studio(shell: Shell) -> Shell:
    shell.write("a.jpg", picture("jpg"))
    return shell.inside


def test_one_picture_has_one_thumbnail(studio: Shell) -> None:
    studio.ok("sign", "a.jpg", "-o", "one.jpg", *CREATED, "--thumbnail")
    assert "shows the same picture" in studio.ok("sign", "one.jpg", "-o", "two.jpg", "--thumbnail").out
    assert [thumbnails(studio, name) for name in ("one.jpg", "two.jpg")] == [1, 1]


def test_without_room_there_is_none(studio: Shell) -> None:
    done = studio.ok("sign", "a.jpg", "-o", "none.jpg", *CREATED, "--thumbnail", "--thumbnail-budget", "0")
    assert "of 0 KiB, which is too much for another one (--thumbnail-budget)" in done.out
    assert thumbnails(studio, "none.jpg") == 0


@pytest.mark.parametrize("budget", ["-1", "much", "400KiB", "9" * 20])
def test_a_budget_is_a_number(budget: str, studio: Shell) -> None:
    done = studio.run("sign", "a.jpg", "-o", "wrong.jpg", *CREATED, "--thumbnail", f"--thumbnail-budget={budget}")
    assert done.code == ExitCode.USAGE
    assert "is no number of KiB such as 400" in done.err
