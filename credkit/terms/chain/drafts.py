"""A source of a licence chain while it is gathered: what its own manifest says, what its user says, how it is known.

Statements of its own come through the readers of ``credkit.terms.assertions``, as for the terms of a picture; those of its user through
``credkit.terms.training``.
"""

from __future__ import annotations

from typing import Any

from credkit.dataclass import dataclass, field, replace
from credkit.manifest.assertions.ingredient import IngredientView
from credkit.manifest.assertions.model_hashes import agrees
from credkit.provenance.values import text_of
from credkit.terms.chain.sources import LicenceSource, Proof, SourceKind, SourceLicence, SourceRole, UseRule
from credkit.terms.gathered import Gathered
from credkit.terms.licences import KnownLicence, known_licence
from credkit.terms.terms import LicenceTerms, Origin, Standing, Use
from credkit.terms.training import StatedSource

__all__ = ["Draft"]

_TRAINING: tuple[Use, ...] = ("ai_training", "ai_generative_training")
_STANDINGS: tuple[Standing, ...] = ("trusted", "own word", "was there", "unprotected", "void")
"""The strongest first."""
_NAMED = 3
"""Files of a data set that are named."""


@dataclass(slots=True, kw_only=True)
class Draft:
    """The fields of ``LicenceSource``, growing."""

    key: str
    kind: SourceKind
    role: SourceRole
    name: str | None
    proof: Proof
    origin: Origin | None = None
    media_type: str | None = None
    flaw: str | None = None
    signer: bytes | None = None
    """The certificate that signed its own manifest."""
    licences: dict[tuple[object, ...], SourceLicence] = field(default_factory=dict)
    rules: dict[tuple[object, ...], UseRule] = field(default_factory=dict)
    creators: dict[str, None] = field(default_factory=dict)
    faults: dict[str, None] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    """By kind (``sha256``, ``tensors``), as measured by whoever took it in, else as stated."""
    more: dict[str, Any] = field(default_factory=dict)
    """Other fields, the first that was stated."""

    def source(self) -> LicenceSource:
        """As it stands now."""
        return LicenceSource(
            key=self.key,
            kind=self.kind,
            role=self.role,
            name=self.name,
            proof=self.proof,
            origin=self.origin,
            media_type=self.media_type,
            flaw=self.flaw,
            sha256=self.digests.get("sha256"),
            licences=tuple(self.licences.values()),
            rules=tuple(self.rules.values()),
            creators=tuple(self.creators),
            faults=tuple(self.faults),
            **self.more,
        )

    def gathered(self, out: Gathered, *, own: bool) -> None:
        """What metadata assertions say of it, its own or those of its user about it."""
        for licence in out.licences:
            self._licence(_of_terms(licence, own=own))
        for statement in out.uses:
            if statement.kind not in ("licence", "offer"):
                rule = UseRule(
                    use=statement.use,
                    permission=statement.permission,
                    origin=statement.origin,
                    basis=statement.basis,
                    condition=statement.info,
                )
                self._rule(rule, own=own)
        for said in (*out.creators, *out.credits, *out.rights):
            if said.origin.counts:
                self.creators.setdefault(said.text)

    def stated(self, entry: StatedSource, origin: Origin) -> None:
        """What a training assertion says of it."""
        self.name = self.name or entry.name
        if entry.licence is not None or entry.url is not None:
            self._licence(_of_entry(entry, origin))
        if origin.counts:
            self.creators |= dict.fromkeys(entry.creators)
        if entry.permitted in ("no", "yes", "own-work"):
            for use in _TRAINING:
                permission = "notAllowed" if entry.permitted == "no" else "allowed"
                basis = f"aiTrainingPermitted: {entry.permitted}"
                self._rule(UseRule(use=use, permission=permission, origin=origin, basis=basis), own=False)  # type: ignore[arg-type]
        for name, value in (("items", entry.items), ("address", entry.address), ("evidence", entry.evidence)):
            if value is not None:
                self.more.setdefault(name, value)
        if entry.permitted == "unclear":
            self.more["unclear"] = True
        self._measured({"sha256": entry.sha256, "tensors": entry.tensors_sha256}, f"in {origin.place}")
        if self.proof == "name" and (entry.sha256 or entry.tensors_sha256):
            self.proof = "hash"

    def taken_in(self, view: IngredientView, place: str) -> None:
        """What the ingredient assertion of its user says of its bytes."""
        metadata = view.raw.get("metadata")
        metadata = metadata if isinstance(metadata, dict) else {}
        file, claimed = metadata.get("org.credkit.file"), metadata.get("org.credkit.claimed")
        measured = {kind: _hexadecimal(file.get(kind)) for kind in ("sha256", "tensors")} if isinstance(file, dict) else {}
        identity = view.instance_id or ""
        if identity.startswith("urn:sha256:"):
            measured["sha256"] = measured.get("sha256") or identity.removeprefix("urn:sha256:")
        if view.data is not None and view.data.hash is not None and (view.data.alg or "sha256") == "sha256":
            measured["sha256"] = measured.get("sha256") or view.data.hash.hex()
        self._measured(measured, place)
        if self.proof == "name" and (self.digests or (view.data is not None and view.data.hash)):
            self.proof = "hash"
        if view.informational_uri:
            self.more.setdefault("address", view.informational_uri)
        for kind, digits in list(claimed.items())[:20] if isinstance(claimed, dict) else []:
            if self.digests and isinstance(kind, str) and text_of(digits) and agrees(kind, str(digits), self.digests) is False:
                self.faults.setdefault(f"{place} a {kind} hash is claimed for it that is not that of the file that was measured")

    def members_say(self, rights: object, origin: Origin) -> None:
        """What files of a data set say about training themselves, as its manifest has it on record."""
        for key, permission in (("trainingNotAllowed", "notAllowed"), ("trainingConstrained", "constrained")):
            counted = rights.get(key) if isinstance(rights, dict) else None
            files = counted.get("files") if isinstance(counted, dict) else None
            if not isinstance(counted, dict) or not isinstance(files, list):
                continue
            names = [name for name in files[:_NAMED] if isinstance(name, str)]
            number = counted.get("count") if isinstance(counted.get("count"), int) else len(files)
            basis = f"so say {number:,} of its files: {', '.join(names)}{' and more' if number != len(names) else ''}"
            condition = "what these files say" if permission == "constrained" else None
            rule = UseRule(
                use="ai_training",
                permission=permission,  # type: ignore[arg-type]
                origin=origin,
                basis=basis,
                condition=condition,
                members=True,
            )
            self._rule(rule, own=False)

    def own_tensors(self, digits: str | None, place: str) -> None:
        """The hash of the tensors by its own manifest."""
        self._measured({"tensors": digits}, place)

    def _measured(self, digests: dict[str, str | None], place: str) -> None:
        for kind, digits in digests.items():
            if digits is None:
                continue
            if self.digests.setdefault(kind, digits) != digits:
                what = "SHA-256" if kind == "sha256" else "hash of the tensors"
                self.faults.setdefault(f"{place} another {what} is recorded for it than elsewhere in the file")

    def _licence(self, licence: SourceLicence) -> None:
        """Once for each speaker; what the file's own metadata repeats is not told again."""
        key = (licence.name, licence.own or licence.origin)
        known = self.licences.get(key)
        if known is None or _STANDINGS.index(licence.origin.standing) < _STANDINGS.index(known.origin.standing):
            self.licences[key] = licence

    def _rule(self, rule: UseRule, *, own: bool) -> None:
        key = (rule.use, rule.permission, rule.condition, own or rule.origin)
        known = self.rules.get(key)
        if known is None or _STANDINGS.index(rule.origin.standing) < _STANDINGS.index(known.origin.standing):
            self.rules[key] = rule


