"""``c2pa.hash.bmff.v2`` and ``c2pa.hash.bmff.v3``: MP4, HEIF and AVIF, bound by their boxes.

Clause: "Validating a BMFF-hash" (anchor ``_validating_a_bmff_hash``). This file decides which of three ways a file is bound: one hash over
all boxes, a hash with Merkle trees over the ``mdat`` boxes, or Merkle trees over fragments. ``exclusions`` says what is left out, ``whole``
hashes boxes, ``merkle`` climbs trees. The versions differ in nothing that is checked here; ``c2pa.hash.bmff`` itself is ignored everywhere,
as the clause demands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from credkit.assets import Source, Span
from credkit.assets.bmff.boxes import BmffBox, BoxWalker
from credkit.assets.bmff.stores import MERKLE, read_c2pa_box
from credkit.binding.bmff_hash.exclusions import HASHED, Cut, Exclusion, cut, read_exclusions, unspoken
from credkit.binding.bmff_hash.merkle import MerkleMap, Proof, check_leaf, check_media, leaf_mismatch, read_maps, read_proof
from credkit.binding.bmff_hash.whole import hash_boxes, hashed_parts
from credkit.binding.target import BindingOutcome, BindingTarget, Gap
from credkit.codec.digest import Digest
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.status import StatusCode, status

__all__ = ["check_bmff_hash"]

_MALFORMED = StatusCode.ASSERTION_BMFF_HASH_MALFORMED
_MISMATCH = StatusCode.ASSERTION_BMFF_HASH_MISMATCH
_LOOSE = "a part of a Merkle tree that is not needed, or holds something else"
_OUTCOMES = (_MALFORMED, _MISMATCH, StatusCode.ALGORITHM_UNSUPPORTED)


def check_bmff_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """Judge one BMFF hash assertion (decoded ``value`` at ``uri``) against an asset.

    Of the fragments in ``target.fragments`` later ones may be missing: what has not come yet is no failure. An initialization segment
    without any is one, because no media are there that could be what was signed.
    """
    check = _Check(target)
    try:
        check.run(value)
    except MalformedError as error:
        # Whatever else is raised comes from the boxes of the file: it is no longer the one that was signed.
        code = StatusCode(error.code) if error.code in _OUTCOMES else _MISMATCH
        told = status(code, uri, error.message)
        return BindingOutcome(statuses=(told,), remarks=tuple(check.remarks))
    match = status(StatusCode.ASSERTION_BMFF_HASH_MATCH, uri)
    told = status(StatusCode.ASSERTION_BMFF_HASH_ADDITIONAL_EXCLUSIONS_PRESENT, uri)
    return BindingOutcome(
        statuses=(told, match) if check.told else (match,),
        hashed=tuple(check.hashed),
        gaps=tuple(check.gaps()),
        remarks=tuple(check.remarks),
    )


def _malformed(message: str) -> MalformedError:
    return MalformedError(message, code=_MALFORMED.value)


@dataclass(slots=True)
class _Fragment:
    """Boxes that are one leaf of a tree, and the box that says which."""

    source: Source
    proof: Proof | None
    boxes: list[BmffBox] = field(default_factory=list)


class _Check:
    """One assertion against one asset; what it leaves out is collected on the way."""

    __slots__ = (
        "_exclusions",
        "_places",
        "_ranges_left",
        "_target",
        "_walker",
        "climbed",
        "hashed",
        "proofs",
        "remarks",
        "settled",
        "strays",
        "told",
        "unbound",
    )

    def __init__(self, target: BindingTarget) -> None:
        self._target = target
        self._walker = BoxWalker(target.source, target.limits)
        self._exclusions: tuple[Exclusion, ...] = ()
        self._ranges_left = target.limits.bmff_ranges
        self.told: Counter[str] = Counter()
        """Bytes that entries of the list leave out beyond what every list does, by path."""
        self.strays: Counter[str] = Counter()
        """Bytes that every list leaves out and that a person has to know of, by what they are."""
        self._places: defaultdict[str, list[Span]] = defaultdict(list)
        """Where in the asset lies what is told, by its words."""
        self.hashed: list[Span] = []
        """Bytes of the asset that digests were taken over; those of fragments in files of their own are not among them."""
        self.settled: list[Span] = []
        """Boxes that every list leaves out and whose content is settled all the same: empty space, and proofs that were climbed."""
        self.proofs: list[Span] = []
        """Boxes that say that they are parts of a Merkle tree."""
        self.climbed: set[Span] = set()
        """Those of them that were needed, and hold nothing else."""
        self.unbound: list[str] = []
        """What no hash of the assertion is about at all, in words."""
        self.remarks: list[str] = []

    def run(self, value: Any) -> None:
        if not isinstance(value, dict):
            raise _malformed("the assertion is not a map")
        algorithm = self._target.nearest_algorithm(value.get("alg"))
        self._exclusions = read_exclusions(value.get("exclusions"), self._target.limits)
        trees = () if value.get("merkle") is None else read_maps(value["merkle"], algorithm)
        roots = tuple(self._walker.roots())
        kinds = {box.type for box in roots}
        if "moof" in kinds or self._target.fragments or (trees and "mdat" not in kinds):
            if trees and value.get("hash") is not None:
                raise _malformed("a fragmented file is bound by a hash and by Merkle trees at once")
            if trees:
                return self._fragments(roots, trees)
        if self._target.fragments:
            raise leaf_mismatch("the file is bound as a whole, and the fragments beside it belong to no hash")
        if trees:
            self._media(roots, trees, hashed=value.get("hash") is not None)
        if value.get("hash") is not None:
            held = {tree.local_id for tree in trees}
            cuts = self._cuts(self._walker, roots, held, trees=bool(trees))
            if not hash_boxes(self._target.source, cuts, algorithm).matches(value["hash"]):
                raise leaf_mismatch("the boxes of the file are not those that were signed")
        elif trees:
            self.unbound.append("everything besides the media (mdat)")
        else:
            raise leaf_mismatch("the assertion has no hash")
        return None

    def _cuts(self, walker: BoxWalker, boxes: tuple[BmffBox, ...], held: set[int], *, trees: bool = True) -> Iterator[Cut]:
        """What is cut out of these boxes; ``held`` are the numbers (from 0) of ``mdat`` boxes with trees of their own, ``trees`` says
        whether there is any tree.
        """
        for box in boxes:
            in_tree = box.type == "mdat" and box.place[0][1] - 1 in held
            part = cut(walker, box, self._exclusions, in_tree=in_tree)
            self._ranges_left -= part.ranges
            if self._ranges_left < 0:
                raise _malformed(f"the exclusions take out more than {self._target.limits.bmff_ranges:,} ranges")
            for path, spans in part.told:
                self.told[path] += sum(span.length for span in spans)
                self._note(walker, path, spans)
            without_store = walker is not self._walker or not self._target.embedded
            if part.is_whole:
                if what := unspoken(walker.source, box, trees=trees, apart=without_store):
                    self.strays[what] += box.span.length
                    self._note(walker, what, (box.span,))
                elif walker is self._walker and box.type != "ftyp":
                    found = read_c2pa_box(walker.source, box)
                    (self.proofs if found and found.purpose == MERKLE else self.settled).append(box.span)
            if walker is self._walker:
                self.hashed += (span for span in hashed_parts((part,)) if isinstance(span, Span))
            yield part

    def _note(self, walker: BoxWalker, what: str, spans: Iterable[Span]) -> None:
        if walker is self._walker:
            self._places[what] += spans

    def gaps(self) -> Iterator[Gap]:
        """What is left out, once each kind."""
        for what, count in (*self.told.items(), *self.strays.items()):
            yield Gap(words=f"{what}, {count:,} bytes", spans=tuple(self._places[what]))
        yield from (Gap(words=what) for what in self.unbound)
        if loose := tuple(span for span in self.proofs if span not in self.climbed):
            yield Gap(words=f"{_LOOSE}, {sum(span.length for span in loose):,} bytes", spans=loose)
        known = (*self.settled, *(span for span in self.proofs if span in self.climbed))
        frames = set(self._target.store_frames)
        if settled := tuple(span for span in known if span not in frames):
            yield Gap(words="empty space, or part of a Merkle tree", spans=settled, told=False, checked=True)

    def _media(self, roots: tuple[BmffBox, ...], trees: tuple[MerkleMap, ...], *, hashed: bool) -> None:
        """Each ``mdat`` against its tree; the tree's local identifier is the number of the box, from 0."""
        boxes = [box for box in roots if box.type == "mdat"]
        by_number = {tree.local_id: tree for tree in trees}
        if len(by_number) < len(trees) or set(by_number) != set(range(len(boxes))):
            raise leaf_mismatch(f"there are {len(trees):,} Merkle trees for {len(boxes):,} media boxes, which do not go together")
        proofs: defaultdict[tuple[int, int], list[Proof]] = defaultdict(list)
        for box in roots:
            if proof := read_proof(self._target.source, box, self._target.limits):
                proofs[proof.key].append(proof)
        for number, box in enumerate(boxes):
            tree = by_number[number]
            self._medium(box, tree, tuple(proofs[tree.key]), hashed)
            if tree.levels:
                self._climb(*proofs[tree.key])

    def _climb(self, *proofs: Proof) -> None:
        self.climbed.update(proof.box for proof in proofs if proof.is_plain)

    def _medium(self, box: BmffBox, tree: MerkleMap, proofs: tuple[Proof, ...], hashed: bool) -> None:
        """One ``mdat`` against its tree, which is about its payload. The reference makes trees about what is behind the first 16 bytes of
        the box, also when its header has 8; that is as good where those 16 are in the other hash.
        """
        try:
            check_media(self._target.source, box.payload, tree, proofs)
        except MalformedError as error:
            fault = error
        else:
            return self.hashed.append(box.payload)
        behind = Span(box.span.start + HASHED, box.span.length - HASHED)
        if not hashed or behind.start <= box.payload.start or behind.length < 0:
            raise fault
        try:
            check_media(self._target.source, behind, tree, proofs)
        except MalformedError:
            raise fault from None
        return self.hashed.append(behind)

    def _fragments(self, roots: tuple[BmffBox, ...], trees: tuple[MerkleMap, ...]) -> None:
        """The initialization segment against each tree's own hash of it, then every fragment against its tree."""
        apart = self._target.fragments
        # Beside fragments in files of their own all of the file is the initialization segment, or media could be put behind it.
        first = next((index for index, box in enumerate(roots) if box.type == "moof" and not apart), len(roots))
        self._initialization(roots[:first], trees)
        by_key = {tree.key: tree for tree in trees}
        seen: Counter[tuple[int, int]] = Counter()
        for fragment in map(self._file, apart) if apart else self._split(roots):
            proof = fragment.proof
            tree = by_key.get(proof.key) if proof else None
            if proof is None or tree is None:
                raise _malformed("a fragment has no box that names its Merkle tree")
            if proof.location != seen[tree.key]:
                raise leaf_mismatch(f"fragment {seen[tree.key] + 1:,} of a track is missing or out of order")
            seen[tree.key] += 1
            walker = BoxWalker(fragment.source, self._target.limits) if apart else self._walker
            leaf = hash_boxes(fragment.source, self._cuts(walker, tuple(fragment.boxes), set()), tree.algorithm)
            check_leaf(tree, proof.location, leaf, proof.hashes)
            if not apart:
                self._climb(proof)
            elif not proof.is_plain:
                self.strays[_LOOSE] += proof.box.length
        if not seen:
            self.remarks.append(
                "the file is the initialization segment of a film, whose media are in further files: name them (--fragment)"
            )
            raise leaf_mismatch("there is only an initialization segment, without the fragments that were signed")
        judged, signed = seen.total(), sum(tree.count for tree in trees)
        if not apart and judged != signed:
            raise leaf_mismatch("fragments that were signed are missing")
        if judged < signed:
            self.remarks.append(f"{judged:,} of the {signed:,} signed fragments were looked at; how the film goes on was not judged")

    def _initialization(self, boxes: tuple[BmffBox, ...], trees: tuple[MerkleMap, ...]) -> None:
        digests: dict[str, Digest] = {}
        cuts = tuple(self._cuts(self._walker, boxes, set()))
        for tree in trees:
            if str(tree.algorithm) not in digests:
                digests[str(tree.algorithm)] = hash_boxes(self._target.source, cuts, tree.algorithm)
            if not digests[str(tree.algorithm)].matches(tree.init_hash):
                raise leaf_mismatch("the initialization segment is not the one that was signed")

    def _file(self, source: Source) -> _Fragment:
        """A fragment that is a file of its own."""
        boxes = list(BoxWalker(source, self._target.limits).roots())
        proofs = [proof for box in boxes if (proof := read_proof(source, box, self._target.limits))]
        if len(proofs) > 1:
            raise _malformed("a fragment has more than one box of a Merkle tree")
        return _Fragment(source, proofs[0] if proofs else None, boxes)

    def _split(self, roots: tuple[BmffBox, ...]) -> Iterator[_Fragment]:
        """The fragments of one file: each from its ``moof`` to the next one; the box of the tree stands in front of the ``moof``."""
        current: _Fragment | None = None
        proof: Proof | None = None
        for box in roots:
            if box.type == "moof":
                if current:
                    yield current
                current, proof = _Fragment(self._target.source, proof), None
            proof = read_proof(self._target.source, box, self._target.limits) or proof
            if current:
                current.boxes.append(box)
        if current:
            yield current
