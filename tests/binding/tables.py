"""Box hashes: what each list of boxes must lead to, judged against a file with its store in place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from credkit.assets import BytesSource, NamedBox
from credkit.binding import BindingOutcome
from credkit.binding.box_hash import check_box_hash
from tests.binding import small_files
from tests.binding.small_files import JPEG, target_of, with_store
from tests.forge.files import Placed, signed
from tests.forge.manifests import CREATED, Assertion, Recipe, actions

__all__ = ["BOX_HASH_CASES", "BoxCase", "box_signed", "entries_of"]

MATCH = "assertion.boxesHash.match"
MISMATCH = "assertion.boxesHash.mismatch"
MALFORMED = "assertion.boxesHash.malformed"
UNKNOWN = "assertion.boxesHash.unknownBox"
ADDITIONAL = "assertion.boxesHash.additionalExclusionsPresent"
Entry = dict[str, Any]
Edit = Callable[[list[Entry], Placed], "list[Entry] | None"]


@dataclass(frozen=True)
class BoxCase:
    name: str
    make: Callable[[], bytes]
    codes: frozenset[str]
    """All codes of the box hash."""
    unprotected: int = 0
    """How many parts are reported as left out."""
    outcome: Callable[[], BindingOutcome] = lambda: BindingOutcome(statuses=())
    """What the box hash alone says, of a small file with a store that says nothing."""


def boxes(placed: Placed) -> list[NamedBox]:
    return list(placed.format.boxes(BytesSource(placed.data), placed.layout))


def _digest(data: bytes, algorithm: str = "sha256") -> bytes:
    return hashlib.new(algorithm, data).digest()


def entry(placed: Placed, *found: NamedBox, **more: Any) -> Entry:
    """One entry over boxes that lie one behind the other."""
    names = [box.name for box in found]
    if names == ["C2PA"]:
        return {"names": names, "hash": b"\0", "pad": b""}
    data = placed.data[found[0].span.start : found[-1].span.end]
    return {"names": names, "hash": _digest(data, more.get("alg", "sha256")), "pad": b""} | more


def entries_of(placed: Placed) -> list[Entry]:
    """One entry a box."""
    return [entry(placed, box) for box in boxes(placed)]


def grouped(placed: Placed) -> list[Entry]:
    """Runs of boxes: what is in front of the store, the store, what is behind it."""
    return [entry(placed, *run) for run in _runs(boxes(placed))]


def _runs(found: list[NamedBox]) -> Iterator[list[NamedBox]]:
    at = next(index for index, box in enumerate(found) if box.name == "C2PA")
    yield from (found[:at], found[at : at + 1], found[at + 1 :])


def box_signed(
    edit: Edit | None = None,
    *,
    kind: str = "jpg",
    each: Callable[[Placed], list[Entry]] = entries_of,
    asset: bytes | None = None,
    change: Callable[[bytes], bytes] = lambda data: data,
    **fields: Any,
) -> bytes:
    """A file bound by its boxes. ``edit`` changes the list (in place, or returns another), ``change`` the finished file."""

    def binding(placed: Placed) -> dict[str, Any]:
        listed = each(placed)
        edited = edit(listed, placed) if edit else None
        return {"boxes": listed if edited is None else edited}

    start = [{"names": ["SOI"], "hash": bytes(32)}]
    recipe = Recipe([actions(CREATED), Assertion("c2pa.hash.boxes", {"alg": "sha256", "boxes": start} | fields)])
    return change(signed(recipe, kind=kind, binding=binding, by="c2pa.hash.boxes", asset=asset))


def box_outcome(
    edit: Edit | None = None,
    *,
    kind: str = "jpg",
    each: Callable[[Placed], list[Entry]] = entries_of,
    asset: bytes | None = None,
    change: Callable[[bytes], bytes] = lambda data: data,
    **fields: Any,
) -> BindingOutcome:
    """What ``box_signed`` makes, without a signature: the list is right for the file with a store in it, which is then changed."""
    data = with_store(asset or {"jpg": JPEG, "png": small_files.PNG}[kind])
    before = target_of(data)
    assert before.format is not None
    listed = each(Placed(data, before.store_frames, before.layout, before.format))
    edited = edit(listed, Placed(data, before.store_frames, before.layout, before.format)) if edit else None
    value = {"alg": "sha256", "boxes": listed if edited is None else edited} | fields
    return check_box_hash(value, "self#jumbf=c2pa.assertions/c2pa.hash.boxes", target_of(change(data)))


def line(name: str, *codes: str, unprotected: int = 0, edit: Edit | None = None, **options: Any) -> BoxCase:
    return BoxCase(name, lambda: box_signed(edit, **options), frozenset(codes), unprotected, outcome=lambda: box_outcome(edit, **options))


def setting(index: int, **fields: Any) -> Edit:
    return lambda listed, _: listed[index].update(fields)


def named(listed: list[Entry], name: str) -> Entry:
    return next(item for item in listed if item["names"] == [name])


def leaving_out(name: str, *ranges: dict[str, int], whole: bool = False) -> Edit:
    """Parts of one box are left out, and its hash is right for the rest."""

    def edit(listed: list[Entry], placed: Placed) -> None:
        box = next(box for box in boxes(placed) if box.name == name)
        data = placed.data[box.span.start : box.span.end]
        for part in sorted(ranges, key=lambda part: -part["start"]):
            data = data[: part["start"]] + data[part["start"] + max(part["length"], 0) :]
        named(listed, name).update({"excluded": True} if whole else {"exclusions": list(ranges), "hash": _digest(data)})

    return edit


def both_ways(listed: list[Entry], _: Placed) -> None:
    named(listed, "APP1").update(excluded=True, exclusions=[{"start": -1, "length": -1}])


def swapped(listed: list[Entry], _: Placed) -> None:
    listed[0], listed[1] = listed[1], listed[0]


def after(listed: list[Entry], placed: Placed) -> None:
    end = boxes(placed)[-1].span.end
    listed.append({"names": ["c2pa.after"], "hash": _digest(placed.data[end:])})


def after_excluded(listed: list[Entry], placed: Placed) -> None:
    listed.append({"names": ["c2pa.after"], "hash": b"", "excluded": True})


def store_elsewhere(listed: list[Entry], _: Placed) -> None:
    item = named(listed, "C2PA")
    listed.remove(item)
    listed.insert(len(listed) - 1, item)


def store_twice(listed: list[Entry], _: Placed) -> None:
    listed.insert(listed.index(named(listed, "C2PA")), dict(named(listed, "C2PA")))


def other_algorithm(listed: list[Entry], placed: Placed) -> list[Entry]:
    return [
        item if item["names"] == ["C2PA"] else entry(placed, box, alg="sha384") for item, box in zip(listed, boxes(placed), strict=True)
    ]


def after_twice(listed: list[Entry], placed: Placed) -> None:
    after(listed, placed)
    listed.append(dict(listed[-1]))


def first_and_rest(placed: Placed) -> list[Entry]:
    """The boxes of the first picture, and all that is behind it as one entry; what that is does not matter."""
    listed: list[Entry] = []
    for box in placed.format.boxes(BytesSource(placed.data), placed.layout):
        listed.append(entry(placed, box))
        if box.name == "EOI":
            break
    return [*listed, {"names": ["c2pa.after"], "hash": _digest(placed.data[box.span.end :])}]


def all_in_one(_: list[Entry], placed: Placed) -> list[Entry]:
    return [entry(placed, *boxes(placed))]


def without_store(listed: list[Entry], _: Placed) -> list[Entry]:
    return [item for item in listed if item["names"] != ["C2PA"]]


def comment(at: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:at] + b"\xff\xfe\x00\x06evil" + data[at:]


def chunk(data: bytes) -> bytes:
    """A chunk that nobody listed, in front of ``IEND``."""
    import zlib

    body = b"tEXtevil"
    return data[:-12] + (4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big") + data[-12:]


JUNK = JPEG + b"junk behind the end"
EXIF = small_files.EXIF
TWO = JPEG + JPEG
FIRST = {"start": 0, "length": 1}

BOX_HASH_CASES: tuple[BoxCase, ...] = (
    *(line(f"sound {kind}", MATCH, kind=kind) for kind in ("jpg", "png")),
    *(line(f"sound {kind} in runs", MATCH, kind=kind, each=grouped) for kind in ("jpg", "png")),
    line("another algorithm for each entry", MATCH, edit=other_algorithm),
    line("the algorithm of the claim", MATCH, alg=None),
    line("an unknown algorithm of the list", "algorithm.unsupported", alg="md5"),
    line("an unknown algorithm of one entry", "algorithm.unsupported", edit=setting(0, alg="md5")),
    line("a wrong hash", MISMATCH, edit=setting(0, hash=bytes(32))),
    line("no hash", MISMATCH, edit=lambda listed, _: listed[0].pop("hash") and None),
    line("a hash that is a text", MISMATCH, edit=setting(0, hash="hash")),
    line("an entry twice", MISMATCH, edit=lambda listed, _: listed.insert(0, dict(listed[0]))),
    line("two entries swapped", MISMATCH, edit=swapped),
    line("the last box not listed", UNKNOWN, edit=lambda listed, _: listed.pop() and None),
    line("the first box not listed", UNKNOWN, edit=lambda listed, _: listed.pop(0) and None),
    line("the store not listed", UNKNOWN, edit=without_store),
    line("the store inside of a run", MISMATCH, edit=all_in_one),
    line("a box that is not there", MISMATCH, edit=lambda listed, _: listed.append({"names": ["APP9"], "hash": bytes(32)})),
    line("no boxes", MALFORMED, edit=lambda *_: []),
    line("boxes is a map", MALFORMED, edit=lambda *_: {"names": ["SOI"]}),  # type: ignore[arg-type,return-value]
    line("an entry is a text", MALFORMED, edit=lambda *_: ["SOI"]),  # type: ignore[arg-type,return-value,list-item]
    line("an entry without names", MALFORMED, edit=lambda listed, _: listed[0].pop("names") and None),
    line("an entry with an empty list of names", MALFORMED, edit=setting(0, names=[])),
    line("a name that is a number", MALFORMED, edit=setting(0, names=[7])),
    line("a segment put in", UNKNOWN, change=comment(2)),
    line("a segment put in, of a kind that is listed", MISMATCH, change=lambda d: d[:2] + b"\xff\xdb\x00\x06evil" + d[2:]),
    line("a chunk put in", UNKNOWN, kind="png", change=chunk),
    line("one bit of the picture", MISMATCH, change=lambda d: d[:-20] + bytes((d[-20] ^ 1,)) + d[-19:]),
    line("a byte behind the end", UNKNOWN, change=lambda d: d + b"\0"),
    line("a byte behind the end of a PNG", UNKNOWN, kind="png", change=lambda d: d + b"\0"),
    line("cut short", MISMATCH, change=lambda d: d[:-2]),
    line("a PNG cut short", MISMATCH, kind="png", change=lambda d: d[:-12]),
    line("a PNG cut inside of a chunk", MISMATCH, kind="png", change=lambda d: d[:-5]),
    line("junk behind the end when it was signed", UNKNOWN, asset=JUNK),
    line("junk behind the end, listed", MATCH, asset=JUNK, edit=after),
    line("junk behind the end, listed, then changed", MISMATCH, asset=JUNK, edit=after, change=lambda d: d[:-1] + b"x"),
    line("junk behind the end, listed, then longer", MISMATCH, asset=JUNK, edit=after, change=lambda d: d + b"x"),
    line("junk behind the end, left out", MISMATCH, asset=JUNK, edit=after_excluded),
    line("nothing behind the end, listed", MATCH, edit=after),
    line("nothing behind the end, listed, then something", MISMATCH, edit=after, change=lambda d: d + b"x"),
    line("two entries for what is behind the end", MISMATCH, edit=after_twice),
    line(
        "an entry behind that for what is behind the end",
        MISMATCH,
        asset=TWO,
        each=first_and_rest,
        edit=lambda listed, _: listed.append(listed[0]),
    ),
    line("two pictures, each box listed", MATCH, asset=TWO),
    line("two pictures, the second one changed", MISMATCH, asset=TWO, change=lambda d: d[:-20] + bytes((d[-20] ^ 1,)) + d[-19:]),
    line("two pictures, the second as what is behind the end", MATCH, asset=TWO, each=first_and_rest),
    line("that, the second changed", MISMATCH, asset=TWO, each=first_and_rest, change=lambda d: d[:-1] + b"x"),
    line("that, the second taken away", MISMATCH, asset=TWO, each=first_and_rest, change=lambda d: d[: -len(JPEG)]),
    line("that, the second broken from the start", MATCH, asset=JPEG + b"\xff\xd8 no picture", each=first_and_rest),
    line("something between two pictures", MISMATCH, asset=TWO, change=lambda d: d[: -len(JPEG)] + b"gap" + d[-len(JPEG) :]),
    line("something between two pictures when it was signed", UNKNOWN, asset=JPEG + b"gap" + JPEG),
    line("the entry of the store at another place", MISMATCH, edit=store_elsewhere),
    line("two entries for the store", MISMATCH, edit=store_twice),
    line("another box under the name of the store", UNKNOWN, edit=lambda listed, _: named(listed, "APP0").update(names=["C2PA"])),
    line("an empty algorithm gives none", MATCH, edit=setting(0, alg="")),
    line("an algorithm of null", MATCH, edit=setting(0, alg=None)),
    line("parts of a block that is left out whole are not looked at", MATCH, ADDITIONAL, asset=EXIF, edit=both_ways, unprotected=1),
    line("a part of metadata left out", MATCH, ADDITIONAL, asset=EXIF, edit=leaving_out("APP1", {"start": 14, "length": 3}), unprotected=1),
    line(
        "two parts of metadata left out",
        MATCH,
        ADDITIONAL,
        asset=EXIF,
        edit=leaving_out("APP1", {"start": 10, "length": 2}, {"start": 14, "length": 3}),
        unprotected=2,
    ),
    line("a block of metadata left out", MATCH, ADDITIONAL, asset=EXIF, edit=leaving_out("APP1", whole=True), unprotected=1),
    line("a part of a box left out", MISMATCH, edit=leaving_out("APP0", {"start": 4, "length": 3})),
    line("a box left out", MISMATCH, edit=leaving_out("APP0", whole=True)),
    line("the picture left out", MISMATCH, edit=leaving_out("SOS", whole=True)),
    line("a part beyond the box", MISMATCH, edit=leaving_out("APP0", {"start": 4, "length": 3000})),
    line("a part of another box of the entry", MALFORMED, edit=leaving_out("APP0", FIRST | {"boxIndex": 1})),
    line("a negative part", MALFORMED, edit=leaving_out("APP0", {"start": -1, "length": 2})),
    line("a part of negative length", MALFORMED, edit=leaving_out("APP0", {"start": 5, "length": -2})),
    line("overlapping parts", MALFORMED, edit=leaving_out("APP0", {"start": 2, "length": 4}, {"start": 5, "length": 4})),
    line("parts out of order", MALFORMED, edit=leaving_out("APP0", {"start": 8, "length": 2}, FIRST)),
    line("parts that are no list", MALFORMED, edit=setting(0, exclusions={"start": 1})),
    line("a part that is no map", MALFORMED, edit=setting(0, exclusions=[1])),
    line("a part with a fraction", MALFORMED, edit=setting(0, exclusions=[{"start": 0.5, "length": 1}])),
    line(
        "as many parts as allowed",
        MATCH,
        ADDITIONAL,
        edit=setting(0, exclusions=[{"start": 0, "length": 0}] * 1000),
        unprotected=1000,
    ),
    line("too many parts", MALFORMED, edit=setting(0, exclusions=[{"start": i, "length": 0} for i in range(1001)])),
    line("an exclusion that is not true", MISMATCH, edit=setting(0, hash=b"", excluded=1)),
)
