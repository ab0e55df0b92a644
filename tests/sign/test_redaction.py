"""Redaction: the bytes are gone, the removal is on record, and the rest of the history stays valid."""

from __future__ import annotations

import io
from typing import Any

import pytest

from credkit.assets import BytesSource, detect, write
from credkit.assets.in_place import replace_store
from credkit.codec import cbor
from credkit.errors import DefinitionError
from credkit.manifest.assertions import Action, CawgMetadata, EmbeddedData, OpaqueAssertion
from credkit.manifest.store import Assertion, parse_store
from credkit.sign.builder import Builder
from credkit.sign.compose import store_box
from credkit.sign.definition import apply_definition
from credkit.sign.redaction import find_redactable, redactable_assertions, store_without, telling_texts, traces
from credkit.sign.update import UpdateBuilder
from credkit.verify import Report, verify
from tests.forge import pki
from tests.forge.files import signed as forged
from tests.forge.files import standard
from tests.forge.manifests import Assertion as Part
from tests.forge.manifests import actions, compressed, ingredient
from tests.forge.pictures import KINDS, picture, repainted

SECRET = b"a name that nobody should read"
REASON = "c2pa.PII.present"


def written(builder: Builder, asset: bytes, **options: Any) -> bytes:
    out = io.BytesIO()
    builder.sign(asset, out, pki.signer(), **options)
    return out.getvalue()


def first(kind: str = "jpg") -> bytes:
    builder = Builder(title="first")
    handle = builder.add_input("prompt", ("c2pa.types.generator.prompt",), data=EmbeddedData(b"prompt: " + SECRET, "text/plain"))
    builder.created("trainedAlgorithmicMedia", inputs=(handle,))
    builder.add(CawgMetadata(creator=(SECRET.decode(),)))
    builder.add(OpaqueAssertion("org.test.note", {"text": "harmless"}))
    return written(builder, picture(kind))


def second(parent: bytes, kind: str = "jpg") -> bytes:
    builder = Builder(title="second")
    builder.add_parent(parent)
    builder.add_component(parent, title="part")
    builder.add_action(Action("c2pa.edited", digital_source_type="humanEdits"))
    builder.add(OpaqueAssertion("org.test.note", {"text": "of the second"}))
    return written(builder, repainted(kind))


def redacted(data: bytes, *names: str, reason: str = REASON) -> bytes:
    builder = UpdateBuilder()
    for name in names:
        builder.redact(name, reason)
    return written(builder, data)


def judged(data: bytes) -> Report:
    return verify(BytesSource(data))


def held(report: Report, generation: int = 0) -> list[str]:
    return [assertion.label for assertion in report.manifests[generation].manifest.assertions]


@pytest.mark.parametrize("kind", KINDS)
def test_the_bytes_are_gone(kind: str) -> None:
    data = first(kind)
    assert data.count(SECRET) == 2
    done = redacted(data, "cawg.metadata", "c2pa.embedded-data")
    assert SECRET not in done
    report = judged(done)
    assert (report.state, report.content_intact) == ("Valid", True)
    assert not {"cawg.metadata", "c2pa.embedded-data"} & set(held(report))
    assert "org.test.note" in held(report)


def test_the_removal_is_on_record_with_its_reason() -> None:
    data = first()
    builder = UpdateBuilder()
    builder.redact("cawg.metadata", "com.example.by-request", description="the person asked for it")
    report = judged(written(builder, data))
    active = report.manifests[-1].manifest
    uri = f"self#jumbf=/c2pa/{report.manifests[0].label}/c2pa.assertions/cawg.metadata"
    assert active.claim_bytes is not None
    assert cbor.decode(active.claim_bytes, where="claim")["redacted_assertions"] == [uri]
    (action,) = active.assertions[0].value()["actions"]
    assert (action["action"], action["reason"], action["parameters"]) == ("c2pa.redacted", "com.example.by-request", {"redacted": uri})
    assert action["description"] == "the person asked for it"
    assert "when" in action


def test_deep_in_the_history() -> None:
    data = second(second(first()))
    oldest = judged(data).manifests[0].label
    done = redacted(data, "cawg.metadata", f"{oldest}#org.test.note", f"self#jumbf=/c2pa/{oldest}/c2pa.assertions/c2pa.embedded-data")
    assert SECRET not in done
    report = judged(done)
    assert (report.state, len(report.manifests)) == ("Valid", 4)
    assert held(report) == ["c2pa.actions.v2", "c2pa.ingredient.v3", "c2pa.hash.data"]


def test_one_redaction_after_another() -> None:
    data = redacted(redacted(redacted(first(), "cawg.metadata"), "org.test.note"), "c2pa.embedded-data")
    report = judged(data)
    assert report.state == "Valid"
    assert held(report) == ["c2pa.actions.v2", "c2pa.ingredient.v3", "c2pa.hash.data"]
    with pytest.raises(DefinitionError, match='no assertion "cawg.metadata"'):
        redacted(data, "cawg.metadata")


