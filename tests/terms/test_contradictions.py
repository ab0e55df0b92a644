"""Every rule that finds a contradiction, by name: what triggers it, what its sentence names, and what does not trigger it."""

from __future__ import annotations

import pytest

from credkit.terms import CONTRADICTIONS, NOTICES, Terms
from credkit.terms.words import sections
from tests.terms.material import ODRL, PLUS, Made, alone, metadata, mining, offer, terms, xmp

CASES: dict[str, tuple[Terms, tuple[str, ...]]] = {
    "input-forbids": (
        terms(base=Made(says=mining(ai_inference="notAllowed")), active=Made(says={}, uses=(("base", "inputTo"),))),
        ("an input", "forbids use as input of AI"),
    ),
    "licence-against-use": (
        alone(metadata(dcterms__license="CC0-1.0"), mining(ai_training="notAllowed", ai_inference="notAllowed")),
        ("cawg.training-mining of generation 1", "forbids AI training and use as input of AI", "the licence CC0-1.0 in cawg.metadata"),
    ),
    "licences-disagree": (
        alone(metadata(dcterms__license="CC-BY-NC-4.0", xmpRights__WebStatement="https://creativecommons.org/licenses/by/4.0/")),
        ("the licence CC-BY-NC-4.0", "forbids commercial use", "the licence CC-BY-4.0"),
    ),
    "offer-against-licence": (
        alone(metadata(dcterms__license="CC0-1.0"), offer("cc:CommercialUse", price="4499 CNY")),
        ("an offer in org.credkit.offer.metadata", "commercial use", "the licence CC0-1.0"),
    ),
    "offer-against-use": (
        alone(mining(ai_training="notAllowed"), offer("credkit:ai-training", price="99 EUR")),
        ("cawg.training-mining", "forbids AI training", "an offer in org.credkit.offer.metadata"),
    ),
    "offers-disagree": (
        alone(offer("odrl:derive", price="5 EUR"), offer("odrl:derive", price="9 EUR", label="org.credkit.offer.metadata__1")),
        ("derive", "5 EUR", "9 EUR"),
    ),
    "parent-against-child": (
        terms(
            base=Made(says=mining(ai_training="notAllowed"), speaker="Test Studio"),
            active=Made(says=mining(ai_training="allowed"), uses=(("base", "parentOf"),), speaker="credkit test"),
        ),
        ('generation 1 (signed by "Test Studio") forbids AI training', 'generation 2 (signed by "credkit test") allows it'),
    ),
    "plus-against-cawg": (
        alone(metadata(plus__DataMining=PLUS + "DMI-ALLOWED"), mining(ai_training="notAllowed")),
        ("cawg.training-mining of generation 1", "cawg.metadata of generation 1"),
    ),
    "uses-disagree": (
        terms(xmp(attributes=f'plus:DataMining="{PLUS}DMI-PROHIBITED"'), active=Made(says=metadata(plus__DataMining=PLUS + "DMI-ALLOWED"))),
        ("XMP of the file (plus:DataMining) forbids", "cawg.metadata of generation 1"),
    ),
}
NOTICED: dict[str, tuple[Terms, tuple[str, ...]]] = {
    "bare-data-mining": (
        alone(metadata(plus__DataMining="DMI-PROHIBITED")),
        ("cawg.metadata of generation 1", '"DMI-PROHIBITED"', "full address"),
    ),
    "constrained-without-info": (
        alone(mining(ai_training="constrained")),
        ("cawg.training-mining of generation 1", "names none", "not allowed"),
    ),
    "expired-offer": (alone(offer("odrl:derive", price="5 EUR", until="2026-11-20")), ("2026-11-20", "org.credkit.offer.metadata")),
    "unknown-value": (alone(mining(ai_training="denied")), ('"denied"', "not allowed")),
}


def test_there_is_a_case_for_every_rule() -> None:
    assert set(CASES) == set(CONTRADICTIONS)
    assert set(NOTICED) == set(NOTICES)


@pytest.mark.parametrize("name", CASES)
def test_it_is_found_alone_and_names_its_places(name: str) -> None:
    found, words = CASES[name]
    assert [c.name for c in found.contradictions] == [name]
    contradiction = found.contradictions[0]
    assert contradiction.sentence.endswith(".")
    assert contradiction.sentence.count(". ") == 0
    for word in words:
        assert word in contradiction.sentence
    assert contradiction.origins
    assert found.notices == ()


@pytest.mark.parametrize("name", NOTICED)
def test_a_fault_or_a_fact_is_no_contradiction(name: str) -> None:
    found, words = NOTICED[name]
    assert found.contradictions == ()
    (notice,) = found.notices
    assert (notice.name, notice.kind) == (name, "fact" if name == "expired-offer" else "fault")
    assert notice.sentence.endswith(".")
    for word in words:
        assert word in notice.sentence
    heading = "What else was found" if notice.kind == "fact" else "What is written wrongly"
    (section,) = [section for section in sections(found) if section.heading == heading]
    assert [line.words for line in section.lines] == [notice.sentence[:1] + notice.sentence[1:]]
    assert not any(section.heading == "Where it contradicts itself" for section in sections(found))


