from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import detect, open_source, read_store
from credkit.codec import cbor
from credkit.codec.cose import parse_sign1
from credkit.codec.jumbf import box_type, build_box, build_superbox
from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.manifest.store import (
    BOX,
    REDACTED_UUID,
    Assertion,
    EmbeddedFile,
    Manifest,
    ManifestKind,
    ManifestStore,
    base_label,
    parse_store,
)
from credkit.manifest.uri import assertion_uri, manifest_uri, signature_uri

CORPUS = Path(os.environ.get("CREDKIT_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
URN = "urn:c2pa:F095F30E-6CD5-4BF7-8C44-CE8420CA9FB7"
OTHER = "urn:c2pa:00000000-0000-4000-8000-000000000000"


def assertion(label: str, value: Any = None, *, salt: bytes | None = None) -> bytes:
    return build_superbox(BOX.CBOR, label, build_box("cbor", cbor.encode(value)), salt=salt)


def json_assertion(payload: bytes) -> bytes:
    return build_superbox(BOX.JSON, "stds.test", build_box("json", payload))


def claim(label: str = "c2pa.claim.v2", value: Any = "claim") -> bytes:
    return build_superbox(BOX.CLAIM, label, build_box("cbor", cbor.encode(value)))


def signature() -> bytes:
    return build_superbox(BOX.SIGNATURE, "c2pa.signature", build_box("cbor", b"\xf6"))


def assertions(*boxes: bytes) -> bytes:
    return build_superbox(BOX.ASSERTION_STORE, "c2pa.assertions", *boxes)


def manifest(*parts: bytes, label: str = URN, kind: bytes = BOX.STANDARD) -> bytes:
    return build_superbox(kind, label, *parts)


def store(*manifests: bytes) -> bytes:
    return build_superbox(BOX.STORE, "c2pa", *manifests)


def plain(*boxes: bytes, label: str = URN) -> bytes:
    return manifest(assertions(*boxes), claim(), signature(), label=label)


def only(*boxes: bytes) -> Assertion:
    """The first assertion of a store with one manifest."""
    found = parse_store(store(plain(*boxes))).active
    assert found is not None
    return found.assertions[0]


def refusal(call: Any, *arguments: Any, **options: Any) -> MalformedError:
    with pytest.raises(MalformedError) as caught:
        call(*arguments, **options)
    return caught.value


def test_parts_of_a_manifest() -> None:
    data = store(plain(assertion("c2pa.actions.v2", {"actions": []}), assertion("c2pa.hash.data", {"alg": "sha256"}, salt=bytes(16))))
    parsed = parse_store(data)
    assert parsed.data is data
    active = parsed.active
    assert active is not None
    assert (active.label, active.kind, active.assertion_stores, active.compressed) == (URN, ManifestKind.STANDARD, 1, False)
    assert [item.label for item in active.assertions] == ["c2pa.actions.v2", "c2pa.hash.data"]
    assert active.claim_bytes == cbor.encode("claim")
    assert active.signature_box is not None
    found = active.assertion("c2pa.hash.data")
    assert found is not None
    assert (found.value(), found.manifest, found.uri) == ({"alg": "sha256"}, URN, assertion_uri(URN, "c2pa.hash.data"))
    assert found.content_type == "cbor"
    assert active.assertion("c2pa.absent") is None


def test_the_last_manifest_is_active() -> None:
    parsed = parse_store(store(plain(label=OTHER), plain(label=URN)))
    assert [item.label for item in parsed.manifests] == [OTHER, URN]
    assert parsed.active is parsed.manifests[-1]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(BOX.STANDARD, ManifestKind.STANDARD), (BOX.OLD_STANDARD, ManifestKind.STANDARD), (BOX.UPDATE, ManifestKind.UPDATE)],
)
def test_kinds(kind: bytes, expected: ManifestKind) -> None:
    parsed = parse_store(store(manifest(assertions(), claim(), signature(), kind=kind)))
    assert parsed.manifests[0].kind is expected


