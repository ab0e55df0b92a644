"""Sealed pictures: nothing leaks, nothing is lost, and every field can be shown later; whatever fails leaves everything as it was."""

from __future__ import annotations

import base64
import errno
import gzip
import hashlib
import io
import json
import unicodedata
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

import credkit
from credkit import OpeningError, Statements
from credkit.manifest.assertions import CawgMetadata, EmbeddedData, Generation
from credkit.manifest.assertions.generation import GenerationSource, Withheld
from credkit.sealing import openings as openings_module
from credkit.sealing.commitments import commit
from credkit.sealing.openings import Openings, kept_openings, read_openings, write_openings
from credkit.sign.builder import Builder
from tests.forge import generated, peer, pki
from tests.forge.generated import NEGATIVE, PROMPT, SEED, a1111_text, sample
from tests.forge.pictures import picture
from tests.sealing.leaks import leaks

SIGNER = pki.signer()
CREATED = Statements(created="trainedAlgorithmicMedia")
TOLD = replace(CREATED, prompt=PROMPT, negative_prompt=NEGATIVE, seed=SEED)


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where openings are kept by default."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "credkit" / "openings"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.png"
    path.write_bytes(sample("a1111", "png").data)
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sealed(source: object, target: object, statements: Statements | None = None, **options: Any) -> credkit.SignResult:
    return credkit.sign_file(source, target, statements, signer=SIGNER, prompt="sealed", **options)  # type: ignore[arg-type]


def test_without_lifting_the_users_own_words_are_sealed(tmp_path: Path, kept: Path) -> None:
    target = tmp_path / "out.png"
    result = sealed(picture("png"), target, TOLD)
    assert result.openings == kept / f"{result.label.rpartition(':')[2]}.json"
    assert leaks(target.read_bytes(), PROMPT, NEGATIVE, SEED) == []
    assert peer.read(target.read_bytes(), "png", anchors=pki.root_pem()).state == "Trusted"
    assert [(one.field, one.value) for one in credkit.reveal(target, fields=("seed", "prompt"))] == [("seed", SEED), ("prompt", PROMPT)]
    assert result.notes == ()


def test_anyone_can_check_an_opening_without_credkit(tmp_path: Path) -> None:
    """As docs/prompts.md shows it."""
    result = sealed(picture("png"), tmp_path / "out.png", TOLD)
    assert result.openings is not None
    there = peer.read((tmp_path / "out.png").read_bytes(), "png")
    manifest = there.raw["manifests"][result.label]
    stated = next(item["data"] for item in manifest["assertions"] if item["label"] == "org.credkit.generation")
    for opening in json.loads(result.openings.read_text())["openings"]:
        digest = base64.urlsafe_b64encode(hashlib.sha256(opening["disclosure"].encode()).digest()).decode().rstrip("=")
        assert {"field": opening["field"], "digest": digest} in stated["withheld"]


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_mirrors_do_not_leak(kind: str, tmp_path: Path) -> None:
    from credkit.media.xmp import read_xmp

    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:format="image/png">'
        "<Iptc4xmpExt:AIPromptInformation>the foggy shore of a lighthouse</Iptc4xmpExt:AIPromptInformation>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    from PIL import Image, PngImagePlugin

    image, out = Image.new("RGB", (64, 48), (9, 90, 200)), io.BytesIO()
    if kind == "png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp)
        image.save(out, "PNG", pnginfo=info)
    else:
        image.save(out, "JPEG", xmp=xmp.encode())
    target = tmp_path / f"out.{kind}"
    statements = replace(CREATED, prompt="another prompt than the one in there", creator=("Test Studio",))
    result = sealed(out.getvalue(), target, statements)
    assert leaks(target.read_bytes(), "foggy shore", "another prompt") == []
    with Image.open(target) as after:
        packet = after.info["xmp"]
    mirrored = packet if isinstance(packet, bytes) else packet.encode()
    assert b"Test Studio" in mirrored
    assert b"image/png" in mirrored
    assert read_xmp(mirrored).digital_source_type
    assert any("AIPromptInformation" in note for note in result.notes)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp"])
