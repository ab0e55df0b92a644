"""Offers in ODRL as found in files: read from whatever form JSON-LD allows, never an error, and told in a sentence.

Tolerant where ``credkit.manifest.assertions.offer`` is strict: prefixes may be missing or others, references may be texts or objects,
single things may stand without their list. What is not understood is left out, but a duty that is not understood stays visible by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

__all__ = ["OfferView", "offer_words", "read_offers"]

_MOST = 50
"""Rules of one assertion, and constraints and duties of one rule, that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferView:
    """One permission or prohibition of a policy; texts are as stored."""

    action: str
    """Without its prefix: ``CommercialUse``, ``derive``, ``ai-training``."""
    prohibited: bool = False
    purposes: tuple[str, ...] = ()
    """Without their prefix: ``editorial``."""
    amount: str | None = None
    currency: str | None = None
    duties: tuple[str, ...] = ()
    """Other duties, without their prefix: ``attribute``."""
    until: str | None = None
    """As stored: a date or a date and time."""
    conditions: tuple[str, ...] = ()
    """Constraints that are none of these, in words."""
    assigner: str | None = None
    contact: str | None = None
    terms: str | None = None
    note: str | None = None

    @property
    def price(self) -> str | None:
        """Amount and currency."""
        return " ".join(part for part in (self.amount, self.currency) if part) or None


def read_offers(value: object) -> Iterator[OfferView]:
    """The first 50 rules of the policy or policies in ``value`` (what stands under ``odrl:hasPolicy``)."""
    return islice(_all_rules(value), _MOST)


def _all_rules(value: object) -> Iterator[OfferView]:
    for policy in _listed(value):
        if not isinstance(policy, dict):
            continue
        party = _party(_field(policy, "assigner"))
        for name in ("permission", "prohibition"):
            for rule in _listed(_field(policy, name)):
                if isinstance(rule, dict):
                    yield from _rules(rule, policy, party, prohibited=name == "prohibition")


def _rules(rule: dict[Any, Any], policy: dict[Any, Any], party: tuple[str | None, str | None], *, prohibited: bool) -> Iterator[OfferView]:
    constraints = [_constraint(item) for item in (*_listed(_field(rule, "constraint")), *_listed(_field(policy, "constraint")))]
    name, contact = party if party != (None, None) else _party(_field(rule, "assigner"))
    amount, currency, duties = _duties(rule)
    for action in _listed(_field(rule, "action")) or [None]:
        yield OfferView(
            action=_name(_named_action(action)) or "use",
            prohibited=prohibited,
            purposes=tuple(_name(right) for left, _, right in constraints if left == "purpose" and right),
            amount=amount,
            currency=currency,
            duties=duties,
            until=next((right for left, op, right in constraints if left == "dateTime" and op in ("lteq", "lt") and right), None),
            conditions=tuple(
                f"{left} {op} {right}".strip() for left, op, right in constraints if left not in ("", "purpose", "dateTime", "payAmount")
            ),
            assigner=name,
            contact=contact,
            terms=_text(_field(policy, "license", "terms")),
            note=_text(_field(policy, "description", "comment")),
        )


def _named_action(value: object) -> str:
    """An action may be refined: then it is an object whose value says which one."""
    if isinstance(value, dict) and "@id" not in value:
        inner = _field(value, "value", "action")
        if inner is not None:
            return _text(inner) or ""
    return _text(value) or ""


def _duties(rule: dict[Any, Any]) -> tuple[str | None, str | None, tuple[str, ...]]:
    amount = currency = None
    others: list[str] = []
    for duty in _listed(_field(rule, "duty", "obligation")):
        if not isinstance(duty, dict):
            others.append(_name(_text(duty)))
            continue
        action = next(iter(_listed(_field(duty, "action"))), None)
        payment = next(filter(None, (_payment(item) for item in (*_listed(_field(duty, "constraint")), *_refinements(action)))), None)
        if payment and amount is None:
            amount, currency = payment
        elif (name := _name(_named_action(action))) and (payment is None or name != "compensate"):
            others.append(name)
    return amount, currency, tuple(dict.fromkeys(filter(None, others)))


