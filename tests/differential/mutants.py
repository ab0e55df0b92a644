"""Files that are almost right: one or two changes to a sound one, with the hashes and signatures above the change made again, or not.

``mutant(seed, number)`` is the same change each time; keys, and with them signatures, are new in each process. Which family a mutant is of
says who could have made it: those of ``KEYLESS`` need no key that anybody trusts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from credkit.codec import cbor
from credkit.errors import CredkitError
from tests.differential.seeds import FILES, SEEDS, Seed, finished, stamped_and_stapled
from tests.forge import pki
from tests.forge.boxes import Leaf, Node
from tests.forge.files import Binding, Placed, exact, signed
from tests.forge.manifests import Assertion, Manifest, Recipe, Ref, label_of

__all__ = ["FAMILIES", "KEYLESS", "Mutant", "made_of", "mutant", "other_bytes", "other_value"]


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One changed file."""

    number: int
    family: str
    base: str
    """Name of the sound file that was changed."""
    changes: tuple[str, ...]
    """What was done, in words."""
    kind: str
    data: bytes


_WORDS = (
    *("", "a", "c2pa", "sha256", "sha512", "md5", "SHA256", "parentOf", "componentOf", "inputTo", "image/jpeg", "\0", "ä", "x" * 300),
    *("c2pa.created", "c2pa.opened", "c2pa.placed", "c2pa.removed", "c2pa.edited", "c2pa.transcoded", "c2pa.redacted", "c2pa.watermarked"),
    *("c2pa.deleted", "c2pa.actions.v2", "c2pa.hash.data", "2026-01-01T00:00:00Z", "yesterday", "https://credkit.test/a"),
    *("self#jumbf=c2pa.assertions/c2pa.hash.data", "self#jumbf=c2pa.assertions/c2pa.actions.v2", "self#jumbf=c2pa.signature"),
    *(f"self#jumbf=/c2pa/{label_of('parent')}", f"self#jumbf=/c2pa/{label_of('parent')}/c2pa.claim.v2", "self#jumbf=/c2pa/nobody"),
    *(f"self#jumbf=/c2pa/{label_of('parent')}/c2pa.assertions/org.test.note", "self#jumbf=c2pa.assertions/c2pa.ingredient.v3"),
)
_NAMES = (
    *("alg", "hash", "url", "pad", "pad2", "name", "actions", "action", "parameters", "ingredients", "ingredient", "digitalSourceType"),
    *("when", "changes", "reason", "redacted", "relationship", "activeManifest", "claimSignature", "validationResults", "c2pa_manifest"),
    *("relatedAssertions", "thumbnail", "data", "dc:title", "instanceID", "signature", "claim_generator_info", "created_assertions"),
    *("gathered_assertions", "redacted_assertions", "alg_soft", "metadata", "exclusions", "icon", "softwareAgent", "templates", "org.test"),
)
_LABELS = (
    *(
        "c2pa.actions",
        "c2pa.actions.v2",
        "c2pa.actions.v2__1",
        "c2pa.hash.data",
        "c2pa.hash.data__1",
        "c2pa.hash.bmff.v3",
        "c2pa.hash.boxes",
    ),
    *("c2pa.hash.collection.data", "c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3", "c2pa.ingredient.v3__1", "c2pa.metadata"),
    *("c2pa.thumbnail.claim", "c2pa.thumbnail.ingredient", "c2pa.soft-binding", "c2pa.cloud-data", "c2pa.time-stamp", "stds.exif"),
    *("c2pa.certificate-status", "c2pa.hash.multi-asset", "c2pa.embedded-data", "org.test.note", "org.test.other", "cawg.identity"),
)
_NUMBERS = (0, 1, -1, 2, 23, 255, 2**16, 2**31, 2**32 - 1, 2**53, 2**63 - 1, -(2**63))


def other_bytes(data: bytes, pick: Random) -> bytes:
    """``data`` with a bit flipped, a byte set, cut, put in or taken out, or a range exchanged with another."""
    if not data:
        return bytes(pick.randrange(1, 4))
    at, what = pick.randrange(len(data)), pick.randrange(6)
    if what <= 1:
        return data[:at] + bytes((data[at] ^ 1 << pick.randrange(8),)) + data[at + 1 :]
    if what == 2:
        return data[:at] + bytes((pick.choice((0, 1, 0x7F, 0x80, 0xFF, 0x20, 0x40, 0x60, 0xF6, 0xA0)),)) + data[at + 1 :]
    length = pick.choice((1, 2, 4, 8, 32))
    if what == 3:
        return data[:at] + bytes(pick.randrange(256) for _ in range(length)) + data[at:]
    if what == 4:
        return data[:at] + data[at + length :]
    source = pick.randrange(len(data))
    return data[:at] + data[source : source + length] + data[at + length :]


