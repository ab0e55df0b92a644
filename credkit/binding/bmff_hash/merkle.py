"""Merkle trees over the media of a BMFF file: one tree an ``mdat``, or one a track when the film comes in fragments.

Clauses: "Non-fragmented asset using Merkle tree" (anchor ``_non_fragmented_asset_using_merkle_tree``), "Fragmented asset using Merkle
tree" (anchor ``_fragmented_asset_using_merkle_tree``), "Validation" (anchor ``bmff-validation``), "Auxiliary 'c2pa' boxes" (anchor
``_auxiliary_c2pa_boxes_for_large_and_fragmented_files``). A node without a sibling rises to the next row as it is; the clauses do not
spell that out, the files of the reference do it.

Faults are ``MalformedError`` with the status code as their ``code``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from credkit.assets import Source, Span
from credkit.assets.bmff.boxes import C2PA_UUID, BmffBox
from credkit.codec import cbor
from credkit.codec.digest import Digest, digest
from credkit.codec.fields import Fields
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.status import StatusCode

__all__ = ["MerkleMap", "Proof", "check_leaf", "check_media", "leaf_mismatch", "read_maps", "read_proof"]

_MALFORMED = StatusCode.ASSERTION_BMFF_HASH_MALFORMED.value
_MISMATCH = StatusCode.ASSERTION_BMFF_HASH_MISMATCH.value
_FULL_BOX = 4
_BEHIND_UUID = len(C2PA_UUID) + _FULL_BOX
_PURPOSE = b"merkle\x00"
_FIELDS = frozenset({"uniqueId", "localId", "location", "hashes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MerkleMap:
    """One tree as the assertion states it: one row of its nodes."""

    unique_id: int
    local_id: int
    count: int
    """Leaves."""
    hashes: tuple[bytes, ...]
    algorithm: object
    init_hash: bytes | None
    fixed: int | None
    """Bytes of each leaf but the last."""
    variable: tuple[int, ...] | None
    """Bytes of each leaf."""

    @property
    def key(self) -> tuple[int, int]:
        """What tells the tree from the others."""
        return self.unique_id, self.local_id

    @property
    def levels(self) -> int:
        """Rows between the leaves and the row that is stated; ``MalformedError`` when no row is as long as that one."""
        size, levels = self.count, 0
        while size > len(self.hashes):
            size, levels = (size + 1) // 2, levels + 1
        if size != len(self.hashes):
            raise _malformed(f"a tree of {self.count:,} leaves has no row of {len(self.hashes):,} nodes")
        return levels


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What an auxiliary box says about one leaf: its tree, its number, and the siblings on its way up."""

    key: tuple[int, int]
    location: int
    hashes: tuple[bytes, ...]
    box: Span
    is_plain: bool
    """Whether the box holds nothing but that, written the shortest way, and zeros behind it: no hash covers it."""


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, code=_MALFORMED)


def read_maps(value: Any, algorithm: object) -> tuple[MerkleMap, ...]:
    """The trees of an assertion; ``MalformedError`` (``assertion.bmffHash.malformed``) when they cannot be followed."""
    if not isinstance(value, list) or not value:
        raise _malformed("the assertion has no list of Merkle trees")
    maps = tuple(_map(Fields(item, path="merkle", code=_MALFORMED), algorithm) for item in value)
    if len({entry.key for entry in maps}) < len(maps):
        raise _malformed("two Merkle trees have the same identifiers")
    return maps


def _map(fields: Fields, algorithm: object) -> MerkleMap:
    fixed, variable = fields.integer("fixedBlockSize"), fields.list("variableBlockSizes")
    if fixed is not None and variable is not None:
        raise _malformed("a Merkle tree has blocks of fixed and of variable sizes")
    if (fixed is not None and fixed <= 0) or any(type(size) is not int or size < 0 for size in variable or ()):
        raise _malformed("a block of a Merkle tree has no size")
    entry = MerkleMap(
        unique_id=fields.need_integer("uniqueId"),
        local_id=fields.need_integer("localId"),
        count=fields.need_integer("count"),
        hashes=_hashes(fields.need_list("hashes")),
        algorithm=fields.get("alg") or algorithm,
        init_hash=fields.bytes("initHash"),
        fixed=fixed,
        variable=None if variable is None else tuple(variable),
    )
    if entry.count < len(entry.hashes):
        raise _malformed(f"a Merkle tree of {entry.count:,} leaves has a row of {len(entry.hashes):,} nodes")
    if not entry.hashes:
        raise _malformed("a Merkle tree states no node")
    return entry


def _hashes(values: list[Any]) -> tuple[bytes, ...]:
    if not all(isinstance(value, bytes) for value in values):
        raise _malformed("a node of a Merkle tree is no byte string")
    return tuple(values)


