from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, x25519
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat

from credkit.errors import CredentialError
from credkit.sign.backends import SIGNERS
from credkit.sign.backends.file import is_encrypted
from credkit.sign.signer import Signer
from credkit.trust.algorithms import algorithm_named
from credkit.trust.pem import to_pem
from tests.forge import pki

CANARY = "canary-passphrase-4711"
GOOD = pki.default_pki()
DAY = timedelta(days=1)
posix = pytest.mark.skipif(os.name != "posix", reason="file modes of this kind exist on POSIX only")


def refusal(signer: Signer, **options: object) -> str:
    with pytest.raises(CredentialError) as caught:
        signer.check(**options)  # type: ignore[arg-type]
    return str(caught.value)


def unreadable(certificates: object, key: object, **options: object) -> str:
    with pytest.raises(CredentialError) as caught:
        Signer.from_pem(certificates, key, **options)  # type: ignore[arg-type]
    return str(caught.value)


def encrypted(key: object, form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    return key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(CANARY.encode()))  # type: ignore[attr-defined]


def key_file(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    path = folder / "key.pem"
    path.write_bytes(data)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("algorithm", pki.ALGORITHMS)
def test_a_sound_signer_signs(algorithm):
    signer = pki.signer(algorithm)
    assert signer.check() is None
    signature = signer.sign(b"claim")
    assert len(signature) == signer.signature_size
    assert signer.algorithm is algorithm_named(algorithm)
    assert signer.algorithm.verify(signer.certificate.public_key, b"claim", signature)
    assert signer.chain == pki.default_pki(algorithm).chain
    assert signer.max_message is None


def test_from_files(tmp_path):
    chain = tmp_path / "chain.pem"
    chain.write_bytes(GOOD.chain_pem)
    key = key_file(tmp_path, GOOD.key_pem)
    for given in (Path(key), str(key)):
        Signer.from_pem(chain, given).check()


def test_the_algorithm_can_be_chosen_within_the_kind_of_key():
    chain = pki.default_pki("ps256")
    assert Signer.from_pem(chain.chain_pem, chain.key_pem).algorithm.name == "PS256"
    signer = Signer.from_pem(chain.chain_pem, chain.key_pem, algorithm="ps512")
    signer.check()
    assert signer.algorithm.verify(signer.certificate.public_key, b"x", signer.sign(b"x"))


def test_an_algorithm_of_another_kind_of_key():
    message = unreadable(GOOD.chain_pem, GOOD.key_pem, algorithm="es256")
    assert message == "algorithm ES256 does not go with a key of the kind Ed25519: leave the algorithm out or say eddsa"
    assert "did you mean es256" in unreadable(GOOD.chain_pem, GOOD.key_pem, algorithm="es255")


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256K1()), ed448.Ed448PrivateKey.generate(), pki.rsa_key(1024)])
def test_kinds_of_key_that_cannot_sign_claims(key):
    assert "cannot sign claims: use Ed25519" in unreadable(GOOD.chain_pem, pki.private_pem(key))


def test_a_key_for_agreement_cannot_sign():
    assert "X25519 cannot sign claims" in unreadable(GOOD.chain_pem, pki.private_pem(x25519.X25519PrivateKey.generate()))


# The root stays out of the file.


def test_a_root_at_the_end_is_left_out():
    whole = to_pem((*GOOD.chain, GOOD.root.der))
    signer = Signer.from_pem(whole, GOOD.key_pem)
    signer.check()
    assert signer.chain == GOOD.chain


def test_a_subordinate_authority_at_the_end_stays():
    assert Signer.from_pem(GOOD.chain_pem, GOOD.key_pem).chain == GOOD.chain


def test_the_only_certificate_stays_even_self_signed():
    alone = pki.make_pki(self_signed=True)
    signer = alone.signer()
    signer.check()
    assert signer.chain == (alone.leaf,)


# Key and certificates.


def test_a_key_that_belongs_to_another_certificate():
    message = refusal(Signer.from_pem(GOOD.chain_pem, pki.private_pem(pki.new_key("ed25519"))))
    assert message.startswith('the private key does not belong to the certificate "CN=credkit test signer,O=credkit test": give the key')


def test_a_signature_with_a_foreign_key_never_leaves():
    signer = Signer.from_pem(GOOD.chain_pem, pki.private_pem(pki.new_key("ed25519")))
    with pytest.raises(CredentialError, match="does not verify with the certificate"):
        signer.sign(b"claim")


