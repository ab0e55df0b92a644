"""Which permission holds: tables of who says what, from the strictest statement down to silence."""

from __future__ import annotations

from typing import Any

import pytest

from credkit.status import StatusCode
from credkit.terms import Terms
from credkit.terms.words import sections
from tests.terms.material import PLUS, Made, alone, metadata, mining, offer, terms, xmp

LINE = (("base", "parentOf"),)
ORDER = ("notAllowed", "constrained", "allowed", "unsaid")


def rule(permission: str) -> dict[str, Any]:
    """A manifest that says this of AI training."""
    return {} if permission == "unsaid" else mining(ai_training=("constrained", "ask") if permission == "constrained" else permission)


def training(found: Terms) -> str:
    return found.use("ai_training").permission


@pytest.mark.parametrize("child", ORDER)
@pytest.mark.parametrize("parent", ORDER)
def test_a_parent_binds_but_does_not_permit(parent: str, child: str) -> None:
    found = terms(base=Made(says=rule(parent)), active=Made(says=rule(child), uses=LINE))
    wanted = min(parent if parent != "allowed" else "unsaid", child, key=ORDER.index)
    assert training(found) == wanted
    contradiction = {parent, child} if "unsaid" not in (parent, child) and parent != child else set()
    assert [c.name for c in found.contradictions] == (["parent-against-child"] if contradiction else [])


@pytest.mark.parametrize("relationship", ["parentOf", "componentOf"])
def test_what_was_put_in_binds_too(relationship: str) -> None:
    found = terms(
        base=Made(says=mining(ai_training="notAllowed")), active=Made(says=mining(ai_training="allowed"), uses=(("base", relationship),))
    )
    assert training(found) == "notAllowed"
    assert found.use("ai_training").statements[0].origin.role == "active"


def test_three_generations_down() -> None:
    found = terms(
        one=Made(says=mining(ai_training="notAllowed")),
        two=Made(says={}, uses=(("one", "parentOf"),)),
        three=Made(says=metadata(dcterms__license="CC0-1.0"), uses=(("two", "parentOf"),)),
    )
    assert training(found) == "notAllowed"
    assert found.use("commercial").permission == "allowed"
    assert [c.name for c in found.contradictions] == ["parent-against-child"]
    assert 'generation 1 (signed by "Test Studio") forbids AI training' in found.contradictions[0].sentence
    assert "the licence CC0-1.0 in cawg.metadata of generation 3" in found.contradictions[0].sentence


def test_an_input_binds_nobody() -> None:
    found = terms(
        base=Made(says=mining(ai_training="notAllowed")), active=Made(says=mining(ai_training="allowed"), uses=(("base", "inputTo"),))
    )
    assert training(found) == "allowed"
    assert found.contradictions == ()
    assert [s.origin.role for s in found.use("ai_training").statements] == ["active", "input"]


def test_a_manifest_that_is_parent_and_input_binds() -> None:
    used = (("base", "inputTo"), ("base", "parentOf"))
    assert training(terms(base=Made(says=mining(ai_training="notAllowed")), active=Made(says={}, uses=used))) == "notAllowed"


def test_an_update_speaks_of_the_same_picture() -> None:
    update = {"uses": LINE, "update": True}
    found = terms(base=Made(says=mining(ai_training="allowed")), active=Made(says={}, **update))
    assert training(found) == "allowed"
    assert [s.origin.role for s in found.use("ai_training").statements] == ["active"]
    found = terms(base=Made(says=mining(ai_training="allowed")), active=Made(says=mining(ai_training="notAllowed"), **update))
    assert (training(found), [c.name for c in found.contradictions]) == ("notAllowed", ["parent-against-child"])


@pytest.mark.parametrize("changes", [{"valid": False}, {"altered": True}])
def test_what_is_not_valid_counts_for_nothing(changes: dict[str, Any]) -> None:
    found = alone(mining(ai_training="allowed"), metadata(dcterms__license="CC0-1.0"), **changes)
    assert {entry.permission for entry in found.uses} == {"unsaid"}
    assert len(found.void) == 2
    assert all("says counts for nothing, because " in sentence for sentence in found.void)
    assert found.contradictions == ()
    assert found.licences[0].origin.standing == "void"
    assert found.use("ai_training").statements[0].origin.binds is False


VOID = [
    ({"altered": True}, "it was altered after it was signed"),
    ({"valid": False}, "its signature or one of its checks fails"),
    ({"valid": False, "failures": (StatusCode.CLAIM_SIGNATURE_OUTSIDE_VALIDITY,)}, "the certificate of its signer had run out"),
    ({"valid": False, "failures": (StatusCode.SIGNING_CREDENTIAL_OCSP_REVOKED,)}, "the certificate of its signer had been revoked"),
    ({"valid": False, "failures": (StatusCode.CLAIM_SIGNATURE_MISMATCH,)}, "its signature does not fit"),
]


