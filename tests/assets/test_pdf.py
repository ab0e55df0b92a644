"""PDF: where stores are found, which of several count, and documents that lie about themselves."""

from __future__ import annotations

import io
import zlib

import pytest

import credkit
from credkit.assets import BytesSource, PdfFormat, detect
from credkit.assets.pdf.document import Document
from credkit.assets.pdf.packed import Budget, unpack
from credkit.errors import MalformedError
from credkit.load import load_store
from credkit.manifest.store import parse_store
from credkit.verify import Report
from tests.forge import corpus, peer
from tests.forge.documents import (
    STYLES,
    Pdf,
    deflated,
    document,
    pdf,
    plain_pdf,
    scan,
    signed_pdf,
    some_store,
    stored,
    stream,
    updates,
    with_store,
)

MISMATCH = "assertion.dataHash.mismatch"
STORE = some_store()


def failures(report: Report) -> set[str]:
    assert report.active
    return {s.code for s in report.active.results.failure} - {"signingCredential.untrusted"}


@pytest.mark.parametrize("style", STYLES)
def test_the_store_is_found_in_every_style(style: str) -> None:
    assert stored(pdf(with_store(STORE), style)) == STORE
    assert stored(pdf(with_store(STORE, names=False), style)) == STORE
    assert stored(pdf(with_store(STORE, packed=True), style)) == STORE
    assert scan(plain_pdf(style)).stores == ()


@pytest.mark.parametrize("style", STYLES)
def test_signed_documents(style: str) -> None:
    signed = signed_pdf(lambda store: pdf(with_store(store), style))
    report = credkit.verify_file(signed)
    assert (report.state, failures(report), report.content_intact, report.unprotected) == ("Valid", set(), True, ())
    for changed in (signed + b"\n", signed.replace(b"0 0 m", b"9 0 m"), signed[:8] + b"x" + signed[9:]):
        assert failures(credkit.verify_file(changed)) == {MISMATCH}


