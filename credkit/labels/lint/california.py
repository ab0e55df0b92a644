"""California: the AI Transparency Act (SB 942, AB 853), Business and Professions Code § 22757.3.

It binds providers with more than a million monthly users. What a latent disclosure conveys, it may also convey "through a link to a
permanent internet website"; a program cannot tell what stands there.
"""

from __future__ import annotations

from collections.abc import Callable

from credkit.labels.lint.evidence import Evidence, Fact
from credkit.labels.lint.requirement import Answer, Requirement, Rule, answered, look, met, skipped, unmet

__all__ = ["CALIFORNIA"]

_LATENT = "§ 22757.3(b)"


def _rule(name: str, clause: str, asks: str, check: Callable[[Evidence], Answer]) -> Rule:
    return Rule(requirement=Requirement(id=f"ca.{name}", regime="ca", clause=clause, asks=asks), check=check)


def _latent(evidence: Evidence) -> Answer:
    if not evidence.says_ai:
        return unmet('nothing in the file says that AI made or changed it: sign it with "credkit sign --label ca"')
    return answered(evidence.says_ai)


def _missing(evidence: Evidence, words: str) -> Answer:
    links = evidence.facts("link")
    if links:
        return look(f"{words}; it may stand on the linked page, {links[0].value:.200}", links[0].where)
    return unmet(words)


def _provider(evidence: Evidence) -> Answer:
    facts = evidence.facts("provider")
    if facts:
        return answered(facts)
    signature = evidence.line[0].signature if evidence.line else None
    signer = (signature.organization or signature.common_name) if signature else None
    if signer:
        return look(f'no provider is named; "{signer:.200}" signed, who may be another', "the signing certificate")
    return _missing(evidence, "no provider is named: say --label-provider NAME")


def _system(evidence: Evidence) -> Answer:
    facts = evidence.systems
    whole = tuple(Fact(value=f"{fact.value} {fact.version}", where=fact.where) for fact in facts if fact.version)
    if whole:
        return answered(whole)
    found = f'"{facts[0].value:.200}" is named without a version' if facts else "no system is named"
    return _missing(evidence, f"{found}: say --label-system NAME/VERSION")


def _time(evidence: Evidence) -> Answer:
    facts = evidence.facts("time")
    return answered(facts) if facts else _missing(evidence, "no time is given")


def _identifier(evidence: Evidence) -> Answer:
    facts = evidence.facts("identifier")
    return answered(facts) if facts else _missing(evidence, "there is no identifier")


def _standard(evidence: Evidence) -> Answer:
    if not evidence.says_ai:
        return skipped("there is no disclosure that could be judged")
    if evidence.says_ai_signed:
        return met("it is Content Credentials (C2PA)", evidence.says_ai_signed[0].where)
    loose = [fact for fact in evidence.says_ai if fact.where.startswith("XMP Iptc4xmpExt")]
    if loose:
        return met("it is a property of the IPTC standard", loose[0].where)
    return unmet("it follows neither C2PA nor IPTC", evidence.says_ai[0].where)


def _detectable(evidence: Evidence) -> Answer:  # noqa: ARG001 - no file can show it
    return look("a program cannot see whether the provider offers such a tool and whether it finds this disclosure")


def _permanent(evidence: Evidence) -> Answer:
    if evidence.signed.get("watermark"):
        return met("the signer states a mark in the pixels", evidence.signed["watermark"][0].where)
    return look("metadata can be taken out of any file; a watermark, which is another tool, or a copy kept elsewhere makes that harder")


def _visible(evidence: Evidence) -> Answer:
    facts = evidence.signed.get("visible", ())
    if facts:
        return met(f'the signer states that "{facts[0].value}" was drawn on the picture', facts[0].where)
    return look("the user is to be offered one; a program cannot see whether the picture bears it")


CALIFORNIA: tuple[Rule, ...] = (
    _rule("latent", f"{_LATENT}", "a latent disclosure says that AI made or changed the content", _latent),
    _rule("provider", f"{_LATENT}(1)(A)", "it conveys the name of the provider, directly or through a link", _provider),
    _rule("system", f"{_LATENT}(1)(B)", "it conveys name and version of the system, directly or through a link", _system),
    _rule("time", f"{_LATENT}(1)(C)", "it conveys time and date of making or change, directly or through a link", _time),
    _rule("identifier", f"{_LATENT}(1)(D)", "it conveys a unique identifier, directly or through a link", _identifier),
    _rule("detectable", f"{_LATENT}(2)", "the provider's detection tool finds it", _detectable),
    _rule("standard", f"{_LATENT}(3)", "it is consistent with widely accepted industry standards", _standard),
    _rule("permanent", f"{_LATENT}(4)", "it is permanent, or hard to remove, as far as technically feasible", _permanent),
    _rule("visible", "§ 22757.3(a)", "the user may add a disclosure that people see", _visible),
)
