"""Pictures of ComfyUI: the prompt graph that ran, and the workflow as the editor shows it, walked back from the saving node.

Where: PNG text ``prompt`` and ``workflow``; in WebP and JPEG the EXIF fields from ``Model`` (0x0110) downward, as ``prompt:{...}`` and
``workflow:{...}``. The graph says what was set, not what custom nodes made of it: what could not be followed is told in remarks.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from credkit.lifting.comfyui import walk
from credkit.lifting.comfyui.graph import Graph, Link, Node, prompt_graph, workflow_graph
from credkit.lifting.comfyui.models import add_models, loads_model
from credkit.lifting.findings import Findings
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import json_object, shown, words
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock

__all__ = ["FORMAT", "read"]

FORMAT = "comfyui"
_PASSES = 16
_AROUND = 32
_NAMED = {"sampler_name": "sampler", "scheduler": "scheduler", "steps": "steps", "cfg": "cfg", "denoise": "denoise", "guidance": "guidance"}
_TEXTUAL = frozenset({"sampler_name", "scheduler"})
_LEFT_OUT = frozenset({
    "seed", "noise_seed", "control_after_generate", "positive", "negative", "filename_prefix", "image", "images", "upload", "text",
    "prompt", "ckpt_name",
})  # fmt: skip
_SATELLITES = ("noise", "guider", "sampler", "sigmas")
_AWAY = frozenset({
    "model", "positive", "negative", "conditioning", "cond1", "cond2", "latent_image", "latent", "samples", "vae", "clip", "image",
    "images", "pixels", "mask",
})  # fmt: skip
_MARKS = ("inpaint", "noisemask")
_KNOWN = frozenset({
    "Reroute", "PreviewImage", "SaveImage", "VAEDecode", "VAEDecodeTiled", "VAEEncode", "VAEEncodeTiled", "VAEEncodeForInpaint",
    "SetLatentNoiseMask", "InpaintModelConditioning", "CLIPSetLastLayer", "ConditioningCombine", "ConditioningConcat",
    "ConditioningAverage", "ConditioningSetArea", "ConditioningSetMask", "ConditioningSetTimestepRange", "ConditioningZeroOut",
    "ControlNetApply", "ControlNetApplyAdvanced", "ControlNetApplySD3", "EmptyLatentImage", "EmptySD3LatentImage",
    "EmptyFlux2LatentImage", "EmptyHunyuanLatentVideo", "ImageScale", "ImageScaleBy", "ImageScaleToTotalPixels", "ImageUpscaleWithModel",
    "LatentUpscale", "LatentUpscaleBy", "LatentComposite", "LatentBlend", "RepeatLatentBatch", "FluxGuidance", "FluxDisableGuidance",
    "ReferenceLatent", "ModelSamplingFlux", "ModelSamplingSD3", "ModelSamplingDiscrete", "ModelSamplingAuraFlow", "FreeU", "FreeU_V2",
    "ImagePadForOutpaint", "CLIPVisionEncode", "StyleModelApply", "unCLIPConditioning", "ImageInvert", "ImageCrop", "ImageBatch",
    "ImageToMask", "MaskToImage", "GrowMask", "InvertMask", "FeatherMask", "SolidMask", "ImageCompositeMasked", "Canny",
    "FluxKontextImageScale", "PrimitiveNode", "PrimitiveString", "PrimitiveStringMultiline", "PrimitiveInt", "PrimitiveFloat",
    "PrimitiveBoolean", "StringConcatenate", "TextEncodeQwenImageEdit", "TextEncodeQwenImageEditPlus", "SaveAnimatedWEBP",
    "SaveAnimatedPNG", "CredkitSaveImage", "CredkitSaveAnimation",
})  # fmt: skip


def read(blocks: Sequence[TextBlock], *, limits: Limits = DEFAULT_LIMITS) -> tuple[Lifted, ...]:
    """One ``Lifted`` of the prompt graph; of the workflow where that is missing or broken."""
    found = [(block, name, text) for block in blocks if (named := _graph_text(block, limits)) for name, text in (named,)]
    found.sort(key=lambda entry: entry[1] != "prompt")
    if not found:
        return ()
    findings = Findings(format=FORMAT, blocks=tuple(block for block, _, _ in found), limits=limits, tool="ComfyUI")
    findings.titles = {block.keyword: f"ComfyUI {name}" for block, name, _ in found}
    for _, name, text in found:
        graph = _graph(name, text, limits)
        if graph is None:
            findings.remark(f"The {name} graph of ComfyUI cannot be read.")
            continue
        if name == "workflow":
            findings.remark("Read from the editor's workflow: it shows the settings as they stood, which need not be those that ran.")
        _tell(findings, graph)
        return (findings.finish(),)
    return (findings.finish(),)


def _graph_text(block: TextBlock, limits: Limits) -> tuple[str, str] | None:
    """The name of a graph and its text, where a block holds one."""
    if block.kind in ("png-text", "comment") and block.keyword.lower() in ("prompt", "workflow"):
        return (block.keyword.lower(), block.text) if block.text.lstrip().startswith("{") else None
    for name in ("prompt", "workflow"):
        head = block.text[:20].lstrip().lower()
        if block.kind in ("exif", "comment") and head.startswith(f"{name}:") and "{" in block.text[:40]:
            return name, block.text.partition(":")[2]
    return _bare_graph(block, limits)


def _bare_graph(block: TextBlock, limits: Limits) -> tuple[str, str] | None:
    """A graph without a name, as some tools store it in a comment field."""
    if block.kind not in ("exif", "comment", "pixels", "xmp") or not block.text.lstrip().startswith("{"):
        return None
    if held := _held_graph(block.text, limits):
        return held
    if '"class_type"' in block.text:
        return "prompt", block.text
    return ("workflow", block.text) if '"nodes"' in block.text and '"links"' in block.text else None


def _held_graph(text: str, limits: Limits) -> tuple[str, str] | None:
    """A graph under its name in an object of them, as films and drawings have it; it may be a text once more."""
    found = json_object(text, limits) if "class_type" in text or '"workflow"' in text[:200] else None
    for name in ("prompt", "workflow"):
        held = (found or {}).get(name)
        if isinstance(held, Mapping):
            return name, json.dumps(held)
        if isinstance(held, str) and held.lstrip().startswith("{"):
            return name, held
    return None


def _graph(name: str, text: str, limits: Limits) -> Graph | None:
    value = json_object(text, limits)
    if value is None:
        return None
    if name == "workflow" or isinstance(value.get("nodes"), list):
        return workflow_graph(value, maximum=limits.graph_nodes)
    return prompt_graph(value, maximum=limits.graph_nodes)


def _tell(findings: Findings, graph: Graph) -> None:
    for sentence in graph.remarks:
        findings.remark(shown(sentence, findings.limits))
    nodes = walk.Nodes(graph.nodes)
    end = _end(findings, nodes)
    if end is None:
        findings.remark("The graph has no node that ends it, so that nothing can be followed back from the picture.")
        return
    reached = walk.ancestors(nodes, end)
    passes = _ordered(nodes, reached, findings)
    for index, identifier in enumerate(passes):
        _pass(findings, nodes, nodes[identifier], index)
    if not passes:
        _without_sampler(findings, nodes, reached)
    add_models(findings, nodes, reached, passes)
    _inputs(findings, nodes, end, has_sampler=bool(passes))
    _surroundings(findings, nodes, reached)
    unknown = sorted({node.kind for name in reached if not _is_known(node := nodes[name])})
    if unknown:
        kinds = words(unknown, findings.limits)
        findings.remark(f"Nodes of other makers took part, followed by the names of their inputs only: {kinds}.")


def _is_known(node: Node) -> bool:
    return node.kind in _KNOWN or _samples(node) or node.kind.startswith(("CLIPTextEncode", "KSampler", "LoadImage")) or _core(node)


def _core(node: Node) -> bool:
    return (
        loads_model(node)
        or node.kind in ("RandomNoise", "DisableNoise", "CFGGuider", "BasicGuider", "DualCFGGuider", "SplitSigmas")
        or (node.kind.endswith("Scheduler") and "steps" in node.values)
    )


def _samples(node: Node) -> bool:
    """Whether a node makes a picture out of noise."""
    names = node.values.keys() | node.links.keys()
    if "sigmas" in names and ("guider" in names or "sampler" in names):
        return "latent_image" in names or "latent" in names
    return {"steps", "cfg"} <= names and ("seed" in names or "noise_seed" in names)


def _end(findings: Findings, nodes: walk.Nodes) -> str | None:
    """The node that saved the picture: of several the one behind which most was sampled."""
    used = {link.node for node in nodes.values() for link in node.links.values()}
    ends = [name for name, node in nodes.items() if name not in used and node.links]
    saving = [name for name in ends if "save" in nodes[name].kind.lower()]
    showing = [name for name in ends if {"images", "image"} & nodes[name].links.keys()]
    candidates = saving or showing or ends or [name for name, node in nodes.items() if _samples(node)]
    if len(candidates) > 1:
        findings.remark(
            f"{len(candidates):,} nodes of the graph save or show pictures, and it does not say which of them wrote this one; "
            "the one with the longest way is followed."
        )
    ways = {name: walk.ancestors(nodes, name) for name in candidates[:_PASSES]}
    return max(ways, key=lambda name: (sum(_samples(nodes[other]) for other in ways[name]), len(ways[name])), default=None)


def _ordered(nodes: walk.Nodes, reached: dict[str, int], findings: Findings) -> list[str]:
    """The samplers in the order in which they ran."""
    samplers = [name for name in reached if _samples(nodes[name])]
    if len(samplers) > _PASSES:
        findings.remark(f"The graph samples {len(samplers):,} times; the {_PASSES} passes farthest from the picture are told.")
        samplers = sorted(samplers, key=lambda name: -reached[name])[:_PASSES]
    before = {name: sum(other in samplers for other in walk.ancestors(nodes, name)) for name in samplers}
    return sorted(samplers, key=lambda name: (before[name], -reached[name]))


def _around(nodes: walk.Nodes, sampler: Node) -> list[Node]:
    """A sampler and the small nodes that hold its settings: noise, guider, kind of sampler, schedule."""
    found, seen = [sampler], set[str]()
    waiting = deque(sampler.links[name] for name in _SATELLITES if name in sampler.links)
    while waiting and len(found) < _AROUND:
        link = waiting.popleft()
        node = nodes.get(link.node)
        if node is None or link.node in seen:
            continue
        seen.add(link.node)
        found.append(node)
        waiting.extend(onward for name, onward in node.links.items() if name not in _AWAY)
    return found


def _pass(findings: Findings, nodes: walk.Nodes, sampler: Node, index: int) -> None:
    prefix = "" if index == 0 else f"pass {index + 1} "
    around = _around(nodes, sampler)
    for node in around:
        for name in () if loads_model(node) else (*node.values, *node.links):
            if name in _NAMED or name in node.values:
                _setting(findings, nodes, node, name, prefix)
    seed = next((_followed(findings, nodes, node, name) for node in around for name in ("noise_seed", "seed") if _has(node, name)), None)
    prompts = [
        _joined(findings, nodes, link, prefix, negative=negative)
        for negative, link in ((False, _link(around, "positive", "conditioning", "cond1")), (True, _link(around, "negative")))
    ]
    if index == 0:
        findings.set_seed(seed)
        findings.prompt, findings.negative_prompt = prompts
        return
    findings.set(f"{prefix}seed", str(seed) if seed is not None else None)
    for name, text, first in zip(("prompt", "negative prompt"), prompts, (findings.prompt, findings.negative_prompt), strict=True):
        if text != first:
            findings.set(prefix + name, text)


def _has(node: Node, name: str) -> bool:
    return name in node.values or name in node.links


def _link(around: list[Node], *names: str) -> Link | None:
    return next((node.links[name] for name in names for node in around if name in node.links), None)


def _setting(findings: Findings, nodes: walk.Nodes, node: Node, name: str, prefix: str) -> None:
    if name in _LEFT_OUT:
        return
    value = _followed(findings, nodes, node, name) if name in _NAMED else node.values[name]
    findings.set(prefix + _NAMED.get(name, name), value)


def _followed(findings: Findings, nodes: walk.Nodes, node: Node, name: str) -> Any:
    value = walk.scalar(nodes, node, name, text=name in _TEXTUAL)
    if value is None and name in node.links:
        behind = nodes.get(node.links[name].node)
        kind = shown(behind.kind, findings.limits) if behind else "that is missing"
        findings.remark(f'The value of "{name}" comes from a node "{kind}" and could not be followed.')
    return value


def _joined(findings: Findings, nodes: walk.Nodes, link: Link | None, prefix: str, *, negative: bool) -> str | None:
    """The words behind a conditioning, as one text."""
    if link is None:
        return None

    def visit(node: Node) -> None:
        if not negative and "guidance" in node.values:
            findings.set(f"{prefix}guidance", node.values["guidance"])

    texts = walk.conditioning(nodes, link, negative=negative, visit=visit)
    what = "negative prompt" if negative else "prompt"
    if len(texts) > 1:
        findings.remark(f"The {what} is put together from {len(texts)} texts of the graph, one below the other.")
    if not texts and not negative:
        findings.remark("The words of the prompt could not be followed through the graph.")
    return "\n".join(texts) or None


def _without_sampler(findings: Findings, nodes: walk.Nodes, reached: dict[str, int]) -> None:
    """Nodes that ask a service of somebody else have a prompt and a seed of their own."""
    for name in reached:
        node = nodes[name]
        if findings.prompt is None and (texts := walk.words_of(nodes, node, ("prompt", "text"))):
            findings.prompt = "\n".join(texts)
            findings.negative_prompt = "\n".join(walk.words_of(nodes, node, ("negative_prompt",))) or None
        if findings.seed is None and _has(node, "seed"):
            findings.set_seed(walk.scalar(nodes, node, "seed"))
    findings.remark("No sampler leads to the picture; only what single nodes say is told.")


def _inputs(findings: Findings, nodes: walk.Nodes, end: str, *, has_sampler: bool) -> None:
    roles = set()
    for part, node in walk.pictures(nodes, end, _samples):
        role = "initial-image" if part == "other" and not has_sampler else part
        roles.add(role)
        name = next((node.values[key] for key in ("image", "image_path", "path") if isinstance(node.values.get(key), str)), None)
        findings.add_input(role, name if name and len(name) <= 1_000 else None)
    kinds = {nodes[name].kind.lower() for name in walk.ancestors(nodes, end)}
    findings.mode = _mode(roles, kinds, has_sampler=has_sampler, has_prompt=findings.prompt is not None)
    if findings.mode == "text-to-image" and "other" in roles:
        findings.source_type = "compositeWithTrainedAlgorithmicMedia"
        findings.remark("A loaded picture is put together with the generated one.")


def _mode(roles: set[str], kinds: set[str], *, has_sampler: bool, has_prompt: bool) -> str | None:
    if not has_sampler and not has_prompt:
        return "upscale" if any("upscale" in kind for kind in kinds) and roles else None
    if any("padforoutpaint" in kind or "outpaint" in kind for kind in kinds):
        return "outpaint"
    if any(mark in kind for mark in _MARKS for kind in kinds) or {"mask", "initial-image"} <= roles:
        return "inpaint"
    return "image-to-image" if "initial-image" in roles else "text-to-image"


def _surroundings(findings: Findings, nodes: walk.Nodes, reached: dict[str, int]) -> None:
    """Size of the empty latent, clip skip, shifts and scalings on the way."""
    for node in _nodes(nodes, reached):
        kind = node.kind.lower()
        if "empty" in kind and "latent" in kind and findings.size is None:
            findings.set_size(walk.scalar(nodes, node, "width"), walk.scalar(nodes, node, "height"))
        skipped = node.values.get("stop_at_clip_layer")
        if isinstance(skipped, int) and not isinstance(skipped, bool):
            findings.set("clip-skip", -skipped)
        for name in ("shift", "max_shift", "base_shift", "scale_by", "upscale_method"):
            findings.set(name, node.values.get(name))


def _nodes(nodes: walk.Nodes, reached: dict[str, int]) -> Iterator[Node]:
    """From the beginning of the graph to the picture."""
    return (nodes[name] for name in sorted(reached, key=lambda name: -reached[name]))
