"""Say more about a signed file, take a statement out of its history, have its time attested: each adds an update manifest.

The picture and its metadata stay as they are, byte for byte, because the hash of the manifest below goes on to cover them. So nothing is
repeated in XMP or EXIF here, and what stands there cannot be taken out.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from credkit.api.countersigning import chosen_adjuncts, network, stated_time
from credkit.api.reading import name_of, open_with_sidecar
from credkit.api.signing import SignResult
from credkit.api.statements import Statements
from credkit.assets import Asset, Source, open_source
from credkit.assets.engine import Progress, read_block
from credkit.codec.cose import parse_sign1
from credkit.dataclass import dataclass, replace
from credkit.errors import AssetError, DefinitionError, FetchError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import load_store, sidecar_of
from credkit.manifest.assertions import Action, GeneratorInfo, OpaqueAssertion
from credkit.manifest.store import Manifest, parse_store
from credkit.sign.definition import Definition, apply_definition
from credkit.sign.opening import scan_asset, snapshot_of
from credkit.sign.output import Snapshot
from credkit.sign.redaction import Redactable, find_redactable, redactable_assertions, telling_texts, traces
from credkit.sign.seal import Adjuncts
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper, stamp_signature
from credkit.sign.update import PUBLISHED, UpdateBuilder, check_updatable
from credkit.sign.writing import Target
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify

__all__ = ["place_of_store", "redact_file", "redactable_in", "time_stamp_file", "update_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """A signed file that an update may stand on."""

    source: Source
    beside: Source | None
    report: Report
    snapshot: Snapshot | None

    def sign(
        self, builder: UpdateBuilder, output: Target, signer: Signer, adjuncts: Adjuncts, *, overwrite: bool, progress: Progress | None
    ) -> SignResult:
        written = builder.sign(
            self.source,
            output,
            signer,
            sidecar=self.beside,
            overwrite=overwrite,
            adjuncts=adjuncts,
            snapshot=self.snapshot,
            progress=progress,
        )
        return SignResult(
            label=written.report.active_manifest or "",
            store=written.store,
            report=written.report,
            ingredients=(self.report,),
            stamped=stated_time(written.report),
        )


@contextmanager
def _opened(source: Asset, sidecar: Asset | None, policy: TrustPolicy | None, limits: Limits) -> Iterator[_Opened]:
    snapshot = snapshot_of(place_of_store(source, sidecar=sidecar))
    with open_with_sidecar(source, sidecar) as (opened, beside):
        report = verify(opened, sidecar=beside, policy=policy, limits=limits, name=name_of(source))
        check_updatable(report)
        yield _Opened(source=opened, beside=beside, report=report, snapshot=snapshot)


def place_of_store(source: Asset, *, sidecar: Asset | None = None) -> Asset:
    """The file that holds the credentials of ``source``, and that an update in place replaces: itself, or the store beside it."""
    if not isinstance(source, (str, os.PathLike)):
        return source
    path = Path(source)
    with open_source(path) as opened:
        layout = load_store(opened).layout
    if layout is not None and layout.stores:
        return path
    return sidecar or Path(sidecar_of(path) or path)


def update_file(
    source: Asset,
    output: Target,
    statements: Statements | None = None,
    *,
    signer: Signer,
    definition: Definition | None = None,
    published: bool = False,
    sidecar: Asset | None = None,
    generator: GeneratorInfo | None = None,
    overwrite: bool = True,
    policy: TrustPolicy | None = None,
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
    fetcher: Fetcher | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> SignResult:
    """Add statements to the credentials of ``source`` without touching the picture.

    ``statements`` may hold a title, a description of what was added, rights and ``do_not_train``; ``definition`` what an update manifest
    may hold; ``published`` says that the picture was published. Credentials inside of the picture are updated there and ``output`` is the
    whole file; those of a picture with a store beside it are updated in that store, and ``output`` is the store. ``timestamp``, ``staple``,
    ``fetcher`` and ``policy`` are as for ``sign_file``.

    Raises ``NoCredentialsError`` when there is nothing to update, ``HistoryError`` when the credentials are not valid, else what
    ``sign_file`` raises; every existing file is as it was then.
    """
    statements = statements or Statements()
    builder = UpdateBuilder(title=statements.title, generator=generator, policy=policy, limits=limits)
    notes: tuple[str, ...] = ()
    if definition is not None:
        notes = apply_definition(builder, definition, policy=policy)
        builder.title = statements.title or builder.title
        builder.generator = generator or builder.generator
    statements.apply_to_update(builder)
    if published:
        builder.add_action(Action(PUBLISHED, when=statements.time))
    if builder.is_empty:
        raise DefinitionError("there is nothing to add: say what is to be stated (--creator, --rights, --published, --manifest ...)")
    adjuncts = chosen_adjuncts(signer, definition, timestamp=timestamp, staple=staple, fetcher=fetcher, limits=limits)
    with _opened(source, sidecar, policy, limits) as opened:
        removed = [find_redactable(opened.report, name) for name in builder.redactions]
        result = opened.sign(builder, output, signer, adjuncts, overwrite=overwrite, progress=progress)
        return _with_notes(result, (*notes, *_traces(opened, removed, result, limits)))


def _with_notes(result: SignResult, notes: tuple[str, ...]) -> SignResult:
    return replace(result, notes=notes)


def redactable_in(source: Asset, *, sidecar: Asset | None = None, limits: Limits = DEFAULT_LIMITS) -> tuple[Redactable, ...]:
    """Every assertion in the credentials of ``source``, oldest manifest first, and why those have to stay that may not be redacted.

    Raises as ``update_file``.
    """
    with _opened(source, sidecar, None, limits) as opened:
        return redactable_assertions(opened.report)


def redact_file(
    source: Asset,
    output: Target,
    assertions: Iterable[str],
    *,
    reason: str,
    signer: Signer,
    description: str | None = None,
    sidecar: Asset | None = None,
    generator: GeneratorInfo | None = None,
    overwrite: bool = True,
    policy: TrustPolicy | None = None,
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
    fetcher: Fetcher | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> SignResult:
    """Take ``assertions`` out of the history of ``source``; the removal and its ``reason`` go on record.

    Each is named by its label, by ``MANIFEST#label`` or by its JUMBF URI. ``reason`` is one of the standard (``c2pa.PII.present``) or in a
    namespace of your own. ``SignResult.notes`` says when texts of what was taken out are still elsewhere in the file. ``DefinitionError``
    for what is not there, is not named clearly, or has to stay; otherwise as ``update_file``.
    """
    names = (assertions,) if isinstance(assertions, str) else tuple(assertions)
    if not names:
        raise DefinitionError("nothing is named that is to be redacted (--assertion)")
    builder = UpdateBuilder(generator=generator, policy=policy, limits=limits)
    for name in names:
        builder.redact(name, reason, description=description)
    adjuncts = chosen_adjuncts(signer, None, timestamp=timestamp, staple=staple, fetcher=fetcher, limits=limits)
    with _opened(source, sidecar, policy, limits) as opened:
        removed = [find_redactable(opened.report, name) for name in names]
        result = opened.sign(builder, output, signer, adjuncts, overwrite=overwrite, progress=progress)
        return _with_notes(result, tuple(_traces(opened, removed, result, limits)))


def _traces(opened: _Opened, removed: Iterable[Redactable], result: SignResult, limits: Limits) -> Iterator[str]:
    """Where texts of redacted assertions still stand, in sentences that do not repeat them."""
    store, left = opened.report.store, parse_store(result.store, limits=limits).manifests
    boxes = [a.box for manifest in left for a in manifest.assertions] + [box for manifest in left for box in manifest.claim_boxes]
    said = b"\0".join(box.raw for box in boxes)
    certificates = b"\0".join(manifest.signature_box.raw for manifest in left if manifest.signature_box)
    for one in removed:
        assertion = store.assertion_at(one.uri, within=one.manifest) if store else None
        texts = telling_texts(assertion) if assertion else frozenset()
        if texts and traces(texts, said):
            yield f"Words of {one.label} also stand in other statements of the credentials: redact those as well."
        if texts and traces(texts, certificates):
            yield f"Words of {one.label} also stand in the certificate of a signer, which cannot be taken out."
        places = [kind for kind, data in _metadata(opened.source, limits) if texts and traces(texts, data)]
        if places:
            yield (
                f"Words of {one.label} also stand in the {', '.join(dict.fromkeys(places))} metadata of the file, which is signed with "
                "it and was not touched: take them out there and sign the file as an edit."
            )


def _metadata(source: Source, limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Metadata blocks of the picture by their kind, as people call it."""
    _, layout = scan_asset(source, limits)
    for block in layout.metadata:
        with suppress(MalformedError):
            yield block.kind.partition("-")[0].upper(), read_block(source, block, limits)