def _leaf(value: Any, pick: Random) -> Any:
    odd = (None, True, False, 0.5, 1, "a", b"", [], {}, [""], {"a": 1}, cbor.Tag(0, "2026-01-01T00:00:00Z"))
    if pick.random() < 0.25:
        return pick.choice(odd)
    if isinstance(value, str):
        return pick.choice((*_WORDS, value + "x", value[:-1], value.upper(), value + "__1"))
    if isinstance(value, bytes):
        return other_bytes(value, pick)
    if isinstance(value, int) and not isinstance(value, bool):
        return pick.choice((*_NUMBERS, value + 1, value - 1))
    if isinstance(value, Ref):
        changes = pick.choice(
            ({"hash": bytes(32)}, {"alg": "sha512"}, {"alg": "md5"}, {"absolute": not value.absolute}, {"hash": b""}, {"hash": bytes(20)})
        )
        return replace(value, **changes)
    return pick.choice(odd)


def _listed(value: list[Any], pick: Random) -> list[Any]:
    what = pick.randrange(5)
    if what == 0 or not value:
        return [*value, pick.choice((None, 1, "a", {}, {"url": "self#jumbf=c2pa.assertions/none", "hash": bytes(32)}))]
    if what == 1:
        return [*value, pick.choice(value)]
    if what == 2:
        return list(reversed(value))
    if what == 3:
        gone = pick.randrange(len(value))
        return [item for at, item in enumerate(value) if at != gone]
    return []


def _mapped(value: dict[Any, Any], pick: Random) -> dict[Any, Any]:
    what = pick.randrange(4)
    if what == 0 or not value:
        return value | {pick.choice(_NAMES): pick.choice((None, True, 1, "a", b"a", [], {}, [{}], *_WORDS[:12]))}
    name = pick.choice(list(value))
    if what == 1:
        return {key: item for key, item in value.items() if key != name}
    if what == 2:
        return {(pick.choice(_NAMES) if key == name else key): item for key, item in value.items()}
    return {pick.choice(("", "\u0000", "other")): value[name]} | value


def other_value(value: Any, pick: Random) -> tuple[Any, str]:
    """``value`` with one change somewhere within, and the way to it."""
    if isinstance(value, dict) and value and pick.random() < 0.75:
        name = pick.choice(list(value))
        item, way = other_value(value[name], pick)
        return value | {name: item}, f"/{name}{way}"
    if isinstance(value, list) and value and pick.random() < 0.75:
        at = pick.randrange(len(value))
        item, way = other_value(value[at], pick)
        return [*value[:at], item, *value[at + 1 :]], f"/{at}{way}"
    if isinstance(value, dict) and pick.random() < 0.8:
        return _mapped(value, pick), ""
    if isinstance(value, list) and pick.random() < 0.8:
        return _listed(value, pick), ""
    return _leaf(value, pick), ""


# Changes of a recipe: everything above is hashed and signed again.

Change = Callable[[Recipe, Random], str]


def _again(pick: Random) -> Callable[[], Random]:
    """The same dice each time: a file is made several times until its size settles."""
    seed = pick.random()
    return lambda: Random(seed)


def _assertion_value(recipe: Recipe, pick: Random) -> str:
    held = [item for item in recipe.assertions if item.content in ("cbor", "json") and item.label != "c2pa.hash.data"]
    if not held:
        return "nothing"
    chosen = pick.choice(held)
    chosen.value, way = other_value(chosen.value, pick)
    return f"{chosen.label}{way}"


def _assertion_bytes(recipe: Recipe, pick: Random) -> str:
    chosen, dice = pick.choice(recipe.assertions), _again(pick)

    def edit(node: Node) -> None:
        leaf = next(child for child in node.children if isinstance(child, Leaf))
        leaf.payload = other_bytes(leaf.payload, dice())

    chosen.edit = edit
    return f"bytes of {chosen.label}"


