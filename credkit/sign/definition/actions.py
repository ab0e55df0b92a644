"""The actions of a definition: names become references, old forms become those of version 2, and what is left passes the usual check.

c2patool's own additions are ``ingredientIds`` (also ``org.cai.ingredientIds``, ``instanceId``) in the parameters of an action,
software agents given by name, and icons given as files.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions import Action, OpaqueAssertion, check_statement
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.shape import described, pointer
from credkit.manifest.hashed_uri import HashedUri
from credkit.sign.builder import Builder
from credkit.sign.definition.references import References
from credkit.sign.definition.software import add_icon, software
from credkit.sign.ingredients import IngredientHandle

__all__ = ["add_actions"]

_LABEL = "c2pa.actions.v2"
_RELATIONSHIPS = {"c2pa.opened": "parentOf", "c2pa.placed": "componentOf"}
_FORMER_NAMES = {"c2pa.color_adjustments": "c2pa.adjustedColor"}
_FORMER_RATINGS = {"c2pa.unknown": "actions.unknownActionsPerformed"}
_NAMES_IN_PARAMETERS = ("ingredientIds", "org.cai.ingredientIds", "instanceId")
_DEPTH = 48
_LATER = HashedUri(url="self#jumbf=c2pa.assertions/c2pa.ingredient.v3", hash=bytes(32))
_NAMES_IN_ACTION = ("instanceId", "instanceID")


def add_actions(builder: Builder, data: Any, path: str, base: Path, references: References) -> None:
    """Add the actions of one actions assertion, whose data stands at ``path``; an absent ``allActionsIncluded`` is stated as false."""
    _Reader(builder, base, references).add(data, path)


class _Reader:
    def __init__(self, builder: Builder, base: Path, references: References) -> None:
        self._builder = builder
        self._base = base
        self._references = references

    def add(self, data: Any, path: str) -> None:
        payload = dict(_map(data, path))
        actions = payload.get("actions")
        if not isinstance(actions, list) or not actions:
            found = "nothing" if "actions" not in payload else "an empty one" if actions == [] else described(actions)
            raise DefinitionError(f"should be a list of actions, not {found}", path=f"{path}/actions")
        payload["actions"] = [self._resolved(action, pointer(f"{path}/actions", index)) for index, action in enumerate(actions)]
        agents = _list(payload, "softwareAgents", path)
        payload["softwareAgents"] = [
            software(agent, self._base, pointer(f"{path}/softwareAgents", index), self._builder) for index, agent in enumerate(agents)
        ]
        templates = _list(payload, "templates", path)
        payload["templates"] = [self._template(item, pointer(f"{path}/templates", index)) for index, item in enumerate(templates)]
        if "metadata" in payload:
            payload["metadata"] = _present_ratings(payload["metadata"])
        self._check(payload, path)
        for action in payload["actions"]:
            self._builder.add_action(_typed(action))
        self._builder.about_actions(
            software_agents=tuple(payload["softwareAgents"]), templates=tuple(payload["templates"]), metadata=payload.get("metadata")
        )
        if not payload.get("allActionsIncluded", False):
            self._builder.some_actions_left_out()

    @staticmethod
    def _check(payload: Mapping[str, Any], path: str) -> None:
        """The check of every actions assertion, so that faults are told at their place in the definition."""
        given = {"allActionsIncluded": False} | {key: value for key, value in payload.items() if value != []}
        given["actions"] = [_with_a_parent(action) for action in payload["actions"]]
        check_statement(OpaqueAssertion(_LABEL, given), path=path)

    def _resolved(self, value: Any, path: str) -> dict[str, Any]:
        if path.count("/") > _DEPTH:
            raise DefinitionError(f"nested deeper than {_DEPTH} levels", path=path)
        action = dict(_map(value, path))
        name = action.get("action")
        if isinstance(name, str):
            action["action"] = _FORMER_NAMES.get(name, name)
        if "softwareAgent" in action:
            action["softwareAgent"] = software(action["softwareAgent"], self._base, f"{path}/softwareAgent", self._builder)
        parameters = dict(_map(action.pop("parameters", {}), f"{path}/parameters"))
        for key in ("description", "name"):
            # The first edition of actions had a name of the tool or filter there; edition 2.4 has no such parameter.
            if key in parameters and "description" not in action:
                action["description"] = parameters.pop(key)
        self._add_references(action, parameters, path)
        if parameters:
            action["parameters"] = parameters
        if "related" in action:
            related = _list(action, "related", path)
            action["related"] = [self._resolved(item, pointer(f"{path}/related", index)) for index, item in enumerate(related)]
        return action

    def _add_references(self, action: dict[str, Any], parameters: dict[str, Any], path: str) -> None:
        here = f"{path}/parameters"
        handles = [self._handle(action, name, place) for name, place in _named(action, parameters, path)]
        if action.get("action") == "c2pa.opened" and not handles and self._builder.parent:
            handles = [self._builder.parent]
        if handles:
            unique = {handle.box.label: handle for handle in handles}
            parameters["ingredients"] = [handle.reference for handle in unique.values()]
        if "relatedAssertions" in parameters:
            related = _list(parameters, "relatedAssertions", here)
            parameters["relatedAssertions"] = [
                self._references.assertion(item, pointer(f"{here}/relatedAssertions", index)) for index, item in enumerate(related)
            ]

    def _handle(self, action: Mapping[str, Any], name: Any, path: str) -> IngredientHandle:
        handle = self._references.ingredient(name, path)
        wanted = _RELATIONSHIPS.get(str(action.get("action")))
        if wanted and handle.relationship != wanted:
            raise DefinitionError(
                f"{quoted(action['action'])} needs an ingredient that is {wanted}, and this one is {handle.relationship}", path=path
            )
        return handle

    def _template(self, value: Any, path: str) -> dict[str, Any]:
        template = dict(_map(value, path))
        if "softwareAgent" in template:
            template["softwareAgent"] = software(template["softwareAgent"], self._base, f"{path}/softwareAgent", self._builder).payload()
        if "icon" in template:
            template["icon"] = add_icon(template["icon"], self._base, f"{path}/icon", self._builder).payload()
        if "templateParameters" in template and "parameters" not in template:
            template["parameters"] = template.pop("templateParameters")
        return template


def _with_a_parent(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """For the check alone: a parent that is added later is put in by the builder."""
    if action.get("action") != "c2pa.opened" or action.get("parameters", {}).get("ingredients"):
        return action
    return {**action, "parameters": {**action.get("parameters", {}), "ingredients": [_LATER]}}


def _named(action: dict[str, Any], parameters: dict[str, Any], path: str) -> list[tuple[Any, str]]:
    """Names of ingredients with their places, taken out of wherever an action may hold them."""
    found: list[tuple[Any, str]] = []
    sources = [(parameters, key, f"{path}/parameters") for key in (*_NAMES_IN_PARAMETERS, "ingredients", "ingredient")]
    sources += [(action, key, path) for key in _NAMES_IN_ACTION]
    for holder, key, place in sources:
        if key not in holder:
            continue
        value, here = holder.pop(key), pointer(place, key)
        many = isinstance(value, list)
        found += [(item, pointer(here, index)) for index, item in enumerate(value)] if many else [(value, here)]
    return found


def _present_ratings(metadata: Any) -> Any:
    """Assertion metadata with the present codes of its ratings; what has another form goes on to the check as it is."""
    ratings = metadata.get("reviewRatings") if isinstance(metadata, Mapping) else None
    if not isinstance(ratings, list):
        return metadata
    return {**metadata, "reviewRatings": [_present_rating(rating) for rating in ratings]}


def _present_rating(rating: Any) -> Any:
    code = rating.get("code") if isinstance(rating, Mapping) else None
    return {**rating, "code": _FORMER_RATINGS[code]} if isinstance(code, str) and code in _FORMER_RATINGS else rating


def _typed(action: Mapping[str, Any]) -> Action:
    parameters = dict(action.get("parameters", {}))
    ingredients: list[HashedUri] = parameters.pop("ingredients", [])
    related: list[HashedUri] = parameters.pop("relatedAssertions", [])
    return Action(
        action["action"],
        digital_source_type=action.get("digitalSourceType"),
        when=action.get("when"),
        when_start=action.get("whenStart"),
        when_end=action.get("whenEnd"),
        software_agent=action.get("softwareAgent"),
        software_agent_index=action.get("softwareAgentIndex"),
        description=action.get("description"),
        reason=action.get("reason"),
        changes=tuple(action.get("changes", ())),
        related=tuple(_typed(item) for item in action.get("related", ())),
        ingredients=tuple(ingredients),
        related_assertions=tuple(related),
        redacted=parameters.pop("redacted", None),
        parameters=parameters,
    )


def _map(value: Any, path: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DefinitionError(f"should be a map, not {described(value)}", path=path)
    return value


def _list(holder: Mapping[str, Any], key: str, path: str) -> list[Any]:
    value = holder.get(key, [])
    if not isinstance(value, list):
        raise DefinitionError(f"should be a list, not {described(value)}", path=pointer(path, key))
    return value
