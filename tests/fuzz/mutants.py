"""One mutant for each number: which seed, which kind of mutation, which bytes; all drawn from the seed of the run and that number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from credkit.codec import cbor
from credkit.errors import CredkitError, MalformedError
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.files import embed
from tests.fuzz import raw
from tests.fuzz.again import change_assertion, change_claim, change_signature, signed_again
from tests.fuzz.der import is_der, mutated_der
from tests.fuzz.framing import lying, resized
from tests.fuzz.items import encode, exchanged, mutated_value, places
from tests.fuzz.seeds import Seed, seed_named, seeds
from tests.fuzz.trees import leaves, mutated_boxes, mutated_contents

__all__ = ["KINDS", "Mutant", "Mutation", "mutant", "mutate"]

Made = tuple[bytes, bytes | None] | tuple[bytes, bytes | None, Seed]
"""The file, the store beside it, and the sound file that a part was taken from."""
Mutation = Callable[[Random, Seed], "Made | None"]


@dataclass(frozen=True)
class Mutant:
    """A changed file, and perhaps the changed store beside it."""

    number: int
    kind: str
    """Which mutation, a key of ``KINDS``."""
    seed: Seed
    data: bytes
    sidecar: bytes | None
    keyless: bool
    """Made without a key that the policy trusts."""
    donor: Seed | None = None
    """The sound file that a part was taken from."""

    @property
    def size(self) -> int:
        return len(self.data) + len(self.sidecar or b"")

    @property
    def is_sound(self) -> bool:
        """Whether nothing was changed in the end, or the mutant is another sound file; a store beside one that has its own is not asked."""
        if (self.data, self.sidecar) == self.seed.made:
            return True
        donor = self.donor
        return donor is not None and self.data == donor.data and (self.sidecar == donor.sidecar or bool(donor.store and not donor.sidecar))


def _of_bytes(change: Callable[[Random, bytes], bytes | None]) -> Mutation:
    """A mutation of the file, or half of the time of its store where that lies in one piece or beside it."""

    def mutation(pick: Random, seed: Seed) -> Made | None:
        if seed.sidecar is not None and pick.random() < 0.5:
            changed = change(pick, seed.sidecar)
            return None if changed is None else (seed.data, changed)
        at = seed.data.find(seed.store) if seed.store else -1
        if at >= 0 and seed.store and pick.random() < 0.5:
            changed = change(pick, seed.store)
            if changed is None:
                return None
            if len(changed) == len(seed.store) or pick.random() < 0.2:
                return seed.data[:at] + changed + seed.data[at + len(seed.store) :], None
            return _rewritten(seed, changed)
        changed = change(pick, seed.data) if seed.data else None
        return None if changed is None else (changed, seed.sidecar)

    return mutation


def _rewritten(seed: Seed, store: bytes) -> Made | None:
    """The seed with another store, in the frame that its format gives it."""
    if seed.sidecar is not None:
        return seed.data, store
    try:
        return embed(seed.data, store)[0], None
    except (CredkitError, AssertionError):
        old = seed.store or b""
        at = seed.data.find(old)
        return None if at < 0 or not old else (seed.data[:at] + store[: len(old)].ljust(len(old), b"\0") + seed.data[at + len(old) :], None)


def _of_tree(change: Callable[[Random, Node], None]) -> Mutation:
    """A mutation of the boxes of the store; nothing is hashed or signed again."""

    def mutation(pick: Random, seed: Seed) -> Made | None:
        if seed.store is None:
            return None
        try:
            tree = read_tree(seed.store)
            change(pick, tree)
            return _rewritten(seed, tree.encode())
        except (MalformedError, OverflowError, RecursionError):
            return None

    return mutation


def _signatures(tree: Node) -> list[Leaf]:
    return [node.leaf() for manifest in tree.nodes for node in manifest.nodes if node.label == "c2pa.signature" and node.children]


def _cose(pick: Random, tree: Node) -> None:
    """A part of a signature: headers, payload, the signature itself."""
    found = _signatures(tree)
    if found:
        leaf = pick.choice(found)
        leaf.payload = encode(mutated_value(pick, cbor.decode(leaf.payload, where="signature")))


def _der(pick: Random, tree: Node) -> None:
    """A certificate, time-stamp token or OCSP response, wherever the store has one."""
    found = [leaf for leaf in leaves(tree) if leaf.type == "cbor" and b"\x30\x82" in leaf.payload]
    if not found:
        return
    leaf = pick.choice(found)
    value = cbor.decode(leaf.payload, where="seed")
    path, old = pick.choice([place for place in places(value) if isinstance(place[1], bytes)])
    if is_der(old):
        new = mutated_der(pick, old)
    else:
        inner = cbor.decode(old, where="header")
        below = [place for place in places(inner) if is_der(place[1])]
        if not below:
            return
        where, certificate = pick.choice(below)
        new = encode(exchanged(inner, where, mutated_der(pick, certificate)))
    leaf.payload = encode(exchanged(value, path, new))


def _other_store(pick: Random, seed: Seed) -> Made | None:
    """The store of one file in another one, or beside it."""
    other = pick.choice(seeds())
    if other.store is None:
        return None
    made = (seed.data, other.store) if pick.random() < 0.2 else _rewritten(seed, other.store)
    return made and (*made[:2], other)


def _splice(pick: Random, seed: Seed) -> Made | None:
    """Pieces of two files."""
    other = pick.choice(seeds())
    return raw.spliced(pick, seed.data, other.data), seed.sidecar, other


KINDS: dict[str, tuple[int, bool, Mutation]] = {
    "bit": (6, True, _of_bytes(raw.flipped)),
    "bytes": (6, True, _of_bytes(raw.random_bytes)),
    "number": (6, True, _of_bytes(raw.numbered)),
    "cut": (4, True, _of_bytes(raw.cut)),
    "repeated": (4, True, _of_bytes(raw.repeated)),
    "tokens": (5, True, _of_bytes(raw.tokens)),
    "splice": (4, True, _splice),
    "other store": (3, True, _other_store),
    "lying length": (6, True, _of_bytes(lying)),
    "mended length": (8, True, _of_bytes(resized)),
    "boxes": (10, True, _of_tree(mutated_boxes)),
    "contents": (6, True, _of_tree(mutated_contents)),
    "COSE": (5, True, _of_tree(_cose)),
    "DER": (5, True, _of_tree(_der)),
    "assertion signed": (14, False, lambda pick, seed: signed_again(pick, seed, change_assertion)),
    "claim signed": (6, False, lambda pick, seed: signed_again(pick, seed, change_claim)),
    "signature signed": (4, False, lambda pick, seed: signed_again(pick, seed, change_signature)),
}
"""By name: how often among all, whether it needs no key, and the mutation."""
_NAMES = tuple(KINDS)
_WEIGHTS = tuple(weight for weight, _, _ in KINDS.values())


def mutate(kind: str, seed: Seed, pick: Random) -> Made | None:
    """The file, the store beside it, and for some kinds a donor, after one mutation; None where the seed has nothing for it."""
    try:
        return KINDS[kind][2](pick, seed)
    except (MalformedError, RecursionError):
        return None


def mutant(run: int, number: int, *, kind: str | None = None, seed: str | None = None) -> Mutant:
    """Mutant ``number`` of the run with the seed ``run``; of one kind, or of one file, where that is asked for.

    Where the file has nothing to be mutated like that, its bytes are changed at random.
    """
    pick = Random(f"{run}:{number}")
    chosen = pick.choices(_NAMES, _WEIGHTS)[0]
    kind = kind or chosen
    found = pick.choice(seeds())
    found = seed_named(seed) if seed else found
    made = mutate(kind, found, pick)
    if made is None:
        kind, made = "bytes", mutate("bytes", found, pick) or found.made
    donor = made[2] if len(made) > 2 else None
    return Mutant(number=number, kind=kind, seed=found, data=made[0], sidecar=made[1], keyless=KINDS[kind][1], donor=donor)
