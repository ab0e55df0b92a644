"""Attacks on what ties a manifest to a file: bytes changed, added, taken away, stores pasted, freed places used, ranges left out."""

from __future__ import annotations

import io
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from credkit.assets import Span
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import (
    ADDITIONAL,
    FORMATS,
    INTACT,
    MALFORMED,
    MISMATCH,
    MISMATCHES,
    SOUND,
    UNBOUND,
    box_bound,
    embedded,
    genuine,
    layout_of,
    retold,
    roomy,
    store_in,
    taken,
    where,
)
from tests.assets.samples import chunk, segment, with_metadata
from tests.forge.files import Placed, beside, excluding, plain, signed, standard
from tests.forge.manifests import CREATED, Recipe, actions, data_hash
from tests.forge.pictures import picture, repainted

__all__ = ["ATTACKS"]

Change = Callable[[bytes], bytes]
_CLOSED = ("svg", "onnx", "parquet")
"""Kinds that are no longer what they were with a byte more behind them."""
_COUNTED = ("webp", "tif", "svg", "wav", "avi", "onnx", "parquet", "zip")
"""Kinds that are no longer what they were with a byte less."""


def _flipped(at: Callable[[bytes], int]) -> Change:
    def change(file: bytes) -> bytes:
        spoiled = bytearray(file)
        spoiled[at(file)] ^= 1
        return bytes(spoiled)

    return change


def _behind(name: bytes, distance: int) -> Callable[[bytes], int]:
    return lambda file: file.index(name) + distance


def _before_end(distance: int) -> Callable[[bytes], int]:
    return lambda file: len(file) - distance


_CONTENT: dict[str, Callable[[bytes], int]] = {
    "jpg": _before_end(30),
    "png": _behind(b"IDAT", 12),
    "webp": _behind(b"VP8 ", 40),
    "gif": _before_end(20),
    "tif": lambda _: 100,
    "svg": _behind(b'width="5"', 7),
    "wav": _behind(b"data", 20),
    "avi": _behind(b"movi", 16),
    "mp3": _before_end(200),
    "flac": _before_end(20),
    "safetensors": _before_end(1),
    "onnx": _behind(b"credkit", 0),
    "parquet": lambda _: 12,
    "jxl": _before_end(5),
    "mp4": _behind(b"mdat", 6),
    "heif": _behind(b"mdat", 6),
    "pdf": _behind(b"100 100 l", 0),
    "zip": _behind(b"application/epub+zip", 4),
}
"""A byte of each kind that people or machines look at."""


def _zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(zipfile.ZipInfo("payload.txt"), b"payload")
    return out.getvalue()


def _put_in(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at:]


def _riff(file: bytes, at: int, new: bytes) -> bytes:
    """A chunk put into a RIFF file, whose size field, which no hash covers, grows with it."""
    size = int.from_bytes(file[4:8], "little") + len(new)
    return _put_in(file[:4] + size.to_bytes(4, "little") + file[8:], at, new)


_COMMENT = segment(0xFE, b"renderable")
_TEXT = chunk(b"tEXt", b"Comment\0evil")
_INSERTED: dict[str, Change] = {
    "jpg": lambda file: _put_in(file, 2, _COMMENT),
    "png": lambda file: _put_in(file, 33, _TEXT),
    "webp": lambda file: _riff(file, len(file), b"EVIL\x04\0\0\0evil"),
    "gif": lambda file: _put_in(file, where(file)[0], b"!\xfe\x04evil\0"),
    "svg": lambda file: file.replace(b"<rect", b'<rect fill="#00f" width="9" height="9"/><rect', 1),
    "wav": lambda file: _riff(file, len(file), b"EVIL\x04\0\0\0evil"),
    "mp4": lambda file: file + b"\0\0\0\x0cfreeevil",
    "jxl": lambda file: file + b"\0\0\0\x0cfreeevil",
    "heif": lambda file: file + b"\0\0\0\x0cfreeevil",
}


