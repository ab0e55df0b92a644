"""One bit changed in every byte of eight signed files, and every bit of those bytes in which anything at all is accepted."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from tests.bitflip.__main__ import main
from tests.bitflip.files import FILES, policy, signed_file
from tests.bitflip.flips import facts, flip_all, places
from tests.verify.case import judge

OPEN = {
    "jpeg, with a parent, by ES256": {"number of the store among other boxes of the JPEG, which is 529 as a rule"},
    "png": set(),
    "webp, with a time-stamp and an OCSP response": {
        "a header of the signature that says nothing",
        "a time-stamp that was not accepted",
        "an OCSP response that was not accepted",
        "something beside a OCSP response",
        "version of a time-stamp, which is 3 as a rule",
    },
    "gif, bound by boxes": {"authentication code of the block of the manifest store, which is 1, 0, 0"},
    "svg, with relative references": {"label of a box, which no signed statement names"},
    "heif": {
        "place of the parts of a Merkle tree, where none are",
        "version and flags of the box of the manifest store, which are 0",
    },
    "safetensors": set(),
    "jpeg, with a compressed manifest beside it": {"a compressed manifest: its signature covers what it unpacks to"},
}
"""What may be changed in each file, by its name in the account of the report: neither more nor less."""


@pytest.mark.parametrize("name", FILES)
def test_a_changed_bit(name: str) -> None:
    file, at = signed_file(name), datetime.now(UTC)
    assert judge(file.whole, policy=policy(), at=at).state == "Trusted"
    outcome = flip_all(file, at, places(file, 1))
    assert outcome.wrong == []
    assert outcome.flips == outcome.size
    if len(outcome.open) <= 100:
        rest = [(place, offset, bit) for place, offset in sorted(outcome.open) for bit in range(8) if bit != offset % 8]
        outcome.add(flip_all(file, at, rest))
    assert outcome.wrong == []
    assert set(outcome.accepted) <= OPEN[name]


def test_files_are_small_and_of_eight_formats() -> None:
    sizes = {name: sum(map(len, signed_file(name).parts.values())) for name in FILES}
    assert len(sizes) == 8
    assert max(sizes.values()) < 5_000
    assert len({judge(signed_file(name).whole).media_type for name in FILES}) >= 7


def test_the_facts_of_a_report_are_many_and_differ_where_reports_do() -> None:
    """A comparison that overlooks everything would find nothing wrong either."""
    at = datetime.now(UTC)
    reports = {name: judge(signed_file(name).whole, policy=policy(), at=at) for name in FILES}
    told = {name: facts(report, report.active_manifest) for name, report in reports.items()}
    assert min(map(len, told.values())) > 60
    untrusting = judge(signed_file("png").whole, at=at)
    assert {way for way, *_ in facts(untrusting, None) - told["png"]} >= {"/state", "/failure"}
    assert Counter(len(facts(report, None)) == len(told[name]) for name, report in reports.items())[True] == len(FILES)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bits", "1", "--files", "png"]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.startswith("png ")
    assert line.split()[-1] == "0"
    assert main(["--files", "nothing of that name"]) == 1
