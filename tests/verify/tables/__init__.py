"""The verdict tables, one a topic; ``ALL`` joins them."""

from __future__ import annotations

from tests.verify.case import Case
from tests.verify.tables import (
    actions,
    adjuncts,
    assertions,
    claims,
    content,
    external,
    identity,
    ingredients,
    multi_asset,
    redactions,
    revocation,
    signatures,
    updates,
)

TABLES: dict[str, tuple[Case, ...]] = {
    "claims": claims.CASES,
    "signatures": signatures.CASES,
    "assertions": assertions.CASES,
    "actions": actions.CASES,
    "ingredients": ingredients.CASES,
    "redactions": redactions.CASES,
    "updates": updates.CASES,
    "content": content.CASES,
    "multi-asset": multi_asset.CASES,
    "adjuncts": adjuncts.CASES,
    "external": external.CASES,
    "revocation": revocation.CASES,
    "identity": identity.CASES,
}
ALL: tuple[Case, ...] = tuple(case for cases in TABLES.values() for case in cases)
