"""Project Wycheproof through ``SignatureAlgorithm.verify``, the only place where a COSE signature of a claim is verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

from credkit.trust.algorithms import SignatureAlgorithm, algorithm_named

DIRECT = {
    "ed25519_test.json": "eddsa",
    "ecdsa_secp256r1_sha256_p1363_test.json": "es256",
    "ecdsa_secp384r1_sha384_p1363_test.json": "es384",
    "ecdsa_secp521r1_sha512_p1363_test.json": "es512",
}
REFUSED = {
    "ecdsa_secp256r1_sha256_test.json": "es256",
    "ecdsa_secp384r1_sha384_test.json": "es384",
    "ecdsa_secp521r1_sha512_test.json": "es512",
}
"""DER signatures, which COSE does not have: none may pass."""
PSS = {"SHA-256": ("ps256", 32), "SHA-384": ("ps384", 48), "SHA-512": ("ps512", 64)}


def _groups(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text("utf-8"))["testGroups"])


def _key(group: dict[str, Any]) -> Any:
    der = group.get("publicKeyDer") or group.get("keyDer") or group.get("publicKeyAsn")
    try:
        return load_der_public_key(bytes.fromhex(der))
    except (ValueError, UnsupportedAlgorithm):
        return None


def _accepted(algorithm: SignatureAlgorithm, group: dict[str, Any]) -> list[tuple[bool, str, int]]:
    key = _key(group)
    return [
        (algorithm.verify(key, bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])), test["result"], test["tcId"])
        for test in group["tests"]
    ]


@pytest.mark.parametrize("name", DIRECT)
def test_every_vector_agrees(wycheproof: Path, name: str) -> None:
    algorithm = algorithm_named(DIRECT[name])
    outcomes = [outcome for group in _groups(wycheproof / name) for outcome in _accepted(algorithm, group)]
    assert len(outcomes) > 100
    # "acceptable" is what the standards leave open: Ed25519 keys of mixed order.
    assert [number for found, expected, number in outcomes if expected != "acceptable" and found is not (expected == "valid")] == []


@pytest.mark.parametrize("name", REFUSED)
def test_der_signatures_are_refused(wycheproof: Path, name: str) -> None:
    """By their form alone; one that happens to be as long as r and s side by side must not verify either."""
    algorithm = algorithm_named(REFUSED[name])
    outcomes = [outcome for group in _groups(wycheproof / name) for outcome in _accepted(algorithm, group)]
    assert len(outcomes) > 100
    assert [number for found, _, number in outcomes if found] == []


def test_pss_within_the_profile_agrees_and_outside_of_it_is_refused(wycheproof: Path) -> None:
    """The salt is as long as the hash, the mask has the same hash, the key has 2048 bits or more."""
    within = outside = 0
    for path in sorted(wycheproof.glob("rsa_pss_*_test.json")):
        for group in _groups(path):
            name, salt = PSS.get(group["sha"], ("ps256", 32))
            key = _key(group)
            fits = group["sha"] in PSS and group["mgfSha"] == group["sha"] and group["sLen"] == salt and key is not None
            for found, expected, number in _accepted(algorithm_named(name), group):
                if fits and expected != "acceptable":
                    within += 1
                    assert found is (expected == "valid"), (path.name, number)
                else:
                    outside += 1
                    # What is wrong for another salt may be right for ours; what is right for another must be wrong for ours.
                    assert fits or not (found and expected == "valid"), (path.name, number)
    assert within > 400
    assert outside > 400
