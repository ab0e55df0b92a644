"""The verdict in words: one headline, its reasons, and what it does not cover.

The state comes from the report and is never decided here. Wording: a file is "signed by" someone and "not changed since"; whether what it
shows or says is so is not something that a signature can tell, and no sentence here suggests it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from credkit.dataclass import dataclass
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.labels import IDENTITY_LABEL
from credkit.manifest.uri import JumbfUri
from credkit.provenance.byte_account import unbound_words
from credkit.provenance.nodes import Graph, Node, Signer
from credkit.provenance.text import quoted, shown
from credkit.status import IDENTITY_CODES, Kind, Status, StatusCode
from credkit.verify.report import Report, State

__all__ = ["Tone", "Verdict", "alteration_words", "name_words", "signer_words", "status_words", "verdict"]

Tone = Literal["good", "warn", "bad", "plain"]
_REVOCATION_WORDS = {
    "notRevoked": "The signer's certificate had not been revoked when it signed.",
    "revoked": "The signer's certificate was revoked.",
    "unknown": "Whether the signer's certificate was revoked is not known: its issuer does not know the certificate.",
    "inaccessible": "Whether the signer's certificate was revoked could not be found out: its issuer gave no usable answer.",
    "skipped": "Revocation of the signer's certificate was not checked.",
    None: "Revocation of the signer's certificate cannot be checked: it names no way to ask.",
}
_SETTLED = frozenset({_REVOCATION_WORDS["notRevoked"], _REVOCATION_WORDS["revoked"]})
_REVOCATION_IN_HEADLINE = {
    "unknown": "revocation not known",
    "inaccessible": "revocation could not be checked",
    "skipped": "revocation not checked",
}
_NOT_TRUST = frozenset({"signingCredential.untrusted"})
_NAMING = (
    StatusCode.GENERAL_ERROR,
    StatusCode.ASSERTION_COLLECTION_HASH_MISMATCH,
    StatusCode.ASSERTION_COLLECTION_HASH_INCORRECT_FILE_COUNT,
)
"""Codes of which the explanation tells more than their own sentence: what went wrong, or which files of a collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What to tell a person first. Every text is safe to show."""

    state: State
    tone: Tone
    headline: str
    """``Invalid``, ``Valid, signer not on your trust list (revocation not checked)`` ..."""
    reasons: tuple[str, ...]
    """Sentences, the most telling first; never empty."""
    revocation: str | None
    """What is known about revocation; None when there is no signature to speak of."""
    uncovered: tuple[str, ...]
    """What the verdict does not cover."""


def status_words(status: Status, limits: Limits = DEFAULT_LIMITS) -> str:
    """The plain sentence of a status, with the statement it is about; for a code that the standard lacks, its explanation or itself."""
    known = StatusCode._value2member_map_.get(status.code)
    if not isinstance(known, StatusCode) or known in _NAMING or status.resource_url is not None:
        return shown(status.explanation or (known.sentence if isinstance(known, StatusCode) else status.code), limits)
    place = JumbfUri.parse(status.url)
    about_statement = status.kind is Kind.FAILURE and place and len(place.path) == 2 and place.path[0] == "c2pa.assertions"
    return known.sentence if not (place and about_statement) else f"{known.sentence.removesuffix('.')} ({shown(place.path[1], limits)})."


def signer_words(signer: Signer | None, limits: Limits = DEFAULT_LIMITS) -> str:
    """``signed by "My Studio" (UNVERIFIED)``: a name never stands without what may be said of it."""
    if signer is None:
        return "signer unknown"
    organization = f" of {quoted(signer.organization, limits)}" if signer.organization else ""
    return f"signed by {quoted(signer.name, limits)}{organization} ({signer.standing})"


def name_words(node: Node, limits: Limits = DEFAULT_LIMITS) -> str:
    """How to speak of a node, safe to show."""
    return shown(node.name, limits)


def verdict(report: Report, graph: Graph, *, limits: Limits = DEFAULT_LIMITS) -> Verdict:
    """The words for ``report.state``; ``graph`` is the report's own."""
    tone, headline, reasons = _words(report, graph, limits)
    admitted = [] if report.state == "Invalid" else [node for node in graph.nodes if node.altered]
    reasons += [f"{alteration_words(node, limits)} A later signer put that on record." for node in admitted]
    return Verdict(
        state=report.state,
        tone="warn" if admitted else tone,
        headline=f"{headline}, with an altered ingredient on record" if admitted else headline,
        reasons=tuple(dict.fromkeys(reasons)),
        revocation=_revocation(report) if graph.active and graph.active.signer else None,
        uncovered=tuple(_uncovered(report, graph, limits)),
    )


