"""Finding private values where they must not be: in texts, in the statements of manifests, and in raw bytes in any usual spelling.

A value of some length is found wherever it stands, also in part; a short one ("cat", a seed of one digit) stands in any file by chance and
counts only where a text consists of nothing else. The search is the last line of defence behind ``clearing``: it does not know formats, so
it also finds what nobody thought of. Packed data it cannot see into is unpacked by ``media.texts``.
"""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from credkit.assets import Source
from credkit.codec import cbor
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import EmbeddedFile, Manifest
from credkit.sealing.fields import Secret

__all__ = ["SHORTEST", "Searched", "in_bytes", "in_manifests"]

SHORTEST = 6
"""Bytes of UTF-8 from which on a value is sought in raw bytes: of 2.8 million files with 100 MB of packed pixels one holds six given
bytes."""
_SHORTEST_SETTING = 24
"""Characters of a setting from which on it counts as free text: shorter ones are words such as "Automatic" that any file may hold."""
_PIECE, _SHORTEST_PIECE = 24, 16
_PIECE_OF_DOCUMENT, _SHORTEST_OF_DOCUMENT = 60, 40
"""Short lines of documents are brackets and keys that any document has."""
_MOST_PIECES = 128
_MOST_RAW = 12
"""Pieces of one value that are sought in raw bytes, spread evenly over it: each costs 20 ms in 16 MiB, in its dozen spellings."""
_LONGEST_RAW = 4_096
"""Characters of a value that is sought as a whole in raw bytes; of longer ones the pieces are."""
_OVERLAP_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


@dataclass(frozen=True, slots=True)
class Searched:
    """What is sought: private values, and pieces of long ones by which a part of them is found too."""

    exact: Mapping[str, str]
    """Values too short to be sought inside of other texts, with their fields."""
    pieces: Mapping[str, str]
    """Values and pieces that count wherever they stand, with their fields."""
    raw: Mapping[str, str] = field(default_factory=dict)
    """Those of them that are sought in raw bytes."""

    @classmethod
    def of(cls, secrets: Iterable[Secret], *, public: Iterable[str] = ()) -> Searched:
        """What to seek for ``secrets``; a piece that is part of one of the ``public`` texts is left out, as it is told there on purpose."""
        told = tuple(public)
        exact: dict[str, str] = {}
        pieces: dict[str, str] = {}
        raw: dict[str, str] = {}
        for secret in secrets:
            text = _text(secret)
            if text is None:
                continue
            if len(text.encode("utf-8", "replace")) < SHORTEST:
                exact.setdefault(text, secret.field)
                continue
            parts = tuple(_pieces(text, document=secret.field.startswith("document/")))
            found = [piece for piece in (text, *parts) if not any(piece in known for known in told)]
            pieces |= {piece: secret.field for piece in found if piece not in pieces}
            raw |= {piece: secret.field for piece in _spread(found) if piece not in raw}
        return cls(exact, pieces, raw)

    def find_in(self, text: str) -> str | None:
        """The field of which something stands in ``text``; None when there is nothing."""
        return self.exact.get(text.strip()) or next((name for piece, name in self.pieces.items() if piece in text), None)


def _text(secret: Secret) -> str | None:
    """The text to seek; None for a value that says nothing by itself."""
    if secret.field.startswith(("settings/", "input/")) and "seed" not in secret.field:
        return secret.value if isinstance(secret.value, str) and len(secret.value) >= _SHORTEST_SETTING else None
    if isinstance(secret.value, str):
        return secret.value.strip() or None
    return None if isinstance(secret.value, bool) else str(secret.value)


def _pieces(text: str, *, document: bool) -> Iterator[str]:
    """Consecutive pieces of each line: every stretch of twice the length of a piece holds one of them whole."""
    length, shortest = (_PIECE_OF_DOCUMENT, _SHORTEST_OF_DOCUMENT) if document else (_PIECE, _SHORTEST_PIECE)
    count = 0
    for line in text.splitlines():
        for start in range(0, len(line), length):
            piece = line[start : start + length].strip()
            if len(piece) >= shortest and count < _MOST_PIECES:
                count += 1
                yield piece


