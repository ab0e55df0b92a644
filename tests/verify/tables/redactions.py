"""Redaction: what a later claim may take out of an earlier manifest, and what has to be left where it stood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from credkit.manifest.store import BOX
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import (
    Assertion,
    Ref,
    actions,
    ingredient,
    label_of,
    results,
    thumbnail,
    zeroed,
)
from tests.verify.case import Case, case

PARENT = label_of("parent")
NOTE = f"{PARENT}/c2pa.assertions/org.test.note"
NOT_REDACTED = "assertion.notRedacted"
SIGNATURE_MISSING = "ingredient.claimSignature.missing"


def note(**options: Any) -> Assertion:
    return Assertion("org.test.note", {"text": "taken out later"}, **options)


def redacting(
    *labels: str,
    spoil: Callable[[Node], object] | None = None,
    version: int = 3,
    related: bool = False,
    urls: tuple[str, ...] = (),
    more: tuple[Assertion, ...] = (),
    changes: dict[str, Any] | None = None,
) -> Callable[[], bytes]:
    """Open a parent and redact assertions of it; ``spoil`` is what is done to the parent's manifest afterwards."""

    def make() -> bytes:
        parent = standard(note(), thumbnail(), *more, name="parent").build()
        found = [parent.assertion_uri(label) for label in labels] + list(urls)
        part = ingredient(parent, version=version, **(changes or {}))
        opened = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(part.label)]}}
        redacted = [{"action": "c2pa.redacted", "parameters": {"redacted": uri}} for uri in found]
        recipe = standard(part, first=actions(opened, *redacted), redacted=found)
        return signed(recipe, parent, spoil=spoil)

    return make


def removed(path: str = NOTE) -> Callable[[Node], object]:
    return lambda tree: tree.drop(path)


def holding(*leaves: Leaf, kind: bytes | None = None) -> Callable[[Node], None]:
    """The redacted assertion's place holds something."""

    def spoil(tree: Node) -> None:
        node = tree.at(NOTE)
        node.children = list(leaves)
        node.type = kind or node.type

    return spoil


def grandparent(spoil: Callable[[Node], object] | None, **changes: Any) -> Callable[[], bytes]:
    """The active manifest redacts in the oldest of three generations, which the one between refers to."""

    def make() -> bytes:
        oldest = standard(note(), name="parent").build()
        middle = standard(ingredient(oldest, "componentOf", **changes), name="middle").build()
        uri = oldest.assertion_uri("org.test.note")
        part = ingredient(middle)
        done = [
            {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(part.label)]}},
            {"action": "c2pa.redacted", "parameters": {"redacted": uri}},
        ]
        return signed(standard(part, first=actions(*done), redacted=[uri]), oldest, middle, spoil=spoil)

    return make


def redacted_ingredient() -> bytes:
    """The ingredient assertion that an action opened is itself redacted by the next manifest, with its manifest taken out."""
    oldest = standard(name="oldest").build()
    part = ingredient(oldest)
    opened = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(part.label, absolute=True)]}}
    parent = standard(part, first=actions(opened), name="parent").build()
    uri = parent.assertion_uri(part.label)
    mine = ingredient(parent)
    done = [
        {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(mine.label)]}},
        {"action": "c2pa.redacted", "parameters": {"redacted": uri}},
    ]
    return signed(
        standard(mine, first=actions(*done), redacted=[uri]), parent, spoil=lambda t: t.drop(f"{PARENT}/c2pa.assertions/{part.label}")
    )


def related_was_redacted(in_ingredient: bool) -> Callable[[], bytes]:
    """An assertion that an action or ingredient of the parent is related to was redacted."""

    def make() -> bytes:
        target = Assertion("org.test.ingredient", {"a": 1})
        edited = {"action": "c2pa.edited", "parameters": {"relatedAssertions": [Ref(target.label)]}}
        parts = [ingredient(relationship="inputTo", relatedAssertions=[Ref(target.label)])] if in_ingredient else []
        created = {"action": "c2pa.created"}
        parent = standard(target, *parts, first=actions(created, *([] if in_ingredient else [edited])), name="parent").build()
        uri = parent.assertion_uri(target.label)
        mine = ingredient(parent)
        done = [
            {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(mine.label)]}},
            {"action": "c2pa.redacted", "parameters": {"redacted": uri}},
        ]
        recipe = standard(mine, first=actions(*done), redacted=[uri])
        return signed(recipe, parent, spoil=lambda t: t.drop(f"{PARENT}/c2pa.assertions/{target.label}"))

    return make


