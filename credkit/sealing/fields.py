"""Which fields of a generation are private, and the generation without them.

Private are prompt, negative prompt and seed, the names of pictures that went in, every raw document, and every setting that is not on the
short list of harmless ones: what a tool calls by a name of its own may hold anything. Models stay, because the law and the reader ask what
made the picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from credkit import dataclass as dataclasses
from credkit.manifest.assertions.generation import Generation, Withheld
from credkit.sealing.commitments import Disclosure, Value

__all__ = ["HARMLESS_SETTINGS", "Secret", "private_fields", "without_private_fields"]

HARMLESS_SETTINGS = frozenset(
    {"sampler", "scheduler", "steps", "cfg", "guidance", "denoise", "clip-skip", "size", "width", "height", "batch-size", "eta", "strength"}
)
"""Settings that stay public: numbers and names of algorithms that tell nothing of the picture."""
_NAME_OF_ALGORITHM = re.compile(r"[A-Za-z0-9 +._/()-]{1,40}")
_LONGEST_FIELD = 200


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One private value under the name by which it is committed to and opened."""

    field: str
    value: Value = dataclasses.field(repr=False)


def private_fields(
    generation: Generation | None,
    *,
    prompt: str | None = None,
    negative_prompt: str | None = None,
    seed: str | None = None,
    documents: Iterable[tuple[str, str]] = (),
) -> tuple[Secret, ...]:
    """Everything that is not to be public, each under a name of its own; ``documents`` are titles and texts."""
    found: list[tuple[str, Value]] = [
        (name, text) for name, text in (("prompt", prompt), ("negative-prompt", negative_prompt), ("seed", seed)) if text
    ]
    if generation is not None:
        found += [(f"settings/{name}", value) for name, value in generation.settings.items() if not _is_harmless(name, value)]
        found += [(f"input/{item.role}", item.name) for item in generation.inputs if item.name]
    found += [(f"document/{title}", text) for title, text in documents]
    return tuple(_named(found))


def _named(found: Iterable[tuple[str, Value]]) -> Iterator[Secret]:
    """Each field once: what would have the same name gets a number."""
    taken: set[str] = set()
    for base, value in found:
        name, number = base[:_LONGEST_FIELD], 1
        while name in taken:
            number += 1
            ending = f" {number}"
            name = base[: _LONGEST_FIELD - len(ending)] + ending
        taken.add(name)
        yield Secret(field=name, value=value)


def _is_harmless(name: str, value: Value) -> bool:
    return name in HARMLESS_SETTINGS and (not isinstance(value, str) or _NAME_OF_ALGORITHM.fullmatch(value) is not None)


def without_private_fields(generation: Generation | None, disclosures: Iterable[Disclosure] = ()) -> Generation | None:
    """What may be public of a generation, with the commitments of ``disclosures``; None when nothing is left to say.

    The hashes of raw texts go as well: whoever knows the settings could try prompts until one fits.
    """
    withheld = tuple(Withheld(field=one.field, digest=one.digest) for one in disclosures)
    if generation is None:
        return Generation(withheld=withheld) if withheld else None
    return dataclasses.replace(
        generation,
        settings={name: value for name, value in generation.settings.items() if _is_harmless(name, value)},
        inputs=tuple(dataclasses.replace(item, name=None) for item in generation.inputs),
        sources=tuple(dataclasses.replace(source, sha256=None) for source in generation.sources),
        withheld=(*generation.withheld, *withheld),
    )
