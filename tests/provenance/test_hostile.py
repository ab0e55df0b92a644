"""Every format, fed with hostile text in every place that a file can fill."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from rich.console import Console

from credkit.provenance import FORMATS, render
from tests.injection.page import ATTRIBUTES, ELEMENTS, POLICY, Page
from tests.provenance.material import HOSTILE, cases, hostile_report


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_no_output_holds_a_control_or_hidden_character(format_name: Any, text: str) -> None:
    output = render(hostile_report(text), format_name)
    assert output.endswith("\n")
    assert not [c for c in output if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) <= 0x9F]
    assert not re.search("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ue000-\uf8ff]", output)
    output.encode("utf-8")


@pytest.mark.parametrize("format_name", ["story", "tree"])
@pytest.mark.parametrize("text", HOSTILE)
def test_on_a_console_without_unicode_everything_is_ascii(format_name: Any, text: str) -> None:
    console = Console(width=80, color_system=None, file=open("/dev/null", "w", encoding="ascii"))  # noqa: SIM115
    with console.file:
        assert render(hostile_report(text), format_name, console=console).isascii()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_terminal_output_does_not_grow_lines_from_a_title(text: str) -> None:
    lines = render(hostile_report(text), "story", console=Console(width=100_000, color_system=None)).splitlines()
    calm = render(hostile_report("calm"), "story", console=Console(width=100_000, color_system=None)).splitlines()
    assert len(lines) <= len(calm)


@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_consists_of_known_elements_only(text: str) -> None:
    page = Page(render(hostile_report(text), "html", sha256=text))
    assert page.elements <= ELEMENTS
    assert page.attributes <= ATTRIBUTES
    assert page.open == []
    assert page.sources == []
    assert page.policies == [POLICY]


@pytest.mark.parametrize("case", sorted(cases()))
def test_every_page_is_closed_and_loads_nothing(case: str) -> None:
    page = Page(render(cases()[case], "html"))
    assert page.elements <= ELEMENTS
    assert page.attributes <= ATTRIBUTES
    assert page.open == []
    assert all(re.fullmatch(r"data:image/(jpeg|png|webp);base64,[A-Za-z0-9+/]+=*", source) for source in page.sources)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_mermaid_label_holds_nothing_that_means_something(text: str) -> None:
    for line in render(hostile_report(text), "mermaid").splitlines():
        if match := re.match(r'  (?:[mi]\d+\["(.*)"\]:::\w+|verdict\(\["(.*)"\]\):::\w+)$', line):
            label = (match[1] or match[2]).replace("<br/>", "")
            assert not re.search(r'["<>\[\]{}`*_~|;&\\]', re.sub(r"#\d+;", "", label))
        else:
            assert re.fullmatch(r'flowchart TD|  [mi]\d+ (-->|-\.->)(\|"[a-z, ]+"\|)? (\w+)|  classDef \w+ [a-z0-9#:,-]+', line), line


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("format_name", ["json", "crjson", "c2patool"])
def test_json_outputs_are_json(format_name: Any, text: str) -> None:
    assert isinstance(json.loads(render(hostile_report(text), format_name)), dict)


def test_a_thumbnail_that_is_no_picture_is_not_shown() -> None:
    assert "<img" not in render(hostile_report("x"), "html")