def _pasted(first: str, second: str) -> bytes:
    """The store of a file of the first kind in one of the second."""
    asset = genuine(second)
    return embedded(asset, store_in(genuine(first)))


def _pasted_alike(kind: str) -> bytes:
    """The store of one picture in another of the same kind and size."""
    return embedded(repainted(kind), store_in(signed(standard(), kind=kind, asset=picture(kind))))


_FREED = 300


def _freed_tree(kind: str) -> bytes:
    from tests.forge.boxes import read_tree

    file = roomy(kind)
    shorter = retold(file, lambda tree: None, room=_FREED)
    assert len(read_tree(store_in(shorter)).encode()) == len(store_in(shorter))
    return shorter


def _freed(kind: str, new: Callable[[int], bytes], *, in_front: bool) -> bytes:
    """The store loses unprotected padding, and what it loses is filled with something of the attacker's, so that no length changes."""
    whole, shorter = roomy(kind), _freed_tree(kind)
    start, end = where(shorter)
    missing = len(whole) - len(shorter)
    assert missing > 0
    filling = new(missing)
    assert len(filling) == missing
    filled = _put_in(shorter, start if in_front else end, filling)
    return whole[:8] + filled[8:] if kind == "webp" else filled


def _filled(size: int) -> dict[str, bytes]:
    """Something that a viewer renders, as long as is wanted, in each kind."""
    return {
        "jpg": segment(0xFE, b"e" * (size - 4)),
        "png": chunk(b"tEXt", b"Comment\0".ljust(size - 12, b"e")),
        "svg": b'<rect width="9" height="9"/>'.ljust(size),
        "webp": b"EVIL" + (size - 8).to_bytes(4, "little") + b"e" * (size - 8),
        "gif": b"!\xfe" + b"".join(bytes((n,)) + b"e" * n for n in _pieces(size - 3)) + b"\0",
    }


def _pieces(size: int) -> list[int]:
    """Lengths of sub-blocks that take ``size`` bytes with the byte that gives each length."""
    found = []
    while size > 1:
        found.append(min(255, size - 1 if size != 257 else 200))
        size -= found[-1] + 1
    return found


def _in_base64(kind: str, filling: Callable[[int], bytes]) -> bytes:
    """The store loses padding, and its Base64 place holds something else behind it; everything around that place is as it was."""
    whole, shorter = roomy(kind), store_in(_freed_tree(kind))
    start, end = where(whole)
    text = b64encode(shorter)
    return whole[:start] + text + filling(end - start - len(text)) + whole[end:]


def _rebound(size: int) -> bytes:
    """The element of the store is closed, and what closes it then closes an element of another namespace."""
    return b'</c2pa:manifest><rect width="9" height="9"/><c2pa:manifest xmlns:c2pa="urn:evil">'.ljust(size)


