"""Attacks on what lies below the active manifest: ingredients altered after they were taken in, redactions abused, chains without end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from credkit.manifest.store import BOX, REDACTED_UUID
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import ACTIVE, INTACT, MISMATCH, SOUND, UNBOUND
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Manifest, Recipe, actions, data_hash, ingredient, label_of, thumbnail
from tests.verify.tables import ingredients, redactions, updates

__all__ = ["ATTACKS"]

_PARENT = label_of("parent")
_NOTE = redactions.NOTE
_ACTIONS = "c2pa.actions.v2"
_SAME_SIGNATURE, _SAME_MANIFEST = "ingredient.claimSignature.validated", "ingredient.manifest.validated"
_OTHER_SIGNATURE, _OTHER_MANIFEST = "ingredient.claimSignature.mismatch", "ingredient.manifest.mismatch"
_WRONG = "assertion.hashedURI.mismatch"
_NO_BINDING, _WRONG_PARENTS = "claim.hardBindings.missing", "manifest.update.wrongParents"
_BELOW = (*SOUND, _SAME_SIGNATURE, _SAME_MANIFEST)
"""What is said of a sound file with sound ingredients."""
_RELATIONS = ("parentOf", "componentOf", "inputTo")


def _in_slot(*leaves: Leaf | Node, kind: bytes | None = None) -> Callable[[], bytes]:
    """What a sound redaction left empty holds something again."""

    def spoil(tree: Node) -> None:
        node = tree.at(_NOTE)
        node.children = list(leaves)
        node.type = kind or node.type

    return redactions.redacting("org.test.note", spoil=spoil)


def _own(label: str) -> bytes:
    """The claim takes out one of its own assertions."""
    return signed(standard(thumbnail(), redacted=[f"self#jumbf=/c2pa/{ACTIVE}/c2pa.assertions/{label}"]))


def _of_parent(label: str) -> bytes:
    return redactions.redacting(label, spoil=redactions.removed(f"{_PARENT}/c2pa.assertions/{label}"))()


def _taken_in(relationship: str, spoil: Callable[[Node], object], version: int = 3) -> bytes:
    """A file with an ingredient whose manifest is changed afterwards."""
    return ingredients.under(
        lambda manifest: ingredient(manifest, relationship, version=version),
        lambda: ingredients.parent(thumbnail()),
        spoil=lambda tree: spoil(tree.at(_PARENT)),
    )()


def _flipped(path: str, kind: str, at: int) -> Callable[[Node], None]:
    def spoil(manifest: Node) -> None:
        leaf = manifest.at(path).leaf(kind)
        spoiled = bytearray(leaf.payload)
        spoiled[at] ^= 1
        leaf.payload = bytes(spoiled)

    return spoil


_FLIPS: dict[str, tuple[Callable[[Node], None], tuple[str, ...]]] = {
    "assertion": (_flipped("c2pa.assertions/c2pa.thumbnail.claim", "bidb", 0), (_WRONG, _SAME_SIGNATURE)),
    "claim": (_flipped("c2pa.claim.v2", "cbor", -3), ("claimSignature.mismatch", _SAME_SIGNATURE)),
    "signature": (_flipped("c2pa.signature", "cbor", -1), ("claimSignature.mismatch", _OTHER_SIGNATURE)),
}


def _exchanged(relationship: str) -> bytes:
    """A sound manifest of the same signer under the same label stands in the place of the one that was taken in."""

    def spoil(tree: Node) -> None:
        other = standard(thumbnail(data=b"other"), name="parent").build().node
        tree.children = [other if isinstance(child, Node) and child.label == _PARENT else child for child in tree.children]

    return ingredients.under(lambda manifest: ingredient(manifest, relationship), spoil=spoil)()


def _ingredient_assertion() -> bytes:
    """The ingredient assertion itself is changed, so that it leads elsewhere."""
    return ingredients.under(ingredients.component, ingredients.bad_parent, spoil=ingredients.retitled)()


def _many(count: int) -> bytes:
    """So many manifests of a few bytes in front of a sound one."""
    empty = [Manifest(f"urn:c2pa:{n}", Node(BOX.STANDARD, f"urn:c2pa:{n}", [])) for n in range(count)]
    return signed(standard(), *empty)


def _two_parents() -> bytes:
    first, second = standard(name="parent").build(), standard(name="other").build()
    parts = ingredient(first), ingredient(second, label="c2pa.ingredient.v3__1")
    return signed(standard(*parts), first, second)


def _update(*more: Assertion) -> Callable[[], bytes]:
    return updates.update(*more)


def _update_of_nothing() -> bytes:
    """An update manifest put on a foreign picture, whose own binding it does not need."""
    return updates.update(change=updates.in_another_picture)()


def _cut_below() -> bytes:
    """Below an update manifest, the manifest that ties the content is taken out."""
    return updates.update(spoil=lambda tree: tree.children.pop(0))()


def _laundered() -> bytes:
    """An update manifest calls a component its parent, so that no binding is found."""
    return signed(
        Recipe([actions({"action": "c2pa.edited.metadata"}), ingredient(standard(name="parent").build(), "componentOf")], kind=BOX.UPDATE),
        standard(name="parent").build(),
        binding=None,
    )


def _gathered_binding() -> bytes:
    """The hard binding is only gathered: nobody vouches for it."""
    from dataclasses import replace

    recipe = standard()
    recipe.assertions = [replace(a, place="gathered") if a.label == "c2pa.hash.data" else a for a in recipe.assertions]
    return signed(recipe)


def _bound_twice() -> bytes:
    """Two data hashes, of which the first leaves out everything."""
    everything = Assertion("c2pa.hash.data__1", {"alg": "sha256", "hash": bytes(32), "exclusions": [{"start": 0, "length": 1 << 40}]})
    return signed(standard(everything))


def _family(family: str, idea: str, keyless: bool = True) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_slot = _family("redacted-slot", "Where an assertion was redacted, a new one is planted, which no hash covers any more.")
_redact = _family("abusive-redaction", "A signer redacts what may not be: his own statements, actions, the hard binding.", False)
_cover = _family("redaction-as-cover", "Under cover of a redaction, which changes the manifest's hash, more is changed.")
_alter = _family("altered-ingredient", "The manifest of an ingredient is changed after it was taken in.")
_exchange = _family("exchanged-ingredient", "The manifest of an ingredient is exchanged, or taken out.")
_web = _family("endless-ancestry", "Ingredients refer to each other in a ring, or in 2 to the power of n ways.", False)
_chain = _family("long-ancestry", "A store has more manifests, or generations, than anybody can check.", False)
_updated = _family(
    "hostile-update", "An update manifest, which has no binding of its own, speaks for content it does not belong to.", False
)
_on_other = _family("update-on-other-content", "The store with an update manifest is put on other content.")
_bind = _family("unfit-binding", "A signer leaves out the hard binding, has two, or does not vouch for it.", False)

_MARK = Leaf("uuid", REDACTED_UUID + bytes(40))
_FOREIGN = f"self#jumbf=/c2pa/{label_of('elsewhere')}/c2pa.assertions/org.never"
_PLANTED: dict[str, Callable[[], bytes]] = {
    "kept": redactions.redacting("org.test.note"),
    "cbor": _in_slot(Leaf("cbor", b"\xa1atax")),
    "json": _in_slot(Leaf("json", b"{}"), kind=BOX.JSON),
    "file": _in_slot(Leaf("bfdb", b"\0image/png\0"), Leaf("bidb", b"x"), kind=BOX.EMBEDDED_FILE),
    "mark-and-byte": _in_slot(Leaf("uuid", _MARK.payload + b"\1"), kind=BOX.UUID),
    "other-mark": _in_slot(Leaf("uuid", b"\1" * 16 + bytes(9)), kind=BOX.UUID),
    "beside-mark": _in_slot(_MARK, Leaf("cbor", b"\xa0"), kind=BOX.UUID),
    "superbox": _in_slot(_MARK, Node(BOX.CBOR, "x", []), kind=BOX.UUID),
    "padding": _in_slot(_MARK, Leaf("free", b"secret"), kind=BOX.UUID),
    "unknown": _in_slot(Leaf("evil", b"secret"), kind=BOX.UUID),
}

ATTACKS: tuple[Attack, ...] = (
    *(_slot(f"redacted-slot-{name}", make, "Invalid", *SOUND, _SAME_SIGNATURE, "assertion.notRedacted") for name, make in _PLANTED.items()),
    *(
        _redact(f"redacts-own-{name}", partial(_own, label), "Invalid", *SOUND, "assertion.selfRedacted")
        for name, label in (("thumbnail", "c2pa.thumbnail.claim"), ("actions", _ACTIONS), ("binding", "c2pa.hash.data"))
    ),
    _redact("redacts-actions", partial(_of_parent, _ACTIONS), "Invalid", *SOUND, _SAME_SIGNATURE, "assertion.action.redacted"),
    _redact("redacts-binding", partial(_of_parent, "c2pa.hash.data"), "Invalid", *SOUND, _SAME_SIGNATURE, "assertion.hardBinding.redacted"),
    _redact("redacts-foreign", redactions.redacting(urls=(_FOREIGN,)), "Trusted", *SOUND, _SAME_SIGNATURE, _SAME_MANIFEST),
    _redact("redacts-no-uri", lambda: signed(standard(redacted=["everything"])), "Invalid", *SOUND, "assertion.selfRedacted"),
    _redact(
        "redacts-without-signature-reference",
        redactions.redacting("org.test.note", spoil=redactions.removed(), changes={"claimSignature": None}),
        "Invalid",
        *SOUND,
        "ingredient.claimSignature.missing",
    ),
    _cover(
        "redaction-covers-alteration",
        redactions.redacting(
            "org.test.note",
            spoil=lambda t: (t.drop(_NOTE), setattr(t.at(f"{_PARENT}/c2pa.assertions/c2pa.thumbnail.claim").leaf("bidb"), "payload", b"x")),
        ),
        "Invalid",
        *SOUND,
        _SAME_SIGNATURE,
        _WRONG,
    ),
    _cover(
        "redaction-covers-removal",
        redactions.redacting("org.test.note", spoil=lambda t: (t.drop(_NOTE), t.drop(f"{_PARENT}/c2pa.assertions/c2pa.thumbnail.claim"))),
        "Invalid",
        *SOUND,
        _SAME_SIGNATURE,
        "assertion.missing",
    ),
    _cover(
        "redaction-covers-addition",
        redactions.redacting(
            "org.test.note",
            spoil=lambda t: (t.drop(_NOTE), t.at(f"{_PARENT}/c2pa.assertions").children.append(Node(BOX.CBOR, "org.x", []))),
        ),
        "Invalid",
        *SOUND,
        _SAME_SIGNATURE,
        "assertion.undeclared",
    ),
    _cover(
        "redaction-covers-exchange",
        redactions.redacting("org.test.note", spoil=redactions.exchange),
        "Invalid",
        *SOUND,
        _OTHER_SIGNATURE,
    ),
    _cover(
        "redaction-that-nobody-made",
        redactions.redacting(spoil=redactions.removed()),
        "Invalid",
        *SOUND,
        _SAME_SIGNATURE,
        _OTHER_MANIFEST,
        "assertion.missing",
    ),
    *(
        _alter(
            f"altered-{relationship}-{what}",
            partial(_taken_in, relationship, spoil),
            "Invalid",
            *SOUND,
            _OTHER_MANIFEST,
            *codes,
        )
        for relationship in _RELATIONS
        for what, (spoil, codes) in _FLIPS.items()
    ),
    *(
        _alter(
            f"altered-version-{version}",
            partial(_taken_in, "parentOf", _FLIPS["assertion"][0], version),
            "Invalid",
            *SOUND,
            _OTHER_MANIFEST,
            _WRONG,
        )
        for version in (1, 2)
    ),
    _alter("altered-ingredient-assertion", _ingredient_assertion, "Invalid", *SOUND, _WRONG),
    *(
        _exchange(f"exchanged-{relationship}", partial(_exchanged, relationship), "Invalid", *SOUND, _OTHER_MANIFEST, _OTHER_SIGNATURE)
        for relationship in _RELATIONS
    ),
    _exchange(
        "exchanged-taken-out",
        ingredients.under(ingredients.component, spoil=lambda tree: tree.drop(_PARENT)),
        "Invalid",
        *SOUND,
        "ingredient.manifest.missing",
    ),
    _exchange("exchanged-doubled", ingredients.doubled_parent, "Invalid", *SOUND, "ingredient.manifest.missing"),
    _exchange(
        "exchanged-signature-out",
        ingredients.under(ingredients.component, spoil=lambda tree: tree.drop(f"{_PARENT}/c2pa.signature")),
        "Invalid",
        *SOUND,
        "claimSignature.missing",
        _OTHER_MANIFEST,
        "ingredient.claimSignature.missing",
    ),
    _web("diamond-22", lambda: ingredients.diamond(22), "Trusted", *SOUND, _SAME_SIGNATURE, _SAME_MANIFEST),
    _web("ring-of-two", ingredients.cycle, "Invalid", *_BELOW, _OTHER_MANIFEST),
    _web("ring-of-one", ingredients.its_own_ingredient, "Invalid", *SOUND, _OTHER_MANIFEST),
    _chain(
        "chain-of-257",
        lambda: ingredients.long_chain(257),
        "Invalid",
        *SOUND,
        _SAME_SIGNATURE,
        _SAME_MANIFEST,
        "org.credkit.limit.exceeded",
    ),
    _chain("manifests-1001", lambda: _many(1000), "error", "general.error"),
    _chain("manifests-1000", lambda: _many(999), "Trusted", *SOUND, UNBOUND),
    _updated("update-with-binding", _update(data_hash()), "Invalid", *_BELOW, "manifest.update.invalid"),
    _updated("update-with-thumbnail", _update(thumbnail()), "Invalid", *_BELOW, "manifest.update.invalid"),
    _updated(
        "update-with-two-parents",
        _update(ingredient(label="c2pa.ingredient.v3__1")),
        "Invalid",
        *_BELOW,
        _WRONG_PARENTS,
        "ingredient.unknownProvenance",
    ),
    _updated("update-without-parent", updates.without_parts, "Invalid", *INTACT, _WRONG_PARENTS, _NO_BINDING),
    _updated("update-on-component", _laundered, "Invalid", *INTACT, _SAME_MANIFEST, _SAME_SIGNATURE, _WRONG_PARENTS, _NO_BINDING),
    _updated("update-that-edits", updates.doing({"action": "c2pa.edited"}), "Invalid", *_BELOW, "manifest.update.invalid"),
    _on_other("update-on-other-picture", _update_of_nothing, "Invalid", *INTACT, _SAME_MANIFEST, _SAME_SIGNATURE, MISMATCH),
    _on_other("update-without-bound-manifest", _cut_below, "Invalid", *INTACT, _NO_BINDING, "ingredient.manifest.missing"),
    _on_other(
        "update-on-changed-content",
        updates.update(change=updates.changed_pixels),
        "Invalid",
        *INTACT,
        _SAME_MANIFEST,
        _SAME_SIGNATURE,
        MISMATCH,
    ),
    _on_other(
        "update-scattered",
        updates.update(updates.NOTE, change=updates.scattered),
        "Invalid",
        *INTACT,
        _SAME_MANIFEST,
        _SAME_SIGNATURE,
        MISMATCH,
    ),
    _bind("binding-missing", updates.on_nothing_bound, "Invalid", *INTACT, _NO_BINDING),
    _bind("binding-gathered", _gathered_binding, "Invalid", *INTACT, _NO_BINDING),
    _bind(
        "binding-doubled",
        _bound_twice,
        "Invalid",
        *INTACT,
        "assertion.multipleHardBindings",
        MISMATCH,
    ),
    _bind("two-parents", _two_parents, "Invalid", *SOUND, _SAME_MANIFEST, _SAME_SIGNATURE, "manifest.multipleParents"),
    _bind(
        "actions-missing",
        lambda: signed(Recipe([data_hash()])),
        "Invalid",
        *SOUND,
        "assertion.action.malformed",
    ),
)
