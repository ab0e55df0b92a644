"""Collection hashes over archives: sound, and with one fault each."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

import credkit
from credkit.verify import Report
from tests.assets.samples_documents import DOCX, EPUB, STREAMED, ZIP
from tests.assets.test_zip import records_64
from tests.forge import corpus, peer
from tests.forge.archives import STORE_NAME, Archive, archive, signed_archive

MALFORMED, MISMATCH, MISSING, INVALID = (
    f"assertion.collectionHash.{name}" for name in ("malformed", "mismatch", "incorrectFileCount", "invalidURI")
)
EPUB_TYPE = "application/epub+zip"


def failures(report: Report) -> set[str]:
    assert report.active
    return {s.code for s in report.active.results.failure} - {"signingCredential.untrusted"}


def told(data: bytes) -> str:
    """The one fault of an archive, in words."""
    report = credkit.verify_file(data)
    assert (report.state, failures(report)) == ("Invalid", {MISMATCH})
    assert report.active
    return next(s.explanation for s in report.active.results.failure if s.code == MISMATCH) or ""


@pytest.mark.parametrize(
    "data", [EPUB, DOCX, STREAMED, archive(("a%20b", b"1"), ("a b", b"2")), archive(("é".encode().decode("cp437"), b"3"))]
)
@pytest.mark.parametrize("checksum", [True, False])
def test_an_archive_as_it_was_signed(data: bytes, checksum: bool) -> None:
    report = credkit.verify_file(signed_archive(data, checksum=checksum))
    assert (report.state, failures(report), report.content_intact, report.unprotected) == ("Valid", set(), True, ())


def test_every_byte_counts() -> None:
    """A changed byte is found wherever it is, except in the checksum of the store, which the standard leaves out."""
    signed = signed_archive(archive(("a", b"text"), ("b", b"more")))
    with zipfile.ZipFile(io.BytesIO(signed)) as made:
        store = made.getinfo(STORE_NAME)
        local, directory = store.header_offset, made.start_dir
    own = signed.index(b"PK\1\2", signed.index(b"PK\1\2", signed.index(b"PK\1\2", directory) + 1) + 1)
    dated = {*range(local + 4, local + 6), *range(local + 10, local + 14)}
    allowed = {*range(local + 14, local + 18), *range(own + 16, own + 20), *dated}
    for at in range(len(signed)):
        if local + 30 + len(STORE_NAME) <= at < directory and at % 97:
            continue
        spoilt = bytearray(signed)
        spoilt[at] ^= 0x20
        report = credkit.verify_file(bytes(spoilt))
        assert (report.state == "Valid") == (at in allowed), at
        assert bool(report.unprotected) == (at in dated), at


def test_folders_need_not_be_listed_and_are_told() -> None:
    report = credkit.verify_file(signed_archive(ZIP, left_out=("folder/",)))
    assert (report.state, report.unprotected) == ("Valid", ("the entry of the folder folder/",))
    assert credkit.verify_file(signed_archive(ZIP)).unprotected == ()


def test_any_other_entry_must_be_listed() -> None:
    assert told(signed_archive(ZIP, left_out=("a.txt",))) == "The entry a.txt is not listed."


def test_bytes_that_nobody_hashed() -> None:
    for number, place in enumerate(("the entry folder/", "the entry folder/b.txt"), 1):
        words = told(signed_archive(ZIP, change=lambda made, number=number: made.between.update({number: b"hidden"})))
        assert words == f"6 bytes that no hash covers stand in front of {place}."
    assert "in front of the directory" in told(signed_archive(ZIP, change=lambda made: made.between.update({4: b"hidden"})))
    assert told(signed_archive(archive(("a", b""))) + b"hidden") == "6 bytes that no hash covers stand in front of the end of the file."


def test_a_former_directory_is_told() -> None:
    former = b"".join(Archive.of(ZIP).headers)
    report = credkit.verify_file(signed_archive(ZIP, change=lambda made: made.between.update({3: former})))
    assert (report.state, len(report.unprotected)) == ("Valid", 1)
    assert "that no hash covers" in told(signed_archive(ZIP, change=lambda made: made.between.update({3: former + b"x"})))
    assert "that no hash covers" in told(signed_archive(ZIP, change=lambda made: made.between.update({3: former[:-1]})))


def test_two_entries_of_one_name() -> None:
    def twice(made: Archive) -> None:
        made.entries.insert(1, made.entries[0])
        made.headers.insert(1, made.headers[0])

    assert told(signed_archive(ZIP, change=twice)) == "Two entries are called a.txt."


def test_entries_that_lie_over_each_other() -> None:
    """Two entries of the directory share one content: nothing is unpacked, and nothing is read twice."""
    signed = bytearray(signed_archive(archive(("a", b"x" * 100), ("b", b"x" * 100), method=zipfile.ZIP_STORED)))
    with zipfile.ZipFile(io.BytesIO(signed)) as made:
        first, second = made.infolist()[:2]
        at = signed.index(b"PK\1\2", signed.index(b"PK\1\2", made.start_dir) + 1)
    signed[first.header_offset + 30 : first.header_offset + 31] = b"b"
    signed[at + 42 : at + 46] = first.header_offset.to_bytes(4, "little")
    assert second.header_offset
    assert credkit.verify_file(bytes(signed)).state == "Invalid"


@pytest.mark.parametrize(
    ("state", "codes"),
    [
        (lambda value: value.pop("zip_central_directory_hash"), {MALFORMED}),
        (lambda value: value.update(zip_central_directory_hash="text"), {MALFORMED}),
        (lambda value: value.update(zip_central_directory_hash=bytes(32)), {MISMATCH}),
        (lambda value: value["uris"][0].update(hash=bytes(32)), {MISMATCH}),
        (lambda value: value["uris"].append({"uri": "missing", "hash": bytes(32)}), {MISSING}),
        (lambda value: value["uris"].append({"uri": "../a.txt", "hash": bytes(32)}), {INVALID}),
        (lambda value: value.update(alg="md5"), {"algorithm.unsupported"}),
    ],
)
def test_what_is_stated_wrongly(state: Callable[[dict[str, Any]], object], codes: set[str]) -> None:
    report = credkit.verify_file(signed_archive(ZIP, state=state))
    assert (report.state, failures(report)) == ("Invalid", codes)


def test_zip64() -> None:
    report = credkit.verify_file(signed_archive(ZIP, change=lambda made: setattr(made, "records", records_64)))
    assert (report.state, report.unprotected) == ("Valid", ("the 76 bytes of the ZIP64 records, which repeat what is hashed",))


def test_bytes_hidden_in_the_header_of_the_store() -> None:
    """They are in nobody's hash, so they are told."""

    def extra(made: Archive) -> None:
        name, entry = made.entries[-1]
        made.entries[-1] = (name, entry[:28] + b"\x08\x00" + entry[30 : 30 + len(name)] + b"\1\0\4\0hide" + entry[30 + len(name) :])

    report = credkit.verify_file(signed_archive(ZIP, change=extra))
    assert report.unprotected == ("8 bytes in the header of the manifest store's own entry",)


