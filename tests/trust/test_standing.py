"""What a policy keeps of chains that it judged: the same answer, found again only under everything that it depends on."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from datetime import timedelta

import pytest

from credkit.errors import MalformedError
from credkit.limits import Limits
from credkit.trust import policy as policies
from credkit.trust import standing as standings
from credkit.trust.certificate import Certificate
from credkit.trust.path import check_path
from credkit.trust.policy import TrustPolicy
from credkit.trust.profile import check_profile
from tests.forge import pki

NOW = pki.NOW
CHAIN = pki.default_pki().chain


@pytest.fixture
def policy() -> TrustPolicy:
    return TrustPolicy.of(pki.default_pki().root_pem)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, ...]]:
    """The chains whose path was searched."""
    seen: list[tuple[bytes, ...]] = []

    def watched(chain: tuple[bytes, ...], *arguments: object, **options: object) -> object:
        seen.append(chain)
        return check_path(chain, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(policies, "check_path", watched)
    return seen


def test_it_says_what_the_profile_and_the_path_say(policy: TrustPolicy) -> None:
    found = policy.standing(CHAIN, NOW)
    leaf = Certificate.parse(CHAIN[0])
    assert found.leaf is leaf
    assert found.findings == check_profile(leaf, purposes=policy.purposes)
    assert found.path == check_path(CHAIN, policy.signers, NOW)
    assert found.path.trusted


def test_the_same_chain_is_judged_once(policy: TrustPolicy, judged: list[tuple[bytes, ...]]) -> None:
    first = policy.standing(CHAIN, NOW)
    again = policy.standing(tuple(bytes(bytearray(der)) for der in CHAIN), NOW + timedelta(microseconds=1))
    assert again is first
    assert judged == [CHAIN]


def test_nothing_is_found_again_under_other_circumstances(policy: TrustPolicy, judged: list[tuple[bytes, ...]]) -> None:
    first = policy.standing(CHAIN, NOW)
    altered = bytearray(CHAIN[0])
    altered[-1] ^= 1
    others = (
        policy.standing(CHAIN, NOW + timedelta(seconds=1)),
        policy.standing(CHAIN, NOW, Limits(certificates=1)),
        policy.standing(CHAIN, NOW, most=1),
        policy.standing(CHAIN, NOW, lattices=True),
        policy.standing(CHAIN[:1], NOW),
        policy.standing((bytes(altered), *CHAIN[1:]), NOW),
        policy.standing((CHAIN[0], *CHAIN[1:], CHAIN[0]), NOW),
    )
    assert len(judged) == 1 + len(others)
    assert all(other is not first for other in others)
    assert not others[2].path.trusted
    assert not others[5].path.trusted


def test_time_decides_each_time(policy: TrustPolicy) -> None:
    assert policy.standing(CHAIN, NOW).path.trusted
    late = policy.standing(CHAIN, first_moment_after(CHAIN))
    assert not late.path.trusted
    assert late.path.trusted_ignoring_time
    assert policy.standing(CHAIN, NOW).path.trusted


def first_moment_after(chain: tuple[bytes, ...]) -> object:
    return Certificate.parse(chain[0]).not_after + timedelta(seconds=1)


def test_policies_share_nothing(policy: TrustPolicy) -> None:
    assert policy.standing(CHAIN, NOW).path.trusted
    assert not TrustPolicy.none().standing(CHAIN, NOW).path.trusted
    assert not replace(policy, signers=()).standing(CHAIN, NOW).path.trusted
    assert TrustPolicy.none().joined(policy).standing(CHAIN, NOW).path.trusted


def test_policies_that_have_judged_are_equal_and_can_be_copied(policy: TrustPolicy, judged: list[tuple[bytes, ...]]) -> None:
    fresh = TrustPolicy.of(pki.default_pki().root_pem)
    policy.standing(CHAIN, NOW)
    assert (policy, hash(policy), repr(policy)) == (fresh, hash(fresh), repr(fresh))
    for copied in (copy.copy(policy), copy.deepcopy(policy), pickle.loads(pickle.dumps(policy))):
        assert copied == policy
        assert copied.standing(CHAIN, NOW).path.trusted


def test_a_chain_that_cannot_be_read_is_refused_each_time(policy: TrustPolicy) -> None:
    for _ in range(2):
        with pytest.raises(MalformedError) as caught:
            policy.standing((b"no certificate", *CHAIN), NOW)
        assert caught.value.code == "signingCredential.invalid"


def test_few_standings_are_kept(policy: TrustPolicy, judged: list[tuple[bytes, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standings, "_MOST", 3)
    kept = policy._standings._found
    for second in range(10):
        policy.standing(CHAIN, NOW + timedelta(seconds=second))
        assert len(kept) <= 3
    assert len(judged) == 10


def test_large_chains_are_not_kept(policy: TrustPolicy, judged: list[tuple[bytes, ...]]) -> None:
    large = (*CHAIN, bytes(40_000))
    first, second = policy.standing(large, NOW), policy.standing(large, NOW)
    assert first.path == second.path
    assert judged == [large, large]
    assert not policy._standings._found
