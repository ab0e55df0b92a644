"""Finding private values where they must not be: in texts, statements of manifests, names, and raw bytes, in any usual spelling.

A value of some length is found wherever it stands, also in part, a phrase in any case and however its characters are composed; a short one
("cat", a seed of one digit) stands in any file by chance and counts only where a text consists of nothing else. The search is the last line
of defence behind ``clearing``: it does not know formats, so it also finds what nobody thought of. How a text may be written is in
``spellings``, what is packed in ``packed``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from credkit.assets import BytesSource, Source
from credkit.codec import cbor
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import EmbeddedFile, Manifest
from credkit.sealing.fields import Secret
from credkit.sealing.packed import unpacked
from credkit.sealing.spellings import byte_forms, folded, letters, readings

__all__ = ["SHORTEST", "Searched", "in_bytes", "in_manifests", "in_packed", "in_text"]

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
_PHRASE = 12
"""Characters from which on case and spaces do not count: a word such as "person" is also one of every manifest, as "Person"."""
_SHORTEST_NAME = 12
"""Letters of a file name from which on it tells when it is a part of a prompt."""


@dataclass(frozen=True, slots=True)
class Searched:
    """What is sought: private values, and pieces of long ones by which a part of them is found too."""

    exact: Mapping[str, str]
    """Values too short to be sought inside of other texts, with their fields."""
    pieces: Mapping[str, str]
    """Values and pieces that count wherever they stand, with their fields."""
    phrases: Mapping[str, str] = field(default_factory=dict)
    """The longer ones of ``pieces`` as ``folded`` writes them."""
    forms: Mapping[bytes, str] = field(default_factory=dict)
    """What is sought in raw bytes: some of ``pieces`` in all their spellings."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Those that are no raw texts, as they may stand in the name of a file."""
    public: frozenset[str] = frozenset()
    """Names that are told on purpose, likewise."""

    @classmethod
    def of(cls, secrets: Iterable[Secret], *, public: Iterable[str] = ()) -> Searched:
        """What to seek for ``secrets``; a piece that is part of one of the ``public`` texts is left out, as it is told there on purpose."""
        told = tuple(map(folded, public))
        exact: dict[str, str] = {}
        pieces: dict[str, str] = {}
        raw: dict[str, str] = {}
        for secret in secrets:
            text = _text(secret)
            if text is None:
                continue
            text = unicodedata.normalize("NFC", text)
            if len(text.encode("utf-8", "replace")) < SHORTEST:
                exact.setdefault(text, secret.field)
                continue
            parts = tuple(_pieces(text, document=secret.field.startswith("document/")))
            found = [piece for piece in (text, *parts) if not any(folded(piece) in known for known in told)]
            pieces |= {piece: secret.field for piece in found if piece not in pieces}
            raw |= {piece: secret.field for piece in _spread(found) if piece not in raw}
        phrases = {folded(piece): name for piece, name in pieces.items() if len(piece) >= _PHRASE}
        forms = {form: name for piece, name in raw.items() for form in byte_forms(piece) if len(form) >= SHORTEST}
        names = {letters(piece): name for piece, name in (pieces | exact).items() if letters(piece) and not name.startswith("document/")}
        return cls(exact, pieces, phrases, forms, names, frozenset(map(letters, told)))

    def find_in(self, text: str) -> str | None:
        """The field of which something stands in ``text``; None when there is nothing."""
        text = unicodedata.normalize("NFC", text)
        found = self.exact.get(text.strip()) or next((name for piece, name in self.pieces.items() if piece in text), None)
        if found or len(text) < _PHRASE:
            return found
        loose = folded(text)
        return next((name for phrase, name in self.phrases.items() if phrase in loose), None)

    def find_in_name(self, name: str) -> str | None:
        """The same for the name of a file, with or without ending, in which tools keep letters and digits alone and cut off the rest."""
        stem = letters(name.rpartition(".")[0] or name)
        if {stem, letters(name)} & self.public:
            return None
        inside = (field for known, field in self.names.items() if known == stem or (len(known) >= SHORTEST and known in stem))
        cut = (field for known, field in self.names.items() if len(stem) >= _SHORTEST_NAME and stem in known)
        return self.find_in(name) or next(inside, None) or next(cut, None)


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
            if name := _in_title(sought, value):
                return name, f"{manifest.label}#{assertion.label}, title"
        claim = _claim(manifest, limits)
        if name := _in_title(sought, claim) or next(filter(None, map(sought.find_in, _texts(claim))), None):
            return name, f"{manifest.label}, claim"
    return None


def _in_title(sought: Searched, value: object) -> str | None:
    """The field of which something stands in the title of an asset, which often is the name of its file; those of inputs name models."""
    title = value.get("dc:title") if isinstance(value, Mapping) and value.get("relationship") != "inputTo" else None
    return sought.find_in_name(title) if isinstance(title, str) else None


def _claim(manifest: Manifest, limits: Limits) -> object:
    try:
        return cbor.decode(manifest.claim_bytes, where="claim", limits=limits) if manifest.claim_bytes else None
    except MalformedError:
        return manifest.claim_bytes


def _texts(value: object) -> Iterator[str]:
    """Every text in a decoded assertion; long whole numbers too, because a seed may be stored as one."""
    if isinstance(value, EmbeddedFile):
        # What a picture holds is found in the raw bytes, if at all.
        yield "" if value.media_type.startswith("image/") else value.data.decode("utf-8", "replace")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            # Short names of fields ("name", "when") are those of the form.
            yield key if isinstance(key, str) and len(key) >= SHORTEST else ""
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
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10 ** (SHORTEST - 1):
        yield str(value)


def in_text(sought: Searched, text: str, *, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """The field of which something stands in one text of a file, escaped, coded or packed as it may be.

    ``MalformedError`` when more is packed in it than ``unpacked`` looks into.
    """
    for reading in readings(text):
        if name := sought.find_in(reading):
            return name
    source = BytesSource(text.encode("utf-8", "replace"))
    found = in_bytes(sought, source)
    return found[0] if found else in_packed(sought, source, limits=limits)


def in_packed(sought: Searched, source: Source, *, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """The field of which something stands in what is packed in ``source``. ``MalformedError`` as from ``unpacked``."""
    for data in unpacked(source, limits=limits):
        for reading in readings(data.decode("utf-8", "replace")):
            if name := sought.find_in(reading):
                return name
        if found := in_bytes(sought, BytesSource(data)):
            return found[0]
    return None


def in_bytes(sought: Searched, source: Source) -> tuple[str, int] | None:
    """The field of which something stands in the raw bytes of ``source``, in any usual spelling, and the offset of it."""
    if not sought.forms:
        return None
    overlap = max(map(len, sought.forms)) - 1
    tail, position = b"", 0
    for chunk in source.chunks(0, source.size):
        window = tail + bytes(chunk)
        for form, name in sought.forms.items():
            at = window.find(form)
            if at >= 0:
                return name, position - len(tail) + at
        position += len(chunk)
        tail = window[-overlap:] if overlap else b""
    return None
