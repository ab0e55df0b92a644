"""``verify``, ``inspect`` and ``sign`` on folders, patterns and lists: what is taken, shown, written and answered."""

from __future__ import annotations

import json
import os
import re
import shutil
from typing import Any

import jsonschema
import pytest

import credkit
from tests.cli.shell import ROOT, Shell
from tests.forge import pki

REPORT = json.loads((ROOT / "schemas" / "report.schema.json").read_text("utf-8"))
SIGNED = json.loads((ROOT / "schemas" / "signed.schema.json").read_text("utf-8"))
AT = ("--at", "2027-01-01T12:00:00Z")
CREATED = ("--created", "digitalCreation")
SECONDS = re.compile(r"in [\d.,]+ s, [\d.,]+ files and [\d.,]+ MB a second")


@pytest.fixture
def many(shell: Shell) -> Shell:
    """A folder with files of every state, one in a folder below."""
    good = (shell.folder / "repaint.jpg").read_bytes()
    (shell.folder / "d" / "below").mkdir(parents=True)
    shell.write("d/a.jpg", good)
    shell.write("d/b.jpg", good.replace(b"own photographs", b"all photographs", 1))
    shell.write("d/below/c.png", b"broken")
    shell.write("d/below/plain.png", (shell.folder / "portrait.png").read_bytes())
    shell.write("d/notes.txt", b"words")
    return shell.inside


def results(out: str) -> list[tuple[str, str]]:
    """States and names of the lines."""
    lines = out.split("\n\n", maxsplit=1)[0].splitlines()
    words = "trusted|valid|invalid|without credentials|unreadable|signed|refused|written|shown"
    found = [re.match(rf"({words}) +([^:]+)", line) for line in lines]
    return [(match[1], match[2]) for match in found if match]


OF_D = [("trusted", "d/a.jpg"), ("invalid", "d/b.jpg"), ("unreadable", "d/below/c.png"), ("without credentials", "d/below/plain.png")]


def test_a_line_each_and_a_summary(many: Shell) -> None:
    done = many.run("verify", "d")
    assert done.code == 3
    assert done.err == ""
    assert results(done.out) == OF_D
    size = sum((many.folder / name).stat().st_size for _, name in OF_D)
    summary = SECONDS.sub("in TIME", done.out.split("\n\n")[1]).splitlines()
    assert summary == [
        f"4 files: {size:,} bytes in TIME.",
        "  trusted              1",
        "  invalid              1",
        "  without credentials  1",
        "  unreadable           1",
        'Trust list: your own identity "My Studio" (leave your own out with --no-own-trust).',
    ]
    assert re.search(r"^invalid +d/b.jpg: Generation 1, .*\.$", done.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["d"], 3),
        (["d/a.jpg", "d/below/plain.png"], 2),
        (["d/*.jpg"], 1),
        (["d/a.jpg", "signed.png"], 0),
        (["d/b.jpg", "d/below/plain.png"], 1),
        (["d/a.jpg", "no*.jpg"], 3),
        (["d/[a].jpg"], 0),
    ],
)
def test_one_exit_code_for_all(many: Shell, names: list[str], code: int) -> None:
    assert many.run("verify", *names, "-q").code == code
    assert many.run("verify", *names, "-q", "--jobs", "2").code == code


def test_one_file_is_told_as_ever(many: Shell) -> None:
    done = many.ok("verify", "d/a.jpg")
    assert "What happened, oldest first" in done.out
    assert "1 file:" not in done.out
    assert results(many.ok("verify", "d/[a].jpg").out) == [("trusted", "d/a.jpg")]
    assert "exit_code" not in json.loads(many.ok("verify", "d/a.jpg", "--format", "jsonl").out)
    assert json.loads(many.ok("verify", "d/[a].jpg", "--format", "jsonl").out)["exit_code"] == 0


