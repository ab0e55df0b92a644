"""``sign_file(labels=...)``: one consistent set, merged with what is there, kept by everything that follows."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import credkit
from credkit import ModelReference, Statements
from credkit.api import lint_file
from credkit.assets import BytesSource
from credkit.errors import AssetError, DefinitionError
from credkit.labels import REGIMES, Labels
from credkit.labels.marks import FoundLabel, marks_of
from credkit.manifest.assertions import GeneratorInfo
from credkit.trust.policy import TrustPolicy
from tests.forge import peer, pki, tsa
from tests.forge.pictures import ALL_KINDS, KINDS, picture, repainted
from tests.labels.files import CODE, aigc, exif_picture, packet, png_text, with_xmp

CREATED = Statements(created="trainedAlgorithmicMedia")
EDITED = Statements(edited="compositeWithTrainedAlgorithmicMedia")
LABELS = Labels(regimes=("cn", "ca"), provider="Test Studio", provider_code=CODE, system="Painter", system_version="2.1")
CHINESE = Labels(regimes=("cn",), provider_code=CODE)
OTHER = "001191110102MAD55U9H0F10002"
SUBSETS = (("cn",), ("eu",), ("ca",), ("cn", "eu"), ("cn", "ca"), ("eu", "ca"), ("cn", "eu", "ca"))


def sign(data: bytes, statements: Statements = CREATED, labels: Labels | None = LABELS, **options: Any) -> tuple[bytes, credkit.SignResult]:
    out = io.BytesIO()
    result = credkit.sign_file(data, out, statements, signer=pki.signer(), labels=labels, **options)
    return out.getvalue(), result


def label_in(data: bytes) -> dict[str, str]:
    (found,) = labels_in(data)
    assert found.standing == "standard"
    value: dict[str, str] = json.loads(found.reading.stored)
    return value


def labels_in(data: bytes) -> tuple[FoundLabel, ...]:
    return marks_of(BytesSource(data)).labels


def metadata(result: credkit.SignResult) -> dict[str, Any]:
    assert result.report.active
    assertions = [a for a in result.report.active.manifest.assertions if a.base_label == "cawg.metadata"]
    merged: dict[str, Any] = {}
    for assertion in assertions:
        merged |= assertion.value()
    return merged


@pytest.mark.parametrize("regimes", SUBSETS, ids="-".join)
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_all_green_and_valid_in_the_reference(regimes: tuple[Any, ...], kind: str) -> None:
    labels = replace(LABELS, regimes=regimes)
    with tsa.TsaServer() as server:
        data, result = sign(picture(kind), labels=labels, timestamp=server.url if "eu" in regimes else None)
    policy = TrustPolicy.of(pki.root_pem(), tsa=[tsa.default_tsa().root.pem])
    found = lint_file(data, regimes, policy=policy)
    assert found.ok, [(finding.requirement.id, finding.answer.found) for finding in found.unmet]
    assert peer.read(data, kind, anchors=pki.root_pem()).state in ("Valid", "Trusted")
    assert bool(labels_in(data)) == ("cn" in regimes)
    assert ("TC260:AIGC" in metadata(result)) == ("cn" in regimes)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_one_consistent_set(kind: str) -> None:
    data, result = sign(picture(kind), replace(CREATED, creator=("Test Studio",)))
    number = result.label.removeprefix("urn:c2pa:")
    assert label_in(data) == {
        "Label": "1",
        "ContentProducer": CODE,
        "ProduceID": number,
        "ReservedCode1": result.label,
        "ContentPropagator": "",
        "PropagateID": "",
        "ReservedCode2": "",
    }
    marks = marks_of(BytesSource(data))
    signed = metadata(result)
    assert marks.values("source_type") == (signed["Iptc4xmpExt:DigitalSourceType"],)
    assert marks.values("system") == (signed["Iptc4xmpExt:AISystemUsed"],) == ("Painter",)
    assert marks.values("system_version") == (signed["Iptc4xmpExt:AISystemVersionUsed"],) == ("2.1",)
    assert marks.values("provider") == (signed["schema:provider"],) == ("Test Studio",)
    assert marks.values("time") == (signed["xmp:CreateDate"],)
    assert json.loads(signed["TC260:AIGC"]) == label_in(data)
    assert result.report.active
    disclosure = result.report.active.manifest.assertion("c2pa.ai-disclosure")
    assert disclosure is not None
    assert disclosure.value()["modelName"] == "Painter 2.1"


def test_persons_and_systems_stand_apart() -> None:
    _, result = sign(picture("png"), replace(CREATED, creator=("Test Studio",)))
    assert result.report.active
    values = [a.value() for a in result.report.active.manifest.assertions if a.base_label == "cawg.metadata"]
    assert [("dc:creator" in value, "schema:provider" in value) for value in values] == [(True, False), (False, True)]


def test_the_prompt_is_no_label() -> None:
    data, _ = sign(picture("png"), replace(CREATED, prompt="a very secret prompt"))
    assert b"AIPromptInformation" not in data


# Which system, and when


@pytest.mark.parametrize(
    ("statements", "system"),
    [
        (replace(CREATED, models=(ModelReference("AWPortrait", "1.4"),)), ("AWPortrait", "1.4")),
        (replace(CREATED, models=(ModelReference("AWPortrait"),), software=GeneratorInfo("ComfyUI", "0.3")), ("ComfyUI", "0.3")),
        (replace(CREATED, generation=credkit.manifest.assertions.Generation(tool="Forge", tool_version="2")), ("Forge", "2")),
    ],
)
def test_the_system_is_what_is_known(statements: Statements, system: tuple[str, str]) -> None:
    _, result = sign(picture("png"), statements, Labels(regimes=("ca",), provider="Test Studio"))
    signed = metadata(result)
    assert (signed["Iptc4xmpExt:AISystemUsed"], signed["Iptc4xmpExt:AISystemVersionUsed"]) == system


def test_a_change_has_a_time_of_its_own() -> None:
    first, _ = sign(with_xmp(packet(xmp__CreateDate="2026-01-01T00:00:00Z")), labels=None)
    data, result = sign(first, EDITED)
    assert metadata(result)["xmp:ModifyDate"]
    properties = [name for name, _ in marks_of(BytesSource(data)).fields["time"]]
    assert sorted(properties) == ["xmp:CreateDate", "xmp:ModifyDate"]
    assert "2026-01-01T00:00:00Z" in marks_of(BytesSource(data)).values("time")


@pytest.mark.parametrize(("when", "kept"), [(None, True), (datetime(2026, 9, 20, 8, tzinfo=UTC), False)])
def test_the_tool_knows_when_it_made_the_picture(when: datetime | None, kept: bool) -> None:
    data, result = sign(with_xmp(packet(xmp__CreateDate="2026-01-01T00:00:00Z"), "jpg"), replace(CREATED, when=when))
    expected = "2026-01-01T00:00:00Z" if kept else "2026-09-20T08:00:00Z"
    assert marks_of(BytesSource(data)).values("time") == (expected,)
    assert when is None or metadata(result)["xmp:CreateDate"] == expected


# What is there stays


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_everything_else_in_xmp_is_kept(kind: str) -> None:
    mine = packet(
        attributes={"dc__format": "image/png"}, dc__identifier="my-7", other__note="keep <this> & that", xmpRights__WebStatement="x"
    )
    data, _ = sign(with_xmp(mine, kind))
    for text in (b"my-7", b"keep &lt;this&gt; &amp; that", b"https://example.com/other/", b"image/png"):
        assert text in data
    assert data.count(b"<TC260:AIGC>") == 1


def test_the_label_of_somebody_else_is_carried_on() -> None:
    theirs = aigc(ContentProducer=OTHER, ReservedCode1="theirs", ProduceID="their-7")
    data, result = sign(with_xmp(packet(TC260__AIGC=theirs), "jpg"))
    found = label_in(data)
    assert (found["ContentProducer"], found["ProduceID"], found["ReservedCode1"]) == (OTHER, "their-7", "theirs")
    assert (found["ContentPropagator"], found["PropagateID"]) == (CODE, result.label.removeprefix("urn:c2pa:"))
    assert any(OTHER in note and "kept" in note for note in result.notes)
    assert "TC260:AIGC" not in metadata(result)
    assert lint_file(data, ("cn",)).ok


def test_a_label_that_was_passed_on_already_is_left_as_it_is() -> None:
    theirs = aigc(ContentProducer=OTHER, ContentPropagator=OTHER, PropagateID="7")
    data, result = sign(with_xmp(packet(TC260__AIGC=theirs)))
    (found,) = labels_in(data)
    assert found.reading.stored == theirs
    assert any("left as it is" in note for note in result.notes)


@pytest.mark.parametrize(
    "data",
    [
        png_text("AIGC", aigc(ContentProducer=OTHER)),
        exif_picture(0x9286, b"ASCII\x00\x00\x00" + json.dumps({"AIGC": json.loads(aigc(ContentProducer=OTHER))}).encode()),
    ],
    ids=["PNG text", "EXIF"],
)
def test_a_label_elsewhere_counts(data: bytes) -> None:
    signed, _ = sign(data)
    found = labels_in(signed)
    assert [label.standing for label in found] == ["standard", "annex"]
    assert {label.reading.value("ContentProducer") for label in found} == {OTHER}
    assert lint_file(signed, ("cn",)).ok


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("{", "no JSON"),
        (aigc(ContentProducer=""), "empty"),
        (aigc(ContentProducer=OTHER, ReserveCode1=""), "ReserveCode1"),
        (aigc(ContentProducer="示例"), "printable ASCII"),
    ],
)
def test_what_cannot_be_carried_on_is_never_replaced(label: str, words: str, tmp_path: Path) -> None:
    source = tmp_path / "theirs.png"
    source.write_bytes(data := with_xmp(packet(TC260__AIGC=label)))
    with pytest.raises(DefinitionError, match=words):
        credkit.sign_file(source, source, CREATED, signer=pki.signer(), labels=CHINESE)
    assert source.read_bytes() == data
    without, _ = sign(data, labels=Labels(regimes=("ca",), provider="Test Studio", system="Painter", system_version="2"))
    assert labels_in(without)[0].reading.stored == label


def test_labels_that_contradict_each_other_are_refused() -> None:
    data = png_text("AIGC", aigc(ProduceID="1"), xmp=packet(TC260__AIGC=aigc(ProduceID="2")))
    with pytest.raises(DefinitionError, match="contradict"):
        sign(data)


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_a_new_version_has_a_new_number(kind: str) -> None:
    first, _ = sign(picture(kind))
    second, result = sign(first, EDITED)
    assert label_in(second)["ProduceID"] == result.label.removeprefix("urn:c2pa:")
    assert lint_file(second, ("cn", "ca")).ok
    assert second.count(b"TC260:AIGC>{") == 1
    assert peer.read(second, kind).state == "Valid"


def test_a_label_of_ones_own_is_mended() -> None:
    old = json.dumps({"Label": 1, "ContentProducer": CODE, "ProduceID": "7", "ContentPropagator": OTHER, "PropagateID": "8"})
    data, result = sign(with_xmp(packet(TC260__AIGC=old)))
    found = label_in(data)
    assert (found["Label"], found["ProduceID"]) == ("1", result.label.removeprefix("urn:c2pa:"))
    assert (found["ContentPropagator"], found["PropagateID"]) == (OTHER, "8")
    assert lint_file(data, ("cn",)).ok


def test_a_label_of_ones_own_elsewhere_keeps_its_number() -> None:
    data, result = sign(png_text("AIGC", aigc(ProduceID="7")))
    assert {label.reading.value("ProduceID") for label in labels_in(data)} == {"7"}
    assert any("its number was kept" in note for note in result.notes)
    assert lint_file(data, ("cn",)).ok


def test_signing_twice_gives_one_set() -> None:
    data = picture("jpg")
    for _ in range(3):
        data, _ = sign(data, labels=LABELS, drop_history=True)
    assert len(labels_in(data)) == 1
    assert len(marks_of(BytesSource(data)).fields["system"]) == 1


# Nothing takes a label away


def test_a_label_in_extended_xmp_stays() -> None:
    inner = packet(TC260__AIGC=aigc(ContentProducer=OTHER))
    guid = hashlib.md5(inner).hexdigest().upper()
    reference = f'rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="{guid}"'
    plain = with_xmp(packet().replace(b'rdf:about=""', reference.encode()), "jpg")
    part = b"http://ns.adobe.com/xmp/extension/\x00" + guid.encode() + len(inner).to_bytes(4, "big") + bytes(4) + inner
    at = plain.index(b"\xff\xdb")
    data = plain[:at] + b"\xff\xe1" + (len(part) + 2).to_bytes(2, "big") + part + plain[at:]
    (before,) = labels_in(data)
    assert before.reading.value("ContentProducer") == OTHER
    signed, _ = sign(data, replace(CREATED, creator=("Test Studio",)), None)
    assert [label.reading for label in labels_in(signed)] == [before.reading]
    labelled, _ = sign(data)
    assert {label.reading.value("ContentProducer") for label in labels_in(labelled)} == {OTHER}


@pytest.mark.parametrize("kind", ALL_KINDS)
def test_whatever_follows_keeps_the_label(kind: str) -> None:
    data, first = sign(picture(kind), replace(CREATED, creator=("Test Studio",)))
    label = label_in(data)
    out = io.BytesIO()
    credkit.strip_file(data, out)
    assert label_in(out.getvalue()) == label
    for statements in (Statements(edited="humanEdits"), Statements(edited="humanEdits", rights="© Test Studio", do_not_train=True)):
        for mirrors in (True, False):
            again, _ = sign(data, statements, None, mirrors=mirrors)
            assert label_in(again) == label
            assert lint_file(again, ("cn",)).ok
    assert first.report.active
    updated = io.BytesIO()
    credkit.update_file(data, updated, Statements(rights="© Test Studio"), signer=pki.signer())
    assert label_in(updated.getvalue()) == label


def test_redaction_keeps_the_label() -> None:
    data, result = sign(picture("png"), replace(CREATED, creator=("Test Studio",)))
    assert result.report.active
    persons = next(a for a in result.report.active.manifest.assertions if a.base_label == "cawg.metadata")
    out = io.BytesIO()
    credkit.api.redact_file(data, out, (persons.uri,), reason="c2pa.PII.present", signer=pki.signer())
    assert label_in(out.getvalue()) == label_in(data)
    assert lint_file(out.getvalue(), ("cn", "ca")).ok


def test_sealing_keeps_labels(tmp_path: Path) -> None:
    text = "a secret portrait\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 7, Size: 8x8"
    data = png_text("parameters", text, xmp=packet(TC260__AIGC=aigc()))
    for prompt in ("sealed", "omit"):
        options: dict[str, Any] = {"openings": tmp_path / "openings.json"} if prompt == "sealed" else {}
        signed, _ = sign(data, labels=None, lift=True, prompt=prompt, **options)
        assert b"a secret portrait" not in signed
        assert label_in(signed) == json.loads(aigc())


# What is refused


@pytest.mark.parametrize(
    ("statements", "labels", "options", "words"),
    [
        (Statements(created="digitalCapture"), CHINESE, {}, "nothing that is stated here was"),
        (CREATED, Labels(regimes=("eu",)), {}, "--timestamp URL"),
        (CREATED, Labels(regimes=("ca",), provider="Test Studio"), {}, "--label-system NAME/VERSION"),
        (CREATED, Labels(regimes=("ca",), provider="Test Studio", system="Painter"), {}, "but not the version"),
        (CREATED, CHINESE, {"sidecar": True}, "sidecar"),
    ],
)
def test_refusals(statements: Statements, labels: Labels, options: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        sign(picture("png"), statements, labels, **options)


def test_broken_xmp_is_never_thrown_away() -> None:
    with pytest.raises(AssetError, match="without labels"):
        sign(with_xmp(b"<x:xmpmeta"))


def test_a_definition_may_say_that_ai_made_it() -> None:
    definition = {"assertions": [{"label": "c2pa.actions", "data": {"actions": [
        {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"}
    ]}}]}  # fmt: skip
    data, _ = sign(picture("png"), Statements(), CHINESE, definition=definition)
    assert lint_file(data, ("cn",)).ok


# The mark


@pytest.mark.parametrize("kind", KINDS)
def test_the_mark_is_drawn_and_stated(kind: str) -> None:
    source = picture(kind, 480, 360)
    data, result = sign(source, replace(CREATED, creator=("Test Studio",)), replace(LABELS, visible="both"), thumbnail=True)
    assert result.report.active
    assertion = next(a for a in result.report.active.manifest.assertions if a.base_label == "c2pa.actions.v2")
    first, second = assertion.value()["actions"]
    assert (first["action"], second["action"]) == ("c2pa.created", "c2pa.addedText")
    assert second["changes"][0]["description"] == "AI生成 AI GENERATED"
    with Image.open(io.BytesIO(source)) as before, Image.open(io.BytesIO(data)) as after:
        assert before.convert("RGB").tobytes() != after.convert("RGB").tobytes()
    assert peer.read(data, kind).state == "Valid"
    found = {finding.requirement.id: finding.answer.outcome for finding in lint_file(data, REGIMES).findings}
    assert (found["cn.visible"], found["eu.visible"], found["ca.visible"]) == ("met", "met", "met")


def test_a_mark_does_not_lose_the_history() -> None:
    first, _ = sign(picture("jpg", 480, 360), labels=None)
    second, result = sign(first, EDITED, replace(LABELS, visible="en"))
    assert len(result.report.manifests) == 2
    assert peer.read(second, "jpg").state == "Valid"
    assert repainted("jpg") not in second
