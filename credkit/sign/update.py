"""``UpdateBuilder``: say something more about a signed picture without touching it.

An update manifest binds no content. It stands behind the manifest that was active, leads to it, and leaves every byte outside of the store
as it was, because the older manifest's hash goes on to cover them. So it can add statements, proofs and redactions, and nothing else.

Clauses: "Update manifests" (anchor ``_update_manifests``), "Redaction of assertions" (anchor ``_redaction_of_assertions``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

from credkit.assets import Asset, Source, detect, open_source
from credkit.assets.engine import Progress
from credkit.codec import cbor
from credkit.dataclass import dataclass, field, replace
from credkit.errors import AssetError, DefinitionError, HistoryError, NoCredentialsError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import Action, Actions, GeneratorInfo, Ingredient, Statement, assertion_type, check_statement
from credkit.manifest.claim import Claim, claim_value
from credkit.manifest.store import BOX, ManifestKind, ManifestStore, parse_store
from credkit.manifest.uri import signature_uri
from credkit.sign.builder import Builder
from credkit.sign.compose import HASH_ALGORITHM, AssertionBox, AssertionStore, manifest_box, store_box
from credkit.sign.draft import Draft
from credkit.sign.ingredients import History
from credkit.sign.opening import refusing_damage, scan_asset, snapshot_of
from credkit.sign.output import Snapshot
from credkit.sign.redaction import find_redactable, store_without
from credkit.sign.seal import NO_ADJUNCTS, Adjuncts, Seal
from credkit.sign.signer import Signer
from credkit.sign.writing import Delivery, LastCheck, Target, Written, write_store, write_update
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, Report, verify
from credkit.verify.checks.assertions import is_actions, is_ingredient

__all__ = ["EDITED_METADATA", "PUBLISHED", "UPDATE_ACTIONS", "UpdateBuilder", "check_updatable"]

EDITED_METADATA, PUBLISHED = "c2pa.edited.metadata", "c2pa.published"
_OPENED, _REDACTED = "c2pa.opened", "c2pa.redacted"
UPDATE_ACTIONS = (EDITED_METADATA, _OPENED, PUBLISHED, _REDACTED)
"""The actions that an update manifest may state (anchor ``_update_manifests``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Redaction:
    name: str
    reason: str
    description: str | None
    when: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))


