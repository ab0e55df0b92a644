"""Identity assertions (CAWG): who else stands behind which statements, and may that be believed?

They are looked at only in a manifest that is at least well-formed, and what is wrong with them never changes the state of the file: it
concerns the named person or organization alone. The kinds of signatures are judged in files of their own.
Source: CAWG Identity Assertion 1.3, "Validating the identity assertion".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from credkit.errors import MalformedError
from credkit.manifest.assertions.identity import AGGREGATION, X509, read_identity
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.labels import IDENTITY_LABEL, label_in_uri
from credkit.manifest.store import Assertion
from credkit.manifest.uri import JumbfUri, absolute, manifest_uri
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.assertions import HARD_BINDINGS
from credkit.verify.checks.content import governing_binding
from credkit.verify.checks.ingredients import ingredient_manifest, ingredients_of
from credkit.verify.context import Context, Subject
from credkit.verify.report import IdentityReport

if TYPE_CHECKING:
    from credkit.manifest.assertions.identity import IdentityAssertion
    from credkit.verify.checks.identity_findings import Finding, Judged

__all__ = ["check_identities"]

_MOST = 100
"""Identity assertions judged in one manifest."""


def check_identities(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Each identity assertion that the claim lists and nobody redacted."""
    listed = [a for a in subject.listing.by_kind.get(IDENTITY_LABEL, ()) if a.uri not in ctx.redactions]
    for assertion in listed[:_MOST]:
        yield from _check_identity(ctx, subject, assertion)
    if len(listed) > _MOST:
        code = StatusCode.CAWG_IDENTITY_CBOR_INVALID
        yield status(
            code, listed[_MOST].uri, f"There are {len(listed):,} statements of identity; those behind the first {_MOST} were not read."
        )


def _check_identity(ctx: Context, subject: Subject, assertion: Assertion) -> Iterator[Status]:
    from credkit.verify.checks.identity_findings import Judged

    try:
        found = read_identity(subject.value(assertion), where=assertion.label)
    except MalformedError as error:
        yield status(StatusCode.CAWG_IDENTITY_CBOR_INVALID, assertion.uri, f"The statement of identity cannot be read: {error}.")
        subject.identities.append(_report(assertion, None, Judged(), {StatusCode.CAWG_IDENTITY_CBOR_INVALID}))
        return
    findings: list[Finding] = [*_check_references(ctx, subject, found), *_check_binding(ctx, subject, found)]
    judge = _judge_of(found.sig_type)
    if judge is None:
        findings.append((StatusCode.CAWG_IDENTITY_SIG_TYPE_UNKNOWN, None))
    if any(found.padding):
        findings.append((StatusCode.CAWG_IDENTITY_PAD_INVALID, None))
    judged = judge(ctx, subject, assertion, found) if judge else Judged()
    findings += judged.findings
    report = _report(assertion, found, judged, {code for code, _ in findings})
    if report.standing in ("trusted", "well-formed"):
        trusted = report.standing == "trusted"
        findings.append((StatusCode.CAWG_IDENTITY_TRUSTED if trusted else StatusCode.CAWG_IDENTITY_WELL_FORMED, None))
    subject.identities.append(report)
    yield from (status(code, assertion.uri, explanation) for code, explanation in findings)


def _judge_of(sig_type: object) -> Callable[[Context, Subject, Assertion, IdentityAssertion], Judged] | None:
    """What judges a kind of signature; loaded where a manifest has one. None for a kind that is not known."""
    if sig_type == X509:
        from credkit.verify.checks.identity_x509 import judge_x509

        return judge_x509
    if sig_type == AGGREGATION:
        from credkit.verify.checks.identity_aggregation import judge_aggregation

        return judge_aggregation
    return None


def _report(assertion: Assertion, found: IdentityAssertion | None, judged: Judged, codes: set[StatusCode]) -> IdentityReport:
    from credkit.verify.checks.identity_findings import standing

    return IdentityReport(
        uri=assertion.uri,
        label=assertion.label,
        sig_type=found.sig_type if found else None,
        roles=found.roles if found else (),
        references=tuple(absolute(item.url, assertion.manifest) for item in found.references) if found else (),
        standing=standing(codes),
        name=judged.name,
        organization=judged.organization,
        issuer=judged.issuer,
        identities=judged.identities,
        time=judged.time,
        chain=judged.chain,
    )


def _check_references(ctx: Context, subject: Subject, found: IdentityAssertion) -> Iterator[Finding]:
    """Each reference is one of the claim, or of a claim below it, and stands there once."""
    asked = [_entry(item, subject) for item in found.references]
    missing = set(asked) - _entries(subject)
    if missing:
        labels = {parsed.manifest for target, _, _ in missing if (parsed := JumbfUri.parse(target))}
        missing = missing.difference(*map(_entries, _below(ctx, subject, labels)))
    if missing:
        yield StatusCode.CAWG_IDENTITY_ASSERTION_MISMATCH, None
    if len({target for target, _, _ in asked}) != len(asked):
        yield StatusCode.CAWG_IDENTITY_ASSERTION_DUPLICATE, None


_Entry = tuple[str, bytes | None, object]
"""Absolute URI, hash, and the algorithm that applies."""


def _entry(reference: HashedUri, holder: Subject) -> _Entry:
    return absolute(reference.url, holder.label), reference.hash, holder.algorithm(reference.alg)


def _entries(holder: Subject) -> frozenset[_Entry]:
    """What the claim of a manifest lists of its own assertions."""
    claim = holder.claim_or_none
    own = f"{manifest_uri(holder.label)}/"
    entries = (_entry(item, holder) for item in claim.all_assertions) if claim else ()
    return frozenset(entry for entry in entries if entry[0].startswith(own))


def _below(ctx: Context, subject: Subject, labels: set[str | None]) -> Iterator[Subject]:
    """The manifests of these labels that ingredients lead to; those further away than the limit of a chain are not looked for."""
    seen = {subject.label}
    wanted = labels - seen
    waiting = [subject]
    while waiting and wanted and len(seen) <= ctx.limits.chain_depth:
        holder = waiting.pop()
        for _, view in ingredients_of(ctx, holder):
            manifest = ingredient_manifest(ctx, holder, view)
            if manifest is None or manifest.label in seen:
                continue
            seen.add(manifest.label)
            waiting.append(ctx.subject(manifest))
            if manifest.label in wanted:
                wanted.discard(manifest.label)
                yield waiting[-1]


def _check_binding(ctx: Context, subject: Subject, found: IdentityAssertion) -> Iterator[Finding]:
    """The hard binding that counts for the manifest is among the references, and no other."""
    bindings = {absolute(item.url, subject.label) for item in found.references if label_in_uri(item.url) in HARD_BINDINGS}
    governing = governing_binding(ctx, subject)
    if not bindings:
        yield StatusCode.CAWG_IDENTITY_HARD_BINDING_MISSING, None
    elif governing is None or bindings != {governing.uri}:
        yield StatusCode.CAWG_IDENTITY_HARD_BINDING_INCORRECT, None
