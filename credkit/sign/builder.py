"""``Builder``: state what there is to say about a picture, then sign it.

The one mutable object of credkit. Each ``add`` checks what it is given and builds the assertion at once; ``sign`` can be
called several times, and each call makes a manifest with a name of its own.

Writer profile: claim version 2, actions in ``created_assertions`` with ``allActionsIncluded``, salted assertions, absolute
URIs wherever the standard allows them, data hash (clauses: "Claims", anchor ``_claims``; "Standard manifests", anchor
``_standard_manifests``; "Actions", anchor ``_actions``).
"""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any, Literal, Unpack

from credkit.assets import Asset, open_source
from credkit.assets.engine import Progress
from credkit.errors import AssetError, DefinitionError, HistoryError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import (
    Action,
    Actions,
    EmbeddedData,
    GeneratorInfo,
    Ingredient,
    Relationship,
    Statement,
    Thumbnail,
    check_statement,
)
from credkit.manifest.assertions.identity import KeyOrder
from credkit.manifest.assertions.text_rules import allowed_text
from credkit.manifest.hashed_uri import HashedUri
from credkit.sign.compose import AssertionBox, AssertionStore
from credkit.sign.draft import Draft
from credkit.sign.history import guard_history
from credkit.sign.inception import CREATED, settle_actions
from credkit.sign.ingredients import History, ImportedManifests, IngredientHandle, IngredientOptions, InputOptions
from credkit.sign.named_actor import NamedActor, identity_drafts
from credkit.sign.opening import check_binding, check_whole, scan_asset, snapshot_of
from credkit.sign.output import Snapshot
from credkit.sign.seal import NO_ADJUNCTS, Adjuncts
from credkit.sign.signer import Signer
from credkit.sign.thumbnails import own_thumbnail
from credkit.sign.writing import Delivery, Job, LastCheck, Target, Written, write_asset, write_sidecar
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report, verify
from credkit.version import __version__

__all__ = ["Builder", "default_generator"]

_STORE_FILE = "application/c2pa"
_MANIFEST_LABEL = re.compile(
    r"urn:c2pa:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?::[A-Za-z0-9._-]{1,32})?", re.IGNORECASE
)


def default_generator() -> GeneratorInfo:
    """credkit itself, with the edition of the standard that it writes."""
    return GeneratorInfo("credkit", __version__, spec_version="2.4.0")


