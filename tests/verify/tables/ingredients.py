"""Ingredient assertions, the manifests they lead to, and what their signers had recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from credkit.limits import DEFAULT_LIMITS
from credkit.trust.policy import TrustPolicy
from tests.forge import pki
from tests.forge.boxes import Node
from tests.forge.files import signed, standard
from tests.forge.manifests import (
    CREATED,
    Assertion,
    Manifest,
    Recipe,
    Ref,
    Signing,
    actions,
    data_hash,
    ingredient,
    label_of,
    results,
    thumbnail,
)
from tests.verify.case import Case, case

INGREDIENT = "assertion.ingredient.malformed"
UNKNOWN = "ingredient.unknownProvenance"
V3 = "c2pa.ingredient.v3"
OTHERS = Assertion("org.test.ingredient", {"a": 1})
PARENT = label_of("parent")


def parent(*more: Assertion, **options: Any) -> Manifest:
    return standard(*more, name="parent", **options).build()


def over(part: Assertion, *more: Assertion, **options: Any) -> Recipe:
    """Something created that has an ingredient."""
    return standard(part, *more, **options)


def having(part: Assertion, *more: Assertion, **options: Any) -> Callable[[], bytes]:
    """An ingredient without credentials of its own."""
    return lambda: signed(over(part, *more, **options))


def under(make: Callable[[Manifest], Assertion], below: Callable[[], Manifest] = parent, **options: Any) -> Callable[[], bytes]:
    """An ingredient with credentials; ``options`` go to the making of the file."""

    def build() -> bytes:
        manifest = below()
        return signed(over(make(manifest)), manifest, **options)

    return build


def component(manifest: Manifest, **changes: Any) -> Assertion:
    return ingredient(manifest, "componentOf", **changes)


def altered(relationship: str, spoil: Callable[[Node], object], version: int = 3) -> Callable[[], bytes]:
    """The ingredient's manifest is changed after it was taken in, which needs no key."""
    return under(lambda m: ingredient(m, relationship, version=version), spoil=lambda tree: spoil(tree.at(PARENT)))


def rewritten(node: Node) -> None:
    node.at("c2pa.assertions/c2pa.thumbnail.claim").leaf("bidb").payload = b"another picture"


def retitled(tree: Node) -> None:
    leaf = tree.at(f"{label_of('active')}/c2pa.assertions/{V3}").leaf()
    leaf.payload = leaf.payload.replace(b"dpart", b"dtrap")


def bad_parent() -> Manifest:
    """A manifest with a statement that does not have the hash that was signed."""
    return parent(thumbnail(reference=lambda entry: entry.update(hash=bytes(32))))


def mismatch_url() -> str:
    return f"self#jumbf=/c2pa/{PARENT}/c2pa.assertions/c2pa.thumbnail.claim"


def strange_parent() -> Manifest:
    return parent(signing=Signing(stranger()))


def stranger() -> pki.Pki:
    return _STRANGER


_STRANGER = pki.make_pki("ed25519")


def line(*recorded: Any, below: Callable[[], Manifest] = bad_parent, inner: Any = None) -> bytes:
    """Three generations; ``recorded`` is what the active manifest admits, ``inner`` what the one between did."""
    oldest = below()
    middle = standard(component(oldest, recorded=inner), name="middle").build()
    return signed(over(component(middle, recorded=recorded[0] if recorded else None)), oldest, middle)


def nested_delta(code: str, url: str) -> dict[str, Any]:
    delta = {"success": [], "informational": [], "failure": [{"code": code, "url": url}]}
    return results(
        deltas=[{"ingredientAssertionURI": f"self#jumbf=/c2pa/{label_of('middle')}/c2pa.assertions/{V3}", "validationDeltas": delta}]
    )


def diamond(depth: int) -> bytes:
    """Above one manifest ``depth`` more, each with the one below twice: 2 to the power of ``depth`` paths."""
    manifests = [standard(name="0").build()]
    for level in range(1, depth):
        below = manifests[-1]
        manifests.append(standard(*both(below), name=str(level)).build())
    return signed(standard(*both(manifests[-1])), *manifests)


def both(below: Manifest) -> tuple[Assertion, Assertion]:
    return component(below), component(below, label=f"{V3}__1")


def long_chain(length: int) -> bytes:
    """So many manifests in a line."""
    manifests = [standard(name="0").build()]
    for level in range(1, length - 1):
        manifests.append(standard(component(manifests[-1]), name=str(level)).build())
    return signed(standard(component(manifests[-1])), *manifests)


