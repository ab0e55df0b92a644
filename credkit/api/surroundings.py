"""What lies beside a picture and tells what is kept out of it: a text file of the same name, a manifest store.

Found here; what becomes of it is decided in ``sealed``.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from credkit.api.reading import read_store
from credkit.assets import BytesSource, open_source
from credkit.errors import AssetError, CredkitError
from credkit.limits import Limits
from credkit.load import sidecar_candidates
from credkit.manifest.store import Manifest
from credkit.sealing.clearing import telling_blocks
from credkit.sealing.search import Searched, in_bytes, in_manifests

__all__ = ["same_file", "telling_store", "telling_twin"]


def telling_store(picture: Path, sought: Searched, *, output: Path | None, limits: Limits) -> tuple[Path, str] | None:
    """A manifest store beside ``picture`` that states something private, and the field; ``output``, which is to be replaced, is none.

    ``AssetError`` when it cannot be read.
    """
    for path in map(Path, sidecar_candidates(picture)):
        if path == picture or not os.path.isfile(path) or (output is not None and same_file(path, output)):
            continue
        manifests: tuple[Manifest, ...] = ()
        with suppress(CredkitError):
            manifests = read_store(path, limits=limits).manifests
        with open_source(path) as store:
            found = in_manifests(sought, manifests, limits=limits) or in_bytes(sought, store)
        if found:
            return path, found[0]
    return None


def telling_twin(picture: Path, sought: Searched, documents: Collection[str], *, limits: Limits) -> tuple[Path, bytes] | None:
    """The text file beside ``picture`` with its content, when it tells something; ``AssetError`` when it cannot be read."""
    from credkit.media.texts import read_texts, twin_of

    blocks = [block for block in read_texts(BytesSource(b""), beside=picture, limits=limits) if block.kind == "twin"]
    if not telling_blocks(blocks, sought, documents, limits=limits):
        return None
    path = twin_of(picture)
    try:
        return path, path.read_bytes()
    except OSError as error:
        raise AssetError(f'the text file "{path}" may hold what is to be withheld and cannot be read: {error.strerror or error}') from None


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file that is there."""
    try:
        return one.samefile(other)
    except OSError:
        return False