def soft_binding_redacted() -> bytes:
    """The parent says that it was watermarked, and the record of the watermark was redacted."""
    created = actions({"action": "c2pa.created"}, {"action": "c2pa.watermarked.bound"})
    parent = standard(Assertion("c2pa.soft-binding", {"alg": "org.test"}), first=created, name="parent").build()
    uri = parent.assertion_uri("c2pa.soft-binding")
    mine = ingredient(parent)
    done = [
        {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(mine.label)]}},
        {"action": "c2pa.redacted", "parameters": {"redacted": uri}},
    ]
    return signed(
        standard(mine, first=actions(*done), redacted=[uri]), parent, spoil=lambda t: t.drop(f"{PARENT}/c2pa.assertions/c2pa.soft-binding")
    )


def admitted() -> bytes:
    """The manifest that redacted is itself an ingredient now; its redaction still counts."""
    oldest = standard(note(), name="parent").build()
    uri = oldest.assertion_uri("org.test.note")
    part = ingredient(oldest)
    oldest.node.drop("c2pa.assertions/org.test.note")
    done = [
        {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(part.label)]}},
        {"action": "c2pa.redacted", "parameters": {"redacted": uri}},
    ]
    middle = standard(part, first=actions(*done), redacted=[uri], name="middle").build()
    return signed(standard(ingredient(middle, "componentOf")), oldest, middle)


def exchange(tree: Node) -> None:
    """Another manifest of the same label, sound in itself, takes the parent's place."""
    other = standard(thumbnail(data=b"other"), name="parent").build()
    tree.children = [other.node if isinstance(child, Node) and child.label == PARENT else child for child in tree.children]


ZEROS = Leaf("uuid", bytes.fromhex("CAA98EEE9D4DF80E86AD4DFFCA263973") + bytes(40))
VALIDATED = ("ingredient.claimSignature.validated",)