def cycle(back_hash: bytes = bytes(32)) -> bytes:
    """Two manifests, each the ingredient of the other; one of the hashes cannot be right."""
    active = {"url": f"self#jumbf=/c2pa/{label_of('active')}", "hash": back_hash}
    part = ingredient(relationship="componentOf", activeManifest=active, validationResults=results())
    return signed(over(component(parent_of(part))), parent_of(part))


def parent_of(part: Assertion) -> Manifest:
    return standard(part, name="parent").build()


def its_own_ingredient() -> bytes:
    own = {"url": f"self#jumbf=/c2pa/{label_of('active')}", "hash": bytes(32)}
    return signed(over(ingredient(relationship="componentOf", activeManifest=own, validationResults=results())))


def doubled_parent() -> bytes:
    manifest = parent()
    return signed(over(component(manifest)), manifest, manifest)


def unreached() -> bytes:
    return signed(standard(), bad_parent())


def related(*refs: Any, more: tuple[Assertion, ...] = (OTHERS,), **changes: Any) -> Callable[[], bytes]:
    return having(ingredient(relatedAssertions=list(refs), **changes), *more)


def manifest_and_related() -> bytes:
    manifest = parent()
    return signed(over(component(manifest, relatedAssertions=[Ref("org.test.ingredient")]), OTHERS), manifest)


def with_details() -> bytes:
    part = ingredient(thumbnail=Ref("c2pa.thumbnail.ingredient"), data=Ref("c2pa.embedded-data"))
    return signed(over(part, thumbnail("c2pa.thumbnail.ingredient"), thumbnail("c2pa.embedded-data")))


def wrong_thumbnail() -> bytes:
    part = ingredient(thumbnail=Ref("c2pa.thumbnail.ingredient", hash=bytes(32)))
    return signed(over(part, thumbnail("c2pa.thumbnail.ingredient")))


def other_signature(manifest: Manifest) -> dict[str, Any]:
    """A reference to the claim box where the signature's belongs."""
    return {"url": manifest.uri("c2pa.claim.v2"), "hash": manifest.node.at("c2pa.claim.v2").hash()}


def with_header(manifest: Manifest) -> bytes:
    """The hash that tools of 2025 recorded for a signature."""
    return hashlib.sha256(manifest.node.at("c2pa.signature").encode()).digest()


def old_hash(manifest: Manifest) -> dict[str, Any]:
    """Before edition 1.1 the hash was that of the claim alone."""
    import hashlib

    return {"url": manifest.uri(), "hash": hashlib.sha256(manifest.node.at("c2pa.claim.v2").leaf().payload).digest()}


def unbound_parent() -> Manifest:
    return Recipe([actions(CREATED)], name="parent").build()


def bound_elsewhere() -> Manifest:
    """Its hard binding is of another file, as it is for every ingredient."""
    return Recipe([actions(CREATED), data_hash(hash=b"\x07" * 32)], name="parent").build()


SHALLOW = replace(DEFAULT_LIMITS, chain_depth=4)
WRONG = "assertion.hashedURI.mismatch"

