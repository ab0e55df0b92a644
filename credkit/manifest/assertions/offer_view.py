"""Offers in ODRL as found in files: read from whatever form JSON-LD allows, never an error, and told in a sentence.

Tolerant where ``credkit.manifest.assertions.offer`` is strict: prefixes may be missing or others, references may be texts or objects,
single things may stand without their list. What is not understood is left out, but a duty that is not understood stays visible by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from credkit.dataclass import dataclass

__all__ = ["OfferView", "offer_words", "read_offers"]

_MOST = 50
"""Permissions of one assertion, and conditions of one rule, that are kept."""
_MOST_PROHIBITIONS = 1_000
_IS_ONE_OF = ("eq", "isA", "isAnyOf", "isPartOf", "")
_NOT_UNDERSTOOD = "a condition that is not understood"


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
    """The rules of the policy or policies in ``value`` (what stands under ``odrl:hasPolicy``): prohibitions first, up to 1,000, then the
    first 50 permissions.
    """
    policies = [policy for policy in _listed(value) if isinstance(policy, dict)]
    yield from islice(_all_rules(policies, prohibited=True), _MOST_PROHIBITIONS)
    yield from islice(_all_rules(policies, prohibited=False), _MOST)


def _all_rules(policies: list[dict[Any, Any]], *, prohibited: bool) -> Iterator[OfferView]:
    for policy in policies:
        common = _common(policy)
        for rule in _all(policy, "prohibition" if prohibited else "permission"):
            if isinstance(rule, dict):
                yield from _rules(rule, common, prohibited=prohibited)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What a policy says for all of its rules."""

    constraints: list[Any]
    duties: list[Any]
    limits: tuple[str, ...]
    party: tuple[str | None, str | None]
    terms: str | None
    note: str | None


def _common(policy: dict[Any, Any]) -> _Common:
    return _Common(
        constraints=_all(policy, "constraint"),
        duties=_all(policy, "duty", "obligation"),
        limits=_limits(policy),
        party=_party(_field(policy, "assigner")),
        terms=_text(_field(policy, "license", "terms")),
        note=_text(_field(policy, "description", "comment")),
    )


def _limits(rule: dict[Any, Any]) -> tuple[str, ...]:
    """Whom and what alone the rule is for, where it does not say: everybody, and the picture that it stands in."""
    whom = [f"only for {_text(item) or 'somebody else'}" for item in _all(rule, "assignee")]
    what = [_text(item) or "" for item in _all(rule, "target")]
    return (*whom, *(f"only of {name}" for name in what if name and not name.startswith(("#", "self#"))))


def _rules(rule: dict[Any, Any], common: _Common, *, prohibited: bool) -> Iterator[OfferView]:
    name, contact = common.party if common.party != (None, None) else _party(_field(rule, "assigner"))
    purposes: list[str] = []
    until: str | None = None
    conditions: list[str] = [*common.limits, *_limits(rule)]
    for left, operator, right in map(_constraint, filter(None, (*_all(rule, "constraint"), *common.constraints))):
        if left == "purpose" and right and operator in _IS_ONE_OF:
            purposes.append(_name(right))
        elif left == "dateTime" and right and operator in ("lteq", "lt") and until is None:
            until = right
        else:
            conditions.append(f"{left} {operator} {right}".strip() or _NOT_UNDERSTOOD)
    amount, currency, duties = _duties([*_all(rule, "duty", "obligation"), *common.duties])
    for action in _all(rule, "action") or [None]:
        refined = [_constraint(item) for item in _refinements(action) if item]
        yield OfferView(
            action=_name(_named_action(action)) or "use",
            prohibited=prohibited,
            purposes=tuple(purposes),
            amount=amount,
            currency=currency,
            duties=duties,
            until=until,
            conditions=tuple(dict.fromkeys((*conditions, *(" ".join(parts).strip() or _NOT_UNDERSTOOD for parts in refined))))[:_MOST],
            assigner=name,
            contact=contact,
            terms=common.terms,
            note=common.note,
        )


def _named_action(value: object) -> str:
    """An action may be refined: then it is an object whose value says which one."""
    if isinstance(value, dict) and "@id" not in value:
        inner = _field(value, "value", "action")
        if inner is not None:
            return _text(inner) or ""
    return _text(value) or ""


def _duties(listed: list[Any]) -> tuple[str | None, str | None, tuple[str, ...]]:
    """The first payment that asks for something, and what else is asked."""
    payments: list[tuple[str, str | None]] = []
    others: list[str] = []
    for duty in listed:
        action = next(iter(_all(duty, "action")), None)
        found = [payment for item in (*_all(duty, "constraint"), *_refinements(action)) if (payment := _payment(item))]
        payments += found
        name = _name(_named_action(action)) if isinstance(duty, dict) else _name(_text(duty))
        if not found or name not in ("compensate", ""):
            others.append(name or _NOT_UNDERSTOOD)
    # A price of nothing must not hide another one.
    amount, currency = next((payment for payment in payments if payment[0].strip("0.")), payments[0] if payments else (None, None))
    others += [f"pay {' '.join(filter(None, payment))}" for payment in payments if payment[0].strip("0.") and payment != (amount, currency)]
    return amount, currency, tuple(dict.fromkeys(others))[:_MOST]


def _refinements(action: object) -> list[Any]:
    return _all(action, "refinement")


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
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def _all(value: object, *names: str) -> list[Any]:
    """Everything that a map has under any of ``names``, under any prefix or namespace."""
    if not isinstance(value, dict):
        return []
    return [entry for key, item in value.items() if isinstance(key, str) and _name(key) in names for entry in _listed(item)]


def _field(value: object, *names: str) -> Any:
    """The first of ``names`` that a map has, under any prefix or namespace."""
    if not isinstance(value, dict):
        return None
    known = {_name(key): item for key, item in reversed(value.items()) if isinstance(key, str)}
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
