"""The harness of the conformance programme: file, lists and time in, crJSON out; the same bytes on every machine."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.shell import Shell
from tests.forge.files import plain
from tests.provenance.test_json_report import errors
from tests.verify.test_time_stamps import INSIDE, authority, expired, stamped

AT = "2026-11-01T12:00:00Z"


@pytest.fixture
def files(shell: Shell) -> Shell:
    (shell.folder / "stamped.jpg").write_bytes(stamped())
    (shell.folder / "signers.pem").write_bytes(expired().root_pem)
    (shell.folder / "tsa.pem").write_bytes(authority().root.pem)
    return shell


def line(*more: str) -> tuple[str, ...]:
    return ("verify", "stamped.jpg", "--trust-list", "signers.pem", "--tsa-list", "tsa.pem", "--at", AT, "--format", "crjson", *more)


def test_lists_and_time_make_the_verdict(files: Shell) -> None:
    done = files.run(*line())
    assert done.code == 0, done.err
    document: dict[str, Any] = json.loads(done.out)
    assert errors("crjson.schema.json", document) == []
    (manifest,) = document["manifests"]
    results = manifest["validationResults"]
    assert results["validationTime"] == AT
    assert {"signingCredential.trusted", "timeStamp.trusted", "claimSignature.insideValidity"} <= {e["code"] for e in results["success"]}
    info = manifest["signature"]["timeStampInfo"]
    assert info["timestamp"] == f"{INSIDE:%Y-%m-%dT%H:%M:%SZ}"
    assert info["certificateInfo"]["subject"]["CN"] == "credkit test time-stamp authority"


def test_without_the_lists_nobody_is_trusted(files: Shell) -> None:
    done = files.run("verify", "stamped.jpg", "--no-own-trust", "--at", AT, "--format", "crjson")
    assert done.code == 1
    (manifest,) = json.loads(done.out)["manifests"]
    assert "timeStampInfo" not in manifest["signature"]
    assert {"signingCredential.untrusted", "claimSignature.outsideValidity"} == {
        e["code"] for e in manifest["validationResults"]["failure"]
    }


def test_the_same_bytes_whatever_zone_language_and_hash_seed(files: Shell) -> None:
    zones = ["UTC", "Pacific/Kiritimati", "America/St_Johns"]
    languages = ["C", "C.UTF-8", "tr_TR.UTF-8"]
    surroundings = [
        {"TZ": zone, "LC_ALL": languages[i], "LANG": languages[i], "PYTHONHASHSEED": str(i * 7919)} for i, zone in enumerate(zones)
    ]
    found = {files.run(*line(), **surrounding).out for surrounding in surroundings}
    assert len(found) == 1
    assert json.loads(found.pop())["manifests"]


def test_no_credentials_make_an_empty_list_of_manifests(files: Shell) -> None:
    (files.folder / "plain.jpg").write_bytes(plain())
    done = files.run("verify", "plain.jpg", "--at", AT, "--format", "crjson")
    assert done.code == 2
    assert json.loads(done.out)["manifests"] == []


def test_one_report_is_on_one_file(files: Shell) -> None:
    done = files.run("verify", "stamped.jpg", "stamped.jpg", "--format", "crjson")
    assert done.code == 3
    assert "goes with one file" in done.sentence
