"""The one strict door to CBOR (RFC 8949); nothing else imports cbor2.

What is read is what ``check`` passes: it walks over the bytes and refuses what a C2PA document never needs: trailing bytes, excessive
depth or count, sharing and string-reference tags (which can build cycles), reserved heads, simple values other than false, true and null,
map keys that are not integers or strings. Only then cbor2 decodes, with duplicate keys refused. Indefinite lengths and unsorted keys are
read, because real files have them.

The walk takes ten times as long as decoding, and nearly all documents need none: a value that encodes into the very bytes that it was
decoded from came from exactly one well-formed item, in which nothing was left out. Where the bytes differ, or cbor2 refuses them, the walk
says what is the matter, or that nothing is.

Writing is core deterministic encoding (RFC 8949, 4.2.1): shortest heads, definite lengths, keys sorted by their encoded bytes.

Values: ``dict`` (str, int or bytes keys), ``list``, ``str``, ``bytes``, ``int``, ``float``, ``bool``, ``None``, ``DateText`` for a text
under tag 0, ``Tag`` for any other tag.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import cbor2

from credkit.dataclass import dataclass
from credkit.errors import MalformedError, counted
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["DateText", "Outline", "Tag", "check", "decode", "encode", "encode_in_order", "item_length", "member", "outline"]


class DateText(str):
    """The text of a CBOR date-time (tag 0, RFC 3339), kept exactly as stored."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Tag:
    """A tagged value whose meaning is left to the reader."""

    number: int
    value: Any


_REFUSED_TAGS = {25: "string reference", 256: "string reference namespace", 28: "shareable value", 29: "shared reference"}
# cbor2 gives these tags a Python meaning of its own (bignum, decimal, regular expression, set ...); we want the bare value.
_BARE_TAGS = (1, 2, 3, 4, 5, 30, 35, 36, 37, 43000, 52, 54, 55799, 100, 1004, 258, 260, 261, 279)
_MAJOR_BYTES, _MAJOR_TEXT, _MAJOR_ARRAY, _MAJOR_MAP, _MAJOR_TAG, _MAJOR_SIMPLE = 2, 3, 4, 5, 6, 7
_FALSE, _TRUE, _NULL = 20, 21, 22
_ONE_BYTE, _TWO_BYTES, _EIGHT_BYTES, _OPEN = 24, 25, 27, 31
_SHORT_HEADS = tuple(bytes((head,)) for head in range(256))
_STRINGS = frozenset({str, bytes})
_BREAK = 0xFF
_FROZEN = type(cbor2.loads(b"\xd2\xa0").value)
"""What cbor2 makes of a map inside of a tag."""
_INDEFINITE = -1


