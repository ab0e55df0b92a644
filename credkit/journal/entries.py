"""What one line of the journal says, as values and as the bytes that are kept.

An entry is one JSON object in one line of UTF-8: number, time, SHA-256 of the line before it, a random salt, its kind, and what happened.
The salt keeps anybody who knows a hash of the journal from guessing short texts in it. Checkpoints are lines too, in the form of the
standard (``credkit.assets.json_lines``), and no entries. Form: ``schemas/journal.schema.json``; how lines get into the file is left to
``writing``.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeAlias, cast

from credkit.codec import json_text
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.journal.fields import reader_of
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "FIRST_PREVIOUS",
    "HEAD",
    "Area",
    "Candidate",
    "Content",
    "Entry",
    "Final",
    "Made",
    "Note",
    "Opening",
    "Outcome",
    "Preview",
    "Recovery",
    "Selection",
    "UsedFile",
    "entry_line",
    "read_entry",
    "time_text",
]

FIRST_PREVIOUS = "0" * 64
"""What the first entry has in the place of a hash."""
HEAD = re.compile(
    rb'\{"sequence":(0|[1-9][0-9]{0,11}),"time":"([0-9T:.-]{20,32}Z)","previous":"([0-9a-f]{64})","salt":"[0-9a-f]{32}","kind":"'
)
"""How the line of every entry begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A small picture."""

    media_type: str
    """``image/jpeg`` or ``image/png``."""
    width: int
    height: int
    sha256: str
    """Of ``data``, in hexadecimal digits; here and below."""
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One picture that came out, whether it was kept or not."""

    name: str
    """File name without folders."""
    sha256: str
    size: int
    """Bytes."""
    kept: bool | None = None
    """None while nothing was decided."""
    media_type: str | None = None
    width: int | None = None
    height: int | None = None
    seed: str | None = None
    """Where it is another than that of the entry."""
    preview: Preview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFile:
    """A file that went in: a mask, an initial image."""

    role: str
    """``mask``, ``initial-image``, ``control-image``, ``reference-image``, ``other``."""
    name: str
    sha256: str
    size: int
    preview: Preview | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A rectangle that was worked on, from the upper left corner."""

    x: float
    y: float
    width: float
    height: float
    unit: str
    """``pixel`` or ``percent``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The first entry: which journal this is."""

    kind: ClassVar[str] = "opening"
    journal: str
    """A URN of its own."""
    software: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One generation: what went in, and every picture that came out."""

    kind: ClassVar[str] = "generation"
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: str | None = None
    generation: Mapping[str, Any] = field(default_factory=dict)
    """Tool, settings and models as in the assertion ``org.credkit.generation``."""
    used: tuple[UsedFile, ...] = ()
    areas: tuple[Area, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    note: str | None = None
    """The author's words."""
    remarks: tuple[str, ...] = ()
    """What could not be read of the pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A later decision about pictures that are in the journal already; previews are not repeated."""

    kind: ClassVar[str] = "selection"
    candidates: tuple[Candidate, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Words of the author."""

    kind: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Final:
    """A picture is about to be signed under this manifest."""

    kind: ClassVar[str] = "final"
    manifest: str
    """Label of the manifest."""
    name: str
    """File name of the unsigned picture; empty when it had none."""
    sha256: str
    """Of the unsigned picture."""
    size: int
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it."""

    kind: ClassVar[str] = "outcome"
    manifest: str
    signed: bool
    name: str = ""
    """File name of the signed picture; empty for a stream."""
    sha256: str | None = None
    """Of the signed file, where it has a name."""
    size: int | None = None
    reason: str | None = None
    """Why nothing was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """A line was not finished (a crash, a power cut); its rest was put into a file of its own."""

    kind: ClassVar[str] = "recovery"
    name: str
    sha256: str
    size: int


Content: TypeAlias = "Opening | Made | Selection | Note | Final | Outcome | Recovery"
_KINDS: dict[str, type[Any]] = {kind.kind: kind for kind in (Opening, Made, Selection, Note, Final, Outcome, Recovery)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line."""

    sequence: int
    """From 0; checkpoints are not counted."""
    time: datetime
    """UTC, by the clock of the author's machine."""
    previous: str
    """SHA-256 of the bytes of the line before with its line break."""
    salt: str
    """16 random bytes in hexadecimal digits."""
    content: Content


def time_text(time: datetime) -> str:
    """RFC 3339 in UTC with milliseconds."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entry_line(entry: Entry) -> bytes:
    """The bytes that are kept, with the line break; one entry has one form only."""
    value = {
        "sequence": entry.sequence,
        "time": time_text(entry.time),
        "previous": entry.previous,
        "salt": entry.salt,
        "kind": entry.content.kind,
    } | _plain(entry.content)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Half characters come from file names that are no UTF-8.
    return text.encode("utf-8", "replace") + b"\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        given = {item.name: getattr(value, item.name) for item in fields(value)}
        return {name: _plain(item) for name, item in given.items() if item is not None and item not in ((), {}, "")}
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    return value


def read_entry(line: bytes, limits: Limits = DEFAULT_LIMITS) -> Entry:
    """The entry in a line; ``MalformedError`` for a line that is not exactly in the form of ``entry_line``."""
    value = json_text.decode(line, where="entry", limits=limits)
    kind = _KINDS.get(str(value.get("kind"))) if isinstance(value, dict) else None
    head = HEAD.match(line)
    if kind is None or head is None:
        raise MalformedError("it is no entry of a journal")
    try:
        time = datetime.fromisoformat(value["time"])
    except ValueError:
        raise MalformedError("its time is none") from None
    rest = {name: item for name, item in value.items() if name not in ("sequence", "time", "previous", "salt", "kind")}
    entry = Entry(
        sequence=value["sequence"],
        time=time,
        previous=value["previous"],
        salt=value["salt"],
        content=reader_of(cast("Hashable", kind))(rest, value["kind"]),
    )
    if entry_line(entry) != line:
        raise MalformedError("it is not in the form in which entries are written")
    return entry
