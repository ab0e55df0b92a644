"""The graph that leads to one node: what it says of the picture, and which files it began with.

A graph may hold several branches that end in several saving nodes. Only what leads to this one speaks for its pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from credkit.api.reading import open_with_sidecar
from credkit.assets import detect
from credkit.errors import CredkitError
from credkit.integrations.comfyui.host import Host
from credkit.lifting import Lifted, lift_texts
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["Evidence", "evidence_of", "leading_to"]

_PLACE = "the prompt graph of ComfyUI"
_KIND = re.compile(r" \[(input|output|temp)\]$")
_LONGEST_NAME = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the graph says."""

    lifted: Lifted | None = None
    parent: Path | None = None
    """The file that the picture was made from."""
    components: tuple[Path, ...] = ()
    """Files that were put into it."""
    notes: tuple[str, ...] = ()


def evidence_of(
    prompt: Any,
    extra: Any,
    node: str | None,
    host: Host,
    *,
    size: tuple[int, int] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Evidence:
    """What ``prompt`` (and the workflow in ``extra``) says about the pictures that node ``node`` saves; nothing in it makes this raise."""
    graph = leading_to(prompt, node)
    found = lift_texts(_blocks(graph, extra), dimensions=size, limits=limits)
    if not found:
        return Evidence()
    best = replace(found[0], place=_PLACE)
    began: list[Path] = []
    others: list[Path] = []
    notes: list[str] = []
    for item in best.generation.inputs:
        if item.role not in ("initial-image", "other") or not item.name:
            continue
        path = next(filter(None, map(host.input_file, _given_names(graph, item.name))), None)
        if path is None or not _can_be_named(path):
            notes.append(f'The picture "{item.name}" that the graph begins with cannot be read as a parent.')
        else:
            (began if item.role == "initial-image" else others).append(path)
    began = list(dict.fromkeys(began))
    others = [path for path in dict.fromkeys((*began[1:], *others)) if path not in began[:1]]
    return Evidence(lifted=best, parent=began[0] if began else None, components=tuple(others), notes=tuple(notes))


def leading_to(prompt: Any, node: str | None) -> dict[str, Any]:
    """The part of a prompt graph that node ``node`` depends on, with itself; the whole graph when that node is not in it."""
    if not isinstance(prompt, Mapping):
        return {}
    whole = {str(name): entry for name, entry in prompt.items()}
    if node is None or str(node) not in whole:
        return whole
    reached: dict[str, Any] = {}
    waiting = [str(node)]
    while waiting:
        name = waiting.pop()
        if name in reached or name not in whole:
            continue
        reached[name] = whole[name]
        inputs = whole[name].get("inputs") if isinstance(whole[name], Mapping) else None
        for value in inputs.values() if isinstance(inputs, Mapping) else ():
            if isinstance(value, list | tuple) and len(value) == 2 and isinstance(value[0], str | int):
                waiting.append(str(value[0]))
    # In the order of the graph, so that what depends on the order does not depend on the walk.
    return {name: entry for name, entry in whole.items() if name in reached}


def _blocks(graph: dict[str, Any], extra: Any) -> list[TextBlock]:
    texts = {"prompt": graph} if graph else {}
    if isinstance(extra, Mapping) and isinstance(extra.get("workflow"), Mapping):
        texts["workflow"] = extra["workflow"]
    blocks = []
    for name, value in texts.items():
        try:
            text = json.dumps(value)
        except (TypeError, ValueError, RecursionError):
            continue
        blocks.append(TextBlock(kind="png-text", keyword=name, text=text, place=_PLACE if name == "prompt" else "the workflow of ComfyUI"))
    return blocks


def _given_names(graph: Mapping[str, Any], name: str) -> list[str]:
    """What nodes were given that ends in ``name``: with its folder, and with the word that says in which of the host's folders it lies."""
    inputs = [entry["inputs"] for entry in graph.values() if isinstance(entry, Mapping) and isinstance(entry.get("inputs"), Mapping)]
    texts = [value for given in inputs for value in given.values() if isinstance(value, str) and len(value) <= _LONGEST_NAME]
    return [name, *(text for text in texts if _KIND.sub("", text).replace("\\", "/").rpartition("/")[2] == _KIND.sub("", name))]


def _can_be_named(path: Path) -> bool:
    """Whether a file is of a kind that can be an ingredient."""
    try:
        with open_with_sidecar(path) as (source, _):
            return detect(source) is not None
    except CredkitError:
        return False