def test_labels_and_terms_go_with_it(kind: str, tmp_path: Path) -> None:
    from credkit.labels import Labels

    labels = Labels(
        regimes=("cn", "ca"), provider="Test Studio", provider_code="001191110000MA0000000000001", system="AWPortrait", system_version="1.4"
    )
    target = tmp_path / f"out.{kind}"
    statements = Statements(creator=("Test Studio",), rights="(c) 2026 Test Studio", do_not_train=True)
    sealed(sample("a1111", kind).data, target, statements, lift=True, labels=labels)
    assert leaks(target.read_bytes(), PROMPT, NEGATIVE, SEED, "foggy shore") == []
    assert b"AIGC" in target.read_bytes()
    assert peer.read(target.read_bytes(), kind, anchors=pki.root_pem()).state == "Trusted"
    assert credkit.reveal(target)[0].value == PROMPT


def test_a_journal_knows_what_the_picture_does_not_tell(source: Path, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    sealed(source, tmp_path / "out.png", lift=True, journal=journal)
    assert json.dumps(PROMPT)[1:-1] in journal.read_text() or PROMPT.split("\n")[1] in journal.read_text()
    assert leaks((tmp_path / "out.png").read_bytes(), PROMPT, SEED) == []
    assert credkit.reveal(tmp_path / "out.png")[0].value == PROMPT


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"title": f"about: {PROMPT}"}, "title"),
        ({"description": f"made of {SEED}"}, "description"),
        ({"rights": PROMPT}, "rights"),
        ({"creator": ("Test Studio", NEGATIVE)}, "creator"),
        ({"usage_terms": "second line about the foggy shore"}, "usage terms"),
    ],
)
@pytest.mark.parametrize("mode", ["sealed", "omit"])
def test_own_words_that_publish_it_are_refused(changes: dict[str, Any], name: str, mode: str, tmp_path: Path) -> None:
    before = files(tmp_path)
    with pytest.raises(credkit.DefinitionError, match=f"the {name} that you gave would publish") as error:
        credkit.sign_file(picture("png"), tmp_path / "o.png", replace(TOLD, **changes), signer=SIGNER, prompt=mode)  # type: ignore[arg-type]
    assert "lighthouse" not in str(error.value)
    assert files(tmp_path) == before


def test_a_short_prompt_is_compared_exactly(tmp_path: Path) -> None:
    statements = replace(CREATED, prompt="cat", seed="7", title="a category", description="7 cats")
    result = sealed(picture("png"), tmp_path / "o.png", statements)
    assert {one.field: one.value for one in credkit.reveal(tmp_path / "o.png", fields=())} == {"prompt": "cat", "seed": "7"}
    assert result.report.state == "Valid"
    with pytest.raises(credkit.DefinitionError, match="title"):
        sealed(picture("png"), tmp_path / "p.png", replace(statements, title="cat"))


@pytest.mark.parametrize("word", ["created", "prompt", "generation", "settings", "signature"])
def test_a_prompt_that_is_a_word_of_every_manifest(word: str, tmp_path: Path) -> None:
    sealed(picture("png"), tmp_path / "o.png", replace(CREATED, prompt=word))
    assert credkit.reveal(tmp_path / "o.png")[0].value == word


def test_a_file_name_that_tells_is_no_title(tmp_path: Path) -> None:
    source = tmp_path / f"00012-{SEED}.png"
    source.write_bytes(sample("a1111", "png").data)
    result = sealed(source, tmp_path / "out.png", lift=True)
    assert leaks((tmp_path / "out.png").read_bytes(), SEED) == []
    assert any("not taken as title" in note for note in result.notes)
    short = tmp_path / "cat.png"
    short.write_bytes(picture("png"))
    named = sealed(short, tmp_path / "short.png", replace(CREATED, prompt="cat"))
    assert any("not taken as title" in note for note in named.notes)
    told = sealed(source, tmp_path / f"again-{SEED}.png", lift=True)
    assert any("name of the output" in note for note in told.notes)


