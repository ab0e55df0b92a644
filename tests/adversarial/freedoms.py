"""Attacks with the freedom that formats leave: fields of the framing that no rule fixes, boxes that every hash of a film leaves out, parts
of a file that may be missing, and what a packed manifest holds besides itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from credkit.manifest.store import BOX
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import INTACT, MALFORMED, MATCHES, MISMATCHES, SIGNED, SOUND, UNBOUND, box_bound, genuine, store_in, where
from tests.assets.samples import store_of
from tests.forge.bmff import box, c2pa_box, merkle_box
from tests.forge.boxes import Leaf, Node
from tests.forge.documents import Pdf, signed_pdf, with_store
from tests.forge.files import signed, standard
from tests.forge.manifests import Manifest, compressed
from tests.forge.parts import FILM, GAIN_MAP, several
from tests.forge.pictures import picture
from tests.verify.tables.claims import packed

__all__ = ["ATTACKS"]

_EVIL = b"<script>alert(1)</script>"
_FILM = (*INTACT, MATCHES["mp4"])


def _field(kind: str, at: Callable[[bytes], int], new: bytes) -> bytes:
    file = genuine(kind)
    start = at(file)
    return file[:start] + new + file[start + len(new) :]


def _framed(distance: int) -> Callable[[bytes], int]:
    return lambda file: where(file)[0] + distance


def _appended(*boxes: bytes) -> bytes:
    """Boxes behind the last one of a signed film."""
    return genuine("mp4") + b"".join(boxes)


def _update_box(store: bytes) -> bytes:
    return _appended(c2pa_box("update", store))


def _foreign_update() -> bytes:
    return _update_box(store_in(signed(standard(name="other"))))


def _updated_document(store: bytes) -> bytes:
    """A signed document with an update behind it that brings another store."""
    first = signed_pdf()
    made = Pdf(first)
    made.previous = int(first.split()[-2])
    return bytes(made.update(with_store(store, file=20)).data)


def _with_remark(data: bytes, remark: bytes) -> bytes:
    """A Brotli stream that holds ``data`` as it is, and in front of it a block of metadata, which no reader unpacks (RFC 7932, 9.2)."""
    head = 0b0_01_0_11_0_0 | (len(remark) - 1) << 7
    stored = 1 << 19 | (len(data) - 1) << 3
    return head.to_bytes(2, "little") + remark + stored.to_bytes(3, "little") + data + b"\x03"


def _remark_in_packed() -> bytes:
    """A packed manifest with a text of the attacker's between its blocks."""

    def spoil(manifest: Manifest) -> Node:
        payload = _with_remark(manifest.node.encode(), _EVIL)
        return Node(BOX.COMPRESSED, manifest.label, [Leaf("brob", payload)])

    return signed(standard(), spoil=packed(spoil))


def _padding_in_packed() -> bytes:
    """The padding beside a packed manifest holds a text of the attacker's."""

    def spoil(manifest: Manifest) -> Node:
        outer = compressed(manifest).outer
        outer.leaf("free").payload = _EVIL.ljust(len(outer.leaf("free").payload), b"\0")
        return outer

    return signed(standard(), spoil=packed(spoil))


def _after_update() -> bytes:
    """A signed document, and behind it one with the store of another file."""
    return _updated_document(store_in(signed(standard(name="other"))))


def _film_changed() -> bytes:
    """The film behind picture and gain map is changed."""
    return several(GAIN_MAP, FILM, change=lambda file: file.replace(b"the media of", b"tHe media of"))


def _required_gone() -> bytes:
    """A part that may not be missing is taken away."""
    return several(optional=False, change=_without(len(GAIN_MAP)))


def _moved(file: bytes, to: int) -> bytes:
    """The store, with its framing, at another place among the bytes around it."""
    start, end = where(file)
    rest = file[:start] + file[end:]
    to = to if to >= 0 else len(rest) + to
    return rest[:to] + file[start:end] + rest[to:]


def _filled_between() -> bytes:
    """Fill bytes, which may stand in front of every marker, between two boxes that are hashed one by one."""
    file = box_bound()
    start, _ = where(file)
    return file[:start] + b"\xff" * 40 + file[start:]


def _without(size: int) -> Callable[[bytes], bytes]:
    return lambda file: file[:-size]


def _first_changed() -> bytes:
    """The picture in front of the gain map is changed."""
    at = -len(GAIN_MAP) - 30
    return several(change=lambda file: file[:at] + bytes((file[at] ^ 1,)) + file[at + 1 :])


def _family(family: str, idea: str, keyless: bool = True) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_frame = _family("free-framing", "A field of the framing that holds nothing of worth to a reader holds something of the attacker's.")
_box = _family("boxes-left-out", "A box is put behind a film that every hash of films leaves out.")
_update = _family("stray-update", "An update with a store of another file is put behind a signed film or document.")
_pack = _family("hidden-in-packing", "The packed form of a manifest holds more than the manifest.")
_move = _family("moved-store", "The store is put at another place of the file, so that what the places before meant is another.")
_part = _family("exchanged-part", "Of a file of several parts, one that may be missing is exchanged or changed.")

