"""The story of a file for a person at a terminal: the verdict, then what happened, oldest first, then what the verdict does not cover.

A reader should know within ten seconds what happened to the picture and how far to rely on it; details are in ``tree`` and in the page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.facts import Fact, facts, standing_tone, title_words
from credkit.provenance.graph import provenance_graph
from credkit.provenance.nodes import Graph, Node
from credkit.provenance.signs import Signs
from credkit.provenance.text import shown
from credkit.provenance.verdict import Tone, Verdict, verdict
from credkit.verify.report import Report

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_story"]

_FIRST_LINE = ("who", "tool")
_REASONS = 5
_QUIET = frozenset({"description", "also found at"})
"""Topics that are left to the tree and the page."""


def print_story(report: Report, console: Console, *, limits: Limits = DEFAULT_LIMITS) -> None:
    """Print the story of the report on ``console``."""
    graph = provenance_graph(report, limits=limits)
    _Teller(console, graph, limits).tell(report, verdict(report, graph, limits=limits))


class _Teller:
    """Prints rows whose continuation lines hang under their first word."""

    def __init__(self, console: Console, graph: Graph, limits: Limits) -> None:
        self.console = console
        self.graph = graph
        self.limits = limits
        self.signs = Signs(console)

    def tell(self, report: Report, words: Verdict) -> None:
        """Verdict, history, limits of the verdict."""
        self._verdict(shown(report.name, self.limits), words)
        told = [node for node in self.graph.nodes if node.kind == "manifest"]
        if told:
            self._heading("What happened, oldest first")
        for number, node in enumerate(told, start=1):
            self._node(number, node)
        if words.uncovered:
            self._heading("What this does not tell")
        for line in words.uncovered:
            self._row("", line, sign=self.signs.sign("plain"))

    def _heading(self, words: str) -> None:
        self.console.print()
        self.console.print(self.signs.text(words, style="bold"), soft_wrap=True)

    def _verdict(self, name: str, words: Verdict) -> None:
        headline = self.signs.marked(words.headline.upper(), words.tone)
        headline.append_text(self.signs.text(f"  {name}".rstrip(), style="default"))
        self.console.print(headline, soft_wrap=True)
        for reason in words.reasons[:_REASONS]:
            self._row("", reason, sign=" ")
        if len(words.reasons) > _REASONS:
            self._row("", f"and {len(words.reasons) - _REASONS:,} more findings", sign=" ")
        if words.revocation:
            self._row("", words.revocation, sign=" ")

    def _node(self, number: int, node: Node) -> None:
        told = facts(node, self.graph, limits=self.limits)
        tone = standing_tone(node)
        first = " ".join(f"with {fact.words}" if fact.topic == "tool" else fact.words for fact in told if fact.topic in _FIRST_LINE)
        name = title_words(node, self.limits)
        self._row(f"{number:>3}", f"{name}: {first}" if first else name, sign=self.signs.sign(tone), tone=tone)
        for fact in told:
            if fact.topic not in _FIRST_LINE and fact.topic not in _QUIET:
                self._row("   ", _line(fact), sign=" " if fact.tone == "plain" else self.signs.sign(fact.tone), tone=fact.tone, indent=2)

    def _row(self, number: str, words: str, *, sign: str = "", tone: Tone = "plain", indent: int = 0) -> None:
        first = f"{number}{' ' * indent} " if number or indent else ""
        margin = len(first) + len(sign) + 1
        lines = self.signs.text(words, tone if tone == "bad" else "plain").wrap(self.console, max(self.console.width - margin, 20))
        for index, line in enumerate(lines):
            row = self.signs.text(f"{first}{sign} " if index == 0 else " " * margin, tone if index == 0 else "plain").append_text(line)
            row.rstrip()
            self.console.print(row, soft_wrap=True)


def _line(fact: Fact) -> str:
    if fact.topic in ("done", "intact", "fault", "note", "when", "removed"):
        return fact.words
    return f"{'made from' if fact.topic == 'from' else fact.topic}: {fact.words}"
