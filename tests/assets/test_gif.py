"""GIF: the application extension, editions, XMP with its trailer, comments, names of boxes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credkit.assets import BytesSource, GifFormat, Span, open_source, read_store
from credkit.assets.engine import read_block
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.assertions import Action
from credkit.media.texts import read_texts, without_texts
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.samples import box_names, embedded, output, pixels, scan, store_of, with_metadata
from tests.assets.samples_gif import animated_gif, gif, gif87, local_gif, rich_gif
from tests.forge import pki
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.signing import signed

FORM = GifFormat()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
TRAILER = b"\x01" + bytes(range(255, -1, -1)) + b"\x00"
MAKERS = {"still": gif, "first edition": gif87, "animated": animated_gif, "local table": local_gif, "extensions": rich_gif}


def parts(data: bytes, size: int = 255) -> bytes:
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    return b"".join(bytes((len(piece),)) + piece for piece in pieces) + b"\x00"


def screen_end(data: bytes) -> int:
    return 13 + (3 << ((data[10] & 7) + 1) if data[10] & 0x80 else 0)


def extension(store: bytes, size: int = 255) -> bytes:
    return b"!\xff\x0bC2PA_GIF\x01\x00\x00" + parts(store, size)


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
@pytest.mark.parametrize("size", [46, 254, 255, 256, 510, 511])
def test_the_store_follows_the_colour_table(make, size: int) -> None:
    data, store = make(), store_of(size)
    changed = embedded(data, store)
    at = screen_end(data)
    assert changed == b"GIF89a" + data[6:at] + extension(store) + data[at:]
    (frame,) = scan(changed).store.frame
    assert frame == Span(at, len(extension(store)))


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_dimensions(make) -> None:
    image = Image.open(io.BytesIO(make()))
    assert (scan(make()).width, scan(make()).height) == image.size


def test_a_large_store_is_read_in_parts() -> None:
    store = store_of(1_000_000)
    changed = embedded(gif(), store)
    location = scan(changed).store
    assert len(location.slices) == -(-len(store) // 255)
    assert read_store(BytesSource(changed), location) == store
    assert pixels(changed) == pixels(gif())


def test_parts_of_any_length_are_read_and_written_anew() -> None:
    data, store = gif(), store_of(300)
    at = screen_end(data)
    odd = data[:at] + extension(store, 7) + data[at:]
    assert read_store(BytesSource(odd), scan(odd).store) == store
    assert embedded(odd, store) == embedded(data, store)
    assert embedded(odd, None) == data


def test_a_store_behind_the_picture_is_read_and_moves_to_the_front() -> None:
    data, store = gif(), store_of(100)
    behind = data[:-1] + extension(store) + data[-1:]
    assert read_store(BytesSource(behind), scan(behind).store) == store
    assert embedded(behind, store) == embedded(data, store)


def test_two_stores_are_none_and_both_are_removed() -> None:
    data = gif()
    at = screen_end(data)
    two = data[:at] + extension(store_of(46)) + extension(store_of(60)) + data[at:]
    assert scan(two).store is None
    assert len(scan(two).stores) == 2
    assert embedded(two, None) == data
    assert embedded(two, store_of(60)) == embedded(data, store_of(60))
    with pytest.raises(MalformedError, match="more than 1 manifest stores"):
        FORM.scan(BytesSource(two), replace(DEFAULT_LIMITS, stores=1))


def test_an_old_edition_becomes_a_new_one_and_stays_one() -> None:
    data = gif87()
    assert embedded(data, None) == data
    assert embedded(embedded(data, store_of(46)), None) == b"GIF89a" + data[6:]
    assert with_metadata(data, xmp=XMP)[:6] == b"GIF89a"
    assert with_metadata(data, xmp=b"") == data


def test_what_is_behind_the_trailer_is_no_store() -> None:
    data = gif() + extension(store_of(46))
    assert scan(data).stores == ()
    assert embedded(data, store_of(50)).endswith(extension(store_of(46)))


def test_xmp_stands_in_one_piece_before_its_trailer() -> None:
    data = gif()
    at = screen_end(data)
    described = with_metadata(data, xmp=XMP)
    assert described == data[:at] + b"!\xff\x0bXMP DataXMP" + XMP + TRAILER + data[at:]
    assert pixels(described) == pixels(data)
    again = with_metadata(described, xmp=XMP * 3)
    assert [read_block(BytesSource(again), block) for block in scan(again).metadata] == [XMP * 3]
    assert with_metadata(again, xmp=b"") == data
    change = embedded(described, store_of(46))
    assert with_metadata(change, xmp=XMP * 3) == embedded(again, store_of(46))


def test_xmp_goes_behind_a_store() -> None:
    data = embedded(gif(), store_of(46))
    (frame,) = scan(data).store.frame
    described = with_metadata(data, xmp=XMP)
    assert scan(described).store.frame == (frame,)
    assert scan(described).metadata[0].frame.start == frame.end


def test_xmp_in_parts_as_some_write_it() -> None:
    data, packet = gif(), XMP * 20
    at = screen_end(data)
    odd = data[:at] + b"!\xff\x0bXMP DataXMP" + parts(packet) + data[at:]
    assert [read_block(BytesSource(odd), block) for block in scan(odd).metadata] == [packet]
    (text,) = FORM.texts(BytesSource(odd))
    assert b"".join(odd[span.start : span.end] for span in text.slices) == packet
    assert with_metadata(odd, xmp=packet) == with_metadata(data, xmp=packet)


def test_what_gif_cannot_hold() -> None:
    with pytest.raises(AssetError, match="no place for EXIF"):
        with_metadata(gif(), exif=b"II*\x00")
    with pytest.raises(AssetError, match="UTF-8"):
        with_metadata(gif(), xmp="<x/>".encode("utf-16"))


def test_boxes_have_the_names_of_the_specification() -> None:
    assert box_names(gif()) == ["GIF89a", "LSD", "2C", "TBID", "3B"]
    assert box_names(embedded(rich_gif(), store_of(46))) == [
        "GIF89a", "LSD", "C2PA", "21FF", "21FE", "2C", "TBID", "2101", "21FE", "3B",
    ]  # fmt: skip
    moving = box_names(animated_gif())
    assert moving[2:4] == ["21FF", "21F9"]
    assert moving.count("TBID") == 3


def test_comments_are_read_and_taken_out_alone() -> None:
    data = embedded(with_metadata(rich_gif(), xmp=XMP), store_of(300))
    source = BytesSource(data)
    comments = [block for block in read_texts(source) if block.kind == "comment"]
    assert [block.text for block in comments] == ["a comment" + "c" * 255] * 2
    bare = without_texts(source, comments)
    left = bare.read(0, bare.size)
    assert [name for name in box_names(left) if name == "21FE"] == []
    assert read_store(BytesSource(left), scan(left).store) == store_of(300)
    assert pixels(left) == pixels(data)
    changed = output(source, FORM.with_texts(source, [(text, b"new" * 100) for text in FORM.texts(source) if text.kind == "comment"]))
    assert [block.text for block in read_texts(BytesSource(changed)) if block.kind == "comment"] == ["new" * 100] * 2


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"GIF89a" + bytes(7), "the file ends"),
        (b"GIF89a" + bytes(8), "no block begins"),
        (b"GIF89b" + bytes(20), "header of a GIF is missing"),
        (gif()[:10] + b"\xff" + bytes(20), "the file ends"),
    ],
)
def test_what_is_no_gif(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        FORM.scan(BytesSource(data))


def test_a_fault_behind_the_picture_is_a_remark_and_not_signed() -> None:
    cut = gif()[:-1]
    assert "is damaged" in scan(cut).remarks[0]
    with pytest.raises(AssetError, match="cut off or damaged"):
        signed(cut)


def test_endless_files_are_given_up() -> None:
    head = gif()[: screen_end(gif())]
    limits = replace(DEFAULT_LIMITS, gif_blocks=50, gif_parts=400, gif_slices=10)
    with pytest.raises(MalformedError, match="more than 50 blocks"):
        FORM.scan(BytesSource(head + b"!\x01\x00" * 100 + b";"), limits)
    with pytest.raises(MalformedError, match="more than 400 parts"):
        FORM.scan(BytesSource(head + b"!\x01" + b"\x01a" * 500 + b"\x00;"), limits)
    with pytest.raises(MalformedError, match="more than 0 metadata blocks"):
        FORM.scan(BytesSource(with_metadata(gif(), xmp=XMP)), replace(DEFAULT_LIMITS, metadata_blocks=0))
    many = gif()[: len(head)] + extension(store_of(100), 1) + gif()[len(head) :]
    location = FORM.scan(BytesSource(many), limits).store
    with pytest.raises(MalformedError, match="is cut into more than 10 parts"):
        read_store(BytesSource(many), location, limits)


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=600).map(lambda data: b"!\xfe" + parts(data)),
            st.binary(min_size=1, max_size=40).map(lambda data: b"!\xf9" + parts(data)),
            st.binary(max_size=600).map(lambda data: b"!\xff\x0bABCDEFGH123" + parts(data)),
            st.integers(46, 700).map(lambda size: extension(store_of(size))),
        ),
        max_size=6,
    ),
    st.integers(46, 900),
)
@settings(max_examples=80, deadline=None)
def test_any_blocks(blocks: list[bytes], size: int) -> None:
    data = gif()
    at = screen_end(data)
    whole = data[:at] + b"".join(blocks) + data[at:]
    kept = [block for block in blocks if b"C2PA_GIF" not in block]
    assert len(scan(whole).stores) == len(blocks) - len(kept)
    assert embedded(whole, None) == data[:at] + b"".join(kept) + data[at:]
    changed = embedded(whole, store_of(size))
    assert read_store(BytesSource(changed), scan(changed).store) == store_of(size)


# Signing


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_signed_files_are_valid_here_and_there(make) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    data = signed(make())
    report = verify(BytesSource(data))
    assert (report.state, report.content_intact, report.unprotected) == ("Valid", True, ())
    assert pixels(data) == pixels(make())
    there = peer.read(data, "gif")
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_files_of_the_reference_are_valid_here(make) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    theirs = peer.sign(make(), "gif", peer.CREATED)
    report = verify(BytesSource(theirs))
    assert (report.state, report.content_intact) == ("Valid", True)
    store = read_store(BytesSource(theirs), scan(theirs).store)
    assert embedded(make(), store) == theirs


def test_updates() -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    data = signed(animated_gif())
    for count in range(3):
        builder, out = UpdateBuilder(title="u" * count), io.BytesIO()
        builder.add_action(Action("c2pa.published"))
        builder.sign(data, out, pki.signer())
        data = out.getvalue()
        report = verify(BytesSource(data))
        assert (report.state, report.content_intact, len(report.manifests)) == ("Valid", True, count + 2)
        assert peer.read(data, "gif").state == "Valid"
    assert pixels(data) == pixels(animated_gif())


@pytest.mark.parametrize("place", ["head", "table", "picture", "behind"])
def test_every_other_byte_is_covered(place: str) -> None:
    data = bytearray(signed(gif()))
    at = {"head": 6, "table": 20, "picture": -10, "behind": len(data)}[place]
    if place == "behind":
        data += b"x"
    else:
        data[at] ^= 1
    report = verify(BytesSource(bytes(data)))
    assert report.state == "Invalid"
    assert report.content_intact is False


@needs_corpus
def test_the_corpus_says_what_the_reference_says() -> None:
    assert len(entries("gif")) >= 2
    for entry in entries("gif"):
        with open_source(CORPUS / entry["path"]) as source:
            report = verify(source)
        assert report.active.manifest.label == entry["summary"]["active_manifest"]
        assert report.content_intact is True
        # The certificate has run out since: another code, in editions that differ.
        assert {status.code for status in report.active.results.failure} == {
            "claimSignature.outsideValidity",
            "signingCredential.untrusted",
        }
