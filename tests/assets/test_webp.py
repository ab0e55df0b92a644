"""WebP: chunks, the size of the container, filling bytes, and the extended form that metadata needs."""

from __future__ import annotations

import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credkit.assets import BytesSource, Span, WebpFormat, hash_ranges, open_source, read_store
from credkit.binding.data_hash import check_data_hash
from credkit.binding.target import BindingTarget
from credkit.errors import AssetError, HistoryError, MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.assertions import Action
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.samples import (
    TIFF,
    animated_webp,
    box_names,
    embedded,
    output,
    pixels,
    saved,
    scan,
    store_of,
    webp,
    with_metadata,
)
from tests.assets.samples_riff import chunks
from tests.forge import pki
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.signing import signed

FORM = WebpFormat()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'


def riff(*chunks: tuple[bytes, bytes], size: int | None = None, kind: bytes = b"WEBP") -> bytes:
    body = kind + b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def with_alpha(**options: object) -> bytes:
    image = Image.new("RGBA", (31, 23), (10, 200, 30, 120))
    return saved(image, "WEBP", **options)


@pytest.mark.parametrize("make", [webp, lambda: webp(lossless=True), with_alpha, animated_webp])
def test_dimensions(make) -> None:
    data = make()
    image = Image.open(io.BytesIO(data))
    assert (scan(data).width, scan(data).height) == image.size


@pytest.mark.parametrize("size", [46, 47, 5_001])
def test_the_store_is_the_last_chunk(size: int) -> None:
    signed = embedded(with_metadata(webp(), xmp=XMP, exif=TIFF), store_of(size))
    assert chunks(signed)[-1] == (b"C2PA", store_of(size))
    assert int.from_bytes(signed[4:8], "little") == len(signed) - 8
    assert len(signed) % 2 == 0
    (frame,) = scan(signed).store.frame
    assert frame.length == 8 + size


def test_a_store_elsewhere_is_read_and_moved_to_the_end() -> None:
    (image,) = chunks(webp())
    data = riff((b"C2PA", store_of(101)), image, (b"abcd", b"private"))
    assert read_store(BytesSource(data), scan(data).store) == store_of(101)
    assert embedded(data, store_of(50)) == riff(image, (b"abcd", b"private"), (b"C2PA", store_of(50)))
    assert embedded(data, None) == riff(image, (b"abcd", b"private"))


def test_two_stores_are_none_and_both_are_removed() -> None:
    (image,) = chunks(webp())
    data = riff(image, (b"C2PA", store_of(101)), (b"C2PA", store_of(47)))
    assert scan(data).store is None
    assert len(scan(data).stores) == 2
    assert embedded(data, None) == riff(image)
    assert embedded(data, store_of(47)) == riff(image, (b"C2PA", store_of(47)))


def test_a_last_chunk_without_its_filling_byte() -> None:
    (image,) = chunks(webp())
    whole = riff(image, (b"C2PA", store_of(101)))
    data = whole[:4] + struct.pack("<I", len(whole) - 9) + whole[8:-1]
    assert read_store(BytesSource(data), scan(data).store) == store_of(101)
    assert embedded(data, store_of(101)) == whole
    assert embedded(data, None) == riff(image)


@pytest.mark.parametrize(("lossless", "kind"), [(False, b"VP8 "), (True, b"VP8L")])
def test_metadata_makes_a_simple_file_extended(lossless: bool, kind: bytes) -> None:
    data = webp(lossless=lossless)
    described = with_metadata(data, xmp=XMP, exif=TIFF)
    assert [name for name, _ in chunks(described)] == [b"VP8X", kind, b"EXIF", b"XMP "]
    assert chunks(described)[0][1] == bytes((0x0C, 0, 0, 0, 30, 0, 0, 22, 0, 0))
    assert pixels(described) == pixels(data)
    image = Image.open(io.BytesIO(described))
    assert (image.info["xmp"], image.info["exif"]) == (XMP, TIFF)
    again = with_metadata(described, xmp=b"")
    assert [name for name, _ in chunks(again)] == [b"VP8X", kind, b"EXIF"]
    assert chunks(again)[0][1][0] == 0x08


