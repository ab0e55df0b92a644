"""``licences_of``: every licence that reaches a file, from all manifests of its store.

Walks from the file to the models that made it, to their base models and data sets, to the training pictures and to earlier versions, each
manifest once, however often and in whichever circle they refer to each other. Who says what stands with every licence; a manifest that does
not hold is listed, and what it permits counts for nothing. What follows from all this is left to ``credkit.terms.chain.findings``.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

from credkit.dataclass import replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.ingredient import IngredientView, read_ingredient
from credkit.manifest.store import Assertion
from credkit.manifest.uri import JumbfUri
from credkit.provenance.text import quoted
from credkit.provenance.values import assertion_value, claim_value, text_of
from credkit.terms.assertions import read_assertion, speaks_of_terms
from credkit.terms.chain.drafts import Draft
from credkit.terms.chain.findings import findings
from credkit.terms.chain.kinds import is_text_input, kind_of_file, kind_of_ingredient, role_of
from credkit.terms.chain.sources import LicenceChain, Link, Proof, SourceKind, SourceRole, source_words
from credkit.terms.gathered import Gathered
from credkit.terms.metadata import FileMetadata, read_metadata
from credkit.terms.origins import origin_of, passed_on, standing_of
from credkit.terms.terms import Origin, Role, Standing
from credkit.terms.training import TRAINING_LABELS, StatedSource, model_name_of, read_training
from credkit.verify.report import IngredientReport, ManifestReport, Report

__all__ = ["licences_of"]

_ROLES: dict[SourceRole, Role] = {"file": "active", "earlier": "active", "parent": "parent", "component": "component"}
"""How the rest of the package calls them; everything else is an input."""
_ABOUT = ".ingredient"
_HEADER_LICENCE = "licence"


def licences_of(
    report: Report, *, metadata: FileMetadata | None = None, at: datetime | None = None, limits: Limits = DEFAULT_LIMITS
) -> LicenceChain:
    """Every source of the file that ``report`` is about, and what is said of its licence.

    ``metadata`` (``metadata_of``) adds what the file itself says; ``at`` (aware; the clock of the report by default) is when offers have to
    hold. At most ``limits.terms`` sources, and as many statements, are read; a remark tells when there are more. Nothing in a file raises.
    """
    walk = _Walk(report, at or report.validated_at, limits)
    walk.run(metadata)
    chain = LicenceChain(
        name=report.name,
        state=report.state,
        at=walk.at,
        sources=tuple(draft.source() for draft in walk.drafts),
        links=tuple(walk.links),
        remarks=tuple(dict.fromkeys(walk.remarks))[: limits.terms],
    )
    signers = {draft.key: draft.signer for draft in walk.drafts if draft.signer is not None}
    return replace(chain, findings=findings(chain, signers, limits))


class _Walk:
    """From the active manifest outwards, so that every source is met first on its shortest way to the file."""

    def __init__(self, report: Report, at: datetime, limits: Limits) -> None:
        self.report = report
        self.at = at
        self.limits = limits
        self.known = {manifest.label: manifest for manifest in report.manifests}
        self.drafts: list[Draft] = []
        self.by_manifest: dict[str, Draft] = {}
        self.links: dict[Link, None] = {}
        self.remarks: list[str] = []
        self.waiting: deque[tuple[ManifestReport, Draft]] = deque()
        self.statements = 0
        self.gathered: dict[str, set[str]] = {}

    def run(self, metadata: FileMetadata | None) -> None:
        """Gather everything."""
        if self.report.state == "error" and self.report.problem:
            self.remarks.append(self.report.problem)
        active = self.report.active
        if active is None:
            if metadata is not None and self.report.state == "none":
                self._unsigned(metadata)
            return
        kind = kind_of_file(active, self.report.media_type, self.limits)
        file = self._manifest_draft(active, kind, "file", self.report.name or None, self.report.media_type)
        while self.waiting:
            manifest, draft = self.waiting.popleft()
            self._read_own(manifest, draft, metadata if draft is file else None)
            self._read_ingredients(manifest, draft)

    def _unsigned(self, metadata: FileMetadata) -> None:
        """A file without credentials: nothing went into it that anybody recorded, but it may name its own licence."""
        draft = self._draft("work", "file", self.report.name or None, "file")
        if draft is not None:
            out = self._gathered()
            read_metadata(metadata, self.report, out)
            self._take(out, draft, own=True)

    def _draft(self, kind: SourceKind, role: SourceRole, name: str | None, proof: Proof) -> Draft | None:
        if len(self.drafts) >= self.limits.terms:
            self.remarks.append(f"More went into the file than is read here; only the first {self.limits.terms:,} sources are listed.")
            return None
        draft = Draft(key=f"s{len(self.drafts) + 1}", kind=kind, role=role, name=name, proof=proof)
        self.drafts.append(draft)
        return draft

    def _manifest_draft(
        self, manifest: ManifestReport, kind: SourceKind, role: SourceRole, name: str | None, media_type: str | None
    ) -> Draft | None:
        """The source with that manifest, new or met before."""
        if (met := self.by_manifest.get(manifest.label)) is not None:
            return met
        claim = claim_value(manifest.manifest, self.limits)
        title, media_type = text_of(claim.get("dc:title")), media_type or text_of(claim.get("dc:format"))
        draft = self._draft(kind, role, name or title, "file" if role == "file" else "manifest")
        if draft is None:
            return None
        draft.media_type = media_type
        origin = origin_of(manifest, _ROLES.get(role, "input"), self.report)
        draft.origin = replace(origin, place=_place(draft, origin.speaker))
        draft.flaw = origin.flaw
        draft.proof = draft.proof if origin.counts or role == "file" else "void"
        draft.signer = manifest.signature.chain[0] if manifest.signature and manifest.signature.chain else None
        self.by_manifest[manifest.label] = draft
        self.waiting.append((manifest, draft))
        return draft

    # What a manifest says of its own asset

    def _gathered(self) -> Gathered:
        left = max(self.limits.terms - self.statements, 0)
        return Gathered(at=self.at, limits=replace(self.limits, terms=left))

    def _take(self, out: Gathered, draft: Draft, *, own: bool) -> None:
        self.statements += out.count
        draft.gathered(out, own=own)
        self.remarks.extend(out.remarks)
        if out.full:
            self.remarks.append(
                f"The file says more about licences than is read here; only the first {self.limits.terms:,} statements were."
            )
        if draft.role in ("file", "earlier"):
            offers = [offer for offer in out.offers if offer.origin.binds and not offer.expired]
            draft.more["offers"] = (*draft.more.get("offers", ()), *offers)

    def _read_own(self, manifest: ManifestReport, draft: Draft, metadata: FileMetadata | None) -> None:
        origin = draft.origin
        if origin is None:
            return
        out, gathered = self._gathered(), self._passed_on(manifest)
        for assertion in manifest.manifest.assertions:
            if speaks_of_terms(assertion.base_label) and not assertion.is_zeroed:
                read_assertion(assertion, self._said_in(assertion, origin, gathered), out, out.limits)
            elif assertion.base_label == "org.credkit.model":
                self._read_model(assertion, draft, self._said_in(assertion, origin, gathered), out)
            elif assertion.base_label == "org.credkit.dataset":
                self._read_data_set(assertion, draft, self._said_in(assertion, origin, gathered))
        if metadata is not None:
            read_metadata(metadata, self.report, out)
        self._take(out, draft, own=True)

    def _passed_on(self, manifest: ManifestReport) -> set[str]:
        if manifest.label not in self.gathered:
            self.gathered[manifest.label] = passed_on(manifest, self.limits)
        return self.gathered[manifest.label]

    def _said_in(self, assertion: Assertion, origin: Origin, gathered: set[str]) -> Origin:
        place = f"{assertion.base_label} of {origin.place}"
        return replace(origin, place=place, uri=assertion.uri, standing=standing_of(assertion, origin, gathered))

    def _read_model(self, assertion: Assertion, draft: Draft, origin: Origin, out: Gathered) -> None:
        value = assertion_value(assertion, self.limits)
        before = value.get("beforeSigning") if isinstance(value, dict) else None
        if isinstance(value, dict) and draft.role != "file":
            draft.name = draft.name or text_of(value.get("name"))
        if isinstance(before, dict):
            draft.own_tensors(text_of(before.get("tensors")), "in its own manifest")
        header = value.get("header") if isinstance(value, dict) else None
        licence = text_of(header.get(_HEADER_LICENCE)) if isinstance(header, dict) else None
        if licence is not None:
            # The signer says what stands in the file, and not that it is so.
            standing: Standing = "was there" if origin.counts else origin.standing
            out.licence(licence, replace(origin, place=f"the header, as recorded in {origin.place}", standing=standing))

    def _read_data_set(self, assertion: Assertion, draft: Draft, origin: Origin) -> None:
        value = assertion_value(assertion, self.limits)
        if isinstance(value, dict):
            items = value.get("items")
            if isinstance(items, int) and not isinstance(items, bool) and items >= 0:
                draft.more.setdefault("items", items)
            draft.members_say(value.get("rights"), origin)

    # What went into it

    def _read_ingredients(self, manifest: ManifestReport, user: Draft) -> None:
        found: dict[str, Draft] = {}
        for ingredient in manifest.ingredients:
            view = self._view(ingredient, manifest)
            if not is_text_input(view) and (draft := self._ingredient(view, ingredient, manifest, user)) is not None:
                found[ingredient.uri] = draft
                self._read_about(view, manifest, draft, user)
        self._read_training(manifest, user, found)

    def _view(self, ingredient: IngredientReport, manifest: ManifestReport) -> IngredientView:
        assertion = manifest.manifest.assertion(ingredient.label)
        try:
            return read_ingredient(assertion_value(assertion, self.limits) if assertion else None, ingredient.label)
        except MalformedError:
            types = ingredient.data_types
            return IngredientView(label=ingredient.label, version=3, relationship=ingredient.relationship, data_types=types)

    def _ingredient(self, view: IngredientView, ingredient: IngredientReport, manifest: ManifestReport, user: Draft) -> Draft | None:
        source = self.known.get(ingredient.manifest or "")
        kind = kind_of_ingredient(view, source, self.limits)
        role = role_of(kind, ingredient.relationship, manifest, user.kind)
        name = user.name if role == "earlier" else view.title or ingredient.title
        if source is not None:
            draft = self._manifest_draft(source, kind, role, name, view.format)
            flaw = _recorded_flaw(ingredient)
            if draft is not None and flaw is not None and draft.role != "file":
                draft.proof, draft.flaw = "void", draft.flaw or flaw
                draft.origin = replace(draft.origin, standing="void", flaw=draft.flaw) if draft.origin else None
        else:
            draft = self._draft(kind, role, name, "missing" if view.manifest is not None else "name")
            if draft is not None:
                draft.media_type = view.format
        if draft is not None:
            draft.taken_in(view, f"in {user.origin.place if user.origin else 'the file'}")
            self._link(draft, user, role, ingredient.relationship or "none")
        return draft

    def _link(self, source: Draft, user: Draft, role: SourceRole, relationship: str) -> None:
        if source is not user:
            self.links.setdefault(Link(source=source.key, user=user.key, role=role, relationship=relationship))

    def _read_about(self, view: IngredientView, manifest: ManifestReport, draft: Draft, user: Draft) -> None:
        """Assertions that the ingredient refers to, which are about it."""
        if not view.related_assertions or user.origin is None:
            return
        for reference in dict.fromkeys(view.related_assertions[: self.limits.terms]):
            parsed = JumbfUri.parse(reference.url) if reference else None
            here = parsed is not None and parsed.manifest in (None, manifest.label) and bool(parsed.path)
            assertion = manifest.manifest.assertion(parsed.path[-1]) if parsed and here else None
            if assertion is None or not assertion.base_label.endswith(_ABOUT) or self.statements >= self.limits.terms:
                continue
            self.statements += 1
            origin = self._said_in(assertion, user.origin, self._passed_on(manifest))
            if assertion.base_label in TRAINING_LABELS:
                for entry in read_training(assertion, manifest.label, self.limits):
                    self._stated(entry, origin, draft, {})
            else:
                out = self._gathered()
                read_assertion(assertion, origin, out, out.limits, label=assertion.base_label.removesuffix(_ABOUT))
                self._take(out, draft, own=False)

    def _read_training(self, manifest: ManifestReport, user: Draft, found: dict[str, Draft]) -> None:
        """What the manifest says of the training of its asset, or of the model behind it."""
        if user.origin is None:
            return
        for assertion in manifest.manifest.assertions:
            if assertion.base_label == TRAINING_LABELS[0] and not assertion.is_zeroed:
                origin = self._said_in(assertion, user.origin, self._passed_on(manifest))
                trained = user if user.kind != "work" else self._model_behind(model_name_of(assertion, self.limits), user, found)
                for entry in read_training(assertion, manifest.label, self.limits):
                    self._stated(entry, origin, trained or user, found)

    def _model_behind(self, name: str | None, user: Draft, found: dict[str, Draft]) -> Draft | None:
        """The model behind a picture that a training assertion is about: the ingredient of that name, the only one, or one merely named."""
        models = [draft for draft in found.values() if draft.kind == "model"]
        named = next((draft for draft in models if name and draft.name == name), None)
        if named is not None or name is None:
            return named or (models[0] if len(models) == 1 else None)
        draft = self._draft("model", "model", name, "name")
        if draft is not None:
            self._link(draft, user, "model", "stated")
        return draft

    def _stated(self, entry: StatedSource, origin: Origin, user: Draft, found: dict[str, Draft]) -> None:
        draft = found.get(entry.ingredient or "")
        if draft is None:
            role: SourceRole = "training-data" if entry.kind == "dataset" else "base-model"
            draft = self._draft(entry.kind, role, entry.name, "name")
            if draft is None:
                return
            self._link(draft, user, role, "stated")
        if self.statements < self.limits.terms:
            self.statements += 1
            draft.stated(entry, origin)


def _recorded_flaw(ingredient: IngredientReport) -> str | None:
    """Why the credentials of an ingredient do not speak for what was taken in."""
    if ingredient.intact is False:
        return "it is not what was recorded when it was taken in"
    changed = any(s.code.startswith("assertion.") and s.code.endswith("Hash.mismatch") for s in ingredient.unreproduced.failure)
    return "the file that was taken in was no longer what was signed, as was recorded then" if changed else None


def _place(draft: Draft, speaker: str | None) -> str:
    return source_words(draft.role, draft.name, draft.media_type) + (f" (signed by {quoted(speaker)})" if speaker else "")
