"""What a signer recorded about the validity of an ingredient, as one neutral structure for all editions.

Clause: "Validation results" (anchor ``_validation_structures``). Version 3 of the ingredient has ``validationResults`` (lists by kind,
and deltas of nested ingredients), versions 1 and 2 a flat ``validationStatus``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.dataclass import dataclass
from credkit.manifest.assertions.text_rules import forbidden_character
from credkit.manifest.uri import JumbfUri
from credkit.status import Kind, Status, kind_of

__all__ = ["RecordedDelta", "RecordedResults"]

_KINDS = (Kind.SUCCESS, Kind.INFORMATIONAL, Kind.FAILURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDelta:
    """Statuses about one nested ingredient; ``uri`` is the JUMBF URI of its ingredient assertion as stored."""

    uri: str
    statuses: tuple[Status, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedResults:
    """Statuses about an ingredient's own manifest and content, and about the ingredients below it; each knows its own kind."""

    active_manifest: tuple[Status, ...] | None = None
    """About its own manifest and content; None when nothing was recorded about them."""
    deltas: tuple[RecordedDelta, ...] = ()
    spec_version: str | None = None
    """Edition that was applied, three numbers."""

    def __iter__(self) -> Iterator[Status]:
        yield from self.active_manifest or ()
        for delta in self.deltas:
            yield from delta.statuses

    @classmethod
    def read(cls, value: object) -> RecordedResults | None:
        """The results in a decoded ``validationResults`` map; entries that cannot be read are left out. None when it is no map."""
        if not isinstance(value, dict):
            return None
        deltas, version = value.get("ingredientDeltas"), value.get("specVersion")
        return cls(
            active_manifest=tuple(_read_lists(value["activeManifest"])) if isinstance(value.get("activeManifest"), dict) else None,
            deltas=tuple(_read_deltas(deltas if isinstance(deltas, list) else [])),
            spec_version=version if isinstance(version, str) else None,
        )

    @classmethod
    def read_flat(cls, value: object) -> RecordedResults | None:
        """The results in the ``validationStatus`` list of versions 1 and 2; None when it is no list.

        The kind is that of the code, or, for codes that the standard does not have, what the entry's ``success`` says (failure when
        silent).
        """
        if not isinstance(value, list):
            return None
        return cls(active_manifest=tuple(status for item in value if (status := _read_status(item, None)) is not None))

    def payload(self) -> dict[str, Any]:
        """The ``validationResults`` map.

        Explanations and places that hold characters which an assertion must not hold are left out: they come from the ingredient's
        file, and its faults must be recordable.
        """
        result: dict[str, Any] = {} if self.active_manifest is None else {"activeManifest": _lists(self.active_manifest)}
        if self.deltas:
            result["ingredientDeltas"] = [{"ingredientAssertionURI": d.uri, "validationDeltas": _lists(d.statuses)} for d in self.deltas]
        if self.spec_version:
            result["specVersion"] = self.spec_version
        return result


def _lists(statuses: tuple[Status, ...]) -> dict[str, Any]:
    return {str(kind): [_entry(status) for status in statuses if status.kind is kind] for kind in _KINDS}


def _entry(status: Status) -> dict[str, Any]:
    entry = {"code": status.code}
    if status.url and JumbfUri.parse(status.url) and not forbidden_character(status.url):
        entry["url"] = status.url
    if status.resource_url and not forbidden_character(status.resource_url):
        entry["resourceUrl"] = status.resource_url
    if status.explanation and not forbidden_character(status.explanation):
        entry["explanation"] = status.explanation
    return entry


def _read_lists(value: object) -> Iterator[Status]:
    for kind in _KINDS:
        items = value.get(str(kind)) if isinstance(value, dict) else None
        for item in items if isinstance(items, list) else ():
            status = _read_status(item, kind)
            if status is not None:
                yield status


def _read_status(item: object, kind: Kind | None) -> Status | None:
    if not isinstance(item, dict):
        return None
    code = item.get("code")
    if not isinstance(code, str):
        return None
    own = kind or kind_of(code) or (Kind.SUCCESS if item.get("success") is True else Kind.FAILURE)
    url, explanation, resource_url = item.get("url"), item.get("explanation"), item.get("resourceUrl")
    return Status(
        code=code,
        kind=own,
        url=url if isinstance(url, str) else None,
        explanation=explanation if isinstance(explanation, str) else None,
        resource_url=resource_url if isinstance(resource_url, str) else None,
    )


def _read_deltas(items: list[Any]) -> Iterator[RecordedDelta]:
    for item in items:
        if (
            isinstance(item, dict)
            and isinstance(item.get("ingredientAssertionURI"), str)
            and isinstance(item.get("validationDeltas"), dict)
        ):
            yield RecordedDelta(uri=item["ingredientAssertionURI"], statuses=tuple(_read_lists(item["validationDeltas"])))
