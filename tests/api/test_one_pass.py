"""A source is read once when it is signed, and what that takes for granted is settled before anything is written."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit import Statements
from credkit.assets.jpeg.app11 import framed
from credkit.errors import HistoryError
from tests.assets.samples import jpeg
from tests.assets.samples_bmff import old_film
from tests.forge import peer, pki
from tests.forge.pictures import picture

SIGNER = pki.signer()
CREATED = Statements(created="digitalCapture", creator=("My Studio",))
_HEAD = b"\xff\xd8\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"


class Counting(io.BytesIO):
    """A stream that counts the bytes it gave."""

    given = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.given += len(data)
        return data


def large(kind: str) -> bytes:
    if kind == "jpg":
        return _HEAD + b"\x5a" * 3_000_000 + b"\xff\xd9"
    whole = picture("png")
    at = whole.index(b"IDAT") - 4
    chunk = b"\x00\x2d\xc6\xc0teSt" + bytes(3_000_000) + b"\x63\x44\x2f\x58"
    return whole[:at] + chunk + whole[at:]


@pytest.mark.parametrize("mirrors", [True, False])
@pytest.mark.parametrize("sidecar", [True, False])
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_source_is_read_once(kind: str, sidecar: bool, mirrors: bool) -> None:
    source, out = Counting(large(kind)), io.BytesIO()
    result = credkit.sign_file(source, out, CREATED, signer=SIGNER, sidecar=sidecar, mirrors=mirrors)
    assert result.report.state == "Valid"
    # Besides, the headers of chunks are read with what stands near them.
    assert 3_000_000 < source.given < 3_700_000
    if not sidecar:
        assert credkit.verify_file(out.getvalue()).state == "Valid"


def hidden(store: bytes) -> bytes:
    """A picture without a store in its header, and with that one between two scans, where it counts all the same."""
    data = jpeg(progressive=True)
    at = data.index(b"\xff\xc4", data.index(b"\xff\xda"))
    return data[:at] + framed(store, 0x0211) + data[at:]


@pytest.fixture
def overlooked() -> bytes:
    out = io.BytesIO()
    credkit.sign_file(jpeg(progressive=True), out, CREATED, signer=SIGNER)
    return hidden(credkit.read_store(out.getvalue()).data)


@pytest.mark.parametrize("as_stream", [True, False])
def test_a_store_between_scans_is_not_dropped(overlooked: bytes, as_stream: bool, tmp_path: Path) -> None:
    target = tmp_path / "out.jpg"
    asset: Any = io.BytesIO(overlooked) if as_stream else overlooked
    with pytest.raises(HistoryError, match="the file already carries credentials"):
        credkit.sign_file(asset, target, CREATED, signer=SIGNER)
    assert list(tmp_path.iterdir()) == []


def test_a_store_between_scans_becomes_the_history(overlooked: bytes, tmp_path: Path) -> None:
    """Ingredients that can be asked for once only are taken in all the same."""
    target = tmp_path / "out.jpg"
    result = credkit.sign_file(overlooked, target, signer=SIGNER, ingredients=iter([picture("png")]))
    assert [report.active_manifest is not None for report in result.ingredients] == [True, False]
    assert len(result.report.manifests) == 2
    assert result.report.state == "Valid"
    assert peer.read(target.read_bytes(), "jpg").manifests == 2


def test_dropping_it_takes_it_out(overlooked: bytes) -> None:
    out = io.BytesIO()
    credkit.sign_file(overlooked, out, CREATED, signer=SIGNER, drop_history=True)
    report = credkit.verify_file(out.getvalue())
    assert (report.state, len(report.manifests)) == ("Valid", 1)


def test_a_sidecar_beside_it_is_refused(overlooked: bytes) -> None:
    with pytest.raises(HistoryError):
        credkit.sign_file(overlooked, io.BytesIO(), CREATED, signer=SIGNER, sidecar=True)


def test_a_film_behind_the_picture_is_walked_as_before() -> None:
    out = io.BytesIO()
    credkit.sign_file(jpeg() + old_film(), out, CREATED, signer=SIGNER)
    assert credkit.verify_file(out.getvalue()).state == "Valid"
