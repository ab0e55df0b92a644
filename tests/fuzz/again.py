"""Mutants that were hashed and signed again, by a key that is trusted, so that every check behind the first one runs on them.

The last manifest of the store is changed; then references to its assertions state the new hashes, the claim is signed by the forge, and a
hard binding (by ranges, by boxes, or by the boxes of a film without Merkle tree) states where the store now lies and what the rest of the
file is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from typing import Any

from credkit.assets import BytesSource, Edit
from credkit.assets.engine import hash_parts
from credkit.binding.output import Output
from credkit.binding.registry import BINDERS
from credkit.codec import cbor
from credkit.codec.cose import to_be_signed
from credkit.codec.digest import HASH_ALGORITHMS
from credkit.errors import CredkitError, MalformedError
from credkit.trust.algorithms import algorithm_named
from tests.forge import pki
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.files import Placed, embed, exact
from tests.fuzz.items import encode, mutated_cbor, mutated_value
from tests.fuzz.seeds import Seed
from tests.fuzz.trees import leaves, mutated_leaf

__all__ = ["Change", "change_assertion", "change_claim", "change_signature", "signed_again"]

Change = Callable[[Random, Node], "Any"]
"""Changes a manifest in place; what it gives back is done to the four parts of the signature after signing, None for nothing."""
_LISTS = ("created_assertions", "gathered_assertions", "assertions")


@cache
def _signer() -> tuple[Any, list[bytes]]:
    chosen = pki.default_pki("ed25519")
    return chosen, list(chosen.chain)


def signed_again(pick: Random, seed: Seed, change: Change) -> tuple[bytes, bytes | None] | None:
    """The seed with a change that its signer could have made; None where the store has no manifest of the usual form."""
    if seed.store is None:
        return None
    try:
        tree = read_tree(seed.store)
        manifest = list(tree.nodes)[-1]
        spoil = change(pick, manifest)
        if seed.sidecar is not None or not _writable(seed):
            _seal(manifest, spoil)
            return _placed(seed, tree.encode())
        return _settled(seed, tree, manifest, spoil), None
    except (CredkitError, IndexError, StopIteration, AssertionError, KeyError, TypeError):
        return None


def _writable(seed: Seed) -> bool:
    try:
        return bool(embed(seed.data, seed.store or b""))
    except (CredkitError, AssertionError):
        return False


def _placed(seed: Seed, store: bytes) -> tuple[bytes, bytes | None]:
    """The store in the place of the old one: beside the file, or over the same bytes, cut or filled up."""
    if seed.sidecar is not None:
        return seed.data, store
    old = seed.store or b""
    at = seed.data.find(old)
    if not old or at < 0:
        raise MalformedError("the store does not lie in one piece")
    return seed.data[:at] + store[: len(old)].ljust(len(old), b"\0") + seed.data[at + len(old) :], None


def _settled(seed: Seed, tree: Node, manifest: Node, spoil: Any) -> bytes:
    """Written again until what the hard binding says of the file is what it is with this binding in it."""
    last: Any = None
    written = b""
    for _ in range(5):
        _seal(manifest, spoil)
        written, edit, layout, found = embed(seed.data, tree.encode())
        fields = _bind(manifest, seed, Placed(written, edit.exclusions, layout, found), edit)
        if fields is None or fields == last:
            break
        last = fields
    return written


_NEEDED = {
    "c2pa.hash.data": {"hash", "exclusions"},
    "c2pa.hash.boxes": {"boxes"},
    "c2pa.hash.bmff.v3": {"hash", "exclusions"},
}
"""What a hard binding has to hold so that it can be made right again; a Merkle tree is left as it is."""


def _bind(manifest: Node, seed: Seed, placed: Placed, edit: Edit) -> dict[str, Any] | None:
    """Put the right places and digests into a hard binding that was not the thing that was changed; None where there is none."""
    for node in manifest.at("c2pa.assertions").nodes:
        needed = _NEEDED.get(node.label or "")
        if needed is None or node.label is None:
            continue
        leaf = node.leaf()
        try:
            value = cbor.decode(leaf.payload, where="binding")
        except MalformedError:
            return None
        if not isinstance(value, dict) or not needed <= value.keys() or "merkle" in value or value.get("alg", "sha256") != "sha256":
            return None
        fields = exact(placed) if node.label == "c2pa.hash.data" else _planned(node.label, seed, placed, edit)
        leaf.payload = cbor.encode(value | fields)
        return fields
    return None


def _planned(label: str, seed: Seed, placed: Placed, edit: Edit) -> dict[str, Any]:
    """The binding by boxes, as the library makes it for this file."""
    source, written = BytesSource(seed.data), BytesSource(placed.data)
    output = Output(source=source, layout=placed.format.scan(source), format=placed.format, edit=edit, algorithm="sha256")
    planned = BINDERS[label](output)
    stated = planned.state([hash_parts(written, "sha256", parts).value for parts in planned.parts]).payload()
    return {key: stated[key] for key in _NEEDED[label]}


def _seal(manifest: Node, spoil: Any) -> None:
    """New hashes in the claim, and a new signature over it."""
    claim = next(node for node in manifest.nodes if (node.label or "").startswith("c2pa.claim")).leaf()
    _hash_again(manifest, claim)
    box = manifest.at("c2pa.signature").leaf()
    try:
        old = cbor.decode(box.payload, where="signature").value
        protected, unprotected = cbor.decode(old[0], where="header"), old[1]
    except (MalformedError, AttributeError, TypeError, IndexError):
        protected, unprotected = {}, {}
    chosen, chain = _signer()
    own = {1: algorithm_named("ed25519").cose_id, 33: chain}
    header = encode((protected if isinstance(protected, dict) else {}) | own)
    if spoil is not None and spoil[0] == "header":
        header = mutated_cbor(Random(spoil[1]), header)
    signature = chosen.key.sign(to_be_signed(header, claim.payload))
    parts = [header, unprotected if isinstance(unprotected, dict) else {}, None, signature]
    value: Any = cbor.Tag(18, parts)
    if spoil is not None and spoil[0] == "parts":
        value = mutated_value(Random(spoil[1]), value)
    if spoil is not None and spoil[0] == "unsigned":
        parts[1] = mutated_value(Random(spoil[1]), parts[1])
    box.payload = encode(value)


def _hash_again(manifest: Node, claim: Leaf) -> None:
    try:
        value = cbor.decode(claim.payload, where="claim")
    except MalformedError:
        return
    changed = False
    for entry in _entries(value):
        node = _named(manifest, entry["url"])
        algorithm = entry.get("alg") or value.get("alg") or "sha256"
        if node is not None and isinstance(algorithm, str) and algorithm in HASH_ALGORITHMS:
            entry["hash"], changed = node.hash(algorithm), True
    if changed:
        claim.payload = cbor.encode(value)


def _entries(value: Any) -> Iterator[dict[str, Any]]:
    for name in _LISTS:
        listed = value.get(name) if isinstance(value, dict) else None
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("url"), str):
                yield entry


def _named(manifest: Node, url: str) -> Node | None:
    label = url.rpartition("c2pa.assertions/")[2]
    return next((node for node in manifest.at("c2pa.assertions").nodes if node.label == label), None)


def change_assertion(pick: Random, manifest: Node) -> Any:
    """What one assertion says."""
    found = leaves(manifest.at("c2pa.assertions"))
    for _ in range(pick.choice((1, 1, 1, 2))):
        mutated_leaf(pick, pick.choice(found))
    return None


def change_claim(pick: Random, manifest: Node) -> Any:
    """What the claim says."""
    claim = next(node for node in manifest.nodes if (node.label or "").startswith("c2pa.claim")).leaf()
    claim.payload = mutated_cbor(pick, claim.payload)
    return None


def change_signature(pick: Random, _manifest: Node) -> Any:
    """The headers of the signature, or what stands around it."""
    return pick.choice(("header", "header", "unsigned", "parts")), pick.getrandbits(64)
