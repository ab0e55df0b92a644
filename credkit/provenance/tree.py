"""The chain as a tree, for a person who inspects it: each generation with its facts, and below it what it was made from.

``details`` adds what a reader of ten seconds does not need: every assertion with its content, and every remark of the checks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import Assertion, EmbeddedFile
from credkit.provenance.facts import facts, standing_tone, title_words
from credkit.provenance.graph import provenance_graph
from credkit.provenance.nodes import Graph, Node
from credkit.provenance.signs import Signs
from credkit.provenance.text import json_text, shown
from credkit.provenance.values import assertion_value, json_value
from credkit.provenance.verdict import Tone, verdict
from credkit.status import Kind, Status
from credkit.verify.report import ManifestReport, Report

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

__all__ = ["print_tree"]

_DEEPEST = 8
_TONES: dict[Kind, Tone] = {Kind.SUCCESS: "good", Kind.INFORMATIONAL: "plain", Kind.FAILURE: "bad"}


def print_tree(report: Report, console: Console, *, details: bool = False, limits: Limits = DEFAULT_LIMITS) -> None:
    """Print the tree on ``console``: the active manifest first, each generation inside of what was made from it."""
    from rich.tree import Tree

    graph = provenance_graph(report, limits=limits)
    words = verdict(report, graph, limits=limits)
    signs = Signs(console)
    root = Tree(signs.marked(f"{words.headline}  {shown(report.name, limits)}".rstrip(), words.tone))
    for reason in words.reasons:
        root.add(signs.text(reason))
    _Planter(report, graph, signs, limits, details=details).plant(root)
    if words.uncovered:
        branch = root.add(signs.text("what this does not tell", style="bold"))
        for line in words.uncovered:
            branch.add(signs.text(line))
    console.print(root)


class _Planter:
    """Adds nodes below each other; a node that stands in the tree already is only named again."""

    def __init__(self, report: Report, graph: Graph, signs: Signs, limits: Limits, *, details: bool) -> None:
        self.report = report
        self.graph = graph
        self.signs = signs
        self.limits = limits
        self.details = details
        self.planted: set[str] = set()
        self.continued: list[Node] = []

    def plant(self, root: Tree) -> None:
        """The active generation with all below it, then what nothing refers to.

        Generations deeper than ``_DEEPEST`` start again at the root, because a hundred inside each other would leave no width.
        """
        if self.graph.active:
            self.continued.append(self.graph.active)
        while self.continued:
            self._add(root, self.continued.pop(0), "", 1)
        for node in self.graph.nodes:
            if node.kind == "unlinked":
                self._add(root, node, "", 1)

    def _add(self, parent: Tree, node: Node, relation: str, depth: int) -> None:
        """Add one generation and, inside of it, what it was made from."""
        branch = parent.add(self.signs.marked(relation + title_words(node, self.limits), standing_tone(node)))
        if node.key in self.planted:
            branch.add(self.signs.text("shown elsewhere in this tree"))
            return
        self.planted.add(node.key)
        for fact in facts(node, self.graph, limits=self.limits):
            words = f"{fact.topic}: {fact.words}"
            branch.add(self.signs.marked(words, fact.tone) if fact.tone != "plain" else self.signs.text(words))
        manifest = self.report.find(node.label)
        if manifest:
            self._add_statuses(branch, manifest)
            if self.details:
                self._add_assertions(branch, manifest)
        for edge, source in self.graph.sources(node.key):
            tone: Tone = "bad" if edge.intact is False else standing_tone(source)
            relation = f"{shown(edge.relationship or 'no relationship', self.limits)}: "
            if source.kind != "manifest":
                if self.details:  # without, they are named among the facts of their user
                    self._add_other(branch, source, relation, tone)
            elif depth < _DEEPEST or source.key in self.planted:
                self._add(branch, source, relation, depth + 1)
            else:
                branch.add(self.signs.marked(f"{relation}{title_words(source, self.limits)}, continued below", tone))
                self.continued.append(source)

    def _add_other(self, branch: Tree, source: Node, relation: str, tone: Tone) -> None:
        """An ingredient without readable credentials."""
        twig = branch.add(self.signs.marked(relation + title_words(source, self.limits), tone))
        for fact in facts(source, self.graph, limits=self.limits):
            twig.add(self.signs.text(f"{fact.topic}: {fact.words}", fact.tone))

    def _add_statuses(self, branch: Tree, manifest: ManifestReport) -> None:
        results = manifest.results
        told = (*results.failure, *results.informational) if self.details else results.failure
        if not told and not self.details:
            return
        counts = f"{len(results.failure):,} failed, {len(results.informational):,} remarks, {len(results.success):,} passed"
        twig = branch.add(self.signs.text(f"checks: {counts}", style="bold"))
        for status in told:
            twig.add(self.signs.marked(self._status_line(status), _TONES[status.kind]))

    def _status_line(self, status: Status) -> str:
        return f"{shown(status.code, self.limits)}: {shown(status.explanation or '', self.limits)}"

    def _add_assertions(self, branch: Tree, manifest: ManifestReport) -> None:
        assertions = manifest.manifest.assertions
        twig = branch.add(self.signs.text(f"assertions: {len(assertions):,}", style="bold"))
        failed = {status.url for status in manifest.results.failure}
        for assertion in assertions:
            tone: Tone = "bad" if assertion.uri in failed else "plain"
            twig.add(self.signs.text(f"{shown(assertion.label, self.limits)}  {self._content(assertion)}".rstrip(), tone))

    def _content(self, assertion: Assertion) -> str:
        value = assertion_value(assertion, self.limits)
        if isinstance(value, EmbeddedFile):
            return f"{shown(value.media_type, self.limits)}, {len(value.data):,} bytes"
        if value is None:
            return "cannot be decoded"
        return shown(" ".join(json_text(json_value(value)).split()), self.limits)
