"""Take the manifest store out of a file; every other byte stays as it is."""

from __future__ import annotations

import os

from credkit.assets import Asset, EditedSource, open_source, write
from credkit.errors import AssetError, NoCredentialsError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.sign.opening import refusing_damage, scan_asset
from credkit.sign.output import OutputFile, Snapshot
from credkit.sign.writing import Target

__all__ = ["strip_file"]


def strip_file(source: Asset, output: Target, *, overwrite: bool = True, limits: Limits = DEFAULT_LIMITS) -> int:
    """Write ``source`` without any manifest store to ``output`` (a path, also its own, or a binary stream); the number of
    stores removed.

    ``NoCredentialsError`` when there is none, ``AssetError`` when the file cannot be read or has a further store behind damage,
    ``OutputError`` when the output cannot be written; nothing has changed then.
    """
    snapshot = Snapshot.of(source) if isinstance(source, (str, os.PathLike)) else None
    with open_source(source) as opened:
        asset_format, layout = scan_asset(opened, limits)
        if not layout.stores:
            raise NoCredentialsError("the file carries no Content Credentials, so there is nothing to take out")
        with refusing_damage(asset_format):
            edit = asset_format.embed(opened, layout, None)
            # In a damaged file, what is taken out may have hidden another store from the scan.
            if layout.remarks and asset_format.scan(EditedSource(opened, edit.pieces), limits).stores:
                raise AssetError(
                    f"the {asset_format.name} file is damaged, and without its manifest store another one comes to light: take a whole "
                    "copy, or save it anew"
                )
        if isinstance(output, (str, os.PathLike)):
            with OutputFile(output, overwrite=overwrite, source=snapshot) as out:
                write(opened, edit, out.file)
                out.commit()
        else:
            write(opened, edit, output)
    return len(layout.stores)
