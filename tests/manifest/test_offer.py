"""The assertion ``org.credkit.offer.metadata``: what is written, what is refused with the nearest right word, what is read from others."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import DefinitionError
from credkit.manifest.assertions import ASSERTIONS, Offer, OpaqueAssertion, check_statement
from credkit.manifest.assertions.currencies import CURRENCIES
from credkit.manifest.assertions.offer import OFFER_USES
from credkit.manifest.assertions.offer_view import offer_words, read_offers

LABEL = "org.credkit.offer.metadata"
MAIL = "licence@example.com"
FULL = Offer(
    ("commercial", "editorial"),
    price="4499 CNY",
    contact=MAIL,
    assigner="Test Studio",
    attribution=True,
    until="2027-12-31",
    terms="https://example.com/terms",
    note="one campaign",
)


def policy(offer: Offer) -> Any:
    return offer.payload()["odrl:hasPolicy"]


def test_what_is_written_is_read_back() -> None:
    commercial, editorial = read_offers(policy(FULL))
    assert (commercial.action, commercial.amount, commercial.currency, commercial.duties) == (
        "CommercialUse",
        "4499",
        "CNY",
        ("attribute",),
    )
    assert (commercial.until, commercial.assigner, commercial.contact) == ("2027-12-31", "Test Studio", f"mailto:{MAIL}")
    assert (commercial.terms, commercial.note, commercial.prohibited) == ("https://example.com/terms", "one campaign", False)
    assert (editorial.action, editorial.purposes) == ("use", ("editorial",))
    words = "commercial use permitted until 2027-12-31, on condition: name the author, pay 4499 CNY; ask Test Studio, licence@example.com"
    assert offer_words(commercial) == words


@pytest.mark.parametrize("use", OFFER_USES)
def test_every_use_can_be_offered(use: str) -> None:
    (view,) = read_offers(policy(Offer((use,), contact=MAIL)))
    action, purpose = OFFER_USES[use]
    assert view.action == action.partition(":")[2]
    assert view.purposes == ((purpose.partition(":")[2],) if purpose else ())
    assert view.price is None


def test_equal_offers_have_equal_identifiers() -> None:
    first, same, other = (Offer(("print",), contact=MAIL, price=price) for price in ("1 EUR", "1 EUR", "2 EUR"))
    assert policy(first)["@id"] == policy(same)["@id"] != policy(other)["@id"]
    assert policy(first)["@id"].startswith("urn:uuid:")


@pytest.mark.parametrize(
    ("price", "amount", "currency"), [("EUR 12.50", "12.50", "EUR"), ("12.50eur", "12.50", "EUR"), ("4499 rmb", "4499", "CNY")]
)
def test_prices(price: str, amount: str, currency: str) -> None:
    (view,) = read_offers(policy(Offer(("print",), contact=MAIL, price=price)))
    assert (view.amount, view.currency) == (amount, currency)


@pytest.mark.parametrize("contact", ["licence@example.com", "mailto:licence@example.com", "https://example.com/ask"])
def test_contacts(contact: str) -> None:
    (view,) = read_offers(policy(Offer(("print",), contact=contact)))
    assert view.contact == (contact if ":" in contact else f"mailto:{contact}")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"uses": ()}, "for which uses"),
        ({"uses": "commercial"}, "for which uses"),
        ({"uses": ("comercial",)}, 'did you mean "commercial"'),
        ({"price": "4499"}, "AMOUNT CURRENCY"),
        ({"price": "1e5 EUR"}, "AMOUNT CURRENCY"),
        ({"price": "-5 EUR"}, "AMOUNT CURRENCY"),
        ({"price": "007 EUR"}, "AMOUNT CURRENCY"),
        ({"price": "5 EUX"}, "currency of ISO 4217"),
        ({"price": "5 €"}, "currency of ISO 4217"),
        ({"contact": "ask me"}, "neither an e-mail address nor a web address"),
        ({"contact": None}, "null"),
        ({"contact": "javascript:alert(1)"}, "neither"),
        ({"until": "31.12.2027"}, "no date"),
        ({"until": "2027-02-30"}, "no date"),
        ({"terms": "example.com"}, "web address"),
        ({"note": "a\x00b"}, "control character"),
        ({"assigner": ""}, "empty"),
    ],
)
def test_refusals(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        Offer(**{"uses": ("commercial",), "contact": MAIL} | changes)


def test_the_registry_knows_it() -> None:
    assert ASSERTIONS[LABEL].check(ASSERTIONS[LABEL].example) == ASSERTIONS[LABEL].example
    checked = check_statement(FULL)
    assert (checked.label, checked.content, checked.single, checked.in_update) == (LABEL, "json", False, True)
    assert check_statement(OpaqueAssertion(LABEL, FULL.payload())).payload == FULL.payload()


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("odrl:hasPolicy", "odrl:permision"), [], 'did you mean "odrl:permission"'),
        (("odrl:hasPolicy", "@type"), "odrl:Ofer", 'did you mean "odrl:Offer"'),
        (("odrl:hasPolicy", "odrl:permission", 0, "odrl:action", "@id"), "cc:ComercialUse", 'did you mean "cc:CommercialUse"'),
        (("odrl:hasPolicy", "odrl:permission", 0, "odrl:duty", 0, "odrl:constraint"), [], "empty list"),
        (("odrl:hasPolicy", "odrl:permission"), [], "empty list"),
        (("@context", "odrl"), "http://example.com/", "namespace of odrl"),
        (("other",), 1, "no field"),
    ],
)
def test_raw_data_pass_the_same_door(where: tuple[Any, ...], value: Any, message: str) -> None:
    payload = copy.deepcopy(FULL.payload())
    at: Any = payload
    for key in where[:-1]:
        at = at[key]
    at[where[-1]] = value
    with pytest.raises(DefinitionError, match=message):
        check_statement(OpaqueAssertion(LABEL, payload))


def test_a_payment_says_how_much() -> None:
    payload = copy.deepcopy(FULL.payload())
    del payload["odrl:hasPolicy"]["odrl:permission"][0]["odrl:duty"][1]["odrl:constraint"]
    with pytest.raises(DefinitionError, match="how much"):
        check_statement(OpaqueAssertion(LABEL, payload))


def test_codes_of_currencies() -> None:
    assert len(set(CURRENCIES)) == len(CURRENCIES)
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert {"CNY", "EUR", "USD", "JPY", "GBP", "KRW", "INR"} <= set(CURRENCIES)


IRI = "http://www.w3.org/ns/odrl/2/"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"permission": {"action": "derive"}}, ["derivatives permitted"]),
        ([{"odrl:permission": [{"odrl:action": {"@id": "odrl:print"}}]}] * 2, ["print permitted"] * 2),
        ({IRI + "permission": [{IRI + "action": [{"@id": IRI + "distribute"}]}]}, ["redistribution permitted"]),
        ({"odrl:permission": {"odrl:action": ["odrl:play", "odrl:print"]}}, ["play permitted", "print permitted"]),
        ({"odrl:permission": [{}]}, ["use permitted"]),
        ({"odrl:prohibition": {"odrl:action": "odrl:derive"}}, ["derivatives prohibited"]),
        (
            {"odrl:permission": {"odrl:action": {"rdf:value": {"@id": "odrl:print"}, "odrl:refinement": {}}}},
            ["print permitted"],
        ),
        (
            {
                "odrl:assigner": "https://example.com/us",
                "odrl:permission": {
                    "odrl:action": "odrl:use",
                    "odrl:duty": [{"odrl:action": "odrl:inform"}, "odrl:attribute", {"odrl:action": "odrl:compensate"}],
                    "odrl:constraint": [{"odrl:leftOperand": "odrl:count", "odrl:operator": "odrl:lteq", "odrl:rightOperand": 5}],
                },
            },
            ["use permitted, on condition: inform the author, name the author, compensate, count lteq 5; ask https://example.com/us"],
        ),
        (
            {
                "odrl:permission": {
                    "odrl:action": "odrl:use",
                    "odrl:duty": {
                        "odrl:action": {
                            "rdf:value": {"@id": "odrl:compensate"},
                            "odrl:refinement": [
                                {
                                    "odrl:leftOperand": "odrl:payAmount",
                                    "odrl:operator": "odrl:eq",
                                    "odrl:rightOperand": 5.5,
                                    "odrl:unit": "EUR",
                                }
                            ],
                        }
                    },
                }
            },
            ["use permitted, on condition: pay 5.5 EUR"],
        ),
        ("text", []),
        (None, []),
        ({"odrl:permission": "all"}, []),
    ],
)
def test_offers_of_others(value: Any, told: list[str]) -> None:
    assert [offer_words(view) for view in read_offers(value)] == told


NAMES = ["permission", "action", "duty", "constraint", "leftOperand", "rightOperand", "unit", "assigner", "@id", "@value", "@list"]
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["odrl:payAmount", "odrl:compensate"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES).map(lambda n: f"odrl:{n}") | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=25,
)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_any_value_is_read(value: Any) -> None:
    for view in read_offers({"odrl:permission": value}):
        assert isinstance(offer_words(view), str)


def test_very_many_rules_are_bounded() -> None:
    rule = {"odrl:action": ["odrl:print"] * 500, "odrl:duty": [{"odrl:action": "odrl:inform"}] * 500}
    assert len(list(read_offers([{"odrl:permission": [rule] * 500}]))) == 50
