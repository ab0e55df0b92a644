"""Labels and fields wherever writers put them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.labels.marks import FileMarks, marks_of
from credkit.limits import Limits
from tests.forge.pictures import picture
from tests.labels.files import AI, AIGC, CODE, aigc, exif_picture, packet, png_text, with_xmp

WRAPPED = json.dumps({"AIGC": AIGC})
TENCENT = json.dumps({"Label": "1", "ServiceProvider": CODE, "ProduceID": "0001-2026", "ServiceUser": "somebody"})


def bare(text: str) -> bytes:
    """A JPEG with a text in a segment of no known kind."""
    data = picture("jpg")
    value = text.encode()
    return data[:2] + b"\xff\xe9" + (len(value) + 2).to_bytes(2, "big") + value + data[2:]


PLACES = {
    "XMP element, PNG": (with_xmp(packet(TC260__AIGC=aigc())), "standard"),
    "XMP element, JPEG": (with_xmp(packet(TC260__AIGC=aigc()), "jpg"), "standard"),
    "XMP attribute": (with_xmp(packet(attributes={"TC260__AIGC": aigc()})), "standard"),
    "XMP under another namespace": (with_xmp(packet(other__AIGC=aigc())), "other"),
    "XMP taken apart": (with_xmp(packet(**{f"TC260__{key}": text for key, text in AIGC.items() if text})), "other"),
    "PNG text": (png_text("AIGC", aigc()), "annex"),
    "PNG text, wrapped": (png_text("AIGC", WRAPPED), "annex"),
    "PNG text, compressed": (png_text("AIGC", aigc(), zipped=True), "annex"),
    "EXIF UserComment, JPEG": (exif_picture(0x9286, b"ASCII\x00\x00\x00" + WRAPPED.encode()), "annex"),
    "EXIF UserComment without charset": (exif_picture(0x9286, WRAPPED.encode()), "annex"),
    "EXIF UserComment, PNG": (exif_picture(0x9286, b"ASCII\x00\x00\x00" + WRAPPED.encode(), "png"), "annex"),
    "EXIF ImageDescription of Tencent": (exif_picture(0x010E, TENCENT), "other"),
    "bare in the header": (bare("AIGC" + aigc()), "other"),
}


@pytest.mark.parametrize("name", PLACES)
def test_every_place(name: str) -> None:
    data, standing = PLACES[name]
    (label,) = marks_of(BytesSource(data)).labels
    assert label.standing == standing
    assert label.place
    assert (label.reading.value("Label"), label.reading.value("ContentProducer"), label.reading.value("ProduceID")) == (
        "1",
        CODE,
        "0001-2026",
    )


@pytest.mark.parametrize(
    "data",
    [
        picture("png"),
        picture("jpg"),
        exif_picture(0x9286, b"ASCII\x00\x00\x00Shot on film, no AIGC used"),
        exif_picture(0x9286, b'ASCII\x00\x00\x00{"note": "AIGC not used"}'),
        png_text("parameters", "a portrait"),
    ],
)
def test_what_is_no_label(data: bytes) -> None:
    assert marks_of(BytesSource(data)).labels == ()


def test_two_places_the_standard_first() -> None:
    found = marks_of(BytesSource(png_text("AIGC", aigc(Label="2"), xmp=packet(TC260__AIGC=aigc()))))
    assert [(label.standing, label.reading.value("Label")) for label in found.labels] == [("standard", "1"), ("annex", "2")]


def test_fields_of_xmp() -> None:
    xmp = packet(
        attributes={"Iptc4xmpExt__DigitalSourceType": AI},
        Iptc4xmpExt__AISystemUsed="Painter",
        Iptc4xmpExt__AISystemVersionUsed="2.1",
        schema__provider="Test Studio",
        xmp__CreateDate="2026-11-01T12:00:00Z",
    )
    found = marks_of(BytesSource(with_xmp(xmp, "jpg")))
    assert found.values("source_type") == (AI,)
    assert found.values("system") == ("Painter",)
    assert found.values("system_version") == ("2.1",)
    assert found.values("provider") == ("Test Studio",)
    assert found.fields["time"] == (("xmp:CreateDate", "2026-11-01T12:00:00Z"),)
    assert found.values("link") == ()


def test_broken_xmp_is_told() -> None:
    found = marks_of(BytesSource(with_xmp(b"<x:xmpmeta")))
    assert found.unread
    assert not found.labels


@given(st.binary(max_size=400), st.integers(0, 400), st.sampled_from(["png", "jpg"]))
@settings(max_examples=60, deadline=None)
def test_damaged_files_are_read(noise: bytes, at: int, kind: str) -> None:
    data = with_xmp(packet(TC260__AIGC=aigc()), kind)
    marks = marks_of(BytesSource(data[:at] + noise + data[at + len(noise) :]))
    assert isinstance(marks, FileMarks)


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_truncated_files_are_read(kind: str) -> None:
    data = with_xmp(packet(TC260__AIGC=aigc()), kind)[:1500]
    for length in range(1, len(data), 7):
        assert isinstance(marks_of(BytesSource(data[:length])), FileMarks)


@pytest.mark.parametrize("allowed", [2, 1])
def test_labels_are_looked_at_up_to_the_bound(allowed: int) -> None:
    data = png_text("AIGC", aigc(Label="2"), xmp=packet(TC260__AIGC=aigc()))
    assert len(marks_of(BytesSource(data), limits=Limits(aigc_labels=allowed)).labels) == allowed
