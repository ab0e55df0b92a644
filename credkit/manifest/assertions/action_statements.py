"""Actions to be stated: what was done to an asset, as ``c2pa.actions.v2``. The rules are in ``action_shape``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.manifest.assertions.action_shape import ACTION, ACTIONS_TYPE
from credkit.manifest.assertions.assertion_types import Content
from credkit.manifest.assertions.generator_info import GeneratorInfo, present
from credkit.manifest.assertions.region import Region
from credkit.manifest.hashed_uri import HashedUri

__all__ = ["Action", "Actions"]


@dataclass(frozen=True, slots=True)
class Action:
    """One action: ``Action("c2pa.created", digital_source_type="trainedAlgorithmicMedia")``.

    Values are checked when the object is made; what an action needs beside them (an ingredient, a source type) when it is put into a
    manifest, so that references can be added later with ``dataclasses.replace``.
    """

    action: str
    _: KW_ONLY
    digital_source_type: str | None = None
    """Short name or URI."""
    when: datetime | str | None = None
    when_start: datetime | str | None = None
    when_end: datetime | str | None = None
    software_agent: GeneratorInfo | None = None
    software_agent_index: int | None = None
    """Entry of ``Actions.software_agents``, counted from 0."""
    description: str | None = None
    reason: str | None = None
    changes: tuple[Region | Mapping[str, Any], ...] = ()
    """Areas that were changed: regions, or their maps."""
    related: tuple[Action, ...] = ()
    ingredients: tuple[HashedUri, ...] = ()
    related_assertions: tuple[HashedUri, ...] = ()
    redacted: str | None = None
    """Absolute JUMBF URI of the assertion that was removed."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Further parameters; those of your own have a dot in their name. They can never be redacted: put nothing private here."""

    def __post_init__(self) -> None:
        ACTION.check(self.payload())

    def payload(self) -> dict[str, Any]:
        """The map as given; the assertion turns names and times into what is written."""
        parameters = {**self.parameters} | present(
            ingredients=[reference.payload() for reference in self.ingredients] or None,
            relatedAssertions=[reference.payload() for reference in self.related_assertions] or None,
            redacted=self.redacted,
        )
        return present(
            action=self.action,
            digitalSourceType=self.digital_source_type,
            when=self.when,
            whenStart=self.when_start,
            whenEnd=self.when_end,
            softwareAgent=self.software_agent.payload() if self.software_agent else None,
            softwareAgentIndex=self.software_agent_index,
            description=self.description,
            reason=self.reason,
            changes=list(self.changes) or None,
            related=[action.payload() for action in self.related] or None,
            parameters=parameters or None,
        )


@dataclass(frozen=True, slots=True)
class Actions:
    """The assertion ``c2pa.actions.v2``. ``all_actions_included`` is a statement, so it has no default."""

    actions: tuple[Action, ...]
    _: KW_ONLY
    all_actions_included: bool
    """Whether everything that was done is listed."""
    software_agents: tuple[GeneratorInfo, ...] = ()
    templates: tuple[Mapping[str, Any], ...] = ()
    metadata: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.payload()

    @property
    def label(self) -> str:
        """``c2pa.actions.v2``."""
        return ACTIONS_TYPE.label

    @property
    def content(self) -> Content:
        """``cbor``."""
        return ACTIONS_TYPE.content

    def payload(self) -> dict[str, Any]:
        """The CBOR map."""
        given = present(
            actions=[action.payload() for action in self.actions],
            allActionsIncluded=self.all_actions_included,
            softwareAgents=[agent.payload() for agent in self.software_agents] or None,
            templates=[dict(template) for template in self.templates] or None,
            metadata=self.metadata,
        )
        checked: dict[str, Any] = ACTIONS_TYPE.shape.check(given)
        return checked
