"""The two forms in which ComfyUI stores a graph, as one: nodes by identifier, with plain values and links by the name of the input.

The prompt form (API) is what ran: ``{id: {"class_type": ..., "inputs": {name: value | [id, slot]}}}``. The workflow form is what the editor
shows: nodes with positional values and a table of links, muted and bypassed nodes, and subgraphs, which are unfolded here under
``outer:inner`` as the program itself does before it runs them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from credkit.dataclass import dataclass, field

__all__ = ["Graph", "Link", "Node", "prompt_graph", "workflow_graph"]

_MUTED, _BYPASSED = 2, 4
_FOLDS = 8
_WORK = 50
_INPUTS = 2_000
_TOO_WIDE = f"A node of the graph has more than {_INPUTS:,} inputs; the rest is left out."
_INPUTS_EACH = 10
"""Inputs of all nodes together, for each node that may be there; in real graphs there are three to six."""
_REMARKS = 50
_CONTROLS = frozenset({"fixed", "increment", "decrement", "randomize", "increment-wrap"})
_ENTRANCE, _EXIT = "-10", "-20"
_WIDGETS: dict[str, tuple[str, ...]] = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": (
        "add_noise",
        "noise_seed",
        "",
        "steps",
        "cfg",
        "sampler_name",
        "scheduler",
        "start_at_step",
        "end_at_step",
        "return_with_leftover_noise",
    ),
    "SamplerCustom": ("add_noise", "noise_seed", "", "cfg"),
    "RandomNoise": ("noise_seed", ""),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "KarrasScheduler": ("steps", "sigma_max", "sigma_min", "rho"),
    "KSamplerSelect": ("sampler_name",),
    "CFGGuider": ("cfg",),
    "FluxGuidance": ("guidance",),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "CheckpointLoader": ("config_name", "ckpt_name"),
    "UNETLoader": ("unet_name", "weight_dtype"),
    "CLIPLoader": ("clip_name", "type", "device"),
    "DualCLIPLoader": ("clip_name1", "clip_name2", "type", "device"),
    "TripleCLIPLoader": ("clip_name1", "clip_name2", "clip_name3"),
    "VAELoader": ("vae_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "CLIPTextEncodeSDXL": ("width", "height", "crop_w", "crop_h", "target_width", "target_height", "text_g", "text_l"),
    "CLIPTextEncodeSDXLRefiner": ("ascore", "width", "height", "text"),
    "CLIPSetLastLayer": ("stop_at_clip_layer",),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "LoadImage": ("image", "upload"),
    "LoadImageMask": ("image", "channel", "upload"),
    "ControlNetLoader": ("control_net_name",),
    "ControlNetApply": ("strength",),
    "ControlNetApplyAdvanced": ("strength", "start_percent", "end_percent"),
    "UpscaleModelLoader": ("model_name",),
    "ImageScale": ("upscale_method", "width", "height", "crop"),
    "ImageScaleBy": ("upscale_method", "scale_by"),
    "LatentUpscale": ("upscale_method", "width", "height", "crop"),
    "LatentUpscaleBy": ("upscale_method", "scale_by"),
    "ModelSamplingFlux": ("max_shift", "base_shift", "width", "height"),
    "ModelSamplingSD3": ("shift",),
    "ModelSamplingAuraFlow": ("shift",),
    "SaveImage": ("filename_prefix",),
    "VAEEncodeForInpaint": ("grow_mask_by",),
    "ImagePadForOutpaint": ("left", "top", "right", "bottom", "feathering"),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
    "PrimitiveInt": ("value", ""),
    "PrimitiveFloat": ("value",),
    "PrimitiveNode": ("value", ""),
    "StringConcatenate": ("string_a", "string_b", "delimiter"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """Where an input comes from."""

    node: str
    slot: int


@dataclass(frozen=True, slots=True)
class Node:
    """One node."""

    kind: str
    """The class of the node."""
    values: Mapping[str, Any] = field(default_factory=dict)
    links: Mapping[str, Link] = field(default_factory=dict)


@dataclass(slots=True)
class Graph:
    """The nodes that ran, and what of the graph could not be taken over."""

    nodes: dict[str, Node] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def prompt_graph(value: Mapping[str, Any], *, maximum: int) -> Graph | None:
    """The prompt form; None where no entry is a node. At most ``maximum`` nodes are taken, and ten times as many inputs."""
    graph, left = Graph(), _INPUTS_EACH * maximum
    for identifier, entry in value.items():
        if not isinstance(entry, dict) or not isinstance(entry.get("class_type"), str):
            continue
        if len(graph.nodes) >= maximum:
            graph.remarks.append(f"The graph has more than {maximum:,} nodes; the rest is not followed.")
            break
        inputs = entry["inputs"] if isinstance(entry.get("inputs"), dict) else {}
        left -= len(inputs)
        if left < 0:
            graph.remarks.append(f"The nodes of the graph have more than {_INPUTS_EACH * maximum:,} inputs; the rest is not followed.")
            break
        if len(inputs) > _INPUTS and _TOO_WIDE not in graph.remarks:
            graph.remarks.append(_TOO_WIDE)
        values: dict[str, Any] = {}
        links: dict[str, Link] = {}
        for name, item in islice(inputs.items(), _INPUTS):
            if (link := _prompt_link(item)) is not None:
                links[name] = link
            else:
                values[name] = item
        graph.nodes[str(identifier)] = Node(entry["class_type"], values, links)
    return graph if graph.nodes else None


def _prompt_link(value: Any) -> Link | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    node, slot = value
    if not isinstance(node, (str, int)) or not isinstance(slot, int) or isinstance(node, bool) or isinstance(slot, bool):
        return None
    return Link(str(node), slot)


def workflow_graph(value: Mapping[str, Any], *, maximum: int) -> Graph | None:
    """The workflow form; None for what is none."""
    if not isinstance(value.get("nodes"), list):
        return None
    unfolding = _Unfolding(_subgraphs(value), maximum)
    unfolding.unfold(value, "", 0)
    graph = unfolding.graph
    _bridge(graph, unfolding.bypassed)
    return graph if graph.nodes else None


def _subgraphs(value: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    definitions = value.get("definitions")
    listed = definitions.get("subgraphs") if isinstance(definitions, dict) else None
    return {str(item.get("id")): item for item in _maps(listed)}


def _maps(value: Any) -> Iterator[dict[str, Any]]:
    """The maps in a list; nothing for anything else."""
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item


def _link_table(value: Any) -> dict[int, tuple[str, int, str, int]]:
    """Links by identifier: origin, its slot, target, its slot."""
    table: dict[int, tuple[str, int, str, int]] = {}
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, list) and len(entry) >= 5:
            identifier, origin, slot, target, place = entry[:5]
        elif isinstance(entry, dict):
            identifier, origin, slot, target, place = (
                entry.get(key) for key in ("id", "origin_id", "origin_slot", "target_id", "target_slot")
            )
        else:
            continue
        if isinstance(identifier, int) and isinstance(slot, int) and isinstance(place, int):
            table[identifier] = (str(origin), slot, str(target), place)
    return table


@dataclass(slots=True)
class _Unfolding:
    """The unfolding of a workflow with its subgraphs into one table of nodes."""

    subgraphs: Mapping[str, Mapping[str, Any]]
    maximum: int
    graph: Graph = field(default_factory=Graph)
    bypassed: dict[str, Node] = field(default_factory=dict)
    """Nodes that hand on what they get; they are bridged when all links are known."""
    work: int = 0
    """Entries looked at; a subgraph may be used often, and each time costs its links again."""

    def unfold(self, level: Mapping[str, Any], prefix: str, depth: int) -> None:
        """Take over the nodes of one level; inner nodes are called ``outer:inner``."""
        table = _link_table(level.get("links"))
        for entry in _maps(level.get("nodes")):
            if len(self.graph.nodes) + len(self.bypassed) >= self.maximum:
                self._remark(f"The graph has more than {self.maximum:,} nodes; the rest is not followed.")
                return
            self.work += sum(len(part) for part in entry.values() if isinstance(part, (list, dict)))
            if self.work > self.maximum * _WORK:
                self._remark("The nodes of the graph have more inputs than anybody could set; the rest is not followed.")
                return
            if entry.get("mode") != _MUTED and isinstance(entry.get("type"), str):
                self._take(entry, f"{prefix}{entry.get('id')}", prefix, table, depth)

    def _remark(self, sentence: str) -> None:
        if len(self.graph.remarks) < _REMARKS and sentence not in self.graph.remarks:
            self.graph.remarks.append(sentence)

    def _take(
        self, entry: Mapping[str, Any], identifier: str, prefix: str, table: Mapping[int, tuple[str, int, str, int]], depth: int
    ) -> None:
        kind = entry["type"]
        links: dict[str, Link] = {}
        for index, item in enumerate(_maps(entry.get("inputs"))):
            link = table.get(item["link"]) if isinstance(item.get("link"), int) else None
            if link is not None:
                links[str(item.get("name") or index)] = Link(self._origin(prefix, link[0]), link[1])
        if entry.get("mode") == _BYPASSED:
            self.bypassed[identifier] = Node(kind, _bridges(entry), links)
            return
        inner = self.subgraphs.get(kind)
        if inner is not None:
            self.work += sum(len(part) for part in inner.values() if isinstance(part, list))
        if inner is None:
            if kind.startswith(("workflow/", "workflow>")):
                self._remark(f'The group node "{kind[9:][:100]}" is not unfolded; what it holds is not told.')
            # A widget that became an input keeps its last value, which did not count.
            values = {name: value for name, value in _values(entry).items() if name not in links}
            self.graph.nodes[identifier] = Node(kind, values, links)
        elif depth >= _FOLDS or self.work > self.maximum * _WORK:
            self._remark("Subgraphs lie too deep, or are used too often; the inner ones are not followed.")
        else:
            self._unfold_inner(inner, identifier, entry, links, depth)

    def _origin(self, prefix: str, origin: str) -> str:
        return f"{prefix}<" if origin == _ENTRANCE and prefix else f"{prefix}{origin}"

    def _unfold_inner(
        self, inner: Mapping[str, Any], identifier: str, entry: Mapping[str, Any], links: Mapping[str, Link], depth: int
    ) -> None:
        """A subgraph: its entrance and exit become nodes that hand on, one input a slot."""
        names = [str(item.get("name", "")) for item in _maps(inner.get("inputs"))]
        outer = {str(index): links[name] for index, name in enumerate(names) if name in links}
        plain = {str(index): value for index, value in enumerate(_promoted(entry, names)) if value is not None}
        self.bypassed[f"{identifier}:<"] = Node("<", plain, outer)
        exits = {
            str(slot): Link(self._origin(f"{identifier}:", origin), origin_slot)
            for origin, origin_slot, target, slot in _link_table(inner.get("links")).values()
            if target == _EXIT
        }
        self.bypassed[identifier] = Node(">", {}, exits)
        self.unfold(inner, f"{identifier}:", depth + 1)


def _promoted(entry: Mapping[str, Any], names: list[str]) -> list[Any]:
    """Values of a subgraph's widgets, which stand at the outer node, in the order of its inputs."""
    widgets = [str(item.get("name", "")) for item in _maps(entry.get("inputs")) if isinstance(item.get("widget"), dict)]
    held = entry.get("widgets_values")
    values = dict(zip(widgets, held, strict=False)) if isinstance(held, list) else {}
    return [values.get(name) for name in names]


