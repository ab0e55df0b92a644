"""Every requirement is met by a file that has everything, and unmet, alone, by a file that lacks just that."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import credkit
from credkit import Statements
from credkit.api import lint_file
from credkit.errors import AssetError, DefinitionError
from credkit.labels import Labels
from credkit.labels.lint import RULES, LintReport, lint_document
from credkit.labels.lint.evidence import Evidence
from credkit.labels.marks import FileMarks
from credkit.limits import Limits
from credkit.manifest.assertions import CawgMetadata, GeneratorInfo
from credkit.sign.builder import Builder
from credkit.trust.policy import TrustPolicy
from tests.forge import files as forged
from tests.forge import pki, tsa
from tests.forge.pictures import picture
from tests.labels.files import AI, AIGC, CODE, aigc, exif_picture, packet, png_text, with_xmp
from tests.verify.tables.content import both

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(json.loads((ROOT / "schemas" / "lint.schema.json").read_text("utf-8")))
CREATED = Statements(created="trainedAlgorithmicMedia")
LABELS = Labels(
    regimes=("cn", "eu", "ca"), provider="Test Studio", provider_code=CODE, system="Painter", system_version="2.1", visible="both"
)
POLICY = TrustPolicy.of(pki.root_pem())
STAMPED = TrustPolicy.of(pki.root_pem(), tsa=[tsa.default_tsa().root.pem])


@cache
def labelled(kind: str = "png", *, stamped: bool = True, statements: Statements = CREATED, labels: Labels | None = LABELS) -> bytes:
    """A picture with the labels, signed."""
    with tsa.TsaServer() as server:
        return _signed(picture(kind, 480, 360), statements, labels, server.url if stamped else None)


def _signed(data: bytes, statements: Statements, labels: Labels | None, url: str | None = None) -> bytes:
    out = io.BytesIO()
    credkit.sign_file(data, out, statements, signer=pki.signer(), labels=labels, timestamp=url)
    return out.getvalue()


def lint(data: bytes, *regimes: str, policy: TrustPolicy = STAMPED) -> LintReport:
    report = lint_file(data, regimes or ("cn", "eu", "ca"), policy=policy, name="picture")  # type: ignore[arg-type]
    SCHEMA.validate(lint_document(report))
    return report


def outcomes(report: LintReport) -> dict[str, str]:
    return {finding.requirement.id: finding.answer.outcome for finding in report.findings}


def unmet(report: LintReport) -> set[str]:
    return {finding.requirement.id for finding in report.unmet}


@pytest.mark.parametrize("kind", ["png", "jpg"])
def test_what_is_written_is_found(kind: str) -> None:
    report = lint(labelled(kind))
    assert report.ok, [(finding.requirement.id, finding.answer.found) for finding in report.unmet]
    looks = {name for name, outcome in outcomes(report).items() if outcome == "look"}
    assert looks == {"eu.watermark", "ca.detectable", "ca.permanent"}
    assert report.state == "Trusted"


def test_every_requirement_is_named_once_and_told_whole() -> None:
    requirements = [rule.requirement for rules in RULES.values() for rule in rules]
    assert len({requirement.id for requirement in requirements}) == len(requirements)
    assert all(requirement.id.startswith(f"{requirement.regime}.") for requirement in requirements)
    assert all(requirement.clause and requirement.asks and not requirement.asks.endswith(".") for requirement in requirements)


# China and California: unsigned pictures with metadata alone


XMP = {
    "Iptc4xmpExt__DigitalSourceType": AI,
    "Iptc4xmpExt__AISystemUsed": "Painter",
    "Iptc4xmpExt__AISystemVersionUsed": "2.1",
    "schema__provider": "Test Studio",
    "xmp__CreateDate": "2026-11-01T12:00:00Z",
    "xmpMM__InstanceID": "xmp.iid:7",
}


def loose(label: str | None = None, **changes: str | None) -> bytes:
    elements = {name: text for name, text in (XMP | {"TC260__AIGC": label} | changes).items() if text is not None}
    return with_xmp(packet(**elements))


def test_metadata_alone_may_do_for_china_and_california() -> None:
    assert unmet(lint(loose(aigc()), "cn", "ca")) == set()
    assert unmet(lint(loose(aigc()), "eu")) == {"eu.signed"}


SPOILED_CHINESE: dict[str, Callable[[], bytes]] = {
    "cn.label": loose,
    "cn.place": lambda: exif_picture(0x010E, aigc()),
    "cn.json": lambda: loose("{"),
    "cn.form": lambda: loose(base64.b64encode(aigc().encode()).decode()),
    "cn.keys": lambda: loose(aigc(ReservedCode2=None)),
    "cn.order": lambda: loose(json.dumps(dict(reversed(AIGC.items())))),
    "cn.values": lambda: loose(aigc(ReservedCode2="示例")),
    "cn.attribute": lambda: loose(aigc(Label="")),
    "cn.producer": lambda: loose(aigc(ContentProducer="")),
    "cn.number": lambda: loose(aigc(ProduceID="")),
    "cn.single": lambda: png_text("AIGC", aigc(ProduceID="0002-2026"), xmp=packet(TC260__AIGC=aigc())),
    "cn.propagation": lambda: loose(aigc(ContentPropagator=CODE)),
    "marks.readable": lambda: png_text("AIGC", aigc(), xmp=b"<x:xmpmeta"),
    "marks.source-type": lambda: loose(aigc(), Iptc4xmpExt__DigitalSourceType="trainedAlgorithmicMedia"),
    "marks.number": lambda: loose(aigc(ReservedCode1="urn:c2pa:00000000-0000-4000-8000-000000000000")),
}


@pytest.mark.parametrize("name", SPOILED_CHINESE)
def test_one_thing_wrong_for_china(name: str) -> None:
    assert unmet(lint(SPOILED_CHINESE[name](), "cn")) == {name}


@pytest.mark.parametrize("value", ["0", "4", "AIGC", "yes"])
def test_other_values_of_the_attribute(value: str) -> None:
    assert unmet(lint(loose(aigc(Label=value)), "cn")) == {"cn.attribute"}


SPOILED_CALIFORNIAN: dict[str, bytes] = {
    "ca.provider": loose(schema__provider=None),
    "ca.system": loose(Iptc4xmpExt__AISystemVersionUsed=None),
    "ca.time": loose(xmp__CreateDate=None),
    "ca.identifier": loose(xmpMM__InstanceID=None),
    "ca.latent": loose(Iptc4xmpExt__DigitalSourceType=None),
}


@pytest.mark.parametrize("name", SPOILED_CALIFORNIAN)
def test_one_thing_missing_for_california(name: str) -> None:
    assert unmet(lint(SPOILED_CALIFORNIAN[name], "ca")) == {name}


def test_a_disclosure_after_no_standard() -> None:
    report = lint(loose(aigc(), Iptc4xmpExt__DigitalSourceType=None), "ca")
    assert unmet(report) == {"ca.standard"}


def test_a_link_may_convey_the_rest() -> None:
    linked = loose(schema__provider=None, xmp__CreateDate=None, xmpRights__WebStatement="https://example.com/disclosure")
    found = outcomes(lint(linked, "ca"))
    assert (found["ca.provider"], found["ca.time"], found["ca.system"]) == ("look", "look", "met")


def test_a_picture_without_anything() -> None:
    report = lint(picture("jpg"))
    assert unmet(report) == {"cn.label", "eu.marked", "eu.signed", "ca.latent", "ca.provider", "ca.system", "ca.time", "ca.identifier"}


# Europe: signatures


def test_every_requirement_that_a_program_can_judge_has_a_spoiled_file() -> None:
    only_people = {"cn.integrity", "cn.visible", "eu.watermark", "eu.system", "eu.visible", "ca.detectable", "ca.permanent", "ca.visible"}
    elsewhere = {"ca.standard", "eu.marked", "eu.signed", "eu.recorded", "eu.time", "marks.agreement", "marks.system", "marks.covered"}
    spoiled = {*SPOILED_CHINESE, *SPOILED_CALIFORNIAN, *elsewhere, *only_people}
    assert spoiled == {rule.requirement.id for rules in RULES.values() for rule in rules}


def test_one_thing_wrong_for_europe() -> None:
    assert unmet(lint(labelled(stamped=False, labels=None), "eu")) == {"eu.time"}
    assert unmet(lint(labelled(statements=Statements(created="digitalCapture"), labels=None), "eu")) == {"eu.marked"}
    assert unmet(lint(loose(), "eu")) == {"eu.signed"}
    broken = bytearray(labelled())
    broken[-40] ^= 1
    assert "eu.signed" in unmet(lint(bytes(broken), "eu"))


def test_only_loose_metadata_say_so() -> None:
    with tsa.TsaServer() as server:
        unsaid = loose(aigc(), Iptc4xmpExt__DigitalSourceType=None)
        data = _signed(unsaid, Statements(created="digitalCapture"), None, server.url)
    assert unmet(lint(data, "eu")) == {"eu.recorded"}


def test_a_time_stamp_that_nobody_vouches_for() -> None:
    found = outcomes(lint(labelled(), "eu", policy=POLICY))
    assert found["eu.time"] == "look"
    assert found["eu.signed"] == "met"


def test_systems_that_contradict_each_other() -> None:
    other = with_xmp(packet(Iptc4xmpExt__AISystemUsed="Other"), data=labelled())
    assert "eu.signed" in unmet(lint(other, "eu"))
    assert lint(other, "eu").state == "Invalid"


def stated(data: bytes, **said: str) -> bytes:
    """A picture signed with a ``cawg.metadata`` that need not be what its XMP says."""
    builder = Builder()
    builder.created("trainedAlgorithmicMedia")
    if said:
        builder.add(CawgMetadata(ai_system=said.get("system"), ai_system_version=said.get("version")))
    out = io.BytesIO()
    builder.sign(data, out, pki.signer())
    return out.getvalue()


def test_marks_that_contradict_each_other() -> None:
    assert unmet(lint(stated(loose(aigc()), system="Painter", version="2.1"), "cn")) == set()
    assert unmet(lint(stated(loose(aigc()), system="Painter", version="3"), "cn")) == {"marks.system"}
    other = loose(aigc(), Iptc4xmpExt__DigitalSourceType=AI.replace("trainedAlgorithmicMedia", "compositeSynthetic"))
    assert outcomes(lint(stated(other), "cn"))["marks.agreement"] == "look"
    camera = loose(aigc(), Iptc4xmpExt__DigitalSourceType=AI.replace("trainedAlgorithmicMedia", "digitalCapture"))
    assert unmet(lint(stated(camera), "cn")) == {"marks.agreement"}


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_marks_that_the_signature_leaves_out(kind: str) -> None:
    asset = with_xmp(packet(TC260__AIGC=aigc(), Iptc4xmpExt__DigitalSourceType=AI), kind)
    data = forged.signed(forged.standard(), kind=kind, asset=asset, binding=forged.excluding(both))
    assert unmet(lint(data, "cn")) - {"marks.agreement"} == {"marks.covered"}


def test_what_people_see_is_left_to_them_unless_it_is_stated() -> None:
    plain = Labels(regimes=("cn",), provider_code=CODE)
    assert outcomes(lint(_signed(picture("png"), CREATED, plain), "cn"))["cn.visible"] == "look"
    english = Labels(regimes=("cn",), provider_code=CODE, visible="en")
    assert outcomes(lint(_signed(picture("png"), CREATED, english), "cn"))["cn.visible"] == "look"
    chinese = Labels(regimes=("cn",), provider_code=CODE, visible="cn")
    assert outcomes(lint(_signed(picture("png"), CREATED, chinese), "cn"))["cn.visible"] == "met"


def test_a_stripped_file_still_carries_its_label() -> None:
    out = io.BytesIO()
    credkit.strip_file(labelled(), out)
    report = lint(out.getvalue(), "cn")
    assert outcomes(report)["cn.label"] == "met"
    assert unmet(report) == {"marks.number"}


def test_refusals() -> None:
    with pytest.raises(DefinitionError, match="kr"):
        lint(picture("png"), "kr")
    with pytest.raises(AssetError):
        lint_file("/nowhere/at/all.png")


@given(st.text(max_size=200) | st.sampled_from(["{" * 5000, "\x1b[31m", "x" * 100_000]))
@settings(max_examples=40, deadline=None)
def test_hostile_labels(text: str) -> None:
    try:
        data = with_xmp(packet(TC260__AIGC=text, schema__provider=text, Iptc4xmpExt__DigitalSourceType=text))
    except AssetError:
        return
    lint(data)


def test_the_property_made_for_the_system_answers_and_others_are_told() -> None:
    builder = Builder()
    builder.created("trainedAlgorithmicMedia", software_agent=GeneratorInfo("Test Studio WebUI", "1.10"))
    builder.add(CawgMetadata(ai_system="Painter", ai_system_version="2.1"))
    out = io.BytesIO()
    builder.sign(loose(aigc()), out, pki.signer())
    found = {finding.requirement.id: finding.answer for finding in lint(out.getvalue(), "ca", "eu").findings}
    for answer in (found["ca.system"], found["eu.system"]):
        assert answer.found == "Painter 2.1"
        assert answer.where == ("cawg.metadata of the manifest", "XMP Iptc4xmpExt:AISystemUsed")
        assert answer.also == ("Test Studio WebUI 1.10 (c2pa.created in c2pa.actions.v2 of the manifest)",)


@pytest.mark.parametrize("text", [aigc(Label="0"), aigc(Label="１"), aigc(Label="l"), aigc()[:-1] + ',"Label":"2"}'])
def test_a_label_that_does_not_say_generated_is_no_disclosure(text: str) -> None:
    found = lint(with_xmp(packet(TC260__AIGC=text)), "cn", "ca")
    assert "ca.latent" in unmet(found)
    assert unmet(found) & {"cn.attribute", "cn.json"}


def test_several_systems_in_xmp() -> None:
    body = packet(Iptc4xmpExt__AISystemUsed="Painter", Iptc4xmpExt__AISystemVersionUsed="2.1")
    description = body[body.index(b"<rdf:Description") : body.index(b"</rdf:RDF>")].replace(b"Painter", b"Other")
    data = stated(with_xmp(body.replace(b"</rdf:RDF>", description + b"</rdf:RDF>")), system="Painter", version="2.1")
    assert "marks.system" in unmet(lint(data, "cn"))


@pytest.mark.parametrize("allowed", [2, 1])
def test_facts_of_a_kind_are_looked_at_up_to_the_bound(allowed: int) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    credkit.sign_file(picture("png"), first, CREATED, signer=pki.signer())
    credkit.sign_file(first.getvalue(), second, Statements(edited="humanEdits"), signer=pki.signer(), parent=first.getvalue())
    report = credkit.verify_file(second.getvalue())
    found = Evidence(report=report, marks=FileMarks(), limits=Limits(label_facts=allowed))
    assert len(found.signed["identifier"]) == allowed
