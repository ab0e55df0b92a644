"""Parquet: the walk over the footer, the entry with the store, numbers that are told by distance, and encrypted files."""

from __future__ import annotations

import io
from base64 import b64encode

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, ParquetFormat, detect, read_store
from credkit.assets.parquet import fields_of
from credkit.assets.parquet.format import footer_of
from credkit.assets.parquet.thrift import BINARY, LIST, STRUCT, Reader, field_header, list_header
from credkit.codec.varint import build_varint
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.manifest.assertions import Action
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.samples import embedded, scan, store_of
from tests.assets.samples_models import encrypted_parquet, parquet, table
from tests.forge import pki
from tests.forge.signing import signed

FORM = ParquetFormat()
I32, I64 = 5, 6


def binary(data: bytes) -> bytes:
    return build_varint(len(data)) + data


def pair(key: bytes, value: bytes | None) -> bytes:
    return field_header(1, BINARY, 0) + binary(key) + (b"" if value is None else field_header(2, BINARY, 1) + binary(value)) + b"\x00"


def file_of(footer: bytes, length: int | None = None) -> bytes:
    return b"PAR1\x00" + footer + (len(footer) if length is None else length).to_bytes(4, "little") + b"PAR1"


def metadata(*entries: bytes, before: int = 0) -> bytes:
    return field_header(5, LIST, before) + list_header(STRUCT, len(entries)) + b"".join(entries)


@pytest.mark.parametrize("count", [0, 1, 12, 13, 14, 15, 200])
@pytest.mark.parametrize("schema", [True, False])
def test_the_entry_comes_last_and_goes_without_a_trace(count: int, schema: bool) -> None:
    data = parquet({str(index): "v" * index for index in range(count)} or None, store_schema=schema)
    for size in (38, 46, 95, 96, 97, 12_288, 100_000):
        changed = embedded(data, store_of(size))
        assert table(changed) == table(data)
        keys = [entry.key for entry in footer_of(BytesSource(changed)).entries]
        assert keys == [*(entry.key for entry in footer_of(BytesSource(data)).entries), "c2pa:manifest"]
        assert b"c2pa:manifest" in pyarrow.parquet.read_metadata(io.BytesIO(changed)).metadata
        place = scan(changed).store
        assert changed[place.frame[0].start : place.frame[0].end] == b64encode(store_of(size))
        assert embedded(changed, None) == data
        for other in (38, 96, 13_000):
            assert embedded(changed, store_of(other)) == embedded(data, store_of(other))


def test_rows_and_schema_stay_as_they_are() -> None:
    data = parquet({"pandas": "{}"})
    before = pyarrow.parquet.read_table(io.BytesIO(data))
    after = pyarrow.parquet.read_table(io.BytesIO(embedded(data, store_of(500))))
    assert after.equals(before)
    assert after.schema.types == before.schema.types
    assert after.schema.metadata[b"pandas"] == b"{}"
    assert embedded(data, store_of(500)).startswith(data[: -8 - int.from_bytes(data[-8:-4], "little")])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (field_header(1, I32, 0) + b"\x02", b""),
        (field_header(4, LIST, 0) + list_header(I64, 2) + b"\x02\x04", field_header(6, BINARY, 4) + binary(b"who")),
        (field_header(1, I32, 0) + b"\x02", field_header(16, BINARY, 1) + binary(b"x")),
        (field_header(1, I32, 0) + b"\x02", field_header(20, BINARY, 1) + binary(b"x")),
        (field_header(4, I32, 0) + b"\x02", field_header(300, 1, 4)),
        (field_header(9, 2, 0), bytes((I32,)) + build_varint(2 << 1) + b"\x02"),
        (bytes((I32, 5)) + b"\x02", field_header(6, I32, -3) + b"\x02"),
    ],
)
def test_the_list_is_put_where_its_number_belongs(before: bytes, after: bytes) -> None:
    data = file_of(before + after + b"\x00")
    changed = embedded(data, store_of(100))
    assert read_store(BytesSource(changed), scan(changed).store) == store_of(100)
    assert embedded(changed, None) == data


