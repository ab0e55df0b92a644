"""Thumbnails over many generations: never twice, within a budget, and referred to where they stand, which the reference follows."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

import credkit
from credkit import Statements
from credkit.api.previews import SAME_PICTURE, THUMBNAIL_BUDGET
from credkit.assets import BytesSource, detect, write
from credkit.manifest.assertions import Thumbnail
from credkit.manifest.assertions.ingredient import read_ingredient
from credkit.manifest.store import EmbeddedFile
from credkit.provenance.c2patool import c2patool_json
from credkit.sign.builder import Builder
from credkit.sign.thumbnails import StoredThumbnails, own_thumbnail
from credkit.verify import Report
from tests.assets.samples_riff import wav
from tests.forge import peer, pki
from tests.forge.files import signed, standard
from tests.forge.manifests import compressed, ingredient, thumbnail
from tests.forge.pictures import KINDS, picture, repainted

SIGNER = pki.signer()
CREATED = Statements(created="digitalCreation")
AS_BEFORE = Statements()
PER_GENERATION = 5_000
"""Bytes that a generation may take besides its thumbnail, so that a hundred take half a megabyte."""


def grained(size: int = 640) -> Image.Image:
    """Something that no encoder makes small."""
    bands = [Image.effect_noise((size, size), spread) for spread in (90, 70, 80)]
    return Image.merge("RGB", bands)


def encoded(image: Image.Image, kind: str = "jpg") -> bytes:
    out = io.BytesIO()
    image.save(out, {"jpg": "JPEG"}.get(kind, kind), quality=90)
    return out.getvalue()


def sign(data: bytes, statements: Statements = AS_BEFORE, **options: Any) -> tuple[bytes, credkit.SignResult]:
    out = io.BytesIO()
    result = credkit.sign_file(data, out, statements, signer=SIGNER, **({"thumbnail": True} | options))
    return out.getvalue(), result


def stored(report: Report) -> list[bytes]:
    """The pictures of all thumbnails, in the order of the manifests."""
    labelled = (item for manifest in report.manifests for item in manifest.manifest.assertions if item.label.startswith("c2pa.thumbnail."))
    return [value.data for item in labelled if isinstance(value := item.value(), EmbeddedFile)]


def shown(report: Report) -> list[str | None]:
    """The thumbnail that each manifest says its parent has."""
    return [item.thumbnail for manifest in report.manifests for item in manifest.ingredients]


def uri(report: Report, generation: int) -> str:
    return f"self#jumbf=/c2pa/{report.manifests[generation].label}/c2pa.assertions/c2pa.thumbnail.claim"


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_picture_has_one_thumbnail_in_all_generations(kind: str) -> None:
    data, first = sign(picture(kind), CREATED)
    assert first.notes == ()
    sizes = []
    for _ in range(4):
        data, result = sign(data)
        assert SAME_PICTURE in result.notes
        sizes.append(len(result.store))
    report = credkit.verify_file(data)
    assert (report.state, len(report.manifests), len(stored(report))) == ("Valid", 5, 1)
    assert shown(report) == [uri(report, 0)] * 4
    assert max(later - earlier for earlier, later in pairwise(sizes)) < PER_GENERATION
    there = peer.read(data, kind)
    assert (there.state, there.manifests) == ("Valid", 5)
    assert [
        manifest["ingredients"][0]["thumbnail"]["identifier"] for manifest in there.raw["manifests"].values() if "ingredients" in manifest
    ] == [uri(report, 0)] * 4


def test_a_changed_picture_has_its_own_and_names_the_one_of_its_parent() -> None:
    before, _ = sign(picture("jpg"), CREATED)
    after, result = sign(repainted("jpg"), parent=before)
    report = result.report
    assert len(set(stored(report))) == 2
    assert shown(report) == [uri(report, 0)]
    ours, theirs = (there["manifests"][result.label] for there in (c2patool_json(report), peer.read(after, "jpg").raw))
    assert ours["thumbnail"] == theirs["thumbnail"]
    assert (
        ours["ingredients"][0]["thumbnail"]
        == theirs["ingredients"][0]["thumbnail"]
        == {"format": "image/jpeg", "identifier": uri(report, 0)}
    )


def test_a_parent_whose_own_manifest_has_none_is_shown_by_the_one_of_the_same_picture() -> None:
    first, _ = sign(picture("jpg"), CREATED)
    second, _ = sign(first)
    third, result = sign(repainted("jpg"), parent=second)
    assert shown(result.report) == [uri(result.report, 0)] * 2
    assert len(stored(result.report)) == 2
    assert peer.read(third, "jpg").state == "Valid"


def test_a_parent_without_thumbnail_is_not_shown_by_that_of_another_picture() -> None:
    first, _ = sign(picture("jpg"), CREATED)
    second, _ = sign(repainted("jpg"), parent=first, thumbnail=False)
    _, result = sign(picture("jpg"), parent=second)
    assert shown(result.report) == [uri(result.report, 0), None]
    assert SAME_PICTURE in result.notes
    assert len(stored(result.report)) == 1


def test_a_picture_that_was_changed_after_signing_gets_a_thumbnail_of_what_it_is() -> None:
    first, _ = sign(picture("png"), CREATED)
    store = credkit.read_store(first).data
    changed = io.BytesIO()
    source = BytesSource(repainted("png"))
    form = detect(source)
    assert form is not None
    write(source, form.embed(source, form.scan(source), store), changed)
    _, result = sign(changed.getvalue())
    assert [report.state for report in result.ingredients] == ["Invalid"]
    assert SAME_PICTURE not in result.notes
    assert len(set(stored(result.report))) == 2


def test_many_generations_keep_to_the_budget() -> None:
    budget, image = 48 * 1024, grained()
    data, _ = sign(encoded(image), CREATED, thumbnail_budget=budget)
    notes: list[str] = []
    for number in range(10):
        ImageDraw.Draw(image).rectangle((number * 50, 20, number * 50 + 40, 400), fill=(number * 20, 90, 200))
        data, result = sign(encoded(image), parent=data, thumbnail_budget=budget)
        notes += result.notes
    report = credkit.verify_file(data)
    found = stored(report)
    assert report.state == peer.read(data, "jpg").state == "Valid"
    assert StoredThumbnails([report]).size <= budget
    assert len(found) == len(set(found)) >= 4
    assert max(map(len, found[-2:])) < len(found[0])
    assert "is smaller than usual, because the thumbnails of earlier versions and ingredients take up" in notes[0]
    assert notes[-1].startswith("No thumbnail was added: the thumbnails of earlier versions and ingredients take up ")
    assert "of 48 KiB" in notes[-1]
    with_none = len(report.manifests) * PER_GENERATION
    assert len(credkit.read_store(data).data) <= budget + with_none


def test_a_hundred_generations_stay_below_a_megabyte() -> None:
    """What one takes is known from the others, so that not all of them are made."""
    assert THUMBNAIL_BUDGET + 100 * PER_GENERATION < 1_000_000


@pytest.mark.parametrize("budget", [0, 1, 16 * 2048 - 1])
def test_a_budget_below_one_thumbnail_adds_none(budget: int) -> None:
    data, result = sign(encoded(grained(200)), CREATED, thumbnail_budget=budget)
    assert stored(result.report) == []
    assert any("which is too much for another one (--thumbnail-budget)" in note for note in result.notes)
    assert peer.read(data, "jpg").state == "Valid"


def test_a_file_without_pixels_says_so() -> None:
    _, result = sign(wav(), CREATED)
    assert "No thumbnail was added: the file holds no picture that can be decoded." in result.notes


def test_the_thumbnail_of_an_ingredient_of_another_tool_is_named_by_default() -> None:
    theirs = peer.sign(picture("jpg"), "jpg", peer.CREATED)
    assert own_thumbnail(credkit.verify_file(theirs)) is None
    made = Thumbnail(picture("jpg", 64, 48), "image/jpeg")
    builder = Builder()
    builder.created("digitalCreation")
    builder.add(made)
    other = io.BytesIO()
    builder.sign(picture("jpg"), other, SIGNER)
    data, result = sign(picture("png"), CREATED, ingredients=(other.getvalue(), theirs), thumbnail=False)
    named = [read_ingredient(item.value(), item.label).thumbnail for item in active_ingredients(result.report)]
    assert [bool(reference) for reference in named] == [True, False]
    there = peer.read(data, "png").raw["manifests"][result.label]["ingredients"]
    assert [ingredient.get("thumbnail", {}).get("identifier") for ingredient in there] == [named[0].url if named[0] else "", None]


def active_ingredients(report: Report) -> list[Any]:
    assert report.active is not None
    return [item for item in report.active.manifest.assertions if item.base_label == "c2pa.ingredient.v3"]


@pytest.mark.parametrize("given", [False, None])
def test_a_reference_can_be_left_out(given: bool | None) -> None:
    data, _ = sign(picture("jpg"), CREATED)
    builder = Builder()
    handle = builder.add_parent(data, thumbnail=given)  # type: ignore[arg-type]
    assert handle.report is not None
    out = io.BytesIO()
    builder.sign(picture("jpg"), out, SIGNER)
    assert bool(shown(credkit.verify_file(out.getvalue()))[-1]) == (given is None)


def test_what_nothing_may_refer_to_counts_all_the_same() -> None:
    """A manifest in its compressed form is not looked into by every reader."""
    small = picture("jpg", 16, 16)
    below = standard(thumbnail(data=small), name="below").build()
    whole, packed = (
        StoredThumbnails([credkit.verify_file(signed(standard(ingredient(manifest)), manifest))]) for manifest in (below, compressed(below))
    )
    assert whole.size == packed.size > len(small)
    assert (whole.smallest, packed.smallest) == (len(small), None)
    assert whole.find(small) is not None
    assert packed.find(small) is None


def test_a_thumbnail_that_was_exchanged_is_not_referred_to() -> None:
    data, _ = sign(picture("jpg", 40, 40), CREATED, mirrors=False)
    small = stored(credkit.verify_file(data))[0]
    changed = bytearray(data)
    changed[data.index(small) + len(small) - 3] ^= 1
    report = credkit.verify_file(bytes(changed))
    assert report.state == "Invalid"
    assert own_thumbnail(report) is None
    assert StoredThumbnails([report]).smallest is None


def test_a_definition_can_say_none(tmp_path: Path) -> None:
    data, _ = sign(picture("jpg"), CREATED)
    (tmp_path / "parent.c2pa").write_bytes(credkit.read_store(data).data)
    for form, expected in (({"thumbnail": {"format": "none", "identifier": "none"}}, False), ({}, True)):
        described = {"title": "p", "relationship": "componentOf", "manifest_data": {"format": "c2pa", "identifier": "parent.c2pa"}} | form
        definition = tmp_path / "definition.json"
        definition.write_text(json.dumps({"ingredients": [described]}), "utf-8")
        _, result = sign(picture("png"), replace(CREATED, title="x"), definition=definition, thumbnail=False)
        assert bool(shown(result.report)[-1]) is expected
