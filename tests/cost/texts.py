"""Texts that generation tools leave, metadata in XML, and what is asked of them by regular expressions."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.assets.samples import chunk, jpeg, png, segment
from tests.cost.hostile import hostile
from tests.forge.generated import comfy_graph
from tests.forge.generated import png as described

__all__: list[str] = []


def _with_xmp(packet: bytes) -> bytes:
    plain = png()
    return plain[:33] + chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet) + plain[33:]


_HEAD = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:plus="http://ns.useplus.org/'
    b'ldf/xmp/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    b' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"><rdf:Description rdf:about=""'
)
_TAIL = b"</rdf:Description></rdf:RDF></x:xmpmeta>"


def _rights(items: bytes) -> bytes:
    return _HEAD + b"><dc:rights><rdf:Alt>" + items + b"</rdf:Alt></dc:rights>" + _TAIL


XMP: dict[str, Callable[[int], bytes]] = {
    "elements": lambda size: _HEAD + b">" + b"<dc:a/>" * (size // 7) + _TAIL,
    "attributes": lambda size: _HEAD + b"".join(b' dc:a%x=""' % n for n in range(size // 11)) + b">" + _TAIL,
    "nested": lambda size: _HEAD + b">" + b"<dc:a>" * (size // 13) + b"</dc:a>" * (size // 13) + _TAIL,
    "items of a list": lambda size: _rights(b"<rdf:li>a</rdf:li>" * (size // 18)),
    "rights": lambda size: _rights(b'<rdf:li xml:lang="x">CC BY</rdf:li>' * (size // 35)),
    "one text": lambda size: _rights(b"<rdf:li>" + b"CC BY " * (size // 6) + b"</rdf:li>"),
    "one text of spaces": lambda size: _rights(b"<rdf:li>" + b" " * size + b"</rdf:li>"),
    "comments": lambda size: _HEAD + b">" + b"<!---->" * (size // 7) + _TAIL,
    "entities": lambda size: _HEAD + b">" + b"&amp;" * (size // 5) + _TAIL,
    "provenance begun": lambda size: _HEAD + b">" + b"<dcterms:provenance" * (size // 19) + _TAIL,
    "provenance with spaces": lambda size: _HEAD + b">" + b"dcterms:provenance" + b" " * size + _TAIL,
    "provenance without an end": lambda size: _HEAD + b">" + b'dcterms:provenance="a' * (size // 21) + _TAIL,
}  # fmt: skip
"""Packets of XMP."""


def _escaped(text: str, size: int) -> str:
    return (text * (size // len(text) + 1))[:size]


def _listed(count: int, form: str) -> str:
    return ", ".join(form.format(number) for number in range(count))


def _graph(size: int) -> str:
    """Nodes that name each other in a chain."""
    graph = comfy_graph()
    count = max(10, size // 90)
    for number in range(100, 100 + count):
        graph[str(number)] = {"class_type": "LoraLoader", "inputs": {"lora_name": f"{number}.safetensors", "model": [str(number + 1), 0]}}
    graph["3"]["inputs"]["model"] = ["100", 0]
    return json.dumps(graph)


def _wide(size: int) -> str:
    """Samplers that all follow the same chain of texts."""
    graph = comfy_graph()
    for number in range(100, 100 + max(3, size // 200)):
        graph[str(number)] = dict(graph["3"])
    return json.dumps(graph)


def _diamonds(size: int) -> str:
    """Each node names the next one twice."""
    graph = comfy_graph()
    for number in range(100, 100 + max(10, size // 110)):
        graph[str(number)] = {"class_type": "ConditioningCombine", "inputs": {n: [str(number + 1), 0] for n in ("conditioning_1", "b")}}
    graph["3"]["inputs"]["positive"] = ["100", 0]
    return json.dumps(graph)


def _crossing(size: int) -> str:
    """Each node names a hundred others."""
    graph = comfy_graph()
    count = max(10, size // 2_000)
    for number in range(count):
        inputs = {f"i{link}": [str(100 + (number * 7 + link) % count), 0] for link in range(100)}
        graph[str(100 + number)] = {"class_type": "ConditioningConcat", "inputs": inputs}
    graph["3"]["inputs"]["positive"] = ["100", 0]
    return json.dumps(graph)


def _long_text(size: int) -> str:
    graph = comfy_graph("<lora:a:1> (b:1.2) " * (size // 19))
    return json.dumps(graph)


def _workflow(size: int) -> str:
    nodes = [{"id": n, "type": "LoraLoader", "widgets_values": ["a.safetensors", 1, 1], "inputs": []} for n in range(size // 100)]
    return json.dumps({"nodes": nodes, "links": [[n, n, 0, n + 1, 0, "MODEL"] for n in range(size // 100)]})


TEXTS: dict[str, tuple[str, Callable[[int], str]]] = {
    "comfyui chain": ("prompt", _graph),
    "comfyui samplers": ("prompt", _wide),
    "comfyui diamonds": ("prompt", _diamonds),
    "comfyui crossing": ("prompt", _crossing),
    "comfyui one text": ("prompt", _long_text),
    "comfyui workflow": ("workflow", _workflow),
    "comfyui brackets": ("prompt", lambda size: "[" * size),
    "comfyui numbers": ("prompt", lambda size: '{"1":{"class_type":"A","inputs":{"a":' + "9" * size + "}}}"),
    "comfyui list": ("prompt", lambda size: "[" + "1," * (size // 2) + "1]"),
    "a1111 settings": ("parameters", lambda size: "x\nSteps: 1, " + ", ".join(f"A{n}: b" for n in range(size // 10)) + ", Seed: 1"),
    "a1111 quotes": ("parameters", lambda size: 'x\nSteps: 1, A: "' + '\\"' * (size // 2) + ", Seed: 1"),
    "a1111 open quotes": ("parameters", lambda size: "x\nSteps: 1, " + 'A: "b, ' * (size // 7)),
    "a1111 lines": ("parameters", lambda size: "Steps: \n" * (size // 8) + "Steps: 1, Seed: 1"),
    "a1111 negative prompts": ("parameters", lambda size: "Negative prompt: \n" * (size // 18) + "Steps: 1, Seed: 1"),
    "a1111 spaces": ("parameters", lambda size: "x" + " " * size + "\nSteps: 1, Seed: 1"),
    "a1111 spaces in a setting": ("parameters", lambda size: "x\nSteps: 1, A" + " " * size + "B: 1, Seed: 1"),
    "a1111 loras": ("parameters", lambda size: "<lora:a:1>" * (size // 10) + "\nSteps: 1, Seed: 1"),
    "a1111 loras begun": ("parameters", lambda size: "<lora:" * (size // 6) + "\nSteps: 1, Seed: 1"),
    "a1111 colons": ("parameters", lambda size: "x\nSteps: 1, " + "a:" * (size // 2)),
    "a1111 commas": ("parameters", lambda size: "x\nSteps: 1" + "," * size + " Seed: 1"),
    "a1111 hashes": ("parameters", lambda size: f'x\nSteps: 1, Lora hashes: "{_listed(size // 10, "a{}: bb")}", Seed: 1'),
    "swarmui": ("parameters", lambda size: json.dumps({"sui_image_params": {"prompt": "a", **{f"a{n}": n for n in range(size // 14)}}})),
    "swarmui models": ("parameters", lambda size: json.dumps({"sui_image_params": {"prompt": "a", "loras": ["a"] * (size // 5)}})),
    "swarmui tags": ("parameters", lambda size: json.dumps({"sui_image_params": {"prompt": "<a:" * (size // 3), "model": "x"}})),
    "novelai": ("Comment", lambda size: json.dumps({"prompt": "{" * (size // 2) + "}" * (size // 2), "seed": 1, "steps": 1})),
    "invokeai": ("invokeai_metadata", lambda size: json.dumps({"positive_prompt": "a", "loras": [{"model": {}}] * (size // 30)})),
    "invokeai graph": ("invokeai_graph", lambda size: '{"nodes": {' + _listed(size // 22, '"{}": {{"type": "a"}}') + "}}"),
    "fooocus": ("parameters", lambda size: json.dumps({"prompt": "a", "base_model": "b", "scheme": "fooocus", "loras": [1] * size})),
    "draw things": ("XML:com.adobe.xmp", lambda size: '{"c": "' + "a" * size + '"}'),
    "easy diffusion": ("prompt", lambda size: json.dumps({"prompt": "a", "seed": 1, **{f"x{n}": n for n in range(size // 14)}})),
    "easy diffusion lines": ("easy", lambda size: "prompt: a\nSeed: 1\n" * (size // 18)),
    "other words": ("Software", lambda size: "made with midjourney " * (size // 21)),
    "another text": ("Description", lambda size: _escaped("Job ID: 1 --v 6 ", size)),
    "text of letters": ("parameters", lambda size: "a" * size),
    "text of line ends": ("parameters", lambda size: "\n" * size + "Steps: 1, Seed: 1"),
    "text of numbers": ("parameters", lambda size: "x\nSteps: " + "9" * size),
    "text of brackets": ("parameters", lambda size: "(" * size + "\nSteps: 1, Seed: 1"),
    "text of backslashes": ("parameters", lambda size: "\\" * size + "\nSteps: 1, Seed: 1"),
    "text in json of escapes": ("prompt", lambda size: '{"a": "' + "\\ud800" * (size // 6) + '"}'),
}  # fmt: skip
"""Texts under a keyword."""


def _enter() -> None:
    for name, packet in XMP.items():
        hostile(f"xmp {name}", ".png")(lambda size, packet=packet: _with_xmp(packet(size)))
    for name, (keyword, text) in TEXTS.items():
        hostile(f"text {name}", ".png", most=8_000_000)(lambda size, keyword=keyword, text=text: described(**{keyword: text(size)}))


_enter()


@hostile("xmp in many extended parts", ".jpg")
def _(size: int) -> bytes:
    plain, guid = jpeg(), b"A" * 32
    name = b"http://ns.adobe.com/xmp/extension/\0" + guid
    parts = [segment(0xE1, name + (size).to_bytes(4, "big") + n.to_bytes(4, "big") + b"a") for n in range(min(size // 80, 990))]
    main = segment(
        0xE1,
        b"http://ns.adobe.com/xap/1.0/\0" + _HEAD + b' xmlns:n="http://ns.adobe.com/xmp/note/" n:HasExtendedXMP="' + guid + b'">' + _TAIL,
    )
    return plain[:2] + main + b"".join(parts) + plain[2:]


@hostile("exif entries", ".jpg")
def _(size: int) -> bytes:
    count = min(size // 12, 5_000)
    fields = b"".join(n.to_bytes(2, "little") + b"\2\0\4\0\0\0abcd" for n in range(1, count + 1))
    plain = jpeg()
    return plain[:2] + segment(0xE1, b"Exif\0\0II*\0\x08\0\0\0" + count.to_bytes(2, "little") + fields + bytes(4)) + plain[2:]


@hostile("iptc fields", ".jpg")
def _(size: int) -> bytes:
    fields = b"\x1c\x02\x19\0\1a" * min(size // 6, 10_000)
    block = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + len(fields).to_bytes(4, "big") + fields
    plain = jpeg()
    return plain[:2] + segment(0xED, block) * max(1, min(100, size // len(block))) + plain[2:]
