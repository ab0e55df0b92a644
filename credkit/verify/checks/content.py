"""Is the content the one that was signed?

Clause: "Validate the asset's content" (anchor ``_validate_the_assets_content``). The binding that counts is the active
manifest's own, or, below update manifests, that of the first standard manifest among the parents.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.binding import BINDINGS, BindingTarget
from credkit.errors import MalformedError
from credkit.manifest.store import Assertion, ManifestKind
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.assertions import HARD_BINDINGS
from credkit.verify.checks.ingredients import ingredient_manifest, ingredients_of
from credkit.verify.context import Context, Subject

__all__ = ["check_content"]


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
    check = BINDINGS.get(binding.base_label)
    if check is None:
        yield status(
            StatusCode.GENERAL_ERROR, binding.uri, f"Hard bindings of the kind {binding.base_label} cannot be checked on this kind of file."
        )
        return
    target = BindingTarget(
        source=ctx.asset.source,
        layout=ctx.asset.layout,
        format=ctx.asset.format,
        embedded=ctx.asset.embedded,
        updated=updates > 0,
        algorithm=bound.algorithm(),
        limits=ctx.limits,
    )
    try:
        value = bound.value(binding)
    except MalformedError:
        return  # reported with the other assertion values
    rest = len(ctx.store.data) - ctx.store.box.end
    if ctx.asset.embedded and rest:
        code = (
            StatusCode.ASSERTION_BOXES_HASH_MISMATCH if binding.base_label == "c2pa.hash.boxes" else StatusCode.ASSERTION_DATA_HASH_MISMATCH
        )
        yield status(code, binding.uri, f"In the place of the manifest store, which no hash covers, {rest:,} bytes stand behind the store.")
        return
    outcome = check(value, binding.uri, target)
    ctx.unprotected.extend(outcome.unprotected)
    yield from outcome.statuses


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
    part = claim.created if claim.version == 2 else claim.assertions
    found = [a for a in subject.listed(part) if a.base_label in HARD_BINDINGS]
    return found[0] if found else None