CASES: tuple[Case, ...] = (
    case("removed", redacting("org.test.note", spoil=removed()), says=VALIDATED, lacks=("ingredient.manifest.mismatch",)),
    case("replaced by the mark", redacting("org.test.note", spoil=lambda t: zeroed(t.at(NOTE), 40)), says=VALIDATED),
    case("replaced by the mark without data", redacting("org.test.note", spoil=lambda t: zeroed(t.at(NOTE)))),
    case("replaced by zeros in its own box", redacting("org.test.note", spoil=holding(Leaf("cbor", bytes(30))))),
    case("still there", redacting("org.test.note"), deltas=(NOT_REDACTED,)),
    case("something else planted", redacting("org.test.note", spoil=holding(Leaf("cbor", b"\xa1atax"))), deltas=(NOT_REDACTED,)),
    case("JSON planted", redacting("org.test.note", spoil=holding(Leaf("json", b"{}"), kind=BOX.JSON)), deltas=(NOT_REDACTED,)),
    case(
        "a file planted",
        redacting("org.test.note", spoil=holding(Leaf("bfdb", b"\0image/png\0"), Leaf("bidb", b"x"), kind=BOX.EMBEDDED_FILE)),
        deltas=(NOT_REDACTED,),
    ),
    case("the mark with one bit", redacting("org.test.note", spoil=holding(Leaf("uuid", ZEROS.payload + b"\1"))), deltas=(NOT_REDACTED,)),
    case(
        "the mark of something else", redacting("org.test.note", spoil=holding(Leaf("uuid", b"\1" * 16 + bytes(9)))), deltas=(NOT_REDACTED,)
    ),
    case("the mark and something beside", redacting("org.test.note", spoil=holding(ZEROS, Leaf("cbor", b"\xa0"))), deltas=(NOT_REDACTED,)),
    case(
        "a box planted inside",
        redacting("org.test.note", spoil=lambda t: t.at(NOTE).children.append(Node(BOX.CBOR, "x", []))),
        deltas=(NOT_REDACTED,),
    ),
    case(
        "padding with content beside the mark",
        redacting("org.test.note", spoil=holding(ZEROS, Leaf("free", b"secret"))),
        deltas=(NOT_REDACTED,),
    ),
    case(
        "two of them",
        redacting(
            "org.test.note",
            "c2pa.thumbnail.claim",
            spoil=lambda t: (t.drop(NOTE), t.drop(f"{PARENT}/c2pa.assertions/c2pa.thumbnail.claim")),
        ),
    ),
    case(
        "another assertion altered meanwhile",
        redacting(
            "org.test.note",
            spoil=lambda t: (t.drop(NOTE), setattr(t.at(f"{PARENT}/c2pa.assertions/c2pa.thumbnail.claim").leaf("bidb"), "payload", b"x")),
        ),
        deltas=("assertion.hashedURI.mismatch",),
    ),
    case(
        "another assertion removed meanwhile",
        redacting("org.test.note", spoil=lambda t: (t.drop(NOTE), t.drop(f"{PARENT}/c2pa.assertions/c2pa.thumbnail.claim"))),
        deltas=("assertion.missing",),
    ),
    case(
        "an undeclared assertion added meanwhile",
        redacting(
            "org.test.note", spoil=lambda t: (t.drop(NOTE), t.at(f"{PARENT}/c2pa.assertions").children.append(Node(BOX.CBOR, "org.x", [])))
        ),
        deltas=("assertion.undeclared",),
    ),
    case("removed, but not on any list", redacting(spoil=removed()), deltas=("assertion.missing", "ingredient.manifest.mismatch")),
    case("the list has it without the first slash", redacting(urls=(f"self#jumbf=c2pa/{NOTE}",), spoil=removed())),
    case("the list names what never was", redacting(urls=(f"self#jumbf=/c2pa/{PARENT}/c2pa.assertions/org.never",))),
    case("the list names a manifest that is not there", redacting(urls=(f"self#jumbf=/c2pa/{label_of('x')}/c2pa.assertions/org.never",))),
    *(
        line
        for how, spoil in (("removed", lambda t, path: t.drop(path)), ("replaced by the mark", lambda t, path: zeroed(t.at(path))))
        for line in (
            case(
                f"actions {how}",
                redacting("c2pa.actions.v2", spoil=lambda t, spoil=spoil: spoil(t, f"{PARENT}/c2pa.assertions/c2pa.actions.v2")),
                deltas=("assertion.action.redacted",),
            ),
            *(
                case(
                    f"hard binding {how}, edition {profile}",
                    redacting("c2pa.hash.data", spoil=lambda t, spoil=spoil: spoil(t, f"{PARENT}/c2pa.assertions/c2pa.hash.data")),
                    deltas=(code,),
                    profile=profile,
                )
                for profile, code in (("2.2", "assertion.dataHash.redacted"), ("2.4", "assertion.hardBinding.redacted"))
            ),
        )
    ),
    case(
        "second actions removed",
        redacting(
            "c2pa.actions.v2__1",
            more=(actions({"action": "c2pa.edited"}, label="c2pa.actions.v2__1"),),
            spoil=removed(f"{PARENT}/c2pa.assertions/c2pa.actions.v2__1"),
        ),
        deltas=("assertion.action.redacted",),
    ),
    case("a soft binding that a watermark needs", soft_binding_redacted),
    case("below an ingredient of version 2", redacting("org.test.note", spoil=removed(), version=2), deltas=(SIGNATURE_MISSING,)),
    case(
        "below an ingredient without a signature reference",
        redacting("org.test.note", spoil=removed(), changes={"claimSignature": None}),
        deltas=(SIGNATURE_MISSING,),
    ),
    case(
        "the whole manifest exchanged under cover of a redaction",
        redacting("org.test.note", spoil=exchange),
        deltas=("ingredient.claimSignature.mismatch",),
    ),
    case("two generations below", grandparent(removed())),
    case("two generations below, still there", grandparent(None), deltas=(NOT_REDACTED,)),
    case("two generations below, signature reference lacking", grandparent(removed(), claimSignature=None), deltas=(SIGNATURE_MISSING,)),
    case("by a manifest that is an ingredient now", admitted),
    case("an ingredient and its manifest", redacted_ingredient),
    case("what an action is related to", related_was_redacted(False), informs=("assertion.redacted",), profile="2.5"),
    case("what an action is related to, edition 2.4", related_was_redacted(False), lacks=("assertion.redacted",)),
    case("what an ingredient is related to", related_was_redacted(True), says=("assertion.redacted",), profile="2.5"),
    case("recorded results do not hide it", redacting("org.test.note", changes={"validationResults": results()}), deltas=(NOT_REDACTED,)),
)