def test_a_definition_that_publishes_it_is_refused(tmp_path: Path) -> None:
    definition = {"assertions": [{"label": "org.example.notes", "data": {"words": PROMPT}}]}
    with pytest.raises(credkit.OutputError, match="would still hold the prompt.*org.example.notes"):
        sealed(picture("png"), tmp_path / "o.png", TOLD, definition=definition)
    assert files(tmp_path) == {}


def _public_parent(path: Path) -> Path:
    credkit.sign_file(picture("png"), path, TOLD, signer=SIGNER)
    return path


@pytest.mark.parametrize("role", ["parent", "ingredient", "itself"])
def test_history_that_publishes_it_is_refused(role: str, tmp_path: Path) -> None:
    parent = _public_parent(tmp_path / "parent.png")
    edited = Statements(edited="compositeWithTrainedAlgorithmicMedia", prompt=PROMPT)
    before = files(tmp_path)
    given: dict[str, Any] = {"parent": {"parent": parent}, "ingredient": {"ingredients": (parent,)}, "itself": {}}[role]
    statements = replace(edited, edited=None, created="compositeSynthetic") if role == "ingredient" else edited
    with pytest.raises(credkit.HistoryError, match="in the open.*credkit redact"):
        sealed(parent if role == "itself" else picture("jpg"), tmp_path / "o.jpg", statements, **given)
    assert files(tmp_path) == before


def test_after_redaction_of_the_parent_it_can_be_sealed(tmp_path: Path) -> None:
    parent, redacted = _public_parent(tmp_path / "parent.png"), tmp_path / "redacted.png"
    names = [one.name for one in credkit.api.redactable_in(parent) if one.label.startswith("c2pa.embedded-data")]
    credkit.redact_file(parent, redacted, names, reason="c2pa.trade-secret.present", signer=SIGNER)
    edited = Statements(edited="compositeWithTrainedAlgorithmicMedia", prompt=PROMPT)
    sealed(picture("jpg"), tmp_path / "o.jpg", edited, parent=redacted)
    assert leaks((tmp_path / "o.jpg").read_bytes(), PROMPT, SEED) == []
    assert credkit.verify_file(tmp_path / "o.jpg").state == "Valid"


@pytest.mark.parametrize("mode", ["sealed", "omit"])
def test_a_sidecar_leaves_the_picture_and_so_is_refused(mode: Any, source: Path) -> None:
    before = files(source.parent)
    with pytest.raises(credkit.DefinitionError, match="with a sidecar.*parameters"):
        credkit.sign_file(source, source.with_suffix(".c2pa"), signer=SIGNER, lift=True, sidecar=True, prompt=mode)
    assert files(source.parent) == before
    clean = source.with_name("clean.png")
    clean.write_bytes(picture("png"))
    credkit.sign_file(clean, clean.with_suffix(".c2pa"), TOLD, signer=SIGNER, sidecar=True, prompt=mode)
    assert leaks(clean.read_bytes(), PROMPT) == []
    assert credkit.verify_file(clean).state == "Valid"


@pytest.mark.parametrize("mode", ["sealed", "omit"])
@pytest.mark.parametrize("in_place", [True, False])
def test_the_text_file_beside_it_moves(mode: Any, in_place: bool, source: Path, kept: Path) -> None:
    target = source if in_place else source.with_name("out.png")
    twin = target.with_suffix(".txt")
    twin.write_text(a1111_text())
    result = credkit.sign_file(source, target, signer=SIGNER, lift=True, prompt=mode)
    assert not twin.exists()
    moved = kept / f"{result.label.rpartition(':')[2]}.txt"
    assert moved.read_text() == a1111_text()
    assert any(str(moved) in note for note in result.notes)
    assert leaks(target.read_bytes(), PROMPT, SEED) == []


