"""A manifest whose statements are settled and that only lacks the hash of the asset and the signature.

``assemble`` is called several times for one signing: with zeros, to learn the size; with the asset's hash, to sign. Its size
depends on the hard binding and on the room that the seal keeps for a time-stamp.

Clauses: "Creating a claim" (anchor ``_creating_a_claim``), "Digital signatures" (anchor ``_digital_signatures``).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from credkit.binding import PartHash
from credkit.codec import cbor
from credkit.codec.jumbf import build_box
from credkit.manifest.assertions import GeneratorInfo
from credkit.manifest.assertions.assertion_types import Statement
from credkit.manifest.assertions.multi_asset_hash import AssetPart, MultiAssetHash
from credkit.manifest.claim import build_claim
from credkit.manifest.labels import instance_label
from credkit.manifest.store import BOX
from credkit.manifest.uri import signature_uri
from credkit.sign.compose import HASH_ALGORITHM, AssertionBox, manifest_box, store_box
from credkit.sign.named_actor import IdentityDraft
from credkit.sign.seal import Seal

__all__ = ["Draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Everything of a manifest but its hard binding and its signature."""

    label: str
    generator: GeneratorInfo
    instance_id: str
    title: str | None
    assertions: tuple[AssertionBox, ...]
    """The actions first."""
    imported: tuple[bytes, ...] = field(repr=False)
    """Manifests of ingredients, as read."""
    identities: tuple[IdentityDraft, ...] = ()
    """Identity assertions, each of which names the hard binding."""
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def assemble(self, seal: Seal, binding: Statement, parts: tuple[PartHash, ...] = (), *, signed: bool) -> bytes:
        """The manifest store around that hard binding, with hashes of the parts of the file beside it: signed, or with zeros in the place
        of every signature.

        Both are of one size, unless the time-stamp outgrew its room; errors as ``Seal.sign``.
        """
        bound = self._box(binding.label, binding)
        named = (draft.box(self.label, bound, self.assertions, real=signed) for draft in self.identities)
        boxes = (*self.assertions, *self._part_boxes(parts), bound, *named)
        claim = build_claim(
            instance_id=self.instance_id,
            generator_info=self.generator,
            signature=signature_uri(self.label),
            created=tuple(box.reference_from(self.label) for box in boxes if not box.gathered),
            gathered=tuple(box.reference_from(self.label) for box in boxes if box.gathered),
            title=self.title,
            alg=HASH_ALGORITHM,
        )
        signature = seal.sign(claim) if signed else seal.blank()
        return store_box(self.imported, manifest_box(self.label, boxes, claim, signature))

    def _box(self, label: str, statement: Statement) -> AssertionBox:
        return AssertionBox.build(BOX.CBOR, label, build_box("cbor", cbor.encode(statement.payload())), salt=self.salt)

    def _part_boxes(self, parts: tuple[PartHash, ...]) -> tuple[AssertionBox, ...]:
        """The hash of each part, all of one kind, and the multi-asset hash that says which is which."""
        boxes: list[AssertionBox] = []
        for part in parts:
            label = f"{part.statement.label}.part"
            boxes.append(self._box(instance_label(label, len(boxes)), part.statement))
        listed = tuple(
            AssetPart(start=part.span.start, length=part.span.length, hash_assertion=box.reference, optional=part.optional)
            for part, box in zip(parts, boxes, strict=True)
        )
        if not listed:
            return ()
        whole = MultiAssetHash(listed)
        return (*boxes, self._box(whole.label, whole))
