"""The COSE working group's examples of one signer through ``parse_sign1``, ``to_be_signed`` and ``SignatureAlgorithm.verify``.

An example that we refuse is right by RFC 9052 and wrong by C2PA, or made wrong; why stands beside it.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from credkit.codec import cbor
from credkit.codec.cose import parse_sign1, to_be_signed
from credkit.errors import MalformedError
from credkit.trust.algorithms import ALGORITHMS

ACCEPTED = {
    "CWT/A_3",
    "RFC8152/Appendix_C_2_1",
    "countersign/signed1-01",
    "countersign/signed1-02",
    "countersign1/signed1-01",
    "ecdsa-examples/ecdsa-sig-01",
    "ecdsa-examples/ecdsa-sig-02",
    "ecdsa-examples/ecdsa-sig-03",
    "eddsa-examples/eddsa-sig-01",
    "sign1-tests/sign-pass-02",
}
REFUSED = {
    "ecdsa-examples/ecdsa-sig-04": "ES512 with a key on P-256: C2PA ties each algorithm to its curve",
    "eddsa-examples/eddsa-sig-02": "Ed448 is no algorithm of C2PA",
    "hashsig/hsssig-sig-01": "HSS-LMS is no algorithm of C2PA",
    "sign1-tests/sign-pass-01": "the algorithm stands in the unprotected header",
    "sign1-tests/sign-pass-03": "not tagged",
    "sign1-tests/sign-fail-01": "another tag",
    "sign1-tests/sign-fail-02": "the signature was changed",
    "sign1-tests/sign-fail-03": "an algorithm that is none",
    "sign1-tests/sign-fail-04": "an algorithm that is a text",
    "sign1-tests/sign-fail-06": "a protected header was added",
    "sign1-tests/sign-fail-07": "a protected header was taken away",
}
CURVES = {"P-256": ec.SECP256R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1}


def _octets(key: dict[str, Any], name: str) -> bytes:
    if f"{name}_hex" in key:
        return bytes.fromhex(key[f"{name}_hex"])
    return base64.urlsafe_b64decode(key[name] + "=" * (-len(key[name]) % 4))


def _public_key(key: dict[str, Any]) -> Any:
    if key["kty"] == "OKP":
        return ed25519.Ed25519PublicKey.from_public_bytes(_octets(key, "x")) if key["crv"] == "Ed25519" else None
    if key["kty"] != "EC":
        return None
    x, y = (int.from_bytes(_octets(key, name), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, CURVES[key["crv"]]()).public_key()


def _verifies(example: dict[str, Any]) -> bool:
    signer = example["input"]["sign0"]
    try:
        sign1 = parse_sign1(bytes.fromhex(example["output"]["cbor"]), where="example")
    except MalformedError:
        return False
    algorithm = ALGORITHMS.get(sign1.algorithm or 0)
    if algorithm is None or sign1.payload is None:
        return False
    message = to_be_signed(sign1.protected_bytes, sign1.payload)
    if "external" in signer:
        # C2PA has no external data, so the frame is taken apart and put together again.
        context, protected, _, payload = cbor.decode(message, where="example")
        message = cbor.encode([context, protected, bytes.fromhex(signer["external"]), payload])
    return algorithm.verify(_public_key(signer["key"]), message, sign1.signature)


def test_every_example_is_accepted_or_has_its_reason(cose_examples: Path) -> None:
    found = {}
    for path in sorted(cose_examples.rglob("*.json")):
        example = json.loads(path.read_text("utf-8"))
        if "sign0" in example.get("input", {}):
            found[path.relative_to(cose_examples).with_suffix("").as_posix()] = _verifies(example)
    assert found.keys() == ACCEPTED | REFUSED.keys()
    assert {name for name, accepted in found.items() if accepted} == ACCEPTED
