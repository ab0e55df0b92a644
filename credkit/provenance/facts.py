"""What a person wants to know of one generation, as short facts: who, with what, what was done, when, intact, what it says.

Story, tree and page show the same facts; they differ in layout only. Every text that leaves here is safe to show.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.dataclass import dataclass
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.identities import identity_words
from credkit.provenance.nodes import Edge, Graph, Node
from credkit.provenance.text import quoted, shown
from credkit.provenance.verdict import Tone, name_words, signer_words, status_words
from credkit.provenance.vocabulary import reason_words
from credkit.verify.report import IdentityStanding

__all__ = ["Fact", "facts", "standing_tone", "title_words"]

_IDENTITY_TONES: dict[IdentityStanding, Tone] = {"trusted": "good", "well-formed": "warn", "unchecked": "warn", "failed": "bad"}
_MEASURABLE = ("AI model", "data set")
_MOST = 12
"""Facts of one topic; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``topic`` is one of who, named, tool, done, from, when, intact, fault, removed, note, or what the manifest speaks of
    (``rights``)."""

    topic: str
    words: str
    tone: Tone = "plain"
    claimed: bool = False
    """Whether this is only what the manifest says."""


def standing_tone(node: Node) -> Tone:
    """The colour of a node: bad when altered or unsound, warn when merely unproven."""
    if node.kind != "manifest":
        return "bad" if node.kind == "missing" else "plain"
    failing = [s for s in node.faults if s.code != "signingCredential.untrusted"]
    if node.altered or node.changed or failing or not (node.signer and node.signer.verified):
        return "bad"
    return "good" if node.signer.trusted and node.valid else "warn"


def facts(node: Node, graph: Graph, *, limits: Limits = DEFAULT_LIMITS) -> tuple[Fact, ...]:
    """All facts of a node in reading order."""
    if node.kind in ("unsigned", "missing"):
        return tuple(_ingredient_facts(node, limits))
    if node.kind == "unlinked":
        return (Fact(topic="note", words="Nothing refers to this manifest, so it was not judged.", tone="warn"), *_told(node, limits))
    return (
        *_who(node, limits),
        *_done(node, graph, limits),
        *_when(node, limits),
        *_judged(node, limits),
        *_taken_in(node, graph, limits),
        *_told(node, limits),
    )


def _ingredient_facts(node: Node, limits: Limits) -> Iterator[Fact]:
    if node.kind == "missing":
        yield Fact(topic="note", words="Its credentials are on record but not in this file.", tone="bad")
    else:
        yield Fact(topic="note", words="It came without Content Credentials.")
    for status in node.faults:
        yield Fact(topic="fault", words=status_words(status, limits), tone="bad")
    yield from _told(node, limits)


def _who(node: Node, limits: Limits) -> Iterator[Fact]:
    tone: Tone = "bad" if node.signer is None or not node.signer.verified else "good" if node.signer.trusted else "warn"
    yield Fact(topic="who", words=signer_words(node.signer, limits), tone=tone)
    for identity in node.identities[:_MOST]:
        yield Fact(topic="named", words=identity_words(identity, limits), tone=_IDENTITY_TONES[identity.standing])
    if node.tool:
        yield Fact(topic="tool", words=shown(node.tool, limits), claimed=True)


def _done(node: Node, graph: Graph, limits: Limits) -> Iterator[Fact]:
    # An update opens the asset only to add to its credentials: "opened for editing" would say too much.
    done = [shown(deed.sentence, limits) for deed in node.done if not (node.update and deed.action == "c2pa.opened")]
    if node.update:
        yield Fact(topic="done", words="added to the credentials; the content was not changed", claimed=True)
    yield from _listed("done", done)
    used = [
        _source_words(edge, source, limits)
        for edge, source in graph.sources(node.key)
        if edge.relationship != "parentOf" or source.kind != "manifest"
    ]
    yield from _listed("from", used)


def _source_words(edge: Edge, source: Node, limits: Limits) -> str:
    role = shown(edge.role, limits)
    if source.kind == "missing":
        return f"{role}, whose credentials are on record but not in this file"
    if source.kind == "unsigned":
        told = "; ".join(shown(s.words, limits) for s in source.said if s.topic in ("text", "file"))
        # A prompt or a seed is all there; only of things that might have come with credentials is it said that they did not.
        if not told and any(s.topic == "kind" and s.words.startswith(_MEASURABLE) for s in source.said):
            return f"{role}, only named, without credentials or a measured hash"
        bare = role if any(s.topic == "text" for s in source.said) else f"{role}, without credentials"
        return f"{bare}: {told}" if told else bare
    return role + (", which is not what was recorded" if edge.intact is False else "")


def _listed(topic: str, words: list[str]) -> Iterator[Fact]:
    once = list(dict.fromkeys(words))
    for item in once[:_MOST]:
        yield Fact(topic=topic, words=item, claimed=topic == "done")
    if len(once) > _MOST:
        yield Fact(topic=topic, words=f"and {len(once) - _MOST:,} more")


def _when(node: Node, limits: Limits) -> Iterator[Fact]:
    if node.attested_time:
        yield Fact(topic="when", words=f"signed before {node.attested_time:%Y-%m-%d %H:%M:%S} UTC, attested by a time-stamp", tone="good")
    if node.claimed_time:
        yield Fact(topic="when", words=f"claimed {shown(node.claimed_time, limits)}, the signer's own word", claimed=True)


def _judged(node: Node, limits: Limits) -> Iterator[Fact]:
    if node.altered:
        for status in node.alterations[:_MOST]:
            yield Fact(topic="intact", words=f"ALTERED after signing: {status_words(status, limits)}", tone="bad")
        if not node.alterations:
            yield Fact(topic="intact", words="ALTERED after signing: it is not what a later generation recorded of it.", tone="bad")
    if node.changed:
        yield Fact(topic="intact", words="CONTENT CHANGED: the file is not what was signed.", tone="bad")
    if node.intact and not node.changed:
        compared = {False: "credentials and content are unchanged since signing", None: "its credentials are unchanged since signing"}
        yield Fact(topic="intact", words=compared[node.changed], tone="good")
    for words in dict.fromkeys(status_words(s, limits) for s in node.faults if not _is_repeated(node, s.code)):
        yield Fact(topic="fault", words=words, tone="bad")
    for removal in node.removed[:_MOST]:
        why = f", reason: {shown(reason_words(removal.reason), limits)}" if removal.reason else ", no reason given"
        words = f"{shown(removal.label, limits)} was removed by {shown(removal.by, limits)}, on record{why}"
        yield Fact(topic="removed", words=words, tone="warn")
    if not node.valid:
        yield Fact(topic="note", words="Not valid: what it says cannot be attributed to the signer.", tone="bad")


def _taken_in(node: Node, graph: Graph, limits: Limits) -> Iterator[Fact]:
    """What was wrong with a source when it was used; nothing in the file shows it but the record."""
    for edge, _ in graph.sources(node.key):
        for words in dict.fromkeys(status_words(status, limits) for status in edge.recorded[:_MOST]):
            yield Fact(topic="note", words=f"When {shown(edge.role, limits)} was taken in, it was recorded: {words}", tone="warn")


def _is_repeated(node: Node, code: str) -> bool:
    """What the facts about signer and content have said already."""
    return code == "signingCredential.untrusted" or (bool(node.changed) and code.endswith("Hash.mismatch"))


def _told(node: Node, limits: Limits) -> Iterator[Fact]:
    altered = {status.url for status in node.alterations}
    topics: dict[str, list[Fact]] = {}
    for statement in node.said:
        words, spoilt = shown(statement.words, limits), statement.assertion in altered
        fact = Fact(topic=statement.topic, words=f"{words} (ALTERED)" if spoilt else words, tone="bad" if spoilt else "plain", claimed=True)
        topics.setdefault(statement.topic, []).append(fact)
    for topic, told in topics.items():
        yield from told[:_MOST]
        if len(told) > _MOST:
            yield Fact(topic=topic, words=f"and {len(told) - _MOST:,} more", claimed=True)


def title_words(node: Node, limits: Limits = DEFAULT_LIMITS) -> str:
    """The name of a node with its title, where the name does not hold it already."""
    name = name_words(node, limits)
    return (
        f"{name}, {quoted(node.title, limits)}" if node.title and node.kind == "manifest" and f'"{node.title}"' not in node.name else name
    )
