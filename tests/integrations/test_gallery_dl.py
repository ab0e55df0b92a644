"""gallery-dl itself downloads from a server on the loopback address, with its own post-processors."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.shell import ROOT
from tests.forge.pictures import picture
from tests.integrations.downloads import POLICY, altered, serving, signed

gallery_dl = pytest.importorskip("gallery_dl", reason="gallery-dl is not installed")
from gallery_dl import config, exception, job, util  # noqa: E402

from credkit.integrations.gallery_dl import hook  # noqa: E402
from credkit.integrations.receiving import CredentialsWarning, Receiver  # noqa: E402


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as found:
        yield found


@pytest.fixture(autouse=True)
def _no_settings_of_others() -> Iterator[None]:
    config.clear()
    yield
    config.clear()
    util.FLAGS.clear()


def download(url: str, folder: Path, *postprocessors: dict[str, Any], **options: Any) -> int:
    """The exit code of one job, whose files lie in ``folder``."""
    settings = {
        "base-directory": str(folder),
        "directory": [],
        "filename": "{filename}.{extension}",
        "postprocessors": list(postprocessors),
        "archive": None,
        **options,
    }
    for name, value in settings.items():
        config.set(("extractor",), name, value)
    config.set(("output",), "mode", "null")
    return int(job.DownloadJob(url).run())


def written(tmp_path: Path, receiver: str) -> dict[str, Any]:
    """The post-processor with a hook in a file of the user's own."""
    (tmp_path / "policy.json").write_text(json.dumps(POLICY))
    source = (
        "from credkit.integrations.gallery_dl import hook\n"
        "from credkit.integrations.receiving import Receiver\n"
        f"judge = hook(Receiver(policy={str(tmp_path / 'policy.json')!r}, {receiver}))\n"
    )
    name = f"credentials_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(source)
    return {"name": "python", "event": "file", "function": f"{tmp_path / name}.py:judge"}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("part", [True, False])
def test_accepted_pictures_and_other_files_are_left_alone(address: str, tmp_path: Path, part: bool) -> None:
    processor = written(tmp_path, 'on_failure="refuse"')
    config.set(("downloader",), "part", part)
    assert download(f"{address}/signed.png", tmp_path / "out", processor) == 0
    assert names(tmp_path / "out") == ["signed.png"]
    assert (tmp_path / "out" / "signed.png").read_bytes() == signed()


@pytest.mark.parametrize("part", [True, False])
def test_refused_pictures_get_no_name(address: str, tmp_path: Path, part: bool) -> None:
    processor = written(tmp_path, 'on_failure="refuse"')
    config.set(("downloader",), "part", part)
    for count in (1, 2):
        assert download(f"{address}/altered.png", tmp_path / "out", processor) == 4
        assert len(names(tmp_path / "out")) == count
    assert names(tmp_path / "out") == ["altered.png.2.refused", "altered.png.refused"]
    assert (tmp_path / "out" / "altered.png.refused").read_bytes() == altered()
    # The flag of one download does not reach the next.
    assert download(f"{address}/signed.png", tmp_path / "out", processor) == 0


@pytest.mark.parametrize("part", [True, False])
def test_quarantine_takes_the_file(address: str, tmp_path: Path, part: bool) -> None:
    processor = written(tmp_path, f'on_failure="quarantine", quarantine={str(tmp_path / "held")!r}')
    config.set(("downloader",), "part", part)
    assert download(f"{address}/altered.png", tmp_path / "out", processor) == 4
    assert names(tmp_path / "out") == []
    held, verdict = names(tmp_path / "held")
    assert held.endswith("-altered.png")
    assert (tmp_path / "held" / held).read_bytes() == altered()
    told = json.loads((tmp_path / "held" / verdict).read_text())
    assert told["name"] == "altered.png"
    assert told["report"]["policy"]["passed"] is False


def test_a_refused_file_is_not_noted_in_an_archive(address: str, tmp_path: Path) -> None:
    processor = written(tmp_path, 'on_failure="refuse"')
    archive = tmp_path / "archive.sqlite3"
    assert download(f"{address}/altered.png", tmp_path / "out", processor, archive=str(archive)) == 4
    assert download(f"{address}/altered.png", tmp_path / "out", archive=str(archive)) == 0
    assert "altered.png" in names(tmp_path / "out")


def test_a_warning_lets_it_through(address: str, tmp_path: Path) -> None:
    with pytest.warns(CredentialsWarning, match=r'"plain.png" is not accepted'):
        assert download(f"{address}/plain.png", tmp_path / "out", written(tmp_path, 'on_failure="warn"')) == 0
    assert (tmp_path / "out" / "plain.png").read_bytes() == picture("png")


def test_quarantine_that_cannot_be_had_keeps_the_file(address: str, tmp_path: Path) -> None:
    (tmp_path / "held").write_text("a file, no folder")
    processor = written(tmp_path, f'on_failure="quarantine", quarantine={str(tmp_path / "held")!r}')
    assert download(f"{address}/altered.png", tmp_path / "out", processor) == 4
    assert [name.removesuffix(".part") for name in names(tmp_path / "out")] == ["altered.png"]


def test_without_the_path_the_job_ends_with_a_sentence() -> None:
    judge = hook(Receiver(policy=POLICY))
    with pytest.raises(exception.AbortExtraction, match='"metadata-path" to "_path"'):
        judge({"filename": "x"})


def test_the_command_as_a_post_processor(
    address: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "configuration"))
    (tmp_path / "policy.json").write_text(json.dumps(POLICY))
    verify = [sys.executable, "-m", "credkit", "verify", "--format", "jsonl", "--policy", str(tmp_path / "policy.json"), "{_path}"]
    processor = {"name": "exec", "event": "after", "command": verify}
    assert download(f"{address}/signed.png", tmp_path / "out", processor) == 0
    assert download(f"{address}/altered.png", tmp_path / "out", processor) == 0
    reports = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    assert [report["policy"]["passed"] for report in reports] == [True, False]
