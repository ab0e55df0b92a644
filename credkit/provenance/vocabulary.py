"""The standard's words in plain English: actions, digital source types, uses of a work.

Sources: "Actions" (anchor ``_actions``), IPTC digital source types (``http://cv.iptc.org/newscodes/digitalsourcetype/``), CAWG training and
data mining. An unknown word is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from credkit.manifest.assertions.source_types import source_type_name

__all__ = ["USES", "AssetKind", "action_words", "asset_kind", "asset_kind_words", "reason_words", "source_type_words"]

AssetKind = Literal["model", "dataset", "prompt", "seed", "log"]
"""What an asset type of the standard stands for; formats of numbers (``c2pa.types.format.numpy``) say nothing of it."""

_ACTIONS = {
    "addedText": "text added",
    "adjustedColor": "colours adjusted",
    "changedSpeed": "speed changed",
    "color_adjustments": "colours adjusted",
    "converted": "converted to another format",
    "copied": "copied",
    "created": "created",
    "cropped": "cropped",
    "deleted": "a part deleted",
    "drawing": "drawn on",
    "dubbed": "dubbed",
    "edited": "edited",
    "edited.metadata": "metadata edited",
    "enhanced": "enhanced",
    "filtered": "filter applied",
    "formatted": "formatted",
    "managed": "managed",
    "mastered": "mastered",
    "mixed": "mixed",
    "modified": "modified",
    "opened": "opened for editing",
    "orientation": "turned or mirrored",
    "placed": "another picture placed into it",
    "printed": "printed",
    "produced": "produced",
    "published": "published",
    "redacted": "a statement removed from the history",
    "remixed": "remixed",
    "removed": "a part taken out",
    "rendered": "rendered",
    "repackaged": "repackaged without change",
    "resized": "resized",
    "resized.proportional": "resized in proportion",
    "reviewed": "reviewed",
    "saved": "saved",
    "transcoded": "transcoded",
    "translated": "translated",
    "trimmed": "trimmed",
    "unknown": "something done that is not named",
    "version_updated": "credentials updated",
    "watermarked": "watermark added",
    "watermarked.bound": "watermark added",
    "watermarked.unbound": "watermark added",
}

_SOURCE_TYPES = {
    "algorithmicMedia": "made by an algorithm without training data",
    "algorithmicallyEnhanced": "enhanced by an algorithm",
    "composite": "composite of several elements",
    "compositeCapture": "composite of captured pictures",
    "compositeSynthetic": "composite with a synthetic element",
    "compositeWithTrainedAlgorithmicMedia": "composite with trained AI media",
    "computationalCapture": "computed from several captures",
    "dataDrivenMedia": "made from data",
    "digitalArt": "digital art",
    "digitalCapture": "captured with a camera",
    "digitalCreation": "made by a person with software",
    "empty": "an empty canvas",
    "humanEdits": "edited by a person",
    "minorHumanEdits": "small edits by a person",
    "negativeFilm": "scanned from negative film",
    "positiveFilm": "scanned from positive film",
    "print": "scanned from a print",
    "screenCapture": "captured from a screen",
    "softwareImage": "made by software",
    "trainedAlgorithmicData": "data made by an AI model",
    "trainedAlgorithmicMedia": "by an AI model",
    "virtualRecording": "recorded in a virtual scene",
}

USES = {
    "ai_generative_training": "training of generative AI",
    "ai_training": "training of AI",
    "ai_inference": "use as input of AI",
    "data_mining": "data mining",
}
"""Uses of a training-and-data-mining statement, by the name behind its namespace."""


def action_words(name: str) -> str:
    """``c2pa.cropped`` is ``cropped``; an action that the standard does not have keeps its name."""
    return _ACTIONS.get(name.removeprefix("c2pa."), name) if name.startswith("c2pa.") else name


def source_type_words(uri: str) -> tuple[str, str]:
    """What a digital source type means and its short name; for an unknown one both are what stands there."""
    name = source_type_name(uri) or uri
    return _SOURCE_TYPES.get(name, name), name


_ASSET_KINDS: dict[str, AssetKind] = {
    "audit-log": "log",
    "classifier": "model",
    "cluster": "model",
    "dataset": "dataset",
    "generator": "model",
    "generator.prompt": "prompt",
    "generator.seed": "seed",
    "model": "model",
    "regressor": "model",
    "tensorflow": "model",
    "version-history": "log",
}


def asset_kind(types: Iterable[str]) -> AssetKind | None:
    """What ``c2pa.types.model.pytorch`` and its like say that something is, the first that says it; None when none does."""
    for name in types:
        plain = name.removeprefix("c2pa.types.")
        found = _ASSET_KINDS.get(plain) or _ASSET_KINDS.get(plain.partition(".")[0])
        if found is not None:
            return found
    return None


def asset_kind_words(types: Iterable[str]) -> str | None:
    """The same as a noun for people."""
    kind = asset_kind(types)
    return {"model": "AI model", "dataset": "data set", "prompt": "prompt", "seed": "seed", "log": "log"}[kind] if kind else None


_REASONS = {
    "c2pa.PII.present": "personal data",
    "c2pa.government.confidential": "government secret",
    "c2pa.invalid.data": "the data was wrong",
    "c2pa.trade-secret.present": "trade secret",
}


def reason_words(reason: str) -> str:
    """Why something was done or taken out, with the standard's name: ``personal data (c2pa.PII.present)``."""
    return f"{_REASONS[reason]} ({reason})" if reason in _REASONS else reason