def test_a_text_file_elsewhere_is_named_and_another_is_left_alone(source: Path, tmp_path: Path) -> None:
    source.with_suffix(".txt").write_text(a1111_text())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "o.txt").write_text("shopping list")
    result = sealed(source, tmp_path / "out" / "o.png", lift=True)
    assert source.with_suffix(".txt").read_text() == a1111_text()
    assert any("stays where it is" in note for note in result.notes)
    assert (tmp_path / "out" / "o.txt").read_text() == "shopping list"


def test_openings_in_a_file_of_ones_own(source: Path, tmp_path: Path, kept: Path) -> None:
    place = tmp_path / "safe" / "o.json"
    result = sealed(source, tmp_path / "out.png", lift=True, openings=place)
    assert result.openings == place
    assert not kept.exists()
    assert credkit.reveal(tmp_path / "out.png", place)[0].value == PROMPT
    with pytest.raises(OpeningError, match="not kept here"):
        credkit.reveal(tmp_path / "out.png")
    before = files(tmp_path)
    with pytest.raises(credkit.OutputError, match="never overwritten"):
        sealed(source, tmp_path / "two.png", lift=True, openings=place)
    assert files(tmp_path) == before


@pytest.mark.parametrize(("mode", "place"), [("public", "o.json"), ("omit", "o.json"), ("hidden", None)])
def test_contradictory_flags(mode: Any, place: str | None, tmp_path: Path) -> None:
    with pytest.raises(credkit.DefinitionError):
        credkit.sign_file(picture("png"), tmp_path / "o.png", TOLD, signer=SIGNER, prompt=mode, openings=place)
    assert files(tmp_path) == {}


def test_sealing_needs_something_that_was_done(tmp_path: Path) -> None:
    parent = tmp_path / "p.png"
    credkit.sign_file(picture("png"), parent, CREATED, signer=SIGNER)
    with pytest.raises(credkit.DefinitionError, match="something that was done"):
        sealed(sample("a1111", "png").data, tmp_path / "o.png", Statements(creator=("Test Studio",)), parent=parent)


def test_nothing_to_seal_is_said(tmp_path: Path) -> None:
    result = sealed(picture("png"), tmp_path / "o.png", CREATED)
    assert result.openings is None
    assert any("nothing to withhold" in note for note in result.notes)


def test_a_model_of_the_same_name_is_told(tmp_path: Path) -> None:
    statements = replace(CREATED, prompt="filmgrain", models=(credkit.ModelReference("filmgrain"),))
    result = sealed(picture("png"), tmp_path / "o.png", statements)
    assert any("also part of the name of a model" in note for note in result.notes)


# What fails


def test_no_openings_no_picture(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files(tmp_path)

    def full(path: Path, *_: object, **__: object) -> None:
        raise credkit.OutputError("the disk is full")

    monkeypatch.setattr(openings_module, "write_bytes", full)
    with pytest.raises(credkit.OutputError, match="disk is full"):
        sealed(source, source, lift=True)
    assert files(tmp_path) == before


def test_no_picture_no_openings(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Path) -> None:
    import os

    source.with_suffix(".txt").write_text(a1111_text())
    before = files(tmp_path)
    seen: list[int] = []
    real = os.replace

    def refused(one: object, other: object) -> None:
        if Path(str(other)) == source:
            seen.append(len(files(kept)))
            raise OSError(errno.ENOSPC, "no space")
        real(one, other)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "replace", refused)
    with pytest.raises(credkit.OutputError, match="disk is full"):
        sealed(source, source, lift=True)
    # The openings and the text file were on the disk when the picture was to take its name.
    assert seen == [2]
    assert files(tmp_path) == before


def test_an_interruption_keeps_the_openings(source: Path, monkeypatch: pytest.MonkeyPatch, kept: Path) -> None:
    import os

    real = os.replace

    def interrupted(one: object, other: object) -> None:
        real(one, other)  # type: ignore[arg-type]
        if Path(str(other)) == source:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sealed(source, source, lift=True)
    monkeypatch.undo()
    monkeypatch.setenv("XDG_DATA_HOME", str(kept.parents[1]))
    assert credkit.reveal(source)[0].value == PROMPT


