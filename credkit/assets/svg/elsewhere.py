"""Whether a drawing takes what it shows from somewhere else: pictures, styles, fonts and programs that no hash of it covers.

Links that are followed only when somebody clicks are none of that, nor is what a program in the drawing may fetch, which cannot be told
without running it. Source: SVG 2, 16 (linking); CSS Values 4, 3.4 (``url()``); CSS Cascade 4, 2 (``@import``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["ELSEWHERE", "attributes_lead_elsewhere", "style_leads_elsewhere"]

ELSEWHERE = "The drawing takes pictures, styles or programs from elsewhere, which its hash does not cover."
_CLICKED = frozenset({"a", "metadata"})
_REFERENCES = frozenset({"href", "src", "data"})
_ENDINGS = frozenset(name[-4:] for name in ("href", "src", ":src", "data"))
"""With which the name of an attribute ends that may be one of them, in whatever namespace."""
_SHOWN = 16
_INSIDE = ("#", "data:")
# Nothing of it is tried again in another way: a value may hold a million spaces.
_URL = re.compile(r"""url\(\s*+["']?+\s*+(?!["'\s]|#|data:)""", re.IGNORECASE)
_IMPORT = re.compile(r"@import\b", re.IGNORECASE)
_RDF = ("rdf:", "cc:", "dc:")


def attributes_lead_elsewhere(name: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element takes something in from another place by one of its attributes."""
    for key, value in attributes.items():
        if "(" in value and _URL.search(value):
            return True
        if key[-4:] not in _ENDINGS:
            continue
        is_reference = key.rpartition(":")[2] in _REFERENCES and not key.startswith(_RDF)
        if is_reference and _leads_out(value) and name.rpartition(":")[2] not in _CLICKED:
            return True
    return False


def _leads_out(value: str) -> bool:
    text = value.strip()[:_SHOWN].lower()
    return bool(text) and not text.startswith(_INSIDE)


def style_leads_elsewhere(text: str) -> bool:
    """Whether a part of a style sheet does."""
    return _IMPORT.search(text) is not None or _URL.search(text) is not None