def test_an_edit_of_a_redacted_picture_is_valid() -> None:
    report = judged(second(redacted(first(), "cawg.metadata")))
    assert report.state == "Valid"


def test_everything_else_of_the_manifest_stays_byte_for_byte() -> None:
    data = first()
    before = {a.label: a.box.raw for a in judged(data).manifests[0].manifest.assertions}
    after = {a.label: a.box.raw for a in judged(redacted(data, "cawg.metadata")).manifests[0].manifest.assertions}
    assert after == {label: raw for label, raw in before.items() if label != "cawg.metadata"}


STAY = {
    "c2pa.actions.v2": "tell what happened",
    "c2pa.hash.data": "binds the credentials",
    "c2pa.ingredient.v3": "refers to it",
}


@pytest.mark.parametrize("label", STAY)
def test_what_has_to_stay(label: str) -> None:
    data = second(first())
    active = judged(data).active_manifest
    with pytest.raises(DefinitionError, match=STAY[label]):
        redacted(data, f"{active}#{label}")


def test_an_update_leads_to_what_it_updates() -> None:
    data = redacted(first(), "cawg.metadata")
    with pytest.raises(DefinitionError, match="nothing below would be checked"):
        redacted(data, f"{judged(data).active_manifest}#c2pa.ingredient.v3")


def test_a_statement_of_an_update_can_be_redacted() -> None:
    builder = UpdateBuilder()
    builder.add(OpaqueAssertion("org.test.note", {"text": SECRET.decode()}))
    data = written(builder, redacted(first(), "cawg.metadata", "org.test.note", "c2pa.embedded-data"))
    done = redacted(data, "org.test.note")
    assert SECRET not in done
    assert judged(done).state == "Valid"


def test_an_input_goes_with_its_whole_history() -> None:
    builder = Builder()
    handle = builder.add_ingredient(first(), "inputTo", title="reference")
    builder.created("trainedAlgorithmicMedia", inputs=(handle,))
    data = written(builder, picture("png"))
    report = judged(data)
    assert len(report.manifests) == 2
    done = redacted(data, f"{report.active_manifest}#c2pa.ingredient.v3")
    after = judged(done)
    assert (after.state, [m.label for m in after.manifests][:-1]) == ("Valid", [report.active_manifest])
    assert SECRET not in done


def test_a_history_that_is_used_elsewhere_stays() -> None:
    source = first()
    builder = Builder()
    handle = builder.add_ingredient(source, "inputTo", title="reference")
    builder.add_parent(source)
    builder.add_action(Action("c2pa.edited", digital_source_type="compositeWithTrainedAlgorithmicMedia", ingredients=(handle.reference,)))
    data = written(builder, picture("png"))
    active = judged(data).active_manifest
    report = judged(redacted(data, f"{active}#c2pa.ingredient.v3"))
    assert (report.state, len(report.manifests)) == ("Valid", 3)


def test_an_unclear_name_is_refused_with_the_clear_ones() -> None:
    data = second(first())
    with pytest.raises(DefinitionError, match="stands in 2 manifests") as caught:
        redacted(data, "org.test.note")
    for manifest in judged(data).manifests:
        assert f'"{manifest.label}#org.test.note"' in str(caught.value)


def test_a_wrong_name_is_refused_with_what_there_is() -> None:
    with pytest.raises(DefinitionError, match=r'no assertion "cawg\.meta".*cawg\.metadata, org\.test\.note'):
        redacted(first(), "cawg.meta")


def test_the_list_names_everything_once() -> None:
    report = judged(second(first()))
    listed = redactable_assertions(report)
    assert [one.uri for one in listed] == [a.uri for m in report.manifests for a in m.manifest.assertions]
    assert {one.label for one in listed if one.refusal} == {*STAY, "c2pa.ingredient.v3__1"}
    assert find_redactable(report, "cawg.metadata").generation == 1


def old_ingredient() -> bytes:
    parent = standard(Part("org.test.note", {"text": "x"}), name="parent").build()
    part = ingredient(parent, "componentOf", version=2)
    return forged(standard(part), parent)


def test_a_manifest_that_was_recorded_as_a_whole_is_left_alone() -> None:
    data = old_ingredient()
    assert judged(data).state == "Valid"
    with pytest.raises(DefinitionError, match="in an old way"):
        redacted(data, "org.test.note")


def test_a_compressed_manifest_is_unpacked() -> None:
    parent = compressed(standard(Part("org.test.note", {"text": SECRET.decode()}), name="parent").build())
    part = ingredient(parent, "componentOf")
    done_by = actions({"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"})
    data = forged(standard(part, first=done_by), parent)
    assert judged(data).state == "Valid"
    report = judged(redacted(data, "org.test.note"))
    assert report.state == "Valid"
    assert not report.manifests[0].manifest.compressed
    assert SECRET not in report.manifests[0].manifest.box.raw


