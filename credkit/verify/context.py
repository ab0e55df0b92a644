"""What the checks share: the store, the policy, the clock, and values that several of them need, computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from credkit.codec.cose import Sign1, parse_sign1
from credkit.codec.digest import Digest, digest
from credkit.codec.jumbf import Superbox
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.manifest.claim import Claim
from credkit.manifest.store import Assertion, Manifest, ManifestStore
from credkit.manifest.uri import JumbfUri, absolute, signature_uri
from credkit.status import Status, StatusCode, status
from credkit.trust.certificate import Certificate
from credkit.verify.listing import Entry, Listing, present
from credkit.verify.report import IdentityReport, SignatureReport, TimeStampReport, TrustListUse

if TYPE_CHECKING:
    from credkit.assets import AssetFormat, Layout, Source
    from credkit.binding.target import BindingOutcome, Members
    from credkit.manifest.assertions.ingredient import IngredientView
    from credkit.trust.algorithms import SignatureAlgorithm
    from credkit.trust.fetch import Fetcher
    from credkit.trust.path import PathResult
    from credkit.trust.policy import TrustPolicy
    from credkit.trust.revocation import Answer

__all__ = ["Asset", "Check", "Content", "Context", "Profile", "Signature", "Subject"]


_PROOFS_OF_ONE = 3
"""Proofs of one kind that are read for a signature in any case."""


class Profile(StrEnum):
    """Edition of the specification whose rules apply where editions differ."""

    V2_2 = "2.2"
    V2_4 = "2.4"
    V2_5 = "2.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """The file that the store is judged against."""

    source: Source
    layout: Layout
    format: AssetFormat
    embedded: bool
    """Whether the store came out of this file (and not from beside it)."""
    fragments: tuple[Source, ...] = ()
    """Further files of a film that is kept in fragments, in order of play; ``source`` is then its initialization segment."""
    members: Members | None = None
    """The files that the store speaks of, when it is the file itself and they were given; nothing else is its asset then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What the content was compared with, and what came out."""

    holder: str
    """Label of the manifest that holds the hard binding."""
    assertion: Assertion
    outcome: BindingOutcome


@dataclass(slots=True, kw_only=True)
class Context:
    """One verification. Everything that could make two runs differ is in here."""

    store: ManifestStore
    policy: TrustPolicy
    at: datetime
    profile: Profile
    limits: Limits
    asset: Asset | None
    fetcher: Fetcher | None = None
    """The network, when the caller allows it."""
    redactions: frozenset[str] = frozenset()
    """Absolute URIs of all redacted assertions, from every claim in the chain."""
    redacted_labels: frozenset[str] = frozenset()
    """Labels of the manifests that they are redacted from."""
    time_stamps: dict[str, list[bytes]] = field(default_factory=dict)
    """Tokens in time-stamp assertions of the chain, by the label of the manifest that they are about."""
    certificate_statuses: list[tuple[str, bytes]] = field(default_factory=list)
    """OCSP responses in certificate status assertions of the chain, each with the label of the manifest that holds it."""
    ocsp_replies: dict[tuple[bytes, bytes], tuple[Answer, ...] | str] = field(default_factory=dict)
    """What issuers answered that were asked over the network, by certificate and issuer (DER); in words why there is no answer."""
    trust_lists: list[TrustListUse] = field(default_factory=list)
    """Lists with an address in which an anchor was found."""
    remarks: list[str] = field(default_factory=list)
    """What the checks noticed that no status tells, in words."""
    content: Content | None = None
    """Set by the content check, when the hard binding could be held against the asset."""
    matched: list[tuple[str, str, Superbox]] = field(default_factory=list)
    """Boxes whose hash in a reference was right, each behind the label of the manifest and the URI of the assertion, or claim, that holds
    the reference.
    """
    _subjects: dict[str, Subject] = field(default_factory=dict)
    _box_digests: dict[tuple[int, int, str, bool], Digest] = field(default_factory=dict)
    _claim_digests: dict[tuple[str, str], Digest] = field(default_factory=dict)

    def share(self, most: int) -> int:
        """How many proofs of one kind, ``most`` at most, are read for each signature: fewer where the store has very many manifests.

        The same for all of them, so that no ingredient can use up what belongs to another.
        """
        return min(most, max(_PROOFS_OF_ONE, self.limits.proofs // len(self.store.manifests)))

    def subject(self, manifest: Manifest) -> Subject:
        """The manifest with its decoded parts, one object a label."""
        if manifest.label not in self._subjects:
            self._subjects[manifest.label] = Subject(self, manifest)
        return self._subjects[manifest.label]

    def release(self) -> None:
        """Part with the manifests, when all is judged. They and the errors that they keep hold whoever asked, and so the file and its
        store, until Python looks for such circles.
        """
        for subject in self._subjects.values():
            vars(subject).clear()
        self._subjects.clear()

    def box_digest(self, box: Superbox, algorithm: object, *, framed: bool = False) -> Digest:
        """The hash of a box without its header, or (``framed``) with it, each computed once; ``MalformedError`` for an algorithm that is
        not allowed.
        """
        key = (id(box.data), box.offset, str(algorithm), framed)
        if key not in self._box_digests:
            self._box_digests[key] = digest(algorithm, box.raw if framed else box.hashed)
        return self._box_digests[key]

    def claim_digest(self, label: str, claim: bytes, algorithm: object) -> Digest:
        """The hash of the claim of the manifest called ``label``, computed once; ``MalformedError`` as for ``box_digest``."""
        key = (label, str(algorithm))
        if key not in self._claim_digests:
            self._claim_digests[key] = digest(algorithm, claim)
        return self._claim_digests[key]


class Subject:
    """A manifest under examination: its claim, signature and assertion values, decoded on first use.

    A part that cannot be decoded raises the same ``MalformedError`` each time it is asked for; the check whose question it is
    reports it, the others leave it out (``claim_or_none``).
    """

    def __init__(self, context: Context, manifest: Manifest) -> None:
        self._context = context
        self.manifest = manifest
        self.label = manifest.label
        """The manifest's label."""
        self.signature_uri = signature_uri(manifest.label)
        """Absolute URI of the claim signature box."""
        self._claim = self._read_claim()
        self.claim_or_none = None if isinstance(self._claim, MalformedError) else self._claim
        """The decoded claim, or None when it is missing or broken."""
        self._values: dict[str, Any] = {}
        self._ingredients: dict[str, IngredientView] = {}
        self.signature: Signature | None = None
        """Set by the check of the certificate, when that can be read."""
        self.path: PathResult | None = None
        """Where the signer's certificate leads; set by its check."""
        self.time_stamp: TimeStampReport | None = None
        """The accepted time-stamp; set by its check, which comes before that of the certificate."""
        self.stamped_in: str | None = None
        """The header of the signature whose time-stamp was accepted."""
        self.responses: set[tuple[bytes, bytes]] = set()
        """OCSP responses that were accepted for its certificates, each with the certificate of the issuer that stands behind it (DER)."""
        self.accepted = False
        """Whether the claim passed every check; set before data outside of the manifest are asked for."""
        self.identities: list[IdentityReport] = []
        """Filled by the check of identity assertions."""

    @property
    def signer(self) -> SignatureReport | None:
        """Who signed, as far as the checks found out; None without a certificate that can be read."""
        found = self.signature
        if found is None:
            return None
        leaf = found.leaf
        return SignatureReport(
            algorithm=found.algorithm.name if found.algorithm else None,
            subject=leaf.subject,
            common_name=leaf.common_name,
            organization=leaf.organization,
            issuer=leaf.issuer,
            issuer_common_name=leaf.issuer_common_name,
            serial_number=leaf.serial_number,
            not_before=leaf.not_before,
            not_after=leaf.not_after,
            chain=found.chain,
            verified=found.verified,
            trusted=found.trusted,
            time_stamp=self.time_stamp,
            revocation=found.revocation,
        )

    @property
    def attested_time(self) -> datetime | None:
        """Time of the accepted time-stamp."""
        return self.time_stamp.time if self.time_stamp else None

    @property
    def claim_uri(self) -> str:
        """Absolute URI of the claim box."""
        box = self.manifest.claim_box
        return absolute(f"self#jumbf={box.label if box else 'c2pa.claim.v2'}", self.label)

    def _read_claim(self) -> Claim | MalformedError:
        box, data = self.manifest.claim_box, self.manifest.claim_bytes
        try:
            if box is None:
                raise MalformedError("manifest has no single claim", code="claim.missing", where=self.label)
            if data is None:
                raise MalformedError('claim has no single "cbor" box', code="claim.cbor.invalid", where=self.label)
            return Claim.read(data, box.label, limits=self._context.limits)
        except MalformedError as error:
            return error

    @property
    def claim(self) -> Claim:
        """The decoded claim; ``MalformedError`` when there is none."""
        if isinstance(self._claim, MalformedError):
            raise self._claim
        return self._claim

    @cached_property
    def _sign1(self) -> Sign1 | MalformedError:
        box = self.manifest.signature_box
        data = box.content("cbor") if box else None
        try:
            if data is None:
                raise MalformedError("signature box has no content", code="claimSignature.mismatch", where=self.signature_uri)
            return parse_sign1(data, where=self.signature_uri, limits=self._context.limits)
        except MalformedError as error:
            return error.with_traceback(None)

    @property
    def sign1(self) -> Sign1:
        """The decoded COSE signature; ``MalformedError`` when it cannot be decoded."""
        if isinstance(self._sign1, MalformedError):
            raise self._sign1
        return self._sign1

    def value(self, assertion: Assertion) -> Any:
        """The decoded content of one of the manifest's assertions; ``MalformedError`` when it cannot be decoded."""
        value = self.value_or_fault(assertion)
        if isinstance(value, MalformedError):
            raise value
        return value

    def value_or_fault(self, assertion: Assertion) -> Any:
        """The decoded content, or why it cannot be decoded."""
        if assertion.label not in self._values:
            try:
                self._values[assertion.label] = assertion.value(self._context.limits)
            except MalformedError as error:
                # Where it was raised holds what was decoded until then.
                self._values[assertion.label] = error.with_traceback(None)
        return self._values[assertion.label]

    def ingredient(self, assertion: Assertion) -> IngredientView:
        """One of the manifest's ingredient assertions as it states itself; ``MalformedError`` when it cannot be read."""
        from credkit.manifest.assertions.ingredient import read_ingredient

        found = self._ingredients.get(assertion.label)
        if found is None:
            found = self._ingredients[assertion.label] = read_ingredient(self.value(assertion), assertion.label)
        return found

    def value_or_none(self, assertion: Assertion) -> Any:
        """The decoded content, or None when it cannot be decoded."""
        value = self.value_or_fault(assertion)
        return None if isinstance(value, MalformedError) else value

    @cached_property
    def listing(self) -> Listing:
        """What the claim lists."""
        return Listing(self._context.store, self.label, self.claim_or_none)

    def listed(self, entries: tuple[Entry, ...] | None = None) -> tuple[Assertion, ...]:
        """Assertions that the claim lists (or the given entries of its listing) and that are there, in claim order."""
        return self.listing.present if entries is None else present(entries, self.label)

    def is_intact(self, assertion: Assertion) -> bool:
        """Whether an assertion that the claim lists has the hash that was signed."""
        entry = self.listing.by_uri.get(assertion.uri)
        if entry is None:
            return False
        reference = entry.reference
        try:
            return self._context.box_digest(assertion.box, self.algorithm(reference.alg)).matches(reference.hash)
        except MalformedError:
            return False

    @property
    def declared(self) -> Set[str]:
        """Absolute URIs of everything that the claim lists."""
        return self.listing.by_uri.keys()

    @cached_property
    def created(self) -> frozenset[str]:
        """Absolute URIs of the created assertions."""
        return frozenset(entry.uri for entry in self.listing.created)

    @cached_property
    def gathered(self) -> frozenset[str]:
        """Absolute URIs of the gathered assertions."""
        return frozenset(entry.uri for entry in self.listing.gathered)

    def algorithm(self, *own: object) -> object:
        """The hash algorithm: the nearest given one, else the claim's. An empty text gives none: telephones write it."""
        for given in own:
            if given not in (None, ""):
                return given
        return self.claim_or_none.alg if self.claim_or_none else None

    def redacts(self) -> Iterator[str]:
        """Absolute URIs that the claim redacts in other manifests; its own assertions it cannot redact, whatever it says."""
        for uri in self.claim_or_none.redacted if self.claim_or_none else ():
            parsed = JumbfUri.parse(uri)
            if parsed is not None and parsed.within(self.label).manifest != self.label:
                yield absolute(uri, self.label)

    def fault(self, code: StatusCode, url: str | None = None, explanation: str | None = None) -> Status:
        """A status about this manifest; the claim box is the default place."""
        return status(code, url or self.claim_uri, explanation)


@dataclass(slots=True, kw_only=True)
class Signature:
    """What the checks find out about the signature of one manifest."""

    leaf: Certificate
    """The signer's certificate."""
    chain: tuple[bytes, ...]
    """DER, leaf first, as stored."""
    algorithm: SignatureAlgorithm | None
    verified: bool = False
    trusted: bool = False
    revocation: Literal["notRevoked", "revoked", "unknown", "inaccessible", "skipped"] | None = None


Check = Callable[[Context, Subject], Iterator[Status]]
