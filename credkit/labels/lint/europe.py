"""The European Union: Article 50 of Regulation (EU) 2024/1689, and the Code of Practice that says how to meet it (voluntary).

The Code asks for two layers at least. Signed metadata is the one that credkit writes; an imperceptible watermark is a second tool.
"""

from __future__ import annotations

from collections.abc import Callable

from credkit.codec.cose import parse_sign1
from credkit.errors import MalformedError
from credkit.labels.lint.evidence import Evidence, Fact
from credkit.labels.lint.requirement import Answer, Requirement, Rule, answered, look, met, skipped, unmet

__all__ = ["EUROPE"]

_CODE = "Code of Practice"
_NO_CREDENTIALS = "there are no valid credentials that could hold it"


def _rule(name: str, clause: str, asks: str, check: Callable[[Evidence], Answer], *, second_hand: bool = True) -> Rule:
    return Rule(requirement=Requirement(id=f"eu.{name}", regime="eu", clause=clause, asks=asks, second_hand=second_hand), check=check)


def _marked(evidence: Evidence) -> Answer:
    if not evidence.says_ai:
        return unmet('nothing in the file says that AI made or changed it: sign it with "credkit sign --label eu"')
    return answered(evidence.says_ai)


def _signed(evidence: Evidence) -> Answer:
    report = evidence.report
    if report.state == "none":
        return unmet("the file carries no Content Credentials, so nothing is signed")
    if not evidence.is_valid:
        return unmet('its Content Credentials do not pass verification: see "credkit verify"')
    signature = report.active.signature if report.active else None
    name = (signature.common_name or signature.subject if signature else None) or "somebody without a name"
    standing = "on your trust list" if report.state == "Trusted" else "not on a trust list of yours"
    return met(f'signed by "{name}", {standing}', "the claim signature")


def _recorded(evidence: Evidence) -> Answer:
    if not evidence.is_valid:
        return skipped(_NO_CREDENTIALS)
    if evidence.says_ai_signed:
        return answered(evidence.says_ai_signed)
    if not evidence.says_ai:
        return skipped("nothing says so anywhere")
    return unmet("only metadata that anyone can write says so; no manifest does", *(fact.where for fact in evidence.says_ai))


def _time(evidence: Evidence) -> Answer:
    active = evidence.report.active
    if not evidence.is_valid or active is None:
        return skipped(_NO_CREDENTIALS)
    stamp = active.signature.time_stamp if active.signature else None
    if stamp:
        return met(f"{stamp.time:%Y-%m-%d %H:%M:%S} UTC, attested by {stamp.authority or 'an authority without a name'}", "the time-stamp")
    if _has_stamp(evidence):
        return look("there is a time-stamp, but its authority is not on a list of yours (--tsa-list)", "the time-stamp")
    return unmet("the signature bears no time-stamp: sign with --timestamp URL")


def _has_stamp(evidence: Evidence) -> bool:
    box = evidence.report.active.manifest.signature_box if evidence.report.active else None
    stored = box.content("cbor") if box else None
    try:
        header = parse_sign1(stored, where="claim signature").unprotected if stored else {}
    except MalformedError:
        return False
    return bool({"sigTst", "sigTst2"} & set(header))


def _watermark(evidence: Evidence) -> Answer:
    facts = evidence.signed.get("watermark", ())
    if facts:
        return met(f"the signer states one: {facts[0].value}", *(fact.where for fact in facts))
    return look(
        "credkit neither writes nor sees watermarks: the Code asks for one beside signed metadata, and another tool has to write it"
    )


def _system(evidence: Evidence) -> Answer:
    facts = evidence.systems
    if not facts:
        return look("no system is named; the Code encourages it")
    return answered(tuple(Fact(value=f"{fact.value} {fact.version}".strip(), where=fact.where) for fact in facts))


def _visible(evidence: Evidence) -> Answer:
    facts = tuple(fact for fact in evidence.signed.get("visible", ()) if "AI" in fact.value)
    if facts:
        return met(f'the signer states that "{facts[0].value}" was drawn on the picture', facts[0].where)
    return look("a program cannot see whether this is a deep fake that its publisher has to label, nor whether it is labelled")


EUROPE: tuple[Rule, ...] = (
    _rule(
        "marked",
        "AI Act, Article 50(2)",
        "a machine-readable mark says that AI made or changed the content",
        _marked,
        second_hand=False,
    ),
    _rule("signed", f"{_CODE}, 1.1.1", "what is recorded is digitally signed, so that a change shows", _signed),
    _rule("recorded", f"{_CODE}, 1.1.1", "the signed metadata say that AI made or changed the content", _recorded),
    _rule("time", f"{_CODE}, 1.1.1", "what is recorded is time-stamped", _time),
    _rule("watermark", f"{_CODE}, 1.1.2", "an imperceptible watermark marks the content too", _watermark),
    _rule("system", f"{_CODE}, 1.3 (optional)", "the origin is told in more detail, such as the system", _system),
    _rule("visible", "AI Act, Article 50(4)", "who publishes a deep fake says so where people see it", _visible, second_hand=False),
)