def _bridges(entry: Mapping[str, Any]) -> dict[str, Any]:
    """For each output of a bypassed node the name of the input that takes its place: the first of the same type."""
    first: dict[str, str] = {}
    for index, item in enumerate(_maps(entry.get("inputs"))):
        first.setdefault(str(item.get("type")), str(item.get("name") or index))
    return {str(slot): first.get(str(output.get("type"))) for slot, output in enumerate(_maps(entry.get("outputs")))}


def _values(entry: Mapping[str, Any]) -> dict[str, Any]:
    held = entry.get("widgets_values")
    if isinstance(held, dict):
        return dict(held)
    if not isinstance(held, list):
        return {}
    names: tuple[str, ...] | list[str] | None = _WIDGETS.get(entry["type"])
    if names is None:
        names = _widget_names(entry, held)
    return {name: value for name, value in zip(names, held, strict=False) if name}


def _widget_names(entry: Mapping[str, Any], held: list[Any]) -> list[str]:
    """Names of the values by the inputs that are widgets; what to do after each run stands behind a seed, without an input of its own."""
    widgets = iter([str(item.get("name", "")) for item in _maps(entry.get("inputs")) if isinstance(item.get("widget"), dict)])
    names: list[str] = []
    for value in held:
        after_seed = bool(names) and names[-1].endswith("seed") and isinstance(value, str) and value in _CONTROLS
        names.append("" if after_seed else next(widgets, ""))
    return names


