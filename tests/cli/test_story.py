"""The story of the introduction as processes: make an identity, sign, sign again, verify, inspect, strip."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from tests.cli.shell import ROOT, Shell
from tests.forge.pictures import picture


def root_of(shell: Shell) -> Path:
    return shell.configuration / "credkit" / "identities" / "my-studio" / "root.pem"


def test_identity_is_kept_encrypted_and_private(shell: Shell) -> None:
    shown = shell.ok("identity", "show").out
    assert '"My Studio" (default)' in shown
    assert str(root_of(shell)) in shown
    key = root_of(shell).with_name("key.pem")
    assert b"ENCRYPTED PRIVATE KEY" in key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    (about,) = json.loads(shell.ok("identity", "show", "--json").out)
    assert about["name"] == "My Studio"
    assert about["default"] is True
    assert about["root"] == str(root_of(shell))


def test_a_second_identity_of_the_same_name_is_refused(shell: Shell) -> None:
    shell = shell.inside
    assert "already an identity" in shell.refused(1, "identity", "new", "My Studio")


def test_verify_tells_the_story_oldest_first(shell: Shell) -> None:
    out = shell.ok("verify", "repaint.jpg").out
    assert out.startswith("✓ TRUSTED  repaint.jpg")
    first, second = out.index("generation 1"), out.index("generation 2")
    assert first < second
    assert "created by an AI model (trainedAlgorithmicMedia)" in out[first:second]
    assert "own photographs, licence LicenseRef-own-work" in out[first:second]
    assert "region" in out[second:]
    assert 'Trust list: your own identity "My Studio"' in out
    assert "--no-own-trust" in out


def test_trust_is_a_choice_of_the_reader(shell: Shell, stranger: Shell) -> None:
    assert "VALID, BUT NO TRUST LIST WAS GIVEN" in stranger.ok("verify", "signed.png").out
    assert "VALID, BUT NO TRUST LIST WAS GIVEN" in shell.ok("verify", "signed.png", "--no-own-trust").out
    refused = stranger.run("verify", "--require", "trusted", "signed.png")
    assert refused.code == 1
    assert "valid but not trusted" in refused.sentence
    trusted = stranger.ok("verify", "--require", "trusted", "--trust-list", root_of(shell), "signed.png").out
    assert trusted.startswith("✓ TRUSTED")
    assert "Trust list: root.pem." in trusted


def test_an_altered_ancestor_is_named(shell: Shell) -> None:
    data = (shell.folder / "repaint.jpg").read_bytes()
    shell.write("altered.jpg", data.replace(b"own photographs", b"all photographs", 1))
    done = shell.run("verify", "altered.jpg")
    assert done.code == 1
    assert done.out.startswith("✗ INVALID  altered.jpg")
    assert "Generation 1," in done.out
    assert "ALTERED after signing" in done.out[done.out.index("generation 1") : done.out.index("generation 2")]
    assert "ALTERED after signing" not in done.out[done.out.index("generation 2") :]
    report = json.loads(shell.run("verify", "altered.jpg", "--format", "json").out)
    assert report["state"] == "Invalid"
    assert report["altered"] == [report["manifests"][0]["label"]]


def test_an_altered_picture_is_noticed(shell: Shell) -> None:
    data = bytearray((shell.folder / "repaint.jpg").read_bytes())
    data[-200] ^= 1
    shell.write("altered.jpg", bytes(data))
    done = shell.run("verify", "altered.jpg")
    assert done.code == 1
    assert "CONTENT CHANGED" in done.out


def test_every_exit_code_of_verify_and_the_worst_of_several(shell: Shell) -> None:
    data = (shell.folder / "repaint.jpg").read_bytes()
    shell.write("bad.jpg", data.replace(b"own photographs", b"all photographs", 1))
    assert shell.run("verify", "-q", "signed.png", "repaint.jpg").code == 0
    assert shell.run("verify", "-q", "portrait.png", "signed.png").code == 2
    assert shell.run("verify", "-q", "portrait.png", "bad.jpg", "signed.png").code == 1
    worst = shell.run("verify", "-q", "bad.jpg", "missing.png", "portrait.png")
    assert (worst.code, worst.out) == (3, "")
    assert "missing.png" in worst.sentence
    mixed = shell.run("verify", "portrait.png", "signed.png", "bad.jpg")
    assert "\n  trusted              1\n  invalid              1\n  without credentials  1\nTrust list: " in mixed.out


def test_json_is_one_report_or_a_list_with_an_entry_for_each_file(shell: Shell) -> None:
    shell = shell.inside
    from jsonschema import Draft202012Validator

    one = json.loads(shell.ok("verify", "--format", "json", "repaint.jpg").out)
    several = shell.run("verify", "--format", "json", "repaint.jpg", "missing.jpg", "portrait.png")
    reports = json.loads(several.out)
    lines = shell.run("verify", "--format", "jsonl", "repaint.jpg", "missing.jpg", "portrait.png")
    assert several.code == lines.code == 3
    assert [r["state"] for r in reports] == ["Trusted", "error", "none"]
    assert [r["exit_code"] for r in reports] == [0, 3, 2]
    assert "exit_code" not in one
    assert [r["asset"]["name"] for r in reports] == ["repaint.jpg", "missing.jpg", "portrait.png"]
    assert "does not exist" in reports[1]["problem"]
    assert [json.loads(line)["state"] for line in lines.out.splitlines()] == ["Trusted", "error", "none"]
    validator = Draft202012Validator(json.loads((ROOT / "schemas" / "report.schema.json").read_text("utf-8")))
    for report in (one, *reports):
        validator.validate(report)


def test_inspect_in_every_format(shell: Shell) -> None:
    shell = shell.inside
    assert "generation 2" in shell.ok("inspect", "repaint.jpg").out
    assert "c2pa.hash.data" in shell.ok("inspect", "repaint.jpg", "--details").out
    assert "--format tree" in shell.refused(2, "inspect", "repaint.jpg", "--details", "--format", "html")
    assert shell.ok("inspect", "repaint.jpg", "--format", "story").out.startswith("✓ TRUSTED")
    for name, key in (("json", "manifests"), ("crjson", "manifests"), ("c2patool", "manifests")):
        assert len(json.loads(shell.ok("inspect", "repaint.jpg", "--format", name).out)[key]) == 2
    assert shell.ok("inspect", "repaint.jpg", "--format", "mermaid").out.startswith("flowchart")
    page = shell.ok("inspect", "repaint.jpg", "--format", "html").out
    assert page.startswith("<!DOCTYPE html>")
    assert "240" in page


def test_inspect_into_a_file_replaces_it_only_when_told(shell: Shell) -> None:
    shell = shell.inside
    done = shell.ok("inspect", "repaint.jpg", "--format", "html", "-o", "page.html")
    assert done.out == "written: page.html\n"
    assert "--force" in shell.refused(1, "inspect", "repaint.jpg", "-o", "page.html")
    shell.ok("inspect", "repaint.jpg", "-o", "page.html", "--force")
    assert "generation 2" in (shell.folder / "page.html").read_text("utf-8")
    assert shell.run("inspect", "portrait.png").code == 0


def test_summary_says_what_is_stated_and_by_whom(shell: Shell) -> None:
    shell = shell.inside
    out = shell.ok("sign", "portrait.png", "-o", "out.png", "--created", "digitalCapture", "--rights", "(c) 2026 My Studio").out
    assert out.startswith("out.png is signed.\n")
    assert "(c) 2026 My Studio" in out
    assert "manifest: urn:c2pa:" in out
    assert f"trusted once they trust your root: {root_of(shell)}" in out
    assert shell.ok("sign", "portrait.png", "-o", "quiet.png", "--created", "digitalCapture", "-q").out == ""


def test_result_of_signing_as_json(shell: Shell) -> None:
    shell = shell.inside
    line = ("sign", "repainted.jpg", "-o", "out.jpg", "--parent", "signed.png", "--edited", "humanEdits", "--json")
    result = json.loads(shell.ok(*line).out)
    assert result["output"] == "out.jpg"
    assert result["signed_by"] == "My Studio"
    assert result["ingredients"] == [{"name": "signed.png", "state": "Valid"}]
    report = json.loads(shell.ok("verify", "out.jpg", "--format", "json").out)
    assert report["active_manifest"] == result["label"]


def test_all_statements_arrive(shell: Shell) -> None:
    shell = shell.inside
    shell.write("prompt.txt", "a portrait in soft light, Straße\n".encode())
    shell.ok(
        *("sign", "portrait.png", "-o", "all.png", "--title", "Portrait No 1", "--created", "trainedAlgorithmicMedia"),
        *("--description", "generated in one go", "--when", "2026-01-31T12:00:00Z", "--software", "Some Generator/3.1"),
        *("--creator", "My Studio", "--creator", "My Assistant", "--rights", "(c) 2026 My Studio", "--usage-terms", "editorial use"),
        *("--web-statement", "https://example.com/rights", "--licensor", "My Studio, Ltd.,https://example.com,ask@example.com"),
        *("--model", "AWPortrait@1.4=awportrait.safetensors", "--training-licence", "own photographs:LicenseRef-own-work"),
        *("--training-licence", "free pictures:CC-BY-4.0@https://example.com/licence", "--prompt", "@prompt.txt"),
        *("--negative-prompt", "@@handle", "--seed", "42", "--human-oversight", "prompt_guided", "--do-not-train", "--thumbnail"),
        *("--generator", "My Exporter/1.2", "--no-mirrors"),
    )
    report = json.loads(shell.ok("inspect", "all.png", "--format", "json").out)
    (manifest,) = report["manifests"]
    (action,) = manifest["actions"]
    assert manifest["title"] == "Portrait No 1"
    assert manifest["claim_generator_info"][0]["name"] == "My Exporter"
    assert manifest["claim_generator_info"][0]["version"] == "1.2"
    assert action["when"] == "2026-01-31T12:00:00Z"
    assert "Some Generator" in action["software_agent"]
    assert action["description"] == "generated in one go"
    whole = json.dumps(manifest, ensure_ascii=False)
    for text in (
        *("My Studio", "My Assistant", "(c) 2026 My Studio", "editorial use", "https://example.com/rights", "My Studio, Ltd."),
        *("ask@example.com", "AWPortrait", "own photographs", "CC-BY-4.0", "https://example.com/licence", "prompt_guided"),
        *("c2pa.thumbnail", "notAllowed", "awportrait.safetensors"),
    ):
        assert text in whole, text
    stored = (shell.folder / "all.png").read_bytes()
    assert "a portrait in soft light, Straße".encode() in stored
    assert b"@handle" in stored
    assert b"x:xmpmeta" not in stored


def test_regions_by_hand(shell: Shell) -> None:
    shell = shell.inside
    line = ("sign", "repainted.jpg", "-o", "out.jpg", "--parent", "signed.png", "--edited", "humanEdits", "--action", "c2pa.drawing")
    shell.ok(*line, "--region", "20,30,60,60", "--region", "50%,10%,25%,12.5%")
    report = json.loads(shell.ok("inspect", "out.jpg", "--format", "json").out)
    drawing = next(a for a in report["manifests"][-1]["actions"] if a["action"] == "c2pa.drawing")
    shapes = [(s["unit"], s["x"], s["y"], s["width"], s["height"]) for region in drawing["regions"] for s in region["shapes"]]
    assert shapes == [("pixel", 20, 30, 60, 60), ("percent", 50, 10, 25, 12.5)]


def test_ingredients_are_placed(shell: Shell) -> None:
    shell = shell.inside
    shell.ok(
        "sign", "portrait.png", "-o", "collage.png", "--created", "composite", "--ingredient", "signed.png", "--ingredient", "repainted.jpg"
    )
    report = json.loads(shell.ok("inspect", "collage.png", "--format", "json").out)
    active = report["manifests"][-1]
    assert [i["relationship"] for i in active["ingredients"]] == ["componentOf", "componentOf"]
    assert len(report["manifests"]) == 2


def test_sidecar_leaves_the_picture_alone_and_is_found(shell: Shell) -> None:
    shell = shell.inside
    before = (shell.folder / "portrait.png").read_bytes()
    shell.ok("sign", "portrait.png", "--sidecar", "--created", "digitalCapture")
    assert (shell.folder / "portrait.png").read_bytes() == before
    assert shell.ok("verify", "portrait.png").out.startswith("✓ TRUSTED")
    shell.ok("sign", "repainted.jpg", "--sidecar", "apart.c2pa", "--created", "digitalCapture")
    assert shell.run("verify", "-q", "repainted.jpg").code == 2
    assert shell.run("verify", "-q", "repainted.jpg", "--sidecar", "apart.c2pa").code == 0
    assert shell.run("verify", "-q", "repainted.jpg", "portrait.png", "--sidecar", "apart.c2pa").code == 3


def test_signing_in_place_and_again_keeps_the_history(shell: Shell) -> None:
    shell.ok("sign", "portrait.png", "--in-place", "--created", "digitalCapture")
    shell.ok("sign", "portrait.png", "--in-place", "--edited", "humanEdits", "--action", "c2pa.adjustedColor")
    report = json.loads(shell.ok("verify", "portrait.png", "--format", "json").out)
    assert [m["generation"] for m in report["manifests"]] == [1, 2]
    assert report["state"] == "Trusted"


def test_a_signed_file_as_created_needs_an_explicit_word(shell: Shell) -> None:
    line = ("sign", "signed.png", "-o", "again.png", "--created", "digitalCapture")
    sentence = shell.refused(1, *line)
    assert "--edited" in sentence
    assert "--drop-history" in sentence
    shell.ok(*line, "--drop-history")
    assert len(json.loads(shell.ok("verify", "again.png", "--format", "json").out)["manifests"]) == 1


def test_strip_gives_the_picture_back(shell: Shell) -> None:
    shell = shell.inside
    shell.ok("sign", "portrait.png", "-o", "plainly.png", "--created", "digitalCapture", "--no-mirrors")
    assert shell.ok("strip", "plainly.png", "-o", "stripped.png").out == "stripped.png: 1 manifest store taken out.\n"
    assert (shell.folder / "stripped.png").read_bytes() == picture("png")
    shell.ok("strip", "plainly.png", "--in-place")
    assert (shell.folder / "plainly.png").read_bytes() == picture("png")
    assert "nothing to take out" in shell.refused(1, "strip", "portrait.png", "-o", "none.png")


def test_the_content_decides_and_not_the_name(shell: Shell) -> None:
    shell = shell.inside
    shell.write("really-jpeg.png", picture("jpg"))
    shell.ok("sign", "really-jpeg.png", "-o", "out.png", "--created", "digitalCapture")
    report = json.loads(shell.ok("verify", "out.png", "--format", "json").out)
    assert report["asset"]["media_type"] == "image/jpeg"
    assert report["state"] == "Trusted"


def test_the_clock_of_the_verdict_can_be_set(shell: Shell) -> None:
    shell = shell.inside
    done = shell.run("verify", "signed.png", "--at", "2001-01-01T00:00:00Z", "--format", "json")
    assert json.loads(done.out)["validated_at"] == "2001-01-01T00:00:00Z"
    assert done.code == 1


def test_a_definition_can_carry_statements_and_key(shell: Shell) -> None:
    shell = shell.inside
    from tests.forge.pki import make_pki

    pki = make_pki("es256")
    shell.write("key.pem", shell.keep_secret(pki.key_pem), 0o600)
    shell.write("chain.pem", pki.chain_pem)
    definition = {
        "title": "From a definition",
        "private_key": "key.pem",
        "sign_cert": "chain.pem",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}]}}],
    }  # fmt: skip
    shell.write("manifest.json", json.dumps(definition).encode())
    out = shell.ok("sign", "portrait.png", "-o", "defined.png", "--manifest", "manifest.json").out
    assert 'Signed by "credkit test signer"' in out
    assert shell.run("verify", "-q", "defined.png").code == 0


@pytest.mark.parametrize("algorithm", ["es256", "ps256"])
def test_a_key_of_ones_own(shell: Shell, algorithm: str) -> None:
    shell = shell.inside
    from tests.forge.pki import make_pki

    pki = make_pki(algorithm, intermediate=True)
    shell.write("key.pem", shell.keep_secret(pki.key_pem), 0o600)
    shell.write("chain.pem", pki.chain_pem)
    shell.write("anchor.pem", pki.root_pem)
    line = ("sign", "portrait.png", "-o", "own.png", "--created", "digitalCapture", "--key", "key.pem", "--certs", "chain.pem")
    out = shell.ok(*line, "--alg", algorithm, CREDKIT_PASSPHRASE=None).out
    assert "trusted once they trust the authority of its certificate" in out
    assert shell.run("verify", "-q", "own.png", "--require", "trusted", "--trust-list", "anchor.pem").code == 0
