"""Everything that went into a file and what is said of its licence, as data: sources, links between them, findings.

Decides names only (``SourceKind``, ``SourceRole``, ``Proof``, ``FINDINGS``); walking is left to ``credkit.terms.chain.walking``, findings
to ``credkit.terms.chain.findings``, words to ``credkit.terms.chain.words``. Every text is as stored and has to pass
``credkit.provenance.text.shown`` before it reaches a screen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from credkit.dataclass import dataclass, field
from credkit.provenance.text import quoted
from credkit.terms.licence_table import Rule
from credkit.terms.terms import OfferTerms, Origin, Permission, Use

__all__ = [
    "FINDINGS",
    "Finding",
    "FindingKind",
    "LicenceChain",
    "LicenceSource",
    "Link",
    "Proof",
    "SourceKind",
    "SourceLicence",
    "SourceRole",
    "UseRule",
    "source_words",
]

SourceKind = Literal["work", "model", "dataset"]
"""``work``: a picture, video, sound or document."""
SourceRole = Literal["file", "earlier", "parent", "component", "input", "model", "base-model", "training-data", "training-work"]
"""What a source was to its user. ``file``: the file itself; ``earlier``: the same file before its credentials were updated;
``training-work``: a single work that a model was trained on, or that belongs to a data set."""
Proof = Literal["file", "manifest", "void", "missing", "hash", "name"]
"""How a source is known: it is the file itself; by a manifest of its own that holds; by one that does not; by one that is on record and
not in the store; by a hash of its bytes alone; or only by what somebody calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLicence:
    """A licence that somebody states for a source."""

    name: str
    """Canonical where it is known, else as stored."""
    origin: Origin
    """Who says so, and where."""
    own: bool
    """Whether the source's own manifest says it, and not that of its user."""
    known: bool
    """Whether the table says what it allows."""
    complete: bool = True
    """False for an expression with a part that the table does not have."""
    words: str = ""
    uses: Mapping[Use, Rule] = field(default_factory=dict)
    """What it allows; a use that is missing is unknown."""
    attribution: bool | None = None
    """Whether the author has to be named; None when that is unknown."""
    share_alike: bool | None = None
    """Whether changed versions have to be given on under the same licence; None when that is unknown."""
    url: str | None = None
    retrieved: str | None = None
    """When the licence was read, as stated."""
    snapshot_sha256: str | None = None
    """Of the licence's text as it was read, as stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseRule:
    """What is said about one use of a source besides its licence: training and data mining, ``plus:DataMining``, a permission to train."""

    use: Use
    permission: Permission
    """Never ``unsaid``."""
    origin: Origin
    basis: str
    """What it follows from, in the words of its vocabulary: ``aiTrainingPermitted: no``."""
    condition: str | None = None
    members: bool = False
    """Whether not the signer says so, but files of the data set do, which he found when he listed them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceSource:
    """One thing that reached the file, or the file itself."""

    key: str
    """``s1``, ``s2`` ... in the order in which they were found; ``s1`` is the file."""
    kind: SourceKind
    role: SourceRole
    """Towards the user through whom it was found first."""
    name: str | None
    proof: Proof
    origin: Origin | None = None
    """Who signed its own manifest; None for a source without one."""
    media_type: str | None = None
    """As stated, or as found in the file."""
    flaw: str | None = None
    """Why its own manifest does not hold, as half a sentence."""
    sha256: str | None = None
    """Of its bytes, as measured by whoever took it in, or as stated with its licence."""
    licences: tuple[SourceLicence, ...] = ()
    rules: tuple[UseRule, ...] = ()
    creators: tuple[str, ...] = ()
    """Who is named as its author or holder of rights."""
    offers: tuple[OfferTerms, ...] = ()
    """Only of the file itself, those that hold."""
    unclear: bool = False
    """Whether its user states that it is not clear whether training was permitted."""
    items: int | None = None
    address: str | None = None
    evidence: str | None = None
    faults: tuple[str, ...] = ()
    """Hashes that do not fit, in sentences."""

    @property
    def words(self) -> str:
        """How to speak of it: ``the data set "photos"``."""
        return source_words(self.role, self.name, self.media_type)


_ROLE_WORDS: dict[SourceRole, str] = {
    "file": "this file",
    "earlier": "this file as it was signed before",
    "parent": "the earlier version",
    "component": "the component",
    "input": "the input",
    "model": "the model",
    "base-model": "the base model",
    "training-data": "the data set",
    "training-work": "the training file",
}


def source_words(role: SourceRole, name: str | None, media_type: str | None = None) -> str:
    """How to speak of a source; safe to show."""
    words = "the training picture" if role == "training-work" and (media_type or "").startswith("image/") else _ROLE_WORDS[role]
    return words if role in ("file", "earlier") or not name else f"{words} {quoted(name)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """``source`` went into the making of ``user``."""

    source: str
    user: str
    role: SourceRole
    relationship: str
    """``parentOf``, ``componentOf``, ``inputTo``, or ``stated`` for a source that is no ingredient and only named in a statement."""


FindingKind = Literal["contradiction", "open", "unproven"]
FINDINGS: dict[str, FindingKind] = {
    "attribution-missing": "contradiction",
    "commercial-against-licence": "contradiction",
    "derivatives-against-licence": "contradiction",
    "derivatives-open": "open",
    "hash-mismatch": "contradiction",
    "licence-missing": "unproven",
    "licence-misstated": "contradiction",
    "licence-unknown": "unproven",
    "manifest-missing": "unproven",
    "manifest-void": "unproven",
    "only-named": "unproven",
    "share-alike-dropped": "contradiction",
    "share-alike-open": "open",
    "snapshot-missing": "unproven",
    "training-constrained": "open",
    "training-forbidden": "contradiction",
    "training-unclear": "open",
}
"""Names of what can be found, and what each is: two things that cannot both be right; something that the file leaves open; something that
is said and cannot be checked. ``docs/licences.md`` explains each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a reader of the chain has to know."""

    name: str
    """One of ``FINDINGS``."""
    sentence: str
    sources: tuple[str, ...]
    """Keys of the sources that it is about."""

    @property
    def kind(self) -> FindingKind:
        """What it is."""
        return FINDINGS[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceChain:
    """All sources of a file with their licences."""

    name: str
    """File name for people."""
    state: str
    """``Report.state`` of the verification that this rests on."""
    at: datetime
    sources: tuple[LicenceSource, ...]
    """The file first; empty when it has no credentials that can be read."""
    links: tuple[Link, ...] = ()
    findings: tuple[Finding, ...] = ()
    remarks: tuple[str, ...] = ()

    def source(self, key: str) -> LicenceSource:
        """The source with that key; ``KeyError`` when there is none."""
        return self._by_key()[key]

    def _by_key(self) -> dict[str, LicenceSource]:
        return {source.key: source for source in self.sources}

    def in_order(self) -> Iterator[tuple[int, LicenceSource]]:
        """Each source once, with its distance from the file, what it was made from right below it."""
        by_key = self._by_key()
        below: dict[str, list[str]] = {}
        for link in self.links:
            below.setdefault(link.user, []).append(link.source)
        waiting = [(0, self.sources[0].key)] if self.sources else []
        seen: set[str] = set()
        while waiting:
            depth, key = waiting.pop()
            if key not in seen:
                seen.add(key)
                yield depth, by_key[key]
                waiting.extend((depth + 1, found) for found in reversed(below.get(key, [])))