def _of_terms(licence: LicenceTerms, *, own: bool) -> SourceLicence:
    known = known_licence(licence.name)
    # The permissions that a platform keeps are known without being in the table.
    flags = licence.known and known is None
    return replace(
        _licence(licence.name, licence.origin, known, own=own),
        url=licence.url,
        known=licence.known and (flags or bool(known and known.uses)),
        words=licence.words or (known.words if known else ""),
        **({"attribution": licence.attribution, "share_alike": licence.share_alike} if flags else {}),  # type: ignore[arg-type]
    )


def _of_entry(entry: StatedSource, origin: Origin) -> SourceLicence:
    text = entry.licence or entry.url or ""
    made = _licence(text, origin, known_licence(text), own=False)
    return replace(made, url=entry.url or made.url, retrieved=entry.retrieved, snapshot_sha256=entry.snapshot_sha256)


def _licence(text: str, origin: Origin, known: KnownLicence | None, *, own: bool) -> SourceLicence:
    if known is None:
        return SourceLicence(name=text, origin=origin, own=own, known=False)
    return SourceLicence(
        name=known.name,
        origin=origin,
        own=own,
        known=bool(known.uses),
        complete=known.complete,
        words=known.words,
        uses=known.uses,
        attribution=known.attribution,
        share_alike=known.share_alike,
        url=known.url,
    )


def _hexadecimal(value: object) -> str | None:
    return value.hex() if isinstance(value, bytes) else value.lower() if isinstance(value, str) else None
