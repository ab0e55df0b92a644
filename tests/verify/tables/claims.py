"""The claim and the boxes around it: validation of the store's structure and of the claim itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.store import BOX
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import UNKNOWN, Assertion, Manifest, Ref, actions, compressed, ingredient, label_of, thumbnail
from tests.verify.case import Case, case

LABEL = label_of("active")
V1: dict[str, Any] = {"version": 1}
OPENED = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}}


def lacking(field: str, **options: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(claim=lambda claim: claim.pop(field), **options))


def having(**fields: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(claim=lambda claim: claim.update(fields)))


def spoiled(spoil: Callable[[Node], object], **options: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(**options), spoil=spoil)


def with_icon(icon: Any, *more: Assertion) -> Callable[[], bytes]:
    """The generator of the claim has an icon."""
    stored = thumbnail("c2pa.icon")

    def claim(fields: dict[str, Any]) -> None:
        found = next(entry for entry in fields["created_assertions"] if entry["url"].endswith("c2pa.icon"))
        fields["claim_generator_info"]["icon"] = found | icon

    return lambda: signed(standard(stored, *more, claim=claim))


def packed(spoil: Callable[[Manifest], Node]) -> Callable[[Node], None]:
    """Put the active manifest into its compressed form."""

    def hook(tree: Node) -> None:
        node = tree.at(LABEL)
        tree.children = [spoil(Manifest(LABEL, node)) if child is node else child for child in tree.children]

    return hook


def brob(payload: bytes, *more: bytes) -> Callable[[Manifest], Node]:
    return lambda manifest: Node(BOX.COMPRESSED, manifest.label, [Leaf("brob", data) for data in (payload, *more)])


def twice_compressed(manifest: Manifest) -> Node:
    once = compressed(manifest)
    return compressed(Manifest(manifest.label, once.outer)).outer


def second_store(tree: Node) -> None:
    tree.at(LABEL).children.append(Node(BOX.ASSERTION_STORE, "c2pa.assertions.more", []))


def relabelled(path: str, label: str) -> Callable[[Node], None]:
    def hook(tree: Node) -> None:
        tree.at(path).label = label

    return hook


def appended(path: str, node: Node | Leaf) -> Callable[[Node], None]:
    return lambda tree: tree.at(path).children.append(node)


def twin() -> bytes:
    """An ingredient's manifest under the label of the active one."""
    return signed(standard(), replace_label(standard(name="other").build(), LABEL))


def replace_label(manifest: Manifest, label: str) -> Manifest:
    manifest.node.label = label
    return Manifest(label, manifest.node)


def with_parent(parent: Manifest) -> bytes:
    return signed(standard(ingredient(parent), first=actions(OPENED)), parent)


OUTSIDE = "self#jumbf=/c2pa/urn:c2pa:00000000-0000-4000-8000-000000000000/c2pa.signature"