def time_stamp_file(
    source: Asset,
    output: Target,
    tsa: str | TimeStamper,
    *,
    signer: Signer,
    ancestors: bool = False,
    staple: bool = False,
    sidecar: Asset | None = None,
    generator: GeneratorInfo | None = None,
    overwrite: bool = True,
    policy: TrustPolicy | None = None,
    fetcher: Fetcher | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> SignResult:
    """Have a time-stamp authority attest that the credentials of ``source`` exist now, so that they outlive their certificates.

    ``tsa`` is the authority's address. The present active manifest is stamped, with ``ancestors`` every manifest that it leads to as well;
    the update that holds the time-stamps is stamped itself, so that it does not expire before them. ``staple`` adds what the issuer of the
    present signer's certificate says of its revocation. ``FetchError`` when the authority or the responder does not answer as it should;
    otherwise as ``update_file``.
    """
    fetcher = fetcher or network(limits)
    stamper = TimeStamper(tsa, fetcher, limits=limits) if isinstance(tsa, str) else tsa
    builder = UpdateBuilder(generator=generator, policy=policy, limits=limits)
    with _opened(source, sidecar, policy, limits) as opened:
        signer.check()
        active = opened.report.manifests[-1:]
        chosen = [manifest for manifest in (opened.report.manifests if ancestors else active) if manifest.reached]
        tokens = {manifest.label: _stamped(manifest.manifest, stamper) for manifest in chosen}
        builder.add(OpaqueAssertion("c2pa.time-stamp", tokens, "cbor"))
        if staple:
            builder.add(OpaqueAssertion("c2pa.certificate-status", {"ocspVals": [_revocation(opened.report, fetcher, limits)]}, "cbor"))
        adjuncts = Adjuncts(time_stamper=stamper)
        return opened.sign(builder, output, signer, adjuncts, overwrite=overwrite, progress=progress)


def _stamped(manifest: Manifest, stamper: TimeStamper) -> bytes:
    box = manifest.signature_box
    data = box.content("cbor") if box else None
    if data is None:
        raise AssetError(f"the manifest {manifest.label} has no claim signature that could be stamped")
    return stamp_signature(parse_sign1(data, where="claim signature"), stamper)


def _revocation(report: Report, fetcher: Fetcher, limits: Limits) -> bytes:
    from credkit.trust.revocation import fetch_staple

    signature = report.active.signature if report.active else None
    chain = signature.chain if signature else ()
    if len(chain) < 2:
        raise FetchError(
            "the file does not hold the certificate of the signer's issuer, so nobody can be asked whether it was revoked: "
            "leave that out (--staple)"
        )
    return fetch_staple(chain[0], chain[1], fetcher, limits)