def _assertion_box(recipe: Recipe, pick: Random) -> str:
    chosen, dice = pick.choice(recipe.assertions), _again(pick)
    chosen.edit = lambda node: _box(node, dice())
    return f"box of {chosen.label}"


def _box(node: Node, pick: Random) -> None:
    what = pick.randrange(9)
    if what == 0:
        node.type = pick.choice((other_bytes(node.type, pick)[:16].ljust(16, b"\0"), bytes(16)))
    elif what == 1:
        node.toggles = pick.choice((0, 1, 2, 3, 0x07, 0x0B, 0x13, 0x23, 0x83, 0xFF))
    elif what == 2:
        node.children.append(Leaf(pick.choice(("free", "uuid", "cbor", "json", "bidb", "zzzz", "c2sh")), bytes(pick.randrange(20))))
    elif what == 3:
        node.children.insert(0, Leaf(pick.choice(("free", "uuid", "cbor", "json", "zzzz")), bytes(pick.randrange(20))))
    elif what == 4:
        node.children = node.children[:-1]
    elif what == 5:
        node.salt = pick.choice((None, b"", bytes(16), bytes(32), bytes(5)))
    elif what == 6:
        node.extended = True
    elif what == 7 and node.children:
        node.children.append(pick.choice(node.children))
    else:
        node.tail = bytes(pick.randrange(1, 9))


def _assertion_list(recipe: Recipe, pick: Random) -> str:
    chosen, what = pick.choice(recipe.assertions), pick.randrange(8)
    if what == 0:
        chosen.stored, chosen.place = False, None
        return f"without {chosen.label}"
    if what == 1:
        recipe.assertions.insert(0, Assertion(pick.choice(_LABELS), pick.choice((chosen.value, {}, {"a": 1}))))
        return f"a further {recipe.assertions[0].label}"
    if what == 2:
        # What others refer to stays known under its old name.
        recipe.assertions.append(replace(chosen, stored=False, place=None))
        old, chosen.label = chosen.label, pick.choice(_LABELS)
        return f"{old} called {chosen.label}"
    if what == 3:
        chosen.place = pick.choice(("created", "gathered", None))
        return f"{chosen.label} among {chosen.place}"
    if what == 4:
        chosen.stored = False
        return f"{chosen.label} not stored"
    if what == 5:
        chosen.alg = pick.choice(("sha256", "sha384", "sha512", "md5", "sha1", "SHA256", ""))
        return f"{chosen.label} by {chosen.alg}"
    if what == 6:
        pick.shuffle(recipe.assertions)
        return "order of assertions"
    dice = _again(pick)
    chosen.reference = lambda entry: _entry(entry, dice())
    return f"entry of {chosen.label}"


def _entry(entry: dict[str, Any], pick: Random) -> None:
    changed, _ = other_value(dict(entry), pick)
    if isinstance(changed, dict):
        entry.clear()
        entry.update(changed)


def _claim_value(recipe: Recipe, pick: Random) -> str:
    dice = _again(pick)

    def claim(value: dict[str, Any]) -> None:
        changed, _ = other_value(dict(value), dice())
        if isinstance(changed, dict):
            value.clear()
            value.update(changed)

    recipe.claim = claim
    example = {"instanceID": "", "signature": "", "claim_generator_info": {"name": ""}, "created_assertions": [{}], "alg": ""}
    return f"claim, like {other_value(example, dice())[1]}"


def _claim_bytes(recipe: Recipe, pick: Random) -> str:
    dice = _again(pick)
    recipe.claim_bytes = lambda data: other_bytes(data, dice())
    return "bytes of the claim"


def _manifest_fields(recipe: Recipe, pick: Random) -> str:
    what = pick.randrange(4)
    if what == 0:
        recipe.alg = pick.choice((None, "sha384", "sha512", "md5", ""))
        return f"claim by {recipe.alg}"
    if what == 1:
        recipe.claim_label = pick.choice(("c2pa.claim", "c2pa.claim.v2", "c2pa.claim.v3", "c2pa.claim__1"))
        return f"claim called {recipe.claim_label}"
    if what == 2:
        recipe.redacted = [pick.choice(_WORDS), *recipe.redacted]
        return f"redacts {recipe.redacted[0][:60]}"
    recipe.version = 3 - recipe.version
    return f"claim of version {recipe.version}"


