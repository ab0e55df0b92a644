"""Certificate chains changed at random, before our path validation and two others: OpenSSL with its defaults, and cryptography.

``python -m tests.trust.chains --n 1000000 --seed 1`` prints what was accepted by whom, and how long the slowest chain took. A chain that
only we accept is a fault, and is printed in PEM. What only we refuse is none: the rules of C2PA are stricter, and the reasons are counted.

A chain is changed in its bytes (bits, pieces, ends), in its order (swapped, doubled, dropped, foreign certificates between), or in what it
says: fields changed and signed again, with the issuer's own key or with another one.
"""

from __future__ import annotations

import argparse
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from time import process_time
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding
from cryptography.utils import CryptographyDeprecationWarning

from credkit.errors import MalformedError
from credkit.trust.der import read
from credkit.trust.lists import TrustList
from credkit.trust.path import check_path
from credkit.trust.pem import to_pem
from tests.forge import pki

__all__ = ["Tally", "examine"]

NOW = pki.NOW
DAY = timedelta(days=1)
KINDS = ("ed25519", "es256", "es384", "ps256")
TIMES = (NOW, NOW - 29 * DAY, NOW - 400 * DAY, NOW + 364 * DAY, NOW + 366 * DAY, NOW + 4000 * DAY)


@dataclass(frozen=True)
class Piece:
    """A certificate in DER, and the private key that issued it."""

    der: bytes
    issuer: Any = field(repr=False)


@dataclass(frozen=True)
class World:
    """Authorities and signers of one kind of key: sound ones, namesakes of them, and some that may not issue."""

    chains: tuple[tuple[Piece, ...], ...]
    """Sound chains, the leaf first, without the anchor."""
    strangers: tuple[Piece, ...]
    """What may be put into a chain: a namesake of the root, what it issued, a certificate by a signer, the root itself."""
    anchors: tuple[tuple[bytes, ...], ...]
    """What the reader may trust: the root, or the authority below it, or the root beside another one of the same name."""
    keys: tuple[Any, ...]
    """Keys of others, to sign again with."""


def _authority(certificate: bytes, key: Any, kind: str) -> pki.Authority:
    return pki.Authority(certificate=x509.load_der_x509_certificate(certificate), key=key, algorithm=kind)


@cache
def world(kind: str) -> World:
    """The one of this run."""
    root = pki.make_root(kind, common_name="credkit test chains")
    namesake = pki.make_root(kind, common_name="credkit test chains", key=pki.new_key(kind, 21))
    upper = pki.make_authority(kind, root, common_name="upper", number=22)
    lower = pki.make_authority(kind, upper, common_name="lower", number=23, path_length=0)
    crossed = pki.make_authority(kind, namesake, common_name="upper", key=upper.key)
    key = pki.new_key(kind)
    leaf, brief = pki.make_leaf(lower, key), pki.make_leaf(root, key)
    thief = pki.make_leaf(_authority(leaf, key, kind), pki.new_key(kind))
    own = pki.make_leaf(namesake, pki.new_key(kind))
    whole = (Piece(leaf, lower.key), Piece(lower.der, upper.key), Piece(upper.der, root.key))
    return World(
        chains=(whole, whole, (Piece(brief, root.key),), (*whole, Piece(crossed.der, namesake.key)), (Piece(thief, key), *whole)),
        strangers=(
            Piece(namesake.der, namesake.key),
            Piece(crossed.der, namesake.key),
            Piece(root.der, root.key),
            Piece(own, namesake.key),
        ),
        anchors=((root.der,), (root.der,), (upper.der,), (namesake.der, root.der)),
        keys=(namesake.key, key, pki.new_key("es256"), pki.new_key("ed25519")),
    )


def _signed(key: Any, data: bytes) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA384() if key.curve.key_size == 384 else hashes.SHA256()))
    made: bytes = key.sign(data, padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32), hashes.SHA256())
    return made


def _flipped(rng: random.Random, data: bytes, most: int = 3) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.randint(1, most) if data else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _again(piece: Piece, change: Callable[[list[bytes]], None], key: Any = None) -> Piece:
    """The certificate with other fields in its body, signed again."""
    try:
        body, algorithm, _ = read(piece.der, "chain").children()
        fields = [part.raw for part in body.children()]
    except (MalformedError, ValueError):
        return piece
    change(fields)
    made = pki.tlv(0x30, *fields)
    signature = _signed(key or piece.issuer, made)
    return Piece(pki.tlv(0x30, made, algorithm.raw, pki.tlv(0x03, b"\0", signature)), piece.issuer)


Chain = list[Piece]


def _bits(rng: random.Random, chain: Chain, _: World) -> None:
    at = rng.randrange(len(chain))
    chain[at] = Piece(_flipped(rng, chain[at].der), chain[at].issuer)


def _cut(rng: random.Random, chain: Chain, _: World) -> None:
    at = rng.randrange(len(chain))
    der, start = chain[at].der, rng.randrange(len(chain[at].der) + 1)
    end = min(len(der), start + rng.choice((1, 1, 2, 5, 40)))
    changed = rng.choice((der[:start], der[:start] + der[end:], der[:end] + der[start:], der + der[start:end], b""))
    chain[at] = Piece(changed, chain[at].issuer)


