"""The graph that leads to one node: what it says of the picture, and which files it began with.

A graph may hold several branches that end in several saving nodes. Only what leads to this one speaks for its pictures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from credkit.api.reading import open_with_sidecar
from credkit.assets import detect
from credkit.dataclass import dataclass, replace
from credkit.errors import CredkitError
from credkit.integrations.comfyui.host import Host
from credkit.lifting import Document, Lifted, lift_texts
from credkit.lifting.wording import cleaned, file_name
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["Evidence", "evidence_of", "leading_to"]

_PLACE = "the prompt graph of ComfyUI"
_LOADED = ("image", "image_path", "path")
"""Inputs in which nodes are given the file that they load."""
_LONGEST_NAME = 1_000
"""As far as lifting takes names."""


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
    best = replace(found[0], place=_PLACE, documents=tuple(_as_handed(found[0].documents, graph, prompt)))
    began: list[Path] = []
    others: list[Path] = []
    notes: list[str] = []
    for item in best.generation.inputs:
        if item.role not in ("initial-image", "other") or not item.name:
            continue
        paths = {host.input_file(name) for name in _given_names(graph, item.name)}
        path = paths.pop() if len(paths) == 1 else None
        if path is not None and _can_be_named(path):
            (began if item.role == "initial-image" else others).append(path)
        elif paths:
            notes.append(f'The graph loads several pictures "{item.name}", so none of them is named as the parent.')
        else:
            notes.append(f'The picture "{item.name}" that the graph begins with cannot be read as a parent.')
    began = list(dict.fromkeys(began))
    others = [path for path in dict.fromkeys((*began[1:], *others)) if path not in began[:1]]
    return Evidence(lifted=best, parent=began[0] if began else None, components=tuple(others), notes=tuple(notes))


def leading_to(prompt: Any, node: str | None) -> dict[str, Any]:
    """The part of a prompt graph that node ``node`` depends on, with itself; the whole graph when that node is not in it.

    A node that another one made while the graph ran (``9.0.0.2``) stands for the one that made it.
    """
    if not isinstance(prompt, Mapping):
        return {}
    whole = {str(name): entry for name, entry in prompt.items()}
    start = next((name for name in (node, (node or "").partition(".")[0]) if name in whole), None)
    if start is None:
        return whole
    reached: dict[str, Any] = {}
    waiting = [start]
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
        text = _json(value)
        if text is not None:
            blocks.append(
                TextBlock(kind="png-text", keyword=name, text=text, place=_PLACE if name == "prompt" else "the workflow of ComfyUI")
            )
    return blocks


def _json(value: Any) -> str | None:
    """As the host writes it; None for what is no JSON."""
    try:
        return json.dumps(value)
    except (TypeError, ValueError, RecursionError):
        return None


def _as_handed(documents: Iterable[Document], graph: Mapping[str, Any], prompt: Any) -> Iterator[Document]:
    """The raw texts, with the graph as the host handed it and writes it into files, not as it was cut down here."""
    cut = _json(graph)
    for document in documents:
        yield replace(document, text=_json(prompt) or document.text) if document.text == cut else document


def _given_names(graph: Mapping[str, Any], name: str) -> Iterator[str]:
    """What the loading nodes were given whose file is called ``name``: with its folder, and with the word that says in which of the host's
    folders it lies. A text elsewhere in the graph names no file.
    """
    for entry in graph.values():
        inputs = entry.get("inputs") if isinstance(entry, Mapping) else None
        if not isinstance(inputs, Mapping):
            continue
        given = next((inputs[key] for key in _LOADED if isinstance(inputs.get(key), str)), "")
        if given and len(given) <= _LONGEST_NAME and cleaned(file_name(given), _LONGEST_NAME) == name:
            yield given


def _can_be_named(path: Path) -> bool:
    """Whether a file is of a kind that can be an ingredient."""
    try:
        with open_with_sidecar(path) as (source, _):
            return detect(source) is not None
    except CredkitError:
        return False
