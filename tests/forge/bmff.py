"""ISO base media files of a few boxes, and BMFF hashes over them that are computed here step by step from the words of the clause."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from credkit.codec import cbor

__all__ = [
    "C2PA",
    "EXCLUSIONS",
    "IN_TREE",
    "Roots",
    "bmff_hash",
    "box",
    "c2pa_box",
    "film",
    "large_box",
    "merkle_box",
    "rows",
    "sha256",
]

C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
EXCLUSIONS: list[dict[str, Any]] = [{"xpath": "/uuid", "data": [{"offset": 8, "value": C2PA}]}, {"xpath": "/mfra"}]
"""What every list has."""
IN_TREE = {"xpath": "/mdat", "subset": [{"offset": 16, "length": 0}]}
"""What it has when a Merkle tree holds the media."""
Roots = Sequence[bytes]


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def box(kind: str, *payload: bytes) -> bytes:
    data = b"".join(payload)
    return (8 + len(data)).to_bytes(4, "big") + kind.encode("latin-1") + data


def large_box(kind: str, payload: bytes) -> bytes:
    """A box with a 64-bit size."""
    return (1).to_bytes(4, "big") + kind.encode("latin-1") + (16 + len(payload)).to_bytes(8, "big") + payload


def c2pa_box(purpose: str, payload: bytes) -> bytes:
    offset = bytes(8) if purpose in ("manifest", "original") else b""
    return box("uuid", C2PA, bytes(4), purpose.encode() + b"\0", offset, payload)


def merkle_box(location: int, hashes: Iterable[bytes] = (), *, unique: int = 1, local: int = 0, padding: int = 0) -> bytes:
    value: dict[str, Any] = {"uniqueId": unique, "localId": local, "location": location}
    listed = list(hashes)
    return c2pa_box("merkle", cbor.encode(value | ({"hashes": listed} if listed else {})) + bytes(padding))


def film(media: bytes = b"the media of a film") -> list[bytes]:
    """The boxes of the root of a very small file, with a place for the manifest."""
    track = box("trak", box("tkhd", bytes(12)), box("mdia", box("minf", box("stbl", box("stco", bytes(8))))))
    return [
        box("ftyp", b"isom\0\0\2\0isom"),
        c2pa_box("manifest", b"a store"),
        box("free", b"room"),
        box("mdat", media),
        box("moov", box("mvhd", bytes(8)), track, track),
    ]


def bmff_hash(roots: Roots, left_out: dict[int, Sequence[tuple[int, int]]] | None = None, **more: Any) -> dict[str, Any]:
    """The assertion over these boxes: those of C2PA and ``mfra`` are left out, and of others, by number, ranges from their start."""
    state, position = hashlib.sha256(), 0
    for number, root in enumerate(roots):
        ranges = (left_out or {}).get(number, ())
        if (root[4:8] == b"uuid" and root[8:24] == C2PA) or root[4:8] == b"mfra" or (0, len(root)) in ranges:
            position += len(root)
            continue
        state.update(position.to_bytes(8, "big"))
        start = 0
        for first, last in (*ranges, (len(root), len(root))):
            state.update(root[start:first])
            start = last
        position += len(root)
    return {"exclusions": EXCLUSIONS, "alg": "sha256", "hash": state.digest()} | more


def rows(leaves: Sequence[bytes]) -> list[list[bytes]]:
    """All rows of a Merkle tree, the leaves first; a node without a sibling rises as it is."""
    found = [list(leaves)]
    while len(found[-1]) > 1:
        row = found[-1]
        found.append([sha256(*row[at : at + 2]) if at + 1 < len(row) else row[at] for at in range(0, len(row), 2)])
    return found
