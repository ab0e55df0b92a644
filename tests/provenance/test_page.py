"""The page: what a court or a newsroom finds on it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace

import pytest

from credkit.limits import Limits
from credkit.provenance import render
from credkit.version import __version__
from tests.injection.page import Page
from tests.provenance.material import cases, second_generation


def page(case: str, **options: object) -> Page:
    return Page(render(cases()[case], "html", **options))  # type: ignore[arg-type]


def text(found: Page) -> str:
    return " ".join(" ".join(found.text).split())


def test_what_identifies_the_file_and_the_check() -> None:
    digest = hashlib.sha256(second_generation()).hexdigest()
    found = text(page("trusted", sha256=digest, dimensions=(240, 180)))
    report = cases()["trusted"]
    for part in (
        digest,
        "240 × 180 pixels",
        f"{report.size:,} bytes",
        "image/jpeg",
        f"{report.validated_at:%Y-%m-%d %H:%M:%S} UTC",
        f"credkit {__version__}",
    ):
        assert part in found


def test_generations_stand_as_cards_oldest_first() -> None:
    markup = render(cases()["trusted"], "html")
    names = re.findall(r"<article class=\"card \w+\">\s*<h3>([^<]*)</h3>", markup)
    assert names == ["Generation 1, &#34;portrait.jpg&#34;", "Component &#34;moon.jpg&#34;", "Generation 2, &#34;portrait-repaint.jpg&#34;"]


def test_thumbnails_are_marked_as_claims() -> None:
    found = page("trusted")
    assert len(found.sources) == 3
    assert text(found).count("As claimed by the signer") == 3


def test_the_changed_region_is_drawn_in_percent_of_the_picture() -> None:
    markup = render(cases()["trusted"], "html", dimensions=(240, 180))
    assert '<rect class="shape" x="8.333" y="16.667" width="25.0" height="33.333"/>' in markup
    assert "<rect" not in render(cases()["trusted"], "html")


def test_without_a_thumbnail_the_region_is_drawn_in_an_empty_frame() -> None:
    report = cases()["trusted"]
    unmatched = tuple(
        replace(m, results=replace(m.results, success=tuple(s for s in m.results.success if "thumbnail" not in (s.url or ""))))
        for m in report.manifests
    )
    markup = render(replace(report, manifests=unmatched), "html", dimensions=(240, 180))
    assert "<img" not in markup
    assert '<svg viewBox="0 0 240 180"' in markup


def test_the_technical_record_is_complete() -> None:
    found = text(page("ancestor-altered"))
    report = cases()["ancestor-altered"]
    for manifest in report.manifests:
        assert manifest.label in found
        assert manifest.signature is not None
        assert all(hashlib.sha256(der).hexdigest() in found for der in manifest.signature.chain)
        assert all(status.code in found for status in manifest.results)
    whole = re.search(r"<pre>(.*?)</pre>", render(report, "html"), re.DOTALL)
    assert whole
    assert json.loads("".join(Page(whole[0]).text)) == json.loads(render(report, "json"))


def test_whose_words_the_statements_are_is_said() -> None:
    assert "What it says, in the signer's words:" in text(page("trusted"))
    assert "What it says. It is not valid, so nobody in particular can be held to have said this:" in text(page("ancestor-altered"))


@pytest.mark.parametrize("case", ["none", "error"])
def test_files_without_a_verdict_get_a_page_as_well(case: str) -> None:
    markup = render(cases()[case], "html")
    assert markup.startswith("<!DOCTYPE html>")
    assert "What happened" not in markup
    assert "portrait.jpg" in markup


def test_pictures_beyond_the_limit_are_left_out_oldest_first() -> None:
    sizes = [len(source) for source in page("trusted").sources]
    limits = Limits(page_pictures=sizes[-1])
    assert len(page("trusted", limits=limits).sources) < len(sizes)
    assert page("trusted", limits=Limits(page_pictures=0)).sources == []


def test_the_page_is_made_for_paper_phones_and_the_dark() -> None:
    markup = render(cases()["trusted"], "html")
    for part in ("@page { size: A4", "@media print", "@media (max-width: 600px)", "prefers-color-scheme: dark", 'name="viewport"'):
        assert part in markup
    assert not re.search(r"https?://|url\(|@import", re.search(r"<style>(.*?)</style>", markup, re.DOTALL)[1])  # type: ignore[index]