def test_boxes_of_unknown_type_are_passed_over() -> None:
    strange = build_superbox(box_type("zzzz"), "strange", build_box("cbor", b"\xf6"))
    parsed = parse_store(store(strange, build_box("zzzz", b"x"), manifest(strange, assertions(assertion("a")), claim(), signature())))
    active = parsed.active
    assert active is not None
    assert active.label == URN
    assert [item.label for item in active.assertions] == ["a"]
    assert parsed.resolve("self#jumbf=strange", within=URN) is not None


@pytest.mark.parametrize("behind", [build_superbox(box_type("zzzz"), "strange"), build_box("jumc", b"x")])
def test_an_unknown_box_behind_the_last_manifest_could_be_the_active_one(behind: bytes) -> None:
    assert "which one is active" in refusal(parse_store, store(plain(), behind)).message
    assert "which one is active" in refusal(parse_store, store(plain(), behind, build_box("free", bytes(8)))).message
    assert parse_store(store(behind, plain())).active is not None


@pytest.mark.parametrize("behind", [build_superbox(BOX.TIME_STAMP, "stamp"), build_box("free", bytes(8))])
def test_what_may_stand_behind_the_last_manifest(behind: bytes) -> None:
    assert parse_store(store(plain(), behind)).active is not None


def test_order_of_the_parts_is_free() -> None:
    active = parse_store(store(manifest(claim(), signature(), assertions(assertion("a"))))).active
    assert active is not None
    assert active.claim_box is not None
    assert active.signature_box is not None
    assert active.assertion("a") is not None


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_claims_signatures_and_assertion_stores_are_counted(count: int) -> None:
    parts = [claim(f"c2pa.claim.v{n}") for n in range(count)] + [signature()] * count + [assertions(assertion(f"a{count}"))] * count
    active = parse_store(store(manifest(*parts))).active
    assert active is not None
    assert (len(active.claim_boxes), len(active.signature_boxes), active.assertion_stores) == (count, count, count)
    assert (active.claim_box is not None) == (active.signature_box is not None) == (count == 1)
    assert (active.claim_bytes is not None) == (count == 1)


def test_claim_without_a_single_cbor_box() -> None:
    for contents in ((), (build_box("cbor", b"\x01"), build_box("cbor", b"\x02")), (build_box("json", b"{}"),)):
        active = parse_store(store(manifest(assertions(), build_superbox(BOX.CLAIM, "c2pa.claim", *contents), signature()))).active
        assert active is not None
        assert active.claim_box is not None
        assert active.claim_bytes is None


def test_doubled_assertions_cannot_be_found() -> None:
    parsed = parse_store(store(plain(assertion("a", 1), assertion("a", 2), assertion("b", 3))))
    assert [item.label for item in parsed.manifests[0].assertions] == ["a", "a", "b"]
    assert parsed.manifests[0].assertion("a") is None
    assert parsed.assertion_at("self#jumbf=c2pa.assertions/a", within=URN) is None
    assert parsed.resolve("self#jumbf=c2pa.assertions/a", within=URN) is None
    found = parsed.assertion_at("self#jumbf=c2pa.assertions/b", within=URN)
    assert found is not None
    assert found.value() == 3


def test_assertions_of_two_assertion_stores_cannot_be_resolved() -> None:
    parsed = parse_store(store(manifest(assertions(assertion("a")), assertions(assertion("b")), claim(), signature())))
    assert parsed.resolve("self#jumbf=c2pa.assertions/a", within=URN) is None


def test_doubled_manifests_cannot_be_found() -> None:
    parsed = parse_store(store(plain(assertion("a")), plain(assertion("a")), plain(label=OTHER)))
    assert len(parsed.manifests) == 3
    assert parsed.find(URN) is None
    assert parsed.resolve(assertion_uri(URN, "a"), within=OTHER) is None
    assert parsed.assertion_at(assertion_uri(URN, "a"), within=OTHER) is None
    assert parsed.find(OTHER) is parsed.active


