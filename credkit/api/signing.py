"""``sign_file``: a picture, what there is to say about it, and a signer become a signed picture.

The order matters: parent and ingredients are checked first, metadata mirrors are written before the hash is taken, the store
comes last, and what was written is verified before it takes its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from credkit.api.countersigning import asks_for_stamp, chosen_adjuncts, stated_time
from credkit.api.file_inputs import Intake
from credkit.api.journalled import journalled
from credkit.api.lifted import Beginning, Lift, Texts, gather_texts, with_lifted
from credkit.api.mirrors import with_mirrors
from credkit.api.model_description import ModelDescription, kind_of_file, with_model_statements
from credkit.api.previews import find_regions, make_preview
from credkit.api.reading import name_of, open_with_sidecar
from credkit.api.sealed import PromptPrivacy, Sealing
from credkit.api.statements import Statements
from credkit.api.withholding import check_privacy, plan_sealing
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

__all__ = ["Binding", "PromptPrivacy", "SignResult", "sign_file"]

Binding = Literal["data", "boxes"]
_HEAVY = 300_000
"""Bytes of credentials of models that a person should hear of."""
_BINDINGS = {"data": "c2pa.hash.data", "boxes": "c2pa.hash.boxes"}


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
    binding: Binding | None = None,
    parts: bool = False,
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

    A model file that is signed is measured, and its data sets and base models (``statements``) become ingredients. ``progress`` hears of
    the bytes read so far, of models first and then of the source.

    ``lift`` reads what generation tools left in the source (prompt, seed, settings, models), or what the header of a model says, and states
    it; ``Lift`` says more exactly how.
    ``lifted`` is the same, handed over by a program that generated the picture itself. The words of ``statements`` win over both.
    ``prompt`` is ``public``; ``sealed`` to put salted commitments in the place of prompts, seed and every text that could hold them, whose
    openings are kept in the file ``openings`` (by default in the user's data folder) and shown later with ``reveal``; or ``omit`` to leave
    them out. Under both of these, every other place of the picture that holds such a text is cleared, or signing is refused.

    ``labels`` are what the rules of China, the European Union and California ask a generated picture to carry: written into the manifest
    and, also without ``mirrors``, into the picture's own metadata; those that it carries already stay.

    ``journal`` is the author's journal: it is told before and after signing, and the manifest refers to it, so that each can be shown to
    belong to the other. A signing that fails is told there, too.

    ``binding`` ties the manifest to the file as a whole (``data``) or box by box (``boxes``), in formats where both can be done; by default
    as is usual for the format. ``parts`` also binds each part of a file of several apart (a gain map or a film behind a picture), so that
    the picture can still be verified when those behind it were taken away.

    Raises ``DefinitionError``, ``CredentialError``, ``AssetError``, ``HistoryError``, ``FetchError`` or ``OutputError``; after each of them
    every existing file is as it was.
    """
    _check_region(region)
    _check_binding(binding)
    _check_labels(labels, sidecar=sidecar)
    check_privacy(prompt, openings)
    statements = statements or Statements()
    snapshot = snapshot_of(source)
    with open_with_sidecar(source) as (opened, beside):
        builder = Builder(title=statements.title or name_of(source) or None, generator=generator, limits=limits)
        builder.binding = _BINDINGS[binding] if binding else None
        builder.parts = parts
        signing = _Signing(
            source=source,
            opened=opened,
            beside=beside,
            picture=opened,
            output=output,
            builder=builder,
            statements=statements,
            policy=policy,
            intake=Intake(policy=policy, history=statements.model_history, progress=progress),
        )
        if definition is not None:
            signing.define(definition, generator)
        signing.describe_model(lift=bool(lift), parent=parent, prompt=prompt, drop_history=drop_history)
        texts = Texts()
        if signing.model is None and (lift or lifted or statements.prompt or prompt != "public"):
            texts = gather_texts(opened, signing.path, limits)
        if signing.model is None and (lift or lifted):
            signing.lift(texts, lift, lifted, signing.beginning(parent, drop_history=drop_history))
        sealing = signing.withhold(texts, prompt, Path(openings) if openings is not None else None)
        origin = signing.add_parent(parent, sealing, drop_history=drop_history)
        for asset in ingredients:
            signing.add_component(asset, sealing)
        if region == "auto":
            signing.find_regions(origin)
        signing.state(sealing)
        signing.picture = sealing.cleared(opened, sidecar=sidecar)
        for actor in actors:
            builder.add_identity(actor.signer, roles=actor.roles, referenced=actor.referenced, key_order=actor.key_order)
        properties: Mapping[str, str] = {}
        if labels is not None:
            properties = signing.label(labels, stamped=asks_for_stamp(timestamp, definition))
        if thumbnail:
            signing.add_preview()
        adjuncts = chosen_adjuncts(signer, definition, timestamp=timestamp, staple=staple, fetcher=fetcher, limits=limits)
        if not sidecar:
            signing.mirror(properties, wanted=mirrors)
        write = builder.sign_sidecar if sidecar else builder.sign
        with signing.entered(journal, sealing), sealing.kept(output):
            written = write(
                signing.picture,
                output,
                signer,
                sidecar=beside,
                overwrite=overwrite,
                drop_history=drop_history,
                adjuncts=adjuncts,
                snapshot=snapshot,
                last_check=sealing.last_check,
                progress=signing.intake.of_one_file() if progress else None,
            )
    return signing.result(written, sealing)


