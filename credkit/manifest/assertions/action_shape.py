"""The shape of ``c2pa.actions.v2`` and the rules between its fields.

Clauses: "Actions" (anchor ``_actions``), "Mandatory presence of at least one actions assertion" (anchor ``mandatory-inception-actions``),
"Fields in the actions assertion" (anchor ``_fields_in_the_actions_assertion``). Whether an action points at the right ingredient is
decided where the manifest is put together and in ``verify``; here only the kind of the reference is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions.action_names import ACTION_NAME, INCEPTIONS, NEEDS_SOURCE_TYPE, ONLY_2_5, TEMPLATE_NAME
from credkit.manifest.assertions.assertion_types import AssertionType, Profile
from credkit.manifest.assertions.generator_info import GENERATOR_INFO
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.references import HASHED_URI, JumbfReference
from credkit.manifest.assertions.shape import Anything, Boolean, Choice, DateTime, Float, Integer, Text, pointer
from credkit.manifest.assertions.shape_map import ListOf, Map, Named
from credkit.manifest.assertions.source_type_shape import DIGITAL_SOURCE_TYPE
from credkit.manifest.assertions.supporting_structures import LOWER_BOUND, METADATA, REGION, UPPER_BOUND
from credkit.manifest.labels import is_own_name, label_in_uri
from credkit.manifest.uri import JumbfUri

__all__ = ["ACTION", "ACTIONS_TYPE"]

_LANGUAGE = Text(pattern=r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", means='a language tag such as "en" or "zh-Hant"', maximum=100)
_FONT_RANGES = ListOf(Map(means="a range of characters", required={"start": Integer(minimum=0), "stop": Integer(minimum=0)}))
_PARAMETERS = Map(
    means="the parameters of an action",
    optional={
        "ingredients": ListOf(HASHED_URI),
        "relatedAssertions": ListOf(HASHED_URI),
        "redacted": JumbfReference(absolute=True),
        "sourceLanguage": _LANGUAGE,
        "targetLanguage": _LANGUAGE,
        "name": Text(),
        "multipleInstances": Boolean(),
        "ranges": _FONT_RANGES,
        "weight": Integer(minimum=1, maximum=1000),
        "width": Float(minimum=0),
        "italic": Boolean(),
        "slant": Float(),
        "optical-size": Float(),
    },
    refused={
        "ingredient": 'in actions of version 2 the field is "ingredients", a list',
        "description": 'in actions of version 2 "description" stands in the action itself',
    },
    namespaced=Anything(),
    minimum=1,
)
_REASON = Choice(
    names=("c2pa.PII.present", "c2pa.invalid.data", "c2pa.trade-secret.present", "c2pa.government.confidential"),
    means="reason",
    own="com.example.by-request",
)
_COMMON = {
    "softwareAgent": GENERATOR_INFO,
    "softwareAgentIndex": Integer(minimum=0),
    "description": Text(),
    "digitalSourceType": DIGITAL_SOURCE_TYPE,
    "parameters": _PARAMETERS,
}
_ACTORS = {"actors": '"actors" was removed from the standard; state who made something in cawg.metadata'}
_ACTION: Map = Map(
    means="an action",
    required={"action": ACTION_NAME},
    optional={
        **_COMMON,
        "when": DateTime(),
        "whenStart": LOWER_BOUND,
        "whenEnd": UPPER_BOUND,
        "changes": ListOf(REGION),
        "related": ListOf(Named("action", lambda: _ACTION)),
        "reason": _REASON,
    },
    excludes=(("softwareAgent", "softwareAgentIndex"), ("when", "whenStart"), ("when", "whenEnd")),
    refused={
        **_ACTORS,
        "changed": 'in actions of version 2 the field is "changes", a list of regions',
        "instanceID": '"instanceID" belongs to actions of version 1; leave it out',
        "ingredients": '"ingredients" stands inside "parameters"',
    },
)
ACTION = Named("action", lambda: _ACTION)
_TEMPLATE = Map(
    means="a template",
    required={"action": TEMPLATE_NAME},
    optional={**_COMMON, "icon": HASHED_URI},
    excludes=(("softwareAgent", "softwareAgentIndex"),),
    refused={"templateParameters": '"templateParameters" is deprecated; use "parameters"'},
)
_SHAPE = Map(
    means="an actions assertion",
    required={"actions": ListOf(ACTION), "allActionsIncluded": Boolean()},
    optional={"templates": ListOf(_TEMPLATE), "softwareAgents": ListOf(GENERATOR_INFO), "metadata": METADATA},
)


def _every(actions: list[dict[str, Any]], path: str) -> Iterator[tuple[dict[str, Any], str, bool]]:
    """All actions with their paths, related ones included; the flag says that an action stands in the list itself."""
    for index, action in enumerate(actions):
        here = pointer(path, index)
        yield action, here, path == "/actions"
        yield from _every(action.get("related", []), f"{here}/related")


def _check_inception(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    found = [(path, action["action"]) for action, path, _ in _every(payload["actions"], "/actions") if action["action"] in INCEPTIONS]
    for path, name in found:
        if path != "/actions/0":
            extra = "only the first action of a manifest may be" if len(found) == 1 else "a manifest has only one of"
            raise DefinitionError(f'"{name}" stands in the wrong place: {extra} "c2pa.created" or "c2pa.opened"', path=f"{path}/action")


def _check_profile(payload: Mapping[str, Any], profile: Profile) -> None:
    if profile != "2.4":
        return
    named = [(action, path) for action, path, _ in _every(payload["actions"], "/actions")]
    named += [(template, pointer("/templates", index)) for index, template in enumerate(payload.get("templates", []))]
    for action, path in named:
        if action["action"] in ONLY_2_5:
            raise DefinitionError(
                f'the action "{action["action"]}" exists only since edition 2.5; use "c2pa.edited" or write for profile 2.5',
                path=f"{path}/action",
            )
        for key in ("whenStart", "whenEnd"):
            if key in action:
                raise DefinitionError(f'"{key}" exists only since edition 2.5; use "when" or write for profile 2.5', path=f"{path}/{key}")
        if "name" in action.get("parameters", {}):
            raise DefinitionError(
                'the parameter "name" exists only since edition 2.5; use a key of your own such as "com.example.name"',
                path=f"{path}/parameters/name",
            )


def _templated(payload: Mapping[str, Any], action: Mapping[str, Any], key: str) -> Any:
    matching = (t for t in payload.get("templates", []) if t["action"] in ("*", action["action"]))
    return action.get(key) or next((t[key] for t in matching if key in t), None)


def _check_source_types(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    for action, path, _ in _every(payload["actions"], "/actions"):
        name = action["action"]
        if name == "c2pa.opened" and "digitalSourceType" in action:
            raise DefinitionError(
                '"c2pa.opened" has no digital source type: the ingredient says what it is; leave the field out',
                path=f"{path}/digitalSourceType",
            )
        if name == "c2pa.created" and "digitalSourceType" not in action:
            raise DefinitionError(
                '"c2pa.created" needs "digitalSourceType", for instance "trainedAlgorithmicMedia" for a generated picture', path=path
            )
        if name in NEEDS_SOURCE_TYPE and _templated(payload, action, "digitalSourceType") is None:
            raise DefinitionError(
                f'"{name}" changes what is seen and needs "digitalSourceType", for instance "humanEdits" or '
                '"compositeWithTrainedAlgorithmicMedia"',
                path=path,
            )


def _check_parameters(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    for action, path, _ in _every(payload["actions"], "/actions"):
        name, parameters = action["action"], action.get("parameters", {})
        ingredients = parameters.get("ingredients", [])
        if name == "c2pa.opened" and len(ingredients) != 1:
            raise DefinitionError(
                f'"c2pa.opened" needs exactly one parent ingredient in "ingredients", not {len(ingredients)}', path=f"{path}/parameters"
            )
        if name == "c2pa.placed" and not ingredients:
            raise DefinitionError('"c2pa.placed" needs the component ingredients in "ingredients"', path=f"{path}/parameters")
        if name == "c2pa.redacted" and ("redacted" not in parameters or "reason" not in action):
            missing = '"redacted", the assertion that was removed' if "redacted" not in parameters else '"reason"'
            raise DefinitionError(f'"c2pa.redacted" needs {missing}', path=path if "redacted" in parameters else f"{path}/parameters")
        if name == "c2pa.translated" and not {"sourceLanguage", "targetLanguage"} <= parameters.keys():
            raise DefinitionError('"c2pa.translated" needs "sourceLanguage" and "targetLanguage"', path=f"{path}/parameters")
        _check_references(parameters, f"{path}/parameters")
    for index, template in enumerate(payload.get("templates", [])):
        _check_references(template.get("parameters", {}), f"/templates/{index}/parameters")
        if "icon" in template and not is_own_name(template["action"]):
            raise DefinitionError("only actions of your own may have an icon", path=f"/templates/{index}/icon")


def _check_references(parameters: Mapping[str, Any], path: str) -> None:
    for index, reference in enumerate(parameters.get("ingredients", [])):
        if not label_in_uri(reference["url"]).startswith("c2pa.ingredient"):
            raise DefinitionError(f"{quoted(reference['url'])} is no ingredient assertion", path=f"{path}/ingredients/{index}/url")
    for index, reference in enumerate(parameters.get("relatedAssertions", [])):
        url, here = reference["url"], f"{path}/relatedAssertions/{index}/url"
        if label_in_uri(url).startswith(("c2pa.ingredient", "c2pa.actions")):
            raise DefinitionError('ingredients and actions are not named here; use "ingredients"', path=here)
        parsed = JumbfUri.parse(url)
        if parsed is not None and (len(parsed.path) != 2 or parsed.path[0] != "c2pa.assertions"):
            raise DefinitionError(f"{quoted(url)} is no assertion", path=here)


def _check_agents(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    count = len(payload.get("softwareAgents", []))
    places = [(action, path) for action, path, _ in _every(payload["actions"], "/actions")]
    places += [(template, f"/templates/{index}") for index, template in enumerate(payload.get("templates", []))]
    for action, path in places:
        if action.get("softwareAgentIndex", -1) >= count:
            raise DefinitionError(f'"softwareAgents" has {count} entries, counted from 0', path=f"{path}/softwareAgentIndex")


def _moment(value: Any) -> datetime:
    return datetime.fromisoformat(value["value"] if isinstance(value, dict) else value)


def _check_times(payload: Mapping[str, Any], profile: Profile) -> None:  # noqa: ARG001
    for action, path, _ in _every(payload["actions"], "/actions"):
        if "whenStart" in action and "whenEnd" in action and _moment(action["whenStart"]) > _moment(action["whenEnd"]):
            raise DefinitionError("the action ends before it starts", path=f"{path}/whenEnd")


ACTIONS_TYPE = AssertionType(
    label="c2pa.actions.v2",
    content="cbor",
    shape=_SHAPE,
    description="What was done to the asset: how it came into being and what changed it.",
    example={
        "actions": [
            {
                "action": "c2pa.created",
                "when": "2026-09-20T08:00:00Z",
                "softwareAgent": {"name": "ComfyUI", "version": "0.3.60"},
                "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
            }
        ],
        "allActionsIncluded": True,
    },
    rules=(_check_profile, _check_inception, _check_source_types, _check_parameters, _check_agents, _check_times),
)