def test_find_nothing() -> None:
    parsed = parse_store(store(plain()))
    assert parsed.find(None) is None
    assert parsed.find("") is None
    assert parsed.find("urn:c2pa:absent") is None


def test_references() -> None:
    parsed = parse_store(store(plain(assertion("a", 1), label=OTHER), plain(assertion("a", 2))))
    for within, uri, expected in [
        (URN, "self#jumbf=c2pa.assertions/a", 2),
        (OTHER, "self#jumbf=c2pa.assertions/a", 1),
        (URN, assertion_uri(OTHER, "a"), 1),
        (OTHER, assertion_uri(URN, "a"), 2),
        (URN, "self#jumbf=c2pa.assertions/a&cbor=/actions/0", 2),
    ]:
        found = parsed.assertion_at(uri, within=within)
        assert found is not None
        assert found.value() == expected
        assert parsed.resolve(uri, within=within) is found.box
    assert parsed.resolve(manifest_uri(OTHER), within=URN) is parsed.manifests[0].box
    assert parsed.resolve(signature_uri(URN), within=OTHER) is parsed.manifests[1].signature_box


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://credkit.example/a",
        "self#jumbf=c2pa.assertions/absent",
        "self#jumbf=c2pa.assertions/a/cbor",
        "self#jumbf=a",
        "self#jumbf=c2pa.assertions/../c2pa.assertions/a",
        manifest_uri("urn:c2pa:absent"),
        assertion_uri("urn:c2pa:absent", "a"),
    ],
)
def test_references_that_lead_nowhere(uri: str) -> None:
    parsed = parse_store(store(plain(assertion("a"))))
    assert parsed.resolve(uri, within=URN) is None
    assert parsed.assertion_at(uri, within=URN) is None


def test_a_reference_to_something_else_names_no_assertion() -> None:
    parsed = parse_store(store(plain(assertion("a"))))
    for uri in (manifest_uri(URN), signature_uri(URN), "self#jumbf=c2pa.assertions", "self#jumbf=c2pa.claim.v2"):
        assert parsed.resolve(uri, within=URN) is not None
        assert parsed.assertion_at(uri, within=URN) is None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("c2pa.ingredient.v3", "c2pa.ingredient.v3"),
        ("c2pa.ingredient.v3__1", "c2pa.ingredient.v3"),
        ("c2pa.ingredient.v3__12", "c2pa.ingredient.v3"),
        ("c2pa.thumbnail.ingredient__1.jpeg", "c2pa.thumbnail.ingredient__1.jpeg"),
        ("com.example.a_1", "com.example.a_1"),
        ("com.example.a__", "com.example.a__"),
        ("com.example.a__x", "com.example.a__x"),
        ("__1", ""),
        ("", ""),
    ],
)
def test_base_label(label: str, expected: str) -> None:
    assert base_label(label) == expected
    if label:
        assert only(assertion(label)).base_label == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a store",
        plain(),
        build_superbox(BOX.STORE, "C2PA", plain()),
        build_superbox(BOX.STANDARD, "c2pa", plain()),
        build_box("jumb", build_box("jumd", BOX.STORE + b"\x01") + plain()),
    ],
)
def test_not_a_store(data: bytes) -> None:
    assert refusal(parse_store, data).code == "manifest.inaccessible.malformed"


@pytest.mark.parametrize("contents", [(), (build_box("free", bytes(8)),), (build_superbox(box_type("zzzz"), "a"),), (claim(),)])
def test_store_without_manifest(contents: tuple[bytes, ...]) -> None:
    assert "no manifest" in refusal(parse_store, store(*contents)).message


def test_number_of_manifests_at_the_limit_and_past_it() -> None:
    data = store(*(plain(label=f"urn:c2pa:{n}") for n in range(5)))
    assert len(parse_store(data, limits=Limits(manifests=5)).manifests) == 5
    assert "more than 4 manifests" in refusal(parse_store, data, limits=Limits(manifests=4)).message


