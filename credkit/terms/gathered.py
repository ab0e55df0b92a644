"""What is found while terms are gathered, in lists that grow; bounded, because a hostile file can state anything any number of times."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Literal

from credkit.dataclass import dataclass, field
from credkit.limits import Limits
from credkit.manifest.assertions.offer_view import OfferView
from credkit.terms.licences import KnownLicence, known_licence
from credkit.terms.offers import offer_terms, offer_uses
from credkit.terms.terms import Kind, LicenceTerms, Notice, OfferTerms, Origin, Permission, Said, Use, UseStatement

__all__ = ["Gathered"]

_LONGEST_LICENCE = 300


@dataclass(slots=True, kw_only=True)
class Gathered:
    """Everything that is said, in the order in which it was found."""

    at: datetime
    limits: Limits
    creators: list[Said] = field(default_factory=list)
    credits: list[Said] = field(default_factory=list)
    rights: list[Said] = field(default_factory=list)
    usage_terms: list[Said] = field(default_factory=list)
    web_statements: list[Said] = field(default_factory=list)
    licensors: list[Said] = field(default_factory=list)
    licences: list[LicenceTerms] = field(default_factory=list)
    offers: list[OfferTerms] = field(default_factory=list)
    uses: list[UseStatement] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seen: set[Hashable] = field(default_factory=set)
    count: int = 0
    full: bool = False
    """More was said than is kept."""
    unread: bool = False
    """Something that may speak of terms could not be read."""

    def room(self) -> bool:
        """Whether one more statement may be kept."""
        if self.count >= self.limits.terms:
            self.full = True
            return False
        self.count += 1
        return True

    def say(self, among: list[Said], text: str, origin: Origin, *, url: str | None = None, email: str | None = None) -> None:
        """A text, once for each place."""
        said = Said(text=text, origin=origin, url=url, email=email)
        if self._new((id(among), said)):
            among.append(said)

    def _new(self, key: Hashable) -> bool:
        """Whether something was not kept before and still finds room."""
        if key in self.seen or not self.room():
            return False
        self.seen.add(key)
        return True

    def state(
        self,
        use: Use,
        permission: Permission,
        origin: Origin,
        *,
        kind: Kind,
        basis: str,
        info: str | None = None,
        vague: bool = False,
    ) -> None:
        """A statement about a use."""
        if self.room():
            self.uses.append(
                UseStatement(use=use, permission=permission, origin=origin, info=info, kind=kind, basis=basis, vague=vague),
            )

    def licence(self, text: str, origin: Origin) -> None:
        """A licence by whatever it is called, and what it says of each use."""
        if not self.full:
            self.known_licence(known_licence(text), text, origin)

    def known_licence(self, known: KnownLicence | None, text: str, origin: Origin) -> None:
        """The same, when it was recognized already (None for one that is not known)."""
        name = known.name if known else text
        if not self._new((name, origin)):
            return
        address = text if text.startswith(("http://", "https://")) else None
        self.licences.append(
            LicenceTerms(
                name=name,
                known=known is not None,
                origin=origin,
                url=(known.url if known else None) or address,
                words=known.words if known else "",
                attribution=bool(known and known.attribution),
                share_alike=bool(known and known.share_alike),
            )
        )
        for use, (permission, info) in (known.uses if known else {}).items():
            self.state(use, permission, origin, kind="licence", basis=f"licence {name}", info=info)

    def page(self, url: str, origin: Origin) -> None:
        """An address of terms; a known licence when it leads to one."""
        self.say(self.web_statements, url, origin)
        if not self.full and (known := known_licence(url)) is not None:
            self.known_licence(known, url, origin)

    def terms_text(self, text: str, origin: Origin) -> None:
        """Terms in words; when they are nothing but the name of a licence, that licence too."""
        self.say(self.usage_terms, text, origin)
        if len(text) <= _LONGEST_LICENCE and (known := known_licence(text)) is not None:
            self.known_licence(known, text, origin)

    def offer(self, view: OfferView, origin: Origin) -> None:
        """A rule of an offer: what it permits is a condition for the use, what it prohibits a prohibition."""
        if not self.room():
            return
        if view.prohibited:
            for use in offer_uses(view):
                self.state(use, "notAllowed", origin, kind="offer", basis="prohibited by a policy")
            return
        found = offer_terms(view, origin, self.at)
        self.offers.append(found)
        if found.expired:
            sentence = (
                f"The offer in {origin.place} ended on {found.valid_until:%Y-%m-%d}, so that it can no longer be taken; ask for a new one."
            )
            self.complain("expired-offer", sentence, origin, kind="fact")
            return
        for use in found.uses:
            free = found.free
            self.state(
                use,
                "allowed" if free else "constrained",
                origin,
                kind="offer",
                basis="offer",
                info=None if free else found.conditions,
            )

    def complain(self, name: str, sentence: str, origin: Origin, *, kind: Literal["fault", "fact"] = "fault") -> None:
        """Something about one statement; what is void is not worth it."""
        if origin.counts and self.room():
            self.notices.append(Notice(name=name, kind=kind, sentence=sentence, origin=origin))
