"""ONNX: the walk over protobuf, the property with the store, what is taken for a model, and weights beside it."""

from __future__ import annotations

import io
from base64 import b64encode
from functools import partial

import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, OnnxFormat, Span, detect, read_store
from credkit.assets.onnx import fields_of
from credkit.assets.onnx.protobuf import Counter, fields, varint_at
from credkit.assets.window import Window
from credkit.codec.varint import build_varint
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.manifest.assertions import Action
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.catalogue import SAMPLES
from tests.assets.samples import embedded, scan, store_of
from tests.assets.samples_models import onnx_content, onnx_file, onnx_model
from tests.forge import pki
from tests.forge import signing as forge

FORM = OnnxFormat()


def delimited(number: int, value: bytes) -> bytes:
    return build_varint(number << 3 | 2) + build_varint(len(value)) + value


def entry(*parts: bytes) -> bytes:
    return delimited(14, b"".join(parts))


def key(text: bytes = b"c2pa:manifest") -> bytes:
    return delimited(1, text)


signed = partial(forge.signed, created="trainedAlgorithmicData")


def test_the_entry_stands_behind_everything_else_and_the_value_is_excluded() -> None:
    data, store = onnx_file(license="MIT"), store_of(3_000)
    changed = embedded(data, store)
    assert changed.startswith(data)
    assert changed[len(data) :] == entry(key(), delimited(2, b64encode(store)))
    assert scan(changed).store.frame == (Span(len(changed) - 4_000, 4_000),)
    properties = {item.key: item.value for item in onnx.load_from_string(changed).metadata_props}
    assert properties == {"license": "MIT", "c2pa:manifest": b64encode(store).decode()}


@pytest.mark.parametrize("size", [38, 46, 92, 93, 94, 95, 96, 12_276, 12_288, 1_572_850, 1_572_864])
def test_lengths_of_any_width(size: int) -> None:
    data = onnx_file()
    changed = embedded(data, store_of(size))
    assert read_store(BytesSource(changed), scan(changed).store) == store_of(size)
    for other in (38, 95, 12_285, 13_000):
        assert embedded(changed, store_of(other)) == embedded(data, store_of(other))
    assert embedded(changed, None) == data


def test_an_entry_in_the_middle_is_exchanged_where_it_stands() -> None:
    tail = entry(key(b"other"), delimited(2, b"x"))
    data = onnx_file() + entry(key(), delimited(2, b64encode(store_of(50))), b"\x18\x07") + tail
    changed = embedded(data, store_of(500))
    assert changed == onnx_file() + entry(key(), delimited(2, b64encode(store_of(500))), b"\x18\x07") + tail
    assert embedded(changed, store_of(50)) == data
    assert embedded(data, None) == onnx_file() + tail


def test_lengths_that_are_longer_than_need_be_stay_where_the_value_keeps_its_size() -> None:
    value = b64encode(store_of(50))
    inner = key() + b"\x12" + bytes((len(value) | 0x80, 0x80, 0)) + value
    data = onnx_file() + b"\xf2\x00" + bytes((len(inner) | 0x80, 0)) + inner
    other = b64encode(store_of(50, fill=0x11))
    assert embedded(data, store_of(50, fill=0x11)) == data.replace(value, other)
    longer = embedded(data, store_of(60))
    assert read_store(BytesSource(longer), scan(longer).store) == store_of(60)
    onnx_content(longer)