def test_thousands_of_references_are_resolved_quickly() -> None:
    count = 6_000
    parsed = parse_store(store(plain(*(assertion(f"a{n}", n) for n in range(count)))))
    for n in range(count):
        uri = f"self#jumbf=c2pa.assertions/a{n}"
        found = parsed.assertion_at(uri, within=URN)
        assert found is not None
        assert parsed.resolve(uri, within=URN) is found.box


# Content of assertions


@pytest.mark.parametrize("payload", [b"", b"\xff", b"\x01\x02", b"\xa2\x61a\x00\x61a\x00", b"\xd8\x1c\x00", b"\x81" * 50 + b"\x00"])
def test_cbor_that_cannot_be_decoded(payload: bytes) -> None:
    found = only(build_superbox(BOX.CBOR, "a", build_box("cbor", payload)))
    error = refusal(found.value)
    assert (error.code, error.where) == ("assertion.cbor.invalid", found.uri)


@pytest.mark.parametrize("contents", [(), (build_box("cbor", b"\xf6"),) * 2, (build_box("json", b"{}"),)])
def test_cbor_assertion_without_a_single_cbor_box(contents: tuple[bytes, ...]) -> None:
    assert refusal(only(build_superbox(BOX.CBOR, "a", *contents)).value).code == "assertion.cbor.invalid"


def test_padding_is_not_content() -> None:
    found = only(build_superbox(BOX.CBOR, "a", build_box("free", bytes(9)), build_box("cbor", b"\x07"), build_box("free", b"")))
    assert found.value() == 7


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        (b"{}", {}),
        (b' {"a": [1, 2.5, null, true, "\xc3\xbc"]} ', {"a": [1, 2.5, None, True, "\u00fc"]}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'{"a": {"a": {"a": 1}}}', {"a": {"a": {"a": 1}}}),
        (b"1e308", 1e308),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_json(payload: bytes, value: Any) -> None:
    assert only(json_assertion(payload)).value() == value
    assert only(json_assertion(payload)).content_type == "json"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"{} {}",
        b"{}\x00",
        b'{"a": 1, "a": 2}',
        b'[{"b": {"a": 1, "\\u0061": 2}}]',
        b"NaN",
        b"[Infinity]",
        b'{"a": -Infinity}',
        b"1e999",
        b"-1e999",
        b"{'a': 1}",
        b'{"a": 1,}',
        b"[01]",
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        '{"a": 1}'.encode("utf-16-le"),
        '{"a": 1}'.encode("utf-32"),
        b'"\\ud800"',
        b'{"a": ["\\udfff"]}',
        b'{"\\ud800": 1}',
        b'"a\x01b"',
        b"9" * 5_000,
    ],
)
def test_json_that_is_refused(payload: bytes) -> None:
    found = only(json_assertion(payload))
    error = refusal(found.value)
    assert (error.code, error.where) == ("assertion.json.invalid", found.uri)
    assert len(error.message) < 300


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("depth", [1, 64])
def test_json_depth_at_the_limit_and_past_it(opening: bytes, closing: bytes, depth: int) -> None:
    limits = Limits(json_depth=depth)
    only(json_assertion(opening * depth + b"1" + closing * depth)).value(limits)
    error = refusal(only(json_assertion(opening * (depth + 1) + b"1" + closing * (depth + 1))).value, limits)
    assert "nested deeper" in error.message


@pytest.mark.parametrize(
    ("payload", "items"),
    [(b"1", 1), (b"[]", 1), (b"[1,2,3]", 4), (b'{"a":1}', 3), (b'[{"a":[1,2]},"x,y,z"]', 7), (b"[[],[[]],{}]", 5), (b"[{},{}]", 3)],
)
def test_json_items_at_the_limit_and_past_it(payload: bytes, items: int) -> None:
    found = only(json_assertion(payload))
    assert found.value(Limits(json_items=items)) == found.value()
    if items > 1:
        error = refusal(found.value, Limits(json_items=items - 1))
        assert (error.code, error.where) == ("assertion.json.invalid", found.uri)
        assert error.message == f"JSON has more than {items - 1} values"


