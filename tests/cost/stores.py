"""Manifest stores that ask for much work: boxes, values, certificates, proofs, chains and diamonds. Their signatures are right."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import brotli

from credkit.codec import cbor
from credkit.codec.jumbf import build_box, build_superbox
from credkit.manifest.store import BOX
from tests.assets.samples_bmff import film_of
from tests.cost.hostile import hostile
from tests.forge import pki
from tests.forge.bmff import EXCLUSIONS, box
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import CREATED, Assertion, Manifest, Recipe, Ref, Signing, actions, data_hash, ingredient
from tests.forge.manifests import store as store_of

__all__: list[str] = []


def _bytes(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def _png(recipe: Recipe, *below: Manifest, extra: tuple[Manifest, ...] = ()) -> bytes:
    return signed(recipe, *below, kind="png", extra=extra)


@hostile("store of empty boxes", ".c2pa")
def _(size: int) -> bytes:
    return build_superbox(BOX.STORE, "c2pa", build_box("free", b"") * (size // 8))


@hostile("store of empty boxes, at the limit", ".c2pa")
def _(size: int) -> bytes:
    return build_superbox(BOX.STORE, "c2pa", build_box("free", b"") * min(size // 8, 19_990))


@hostile("store of empty superboxes", ".c2pa")
def _(size: int) -> bytes:
    return build_superbox(BOX.STORE, "c2pa", *(build_superbox(BOX.STANDARD, f"{n:x}") for n in range(min(size // 40, 9_990))))


@hostile("store of nested boxes", ".c2pa")
def _(size: int) -> bytes:
    inner = b""
    for _ in range(30):
        inner = build_superbox(BOX.STANDARD, "x", inner) if inner else build_superbox(BOX.STANDARD, "x")
    return build_superbox(BOX.STORE, "c2pa", *[inner] * max(1, size // len(inner)))


@hostile("store in a png, of zeros", ".png")
def _(size: int) -> bytes:
    return signed(standard(Assertion("org.test.zeros", {"x": bytes(size)})), kind="png")


@hostile("store of compressed manifests", ".c2pa")
def _(size: int) -> bytes:
    bomb = brotli.compress(bytes(min(31 << 20, 10 * size)))
    one = build_superbox(BOX.COMPRESSED, "urn:c2pa:1", build_box("brob", bomb))
    return build_superbox(BOX.STORE, "c2pa", *[one] * max(1, min(999, size // len(one))))


def _notes(count: int, value: Any = 1, content: str = "cbor") -> list[Assertion]:
    return [
        Assertion(f"org.test.note__{n}", value if content != "cbor" else {"n": value}, salted=False, content=content)
        for n in range(1, count)
    ]


@hostile("manifest of many assertions", ".png")
def _(size: int) -> bytes:
    return _png(standard(*_notes(min(size // 200, 4_900))))


@hostile("manifest of many assertions in json", ".png")
def _(size: int) -> bytes:
    return _png(standard(*_notes(min(size // 200, 4_900), {"a": 1}, "json")))


@hostile("manifest with cbor of many items", ".png")
def _(size: int) -> bytes:
    return _png(standard(Assertion("org.test.numbers", {"x": [1] * min(size, 190_000)})))


@hostile("manifest with cbor of many maps", ".png")
def _(size: int) -> bytes:
    return _png(standard(Assertion("org.test.maps", {"x": [{}] * min(size, 190_000)})))


@hostile("manifest with cbor of many tags", ".png")
def _(size: int) -> bytes:
    value = {"x": [cbor.Tag(1, 1)] * min(size // 2, 90_000)}
    return _png(standard(Assertion("org.test.tags", value)))


@hostile("manifest with cbor of many items, in many assertions", ".png")
def _(size: int) -> bytes:
    return _png(
        standard(*(Assertion(f"org.test.numbers__{n}", {"x": [1] * min(size, 190_000)}) for n in range(1, max(2, size // 200_000))))
    )


@hostile("manifest with metadata of many items", ".png")
def _(size: int) -> bytes:
    text = b'{"@context":{"dc":"http://purl.org/dc/elements/1.1/"},"dc:subject":[' + b"1," * (size // 2) + b"1]}"
    return _png(standard(Assertion("cawg.metadata", text, content="json")))


@hostile("manifest with json of many objects", ".png")
def _(size: int) -> bytes:
    return _png(standard(Assertion("org.test.objects", b'{"a":[' + b"{}," * (size // 3) + b"{}]}", content="json")))


@hostile("manifest with json of brackets", ".png")
def _(size: int) -> bytes:
    return _png(standard(Assertion("org.test.brackets", b"[" * size, content="json")))


@hostile("manifest with json of digits", ".png")
def _(size: int) -> bytes:
    return _png(standard(Assertion("org.test.digits", b'{"a":' + b"9" * size + b"}", content="json")))


@hostile("manifest with json of nested texts", ".png")
def _(size: int) -> bytes:
    return _png(standard(Assertion("org.test.texts", b'{"a":"' + b"\\u0041" * (size // 6) + b'"}', content="json")))


@hostile("manifest of many actions", ".png")
def _(size: int) -> bytes:
    edited = {"action": "c2pa.edited", "description": "x"}
    return _png(standard(first=actions(CREATED, *[edited] * min(size // 30, 30_000))))


@hostile("manifest of many templates", ".png")
def _(size: int) -> bytes:
    count = min(size // 100, 10_000)
    value = {
        "actions": [CREATED, *({"action": f"org.test.{n}"} for n in range(count))],
        "templates": [{"action": f"org.test.{n}", "description": "x"} for n in range(count)] + [{"action": "*", "reason": "x"}] * count,
    }
    return _png(standard(first=Assertion("c2pa.actions.v2", value)))


@hostile("manifest of a template with many fields", ".png")
def _(size: int) -> bytes:
    count = min(size // 100, 20_000)
    fields = {f"org.test.{n}": n for n in range(count)}
    value = {"actions": [CREATED, *[{"action": "c2pa.edited"}] * count], "templates": [{"action": "c2pa.edited", **fields}]}
    return _png(standard(first=Assertion("c2pa.actions.v2", value)))


@hostile("manifest of many placed ingredients", ".png")
def _(size: int) -> bytes:
    count = min(size // 400, 2_000)
    parts = [ingredient(relationship="componentOf", label=f"c2pa.ingredient.v3__{n}", title="x") for n in range(1, count + 1)]
    placed = [{"action": "c2pa.placed", "parameters": {"ingredients": [Ref(part.label)]}} for part in parts]
    return _png(standard(*parts, first=actions(CREATED, *placed)))


@hostile("manifest of actions that name one large ingredient", ".png")
def _(size: int) -> bytes:
    part = ingredient(relationship="componentOf", description="x" * (size // 2))
    placed = {"action": "c2pa.placed", "parameters": {"ingredients": [Ref(part.label)]}}
    return _png(standard(part, first=actions(CREATED, *[placed] * min(size // 200, 800))))


@hostile("manifest of watermarks", ".png")
def _(size: int) -> bytes:
    return _png(
        standard(*_notes(min(size // 400, 1_500)), first=actions(CREATED, *[{"action": "c2pa.watermarked"}] * min(size // 40, 4_000)))
    )


@hostile("manifest of redactions", ".png")
def _(size: int) -> bytes:
    count = min(size // 400, 1_500)
    below = standard(*_notes(count), name="parent").build()
    uris = [below.assertion_uri(f"org.test.other__{n}") for n in range(4 * count)]
    return _png(standard(ingredient(below, "componentOf"), redacted=uris), below)


def _films_boxes(count: int, exclusions: list[dict[str, Any]], content: int = 8) -> bytes:
    """A film with as many boxes in its root, each of which is held against all of these entries."""
    binding = Assertion("c2pa.hash.bmff.v3", {"exclusions": EXCLUSIONS + exclusions, "alg": "sha256", "hash": bytes(32)})
    asset = film_of() + box("free", bytes(content)) * count
    return signed(Recipe([actions(CREATED), binding]), kind="mp4", asset=asset, binding=None)


@hostile("manifest of exclusions of boxes", ".mp4")
def _(size: int) -> bytes:
    entries = [{"xpath": "/free", "data": [{"offset": 8, "value": bytes([number])}]} for number in range(14)]
    return _films_boxes(min(size // 16, 19_000), entries)


@hostile("manifest of exclusions of boxes in a large file", ".mp4")
def _(size: int) -> bytes:
    entries = [{"xpath": "/free", "data": [{"offset": 8, "value": bytes([number])}]} for number in range(14)]
    return _films_boxes(size // 150, entries, 142)


@hostile("manifest of exclusions within boxes", ".mp4")
def _(size: int) -> bytes:
    entries = [{"xpath": "/free", "subset": [{"offset": 8 + number % 8, "length": 1}]} for number in range(14)]
    return _films_boxes(size // 150, entries, 142)


@hostile("manifest of exclusions", ".png")
def _(size: int) -> bytes:
    ranges = [{"start": n, "length": 0} for n in range(min(size // 20, 990))]
    return signed(Recipe([actions(CREATED), data_hash(exclusions=ranges)]), kind="png", asset=None, binding=None)


@hostile("manifest of references", ".png")
def _(size: int) -> bytes:
    wrong = [{"url": "self#jumbf=c2pa.assertions/org.test.note__1", "hash": b"\0"}] * min(size // 60, 20_000)
    return _png(standard(*_notes(min(size // 400, 1_500)), Assertion("c2pa.soft-binding", {"x": wrong}), version=1))


@hostile("manifest of a thousand boxes in a hash", ".png")
def _(size: int) -> bytes:
    boxes = [{"names": ["IDAT"], "hash": bytes(32), "pad": b""}] * min(size // 60, 60_000)
    return signed(Recipe([actions(CREATED), Assertion("c2pa.hash.boxes", {"alg": "sha256", "boxes": boxes})]), kind="png", binding=None)


@hostile("manifest of certificates", ".png")
def _(size: int) -> bytes:
    chain = pki.default_pki()
    return _png(replace(standard(), signing=Signing(chain=(*chain.chain, *[chain.leaf] * min(2_000, size // 500)))))


@hostile("manifest of certificates with one name", ".png")
def _(size: int) -> bytes:
    chain = pki.default_pki()
    strays = [pki.make_root("ed25519", common_name="credkit test").der for _ in range(13)]
    return _png(replace(standard(), signing=Signing(chain=(*chain.chain, *strays))))


@hostile("manifest of ocsp responses", ".png")
def _(size: int) -> bytes:
    count = min(63, size // 100)
    values = {"rVals": {"ocspVals": [_bytes(min(60_000, size // 64), n) for n in range(count)]}}
    return _png(replace(standard(), signing=Signing(unprotected=values)))


@hostile("manifest of time-stamps", ".png")
def _(size: int) -> bytes:
    tokens = [{"val": _bytes(min(250_000, size // 40), n)} for n in range(16)]
    return _png(replace(standard(), signing=Signing(unprotected={"sigTst2": {"tstTokens": tokens}})))


@hostile("manifest of der that nests", ".png")
def _(size: int) -> bytes:
    der = b"\x30\x80" * min(size // 2, 100_000)
    return _png(
        replace(standard(), signing=Signing(unprotected={"sigTst2": {"tstTokens": [{"val": der}]}, "rVals": {"ocspVals": [der[:60_000]]}}))
    )


@hostile("manifest padded", ".png")
def _(size: int) -> bytes:
    return _png(replace(standard(), signing=Signing(unprotected={"pad": bytes(size)})))


@hostile("manifest with a claim of texts", ".png")
def _(size: int) -> bytes:
    return _png(standard(claim=lambda claim: claim.update(x=["a" * 30] * min(size // 32, 190_000))))


@hostile("manifests, a thousand of them", ".png")
def _(size: int) -> bytes:
    return _png(standard(), *(standard(name=f"{n}").build() for n in range(min(size // 1_500, 990))))


def _chain(count: int, *more: Assertion) -> list[Manifest]:
    found: list[Manifest] = []
    for number in range(count):
        parents = [ingredient(found[-1])] if found else []
        first = actions({"action": "c2pa.opened", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}} if found else CREATED)
        found.append(Recipe([first, *parents, *more, data_hash()], name=f"{number}").build())
    return found


@hostile("chain of 250 manifests", ".png")
def _(size: int) -> bytes:
    below = _chain(
        min(size // 3_000 + 1, 250), *([Assertion("org.test.x", {"x": bytes(max(0, size // 250 - 3_000))})] if size > 10**6 else [])
    )
    opened = actions({"action": "c2pa.opened", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}})
    return _png(standard(ingredient(below[-1]), first=opened), *below)


@hostile("chain of 990 manifests", ".png")
def _(size: int) -> bytes:
    below = _chain(min(size // 3_000 + 1, 990))
    opened = actions({"action": "c2pa.opened", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}})
    return _png(standard(ingredient(below[-1]), first=opened), *below)


@hostile("diamonds of manifests", ".png")
def _(size: int) -> bytes:
    found: list[Manifest] = [standard(name="bottom").build()]
    for number in range(min(size // 4_000 + 1, 200)):
        parts = [ingredient(found[-1], "componentOf", label=f"c2pa.ingredient.v3__{n}") for n in (1, 2)]
        placed = [{"action": "c2pa.placed", "parameters": {"ingredients": [Ref(part.label)]}} for part in parts]
        found.append(Recipe([actions(CREATED, *placed), *parts, data_hash()], name=f"{number}").build())
    return _png(standard(ingredient(found[-1], "componentOf")), *found)


@hostile("manifests that all name each other", ".png")
def _(size: int) -> bytes:
    found: list[Manifest] = []
    for number in range(max(2, min(int((size / 600) ** 0.5), 120))):
        parts = [ingredient(other, "componentOf", label=f"c2pa.ingredient.v3__{n}") for n, other in enumerate(found, 1)]
        found.append(Recipe([actions(CREATED), *parts, data_hash()], name=f"{number}").build())
    return _png(standard(ingredient(found[-1], "componentOf")), *found)


@hostile("ingredients of one old manifest", ".png")
def _(size: int) -> bytes:
    below = standard(name="parent", claim=lambda claim: claim.update(x=bytes(size // 2))).build()
    parts = [
        ingredient(version=2, label=f"c2pa.ingredient.v2__{n}", c2pa_manifest={"url": below.uri(), "hash": b""})
        for n in range(1, min(size // 300, 4_000))
    ]
    return _png(standard(*parts), below)


@hostile("ingredient with many recorded results", ".png")
def _(size: int) -> bytes:
    below = standard(name="parent").build()
    entries = [{"code": "assertion.dataHash.match", "url": below.uri()}] * min(size // 120, 60_000)
    recorded = {"activeManifest": {"success": entries, "informational": [], "failure": []}}
    return _png(standard(ingredient(below, "componentOf", recorded=recorded)), below)


@hostile("ingredient with many recorded deltas", ".png")
def _(size: int) -> bytes:
    below = standard(name="parent").build()
    results = {"success": [], "informational": [], "failure": [{"code": "assertion.dataHash.mismatch", "url": below.uri()}]}
    deltas = [
        {"ingredientAssertionURI": below.assertion_uri(f"x{n}"), "validationDeltas": results} for n in range(min(size // 250, 10_000))
    ]
    recorded = {"activeManifest": {"success": [], "informational": [], "failure": []}, "ingredientDeltas": deltas}
    return _png(standard(ingredient(below, "componentOf", recorded=recorded)), below)


@hostile("identities of actors", ".png")
def _(size: int) -> bytes:
    from tests.forge.identities import x509

    return _png(standard(*(replace(x509(), label=f"cawg.identity__{n}") for n in range(1, min(size // 2_000, 100)))))


@hostile("boxes of unknown kinds in a manifest", ".png")
def _(size: int) -> bytes:
    def spoil(tree: Node) -> None:
        tree.children[0].children.extend(Leaf("abcd", b"") for _ in range(min(size // 8, 19_000)))  # type: ignore[union-attr]

    return signed(standard(), kind="png", spoil=spoil)


@hostile("store of random bytes", ".c2pa")
def _(size: int) -> bytes:
    return store_of(standard(Assertion("org.test.bytes", {"x": _bytes(size)})).build()).encode()
