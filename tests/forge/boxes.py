"""A tree of JUMBF boxes that can be changed anywhere and written again, right or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from credkit.codec.digest import digest
from credkit.codec.jumbf import ContentBox, Superbox, build_box, parse_superbox

__all__ = ["Leaf", "Node", "read_tree"]


@dataclass
class Leaf:
    """A box that is not a superbox."""

    type: str
    payload: bytes

    def encode(self) -> bytes:
        return build_box(self.type, self.payload)


@dataclass
class Node:
    """A superbox. ``length`` writes another length than the true one, ``extended`` the 64-bit form."""

    type: bytes
    label: str | None
    children: list[Node | Leaf] = field(default_factory=list)
    salt: bytes | None = None
    toggles: int | None = None
    extended: bool = False
    length: int | None = None
    tail: bytes = b""
    """Bytes behind the last field of the description box."""

    def encode(self) -> bytes:
        toggles = 0x03 | (0x10 if self.salt is not None else 0) if self.toggles is None else self.toggles
        label = b"" if self.label is None else self.label.encode() + b"\0"
        private = b"" if self.salt is None else build_box("c2sh", self.salt)
        description = build_box("jumd", self.type + bytes((toggles,)) + label + private + self.tail)
        body = description + b"".join(child.encode() for child in self.children)
        if self.extended:
            return (1).to_bytes(4, "big") + b"jumb" + (self.length or 16 + len(body)).to_bytes(8, "big") + body
        return (8 + len(body) if self.length is None else self.length).to_bytes(4, "big") + b"jumb" + body

    def hash(self, algorithm: str = "sha256") -> bytes:
        """What a reference to this box has to state."""
        return digest(algorithm, self.encode()[16 if self.extended else 8 :]).value

    @property
    def nodes(self) -> Iterator[Node]:
        return (child for child in self.children if isinstance(child, Node))

    def at(self, path: str) -> Node:
        """The superbox at ``path`` (labels joined by a slash), the first where several share the label."""
        node = self
        for label in path.split("/"):
            node = next(child for child in node.nodes if child.label == label)
        return node

    def drop(self, path: str) -> Node:
        """Take the box at ``path`` out and give it back."""
        parent, node = self._parent(path), self.at(path)
        parent.children = [child for child in parent.children if child is not node]
        return node

    def twice(self, path: str, *, behind: bool = True) -> Node:
        """Put a copy of the box at ``path`` beside it, and give the copy back."""
        parent, node = self._parent(path), self.at(path)
        copy = read_tree(node.encode())
        parent.children.insert(next(i for i, child in enumerate(parent.children) if child is node) + behind, copy)
        return copy

    def _parent(self, path: str) -> Node:
        above = path.rpartition("/")[0]
        return self.at(above) if above else self

    def leaf(self, kind: str = "cbor") -> Leaf:
        """The first content box of that type."""
        return next(child for child in self.children if isinstance(child, Leaf) and child.type == kind)


def read_tree(data: bytes) -> Node:
    """The tree in ``data``."""
    return _node(parse_superbox(data))


def _node(box: Superbox) -> Node:
    children: list[Node | Leaf] = []
    for child in box.children:
        children.append(Leaf(child.type, child.payload) if isinstance(child, ContentBox) else _node(child))
    return Node(box.type, box.description.label, children, salt=box.description.salt, toggles=box.description.toggles)
