"""The hard binding of a whole file, as ``verify`` judges it; the tables of ``tests/binding`` judge the bindings alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from credkit.assets import BytesSource, EditedSource, Span, detect
from credkit.limits import DEFAULT_LIMITS
from tests.forge.bmff import bmff_hash, film
from tests.forge.boxes import Leaf
from tests.forge.files import Placed, beside, embed, excluding, plain, signed, standard
from tests.forge.manifests import CREATED, Assertion, Recipe, actions, data_hash, label_of
from tests.forge.pictures import picture
from tests.verify.case import Case, case

MISMATCH = "assertion.dataHash.mismatch"
MALFORMED = "assertion.dataHash.malformed"
ADDITIONAL = "assertion.dataHash.additionalExclusionsPresent"
MATCH = "assertion.dataHash.match"
LABEL = label_of("active")
KINDS = ("jpg", "png")


def left_out(spans: Callable[[Placed], Sequence[Span]], kind: str = "jpg", **options: Any) -> Callable[[], bytes]:
    """The hard binding leaves out these ranges, and its digest is right for the rest."""
    return lambda: signed(standard(), kind=kind, binding=excluding(spans), **options)


def store(placed: Placed) -> Span:
    return placed.frames[0]


def changed(change: Callable[[bytes], bytes], kind: str = "jpg", **options: Any) -> Callable[[], bytes]:
    """Done to the file after signing, without any key."""
    return lambda: change(signed(standard(), kind=kind, **options))


def inserted(data: bytes, at: Callable[[bytes], int]) -> Callable[[bytes], bytes]:
    return lambda file: file[: at(file)] + data + file[at(file) :]


def behind_store(file: bytes) -> int:
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    assert layout.store is not None
    return layout.store.frame[0].end


def flipped(at: int) -> Callable[[bytes], bytes]:
    def change(file: bytes) -> bytes:
        spoiled = bytearray(file)
        spoiled[at] ^= 1
        return bytes(spoiled)

    return change


def with_xmp(kind: str, xmp: bytes = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>") -> bytes:
    source = BytesSource(plain(kind))
    found = detect(source)
    assert found is not None
    output = EditedSource(source, found.with_metadata(source, found.scan(source), xmp=xmp).pieces)
    return output.read(0, output.size)


def xmp_frames(placed: Placed) -> tuple[Span, ...]:
    return tuple(block.frame for block in placed.layout.metadata)


def both(placed: Placed) -> tuple[Span, ...]:
    return tuple(sorted((store(placed), *xmp_frames(placed))))


def xmp_values(placed: Placed) -> tuple[Span, ...]:
    return tuple(sorted((store(placed), *(span for block in placed.layout.metadata for span in block.slices))))


def moved_store(kind: str) -> bytes:
    """A store taken from one picture and put into another, which needs no key."""
    file = signed(standard(), kind=kind)
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    assert layout.store is not None
    data = b"".join(source.read(span.start, span.length) for span in layout.store.slices)
    return embed(picture(kind, 40, 8), data)[0]


def binding_with(**fields: Any) -> Callable[[], bytes]:
    """A sound hard binding with other fields."""
    return lambda: signed(Recipe([actions(CREATED), data_hash(**fields)]))


def wrong(**fields: Any) -> Callable[[], bytes]:
    """The hard binding as it is written, whatever the file holds."""
    return lambda: signed(Recipe([actions(CREATED), data_hash(**fields)]), binding=None)


def without(field: str) -> Callable[[], bytes]:
    value = {key: item for key, item in data_hash().value.items() if key != field}
    return lambda: signed(Recipe([actions(CREATED), Assertion("c2pa.hash.data", value)]), binding=None)


def shrunk(kind: str) -> bytes:
    """The store loses unprotected padding, and something else takes the freed place inside of the signed exclusion."""
    free = 64
    recipe = standard(edit=lambda node: node.children.append(Leaf("free", bytes(free))))
    file = signed(recipe, kind=kind)
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    assert layout.store is not None
    tree_bytes = b"".join(source.read(span.start, span.length) for span in layout.store.slices)
    manifest = tree_bytes.rfind(b"jumb", 0, tree_bytes.find(LABEL.encode())) - 4
    shorter = bytearray(tree_bytes[: -8 - free])
    for at in (0, manifest):
        shorter[at : at + 4] = (int.from_bytes(shorter[at : at + 4], "big") - 8 - free).to_bytes(4, "big")
    if kind == "png":
        # The chunk keeps its length: what is behind the box is in the exclusion.
        padded = bytes(shorter) + b"evil" * ((8 + free) // 4)
        return embed(plain(kind), padded)[0]
    written = embed(plain(kind), bytes(shorter))[0]
    comment = b"\xff\xfe" + (6 + free).to_bytes(2, "big") + b"evil" * ((4 + free) // 4)
    return inserted(comment, behind_store)(written)


def beside_excluding(
    spans: Callable[[Placed], Sequence[Span]], change: Callable[[bytes], bytes] = lambda b: b, asset: bytes | None = None
) -> Callable[[], tuple[bytes, bytes]]:
    def make() -> tuple[bytes, bytes]:
        picture_, data = beside(standard(), asset=asset, binding=excluding(spans))
        return change(picture_), data

    return make


def taken_out() -> tuple[bytes, bytes]:
    """Without a key: the store is kept beside the file, and EXIF of the same length takes its place in the signed exclusion."""
    file = signed(standard())
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    location = found.scan(source).store
    assert location is not None
    frame = location.frame[0]
    exif = b"\xff\xe1" + (frame.length - 2).to_bytes(2, "big") + b"Exif\x00\x00" + b"MM\x00*"
    changed_file = file[: frame.start] + exif.ljust(frame.length, b"\0") + file[frame.end :]
    return changed_file, b"".join(source.read(span.start, span.length) for span in location.slices)


def as_film(version: str, value: dict[str, Any]) -> Callable[[], bytes]:
    label = "c2pa.hash.bmff" + (f".{version}" if version else "")
    return lambda: signed(Recipe([actions(CREATED), Assertion(label, value)]), binding=None)


FEW = replace(DEFAULT_LIMITS, exclusions=3)

CASES: tuple[Case, ...] = (
    *(
        line
        for kind in KINDS
        for line in (
            case(f"{kind}: sound", left_out(lambda p: p.frames, kind), says=(MATCH,), lacks=(ADDITIONAL,)),
            case(f"{kind}: one bit changed in front", changed(flipped(30 if kind == "png" else 6), kind), MISMATCH),
            case(f"{kind}: one bit changed behind", changed(flipped(-30), kind), MISMATCH),
            case(f"{kind}: a byte behind the end", changed(lambda f: f + b"\0", kind), MISMATCH),
            case(f"{kind}: another picture behind the end", changed(lambda f: f + picture("jpg", 8, 8), kind), MISMATCH),
            case(f"{kind}: cut short", changed(lambda f: f[:-1], kind), MISMATCH),
            case(f"{kind}: the store of another picture", lambda k=kind: moved_store(k), MISMATCH),
            case(f"{kind}: exclusion one byte longer", left_out(lambda p: [Span(store(p).start, store(p).length + 1)], kind), MISMATCH),
            case(
                f"{kind}: exclusion one byte earlier", left_out(lambda p: [Span(store(p).start - 1, store(p).length + 1)], kind), MISMATCH
            ),
            case(f"{kind}: exclusion shorter", left_out(lambda p: [Span(store(p).start, store(p).length - 1)], kind), MISMATCH),
            case(f"{kind}: exclusion shifted", left_out(lambda p: [Span(store(p).start + 1, store(p).length)], kind), MISMATCH),
            case(f"{kind}: no exclusion", left_out(lambda _: [], kind), MISMATCH),
            case(
                f"{kind}: exclusion in two parts",
                left_out(lambda p: [Span(store(p).start, 10), Span(store(p).start + 10, store(p).length - 10)], kind),
                MISMATCH,
            ),
            case(f"{kind}: overlapping", left_out(lambda p: [store(p), Span(store(p).end - 1, 5)], kind), MALFORMED),
            case(f"{kind}: the same twice", left_out(lambda p: [store(p), store(p)], kind), MALFORMED),
            case(f"{kind}: out of order", left_out(lambda p: [store(p), Span(0, 1)], kind), MALFORMED),
            case(f"{kind}: negative start", left_out(lambda p: [Span(-1, 1), store(p)], kind), MALFORMED),
            case(f"{kind}: negative length", left_out(lambda p: [store(p), Span(store(p).end + 5, -1)], kind), MALFORMED),
            case(f"{kind}: past the end", left_out(lambda p: [store(p), Span(len(p.data) - 2, 3)], kind), MISMATCH),
            case(f"{kind}: far past the end", left_out(lambda p: [store(p), Span(2**63, 2**63)], kind), MISMATCH),
            case(f"{kind}: everything", left_out(lambda p: [Span(0, len(p.data))], kind), MISMATCH),
            case(f"{kind}: the pixels", left_out(lambda p: [store(p), Span(len(p.data) - 40, 10)], kind), MISMATCH),
            case(f"{kind}: an empty exclusion", left_out(lambda p: [Span(0, 0), store(p)], kind), lacks=(ADDITIONAL,)),
            case(f"{kind}: XMP", left_out(both, kind, asset=with_xmp(kind)), says=(MATCH,), informs=(ADDITIONAL,)),
            case(f"{kind}: the value of XMP", left_out(xmp_values, kind, asset=with_xmp(kind)), says=(ADDITIONAL,)),
            case(
                f"{kind}: XMP and one byte more",
                left_out(lambda p: sorted([store(p), *(Span(f.start, f.length + 1) for f in xmp_frames(p))]), kind, asset=with_xmp(kind)),
                MISMATCH,
            ),
            case(f"{kind}: the store shrunk and the place used", lambda k=kind: shrunk(k), MISMATCH),
        )
    ),
    case("a comment in front of the store", changed(inserted(b"\xff\xfe\x00\x06evil", lambda _: 2)), MISMATCH),
    case("a comment behind the store", changed(inserted(b"\xff\xfe\x00\x06evil", behind_store)), MISMATCH),
    case("as many exclusions as allowed", left_out(lambda p: [Span(0, 0), Span(0, 0), store(p)]), limits=FEW),
    case("one exclusion too many", left_out(lambda p: [Span(0, 0), Span(0, 0), Span(0, 0), store(p)]), MALFORMED, limits=FEW),
    case("padding and a name are ignored", binding_with(pad=bytes(40), pad2=b"x", name="anything", url="https://example.org")),
    case(
        "no algorithm of its own",
        lambda: signed(Recipe([actions(CREATED), Assertion("c2pa.hash.data", {"hash": bytes(32), "exclusions": []})])),
    ),
    case("an algorithm that is null", binding_with(alg=None)),
    case("SHA-1", binding_with(alg="sha1"), "algorithm.unsupported"),
    case("algorithm is a number", binding_with(alg=5), "algorithm.unsupported"),
    case("hash of another algorithm", binding_with(alg="sha512"), MISMATCH),
    case("no hash", without("hash"), MISMATCH),
    case("no exclusions", without("exclusions"), MISMATCH),
    case("hash is a text", wrong(hash="hash"), MISMATCH),
    case("exclusions is a map", wrong(exclusions={"start": 1}), MALFORMED),
    case("an exclusion is a list", wrong(exclusions=[[1, 2]]), MALFORMED),
    case("an exclusion without length", wrong(exclusions=[{"start": 1}]), MALFORMED),
    case("an exclusion with a fraction", wrong(exclusions=[{"start": 1.5, "length": 2}]), MALFORMED),
    case("an exclusion with true", wrong(exclusions=[{"start": True, "length": True}]), MALFORMED),
    case("an exclusion beyond 64 bits", wrong(exclusions=[{"start": 2**64 - 1, "length": 2**64 - 1}]), MISMATCH),
    case(
        "the hash of nothing",
        wrong(
            exclusions=[{"start": 0, "length": 0}], hash=bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        ),
        MISMATCH,
    ),
    case("the assertion is a list", lambda: signed(Recipe([actions(CREATED), Assertion("c2pa.hash.data", [1])]), binding=None), MALFORMED),
    # Bindings of other formats.
    *(
        case(f"a picture bound as a film, {version}", as_film(version, bmff_hash(film())), "assertion.bmffHash.mismatch")
        for version in ("v2", "v3")
    ),
    case("a picture bound as a film without exclusions", as_film("v3", {"hash": bytes(32)}), "assertion.bmffHash.malformed"),
    case("a picture bound as a film of the first version", as_film("", bmff_hash(film())), "claim.hardBindings.missing"),
    # A store beside the file.
    case("beside", beside, says=(MATCH,)),
    case("beside, the picture changed", lambda: (flipped(-30)(beside()[0]), beside()[1]), MISMATCH),
    case("beside, with a part of the picture left out", beside_excluding(lambda _: [Span(30, 40)]), MISMATCH),
    case("beside, a part left out and overwritten", beside_excluding(lambda _: [Span(len(plain()) - 40, 20)], flipped(-30)), MISMATCH),
    case("beside, with XMP left out", beside_excluding(xmp_frames, asset=with_xmp("jpg")), MISMATCH),
    case("the store taken out, metadata in its place", taken_out, MISMATCH),
)
