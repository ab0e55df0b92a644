"""The shape of metadata assertions: one JSON-LD object whose ``@context`` declares every prefix that is used.

Clause: "Metadata" (anchor ``_metadata``), common requirements. Which fields may stand in which assertion is a rule given from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.metadata_fields import NAMESPACES
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.shape import Anything, Schema, Shape, Text, described, pointer

__all__ = ["FieldRule", "JsonLd"]

FieldRule = Callable[[str, str, Any, str], None]
"""Called with the namespace, ``prefix:name``, the value and the path; raises ``DefinitionError``."""
_KEYWORDS = frozenset({"@type", "@id", "@graph"})


def _anything_goes(namespace: str, name: str, value: Any, path: str) -> None:
    """No field is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLd(Shape):
    """A JSON-LD object with ``@context`` and at least one field."""

    means: str
    rule: FieldRule = _anything_goes
    inline: bool = False
    """The context must be spelt out, so that every field can be judged."""

    def check(self, value: Any, path: str = "") -> dict[str, Any]:
        """The object."""
        if not isinstance(value, Mapping):
            raise DefinitionError(f"should be {self.means} (a map), not {described(value)}", path=path)
        result: dict[str, Any] = Anything(json=True).check(value, path)
        context = self._context(result, path)
        fields = [key for key in result if key != "@context"]
        if not fields:
            raise DefinitionError("no field is given", path=path)
        for key in fields:
            if result[key] is None or result[key] == "" or result[key] == []:
                raise DefinitionError("the field is empty; leave it out", path=pointer(path, key))
            self._field(key, result[key], context, pointer(path, key))
        return result

    def _context(self, result: Mapping[str, Any], path: str) -> dict[str, Any] | None:
        if "@context" not in result:
            raise DefinitionError(
                'the field "@context" is missing: it declares the prefixes, as in {"dc": "http://purl.org/dc/elements/1.1/"}', path=path
            )
        context, here = result["@context"], pointer(path, "@context")
        if isinstance(context, dict):
            for prefix, namespace in context.items():
                if not isinstance(namespace, dict):
                    Text(means="a namespace").check(namespace, pointer(here, prefix))
            return context
        if self.inline or not context or not isinstance(context, (str, list)):
            raise DefinitionError(f"should be a map of prefixes and namespaces, not {described(context)}", path=here)
        return None

    def _field(self, key: str, value: Any, context: dict[str, Any] | None, path: str) -> None:
        if context is None or key in _KEYWORDS or (key in context and ":" not in key):
            return
        prefix, colon, name = key.partition(":")
        if not colon or not name:
            if "@vocab" in context and not key.startswith("@"):
                return
            known = [f"{known}:{key}" for known in context]
            raise DefinitionError(f'{quoted(key)} has no prefix that "@context" declares{suggestion(key, known)}', path=path)
        if prefix not in context:
            usual = f'; the usual one is {{"{prefix}": "{NAMESPACES[prefix]}"}}' if prefix in NAMESPACES else suggestion(prefix, context)
            raise DefinitionError(f'"@context" does not declare the prefix {quoted(prefix)}{usual}', path=path)
        if isinstance(context[prefix], str):
            self.rule(context[prefix], key, value, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """An object with a context; fields are judged by their namespace, which JSON Schema cannot express."""
        context: Schema = {"type": "object"} if self.inline else {"type": ["object", "string", "array"]}
        return {"type": "object", "properties": {"@context": context}, "required": ["@context"], "minProperties": 2}
