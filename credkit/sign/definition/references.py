"""How actions of a definition name ingredients and other assertions, and what those names become.

A definition cannot know hashes, so it names ingredients by ``label`` or ``instance_id`` (``parameters.ingredientIds``), and other
assertions by their label. The JUMBF URIs of a manifest that was read back (``parameters.ingredients``) are understood too; their
hashes are taken anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.shape import described
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.uri import JumbfUri
from credkit.sign.compose import AssertionBox
from credkit.sign.ingredients import IngredientHandle

__all__ = ["References"]


class References:
    """Names to what they stand for, filled while ingredients and assertions are added."""

    def __init__(self) -> None:
        self._ingredients: dict[str, list[IngredientHandle]] = {}
        self._boxes: dict[str, AssertionBox] = {}

    def add_ingredient(self, handle: IngredientHandle, *names: str | None) -> None:
        """Make an ingredient known under its names and the label of its box."""
        for name in dict.fromkeys((*names, handle.box.label)):
            if name:
                self._ingredients.setdefault(name, []).append(handle)

    def add_assertion(self, box: AssertionBox, label: str) -> None:
        """Make an assertion known under the label that the definition gives it, and the one that it got."""
        self._boxes.setdefault(label, box)
        self._boxes[box.label] = box

    def ingredient(self, name: object, path: str) -> IngredientHandle:
        """The ingredient of that name; ``DefinitionError`` at ``path`` when there is none, or more than one."""
        text = _name(name, path)
        found = self._ingredients.get(text, [])
        if not found:
            raise DefinitionError(f"there is no ingredient {quoted(text)}{suggestion(text, self._ingredients)}", path=path)
        if len(found) > 1:
            raise DefinitionError(f'{len(found)} ingredients have the name {quoted(text)}; give each a "label" of its own', path=path)
        return found[0]

    def assertion(self, name: object, path: str) -> HashedUri:
        """The reference to an assertion of the definition by its label; errors as for ``ingredient``."""
        text = _name(name, path)
        if text not in self._boxes:
            raise DefinitionError(f"there is no assertion {quoted(text)} in this definition{suggestion(text, self._boxes)}", path=path)
        return self._boxes[text].reference


def _name(value: object, path: str) -> str:
    """The name in a text, or the label at the end of a JUMBF URI."""
    given = value.get("url") if isinstance(value, Mapping) else value
    if not isinstance(given, str) or not given:
        raise DefinitionError(f"should be a name, not {described(value)}", path=path)
    parsed: Any = JumbfUri.parse(given)
    return str(parsed.path[-1]) if parsed is not None and parsed.path else given