class Builder:
    """A manifest in the making.

    ``title`` names the asset, ``generator`` the software that speaks (credkit by default; give your own when you build a tool
    on it). Nothing is read or written before ``add_parent``, ``add_component`` or ``sign``.
    """

    def __init__(
        self,
        *,
        title: str | None = None,
        generator: GeneratorInfo | None = None,
        instance_id: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self.title = title
        self.generator = generator or default_generator()
        self.instance_id = instance_id
        self.vendor: str | None = None
        """Ends the manifest's label (``urn:c2pa:<UUID>:<vendor>``): up to 32 letters, digits, ``.``, ``_`` and ``-``."""
        self.label: str | None = None
        """The whole label of the manifest, for one signing; a new one is made by default."""
        self.binding: str | None = None
        """Label of the hard binding, ``c2pa.hash.data`` or ``c2pa.hash.boxes``; that of the format by default."""
        self.parts = False
        """Whether each part of a file of several pictures or films gets a hash, too, so that those behind the first may be taken away."""
        self.limits = limits
        self._assertions = AssertionStore()
        self._imported = ImportedManifests()
        self._actions: list[Action] = []
        self._actors: list[NamedActor] = []
        self._ingredients: list[IngredientHandle] = []
        self._authorities = TrustPolicy.none()
        self._all_actions_included = True
        self._about_actions: dict[str, Any] = {}

    @property
    def ingredients(self) -> tuple[IngredientHandle, ...]:
        """What was added so far, in order."""
        return tuple(self._ingredients)

    @property
    def parent(self) -> IngredientHandle | None:
        """The parent, when there is one."""
        return next((i for i in self._ingredients if i.relationship == "parentOf"), None)

    @property
    def is_created(self) -> bool:
        """Whether an action says that the picture was made here."""
        return any(action.action == CREATED for action in self._actions)

    @property
    def actions(self) -> tuple[Action, ...]:
        """What was stated so far to be done, in order."""
        return tuple(self._actions)

    def states(self, label: str) -> bool:
        """Whether an assertion of that label was added."""
        return self._assertions.has(label)

    # What was done

    def add_action(self, action: Action) -> None:
        """State that something was done; actions are listed in the order in which they are added.

        ``c2pa.opened`` for the parent and ``c2pa.placed`` for components are added by ``sign`` when no action names them.
        """
        self._actions.append(action)

    def created(
        self,
        digital_source_type: str,
        *,
        when: datetime | str | None = None,
        software_agent: GeneratorInfo | None = None,
        description: str | None = None,
        inputs: Iterable[IngredientHandle] = (),
    ) -> None:
        """State that the picture was made here; ``inputs`` are prompts, seeds, models and the like that were added before."""
        references = tuple(handle.reference for handle in inputs)
        self.add_action(
            Action(
                CREATED,
                digital_source_type=digital_source_type,
                when=when,
                software_agent=software_agent,
                description=description,
                ingredients=references,
            )
        )

    def some_actions_left_out(self) -> None:
        """State that more was done than is listed (``allActionsIncluded`` is then false)."""
        self._all_actions_included = False

    def about_actions(
        self,
        *,
        software_agents: tuple[GeneratorInfo, ...] = (),
        templates: tuple[Mapping[str, Any], ...] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """State what holds for several actions: agents that actions name by ``software_agent_index``, templates, and assertion metadata."""
        self._about_actions = {"software_agents": software_agents, "templates": templates, "metadata": metadata}

    # What it was made from

    def add_parent(self, asset: Asset | Report, *, title: str | None = None, **options: Unpack[IngredientOptions]) -> IngredientHandle:
        """The picture that this one is a new version of; at most one. Options as for ``add_ingredient``."""
        return self.add_ingredient(asset, "parentOf", title=title, **options)

    def add_component(self, asset: Asset | Report, *, title: str | None = None, **options: Unpack[IngredientOptions]) -> IngredientHandle:
        """A picture that was put into this one. Options as for ``add_ingredient``."""
        return self.add_ingredient(asset, "componentOf", title=title, **options)

    def add_ingredient(
        self,
        asset: Asset | Report | None,
        relationship: Relationship,
        *,
        title: str | None = None,
        format: str | None = None,  # noqa: A002
        sidecar: Asset | None = None,
        policy: TrustPolicy | None = None,
        at: datetime | None = None,
        thumbnail: Thumbnail | HashedUri | Literal[False] | None = None,
        description: str | None = None,
        instance_id: str | None = None,
        data: EmbeddedData | Mapping[str, Any] | None = None,
        data_types: Iterable[str | Mapping[str, Any]] = (),
        informational_uri: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> IngredientHandle:
        """Take an asset in with its whole history; it is checked first and the findings are recorded.

        ``asset`` may be a manifest store alone (a ``.c2pa`` file), the report on an asset that was checked before, or None when
        only a description of the ingredient is at hand. ``policy`` decides what the record says about trust in its signer, ``at``
        sets the clock. ``format`` is found in the asset unless given; ``data`` is kept in the manifest, or says where on the web
        it is (``url``, ``alg``, ``hash``). ``thumbnail`` is a new one, or a reference to one in the manifests that are taken in; by default
        that of the ingredient's own manifest is referred to, and False stands for none. ``AssetError`` when the asset cannot be read,
        ``HistoryError`` when its manifests contradict ones taken in before. An asset that fails its check is taken in all the same, with
        the failure on record; see ``IngredientHandle.report``.
        """
        if relationship == "parentOf" and self.parent is not None:
            raise DefinitionError("a file has at most one parent; add the others as components")
        report = asset if isinstance(asset, Report | None) else self.examine(asset, title=title, sidecar=sidecar, policy=policy, at=at)
        if policy is not None:
            # Time-stamps that kept an ingredient valid have to count in the check of our own output, too.
            self._authorities = self._authorities.joined(TrustPolicy(time_stamps=policy.time_stamps))
        if report:
            self._imported.add(report)
        history = History.of(report) if report else None
        found = report.media_type if report and report.media_type != _STORE_FILE else None
        if isinstance(data, EmbeddedData):
            found = data.media_type
        statement = Ingredient(
            relationship,
            title=title or allowed_text(report.name if report else "") or None,
            format=format or found,
            instance_id=instance_id,
            manifest=history.active_manifest if history else None,
            claim_signature=history.claim_signature if history else None,
            validation_results=history.validation_results if history else None,
            data=self.add(data).reference if isinstance(data, EmbeddedData) else data,
            data_types=tuple(data_types),
            thumbnail=self._thumbnail(thumbnail, report),
            description=description,
            informational_uri=informational_uri,
            metadata=metadata,
        )
        handle = IngredientHandle(relationship=relationship, box=self.add(statement), report=report)
        self._ingredients.append(handle)
        return handle

    def examine(
        self,
        asset: Asset,
        *,
        title: str | None = None,
        sidecar: Asset | None = None,
        policy: TrustPolicy | None = None,
        at: datetime | None = None,
    ) -> Report:
        """The check of an asset before it is taken in, for those who want to see the report first; ``AssetError`` as there."""
        name = os.path.basename(os.fspath(asset)) if isinstance(asset, (str, os.PathLike)) else (title or "")
        with ExitStack() as stack:
            source = stack.enter_context(open_source(asset))
            beside = stack.enter_context(open_source(sidecar)) if sidecar is not None else None
            report = verify(source, sidecar=beside, policy=policy, at=at, limits=self.limits, name=name, profile=Profile.V2_4)
        if report.state == "error" and report.media_type is None:
            raise AssetError(f'the ingredient "{name}" cannot be taken in: {report.problem}')
        return report

    def add_input(self, title: str, data_types: Iterable[str], **options: Unpack[InputOptions]) -> IngredientHandle:
        """Something that went into the making and is no picture: a prompt, a seed, a model (``data_types`` such as
        ``c2pa.types.generator.prompt``).

        Options as for ``add_ingredient``. ``data`` is kept in the manifest; leave it out for large or private inputs.
        """
        return self.add_ingredient(None, "inputTo", title=title, data_types=data_types, **options)

    def _thumbnail(self, given: Thumbnail | HashedUri | Literal[False] | None, report: Report | None) -> HashedUri | None:
        if isinstance(given, HashedUri) or given is False:
            return given or None
        if given is not None:
            return self.add(given).reference
        return own_thumbnail(report) if report else None

    # What else there is to say

    def add(self, statement: Statement, *, gathered: bool | None = None) -> AssertionBox:
        """Add an assertion; ``DefinitionError`` when it is not a valid one.

        ``gathered`` puts it among the statements that others made and the signer only passes on. By default the signer
        vouches for it, unless the standard says otherwise.
        """
        checked = check_statement(statement)
        if checked.single and self._assertions.has(checked.label):
            raise DefinitionError(f"a manifest holds at most one {checked.label}")
        if (gathered and checked.created_only) or (gathered is False and checked.gathered):
            raise DefinitionError(f"{checked.label} belongs to the {'created' if gathered else 'gathered'} assertions")
        among_gathered = checked.gathered if gathered is None else gathered
        return self._assertions.add(checked.label, checked.content, checked.payload, gathered=among_gathered)

    def add_identity(
        self,
        signer: Signer,
        *,
        roles: Iterable[str] = (),
        referenced: Iterable[str] | None = None,
        key_order: KeyOrder = "deterministic",
    ) -> None:
        """Let a named person or organization sign, with a key of its own, which statements it stands behind (CAWG identity assertion).

        ``roles`` are ``cawg.creator``, ``cawg.editor`` and the like, ``referenced`` labels of assertions (by default actions, rights,
        training and disclosure of AI); the hard binding always belongs to them. Meaning of ``key_order`` and errors as for ``NamedActor``;
        ``CredentialError`` also when key and chain are not fit to sign.
        """
        labels = None if referenced is None else tuple(referenced)
        actor = NamedActor(signer=signer, roles=tuple(roles), referenced=labels, key_order=key_order)
        signer.check()
        self._actors.append(actor)

    # Sign

    def settle_label(self) -> str:
        """Give the manifest its label now, unless it has one, so that something else can name it before it is signed."""
        self.label = self.label or self._fresh_label()
        return self.label

    def _fresh_label(self) -> str:
        return f"urn:c2pa:{uuid.uuid4()}" + (f":{self.vendor}" if self.vendor else "")

    def _manifest_label(self) -> str:
        label = self.label or self._fresh_label()
        if not _MANIFEST_LABEL.fullmatch(label):
            raise DefinitionError(
                f'"{label}" is no label of a manifest: it reads "urn:c2pa:", a random UUID (version 4) and, after a colon, up to 32 '
                'letters, digits, ".", "_" or "-"'
            )
        if label in self._imported:
            raise DefinitionError(f"a manifest of the history has the label {label} already; leave the label out to get a new one")
        return label

    def draft(self) -> Draft:
        """The statements as they stand, under a new manifest label; ``DefinitionError`` when they do not make a manifest."""
        settled = settle_actions(tuple(self._actions), tuple(self._ingredients))
        checked = check_statement(Actions(settled, all_actions_included=self._all_actions_included, **self._about_actions))
        actions = AssertionStore().add(checked.label, checked.content, checked.payload)
        return Draft(
            label=self._manifest_label(),
            generator=self.generator,
            instance_id=self.instance_id or f"xmp.iid:{uuid.uuid4()}",
            title=self.title,
            assertions=(actions, *self._assertions.boxes),
            imported=self._imported.boxes,
            identities=identity_drafts(self._actors),
        )

    def sign(
        self,
        source: Asset,
        output: Target,
        signer: Signer,
        *,
        sidecar: Asset | None = None,
        overwrite: bool = True,
        drop_history: bool = False,
        adjuncts: Adjuncts = NO_ADJUNCTS,
        snapshot: Snapshot | None = None,
        last_check: LastCheck | None = None,
        progress: Progress | None = None,
    ) -> Written:
        """Sign ``source`` into ``output`` (which may be the source's own path).

        ``sidecar`` is the manifest store beside the source, whose history must not be lost either. ``adjuncts`` are a time-stamp and
        revocation responses to stand beside the signature. ``snapshot`` is the state of the file behind a source that is not given as a
        path; when it has changed in the end, nothing is written. ``last_check`` is called with the finished file before it takes its
        name, and stops that by raising.

        Raises ``DefinitionError`` (statements), ``CredentialError`` (signer), ``AssetError`` (source), ``HistoryError`` (the source's
        credentials would be lost), ``FetchError`` (no time-stamp) or ``OutputError``; after each of them every existing file is as it was.
        """
        snapshot = snapshot or snapshot_of(source)
        delivery = Delivery(overwrite=overwrite, snapshot=snapshot, policy=self._authorities, last_check=last_check)
        with self._open(source, signer, adjuncts, sidecar=sidecar, drop_history=drop_history) as job:
            return write_asset(job, output, delivery, progress=progress)

    def sign_sidecar(
        self,
        source: Asset,
        output: Target,
        signer: Signer,
        *,
        sidecar: Asset | None = None,
        overwrite: bool = True,
        drop_history: bool = False,
        adjuncts: Adjuncts = NO_ADJUNCTS,
        snapshot: Snapshot | None = None,
        last_check: LastCheck | None = None,
        progress: Progress | None = None,
    ) -> Written:
        """Sign ``source`` without changing it: the manifest store goes to ``output`` (``picture.jpg.c2pa``).

        Arguments and errors as for ``sign``. A source that carries a store of its own is refused, because readers would take that one.
        """
        snapshot = snapshot or snapshot_of(source)
        delivery = Delivery(overwrite=overwrite, snapshot=snapshot, policy=self._authorities, last_check=last_check)
        with self._open(source, signer, adjuncts, sidecar=sidecar, drop_history=drop_history, apart=True) as job:
            if job.layout.stores:
                raise HistoryError(
                    "the file carries credentials of its own, and readers prefer those to a file beside it: "
                    'sign into the file, or take them out first with "credkit strip"'
                )
            return write_sidecar(job, output, delivery, progress=progress)

    @contextmanager
    def _open(
        self,
        source: Asset,
        signer: Signer,
        adjuncts: Adjuncts,
        *,
        sidecar: Asset | None,
        drop_history: bool,
        apart: bool = False,
    ) -> Iterator[Job]:
        """The source, ready to be signed; everything that can be refused is refused before a byte is written."""
        signer.check()
        draft = self.draft()
        kept = frozenset(i.active_manifest for i in self._ingredients if i.active_manifest)
        with ExitStack() as stack:
            opened = stack.enter_context(open_source(source))
            beside = stack.enter_context(open_source(sidecar)) if sidecar is not None else None
            asset_format, layout = scan_asset(opened, self.limits, beside=apart)
            check_binding(asset_format, self.binding)
            check_whole(opened, asset_format, layout, self.limits)
            guard_history(opened, kept, drop=drop_history, sidecar=beside)
            yield Job(
                draft=draft,
                signer=signer,
                source=opened,
                layout=layout,
                format=asset_format,
                adjuncts=adjuncts,
                binding=self.binding,
                parts=self.parts,
                limits=self.limits,
            )