def test_json_is_an_array_that_is_written_piece_by_piece(many: Shell) -> None:
    from credkit.provenance.text import json_text

    done = many.run("verify", "d", "gone.jpg", "--format", "json", *AT)
    reports = json.loads(done.out)
    assert done.out == json_text(reports) + "\n"
    assert [(report["asset"]["name"], report["exit_code"]) for report in reports] == [
        ("d/a.jpg", 0),
        ("d/b.jpg", 1),
        ("d/below/c.png", 3),
        ("d/below/plain.png", 2),
        ("gone.jpg", 3),
    ]
    for report in reports:
        jsonschema.validate(report, REPORT)
    lines = many.run("verify", "d", "gone.jpg", "--format", "jsonl", *AT).out.splitlines()
    assert [json.loads(line) for line in lines] == reports
    assert all(line.isascii() for line in lines)
    (many.folder / "empty").mkdir()
    assert many.run("verify", "empty").out == ""
    assert many.run("verify", "empty", "--format", "json").out == "[]\n"


def test_what_is_asked_for_is_told_where_it_is_missing(many: Shell) -> None:
    done = many.run("verify", "d/a.jpg", "signed.png", "--no-own-trust", "--require", "trusted")
    assert done.code == 1
    assert done.out.count(": not trusted, as --require trusted asks") == 2
    padded = many.write("padded.jpg", (many.folder / "d" / "a.jpg").read_bytes())
    loose = many.run("verify", padded, "signed.png", "--strict")
    single = [many.run("verify", name, "--strict", "-q").code for name in (padded, "signed.png")]
    assert loose.code == max(single)
    assert loose.out.count("not as --strict asks") == sum(code == 1 for code in single)


def test_lists_of_names(many: Shell) -> None:
    many.write("list.txt", b"d/a.jpg\r\n\nd/b.jpg\nno*.jpg\nd/below")
    assert results(many.run("verify", "--files", "list.txt").out) == [*OF_D[:2], ("unreadable", "no*.jpg"), *OF_D[2:]]
    many.write("zero.txt", b"d/a.jpg\0line\nbreak.jpg\0")
    many.write("line\nbreak.jpg", (many.folder / "d/a.jpg").read_bytes())
    done = many.ok("verify", "signed.png", "--files", "zero.txt", "-0")
    assert results(done.out) == [("trusted", "signed.png"), ("trusted", "d/a.jpg"), ("trusted", "line\\x0abreak.jpg")]
    assert "cannot be read" in many.refused(3, "verify", "--files", "nowhere.txt", "-q")
    many.write("binary.txt", bytes(1 << 18))
    assert "is it a list of names?" in many.refused(3, "verify", "--files", "binary.txt", "-q")


def test_names_that_could_steer_a_terminal(many: Shell) -> None:
    good = (many.folder / "d/a.jpg").read_bytes()
    (many.folder / "h").mkdir()
    names = ["\x1b[2Jred.jpg", "new\nline.jpg", "\u202eright.jpg", os.fsdecode(b"\xff\xfe.jpg")]
    for name in names:
        many.write(f"h/{name}", good)
    done = many.run("verify", "h")
    assert done.code == 0
    lines = done.out.split("\n\n")[0].splitlines()
    assert sorted(lines) == sorted(
        f"trusted              h/{name}" for name in ("\\x1b[2Jred.jpg", "new\\x0aline.jpg", "\\u202eright.jpg", "\\udcff\\udcfe.jpg")
    )
    found = [json.loads(line)["asset"]["name"] for line in many.run("verify", "h", "--format", "jsonl").out.splitlines()]
    assert sorted(found) == sorted(f"h/{name}" for name in names)
    many.ok("sign", "h", "-o", "out", "--edited", "humanEdits", "-q")
    assert sorted(path.name for path in (many.folder / "out").iterdir()) == sorted(names)


