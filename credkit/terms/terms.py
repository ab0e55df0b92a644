"""What is known about the terms of a picture, as data: who made it, who may be asked, and for each use what was said, where and by whom.

Decides how statements are weighed against each other by name only (``Standing``, ``Permission``); gathering them is left to
``credkit.terms.gathering``, weighing to ``credkit.terms.weighing``, words to ``credkit.terms.words``. Every text is as stored in the file
and has to pass ``credkit.provenance.text.shown`` before it reaches a screen.

Sources: CAWG training and data mining 1.1, CAWG metadata 1.1, PLUS LDF 2.0 (``plus:DataMining``), ODRL 2.2, XMP rights management.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from credkit.dataclass import dataclass, field

__all__ = [
    "CONTRADICTIONS",
    "NOTICES",
    "USES",
    "Contradiction",
    "Kind",
    "LicenceTerms",
    "Notice",
    "OfferTerms",
    "Origin",
    "Permission",
    "Role",
    "Said",
    "Standing",
    "Terms",
    "Use",
    "UseStatement",
    "UseTerms",
]

Use = Literal["ai_training", "ai_generative_training", "ai_inference", "data_mining", "commercial", "derivatives", "redistribution"]
"""What somebody may want to do with a picture. The first four are those of CAWG (without ``cawg.``)."""
USES: tuple[Use, ...] = (
    "ai_training",
    "ai_generative_training",
    "ai_inference",
    "data_mining",
    "commercial",
    "derivatives",
    "redistribution",
)
"""All uses, in the order of reports."""
Permission = Literal["allowed", "notAllowed", "constrained", "unsaid"]
"""``constrained``: allowed under conditions that are stated; ``unsaid``: nobody said anything, which is no permission."""
Standing = Literal["trusted", "own word", "was there", "unprotected", "void"]
"""What stands behind a statement: a signer that the trust policy vouches for; a signer by his own word; metadata of the file that the
signature covers, or an assertion that the signer only gathered, so that it was there when it was signed, but is nobody's word; metadata
that anyone could have changed since; nothing, because what says it was altered or is not valid: it permits nothing, and what it forbids or
ties to conditions is taken as a reservation all the same.
"""
Kind = Literal["cawg", "plus", "licence", "offer", "rsl"]
"""The vocabulary of a statement about a use: CAWG training and data mining, ``plus:DataMining``, what a licence says, an offer in ODRL, RSL
(Really Simple Licensing)."""
Role = Literal["active", "parent", "component", "input", "file"]
"""Where a statement stands: in the active manifest, in one of the generations before it, in the manifest of something that was put in,
or of something that was merely given to a tool, or in the metadata of the file. An update manifest says more about the same picture, so
what it stands on is ``active`` too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where something is said, and who says it."""

    place: str
    """For people: ``cawg.training-mining of generation 2``, ``XMP of the file (plus:DataMining)``."""
    role: Role
    standing: Standing
    speaker: str | None = None
    """The name in the signer's certificate; None for metadata of the file and for a signature that cannot be read."""
    uri: str | None = None
    """Absolute JUMBF URI of the assertion; None for metadata of the file."""
    manifest: str | None = None
    """Label of the manifest; None for metadata of the file."""
    generation: int | None = None
    """As in ``ManifestReport``; None for metadata of the file."""
    flaw: str | None = None
    """Why it is void, as half a sentence: ``it was altered after it was signed``; None for what is not."""

    @property
    def counts(self) -> bool:
        """Whether it is not void: nothing speaks against its being what was written."""
        return self.standing != "void"

    @property
    def binds(self) -> bool:
        """Whether it speaks to who uses this picture: it counts, and is not about a mere input of a tool."""
        return self.counts and self.role != "input"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text that somebody states: a creator, a copyright notice, a line of credit, terms in words, an address, whom to ask."""

    text: str
    origin: Origin
    url: str | None = None
    """Of a licensor."""
    email: str | None = None
    """Of a licensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseStatement:
    """One statement about one use."""

    use: Use
    permission: Permission
    """Never ``unsaid``. ``constrained`` without conditions is read as ``notAllowed``, as CAWG has it."""
    origin: Origin
    info: str | None = None
    """The conditions of ``constrained``, as stated."""
    kind: Kind = "cawg"
    vague: bool = False
    """Whether it only points elsewhere (``DMI-PROHIBITED-SEECONSTRAINT``); beside a precise statement of the same speaker it does not
    count."""
    basis: str = ""
    """What it follows from, in words: ``"use": "notAllowed"``, ``DMI-PROHIBITED``, ``licence CC-BY-NC-4.0``."""

    @property
    def binds(self) -> bool:
        """Whether it binds who uses this picture. A reservation does wherever it is read, also where it is void; a permission has to
        count. What is said of a mere input of a tool does not.
        """
        return self.origin.role != "input" and (self.origin.counts or self.permission != "allowed")


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTerms:
    """One use: the outcome, and every statement about it."""

    use: Use
    permission: Permission
    """The strictest of the statements that bind: ``notAllowed`` before ``constrained`` before ``allowed``. What is only allowed for a
    parent or a component is no permission for the picture that was made of it."""
    info: tuple[str, ...] = ()
    """The conditions of ``constrained``, repetitions dropped."""
    statements: tuple[UseStatement, ...] = ()
    """All of them, those that do not bind included; of the active manifest first."""
    standing: Standing | None = None
    """The strongest standing behind the outcome; None when it is unsaid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceTerms:
    """A licence that is named."""

    name: str
    """Canonical where it is known (``CC-BY-4.0``), else as stored: an address, a text."""
    known: bool
    """Whether what it allows is known here; nothing is concluded from others."""
    origin: Origin
    url: str | None = None
    words: str = ""
    """What it asks for in plain words; empty when it is not known."""
    attribution: bool = False
    """Whether it asks for the author to be named."""
    share_alike: bool = False
    """Whether it asks that derivatives be given on under the same licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTerms:
    """An offer of a licence as found: what is permitted to whoever meets the conditions."""

    origin: Origin
    actions: tuple[str, ...]
    """ODRL or own names without their prefix (``derive``, ``commercialize``), or tokens of RSL (``ai-train``)."""
    uses: tuple[Use, ...] = ()
    """The uses that the actions stand for."""
    purposes: tuple[str, ...] = ()
    """What the permission is limited to: ``commercial``, ``editorial`` ..."""
    amount: str | None = None
    """Price as stated, decimal; None for an offer without one."""
    currency: str | None = None
    """ISO 4217 code as stated."""
    attribution: bool = False
    duties: tuple[str, ...] = ()
    """Other conditions, as stated."""
    assigner: str | None = None
    contact: str | None = None
    """Address (``mailto:``, ``https:``) or text."""
    valid_until: date | None = None
    expired: bool = False
    """Whether ``valid_until`` lay before the time that the terms were asked for."""
    url: str | None = None
    """Of the full terms."""
    free: bool = False
    """Whether it asks for nothing but to be named."""
    note: str | None = None

    @property
    def conditions(self) -> str:
        """What it asks, in words: ``name the author, pay 4499 CNY; ask licence@example.com``."""
        asked = ["name the author"] if self.attribution else []
        asked += [f"pay {self.price}"] if self.amount else []
        asked += list(self.duties)
        ask = ", ".join(part for part in (self.assigner, (self.contact or "").removeprefix("mailto:")) if part)
        return "; ".join(part for part in (", ".join(asked), f"ask {ask}" if ask else "") if part)

    @property
    def price(self) -> str | None:
        """Amount and currency."""
        return " ".join(part for part in (self.amount, self.currency) if part) or None