_BOXES = "assertion.boxesHash.mismatch"
_MULTI = "assertion.multiAssetHash"
_FREE = '"Embedding manifests": the field is set by writers, and no rule has readers look at it'
_LEFT_OUT = '"Exclusion List Requirements": these boxes are left out of every hash of a film'
_BROTLI = "RFC 7932, 9.2: metadata may stand between the blocks, and readers pass it over"

ATTACKS: tuple[Attack, ...] = (
    _frame("framing-jpg-number", partial(_field, "jpg", _framed(6), b"\x77\x77"), "Trusted", *SOUND, UNBOUND, tolerated=_FREE),
    _frame("framing-gif-code", partial(_field, "gif", _framed(11), b"\xee\xee\xee"), "Trusted", *SOUND, UNBOUND, tolerated=_FREE),
    _frame(
        "framing-mp4-flags",
        partial(_field, "mp4", _framed(24), b"evil"),
        "Trusted",
        *_FILM,
        UNBOUND,
        tolerated=_FREE,
        touched=(b"evil",),
    ),
    _frame(
        "framing-mp4-offset",
        partial(_field, "mp4", _framed(37), b"evilevil"),
        "Trusted",
        *_FILM,
        UNBOUND,
        tolerated=_FREE,
        touched=(b"evilevil",),
    ),
    _frame(
        "framing-fill-between-boxes",
        _filled_between,
        "Trusted",
        *INTACT,
        "assertion.boxesHash.match",
        UNBOUND,
        tolerated='"Validating a general box hash": bytes between boxes with a hash each belong to none of them',
    ),
    _update("stray-update-pdf-empty", lambda: _updated_document(store_of(38)), "error", MALFORMED),
    _box("left-out-mfra", lambda: _appended(box("mfra", _EVIL)), "Trusted", *_FILM, UNBOUND, tolerated=_LEFT_OUT, touched=(_EVIL,)),
    _box("left-out-purpose", lambda: _appended(c2pa_box("odd", _EVIL)), "Trusted", *_FILM, UNBOUND, tolerated=_LEFT_OUT, touched=(_EVIL,)),
    _box("left-out-tree", lambda: _appended(merkle_box(0, padding=40)), "Trusted", *_FILM, UNBOUND, tolerated=_LEFT_OUT),
    _update("stray-update-garbage", lambda: _update_box(_EVIL), "error", MALFORMED),
    _update("stray-update-empty", lambda: _update_box(b""), "error", MALFORMED),
    _update(
        "stray-update-again",
        lambda: _update_box(store_in(genuine("mp4"))),
        "Invalid",
        *SIGNED,
        "general.error",
        "assertion.missing",
        "claim.hardBindings.missing",
        "assertion.action.malformed",
    ),
    _update("stray-update-no-manifest", lambda: _update_box(store_of(38)), "error", MALFORMED),
    _update("stray-update-padding", lambda: _update_box(bytes(40)), "error", MALFORMED),
    _update("stray-update-foreign", _foreign_update, "Invalid", *INTACT, *MISMATCHES["jpg"]),
    _update("stray-update-pdf", _after_update, "Invalid", *INTACT, *MISMATCHES["pdf"]),
    _pack("packed-remark", _remark_in_packed, "Trusted", *SOUND, UNBOUND, tolerated=_BROTLI, touched=(_EVIL,)),
    _pack(
        "packed-padding",
        _padding_in_packed,
        "Trusted",
        *SOUND,
        UNBOUND,
        tolerated='"C2PA box details": padding may stand anywhere',
        touched=(_EVIL,),
    ),
    _move("moved-mp4", lambda: _moved(genuine("mp4"), len(genuine("mp4"))), "error", MALFORMED),
    _move("moved-jxl", lambda: _moved(genuine("jxl"), len(genuine("jxl"))), "Invalid", *INTACT, _BOXES),
    _move("moved-jpg", lambda: _moved(box_bound("jpg"), 2), "Invalid", *INTACT, _BOXES),
    _move("moved-png", lambda: _moved(box_bound("png"), -12), "Invalid", *INTACT, _BOXES),
    _move("moved-gif", lambda: _moved(genuine("gif"), -1), "Invalid", *INTACT, *MISMATCHES["gif"]),
    _part(
        "part-changed",
        lambda: several(change=lambda file: file[:-20] + bytes((file[-20] ^ 1,)) + file[-19:]),
        "Invalid",
        *INTACT,
        f"{_MULTI}.mismatch",
    ),
    _part(
        "part-exchanged",
        lambda: several(change=lambda file: file[: -len(GAIN_MAP)] + picture("jpg", 8, 8).ljust(len(GAIN_MAP), b"\0")),
        "Invalid",
        *INTACT,
        f"{_MULTI}.mismatch",
    ),
    _part("part-cut-short", lambda: several(change=_without(1)), "Invalid", *INTACT, f"{_MULTI}.mismatch"),
    _part("part-more", lambda: several(change=lambda file: file + _EVIL), "Invalid", *INTACT, f"{_MULTI}.malformed"),
    _part(
        "part-film-changed",
        _film_changed,
        "Invalid",
        *INTACT,
        f"{_MULTI}.mismatch",
    ),
    _part("part-first-changed", _first_changed, "Invalid", *INTACT, f"{_MULTI}.mismatch"),
    _part("part-required-gone", _required_gone, "Invalid", *INTACT, f"{_MULTI}.missingPart"),
)
