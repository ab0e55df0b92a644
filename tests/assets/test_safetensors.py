"""SafeTensors: the JSON header edited by position, its length, its spaces, keys that stand twice, and lengths that lie."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import load

from credkit.assets import BytesSource, SafetensorsFormat, Span, detect, hash_ranges, read_store
from credkit.assets.in_place import replace_store
from credkit.assets.safetensors import header_of, metadata_of
from credkit.binding.data_hash import check_data_hash
from credkit.binding.target import BindingTarget
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import Action
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.samples import embedded, scan, store_of
from tests.assets.samples_models import onnx_file, parquet, pretty_safetensors, raw_safetensors, safetensors, tensors
from tests.forge import pki
from tests.forge import signing as forge

FORM = SafetensorsFormat()
BODY = bytes(range(11))
ONE = '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
TWO = f'{ONE},"b":{{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}'
LOOSE = (
    ' "b" : {"shape":[3] ,\n"dtype":"U8","data_offsets" : [ 8, 11 ] } ,\t'
    '"\\u0061":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":[{"y":"}\\""}]} '
)
PLACES = [
    "{%s}",
    '{"__metadata__":{},%s}',
    '{"__metadata__" : { } , %s}',
    '{"__metadata__":{"format":"pt"},%s}',
    '{ "__metadata__" : {\n "f\\u006frmat" : "p\\"t\\\\" , "\\u00e9":"é"\n} ,%s}',
    '{"__met\\u0061data__":{"x":"y"},%s}',
    '{%s,"__metadata__":{}}',
    '{%s , "__metadata__":{"x":"y", "z":""} \n}\n',
]


def filled(template: str, entries: str = TWO) -> str:
    """A header with entries in the place of ``%s``."""
    return template.replace("%s", entries)


def length_of(data: bytes) -> int:
    return int.from_bytes(data[:8], "little")


signed = partial(forge.signed, created="trainedAlgorithmicData")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("entries", [TWO, LOOSE], ids=["usual", "loose"])
def test_the_store_comes_and_goes_without_a_trace(place: str, entries: str) -> None:
    for spaces in range(9):
        data = raw_safetensors(filled(place, entries) + " " * spaces, BODY)
        before = tensors(data)
        for size in (100, 101, 102, 103, 104, 5_000):
            changed = embedded(data, store_of(size))
            assert length_of(changed) % 8 == length_of(data) % 8
            assert tensors(changed) == before
            assert changed[8 + length_of(changed) :] == BODY
            assert embedded(changed, None) == data
            for other in (90, 91, 92, 93, 94, 777):
                assert embedded(changed, store_of(other)) == embedded(data, store_of(other))


def test_the_value_alone_is_excluded_and_holds_the_store(tmp_path) -> None:
    store = store_of(3_000)
    changed = embedded(safetensors(format="pt"), store)
    place = scan(changed).store
    assert place.frame == place.slices
    assert changed[place.frame[0].start : place.frame[0].end] == b64encode(store)
    assert changed[place.frame[0].start - 1 : place.frame[0].start] == changed[place.frame[0].end : place.frame[0].end + 1] == b'"'
    path = tmp_path / "model.safetensors"
    path.write_bytes(changed)
    with safe_open(path, "np") as file:
        assert file.metadata() == {"format": "pt", "c2pa:manifest": b64encode(store).decode()}
    assert length_of(changed) % 8 == 0


def test_no_metadata_becomes_an_object() -> None:
    data = raw_safetensors(filled('{"__metadata__":null,%s}'), BODY)
    changed = embedded(data, store_of(100))
    assert read_store(BytesSource(changed), scan(changed).store) == store_of(100)
    assert len(load(embedded(changed, None))) == 2


def test_a_model_without_tensors() -> None:
    data = raw_safetensors("{}")
    changed = embedded(data, store_of(100))
    assert embedded(changed, None) == data
    assert json.loads(changed[8:])["__metadata__"]["c2pa:manifest"] == b64encode(store_of(100)).decode()


@pytest.mark.parametrize(
    "members",
    [
        '"c2pa:manifest":"AAAA","c2pa:manifest":"BBBB"',
        '"c2pa:manifest":"AAAA","x":"y","c2p\\u0061:manifest":"BBBB","z":""',
        '"x":"y" , "c2pa\\u003amanifest":"AAAA" , "c2pa:manifest":"BBBB" , "z":"", "c2pa:manifest":""',
    ],
)
def test_two_manifests_count_as_none_and_both_are_removed(members: str) -> None:
    data = raw_safetensors(filled('{"__metadata__":{' + members + "},%s}"), BODY)
    assert len(scan(data).stores) == members.count("manifest")
    assert "only one is allowed" in verify(BytesSource(data)).problem
    for changed, count in ((embedded(data, None), 0), (embedded(data, store_of(100)), 1)):
        assert len(scan(changed).stores) == count
        assert len(load(changed)) == 2
        assert dict(metadata_of(BytesSource(changed))) == ({"x": "y", "z": ""} if '"x"' in members else {})


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (filled('{"__metadata__":{"x":"1","\\u0078":"2"},%s}'), '"x" stands twice'),
        (filled('{"__metadata__":{},%s,"__metadata__":{}}'), '"__metadata__" stands twice'),
        (filled('{%s,"\\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}'), '"a" stands twice'),
        (filled('{"__metadata__":{"x":1},%s}'), "no text"),
        (filled('{"__metadata__":[],%s}'), "missing"),
        (filled('{"__metadata__":{"x":"\\q","c2p\\q":""},%s}'), "unknown escape"),
        (filled('{"__metadata__":{"x":"a\nb"},%s}'), "control character"),
        (filled('{"__metadata__":{"x":"y",},%s}'), "key is missing"),
        (filled("{%s,}"), "key is missing"),
        (filled('{%s "b":{}}', ONE), "missing"),
        ('{"a":[]}', "no object"),
        ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}', "no sound data_offsets"),
        ('{"a":{"dtype":"F32","shape":[2]}}', "no sound data_offsets"),
        ('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,true]}}', "no sound data_offsets"),
        (filled('{"a":%s}', ("{" * 70_000)), "does not end within"),
        ('{"a":' + '{"b":' * 1_000 + "1" + "}" * 1_001, "nested deeper"),
        (filled('{"%s":{}}', ("k" * 20_000)), "longer than"),
        (filled("{%s"), "missing"),
        (filled("{%s", TWO[:-1]), "does not fit its text, which goes on"),
        (filled("{%s} x"), "does not fit its text, which ends before"),
        (filled("{%s}\0"), "does not fit its text, which ends before"),
    ],
)
def test_a_header_that_is_not_sound(header: str, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        FORM.scan(BytesSource(raw_safetensors(header, BODY)))


@pytest.mark.parametrize("change", [-200, -9, 1, 9])
def test_a_length_that_does_not_fit_the_text_is_the_fault_of_the_hash(change: int) -> None:
    data = signed(safetensors())
    lying = (length_of(data) + change).to_bytes(8, "little") + data[8:]
    report = verify(BytesSource(lying))
    assert report.state == "error"
    assert report.failure.code == "assertion.dataHash.malformed"


@pytest.mark.parametrize("length", [0, 1, 1 << 40, (1 << 64) - 1])
def test_other_lengths_are_no_header(length: int) -> None:
    data = raw_safetensors(filled("{%s}"), BODY, length=length)
    assert not FORM.matches(data[:4096])
    with pytest.raises(MalformedError):
        FORM.scan(BytesSource(data))


def test_limits_hold() -> None:
    data = raw_safetensors(filled("{%s}"), BODY)
    with pytest.raises(MalformedError, match="more than 10"):
        FORM.scan(BytesSource(data), Limits(safetensors_header=10))
    with pytest.raises(MalformedError, match="more than 1 keys"):
        FORM.scan(BytesSource(data), Limits(safetensors_keys=1))
    many = raw_safetensors(filled('{"__metadata__":{%s}}', ",".join(['"c2pa:manifest":""'] * 65)))
    with pytest.raises(MalformedError, match="more than 64 times"):
        FORM.scan(BytesSource(many))


@pytest.mark.parametrize("body", [BODY[:-1], BODY + b"x", b""])
def test_tensors_that_do_not_fill_the_file(body: bytes) -> None:
    data = raw_safetensors(filled("{%s}"), body)
    assert "tensors end after 11 bytes" in scan(data).remarks[0]
    with pytest.raises(AssetError, match="cut off or damaged"):
        signed(data)


def test_large_texts_and_many_escapes_cross_the_pieces_that_are_read() -> None:
    tags = 'é\\\\\\"x' * 100_000
    data = raw_safetensors(filled('{"__metadata__":{"' + "k" * 10_000 + '":"1","big":"' + tags + '","last":"2"},%s}'), BODY)
    changed = embedded(data, store_of(200_000))
    found = dict(metadata_of(BytesSource(changed)))
    assert found["big"] == json.loads(f'"{tags}"')
    assert found["last"] == "2"
    assert dict(metadata_of(BytesSource(data), Limits(text_size=1_000)))["big"] is None
    assert embedded(changed, None) == data


def test_many_tensors() -> None:
    entries = ",".join(
        f'"model.layers.{index}.weight":{{"dtype":"U8","shape":[1],"data_offsets":[{index},{index + 1}]}}' for index in range(20_000)
    )
    data = raw_safetensors(filled("{%s}", entries), bytes(20_000))
    header = header_of(BytesSource(data))
    assert (header.members, header.tensors_end) == (20_000, 20_000)
    assert embedded(embedded(data, store_of(100)), None) == data


def test_the_value_of_the_manifest_with_escapes_is_unreadable() -> None:
    data = raw_safetensors(filled('{"__metadata__":{"c2pa:manifest":"AA\\/A"},%s}'), BODY)
    with pytest.raises(MalformedError, match="Base64"):
        read_store(BytesSource(data), scan(data).store)


@pytest.mark.parametrize("make", [safetensors, lambda: safetensors(format="pt", note="x"), pretty_safetensors])
def test_signed_models_are_valid_and_keep_their_tensors(make) -> None:
    data = signed(make())
    report = verify(BytesSource(data))
    assert (report.state, report.content_intact) == ("Valid", True)
    assert tensors(data) == tensors(make())
    again = signed_as_edit(data)
    assert verify(BytesSource(again)).state == "Valid"
    assert len(verify(BytesSource(again)).manifests) == 2
    assert tensors(again) == tensors(make())


def signed_as_edit(data: bytes) -> bytes:
    builder, out = Builder(title="model"), io.BytesIO()
    builder.add_parent(data)
    builder.add_action(Action("c2pa.published"))
    builder.sign(data, out, pki.signer())
    return out.getvalue()


def test_changes_anywhere_outside_the_value_are_noticed() -> None:
    data = signed(safetensors(format="pt"))
    frame = scan(data).store.frame[0]
    for position in (8 + length_of(data), len(data) - 1, data.index(b'"pt"') + 1, 8 + length_of(data) - 1):
        assert not frame.start <= position < frame.end
        spoilt = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
        assert verify(BytesSource(spoilt)).state != "Valid"
    assert verify(BytesSource(data[:-1])).state == "Invalid"
    assert verify(BytesSource(data + b"x")).state == "Invalid"


def test_an_update_that_would_change_the_length_is_refused() -> None:
    builder = UpdateBuilder()
    builder.add_action(Action("c2pa.published"))
    with pytest.raises(AssetError, match="cannot change its length without changing signed bytes"):
        builder.sign(signed(safetensors()), io.BytesIO(), pki.signer())


@pytest.mark.parametrize("make", [safetensors, onnx_file, parquet])
def test_a_store_whose_text_is_as_long_can_take_the_place_of_another(make) -> None:
    source = BytesSource(embedded(make(), store_of(499)))
    form, layout = detect(source), scan(source.read(0, source.size))
    for size in (499, 500, 501):
        edit = replace_store(source, form, layout, store_of(size))
        assert edit.exclusions == layout.store.frame
        assert edit.size == source.size
    for size in (498, 502, 5_000):
        with pytest.raises(AssetError, match="cannot change its length"):
            replace_store(source, form, layout, store_of(size))


@pytest.mark.parametrize(("start", "length"), [(0, 8), (8, 1)])
def test_nothing_but_the_value_may_be_excluded(start: int, length: int) -> None:
    source = BytesSource(embedded(safetensors(), store_of(500)))
    layout = FORM.scan(source)
    frame = layout.store.frame[0]
    target = BindingTarget(
        source=source, layout=layout, format=FORM, embedded=True, updated=False, algorithm="sha256", limits=DEFAULT_LIMITS
    )
    wider = Span(frame.start - 1, frame.length + 2)
    for spans, fits in (((frame,), True), ((Span(start, length), frame), False), ((wider,), False), ((), False)):
        digest = hash_ranges(source, "sha256", spans).value
        ranges = [{"start": item.start, "length": item.length} for item in spans]
        codes = {status.code for status in check_data_hash({"exclusions": ranges, "hash": digest}, "self#jumbf=x", target).statuses}
        assert ("assertion.dataHash.match" in codes) is fits


KEYS = st.text(min_size=1, max_size=20).filter(lambda text: text not in ("c2pa:manifest", "__metadata__") and text.isprintable())
HEADERS = st.tuples(
    st.one_of(st.none(), st.dictionaries(KEYS, st.text(max_size=40), max_size=6)),
    st.lists(KEYS, max_size=6, unique=True),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 3)),
    st.booleans(),
    st.integers(0, 9),
)


@given(HEADERS, st.integers(38, 2_000).filter(lambda size: size == 38 or size >= 46))
@settings(max_examples=100, deadline=None)
def test_any_header_survives(parts, size: int) -> None:
    metadata, names, first, indent, plain, spaces = parts
    entries = {name: {"dtype": "U8", "shape": [2], "data_offsets": [2 * index, 2 * index + 2]} for index, name in enumerate(names)}
    whole = {"__metadata__": metadata} if metadata is not None else {}
    text = json.dumps({**whole, **entries} if first else {**entries, **whole}, indent=indent, ensure_ascii=plain)
    try:
        data = raw_safetensors(text.encode() + b" " * spaces, bytes(2 * len(names)))
    except UnicodeEncodeError:
        return
    changed = embedded(data, store_of(size))
    assert read_store(BytesSource(changed), scan(changed).store) == store_of(size)
    assert dict(metadata_of(BytesSource(changed))) == (metadata or {})
    assert set(load(changed)) == set(names)
    assert embedded(changed, None) == data


@given(st.text(alphabet='{}[]":,\\ u0061abx_metdac2p:nifs\n\x00é', max_size=120))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_header_or_an_orderly_error(text: str) -> None:
    source = BytesSource(raw_safetensors("{" + text, b"x"))
    try:
        header = header_of(source)
        list(metadata_of(source))
    except MalformedError:
        return
    json.loads("{" + text)
    assert header.text.start == 8


@pytest.mark.parametrize("filling", ["[", "{", '"', "\\", '""', '"a":{},', " "])
def test_hostile_headers_end_soon(filling: str) -> None:
    data = raw_safetensors("{" + filling * (2_000_000 // len(filling)))
    with pytest.raises(MalformedError):
        FORM.scan(BytesSource(data))
