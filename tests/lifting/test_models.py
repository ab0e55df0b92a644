"""Files of models: their hashes against an independent computation, the cache, and how names and claims are matched."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

import pytest

from credkit.errors import AssetError
from credkit.lifting import measuring
from credkit.lifting.models import agrees, find_models, measure_model
from credkit.manifest.assertions.generation import Generation, GenerationModel

TENSORS = bytes(range(256)) * 8


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "credkit" / "models"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "models"
    made.mkdir()
    return made


def safetensors(tensors: bytes = TENSORS, header: bytes = b'{"__metadata__":{"a":"b"}}') -> bytes:
    return len(header).to_bytes(8, "little") + header + tensors


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def settled(path: Path) -> Path:
    """Old enough that a change would show in its time."""
    os.utime(path, ns=(time.time_ns(), time.time_ns() - 60_000_000_000))
    return path


def test_every_hash_of_a_safetensors_file(folder: Path) -> None:
    tensors = bytes(n * 7 % 251 for n in range(1_500_000))
    data = safetensors(tensors)
    found = measure_model(write(folder / "a.safetensors", data))
    assert found == {
        "sha256": sha(data),
        "size": len(data),
        "file": "a.safetensors",
        "autov1": sha(data[1 << 20 : (1 << 20) + (64 << 10)])[:8],
        "autov2": sha(data)[:10],
        "autov3": sha(tensors)[:12],
        "tensors": sha(tensors),
    }
    Generation(models=(GenerationModel("a", measured=found),))


def test_a_golden_value(folder: Path) -> None:
    found = measure_model(write(folder / "a.safetensors", safetensors(b"\x00" * 16, b"{}")))
    assert found["sha256"] == "8b2d9edbed1cc8a4f93bfc20f3083e17dfb2a3b0e94b0bf026c6d7d963cc751c"
    assert found["tensors"] == "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"


def test_the_hash_of_the_tensors_outlives_a_change_of_the_header(folder: Path) -> None:
    one = measure_model(write(folder / "a.safetensors", safetensors()))
    two = measure_model(write(folder / "b.safetensors", safetensors(header=b'{"__metadata__":{"c2pa":"signed"}}')))
    assert one["tensors"] == two["tensors"]
    assert one["sha256"] != two["sha256"]


def test_other_files_have_no_tensors(folder: Path) -> None:
    found = measure_model(write(folder / "a.ckpt", b"PK\x03\x04" + bytes(2_000)))
    assert found.keys() == {"sha256", "size", "file", "autov2"}
    assert measure_model(write(folder / "empty.pt", b""))["size"] == 0
    assert "tensors" in measure_model(write(folder / "renamed.bin", safetensors()))


@pytest.mark.parametrize(
    "data",
    [b"", b"\x05\x00", (1 << 62).to_bytes(8, "little") + b"{}", (3).to_bytes(8, "little") + b"{}", safetensors(header=b"[1]"), bytes(100)],
)
def test_headers_that_lie_are_refused(folder: Path, data: bytes) -> None:
    with pytest.raises(AssetError, match=r'"a\.safetensors" is no sound SafeTensors file'):
        measure_model(write(folder / "a.safetensors", data))


def test_what_is_no_file(folder: Path) -> None:
    with pytest.raises(AssetError, match="No such file"):
        measure_model(folder / "missing")
    with pytest.raises(AssetError, match="directory"):
        measure_model(folder)
    with pytest.raises(AssetError, match="cannot be read"):
        measure_model(Path("a\x00b"))
    os.mkfifo(folder / "pipe")
    with pytest.raises(AssetError, match="is no file"):
        measure_model(folder / "pipe")


def test_a_file_that_changes_while_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(folder / "a.ckpt", bytes(3 << 20))
    original = measuring._read

    def growing(file: object, count: int) -> bytes:
        with path.open("ab") as more:
            more.write(b"x")
        return original(file, count)  # type: ignore[arg-type]

    monkeypatch.setattr(measuring, "_read", growing)
    with pytest.raises(AssetError, match="changed while it was read"):
        measure_model(path)


# The cache


@pytest.fixture
def large(folder: Path) -> Path:
    return settled(write(folder / "large.safetensors", safetensors(bytes(5 << 20))))


def kept(cache_folder: Path) -> Path:
    (file,) = cache_folder.glob("*.json")
    return file


def test_a_measurement_is_kept_and_used(large: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = measure_model(large)
    assert kept(cache_folder).stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(measuring, "_measured", lambda *_: pytest.fail("hashed again"))
    assert measure_model(large) == first


@pytest.mark.parametrize("key", ["path", "size", "mtime", "ctime", "inode", "device", "version"])
def test_a_measurement_of_anything_else_is_not_trusted(large: Path, cache_folder: Path, key: str) -> None:
    first = measure_model(large)
    entry = json.loads(kept(cache_folder).read_text())
    entry[key] = "x" if key == "path" else entry[key] + 1
    entry["measured"]["sha256"] = "0" * 64
    kept(cache_folder).write_text(json.dumps(entry))
    assert measure_model(large) == first


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"measured": 1}', "\x00" * 10, "[" * 100_000, b"\xff\xfe".decode("latin-1"), '{"a":1,"a":2}']
)
def test_a_corrupt_cache_is_measured_anew(large: Path, cache_folder: Path, text: str) -> None:
    first = measure_model(large)
    kept(cache_folder).write_text(text, "utf-8")
    assert measure_model(large) == first
    assert json.loads(kept(cache_folder).read_text())["measured"] == first


@pytest.mark.parametrize("change", [{"sha256": "xyz"}, {"sha256": 5}, {"extra": "1"}, {"size": 3}, {"autov2": None}])
def test_a_kept_value_that_is_none_is_measured_anew(large: Path, cache_folder: Path, change: dict[str, object]) -> None:
    first = measure_model(large)
    entry = json.loads(kept(cache_folder).read_text())
    entry["measured"] |= change
    kept(cache_folder).write_text(json.dumps(entry))
    assert measure_model(large) == first


def test_a_change_of_the_file_is_seen(large: Path) -> None:
    first = measure_model(large)
    settled(write(large, safetensors(b"\x01" * (5 << 20))))
    assert measure_model(large)["sha256"] != first["sha256"]


def test_what_is_too_young_or_too_small_is_not_kept(folder: Path, cache_folder: Path, large: Path) -> None:
    measure_model(settled(write(folder / "small.pt", b"x")))
    measure_model(write(folder / "young.pt", bytes(5 << 20)))
    measure_model(large, cache=False)
    assert not cache_folder.exists()


def test_a_cache_that_cannot_be_written_is_done_without(large: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the way")
    assert measure_model(large)["size"] == large.stat().st_size


# Finding


def generation(*models: GenerationModel) -> Generation:
    return Generation(models=models)


def test_files_are_found_by_name_and_compared(folder: Path) -> None:
    base, grain = safetensors(), safetensors(b"grain")
    write(folder / "checkpoints" / "sub" / "AWPortrait_v14.safetensors", base)
    write(folder / "Lora" / "film-grain.safetensors", grain)
    write(folder / "Lora" / "notes.txt", b"film grain")
    asked = generation(
        GenerationModel("awportrait_v14", claimed={"autov2": sha(base)[:10]}),
        GenerationModel("film grain", role="lora", weight=0.6, claimed={"autov3": "0" * 12}),
        GenerationModel("missing", role="vae"),
    )
    found = find_models(asked, [folder])
    first, second, third = found.generation.models
    assert (first.measured["sha256"], first.measured["file"], first.claimed) == (
        sha(base), "AWPortrait_v14.safetensors", {"autov2": sha(base)[:10]},
    )  # fmt: skip
    assert second.measured["autov3"] == sha(b"grain")[:12]
    assert (second.weight, second.claimed) == (0.6, {"autov3": "0" * 12})
    assert third.measured == {}
    assert found.remarks == (
        f'The file of the model "awportrait_v14" has the AutoV2 {sha(base)[:10]} that the text claims.',
        f'The text claims AutoV3 {"0" * 12} for the model "film grain", and its file has {sha(b"grain")[:12]}: '
        "both are stated, each as what it is.",
        f'No file was found in "{folder}" for "missing": add the folder that holds it, or give the file the model\'s name.',
    )


def test_of_many_files_only_those_with_fitting_names_are_hashed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for index in range(5_000):
        (folder / f"model {index}.safetensors").touch()
    write(folder / "model 77.safetensors", safetensors())
    hashed = []
    original = measuring._measured

    def counted(file: object, size: int, path: Path, *more: object) -> dict[str, object]:
        hashed.append(path.name)
        return original(file, size, path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(measuring, "_measured", counted)
    asked = generation(GenerationModel("model 77"), GenerationModel("other", claimed={"sha256": "a" * 64}))
    found = find_models(asked, [folder])
    assert found.generation.models[0].measured["size"] == len(safetensors())
    assert hashed == ["model 77.safetensors"]


def test_a_renamed_file_is_found_by_its_hash(folder: Path) -> None:
    data = safetensors()
    write(folder / "renamed.safetensors", data)
    write(folder / "another.safetensors", safetensors(b"x"))
    for claimed in ({"sha256": sha(data)}, {"autov2": sha(data)[:10]}, {"autov3": sha(TENSORS)[:12]}, {"other": f"tensors:{sha(TENSORS)}"}):
        found = find_models(generation(GenerationModel("original", claimed=claimed)), [folder])
        assert found.generation.models[0].measured["file"] == "renamed.safetensors"
    found = find_models(generation(GenerationModel("original", claimed={"autov1": "e3b0c442"})), [folder])
    assert found.generation.models[0].measured == {}


def test_of_two_files_of_one_name_the_claimed_one_is_taken(folder: Path) -> None:
    write(folder / "a" / "m.safetensors", safetensors(b"one"))
    right = safetensors(b"two")
    write(folder / "b" / "m.safetensors", right)
    found = find_models(generation(GenerationModel("m", claimed={"autov2": sha(right)[:10]})), [folder])
    assert found.generation.models[0].measured["sha256"] == sha(right)
    undecided = find_models(generation(GenerationModel("m")), [folder])
    assert undecided.generation.models[0].measured == {}
    assert undecided.remarks == (
        '2 different files are called like the model "m", and no claimed hash tells which it was: none is stated as measured; '
        "name the right file itself.",
    )
    write(folder / "b" / "m.safetensors", safetensors(b"one"))
    same = find_models(generation(GenerationModel("m")), [folder])
    assert same.generation.models[0].measured["sha256"] == sha(safetensors(b"one"))


def test_single_files_are_places_too(folder: Path) -> None:
    path = write(folder / "whatever", b"abc")
    found = find_models(generation(GenerationModel("whatever")), [path, folder])
    assert found.generation.models[0].measured["sha256"] == sha(b"abc")


def test_names_never_become_paths(folder: Path, tmp_path: Path) -> None:
    write(tmp_path / "secret.safetensors", safetensors())
    write(folder / "a.safetensors", safetensors(b"a"))
    names = ("../secret", "../secret.safetensors", str(tmp_path / "secret.safetensors"), "..", "/", "a\x00", "*", "")
    asked = generation(*(GenerationModel(name) for name in names[:-1] if "\x00" not in name))
    found = find_models(asked, [folder])
    assert all(model.measured == {} for model in found.generation.models)


def test_loops_of_links_end_and_links_are_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "up").symlink_to(tmp_path)
    elsewhere = write(tmp_path / "elsewhere" / "m.safetensors", safetensors())
    (folder / "there").symlink_to(elsewhere.parent)
    (folder / "gone.safetensors").symlink_to(tmp_path / "nothing")
    found = find_models(generation(GenerationModel("m")), [folder])
    assert found.generation.models[0].measured["sha256"] == sha(safetensors())


def test_places_that_cannot_be_read(folder: Path) -> None:
    with pytest.raises(AssetError, match="mend the path"):
        find_models(generation(), [folder / "nowhere"])
    with pytest.raises(AssetError, match="no sound SafeTensors"):
        find_models(generation(GenerationModel("a")), [write(folder / "a.safetensors", b"")])
    found = find_models(generation(GenerationModel("a")), [folder])
    assert found.remarks[0].startswith('A file was passed over: "a.safetensors" is no sound SafeTensors file')
    os.mkfifo(folder / "pipe.ckpt")
    with pytest.raises(AssetError, match="neither a folder nor a file"):
        find_models(generation(), [folder / "pipe.ckpt"])
    assert find_models(generation(GenerationModel("pipe")), [folder]).generation.models[0].measured == {}


def test_what_is_measured_already_stays(folder: Path) -> None:
    write(folder / "a.safetensors", safetensors())
    known = GenerationModel("a", measured={"sha256": "0" * 64, "size": 1})
    found = find_models(generation(known), [folder])
    assert found.generation.models == (known,)
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("kind", "digits", "expected"),
    [
        ("sha256", "ab" * 32, True),
        ("sha256", "00" * 32, False),
        ("autov2", "ababababab", True),
        ("autov2", "0000000000", False),
        ("autov1", "12345678", None),
        ("autov3", "cdcdcdcdcdcd", True),
        ("autov3", "abababababab", True),
        ("autov3", "000000000000", False),
        ("other", "abababababab", True),
        ("other", "000000000000", None),
        ("other", "tensors:" + "cd" * 32, True),
        ("other", "tensors:" + "ab" * 32, False),
        ("other", "blake3:" + "ab" * 32, None),
    ],
)
def test_how_claims_compare(kind: str, digits: str, expected: bool | None) -> None:
    assert agrees(kind, digits, {"sha256": "ab" * 32, "size": 1, "tensors": "cd" * 32, "autov3": "cd" * 6}) is expected


@pytest.mark.skipif(sys.platform == "win32", reason="there the system keeps no time of the last change")
def test_another_file_with_the_same_size_and_time_is_measured_anew(large: Path, cache_folder: Path) -> None:
    """As programs leave it that copy into an existing file and set its time back."""
    before = measure_model(large)
    status = large.stat()
    with large.open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(b"\0\0\1\1")
    os.utime(large, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert measure_model(large)["sha256"] != before["sha256"]
