"""The terms as HTTP fields, for servers that hand the file out: ``Content-Usage`` (IETF AIPREF) and ``tdm-reservation`` (TDMRep).

Both are exports: the vocabularies are coarser than the terms and one of them is a draft, so that the file stays the source of truth. A use
that is only allowed under conditions is reserved. Sources: draft-ietf-aipref-vocab-08 and draft-ietf-aipref-attach (the token
``train-ai``), TDM Reservation Protocol (W3C Community Group, 2024).
"""

from __future__ import annotations

import re

from credkit.terms.terms import Permission, Terms, Use

__all__ = ["usage_headers"]

_TRAINING: tuple[Use, ...] = ("ai_training", "ai_generative_training")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@!$&()*+;=%-]{1,2000}")
"""What may stand in a field: no space, quotation mark, comma or line break can end it early."""


def usage_headers(terms: Terms) -> dict[str, str]:
    """The fields that follow from ``terms``; empty when nothing is said.

    ``Content-Usage: train-ai=n`` when one kind of training is not freely allowed, ``train-ai=y`` when signed statements allow both.
    ``tdm-reservation: 1`` when training or data mining is reserved, with ``tdm-policy`` where a page with terms is named; ``0`` when signed
    statements allow mining and training.
    """
    training = [_permission(terms, use) for use in _TRAINING]
    mining = [*training, _permission(terms, "data_mining")]
    fields: dict[str, str] = {}
    if any(permission in ("notAllowed", "constrained") for permission in training):
        fields["Content-Usage"] = "train-ai=n"
    elif all(permission == "allowed" for permission in training):
        fields["Content-Usage"] = "train-ai=y"
    if any(permission in ("notAllowed", "constrained") for permission in mining):
        fields["tdm-reservation"] = "1"
        if (page := _page(terms)) is not None:
            fields["tdm-policy"] = page
    elif all(permission == "allowed" for permission in mining):
        fields["tdm-reservation"] = "0"
    return fields


def _permission(terms: Terms, use: Use) -> Permission:
    """Prohibitions count wherever they stand, a permission only as somebody's word."""
    found = terms.use(use)
    return "unsaid" if found.permission == "allowed" and found.standing not in ("trusted", "own word") else found.permission


def _page(terms: Terms) -> str | None:
    """The first address of terms that counts: of the page with the rights statement, else of a licensor."""
    pages = [said.text for said in terms.web_statements if said.origin.binds]
    pages += [said.url for said in terms.licensors if said.origin.binds and said.url]
    return next((page for page in pages if _ADDRESS.fullmatch(page)), None)
