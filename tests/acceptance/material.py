"""Reports on forged pictures, each with one thing that a rule looks at."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from PIL import Image, PngImagePlugin

from credkit.acceptance import AcceptancePolicy, RuleResult, judge
from credkit.assets import BytesSource
from credkit.trust.lists import TrustList
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from credkit.verify.report import Report, TimeStampReport
from tests.forge import files, pki
from tests.forge.manifests import Assertion, Recipe, Ref, Signing, actions, data_hash
from tests.forge.manifests import ingredient as ingredient_of
from tests.forge.pictures import picture

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def created(source_type: str | None) -> Assertion:
    """The first action, with or without a source type."""
    action = {"action": "c2pa.created"} | ({"digitalSourceType": IPTC + source_type} if source_type else {})
    return actions(action)


@cache
def expired() -> pki.Pki:
    """A signer whose certificate has run out."""
    now = datetime.now(UTC).replace(microsecond=0)
    start = now - timedelta(days=400)
    root = pki.make_root("ed25519", not_before=start - timedelta(days=1))
    return pki.make_pki("ed25519", not_before=start, not_after=now - timedelta(days=30), root=root)


def signed(
    *more: Assertion,
    source_type: str | None = "digitalCapture",
    kind: str = "png",
    asset: bytes | None = None,
    signing: Signing | None = None,
    **options: Any,
) -> bytes:
    """A picture with one manifest."""
    by = {"signing": signing} if signing else {}
    return files.signed(files.standard(*more, first=created(source_type), **by), kind=kind, asset=asset or picture(kind), **options)


def cawg(**fields: Any) -> Assertion:
    """Metadata of the signer."""
    context = {
        "dc": "http://purl.org/dc/elements/1.1/",
        "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
        "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    }
    names = {name.replace("_", ":"): value for name, value in fields.items()}
    return Assertion("cawg.metadata", {"@context": context} | names, content="json")


def uses(**permissions: str) -> Assertion:
    """``cawg.training-mining``; ``constrained`` with a condition."""
    entries: dict[str, Any] = {}
    for name, permission in permissions.items():
        entries[f"cawg.{name}"] = {"use": permission} | ({"constraint_info": "ask the studio"} if permission == "constrained" else {})
    return Assertion("cawg.training-mining", {"entries": entries})


def all_uses(permission: str) -> Assertion:
    """All four uses."""
    return uses(ai_training=permission, ai_generative_training=permission, ai_inference=permission, data_mining=permission)


@cache
def trust() -> TrustPolicy:
    """Trusts the forged signers."""
    return TrustPolicy(signers=(TrustList.of(pki.default_pki("ed25519").root.der, name="test"),))


def report_on(data: bytes, *, trusted: bool = False) -> Report:
    """The verdict, at a time of its own."""
    return verify(BytesSource(data), policy=trust() if trusted else None, name="picture")


def with_signature(report: Report, **fields: Any) -> Report:
    """The report as it would be with other facts about the active signature."""
    active = report.manifests[-1]
    assert active.signature is not None
    return replace(report, manifests=(*report.manifests[:-1], replace(active, signature=replace(active.signature, **fields))))


def stamped(report: Report, days: float) -> Report:
    """The report with a time-stamp of that age."""
    return with_signature(
        report, time_stamp=TimeStampReport(time=report.validated_at - timedelta(days=days), authority="credkit test", chain=())
    )


def judged(data: bytes, rule: str, *, report: Report | None = None, trusted: bool = False, bare: bool = False, **policy: Any) -> RuleResult:
    """What one rule says. ``bare``: without the file."""
    found = report or report_on(data, trusted=trusted)
    return judge(found, AcceptancePolicy(**policy), source=None if bare else BytesSource(data)).result(rule)


def child_of(parent: Recipe | None, *, relationship: str = "parentOf", **options: Any) -> bytes:
    """A picture made from another one; None for one without credentials."""
    manifest = parent.build() if parent is not None else None
    part = ingredient_of(manifest, relationship, **{"dc:title": "old.png"})
    name = "c2pa.opened" if relationship == "parentOf" else "c2pa.placed"
    done = [{"action": name, "parameters": {"ingredients": [Ref(part.label)]}}]
    if relationship != "parentOf":
        done.insert(0, {"action": "c2pa.created", "digitalSourceType": f"{IPTC}digitalCapture"})
    recipe = Recipe([actions(*done), part, data_hash()], **options)
    below = [manifest] if manifest is not None else []
    return files.signed(recipe, *below, kind="png", asset=picture("png"))


def parent(*more: Assertion, source_type: str | None = "digitalCapture", **options: Any) -> Recipe:
    """A sound manifest to be made from."""
    return Recipe([created(source_type), *more, data_hash(hash=bytes(32), exclusions=[])], name="parent", **options)


def with_text(text: str) -> bytes:
    """A PNG with the parameter text of a generator."""
    return _with_chunk("parameters", text)


def with_xmp(body: str) -> bytes:
    """A PNG with an XMP packet of these properties."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
        f'xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" {body}/></rdf:RDF></x:xmpmeta>'
    )
    return _with_chunk("XML:com.adobe.xmp", packet)


def _with_chunk(keyword: str, text: str) -> bytes:
    out = io.BytesIO()
    info = PngImagePlugin.PngInfo()
    info.add_itxt(keyword, text)
    with Image.open(io.BytesIO(picture("png"))) as image:
        image.save(out, "PNG", pnginfo=info)
    return out.getvalue()
