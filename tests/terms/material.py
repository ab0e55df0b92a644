"""Reports about manifests that say anything about terms, made by hand; nothing is signed, the verdicts are given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from credkit.manifest.uri import assertion_uri
from credkit.status import StatusCode, status
from credkit.terms import FileMetadata, Terms, terms_of
from credkit.verify import IngredientReport, ManifestReport, Report, ResultMap
from tests.provenance.material import assertion, manifest_box, report_of, signature

PLUS = "http://ns.useplus.org/ldf/vocab/"
ODRL = {"odrl": "http://www.w3.org/ns/odrl/2/"}


def mining(**uses: Any) -> dict[str, Any]:
    """The value of ``cawg.training-mining``: a permission, or a permission with its condition."""
    entries = {
        f"cawg.{name}": {"use": use} if isinstance(use, str) else {"use": use[0], "constraint_info": use[1]} for name, use in uses.items()
    }
    return {"cawg.training-mining": {"entries": entries}}


def metadata(**fields: Any) -> dict[str, Any]:
    """The value of ``cawg.metadata``; ``__`` in a name stands for the colon."""
    return {"cawg.metadata": {name.replace("__", ":"): value for name, value in fields.items()}}


def offer(action: str, *, price: str | None = None, until: str | None = None, label: str = "org.credkit.offer.metadata") -> dict[str, Any]:
    """An offer as others would write it: short forms, single things without their lists."""
    rule: dict[str, Any] = {"odrl:action": action}
    if price:
        amount, unit = price.split()
        payment = {"odrl:leftOperand": "odrl:payAmount", "odrl:operator": "odrl:eq", "odrl:rightOperand": amount, "odrl:unit": unit}
        rule["odrl:duty"] = {"odrl:action": "odrl:compensate", "odrl:constraint": payment}
    if until:
        rule["odrl:constraint"] = {"odrl:leftOperand": "odrl:dateTime", "odrl:operator": "odrl:lteq", "odrl:rightOperand": until}
    return {label: {"@context": ODRL, "odrl:hasPolicy": {"@type": "odrl:Offer", "odrl:permission": rule}}}


@dataclass(frozen=True, kw_only=True)
class Made:
    """One manifest of a chain; ``uses`` names what it was made from, as (name, relationship)."""

    says: dict[str, Any]
    uses: tuple[tuple[str, str], ...] = ()
    speaker: str = "Test Studio"
    valid: bool = True
    trusted: bool = False
    altered: bool = False
    update: bool = False
    redacted: tuple[str, ...] = ()
    failures: tuple[StatusCode, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)


def chain(**manifests: Made) -> Report:
    """A report on these manifests by name, oldest first, the last one active."""
    boxes = []
    for name, made in manifests.items():
        claim = {"redacted_assertions": list(made.redacted)} if made.redacted else {}
        box = manifest_box(f"urn:c2pa:{name}", claim, *(assertion(label, value) for label, value in made.says.items()))
        boxes.append(box.replace(b"jumdc2ma", b"jumdc2um", 1) if made.update else box)

    def reports(store: Any) -> list[ManifestReport]:
        return [
            _report(found, number, made) for number, (found, made) in enumerate(zip(store.manifests, manifests.values(), strict=True), 1)
        ]

    return report_of(boxes, reports, state="Valid")


def _report(manifest: Any, number: int, made: Made) -> ManifestReport:
    ingredients = tuple(
        IngredientReport(
            uri=assertion_uri(manifest.label, f"c2pa.ingredient.v3__{index}"),
            label="c2pa.ingredient.v3",
            relationship=relationship,
            title=None,
            format=None,
            manifest=f"urn:c2pa:{name}",
            intact=True,
            recorded=None,
        )
        for index, (name, relationship) in enumerate(made.uses)
    )
    return ManifestReport(
        manifest=manifest,
        results=ResultMap(failure=tuple(status(code) for code in made.failures)),
        signature=signature(made.speaker, trusted=made.trusted),
        ingredients=ingredients,
        generation=number,
        well_formed=True,
        valid=made.valid,
        trusted=made.trusted,
        altered=made.altered,
        **made.more,
    )


def terms(metadata: FileMetadata | None = None, **manifests: Made) -> Terms:
    """The terms of such a chain."""
    return terms_of(chain(**manifests), metadata=metadata)


def alone(*says: dict[str, Any], **made: Any) -> Terms:
    """The terms of one manifest that says all of this."""
    return terms(active=Made(says={label: value for said in says for label, value in said.items()}, **made))


def xmp(body: str = "", attributes: str = "", namespaces: str = "") -> FileMetadata:
    """A file with this XMP packet."""
    packet = f"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/"
      xmlns:cc="http://creativecommons.org/ns#" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/" {namespaces} {attributes}>{body}
    </rdf:Description></rdf:RDF></x:xmpmeta>"""
    return FileMetadata(xmp=packet.encode())
