"""What the graph of an asset's history consists of: nodes, edges, and what is known of each.

How they are gathered from a report is decided in ``graph``. Texts are as stored: whoever shows them calls ``shown``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from credkit.dataclass import dataclass, field
from credkit.provenance.deeds import Deed
from credkit.provenance.statements import Statement
from credkit.status import Status
from credkit.verify.report import IdentityReport

__all__ = ["Edge", "Graph", "Node", "NodeKind", "Picture", "Removal", "Signer"]

NodeKind = Literal["manifest", "unsigned", "missing", "unlinked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signed a generation; ``name`` proves nothing unless ``verified`` and ``trusted``."""

    name: str
    organization: str | None
    verified: bool
    trusted: bool
    trust_configured: bool

    @property
    def standing(self) -> str:
        """What may be said of the name, always shown beside it."""
        if not self.verified:
            return "UNVERIFIED"
        if self.trusted:
            return "verified, on your trust list"
        return "verified, NOT on your trust list" if self.trust_configured else "verified, but no trust list was given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A thumbnail whose bytes are the ones that were signed; it shows what the signer claims, which need not be the asset."""

    media_type: str
    """Sniffed: ``image/jpeg``, ``image/png`` or ``image/webp``."""
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """An assertion that a later generation took out on record."""

    manifest: str
    """Label of the manifest that held it."""
    label: str
    uri: str
    """As the redacting claim gives it."""
    by: str
    """How to speak of the generation that redacted."""
    reason: str | None
    """As the action gives it; None where no action speaks of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One generation, or one ingredient without credentials of its own."""

    key: str
    """Short name inside this graph, safe anywhere: ``m3``, ``i12``."""
    kind: NodeKind
    name: str
    """How to speak of it: ``generation 2``, ``component "flower.png"``. The title in it is as stored."""
    label: str | None
    """Label of the manifest."""
    generation: int | None
    active: bool = False
    title: str | None = None
    format: str | None = None
    signer: Signer | None = None
    tool: str | None = None
    done: tuple[Deed, ...] = ()
    said: tuple[Statement, ...] = ()
    claimed_time: str | None = None
    """The time that the signer states; nobody else vouches for it."""
    attested_time: datetime | None = None
    """The time of an accepted time-stamp."""
    intact: bool | None = None
    """Whether nothing in it changed since it was signed; None when there is nothing to judge."""
    valid: bool = False
    trusted: bool = False
    altered: bool = False
    """Whether its bytes are not the ones that were signed or recorded."""
    alterations: tuple[Status, ...] = ()
    """The failures that say so."""
    faults: tuple[Status, ...] = ()
    """All other failures of it, except those of identity assertions."""
    identities: tuple[IdentityReport, ...] = ()
    """Who else stands behind it, with what may be said of each name."""
    removed: tuple[Removal, ...] = ()
    """Its assertions that later generations removed on record."""
    removes: tuple[Removal, ...] = ()
    """Assertions of earlier generations that it removed."""
    update: bool = False
    """Whether it only adds to the credentials and leaves the content as it is."""
    picture: Picture | None = field(default=None, repr=False)
    size: tuple[int, int] | None = None
    """Width and height in pixels, as stated."""
    changed: bool | None = None
    """Of the active manifest: whether the content of the file was changed after signing; None when it was not compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """``source`` was used in the making of ``target``."""

    source: str
    target: str
    relationship: str
    """``parentOf``, ``componentOf``, ``inputTo`` or empty."""
    role: str
    """How the target speaks of it: ``component "flower.png"``."""
    uri: str
    """The ingredient assertion."""
    intact: bool | None
    """Whether the source is what the target recorded."""
    recorded: tuple[Status, ...] = ()
    """What the target's signer found wrong with the source when it was taken in, and cannot be found again without its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Nodes oldest first, the active manifest last (unlinked ones before it); edges in file order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    omitted: int = 0
    """Ingredients left out because there were more than ``limits.manifests``."""

    def node(self, key: str) -> Node:
        """The node with that key; ``KeyError`` when there is none."""
        for node in self.nodes:
            if node.key == key:
                return node
        raise KeyError(key)

    @property
    def active(self) -> Node | None:
        """The node of the active manifest."""
        return next((node for node in self.nodes if node.active), None)

    def sources(self, key: str) -> Iterator[tuple[Edge, Node]]:
        """What a node was made from."""
        by_key = {node.key: node for node in self.nodes}
        return ((edge, by_key[edge.source]) for edge in self.edges if edge.target == key)
