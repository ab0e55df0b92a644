"""What a hard binding is checked against, and what comes out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from credkit.assets import AssetFormat, Layout, Source, Span
from credkit.dataclass import dataclass
from credkit.limits import Limits
from credkit.status import Status

__all__ = ["BindingOutcome", "BindingTarget", "Gap", "MemberState", "Members"]

MemberState = Literal["same", "changed", "missing"]
"""What became of a member of a collection since it was signed."""


class Members(Protocol):
    """The files of a collection, as those hold them who judge it: a folder, an archive."""

    @property
    def what(self) -> str:
        """Where they are, in words: ``folder``."""
        ...

    def names(self) -> Iterator[str]:
        """Every member by its name, once each; parts of a path are joined by ``/``."""
        ...

    def open(self, name: str) -> AbstractContextManager[Source]:
        """What is hashed of the member called ``name``, which came out of ``names``; ``AssetError`` when it cannot be read."""
        ...

    def judged(self, uri: str, state: MemberState, done: int, total: int) -> None:
        """Told after each listed member: its URI, what became of it, how many of how many are done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingTarget:
    """An asset, where its store lies, and the rules that come from the enclosing claim."""

    source: Source
    layout: Layout
    format: AssetFormat | None
    """None for a part of a file that is of no format known here; only its bytes as a whole can be judged then."""
    embedded: bool
    """Whether the store that is judged lies in this asset."""
    updated: bool
    """Whether update manifests were added, so that the store is longer than when it was bound."""
    algorithm: object
    """Hash algorithm of the claim, used when the binding names none."""
    limits: Limits
    fragments: tuple[Source, ...] = ()
    """Further files of a fragmented film, in order of play; the source is then its initialization segment."""
    members: Members | None = None
    """The files that a manifest speaks of which is a file of its own; the source is then the manifest store."""

    def nearest_algorithm(self, *own: object) -> object:
        """The first algorithm that is given, from the innermost structure outwards; the claim's when none is. An empty text gives none:
        telephones write it.
        """
        return next((algorithm for algorithm in own if algorithm not in (None, "")), self.algorithm)

    @property
    def store_frames(self) -> tuple[Span, ...]:
        """Where the manifest store with its framing lies; empty when the asset holds none."""
        return self.layout.store.frame if self.layout.store else ()

    def metadata_kind(self, span: Span) -> str | None:
        """The kind of metadata block that a range of the asset lies in; None when it lies in none.

        In a picture or film in boxes none counts: its tables may call any bytes metadata, those of the picture as well, and the hash for
        such files goes by boxes.
        """
        if self.format and self.format.binding.startswith("c2pa.hash.bmff"):
            return None
        inside = (m.kind for m in self.layout.metadata if m.frame.start <= span.start and span.end <= m.frame.end)
        return next(inside, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something besides the manifest store that a binding leaves out."""

    words: str
    """What it is, with its size: ``XMP metadata, 300 bytes at 20``."""
    spans: tuple[Span, ...] = ()
    """Where it lies in the asset; empty where it does not lie in it, or is no run of bytes."""
    told: bool = True
    """Whether it is news to a person; False for what every binding of that kind leaves out."""
    checked: bool = False
    """No digest covers these bytes, but the check takes no others in their place (zeros that fill up a box)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingOutcome:
    """Statuses of the check, and which bytes of the asset they speak of."""

    statuses: tuple[Status, ...]
    hashed: tuple[Span, ...] = ()
    """The bytes that the digests were taken over, all of which matched; empty when one did not."""
    gaps: tuple[Gap, ...] = ()
    """What is left out besides the store. A byte that is neither hashed nor in a gap nor in the store is covered by nothing."""
    remarks: tuple[str, ...] = ()
    """What a person has to know beside the statuses, in words."""

    @property
    def unprotected(self) -> tuple[str, ...]:
        """What the binding leaves unprotected, in words for people."""
        return tuple(gap.words for gap in self.gaps if gap.told)
