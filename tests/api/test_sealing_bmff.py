"""Prompts in the Exif of AVIF and HEIC, and in the notes of films: lifted, sealed where they stand, and never left behind."""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image, features

import credkit
from credkit import Statements
from credkit.errors import CredkitError
from tests.assets.samples import picture, pixels
from tests.assets.samples_bmff import film_of, heic_pixels
from tests.forge import pki
from tests.forge.bmff import box
from tests.forge.generated import NEGATIVE, PROMPT, SEED, a1111_text
from tests.sealing.leaks import leaks

SIGNER = pki.signer()
_EXIF, _COMMENT = 0x8769, 0x9286


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def commented() -> bytes:
    """Exif as generation tools write it: all parameters as the comment of the user."""
    exif = Image.Exif()
    exif[_EXIF] = {_COMMENT: b"UNICODE\0" + a1111_text().encode("utf-16-be")}
    return exif.tobytes()


def avif() -> bytes:
    if not features.check("avif"):
        pytest.skip("Pillow was built without AVIF")
    buffer = io.BytesIO()
    picture(64, 64).save(buffer, "AVIF", exif=commented())
    return buffer.getvalue()


def heic() -> bytes:
    if not find_spec("pillow_heif"):
        pytest.skip("pillow-heif is not installed")
    import pillow_heif

    buffer = io.BytesIO()
    pillow_heif.from_pillow(picture(64, 64)).save(buffer, exif=commented())
    return buffer.getvalue()


KINDS = pytest.mark.parametrize(("make", "reader", "suffix"), [(avif, pixels, "avif"), (heic, heic_pixels, "heic")])


@KINDS
def test_a_prompt_is_lifted(make: Callable[[], bytes], reader: Callable[[bytes], object], suffix: str, tmp_path: Path) -> None:
    data, target = make(), tmp_path / f"out.{suffix}"
    credkit.sign_file(data, target, signer=SIGNER, lift=True)
    assert PROMPT.encode() in target.read_bytes()
    assert credkit.verify_file(target).state == "Valid"
    assert reader(target.read_bytes()) == reader(data)


@KINDS
def test_a_prompt_is_sealed(make: Callable[[], bytes], reader: Callable[[bytes], object], suffix: str, tmp_path: Path) -> None:
    data, target = make(), tmp_path / f"out.{suffix}"
    credkit.sign_file(data, target, signer=SIGNER, lift=True, prompt="sealed")
    assert all(text.encode(code) not in target.read_bytes() for text in (PROMPT, NEGATIVE) for code in ("utf-8", "utf-16-be", "utf-16-le"))
    if suffix == "avif":  # Pillow, with which the pixels are searched, reads no HEIC by itself.
        assert leaks(target.read_bytes(), PROMPT, NEGATIVE, SEED) == []
    assert credkit.verify_file(target).state == "Valid"
    assert reader(target.read_bytes()) == reader(data)
    assert [(one.field, one.value) for one in credkit.reveal(target, fields=("prompt",))] == [("prompt", PROMPT)]


def test_a_prompt_in_the_notes_of_a_film_is_not_left_behind(tmp_path: Path) -> None:
    """Notes (``ilst``) are not cleared, so such a film is refused and not signed with its prompt in it."""
    note = box("data", (1).to_bytes(4, "big"), bytes(4), PROMPT.encode())
    data = film_of() + box("udta", box("ilst", box("\xa9cmt", note)))
    target = tmp_path / "out.mp4"
    with pytest.raises(CredkitError, match="would still hold the prompt"):
        credkit.sign_file(data, target, Statements(created="trainedAlgorithmicMedia", prompt=PROMPT), signer=SIGNER, prompt="sealed")
    assert not target.exists()
