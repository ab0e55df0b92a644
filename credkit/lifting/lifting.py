"""All readers over all texts of a file: which of them speaks first, what stands twice, what contradicts what."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from credkit.dataclass import replace
from credkit.lifting import a1111, comfyui, draw_things, easy_diffusion, fooocus, invokeai, novelai, others, swarmui
from credkit.lifting.lifted import Lifted
from credkit.lifting.wording import shown
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.generation import GenerationSource
from credkit.media.texts import TextBlock

__all__ = ["lift_texts"]

_Reader = Callable[..., tuple[Lifted, ...]]
_READERS: tuple[_Reader, ...] = (
    comfyui.read,
    invokeai.read,
    novelai.read,
    swarmui.read,
    fooocus.read,
    draw_things.read,
    easy_diffusion.read,
    a1111.read,
    others.read,
)
"""The tools' own formats before the one that everybody copies, and before texts that only name a service."""
_TOLD = 32
"""So many texts are compared with each other; a real file has three."""
_ASIDE = {"pixels": 1, "twin": 2}


def lift_texts(
    blocks: Sequence[TextBlock], *, dimensions: tuple[int, int] | None = None, limits: Limits = DEFAULT_LIMITS
) -> tuple[Lifted, ...]:
    """What the texts of one file say of its making, the most telling first; empty where none speaks of it.

    ``dimensions`` are width and height of the picture; a text that gives another size gets a remark. The first entry also carries the
    remarks about the others: what stands in more than one place, and what contradicts it. No text makes this fail.
    """
    found = [(index, lifted) for index, read in enumerate(_READERS) for lifted in read(blocks, limits=limits)]
    kinds = {block.place: block.kind for block in reversed(blocks)}
    found.sort(key=lambda entry: (_says_nothing(entry[1]), _ASIDE.get(kinds.get(entry[1].place, ""), 0), entry[0]))
    kept: list[Lifted] = []
    remarks = [sentence for block in blocks if (sentence := _hiding(block, found, limits))]
    told: set[GenerationSource] = set()
    for _, lifted in found[:_TOLD]:
        sources = [replace(source, format="") for source in lifted.generation.sources]
        if sources[0] in told:
            continue
        told.update(sources)
        twin = next((other for other in kept if _content(other) == _content(lifted)), None)
        if twin is not None:
            remarks.append(f"The same stands in {shown(lifted.place, limits)}.")
            continue
        if kept and (differences := _differences(kept[0], lifted)):
            places = f"{shown(kept[0].place, limits)} and {shown(lifted.place, limits)}"
            remarks.append(f"Two texts contradict each other, {places}: they differ in {differences}. The first is taken.")
        kept.append(lifted)
    if not kept:
        return ()
    remarks += _other_size(kept[0], dimensions)
    return (replace(kept[0], remarks=(*dict.fromkeys((*kept[0].remarks, *remarks)),)), *kept[1:])


def _says_nothing(lifted: Lifted) -> bool:
    generation = lifted.generation
    return not (lifted.prompt or lifted.seed or generation.settings or generation.models)


def _hiding(block: TextBlock, found: list[tuple[int, Lifted]], limits: Limits) -> str | None:
    """That a prompt stands where nobody looks for one."""
    understood = any(lifted.place == block.place for _, lifted in found)
    if block.kind == "twin":
        return "The prompt also stands in a text file beside the picture." if understood else None
    if block.kind != "pixels" or not (block.text or block.damage):
        return None
    channel = "alpha channel" if "alpha" in block.place.lower() else "colours"
    if understood:
        return f"The picture hides its prompt in its pixels ({channel})."
    if block.text:
        return f"The picture hides a text in its pixels ({channel}) that is of no known form."
    return f"What the pixels may hide could not be read: {shown(block.damage, limits)}."


def _content(lifted: Lifted) -> tuple[object, ...]:
    generation = lifted.generation
    return lifted.format, lifted.prompt, lifted.negative_prompt, lifted.seed, generation.settings, generation.models, generation.mode


def _differences(first: Lifted, second: Lifted) -> str:
    """In which of the things that both state two texts differ, in words."""
    pairs: list[tuple[str, object, object]] = [
        ("prompt", first.prompt, second.prompt),
        ("negative prompt", first.negative_prompt, second.negative_prompt),
        ("seed", first.seed, second.seed),
        ("size", first.generation.size, second.generation.size),
    ]
    pairs += [(name, first.generation.settings.get(name), second.generation.settings.get(name)) for name in ("steps", "cfg")]
    return ", ".join(name for name, one, other in pairs if one is not None and other is not None and _plain(one) != _plain(other))


def _plain(value: object) -> object:
    """A text without the spaces and line ends that copying changes."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _other_size(lifted: Lifted, dimensions: tuple[int, int] | None) -> list[str]:
    stated = lifted.generation.size
    grown = any("hires" in name.lower() or "upscale" in name.lower() or name == "scale_by" for name in lifted.generation.settings)
    grown = grown or any(model.role == "upscaler" for model in lifted.generation.models)
    if stated is None or dimensions is None or stated == dimensions or grown:
        return []
    return [f"The text gives a size of {stated[0]} x {stated[1]} pixels, the picture has {dimensions[0]} x {dimensions[1]}."]
