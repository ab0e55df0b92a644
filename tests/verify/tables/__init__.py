"""The verdict tables, one a topic; ``ALL`` joins them."""

from __future__ import annotations

from tests.verify.case import Case
from tests.verify.tables import actions, assertions, claims, content, ingredients, redactions, signatures, updates

TABLES: dict[str, tuple[Case, ...]] = {
    "claims": claims.CASES,
    "signatures": signatures.CASES,
    "assertions": assertions.CASES,
    "actions": actions.CASES,
    "ingredients": ingredients.CASES,
    "redactions": redactions.CASES,
    "updates": updates.CASES,
    "content": content.CASES,
}
ALL: tuple[Case, ...] = tuple(case for cases in TABLES.values() for case in cases)