def _header(recipe: Recipe, pick: Random) -> str:
    # A signing description is shared by all recipes of its default.
    recipe.signing = signing = replace(recipe.signing)
    what, dice = pick.randrange(8), _again(pick)
    if what == 0:
        signing.protected = lambda header: header.update({dice().choice((1, 2, 3, 4, 33, 34, "x5chain", "iat", "a")): _leaf(1, dice())})
    elif what == 1:
        signing.protected = lambda header: _entry(header, dice())
    elif what == 2:
        signing.unprotected = {pick.choice((1, 2, 4, 33, "x5chain", "pad", "pad2", "sigTst", "sigTst2", "rVals", "iat")): _leaf(b"a", pick)}
    elif what == 3:
        signing.alg = pick.choice((-7, -8, -19, -35, -36, -37, -38, -39, -47, -257, -65535, 5, 0))
    elif what == 4:
        signing.payload = pick.choice((b"", b"a", bytes(40)))
    elif what == 5:
        signing.tag = pick.choice((None, 17, 18, 61, 98))
    elif what == 6:
        signing.trailing = bytes(pick.randrange(1, 9))
    else:
        signing.parts = lambda parts: _listed(parts, dice())
    return ("extra", "protected", "unprotected", "alg", "payload", "tag", "trailing", "parts")[what]


def _signature_bytes(recipe: Recipe, pick: Random) -> str:
    dice = _again(pick)
    if pick.random() < 0.3:
        recipe.signing = replace(recipe.signing, signature=lambda data: other_bytes(data, dice()))
        return "the signature"

    def edit(node: Node) -> None:
        leaf = node.at("c2pa.signature").leaf()
        leaf.payload = other_bytes(leaf.payload, dice())

    recipe.edit = edit
    return "bytes of the signature box"


def _certificate(recipe: Recipe, pick: Random) -> str:
    signer, what = recipe.signing.pki, pick.randrange(4)
    if what == 0:
        fields = pick.choice(_CERTIFICATES)
        recipe.signing = replace(recipe.signing, pki=_with(repr(fields), tuple(fields.items())))
        return f"certificate with {fields}"
    if what == 1:
        spoiled = other_bytes(signer.leaf, pick)
        recipe.signing = replace(recipe.signing, chain=(spoiled, *signer.chain[1:]))
        return "bytes of the certificate"
    if what == 2:
        recipe.signing = replace(recipe.signing, chain=tuple(_listed(list(signer.chain), pick) if signer.chain else ()))
        recipe.signing.chain = tuple(item if isinstance(item, bytes) else b"a" for item in recipe.signing.chain or ())
        return "the chain"
    return f"certificate with {_fields_changed(recipe, pick)}"


_CERTIFICATES: tuple[dict[str, Any], ...] = (
    *({"eku": eku} for eku in (None, (), (pki.TIME_STAMPING,), (pki.OCSP_SIGNING,), (pki.SERVER_AUTH,), (pki.DOCUMENT_SIGNING,))),
    *({"eku": eku} for eku in ((pki.CLAIM_SIGNING,), (pki.EMAIL_PROTECTION, pki.TIME_STAMPING), ("2.5.29.37.0",))),
    *({"usage": usage} for usage in (None, (), ("key_cert_sign",), ("digital_signature", "key_cert_sign"), ("content_commitment",))),
    *({"ca": ca} for ca in (None, True)),
    {"aki": False},
    {"self_signed": True},
    {"not_before": pki.NOW + timedelta(days=1)},
    {"not_before": pki.NOW - timedelta(days=9), "not_after": pki.NOW - timedelta(days=1)},
)


@cache
def _with(_: str, fields: tuple[tuple[str, Any], ...]) -> pki.Pki:
    default = pki.default_pki()
    return pki.make_pki("ed25519", root=default.root, issuer=default.intermediate, **dict(fields))


def _fields_changed(recipe: Recipe, pick: Random) -> str:
    """A certificate of which a field of the body was changed before its authority signed it."""
    default, at, dice = pki.default_pki(), pick.randrange(8), _again(pick)

    def edit(fields: list[bytes]) -> None:
        fields[at % len(fields)] = other_bytes(fields[at % len(fields)], dice())

    made = pki.make_pki("ed25519", root=default.root, issuer=default.intermediate, edit=edit)
    recipe.signing = replace(recipe.signing, pki=made)
    return f"field {at} changed"


