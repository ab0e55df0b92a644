"""The JSON header of a SafeTensors file, walked through without being held: where its members lie, not what tensors mean.

The header is edited by position and never written anew, so the walk reports spans. It is strict where a doubt would matter: a key that
stands twice is refused (the format forbids it, and readers differ in which one they take), but for the manifest's own key, whose doubles
mean that there is no manifest (anchor ``_hashing_of_safetensors_files``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from credkit.assets.layout import Span
from credkit.assets.source import Source
from credkit.codec import json_text
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits

__all__ = ["MANIFEST_KEY", "Header", "Member", "read_header", "read_metadata"]

MANIFEST_KEY = "c2pa:manifest"
_METADATA_KEY = "__metadata__"
_BLOCK = 1 << 18
_NEAR = 1 << 12
_KEY = 1 << 14
"""Bytes of one key; the longest names of tensors have some hundred."""
_ENTRY = 1 << 14
"""Bytes of one entry of a tensor that is written in an unusual way; real ones have some hundred."""
_ENTRIES = 1 << 20
"""Bytes of all such entries; each byte may cost a microsecond."""
_UNUSUAL = 10_000
"""Such entries in one header; each costs up to thirty microseconds."""
_SPACES = re.compile(rb"[ \t\n\r]*")
_RUN = re.compile(rb'[^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)*')
_BRACKETS = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}]', re.DOTALL)
_PART = rb'(?:"dtype"~:~"[A-Z0-9_]{1,32}"|"shape"~:~\[[0-9, \t\n\r]*\]|"data_offsets"~:~\[~([0-9]{1,18})~,~([0-9]{1,18})~\])'
_TENSOR = re.compile((rb'"([^"\\\x00-\x1f]{0,512})"~:~\{~(?:' + _PART + rb"~,~){2}" + _PART + rb"~\}").replace(b"~", rb"[ \t\n\r]*"))
"""A member as the library writes it, so that most of a header is read in one step a tensor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One key of ``__metadata__`` with its text."""

    key: str
    span: Span
    """From the quotation mark of the key to that behind the value."""
    value: Span
    """The value between its quotation marks, as it stands, escapes included."""
    comma_before: int | None
    comma_after: int | None
    """Where the commas stand that part it from its neighbours; None at the ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a walk found; all spans count from the start of the file."""

    text: Span
    """The JSON object with its braces."""
    end: int
    """Where the tensors begin: behind the spaces that fill the header up."""
    metadata: Span | None
    """The value of ``__metadata__``: an object with its braces, or ``null``."""
    metadata_member: Span | None
    """The same with its key, and with one comma where it has neighbours: what can be taken out without a trace."""
    metadata_members: int
    members: int
    """Keys of the header itself, ``__metadata__`` among them."""
    manifests: tuple[Member, ...]
    tensors_end: int
    """Where, counted from ``end``, the last tensor ends, as the header claims."""


class _Text:
    """A cursor over the bytes of the header."""

    __slots__ = ("_data", "_left", "_source", "_start", "_unusual", "at", "end", "has_manifest")

    def __init__(self, source: Source, start: int, end: int) -> None:
        self._source = source
        self._data = b""
        self._start = start
        self.at = start
        self.end = end
        self._left, self._unusual = _ENTRIES, _UNUSUAL
        self.has_manifest = False
        """The key of a manifest was read, whether or not its value followed."""

    def fail(self, message: str) -> MalformedError:
        return MalformedError(message, where="the header", offset=self.at)

    def _hold(self, count: int) -> int:
        """Where the cursor stands in the buffer, with ``count`` bytes behind it, fewer only at the end of the header."""
        offset = self.at - self._start
        if offset < 0 or (offset + count > len(self._data) and self._start + len(self._data) < self.end):
            self._data = self._source.read(self.at, min(max(count, _BLOCK), self.end - self.at))
            self._start, offset = self.at, 0
        return offset

    def next(self) -> bytes:
        """The first byte that is no white space, without taking it; empty at the end."""
        while True:
            offset = self._hold(1)
            stop = _SPACES.match(self._data, offset).end()  # type: ignore[union-attr]
            self.at = self._start + stop
            if stop < len(self._data):
                return self._data[stop : stop + 1]
            if self.at >= self.end:
                return b""

    def take(self, expected: bytes) -> bytes:
        """One of the bytes ``expected``, behind white space."""
        found = self.next()
        if not found or found not in expected:
            wanted = " or ".join(f'"{chr(byte)}"' for byte in expected)
            raise self.fail(f"{wanted} is missing")
        self.at += 1
        return found

    def comma(self) -> int | None:
        """Where the comma stands that the cursor goes behind; None when it was the brace at the end of the object."""
        return self.at - 1 if self.take(b",}") == b"," else None

    def peek(self, count: int) -> bytes:
        """Up to ``count`` bytes from the cursor."""
        offset = self._hold(count)
        return self._data[offset : offset + count]

    def string(self) -> Span:
        """What stands between the quotation marks of a text; the cursor goes behind it."""
        self.take(b'"')
        start = self.at
        while True:
            offset = self._hold(2)
            stop = _RUN.match(self._data, offset).end()  # type: ignore[union-attr]
            self.at = self._start + stop
            rest = self.peek(2)
            if rest[:1] == b'"':
                self.at += 1
                return Span(start, self.at - 1 - start)
            if stop == offset and (len(rest) < 2 or rest[:1] != b"\\" or rest[1] < 0x20):
                raise self.fail("a text does not end, or has a control character in it")

    def key(self) -> str:
        """A text as it is meant, escapes resolved."""
        span = self.string()
        if span.length > _KEY:
            raise self.fail(f"a key is longer than {_KEY:,} bytes")
        return _meant(self._source, span)

    def tensor(self) -> tuple[str, int] | None:
        """Name and end of a tensor whose entry is written as usual; None, with the cursor where it was, for all else."""
        offset = self._hold(_NEAR)
        found = _TENSOR.match(self._data, offset)
        if found is None:
            return None
        last = found.lastindex or 0
        if last < 3:
            return None
        start, end = int(found[last - 1]), int(found[last])
        name = found[1].decode("utf-8", "surrogateescape")
        if start > end or not name.isprintable():
            return None
        self.at += found.end() - found.start()
        return name, end

    def entry(self) -> int:
        """The end of a tensor whose entry is written in an unusual way; the cursor goes behind it."""
        self._unusual -= 1
        if self._unusual < 0:
            raise self.fail(f"more than {_UNUSUAL:,} entries are written in an unusual form")
        data = self.peek(min(_ENTRY, max(self._left, 1)))
        depth = 0
        for bracket in _BRACKETS.finditer(data):
            depth += {b"{": 1, b"}": -1}.get(bracket[0], 0)
            if depth == 0:
                self.at += bracket.end()
                self._left -= bracket.end()
                return self._offsets(data[: bracket.end()])
        if len(data) < _ENTRY:
            what = "the length of the header does not fit its text, which goes on"
            raise self.fail(what if self._left >= _ENTRY else f"entries in an unusual form have more than {_ENTRIES:,} bytes")
        raise self.fail(f"the entry of a tensor does not end within {_ENTRY:,} bytes")

    def _offsets(self, data: bytes) -> int:
        value = json_text.decode(data, where="the entry of a tensor")
        offsets = value.get("data_offsets") if isinstance(value, dict) else None
        if not isinstance(offsets, list) or [type(item) for item in offsets] != [int, int] or not 0 <= offsets[0] <= offsets[1]:
            raise self.fail("a tensor has no sound data_offsets")
        return int(offsets[1])


def _meant(source: Source, span: Span) -> str:
    """A text between quotation marks as it is meant; ``MalformedError`` when it is no UTF-8 or has an unknown escape."""
    raw = source.read(span.start, span.length)
    try:
        text = raw.decode("utf-8")
        value: str = json.loads(f'"{text}"') if "\\" in text else text
    except ValueError:
        raise MalformedError("a text is no UTF-8, or has an unknown escape", where="the header", offset=span.start) from None
    return value


def _metadata(text: _Text) -> Iterator[Member]:
    """The members of ``__metadata__``, the cursor before its brace; behind it at the end."""
    text.take(b"{")
    if text.next() == b"}":
        text.take(b"}")
        return
    before: int | None = None
    while True:
        if text.next() != b'"':
            raise text.fail("a key is missing")
        start = text.at
        key = text.key()
        text.has_manifest |= key == MANIFEST_KEY
        text.take(b":")
        if text.next() != b'"':
            raise text.fail("a value of __metadata__ is no text")
        value = text.string()
        span = Span(start, text.at - start)
        after = text.comma()
        yield Member(key=key, span=span, value=value, comma_before=before, comma_after=after)
        if after is None:
            return
        before = after


def _bounds(source: Source, limits: Limits) -> tuple[int, int]:
    """Where the JSON text begins and the header ends."""
    if source.size < 10:
        raise MalformedError("the file is too short for a header", where="file", offset=0)
    length = int.from_bytes(source.read(0, 8), "little")
    if length > limits.safetensors_header:
        raise MalformedError(f"the header claims {length:,} bytes, more than {limits.safetensors_header:,}", where="file", offset=0)
    if source.read(8, 1) != b"{":
        raise MalformedError("the header does not begin with a brace", where="file", offset=8)
    if length > source.size - 8:
        raise MalformedError(f"the header claims {length:,} bytes, but the file has {source.size:,}", where="file", offset=0)
    return 8, 8 + length


def _with_comma(span: Span, before: int | None, after: int | None) -> Span:
    """A member with the comma behind it, or, being the last, with the one before it."""
    if after is not None:
        return Span(span.start, after + 1 - span.start)
    return span if before is None else Span(before, span.end - before)


class _Walk:
    """One walk over a header, and what it has found so far."""

    __slots__ = ("_keys", "_limits", "manifests", "members", "metadata", "metadata_member", "metadata_members", "tensors_end", "text")

    def __init__(self, text: _Text, limits: Limits) -> None:
        self.text = text
        self._limits = limits
        self._keys: set[int] = set()
        self.members = self.metadata_members = self.tensors_end = 0
        self.metadata: Span | None = None
        self.metadata_member: Span | None = None
        self.manifests: list[Member] = []

    def run(self) -> None:
        """Walk from brace to brace; only spaces may stand behind."""
        text = self.text
        text.take(b"{")
        if text.next() == b"}":
            text.take(b"}")
        else:
            before: int | None = None
            while True:
                start, known = text.at, self.metadata
                self._member()
                end, after = text.at, text.comma()
                if known is None and self.metadata is not None:
                    self.metadata_member = _with_comma(Span(start, end - start), before, after)
                if after is None:
                    break
                before = after
                text.next()
        end = text.at
        if text.next():
            raise text.fail("the length of the header does not fit its text, which ends before")
        text.at = end

    def _once(self, key: str, *, within: str = "") -> None:
        # Hashes of texts are 64 bits from a seed of the process; the texts themselves would be held for nothing else.
        mark = hash((within, key))
        if mark in self._keys:
            raise self.text.fail(f'the key "{key[: self._limits.text_length]}" stands twice')
        self._keys.add(mark)
        if len(self._keys) > self._limits.safetensors_keys:
            raise self.text.fail(f"more than {self._limits.safetensors_keys:,} keys")

    def _member(self) -> None:
        text, start = self.text, self.text.at
        self.members += 1
        if text.next() != b'"':
            raise text.fail("a key is missing")
        found = text.tensor()
        if found and found[0] != _METADATA_KEY:
            self._once(found[0])
            self.tensors_end = max(self.tensors_end, found[1])
            return
        text.at = start
        key = text.key()
        self._once(key)
        text.take(b":")
        first = text.next()
        if key == _METADATA_KEY:
            self._metadata(first)
        elif first == b"{":
            self.tensors_end = max(self.tensors_end, text.entry())
        else:
            raise text.fail("the entry of a tensor is no object")

    def _metadata(self, first: bytes) -> None:
        text, value = self.text, self.text.at
        if first != b"{" and text.peek(4) == b"null":
            text.at += 4
        else:
            for member in _metadata(text):
                self.metadata_members += 1
                if self.metadata_members > self._limits.model_properties:
                    raise text.fail(f"__metadata__ has more than {self._limits.model_properties:,} keys")
                if member.key != MANIFEST_KEY:
                    self._once(member.key, within=_METADATA_KEY)
                elif len(self.manifests) < self._limits.stores:
                    self.manifests.append(member)
                else:
                    raise text.fail(f'the key "{MANIFEST_KEY}" stands more than {self._limits.stores} times')
        self.metadata = Span(value, text.at - value)


def read_header(source: Source, limits: Limits) -> Header:
    """Walk through the header; ``MalformedError`` when its length or its JSON is not sound.

    The code is ``assertion.dataHash.malformed`` where a manifest was seen before the fault, as the clause wants for a length that does not
    fit the text (anchor ``_hashing_of_safetensors_files``).
    """
    start, end = _bounds(source, limits)
    walk = _Walk(_Text(source, start, end), limits)
    try:
        walk.run()
    except MalformedError as error:
        if walk.text.has_manifest:
            raise MalformedError(error.message, code="assertion.dataHash.malformed", where=error.where, offset=error.offset) from None
        raise
    return Header(
        text=Span(start, walk.text.at - start),
        end=end,
        metadata=walk.metadata,
        metadata_member=walk.metadata_member,
        metadata_members=walk.metadata_members,
        members=walk.members,
        manifests=tuple(walk.manifests),
        tensors_end=walk.tensors_end,
    )


def read_metadata(source: Source, header: Header, most: int) -> Iterator[tuple[str, str | None]]:
    """Keys and texts of ``__metadata__`` in order, the manifest's left out; None for a text of more than ``most`` bytes.

    ``MalformedError`` for a text that is no UTF-8.
    """
    if header.metadata is None or source.read(header.metadata.start, 1) != b"{":
        return
    for member in _metadata(_Text(source, header.metadata.start, header.metadata.end)):
        if member.key != MANIFEST_KEY:
            yield member.key, _meant(source, member.value) if member.value.length <= most else None
