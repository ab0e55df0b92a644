from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.codec.jumbf import (
    ContentBox,
    Superbox,
    box_type,
    build_box,
    build_superbox,
    parse_superbox,
    valid_label,
)
from credkit.errors import MalformedError
from credkit.limits import Limits

CBOR, STORE = box_type("cbor"), box_type("c2pa")


def box(kind: str, payload: bytes, form: str = "plain") -> bytes:
    """A box in one of the forms of a header; a length of 0 ("to the end") is one that no reader takes."""
    if form == "extended":
        return b"\x00\x00\x00\x01" + kind.encode("latin-1") + (16 + len(payload)).to_bytes(8, "big") + payload
    length = 0 if form == "to the end" else 8 + len(payload)
    return length.to_bytes(4, "big") + kind.encode("latin-1") + payload


def description(toggles: int, rest: bytes = b"", kind: bytes = CBOR) -> bytes:
    return box("jumd", kind + bytes((toggles,)) + rest)


def superbox(label: str, *contents: bytes, form: str = "plain") -> bytes:
    return box("jumb", description(3, label.encode() + b"\0") + b"".join(contents), form)


def refusal(data: bytes, **limits: int) -> MalformedError:
    with pytest.raises(MalformedError) as caught:
        parse_superbox(data, limits=Limits(**limits))
    assert caught.value.code == "manifest.inaccessible.malformed"
    assert caught.value.where.startswith("JUMBF")
    return caught.value


def walk(parsed: Superbox) -> Iterator[Superbox]:
    yield parsed
    for child in parsed.superboxes:
        yield from walk(child)


SAMPLE = build_superbox(
    STORE,
    "c2pa",
    build_superbox(CBOR, "first", build_box("cbor", b"\xa0"), salt=bytes(16)),
    build_superbox(box_type("json"), "second", build_box("json", b"{}"), build_box("free", b"\0" * 5)),
)


def test_types() -> None:
    assert box_type("c2pa").hex() == "63327061" + "0011" + "0010" + "8000" + "00aa00389b71"
    assert [kind.hex()[:8] for kind in map(box_type, ("c2ma", "c2um", "c2cm", "c2md", "c2as", "c2cl", "c2cs"))] == [
        "63326d61",
        "6332756d",
        "6332636d",
        "63326d64",
        "63326173",
        "6332636c",
        "63326373",
    ]


def test_bytes_of_a_built_box() -> None:
    built = build_superbox(CBOR, "ab", build_box("cbor", b"\xf6"), salt=b"s" * 16)
    assert built == bytes.fromhex(
        "00000045 6a756d62"
        "00000034 6a756d64 63626f72001100108000 00aa00389b71 13 616200"
        "00000018 63327368 73737373737373737373737373737373"
        "00000009 63626f72 f6"
    )


def test_tree() -> None:
    parsed = parse_superbox(SAMPLE)
    assert (parsed.label, parsed.type, parsed.description.toggles) == ("c2pa", STORE, 0x03)
    assert [child.label for child in parsed.superboxes] == ["first", "second"]
    first, second = parsed.superboxes
    assert first.content("cbor") == b"\xa0"
    assert (first.description.toggles, first.description.salt) == (0x13, bytes(16))
    assert second.content("json") == b"{}"
    assert second.content("free") is None
    assert [content.type for content in second.contents] == ["json"]
    assert [child.type for child in second.children if isinstance(child, ContentBox)] == ["json", "free"]


def test_original_bytes_are_kept() -> None:
    parsed = parse_superbox(SAMPLE)
    assert parsed.raw == SAMPLE
    assert parsed.data is SAMPLE
    for inner in walk(parsed):
        assert SAMPLE[inner.offset : inner.end] == inner.raw
        assert inner.raw[inner.header :] == inner.hashed
        for content in inner.contents:
            assert SAMPLE[content.offset + 8 :].startswith(content.payload)
            assert SAMPLE[content.offset + 4 : content.offset + 8] == content.type.encode()


@pytest.mark.parametrize("salt", [None, b"a" * 16, b"b" * 32])
@pytest.mark.parametrize(
    "label", ["a", "c2pa.actions.v2__3", "urn:c2pa:F095F30E-6CD5-4BF7-8C44-CE8420CA9FB7:acme:2_1", "\u00fc\u6c34\U0001f600", "a b&c=%"]
)
def test_round_trip(label: str, salt: bytes | None) -> None:
    built = build_superbox(CBOR, label, build_box("cbor", b"\xf6"), build_superbox(CBOR, label), salt=salt)
    parsed = parse_superbox(built)
    assert (parsed.label, parsed.description.salt, parsed.content("cbor")) == (label, salt, b"\xf6")
    assert parsed.find(label) is not None
    assert build_superbox(parsed.type, parsed.label, *stored_children(parsed), salt=parsed.description.salt) == built


