"""Every attack by name: its state and all of its statuses, and no keyless one that anybody believes."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from credkit.assets import BytesSource, detect, read_store
from credkit.verify import Region, Report
from tests.adversarial.attack import Attack, is_believed, statuses
from tests.adversarial.bases import UNBOUND
from tests.adversarial.catalogue import ATTACKS, MODULES, TOPICS
from tests.adversarial.export import Answer, check, export, left_out, table_of, verdict_of
from tests.adversarial.leniencies import ACCEPTED, CRASHING
from tests.adversarial.page import page
from tests.adversarial.unclaimed import UNCLAIMED, Unclaimed
from tests.verify.case import judge

ROOT = Path(__file__).parents[2]
LINES = [pytest.param(attack, id=f"{room}: {attack.name}") for room, attacks in MODULES.items() for attack in attacks]
NAMED = {attack.name: attack for attack in ATTACKS}
NOTHING_TO_SHOW = frozenset({"signature-of-the-same", "answer-of-nobody", "network-stalled"})
"""Families of keyless attacks that are accepted by rule and leave no byte unbound: another spelling of the same signature, and what a
network did not say.
"""


@pytest.mark.parametrize("attack", LINES)
def test_attack(attack: Attack) -> None:
    report = attack.verify()
    found = statuses(report)
    assert (report.state, found) == (attack.state, attack.statuses)
    if not attack.keyless:
        return
    believed = is_believed(report.state, found)
    assert believed == bool(attack.tolerated and is_believed(attack.state, attack.statuses))
    if believed and attack.family not in NOTHING_TO_SHOW:
        assert UNBOUND in found
        assert_named(attack, report)


def assert_named(attack: Attack, report: Report) -> None:
    """What the attacker wrote lies in regions that nothing vouches for; ``--strict`` refuses a report with any."""
    assert report.unbound
    made = attack.make()
    asset, sidecar = (made, None) if isinstance(made, bytes) else made
    for written in attack.touched:
        in_file = places(asset, written)
        store = sidecar or stored(asset)
        for place, found in (("file", in_file),) if in_file else (("store", places(store, written)),):
            assert found, f"{written!r} stands nowhere"
            regions = [region for region in report.unbound if region.place == place]
            assert all(is_covered(regions, start, start + len(written)) for start in found), (attack.name, place, found, regions)


def stored(asset: bytes) -> bytes:
    source = BytesSource(asset)
    form = detect(source)
    store = form.scan(source).store if form else None
    return read_store(source, store) if store else b""


def places(data: bytes, written: bytes) -> list[int]:
    found, at = [], data.find(written)
    while at >= 0:
        found.append(at)
        at = data.find(written, at + 1)
    return found


def is_covered(regions: list[Region], start: int, end: int) -> bool:
    for region in sorted(regions, key=lambda region: region.offset):
        if region.offset <= start < region.offset + region.size:
            start = region.offset + region.size
    return start >= end


TOLERATED = tuple(attack for attack in ATTACKS if attack.keyless and attack.tolerated and attack.family not in NOTHING_TO_SHOW)


@pytest.mark.parametrize("attack", {attack.family: attack for attack in TOLERATED if not left_out(attack)}.values(), ids=lambda a: a.family)
def test_strict_refuses_what_is_accepted_by_rule(attack: Attack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from credkit.cli import main

    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    (case,) = export([attack], tmp_path)
    folder = tmp_path / attack.name
    arguments = ["verify", str(folder / case["asset"]), "--trust-list", str(folder / "trust.pem"), "--at", case["at"]]
    if case["time_stamps"]:
        arguments += ["--tsa-list", str(folder / "tsa.pem")]
    assert main(arguments) == 0
    assert main([*arguments, "--strict"]) == 1


@pytest.mark.parametrize("item", UNCLAIMED, ids=lambda item: item.name)
def test_what_is_not_claimed_is_documented(item: Unclaimed) -> None:
    report = judge(item.make(), policy=item.policy())
    assert (report.state, report.unbound) == ("Trusted", ())
    assert statuses(report) == set(item.codes)
    assert f"`{item.name}`: {item.what}" in page()


def test_names_and_families() -> None:
    assert [name for name, count in Counter(attack.name for attack in ATTACKS).items() if count > 1] == []
    assert all(name == name.strip() and "/" not in name and name not in (".", "..") for name in NAMED)
    assert len(ATTACKS) >= 150
    families = {attack.family for attack in ATTACKS}
    assert len(families) >= 60
    listed = [family for topic in TOPICS.values() for family in topic]
    assert sorted(listed) == sorted(families)
    told = page()
    assert [family for family in families if f"| `{family}` |" not in told] == []


def test_the_page_is_current() -> None:
    told = "run python -m tests.adversarial table > docs/attacks.md"
    assert (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8") == page(), told


DRAWN_ANEW = frozenset({"archive-slip", "collection-escape", "impossible-dates", "stray-update", "endless-ancestry", "long-ancestry"})
"""Families whose files hold a label or a key that is drawn each time, and two that take long to make."""


def test_the_same_attack_is_the_same_file() -> None:
    """Within one run; keys are made anew in the next, and some rooms make one for each file."""
    rooms = ("content", "freedoms", "manifests", "ancestry", "parsers", "resources", "presentation", "files")
    firsts = {attack.family: attack for room in rooms for attack in reversed(MODULES[room]) if attack.family not in DRAWN_ANEW}
    assert len(firsts) > 60
    assert [family for family, attack in firsts.items() if attack.make() != attack.make()] == []


@pytest.mark.parametrize("name", ["hostile-texts", "thumbnail-bombs", "disguised-thumbnails"])
def test_nothing_is_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict needs no pixels: whoever opens a picture ends the test."""
    made = [(attack, attack.make()) for attack in ATTACKS if attack.family == name]

    def opened(*_: Any, **__: Any) -> None:
        raise AssertionError("a picture was opened")

    monkeypatch.setattr("PIL.Image.open", opened)
    for attack, file in made:
        assert judge(file, policy=attack.policy()).state == attack.state


