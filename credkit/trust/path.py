"""Whether a certificate chain leads to somebody the user trusts, and when.

Clause: "Certificate trust chain" (anchor ``_certificate_trust_chain``): path validation of RFC 5280, section 6, at the reference time.
OpenSSL does it, because it knows every kind of key that C2PA allows; here is what surrounds it: which certificates it may use, how many,
and the answer in words.

Anchors may be subordinate authorities. Only lists for a purpose that the signer's certificate has are asked, and only anchors that vouch
at the reference time. A signer's own certificate is never an anchor: it can only be trusted by itself, as ``allowed``. Broken certificates
in the middle of a chain are left out, since the path may not need them.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from credkit.dataclass import dataclass, field, replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust import openssl
from credkit.trust.algorithms import RSA_SMALLEST
from credkit.trust.certificate import Certificate
from credkit.trust.profile import is_sound_signature

if TYPE_CHECKING:
    from credkit.trust.lists import TrustList

__all__ = ["Attempt", "PathResult", "check_path", "search"]

_MOST_NAMESAKES = 16
"""Anchors of the same name that are tried one by one."""
_VERSION = 3
_ANY_SIZE = replace(DEFAULT_LIMITS, certificate_size=sys.maxsize)
"""For certificates that were read within the caller's limits before."""
_EC_SMALLEST = 256
"""Bits of an issuer's elliptic curve key."""
_NO_PATH = frozenset({2, 18, 19, 20, 21})
_BAD_SIGNATURE = frozenset({4, 6, 7})
_TIME = frozenset({9, 10})


@dataclass(frozen=True, slots=True, kw_only=True)
class PathResult:
    """What is known about a chain."""

    trusted: bool
    """The chain leads to an anchor, or its first certificate is an allowed one, at the reference time."""
    trusted_ignoring_time: bool
    """The same without regard to any validity period; True beside ``trusted`` False means that only time stands between."""
    anchor: str | None
    """Distinguished name of the anchor that was reached, in or out of time."""
    reason: str
    """One sentence for people."""
    not_before: datetime | None
    """From when every certificate of the path is valid; of the presented chain when it leads nowhere. None when the first cannot be
    read.
    """
    not_after: datetime | None
    """Until when, likewise."""
    path: tuple[bytes, ...] = field(default=(), repr=False)
    """DER from the signer's certificate to the anchor; empty when there is no path."""
    trust_list: TrustList | None = field(default=None, repr=False)
    """The list of the anchor that was reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """OpenSSL's answer: the path (empty for a refusal) and its error."""

    path: tuple[bytes, ...] = ()
    error: int = 0
    message: str = ""


def check_path(
    chain: tuple[bytes, ...],
    lists: tuple[TrustList, ...],
    at: datetime,
    limits: Limits = DEFAULT_LIMITS,
    *,
    allowed: tuple[bytes, ...] = (),
) -> PathResult:
    """Judge ``chain`` (DER, the signer's certificate first) at ``at`` (aware) by ``lists`` and by the certificates trusted for themselves
    alone (``allowed``). Never raises, whatever the bytes are.
    """
    if not chain:
        return _untrusted("the signature names no certificate", ())
    if len(chain) > limits.certificates:
        return _untrusted(
            f"the signature brings {len(chain)} certificates, {limits.certificates} are allowed", _readable(chain[:1], limits)
        )
    certificates = _readable(chain, limits)
    if not certificates or certificates[0].der != chain[0]:
        return _untrusted("the certificate of the signer cannot be read", ())
    leaf = certificates[0]
    if leaf.der in allowed:
        return _allowed(leaf)
    at = at.astimezone(UTC).replace(microsecond=0)
    applicable = tuple(item for item in lists if item.purposes & set(leaf.extended_key_usages))
    anchors = _anchors(applicable, leaf, None, limits)
    if not anchors:
        configured = any(item.anchors for item in lists)
        reason = "no trust list is for the purposes of the signer's certificate" if configured else "no trust anchors are configured"
        return _untrusted(reason, _linked(certificates))
    presented = tuple(dict.fromkeys(certificate.der for certificate in certificates))
    now = search(presented, _anchors(applicable, leaf, at, limits), at)
    if now.path:
        return _found(now.path, applicable, at, trusted=True, reason="")
    ever = search(presented, anchors, None)
    if ever.path:
        return _found(ever.path, applicable, None, trusted=False, reason=_late_reason(ever, now, applicable, at))
    return _untrusted(_reason(ever), _linked(certificates))


