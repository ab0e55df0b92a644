"""Our calls of OpenSSL beside pyOpenSSL's: the same certificates are read, the same paths found, the same errors told."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from OpenSSL import crypto

from credkit.errors import MalformedError
from credkit.trust.openssl import Refusal, find_path, load
from tests.forge.pki import NOW, make_pki

_NO_CHECK_TIME = 0x200000


def theirs(chain: tuple[bytes, ...], anchors: tuple[bytes, ...], at: object) -> object:
    store = crypto.X509Store()
    flags = crypto.X509StoreFlags.PARTIAL_CHAIN | crypto.X509StoreFlags.X509_STRICT | crypto.X509StoreFlags.POLICY_CHECK
    store.set_flags(flags | (_NO_CHECK_TIME if at is None else 0))
    if at is not None:
        store.set_time(at)
    read = [crypto.load_certificate(crypto.FILETYPE_ASN1, der) for der in (*chain, *anchors)]
    for anchor in read[len(chain) :]:
        store.add_cert(anchor)
    try:
        found = crypto.X509StoreContext(store, read[0], read[1 : len(chain)]).get_verified_chain()
    except crypto.X509StoreContextError as error:
        return error.errors[0], str(error)
    return tuple(crypto.dump_certificate(crypto.FILETYPE_ASN1, item) for item in found)


def ours(chain: tuple[bytes, ...], anchors: tuple[bytes, ...], at: object) -> object:
    try:
        return find_path(load(chain[0]), map(load, chain[1:]), map(load, anchors), at)
    except Refusal as refusal:
        return refusal.error, str(refusal)


@pytest.mark.parametrize("algorithm", ["ed25519", "es256"])
@pytest.mark.parametrize("days", [None, 0, -4_000, 40_000], ids=["ever", "now", "before", "after"])
def test_paths(algorithm: str, days: int | None) -> None:
    pki, other = make_pki(algorithm), make_pki(algorithm)
    at = None if days is None else NOW + timedelta(days=days)
    chain = tuple(pki.chain)
    for anchors in ((pki.root.der,), (other.root.der,), (), (other.root.der, pki.root.der), (pki.root.der, pki.root.der), (chain[0],)):
        for presented in (chain, chain[:1], (*chain, other.leaf)):
            assert ours(presented, anchors, at) == theirs(presented, anchors, at)


def test_certificates_are_read_alike() -> None:
    der, chance = make_pki("es256").leaf, random.Random(20261123)
    changed = [der[:end] for end in range(0, len(der), 7)] + [der + b"x", b"", b"\x30\x80"]
    for _ in range(300):
        bytes_of = bytearray(der)
        bytes_of[chance.randrange(len(der))] ^= 1 << chance.randrange(8)
        changed.append(bytes(bytes_of))
    read = 0
    for data in changed:
        try:
            crypto.load_certificate(crypto.FILETYPE_ASN1, data)
        except crypto.Error:
            with pytest.raises(MalformedError) as caught:
                load(data)
            assert (caught.value.code, caught.value.where) == ("signingCredential.invalid", "certificate")
            assert caught.value.message.startswith("OpenSSL cannot read it: ")
        else:
            load(data)
            read += 1
    assert 0 < read < len(changed)


def test_a_refusal_leaves_no_error_behind() -> None:
    pki, other = make_pki("ed25519"), make_pki("ed25519")
    with pytest.raises(MalformedError):
        load(b"\x30\x00")
    with pytest.raises(Refusal):
        find_path(load(pki.leaf), (), (load(other.root.der),), NOW)
    # Whoever comes next finds the queue empty.
    assert find_path(load(pki.leaf), map(load, pki.chain[1:]), (load(pki.root.der),), NOW)[-1] == pki.root.der
    with pytest.raises(crypto.Error) as caught:
        crypto.load_certificate(crypto.FILETYPE_ASN1, b"\x02\x00")
    assert len(caught.value.args[0]) <= 4