def test_a_stream_may_have_got_it_so_the_openings_stay(source: Path, kept: Path) -> None:
    class Broken(io.BytesIO):
        def write(self, data: Any) -> int:
            raise OSError(errno.EPIPE, "broken pipe")

    with pytest.raises(credkit.OutputError):
        sealed(source, Broken(), lift=True)
    assert len(files(kept)) == 1
    out = io.BytesIO()
    result = sealed(source, out, lift=True)
    assert leaks(out.getvalue(), PROMPT, SEED) == []
    assert credkit.reveal(out.getvalue(), result.openings)[0].value == PROMPT


def test_what_clearing_missed_is_found_before_it_is_too_late(source: Path, tmp_path: Path) -> None:
    """A place that nobody thought of: behind the end of the picture."""
    source.write_bytes(source.read_bytes() + b"trailer: " + base64.b64encode(PROMPT.encode()))
    before = files(tmp_path)
    with pytest.raises(credkit.OutputError, match="would still hold the prompt.*at byte"):
        sealed(source, tmp_path / "out.png", lift=True)
    assert files(tmp_path) == before


def test_what_cannot_be_cleared_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "in.jpg"
    source.write_bytes(sample("a1111", "jpg").data)
    before = files(tmp_path)

    def stuck(*_: object, **__: object) -> None:
        raise credkit.AssetError("it cannot be taken out")

    monkeypatch.setattr("credkit.media.texts.without_texts", stuck)
    with pytest.raises(credkit.AssetError, match="cannot be taken out"):
        sealed(source, tmp_path / "out.jpg", lift=True)
    assert files(tmp_path) == before


# Reveal


@pytest.fixture
def done(source: Path, tmp_path: Path) -> tuple[Path, credkit.SignResult]:
    target = tmp_path / "out.png"
    return target, sealed(source, target, lift=True)


def test_after_an_edit_the_earlier_generation_opens(done: tuple[Path, credkit.SignResult], tmp_path: Path) -> None:
    target, result = done
    edit = tmp_path / "edit.jpg"
    edit.write_bytes(picture("jpg"))
    credkit.sign_file(edit, edit, Statements(edited="humanEdits"), signer=pki.signer("es256"), parent=target)
    one = credkit.reveal(edit)[0]
    assert (one.value, one.manifest, one.generation, one.state) == (PROMPT, result.label, 1, "Valid")
    trusted = credkit.reveal(edit, policy=credkit.TrustPolicy.of(pki.root_pem()))[0]
    assert "credkit test" in trusted.signer


def test_an_altered_picture_proves_nothing(done: tuple[Path, credkit.SignResult]) -> None:
    target, _ = done
    data = bytearray(target.read_bytes())
    data[-20] ^= 1
    target.write_bytes(data)
    with pytest.raises(OpeningError, match="proves nothing"):
        credkit.reveal(target)


def test_an_unsigned_picture_has_nothing(source: Path, done: tuple[Path, credkit.SignResult]) -> None:
    with pytest.raises(credkit.NoCredentialsError):
        credkit.reveal(source, done[1].openings)


def _other(path: Path, openings: Openings) -> Path:
    place = path.with_name(f"other-{len(list(path.parent.iterdir()))}.json")
    write_openings(place, openings)
    return place


