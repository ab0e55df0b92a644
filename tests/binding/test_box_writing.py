"""Box hashes that credkit writes on request, how they are read elsewhere, and what of a box is no content: padding, restart markers."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest

import credkit
from credkit.api import Exporter, Statements, sign_file
from credkit.assets import BytesSource, NamedBox, detect
from credkit.errors import AssetError, DefinitionError, HistoryError
from credkit.manifest.assertions import OpaqueAssertion
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.verify import Report, verify
from tests.assets.samples import animated_webp, apng, jpeg, picture, png, saved, scan, webp
from tests.assets.samples_gif import animated_gif, gif
from tests.assets.samples_jxl import BOXED, RESTORABLE
from tests.binding.tables import box_signed, entry
from tests.forge import peer, pki
from tests.forge.files import Placed
from tests.forge.phones import film_of_a_phone
from tests.verify.case import failures, judge

CREATED = Statements(created="digitalCapture")
RESTARTS = saved(picture(64, 48), "JPEG", restart_marker_blocks=2, progressive=True)
FILES: dict[str, tuple[str, bytes]] = {
    "jpeg": ("jpg", jpeg()),
    "jpeg progressive": ("jpg", jpeg(progressive=True)),
    "jpeg restarts": ("jpg", jpeg(restart_marker_blocks=1)),
    "jpeg progressive restarts": ("jpg", RESTARTS),
    "png": ("png", png()),
    "apng": ("png", apng()),
    "gif": ("gif", gif()),
    "gif animated": ("gif", animated_gif()),
    "jxl": ("jxl", BOXED),
    "jxl of a jpeg": ("jxl", RESTORABLE),
}
RIFF = {"webp": webp(), "webp lossless": webp(lossless=True), "webp animated": animated_webp()}
MISMATCH, UNKNOWN = "assertion.boxesHash.mismatch", "assertion.boxesHash.unknownBox"


def signed(data: bytes, binding: Any = "boxes", **options: Any) -> bytes:
    out = io.BytesIO()
    sign_file(data, out, CREATED, signer=pki.signer(), binding=binding, **options)
    return out.getvalue()


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


def faults(data: bytes) -> set[str]:
    return failures(judged(data)) - {"signingCredential.untrusted"}


def hard_binding(data: bytes) -> dict[str, Any]:
    report = judged(data)
    assert report.active is not None
    return next(item.value() for item in report.active.manifest.assertions if item.label.startswith("c2pa.hash."))


def boxes_of(data: bytes) -> list[NamedBox]:
    source = BytesSource(data)
    form = detect(source)
    assert form is not None
    return list(form.boxes(source, form.scan(source)))


# Written on request


@pytest.mark.parametrize("name", FILES)
def test_ours_there(name: str) -> None:
    kind, data = FILES[name]
    made = signed(data)
    listed = hard_binding(made)["boxes"]
    assert [item["names"] for item in listed if item["names"] == ["C2PA"]] == [["C2PA"]]
    assert [box for item in listed for box in item["names"]] == [box.name for box in boxes_of(made)]
    assert len(listed) <= 3
    assert faults(made) == set()
    there = peer.read(made, kind)
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])


@pytest.mark.parametrize("name", [name for name in FILES if not name.startswith("jxl")])
def test_theirs_here(name: str) -> None:
    kind, data = FILES[name]
    made = peer.sign(data, kind, peer.CREATED, core={"prefer_compress_manifests": True})
    assert "boxes" in hard_binding(made)
    assert faults(made) == set()


@pytest.mark.parametrize("name", [*FILES, *RIFF])
def test_one_bit_a_box_too_many_or_one_too_few_is_noticed(name: str) -> None:
    made = signed(FILES[name][1] if name in FILES else RIFF[name])
    layout = scan(made)
    assert layout.store is not None
    frame = layout.store.frame[0]
    places = [at for at in range(12, len(made)) if not frame.start <= at <= frame.end]
    for at in places[:: max(1, len(places) // 60)]:
        assert judged(made[:at] + bytes((made[at] ^ 4,)) + made[at + 1 :]).state != "Valid", at
    assert faults(made + b"\x00") & {MISMATCH, UNKNOWN}


@pytest.mark.parametrize("odd", [False, True])
def test_the_filling_byte_behind_a_store(odd: bool) -> None:
    """It belongs to the box of the store, which no hash covers, so it has to be zero."""

    def even(data: bytes) -> bool:
        layout = scan(data)
        assert layout.store is not None
        return layout.store.size % 2 == 0

    def list_of(placed: Placed) -> list[dict[str, Any]]:
        boxes = list(placed.format.boxes(BytesSource(placed.data), placed.layout))
        return [entry(placed, box) for box in boxes]

    made = next(
        data
        for length in range(1, 5)
        if even(
            data := box_signed(kind="webp", asset=webp(), each=list_of, edit=lambda listed, _, n=length: listed[0].update(pad=bytes(n)))
        )
        is not odd
    )
    assert not failures(judge(made)) & {MISMATCH, UNKNOWN}
    if odd:
        assert failures(judge(made[:-1] + b"\x01")) & {MISMATCH}


def test_the_usual_binding_of_each_format_is_what_it_was() -> None:
    for data, label in ((png(), "exclusions"), (jpeg(), "exclusions"), (webp(), "exclusions"), (BOXED, "boxes")):
        assert label in hard_binding(signed(data, None))
    assert "exclusions" in hard_binding(signed(BOXED, "data"))


def test_a_sidecar_is_bound_as_a_whole_unless_boxes_are_asked_for() -> None:
    for binding, key in ((None, "hash"), ("data", "hash"), ("boxes", "boxes")):
        out = io.BytesIO()
        sign_file(BOXED, out, CREATED, signer=pki.signer(), binding=binding, sidecar=True)
        report = verify(BytesSource(BOXED), sidecar=BytesSource(out.getvalue()))
        assert report.state == "Valid"
        assert report.active is not None
        (found,) = (item.value() for item in report.active.manifest.assertions if item.label.startswith("c2pa.hash."))
        assert key in found
        assert "exclusions" not in found


def test_what_cannot_be_listed_by_boxes_is_refused() -> None:
    with pytest.raises(AssetError, match="does not consist of boxes alone"):
        signed(jpeg() + b"behind")
    with pytest.raises(AssetError, match="does not consist of boxes alone"):
        signed(png() + b"behind")
    builder = Builder()
    builder.created("digitalCapture")
    builder.binding = "c2pa.hash.boxes"
    builder.limits = credkit.Limits(cbor_items=10)
    with pytest.raises(AssetError, match="too many to be listed"):
        builder.sign(jpeg(), io.BytesIO(), pki.signer())


def test_formats_without_a_choice_say_so() -> None:
    """A film is bound by its own boxes, an archive by its entries, and a TIFF has none that a list could name."""
    for binding in ("data", "boxes"):
        with pytest.raises(AssetError, match="bound in one way only"):
            signed(film_of_a_phone(), binding)
    with pytest.raises(AssetError, match="box by box"):
        signed(saved(picture(), "TIFF"))


def test_only_two_bindings_can_be_chosen() -> None:
    with pytest.raises(DefinitionError, match='"data" or "boxes"'):
        signed(png(), "bmff")


def test_an_exporter_binds_by_boxes() -> None:
    out = io.BytesIO()
    Exporter(signer=pki.signer(), statements=CREATED, binding="boxes").sign(png(), out)
    assert "boxes" in hard_binding(out.getvalue())


# Updates


@pytest.mark.parametrize("name", FILES)
def test_an_update_of_a_file_bound_by_boxes(name: str) -> None:
    kind, data = FILES[name]
    first, out = signed(data), io.BytesIO()
    update = UpdateBuilder()
    update.add(OpaqueAssertion("org.test.note", {"text": "said later" * 30}))
    update.sign(first, out, pki.signer())
    second = out.getvalue()
    assert len(second) > len(first)
    assert faults(second) == set()
    there = peer.read(second, kind)
    assert there.failures == ["signingCredential.untrusted"]
    at = len(second) - 3
    assert judged(second[:at] + bytes((second[at] ^ 4,)) + second[at + 1 :]).state != "Valid"


@pytest.mark.parametrize("name", RIFF)
def test_boxes_of_a_webp_also_vouch_for_its_size(name: str) -> None:
    """The first twelve bytes are a box, so a longer store would break what is signed."""
    update = UpdateBuilder()
    update.add(OpaqueAssertion("org.test.note", {"text": "said later"}))
    with pytest.raises(HistoryError, match="also vouch for the size of the file"):
        update.sign(signed(RIFF[name]), io.BytesIO(), pki.signer())


# Restart markers


def counted(placed: Placed, *, scan_as: str, restart_as: str) -> list[dict[str, Any]]:
    """One entry a box; scans and restart markers as the ``letter`` of the specification or the ``reference`` counts them."""
    found = list(placed.format.boxes(BytesSource(placed.data), placed.layout))
    listed = []
    for number, box in enumerate(found):
        item = entry(placed, box)
        if box.name == "SOS" and scan_as == "reference":
            end = next(after.span.start for after in found[number + 1 :] if not after.name.startswith("RST"))
            item["hash"] = hashlib.sha256(placed.data[box.span.start : end]).digest()
        if box.name.startswith("RST") and restart_as == "reference":
            item["hash"] = hashlib.sha256(placed.data[box.span.start : box.span.start + 2]).digest()
        listed.append(item)
    return listed


@pytest.mark.parametrize("asset", [jpeg(restart_marker_blocks=1), RESTARTS], ids=["baseline", "progressive"])
@pytest.mark.parametrize("scan_as", ["letter", "reference"])
@pytest.mark.parametrize("restart_as", ["letter", "reference"])
def test_restart_markers_are_counted_in_one_way_throughout(asset: bytes, scan_as: str, restart_as: str) -> None:
    made = box_signed(asset=asset, each=lambda placed: counted(placed, scan_as=scan_as, restart_as=restart_as))
    report = judge(made)
    assert (failures(report) & {MISMATCH, UNKNOWN}) == (set() if scan_as == restart_as else {MISMATCH})


@pytest.mark.parametrize("way", ["letter", "reference"])
def test_every_byte_between_restart_markers_counts(way: str) -> None:
    made = box_signed(asset=jpeg(restart_marker_blocks=1), each=lambda placed: counted(placed, scan_as=way, restart_as=way))
    start = next(box.span.start for box in boxes_of(made) if box.name == "SOS")
    for at in range(start + 14, len(made) - 2):
        spoilt = made[:at] + bytes((made[at] ^ 1,)) + made[at + 1 :]
        assert failures(judge(spoilt)) & {MISMATCH, UNKNOWN}, at


def test_a_run_from_a_scan_to_a_restart_marker_covers_the_whole_scan_either_way() -> None:
    """As the reference counts, the marker ends inside of the scan: an entry must not end there with it."""

    def runs(placed: Placed) -> list[dict[str, Any]]:
        found = list(placed.format.boxes(BytesSource(placed.data), placed.layout))
        at = next(number for number, box in enumerate(found) if box.name == "SOS")
        first, last = found[at], found[-1]
        middle = {"names": [box.name for box in found[at:-1]], "pad": b""}
        middle["hash"] = hashlib.sha256(placed.data[first.span.start : found[-2].span.start + 2]).digest()
        return [*(entry(placed, box) for box in found[:at]), middle, entry(placed, last)]

    assert failures(judge(box_signed(asset=jpeg(restart_marker_blocks=1), each=runs))) & {MISMATCH}


# Names


def test_spaces_at_the_end_of_a_name_may_be_left_out() -> None:
    def bare(listed: list[dict[str, Any]], _: Placed) -> None:
        for item in listed:
            item["names"] = [name.strip() for name in item["names"]]

    made = box_signed(asset=BOXED, edit=bare)
    assert not failures(judge(made)) & {MISMATCH, UNKNOWN}
    wrong = box_signed(asset=BOXED, edit=lambda listed, _: listed[0].update(names=["JX"]))
    assert failures(judge(wrong)) & {MISMATCH, UNKNOWN}
