"""Manifests from a plain description, right or spoiled in any place, also such as the library itself refuses to write.

``Recipe`` describes one manifest: its statements, its claim, its signature. Hooks change a part after it was made and before it is hashed
or signed, so that exactly one thing is wrong. ``forge.files`` puts the result into a picture.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import brotli

from credkit.codec import cbor
from credkit.codec.cose import to_be_signed
from credkit.codec.digest import HASH_ALGORITHMS
from credkit.codec.jumbf import box_type
from credkit.manifest.store import BOX, REDACTED_UUID
from credkit.trust.algorithms import LATER_ALGORITHMS, algorithm_named
from tests.forge import pki
from tests.forge.boxes import Leaf, Node

__all__ = [
    "CREATED",
    "SOURCE_TYPE",
    "UNKNOWN",
    "Assertion",
    "Manifest",
    "Recipe",
    "Ref",
    "Signing",
    "actions",
    "compressed",
    "data_hash",
    "ingredient",
    "label_of",
    "results",
    "store",
    "thumbnail",
    "zeroed",
]

_LATER = {algorithm.name.lower(): algorithm for algorithm in LATER_ALGORITHMS.values()}
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"
CREATED: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}


def label_of(name: str) -> str:
    """The manifest label that goes with a name, the same each time."""
    d = hashlib.sha256(name.encode()).hexdigest()
    return f"urn:c2pa:{d[:8]}-{d[8:12]}-4{d[13:16]}-8{d[17:20]}-{d[20:32]}"


@dataclass(frozen=True)
class Ref:
    """Stands in an assertion for a reference with hash to another one of the same manifest, or to a box of a finished one."""

    label: str
    manifest: Manifest | None = None
    hash: bytes | None = None
    """Another hash than the right one."""
    alg: str | None = None
    absolute: bool = False


@dataclass
class Assertion:
    """One assertion: what it says and where the claim lists it."""

    label: str
    value: Any = None
    content: str = "cbor"
    """``cbor``, ``json``, ``embedded`` (value: media type and bytes), or ``raw`` (value: content boxes)."""
    place: str | None = "created"
    """``created``, ``gathered``, or None for an assertion that the claim does not list."""
    salted: bool = True
    stored: bool = True
    """False: the claim lists it, but it is not there."""
    alg: str | None = None
    """The hash algorithm of the claim's entry, when it names its own."""
    type: bytes | None = None
    """Another content type."""
    edit: Callable[[Node], object] | None = None
    """Changes the box before it is hashed."""
    reference: Callable[[dict[str, Any]], object] | None = None
    """Changes the entry of the claim."""

    def box(self, resolve: Callable[[Ref], dict[str, Any]]) -> Node:
        kind, contents = self._contents(_resolved(self.value, resolve))
        salt = hashlib.sha256(self.label.encode()).digest()[:16] if self.salted else None
        node = Node(self.type or kind, self.label, contents, salt=salt)
        if self.edit:
            self.edit(node)
        return node

    def _contents(self, value: Any) -> tuple[bytes, list[Node | Leaf]]:
        if self.content == "cbor":
            return BOX.CBOR, [Leaf("cbor", value if isinstance(value, bytes) else cbor.encode(value))]
        if self.content == "json":
            return BOX.JSON, [Leaf("json", value if isinstance(value, bytes) else json.dumps(value).encode())]
        if self.content == "embedded":
            return BOX.EMBEDDED_FILE, [Leaf("bfdb", b"\0" + value[0].encode() + b"\0"), Leaf("bidb", value[1])]
        return BOX.UUID, list(value)


def _resolved(value: Any, resolve: Callable[[Ref], dict[str, Any]]) -> Any:
    if isinstance(value, Ref):
        return resolve(value)
    if isinstance(value, dict):
        return {key: _resolved(item, resolve) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, resolve) for item in value]
    return value