def stored_children(parsed: Superbox) -> Iterator[bytes]:
    for child in parsed.children:
        yield child.raw if isinstance(child, Superbox) else build_box(child.type, child.payload)


@pytest.mark.parametrize("form", ["plain", "extended"])
@pytest.mark.parametrize("inner", ["plain", "extended"])
@pytest.mark.parametrize("content", ["plain", "extended"])
def test_header_forms(form: str, inner: str, content: str) -> None:
    child = superbox("child", box("cbor", b"\xf6", content), form=inner)
    data = superbox("parent", child, form=form)
    parsed = parse_superbox(data)
    assert parsed.raw == data
    assert parsed.header == (16 if form == "extended" else 8)
    assert parsed.hashed == data[parsed.header :]
    found = parsed.find("child")
    assert found is not None
    assert found.raw == child
    assert found.hashed == child[16 if inner == "extended" else 8 :]
    assert found.content("cbor") == b"\xf6"


def test_hash_does_not_depend_on_the_header_form() -> None:
    digests = {
        hashlib.sha256(parse_superbox(superbox("a", box("cbor", b"\xf6"), form=form)).hashed).hexdigest() for form in ("plain", "extended")
    }
    assert len(digests) == 1


def test_bytes_behind_the_superbox_are_left_alone() -> None:
    assert parse_superbox(SAMPLE + b"\0" * 100).raw == SAMPLE


@pytest.mark.parametrize("length", [0, 8, 15, 17, 24, 33, 64])
def test_salts_of_other_lengths(length: int) -> None:
    assert "salt" in refusal(box("jumb", description(0x13, b"a\0" + box("c2sh", b"s" * length)))).message
    with pytest.raises(ValueError, match="salt"):
        build_superbox(CBOR, "a", salt=b"s" * length)


def test_other_private_boxes_are_passed_over() -> None:
    parsed = parse_superbox(box("jumb", description(0x13, b"a\0" + box("priv", b"anything")) + box("cbor", b"\xf6")))
    assert (parsed.label, parsed.description.salt, parsed.content("cbor")) == ("a", None, b"\xf6")


def test_all_optional_fields() -> None:
    rest = b"a\0" + (0xDEADBEEF).to_bytes(4, "big") + b"h" * 32 + box("c2sh", b"s" * 16)
    found = parse_superbox(box("jumb", description(0x1F, rest))).description
    assert (found.label, found.identifier, found.sha256, found.salt, found.toggles) == ("a", 0xDEADBEEF, b"h" * 32, b"s" * 16, 0x1F)


@pytest.mark.parametrize(
    ("toggles", "rest", "identifier", "sha256"),
    [(0x07, b"a\0" + bytes(4), 0, None), (0x0B, b"a\0" + b"h" * 32, None, b"h" * 32), (0x03, b"a\0", None, None)],
)
def test_single_optional_fields(toggles: int, rest: bytes, identifier: int | None, sha256: bytes | None) -> None:
    found = parse_superbox(box("jumb", description(toggles, rest))).description
    assert (found.identifier, found.sha256, found.salt) == (identifier, sha256, None)


def test_box_without_a_label() -> None:
    parsed = parse_superbox(box("jumb", description(0x01)))
    assert (parsed.label, parsed.description.label) == ("", None)


@pytest.mark.parametrize(
    ("toggles", "rest"),
    [
        (0x03, b""),
        (0x03, b"no end"),
        (0x07, b"a\0"),
        (0x07, b"a\0abc"),
        (0x0B, b"a\0" + b"h" * 31),
        (0x13, b"a\0"),
        (0x13, b"a\0\0\0\0\x08"),
    ],
)
def test_toggles_that_promise_more_than_there_is(toggles: int, rest: bytes) -> None:
    refusal(box("jumb", description(toggles, rest) + box("cbor", b"a\0" * 40)))


@pytest.mark.parametrize(
    ("toggles", "rest"), [(0x01, b"a\0"), (0x03, b"a\0b"), (0x07, b"a\0abcde"), (0x13, b"a\0" + box("c2sh", bytes(16)) + b"x")]
)
def test_description_with_more_than_its_toggles_promise(toggles: int, rest: bytes) -> None:
    assert "behind its last field" in refusal(box("jumb", description(toggles, rest))).message


