"""Which generations were made with an AI model from somebody else's work: what ``ai_inference`` of that work has to be held against.

Only what the manifests state is looked at (the digital source type of their actions), and only between different signers: whoever forbids
others to put his picture into a model may do so himself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.manifest.assertions.actions import read_actions
from credkit.provenance.values import assertion_value
from credkit.terms.terms import Origin
from credkit.verify.report import ManifestReport, Report

__all__ = ["reworked_with_ai"]

_AI_SOURCE_TYPES = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic"})


def reworked_with_ai(report: Report, origins: Mapping[str, Origin], limits: Limits) -> dict[str, str]:
    """By label of what was used, the place of the generation that was made from it with AI by another signer."""
    found: dict[str, str] = {}
    for label, origin in origins.items():
        user = report.find(label)
        if user is None or not origin.counts or not _says_ai(user, limits):
            continue
        for source in _sources(user, report):
            if source.label in origins and _leaf(source) != _leaf(user):
                found.setdefault(source.label, origin.place)
    return found


def _says_ai(manifest: ManifestReport, limits: Limits) -> bool:
    return any(name.rpartition("/")[2] in _AI_SOURCE_TYPES for name in _source_types(manifest, limits))


def _source_types(manifest: ManifestReport, limits: Limits) -> Iterator[str]:
    for assertion in manifest.manifest.assertions:
        if assertion.base_label not in ("c2pa.actions", "c2pa.actions.v2"):
            continue
        try:
            views = read_actions(assertion_value(assertion, limits), assertion.label)
        except MalformedError:
            continue
        yield from (view.digital_source_type for view in views if view.digital_source_type)


def _sources(manifest: ManifestReport, report: Report) -> Iterable[ManifestReport]:
    used = (report.find(i.manifest) for i in manifest.ingredients if i.manifest and i.relationship in ("parentOf", "componentOf"))
    return (source for source in used if source is not None)


def _leaf(manifest: ManifestReport) -> bytes | None:
    """The signer's certificate; a name alone can be anybody's."""
    return manifest.signature.chain[0] if manifest.signature and manifest.signature.chain else None
