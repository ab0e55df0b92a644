"""Reports to show: real chains signed by the reference implementation, and stores full of hostile text built by hand."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import c2pa

from credkit.assets import BytesSource
from credkit.codec import cbor
from credkit.codec.jumbf import build_box, build_superbox
from credkit.manifest.store import BOX, parse_store
from credkit.manifest.uri import assertion_uri, manifest_uri, signature_uri
from credkit.status import Kind, Status, StatusCode, status
from credkit.trust.policy import TrustPolicy
from credkit.verify import IngredientDelta, IngredientReport, ManifestReport, Report, ResultMap, SignatureReport, verify
from tests.forge import pki
from tests.forge.pictures import checked, picture, repainted

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

HOSTILE = (
    "\x1b[31mTRUSTED\x1b[0m\x07",
    "ok\r\nverdict: TRUSTED\n",
    "\x9b2J\x85\x7f\x00",
    "photo\u202egpj.exe\u2066\u2069",
    "zero\u200bwidth\u2060joiner\u200d\ufeff\u00ad",
    "lines\u2028and\u2029paragraphs",
    "lone \ud800 surrogate",
    "private \ue000 use \U000f0000",
    "filler \u3164\u115f\ufe0f\u034f",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>&lt;b&gt;{{ 7*7 }}{% raw %}",
    '"]; click m0 href "javascript:alert(1)"; %%{init: {"securityLevel":"loose"}}%%',
    "javascript:alert(1) https://evil.example/ [link](https://evil.example) `code` #35;",
    "]]>--></style></title></pre><meta http-equiv=refresh content=0>",
    "[bold red]markup[/] :warning: \\x1b",
    "x" * 10_000,
)
"""Texts as attackers put them into titles, names and certificates (terminal, page, diagram and look-alike tricks)."""


def rectangle(x: float, y: float, width: float, height: float, unit: str = "pixel") -> dict[str, Any]:
    """A region in one rectangle, as an action's ``changes`` holds it."""
    shape = {"type": "rectangle", "unit": unit, "origin": {"x": x, "y": y}, "width": width, "height": height}
    return {"description": "face repainted", "region": [{"type": "spatial", "shape": shape}]}


def sign(definition: dict[str, Any], data: bytes, keys: pki.Pki, ingredients: tuple[tuple[dict[str, Any], bytes], ...] = ()) -> bytes:
    """A JPEG signed by the reference implementation, with thumbnails."""
    info = c2pa.C2paSignerInfo(keys.algorithm.encode(), keys.chain_pem, keys.key_pem, None)
    settings = {"verify": {"remote_manifest_fetch": False}, "builder": {"thumbnail": {"enabled": True, "long_edge": 128}}}
    out = io.BytesIO()
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    with c2pa.Builder(definition, context=context) as builder, c2pa.Signer.from_info(info) as signer:
        for description, asset in ingredients:
            builder.add_ingredient(json.dumps(description), "image/jpeg", io.BytesIO(asset))
        builder.sign(signer, "image/jpeg", io.BytesIO(data), out)
    return out.getvalue()


@cache
def identities() -> tuple[pki.Pki, pki.Pki]:
    """A studio and an editor, each under a root of its own."""
    return (
        pki.make_pki(subject=pki.name("My Studio", "credkit test studio")),
        pki.make_pki(root=pki.make_root(common_name="credkit test other root"), subject=pki.name("News Desk", "credkit test newsroom")),
    )


@cache
def first_generation() -> bytes:
    """Created by an AI model, with everything that a creator can state."""
    definition = {
        "claim_generator_info": [{"name": "Image Maker", "version": "1.4"}],
        "title": "portrait.jpg",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "when": "2026-09-20T08:00:00Z",
                            "digitalSourceType": SOURCE_TYPE + "trainedAlgorithmicMedia",
                        }
                    ]
                },
            },
            {
                "label": "cawg.metadata",
                "kind": "Json",
                "data": {
                    "@context": {"dc": "http://purl.org/dc/elements/1.1/"},
                    "dc:creator": ["My Studio"],
                    "dc:rights": "(c) 2026 My Studio",
                    "plus:DataMining": "http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-GENAIMLTRAINING",
                },
            },
            {"label": "cawg.training-mining", "data": {"entries": {"cawg.ai_training": {"use": "notAllowed"}}}},
            {
                "label": "c2pa.ai-disclosure",
                "data": {"modelType": "c2pa.types.model", "modelName": "Portrait Model", "modelIdentifier": "pkg:generic/portrait@1"},
            },
            {
                "label": "org.credkit.training.metadata",
                "kind": "Json",
                "data": {
                    "@context": {"dc": "http://purl.org/dc/elements/1.1/", "credkit": "https://credkit.org/ns/training#"},
                    "credkit:trainingSources": [
                        {
                            "@type": "credkit:TrainingSource",
                            "dc:title": "own photographs",
                            "credkit:licence": "CC-BY-4.0",
                            "credkit:itemCount": 1200,
                        }
                    ],
                },
            },
        ],
    }
    return sign(definition, picture("jpg"), identities()[0])


