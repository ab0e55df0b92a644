"""The terms in plain words for a person: who made it, what may be done, how to do it lawfully, what is forbidden, what nobody said.

Everything that leaves here is safe to show. Laying it out on a screen is left to the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.dataclass import dataclass, replace
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.text import shown
from credkit.terms.terms import LicenceTerms, OfferTerms, Origin, Said, Standing, Terms, Use, UseStatement, UseTerms
from credkit.terms.weighing import USE_WORDS, told_first

__all__ = ["Line", "Section", "sections"]

_MOST = 12
"""Entries of one section; the rest is counted."""
_STANDINGS: tuple[Standing, ...] = ("trusted", "own word", "was there", "unprotected", "void")
_PERMISSIONS = {"allowed": "allowed", "notAllowed": "NOT allowed", "constrained": "only under conditions", "unsaid": "nobody said"}
_SENTENCE = 1_000
_LIMITS_OF_TERMS = (
    "A signature proves who said this, and that it was not changed since. It does not prove that the speaker holds the rights, that a "
    "licence is what it is called, or that a court would agree.",
    "Only what stands in the file was read: no page, price list or later agreement was looked up.",
    "Exceptions of the law (quotation, private copies, text and data mining for research) hold beside what is said here.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry; ``mark`` is what stands before it: a number, a use, or nothing."""

    words: str
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading and its entries."""

    heading: str
    lines: tuple[Line, ...]


def sections(terms: Terms, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Section, ...]:
    """What there is to tell, in reading order; sections without an entry are left out."""
    found = (
        Section(heading="Who speaks", lines=_capped(_speakers(terms, limits))),
        Section(heading="Who made it", lines=_capped(_people(terms, limits))),
        Section(heading="What may be done with it", lines=tuple(_uses(terms, limits))),
        Section(heading="How to use it lawfully", lines=_numbered(_steps(terms, limits))),
        Section(heading="What is forbidden", lines=_capped(_forbidden(terms, limits))),
        Section(heading="What nobody said", lines=tuple(_unsaid(terms))),
        Section(heading="Where it contradicts itself", lines=_capped(_told(limits, *(c.sentence for c in terms.contradictions)))),
        Section(heading="What is written wrongly", lines=_capped(_told(limits, *_noticed(terms, "fault")))),
        Section(heading="What is void", lines=_capped(_told(limits, *terms.void))),
        Section(heading="What else was found", lines=_capped(_told(limits, *_noticed(terms, "fact"), *terms.remarks))),
        Section(heading="What this does not tell", lines=tuple(Line(words=words) for words in _LIMITS_OF_TERMS)),
    )
    return tuple(section for section in found if section.lines)


def _noticed(terms: Terms, kind: str) -> Iterator[str]:
    return (notice.sentence for notice in terms.notices if notice.kind == kind)


def _capped(lines: Iterable[Line]) -> tuple[Line, ...]:
    listed = list(lines)
    more = (Line(words=f"and {len(listed) - _MOST:,} more"),) if len(listed) > _MOST else ()
    return (*listed[:_MOST], *more)


def _numbered(steps: Iterable[str]) -> tuple[Line, ...]:
    return tuple(replace(line, mark=f"{number}.") for number, line in enumerate(_capped(Line(words=step) for step in steps), start=1))


def _told(limits: Limits, *sentences: str) -> Iterator[Line]:
    long = replace(limits, text_length=_SENTENCE)
    for sentence in sentences:
        words = shown(sentence, long)
        # Labels of assertions keep their spelling.
        yield Line(words=words[:1].upper() + words[1:] if words.startswith(("the ", "an ", "a ", "generation ")) else words)


def _speakers(terms: Terms, limits: Limits) -> Iterator[Line]:
    if not terms.signers:
        yield Line(
            words="Nobody: the file carries no Content Credentials that can be read. What follows stands in metadata that anyone can write."
        )
        return
    for signer in terms.signers:
        yield Line(words=f"{_quoted(signer.text, limits)}, {_role(signer.origin)}: {_standing(signer.origin)}")


def _role(origin: Origin) -> str:
    number = f"generation {origin.generation}"
    return {
        "active": f"who signed this file ({number})",
        "parent": f"who signed what it was made from ({number})",
        "component": "who signed something that was put into it",
        "input": "who signed something that was given to the tool",
        "file": "",
    }[origin.role]


def _standing(origin: Origin) -> str:
    return {
        "trusted": "somebody whom you trust vouches for the name",
        "own word": "by their own word; nobody whom you trust vouches for the name",
        "was there": "it was there when the file was signed, but nobody signed the words as their own",
        "unprotected": "nobody signed it, and anyone may have changed it",
        "void": f"they permit nothing, because {origin.flaw}; what they forbid is taken as a reservation all the same",
    }[origin.standing]


def _quoted(text: str, limits: Limits) -> str:
    return '"' + shown(text, limits).replace('"', "'") + '"'


def _people(terms: Terms, limits: Limits) -> Iterator[Line]:
    for mark, said in (("creator", terms.creators), ("credit", terms.credits), ("rights", terms.rights)):
        for text, origins in _grouped(said):
            yield Line(mark=mark, words=f"{shown(text, limits)} ({_sources(origins, limits)})")
    for licensor in _distinct(terms.licensors):
        yield Line(mark="whom to ask", words=_address(licensor, limits))


def _grouped(said: Iterable[Said]) -> list[tuple[str, list[Origin]]]:
    """Texts with all places that say them, void ones left out."""
    found: dict[str, list[Origin]] = {}
    for item in said:
        if item.origin.counts:
            found.setdefault(item.text, []).append(item.origin)
    return list(found.items())


def _distinct(said: Iterable[Said]) -> list[Said]:
    found: dict[tuple[str, str | None, str | None], Said] = {}
    for item in said:
        if item.origin.counts:
            found.setdefault((item.text, item.url, item.email), item)
    return list(found.values())


def _sources(origins: list[Origin], limits: Limits) -> str:
    best = min(origins, key=lambda origin: _STANDINGS.index(origin.standing))
    more = f", and in {len(origins) - 1:,} more places" if len(origins) > 2 else ", and one more place" if len(origins) == 2 else ""
    weak = {"was there": "; not signed as anybody's word", "unprotected": "; signed by nobody"}.get(best.standing, "")
    return f"{shown(best.place, limits)}{more}{weak}"


def _address(said: Said, limits: Limits) -> str:
    parts = dict.fromkeys(filter(None, (said.text, said.email, said.url)))
    return ", ".join(shown(part, limits) for part in parts)


def _uses(terms: Terms, limits: Limits) -> Iterator[Line]:
    for entry in terms.uses:
        words = _PERMISSIONS[entry.permission]
        if entry.info:
            words += ": " + "; or: ".join(shown(info, limits) for info in entry.info[:_MOST])
        if entry.permission == "allowed":
            words += f" ({_reason(entry, limits)})"
        if entry.permission == "constrained" and entry.standing == "void":
            words += f" ({_reservation(_deciding(entry).origin)})"
        yield Line(mark=USE_WORDS[entry.use], words=words)


def _reason(entry: UseTerms, limits: Limits) -> str:
    permits = [s for s in entry.statements if s.permission == "allowed" and s.binds and s.origin.role in ("active", "file")]
    deciding = min(permits, key=told_first)
    basis = deciding.basis if deciding.kind == "licence" else deciding.origin.place
    weak = {"was there": ", not signed as anybody's word", "unprotected": ", signed by nobody"}.get(entry.standing or "", "")
    return shown(basis, limits) + weak


def _steps(terms: Terms, limits: Limits) -> Iterator[str]:
    offers = [offer for offer in terms.offers if offer.origin.binds and not offer.expired]
    licences = _licences(terms)
    if (named := _attribution(terms, licences, offers, limits)) is not None:
        yield named
    for licence in licences:
        yield _licence_step(licence, limits)
    yield from _offer_steps(offers, limits)
    for text, origins in _grouped(terms.usage_terms):
        yield f"Keep to the terms in words: {_quoted(text, replace(limits, text_length=_SENTENCE))} ({_sources(origins, limits)})."
    read = {licence.url for licence in licences}
    for text, _ in _grouped(terms.web_statements):
        if text not in read:
            yield f"Read the terms at {shown(text, limits)}."
    asked = [_address(licensor, limits) for licensor in _distinct(terms.licensors)]
    if asked:
        yield f"For everything else, ask {'; or '.join(asked[:_MOST])}."
    elif not licences and not offers:
        yield "Ask whoever made it: nobody says in the file under which terms it may be used."
    if terms.signers:
        yield "Keep the Content Credentials and the metadata in the file when you give it on."


def _licences(terms: Terms) -> list[LicenceTerms]:
    """Those that bind, each name once, the strongest place first."""
    found: dict[str, LicenceTerms] = {}
    for item in sorted(terms.licences, key=lambda licence: _STANDINGS.index(licence.origin.standing)):
        if item.origin.binds:
            found.setdefault(item.name, item)
    return list(found.values())


def _attribution(terms: Terms, licences: list[LicenceTerms], offers: list[OfferTerms], limits: Limits) -> str | None:
    names = [text for text, _ in _grouped(terms.credits)] or [text for text, _ in _grouped(terms.creators)]
    asked = any(licence.attribution for licence in licences) or any(offer.attribution for offer in offers)
    if not asked and not _grouped(terms.credits):
        return None
    who = " / ".join(_quoted(name, limits) for name in names[:_MOST]) if names else "whoever signed it; the file names no author"
    return f"Name the author: {who}."


def _licence_step(item: LicenceTerms, limits: Limits) -> str:
    where = f" ({shown(item.url, limits)})" if item.url and item.url != item.name else ""
    about = {"parent": " of what it was made from", "component": " of what was put into it"}.get(item.origin.role, "")
    if not item.known:
        return f"Read the licence {shown(item.name, limits)}{where}{about}: what it allows is not known here."
    return f"Keep to the licence {shown(item.name, limits)}{where}{about}: {shown(item.words, replace(limits, text_length=_SENTENCE))}."


def _offer_steps(offers: list[OfferTerms], limits: Limits) -> Iterator[str]:
    """Uses under the same conditions share a step."""
    told: dict[str, list[str]] = {}
    for offer in offers:
        uses = [USE_WORDS[use] for use in offer.uses] or [_named_use(offer)]
        told.setdefault(_asked(offer, limits), []).extend(uses)
    for asked, uses in told.items():
        listed = [shown(use, limits) for use in dict.fromkeys(uses)][:_MOST]
        yield f"For {' and '.join(filter(None, (', '.join(listed[:-1]), listed[-1])))}: {asked}."


def _named_use(offer: OfferTerms) -> str:
    return f"{', '.join(offer.purposes)} use" if offer.purposes else ", ".join(offer.actions)


def _asked(offer: OfferTerms, limits: Limits) -> str:
    until = f"; the offer holds until {offer.valid_until:%Y-%m-%d}" if offer.valid_until else ""
    where = f"; full terms: {shown(offer.url, limits)}" if offer.url else ""
    note = f"; note: {shown(offer.note, limits)}" if offer.note else ""
    asked = shown(offer.conditions, replace(limits, text_length=_SENTENCE)) or "nothing is asked"
    return f"{asked}{until}{where}{note}"


def _forbidden(terms: Terms, limits: Limits) -> Iterator[Line]:
    """Uses that the same place forbids share a line."""
    places: dict[tuple[str, str], list[Use]] = {}
    for entry in terms.uses:
        if entry.permission == "notAllowed":
            deciding = _deciding(entry)
            basis = f"the {deciding.basis} in " if deciding.kind == "licence" else ""
            places.setdefault((basis + deciding.origin.place, _reservation(deciding.origin)), []).append(entry.use)
    for (place, flaw), uses in places.items():
        told = f"{', '.join(USE_WORDS[use] for use in uses)}: so says {shown(place, limits)}"
        yield Line(words=f"{told}; {flaw}" if flaw else told)


def _deciding(entry: UseTerms) -> UseStatement:
    """The statement behind an outcome that people are told."""
    return min((s for s in entry.statements if s.permission == entry.permission and s.binds), key=told_first)


def _reservation(origin: Origin) -> str:
    """What has to be known of a reservation that is void."""
    return f"{origin.flaw}, and it is taken as a reservation all the same" if origin.flaw else ""


def _unsaid(terms: Terms) -> Iterator[Line]:
    names = [USE_WORDS[entry.use] for entry in terms.uses if entry.permission == "unsaid"]
    if names:
        yield Line(words=f"{', '.join(names)}. Silence is no permission: ask first.")