def test_a_list_in_a_place_of_its_own() -> None:
    before, after = field_header(6, BINARY, 0) + binary(b"who"), field_header(9, 1, 5)
    own, other = pair(b"c2pa:manifest", b64encode(store_of(50))), pair(b"x", b"y")
    data = file_of(before + bytes((LIST,)) + build_varint(10) + list_header(STRUCT, 2, long=True) + own + other + after + b"\x00")
    bare = file_of(before + bytes((LIST,)) + build_varint(10) + list_header(STRUCT, 1, long=True) + other + after + b"\x00")
    assert embedded(data, None) == bare
    assert read_store(BytesSource(embedded(data, store_of(70))), scan(embedded(data, store_of(70))).store) == store_of(70)
    assert embedded(embedded(data, store_of(70)), store_of(50)) == data


def test_two_entries_count_as_none_and_both_are_removed() -> None:
    own = pair(b"c2pa:manifest", b"AAAA")
    data = file_of(metadata(own, pair(b"x", b"y"), own) + b"\x00")
    assert len(scan(data).stores) == 2
    assert "only one is allowed" in verify(BytesSource(data)).problem
    bare = file_of(metadata(pair(b"x", b"y")) + b"\x00")
    assert embedded(data, None) == bare
    assert embedded(data, store_of(90)) == embedded(bare, store_of(90))
    assert embedded(file_of(metadata(own, own) + b"\x16\x00" + b"\x00"), None) == file_of(b"\x66\x00\x00")