def _detached(kind: str, filling: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """The store is moved beside the file, and what stood in the signed exclusion is now the attacker's."""
    file = genuine(kind)
    start, end = where(file)
    new = filling(end - start)
    assert len(new) == end - start
    return file[:start] + new + file[end:], store_in(file)


def _large(kind: str = "jpg", **options: Any) -> bytes:
    return genuine(kind, note=70_000, **options)


def _segments(file: bytes) -> tuple[bytes, list[bytes], bytes]:
    """What stands in front of the segments of the store, these, and what stands behind."""
    start, end = where(file)
    found, at = [], start
    while at < end:
        size = 2 + int.from_bytes(file[at + 2 : at + 4], "big")
        found.append(file[at : at + size])
        at += size
    return file[:start], found, file[end:]


def _with_segments(change: Callable[[list[bytes]], Sequence[bytes]]) -> Callable[[], bytes]:
    def make() -> bytes:
        front, parts, behind = _segments(_large())
        assert len(parts) == 2
        return front + b"".join(change(parts)) + behind

    return make


def _numbered(part: bytes, number: int) -> bytes:
    return part[:8] + number.to_bytes(4, "big") + part[12:]


def _of_instance(part: bytes, instance: int) -> bytes:
    return part[:6] + instance.to_bytes(2, "big") + part[8:]


def _headed(part: bytes, length: int) -> bytes:
    return part[:12] + length.to_bytes(4, "big") + part[16:]


def _tag_count(change: Callable[[int], int]) -> bytes:
    """The count of the TIFF field that says how long the store is, which no hash covers."""
    file = genuine("tif")
    field = layout_of(file).size_fields[0]
    count = int.from_bytes(file[field.start : field.end], "little")
    return file[: field.start] + change(count).to_bytes(4, "little") + file[field.end :]


def _excluding(spans: Callable[[Placed], Sequence[Span]], kind: str = "jpg", asset: bytes | None = None) -> Callable[[], bytes]:
    return lambda: signed(standard(), kind=kind, asset=asset, binding=excluding(spans))


def _stated(**fields: Any) -> Callable[[], bytes]:
    return lambda: signed(Recipe([actions(CREATED), data_hash(**fields)]), binding=None)


_XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>one</x:xmpmeta>"


def _unbound_metadata(placed: Placed) -> Sequence[Span]:
    return sorted((placed.frames[0], *(block.frame for block in placed.layout.metadata)))


def _metadata_changed(kind: str) -> bytes:
    """The signer left XMP out of the hash; whoever comes by writes another."""
    file = _excluding(_unbound_metadata, kind, with_metadata(plain(kind), xmp=_XMP))()
    changed = file.replace(b">one<", b">two<")
    if kind == "png":
        at = changed.index(b"iTXt")
        size = int.from_bytes(changed[at - 4 : at], "big")
        changed = changed[: at + 4 + size] + zlib.crc32(changed[at : at + 4 + size]).to_bytes(4, "big") + changed[at + 8 + size :]
    assert changed != file
    return changed


def _unit(file: bytes) -> bytes:
    start, end = where(file)
    return file[start:end]


def _twice(kind: str, *, foreign: bool = False, in_front: bool = False, at: Callable[[bytes], int] | None = None) -> bytes:
    """A second store beside the first: the same again, or one of another file."""
    file = genuine(kind)
    other = _unit(signed(standard(name="other"), asset=_asset(kind))) if foreign else _unit(file)
    start, end = where(file)
    place = at(file) if at else start if in_front else end
    if kind in ("webp", "wav"):
        return _riff(file, place + place % 2, other + bytes(len(other) % 2))
    return _put_in(file, place, other)


def _asset(kind: str) -> bytes:
    from tests.assets.catalogue import SAMPLES

    return SAMPLES[FORMATS[kind]].data


def _svg_twice() -> bytes:
    file = genuine("svg")
    start = file.index(b"<c2pa:manifest")
    end = file.index(b"</c2pa:manifest>") + 16
    return _put_in(file, end, file[start:end])


def _second_instance() -> bytes:
    """A second store in segments of another instance number."""
    front, parts, behind = _segments(genuine())
    return front + b"".join((*parts, *(_of_instance(part, 0x0777) for part in parts))) + behind


def _patched(kind: str, at: Callable[[bytes], int], new: bytes) -> Callable[[], bytes]:
    def make() -> bytes:
        file = genuine(kind)
        start = at(file)
        return file[:start] + new + file[start + len(new) :]

    return make


def _another_checksum() -> bytes:
    file = genuine("png")
    at = _end(file) - 1
    return file[:at] + bytes((file[at] ^ 0xA5,)) + file[at + 1 :]


def _header_size(difference: int) -> bytes:
    file = genuine("safetensors")
    return (int.from_bytes(file[:8], "little") + difference).to_bytes(8, "little") + file[8:]


def _start(file: bytes) -> int:
    return where(file)[0]


def _end(file: bytes) -> int:
    return where(file)[1]


def _behind_the_box(kind: str, filling: bytes) -> bytes:
    """The place of the store holds a shorter store and something behind it; every length around it is right."""
    shorter = store_in(_freed_tree(kind))
    missing = len(store_in(roomy(kind))) - len(shorter)
    return embedded(roomy(kind), shorter + filling * missing)


def _family(family: str, idea: str, keyless: bool = True) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_flip = _family("flipped-content", "One bit of the picture, the sound or the weights is changed.")
_append = _family("appended", "Something is put behind the end of a signed file, where some readers look first.")
_insert = _family("inserted", "A part of its own that viewers show is put into a signed file.")
_cut = _family("cut-short", "The end of a signed file is taken away.")
_paste = _family("pasted-store", "The store of one file is put into another, which then seems to be signed.")
_free = _family(
    "freed-padding", "Padding that no hash covers is taken out of the store, and the freed bytes of the signed exclusion hold new content."
)
_gap = _family("scattered-store", "The parts of a store are scattered, repeated or renumbered, so that an excluded range covers more.")
_beside = _family("detached-store", "The store is kept beside the file, and the range that was excluded for it holds new content.")
_range = _family("hostile-exclusions", "The excluded ranges are such that sums of them overflow, cancel out or cover everything.", False)
_leave = _family("excluded-content", "A signer leaves the content itself out of the hash, so that it can be exchanged later.", False)
_loose = _family("excluded-metadata", "What a signer left out of the hash, which the standard allows for metadata, is changed.")
_second = _family("second-store", "A second store stands in the file, for readers that take the first, or the last.")
_lie = _family("framing-lies", "The lengths and checksums around the store contradict what they are about.")
_none = _family("stripped", "The store is taken out: nothing may be said about the file then.")

ATTACKS: tuple[Attack, ...] = (
    *(
        _flip(f"flipped-{kind}", partial(lambda k: _flipped(_CONTENT[k])(genuine(k)), kind), "Invalid", *INTACT, *MISMATCHES[kind])
        for kind in FORMATS
    ),
    _flip("flipped-jpg-bound-by-boxes", lambda: _flipped(_before_end(30))(box_bound()), "Invalid", *INTACT, "assertion.boxesHash.mismatch"),
    *(
        _append(f"appended-byte-{kind}", partial(lambda k: genuine(k) + b"\0", kind), "Invalid", *INTACT, *MISMATCHES[kind])
        for kind in FORMATS
        if kind not in _CLOSED
    ),
    *(_append(f"appended-byte-{kind}", partial(lambda k: genuine(k) + b"\0", kind), "error") for kind in _CLOSED),
    *(
        _append(
            f"appended-picture-{kind}", partial(lambda k: genuine(k) + picture("jpg", 8, 8), kind), "Invalid", *INTACT, *MISMATCHES[kind]
        )
        for kind in ("jpg", "png", "webp", "gif")
    ),
    *(
        _append(f"appended-archive-{kind}", partial(lambda k: genuine(k) + _zipped(), kind), "Invalid", *INTACT, *MISMATCHES[kind])
        for kind in ("jpg", "png", "gif", "pdf")
    ),
    _append("appended-to-boxes", lambda: box_bound() + _zipped(), "Invalid", *INTACT, "assertion.boxesHash.unknownBox"),
    *(
        _insert(
            f"inserted-{kind}",
            partial(lambda k: _INSERTED[k](genuine(k)), kind),
            "Invalid",
            *INTACT,
            *(MISMATCHES[kind] if kind != "jxl" else ("assertion.boxesHash.unknownBox",)),
        )
        for kind in _INSERTED
    ),
    _insert("inserted-between-boxes", lambda: _put_in(box_bound(), 2, _COMMENT), "Invalid", *INTACT, "assertion.boxesHash.unknownBox"),
    *(
        _cut(f"cut-short-{kind}", partial(lambda k: genuine(k)[:-1], kind), "Invalid", *INTACT, *MISMATCHES[kind])
        for kind in FORMATS
        if kind not in _COUNTED
    ),
    *(
        _cut(f"cut-short-{kind}", partial(lambda k: genuine(k)[:-1], kind), "error", *((MALFORMED,) if kind == "tif" else ()))
        for kind in _COUNTED
    ),
    *(
        _paste(f"pasted-{first}-into-{second}", partial(_pasted, first, second), "Invalid", *INTACT, *MISMATCHES[first][:1])
        for first in ("jpg", "png", "webp", "gif", "svg", "mp4", "safetensors")
        for second in ("jpg", "png", "webp", "gif", "svg", "mp4", "safetensors")
        if first != second
    ),
    *(_paste(f"pasted-{kind}-into-{kind}", partial(_pasted_alike, kind), "Invalid", *INTACT, MISMATCH) for kind in ("jpg", "png")),
    *(
        _free(
            f"freed-padding-{kind}-{'in-front' if in_front else 'behind'}",
            partial(lambda k, f: _freed(k, lambda size: _filled(size)[k], in_front=f), kind, in_front),
            "Invalid",
            *INTACT,
            MISMATCH,
        )
        for kind in ("jpg", "png", "webp", "gif")
        for in_front in (True, False)
    ),
    *(
        _free(f"freed-padding-{kind}", partial(_in_base64, kind, lambda size: b"evil".ljust(size, b"=")), "error", MALFORMED)
        for kind in ("safetensors", "onnx", "parquet", "svg")
    ),
    _free("freed-padding-svg-element", lambda: _in_base64("svg", b'<rect width="9" height="9"/>'.ljust), "error", MALFORMED),
    _free("freed-padding-svg-two-elements", lambda: _in_base64("svg", b"</c2pa:manifest><c2pa:manifest>".ljust), "error"),
    _free("freed-padding-svg-rebound", lambda: _in_base64("svg", _rebound), "error"),
    _free("freed-padding-svg-spaces", lambda: _in_base64("svg", lambda size: b" " * size), "Invalid", *INTACT, MISMATCH),
    _free("freed-padding-inside-jpg", partial(_behind_the_box, "jpg", b"e"), "error", MALFORMED),
    *(
        _free(f"freed-padding-inside-{kind}", partial(_behind_the_box, kind, b"e"), "Invalid", *INTACT, MISMATCH)
        for kind in ("png", "gif", "tif", "webp", "safetensors")
    ),
    _gap("scattered-comment", _with_segments(lambda p: (p[0], _COMMENT, p[1])), "Invalid", *INTACT, MISMATCH),
    _gap("scattered-out-of-order", _with_segments(lambda p: (p[1], p[0])), "error", MALFORMED),
    _gap("scattered-repeated", _with_segments(lambda p: (p[0], p[1], p[1])), "Invalid", *INTACT, MISMATCH),
    _gap("scattered-wrong-number", _with_segments(lambda p: (p[0], _numbered(p[1], 3))), "error", MALFORMED),
    _gap(
        "scattered-from-zero",
        _with_segments(lambda p: (_numbered(p[0], 0), _numbered(p[1], 1))),
        "Trusted",
        *SOUND,
        UNBOUND,
        tolerated="ISO 19566-5, annex D, counts from 1; cameras exist that count from 0, and nothing depends on it",
    ),
    _gap("scattered-foreign-instance", _with_segments(lambda p: (p[0], _of_instance(p[1], 9))), "error", MALFORMED),
    _gap(
        "scattered-foreign-segment",
        _with_segments(lambda p: (p[0], segment(0xEB, b"JP\0\x09\0\0\0\1\0\0\0\x0cjxxxevil"), p[1])),
        "Invalid",
        *INTACT,
        MISMATCH,
    ),
    _gap("scattered-half", _with_segments(lambda p: p[:1]), "error", MALFORMED),
    _gap("scattered-count-more", lambda: _tag_count(lambda n: n + 1), "error", MALFORMED),
    _gap("scattered-count-less", lambda: _tag_count(lambda n: n - 1), "error", MALFORMED),
    _gap("scattered-count-none", lambda: _tag_count(lambda _: 0), "error", MALFORMED),
    *(
        _beside(f"detached-{kind}", partial(lambda k: _detached(k, lambda size: _filled(size)[k]), kind), "Invalid", *INTACT, MISMATCH)
        for kind in ("jpg", "png", "gif")
    ),
    _beside("detached-svg", lambda: _detached("svg", b'<rect width="9" height="9"/>'.ljust), "error", MALFORMED),
    _beside("detached-svg-rebound", lambda: _detached("svg", _rebound), "error"),
    _beside("detached-zeros", lambda: _detached("jpg", lambda size: segment(0xEF, bytes(size - 4))), "Invalid", *INTACT, MISMATCH),
    _beside("detached-cut-out", lambda: (taken(genuine()), store_in(genuine())), "Invalid", *INTACT, MISMATCH),
    _beside("detached-other-picture", lambda: (repainted(), beside(standard())[1]), "Invalid", *INTACT, MISMATCH),
    _range(
        "exclusions-overlap",
        _excluding(lambda p: [p.frames[0], Span(p.frames[0].end - 1, 9)]),
        "Invalid",
        *INTACT,
        "assertion.dataHash.malformed",
    ),
    _range("exclusions-unsorted", _excluding(lambda p: [p.frames[0], Span(0, 1)]), "Invalid", *INTACT, "assertion.dataHash.malformed"),
    _range("exclusions-negative", _excluding(lambda p: [Span(-1, 1), p.frames[0]]), "Invalid", *INTACT, "assertion.dataHash.malformed"),
    _range(
        "exclusions-negative-length",
        _excluding(lambda p: [p.frames[0], Span(p.frames[0].end + 9, -9)]),
        "Invalid",
        *INTACT,
        "assertion.dataHash.malformed",
    ),
    _range("exclusions-past-the-end", _excluding(lambda p: [p.frames[0], Span(len(p.data) - 2, 3)]), "Invalid", *INTACT, MISMATCH),
    _range("exclusions-overflow", _excluding(lambda p: [p.frames[0], Span(2**63, 2**63)]), "Invalid", *INTACT, MISMATCH),
    _range("exclusions-overflow-64", _stated(exclusions=[{"start": 2**64 - 1, "length": 2**64 - 1}]), "Invalid", *INTACT, MISMATCH),
    _range(
        "exclusions-hash-of-nothing",
        _stated(
            exclusions=[{"start": 0, "length": 0}], hash=bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        ),
        "Invalid",
        *INTACT,
        MISMATCH,
    ),
    _range("exclusions-everything", _excluding(lambda p: [Span(0, len(p.data))]), "Invalid", *INTACT, MISMATCH),
    _range(
        "exclusions-too-many",
        _stated(exclusions=[{"start": n, "length": 0} for n in range(1001)]),
        "Invalid",
        *INTACT,
        "assertion.dataHash.malformed",
    ),
    _range("exclusions-no-map", _stated(exclusions=[[0, 9]]), "Invalid", *INTACT, "assertion.dataHash.malformed"),
    _range("exclusions-fraction", _stated(exclusions=[{"start": 1.5, "length": 1}]), "Invalid", *INTACT, "assertion.dataHash.malformed"),
    _leave("excluded-scan", _excluding(lambda p: [p.frames[0], Span(len(p.data) - 40, 30)]), "Invalid", *INTACT, MISMATCH),
    _leave(
        "excluded-idat",
        _excluding(lambda p: [p.frames[0], Span(p.data.index(b"IDAT") + 4, 20)], "png"),
        "Invalid",
        *INTACT,
        MISMATCH,
    ),
    _leave(
        "excluded-tensors",
        _excluding(lambda p: [p.frames[0], Span(len(p.data) - 8, 8)], asset=_asset("safetensors")),
        "Invalid",
        *INTACT,
        MISMATCH,
    ),
    _leave("excluded-one-byte-more", _excluding(lambda p: [Span(p.frames[0].start, p.frames[0].length + 1)]), "Invalid", *INTACT, MISMATCH),
    *(
        _loose(
            f"excluded-metadata-{kind}",
            partial(_metadata_changed, kind),
            "Trusted",
            *SOUND,
            ADDITIONAL,
            UNBOUND,
            tolerated='"Binding Non-C2PA Asset Metadata": a signer may leave metadata out',
            touched=(b">two<",),
        )
        for kind in ("jpg", "png")
    ),
    *(
        _second(f"second-same-{kind}", partial(_twice, kind), "error")
        for kind in ("jpg", "png", "webp", "gif", "wav", "jxl", "mp4", "heif")
    ),
    *(
        _second(f"second-foreign-{name}-{kind}", partial(_twice, kind, foreign=True, in_front=in_front), "error")
        for kind in ("jpg", "png", "webp", "gif")
        for name, in_front in (("first", True), ("last", False))
    ),
    _second("second-behind-idat", lambda: _twice("png", at=_before_end(12)), "error"),
    _second("second-behind-iend", lambda: _twice("png", at=len), "Invalid", *INTACT, MISMATCH),
    _second("second-svg", _svg_twice, "error"),
    _second("second-instance", _second_instance, "error"),
    _second("second-behind-eoi", lambda: genuine() + genuine(), "Invalid", *INTACT, MISMATCH),
    _lie("lies-png-checksum", _another_checksum, "error", MALFORMED),
    _lie("lies-png-length", _patched("png", _start, b"\x7f\xff\xff\xff"), "error"),
    _lie("lies-png-checksum-of-content", _patched("png", lambda f: f.index(b"IEND") + 4, b"\0\0\0\0"), "Invalid", *INTACT, MISMATCH),
    _lie("lies-jpg-lbox", _patched("jpg", lambda f: _start(f) + 12, b"\xff\xff\xff\xf0"), "error", MALFORMED),
    _lie(
        "lies-jpg-lbox-of-second-segment",
        _with_segments(lambda p: (p[0], _headed(p[1], 99))),
        "error",
        MALFORMED,
    ),
    _lie("lies-jpg-length", _patched("jpg", lambda f: _start(f) + 2, b"\x00\x40"), "error", MALFORMED),
    _lie("lies-riff-size", _patched("webp", lambda _: 4, b"\xff\xff\xff\x7f"), "error"),
    _lie("lies-riff-size-short", _patched("webp", lambda _: 4, b"\x40\x00\x00\x00"), "error"),
    _lie("lies-riff-chunk", _patched("webp", lambda f: _start(f) + 4, b"\xff\xff\xff\x7f"), "none"),
    _lie("lies-gif-block", _patched("gif", lambda f: _start(f) + 14, b"\x10"), "error", MALFORMED),
    _lie("lies-mp4-size", _patched("mp4", _start, b"\x7f\xff\xff\xff"), "error"),
    _lie("lies-mp4-purpose", _patched("mp4", _behind(b"manifest\0", 0), b"manifess"), "none"),
    _lie("lies-safetensors-header-huge", _patched("safetensors", lambda _: 0, b"\xff\xff\xff\x7f"), "error"),
    _lie("lies-safetensors-header-more", lambda: _header_size(8), "error", "assertion.dataHash.malformed"),
    _lie("lies-safetensors-header-less", lambda: _header_size(-8), "Invalid", *INTACT, MISMATCH),
    _lie("lies-zip-size", _patched("zip", _behind(b"PK\5\6", 10), b"\xff\x00"), "error"),
    *(_none(f"stripped-{kind}", partial(lambda k: taken(genuine(k)), kind), "none") for kind in FORMATS if kind not in ("pdf", "zip")),
)