def test_transparency_is_told_in_the_extended_form() -> None:
    data = with_alpha(lossless=True)
    assert chunks(data)[0][0] == b"VP8L"
    described = with_metadata(data, xmp=XMP)
    assert chunks(described)[0][1][0] == 0x14
    assert Image.open(io.BytesIO(described)).convert("RGBA").getpixel((0, 0)) == (10, 200, 30, 120)


def test_metadata_goes_before_the_store_and_replaces_what_is_there() -> None:
    signed = embedded(webp(exif=b"Exif\x00\x00" + TIFF, icc_profile=b"profile"), store_of(46))
    described = with_metadata(signed, xmp=XMP, exif=TIFF)
    assert [name for name, _ in chunks(described)] == [b"VP8X", b"ICCP", b"VP8 ", b"EXIF", b"XMP ", b"C2PA"]
    assert dict(chunks(described))[b"VP8X"][0] == 0x2C
    assert dict(chunks(described))[b"EXIF"] == TIFF


def test_nothing_given_changes_nothing() -> None:
    assert with_metadata(webp()) == webp()
    assert with_metadata(webp(), xmp=b"") == webp()


def test_metadata_of_a_picture_without_dimensions_is_refused() -> None:
    with pytest.raises(AssetError, match="does not tell the size"):
        with_metadata(riff((b"VP8 ", b"no key frame here")), xmp=XMP)


def test_boxes_have_the_names_of_the_specification() -> None:
    data = riff(*chunks(webp()), (b"LIST", b"INFOISFT\x04\x00\x00\x00test"), (b"odd ", b"abc"))
    assert box_names(embedded(data, store_of(46))) == ["WEBP", "VP8 ", "INFO", "odd ", "C2PA"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"RIFF\x04\x00\x00\x00WEBP", "holds no picture"),
        (riff((b"VP8 ", b"x" * 10), size=1_000), "claims 1,008 bytes"),
        (riff(size=3), "claims 11 bytes"),
        (riff((b"abcd", b""))[:-4] + b"\xff\xff\xff\x7f", "which do not fit"),
        (b"RIFF\x08\x00\x00\x00WEBPVP8 ", "inside the header of a chunk"),
        (b"RIFF", "inside its header"),
        (riff(kind=b"WAVE"), "of another type"),
    ],
)
def test_what_is_no_webp(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        FORM.scan(BytesSource(data))


def test_a_fault_behind_the_picture_is_a_remark() -> None:
    data = riff(*chunks(webp()), (b"abcd", b"1234"))
    broken = data[:-8] + b"\xff\x00\x00\x00" + data[-4:]
    layout = scan(broken)
    assert "is damaged" in layout.remarks[0]
    assert layout.width == 31


@given(st.lists(st.tuples(st.sampled_from([b"VP8L", b"EXIF", b"XMP ", b"C2PA", b"LIST", b"abcd"]), st.binary(max_size=40)), max_size=8))
@settings(max_examples=80, deadline=None)
def test_any_chunks(parts: list[tuple[bytes, bytes]]) -> None:
    data = riff((b"VP8 ", b""), *parts)
    layout = scan(data)
    assert len(layout.stores) == sum(name == b"C2PA" for name, _ in parts)
    kept = [part for part in parts if part[0] != b"C2PA"]
    assert embedded(data, None) == riff((b"VP8 ", b""), *kept)
    assert chunks(embedded(data, store_of(46))) == [(b"VP8 ", b""), *kept, (b"C2PA", store_of(46))]


# Signing


@pytest.mark.parametrize("make", [webp, lambda: webp(lossless=True), with_alpha, animated_webp])
@pytest.mark.parametrize("title", ["even", "odd"])
def test_signed_files_are_valid_here_and_there(make, title: str) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    data = signed(make(), title)
    report = verify(BytesSource(data))
    assert (report.state, report.content_intact) == ("Valid", True)
    assert pixels(data) == pixels(make())
    there = peer.read(data, "webp")
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])


