"""Values of claims, assertions and signatures: one place of a document exchanged for something that does not belong there, also for things
that only hostile CBOR can say (huge heads, doubled keys, open lengths, reserved tags).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from credkit.codec import cbor
from credkit.errors import MalformedError
from tests.fuzz.der import is_der, mutated_der
from tests.fuzz.raw import flipped, random_bytes

__all__ = ["Pairs", "Raw", "encode", "exchanged", "mutated_cbor", "mutated_json", "mutated_value", "places"]


@dataclass(frozen=True)
class Raw:
    """An item that is written as it stands."""

    data: bytes


@dataclass(frozen=True)
class Pairs:
    """A map in a given order, keys doubled or not; ``open`` writes it without its length."""

    items: tuple[tuple[Any, Any], ...]
    open: bool = False


RAW = tuple(
    Raw(data)
    for data in (
        *(b"\x9b" + b"\xff" * 8, b"\xbb" + b"\xff" * 8, b"\x5b\x7f" + b"\xff" * 7, b"\x7a\x7f\xff\xff\xff", b"\x9a\x00\x03\x0d\x41"),
        *(b"\x81" * 20 + b"\0", b"\x81" * 31 + b"\0", b"\x81" * 40 + b"\0", b"\x81" * 20_000 + b"\0", b"\xa1\0" * 5_000 + b"\0"),
        *(b"\x9f" * 500, b"\xc1" * 500 + b"\0", b"\xd8\x1c\x80", b"\xd8\x1d\x00", b"\xd9\x01\x00\x80", b"\xd8\x19\x00", b"\xd8\x23\x61("),
        *(
            b"\xc4\x82\x1b\x7f" + b"\xff" * 7 + b"\x01",
            b"\xc5\x82\x1a\x7f\xff\xff\xff\x01",
            b"\xc2\x58\x40" + b"\xff" * 64,
            b"\xc3\x41\x00",
        ),
        *(b"\xf9\x7e\x00", b"\xf9\x7c\x00", b"\xfb\x7f\xef" + b"\xff" * 6, b"\xf7", b"\xf8\x20", b"\xf8\x18", b"\xe0", b"\xff", b"\x1c"),
        *(
            b"\x61\xff",
            b"\x63\xed\xa0\x80",
            b"\x7f\x61a\xff",
            b"\x5f\x41a\xff",
            b"\x7f\x41a\xff",
            b"\x9f\xff",
            b"\xbf\xff",
            b"\xbf\x01\xff",
        ),
        *(
            b"\xa1\x80\x00",
            b"\xa1\xf6\x00",
            b"\xa1\xf9\x00\x00\x00",
            b"\xa2\x61a\x01\x61a\x02",
            b"\xd9\xd9\xf7\x00",
            b"\xdb" + b"\xff" * 8 + b"\0",
        ),
        *(
            b"\x18\x01",
            b"\x1b" + bytes(8),
            b"\x3b" + b"\xff" * 8,
            b"\x00\x00",
            b"\xd8\x24\x61\x3a",
            b"\xd9\x01\x02\x80",
            b"\xd8\x1e\x82\x01\x00",
        ),
    )
)
SCALARS: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 23, 24, 255, 65_536, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), -(2**64), 0.0, -0.5),
    *(1e308, float("nan"), float("inf"), b"", b"\0", bytes(16), bytes(32), bytes(64), b"\x30\x80", "", " ", "a", "\0", "\x1b[2J", "\u202e"),
    *("sha256", "sha512", "md5", "c2pa.created", "c2pa.opened", "parentOf", "componentOf", "inputTo", "2026-01-01T00:00:00Z", "9999-99-99"),
    *(
        "0000-00-00T00:00:00Z",
        "20260101",
        "http://[::1",
        "https://example.org/x?#",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "self#jumbf=",
    ),
    *("self#jumbf=/c2pa", "self#jumbf=c2pa.signature", "self#jumbf=c2pa.assertions/c2pa.hash.data", "self#jumbf=/c2pa/x/../c2pa.signature"),
    *(
        "self#jumbf=c2pa.assertions/c2pa.ingredient.v3",
        "self#jumbf=/c2pa/%00",
        "urn:c2pa:00000000-0000-4000-8000-000000000000",
        "x" * 5_000,
    ),
    *(
        "did:web:a",
        "did:jwk:e30",
        "image/jpeg",
        "image/svg+xml",
        "../../x",
        "\ud7ff\ufffe",
        "\U0010ffff",
        "e\u0301" * 50,
        "=1+1",
        "%s%n{0}",
    ),
    *([], {}, [[]], [{}], {"": ""}, {"url": "self#jumbf=c2pa.assertions/c2pa.hash.data", "hash": bytes(32)}, [0] * 1_200, ["a"] * 40),
    *(
        cbor.DateText("2026-01-01T00:00:00Z"),
        cbor.DateText(""),
        cbor.Tag(18, []),
        cbor.Tag(1, 2**62),
        cbor.Tag(99, {"a": [1]}),
        cbor.Tag(0, 1),
    ),
)
"""Values that somebody's code does not expect."""
_DEPTH = 40
_MOST = 4_000