@pytest.mark.parametrize("name", NOTICED)
def test_of_what_is_void_nothing_is_noticed(name: str) -> None:
    says = {
        "bare-data-mining": metadata(plus__DataMining="DMI-PROHIBITED"),
        "constrained-without-info": mining(ai_training="constrained"),
        "expired-offer": offer("odrl:derive", price="5 EUR", until="2026-11-20"),
        "unknown-value": mining(ai_training="denied"),
    }[name]
    assert alone(says, valid=False).notices == ()


def test_what_is_void_does_not_contradict_itself() -> None:
    says = metadata(dcterms__license="CC0-1.0") | mining(ai_training="notAllowed") | offer("credkit:ai-training", price="9 EUR")
    assert alone(says).contradictions
    assert alone(says, valid=False).contradictions == ()


def test_what_holds_may_contradict_what_is_void() -> None:
    used = (("base", "parentOf"),)
    found = terms(
        base=Made(says=mining(ai_training="notAllowed"), altered=True), active=Made(says=mining(ai_training="allowed"), uses=used)
    )
    (contradiction,) = found.contradictions
    assert contradiction.name == "parent-against-child"
    assert "which is void because it was altered after it was signed, forbids AI training" in contradiction.sentence


@pytest.mark.parametrize(
    "found",
    [
        alone(mining(ai_training="notAllowed"), metadata(plus__DataMining=PLUS + "DMI-PROHIBITED-AIMLTRAINING")),
        alone(mining(ai_training="notAllowed"), metadata(dcterms__license="CC-BY-4.0")),
        alone(offer("odrl:derive", price="5 EUR"), offer("odrl:derive", price="5 USD", label="org.credkit.offer.metadata__1")),
        alone(offer("odrl:derive", price="5 EUR", until="2026-11-23")),
        alone(offer("odrl:derive", price="5 EUR", until="not a date")),
        alone(metadata(dcterms__license="CC-BY-4.0", xmpRights__WebStatement="https://creativecommons.org/licenses/by/4.0/")),
        alone(metadata(plus__DataMining=PLUS + "DMI-UNSPECIFIED"), mining(ai_training="allowed")),
        alone(mining(ai_training=("constrained", "ask")), offer("credkit:ai-training", price="99 EUR")),
    ],
)
def test_agreement_is_not_reported(found: Terms) -> None:
    assert found.contradictions == ()


def test_constrained_without_info_is_not_allowed() -> None:
    assert alone(mining(ai_training="constrained")).use("ai_training").permission == "notAllowed"
    old = {"c2pa.training-mining": {"entries": {"c2pa.ai_training": {"use": "constrained", "constraints_info": "ask"}}}}
    assert alone(old).use("ai_training").permission == "constrained"


def test_an_unknown_plus_value_is_told_and_says_nothing() -> None:
    found = alone(metadata(plus__DataMining=PLUS + "DMI-NEVER"))
    assert [notice.name for notice in found.notices] == ["unknown-value"]
    assert found.use("data_mining").permission == "unsaid"


def test_an_expired_offer_permits_nothing() -> None:
    found = alone(offer("odrl:derive", until="2026-11-20"))
    assert found.use("derivatives").permission == "unsaid"
    assert found.offers[0].expired


def test_a_prohibition_in_a_policy_forbids() -> None:
    policy = {"odrl:hasPolicy": {"@type": "odrl:Set", "odrl:prohibition": [{"odrl:action": {"@id": "cc:CommercialUse"}}]}}
    found = alone(metadata(dcterms__license="CC-BY-4.0"), {"com.example.metadata": {"@context": ODRL} | policy})
    assert found.use("commercial").permission == "notAllowed"
    assert [c.name for c in found.contradictions] == ["offer-against-licence"]
    assert found.offers == ()


def test_mirrored_statements_make_one_sentence() -> None:
    base = Made(says=mining(ai_training="notAllowed", ai_generative_training="notAllowed"))
    child = mining(ai_training="allowed", ai_generative_training="allowed") | metadata(plus__DataMining=PLUS + "DMI-ALLOWED")
    packet = xmp(attributes=f'plus:DataMining="{PLUS}DMI-ALLOWED"')
    found = terms(packet, base=base, active=Made(says=child, uses=(("base", "parentOf"),)))
    assert [c.name for c in found.contradictions] == ["parent-against-child"]
    assert found.contradictions[0].uses == ("ai_training", "ai_generative_training")


def test_uses_that_differ_in_more_than_the_use_have_sentences_of_their_own() -> None:
    base = mining(ai_training="notAllowed") | metadata(dcterms__license="CC-BY-NC-4.0") | offer("cc:CommercialUse", price="5 EUR")
    child = mining(ai_training="allowed") | metadata(dcterms__license="CC0-1.0")
    found = terms(base=Made(says=base), active=Made(says=child, uses=(("base", "parentOf"),)))
    assert [(c.name, c.uses) for c in found.contradictions] == [
        ("parent-against-child", ("ai_training",)),
        ("parent-against-child", ("commercial",)),
    ]
    assert "an offer in org.credkit.offer.metadata of generation 1" in found.contradictions[1].sentence
    assert "allows commercial use only under conditions" in found.contradictions[1].sentence
