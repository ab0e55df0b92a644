"""A file that is about to be written, and what a hard binding needs of it.

A manifest states the hash of a file that it lies in itself, so the file is planned first, with an empty store. From that plan each kind of
binding says over which parts digests are to be taken while the file is written, and how they become its assertion.

Clause: "Multiple step processing" (anchor ``_multiple_step_processing``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from credkit.assets import AssetFormat, Edit, EditedSource, Layout, Source, Span
from credkit.assets.engine import HashedParts
from credkit.dataclass import dataclass, field
from credkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from credkit.manifest.assertions.assertion_types import Statement

__all__ = ["Output", "PartHash", "PlannedBinding"]

_DIGEST = 32
_BOXES, _DATA = "c2pa.hash.boxes", "c2pa.hash.data"


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
        """The bytes that will be there, with an empty store in the place of the final one."""
        return self.source if self.edit is None else EditedSource(self.source, self.edit.pieces)

    @property
    def usual_binding(self) -> str:
        """Label of the hard binding that is made unless another is asked for: that of the format; a file that stays as it is and could be
        listed by its boxes is bound as a whole.
        """
        return _DATA if self.edit is None and self.format.binding == _BOXES else self.format.binding

    @property
    def exclusions(self) -> tuple[Span, ...]:
        """What depends on the store, in coordinates of ``written``: fields with its size, and its frame last."""
        return self.edit.exclusions if self.edit else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHash:
    """The hash of one part of a file, for a multi-asset hash."""

    span: Span
    statement: Statement
    """A hard binding whose places count from the start of the part."""
    optional: bool
    """Whether the part may be taken away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedBinding:
    """A hard binding that only lacks its digests."""

    parts: tuple[HashedParts, ...]
    """What each digest is taken over, in coordinates of ``Output.written``."""
    state: Callable[[Sequence[bytes]], Statement] = field(repr=False)
    """Makes the assertion of the digests, in the order of ``parts``; its size does not depend on them."""
    part_hashes: Callable[[Sequence[bytes]], tuple[PartHash, ...]] = field(default=lambda _: (), repr=False)
    """Makes the hashes of the parts of the file from the same digests; none unless they were asked for."""

    @property
    def blank(self) -> tuple[Statement, tuple[PartHash, ...]]:
        """The assertion and the hashes of parts, with zeros for digests."""
        return self.of([bytes(_DIGEST)] * len(self.parts))

    def of(self, digests: Sequence[bytes]) -> tuple[Statement, tuple[PartHash, ...]]:
        """The assertion and the hashes of parts."""
        return self.state(digests), self.part_hashes(digests)