@pytest.mark.parametrize(
    "double", [entry(key(), delimited(2, b"AAAA")), entry(key()), entry(delimited(2, b"AAAA"), key()), entry(key(b"x"), key())]
)
def test_two_entries_count_as_none_and_both_are_removed(double: bytes) -> None:
    data = onnx_file() + entry(key(), delimited(2, b"BBBB")) + entry(key(b"x"), delimited(2, b"y")) + double
    assert len(scan(data).stores) == 2
    assert "only one is allowed" in verify(BytesSource(data)).problem
    bare = onnx_file() + entry(key(b"x"), delimited(2, b"y"))
    assert embedded(data, None) == bare
    assert embedded(data, store_of(100)) == embedded(bare, store_of(100))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ([key()], "no value"),
        ([key(), delimited(2, b"AAAA"), delimited(2, b"AAAA")], "more than one"),
        ([key(), key(), delimited(2, b"AAAA")], "more than one"),
        ([key(b"x"), key(), delimited(2, b"AAAA")], "more than one"),
        ([key(), delimited(2, b"A*AA")], "Base64"),
    ],
)
def test_an_entry_in_doubt_is_not_read(parts: list[bytes], message: str) -> None:
    data = onnx_file() + entry(*parts)
    with pytest.raises(MalformedError, match=message):
        read_store(BytesSource(data), scan(data).store)
    assert read_store(BytesSource(embedded(data, store_of(99))), scan(embedded(data, store_of(99))).store) == store_of(99)


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        (b"\x00", "no number of a field"),
        (b"\x72\x05abc", "claims 5 bytes, but 3 are left"),
        (b"\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "are left"),
        (b"\x72\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", "does not end"),
        (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", "too large"),
        (b"\x08\x80", "does not end"),
        (b"\x7e", "no kind of value"),
        (b"\x7c", "no kind of value"),
        (b"\x7d\x00\x00", "are left"),
        (b"\x7b", "does not end"),
        (b"\x7b\x84\x01", "not begun"),
        (b"\x7b" * 40, "too deeply"),
        (b"\xf8\xff\xff\xff\xff\xff\x01\x00", "no number of a field"),
    ],
)
def test_a_message_that_is_not_sound(tail: bytes, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        FORM.scan(BytesSource(onnx_file() + tail))


@pytest.mark.parametrize(
    "tail", [b"\x7b\x08\x01\x83\x01\x12\x01x\x84\x01\x7c", b"\x7d\x00\x00\x00\x00", b"\xa1\x06" + bytes(8), b"\xa0\x06\xff\x00"]
)
def test_unknown_fields_are_passed_over(tail: bytes) -> None:
    changed = embedded(onnx_file() + tail, store_of(100))
    assert read_store(BytesSource(changed), scan(changed).store) == store_of(100)
    assert embedded(changed, None) == onnx_file() + tail


def test_a_message_without_a_graph_and_too_many_fields() -> None:
    with pytest.raises(MalformedError, match="too many fields"):
        FORM.scan(BytesSource(onnx_file()), Limits(onnx_fields=3))
    with pytest.raises(MalformedError):
        FORM.scan(BytesSource(b"\x08\x0a\x12\x01x"))


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample.kind is not OnnxFormat])
def test_other_formats_are_no_models(name: str) -> None:
    assert not FORM.matches(SAMPLES[name].data[:4096])


@pytest.mark.parametrize(
    "head",
    [
        b"\x08",
        b"\x08\x0a",
        b"\x08\x0a\x12\x04text",
        b"\x08\x00:\x02\n\x00",
        b"\x08\x40:\x02\n\x00",
        b"\x08\x0a:\x00",
        b"\x08\x0a:\x02\x08\x00",
        b"\x08\x0a\x12\x02\x00\x01:\x02\n\x00",
        b"\x08\x0a\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x08\x96\x01\x12\x07testing",
        b"\x0a\x04text\x10\x05",
        b"\x08" * 4096,
        b"\x08\x05" + b"\xff" * 4094,
    ],
)
def test_what_begins_alike_is_no_model(head: bytes) -> None:
    assert not FORM.matches(head)
    assert detect(BytesSource(head)) is not FORM


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_no_model(data: bytes) -> None:
    assert not FORM.matches(b"\x08" + data) or FORM.matches(b"\x08" + data + bytes(10))


def test_a_long_description_before_the_graph() -> None:
    for text in ("a" * 5_000, "ü" * 3_000, "x" + "字" * 2_000):
        assert detect(BytesSource(onnx_file(text))).name == "ONNX"


@given(st.integers(0, (1 << 64) - 1), st.integers(0, 3))
@settings(max_examples=100)
def test_varints(value: int, longer: int) -> None:
    data = bytearray(build_varint(value))
    if len(data) + longer <= 10 and longer:
        data[-1] |= 0x80
        data += b"\x80" * (longer - 1) + b"\x00"
    source = BytesSource(bytes(data) + b"\xff")
    assert varint_at(Window(source), 0, source.size) == (value, len(data))


