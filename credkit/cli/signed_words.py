"""What ``credkit sign`` tells of a finished signing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.api import SignResult
    from credkit.sign.signer import Signer

__all__ = ["signed_lines", "signed_object", "signer_line", "signer_name"]


def signed_lines(result: SignResult, output: Path, signer: Signer, root: Path | None) -> list[str]:
    """What a person wants to know: what is stated now, by whom, and what to look after."""
    from credkit.cli.terminal import safe
    from credkit.provenance import provenance_graph
    from credkit.provenance.facts import facts

    graph = provenance_graph(result.report)
    left_out = ("who", "intact", "when", "tool")
    stated = [fact for fact in facts(graph.active, graph) if fact.topic not in left_out] if graph.active else []
    lines = [f"{safe(output)} is signed."]
    lines += [f"  {fact.topic}: {fact.words}" for fact in stated]
    lines += [f"  note: {safe(note)}" for note in result.notes]
    if result.stamped:
        lines.append(f"  time-stamp: {result.stamped:%Y-%m-%d %H:%M:%S} UTC; it counts for readers who trust its authority")
    if result.openings:
        lines.append(f"  openings: {safe(result.openings)}; keep this file: nothing else can show what was sealed (credkit reveal)")
    lines.append(f"  manifest: {safe(result.label)}")
    return [*lines, signer_line(signer, root)]


def signer_line(signer: Signer, root: Path | None) -> str:
    """Who signed, and what readers will make of that."""
    from credkit.cli.terminal import safe

    anchor = f"your root: {safe(root)}" if root else "the authority of its certificate"
    return f'Signed by "{safe(signer_name(signer))}"; readers will call it valid, and trusted once they trust {anchor}'


def signer_name(signer: Signer) -> str:
    """What to call the signer."""
    return signer.certificate.common_name or signer.certificate.subject


def signed_object(result: SignResult, output: Path, signer: Signer, root: Path | None) -> dict[str, Any]:
    """What programs want to know."""
    from credkit.provenance.json_report import time_text

    return {
        "output": str(output),
        "label": result.label,
        "state": result.report.state,
        "signed_by": signer_name(signer),
        "time_stamp": time_text(result.stamped),
        "root": str(root) if root else None,
        "ingredients": [{"name": report.name, "state": report.state} for report in result.ingredients],
        "openings": str(result.openings) if result.openings else None,
        "notes": list(result.notes),
    }