def read_proof(source: Source, box: BmffBox, limits: Limits) -> Proof | None:
    """What a ``uuid`` box of the purpose "merkle" holds; None for any other box. Padding behind the CBOR is passed over."""
    if box.type != "uuid" or box.payload.length < _BEHIND_UUID + len(_PURPOSE):
        return None
    head = source.read(box.payload.start, _BEHIND_UUID + len(_PURPOSE))
    if not head.startswith(C2PA_UUID) or not head.endswith(_PURPOSE):
        return None
    start = box.payload.start + len(head)
    if box.span.end - start > limits.merkle_box_size:
        raise _malformed(f"a part of a Merkle tree is larger than {limits.merkle_box_size:,} bytes")
    data = source.read(start, box.span.end - start)
    length = cbor.item_length(data, where="merkle box", code=_MALFORMED, limits=limits)
    value = cbor.decode(data[:length], where="merkle box", code=_MALFORMED, limits=limits)
    fields = Fields(value, path="merkle box", code=_MALFORMED)
    key, location = (fields.need_integer("uniqueId"), fields.need_integer("localId")), fields.need_integer("location")
    hashes = _hashes(fields.list("hashes") or [])
    is_plain = head == C2PA_UUID + bytes(_FULL_BOX) + _PURPOSE and not any(data[length:])
    is_plain = is_plain and set(value) <= _FIELDS and cbor.encode_in_order(value) == data[:length]
    return Proof(key=key, location=location, hashes=hashes, box=box.span, is_plain=is_plain)


def leaf_mismatch(message: str) -> MalformedError:
    """The fault of content that is not what a tree says."""
    return MalformedError(message, code=_MISMATCH)


def check_leaf(tree: MerkleMap, location: int, leaf: Digest, proof: Sequence[bytes]) -> None:
    """Climb from a leaf to the stated row; ``MalformedError`` when what is reached is not the node there."""
    if not 0 <= location < tree.count:
        raise _malformed(f"there is no leaf {location:,} in a Merkle tree of {tree.count:,}")
    node, position, size, siblings = leaf.value, location, tree.count, iter(proof)
    for _ in range(tree.levels):
        if position ^ 1 < size:
            sibling = next(siblings, None)
            if sibling is None:
                raise leaf_mismatch("a proof of a Merkle tree lacks a node")
            node = digest(tree.algorithm, (sibling, node) if position & 1 else (node, sibling)).value
        position, size = position >> 1, (size + 1) // 2
    if next(siblings, None) is not None:
        raise leaf_mismatch("a proof of a Merkle tree has nodes too many")
    if not Digest(leaf.algorithm, node).matches(tree.hashes[position]):
        raise leaf_mismatch(f"part {location + 1:,} of {tree.count:,} of the media is not what was signed")


def check_media(source: Source, payload: Span, tree: MerkleMap, proofs: tuple[Proof, ...]) -> None:
    """Hold the content of one ``mdat`` against its tree, block by block; ``proofs`` are those of this tree, in file order."""
    leaves = _leaf_count(tree, payload.length)
    if tree.count < leaves:
        raise _malformed(f"a Merkle tree of {tree.count:,} leaves stands for media of {leaves:,} blocks")
    climbs = tree.levels > 0
    if climbs and not proofs:
        raise _malformed("the boxes with the rest of a Merkle tree are not there")
    if tree.count > leaves:
        raise leaf_mismatch(f"of {tree.count:,} blocks of media {leaves:,} are there")
    if proofs and (len(proofs) != leaves or any(proof.location != number for number, proof in enumerate(proofs))):
        raise _malformed("the boxes of a Merkle tree are not one a block and in order")
    for location, block in enumerate(_blocks(tree, payload)):
        leaf = digest(tree.algorithm, source.chunks(block.start, block.length))
        check_leaf(tree, location, leaf, proofs[location].hashes if climbs else ())


def _leaf_count(tree: MerkleMap, length: int) -> int:
    if tree.fixed is not None:
        return max(1, -(-length // tree.fixed))
    if tree.variable is not None:
        if len(tree.variable) != tree.count or sum(tree.variable) != length:
            raise _malformed("the sizes of the blocks of a Merkle tree are not those of the media")
        return len(tree.variable)
    return 1


def _blocks(tree: MerkleMap, payload: Span) -> Iterator[Span]:
    start = payload.start
    sizes = tree.variable if tree.variable is not None else (tree.fixed if tree.fixed is not None else payload.length,) * tree.count
    for size in sizes:
        length = min(size, payload.end - start)
        yield Span(start, length)
        start += length
