"""Attacks on the boxes of the store: planted where nothing is hashed, doubled, relabelled, exchanged; the file itself is left alone.

Every box that is put in takes the place of unprotected padding, so that no length changes and the content still fits its hash.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from credkit.codec import cbor
from credkit.manifest.store import BOX
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import (
    ACTIVE,
    INTACT,
    MALFORMED,
    MATCH,
    MISMATCH,
    PAD,
    SIGNED,
    SOUND,
    STATED,
    UNBOUND,
    box_bound,
    embedded,
    genuine,
    retold,
    roomy,
    sound_recipe,
    store_in,
)
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.files import plain, signed, standard
from tests.forge.manifests import UNKNOWN, label_of, thumbnail
from tests.forge.pictures import picture

__all__ = ["ATTACKS"]

_STORE = f"{ACTIVE}/c2pa.assertions"
_CLAIM, _SIGNATURE = f"{ACTIVE}/c2pa.claim.v2", f"{ACTIVE}/c2pa.signature"
_THUMBNAIL = "c2pa.thumbnail.claim"
_EVIL = b"<script>alert(1)</script>"


def _planted(place: str, box: Node | Leaf, kind: str = "jpg", *, front: bool = False) -> bytes:
    """A box put into a superbox of the store, for which padding goes."""

    def spoil(tree: Node) -> None:
        node = tree.at(place) if place else tree
        node.children.insert(0 if front else len(node.children), box)

    return retold(roomy(kind, thumb=kind == "jpg"), spoil, room=len(box.encode()))


def _copied(path: str, *, behind: bool, change: Callable[[Node], object] = lambda node: None) -> bytes:
    """A second box of the same label, for which padding goes."""
    file = roomy(thumb=True)
    room = len(read_tree(store_in(file)).at(path).encode())
    return retold(file, lambda tree: change(tree.twice(path, behind=behind)), room=room)


def _second_signature(*, behind: bool) -> bytes:
    """The signature of another genuine manifest beside that of this one."""
    other = read_tree(store_in(genuine("png"))).at(_SIGNATURE)
    return _planted(ACTIVE, other, front=not behind)


def _changed(spoil: Callable[[Node], object], kind: str = "jpg", **options: Any) -> bytes:
    """Something changed that keeps its length."""
    return retold(roomy(kind, thumb=True, **options), spoil)


def _renamed(path: str, label: str) -> Callable[[Node], None]:
    def spoil(tree: Node) -> None:
        tree.at(path).label = label

    return spoil


def _replaced(path: str, old: bytes, new: bytes, kind: str = "cbor") -> Callable[[Node], None]:
    def spoil(tree: Node) -> None:
        leaf = tree.at(path).leaf(kind)
        assert old in leaf.payload
        leaf.payload = leaf.payload.replace(old, new)

    return spoil


def _toggled(path: str, toggles: int) -> Callable[[Node], None]:
    def spoil(tree: Node) -> None:
        tree.at(path).toggles = toggles

    return spoil


def _nonzero_pad(tree: Node) -> None:
    leaf = tree.at(_SIGNATURE).leaf()
    zeros = bytes(PAD)
    assert zeros in leaf.payload
    leaf.payload = leaf.payload.replace(zeros, (_EVIL * PAD)[:PAD])


def _more_unprotected() -> bytes:
    """A field of the attacker's in the unprotected header, in the place of padding."""
    added = cbor.encode("org.evil") + cbor.encode(_EVIL)

    def spoil(tree: Node) -> None:
        leaf = tree.at(_SIGNATURE).leaf()
        at = leaf.payload.index(b"\xa1\x63pad")
        leaf.payload = leaf.payload[:at] + b"\xa2" + added + leaf.payload[at + 1 :]

    return retold(roomy(thumb=True), spoil, room=len(added))


def _salted() -> bytes:
    """A salt of the attacker's in the description of the manifest, which nothing covers."""

    def spoil(tree: Node) -> None:
        node = tree.at(ACTIVE)
        node.salt, node.toggles = _EVIL[:16], 0x13

    return retold(roomy(thumb=True), spoil, room=24)


