"""Attacks that were found when somebody who knew the account of all bytes looked for what it does not name: other encodings of what nobody
signed, words inside of proofs whose signatures do not cover them, white space, fields that may have two values.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from credkit.codec import cbor
from credkit.codec.cose import to_be_signed
from credkit.trust.der import Element, read
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import (
    ACTIVE,
    ADDITIONAL,
    INTACT,
    MATCHES,
    MISMATCHES,
    PAD,
    SOUND,
    UNBOUND,
    genuine,
    retold,
    roomy,
    store_in,
    where,
)
from tests.adversarial.cose import reshaped
from tests.adversarial.resources import tree_bound
from tests.forge import pki, tsa
from tests.forge.bmff import merkle_box
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing
from tests.verify.tables.revocation import delegate, revocable, says, stamper, stapled, trusting

__all__ = ["ATTACKS", "with_certificates", "with_parameters"]

_EVIL = b"<script>alert(1)</script>"
_TEXT = pki.tlv(0x0C, _EVIL)
_LEFT = 300
"""Padding that is left when white space takes the place of some of it."""
_STAMPED = ("timeStamp.trusted", "timeStamp.validated")
_GOOD, _SKIPPED = "signingCredential.ocsp.notRevoked", "signingCredential.ocsp.skipped"


class _LongLeaf(Leaf):
    """A box with a 64-bit length."""

    def encode(self) -> bytes:
        return (1).to_bytes(4, "big") + self.type.encode() + (16 + len(self.payload)).to_bytes(8, "big") + self.payload


def _long(path: str) -> bytes:
    """The box at ``path`` has a 64-bit length; the padding of the signature makes up for it."""

    def spoil(tree: Node) -> None:
        (tree.at(path) if path else tree).extended = True

    return retold(roomy("gif"), spoil, room=8)


def _long_content(path: str) -> bytes:
    """The same for the content of the box at ``path``."""

    def spoil(tree: Node) -> None:
        node = tree.at(path)
        node.children = [_LongLeaf(child.type, child.payload) if isinstance(child, Leaf) else child for child in node.children]

    return retold(roomy("gif"), spoil, room=8)


def _keyed(label: bytes) -> Callable[[], bytes]:
    """The label of the padding is written like that."""

    def encode(parts: list[Any]) -> bytes:
        header = b"\xa1" + label + cbor.encode(parts[1]["pad"])
        return b"\xd2\x84" + cbor.encode(parts[0]) + header + cbor.encode(parts[2]) + cbor.encode(parts[3])

    return reshaped(encode=encode)


def _padded(parts: list[Any]) -> bytes:
    """The padding with a length of eight octets."""
    padding = b"\x5b" + len(parts[1]["pad"]).to_bytes(8, "big") + parts[1]["pad"]
    return b"\xd2\x84" + cbor.encode(parts[0]) + b"\xa1\x63pad" + padding + cbor.encode(parts[2]) + cbor.encode(parts[3])


def _protected(head: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    """The protected header, which is signed without its head, behind another head."""

    def encode(parts: list[Any]) -> bytes:
        return b"\xd2\x84" + head(parts[0]) + b"".join(map(cbor.encode, parts[1:]))

    return reshaped(encode=encode)


def _open_header(parts: list[Any]) -> bytes:
    header = b"\xbf" + cbor.encode(parts[1])[1:] + b"\xff"
    return b"\xd2\x84" + cbor.encode(parts[0]) + header + cbor.encode(parts[2]) + cbor.encode(parts[3])


def _opened(der: bytes) -> tuple[Element, Element, tuple[Element, ...]]:
    """Status and kind of an OCSP response, and the fields of its answer."""
    status, answer = read(der, "test").children()
    kind, content = answer.only("test").children()
    return status, kind, read(content.body, "test").children()


def _closed(status: Element, kind: Element, *fields: bytes) -> bytes:
    return pki.tlv(0x30, status.raw, pki.tlv(0xA0, pki.tlv(0x30, kind.raw, pki.tlv(0x04, pki.tlv(0x30, *fields)))))


def with_certificates(der: bytes, *more: bytes) -> bytes:
    """An OCSP response that brings more in the place for certificates."""
    status, kind, fields = _opened(der)
    brought = [found.raw for field in fields[3:] for found in field.only("test").children()]
    return _closed(status, kind, *(field.raw for field in fields[:3]), pki.tlv(0xA0, pki.tlv(0x30, *brought, *more)))


def with_parameters(der: bytes, parameters: bytes) -> bytes:
    """An OCSP response whose signature algorithm has these parameters."""
    status, kind, (data, algorithm, *rest) = _opened(der)
    return _closed(status, kind, data.raw, pki.tlv(0x30, algorithm.children()[0].raw, parameters), *(field.raw for field in rest))


def _stamped(parameters: bytes) -> bytes:
    """A file whose time-stamp has these parameters beside the algorithm of its signature."""

    def add(parts: list[Any]) -> list[Any]:
        message = to_be_signed(parts[0], cbor.encode(parts[3]), context="CounterSignature")
        token = _reparametered(tsa.token(stamper(), message, signature="sha256_rsa"), parameters)
        return [parts[0], parts[1] | {"sigTst2": tsa.container(token)}, *parts[2:]]

    return signed(standard(signing=Signing(pki=revocable(), parts=add)))


def _reparametered(token: bytes, parameters: bytes) -> bytes:
    kind, content = read(token, "test").children()
    *fields, signers = content.only("test").children()
    parts = signers.only("test").children()
    at = next(number for number, part in enumerate(parts) if part.tag == 0x04) - 1
    algorithm = pki.tlv(0x30, parts[at].children()[0].raw, parameters)
    signer = pki.tlv(0x30, *(part.raw for part in parts[:at]), algorithm, *(part.raw for part in parts[at + 1 :]))
    data = pki.tlv(0x30, *(field.raw for field in fields), pki.tlv(0x31, signer))
    return pki.tlv(0x30, kind.raw, pki.tlv(0xA0, data))


def _spaced() -> bytes:
    """The letters of a word as spaces and tabs, which stand between the letters of the store of a drawing."""
    file = roomy("svg")
    start, end = where(file)
    tree = read_tree(store_in(file))
    leaf = tree.at(ACTIVE).at("c2pa.signature").leaf()
    full, less = (b"\x63pad\x59" + size.to_bytes(2, "big") + bytes(size) for size in (PAD, _LEFT))
    leaf.payload = leaf.payload.replace(full, less)
    tree.at(ACTIVE).at("c2pa.signature").children.append(Leaf("free", bytes(-len(tree.encode()) % 3 + 1)))
    text = base64.b64encode(tree.encode())
    hidden = "".join(f"{letter:08b}" for letter in _EVIL).translate({48: " ", 49: "\t"}).encode()
    room = end - start - len(text)
    assert room >= len(hidden)
    return file[:start] + text[:40] + hidden.ljust(room) + text[40:] + file[end:]


def _smaller(kind: str) -> bytes:
    """The size of the container does not count the byte behind the store that fills it up."""
    file = genuine(kind)
    size = int.from_bytes(file[4:8], "little")
    return file[:4] + (size - 1).to_bytes(4, "little") + file[8:]


def _other_sizes() -> bytes:
    """The own header of the store's entry in an archive says that its sizes stand elsewhere, where they do not."""
    file = genuine("zip")
    at = file.index(b"META-INF/content_credential.c2pa") - 12
    return file[:at] + b"\xff" * 8 + file[at + 8 :]


