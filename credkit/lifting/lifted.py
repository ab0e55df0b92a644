"""What was lifted from a file, before anybody decides what of it is signed."""

from __future__ import annotations

from credkit.dataclass import dataclass, field
from credkit.manifest.assertions.generation import Generation

__all__ = ["Document", "Lifted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text of a tool as it was stored, to be kept on request: a workflow, a parameter block."""

    title: str
    """Short and fit for people: ``ComfyUI workflow``."""
    media_type: str
    """``application/json`` or ``text/plain``."""
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """What one file says about its own making. Nothing in it is proven: it was read from texts that anyone can write."""

    format: str
    """The tool's format: ``a1111``, ``comfyui``, ``invokeai``, ``fooocus``, ``novelai``, ``swarmui``, ``draw-things`` ..."""
    place: str
    """Where it stood, in words."""
    generation: Generation
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: str | None = None
    """Decimal, as text: seeds have up to 64 bits."""
    source_type: str | None = None
    """Short name of the IPTC digital source type that follows from it: ``trainedAlgorithmicMedia`` or
    ``compositeWithTrainedAlgorithmicMedia``; None when it does not follow."""
    documents: tuple[Document, ...] = ()
    """The raw texts."""
    remarks: tuple[str, ...] = ()
    """Sentences for people: what could not be read, what contradicts itself."""