def _anchors(lists: tuple[TrustList, ...], leaf: Certificate, at: datetime | None, limits: Limits) -> tuple[bytes, ...]:
    """The certificates of all anchors that vouch at ``at`` (None: ever), each once."""
    ders = (anchor.der for item in lists for anchor in item.anchors if at is None or anchor.vouches_at(at))
    return tuple(der for der in _names(tuple(dict.fromkeys(ders)), limits) if der != leaf.der)


@lru_cache(maxsize=16)
def _names(anchors: tuple[bytes, ...], limits: Limits) -> dict[bytes, bytes]:
    """The subject of each anchor that can be read, by certificate. Kept, because a store may ask a long list a thousand times."""
    return {certificate.der: certificate.subject_der for certificate in _readable(anchors, limits)}


def _readable(chain: tuple[bytes, ...], limits: Limits) -> list[Certificate]:
    certificates = []
    for der in chain:
        try:
            certificates.append(Certificate.parse(der, limits))
        except MalformedError:
            continue
    return certificates


def _linked(certificates: list[Certificate]) -> list[Certificate]:
    """The presented certificates that hang together by name, beginning with the signer's: a stray one must not shorten the period."""
    line, rest = certificates[:1], list(certificates[1:])
    while line and not line[-1].self_issued:
        following = next((item for item in rest if item.subject_der == line[-1].issuer_der), None)
        if following is None:
            break
        line.append(following)
        rest.remove(following)
    return line


def _period(certificates: list[Certificate]) -> tuple[datetime | None, datetime | None]:
    if not certificates:
        return None, None
    return max(item.not_before for item in certificates), min(item.not_after for item in certificates)


def _untrusted(reason: str, certificates: list[Certificate] | tuple[()]) -> PathResult:
    start, end = _period(list(certificates))
    return PathResult(trusted=False, trusted_ignoring_time=False, anchor=None, reason=reason, not_before=start, not_after=end)


def _allowed(leaf: Certificate) -> PathResult:
    return PathResult(
        trusted=True,
        trusted_ignoring_time=True,
        anchor=None,
        reason="the certificate of the signer is one that you chose to trust",
        not_before=leaf.not_before,
        not_after=leaf.not_after,
        path=(leaf.der,),
    )


def _found(path: tuple[bytes, ...], lists: tuple[TrustList, ...], at: datetime | None, *, trusted: bool, reason: str) -> PathResult:
    certificates = [Certificate.parse(der, _ANY_SIZE) for der in path]
    start, end = _period(certificates)
    anchor = certificates[-1].subject
    return PathResult(
        trusted=trusted,
        trusted_ignoring_time=True,
        anchor=anchor,
        reason=reason or f"the certificate of the signer leads to the trust anchor {anchor}",
        not_before=start,
        not_after=end,
        path=path,
        trust_list=next((i for i in lists if any(a.der == path[-1] and (at is None or a.vouches_at(at)) for a in i.anchors)), None),
    )


def _late_reason(ever: Attempt, now: Attempt, lists: tuple[TrustList, ...], at: datetime) -> str:
    """Why a path that exists does not count at ``at``: the anchor's window on its list, else the period of a certificate."""
    windows = [anchor for item in lists for anchor in item.anchors if anchor.der == ever.path[-1]]
    if any(anchor.vouches_at(at) for anchor in windows):
        return _reason(now)
    name = Certificate.parse(ever.path[-1], _ANY_SIZE).subject
    return f"the trust list does not let the trust anchor {name} vouch for signatures of that time"


