"""Model files: what they were trained on and from, their hashes, and how pictures carry all of it along."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import credkit
from credkit import AssetError, BaseModel, DataSetUse, DefinitionError, ModelReference, Statements
from credkit.api.model_credentials import model_from_file
from credkit.api.training_file import read_training_file
from credkit.manifest.assertions import Generation, GenerationModel
from credkit.provenance.values import assertion_value
from tests.forge import peer, pki
from tests.forge.pictures import picture, repainted

_KEYS = ("datasets", "base_models", "title", "name", "path", "licence", "license", "@type", "creator", "url", "item_count", "retrieved")
np = pytest.importorskip("numpy")
safetensors = pytest.importorskip("safetensors.numpy")


def write_model(path: Path, seed: int = 0, **metadata: str) -> Path:
    """A small model with random weights."""
    weights = np.random.default_rng(seed).standard_normal((16, 16)).astype(np.float32)
    safetensors.save_file({"weight": weights, "bias": weights[0].copy()}, path, metadata=metadata or None)
    return path


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    """A signed data set of twelve pictures, a model and its base."""
    (tmp_path / "photos").mkdir()
    for number in range(12):
        (tmp_path / "photos" / f"{number:02}.png").write_bytes(picture("png"))
    credkit.sign_dataset(tmp_path / "photos", statements=Statements(title="My photographs"), signer=pki.signer())
    write_model(tmp_path / "model.safetensors", 1, format="pt")
    write_model(tmp_path / "base.safetensors", 2)
    return tmp_path


def values(report: credkit.Report, label: str) -> list[Any]:
    """The decoded assertions of a kind of the active manifest."""
    assert report.active is not None
    return [assertion_value(a) for a in report.active.manifest.assertions if a.base_label == label]


def sign_model(studio: Path, statements: Statements, **options: Any) -> credkit.SignResult:
    return credkit.sign_file(studio / "model.safetensors", studio / "signed.safetensors", statements, signer=pki.signer(), **options)


def full(studio: Path) -> Statements:
    return Statements(
        title="AWPortrait 1.4",
        data_sets=(
            DataSetUse("My photographs", path=studio / "photos", licence="LicenseRef-own-work", ai_training_permitted="own-work"),
            DataSetUse("Stock", licence="CC-BY-4.0", licence_url="https://example.com/licence", item_count=40, retrieved="2026-03-01"),
        ),
        base_models=(BaseModel("Base", version="1.5", path=studio / "base.safetensors", licence="MIT"),),
        model_role="lora",
    )


def test_data_sets_and_base_models_are_inputs_with_their_licences(studio: Path) -> None:
    result = sign_model(studio, full(studio))
    assert result.report.state == "Valid"
    ingredients = {i["dc:title"]: i for i in values(result.report, "c2pa.ingredient.v3")}
    assert {i["relationship"] for i in ingredients.values()} == {"inputTo"}
    own, stock, base = (ingredients[title] for title in ("My photographs", "Stock", "Base 1.5"))
    assert own["dataTypes"] == stock["dataTypes"] == [{"type": "c2pa.types.dataset"}]
    assert base["dataTypes"] == [{"type": "c2pa.types.model"}]
    assert own["dc:format"] == "multipart/mixed"
    assert "activeManifest" in own
    assert "activeManifest" not in stock
    assert base["metadata"]["org.credkit.file"]["sha256"] == hashlib.sha256((studio / "base.safetensors").read_bytes()).digest()
    (training,) = values(result.report, "org.credkit.training.metadata")
    first, second = training["credkit:trainingSources"]
    assert first["credkit:licence"] == "LicenseRef-own-work"
    assert first["credkit:aiTrainingPermitted"] == "own-work"
    assert (second["credkit:itemCount"], second["credkit:licenceURL"]) == (40, "https://example.com/licence")
    (third,) = training["credkit:baseModels"]
    assert (third["credkit:name"], third["credkit:version"], third["credkit:licence"]) == ("Base", "1.5", "MIT")
    assert result.report.active is not None
    by_uri = {f"self#jumbf=c2pa.assertions/{a.label}": assertion_value(a) for a in result.report.active.manifest.assertions}
    for entry, ingredient in ((first, own), (second, stock), (third, base)):
        assert by_uri[entry["credkit:ingredient"]] == ingredient


def test_a_trained_model_was_created_here(studio: Path) -> None:
    (actions,) = values(sign_model(studio, full(studio)).report, "c2pa.actions.v2")
    (created,) = actions["actions"]
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"] == "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData"
    assert len(created["parameters"]["ingredients"]) == 3
    with pytest.raises(DefinitionError, match="how the file began"):
        sign_model(studio, Statements(title="nothing else"))


def test_both_hashes_stand_in_the_manifest_and_the_tensors_stay(studio: Path) -> None:
    before = (studio / "model.safetensors").read_bytes()
    result = sign_model(studio, full(studio))
    (model,) = values(result.report, "org.credkit.model")
    measured = model["beforeSigning"]
    start = 8 + int.from_bytes(before[:8], "little")
    assert measured["sha256"] == hashlib.sha256(before).hexdigest()
    assert measured["tensors"] == hashlib.sha256(before[start:]).hexdigest()
    assert (measured["size"], measured["file"], model["role"], model["name"]) == (
        len(before),
        "model.safetensors",
        "lora",
        "AWPortrait 1.4",
    )
    after = (studio / "signed.safetensors").read_bytes()
    assert after[8 + int.from_bytes(after[:8], "little") :] == before[start:]
    loaded, expected = safetensors.load_file(studio / "signed.safetensors"), safetensors.load_file(studio / "model.safetensors")
    assert all(np.array_equal(loaded[name], expected[name]) for name in expected)
    (kind,) = values(result.report, "c2pa.asset-type.v2")
    assert kind["types"] == [{"type": "c2pa.types.model.pytorch"}]
    with pytest.raises(DefinitionError):
        credkit.sign_file(
            before, studio / "x.safetensors", Statements(model_role="wrong", created="trainedAlgorithmicData"), signer=pki.signer()
        )


def test_a_model_in_memory_is_measured_too(studio: Path) -> None:
    data = (studio / "model.safetensors").read_bytes()
    out = studio / "memory.safetensors"
    result = credkit.sign_file(data, out, Statements(data_sets=(DataSetUse("x", licence=None),)), signer=pki.signer())
    (model,) = values(result.report, "org.credkit.model")
    assert model["beforeSigning"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert "tensors" in model["beforeSigning"]


def test_merges_and_shared_data_sets(studio: Path) -> None:
    """Two models that were trained on one data set, merged: its manifest is taken in once."""
    use = DataSetUse("My photographs", path=studio / "photos", licence="MIT")
    for name, seed in (("one", 3), ("two", 4)):
        write_model(studio / f"{name}.safetensors", seed)
        credkit.sign_file(
            studio / f"{name}.safetensors", studio / f"{name}-signed.safetensors", Statements(data_sets=(use,)), signer=pki.signer()
        )
    bases = tuple(BaseModel(name, path=studio / f"{name}-signed.safetensors", licence="MIT") for name in ("one", "two"))
    result = sign_model(studio, Statements(base_models=bases, data_sets=(use,)))
    assert result.report.state == "Valid"
    assert len(result.report.manifests) == 4
    assert result.report.store is not None
    assert len(result.report.store.manifests) == 4


def test_the_whole_chain(studio: Path) -> None:
    sign_model(studio, full(studio))
    made, out = studio / "made.png", studio / "repaint.jpg"
    model = ModelReference("AWPortrait", "1.4", str(studio / "signed.safetensors"))
    first = credkit.sign_file(picture("png"), made, Statements(created="trainedAlgorithmicMedia", models=(model,)), signer=pki.signer())
    (ingredient,) = values(first.report, "c2pa.ingredient.v3")
    assert ingredient["relationship"] == "inputTo"
    assert ingredient["validationResults"]["activeManifest"]["failure"][0]["code"] == "signingCredential.untrusted"
    assert ingredient["metadata"]["org.credkit.file"]["tensors"]
    second = credkit.sign_file(
        repainted("jpg"), out, Statements(edited="compositeWithTrainedAlgorithmicMedia"), signer=pki.signer(), parent=made
    )
    for result, manifests in ((first, 3), (second, 4)):
        assert (result.report.state, len(result.report.manifests)) == ("Valid", manifests)
    for path, kind, count in ((made, "png", 3), (out, "jpg", 4)):
        found = peer.read(path.read_bytes(), kind)
        assert (found.state, found.failures, found.manifests) == ("Valid", ["signingCredential.untrusted"], count)
        found = peer.read(path.read_bytes(), kind, anchors=pki.root_pem())
        assert (found.state, found.failures) == ("Trusted", [])
    assert credkit.verify_dataset(studio / "photos" / "dataset.c2pa").report.state == "Valid"


def test_without_the_history_the_hashes_speak(studio: Path) -> None:
    sign_model(studio, full(studio))
    model = ModelReference("AWPortrait", path=str(studio / "signed.safetensors"))
    statements = Statements(created="trainedAlgorithmicMedia", models=(model,), model_history=False)
    result = credkit.sign_file(picture("png"), studio / "x.png", statements, signer=pki.signer())
    (ingredient,) = values(result.report, "c2pa.ingredient.v3")
    assert "activeManifest" not in ingredient
    assert ingredient["metadata"]["org.credkit.file"]["sha256"]
    assert len(result.report.manifests) == 1


def test_a_model_that_was_altered_is_taken_in_with_that_finding(studio: Path) -> None:
    sign_model(studio, full(studio))
    data = bytearray((studio / "signed.safetensors").read_bytes())
    data[-1] ^= 1
    (studio / "altered.safetensors").write_bytes(bytes(data))
    model = ModelReference("altered", path=str(studio / "altered.safetensors"))
    result = credkit.sign_file(
        picture("png"), studio / "x.png", Statements(created="trainedAlgorithmicMedia", models=(model,)), signer=pki.signer()
    )
    assert result.report.state == "Valid"
    assert [report.state for report in result.ingredients] == ["Invalid"]
    assert any('"altered" does not pass verification' in note for note in result.notes)
    found = peer.read((studio / "x.png").read_bytes(), "png", anchors=pki.root_pem())
    assert (found.state, found.failures) == ("Trusted", [])


def test_the_model_of_a_lifted_text_brings_its_credentials(studio: Path) -> None:
    sign_model(studio, full(studio))
    from io import BytesIO

    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("parameters", "a lighthouse\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64, Model: signed")
    data = BytesIO()
    Image.new("RGB", (64, 64)).save(data, "PNG", pnginfo=info)
    lift = credkit.Lift(folders=(studio,))
    result = credkit.sign_file(data.getvalue(), studio / "x.png", Statements(), signer=pki.signer(), lift=lift)
    assert len(result.report.manifests) == 3
    generation = Generation(models=(GenerationModel("signed", measured={"sha256": "0" * 64, "size": 1}),))
    stated = Statements(created="trainedAlgorithmicMedia", generation=generation, model_files=(("0" * 64, studio / "signed.safetensors"),))
    assert len(credkit.sign_file(picture("png"), studio / "y.png", stated, signer=pki.signer()).report.manifests) == 3


def test_what_is_withheld_must_not_stand_in_the_credentials_of_a_model(studio: Path) -> None:
    secret = "a lighthouse in the fog of november"
    told = Statements(created="trainedAlgorithmicData", description=f"tested with {secret}")
    sign_model(studio, told)
    statements = Statements(
        created="trainedAlgorithmicMedia", prompt=secret, models=(ModelReference("m", path=str(studio / "signed.safetensors")),)
    )
    with pytest.raises(credkit.HistoryError, match="in the open"):
        credkit.sign_file(picture("png"), studio / "x.png", statements, signer=pki.signer(), prompt="sealed", openings=studio / "o.json")
    assert not (studio / "x.png").exists()


def test_files_of_any_format_are_signed_beside(studio: Path) -> None:
    (studio / "model.ckpt").write_bytes(b"\x80\x02weights" * 1000)
    statements = Statements(title="Old model", data_sets=(DataSetUse("Stock", licence="CC0-1.0"),))
    with pytest.raises(AssetError, match=r"SafeTensors.*--sidecar"):
        credkit.sign_file(studio / "model.ckpt", studio / "out.ckpt", statements, signer=pki.signer())
    credkit.sign_file(studio / "model.ckpt", studio / "model.ckpt.c2pa", statements, signer=pki.signer(), sidecar=True)
    assert credkit.verify_file(studio / "model.ckpt").state == "Valid"
    model = model_from_file(studio / "model.ckpt")
    assert model.name == "Old model"
    made = Statements(created="trainedAlgorithmicMedia", models=(model,))
    assert len(credkit.sign_file(picture("png"), studio / "x.png", made, signer=pki.signer()).report.manifests) == 2


def test_a_data_set_that_is_a_file_is_hashed(studio: Path) -> None:
    (studio / "data.zip.bin").write_bytes(b"archive")
    result = sign_model(studio, Statements(data_sets=(DataSetUse("archive", path=studio / "data.zip.bin", licence=None),)))
    (training,) = values(result.report, "org.credkit.training.metadata")
    (entry,) = training["credkit:trainingSources"]
    assert entry["credkit:collectionSha256"] == hashlib.sha256(b"archive").hexdigest()
    assert "credkit:licence" not in entry


def test_a_signed_parquet_file_is_a_data_set_with_credentials(studio: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pyarrow.table({"caption": ["a", "b"]}), studio / "table.parquet")
    signed = studio / "signed.parquet"
    first = credkit.sign_file(studio / "table.parquet", signed, Statements(created="composite", licence="CC0-1.0"), signer=pki.signer())
    (kind,) = values(first.report, "c2pa.asset-type.v2")
    assert kind["types"] == [{"type": "c2pa.types.dataset"}]
    assert not values(first.report, "org.credkit.model")
    assert parquet.read_table(signed).equals(parquet.read_table(studio / "table.parquet"))
    result = sign_model(studio, Statements(data_sets=(DataSetUse("captions", path=signed, licence="CC0-1.0"),)))
    (ingredient,) = values(result.report, "c2pa.ingredient.v3")
    assert "activeManifest" in ingredient
    (training,) = values(result.report, "org.credkit.training.metadata")
    assert training["credkit:trainingSources"][0]["credkit:collectionSha256"] == hashlib.sha256(signed.read_bytes()).hexdigest()


def test_an_onnx_model(studio: Path) -> None:
    onnx = pytest.importorskip("onnx")
    value = onnx.helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [1])
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["x"], ["y"])],
        "g",
        [value],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [1])],
    )
    onnx.save(onnx.helper.make_model(graph), studio / "model.onnx")
    statements = Statements(data_sets=(DataSetUse("My photographs", path=studio / "photos", licence="MIT"),))
    result = credkit.sign_file(studio / "model.onnx", studio / "signed.onnx", statements, signer=pki.signer())
    assert (result.report.state, len(result.report.manifests)) == ("Valid", 2)
    (kind,) = values(result.report, "c2pa.asset-type.v2")
    assert kind["types"] == [{"type": "c2pa.types.model.onnx"}]
    onnx.checker.check_model(onnx.load(studio / "signed.onnx"))
    made = Statements(created="trainedAlgorithmicMedia", models=(model_from_file(studio / "signed.onnx"),))
    assert len(credkit.sign_file(picture("png"), studio / "x.png", made, signer=pki.signer()).report.manifests) == 3


@pytest.mark.parametrize("name", ["nowhere.c2pa", "nowhere", "folder", "broken.c2pa"])
def test_a_data_set_that_is_not_there_is_refused(studio: Path, name: str) -> None:
    (studio / "folder").mkdir()
    (studio / "broken.c2pa").write_bytes(b"no store")
    with pytest.raises(AssetError):
        sign_model(studio, Statements(data_sets=(DataSetUse("x", path=studio / name, licence="MIT"),)))
    assert not (studio / "signed.safetensors").exists()


def test_a_picture_is_no_model(studio: Path) -> None:
    for statements in (
        Statements(created="digitalCapture", data_sets=(DataSetUse("x", licence="MIT"),)),
        Statements(created="digitalCapture", base_models=(BaseModel("x"),)),
        Statements(created="digitalCapture", model_role="lora"),
    ):
        with pytest.raises(DefinitionError, match="stated of a model file"):
            credkit.sign_file(picture("png"), studio / "x.png", statements, signer=pki.signer())


def test_a_signed_model_is_not_created_again(studio: Path) -> None:
    sign_model(studio, full(studio))
    again = Statements(data_sets=(DataSetUse("More", licence="MIT"),))
    with pytest.raises(DefinitionError, match="--edited trainedAlgorithmicData"):
        credkit.sign_file(studio / "signed.safetensors", studio / "again.safetensors", again, signer=pki.signer())
    edited = Statements(edited="trainedAlgorithmicData", data_sets=(DataSetUse("More", licence="MIT"),))
    result = credkit.sign_file(studio / "signed.safetensors", studio / "again.safetensors", edited, signer=pki.signer())
    assert (result.report.state, len(result.report.manifests)) == ("Valid", 3)


def test_the_text_of_a_licence_is_stated_by_its_hash(studio: Path) -> None:
    (studio / "licence.html").write_text("<p>Do what you want</p>")
    use = DataSetUse("x", licence="LicenseRef-x", licence_text=studio / "licence.html")
    (training,) = values(sign_model(studio, Statements(data_sets=(use,))).report, "org.credkit.training.metadata")
    digest = hashlib.sha256((studio / "licence.html").read_bytes()).hexdigest()
    assert training["credkit:trainingSources"][0]["credkit:licenceSnapshotSha256"] == digest
    with pytest.raises(AssetError, match="text of the licence"):
        sign_model(studio, Statements(data_sets=(DataSetUse("x", licence=None, licence_text=studio / "none.html"),)))


def test_headers_are_told_and_lifted_only_when_asked_for(studio: Path) -> None:
    header = {
        "modelspec.title": "AW film grain",
        "modelspec.architecture": "stable-diffusion-v1/lora",
        "ss_sd_model_name": "base15.safetensors",
        "ss_network_dim": "32",
        "ss_dataset_dirs": json.dumps({"10_jane": {"n_repeats": 10, "img_count": 12}}),
    }
    write_model(studio / "model.safetensors", 1, **header)
    use = DataSetUse("My photographs", path=studio / "photos", licence="MIT")
    plain = sign_model(studio, Statements(data_sets=(use,)))
    (model,) = values(plain.report, "org.credkit.model")
    assert "header" not in model
    assert any("10_jane" in note for note in plain.notes)
    assert any("--lift" in note for note in plain.notes)
    lifted = sign_model(studio, Statements(data_sets=(use,)), lift=True)
    (model,) = values(lifted.report, "org.credkit.model")
    assert model["name"] == "AW film grain"
    assert model["header"]["architecture"] == "stable-diffusion-v1/lora"
    assert model["header"]["training.network_dim"] == "32"
    assert "jane" not in json.dumps(model)
    names = [i["dc:title"] for i in values(lifted.report, "c2pa.ingredient.v3")]
    assert "base15.safetensors" in names
    assert not any("--lift" in note for note in lifted.notes)


def test_a_file_alone_is_called_as_its_credentials_call_it(studio: Path) -> None:
    sign_model(studio, full(studio))
    assert model_from_file(studio / "signed.safetensors").name == "AWPortrait 1.4"
    assert model_from_file(studio / "base.safetensors").name == "base"


def test_a_definition_may_describe_a_model(studio: Path) -> None:
    definition = {
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": "trainedAlgorithmicData"}]},
            }
        ]
    }
    result = credkit.sign_file(studio / "model.safetensors", studio / "signed.safetensors", signer=pki.signer(), definition=definition)
    assert result.report.state == "Valid"
    assert values(result.report, "org.credkit.model")


# Files that list data sets


def test_a_list_in_toml_or_json(studio: Path) -> None:
    (studio / "list.toml").write_text(
        '[[datasets]]\ntitle = "A"\npath = "photos"\nlicence = "MIT"\nretrieved = 2026-03-01\n'
        '[[base_models]]\nname = "B"\ncreator = ["x", "y"]\n'
    )
    found = read_training_file(studio / "list.toml")
    (data_set,), (model,) = found.data_sets, found.base_models
    assert (data_set.title, data_set.path) == ("A", studio / "photos")
    assert (model.name, model.creator) == ("B", ("x", "y"))
    assert sign_model(studio, Statements(data_sets=found.data_sets, base_models=found.base_models)).report.state == "Valid"
    (studio / "list.json").write_text(json.dumps({"datasets": [{"title": "A", "licence": "CC-BY-4.0"}]}))
    assert read_training_file(studio / "list.json").data_sets[0].licence == "CC-BY-4.0"


def test_a_croissant_description(studio: Path) -> None:
    described = {
        "@context": {"@vocab": "https://schema.org/"},
        "@type": "sc:Dataset",
        "name": "flowers",
        "license": "https://spdx.org/licenses/CC-BY-4.0.html",
        "url": "https://example.com/flowers",
        "creator": [{"@type": "Organization", "name": "credkit test"}],
    }
    for licence, expected in (
        ("https://spdx.org/licenses/CC-BY-4.0.html", ("CC-BY-4.0", "https://spdx.org/licenses/CC-BY-4.0.html")),
        ("cc-by-4.0", ("CC-BY-4.0", None)),
        ("my own terms", ("LicenseRef-my-own-terms", None)),
        ("https://example.com/terms", (None, "https://example.com/terms")),
    ):
        (studio / "c.json").write_text(json.dumps(described | {"license": licence}))
        (use,) = read_training_file(studio / "c.json").data_sets
        assert (use.licence, use.licence_url) == expected
        assert (use.title, use.source_url, use.creator) == ("flowers", "https://example.com/flowers", ("credkit test",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "neither JSON nor TOML"),
        ("= 1", "neither JSON nor TOML"),
        ("[[dataset]]\ntitle = 'x'", "datasets"),
        ("", "should hold"),
        ("datasets = 1", "list of tables"),
        ("[[datasets]]\nlicence = 'MIT'", 'no "title"'),
        ("[[datasets]]\ntitle = 'x'\nlicense = 'MIT'", "licence"),
        ("[[datasets]]\ntitle = 'x'\nlicence = 'MITT'", "MIT"),
        ("[[datasets]]\ntitle = 'x'\nitem_count = 'many'", "integer|number"),
        ("[[datasets]]\ntitle = 'x'\npath = 5", "name of a file"),
        ("[[base_models]]\nname = 'x'\nclaimed = 'y'", "no field"),
    ],
)
def test_mistakes_in_a_list_are_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "list.toml").write_text(text)
    with pytest.raises(DefinitionError, match=said):
        read_training_file(tmp_path / "list.toml")


@given(
    st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(_KEYS) | st.text(max_size=5), inner, max_size=4),
            max_leaves=12,
        ).map(lambda value: json.dumps({"datasets": value, "@type": "sc:Dataset"} if isinstance(value, list) else value).encode()),
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_list_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "list").write_bytes(data)
    with contextlib.suppress(DefinitionError):
        read_training_file(tmp_path / "list")


def test_a_list_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="cannot be read"):
        read_training_file(tmp_path / "none.toml")
