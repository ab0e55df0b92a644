"""Taking another asset in as an ingredient: its whole history, unaltered, and what we found when we checked it.

Clause: "Adding an ingredient" (anchor ``_adding_ingredients``). The asset is validated first and the results are recorded;
its manifests are copied byte for byte, each once, however many ingredients bring it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypedDict

from credkit.assets import Asset
from credkit.codec.digest import digest
from credkit.dataclass import dataclass, field, replace
from credkit.errors import HistoryError
from credkit.manifest.assertions import EmbeddedData, Thumbnail
from credkit.manifest.assertions.validation_results import RecordedDelta, RecordedResults
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.uri import manifest_uri, signature_uri
from credkit.sign.compose import HASH_ALGORITHM, AssertionBox
from credkit.status import SUCCESSORS, Kind, Status, StatusCode
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report

__all__ = ["History", "ImportedManifests", "IngredientHandle", "IngredientOptions", "InputOptions", "recorded_results"]

_FORMER_CODES = {new: old for old, new in SUCCESSORS.items()}
"""The reference still finds the code of editions before 2.2, and would call the child of an expired parent invalid."""


class InputOptions(TypedDict, total=False):
    """What can be said about every ingredient; see ``Builder.add_ingredient``."""

    format: str | None
    thumbnail: Thumbnail | HashedUri | Literal[False] | None
    description: str | None
    instance_id: str | None
    data: EmbeddedData | Mapping[str, Any] | None
    informational_uri: str | None
    metadata: Mapping[str, Any] | None


class IngredientOptions(InputOptions, total=False):
    """What can be said about an ingredient that is an asset."""

    sidecar: Asset | None
    policy: TrustPolicy | None
    at: datetime | None
    data_types: Iterable[str | Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngredientHandle:
    """An ingredient that was added; ``reference`` is what actions put into ``parameters.ingredients``."""

    relationship: str
    box: AssertionBox = field(repr=False)
    report: Report | None = field(default=None, repr=False)
    """What the check of the ingredient found; None for inputs that are no asset (a prompt, a model file)."""

    @property
    def reference(self) -> HashedUri:
        """The ingredient assertion, for use inside of the same manifest."""
        return self.box.reference

    @property
    def active_manifest(self) -> str | None:
        """Label of the ingredient's active manifest."""
        return self.report.active_manifest if self.report else None


class ImportedManifests:
    """Manifests taken over from ingredients, in the order in which they came; each label once."""

    def __init__(self) -> None:
        self._manifests: dict[str, bytes] = {}

    def add(self, report: Report) -> None:
        """Take over all manifests of a checked asset.

        ``HistoryError`` when a manifest of the same label but other content was taken over before: giving one of them a new
        label would break the signatures over its own references.
        """
        manifests = report.store.manifests if report.store else ()
        for manifest in manifests:
            raw = (manifest.stored or manifest.box).raw
            if self._manifests.get(manifest.label, raw) != raw:
                raise HistoryError(
                    f"two ingredients carry different manifests under the same label {manifest.label}, so one of them was altered; "
                    f'leave out the one that "credkit verify" does not accept ("{report.name}" came second)'
                )
        for manifest in manifests:
            self._manifests.setdefault(manifest.label, (manifest.stored or manifest.box).raw)

    @property
    def boxes(self) -> tuple[bytes, ...]:
        """The manifest boxes as read."""
        return tuple(self._manifests.values())

    def __contains__(self, label: object) -> bool:
        return label in self._manifests


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What an ingredient assertion says about the ingredient's own credentials."""

    active_manifest: HashedUri
    claim_signature: HashedUri
    validation_results: RecordedResults

    @classmethod
    def of(cls, report: Report) -> History | None:
        """References to the active manifest of a checked asset; None for an asset without (readable) credentials."""
        active = report.store.active if report.store else None
        if active is None or active.signature_box is None:
            return None
        box = active.stored or active.box
        return cls(
            active_manifest=HashedUri(url=manifest_uri(active.label), hash=digest(HASH_ALGORITHM, box.hashed).value),
            claim_signature=HashedUri(url=signature_uri(active.label), hash=digest(HASH_ALGORITHM, active.signature_box.hashed).value),
            validation_results=recorded_results(report),
        )


def recorded_results(report: Report) -> RecordedResults:
    """The validation results of an asset as an ingredient assertion records them.

    Explanations are kept for failures only; for the rest the code says it all, and every generation repeats them. A failure that older
    editions gave another code is recorded under both, because readers compare what they find with what was recorded.
    """
    active = report.active
    return RecordedResults(
        active_manifest=_terse(active.results if active else ()),
        deltas=tuple(
            RecordedDelta(uri=delta.ingredient_assertion_uri, statuses=_terse(delta.validation_deltas))
            for delta in report.ingredient_deltas
        ),
    )


def _terse(statuses: Iterable[Status]) -> tuple[Status, ...]:
    # What is unbound is about the file at hand, whose bytes do not come along.
    lasting = (s for s in statuses if s.code != StatusCode.ORG_CREDKIT_UNBOUND)
    found = tuple(s if s.kind is Kind.FAILURE else replace(s, explanation=None) for s in lasting)
    return (*found, *(replace(s, code=_FORMER_CODES[s.code]) for s in found if s.code in _FORMER_CODES))