@pytest.mark.parametrize("form", ["text", "json", "jsonl"])
def test_processes_change_no_byte(many: Shell, form: str) -> None:
    for number in range(12):
        source = many.folder / OF_D[number % 4][1]
        shutil.copy(source, many.folder / "d" / f"{number:03}{source.suffix}")
    one = many.run("verify", "d", "gone.png", "--format", form, *AT)
    two = many.run("verify", "d", "gone.png", "--format", form, *AT, "--jobs", "2")
    assert SECONDS.sub("", one.out) == SECONDS.sub("", two.out)
    assert (one.code, one.err) == (two.code, two.err)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (("verify",), "no FILE is named"),
        (("verify", "d", "--sidecar", "x.c2pa"), "--sidecar goes with one file"),
        (("verify", "d", "--format", "crjson"), "--format crjson goes with one file"),
        (("verify", "d", "--fragment", "x.m4s"), "--fragment goes with one file"),
        (("verify", "d", "--jobs", "-1"), "--jobs"),
        (("verify", "d", "--jobs", "many"), "no number of processes"),
        (("verify", "signed.png", "--resume", "r"), "--resume goes with several files"),
        (("verify", "signed.png", "--only-failed"), "--only-failed goes with several files"),
        (("verify", "d", "--null"), "name the list (--files FILE"),
        (("verify", "--nonsense"), 'unrecognized arguments: --nonsense (see "credkit verify --help")'),
        (("verify", "-dash.jpg"), "unrecognized arguments: -dash.jpg; write ./-dash.jpg for the file of that name"),
    ],
)
def test_command_lines_that_make_no_sense(many: Shell, line: tuple[str, ...], words: str) -> None:
    many.write("-dash.jpg", b"")
    assert words in many.refused(3, *line)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ((), "it is not said where signed files go"),
        (("--sidecar", "x.c2pa"), "--sidecar OUT goes with one file"),
        (("--sidecar", "-o", "out"), "leave out -o"),
        (("-o", "out", "--openings", "x.json", "--prompt", "sealed"), "--openings goes with one file"),
        (("-o", "out", "--journal", "j", "--jobs", "2"), "--journal goes with --jobs 1"),
    ],
)
def test_signing_that_makes_no_sense(many: Shell, more: tuple[str, ...], words: str) -> None:
    line = ("sign", *more, *CREATED) if "--sidecar" not in more else ("sign", *CREATED, *more)
    names = ("--files", "list") if "--sidecar" in more else ("d",)
    many.write("list", b"d")
    assert words in many.refused(2, line[0], *names, *line[1:])


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_only_what_failed_is_shown_and_all_is_counted(many: Shell, jobs: str) -> None:
    line = ("verify", "d", "signed.png", "--resume", "r", "--jobs", jobs, "--only-failed")
    done = many.run(*line)
    assert done.code == 3
    assert results(done.out) == OF_D[1:]
    assert "\n\n5 files: " in done.out
    assert "  trusted              2\n" in done.out
    assert results(many.run(*line[:-1]).out) == [OF_D[2]]
    (many.folder / "r").unlink()
    found = [json.loads(text) for text in many.run(*line, "--format", "jsonl").out.splitlines()]
    assert [(report["asset"]["name"], report["exit_code"]) for report in found] == [
        ("d/b.jpg", 1),
        ("d/below/c.png", 3),
        ("d/below/plain.png", 2),
    ]
    clean = many.ok("verify", "d/a.jpg", "signed.png", "--only-failed")
    assert clean.out.startswith("2 files: ")
    assert many.ok("verify", "d/a.jpg", "signed.png", "--only-failed", "--format", "json").out == "[]\n"


# inspect