def _words(report: Report, graph: Graph, limits: Limits) -> tuple[Tone, str, list[str]]:
    active = graph.active
    who = _capital(signer_words(active.signer if active else None, limits))
    if report.state == "none":
        reason = "This file says nothing about where it comes from. Credentials may have been removed, or never added."
        return "plain", "No Content Credentials", [*([shown(report.problem, limits)] if report.problem else []), reason]
    if report.state == "error":
        problem = shown(report.problem, limits) if report.problem else "The manifest store is damaged."
        return "bad", "Content Credentials cannot be read", [problem]
    if report.state == "Invalid":
        return "bad", "Invalid", list(_faults(report, graph, limits)) or [f"{who}. The credentials do not pass their checks."]
    unchanged = _unchanged(report)
    if report.state == "Trusted":
        return "good", _with_revocation("Trusted", report), [f"{who}; {unchanged}."]
    earlier = [node for node in graph.nodes if node.signer and not node.signer.trusted and not node.active and node.kind == "manifest"]
    if not report.trust_configured:
        reason = f"{who}; {unchanged}. Whether the signer's name is real was not checked."
        return "warn", _with_revocation("Valid, but no trust list was given", report), [reason]
    if active and active.signer and active.signer.trusted and earlier:
        reason = f"{who}; {unchanged}. But {name_words(earlier[0], limits)} was {signer_words(earlier[0].signer, limits)}."
        return "warn", _with_revocation("Valid, an earlier signer is not on your trust list", report), [reason]
    reason = f"{who}; {unchanged}. Nobody on your list vouches for that name."
    return "warn", _with_revocation("Valid, signer not on your trust list", report), [reason]


def _unchanged(report: Report) -> str:
    if not report.content_intact:
        return "the credentials are unchanged; the content was not compared with them"
    in_parts = report.active and any(s.code == "assertion.multiAssetHash.match" for s in report.active.results.success)
    return "what is left of the file was not changed since" if in_parts else "nothing was changed since"


def _faults(report: Report, graph: Graph, limits: Limits) -> Iterator[str]:
    """Why the file is invalid, the alteration of its content first, then altered generations, oldest first, then all other failures."""
    active = graph.active
    if active and active.changed:
        yield f"The content of the file is not what was {signer_words(active.signer, limits)}: it was changed afterwards."
    for node in graph.nodes:
        if node.altered:
            yield alteration_words(node, limits)
    seen = {status.code for node in graph.nodes for status in node.alterations}
    for status in active.faults if active else ():
        said = active is not None and active.changed and status.code.endswith("Hash.mismatch") and status.code not in _NAMING
        if not _is_aside(status.code) and not said:
            yield status_words(status, limits)
    for delta in report.ingredient_deltas:
        for status in delta.validation_deltas.failure:
            if not _is_aside(status.code) and status.code not in seen:
                yield f"In the history: {status_words(status, limits)}"


def _is_aside(code: str) -> bool:
    """Whether a failure is no reason for the verdict "Invalid"."""
    return code in _NOT_TRUST or code.startswith(IDENTITY_CODES)


