"""Identity assertions in the making: somebody else than the claim generator signs, with a certificate, which statements he stands behind.

What is signed names the hard binding, whose hash is known only after the asset was hashed. So the assertion is made together with it, each
time the manifest is put together; signatures have a fixed length, and therefore nothing has to be padded.
Source: CAWG Identity Assertion 1.3, "Creating an identity assertion" and "Generating the COSE signature".
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from credkit.codec import cbor
from credkit.codec.jumbf import build_box
from credkit.dataclass import dataclass, field
from credkit.errors import CredentialError, DefinitionError
from credkit.manifest.assertions.identity import ROLES, X509, KeyOrder, signer_payload
from credkit.manifest.assertions.nearest import suggestion
from credkit.manifest.labels import IDENTITY_LABEL, instance_label, is_own_name
from credkit.manifest.store import BOX, base_label
from credkit.sign.compose import AssertionBox
from credkit.sign.seal import Seal
from credkit.sign.signer import Signer
from credkit.trust.profile import DOCUMENT_SIGNING, EMAIL_PROTECTION

__all__ = ["IdentityDraft", "NamedActor", "identity_drafts"]

_BY_DEFAULT = ("c2pa.actions.v2", "cawg.metadata", "cawg.training-mining", "c2pa.ai-disclosure")
_ORDERS = ("deterministic", "declared")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedActor:
    """A person or organization that signs an identity assertion (CAWG, X.509 form).

    ``DefinitionError`` for a role that is none, ``CredentialError`` for a certificate that is not for signing documents.
    """

    signer: Signer
    roles: tuple[str, ...] = ()
    """``cawg.creator``, ``cawg.editor`` ... or names in a namespace of one's own."""
    referenced: tuple[str, ...] | None = None
    """Labels of the assertions that are vouched for besides the hard binding; None: actions, rights, training and disclosure of AI."""
    key_order: KeyOrder = "deterministic"
    """How what is signed is encoded. The specification demands ``deterministic``; c2pa-rs (0.91.3) finds only ``declared`` valid."""

    def __post_init__(self) -> None:
        for index, role in enumerate(self.roles):
            if role not in ROLES and not is_own_name(role):
                raise DefinitionError(f'"{role}" is no role of a named actor{suggestion(role, ROLES)}', path=f"/role/{index}")
        if self.key_order not in _ORDERS:
            raise DefinitionError(f'"{self.key_order}" is no order of keys: there are {" and ".join(_ORDERS)}')
        if not {DOCUMENT_SIGNING, EMAIL_PROTECTION} & set(self.signer.certificate.extended_key_usages):
            raise CredentialError(
                f'the certificate "{self.signer.certificate.subject}" is not for signing documents (extendedKeyUsage documentSigning), so '
                'nobody may be named by it: make one with "credkit identity new"'
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityDraft:
    """An identity assertion that lacks the hash of the hard binding and the signature."""

    label: str
    """With its instance."""
    actor: NamedActor
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)

    def box(self, manifest: str, binding: AssertionBox, assertions: tuple[AssertionBox, ...], *, real: bool) -> AssertionBox:
        """The assertion for the manifest of that label; with zeros for a signature unless it is ``real``, of the same size then.

        ``DefinitionError`` when the manifest lacks a statement that is to be vouched for.
        """
        references = tuple(box.reference_from(manifest) for box in (binding, *self._referenced(assertions)))
        payload = signer_payload(references, X509, self.actor.roles)
        seal = Seal(signer=self.actor.signer)
        signature = seal.sign(self._signed(payload)) if real else seal.blank()
        stored = cbor.encode_in_order({"signer_payload": payload, "signature": signature, "pad1": b""})
        return AssertionBox.build(BOX.CBOR, self.label, build_box("cbor", stored), salt=self.salt, gathered=True)

    def _signed(self, payload: dict[str, object]) -> bytes:
        return cbor.encode(payload) if self.actor.key_order == "deterministic" else cbor.encode_in_order(payload)

    def _referenced(self, assertions: tuple[AssertionBox, ...]) -> list[AssertionBox]:
        wanted = self.actor.referenced
        if wanted is None:
            return [box for box in assertions if base_label(box.label) in _BY_DEFAULT]
        by_label = {box.label: box for box in assertions}
        for label in wanted:
            if label not in by_label:
                raise DefinitionError(f'the manifest has no assertion "{label}" that could be vouched for{suggestion(label, by_label)}')
        return [by_label[label] for label in dict.fromkeys(wanted)]


def identity_drafts(actors: Iterable[NamedActor]) -> tuple[IdentityDraft, ...]:
    """One draft for each actor, labelled in order."""
    return tuple(IdentityDraft(label=instance_label(IDENTITY_LABEL, number), actor=actor) for number, actor in enumerate(actors))
