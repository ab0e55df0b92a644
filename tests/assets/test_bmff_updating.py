"""Update manifests in MP4, HEIF and AVIF: in a box of their own at the end, with every other byte at its place, read by the reference."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from PIL import features

from credkit.assets import BytesSource
from credkit.assets import read_store as read_bytes
from credkit.assets.bmff import BmffFormat
from credkit.assets.bmff.boxes import BoxWalker
from credkit.assets.bmff.stores import read_c2pa_box
from credkit.assets.joining import labels_of
from credkit.codec.jumbf import box_type, build_box, build_superbox
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.assertions import Action, EmbeddedData, OpaqueAssertion
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.verify import Report, verify
from tests.assets.samples import output, pixels, scan, store_of
from tests.assets.samples_bmff import animated_avif, coded, film_of, fragmented, item_picture, media_of, old_film
from tests.forge import peer, pki
from tests.forge.bmff import box, c2pa_box, large_box
from tests.forge.manifests import SOURCE_TYPE

FORM = BmffFormat()
SECRET = b"a prompt that nobody shall read"
FILES: dict[str, tuple[bytes, str]] = {
    "film": (film_of(), "mp4"),
    "media first": (film_of(kind="co64", media_first=True), "mp4"),
    "fragments": (fragmented(), "mp4"),
    "sound": (film_of(handlers=(b"soun",)), "m4a"),
    "quicktime": (film_of(brand=b"qt  "), "mov"),
    "picture": (item_picture(), "heic"),
    **{name: (data, media_type.partition("/")[2]) for name, (data, _, media_type) in coded().items()},
}
DEFINITION: dict[str, Any] = {
    "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}]}}]
}


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    more = {"heic": "image/heic", "avif": "image/avif", "m4a": "audio/mp4", "mov": "video/quicktime"}
    monkeypatch.setattr(peer, "MEDIA_TYPES", peer.MEDIA_TYPES | more)


def written(builder: Builder, asset: bytes, **options: Any) -> bytes:
    out = io.BytesIO()
    builder.sign(asset, out, pki.signer(), **options)
    return out.getvalue()


def signed(asset: bytes) -> bytes:
    builder = Builder(title="first")
    builder.created("trainedAlgorithmicMedia")
    builder.add_input("prompt", ("c2pa.types.generator.prompt",), data=EmbeddedData(SECRET, "text/plain"))
    return written(builder, asset)


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


def check_both(data: bytes, kind: str, manifests: int) -> None:
    """Valid here and there, with as many manifests."""
    report = judged(data)
    assert (report.state, len(report.manifests)) == ("Valid", manifests)
    theirs = peer.read(data, kind)
    assert (theirs.state, theirs.failures, theirs.manifests) == ("Valid", ["signingCredential.untrusted"], manifests)


def purposes(data: bytes) -> list[str]:
    source = BytesSource(data)
    return [found.purpose for b in BoxWalker(source).roots() if (found := read_c2pa_box(source, b))]


def without_c2pa(data: bytes) -> list[tuple[int, bytes]]:
    source = BytesSource(data)
    return [(b.span.start, data[b.span.start : b.span.end]) for b in BoxWalker(source).roots() if not read_c2pa_box(source, b)]


@pytest.mark.parametrize("name", FILES)
def test_signed_here_and_read_there(name: str) -> None:
    data, kind = FILES[name]
    check_both(signed(data), kind, 1)


@pytest.mark.parametrize("name", FILES)
def test_signed_there_and_read_here(name: str) -> None:
    data, kind = FILES[name]
    theirs = peer.sign(data, kind, DEFINITION)
    report = judged(theirs)
    assert report.state == "Valid"
    assert [words for words in report.unprotected if "(mfra)" not in words] == []
    assert media_of(theirs) == media_of(data)


@pytest.mark.parametrize("name", FILES)
def test_updates_stand_at_the_end_and_nothing_else_changes(name: str) -> None:
    data, kind = FILES[name]
    first = signed(data)
    second = written(UpdateBuilder(), first)
    assert purposes(second) == ["original", "update"]
    assert without_c2pa(second) == without_c2pa(first)
    assert second[: len(first)].replace(b"original", b"manifest") == first
    check_both(second, kind, 2)
    third = written(UpdateBuilder(), second)
    assert purposes(third) == ["original", "update"]
    assert third[: len(first)] == second[: len(first)]
    assert media_of(third) == media_of(first)
    check_both(third, kind, 3)


@pytest.mark.parametrize("name", FILES)
def test_updates_of_both_on_top_of_each_other(name: str) -> None:
    data, kind = FILES[name]
    theirs = peer.sign(peer.sign(data, kind, DEFINITION), kind, {"assertions": []}, update=True)
    assert judged(theirs).state == "Valid"
    ours = written(UpdateBuilder(), theirs)
    check_both(ours, kind, 3)
    again = peer.sign(ours, kind, {"assertions": []}, update=True)
    check_both(again, kind, 4)


@pytest.mark.parametrize("name", FILES)
def test_a_redacted_original_keeps_the_length_of_its_box(name: str) -> None:
    data, kind = FILES[name]
    first = signed(data)
    builder = UpdateBuilder()
    builder.redact("c2pa.embedded-data", "c2pa.PII.present")
    second = written(builder, first)
    assert SECRET in first
    assert SECRET not in second
    assert without_c2pa(second) == without_c2pa(first)
    check_both(second, kind, 2)
    assert peer.sign(second, kind, {"assertions": []}, update=True)
    third = written(UpdateBuilder(), second)
    check_both(third, kind, 3)


def test_an_assertion_of_an_update_can_be_redacted() -> None:
    first = signed(film_of())
    builder = UpdateBuilder()
    builder.add(OpaqueAssertion("org.test.note", {"text": "said in the update"}))
    second = written(builder, first)
    assert b"said in the update" in second
    builder = UpdateBuilder()
    builder.redact("org.test.note", "c2pa.PII.present")
    third = written(builder, second)
    assert b"said in the update" not in third
    assert third[: len(first)] == second[: len(first)]
    check_both(third, "mp4", 3)


def test_a_file_without_brands_can_be_updated() -> None:
    second = written(UpdateBuilder(), signed(old_film()))
    assert judged(second).state == "Valid"
    assert purposes(second) == ["original", "update"]


def test_an_edit_of_an_updated_file_has_one_store() -> None:
    second = written(UpdateBuilder(), signed(film_of()))
    builder = Builder(title="next")
    builder.add_parent(second)
    builder.add_action(Action("c2pa.edited", digital_source_type="compositeWithTrainedAlgorithmicMedia"))
    third = written(builder, second)
    assert purposes(third) == ["manifest"]
    check_both(third, "mp4", 3)
    source = BytesSource(third)
    assert output(source, FORM.embed(source, FORM.scan(source), None)) == film_of()


def test_changed_content_below_an_update_is_noticed() -> None:
    second = bytearray(written(UpdateBuilder(), signed(film_of())))
    second[second.index(b"first chunk")] ^= 1
    assert judged(bytes(second)).state == "Invalid"
    assert peer.read(bytes(second), "mp4").state == "Invalid"


def test_half_of_an_updated_store_is_no_store() -> None:
    second = written(UpdateBuilder(), signed(film_of()))
    source = BytesSource(second)
    last = list(BoxWalker(source).roots())[-1]
    rolled_back = second[: last.span.start]
    assert "missing" in str(judged(rolled_back).problem)
    assert judged(rolled_back).state == "error"
    alone = film_of() + second[last.span.start :]
    assert judged(alone).state == "error"
    for data in (rolled_back, alone):
        source = BytesSource(data)
        with pytest.raises(AssetError, match="cannot be updated"):
            FORM.update(source, FORM.scan(source), store_of(100))


def test_a_box_behind_the_updates_is_noticed_and_ends_them() -> None:
    second = written(UpdateBuilder(), signed(film_of())) + box("free", b"more")
    assert judged(second).state == "Invalid"
    source = BytesSource(second)
    with pytest.raises(AssetError, match="other boxes were put"):
        FORM.update(source, FORM.scan(source), read_bytes(source, FORM.scan(source).store))


def test_a_box_at_the_very_end_grows() -> None:
    """Another tool put the store behind everything; there it can become longer without moving anything."""
    film = film_of()
    store = read_bytes(BytesSource(signed(film)), scan(signed(film)).store)
    data = film + c2pa_box("manifest", store)
    source = BytesSource(data)
    edit = FORM.update(source, FORM.scan(source), store + bytes(10))
    changed = output(source, edit)
    assert changed.startswith(film)
    assert purposes(changed) == ["manifest"]
    assert read_bytes(BytesSource(changed), scan(changed).store) == store


def test_nothing_is_put_behind_a_box_without_a_size() -> None:
    with pytest.raises(AssetError, match="no size of its own"):
        written(UpdateBuilder(), signed(film_of(open_end=True)))


def test_a_store_that_needs_more_room_is_refused() -> None:
    film = film_of(media_first=True)
    first = signed(film)
    store = read_bytes(BytesSource(first), scan(first).store)
    # In front of the index, so that the places in it stay right.
    index = film.index(b"moov") - 4
    shorter = film[:index] + c2pa_box("manifest", store) + film[index:]
    source = BytesSource(shorter)
    label = next(iter(labels_of(store)))
    larger = build_superbox(box_type("c2pa"), "c2pa", build_superbox(box_type("c2ma"), label, build_box("free", bytes(len(store)))))
    with pytest.raises(AssetError, match="nothing in it may move"):
        FORM.update(source, FORM.scan(source), larger)


@pytest.mark.parametrize("offset", [b"", bytes(8)])
def test_updates_are_read_with_and_without_the_field_that_editions_differ_on(offset: bytes) -> None:
    second = written(UpdateBuilder(), signed(film_of()))
    source = BytesSource(second)
    found = [c2pa for b in BoxWalker(source).roots() if (c2pa := read_c2pa_box(source, b))][-1]
    store = second[found.store.start : found.store.end]
    again = second[: found.box.span.start] + c2pa_box("update", offset + store)
    report = judged(again)
    assert (report.state, len(report.manifests)) == ("Valid", 2)


def test_boxes_with_long_headers_are_read() -> None:
    first = signed(film_of())
    at = first.index(b"uuid") - 4
    length = int.from_bytes(first[at : at + 4], "big")
    data = first[:at] + large_box("uuid", first[at + 8 : at + length]) + first[at + length :]
    assert scan(data).store is not None
    assert read_bytes(BytesSource(data), scan(data).store) == read_bytes(BytesSource(first), scan(first).store)


def test_a_sidecar_is_bound_and_updated_as_well() -> None:
    film, out = film_of(), io.BytesIO()
    builder = Builder(title="beside")
    builder.created("trainedAlgorithmicMedia")
    builder.sign_sidecar(film, out, pki.signer())
    assert verify(BytesSource(film), sidecar=BytesSource(out.getvalue())).state == "Valid"
    theirs = peer.read(film, "mp4", sidecar=out.getvalue())
    assert (theirs.state, theirs.failures) == ("Valid", ["signingCredential.untrusted"])
    changed = film.replace(b"second", b"Second")
    assert verify(BytesSource(changed), sidecar=BytesSource(out.getvalue())).state == "Invalid"
    update = io.BytesIO()
    UpdateBuilder().sign_sidecar(film, update, pki.signer(), sidecar=out.getvalue())
    assert verify(BytesSource(film), sidecar=BytesSource(update.getvalue())).state == "Valid"


def test_limits_are_heeded_when_stores_are_joined() -> None:
    second = written(UpdateBuilder(), signed(film_of()))
    source = BytesSource(second)
    layout = FORM.scan(source)
    assert layout.store is not None
    assert layout.store.size > len(store_of(100))
    with pytest.raises(MalformedError, match="larger than"):
        read_bytes(source, layout.store, replace(DEFAULT_LIMITS, store_size=100))


def test_an_animated_picture_keeps_its_frames() -> None:
    if not features.check("avif"):
        pytest.skip("Pillow was built without AVIF")
    data = animated_avif()
    assert pixels(written(UpdateBuilder(), signed(data))) == pixels(data)
