"""The history as a Mermaid flowchart. Labels are quoted and hold only characters that mean nothing to Mermaid, Markdown or HTML.

Made for ``securityLevel: strict``: no links, no click handlers, no HTML labels but the line break.
"""

from __future__ import annotations

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.facts import standing_tone, title_words
from credkit.provenance.graph import provenance_graph
from credkit.provenance.nodes import Edge, Node
from credkit.provenance.text import shown
from credkit.provenance.verdict import signer_words, verdict
from credkit.verify.report import Report

__all__ = ["mermaid"]

_PLAIN = frozenset(" ,.:-+/()!?=%")
_LINE = 180
_DONE = 3
_CLASSES = {
    "good": "fill:#e6f4ea,stroke:#1e7d34,color:#12351c",
    "warn": "fill:#fff6dd,stroke:#a06a00,color:#3d2b00",
    "bad": "fill:#fdeaea,stroke:#b3261e,color:#4a0f0c,stroke-width:2px",
    "plain": "fill:#f1f3f4,stroke:#5f6368,color:#202124",
}


def mermaid(report: Report, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """The flowchart as text, one statement a line, oldest on top."""
    graph = provenance_graph(report, limits=limits)
    words = verdict(report, graph, limits=limits)
    lines = ["flowchart TD"]
    lines += [f'  {node.key}["{_node_label(node, limits)}"]:::{standing_tone(node)}' for node in graph.nodes]
    updates = {node.key for node in graph.nodes if node.update}
    lines += [_edge(edge, is_update=edge.target in updates) for edge in graph.edges]
    lines.append(f'  verdict(["{_escaped(words.headline)}<br/>{_escaped(words.reasons[0])}"]):::{words.tone}')
    if graph.active:
        lines.append(f"  {graph.active.key} -.-> verdict")
    lines += [f"  classDef {name} {style}" for name, style in _CLASSES.items()]
    return "\n".join(lines) + "\n"


def _node_label(node: Node, limits: Limits) -> str:
    lines = [title_words(node, limits)]
    if node.signer:
        lines.append(signer_words(node.signer, limits))
    if node.tool:
        lines.append(f"with {shown(node.tool, limits)}")
    lines += [shown(deed.sentence, limits) for deed in node.done[:_DONE]]
    if len(node.done) > _DONE:
        lines.append(f"and {len(node.done) - _DONE:,} more")
    if node.altered:
        lines.append("ALTERED after signing")
    elif node.changed:
        lines.append("CONTENT CHANGED after signing")
    notes = {
        "unsigned": "came without credentials",
        "missing": "its credentials are missing",
        "unlinked": "nothing refers to it, not judged",
    }
    if node.kind in notes:
        lines.append(notes[node.kind])
    return "<br/>".join(_escaped(line) for line in lines)


def _edge(edge: Edge, *, is_update: bool) -> str:
    known = {"parentOf": "updated" if is_update else "edited", "componentOf": "placed", "inputTo": "used as input"}
    words = known.get(edge.relationship, "ingredient")
    arrow = "-.->" if edge.intact is False else "-->"
    note = ", does not match the record" if edge.intact is False else ""
    return f'  {edge.source} {arrow}|"{words}{note}"| {edge.target}'


def _escaped(text: str) -> str:
    """Letters and digits of any script and harmless punctuation stay; all else becomes a numeric entity (``#35;``)."""
    cut = text if len(text) <= _LINE else text[: _LINE - 1] + "…"
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in cut)
