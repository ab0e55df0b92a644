"""A file that is about to be written, and what a hard binding needs of it.

A manifest states the hash of a file that it lies in itself, so the file is planned first, with zeros in the place of the store. From that
plan each kind of binding says over which parts digests are to be taken while the file is written, and how they become its assertion.

Clause: "Multiple step processing" (anchor ``_multiple_step_processing``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from credkit.assets import AssetFormat, Edit, EditedSource, Layout, Source, Span
from credkit.assets.engine import HashedParts
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.assertion_types import Statement

__all__ = ["Output", "PlannedBinding"]

_DIGEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What is going to be written."""

    source: Source
    """The file as it is found."""
    layout: Layout
    """Of ``source``."""
    format: AssetFormat
    edit: Edit | None
    """What puts the store into it; None when the store is kept in a file of its own, and the asset stays as it is."""
    algorithm: str
    limits: Limits = DEFAULT_LIMITS

    @property
    def written(self) -> Source:
        """The bytes that will be there, with zeros in the place of the store."""
        return self.source if self.edit is None else EditedSource(self.source, self.edit.pieces)

    @property
    def bare(self) -> Source:
        """The same without any store."""
        if self.edit is None:
            return self.source
        return EditedSource(self.source, self.format.embed(self.source, self.layout, None).pieces)

    @property
    def exclusions(self) -> tuple[Span, ...]:
        """What depends on the store, in coordinates of ``written``: fields with its size, and its frame last."""
        return self.edit.exclusions if self.edit else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBinding:
    """A hard binding that only lacks its digests."""

    parts: tuple[HashedParts, ...]
    """What each digest is taken over, in coordinates of ``Output.written``."""
    state: Callable[[Sequence[bytes]], Statement] = field(repr=False)
    """Makes the assertion of the digests, in the order of ``parts``; its size does not depend on them."""

    @property
    def blank(self) -> Statement:
        """The assertion with zeros for digests."""
        return self.state([bytes(_DIGEST)] * len(self.parts))