@dataclass
class Signing:
    """How the claim is signed."""

    pki: pki.Pki = field(default_factory=lambda: pki.default_pki("ed25519"))
    alg: int | None = None
    """Another identifier than the one that goes with the key; 0 leaves it out."""
    chain: tuple[bytes, ...] | None = None
    protected: Callable[[dict[Any, Any]], object] | None = None
    unprotected: dict[Any, Any] = field(default_factory=dict)
    payload: bytes | None = None
    """A payload in the place where nil belongs."""
    covers: bytes | None = None
    """Other bytes than the claim."""
    tag: int | None = 18
    signature: Callable[[bytes], bytes] | None = None
    """Changes the finished signature."""
    trailing: bytes = b""
    parts: Callable[[list[Any]], Any] | None = None
    """Changes the array of four before it is tagged."""

    def sign(self, claim: bytes) -> bytes:
        algorithm = _LATER.get(self.pki.algorithm) or algorithm_named(self.pki.algorithm)
        chain = self.pki.chain if self.chain is None else self.chain
        header: dict[Any, Any] = {33: chain[0] if len(chain) == 1 else list(chain)} if chain else {}
        if self.alg != 0:
            header[1] = self.alg or algorithm.cose_id
        if self.protected:
            self.protected(header)
        protected = cbor.encode(header)
        message = to_be_signed(protected, claim if self.covers is None else self.covers)
        signature = self.pki.key.sign(message) if algorithm.family == "ML-DSA" else algorithm.sign(self.pki.key, message)
        parts: Any = [protected, self.unprotected, self.payload, self.signature(signature) if self.signature else signature]
        if self.parts:
            parts = self.parts(parts)
        return cbor.encode(parts if self.tag is None else cbor.Tag(self.tag, parts)) + self.trailing


@dataclass
class Manifest:
    """A finished manifest: its tree, and what references to it have to state."""

    label: str
    node: Node
    stored: Node | None = None
    """The box around the compressed form."""

    @property
    def outer(self) -> Node:
        return self.stored or self.node

    def uri(self, path: str = "") -> str:
        return f"self#jumbf=/c2pa/{self.label}" + (f"/{path}" if path else "")

    def assertion_uri(self, label: str) -> str:
        return self.uri(f"c2pa.assertions/{label}")

    @property
    def reference(self) -> dict[str, Any]:
        return {"url": self.uri(), "hash": self.outer.hash()}

    @property
    def signature_reference(self) -> dict[str, Any]:
        return {"url": self.uri("c2pa.signature"), "hash": self.node.at("c2pa.signature").hash()}


@dataclass
class Recipe:
    """One manifest in plain words."""

    assertions: list[Assertion]
    name: str = "active"
    label: str = ""
    kind: bytes = BOX.STANDARD
    version: int = 2
    claim_label: str = ""
    absolute: bool = True
    """Whether the claim's references name the manifest."""
    alg: str | None = "sha256"
    redacted: list[str] = field(default_factory=list)
    claim: Callable[[dict[str, Any]], object] | None = None
    """Changes the claim before it is encoded."""
    claim_bytes: Callable[[bytes], bytes] | None = None
    """Changes the claim's bytes before they are signed."""
    signing: Signing = field(default_factory=Signing)
    edit: Callable[[Node], object] | None = None
    """Changes the finished manifest: nothing is hashed or signed again."""

    def __post_init__(self) -> None:
        self.label = self.label or label_of(self.name)

    def build(self) -> Manifest:
        boxes = _Boxes(self)
        claim = cbor.encode(self._claim(boxes))
        if self.claim_bytes:
            claim = self.claim_bytes(claim)
        node = Node(
            self.kind,
            self.label,
            [
                Node(BOX.ASSERTION_STORE, "c2pa.assertions", [boxes.by_label[a.label] for a in self.assertions if a.stored]),
                Node(BOX.CLAIM, self.claim_label or ("c2pa.claim.v2" if self.version == 2 else "c2pa.claim"), [Leaf("cbor", claim)]),
                Node(BOX.SIGNATURE, "c2pa.signature", [Leaf("cbor", self.signing.sign(claim))]),
            ],
        )
        if self.edit:
            self.edit(node)
        return Manifest(self.label, node)

    def uri(self, path: str) -> str:
        return f"self#jumbf=/c2pa/{self.label}/{path}" if self.absolute else f"self#jumbf={path}"

    def _claim(self, boxes: _Boxes) -> dict[str, Any]:
        listed = {place: [boxes.entry(a) for a in self.assertions if a.place == place] for place in ("created", "gathered")}
        generator = {"name": "credkit test", "version": "1"}
        claim: dict[str, Any] = {"instanceID": "xmp:iid:credkit-test", "signature": self.uri("c2pa.signature")}
        if self.version == 2:
            claim |= {"claim_generator_info": generator, "created_assertions": listed["created"]}
            if listed["gathered"]:
                claim["gathered_assertions"] = listed["gathered"]
        else:
            claim |= {"claim_generator": "credkit_test/1", "claim_generator_info": [generator], "dc:format": "image/jpeg"}
            claim["assertions"] = listed["created"] + listed["gathered"]
        if self.alg:
            claim["alg"] = self.alg
        if self.redacted:
            claim["redacted_assertions"] = self.redacted
        if self.claim:
            self.claim(claim)
        return claim


def _known(algorithm: str | None) -> str:
    return algorithm if algorithm in HASH_ALGORITHMS else "sha256"