class UpdateBuilder(Builder):
    """An update manifest in the making: a ``Builder`` that takes only what such a manifest may hold.

    ``policy`` and ``at`` decide what is recorded about trust in the present signer, as for the parent of a ``Builder``. The file that is
    updated is named when it is signed; its instance ID and title go on to hold unless others are given.
    """

    def __init__(
        self,
        *,
        title: str | None = None,
        generator: GeneratorInfo | None = None,
        instance_id: str | None = None,
        policy: TrustPolicy | None = None,
        at: datetime | None = None,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        super().__init__(title=title, generator=generator, instance_id=instance_id, limits=limits)
        self.policy = policy
        self.at = at
        self._redactions: list[_Redaction] = []

    @property
    def redactions(self) -> tuple[str, ...]:
        """What is to be taken out, as it was named."""
        return tuple(redaction.name for redaction in self._redactions)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was stated so far."""
        return not (self._actions or self._redactions or self._assertions.boxes)

    def add(self, statement: Statement, *, gathered: bool | None = None) -> AssertionBox:
        """As ``Builder.add``; ``DefinitionError`` also for what an update manifest must not hold."""
        if is_ingredient(statement.label):
            raise DefinitionError("an update manifest has one ingredient, the manifest that it updates; sign an edit to add others")
        if is_actions(statement.label):
            raise DefinitionError("actions are added one by one (UpdateBuilder.add_action)")
        known = assertion_type(statement.label)
        if known is not None and not known.in_update:
            raise DefinitionError(
                f"an update manifest must not hold {known.label}, because the content stays as it is; sign an edit instead"
            )
        return super().add(statement, gathered=gathered)

    def add_action(self, action: Action) -> None:
        """State ``c2pa.edited.metadata`` or ``c2pa.published``; everything else would mean that the picture was changed.

        ``c2pa.redacted`` takes the assertion that it names out of the history, see ``redact``.
        """
        if action.action not in UPDATE_ACTIONS:
            allowed = " or ".join((EDITED_METADATA, PUBLISHED))
            raise DefinitionError(
                f"an update leaves the content as it is, so it states {allowed}, not {action.action}; sign an edit instead"
            )
        if action.action != _REDACTED:
            super().add_action(action)
        elif action.redacted is None or action.reason is None:
            raise DefinitionError('"c2pa.redacted" names the assertion that is taken out ("redacted") and the "reason"')
        else:
            self.redact(action.redacted, action.reason, description=action.description)

    def add_ingredient(self, *_: Any, **__: Any) -> NoReturn:
        """Always ``DefinitionError``: the one ingredient is the manifest that is updated."""
        raise DefinitionError("an update manifest has one ingredient, the manifest that it updates; sign an edit to add others")

    def add_identity(self, *_: Any, **__: Any) -> NoReturn:
        """Always ``DefinitionError``: the picture is bound by the manifest that is updated."""
        raise DefinitionError("an update manifest does not bind the content, so nobody can be named in it; sign an edit instead")

    def redact(self, name: str, reason: str, *, description: str | None = None) -> None:
        """Take an assertion out of the history: its label, ``MANIFEST#label``, or its absolute JUMBF URI.

        ``reason`` is ``c2pa.PII.present``, ``c2pa.invalid.data``, ``c2pa.trade-secret.present``, ``c2pa.government.confidential`` or one in
        a namespace of somebody's own. Whether there is such an assertion shows when the file is signed.
        """
        Action(_REDACTED, reason=reason, description=description)
        if all(redaction.name != name for redaction in self._redactions):
            self._redactions.append(_Redaction(name=name, reason=reason, description=description))

    def draft(self) -> Draft:
        """Always ``DefinitionError``: an update is made for one file, and no hash of it is left to be taken."""
        raise DefinitionError("an update manifest is made for one signed file: sign it (UpdateBuilder.sign)")

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
        """Update the credentials of ``source``. ``output`` is the file with the longer store, or that store alone when it is ``sidecar``.

        Every byte outside of the store stays as it is. ``NoCredentialsError`` when there is nothing to update, ``HistoryError`` when the
        credentials are not valid, because an update would vouch for them; else as ``Builder.sign``.
        """
        delivery = self._delivery(snapshot or snapshot_of(source), last_check, overwrite=overwrite)
        with self._updated(source, signer, adjuncts, sidecar=sidecar, drop_history=drop_history) as update:
            if update.beside:
                return write_store(update.source, update.store, output, delivery)
            asset_format, layout = scan_asset(update.source, self.limits)
            with refusing_damage(asset_format):
                edit = asset_format.update(update.source, layout, update.store)
            return write_update(update.source, edit, update.store, output, delivery, progress=progress)

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
        progress: Progress | None = None,  # noqa: ARG002
    ) -> Written:
        """As ``sign``, for a source whose store is ``sidecar``; ``HistoryError`` when the store lies in the picture."""
        delivery = self._delivery(snapshot or snapshot_of(source), last_check, overwrite=overwrite)
        with self._updated(source, signer, adjuncts, sidecar=sidecar, drop_history=drop_history) as update:
            if not update.beside:
                raise HistoryError("the file carries its credentials in itself, so they cannot be updated in a file beside it")
            return write_store(update.source, update.store, output, delivery)

    def _delivery(self, snapshot: Snapshot | None, last_check: LastCheck | None, *, overwrite: bool) -> Delivery:
        return Delivery(overwrite=overwrite, snapshot=snapshot, policy=self.policy, at=self.at, last_check=last_check)

    @contextmanager
    def _updated(
        self, source: Asset, signer: Signer, adjuncts: Adjuncts, *, sidecar: Asset | None, drop_history: bool
    ) -> Iterator[_Update]:
        """The new store, signed; everything that can be refused is refused before a byte is written."""
        if drop_history:
            raise DefinitionError("an update adds to the history of a file, so it cannot drop it")
        signer.check()
        with ExitStack() as stack:
            opened = stack.enter_context(open_source(source))
            beside = stack.enter_context(open_source(sidecar)) if sidecar is not None else None
            report = verify(opened, sidecar=beside, policy=self.policy, at=self.at, limits=self.limits, profile=Profile.V2_4)
            previous = check_updatable(report)
            separate = report.location == "sidecar"
            parity = None if separate else _parity(opened, previous, self.limits)
            store = self._assemble(report, previous, Seal(signer=signer, adjuncts=adjuncts), parity)
            yield _Update(source=opened, store=store, beside=separate)

    def _assemble(self, report: Report, previous: ManifestStore, seal: Seal, parity: int | None) -> bytes:
        redacted = [(one, find_redactable(report, one.name).uri) for one in self._redactions]
        uris = tuple(dict.fromkeys(uri for _, uri in redacted))
        kept = store_without(previous, uris)
        parent = self._parent_statement(replace(report, store=parse_store(store_box(kept[:-1], kept[-1]), limits=self.limits)))
        ingredient = AssertionStore().add(parent.label, parent.content, parent.payload())
        boxes = (*self._action_boxes(ingredient, redacted), ingredient, *self._assertions.boxes)
        label = self._new_label(previous)
        former = _claim(previous)
        claim = cbor.encode(
            claim_value(
                instance_id=self.instance_id or former.instance_id,
                generator_info=self.generator,
                signature=signature_uri(label),
                created=tuple(box.reference_from(label) for box in boxes if not box.gathered),
                gathered=tuple(box.reference_from(label) for box in boxes if box.gathered),
                redacted=uris,
                title=self.title or former.title,
                alg=HASH_ALGORITHM,
            )
        )
        if parity is not None:
            without = store_box(kept, manifest_box(label, boxes, claim, b"", kind=BOX.UPDATE))
            seal = replace(seal, parity=(parity - len(without)) % 2)
        return store_box(kept, manifest_box(label, boxes, claim, seal.sign(claim), kind=BOX.UPDATE))

    def _parent_statement(self, report: Report) -> Ingredient:
        history = History.of(report)
        if history is None or report.store is None:
            raise HistoryError("the active manifest of the file has no claim signature that an update could refer to")
        former = _claim(report.store)
        return Ingredient(
            "parentOf",
            title=self.title or former.title,
            format=report.media_type,
            instance_id=former.instance_id,
            manifest=history.active_manifest,
            claim_signature=history.claim_signature,
            validation_results=history.validation_results,
        )

    def _action_boxes(self, ingredient: AssertionBox, redacted: list[tuple[_Redaction, str]]) -> tuple[AssertionBox, ...]:
        """The actions assertion; an update that only adds proofs says that it opened the asset, as every history begins with that."""
        stated = [replace(a, ingredients=(ingredient.reference,)) if a.action == _OPENED else a for a in self._actions]
        stated.sort(key=lambda action: action.action != _OPENED)
        stated += [Action(_REDACTED, reason=one.reason, description=one.description, redacted=uri, when=one.when) for one, uri in redacted]
        stated = stated or [Action(_OPENED, ingredients=(ingredient.reference,))]
        statement = check_statement(Actions(tuple(stated), all_actions_included=self._all_actions_included, **self._about_actions))
        return (AssertionStore().add(statement.label, statement.content, statement.payload),)

    def _new_label(self, previous: ManifestStore) -> str:
        label = self._manifest_label()
        if any(manifest.label == label for manifest in previous.manifests):
            raise DefinitionError(f"a manifest of the file has the label {label} already; leave the label out to get a new one")
        return label


def _parity(source: Source, previous: ManifestStore, limits: Limits) -> int | None:
    """Whether the store in the file has an odd length, where a zero byte that is hashed stands behind one that has; None elsewhere.

    ``HistoryError`` when a hash covers the size of the file, which an update would change.
    """
    asset_format = detect(source)
    layout = asset_format.scan(source, limits) if asset_format else None
    if asset_format is None or layout is None or layout.store is None or not layout.size_fields:
        return None
    bound = next((manifest for manifest in reversed(previous.manifests) if manifest.kind is not ManifestKind.UPDATE), None)
    hashes = [item.value() for item in bound.assertions if item.label == "c2pa.hash.data"] if bound else []
    free = {(entry["start"], entry["length"]) for value in hashes for entry in value.get("exclusions") or ()}
    if not {(span.start, span.length) for span in layout.size_fields} <= free:
        raise HistoryError(
            f"the credentials of this {asset_format.name} also vouch for the size of the file, which an update would change; sign the "
            "file as an edit of itself instead (credkit sign --parent)"
        )
    return layout.store.size % 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Update:
    source: Source
    store: bytes
    beside: bool
    """Whether the store lies beside the source."""


def _claim(store: ManifestStore) -> Claim:
    active = store.active
    if active is None or active.claim_box is None or active.claim_bytes is None:
        raise HistoryError("the active manifest of the file has no claim that an update could refer to")
    return Claim.read(active.claim_bytes, active.claim_box.label)


def check_updatable(report: Report) -> ManifestStore:
    """The store of a checked file, when an update may stand on it.

    ``NoCredentialsError`` when there is none, ``AssetError`` when it cannot be read or the file is a store without its picture,
    ``HistoryError`` when it is not valid.
    """
    if report.state == "none":
        raise NoCredentialsError(f"there is nothing to update: {_lowered(report.problem or 'the file carries no Content Credentials')}")
    if report.store is None:
        raise AssetError(f"the credentials cannot be updated: {_lowered(report.problem or 'they cannot be read')}")
    if report.size is None:
        raise AssetError("this is a manifest store without its file: name that file, and the store beside it is updated")
    if report.state == "Invalid":
        raise HistoryError(
            f"the credentials are not valid, and an update would vouch for them: {_lowered(_first_failure(report))} "
            '("credkit verify" says more)'
        )
    return report.store


def _first_failure(report: Report) -> str:
    failures = [*(report.active.results.failure if report.active else ())]
    failures += [status for delta in report.ingredient_deltas for status in delta.validation_deltas.failure]
    failure = next((status for status in failures if status.code != "signingCredential.untrusted"), None)
    return (failure.explanation or failure.code) if failure else "they do not pass verification"


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".")