@pytest.mark.parametrize("media_type", [EPUB_TYPE, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"])
def test_what_the_reference_signs(media_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(peer.MEDIA_TYPES, "document", media_type)
    created = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
    definition = {"claim_generator_info": [{"name": "test"}], "assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}]}
    entries = (("mimetype", EPUB_TYPE.encode()), ("[Content_Types].xml", b"<Types/>"), ("word/ä b.xml", b"<p/>" * 40))
    signed = peer.sign(archive(*entries, method=zipfile.ZIP_STORED), "document", definition)
    report = credkit.verify_file(signed)
    assert (report.state, failures(report), report.content_intact) == ("Valid", set(), True)
    at = signed.index(b"<p/>")
    assert credkit.verify_file(signed[:at] + b"<q/>" + signed[at + 4 :]).state == "Invalid"


def test_what_the_reference_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the array that the standard wants it knows nothing, only a map by URI; with that it agrees, but overlooks what nobody hashed."""
    monkeypatch.setitem(peer.MEDIA_TYPES, "document", EPUB_TYPE)

    def by_uri(value: dict[str, Any]) -> None:
        value["uris"] = {member["uri"]: {"hash": member["hash"], "size": 1} for member in value["uris"]}

    data = archive(("mimetype", EPUB_TYPE.encode()), ("a.xhtml", b"<p/>" * 40), method=zipfile.ZIP_STORED)
    signed = signed_archive(data, state=by_uri)
    assert peer.read(signed, "document").state == credkit.verify_file(signed).state == "Valid"
    hidden = signed_archive(data, state=by_uri, change=lambda made: made.between.update({1: b"hidden"}))
    assert peer.read(hidden, "document").state == "Valid"
    assert "that no hash covers" in told(hidden)


@corpus.needs_corpus
def test_the_corpus() -> None:
    found = corpus.entries("epub")
    assert found
    for entry in found:
        assert credkit.verify_file(corpus.CORPUS / entry["path"]).content_intact is True