@pytest.mark.parametrize("style", STYLES)
def test_the_reference_agrees(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(peer.MEDIA_TYPES, "pdf", "application/pdf")
    signed = signed_pdf(lambda store: pdf(with_store(store), style))
    assert peer.read(signed, "pdf").state == "Valid"
    assert peer.read(signed.replace(b"0 0 m", b"9 0 m"), "pdf").state == "Invalid"


def test_the_store_among_the_embedded_files_alone() -> None:
    objects = with_store(STORE)
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles 20 0 R >> >>"
    objects[20] = b"<< /Kids [20 0 R 21 0 R 22 0 R] >>"
    objects[21] = b"<< /Names [(a) 23 0 R (b) null (c)] /Limits [(a) (c)] >>"
    objects[22] = b"<< /Names 24 0 R >>"
    objects[23] = b"<< /Type /Filespec /EF << /F 4 0 R >> >>"
    objects[24] = b"[(store) 10 0 R]"
    assert stored(pdf(objects)) == STORE


def test_other_attachments_are_no_stores() -> None:
    assert scan(pdf(with_store(STORE, relationship=b"/Data"))).stores == ()
    objects = with_store(STORE)
    objects[10] = b"<< /AFRelationship /C2PA_Manifest /EF << /F 99 0 R >> >>"
    assert scan(pdf(objects)).stores == ()


def test_an_associated_file_that_is_no_list() -> None:
    objects = with_store(STORE, names=False)
    objects[1] = b"<< /Type /Catalog /AF 10 0 R >>"
    assert stored(pdf(objects)) == STORE


def test_nothing_before_may_be_written_as_zero() -> None:
    assert stored(pdf(with_store(STORE), trailer=b"/Root 1 0 R /Prev 0")) == STORE


def test_room_behind_the_store() -> None:
    """Zeros are padding; anything else would be hidden in what no hash covers."""
    signed = signed_pdf(room=500)
    assert credkit.verify_file(signed).state == "Valid"
    at = signed.index(bytes(500)) + 250
    report = credkit.verify_file(signed[:at] + b"hidden" + signed[at + 6 :])
    assert (report.state, MISMATCH in failures(report)) == ("Invalid", True)


def test_a_stream_of_a_length_that_stands_elsewhere() -> None:
    for style in STYLES:
        objects = with_store(STORE) | {11: stream(STORE, b"/Type /EmbeddedFile", length=b"12 0 R"), 12: b"%d" % len(STORE)}
        assert stored(pdf(objects, style)) == STORE


# Updates


def labels(store: bytes) -> list[str]:
    return [manifest.label for manifest in parse_store(store).manifests]


ONE, TWO, THREE = some_store("1"), some_store("2"), some_store("3")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("files", [(10, 10, 10), (10, 20, 30)])
def test_the_stores_of_all_updates_are_one(style: str, files: tuple[int, int, int]) -> None:
    """Also those whose objects were replaced by later ones of the same number."""
    data = updates(*(with_store(store, file=file) for store, file in zip((ONE, TWO, THREE), files, strict=True)), style=style)
    assert labels(stored(data)) == [*labels(ONE), *labels(TWO), *labels(THREE)]


def test_an_update_without_a_store_changes_nothing_but_the_content() -> None:
    signed = signed_pdf()
    first = Pdf(signed)
    first.previous = int(signed.split()[-2])
    data = bytes(first.update({4: stream(b"9 9 m")}).data)
    assert labels(stored(data)) == labels(stored(signed))
    assert failures(credkit.verify_file(data)) == {MISMATCH}


def test_two_stores_in_one_update_count_as_none() -> None:
    both = with_store(ONE) | {20: with_store(TWO, file=20)[20], 21: with_store(TWO, file=20)[21], 1: document(AF=b"[10 0 R 20 0 R]")[1]}
    layout = scan(pdf(both))
    assert (layout.stores, layout.remarks) == ((), ("2 manifest stores came with one update of the document, so none of these counts",))
    assert load_store(BytesSource(pdf(both))).store is None
    assert labels(stored(updates(with_store(THREE, file=30), both))) == labels(THREE)
    assert labels(stored(updates(both, with_store(THREE, file=30)))) == labels(THREE)


def test_a_manifest_that_is_repeated_counts_once() -> None:
    assert labels(stored(updates(with_store(ONE), with_store(ONE, file=20)))) == labels(ONE)


def test_a_later_document_bound_with_all_stores() -> None:
    first = signed_pdf()
    previous = int(first.split()[-2])

    def build(store: bytes) -> bytes:
        made = Pdf(first)
        made.previous = previous
        return bytes(made.update(with_store(store, file=20)).data)

    report = credkit.verify_file(signed_pdf(build))
    assert (report.state, report.content_intact, len(report.manifests)) == ("Valid", True, 2)


def test_what_an_update_replaced_may_be_broken() -> None:
    made = Pdf().update(with_store(ONE) | {10: b"<< /AFRelationship /C2PA_Manifest /EF << /F 11 0 R >"})
    made.update(with_store(TWO))
    assert labels(stored(bytes(made.data))) == labels(TWO)
    assert scan(bytes(made.data)).remarks == (
        "the document as it was before 1 of its updates cannot be read, so that stores may be missing here",
    )


def test_a_linearized_document_is_one_update() -> None:
    """Its first cross-references stand in front and lead to the others behind them."""
    objects = with_store(STORE)
    body = Pdf().update(objects)
    end = body.previous
    assert end is not None
    data = bytes(body.data).replace(b"/Root 1 0 R", b"/None 1 0 R")
    head, rest = data[:15], data[15:]
    filler = b"xref\n0 0\ntrailer\n<< /Size 60 /Root 1 0 R /Prev %010d >>\nstartxref\n0\n%%%%EOF\n"
    shift = len(filler % 0)
    moved = b"".join(
        b"%010d" % (int(line[:10]) + shift) + line[10:] if line[17:18] == b"n" and len(line) == 20 else line
        for line in rest[end - 15 :].splitlines(keepends=True)
    )
    data = head + filler % (end + shift) + rest[: end - 15] + moved
    data = data[: data.rindex(b"startxref")] + b"startxref\n15\n%%EOF\n"
    assert stored(data) == STORE
    again = Pdf(data)
    again.previous = 15
    assert labels(stored(bytes(again.update(with_store(TWO, file=30)).data))) == [*labels(STORE), *labels(TWO)]


# Encryption and packing

ENCRYPTED = b"/Root 1 0 R /Encrypt << /Filter /Standard /V 4 >>"


def test_encrypted_documents() -> None:
    """A store that an Identity filter leaves readable is read; another one is told; what cannot be found is not claimed to be absent."""
    assert stored(pdf(with_store(STORE), trailer=ENCRYPTED)) == STORE
    identity = b"/Filter /Crypt /DecodeParms << /Type /CryptFilterDecodeParms /Name /Identity >>"
    assert stored(pdf(with_store(STORE, entries=identity), trailer=ENCRYPTED)) == STORE
    both = b"/Filter [/Crypt /FlateDecode] /DecodeParms [<< /Name /Identity >> null]"
    assert stored(pdf(with_store(zlib.compress(STORE), entries=both), trailer=ENCRYPTED)) == STORE
    for entries in (b"", b"/Filter /FlateDecode", b"/Filter /Crypt /DecodeParms << /Name /StdCF >>"):
        located = load_store(BytesSource(pdf(with_store(b"\x17" * 999, entries=entries), trailer=ENCRYPTED)))
        assert (located.store, located.failure and located.failure.code) == (None, "manifest.inaccessible.encrypted")


def test_an_encrypted_catalog() -> None:
    data = pdf(with_store(STORE), "packed", trailer=ENCRYPTED)
    at = data.index(b"/ObjStm")
    at = data.index(b"stream\n", at) + 7
    layout = scan(data[:at] + b"\x17" * 40 + data[at + 40 :])
    assert (layout.stores, len(layout.remarks)) == ((), 1)


@pytest.mark.parametrize(
    ("data", "entries"),
    [
        (b"no store at all", b""),
        (zlib.compress(STORE) + b"hidden", b"/Filter /FlateDecode"),
        (b"no zlib either", b"/Filter /FlateDecode"),
        (STORE.hex().encode(), b"/Filter /ASCIIHexDecode"),
        (zlib.compress(zlib.compress(STORE)), b"/Filter [/FlateDecode /FlateDecode]"),
    ],
)
def test_stores_that_cannot_be_unpacked(data: bytes, entries: bytes) -> None:
    located = load_store(BytesSource(pdf(with_store(data, entries=entries))))
    assert (located.store, located.failure and located.failure.code) == (None, "manifest.inaccessible.malformed")


def test_a_store_that_unpacks_to_very_much() -> None:
    data = pdf(with_store(zlib.compress(bytes(50 << 20)), entries=b"/Filter /FlateDecode"))
    located = load_store(BytesSource(data))
    assert located.failure
    assert located.failure.code == "manifest.inaccessible.malformed"


def test_streams_that_unpack_to_very_much() -> None:
    bomb = deflated(bytes(50 << 20), b"/Type /ObjStm /N 1 /First 4")
    made = Pdf().update(with_store(STORE), style="packed")
    place = made.data.index(b"50 0 obj")
    data = bytes(made.data[:place]) + b"50 0 obj\n" + bomb + bytes(made.data[place:])
    with pytest.raises(MalformedError):
        scan(data)
    with pytest.raises(MalformedError, match="more than a PDF needs"):
        unpack(zlib.compress(bytes(1_000)), {"Filter": "FlateDecode"}, Budget(999, 1_000))


# Metadata and signatures


def test_xmp() -> None:
    for made, compressed in ((stream(b"<xmp/>"), False), (deflated(b"<xmp/>"), True)):
        (block,) = scan(pdf(document(Metadata=b"7 0 R") | {7: made})).metadata
        assert (block.kind, block.compressed) == ("xmp", compressed)


def with_signature(store: bytes, *, value: bytes = b"<" + b"0" * 200 + b">") -> bytes:
    """A document with a signature field, whose value is left out of the byte range."""
    objects = with_store(store) | {30: b"<< /FT /Sig /T (s) /V 31 0 R >>"}
    objects[1] = objects[1][:-2] + b"/AcroForm << /Fields [<< /Kids [30 0 R] >>] >> >>"
    objects[31] = b"<< /Type /Sig /ByteRange [0 0000000000 0000000000 0000000000] /Contents " + value + b" >>"
    data = pdf(objects)
    start = data.index(value, data.index(b"/ByteRange"))
    numbers = (start, start + len(value), len(data) - start - len(value))
    return data.replace(b"0000000000 0000000000 0000000000]", b"%010d %010d %010d]" % numbers)


def gap_of(data: bytes) -> list[tuple[int, int]]:
    start = data.index(b"<0000", data.index(b"/ByteRange"))
    return [(start, data.index(b">", start) + 1 - start)]


def test_the_value_of_a_signature_may_be_left_out() -> None:
    signed = signed_pdf(with_signature, more=gap_of)
    ((start, length),) = gap_of(signed)
    filled = signed[: start + 1] + b"A" * 100 + signed[start + 101 :]
    for data in (signed, filled):
        report = credkit.verify_file(data)
        assert (report.state, report.content_intact) == ("Valid", True)
        assert report.unprotected == (f"SIGNATURE metadata, {length:,} bytes at {start:,}",)
    hidden = signed[: start + 1] + b"hidden <script>" + signed[start + 16 :]
    assert failures(credkit.verify_file(hidden)) == {MISMATCH}


def test_nothing_else_may_be_left_out() -> None:
    signed = signed_pdf(more=lambda data: [(data.index(b"0 0 m"), 5)])
    assert failures(credkit.verify_file(signed)) == {MISMATCH}


def test_pictures_saved_as_pdf() -> None:
    """A writer that is none of ours."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(out, "PDF", title="a title")
    source = BytesSource(out.getvalue())
    assert isinstance(detect(source), PdfFormat)
    assert PdfFormat().scan(source).stores == ()
    assert Document(source).dictionary(Document(source).sections[0].trailer["Root"])["Type"] == "Catalog"


@corpus.needs_corpus
def test_the_corpus() -> None:
    found = corpus.entries("pdf")
    assert found
    for entry in found:
        report = credkit.verify_file(corpus.CORPUS / entry["path"])
        said = entry["runs"]["default"].get("success", ())
        assert report.content_intact is (True if any(one["code"] == "assertion.dataHash.match" for one in said) else None), entry["id"]
