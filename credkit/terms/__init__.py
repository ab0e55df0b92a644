"""What may be done with a picture, by whose word: gathered from every manifest of the chain and from the file's own metadata.

Names are loaded when they are asked for: signing needs the table of licences, and nothing of what gathers and weighs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.terms.gathering import terms_of
    from credkit.terms.headers import usage_headers
    from credkit.terms.json_terms import terms_object
    from credkit.terms.metadata import FileMetadata, metadata_of
    from credkit.terms.terms import (
        CONTRADICTIONS,
        NOTICES,
        USES,
        Contradiction,
        LicenceTerms,
        Notice,
        OfferTerms,
        Origin,
        Permission,
        Said,
        Standing,
        Terms,
        Use,
        UseStatement,
        UseTerms,
    )

_HOMES = {
    "CONTRADICTIONS": "terms",
    "Contradiction": "terms",
    "FileMetadata": "metadata",
    "LicenceTerms": "terms",
    "NOTICES": "terms",
    "Notice": "terms",
    "OfferTerms": "terms",
    "Origin": "terms",
    "Permission": "terms",
    "Said": "terms",
    "Standing": "terms",
    "Terms": "terms",
    "USES": "terms",
    "Use": "terms",
    "UseStatement": "terms",
    "UseTerms": "terms",
    "metadata_of": "metadata",
    "terms_object": "json_terms",
    "terms_of": "gathering",
    "usage_headers": "headers",
}

__all__ = [
    "CONTRADICTIONS",
    "NOTICES",
    "USES",
    "Contradiction",
    "FileMetadata",
    "LicenceTerms",
    "Notice",
    "OfferTerms",
    "Origin",
    "Permission",
    "Said",
    "Standing",
    "Terms",
    "Use",
    "UseStatement",
    "UseTerms",
    "metadata_of",
    "terms_object",
    "terms_of",
    "usage_headers",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
