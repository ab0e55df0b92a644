"""``update_file``, ``redact_file``, ``time_stamp_file``: what callers may say, what comes back, and where the store lies."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

import credkit
from credkit import Statements
from credkit.api import place_of_store, redactable_in
from credkit.errors import CredentialError, DefinitionError, FetchError, HistoryError, NoCredentialsError, OutputError
from credkit.manifest.assertions import EmbeddedData, GeneratorInfo, Licensor
from credkit.trust.http import HttpFetcher
from tests.forge import peer, pki, tsa
from tests.forge.pictures import KINDS, picture
from tests.sign.test_time_stamping import STAPLER, Both, stapling

SIGNER = pki.signer()
POLICY = credkit.TrustPolicy.of(pki.root_pem(), tsa=[tsa.default_tsa().root.pem])


def labels(report: credkit.Report, generation: int = -1) -> list[str]:
    return [assertion.label for assertion in report.manifests[generation].manifest.assertions]


@pytest.fixture(params=KINDS)
def signed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"signed.{request.param}"
    statements = Statements(created="digitalCapture", creator=("Test Studio Example",))
    credkit.sign_file(picture(request.param), path, statements, signer=SIGNER)
    return path


def test_statements_become_an_update(signed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    statements = Statements(rights="(c) 2026", do_not_train=True, description="rights added", licensor=Licensor("My Studio"))
    done = credkit.update_file(signed, out, statements, signer=SIGNER, published=True, generator=GeneratorInfo("My Tool", "1"))
    assert labels(done.report) == ["c2pa.actions.v2", "c2pa.ingredient.v3", "cawg.metadata", "cawg.training-mining"]
    report = credkit.verify_file(out)
    assert (report.state, report.active_manifest) == ("Valid", done.label)
    assert done.ingredients[0].active_manifest == credkit.verify_file(signed).active_manifest
    actions = report.manifests[-1].manifest.assertions[0].value()["actions"]
    assert [action["action"] for action in actions] == ["c2pa.edited.metadata", "c2pa.published"]
    assert actions[0]["description"] == "rights added"


def test_in_place_twice(signed: Path) -> None:
    credkit.update_file(signed, signed, signer=SIGNER, published=True)
    credkit.update_file(signed, signed, Statements(title="another name"), signer=SIGNER)
    report = credkit.verify_file(signed)
    assert (report.state, len(report.manifests)) == ("Valid", 3)


@pytest.mark.parametrize(
    "statements",
    [
        Statements(created="digitalCapture"),
        Statements(edited="humanEdits"),
        Statements(prompt="words"),
        Statements(seed="7"),
        Statements(human_oversight="prompt_guided"),
        Statements(action="c2pa.cropped"),
    ],
)
def test_what_belongs_to_an_edit_is_refused(statements: Statements) -> None:
    with pytest.raises(DefinitionError, match="sign it as an edit"):
        credkit.update_file(picture("jpg"), io.BytesIO(), statements, signer=SIGNER)


def test_an_update_says_something(signed: Path) -> None:
    with pytest.raises(DefinitionError, match="nothing to add"):
        credkit.update_file(signed, io.BytesIO(), signer=SIGNER)
    with pytest.raises(DefinitionError, match="nothing is named"):
        credkit.redact_file(signed, io.BytesIO(), [], reason="c2pa.PII.present", signer=SIGNER)


def test_a_redaction_tells_where_the_words_still_stand(signed: Path) -> None:
    out = io.BytesIO()
    done = credkit.redact_file(signed, out, "cawg.metadata", reason="c2pa.PII.present", signer=SIGNER)
    (note,) = done.notes
    assert "XMP" in note
    assert "cawg.metadata" in note
    assert "Studio" not in note
    assert b"Test Studio Example" not in done.store
    assert b"Test Studio Example" in out.getvalue()


def test_without_mirrors_nothing_is_left(tmp_path: Path) -> None:
    signed, out = io.BytesIO(), io.BytesIO()
    credkit.sign_file(
        picture("png"), signed, Statements(created="digitalCapture", creator=("Test Studio Example",)), signer=SIGNER, mirrors=False
    )
    done = credkit.redact_file(signed.getvalue(), out, ["cawg.metadata"], reason="c2pa.PII.present", signer=SIGNER)
    assert done.notes == ()
    assert b"Test Studio Example" not in out.getvalue()


def test_words_in_other_statements_are_told(tmp_path: Path) -> None:
    signed, done = io.BytesIO(), io.BytesIO()
    builder = credkit.Builder()
    builder.created("digitalCapture", description="Test Studio Example took it")
    builder.add(EmbeddedData(b"unrelated", "text/plain"))
    Statements(creator=("Test Studio Example",)).apply(builder)
    builder.sign(picture("png"), signed, SIGNER)
    result = credkit.redact_file(signed.getvalue(), done, ["cawg.metadata"], reason="c2pa.PII.present", signer=SIGNER)
    (note,) = result.notes
    assert "other statements of the credentials" in note


def test_words_in_a_certificate_are_told_as_such() -> None:
    signed, done = io.BytesIO(), io.BytesIO()
    builder = credkit.Builder()
    builder.created("digitalCapture")
    Statements(creator=(SIGNER.certificate.common_name or "",)).apply(builder)
    builder.sign(picture("png"), signed, SIGNER)
    result = credkit.redact_file(signed.getvalue(), done, ["cawg.metadata"], reason="c2pa.PII.present", signer=SIGNER)
    assert result.notes == ("Words of cawg.metadata also stand in the certificate of a signer, which cannot be taken out.",)


def test_compressed_xmp_is_looked_into() -> None:
    import zlib

    from tests.assets.samples import chunk

    plain = picture("png")
    packed = chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(b"<x>Test Studio Example</x>"))
    signed = io.BytesIO()
    builder = credkit.Builder()
    builder.created("digitalCapture")
    Statements(creator=("Test Studio Example",)).apply(builder)
    builder.sign(plain[:33] + packed + plain[33:], signed, SIGNER)
    result = credkit.redact_file(signed.getvalue(), io.BytesIO(), ["cawg.metadata"], reason="c2pa.PII.present", signer=SIGNER)
    assert any("XMP" in note for note in result.notes)


def test_the_list_of_what_can_be_redacted(signed: Path) -> None:
    assert [(one.label, one.refusal is None) for one in redactable_in(signed)] == [
        ("c2pa.actions.v2", False),
        ("cawg.metadata", True),
        ("c2pa.hash.data", False),
    ]


def test_a_store_beside_the_picture(tmp_path: Path) -> None:
    path, beside = tmp_path / "picture.jpg", tmp_path / "picture.jpg.c2pa"
    path.write_bytes(picture("jpg"))
    assert place_of_store(path) == path
    credkit.sign_file(path, beside, Statements(created="digitalCapture"), signer=SIGNER, sidecar=True)
    assert place_of_store(path) == beside
    credkit.update_file(path, beside, signer=SIGNER, published=True)
    assert path.read_bytes() == picture("jpg")
    report = credkit.verify_file(path)
    assert (report.state, report.location, len(report.manifests)) == ("Valid", "sidecar", 2)


def test_a_store_that_changes_meanwhile_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, beside = tmp_path / "picture.jpg", tmp_path / "picture.jpg.c2pa"
    path.write_bytes(picture("jpg"))
    credkit.sign_file(path, beside, Statements(created="digitalCapture"), signer=SIGNER, sidecar=True)
    before = beside.read_bytes()

    def meddle(_: object) -> None:
        os.utime(beside, (1, 1))

    from credkit.sign.output import OutputFile

    enter = OutputFile.__enter__
    monkeypatch.setattr(OutputFile, "__enter__", lambda out: (meddle(out), enter(out))[1])
    with pytest.raises(OutputError, match="changed by someone else"):
        credkit.update_file(path, beside, signer=SIGNER, published=True)
    assert beside.read_bytes() == before


def test_refusals_leave_everything_as_it_was(signed: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    plain.write_bytes(picture("png"))
    damaged = tmp_path / "damaged"
    damaged.write_bytes(signed.read_bytes()[:-20] + bytes(20))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(NoCredentialsError):
        credkit.update_file(plain, plain, signer=SIGNER, published=True)
    with pytest.raises(HistoryError, match="vouch"):
        credkit.update_file(damaged, damaged, signer=SIGNER, published=True)
    with pytest.raises(DefinitionError, match="what can be redacted: cawg.metadata"):
        credkit.redact_file(signed, signed, ["nothing"], reason="c2pa.PII.present", signer=SIGNER)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_time_stamps(signed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    credkit.update_file(signed, signed, signer=SIGNER, published=True)
    with tsa.TsaServer() as server:
        done = credkit.time_stamp_file(signed, out, server.url, signer=SIGNER, fetcher=HttpFetcher())
        assert len(server.requests) == 2
    assert done.stamped is not None
    report = credkit.verify_file(out, policy=POLICY)
    assert report.state == "Trusted"
    assert [bool(m.signature and m.signature.time) for m in report.manifests] == [False, True, True]
    value = report.manifests[-1].manifest.assertions[2].value()
    assert list(value) == [credkit.verify_file(signed).active_manifest]


def test_the_whole_history_can_be_stamped(signed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    credkit.update_file(signed, signed, signer=SIGNER, published=True)
    with tsa.TsaServer() as server:
        credkit.time_stamp_file(signed, out, server.url, signer=SIGNER, ancestors=True, fetcher=HttpFetcher())
    report = credkit.verify_file(out, policy=POLICY)
    assert all(m.signature and m.signature.time for m in report.manifests)


def test_labels_with_a_generator_are_stamped_too() -> None:
    signed, out = io.BytesIO(), io.BytesIO()
    builder = credkit.Builder()
    builder.vendor = "my-studio"
    builder.created("digitalCapture")
    builder.sign(picture("jpg"), signed, SIGNER)
    with tsa.TsaServer() as server:
        credkit.time_stamp_file(signed.getvalue(), out, server.url, signer=SIGNER, fetcher=HttpFetcher())
    report = credkit.verify_file(out.getvalue(), policy=POLICY)
    assert report.manifests[0].label.endswith(":my-studio")
    assert report.manifests[0].signature is not None
    assert report.manifests[0].signature.time is not None


@pytest.mark.parametrize("lie", ["nonce", "imprint", "refused", "error"])
def test_an_authority_that_fails_changes_nothing(signed: Path, lie: str) -> None:
    before = signed.read_bytes()
    with tsa.TsaServer(lie=lie) as server, pytest.raises(FetchError):
        credkit.time_stamp_file(signed, signed, server.url, signer=SIGNER, fetcher=HttpFetcher())
    assert signed.read_bytes() == before


def test_revocation_needs_an_issuer_to_ask(signed: Path) -> None:
    with tsa.TsaServer() as server, pytest.raises(FetchError):
        credkit.time_stamp_file(signed, io.BytesIO(), server.url, signer=SIGNER, staple=True, fetcher=HttpFetcher())


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_issuer_says_of_revocation_is_kept(kind: str) -> None:
    signer, responder = stapling()
    signed, out = io.BytesIO(), io.BytesIO()
    credkit.sign_file(picture(kind), signed, Statements(created="digitalCapture"), signer=signer)
    policy = credkit.TrustPolicy.of(STAPLER.root_pem, pki.root_pem(), tsa=[tsa.default_tsa().root.pem])
    with tsa.TsaServer() as server:
        credkit.time_stamp_file(signed.getvalue(), out, server.url, signer=SIGNER, staple=True, fetcher=Both(server, responder))
    assert len(responder.requests) == 1
    report = credkit.verify_file(out.getvalue(), policy=policy)
    assert report.state == "Trusted"
    assert labels(report) == ["c2pa.actions.v2", "c2pa.ingredient.v3", "c2pa.time-stamp", "c2pa.certificate-status"]
    assert report.manifests[0].signature is not None
    assert report.manifests[0].signature.revocation == "notRevoked"
    found = peer.read(out.getvalue(), kind, anchors=STAPLER.root_pem + pki.root_pem() + tsa.default_tsa().root.pem)
    assert (found.state, found.failures) == ("Trusted", [])


def test_a_revoked_signer_is_told() -> None:
    signer, responder = stapling(says="revoked")
    signed = io.BytesIO()
    credkit.sign_file(picture("jpg"), signed, Statements(created="digitalCapture"), signer=signer)
    with tsa.TsaServer() as server, pytest.raises(CredentialError, match="revoked"):
        credkit.time_stamp_file(signed.getvalue(), io.BytesIO(), server.url, signer=SIGNER, staple=True, fetcher=Both(server, responder))