def _some_actions(recipe: Recipe, pick: Random) -> str:
    """Another list of actions, most of them plausible."""
    chosen = next((item for item in recipe.assertions if item.label.startswith("c2pa.actions")), None)
    if chosen is None:
        return "nothing"
    names = [item.label for item in recipe.assertions if item is not chosen]
    made = [_action(names, pick) for _ in range(pick.randrange(1, 4))]
    chosen.value = {"actions": [*chosen.value.get("actions", [])[: pick.randrange(2)], *made]} if isinstance(chosen.value, dict) else made
    return "actions " + ", ".join(str(item.get("action")) for item in made)


_ACTIONS = (
    *("created", "opened", "placed", "removed", "deleted", "edited", "transcoded", "repackaged", "redacted", "watermarked"),
    *("watermarked.bound", "published", "translated", "dubbed", "unknown", "edited.metadata", "color_adjustments"),
)


def _action(names: Sequence[str], pick: Random) -> dict[str, Any]:
    made: dict[str, Any] = {"action": pick.choice((*(f"c2pa.{name}" for name in _ACTIONS), "org.test.done"))}
    refs = [Ref(pick.choice(names), absolute=pick.random() < 0.3) for _ in range(pick.randrange(3))] if names else []
    parameters: dict[str, Any] = {}
    if pick.random() < 0.6:
        parameters["ingredients"] = refs
    if pick.random() < 0.1 and refs:
        parameters["ingredient"] = refs[0]
    if pick.random() < 0.2:
        parameters["redacted"] = pick.choice(_WORDS)
    if parameters or pick.random() < 0.1:
        made["parameters"] = parameters
    for name, values in _DETAILS.items():
        if pick.random() < 0.15:
            made[name] = pick.choice(values)
    if pick.random() < 0.1 and refs:
        made["relatedAssertions"] = refs
    return made


_DETAILS: dict[str, tuple[Any, ...]] = {
    "digitalSourceType": ("http://cv.iptc.org/newscodes/digitalsourcetype/composite", "", 1),
    "when": (cbor.Tag(0, "2026-01-01T00:00:00Z"), "2026-01-01T00:00:00Z", "yesterday", 5),
    "softwareAgent": ({"name": "credkit test"}, "credkit test", {}, 7),
    "reason": ("c2pa.PII.present", "org.test.reason", ""),
    "changes": ([], [{"region": [{"type": "spatial"}]}], "all"),
    "description": ("words", 5),
}

RECIPES: dict[str, Change] = {
    "assertion value": _assertion_value,
    "assertion bytes": _assertion_bytes,
    "assertion box": _assertion_box,
    "assertion list": _assertion_list,
    "actions": _some_actions,
    "claim value": _claim_value,
    "claim bytes": _claim_bytes,
    "manifest": _manifest_fields,
    "header": _header,
    "certificate": _certificate,
    "signature": _signature_bytes,
}


# Changes of the finished store or file: nothing is hashed or signed again, but the store has its place in the file.


def _spoiled_tree(pick: Random) -> Callable[[Node], None]:
    dice = _again(pick)

    def spoil(tree: Node) -> None:
        pick = dice()
        nodes = _nodes(tree)
        node, what = pick.choice(nodes), pick.randrange(12)
        if what <= 3:
            _box(node, pick)
        elif what == 4:
            node.label = pick.choice(
                (None, "", "c2pa", *_LABELS[:6], label_of("active"), label_of("parent"), "c2pa.claim", "c2pa.signature")
            )
        elif what == 5:
            pick.shuffle(node.children)
        elif what == 6 and node.children:
            node.children.insert(pick.randrange(len(node.children)), pick.choice(node.children))
        elif what == 7 and node.children:
            del node.children[pick.randrange(len(node.children))]
        elif what == 8:
            node.children.insert(pick.randrange(len(node.children) + 1), pick.choice(nodes))
        else:
            leaves = [child for child in node.children if isinstance(child, Leaf)]
            for leaf in leaves[:1]:
                leaf.payload = other_bytes(leaf.payload, pick)

    return spoil


def _nodes(tree: Node, depth: int = 0) -> list[Node]:
    return [tree, *(inner for child in tree.nodes for inner in _nodes(child, depth + 1))]


