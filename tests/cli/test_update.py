"""``credkit update``, ``redact`` and ``timestamp`` as people run them."""

from __future__ import annotations

import json

from tests.cli.shell import Shell
from tests.forge import tsa
from tests.forge.pictures import picture


def test_update_adds_and_tells(shell: Shell) -> None:
    out = shell.ok("update", "signed.png", "-o", "updated.png", "--rights", "(c) 2026 My Studio", "--published").out
    assert out.startswith("updated.png is updated; its content is untouched.")
    assert "rights: (c) 2026 My Studio" in out
    assert "done: published" in out
    told = " ".join(shell.ok("verify", "updated.png").out.split())
    assert told.startswith("✓ TRUSTED updated.png")
    assert "added to the credentials; the content was not changed" in told


def test_the_diagram_tells_updates_from_edits(shell: Shell) -> None:
    shell = shell.inside
    shell.ok("update", "repaint.jpg", "-o", "diagram.jpg", "--published")
    arrows = [line for line in shell.ok("inspect", "diagram.jpg", "--format", "mermaid").out.splitlines() if "-->|" in line]
    assert [line.split('"')[1] for line in arrows][-2:] == ["edited", "updated"]


def test_help_begins_with_what_the_command_is_for(shell: Shell) -> None:
    for command, first in (("update", "--published"), ("redact", "--assertion"), ("timestamp", "--tsa")):
        told = shell.ok(command, "--help").out.partition("options:")[2]
        assert told.index(f"  {first} ") < told.index("how the manifest is made"), command


def test_update_in_place_and_as_json(shell: Shell) -> None:
    shell = shell.inside
    result = json.loads(shell.ok("update", "repaint.jpg", "--in-place", "--do-not-train", "--json").out)
    assert (result["output"], result["state"], result["signed_by"]) == ("repaint.jpg", "Trusted", "My Studio")
    assert shell.ok("update", "repaint.jpg", "--in-place", "--title", "new name", "--quiet").out == ""
    report = json.loads(shell.ok("verify", "repaint.jpg", "--format", "json").out)
    assert [m["kind"] for m in report["manifests"]] == ["standard", "standard", "update", "update"]


def test_update_refuses_in_one_sentence(shell: Shell) -> None:
    shell = shell.inside
    data = bytearray((shell.folder / "signed.png").read_bytes())
    data[-20] ^= 1
    shell.write("altered.png", bytes(data))
    assert "an update would vouch for them" in shell.refused(1, "update", "altered.png", "--in-place", "--published")
    assert "nothing to update" in shell.refused(1, "update", "portrait.png", "--in-place", "--published")
    assert "nothing to add" in shell.refused(1, "update", "signed.png", "--in-place")
    assert "--in-place" in shell.refused(2, "update", "signed.png", "--published")
    assert "exists already" in shell.refused(1, "update", "signed.png", "-o", "repaint.jpg", "--published")
    assert "does not exist" in shell.refused(3, "update", "missing.png", "--in-place", "--published")


def test_a_store_beside_the_picture(shell: Shell) -> None:
    shell = shell.inside
    shell.write("photo.jpg", picture("jpg"))
    shell.ok("sign", "photo.jpg", "--sidecar", "--created", "digitalCapture")
    assert "name the output OUT.c2pa" in shell.refused(1, "update", "photo.jpg", "-o", "photo2.jpg", "--published")
    assert shell.ok("update", "photo.jpg", "--in-place", "--published").out.startswith("photo.jpg.c2pa is updated")
    shell.ok("redact", "photo.jpg", "--list")
    assert shell.ok("verify", "photo.jpg").out.startswith("✓ TRUSTED  photo.jpg")


def test_redact_takes_out_and_tells_why(shell: Shell) -> None:
    shell = shell.inside
    line = ("redact", "signed.png", "-o", "redacted.png", "--assertion", "cawg.metadata", "--reason", "c2pa.PII.present")
    told = " ".join(shell.ok(*line).out.split())
    assert told.startswith("redacted.png is redacted;")
    assert "note: Words of cawg.metadata also stand in the" in told
    story = " ".join(shell.ok("verify", "redacted.png").out.split())
    assert story.startswith("✓ TRUSTED redacted.png")
    assert "cawg.metadata was removed by generation 2, on record, reason: personal data (c2pa.PII.present)" in story
    tree = " ".join(shell.ok("inspect", "redacted.png").out.split())
    assert "removed: cawg.metadata was removed by generation 2" in tree
    report = json.loads(shell.ok("inspect", "redacted.png", "--format", "json").out)
    assert [r["reason"] for r in report["manifests"][1]["redactions"]] == ["c2pa.PII.present"]


def test_redact_lists_what_can_be_named(shell: Shell) -> None:
    shell = shell.inside
    lines = shell.ok("redact", "repaint.jpg", "--list").out.splitlines()
    free = [line for line in lines if "has to stay" not in line]
    assert any(line.endswith("#cawg.metadata") for line in free)
    assert all("has to stay" in line for line in lines if "#c2pa.hash.data" in line or "#c2pa.actions" in line)
    listed = json.loads(shell.ok("redact", "repaint.jpg", "--list", "--json").out)["assertions"]
    assert len(listed) == len(lines)
    name = next(line for line in free if line.endswith("#cawg.metadata"))
    shell.ok("redact", "repaint.jpg", "--in-place", "--assertion", name, "--reason", "com.example.by-request")
    assert name not in shell.ok("redact", "repaint.jpg", "--list").out


def test_redact_refuses_in_one_sentence(shell: Shell) -> None:
    shell = shell.inside
    reason = ("--reason", "c2pa.PII.present")
    assert "must not be redacted" in shell.refused(1, "redact", "signed.png", "--in-place", "--assertion", "c2pa.actions.v2", *reason)
    assert "what can be redacted" in shell.refused(1, "redact", "signed.png", "--in-place", "--assertion", "org.test.none", *reason)
    assert "--list shows" in shell.refused(2, "redact", "signed.png", "--in-place", "--assertion", "cawg.metadata")
    assert "whim" in shell.refused(1, "redact", "signed.png", "--in-place", "--assertion", "cawg.metadata", "--reason", "whim")


def test_timestamp_asks_the_authority(shell: Shell) -> None:
    shell = shell.inside
    with tsa.TsaServer() as server:
        told = shell.ok("timestamp", "repaint.jpg", "-o", "stamped.jpg", "--tsa", server.url, "--all").out
        assert len(server.requests) == 3
    assert told.startswith("stamped.jpg is time-stamped;")
    assert "time-stamp: " in told
    anchors = shell.write("tsa.pem", tsa.default_tsa().root.pem)
    report = json.loads(shell.ok("verify", "stamped.jpg", "--tsa-list", anchors, "--format", "json").out)
    assert all(manifest["attested_time"] for manifest in report["manifests"])


def test_timestamp_needs_an_answer(shell: Shell) -> None:
    shell = shell.inside
    assert "--tsa" in shell.refused(2, "timestamp", "signed.png", "--in-place")
    with tsa.TsaServer(lie="refused") as server:
        assert "did not stamp" in shell.refused(1, "timestamp", "signed.png", "--in-place", "--tsa", server.url)