def test_wrong_openings(done: tuple[Path, credkit.SignResult], tmp_path: Path) -> None:
    target, result = done
    assert result.openings is not None
    whole = read_openings(result.openings)
    made_up = replace(whole, disclosures=(commit("prompt", "what I never wrote"),))
    with pytest.raises(OpeningError, match="does not fit the commitment"):
        credkit.reveal(target, _other(target, made_up))
    # The salt and value of another field under the name of this one.
    with pytest.raises(OpeningError, match="do not hold it"):
        credkit.reveal(target, _other(target, whole.only(frozenset({"seed"}))))
    foreign = replace(whole, manifest="urn:c2pa:17c73514-5a21-4854-9112-60dbfb11f29a")
    with pytest.raises(OpeningError, match="not in the history of this file"):
        credkit.reveal(target, _other(target, foreign))
    with pytest.raises(OpeningError, match='did you mean "prompt"'):
        credkit.reveal(target, fields=("promt",))
    with pytest.raises(credkit.AssetError, match="cannot be read"):
        credkit.reveal(target, tmp_path / "none.json")


def test_nothing_is_sealed(tmp_path: Path) -> None:
    credkit.sign_file(picture("png"), tmp_path / "o.png", TOLD, signer=SIGNER)
    with pytest.raises(OpeningError, match="nothing is sealed"):
        credkit.reveal(tmp_path / "o.png")


def test_openings_of_a_manifest_without_commitments(tmp_path: Path) -> None:
    result = credkit.sign_file(picture("png"), tmp_path / "o.png", replace(CREATED, generation=Generation(tool="x")), signer=SIGNER)
    whole = Openings(manifest=result.label, asset="o.png", created=result.report.validated_at, disclosures=(commit("prompt", "x"),))
    with pytest.raises(OpeningError, match="holds no commitments"):
        credkit.reveal(tmp_path / "o.png", _other(tmp_path / "o.png", whole))


def test_redacted_commitments(done: tuple[Path, credkit.SignResult], tmp_path: Path) -> None:
    target, result = done
    redacted = tmp_path / "redacted.png"
    credkit.redact_file(target, redacted, ["org.credkit.generation"], reason="c2pa.trade-secret.present", signer=SIGNER)
    with pytest.raises(OpeningError, match="redacted"):
        credkit.reveal(redacted, result.openings)


def test_hostile_commitments_are_passed_over(tmp_path: Path) -> None:
    """A manifest of somebody else whose ``withheld`` is of another form."""
    from credkit.manifest.assertions import OpaqueAssertion

    builder = Builder()
    builder.created("trainedAlgorithmicMedia")
    builder.add(CawgMetadata(creator="x"))
    builder.add(OpaqueAssertion("org.example.generation", {"withheld": [1]}))
    builder.add(EmbeddedData(b"x", "text/plain"))
    out = io.BytesIO()
    builder.sign(picture("png"), out, SIGNER)
    with pytest.raises(OpeningError, match="nothing is sealed"):
        credkit.reveal(out.getvalue())


def test_kept_openings_are_found_by_the_label(done: tuple[Path, credkit.SignResult]) -> None:
    target, result = done
    assert kept_openings(result.label) == result.openings
    assert credkit.reveal(target.read_bytes())[0].value == PROMPT
    assert credkit.reveal(target, fields=("seed",))[0].value == generated.SEED


# What an attacker leaves in a picture


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _png(*chunks: bytes, behind: bytes = b"") -> bytes:
    whole = picture("png")
    return whole[:33] + b"".join(chunks) + whole[33:] + behind


SECRET = "die Möwe über dem Leuchtturm at night"
APART = unicodedata.normalize("NFD", SECRET)
CLEARED = {
    "another composition": _chunk(b"iTXt", b"Note\0\0\0\0\0" + APART.encode()),
    "another case": _chunk(b"iTXt", b"Note\0\0\0\0\0" + SECRET.title().encode()),
    "a keyword": _chunk(b"tEXt", SECRET.encode("latin-1") + b"\0x"),
    "an address": _chunk(b"zTXt", b"Note\0\0" + zlib.compress(quote(SECRET).encode())),
    "base64 of gzip": _chunk(b"tEXt", b"Note\0" + base64.b64encode(gzip.compress(SECRET.encode()))),
    "JSON in JSON": _chunk(b"zTXt", b"Note\0\0" + zlib.compress(json.dumps(json.dumps(SECRET)).encode())),
    "base64 in a packed text": _chunk(b"zTXt", b"Note\0\0" + zlib.compress(base64.b64encode(SECRET.encode()))),
}
REFUSED = {
    "a private chunk": _chunk(b"prVt", APART.encode()),
    "a packed private chunk": _chunk(b"prVt", b"name\0\0" + zlib.compress(SECRET.encode())),
    "gzip in a private chunk": _chunk(b"prVt", gzip.compress(SECRET.encode())),
    "a colour profile": _chunk(b"iCCP", b"profile\0\0" + zlib.compress(bytes(128) + b"desc" + SECRET.encode())),
}


