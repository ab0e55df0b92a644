"""The file that is to be signed, before anything is done to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from credkit.assets import Asset, AssetFormat, Layout, Source, detect, format_names
from credkit.assets.opaque import OPAQUE
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.sign.output import Snapshot

__all__ = ["check_binding", "check_whole", "refusing_damage", "scan_asset", "snapshot_of"]

_STORE_FILE = "application/c2pa"
_CHOICE = frozenset({"c2pa.hash.data", "c2pa.hash.boxes"})
"""Hard bindings that stand for the same thing where a format has both."""
_LAST_BYTES = {"JPEG": b"\xff\xd9", "PNG": b"\x00\x00\x00\x00IEND\xaeB`\x82"}
"""How a whole picture ends when nothing follows it; a WebP says its length at the start instead, and is walked through."""


def scan_asset(source: Source, limits: Limits, *, beside: bool = False) -> tuple[AssetFormat, Layout]:
    """Format and layout of an asset that is to be signed; ``AssetError`` when a manifest cannot be put into it.

    ``beside`` says that the manifest is kept in a file of its own, so that any file will do.
    """
    asset_format = detect(source) or (OPAQUE if beside else None)
    if asset_format is None:
        raise AssetError(
            f"the file cannot be signed: it is none of {format_names(writable=True)} (its content decides, not its name); the credentials "
            "of any other file are kept in a file beside it (--sidecar)"
        )
    if asset_format.media_types[0] == _STORE_FILE:
        raise AssetError(
            "the file cannot be signed: it is a manifest store, and no file with content of its own (what is in it decides, not its name)"
        )
    with refusing_damage(asset_format):
        return asset_format, asset_format.scan(source, limits)


@contextmanager
def refusing_damage(asset_format: AssetFormat) -> Iterator[None]:
    """``AssetError`` for damage that the block comes upon; much of a file is looked at only when it is edited or bound."""
    try:
        yield
    except MalformedError as error:
        raise AssetError(f"the {asset_format.name} file is damaged and was not signed: {error}") from None


def check_whole(source: Source, asset_format: AssetFormat, layout: Layout, limits: Limits) -> None:
    """``AssetError`` when the picture breaks off before its end marker: a signature would vouch for a fragment.

    Scanning does not look behind the start of the image data. The last bytes nearly always answer; a file with something behind its
    picture, and one of which the scan had something to remark, is walked through.
    """
    ending = _LAST_BYTES.get(asset_format.name)
    if ending and not layout.remarks and source.size >= len(ending) and source.read(source.size - len(ending), len(ending)) == ending:
        return
    try:
        for _ in asset_format.boxes(source, layout, limits):
            pass
    except MalformedError as error:
        raise AssetError(
            f"the {asset_format.name} file is cut off or damaged and was not signed: {error}; take a whole copy, or save it anew"
        ) from None


def check_binding(asset_format: AssetFormat, wanted: str | None) -> None:
    """``AssetError`` when the format is bound in a way of its own, so that there is nothing to choose (a film, an archive)."""
    if wanted not in (None, asset_format.binding) and not {wanted, asset_format.binding} <= _CHOICE:
        raise AssetError(f"{asset_format.name} files are bound in one way only: leave the choice (--binding) out")


def snapshot_of(source: Asset) -> Snapshot | None:
    """The present state of a source given as a path, to notice if it changes while we read; None for bytes and streams."""
    return Snapshot.of(source) if isinstance(source, (str, os.PathLike)) else None
