"""The genuine files that attackers start from, in all formats, and what anybody can do to them without a key.

``genuine`` gives a sound file with a manifest that a trusted signer made; ``roomy`` one whose signature box has unprotected padding, so
that an attacker finds room for boxes of his own without any length having to change. ``retold`` changes the box tree of its store.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from credkit.assets import BytesSource, detect, read_store
from credkit.assets.layout import AssetFormat, Layout, StoreLocation
from tests.assets.catalogue import SAMPLES
from tests.forge.archives import epub, signed_archive
from tests.forge.bmff import bmff_hash
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.documents import signed_pdf
from tests.forge.files import Placed, embed, exact, signed, standard
from tests.forge.manifests import CREATED, Assertion, Recipe, Signing, actions, data_hash, label_of, thumbnail

__all__ = [
    "ACTIVE",
    "ADDITIONAL",
    "FORMATS",
    "INTACT",
    "MALFORMED",
    "MATCH",
    "MATCHES",
    "MISMATCH",
    "MISMATCHES",
    "PAD",
    "SIGNED",
    "SOUND",
    "STATED",
    "UNBOUND",
    "box_bound",
    "embedded",
    "genuine",
    "layout_of",
    "location",
    "retold",
    "roomy",
    "split_boxes",
    "store_in",
    "taken",
    "where",
]

ACTIVE = label_of("active")
PAD = 3_000
"""Zeros in the unprotected header of ``roomy`` files."""
UNBOUND = "org.credkit.unbound"
SIGNED = ("claimSignature.validated", "claimSignature.insideValidity", "signingCredential.trusted")
"""What is said of a claim that a trusted signer made and nobody changed."""
STATED = "assertion.hashedURI.match"
INTACT = (*SIGNED, STATED)
"""The manifest is as it was signed; whether the file is, has still to be said."""
MATCH, MISMATCH = "assertion.dataHash.match", "assertion.dataHash.mismatch"
ADDITIONAL = "assertion.dataHash.additionalExclusionsPresent"
SOUND = (*INTACT, MATCH)
MALFORMED = "manifest.inaccessible.malformed"
"""The store was found, and is none."""
FORMATS: dict[str, str] = {
    "jpg": "jpeg",
    "png": "png",
    "webp": "webp",
    "gif": "gif",
    "tif": "tiff",
    "svg": "svg",
    "wav": "wav",
    "avi": "avi",
    "mp3": "mp3",
    "flac": "flac",
    "safetensors": "safetensors",
    "onnx": "onnx",
    "parquet": "parquet",
    "jxl": "jxl",
    "mp4": "mp4",
    "heif": "heif",
    "pdf": "pdf",
    "zip": "zip",
}
"""Each kind with the sample that is signed; a PDF and a ZIP are made by the forge."""
_BMFF, _BOXES = ("mp4", "heif"), ("jxl",)
_STATED_SIZE = ("webp", "tif", "wav", "avi")
"""Kinds whose data hash leaves out a field with the size of the store besides the store, which is told."""
MATCHES: dict[str, str] = {
    kind: "assertion.bmffHash.match"
    if kind in _BMFF
    else "assertion.boxesHash.match"
    if kind in _BOXES
    else "assertion.collectionHash.match"
    if kind == "zip"
    else MATCH
    for kind in FORMATS
}
"""What the hard binding of a sound file of that kind says."""
MISMATCHES: dict[str, tuple[str, ...]] = {
    kind: (MATCHES[kind].replace("match", "mismatch"), *((ADDITIONAL,) if kind in _STATED_SIZE else ())) for kind in FORMATS
}
"""What it says when hashed bytes were changed."""


def split_boxes(data: bytes) -> list[bytes]:
    """The boxes at the root of an ISO base media file."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        size = int.from_bytes(data[at + 8 : at + 16], "big") if size == 1 else size
        found.append(data[at : at + size])
        at += size
    return found


