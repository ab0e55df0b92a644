"""The outcome of a verification as data: nothing here decides, formats or prints.

Clause: "Validation results" (anchor ``_validation_structures``) for ``ResultMap`` and ``IngredientDelta``; "Validation states" (anchor
``_validation_states``) for well-formed, valid and trusted, which are kept apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from credkit.dataclass import dataclass, field
from credkit.manifest.store import Manifest, ManifestStore
from credkit.status import Kind, Status

if TYPE_CHECKING:
    from credkit.trust.identity.credential import VerifiedIdentity

__all__ = [
    "IdentityReport",
    "IdentityStanding",
    "IngredientDelta",
    "IngredientReport",
    "ManifestReport",
    "Region",
    "RegionKind",
    "Report",
    "ResultMap",
    "SignatureReport",
    "State",
    "TimeStampReport",
    "TrustListUse",
]

State = Literal["Trusted", "Valid", "Invalid", "none", "error"]
IdentityStanding = Literal["trusted", "well-formed", "unchecked", "failed"]
"""Of an identity assertion: verified and vouched for by the user's lists; verified, but nobody vouches for the name; not checked, because
the network was not allowed or the kind is unknown; found faulty.
"""


RegionKind = Literal["hashed", "signed", "structural", "unbound"]
"""What vouches for bytes: a hash that was found right and that a signature covers; a signature itself; the parser, which takes no other
value in their place; nothing.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A run of bytes of the file, or of its manifest store, and what vouches for them."""

    place: Literal["file", "store"]
    """Where offsets count: in the file, or, for a store that lies elsewhere or is not stored byte for byte, in the store."""
    offset: int
    size: int
    kind: RegionKind
    what: str
    """What they are, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultMap:
    """Statuses in the three lists of the standard."""

    success: tuple[Status, ...] = ()
    informational: tuple[Status, ...] = ()
    failure: tuple[Status, ...] = ()

    def __iter__(self) -> Iterator[Status]:
        yield from self.success
        yield from self.informational
        yield from self.failure

    def __bool__(self) -> bool:
        return bool(self.success or self.informational or self.failure)

    @classmethod
    def of(cls, statuses: Iterator[Status] | tuple[Status, ...] | list[Status]) -> ResultMap:
        """Sort statuses into their lists, order kept, repetitions dropped."""
        lists: dict[Kind, list[Status]] = {Kind.SUCCESS: [], Kind.INFORMATIONAL: [], Kind.FAILURE: []}
        for found in dict.fromkeys(statuses):
            lists[found.kind].append(found)
        success, informational, failure = lists.values()
        return cls(success=tuple(success), informational=tuple(informational), failure=tuple(failure))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustListUse:
    """A trust list that vouched for somebody (``trustListUris``)."""

    uri: str
    type: Literal["c2pa.trustList", "c2pa.tsaTrustList"]
    identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeStampReport:
    """An accepted time-stamp over a claim signature."""

    time: datetime
    """UTC."""
    authority: str | None
    """Common name in the certificate of the time-stamp authority."""
    chain: tuple[bytes, ...] = field(repr=False)
    """DER, the authority's certificate first, to the anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureReport:
    """Who signed one manifest, as far as could be read; nothing in it is proven unless ``verified`` and ``trusted`` say so."""

    algorithm: str | None
    """COSE name (``EdDSA``, ``ES256`` ...); None when unreadable."""
    subject: str | None
    """Distinguished name of the signing certificate, RFC 4514."""
    common_name: str | None
    organization: str | None
    issuer: str | None
    issuer_common_name: str | None
    serial_number: str | None
    """Decimal."""
    not_before: datetime | None
    not_after: datetime | None
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """DER, leaf first, as stored."""
    verified: bool = False
    """The signature verifies with the key of the certificate."""
    trusted: bool = False
    """The certificate leads to an anchor of the trust policy."""
    time_stamp: TimeStampReport | None = None
    """The time-stamp, when one was accepted."""
    revocation: Literal["notRevoked", "revoked", "unknown", "inaccessible", "skipped"] | None = None
    """What is known about revocation of the certificate when it was signed with; None when the certificate names no way to ask."""

    @property
    def time(self) -> datetime | None:
        """The attested time of signing; None without an accepted time-stamp."""
        return self.time_stamp.time if self.time_stamp else None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityReport:
    """One identity assertion (CAWG): who else stands behind which statements. Names are unproven unless ``standing`` is ``trusted``."""

    uri: str
    """Absolute JUMBF URI of the assertion."""
    label: str
    """``cawg.identity`` or with ``__N``."""
    sig_type: str | None
    """``cawg.x509.cose``, ``cawg.identity_claims_aggregation``, or as stored; None when unreadable."""
    roles: tuple[str, ...]
    """As stored: ``cawg.creator`` ..."""
    references: tuple[str, ...]
    """Absolute URIs of the assertions that it is about."""
    standing: IdentityStanding
    name: str | None
    """Common name in the certificate, or the first name that the credential attests; as stored."""
    organization: str | None
    issuer: str | None
    """Common name of the certificate's issuer, or the DID of the credential's."""
    identities: tuple[VerifiedIdentity, ...] = ()
    """What the credential of an aggregator attests."""
    time: datetime | None = None
    """The attested time of its signature; None without an accepted time-stamp."""
    chain: tuple[bytes, ...] = field(default=(), repr=False)
    """Certificates, DER, leaf first, as stored; empty for a credential."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientReport:
    """One ingredient assertion of one manifest."""

    uri: str
    """Absolute JUMBF URI of the ingredient assertion."""
    label: str
    """Assertion label, ``c2pa.ingredient.v3`` or with ``__N``."""
    relationship: str
    """``parentOf``, ``componentOf`` or ``inputTo``; empty when unreadable."""
    title: str | None
    format: str | None
    manifest: str | None
    """Label of the ingredient's manifest in this store; None when it brought none (or it cannot be found)."""
    intact: bool | None
    """Whether that manifest is what the ingredient recorded; None when there is none."""
    recorded: ResultMap | None
    """The validation results that the signer recorded for it."""
    unreproduced: ResultMap = field(default_factory=ResultMap)
    """What the signer recorded for it and its ingredients, and this verification did not find again; no state depends on it."""
    description: str | None = None
    data_types: tuple[str, ...] = ()
    thumbnail: str | None = None
    """Absolute URI of its thumbnail assertion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientDelta:
    """What was found below an ingredient and had not been recorded by the signer of the enclosing manifest."""

    ingredient_assertion_uri: str
    validation_deltas: ResultMap


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestReport:
    """The verdict on one manifest of the store."""

    manifest: Manifest
    results: ResultMap
    """Statuses of this manifest alone; for the active one with those of the content."""
    signature: SignatureReport | None
    ingredients: tuple[IngredientReport, ...]
    generation: int
    """1 for the oldest in the line of parents; a component or input counts its own line."""
    well_formed: bool
    valid: bool
    trusted: bool
    reached: bool = True
    """False for a manifest that nothing refers to; it is listed but not judged."""

    altered: bool = False
    """Bytes of this manifest were changed after signing: its signature, an assertion hash, or the hash by which a later manifest
    refers to it fails."""
    identities: tuple[IdentityReport, ...] = ()
    """Its identity assertions; empty when it is not well-formed, since they are then not looked at."""

    @property
    def label(self) -> str:
        """The manifest's label (URN)."""
        return self.manifest.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The verdict on one asset. Only ``credkit.verify`` makes these."""

    state: State
    """``none``: no credentials located; ``error``: the store cannot be read (then ``problem`` says why)."""
    name: str
    """File name or label of the asset for people; never used for decisions."""
    media_type: str | None
    size: int | None
    """Bytes of the asset; None when a store was read without its asset."""
    store: ManifestStore | None
    location: Literal["embedded", "sidecar", "remote"] | None
    manifests: tuple[ManifestReport, ...]
    """Oldest first, the active manifest last."""
    ingredient_deltas: tuple[IngredientDelta, ...]
    failure: Status | None
    """The status that explains ``none`` or ``error``, where the standard has one."""
    problem: str | None
    """One sentence for people when there is nothing to judge."""
    content_intact: bool | None
    """Whether the bound bytes are as they were when the active manifest was signed; None when it could not be checked."""
    unprotected: tuple[str, ...]
    """What the hard binding leaves out besides the store, in words (``APP1 Exif, 1,204 bytes``)."""
    remarks: tuple[str, ...]
    profile: str
    """Specification edition whose rules were applied: ``2.2``, ``2.4`` or ``2.5``."""
    validated_at: datetime
    """The clock of the verdict, UTC."""
    trust_configured: bool
    """Whether any anchor was given; without one nothing can be ``Trusted``."""
    trust_lists: tuple[TrustListUse, ...] = ()
    """Lists with an address that vouched for a signer or a time-stamp authority of the chain."""
    online: bool = False
    """Whether the network could be asked."""
    regions: tuple[Region, ...] = ()
    """Every byte of the file and of its store, once each, in order; empty when there is no store to judge."""

    @property
    def unbound(self) -> tuple[Region, ...]:
        """The regions that nothing vouches for."""
        return tuple(region for region in self.regions if region.kind == "unbound")

    @property
    def active(self) -> ManifestReport | None:
        """The report on the active manifest."""
        return self.manifests[-1] if self.manifests else None

    @property
    def active_manifest(self) -> str | None:
        """Label of the active manifest."""
        return self.active.label if self.active else None

    def find(self, label: str | None) -> ManifestReport | None:
        """The report on the manifest with that label."""
        return next((m for m in self.manifests if m.label == label), None)