def _thawed(value: Any) -> Any:
    """cbor2 makes what is inside of a tag immutable; here it has the same types as anywhere else."""
    if value is None or isinstance(value, (bytes, str, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [_thawed(item) for item in value]
    if isinstance(value, (_FROZEN, Mapping)):
        return {key: _thawed(item) for key, item in value.items()}
    return value


def _tagged(number: int, value: Any, _immutable: bool) -> DateText | Tag:
    return DateText(value) if number == 0 and isinstance(value, str) else Tag(number, _thawed(value))


_SEMANTIC: dict[int, Callable[[Any, bool], Any]] = {number: partial(_tagged, number) for number in (0, *_BARE_TAGS)}


def _other_tag(tag: cbor2.CBORTag, immutable: bool) -> DateText | Tag:
    return _tagged(tag.tag, tag.value, immutable)


def _refuse(*_: object) -> Any:
    raise ValueError("left to the walk")


def _plain_map(fields: Mapping[Any, Any], _immutable: bool) -> Mapping[Any, Any]:
    """The map that was decoded, when its keys are what keys may be, and its values too."""
    for key, value in fields.items():
        if type(key) not in _KEYS or (type(value) not in _PLAIN and not _is_plain(value)):
            _refuse()
    return fields


def _is_plain(value: Any) -> bool:
    """Whether there is nothing in it that ``check`` refuses; maps were asked when they were made."""
    kind = type(value)
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return kind in _PLAIN


_ENCODERS: dict[type, Callable[[cbor2.CBOREncoder, Any], Any]] = {
    Tag: lambda encoder, tag: encoder.encode_semantic(tag.number, tag.value),
    DateText: lambda encoder, text: encoder.encode_semantic(0, str(text)),
}
"""For signatures, and documents that may hold a date: with these cbor2 takes twice as long, since it looks for every value among them. And
without the first it would load e-mail, network addresses and all else that it can encode, looking for what may fit.
"""
_DATE = b"\xc0"
_KEYS = frozenset({str, int, bytes})
_PLAIN = frozenset({str, DateText, bytes, int, float, bool, type(None), dict, _FROZEN})
"""Other tags than that of a date, and that around a document, are rare."""
_DIRECT = _SEMANTIC | dict.fromkeys(_REFUSED_TAGS, _refuse)
"""Sharing is refused before it can build a value that is larger than its document."""
_DIRECT_DEPTH = 64
"""cbor2 recurses, so that it is not handed any depth that a caller allows before the walk has seen how deep a document is."""
_UNFIT = object()


class _Container:
    """An array, map or tag that the walk is inside of; a map counts its keys and values."""

    __slots__ = ("is_map", "left", "seen")

    def __init__(self, left: int, *, is_map: bool = False) -> None:
        self.left = left
        self.is_map = is_map
        self.seen = 0

    @property
    def at_key(self) -> bool:
        return self.is_map and not self.seen & 1


class _Walker:
    """One pass over the heads of a document; values are skipped, never built, and nesting costs no recursion."""

    __slots__ = ("code", "data", "items", "limits", "offset", "start", "where")

    def __init__(self, data: bytes, where: str, code: str, limits: Limits) -> None:
        self.data = data
        self.where = where
        self.code = code
        self.limits = limits
        self.offset = 0
        self.start = 0
        self.items = 0

    def fail(self, message: str) -> MalformedError:
        return MalformedError(message, code=self.code, where=self.where, offset=self.start)

    def walk(self) -> None:
        """Pass over exactly one item."""
        containers: list[_Container] = []
        inner = self.item(key=False)
        while inner is not None or containers:
            if inner is not None:
                if len(containers) >= self.limits.cbor_depth:
                    raise self.fail(f"CBOR is nested deeper than {self.limits.cbor_depth} levels")
                containers.append(inner)
                inner = None
            inside = containers[-1]
            if inside.left == inside.seen or (inside.left == _INDEFINITE and self.at_break(inside)):
                containers.pop()
                continue
            inner = self.item(key=inside.at_key)
            inside.seen += 1

    def item(self, *, key: bool) -> _Container | None:
        """Pass over one head and its string; the container that it opens, if any."""
        major, argument = self.head()
        if key and major > _MAJOR_TEXT:
            raise self.fail("CBOR map key is neither an integer nor a string")
        if major in (_MAJOR_BYTES, _MAJOR_TEXT):
            self.string(major, argument)
        elif major == _MAJOR_ARRAY:
            return _Container(argument)
        elif major == _MAJOR_MAP:
            return _Container(argument if argument == _INDEFINITE else 2 * argument, is_map=True)
        elif major == _MAJOR_TAG:
            if argument in _REFUSED_TAGS:
                raise self.fail(f"CBOR tag {argument} ({_REFUSED_TAGS[argument]}) is not allowed")
            return _Container(1)
        elif major == _MAJOR_SIMPLE:
            self.simple(argument)
        return None

    def head(self) -> tuple[int, int]:
        """Major type and argument (-1 for an indefinite length); refuses reserved heads."""
        data, at = self.data, self.offset
        self.start = at
        self.items += 1
        if self.items > self.limits.cbor_items:
            raise self.fail(f"CBOR has more than {self.limits.cbor_items:,} items")
        if at >= len(data):
            raise self.fail("CBOR ends inside an item")
        major, info = data[at] >> 5, data[at] & 0x1F
        size = 0
        if _ONE_BYTE <= info <= _EIGHT_BYTES:
            size = 1 << (info - _ONE_BYTE)
        elif info == _OPEN and major in (_MAJOR_BYTES, _MAJOR_TEXT, _MAJOR_ARRAY, _MAJOR_MAP):
            info = _INDEFINITE
        elif info > _EIGHT_BYTES:
            raise self.fail("CBOR has a reserved head")
        self.offset = at + 1 + size
        if self.offset > len(data):
            raise self.fail("CBOR ends inside an item")
        return major, int.from_bytes(data[at + 1 : self.offset], "big") if size else info

    def at_break(self, inside: _Container) -> bool:
        """Consume a break code if it stands here; a map may not end behind a key."""
        if self.offset < len(self.data) and self.data[self.offset] == _BREAK and not (inside.is_map and inside.seen & 1):
            self.offset += 1
            return True
        return False

    def string(self, major: int, argument: int) -> None:
        if argument != _INDEFINITE:
            return self.skip(argument)
        chunks = _Container(_INDEFINITE)
        while not self.at_break(chunks):
            # A chunk counts as an item: an endless run of empty ones would cost time without costing size.
            chunk, size = self.head()
            if chunk != major or size == _INDEFINITE:
                raise self.fail("CBOR string has a chunk of another type")
            self.skip(size)
        return None

    def skip(self, count: int) -> None:
        if count > len(self.data) - self.offset:
            raise self.fail("CBOR ends inside a string")
        self.offset += count

    def simple(self, argument: int) -> None:
        """Floats pass; of the simple values only false, true and null, in their one-byte form."""
        info = self.data[self.start] & 0x1F
        if info < _TWO_BYTES and (info == _ONE_BYTE or argument not in (_FALSE, _TRUE, _NULL)):
            raise self.fail(f"CBOR simple value {argument} is not allowed")


def check(data: bytes, *, where: str, code: str = "general.error", limits: Limits = DEFAULT_LIMITS) -> None:
    """Raise ``MalformedError(code)`` unless ``data`` is exactly one well-formed, harmless CBOR item."""
    walker = _Walker(data, where, code, limits)
    walker.walk()
    if walker.offset != len(data):
        walker.start = walker.offset
        raise walker.fail(f"the CBOR item is followed by {counted(len(data) - walker.offset, 'byte')}")


def item_length(data: bytes, *, where: str, code: str = "general.error", limits: Limits = DEFAULT_LIMITS) -> int:
    """Bytes of the one item that ``data`` starts with, for items with padding behind them; ``MalformedError(code)`` as for ``check``."""
    walker = _Walker(data, where, code, limits)
    walker.walk()
    return walker.offset


@dataclass(frozen=True, slots=True)
class Outline:
    """Where one item and the items directly inside of it are stored."""

    major: int
    """Major type: 2 bytes, 3 text, 4 array, 5 map, 6 tag."""
    start: int
    content: int
    """Behind its head."""
    end: int
    parts: tuple[tuple[int, int], ...]
    """Start and end of each item inside: keys and values in turn in a map; empty for a string or number."""


def outline(data: bytes, start: int = 0, *, where: str, limits: Limits = DEFAULT_LIMITS) -> Outline:
    """The places of the item at ``start``, in bytes that ``check`` has passed; ``MalformedError`` (``general.error``) for others."""
    walker = _Walker(data, where, "general.error", limits)
    walker.offset = start
    major, argument = walker.head()
    content, parts = walker.offset, []
    if major in (_MAJOR_ARRAY, _MAJOR_MAP, _MAJOR_TAG):
        count = 1 if major == _MAJOR_TAG else argument if major == _MAJOR_ARRAY or argument == _INDEFINITE else 2 * argument
        inside = _Container(count, is_map=major == _MAJOR_MAP)
        while inside.seen != count and not (count == _INDEFINITE and walker.at_break(inside)):
            first = walker.offset
            walker.walk()
            parts.append((first, walker.offset))
            inside.seen += 1
    else:
        walker.offset, walker.items = start, 0
        walker.walk()
    return Outline(major, start, content, walker.offset, tuple(parts))


def decode(data: bytes, *, where: str, code: str = "general.error", limits: Limits = DEFAULT_LIMITS) -> Any:
    """The value of one CBOR item; ``MalformedError(code)`` for anything else.

    ``where`` names the structure in the error, ``code`` the status code of the fault.
    """
    value = _decoded_directly(data, limits)
    if value is not _UNFIT:
        return value
    check(data, where=where, code=code, limits=limits)
    try:
        return cbor2.loads(
            data,
            tag_hook=_other_tag,
            semantic_decoders=_SEMANTIC,
            max_depth=limits.cbor_depth + 2,
            allow_duplicate_keys=False,
        )
    except (cbor2.CBORDecodeError, ValueError, TypeError, RecursionError) as error:
        raise MalformedError(f"CBOR cannot be decoded ({error!s:.{limits.text_length}})", code=code, where=where) from None


def _decoded_directly(data: bytes, limits: Limits) -> Any:
    """The value of a document that its value encodes into again, which the walk would pass; ``_UNFIT`` for any other.

    An item takes a byte at least, so that a document with fewer bytes than the limit has fewer items.
    """
    if len(data) > limits.cbor_items or limits.cbor_depth < 1:
        return _UNFIT
    try:
        value = cbor2.loads(
            data,
            tag_hook=_other_tag,
            object_hook=_plain_map,
            semantic_decoders=_DIRECT,
            # One level less than allowed: empty arrays and maps are none to cbor2.
            max_depth=min(limits.cbor_depth, _DIRECT_DEPTH) - 1,
            allow_duplicate_keys=False,
        )
        content = value.value if type(value) is Tag else value
        if not _is_plain(content):
            return _UNFIT
        encoders = _ENCODERS if content is not value or _DATE in data else None
        return value if cbor2.dumps(value, encoders=encoders) == data else _UNFIT
    except (cbor2.CBORError, ValueError, TypeError, RecursionError):
        return _UNFIT


def member(data: bytes, key: str, *, where: str, code: str = "general.error", limits: Limits = DEFAULT_LIMITS) -> bytes | None:
    """The value of ``key`` in the map that ``data`` is, as it is stored: for what was signed in an encoding that is not ours.

    None when the map has no such key; ``MalformedError(code)`` when ``data`` is no map.
    """
    check(data, where=where, code=code, limits=limits)
    places = outline(data, where=where, limits=limits)
    if places.major != _MAJOR_MAP:
        raise MalformedError("CBOR is not a map", code=code, where=where, offset=0)
    wanted = encode(key)
    pairs = zip(places.parts[::2], places.parts[1::2], strict=True)
    return next((data[middle:end] for (start, middle), (_, end) in pairs if data[start:middle] == wanted), None)


def encode(value: Any) -> bytes:
    """``value`` in core deterministic encoding.

    ``TypeError`` for a type that has no CBOR form here, a map key that is not an integer or a string, or an integer beyond 64 bits;
    ``ValueError`` for a text with surrogates.
    """
    out = bytearray()
    _encode(value, out)
    return bytes(out)


def encode_in_order(value: Any) -> bytes:
    """``value`` as ``encode`` has it, but with the keys of maps in the order in which they are given; errors likewise."""
    out = bytearray()
    _encode(value, out, in_order=True)
    return bytes(out)


def _head(major: int, argument: int) -> bytes:
    if argument < _ONE_BYTE:
        return _SHORT_HEADS[major << 5 | argument]
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 1 << 8 * size:
            return bytes((major << 5 | info,)) + argument.to_bytes(size, "big")
    raise TypeError(f"integer {argument} does not fit into CBOR's 64 bits")


def _encode(value: Any, out: bytearray, *, in_order: bool = False) -> None:
    if type(value) in _STRINGS:
        # The usual case first: most of a document is texts and digests.
        out += _string(value)
    elif value is None or isinstance(value, (bool, float)):
        out += cbor2.dumps(value, canonical=True)
    elif isinstance(value, int):
        out += _head(0, value) if value >= 0 else _head(1, -1 - value)
    elif isinstance(value, (str, bytes, bytearray, memoryview)):
        _encode_string(value, out)
    elif isinstance(value, (list, tuple)):
        out += _head(_MAJOR_ARRAY, len(value))
        for item in value:
            if type(item) in _STRINGS:
                out += _string(item)
            else:
                _encode(item, out, in_order=in_order)
    elif isinstance(value, dict):
        _encode_map(value, out, in_order=in_order)
    elif isinstance(value, Tag):
        out += _head(_MAJOR_TAG, value.number)
        _encode(value.value, out, in_order=in_order)
    else:
        raise TypeError(f"a {type(value).__name__} has no CBOR form")


def _encode_string(value: str | bytes | bytearray | memoryview, out: bytearray) -> None:
    if isinstance(value, DateText):
        out += _head(_MAJOR_TAG, 0)
    out += _string(value)


def _string(value: str | bytes | bytearray | memoryview) -> bytes:
    major, raw = (_MAJOR_TEXT, value.encode()) if isinstance(value, str) else (_MAJOR_BYTES, bytes(value))
    return (_SHORT_HEADS[major << 5 | len(raw)] if len(raw) < _ONE_BYTE else _head(major, len(raw))) + raw


def _encoded_key(key: object) -> bytes:
    if isinstance(key, (bool, DateText)) or not isinstance(key, (int, str, bytes)):
        raise TypeError(f"{key!r} cannot be a key of a CBOR map")
    return encode(key)


def _encode_map(value: dict[Any, Any], out: bytearray, *, in_order: bool) -> None:
    out += _head(_MAJOR_MAP, len(value))
    heads = [(_string(key) if type(key) is str else _encoded_key(key), key) for key in value]
    for head, key in heads if in_order else sorted(heads):
        out += head
        _encode(value[key], out, in_order=in_order)
