"""Every byte of a file is accounted for: once, and as what it is."""

from __future__ import annotations

import io
import zlib
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, Span
from credkit.codec import cbor
from credkit.errors import CredkitError
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.store import BOX
from credkit.sign.builder import Builder
from credkit.sign.ingredients import recorded_results
from credkit.status import Kind, StatusCode
from credkit.trust.policy import TrustPolicy
from credkit.verify import Region, Report, verify
from credkit.verify.coverage.runs import Run, joined, over
from tests.assets.catalogue import SAMPLES
from tests.binding.file_collections import store_about
from tests.forge import pki
from tests.forge.boxes import Leaf, Node
from tests.forge.corpus import needs_corpus
from tests.forge.documents import Pdf, document, stream
from tests.forge.files import beside, signed, standard
from tests.forge.manifests import CREATED, Signing, actions, label_of, thumbnail
from tests.verify.case import Made, judge, policy
from tests.verify.tables import revocation as made
from tests.verify.tables.content import both, left_out, with_xmp
from tests.verify.tables.ingredients import component, parent

UNBOUND = StatusCode.ORG_CREDKIT_UNBOUND


def sizes(report: Report, place: str = "file") -> int:
    return sum(region.size for region in report.regions if region.place == place)


def check_account(report: Report, size: int) -> None:
    """Each byte of the file once, in order; the same of the store where that is listed."""
    for place, total in (("file", size), ("store", len(report.store.data) if report.store else 0)):
        regions = [region for region in report.regions if region.place == place]
        position = 0
        for region in regions:
            assert region.offset == position
            assert region.size > 0
            position = region.offset + region.size
        assert position in ((0, total) if place == "store" else (total,))


def told(report: Report) -> list[str]:
    assert report.active is not None
    return [s.explanation or "" for s in report.active.results.informational if s.code == UNBOUND]


def written(name: str) -> bytes:
    builder = Builder(title="test")
    builder.created("trainedAlgorithmicMedia")
    out = io.BytesIO()
    builder.sign(SAMPLES[name].data, out, pki.signer())
    return out.getvalue()


@pytest.mark.parametrize("name", SAMPLES)
def test_the_account_of_every_format_adds_up(name: str) -> None:
    try:
        file = written(name)
    except CredkitError:
        file = SAMPLES[name].data
    report = verify(BytesSource(file), policy=TrustPolicy.of(pki.root_pem()))
    if report.store is None:
        assert report.regions == ()
        return
    check_account(report, len(file))
    if SAMPLES[name].format.writable:
        assert {region.what for region in report.unbound} <= {"the table of places to jump to (mfra), 105 bytes"}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_account_of_a_damaged_file_adds_up(data: st.DataObject) -> None:
    file = bytearray(SIGNED[data.draw(st.sampled_from(sorted(SIGNED)))])
    for _ in range(data.draw(st.integers(1, 3))):
        file[data.draw(st.integers(0, len(file) - 1))] ^= data.draw(st.integers(1, 255))
    report = judge(bytes(file), policy=policy())
    if report.store is not None:
        check_account(report, len(file))


@needs_corpus
def test_the_account_of_real_files_adds_up() -> None:
    from tests.corpus.measure import reports

    for item in reports("testroots").values():
        if item.report.store is not None and item.report.size is not None:
            check_account(item.report, item.report.size)


SIGNED = {kind: signed(standard(thumbnail()), kind=kind) for kind in ("jpg", "png", "webp")}


def test_a_file_as_it_should_be_has_nothing_unbound() -> None:
    for file in SIGNED.values():
        report = judge(file, policy=policy())
        assert (report.state, report.unbound, told(report)) == ("Trusted", (), [])
        assert {region.kind for region in report.regions} == {"hashed", "signed", "structural"}


ACTIVE = label_of("active")


def holding(place: str, child: Node | Leaf) -> Callable[[], bytes]:
    """A further box at the end of one that no hash covers."""
    return lambda: signed(standard(), spoil=lambda tree: (tree.at(place) if place else tree).children.append(child))


def with_salt(place: str) -> Callable[[], bytes]:
    return lambda: signed(standard(), spoil=lambda tree: setattr(tree.at(place), "salt", bytes(16)))


def padded(pad: bytes) -> bytes:
    return signed(standard(signing=Signing(unprotected={"pad": pad})))


