from __future__ import annotations

import os
import stat
import sys

import pytest

from credkit.configuration import (
    configuration_directory,
    data_directory,
    make_private_folder,
    replace_private_file,
    slug_of,
    write_private_file,
)

posix = pytest.mark.skipif(os.name != "posix", reason="file modes of this kind exist on POSIX only")


@posix
def test_folders_and_files_are_the_users_alone(tmp_path):
    folder = tmp_path / "credkit" / "things"
    make_private_folder(folder)
    make_private_folder(folder)
    write_private_file(folder / "one", b"1")
    replace_private_file(folder / "two", b"2")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder.parent, folder, *folder.iterdir())}
    assert modes == {"credkit": 0o700, "things": 0o700, "one": 0o600, "two": 0o600}


def test_a_new_file_takes_no_name_that_is_there(tmp_path):
    write_private_file(tmp_path / "one", b"1")
    with pytest.raises(FileExistsError):
        write_private_file(tmp_path / "one", b"2")
    assert (tmp_path / "one").read_bytes() == b"1"


def test_a_replaced_file_is_whole_and_nothing_else_stays(tmp_path):
    for data in (b"1", b"22", b""):
        replace_private_file(tmp_path / "one", data)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"one": data}
    with pytest.raises(OSError):
        replace_private_file(tmp_path / "none" / "one", b"")


@pytest.mark.parametrize(
    ("name", "slug"), [("My Studio", "my-studio"), ("Zoë & Söhne", "zoe-sohne"), ("x" * 90, "x" * 48), ("../../etc", "etc")]
)
def test_names_of_files(name, slug):
    assert slug_of(name) == slug_of(name, "list") == slug


def test_names_without_letters_get_a_hash():
    assert slug_of("工作室").startswith("identity-")
    assert slug_of("工作室", "list").startswith("list-")
    assert slug_of("工作室", "list") != slug_of("工作", "list")
    assert slug_of("con").startswith("identity-")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other folders")
def test_what_is_kept_lies_apart_from_what_is_set(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "d"))
    assert (configuration_directory(), data_directory()) == (tmp_path / "c" / "credkit", tmp_path / "d" / "credkit")
    # The XDG specification says to ignore a relative path.
    monkeypatch.setenv("XDG_DATA_HOME", "d")
    assert data_directory() == tmp_path / ".local" / "share" / "credkit"
