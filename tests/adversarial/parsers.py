"""Attacks on parsers: lengths, depths, counts and encodings in the store that make a careless reader crash, stall, or read something else.

Where the store is broken without a key, nothing else is wrong; where the claim itself is broken, a trusted signer made it, because a
signature is checked over bytes and says nothing about whether these can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import brotli

from credkit.codec.jumbf import build_box
from credkit.manifest.store import BOX
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import (
    ACTIVE,
    INTACT,
    MALFORMED,
    MATCH,
    SIGNED,
    SOUND,
    STATED,
    UNBOUND,
    embedded,
    genuine,
    retold,
    store_in,
)
from tests.forge import pki
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.files import plain, signed, standard
from tests.forge.manifests import UNKNOWN, Assertion, Manifest, Signing, compressed
from tests.verify.tables.claims import brob, packed

__all__ = ["ATTACKS"]

_PLACES = {"store": "", "manifest": ACTIVE, "claim": f"{ACTIVE}/c2pa.claim.v2", "assertion": f"{ACTIVE}/c2pa.assertions/c2pa.hash.data"}
_NOTE = f"{ACTIVE}/c2pa.assertions/org.test.note"


def _length(place: str, length: int) -> bytes:
    """One box of a genuine store states another length."""
    file = genuine("png")
    data = bytearray(store_in(file))
    node = read_tree(bytes(data)).at(_PLACES[place]) if _PLACES[place] else read_tree(bytes(data))
    at = bytes(data).index(node.encode())
    data[at : at + 4] = length.to_bytes(4, "big")
    return embedded(file, bytes(data))


def _extended(length: int) -> tuple[bytes, bytes]:
    """The store states its length in 64 bits."""
    node = read_tree(store_in(genuine("png")))
    node.extended, node.length = True, length
    return plain("png"), node.encode()


def _described(description: bytes, *more: bytes) -> tuple[bytes, bytes]:
    """A store beside a file whose description box holds these bytes."""
    return plain(), build_box("jumb", build_box("jumd", description) + b"".join(more))


_TYPE = BOX.STORE
_DESCRIPTIONS: dict[str, bytes] = {
    "empty": b"",
    "half-a-type": _TYPE[:15],
    "no-toggles": _TYPE,
    "no-label": _TYPE + b"\x03",
    "label-without-end": _TYPE + b"\x03c2pa",
    "label-empty": _TYPE + b"\x03\0",
    "label-control": _TYPE + b"\x03c2\x1bpa\0",
    "label-slash": _TYPE + b"\x03c2pa/x\0",
    "label-not-utf-8": _TYPE + b"\x03c2\xff\xfepa\0",
    "label-surrogate": _TYPE + b"\x03c2\xed\xa0\x80pa\0",
    "identifier-cut": _TYPE + b"\x07c2pa\0\0\0\0",
    "hash-cut": _TYPE + b"\x0bc2pa\0" + bytes(31),
    "private-cut": _TYPE + b"\x13c2pa\0\0\0\0",
    "private-too-long": _TYPE + b"\x13c2pa\0\0\0\0\xffc2sh" + bytes(16),
    "salt-of-15": _TYPE + b"\x13c2pa\0" + build_box("c2sh", bytes(15)),
    "rest": _TYPE + b"\x03c2pa\0evil",
    "other-type": BOX.STANDARD + b"\x03c2pa\0",
}


def _without_description() -> tuple[bytes, bytes]:
    return plain(), build_box("jumb", build_box("cbor", b"\xa0"))


def _nested(levels: int) -> tuple[bytes, bytes]:
    """A store of boxes in boxes, built from the inside."""
    data = b""
    for _ in range(levels):
        data = build_box("jumb", build_box("jumd", UNKNOWN + b"\x03x\0") + data)
    return plain(), build_box("jumb", build_box("jumd", BOX.STORE + b"\x03c2pa\0") + data)


def _numerous(count: int) -> bytes:
    """A genuine store with so many empty boxes behind its manifest."""
    return retold(genuine("png"), lambda tree: tree.children.extend([Leaf("free", b"")] * count))


def _claim(change: Callable[[bytes], bytes]) -> bytes:
    """A trusted signer signs a claim of these bytes."""
    return signed(standard(claim_bytes=change))


def _added(item: bytes) -> Callable[[bytes], bytes]:
    """One more field of the claim, whose value is encoded already."""

    def change(claim: bytes) -> bytes:
        assert claim[0] & 0xE0 == 0xA0
        assert claim[0] & 0x1F < 23
        return bytes((claim[0] + 1,)) + claim[1:] + b"\x61x" + item

    return change


_CBOR: dict[str, bytes] = {
    "depth-33": b"\x81" * 33 + b"\0",
    "depth-100000": b"\x81" * 100_000 + b"\0",
    "depth-of-tags": b"\xc6" * 100_000 + b"\0",
    "array-of-4-billion": b"\x9a\xff\xff\xff\xff",
    "map-of-2-to-63": b"\xbb\x80" + bytes(7),
    "bytes-of-2-to-63": b"\x5b\x80" + bytes(7),
    "text-of-2-to-64": b"\x7b" + b"\xff" * 8,
    "items-200001": b"\x9a\x00\x03\x0d\x41" + b"\0" * 200_001,
    "doubled-key": b"\xa2\x61a\1\x61a\2",
    "open-array": b"\x9f\0",
    "open-text-of-bytes": b"\x7f\x41a\xff",
    "break-alone": b"\xff",
    "shared-value": b"\xd8\x1c\x81\xd8\x1d\0",
    "string-reference": b"\xd9\x01\0\x82\x64evil\xd8\x19\0",
    "reserved-head": b"\x1c",
    "undefined": b"\xf7",
    "simple-255": b"\xf8\xff",
    "float-key": b"\xa1\xfb" + bytes(8) + b"\0",
    "array-key": b"\xa1\x80\0",
    "text-not-utf-8": b"\x62\xff\xfe",
    "lone-surrogate": b"\x63\xed\xa0\x80",
    "cut-head": b"\x19\x01",
}
"""Values that no reader of C2PA needs to understand."""


def _undeclared_json(data: bytes) -> bytes:
    """A signed JSON statement of these bytes."""
    return signed(standard(Assertion("c2pa.metadata", data, content="json")))


_JSON: dict[str, bytes] = {
    "doubled-key": b'{"dc:creator":"one","dc:creator":"two"}',
    "nan": b'{"x":NaN}',
    "infinity": b'{"x":-Infinity}',
    "depth-65": b"[" * 65 + b"]" * 65,
    "depth-100000": b"[" * 100_000,
    "number-of-100000-digits": b'{"x":' + b"9" * 100_000 + b"}",
    "not-utf-8": b'{"x":"\xff"}',
    "utf-16": '{"x":1}'.encode("utf-16"),
    "two-values": b"{}{}",
    "control-character": b'{"x":"\x1b[2J"}',
    "comment": b'{"x":1 /* one */}',
    "empty": b"",
}


def _tampered(path: str, payload: bytes) -> bytes:
    """A signed assertion is replaced by bytes that are hard to read; no key is needed."""
    return retold(genuine("png", thumb=True), lambda tree: setattr(tree.at(path).leaf(), "payload", payload))


_ZEROS_MIB = 1 << 20


def _bomb(mebibytes: int) -> bytes:
    """Brotli that unpacks to so many MiB of zeros, from pieces: packing them at once would take as much memory as the attack aims at."""
    packer = brotli.Compressor(quality=1)
    pieces: list[bytes] = [packer.process(bytes(_ZEROS_MIB)) for _ in range(mebibytes)]
    return b"".join([*pieces, packer.finish()])


def _bombs(count: int, mebibytes: int) -> bytes:
    """Many compressed manifests, each within the limit, in front of a sound one."""
    payload = _bomb(mebibytes)
    bombs = [Manifest(f"urn:c2pa:{n}", Node(BOX.COMPRESSED, f"urn:c2pa:{n}", [Leaf("brob", payload)])) for n in range(count)]
    return signed(standard(), *bombs)


def _inside_out() -> bytes:
    """A compressed manifest in a compressed manifest."""

    def twice(manifest: Manifest) -> Node:
        once = compressed(manifest)
        return compressed(Manifest(manifest.label, once.outer)).outer

    return signed(standard(), spoil=packed(twice))


def _changed_after_packing() -> bytes:
    """A compressed manifest is unpacked, changed and packed again, which no hash of the file notices."""

    def spoil(manifest: Manifest) -> Node:
        return compressed(manifest, data=lambda data: data.replace(b"digitalCreation", b"digitalCapturex")).outer

    return signed(standard(), spoil=packed(spoil))


def _labelled(label: str) -> bytes:
    """A signed statement under a label that is hard to take apart."""
    return signed(standard(Assertion(label, {"a": 1})))


def _listing(count: int) -> bytes:
    """A claim that lists so many assertions that are not there."""

    def claim(fields: dict[str, Any]) -> None:
        entry = {"url": f"self#jumbf=/c2pa/{ACTIVE}/c2pa.assertions/org.none__", "hash": bytes(32)}
        fields["created_assertions"] += [entry | {"url": f"{entry['url']}{n}"} for n in range(count)]

    return signed(standard(claim=claim))


def _until(raw: bytes) -> bytes:
    """A certificate that is valid until a date as it stands here, signed by an issuer that is trusted."""

    def edit(fields: list[bytes]) -> None:
        fields[4] = pki.tlv(0x30, pki.tlv(0x17, b"200101000000Z"), pki.tlv(0x18, raw))

    trusted = pki.default_pki()
    signer = pki.make_pki(root=trusted.root, issuer=trusted.intermediate, edit=edit)
    return signed(standard(signing=Signing(signer)))


def _family(family: str, idea: str, keyless: bool = True) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_box = _family("box-lengths", "A box of the store states a length of 0, of less than its own header, or of more than there is.")
_describe = _family("box-descriptions", "The description of a box is shorter, or longer, than its own flags say.")
_deep = _family("box-depth", "Boxes are nested so deep, or are so many, that a reader runs out of stack or memory.")
_cbor = _family("claim-cbor", "A signed claim holds CBOR that is deep, huge, ambiguous or no CBOR.", False)
_assertion = _family("assertion-cbor", "An assertion is replaced by CBOR that is hard to read.")
_json = _family("assertion-json", "A signed statement holds JSON that is deep, huge, ambiguous or no JSON.", False)
_pack = _family("compressed-manifest", "A compressed manifest unpacks to gigabytes, to another one, or to nothing.", False)
_repack = _family("repacked-manifest", "A compressed manifest is unpacked, changed, and packed again.")
_name = _family("odd-labels", "A label has an instance number that is missing, negative, or too long for a machine.", False)
_flood = _family("flooded-report", "A claim lists so much that is not there that the report is endless.", False)
_date = _family("impossible-dates", "A date in a certificate is no date, or lies where no calendar reaches.", False)

_BROKEN = (*SIGNED, "claim.cbor.invalid")

ATTACKS: tuple[Attack, ...] = (
    *(
        _box(f"length-{length}-of-{place}", partial(_length, place, length), "error", MALFORMED)
        for place in _PLACES
        for length in (0, 1, 4, 7, 0xFFFFFFF0)
    ),
    *(
        _box(f"length-in-64-bits-{name}", partial(_extended, length), "error", MALFORMED)
        for name, length in (("2-to-63", 2**63), ("2-to-64", 2**64 - 1), ("8", 8), ("15", 15))
    ),
    *(_describe(f"description-{name}", partial(_described, data), "error", MALFORMED) for name, data in _DESCRIPTIONS.items()),
    _describe("description-missing", _without_description, "error", MALFORMED),
    _deep("depth-33", partial(_nested, 32), "error", MALFORMED),
    _deep("depth-3000", partial(_nested, 3_000), "error", MALFORMED),
    _deep("boxes-20001", partial(_numerous, 20_001), "error", MALFORMED),
    *(_cbor(f"claim-{name}", partial(_claim, _added(item)), "Invalid", *_BROKEN) for name, item in _CBOR.items()),
    _cbor("claim-empty", partial(_claim, lambda _: b""), "Invalid", *_BROKEN),
    _cbor("claim-with-a-rest", partial(_claim, lambda claim: claim + b"\0"), "Invalid", *_BROKEN),
    _cbor("claim-cut", partial(_claim, lambda claim: claim[:-1]), "Invalid", *_BROKEN),
    _cbor("claim-that-is-a-list", partial(_claim, lambda _: b"\x80"), "Invalid", *SIGNED, "claim.malformed"),
    _cbor("claim-with-a-big-number", partial(_claim, _added(b"\xc2\x5a\x00\x01\x00\x00" + b"\xff" * 65_536)), "Trusted", *SOUND),
    _cbor("claim-not-a-number", partial(_claim, _added(b"\xf9\x7e\x00")), "Trusted", *SOUND),
    *(
        _assertion(
            f"assertion-{name}",
            partial(_tampered, f"{ACTIVE}/c2pa.assertions/c2pa.actions.v2", _CBOR[name]),
            "Invalid",
            *INTACT,
            "assertion.hashedURI.mismatch",
            "assertion.cbor.invalid",
            "assertion.action.malformed",
            "assertion.dataHash.mismatch",
        )
        for name in ("depth-100000", "bytes-of-2-to-63", "shared-value", "doubled-key", "open-array")
    ),
    *(_json(f"json-{name}", partial(_undeclared_json, data), "Invalid", *SOUND, "assertion.json.invalid") for name, data in _JSON.items()),
    _pack("bomb-33-mib", lambda: signed(standard(), spoil=packed(brob(_bomb(33)))), "Invalid", "manifest.compressed.invalid"),
    _pack("bomb-256-mib", lambda: signed(standard(), spoil=packed(brob(_bomb(256)))), "Invalid", "manifest.compressed.invalid"),
    _pack("bombs-of-8-mib", lambda: _bombs(64, 8), "Trusted", *SOUND, UNBOUND),
    _pack("packed-twice", _inside_out, "Invalid", "manifest.compressed.invalid"),
    _pack("packed-garbage", lambda: signed(standard(), spoil=packed(brob(b"no brotli"))), "Invalid", "manifest.compressed.invalid"),
    _pack("packed-nothing", lambda: signed(standard(), spoil=packed(brob(b"\x06"))), "Invalid", "manifest.compressed.invalid"),
    _repack("repacked", _changed_after_packing, "Invalid", *SOUND, "assertion.hashedURI.mismatch"),
    *(
        _name(f"label-{name}", partial(_labelled, label), "Trusted", *SOUND)
        for name, label in (
            ("underscores", "__"),
            ("no-number", "org.test.note__"),
            ("negative", "org.test.note__-1"),
            ("endless", "org.test.note__" + "9" * 400),
            ("arabic-digits", "org.test.note__\u0661"),
            ("long", "org." + "x" * 60_000),
            ("bidi", "org.test.\u202etxt"),
        )
    ),
    _name("label-parent-folder", partial(_labelled, ".."), "Invalid", *SOUND, "assertion.missing"),
    _flood("flood-6000", partial(_listing, 6_000), "Invalid", *SIGNED, STATED, "assertion.missing", "org.credkit.limit.exceeded"),
    *(
        _date(f"date-{name}", partial(_until, raw), "Invalid", STATED, MATCH, "signingCredential.invalid")
        for name, raw in (
            ("year-99999", b"999991231235959Z"),
            ("month-13", b"20991301000000Z"),
            ("day-32", b"20990132000000Z"),
            ("words", b"tomorrow"),
            ("empty", b""),
            ("fraction", b"20990101000000.5Z"),
            ("offset", b"20990101000000+0100"),
        )
    ),
)
