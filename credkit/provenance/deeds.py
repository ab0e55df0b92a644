"""What a manifest says was done to the asset, in words.

Clause: "Actions" (anchor ``_actions``), with its templates: values of ``*``, then of the action's own template, then of the action itself.
This file puts actions into words and leaves judging them to ``verify``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.actions import ActionView, read_actions
from credkit.manifest.store import Assertion, Manifest
from credkit.manifest.uri import absolute
from credkit.provenance.regions import Region, read_regions
from credkit.provenance.values import assertion_value, text_of
from credkit.provenance.vocabulary import action_words, reason_words, source_type_words

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
    templates = _maps(value.get("templates"))
    actions = [_with_templates(item, templates) for item in _maps(value.get("actions")) if isinstance(item.get("action"), str)]
    try:
        return read_actions(value | {"actions": actions}, assertion.label)
    except MalformedError:
        return ()


def _maps(value: object) -> list[dict[Any, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _with_templates(item: dict[Any, Any], templates: list[dict[Any, Any]]) -> dict[Any, Any]:
    merged: dict[Any, Any] = {}
    general = [t for t in templates if t.get("action") == "*"]
    for source in (*general, *(t for t in templates if t.get("action") == item["action"]), item):
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
        regions=read_regions(list(view.changes)),
        ingredients=tuple(absolute(reference.url, assertion.manifest) for reference in view.ingredients if reference),
        assertion=assertion.uri,
        redacted=text_of(view.redacted),
    )


def _words(action: str, source_type: str | None) -> str:
    base = action_words(action)
    if source_type is None:
        return base
    meaning, name = source_type_words(source_type)
    told = f" ({name})" if meaning != name else ""
    joint = " " if meaning.startswith("by ") else ": "
    return f"{base}{joint}{meaning}{told}"
