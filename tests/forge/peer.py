"""The reference implementation as a peer: read with it, sign with it, with the keys of ``forge.pki``."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any

import c2pa

from tests.forge import pki

__all__ = ["CREATED", "MEDIA_TYPES", "PeerReport", "read", "sign"]

CREATED: dict[str, Any] = {
    "claim_generator_info": [{"name": "credkit test"}],
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
                ]
            },
        }
    ],
}
"""A definition that says how a picture began, and nothing else."""
MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "mp4": "video/mp4",
    "webp": "image/webp",
    "gif": "image/gif",
    "jxl": "image/jxl",
    "wav": "audio/wav",
    "avi": "video/avi",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "tif": "image/tiff",
    "dng": "image/x-adobe-dng",
    "svg": "image/svg+xml",
    "m4a": "audio/mp4",
    "mov": "video/quicktime",
    "avif": "image/avif",
    "heif": "image/heif",
    "heic": "image/heic",
}


@dataclass(frozen=True, slots=True)
class PeerReport:
    """What the reference says about a file."""

    state: str
    failures: list[str]
    """Codes of the active manifest and of all ingredient deltas."""
    manifests: int
    raw: dict[str, Any]


def _context(anchors: bytes | None, *, thumbnails: bool = False, core: dict[str, Any] | None = None) -> c2pa.Context:
    settings: dict[str, Any] = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
        "builder": {"thumbnail": {"enabled": thumbnails}},
    }
    if core:
        settings["core"] = core
    if anchors:
        settings["trust"] = {"trust_anchors": anchors.decode()}
    return c2pa.Context(settings=c2pa.Settings.from_dict(settings))


def read(data: bytes, kind: str, *, anchors: bytes | None = None, sidecar: bytes | None = None) -> PeerReport:
    """Read a file (and a store beside it) with the reference."""
    arguments = (MEDIA_TYPES[kind], io.BytesIO(data)) + ((sidecar,) if sidecar else ())
    with c2pa.Reader(*arguments, context=_context(anchors)) as reader:
        raw = json.loads(reader.json())
    results = raw["validation_results"]
    failures = [entry["code"] for entry in results.get("activeManifest", {}).get("failure", [])]
    failures += [entry["code"] for delta in results.get("ingredientDeltas", []) for entry in delta["validationDeltas"]["failure"]]
    return PeerReport(state=raw["validation_state"], failures=failures, manifests=len(raw["manifests"]), raw=raw)


def sign(
    data: bytes,
    kind: str,
    definition: dict[str, Any],
    *,
    algorithm: str = "ed25519",
    ingredients: tuple[tuple[dict[str, Any], bytes, str], ...] = (),
    anchors: bytes | None = None,
    update: bool = False,
    core: dict[str, Any] | None = None,
) -> bytes:
    """Sign a file with the reference; ``ingredients`` are (definition, file, kind), ``update`` adds an update manifest to ``data``, and
    ``core`` are settings of that name (``prefer_compress_manifests`` also makes it bind by boxes).
    """
    key = pki.default_pki(algorithm)
    info = c2pa.C2paSignerInfo(algorithm.encode(), key.chain_pem, key.key_pem, None)
    out = io.BytesIO()
    with c2pa.Builder(definition, context=_context(anchors, core=core)) as builder, c2pa.Signer.from_info(info) as signer:
        if update:
            builder.set_intent(c2pa.C2paBuilderIntent.UPDATE)
        for description, asset, asset_kind in ingredients:
            builder.add_ingredient(description, MEDIA_TYPES[asset_kind], io.BytesIO(asset))
        builder.sign(signer, MEDIA_TYPES[kind], io.BytesIO(data), out)
    return out.getvalue()