@pytest.mark.parametrize("order", [(1, 0), (2, 1, 0), (0, 2, 1), (1, 2, 0)])
def test_a_chain_in_the_wrong_order_is_told_the_right_one(order):
    whole = (*GOOD.chain, GOOD.root.der)
    message = refusal(Signer.from_pem(to_pem(tuple(whole[index] for index in order)), GOOD.key_pem))
    leaf, middle = '"CN=credkit test signer,O=credkit test"', '"CN=credkit test intermediate,O=credkit test"'
    assert message.startswith("the certificates are in the wrong order: put the signing certificate first")
    assert message.index(leaf) < message.index(middle)


def test_a_certificate_that_has_no_place_in_the_chain():
    stray = pki.make_root(common_name="Stray")
    message = refusal(Signer.from_pem(to_pem((*GOOD.chain, stray.der)), GOOD.key_pem))
    assert message.startswith('the certificate "CN=Stray,O=credkit test" did not issue any other in the chain: leave it out')


def test_out_of_time():
    assert "expired on " in refusal(pki.make_pki(not_before=pki.NOW - 3 * DAY, not_after=pki.NOW - DAY).signer())
    early = pki.make_pki(not_before=pki.NOW + DAY).signer()
    assert "is not valid before " in refusal(early)
    assert early.check(at=pki.NOW + 2 * DAY) is None
    old_middle = pki.make_authority(issuer=GOOD.root, not_after=pki.NOW - DAY)
    message = refusal(pki.make_pki(root=GOOD.root, issuer=old_middle).signer())
    assert '"CN=credkit test intermediate,O=credkit test" expired on' in message


def test_all_faults_of_the_profile_in_one_sentence():
    message = refusal(pki.make_pki(eku=[pki.SERVER_AUTH], usage=["key_encipherment"], aki=False).signer())
    assert message.count(";") == 2
    for part in ("digital signatures (keyUsage)", "authorityKeyIdentifier", 'purpose: make one with "credkit identity new"'):
        assert part in message


# What other tools say about certificates is measured in the table of outcomes; here is what we say.


def test_the_naive_self_signed_certificate():
    key = pki.new_key("ed25519")
    naive = pki.make_root(key=key)
    message = refusal(Signer.from_pem(naive.pem, pki.private_pem(key)))
    assert message == (
        'the certificate is a self-signed authority (CA:TRUE), as "openssl req -x509" makes it, and may not sign claims: '
        'make an authority with a signing certificate under it with "credkit identity new"'
    )


OUTCOMES = [
    ("self-signed end entity", {"self_signed": True}, None),
    ("authority and leaf", {}, None),
    ("no purpose", {"eku": None}, "certificate has no emailProtection, documentSigning or c2pa-kp-claimSigning purpose"),
    ("serverAuth", {"eku": [pki.SERVER_AUTH]}, "certificate has no emailProtection, documentSigning or c2pa-kp-claimSigning purpose"),
    ("keyEncipherment", {"usage": ["key_encipherment"]}, "certificate does not allow digital signatures (keyUsage)"),
    ("claim signing", {"eku": [pki.CLAIM_SIGNING]}, None),
    ("document signing", {"eku": [pki.DOCUMENT_SIGNING]}, None),
    ("expired", {"not_before": pki.NOW - 3 * DAY, "not_after": pki.NOW - DAY}, "expired on"),
]


@pytest.mark.parametrize(("spoiled", "sentence"), [item[1:] for item in OUTCOMES], ids=[item[0] for item in OUTCOMES])
def test_outcomes_for_certificates(spoiled, sentence):
    signer = pki.make_pki(**spoiled).signer()
    if sentence is None:
        assert signer.check() is None
        assert signer.sign(b"claim")
    else:
        assert sentence in refusal(signer)


# Key files.


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o620, 0o666, 0o610])
def test_a_key_that_others_may_use_is_refused(tmp_path, mode):
    path = key_file(tmp_path, GOOD.key_pem, mode)
    message = unreadable(GOOD.chain_pem, path)
    assert message == f'other users may read or change the private key {path} (mode {mode:04o}): run "chmod 600 {path}"'


@posix
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_key_of_ones_own_is_taken(tmp_path, mode):
    path = key_file(tmp_path, GOOD.key_pem, mode)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    Signer.from_pem(GOOD.chain_pem, path).check()


@posix
def test_certificates_may_be_read_by_all(tmp_path):
    chain = tmp_path / "chain.pem"
    chain.write_bytes(GOOD.chain_pem)
    chain.chmod(0o644)
    Signer.from_pem(chain, GOOD.key_pem).check()


@posix
def test_a_key_from_a_pipe(tmp_path):
    reader, writer = os.pipe()
    os.write(writer, GOOD.key_pem)
    os.close(writer)
    try:
        Signer.from_pem(GOOD.chain_pem, f"/dev/fd/{reader}").check()
    finally:
        os.close(reader)


