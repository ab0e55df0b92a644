"""What a manifest says was done to the asset, in words.

Clause: "Actions" (anchor ``_actions``), with its templates: values of ``*``, then of the action's own template, then of the action itself.
This file puts actions into words and leaves judging them to ``verify``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.actions import ActionView, read_actions
from credkit.manifest.store import Assertion, Manifest
from credkit.manifest.uri import absolute
from credkit.provenance.values import assertion_value, text_of
from credkit.provenance.vocabulary import action_words, reason_words, source_type_words

if TYPE_CHECKING:
    from credkit.provenance.regions import Region

__all__ = ["Deed", "deeds"]

_LABELS = ("c2pa.actions.v2", "c2pa.actions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action. Every text is as the signer wrote it and has to pass ``shown`` before a person sees it."""

    action: str
    """The standard's name, ``c2pa.cropped``."""
    words: str
    """``created by an AI model (trainedAlgorithmicMedia)``."""
    source_type: str | None
    """The URI of the digital source type."""
    when: str | None
    """The time that the signer claims."""
    tool: str | None
    description: str | None
    reason: str | None
    regions: tuple[Region, ...]
    ingredients: tuple[str, ...]
    """Absolute URIs of the ingredient assertions that it names."""
    assertion: str
    """Absolute URI of the actions assertion."""
    redacted: str | None = None
    """URI of the assertion that it took out, as stored."""

    @property
    def sentence(self) -> str:
        """Words, places, tool, reason and description in one line."""
        parts = [self.words, *(region.words for region in self.regions)]
        line = ", ".join(parts)
        if self.tool:
            line += f", with {self.tool}"
        if self.reason:
            line += f", reason: {reason_words(self.reason)}"
        return line + (f": {self.description}" if self.description else "")


def deeds(manifest: Manifest, limits: Limits = DEFAULT_LIMITS) -> tuple[Deed, ...]:
    """All actions of the manifest in file order; an actions assertion that cannot be read gives none."""
    return tuple(
        _deed(view, assertion) for assertion in manifest.assertions if assertion.base_label in _LABELS for view in _views(assertion, limits)
    )


def _views(assertion: Assertion, limits: Limits) -> tuple[ActionView, ...]:
    value = assertion_value(assertion, limits)
    if not isinstance(value, dict):
        return ()
    templates = _Templates(_maps(value.get("templates")), limits)
    actions = [templates.merged(item) for item in _maps(value.get("actions")) if isinstance(item.get("action"), str)]
    try:
        return read_actions(value | {"actions": actions}, assertion.label)
    except MalformedError:
        return ()


def _maps(value: object) -> list[dict[Any, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


class _Templates:
    """What templates add to actions. Many actions times many fields would be a product, so there is room for ``Limits.cbor_items`` fields
    in all, and actions behind it stay as they stand.
    """

    def __init__(self, templates: list[dict[Any, Any]], limits: Limits) -> None:
        self._templates: defaultdict[str, list[dict[Any, Any]]] = defaultdict(list)
        for template in templates:
            if isinstance(template.get("action"), str):
                self._templates[template["action"]].append(template)
        self._general = _laid_over(self._templates.pop("*", []))
        self._by_action: dict[str, dict[Any, Any]] = {}
        self._left = limits.cbor_items

    def merged(self, item: dict[Any, Any]) -> dict[Any, Any]:
        """The action with the fields of its templates, where it has none of its own."""
        base = self._of(item["action"])
        self._left -= len(base) + len(base.get("parameters", ()))
        return _laid_over((base, item) if self._left >= 0 else (item,))

    def _of(self, action: str) -> dict[Any, Any]:
        if action not in self._templates:
            return self._general
        if action not in self._by_action:
            self._by_action[action] = _laid_over((self._general, *self._templates[action]))
        return self._by_action[action]


def _laid_over(sources: Iterable[dict[Any, Any]]) -> dict[Any, Any]:
    """One map of all, later ones before earlier ones, and their parameters merged in the same way."""
    merged: dict[Any, Any] = {}
    for source in sources:
        parameters = source.get("parameters", source.get("templateParameters"))
        merged |= {key: value for key, value in source.items() if key not in ("parameters", "templateParameters")}
        if isinstance(parameters, dict):
            merged["parameters"] = {**merged.get("parameters", {}), **parameters}
    return merged


def _deed(view: ActionView, assertion: Assertion) -> Deed:
    source_type = text_of(view.digital_source_type)
    return Deed(
        action=view.action,
        words=_words(view.action, source_type),
        source_type=source_type,
        when=text_of(view.when)
        or (f"{view.when_start or 'not said'} to {view.when_end or 'not said'}" if view.when_start or view.when_end else None),
        tool=text_of(view.software_agent),
        description=text_of(view.description) or text_of(view.changed),
        reason=text_of(view.reason),
        regions=_regions(view),
        ingredients=tuple(absolute(reference.url, assertion.manifest) for reference in view.ingredients if reference),
        assertion=assertion.uri,
        redacted=text_of(view.redacted),
    )


def _regions(view: ActionView) -> tuple[Region, ...]:
    if not view.changes:
        return ()
    from credkit.provenance.regions import read_regions

    return read_regions(list(view.changes))


def _words(action: str, source_type: str | None) -> str:
    base = action_words(action)
    if source_type is None:
        return base
    meaning, name = source_type_words(source_type)
    told = f" ({name})" if meaning != name else ""
    joint = " " if meaning.startswith("by ") else ": "
    return f"{base}{joint}{meaning}{told}"