@pytest.mark.parametrize("name", CLEARED)
@pytest.mark.parametrize("mode", ["sealed", "omit"])
def test_texts_in_any_writing_are_cleared(name: str, mode: Any, tmp_path: Path) -> None:
    target = tmp_path / "o.png"
    result = credkit.sign_file(_png(CLEARED[name]), target, replace(CREATED, prompt=SECRET), signer=SIGNER, prompt=mode)
    assert any("Taken out" in note for note in result.notes)
    assert leaks(target.read_bytes(), SECRET, APART, SECRET.title(), quote(SECRET)) == []


@pytest.mark.parametrize("name", [*REFUSED, "behind the end"])
def test_what_is_packed_where_nobody_looks_is_refused(name: str, tmp_path: Path) -> None:
    data = _png(REFUSED[name]) if name in REFUSED else _png(behind=zlib.compress(SECRET.encode()))
    with pytest.raises(credkit.OutputError, match="would still hold the prompt"):
        sealed(data, tmp_path / "o.png", replace(CREATED, prompt=SECRET))
    assert files(tmp_path) == {}


def test_a_short_prompt_in_a_packed_chunk(tmp_path: Path) -> None:
    with pytest.raises(credkit.OutputError, match="packed data"):
        sealed(_png(_chunk(b"prVt", zlib.compress(b"cat"))), tmp_path / "o.png", replace(CREATED, prompt="cat"))


def test_more_packed_data_than_can_be_searched(tmp_path: Path) -> None:
    from credkit.limits import DEFAULT_LIMITS

    limits = replace(DEFAULT_LIMITS, texts_size=1_000)
    with pytest.raises(credkit.OutputError, match="cannot be searched"):
        sealed(_png(_chunk(b"prVt", zlib.compress(bytes(2_000)))), tmp_path / "o.png", replace(CREATED, prompt=SECRET), limits=limits)
    assert files(tmp_path) == {}


@pytest.mark.parametrize("role", ["parent", "ingredient", "itself"])
def test_the_file_name_of_an_ingredient_does_not_tell(role: str, tmp_path: Path) -> None:
    named = tmp_path / "die_moewe-Die_Möwe_über_dem_Leuchtturm_at_night.png"
    credkit.sign_file(picture("png"), named, replace(CREATED, title="a picture"), signer=SIGNER)
    given: dict[str, Any] = {"parent": {"parent": named}, "ingredient": {"ingredients": (named,)}, "itself": {}}[role]
    statements = Statements(edited="compositeWithTrainedAlgorithmicMedia", prompt=SECRET)
    statements = replace(statements, edited=None, created="compositeSynthetic") if role == "ingredient" else statements
    result = sealed(named if role == "itself" else picture("png"), tmp_path / "o.png", statements, **given)
    assert any("name of the file of an ingredient" in note for note in result.notes)
    assert b"Leuchtturm" not in (tmp_path / "o.png").read_bytes()


def test_a_setting_or_place_that_is_named_like_its_value(tmp_path: Path) -> None:
    generation = Generation(
        settings={SECRET: "a value", "style": "plain"}, sources=(GenerationSource(format="a1111", place=f'PNG text "{SECRET}"'),)
    )
    sealed(picture("png"), tmp_path / "o.png", replace(CREATED, prompt=SECRET, generation=generation))
    assert leaks((tmp_path / "o.png").read_bytes(), SECRET) == []
    assert {one.field for one in credkit.reveal(tmp_path / "o.png", fields=())} == {"prompt", "settings/(1)", "settings/style"}


