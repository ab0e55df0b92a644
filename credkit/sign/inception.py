"""How the asset began, and what follows from its ingredients.

Clause: "Actions" (anchor ``_actions``): the first action is ``c2pa.created`` or ``c2pa.opened``, and there is one such action
only; what was opened or placed is named. Callers state what they did; what follows from the ingredients they added is filled
in here.
"""

from __future__ import annotations

from credkit.dataclass import replace
from credkit.errors import DefinitionError
from credkit.manifest.assertions import Action
from credkit.sign.ingredients import IngredientHandle

__all__ = ["CREATED", "OPENED", "settle_actions"]

CREATED, OPENED = "c2pa.created", "c2pa.opened"
_PLACED = "c2pa.placed"


def settle_actions(actions: tuple[Action, ...], ingredients: tuple[IngredientHandle, ...]) -> tuple[Action, ...]:
    """All actions in their order, the inception first; ``c2pa.placed`` is added for components that no action names.

    ``DefinitionError`` when nothing says how the asset began, or two things do.
    """
    parent = next((i for i in ingredients if i.relationship == "parentOf"), None)
    starts = [a for a in actions if a.action in (CREATED, OPENED)]
    if len(starts) > 1:
        raise DefinitionError(f"an asset begins once: {starts[0].action} and {starts[1].action} are both stated")
    first = _inception(starts[0] if starts else None, parent)
    others = tuple(a for a in actions if a.action not in (CREATED, OPENED))
    named = {reference.url for action in actions for reference in action.ingredients}
    components = (i.reference for i in ingredients if i.relationship == "componentOf" and i.reference.url not in named)
    return (first, *others, *(Action(_PLACED, ingredients=(reference,)) for reference in components))


def _inception(stated: Action | None, parent: IngredientHandle | None) -> Action:
    if parent is None:
        if stated is None:
            raise DefinitionError(
                "the manifest does not say how the file began: add a parent, or state that it was created and from what "
                '(--created trainedAlgorithmicMedia, or Builder.created("trainedAlgorithmicMedia"))'
            )
        if stated.action == OPENED and not stated.ingredients:
            raise DefinitionError('"c2pa.opened" speaks of a parent, and there is none: name the file that was opened (--parent)')
        return stated
    if stated is None:
        return Action(OPENED, ingredients=(parent.reference,))
    if stated.action == CREATED:
        raise DefinitionError("a file with a parent was opened, not created: leave out one of the two")
    return stated if stated.ingredients else replace(stated, ingredients=(parent.reference,))
