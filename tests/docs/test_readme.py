"""The pages of the project do what they say: every command and every program on them is run, every link leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.shell import Shell
from tests.docs.examples import Block, blocks, commands, is_as_documented, links, printed, script
from tests.test_architecture import TRACES

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
PAGES = [
    README,
    *(ROOT / name for name in ("CHANGELOG.md", "SECURITY.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("keys/**/*.md")),
]
EVERY_PAGE = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
MARKED = ("command-demo", "command-test")


def is_run(block: Block) -> bool:
    return block.language in ("bash", "console") and block.marker not in MARKED


def run_commands(page: Path, shell: Shell) -> list[str]:
    """Run every command of a page; what did not come out as the page says."""
    problems: list[str] = []
    for block in filter(is_run, blocks(page)):
        for command in commands(block):
            place = f"{page.name}, block at line {block.at}: {command.text}"
            assert command.words[:1] == ("credkit",), f"{place}\nonly commands of credkit are run; give the block another language"
            assert not {"|", ">", "&&", ";"} & set(command.words), f"{place}\nthe test knows no shell"
            done = shell.run(*command.words[1:])
            if done.code != command.code:
                problems.append(f"{place}\nexit code {done.code} instead of {command.code}: {done.err}")
            if command.output and not is_as_documented(command.output, done.out + done.err):
                problems.append(f"{place}\nprints instead:\n{done.out}{done.err}")
    return problems


@dataclass(frozen=True)
class Told:
    """A folder in which everything of the README was done, from pictures drawn for it, and what did not come out as it says."""

    shell: Shell
    problems: list[str]


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    from credkit.cli.demo_pictures import draw_originals, draw_portrait, generation_text, model_file, repaint_flower

    base = tmp_path_factory.mktemp("readme")
    shell = Shell(base / "work", base / "configuration")
    shell.folder.mkdir()
    portrait = draw_portrait()
    portrait.save(shell.folder / "portrait.png")
    portrait.save(shell.folder / "generated.png", pnginfo=generation_text())
    repaint_flower(portrait).save(shell.folder / "repainted.jpg", quality=92)
    shell.write("awportrait.safetensors", model_file())
    (shell.folder / "originals").mkdir()
    for number, original in enumerate(draw_originals(), 1):
        original.save(shell.folder / "originals" / f"{number}.jpg", quality=90)
    return Told(shell, run_commands(README, shell))


@pytest.fixture
def story(told: Told, tmp_path: Path) -> Shell:
    """A copy of that folder, with training pictures (one of which forbids training) and a model to train further."""
    from credkit.cli.demo_pictures import draw_portrait, model_file

    shutil.copytree(told.shell.folder, tmp_path / "work")
    photos = tmp_path / "work" / "photos"
    photos.mkdir()
    for turns, name in enumerate(("first.png", "second.png")):
        draw_portrait().rotate(90 * turns).save(photos / name)
    shutil.copy(told.shell.folder / "signed.png", photos / "third.png")
    (tmp_path / "work" / "base.safetensors").write_bytes(model_file()[:-1] + b"\0")
    return Shell(tmp_path / "work", told.shell.configuration)


def test_the_commands_of_the_readme(told: Told) -> None:
    if told.problems:
        pytest.fail("\n\n".join(told.problems), pytrace=False)
    assert {"signed.png", "repaint.jpg", "repaint.html"} <= {path.name for path in told.shell.folder.iterdir()}


@pytest.mark.parametrize("page", [page for page in PAGES if page != README and any(map(is_run, blocks(page)))], ids=lambda page: page.name)
def test_the_commands_of_other_pages(page: Path, story: Shell) -> None:
    """They may use what the README has made."""
    problems = run_commands(page, story)
    if problems:
        pytest.fail("\n\n".join(problems), pytrace=False)


@pytest.mark.parametrize("page", [page for page in PAGES if script(page).strip()], ids=lambda page: page.name)
def test_the_programs_of_a_page(page: Path, story: Shell) -> None:
    program = script(page)
    compile(program, page.name, "exec")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=story.folder, env=story.environment(), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert is_as_documented(printed(program), done.stdout), f"{page.name} prints instead:\n{done.stdout}"


def test_the_readme_shows_each_command_of_the_introduction() -> None:
    words = [command.words for block in blocks(README) if is_run(block) for command in commands(block)]
    assert {line[1] for line in words} >= {"identity", "sign", "verify", "inspect", "demo"}
    formats = {line[line.index("--format") + 1] for line in words if "--format" in line}
    assert formats == {"tree", "json", "crjson", "c2patool", "mermaid", "html"}


def test_a_wrong_output_is_noticed() -> None:
    shown = ("one", "…", "t…e", "four")
    assert is_as_documented(shown, "one\ntwo\nand a half\nthree\nfour\n")
    assert is_as_documented(shown, "one\nthe\nfour\n")
    assert not is_as_documented(shown, "one\ntwo\nfour\n")
    assert not is_as_documented(shown, "one\nthree\nfour\nfive\n")
    assert not is_as_documented(("one", "four"), "one\nthree\nfour\n")


@pytest.mark.parametrize("name", MARKED)
def test_the_two_commands_are_those_that_a_fresh_machine_runs(name: str) -> None:
    marked = [block for block in blocks(README) if block.marker == name]
    assert len(marked) == 1
    assert marked[0].language == "bash"
    command = "\n".join(marked[0].lines)
    found = re.search(r"^readme_command\(\) \{.*?^\}", (ROOT / ".ci" / "run").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    assert name in (ROOT / ".ci" / "run").read_text("utf-8")
    if shutil.which("bash") is None or shutil.which("awk") is None:
        pytest.skip("the script of a fresh machine needs bash and awk")
    done = subprocess.run(["bash", "-c", f"{found[0]}\nreadme_command {name}"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip("\n") == command
    assert subprocess.run(["bash", "-n", "-c", command], check=False).returncode == 0
    for file in re.findall(r"-r (\S+)", command):
        assert (ROOT / file).is_file()


@EVERY_PAGE
def test_links_lead_somewhere(page: Path) -> None:
    missing = [target for target in links(page) if not (page.parent / target).exists()]
    assert not missing, f"{page.name} links to {', '.join(missing)}"


# Put together from halves, so that this file does not contain what it looks for.
WORDS = re.compile(
    "|".join(
        [
            r"(?<![\w.$}/])/t" + r"mp/\w",
            r"\bcla" + r"ude\b",
            r"\banthro" + r"pic\b",
            r"\bchat" + r"gpt\b",
            r"\bco" + r"pilot\b",
            r"\bAI (?:ass" + r"istants?|ag" + r"ents?)\b",
            r"\bcoding ag" + r"ents?\b",
            r"\b(?:this|our|a|last|next) sess" + r"ion\b",
            r"\bthe le" + r"ad\b",
            r"\bfounder-" + r"engineer",
            r"\bthe iss" + r"ue\b",
            r"\b(?:iss" + r"ue|pull req" + r"uest|PR) ?#\d",
            r"\bco-auth" + r"ored-by\b",
        ]
    ),
    re.IGNORECASE,
)
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX)\b")


def tracked() -> list[Path]:
    """Files of the project: those under version control, and new ones that are not ignored."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("this is no working copy of the repository")
    listing = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True).stdout.decode("utf-8").split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_the_project_speaks_of_itself_alone() -> None:
    files = tracked()
    assert README in files
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if any(pattern.search(line) for pattern in (TRACES, WORDS, UNFINISHED))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line", ["see iss" + "ue #12", 'open("/t' + 'mp/x")', "as the le" + "ad said", "written by an AI ass" + "istant", "# TO" + "DO: later"]
)
def test_such_words_are_recognised(line: str) -> None:
    assert WORDS.search(line) or UNFINISHED.search(line)


@pytest.mark.parametrize(
    "line",
    ["c2pa.sess" + "ion-keys", '@pytest.fixture(scope="sess' + 'ion")', "it leads to an anchor", "from issue import issue", "leading"],
)
def test_other_words_are_left_alone(line: str) -> None:
    assert not WORDS.search(line)
