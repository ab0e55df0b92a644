"""The assertions that a claim lists: there, unaltered, of the right kinds, with references that lead somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import (
    CREATED,
    UNKNOWN,
    Assertion,
    Recipe,
    Ref,
    actions,
    data_hash,
    ingredient,
    label_of,
    thumbnail,
)
from tests.verify.case import Case, case

LABEL = label_of("active")
MALFORMED = "assertion.action.malformed"
NO_BINDING = "claim.hardBindings.missing"
ASSERTIONS = f"{LABEL}/c2pa.assertions"
NOTE = Assertion("org.test.note", {"text": "a note"})


def with_(*more: Assertion, **options: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(*more, **options))


def note(**options: Any) -> Assertion:
    return Assertion("org.test.note", {"text": "a note"}, **options)


def listed(**fields: Any) -> Callable[[], bytes]:
    """The claim's entry of one assertion has other fields."""
    return with_(note(reference=lambda entry: entry.update(fields)))


def only(*assertions: Assertion, **options: Any) -> Callable[[], bytes]:
    return lambda: signed(Recipe(list(assertions), **options))


def after(spoil: Callable[[Node], object], *more: Assertion) -> Callable[[], bytes]:
    """Changed after signing."""
    return lambda: signed(standard(*more), spoil=spoil)


def rewritten(tree: Node) -> None:
    tree.at(f"{ASSERTIONS}/org.test.note").leaf().payload = b"\xa1dtextfb note"


def slashless(entry: dict[str, Any]) -> None:
    entry["url"] = entry["url"].replace("jumbf=/c2pa", "jumbf=c2pa")


def other_manifest() -> bytes:
    """The claim counts an assertion of its ingredient as its own."""
    parent = standard(thumbnail(), name="parent").build()
    entry = {"url": parent.assertion_uri("c2pa.thumbnail.claim"), "hash": parent.node.at("c2pa.assertions/c2pa.thumbnail.claim").hash()}
    part = ingredient(parent, "componentOf")
    return signed(standard(part, note(stored=False, reference=lambda e: e.update(entry))), parent)


def icon(**fields: Any) -> dict[str, Any]:
    """An action with an agent whose icon is a reference."""
    return CREATED | {"softwareAgent": {"name": "credkit test", "icon": fields}}


def holding(ref: Any, *more: Assertion, label: str = "c2pa.soft-binding", **options: Any) -> Callable[[], bytes]:
    return with_(*more, Assertion(label, {"alg": "org.test", "thing": {"deep": [ref]}}), **options)


def periods(start: Any, end: Any, **more: Any) -> Assertion:
    return Assertion("c2pa.soft-binding", {"alg": "org.test", "metadata": {"processStart": start, "processEnd": end} | more})


def other_content(label: str) -> Assertion:
    return Assertion(label, [Leaf("uuid", bytes(16) + b"anything")], content="raw")


def two_parents() -> Recipe:
    first, second = ingredient(), ingredient(label="c2pa.ingredient.v3__1")
    opened = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(first.label)]}}
    return standard(first, second, first=actions(opened))


ICON = thumbnail("c2pa.icon")
ICON_512 = ICON.box(lambda _: {}).hash("sha512")

