"""Forged manifests in pictures: the hard binding is computed for the place where the store comes to lie, unless it shall be wrong.

``signed`` makes a JPEG or PNG around one active manifest; every hook works inside of the measuring loop, so that a spoiled part does not
shift the exclusion: exactly what was spoiled is wrong.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from credkit.assets import BytesSource, Edit, EditedSource, Layout, Span, detect
from credkit.assets.layout import AssetFormat
from tests.forge.boxes import Node
from tests.forge.manifests import CREATED, Assertion, Manifest, Recipe, actions, data_hash, store
from tests.forge.pictures import picture

__all__ = ["Placed", "beside", "embed", "plain", "signed", "standard"]

SIZE = (24, 16)


def plain(kind: str = "jpg") -> bytes:
    """A very small picture."""
    return picture(kind, *SIZE)


def standard(*more: Assertion, first: Assertion | None = None, **options: Any) -> Recipe:
    """A sound manifest of something that was created, with further assertions; ``options`` are fields of the recipe."""
    return Recipe([first or actions(CREATED), *more, data_hash()], **options)


@dataclass(frozen=True)
class Placed:
    """What a hook for the hard binding may look at: the file with a store of the final size, and where that store lies."""

    data: bytes
    frames: tuple[Span, ...]
    layout: Layout
    format: AssetFormat


Binding = Callable[[Placed], dict[str, Any]]


def exact(placed: Placed) -> dict[str, Any]:
    """The sound data hash: it leaves out the store and nothing else."""
    return excluding(placed.frames)(placed)


def excluding(spans: Sequence[Span] | Callable[[Placed], Sequence[Span]]) -> Binding:
    """A data hash with these exclusions whose digest is right for every byte that none of them covers."""

    def binding(placed: Placed) -> dict[str, Any]:
        ranges = spans(placed) if callable(spans) else spans
        left = bytearray()
        position = 0
        for span in sorted(ranges):
            left += placed.data[position : max(position, span.start)]
            position = max(position, span.end, 0)
        left += placed.data[position:]
        return {
            "exclusions": [{"start": span.start, "length": span.length} for span in ranges],
            "hash": hashlib.sha256(left).digest(),
        }

    return binding


def embed(asset: bytes, data: bytes) -> tuple[bytes, Edit, Layout, AssetFormat]:
    """``asset`` with a store embedded."""
    source = BytesSource(asset)
    found = detect(source)
    assert found is not None
    edit = found.embed(source, found.scan(source), data)
    output = EditedSource(source, edit.pieces)
    written = output.read(0, output.size)
    return written, edit, found.scan(BytesSource(written)), found


def signed(
    recipe: Recipe | None = None,
    *ingredients: Manifest,
    kind: str = "jpg",
    asset: bytes | None = None,
    binding: Binding | None = exact,
    spoil: Callable[[Node], object] | None = None,
    spoil_bytes: Callable[[bytes], bytes] | None = None,
    extra: Sequence[Manifest] = (),
    by: str = "c2pa.hash.data",
    parts: Callable[[Placed], dict[str, dict[str, Any]]] | None = None,
) -> bytes:
    """A picture with the store of ``ingredients``, ``extra`` (behind the active manifest, when given) and the active manifest.

    ``binding`` gives fields of the hard binding (label ``by``), None leaves it as the recipe has it, and ``parts`` fields of further
    assertions by label. ``spoil`` changes the tree of the
    finished store, ``spoil_bytes`` its bytes.
    """
    asset = plain(kind) if asset is None else asset
    recipe = recipe or standard()
    fields: dict[str, dict[str, Any]] = {}
    for _ in range(8):
        data = _store(recipe, ingredients, extra, fields, spoil)
        if spoil_bytes:
            data = spoil_bytes(data)
        written, edit, layout, found = embed(asset, data)
        if binding is None:
            return written
        placed = Placed(written, edit.exclusions, layout, found)
        now = {by: binding(placed)} | (parts(placed) if parts else {})
        if now == fields:
            return written
        settled, fields = now[by].get("exclusions") == fields.get(by, {}).get("exclusions"), now
    if settled:
        # The hash covers itself: it can never be right.
        return written
    raise AssertionError("the size of the store does not settle")


def _store(
    recipe: Recipe,
    ingredients: Sequence[Manifest],
    extra: Sequence[Manifest],
    fields: dict[str, dict[str, Any]],
    spoil: Callable[[Node], object] | None,
) -> bytes:
    bound = [replace(a, value=a.value | fields[a.label]) if a.label in fields else a for a in recipe.assertions]
    tree = deepcopy(store(*ingredients, replace(recipe, assertions=bound).build(), *extra))
    if spoil:
        spoil(tree)
    return tree.encode()


def beside(
    recipe: Recipe | None = None, *ingredients: Manifest, asset: bytes | None = None, binding: Binding | None = None
) -> tuple[bytes, bytes]:
    """A picture without a store, and the store that belongs beside it."""
    asset = plain() if asset is None else asset
    source = BytesSource(asset)
    found = detect(source)
    assert found is not None
    placed = Placed(asset, (), found.scan(source), found)
    fields = (binding or excluding(()))(placed)
    return asset, _store(recipe or standard(), ingredients, (), {"c2pa.hash.data": fields}, None)
