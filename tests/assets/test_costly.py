"""Files that are made to cost: little data that asks for much work. What is counted is work (reads, bytes, values), never time."""

from __future__ import annotations

import io
import struct
import zlib

import pytest

from credkit import sign_file
from credkit.api.statements import Statements
from credkit.assets import BytesSource, detect
from credkit.assets.bmff.boxes import BoxWalker
from credkit.assets.bmff.offsets import moved_offsets
from credkit.assets.edited import Replacement
from credkit.assets.layout import Span
from credkit.assets.pdf.packed import Budget, unpack
from credkit.assets.riff.avi_index import moved_indexes
from credkit.assets.svg.elsewhere import style_leads_elsewhere
from credkit.assets.tiff.pictures import picture_parts
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.sign.signer import Signer
from tests.assets.samples import png
from tests.assets.samples_bmff import film_of, item_picture
from tests.assets.samples_jxl import BOXED, jxl_box
from tests.assets.samples_models import onnx_file, raw_safetensors
from tests.assets.samples_riff import open_dml
from tests.assets.samples_svg import svg
from tests.assets.samples_tiff import raw_tiff
from tests.forge.documents import document, pdf, scan, updates
from tests.forge.pki import default_pki


class Counted(BytesSource):
    """A source that counts what is read of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.reads = self.bytes = 0

    def read(self, start: int, length: int) -> bytes:
        self.reads += 1
        self.bytes += length
        return super().read(start, length)


def test_the_tables_of_a_film_are_sought_once() -> None:
    source = Counted(film_of(handlers=(b"vide", b"soun")))
    tries = []
    for length in (100, 200, 300):
        before = source.reads
        assert moved_offsets(BoxWalker(source), [Replacement(Span(24, 0), bytes(length))], DEFAULT_LIMITS)
        tries.append(source.reads - before)
    assert tries[1] == tries[2] < tries[0] / 3


def test_tables_of_items_share_one_bound() -> None:
    picture = item_picture()
    change = [Replacement(Span(int.from_bytes(picture[:4], "big"), 0), bytes(8))]
    start = picture.index(b"iloc") - 4
    table = picture[start : start + int.from_bytes(picture[start : start + 4], "big")]
    meta = picture.index(b"meta") - 4
    size = int.from_bytes(picture[meta : meta + 4], "big") + len(table)
    # Behind the picture's own content, so that no place in it is wrong.
    twice = picture[:meta] + size.to_bytes(4, "big") + picture[meta + 4 : start] + table + picture[start:]
    limit = next(most for most in range(1, 50) if fits(picture, change, most))
    assert fits(twice, change, 2 * limit)
    assert not fits(twice, change, 2 * limit - 1)


def fits(data: bytes, change: list[Replacement], most: int) -> bool:
    try:
        return bool(moved_offsets(BoxWalker(BytesSource(data)), change, Limits(bmff_items=most)))
    except MalformedError as error:
        return "items and extents" not in error.message


def test_a_tiff_counts_directories_that_are_named_again_and_again() -> None:
    data = raw_tiff()
    directory = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[directory : directory + 2], "little")
    at = len(data)
    first = struct.pack("<H", 1) + struct.pack("<HHII", 330, 4, 50, at + 18) + bytes(4)
    again = data[:4] + struct.pack("<I", at) + data[8:] + first + struct.pack("<I", directory) * 50
    source = BytesSource(again)
    assert list(picture_parts(source, Limits(tiff_entries=50 * count)))
    with pytest.raises(MalformedError, match="entries"):
        list(picture_parts(source, Limits(tiff_entries=50 * count - 1)))


def test_an_index_of_an_avi_has_few_words() -> None:
    data = bytearray(open_dml())
    at = data.index(b"ix00", data.index(b"movi")) + 8
    data[at : at + 2] = struct.pack("<H", 9)
    data[at + 4 : at + 8] = struct.pack("<I", 0)
    with pytest.raises(MalformedError, match="9 words"):
        moved_indexes(BytesSource(bytes(data)), [Replacement(Span(12, 0), bytes(8))])


def test_many_texts_of_a_jpeg_xl_are_one_look_at_its_boxes() -> None:
    costs = []
    for count in (10, 40):
        source = Counted(BOXED + jxl_box(b"xml ", b"<x>words</x>") * count)
        form = detect(source)
        assert form is not None
        texts = list(form.texts(source))
        assert len(texts) == count
        before = source.reads
        form.with_texts(source, [(text, None) for text in texts])
        costs.append(source.reads - before)
    assert costs[1] <= costs[0] + 40


def many_sections(count: int = 40, names: int = 100) -> bytes:
    objects = document(AF=b"[" + b" ".join(b"%d 0 R" % (500 + index) for index in range(names)) + b"]")
    return updates(objects, *({40 + index: b"null"} for index in range(count)))


def test_a_pdf_counts_the_sections_that_are_searched() -> None:
    data = many_sections()
    assert scan(data).stores == ()
    with pytest.raises(MalformedError, match="searched too often"):
        scan(data, Limits(pdf_searches=2_000))


def test_a_pdf_counts_values_and_objects_that_are_broken() -> None:
    with pytest.raises(MalformedError, match="more than 100 values"):
        scan(pdf(document(AF=b"[" + b"1 " * 100 + b"]")), Limits(pdf_values=100))
    broken = document(AF=b"[" + b"/A " * 1_000 + b"<< /A 1 /A 2 >>]")
    data = updates(document(), broken, broken, broken, broken, document())
    assert "before 4 of its updates" in scan(data).remarks[0]
    # With so little allowed, nothing is left for the first of all.
    assert "before 5 of its updates" in scan(data, Limits(pdf_objects_size=10_000)).remarks[0]


def test_a_pdf_counts_rows_that_are_undone_one_by_one() -> None:
    stored_as = {"Filter": "FlateDecode", "DecodeParms": {"Predictor": 12, "Columns": 1}}
    mixed, alike = zlib.compress(b"\1\0\2\0" * 5), zlib.compress(b"\2\0" * 10)
    assert unpack(mixed, stored_as, Budget(100, 10)) == bytes(10)
    assert unpack(alike, stored_as, Budget(100, 0)) == bytes(10)
    with pytest.raises(MalformedError, match="rows"):
        unpack(mixed, stored_as, Budget(100, 9))


def test_the_gap_of_a_signature_is_read_only_where_it_can_be_its_value() -> None:
    field = b"<< /V 5 0 R >>"
    objects = document(AcroForm=b"<< /Fields [" + b"4 0 R " * 500 + b"] >>") | {
        4: field,
        5: b"<< /ByteRange [0 3000 23000 9] /Contents <00> >>",
        6: b"(" + b"a" * 40_000 + b")",
    }
    source = Counted(pdf(objects))
    form = detect(source)
    assert form is not None
    assert form.scan(source).metadata == ()
    assert source.bytes < 500 * 18_000


def test_a_safetensors_header_is_mostly_as_the_library_writes_it() -> None:
    unusual = ",".join(f'"{index}":{{"data_offsets":[0,0]}}' for index in range(10_001))
    with pytest.raises(MalformedError, match="unusual form"):
        detect_and_scan(raw_safetensors(f"{{{unusual}}}"))


def test_an_onnx_says_a_limited_amount_about_itself() -> None:
    with pytest.raises(MalformedError, match="too much about itself"):
        detect_and_scan(onnx_file() + b"\x28\x01" * (DEFAULT_LIMITS.model_properties + 1))


def detect_and_scan(data: bytes) -> object:
    source = BytesSource(data)
    form = detect(source)
    assert form is not None
    return form.scan(source)


@pytest.mark.parametrize("count", [20_001, 250_000])
def test_an_svg_with_a_tag_of_many_attributes(count: int) -> None:
    source = Counted(svg("<a " + " ".join(f'a{index:x}=""' for index in range(count)) + "/>"))
    form = detect(source)
    assert form is not None
    with pytest.raises(MalformedError, match="more than 20,000 attributes"):
        form.scan(source)


def test_a_long_tag_of_an_svg_may_hold_a_picture() -> None:
    data = svg('<image href="data:image/png;base64,' + "A" * 3_000_000 + '"/>')
    assert detect_and_scan(data)


def test_spaces_in_a_style_are_not_tried_in_all_ways() -> None:
    assert not style_leads_elsewhere("url(" + " " * 300_000 + "#a)")
    assert style_leads_elsewhere("url(" + " " * 300_000 + "a.css)")


def test_tables_of_a_font_over_each_other_are_not_hashed() -> None:
    def font(count: int) -> bytes:
        records = b"".join(struct.pack(">4sIII", b"t%03d" % index, 0, 12 + 16 * count, 1_000) for index in range(count))
        return struct.pack(">IHHHH", 0x00010000, count, 0, 0, 0) + records + bytes(1_000)

    for count, refused in ((2, False), (4, True)):
        source = BytesSource(font(count))
        form = detect(source)
        assert form is not None
        boxes = form.boxes(source, form.scan(source))
        if refused:
            with pytest.raises(MalformedError, match="over each other"):
                list(boxes)
        else:
            assert len(list(boxes)) == count


def test_a_fault_is_found_once() -> None:
    source = Counted(onnx_file() + b"\x00")
    form = detect(source)
    assert form is not None
    with pytest.raises(MalformedError) as first:
        form.scan(source)
    before = source.reads
    with pytest.raises(MalformedError) as second:
        form.scan(source)
    assert str(first.value) == str(second.value)
    # Only the head is looked at anew.
    assert source.reads - before <= 1


@pytest.mark.parametrize(
    ("data", "binding"),
    [
        (png()[:-12] + bytes(4) + b"1234" + bytes(4) + png()[-12:], "boxes"),
        (open_dml().replace(b"indx" + open_dml()[open_dml().index(b"indx") + 4 :][:4], b"indx\xff\xff\xff\x7f"), None),
    ],
    ids=["PNG", "AVI"],
)
def test_damage_that_shows_while_signing_is_a_fault_of_the_file(data: bytes, binding: str | None) -> None:
    out, chain = io.BytesIO(), default_pki()
    with pytest.raises(AssetError, match="damaged"):
        sign_file(data, out, Statements(created="digitalCapture"), signer=Signer.from_pem(chain.chain_pem, chain.key_pem), binding=binding)  # type: ignore[arg-type]
    assert out.getvalue() == b""
