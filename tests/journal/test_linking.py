"""A picture and the journal name each other, and every signing is told as it went."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from credkit.api import Statements, sign_file, verify_file
from credkit.assets import BytesSource
from credkit.errors import AssetError, OutputError
from credkit.journal.entries import Final, Made, Note, Outcome, read_entry
from credkit.journal.linking import check_link, links_of, state_url
from credkit.journal.verifying import verify_journal
from credkit.journal.writing import append
from credkit.manifest.assertions import ExternalReference
from credkit.sign.builder import Builder
from tests.forge import peer, pki
from tests.forge.pictures import checked, picture
from tests.journal.material import lines, studio

CREATED = Statements(created="trainedAlgorithmicMedia", title="Fisherman", prompt="a fisherman", seed="7")


def signed(folder: Path, journal: Path, output: Any = None, **options: Any) -> Any:
    source = folder / "source.png"
    source.write_bytes(picture("png"))
    return sign_file(source, output or folder / "out.png", CREATED, signer=pki.signer(), journal=journal, **options)


def contents(journal: Path) -> list[Any]:
    return [read_entry(line).content for line in lines(journal)]


def reference(path: Path) -> dict[str, Any]:
    report = verify_file(path)
    assert report.active
    assertion = report.active.manifest.assertion("c2pa.external-reference")
    assert assertion
    value: dict[str, Any] = assertion.value()
    return value


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_both_directions(tmp_path: Path, kind: str) -> None:
    journal = tmp_path / "journal.jsonl"
    source, output = tmp_path / f"source.{kind}", tmp_path / f"out.{kind}"
    source.write_bytes(picture(kind))
    result = sign_file(source, output, CREATED, signer=pki.signer(), journal=journal)
    assert result.notes == ()
    _, made, final, outcome = contents(journal)
    assert isinstance(made, Made)
    assert (made.prompt, made.seed, made.candidates[0].kept) == ("a fisherman", "7", True)
    assert isinstance(final, Final)
    assert (final.manifest, final.name, final.title) == (result.label, source.name, "Fisherman")
    assert final.sha256 == made.candidates[0].sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert outcome == Outcome(
        manifest=result.label,
        signed=True,
        name=output.name,
        sha256=hashlib.sha256(output.read_bytes()).hexdigest(),
        size=output.stat().st_size,
    )
    value = reference(output)
    size = value["location"]["size"]
    assert size == sum(map(len, lines(journal)[:3]))
    assert value["location"]["url"] == state_url(hashlib.sha256(journal.read_bytes()[:size]).digest())
    assert value["location"]["data_types"] == [{"type": "c2pa.types.audit-log"}]
    link, faults = check_link(verify_file(output), journal)
    assert (link.manifest if link else None, faults) == (result.label, ())
    assert peer.read(output.read_bytes(), kind).state == "Valid"
    assert verify_journal(journal, files=tmp_path).intact


def test_the_reference_is_gathered_and_the_file_valid_under_every_profile(tmp_path: Path) -> None:
    signed(tmp_path, tmp_path / "journal.jsonl")
    for profile in ("2.2", "2.4", "2.5"):
        report = verify_file(tmp_path / "out.png", profile=profile)
        assert report.state == "Valid"
    assert report.active
    claim = report.active.manifest.claim_bytes
    assert claim


def test_a_known_picture_is_not_entered_twice(tmp_path: Path) -> None:
    folder = studio(tmp_path / "s")
    sign_file(folder / "kept.png", folder / "again.png", CREATED, signer=pki.signer(), journal=folder / "journal.jsonl")
    made = [
        item
        for item in (read_entry(line).content for line in lines(folder / "journal.jsonl") if b'"kind"' in line)
        if isinstance(item, Made)
    ]
    assert len(made) == 1


def test_the_journal_may_grow(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    signed(tmp_path, journal)
    append(journal, Note(text="more"))
    assert check_link(verify_file(tmp_path / "out.png"), journal)[1] == ()


def test_a_later_edit_keeps_the_link(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    signed(tmp_path, journal)
    sign_file(tmp_path / "out.png", tmp_path / "edit.png", Statements(edited="humanEdits"), signer=pki.signer())
    assert check_link(verify_file(tmp_path / "edit.png"), journal)[1] == ()


def fault_of(report: Any, journal: Path) -> str:
    link, faults = check_link(report, journal)
    assert link is None
    (fault,) = faults
    assert fault.kind == "link"
    return fault.sentence


def test_what_does_not_belong_together(tmp_path: Path) -> None:
    journal, other = tmp_path / "journal.jsonl", tmp_path / "other.jsonl"
    signed(tmp_path, journal)
    report = verify_file(tmp_path / "out.png")
    append(other, Note(text="x" * 20_000))
    assert "another journal" in fault_of(report, other)
    append(tmp_path / "third.jsonl", Note(text="x"))
    assert "and this one has" in fault_of(report, tmp_path / "third.jsonl")
    journal.write_bytes(journal.read_bytes().replace(b"fisherman", b"mermaid!!", 1))
    assert "changed before byte" in fault_of(report, journal)
    plain = tmp_path / "plain.png"
    plain.write_bytes(picture("png"))
    assert "refers to no journal" in fault_of(verify_file(plain), journal)
    with pytest.raises(AssetError):
        check_link(report, tmp_path / "nowhere")


def test_a_picture_that_borrows_a_state_is_found(tmp_path: Path) -> None:
    """Somebody else's picture refers to the right bytes, but the journal names another manifest there."""
    journal = tmp_path / "journal.jsonl"
    signed(tmp_path, journal)
    location = reference(tmp_path / "out.png")["location"]
    builder = Builder(title="thief")
    builder.created("trainedAlgorithmicMedia")
    builder.add(ExternalReference(location["url"], format="application/jsonl", size=location["size"], data_type="c2pa.types.audit-log"))
    builder.sign(picture("png"), tmp_path / "thief.png", pki.signer())
    assert "does not name the manifest" in fault_of(verify_file(tmp_path / "thief.png"), journal)