@pytest.mark.parametrize("relationship", [None, "parentOf", "componentOf", "inputTo"])
@pytest.mark.parametrize(("changes", "flaw"), VOID)
@pytest.mark.parametrize("permission", ["notAllowed", "constrained", "allowed"])
def test_what_is_void_reserves_and_permits_nothing(permission: str, changes: dict[str, Any], flaw: str, relationship: str | None) -> None:
    base = Made(says=rule(permission), **changes)
    found = terms(base=base, active=Made(says={}, uses=(("base", relationship),))) if relationship else terms(base=base)
    reserved = permission != "allowed" and relationship != "inputTo"
    assert training(found) == (permission if reserved else "unsaid")
    assert found.use("ai_training").standing == ("void" if reserved else None)
    (statement,) = found.use("ai_training").statements
    assert (statement.origin.standing, statement.origin.flaw, statement.binds) == ("void", flaw, reserved)
    (sentence,) = found.void
    assert f"because {flaw}" in sentence
    assert ("(AI training) is taken as a reservation all the same" in sentence) == reserved
    if reserved:
        heading = "What is forbidden" if permission == "notAllowed" else "What may be done with it"
        words = next(section for section in sections(found) if section.heading == heading).lines[0].words
        assert f"{flaw}, and it is taken as a reservation all the same" in words


def test_a_void_offer_opens_nothing() -> None:
    says = metadata(dcterms__license="CC-BY-NC-4.0") | offer("cc:CommercialUse", price="1 EUR")
    assert alone(says).use("commercial").permission == "constrained"
    assert alone(says, altered=True).use("commercial").permission == "notAllowed"


def test_what_holds_is_named_before_what_is_void() -> None:
    base = Made(says=mining(ai_training="notAllowed"), altered=True)
    found = terms(base=base, active=Made(says=metadata(plus__DataMining=NO), uses=LINE))
    assert found.use("ai_training").standing == "own word"
    words = " ".join(line.words for section in sections(found) if section.heading == "What is forbidden" for line in section.lines)
    assert "so says cawg.metadata of generation 2" in words
    assert "reservation" not in words


def test_a_manifest_that_nothing_refers_to_is_not_heard() -> None:
    found = terms(stray=Made(says=mining(ai_training="notAllowed")), active=Made(says=mining(ai_training="allowed")))
    assert training(found) == "allowed"
    assert [said.origin.manifest for said in found.signers] == ["urn:c2pa:active"]


def test_circles_of_ingredients_end() -> None:
    found = terms(
        base=Made(says=rule("notAllowed"), uses=(("active", "parentOf"),)),
        active=Made(says={}, uses=(("base", "parentOf"), ("active", "parentOf"))),
    )
    assert training(found) == "notAllowed"


def test_standings() -> None:
    assert alone(mining(ai_training="allowed"), trusted=True).use("ai_training").standing == "trusted"
    assert alone(mining(ai_training="allowed")).use("ai_training").standing == "own word"
    assert alone({}).use("ai_training").standing is None
    packet = xmp(attributes=f'plus:DataMining="{PLUS}DMI-ALLOWED"')
    assert terms(packet, active=Made(says={})).use("ai_training").standing == "was there"


def test_unsigned_metadata_may_reserve_rights() -> None:
    packet = xmp(attributes=f'plus:DataMining="{PLUS}DMI-PROHIBITED"')
    found = terms(packet, active=Made(says=mining(ai_training="allowed")))
    assert training(found) == "notAllowed"
    assert [c.name for c in found.contradictions] == ["plus-against-cawg"]
    assert found.use("data_mining").permission == "notAllowed"


def test_metadata_that_repeats_is_no_second_voice() -> None:
    packet = xmp(attributes=f'plus:DataMining="{PLUS}DMI-PROHIBITED"')
    says = mining(ai_training="notAllowed", ai_generative_training="notAllowed", data_mining="notAllowed")
    found = terms(packet, base=Made(says=mining(ai_training="allowed")), active=Made(says=says, uses=LINE))
    assert [c.name for c in found.contradictions] == ["parent-against-child"]


@pytest.mark.parametrize("in_file", [False, True])
def test_a_value_that_points_elsewhere_yields_to_precise_words(in_file: bool) -> None:
    value = PLUS + "DMI-PROHIBITED-SEECONSTRAINT"
    says = mining(ai_training="allowed", data_mining="notAllowed")
    packet = xmp(attributes=f'plus:DataMining="{value}"') if in_file else None
    more = {} if in_file else metadata(plus__DataMining=value, plus__OtherConstraints="ask")
    found = terms(packet, active=Made(says=says | more))
    # The file's own metadata may be older than the signature, and somebody else's.
    assert (training(found), found.use("data_mining").permission) == ("constrained" if in_file else "allowed", "notAllowed")
    assert found.use("ai_generative_training").permission == "constrained"
    assert {c.name for c in found.contradictions} == ({"plus-against-cawg"} if in_file else set())