def test_a_compressed_manifest_that_loses_nothing_stays_as_it_is() -> None:
    manifest = compressed(standard(Part("org.test.note", {"text": "x"}), name="parent").build())
    data = forged(standard(ingredient(manifest, "componentOf")), manifest)
    builder = UpdateBuilder()
    builder.add(OpaqueAssertion("org.test.note", {"text": "more"}))
    report = judged(written(builder, data))
    assert [m.manifest.compressed for m in report.manifests] == [True, False, False]
    assert report.state == "Valid"


def show_icon(claim: dict[str, Any]) -> None:
    entry = next(entry for entry in claim["created_assertions"] if entry["url"].endswith("c2pa.icon"))
    claim["claim_generator_info"]["icon"] = {"url": entry["url"], "hash": entry["hash"]}


def test_the_icon_of_the_software_stays() -> None:
    icon = Part("c2pa.icon", ("image/svg+xml", b"<svg/>"), content="embedded")
    shown, unused = (forged(standard(icon, **options)) for options in ({"claim": show_icon}, {}))
    assert {judged(shown).state, judged(unused).state} == {"Valid"}
    with pytest.raises(DefinitionError, match="shows its software"):
        redacted(shown, "c2pa.icon")
    assert judged(redacted(unused, "c2pa.icon")).state == "Valid"


def test_what_was_redacted_cannot_be_put_back() -> None:
    data = first()
    done = redacted(data, "org.test.note")
    boxes = [report.manifest.box.raw for report in judged(done).manifests]
    source = BytesSource(done)
    asset_format = detect(source)
    assert asset_format is not None
    planted = store_box((judged(data).manifests[0].manifest.box.raw,), boxes[1])
    edit = replace_store(source, asset_format, asset_format.scan(source), planted)
    out = io.BytesIO()
    write(source, edit, out)
    report = judged(out.getvalue())
    assert report.state == "Invalid"
    assert "assertion.notRedacted" in [s.code for delta in report.ingredient_deltas for s in delta.validation_deltas.failure]


def test_a_store_without_nothing_is_the_store() -> None:
    report = judged(second(first()))
    assert report.store is not None
    gone = report.manifests[0].manifest.assertions[2]
    whole, less = b"".join(store_without(report.store, ())), b"".join(store_without(report.store, (gone.uri,)))
    assert report.store.data.endswith(whole)
    assert len(whole) - len(less) == len(gone.box.raw)
    assert [m.label for m in parse_store(store_box((), less)).manifests] == [m.label for m in report.store.manifests]


def extended(box: bytes) -> bytes:
    """The same superbox with a length of 64 bits."""
    return b"\x00\x00\x00\x01jumb" + (len(box) + 8).to_bytes(8, "big") + box[8:]


def test_lengths_of_either_size_are_kept_right() -> None:
    report = judged(first())
    assert report.store is not None
    label = report.manifests[0].label
    long = parse_store(store_box((), extended(report.manifests[0].manifest.box.raw)))
    (box,) = store_without(long, (f"self#jumbf=/c2pa/{label}/c2pa.assertions/cawg.metadata",))
    assert int.from_bytes(box[8:16], "big") == len(box)
    after = parse_store(store_box((), box)).manifests[0]
    assert [a.label for a in after.assertions] == [a.label for a in long.manifests[0].assertions if a.label != "cawg.metadata"]
    assert after.claim_bytes == long.manifests[0].claim_bytes


def test_a_label_that_also_stands_where_it_has_to_stay_is_unclear() -> None:
    data = redacted(first(), "org.test.note")
    with pytest.raises(DefinitionError, match="stands in 2 manifests"):
        redacted(data, "c2pa.ingredient.v3")


def test_a_definition_redacts_with_its_action() -> None:
    data = first()
    uri = f"self#jumbf=/c2pa/{judged(data).active_manifest}/c2pa.assertions/cawg.metadata"
    action = {"action": "c2pa.redacted", "reason": REASON, "parameters": {"redacted": uri}}
    builder = UpdateBuilder()
    definition = {"redactions": [uri], "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}]}
    apply_definition(builder, definition)
    report = judged(written(builder, data))
    assert report.state == "Valid"
    assert "cawg.metadata" not in held(report)


def assertion_of(payload: dict[str, Any]) -> Assertion:
    builder = Builder()
    builder.created("digitalCapture")
    builder.add(OpaqueAssertion("org.test.note", payload))
    return judged(written(builder, picture("png"))).manifests[0].manifest.assertions[1]


def test_texts_by_which_a_statement_is_recognised() -> None:
    payload = {
        "name": "Test Studio",
        "more": ["abc", {"@context": "left out", "town": "Springfield"}],
        "at": "https://example.com/x",
        "n": 7,
    }
    assert telling_texts(assertion_of(payload)) == {"Test Studio", "Springfield"}


@pytest.mark.parametrize(
    "data",
    [
        b"<dc:creator>Test &amp; Studio</dc:creator>",
        b"Test & Studio",
        "Test & Studio".encode("utf-16-le"),
        "xTest & Studio".encode("utf-16-be"),
    ],
)
def test_traces_are_found_in_each_spelling(data: bytes) -> None:
    assert traces({"Test & Studio", "elsewhere"}, data) == 1
    assert traces({"Others"}, data) == 0
