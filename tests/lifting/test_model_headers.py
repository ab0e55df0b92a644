"""What model files say about themselves: ModelSpec, kohya, merges, ONNX, GGUF, Parquet, and what their headers give away."""

from __future__ import annotations

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.errors import AssetError, MalformedError
from credkit.lifting.model_headers import ClaimedDataSet, ClaimedModel, Leak, ModelHeader, read_model_header
from credkit.limits import DEFAULT_LIMITS, Limits
from tests.assets.samples import embedded, png, store_of
from tests.assets.samples_models import onnx_model, parquet, raw_safetensors, safetensors

SHA, OTHER = "31e35c80fc4829d14f90153f4c74cd59c90b779f6afe05a74cd6120b893f7e5b", "ab" * 32
MODEL_SPEC = {
    "modelspec.sai_model_spec": "1.0.1",
    "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
    "modelspec.implementation": "https://github.com/Stability-AI/generative-models",
    "modelspec.title": "Paper cut",
    "modelspec.resolution": "1024x1024",
    "modelspec.description": "Pictures that look cut of paper.",
    "modelspec.author": "Test Studio",
    "modelspec.date": "2026-11-20T10:00:00",
    "modelspec.license": "CC-BY-4.0",
    "modelspec.usage_hint": "Weight 0.8",
    "modelspec.tags": "paper, cut,, style, paper",
    "modelspec.trigger_phrase": "papercut",
    "modelspec.merged_from": "First Model, Second Model",
    "modelspec.prediction_type": "epsilon",
    "modelspec.hash_sha256": f"0x{OTHER}",
}
KOHYA = {
    "ss_output_name": "papercut_v2",
    "ss_sd_model_name": "D:\\models\\sd_xl_base_1.0.safetensors",
    "ss_sd_model_hash": "be9edd61",
    "ss_new_sd_model_hash": SHA,
    "ss_base_model_version": "sdxl_base_v1-0",
    "ss_network_module": "networks.lora",
    "ss_network_dim": "32",
    "ss_network_alpha": "16.0",
    "ss_network_dropout": "None",
    "ss_learning_rate": "0.0001",
    "ss_num_epochs": "10",
    "ss_num_train_images": "430",
    "ss_sd_scripts_commit_hash": "25f961bc779bc79aef440813e3e8e92244ac5739",
    "ss_training_finished_at": "1700000000.25",
    "ss_dataset_dirs": json.dumps({"10_papercut style": {"n_repeats": 10, "img_count": 42}, "5_more": {"n_repeats": 5, "img_count": 2}}),
    "ss_reg_dataset_dirs": json.dumps({"1_paper": {"n_repeats": 1, "img_count": 100}}),
    "ss_tag_frequency": json.dumps({"10_papercut style": {"papercut": 42, "a tree": 7}, "5_more": {"a tree ": 60}}),
    "sshs_model_hash": OTHER,
}


def header(limits: Limits = DEFAULT_LIMITS, **metadata: str) -> ModelHeader:
    return read_model_header(BytesSource(safetensors(**metadata)), limits)


def leak(key: str, text: str) -> list[Leak]:
    return list(header(**{key: text}).leaks)


def test_model_spec() -> None:
    found = header(**MODEL_SPEC)
    assert (found.format, found.title, found.author, found.licence) == ("SafeTensors", "Paper cut", "Test Studio", "CC-BY-4.0")
    assert (found.architecture, found.date) == ("stable-diffusion-xl-v1-base/lora", "2026-11-20T10:00:00")
    assert (found.description, found.usage_hint) == ("Pictures that look cut of paper.", "Weight 0.8")
    assert (found.trigger_phrase, found.tags) == ("papercut", ("paper", "cut", "style"))
    assert found.tensors == OTHER
    assert [model.name for model in found.merged_from] == ["First Model", "Second Model"]
    assert found.training["prediction_type"] == "epsilon"
    assert dict(found.fields) == MODEL_SPEC
    assert (found.leaks, found.remarks, found.data_sets, found.items, found.base_models) == ((), (), (), None, ())


def test_kohya() -> None:
    found = header(**KOHYA)
    assert (found.title, found.architecture, found.date) == ("papercut_v2", "sdxl_base_v1-0", "2023-11-14T22:13:20Z")
    assert found.base_models == (
        ClaimedModel(name="sd_xl_base_1.0.safetensors", hashes={"sha256": SHA, "autov1": "be9edd61"}, field="ss_sd_model_name"),
    )
    assert sorted(found.data_sets, key=lambda item: item.name) == [
        ClaimedDataSet(name="10_papercut style", items=42, repeats=10),
        ClaimedDataSet(name="1_paper", items=100, repeats=1, regularisation=True),
        ClaimedDataSet(name="5_more", items=2, repeats=5),
    ]
    assert found.items == 44
    assert (found.tensors, found.tool) == (OTHER, "sd-scripts")
    assert found.training["network_dim"] == "32"
    assert found.training["images_with_repeats"] == "430"
    assert "network_dropout" not in found.training
    told = {entry.field: entry for entry in found.leaks}
    assert set(told) == {"ss_tag_frequency", "ss_dataset_dirs", "ss_reg_dataset_dirs", "ss_sd_model_name"}
    assert told["ss_tag_frequency"].what == "2 words and phrases of the training captions, with how often each was used"
    assert told["ss_tag_frequency"].sample == '"a tree", "papercut"'
    assert told["ss_dataset_dirs"].sample == '"10_papercut style", "5_more"'
    assert told["ss_sd_model_name"].sample == "D:\\models\\sd_xl_base_1.0.safetensors"


