"""Hugging Face datasets keep the bytes of pictures, and say of each what its credentials say."""

from __future__ import annotations

import io
import os
import pickle
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from credkit.errors import DefinitionError
from credkit.integrations.receiving import Receiver
from tests.acceptance.material import with_xmp
from tests.forge.pictures import picture
from tests.integrations.downloads import PAGE, POLICY, altered, signed

datasets = pytest.importorskip("datasets", reason="datasets is not installed")
from credkit.integrations.datasets import COLUMNS, CredentialsOf, accepted, with_credentials  # noqa: E402

PICTURES = [signed(), signed("jpg", "digitalCapture"), altered(), picture("png"), PAGE, None]


@pytest.fixture
def rows(tmp_path: Path) -> Any:
    """A dataset of pictures in memory."""
    datasets.disable_progress_bars()
    values = [None if data is None else {"bytes": data, "path": f"{number}.png"} for number, data in enumerate(PICTURES)]
    features = datasets.Features({"image": datasets.Image(decode=False), "number": datasets.Value("int64")})
    return datasets.Dataset.from_dict({"image": values, "number": list(range(len(values)))}, features=features)


@pytest.fixture(autouse=True)
def _the_environment_stays_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """``map`` with several processes leaves a copy in the place of ``os.environ``, which others (rich) have noted before."""
    monkeypatch.setattr(os, "environ", os.environ)
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "false")


@pytest.mark.parametrize("num_proc", [None, 2])
def test_every_row_is_told_and_keeps_its_bytes(rows: Any, num_proc: int | None) -> None:
    judged = with_credentials(rows, Receiver(policy=POLICY), num_proc=num_proc)
    assert set(COLUMNS) < set(judged.column_names)
    assert [row["image"] and row["image"]["bytes"] for row in judged] == PICTURES
    assert judged["credentials_state"][:] == ["Valid", "Valid", "Invalid", "none", "error", "error"]
    assert judged["credentials_ai"][:] == [True, False, None, None, None, None]
    assert judged["credentials_accepted"][:] == [True, True, False, False, False, False]
    assert judged["credentials_signer"][0]
    assert judged["credentials_training_allowed"][0] == "unsaid"
    assert judged["credentials_reason"][0] == ""
    assert "without Content Credentials" in judged["credentials_reason"][3]
    assert judged["credentials_reason"][4:] == ["What the row holds is no picture.", "The row holds no picture."]


def test_accepted_rows_are_kept(rows: Any) -> None:
    kept = with_credentials(rows, Receiver(policy=POLICY)).filter(accepted)
    assert kept["number"][:] == [0, 1]


def test_pictures_are_read_from_files(tmp_path: Path) -> None:
    for number, data in enumerate(PICTURES[:4]):
        (tmp_path / f"{number}.png").write_bytes(data or b"")
    rows = datasets.Dataset.from_dict({"image": [str(path) for path in sorted(tmp_path.glob("*.png"))]}).cast_column(
        "image", datasets.Image()
    )
    judged = with_credentials(rows, Receiver(policy=POLICY))
    assert judged["credentials_accepted"][:] == [True, True, False, False]


def test_streams_and_dictionaries_are_judged_too(rows: Any) -> None:
    stream = with_credentials(rows.to_iterable_dataset(), Receiver(policy=POLICY))
    assert [row["credentials_accepted"] for row in stream] == [True, True, False, False, False, False]
    both = with_credentials(datasets.DatasetDict({"train": rows}), Receiver(policy=POLICY))
    assert both["train"]["credentials_accepted"][0] is True


def test_the_bytes_survive_a_parquet_file(rows: Any, tmp_path: Path) -> None:
    with_credentials(rows, Receiver(policy=POLICY)).to_parquet(tmp_path / "rows.parquet")
    again = datasets.Dataset.from_parquet(str(tmp_path / "rows.parquet")).cast_column("image", datasets.Image(decode=False))
    assert again[0]["image"]["bytes"] == signed()


def test_decoded_pictures_are_refused_with_the_way_out() -> None:
    with pytest.raises(DefinitionError, match=r'cast_column\("image", Image\(decode=False\)\)'):
        CredentialsOf(receiver=Receiver())({"image": Pillow.open(io.BytesIO(signed()))})


def test_it_travels_and_is_the_same_for_the_cache() -> None:
    made = CredentialsOf(receiver=Receiver(policy=POLICY))
    assert pickle.loads(pickle.dumps(made)) == made
    hasher = datasets.fingerprint.Hasher
    assert hasher.hash(made) == hasher.hash(CredentialsOf(receiver=Receiver(policy=POLICY)))
    assert hasher.hash(made) != hasher.hash(CredentialsOf(receiver=Receiver(policy={"rules": {"state": "trusted"}})))


def test_a_missing_file_is_a_reason() -> None:
    told = CredentialsOf(receiver=Receiver(policy=POLICY))({"image": {"bytes": None, "path": "not-there.png"}})
    assert told["credentials_accepted"] is False
    assert 'not-there.png" cannot be read' in told["credentials_reason"]


def test_a_permission_that_nobody_signed_is_none() -> None:
    values = []
    for value in ("DMI-ALLOWED", "DMI-PROHIBITED"):
        row = {"image": with_xmp(f'plus:DataMining="http://ns.useplus.org/ldf/vocab/{value}"')}
        values.append(CredentialsOf(receiver=Receiver(policy=POLICY))(row)["credentials_training_allowed"])
    assert values == ["unsaid", "notAllowed"]