def test_inspecting_many_shows_one_after_the_other(many: Shell) -> None:
    done = many.run("inspect", "d", "gone.jpg")
    assert done.code == 3
    assert [name for name in re.findall(r"d/[\w/.]+", done.out) if name.endswith(("jpg", "png"))][:1] == ["d/a.jpg"]
    assert "unreadable  gone.jpg: " in done.out
    assert "  shown       3\n  unreadable  2\n" in done.out
    reports = json.loads(many.run("inspect", "d", "gone.jpg", "--format", "json").out)
    lines = many.run("inspect", "d", "gone.jpg", "--format", "jsonl").out.splitlines()
    assert [report["asset"]["name"] for report in reports] == [*(name for _, name in OF_D), "gone.jpg"]
    assert [json.loads(line)["asset"]["name"] for line in lines] == [report["asset"]["name"] for report in reports]
    jsonschema.validate(reports[-1], REPORT)
    terms = [json.loads(line)["name"] for line in many.run("inspect", "d", "--terms", "--format", "jsonl").out.splitlines()]
    assert terms == [name for _, name in OF_D]
    assert json.loads(many.ok("inspect", "signed.png", "--format", "jsonl").out)["asset"]["name"] == "signed.png"


def test_a_document_for_each_file(many: Shell) -> None:
    done = many.run("inspect", "d", "signed.png", "--format", "html", "-o", "d/pages", "--jobs", "2")
    assert done.code == 3
    pages = sorted(str(path.relative_to(many.folder / "d/pages")) for path in (many.folder / "d/pages").rglob("*.*"))
    assert pages == ["a.jpg.html", "b.jpg.html", "below/c.png.html", "below/plain.png.html", "signed.png.html"]
    assert re.search(
        r"^unreadable  d/below/c.png: The file is of no format .*; told so as d/pages/below/c.png.html$", done.out, re.MULTILINE
    )
    assert (many.folder / "d/pages/a.jpg.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    again = many.run("inspect", "signed.png", "d/a.jpg", "--format", "html", "-o", "d/pages")
    assert results(again.out) == [("refused", "signed.png"), ("refused", "d/a.jpg")]
    assert again.code == 1
    many.ok("inspect", "signed.png", "d/a.jpg", "--format", "html", "-o", "d/pages", "-f")
    for form, suffix in (("crjson", ".crjson.json"), ("tree", ".txt"), ("mermaid", ".mmd"), ("json", ".json")):
        many.ok("inspect", "d/a.jpg", "signed.png", "--format", form, "-o", f"out-{form}")
        assert (many.folder / f"out-{form}" / f"a.jpg{suffix}").is_file()
    assert "name a folder" in many.refused(2, "inspect", "d", "--format", "html")
    assert "leave out -o" in many.refused(2, "inspect", "d", "--format", "jsonl", "-o", "out")
    assert "--sidecar goes with one file" in many.refused(2, "inspect", "d", "--sidecar", "x")
    assert "is no folder" in many.refused(1, "inspect", "d", "-o", "signed.png")


# sign


@pytest.fixture
def plain(shell: Shell) -> Shell:
    """A folder with pictures to sign, one of which cannot be."""
    picture = (shell.folder / "portrait.png").read_bytes()
    (shell.folder / "p" / "z").mkdir(parents=True)
    for name in ("p/a.png", "p/b.png", "p/z/a.png"):
        shell.write(name, picture)
    shell.write("p/z/broken.png", picture[:50])
    shell.write("p/signed.png", (shell.folder / "signed.png").read_bytes())
    return shell.inside


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_signing_into_a_folder_of_the_same_structure(plain: Shell, jobs: str) -> None:
    before = {name: data for name, data in plain.files().items() if data}
    done = plain.run("sign", "p", "-o", "out", *CREATED, "--jobs", jobs)
    assert done.code == 3
    assert results(done.out) == [
        *(("signed", "p/a.png"), ("signed", "p/b.png"), ("refused", "p/signed.png")),
        *(("signed", "p/z/a.png"), ("unreadable", "p/z/broken.png")),
    ]
    assert done.out.endswith("root.pem\n")
    out = sorted(str(path.relative_to(plain.folder)) for path in (plain.folder / "out").rglob("*.*"))
    assert out == ["out/a.png", "out/b.png", "out/z/a.png"]
    assert {name: data for name, data in plain.files().items() if data and "/out/" not in name} == before
    assert plain.run("verify", "out", "--require", "trusted", "-q").code == 0
    again = plain.run("sign", "p", "-o", "out", *CREATED, "--jobs", jobs)
    assert again.out.count("exists already: say --force") == 3
    forced = plain.run("sign", "p", "-o", "out", *CREATED, "--jobs", jobs, "-f")
    assert forced.out.count("\nsigned") + forced.out.startswith("signed") == 3


def test_signing_as_json_lines(plain: Shell) -> None:
    done = plain.run("sign", "p", "gone.png", "-o", "p/out", *CREATED, "--json")
    lines = [json.loads(line) for line in done.out.splitlines()]
    for line in lines:
        jsonschema.validate(line, SIGNED)
    assert [(line["source"], line["result"], line["exit_code"]) for line in lines] == [
        ("p/a.png", "signed", 0),
        ("p/b.png", "signed", 0),
        ("p/signed.png", "refused", 1),
        ("p/z/a.png", "signed", 0),
        ("p/z/broken.png", "unreadable", 3),
        ("gone.png", "unreadable", 3),
    ]
    assert lines[0]["signed"]["output"] == "p/out/a.png"
    single = json.loads(plain.ok("sign", "p/a.png", "-o", "one.png", *CREATED, "--json").out)
    assert single.keys() == lines[0]["signed"].keys()
    jsonschema.validate(single, {"$ref": "#/$defs/signed", "$defs": SIGNED["$defs"]})
    assert done.code == 3
    assert done.err.count("credkit: ") == 3
    # What was written lies in the folder itself, and is not signed once more.
    assert "p/out" not in "".join(line["source"] for line in lines)


def test_sentences_on_the_error_stream_name_the_file(plain: Shell) -> None:
    for more in (("-q",), ("--json",)):
        done = plain.run("sign", "p/a.png", "p/signed.png", "p/z/broken.png", "gone.png", "-o", f"out{more[0]}", *CREATED, *more)
        lines = done.err.splitlines()
        assert len(lines) == 3
        assert all(f'"{name}"' in line for name, line in zip(("p/signed.png", "p/z/broken.png", "gone.png"), lines, strict=True))
        assert lines[0].startswith('credkit: "p/signed.png": the file already carries credentials')
        assert "sign it as an edit of itself (--edited" in lines[0]


def test_each_file_takes_what_is_true_of_it(plain: Shell) -> None:
    said = (*CREATED, "--edited", "humanEdits", "--action", "c2pa.adjustedColor", "--region", "0,0,9,9")
    done = plain.run("sign", "p/a.png", "p/signed.png", "p/z/broken.png", "-o", "out", *said)
    assert results(done.out) == [("signed", "p/a.png"), ("signed", "p/signed.png"), ("unreadable", "p/z/broken.png")], done.out
    made, edited = (plain.ok("inspect", f"out/{name}.png", "--format", "story").out for name in ("a", "signed"))
    assert "digitalCreation" in made
    assert "humanEdits" not in made
    assert "humanEdits" in edited
    assert len(json.loads(plain.ok("inspect", "out/signed.png", "--format", "json").out)["manifests"]) == 2
    again = plain.ok("sign", "p/[s]igned.png", "-o", "alone", *CREATED, "--edited", "humanEdits", "--drop-history")
    assert results(again.out) == [("signed", "p/signed.png")]
    assert len(json.loads(plain.ok("inspect", "alone/signed.png", "--format", "json").out)["manifests"]) == 1
    child = plain.ok("sign", "p/[b].png", "-o", "child", *CREATED, "--edited", "humanEdits", "--parent", "signed.png")
    assert results(child.out) == [("signed", "p/b.png")]
    assert len(json.loads(plain.ok("inspect", "child/b.png", "--format", "json").out)["manifests"]) == 2


def test_who_signed_is_told_when_somebody_did(plain: Shell) -> None:
    assert "Signed by" in plain.ok("sign", "p/[ab].png", "-o", "out", *CREATED).out
    assert "Signed by" not in plain.run("sign", "p/[ab].png", "-o", "out", *CREATED).out
    assert "Trust list" not in plain.run("verify", "p/[ab].png").out


def test_signing_in_place_and_beside(plain: Shell) -> None:
    outside = plain.write("outside.png", (plain.folder / "portrait.png").read_bytes())
    (plain.folder / "p" / "link.png").symlink_to("../outside.png")
    before = outside.read_bytes()
    assert results(plain.run("sign", "p/[ab].png", "p/z", "--in-place", *CREATED).out)[:3] == [
        ("signed", "p/a.png"),
        ("signed", "p/b.png"),
        ("signed", "p/z/a.png"),
    ]
    assert outside.read_bytes() == before
    assert plain.run("verify", "p/a.png", "p/b.png", "p/z/a.png", "-q", "--require", "trusted").code == 0
    shutil.rmtree(plain.folder / "p")
    (plain.folder / "p").mkdir()
    shutil.copy(outside, plain.folder / "p" / "c.png")
    plain.ok("sign", "p", *CREATED, "-q", "--sidecar")
    assert (plain.folder / "p" / "c.png.c2pa").is_file()
    assert results(plain.ok("verify", "p").out) == [("trusted", "p/c.png")]


def test_two_sources_for_one_output(plain: Shell) -> None:
    done = plain.run("sign", "p/a.png", "p/z/a.png", "-o", "out", *CREATED)
    assert done.code == 1
    assert 'refused     p/z/a.png: "p/z/a.png" would be written to "out/a.png", as an earlier file is' in done.out
    plain.write("list", b"p/a.png\np/z/a.png\n")
    plain.ok("sign", "--files", "list", "-o", "listed", *CREATED, "-q")
    assert (plain.folder / "listed" / "p" / "z" / "a.png").is_file()
    assert "is no folder" in plain.refused(1, "sign", "p", "-o", "portrait.png", *CREATED)


def test_outputs_that_cannot_be_written(plain: Shell) -> None:
    (plain.folder / "out").mkdir()
    plain.write("out/z", b"a file where a folder is wanted")
    done = plain.run("sign", "p/**/a.png", "p/b.png", "-o", "out", *CREATED)
    assert results(done.out) == [("signed", "p/a.png"), ("refused", "p/z/a.png"), ("signed", "p/b.png")]
    assert 'the folder "out/z" cannot be made: ' in done.out


def test_a_fault_on_one_file_stops_no_other(many: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    real = credkit.verify_file

    def faulty(path: str, **options: Any) -> credkit.Report:
        if path == "d/a.jpg":
            raise ZeroDivisionError("a secret")
        return real(path, **options)

    monkeypatch.setattr("credkit.api.verify_file", faulty, raising=False)
    for jobs in ("1", "2"):
        done = many.run("verify", "d", "--jobs", jobs)
        assert done.code == 70
        assert "a secret" not in done.out
        assert re.search(r"unreadable +d/a.jpg: a fault in credkit itself \(ZeroDivisionError\)", done.out)
        assert results(done.out)[1:] == OF_D[1:]


# resume


def without_list(files: dict[str, bytes | None]) -> dict[str, bytes | None]:
    return {name: data for name, data in files.items() if not name.endswith("/r")}


def test_what_is_finished_is_left_out_and_counted(many: Shell) -> None:
    first = many.run("verify", "d", "--resume", "r")
    again = many.run("verify", "d", "--resume", "r")
    assert first.code == again.code == 3
    # What could not be read is tried again.
    assert results(again.out) == [OF_D[2]]
    assert "finished by an earlier run  3" in again.out
    assert "  trusted                     1" in again.out
    shutil.copy(many.folder / "d/a.jpg", many.folder / "d/below/c.png")
    assert many.run("verify", "d", "--resume", "r", "-q").code == 1
    assert results(many.run("verify", "d", "--resume", "r").out) == []
    many.write("d/b.jpg", (many.folder / "d/a.jpg").read_bytes())
    os.utime(many.folder / "d/a.jpg", ns=(1, 1))
    changed = many.run("verify", "d", "--resume", "r", "--format", "text")
    assert results(changed.out) == [("trusted", "d/a.jpg"), ("trusted", "d/b.jpg")]
    assert changed.code == 2


@pytest.mark.parametrize(
    "more", [("--no-own-trust",), AT, ("--strict",), ("--require", "trusted"), ("--trust-list", "other.pem"), ("--format", "json")]
)
def test_other_options_begin_anew(many: Shell, more: tuple[str, ...]) -> None:
    shutil.copy(next(many.configuration.rglob("root.pem")), many.folder / "other.pem")
    many.run("verify", "d", "--resume", "r")
    noted = (many.folder / "r").read_bytes().count(b"done")
    many.run("verify", "d", "--resume", "r", *more)
    assert (many.folder / "r").read_bytes().count(b"done") == 2 * noted


def test_a_list_with_another_content_is_another_option(many: Shell) -> None:
    pem = next(many.configuration.rglob("root.pem")).read_bytes()
    many.write("roots.pem", pem)
    line = ("verify", "d", "--resume", "r", "--trust-list", "roots.pem")
    many.run(*line)
    os.utime(many.folder / "roots.pem", ns=(1, 1))
    assert "earlier run" in many.run(*line).out
    many.write("roots.pem", pem + pki.root_pem())
    assert "earlier run" not in many.run(*line).out


def test_a_list_of_finished_files_that_is_none(many: Shell) -> None:
    before = (many.folder / "signed.png").read_bytes()
    assert "no list of finished files" in many.refused(3, "verify", "d", "--resume", "signed.png", "-q")
    assert "no list of finished files" in many.refused(1, "sign", "d", "--in-place", "--resume", "signed.png", *CREATED)
    assert (many.folder / "signed.png").read_bytes() == before


@pytest.mark.parametrize("where", [("-o", "out"), ("--in-place",), ("--sidecar",)])
def test_nothing_is_signed_twice(plain: Shell, where: tuple[str, ...]) -> None:
    line = ("sign", "p", *CREATED, "--resume", "r", *where)
    first = plain.run(*line)
    files = plain.files()
    again = plain.run(*line, "--jobs", "2") if "--sidecar" not in where else plain.run(*line)
    assert results(again.out) == [result for result in results(first.out) if result[0] != "signed"]
    assert again.code == first.code
    assert without_list(plain.files()) == without_list(files)


def test_an_output_that_went_away_is_made_again(plain: Shell) -> None:
    line = ("sign", "p/a.png", "p/b.png", "-o", "out", *CREATED, "--resume", "r")
    plain.ok(*line)
    (plain.folder / "out" / "a.png").unlink()
    assert results(plain.ok(*line).out) == [("signed", "p/a.png")]
    plain.write("out/b.png", b"another file")
    refused = plain.run(*line)
    assert results(refused.out) == [("refused", "p/b.png")]
    assert refused.code == 1
    assert (plain.folder / "out" / "b.png").read_bytes() == b"another file"


def test_what_is_signed_depends_on_what_a_trust_list_holds(plain: Shell) -> None:
    pem = next(plain.configuration.rglob("root.pem")).read_bytes()
    plain.write("roots.pem", pem)
    line = ("sign", "p/a.png", "p/b.png", "-o", "out", "--force", *CREATED, "--resume", "r", "--trust-list", "roots.pem")
    plain.ok(*line)
    assert results(plain.ok(*line).out) == []
    plain.write("roots.pem", pem + pki.root_pem())
    assert results(plain.ok(*line).out) == [("signed", "p/a.png"), ("signed", "p/b.png")]


WHERE = {"out": ("-o", "out"), "place": ("--in-place",), "beside": ("--sidecar",)}


@pytest.mark.parametrize("where", WHERE)
def test_a_run_that_was_killed_between_writing_and_noting(plain: Shell, where: str) -> None:
    line = ("sign", "p/a.png", "p/b.png", *CREATED, "--resume", "r", *WHERE[where])
    told = [json.loads(one) for one in plain.ok(*line, "--json").out.splitlines()]
    noted = (plain.folder / "r").read_bytes().splitlines(keepends=True)
    assert [json.loads(one)["step"] for one in noted[1:]] == ["begun", "begun", "done", "done"]
    written = without_list(plain.files())
    for kept in (3, 4):
        (plain.folder / "r").write_bytes(b"".join(noted[:kept]))
        again = [json.loads(one) for one in plain.ok(*line, "--json").out.splitlines()]
        # Whatever had no line of its own yet gets one now, about the file as it was signed then.
        assert [one["signed"].pop("notes")[0].split(" and ")[0] for one in again] == ["an earlier run signed it"] * (5 - kept)
        assert again == [one | {"signed": {k: v for k, v in one["signed"].items() if k != "notes"}} for one in told[kept - 3 :]]
        assert without_list(plain.files()) == written
        done = plain.ok(*line, "--json")
        assert done.out == ""
    if where != "beside":
        # A picture that was exported anew meanwhile carries no credentials, so it is signed; another's output is in the way.
        (plain.folder / "r").write_bytes(b"".join(noted[:3]))
        shutil.copy(plain.folder / "portrait.png", plain.folder / ("p" if where == "place" else "out") / "a.png")
        found = [json.loads(one)["result"] for one in plain.run(*line, "--json").out.splitlines()]
        assert found == ["signed" if where == "place" else "refused", "signed"]


def test_a_run_that_was_killed_before_it_wrote(plain: Shell) -> None:
    line = ("sign", "p/a.png", "p/b.png", *CREATED, "--resume", "r", "-o", "out")
    plain.ok(*line)
    begun = b"".join((plain.folder / "r").read_bytes().splitlines(keepends=True)[:3])
    (plain.folder / "r").write_bytes(begun)
    (plain.folder / "out" / "a.png").unlink()
    before = (plain.folder / "out" / "b.png").read_bytes()
    done = plain.ok(*line)
    assert results(done.out) == [("signed", "p/a.png"), ("signed", "p/b.png")]
    assert done.out.count("an earlier run signed it") == 1
    assert (plain.folder / "out" / "b.png").read_bytes() == before


def test_documents_of_a_run_that_was_killed_are_told_and_not_made_again(many: Shell) -> None:
    line = ("inspect", "d", "--format", "json", "-o", "out", "--resume", "r")
    first = many.run(*line)
    noted = (many.folder / "r").read_bytes().splitlines(keepends=True)
    (many.folder / "r").write_bytes(b"".join(one for one in noted if b'"begun"' in one or b'"finished"' in one))
    before = without_list(many.files())
    again = many.run(*line)
    assert SECONDS.sub("", again.out) == SECONDS.sub("", first.out)
    assert again.code == first.code == 3
    assert without_list(many.files()) == before


def test_a_summary_of_nothing_new_has_no_rate(many: Shell) -> None:
    many.ok("verify", "d/a.jpg", "signed.png", "--resume", "r")
    done = many.ok("verify", "d/a.jpg", "signed.png", "--resume", "r")
    assert re.search(r"^2 files: [\d,]+ bytes in 0\.\d s\.$", done.out, re.MULTILINE)


def test_documents_of_inspect_are_resumed(many: Shell) -> None:
    line = ("inspect", "d", "--format", "json", "-o", "out", "--resume", "r")
    assert many.run(*line).code == 3
    again = many.run(*line)
    assert again.code == 3
    assert "finished by an earlier run  4" in again.out
    assert results(again.out) == []
