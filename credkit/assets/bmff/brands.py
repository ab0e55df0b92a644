"""What kind of ISO base media file a file is, by its first bytes and its brands.

A file may list several brands; the first, the major one, says how it wants to be called, the others only what else can read it. JPEG 2000
and Canon's raw pictures are built of the same boxes, and are formats of their own. So is JPEG XL, which begins with another box.

Sources: ISO/IEC 14496-12, 4.3; ISO/IEC 23008-12, annex B and C; the AV1 image specification, 6; the QuickTime file format.
"""

from __future__ import annotations

from struct import Struct

__all__ = ["FRAGMENT_TYPES", "looks_like_bmff", "media_type_of", "read_brands"]

FRAGMENT_TYPES = frozenset({"styp", "sidx", "moof", "prft", "emsg"})
"""Types of the box that a fragment begins with when it is kept in a file of its own."""

_HEADER = Struct(">I4s")
_BRANDS_AT = 16
_FOREIGN = frozenset({b"jp2 ", b"jpx ", b"jpm ", b"mjp2", b"jpxb", b"jxl ", b"crx "})
_FILLING = frozenset({b"wide", b"free", b"skip", b"pnot"})
_FILM = frozenset({b"moov", b"mdat"})
_MOST_FILLING = 8

_QUICKTIME = frozenset({"qt  "})
_AUDIO = frozenset({"M4A ", "M4B ", "M4P ", "F4A ", "F4B "})
_PICTURES = (
    (frozenset({"avif", "avis"}), "image/avif"),
    (frozenset({"hevc", "hevx", "hevm", "hevs"}), "image/heic-sequence"),
    (frozenset({"heic", "heix", "heim", "heis"}), "image/heic"),
    (frozenset({"msf1"}), "image/heif-sequence"),
    (frozenset({"mif1", "mif2"}), "image/heif"),
)
_GENERAL = frozenset({"mif1", "mif2", "msf1"})


def looks_like_bmff(head: bytes) -> bool:
    """Whether ``head`` is the beginning of an ISO base media file, a QuickTime film without brands, or a fragment of a film."""
    kind = head[4:8]
    if kind == b"ftyp":
        return int.from_bytes(head[:4], "big") >= _BRANDS_AT and head[8:12] not in _FOREIGN
    return kind.decode("latin-1") in FRAGMENT_TYPES or _is_old_film(head)


def _is_old_film(head: bytes) -> bool:
    """Films older than brands: ``moov`` or ``mdat`` comes first, or behind a few boxes without content."""
    position = 0
    for _ in range(_MOST_FILLING):
        if position + _HEADER.size > len(head):
            return False
        length, kind = _HEADER.unpack_from(head, position)
        if kind in _FILM:
            return length in (0, 1) or length >= _HEADER.size
        if kind not in _FILLING or length < _HEADER.size:
            return False
        position += length
    return False


def read_brands(payload: bytes) -> tuple[str, ...]:
    """The brands that the content of an ``ftyp`` box names: the major one, then the others."""
    others = payload[8 : len(payload) - len(payload) % 4]
    return tuple(payload[at : at + 4].decode("latin-1") for at in (0, *range(8, 8 + len(others), 4)))


def media_type_of(brands: tuple[str, ...], handlers: frozenset[str]) -> str:
    """The media type for these brands (none: QuickTime) and the kinds of the tracks, as their handlers name them."""
    if not brands or brands[0] in _QUICKTIME:
        return "video/quicktime"
    if picture := _picture(brands):
        return picture
    return "audio/mp4" if brands[0] in _AUDIO or handlers == {"soun"} else "video/mp4"


def _picture(brands: tuple[str, ...]) -> str | None:
    """The type of a picture by its major brand, or, when that is a general one, by the first of ``_PICTURES`` that is named at all."""
    named = set(brands) if brands[0] in _GENERAL else {brands[0]}
    return next((media_type for known, media_type in _PICTURES if named & known), None)
