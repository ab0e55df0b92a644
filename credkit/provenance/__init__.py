"""Showing results: one door, ``render``, to every format. Nothing here decides; a ``Report`` is put into words, JSON and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import EmbeddedFile
from credkit.provenance.graph import provenance_graph
from credkit.provenance.nodes import Edge, Graph, Node
from credkit.provenance.text import json_text, shown
from credkit.verify.report import Report

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["FORMATS", "Edge", "Graph", "Node", "ReportFormat", "provenance_graph", "render", "shown"]

ReportFormat = Literal["story", "tree", "json", "crjson", "c2patool", "mermaid", "html"]
FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)
"""Every format of ``render``."""


def render(
    report: Report,
    format: ReportFormat,  # noqa: A002
    *,
    console: Console | None = None,
    sha256: str | None = None,
    dimensions: tuple[int, int] | None = None,
    preview: EmbeddedFile | None = None,
    details: bool = False,
    limits: Limits = DEFAULT_LIMITS,
) -> str:
    """The report as text in one of ``FORMATS``; ``ValueError`` for another.

    ``story`` and ``tree`` are for terminals: laid out for ``console`` (its width, colours and encoding), or 100 columns wide
    without colours; ``details`` adds every assertion and remark to the tree. ``sha256`` (hex digest of the asset),
    ``dimensions`` (its width and height in pixels) and ``preview`` (a small picture made of it) are put into the page of
    ``html``. Every character of a file that could steer a terminal, a page or a diagram is escaped. All texts end with a line
    break.
    """
    if format in ("story", "tree"):
        return _printed(report, format, console, details=details, limits=limits)
    if format == "html":
        from credkit.provenance.html import html_page

        return html_page(report, sha256=sha256, dimensions=dimensions, preview=preview, limits=limits)
    if format == "mermaid":
        from credkit.provenance.mermaid import mermaid

        return mermaid(report, limits=limits)
    return json_text(_json(report, format, limits)) + "\n"


def _json(report: Report, name: str, limits: Limits) -> dict[str, object]:
    if name == "json":
        from credkit.provenance.json_report import json_report

        return json_report(report, limits=limits)
    if name == "crjson":
        from credkit.provenance.crjson import crjson

        return crjson(report, limits=limits)
    if name == "c2patool":
        from credkit.provenance.c2patool import c2patool_json

        return c2patool_json(report, limits=limits)
    raise ValueError(f"{name!r} is not one of {', '.join(FORMATS)}")


def _printed(report: Report, name: str, console: Console | None, *, details: bool, limits: Limits) -> str:
    from rich.console import Console

    from credkit.provenance.story import print_story
    from credkit.provenance.tree import print_tree

    target = console or Console(width=100, color_system=None, force_terminal=False, legacy_windows=False)
    with target.capture() as captured:
        if name == "story":
            print_story(report, target, limits=limits)
        else:
            print_tree(report, target, details=details, limits=limits)
    return captured.get()
