"""Update manifests: what they may say, and whose hard binding counts below them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from credkit.assets import BytesSource, detect
from credkit.assets.engine import read_store
from credkit.assets.layout import Span
from credkit.manifest.store import BOX
from tests.forge.boxes import Node, read_tree
from tests.forge.files import Binding, embed, exact, excluding, plain, signed, standard
from tests.forge.manifests import Assertion, Manifest, Recipe, Ref, actions, data_hash, ingredient, label_of, results, thumbnail
from tests.forge.pictures import picture
from tests.verify.case import Case, case

INVALID = "manifest.update.invalid"
PARENTS = "manifest.update.wrongParents"
NO_BINDING = "claim.hardBindings.missing"
MISMATCH = "assertion.dataHash.mismatch"
ADDITIONAL = "assertion.dataHash.additionalExclusionsPresent"
OPENED = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}}


def bound(**options: Any) -> bytes:
    """A file with one standard manifest."""
    return signed(standard(name="parent"), **options)


def taken_out(file: bytes) -> tuple[list[Manifest], bytes]:
    """The manifests of a file, and the file's own bytes."""
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    assert layout.store is not None
    tree = read_tree(read_store(source, layout.store))
    return [Manifest(str(node.label), node) for node in tree.nodes], file


def update(
    *more: Assertion,
    first: Assertion | None = None,
    part: Callable[[Manifest], Assertion] = ingredient,
    file: Callable[[], bytes] = bound,
    name: str = "active",
    spoil: Callable[[Node], object] | None = None,
    change: Callable[[bytes], bytes] | None = None,
    **options: Any,
) -> Callable[[], bytes]:
    """An update manifest on top of ``file``; its store takes the old one's place, the rest of the file stays."""

    def make() -> bytes:
        manifests, asset = taken_out(file())
        below = manifests[-1]
        recipe = Recipe([first or actions(OPENED), part(below), *more], kind=BOX.UPDATE, name=name, **options)
        written = signed(recipe, *manifests, asset=asset, binding=None, spoil=spoil)
        return change(written) if change else written

    return make


def doing(*items: dict[str, Any]) -> Callable[[], bytes]:
    return update(first=actions(OPENED, *items))


def without_parts() -> bytes:
    return signed(Recipe([actions({"action": "c2pa.edited.metadata"})], kind=BOX.UPDATE), binding=None)


def on_nothing_bound() -> bytes:
    """The parent has no hard binding, and says so nowhere."""
    return signed(Recipe([actions({"action": "c2pa.created"})], name="parent"), binding=None)


def xmp_file(binding: Binding = exact) -> Callable[[], bytes]:
    """A picture with XMP behind the place of the store."""
    return lambda: bound(asset=with_xmp(), binding=binding)


def with_xmp() -> bytes:
    source = BytesSource(plain("png"))
    found = detect(source)
    assert found is not None
    from credkit.assets import EditedSource

    output = EditedSource(source, found.with_metadata(source, found.scan(source), xmp=b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>").pieces)
    return output.read(0, output.size)


def store_and_xmp(placed: Any) -> tuple[Span, ...]:
    return (*placed.frames, *(block.frame for block in placed.layout.metadata))


def in_another_picture(file: bytes) -> bytes:
    """The store of ``file`` in a picture that looks different."""
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    assert layout.store is not None
    return embed(picture("jpg", 32, 32), read_store(source, layout.store))[0]


def changed_pixels(file: bytes) -> bytes:
    spoiled = bytearray(file)
    spoiled[-20] ^= 1
    return bytes(spoiled)


def scattered(file: bytes) -> bytes:
    """A comment between the segments of a store that needs two."""
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    assert layout.store is not None
    start = layout.store.frame[0].start
    first = 2 + int.from_bytes(file[start + 2 : start + 4], "big")
    return file[: start + first] + b"\xff\xfe\x00\x06evil" + file[start + first :]


def alter(tree: Node) -> None:
    leaf = tree.at(f"{label_of('parent')}/c2pa.assertions/c2pa.actions.v2").leaf()
    leaf.payload = leaf.payload.replace(b"digitalCreation", b"digitalCreatiom")


def component_of_update() -> tuple[Any, ...]:
    manifests, _ = taken_out(update(name="update")())
    return standard(ingredient(manifests[-1], "componentOf")), *manifests


def on_itself(_: Manifest) -> Assertion:
    own = {"url": f"self#jumbf=/c2pa/{label_of('active')}", "hash": bytes(32)}
    return ingredient(activeManifest=own, validationResults=results())


NOTE = Assertion("org.test.note", {"pad": bytes(70_000)})

CASES: tuple[Case, ...] = (
    case("sound", update(), says=("assertion.dataHash.match", "ingredient.manifest.validated")),
    case("sound on PNG", update(file=lambda: bound(kind="png"))),
    case("two updates", update(file=update(name="first update"))),
    case("three updates", update(file=update(file=update(name="first update"), name="second update"))),
    case("with an own assertion", update(Assertion("org.test.note", {"a": 1}))),
    case("without actions", update(first=Assertion("org.test.note", {}))),
    *(case(f"with {name}", doing({"action": name})) for name in ("c2pa.edited.metadata", "c2pa.published")),
    case("with c2pa.edited", doing({"action": "c2pa.edited"}), INVALID),
    case("with c2pa.created", update(first=actions({"action": "c2pa.created"})), INVALID),
    case("with an action of its own", doing({"action": "org.test.sharpened"}), INVALID),
    case("with a thumbnail", update(thumbnail()), INVALID),
    case("with a thumbnail of an ingredient", update(thumbnail("c2pa.thumbnail.ingredient__1")), INVALID),
    case("with a data hash", update(data_hash()), INVALID),
    case("with a box hash", update(Assertion("c2pa.hash.boxes", {"boxes": []})), INVALID),
    case("with a multi-asset hash", update(Assertion("c2pa.hash.multi-asset", {"parts": []})), INVALID),
    case("without ingredient", without_parts, PARENTS, NO_BINDING),
    case("on a component", update(first=Assertion("org.test.note", {}), part=lambda m: ingredient(m, "componentOf")), PARENTS, NO_BINDING),
    case("with a second ingredient", update(ingredient(relationship="componentOf", label="c2pa.ingredient.v3__1")), PARENTS),
    case("with a second parent", update(ingredient(label="c2pa.ingredient.v3__1")), PARENTS),
    case("on a manifest that is not there", update(spoil=lambda t: t.children.pop(0)), NO_BINDING, deltas=("ingredient.manifest.missing",)),
    case("on a manifest without binding", update(file=on_nothing_bound), NO_BINDING, deltas=(NO_BINDING,)),
    case("on itself", update(part=on_itself), NO_BINDING, deltas=(NO_BINDING, "ingredient.manifest.mismatch")),
    case("on another picture", update(change=in_another_picture), MISMATCH),
    case("the picture changed", update(change=changed_pixels), MISMATCH),
    case("with XMP behind the store", update(file=xmp_file())),
    case("with XMP behind the store left out", update(file=xmp_file(excluding(store_and_xmp))), informs=(ADDITIONAL,)),
    case("a store of two segments", update(NOTE)),
    case("a store of two segments with a comment between", update(NOTE, change=scattered), MISMATCH),
    case("the parent altered", update(spoil=alter), deltas=("assertion.hashedURI.mismatch", "ingredient.manifest.mismatch")),
    case("an update as a component", lambda: signed(*component_of_update())),
)
