"""Multi-asset hashes: lists of parts held against a picture with another one and a film behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from credkit.assets import BytesSource, Span
from credkit.binding import BindingOutcome, BindingTarget
from credkit.binding.multi_asset import PartAssertion, check_multi_asset
from credkit.limits import DEFAULT_LIMITS
from tests.binding.data_tables import data_hash_of
from tests.binding.small_files import EXIF, JPEG, RESTARTS, target_of, with_store
from tests.forge.bmff import bmff_hash, box, c2pa_box, film

__all__ = ["MULTI_ASSET_CASES"]

URI = "self#jumbf=c2pa.assertions/c2pa.hash.multi-asset"
PRIMARY, SECOND, FILM_LABEL = "c2pa.hash.data.part", "c2pa.hash.data.part__1", "c2pa.hash.bmff.v3.part"
FIRST, MAP, FILM = with_store(EXIF), RESTARTS, b"".join(film())
FRAME = target_of(FIRST).store_frames[0]
META = target_of(FIRST).layout.metadata[0].frame
Make = Callable[[], BindingOutcome]
Part = dict[str, Any]
Hashes = dict[str, dict[str, Any]]


def part(start: Any, length: Any, label: Any, **more: Any) -> Part:
    return {"location": {"byteOffset": start, "length": length}, "hashAssertion": {"url": label}} | more


def parts() -> list[Part]:
    """Of the whole file; the first cannot be taken away."""
    return [
        part(0, len(FIRST), PRIMARY),
        part(len(FIRST), len(MAP), SECOND, optional=True),
        part(len(FIRST) + len(MAP), len(FILM), FILM_LABEL, optional=True),
    ]


def hashes() -> Hashes:
    return {PRIMARY: data_hash_of(FIRST, FRAME), SECOND: data_hash_of(MAP), FILM_LABEL: bmff_hash(film())}


def at(
    edit: Callable[[list[Part]], object] = lambda listed: None,
    *,
    data: bytes = FIRST + MAP + FILM,
    stating: Callable[[Hashes], object] = lambda found: None,
    of: Callable[[BindingTarget], BindingTarget] = lambda target: target,
    labels: dict[str, str] | None = None,
    value: Any = None,
) -> Make:
    """The list of all parts after an edit, their hashes after another, held against ``data``."""

    def make() -> BindingOutcome:
        listed, found = parts(), hashes()
        edit(listed)
        stating(found)

        def resolve(url: str) -> PartAssertion | None:
            label = (labels or {}).get(url, url).partition("__")[0]
            return PartAssertion(label=label, uri=f"self#jumbf=c2pa.assertions/{url}", value=found[url]) if url in found else None

        first = target_of(FIRST)
        target = replace(first, source=BytesSource(data), layout=replace(first.layout, size=len(data)))
        return check_multi_asset({"parts": listed} if value is None else value, URI, of(target), resolve)

    return make


def setting(number: int, **fields: Any) -> Callable[[list[Part]], object]:
    return lambda listed: listed[number].update(fields)


def placing(number: int, **fields: Any) -> Callable[[list[Part]], object]:
    return lambda listed: listed[number]["location"].update(fields)


def options(**fields: Any) -> Callable[[BindingTarget], BindingTarget]:
    return lambda target: replace(target, **fields)


def stating(label: str, **fields: Any) -> Callable[[Hashes], object]:
    return lambda found: found[label].update(fields)


def updated(
    by: int,
    *,
    move: bool = True,
    exclusions: Any = None,
    edit: Callable[[list[Part]], object] = lambda listed: None,
    of: Callable[[BindingTarget], BindingTarget] = lambda target: replace(target, updated=True),
    **more: Any,
) -> Make:
    """The store was shorter by ``by`` bytes when the parts were listed."""

    def moved(listed: list[Part]) -> None:
        edit(listed)
        for number, item in enumerate(listed):
            if move:
                item["location"]["byteOffset"] -= by if number else 0
                item["location"]["length"] -= 0 if number else by

    before = [{"start": FRAME.start, "length": FRAME.length - by}] if exclusions is None else exclusions
    return at(moved, **{"stating": stating(PRIMARY, exclusions=before), "of": of} | more)


LEFT_OUT = data_hash_of(FIRST, FRAME, META)
INNER = [box("ftyp", b"heic"), c2pa_box("manifest", b"inner"), box("mpvd", FILM), box("free", b"end")]
IN_BOX = b"".join(INNER)
IN_FRONT = IN_BOX.index(FILM)


def boxed(path: Any, *, roots: bytes = IN_BOX, **limits: int) -> Make:
    """A film in a box of a file of boxes; what is in front of it and behind it are parts as well."""
    behind = roots[IN_FRONT + len(FILM) :]

    def make() -> BindingOutcome:
        found = {
            PRIMARY: data_hash_of(roots[:IN_FRONT]),
            FILM_LABEL: bmff_hash(film()),
            SECOND: data_hash_of(behind),
        }
        listed = [
            part(0, IN_FRONT, PRIMARY),
            {"location": {"bmffBox": path}, "hashAssertion": FILM_LABEL},
            part(IN_FRONT + len(FILM), len(behind), SECOND),
        ]
        target = replace(target_of(JPEG), source=BytesSource(roots), format=None, embedded=False, limits=replace(DEFAULT_LIMITS, **limits))

        def resolve(url: str) -> PartAssertion | None:
            return PartAssertion(label=url.partition("__")[0], uri=f"self#jumbf=c2pa.assertions/{url}", value=found[url])

        return check_multi_asset({"parts": listed}, URI, target, resolve)

    return make


TWO_PARTS = at(lambda listed: listed.pop() and None, data=FIRST + MAP, of=options(limits=replace(DEFAULT_LIMITS, parts=2)))

MULTI_ASSET_CASES: dict[str, Make] = {
    "whole": at(),
    "the film cut off": at(data=FIRST + MAP),
    "the film and the map cut off": at(data=FIRST),
    "the map cut out": at(data=FIRST + FILM),
    "the film cut short": at(data=(FIRST + MAP + FILM)[:-1]),
    "one byte of the film left": at(data=FIRST + MAP + FILM[:1]),
    "the film changed": at(data=FIRST + MAP + FILM.replace(b"media", b"Media")),
    "the map changed": at(data=FIRST + MAP.replace(b"abc", b"abd") + FILM),
    "the first part changed": at(data=FIRST.replace(b"JFIF", b"JfIF") + MAP + FILM),
    "a byte behind the end": at(data=FIRST + MAP + FILM + b"\0"),
    "1,200 bytes behind the end": at(data=FIRST + MAP + FILM + bytes(1200)),
    "the map cut off, which is not optional": at(setting(1, optional=False), data=FIRST),
    "nothing said of whether it is optional": at(lambda listed: listed[1].pop("optional") and None, data=FIRST),
    "only the first part": at(lambda listed: listed.__delitem__(slice(1, 3)), data=FIRST),
    "metadata of the first part left out": at(stating=lambda found: found.update({PRIMARY: LEFT_OUT})),
    "metadata of the first part left out, more blocks than allowed": at(
        stating=lambda found: found.update({PRIMARY: LEFT_OUT}), of=options(limits=replace(DEFAULT_LIMITS, metadata_blocks=0))
    ),
    "parts in another order": at(lambda listed: listed.reverse()),
    "an empty part": at(
        lambda listed: listed.insert(1, part(len(FIRST), 0, "empty")),
        stating=lambda f: f.update(empty=data_hash_of(b"")),
        labels={"empty": PRIMARY},
    ),
    "an empty part at the end": at(
        lambda listed: listed.append(part(len(FIRST + MAP + FILM), 0, "empty")),
        stating=lambda found: found.update(empty=data_hash_of(b"")),
        labels={"empty": PRIMARY},
    ),
    "an empty part behind the end": at(
        lambda listed: listed.append(part(len(FIRST + MAP + FILM) + 1, 0, "empty")),
        stating=lambda found: found.update(empty=data_hash_of(b"")),
        labels={"empty": PRIMARY},
    ),
    # Form.
    "the assertion is a list": at(value=[]),
    "parts is null": at(value={"parts": None}),
    "parts is a map": at(value={"parts": {"0": 1}}),
    "no parts": at(value={"parts": []}),
    "a part is a text": at(lambda listed: listed.append("part")),  # type: ignore[arg-type]
    "as many parts as allowed": TWO_PARTS,
    "one part too many": at(of=options(limits=replace(DEFAULT_LIMITS, parts=2))),
    "two parts too many": at(of=options(limits=replace(DEFAULT_LIMITS, parts=1))),
    "the key of the text": at(lambda listed: listed[1].update(locator=listed[1].pop("location"))),
    "both keys": at(setting(1, locator=7)),
    "no place": at(lambda listed: listed[1].pop("location") and None),
    "a place that is a list": at(setting(1, location=[1])),
    "no offset": at(setting(1, location={"length": 5})),
    "no length": at(setting(1, location={"byteOffset": 5})),
    "an offset that is true": at(placing(1, byteOffset=True)),
    "a length that is true": at(placing(1, length=True)),
    "an offset of -1": at(placing(0, byteOffset=-1)),
    "a length of -1": at(placing(1, length=-1)),
    "optional is null": at(setting(1, optional=None)),
    "optional is 1": at(setting(1, optional=1)),
    "no hash": at(lambda listed: listed[1].pop("hashAssertion") and None),
    "a hash as a text": at(setting(1, hashAssertion=SECOND)),
    "a hash as a number": at(setting(1, hashAssertion=5)),
    "a hash without URL": at(setting(1, hashAssertion={"hash": b""})),
    "a hash that is not there": at(setting(1, hashAssertion="nowhere")),
    "a hash of the whole": at(labels={SECOND: "c2pa.hash.data"}),
    "a hash of no known kind": at(labels={SECOND: "org.test.part"}),
    "a label with the ending twice": at(labels={SECOND: "c2pa.hash.data.part.part"}),
    "a hash of boxes": at(
        labels={SECOND: "c2pa.hash.boxes.part"}, stating=lambda found: found.update({SECOND: {"boxes": [{"names": ["x"], "hash": b""}]}})
    ),
    # Places.
    "a gap of one": at(placing(1, length=len(MAP) - 1)),
    "an overlap of one": at(placing(1, length=len(MAP) + 1)),
    "a gap in front": at(placing(0, byteOffset=1, length=len(FIRST) - 1)),
    "the same part twice": at(lambda listed: listed.append(listed[1])),
    "the last part too short": at(placing(2, length=len(FILM) - 2)),
    "the last part too long": at(placing(2, length=len(FILM) + 1)),
    # The store.
    "a store beside the file": at(of=options(embedded=False)),
    "a store that reaches into the next part": at(
        lambda listed: [
            listed[0]["location"].update(length=FRAME.end - 1),
            listed.insert(1, part(FRAME.end - 1, len(FIRST) - FRAME.end + 1, "rest")),
        ],
        stating=lambda found: found.update({PRIMARY: data_hash_of(FIRST[: FRAME.end - 1]), "rest": data_hash_of(FIRST[FRAME.end - 1 :])}),
        labels={"rest": PRIMARY},
    ),
    "a store at the end of its part": at(
        lambda listed: [
            listed[0]["location"].update(length=FRAME.end),
            listed.insert(1, part(FRAME.end, len(FIRST) - FRAME.end, "rest")),
        ],
        stating=lambda found: found.update({PRIMARY: data_hash_of(FIRST[: FRAME.end], FRAME), "rest": data_hash_of(FIRST[FRAME.end :])}),
        labels={"rest": PRIMARY},
    ),
    "a store at the start of its part": at(
        lambda listed: [
            listed[0]["location"].update(length=FRAME.start),
            listed.insert(1, part(FRAME.start, len(FIRST) - FRAME.start, "rest")),
        ],
        stating=lambda found: found.update(
            {PRIMARY: data_hash_of(FIRST[: FRAME.start]), "rest": data_hash_of(FIRST[FRAME.start :], Span(0, FRAME.length))}
        ),
        labels={"rest": PRIMARY},
    ),
    # Update manifests.
    "updated, no longer": updated(0),
    "not updated, though the store is longer": updated(30, of=options(updated=False)),
    "updated, only the first part": updated(30, edit=lambda listed: listed.__delitem__(slice(1, 3)), data=FIRST),
    "updated, the store at the start of its part": updated(
        30,
        edit=lambda listed: [
            listed[0]["location"].update(length=FRAME.start + 30),
            listed.insert(1, part(FRAME.start + 30, len(FIRST) - FRAME.start - 30, "rest")),
        ],
        stating=lambda found: found.update(
            {
                PRIMARY: data_hash_of(FIRST[: FRAME.start]),
                "rest": data_hash_of(FIRST[FRAME.start :], Span(0, FRAME.length))
                | {"exclusions": [{"start": 0, "length": FRAME.length - 30}]},
            }
        ),
        labels={"rest": PRIMARY},
    ),
    "updated, longer than all in front": updated(
        30,
        edit=lambda listed: listed[0]["location"].update(length=FRAME.start + 30),
        exclusions=[{"start": FRAME.start, "length": 1 << 40}],
    ),
    "updated, longer by 30": updated(30),
    "updated, shorter by 7": updated(-7),
    "updated, the parts not moved": updated(30, move=False),
    "updated, longer, the film cut off": updated(30, data=FIRST + MAP),
    "updated, longer than the part": updated(30, exclusions=[{"start": FRAME.start, "length": 1 << 40}]),
    "updated, no exclusions": updated(30, exclusions=[]),
    "updated, exclusions that are a map": updated(30, exclusions={"start": 1}),
    "updated, an exclusion that is a text": updated(30, exclusions=["x", {"start": FRAME.start, "length": FRAME.length - 30}]),
    "updated, a start that is true": updated(30, exclusions=[{"start": True, "length": 5}]),
    "updated, a length that is true": updated(30, exclusions=[{"start": FRAME.start, "length": True}]),
    "updated, a negative length": updated(30, exclusions=[{"start": FRAME.start, "length": -1}]),
    "updated, an exclusion of no length": updated(FRAME.length, exclusions=[{"start": FRAME.start, "length": 0}]),
    "updated, an exclusion elsewhere": updated(30, exclusions=[{"start": FRAME.start + 1, "length": 5}]),
    "updated, no store": at(of=lambda target: replace(target, updated=True, layout=replace(target.layout, stores=()))),
    # Boxes.
    "a film in a box": boxed("/mpvd"),
    "a film in a box with a number": boxed("/mpvd[1]"),
    "a box that is not there": boxed("/mpvx"),
    "a path that is none": boxed("mpvd"),
    "a path that is a number": boxed(5),
    "two boxes of that path": boxed("/mpvd", roots=IN_BOX + box("mpvd", b"x")),
    "boxes that break off": boxed("/mpvd", roots=IN_BOX + b"\0"),
    "a box too many": boxed("/mpvd", bmff_boxes=3),
}
