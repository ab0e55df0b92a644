"""Licences in RSL (Really Simple Licensing 1.0) that stand inside of an XMP packet: what is permitted, prohibited, and at what price.

The tokens of usages were renamed several times (``train-ai``, ``ai-train``); all that were published are read. A permission with a payment
other than ``free`` or ``attribution`` is an offer. Source: RSL 1.0, "License element", as published at rslstandard.org.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.dom.minidom import Document, Element

from credkit.limits import Limits
from credkit.manifest.assertions.offer_view import OfferView
from credkit.media.xmp.packet import child_elements
from credkit.terms.gathered import Gathered
from credkit.terms.offers import offer_uses
from credkit.terms.terms import Origin

__all__ = ["read_rsl"]

_NAMESPACES = ("https://rslstandard.org/rsl", "http://rslstandard.org/rsl", "https://rslcollective.org/rsl")
_ACTIONS: dict[str, tuple[str, ...]] = {
    "all": ("ai-training", "ai-generative-training", "ai-inference", "data-mining"),
    "ai-all": ("ai-training", "ai-generative-training", "ai-inference"),
    "ai-train": ("ai-training", "ai-generative-training"),
    "train-ai": ("ai-training", "ai-generative-training"),
    "ai-input": ("ai-inference",),
    "ai-inference": ("ai-inference",),
    "ai-use": ("ai-inference",),
    "ai-index": ("data-mining",),
}
_LONGEST = 1_000


def read_rsl(document: Document, origin: Origin, out: Gathered) -> None:
    """Add what the licences in ``document`` say; nothing where there are none."""
    for namespace in _NAMESPACES:
        for licence in list(document.getElementsByTagNameNS(namespace, "license"))[: out.limits.rsl_elements]:
            _read_licence(licence, origin, out)


def _read_licence(licence: Element, origin: Origin, out: Gathered) -> None:
    limits = out.limits
    payment = next(_named(licence, "payment", limits), None)
    kind = payment.getAttribute("type") if payment is not None else "free"
    for element in _named(licence, "prohibits", limits):
        for action in _actions(element, limits):
            for use in offer_uses(OfferView(action=action)):
                out.state(use, "notAllowed", origin, kind="rsl", basis="RSL prohibits")
    for element in _named(licence, "permits", limits):
        for action in _actions(element, limits):
            view = OfferView(action=action)
            if kind in ("free", "attribution"):
                for use in offer_uses(view):
                    out.state(use, "allowed", origin, kind="rsl", basis="RSL permits")
            else:
                out.offer(_priced(action, kind, payment, limits), origin)


def _priced(action: str, kind: str, payment: Element | None, limits: Limits) -> OfferView:
    amount = next(_named(payment, "amount", limits), None) if payment is not None else None
    pages = [e for name in ("custom", "standard") for e in _named(payment, name, limits)] if payment is not None else []
    page = next(filter(None, map(_text, pages)), None)
    return OfferView(
        action=action,
        amount=(_text(amount) or None) if amount is not None else None,
        currency=(amount.getAttribute("currency") or None) if amount is not None else None,
        duties=(f"payment by {kind[:_LONGEST]}",) if kind else ("payment",),
        contact=page,
        terms=page,
    )


def _named(parent: Element, name: str, limits: Limits) -> Iterator[Element]:
    return (
        child for child in child_elements(parent)[: limits.rsl_elements] if child.localName == name and child.namespaceURI in _NAMESPACES
    )


def _actions(element: Element, limits: Limits) -> list[str]:
    """Usages only; permissions by country or kind of user are left to the full terms."""
    if element.getAttribute("type") not in ("usage", ""):
        return []
    tokens = re.split(r"[\s,]+", _text(element).casefold())[: limits.rsl_elements]
    return list(dict.fromkeys(action for token in tokens for action in _ACTIONS.get(token, ())))


def _text(element: Element) -> str:
    parts = (node.data for node in element.childNodes if node.nodeType in (node.TEXT_NODE, node.CDATA_SECTION_NODE))
    return "".join(parts)[:_LONGEST].strip()