def _relative() -> bytes:
    """A genuine manifest whose claim does not name its own label, under another label."""
    return retold(signed(sound_recipe(absolute=False)), _renamed(ACTIVE, label_of("another")))


def _under_own_label(front: bool) -> bytes:
    """A genuine manifest of another file, given the label of the active one."""
    other = read_tree(store_in(signed(standard(name="other")))).at(label_of("other"))
    other.label = ACTIVE

    def spoil(tree: Node) -> None:
        tree.children.insert(0 if front else 1, other)

    return retold(roomy(thumb=True), spoil, room=len(other.encode()))


def _foreign(front: bool) -> bytes:
    """A genuine manifest of another file beside the active one, in the place of padding."""
    other = read_tree(store_in(signed(standard(name="other"), asset=plain("png")))).at(label_of("other"))

    def spoil(tree: Node) -> None:
        tree.children.insert(0 if front else 1, other)

    return retold(roomy(thumb=True), spoil, room=len(other.encode()))


def _spliced(*boxes: str) -> bytes:
    """Boxes of another genuine manifest of the same signer and label in the place of this one's."""
    other = read_tree(store_in(signed(sound_recipe(thumbnail(), claim=lambda claim: claim.update({"dc:title": "other"})))))

    def spoil(tree: Node) -> None:
        manifest = tree.at(ACTIVE)
        for box in boxes:
            new = other.at(f"{ACTIVE}/{box}")
            old = manifest.at(box)
            manifest.children = [new if child is old else child for child in manifest.children]

    return retold(signed(sound_recipe(thumbnail(), claim=lambda claim: claim.update({"dc:title": "title"}))), spoil)


def _rebound(kind: str) -> bytes:
    """The content is exchanged, and the hard binding made right for it, which the claim then does not fit."""
    mine, theirs = signed(standard(thumbnail()), kind=kind), signed(standard(thumbnail(), name="other"), asset=picture(kind, 24, 17))
    binding = read_tree(store_in(theirs)).at(f"{label_of('other')}/c2pa.assertions/c2pa.hash.data")

    def spoil(tree: Node) -> None:
        store = tree.at(_STORE)
        store.children = [binding if isinstance(c, Node) and c.label == "c2pa.hash.data" else c for c in store.children]

    return embedded(theirs, store_in(retold(mine, spoil)))


def _swapped(tree: Node) -> None:
    """Two assertions change their labels."""
    store = tree.at(_STORE)
    first, second = store.at("c2pa.actions.v2"), store.at("c2pa.hash.data")
    first.label, second.label = second.label, first.label


def _emptied(tree: Node) -> None:
    """An assertion replaced by zeros, as if it had been redacted."""
    leaf = tree.at(f"{_STORE}/{_THUMBNAIL}").leaf("bidb")
    leaf.payload = bytes(len(leaf.payload))


def _retyped(tree: Node) -> None:
    node = tree.at(f"{_STORE}/{_THUMBNAIL}")
    node.type = BOX.JSON


def _beside_with_rest() -> tuple[bytes, bytes]:
    from tests.forge.files import beside

    file, store = beside(standard())
    return file, store + _EVIL


def _box_bound_planted() -> bytes:
    """A box hash says nothing of the store, whatever its size."""
    return retold(box_bound(), lambda tree: tree.at(ACTIVE).children.append(_EVIL_BOX))


def _family(family: str, idea: str, keyless: bool = True) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_box = _family("planted-box", "A box of the attacker's is put where no hash covers the store, to be shown as if it had been signed.")
_head = _family("unsigned-header", "Bytes of the signature that it does not cover, and descriptions of boxes, are changed.")
_label = _family("relabelled", "Boxes get other labels, so that references lead to something else or nowhere.")
_undeclared = _family("undeclared-assertion", "An assertion is added that the claim does not list.")
_double = _family("doubled-label", "A second box has the label of a signed one, for readers that take the first, or the last.")
_claims = _family("doubled-claim", "A second claim or signature is added, for readers that take the first, or the last.")
_splice = _family("spliced-manifest", "Parts of two genuine manifests of the same signer are put together.")
_assert = _family("altered-assertion", "A signed assertion is changed after the fact.")
_manifest = _family("planted-manifest", "A whole genuine manifest of another file is put into the store.")
_bind = _family("exchanged-binding", "The content is exchanged, and the hash that ties it to the manifest made right for it.")

