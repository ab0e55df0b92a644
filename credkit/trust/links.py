"""Values of the HTTP field ``Link``, as far as a relation is looked for in them.

Source: RFC 8288, section 3 and appendix B.2. What cannot be parsed ends the search in that value; what came before it counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

__all__ = ["find_links"]

_TARGET = re.compile(r"[\s,]*<([^<>]*)>")
_PARAMETER = re.compile(r"""[ \t]*;[ \t]*(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*)))?)?""")
_END = re.compile(r"[ \t]*(?:,|$)")


def find_links(values: Iterable[str], relation: str) -> tuple[str, ...]:
    """Targets (as written, perhaps relative) of the links with ``relation`` that are about the resource they came with."""
    return tuple(
        target
        for value in values
        for target, parameters in _links(value)
        if relation.lower() in parameters.get("rel", "").lower().split() and "anchor" not in parameters
    )


def _links(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    at = 0
    while found := _TARGET.match(value, at):
        parameters: dict[str, str] = {}
        at = found.end()
        while parameter := _PARAMETER.match(value, at):
            at = parameter.end()
            name, quoted, token = parameter.groups()
            if name:
                # Only the first of several equal names counts.
                parameters.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else token or "")
        end = _END.match(value, at)
        if end is None:
            return
        at = end.end()
        yield found[1].strip(), parameters