def _spread(pieces: list[str]) -> list[str]:
    """A value, unless it is very long, and some of its pieces."""
    whole = [piece for piece in pieces[:1] if len(piece) <= _LONGEST_RAW]
    return [*whole, *pieces[1 :: max(1, len(pieces) // _MOST_RAW)]]


def in_manifests(sought: Searched, manifests: Iterable[Manifest], *, limits: Limits = DEFAULT_LIMITS) -> tuple[str, str] | None:
    """The field that a manifest states in the open, and the assertion that does so (``MANIFEST#LABEL``); compressed manifests too."""
    for manifest in manifests:
        for assertion in manifest.assertions:
            try:
                value = assertion.value(limits)
            except MalformedError:
                value = assertion.box.raw
            for text in _texts(value):
                if name := sought.find_in(text):
                    return name, f"{manifest.label}#{assertion.label}"
        title = _title(manifest, limits)
        if title and (name := sought.find_in(title)):
            return name, f"{manifest.label}, title"
    return None


def _title(manifest: Manifest, limits: Limits) -> str | None:
    try:
        claim = cbor.decode(manifest.claim_bytes, where="claim", limits=limits) if manifest.claim_bytes else None
    except MalformedError:
        return None
    title = claim.get("dc:title") if isinstance(claim, dict) else None
    return title if isinstance(title, str) else None


def _texts(value: object) -> Iterator[str]:
    """Every text in a decoded assertion; long whole numbers too, because a seed may be stored as one."""
    if isinstance(value, EmbeddedFile):
        # What a picture holds is found in the raw bytes, if at all.
        yield "" if value.media_type.startswith("image/") else value.data.decode("utf-8", "replace")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _texts(key)
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, cbor.Tag):
        yield from _texts(value.value)
    elif isinstance(value, bytes):
        yield value.decode("utf-8", "replace")
    elif isinstance(value, str):
        yield value
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**SHORTEST:
        yield str(value)


def in_bytes(sought: Searched, source: Source) -> tuple[str, int] | None:
    """The field of which something stands in the raw bytes of ``source``, in any usual spelling, and the offset of it."""
    forms = {form: name for piece, name in sought.raw.items() for form in _forms(piece)}
    if not forms:
        return None
    overlap = max(map(len, forms)) - 1
    tail, position = b"", 0
    for chunk in source.chunks(0, source.size):
        window = tail + bytes(chunk)
        for form, name in forms.items():
            at = window.find(form)
            if at >= 0:
                return name, position - len(tail) + at
        position += len(chunk)
        tail = window[-overlap:] if overlap else b""
    return None


def _forms(text: str) -> frozenset[bytes]:
    """The ways in which files write a text: Unicode encodings, JSON, XML, and base64 at each of its three alignments."""
    spellings = {
        text,
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        escape(text),
        escape(text, {'"': "&quot;", "'": "&apos;"}),
        escape(text, {'"': "&quot;", "'": "&apos;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}),
        escape(text, {'"': "&quot;", "'": "&apos;", "\n": "&#xA;", "\r": "&#xD;", "\t": "&#x9;"}),
        text.replace("\n", "\r\n"),
    }
    plain = {spelling.encode(encoding, "replace") for spelling in spellings for encoding in _OVERLAP_ENCODINGS}
    plain |= {text.encode("latin-1")} if all(ord(letter) < 256 for letter in text) else set()
    coded = {encoded for form in (text.encode("utf-8", "replace"),) for encoded in _in_base64(form)}
    return frozenset(form for form in plain | coded if len(form) >= SHORTEST)


def _in_base64(data: bytes) -> Iterator[bytes]:
    """The characters that stand in base64 of any longer text with ``data`` in it, for each place it may begin at."""
    for shift in range(3):
        start = -(-8 * shift // 6)
        end = 8 * (shift + len(data)) // 6
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(bytes(shift) + data)[start:end]