def with_data_boxes(*more: Node) -> bytes:
    """A file with a data box that a signed action refers to, and further ones."""
    data = Node(BOX.CBOR, "c2pa.data", [Leaf("cbor", cbor.encode({"dc:format": "text/plain", "data": b"a prompt"}))])
    reference = {"url": "self#jumbf=c2pa.databoxes/c2pa.data", "hash": sha256(data.encode()[8:]).digest()}
    boxes = Node(BOX.DATABOXES, "c2pa.databoxes", [data, *more])
    return signed(standard(first=actions(CREATED | {"parameters": {"prompt": reference}}), edit=lambda node: node.children.append(boxes)))


def long_label() -> bytes:
    """A header of which the label is written with a byte more than it needs."""

    def spoil(tree: Node) -> None:
        leaf = tree.at(f"{ACTIVE}/c2pa.signature").leaf()
        assert leaf.payload.count(b"\x63pad") == 1
        leaf.payload = leaf.payload.replace(b"\x63pad", b"\x78\x03pad")

    return signed(standard(signing=Signing(unprotected={"pad": bytes(40)})), spoil=spoil)


CASES: dict[str, tuple[Callable[[], Made], list[tuple[int, str]]]] = {
    "padding that is empty": (lambda: padded(bytes(40)), []),
    "padding that is not": (lambda: padded(b"hidden text"), [(11, "padding of the signature that is not empty")]),
    "padding that is a text": (
        lambda: signed(standard(signing=Signing(unprotected={"pad": "\0\0\0"}))),
        [(8, "a header of the signature that says nothing")],
    ),
    "a label that is written longer": (long_label, [(5, "frame of the signature, written longer than it has to be")]),
    "an unknown header": (
        lambda: signed(standard(signing=Signing(unprotected={"x": 1}))),
        [(3, "a header of the signature that says nothing")],
    ),
    "a time-stamp that is none": (
        lambda: signed(standard(signing=Signing(unprotected={"sigTst2": {"tstTokens": [{"val": b"rubbish"}]}}))),
        [(25, "a time-stamp that was not accepted")],
    ),
    "empty space": (holding(ACTIVE, Leaf("free", bytes(20))), [(28, "a box of padding, which nothing asks for")]),
    "space that is not empty": (holding(ACTIVE, Leaf("free", b"hidden")), [(14, "padding that is not empty")]),
    "empty space behind the manifests": (holding("", Leaf("free", bytes(20))), [(28, "a box of padding, which nothing asks for")]),
    "a manifest of time-stamps": (holding("", Node(BOX.TIME_STAMP, "stamp")), [(39, "an unknown box in the manifest store")]),
    "an unknown box in a manifest": (holding(ACTIVE, Node(BOX.CBOR, "odd")), [(37, "an unknown box in a manifest")]),
    "an unknown content box in a manifest": (holding(ACTIVE, Leaf("odd ", b"x")), [(9, "an unknown box in a manifest")]),
    "data boxes that nothing leads to": (
        holding(ACTIVE, Node(BOX.DATABOXES, "c2pa.databoxes")),
        [(48, "boxes that no signed reference leads to")],
    ),
    "data boxes that a signed reference leads to": (with_data_boxes, []),
    "data boxes of which a signed reference leads to one": (
        lambda: with_data_boxes(Node(BOX.CBOR, "c2pa.data__1")),
        [(46, "a box that no signed reference leads to")],
    ),
    **{f"padding of {count} bytes": (lambda count=count: padded(bytes(count)), []) for count in (0, 1, 23, 24, 255, 256)},  # type: ignore[misc]
    "salt of a manifest": (with_salt(ACTIVE), [(24, "salt of a box, which no hash covers")]),
    "salt of the claim": (with_salt(f"{ACTIVE}/c2pa.claim.v2"), [(24, "salt of a box, which no hash covers")]),
    "metadata that the hash leaves out": (left_out(both, "png", asset=with_xmp("png")), [(-1, "XMP metadata")]),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_unbound(name: str) -> None:
    make, expected = CASES[name]
    report = judge(make(), policy=policy())
    assert report.state == "Trusted"
    assert len(report.unbound) == len(told(report)) == len(expected)
    for region, words, (size, what) in zip(report.unbound, told(report), expected, strict=True):
        assert region.what.startswith(what)
        assert size in (-1, region.size)
        assert words == f"{region.size:,} byte{'s' if region.size > 1 else ''} at offset {region.offset:,} of the file: {region.what}."


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ("c2pa.claim.v2", "an unknown box beside the claim"),
        ("c2pa.signature", "an unknown box beside the signature"),
        ("c2pa.assertions", "an assertion that the claim does not list"),
    ],
)
def test_what_is_refused_is_unbound_as_well(place: str, what: str) -> None:
    report = judge(holding(f"{ACTIVE}/{place}", Leaf("odd ", b"x"))(), policy=policy())
    assert (report.state, told(report)) == ("Invalid", [])
    assert [(region.size, region.what) for region in report.unbound] == [(9, what)]