def _reason(attempt: Attempt) -> str:
    if attempt.error in _TIME:
        return "a certificate on the way from the signer to the trust anchor was not valid at that time"
    if attempt.error in _BAD_SIGNATURE:
        return "the signature of an issuer in the certificate chain does not verify"
    if attempt.error in _NO_PATH:
        return "the certificate of the signer leads to none of the trust anchors"
    return f"the certificate chain is not acceptable ({attempt.message})"


@lru_cache(maxsize=64)
def search(chain: tuple[bytes, ...], anchors: tuple[bytes, ...], at: datetime | None) -> Attempt:
    """The first attempt that succeeds, or the failure of the first; ``at`` None leaves time out of it."""
    first: Attempt | None = None
    for store in _stores(anchors):
        attempt = _verify(chain, store, at)
        if attempt.path:
            return attempt
        first = first or attempt
    return first or Attempt(message="no trust anchor can be read")


def _stores(anchors: tuple[bytes, ...]) -> Iterator[tuple[bytes, ...]]:
    """All anchors at once; then those that share a name each alone, since OpenSSL commits itself to one issuer of a name and does not turn
    back.
    """
    yield anchors
    yield from _namesakes(anchors)


@lru_cache(maxsize=16)
def _namesakes(anchors: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], ...]:
    names = _names(anchors, _ANY_SIZE)
    shared = Counter(names.values())
    return tuple((der,) for der, name in names.items() if shared[name] > 1)[:_MOST_NAMESAKES]


def _verify(chain: tuple[bytes, ...], anchors: tuple[bytes, ...], at: datetime | None) -> Attempt:
    leaf = _load(chain[0])
    if leaf is None:
        return Attempt(message="the certificate of the signer cannot be read")
    others = [other for other in map(_load, chain[1:]) if other is not None]
    try:
        path = openssl.find_path(leaf, others, _loaded(anchors), at)
    except openssl.Refusal as refusal:
        return Attempt(error=refusal.error, message=str(refusal))
    return _too_weak(path) or Attempt(path=path)


@lru_cache(maxsize=16)
def _loaded(anchors: tuple[bytes, ...]) -> tuple[openssl.Handle, ...]:
    return tuple(trusted for trusted in map(_load, anchors) if trusted is not None)


@lru_cache(maxsize=256)
def _load(der: bytes) -> openssl.Handle:
    """The certificate as OpenSSL's; None when it cannot read it. The objects are only read, so that sharing them is safe."""
    try:
        return openssl.load(der)
    except MalformedError:
        return None


def _too_weak(path: tuple[bytes, ...]) -> Attempt | None:
    """A refusal when a link of the path could be forged (a signature with an old hash, the short key of an issuer), or says that it is of a
    version that there is not: OpenSSL looks only for a small one.
    """
    for position, der in enumerate(path):
        certificate = Certificate.parse(der, _ANY_SIZE)
        if der != path[-1] and certificate.version != _VERSION:
            return Attempt(message=f"a certificate is of X.509 version {certificate.version}, not {_VERSION}")
        if der != path[-1] and not is_sound_signature(certificate.signature_algorithm, lattices=True):
            return Attempt(message="a certificate was signed by its issuer with an algorithm that is not safe")
        key = certificate.public_key
        if position == 0 or not hasattr(key, "key_size"):
            continue
        from cryptography.hazmat.primitives.asymmetric import ec, rsa

        if isinstance(key, rsa.RSAPublicKey) and key.key_size < RSA_SMALLEST:
            return Attempt(message=f"an issuer has an RSA key of only {key.key_size} bits")
        if isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < _EC_SMALLEST:
            return Attempt(message=f"an issuer has an elliptic curve key of only {key.key_size} bits")
    return None
