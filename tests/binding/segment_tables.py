"""Segment hashes: lines with checkpoints, every place known; the stores of earlier ones are not signed, which nobody looks at here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from credkit.assets import BytesSource, Span
from credkit.assets.json_lines import checkpoint_line
from credkit.binding import BindingOutcome, BindingTarget
from credkit.binding.segment_hash import check_segment_hash, segment_fault
from credkit.limits import DEFAULT_LIMITS
from tests.binding.small_files import target_of
from tests.forge.boxes import Node
from tests.forge.manifests import Assertion, Recipe, store

__all__ = ["SEGMENT_CASES", "SEGMENT_FAULTS"]

LABEL = "c2pa.hash.segment"
URI = f"self#jumbf=c2pa.assertions/{LABEL}"
LINES = (b'{"a":1}\n{"b":2}\n', b'{"c":3}\n', b'{"d":4}\n{"e":5}\n')
Value = dict[str, Any]
Change = Callable[[Value], object]
Make = Callable[[], BindingOutcome]


def hashed(data: bytes, alg: str = "sha256") -> bytes:
    return hashlib.new(alg, data).digest()


def stated(data: bytes, before: Span | None, alg: str = "sha256") -> Value:
    """The sound assertion of a checkpoint behind ``data``."""
    start = before.end if before else 0
    value: Value = {"version": 1, "alg": alg, "hash": hashed(data[start:], alg), "segmentStart": start, "segmentEnd": len(data)}
    if before:
        value["predecessorSentinel"] = {
            "start": before.start,
            "length": before.length,
            "hash": hashed(data[before.start : before.end], alg),
        }
    return value


def unsigned(value: Any, label: str = LABEL, alg: str | None = "sha256", claim: bool = True) -> bytes:
    """A store with that assertion, without a signature."""

    def edit(node: Node) -> None:
        node.children[1:] = node.children[1:2] if claim else []

    return store(Recipe([Assertion(label, value)], alg=alg, edit=edit).build()).encode()


def no_change(_: Value) -> None:
    """The assertion as it should be."""


def journal(
    *changes: Change, kept: Callable[[int, Value], bytes] = lambda _, value: unsigned(value)
) -> tuple[bytes, list[Span], list[Value]]:
    """Lines with a checkpoint behind each block, the places of the checkpoints, and what they state."""
    data, places, values = b"", list[Span](), list[Value]()
    for number, (block, change) in enumerate(zip(LINES, changes, strict=False)):
        data += block
        value = stated(data, places[-1] if places else None)
        change(value)
        line = checkpoint_line(kept(number, value))
        places.append(Span(len(data), len(line)))
        values.append(value)
        data += line
    return data, places, values


def at(
    *changes: Change,
    kept: Callable[[int, Value], bytes] = lambda _, value: unsigned(value),
    change: Callable[[bytes, list[Span]], bytes] = lambda data, _: data,
    of: Callable[[BindingTarget], BindingTarget] = lambda target: target,
) -> Make:
    """As many checkpoints as there are ``changes`` of what they state; the last one is judged."""

    def make() -> BindingOutcome:
        data, places, values = journal(*changes, kept=kept)
        return check_segment_hash(values[-1], URI, of(target_of(change(data, places))))

    return make


def setting(**fields: Any) -> Change:
    return lambda value: value.update(fields)


def without(key: str) -> Change:
    return lambda value: value.pop(key) and None


def before(**fields: Any) -> Change:
    return lambda value: value["predecessorSentinel"].update(fields)


def flipped(at: int) -> Callable[[bytes, list[Span]], bytes]:
    return lambda data, _: data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def in_line(number: int, at: int = -6) -> Callable[[bytes, list[Span]], bytes]:
    """A byte of a checkpoint changed."""
    return lambda data, places: flipped((places[number].start if at >= 0 else places[number].end) + at)(data, places)


def other(alg: str, *, named: bool) -> Change:
    """The assertion of a first checkpoint with another algorithm, which it names or leaves to the claim."""

    def change(value: Value) -> None:
        value.update(alg=alg, hash=hashed(LINES[0], alg))
        if not named:
            value.pop("alg")

    return change


SECOND_LINE = setting(segmentStart=8, hash=hashed(LINES[0][8:]))
ONE = no_change

SEGMENT_CASES: dict[str, Make] = {
    "one checkpoint": at(ONE),
    "two checkpoints": at(ONE, ONE),
    "three checkpoints": at(ONE, ONE, ONE),
    "sha512": at(other("sha512", named=True)),
    "the algorithm of the claim": at(without("alg")),
    "an empty algorithm": at(setting(alg="")),
    "an algorithm that is not allowed": at(setting(alg="md5")),
    "an algorithm that is a number": at(setting(alg=5)),
    "no algorithm at all": at(without("alg"), of=lambda target: replace(target, algorithm=None)),
    # Form.
    **{f"no {key}": at(without(key)) for key in ("version", "hash", "segmentStart", "segmentEnd")},
    "version 2": at(setting(version=2)),
    "a start of -1": at(setting(segmentStart=-1)),
    "an end in front of the start": at(setting(segmentStart=17)),
    "an empty segment": at(setting(segmentStart=16, hash=hashed(b""))),
    "a start that is true": at(setting(segmentStart=True)),
    "the length of the line": at(setting(sentinelLength=5)),
    "a hash that is a text": at(setting(hash="x")),
    "a predecessor that is a list": at(ONE, setting(predecessorSentinel=[])),
    "an empty predecessor": at(ONE, setting(predecessorSentinel={})),
    "a predecessor without start": at(ONE, lambda value: value["predecessorSentinel"].pop("start") and None),
    "a predecessor without length": at(ONE, lambda value: value["predecessorSentinel"].pop("length") and None),
    "a predecessor without hash": at(ONE, lambda value: value["predecessorSentinel"].pop("hash") and None),
    "a predecessor at -1": at(ONE, before(start=-1)),
    "a predecessor at 0": at(ONE, before(start=0)),
    "a predecessor of no length": at(ONE, before(length=0)),
    "a predecessor of one byte": at(ONE, before(length=1)),
    # The file.
    "a byte changed": at(ONE, change=flipped(3)),
    "the last byte in front of the checkpoint changed": at(ONE, change=flipped(14)),
    "a line in front": at(ONE, change=lambda data, _: LINES[1] + data),
    "a line appended": at(ONE, change=lambda data, _: data + LINES[1]),
    "1,600 bytes appended": at(ONE, change=lambda data, _: data + LINES[1] * 200),
    "an end elsewhere": at(setting(segmentEnd=8, hash=hashed(LINES[0][:8]))),
    "the first line not covered": at(SECOND_LINE),
    "a gap behind the predecessor": at(ONE, lambda value: value.update(segmentStart=value["segmentStart"] + 2, hash=hashed(LINES[1][2:]))),
    "another predecessor": at(ONE, before(hash=bytes(32))),
    # Earlier checkpoints.
    "the first segment changed": at(ONE, ONE, change=flipped(3)),
    "the first checkpoint changed": at(ONE, ONE, change=in_line(0)),
    "the second checkpoint of three changed": at(ONE, ONE, ONE, change=in_line(1)),
    "the first checkpoint of three changed": at(ONE, ONE, ONE, change=in_line(0)),
    "the first checkpoint covers a part": at(SECOND_LINE, ONE),
    "the first checkpoint ends elsewhere": at(setting(segmentEnd=8, hash=hashed(LINES[0][:8])), ONE),
    "the first checkpoint has a wrong hash": at(setting(hash=bytes(32)), ONE),
    "the first checkpoint is malformed": at(without("hash"), ONE),
    "the first checkpoint is another assertion": at(ONE, ONE, kept=lambda n, v: unsigned(v, label=LABEL if n else "c2pa.hash.boxes")),
    "the first checkpoint is no store": at(ONE, ONE, kept=lambda n, v: unsigned(v) if n else b"no store"),
    "the first checkpoint has no claim": at(without("alg"), ONE, kept=lambda n, v: unsigned(v, claim=n > 0)),
    "the first checkpoint has no claim but an algorithm": at(ONE, ONE, kept=lambda n, v: unsigned(v, claim=n > 0)),
    "the first checkpoint has another algorithm": at(other("sha384", named=True), ONE),
    "the first checkpoint has that of its claim": at(
        other("sha384", named=False), ONE, kept=lambda n, v: unsigned(v, alg="sha256" if n else "sha384")
    ),
    "the first checkpoint's claim has another": at(other("sha384", named=False), ONE),
    "the first checkpoint is larger than allowed": at(
        ONE, ONE, of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, store_size=100))
    ),
    "the first checkpoint's claim has more values than allowed": at(
        ONE, ONE, of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, cbor_items=14))
    ),
    "the first checkpoint's segment has more values than allowed": at(
        ONE,
        ONE,
        kept=lambda n, v: unsigned(v, claim=n > 0),
        of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, cbor_items=10)),
    ),
    "the first checkpoint's segment has as many values as allowed": at(
        ONE,
        ONE,
        kept=lambda n, v: unsigned(v, claim=n > 0),
        of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, cbor_items=14)),
    ),
    "as many checkpoints as allowed": at(ONE, ONE, of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, manifests=2))),
    "one checkpoint too many": at(ONE, ONE, of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, manifests=1))),
    "three, two allowed": at(ONE, ONE, ONE, of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, manifests=2))),
    # The store lies elsewhere.
    "a store beside the file": at(ONE, of=lambda target: replace(target, embedded=False)),
    "no store": at(ONE, of=lambda target: replace(target, layout=replace(target.layout, stores=()))),
    "a store that is no text": at(
        ONE, of=lambda target: replace(target, layout=replace(target.layout, stores=(replace(target.layout.stores[0], base64=False),)))
    ),
}


def kept_elsewhere(value: Change = no_change) -> BindingOutcome:
    """The store of the first checkpoint is kept elsewhere."""
    line = b'{"c2pa:checkpoint":"https://example.com/1.c2pa"}\n'
    data = LINES[0] + line + LINES[1]
    second = stated(data, Span(len(LINES[0]), len(line)))
    value(second)
    return check_segment_hash(second, URI, target_of(data + checkpoint_line(unsigned(second))))


SEGMENT_CASES |= {
    "a checkpoint that is kept elsewhere": kept_elsewhere,
    "that, another hash": lambda: kept_elsewhere(before(hash=bytes(32))),
}


def fault(*changes: Change, change: Callable[[bytes, list[Span]], bytes] = lambda data, _: data, **options: Any) -> Callable[[], str]:
    """What is said of the last of these checkpoints alone."""

    def make() -> str:
        data, places, values = journal(*changes)
        return segment_fault(BytesSource(change(data, places)), unsigned(values[-1], **options), places[-1], DEFAULT_LIMITS)

    return make


SEGMENT_FAULTS: dict[str, tuple[Callable[[], str], str]] = {
    "one": (fault(ONE), ""),
    "two": (fault(ONE, ONE), ""),
    "three": (fault(ONE, ONE, ONE), ""),
    "no store": (lambda: segment_fault(BytesSource(b"x"), b"x", Span(5, 1), DEFAULT_LIMITS), "the checkpoint at byte 5 cannot be read"),
    "another label": (fault(ONE, label="c2pa.hash.data"), "the checkpoint at byte 16 has no segment hash"),
    "a byte changed": (fault(ONE, change=flipped(3)), "the bytes from 0 to 16 are not those that were signed"),
    "a line changed": (fault(ONE, ONE, change=in_line(0)), "the checkpoint at byte 16 is not the one that it follows"),
    "the first of three changed": (fault(ONE, ONE, ONE, change=in_line(0)), ""),
    "an algorithm that is not allowed": (fault(setting(alg="md5")), "hash algorithm 'md5' is not one of sha256, sha384, sha512"),
    "no algorithm": (fault(without("alg"), alg=None), "no hash algorithm is named"),
}