CASES: tuple[Case, ...] = (
    # Fields.
    *(case(f"{name}", having(ingredient(relationship=name)), informs=(UNKNOWN,)) for name in ("parentOf", "componentOf", "inputTo")),
    *(case(f"version {n}", having(ingredient(version=n))) for n in (1, 2)),
    case("no relationship", having(ingredient(relationship=None)), INGREDIENT),
    case("an unknown relationship", having(ingredient(relationship="childOf")), INGREDIENT),
    case("a relationship that is no text", having(ingredient(relationship=7)), INGREDIENT),  # type: ignore[arg-type]
    case("the assertion is a list", having(Assertion(V3, [])), INGREDIENT),
    case("no provenance in edition 2.2", having(ingredient()), informs=(UNKNOWN,), profile="2.2"),
    case("an input in edition 2.2", having(ingredient(relationship="inputTo")), informs=(), profile="2.2"),
    case("no provenance in edition 2.5", having(ingredient()), informs=(), profile="2.5"),
    case("manifest and source type", under(lambda m: component(m, digitalSourceType="http://example.org")), INGREDIENT),
    case("source type alone", having(ingredient(digitalSourceType="http://example.org"))),
    case("manifest and related assertions", manifest_and_related, INGREDIENT),
    case("manifest without results", under(lambda m: component(m, validationResults=None)), INGREDIENT),
    case("results without manifest", having(ingredient(validationResults=results()))),
    case("manifest without URL", having(ingredient(activeManifest={"hash": bytes(32)}, validationResults=results())), INGREDIENT),
    case("related", related(Ref("org.test.ingredient"))),
    case("related to nothing", related(), INGREDIENT),
    case("related is a text", having(ingredient(relatedAssertions="org.test.ingredient")), INGREDIENT),
    case(
        "related to what is not there",
        related({"url": "self#jumbf=c2pa.assertions/org.nothing.ingredient", "hash": bytes(32)}),
        INGREDIENT,
        "hashedURI.missing",
    ),
    case("related to what is not for ingredients", related(Ref("org.test.note"), more=(Assertion("org.test.note", {}),)), INGREDIENT),
    case("related to an ingredient", related(Ref(f"{V3}__1"), more=(ingredient(relationship="inputTo", label=f"{V3}__1"),)), INGREDIENT),
    case("related to actions", related(Ref("c2pa.actions.v2"), more=()), INGREDIENT),
    case("related to an instance", related(Ref("org.test.ingredient__2"), more=(Assertion("org.test.ingredient__2", {}),))),
    case("thumbnail and data", with_details),
    case("a wrong thumbnail", wrong_thumbnail, "hashedURI.mismatch"),
    # Manifests.
    *(
        line_
        for name in ("parentOf", "componentOf", "inputTo")
        for line_ in (
            case(
                f"{name} with credentials",
                under(lambda m, n=name: ingredient(m, n)),
                says=("ingredient.manifest.validated", "ingredient.claimSignature.validated"),
            ),
            case(
                f"{name} altered",
                under(lambda m, n=name: ingredient(m, n), lambda: parent(thumbnail()), spoil=lambda t: rewritten(t.at(PARENT))),
                deltas=(WRONG, "ingredient.manifest.mismatch"),
            ),
        )
    ),
    *(
        case(
            f"version {n} with credentials",
            under(lambda m, n=n: ingredient(m, version=n)),
            says=("ingredient.manifest.validated",),
            lacks=("ingredient.claimSignature.validated",),
        )
        for n in (1, 2)
    ),
    *(
        case(
            f"version {n} altered",
            under(lambda m, n=n: ingredient(m, version=n), lambda: parent(thumbnail()), spoil=lambda t: rewritten(t.at(PARENT))),
            deltas=(WRONG, "ingredient.manifest.mismatch"),
        )
        for n in (1, 2)
    ),
    case(
        "version 2 with the hash of the claim",
        under(lambda m: ingredient(version=2, c2pa_manifest=old_hash(m))),
        says=("ingredient.manifest.validated",),
    ),
    case(
        "version 3 with the hash of the claim",
        under(lambda m: component(m, activeManifest=old_hash(m))),
        deltas=("ingredient.manifest.mismatch",),
    ),
    case("manifest not there", lambda: signed(over(component(parent()))), deltas=("ingredient.manifest.missing",)),
    case("manifest twice in the store", doubled_parent, deltas=("ingredient.manifest.missing",)),
    case(
        "a reference to more than a manifest",
        under(lambda m: component(m, activeManifest=m.signature_reference)),
        deltas=("ingredient.manifest.missing",),
    ),
    case("manifest without hash", under(lambda m: component(m, activeManifest={"url": m.uri()})), deltas=("ingredient.manifest.mismatch",)),
    case(
        "manifest with an unknown hash algorithm",
        under(lambda m: component(m, activeManifest=m.reference | {"alg": "md5"})),
        deltas=("algorithm.unsupported",),
    ),
    case("no signature reference", under(lambda m: component(m, claimSignature=None)), lacks=("ingredient.claimSignature.validated",)),
    case(
        "a signature reference to nothing",
        under(lambda m: component(m, claimSignature={"url": m.uri("c2pa.nothing"), "hash": bytes(32)})),
        deltas=("ingredient.claimSignature.missing",),
    ),
    case(
        "a signature reference to the claim",
        under(lambda m: component(m, claimSignature=other_signature(m))),
        deltas=("ingredient.claimSignature.missing",),
    ),
    case(
        "a signature reference with a wrong hash",
        under(lambda m: component(m, claimSignature={"url": m.uri("c2pa.signature"), "hash": bytes(32)})),
        deltas=("ingredient.claimSignature.mismatch",),
    ),
    case(
        "a signature reference with the hash of the box and its header",
        under(lambda m: component(m, claimSignature={"url": m.uri("c2pa.signature"), "hash": with_header(m)})),
        says=("ingredient.claimSignature.validated",),
        lacks=("ingredient.claimSignature.mismatch",),
    ),
    case("an ingredient is not bound to this file", under(component, bound_elsewhere)),
    case("an ingredient without any binding", under(component, unbound_parent), deltas=("claim.hardBindings.missing",)),
    case("an ingredient of an unknown signer", under(component, strange_parent), deltas=("signingCredential.untrusted",), state="Valid"),
    case(
        "signature of the ingredient taken out",
        under(component, spoil=lambda t: t.drop(f"{PARENT}/c2pa.signature")),
        deltas=("claimSignature.missing", "ingredient.manifest.mismatch", "ingredient.claimSignature.missing"),
    ),
    case(
        "claim of the ingredient taken out",
        under(component, spoil=lambda t: t.drop(f"{PARENT}/c2pa.claim.v2")),
        deltas=("claim.missing", "ingredient.manifest.mismatch"),
    ),
    case("what nobody refers to is not judged", unreached),
    case("what an altered ingredient assertion leads to is not judged", under(component, bad_parent, spoil=retitled), WRONG),
    # Recorded results.
    case("a faulty ingredient", under(component, bad_parent), deltas=(WRONG,)),
    case("a fault that was admitted", under(lambda m: component(m, recorded=results((WRONG, mismatch_url()))), bad_parent)),
    case(
        "a fault that was admitted with a relative URI",
        under(lambda m: component(m, recorded=results((WRONG, "self#jumbf=c2pa.assertions/c2pa.thumbnail.claim"))), bad_parent),
    ),
    case(
        "another fault was admitted",
        under(lambda m: component(m, recorded=results(("assertion.missing", mismatch_url()))), bad_parent),
        deltas=(WRONG,),
    ),
    case(
        "the fault of another place was admitted",
        under(lambda m: component(m, recorded=results((WRONG, f"self#jumbf=/c2pa/{PARENT}"))), bad_parent),
        deltas=(WRONG,),
    ),
    case(
        "a fault that was admitted in version 2",
        under(lambda m: ingredient(m, version=2, recorded=[{"code": WRONG, "url": mismatch_url()}]), bad_parent),
    ),
    case(
        "a fault recorded as a success in version 3",
        under(
            lambda m: component(
                m, recorded={"activeManifest": {"success": [{"code": WRONG, "url": mismatch_url()}], "informational": [], "failure": []}}
            ),
            bad_parent,
        ),
        deltas=(WRONG,),
    ),
    case(
        "an unknown signer that was admitted",
        under(lambda m: component(m, recorded=results(("signingCredential.untrusted", m.uri("c2pa.signature")))), strange_parent),
    ),
    case("results that are no map", under(lambda m: component(m, recorded="fine")), INGREDIENT),
    case("results without any list", under(lambda m: component(m, recorded={}))),
    case("a fault two generations below", line, deltas=(WRONG,)),
    case("admitted by the one between", lambda: line(inner=results((WRONG, mismatch_url())))),
    case("admitted by the active one in its deltas", lambda: line(nested_delta(WRONG, mismatch_url()))),
    case("admitted by the active one as one of its own parent", lambda: line(results((WRONG, mismatch_url())))),
    case(
        "altered after it was admitted",
        under(lambda m: component(m, recorded=results((WRONG, mismatch_url()))), bad_parent, spoil=lambda t: rewritten(t.at(PARENT))),
        deltas=("ingredient.manifest.mismatch",),
    ),
    # Shapes.
    case("a diamond of 22", lambda: diamond(22)),
    case("a cycle", cycle, deltas=("ingredient.manifest.mismatch",)),
    case("its own ingredient", its_own_ingredient, deltas=("ingredient.manifest.mismatch",)),
    case("as deep as allowed", lambda: long_chain(4), limits=SHALLOW),
    case("one deeper than allowed", lambda: long_chain(5), deltas=("org.credkit.limit.exceeded",), limits=SHALLOW),
    case("300 generations", lambda: long_chain(300), deltas=("org.credkit.limit.exceeded",)),
    case(
        "nobody trusted",
        under(component),
        "signingCredential.untrusted",
        deltas=("signingCredential.untrusted",),
        state="Valid",
        policy=TrustPolicy.none,
    ),
)
