"""Walking back through a ComfyUI graph: what leads to a node, which value an input got, which words, which pictures.

Custom nodes are followed by the names of their inputs. No walk visits a node twice in the same sense, so cycles end by themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from credkit.lifting.comfyui.graph import Link, Node

__all__ = ["Nodes", "ancestors", "conditioning", "loads_picture", "pictures", "scalar", "words_of"]

_Nodes = Mapping[str, Node]
_HOPS = 200
_PIECES = 200
_NODES = 1_000
_VALUES = ("value", "seed", "noise_seed", "int", "float", "number", "Number", "Value", "string", "text")
_TEXTS = ("text", "text_g", "text_l", "clip_g", "clip_l", "t5xxl", "prompt", "text_positive", "string", "value", "user_prompt", "tags")
_NOT_WORDS = frozenset({
    "model", "clip", "vae", "image", "images", "pixels", "mask", "control_net", "clip_vision", "clip_vision_output", "style_model",
    "latent", "latent_image", "samples", "noise", "sampler", "sigmas", "upscale_model", "bbox_detector", "width", "height", "seed",
})  # fmt: skip
_PICTURE, _OUTSIDE, _CONDITION, _CONTROL, _REFERENCE, _MASK = (
    "initial-image",
    "other",
    "condition",
    "control-image",
    "reference-image",
    "mask",
)
_ASIDE = frozenset(
    {"positive", "negative", "conditioning", "guider", "cond1", "cond2", "model", "clip", "vae", "control_net", "style_model"}
)
_EDITING = ("referencelatent", "imageedit", "kontext")


class Nodes(dict[str, Node]):
    """The nodes of one graph, and what was followed in it: many ways may lead through one chain, which is walked once."""

    __slots__ = ("_pieces", "_scalars", "_words")

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        super().__init__(nodes)
        self._scalars: dict[tuple[str, str, bool], Any] = {}
        self._words: dict[str, tuple[str, ...]] = {}
        self._pieces: dict[str, tuple[list[str], list[Link]]] = {}

    def scalar_behind(self, link: Link, name: str, *, text: bool) -> Any:
        """The value that comes over a link from an input of the same name; None where it cannot be followed."""
        known, passed = self._scalars, list[tuple[str, str, bool]]()
        step: tuple[Link, str] | None = (link, name)
        value: Any = None
        while step is not None and (key := (step[0].node, step[1], text)) not in known:
            # A way that comes back to itself ends here, without a value.
            known[key] = None
            passed.append(key)
            value, step = _step(self.get(step[0].node), step[1], text=text)
        if step is not None:
            value = known[key]
        known.update(dict.fromkeys(passed, value))
        return value

    def words_behind(self, start: Link) -> tuple[str, ...]:
        """The texts of the nodes that a link leads to."""
        if start.node not in self._words:
            self._words[start.node] = tuple(self._gathered(start))
        return self._words[start.node]

    def _gathered(self, start: Link) -> Iterator[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting and len(seen) < _HOPS:
            link = waiting.pop()
            behind = self.get(link.node)
            if behind is None or link.node in seen:
                continue
            seen.add(link.node)
            if link.node not in self._pieces:
                self._pieces[link.node] = _pieces(behind)
            plain, onward = self._pieces[link.node]
            yield from plain
            waiting.extend(reversed(onward))


def ancestors(nodes: _Nodes, start: str) -> dict[str, int]:
    """Every node that leads to ``start``, itself included, with its distance in links."""
    distance = {start: 0}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for link in nodes[here].links.values():
            if link.node in nodes and link.node not in distance:
                distance[link.node] = distance[here] + 1
                waiting.append(link.node)
    return distance


def _is_plain(value: Any, *, text: bool) -> bool:
    return isinstance(value, str) if text else isinstance(value, (int, float)) and not isinstance(value, bool)


def scalar(nodes: Nodes, node: Node, name: str, *, text: bool = False) -> Any:
    """The value of an input, followed through the nodes that hand it on: a text where ``text``, else a number; None where that fails."""
    if _is_plain(node.values.get(name), text=text):
        return node.values[name]
    link = node.links.get(name)
    return nodes.scalar_behind(link, name, text=text) if link is not None else None


def _step(node: Node | None, name: str, *, text: bool) -> tuple[Any, tuple[Link, str] | None]:
    """The value that a node hands on over a link from an input ``name``, or where it comes from and under which name."""
    if node is None:
        return None, None
    found = next((key for key in (name, *_VALUES) if key in node.links or _is_plain(node.values.get(key), text=text)), None)
    if found is None:
        plain = [key for key, value in node.values.items() if _is_plain(value, text=text)]
        only = plain if len(plain) == 1 else list(node.links) if len(node.links) == 1 and not plain else []
        if not only:
            return None, None
        found = only[0]
    if _is_plain(node.values.get(found), text=text):
        return node.values[found], None
    return None, (node.links[found], found)


def conditioning(nodes: Nodes, start: Link, *, negative: bool, visit: Callable[[Node], None]) -> list[str]:
    """The words behind a conditioning, in order, each once; ``visit`` sees every node on the way."""
    found: dict[str, None] = {}
    seen: set[str] = set()
    waiting = [start]
    while waiting and len(found) < _PIECES and len(seen) < _NODES:
        link = waiting.pop()
        node = nodes.get(link.node)
        if node is None or link.node in seen or node.kind == "ConditioningZeroOut":
            continue
        seen.add(link.node)
        visit(node)
        side = _side(node, link.slot, negative=negative)
        if side in node.values or (side in node.links and not _is_conditioning(node)):
            found.update(dict.fromkeys(words_of(nodes, node, (side,))))
            continue
        texts = words_of(nodes, node, (f"text_{side}", *_TEXTS)) if side not in node.links else []
        found.update(dict.fromkeys(texts))
        if not texts:
            onward = [side] if side in node.links else [name for name in node.links if name not in _NOT_WORDS]
            waiting.extend(node.links[name] for name in reversed(onward))
    return [text for text in found if text.strip()]


def _side(node: Node, slot: int, *, negative: bool) -> str:
    """Which input of a node that takes both stands behind an output: the outputs have the same order by custom."""
    if "positive" in node.links and "negative" in node.links and slot in (0, 1):
        return ("positive", "negative")[slot]
    return "negative" if negative else "positive"


def _is_conditioning(node: Node) -> bool:
    """Whether ``positive`` and ``negative`` are conditionings here; at prompt loaders they are texts."""
    return not any(name in node.values for name in ("ckpt_name", "positive", "negative"))


def words_of(nodes: Nodes, node: Node, names: tuple[str, ...]) -> list[str]:
    """The texts in the named inputs of a node, where they are linked, those of the nodes behind them."""
    return list(dict.fromkeys(text for name in names for text in _words(nodes, node, name) if text.strip()))


def _words(nodes: Nodes, node: Node, name: str) -> Iterator[str]:
    value = node.values.get(name)
    if isinstance(value, str):
        yield value
    if name in node.links:
        yield from nodes.words_behind(node.links[name])


def _pieces(node: Node) -> tuple[list[str], list[Link]]:
    """What a node that makes texts holds itself, and from where it gets more."""
    if node.kind == "StringConcatenate" and not node.links:
        return [str(node.values.get("delimiter", "")).join(str(node.values.get(key, "")) for key in ("string_a", "string_b"))], []
    named = [key for key in (*_TEXTS, "string_a", "string_b") if isinstance(node.values.get(key), str)]
    named = named or [key for key, value in node.values.items() if isinstance(value, str) and ("text" in key or "prompt" in key)]
    links = [link for name, link in node.links.items() if name not in _NOT_WORDS]
    return [node.values[key] for key in named[:_PIECES]], links[:_HOPS]


def loads_picture(node: Node) -> bool:
    """Whether a node reads a picture from outside of the graph."""
    kind = node.kind.lower()
    return "load" in kind and ("image" in kind or "mask" in kind) and "image" not in node.links and "images" not in node.links


def pictures(nodes: _Nodes, start: str, is_sampler: Callable[[Node], bool]) -> Iterator[tuple[str, Node]]:
    """Every picture that is loaded on the way to ``start``, with the part it plays: a role of ``GenerationInput``."""
    seen = {(start, _OUTSIDE)}
    waiting = deque(seen)
    while waiting:
        here, part = waiting.popleft()
        node = nodes[here]
        if loads_picture(node):
            yield _REFERENCE if part == _CONDITION else part, node
        sampling = is_sampler(node)
        for name, link in node.links.items():
            step = (link.node, _part(node, name, part, sampling=sampling))
            if link.node in nodes and step not in seen:
                seen.add(step)
                waiting.append(step)


def _part(node: Node, name: str, part: str, *, sampling: bool) -> str:
    """The part that something plays behind one input, after it played ``part`` before it."""
    kind = node.kind.lower()
    if "mask" in name:
        return _MASK
    if name in _ASIDE and part in (_PICTURE, _OUTSIDE):
        return _CONDITION
    if part == _OUTSIDE:
        return _PICTURE if sampling else _OUTSIDE
    if part != _CONDITION or not name.startswith(("image", "pixels", "latent", "clip_vision")):
        return part
    if "inpaint" in kind or any(word in kind for word in _EDITING):
        return _PICTURE
    return _CONTROL if "control_net" in node.links or "controlnet" in kind else _REFERENCE