def test_statuses_are_remarks_of_the_active_manifest_with_the_place() -> None:
    report = judge(padded(b"hidden"), policy=policy())
    assert report.active is not None
    (found,) = [s for s in report.active.results if s.code == UNBOUND]
    assert (found.kind, found.url) == (Kind.INFORMATIONAL, f"self#jumbf=/c2pa/{report.active.label}/c2pa.signature")


def test_nothing_of_it_is_recorded_in_a_child() -> None:
    report = judge(padded(b"hidden"), policy=policy())
    assert told(report)
    assert UNBOUND not in {s.code for s in recorded_results(report)}


def test_a_file_that_is_not_valid_gets_regions_and_no_statuses() -> None:
    file = bytearray(SIGNED["jpg"])
    file[-20] ^= 1
    report = judge(bytes(file), policy=policy())
    assert (report.state, told(report)) == ("Invalid", [])
    assert [region.what for region in report.unbound] == ["content, which is not the one that was signed"] * 2


def test_a_store_beside_the_file_has_places_of_its_own() -> None:
    asset, store = beside(standard())
    report = judge((asset, store), policy=policy())
    check_account(report, len(asset))
    assert sizes(report, "store") == len(store)
    assert report.regions[0] == Region(place="file", offset=0, size=len(asset), kind="hashed", what="content")


def test_ingredients_that_a_hash_covers_and_manifests_that_nothing_leads_to() -> None:
    below, stray = parent(thumbnail()), standard(name="stray").build()
    file = signed(standard(component(below)), below, stray)
    report = judge(file, policy=policy())
    check_account(report, len(file))
    whats = {region.what: region.kind for region in report.regions}
    assert whats["manifest of an ingredient"] == "hashed"
    assert whats["a manifest that no valid signature covers"] == "unbound"
    assert report.state == "Trusted"


def test_the_number_of_regions_is_bounded() -> None:
    limits = replace(DEFAULT_LIMITS, regions=5)
    file = padded(b"hidden")
    report = judge(file, policy=policy(), limits=limits)
    check_account(report, len(file))
    assert len(report.regions) == 5
    assert report.regions[-1].kind == "unbound"
    assert "further regions, 6 bytes of them unbound" in report.regions[-1].what


RUNS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20), st.sampled_from("ab")), max_size=8)


@settings(max_examples=100, deadline=None)
@given(RUNS, RUNS)
def test_layers(first: list[tuple[int, int, str]], second: list[tuple[int, int, str]]) -> None:
    """Held against a list of single bytes."""
    plain = ["base"] * 80
    runs = [Run(0, 80, "unbound", "base")]
    for layer in (first, second):
        top = [Run(start, start + size, "hashed", what) for start, size, what in layer]
        runs = over(top, runs)
        taken = set[int]()
        for run in sorted(top):
            for at in range(run.start, run.end):
                if at not in taken:
                    plain[at] = run.what
                taken.add(at)
    assert [run.what for run in runs for _ in range(run.start, run.end)] == plain
    merged = list(joined(runs))
    assert [run.what for run in merged for _ in range(run.start, run.end)] == plain
    assert all(a.what != b.what for a, b in pairwise(merged))


