"""Real files of others: every JPEG, PNG and store file scans, and the store found is the one that the reference implementation read."""

from __future__ import annotations

import json

import pytest

from credkit.assets import detect, hash_ranges, open_source, read_store
from credkit.errors import MalformedError
from credkit.manifest.store import parse_store
from tests.assets.samples import CORPUS

INDEX = CORPUS / "corpus.jsonl"
pytestmark = pytest.mark.skipif(not INDEX.exists(), reason=f"the corpus is not at {CORPUS}: set CREDKIT_CORPUS")
FORMATS_READ = {"jpeg": "JPEG", "png": "PNG", "webp": "WebP", "c2pa": "manifest store"}


def entries() -> list[dict]:
    if not INDEX.exists():
        return []
    lines = (json.loads(line) for line in INDEX.read_text("utf-8").splitlines())
    return [entry for entry in lines if entry["format"] in FORMATS_READ]


ENTRIES = entries()


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry["id"] for entry in ENTRIES])
def test_the_store_is_where_the_reference_found_it(entry):
    run = entry["runs"]["default"]
    with open_source(CORPUS / entry["path"]) as source:
        form = detect(source)
        assert form is not None
        assert form.name == FORMATS_READ[entry["format"]]
        if run["state"] == "error" and form.name == "WebP":
            # Its first bytes say how long the file is.
            with pytest.raises(MalformedError, match="the container claims"):
                form.scan(source)
            return
        layout = form.scan(source)
        boxes = []
        try:
            boxes.extend(form.boxes(source, layout))
        except MalformedError:
            assert layout.remarks
        assert sum(box.name == "C2PA" for box in boxes) == len(layout.stores)
        if not run["readable"] or entry.get("sidecar"):
            return
        if run["active_manifest"] is None:
            assert layout.store is None
            return
        store = parse_store(read_store(source, layout.store))
        assert store.active.label == run["active_manifest"]
        check_data_hash(entry, source, layout, store)


def check_data_hash(entry, source, layout, store) -> None:
    """Where the reference found the content unchanged, the frame is the exclusion, and our digest is the one stated."""
    bound = [item for item in store.active.assertions if item.label == "c2pa.hash.data"]
    codes = {item["code"] for item in entry["runs"]["default"]["success"]}
    faults = entry["runs"]["default"]["failure_codes"]
    if not bound or "assertion.dataHash.match" not in codes or "assertion.dataHash.mismatch" in faults:
        return
    value = bound[0].value()
    ranges = [(item["start"], item["length"]) for item in value.get("exclusions", ())]
    if len(ranges) != 1 or FORMATS_READ[entry["format"]] == "manifest store":
        return
    assert ranges == [(span.start, span.length) for span in layout.store.frame]
    digest = hash_ranges(source, value.get("alg") or "sha256", layout.store.frame)
    assert digest.matches(value["hash"])