def encode(value: Any) -> bytes:
    """CBOR of a value, hostile parts included."""
    if isinstance(value, Raw):
        return value.data
    if isinstance(value, Pairs):
        body = b"".join(encode(key) + encode(item) for key, item in value.items)
        return b"\xbf" + body + b"\xff" if value.open else _head(5, len(value.items)) + body
    if isinstance(value, dict):
        keyed = sorted(((encode(key), item) for key, item in value.items()), key=lambda pair: pair[0])
        return _head(5, len(keyed)) + b"".join(key + encode(item) for key, item in keyed)
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, cbor.Tag):
        return _head(6, value.number) + encode(value.value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**64) <= value < 2**64:
        digits = abs(value).to_bytes(40, "big").lstrip(b"\0")
        return (b"\xc3" if value < 0 else b"\xc2") + _head(2, len(digits)) + digits
    return cbor.encode(value)


def _head(major: int, argument: int) -> bytes:
    for code, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if argument < 24:
            return bytes((major << 5 | argument,))
        if argument < 1 << 8 * width:
            return bytes((major << 5 | code,)) + argument.to_bytes(width, "big")
    raise ValueError(argument)


def _parts(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
    elif isinstance(value, cbor.Tag):
        yield "tag", value.value


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[tuple[Any, ...], Any]]:
    """Every place of a value with what stands there, the whole first."""
    found = [(path, value)]
    if len(path) < _DEPTH:
        for key, item in _parts(value):
            found += places(item, (*path, key))
            if len(found) > _MOST:
                break
    return found


