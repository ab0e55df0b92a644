from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from credkit import ModelReference, Statements, TrustPolicy, sign_file, update_file, verify_file
from credkit.limits import Limits
from credkit.manifest.uri import assertion_uri
from credkit.provenance import FORMATS, provenance_graph, render
from credkit.provenance.graph import content_manifest
from credkit.provenance.json_report import json_report
from credkit.provenance.statements import ingredient_statements
from credkit.status import StatusCode, status
from credkit.verify import IngredientReport, ManifestReport, ResultMap
from tests.forge import pki
from tests.forge.pictures import picture
from tests.provenance.material import assertion, cases, embedded, manifest_box, report_of, signature


def ingredient(holder: str, number: int, manifest: str | None, relationship: str = "parentOf", **changes: Any) -> IngredientReport:
    label = "c2pa.ingredient.v3" + (f"__{number}" if number else "")
    fields = {"title": f"{manifest or 'plain'}.jpg", "format": "image/jpeg", "intact": None if manifest is None else True, "recorded": None}
    return IngredientReport(
        uri=assertion_uri(holder, label), label=label, relationship=relationship, manifest=manifest, **(fields | changes)
    )


def chain_report(links: dict[str, list[IngredientReport]], **changes: Any) -> Any:
    """A report on manifests without content; ``links`` has them oldest first."""

    def manifests(store: Any) -> list[ManifestReport]:
        return [
            ManifestReport(
                manifest=manifest,
                results=ResultMap(),
                signature=signature(f"signer of {manifest.label}"),
                ingredients=tuple(links[manifest.label]),
                generation=number,
                well_formed=True,
                valid=True,
                trusted=False,
            )
            for number, manifest in enumerate(store.manifests, start=1)
        ]

    return report_of([manifest_box(label, {}, assertion("c2pa.actions.v2", {})) for label in links], manifests, **changes)


def test_a_real_chain_is_told_oldest_first() -> None:
    graph = provenance_graph(cases()["trusted"])
    assert [(node.name, node.kind) for node in graph.nodes] == [
        ("generation 1", "manifest"),
        ('component "moon.jpg"', "unsigned"),
        ("generation 2", "manifest"),
    ]
    assert [(graph.node(e.source).name, e.relationship, graph.node(e.target).name, e.intact) for e in graph.edges] == [
        ("generation 1", "parentOf", "generation 2", True),
        ('component "moon.jpg"', "componentOf", "generation 2", None),
    ]
    first, second = graph.nodes[0], graph.nodes[2]
    assert graph.active is second
    assert first.signer is not None
    assert (first.signer.name, first.signer.organization, first.signer.standing) == (
        "My Studio",
        "credkit test studio",
        "verified, on your trust list",
    )
    assert first.title == "portrait.jpg"
    assert first.tool == "Image Maker 1.4"
    assert first.done[0].sentence == "created by an AI model (trainedAlgorithmicMedia)"
    assert first.claimed_time == "2026-09-20T08:00:00Z"
    assert first.attested_time is None
    assert (first.intact, first.valid, first.trusted, first.changed) == (True, True, True, None)
    assert "edited: composite with trained AI media (compositeWithTrainedAlgorithmicMedia), region 20,30 60x60 (face repainted)" in [
        deed.sentence for deed in second.done
    ]
    assert (second.intact, second.changed) == (True, False)


def test_what_a_creator_states_is_told_by_topic() -> None:
    said = {(s.topic, s.words) for s in provenance_graph(cases()["trusted"]).nodes[0].said}
    assert {
        ("creator", "My Studio"),
        ("rights", "(c) 2026 My Studio"),
        ("training and data mining", "training of generative AI: not allowed"),
        ("training and data mining", "training of AI: not allowed"),
        ("AI model", "Portrait Model (pkg:generic/portrait@1)"),
        ("training source", "own photographs, licence CC-BY-4.0, items: 1200"),
    } <= said


def test_thumbnails_come_with_matching_hashes_only() -> None:
    graph = provenance_graph(cases()["trusted"])
    assert {node.picture.media_type if node.picture else None for node in graph.nodes} == {"image/jpeg"}
    report = cases()["trusted"]
    without = [replace(m, results=ResultMap.of([s for s in m.results if "thumbnail" not in (s.url or "")])) for m in report.manifests]
    assert [node.picture for node in provenance_graph(replace(report, manifests=tuple(without))).nodes] == [None, None, None]


