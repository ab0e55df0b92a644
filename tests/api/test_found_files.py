"""Which files names, folders, patterns and lists stand for."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from credkit.api.file_states import FileState
from credkit.api.folders import Unreadable, walked
from credkit.api.found_files import FoundFile, ListedName, find_files, is_pattern
from credkit.api.pauses import Pause

AS_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads every folder")


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape"))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def paths(*names: str, **options: bool) -> list[str]:
    return [file.path for file in find_files(names, **options)]


def test_a_folder_stands_for_files_of_known_formats_in_order(here: Path) -> None:
    make(here, "p/b.JPG", "p/a.png", "p/z/c.webp", "p/z/y/d.mp4", "p/notes.txt", "p/.hidden.png", "p/.git/e.png", "p/q.safetensors")
    expected = ["p/a.png", "p/b.JPG", "p/q.safetensors", "p/z/c.webp", "p/z/y/d.mp4"]
    assert paths("p") == expected
    assert paths("p/") == expected
    assert paths("p", all_files=True) == ["p/a.png", "p/b.JPG", "p/notes.txt", "p/q.safetensors", "p/z/c.webp", "p/z/y/d.mp4"]
    assert [file.below for file in find_files(["p"])] == [path.removeprefix("p/") for path in expected]
    assert paths(str(here / "p")) == [str(here / path) for path in expected]
    make(here, "a.png")
    assert paths(".")[0] == "./a.png"


def test_stores_beside_pictures_are_read_with_them(here: Path) -> None:
    make(here, "a.jpg", "a.jpg.c2pa", "b.png", "b.c2pa", "alone.c2pa", "note.txt", "note.c2pa")
    assert paths(".") == ["./a.jpg", "./alone.c2pa", "./b.png", "./note.c2pa"]
    assert paths("*") == ["a.jpg", "alone.c2pa", "b.png", "note.txt"]
    assert paths(".", all_files=True) == ["./a.jpg", "./alone.c2pa", "./b.png", "./note.txt"]
    assert paths("*.c2pa") == ["a.jpg.c2pa", "alone.c2pa", "b.c2pa", "note.c2pa"]
    assert paths(".", stores=False) == ["./a.jpg", "./b.png"]
    assert paths("a.jpg.c2pa") == ["a.jpg.c2pa"]


def test_pipes_devices_and_links(here: Path) -> None:
    make(here, "p/a.png", "elsewhere/b.png")
    os.mkfifo(here / "p" / "pipe.png")
    (here / "p" / "file.png").symlink_to(here / "elsewhere" / "b.png")
    (here / "p" / "lost.png").symlink_to("nowhere.png")
    (here / "p" / "device.png").symlink_to("/dev/null")
    (here / "p" / "folder").symlink_to(here / "elsewhere")
    (here / "p" / "circle").symlink_to(here / "p")
    assert paths("p") == ["p/a.png", "p/file.png"]
    assert paths("p", links=False) == ["p/a.png"]
    assert paths("p/**/*.png") == ["p/a.png", "p/file.png"]
    assert [file.problem for file in find_files(["p/*/*.png"])] == ['no file fits "p/*/*.png"']
    assert [file.state for file in find_files(["p/pipe.png"])] == [None]


def test_each_file_is_there_once(here: Path) -> None:
    make(here, "p/a.png", "p/b.png", "p/z/c.png")
    (here / "link.png").symlink_to("p/b.png")
    (here / "q").symlink_to("p")
    assert paths("p/b.png", "p", "./p/../p/a.png", "p/**", "link.png", "q", str(here)) == ["p/b.png", "p/a.png", "p/z/c.png"]
    assert paths("missing", "missing") == ["missing"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("p/*.png", ["p/1.png", "p/2.png"]),
        ("p/**/*.png", ["p/1.png", "p/2.png", "p/x/3.png", "p/x/y/4.png"]),
        ("p/**/**/*.png", ["p/1.png", "p/2.png", "p/x/3.png", "p/x/y/4.png"]),
        ("p/x/**", ["p/x/3.png", "p/x/n.txt", "p/x/y/4.png"]),
        ("**/y/*", ["p/x/y/4.png"]),
        ("p/?.png", ["p/1.png", "p/2.png"]),
        ("p/[12].png", ["p/1.png", "p/2.png"]),
        ("*/x/*.png", ["p/x/3.png"]),
        ("p/.h*/*", ["p/.h/5.png"]),
        ("p/**/.*", ["p/.6.png"]),
    ],
)
def test_patterns(here: Path, pattern: str, expected: list[str]) -> None:
    make(here, "p/1.png", "p/2.png", "p/x/3.png", "p/x/n.txt", "p/x/y/4.png", "p/.h/5.png", "p/.6.png")
    assert is_pattern(pattern)
    assert paths(pattern) == expected
    assert paths(str(here / pattern)) == [str(here / path) for path in expected]


def test_where_files_go_below_another_folder(here: Path) -> None:
    make(here, "p/x/1.png", "p/2.png")

    def below(*names: str) -> list[str]:
        return [file.below for file in find_files(names)]

    assert below("p") == ["2.png", "x/1.png"]
    assert below("p/x/1.png", str(here / "p" / "2.png")) == ["1.png", "2.png"]
    assert below("p/*/1.png") == ["x/1.png"]
    assert below(ListedName("p/x/1.png"), ListedName("./p/2.png")) == ["p/x/1.png", "p/2.png"]
    assert below(ListedName(str(here / "p/x/1.png"))) == ["1.png"]
    assert below(ListedName("../outside/3.png")) == ["3.png"]


def test_what_is_wrong_with_a_name_is_told_in_its_place(here: Path) -> None:
    make(here, "a.png", "[b].png", "c\nd.png")
    names = [
        *(
            "no*.png",
            "a.png",
            "missing.png",
            "[b].png",
            "x*/../a.png",
            "https://example.org/a.png?b=*",
            "nul\0.png",
            "\ud800.png",
            "*\ud800.png",
        )
    ]
    found = list(find_files(names))
    assert [file.path for file in found] == names
    assert [file.problem for file in found] == [
        'no file fits "no*.png"',
        *(None,) * 3,
        '"x*/../a.png" leads upwards behind a wildcard: name the folder itself',
        *(None,) * 3,
        'no file fits "*\ud800.png"',
    ]
    assert [file.size for file in found] == [0, 5, 0, 7, 0, 0, 0, 0, 0]
    assert found[1].state == FileState.of("a.png")
    assert [file.problem for file in find_files([ListedName("no*.png")])] == [None]


def test_a_pattern_in_a_folder_that_is_not_there(here: Path) -> None:
    make(here, "a.png")
    found = [file.problem for file in find_files(["nowhere/*.png", "a.png/*.png", "**/b.png"])]
    assert found == [
        'no file fits "nowhere/*.png": there is no folder "nowhere"',
        'no file fits "a.png/*.png": there is no folder "a.png"',
        'no file fits "**/b.png"',
    ]


def test_pauses_are_handed_on_in_their_place(here: Path) -> None:
    make(here, "p/a.png", "p/b.png")
    found = find_files([Pause(7), "p", Pause(8), "p/a.png", Pause(9)])
    assert [file if isinstance(file, Pause) else file.path for file in found] == [Pause(7), "p/a.png", "p/b.png", Pause(8), Pause(9)]


def test_names_that_are_no_text(here: Path) -> None:
    make(here, "p/\udcff\x1b[2J.png", "p/line\nbreak.png")
    assert paths("p") == ["p/line\nbreak.png", "p/\udcff\x1b[2J.png"]


def test_folders_that_are_left_out(here: Path) -> None:
    make(here, "p/a.png", "p/out/b.png", "p/out/deep/c.png")
    (here / "also").symlink_to("p/out")
    for without in ("p/out", here / "p" / "out", "also"):
        assert [file.path for file in find_files(["p"], without=[without])] == ["p/a.png"]


def test_a_name_is_found_when_it_is_wanted(here: Path) -> None:
    make(here, *(f"p/{number}.png" for number in range(5)))
    found = find_files(["p", "q"])
    assert next(found).path == "p/0.png"
    make(here, "q/late.png")
    assert [file.path for file in found][-1] == "q/late.png"


def test_many_levels_need_no_recursion(here: Path) -> None:
    levels = sys.getrecursionlimit() + 100
    try:
        for _ in range(levels):
            os.mkdir("d")
            os.chdir("d")
        Path("deep.png").write_bytes(b"x")
        os.chdir(here)
        assert [file.below for file in find_files(["d"])] == ["d/" * (levels - 1) + "deep.png"]
        assert [file.size for file in find_files(["**/deep.png"])] == [1]
    finally:
        # From below, because what removes folders of tests goes down by recursion.
        os.chdir(here / ("d/" * levels))
        Path("deep.png").unlink()
        for _ in range(levels):
            os.chdir("..")
            os.rmdir("d")
        os.chdir(here)


@AS_ROOT
def test_a_folder_that_cannot_be_read_is_one_line(here: Path) -> None:
    make(here, "p/a.png", "p/locked/b.png", "p/z/c.png")
    (here / "p" / "locked").chmod(0)
    try:
        found = list(find_files(["p"]))
    finally:
        (here / "p" / "locked").chmod(0o755)
    assert [file.problem for file in found] == [None, 'the folder "p/locked" cannot be read: permission denied', None]


def test_a_folder_that_goes_away_is_told_only_when_it_was_named(here: Path) -> None:
    (gone,) = walked(here / "nowhere")
    assert isinstance(gone, Unreadable)
    assert gone.reason == "no such file or directory"
    make(here, "p/a.png", "p/z/c.png")
    walk = find_files(["p"])
    assert next(walk).path == "p/a.png"
    (here / "p" / "z" / "c.png").unlink()
    (here / "p" / "z").rmdir()
    assert list(walk) == []


def test_a_found_file_is_a_value() -> None:
    file = FoundFile(path="a.png", below="a.png")
    assert file == FoundFile(path="a.png", below="a.png")
    assert file.size == 0