def test_json_of_too_many_objects_is_not_read_to_its_end() -> None:
    unfinished = b"[" + b"{}," * 20
    assert "more than 10 values" in refusal(only(json_assertion(unfinished)).value, Limits(json_items=10)).message
    assert "cannot be decoded" in refusal(only(json_assertion(unfinished)).value, Limits(json_items=30)).message


@pytest.mark.parametrize("payload", [b"[" * 1_000_000, b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 200_000])
def test_json_of_endless_depth(payload: bytes) -> None:
    assert refusal(only(json_assertion(payload)).value).code == "assertion.json.invalid"


def embedded(description: bytes, data: bytes = b"content") -> Assertion:
    return only(build_superbox(BOX.EMBEDDED_FILE, "c2pa.thumbnail.claim", build_box("bfdb", description), build_box("bidb", data)))


@pytest.mark.parametrize(
    ("description", "media_type", "name"),
    [
        (b"\x00image/jpeg\x00", "image/jpeg", None),
        (b"\x00image/jpeg", "image/jpeg", None),
        (b"\x01image/png\x00thumb.png\x00", "image/png", "thumb.png"),
        (b"\x01image/png\x00", "image/png", ""),
        (b"\x01image/png", "image/png", None),
        (b"\x00image/png\x00ignored.png\x00", "image/png", None),
        (b"\x00\xff\x00", "\ufffd", None),
        (b"\x00", "", None),
    ],
)
def test_embedded_file(description: bytes, media_type: str, name: str | None) -> None:
    found = embedded(description)
    assert found.content_type == "embedded"
    assert found.value() == EmbeddedFile(media_type=media_type, data=b"content", name=name)
    assert b"content" not in repr(found.value()).encode()


@pytest.mark.parametrize("description", [b"\x02text/plain\x00", b"\x03text/plain\x00name\x00", b""])
def test_embedded_file_that_is_elsewhere_or_undescribed(description: bytes) -> None:
    assert refusal(embedded(description).value).code == "general.error"


def test_embedded_file_without_its_parts() -> None:
    bfdb, bidb = build_box("bfdb", b"\x00image/png\x00"), build_box("bidb", b"x")
    for contents in ((), (bfdb,), (bidb,), (bfdb, bidb, bidb), (bfdb, bfdb, bidb)):
        refusal(only(build_superbox(BOX.EMBEDDED_FILE, "a", *contents)).value)


def test_content_of_other_types_is_not_read() -> None:
    assert only(build_superbox(BOX.UUID, "a", build_box("uuid", bytes(16)))).content_type == "uuid"
    assert only(build_superbox(box_type("zzzz"), "a")).content_type == "unknown"
    refusal(only(build_superbox(BOX.UUID, "a", build_box("uuid", bytes(16)))).value)
    refusal(only(build_superbox(box_type("zzzz"), "a")).value)


@pytest.mark.parametrize(
    ("kind", "contents", "zeroed"),
    [
        (BOX.UUID, (build_box("uuid", REDACTED_UUID + bytes(50)),), True),
        (BOX.UUID, (build_box("uuid", REDACTED_UUID),), True),
        (BOX.CBOR, (build_box("uuid", REDACTED_UUID + bytes(9)), build_box("free", bytes(4))), True),
        (BOX.CBOR, (build_box("cbor", bytes(100)),), True),
        (BOX.CBOR, (build_box("cbor", b""),), True),
        (BOX.UUID, (build_box("uuid", REDACTED_UUID + bytes(50) + b"\x01"),), False),
        (BOX.UUID, (build_box("uuid", bytes(66)),), False),
        (BOX.UUID, (build_box("uuid", b"x" * 16 + bytes(50)),), False),
        (BOX.CBOR, (build_box("cbor", b"\x00\x01"),), False),
        (BOX.CBOR, (), False),
        (BOX.CBOR, (build_box("cbor", bytes(5)), build_box("cbor", bytes(5))), False),
        (BOX.UUID, (build_box("uuid", REDACTED_UUID), build_superbox(BOX.CBOR, "planted", build_box("cbor", b"\x01"))), False),
        (BOX.EMBEDDED_FILE, (build_box("bfdb", bytes(5)), build_box("bidb", bytes(5))), False),
    ],
)
def test_redaction_by_zeros(kind: bytes, contents: tuple[bytes, ...], zeroed: bool) -> None:
    assert only(build_superbox(kind, "a", *contents)).is_zeroed is zeroed