def _other_binding(pick: Random) -> Binding:
    """A hard binding that says something else, mostly about what is left out."""
    what, dice = pick.randrange(6), _again(pick)

    def binding(placed: Placed) -> dict[str, Any]:
        made, pick = exact(placed), dice()
        if what <= 2:
            changed, _ = other_value(made, pick)
            return changed if isinstance(changed, dict) else made
        ranges = made["exclusions"]
        start = pick.randrange(len(placed.data))
        extra = {"start": start, "length": pick.choice((0, 1, 10, len(placed.data)))}
        if what == 3:
            return made | {"exclusions": sorted([*ranges, extra], key=lambda item: int(item["start"]))}
        if what == 4:
            return made | {"exclusions": [*ranges, extra]}
        moved = [{key: value + pick.choice((-1, 0, 1, 2, 4)) for key, value in item.items()} for item in ranges]
        return made | {"exclusions": moved}

    return binding


FAMILIES = (*RECIPES, "ingredient", "binding", "boxes", "store bytes", "file bytes", "stamp and staple", "twice")
KEYLESS = frozenset({"boxes", "store bytes", "file bytes", "stamp and staple"})


def mutant(seed: int, number: int) -> Mutant:
    """The mutant of that number; it is made with the dice of ``seed`` and ``number`` alone."""
    for attempt in range(20):
        try:
            return _mutant(number, Random(f"{seed} {number} {attempt}"))
        except _UNMADE:
            continue
    raise AssertionError(f"nothing can be made with the dice of seed {seed}, number {number}")


_UNMADE = (CredkitError, RecursionError, StopIteration, TypeError)
"""Some changes have no file: statements with the hashes of each other, a box too long for the format, a hard binding that is no map."""


def _mutant(number: int, pick: Random) -> Mutant:
    family = pick.choice(FAMILIES)
    if family == "file bytes":
        kind = pick.choice(tuple(FILES))
        return Mutant(number=number, family=family, base=kind, changes=("bytes",), kind=kind, data=_bytes_changed(finished(kind), pick))
    if family == "stamp and staple":
        data = _bytes_changed(stamped_and_stapled(), pick)
        return Mutant(number=number, family=family, base=family, changes=("bytes",), kind="jpg", data=data)
    return _of_recipes(number, family, pick)


def _bytes_changed(data: bytes, pick: Random) -> bytes:
    for _ in range(pick.choice((1, 1, 1, 2, 4))):
        data = other_bytes(data, pick)
    return data


def _of_recipes(number: int, family: str, pick: Random) -> Mutant:
    below = family == "ingredient" or (family == "twice" and pick.random() < 0.3)
    base = pick.choice([seed for seed in SEEDS if len(seed.recipes) > 1] if below else SEEDS)
    kinds = [pick.choice(tuple(RECIPES)) for _ in range(2 if family == "twice" else 1)] if family not in RECIPES else [family]
    options, changes = dict(base.options), []
    if family == "binding":
        options["binding"] = _other_binding(pick)
    elif family == "boxes":
        first, second = options.get("spoil"), _spoiled_tree(pick)
        options["spoil"] = lambda tree: (first(tree) if first else None, second(tree))
    elif family == "store bytes":
        dice = _again(pick)
        options["spoil_bytes"] = lambda data: other_bytes(data, dice())
    else:
        changes = [RECIPES[kind] for kind in kinds]
    at = pick.randrange(len(base.recipes) - 1) if below else len(base.recipes) - 1
    said, data = made_of(base, at, changes, pick, options)
    return Mutant(number=number, family=family, base=base.name, changes=(*kinds[: len(said)], *said), kind=base.kind, data=data)


def made_of(base: Seed, at: int, changes: Sequence[Change], pick: Random, options: dict[str, Any]) -> tuple[list[str], bytes]:
    """The file of ``base`` with these changes to its recipe number ``at``, and what they say of themselves."""
    below: tuple[Manifest, ...] = ()
    said: list[str] = []
    for level, make in enumerate(base.recipes):
        recipe = make(below)
        if level == at:
            said = [change(recipe, pick) for change in changes]
        if level == len(base.recipes) - 1:
            return said, signed(recipe, *below, kind=base.kind, **options)
        below = (*below, recipe.build())
    raise AssertionError("a seed without recipes")
