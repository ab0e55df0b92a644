"""The core of the download hooks: what is a picture, what becomes of one that is not accepted, and that none is lost."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import logging
import os
import pickle
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credkit.acceptance import AcceptancePolicy
from credkit.errors import AssetError, DefinitionError, OutputError
from credkit.integrations import receiving
from credkit.integrations.receiving import SNIFFED, CredentialsWarning, Receiver, RefusedError, is_picture, is_picture_so_far
from credkit.limits import Limits
from credkit.resources import read_schema
from credkit.trust.policy import TrustPolicy
from tests.forge import files, pki
from tests.forge.pictures import picture
from tests.integrations.downloads import PAGE, POLICY, altered, signed


def drawn(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("head", [b"\0\0\0\x18ftypmif2", b"\0\0\0\x18ftypheis", b"8BPS\0\1", b"\0\0\1\0\1\0", b"qoif\0\0\0\1"])
def test_formats_that_pillow_reads_are_pictures(head: bytes) -> None:
    assert is_picture(head.ljust(SNIFFED, b"\0"))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000"])
def test_pictures_are_known_by_their_first_bytes(kind: str) -> None:
    try:
        data = drawn(kind)
    except (KeyError, OSError):
        pytest.skip(f"this Pillow writes no {kind}")
    assert is_picture(data[:SNIFFED])


@pytest.mark.parametrize("data", [b"", PAGE, b"BM or what", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE", b"\0\0\0\x18ftypisom", files.beside()[1]])
def test_other_files_are_none(data: bytes) -> None:
    assert not is_picture(data[:SNIFFED])
    assert Receiver(policy=POLICY, on_failure="refuse").receive(data, name="x").action == "passed"


DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
_LONG = b"<?xml version='1.0'?>\n<!-- " + b"drawn by a program " * 100 + b"-->\n<!DOCTYPE svg>\n" + DRAWING


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (DRAWING, True),
        (_LONG, True),
        (gzip.compress(_LONG), True),
        (b"\xef\xbb\xbf  " + DRAWING, True),
        (b"<!DOCTYPE html>\n<html><svg/></html>" + bytes(5_000), False),
        (b"data: one\n\ndata: two\n\n", False),
        (b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + bytes(9), True),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", False),
        (b"ID3\x03\0\0\0\0\0\0" + bytes(90), False),
    ],
)
def test_drawings_are_told_from_pages_as_early_as_can_be(data: bytes, found: bool) -> None:
    assert is_picture(data[:SNIFFED]) is found
    told = [is_picture_so_far(data[:size]) for size in range(len(data))]
    assert {answer for answer in told if answer is not None} <= {found}
    if not data.startswith((b"<", b"\x1f", b"\xef")):
        assert told[16] is found


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    assert isinstance(is_picture(data), bool)
    assert Receiver(policy=POLICY, on_failure="refuse").receive(b"<" + data).action == "passed"


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_an_accepted_picture_is_left_alone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(signed(kind))
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held")
    found = receiver.receive_file(path)
    assert (found.action, found.sentence) == ("accepted", "")
    assert path.read_bytes() == signed(kind)
    assert not (tmp_path / "held").exists()
    assert receiver.receive(io.BytesIO(signed(kind))).action == "accepted"  # type: ignore[arg-type]


def test_a_warning_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.WARNING, "credkit.receiving"),
        pytest.warns(
            CredentialsWarning, match=r'^"a.png" is not accepted: The file is not valid: something was changed since it was signed'
        ),
    ):
        found = Receiver(policy=POLICY).receive(altered(), name="a.png")
    assert found.action == "warned"
    assert found.sentence
    assert '"a.png" is not accepted' in caplog.text


def test_refusal_says_why_and_travels() -> None:
    with pytest.raises(RefusedError, match="without Content Credentials; it must be valid") as caught:
        Receiver(policy=POLICY, on_failure="refuse").receive(picture("png"), url="https://someone:secret@example.com/a.png?token=secret#x")
    assert "https://example.com/a.png" in str(caught.value)
    assert "secret" not in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert again.judgement.sentences == caught.value.judgement.sentences


def test_quarantine_moves_the_file_and_writes_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "some picture.png"
    path.write_bytes(altered())
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held" / "deep")
    found = receiver.receive_file(path, url="https://example.com/p.png?key=secret")
    assert found.action == "quarantined"
    assert found.place is not None
    assert not path.exists()
    assert found.place.read_bytes() == altered()
    digest = hashlib.sha256(altered()).hexdigest()
    assert found.place.name == f"{digest[:16]}-some_picture.png"
    verdict = json.loads(found.place.with_name(f"{found.place.name}.verdict.json").read_text("utf-8"))
    assert verdict["sha256"] == digest
    assert verdict["origin"] == "https://example.com/p.png"
    assert verdict["name"] == "some picture.png"
    assert verdict["report"]["policy"]["passed"] is False
    jsonschema.validate(verdict["report"], json.loads(read_schema("report.schema.json")))
    assert len(list((tmp_path / "held" / "deep").iterdir())) == 2


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\y.png", "", ".hidden", "\0", "x" * 400, "bild ü.png", "a/b/../c.png"])
def test_names_of_strangers_stay_in_the_folder(name: str, tmp_path: Path) -> None:
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held")
    found = receiver.receive(altered(), name=name)
    assert found.place is not None
    assert found.place.parent == tmp_path / "held"
    assert not found.place.name.startswith(".")
    assert len(found.place.name) < 130


def test_the_same_picture_twice_lies_there_once(tmp_path: Path) -> None:
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path)
    places = {receiver.receive(altered(), name="a.png").place for _ in range(2)}
    assert len(places) == 1
    (place,) = places
    assert place is not None
    place.chmod(0o600)
    place.write_bytes(b"something else")
    with pytest.raises(OutputError, match="with other bytes"):
        receiver.receive(altered(), name="a.png")


def test_nothing_is_lost_when_quarantine_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(altered())
    (tmp_path / "held").write_text("a file")
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held")
    with pytest.raises(OutputError, match="for quarantine cannot be made"):
        receiver.receive_file(path)
    assert path.read_bytes() == altered()

    def full(self: object) -> None:
        raise OSError(28, "No space left on device")

    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "other")
    with monkeypatch.context() as patched:
        patched.setattr("credkit.sign.output.OutputFile.commit", full)
        with pytest.raises(OSError, match="No space"):
            receiver.receive_file(path)
    assert path.read_bytes() == altered()
    assert list((tmp_path / "other").iterdir()) == []


def test_a_file_that_cannot_be_taken_away_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(altered())
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path / "held")
    real = os.unlink

    def refused(where: str | os.PathLike[str], *args: object) -> None:
        if Path(where) == path:
            raise PermissionError(13, "Permission denied")
        real(where)

    monkeypatch.setattr(receiving.os, "unlink", refused)
    with pytest.raises(OutputError, match="was copied into quarantine, but cannot be taken from its place"):
        receiver.receive_file(path)
    assert path.exists()


def test_a_store_beside_the_file_is_used(tmp_path: Path) -> None:
    data, store = files.beside()
    (tmp_path / "a.jpg").write_bytes(data)
    receiver = Receiver(policy=POLICY, on_failure="refuse")
    with pytest.raises(RefusedError):
        receiver.receive_file(tmp_path / "a.jpg")
    (tmp_path / "a.jpg.c2pa").write_bytes(store)
    assert receiver.receive_file(tmp_path / "a.jpg").action == "accepted"


def test_trust_of_the_caller_stands_in_for_that_of_the_policy(tmp_path: Path) -> None:
    (tmp_path / "list.pem").write_bytes(pki.root_pem("es256"))
    (tmp_path / "policy.json").write_text(json.dumps({"trust": {"signers": ["list.pem"]}, "rules": {"state": "trusted"}}))
    by_policy = Receiver(policy=tmp_path / "policy.json", on_failure="refuse")
    with pytest.raises(RefusedError, match="on no trust list"):
        Receiver(policy=tmp_path / "policy.json", trust=TrustPolicy.none(), on_failure="refuse").receive(signed())
    chain = files.signed(files.standard(), asset=picture("jpg"))
    judgement = by_policy.judge(chain)
    assert judgement is not None
    own = by_policy.judge(chain)
    assert own is not None
    assert own.sentences == judgement.sentences


def test_pieces_are_bounded() -> None:
    receiver = Receiver(policy=POLICY, on_failure="refuse", limits=Limits(download_size=1_000))
    given_out = []

    def endless() -> object:
        yield signed()
        while True:
            given_out.append(1)
            yield bytes(100)

    with pytest.raises(RefusedError):
        receiver.admit(endless())  # type: ignore[arg-type]
    assert len(given_out) <= 1


def test_admit_refuses_what_it_puts_into_quarantine(tmp_path: Path) -> None:
    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path)
    with pytest.raises(RefusedError, match='"a.png" is in quarantine: ') as caught:
        receiver.admit(iter([altered()[:100], altered()[100:]]), name="a.png")
    assert caught.value.place is not None
    assert caught.value.place.read_bytes() == altered()
    assert receiver.admit([signed()]).action == "accepted"
    assert receiver.admit([]).action == "passed"


def test_receivers_travel() -> None:
    receiver = Receiver(policy=AcceptancePolicy(state="trusted"), trust=TrustPolicy.of(pki.root_pem()), on_failure="refuse")
    assert pickle.loads(pickle.dumps(receiver)) == receiver


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match='"explode" is nothing that can happen'):
        Receiver(on_failure="explode")  # type: ignore[arg-type]
    with pytest.raises(DefinitionError, match="name the folder"):
        Receiver(on_failure="quarantine")
    with pytest.raises(DefinitionError, match="cannot be read"):
        Receiver(policy=tmp_path / "absent.json")
    with pytest.raises(AssetError, match="does not exist"):
        Receiver().receive_file(tmp_path / "absent.png")


@pytest.mark.parametrize(("body", "found"), [(signed(), True), (PAGE, False), (b"", False), (b"\xff\xd8\xff", True), (b"tiny", False)])
@pytest.mark.parametrize("size", [1, 5, 1_000_000])
def test_a_beginning_is_told_from_any_pieces(body: bytes, found: bool, size: int) -> None:
    beginning = receiving.Beginning(lambda data: data)
    for at in range(0, len(body), size):
        if beginning.add(body[at : at + size]):
            break
    else:
        assert beginning.add(b"")
    assert beginning.is_picture is found
    assert body.startswith(beginning.data)


def test_a_beginning_that_stays_hidden_counts_as_a_picture() -> None:
    asked = []

    def decode(data: bytes) -> bytes:
        asked.append(len(data))
        return b""

    beginning = receiving.Beginning(decode)
    while not beginning.add(bytes(1_000)):
        pass
    assert beginning.is_picture
    assert len(asked) < 15


@pytest.mark.parametrize(("size", "decided"), [(100, False), (101, True)])
def test_a_beginning_is_waited_for_up_to_the_bound(size: int, decided: bool) -> None:
    beginning = receiving.Beginning(lambda _: b"", limits=Limits(hidden_beginning=100))
    assert beginning.add(bytes(size)) is decided
    assert beginning.is_picture is (True if decided else None)


def test_many_at_once_get_each_his_own(tmp_path: Path) -> None:
    """One receiver for many threads, and the same refused picture in all of them: it lies in quarantine once."""
    from concurrent.futures import ThreadPoolExecutor

    receiver = Receiver(policy=POLICY, on_failure="quarantine", quarantine=tmp_path)
    bodies = [signed(), altered(), signed("jpg"), altered("jpg"), PAGE] * 6
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(receiver.receive, bodies))
    assert [item.action for item in found] == ["accepted", "quarantined", "accepted", "quarantined", "passed"] * 6
    kept = sorted(path for path in tmp_path.iterdir() if not path.name.endswith(".verdict.json"))
    assert {path.read_bytes() for path in kept} == {altered(), altered("jpg")}
    assert len(list(tmp_path.iterdir())) == 4
