"""The page in a real browser: what is drawn, that nothing runs, and that nothing is fetched."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from credkit.provenance import render
from tests.injection.page import ELEMENTS, Page
from tests.provenance.material import cases, hostile_report

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
GREEN, RED = (0x1E, 0x7D, 0x34), (0xB3, 0x26, 0x1E)


class Listener(http.server.BaseHTTPRequestHandler):
    """Remembers what was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        self.send_error(404)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    handler = type("Handler", (Listener,), {"asked": []})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", handler.asked
    server.shutdown()
    server.server_close()
    thread.join()


def browse(folder: Path, html: str, *options: str) -> str:
    assert BROWSER is not None
    (folder / "page.html").write_text(html, encoding="utf-8")
    command = [BROWSER, *QUIET, f"--user-data-dir={folder / 'profile'}", *options, (folder / "page.html").as_uri()]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    return result.stdout


def drawn(folder: Path, html: str, width: int) -> Image.Image:
    target = folder / "page.png"
    browse(folder, html, f"--window-size={width},1600", f"--screenshot={target}")
    with Image.open(target) as image:
        return image.convert("RGB")


def near(image: Image.Image, colour: tuple[int, int, int]) -> int:
    """How many pixels of the upper part have about this colour."""
    upper = image.crop((0, 0, image.width, 400))
    return sum(count for count, pixel in upper.getcolors(1 << 24) or () if max(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 40)  # type: ignore[arg-type]


def test_the_verdict_is_seen_at_once(tmp_path: Path) -> None:
    trusted = drawn(tmp_path, render(cases()["trusted"], "html"), 1000)
    altered = drawn(tmp_path, render(cases()["ancestor-altered"], "html"), 1000)
    assert near(trusted, GREEN) > 300
    assert near(trusted, RED) < 50
    assert near(altered, RED) > 300
    assert near(altered, GREEN) < near(altered, RED)


def test_a_phone_shows_the_whole_width(tmp_path: Path) -> None:
    """Nothing reaches past the right edge: its last columns are background, all the way down."""
    image = drawn(tmp_path, render(cases()["trusted"], "html"), 500)
    edge = image.crop((image.width - 4, 0, image.width, image.height))
    assert len(edge.getcolors(1 << 20) or ()) == 1


def test_hostile_text_makes_no_element_runs_nothing_and_fetches_nothing(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    baits = (
        f"<script>fetch('{address}/script')</script>",
        f"<img src='{address}/image' onerror=\"document.title='run'\">",
        f"\"><iframe src='{address}/frame'></iframe>",
        f"</style><link rel=stylesheet href='{address}/style'>",
    )
    for text in baits:
        dom = browse(tmp_path, render(hostile_report(text), "html"), "--virtual-time-budget=2000", "--dump-dom")
        page = Page(dom.removeprefix("<!DOCTYPE html>"))
        assert page.elements <= ELEMENTS | {"tbody"}  # which browsers add to tables
        assert "<title>run</title>" not in dom
        assert all(source.startswith("data:image/") for source in page.sources)
    assert asked == []
