"""China: the Measures for labelling AI-generated content (in force since 1 September 2025) and GB 45438-2025 with its practice guide.

The standard's own text was not at hand; what is known of Annex E and of clause 5.2 comes from those who quote it, and is marked so.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from credkit.labels.aigc import FaultKind
from credkit.labels.lint.evidence import Evidence
from credkit.labels.lint.requirement import Answer, Requirement, Rule, look, met, skipped, unmet
from credkit.labels.marks import FoundLabel

__all__ = ["CHINA"]

_ARTICLE = "Measures, Article 5"
_ANNEX = "GB 45438-2025, Annex E"
_GUIDE = "TC260-PG-20259A"
_NOTHING = "there is no label that could be judged"
_LABELS = {"1": "generated", "2": "may be generated", "3": "suspected to be generated"}
_CODE = re.compile(r"001[0-9][0-9A-Z]{18}[0-9A-Za-z]{5}")
_VISIBLE = (re.compile(r"AI|人工智能"), re.compile(r"生成|合成"))


_Check = Callable[[Evidence], Answer]


def _rule(name: str, clause: str, asks: str, check: _Check, *, second_hand: bool = True) -> Rule:
    requirement = Requirement(id=f"cn.{name}", regime="cn", clause=clause, asks=asks, second_hand=second_hand)
    return Rule(requirement=requirement, check=check)


def _first(evidence: Evidence) -> FoundLabel | None:
    return next(iter(evidence.marks.labels), None)


def _label(evidence: Evidence) -> Answer:
    places = tuple(dict.fromkeys(label.place for label in evidence.marks.labels))
    if not places:
        return unmet('no label stands in the metadata of the file: sign it with "credkit sign --label cn"')
    return met("there is one" if len(evidence.marks.labels) == 1 else f"there are {len(evidence.marks.labels)}", *places)


def _place(evidence: Evidence) -> Answer:
    first = _first(evidence)
    if first is None:
        return skipped(_NOTHING)
    if first.standing == "standard":
        return met("it stands in XMP", first.place)
    if first.standing == "annex":
        return met("it stands where Annex B of the guide allows it", first.place)
    return unmet("it stands where readers do not look: the place is TC260:AIGC in XMP", first.place)


def _without(*kinds: FaultKind, right: str) -> _Check:
    """A check that the first label has no fault of these kinds."""

    def check(evidence: Evidence) -> Answer:
        first = _first(evidence)
        if first is None or (first.reading.values is None and "json" not in kinds):
            return skipped(_NOTHING)
        words = [fault.words for fault in first.reading.faults if fault.kind in kinds]
        return unmet("; ".join(words), first.place) if words else met(right, first.place)

    return check


def _value(key: str, right: Callable[[str, str], Answer]) -> _Check:
    """A check that a value of the first label is there and right (a function that gives words for it)."""

    def check(evidence: Evidence) -> Answer:
        first = _first(evidence)
        if first is None or first.reading.values is None:
            return skipped(_NOTHING)
        value = first.reading.value(key)
        if not value.strip():
            return unmet(f"{key} is empty" if key in first.reading.values else f"{key} is missing", first.place)
        return right(value, first.place)

    return check


def _attribute(value: str, place: str) -> Answer:
    if value in _LABELS:
        return met(f'Label is "{value}": {_LABELS[value]}', place)
    return unmet(f'Label is "{value:.60}", and may be 1, 2 or 3', place)


def _producer(value: str, place: str) -> Answer:
    kind = "a code in the layout of the coding guide" if _CODE.fullmatch(value) else "a name, or a code in another layout"
    return met(f'ContentProducer is "{value:.200}", {kind}', place)


def _number(value: str, place: str) -> Answer:
    return met(f'ProduceID is "{value:.200}"', place)


def _single(evidence: Evidence) -> Answer:
    labels = evidence.marks.labels
    if not labels:
        return skipped(_NOTHING)
    contents = {tuple(label.reading.value(key) for key in ("Label", "ContentProducer", "ProduceID")) for label in labels}
    places = tuple(label.place for label in labels)
    if len(labels) == 1:
        return met("there is one", *places)
    if len(contents) > 1:
        return unmet(f"{len(labels)} labels contradict each other", *places)
    return look(f"{len(labels)} labels say the same, and one would do", *places)


def _propagation(evidence: Evidence) -> Answer:
    first = _first(evidence)
    if first is None or first.reading.values is None:
        return skipped(_NOTHING)
    propagator, number = first.reading.value("ContentPropagator"), first.reading.value("PropagateID")
    if bool(propagator) != bool(number):
        return unmet("ContentPropagator and PropagateID belong together, and one of them is empty", first.place)
    return met(f'passed on by "{propagator:.200}"' if propagator else "not passed on by a platform yet", first.place)


def _integrity(evidence: Evidence) -> Answer:
    first = _first(evidence)
    if first is None or first.reading.values is None:
        return skipped(_NOTHING)
    code = first.reading.value("ReservedCode1")
    if not code:
        return look("ReservedCode1 is empty; the producer may protect the label there", first.place)
    kind = "names the manifest whose signature covers the label" if code.startswith("urn:c2pa:") else "is there, of a kind unknown here"
    return met(f"ReservedCode1 {kind}", first.place)


def _visible(evidence: Evidence) -> Answer:
    facts = evidence.signed.get("visible", ())
    right = [fact for fact in facts if all(pattern.search(fact.value) for pattern in _VISIBLE)]
    if right:
        return met(f'the signer states that "{right[0].value}" was drawn on the picture', right[0].where)
    return look("a program cannot see it: look whether the words stand on the picture, 5 % of its shortest side high or more")


CHINA: tuple[Rule, ...] = (
    _rule(
        "label",
        f"{_ARTICLE}; GB 45438-2025, 6",
        "the metadata of the file carry an implicit label",
        _label,
        second_hand=False,
    ),
    _rule("place", f"{_GUIDE}, 6 and Annex B", "the label is the property TC260:AIGC in XMP", _place),
    _rule("json", _ANNEX, "the label is one JSON object", _without("json", right="it is one")),
    _rule(
        "form",
        _ANNEX,
        "it is written as plain JSON, not in Base64, wrapped or encoded twice",
        _without("form", right="it is plain"),
    ),
    _rule("keys", _ANNEX, "it has the seven keys of the standard", _without("keys", right="it has all seven and no other")),
    _rule("order", _ANNEX, "the keys stand in the order of the standard", _without("order", right="they do")),
    _rule("values", _ANNEX, "all values are texts of printable ASCII without spaces", _without("values", right="they are")),
    _rule("attribute", f"{_ARTICLE}; {_ANNEX}", "it says whether the content is generated (Label)", _value("Label", _attribute)),
    _rule("producer", f"{_ARTICLE}; {_ANNEX}", "it names the provider or the provider's code", _value("ContentProducer", _producer)),
    _rule("number", f"{_ARTICLE}; {_ANNEX}", "it numbers the content (ProduceID)", _value("ProduceID", _number)),
    _rule("single", _ANNEX, "there is one label, and no other that contradicts it", _single),
    _rule("propagation", f"Measures, Article 6; {_ANNEX}", "information of a propagator is whole, where there is any", _propagation),
    _rule("integrity", _ANNEX, "the producer may protect content and label (ReservedCode1)", _integrity),
    _rule("visible", "Measures, Article 4; GB 45438-2025, 5.2", "words on the picture say that it is generated by AI", _visible),
)