def test_a_picture_below_updates_is_that_of_the_file() -> None:
    signer = pki.signer()
    source, out = picture("png"), io.BytesIO()
    sign_file(source, out, Statements(created="digitalCreation"), signer=signer, thumbnail=True)
    for rights in ("one", "two"):
        updated = io.BytesIO()
        update_file(out.getvalue(), updated, Statements(rights=rights), signer=signer)
        out = updated
    report = verify_file(out.getvalue())
    nodes = provenance_graph(report).nodes
    assert [node.update for node in nodes] == [False, True, True]
    assert nodes[0].picture is not None
    # Shown where the file is spoken of, and in the generation that made it; not once more in between.
    assert [node.picture for node in nodes] == [nodes[0].picture, None, nodes[0].picture]
    assert content_manifest(report) == report.manifests[0]
    replaced = [replace(m, ingredients=tuple(replace(i, intact=False) for i in m.ingredients)) for m in report.manifests]
    assert provenance_graph(replace(report, manifests=tuple(replaced))).nodes[-1].picture is None
    circle = [replace(report.manifests[1], ingredients=report.manifests[2].ingredients), report.manifests[2]]
    assert content_manifest(replace(report, manifests=tuple(circle))) is None


def test_a_thumbnail_of_an_unverified_signature_is_not_shown() -> None:
    report = cases()["trusted"]
    unverified = tuple(replace(m, signature=replace(m.signature, verified=False)) for m in report.manifests if m.signature)
    assert [node.picture for node in provenance_graph(replace(report, manifests=unverified)).nodes] == [None, None, None]


def test_the_altered_ancestor_is_named_and_no_other() -> None:
    graph = provenance_graph(cases()["ancestor-altered"])
    assert [(node.name, node.altered) for node in graph.nodes if node.label] == [("generation 1", True), ("generation 2", False)]
    assert graph.nodes[0].intact is False
    assert "assertion.hashedURI.mismatch" in [s.code for s in graph.nodes[0].alterations]


@pytest.mark.parametrize("depth", [1, 5, 30])
def test_alteration_is_found_at_any_depth(depth: int) -> None:
    labels = [f"urn:c2pa:{number}" for number in range(depth + 1)]
    links = {label: [ingredient(label, 0, labels[i - 1])] if i else [] for i, label in enumerate(labels)}
    report = chain_report(links)
    broken = replace(report.manifests[0], altered=True, valid=False, results=ResultMap.of([status(StatusCode.CLAIM_SIGNATURE_MISMATCH)]))
    graph = provenance_graph(replace(report, manifests=(broken, *report.manifests[1:])))
    assert [node.name for node in graph.nodes if node.altered] == ["generation 1"]


def test_a_mismatch_at_an_ingredient_assertion_blames_the_ingredient() -> None:
    links = {"a": [], "b": [ingredient("b", 0, "a", intact=False)]}
    report = chain_report(links)
    fault = status(StatusCode.INGREDIENT_MANIFEST_MISMATCH, assertion_uri("b", "c2pa.ingredient.v3"))
    report = replace(report, manifests=(report.manifests[0], replace(report.manifests[1], results=ResultMap.of([fault]))))
    assert [node.label for node in provenance_graph(report).nodes if node.altered] == ["a"]


def test_a_diamond_is_four_nodes() -> None:
    links = {
        "a": [],
        "b": [ingredient("b", 0, "a")],
        "c": [ingredient("c", 0, "a")],
        "d": [ingredient("d", 0, "b"), ingredient("d", 1, "c", "componentOf")],
    }
    graph = provenance_graph(chain_report(links))
    assert [node.label for node in graph.nodes] == ["a", "b", "c", "d"]
    assert len(graph.edges) == 4
    assert graph.node("m2").name == 'component "c.jpg" of generation 4'


@pytest.mark.parametrize("format_name", FORMATS)
def test_cycles_end(format_name: Any) -> None:
    links = {"a": [ingredient("a", 0, "b")], "b": [ingredient("b", 0, "a"), ingredient("b", 1, "b")]}
    report = chain_report(links)
    assert len(provenance_graph(report).nodes) == 2
    assert render(report, format_name)


def test_a_flood_of_ingredients_is_cut_and_counted() -> None:
    links = {"a": [ingredient("a", number, None, "componentOf") for number in range(60)]}
    graph = provenance_graph(chain_report(links), limits=Limits(manifests=20))
    assert len(graph.nodes) == 21
    assert graph.omitted == 40
    assert "40 more ingredients" in render(chain_report(links), "story", limits=Limits(manifests=20))


def test_missing_and_unlinked_manifests_show_as_such() -> None:
    recorded = ResultMap.of([status(StatusCode.CLAIM_SIGNATURE_VALIDATED)])
    report = chain_report({"lost": [], "a": [ingredient("a", 0, None, title="gone.jpg", recorded=recorded, intact=False)]})
    report = replace(report, manifests=(replace(report.manifests[0], reached=False, signature=None), report.manifests[1]))
    graph = provenance_graph(report)
    assert [(node.kind, node.name) for node in graph.nodes] == [
        ("unlinked", "manifest lost that nothing refers to"),
        ("missing", 'original "gone.jpg"'),
        ("manifest", "generation 2"),
    ]
    story = render(report, "story")
    assert 'made from: original "gone.jpg", whose credentials are on record but not in this file' in story
    assert "1 manifest in the file that nothing refers to" in story


