"""Which manifests and boxes of a store does a signature stand for, and which labels does signed text name?

From the active manifest downwards: a manifest that a vouched one recorded by its hash is covered as it is stored; any other that is
reached is covered as far as its own signature reaches. What a manifest says that nobody vouches for covers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from credkit.codec.jumbf import Superbox
from credkit.dataclass import dataclass
from credkit.errors import MalformedError
from credkit.manifest.claim import Claim
from credkit.manifest.uri import JumbfUri, manifest_uri
from credkit.status import Status, StatusCode
from credkit.verify.chain import Chain, Link
from credkit.verify.context import Context, Subject
from credkit.verify.report import ResultMap

__all__ = ["Vouched", "vouched"]

_ABSOLUTE = manifest_uri("")
"""How URIs begin that name their manifest, in nearly all files."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What stands on the signature of the active manifest."""

    signed: frozenset[str]
    """Labels of manifests that are covered as far as their own signature reaches."""
    hashed: frozenset[int]
    """Offsets in the store of boxes of which everything behind the header is covered by a hash."""
    named: frozenset[str]
    """Labels of manifests that signed text names."""
    holders: frozenset[str]
    """Labels of all manifests whose statements count."""


def vouched(ctx: Context, chain: Chain, found: Mapping[str, ResultMap], references: Mapping[str, tuple[Status, ...]]) -> Vouched:
    """``found`` holds the results of every manifest, ``references`` those of every ingredient assertion by its URI."""
    search = _Search(ctx, chain.order[-1])
    # What was made of an ingredient comes before it here, so that everything that may vouch for it is known by then.
    for label in reversed(chain.order):
        if label in search.holders and search.enter(label, found.get(label, ResultMap())):
            for link in chain.links.get(label, ()):
                search.follow(label, link, references.get(link.assertion.uri, ()))
    boxes = [*search.hashed, *(box for holder, url, box in ctx.matched if holder in search.holders and search.is_stated(holder, url))]
    return Vouched(
        signed=frozenset(search.signed),
        hashed=frozenset(box.offset for box in boxes if box.data is ctx.store.data),
        named=frozenset(search.named),
        holders=frozenset(search.holders),
    )


class _Search:
    def __init__(self, ctx: Context, active: str) -> None:
        self.ctx = ctx
        self.active = active
        self.holders = {active}
        self.signed = set[str]()
        self.named = set[str]()
        self.whole = set[str]()
        self.hashed: list[Superbox] = []

    def enter(self, label: str, results: ResultMap) -> bool:
        """Whether the statements of a manifest count that somebody vouched for: by its own signature, where no hash covers it whole."""
        if label in self.whole:
            return True
        if not _has(results.success, StatusCode.CLAIM_SIGNATURE_VALIDATED):
            self.holders.discard(label)
            return False
        self.signed.add(label)
        if _names_itself(self._subject(label).claim_or_none):
            self.named.add(label)
        return True

    def follow(self, holder: str, link: Link, statuses: tuple[Status, ...]) -> None:
        """Take in the manifest of an ingredient, when what was recorded of it is right."""
        recorded = _recorded(self.ctx, self._subject(holder), link, statuses) if link.manifest else None
        if link.manifest is None or recorded is None:
            return
        self.hashed += recorded
        self.holders.add(link.manifest.label)
        self.named.add(link.manifest.label)
        if any(box is link.manifest.box or box is link.manifest.stored for box in recorded):
            self.whole.add(link.manifest.label)

    def is_stated(self, holder: str, url: str) -> bool:
        """Whether the assertion (or claim) called ``url`` is as it was signed, so that the reference in it counts."""
        subject = self._subject(holder)
        assertion = self.ctx.store.assertion_at(url, within=holder)
        return subject.is_intact(assertion) if assertion is not None else url == subject.claim_uri

    def _subject(self, label: str) -> Subject:
        manifest = self.ctx.store.manifests[-1] if label == self.active else self.ctx.store.find(label)
        assert manifest is not None
        return self.ctx.subject(manifest)


def _has(statuses: tuple[Status, ...], *codes: StatusCode) -> bool:
    return any(found.code in codes for found in statuses)


def _names_itself(claim: Claim | None) -> bool:
    """Whether the signed bytes hold the label of their own manifest: an absolute URI that leads to itself, as the checks found."""
    if claim is None:
        return False
    if claim.signature.startswith(_ABSOLUTE):
        return True
    parsed = (JumbfUri.parse(uri) for uri in (claim.signature, *(reference.url for reference in claim.all_assertions)))
    return any(uri is not None and uri.manifest is not None for uri in parsed)


def _recorded(ctx: Context, subject: Subject, link: Link, statuses: tuple[Status, ...]) -> list[Superbox] | None:
    """The box of the ingredient's manifest whose recorded hash was right; none where that was a hash of its unpacked form, or of its claim
    alone, whose own signature then covers what it covers. None when no hash was right.
    """
    assert link.manifest is not None
    if _has(statuses, StatusCode.INGREDIENT_MANIFEST_VALIDATED):
        stored = link.manifest.stored or link.manifest.box
        return [stored] if _is_hash_of(ctx, subject, link, stored) else []
    if _has(statuses, StatusCode.INGREDIENT_CLAIM_SIGNATURE_VALIDATED) and link.manifest.signature_box:
        return [link.manifest.signature_box]
    return None


def _is_hash_of(ctx: Context, subject: Subject, link: Link, box: Superbox) -> bool:
    reference = link.view.manifest
    if reference is None:
        return False
    try:
        return ctx.box_digest(box, subject.algorithm(reference.alg)).matches(reference.hash)
    except MalformedError:
        return False