def test_files_that_are_not_there_or_too_large(tmp_path):
    assert "cannot be read: No such file" in unreadable(GOOD.chain_pem, tmp_path / "none.pem")
    assert "cannot be read: No such file" in unreadable(tmp_path / "none.pem", GOOD.key_pem)
    path = key_file(tmp_path, b"")
    os.truncate(path, (1 << 20) + 1)
    assert "too large for a private key" in unreadable(GOOD.chain_pem, path)


# Encryption.


@pytest.mark.parametrize("algorithm", ["ed25519", "es256", "ps256"])
def test_an_encrypted_key(algorithm):
    chain = pki.default_pki(algorithm)
    locked = encrypted(chain.key)
    assert is_encrypted(locked)
    assert not is_encrypted(chain.key_pem)
    for passphrase in (CANARY, CANARY.encode()):
        Signer.from_pem(chain.chain_pem, locked, passphrase=passphrase).check()


def test_an_encrypted_key_in_the_traditional_form():
    chain = pki.default_pki("es256")
    locked = encrypted(chain.key, PrivateFormat.TraditionalOpenSSL)
    assert is_encrypted(locked)
    Signer.from_pem(chain.chain_pem, locked, passphrase=CANARY).check()
    assert "is encrypted and no passphrase was given" in unreadable(chain.chain_pem, locked)


@pytest.mark.parametrize("passphrase", [None, "", b""])
def test_no_passphrase(passphrase):
    message = unreadable(GOOD.chain_pem, encrypted(GOOD.key), passphrase=passphrase)
    assert message == "the private key is encrypted and no passphrase was given: set CREDKIT_PASSPHRASE or pass it by a file descriptor"


def test_a_wrong_passphrase():
    message = unreadable(GOOD.chain_pem, encrypted(GOOD.key), passphrase="canary-but-wrong")
    assert message == "the private key cannot be decrypted: the passphrase is wrong, or the file is damaged"


def test_a_passphrase_for_a_key_that_needs_none_is_not_used():
    Signer.from_pem(GOOD.chain_pem, GOOD.key_pem, passphrase=CANARY).check()


# What was found instead.


def openssh() -> bytes:
    return GOOD.key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def der_key() -> bytes:
    return GOOD.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


PUBLIC = b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (GOOD.chain_pem, "the private key holds a certificate where the private key belongs: give the file with the private key"),
        (PUBLIC, "the private key holds a public key where the private key belongs: give the file with the private key"),
        (der_key(), 'the private key is in DER, not in PEM: convert it with "openssl pkey -inform DER"'),
        (b"\0\0", 'the private key is not in PEM: it should have a line that begins with "-----BEGIN"'),
        (b"", 'the private key is not in PEM: it should have a line that begins with "-----BEGIN"'),
        (GOOD.key_pem[:-10], "the private key cannot be read: PRIVATE KEY block has no end in line 1"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "the private key holds a damaged private key"),
        (
            openssh(),
            "the private key holds an OpenSSH key, which no certificate goes with: "
            'make a key with "credkit identity new" or "openssl genpkey"',
        ),
    ],
    ids=["certificate", "public key", "der", "binary", "empty", "cut", "damaged", "openssh"],
)
def test_what_stands_where_the_key_belongs(key, sentence):
    assert unreadable(GOOD.chain_pem, key) == sentence


@pytest.mark.parametrize(
    ("chain", "sentence"),
    [
        (GOOD.key_pem, "the certificate chain holds a private key where certificates belong: give the file with the certificate chain"),
        (GOOD.leaf, 'the certificate chain is in DER, not in PEM: convert it with "openssl x509 -inform DER"'),
        (b"text", 'the certificate chain is not in PEM: it should have a line that begins with "-----BEGIN"'),
        (to_pem((b"garbage",)), "certificate 1 of the chain cannot be read: ASN.1 value needs 97 bytes"),
        (
            to_pem((GOOD.leaf,)) + b"-----BEGIN CERTIFICATE-----\n",
            "the certificate chain cannot be read: CERTIFICATE block has no end in line 1",
        ),
        (to_pem(GOOD.chain * 9), "the chain has 18 certificates, 16 are allowed: leave out what is not needed"),
    ],
    ids=["key", "der", "text", "garbage", "cut", "too many"],
)
def test_what_stands_where_the_chain_belongs(chain, sentence):
    assert unreadable(chain, GOOD.key_pem).startswith(sentence)


def test_key_and_certificates_in_one_file(tmp_path):
    path = key_file(tmp_path, GOOD.key_pem + GOOD.chain_pem)
    Signer.from_pem(path, path).check()


def test_an_elliptic_curve_key_behind_its_parameters():
    chain = pki.default_pki("es256")
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    traditional = chain.key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    Signer.from_pem(chain.chain_pem, parameters + traditional).check()


