"""The boxes of a manifest store: dropped, doubled, exchanged, renamed, retyped, given lying lengths; and what stands in them changed."""

from __future__ import annotations

from random import Random

import brotli

from credkit.errors import MalformedError
from credkit.manifest.store import BOX
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.manifests import UNKNOWN
from tests.fuzz.items import mutated_cbor, mutated_json
from tests.fuzz.raw import NUMBERS, random_bytes

__all__ = ["leaves", "mutated_boxes", "mutated_contents", "mutated_leaf", "nodes"]

_TYPES = (*(value for name in dir(BOX) if isinstance(value := getattr(BOX, name), bytes)), UNKNOWN, bytes(16))
_LEAVES = ("free", "cbor", "json", "uuid", "jumd", "brob", "bfdb", "bidb", "c2sh", "\x00\x00\x00\x00")
_BOMB: bytes = brotli.compress(bytes(48 << 20), quality=5, lgwin=24)


def nodes(tree: Node) -> list[Node]:
    """Every superbox, the store first."""
    return [tree, *(inner for child in tree.nodes for inner in nodes(child))]


def leaves(tree: Node) -> list[Leaf]:
    """Every content box."""
    return [child for node in nodes(tree) for child in node.children if isinstance(child, Leaf)]


def mutated_boxes(pick: Random, tree: Node) -> None:
    """One or two boxes of the tree changed, in place."""
    for _ in range(pick.choice((1, 1, 1, 2))):
        found = nodes(tree)
        _change(pick, pick.choice(found), found)


def _change(pick: Random, node: Node, found: list[Node]) -> None:
    how = pick.randrange(12)
    children = node.children
    at = pick.randrange(len(children) + 1)
    if how == 0:
        node.length = pick.choice((*NUMBERS[:20], 2**32 - 1, pick.randrange(4_000)))
    elif how == 1:
        node.extended = True
        node.length = pick.choice((None, None, 2**63, 2**64 - 1, 0, 8, 16, pick.randrange(4_000)))
    elif how == 2:
        labels = [other.label for other in found if other.label]
        node.label = pick.choice(
            (None, "", "c2pa", "c2pa.assertions", "c2pa.claim.v2", "x" * 300, "a/b", "\u202e", f"{node.label}__2", *labels)
        )
    elif how == 3:
        node.type = pick.choice(_TYPES)
    elif how == 4:
        node.toggles = pick.randrange(256)
        node.tail = pick.choice((b"", b"", bytes(4), bytes(32), bytes(36)))
    elif how == 5:
        node.salt = pick.choice((None, b"", bytes(15), bytes(16), bytes(32), bytes(64)))
    elif how == 6 and children:
        children.pop(at % len(children))
    elif how == 7 and children:
        children[at:at] = [children[at % len(children)]] * pick.choice((1, 1, 1, 2, 70))
    elif how == 8:
        pick.shuffle(children)
    elif how == 9:
        children.insert(at, read_tree(pick.choice(found).encode()) if all(n.length is None for n in found) else Leaf("free", b""))
    elif how == 10:
        size = pick.choice((0, 1, 8, 30))
        children.insert(at, Leaf(pick.choice(_LEAVES), pick.choice((bytes(size), pick.randbytes(size)))))
    else:
        _nest(pick, node)


def _nest(pick: Random, node: Node) -> None:
    inner = Node(node.type, node.label, list(node.children))
    for _ in range(pick.choice((1, 30, 33, 80))):
        inner = Node(node.type, node.label, [inner])
    node.children = [inner]


def mutated_contents(pick: Random, tree: Node) -> None:
    """What stands in one box changed, in place."""
    found = leaves(tree)
    if found:
        mutated_leaf(pick, pick.choice(found))


def mutated_leaf(pick: Random, leaf: Leaf) -> None:
    """The payload of one content box changed with an eye to what it is."""
    if leaf.type == "cbor":
        leaf.payload = mutated_cbor(pick, leaf.payload)
    elif leaf.type == "json":
        leaf.payload = mutated_json(pick, leaf.payload)
    elif leaf.type == "brob":
        leaf.payload = _packed(pick, leaf.payload)
    elif leaf.payload:
        leaf.payload = random_bytes(pick, leaf.payload)
    else:
        leaf.payload = pick.randbytes(5)


def _packed(pick: Random, payload: bytes) -> bytes:
    """A compressed manifest: its stream spoiled, or the manifest in it, or something that swells."""
    if pick.random() < 0.1:
        return _BOMB
    try:
        inner = read_tree(brotli.decompress(payload))
    except (brotli.error, MalformedError):
        return random_bytes(pick, payload)
    if pick.random() < 0.2:
        return random_bytes(pick, payload)
    pick.choice((mutated_boxes, mutated_contents))(pick, inner)
    return bytes(brotli.compress(inner.encode(), quality=3))