def _refinements(action: object) -> list[Any]:
    return _listed(_field(action, "refinement")) if isinstance(action, dict) else []


def _payment(constraint: object) -> tuple[str, str | None] | None:
    left, _, right = _constraint(constraint)
    if left != "payAmount" or not right or not isinstance(constraint, dict):
        return None
    return right, _name(_text(_field(constraint, "unit"))) or None


def _constraint(value: object) -> tuple[str, str, str]:
    """Left operand and operator without their prefixes, right operand as stored; empty texts for what is missing."""
    if not isinstance(value, dict):
        return "", "", ""
    right = _text(next(iter(_listed(_field(value, "rightOperand", "rightOperandReference"))), None)) or ""
    return _name(_text(_field(value, "leftOperand"))), _name(_text(_field(value, "operator"))), right


def _party(value: object) -> tuple[str | None, str | None]:
    """Name and address."""
    party = next(iter(_listed(value)), None)
    if not isinstance(party, dict):
        text = _text(party)
        return (None, text) if text and ":" in text else (text, None)
    name = _text(_field(party, "fn", "name", "title", "organization-name"))
    address = _text(_field(party, "hasEmail", "email", "hasURL", "url", "uid")) or _text(party.get("@id"))
    return name, address


def _listed(value: object) -> list[Any]:
    if isinstance(value, dict) and isinstance(value.get("@list", value.get("@set")), list):
        value = value.get("@list", value.get("@set"))
    return list(value[:_MOST]) if isinstance(value, list) else [] if value is None else [value]


def _field(value: object, *names: str) -> Any:
    """The first of ``names`` that a map has, under any prefix or namespace."""
    if not isinstance(value, dict):
        return None
    known = {_name(key): item for key, item in reversed(list(value.items())[:_MOST]) if isinstance(key, str)}
    return next((known[name] for name in names if known.get(name) is not None), None)


def _name(text: str | None) -> str:
    """A term without prefix or namespace: ``odrl:derive`` and ``http://www.w3.org/ns/odrl/2/derive`` are ``derive``."""
    if not text:
        return ""
    found = text.rstrip("/")
    return found[max(found.rfind(sign) for sign in ":/#") + 1 :]


def _text(value: object) -> str | None:
    """The text of a value, an identifier, a typed value or a language map."""
    for _ in range(4):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("@value", value.get("@id", next(iter(value.values()), None)))
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return str(value)
    return str(value) if isinstance(value, str) and value.strip() else None


_ACTIONS = {
    "CommercialUse": "commercial use",
    "commercialize": "commercial use",
    "derive": "derivatives",
    "DerivativeWorks": "derivatives",
    "modify": "changing it",
    "distribute": "redistribution",
    "Distribution": "redistribution",
    "reproduce": "copies",
    "display": "display",
    "print": "print",
    "use": "use",
    "index": "indexing",
    "ai-training": "training of AI",
    "ai-generative-training": "training of generative AI",
    "ai-inference": "use as input of AI",
    "data-mining": "data mining",
}
_DUTIES = {"attribute": "name the author", "Attribution": "name the author", "inform": "inform the author", "obtainConsent": "ask first"}


def offer_words(offer: OfferView) -> str:
    """The rule in a sentence without an end: ``commercial use permitted until 2027-12-31, on condition: name the author, pay 4499 CNY``."""
    what = " ".join((*offer.purposes, _ACTIONS.get(offer.action, offer.action)))
    if offer.prohibited:
        return f"{what} prohibited"
    asked = [_DUTIES.get(duty, duty) for duty in offer.duties]
    asked += [f"pay {offer.price}"] if offer.amount else []
    asked += list(offer.conditions)
    until = f" until {offer.until}" if offer.until else ""
    ask = ", ".join(part for part in (offer.assigner, (offer.contact or "").removeprefix("mailto:")) if part)
    return f"{what} permitted{until}" + (f", on condition: {', '.join(asked)}" if asked else "") + (f"; ask {ask}" if ask else "")