def _by_boxes(placed: Placed) -> dict[str, Any]:
    """A box hash with one entry a box."""
    from hashlib import sha256

    source = BytesSource(placed.data)
    listed: list[dict[str, Any]] = []
    for found in placed.format.boxes(source, placed.layout):
        digest = b"\0" if found.name == "C2PA" else sha256(source.read(found.span.start, found.span.length)).digest()
        listed.append({"names": [found.name], "hash": digest, "pad": b""})
    return {"boxes": listed}


def box_bound(kind: str = "jpg", **options: Any) -> bytes:
    """A file that is bound by its boxes."""
    start = Assertion("c2pa.hash.boxes", {"alg": "sha256", "boxes": []})
    return signed(Recipe([actions(CREATED), start], **options), asset=SAMPLES[FORMATS[kind]].data, by="c2pa.hash.boxes", binding=_by_boxes)


@cache
def genuine(kind: str = "jpg", *, pad: int = 0, thumb: bool = False, note: int = 0, name: str = "active") -> bytes:
    """A file of that kind with one sound manifest; ``pad`` zeros in its unprotected header, ``thumb`` a thumbnail, ``note`` so many bytes
    more.
    """
    if kind == "pdf":
        return signed_pdf()
    if kind == "zip":
        return signed_archive(epub())
    more = [thumbnail()] if thumb else []
    more += [Assertion("org.test.note", {"text": bytes(note)})] if note else []
    signing = Signing(unprotected={"pad": bytes(pad)} if pad else {})
    asset = SAMPLES[FORMATS[kind]].data
    if kind in _BMFF:
        recipe = Recipe([actions(CREATED), *more, Assertion("c2pa.hash.bmff.v3", bmff_hash([b""]))], signing=signing, name=name)
        return signed(recipe, asset=asset, by="c2pa.hash.bmff.v3", binding=lambda placed: bmff_hash(split_boxes(placed.data)))
    if kind in _BOXES:
        return box_bound(kind, signing=signing, name=name)
    return signed(Recipe([actions(CREATED), *more, data_hash()], signing=signing, name=name), asset=asset, binding=exact)


def roomy(kind: str = "jpg", **options: Any) -> bytes:
    """A file whose signature box has unprotected padding."""
    return genuine(kind, pad=PAD, **options)


def _format(file: bytes) -> tuple[BytesSource, AssetFormat]:
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    return source, found


def layout_of(file: bytes) -> Layout:
    """What a scan of the file finds."""
    source, found = _format(file)
    return found.scan(source)


def location(file: bytes) -> StoreLocation:
    """Where the one store of a file lies."""
    store = layout_of(file).store
    assert store is not None
    return store


def where(file: bytes) -> tuple[int, int]:
    """First byte and end of the store with its framing."""
    frame = location(file).frame
    assert len(frame) == 1
    return frame[0].start, frame[0].end


def store_in(file: bytes) -> bytes:
    """The manifest store of a file."""
    return read_store(BytesSource(file), location(file))


def embedded(asset: bytes, store: bytes) -> bytes:
    """``asset`` with that store, in the place of its own if it has one."""
    return embed(asset, store)[0]


def taken(file: bytes) -> bytes:
    """The file without its store."""
    from tests.assets.samples import embedded as put

    return put(file, None)  # type: ignore[no-any-return,unused-ignore]


def retold(file: bytes, spoil: Callable[[Node], object], *, room: int = 0) -> bytes:
    """The file with the box tree of its store changed; ``room`` bytes of the unprotected padding are given up for it."""
    tree = read_tree(store_in(file))
    if room:
        _shrink(tree.at(ACTIVE).at("c2pa.signature").leaf(), room)
    spoil(tree)
    return embedded(file, tree.encode())


def _shrink(leaf: Leaf, room: int) -> None:
    """Take so many zeros out of the padding; nothing that is signed says how many there are."""
    full, less = (b"\x63pad\x59" + size.to_bytes(2, "big") + bytes(size) for size in (PAD, PAD - room))
    assert full in leaf.payload
    assert PAD - room >= 256
    leaf.payload = leaf.payload.replace(full, less)


def sound_recipe(*more: Assertion, **options: Any) -> Recipe:
    """A sound manifest whose signature box has unprotected padding."""
    return standard(*more, signing=Signing(unprotected={"pad": bytes(PAD)}), **options)