def test_an_altered_picture_refers_to_nothing(tmp_path: Path) -> None:
    signed(tmp_path, tmp_path / "journal.jsonl")
    data = bytearray((tmp_path / "out.png").read_bytes())
    data[data.index(b"c2pa.external-reference") + 200] ^= 1
    from credkit.verify import verify

    report = verify(BytesSource(checked(bytes(data))))
    assert report.state == "Invalid"
    assert links_of(report) == () or report.active is None


def test_a_failed_signing_is_told(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    with pytest.raises(OutputError):
        signed(tmp_path, journal, tmp_path)
    final, outcome = contents(journal)[-2:]
    assert isinstance(final, Final)
    assert isinstance(outcome, Outcome)
    assert (outcome.manifest, outcome.signed) == (final.manifest, False)
    assert "is a folder" in (outcome.reason or "")
    assert verify_journal(journal).intact


def test_an_interrupted_signing_is_told(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        signed(tmp_path, journal, progress=interrupt)
    outcome = contents(journal)[-1]
    assert (outcome.signed, outcome.reason) == (False, "KeyboardInterrupt")
    assert not (tmp_path / "out.png").exists()


def test_an_altered_journal_stops_the_signing(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    append(journal, Note(text="one"), Note(text="two"))
    journal.write_bytes(journal.read_bytes().replace(b'"one"', b'"eno"'))
    before = journal.read_bytes()
    with pytest.raises(OutputError, match="altered"):
        signed(tmp_path, journal)
    assert journal.read_bytes() == before
    assert not (tmp_path / "out.png").exists()


def test_a_journal_that_breaks_after_signing_costs_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from credkit.journal import linking

    def refuse(*_: Any, **__: Any) -> None:
        raise OutputError("the disk is full")

    monkeypatch.setattr(linking, "append", refuse)
    result = signed(tmp_path, tmp_path / "journal.jsonl")
    assert result.notes == ("The picture is signed, but the journal could not be told so: the disk is full",)
    assert verify_file(tmp_path / "out.png").state == "Valid"
    assert any("what came of it" in note for note in verify_journal(tmp_path / "journal.jsonl").notes)


def test_streams_have_no_name(tmp_path: Path) -> None:
    journal, out = tmp_path / "journal.jsonl", io.BytesIO()
    sign_file(picture("png"), out, CREATED, signer=pki.signer(), journal=journal)
    outcome = contents(journal)[-1]
    assert (outcome.signed, outcome.name, outcome.sha256) == (True, "", None)
    assert check_link(verify_file(out.getvalue()), journal)[1] == ()


def test_what_is_sealed_stays_out_of_the_picture_and_in_the_journal(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    signed(tmp_path, journal, prompt="sealed", openings=tmp_path / "openings.json")
    assert b"a fisherman" not in (tmp_path / "out.png").read_bytes()
    assert contents(journal)[1].prompt == "a fisherman"


def test_two_journals_of_the_same_words_have_different_states(tmp_path: Path) -> None:
    """A random salt in every entry: nobody can guess what is in a journal from the hash in a picture."""
    urls = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        signed(tmp_path / name, tmp_path / name / "journal.jsonl")
        urls.add(reference(tmp_path / name / "out.png")["location"]["url"])
    assert len(urls) == 2
    salts = [json.loads(line)["salt"] for name in ("a", "b") for line in lines(tmp_path / name / "journal.jsonl")]
    assert len(set(salts)) == len(salts)