def _bridge(graph: Graph, bypassed: Mapping[str, Node]) -> None:
    """Let every link that leads to a node which only hands on lead to what is behind it."""
    known: dict[Link, Any] = {}
    for identifier, node in graph.nodes.items():
        links, values = dict(node.links), dict(node.values)
        for name, link in node.links.items():
            end = _behind(link, bypassed, known)
            if isinstance(end, Link):
                links[name] = end
            elif name in links and link.node in bypassed:
                del links[name]
                if end is not None:
                    values[name] = end
        graph.nodes[identifier] = Node(node.kind, values, links)


def _behind(link: Link, bypassed: Mapping[str, Node], known: dict[Link, Any]) -> Any:
    """The link to the first node that does something; or the plain value at a subgraph's entrance; None for a dead end.

    ``known`` keeps every answer, so that a long chain is followed once.
    """
    passed: list[Link] = []
    end: Any = link
    while isinstance(end, Link) and (node := bypassed.get(end.node)) is not None:
        if end in known:
            end = known[end]
            break
        known[end] = None
        passed.append(end)
        slot = str(end.slot)
        name = slot if node.kind in ("<", ">") else str(node.values.get(slot))
        end = node.links.get(name) or (node.values.get(slot) if node.kind == "<" else None)
    known.update(dict.fromkeys(passed, end))
    return end
