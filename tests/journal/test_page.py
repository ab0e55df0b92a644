"""The page for people: complete, harmless whatever the journal says, and readable in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from credkit.journal.entries import Area, Candidate, Made, Note
from credkit.journal.page import journal_page
from credkit.journal.verifying import verify_journal
from credkit.journal.writing import append
from credkit.limits import Limits
from credkit.trust.policy import TrustPolicy
from tests.forge import pki
from tests.journal.material import lines, studio
from tests.provenance.test_browser import BROWSER, browse, drawn, near
from tests.provenance.test_browser import listener as _listener

needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
listener = _listener
ELEMENT = re.compile(r"<([a-z0-9]+)")
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "main", "header", "div", "h1", "h2", "h3", "h4", "p", "dl", "dt", "dd", "section"),
    *("ol", "ul", "li", "span", "article", "figure", "figcaption", "img", "footer"),
}


def page(path: Path, **limits: int) -> str:
    bounds = Limits(**limits)
    return journal_page(verify_journal(path, policy=TrustPolicy.of(pki.root_pem()), limits=bounds), limits=bounds)


def test_everything_is_there_in_order(tmp_path: Path) -> None:
    html = page(studio(tmp_path / "s") / "journal.jsonl")
    wanted = (
        *("The journal begins", "Generation (entry 1)", "the light is softer", "a fisherman, soft light\nsecond line", "blurry", "965003"),
        *("ComfyUI 0.3.60", "steps 28, cfg 6.5", "checkpoint awportrait_v14, claimed autov2 45dee52b00", "lora grain, weight 0.6"),
        *("50% × 30% at 25%, 10%", "What went in", "mask.png", "What came out", "kept.png", "gone.jpg", "Note (entry 2)", "Checkpoint"),
        *(
            "Choice (entry 4)",
            "after all",
            "Checkpoint",
            "A picture is about to be signed",
            "Fisherman",
            "The picture was signed",
            "signed.png",
        ),
    )
    place = 0
    for text in wanted:
        found = html.find(text, place)
        assert found >= 0, text
        place = found
    assert html.count('class="kept"') == 3  # the kept one, and the one that was kept in the end, where it was made and where it was chosen
    assert "2 signed checkpoints" in html
    assert html.count("<img ") == 4
    assert set(re.findall(r'src="(data:image/(?:jpeg|png);base64,)', html)) <= {"data:image/jpeg;base64,", "data:image/png;base64,"}
    assert "http" not in html.replace("http-equiv", "")


def test_faults_stand_at_the_top_and_at_their_entry(tmp_path: Path) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    path.write_bytes(path.read_bytes().replace(b"softer", b"harder", 1))
    html = page(path)
    assert "This journal was altered or is incomplete" in html
    assert html.count("was changed, or a line between them is gone") == 2
    assert 'class="card bad"' in html


def test_an_exchanged_preview_is_not_shown(tmp_path: Path) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    found = lines(path)
    value = json.loads(found[1])
    value["candidates"][0]["preview"]["data"] = value["candidates"][1]["preview"]["data"]
    path.write_bytes(b"".join([found[0], json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n", *found[2:]]))
    html = page(path)
    assert "is not the one that was made" in html
    assert "<img " not in html


def test_previews_have_a_bound(tmp_path: Path) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    assert page(path, page_pictures=0).count("no preview") == 4


HOSTILE = "</style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202e\x1b[31m{{ 7*7 }}{% raw %}\u2028"


def hostile(path: Path, text: str = HOSTILE) -> Path:
    append(
        path,
        Made(
            prompt=text + "\n" + text,
            negative_prompt=text,
            seed=text,
            generation={
                "tool": {"name": text, "version": text},
                "mode": text,
                "settings": {text: text},
                "models": [{"role": text, "name": text, "weight": text, "claimed": {text: text}}, text, {"measured": {"sha256": text}}],
            },
            areas=(Area(x=1, y=2, width=3, height=4, unit=text),),
            candidates=(Candidate(name=text, sha256=text, size=1, seed=text, media_type=text),),
            note=text,
            remarks=(text,),
        ),
        Note(text=text),
    )
    return path


def test_hostile_texts_make_no_element(tmp_path: Path) -> None:
    html = page(hostile(tmp_path / "journal.jsonl"))
    assert set(ELEMENT.findall(html)) <= ALLOWED
    assert "<script" not in html
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert "{{ 7*7 }}" in html
    assert "default-src 'none'" in html


@pytest.mark.parametrize("shape", [{"tool": 5}, {"tool": []}, {"settings": []}, {"models": {"a": 1}}, {"models": [1, None]}, {"mode": 7}])
def test_any_shape_of_a_generation(tmp_path: Path, shape: dict[str, object]) -> None:
    append(tmp_path / "j", Made(generation=shape))
    assert "Generation" in page(tmp_path / "j")


@needs_browser
def test_nothing_runs_and_nothing_is_fetched(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    bait = f"<script>fetch('{address}/s')</script><img src='{address}/i' onerror=\"document.title='run'\">"
    bait += f"\"><iframe src='{address}/f'></iframe>"
    html = page(hostile(tmp_path / "journal.jsonl", bait))
    dom = browse(tmp_path, html, "--virtual-time-budget=2000", "--dump-dom")
    assert "<title>run</title>" not in dom
    assert set(ELEMENT.findall(dom.partition("</style>")[2])) <= ALLOWED
    assert asked == []


@needs_browser
def test_the_verdict_is_seen_at_once(tmp_path: Path) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    good = drawn(tmp_path, page(path), 1000)
    path.write_bytes(path.read_bytes().replace(b"softer", b"harder", 1))
    bad = drawn(tmp_path, page(path), 1000)
    green, red = (0x1A, 0x7F, 0x37), (0xB3, 0x26, 0x1E)
    assert near(good, green) > 300 > 50 > near(good, red)
    assert near(bad, red) > 300


@needs_browser
def test_a_phone_shows_the_whole_width(tmp_path: Path) -> None:
    image = drawn(tmp_path, page(studio(tmp_path / "s") / "journal.jsonl"), 500)
    edge = image.crop((image.width - 4, 0, image.width, image.height))
    assert len(edge.getcolors(1 << 20) or ()) == 1
