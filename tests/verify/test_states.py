"""From status codes to states, as a table: well-formed, valid, trusted, and the one word for the asset."""

from __future__ import annotations

import pytest

from credkit.status import Kind, StatusCode, status
from credkit.verify.report import IngredientDelta, ResultMap
from credkit.verify.states import ALTERATION_CODES, asset_state, is_accepted, is_alteration, is_trusted, is_valid, is_well_formed

SOUND = ("claimSignature.validated", "claimSignature.insideValidity", "assertion.dataHash.match")
TRUSTED = (*SOUND, "signingCredential.trusted")
CONTENT = (
    "assertion.dataHash.mismatch",
    "assertion.boxesHash.mismatch",
    "assertion.boxesHash.unknownBox",
    "assertion.bmffHash.mismatch",
    "assertion.multiAssetHash.mismatch",
    "assertion.multiAssetHash.missingPart",
    "assertion.segmentHash.mismatch",
    "assertion.segmentHash.partialCoverage",
    "assertion.segmentHash.predecessorMismatch",
    "assertion.collectionHash.mismatch",
    "assertion.collectionHash.incorrectFileCount",
    "assertion.collectionHash.invalidURI",
)
SIGNATURE = (
    "claimSignature.missing",
    "claimSignature.mismatch",
    "claimSignature.outsideValidity",
    "signingCredential.invalid",
    "signingCredential.ocsp.revoked",
)
TRUST = ("signingCredential.untrusted",)
OUTSIDE = ("assertion.external-reference.hashMismatch", "assertion.external-reference.labelMismatch")


def results(*codes: str) -> ResultMap:
    return ResultMap.of([status(StatusCode(code)) for code in codes])


def below(*codes: str) -> tuple[IngredientDelta, ...]:
    return (IngredientDelta(ingredient_assertion_uri="self#jumbf=c2pa.assertions/c2pa.ingredient.v3", validation_deltas=results(*codes)),)


@pytest.mark.parametrize("code", [code for code in StatusCode if code.kind is Kind.FAILURE])
def test_every_failure_code_counts_somewhere(code: StatusCode) -> None:
    """One failure alone, beside everything that is needed to be Trusted."""
    found = results(*TRUSTED, code)
    apart = code.value in OUTSIDE or code.value.startswith("cawg.")
    kept = apart or code.value in TRUST + SIGNATURE + CONTENT
    assert is_well_formed(found) is kept
    assert is_valid(found) is (kept and code.value not in SIGNATURE)
    assert asset_state(found, (), content_bound=True) == ("Trusted" if apart or code.value in TRUST else "Invalid")


def test_data_kept_elsewhere_that_changed_have_no_bearing() -> None:
    changed = status(StatusCode.ASSERTION_HASHED_URI_MISMATCH, resource_url="https://example.org/data")
    found = ResultMap.of([*results(*TRUSTED), changed])
    delta = IngredientDelta(
        ingredient_assertion_uri="self#jumbf=c2pa.assertions/c2pa.ingredient.v3", validation_deltas=ResultMap.of([changed])
    )
    assert is_trusted(found)
    assert is_accepted(found)
    assert not is_alteration(changed)
    assert asset_state(found, (delta,), content_bound=True) == "Trusted"
    assert is_alteration(status(StatusCode.ASSERTION_HASHED_URI_MISMATCH, "self#jumbf=c2pa.assertions/org.test.note"))


@pytest.mark.parametrize(
    "code", ["signingCredential.untrusted", "assertion.dataHash.mismatch", "claimSignature.mismatch", "claim.malformed"]
)
def test_nothing_is_asked_for_when_anything_is_wrong(code: str) -> None:
    assert is_accepted(results(*TRUSTED))
    assert not is_accepted(results(*TRUSTED, code))
    assert not is_accepted(results(*SOUND))


@pytest.mark.parametrize("code", [code for code in StatusCode if code.kind is Kind.INFORMATIONAL])
def test_remarks_change_nothing(code: StatusCode) -> None:
    found = results(*TRUSTED, code)
    assert is_trusted(found)
    assert asset_state(found, below(code), content_bound=True) == "Trusted"


@pytest.mark.parametrize(
    ("codes", "well_formed", "valid", "trusted"),
    [
        (TRUSTED, True, True, True),
        (SOUND, True, True, False),
        ((*SOUND, *TRUST), True, True, False),
        (("claimSignature.validated",), True, False, False),
        (("claimSignature.insideValidity",), True, False, False),
        ((), True, False, False),
        (("signingCredential.trusted",), True, False, False),
        ((*TRUSTED, "assertion.dataHash.malformed"), False, False, False),
        ((*TRUSTED, "assertion.dataHash.mismatch"), True, True, True),
        ((*TRUSTED, "assertion.hashedURI.mismatch"), False, False, False),
        ((*TRUSTED, "claimSignature.mismatch"), True, False, False),
        ((*TRUSTED, "org.credkit.limit.exceeded"), False, False, False),
    ],
)
def test_manifest(codes: tuple[str, ...], well_formed: bool, valid: bool, trusted: bool) -> None:
    found = results(*codes)
    assert (is_well_formed(found), is_valid(found), is_trusted(found)) == (well_formed, valid, trusted)


@pytest.mark.parametrize(
    ("codes", "deltas", "bound", "state"),
    [
        (TRUSTED, (), True, "Trusted"),
        (SOUND, (), True, "Valid"),
        ((*SOUND, *TRUST), (), True, "Valid"),
        # The content has to be compared where there is content.
        (TRUSTED[:2] + TRUSTED[3:], (), True, "Invalid"),
        (TRUSTED[:2] + TRUSTED[3:], (), False, "Trusted"),
        ((*TRUSTED, "assertion.dataHash.mismatch"), (), True, "Invalid"),
        ((*TRUSTED, "assertion.dataHash.mismatch"), (), False, "Invalid"),
        (("claimSignature.validated", "claimSignature.insideValidity", "assertion.boxesHash.match"), (), True, "Valid"),
        # What is new below.
        (TRUSTED, TRUST, True, "Valid"),
        (SOUND, TRUST, True, "Valid"),
        (TRUSTED, ("assertion.hashedURI.mismatch",), True, "Invalid"),
        (TRUSTED, ("claimSignature.outsideValidity",), True, "Invalid"),
        (TRUSTED, ("ingredient.manifest.missing",), True, "Invalid"),
        (TRUSTED, ("assertion.hashedURI.match", "ingredient.manifest.validated"), True, "Trusted"),
    ],
)
def test_asset(codes: tuple[str, ...], deltas: tuple[str, ...], bound: bool, state: str) -> None:
    assert asset_state(results(*codes), below(*deltas), content_bound=bound) == state


def test_several_deltas_are_all_looked_at() -> None:
    assert asset_state(results(*TRUSTED), below(*TRUST) + below("assertion.missing"), content_bound=True) == "Invalid"


def test_the_codes_of_alteration_are_failures() -> None:
    assert all(StatusCode(code).kind is Kind.FAILURE for code in ALTERATION_CODES)