@pytest.mark.parametrize(
    ("name", "at", "what"),
    [
        ("jpeg", 6, "number of the store among other boxes of the JPEG"),
        ("jpeg", 11, "number of the first segment"),
        ("gif", 12, "authentication code"),
        ("mp4", 26, "version and flags of the box"),
        ("mp4", 40, "place of the parts of a Merkle tree"),
    ],
)
def test_framing_that_tools_write_otherwise_is_accepted_and_told(name: str, at: int, what: str) -> None:
    file = bytearray(written(name))
    trust = TrustPolicy.of(pki.root_pem())
    start = next(r.offset for r in verify(BytesSource(bytes(file)), policy=trust).regions if r.what == "framing of the manifest store")
    file[start + at] ^= 1
    report = verify(BytesSource(bytes(file)), policy=trust)
    assert report.state == "Trusted"
    (region,) = report.unbound
    assert region.what.startswith(what)
    assert region.offset <= start + at < region.offset + region.size


def test_a_time_stamp_of_an_authority_that_nobody_trusts_is_unbound() -> None:
    from tests.verify.tables.revocation import signing

    report = judge(signed(standard(signing=signing())), policy=policy())
    assert [region.what for region in report.unbound] == ["a time-stamp that was not accepted"]


def in_pdf(stored: Callable[[bytes], bytes], entries: bytes) -> bytes:
    """A document whose store stands in it in another form."""
    size = 100
    for _ in range(4):
        data = _pdf(stored(bytes(size)), entries)
        place = Span(data.index(stored(bytes(size))), len(stored(bytes(size))))
        value = {
            "alg": "sha256",
            "exclusions": [{"start": place.start, "length": place.length}],
            "hash": sha256(data[: place.start] + data[place.end :]).digest(),
            "pad": b"",
        }
        store = store_about(value, "c2pa.hash.data")
        if len(store) == size:
            return _pdf(stored(store), entries)
        size = len(store)
    raise AssertionError


def _pdf(content: bytes, entries: bytes) -> bytes:
    specification = b"<< /Type /Filespec /F (a) /AFRelationship /C2PA_Manifest /EF << /F 11 0 R >> >>"
    made = stream(content, b"/Type /EmbeddedFile " + entries)
    return bytes(Pdf().update(document(AF=b"[10 0 R]") | {10: specification, 11: made}).data)


def test_how_a_store_is_deflated_nobody_vouches_for() -> None:
    """The same store can be deflated in many ways, and each of them is another file."""
    file = in_pdf(lambda store: zlib.compress(store, 0), b"/Filter /FlateDecode")
    report = judge(file, policy=policy())
    assert report.state == "Trusted"
    check_account(report, len(file))
    (region,) = report.unbound
    assert (region.what, zlib.decompress(file[region.offset : region.offset + region.size])) == (
        "manifest store, deflated",
        report.store and report.store.data,
    )
    assert [words.partition(":")[2] for words in told(report)] == [" manifest store, deflated."]
    plain_store = judge(in_pdf(lambda store: store, b""), policy=policy())
    assert (plain_store.state, plain_store.unbound) == ("Trusted", ())


@pytest.mark.parametrize("name", ["svg", "safetensors", "onnx", "parquet"])
def test_a_store_as_base64_text_is_told_as_such(name: str) -> None:
    file = written(name)
    report = verify(BytesSource(file), policy=TrustPolicy.of(pki.root_pem()))
    (region,) = (region for region in report.regions if region.what == "manifest store, as Base64 text")
    assert (region.place, region.kind) == ("file", "structural")
    assert b64decode(file[region.offset : region.offset + region.size]) == (report.store and report.store.data)
    assert report.unbound == ()


@pytest.mark.parametrize("make", [made.stapled(made.says), made.stapled(made.says, at=None), made.held_later(made.says)])
def test_the_account_of_what_stands_beside_a_signature_adds_up(make: Callable[[], bytes]) -> None:
    file = make()
    report = judge(file, policy=made.trusting())
    check_account(report, len(file))
    starts = [region.offset for region in report.regions if region.what.startswith("OCSP") or "time-stamp" in region.what]
    assert starts == sorted(starts)


def test_what_stands_beside_the_responses_is_unbound_and_they_are_not() -> None:
    beside = {"before": 7, "ocspVals": [made.says()], "behind them": b"to the end"}
    file = made.stapled(values=beside)()
    report = judge(file, policy=made.trusting())
    assert report.state == "Trusted"
    check_account(report, len(file))
    loose = [file[region.offset : region.offset + region.size] for region in report.unbound]
    assert loose == [cbor.encode("before") + cbor.encode(7), cbor.encode("behind them") + cbor.encode(b"to the end")]
