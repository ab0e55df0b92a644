"""What an SPDX licence expression allows, from what its parts allow.

``AND`` binds tighter than ``OR``, brackets tighter than both; ``WITH`` adds an exception, which only ever permits more, so that it is left
out. A part that nobody knows leaves a use unsaid, unless the other parts decide it alone. Source: SPDX 3.0, annex "SPDX licence
expressions". Nothing here knows a licence by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from credkit.terms.licence_table import KnownLicence, Rule
from credkit.terms.terms import USES, Use

__all__ = ["NoExpressionError", "licence_of_expression"]

_WORDS = ("OR", "AND", "WITH")
_ORDER = ("allowed", "constrained", "notAllowed")
_DEEPEST = 8
_MOST = 60
"""Tokens of one expression; real ones have up to seven."""
_Single = Callable[[str], KnownLicence | None]


class NoExpressionError(Exception):
    """What stands there is no expression of licences; ``single`` raises it for a part that is none."""


def licence_of_expression(text: str, single: _Single) -> KnownLicence | None:
    """What ``text`` allows, each licence in it looked up with ``single``; None when it is no expression or no part of it is known."""
    tokens = re.findall(r"[()]|[^\s()]+", text)
    if len(tokens) > _MOST:
        return None
    parser = _Parser(_named(tokens), single)
    try:
        found = parser.alternatives(0)
        return found if parser.at == len(parser.tokens) else None
    except NoExpressionError:
        return None


def _named(words: Sequence[str]) -> list[str]:
    """Names of several words (``CC BY 4.0``) as one token."""
    tokens: list[str] = []
    for word in words:
        joins = tokens and not _is_sign(word) and not _is_sign(tokens[-1])
        tokens[-1:] = [f"{tokens[-1]} {word}"] if joins else [*tokens[-1:], word]
    return tokens


def _is_sign(word: str) -> bool:
    return word in "()" or word.upper() in _WORDS


class _Parser:
    """Reads tokens from the left; every bracket is one step deeper."""

    def __init__(self, tokens: list[str], single: _Single) -> None:
        self.tokens = tokens
        self.single = single
        self.at = 0

    def alternatives(self, depth: int) -> KnownLicence | None:
        """Parts between ``OR``."""
        return self._several("OR", lambda: self._together(depth), lenient=True)

    def _together(self, depth: int) -> KnownLicence | None:
        return self._several("AND", lambda: self._one(depth), lenient=False)

    def _several(self, word: str, part: Callable[[], KnownLicence | None], *, lenient: bool) -> KnownLicence | None:
        start = self.at
        parts = [part()]
        while self._next_is(word):
            self.at += 1
            parts.append(part())
        return parts[0] if len(parts) == 1 else _joined(" ".join(self.tokens[start : self.at]), parts, lenient=lenient)

    def _one(self, depth: int) -> KnownLicence | None:
        taken = self._taken()
        if taken == "(":
            if depth >= _DEEPEST:
                raise NoExpressionError
            found = self.alternatives(depth + 1)
            if self._taken() != ")":
                raise NoExpressionError
            return found
        if _is_sign(taken):
            raise NoExpressionError
        if self._next_is("WITH"):
            self.at += 1
            if _is_sign(self._taken()):
                raise NoExpressionError
        return self.single(taken)

    def _next_is(self, word: str) -> bool:
        return self.at < len(self.tokens) and self.tokens[self.at].upper() == word

    def _taken(self) -> str:
        if self.at >= len(self.tokens):
            raise NoExpressionError
        self.at += 1
        return self.tokens[self.at - 1]


def _joined(name: str, parts: Sequence[KnownLicence | None], *, lenient: bool) -> KnownLicence | None:
    """Of alternatives (``lenient``) the more lenient rule counts for each use, of licences that hold together the stricter one."""
    licences = [part for part in parts if part is not None]
    if not licences:
        return None
    complete = len(licences) == len(parts)
    uses: dict[Use, Rule] = {}
    for use in USES:
        rules = sorted((licence.uses[use] for licence in licences if use in licence.uses), key=lambda rule: _ORDER.index(rule[0]))
        if not rules:
            continue
        rule = rules[0 if lenient else -1]
        decided = rule[0] == ("allowed" if lenient else "notAllowed")
        if decided or (complete and (lenient or len(rules) == len(parts) or rule[0] != "allowed")):
            uses[use] = rule
    told = [part.words if part else "the terms of a licence that is not known here" for part in parts]
    return KnownLicence(
        name=name.replace("( ", "(").replace(" )", ")"),
        words=(" or: " if lenient else " and: ").join(told),
        uses=uses,
        attribution=_asked([part.attribution if part else None for part in parts], lenient),
        share_alike=_asked([part.share_alike if part else None for part in parts], lenient),
        complete=complete and all(licence.complete for licence in licences),
    )


def _asked(parts: Sequence[bool | None], lenient: bool) -> bool | None:
    """Of alternatives one that does not ask is enough, of licences that hold together one that does; else an unknown one leaves it open."""
    decisive = not lenient
    return decisive if decisive in parts else None if None in parts else not decisive
