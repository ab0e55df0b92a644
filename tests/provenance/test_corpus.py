"""Every JPEG and PNG of the corpus through every format."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credkit.assets import BytesSource
from credkit.provenance import FORMATS, render
from credkit.verify import verify
from tests.forge.corpus import CORPUS, entries, needs_corpus
from tests.injection.page import ELEMENTS, Page
from tests.provenance.test_json_report import errors

FILES = entries("jpeg", "png")


@needs_corpus
@pytest.mark.parametrize("entry", FILES, ids=[entry["id"] for entry in FILES])
def test_every_format_shows_every_file(entry: dict[str, Any]) -> None:
    report = verify(BytesSource((CORPUS / entry["path"]).read_bytes()), name=entry["path"])
    shown = {name: render(report, name) for name in FORMATS}
    for output in shown.values():
        assert not [c for c in output if (ord(c) < 0x20 and c != "\n") or 0x7F <= ord(c) <= 0x9F]
    assert json.loads(shown["json"])["state"] == report.state
    assert errors("report.schema.json", json.loads(shown["json"])) == []
    assert errors("crjson.schema.json", json.loads(shown["crjson"])) == []
    assert Page(shown["html"]).elements <= ELEMENTS
