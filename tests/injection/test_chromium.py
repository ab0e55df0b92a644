"""The page of a hostile file in a real browser: nothing runs, nothing is asked for, nothing moves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import credkit
from tests.injection.fields import ALONE, EVERYWHERE, FIELDS, made, trust
from tests.injection.page import ELEMENTS, Page
from tests.injection.strings import HOSTILE
from tests.provenance.test_browser import BROWSER, browse
from tests.provenance.test_browser import listener as _listener

pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
    pytest.mark.filterwarnings("ignore:Attribute's length"),
]
listener = _listener
TURNS = 4
"""Each turn puts every text into other fields."""
BROWSERS_OWN = {"tbody"}


def armed(text: str, address: str) -> str:
    """The text with something in it that would be noticed."""
    ran = f"(document.title='ran',new Image().src='{address}/ran')"
    text = text.replace("alert(document.domain)", ran).replace("alert(1)", ran).replace("msgbox(1)", ran)
    return text.replace("https://evil.example", address).replace("src=x", f"src={address}/x")


def turned(turn: int, address: str) -> dict[str, str]:
    """A text for every field; the fields that hide others stay harmless, but for one."""
    texts = [armed(text, address) for text in HOSTILE.values()]
    step = len(texts) // TURNS
    hostile = {field: texts[(number + turn * step) % len(texts)] for number, field in enumerate(EVERYWHERE)}
    return hostile | {ALONE[turn]: armed(HOSTILE["script"], address)}


@pytest.mark.parametrize("turn", range(TURNS))
def test_nothing_in_a_page_runs_or_asks_or_moves(tmp_path: Path, listener: tuple[str, list[str]], turn: int) -> None:
    address, asked = listener
    assert len(FIELDS) >= len(HOSTILE)
    report = credkit.verify_file(made(turned(turn, address)), policy=trust(), name=armed(HOSTILE["handler"], address))
    html = credkit.render(report, "html", sha256=armed(HOSTILE["attribute"], address))
    dom = browse(tmp_path, html, "--virtual-time-budget=3000", "--dump-dom")
    page = Page(re.sub("^<!DOCTYPE html>", "", dom, flags=re.IGNORECASE))
    assert page.elements <= ELEMENTS | BROWSERS_OWN
    assert page.order == _with_bodies(Page(html).order, page.order)
    assert all(source.startswith("data:image/") for source in page.sources)
    assert re.findall("<title>(.*?)</title>", dom) == re.findall("<title>(.*?)</title>", html.replace("&#39;", "'").replace("&#34;", '"'))
    assert asked == []


def _with_bodies(written: list[str], drawn: list[str]) -> list[str]:
    """The elements that were written, with those that a browser adds to tables where it added them."""
    rest = iter(written)
    return [element if element in BROWSERS_OWN else next(rest, "") for element in drawn]


def test_a_page_that_does_run_is_noticed(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    dom = browse(tmp_path, f"<title>x</title><p>{armed(HOSTILE['script'], address)}</p>", "--virtual-time-budget=3000", "--dump-dom")
    assert "<title>ran</title>" in dom
    assert asked == ["/ran"]