def test_the_newer_list_of_data_sets() -> None:
    subsets = [
        {"image_dir": "10_cut", "img_count": 7, "num_repeats": 10, "is_reg": False},
        {"image_dir": "C:\\Users\\tester\\1_reg", "img_count": 9, "num_repeats": 1, "is_reg": True},
        {"metadata_file": "captions.json", "img_count": 3},
        "odd",
    ]
    found = header(ss_datasets=json.dumps([{"subsets": subsets}, 5, {"subsets": None}]))
    assert found.data_sets == (
        ClaimedDataSet(name="10_cut", items=7, repeats=10),
        ClaimedDataSet(name="1_reg", items=9, repeats=1, regularisation=True),
        ClaimedDataSet(name="captions.json", items=3),
    )
    assert found.items == 10
    assert {entry.what for entry in found.leaks} == {
        "the names of the folders with the training pictures",
        "the name of a user of the computer",
    }


def test_base_models_and_merges() -> None:
    assert (
        header(ss_sd_model_name="stabilityai/stable-diffusion-xl-base-1.0").base_models[0].name
        == "stabilityai/stable-diffusion-xl-base-1.0"
    )
    assert header(ss_new_sd_model_hash=SHA).base_models[0] == ClaimedModel(
        name="base model", hashes={"sha256": SHA}, field="ss_sd_model_name"
    )
    models = {SHA: {"name": "folder/one.safetensors", "legacy_hash": "12345678"}, OTHER: {"name": "two"}, "x": None}
    found = header(sd_merge_models=json.dumps(models), **{"modelspec.merged_from": "two, three"}).merged_from
    assert {(model.name, model.hashes.get("sha256"), model.hashes.get("autov1")) for model in found} == {
        ("folder/one.safetensors", SHA, "12345678"),
        ("two", OTHER, None),
        ("model", None, None),
        ("three", None, None),
    }


def test_two_hashes_of_the_tensors_contradict_each_other() -> None:
    found = header(**{"modelspec.hash_sha256": f"0x{SHA}", "sshs_model_hash": OTHER})
    assert found.tensors is None
    assert "two different hashes" in found.remarks[0]


@pytest.mark.parametrize(
    ("text", "what", "sample"),
    [
        ("C:\\Users\\tester\\data", "user of the computer", '"tester"'),
        ('{"path": "C:\\\\Users\\\\tester\\\\data"}', "user of the computer", '"tester"'),
        ("c:/us" + "ers/tester/data", "user of the computer", '"tester"'),
        ("/ho" + "me/tester/lora and /Us" + "ers/second/x", "user of the computer", '"tester", "second"'),
        ("/workspace/data/set", "folder of the computer", "/workspace/data/set"),
        ("E:\\training\\set", "folder of the computer", "E:\\training\\set"),
        ("\\\\server\\share\\set", "folder of the computer", "\\\\server\\share\\set"),
        ("ask studio@example.org", "e-mail address", '"studio@example.org"'),
    ],
)
def test_what_gives_people_away(text: str, what: str, sample: str) -> None:
    (found,) = leak("note", text)
    assert (found.field, found.sample) == ("note", sample)
    assert what in found.what


@pytest.mark.parametrize(
    "text", ["pt", "https://example.org/home/page", "a/b", "1:1", "user@host", "text with : colon", "10/home", "(1024, 1024)"]
)
def test_what_gives_nothing_away(text: str) -> None:
    assert leak("note", text) == []


@pytest.mark.parametrize("secret", ["hf_" + "a1" * 17, "sk-" + "b2" * 20, "ghp_" + "c3" * 18, "AKIA" + "D4" * 8])
def test_an_access_key_is_told_and_never_shown(secret: str) -> None:
    found = header(ot_config=json.dumps({"token": secret}))
    assert any("access key" in entry.what for entry in found.leaks)
    assert all(secret not in entry.sample and secret not in entry.what for entry in found.leaks)


@pytest.mark.parametrize(
    ("key", "text", "what"),
    [
        ("ss_training_comment", "third try, too dark", "comment"),
        ("modelspec.thumbnail", "data:image/jpeg;base64," + "A" * 40_000, "a picture of 29 KiB"),
        ("workflow", '{"nodes": []}', "workflow"),
        ("ot_config", '{"a": 1}', "configuration"),
        ("ss_tag_frequency", "[1]", "captions"),
    ],
)
def test_fields_that_tell_more_than_the_model(key: str, text: str, what: str) -> None:
    (found,) = leak(key, text)
    assert what in found.what
    assert len(found.sample) <= DEFAULT_LIMITS.text_length * 5


