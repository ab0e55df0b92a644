"""What may be done with a picture by whose word, and which licences reach it: gathered from every manifest and from the file's
own metadata.

Names are loaded when they are asked for: signing needs the table of licences, and nothing of what gathers and weighs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.terms.chain.sources import FINDINGS, Finding, LicenceChain, LicenceSource, Link, SourceLicence, UseRule
    from credkit.terms.chain.walking import licences_of
    from credkit.terms.gathering import terms_of
    from credkit.terms.headers import usage_headers
    from credkit.terms.json_licences import licences_object
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
    "FINDINGS": "chain.sources",
    "FileMetadata": "metadata",
    "Finding": "chain.sources",
    "LicenceChain": "chain.sources",
    "LicenceSource": "chain.sources",
    "LicenceTerms": "terms",
    "Link": "chain.sources",
    "NOTICES": "terms",
    "Notice": "terms",
    "OfferTerms": "terms",
    "Origin": "terms",
    "Permission": "terms",
    "Said": "terms",
    "SourceLicence": "chain.sources",
    "Standing": "terms",
    "Terms": "terms",
    "USES": "terms",
    "Use": "terms",
    "UseRule": "chain.sources",
    "UseStatement": "terms",
    "UseTerms": "terms",
    "licences_of": "chain.walking",
    "licences_object": "json_licences",
    "metadata_of": "metadata",
    "terms_object": "json_terms",
    "terms_of": "gathering",
    "usage_headers": "headers",
}

__all__ = [
    "CONTRADICTIONS",
    "FINDINGS",
    "NOTICES",
    "USES",
    "Contradiction",
    "FileMetadata",
    "Finding",
    "LicenceChain",
    "LicenceSource",
    "LicenceTerms",
    "Link",
    "Notice",
    "OfferTerms",
    "Origin",
    "Permission",
    "Said",
    "SourceLicence",
    "Standing",
    "Terms",
    "Use",
    "UseRule",
    "UseStatement",
    "UseTerms",
    "licences_object",
    "licences_of",
    "metadata_of",
    "terms_object",
    "terms_of",
    "usage_headers",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