# Compressed manifests


def compressed(inner: bytes, label: str = URN) -> bytes:
    brotli = pytest.importorskip("brotli", reason="compressed manifests need brotli")
    return manifest(build_box("brob", brotli.compress(inner)), label=label, kind=BOX.COMPRESSED)


def test_compressed_manifest_is_unpacked() -> None:
    inner = plain(assertion("a", 5))
    data = store(compressed(inner))
    parsed = parse_store(data)
    active = parsed.active
    assert active is not None
    assert (active.kind, active.compressed, active.label) == (ManifestKind.STANDARD, True, URN)
    assert active.box.raw == inner
    assert active.stored is not None
    assert active.stored.raw in data
    found = parsed.assertion_at("self#jumbf=c2pa.assertions/a", within=URN)
    assert found is not None
    assert found.value() == 5


def test_broken_compressed_manifest_stays_as_it_is() -> None:
    inner = plain()
    for box in (
        compressed(inner, label=OTHER),
        compressed(inner + b"\0"),
        compressed(inner[:-1]),
        compressed(b""),
        compressed(assertions()),
        compressed(compressed(inner)),
        manifest(build_box("brob", b"not brotli"), kind=BOX.COMPRESSED),
        manifest(kind=BOX.COMPRESSED),
    ):
        active = parse_store(store(box)).active
        assert active is not None
        assert (active.kind, active.stored, active.assertions) == (ManifestKind.COMPRESSED, None, ())


def padded(label: str, size: int) -> bytes:
    return manifest(assertions(), claim(), signature(), build_box("free", bytes(size)), label=label)


def test_compressed_manifests_share_one_limit() -> None:
    inner = [padded(f"urn:c2pa:{n}", 10_000) for n in range(4)]
    data = store(*(compressed(box, label=f"urn:c2pa:{n}") for n, box in enumerate(inner)), plain())
    kinds = [item.kind for item in parse_store(data, limits=Limits(decompressed_size=3 * len(inner[0]))).manifests]
    assert kinds == [ManifestKind.STANDARD] * 3 + [ManifestKind.COMPRESSED, ManifestKind.STANDARD]
    assert len({item.kind for item in parse_store(data, limits=Limits(decompressed_size=4 * len(inner[0]))).manifests}) == 1


def test_compressed_manifests_share_one_count_of_boxes() -> None:
    inner = [manifest(*[build_box("free", b"")] * 1_000, label=f"urn:c2pa:{n}") for n in range(3)]
    data = store(*(compressed(box, label=f"urn:c2pa:{n}") for n, box in enumerate(inner)))
    kinds = [item.kind for item in parse_store(data, limits=Limits(jumbf_boxes=2_500)).manifests]
    assert kinds == [ManifestKind.STANDARD] * 2 + [ManifestKind.COMPRESSED]


@pytest.mark.parametrize(
    ("beyond", "ratio", "kind"),
    [(0, 0, ManifestKind.STANDARD), (1, 0, ManifestKind.COMPRESSED), (1, 1, ManifestKind.STANDARD), (1_000, 1, ManifestKind.COMPRESSED)],
)
def test_what_a_compressed_manifest_unpacks_to_is_bounded_by_its_own_size(beyond: int, ratio: int, kind: ManifestKind) -> None:
    inner = padded(URN, (1 << 20) + beyond - len(padded(URN, 0)))
    active = parse_store(store(compressed(inner)), limits=Limits(decompressed_ratio=ratio)).active
    assert active is not None
    assert active.kind is kind