@pytest.mark.parametrize(
    ("own", "message"),
    [
        (pair(b"c2pa:manifest", None), "no value"),
        (pair(b"c2pa:manifest", b"A*AA"), "Base64"),
        (
            field_header(1, BINARY, 0) + binary(b"x") + bytes((BINARY, 2)) + binary(b"c2pa:manifest") + b"\x18\x00" + b"\x00",
            "more than one",
        ),
    ],
)
def test_an_entry_in_doubt_is_not_read(own: bytes, message: str) -> None:
    data = file_of(metadata(own) + b"\x00")
    with pytest.raises(MalformedError, match=message):
        read_store(BytesSource(data), scan(data).store)
    assert read_store(BytesSource(embedded(data, store_of(90))), scan(embedded(data, store_of(90))).store) == store_of(90)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PAR1" + bytes(4), "too short"),
        (b"PAR1" + bytes(8), "does not end with"),
        (b"XXXX" + bytes(4) + b"PAR1", "does not begin with"),
        (file_of(b"\x00", length=1_000), "claims 1,000 bytes"),
        (file_of(b""), "ends in the middle"),
        (file_of(b"\x15"), "ends in the middle"),
        (file_of(b"\x18\x05abc"), "claims 5 bytes, but 3 are left"),
        (file_of(b"\x15" + b"\x80" * 10 + b"\x01\x00"), "does not end"),
        (file_of(b"\x1e\x00"), "no kind of value"),
        (file_of(b"\x17\x00"), "ends in the middle"),
        (file_of(b"\x19" + b"\xf5\xff\xff\x7f"), "claims"),
        (file_of(b"\x1c" * 1_000), "ends in the middle|too deeply"),
        (file_of(b"\x19\x19" * 1_000), "ends in the middle|too deeply"),
        (file_of(b"\x59\xfc\xff\xff\x7f"), "claims"),
        (file_of(b"\x58\x00\x00"), "no list"),
        (file_of(b"\x59\x15\x00\x00"), "other than entries"),
        (file_of(metadata() + b"\x09\x0a\x0c\x00"), "stands twice"),
    ],
)
def test_a_footer_that_is_not_sound(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        FORM.scan(BytesSource(data))


def test_limits_hold() -> None:
    for limits in (Limits(parquet_footer=100), Limits(parquet_values=20)):
        with pytest.raises(MalformedError, match="more than 100|too many values"):
            FORM.scan(BytesSource(parquet()), limits)


@pytest.mark.parametrize(
    "footer",
    [field_header(20, 1, 0) + b"\x11" * 12 + b"\x00", metadata(b"\x11" * 12 + b"\x00") + b"\x00"],
    ids=["of the file", "of an entry"],
)
def test_fields_with_nothing_in_them_are_counted(footer: bytes) -> None:
    """Each true or false is one byte, and nothing is passed over."""
    layout = FORM.scan(BytesSource(file_of(footer)))
    assert layout.stores == ()
    with pytest.raises(MalformedError, match="the footer and its entries have more than 12 fields"):
        FORM.scan(BytesSource(file_of(footer)), Limits(model_properties=3))


def test_texts_that_begin_alike_are_no_data_sets() -> None:
    for head in (b"PARENT_DIRECTORY\n----------------\n", b"PAR1 is a word", b"PAR1"):
        assert detect(BytesSource(head)) is None


@pytest.mark.parametrize("plaintext", [True, False])
def test_encrypted_files_carry_no_credentials_but_can_be_signed_beside_themselves(plaintext: bool) -> None:
    data = encrypted_parquet(plaintext_footer=plaintext)
    assert detect(BytesSource(data)).name == "Parquet"
    assert scan(data).stores == ()
    assert "encrypted" in scan(data).remarks[0]
    assert embedded(data, None) == data
    with pytest.raises(AssetError, match=r"encrypted Parquet file cannot carry .*--sidecar"):
        signed(data)
    builder, out = Builder(title="data"), io.BytesIO()
    builder.created("digitalCapture")
    builder.sign_sidecar(data, out, pki.signer())
    assert verify(BytesSource(data), sidecar=BytesSource(out.getvalue())).state == "Valid"


def test_signed_data_sets_are_valid_and_read_the_same() -> None:
    for data in (parquet(), parquet(store_schema=False), parquet({"license": "CC-BY-4.0"}, compression="zstd")):
        changed = signed(data)
        report = verify(BytesSource(changed))
        assert (report.state, report.content_intact) == ("Valid", True)
        assert table(changed) == table(data)
        for position in (10, len(data) // 2, len(changed) - 7, len(changed) - 10):
            spoilt = changed[:position] + bytes([changed[position] ^ 1]) + changed[position + 1 :]
            assert verify(BytesSource(spoilt)).state != "Valid"


def test_an_update_that_would_change_a_length_is_refused() -> None:
    builder = UpdateBuilder()
    builder.add_action(Action("c2pa.published"))
    with pytest.raises(AssetError, match="cannot change its length"):
        builder.sign(signed(parquet()), io.BytesIO(), pki.signer())


def test_what_the_file_says_about_itself() -> None:
    changed = embedded(parquet({"license": "MIT", "huggingface": '{"info":{}}'}, store_schema=False), store_of(100))
    found = dict(fields_of(BytesSource(changed)))
    assert found.pop("created_by").startswith("parquet-cpp-arrow")
    assert found == {}
    found = dict(fields_of(BytesSource(embedded(parquet({"license": "MIT", "huggingface": '{"info":{}}'}), store_of(100)))))
    assert (found["license"], found["huggingface"]) == ("MIT", '{"info":{}}')
    assert "c2pa:manifest" not in found


VALUES = st.recursive(
    st.one_of(
        st.tuples(st.just(I32), st.integers(0, 1 << 40).map(build_varint)),
        st.tuples(st.just(BINARY), st.binary(max_size=30).map(binary)),
        st.tuples(st.just(7), st.binary(min_size=8, max_size=8)),
        st.tuples(st.just(3), st.binary(min_size=1, max_size=1)),
        st.tuples(st.just(13), st.binary(min_size=16, max_size=16)),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.integers(0, 20)).map(lambda item: (LIST, list_header(item[0][0], item[1]) + item[0][1] * item[1])),
        st.tuples(inner, inner, st.integers(0, 5)).map(
            lambda item: (
                11,
                build_varint(item[2]) + (bytes((item[0][0] << 4 | item[1][0],)) + (item[0][1] + item[1][1]) * item[2]) * bool(item[2]),
            )
        ),
        st.lists(inner, max_size=4).map(
            lambda items: (
                STRUCT,
                b"".join(field_header(3 * i + 1, kind, 3 * i - 2 if i else 0) + data for i, (kind, data) in enumerate(items)) + b"\x00",
            )
        ),
    ),
    max_leaves=8,
)


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_any_value_is_passed_over(value: tuple[int, bytes]) -> None:
    kind, data = value
    reader = Reader(data + b"\xff", values=10_000, start=0)
    reader.skip(kind)
    assert reader.at == len(data)
    bare = file_of(field_header(3, kind, 0) + data + field_header(6, BINARY, 3) + binary(b"who") + b"\x00")
    assert embedded(embedded(bare, store_of(100)), None) == bare


@given(st.binary(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_footer_is_sound_or_an_orderly_error(footer: bytes) -> None:
    data = file_of(footer)
    try:
        FORM.scan(BytesSource(data))
    except MalformedError:
        return
    changed = embedded(data, store_of(100))
    assert len(scan(changed).stores) >= 1