_SKIPPED = '"C2PA box details": boxes that a reader does not know are passed over, and padding may stand anywhere'
_NOT_COVERED = "RFC 9052, 4.4: a signature covers its protected header, and not the other"
_TOLERATED: dict[str, Any] = {"tolerated": _SKIPPED, "touched": (_EVIL,)}
_EVIL_BOX = Node(UNKNOWN, "org.evil", [Leaf("cbor", cbor.encode({"verdict": _EVIL.decode()}))])
_SELF_REFERENCES = ("assertion.outsideManifest", "assertion.undeclared", "claimSignature.missing", "claim.hardBindings.missing")
_NO_ACTIONS = "assertion.action.malformed"
_CREDENTIAL = ("claimSignature.insideValidity", "signingCredential.trusted")
"""What is said of the certificate alone."""

ATTACKS: tuple[Attack, ...] = (
    *(
        _box(f"planted-in-manifest-{kind}", partial(_planted, ACTIVE, _EVIL_BOX, kind), "Trusted", *SOUND, UNBOUND, **_TOLERATED)
        for kind in ("jpg", "png")
    ),
    _box("planted-in-manifest-first", partial(_planted, ACTIVE, _EVIL_BOX, front=True), "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _box("planted-in-store", partial(_planted, "", _EVIL_BOX), "error", MALFORMED),
    _box("planted-in-store-first", partial(_planted, "", _EVIL_BOX, front=True), "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _box("planted-content-in-manifest", partial(_planted, ACTIVE, Leaf("evil", _EVIL)), "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _box("planted-padding", partial(_planted, ACTIVE, Leaf("free", _EVIL)), "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _box("planted-padding-in-signature", partial(_planted, _SIGNATURE, Leaf("free", _EVIL)), "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _box("planted-padding-in-claim", partial(_planted, _CLAIM, Leaf("free", _EVIL)), "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _box("planted-padding-in-assertions", partial(_planted, _STORE, Leaf("free", _EVIL)), "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _box(
        "planted-credential-store",
        partial(_planted, ACTIVE, Node(BOX.CREDENTIALS, "c2pa.credentials", [Node(BOX.JSON, "did:evil", [Leaf("json", b"{}")])])),
        "Trusted",
        *SOUND,
        UNBOUND,
        tolerated=_SKIPPED,
        touched=(b"did:evil",),
    ),
    _box(
        "planted-databoxes",
        partial(_planted, ACTIVE, Node(BOX.DATABOXES, "c2pa.databoxes", [Node(BOX.CBOR, "c2pa.data", [Leaf("cbor", b"\xa0")])])),
        "Trusted",
        *SOUND,
        UNBOUND,
        tolerated=_SKIPPED,
        touched=(b"c2pa.databoxes",),
    ),
    _box("planted-in-claim", partial(_planted, _CLAIM, Leaf("cbor", b"\xa0")), "Invalid", *_CREDENTIAL, "claim.cbor.invalid"),
    _box("planted-in-signature", partial(_planted, _SIGNATURE, Leaf("cbor", b"\xa0")), "Invalid", STATED, MATCH, "claimSignature.mismatch"),
    _box("planted-in-boxes", _box_bound_planted, "Trusted", *INTACT, "assertion.boxesHash.match", UNBOUND, **_TOLERATED),
    _box("planted-behind-sidecar", _beside_with_rest, "Trusted", *SOUND, UNBOUND, **_TOLERATED),
    _head("unsigned-padding", partial(_changed, _nonzero_pad), "Trusted", *SOUND, UNBOUND, tolerated=_NOT_COVERED, touched=(_EVIL,)),
    _head(
        "unsigned-padding-png",
        lambda: retold(roomy("png"), _nonzero_pad),
        "Trusted",
        *SOUND,
        UNBOUND,
        tolerated=_NOT_COVERED,
        touched=(_EVIL,),
    ),
    _head("unsigned-field", _more_unprotected, "Trusted", *SOUND, UNBOUND, tolerated=_NOT_COVERED, touched=(_EVIL,)),
    _head("unsigned-salt", _salted, "Trusted", *SOUND, UNBOUND, tolerated=_SKIPPED, touched=(_EVIL[:16],)),
    _head("unsigned-toggle-of-store", partial(_changed, lambda t: setattr(t, "toggles", 0x23)), "error", MALFORMED),
    _head("unsigned-toggle-of-manifest", partial(_changed, _toggled(ACTIVE, 0xE3)), "error", MALFORMED),
    _label(
        "relabelled-manifest", partial(_changed, _renamed(ACTIVE, label_of("another"))), "Invalid", *SIGNED, *_SELF_REFERENCES, _NO_ACTIONS
    ),
    _label(
        "relabelled-manifest-relative",
        _relative,
        "Trusted",
        *SOUND,
        UNBOUND,
        tolerated='"JUMBF URI references": a reference may leave out the label of its own manifest',
        touched=(label_of("another").encode(),),
    ),
    _label("relabelled-assertion-store", partial(_changed, _renamed(_STORE, "c2pa.assertionz")), "Invalid", *SOUND, "general.error"),
    _label("relabelled-claim", partial(_changed, _renamed(_CLAIM, "c2pa.claim.v9")), "Invalid", *SOUND, "claim.malformed"),
    _label("relabelled-claim-as-old", lambda: retold(roomy(), _renamed(_CLAIM, "c2pa.claim")), "Invalid", *SIGNED, "claim.malformed"),
    _label(
        "relabelled-signature",
        partial(_changed, _renamed(_SIGNATURE, "c2pa.signaturf")),
        "Invalid",
        *SOUND,
        "claimSignature.missing",
    ),
    _label(
        "relabelled-assertion",
        partial(_changed, _renamed(f"{_STORE}/{_THUMBNAIL}", "c2pa.thumbnail.clain")),
        "Invalid",
        *SOUND,
        "assertion.missing",
        "assertion.undeclared",
    ),
    _label(
        "relabelled-swapped",
        partial(_changed, _swapped),
        "Invalid",
        *INTACT,
        "assertion.hashedURI.mismatch",
        "assertion.dataHash.mismatch",
        _NO_ACTIONS,
    ),
    _label("relabelled-store", partial(_changed, lambda t: setattr(t, "label", "c2pb")), "error", MALFORMED),
    *(
        _undeclared(
            f"undeclared-{name}",
            partial(_planted, _STORE, node, front=front),
            "Invalid",
            *SOUND,
            "assertion.undeclared",
        )
        for name, node, front in (
            ("behind", Node(BOX.CBOR, "org.evil", [Leaf("cbor", b"\xa1averdictdgood")]), False),
            ("in-front", Node(BOX.CBOR, "org.evil", [Leaf("cbor", b"\xa1averdictdgood")]), True),
            ("actions", Node(BOX.CBOR, "c2pa.actions.v2__1", [Leaf("cbor", cbor.encode({"actions": [{"action": "c2pa.edited"}]}))]), False),
            ("metadata", Node(BOX.JSON, "c2pa.metadata", [Leaf("json", b'{"dc:creator":"evil"}')]), False),
            ("binding", Node(BOX.CBOR, "c2pa.hash.data__1", [Leaf("cbor", cbor.encode({"hash": bytes(32), "exclusions": []}))]), True),
            ("unknown-type", Node(UNKNOWN, "org.evil", [Leaf("evil", b"x")]), False),
        )
    ),
    _undeclared(
        "undeclared-second-store",
        partial(_planted, ACTIVE, Node(BOX.ASSERTION_STORE, "c2pa.assertions2", [Node(BOX.CBOR, "org.evil", [Leaf("cbor", b"\xa0")])])),
        "Invalid",
        *SOUND,
        "assertion.undeclared",
        "general.error",
    ),
    *(
        _double(
            f"doubled-thumbnail-{'behind' if behind else 'in-front'}",
            partial(_copied, f"{_STORE}/{_THUMBNAIL}", behind=behind, change=lambda n: setattr(n.leaf("bidb"), "payload", b"evil")),
            "Invalid",
            *SOUND,
            "assertion.missing",
            "assertion.undeclared",
        )
        for behind in (True, False)
    ),
    *(
        _double(
            f"doubled-binding-{'behind' if behind else 'in-front'}",
            partial(_copied, f"{_STORE}/c2pa.hash.data", behind=behind),
            "Invalid",
            *INTACT,
            "assertion.missing",
            "assertion.undeclared",
            "claim.hardBindings.missing",
        )
        for behind in (True, False)
    ),
    _double(
        "doubled-assertion-store",
        partial(_copied, _STORE, behind=True),
        "Invalid",
        *SIGNED,
        "general.error",
        "assertion.missing",
        "assertion.undeclared",
        "claim.hardBindings.missing",
        _NO_ACTIONS,
    ),
    _double(
        "doubled-manifest-first",
        partial(_under_own_label, True),
        "Invalid",
        *SIGNED,
        "general.error",
        "assertion.missing",
        "claim.hardBindings.missing",
        _NO_ACTIONS,
    ),
    _double("doubled-manifest-last", partial(_under_own_label, False), "Invalid", *SIGNED, "general.error", *_SELF_REFERENCES, _NO_ACTIONS),
    *(
        _claims(
            f"doubled-claim-{'behind' if behind else 'in-front'}",
            partial(
                _copied,
                _CLAIM,
                behind=behind,
                change=lambda n: setattr(n.leaf(), "payload", n.leaf().payload.replace(b"credkit test", b"another name")),
            ),
            "Invalid",
            *_CREDENTIAL,
            "claim.multiple",
        )
        for behind in (True, False)
    ),
    _claims(
        "doubled-claim-of-version-1",
        partial(_copied, _CLAIM, behind=True, change=lambda n: setattr(n, "label", "c2pa.claim")),
        "Invalid",
        *_CREDENTIAL,
        "claim.multiple",
    ),
    *(
        _claims(
            f"doubled-signature-{'behind' if behind else 'in-front'}",
            partial(_second_signature, behind=behind),
            "Invalid",
            STATED,
            MATCH,
            "claimSignature.missing",
        )
        for behind in (True, False)
    ),
    _splice("spliced-claim", partial(_spliced, "c2pa.claim.v2"), "Invalid", *_CREDENTIAL, STATED, MATCH, "claimSignature.mismatch"),
    _splice("spliced-signature", partial(_spliced, "c2pa.signature"), "Invalid", *_CREDENTIAL, STATED, MATCH, "claimSignature.mismatch"),
    _assert(
        "altered-actions",
        partial(_changed, _replaced(f"{_STORE}/c2pa.actions.v2", b"digitalCreation", b"digitalCapturex")),
        "Invalid",
        *SOUND,
        "assertion.hashedURI.mismatch",
    ),
    _assert(
        "altered-thumbnail",
        partial(_changed, _replaced(f"{_STORE}/{_THUMBNAIL}", b"\xff\xd8", b"\xff\xd9", "bidb")),
        "Invalid",
        *SOUND,
        "assertion.hashedURI.mismatch",
    ),
    _assert("altered-to-zeros", partial(_changed, _emptied), "Invalid", *SOUND, "assertion.hashedURI.mismatch"),
    _assert("altered-type", partial(_changed, _retyped), "Invalid", *SOUND, "assertion.hashedURI.mismatch", "assertion.json.invalid"),
    _assert("altered-toggle", partial(_changed, _toggled(f"{_STORE}/{_THUMBNAIL}", 0x02 | 0x10)), "error", MALFORMED),
    _assert(
        "altered-claim",
        partial(_changed, _replaced(_CLAIM, b"credkit test", b"another name")),
        "Invalid",
        *_CREDENTIAL,
        STATED,
        MATCH,
        "claimSignature.mismatch",
    ),
    _manifest(
        "planted-manifest-first",
        partial(_foreign, True),
        "Trusted",
        *SOUND,
        UNBOUND,
        tolerated='"Ingredient assertion validation": what nothing refers to is not judged',
        touched=(label_of("other").encode(),),
    ),
    _manifest("planted-manifest-last", partial(_foreign, False), "Invalid", *INTACT, MISMATCH),
    *(
        _bind(f"exchanged-binding-{kind}", partial(_rebound, kind), "Invalid", *SOUND, "assertion.hashedURI.mismatch")
        for kind in ("jpg", "png")
    ),
)
