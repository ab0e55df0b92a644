"""Checkpoints: written in the form of the standard, judged by ``verify``, stamped by an authority."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credkit.assets import BytesSource
from credkit.errors import CredentialError, FetchError, OutputError
from credkit.journal.checkpoints import write_checkpoint
from credkit.journal.entries import Note
from credkit.journal.verifying import verify_journal
from credkit.journal.writing import append
from credkit.limits import Limits
from credkit.manifest.store import parse_store
from credkit.sign.time_stamping import TimeStamper
from credkit.trust.http import HttpFetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Profile, verify
from tests.forge import pki
from tests.forge.tsa import TsaServer
from tests.journal.material import lines, studio


def store_in(line: bytes) -> bytes:
    address = json.loads(line)["c2pa:checkpoint"]
    head, _, text = address.partition(",")
    assert head == "data:application/c2pa;base64"
    return base64.b64decode(text, validate=True)


def codes(data: bytes, profile: Profile = Profile.V2_5) -> tuple[str, set[str]]:
    report = verify(BytesSource(data), profile=profile)
    return report.state, {s.code for s in report.active.results.failure} - {"signingCredential.untrusted"} if report.active else set()


def test_a_checkpoint_holds_what_the_standard_wants(tmp_path: Path) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    found = lines(path)
    first, second = (parse_store(store_in(found[number])) for number in (3, 6))
    starts = [sum(map(len, found[:number])) for number in range(len(found))]
    one = first.manifests[-1].assertion("c2pa.hash.segment")
    two = second.manifests[-1].assertion("c2pa.hash.segment")
    assert one
    assert two
    assert one.value() == {
        "version": 1,
        "alg": "sha256",
        "hash": hashlib.sha256(b"".join(found[:3])).digest(),
        "segmentStart": 0,
        "segmentEnd": starts[3],
    }
    assert two.value() == {
        "version": 1,
        "alg": "sha256",
        "hash": hashlib.sha256(b"".join(found[4:6])).digest(),
        "segmentStart": starts[4],
        "segmentEnd": starts[6],
        "predecessorSentinel": {"start": starts[3], "length": len(found[3]), "hash": hashlib.sha256(found[3]).digest()},
    }
    labels = [{assertion.base_label for assertion in store.manifests[-1].assertions} for store in (first, second)]
    assert "c2pa.hash.data" not in labels[0] | labels[1]
    assert "c2pa.ingredient.v3" not in labels[0]
    assert [manifest.label for manifest in second.manifests[:-1]] == [first.manifests[-1].label]
    ingredient = second.manifests[-1].assertion("c2pa.ingredient.v3")
    assert ingredient
    assert ingredient.value()["relationship"] == "parentOf"
    assert first.manifests[-1].label in ingredient.value()["activeManifest"]["url"]


@pytest.mark.parametrize("profile", list(Profile))
def test_verify_judges_the_file_up_to_a_checkpoint(tmp_path: Path, profile: Profile) -> None:
    found = lines(studio(tmp_path / "s") / "journal.jsonl")
    for count in (4, 7):
        report = verify(BytesSource(b"".join(found[:count])), profile=profile)
        assert report.state == "Valid"
        assert report.content_intact is True
        assert report.media_type == "application/jsonl"
        assert "assertion.segmentHash.match" in {s.code for s in report.active.results.success} if report.active else False
    assert codes(b"".join(found), profile) == ("Invalid", {"assertion.segmentHash.partialCoverage"})


@pytest.mark.parametrize(
    ("old", "new", "size"),
    [
        (b'{"c2pa', b'{ \t "c2pa', 3),
        (b'":"data', b'"\t:"data', 1),
        (b'":"data', b'": "data', 0),
        (b'":"data', b'":  "data', 2),
        (b'"data:', b'"  data:', 2),
        (b'"}\n', b' "}\n', 1),
        (b'"}\n', b'"\t}\n', 1),
        (b'"}\n', b'"}\r\n', 0),
        (b'"}\n', b'"} \t\n', 3),
    ],
)
def test_white_space_in_the_last_line_is_told(tmp_path: Path, old: bytes, new: bytes, size: int) -> None:
    """No checkpoint covers that line yet, so that tabs and spaces in it could say anything."""
    found = lines(studio(tmp_path / "s") / "journal.jsonl")[:4]
    assert found[-1].count(old) == 1
    report = verify(BytesSource(b"".join((*found[:-1], found[-1].replace(old, new)))), profile=Profile.V2_5)
    assert (report.state, report.content_intact) == ("Valid", True)
    told = [region for region in report.unbound if region.place == "file"]
    assert [(region.size, region.what) for region in told] == ([(size, "white space in the line of the last checkpoint")] if size else [])


def test_a_trusted_signer_makes_it_trusted(tmp_path: Path) -> None:
    path = studio(tmp_path / "s") / "journal.jsonl"
    report = verify_journal(path, policy=TrustPolicy.of(pki.root_pem()))
    assert [(c.valid, c.trusted, c.signer) for c in report.checkpoints] == [(True, True, "credkit test signer")] * 2


def test_time_stamps(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with TsaServer() as tsa:
        stamper = TimeStamper(tsa.url, HttpFetcher())
        append(path, Note(text="one"))
        made = write_checkpoint(path, pki.signer(), time_stamper=stamper)
        append(path, Note(text="two"))
        write_checkpoint(path, pki.signer(), time_stamper=stamper)
        assert len(tsa.requests) == 2
        stranger = verify_journal(path)
        friend = verify_journal(path, policy=TrustPolicy.of(tsa=[tsa.tsa.root.der]))
    assert made.stamped
    assert stranger.intact
    assert friend.intact
    assert all(c.stated and not c.stamped for c in stranger.checkpoints)
    assert all(c.stated and c.stamped == c.stated for c in friend.checkpoints)
    assert any("No checkpoint has a time-stamp" in note for note in stranger.notes)
    assert not any("time-stamp" in note for note in friend.notes)


def test_without_the_stamp_nothing_is_appended(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    before = path.read_bytes()
    with TsaServer(lie="refused") as tsa, pytest.raises(FetchError):
        write_checkpoint(path, pki.signer(), time_stamper=TimeStamper(tsa.url, HttpFetcher()))
    assert path.read_bytes() == before
    append(path, Note(text="two"))
    assert verify_journal(path).intact


def test_many_checkpoints_stay_sound(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for number in range(12):
        append(path, Note(text=str(number)))
        write_checkpoint(path, pki.signer())
    report = verify_journal(path)
    assert report.intact, report.faults
    assert len(report.checkpoints) == 12
    assert codes(path.read_bytes()) == ("Valid", set())


def test_refusals(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with pytest.raises(OutputError, match="there is no journal"):
        write_checkpoint(path, pki.signer())
    assert not path.exists()
    append(path, Note(text="one"))
    write_checkpoint(path, pki.signer())
    before = path.read_bytes()
    with pytest.raises(OutputError, match="nothing was written"):
        write_checkpoint(path, pki.signer())
    append(path, Note(text="two"))
    with pytest.raises(OutputError, match="has 1 checkpoints"):
        write_checkpoint(path, pki.signer(), limits=Limits(journal_checkpoints=1))
    path.write_bytes(path.read_bytes().replace(b'"one"', b'"eno"'))
    # The last line before a checkpoint is vouched for by the checkpoint alone, which is looked at before the next is made.
    with pytest.raises(OutputError, match="does not fit"):
        write_checkpoint(path, pki.signer())
    assert len(path.read_bytes()) > len(before)


def test_an_unfit_signer_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    append(path, Note(text="one"))
    before = path.read_bytes()
    expired = pki.make_pki("ed25519", not_before=datetime.now(UTC) - timedelta(days=20), not_after=datetime.now(UTC) - timedelta(days=10))
    with pytest.raises(CredentialError, match="expired"):
        write_checkpoint(path, expired.signer())
    assert path.read_bytes() == before


def test_the_identity_may_change_between_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    for algorithm in ("ed25519", "es256"):
        append(path, Note(text=algorithm))
        write_checkpoint(path, pki.signer(algorithm))
    assert verify_journal(path).intact
