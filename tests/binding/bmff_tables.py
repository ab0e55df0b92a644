"""BMFF hashes: what each must lead to, judged against files of a few boxes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from credkit.assets import BytesSource, Layout
from credkit.binding import BindingTarget
from credkit.codec import cbor
from credkit.limits import DEFAULT_LIMITS, Limits
from tests.forge.bmff import C2PA, EXCLUSIONS, IN_TREE, bmff_hash, box, c2pa_box, film, large_box, merkle_box, rows, sha256

__all__ = ["BMFF_HASH_CASES", "BmffCase", "Made", "bmff_target"]

MATCH = "assertion.bmffHash.match"
MISMATCH = "assertion.bmffHash.mismatch"
MALFORMED = "assertion.bmffHash.malformed"
ADDITIONAL = "assertion.bmffHash.additionalExclusionsPresent"
ALGORITHM = "algorithm.unsupported"
FTYP, STORE, FREE, MDAT, MOOV = range(5)
Roots = list[bytes]


@dataclass(frozen=True)
class Made:
    """An assertion, the file it is held against, and further files of the same film."""

    value: Any
    roots: Sequence[bytes]
    fragments: Sequence[bytes] = ()


@dataclass(frozen=True)
class BmffCase:
    name: str
    make: Callable[[], Made]
    codes: frozenset[str]
    unprotected: tuple[str, ...] = ()
    limits: Limits = DEFAULT_LIMITS


def bmff_target(made: Made, limits: Limits = DEFAULT_LIMITS) -> BindingTarget:
    data = b"".join(made.roots)
    return BindingTarget(
        source=BytesSource(data),
        layout=Layout(media_type="video/mp4", size=len(data)),
        format=None,
        embedded=True,
        updated=False,
        algorithm="sha256",
        limits=limits,
        fragments=tuple(map(BytesSource, made.fragments)),
    )


def line(name: str, make: Callable[[], Made], *codes: str, unprotected: tuple[str, ...] = (), limits: Limits = DEFAULT_LIMITS) -> BmffCase:
    return BmffCase(name, make, frozenset(codes), unprotected, limits)


JUMPS, STRAY = "the table of places to jump to (mfra)", "a box of C2PA that belongs to no manifest store"
LOOSE = "a part of a Merkle tree that is not needed, or holds something else"
FILLED = "free space that is not empty"

# The whole file.


def whole(change: Callable[[Roots], Roots | None] = lambda roots: None, signed: Roots | None = None, **fields: Any) -> Callable[[], Made]:
    """A sound hash of ``signed``, whose boxes ``change`` then changes; fields that are None are left out."""

    def make() -> Made:
        before = list(signed or film())
        value = {key: item for key, item in (bmff_hash(before) | fields).items() if item is not None}
        return Made(value, change(before) or before)

    return make


def left_out(
    entry: dict[str, Any], ranges: dict[int, list[tuple[int, int]]], roots: Roots | None = None, **fields: Any
) -> Callable[[], Made]:
    """One more entry of the list, and a hash without what it takes out."""

    def make() -> Made:
        boxes = roots or film()
        return Made(bmff_hash(boxes, ranges, exclusions=[*EXCLUSIONS, entry], **fields), boxes)

    return make


def twice_left_out(entries: list[dict[str, Any]], ranges: list[tuple[int, int]]) -> Callable[[], Made]:
    """Several entries for the free box, and a hash without what they take out together."""
    return lambda: Made(bmff_hash(film(), {FREE: ranges}, exclusions=[*EXCLUSIONS, *entries]), film())


def same(entry: dict[str, Any], roots: Roots | None = None) -> Callable[[], Made]:
    """One more entry, which matches nothing."""
    return left_out(entry, {}, roots)


def wrong(entry: Any) -> Callable[[], Made]:
    return whole(exclusions=[*EXCLUSIONS, entry])


def size(number: int) -> int:
    return len(film()[number])


def moved(roots: Roots) -> Roots:
    return [roots[0], roots[1], roots[3], roots[2], roots[4]]


def put(number: int, new: bytes) -> Callable[[Roots], Roots]:
    return lambda roots: [*roots[:number], new, *roots[number + 1 :]]


def insert(number: int, new: bytes) -> Callable[[Roots], Roots]:
    return lambda roots: [*roots[:number], new, *roots[number:]]


EMSG = box("emsg", b"\x01\x00\x00\x05", b"event")
WITH_EMSG = [*film(), EMSG]
NOISY = [*film()[:FREE], box("free", b"\xff" * 16), *film()[MDAT:]]
META = [box("ftyp", b"heic"), box("meta", bytes(4), box("hdlr", bytes(20)), box("iloc", b"places")), box("mdat", b"picture")]
IN_META = len(META[1]) - len(box("iloc", b"places"))
STCO = 8 + len(box("mvhd", bytes(8)))  # the first track
TRACK = len(box("trak", box("tkhd", bytes(12)), box("mdia", box("minf", box("stbl", box("stco", bytes(8)))))))
TABLE = len(box("stco", bytes(8)))
HALVES = [{"offset": 8, "length": 1}, {"offset": 10, "length": 1}]
FULL = {"xpath": "/emsg", "version": 1, "flags": b"\0\0\5"}

WHOLE: tuple[BmffCase, ...] = (
    line("sound", whole(), MATCH),
    line("with the algorithm of the claim", whole(alg=None), MATCH),
    line("fields that are null", whole(merkle=None, exclusions=[{**EXCLUSIONS[0], "length": None, "subset": None, "flags": None}]), MATCH),
    line("ignored fields", whole(name="n", url="https://example.org", pad=b"x"), MATCH),
    line("part of the store left out first", whole(exclusions=[{"xpath": "/uuid", "subset": HALVES}, *EXCLUSIONS]), MATCH),
    line(
        "a box without a structure left out, and boxes in it",
        lambda: Made(bmff_hash(NOISY, {FREE: [(0, 24)]}, exclusions=[{"xpath": "/free/none"}, {"xpath": "/free"}, *EXCLUSIONS]), NOISY),
        MATCH,
        unprotected=(f"{FILLED}, 24 bytes",),
    ),
    line("another store", whole(put(STORE, c2pa_box("manifest", b"b store"))), MATCH),
    line("a longer store moves what follows", whole(put(STORE, c2pa_box("manifest", b"a longer store"))), MISMATCH),
    line("an update at the end", whole(insert(5, c2pa_box("update", b"another store"))), MATCH),
    line("mfra at the end", whole(insert(5, box("mfra", b"x"))), MATCH, unprotected=(f"{JUMPS}, 9 bytes",)),
    line(
        "a box of C2PA of no known purpose at the end", whole(insert(5, c2pa_box("odd", b"x"))), MATCH, unprotected=(f"{STRAY}, 33 bytes",)
    ),
    line("a part of a tree where there is none", whole(insert(5, merkle_box(0))), MATCH, unprotected=(f"{STRAY}, 65 bytes",)),
    line("the media changed", whole(put(MDAT, box("mdat", b"tHe media of a film"))), MISMATCH),
    line("two boxes swapped", whole(moved), MISMATCH),
    line("a box put in", whole(insert(2, box("free"))), MISMATCH),
    line("a box at the end", whole(insert(5, box("free"))), MISMATCH),
    line("a byte at the end", whole(insert(5, b"\0")), MISMATCH),
    line("cut short", whole(lambda roots: [*roots[:-1], roots[-1][:-1]]), MISMATCH),
    line("the last box taken away", whole(lambda roots: roots[:-1]), MISMATCH),
    line("no hash", whole(hash=None), MISMATCH),
    line("a hash that is a text", whole(hash="x"), MISMATCH),
    line("an empty hash", whole(hash=b""), MISMATCH),
    line("an unknown algorithm", whole(alg="md5"), ALGORITHM),
    line("an algorithm that is a number", whole(alg=5), ALGORITHM),
    line("fragments bound as a whole", whole(signed=[*film(), box("moof"), box("mdat", b"x")]), MATCH),
    # The list of exclusions.
    line("no exclusions", whole(exclusions=None), MALFORMED),
    line("an empty list of exclusions", whole(exclusions=[]), MALFORMED),
    line("exclusions is a map", whole(exclusions=EXCLUSIONS[0]), MALFORMED),
    line("the assertion is a list", lambda: Made([], film()), MALFORMED),
    line("an exclusion is a text", wrong("/uuid"), MALFORMED),
    line("no path", wrong({}), MALFORMED),
    line("a path for all descendants", wrong({"xpath": "//free"}), MALFORMED),
    line("a length that is a text", wrong({"xpath": "/free", "length": "8"}), MALFORMED),
    line("a version that is true", wrong({"xpath": "/free", "version": True}), MALFORMED),
    line("flags of two bytes", wrong({"xpath": "/free", "flags": b"\0\0"}), MALFORMED),
    line("exact is a number", wrong({"xpath": "/free", "exact": 0}), MALFORMED),
    line("data that are a map", wrong({"xpath": "/free", "data": {"offset": 1}}), MALFORMED),
    line("data without bytes", wrong({"xpath": "/free", "data": [{"offset": 1}]}), MALFORMED),
    line("data at a negative offset", wrong({"xpath": "/free", "data": [{"offset": -1, "value": b""}]}), MALFORMED),
    line("empty data", wrong({"xpath": "/free", "data": []}), MALFORMED),
    line("a subset that is a number", wrong({"xpath": "/free", "subset": [7]}), MALFORMED),
    line("a subset with a negative offset", wrong({"xpath": "/free", "subset": [{"offset": -1, "length": 1}]}), MALFORMED),
    line("a subset of negative length", wrong({"xpath": "/free", "subset": [{"offset": 1, "length": -1}]}), MALFORMED),
    line("subsets that overlap", wrong({"xpath": "/free", "subset": [{"offset": 1, "length": 3}, {"offset": 3, "length": 1}]}), MALFORMED),
    line(
        "a subset behind the rest of the box",
        wrong({"xpath": "/free", "subset": [{"offset": 1, "length": 0}, {"offset": 3, "length": 1}]}),
        MALFORMED,
    ),
    line("as many entries as allowed", whole(), MATCH, limits=replace(DEFAULT_LIMITS, bmff_exclusions=3)),
    line("one entry too many", whole(), MALFORMED, limits=replace(DEFAULT_LIMITS, bmff_exclusions=2)),
    line("as much data as allowed", whole(), MATCH, limits=replace(DEFAULT_LIMITS, bmff_data=16)),
    line("one byte of data too many", whole(), MALFORMED, limits=replace(DEFAULT_LIMITS, bmff_data=15)),
    line(
        "as many conditions as allowed",
        left_out({"xpath": "/free", "data": [{"offset": 8, "value": b"r"}], "subset": HALVES}, {FREE: [(8, 9), (10, 11)]}),
        MATCH,
        limits=replace(DEFAULT_LIMITS, bmff_exclusions=7),
    ),
    line(
        "one condition too many",
        left_out({"xpath": "/free", "data": [{"offset": 8, "value": b"r"}], "subset": HALVES}, {FREE: [(8, 9), (10, 11)]}),
        MALFORMED,
        limits=replace(DEFAULT_LIMITS, bmff_exclusions=6),
    ),
    line(
        "as many ranges as allowed",
        left_out({"xpath": "/free", "subset": HALVES}, {FREE: [(8, 9), (10, 11)]}),
        MATCH,
        limits=replace(DEFAULT_LIMITS, bmff_ranges=2),
    ),
    line(
        "one range too many",
        left_out({"xpath": "/free", "subset": HALVES}, {FREE: [(8, 9), (10, 11)]}),
        MALFORMED,
        limits=replace(DEFAULT_LIMITS, bmff_ranges=1),
    ),
    line("as many boxes as allowed", whole(), MATCH, limits=replace(DEFAULT_LIMITS, bmff_boxes=5)),
    line("one box too many", whole(), MISMATCH, limits=replace(DEFAULT_LIMITS, bmff_boxes=4)),
    # What an entry matches.
    line("free", left_out({"xpath": "/free"}, {FREE: [(0, size(FREE))]}), MATCH, unprotected=(f"{FILLED}, 12 bytes",)),
    line("an empty free box", left_out({"xpath": "/skip"}, {5: [(0, 17)]}, [*film(), box("skip", bytes(9))]), MATCH),
    line(
        "a free box behind the last one",
        left_out({"xpath": "/skip"}, {5: [(0, 17)]}, [*film(), box("skip", bytes(8) + b"x")]),
        MATCH,
        unprotected=(f"{FILLED}, 17 bytes",),
    ),
    line("ftyp", left_out({"xpath": "/ftyp"}, {FTYP: [(0, size(FTYP))]}), MATCH),
    line(
        "a free box with a number", left_out({"xpath": "/free[1]"}, {FREE: [(0, size(FREE))]}), MATCH, unprotected=(f"{FILLED}, 12 bytes",)
    ),
    line("a number that is not there", same({"xpath": "/free[2]"}), MATCH),
    line("another length", same({"xpath": "/free", "length": 13}), MATCH),
    line("the length", left_out({"xpath": "/free", "length": 12}, {FREE: [(0, size(FREE))]}), MATCH, unprotected=(f"{FILLED}, 12 bytes",)),
    line("other data", same({"xpath": "/free", "data": [{"offset": 8, "value": b"rook"}]}), MATCH),
    line("data past the end of the box", same({"xpath": "/free", "data": [{"offset": 8, "value": b"room\0"}]}), MATCH),
    line(
        "data under the name of the text",
        left_out({"xpath": "/free", "data": [{"offset": 8, "bytes": b"room"}]}, {FREE: [(0, 12)]}),
        MATCH,
        unprotected=(f"{FILLED}, 12 bytes",),
    ),
    line("a part of a free box", left_out({"xpath": "/free", "subset": [{"offset": 8, "length": 2}]}, {FREE: [(8, 10)]}), MATCH),
    line(
        "data at the start of the box",
        left_out({"xpath": "/free", "data": [{"offset": 0, "value": b"\0\0\0\x0cfree"}]}, {FREE: [(0, 12)]}),
        MATCH,
        unprotected=(f"{FILLED}, 12 bytes",),
    ),
    line("the start of a free box", left_out({"xpath": "/free", "subset": [{"offset": 0, "length": 2}]}, {FREE: [(0, 2)]}), MATCH),
    line("the rest of a free box", left_out({"xpath": "/free", "subset": [{"offset": 9, "length": 0}]}, {FREE: [(9, 12)]}), MATCH),
    line("a subset beyond the end", left_out({"xpath": "/free", "subset": [{"offset": 9, "length": 99}]}, {FREE: [(9, 12)]}), MATCH),
    line("a subset behind the box", same({"xpath": "/free", "subset": [{"offset": 12, "length": 9}]}), MATCH),
    line(
        "two subsets",
        left_out({"xpath": "/free", "subset": [{"offset": 8, "length": 1}, {"offset": 10, "length": 1}]}, {FREE: [(8, 9), (10, 11)]}),
        MATCH,
    ),
    *(
        line(
            f"two entries that take out {first} and {second}",
            twice_left_out([{"xpath": "/free", "subset": [{"offset": at, "length": size}]} for at, size in (first, second)], left),
            MATCH,
        )
        for first, second, left in (
            ((8, 1), (8, 1), [(8, 9)]),
            ((8, 2), (9, 2), [(8, 11)]),
            ((8, 3), (9, 1), [(8, 11)]),
            ((8, 1), (9, 2), [(8, 11)]),
            ((10, 2), (8, 1), [(8, 9), (10, 12)]),
            ((8, 1), (10, 1), [(8, 9), (10, 11)]),
        )
    ),
    line("version and flags", left_out(FULL, {5: [(0, len(EMSG))]}, WITH_EMSG), MATCH, ADDITIONAL, unprotected=("/emsg, 17 bytes",)),
    line("another version", same(FULL | {"version": 0}, WITH_EMSG), MATCH),
    line("other flags", same(FULL | {"flags": b"\0\0\4"}, WITH_EMSG), MATCH),
    line(
        "some of the flags",
        left_out(FULL | {"flags": b"\0\0\4", "exact": False}, {5: [(0, len(EMSG))]}, WITH_EMSG),
        MATCH,
        ADDITIONAL,
        unprotected=("/emsg, 17 bytes",),
    ),
    line("flags that are not all there", same(FULL | {"flags": b"\0\0\6", "exact": False}, WITH_EMSG), MATCH),
    line("flags of a box too short for them", same({"xpath": "/emsg", "flags": bytes(3)}, [*film(), box("emsg", bytes(3))]), MATCH),
    line(
        "a version of the box of C2PA",
        left_out({"xpath": "/uuid", "version": 0}, {}),
        MATCH,
    ),
    line(
        "a version of another uuid box",
        left_out({"xpath": "/uuid", "version": 3}, {5: [(0, 28)]}, [*film(), box("uuid", bytes(16), b"\3\0\0\0")]),
        MATCH,
        ADDITIONAL,
        unprotected=("/uuid, 28 bytes",),
    ),
    line(
        "any uuid box",
        left_out({"xpath": "/uuid"}, {5: [(0, 28)]}, [*film(), box("uuid", bytes(16), b"data")]),
        MATCH,
        ADDITIONAL,
        unprotected=("/uuid, 28 bytes",),
    ),
    line(
        "the places of pieces in one track",
        left_out({"xpath": "/moov/trak[1]/mdia/minf/stbl/stco"}, {MOOV: [(STCO + TRACK - TABLE, STCO + TRACK)]}),
        MATCH,
        ADDITIONAL,
        unprotected=("/moov/trak/mdia/minf/stbl/stco, 16 bytes",),
    ),
    line(
        "a part of them in both tracks",
        left_out(
            {"xpath": "/moov/trak/mdia/minf/stbl/stco", "subset": [{"offset": 12, "length": 0}]},
            {MOOV: [(STCO + n * TRACK - 4, STCO + n * TRACK) for n in (1, 2)]},
        ),
        MATCH,
        ADDITIONAL,
        unprotected=("/moov/trak/mdia/minf/stbl/stco, 8 bytes",),
    ),
    line(
        "the places of pictures",
        left_out({"xpath": "/meta/iloc"}, {1: [(IN_META, len(META[1]))]}, META),
        MATCH,
        ADDITIONAL,
        unprotected=("/meta/iloc, 14 bytes",),
    ),
    line("a path into something that is no box", same({"xpath": "/mdat/abcd"}), MISMATCH),
    line("too deep a path", wrong({"xpath": "/moov" * 17}), MALFORMED),
    line("as deep a path as allowed", same({"xpath": "/abcd" * 16}), MATCH),
    # Content that nothing else holds must not be left out.
    *(
        line(f"{kind} left out", left_out({"xpath": f"/{kind}"}, {number: [(0, size(number))]}), MISMATCH)
        for kind, number in (("mdat", MDAT), ("moov", MOOV))
    ),
    line(
        "a part of the media left out", left_out({"xpath": "/mdat", "subset": [{"offset": 16, "length": 0}]}, {MDAT: [(16, 27)]}), MISMATCH
    ),
    line("meta left out", left_out({"xpath": "/meta"}, {1: [(0, len(META[1]))]}, META), MISMATCH),
)

# Merkle trees over media.

MEDIA = bytes(range(200))


def blocks(data: bytes, length: int) -> list[bytes]:
    return [data[at : at + length] for at in range(0, len(data), length)] or [b""]


def tree(leaves: Sequence[bytes], level: int = 0, **fields: Any) -> dict[str, Any]:
    hashed = [sha256(leaf) for leaf in leaves]
    return {"uniqueId": 1, "localId": 0, "count": len(leaves), "hashes": rows(hashed)[level]} | fields


def proof(hashed: Sequence[bytes], at: int, level: int) -> list[bytes]:
    found = []
    for row in rows(hashed)[:level]:
        if at ^ 1 < len(row):
            found.append(row[at ^ 1])
        at >>= 1
    return found


def proofs(leaves: Sequence[bytes], level: int, **options: int) -> list[bytes]:
    hashed = [sha256(leaf) for leaf in leaves]
    return [merkle_box(at, proof(hashed, at, level), **options) for at in range(len(leaves))]


def media(
    leaves: Sequence[bytes] | None = None,
    level: int = 0,
    *,
    boxes: Callable[[list[bytes]], list[bytes]] = lambda found: found,
    change: Callable[[Roots], Roots] = lambda roots: roots,
    hashed: bool = True,
    mdat: bytes | None = None,
    merkle: Callable[[dict[str, Any]], Any] = lambda found: [found],
    **fields: Any,
) -> Callable[[], Made]:
    """A film whose media are held by a tree; ``boxes`` changes those of the proofs, ``change`` the finished file."""

    def make() -> Made:
        parts = blocks(MEDIA, 50) if leaves is None else leaves
        given = {"fixedBlockSize": 50} if leaves is None and not fields else {}
        roots = film()
        roots[MDAT] = mdat or box("mdat", b"".join(parts))
        roots += boxes(proofs(parts, level) if level else [])
        stated = merkle(tree(parts, level, **given | fields))
        value = bmff_hash(roots, {MDAT: [(16, len(roots[MDAT]))]}, exclusions=[*EXCLUSIONS, IN_TREE], merkle=stated)
        if not hashed:
            value.pop("hash")
        return Made(value, change(roots))

    return make


def flip(number: int, at: int) -> Callable[[Roots], Roots]:
    def change(roots: Roots) -> Roots:
        spoiled = bytearray(roots[number])
        spoiled[at] ^= 1
        return put(number, bytes(spoiled))(roots)

    return change


def two_media(local: tuple[int, int] = (0, 1), unique: tuple[int, int] = (1, 2)) -> Made:
    roots = [*film()[:3], box("mdat", b"first"), film()[MOOV], box("mdat", b"second")]
    trees = [tree([part], localId=number, uniqueId=name) for part, number, name in zip((b"first", b"second"), local, unique, strict=True)]
    value = bmff_hash(roots, {3: [], 5: []}, exclusions=EXCLUSIONS, merkle=trees)
    return Made(value, roots)


ODD = [MEDIA[:70], MEDIA[70:71], b"", MEDIA[71:180], MEDIA[180:]]
SIZES = {"variableBlockSizes": [len(part) for part in ODD]}
BEHIND = MEDIA[8:]
STRANGE = merkle_box(0, [b"evil"], unique=9)
PROOF_BOX = len(proofs(blocks(MEDIA, 50), 2)[0])


def _padded(found: list[bytes], more: bytes) -> list[bytes]:
    """The first box with something behind its CBOR."""
    return [box("uuid", found[0][8:], more), *found[1:]]


def _reworded(found: list[bytes], encode: Callable[[dict[str, Any]], bytes]) -> list[bytes]:
    """The first box with its fields written otherwise."""
    head = len(c2pa_box("merkle", b""))
    return [c2pa_box("merkle", encode(cbor.decode(found[0][head:], where="test"))), *found[1:]]


PROOF = len(proofs(blocks(MEDIA, 50), 2)[0]) - len(c2pa_box("merkle", b""))


def _whole_mdat() -> Made:
    made = media()()
    value = bmff_hash(
        made.roots, {MDAT: [(0, len(made.roots[MDAT]))]}, exclusions=[*EXCLUSIONS, {"xpath": "/mdat"}], merkle=made.value["merkle"]
    )
    return Made(value, made.roots)


MEDIA_CASES: tuple[BmffCase, ...] = (
    line("a tree", media(), MATCH),
    line("a tree of one leaf", media([MEDIA]), MATCH),
    line("a tree of blocks of different sizes", media(ODD, **SIZES), MATCH),
    *(line(f"row {level} of a tree of five leaves", media(ODD, level, **SIZES), MATCH) for level in (1, 2, 3)),
    *(line(f"row {level} of a tree", media(level=level), MATCH) for level in (1, 2)),
    line("padding behind the proofs", media(level=2, boxes=lambda _: proofs(blocks(MEDIA, 50), 2, padding=40)), MATCH),
    line("a block shorter than the others", media([MEDIA[:150], MEDIA[150:]], fixedBlockSize=150), MATCH),
    line("no media at all", media([b""], fixedBlockSize=10), MATCH),
    line("an own algorithm", media([MEDIA], merkle=lambda t: [t | {"alg": "sha256"}]), MATCH),
    line("an unknown algorithm of the tree", media([MEDIA], alg="md5"), ALGORITHM),
    line("a header of 16 bytes", media([MEDIA], mdat=large_box("mdat", MEDIA)), MATCH),
    line("a tree over what is behind 16 bytes", media(blocks(BEHIND, 50), mdat=box("mdat", MEDIA), fixedBlockSize=50), MATCH),
    line("that, with nothing behind them", media([b""], mdat=box("mdat", MEDIA[:8]), fixedBlockSize=50), MATCH),
    line("that, and fewer than those", media([b""], mdat=box("mdat", MEDIA[:7]), fixedBlockSize=50), MISMATCH),
    line(
        "that, one of the bytes in front changed",
        media(blocks(BEHIND, 50), mdat=box("mdat", MEDIA), fixedBlockSize=50, change=flip(MDAT, 9)),
        MISMATCH,
    ),
    line("that, without a hash", media(blocks(BEHIND, 50), mdat=box("mdat", MEDIA), fixedBlockSize=50, hashed=False), MISMATCH),
    line("a tree alone", media(hashed=False), MATCH, unprotected=("everything besides the media (mdat)",)),
    line("two media", two_media, MATCH),
    line("two media for one box", lambda: two_media((0, 0)), MISMATCH),
    line("two media with the same names", lambda: two_media((0, 0), (1, 1)), MALFORMED),
    line("a tree of a box that is not there", media(localId=1, fixedBlockSize=50), MISMATCH),
    *(line(f"byte {at} of the media changed", media(change=flip(MDAT, at)), MISMATCH) for at in (8, 15, 16, 60, -1)),
    *(line(f"byte {at} of the media changed, row 2", media(level=2, change=flip(MDAT, at)), MISMATCH) for at in (16, 60, -1)),
    line("another place of the media", media(change=lambda r: [*r[:2], r[3], r[2], r[4]]), MISMATCH),
    line("the media cut short", media(change=put(MDAT, box("mdat", MEDIA[:150]))), MISMATCH),
    line("the media longer", media(change=put(MDAT, box("mdat", MEDIA + bytes(50)))), MALFORMED),
    line("other content behind the tree", media(change=flip(MOOV, 20)), MISMATCH),
    line("mdat wholly left out", _whole_mdat, MISMATCH),
    line("a proof changed", media(level=2, change=flip(5, 60)), MISMATCH),
    line("no proofs", media(level=2, boxes=lambda _: []), MALFORMED),
    line("a proof taken away", media(level=2, boxes=lambda found: found[:-1]), MALFORMED),
    line("proofs swapped", media(level=2, boxes=lambda found: [found[1], found[0], *found[2:]]), MALFORMED),
    line("proofs of another tree", media(level=2, boxes=lambda _: proofs(blocks(MEDIA, 50), 2, unique=9)), MALFORMED),
    line("a proof that lacks a node", media(level=2, boxes=lambda _: proofs(blocks(MEDIA, 50), 1)), MISMATCH),
    line("a proof with a node too many", media(level=1, boxes=lambda _: proofs(blocks(MEDIA, 50), 2)), MISMATCH),
    line("a proof that is no CBOR", media(level=1, boxes=lambda found: [c2pa_box("merkle", b"\xff"), *found[1:]]), MALFORMED),
    line("a proof that is a list", media(level=1, boxes=lambda found: [c2pa_box("merkle", b"\x80"), *found[1:]]), MALFORMED),
    line("a proof with a key twice", media(level=1, boxes=lambda found: [c2pa_box("merkle", b"\xa2\0\0\0\0"), *found[1:]]), MALFORMED),
    line("a proof of texts", media(level=1, boxes=lambda found: [merkle_box(0, ["x"]), *found[1:]]), MALFORMED),  # type: ignore[list-item]
    line(
        "a uuid box of another purpose",
        media(level=1, boxes=lambda found: [c2pa_box("other", b"x"), *found]),
        MATCH,
        unprotected=(f"{STRAY}, 35 bytes",),
    ),
    line("a uuid box of another kind", media(level=1, boxes=lambda found: [*found, box("uuid", bytes(40))]), MATCH),
    line(
        "a uuid box without content",
        media(level=1, boxes=lambda found: [*found, box("uuid", C2PA)]),
        MATCH,
        unprotected=(f"{STRAY}, 24 bytes",),
    ),
    line("as large a proof as allowed", media(level=2), MATCH, limits=replace(DEFAULT_LIMITS, merkle_box_size=PROOF)),
    line("a proof one byte too large", media(level=2), MALFORMED, limits=replace(DEFAULT_LIMITS, merkle_box_size=PROOF - 1)),
    # The form.
    *(
        line(f"a proof {name}", media(level=2, boxes=made), MATCH, unprotected=(f"{LOOSE}, {size:,} bytes",))
        for name, made, size in (
            ("of no tree", lambda found: [*found, STRANGE], len(STRANGE)),
            ("with words behind it", lambda found: _padded(found, b"evil"), PROOF_BOX + 4),
            ("with a field more", lambda found: _reworded(found, lambda value: cbor.encode(value | {"evil": "evil"})), PROOF_BOX + 10),
            ("of an open length", lambda found: _reworded(found, lambda value: b"\xbf" + cbor.encode(value)[1:] + b"\xff"), PROOF_BOX + 1),
            ("with flags", lambda found: [found[0][:24] + b"evil" + found[0][28:], *found[1:]], PROOF_BOX),
        )
    ),
    line("a proof with zeros behind it", media(level=2, boxes=lambda found: _padded(found, bytes(9))), MATCH),
    line("no trees", media(merkle=lambda _: []), MALFORMED),
    line("trees are a map", media(merkle=lambda found: found), MALFORMED),
    line("a tree is a text", media(merkle=lambda _: ["x"]), MALFORMED),
    *(
        line(f"a tree without {key}", media(merkle=lambda t, key=key: [{k: v for k, v in t.items() if k != key}]), MALFORMED)
        for key in ("uniqueId", "localId", "count", "hashes")
    ),
    line("a node that is a text", media(hashes=["x"] * 4, fixedBlockSize=50), MALFORMED),
    line("no nodes", media(hashes=[], fixedBlockSize=50), MALFORMED),
    line("fixed and variable sizes", media(ODD, fixedBlockSize=50, **SIZES), MALFORMED),
    line("blocks of no size", media(fixedBlockSize=0), MALFORMED),
    line("blocks of negative size", media(ODD, variableBlockSizes=[70, 1, 0, -109, 238]), MALFORMED),
    line("a size that is a text", media(ODD, variableBlockSizes=["70", 1, 0, 109, 20]), MALFORMED),
    line("sizes that are too few", media(ODD, variableBlockSizes=[70, 130]), MALFORMED),
    line("sizes of another sum", media(ODD, variableBlockSizes=[70, 1, 0, 109, 21]), MALFORMED),
    line("fewer leaves than nodes", media(count=3, fixedBlockSize=50), MALFORMED),
    line("no row of that length", media(count=9, fixedBlockSize=50), MALFORMED),
    line("a row of a length that no row has", media(ODD, hashes=[bytes(32)] * 4, boxes=lambda _: proofs(ODD, 1), **SIZES), MALFORMED),
    line("a count beyond all bounds", media(count=2**63, fixedBlockSize=50), MALFORMED),
    line("very many blocks", media(count=200, fixedBlockSize=1), MALFORMED),
    line("more blocks than leaves", media(fixedBlockSize=10), MALFORMED),
)


# Films in fragments.

BODIES = [[box("moof", bytes((n,))), box("mdat", b"fragment %d" % n)] for n in range(5)]
TRACK_BOX = merkle_box(0, [bytes(32)] * 3, local=7)


def parted(count: int) -> list[Roots]:
    """Fragments with so many boxes inside of their first one."""
    return [[box("moof", box("traf") * count), box("mdat", b"fragment %d" % n)] for n in range(5)]


def at(position: int, *boxes: bytes) -> bytes:
    """What is hashed of boxes that begin at ``position``."""
    hashed = b""
    for item in boxes:
        if item[8:24] != C2PA:
            hashed += position.to_bytes(8, "big") + item
        position += len(item)
    return hashed


def fragments(
    level: int = 2,
    *,
    flat: bool,
    bodies: Sequence[Roots] = BODIES,
    change: Callable[[Roots], Roots] = lambda roots: roots,
    files: Callable[[Roots], Roots] = lambda found: found,
    value: Callable[[dict[str, Any]], dict[str, Any]] = lambda found: found,
    words: bytes = b"",
    **fields: Any,
) -> Callable[[], Made]:
    """A film in fragments: behind one another in one file, or each a file of its own. ``words`` stand at the end of their places."""

    def place(number: int, hashes: list[bytes]) -> bytes:
        return box("uuid", merkle_box(number, hashes, local=7)[8:], words)

    def make() -> Made:
        head = [film()[FTYP], film()[STORE], film()[MOOV]]
        hole = [len(place(n, proof([bytes(32)] * 5, n, level))) for n in range(5)]
        position = sum(map(len, head))
        hashed = []
        for number, body in enumerate(bodies):
            position += hole[number]
            hashed.append(sha256(at(position, *body) if flat else at(hole[number], *body)))
            position += sum(map(len, body))
        units = [[place(n, proof(hashed, n, level)), *body] for n, body in enumerate(bodies)]
        stated = {"uniqueId": 1, "localId": 7, "count": 5, "hashes": rows(hashed)[level], "initHash": sha256(at(0, *head))} | fields
        assertion = value({"exclusions": EXCLUSIONS, "alg": "sha256", "merkle": [stated]})
        if flat:
            return Made(assertion, change([*head, *(item for unit in units for item in unit)]))
        return Made(assertion, change(head), files([b"".join(unit) for unit in units]))

    return make


PLACES = sum(len(merkle_box(n, proof([bytes(32)] * 5, n, 3), local=7)) + len(b"words") for n in range(5))

FRAGMENT_CASES: tuple[BmffCase, ...] = (
    *(
        line(f"{'one file' if flat else 'many files'}, row {level}", fragments(level, flat=flat), MATCH)
        for flat in (True, False)
        for level in range(4)
    ),
    line(
        "mfra behind the fragments",
        fragments(flat=True, change=lambda roots: [*roots, box("mfra")]),
        MATCH,
        unprotected=(f"{JUMPS}, 8 bytes",),
    ),
    line(
        "a store in a file that is a fragment",
        fragments(flat=False, files=lambda f: [*f[:-1], f[-1] + c2pa_box("manifest", b"x")]),
        MATCH,
        unprotected=(f"{STRAY}, 46 bytes",),
    ),
    *(
        line(
            f"words behind the places in the tree, {'one file' if flat else 'many files'}",
            fragments(3, flat=flat, words=b"words"),
            MATCH,
            unprotected=(f"{LOOSE}, {PLACES:,} bytes",),
        )
        for flat in (True, False)
    ),
    line(
        "media behind the initialization segment",
        fragments(flat=False, change=lambda roots: [*roots, box("moof", b"other"), box("mdat", b"media")]),
        MISMATCH,
    ),
    line("a box behind the fragments", fragments(flat=True, change=lambda roots: [*roots, box("free")]), MISMATCH),
    line("a box in front of them", fragments(flat=True, change=insert(3, box("free"))), MISMATCH),
    line("the first files alone", fragments(flat=False, files=lambda found: found[:2]), MATCH),
    line("only the initialization segment", fragments(flat=False, files=lambda _: []), MISMATCH),
    line("the initialization segment changed", fragments(flat=False, change=flip(2, 20)), MISMATCH),
    line("the initialization segment of one file changed", fragments(flat=True, change=flip(2, 20)), MISMATCH),
    line("no hash of the initialization segment", fragments(flat=True, initHash=None), MISMATCH),
    line("such a hash that is a text", fragments(flat=True, initHash="x"), MALFORMED),
    line("a hash as well", fragments(flat=True, value=lambda found: found | {"hash": bytes(32)}), MALFORMED),
    line("a hash as well, many files", fragments(flat=False, value=lambda found: found | {"hash": bytes(32)}), MALFORMED),
    line("a fragment changed", fragments(flat=True, change=flip(5, -1)), MISMATCH),
    line("a file changed", fragments(flat=False, files=lambda f: [f[0], f[1][:-1] + b"x", *f[2:]]), MISMATCH),
    line("a file missing", fragments(flat=False, files=lambda f: [f[0], *f[2:]]), MISMATCH),
    line("the first file missing", fragments(flat=False, files=lambda f: f[1:]), MISMATCH),
    line("two files swapped", fragments(flat=False, files=lambda f: [f[1], f[0], *f[2:]]), MISMATCH),
    line("a file twice", fragments(flat=False, files=lambda f: [f[0], *f]), MISMATCH),
    line("a file that is no film", fragments(flat=False, files=lambda _: [b"no film"]), MISMATCH),
    line("a file without a place in the tree", fragments(flat=False, files=lambda _: [b"".join(BODIES[0])]), MALFORMED),
    line("a file with two places", fragments(flat=False, files=lambda f: [TRACK_BOX + f[0]]), MALFORMED),
    line("a file of another track", fragments(flat=False, localId=8), MALFORMED),
    line("a place beyond the tree", fragments(0, flat=False, count=4, hashes=[bytes(32)] * 4), MISMATCH),
    line("the last fragment taken away", fragments(flat=True, change=lambda roots: roots[:-3]), MISMATCH),
    line("a fragment taken out", fragments(flat=True, change=lambda roots: [*roots[:6], *roots[9:]]), MISMATCH),
    line("a fragment without its place", fragments(flat=True, change=lambda roots: [*roots[:6], *roots[7:]]), MALFORMED),
    line(
        "a place without its fragment",
        fragments(flat=True, change=lambda roots: [*roots, TRACK_BOX]),
        MATCH,
        unprotected=(f"{LOOSE}, {len(TRACK_BOX):,} bytes",),
    ),
    line(
        "a second track that is not there",
        fragments(flat=True, value=lambda v: v | {"merkle": [*v["merkle"], v["merkle"][0] | {"localId": 8}]}),
        MISMATCH,
    ),
    *(
        line(
            f"{count} boxes in a box of each file, 3 allowed",
            fragments(flat=False, bodies=parted(count), value=lambda v: v | {"exclusions": [*EXCLUSIONS, {"xpath": "/moof/none"}]}),
            code,
            limits=Limits(bmff_boxes=3),
        )
        for count, code in ((3, MATCH), (4, MISMATCH))
    ),
    line("the media left out", fragments(flat=True, value=lambda v: v | {"exclusions": [*EXCLUSIONS, {"xpath": "/mdat"}]}), MISMATCH),
)

BMFF_HASH_CASES = (*WHOLE, *MEDIA_CASES, *FRAGMENT_CASES)
