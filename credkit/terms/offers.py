"""An offer as found, in the uses of ``credkit.terms``: which it is for, what it asks, and whether it can still be taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation

from credkit.manifest.assertions.offer_view import OfferView
from credkit.terms.terms import OfferTerms, Origin, Use

__all__ = ["offer_terms", "offer_uses"]

_ACTIONS: dict[str, tuple[Use, ...]] = {
    "CommercialUse": ("commercial",),
    "commercialize": ("commercial",),
    "sell": ("commercial", "redistribution"),
    "derive": ("derivatives",),
    "DerivativeWorks": ("derivatives",),
    "modify": ("derivatives",),
    "transform": ("derivatives",),
    "distribute": ("redistribution",),
    "Distribution": ("redistribution",),
    "Sharing": ("redistribution",),
    "ai-training": ("ai_training",),
    "ai-generative-training": ("ai_generative_training",),
    "ai-inference": ("ai_inference",),
    "data-mining": ("data_mining",),
    "extract": ("data_mining",),
}
"""Actions of ODRL and Creative Commons, and our own."""
_PURPOSES: dict[str, tuple[Use, ...]] = {"commercial": ("commercial",), "Commercial": ("commercial",)}
_ATTRIBUTION = ("attribute", "Attribution")
_LONGEST_AMOUNT = 40


def offer_uses(view: OfferView) -> tuple[Use, ...]:
    """The uses that an action stands for; none for one that has no use of its own (``display``) or that is limited to another purpose."""
    if view.action == "use":
        return tuple(use for purpose in view.purposes for use in _PURPOSES.get(purpose, ()))
    return _ACTIONS.get(view.action, ()) if not view.purposes or "commercial" in view.purposes else ()


def offer_terms(view: OfferView, origin: Origin, at: datetime) -> OfferTerms:
    """The offer, judged at the time ``at``. A date counts until its end, in the time zone that is last."""
    until, expired = _until(view.until, at)
    conditions = (*view.conditions, f"until {view.until[:_LONGEST_AMOUNT]}") if view.until and until is None else view.conditions
    return OfferTerms(
        origin=origin,
        actions=(view.action,),
        uses=offer_uses(view),
        purposes=view.purposes,
        amount=view.amount,
        currency=view.currency,
        attribution=any(duty in _ATTRIBUTION for duty in view.duties),
        duties=(*(duty for duty in view.duties if duty not in _ATTRIBUTION), *conditions),
        assigner=view.assigner,
        contact=view.contact,
        url=view.terms,
        valid_until=until,
        expired=expired,
        free=not _asks(view.amount) and not conditions and all(duty in _ATTRIBUTION for duty in view.duties),
        note=view.note,
    )


def _asks(amount: str | None) -> bool:
    """Whether there is something to pay; an amount that is no number is taken to ask for something."""
    try:
        return amount is not None and not (len(amount) <= _LONGEST_AMOUNT and Decimal(amount) == 0)
    except InvalidOperation:
        return True


def _until(text: str | None, at: datetime) -> tuple[date | None, bool]:
    if text is None or len(text) > _LONGEST_AMOUNT:
        return None, False
    try:
        if "T" in text:
            moment = datetime.fromisoformat(text)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return aware.date(), aware < at
        day = date.fromisoformat(text)
    except ValueError:
        return None, False
    # The day ends twelve hours later in the zone that is farthest behind UTC.
    return day, (at.astimezone(UTC).replace(tzinfo=None) - datetime(day.year, day.month, day.day)).total_seconds() > 36 * 3600
