"""Actions as files state them: one tolerant reader for versions 1 and 2.

It judges nothing, see ``verify``. Writing is in ``action_statements``, so that verification does not load its rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from credkit.codec.fields import Fields
from credkit.dataclass import dataclass, field
from credkit.manifest.hashed_uri import HashedUri

__all__ = ["ActionView", "action_names", "read_actions"]

_CODE = "assertion.action.malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """One action as a file states it. Fields of a wrong type read as absent; references that cannot be read are None in their list."""

    action: str
    path: str
    """JSON Pointer inside the assertion: ``/actions/0``."""
    when: str | None = None
    when_start: str | None = None
    when_end: str | None = None
    software_agent: str | None = None
    """Name and version for people."""
    software_agent_info: Mapping[str, Any] | None = field(default=None, repr=False)
    digital_source_type: str | None = None
    """As stored; see ``source_types.source_type_name``."""
    description: str | None = None
    reason: str | None = None
    changed: str | None = None
    """Version 1: what was changed, in words."""
    changes: tuple[Mapping[str, Any], ...] = ()
    """Version 2: regions."""
    ingredients: tuple[HashedUri | None, ...] = ()
    """``parameters.ingredients``, then the single ``parameters.ingredient`` of version 1."""
    related_assertions: tuple[HashedUri | None, ...] = ()
    redacted: str | None = None
    related: tuple[ActionView, ...] = ()
    parameters: Mapping[str, Any] | None = field(default=None, repr=False)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read_actions(value: object, label: str) -> tuple[ActionView, ...]:
    """The actions of a decoded ``c2pa.actions`` or ``c2pa.actions.v2``, in order; templates are not merged in.

    ``MalformedError`` (``assertion.action.malformed``) when there is no list of actions, or one of them is no map with a name.
    """
    fields = Fields(value, path=label, code=_CODE)
    fields.need_list("actions")
    agents = fields.get("softwareAgents")
    return tuple(_view(item, agents, f"/actions/{index}") for index, item in enumerate(fields.maps("actions")))


def action_names(value: object, label: str) -> tuple[str, ...]:
    """What the actions that ``read_actions`` reads are called; ``MalformedError`` likewise."""
    fields = Fields(value, path=label, code=_CODE)
    fields.need_list("actions")
    return tuple([item.need_text("action") for item in fields.maps("actions")])


def _view(item: Fields, agents: object, path: str) -> ActionView:
    parameters = item.get("parameters") if isinstance(item.get("parameters"), dict) else None
    given = parameters or {}
    info = _agent(item, agents)
    return ActionView(
        action=item.need_text("action"),
        path=path,
        when=_time(item.get("when")),
        when_start=_time(item.get("whenStart")),
        when_end=_time(item.get("whenEnd")),
        software_agent=_agent_name(info),
        software_agent_info=info if isinstance(info, dict) else None,
        digital_source_type=_text(item.get("digitalSourceType")),
        description=_text(item.get("description")) or _text(given.get("description")),
        reason=_text(item.get("reason")),
        changed=_text(item.get("changed")),
        changes=tuple(region for region in _list(item.get("changes")) if isinstance(region, dict)),
        ingredients=_references(given.get("ingredients"))
        + _references([given["ingredient"]] if given.get("ingredient") is not None else None),
        related_assertions=_references(given.get("relatedAssertions")),
        redacted=_text(given.get("redacted")),
        related=tuple(_related(item, agents, path)),
        parameters=parameters,
        raw=item.raw,
    )


def _related(item: Fields, agents: object, path: str) -> Iterator[ActionView]:
    for index, inner in enumerate(_list(item.get("related"))):
        if isinstance(inner, dict) and isinstance(inner.get("action"), str):
            here = f"{path}/related/{index}"
            yield _view(Fields(inner, path=here, code=_CODE), agents, here)


def _agent(item: Fields, agents: object) -> object:
    agent, index = item.get("softwareAgent"), item.get("softwareAgentIndex")
    if agent is None and isinstance(index, int) and isinstance(agents, list) and 0 <= index < len(agents):
        return agents[index]
    return agent


def _agent_name(info: object) -> str | None:
    if isinstance(info, dict):
        return " ".join(text for text in (_text(info.get("name")), _text(info.get("version"))) if text) or None
    return _text(info)


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str) else None


def _time(value: object) -> str | None:
    return _text(value.get("value") if isinstance(value, dict) else value)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _references(value: object) -> tuple[HashedUri | None, ...]:
    return tuple(HashedUri.read(item) for item in _list(value))
