"""What the metadata of a picture says about its making by AI, as it stands there: Chinese labels in every place, and the fields of XMP.

Read tolerantly, since that is how files are; whether a rule is met is decided in ``lint``. What a manifest says is left to
``credkit.verify``.

Places of the Chinese label: TC260-PG-20259A, clause 6 (XMP) and Annex B (EXIF, PNG text); the others were met with in the wild.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from credkit.assets import Source
from credkit.dataclass import dataclass, field
from credkit.labels.aigc import AIGC_KEYS, AigcFault, AigcReading, read_aigc
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts import TextBlock, read_texts

__all__ = ["FileMarks", "FoundLabel", "Standing", "labels_among", "marks_of"]

Standing = Literal["standard", "annex", "other"]
"""Where a label stands: where the practice guide wants it, where its annex allows it, elsewhere."""

_LONGEST = 2_000
"""Characters of a field that are kept."""
_JPEG_HEAD = 1 << 16
_BARE = b"AIGC{"
_FIELDS = {
    "Iptc4xmpExt:DigitalSourceType": "source_type",
    "Iptc4xmpExt:AISystemUsed": "system",
    "Iptc4xmpExt:AISystemVersionUsed": "system_version",
    "schema:provider": "provider",
    "xmp:CreateDate": "time",
    "xmp:ModifyDate": "time",
    "xmpMM:InstanceID": "identifier",
    "xmpMM:DocumentID": "identifier",
    "xmpRights:WebStatement": "link",
}
"""Properties of XMP, and what they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLabel:
    """One Chinese label and where it stands."""

    place: str
    """In words: ``XMP TC260:AIGC``."""
    standing: Standing
    reading: AigcReading


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMarks:
    """What the metadata says. Texts are as stored, whatever they claim."""

    labels: tuple[FoundLabel, ...] = ()
    """Those where the standard wants them first."""
    fields: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """By what is said (``source_type``, ``system``, ``system_version``, ``provider``, ``time``, ``identifier``, ``link``): values, each
    with the property that holds it."""
    unread: tuple[str, ...] = ()
    """Sentences: which metadata could not be read, and why."""

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a field, repetitions dropped."""
        return tuple(dict.fromkeys(value for _, value in self.fields.get(name, ())))


def marks_of(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> FileMarks:
    """The marks of a file; ``AssetError`` only when the file itself cannot be read."""
    blocks = read_texts(source, limits=limits)
    found: dict[str, list[tuple[str, str]]] = {}
    for block in blocks:
        if block.kind == "xmp" and block.keyword in _FIELDS and block.text.strip():
            found.setdefault(_FIELDS[block.keyword], []).append((block.keyword, block.text.strip()[:_LONGEST]))
    return FileMarks(
        labels=labels_among(blocks, source, limits=limits),
        fields={name: tuple(values) for name, values in found.items()},
        unread=tuple(f"{block.place}: {block.damage}" for block in blocks if block.damage and _holds_marks(block)),
    )


def _holds_marks(block: TextBlock) -> bool:
    """Whether marks may have been lost with a damaged block: of metadata, or of what could not be reached at all."""
    return block.kind in ("xmp", "exif") or not (block.keyword or block.text)


def labels_among(blocks: Sequence[TextBlock], source: Source, *, limits: Limits = DEFAULT_LIMITS) -> tuple[FoundLabel, ...]:
    """The labels among the texts of a file, and a bare one in the header of a JPEG, at most ``limits.aigc_labels``; a text counts once."""
    found: list[FoundLabel] = []
    for label in (*_in_texts(blocks, limits), *_taken_apart(blocks), *_in_header(source, blocks, limits)):
        if len(found) < limits.aigc_labels:
            found.append(label)
    return tuple(sorted(found, key=lambda label: ("standard", "annex", "other").index(label.standing)))


def _in_texts(blocks: Sequence[TextBlock], limits: Limits) -> Iterator[FoundLabel]:
    for block in blocks:
        standing = _standing(block)
        if standing:
            reading = read_aigc(block.text, wrapped=standing != "standard", limits=limits)
            yield FoundLabel(place=_place(block), standing=standing, reading=reading)


def _standing(block: TextBlock) -> Standing | None:
    text = block.text.lstrip()
    if block.kind == "xmp" and block.keyword == "TC260:AIGC":
        return "standard"
    if block.kind == "xmp" and block.keyword.endswith(":AIGC"):
        return "other"
    if block.kind == "png-text" and block.keyword == "AIGC":
        return "annex"
    if not text.startswith(("{", "AIGC{")) or not ("ContentProducer" in text or "ServiceProvider" in text or '"AIGC"' in text[:20]):
        return None
    return "annex" if block.keyword == "UserComment" and text.startswith("{") else "other"


def _place(block: TextBlock) -> str:
    return f"XMP {block.keyword}" if block.kind == "xmp" else block.place


def _taken_apart(blocks: Sequence[TextBlock]) -> Iterator[FoundLabel]:
    """The seven values as seven properties of XMP."""
    values = {block.keyword[6:]: block.text for block in blocks if block.kind == "xmp" and block.keyword[:6] == "TC260:"}
    values = {key: text for key, text in values.items() if key in AIGC_KEYS}
    if values:
        fault = AigcFault(kind="form", words="it stands in single properties, and the standard has one JSON text")
        reading = AigcReading(values=values, faults=(fault,))
        yield FoundLabel(place="XMP TC260 properties", standing="other", reading=reading)


def _in_header(source: Source, blocks: Sequence[TextBlock], limits: Limits) -> Iterator[FoundLabel]:
    """``AIGC{...}`` between the segments of a JPEG, where no reader of metadata looks."""
    head = source.read(0, min(source.size, _JPEG_HEAD))
    start = head.find(_BARE)
    if not head.startswith(b"\xff\xd8") or start < 0:
        return
    stop = head.find(b"}", start)
    text = head[start : stop + 1].decode("utf-8", "replace") if stop > 0 else ""
    if text and not any(text in block.text for block in blocks):
        yield FoundLabel(place="the header of the JPEG", standing="other", reading=read_aigc(text, wrapped=True, limits=limits))
