"""The names of actions, and what the standard and its conformance program ask of each.

Clause: "Actions" (anchor ``_actions``), table of pre-defined actions; conformance rubric for 2.4: every pre-defined action that is
neither an inception nor non-editorial needs a digital source type, ``c2pa.placed`` excepted.
"""

from __future__ import annotations

from credkit.manifest.assertions.shape import Choice

__all__ = ["ACTION_NAME", "INCEPTIONS", "NEEDS_SOURCE_TYPE", "ONLY_2_5", "TEMPLATE_NAME"]

INCEPTIONS = frozenset({"c2pa.created", "c2pa.opened"})
ONLY_2_5 = frozenset({"c2pa.modified", "c2pa.rendered", "c2pa.reviewed"})
_NON_EDITORIAL = frozenset(
    f"c2pa.{name}"
    for name in [
        "converted",
        "edited.metadata",
        "enhanced",
        "published",
        "redacted",
        "repackaged",
        "resized.proportional",
        "transcoded",
        "watermarked.bound",
        "watermarked.unbound",
    ]
)
_CONTENT = frozenset(
    f"c2pa.{name}"
    for name in [
        "addedText",
        "adjustedColor",
        "changedSpeed",
        "cropped",
        "deleted",
        "drawing",
        "dubbed",
        "edited",
        "filtered",
        "mastered",
        "mixed",
        "modified",
        "orientation",
        "remixed",
        "rendered",
        "resized",
        "translated",
        "trimmed",
        "unknown",
    ]
)
_FONT = tuple(
    f"font.{name}"
    for name in [
        "charactersAdded",
        "charactersDeleted",
        "charactersModified",
        "createdFromVariableFont",
        "edited",
        "hinted",
        "merged",
        "openTypeFeatureAdded",
        "openTypeFeatureModified",
        "openTypeFeatureRemoved",
        "subset",
    ]
)
NEEDS_SOURCE_TYPE = _CONTENT | {"c2pa.created"}
"""Actions that must say where the new content comes from."""

_SUCCESSORS = {
    "c2pa.color_adjustments": '"c2pa.adjustedColor"',
    "c2pa.watermarked": '"c2pa.watermarked.bound" (with a soft binding) or "c2pa.watermarked.unbound"',
    "c2pa.removed": '"c2pa.deleted"',
}
_WITHOUT_SUCCESSOR = tuple(f"c2pa.{name}" for name in ("copied", "formatted", "version_updated", "printed", "managed", "produced", "saved"))
_REFUSED = {name: f'the action "{name}" is deprecated and must no longer be written; use {new}' for name, new in _SUCCESSORS.items()} | {
    name: f'the action "{name}" is deprecated and the standard names no successor; leave it out or use a name of your own'
    for name in _WITHOUT_SUCCESSOR
}
_NAMES = (*sorted(INCEPTIONS | _NON_EDITORIAL | _CONTENT | {"c2pa.placed", "c2pa.reviewed"}), *_FONT)


def _choice(names: tuple[str, ...]) -> Choice:
    return Choice(
        names=names,
        means="action",
        refused=_REFUSED,
        own="com.example.sharpened",
    )


ACTION_NAME = _choice(_NAMES)
TEMPLATE_NAME = _choice(("*", *_NAMES))