# Addresses.


def test_schemes_are_named_once():
    assert [name for name, _ in SIGNERS] == ["file"]


def test_from_address(tmp_path):
    chain = tmp_path / "my chain?.pem"
    chain.write_bytes(GOOD.chain_pem)
    key = key_file(tmp_path, GOOD.key_pem)
    for uri in (
        f"file:{key}?certificates={tmp_path}/my%20chain%3F.pem",
        f"FILE:{key}?certificates={tmp_path}/my%20chain%3F.pem&algorithm=ed25519",
    ):
        signer = Signer.from_uri(uri)
        signer.check()
        assert signer.chain == GOOD.chain
    both = key_file(tmp_path, encrypted(GOOD.key) + GOOD.chain_pem)
    Signer.from_uri(f"file:{both}", passphrase=CANARY).check()
    Signer.from_uri(f"file://{both}", passphrase=CANARY).check()


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("awskms:alias/x", "unknown scheme"),
        ("key.pem", "unknown scheme"),
        ("", "unknown scheme"),
        ("file:", "names no file"),
        ("file:?certificates=x", "names no file"),
        ("file:key.pem?passphrase=secret", 'unknown option "passphrase"'),
        ("file:key.pem?algorithm=none", "No such file"),
    ],
)
def test_addresses_that_lead_nowhere(uri, sentence):
    with pytest.raises(CredentialError, match=sentence) as caught:
        Signer.from_uri(uri)
    assert "secret" not in str(caught.value)


# Keys kept elsewhere.


def test_a_callback():
    chain = pki.default_pki("es256")
    algorithm = algorithm_named("es256")
    signer = Signer.from_callback(lambda tbs: algorithm.sign(chain.key, tbs), chain.chain_pem, "es256", max_message=10)
    signer.check()
    assert algorithm.verify(chain.key.public_key(), b"0123456789", signer.sign(b"0123456789"))
    assert signer.max_message == 10
    with pytest.raises(CredentialError, match="11 bytes to sign and the key signs at most 10: use a shorter"):
        signer.sign(b"0123456789a")


def test_a_callback_that_answers_in_der():
    chain = pki.default_pki("es256")
    signer = Signer.from_callback(lambda tbs: chain.key.sign(tbs, ec.ECDSA(hashes.SHA256())), chain.chain_pem, "es256")
    with pytest.raises(CredentialError, match="where ES256 has 64, r and s side by side instead of DER"):
        signer.sign(b"claim")


def test_a_callback_with_another_algorithm_than_its_certificate():
    with pytest.raises(CredentialError, match="ES256 does not go with a key of the kind Ed25519"):
        Signer.from_callback(lambda tbs: tbs, GOOD.chain_pem, "es256")


def test_a_callback_that_answers_wrongly():
    with pytest.raises(CredentialError, match="does not verify"):
        Signer.from_callback(lambda _: bytes(64), GOOD.chain_pem, "ed25519").sign(b"claim")


# Nothing shows the key.


def test_neither_repr_nor_attributes_show_the_key():
    signer = Signer.from_pem(GOOD.chain_pem, encrypted(GOOD.key), passphrase=CANARY)
    raw = GOOD.key.private_bytes_raw().hex()
    shown = repr(signer) + str(signer) + repr(signer._key)
    assert repr(signer) == "<Signer EdDSA 'CN=credkit test signer,O=credkit test'>"
    for secret in (CANARY, raw, GOOD.key_pem.decode().splitlines()[1]):
        assert secret not in shown


def test_a_signer_cannot_be_changed():
    signer = pki.signer()
    with pytest.raises(AttributeError, match="cannot be changed"):
        signer.chain = ()
    with pytest.raises(AttributeError, match="cannot be changed"):
        del signer.chain


def test_no_failure_shows_the_passphrase(tmp_path):
    locked = encrypted(GOOD.key)
    damaged = locked.replace(locked.splitlines()[2], b"A" * len(locked.splitlines()[2]))
    path = key_file(tmp_path, locked, 0o644)
    messages = [
        unreadable(GOOD.chain_pem, damaged, passphrase=CANARY),
        unreadable(GOOD.chain_pem, locked, passphrase=CANARY + "x"),
        unreadable(GOOD.chain_pem, locked, passphrase=CANARY, algorithm="es256"),
        unreadable(b"", locked, passphrase=CANARY),
        unreadable(GOOD.chain_pem, GOOD.chain_pem, passphrase=CANARY),
        refusal(Signer.from_pem(to_pem(pki.make_pki().chain), locked, passphrase=CANARY)),
    ]
    if os.name == "posix":
        messages.append(unreadable(GOOD.chain_pem, path, passphrase=CANARY))
    assert not any(CANARY in message for message in messages)