def test_bombs_stop_at_the_first() -> None:
    bomb = compressed(bytes(1 << 20))
    parsed = parse_store(store(*[bomb] * 500), limits=Limits(decompressed_size=1 << 18))
    assert {item.kind for item in parsed.manifests} == {ManifestKind.COMPRESSED}


# Hostile bytes

SAMPLE = store(
    plain(assertion("c2pa.actions.v2", {"actions": [{"action": "c2pa.created"}]}, salt=bytes(16)), label=OTHER),
    plain(
        assertion("c2pa.hash.data", {"alg": "sha256"}),
        json_assertion(b'{"a": [1, "\\u00fc"]}'),
        build_superbox(BOX.EMBEDDED_FILE, "c2pa.thumbnail.claim", build_box("bfdb", b"\x00image/png\x00"), build_box("bidb", b"x" * 20)),
    ),
)


def use(parsed: ManifestStore) -> Iterator[str]:
    """Touch everything that a reader of the store touches; the labels of what can be decoded."""
    for item in parsed.manifests:
        assert isinstance(item, Manifest)
        _ = item.claim_bytes, item.signature_box, parsed.find(item.label)
        for found in item.assertions:
            _ = found.is_zeroed, found.base_label, parsed.resolve(found.uri, within=item.label), item.assertion(found.label)
            try:
                found.value()
            except MalformedError:
                continue
            yield found.label


def test_truncation_at_every_offset() -> None:
    assert len(list(use(parse_store(SAMPLE)))) == 4
    for length in range(len(SAMPLE)):
        refusal(parse_store, SAMPLE[:length])


def test_every_byte_changed_in_turn() -> None:
    for place in range(len(SAMPLE)):
        changed = bytearray(SAMPLE)
        changed[place] ^= 1 << place % 8
        try:
            parsed = parse_store(bytes(changed))
        except MalformedError:
            continue
        assert len(list(use(parsed))) <= 5


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_mutations(data: st.DataObject) -> None:
    changed = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(changed) - 1))
        changed[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    try:
        parsed = parse_store(bytes(changed))
    except MalformedError:
        return
    list(use(parsed))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=120))
def test_random_content(data: bytes) -> None:
    for kind, four_cc in ((BOX.CBOR, "cbor"), (BOX.JSON, "json"), (BOX.EMBEDDED_FILE, "bfdb"), (BOX.UUID, "uuid")):
        box = build_superbox(kind, "a", build_box(four_cc, data), *([build_box("bidb", data)] if four_cc == "bfdb" else []))
        list(use(parse_store(store(plain(box)))))


# Stores of others


def corpus() -> list[Any]:
    index = CORPUS / "corpus.jsonl"
    if not index.is_file():
        return [
            pytest.param(None, marks=pytest.mark.skip(reason="the corpus of foreign files is not on this machine (set CREDKIT_CORPUS)"))
        ]
    entries = [json.loads(line) for line in index.read_text("utf-8").splitlines()]
    return [pytest.param(entry, id=entry["id"]) for entry in entries if entry["format"] in ("jpeg", "png", "c2pa")]


def stored(entry: dict[str, Any]) -> bytes | None:
    if entry.get("sidecar"):
        return (CORPUS / entry["sidecar"]).read_bytes()
    with open_source(CORPUS / entry["path"]) as source:
        form = detect(source)
        assert form is not None
        layout = form.scan(source)
        return read_store(source, layout.store) if layout.store else None


@pytest.mark.parametrize("entry", corpus())
def test_stores_of_the_corpus(entry: dict[str, Any]) -> None:
    run = entry["runs"]["noanchors"]
    try:
        data = stored(entry)
        parsed = parse_store(data) if data else None
    except MalformedError:
        # Only where the reference cannot read the store either.
        assert not run["readable"]
        return
    if parsed is None:
        assert not run["readable"]
        return
    assert parsed.active is not None
    if run["readable"]:
        assert parsed.active.label == run["active_manifest"]
        oracle = json.loads((CORPUS / "oracle" / f"{entry['id']}.json").read_text("utf-8"))
        assert set(oracle["reader_json"]["manifests"]) <= {item.label for item in parsed.manifests}
        check_references(parsed)
    list(use(parsed))


