"""What a region of the account says it is, is what stands there, to the byte."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from credkit.assets import BytesSource
from credkit.codec.cose import parse_sign1
from credkit.verify import Region, Report, verify
from tests.forge.files import beside, signed, standard
from tests.forge.manifests import Signing, ingredient, label_of, thumbnail
from tests.verify.case import Made, judge, policy
from tests.verify.tables import claims, updates

SIGNATURES = {"protected header of the signature", "signature"}


def stored(report: Report, file: bytes, region: Region) -> bytes:
    data = file if region.place == "file" or report.store is None else report.store.data
    return data[region.offset : region.offset + region.size]


def expected(report: Report) -> set[tuple[str, bytes]]:
    """Everything that a hash or a signature may cover in the store, by the words for it."""
    assert report.store is not None
    found = set[tuple[str, bytes]]()
    for manifest in report.store.manifests:
        assert manifest.signature_box is not None
        sign1 = parse_sign1(manifest.signature_box.content("cbor") or b"", where="signature")
        found |= {("claim", manifest.claim_bytes or b""), ("signature", sign1.signature)}
        found.add(("protected header of the signature", sign1.protected_bytes))
        found.add(("manifest of an ingredient", bytes(manifest.box.hashed)))
        found.add(("box that a signed reference covers", bytes(manifest.signature_box.hashed)))
        found |= {(f"assertion {assertion.label}", bytes(assertion.box.hashed)) for assertion in manifest.assertions}
    return found


def two_generations() -> bytes:
    below = standard(thumbnail(), name="one").build()
    return signed(standard(thumbnail(), ingredient(below, "componentOf")), below)


FILES: dict[str, Callable[[], Made]] = {
    "JPEG": lambda: signed(standard(thumbnail())),
    "PNG": lambda: signed(standard(thumbnail()), kind="png"),
    "WebP": lambda: signed(standard(thumbnail()), kind="webp"),
    "beside": beside,
    "a component": two_generations,
    "an update": updates.update(),
}


@pytest.mark.parametrize("name", FILES)
def test_what_is_covered_is_what_it_is_called(name: str) -> None:
    made = FILES[name]()
    file = made if isinstance(made, bytes) else made[0]
    report = judge(made, policy=policy())
    assert report.state == "Trusted"
    known = expected(report)
    covered = [region for region in report.regions if region.kind in ("hashed", "signed") and region.what != "content"]
    assert {"claim", *SIGNATURES} <= {region.what for region in covered}
    for region in covered:
        assert region.kind == ("signed" if region.what in {"claim", *SIGNATURES} else "hashed"), region
        assert (region.what, stored(report, file, region)) in known, region


@pytest.mark.parametrize("name", FILES)
def test_the_content_is_all_but_the_store_and_its_frame(name: str) -> None:
    made = FILES[name]()
    file = made if isinstance(made, bytes) else made[0]
    report = judge(made, policy=policy())
    assert report.store is not None
    content = b"".join(stored(report, file, region) for region in report.regions if region.what == "content")
    frames = ("framing of the manifest store", "field with the size of the manifest store")
    framing = sum(region.size for region in report.regions if region.what in frames)
    assert len(content) + framing + (len(report.store.data) if report.location == "embedded" else 0) == len(file)


def test_each_unbound_region_is_told_with_its_size_and_place() -> None:
    for pad, words in ((b"x", "1 byte"), (b"hidden text", "11 bytes"), (b"x" * 1_200, "1,200 bytes")):
        file = signed(standard(signing=Signing(unprotected={"pad": pad})))
        report = judge(file, policy=policy())
        (region,) = report.unbound
        assert stored(report, file, region) == pad
        (told,) = [s for s in report.active.results if s.code == "org.credkit.unbound"]  # type: ignore[union-attr]
        assert told.url == f"self#jumbf=/c2pa/{label_of('active')}/c2pa.signature"
        assert told.explanation == f"{words} at offset {region.offset:,} of the file: padding of the signature that is not empty."


def test_of_a_store_beside_its_picture_the_place_in_the_store_is_told() -> None:
    picture, store = beside()
    report = verify(BytesSource(picture), sidecar=BytesSource(store + b"more"), policy=policy())
    (region,) = report.unbound
    assert (region.place, region.offset, region.size, region.what) == ("store", len(store), 4, "bytes behind the manifest store")
    (told,) = [s for s in report.active.results if s.code == "org.credkit.unbound"]  # type: ignore[union-attr]
    assert told.explanation == f"4 bytes at offset {len(store):,} of the manifest store: bytes behind the manifest store."
    assert told.url == "self#jumbf=/c2pa"


def test_a_label_that_nothing_names_is_the_whole_label() -> None:
    case = next(case for case in claims.CASES if case.name == "sound with relative URIs")
    file = case.make()
    report = judge(file, policy=policy())
    assert isinstance(file, bytes)
    (region,) = report.unbound
    assert stored(report, file, region) == f"{label_of('active')}\0".encode()