CHOSEN = (
    "flipped-png",
    "detached-jpg",
    "excluded-metadata-jpg",
    "length-4-of-store",
    "text-bidi",
    "stripped-gif",
    "theatre-praising-claim",
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacks")
    export([*(NAMED[name] for name in CHOSEN), *(attack for attack in ATTACKS if left_out(attack))], folder)
    return folder


def test_exported_files(exported: Path) -> None:
    index = json.loads((exported / "index.json").read_text(encoding="utf-8"))
    assert [case["name"] for case in index["cases"]] == list(CHOSEN)
    assert {item["name"] for item in index["left_out"]} == {attack.name for attack in ATTACKS if left_out(attack)}
    for case in index["cases"]:
        assert set(case) <= set(index["about"]) | {"name", "family", "idea"}
        folder, attack = exported / case["name"], NAMED[case["name"]]
        made = attack.make()
        asset, sidecar = (made, None) if isinstance(made, bytes) else made
        assert (folder / case["asset"]).read_bytes() == asset
        assert (case["sidecar"] is None) == (sidecar is None)
        if sidecar is not None:
            assert (folder / case["sidecar"]).read_bytes() == sidecar
        answer = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
        assert (answer["state"], set(answer["statuses"])) == (attack.state, attack.statuses)
        assert attack.idea in (folder / "README.md").read_text(encoding="utf-8")
        assert bool((folder / "trust.pem").read_bytes()) == bool(attack.policy().signers)


READER = """
import json, sys
from datetime import datetime
from pathlib import Path
from credkit.assets import BytesSource
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
asset, trust = Path(sys.argv[1]), Path(sys.argv[2]).read_bytes()
beside = asset.with_name(asset.name + ".c2pa")
report = verify(
    BytesSource(asset.read_bytes()),
    sidecar=BytesSource(beside.read_bytes()) if beside.exists() else None,
    policy=TrustPolicy.of(trust) if trust else None,
    at=datetime.fromisoformat(sys.argv[3]),
)
print(report.state)
codes = [s.code for manifest in report.manifests for s in manifest.results] + ([report.failure.code] if report.failure else [])
print(json.dumps(codes + [s.code for delta in report.ingredient_deltas for s in delta.validation_deltas]))
"""


def test_a_program_is_checked(exported: Path) -> None:
    found = list(check(exported, [sys.executable, "-c", READER, "{asset}", "{trust}", "{at}"]))
    for answer in found:
        assert (answer.state, frozenset(answer.codes or ())) == (answer.case["state"], frozenset(answer.case["statuses"])), answer.case[
            "name"
        ]
    table = table_of(found)
    assert f"{len(CHOSEN)} cases, 0 accepted that may not be:" in table
    assert f"{len(CHOSEN)} of {len(CHOSEN)} with exactly the expected codes" in table


def test_a_program_that_believes_everything(exported: Path) -> None:
    found = list(check(exported, [sys.executable, "-c", "print('Trusted')"]))
    assert "5 accepted that may not be:\n  flipped-png (Trusted, expected Invalid)" in table_of(found)


def test_a_program_that_never_ends(exported: Path) -> None:
    found = next(check(exported, [sys.executable, "-c", "import time; time.sleep(60)"], seconds=0.2))
    assert (found.state, found.accepts) == ("stalled", False)


@pytest.mark.parametrize(
    ("output", "verdict"),
    [
        ("Trusted", ("Trusted", None)),
        ("trusted\n", ("Trusted", None)),
        ('Valid ["a"]', ("Valid", ("a",))),
        ('Valid\n["a"]\n', ("Valid", ("a",))),
        ("Invalid\nno list", ("Invalid", None)),
        ("none {}", ("none", None)),
        ("", ("error", None)),
        ("Trustworthy", ("error", None)),
    ],
)
def test_output_of_programs(output: str, verdict: tuple[str, tuple[str, ...] | None]) -> None:
    assert verdict_of(output) == verdict


def test_a_sound_signature_by_nobody_is_not_believed() -> None:
    case = {"name": "x", "state": "Invalid", "statuses": []}
    assert not Answer(case=case, state="Valid", codes=("signingCredential.untrusted",)).accepts
    assert Answer(case=case, state="Valid", codes=()).accepts
    assert Answer(case=case, state="Trusted", codes=None).accepts


def test_the_reference_accepts_what_is_documented() -> None:
    assert all(name in NAMED for name in (*ACCEPTED, *CRASHING))
    assert not any(is_believed(NAMED[name].state, NAMED[name].statuses) for name in ACCEPTED)
    pytest.importorskip("c2pa", reason="needs the reference implementation (c2pa-python)")
    from tests.adversarial.reference import reference_answers

    some = ("lies-png-checksum", "freed-padding-inside-png", "attached-garbage", "claim-doubled-key")
    assert set(some) <= set(ACCEPTED)
    found = {answer.case["name"]: answer for answer in reference_answers(NAMED[name] for name in (*some, "flipped-png"))}
    assert [name for name, answer in found.items() if answer.accepts] == list(some)
