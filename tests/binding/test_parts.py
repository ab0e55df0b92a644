"""Pictures of phones whose parts are bound one by one: what may be taken away, what may not, and that the parts are found as before."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from credkit.api import Statements, sign_file
from credkit.assets import BytesSource, EditedSource, JpegFormat, detect
from credkit.assets.engine import hash_parts
from credkit.binding import BINDERS, BindingTarget, Output
from credkit.binding.multi_asset import PartAssertion, check_multi_asset
from credkit.errors import AssetError, DefinitionError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import OpaqueAssertion
from credkit.manifest.assertions.multi_asset_hash import AssetPart, MultiAssetHash
from credkit.manifest.hashed_uri import HashedUri
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.verify import Report, verify
from tests.assets.samples import jpeg, png, webp
from tests.assets.samples_jxl import BOXED
from tests.forge import peer, pki
from tests.forge.phones import GAIN_MAP, film_of_a_phone, motion_photo, ultra_hdr, ultra_hdr_with_film
from tests.verify.case import failures

CREATED = Statements(created="digitalCapture", creator=("Test Studio",))
WHOLE = {"data": "assertion.dataHash.match", "boxes": "assertion.boxesHash.match"}
MATCH, MISMATCH = "assertion.multiAssetHash.match", "assertion.multiAssetHash.mismatch"
MALFORMED, MISSING = "assertion.multiAssetHash.malformed", "assertion.multiAssetHash.missingPart"


def files() -> dict[str, tuple[bytes, list[bytes]]]:
    """Each file, and what stands behind its first picture."""
    film = film_of_a_phone()
    return {
        "ultra hdr": (ultra_hdr(), [GAIN_MAP]),
        "motion photo": (motion_photo(), [film]),
        "both": (ultra_hdr_with_film(), [GAIN_MAP, film]),
        "notes of a device": (jpeg() + b"notes of the device\x00" * 9, [b"notes of the device\x00" * 9]),
        "png": (png() + b"behind the end", [b"behind the end"]),
        "webp": (webp() + b"behind the end", [b"behind the end"]),
    }


FILES = files()
PHONES = ("ultra hdr", "motion photo", "both")


def signed(data: bytes, **options: Any) -> bytes:
    out = io.BytesIO()
    sign_file(data, out, CREATED, signer=pki.signer(), parts=True, **options)
    return out.getvalue()


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


def codes(data: bytes) -> set[str]:
    report = judged(data)
    assert report.active is not None
    found = (status.code for status in report.active.results if status.code.startswith("assertion.") and "hashedURI" not in status.code)
    return set(found)


def multi_asset(data: bytes) -> list[dict[str, Any]]:
    report = judged(data)
    assert report.active is not None
    found = report.active.manifest.assertion("c2pa.hash.multi-asset")
    assert found is not None
    listed: list[dict[str, Any]] = found.value()["parts"]
    return listed


@pytest.mark.parametrize("name", FILES)
def test_the_whole_file_and_each_part_are_bound(name: str) -> None:
    data, behind = FILES[name]
    made = signed(data)
    parts = multi_asset(made)
    assert [part["location"]["length"] for part in parts[1:]] == [len(part) for part in behind]
    assert [part.get("optional", False) for part in parts] == [False, *[True] * len(behind)]
    assert made.endswith(b"".join(behind))
    assert codes(made) - {"assertion.dataHash.additionalExclusionsPresent"} == {WHOLE["data"]}
    kind = {"png": "png", "webp": "webp"}.get(name, "jpg")
    there = peer.read(made, kind)
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])


@pytest.mark.parametrize("name", FILES)
def test_parts_behind_the_picture_may_be_taken_away_from_the_end(name: str) -> None:
    data, behind = FILES[name]
    made = signed(data)
    for kept in range(len(behind)):
        cut = made[: len(made) - sum(map(len, behind[kept:]))]
        report = judged(cut)
        assert report.state == "Valid"
        assert report.content_intact is True
        assert MATCH in codes(cut)
        assert WHOLE["data"] not in codes(cut)
        gone = range(kept + 2, len(behind) + 2)
        assert [remark for remark in report.remarks if "marked as optional" in remark] == [
            f"part {number} of the file, which the signer marked as optional, is not there" for number in gone
        ]


@pytest.mark.parametrize("name", FILES)
def test_what_is_left_must_be_whole_and_unchanged(name: str) -> None:
    data, behind = FILES[name]
    made = signed(data)
    first = len(made) - sum(map(len, behind))
    cut = made[:first]
    # A container that says its size cannot be read at all when it is cut short.
    assert judged(cut[:-1]).state == "error" if name == "webp" else codes(cut[:-1]) & {MISMATCH, MALFORMED}
    assert codes(made[: first + len(behind[0]) // 2]) & {MISMATCH}
    assert codes(made[:-1] + bytes((made[-1] ^ 1,))) & {MISMATCH}
    at = 60 if name == "webp" else first - 3
    assert codes(made[:at] + bytes((made[at] ^ 1,)) + made[at + 1 :]) & {MISMATCH}
    assert codes(cut + b"x" * len(behind[0])) & {MISMATCH}
    assert codes(made + b"x") & {MALFORMED}


def test_a_part_in_the_middle_cannot_be_taken_away() -> None:
    made = signed(ultra_hdr_with_film())
    film = film_of_a_phone()
    without = made[: -len(film) - len(GAIN_MAP)] + film
    assert codes(without) & {MISMATCH, MALFORMED}
    swapped = made[: -len(film) - len(GAIN_MAP)] + film + GAIN_MAP
    assert codes(swapped) & {MISMATCH}


@pytest.mark.parametrize("name", FILES)
def test_parts_beside_a_list_of_boxes(name: str) -> None:
    """Boxes can only be listed where nothing but pictures stands behind the first one."""
    data, behind = FILES[name]
    if name != "ultra hdr":
        with pytest.raises(AssetError, match="does not consist of boxes alone"):
            signed(data, binding="boxes")
        return
    made = signed(data, binding="boxes")
    assert codes(made) == {WHOLE["boxes"]}
    assert codes(made[: -len(behind[0])]) == {MATCH}


@pytest.mark.parametrize("name", PHONES)
def test_an_update_moves_the_parts(name: str) -> None:
    data, behind = FILES[name]
    out = io.BytesIO()
    update = UpdateBuilder()
    update.add(OpaqueAssertion("org.test.note", {"text": "said later" * 40}))
    update.sign(signed(data), out, pki.signer())
    made = out.getvalue()
    assert judged(made).state == "Valid"
    cut = made[: len(made) - sum(map(len, behind))]
    assert judged(cut).state == "Valid"
    assert MATCH in {status.code for status in _all(judged(cut))}


def _all(report: Report) -> list[Any]:
    assert report.active is not None
    return list(report.active.results)


def test_a_sidecar_binds_parts_too() -> None:
    out = io.BytesIO()
    sign_file(ultra_hdr(), out, CREATED, signer=pki.signer(), parts=True, sidecar=True)
    beside = BytesSource(out.getvalue())
    assert verify(BytesSource(ultra_hdr()), sidecar=beside).state == "Valid"
    report = verify(BytesSource(ultra_hdr().removesuffix(GAIN_MAP)), sidecar=beside)
    assert report.state == "Valid"
    assert MATCH in {status.code for status in _all(report)}


def test_the_parts_are_only_told_apart_where_they_are() -> None:
    for data in (jpeg(), png(), webp(), BOXED):
        with pytest.raises(AssetError, match="one part only"):
            signed(data)
    many = jpeg() * 5
    builder = Builder(limits=Limits(parts=4))
    builder.created("digitalCapture")
    builder.parts = True
    with pytest.raises(AssetError, match="more than 4 parts"):
        builder.sign(many, io.BytesIO(), pki.signer())


def test_a_picture_behind_the_first_that_is_broken_is_one_part_with_what_follows() -> None:
    data = jpeg() + b"\xff\xd8\xff\xe0\xff\xff broken" + b"\xff\xd9"
    made = signed(data)
    assert [part["location"]["length"] for part in multi_asset(made)[1:]] == [len(data) - len(jpeg())]


def test_a_film_as_a_part_with_a_bmff_hash() -> None:
    """Others bind the film of a motion photo by its own boxes; places in it count from where it begins."""
    first, film = jpeg(), film_of_a_phone()
    source = BytesSource(film)
    form = detect(source)
    assert form is not None
    planned = BINDERS["c2pa.hash.bmff.v3"](
        Output(source=source, layout=form.scan(source), format=form, edit=None, algorithm="sha256"),
    )
    stated = planned.state([hash_parts(source, "sha256", parts).value for parts in planned.parts])
    hashes = {
        "c2pa.hash.data.part": {"alg": "sha256", "hash": hashlib.sha256(first).digest()},
        "c2pa.hash.bmff.v3.part": stated.payload(),
    }
    parts = [
        {"location": {"byteOffset": 0, "length": len(first)}, "hashAssertion": "c2pa.hash.data.part"},
        {"location": {"byteOffset": len(first), "length": len(film)}, "hashAssertion": "c2pa.hash.bmff.v3.part", "optional": True},
    ]

    def found(data: bytes) -> str:
        whole = BytesSource(data)
        target = BindingTarget(
            source=whole,
            layout=JpegFormat().scan(whole),
            format=JpegFormat(),
            embedded=False,
            updated=False,
            algorithm="sha256",
            limits=DEFAULT_LIMITS,
        )
        outcome = check_multi_asset(
            {"parts": parts}, "self#jumbf=x", target, lambda url: PartAssertion(label=url, uri=url, value=hashes[url])
        )
        return outcome.statuses[-1].code

    assert found(first + film) == MATCH
    assert found(first) == MATCH
    at = film.index(b"mdat") + 9
    assert found(first + film[:at] + bytes((film[at] ^ 1,)) + film[at + 1 :]) == MISMATCH
    assert found(first + film[:-9]) == MISMATCH


# Readers of the parts


def test_pictures_of_an_ultra_hdr_file_are_found_as_before() -> None:
    for data in (ultra_hdr(), signed(ultra_hdr())):
        # Pillow follows the index only where the XMP does not speak of a gain map.
        image = Image.open(io.BytesIO(data.replace(b' hdrgm:Version="', b' hdrgm:Edition="')))
        assert (image.format, getattr(image, "n_frames", 1)) == ("MPO", 2)
        image.seek(1)
        assert image.size == (60, 45)
        assert image.tobytes() == Image.open(io.BytesIO(GAIN_MAP)).tobytes()


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_the_film_of_a_motion_photo_is_found_as_before(tmp_path: Path) -> None:
    made = signed(motion_photo())
    path = tmp_path / "film.mp4"
    path.write_bytes(made[-len(film_of_a_phone()) :])
    line = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", str(path)]
    assert subprocess.run(line, check=True, capture_output=True, text=True, timeout=60).stdout.strip() == "4"


def test_a_gain_map_of_another_picture_is_no_part_of_this_one() -> None:
    made = signed(ultra_hdr())
    other = JpegFormat()
    source = BytesSource(GAIN_MAP)
    changed = EditedSource(source, other.with_metadata(source, other.scan(source), xmp=b"<x/>").pieces)
    assert codes(made.removesuffix(GAIN_MAP) + changed.read(0, changed.size)) & {MISMATCH, MALFORMED}
    assert failures(judged(made)) == {"signingCredential.untrusted"}


# The statement


def test_parts_lie_one_behind_the_other() -> None:
    reference = HashedUri(url="self#jumbf=c2pa.assertions/c2pa.hash.data.part", hash=bytes(32))
    for start in (99, 101):
        parts = (
            AssetPart(start=0, length=100, hash_assertion=reference),
            AssetPart(start=start, length=5, hash_assertion=reference, optional=True),
        )
        with pytest.raises(DefinitionError, match="begins where the one in front of it ends"):
            MultiAssetHash(parts)
    with pytest.raises(DefinitionError):
        MultiAssetHash(())
