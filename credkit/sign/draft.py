"""A manifest whose statements are settled and that only lacks the hash of the asset and the signature.

``assemble`` is called several times for one signing: with zeros, to learn the size; with the asset's hash, to sign. Its size
depends on the exclusions and on the room that the seal keeps for a time-stamp.

Clauses: "Creating a claim" (anchor ``_creating_a_claim``), "Data hash" (anchor ``_data_hash``), "Digital signatures" (anchor
``_digital_signatures``).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from credkit.assets import Span
from credkit.codec import cbor
from credkit.codec.jumbf import build_box
from credkit.manifest.assertions import DataHash, GeneratorInfo
from credkit.manifest.claim import build_claim
from credkit.manifest.store import BOX
from credkit.manifest.uri import signature_uri
from credkit.sign.compose import HASH_ALGORITHM, AssertionBox, manifest_box, store_box
from credkit.sign.named_actor import IdentityDraft
from credkit.sign.seal import Seal

__all__ = ["Draft"]

_BINDING_NAME = "jumbf manifest"


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
    settled_binding: AssertionBox | None = field(default=None, repr=False)
    """The hard binding, where it is known before and is no data hash (a checkpoint's segment hash)."""
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def assemble(self, seal: Seal, exclusions: tuple[Span, ...], digest: bytes | None) -> bytes:
        """The manifest store; signed when ``digest`` (of the asset without ``exclusions``) is given, else with zeros in its place.

        Both are of one size, unless the time-stamp outgrew its room; errors as ``Seal.sign``.
        """
        binding = self.settled_binding or self._binding(exclusions, digest or bytes(32))
        named = (draft.box(self.label, binding, self.assertions, real=digest is not None) for draft in self.identities)
        boxes = (*self.assertions, binding, *named)
        claim = build_claim(
            instance_id=self.instance_id,
            generator_info=self.generator,
            signature=signature_uri(self.label),
            created=tuple(box.reference_from(self.label) for box in boxes if not box.gathered),
            gathered=tuple(box.reference_from(self.label) for box in boxes if box.gathered),
            title=self.title,
            alg=HASH_ALGORITHM,
        )
        signature = seal.blank() if digest is None else seal.sign(claim)
        return store_box(self.imported, manifest_box(self.label, boxes, claim, signature))

    def _binding(self, exclusions: tuple[Span, ...], digest: bytes) -> AssertionBox:
        ranges = tuple((span.start, span.length) for span in exclusions)
        statement = DataHash(digest, exclusions=ranges, alg=HASH_ALGORITHM, name=_BINDING_NAME)
        content = build_box("cbor", cbor.encode(statement.payload()))
        return AssertionBox.build(BOX.CBOR, statement.label, content, salt=self.salt)