CONTRADICTIONS = (
    "input-forbids",
    "licence-against-use",
    "licences-disagree",
    "offer-against-licence",
    "offer-against-use",
    "offers-disagree",
    "parent-against-child",
    "plus-against-cawg",
    "uses-disagree",
)
"""Names of the rules that find contradictions; ``docs/terms.md`` says what each means."""
NOTICES = ("bare-data-mining", "constrained-without-info", "expired-offer", "unknown-value")
"""Names of what is noticed of single statements, in the same place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Two statements that cannot both be true, or one that what was done contradicts."""

    name: str
    """Which rule found it, stable for programs: one of ``CONTRADICTIONS``."""
    sentence: str
    """For people, naming both places."""
    origins: tuple[Origin, ...]
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something about one statement that contradicts nothing."""

    name: str
    """What was noticed, stable for programs: one of ``NOTICES``."""
    kind: Literal["fault", "fact"]
    """``fault``: it is written wrongly; ``fact``: nothing is wrong, and one has to know (an offer has ended)."""
    sentence: str
    """For people, naming the place."""
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Everything that a file says about how it may be used. Nobody but its speakers vouches for any of it."""

    name: str
    """File name for people."""
    state: str
    """``Report.state`` of the verification that this rests on."""
    at: datetime
    """The time that validity of offers was judged at, UTC."""
    uses: tuple[UseTerms, ...]
    """One for each of ``USES``, in that order."""
    signers: tuple[Said, ...] = ()
    """Who signed, the active signer first; by the certificate."""
    creators: tuple[Said, ...] = ()
    credits: tuple[Said, ...] = ()
    """How the author wants to be named."""
    rights: tuple[Said, ...] = ()
    """Copyright notices."""
    usage_terms: tuple[Said, ...] = ()
    web_statements: tuple[Said, ...] = ()
    licensors: tuple[Said, ...] = ()
    licences: tuple[LicenceTerms, ...] = ()
    offers: tuple[OfferTerms, ...] = ()
    """Those that are void are listed too; see ``origin.counts``."""
    contradictions: tuple[Contradiction, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What is written wrongly, and what has ended."""
    void: tuple[str, ...] = ()
    """Sentences: which statements are void, why, and which of them are taken as reservations all the same."""
    remarks: tuple[str, ...] = ()
    """Sentences for people: metadata that cannot be read, statements that were left out because there are too many."""
    _by_use: dict[Use, UseTerms] = field(default_factory=dict, init=False, repr=False, compare=False)

    def use(self, name: Use) -> UseTerms:
        """The terms of one use (``terms.use("ai_training").permission``)."""
        if not self._by_use:
            self._by_use.update({entry.use: entry for entry in self.uses})
        return self._by_use[name]
