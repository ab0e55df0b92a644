"""The procedure of the specification, in its order.

1. Find the store (``load``) and the active manifest: the last one.
2. Walk the chain: which manifests does the active one lead to, and what do they redact?
3. Run ``MANIFEST_CHECKS`` on every manifest reached, ancestors before descendants, and ``IDENTITY_CHECKS`` on those that are well-formed.
4. Check that each ingredient's manifest is the one that was taken in.
5. Check the content against the hard binding of the active manifest.
6. Compare what was found below each ingredient with what its signer recorded.
7. States: well-formed, valid, trusted; one word for the asset.
8. Account for every byte (``coverage``), which changes no state.

A check yields statuses. It never raises for content: the one ``MalformedError`` becomes a status in ``_run``. Nothing here
opens a file or a socket.

Clause: "Validation" (anchor ``validation-clause``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from credkit.assets import Source
from credkit.binding.target import Members
from credkit.errors import DefinitionError, MalformedError, counted
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import Located, load_store
from credkit.manifest.store import Manifest, ManifestStore, parse_store
from credkit.manifest.uri import JumbfUri
from credkit.status import Kind, Status, StatusCode, kind_of, status
from credkit.trust.policy import TrustPolicy
from credkit.verify.chain import Chain, Link, deltas, gather_proofs, reference_statuses, unreproduced, walk
from credkit.verify.checks.actions import check_actions
from credkit.verify.checks.assertions import (
    check_assertion_hashes,
    check_assertion_values,
    check_manifest_type,
    check_redacted_content,
    check_references,
    check_undeclared,
)
from credkit.verify.checks.claim import check_claim, check_compressed, check_self_redaction
from credkit.verify.checks.content import check_content
from credkit.verify.checks.ingredients import check_ingredients
from credkit.verify.checks.rare import (
    check_cloud_data,
    check_external_data,
    check_external_references,
    check_identities,
    check_linked_resources,
    check_representations,
    check_session_keys,
    check_time_stamp_assertions,
)
from credkit.verify.checks.revocation import check_revocation
from credkit.verify.checks.signature import check_credential, check_signature, check_signature_box, check_time_stamp
from credkit.verify.context import Asset, Check, Context, Profile, Subject
from credkit.verify.coverage import account, vouched
from credkit.verify.report import IngredientReport, ManifestReport, Report, ResultMap
from credkit.verify.states import asset_state, is_accepted, is_alteration, is_trusted, is_valid, is_well_formed

if TYPE_CHECKING:
    from credkit.trust.fetch import Fetcher

__all__ = ["CONTENT_CHECKS", "IDENTITY_CHECKS", "MANIFEST_CHECKS", "verify"]

MANIFEST_CHECKS: tuple[Check, ...] = (
    check_compressed,
    check_claim,
    check_signature_box,
    check_time_stamp,
    check_credential,
    check_revocation,
    check_signature,
    check_manifest_type,
    check_self_redaction,
    check_assertion_hashes,
    check_undeclared,
    check_redacted_content,
    check_assertion_values,
    check_references,
    check_actions,
    check_ingredients,
    check_time_stamp_assertions,
    check_session_keys,
    check_cloud_data,
    check_external_references,
    check_linked_resources,
    check_representations,
)
_CHANGED = ("mismatch", "unknownBox", "missingPart", "predecessorMismatch", "partialCoverage", "incorrectFileCount")
"""Endings of the codes of hard bindings that say: the content is not what was signed."""
CONTENT_CHECKS: tuple[Check, ...] = (check_content,)
IDENTITY_CHECKS: tuple[Check, ...] = (check_identities,)
"""Run on manifests that the checks before them found at least well-formed; what they find changes no state."""


def verify(
    source: Source,
    *,
    sidecar: Source | None = None,
    members: Members | None = None,
    fragments: Sequence[Source] = (),
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    profile: Profile = Profile.V2_4,
    limits: Limits = DEFAULT_LIMITS,
    fetcher: Fetcher | None = None,
    links: Sequence[str] = (),
    url: str | None = None,
    name: str = "",
) -> Report:
    """Judge an asset. The verdict is a function of the bytes, the policy, the time and the profile, and of nothing else unless a
    ``fetcher`` allows to ask the network.

    ``sidecar`` is a manifest store kept beside the asset, used when none is embedded; ``links`` are values of the HTTP field ``Link`` that
    came with the asset from ``url``. ``members`` are the files that a manifest store of its own speaks of, when ``source`` is one: they are
    judged as its asset. ``fragments`` are the further files of a film, in order of play, when ``source`` is its initialization segment.
    ``policy`` says whom to trust (nobody by default), ``at`` is the clock (aware; now by default). What
    is known about ``source`` (``Source.known``) is not read again. Raises nothing for content, ``DefinitionError`` for an ``at`` that is
    no moment.
    """
    at = _clock(at)
    policy = policy or TrustPolicy.none()
    source.known.verified_next = True
    located = load_store(source, sidecar=sidecar, limits=limits, fetcher=fetcher, links=links, url=url)
    if located.store is None:
        return _no_store(located, source, policy, at, profile, name=name, online=fetcher is not None)
    try:
        store = parse_store(located.store, limits=limits)
    except MalformedError as error:
        code = StatusCode(error.code) if kind_of(error.code) else StatusCode.MANIFEST_INACCESSIBLE_MALFORMED
        failure = status(code, None, str(error))
        problem = f"The manifest store cannot be read: {error}."
        online = fetcher is not None
        return _no_store(located, source, policy, at, profile, name=name, failure=failure, problem=problem, online=online)
    asset = None
    if located.format and located.layout and (members is not None or not located.standalone):
        embedded = located.location == "embedded" and not located.standalone
        given = members if located.standalone else None
        asset = Asset(
            source=source, layout=located.layout, format=located.format, embedded=embedded, members=given, fragments=tuple(fragments)
        )
    ctx = Context(store=store, policy=policy, at=at, profile=profile, limits=limits, asset=asset, fetcher=fetcher)
    if members is not None and not located.standalone:
        ctx.remarks.append("the folder was not looked at, because the file is no manifest store of its own, with files beside it")
    try:
        return _judge(ctx, located, source.size, name)
    finally:
        ctx.release()


def _clock(at: datetime | None) -> datetime:
    """The time of the verdict, in UTC."""
    if at is None:
        return datetime.now(UTC)
    if at.utcoffset() is None:
        raise DefinitionError(f"the time of the verdict ({at}) has no offset from UTC, so it is another moment on every machine: add one")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise DefinitionError(
            f"the time of the verdict ({at}) lies outside of the years that can be reckoned with: name another one"
        ) from None


def _no_store(
    located: Located,
    source: Source,
    policy: TrustPolicy,
    at: datetime,
    profile: Profile,
    *,
    name: str,
    failure: Status | None = None,
    problem: str | None = None,
    online: bool,
) -> Report:
    return Report(
        state="error" if located.broken or failure else "none",
        name=name,
        media_type=located.layout.media_type if located.layout else None,
        size=source.size,
        store=None,
        location=located.location,
        manifests=(),
        ingredient_deltas=(),
        failure=failure or located.failure,
        problem=problem or located.problem,
        content_intact=None,
        unprotected=(),
        remarks=(*(located.layout.remarks if located.layout else ()), *located.remarks),
        profile=str(profile),
        validated_at=at,
        trust_configured=policy.is_configured,
        online=online,
    )


def _judge(ctx: Context, located: Located, size: int, name: str) -> Report:
    active = ctx.store.manifests[-1]
    chain = walk(ctx, active)
    ctx.redactions = chain.redactions
    ctx.redacted_labels = frozenset(parsed.manifest for uri in chain.redactions if (parsed := JumbfUri.parse(uri)) and parsed.manifest)
    gather_proofs(ctx, chain)
    subjects = {label: ctx.subject(manifest) for label in chain.order if (manifest := _reached(ctx.store, label, active))}
    found: dict[str, ResultMap] = {}
    for label, subject in subjects.items():
        checks = MANIFEST_CHECKS + (CONTENT_CHECKS if label == active.label else ())
        found[label] = _results(ctx, subject, checks, cut=label in chain.cut)
    references = {link.assertion.uri: reference_statuses(ctx, link) for links in chain.links.values() for link in links}
    below = deltas(chain, found, references)
    results = found[active.label]
    state = asset_state(results, below, content_bound=ctx.asset is not None)
    accounted = account(ctx, located, size, vouched(ctx, chain, found, references))
    if state in ("Valid", "Trusted") and accounted.statuses:
        # Told after the verdict, which it does not change; of a file that is refused anyway the regions say enough.
        found[active.label] = results = ResultMap.of([*results, *accounted.statuses])
    asset = ctx.asset
    return Report(
        state=state,
        name=name,
        media_type=located.layout.media_type if located.layout else None,
        size=asset.source.size if asset else None,
        store=ctx.store,
        location=located.location,
        manifests=_manifest_reports(ctx, chain, subjects, found, references),
        ingredient_deltas=below,
        failure=None,
        problem=None,
        content_intact=_content_intact(results, found),
        unprotected=ctx.content.outcome.unprotected if ctx.content else (),
        remarks=(*(located.layout.remarks if located.layout else ()), *located.remarks, *_behind_the_store(ctx.store), *ctx.remarks),
        profile=str(ctx.profile),
        validated_at=ctx.at,
        trust_configured=ctx.policy.is_configured,
        trust_lists=tuple(dict.fromkeys(ctx.trust_lists)),
        online=ctx.fetcher is not None,
        regions=accounted.regions,
    )


def _behind_the_store(store: ManifestStore) -> Iterator[str]:
    """What stands behind the box of the store where the store was found; in a picture the content check judges it."""
    rest = len(store.data) - store.box.end
    if rest > 0:
        yield f"the manifest store is followed by {counted(rest, 'byte')}, which nothing in it speaks of"


def _reached(store: ManifestStore, label: str, active: Manifest) -> Manifest | None:
    return active if label == active.label else store.find(label)


def _results(ctx: Context, subject: Subject, checks: tuple[Check, ...], *, cut: bool) -> ResultMap:
    findings = _Findings()
    statuses = findings.statuses
    if ctx.store.find(subject.label) is None:
        statuses.append(
            subject.fault(
                StatusCode.GENERAL_ERROR, explanation="Two manifests of the store have this label, so nothing can refer to either."
            )
        )
    for check in checks:
        _run(check, ctx, subject, statuses)
    if is_well_formed(findings.results()):
        for check in IDENTITY_CHECKS:
            _run(check, ctx, subject, statuses)
    subject.accepted = is_accepted(findings.results())
    _run(check_external_data, ctx, subject, statuses)
    if cut:
        explanation = f"The chain is longer than {counted(ctx.limits.chain_depth, 'generation')}; what lies below was not followed."
        statuses.append(subject.fault(StatusCode.ORG_CREDKIT_LIMIT_EXCEEDED, explanation=explanation))
    if len(statuses) > ctx.limits.statuses:
        explanation = f"There are more than {ctx.limits.statuses:,} findings."
        exceeded = subject.fault(StatusCode.ORG_CREDKIT_LIMIT_EXCEEDED, explanation=explanation)
        return ResultMap.of([*statuses[: ctx.limits.statuses], exceeded])
    return findings.results()


class _Findings:
    """Statuses while they are added; they are sorted again only when there are more."""

    def __init__(self) -> None:
        self.statuses: list[Status] = []
        self._sorted = (0, ResultMap())

    def results(self) -> ResultMap:
        count = len(self.statuses)
        if self._sorted[0] != count:
            self._sorted = (count, ResultMap.of(self.statuses))
        return self._sorted[1]


def _run(check: Check, ctx: Context, subject: Subject, statuses: list[Status]) -> None:
    """Add what a check finds. The one place where bad bytes become a status."""
    try:
        statuses.extend(check(ctx, subject))
    except MalformedError as error:
        code = StatusCode(error.code) if kind_of(error.code) else StatusCode.GENERAL_ERROR
        url = subject.signature_uri if code.startswith(("claimSignature", "signingCredential")) else subject.claim_uri
        statuses.append(status(code, url, error.message))


def _content_intact(results: ResultMap, found: dict[str, ResultMap]) -> bool | None:
    """A match proves something only when the binding that says so is the one that was signed: otherwise nothing was compared."""
    if any(s.code.split(".")[-1] in _CHANGED and "Hash." in s.code for s in results.failure):
        return False
    match = next((s for s in results.success if s.code.endswith("Hash.match")), None)
    parsed = JumbfUri.parse(match.url) if match else None
    if match is None or parsed is None:
        return None
    signed = {(s.code, s.url) for s in found.get(parsed.manifest or "", ResultMap()).success}
    vouched = ("assertion.hashedURI.match", match.url) in signed and any(code == "claimSignature.validated" for code, _ in signed)
    return True if vouched else None


def _manifest_reports(
    ctx: Context, chain: Chain, subjects: dict[str, Subject], found: dict[str, ResultMap], references: dict[str, tuple[Status, ...]]
) -> tuple[ManifestReport, ...]:
    generations: dict[str, int] = {}
    for label in chain.order:
        parents = [link.manifest.label for link in chain.links[label] if link.manifest and link.view.relationship == "parentOf"]
        generations[label] = 1 + max((generations.get(parent, 0) for parent in parents), default=0)
    replaced = {
        link.manifest.label
        for links in chain.links.values()
        for link in links
        if link.manifest and any(is_alteration(s) for s in references[link.assertion.uri])
    }
    returned = frozenset(s.identity for results in found.values() for s in results)
    returned |= {s.identity for statuses in references.values() for s in statuses}
    judged = {id(subject.manifest) for subject in subjects.values()}
    reports = [_unreached(manifest) for manifest in ctx.store.manifests if id(manifest) not in judged]
    for label, subject in subjects.items():
        results = found[label]
        reports.append(
            ManifestReport(
                manifest=subject.manifest,
                results=results,
                signature=subject.signer,
                ingredients=tuple(_ingredient_report(link, references[link.assertion.uri], returned) for link in chain.links[label]),
                generation=generations[label],
                well_formed=is_well_formed(results),
                valid=is_valid(results),
                trusted=is_trusted(results),
                identities=tuple(subject.identities),
                altered=label in replaced or any(is_alteration(s) for s in results.failure),
            )
        )
    return tuple(reports)


def _unreached(manifest: Manifest) -> ManifestReport:
    return ManifestReport(
        manifest=manifest,
        results=ResultMap(),
        signature=None,
        ingredients=(),
        generation=0,
        well_formed=False,
        valid=False,
        trusted=False,
        reached=False,
    )


def _ingredient_report(link: Link, statuses: tuple[Status, ...], returned: frozenset[tuple[Kind, str, str | None]]) -> IngredientReport:
    view = link.view
    faults = {s.code for s in statuses} & {
        "ingredient.manifest.mismatch",
        "ingredient.manifest.missing",
        "ingredient.claimSignature.mismatch",
        "ingredient.claimSignature.missing",
    }
    return IngredientReport(
        uri=link.assertion.uri,
        label=link.assertion.label,
        relationship=view.relationship,
        title=view.title,
        format=view.format,
        manifest=link.manifest.label if link.manifest else None,
        intact=None if view.manifest is None else not faults,
        recorded=link.recorded,
        unreproduced=unreproduced(link, returned),
        description=view.description,
        data_types=view.data_types,
        thumbnail=view.thumbnail.url if view.thumbnail else None,
    )
