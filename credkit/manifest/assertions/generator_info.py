"""Which software or hardware did something: the claim generator, or the agent of an action.

Clause: "Generator Info Map" (anchor ``_generator_info_map``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.dataclass import KW_ONLY, dataclass, field
from credkit.manifest.assertions.references import HASHED_URI
from credkit.manifest.assertions.shape import Anything, Text
from credkit.manifest.assertions.shape_map import Map, Named
from credkit.manifest.hashed_uri import HashedUri

__all__ = ["GENERATOR_INFO", "GeneratorInfo", "present"]

_GENERATOR_INFO = Map(
    means="a software description",
    required={"name": Text()},
    optional={
        "version": Text(),
        "icon": HASHED_URI,
        "operating_system": Text(),
        "specVersion": Text(pattern=r"[0-9]+[.][0-9]+[.][0-9]+", means='a version of three numbers such as "2.4.0"'),
    },
    namespaced=Anything(),
)
GENERATOR_INFO = Named("generatorInfo", lambda: _GENERATOR_INFO)


def present(**fields: Any) -> dict[str, Any]:
    """The fields that are given: None means absent. Names of fields that are no Python names are merged by the caller."""
    return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class GeneratorInfo:
    """A claim generator or software agent: ``GeneratorInfo("credkit", "0.1.0")``."""

    name: str
    version: str | None = None
    _: KW_ONLY
    operating_system: str | None = None
    icon: HashedUri | None = None
    """A ``c2pa.icon`` assertion of the same manifest."""
    spec_version: str | None = None
    """Edition of the standard, three numbers; only for the claim generator."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Fields under a namespace of your own."""

    def __post_init__(self) -> None:
        GENERATOR_INFO.check(self.payload())

    def payload(self) -> dict[str, Any]:
        """The CBOR map; ``DefinitionError`` is raised when the object is made, not here."""
        return {"name": self.name, **self.extra} | present(
            version=self.version,
            icon=self.icon.payload() if self.icon else None,
            operating_system=self.operating_system,
            specVersion=self.spec_version,
        )