class _Boxes:
    """The assertion boxes of a recipe, those first that others refer to."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        self.by_label: dict[str, Node] = {}
        for assertion in recipe.assertions:
            self.box(assertion.label)

    def box(self, label: str) -> Node:
        if label not in self.by_label:
            assertion = next(a for a in self.recipe.assertions if a.label == label)
            self.by_label[label] = assertion.box(self.resolve)
        return self.by_label[label]

    def resolve(self, ref: Ref) -> dict[str, Any]:
        path = f"c2pa.assertions/{ref.label}"
        if ref.manifest:
            url, node = ref.manifest.uri(path), ref.manifest.node.at(path)
        else:
            url, node = (self.recipe.uri(path) if ref.absolute else f"self#jumbf={path}"), self.box(ref.label)
        entry = {"url": url, "hash": ref.hash or node.hash(ref.alg or _known(self.recipe.alg))}
        return entry | ({"alg": ref.alg} if ref.alg else {})

    def entry(self, assertion: Assertion) -> dict[str, Any]:
        path = f"c2pa.assertions/{assertion.label}"
        algorithm = assertion.alg or self.recipe.alg
        node = self.box(assertion.label)
        entry: dict[str, Any] = {"url": self.recipe.uri(path), "hash": node.hash(_known(algorithm))}
        entry |= {"alg": assertion.alg} if assertion.alg else {}
        if assertion.reference:
            assertion.reference(entry)
        return entry


def store(*manifests: Manifest) -> Node:
    """The manifest store, the active manifest last."""
    return Node(BOX.STORE, "c2pa", [manifest.outer for manifest in manifests])


def actions(*items: dict[str, Any], version: int = 2, label: str = "", place: str | None = "created", **more: Any) -> Assertion:
    """An actions assertion; ``more`` are further fields of the map."""
    return Assertion(label or ("c2pa.actions.v2" if version == 2 else "c2pa.actions"), {"actions": list(items)} | more, place=place)


def data_hash(**fields: Any) -> Assertion:
    """The hard binding; ``forge.files`` fills in hash and exclusions."""
    return Assertion("c2pa.hash.data", {"alg": "sha256", "hash": bytes(32), "pad": b"", "exclusions": []} | fields)


def thumbnail(label: str = "c2pa.thumbnail.claim", data: bytes = b"\xff\xd8\xff\xd9", **options: Any) -> Assertion:
    return Assertion(label, ("image/jpeg", data), content="embedded", **options)


def results(*failures: tuple[str, str | None], deltas: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """A ``validationResults`` map that admits these failures (code and URL)."""
    entries = [{"code": code} | ({"url": url} if url else {}) for code, url in failures]
    found: dict[str, Any] = {"activeManifest": {"success": [], "informational": [], "failure": entries}}
    return found | ({"ingredientDeltas": list(deltas)} if deltas else {})


def ingredient(
    manifest: Manifest | None = None,
    relationship: str | None = "parentOf",
    *,
    version: int = 3,
    label: str = "",
    place: str | None = "created",
    recorded: Any = None,
    **changes: Any,
) -> Assertion:
    """An ingredient assertion; ``changes`` replace fields of the map, None removes one."""
    value: dict[str, Any] = {"dc:title": "part", "dc:format": "image/jpeg", "relationship": relationship}
    if version < 3:
        value["instanceID"] = "xmp:iid:part"
    if manifest and version == 3:
        value["activeManifest"], value["claimSignature"] = manifest.reference, manifest.signature_reference
        value["validationResults"] = recorded if recorded is not None else results()
    elif manifest:
        value["c2pa_manifest"] = manifest.reference
        if recorded is not None:
            value["validationStatus"] = recorded
    value = {key: item for key, item in (value | changes).items() if item is not None}
    return Assertion(label or "c2pa.ingredient" + {1: "", 2: ".v2", 3: ".v3"}[version], value, place=place)


_PACKED = 6000


def compressed(manifest: Manifest, *, data: Callable[[bytes], bytes] | None = None, label: str | None = None) -> Manifest:
    """The manifest in its Brotli form, padded to one size; ``data`` changes what is compressed, and ``label`` what the box is called."""
    inner = manifest.node.encode()
    packed = Leaf("brob", brotli.compress(data(inner) if data else inner))
    padding = Leaf("free", bytes(_PACKED - len(packed.payload)))
    return Manifest(manifest.label, manifest.node, stored=Node(BOX.COMPRESSED, label or manifest.label, [packed, padding]))


def zeroed(node: Node, size: int = 0) -> None:
    """Replace the content of an assertion by the mark of a redaction."""
    node.type, node.children = BOX.UUID, [Leaf("uuid", REDACTED_UUID + bytes(size))]


UNKNOWN = box_type("zzzz")
