"""The licence chain in plain words for a person: what went into the file, by whose word under which licence, what all that allows together,
what contradicts itself, what is only claimed.

Everything that leaves here is safe to show. Laying it out on a screen is left to the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from credkit.dataclass import replace
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.text import quoted, shown
from credkit.terms.chain.sources import FindingKind, LicenceChain, LicenceSource, Link, SourceLicence, UseRule
from credkit.terms.terms import Origin, Use
from credkit.terms.weighing import USE_WORDS
from credkit.terms.words import Line, Section

__all__ = ["licence_sections"]

_MOST = 60
"""Sources that are shown, and entries of every other section; the rest is counted and stands in the JSON."""
_FEW = 6
"""Licences and rules of one source."""
_SENTENCE = 1_000
_PERMISSIONS = {"allowed": "yes", "notAllowed": "NO", "constrained": "only under conditions"}
_USES: tuple[tuple[str, tuple[Use, ...]], ...] = (
    ("AI training", ("ai_training", "ai_generative_training")),
    ("commercial use", ("commercial",)),
    ("changed versions", ("derivatives",)),
)
_STRICT = ("notAllowed", "constrained", "allowed")
_FINDINGS: tuple[tuple[FindingKind, str], ...] = (
    ("contradiction", "What contradicts itself"),
    ("open", "What is left open"),
    ("unproven", "What is only claimed, or missing"),
)
_LIMITS_OF_LICENCES = (
    "A signature proves who said this, and that it was not changed since. It does not prove that the list is complete, that a licence is "
    "what it is called, or that a court would agree.",
    "What a licence allows comes from a table of well-known ones; it is no legal advice. Unknown means that the table does not say it.",
    "A hash proves which bytes are meant, not that a model was made from them.",
)


def licence_sections(chain: LicenceChain, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Section, ...]:
    """What there is to tell, in reading order; sections without an entry are left out."""
    numbers = {source.key: number for number, (_, source) in enumerate(chain.in_order(), start=1)}
    found = (
        Section(heading="What went into it, and under which licence", lines=tuple(_sources(chain, numbers, limits))),
        Section(heading="What all of them allow", lines=tuple(_together(chain, numbers))),
        *(
            Section(heading=heading, lines=_told((f.sentence for f in chain.findings if f.kind == kind), limits))
            for kind, heading in _FINDINGS
        ),
        Section(heading="What else was found", lines=_told(chain.remarks, limits)),
        Section(heading="What this does not tell", lines=tuple(Line(words=words) for words in _LIMITS_OF_LICENCES)),
    )
    return tuple(section for section in found if section.lines)


def _told(sentences: Iterable[str], limits: Limits) -> tuple[Line, ...]:
    long = replace(limits, text_length=_SENTENCE)
    listed = list(dict.fromkeys(sentences))
    lines = [Line(words=shown(sentence, long)) for sentence in listed[:_MOST]]
    return (*lines, Line(words=f"and {len(listed) - _MOST:,} more")) if len(listed) > _MOST else tuple(lines)


def _sources(chain: LicenceChain, numbers: dict[str, int], limits: Limits) -> Iterator[Line]:
    if not chain.sources:
        yield Line(words="Nobody says it: the file carries no Content Credentials that can be read.")
    users: dict[str, list[Link]] = {}
    for link in chain.links:
        users.setdefault(link.source, []).append(link)
    manifests = {source.origin.manifest: numbers[source.key] for source in chain.sources if source.origin and source.origin.manifest}
    for _, source in list(chain.in_order())[:_MOST]:
        yield Line(mark=f"{numbers[source.key]}.", words=_source(source, users.get(source.key, []), numbers, limits))
        yield from _licences(source, manifests, limits)
        yield from _rules(source, manifests, limits)
    if len(chain.sources) > _MOST:
        yield Line(words=f"and {len(chain.sources) - _MOST:,} more (--format json has them all)")


def _source(source: LicenceSource, users: list[Link], numbers: dict[str, int], limits: Limits) -> str:
    into = list(dict.fromkeys(str(numbers[link.user]) for link in users))
    where = f", which went into {', '.join(into[:_FEW])}{' and more' if len(into) > _FEW else ''}" if into else ""
    told = [_known_by(source, limits)]
    told += [f"{source.items:,} {'item' if source.items == 1 else 'items'}"] if source.items is not None else []
    told += [f"by {', '.join(quoted(name, limits) for name in source.creators[:_FEW])}"] if source.creators else []
    told += [f"found at {shown(source.address, limits)}"] if source.address else []
    told += [f"evidence: {shown(source.evidence, limits)}"] if source.evidence else []
    return f"{source.words}{where}: {'; '.join(told)}"


def _known_by(source: LicenceSource, limits: Limits) -> str:
    if source.origin is not None:
        speaker = quoted(source.origin.speaker, limits) if source.origin.speaker else "somebody without a name"
        what = "signed by" if source.role in ("file", "earlier") else "credentials of its own, signed by"
        return f"{what} {speaker} ({_standing(source.origin)})"
    return {
        "file": "no Content Credentials",
        "missing": "its credentials are on record and not in this file",
        "hash": f"no credentials of its own; SHA-256 {source.sha256}" if source.sha256 else "no credentials of its own; known by a hash",
    }.get(source.proof, "ONLY NAMED, without credentials or a measured hash")


def _standing(origin: Origin) -> str:
    return {
        "trusted": "verified, on your trust list",
        "own word": "verified, but on no trust list of yours",
        "was there": "who only passed it on",
        "unprotected": "unprotected",
        "void": f"VOID because {origin.flaw}",
    }[origin.standing]


def _licences(source: LicenceSource, numbers: dict[str, int], limits: Limits) -> Iterator[Line]:
    for licence in source.licences[:_FEW]:
        read = f", read {shown(licence.retrieved, limits)}" if licence.retrieved else ""
        snapshot = f", text SHA-256 {licence.snapshot_sha256}" if licence.snapshot_sha256 else ""
        address = f" ({shown(licence.url, limits)})" if licence.url and licence.url != licence.name else ""
        said = f"{_said_by(licence.origin, source, numbers, limits)}{read}{snapshot}"
        yield Line(words=f"licence {shown(licence.name, limits)}{address}, {said}: {_allows(licence, limits)}")
    if len(source.licences) > _FEW:
        yield Line(words=f"and {len(source.licences) - _FEW:,} more licences")
    if not source.licences:
        yield Line(words="licence: nobody states one")


def _said_by(origin: Origin, source: LicenceSource, numbers: dict[str, int], limits: Limits) -> str:
    """Who says it, by the number of the source in whose manifest it stands."""
    label = shown(origin.place.partition(" of ")[0], limits)
    own = source.origin is not None and origin.manifest == source.origin.manifest
    where = "its own credentials" if own else str(numbers[origin.manifest]) if origin.manifest in numbers else shown(origin.place, limits)
    said = f"say {where} ({label})" if own else f"says {where} ({label})" if origin.manifest in numbers else f"says {where}"
    weak = {"was there": ", as nobody's word", "unprotected": ", signed by nobody", "void": ", which is VOID and permits nothing"}
    return f"so {said}{weak.get(origin.standing, '')}"


def _allows(licence: SourceLicence, limits: Limits) -> str:
    if not licence.known and licence.words:
        return shown(licence.words, replace(limits, text_length=_SENTENCE))
    if not licence.uses and licence.attribution is None and licence.share_alike is None:
        return "what it allows is not known here"
    told = [f"{name} {_permission(licence, uses, limits)}" for name, uses in _USES]
    for name, asked in (("name the author", licence.attribution), ("same licence for changed versions", licence.share_alike)):
        told.append(f"{name}: {'unknown' if asked is None else 'asked' if asked else 'not asked'}")
    return "; ".join(told)


def _permission(licence: SourceLicence, uses: tuple[Use, ...], limits: Limits) -> str:
    rules = sorted((licence.uses[use] for use in uses if use in licence.uses), key=lambda rule: _STRICT.index(rule[0]))
    if not rules:
        return "unknown"
    permission, condition = rules[0]
    return _PERMISSIONS[permission] + (f" ({shown(condition, limits)})" if condition else "")


def _rules(source: LicenceSource, numbers: dict[str, int], limits: Limits) -> Iterator[Line]:
    """Uses under the same rule by the same word share a line."""
    lines: dict[tuple[str, str], list[str]] = {}
    for rule in source.rules:
        lines.setdefault((_rule(rule, limits), _said_by(rule.origin, source, numbers, limits)), []).append(USE_WORDS[rule.use])
    for (said, by), uses in list(lines.items())[:_FEW]:
        yield Line(words=f"{', '.join(dict.fromkeys(uses))}: {said}, {by}")


def _rule(rule: UseRule, limits: Limits) -> str:
    words = {"allowed": "allowed", "notAllowed": "NOT allowed", "constrained": "only under conditions"}[rule.permission]
    condition = f": {shown(rule.condition, limits)}" if rule.condition else ""
    # CAWG names the use and the rule, which stand there already.
    basis = "" if rule.basis.startswith(("cawg.", "c2pa.")) else f" ({shown(rule.basis, limits)})"
    return f"{words}{condition}{basis}"


def _together(chain: LicenceChain, numbers: dict[str, int]) -> Iterator[Line]:
    """For each use who forbids it, who asks for what, and of whom it is not known."""
    sources = [source for _, source in chain.in_order()]
    if len(sources) < 2:
        return
    for name, uses in _USES:
        yield Line(mark=name, words=_sum(sources, uses, numbers))
    for name, field in (("name the author", "attribution"), ("same licence", "share_alike")):
        asking = [str(numbers[source.key]) for source in sources if any(getattr(licence, field) for licence in source.licences)]
        yield Line(mark=name, words=f"asked by {_listed(asking)}" if asking else "nobody is known to ask for it")


def _sum(sources: list[LicenceSource], uses: tuple[Use, ...], numbers: dict[str, int]) -> str:
    found: dict[str, list[str]] = {"notAllowed": [], "constrained": [], "allowed": [], "unknown": []}
    for source in sources:
        rules = {licence.uses[use][0] for licence in source.licences if licence.origin.counts for use in uses if use in licence.uses}
        rules |= {rule.permission for rule in source.rules if rule.use in uses and (rule.origin.counts or rule.permission != "allowed")}
        strict = next((permission for permission in _STRICT if permission in rules), "unknown")
        found[strict].append(str(numbers[source.key]))
    words = {"notAllowed": "NOT allowed by", "constrained": "only under conditions by", "allowed": "allowed by", "unknown": "unknown of"}
    return "; ".join(f"{words[kind]} {_listed(keys)}" for kind, keys in found.items() if keys)


def _listed(keys: list[str]) -> str:
    most = 20
    return ", ".join(keys[:most]) + (f" and {len(keys) - most:,} more" if len(keys) > most else "")