def test_a_pointer_of_somebody_else_does_not_yield() -> None:
    base = metadata(plus__DataMining=PLUS + "DMI-PROHIBITED-SEECONSTRAINT", plus__OtherConstraints="ask the agency")
    found = terms(base=Made(says=base), active=Made(says=mining(ai_training="allowed"), uses=LINE))
    assert found.use("ai_training").permission == "constrained"
    assert found.use("ai_training").info == ("ask the agency",)


def test_an_offer_is_the_way_out_of_what_a_licence_leaves_out() -> None:
    found = alone(metadata(dcterms__license="CC-BY-NC-4.0"), offer("cc:CommercialUse", price="4499 CNY"))
    assert found.use("commercial").permission == "constrained"
    assert found.use("commercial").info == ("pay 4499 CNY",)
    assert found.contradictions == ()


def test_the_mirror_of_that_licence_does_not_close_it() -> None:
    says = metadata(dcterms__license="CC-BY-NC-4.0") | offer("cc:CommercialUse", price="4499 CNY")
    packet = xmp("<cc:license>https://creativecommons.org/licenses/by-nc/4.0/</cc:license>")
    found = terms(packet, active=Made(says=says))
    assert (found.use("commercial").permission, found.contradictions) == ("constrained", ())


def test_an_offer_of_somebody_else_does_not_open_it() -> None:
    base = Made(says=metadata(dcterms__license="CC-BY-NC-4.0"), speaker="credkit test")
    found = terms(base=base, active=Made(says=offer("cc:CommercialUse", price="10 EUR"), uses=LINE))
    assert found.use("commercial").permission == "notAllowed"
    assert [c.name for c in found.contradictions] == ["parent-against-child"]


def test_an_offer_without_conditions_permits() -> None:
    assert alone(offer("odrl:derive")).use("derivatives").permission == "allowed"
    assert alone(offer("odrl:derive", price="0.00 EUR")).use("derivatives").permission == "allowed"
    assert alone(offer("odrl:derive", price="free EUR")).use("derivatives").permission == "constrained"


def test_more_statements_than_are_weighed() -> None:
    from dataclasses import replace

    from credkit.limits import DEFAULT_LIMITS
    from credkit.terms import terms_of
    from tests.terms.material import chain

    creators = {"cawg.metadata": {"dc:creator": [f"author {number}" for number in range(40)]}}
    report = chain(active=Made(says=creators | mining(ai_training="notAllowed")))
    found = terms_of(report, limits=replace(DEFAULT_LIMITS, terms=10))
    assert len(found.creators) == 10
    assert "the first 10 statements" in found.remarks[-1]


LABEL = "org.credkit.offer.metadata"


def permit(**more: Any) -> dict[str, Any]:
    """A policy that permits commercial use, with more members of its permission."""
    permission = {"odrl:action": "cc:CommercialUse"} | {f"odrl:{name}": value for name, value in more.items()}
    return {LABEL: {"odrl:hasPolicy": {"odrl:permission": permission}}}


PAY = {"leftOperand": "payAmount", "operator": "eq", "rightOperand": "500", "unit": "EUR"}
FREE = PAY | {"rightOperand": "0"}


@pytest.mark.parametrize(
    "says",
    [
        permit(constraint=PAY),
        permit(constraint="https://example.com/constraints#members"),
        permit(constraint={"or": [{"leftOperand": "spatial", "operator": "eq", "rightOperand": "DE"}]}),
        permit(constraint={"leftOperand": "dateTime", "operator": "gteq", "rightOperand": "2099-01-01"}),
        permit(constraint={"leftOperand": "dateTime", "operator": "lteq", "rightOperand": "the end of the year"}),
        permit(duty={"constraint": {}}),
        permit(duty=[{"action": "compensate", "constraint": FREE}, {"action": "compensate", "constraint": PAY}]),
        permit(duty={"action": "compensate", "constraint": PAY | {"rightOperand": "1e-400"}}),
        permit(assignee="https://example.com/members"),
        permit(target="https://example.com/another-picture"),
        permit(action={"value": "cc:CommercialUse", "refinement": {"leftOperand": "count", "operator": "lteq", "rightOperand": 1}}),
        {LABEL: {"odrl:hasPolicy": {"odrl:permission": {"action": "sell"}, "odrl:obligation": {"action": "inform"}}}},
    ],
)
def test_a_permission_under_any_condition_is_not_free(says: dict[str, Any]) -> None:
    assert alone(permit()).use("commercial").permission == "allowed"
    assert alone(says).use("commercial").permission == "constrained"


