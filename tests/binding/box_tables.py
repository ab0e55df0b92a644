"""Box hashes of the formats whose boxes are no plain runs of bytes: fonts, Ogg streams, pictures with restart markers, padded chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from credkit.assets import NamedBox, Span
from credkit.binding import BindingOutcome, BindingTarget
from credkit.binding.box_hash import check_box_hash
from credkit.limits import DEFAULT_LIMITS
from tests.assets.samples_font import c2pa_table, sfnt
from tests.assets.samples_ogg import with_store as ogg_with_store
from tests.binding.small_files import EXIF_AND_XMP, FONT, JPEG, RESTARTS, STORE, WAV, WEBP, font, target_of, with_store

__all__ = ["MORE_BOX_CASES"]

URI = "self#jumbf=c2pa.assertions/c2pa.hash.boxes"
Entry = dict[str, Any]
Listed = Callable[[bytes, list[NamedBox]], list[Entry]]
Make = Callable[[], BindingOutcome]
OGG = ogg_with_store(STORE)


def content(data: bytes, box: NamedBox) -> bytes:
    """What is hashed of a box."""
    if box.ranges:
        return b"".join(data[span.start : span.end] for span in box.ranges)
    if box.zeroed:
        return data[box.span.start : box.zeroed.start] + bytes(box.zeroed.length) + data[box.zeroed.end : box.span.end]
    return data[box.span.start : box.span.end]


def entry(data: bytes, *found: NamedBox, **more: Any) -> Entry:
    names = [box.name for box in found]
    if names == ["C2PA"]:
        return {"names": names, "hash": b"\0"} | more
    parts = [content(data, box) + bytes(box.padding) * (number + 1 < len(found)) for number, box in enumerate(found)]
    return {"names": names, "hash": hashlib.sha256(b"".join(parts)).digest()} | more


def each(data: bytes, found: list[NamedBox]) -> list[Entry]:
    return [entry(data, box) for box in found]


def runs(data: bytes, found: list[NamedBox]) -> list[Entry]:
    """Everything in front of the store, the store, everything behind it."""
    at = next(number for number, box in enumerate(found) if box.name == "C2PA")
    return [entry(data, *run) for run in (found[:at], found[at : at + 1], found[at + 1 :]) if run]


def boxes_of(target: BindingTarget) -> list[NamedBox]:
    assert target.format is not None
    return list(target.format.boxes(target.source, target.layout, target.limits))


def at(
    data: bytes,
    listed: Listed = each,
    *,
    change: Callable[[bytes], bytes] = lambda data: data,
    edit: Callable[[list[Entry]], object] = lambda entries: None,
    of: Callable[[BindingTarget], BindingTarget] = lambda target: target,
) -> Make:
    """A list that is right for ``data``, and then a change of the list or of the file."""

    def make() -> BindingOutcome:
        entries = listed(data, boxes_of(target_of(data)))
        edit(entries)
        return check_box_hash({"alg": "sha256", "boxes": entries}, URI, of(target_of(change(data))))

    return make


def scans(data: bytes, found: list[NamedBox]) -> list[Entry]:
    """As the reference counts them: a scan with everything in it, then each restart marker alone."""
    entries: list[Entry] = []
    at = next(number for number, box in enumerate(found) if box.name == "SOS")
    markers = [box for box in found if box.name.startswith("RST")]
    whole = replace(found[at], span=replace(found[at].span, length=markers[-1].span.end - found[at].span.start))
    alone = [replace(box, span=replace(box.span, length=2)) for box in markers]
    for box in (*found[:at], whole, *alone, *found[at + 1 + len(markers) :]):
        entries.append(entry(data, box))
    return entries


def scans_in_one(data: bytes, found: list[NamedBox]) -> list[Entry]:
    entries = scans(data, found)
    del entries[-2]
    return entries


def setting(name: str, **fields: Any) -> Callable[[list[Entry]], object]:
    return lambda entries: next(item for item in entries if name in item["names"]).update(fields)


def hashing(name: str, *ranges: tuple[int, int], index: int = 0, data: bytes) -> Callable[[list[Entry]], object]:
    """One entry leaves these ranges of its box out, and its hash is right."""

    def edit(entries: list[Entry]) -> None:
        box = next(box for box in boxes_of(target_of(data)) if box.name == name)
        left = bytearray(data[box.span.start : box.span.end])
        for start, length in sorted(ranges, reverse=True):
            del left[start : start + length]
        listed = [{"boxIndex": index, "start": start, "length": length} for start, length in ranges]
        setting(name, exclusions=listed, hash=hashlib.sha256(bytes(left)).digest())(entries)

    return edit


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]


def put(at: int, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + new + data[at + len(new) :]


def _place(data: bytes, name: str) -> NamedBox:
    return next(box for box in boxes_of(target_of(data)) if box.name == name)


def _with_tail(tail: bytes) -> bytes:
    """A font with something behind the store in its table."""
    return sfnt({b"glyf": b"outlines", b"C2PA": c2pa_table(STORE, tail=tail)})


def two_exclusions(second: tuple[int, int, int]) -> Make:
    """Two parts of one entry over two blocks of metadata are left out."""
    data = with_store(EXIF_AND_XMP)
    first, other = [box for box in boxes_of(target_of(data)) if box.name == "APP1"]
    index, start, length = second
    box = (first, other)[index]

    def listed(data: bytes, found: list[NamedBox]) -> list[Entry]:
        at = found.index(first)
        both = bytearray(data[first.span.start : other.span.end])
        place = box.span.start - first.span.start + start
        del both[place : place + length]
        del both[4:7]
        ranges = [{"start": 4, "length": 3}, {"boxIndex": index, "start": start, "length": length}]
        made = {"names": ["APP1", "APP1"], "hash": hashlib.sha256(bytes(both)).digest(), "exclusions": ranges}
        return [*each(data, found[:at]), made, *each(data, found[at + 2 :])]

    return at(data, listed)


def frame_without(count: int) -> Callable[[BindingTarget], BindingTarget]:
    """The store ends so many bytes before its box does."""

    def change(target: BindingTarget) -> BindingTarget:
        (store,) = target.layout.stores
        (frame,) = store.frame
        return replace(target, layout=replace(target.layout, stores=(replace(store, frame=(Span(frame.start, frame.length - count),)),)))

    return change


EVEN, ODD = with_store(WEBP), with_store(WEBP, STORE + b"\0")
PADDING = _place(FONT, "glyf").span.end, _place(FONT, "head").span.end
RESTARTED = with_store(RESTARTS)
AT_STORE = target_of(with_store(JPEG)).store_frames[0]

MORE_BOX_CASES: dict[str, Make] = {
    # Fonts: a checksum that counts as zeros, padding between tables.
    "font": at(FONT),
    "font, in runs": at(FONT, runs),
    "font, the checksum changed": at(FONT, change=put(_place(FONT, "head").span.start + 8, b"abcd")),
    "font, in runs, the checksum changed": at(FONT, runs, change=put(_place(FONT, "head").span.start + 8, b"abcd")),
    "font, the byte in front of the checksum changed": at(FONT, change=flip(_place(FONT, "head").span.start + 7)),
    "font, the byte behind the checksum changed": at(FONT, change=flip(_place(FONT, "head").span.start + 12)),
    "font, a byte of the padding changed": at(FONT, change=flip(PADDING[1])),
    "font, the last byte of the padding changed": at(FONT, change=flip(PADDING[1] + 1)),
    "font, in runs, a byte of the padding changed": at(FONT, runs, change=flip(PADDING[1])),
    "font, the store with something behind it": at(font(STORE), change=flip(-1)),
    **{f"font, {count} zeros behind the store": at(_with_tail(bytes(count))) for count in (1, 3, 4)},
    "font, a byte behind the store that is none": at(_with_tail(b"\1")),
    "font, the tables in another order": at(font(order=(b"loca", b"C2PA", b"glyf", b"head")), each),
    "font, in runs, the tables in another order": at(font(order=(b"loca", b"head", b"glyf", b"C2PA")), runs),
    "font, a byte at the end": at(FONT, change=lambda data: data + b"\0"),
    # Ogg: boxes in several pieces.
    "ogg": at(OGG),
    "ogg, the store in several pages": at(ogg_with_store(STORE + bytes(70_000))),
    "ogg, a page of the sound changed": at(OGG, change=flip(-1)),
    "ogg, a byte of the store changed": at(OGG, change=flip(OGG.index(b"free") + 8)),
    "ogg, a byte at the end": at(OGG, change=lambda data: data + b"\0"),
    # Pictures: restart markers counted in either way.
    "restart markers": at(RESTARTED),
    "restart markers, scans counted whole": at(RESTARTED, scans),
    "restart markers, scans counted whole, one marker not listed": at(RESTARTED, scans_in_one),
    "restart markers, scans counted whole, a byte changed": at(RESTARTED, scans, change=flip(-5)),
    "restart markers, a byte changed": at(RESTARTED, change=flip(-5)),
    "restart markers, a byte at the end": at(RESTARTED, scans, change=lambda data: data + b"\0"),
    "restart markers, a box not listed": at(RESTARTED, edit=lambda entries: entries.pop(1) and None),
    # Chunks that are filled up.
    "a store that is even": at(EVEN),
    "a store that is odd": at(ODD),
    "a store that is odd, the byte behind it changed": at(ODD, change=flip(-1)),
    "a sound": at(with_store(WAV)),
    # Ranges of an entry.
    "a range to the end of its box": at(with_store(EXIF_AND_XMP), edit=hashing("APP1", (20, 4), data=with_store(EXIF_AND_XMP))),
    "a range to one byte behind its box": at(with_store(EXIF_AND_XMP), edit=hashing("APP1", (20, 5), data=with_store(EXIF_AND_XMP))),
    "a range of another box of a list of one": at(
        with_store(EXIF_AND_XMP), edit=hashing("APP1", (20, 4), index=1, data=with_store(EXIF_AND_XMP))
    ),
    "a range of a negative box": at(with_store(EXIF_AND_XMP), edit=hashing("APP1", (20, 4), index=-1, data=with_store(EXIF_AND_XMP))),
    "two ranges that touch": at(with_store(EXIF_AND_XMP), edit=hashing("APP1", (10, 4), (14, 2), data=with_store(EXIF_AND_XMP))),
    "an index that is true": at(with_store(JPEG), edit=setting("SOI", exclusions=[{"boxIndex": True, "start": 0, "length": 0}])),
    "a start that is true": at(with_store(JPEG), edit=setting("SOI", exclusions=[{"start": True, "length": 0}])),
    "a length that is true": at(with_store(JPEG), edit=setting("SOI", exclusions=[{"start": 0, "length": True}])),
    "a range without start and length": at(with_store(JPEG), edit=setting("SOI", exclusions=[{}])),
    "ranges in two boxes of one entry": two_exclusions((1, 3, 5)),
    "ranges in two boxes, the second from its start": two_exclusions((1, 0, 4)),
    "ranges that are null": at(with_store(JPEG), edit=setting("SOI", exclusions=None)),
    "left out by null": at(with_store(JPEG), edit=setting("SOI", excluded=None)),
    "the store left out": at(with_store(JPEG), edit=setting("C2PA", excluded=True)),
    "the store with a range": at(with_store(JPEG), edit=setting("C2PA", exclusions=[{"start": 0, "length": 4}])),
    "a run with metadata left out": at(
        with_store(EXIF_AND_XMP),
        lambda data, found: [*each(data, found[:3]), entry(data, *found[3:5], excluded=True), *each(data, found[5:])],
    ),
    "a run with more than metadata left out": at(
        with_store(EXIF_AND_XMP),
        lambda data, found: [*each(data, found[:3]), entry(data, *found[3:6], excluded=True), *each(data, found[6:])],
    ),
    "a run of four that does not fit": at(
        with_store(JPEG), lambda data, found: [*each(data, found[:3]), entry(data, *found[3:], hash=bytes(32))]
    ),
    # Names, and what is judged.
    "names without the spaces that fill them up": at(
        with_store(WEBP), edit=lambda entries: [item.update(names=[name.rstrip() for name in item["names"]]) for item in entries]
    ),
    "the whole file as what is behind the end": at(
        JPEG, lambda data, _: [{"names": ["c2pa.after"], "hash": hashlib.sha256(data).digest()}], of=lambda t: replace(t, embedded=False)
    ),
    "no format": at(with_store(JPEG), of=lambda target: replace(target, format=None)),
    **{f"{count} zeros behind the store in its box": at(with_store(WAV, STORE + bytes(4)), of=frame_without(count)) for count in (3, 4)},
    "something behind the store in its box": at(with_store(WAV, STORE + b"\0\0\0\1"), of=frame_without(3)),
    "another place of the store": at(
        with_store(JPEG),
        of=lambda target: replace(
            target,
            layout=replace(
                target.layout, stores=(replace(target.layout.stores[0], frame=(replace(AT_STORE, length=AT_STORE.length - 4),)),)
            ),
        ),
    ),
    "no store in the layout": at(with_store(JPEG), of=lambda target: replace(target, layout=replace(target.layout, stores=()))),
    "as many ranges as allowed": at(
        with_store(JPEG),
        edit=setting("SOI", exclusions=[{"start": 0, "length": 0}] * 2),
        of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, exclusions=2)),
    ),
    "one range too many": at(
        with_store(JPEG),
        edit=setting("SOI", exclusions=[{"start": 0, "length": 0}] * 3),
        of=lambda target: replace(target, limits=replace(DEFAULT_LIMITS, exclusions=2)),
    ),
}