def _spliced(rng: random.Random, chain: Chain, here: World) -> None:
    """The beginning of one certificate and the end of another."""
    at, other = rng.randrange(len(chain)), rng.choice((*chain, *here.strangers)).der
    der = chain[at].der
    point = rng.randrange(min(len(der), len(other)) + 1)
    chain[at] = Piece(der[:point] + other[point:], chain[at].issuer)


def _ordered(rng: random.Random, chain: Chain, here: World) -> None:
    at, to = rng.randrange(len(chain)), rng.randrange(len(chain))
    step = rng.randrange(4)
    if step == 0:
        chain[at], chain[to] = chain[to], chain[at]
    elif step == 1 and len(chain) < 12:
        chain.insert(to, chain[at])
    elif step == 2 and len(chain) > 1:
        del chain[at]
    else:
        chain.insert(to, rng.choice(here.strangers))


def _resigned(rng: random.Random, chain: Chain, here: World) -> None:
    """The same body under the signature of somebody else."""
    at = rng.randrange(len(chain))
    chain[at] = _again(chain[at], lambda _: None, rng.choice(here.keys))


def _rewritten(rng: random.Random, chain: Chain, here: World) -> None:
    """Other bits in one field of the body, signed by the issuer itself or (one in four) by another."""
    at = rng.randrange(len(chain))

    def change(fields: list[bytes]) -> None:
        position = rng.randrange(len(fields))
        fields[position] = _flipped(rng, fields[position], 2)

    chain[at] = _again(chain[at], change, rng.choice(here.keys) if rng.random() < 0.25 else None)


def _restructured(rng: random.Random, chain: Chain, here: World) -> None:
    """Fields dropped, doubled or taken from another certificate, signed by the issuer itself."""
    at = rng.randrange(len(chain))
    other = rng.choice((*chain, *here.strangers)).der

    def change(fields: list[bytes]) -> None:
        position, step = rng.randrange(len(fields)), rng.randrange(4)
        if step == 0:
            del fields[position]
        elif step == 1:
            fields.insert(position, fields[position])
        else:
            try:
                theirs = [part.raw for part in read(other, "chain").children()[0].children()]
            except (MalformedError, ValueError, IndexError):
                return
            fields[position] = theirs[min(position, len(theirs) - 1)]

    chain[at] = _again(chain[at], change)


def _extensions(rng: random.Random, chain: Chain, _: World) -> None:
    """Extensions dropped, doubled, exchanged, made critical or not, signed by the issuer itself."""
    at = rng.randrange(len(chain))

    def change(fields: list[bytes]) -> None:
        try:
            items = [item.raw for item in read(fields[-1], "chain").only("extensions").children()]
        except MalformedError:
            return
        if not items:
            return
        position, step = rng.randrange(len(items)), rng.randrange(4)
        if step == 0:
            del items[position]
        elif step == 1:
            items.insert(0, items[position])
        elif step == 2:
            items[position] = _flipped(rng, items[position], 1)
        else:
            parts = [part.raw for part in read(items[position], "chain").children()]
            items[position] = pki.tlv(0x30, *(part for part in parts if part != b"\x01\x01\xff"))
        fields[-1] = pki.tlv(0xA3, pki.tlv(0x30, *items))

    chain[at] = _again(chain[at], change)


_CHANGES = (_bits, _bits, _cut, _spliced, _ordered, _ordered, _resigned, _rewritten, _rewritten, _restructured, _extensions, _extensions)


@dataclass(frozen=True)
class Case:
    """One chain, whom the reader trusts, and when he looks."""

    chain: tuple[bytes, ...]
    anchors: tuple[bytes, ...]
    at: datetime
    kind: str


def case(seed: int, number: int) -> Case:
    """The chain of that number."""
    rng = random.Random(f"{seed}:{number}")
    kind = rng.choice(KINDS)
    here = world(kind)
    chain = list(rng.choice(here.chains))
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2, 3))):
        rng.choice(_CHANGES)(rng, chain, here)
    at = NOW if rng.random() < 0.8 else rng.choice(TIMES)
    return Case(tuple(piece.der for piece in chain), rng.choice(here.anchors), at, kind)


def openssl_accepts(tried: Case) -> bool:
    """OpenSSL as it comes, but for subordinate anchors; each anchor also alone, since it does not turn back among namesakes."""
    from OpenSSL import crypto

    def load(der: bytes) -> Any:
        try:
            return crypto.load_certificate(crypto.FILETYPE_ASN1, der)
        except (crypto.Error, ValueError, TypeError):
            return None

    leaf = load(tried.chain[0])
    others = [other for other in map(load, tried.chain[1:]) if other is not None]
    for anchors in (tried.anchors, *((one,) for one in tried.anchors if len(tried.anchors) > 1)):
        store = crypto.X509Store()
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
        store.set_time(tried.at)
        for anchor in anchors:
            store.add_cert(load(anchor))
        try:
            if leaf is not None:
                crypto.X509StoreContext(store, leaf, others).verify_certificate()
                return True
        except (crypto.X509StoreContextError, crypto.Error, ValueError, TypeError):
            continue
    return False