def test_a_manifest_store_beside_the_output_is_refused_and_one_elsewhere_is_named(tmp_path: Path) -> None:
    source, store = tmp_path / "in.png", tmp_path / "in.png.c2pa"
    source.write_bytes(picture("png"))
    credkit.sign_file(source, store, TOLD, signer=SIGNER, sidecar=True)
    before = files(tmp_path)
    with pytest.raises(credkit.HistoryError, match="in.png.c2pa.*in the open"):
        sealed(source, source, TOLD, drop_history=True)
    assert files(tmp_path) == before
    result = sealed(source, tmp_path / "out.png", TOLD, drop_history=True)
    assert any("in.png.c2pa" in note and "stays where it is" in note for note in result.notes)
    sealed(source, store, TOLD, drop_history=True, sidecar=True)
    assert b"foggy shore" not in store.read_bytes()


def test_openings_and_picture_are_two_files(tmp_path: Path) -> None:
    with pytest.raises(credkit.DefinitionError, match="name another file for them"):
        sealed(picture("png"), tmp_path / "o.png", TOLD, openings=tmp_path / "x" / ".." / "o.png")
    assert files(tmp_path) == {}


def test_a_text_file_beside_openings_beside_the_output(tmp_path: Path) -> None:
    twin = tmp_path / "o.txt"
    twin.write_text(PROMPT)
    sealed(picture("png"), tmp_path / "o.png", TOLD, openings=tmp_path / "o.json")
    assert not twin.exists()
    assert (tmp_path / "o.txt.txt").read_text() == PROMPT


@pytest.mark.parametrize("name", ["prompt", "negative_prompt", "seed"])
def test_bytes_that_are_no_text(name: str) -> None:
    with pytest.raises(credkit.DefinitionError, match="no text"):
        Statements(created="trainedAlgorithmicMedia", **{name: "cat \udcff"})


def test_a_field_that_is_committed_to_twice_proves_nothing(tmp_path: Path) -> None:
    """Whoever signs could keep two openings and show the one that suits him."""
    one, other = commit("prompt", "a cat"), commit("prompt", "a dog")
    withheld = tuple(Withheld(field="prompt", digest=made.digest) for made in (one, other))
    result = credkit.sign_file(
        picture("png"), tmp_path / "o.png", replace(CREATED, generation=Generation(withheld=withheld)), signer=SIGNER
    )
    for shown in (one, other):
        found = Openings(manifest=result.label, asset="o.png", created=datetime.now(UTC), disclosures=(shown,))
        place = tmp_path / f"{shown.value}.json"
        write_openings(place, found)
        with pytest.raises(OpeningError, match="more than once"):
            credkit.reveal(tmp_path / "o.png", place)


def test_folders_for_openings_are_private_without_a_mask(tmp_path: Path, kept: Path) -> None:
    import os

    before = os.umask(0)
    try:
        result = sealed(picture("png"), tmp_path / "o.png", TOLD)
    finally:
        os.umask(before)
    assert result.openings is not None
    assert [path.stat().st_mode & 0o777 for path in (result.openings, kept, kept.parent)] == [0o600, 0o700, 0o700]


def test_a_model_of_an_earlier_generation_may_be_named_in_the_prompt(tmp_path: Path) -> None:
    parent = tmp_path / "p.png"
    credkit.sign_file(picture("png"), parent, replace(CREATED, models=(credkit.ModelReference("film_grain_style_v2"),)), signer=SIGNER)
    statements = Statements(edited="compositeWithTrainedAlgorithmicMedia", prompt="at dusk, <lora:film_grain_style_v2:0.6>")
    sealed(parent, tmp_path / "o.png", statements)
    assert credkit.reveal(tmp_path / "o.png")[0].value == statements.prompt