@cache
def second_generation() -> bytes:
    """The first one with a region repainted and an unsigned picture placed into it."""
    definition = {
        "claim_generator_info": [{"name": "Repaint Desk", "version": "2.1"}],
        "title": "portrait-repaint.jpg",
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}},
                        {
                            "action": "c2pa.edited",
                            "digitalSourceType": SOURCE_TYPE + "compositeWithTrainedAlgorithmicMedia",
                            "changes": [rectangle(20.0, 30.0, 60.0, 60.0)],
                        },
                        {"action": "c2pa.placed", "parameters": {"ingredientIds": ["moon"]}},
                    ]
                },
            }
        ],
    }
    parent = ({"title": "portrait.jpg", "relationship": "parentOf", "label": "parent"}, first_generation())
    moon = ({"title": "moon.jpg", "relationship": "componentOf", "label": "moon"}, picture("jpg", 64, 64))
    return sign(definition, repainted("jpg"), identities()[1], (parent, moon))


def judge(data: bytes, *, trust: int = 2, name: str = "portrait.jpg") -> Report:
    """The verdict; ``trust`` says how many of the two identities are trusted: none, the studio, both."""
    anchors = tuple(keys.root.der for keys in identities()[:trust])
    return verify(BytesSource(data), policy=TrustPolicy.of(*anchors), at=datetime.now(UTC), name=name)


def altered(data: bytes, text: bytes) -> bytes:
    """``data`` with the byte after the first ``text`` changed."""
    at = data.index(text) + len(text)
    return checked(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])


@cache
def cases() -> dict[str, Report]:
    """One report for each kind of verdict."""
    return {
        "trusted": judge(second_generation()),
        "earlier-untrusted": judge(second_generation(), trust=1),
        "no-trust-list": judge(second_generation(), trust=0),
        "ancestor-altered": judge(altered(second_generation(), b"(c) 202")),
        "content-changed": judge(
            second_generation()[:-40] + bytes(byte ^ 1 for byte in second_generation()[-40:-38]) + second_generation()[-38:]
        ),
        "none": judge(picture("jpg")),
        "error": judge(second_generation().replace(b"jumdc2ma", b"jumxc2ma")),
        "hostile": hostile_report("\x1b[31m<b>\u202e\x9b"),
    }


def assertion(label: str, value: Any) -> bytes:
    """A CBOR assertion box."""
    return build_superbox(BOX.CBOR, label, build_box("cbor", cbor.encode(value)))


def embedded(label: str, media_type: str, data: bytes) -> bytes:
    """A file as an assertion box."""
    return build_superbox(BOX.EMBEDDED_FILE, label, build_box("bfdb", b"\0" + media_type.encode() + b"\0"), build_box("bidb", data))


def manifest_box(label: str, claim: dict[str, Any], *assertions: bytes) -> bytes:
    """A standard manifest; the signature box is empty, because these stores are shown and not verified."""
    return build_superbox(
        BOX.STANDARD,
        label,
        build_superbox(BOX.ASSERTION_STORE, "c2pa.assertions", *assertions),
        build_superbox(BOX.CLAIM, "c2pa.claim.v2", build_box("cbor", cbor.encode(claim))),
        build_superbox(BOX.SIGNATURE, "c2pa.signature", build_box("cbor", b"\xf6")),
    )


def signature(name: str, *, verified: bool = True, trusted: bool = False) -> SignatureReport:
    """A signature report with ``name`` in all its texts."""
    return SignatureReport(
        algorithm="EdDSA",
        subject=name,
        common_name=name,
        organization=f"{name}.",
        issuer=name,
        issuer_common_name=name,
        serial_number="1",
        not_before=AT,
        not_after=AT,
        chain=(b"not a certificate",),
        verified=verified,
        trusted=trusted,
    )


