"""Claims, actions and ingredients of files that others made, against what the reference implementation reads in them."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from credkit.assets import BytesSource
from credkit.errors import MalformedError
from credkit.load import load_store
from credkit.manifest.assertions import read_actions, read_ingredient
from credkit.manifest.claim import Claim
from credkit.manifest.store import Manifest, ManifestStore, parse_store

CORPUS = Path(os.environ.get("CREDKIT_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
pytestmark = pytest.mark.skipif(
    not (CORPUS / "corpus.jsonl").is_file(), reason="the corpus is not beside the repository (set CREDKIT_CORPUS)"
)


def entries() -> list[dict[str, Any]]:
    if not (CORPUS / "corpus.jsonl").is_file():
        return []
    lines = (CORPUS / "corpus.jsonl").read_text("utf-8").splitlines()
    return [entry for entry in map(json.loads, lines) if entry["format"] in ("jpeg", "png", "c2pa")]


def store_of(entry: dict[str, Any]) -> ManifestStore | None:
    source = BytesSource((CORPUS / entry["path"]).read_bytes())
    sidecar = BytesSource((CORPUS / entry["sidecar"]).read_bytes()) if entry.get("sidecar") else None
    found = load_store(source, sidecar=sidecar)
    try:
        return parse_store(found.store) if found.store is not None else None
    except MalformedError:
        return None


def oracle_of(entry: dict[str, Any]) -> dict[str, Any]:
    path = CORPUS / "oracle" / f"{entry['id']}.json"
    found = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return (found.get("reader_json") or {}).get("manifests") or {}


def ingredients_of(manifest: Manifest) -> list[tuple[str | None, ...]]:
    found = [a for a in manifest.assertions if a.base_label.startswith("c2pa.ingredient") and not a.is_zeroed]
    views = [read_ingredient(a.value(), a.label) for a in found]
    return [(view.title, view.relationship, view.format) for view in views]


def actions_of(manifest: Manifest) -> list[str]:
    found = [a for a in manifest.assertions if a.base_label in ("c2pa.actions", "c2pa.actions.v2") and not a.is_zeroed]
    return [view.action for a in found for view in read_actions(a.value(), a.label)]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["id"])
def test_every_statement_is_read_as_the_reference_reads_it(entry: dict[str, Any]) -> None:
    store = store_of(entry)
    if store is None:
        assert not oracle_of(entry) or entry["category"] == "no-manifest"
        return
    oracle = oracle_of(entry)
    for manifest in store.manifests:
        assert manifest.claim_bytes is not None
        assert manifest.claim_box is not None
        claim = Claim.read(manifest.claim_bytes, manifest.claim_box.label)
        assert claim.claim_generator
        assert claim.all_assertions
        ingredients, actions = ingredients_of(manifest), actions_of(manifest)
        theirs = oracle.get(manifest.label)
        if theirs is None:
            continue
        assert (claim.title, claim.instance_id, claim.version) == (theirs.get("title"), theirs["instance_id"], theirs["claim_version"])
        expected = [(i.get("title"), i["relationship"], i.get("format")) for i in theirs.get("ingredients", [])]
        assert Counter(ingredients) == Counter(expected)
        stated = [a for a in theirs.get("assertions", []) if a["label"].startswith("c2pa.actions")]
        assert Counter(actions) == Counter(action["action"] for a in stated for action in a["data"]["actions"])


def test_enough_was_read() -> None:
    stores = [store for store in map(store_of, entries()) if store]
    manifests = [manifest for store in stores for manifest in store.manifests]
    assert len(manifests) > 200
    assert sum(len(actions_of(manifest)) for manifest in manifests) > 300
    assert sum(len(ingredients_of(manifest)) for manifest in manifests) > 130