CASES: tuple[Case, ...] = (
    case("an own assertion", with_(note()), says=("assertion.hashedURI.match",)),
    case("gathered", with_(note(place="gathered"))),
    case("without salt", with_(note(salted=False))),
    case("with a hash algorithm of its own", with_(note(alg="sha512"))),
    case("only with hash algorithms of their own", only(actions(CREATED), data_hash(), alg=None), "algorithm.unsupported"),
    case(
        "all with hash algorithms of their own",
        only(
            Assertion("c2pa.actions.v2", {"actions": [CREATED]}, alg="sha384"),
            Assertion("c2pa.hash.data", data_hash().value, alg="sha256"),
            alg=None,
        ),
    ),
    case("by a URI without the first slash", with_(note(reference=slashless))),
    case("with a selector behind the URI", with_(note(reference=lambda e: e.update(url=e["url"] + "&cbor=/text")))),
    case("not there", with_(note(stored=False)), "assertion.missing"),
    case("by a URI of nowhere", listed(url="self#jumbf=c2pa.assertions/org.test.other"), "assertion.missing", "assertion.undeclared"),
    case("by a URI upwards", listed(url="self#jumbf=c2pa.assertions/../org.test.note"), "assertion.missing", "assertion.undeclared"),
    case("by a web address", listed(url="https://example.org/note"), "assertion.missing", "assertion.undeclared"),
    case(
        "the signature as an assertion",
        with_(note(stored=False, reference=lambda e: e.update(url="self#jumbf=c2pa.signature"))),
        "assertion.missing",
    ),
    case("with a wrong hash", listed(hash=bytes(32)), "assertion.hashedURI.mismatch"),
    case("with a hash that is a text", listed(hash="hash"), "assertion.hashedURI.mismatch"),
    case("without hash", with_(note(reference=lambda e: e.pop("hash"))), "assertion.hashedURI.mismatch"),
    case("with the hash of another algorithm", listed(alg="sha512"), "assertion.hashedURI.mismatch"),
    case("with an unknown hash algorithm", listed(alg="md5"), "algorithm.unsupported"),
    case("rewritten after signing", after(rewritten, NOTE), "assertion.hashedURI.mismatch"),
    case(
        "relabelled after signing",
        after(lambda t: setattr(t.at(f"{ASSERTIONS}/org.test.note"), "label", "org.test.nose"), NOTE),
        "assertion.missing",
        "assertion.undeclared",
    ),
    case("taken out after signing", after(lambda t: t.drop(f"{ASSERTIONS}/org.test.note"), NOTE), "assertion.missing"),
    case("doubled behind", after(lambda t: t.twice(f"{ASSERTIONS}/org.test.note"), NOTE), "assertion.missing", "assertion.undeclared"),
    case(
        "doubled in front",
        after(lambda t: t.twice(f"{ASSERTIONS}/org.test.note", behind=False), NOTE),
        "assertion.missing",
        "assertion.undeclared",
    ),
    case(
        "salt changed after signing",
        after(lambda t: setattr(t.at(f"{ASSERTIONS}/org.test.note"), "salt", bytes(16)), NOTE),
        "assertion.hashedURI.mismatch",
    ),
    case("of another manifest", other_manifest, "assertion.outsideManifest"),
    case("not listed", with_(note(place=None)), "assertion.undeclared"),
    case("not listed, with the type of another thing", with_(note(place=None, type=UNKNOWN)), "assertion.undeclared"),
    # Kinds.
    case("no hard binding", only(actions(CREATED)), NO_BINDING),
    case(
        "hard binding only gathered", only(actions(CREATED), Assertion("c2pa.hash.data", data_hash().value, place="gathered")), NO_BINDING
    ),
    case(
        "two hard bindings",
        only(actions(CREATED), data_hash(), Assertion("c2pa.hash.data__1", data_hash().value)),
        "assertion.multipleHardBindings",
    ),
    case(
        "two hard bindings of different kinds",
        only(actions(CREATED), data_hash(), Assertion("c2pa.hash.boxes", {"boxes": []})),
        "assertion.multipleHardBindings",
    ),
    case("a part is no hard binding", only(actions(CREATED), Assertion("c2pa.hash.data.part", data_hash().value)), NO_BINDING),
    case("the oldest BMFF hash is no hard binding", only(actions(CREATED), Assertion("c2pa.hash.bmff", {})), NO_BINDING),
    case(
        "a hard binding of another container",
        only(actions(CREATED), Assertion("c2pa.hash.collection.data", {"uris": [{"uri": "a.jpg", "hash": bytes(32)}]})),
        "assertion.collectionHash.incorrectFileCount",
    ),
    case("two parents", lambda: signed(two_parents()), "manifest.multipleParents"),
    case("no actions", only(data_hash()), MALFORMED),
    case("no actions in edition 2.2", only(data_hash()), MALFORMED, profile="2.2"),
    case("no actions in edition 2.5", only(data_hash()), "claim.actions.missing", profile="2.5"),
    case("no actions in claim version 1", only(data_hash(), version=1)),
    case("nothing was created or opened", with_(first=actions({"action": "c2pa.edited"})), MALFORMED),
    case("created twice", with_(first=actions(CREATED, CREATED)), MALFORMED),
    case("created, and created among the gathered", with_(actions(CREATED, label="c2pa.actions.v2__1", place="gathered")), MALFORMED),
    case("created among the gathered alone", with_(first=actions(CREATED, place="gathered"))),
    # Content.
    case("standard assertion is no CBOR", with_(Assertion("c2pa.soft-binding", b"\xff")), "assertion.cbor.invalid"),
    case("standard assertion has bytes behind its CBOR", with_(Assertion("c2pa.soft-binding", b"\xa0\0")), "assertion.cbor.invalid"),
    case("standard assertion has a key twice", with_(Assertion("c2pa.soft-binding", b"\xa2aa\x01aa\x02")), "assertion.cbor.invalid"),
    case(
        "standard assertion has two contents",
        with_(Assertion("c2pa.soft-binding", {}, edit=lambda n: n.children.append(Leaf("cbor", b"\xa0")))),
        "assertion.cbor.invalid",
    ),
    case("metadata is no JSON", with_(Assertion("c2pa.metadata", b"{", content="json")), "assertion.json.invalid"),
    case("metadata has a key twice", with_(Assertion("c2pa.metadata", b'{"a":1,"a":2}', content="json")), "assertion.json.invalid"),
    case("metadata has a number that is none", with_(Assertion("c2pa.metadata", b'{"a":NaN}', content="json")), "assertion.json.invalid"),
    case(
        "metadata is nested very deeply",
        with_(Assertion("c2pa.metadata", b"[" * 9000 + b"]" * 9000, content="json")),
        "assertion.json.invalid",
    ),
    case("an own assertion is not read", with_(Assertion("org.test.note", b"\xff"))),
    case(
        "hard binding with another content",
        lambda: signed(Recipe([actions(CREATED), other_content("c2pa.hash.data")]), binding=None),
        "assertion.cbor.invalid",
    ),
    case("actions with another content", with_(first=other_content("c2pa.actions.v2")), "assertion.cbor.invalid", MALFORMED),
    case("ingredient with another content", with_(other_content("c2pa.ingredient.v3")), "assertion.cbor.invalid"),
    case(
        "a process that ends before it starts",
        with_(periods("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z")),
        "assertion.metadata.malformed",
        profile="2.5",
    ),
    case("the same in edition 2.4", with_(periods("2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"))),
    case(
        "a process with times as maps that ends before it starts",
        with_(periods({"value": "2026-02-01T00:00:00Z"}, {"value": "2026-01-01T00:00:00Z"})),
        "assertion.metadata.malformed",
        profile="2.5",
    ),
    case(
        "a process that ends before it starts, one time without a zone",
        with_(periods("2026-01-01T00:00:01", "2026-01-01T00:00:00Z")),
        "assertion.metadata.malformed",
        profile="2.5",
    ),
    case("a process that ends as it starts", with_(periods("2026-01-01T00:00:00", "2026-01-01T00:00:00Z")), profile="2.5"),
    case("a process with a start that is no time", with_(periods("soon", "2026-01-01T00:00:00Z")), profile="2.5"),
    case("a process without an end", with_(periods("2026-01-01T00:00:00Z", None)), profile="2.5"),
    case("a process across time zones", with_(periods("2026-01-01T09:00:00+09:00", "2026-01-01T01:00:00Z")), profile="2.5"),
    # References inside of assertions.
    case("a reference", holding(Ref("c2pa.icon"), ICON)),
    case("a reference in a gathered assertion", with_(ICON, Assertion("c2pa.soft-binding", {"x": Ref("c2pa.icon")}, place="gathered"))),
    case("a reference with its own algorithm", holding(Ref("c2pa.icon", alg="sha384"), ICON)),
    case("a reference with a wrong hash", holding(Ref("c2pa.icon", hash=bytes(32)), ICON), "hashedURI.mismatch"),
    case("a reference without hash", holding({"url": "self#jumbf=c2pa.assertions/c2pa.icon"}, ICON), "hashedURI.mismatch"),
    case("a reference to nothing", holding({"url": "self#jumbf=c2pa.assertions/c2pa.nothing", "hash": bytes(32)}), "hashedURI.missing"),
    case(
        "a reference with an unknown algorithm",
        holding({"url": "self#jumbf=c2pa.assertions/c2pa.icon", "hash": b"", "alg": "md5"}, ICON),
        "algorithm.unsupported",
    ),
    case(
        "a reference with the algorithm of the map around it",
        with_(ICON, Assertion("c2pa.soft-binding", {"alg": "org.test", "x": {"alg": "sha512", "y": [Ref("c2pa.icon", hash=ICON_512)]}})),
    ),
    case(
        "a reference with the algorithm of the assertion around it",
        with_(ICON, Assertion("c2pa.soft-binding", {"alg": "sha512", "y": [Ref("c2pa.icon", hash=ICON_512)]})),
    ),
    case(
        "a reference with another algorithm than the map around it",
        with_(ICON, Assertion("c2pa.soft-binding", {"alg": "sha512", "y": [Ref("c2pa.icon")]})),
        "hashedURI.mismatch",
    ),
    case(
        "a picture without an address",
        with_(ICON, first=actions(icon(hash=bytes(32)))),
        "hashedURI.missing",
    ),
    case("a reference out of the store", holding({"url": "https://example.org/icon", "hash": bytes(32)})),
    case("a wrong reference in an own assertion", holding(Ref("c2pa.icon", hash=bytes(32)), ICON, label="org.test.note")),
    case(
        "an icon of an agent",
        with_(ICON, first=actions(icon(url="self#jumbf=c2pa.assertions/c2pa.icon", hash=bytes(32)))),
        "hashedURI.mismatch",
    ),
    case("a wrong hash in claim version 1, where the claim lists the target", holding(Ref("c2pa.icon", hash=bytes(32)), ICON, version=1)),
    case(
        "a wrong hash in claim version 1 of what nobody lists",
        holding({"url": "self#jumbf=c2pa.signature", "hash": bytes(32)}, version=1),
        "hashedURI.mismatch",
    ),
)
