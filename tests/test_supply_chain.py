"""What others install is what is here: builds are the same everywhere, and every package of the test environment is pinned by its hash."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests import reproduction

ROOT = Path(__file__).resolve().parents[1]
_NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)")


@pytest.mark.skipif(sys.platform == "win32", reason="the mask of permissions is one of POSIX")
def test_two_strangers_build_the_same(tmp_path: Path) -> None:
    one, two = reproduction.built(tmp_path)
    assert sorted(name.rpartition(".")[2] for name in one) == ["gz", "whl"]
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert all(str(tmp_path).encode() not in data for data in one.values())


def pins(name: str) -> dict[str, list[str]]:
    """The pinned requirements of a file, by normalized name, each with its options."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        words = line.split("#")[0].split()
        if words:
            pin = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^;\s]+)", words[0])
            assert pin, f"{name}: {words[0]} is not pinned"
            found[_normalized(pin[1])] = words[1:]
    return found


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", ["requirements-test.txt", "requirements-vectors.txt"])
def test_every_requirement_has_a_hash(name: str) -> None:
    for package, options in pins(name).items():
        hashes = [word.removeprefix("--hash=") for word in options if word.startswith("--hash=")]
        assert hashes, f"{package} has no hash"
        assert all(re.fullmatch("sha256:[0-9a-f]{64}", value) for value in hashes), package


def test_everything_that_the_project_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {_normalized(found[1]) for requirement in asked if (found := _NAME.match(requirement))}
    assert names <= pins("requirements-test.txt").keys()


def test_the_documented_command_installs_nothing_without_a_hash() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    command = readme.split("<!-- command-test -->")[1].split("```")[1]
    installs = re.findall(r"pip install (.+?)(?: &&|\n)", command)
    assert len(installs) == 2
    # One hash in a file of requirements makes pip demand one of every package; the project itself is built with what is there already.
    assert "-r requirements-test.txt" in installs[0]
    assert "--no-deps" in installs[1]
    assert "--no-build-isolation" in installs[1]
    assert installs[1].split()[-1] == "."


@pytest.mark.parametrize("name", ["requirements-test.txt", "requirements-vectors.txt", "Makefile", "pyproject.toml"])
def test_nothing_says_where_packages_come_from(name: str) -> None:
    """Which index is asked is a matter of the machine."""
    text = (ROOT / name).read_text("utf-8")
    assert not re.search(r"(?<!emit)-(extra-)?index-url|(?<!emit)-find-links|--trusted-host", text)
