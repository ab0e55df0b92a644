"""What the readers of certificates, OCSP responses and time-stamps say when one ASN.1 value is not what it should be, value by value.

Each value of a sound structure is replaced, emptied, left out and doubled in turn. ``python -m tests.trust.sentences >
tests/trust/sentences.txt`` writes the list anew; whoever changes a sentence reads the difference.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from credkit.errors import MalformedError
from credkit.trust.certificate import Certificate
from credkit.trust.der import Element, read
from credkit.trust.identity.purposes import certificate_policies
from credkit.trust.profile import check_profile
from credkit.trust.revocation.ocsp import parse_ocsp_response
from credkit.trust.timestamp.form import loose_parts
from credkit.trust.timestamp.structure import parse_response, parse_token
from tests.forge import ocsp, pki, tsa
from tests.forge.pki import tlv

__all__ = ["FILE", "SUBJECTS", "lines"]

FILE = Path(__file__).with_name("sentences.txt")
_CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "other": lambda _: b"\x05\0",
    "empty": lambda raw: bytes((raw[0], 0)),
    "gone": lambda _: b"",
    "twice": lambda raw: 2 * raw,
}
_OCTETS = 0x04
_HASHES = (20, 32, 48, 64)
"""Lengths of octets that may look like a value by chance."""
_Path = tuple[int, ...]


@cache
def _stamp() -> bytes:
    return tsa.token(tsa.make_tsa("ed25519"), b"what was stamped")


@cache
def _issuer() -> pki.Authority:
    return pki.make_root("ed25519", common_name="credkit test sentences")


def _leaf(algorithm: str) -> bytes:
    return pki.make_leaf(pki.make_root(algorithm), pki.new_key(algorithm))


def _ocsp() -> bytes:
    leaf = pki.make_leaf(_issuer(), pki.new_key("ed25519"))
    return ocsp.response(_issuer(), leaf, says="revoked", reason="key_compromise", nonce=b"n" * 16, critical_extension=True, critical=True)


def _of_certificate(der: bytes) -> str:
    certificate = Certificate.parse(der)
    findings = "; ".join(f"{finding.rule}: {finding}" for finding in check_profile(certificate))
    return f"{findings} ({len(certificate_policies(certificate))} policies)"


def _of_token(der: bytes) -> str:
    token = parse_token(der)
    return f"read, {len(token.certificates)} certificates; " + ", ".join(what for _, _, what in loose_parts(der, token.certificates))


def _of_response(der: bytes) -> str:
    token = parse_response(der)
    return f"read, {len(token.certificates)} certificates; " + ", ".join(what for _, _, what in loose_parts(der, token.certificates))


def _of_ocsp(der: bytes) -> str:
    (first, *more) = parse_ocsp_response(der).statuses or (None,)
    return f"read, {first.status if first else 'nothing'}, and {len(more)} more"


SUBJECTS: dict[str, tuple[Callable[[], bytes], Callable[[bytes], str], _Path | None]] = {
    "certificate es256": (lambda: _leaf("es256"), _of_certificate, None),
    "certificate ps256": (lambda: _leaf("ps256"), _of_certificate, None),
    "timestamp token": (_stamp, _of_token, (1, 0, 3)),
    "timestamp response": (lambda: tsa.response(_stamp(), words="as asked"), _of_response, (1, 1, 0, 3)),
    "ocsp response": (_ocsp, _of_ocsp, None),
}
"""How a structure is made, what is said of one, and where the certificates are that it brings, whose content nobody reads here."""


def lines(subject: str) -> Iterator[str]:
    """Each sentence, and behind it where which change leads to it."""
    make, say, unread = SUBJECTS[subject]
    der = make()
    said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for path, element in _values(read(der, "sentences")):
        if unread and path[: len(unread)] == unread and len(path) > len(unread) + 1:
            continue
        for name, change in _CHANGES.items():
            changed = _changed(der, path, change(element.raw))
            try:
                words = say(changed)
            except MalformedError as error:
                words = f"{error.code} | {error}"
            said[words][name].append(".".join(map(str, path)) or "all")
    for words, places in sorted(said.items()):
        told = "; ".join(f"{name}: {' '.join(at)}" for name, at in places.items())
        yield f"{subject} | {words} | {told}"


def _values(element: Element, path: _Path = ()) -> Iterator[tuple[_Path, Element]]:
    yield path, element
    for number, child in enumerate(_children(element)):
        yield from _values(child, (*path, number))


def _children(element: Element) -> tuple[Element, ...]:
    """The values inside, and those in octets that hold one."""
    if element.tag & 0x20:
        return element.children()
    if element.tag != _OCTETS or len(element.body) in _HASHES:
        return ()
    try:
        return (read(element.body, "sentences"),)
    except MalformedError:
        return ()


def _changed(der: bytes, path: _Path, value: bytes) -> bytes:
    if not path:
        return value
    element = read(der, "sentences")
    parts = [child.raw for child in _children(element)]
    parts[path[0]] = _changed(parts[path[0]], path[1:], value)
    return tlv(element.tag, *parts)


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for subject in SUBJECTS for line in lines(subject))
