"""What is known about one kind of assertion: its label, its content, its shape, and where it may stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.assertions.shape import Shape

__all__ = ["AssertionType", "Content", "Place", "Profile", "Rule", "Statement"]

Content = Literal["cbor", "json", "embedded"]
Place = Literal["any", "created", "gathered"]
Profile = Literal["2.4", "2.5"]
Rule = Callable[[Mapping[str, Any], Profile], None]
"""A rule between fields: raises ``DefinitionError``. It sees a payload that has passed the shape."""


class Statement(Protocol):
    """Anything that can become an assertion: every typed constructor, and ``OpaqueAssertion`` around raw data."""

    @property
    def label(self) -> str:
        """The label, without an instance."""
        ...

    @property
    def content(self) -> Content:
        """``cbor``, ``json`` or ``embedded``."""
        ...

    def payload(self) -> Any:
        """The value: a map for ``cbor`` and ``json``, an ``EmbeddedFile`` for ``embedded``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionType:
    """One entry of the registry."""

    label: str
    content: Content
    shape: Shape = field(repr=False)
    description: str
    """One sentence for people: what the assertion states."""
    example: Any = field(repr=False)
    """A valid payload in JSON form (bytes as base64 text)."""
    place: Place = "any"
    """The list of the claim that it must stand in."""
    single: bool = False
    """At most one in a manifest."""
    in_update: bool = True
    """Whether an update manifest may hold it."""
    rules: tuple[Rule, ...] = ()

    def check(self, payload: Any, *, profile: Profile = "2.4", path: str = "") -> Any:
        """The payload as it is written; ``DefinitionError`` with a JSON Pointer for the first fault."""
        checked = self.shape.check(payload, path)
        for rule in self.rules:
            _at(path, rule, checked, profile)
        return checked


def _at(path: str, rule: Rule, payload: Mapping[str, Any], profile: Profile) -> None:
    try:
        rule(payload, profile)
    except DefinitionError as error:
        if not path:
            raise
        raise DefinitionError(error.message, path=path + error.path) from None