FORBIDDEN = ["", "a/b", "a;b", "a?b", "a#b", "\x01", "a\x1f", "\x7f", "\x80", "\x9f", "\ufeff", "a\uffff"]


@pytest.mark.parametrize("label", FORBIDDEN)
def test_forbidden_labels(label: str) -> None:
    assert not valid_label(label)
    assert "label" in refusal(superbox(label)).message
    with pytest.raises(ValueError, match="label"):
        build_superbox(CBOR, label)


@pytest.mark.parametrize("raw", [b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xc0\xaf"])
def test_labels_that_are_not_utf8(raw: bytes) -> None:
    assert "UTF-8" in refusal(box("jumb", description(3, raw + b"\0"))).message


@pytest.mark.parametrize("label", ["\ud800", "a\udfff", "\0"])
def test_labels_that_cannot_be_written(label: str) -> None:
    assert not valid_label(label)


@pytest.mark.parametrize("label", ["a", " ", "~", "\u00a0", "c2pa.hash.data", "\ufffd", "\ue000", "\ud7ff"])
def test_permitted_labels(label: str) -> None:
    assert valid_label(label)


def test_siblings_with_the_same_label_cannot_be_resolved() -> None:
    twice = [build_superbox(CBOR, "twin", build_box("cbor", bytes((n,)))) for n in (1, 2)]
    parsed = parse_superbox(build_superbox(STORE, "c2pa", *twice, build_superbox(CBOR, "single")))
    assert parsed.find("twin") is None
    assert parsed.find("single") is not None
    assert parsed.find("absent") is None
    assert len(list(parsed.superboxes)) == 3
    assert parse_superbox(build_superbox(STORE, "c2pa", *twice, twice[0])).find("twin") is None


def test_two_contents_of_one_type_are_ambiguous() -> None:
    parsed = parse_superbox(superbox("a", box("cbor", b"1"), box("cbor", b"2"), box("json", b"3")))
    assert parsed.content("cbor") is None
    assert parsed.content("json") == b"3"
    assert parsed.content("bidb") is None


def test_thousands_of_siblings_are_found_quickly() -> None:
    count = 19_000
    parsed = parse_superbox(superbox("a", *(superbox(str(n)) for n in range(count // 2))), limits=Limits(jumbf_boxes=count + 10))
    found = [parsed.find(str(n)) for n in range(count // 2)]
    assert [child.label for child in found if child] == [str(n) for n in range(count // 2)]


def nested(levels: int) -> bytes:
    data = superbox("deepest")
    for _ in range(levels - 1):
        data = superbox("a", data)
    return data


@pytest.mark.parametrize("depth", [1, 4, 32])
def test_depth_at_the_limit_and_past_it(depth: int) -> None:
    assert len(list(walk(parse_superbox(nested(depth), limits=Limits(jumbf_depth=depth))))) == depth
    assert "nested deeper" in refusal(nested(depth + 1), jumbf_depth=depth).message


def test_endless_nesting() -> None:
    refusal(nested(3_000))
    data = (1 << 20).to_bytes(4, "big") + b"jumb"
    refusal((b"\0\0\0\0jumb" + description(3, b"a\0")) * 5_000)
    refusal(data * 5_000 + bytes(1 << 20))


def test_count_at_the_limit_and_past_it() -> None:
    contents = [box("free", b"")] * 97
    assert parse_superbox(superbox("a", *contents), limits=Limits(jumbf_boxes=99)).label == "a"
    assert "more than 98 boxes" in refusal(superbox("a", *contents), jumbf_boxes=98).message
    assert "more than 20,000 boxes" in refusal(superbox("a", *([box("free", b"")] * 20_000))).message


def test_private_boxes_count() -> None:
    data = superbox("x", *(build_superbox(CBOR, str(n), salt=bytes(16)) for n in range(3)))
    assert parse_superbox(data, limits=Limits(jumbf_boxes=11)).label == "x"
    refusal(data, jumbf_boxes=10)


def test_size_at_the_limit_and_past_it() -> None:
    assert parse_superbox(SAMPLE, limits=Limits(store_size=len(SAMPLE))).label == "c2pa"
    assert "larger than" in refusal(SAMPLE, store_size=len(SAMPLE) - 1).message


@pytest.mark.parametrize("length", [2, 3, 7, 8, 9, 0x7FFFFFFF, 0xFFFFFFF0, 0xFFFFFFFF])
def test_wrong_lengths(length: int) -> None:
    refusal(length.to_bytes(4, "big") + superbox("a")[4:])
    inside = superbox("a", box("cbor", b"\xf6"))
    refusal(inside[:-9] + length.to_bytes(4, "big") + inside[-5:]) if length not in (8, 9) else None


@pytest.mark.parametrize("length", [0, 1, 15, 16, 1 << 32, 1 << 63, (1 << 64) - 1])
def test_wrong_extended_lengths(length: int) -> None:
    refusal(b"\0\0\0\x01jumb" + length.to_bytes(8, "big") + superbox("a")[8:])
    refusal(superbox("a", b"\0\0\0\x01cbor" + length.to_bytes(8, "big")) if length != 16 else b"\0\0\0\x01jumb" + length.to_bytes(8, "big"))


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\0\0\0\x08", b"\0\0\0\x08jumb", b"\0\0\0\x08jumd", box("cbor", b"\xf6"), box("jumb", box("cbor", b"\xf6"))]
)
def test_not_a_superbox(data: bytes) -> None:
    refusal(data)


def test_second_description_is_not_taken_for_the_first() -> None:
    parsed = parse_superbox(box("jumb", description(3, b"a\0") + description(3, b"b\0")))
    assert parsed.label == "a"
    assert [child.type for child in parsed.contents] == ["jumd"]


def test_unprintable_types_are_escaped_in_messages() -> None:
    assert "\x1b" not in str(refusal(b"\0\0\0\x20\x1b[2J" + bytes(24)))
    assert "\x1b" not in str(refusal(superbox("a", b"\0\0\0\xff\x1b[2J")))
    assert "\x1b" not in str(refusal(box("jumb", box("\x1b[2J", b""))))


def test_truncation_at_every_offset() -> None:
    for length in range(len(SAMPLE)):
        error = refusal(SAMPLE[:length])
        assert error.offset is None or 0 <= error.offset <= length


@pytest.mark.parametrize("place", ["parent", "child", "content"])
def test_a_box_without_a_length_is_refused(place: str) -> None:
    forms = {name: "to the end" if name == place else "plain" for name in ("parent", "child", "content")}
    child = superbox("child", box("cbor", b"\xf6", forms["content"]), form=forms["child"])
    assert "claims 0 bytes" in refusal(superbox("parent", child, form=forms["parent"])).message


@pytest.mark.parametrize("toggles", [0x02, 0x23, 0x43, 0x83, 0xE3])
def test_toggles_that_no_box_has(toggles: int) -> None:
    assert "toggles" in refusal(box("jumb", description(toggles, b"a\0"))).message


def test_every_byte_changed_in_turn() -> None:
    for place in range(len(SAMPLE)):
        for value in (0x00, 0x01, 0x7F, 0xFF, SAMPLE[place] ^ 0x01):
            changed = bytearray(SAMPLE)
            changed[place] = value
            try:
                parsed = parse_superbox(bytes(changed))
            except MalformedError:
                continue
            assert all(parsed.offset <= inner.offset < inner.end <= parsed.end for inner in walk(parsed))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    for raw in (data, b"\0\0\0\0jumb" + data, b"\0\0\0\0jumb" + description(3, b"a\0") + data):
        try:
            parsed = parse_superbox(raw)
        except MalformedError:
            continue
        assert parsed.end <= len(raw)


LABELS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).filter(valid_label)
CONTENTS = st.builds(build_box, st.sampled_from(["cbor", "json", "uuid", "bidb", "free"]), st.binary(max_size=20))
TREES = st.recursive(
    CONTENTS,
    lambda inner: st.builds(
        lambda label, children, salt: build_superbox(CBOR, label, *children, salt=salt),
        LABELS,
        st.lists(inner, max_size=4),
        st.none() | st.binary(min_size=16, max_size=16) | st.binary(min_size=32, max_size=32),
    ),
    max_leaves=10,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(TREES, max_size=4), st.data())
def test_built_trees_come_back_and_mutations_are_malformed_at_worst(children: list[bytes], data: st.DataObject) -> None:
    built = build_superbox(STORE, "c2pa", *children)
    parsed = parse_superbox(built)
    assert list(stored_children(parsed)) == children
    changed = bytearray(built)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse_superbox(bytes(changed))
    except MalformedError as error:
        assert "JUMBF" in str(error)  # noqa: PT017
