"""The steps that ``sign_file`` takes, and what it tells at the end.

Each step knows what it needs from the others; in which order they come is told in ``signing`` alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from credkit.api.countersigning import stated_time
from credkit.api.file_inputs import Intake
from credkit.api.journalled import journalled
from credkit.api.lifted import Beginning, Lift, Texts, with_lifted
from credkit.api.mirrors import with_mirrors
from credkit.api.model_description import ModelDescription, kind_of_file, with_model_statements
from credkit.api.previews import SAME_PICTURE, find_regions, find_thumbnail, make_preview
from credkit.api.reading import name_of, open_with_sidecar
from credkit.api.sealed import PromptPrivacy, Sealing
from credkit.api.statements import Statements
from credkit.api.withholding import plan_sealing
from credkit.assets import Asset, Source
from credkit.dataclass import dataclass, field, replace
from credkit.errors import DefinitionError
from credkit.lifting.lifted import Lifted
from credkit.limits import Limits
from credkit.load import load_store
from credkit.manifest.assertions import GeneratorInfo
from credkit.manifest.hashed_uri import HashedUri
from credkit.sign.builder import Builder
from credkit.sign.thumbnails import StoredThumbnails, own_thumbnail
from credkit.sign.writing import Target, Written
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report

if TYPE_CHECKING:
    from credkit.labels import Labels
    from credkit.sign.definition import Definition
    from credkit.sign.named_actor import NamedActor

__all__ = ["SignResult", "Signing"]

_FILES_LISTED = "c2pa.hash.collection.data"
_HEAVY = 300_000
"""Bytes of credentials of models that a person should hear of."""


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


@dataclass(slots=True, kw_only=True)
class Signing:
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
    thumbnail_budget: int | None = None
    """Bytes of all thumbnails in the store; None where none is wanted."""
    seen: HashedUri | None = None
    """A thumbnail of ``opened`` that is in its history."""
    notes: list[str] = field(default_factory=list)

    @property
    def limits(self) -> Limits:
        """Of the builder."""
        return self.builder.limits

    @property
    def path(self) -> Path | None:
        """Where the source lies; None for bytes and streams."""
        return Path(self.source) if isinstance(self.source, (str, os.PathLike)) else None

    def define(self, definition: Definition, generator: GeneratorInfo | None) -> None:
        """Take in a definition; title and generator that were given beside it win."""
        from credkit.sign.definition import apply_definition

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
            raise DefinitionError("prompts are withheld from pictures, films and sounds, not from a model file: leave out --prompt-privacy")
        self.model = ModelDescription.of(kind, self.opened, self.path, name_of(self.source), self.intake, lift=lift, limits=self.limits)
        measured = self.model.measured.get("sha256")
        self.intake.itself = measured if isinstance(measured, str) else None
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
            self.seen = self._take_parent(self.opened, self.opened, title, self.beside)
            return self.opened
        with open_with_sidecar(parent) as (opened, sidecar):
            self._take_parent(parent, opened, sealing.title_of_ingredient(parent), sidecar)
        return parent

    def _take_parent(self, asset: Asset, opened: Source, title: str | None, sidecar: Source | None) -> HashedUri | None:
        """Take in a parent whose picture is at hand, and answer with the thumbnail that shows the picture as it is, where there is one."""
        report = self.builder.examine(asset, title=title, sidecar=sidecar, policy=self.policy)
        shown = own_thumbnail(report)
        if shown is None and self.thumbnail_budget is not None:
            # Its own manifest has none when the picture was signed again as it was.
            shown = find_thumbnail(opened, StoredThumbnails([report]), self.limits)
        self.builder.add_parent(report, title=title, policy=self.policy, thumbnail=shown)
        return shown if report.content_intact else None

    def add_components(self, assets: Iterable[Asset | Report], sealing: Sealing) -> None:
        """Take in what was put into the picture, with its credentials."""
        for asset in assets:
            self._add_component(asset, sealing)

    def _add_component(self, asset: Asset | Report, sealing: Sealing) -> None:
        title = sealing.title_of_ingredient(asset)
        if isinstance(asset, Report):
            self.builder.add_component(asset, title=title, policy=self.policy)
            return
        with open_with_sidecar(asset) as (_, beside):
            self.builder.add_component(asset, title=title, sidecar=beside, policy=self.policy)

    def find_regions(self, origin: Asset | None) -> None:
        """State where the picture differs from its parent; ``DefinitionError`` where there is none, or no kind of edit is said."""
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

    def add_actors(self, actors: Iterable[NamedActor]) -> None:
        """Let each of them sign what they stand behind."""
        for actor in actors:
            self.builder.add_identity(actor.signer, roles=actor.roles, referenced=actor.referenced, key_order=actor.key_order)

    def label(self, labels: Labels, *, stamped: bool) -> Mapping[str, str]:
        """Label the picture, and answer with what its metadata is to hold. Labels load XML, so only who wants them pays for it."""
        from credkit.api.labelling import labelled

        done = labelled(self.picture, labels, self.statements, self.builder, stamped=stamped, limits=self.limits)
        self.picture = done.source
        self.notes += done.notes
        return done.properties

    def add_preview(self) -> None:
        """Add a small picture of what is signed, where one is wanted; a note tells why there is none, or a smaller one than usual."""
        if self.thumbnail_budget is None:
            return
        if self.seen is not None and self.picture is self.opened:
            self.notes.append(SAME_PICTURE)
            return
        stored = StoredThumbnails(handle.report for handle in self.builder.ingredients if handle.report)
        preview, note = make_preview(self.picture, stored, self.thumbnail_budget, self.limits)
        if preview is not None:
            self.builder.add(preview)
        if note is not None:
            self.notes.append(note)

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
        """What is told of the finished signing."""
        reports = tuple(handle.report for handle in self.builder.ingredients if handle.report)
        self.notes += self._weight()
        warnings = (warning for report in reports if (warning := _warning(report) or _uncompared(report)))
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
            yield f"The credentials of the models add {size / 1e6:.1f} MB to the file (--no-model-history leaves them out)."

    def _is_signed(self) -> bool:
        return load_store(self.opened, sidecar=self.beside).store is not None


def _uncompared(report: Report) -> str | None:
    """A list of files that nobody held against the files."""
    listing = report.active is not None and any(a.base_label == _FILES_LISTED for a in report.active.manifest.assertions)
    if not listing or report.content_intact is not None:
        return None
    return f'The files that "{report.name}" lists were not compared with it ("credkit dataset verify" does that).'


def _warning(report: Report) -> str | None:
    """What a person should know about an ingredient that was taken in although something is wrong with it."""
    if report.state == "Invalid":
        return f'"{report.name}" does not pass verification; this was recorded. Run "credkit verify" on it to see why.'
    if report.state == "error":
        return f'"{report.name}" was taken in without its credentials: {report.problem}'
    return None