def test_removed_statements_are_named_where_they_stood() -> None:
    uri = assertion_uri("a", "cawg.metadata")
    boxes = [manifest_box("a", {}, assertion("x", {})), manifest_box("b", {"redacted_assertions": [uri]}, assertion("x", {}))]
    plain = chain_report({"a": [], "b": [ingredient("b", 0, "a")]})
    report = report_of(boxes, lambda store: [replace(m, manifest=s) for m, s in zip(plain.manifests, store.manifests, strict=True)])
    first, second = provenance_graph(report).nodes
    assert [(r.label, r.by, r.reason) for r in first.removed] == [("cawg.metadata", "generation 2", None)]
    assert second.removes == first.removed
    assert (first.removes, second.removed) == ((), ())
    assert "cawg.metadata was removed by generation 2, on record, no reason given" in render(report, "story")


def test_the_reason_of_a_redaction_is_told() -> None:
    uri = assertion_uri("a", "cawg.metadata")
    action = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}}
    actions = assertion("c2pa.actions.v2", {"actions": [action]})
    boxes = [manifest_box("a", {}, assertion("x", {})), manifest_box("b", {"redacted_assertions": [uri, 7, "nonsense"]}, actions)]
    plain = chain_report({"a": [], "b": [ingredient("b", 0, "a")]})
    report = report_of(boxes, lambda store: [replace(m, manifest=s) for m, s in zip(plain.manifests, store.manifests, strict=True)])
    assert [(r.uri, r.reason) for r in provenance_graph(report).nodes[1].removes] == [(uri, "c2pa.PII.present")]
    story = " ".join(render(report, "story").split())
    assert "cawg.metadata was removed by generation 2, on record, reason: personal data (c2pa.PII.present)" in story
    assert "a statement removed from the history, reason: personal data (c2pa.PII.present)" in story
    first, second = json_report(report)["manifests"]
    assert first["removed_assertions"] == ["cawg.metadata"]
    assert second["redactions"] == [{"manifest": "a", "label": "cawg.metadata", "uri": uri, "reason": "c2pa.PII.present"}]


def test_a_picture_is_told_by_its_content() -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(20)
    boxes = [manifest_box("a", {}, embedded("c2pa.thumbnail.claim", "text/html", png))]
    matched = ResultMap.of([status(StatusCode.ASSERTION_HASHED_URI_MATCH, assertion_uri("a", "c2pa.thumbnail.claim"))])
    plain = chain_report({"a": []})
    report = report_of(boxes, lambda store: [replace(plain.manifests[0], manifest=store.manifests[0], results=matched)])
    picture = provenance_graph(report).nodes[0].picture
    assert picture is not None
    assert picture.media_type == "image/png"


def test_prompts_and_measured_files_of_inputs_are_told() -> None:
    source = picture("jpg")
    statements = Statements(
        created="trainedAlgorithmicMedia", prompt="a harbour\nat night", models=(ModelReference("Portrait Model", "1"),)
    )
    out = io.BytesIO()
    sign_file(source, out, statements, signer=pki.signer())
    report = verify_file(out.getvalue(), policy=TrustPolicy.of(pki.root_pem()))
    told = {node.name: {(s.topic, s.words) for s in node.said} for node in provenance_graph(report).nodes if node.kind == "unsigned"}
    assert told == {
        'AI model "Portrait Model 1"': {("kind", "AI model (c2pa.types.model)")},
        'input "prompt"': {("text", "a harbour\nat night"), ("kind", "prompt (c2pa.types.generator.prompt)")},
    }
    assert 'made from: input "prompt": a harbour\\x0aat night' in render(report, "story", console=Console(width=200))
    unmatched = replace(report.manifests[0], results=ResultMap())
    assert "harbour" not in render(replace(report, manifests=(unmatched,)), "story")


def test_the_digest_of_a_measured_model_file_is_told() -> None:
    value = {"dataTypes": [{"type": "c2pa.types.model"}], "metadata": {"org.credkit.file": {"name": "m.bin", "sha256": b"\x01\xff"}}}
    assert [(s.topic, s.words) for s in ingredient_statements(value, "uri")] == [
        ("kind", "AI model (c2pa.types.model)"),
        ("file", "m.bin SHA-256 01ff"),
    ]
    assert ingredient_statements(7, "uri") == ()