def report_of(boxes: list[bytes], manifests: Any, **changes: Any) -> Report:
    """A report on a store of these manifest boxes; ``manifests`` makes the manifest reports from the parsed store."""
    store = parse_store(build_superbox(BOX.STORE, "c2pa", *boxes))
    fields: dict[str, Any] = {
        "state": "Invalid",
        "name": "file.jpg",
        "media_type": "image/jpeg",
        "size": 1000,
        "store": store,
        "location": "embedded",
        "manifests": tuple(manifests(store)),
        "ingredient_deltas": (),
        "failure": None,
        "problem": None,
        "content_intact": True,
        "unprotected": (),
        "remarks": (),
        "profile": "2.4",
        "validated_at": AT,
        "trust_configured": True,
    }
    return Report(**(fields | changes))


def hostile_report(text: str) -> Report:
    """A report in which every text that can come from a file is ``text``. CBOR knows no lone surrogates, so those stand in the rest."""
    stored = text.encode("utf-8", "replace").decode()
    parent, active = "urn:c2pa:parent", "urn:c2pa:active"
    action = {
        "action": f"org.example.{stored}",
        "description": stored,
        "reason": stored,
        "when": stored,
        "softwareAgent": {"name": stored, "version": stored},
        "digitalSourceType": stored,
        "changes": [rectangle(1.0, 2.0, 3.0, 4.0) | {"description": stored}],
        "parameters": {stored: stored},
    }
    claim = {
        "instanceID": stored,
        "claim_generator_info": {"name": stored, "version": stored, stored: stored},
        "signature": stored,
        "created_assertions": [{"url": "self#jumbf=c2pa.assertions/c2pa.actions.v2", "hash": b"1", "alg": stored}],
        "dc:title": stored,
        "dc:format": stored,
        "alg": stored,
        "redacted_assertions": [f"self#jumbf=/c2pa/{parent}/c2pa.assertions/{stored}"],
    }
    assertions = (
        assertion("c2pa.actions.v2", {"actions": [action]}),
        assertion("c2pa.ingredient.v3", {"dc:title": stored, "relationship": stored, "description": stored}),
        assertion(
            "cawg.metadata",
            {"dc:creator": [stored], "dc:rights": {"x-default": stored}, "xmpRights:WebStatement": stored, "plus:DataMining": stored},
        ),
        assertion("cawg.training-mining", {"entries": {stored: {"use": stored, "constraint_info": stored}}}),
        assertion(
            "c2pa.ai-disclosure", {"modelName": stored, "modelIdentifier": stored, "contentProfile": {"humanOversightLevel": stored}}
        ),
        assertion("org.credkit.training.metadata", {"credkit:trainingSources": [{"dc:title": stored, "credkit:licence": stored}]}),
        embedded("c2pa.thumbnail.claim", "text/html", f"<script>{stored}</script>".encode()),
    )
    entries = (
        status(StatusCode.ASSERTION_HASHED_URI_MATCH, assertion_uri(active, "c2pa.thumbnail.claim"), text),
        Status(code="org.example.custom", kind=Kind.INFORMATIONAL, url=text, explanation=text),
        status(StatusCode.GENERAL_ERROR, signature_uri(active), text),
        Status(code="assertion.hashedURI.mismatch", kind=Kind.FAILURE, url=assertion_uri(parent, "cawg.metadata"), explanation=text),
    )

    def manifests(store: Any) -> list[ManifestReport]:
        def ingredient(label: str, manifest: str | None) -> IngredientReport:
            return IngredientReport(
                uri=assertion_uri(active, label),
                label=label,
                relationship=text,
                title=text,
                format=text,
                manifest=manifest,
                intact=False,
                recorded=ResultMap.of(entries),
                description=text,
                data_types=(text,),
                thumbnail=text,
            )

        common = {"results": ResultMap.of(entries), "signature": signature(text), "well_formed": True, "valid": False, "trusted": False}
        used = (ingredient("c2pa.ingredient.v3", parent), ingredient("c2pa.ingredient.v3__1", None))
        first, second = store.manifests
        return [
            ManifestReport(manifest=first, ingredients=(), generation=1, altered=True, **common),
            ManifestReport(manifest=second, ingredients=used, generation=2, **common),
        ]

    delta = IngredientDelta(ingredient_assertion_uri=assertion_uri(active, "c2pa.ingredient.v3"), validation_deltas=ResultMap.of(entries))
    return report_of(
        [manifest_box(parent, claim, *assertions), manifest_box(active, claim, *assertions)],
        manifests,
        name=text,
        media_type=text,
        ingredient_deltas=(delta,),
        failure=Status(code="general.error", kind=Kind.FAILURE, url=manifest_uri(active), explanation=text),
        problem=text,
        unprotected=(text,),
        remarks=(text,),
    )