def _named(family: str, idea: str, *, tolerated: str = "") -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=True, tolerated=tolerated)


_wide = _named(
    "longer-than-needed",
    "What no signature covers is written in another way than the shortest; there are many, so that words can be kept in the choice.",
    tolerated="RFC 9052, 9, and ISO 19566-5, annex A, demand no one encoding of what is not signed",
)
_word = _named(
    "words-in-a-proof",
    "Words of the attacker stand inside of a genuine proof, where its own signature does not cover them.",
    tolerated="RFC 6960, 4.2.1, and RFC 3161 leave them beside what is signed, and a proof that is not accepted counts as none",
)
_space = _named(
    "between-the-letters",
    "What stands between the parts of the store, or beside it, is in no hash and says nothing to a reader.",
    tolerated='"Embedding manifests": white space may stand in the text, and the own header of the entry is in no hash',
)
_proof = _named(
    "stray-proof",
    "Beside a film whose media are bound by a tree lies a part of another tree, of which nobody ever spoke.",
    tolerated='"Exclusion List Requirements": boxes of C2PA are left out of every hash of a film',
)
_size = _named("two-sizes", "A size may be written in two ways, and neither is hashed.")


def _boxes() -> Iterator[Attack]:
    paths = {
        "store": "",
        "manifest": ACTIVE,
        "assertions": f"{ACTIVE}/c2pa.assertions",
        "assertion": f"{ACTIVE}/c2pa.assertions/c2pa.actions.v2",
        "claim": f"{ACTIVE}/c2pa.claim.v2",
        "signature": f"{ACTIVE}/c2pa.signature",
    }
    for name, path in paths.items():
        yield _wide(f"long-box-{name}", partial(_long, path), "Trusted", *SOUND, UNBOUND)
    for name in ("claim", "signature"):
        yield _wide(f"long-content-{name}", partial(_long_content, paths[name]), "Trusted", *SOUND, UNBOUND)


