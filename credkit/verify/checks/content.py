"""Is the content the one that was signed?

Clause: "Validate the asset's content" (anchor ``_validate_the_assets_content``). The binding that counts is the active
manifest's own, or, below update manifests, that of the first standard manifest among the parents. When it does not match, a multi-asset
hash of the same manifest decides instead (anchor ``validating_a_multi_asset_hash``).
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING

from credkit.binding import BINDINGS, BindingOutcome, BindingTarget
from credkit.errors import MalformedError, counted
from credkit.manifest.store import Assertion, ManifestKind
from credkit.manifest.uri import absolute
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.assertions import HARD_BINDINGS
from credkit.verify.checks.ingredients import ingredient_manifest, ingredients_of
from credkit.verify.context import Asset, Content, Context, Subject

if TYPE_CHECKING:
    from credkit.binding.multi_asset import PartAssertion

__all__ = ["check_content", "governing_binding"]

_MULTI_ASSET = "c2pa.hash.multi-asset"
_FRAGMENTED = "c2pa.hash.bmff"
_COLLECTION = "c2pa.hash.collection.data"
_MISMATCHES = {
    "c2pa.hash.boxes": StatusCode.ASSERTION_BOXES_HASH_MISMATCH,
    "c2pa.hash.bmff.v2": StatusCode.ASSERTION_BMFF_HASH_MISMATCH,
    "c2pa.hash.bmff.v3": StatusCode.ASSERTION_BMFF_HASH_MISMATCH,
    "c2pa.hash.segment": StatusCode.ASSERTION_SEGMENT_HASH_MISMATCH,
    _COLLECTION: StatusCode.ASSERTION_COLLECTION_HASH_MISMATCH,
}


def check_content(ctx: Context, subject: Subject) -> Iterator[Status]:
    """The hard binding of the asset; nothing when a store is judged without its asset."""
    if ctx.asset is None:
        return
    bound, updates = _bound_manifest(ctx, subject)
    binding = _binding(bound) if bound else None
    if bound is None or binding is None:
        # A standard manifest without any binding was already reported with its assertions.
        if subject.manifest.kind is ManifestKind.UPDATE or any(a.base_label in HARD_BINDINGS for a in subject.listed()):
            yield subject.fault(StatusCode.CLAIM_HARD_BINDINGS_MISSING)
        return
    if unfit := _unfit(ctx.asset, binding.base_label):
        yield status(StatusCode.GENERAL_ERROR, binding.uri, unfit)
        return
    target = BindingTarget(
        source=ctx.asset.source,
        layout=ctx.asset.layout,
        format=ctx.asset.format,
        embedded=ctx.asset.embedded,
        updated=updates > 0,
        algorithm=bound.algorithm(),
        limits=ctx.limits,
        members=ctx.asset.members,
        fragments=ctx.asset.fragments,
    )
    try:
        value = bound.value(binding)
    except MalformedError:
        return  # reported with the other assertion values
    rest = len(ctx.store.data) - ctx.store.box.end
    if ctx.asset.embedded and rest:
        code = _MISMATCHES.get(binding.base_label, StatusCode.ASSERTION_DATA_HASH_MISMATCH)
        told = f"In the place of the manifest store, which no hash covers, the store is followed by {counted(rest, 'byte')}."
        yield status(code, binding.uri, told)
        return
    outcome = BINDINGS[binding.base_label](value, binding.uri, target)
    if any(found.code.endswith(".mismatch") for found in outcome.statuses):
        outcome = _outcome_of_parts(ctx, bound, target) or outcome
    ctx.content = Content(holder=bound.label, assertion=binding, outcome=outcome)
    ctx.remarks.extend(outcome.remarks)
    yield from outcome.statuses


def _unfit(asset: Asset, label: str) -> str:
    """Why a hard binding of that kind cannot be held against what was given; empty when it can."""
    if asset.members is not None and label != _COLLECTION:
        return "These credentials are about one file, and not about the files of a folder."
    if asset.fragments and not label.startswith(_FRAGMENTED):
        return "These credentials are about one whole file, not about a film in fragments."
    if label not in BINDINGS:
        return f"Hard bindings of the kind {label} cannot be checked on this kind of file."
    return ""


def _outcome_of_parts(ctx: Context, bound: Subject, target: BindingTarget) -> BindingOutcome | None:
    """What the multi-asset hash says, which then stands in the place of what the hard binding said; None when the signer vouches for
    none, or it cannot be decoded, which was reported with the other assertion values.
    """
    candidates = [a for a in bound.listed() if a.base_label == _MULTI_ASSET and a.uri not in ctx.redactions]
    vouched = [a for a in candidates if a.uri in _vouched_uris(bound)]
    if not vouched:
        return None
    if len(candidates) > 1:
        told = "The manifest has more than one multi-asset hash."
        return BindingOutcome(statuses=(status(StatusCode.ASSERTION_MULTI_ASSET_HASH_MALFORMED, vouched[0].uri, told),))
    try:
        value = bound.value(vouched[0])
    except MalformedError:
        return None
    # Rare, so that it is loaded only here.
    from credkit.binding.multi_asset import check_multi_asset

    return check_multi_asset(value, vouched[0].uri, target, lambda url: _part_assertion(ctx, bound, url))


def _vouched_uris(subject: Subject) -> Set[str]:
    """What may hold a binding: the created assertions, or all that a claim of version 1 lists."""
    claim = subject.claim_or_none
    return subject.created if claim and claim.version == 2 else subject.declared


def _part_assertion(ctx: Context, bound: Subject, url: str) -> PartAssertion | None:
    """The assertion that a multi-asset hash refers to, when the claim lists it and it is what the claim lists."""
    assertion = ctx.store.assertion_at(url, within=bound.label)
    claim = bound.claim_or_none
    if assertion is None or claim is None or assertion.uri not in _vouched_uris(bound) or assertion.uri in ctx.redactions:
        return None
    from credkit.binding.multi_asset import PartAssertion

    entry = next(entry for entry in claim.all_assertions if absolute(entry.url, bound.label) == assertion.uri)
    try:
        if not ctx.box_digest(assertion.box, bound.algorithm(entry.alg)).matches(entry.hash):
            return None
        return PartAssertion(label=assertion.base_label, uri=assertion.uri, value=bound.value(assertion))
    except MalformedError:
        return None


def governing_binding(ctx: Context, subject: Subject) -> Assertion | None:
    """The hard binding that counts for a manifest: its own, or below update manifests that of the first standard one among the parents."""
    bound, _ = _bound_manifest(ctx, subject)
    return _binding(bound) if bound else None


def _bound_manifest(ctx: Context, subject: Subject) -> tuple[Subject | None, int]:
    """The standard manifest whose binding counts, and how many update manifests lie above it."""
    seen: set[str] = set()
    updates = 0
    current: Subject | None = subject
    while current is not None and current.manifest.kind is ManifestKind.UPDATE and current.label not in seen:
        seen.add(current.label)
        updates += 1
        parents = [view for _, view in ingredients_of(ctx, current) if view.relationship == "parentOf"]
        manifest = ingredient_manifest(ctx, current, parents[0]) if parents else None
        current = ctx.subject(manifest) if manifest else None
    return (current if current and current.manifest.kind is ManifestKind.STANDARD else None), updates


def _binding(subject: Subject) -> Assertion | None:
    """The one hard binding among what the signer vouches for (claims of version 1 make no difference)."""
    claim = subject.claim_or_none
    if claim is None:
        return None
    part = subject.listing.created if claim.version == 2 else subject.listing.undivided
    found = [a for a in subject.listed(part) if a.base_label in HARD_BINDINGS]
    return found[0] if found else None
