"""Files of several parts: a picture with its gain map behind it, and a film behind both, as phones make them."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Sequence
from typing import Any

from credkit.assets import BytesSource, JpegFormat
from tests.forge.bmff import bmff_hash, film
from tests.forge.boxes import Node
from tests.forge.files import Placed, exact, plain, signed
from tests.forge.manifests import CREATED, Assertion, Recipe, Ref, actions, data_hash
from tests.forge.pictures import picture

__all__ = ["FILM", "GAIN_MAP", "HARD", "MULTI", "PRIMARY", "ranges", "several"]

HARD, MULTI = "c2pa.hash.data", "c2pa.hash.multi-asset"
PRIMARY = "c2pa.hash.data.part"
GAIN_MAP = picture("jpg", 12, 8)
FILM = b"".join(film())
Part = dict[str, Any]


def _index(first: bytes, further: int) -> bytes:
    """The multi-picture segment (CIPA DC-007) that says where the second picture begins; it goes behind APP0."""
    entries = struct.pack("<IIIHH", 0x030000, 0, 0, 0, 0) + struct.pack("<IIIHH", 0, 0, further, 0, 0)
    fields = struct.pack("<HHI4s", 0xB000, 7, 4, b"0100") + struct.pack("<HHII", 0xB001, 4, 1, 2)
    fields += struct.pack("<HHII", 0xB002, 7, len(entries), 8 + 2 + 36 + 4)
    body = b"MPF\x00II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 3) + fields + bytes(4) + entries
    segment = b"\xff\xe2" + (2 + len(body)).to_bytes(2, "big") + body
    return first[:20] + segment + first[20:]


def multi_picture() -> bytes:
    """A JPEG with a multi-picture index, which the gain map shall follow."""
    first = plain()
    return _index(first, len(_index(first, 0)) - 20 - 8)


def ranges(placed: Placed, behind: Sequence[bytes]) -> list[tuple[int, int]]:
    """Where the parts lie: what is in front of ``behind``, and each of those."""
    start = len(placed.data) - sum(map(len, behind))
    found = [(0, start)]
    for part in behind:
        found.append((start, len(part)))
        start += len(part)
    return found


def _primary_by_boxes(placed: Placed, length: int) -> dict[str, Any]:
    """The box hash of the first picture alone, one entry a box."""
    source = BytesSource(placed.data[:length])
    listed: list[dict[str, Any]] = []
    form = JpegFormat()
    for found in form.boxes(source, form.scan(source)):
        digest = b"\0" if found.name == "C2PA" else hashlib.sha256(source.read(found.span.start, found.span.length)).digest()
        listed.append({"names": [found.name], "hash": digest, "pad": b""})
    return {"boxes": listed}


def several(
    *behind: bytes,
    optional: bool = True,
    edit: Callable[[list[Part], Placed], list[Part] | None] | None = None,
    value: Callable[[list[Part]], Any] | None = None,
    change: Callable[[bytes], bytes] = lambda data: data,
    more: Sequence[Assertion] = (),
    by_boxes: bool = False,
    hard: Callable[[Placed], dict[str, Any]] = exact,
    hard_label: str = HARD,
    place: str | None = "created",
    part_place: str | None = "created",
    part_fields: dict[str, Any] | None = None,
    spoil: Callable[[Node], object] | None = None,
    version: int = 2,
    name: str = "active",
) -> bytes:
    """A signed picture with ``behind`` behind it, the gain map by default.

    ``edit`` changes the list of parts, ``value`` what is stated as ``parts``, ``change`` the finished file. A part that begins like a film
    is bound by its boxes.
    """
    behind = behind or (GAIN_MAP,)
    first = "c2pa.hash.boxes.part" if by_boxes else PRIMARY
    labels = [first, *(_label(part, number, first) for number, part in enumerate(behind, 1))]

    def parts(placed: Placed) -> dict[str, dict[str, Any]]:
        found = ranges(placed, behind)
        listed: list[Part] = [
            {"location": {"byteOffset": start, "length": length}, "hashAssertion": Ref(label)}
            | ({"optional": True} if at and optional else {})
            for at, ((start, length), label) in enumerate(zip(found, labels, strict=True))
        ]
        edited = edit(listed, placed) if edit else None
        listed = listed if edited is None else edited
        hashes = {labels[0]: _primary_by_boxes(placed, found[0][1]) if by_boxes else _primary(placed, found[0][1])}
        hashes |= {label: _hash(part) | (part_fields or {}) for label, part in zip(labels[1:], behind, strict=True)}
        return hashes | {MULTI: {"parts": value(listed) if value else listed}}

    start: Any = {"boxes": [{"names": ["SOI"], "hash": bytes(32)}]} if hard_label == "c2pa.hash.boxes" else data_hash().value
    assertions = [Assertion(label, {"alg": "sha256"}, place=part_place if at else "created") for at, label in enumerate(labels)]
    recipe = Recipe(
        [actions(CREATED), *assertions, Assertion(MULTI, {}, place=place), *more, Assertion(hard_label, start)], version=version, name=name
    )
    asset = multi_picture() + b"".join(behind)
    return change(signed(recipe, asset=asset, binding=hard, by=hard_label, parts=parts, spoil=spoil))


def _label(part: bytes, number: int, first: str) -> str:
    if part[4:8] == b"ftyp":
        return "c2pa.hash.bmff.v3.part"
    return f"{PRIMARY}__{number}" if first == PRIMARY else PRIMARY if number == 1 else f"{PRIMARY}__{number - 1}"


def _primary(placed: Placed, length: int) -> dict[str, Any]:
    left = placed.data[:length]
    for frame in sorted(placed.frames, reverse=True):
        left = left[: frame.start] + left[frame.end :]
    exclusions = [{"start": frame.start, "length": frame.length} for frame in placed.frames]
    return {"exclusions": exclusions, "hash": hashlib.sha256(left).digest(), "pad": b""}


def _hash(part: bytes) -> dict[str, Any]:
    return bmff_hash(film()) if part == FILM else {"hash": hashlib.sha256(part).digest(), "pad": b""}