def alteration_words(node: Node, limits: Limits = DEFAULT_LIMITS) -> str:
    """``Generation 1, signed by "My Studio" (UNVERIFIED), was altered after signing: ...``."""
    reason = status_words(node.alterations[0], limits) if node.alterations else "It is not what a later generation recorded of it."
    return f"{_capital(name_words(node, limits))}, {signer_words(node.signer, limits)}, was altered after signing: {reason}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _revocation(report: Report) -> str:
    """What is known about revocation of the active signer's certificate, as a sentence."""
    signature = report.active.signature if report.active else None
    return _REVOCATION_WORDS[signature.revocation if signature else None]


def _with_revocation(headline: str, report: Report) -> str:
    """The headline, which says so when the certificate names a way to find out about revocation and nothing was found out."""
    signature = report.active.signature if report.active else None
    added = _REVOCATION_IN_HEADLINE.get(signature.revocation or "") if signature else None
    return f"{headline} ({added})" if added else headline


def _uncovered(report: Report, graph: Graph, limits: Limits) -> Iterator[str]:
    for remark in report.remarks:
        yield f"Noticed, and not judged: {shown(remark.removesuffix('.'), limits)}."
    if report.state in ("none", "error"):
        return
    yield from _unbound(report, limits)
    if report.content_intact is None:
        yield "The content of the file was not compared with the credentials."
    active = graph.active
    if active and active.signer:
        if active.attested_time is None:
            yield _unattested(report)
        if (words := _revocation(report)) not in _SETTLED:
            yield words
    unasked = sum(m.signature is not None and m.signature.revocation in _REVOCATION_IN_HEADLINE for m in report.manifests[:-1])
    if unasked:
        yield f"Revocation of the certificates of earlier signers was not checked in {unasked:,} case{'s' if unasked > 1 else ''}."
    yield from _identities(report)
    if any(node.kind == "unsigned" for node in graph.nodes):
        yield "Ingredients that came without credentials: their own history is unknown."
    yield from _left_aside(graph)
    yield "A signature proves who said something and that it was not changed since, not that it is true."


def _unbound(report: Report, limits: Limits) -> Iterator[str]:
    """What the hard binding leaves out, part by part, and everything else that nothing covers in one line."""
    for part in report.unprotected:
        yield f"Not protected by the signature: {shown(part, limits)}."
    others = tuple(region for region in report.unbound if region.what not in report.unprotected)
    if others and report.state in ("Valid", "Trusted"):
        yield f"{_capital(unbound_words(others, limits))}."


def _unattested(report: Report) -> str:
    """Why no time of signing is attested: there is no time-stamp, or there is one that does not count."""
    codes = {status.code for status in report.active.results.informational} if report.active else set()
    if StatusCode.TIME_STAMP_UNTRUSTED in codes:
        return "When it was signed is told by a time-stamp that does not count, because its authority is not one that you trust."
    if any(code.startswith("timeStamp.") for code in codes):
        return "When it was signed is not known: the file holds a time-stamp that cannot be accepted."
    return "When it was signed is attested by nobody: every time shown is the signer's own word."


def _identities(report: Report) -> Iterator[str]:
    """What is to be said of named persons and organizations, whose faults leave the verdict as it is."""
    found = [identity for manifest in report.manifests for identity in manifest.identities]
    stated = sum(a.base_label == IDENTITY_LABEL for m in report.manifests for a in m.manifest.assertions)
    if any(identity.standing == "failed" for identity in found):
        yield "A statement of identity in the file does not pass its check: do not rely on that name. The file itself is judged without it."
    if any(identity.standing == "unchecked" for identity in found):
        yield "A statement of identity in the file was not checked, because that needs the network or its kind is unknown."
    if stated > len(found):
        yield "A statement of identity in the file was not checked, because the credentials that hold it are not sound or it was removed."


def _left_aside(graph: Graph) -> Iterator[str]:
    unlinked = sum(node.kind == "unlinked" for node in graph.nodes)
    if unlinked:
        yield f"{unlinked} manifest{'s' if unlinked > 1 else ''} in the file that nothing refers to: listed, not judged."
    if graph.omitted:
        yield f"{graph.omitted:,} more ingredients, left out here."
