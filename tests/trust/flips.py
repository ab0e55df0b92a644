"""Bits of time-stamp tokens and OCSP responses turned, all of them once and then in pairs: none is accepted with another meaning.

``python -m tests.trust.flips --n 100000 --seed 1`` prints how many were accepted (what CMS and OCSP leave unsigned: versions, lists of
hash algorithms, parameters of algorithms that have none) and how many of them with another time, authority, status or interval: none.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from credkit.errors import MalformedError
from credkit.trust.certificate import Certificate
from credkit.trust.policy import TrustPolicy
from credkit.trust.revocation import accepted_answers
from credkit.trust.timestamp.check import check_time_stamp
from credkit.trust.timestamp.structure import parse_response, parse_token
from tests.forge import ocsp, pki, tsa

__all__ = ["Tally", "examine", "subjects"]

MESSAGE = b"what was stamped"


@dataclass(frozen=True)
class Subject:
    """Bytes, and what they mean to us: None for nothing, else a value that a changed meaning would change."""

    name: str
    data: bytes
    meaning: Callable[[bytes], object]


def _token_meaning(policy: TrustPolicy, parse: Callable[..., object]) -> Callable[[bytes], object]:
    def meaning(data: bytes) -> object:
        result = check_time_stamp(parse(data), MESSAGE, policy)  # type: ignore[arg-type,unused-ignore]
        return (result.time, result.authority, result.chain, result.findings) if result.trusted else None

    return meaning


@cache
def subjects() -> tuple[Subject, ...]:
    """Tokens of every algorithm in both headers, and responses of every kind."""
    found: list[Subject] = []
    for kind, signature in (("es256", ""), ("ps256", "sha256_rsa"), ("ps256", "rsassa_pss"), ("ed25519", "")):
        authority = tsa.make_tsa(kind)
        made = tsa.token(authority, MESSAGE, signature=signature)
        policy = TrustPolicy.of(tsa=[authority.root.pem])
        found.append(Subject(f"token {signature or kind}", made, _token_meaning(policy, parse_token)))
        if kind == "es256":
            found.append(Subject("response with a token", tsa.response(made), _token_meaning(policy, parse_response)))
    for kind in ("ed25519", "es256", "ps256"):
        issuer = pki.make_root(kind, common_name="credkit test flips")
        leaf = pki.make_leaf(issuer, pki.new_key("ed25519"))
        certificate, authority_certificate = Certificate.parse(leaf), Certificate.parse(issuer.der)

        def meaning(data: bytes, about: Certificate = certificate, by: Certificate = authority_certificate) -> object:
            return accepted_answers(data, about, by)

        found.append(Subject(f"good {kind}", ocsp.response(issuer, leaf), meaning))
        found.append(Subject(f"revoked {kind}", ocsp.response(issuer, leaf, says="revoked", reason="key_compromise"), meaning))
        delegate = ocsp.make_delegate(issuer)
        found.append(Subject(f"delegate {kind}", ocsp.response(issuer, leaf, signer=delegate, by_key=True, nonce=b"n" * 16), meaning))
    return tuple(found)


def _flips(seed: int) -> Iterator[tuple[Subject, tuple[int, ...]]]:
    """Every bit of every subject, in an order that the seed gives; then pairs of bits without end."""
    rng = random.Random(seed)
    places = [(subject, (bit,)) for subject in subjects() for bit in range(8 * len(subject.data))]
    rng.shuffle(places)
    yield from places
    while True:
        subject = rng.choice(subjects())
        yield subject, (rng.randrange(8 * len(subject.data)), rng.randrange(8 * len(subject.data)))


@dataclass
class Tally:
    """What came of it."""

    flips: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    """By subject: changed bytes with the same meaning."""
    changed: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)
    """Changed bytes that were accepted with another meaning: subject, and the bits that were turned."""


def examine(count: int, seed: int) -> Tally:
    """Turn so many bits."""
    tally = Tally()
    sound = {subject.name: subject.meaning(subject.data) for subject in subjects()}
    assert all(sound.values())
    for subject, bits in islice(_flips(seed), count):
        changed = bytearray(subject.data)
        for bit in bits:
            changed[bit // 8] ^= 0x80 >> bit % 8
        tally.flips += 1
        try:
            meaning = subject.meaning(bytes(changed))
        except MalformedError:
            continue
        if meaning is None:
            continue
        tally.accepted[subject.name] += 1
        if meaning != sound[subject.name]:
            tally.changed.append((subject.name, bits))
    return tally


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.flips", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--n", type=int, default=10_000, help="how often bits are turned")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    bits = sum(8 * len(subject.data) for subject in subjects())
    tally = examine(options.n, options.seed)
    print(f"{tally.flips:,} flips, seed {options.seed}, in {len(subjects())} tokens and responses of {bits:,} bits")
    print(f"accepted with the same meaning: {sum(tally.accepted.values()):,}")
    for name, count in sorted(tally.accepted.items()):
        print(f"  {count:5,}  {name}")
    print(f"accepted with another meaning: {len(tally.changed)}")
    for name, places in tally.changed[:10]:
        print(f"  {name}: bits {places}")
    return 1 if tally.changed else 0


if __name__ == "__main__":
    sys.exit(main())
