"""``sign_file``: a picture, what there is to say about it, and a signer become a signed picture.

The order matters: parent and ingredients are checked first, metadata mirrors are written before the hash is taken, the store
comes last, and what was written is verified before it takes its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from credkit.api.countersigning import asks_for_stamp, chosen_adjuncts, stated_time
from credkit.api.journalled import journalled
from credkit.api.lifted import Beginning, Lift, Texts, gather_texts, with_lifted
from credkit.api.mirrors import with_mirrors
from credkit.api.previews import find_regions, make_preview
from credkit.api.reading import name_of, open_with_sidecar
from credkit.api.sealed import PromptPrivacy, Sealing, check_privacy, plan_sealing
from credkit.api.statements import Statements
from credkit.assets import Asset, Source
from credkit.assets.engine import Progress
from credkit.errors import DefinitionError
from credkit.labels import Labels
from credkit.lifting.lifted import Lifted
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import load_store
from credkit.manifest.assertions import GeneratorInfo
from credkit.sign.builder import Builder
from credkit.sign.definition import Definition, apply_definition
from credkit.sign.named_actor import NamedActor
from credkit.sign.opening import snapshot_of
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.sign.writing import Target, Written
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report

__all__ = ["PromptPrivacy", "SignResult", "sign_file"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignResult:
    """A finished signing, for callers that want to tell what happened."""

    label: str
    """Label of the new active manifest."""
    store: bytes
    report: Report
    """The verification of our own output: of a new signature without any trust list, of an update with the one that was given."""
    ingredients: tuple[Report, ...]
    """What the check of each parent and component found."""
    stamped: datetime | None = None
    """The time, UTC, that the time-stamp beside the signature states; None without one."""
    openings: Path | None = None
    """The file that keeps the openings of what was sealed; None where nothing was."""
    notes: tuple[str, ...] = ()
    """Sentences for people: a parent that fails its check, a region that could not be found, what a definition asked for in vain."""


def sign_file(
    source: Asset,
    output: Target,
    statements: Statements | None = None,
    *,
    signer: Signer,
    parent: Asset | Report | None = None,
    ingredients: Iterable[Asset | Report] = (),
    definition: Definition | None = None,
    region: Literal["auto"] | None = None,
    thumbnail: bool = False,
    mirrors: bool = True,
    sidecar: bool = False,
    generator: GeneratorInfo | None = None,
    drop_history: bool = False,
    overwrite: bool = True,
    policy: TrustPolicy | None = None,
    actors: Iterable[NamedActor] = (),
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
    fetcher: Fetcher | None = None,
    lift: Lift | bool = False,
    lifted: Lifted | None = None,
    prompt: PromptPrivacy = "public",
    openings: str | os.PathLike[str] | None = None,
    labels: Labels | None = None,
    journal: str | os.PathLike[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> SignResult:
    """Sign ``source`` (path, bytes or seekable stream) into ``output`` (path, also the source's own, or binary stream).

    ``statements`` says what there is to say; ``definition`` is a c2patool manifest definition (path, mapping or JSON text) and
    may stand beside or instead of it. ``parent`` is the picture that this one is a new version of (or the report on it, when it
    was checked before); a source that is signed itself and is not said to be created counts as its own parent. ``ingredients``
    were put into it. ``region="auto"`` compares the pixels with the parent and records where they differ. ``thumbnail`` adds a
    small preview, ``mirrors`` repeats creator, rights and AI statements in XMP and EXIF (before signing). ``sidecar`` leaves the
    picture alone and writes the manifest store to ``output``. ``policy`` decides what is recorded about trust in the signers of
    ingredients.

    ``actors`` are persons or organizations that sign, each with a key of its own, which statements they stand behind (CAWG identity
    assertions).

    ``timestamp`` has the time of signing attested by a time-stamp authority (its address; that of the definition, ``ta_url``, counts when
    there is none here). ``staple`` also puts the present revocation status of the signer's certificate into the file. Both ask the
    network, through ``fetcher`` (by default an ``HttpFetcher``); without them the network is never used, and when they are asked for and
    cannot be had, nothing is signed.

    ``lift`` reads what generation tools left in the source (prompt, seed, settings, models) and states it; ``Lift`` says more exactly how.
    ``lifted`` is the same, handed over by a program that generated the picture itself. The words of ``statements`` win over both.
    ``prompt`` is ``public``; ``sealed`` to put salted commitments in the place of prompts, seed and every text that could hold them, whose
    openings are kept in the file ``openings`` (by default in the user's data folder) and shown later with ``reveal``; or ``omit`` to leave
    them out. Under both of these, every other place of the picture that holds such a text is cleared, or signing is refused.

    ``labels`` are what the rules of China, the European Union and California ask a generated picture to carry: written into the manifest
    and, also without ``mirrors``, into the picture's own metadata; those that it carries already stay.

    ``journal`` is the author's journal: it is told before and after signing, and the manifest refers to it, so that each can be shown to
    belong to the other. A signing that fails is told there, too.

    Raises ``DefinitionError``, ``CredentialError``, ``AssetError``, ``HistoryError``, ``FetchError`` or ``OutputError``; after each of them
    every existing file is as it was.
    """
    if labels is not None and sidecar:
        raise DefinitionError("labels stand in the picture itself, and with a sidecar it stays as it is: leave out one of the two")
    if region not in (None, "auto"):
        raise DefinitionError('"region" is "auto" or left out; regions that are known go into the statements (Statements(regions=...))')
    statements = statements or Statements()
    notes: list[str] = []
    check_privacy(prompt, openings)
    snapshot = snapshot_of(source)
    with open_with_sidecar(source) as (opened, beside):
        builder = Builder(title=statements.title or name_of(source) or None, generator=generator, limits=limits)
        if definition is not None:
            notes += apply_definition(builder, definition, policy=policy)
            builder.title = statements.title or builder.title
            builder.generator = generator or builder.generator
        sealing = _statements_of(
            builder,
            source,
            (opened, beside),
            statements,
            parent=parent,
            drop_history=drop_history,
            lift=lift,
            lifted=lifted,
            prompt=prompt,
            openings=openings,
            output=output,
            notes=notes,
        )
        statements = sealing.statements
        created = builder.is_created or bool(statements.created) or drop_history
        origin = _add_parent(builder, source, (opened, beside), parent, policy, created=created)
        for asset in ingredients:
            _add_component(builder, asset, policy)
        if region == "auto":
            statements, note = _with_regions(statements, origin, opened, limits)
            notes.append(note)
        statements.apply(builder)
        builder.title = sealing.title(statements.title, builder.title)
        sealing.check_ingredients(builder.ingredients)
        shown = sealing.cleared(opened, sidecar=sidecar)
        for actor in actors:
            builder.add_identity(actor.signer, roles=actor.roles, referenced=actor.referenced, key_order=actor.key_order)
        properties: Mapping[str, str] = {}
        if labels is not None:
            shown, properties = _labelled(shown, labels, statements, builder, notes, stamped=asks_for_stamp(timestamp, definition))
        if thumbnail:
            notes += _add_preview(builder, shown, limits)
        adjuncts = chosen_adjuncts(signer, definition, timestamp=timestamp, staple=staple, fetcher=fetcher, limits=limits)
        sign, prepared = builder.sign_sidecar, shown
        if not sidecar:
            prepared, instance_id = with_mirrors(shown, statements if mirrors else None, builder.instance_id, limits, labels=properties)
            sign, builder.instance_id = builder.sign, instance_id
        with journalled(
            journal, builder, opened, name=name_of(source), statements=sealing.unsealed, texts=sealing.texts, limits=limits
        ) as finished:
            with sealing.kept(output):
                written = sign(
                    prepared,
                    output,
                    signer,
                    sidecar=beside,
                    overwrite=overwrite,
                    drop_history=drop_history,
                    adjuncts=adjuncts,
                    snapshot=snapshot,
                    last_check=sealing.last_check,
                    progress=progress,
                )
            notes += finished(output)
    result = _result(builder, written, notes, limits)
    return replace(result, openings=sealing.openings, notes=(*sealing.notes, *result.notes))


def _statements_of(
    builder: Builder,
    source: Asset,
    opened: tuple[Source, Source | None],
    statements: Statements,
    *,
    parent: Asset | Report | None,
    drop_history: bool,
    lift: Lift | bool,
    lifted: Lifted | None,
    prompt: PromptPrivacy,
    openings: str | os.PathLike[str] | None,
    output: Target,
    notes: list[str],
) -> Sealing:
    """What is to be stated, with what was lifted and without what is withheld."""
    path = Path(source) if isinstance(source, (str, os.PathLike)) else None
    wanted = lift or lifted or prompt != "public" or statements.prompt
    texts = gather_texts(opened[0], path, builder.limits) if wanted else Texts()
    if lift or lifted:
        beginning = _beginning(builder, parent, opened, drop_history=drop_history)
        found = (*((lifted,) if lifted else ()), *(texts.lifted if lift else ()))
        statements, told = with_lifted(statements, found, lift if isinstance(lift, Lift) else Lift(), beginning, builder.limits)
        notes += told
    sealing = plan_sealing(
        statements,
        texts,
        prompt,
        openings=Path(openings) if openings is not None else None,
        label=builder.settle_label(),
        asset=name_of(output) or name_of(source),
        limits=builder.limits,
    )
    sealing.note_twins(path, output)
    return sealing


def _beginning(builder: Builder, parent: Asset | Report | None, opened: tuple[Source, Source | None], *, drop_history: bool) -> Beginning:
    """What says how the picture began, besides the statements and its own texts."""
    if builder.is_created:
        return "definition"
    if parent is not None or builder.parent is not None:
        return "parent"
    source, beside = opened
    return "signed" if not drop_history and load_store(source, sidecar=beside).store is not None else "unsaid"


def _result(builder: Builder, written: Written, notes: list[str], limits: Limits) -> SignResult:
    reports = tuple(handle.report for handle in builder.ingredients if handle.report)
    return SignResult(
        label=written.report.active_manifest or "",
        store=written.store,
        report=written.report,
        ingredients=reports,
        stamped=stated_time(written.report, limits),
        notes=(*notes, *(warning for report in reports if (warning := _warning(report)))),
    )


def _add_parent(
    builder: Builder,
    source: Asset,
    opened: tuple[Source, Source | None],
    parent: Asset | Report | None,
    policy: TrustPolicy | None,
    *,
    created: bool,
) -> Asset | None:
    """Take the parent in: the given one, else the source itself (``opened`` with what lies beside it) when it carries credentials and
    was not made anew.
    """
    if isinstance(parent, Report):
        builder.add_parent(parent, policy=policy)
        return None
    if parent is None:
        picture, beside = opened
        if created or builder.parent or load_store(picture, sidecar=beside).store is None:
            return None
        builder.add_parent(picture, title=name_of(source) or None, sidecar=beside, policy=policy)
        return picture
    with open_with_sidecar(parent) as (_, sidecar):
        builder.add_parent(parent, sidecar=sidecar, policy=policy)
    return parent


def _add_component(builder: Builder, asset: Asset | Report, policy: TrustPolicy | None) -> None:
    if isinstance(asset, Report):
        builder.add_component(asset, policy=policy)
        return
    with open_with_sidecar(asset) as (_, beside):
        builder.add_component(asset, sidecar=beside, policy=policy)


def _with_regions(statements: Statements, origin: Asset | None, opened: Source, limits: Limits) -> tuple[Statements, str]:
    if origin is None:
        raise DefinitionError("--region auto compares the picture with its parent: name the parent (--parent)")
    if not statements.edited:
        raise DefinitionError("a region belongs to an edit: say what kind (--edited compositeWithTrainedAlgorithmicMedia)")
    regions, note = find_regions(origin, opened, limits)
    return replace(statements, regions=(*statements.regions, *regions)), note


def _labelled(
    opened: Source, labels: Labels, statements: Statements, builder: Builder, notes: list[str], *, stamped: bool
) -> tuple[Source, Mapping[str, str]]:
    """The picture with its visible mark, and what its metadata is to hold. Labels load XML, so only who wants them pays for it."""
    from credkit.api.labelling import labelled

    done = labelled(opened, labels, statements, builder, stamped=stamped, limits=builder.limits)
    notes += done.notes
    return done.source, done.properties


def _add_preview(builder: Builder, opened: Source, limits: Limits) -> list[str]:
    preview = make_preview(opened, limits)
    if preview is None:
        return ["No thumbnail was added: the picture could not be decoded."]
    builder.add(preview)
    return []


def _warning(report: Report) -> str | None:
    """What a person should know about an ingredient that was taken in although something is wrong with it."""
    if report.state == "Invalid":
        return f'"{report.name}" does not pass verification; this was recorded. Run "credkit verify" on it to see why.'
    if report.state == "error":
        return f'"{report.name}" was taken in without its credentials: {report.problem}'
    return None