def check_references(parsed: ManifestStore) -> None:
    """Every box that a claim names is found."""
    for item in parsed.manifests:
        assert item.claim_bytes is not None
        assert item.signature_box is not None
        value = cbor.decode(item.claim_bytes, where="claim")
        redacted = {
            uri for other in parsed.manifests for uri in cbor.decode(other.claim_bytes or b"", where="").get("redacted_assertions", ())
        }
        assert parsed.resolve(value["signature"], within=item.label) is item.signature_box
        parse_sign1(item.signature_box.content("cbor") or b"", where="signature")
        for field in ("created_assertions", "gathered_assertions", "assertions"):
            for reference in value.get(field, ()):
                found = parsed.assertion_at(reference["url"], within=item.label)
                assert found is not None or any(uri.endswith(reference["url"].partition("c2pa.assertions")[2]) for uri in redacted)


ACTIONS = {"actions": [{"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}]}


@pytest.fixture(scope="module")
def signed_by_reference() -> bytes:
    """A store of two generations, made by the reference implementation."""
    c2pa = pytest.importorskip("c2pa", reason="needs the reference implementation (c2pa-python)")
    from PIL import Image

    from tests.forge.pki import default_pki

    pki = default_pki("es256")
    picture = io.BytesIO()
    Image.new("RGB", (32, 32), (10, 120, 200)).save(picture, "JPEG")
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=pki.chain_pem, private_key=pki.key_pem, ta_url=None)
    first = {"claim_generator_info": [{"name": "credkit test"}], "assertions": [{"label": "c2pa.actions.v2", "data": ACTIONS}]}
    second = {
        "claim_generator_info": [{"name": "credkit test"}],
        "assertions": [{"label": "org.credkit.test", "data": {"text": "\u00fc", "numbers": [1, 2.5, -3]}}],
    }
    data = picture.getvalue()
    with c2pa.Signer.from_info(info) as signer:
        for number, definition in enumerate((first, second)):
            target = io.BytesIO()
            with c2pa.Builder(definition) as builder:
                if number:
                    builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
                builder.sign(signer, "image/jpeg", io.BytesIO(data), target)
            data = target.getvalue()
    return data


def test_store_of_the_reference(signed_by_reference: bytes) -> None:
    import c2pa

    with open_source(signed_by_reference) as source:
        form = detect(source)
        assert form is not None
        location = form.scan(source).store
        assert location is not None
        parsed = parse_store(read_store(source, location))
    with c2pa.Reader("image/jpeg", io.BytesIO(signed_by_reference)) as reader:
        theirs = json.loads(reader.json())
    assert parsed.active is not None
    assert parsed.active.label == theirs["active_manifest"]
    assert {item.label for item in parsed.manifests} == set(theirs["manifests"])
    assert len(parsed.manifests) == 2
    found = parsed.active.assertion("org.credkit.test")
    assert found is not None
    assert found.value() == {"text": "\u00fc", "numbers": [1, 2.5, -3]}
    check_references(parsed)
    for item in parsed.manifests:
        value = cbor.decode(item.claim_bytes or b"", where="claim")
        for reference in value["created_assertions"] + value.get("gathered_assertions", []):
            named = parsed.assertion_at(reference["url"], within=item.label)
            assert named is not None
            assert hashlib.sha256(named.box.hashed).digest() == reference["hash"]


def test_mutations_of_a_store_of_the_reference(signed_by_reference: bytes) -> None:
    with open_source(signed_by_reference) as source:
        form = detect(source)
        assert form is not None
        location = form.scan(source).store
        assert location is not None
        data = read_store(source, location)
    for place in range(0, min(len(data), 40_000), 37):
        changed = bytearray(data)
        changed[place] ^= 1 << place % 8
        try:
            parsed = parse_store(bytes(changed))
        except MalformedError:
            continue
        list(use(parsed))