@given(st.binary(max_size=60))
@settings(max_examples=100)
def test_any_bytes_are_fields_or_an_orderly_error(data: bytes) -> None:
    found, position = [], 0
    try:
        found.extend(fields(Window(BytesSource(data)), Span(0, len(data)), Counter(100)))
    except MalformedError:
        assert len(data)
    for field in found:
        assert field.frame.start == position
        assert field.frame.end >= field.value.end
        position = field.frame.end


def test_signed_models_are_valid_and_compute_the_same() -> None:
    for data in (onnx_file(), onnx_file("doc " * 2_000, license="MIT")):
        changed = signed(data)
        report = verify(BytesSource(changed))
        assert (report.state, report.content_intact, report.remarks) == ("Valid", True, ())
        assert onnx_content(changed) == onnx_content(data)
        for position in (1, len(data) // 2, len(data) - 1, len(data) + 2):
            spoilt = changed[:position] + bytes([changed[position] ^ 1]) + changed[position + 1 :]
            assert verify(BytesSource(spoilt)).state != "Valid"
        assert verify(BytesSource(changed + b"\x08\x0a")).state == "Invalid"


def test_an_update_that_would_change_a_length_is_refused() -> None:
    builder = UpdateBuilder()
    builder.add_action(Action("c2pa.published"))
    with pytest.raises(AssetError, match="cannot change its length"):
        builder.sign(signed(onnx_file()), io.BytesIO(), pki.signer())


def test_weights_beside_the_model_are_told(tmp_path) -> None:
    model = onnx_model()
    onnx.save_model(model, tmp_path / "model.onnx", save_as_external_data=True, size_threshold=0, location="weights.bin")
    data = (tmp_path / "model.onnx").read_bytes()
    (remark,) = scan(data).remarks
    assert remark == 'weights of the model lie in files of their own ("weights.bin"), which its hash does not cover'
    report = verify(BytesSource(signed(data)))
    assert report.state == "Valid"
    assert remark in report.remarks
    (tmp_path / "signed.onnx").write_bytes(signed(data))
    loaded = onnx.load(tmp_path / "signed.onnx").graph.initializer[0]
    assert onnx.numpy_helper.to_array(loaded).tolist() == onnx.numpy_helper.to_array(onnx_model().graph.initializer[0]).tolist()


def test_weights_in_attributes_of_nodes_and_graphs_within_graphs_are_seen() -> None:
    tensor = onnx.TensorProto(dims=[1], data_type=1, data_location=onnx.TensorProto.EXTERNAL)
    place = tensor.external_data.add()
    place.key, place.value = "location", "a\nb.bin"
    inner = onnx.helper.make_graph([onnx.helper.make_node("Constant", [], ["c"], value=tensor)], "inner", [], [])
    model = onnx_model()
    model.graph.node.append(onnx.helper.make_node("If", ["x"], ["z"], then_branch=inner))
    assert '("a\ufffdb.bin")' in scan(model.SerializeToString()).remarks[0]
    for index in range(6):
        extra = model.graph.initializer.add()
        extra.CopyFrom(tensor)
        extra.external_data[0].value = f"{index}.bin"
    assert "and 3 more" in scan(model.SerializeToString()).remarks[0]


def test_what_the_model_says_about_itself() -> None:
    model = onnx_model("what it does", license="MIT", author="Test Studio")
    model.domain, model.model_version = "org.example", 3
    changed = embedded(model.SerializeToString(), store_of(100))
    assert list(fields_of(BytesSource(changed))) == [
        ("producer_name", "credkit test"),
        ("producer_version", "1"),
        ("domain", "org.example"),
        ("model_version", "3"),
        ("doc_string", "what it does"),
        ("license", "MIT"),
        ("author", "Test Studio"),
    ]
    assert dict(fields_of(BytesSource(changed), Limits(text_size=8)))["doc_string"] is None
