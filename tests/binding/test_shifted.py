"""What can be made to be looked for in another place: in a store that an update made longer, or behind the end of a container.

An update manifest may make the store longer, and no hash covers a store. Whatever is found by its place in the file would then be looked
for in it. The size of a RIFF container is left out of hashes, too, because it counts the store.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable, Sequence

import pytest
from PIL import Image

from credkit.assets import BytesSource, TiffFormat
from credkit.assets.jpeg.app11 import framed
from credkit.manifest.store import BOX
from credkit.verify import Report
from tests.assets.samples import animated_webp, saved
from tests.assets.samples_bmff import item_picture
from tests.assets.samples_tiff import tiff
from tests.forge.boxes import Leaf
from tests.forge.documents import document
from tests.forge.files import embed, standard
from tests.forge.manifests import Manifest, Recipe, Ref, actions, data_hash, ingredient, store
from tests.forge.parts import multi_picture
from tests.forge.pictures import picture
from tests.verify.case import failures, judge

MISMATCH = "assertion.dataHash.mismatch"
MARK = b"\xee" * 6_000
OPENED = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}}
Built = tuple[bytes, Sequence[tuple[int, int]]]


def bound(build: Callable[[bytes], Built]) -> tuple[bytes, Manifest, bytes]:
    """A file made by ``build``, which also says what the hash leaves out (start, length), its manifest and its store."""
    size = 100
    for _ in range(6):
        data, ranges = build(bytes(size))
        position, state = 0, hashlib.sha256()
        for start, length in sorted(ranges):
            state.update(data[position:start])
            position = start + length
        state.update(data[position:])
        exclusions = [{"start": start, "length": length} for start, length in sorted(ranges)]
        recipe = standard()
        recipe.assertions[-1] = data_hash(hash=state.digest(), exclusions=exclusions)
        manifest = recipe.build()
        made = store(manifest).encode()
        if len(made) == size:
            return build(made)[0], manifest, made
        size = len(made)
    raise AssertionError("the size of the store does not settle")


def grown(manifest: Manifest, at: int, payload: bytes) -> bytes:
    """The store with an update manifest, and with ``payload`` at ``at`` in it."""
    update = Recipe([actions(OPENED), ingredient(manifest)], kind=BOX.UPDATE, name="update").build()
    tree = store(manifest, update)
    tree.children.insert(0, Leaf("free", MARK))
    data = tree.encode()
    assert data.index(MARK) <= at <= data.index(MARK) + len(MARK) - len(payload)
    return data[:at] + payload + data[at + len(payload) :]


def sound(data: bytes) -> Report:
    report = judge(data)
    assert (report.state, report.unprotected) == ("Valid", ())
    return report


# TIFF: the colours of a picture behind the store


def colours(*values: tuple[int, int, int]) -> bytes:
    table = [[value[part] * 257 for value in values] + [0] * (256 - len(values)) for part in range(3)]
    return struct.pack("<768H", *table[0], *table[1], *table[2])


def indexed(content: bytes) -> Built:
    """A picture with a table of colours: directory, pixels, the store, the table."""
    pixels = bytes(256)
    first = 8 + 2 + 12 * 11 + 4
    place, behind = first + len(pixels), first + len(pixels) + len(content)
    entries = [(256, 3, 1, 16), (257, 3, 1, 16), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 3), (273, 4, 1, first)]
    entries += [(277, 3, 1, 1), (278, 4, 1, 16), (279, 4, 1, 256), (320, 3, 768, behind), (52545, 7, len(content), place)]
    head = b"II*\x00" + struct.pack("<IH", 8, len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries) + bytes(4)
    return head + pixels + content + colours((255, 0, 0)), [(len(head) - 12, 4), (place, len(content))]


def test_colours_of_a_tiff_in_the_store_of_an_update() -> None:
    data, manifest, old = bound(indexed)
    sound(data)
    place = data.index(old)
    new = grown(manifest, len(old), colours((0, 0, 255)))
    forged = data[: place - 256 - 12] + struct.pack("<I", len(new)) + data[place - 256 - 8 : place] + new + data[place + len(old) :]
    shown = [Image.open(io.BytesIO(each)).convert("RGB").getpixel((0, 0)) for each in (data, forged)]
    assert shown == [(255, 0, 0), (0, 0, 255)]
    assert judge(forged).state == "error"


@pytest.mark.parametrize("inside", [False, True])
def test_a_table_of_colours_in_the_store_itself(inside: bool) -> None:
    """Whoever signs such a file has made one whose colours anybody can change."""

    def build(content: bytes) -> Built:
        data, ranges = indexed(content)
        place = data.index(struct.pack("<HHI", 320, 3, 768)) + 8
        (_, (start, length)) = ranges
        return data[:place] + struct.pack("<I", start + 8 if inside else start + length) + data[place + 4 :], ranges

    data, _, _ = bound(build)
    assert (judge(data).store is None) is inside


# PDF: what is drawn, behind a store whose length stands elsewhere


def drawn(content: bytes) -> Built:
    """A document whose store comes first, with its length in an object of its own behind it."""
    objects = {
        10: b"<< /Type /Filespec /F (a) /AFRelationship /C2PA_Manifest /EF << /F 11 0 R >> >>",
        11: b"<< /Type /EmbeddedFile /Length 12 0 R >>\nstream\n" + content + b"\nendstream",
        12: b"%010d" % len(content),
        **document(AF=b"[10 0 R]"),
    }
    data, places = b"%PDF-1.7\n", {}
    for number, value in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n" % number + value + b"\nendobj\n"
    start = len(data)
    rows = b"".join(b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in sorted(places))
    data += b"xref\n0 1\n0000000000 65535 f \n" + rows + b"trailer\n<< /Size 20 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return data, [(data.index(content), len(content))]


def test_pages_of_a_pdf_in_the_store_of_an_update() -> None:
    """Everything behind the store, from the length of its stream to the references, is put into the store where it was looked for."""
    data, manifest, old = bound(drawn)
    sound(data)
    place = data.index(old)
    tail = data[place + len(old) :]
    new = grown(manifest, len(old), bytes(len(tail)))
    tail = tail.replace(b"0 0 m 100 100 l S", b"0 0 m 100 199 l S").replace(b"%010d" % len(old), b"%010d" % len(new))
    new = grown(manifest, len(old), tail)
    forged = data[:place] + new + data[place + len(old) :]
    assert MISMATCH in failures(judge(forged))


# JPEG: a gain map behind the store


@pytest.mark.parametrize("inside", [False, True])
def test_a_further_picture_of_a_jpeg_in_the_store(inside: bool) -> None:
    """An index that leads into the store would have a picture shown that nobody signed."""
    first, further = multi_picture(), picture("jpg", 12, 8)
    segment = framed(store(standard().build()).encode(), 0x0211)
    index = first.index(b"MPF\x00") + 4
    behind = index - 8 + 2 + int.from_bytes(first[index - 6 : index - 4], "big")
    data = bytearray(first[:behind] + segment + first[behind:] + further)
    offset = data.index(struct.pack("<I", len(first) - index), index)
    data[offset : offset + 4] = struct.pack("<I", (behind + 40 if inside else len(data) - len(further)) - index)
    report = judge(bytes(data))
    assert (report.store is None) is inside
    assert ("another picture" in (report.problem or "")) is inside


# RIFF: pictures cut off by the size of the container


def with_store_first(content: bytes) -> Built:
    """An animation with its store in front of the pictures; the hash leaves out the size of the container, as if the store ended it."""
    data = animated_webp()
    at = data.index(b"ANIM")
    chunk = b"C2PA" + struct.pack("<I", len(content)) + content
    made = data[:at] + chunk + bytes(len(content) % 2) + data[at:]
    return made[:4] + struct.pack("<I", len(made) - 8) + made[8:], [(4, 4), (at, len(chunk))]


def test_an_animation_is_not_cut_off_in_silence() -> None:
    data, _, _ = bound(with_store_first)
    sound(data)
    last = data.rindex(b"ANMF")
    forged = data[:4] + struct.pack("<I", last - 8) + data[8:]
    frames = [getattr(Image.open(io.BytesIO(each)), "n_frames", 1) for each in (data, forged)]
    assert frames == [3, 2]
    assert MISMATCH in failures(judge(forged))


def test_a_store_at_the_end_of_the_container_is_bound_by_it() -> None:
    """The usual file, with something behind its container that the hash covers."""
    asset = saved(Image.new("RGB", (9, 9)), "WEBP") + b"what follows"

    def build(content: bytes) -> Built:
        written, edit, _, _ = embed(asset, content)
        return written, [(span.start, span.length) for span in edit.exclusions]

    sound(bound(build)[0])


# HEIF: pixels that are called Exif


def called_exif(content: bytes) -> Built:
    """A picture whose media are said to be Exif, too, left out of a data hash as metadata."""
    made, edit, layout, _ = embed(item_picture(exif=b"II*\x00" + bytes(20)), content)
    (block,) = (block for block in layout.metadata if block.kind == "exif")
    return made, [(span.start, span.length) for span in (*edit.exclusions, block.frame)]


def test_nothing_of_a_heif_is_left_out_because_a_table_calls_it_metadata() -> None:
    data, _, _ = bound(called_exif)
    assert MISMATCH in failures(judge(data))


# The rule itself


def test_only_a_store_that_nothing_follows_may_have_grown() -> None:
    """A TIFF whose store is the last thing in it can be updated; what stands behind a store keeps it at its length."""
    last = embed(tiff(), store(standard().build()).encode())[0]
    for data, pinned in ((bound(indexed)[0], True), (last, False), (last + b"something", True)):
        source = BytesSource(data)
        location = TiffFormat().scan(source).store
        assert location is not None
        assert location.pinned is pinned
