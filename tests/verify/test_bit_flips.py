"""One bit changed in each byte of a small signed file: whatever is still accepted lies in a place that is listed here, and changes nothing
that a person is told.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from credkit.assets import BytesSource, detect
from credkit.assets.layout import StoreLocation
from credkit.codec.jumbf import Superbox
from tests.forge.files import signed, standard
from tests.forge.manifests import thumbnail
from tests.forge.pictures import ALL_KINDS
from tests.verify.case import judge, policy
from tests.verify.test_hostile import said

_TOGGLES = 32
"""From the start of a superbox with a short header to the toggles of its description box."""


def unbound(kind: str, file: bytes) -> dict[int, str]:
    """The bytes that no hash and no signature covers and no check needs, with what they are."""
    report = judge(file)
    assert report.store is not None
    location = place(file)
    start = location.slices[0].start
    manifest = report.store.manifests[0]
    frames = [report.store.box, manifest.box, *(box for box in manifest.box.superboxes)]
    found = {
        start + box.offset + _TOGGLES: f"toggles of {box.label}: whether it may be asked for, and bits without meaning" for box in frames
    }
    end = location.frame[0].end
    if kind == "png":
        found |= dict.fromkeys(range(end - 4, end), "checksum of the chunk that holds the store; a wrong one is a remark")
    elif kind == "jpg":
        first = location.frame[0].start
        found |= dict.fromkeys((first + 6, first + 7), "number of the box among other boxes of the JPEG")
        found[first + 11] = "sequence number of the segment: some tools count from 0"
    return found


def place(file: bytes) -> StoreLocation:
    source = BytesSource(file)
    found = detect(source)
    assert found is not None
    location = found.scan(source).store
    assert location is not None
    return location


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_one_bit_in_each_byte(kind: str) -> None:
    at = datetime.now(UTC)
    file = signed(standard(thumbnail()), kind=kind)
    sound = judge(file, policy=policy(), at=at)
    allowed = unbound(kind, file)
    accepted = set()
    for offset in range(len(file)):
        spoiled = bytearray(file)
        spoiled[offset] ^= 1 << offset % 8
        report = judge(bytes(spoiled), policy=policy(), at=at)
        if report.state in ("Valid", "Trusted"):
            accepted.add(offset)
            assert said(report) == said(sound), offset
    assert accepted <= allowed.keys()


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_every_bit_of_the_places_that_no_hash_covers(kind: str) -> None:
    """The list is not longer than it has to be: at each of these places some bit may change, and what may change changes nothing."""
    at = datetime.now(UTC)
    file = signed(standard(thumbnail()), kind=kind)
    sound = judge(file, policy=policy(), at=at)
    for offset in unbound(kind, file):
        accepted = 0
        for bit in range(8):
            spoiled = bytearray(file)
            spoiled[offset] ^= 1 << bit
            report = judge(bytes(spoiled), policy=policy(), at=at)
            if report.state == "Trusted":
                accepted += 1
                assert said(report) == said(sound), (offset, bit)
        assert accepted, offset


def test_the_frames_are_what_they_are_taken_for() -> None:
    report = judge(signed(standard()))
    assert report.store is not None
    boxes: list[Superbox] = list(report.store.manifests[0].box.superboxes)
    assert [box.label for box in boxes] == ["c2pa.assertions", "c2pa.claim.v2", "c2pa.signature"]
