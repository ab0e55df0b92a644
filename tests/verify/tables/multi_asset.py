"""Files of several parts: when the multi-asset hash decides, and what it says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from credkit.limits import DEFAULT_LIMITS
from tests.binding.tables import boxes, entry
from tests.forge.boxes import Node
from tests.forge.files import Placed
from tests.forge.manifests import Assertion, Ref, label_of
from tests.forge.parts import FILM, GAIN_MAP, MULTI, PRIMARY, several
from tests.forge.pictures import picture
from tests.verify.case import Case, case
from tests.verify.tables.updates import update

MATCH = "assertion.multiAssetHash.match"
MISMATCH = "assertion.multiAssetHash.mismatch"
MALFORMED = "assertion.multiAssetHash.malformed"
MISSING = "assertion.multiAssetHash.missingPart"
WHOLE = "assertion.dataHash.match"
HARD_MISMATCH = "assertion.dataHash.mismatch"
ADDITIONAL = "assertion.dataHash.additionalExclusionsPresent"
Edit = Callable[[list[dict[str, Any]], Placed], "list[dict[str, Any]] | None"]


def without_map(file: bytes) -> bytes:
    return file.removesuffix(GAIN_MAP)


def without_film(file: bytes) -> bytes:
    return file.removesuffix(FILM)


def flipped(at: int) -> Callable[[bytes], bytes]:
    return lambda file: file[:at] + bytes((file[at] ^ 1,)) + file[at + 1 :] if at >= 0 else flipped(len(file) + at)(file)


def made(*behind: bytes, **options: Any) -> Callable[[], bytes]:
    return lambda: several(*behind, **options)


def listed(edit: Edit, **options: Any) -> Callable[[], bytes]:
    """The list of parts is edited, and the gain map is cut off, so that the list is asked at all."""
    return made(edit=edit, change=without_map, **options)


def setting(index: int, **fields: Any) -> Edit:
    return lambda parts, _: parts[index].update(fields)


def dropping(index: int, field: str) -> Edit:
    return lambda parts, _: parts[index].pop(field) and None


def at(index: int, **fields: Any) -> Edit:
    """Another place for one part; an integer is added to what is right."""

    def edit(parts: list[dict[str, Any]], _: Placed) -> None:
        place = parts[index]["location"]
        parts[index]["location"] = {
            key: place[key] + fields[key] if type(fields.get(key)) is int else fields.get(key, place[key]) for key in place
        }

    return edit


def locators(parts: list[dict[str, Any]], _: Placed) -> None:
    for part in parts:
        part["locator"] = part.pop("location")


def as_texts(parts: list[dict[str, Any]], _: Placed) -> None:
    for part in parts:
        part["hashAssertion"] = f"self#jumbf=c2pa.assertions/{part['hashAssertion'].label}"


def reversed_list(parts: list[dict[str, Any]], _: Placed) -> list[dict[str, Any]]:
    return parts[::-1]


def all_after(placed: Placed) -> dict[str, Any]:
    """The box hash of the whole file: the boxes of the first picture, and all that follows as one."""
    first = []
    for found in boxes(placed):
        first.append(entry(placed, found))
        if found.name == "EOI":
            break
    rest = placed.data[found.span.end :]
    return {"boxes": [*first, {"names": ["c2pa.after"], "hash": hashlib.sha256(rest).digest(), "pad": b""}]}


NOWHERE = "self#jumbf=c2pa.assertions/c2pa.hash.data.part__9"
NOTE = Assertion("org.test.note", {"a": 1})
TWO = replace(DEFAULT_LIMITS, parts=2)
ONE = replace(DEFAULT_LIMITS, parts=1)

CASES: tuple[Case, ...] = (
    # It is asked only when the hard binding does not match.
    case("whole", made(), says=(WHOLE,), lacks=(MATCH,)),
    case("whole, the list of parts wrong", made(value=lambda _: []), says=(WHOLE,), lacks=(MATCH,)),
    case("the gain map cut off", made(change=without_map), says=(MATCH,), lacks=(HARD_MISMATCH, WHOLE)),
    case("the gain map cut off, claim of version 1", made(change=without_map, version=1), says=(MATCH,)),
    case("bound by boxes", made(by_boxes=True, change=without_map), says=(MATCH,)),
    case(
        "bound by boxes throughout",
        made(by_boxes=True, hard=all_after, hard_label="c2pa.hash.boxes"),
        says=("assertion.boxesHash.match",),
        lacks=(MATCH,),
    ),
    case(
        "bound by boxes throughout, the gain map cut off",
        made(by_boxes=True, hard=all_after, hard_label="c2pa.hash.boxes", change=without_map),
        says=(MATCH,),
        lacks=("assertion.boxesHash.mismatch",),
    ),
    case("with a film", made(GAIN_MAP, FILM), says=(WHOLE,)),
    case("the film cut off", made(GAIN_MAP, FILM, change=without_film), says=(MATCH,)),
    case("the film and the gain map cut off", made(GAIN_MAP, FILM, change=lambda f: without_map(without_film(f))), says=(MATCH,)),
    case("the film changed", made(GAIN_MAP, FILM, change=flipped(-1)), MISMATCH),
    case("the gain map in front of the film cut out", made(GAIN_MAP, FILM, change=lambda f: f.replace(GAIN_MAP, b"")), MISMATCH),
    case("the key of the clause's text", listed(locators), says=(MATCH,)),
    case("references as texts", listed(as_texts), says=(MATCH,)),
    case("parts in another order", listed(reversed_list), says=(MATCH,)),
    # The content.
    case("the gain map cut off, which is not optional", made(optional=False, change=without_map), MISSING, lacks=(HARD_MISMATCH,)),
    case("the picture changed", made(change=flipped(-len(GAIN_MAP) - 30)), MISMATCH, lacks=(HARD_MISMATCH,)),
    case("the picture changed and the gain map cut off", made(change=lambda f: flipped(-30)(without_map(f))), MISMATCH),
    case("the gain map changed", made(change=flipped(-30)), MISMATCH),
    case("the gain map cut short", made(change=lambda f: f[:-1]), MISMATCH),
    case("one byte of the gain map left", made(change=lambda f: without_map(f) + GAIN_MAP[:1]), MISMATCH),
    case("the picture cut short", made(change=lambda f: without_map(f)[:-1]), MISMATCH),
    case("another gain map", made(change=lambda f: without_map(f) + picture("jpg", 16, 8)), MALFORMED),
    case("another gain map of the same length", made(change=lambda f: without_map(f) + bytes(len(GAIN_MAP))), MISMATCH),
    case("a byte behind the end", made(change=lambda f: f + b"\0"), MALFORMED),
    case("a comment in the picture", made(change=lambda f: f[:2] + b"\xff\xfe\x00\x06evil" + f[2:]), MALFORMED),
    case("a part with a wrong hash", made(change=flipped(-30), part_fields={"hash": bytes(32)}), MISMATCH),
    case("a part with an unknown algorithm", made(change=flipped(-30), part_fields={"alg": "md5"}), MISMATCH),
    case("a part that leaves out a range", made(change=flipped(-30), part_fields={"exclusions": [{"start": 0, "length": 2}]}), MISMATCH),
    case(
        "a part with overlapping exclusions", made(change=flipped(-30), part_fields={"exclusions": [{"start": 1, "length": -1}]}), MISMATCH
    ),
    # The form.
    case("no parts", listed(lambda *_: []), MALFORMED, lacks=(HARD_MISMATCH,)),
    case("parts is a map", made(value=lambda parts: parts[0], change=without_map), MALFORMED),
    case("a part is a text", made(value=lambda _: ["part"], change=without_map), MALFORMED),
    case("a part without place", listed(dropping(1, "location")), MALFORMED),
    case("a place that is a number", listed(setting(1, location=7)), MALFORMED),
    case("an empty place", listed(setting(1, location={})), MALFORMED),
    case("a place without length", listed(setting(1, location={"byteOffset": 5})), MALFORMED),
    case("a negative offset", listed(setting(1, location={"byteOffset": -1, "length": 5})), MALFORMED),
    case("a negative length", listed(setting(1, location={"byteOffset": 5, "length": -1})), MALFORMED),
    case("an offset that is true", listed(setting(1, location={"byteOffset": True, "length": 5})), MALFORMED),
    case("an offset with a fraction", listed(setting(1, location={"byteOffset": 0.5, "length": 5})), MALFORMED),
    case("an offset beyond 64 bits", listed(at(1, byteOffset=2**63)), says=(MATCH,)),
    case("a box in a JPEG", listed(setting(1, location={"bmffBox": "/mpvd"})), MALFORMED),
    case("a box without path", listed(setting(1, location={"bmffBox": 7})), MALFORMED),
    case("a part without hash", listed(dropping(1, "hashAssertion")), MALFORMED),
    case("a hash that is a number", listed(setting(1, hashAssertion=7)), MALFORMED),
    case("a hash that is not there", listed(setting(1, hashAssertion=NOWHERE)), MALFORMED),
    case(
        "the hash of the whole as that of a part", listed(setting(1, hashAssertion="self#jumbf=c2pa.assertions/c2pa.hash.data")), MALFORMED
    ),
    case("a hash of no known kind", listed(setting(1, hashAssertion=Ref(NOTE.label)), more=(NOTE,)), MALFORMED),
    case("a hash that was only gathered", made(part_place="gathered", change=without_map), MALFORMED),
    case("optional is a number", listed(setting(1, optional=1)), MALFORMED),
    case("a gap", listed(at(0, length=-1)), MALFORMED),
    case("an overlap", made(edit=at(1, byteOffset=-1), change=flipped(-30)), MALFORMED),
    case("the same part twice", made(value=lambda parts: [*parts, parts[1]], change=flipped(-30)), MALFORMED),
    case("two multi-asset hashes", made(more=(Assertion(f"{MULTI}__1", {"parts": []}),), change=without_map), MALFORMED),
    case("as many parts as allowed", made(change=without_map), says=(MATCH,), limits=TWO),
    case("one part too many", made(change=without_map), MALFORMED, limits=ONE),
    # What the signer does not vouch for does not decide.
    case("only gathered", made(place="gathered", change=without_map), HARD_MISMATCH, lacks=(MATCH,)),
    case(
        "a hash of a part altered",
        made(change=without_map, spoil=lambda tree: _alter(tree, PRIMARY)),
        MALFORMED,
        "assertion.hashedURI.mismatch",
        "hashedURI.mismatch",
    ),
    case("an update on top", update(file=made(name="parent")), says=(WHOLE,)),
    case("an update on top, the gain map cut off", update(file=made(name="parent"), change=without_map), says=(MATCH,)),
    case("an update on top, the film cut off", update(file=made(GAIN_MAP, FILM, name="parent"), change=without_film), says=(MATCH,)),
    case("two updates on top, the gain map cut off", update(file=update(file=made(name="parent"), name="first"), change=without_map)),
    case("an update on top, the gain map changed", update(file=made(name="parent"), change=flipped(-30)), MISMATCH),
    case("an update on top, the picture changed", update(file=made(name="parent"), change=flipped(-len(GAIN_MAP) - 30)), MISMATCH),
    case("an update on top, a byte behind the end", update(file=made(name="parent"), change=lambda f: f + b"\0"), MALFORMED),
    # A box hash does not tell how long the store was.
    case("an update on top, bound by boxes", update(file=made(name="parent", by_boxes=True), change=without_map), MALFORMED),
)


def _alter(tree: Node, label: str) -> None:
    leaf = tree.at(f"{label_of('active')}/c2pa.assertions/{label}").leaf()
    leaf.payload = leaf.payload.replace(b"pad", b"paD")
