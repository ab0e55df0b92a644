"""A short run of ``python -m tests.trust.chains``, and what it would say if something were wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.trust.chains import KINDS, NOW, Case, broken_link, case, examine, main, openssl_accepts, world

SEED = 20261


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
def test_no_chain_is_accepted_only_by_us() -> None:
    tally = examine(1_000, SEED)
    assert [(number, problem) for number, _, problem in tally.only_ours] == [], f"seed {SEED}"
    assert tally.ours > 100
    assert 0 < sum(tally.stricter.values()) < 600


def test_the_same_number_gives_the_same_chain() -> None:
    assert case(SEED, 5).anchors == case(SEED, 5).anchors
    assert [len(case(SEED, number).chain) for number in range(40)] == [len(case(SEED, number).chain) for number in range(40)]
    assert {case(SEED, number).kind for number in range(40)} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_judges_see_what_is_wrong(kind: str) -> None:
    here = world(kind)
    chain = tuple(piece.der for piece in here.chains[0])
    sound = Case(chain, here.anchors[0], NOW, kind)
    path = (*chain, here.anchors[0][0])
    assert openssl_accepts(sound)
    assert broken_link(path, sound) is None
    assert not openssl_accepts(replace(sound, chain=chain[:1]))
    assert not openssl_accepts(replace(sound, at=NOW + timedelta(days=4000)))
    assert broken_link(path, replace(sound, at=NOW + timedelta(days=4000))) == "a certificate is out of its time"
    assert broken_link((chain[0], here.strangers[0].der, path[-1]), sound) == "the path is not made of what was presented"
    swapped = replace(sound, chain=(chain[0], chain[2], chain[1]))
    assert "does not verify" in (broken_link((chain[0], chain[2], path[-1]), swapped) or "")
    thief = tuple(piece.der for piece in here.chains[4])
    assert broken_link((*thief, path[-1]), replace(sound, chain=thief)) == "an issuer is no authority"


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--n", "20", "--seed", "3"]) == 0
    told = capsys.readouterr().out
    assert "20 chains, seed 3: accepted by us" in told
    assert "accepted only by us: 0" in told
