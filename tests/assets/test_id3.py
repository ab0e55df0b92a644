"""MP3 and FLAC: tags of all versions, frames with a store, filling bytes, and what the tag has to say about its size."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, Id3Format, Span, detect, read_store
from credkit.assets.engine import read_block
from credkit.assets.id3.mpeg import is_mpeg_audio
from credkit.assets.id3.tags import read_tags
from credkit.assets.in_place import replace_store
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import Action
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.samples import embedded, output, scan, store_of, with_metadata
from tests.assets.samples_id3 import ABOUT, FRAMES, flac, id3, id3_frame, mp3, sound_of, store_frame, syncsafe
from tests.forge import pki
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.forge.signing import signed

FORM = Id3Format()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
COVER = b"\x00image/jpeg\x00\x03\x00" + bytes(range(256)) * 4 + b"\xff\xd8\xff\xe0\xff\x00\xff"
EXTENDED = {3: bytes((0, 0, 0, 6, 0, 0, 0, 0, 0, 0)), 4: bytes((0, 0, 0, 6, 1, 0))}


def filled(data: bytes) -> bytes:
    """A zero behind each FF that a player could take for the start of a frame of sound."""
    return re.sub(rb"\xff(?=[\xe0-\xff\x00]|$)", b"\xff\x00", data)


def filled_tag(*frames: bytes, version: int = 3, padding: int = 0) -> bytes:
    """A tag of version 2.2 or 2.3 that is filled as a whole."""
    body = filled(b"".join(frames) + bytes(padding))
    return b"ID3" + bytes((version, 0, 0x80)) + syncsafe(len(body)) + body


def title(version: int, text: bytes = b"title") -> bytes:
    return id3_frame(b"TT2" if version == 2 else b"TIT2", b"\x00" + text, version=version)


FILES = {
    "no tag": mp3(),
    "2.2": mp3(id3(title(2), version=2, padding=10)),
    "2.3": mp3(id3(title(3), version=3, padding=10)),
    "2.4": mp3(id3(title(4), padding=100)),
    "empty tag": mp3(id3(padding=20)),
    "extended header of 2.3": mp3(id3(title(3), version=3, flags=0x40, extended=EXTENDED[3])),
    "extended header of 2.4": mp3(id3(title(4), flags=0x40, extended=EXTENDED[4])),
    "footer": mp3(id3(title(4), flags=0x10)),
    "two tags": mp3(id3(title(4)), id3(title(4, b"other"), padding=9)),
    "filled tag of 2.2": mp3(filled_tag(title(2), id3_frame(b"PIC", b"\x00JPG\x03\x00" + COVER[14:], version=2), version=2)),
    "filled tag of 2.3": mp3(filled_tag(id3_frame(b"APIC", COVER, version=3), title(3), padding=12)),
    "filled frames of 2.4": mp3(
        id3(id3_frame(b"TIT2", b"\x03title", flags=2), id3_frame(b"APIC", filled(COVER), flags=2), flags=0x80, padding=7)
    ),
    "old tags at the end": mp3(id3(title(4))) + b"APETAGEX" + bytes(56) + b"TAG" + bytes(125),
    "flac": flac(),
    "flac with a tag": flac(id3(title(4))),
}
RESTORED = [name for name in FILES if not name.startswith("filled")]


def names(data: bytes) -> list[list[bytes]]:
    return [[frame.name for frame in tag.frames] for tag in read_tags(BytesSource(data), DEFAULT_LIMITS)]


def contents(data: bytes) -> list[bytes]:
    """What stands in the frames of the first tag, without filling bytes, and without the store."""
    (tag, *_) = read_tags(BytesSource(data), DEFAULT_LIMITS)
    raw = [data[frame.content.start : frame.content.end] for frame in tag.frames]
    raw = [part.replace(b"\xff\x00", b"\xff") if frame.filled else part for part, frame in zip(raw, tag.frames, strict=True)]
    return [part for part in raw if not part.startswith(ABOUT)]


# Writing


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [46, 127, 128, 5_001, 70_000])
def test_the_store_is_an_object_in_the_first_tag(name: str, size: int) -> None:
    data = embedded(FILES[name], store_of(size))
    layout = scan(data)
    assert layout.remarks == ()
    assert read_store(BytesSource(data), layout.store) == store_of(size)
    (frame,) = layout.store.frame
    assert data[frame.start : frame.end] == store_of(size)
    assert data[: frame.start].endswith(ABOUT)
    first = read_tags(BytesSource(data), DEFAULT_LIMITS)[0]
    assert first.frames[-1].name == (b"GEO" if first.version == 2 else b"GEOB")
    assert sound_of(data) == sound_of(FILES[name])
    if name != "no tag" and name != "flac":
        assert contents(data) == contents(FILES[name])
    assert embedded(embedded(data, store_of(99)), store_of(size)) == data


@pytest.mark.parametrize("name", RESTORED)
def test_removing_gives_back_every_byte(name: str) -> None:
    data = FILES[name]
    assert embedded(embedded(data, store_of(5_000)), None) == data
    assert with_metadata(embedded(with_metadata(data, xmp=XMP) if name != "2.2" else data, store_of(100)), xmp=b"") == embedded(
        data, store_of(100)
    )


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("filled")])
def test_filling_bytes_go_when_the_tag_is_written(name: str) -> None:
    data = embedded(FILES[name], store_of(46))
    (tag,) = read_tags(BytesSource(data), DEFAULT_LIMITS)
    assert not tag.filled
    assert tag.filling == ()
    bare = embedded(data, None)
    assert contents(bare) == contents(FILES[name])
    assert embedded(FILES[name], None) == FILES[name]


def test_a_file_without_a_tag_gets_one_of_version_2_3() -> None:
    data = embedded(mp3(), store_of(46))
    assert data == mp3(id3(store_frame(store_of(46), version=3), version=3))


def test_the_footer_says_the_same_as_the_header() -> None:
    data = embedded(FILES["footer"], store_of(500))
    end = data.index(b"3DI")
    assert data[end + 3 : end + 10] == data[3:10]
    assert end == 10 + sum(byte << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))


def test_padding_keeps_its_length() -> None:
    data = embedded(FILES["2.4"], store_of(500))
    assert data.endswith(bytes(100) + FRAMES)


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        (id3(title(3), version=3, flags=0x40, extended=bytes((0, 0, 0, 10, 0x80, 0)) + bytes(8)), "has a checksum"),
        (id3(title(4), flags=0x40, extended=bytes((0, 0, 0, 12, 1, 0x20, 5)) + bytes(5)), "has a checksum"),
        (id3(id3_frame(b"TIT2", b"\x03title")[:-3]), "is damaged"),
        (id3(title(4), b"chance bytes", padding=20), "is damaged .something else stands behind its frames"),
        (id3(title(4), flags=0x80), "does not say which of its frames"),
        (id3(title(2), version=2, flags=0x40), "is damaged .it is compressed"),
    ],
)
def test_tags_that_cannot_be_written_anew(tag: bytes, message: str) -> None:
    with pytest.raises(AssetError, match=message):
        embedded(mp3(tag), store_of(46))
    assert embedded(mp3(tag), None) == mp3(tag)


def test_a_store_that_is_too_long_for_the_version() -> None:
    with pytest.raises(AssetError, match="16,777,260 bytes do not fit into the ID3 tag"):
        embedded(FILES["2.2"], store_of((1 << 24) + 1))


# Reading


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("encoding", [0, 1, 2, 3])
def test_objects_of_other_programs(version: int, encoding: int) -> None:
    wide = {1: "utf-16", 2: "utf-16-be"}.get(encoding, "latin-1")
    texts = "name.c2pa\0".encode(wide) + ("Ā\0" if wide != "latin-1" else "about\0").encode(wide)
    about = bytes((encoding,)) + b"application/c2pa\0" + texts
    data = mp3(id3(title(version), store_frame(store_of(200), version=version, about=about), version=version))
    assert read_store(BytesSource(data), scan(data).store) == store_of(200)
    assert read_store(BytesSource(embedded(data, store_of(77))), scan(embedded(data, store_of(77))).store) == store_of(77)
    assert names(embedded(data, None)) == names(mp3(id3(title(version), version=version)))


def test_the_old_media_type_is_read_and_written_anew() -> None:
    about = b"\x03application/x-c2pa-manifest-store\0c2pa\0\0"
    data = mp3(id3(store_frame(store_of(200), about=about), title(4)))
    assert read_store(BytesSource(data), scan(data).store) == store_of(200)
    assert names(embedded(data, store_of(200))) == [[b"TIT2", b"GEOB"]]
    assert b"x-c2pa" not in embedded(data, store_of(200))


def test_other_objects_stay() -> None:
    other = id3_frame(b"GEOB", b"\x00text/plain\0a.txt\0\0application/c2pa")
    data = mp3(id3(other, title(4)))
    assert scan(data).stores == ()
    assert embedded(data, None) == data
    assert names(embedded(data, store_of(46))) == [[b"GEOB", b"TIT2", b"GEOB"]]


@pytest.mark.parametrize("flags", [0x08, 0x04])
def test_a_coded_object_is_passed_over(flags: int) -> None:
    assert scan(mp3(id3(store_frame(store_of(100), flags=flags)))).stores == ()


@pytest.mark.parametrize(("flags", "added"), [(0x40, b"\x01"), (0x01, bytes(4)), (0x41, bytes(5))])
def test_fields_before_the_content(flags: int, added: bytes) -> None:
    data = mp3(id3(store_frame(store_of(100), flags=flags, added=added)))
    assert read_store(BytesSource(data), scan(data).store) == store_of(100)
    assert names(embedded(data, store_of(60))) == [[b"GEOB"]]


@pytest.mark.parametrize("store", [store_of(300, fill=0xFF), store_of(300, fill=0xE0), store_of(300)])
def test_a_store_with_filling_bytes_is_read(store: bytes) -> None:
    for data in (
        mp3(filled_tag(title(3), store_frame(store, version=3), title(3))),
        mp3(id3(title(4), store_frame(filled(store), flags=2))),
        mp3(id3(title(4), store_frame(filled(store), flags=2), flags=0x80)),
    ):
        assert read_store(BytesSource(data), scan(data).store) == store
    data = mp3(filled_tag(title(3), store_frame(store, version=3), title(3)))
    assert names(data) == [[b"TIT2", b"GEOB", b"TIT2"]]
    assert embedded(data, None) == mp3(id3(title(3), title(3), version=3))


def test_sizes_as_some_programs_write_them_in_version_2_4() -> None:
    frame = b"GEOB" + (len(ABOUT) + 200).to_bytes(4, "big") + bytes(2) + ABOUT + store_of(200)
    for data in (mp3(id3(frame, title(4))), mp3(id3(title(4), frame)), mp3(id3(title(4), frame, padding=8))):
        assert read_store(BytesSource(data), scan(data).store) == store_of(200)
        assert read_store(BytesSource(embedded(data, store_of(300))), scan(embedded(data, store_of(300))).store) == store_of(300)


@pytest.mark.parametrize("size", range(80, 700, 31))
@pytest.mark.parametrize("padding", [0, 1, 3, 5, 700])
def test_sizes_of_ours_are_read_as_they_were_written(size: int, padding: int) -> None:
    data = embedded(mp3(id3(title(4), padding=padding)), store_of(size))
    assert read_store(BytesSource(data), scan(data).store) == store_of(size)


def test_two_stores_are_none_and_both_are_removed() -> None:
    one, two = store_frame(store_of(100)), store_frame(store_of(90))
    for data in (mp3(id3(title(4), one, two)), mp3(id3(title(4), one), id3(two)), mp3(id3(title(4)), id3(one, two))):
        assert len(scan(data).stores) == 2
        assert scan(data).store is None
        assert embedded(data, None) == mp3(id3(title(4)))
        assert embedded(data, store_of(46)) == embedded(mp3(id3(title(4))), store_of(46))


def test_a_store_in_the_second_tag_moves_to_the_first() -> None:
    data = mp3(id3(title(4)), id3(store_frame(store_of(100)), title(4)))
    assert read_store(BytesSource(data), scan(data).store) == store_of(100)
    assert names(embedded(data, store_of(50))) == [[b"TIT2", b"GEOB"], [b"TIT2"]]


def test_xmp_is_private_data() -> None:
    data = with_metadata(embedded(FILES["2.4"], store_of(200)), xmp=XMP)
    assert names(data) == [[b"TIT2", b"GEOB", b"PRIV"]]
    (block,) = scan(data).metadata
    assert (block.kind, read_block(BytesSource(data), block)) == ("xmp", XMP)
    assert names(with_metadata(data, xmp=b"<y/>")) == names(data)
    assert with_metadata(data, xmp=b"") == embedded(FILES["2.4"], store_of(200))
    other = id3_frame(b"PRIV", b"WM/Provider\0data")
    assert with_metadata(mp3(id3(other)), xmp=b"") == mp3(id3(other))
    assert with_metadata(with_metadata(mp3(), xmp=XMP), xmp=b"") == mp3()


def test_xmp_has_no_place_in_version_2_2() -> None:
    with pytest.raises(AssetError, match="version 2.2 has no place for XMP"):
        with_metadata(FILES["2.2"], xmp=XMP)


def test_a_metadata_block_of_flac_is_no_store_and_is_told() -> None:
    data = flac(blocks=((4, bytes(8)), (2, b"c2pa" + store_of(100))))
    assert scan(data).stores == ()
    assert "claims to hold Content Credentials" in scan(data).remarks[0]
    assert scan(flac(blocks=((2, b"riff" + bytes(8)),))).remarks == ()
    assert scan(flac()[:8]).remarks == ()


@pytest.mark.parametrize("name", FILES)
def test_media_types(name: str) -> None:
    assert scan(FILES[name]).media_type == ("audio/flac" if name.startswith("flac") else "audio/mpeg")


def test_a_tag_alone_is_no_sound() -> None:
    for data in (id3(title(4)), id3(title(4)) + bytes(100)):
        with pytest.raises(MalformedError, match="no sound follows"):
            scan(data)


def test_a_tag_that_is_longer_than_the_file() -> None:
    with pytest.raises(MalformedError, match="the tag claims 1,035 bytes, the file has 500"):
        scan(mp3(id3(title(4), padding=1_009))[:500])


def test_an_extended_header_that_does_not_fit() -> None:
    with pytest.raises(MalformedError, match="extended header does not fit"):
        scan(mp3(id3(title(3), version=3, flags=0x40, extended=b"\x7f\xff\xff\xff" + bytes(6))))


@pytest.mark.parametrize(("limit", "data"), [("id3_frames", FILES["old tags at the end"]), ("id3_fillings", FILES["filled tag of 2.3"])])
def test_limits(limit: str, data: bytes) -> None:
    with pytest.raises(MalformedError, match="more than 0 "):
        FORM.scan(BytesSource(data), Limits(**{limit: 0}))


def test_only_so_many_tags_are_read() -> None:
    data = mp3(*[id3(title(4))] * 12)
    assert len(names(data)) == DEFAULT_LIMITS.id3_tags


# Recognizing


@pytest.mark.parametrize(
    ("header", "length"),
    [
        (b"\xff\xfb\x90\xc4", 417),
        (b"\xff\xfb\x92\xc4", 418),
        (b"\xff\xfd\x84\x00", 384),
        (b"\xff\xff\x40\x00", 136),
        (b"\xff\xf3\x80\xc4", 208),
        (b"\xff\xe3\x80\xc4", 417),
    ],
)
def test_two_frames_have_to_agree(header: bytes, length: int) -> None:
    lengths = [size for size in range(4, 4_000) if is_mpeg_audio((header + bytes(size - 4)) * 2)]
    assert lengths == [length]
    assert not is_mpeg_audio(header + bytes(4_000))
    assert not is_mpeg_audio(header)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_chance_bytes_are_no_sound(tail: bytes) -> None:
    assert not is_mpeg_audio(b"\xff\xfe" + tail)
    assert not is_mpeg_audio(b"\xff\xd8\xff" + tail)


def test_sniffing() -> None:
    for data in FILES.values():
        assert isinstance(detect(BytesSource(data)), Id3Format)
    for head in (b"", b" is a kind of tag", b"\x05\x00\x00" + bytes(4), b"\x03\x00\x00\x80\x00\x00\x00", b"\x03\xff" + bytes(5)):
        assert not FORM.matches(b"ID3" + head)
    assert not FORM.matches("\ufeffID3".encode("utf-16"))


@given(st.lists(st.tuples(st.sampled_from([b"TIT2", b"GEOB", b"PRIV", b"APIC"]), st.binary(max_size=60), st.integers(0, 3)), max_size=6))
@settings(max_examples=80, deadline=None)
def test_any_frames(parts: list[tuple[bytes, bytes, int]]) -> None:
    made = [id3_frame(name, content, flags=flags & 2) for name, content, flags in parts]
    data = mp3(id3(*made, padding=5))
    assert embedded(data, None) == data
    assert embedded(embedded(data, store_of(46)), None) == data


# Signing


@pytest.mark.parametrize("name", FILES)
def test_signed_files_are_valid_here_and_there(name: str) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    data = signed(FILES[name])
    report = verify(BytesSource(data))
    assert (report.state, report.content_intact, report.unprotected) == ("Valid", True, ())
    if name == "extended header of 2.3":
        # The reference does not read the frames behind such a header.
        return
    there = peer.read(data, "flac" if name.startswith("flac") else "mp3")
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])


@pytest.mark.parametrize("name", FILES)
def test_files_of_the_reference_are_valid_here(name: str) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    kind = "flac" if name.startswith("flac") else "mp3"
    theirs = peer.sign(FILES[name], kind, peer.CREATED)
    report = verify(BytesSource(theirs))
    assert (report.state, report.content_intact) == ("Valid", True)
    assert verify(BytesSource(signed(embedded(theirs, None)))).state == "Valid"


def test_every_byte_counts() -> None:
    data = signed(FILES["2.4"])
    (frame,) = scan(data).store.frame
    for place in (8, frame.start - 1, frame.end, len(data) - 1):
        changed = bytearray(data)
        changed[place] ^= 1
        assert verify(BytesSource(bytes(changed))).state != "Valid"
    assert verify(BytesSource(data + b"TAG" + bytes(125))).state == "Invalid"


def test_a_store_of_another_length_cannot_take_its_place() -> None:
    data = embedded(FILES["2.4"], store_of(400))
    source, layout = BytesSource(data), scan(data)
    edit = replace_store(source, FORM, layout, store_of(400, fill=0x11))
    assert edit.exclusions == layout.store.frame
    assert scan(output(source, edit)).store == layout.store
    with pytest.raises(AssetError, match="without changing signed bytes"):
        replace_store(source, FORM, layout, store_of(401))


def test_updates_are_refused() -> None:
    builder = UpdateBuilder()
    builder.add_action(Action("c2pa.published"))
    with pytest.raises(AssetError, match="without changing signed bytes"):
        builder.sign(signed(FILES["2.4"]), io.BytesIO(), pki.signer())


def test_the_binding_leaves_out_the_store_alone() -> None:
    data = signed(FILES["2.3"])
    report = verify(BytesSource(data))
    (value,) = [item.value() for item in report.active.manifest.assertions if item.label == "c2pa.hash.data"]
    (frame,) = scan(data).store.frame
    assert value["exclusions"] == [{"start": frame.start, "length": frame.length}]
    assert data[frame.start + 4 : frame.start + 8] == b"jumb"
    assert scan(data).size_fields == ()


@pytest.mark.skipif(not shutil.which("ffmpeg"), reason="needs ffmpeg")
@pytest.mark.parametrize("kind", ["mp3", "flac"])
def test_another_program_hears_and_reads_the_same(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"sound.{kind}"
    make = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-metadata", "title=Song", str(path)]
    if subprocess.run(make, capture_output=True, check=False).returncode:
        pytest.skip(f"ffmpeg has no encoder for {kind}")
    data = path.read_bytes()
    whole = with_metadata(signed(data), xmp=XMP)
    assert heard(data, tmp_path) == heard(whole, tmp_path)
    assert b"Song" in told(whole, tmp_path)
    assert embedded(signed(data), None) == data


def heard(data: bytes, folder: Path) -> bytes:
    (folder / "heard").write_bytes(data)
    command = ["ffmpeg", "-v", "error", "-i", str(folder / "heard"), "-map", "0:a", "-f", "framemd5", "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def told(data: bytes, folder: Path) -> bytes:
    (folder / "told").write_bytes(data)
    command = ["ffprobe", "-v", "error", "-show_entries", "format_tags:stream_tags", str(folder / "told")]
    return subprocess.run(command, capture_output=True, check=True).stdout


@needs_corpus
def test_the_corpus_says_what_the_reference_says() -> None:
    found = entries("mp3", "flac")
    assert len(found) >= 6
    for entry in found:
        run = entry["runs"]["default"]
        report = verify(BytesSource((CORPUS / entry["path"]).read_bytes()))
        assert (report.state in ("none", "error")) == (not run["readable"])
        if run["readable"]:
            assert report.active.manifest.label == entry["summary"]["active_manifest"]
            assert report.content_intact


def test_places_are_those_of_the_file() -> None:
    data = mp3(filled_tag(id3_frame(b"APIC", COVER, version=3), title(3), padding=12))
    (tag,) = read_tags(BytesSource(data), DEFAULT_LIMITS)
    assert [data[frame.span.start : frame.span.start + 4] for frame in tag.frames] == [b"APIC", b"TIT2"]
    assert tag.span == Span(0, len(data) - len(FRAMES))
    assert data[tag.end : tag.span.end] == bytes(12)