def test_a_permission_for_other_purposes_permits_nothing() -> None:
    other = {"leftOperand": "purpose", "operator": "neq", "rightOperand": "commercial"}
    found = alone({LABEL: {"odrl:hasPolicy": {"odrl:permission": {"action": "use", "constraint": other}}}})
    assert found.use("commercial").permission == "unsaid"


@pytest.mark.parametrize(
    "policy",
    [
        {"odrl:permission": [{"action": "CommercialUse"}] * 60, "odrl:prohibition": {"action": "CommercialUse"}},
        {f"x:{n}": n for n in range(60)}
        | {"odrl:permission": {"action": "CommercialUse"}, "odrl:prohibition": {"action": "CommercialUse"}},
        {"odrl:prohibition": [{"action": "display"}] * 60 + [{"action": "CommercialUse"}]},
        {"odrl:prohibition": {"action": "display"}, "x:prohibition": {"action": "CommercialUse"}},
    ],
)
def test_a_prohibition_is_not_hidden_behind_other_rules(policy: dict[str, Any]) -> None:
    assert alone({LABEL: {"odrl:hasPolicy": policy}}).use("commercial").permission == "notAllowed"


def test_what_is_left_unread_is_no_permission() -> None:
    """Whoever says more than is read could hide what an earlier generation forbids."""
    many = {"org.test.metadata": {"dc:creator": [f"creator {number}" for number in range(2_000)]}}
    found = terms(base=Made(says=mining(ai_training="notAllowed")), active=Made(says=mining(ai_training="allowed") | many, uses=LINE))
    assert found.use("ai_training").permission == "constrained"
    assert found.use("ai_training").info == ("the file says more than is read here; read all of its terms",)
    assert found.use("commercial").permission == "constrained"


@pytest.mark.parametrize(
    ("entries", "permission"),
    [
        ({f"org.test.{n}": {"use": "allowed"} for n in range(60)} | {"cawg.ai_training": {"use": "notAllowed"}}, "notAllowed"),
        ({"cawg.ai_training": "notAllowed"}, "notAllowed"),
        ({"cawg.ai_training": ["notAllowed"]}, "notAllowed"),
        ({"cawg.AI_Training ": {"use": "notAllowed"}, "cawg.ai_training": {"use": "allowed"}}, "notAllowed"),
        ({"cawg.ai_training": {"use": "allowed"}, "c2pa.ai_training": {"use": "notAllowed"}}, "notAllowed"),
        ({"cawg.ai_training": {"use": "Allowed"}}, "notAllowed"),
        ({"cawg.ai_training": {"use": ["allowed"]}}, "notAllowed"),
        ({"com.example.ai_training": {"use": "allowed"}}, "unsaid"),
        ({"cawg.ai_training": "allowed"}, "unsaid"),
        ({"ai_training": {"use": "allowed"}}, "allowed"),
    ],
)
def test_a_prohibition_is_understood_in_any_spelling(entries: dict[str, Any], permission: str) -> None:
    assert training(alone({"cawg.training-mining": {"entries": entries}})) == permission


NS = "http://ns.useplus.org/ldf/xmp/1.0/"
NO, YES = PLUS + "DMI-PROHIBITED", PLUS + "DMI-ALLOWED"


@pytest.mark.parametrize(
    ("fields", "permission"),
    [
        ({"@context": {"p": NS}, "plus:DataMining": YES, "p:DataMining": NO}, "notAllowed"),
        ({"@context": [{"p": NS}], "p:DataMining": NO}, "notAllowed"),
        ({"@context": ["https://example.com/context", {"p": {"@id": NS, "@prefix": True}}], "p:DataMining": NO}, "notAllowed"),
        ({"@context": {"mining": NS + "DataMining"}, "mining": NO}, "notAllowed"),
        ({"@context": {"plus": "https://ns.useplus.org/ldf/xmp/1.0"}, "plus:DataMining": NO}, "notAllowed"),
        ({"@context": {"plus": "https://example.com/ns#"}, "plus:DataMining": YES}, "unsaid"),
        ({"@context": {"dcterms": "https://example.com/ns#"}, "dcterms:license": "CC0-1.0"}, "unsaid"),
        ({"@context": {"plus": NS}, "plus:DataMining": {"x-default": YES, "en": NO}}, "notAllowed"),
        ({"plus:DataMining": [[[[[[[NO]]]]]], YES]}, "notAllowed"),
        ({"plus:DataMining": [YES] * 60 + [NO]}, "notAllowed"),
        ({"dcterms:license": ["CC0-1.0"] * 60 + ["LicenseRef-UnsplashPlus"]}, "notAllowed"),
    ],
)
def test_a_field_counts_by_its_namespace(fields: dict[str, Any], permission: str) -> None:
    assert training(alone({"cawg.metadata": fields})) == permission
