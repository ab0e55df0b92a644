"""On which conditions a picture may be used: the assertion ``org.credkit.offer.metadata``, an offer in ODRL.

It is a metadata assertion (JSON-LD under a namespace of our own, as anchor ``_common_requirements`` allows) with one ``odrl:Offer``. Each
use is a permission of its own with an action, its bounds as constraints, and what is asked for as duties: to name the author
(``odrl:attribute``), to pay (``odrl:compensate`` with ``odrl:payAmount``). ODRL and Creative Commons have no words for the uses of CAWG;
those are ours (``credkit:ai-training``), as a profile of ODRL may add them.

An offer is what the signer says; that he may make it is not proven by the signature. Source: ODRL Information Model 2.2 (W3C), 2.1 and 2.5;
ODRL Vocabulary & Expression 2.2.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile
from credkit.manifest.assertions.currencies import CURRENCIES, CURRENCY_ALIASES
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.references import WEB_ADDRESS
from credkit.manifest.assertions.shape import Choice, Date, Shape, Text
from credkit.manifest.assertions.shape_map import ListOf, Map

__all__ = ["OFFER_TYPE", "OFFER_USES", "Offer"]

_NAMESPACE = "https://credkit.org/ns/offer#"
_CONTEXT = {
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "cc": "http://creativecommons.org/ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "credkit": _NAMESPACE,
}
OFFER_USES: dict[str, tuple[str, str | None]] = {
    "commercial": ("cc:CommercialUse", None),
    "non-commercial": ("odrl:use", "credkit:non-commercial"),
    "editorial": ("odrl:use", "credkit:editorial"),
    "derivatives": ("odrl:derive", None),
    "redistribution": ("odrl:distribute", None),
    "display": ("odrl:display", None),
    "print": ("odrl:print", None),
    "ai-training": ("credkit:ai-training", None),
    "ai-generative-training": ("credkit:ai-generative-training", None),
    "ai-inference": ("credkit:ai-inference", None),
    "data-mining": ("credkit:data-mining", None),
}
"""What can be offered: the word that people use, the action, and the purpose that it is limited to."""
_AMOUNT = r"(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,4})?"
_PRICE = re.compile(rf"({_AMOUNT})\s*([^\s0-9]+)|([^\s0-9]+)\s*({_AMOUNT})")
_CONTACT = re.compile(r"(?:mailto:)?[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+")


def _reference(shape: Shape) -> Map:
    return Map(means="a reference", required={"@id": shape})


def _typed(shape: Shape, kind: str) -> Map:
    return Map(means="a typed value", required={"@value": shape, "@type": Choice(names=(kind,), means="type of value")})


_CONTACT_ADDRESS = Text(pattern=r"mailto:[^\s@]+@[^\s@]+|https?://\S+", means="an address (mailto: or https://)", maximum=2_048)
_CURRENCY = Choice(names=CURRENCIES, means="currency of ISO 4217", aliases=CURRENCY_ALIASES)
_PURPOSE = Choice(names=tuple(purpose for _, purpose in OFFER_USES.values() if purpose), means="purpose")
_ACTION = Choice(names=tuple(dict.fromkeys(action for action, _ in OFFER_USES.values())), means="action of an offer")
_PAYMENT = Map(
    means="a payment",
    required={
        "odrl:leftOperand": _reference(Choice(names=("odrl:payAmount",), means="operand of a payment")),
        "odrl:operator": _reference(Choice(names=("odrl:eq",), means="operator")),
        "odrl:rightOperand": _typed(Text(pattern=_AMOUNT, means="a decimal amount", maximum=20), "xsd:decimal"),
        "odrl:unit": _CURRENCY,
    },
)
_DUTY = Map(
    means="a duty",
    required={"odrl:action": _reference(Choice(names=("odrl:attribute", "odrl:compensate"), means="duty of an offer"))},
    optional={"odrl:constraint": ListOf(_PAYMENT, maximum=1)},
)
_CONSTRAINT = Map(
    means="a constraint",
    required={
        "odrl:leftOperand": _reference(Choice(names=("odrl:purpose", "odrl:dateTime"), means="operand of an offer")),
        "odrl:operator": _reference(Choice(names=("odrl:eq", "odrl:lteq"), means="operator")),
        "odrl:rightOperand": Map(
            means="an operand",
            optional={"@id": _PURPOSE, "@value": Date(), "@type": Choice(names=("xsd:date",), means="type of value")},
            excludes=(("@id", "@value"),),
            requires=(("@value", "@type"),),
            minimum=1,
        ),
    },
)
_PERMISSION = Map(
    means="a permission",
    required={"odrl:action": _reference(_ACTION)},
    optional={"odrl:constraint": ListOf(_CONSTRAINT, maximum=2), "odrl:duty": ListOf(_DUTY, maximum=2)},
)
_ASSIGNER = Map(
    means="an assigner",
    minimum=2,
    required={"@type": Choice(names=("odrl:Party",), means="type of assigner")},
    optional={"vcard:fn": Text(maximum=500), "vcard:hasEmail": _reference(_CONTACT_ADDRESS), "vcard:hasURL": _reference(WEB_ADDRESS)},
)
_POLICY = Map(
    means="an offer",
    required={
        "@type": Choice(names=("odrl:Offer",), means="type of policy"),
        "@id": Text(pattern=r"urn:uuid:[0-9a-f-]{36}", means="a URN of a UUID"),
        "odrl:profile": _reference(Choice(names=(_NAMESPACE,), means="profile")),
        "odrl:assigner": _ASSIGNER,
        "odrl:permission": ListOf(_PERMISSION, maximum=len(OFFER_USES)),
    },
    optional={"dcterms:description": Text(maximum=2_000), "dcterms:license": _reference(WEB_ADDRESS)},
)


def _check_duties(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    for number, permission in enumerate(payload["odrl:hasPolicy"]["odrl:permission"]):
        for duty in permission.get("odrl:duty", ()):
            pays = duty["odrl:action"]["@id"] == "odrl:compensate"
            if pays != ("odrl:constraint" in duty):
                path = f"/odrl:hasPolicy/odrl:permission/{number}/odrl:duty"
                raise DefinitionError("odrl:compensate says how much (odrl:payAmount), and no other duty does", path=path)


_MAIL = {"vcard:hasEmail": {"@id": "mailto:licence@example.com"}}
OFFER_TYPE = AssertionType(
    label="org.credkit.offer.metadata",
    content="json",
    shape=Map(
        means="an offer assertion",
        required={
            "@context": Map(
                means="the context",
                required={prefix: Choice(names=(uri,), means=f"namespace of {prefix}") for prefix, uri in _CONTEXT.items()},
            ),
            "odrl:hasPolicy": _POLICY,
        },
    ),
    description="On which conditions the asset may be used: an offer with uses, price, attribution and whom to ask (ODRL 2.2).",
    example={
        "@context": _CONTEXT,
        "odrl:hasPolicy": {
            "@type": "odrl:Offer",
            "@id": "urn:uuid:3f2c1c38-1a9e-5d3b-9c55-0f8a54d1f2b7",
            "odrl:profile": {"@id": _NAMESPACE},
            "odrl:assigner": {"@type": "odrl:Party", "vcard:fn": "credkit example"} | _MAIL,
            "odrl:permission": [
                {
                    "odrl:action": {"@id": "cc:CommercialUse"},
                    "odrl:constraint": [
                        {
                            "odrl:leftOperand": {"@id": "odrl:dateTime"},
                            "odrl:operator": {"@id": "odrl:lteq"},
                            "odrl:rightOperand": {"@value": "2027-12-31", "@type": "xsd:date"},
                        }
                    ],
                    "odrl:duty": [
                        {"odrl:action": {"@id": "odrl:attribute"}},
                        {
                            "odrl:action": {"@id": "odrl:compensate"},
                            "odrl:constraint": [
                                {
                                    "odrl:leftOperand": {"@id": "odrl:payAmount"},
                                    "odrl:operator": {"@id": "odrl:eq"},
                                    "odrl:rightOperand": {"@value": "4499.00", "@type": "xsd:decimal"},
                                    "odrl:unit": "CNY",
                                }
                            ],
                        },
                    ],
                }
            ],
        },
    },
    rules=(_check_duties,),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """The assertion ``org.credkit.offer.metadata``: ``Offer(("commercial",), price="4499 CNY", contact="licence@example.com")``."""

    uses: tuple[str, ...]
    """Names of ``OFFER_USES``."""
    _: KW_ONLY
    contact: str
    """Whom to ask and to pay: an e-mail address or a web address."""
    price: str | None = None
    """Decimal amount and currency (``4499 CNY``, ``EUR 12.50``); None for an offer without payment."""
    assigner: str | None = None
    """Name of who makes the offer."""
    attribution: bool = False
    """Whether the author has to be named."""
    until: date | str | None = None
    """The last day on which it can be accepted."""
    terms: str | None = None
    """Web address of the full terms."""
    note: str | None = None
    """A sentence for people."""

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``org.credkit.offer.metadata``."""
        return OFFER_TYPE.label

    @property
    def content(self) -> Content:
        """``json``."""
        return OFFER_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The JSON-LD object; ``DefinitionError`` with the nearest right word for what is no valid offer."""
        if not self.uses or not isinstance(self.uses, tuple):
            raise DefinitionError('an offer says for which uses it is, as in ("commercial",)', path="/uses")
        known = Choice(names=tuple(OFFER_USES), means="use of an offer")
        uses = tuple(dict.fromkeys(known.check(use, f"/uses/{number}") for number, use in enumerate(self.uses)))
        policy: dict[str, Any] = {
            "@type": "odrl:Offer",
            "odrl:profile": {"@id": _NAMESPACE},
            "odrl:assigner": self._assigner(),
            "odrl:permission": [self._permission(use) for use in uses],
            "dcterms:description": self.note,
            "dcterms:license": {"@id": WEB_ADDRESS.check(self.terms, "/terms")} if self.terms is not None else None,
        }
        policy = {key: value for key, value in policy.items() if value is not None}
        # ODRL wants every policy to have an identifier; one made from the content keeps equal offers equal.
        text = json.dumps(policy, sort_keys=True, default=str)
        policy["@id"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, _NAMESPACE + text)}"
        checked: dict[str, Any] = OFFER_TYPE.check({"@context": dict(_CONTEXT), "odrl:hasPolicy": policy})
        return checked

    def _permission(self, use: str) -> dict[str, Any]:
        action, purpose = OFFER_USES[use]
        constraints = [_constraint("odrl:purpose", "odrl:eq", {"@id": purpose})] if purpose else []
        if self.until is not None:
            day = Date().check(self.until, "/until")
            constraints.append(_constraint("odrl:dateTime", "odrl:lteq", {"@value": day, "@type": "xsd:date"}))
        duties: list[dict[str, Any]] = [{"odrl:action": {"@id": "odrl:attribute"}}] if self.attribution else []
        if self.price is not None:
            amount, currency = _price(self.price)
            payment = _constraint("odrl:payAmount", "odrl:eq", {"@value": amount, "@type": "xsd:decimal"}) | {"odrl:unit": currency}
            duties.append({"odrl:action": {"@id": "odrl:compensate"}, "odrl:constraint": [payment]})
        found: dict[str, Any] = {"odrl:action": {"@id": action}, "odrl:constraint": constraints, "odrl:duty": duties}
        return {key: value for key, value in found.items() if value}

    def _assigner(self) -> dict[str, Any]:
        address = _contact(self.contact)
        name = {} if self.assigner is None else {"vcard:fn": self.assigner}
        return {"@type": "odrl:Party"} | name | {"vcard:hasEmail" if address.startswith("mailto:") else "vcard:hasURL": {"@id": address}}


def _constraint(left: str, operator: str, right: Mapping[str, str]) -> dict[str, Any]:
    return {"odrl:leftOperand": {"@id": left}, "odrl:operator": {"@id": operator}, "odrl:rightOperand": dict(right)}


def _price(text: str) -> tuple[str, str]:
    """Amount and currency."""
    match = _PRICE.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise DefinitionError(f'the price {quoted(str(text))} should read AMOUNT CURRENCY, as in "4499 CNY" or "12.50 EUR"', path="/price")
    currency = match[2] or match[3]
    return match[1] or match[4], _CURRENCY.check(currency.upper(), "/price")


def _contact(text: str) -> str:
    text = Text(means="an address", maximum=2_048).check(text, "/contact")
    if _CONTACT.fullmatch(text):
        return "mailto:" + text.removeprefix("mailto:")
    if text.startswith(("http://", "https://")):
        return WEB_ADDRESS.check(text, "/contact")
    raise DefinitionError(f"{quoted(text)} is neither an e-mail address nor a web address that starts with https://", path="/contact")