CASES: tuple[Case, ...] = (
    case("sound JPEG", lambda: signed(standard()), says=("claimSignature.validated", "assertion.hashedURI.match")),
    case("sound PNG", lambda: signed(standard(), kind="png")),
    case("sound with relative URIs", lambda: signed(standard(absolute=False))),
    case("sound of claim version 1", lambda: signed(standard(**V1))),
    case("sound of claim version 1 with old actions", lambda: signed(standard(first=actions({"action": "c2pa.edited"}, version=1), **V1))),
    case("sound with an old type of manifest", lambda: signed(standard(kind=BOX.OLD_STANDARD))),
    case("sound with SHA-384", lambda: signed(standard(alg="sha384"))),
    case("sound with SHA-512", lambda: signed(standard(alg="sha512"))),
    case("unknown fields of the claim", having(metadata={"a": 1}, strange=[1])),
    case("no claim", spoiled(lambda t: t.drop(f"{LABEL}/c2pa.claim.v2")), "claim.missing"),
    case("two claims", spoiled(lambda t: t.twice(f"{LABEL}/c2pa.claim.v2")), "claim.multiple"),
    case(
        "two claims of different versions",
        spoiled(lambda t: setattr(t.twice(f"{LABEL}/c2pa.claim.v2"), "label", "c2pa.claim")),
        "claim.multiple",
    ),
    case("a claim under the label of nothing", spoiled(relabelled(f"{LABEL}/c2pa.claim.v2", "c2pa.claim.v9")), "claim.malformed"),
    case("claim is no CBOR", lambda: signed(standard(claim_bytes=lambda data: b"\xff" + data)), "claim.cbor.invalid"),
    case("bytes behind the claim", lambda: signed(standard(claim_bytes=lambda data: data + b"\0")), "claim.cbor.invalid"),
    case("claim box with two contents", spoiled(appended(f"{LABEL}/c2pa.claim.v2", Leaf("cbor", b"\xa0"))), "claim.cbor.invalid"),
    case("claim is a list", lambda: signed(standard(claim_bytes=lambda data: b"\x80")), "claim.malformed"),
    *(
        case(f"claim without {key}", lacking(key), "claim.malformed")
        for key in ("instanceID", "created_assertions", "claim_generator_info")
    ),
    case("claim without signature", lacking("signature"), "claim.malformed"),
    *(
        case(f"claim version 1 without {key}", lacking(key, **V1), "claim.malformed")
        for key in ("instanceID", "claim_generator", "assertions", "dc:format", "signature")
    ),
    case("generator without a name", having(claim_generator_info={"version": "1"}), "claim.malformed"),
    case("generator is a list", having(claim_generator_info=[{"name": "x"}]), "claim.malformed"),
    case("references without a URL", having(created_assertions=[{"hash": b"x"}]), "claim.malformed"),
    case("instanceID is a number", having(instanceID=7), "claim.malformed"),
    case("redactions that are no texts", having(redacted_assertions=[7]), "claim.malformed"),
    case("signature of nowhere", having(signature="self#jumbf=c2pa.nothing"), "claimSignature.missing"),
    case("signature of another manifest", having(signature=OUTSIDE), "claimSignature.missing"),
    case("signature is no reference", having(signature="https://example.org/signature"), "claimSignature.missing"),
    case("signature by a URI without the first slash", having(signature=f"self#jumbf=c2pa/{LABEL}/c2pa.signature")),
    case("no signature box", spoiled(lambda t: t.drop(f"{LABEL}/c2pa.signature")), "claimSignature.missing"),
    case("two signature boxes", spoiled(lambda t: t.twice(f"{LABEL}/c2pa.signature")), "claimSignature.missing"),
    case("no hash algorithm anywhere", lambda: signed(standard(alg=None)), "algorithm.unsupported"),
    case("SHA-1", lambda: signed(standard(alg="sha1")), "algorithm.unsupported"),
    case("hash algorithm in capitals", lambda: signed(standard(alg="SHA256")), "algorithm.unsupported"),
    case("redacts itself", having(redacted_assertions=[f"self#jumbf=/c2pa/{LABEL}/c2pa.assertions/org.gone"]), "assertion.selfRedacted"),
    case("redacts itself, relative", having(redacted_assertions=["self#jumbf=c2pa.assertions/org.gone"]), "assertion.selfRedacted"),
    case("redacts what is no reference", having(redacted_assertions=["everything"]), "assertion.selfRedacted"),
    case(
        "redacts its own thumbnail",
        lambda: signed(standard(thumbnail(), redacted=[f"self#jumbf=/c2pa/{LABEL}/c2pa.assertions/c2pa.thumbnail.claim"])),
        "assertion.selfRedacted",
    ),
    case("icon", with_icon({})),
    case("icon with a wrong hash", with_icon({"hash": bytes(32)}), "hashedURI.mismatch"),
    case("icon that is not there", with_icon({"url": "self#jumbf=c2pa.assertions/c2pa.icon__7"}), "hashedURI.missing"),
    case("icon with an unknown hash algorithm", with_icon({"alg": "md5"}), "algorithm.unsupported"),
    case("icon without an address", with_icon({"url": 7}), "hashedURI.missing"),
    case("icon on the network", with_icon({"url": "https://example.org/icon"})),
    case("two assertion stores", spoiled(second_store), "general.error"),
    case(
        "no assertion store",
        spoiled(lambda t: t.drop(f"{LABEL}/c2pa.assertions")),
        "general.error",
        "assertion.missing",
        "claim.hardBindings.missing",
        "assertion.action.malformed",
    ),
    case("assertion store of another name", spoiled(relabelled(f"{LABEL}/c2pa.assertions", "c2pa.assertionz")), "general.error"),
    case("unknown box in the manifest", spoiled(appended(LABEL, Node(UNKNOWN, "org.example", [Leaf("cbor", b"\xa0")])))),
    case("unknown box in the store", lambda: signed(standard(), spoil=lambda t: t.children.insert(0, Node(UNKNOWN, "org.example", [])))),
    *(
        case(f"{what} beside the {name}", spoiled(appended(f"{LABEL}/{path}", node)), code)
        for name, path, code in (
            ("claim", "c2pa.claim.v2", "claim.malformed"),
            ("signature", "c2pa.signature", "claimSignature.mismatch"),
        )
        for what, node in (
            ("unknown box", Leaf("uuid", bytes(20))),
            ("box of a known kind", Node(BOX.CBOR, "org.example", [Leaf("cbor", b"\xa0")])),
        )
    ),
    case("padding beside the claim", spoiled(appended(f"{LABEL}/c2pa.claim.v2", Leaf("free", bytes(9))))),
    case("no assertion among the assertions", spoiled(appended(f"{LABEL}/c2pa.assertions", Leaf("cbor", b"\xa0"))), "assertion.undeclared"),
    case("padding among the assertions", spoiled(appended(f"{LABEL}/c2pa.assertions", Leaf("free", bytes(9))))),
    case("padding in the manifest", spoiled(appended(LABEL, Leaf("free", bytes(9))))),
    case("64-bit length of the manifest", spoiled(lambda t: setattr(t.at(LABEL), "extended", True))),
    case(
        "another label on the manifest",
        spoiled(relabelled(LABEL, label_of("another"))),
        "assertion.outsideManifest",
        "assertion.undeclared",
        "claimSignature.missing",
        "claim.hardBindings.missing",
        "assertion.action.malformed",
    ),
    # With relative URIs no signature covers the label: this is why our own manifests have absolute ones.
    case("another label on a manifest with relative URIs", spoiled(relabelled(LABEL, label_of("another")), absolute=False)),
    # Nothing can refer to either of the two, not even they to themselves.
    case(
        "an ingredient under the label of the active manifest",
        twin,
        "general.error",
        "assertion.missing",
        "claim.hardBindings.missing",
        "assertion.action.malformed",
    ),
    case("compressed", spoiled(packed(lambda m: compressed(m).outer))),
    case("compressed, but no Brotli", spoiled(packed(brob(b"not brotli"))), "manifest.compressed.invalid"),
    case("compressed twice", spoiled(packed(twice_compressed)), "manifest.compressed.invalid"),
    case("two Brotli boxes", spoiled(packed(brob(b"\x06", b"\x06"))), "manifest.compressed.invalid"),
    case(
        "compressed under another label", spoiled(packed(lambda m: compressed(m, label=label_of("x")).outer)), "manifest.compressed.invalid"
    ),
    case(
        "compressed with a rest",
        spoiled(packed(lambda m: compressed(m, data=lambda d: d + b"\0" * 8).outer)),
        "manifest.compressed.invalid",
    ),
    case("compressed and cut short", spoiled(packed(lambda m: compressed(m, data=lambda d: d[:-9]).outer)), "manifest.compressed.invalid"),
    case(
        "compressed beyond the limit",
        spoiled(packed(lambda m: compressed(m, data=lambda d: d + bytes(9000)).outer)),
        "manifest.compressed.invalid",
        limits=replace(DEFAULT_LIMITS, decompressed_size=8000),
    ),
    case(
        "a sound compressed ingredient",
        lambda: with_parent(compressed(standard(name="parent").build())),
        says=("ingredient.manifest.validated",),
    ),
    case(
        "a broken compressed ingredient",
        lambda: with_parent(compressed(standard(name="parent").build(), data=lambda d: d[:-1])),
        deltas=("manifest.compressed.invalid", "ingredient.claimSignature.missing"),
    ),
)