ATTACKS: tuple[Attack, ...] = (
    *_boxes(),
    *(
        _wide(f"long-label-{name}", _keyed(label), "Trusted", *SOUND, UNBOUND, touched=(label,))
        for name, label in (
            ("pieces", b"\x7f\x61p\x60\x78\x00\x62ad\xff"),
            ("wide", b"\x78\x03pad"),
            ("widest", b"\x7b" + bytes(7) + b"\x03pad"),
        )
    ),
    _wide("long-padding", reshaped(encode=_padded), "Trusted", *SOUND, UNBOUND),
    _wide("long-header-open", reshaped(encode=_open_header), "Trusted", *SOUND, UNBOUND),
    _wide("long-protected", _protected(lambda data: b"\x5b" + len(data).to_bytes(8, "big") + data), "Trusted", *SOUND, UNBOUND),
    _wide("long-protected-pieces", _protected(lambda data: b"\x5f\x40\x58\x00" + cbor.encode(data) + b"\xff"), "Trusted", *SOUND, UNBOUND),
    *(
        _word(
            f"words-in-staple-{name}",
            stapled(make),
            "Trusted",
            *SOUND,
            *_STAMPED,
            code,
            UNBOUND,
            policy=trusting,
            touched=(_TEXT,),
        )
        for name, make, code in (
            ("certificates", lambda: with_certificates(says(), _TEXT), _GOOD),
            ("beside-delegate", lambda: with_certificates(says(signer=delegate()), _TEXT), _GOOD),
            ("parameters", lambda: with_parameters(says(), _TEXT), _SKIPPED),
        )
    ),
    *(
        _word(
            f"words-in-stamp-{name}",
            partial(_stamped, parameters),
            "Trusted",
            *SOUND,
            code,
            _SKIPPED,
            UNBOUND,
            policy=trusting,
            touched=(_EVIL,),
        )
        for name, parameters, code in (
            ("null", pki.tlv(0x05, _EVIL), "timeStamp.untrusted"),
            ("text", _TEXT, "timeStamp.malformed"),
        )
    ),
    _proof(
        "stray-proof-mp4",
        lambda: tree_bound() + merkle_box(0, [_EVIL], unique=9),
        "Trusted",
        *INTACT,
        MATCHES["mp4"],
        UNBOUND,
        touched=(_EVIL,),
    ),
    _space("between-the-letters-svg", _spaced, "Trusted", *SOUND, UNBOUND),
    _space("beside-the-entry-zip", _other_sizes, "Trusted", *INTACT, MATCHES["zip"], UNBOUND, touched=(b"\xff" * 8,)),
    *(
        _size(f"two-sizes-{kind}", partial(_smaller, kind), "Invalid", *INTACT, *(code for code in MISMATCHES[kind] if code != ADDITIONAL))
        for kind in ("webp", "wav", "avi")
    ),
)