def verify_link(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """Verify the signature alone; names are compared by OpenSSL, which folds case and string types as RFC 5280, 7.1, wants it."""
    key: Any = issuer.public_key()
    signature, data, chosen = certificate.signature, certificate.tbs_certificate_bytes, certificate.signature_hash_algorithm
    if isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, certificate.signature_algorithm_parameters)
    else:
        key.verify(signature, data, certificate.signature_algorithm_parameters, chosen)


def broken_link(path: Sequence[bytes], tried: Case) -> str | None:
    """What is wrong with a path, apart from OpenSSL's path building; None when nothing. ``Unread`` when cryptography, whose parser is
    stricter in form, does not read a certificate.
    """
    if path[0] != tried.chain[0] or path[-1] not in tried.anchors or not set(path[1:-1]) <= set(tried.chain):
        return "the path is not made of what was presented"
    try:
        certificates = [x509.load_der_x509_certificate(der) for der in path]
        authority = [c.extensions.get_extension_for_class(x509.BasicConstraints).value.ca for c in certificates[1:]]
        in_time = all(c.not_valid_before_utc <= tried.at <= c.not_valid_after_utc for c in certificates)
    except Exception as error:
        raise Unread(str(error).partition("{")[0].strip()) from None
    try:
        for certificate, issuer in pairwise(certificates):
            verify_link(certificate, issuer)
    except Exception as error:
        return f"a signature does not verify ({type(error).__name__})"
    if not all(authority):
        return "an issuer is no authority"
    return None if in_time else "a certificate is out of its time"


class Unread(Exception):
    """A certificate whose form is not DER to the letter; only its issuer can make one."""


@dataclass
class Tally:
    """What came of it."""

    chains: int = 0
    ours: int = 0
    """Chains that we accept."""
    openssl: int = 0
    only_ours: list[tuple[int, Case, str]] = field(default_factory=list)
    """Chains that we accept and another does not: number, chain, and who says what."""
    unread: Counter[str] = field(default_factory=Counter)
    """What cryptography cannot read of paths that we and OpenSSL accept."""
    stricter: Counter[str] = field(default_factory=Counter)
    """Why we refuse what OpenSSL accepts."""
    slowest: float = 0.0
    """Seconds that our judgement of one chain took."""
    seconds: float = 0.0


def examine(count: int, seed: int, start: int = 0) -> Tally:
    """Judge so many chains, from number ``start`` on."""
    tally = Tally()
    for number in range(start, start + count):
        tried = case(seed, number)
        lists = (TrustList.of(*tried.anchors),)
        began = process_time()
        ours = check_path(tried.chain, lists, tried.at)
        took = process_time() - began
        tally.seconds += took
        tally.slowest = max(tally.slowest, took)
        theirs = openssl_accepts(tried)
        tally.chains += 1
        tally.ours += ours.trusted
        tally.openssl += theirs
        if ours.trusted:
            _compare(tally, number, tried, ours.path, theirs=theirs)
        if theirs and not ours.trusted:
            tally.stricter[ours.reason] += 1
    return tally


def _compare(tally: Tally, number: int, tried: Case, path: Sequence[bytes], *, theirs: bool) -> None:
    try:
        # Where a certificate that cannot be read stands before a sound one of the same name, OpenSSL takes it and does not turn back.
        same = theirs or openssl_accepts(replace(tried, chain=tuple(path[:-1]), anchors=tuple(path[-1:])))
        problem = broken_link(path, tried) if same else "OpenSSL refuses it"
    except Unread as error:
        tally.unread[str(error)] += 1
        return
    if problem:
        tally.only_ours.append((number, tried, problem))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.chains", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--n", type=int, default=10_000, help="chains to judge")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first")
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore", CryptographyDeprecationWarning)
    tally = examine(options.n, options.seed, options.start)
    print(f"{tally.chains:,} chains, seed {options.seed}: accepted by us {tally.ours:,}, by OpenSSL {tally.openssl:,}")
    print(f"accepted only by us: {len(tally.only_ours)}")
    print(f"a chain took us {1000 * tally.seconds / max(1, tally.chains):.2f} ms on average, {1000 * tally.slowest:.1f} ms at most")
    for problem, count in tally.unread.most_common():
        print(f"accepted by us and by OpenSSL, in a form that cryptography does not read: {count:,} times, {problem}")
    print("refused only by us:")
    for reason, count in tally.stricter.most_common():
        print(f"  {count:7,}  {reason}")
    for problem, count in Counter(problem for _, _, problem in tally.only_ours).most_common():
        print(f"accepted only by us: {count:,} times, {problem}")
    for number, tried, problem in tally.only_ours[:3]:
        print(f"\nonly we accept chain {number} at {tried.at:%Y-%m-%d %H:%M:%S} UTC ({problem}); chain, then anchors:")
        for ders in (tried.chain, tried.anchors):
            sys.stdout.write(to_pem(ders).decode("ascii"))
    return 1 if tally.only_ours else 0


if __name__ == "__main__":
    sys.exit(main())
