"""A manifest whose statements are settled and that only lacks the hash of the asset and the signature.

``assemble`` is called twice for one signing: with zeros, to learn the size; with the asset's hash, to sign. Its size
depends on the hard binding and on the room that the seal keeps for a time-stamp.

Clauses: "Creating a claim" (anchor ``_creating_a_claim``), "Digital signatures" (anchor ``_digital_signatures``).
"""

from __future__ import annotations

import secrets
from typing import Any

from credkit.binding import PartHash
from credkit.codec import cbor
from credkit.codec.jumbf import build_box
from credkit.dataclass import dataclass, field
from credkit.manifest.assertions import GeneratorInfo
from credkit.manifest.assertions.assertion_types import Statement
from credkit.manifest.assertions.multi_asset_hash import AssetPart, MultiAssetHash
from credkit.manifest.claim import claim_value
from credkit.manifest.labels import instance_label
from credkit.manifest.store import BOX
from credkit.manifest.uri import assertion_uri, signature_uri
from credkit.sign.compose import HASH_ALGORITHM, AssertionBox, manifest_box, store_box
from credkit.sign.named_actor import IdentityDraft
from credkit.sign.seal import Seal

__all__ = ["Draft"]

_LISTS = ("created_assertions", "gathered_assertions")


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
    _claims: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Claims as they were checked, by the labels of their assertions."""

    def bind(self, binding: Statement, parts: tuple[PartHash, ...] = ()) -> tuple[AssertionBox, ...]:
        """The assertions that tie the manifest to the file: hashes of its parts, then the hard binding."""
        return (*self._part_boxes(parts), self._box(binding.label, binding))

    def assemble(self, seal: Seal, bound: tuple[AssertionBox, ...], *, signed: bool) -> bytes:
        """The manifest store around what ``bind`` made: signed, or with zeros in the place of every signature.

        Its size depends on the number and sizes of the boxes in ``bound`` alone, unless the time-stamp outgrew its room; errors as
        ``Seal.sign``.
        """
        named = (draft.box(self.label, bound[-1], self.assertions, real=signed) for draft in self.identities)
        boxes = (*self.assertions, *bound, *named)
        claim = self._claim(boxes)
        signature = seal.sign(claim) if signed else seal.blank()
        return store_box(self.imported, manifest_box(self.label, boxes, claim, signature))

    def _claim(self, boxes: tuple[AssertionBox, ...]) -> bytes:
        """The claim over these assertions. Between two assemblies nothing but hashes differs, so that it is checked once."""
        labels = tuple(box.label for box in boxes)
        if labels not in self._claims:
            self._claims[labels] = claim_value(
                instance_id=self.instance_id,
                generator_info=self.generator,
                signature=signature_uri(self.label),
                created=tuple(box.reference_from(self.label) for box in boxes if not box.gathered),
                gathered=tuple(box.reference_from(self.label) for box in boxes if box.gathered),
                title=self.title,
                alg=HASH_ALGORITHM,
            )
        claim = self._claims[labels]
        hashes = {assertion_uri(self.label, box.label): box.hash for box in boxes}
        lists = {key: [item | {"hash": hashes[item["url"]]} for item in claim[key]] for key in _LISTS if key in claim}
        return cbor.encode(claim | lists)

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
