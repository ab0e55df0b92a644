"""Where is the manifest store of an asset: inside, beside it, or somewhere on the network?

Clause: "Locating the manifest store" (anchor ``_locating_the_active_manifest``). An embedded store wins. More than one embedded store
counts as none, and is said aloud, because that is how a second store is smuggled in. A remote store is named, never fetched
from here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from credkit.assets import AssetFormat, Layout, Source, detect
from credkit.assets.engine import read_store
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.status import Status, StatusCode, status

__all__ = ["Located", "load_store", "sidecar_candidates"]

_STORE_FILE = "application/c2pa"
_PROVENANCE = re.compile(rb"""(?:dcterms:provenance\s*=\s*["']([^"']{1,2048})["']|<dcterms:provenance[^>]*>([^<]{1,2048})<)""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What the search for a store found."""

    format: AssetFormat | None
    layout: Layout | None
    store: bytes | None
    location: Literal["embedded", "sidecar"] | None = None
    standalone: bool = False
    """The file is itself a manifest store; there is no asset to judge it against."""
    failure: Status | None = None
    """The standard's code for a store that is documented but cannot be had or read."""
    problem: str | None = None
    """Why there is no store, in one sentence."""
    broken: bool = False
    """The file (not the store) cannot be read."""


def sidecar_candidates(path: Path) -> tuple[Path, Path]:
    """Where a sidecar of ``path`` may lie, in the order of the standard: ``image.jpg.c2pa``, then ``image.c2pa``."""
    return path.with_name(path.name + ".c2pa"), path.with_suffix(".c2pa")


def load_store(source: Source, *, sidecar: Source | None = None, limits: Limits = DEFAULT_LIMITS) -> Located:
    """Find the store of ``source``; nothing in either file makes this raise."""
    asset_format = detect(source)
    if asset_format is None:
        return _without(None, None, "The file is not of a format that credkit reads (JPEG, PNG, or a .c2pa manifest store).", broken=True)
    try:
        layout = asset_format.scan(source, limits)
    except MalformedError as error:
        failure = status(StatusCode(error.code), None, str(error)) if error.code.startswith("manifest.") else None
        return _without(asset_format, None, f"The {asset_format.name} file cannot be read: {error}.", failure, broken=True)
    if len(layout.stores) > 1:
        return _without(
            asset_format,
            layout,
            f"The file holds {len(layout.stores)} manifest stores; only one is allowed, so none can be relied on.",
            broken=True,
        )
    if layout.store:
        return _embedded(source, asset_format, layout, limits)
    if sidecar is not None:
        return _beside(sidecar, asset_format, layout, limits)
    return _elsewhere(source, asset_format, layout, limits)


def _without(
    asset_format: AssetFormat | None, layout: Layout | None, problem: str, failure: Status | None = None, *, broken: bool = False
) -> Located:
    return Located(format=asset_format, layout=layout, store=None, failure=failure, problem=problem, broken=broken)


def _embedded(source: Source, asset_format: AssetFormat, layout: Layout, limits: Limits) -> Located:
    assert layout.store is not None
    try:
        store = read_store(source, layout.store, limits)
    except MalformedError as error:
        failure = status(StatusCode(error.code), None, f"{error}.")
        return _without(asset_format, layout, f"The manifest store cannot be read: {error}.", failure, broken=True)
    return Located(format=asset_format, layout=layout, store=store, location="embedded", standalone=layout.media_type == _STORE_FILE)


def _too_large(asset_format: AssetFormat, layout: Layout, size: int, limits: Limits) -> Located:
    message = f"The manifest store has {size:,} bytes, more than the limit of {limits.store_size:,}."
    return _without(asset_format, layout, message, status(StatusCode.MANIFEST_INACCESSIBLE_MALFORMED, None, message), broken=True)


def _beside(sidecar: Source, asset_format: AssetFormat, layout: Layout, limits: Limits) -> Located:
    if sidecar.size > limits.store_size:
        return _too_large(asset_format, layout, sidecar.size, limits)
    return Located(format=asset_format, layout=layout, store=sidecar.read(0, sidecar.size), location="sidecar")


def _elsewhere(source: Source, asset_format: AssetFormat, layout: Layout, limits: Limits) -> Located:
    """No store: does the file say where on the network one is?"""
    for block in layout.metadata:
        if block.kind != "xmp" or block.compressed or sum(s.length for s in block.slices) > limits.metadata_size:
            continue
        found = _PROVENANCE.search(b"".join(source.read(s.start, s.length) for s in block.slices))
        if found:
            url = (found[1] or found[2]).decode("utf-8", "replace").strip()
            message = f"The file says that its credentials are kept at {url}, and the network was not asked."
            return _without(asset_format, layout, message, status(StatusCode.MANIFEST_INACCESSIBLE, None, message))
    return _without(asset_format, layout, "The file carries no Content Credentials.")
