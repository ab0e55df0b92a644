"""Data hashes: lists of ranges held against files whose every place is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from credkit.assets import BytesSource, Span, StoreLocation, detect
from credkit.binding import BindingOutcome, BindingTarget
from credkit.binding.data_hash import check_data_hash
from credkit.limits import DEFAULT_LIMITS
from tests.binding.small_files import EXIF, EXIF_AND_XMP, JPEG, PNG, WAV, WEBP, target_of, with_store
from tests.forge.bmff import film

__all__ = ["DATA_HASH_CASES", "data_hash_of"]

URI = "self#jumbf=c2pa.assertions/c2pa.hash.data"
Make = Callable[[], BindingOutcome]


def data_hash_of(data: bytes, *spans: Span, alg: str = "sha256") -> dict[str, Any]:
    """The assertion that is right for ``data`` without these ranges."""
    left, position = b"", 0
    for span in sorted(spans):
        left += data[position : span.start]
        position = max(position, span.end)
    listed = [{"start": span.start, "length": span.length} for span in spans]
    return {"alg": alg, "exclusions": listed, "hash": hashlib.new(alg, left + data[position:]).digest()}


def at(
    ranges: Callable[[Span, BindingTarget], Sequence[Span]] = lambda frame, _: (frame,),
    asset: bytes = JPEG,
    *,
    hashed: Callable[[Span, BindingTarget], Sequence[Span]] | None = None,
    of: Callable[[BindingTarget], BindingTarget] = lambda target: target,
    **fields: Any,
) -> Make:
    """A file with a store, and an assertion that leaves ``ranges`` out; its digest is right when ``hashed`` (the same) are left out."""

    def make() -> BindingOutcome:
        data = with_store(asset)
        target = target_of(data)
        frame = target.store_frames[0]
        value = data_hash_of(data, *(hashed or ranges)(frame, target))
        value["exclusions"] = [{"start": span.start, "length": span.length} for span in ranges(frame, target)]
        return check_data_hash(value | fields, URI, of(target))

    return make


def stating(value: Any) -> Make:
    return lambda: check_data_hash(value, URI, target_of(with_store(JPEG)))


def listing(*entries: Any) -> Make:
    """A list that is odd in its form; whether the digest fits does not come up."""
    return at(exclusions=list(entries))


def options(**fields: Any) -> Callable[[BindingTarget], BindingTarget]:
    return lambda target: replace(target, **fields)


def store(**fields: Any) -> Callable[[BindingTarget], BindingTarget]:
    """The store in the layout is another than the scan found."""

    def of(target: BindingTarget) -> BindingTarget:
        found = target.layout.store
        assert found is not None
        changed: StoreLocation = replace(found, **fields)
        return replace(target, layout=replace(target.layout, stores=(changed,)), **({"updated": True} if "pinned" in fields else {}))

    return of


def blocks(target: BindingTarget) -> list[Span]:
    return [block.frame for block in target.layout.metadata]


def size_field(_: Span, target: BindingTarget) -> tuple[Span, ...]:
    return (*target.layout.size_fields, target.store_frames[0])


UPDATED = options(updated=True)
APART = options(embedded=False)


def grown(by: int, *others: Callable[[Span, BindingTarget], Span], move: bool = True, asset: bytes = EXIF_AND_XMP) -> Make:
    """Update manifests have made the store longer by ``by``; ``others`` are further ranges as they lie now."""

    def now(frame: Span, target: BindingTarget) -> list[Span]:
        return sorted([frame, *(other(frame, target) for other in others)])

    def before(frame: Span, target: BindingTarget) -> list[Span]:
        return [
            Span(frame.start, frame.length - by)
            if span == frame
            else Span(span.start - by, span.length)
            if span.start > frame.start
            else span
            for span in now(frame, target)
        ]

    def stayed(frame: Span, target: BindingTarget) -> list[Span]:
        return [Span(frame.start, frame.length - by) if span == frame else span for span in now(frame, target)]

    return at(before if move else stayed, asset, hashed=now, of=UPDATED)


def _as_film() -> BindingOutcome:
    """Metadata of a format that is bound by its boxes may not be left out of a data hash."""
    film_format = detect(BytesSource(b"".join(film())))
    return at(lambda frame, target: (frame, *blocks(target)), EXIF, of=options(format=film_format))()


DATA_HASH_CASES: dict[str, Make] = {
    # Digest and algorithm.
    "sound": at(),
    "sound PNG": at(asset=PNG),
    "the algorithm of the claim": at(alg=None),
    "an empty algorithm gives none": at(alg=""),
    "an algorithm that is not allowed": at(alg="md5"),
    "an algorithm that is a number": at(alg=5),
    "no algorithm at all": at(alg=None, of=options(algorithm=None)),
    "a wrong hash": at(hash=bytes(32)),
    "no hash": at(hash=None),
    "a hash that is a text": at(hash="hash"),
    # Form.
    "the assertion is a list": stating([]),
    "the assertion is a text": stating("x"),
    "nothing stated": stating({}),
    "exclusions is a map": at(exclusions={"start": 1}),
    "exclusions is a text": at(exclusions="1"),
    "exclusions is null": at(exclusions=None),
    "an exclusion is a text": listing("1"),
    "no start": listing({"length": 1}),
    "no length": listing({"start": 1}),
    "a start that is true": listing({"start": True, "length": 1}),
    "a length that is true": listing({"start": 1, "length": True}),
    "a start with a fraction": listing({"start": 1.0, "length": 1}),
    "a negative start": listing({"start": -1, "length": 3}),
    "a negative length": listing({"start": 1, "length": -1}),
    "ranges that overlap": listing({"start": 4, "length": 5}, {"start": 8, "length": 1}),
    "ranges out of order": listing({"start": 40, "length": 5}, {"start": 8, "length": 1}),
    "ranges that touch": at(lambda frame, _: (Span(frame.start - 2, 2), frame)),
    "empty ranges say nothing": at(lambda frame, _: (Span(0, 0), Span(frame.start, 0), frame, Span(1 << 40, 0))),
    "an empty range alone": at(lambda *_: (Span(20, 0),)),
    "as many ranges as allowed": at(lambda frame, _: (Span(0, 0), frame), of=options(limits=replace(DEFAULT_LIMITS, exclusions=2))),
    "one range too many": at(lambda frame, _: (Span(0, 0), Span(0, 0), frame), of=options(limits=replace(DEFAULT_LIMITS, exclusions=2))),
    # Places.
    "no range": at(lambda *_: ()),
    "a range shorter than the store": at(lambda frame, _: (Span(frame.start, frame.length - 1),)),
    "a range longer than the store": at(lambda frame, _: (Span(frame.start, frame.length + 1),)),
    "a range one byte too early": at(lambda frame, _: (Span(frame.start - 1, frame.length),)),
    "the store in two ranges": at(lambda frame, _: (Span(frame.start, 9), Span(frame.start + 9, frame.length - 9))),
    "the last byte left out": at(lambda frame, target: (frame, Span(target.source.size - 1, 1))),
    "a range to one byte behind the end": at(
        lambda frame, target: (frame, Span(target.source.size - 1, 2)), hashed=lambda frame, _: (frame,)
    ),
    "the picture left out": at(lambda frame, target: (frame, Span(target.source.size - 30, 15))),
    "metadata left out": at(lambda frame, target: (frame, *blocks(target)), EXIF),
    "two kinds of metadata left out": at(lambda frame, target: (frame, *blocks(target)), EXIF_AND_XMP),
    "a part of metadata left out": at(lambda frame, target: (frame, Span(blocks(target)[0].start + 5, 3)), EXIF),
    "the end of metadata and one byte more": at(lambda frame, target: (frame, Span(blocks(target)[0].end - 3, 4)), EXIF),
    "the start of metadata and one byte in front": at(lambda frame, target: (Span(blocks(target)[0].start - 1, 3), frame), WEBP),
    "metadata in front of the store": at(lambda frame, target: (*blocks(target), frame), WEBP),
    "metadata and the store in one range": at(
        lambda frame, target: (Span(blocks(target)[0].start, frame.end - blocks(target)[0].start),), WEBP
    ),
    "the last byte of metadata with the store": at(lambda frame, _: (Span(frame.start - 1, frame.length + 1),), WEBP),
    "metadata that changed since": at(lambda frame, target: (frame, *blocks(target)), EXIF, hashed=lambda frame, _: (frame,)),
    "metadata left out that no format tells of": at(lambda frame, target: (frame, *blocks(target)), EXIF, of=options(format=None)),
    "metadata left out in a film": _as_film,
    # Fields with the size of the store.
    "the field with the size left out": at(size_field, WAV),
    "the field with the size not left out": at(asset=WAV),
    "a part of the field with the size": at(lambda frame, target: (Span(target.layout.size_fields[0].start, 3), frame), WAV),
    # The store lies elsewhere, or is not the one that is judged.
    "a store beside the file, none left out": at(lambda *_: (), of=APART),
    "a store beside the file, another left out": at(of=APART),
    "a store beside the file, metadata left out": at(lambda frame, target: (frame, *blocks(target)), EXIF, of=APART),
    "a store beside the file, a part of the other left out": at(lambda frame, _: (Span(frame.start, 5),), of=APART),
    "a store with something between its parts": at(of=store(scattered=True)),
    "that, beside the file": at(of=lambda target: replace(store(scattered=True)(target), embedded=False)),
    "no store though it should be there": at(of=lambda target: replace(target, layout=replace(target.layout, stores=()))),
    # Update manifests have made the store longer.
    "updated, no longer": grown(0),
    "updated, longer by one": grown(1),
    "updated, shorter": grown(-7),
    "updated, metadata behind it": grown(20, lambda _, target: blocks(target)[0], lambda _, target: blocks(target)[1]),
    "updated, metadata in front of it": grown(20, lambda _, target: blocks(target)[0], asset=WEBP),
    "updated, metadata that did not move along": grown(20, lambda _, target: blocks(target)[0], move=False),
    "updated, another start": at(lambda frame, _: (Span(frame.start + 1, frame.length - 1),), of=UPDATED),
    "updated, no range": at(lambda *_: (), of=UPDATED),
    "updated, no store": at(of=lambda target: replace(target, updated=True, layout=replace(target.layout, stores=()))),
    "updated, the store is of fixed size": at(lambda frame, _: (Span(frame.start, frame.length - 20),), of=store(pinned=True)),
    "updated, of fixed size, whole": at(of=store(pinned=True)),
    "not updated, the range too short": at(lambda frame, _: (Span(frame.start, frame.length - 20),), hashed=lambda frame, _: (frame,)),
}