def test_the_binding_leaves_out_the_size_and_the_store() -> None:
    data = signed(webp())
    report = verify(BytesSource(data))
    (value,) = [item.value() for item in report.active.manifest.assertions if item.label == "c2pa.hash.data"]
    (frame,) = scan(data).store.frame
    assert value["exclusions"] == [{"start": 4, "length": 4}, {"start": frame.start, "length": frame.length}]
    assert [status.code for status in report.active.results.informational] == ["assertion.dataHash.additionalExclusionsPresent"]
    assert report.unprotected == ()


@pytest.mark.parametrize("title", ["even", "odd"])
def test_updates(title: str) -> None:
    data = signed(webp(), title)
    for count in range(3):
        builder, out = UpdateBuilder(title="u" * count), io.BytesIO()
        builder.add_action(Action("c2pa.published"))
        builder.sign(data, out, pki.signer())
        data = out.getvalue()
        report = verify(BytesSource(data))
        assert (report.state, report.content_intact, len(report.manifests)) == ("Valid", True, count + 2)
    assert pixels(data) == pixels(webp())


def test_an_update_of_a_manifest_that_covers_the_size_is_refused() -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    theirs = peer.sign(webp(), "webp", peer.CREATED)
    assert verify(BytesSource(theirs)).state == "Valid"
    builder = UpdateBuilder()
    builder.add_action(Action("c2pa.published"))
    with pytest.raises(HistoryError, match="vouch for the size of the file"):
        builder.sign(theirs, io.BytesIO(), pki.signer())


@pytest.mark.parametrize("change", [lambda d: d + b"x", lambda d: d[:4] + struct.pack("<I", len(d) - 10) + d[8:]])
def test_bytes_behind_the_container_and_another_size_are_noticed(change) -> None:
    report = verify(BytesSource(change(signed(webp()))))
    assert report.state != "Valid"


@pytest.mark.parametrize(("start", "length"), [(0, 8), (4, 3), (4, 8), (8, 4), (12, 8)])
def test_no_other_range_may_be_left_out(start: int, length: int) -> None:
    data = embedded(webp(), store_of(400))
    source, layout = BytesSource(data), scan(data)
    (frame,) = layout.store.frame
    target = BindingTarget(
        source=source, layout=layout, format=FORM, embedded=True, updated=False, algorithm="sha256", limits=DEFAULT_LIMITS
    )
    for span, fits in ((Span(4, 4), True), (Span(start, length), False)):
        digest = hash_ranges(source, "sha256", (span, frame)).value
        ranges = [{"start": item.start, "length": item.length} for item in (span, frame)]
        codes = {status.code for status in check_data_hash({"exclusions": ranges, "hash": digest}, "self#jumbf=x", target).statuses}
        assert ("assertion.dataHash.match" in codes) is fits


def test_a_fragment_is_not_signed() -> None:
    data = riff(*chunks(webp()), (b"abcd", b"1234"))
    broken = data[:-8] + b"\xff\x00\x00\x00" + data[-4:]
    with pytest.raises(AssetError, match="cut off or damaged"):
        signed(broken)


@needs_corpus
def test_the_corpus_says_what_the_reference_says() -> None:
    assert len(entries("webp")) >= 9
    for entry in entries("webp"):
        run = entry["runs"]["default"]
        with open_source(CORPUS / entry["path"]) as source:
            report = verify(source)
        assert (report.state in ("none", "error")) == (not run["readable"])
        if not run["readable"]:
            continue
        assert report.active.manifest.label == entry["summary"]["active_manifest"]
        found = {status.code for status in report.active.results.failure}
        # Certificates that have run out since are judged by the time of signing: another code, in files that are old.
        ours = found - {"claimSignature.outsideValidity", "signingCredential.untrusted", "signingCredential.expired"}
        assert ours == set(run["failure_codes"]) - {"signingCredential.untrusted", "signingCredential.expired"}


def test_the_digest_is_the_one_of_the_written_bytes() -> None:
    source = BytesSource(webp())
    edit = FORM.embed(source, FORM.scan(source), store_of(47))
    data = output(source, edit)
    (_, store) = edit.exclusions
    rest = data[:4] + data[8 : store.start] + data[store.end :]
    assert rest.endswith(b"\x00")
    assert hash_ranges(BytesSource(data), "sha256", edit.exclusions).value == hash_ranges(BytesSource(rest), "sha256").value