@dataclass(slots=True, kw_only=True)
class _Signing:
    """One signing on its way to the disk: what is known so far, and the steps of ``sign_file`` in the order in which they are taken."""

    source: Asset
    opened: Source
    """``source`` as it was found."""
    beside: Source | None
    """The manifest store that lies beside it."""
    picture: Source
    """What is signed: ``opened``, later with texts cleared, a mark drawn, metadata added."""
    output: Target
    builder: Builder
    statements: Statements
    """What is stated; from ``withhold`` on without what is kept private."""
    policy: TrustPolicy | None
    intake: Intake
    """How models and data sets are taken in."""
    model: ModelDescription | None = None
    """What is known of the source when it is a model or a data set, and no picture."""
    notes: list[str] = field(default_factory=list)

    @property
    def limits(self) -> Limits:
        return self.builder.limits

    @property
    def path(self) -> Path | None:
        return Path(self.source) if isinstance(self.source, (str, os.PathLike)) else None

    def define(self, definition: Definition, generator: GeneratorInfo | None) -> None:
        """Take in a definition; title and generator that were given beside it win."""
        self.notes += apply_definition(self.builder, definition, policy=self.policy)
        self.builder.title = self.statements.title or self.builder.title
        self.builder.generator = generator or self.builder.generator

    def beginning(self, parent: Asset | Report | None, *, drop_history: bool) -> Beginning:
        """What says how the picture began, besides the statements and its own texts."""
        if self.builder.is_created:
            return "definition"
        if parent is not None or self.builder.parent is not None:
            return "parent"
        return "signed" if not drop_history and self._is_signed() else "unsaid"

    def describe_model(self, *, lift: bool, parent: Asset | Report | None, prompt: PromptPrivacy, drop_history: bool) -> None:
        """Look at a model that is to be signed; its header stands in the place of the texts of a picture."""
        kind = kind_of_file(self.opened, self.statements)
        if kind is None:
            return
        if prompt != "public":
            raise DefinitionError("a model file holds no prompt that could be withheld: leave out --prompt-privacy")
        self.model = ModelDescription.of(kind, self.opened, self.path, name_of(self.source), self.intake, lift=lift, limits=self.limits)
        begun = self.beginning(parent, drop_history=drop_history) != "unsaid"
        self.statements, told = with_model_statements(self.statements, self.model, begun=begun)
        self.notes += (*told, *self.model.notes())

    def lift(self, texts: Texts, lift: Lift | bool, lifted: Lifted | None, beginning: Beginning) -> None:
        """State what a program handed over and, where it is asked for, what the texts of the picture say."""
        found = (*((lifted,) if lifted else ()), *(texts.lifted if lift else ()))
        how = lift if isinstance(lift, Lift) else Lift()
        self.statements, told = with_lifted(self.statements, found, how, beginning, self.limits)
        self.notes += told

    def withhold(self, texts: Texts, prompt: PromptPrivacy, openings: Path | None) -> Sealing:
        """Keep back what is to be private; the label is settled here, since openings name it."""
        sealing = plan_sealing(
            self.statements,
            texts,
            prompt,
            openings=openings,
            label=self.builder.settle_label(),
            asset=name_of(self.output) or name_of(self.source),
            limits=self.limits,
        )
        sealing.look_around(self.path, self.output)
        self.statements = sealing.statements
        return sealing

    def add_parent(self, parent: Asset | Report | None, sealing: Sealing, *, drop_history: bool) -> Asset | None:
        """Take in the parent: the given one, else the source itself when it carries credentials and was not made anew. Answers with the
        picture of the parent, where there is one to look at.
        """
        if isinstance(parent, Report):
            self.builder.add_parent(parent, title=sealing.title_of_ingredient(parent), policy=self.policy)
            return None
        if parent is None:
            is_new = self.builder.is_created or self.statements.created or drop_history
            if is_new or self.builder.parent or not self._is_signed():
                return None
            title = sealing.title_of_ingredient(self.source) or name_of(self.source) or None
            self.builder.add_parent(self.opened, title=title, sidecar=self.beside, policy=self.policy)
            return self.opened
        with open_with_sidecar(parent) as (_, sidecar):
            self.builder.add_parent(parent, title=sealing.title_of_ingredient(parent), sidecar=sidecar, policy=self.policy)
        return parent

    def add_component(self, asset: Asset | Report, sealing: Sealing) -> None:
        title = sealing.title_of_ingredient(asset)
        if isinstance(asset, Report):
            self.builder.add_component(asset, title=title, policy=self.policy)
            return
        with open_with_sidecar(asset) as (_, beside):
            self.builder.add_component(asset, title=title, sidecar=beside, policy=self.policy)

    def find_regions(self, origin: Asset | None) -> None:
        if origin is None:
            raise DefinitionError("--region auto compares the picture with its parent: name the parent (--parent)")
        if not self.statements.edited:
            raise DefinitionError("a region belongs to an edit: say what kind (--edited compositeWithTrainedAlgorithmicMedia)")
        regions, note = find_regions(origin, self.opened, self.limits)
        self.statements = replace(self.statements, regions=(*self.statements.regions, *regions))
        self.notes.append(note)

    def state(self, sealing: Sealing) -> None:
        """Say in the manifest what there is to say, once nothing private is left in it."""
        self.statements.apply(self.builder, self.intake)
        if self.model is not None:
            self.model.state(self.builder, self.statements)
        self.builder.title = sealing.title(self.statements.title, self.builder.title)
        sealing.check_ingredients(self.builder.ingredients)

    def label(self, labels: Labels, *, stamped: bool) -> Mapping[str, str]:
        """Label the picture, and answer with what its metadata is to hold. Labels load XML, so only who wants them pays for it."""
        from credkit.api.labelling import labelled

        done = labelled(self.picture, labels, self.statements, self.builder, stamped=stamped, limits=self.limits)
        self.picture = done.source
        self.notes += done.notes
        return done.properties

    def add_preview(self) -> None:
        preview = make_preview(self.picture, self.limits)
        if preview is None:
            self.notes.append("No thumbnail was added: the picture could not be decoded.")
        else:
            self.builder.add(preview)

    def mirror(self, labels: Mapping[str, str], *, wanted: bool) -> None:
        """Repeat labels and, where ``wanted``, statements in the metadata."""
        statements = self.statements if wanted else None
        self.picture, self.builder.instance_id = with_mirrors(
            self.picture, statements, self.builder.instance_id, self.limits, labels=labels
        )

    @contextmanager
    def entered(self, journal: str | os.PathLike[str] | None, sealing: Sealing) -> Iterator[None]:
        """Tell the journal of what is written inside of the block."""
        told = journalled(
            journal,
            self.builder,
            self.opened,
            name=name_of(self.source),
            statements=sealing.unsealed,
            texts=sealing.texts,
            limits=self.limits,
        )
        with told as finished:
            yield
            self.notes += finished(self.output)

    def result(self, written: Written, sealing: Sealing) -> SignResult:
        reports = tuple(handle.report for handle in self.builder.ingredients if handle.report)
        self.notes += self._weight()
        warnings = (warning for report in reports if (warning := _warning(report)))
        return SignResult(
            label=written.report.active_manifest or "",
            store=written.store,
            report=written.report,
            ingredients=reports,
            stamped=stated_time(written.report, self.limits),
            openings=sealing.openings,
            notes=(*sealing.notes, *self.notes, *warnings),
        )

    def _weight(self) -> Iterator[str]:
        """How much the credentials of models add to a picture, where that is more than people expect."""
        inputs = (handle.report for handle in self.builder.ingredients if handle.relationship == "inputTo")
        size = sum(len(report.store.data) for report in inputs if report and report.store)
        if self.model is None and size >= _HEAVY:
            yield f"The credentials of the models add {size / 1e6:.1f} MB to the picture (--no-model-history leaves them out)."

    def _is_signed(self) -> bool:
        return load_store(self.opened, sidecar=self.beside).store is not None


def _check_region(region: str | None) -> None:
    if region not in (None, "auto"):
        raise DefinitionError('"region" is "auto" or left out; regions that are known go into the statements (Statements(regions=...))')


def _check_binding(binding: str | None) -> None:
    if binding is not None and binding not in _BINDINGS:
        raise DefinitionError('"binding" is "data" or "boxes", or left out for what is usual for the format')


def _check_labels(labels: Labels | None, *, sidecar: bool) -> None:
    if labels is not None and sidecar:
        raise DefinitionError("labels stand in the picture itself, and with a sidecar it stays as it is: leave out one of the two")


def _warning(report: Report) -> str | None:
    """What a person should know about an ingredient that was taken in although something is wrong with it."""
    if report.state == "Invalid":
        return f'"{report.name}" does not pass verification; this was recorded. Run "credkit verify" on it to see why.'
    if report.state == "error":
        return f'"{report.name}" was taken in without its credentials: {report.problem}'
    return None
