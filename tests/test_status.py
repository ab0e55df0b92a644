from __future__ import annotations

import re
from pathlib import Path

import pytest

from credkit.provenance.status_codes import status_codes_page
from credkit.status import Kind, Status, StatusCode, kind_of, status

IDENTITY = [code for code in StatusCode if code.value.startswith("cawg.")]
STANDARD = [code for code in StatusCode if not code.value.startswith(("org.credkit.", "cawg."))]


def test_the_standard_has_126_codes_in_three_lists() -> None:
    counts = {kind: sum(code.kind is kind for code in STANDARD) for kind in Kind}
    assert counts == {Kind.SUCCESS: 18, Kind.INFORMATIONAL: 22, Kind.FAILURE: 86}


def test_cawg_identity_has_54_codes_in_three_lists() -> None:
    counts = {kind: sum(code.kind is kind for code in IDENTITY) for kind in Kind}
    assert counts == {Kind.SUCCESS: 11, Kind.INFORMATIONAL: 10, Kind.FAILURE: 33}


def test_our_own_codes_have_our_prefix_and_the_form_of_entity_codes() -> None:
    own = {code.value: code.kind for code in StatusCode if code not in STANDARD + IDENTITY}
    assert own == {"org.credkit.limit.exceeded": Kind.FAILURE, "org.credkit.unbound": Kind.INFORMATIONAL}
    assert all(re.fullmatch(r"([\da-zA-Z_-]+\.)+[\da-zA-Z_-]+", code.value) for code in StatusCode)


@pytest.mark.parametrize("code", StatusCode)
def test_each_code_has_one_plain_sentence(code: StatusCode) -> None:
    sentence = code.sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert 25 <= len(sentence) <= 140
    assert sentence.count(". ") == 0
    assert code.value not in sentence
    assert not re.search(r"\b(authentic|genuine|real|JUMBF|CBOR|COSE|hash|URI)\b", sentence.replace("any real ones", ""))


def test_the_name_of_a_member_follows_from_its_code() -> None:
    for code in StatusCode:
        assert code.name.replace("_", "").lower() == re.sub(r"[._\-]", "", code.value).lower()


def test_a_code_is_its_string_and_can_be_looked_up() -> None:
    assert StatusCode.CLAIM_MISSING == "claim.missing"
    assert StatusCode("claim.missing") is StatusCode.CLAIM_MISSING
    assert f"{StatusCode.CLAIM_MISSING}" == str(StatusCode.CLAIM_MISSING) == "claim.missing"
    assert kind_of("claim.missing") is Kind.FAILURE
    assert kind_of("timeStamp.mismatch") is Kind.INFORMATIONAL
    assert kind_of("no.such.code") is None
    with pytest.raises(ValueError, match=r"no\.such\.code"):
        StatusCode("no.such.code")


def test_a_status_takes_the_sentence_when_nothing_else_is_said() -> None:
    plain = status(StatusCode.CLAIM_SIGNATURE_MISMATCH, "self#jumbf=/c2pa/x/c2pa.signature")
    assert plain.explanation == "The signature does not fit the claim: the claim was altered after signing, or the key is another one."
    assert status(StatusCode.CLAIM_MISSING, explanation="Here.").explanation == "Here."
    assert plain.identity == (Kind.FAILURE, "claimSignature.mismatch", "self#jumbf=/c2pa/x/c2pa.signature")
    assert plain.identity == Status(code=plain.code, kind=plain.kind, url=plain.url, explanation="other").identity


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("the box is cut short", "The box is cut short."),
        ("The box is cut short.", "The box is cut short."),
        ("c2pa.opened names no ingredient", "c2pa.opened names no ingredient."),
        ("c2pa.opened: it is gone.", "c2pa.opened: it is gone."),
        ("4 bytes are left", "4 bytes are left."),
        ("unreadable", "Unreadable."),
        ("unreadable.", "Unreadable."),
    ],
)
def test_an_explanation_becomes_a_sentence(given: str, told: str) -> None:
    assert status(StatusCode.GENERAL_ERROR, explanation=given).explanation == told


def test_the_documentation_is_current() -> None:
    page = Path(__file__).parents[1] / "docs" / "status-codes.md"
    assert page.read_text(encoding="utf-8") == status_codes_page()
    assert all(f"| `{code.value}` | {code.sentence} |" in status_codes_page() for code in StatusCode)
