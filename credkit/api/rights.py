"""Whose a picture is and what may be done with it: what of that becomes which assertion, and what is repeated in XMP.

``Statements`` hands over the user's words; here contradictions between them are refused, because a file that contradicts itself protects
nobody. Vocabularies and their mapping: ``credkit.terms``; form of the properties: ``credkit.media.xmp``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from credkit.errors import DefinitionError
from credkit.manifest.assertions import CawgMetadata, Licensor, Offer, TrainingMining, Use
from credkit.manifest.assertions.assertion_types import Statement

if TYPE_CHECKING:
    from credkit.manifest.assertions.offer_view import OfferView
    from credkit.terms.data_mining import DataMiningValue
    from credkit.terms.licences import KnownLicence, StatedLicence
    from credkit.terms.terms import Use as UseName

__all__ = ["RightsStatements", "rights_assertions", "rights_mirror"]

_MINING: tuple[UseName, ...] = ("ai_training", "ai_generative_training", "ai_inference", "data_mining")


class RightsStatements(Protocol):
    """The part of ``credkit.api.Statements`` that is decided here."""

    @property
    def creator(self) -> tuple[str, ...]:
        """Who made it."""
        ...

    @property
    def rights(self) -> str | None:
        """Copyright notice."""
        ...

    @property
    def usage_terms(self) -> str | None:
        """Terms in words."""
        ...

    @property
    def web_statement(self) -> str | None:
        """Page with the terms."""
        ...

    @property
    def licensor(self) -> Licensor | None:
        """Whom to ask."""
        ...

    @property
    def credit(self) -> str | None:
        """How to name the author."""
        ...

    @property
    def licence(self) -> str | None:
        """Licence as somebody typed it."""
        ...

    @property
    def do_not_train(self) -> bool:
        """Whether every use of CAWG is forbidden."""
        ...

    @property
    def uses(self) -> TrainingMining | None:
        """Permissions, use by use."""
        ...

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Licences that can be had."""
        ...


def rights_assertions(statements: RightsStatements) -> tuple[Statement, ...]:
    """``cawg.metadata``, ``cawg.training-mining`` and the offers, as far as there is something to say.

    ``DefinitionError`` for what is no valid statement and for two statements that contradict each other.
    """
    uses, licence = _uses(statements), _licence(statements)
    _refuse_contradictions(statements, uses)
    extra = {"dcterms:license": licence.name} if licence else {}
    if licence and licence.creative_commons:
        extra["cc:license"] = licence.creative_commons
    mining = _mining(uses)
    if mining and mining.constraints:
        extra["plus:OtherConstraints"] = mining.constraints
    fields: dict[str, Any] = {
        "creator": statements.creator,
        "rights": statements.rights,
        "usage_terms": statements.usage_terms,
        "web_statement": _web_statement(statements, licence),
        "licensor": statements.licensor,
        "credit": statements.credit,
        "data_mining": mining.value if mining else None,
        "extra": extra,
    }
    found = [CawgMetadata(**fields)] if any(fields.values()) else []
    return (*found, *((uses,) if uses else ()), *statements.offers)


def rights_mirror(statements: RightsStatements) -> dict[str, Any]:
    """The arguments of ``credkit.media.xmp.mirror_of`` that repeat the same; None or empty for what is not said."""
    uses, licence = _uses(statements), _licence(statements)
    mining = _mining(uses)
    return {
        "creator": statements.creator,
        "rights": statements.rights,
        "licensor": statements.licensor,
        "usage_terms": statements.usage_terms,
        "web_statement": _web_statement(statements, licence),
        "credit": statements.credit,
        "data_mining": mining.value if mining else None,
        "other_constraints": mining.constraints if mining else None,
        "licence": licence.name if licence else None,
        "creative_commons": licence.creative_commons if licence else None,
    }


def _mining(uses: TrainingMining | None) -> DataMiningValue | None:
    if uses is None:
        return None
    from credkit.terms.data_mining import data_mining_of

    return data_mining_of(uses)


def _licence(statements: RightsStatements) -> StatedLicence | None:
    if statements.licence is None:
        return None
    from credkit.terms.licences import stated_licence

    return stated_licence(statements.licence)


def _known_licence(text: str | None) -> KnownLicence | None:
    if text is None:
        return None
    from credkit.terms.licences import known_licence

    return known_licence(text)


def _web_statement(statements: RightsStatements, licence: StatedLicence | None) -> str | None:
    """The page that the user names, else the text of the licence."""
    return statements.web_statement or (licence.url if licence else None)


def _uses(statements: RightsStatements) -> TrainingMining | None:
    """What is said about the four uses of CAWG; ``do_not_train`` forbids them all."""
    if not statements.do_not_train:
        return statements.uses
    for name in _MINING:
        use = _use(statements.uses, name)
        if use is not None and use.use != "notAllowed":
            words = "allows it" if use.use == "allowed" else "allows it under conditions"
            raise DefinitionError(f'"do not train" forbids {_words_for(name)}, and another statement {words}: leave one of the two out')
    return TrainingMining.not_allowed()


def _words_for(name: UseName) -> str:
    from credkit.terms.weighing import USE_WORDS

    return USE_WORDS[name]


def _use(uses: TrainingMining | None, name: UseName) -> Use | None:
    value = getattr(uses, name, None)
    return Use(value) if isinstance(value, str) else value


def _refuse_contradictions(statements: RightsStatements, uses: TrainingMining | None) -> None:
    licence, page = _known_licence(statements.licence), _known_licence(statements.web_statement)
    if licence and page and licence.name != page.name:
        raise DefinitionError(
            f"the licence is {licence.name}, and the page with the terms is that of {page.name}: leave one of the two out"
        )
    for offer in statements.offers:
        _refuse_contradicted(offer, uses, licence)
    for name in _MINING:
        use = _use(uses, name)
        rule = licence.uses.get(name) if licence else None
        if licence and use is not None and rule and {use.use, rule[0]} == {"allowed", "notAllowed"}:
            verbs = ("permits", "forbid") if rule[0] == "allowed" else ("forbids", "permit")
            raise DefinitionError(
                f"the licence {licence.name} {verbs[0]} {_words_for(name)}, and the uses {verbs[1]} it: leave one of the two out"
            )


def _refuse_contradicted(offer: Offer, uses: TrainingMining | None, licence: KnownLicence | None) -> None:
    from credkit.manifest.assertions.offer_view import read_offers
    from credkit.terms.offers import offer_uses

    for view in read_offers(offer.payload()["odrl:hasPolicy"]):
        for name in offer_uses(view):
            _refuse_offer(view, name, _use(uses, name), licence)


def _refuse_offer(view: OfferView, name: UseName, use: Use | None, licence: KnownLicence | None) -> None:
    """An offer of what is forbidden, or of what anyone may do anyway."""
    if use is not None and use.use == "notAllowed":
        raise DefinitionError(
            f"an offer permits {_words_for(name)}, and the uses forbid it: state that use as constrained, and say in the condition that it "
            "takes the offer"
        )
    rule = licence.uses.get(name) if licence else None
    if not view.amount or not float(view.amount):
        return
    if use is not None and use.use == "allowed":
        raise DefinitionError(
            f"an offer asks {view.price} for {_words_for(name)}, and the uses allow it for nothing: leave one of the two out"
        )
    if licence and rule and rule[0] == "allowed":
        raise DefinitionError(
            f"an offer asks {view.price} for {_words_for(name)}, and the licence {licence.name} allows it for nothing: leave one out"
        )
