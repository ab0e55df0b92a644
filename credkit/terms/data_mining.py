"""``plus:DataMining`` beside ``cawg.training-mining``: which value says what a set of uses says, and what a value says of each use.

PLUS has one value for everything, CAWG a permission for each of four uses. The value that is written may be stricter about a use of which
nothing was said, and never permits what was not permitted; where no value fits, ``DMI-PROHIBITED-SEECONSTRAINT`` points to
``plus:OtherConstraints``, which says it in words. PLUS has no word for AI inference, so that use never decides the value.

Sources: PLUS LDF 2.0, "Data Mining"; IPTC Photo Metadata 2023.1; CAWG training and data mining 1.1.
"""

from __future__ import annotations

from credkit.dataclass import dataclass
from credkit.manifest.assertions.training_mining import TrainingMining, Use
from credkit.terms.terms import Permission
from credkit.terms.terms import Use as UseName

__all__ = ["SEARCH_ONLY", "DataMiningValue", "data_mining_of", "uses_of_data_mining"]

_VOCABULARY = "http://ns.useplus.org/ldf/vocab/"
SEARCH_ONLY = "search engine indexing only"
"""The condition of data mining that PLUS has a value for."""
_MINED: tuple[UseName, ...] = ("data_mining", "ai_training", "ai_generative_training")
_WORDS = {"allowed": "allowed", "notAllowed": "not allowed", "constrained": "only under conditions"}
_NAMES = {"data_mining": "data mining", "ai_training": "AI training", "ai_generative_training": "training of generative AI"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataMiningValue:
    """What to write: the full address for ``plus:DataMining`` and, where it needs one, the text for ``plus:OtherConstraints``."""

    value: str
    constraints: str | None = None


def data_mining_of(uses: TrainingMining) -> DataMiningValue | None:
    """The value that mirrors ``uses``; None when every value would permit or forbid what was not said.

    =====================  =====================  =====================  ==============================================================
    data mining            AI training            generative training    value
    =====================  =====================  =====================  ==============================================================
    allowed                allowed                allowed                ``DMI-ALLOWED``
    not allowed            not allowed, unsaid    not allowed, unsaid    ``DMI-PROHIBITED``: training is a kind of mining
    search engines only    not allowed, unsaid    not allowed, unsaid    ``DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING``
    unsaid, allowed        not allowed            not allowed, unsaid    ``DMI-PROHIBITED-AIMLTRAINING``: generative training is AI training
    unsaid, allowed        unsaid, allowed        not allowed            ``DMI-PROHIBITED-GENAIMLTRAINING``
    unsaid or allowed      unsaid or allowed      unsaid or allowed      none: what is unsaid would be allowed with the rest
    anything else                                                        ``DMI-PROHIBITED-SEECONSTRAINT`` with the uses in words
    =====================  =====================  =====================  ==============================================================
    """
    mining, training, generative = map(_use, (uses.data_mining, uses.ai_training, uses.ai_generative_training))
    open_ = ("unsaid", "allowed")
    closed = ("unsaid", "notAllowed")
    if (mining.use, training.use, generative.use) == ("allowed", "allowed", "allowed"):
        return _value("DMI-ALLOWED")
    if mining.use in open_ and training.use in open_ and generative.use in open_:
        return None
    if training.use in closed and generative.use in closed:
        if mining.use == "notAllowed":
            return _value("DMI-PROHIBITED")
        if mining.use == "constrained" and mining.constraint_info == SEARCH_ONLY:
            return _value("DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING")
    if mining.use in open_ and training.use == "notAllowed" and generative.use in closed:
        return _value("DMI-PROHIBITED-AIMLTRAINING")
    if mining.use in open_ and training.use in open_ and generative.use == "notAllowed":
        return _value("DMI-PROHIBITED-GENAIMLTRAINING")
    return _value("DMI-PROHIBITED-SEECONSTRAINT", _in_words(mining, training, generative))


def _use(value: Use | str | None) -> Use:
    return value if isinstance(value, Use) else Use(value or "unsaid")


def _value(name: str, constraints: str | None = None) -> DataMiningValue:
    return DataMiningValue(value=_VOCABULARY + name, constraints=constraints)


def _in_words(*uses: Use) -> str:
    told = [
        f"{_NAMES[name]}: {_WORDS[use.use]}" + (f" ({use.constraint_info})" if use.constraint_info else "")
        for name, use in zip(_MINED, uses, strict=True)
        if use.use != "unsaid"
    ]
    return "; ".join(told)


def uses_of_data_mining(value: str, constraints: str | None = None) -> dict[UseName, tuple[Permission, str | None]] | None:
    """What a value (full address or bare key) says of each use, with conditions; None for one that PLUS does not have.

    ``constraints`` is the text of ``plus:OtherConstraints``. A value that points elsewhere (``SEECONSTRAINT`` ...) is read as
    ``constrained`` for each kind of mining: what the place says decides.
    """
    key = value.strip().removeprefix(_VOCABULARY).removeprefix("https://ns.useplus.org/ldf/vocab/").upper()
    pointer = _POINTERS.get(key)
    if pointer is not None:
        return dict.fromkeys(_MINED, ("constrained", constraints or pointer))
    return _VALUES.get(key)


_POINTERS = {
    "DMI-PROHIBITED-SEECONSTRAINT": "see plus:OtherConstraints",
    "DMI-PROHIBITED-SEEEMBEDDEDRIGHTSEXPR": "see the rights expression in the file",
    "DMI-PROHIBITED-SEELINKEDRIGHTSEXPR": "see the rights expression that the file links to",
}
_NO: tuple[Permission, str | None] = ("notAllowed", None)
_YES: tuple[Permission, str | None] = ("allowed", None)
_VALUES: dict[str, dict[UseName, tuple[Permission, str | None]]] = {
    "DMI-UNSPECIFIED": {},
    "DMI-ALLOWED": dict.fromkeys(_MINED, _YES),
    "DMI-PROHIBITED": dict.fromkeys(_MINED, _NO),
    "DMI-PROHIBITED-AIMLTRAINING": {"ai_training": _NO, "ai_generative_training": _NO},
    "DMI-PROHIBITED-GENAIMLTRAINING": {"ai_generative_training": _NO},
    "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": {
        "data_mining": ("constrained", SEARCH_ONLY),
        "ai_training": _NO,
        "ai_generative_training": _NO,
    },
}
