"""Labels in the metadata of further formats: written, read by a second reader, and found by the lint; or refused in a sentence."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import credkit
from credkit import Statements
from credkit.api.linting import lint_file
from credkit.errors import AssetError
from credkit.labels import Labels
from tests.assets.samples_bmff import avif, film_of
from tests.assets.samples_gif import gif
from tests.assets.samples_id3 import mp3
from tests.assets.samples_jxl import parted
from tests.assets.samples_riff import avi, wav
from tests.assets.samples_svg import svg
from tests.assets.samples_tiff import tiff
from tests.forge import pki

SIGNER = pki.signer()
CHINA = Labels(regimes=("cn",), provider="Test Studio", provider_code="TESTSTUDIO")
MADE = Statements(created="trainedAlgorithmicMedia", creator=("Test Studio",))
WRITTEN: dict[str, Callable[[], bytes]] = {"gif": gif, "tiff": tiff, "jxl": lambda: parted(40), "wav": wav, "avi": avi, "mp3": mp3}


@pytest.mark.parametrize("kind", WRITTEN)
def test_labels_are_written_and_linted(kind: str, tmp_path: Path) -> None:
    target = tmp_path / f"out.{kind}"
    credkit.sign_file(WRITTEN[kind](), target, MADE, signer=SIGNER, labels=CHINA)
    assert credkit.verify_file(target).state == "Valid"
    found = lint_file(target, ("cn",))
    implicit = [one for one in found.findings if one.answer.outcome == "unmet"]
    assert [one for one in implicit if "visible" not in one.requirement.asks] == []
    assert b"TC260:AIGC" in target.read_bytes()


@pytest.mark.parametrize(("kind", "make"), [("avif", avif), ("mp4", film_of), ("svg", svg)])
def test_formats_that_get_no_xmp_are_refused(kind: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    target = tmp_path / f"out.{kind}"
    with pytest.raises(AssetError, match="credkit writes none into .* files: sign without --label"):
        credkit.sign_file(make(), target, MADE, signer=SIGNER, labels=CHINA)
    assert not target.exists()


def test_pillow_reads_the_mirror() -> None:
    out = io.BytesIO()
    credkit.sign_file(tiff(), out, MADE, signer=SIGNER, labels=CHINA)
    with Image.open(out) as image:
        assert "trainedAlgorithmicMedia" in str(image.getxmp())
        assert "Test Studio" in str(image.getxmp())


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("kind", WRITTEN)
def test_exiftool_reads_the_mirror(kind: str, tmp_path: Path) -> None:
    target = tmp_path / f"out.{kind}"
    credkit.sign_file(WRITTEN[kind](), target, MADE, signer=SIGNER)
    shown = subprocess.run(["exiftool", "-XMP:all", str(target)], check=True, capture_output=True, text=True).stdout
    assert "Test Studio" in shown


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_mark_is_drawn_only_where_pixels_are_written_again(kind: str, tmp_path: Path) -> None:
    target = tmp_path / f"out.{kind}"
    with pytest.raises(AssetError, match=r".+: .+"):
        credkit.sign_file(
            WRITTEN[kind](),
            target,
            MADE,
            signer=SIGNER,
            labels=Labels(regimes=("cn",), provider="Test Studio", provider_code="TESTSTUDIO", visible="cn"),
        )
    assert not target.exists()