@pytest.mark.parametrize(("key", "text"), [("ss_dataset_dirs", "{}"), ("ss_training_comment", "None"), ("ss_tag_frequency", "")])
def test_what_is_not_said_does_not_leak(key: str, text: str) -> None:
    assert leak(key, text) == []


def test_onnx() -> None:
    model = onnx_model("what it does", license="Apache-2.0", author="Test Studio", version="2")
    found = read_model_header(BytesSource(embedded(model.SerializeToString(), store_of(100))))
    assert (found.format, found.tool, found.description) == ("ONNX", "credkit test 1", "what it does")
    assert (found.licence, found.author, found.version) == ("Apache-2.0", "Test Studio", "2")
    assert "c2pa:manifest" not in dict(found.fields)


def test_parquet() -> None:
    found = read_model_header(BytesSource(parquet({"license": "CC0-1.0", "note": "from /ho" + "me/tester/x"})))
    assert (found.format, found.licence) == ("Parquet", "CC0-1.0")
    assert found.tool is not None
    assert found.tool.startswith("parquet-cpp-arrow")
    assert [entry.sample for entry in found.leaks] == ['"tester"']


def gguf(*fields: tuple[str, int, bytes], count: int | None = None, version: int = 3) -> bytes:
    body = b"".join(text(key) + struct.pack("<I", kind) + value for key, kind, value in fields)
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(fields) if count is None else count) + body


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def test_gguf() -> None:
    data = gguf(
        ("general.architecture", 8, text("llama")),
        ("general.name", 8, text("Small model")),
        ("general.license", 8, text("apache-2.0")),
        ("general.base_model.count", 4, struct.pack("<I", 1)),
        ("general.base_model.0.name", 8, text("Base")),
        ("general.dataset.0.name", 8, text("A data set")),
        ("llama.rope.scaling", 6, struct.pack("<f", 0.5)),
        ("general.tags", 9, struct.pack("<IQ", 8, 2) + text("text") + text("chat")),
        ("tokenizer.ggml.scores", 9, struct.pack("<IQ", 6, 3) + bytes(12)),
        ("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 1_000) + text("a") * 1_000),
        ("general.author", 8, text("Test Studio")),
    )
    found = read_model_header(BytesSource(data))
    assert (found.format, found.title, found.architecture, found.licence) == ("GGUF", "Small model", "llama", "apache-2.0")
    assert (found.author, found.tags) == ("Test Studio", ("text", "chat"))
    assert [model.name for model in found.base_models] == ["Base"]
    assert found.data_sets == (ClaimedDataSet(name="A data set"),)
    assert dict(found.fields)["llama.rope.scaling"] == "0.5"
    assert "tokenizer.ggml.tokens" not in dict(found.fields)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (gguf(version=1), "no GGUF of version"),
        (gguf(count=5), "file ends"),
        (gguf(("a", 99, b"")), "no kind of value"),
        (gguf(("a", 8, struct.pack("<Q", 1 << 60))), "claims"),
        (gguf(("a", 9, struct.pack("<IQ", 4, 1 << 60))), "claims"),
        (gguf(("a", 9, struct.pack("<IQ", 9, 1))), "neither texts nor numbers"),
        (gguf(("k" * 70_000, 0, b"\x00")), "key is too long"),
    ],
)
def test_gguf_that_is_not_sound(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        read_model_header(BytesSource(data))


def test_limits_of_gguf() -> None:
    with pytest.raises(MalformedError, match="too many values"):
        read_model_header(BytesSource(gguf(*[("a", 0, b"\x00")] * 20)), Limits(gguf_values=10))


def test_other_files_are_refused() -> None:
    for data in (png(), b"some text", b"GGU"):
        with pytest.raises(AssetError, match="no model format"):
            read_model_header(BytesSource(data))


def test_large_and_many_fields_are_left_out_and_told() -> None:
    found = header(Limits(text_size=100), big="x" * 200, small="y")
    assert [key for key, _ in found.fields] == ["small"]
    assert '"big"' in found.remarks[0]
    many = {f"key {index}": "x" for index in range(1_200)}
    found = header(**many)
    assert len(found.fields) == 1_000
    assert "behind the first 1,000" in found.remarks[0]


KEYS = st.sampled_from([*MODEL_SPEC, *KOHYA, "sd_merge_models", "ss_datasets", "general.tags", "software", "base_model"])
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["null", "[]", "[[]]", '{"a":null}', '{"a":{"subsets":5}}', '[{"subsets":[{}]}]', '{"a":{"img_count":true}}', "1e999", "-1"]
    ),
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ).map(json.dumps),
)


@given(st.dictionaries(KEYS, VALUES, max_size=8))
@settings(max_examples=100, deadline=None)
def test_any_values_are_read(metadata: dict[str, str]) -> None:
    data = raw_safetensors(json.dumps({"__metadata__": metadata}))
    found = read_model_header(BytesSource(data))
    assert {key for key, _ in found.fields} == set(metadata)
    for entry in found.leaks:
        assert entry.field in metadata
        assert "\n" not in entry.sample