def exchanged(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The value with something else in one place."""
    if not path:
        return new
    if isinstance(value, cbor.Tag):
        return cbor.Tag(value.number, exchanged(value.value, path[1:], new))
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = exchanged(value[path[0]], path[1:], new)
    return copy


def mutated_value(pick: Random, value: Any) -> Any:
    """One place of the value changed."""
    found = places(value)
    path, old = pick.choice(found)
    return exchanged(value, path, _changed(pick, old, found))


def _changed(pick: Random, old: Any, found: list[tuple[tuple[Any, ...], Any]]) -> Any:
    if isinstance(old, (dict, list)) and old and pick.random() < 0.6:
        return _map(pick, old, found) if isinstance(old, dict) else _list(pick, old)
    how = pick.randrange(8)
    if how < 2:
        return pick.choice(SCALARS)
    if how == 2:
        return pick.choice(RAW)
    if how == 3:
        return pick.choice(found)[1]
    if how == 4:
        return pick.choice(([old], {"a": old}, cbor.Tag(pick.choice((0, 1, 2, 18, 24, 32, 55_799)), old), [old] * 3))
    return _scalar(pick, old)


def _scalar(pick: Random, old: Any) -> Any:
    if isinstance(old, str):
        kinds = (
            old.encode("utf-8", "replace"),
            old + "x",
            old[:-1],
            old * 2,
            old.upper(),
            old.replace("self#jumbf=/c2pa/", "self#jumbf=/c2pa/x"),
            f"{old}__1",
        )
        return pick.choice(kinds)
    if isinstance(old, bytes):
        if is_der(old) and pick.random() < 0.8:
            return mutated_der(pick, old)
        if pick.random() < 0.5 and old[:1] and old[0] >> 5 in (4, 5, 6):
            return mutated_cbor(pick, old)
        return pick.choice((old[:-1], old + b"\0", old.decode("latin-1"), flipped(pick, old) if old else b"\0", b""))
    if isinstance(old, (int, float)):
        return pick.choice((old + 1, -old, old * 2, str(old), float(old) if abs(old) < 2**200 else 0.0, 2**64 - 1))
    return pick.choice(SCALARS)


def _map(pick: Random, old: dict[Any, Any], found: list[tuple[tuple[Any, ...], Any]]) -> Any:
    key = pick.choice(list(old))
    how = pick.randrange(7)
    items = list(old.items())
    if how == 0:
        return {name: item for name, item in items if name != key}
    if how == 1:
        return {pick.choice(("x", "", 1, b"k", "url", "hash", "alg", "pad")) if name == key else name: item for name, item in items}
    if how == 2:
        return old | {pick.choice(("url", "hash", "alg", "name", "type", "data", "label", "x", 33, 1, -1)): pick.choice(found)[1]}
    if how == 3:
        return Pairs((*items, (key, pick.choice(SCALARS))))
    if how == 4:
        return Pairs(tuple(pick.sample(items, len(items))), open=pick.random() < 0.5)
    if how == 5:
        return old | {f"key {number}": number for number in range(pick.choice((3, 1_100)))}
    return list(old.values())


def _list(pick: Random, old: list[Any]) -> Any:
    how, at = pick.randrange(6), pick.randrange(len(old))
    if how == 0:
        return old[:at] + old[at + 1 :]
    if how == 1:
        return [*old, old[at]]
    if how == 2:
        return pick.sample(old, len(old))
    if how == 3:
        return old * pick.choice((2, 10, 60))
    if how == 4:
        return Raw(b"\x9f" + b"".join(encode(item) for item in old) + b"\xff")
    return dict(enumerate(old))


def mutated_cbor(pick: Random, data: bytes) -> bytes:
    """A document with one to three places changed, or bytes of it."""
    how = pick.random()
    try:
        value = cbor.decode(data, where="seed")
    except MalformedError:
        how = 0.0
    if how < 0.12:
        return pick.choice((flipped, random_bytes))(pick, data) if data else pick.choice(RAW).data
    if how < 0.16:
        return data + pick.choice((b"\0", data, bytes(40)))
    for _ in range(pick.choice((1, 1, 1, 2, 3))):
        try:
            value = mutated_value(pick, value)
        except (TypeError, KeyError):
            break
    return encode(value)


def mutated_json(pick: Random, data: bytes) -> bytes:
    """The same for JSON; what only CBOR can say becomes a text."""
    try:
        value = json.loads(data)
    except ValueError:
        return random_bytes(pick, data) if data else b"{"
    if pick.random() < 0.2:
        at = pick.randrange(len(data) + 1)
        return (
            data[:at] + pick.choice((b'"a":1,', b"NaN", b"1e999", b"[" * 500, b"\\ud800", b"\xff", b"//", b"\0", b"9" * 5_000)) + data[at:]
        )
    return json.dumps(_plain(mutated_value(pick, value)), ensure_ascii=pick.random() < 0.5).encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    if isinstance(value, Pairs):
        return {str(key): _plain(item) for key, item in value.items}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, cbor.Tag):
        return _plain(value.value)
    if isinstance(value, Raw):
        return value.data.decode("latin-1")
    return value.decode("latin-1") if isinstance(value, bytes) else value
