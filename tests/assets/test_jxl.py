"""JPEG XL: where the store goes, what is left alone, metadata in boxes, a codestream that gets a container, and broken files."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, JxlFormat, Layout, detect
from credkit.assets.engine import read_block, read_store
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.manifest.assertions import OpaqueAssertion
from credkit.media.texts import read_texts
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.verify import Report, verify
from tests.assets.samples import TIFF, box_names, embedded, output, scan, store_of, with_metadata
from tests.assets.samples_jxl import BARE, BOXED, HEAD, RESTORABLE, decoded, jxl_box, needs_libjxl, parted, split_boxes
from tests.forge import peer, pki
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.pictures import picture

FORM = JxlFormat()
OTHER_JUMB = jxl_box(b"jumb", jxl_box(b"jumd", bytes(16) + b"\x03other\x00") + jxl_box(b"free", bytes(40)))


def signed(data: bytes, binding: str | None = None) -> bytes:
    builder, out = Builder(title="a picture"), io.BytesIO()
    builder.created("digitalCapture")
    builder.binding = binding
    builder.sign(data, out, pki.signer())
    return out.getvalue()


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


def failures(data: bytes) -> set[str]:
    report = judged(data)
    assert report.active is not None
    return {found.code for found in report.active.results.failure} - {"signingCredential.untrusted"}


def blocks(data: bytes) -> dict[str, bytes]:
    return {block.kind: read_block(BytesSource(data), block) for block in scan(data).metadata}


# Where the store goes


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (BOXED, ["JXL ", "ftyp", "C2PA", "jxlc"]),
        (BARE, ["JXL ", "ftyp", "C2PA", "jxlc"]),
        (parted(6, 30), ["JXL ", "ftyp", "jxll", "C2PA", "jxlp", "jxlp", "jxlp"]),
        (RESTORABLE, ["JXL ", "ftyp", "C2PA", "jxlp", "jbrd", "brob", "brob", "jxlp"]),
        (HEAD + OTHER_JUMB + BOXED[len(HEAD) :], ["JXL ", "ftyp", "C2PA", "jumb", "jxlc"]),
    ],
)
def test_the_store_is_one_box_before_the_picture(data: bytes, names: list[str]) -> None:
    store = store_of(500)
    made = embedded(data, store)
    assert box_names(made) == names
    assert made[scan(made).insert_at :].startswith(store)


def test_a_store_behind_the_picture_is_read_and_moved_before_it() -> None:
    store = store_of(500)
    behind = BOXED + store
    layout = scan(behind)
    assert layout.store is not None
    assert read_store(BytesSource(behind), layout.store) == store
    assert embedded(behind, store_of(300)) == embedded(BOXED, store_of(300))
    assert embedded(behind, None) == BOXED


def test_the_size_may_be_written_with_64_bits_or_left_open() -> None:
    for data in (HEAD + jxl_box(b"jxlc", BARE, large=True), HEAD + jxl_box(b"jxlc", BARE, open_end=True)):
        assert box_names(embedded(data, store_of(99))) == ["JXL ", "ftyp", "C2PA", "jxlc"]
        assert embedded(embedded(data, store_of(99)), None) == data


def test_other_jumbf_boxes_stay() -> None:
    data = HEAD + OTHER_JUMB + BOXED[len(HEAD) :]
    assert scan(data).stores == ()
    assert embedded(embedded(data, store_of(300)), None) == data


def test_two_stores_are_none_that_can_be_relied_on() -> None:
    two = HEAD + store_of(200) + store_of(300) + BOXED[len(HEAD) :]
    assert len(scan(two).stores) == 2
    assert scan(two).store is None
    assert "only one is allowed" in (judged(two).problem or "")
    assert embedded(two, store_of(100)) == embedded(BOXED, store_of(100))


def test_a_box_that_only_begins_like_a_store_is_read_as_a_damaged_one() -> None:
    layout = scan(HEAD + jxl_box(b"jumb", b"\x00\x00\x00\x64jumdc2pa") + BOXED[len(HEAD) :])
    assert len(layout.stores) == 1


# A codestream alone


def test_a_codestream_alone_carries_nothing_and_stays_alone_when_nothing_is_put_in() -> None:
    assert detect(BytesSource(BARE)) is not None
    assert scan(BARE) == Layout(media_type="image/jxl", size=len(BARE), width=16, height=12)
    assert list(FORM.boxes(BytesSource(BARE), scan(BARE))) == []
    assert embedded(BARE, None) == BARE
    assert judged(BARE).state == "none"


def test_a_codestream_alone_is_bound_as_a_whole_by_a_sidecar() -> None:
    builder, out = Builder(), io.BytesIO()
    builder.created("digitalCapture")
    builder.sign_sidecar(BARE, out, pki.signer())
    report = verify(BytesSource(BARE), sidecar=BytesSource(out.getvalue()))
    assert report.state == "Valid"
    assert "assertion.dataHash.match" in {found.code for found in report.active.results.success}  # type: ignore[union-attr]


def test_metadata_of_a_codestream_alone_goes_into_a_container() -> None:
    made = with_metadata(BARE, xmp=b"<x/>")
    assert box_names(made) == ["JXL ", "ftyp", "xml ", "jxlc"]
    assert with_metadata(BARE, xmp=b"") == BARE


@pytest.mark.parametrize(
    ("header", "size"),
    [
        ("41", (None, None)),
        ("ff0a", (None, None)),
        ("ff0a00", (None, None)),
        ("ff0a5830101009", (16, 12)),
    ],
)
def test_dimensions_of_short_codestreams(header: str, size: tuple[int | None, int | None]) -> None:
    data = HEAD + jxl_box(b"jxlc", bytes.fromhex(header))
    layout = scan(data)
    assert (layout.width, layout.height) == size


# Metadata


def test_metadata_boxes_are_read_written_replaced_and_removed() -> None:
    data = with_metadata(BOXED, xmp=b"<x>one</x>", exif=TIFF)
    assert box_names(data) == ["JXL ", "ftyp", "Exif", "xml ", "jxlc"]
    assert blocks(data) == {"xmp": b"<x>one</x>", "exif": TIFF}
    again = with_metadata(embedded(data, store_of(80)), xmp=b"<x>two</x>")
    assert box_names(again) == ["JXL ", "ftyp", "C2PA", "Exif", "xml ", "jxlc"]
    assert blocks(again)["xmp"] == b"<x>two</x>"
    assert with_metadata(data, xmp=b"", exif=b"") == BOXED


def test_exif_may_begin_behind_its_box() -> None:
    data = HEAD + jxl_box(b"Exif", b"\x00\x00\x00\x03abc" + TIFF) + BOXED[len(HEAD) :]
    assert blocks(data) == {"exif": TIFF}
    for distance in (len(TIFF) + 4, 0xFFFFFFFF):
        assert blocks(HEAD + jxl_box(b"Exif", distance.to_bytes(4, "big") + TIFF) + BOXED[len(HEAD) :]) == {"exif": b""}
    assert blocks(HEAD + jxl_box(b"Exif", b"abc") + BOXED[len(HEAD) :]) == {}


def test_compressed_metadata_is_read_and_replaced() -> None:
    packed = jxl_box(b"brob", b"xml " + brotli.compress(b"<x>packed</x>")) + jxl_box(b"brob", b"Exif" + brotli.compress(bytes(4) + TIFF))
    data = HEAD + packed + jxl_box(b"brob", b"abcd" + brotli.compress(b"?")) + BOXED[len(HEAD) :]
    assert blocks(data) == {"xmp": b"<x>packed</x>", "exif": TIFF}
    again = with_metadata(data, xmp=b"<x/>")
    assert blocks(again) == {"xmp": b"<x/>", "exif": TIFF}
    assert box_names(again) == ["JXL ", "ftyp", "xml ", "brob", "brob", "jxlc"]


def test_compressed_metadata_is_unpacked_up_to_the_limit_only() -> None:
    bomb = HEAD + jxl_box(b"brob", b"xml " + brotli.compress(bytes(3 << 20))) + BOXED[len(HEAD) :]
    with pytest.raises(MalformedError, match="unpacks to more than"):
        read_block(BytesSource(bomb), scan(bomb).metadata[0], Limits(metadata_size=1 << 20))
    for packed, message in ((b"<x/>", "is not Brotli"), (brotli.compress(b"<x/>" * 99)[:-2], "is cut short|is not Brotli")):
        data = HEAD + jxl_box(b"brob", b"xml " + packed) + BOXED[len(HEAD) :]
        with pytest.raises(MalformedError, match=message):
            read_block(BytesSource(data), scan(data).metadata[0])


def test_texts_in_compressed_metadata_are_found_and_can_be_taken_out() -> None:
    xmp = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="a cat on a roof"/></rdf:RDF></x:xmpmeta>'
    )
    data = HEAD + jxl_box(b"brob", b"xml " + brotli.compress(xmp)) + BOXED[len(HEAD) :]
    assert "a cat on a roof" in [block.text for block in read_texts(BytesSource(data))]
    source = BytesSource(data)
    (text,) = FORM.texts(source)
    assert output(source, FORM.with_texts(source, [(text, None)])) == BOXED
    changed = output(source, FORM.with_texts(source, [(text, b"<x/>")]))
    assert blocks(changed) == {"xmp": b"<x/>"}


def test_other_compressed_boxes_can_be_taken_out_but_not_be_changed() -> None:
    source = BytesSource(HEAD + jxl_box(b"brob", b"abcd" + brotli.compress(b"words")) + BOXED[len(HEAD) :])
    (text,) = FORM.texts(source)
    assert (text.kind, text.name) == ("comment", "brob")
    assert output(source, FORM.with_texts(source, [(text, None)])) == output(source, FORM.with_texts(source, [(text, b"")])) == BOXED
    with pytest.raises(AssetError, match="not be given another text"):
        FORM.with_texts(source, [(text, b"other words")])


def test_the_metadata_that_a_jpeg_is_restored_with_is_not_changed() -> None:
    assert blocks(RESTORABLE)["xmp"].startswith(b"<x:xmpmeta")
    assert blocks(RESTORABLE)["exif"].startswith(b"MM\x00*")
    for values in ({"xmp": b"<x/>"}, {"exif": TIFF}, {"xmp": b""}):
        with pytest.raises(AssetError, match="turned back into the JPEG"):
            with_metadata(RESTORABLE, **values)
    source = BytesSource(RESTORABLE)
    unread, *texts = FORM.texts(source)
    assert "is not read" in unread.fault
    for text in (unread, *texts):
        with pytest.raises(AssetError, match="turned back into the JPEG"):
            FORM.with_texts(source, [(text, None)])


def test_a_limit_on_metadata_blocks_and_stores() -> None:
    many = HEAD + jxl_box(b"xml ", b"<x/>") * 3 + BOXED[len(HEAD) :]
    with pytest.raises(MalformedError, match="more than 2 metadata blocks"):
        FORM.scan(BytesSource(many), Limits(metadata_blocks=2))
    with pytest.raises(MalformedError, match="more than 2 manifest stores"):
        FORM.scan(BytesSource(HEAD + store_of(60) * 3 + BOXED[len(HEAD) :]), Limits(stores=2))
    with pytest.raises(MalformedError, match="more than 3 boxes"):
        FORM.scan(BytesSource(many), Limits(bmff_boxes=3))


# Broken files


@pytest.mark.parametrize(
    "data",
    [
        HEAD,
        HEAD[:12],
        HEAD[:12] + BOXED[len(HEAD) :],
        HEAD[:12] + jxl_box(b"free", b"") + BOXED[12:],
        HEAD + jxl_box(b"xml ", b"<x/>"),
        HEAD + b"\x00\x00\x00\x07jxlc",
        HEAD + b"\x00\x00\x00\x01jxlc",
        HEAD + b"\x00\x00\x00\x01jxlc" + bytes(7) + b"\x0f",
        HEAD + b"\xff\xff\xff\xffjxlc" + BARE,
        HEAD + b"\x00\x00\x00\x01jxlc" + b"\xff" * 8 + BARE,
        HEAD + jxl_box(b"jxlp", b"\x00\x00\x00"),
    ],
)
def test_what_holds_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match="JPEG XL|picture"):
        scan(data)


def test_damage_behind_the_picture_is_a_remark_and_fails_the_check() -> None:
    data = signed(BOXED)
    for tail in (b"\x00", b"\x00\x00\x00\x02free", b"\xff" * 30):
        layout = scan(data + tail)
        assert layout.store is not None
        assert any("damaged" in remark for remark in layout.remarks)
        assert failures(data + tail) & {"assertion.boxesHash.mismatch", "assertion.boxesHash.unknownBox"}
    with pytest.raises(AssetError, match="cut off or damaged"):
        signed(BOXED + b"\x00")


def test_a_picture_without_its_last_part_is_told_and_not_signed() -> None:
    whole = parted(6, 30)
    cut = b"".join(split_boxes(whole)[:-1])
    assert scan(cut).remarks == ("The picture breaks off: its last part is missing.",)
    with pytest.raises(AssetError, match="breaks off"):
        signed(cut)
    assert scan(whole).remarks == ()


@given(data=st.binary(max_size=200), keep=st.integers(0, len(HEAD)))
@settings(max_examples=100, deadline=None)
def test_random_boxes_raise_nothing_but_the_two_errors(data: bytes, keep: int) -> None:
    try:
        made = embedded(HEAD[:keep] + data, store_of(60)) if detect(BytesSource(HEAD[:keep] + data)) else b""
    except (MalformedError, AssetError):
        return
    assert not made or scan(made).stores


# Bound and verified


@pytest.mark.parametrize("binding", [None, "c2pa.hash.data", "c2pa.hash.boxes"])
@pytest.mark.parametrize("data", [BOXED, BARE, parted(6, 30), RESTORABLE], ids=["box", "codestream", "parts", "restorable"])
def test_ours_there(data: bytes, binding: str | None) -> None:
    made = signed(data, binding)
    report = judged(made)
    assert report.state == "Valid"
    there = peer.read(made, "jxl")
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])
    label = binding or "c2pa.hash.boxes"
    assert report.active is not None
    assert report.active.manifest.assertion(label) is not None


@pytest.mark.parametrize("boxes", [False, True])
@pytest.mark.parametrize("data", [BOXED, parted(6, 30), RESTORABLE], ids=["box", "parts", "restorable"])
def test_theirs_here(data: bytes, boxes: bool) -> None:
    made = peer.sign(data, "jxl", peer.CREATED, core={"prefer_compress_manifests": True} if boxes else None)
    assert judged(made).state == "Valid"
    assert failures(made) == set()
    assert failures(made[:-1] + bytes((made[-1] ^ 1,))) == {f"assertion.{'boxes' if boxes else 'data'}Hash.mismatch"}


@pytest.mark.parametrize("binding", ["c2pa.hash.data", "c2pa.hash.boxes"])
def test_an_update_makes_the_store_longer_and_nothing_else(binding: str) -> None:
    first, out = signed(parted(6, 30), binding), io.BytesIO()
    update = UpdateBuilder()
    update.add(OpaqueAssertion("org.test.note", {"text": "said later" * 50}))
    update.sign(first, out, pki.signer())
    second = out.getvalue()
    assert judged(second).state == "Valid"
    assert len(second) > len(first)
    assert embedded(second, None) == embedded(first, None)
    there = peer.read(second, "jxl")
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])


def test_every_byte_outside_the_store_is_bound() -> None:
    made = signed(parted(6, 30))
    layout = scan(made)
    assert layout.store is not None
    frame = layout.store.frame[0]
    for position in (*range(12, frame.start), *range(frame.end, len(made))):
        spoilt = made[:position] + bytes((made[position] ^ 1,)) + made[position + 1 :]
        report = judged(spoilt)
        assert report.state in ("Invalid", "error", "none"), position


@pytest.mark.parametrize(
    "change",
    [
        lambda boxes: [*boxes, jxl_box(b"free", b"x")],
        lambda boxes: [*boxes[:2], jxl_box(b"xml ", b"<x/>"), *boxes[2:]],
        lambda boxes: boxes[:-1],
        lambda boxes: [*boxes[:3], boxes[4], boxes[3], *boxes[5:]],
        lambda boxes: [*boxes[:2], *boxes[3:4], boxes[2], *boxes[4:]],
        lambda boxes: [*boxes, OTHER_JUMB],
    ],
    ids=["one more", "one more in front", "last one gone", "two swapped", "store elsewhere", "another jumb"],
)
def test_boxes_added_taken_away_or_moved_are_noticed(change: object) -> None:
    made = signed(HEAD + jxl_box(b"jxlc", BARE) + jxl_box(b"xml ", b"<a/>"))
    boxes = split_boxes(made)
    assert failures(made) == set()
    assert failures(b"".join(change(boxes))) & {"assertion.boxesHash.mismatch", "assertion.boxesHash.unknownBox"}  # type: ignore[operator]


# Files of the encoder


@needs_libjxl
def test_files_of_the_encoder_look_the_same_when_signed(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture("png", 120, 90))
    (tmp_path / "a.jpg").write_bytes(picture("jpg", 120, 90))
    for number, line in enumerate(
        (["a.png"], ["a.png", "-d", "0"], ["a.png", "--container=1"], ["a.png", "--codestream_level=10"], ["a.png", "-p"], ["a.jpg"])
    ):
        made = tmp_path / f"{number}.jxl"
        subprocess.run(["cjxl", line[0], made.name, *line[1:], "--quiet"], cwd=tmp_path, check=True, capture_output=True, timeout=120)
        data = made.read_bytes()
        assert (scan(data).width, scan(data).height) == (120, 90)
        done = signed(data)
        assert decoded(done) == decoded(data)
        assert judged(done).state == "Valid"
        assert peer.read(done, "jxl").state == "Valid"


@needs_libjxl
def test_the_jpeg_can_still_be_restored_when_it_is_signed() -> None:
    assert decoded(signed(RESTORABLE), "jpg") == decoded(RESTORABLE, "jpg")


@needs_corpus
@pytest.mark.parametrize("entry", entries("jxl"), ids=lambda entry: entry["id"])
def test_corpus(entry: dict[str, str]) -> None:
    data = (CORPUS / entry["path"]).read_bytes()
    assert failures(data) == set()
    assert failures(data[:-9] + b"x" + data[-8:]) <= {"assertion.boxesHash.mismatch", "assertion.dataHash.mismatch"}
    assert failures(data[:-9] + b"x" + data[-8:])
    assert {"xmp", "exif"} >= set(blocks(data))
