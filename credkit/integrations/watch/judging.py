"""Whether a file that has come to rest is a whole picture without credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from credkit.api.reading import open_with_sidecar
from credkit.assets import Source, detect, open_source
from credkit.integrations.receiving import SNIFFED, is_picture
from credkit.limits import Limits
from credkit.load import load_store
from credkit.sign.opening import check_whole, scan_asset

__all__ = ["Judgement", "judge"]

Judgement = Literal["ready", "signed", "no picture"]


def _is_picture(source: Source) -> bool:
    """Whether its content is of a kind that can be signed, damaged or not, and no film or sound that is built as pictures are."""
    found = detect(source)
    return found is not None and found.writable and is_picture(source.read(0, min(source.size, SNIFFED)))


def judge(path: Path, limits: Limits) -> Judgement:
    """``AssetError`` for a file that cannot be read, or that begins like a picture and breaks off or is damaged."""
    with open_source(path) as opened:
        if not _is_picture(opened):
            return "no picture"
    with open_with_sidecar(path) as (source, beside):
        if load_store(source, sidecar=beside, limits=limits).store is not None:
            return "signed"
        asset_format, layout = scan_asset(source, limits)
        check_whole(source, asset_format, layout, limits)
    return "ready"
