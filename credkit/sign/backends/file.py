"""Keys and certificates in PEM files (``file:``), or in memory in the same form.

A key file that others can read is refused, and every other fault is named by what was found in the file. No message shows a passphrase or
any part of a key.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qs, unquote

from credkit.errors import CredentialError, MalformedError
from credkit.sign.backends.key import Passphrase, SigningKey
from credkit.trust.algorithms import SignatureAlgorithm, algorithm_for_key, algorithm_named, key_description
from credkit.trust.pem import PemBlock, pem_blocks

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

__all__ = ["PemSource", "is_encrypted", "is_key_text", "load_certificates", "load_pem", "open_uri"]

PemSource: TypeAlias = "str | os.PathLike[str] | bytes"
"""A path, or PEM text as bytes."""
_LARGEST_FILE = 1 << 20
_OPTIONS = frozenset({"certificates", "algorithm"})
_BASE64_OF_DER = re.compile(r"\s*M[A-Za-z0-9+/\s]{40,}={0,2}\s*")
"""A sequence in DER begins with 0x30, which is an M in base64."""


def open_uri(rest: str, passphrase: Passphrase) -> SigningKey:
    """The signer of ``file:KEY?certificates=CHAIN&algorithm=NAME`` (``rest`` is what follows ``file:``).

    Without ``certificates`` they are in the key's own file, without ``algorithm`` the key decides. Paths are percent-encoded where they
    hold ``?`` or ``%``.
    """
    path, _, query = rest.partition("?")
    options = parse_qs(query, keep_blank_values=True)
    if unknown := sorted(set(options) - _OPTIONS):
        raise CredentialError(f'the signer address has an unknown option "{unknown[0]}": there are {", ".join(sorted(_OPTIONS))}')
    key = unquote(path).removeprefix("//")
    if not key:
        raise CredentialError('the signer address names no file: write "file:" and the path of the key')
    certificates = options.get("certificates", [key])[0]
    return load_pem(certificates, key, passphrase=passphrase, algorithm=options.get("algorithm", [None])[0])


def load_pem(
    certificates: PemSource, private_key: PemSource, *, passphrase: Passphrase = None, algorithm: str | SignatureAlgorithm | None = None
) -> SigningKey:
    """The key and its certificates; ``CredentialError`` in one sentence for whatever cannot be used."""
    chain = load_certificates(certificates)
    name, data = _read(private_key, "private key", secret=True)
    key: Any = _decode_key(name, _key_block(name, data), passphrase)
    public_key = key.public_key()
    chosen = _algorithm(algorithm, public_key)
    return SigningKey(algorithm=chosen, chain=chain, sign=lambda tbs: chosen.sign(key, tbs), public_key=public_key)


def load_certificates(source: PemSource) -> tuple[bytes, ...]:
    """The certificates of a PEM file in file order, as DER; ``CredentialError`` when there are none."""
    name, data = _read(source, "certificate chain", secret=False)
    blocks = _blocks(name, data, "openssl x509 -inform DER")
    found = [block for block in blocks if block.label in ("CERTIFICATE", "X509 CERTIFICATE")]
    if not found:
        raise CredentialError(f"{name} holds {_article(blocks)} where certificates belong: give the file with the certificate chain")
    try:
        return tuple(block.der for block in found)
    except MalformedError as error:
        raise CredentialError(f"{name} cannot be read: {error}") from None


def is_encrypted(private_key: PemSource) -> bool:
    """Whether the key needs a passphrase."""
    name, data = _read(private_key, "private key", secret=True)
    return _is_encrypted(_key_block(name, data))


def is_key_text(name: str | os.PathLike[str]) -> bool:
    """Whether what stands in the place of a file name looks like a key or certificate itself; it must not be shown then."""
    text = os.fspath(name)
    return "-----BEGIN" in text or _BASE64_OF_DER.fullmatch(text) is not None


def _algorithm(wanted: str | SignatureAlgorithm | None, public_key: object) -> SignatureAlgorithm:
    chosen = algorithm_named(wanted) if isinstance(wanted, str) else wanted
    if chosen is None:
        return algorithm_for_key(public_key)
    if not chosen.accepts_key(public_key):
        fitting = algorithm_for_key(public_key).name.lower()
        raise CredentialError(
            f"algorithm {chosen.name} does not go with a key of the kind {key_description(public_key)}: "
            f"leave the algorithm out or say {fitting}"
        )
    return chosen


def _read(source: PemSource, what: str, *, secret: bool) -> tuple[str, bytes]:
    """A name for messages, and the content."""
    if isinstance(source, bytes):
        return f"the {what}", source
    path = Path(source)
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            _refuse_readable_by_others(path, status, secret=secret)
            data = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        if is_key_text(source):
            raise CredentialError(
                f"the {what} was given as text where the name of its file belongs: name the file, or in Python give PEM text as bytes"
            ) from None
        raise CredentialError(f"the {what} {path} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > _LARGEST_FILE:
        raise CredentialError(f"{path} is too large for a {what}: {_LARGEST_FILE >> 20} MiB are allowed")
    return str(path), data


def _refuse_readable_by_others(path: Path, status: os.stat_result, *, secret: bool) -> None:
    # Only POSIX has these bits, and a pipe has no owner to protect it from.
    if secret and os.name == "posix" and stat.S_ISREG(status.st_mode) and status.st_mode & 0o077:
        raise CredentialError(
            f'other users may read or change the private key {path} (mode {stat.S_IMODE(status.st_mode):04o}): run "chmod 600 {path}"'
        )


def _blocks(name: str, data: bytes, converter: str) -> tuple[PemBlock, ...]:
    if data[:1] == b"\x30":
        raise CredentialError(f'{name} is in DER, not in PEM: convert it with "{converter}"')
    try:
        blocks = pem_blocks(data)
    except MalformedError as error:
        raise CredentialError(f"{name} cannot be read: {error}") from None
    if not blocks:
        raise CredentialError(f'{name} is not in PEM: it should have a line that begins with "-----BEGIN"')
    return blocks


def _key_block(name: str, data: bytes) -> PemBlock:
    blocks = _blocks(name, data, "openssl pkey -inform DER")
    keys = [block for block in blocks if block.label.endswith("PRIVATE KEY")]
    if not keys:
        raise CredentialError(f"{name} holds {_article(blocks)} where the private key belongs: give the file with the private key")
    if keys[0].label.startswith("OPENSSH"):
        raise CredentialError(
            f'{name} holds an OpenSSH key, which no certificate goes with: make a key with "credkit identity new" or "openssl genpkey"'
        )
    return keys[0]


def _article(blocks: tuple[PemBlock, ...]) -> str:
    label = blocks[0].label
    return {"CERTIFICATE": "a certificate", "PUBLIC KEY": "a public key"}.get(label) or (
        "a private key" if label.endswith("PRIVATE KEY") else f"a block of the kind {label}"
    )


def _is_encrypted(block: PemBlock) -> bool:
    return block.label == "ENCRYPTED PRIVATE KEY" or b"Proc-Type: 4,ENCRYPTED" in block.text


def _decode_key(name: str, block: PemBlock, passphrase: Passphrase) -> PrivateKeyTypes:
    from cryptography.exceptions import InternalError, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    encrypted = _is_encrypted(block)
    if encrypted and not passphrase:
        raise CredentialError(f"{name} is encrypted and no passphrase was given: set CREDKIT_PASSPHRASE or pass it by a file descriptor")
    password = passphrase.encode("utf-8") if isinstance(passphrase, str) else passphrase
    try:
        return load_pem_private_key(block.text + b"\n", password if encrypted else None)
    except UnsupportedAlgorithm:
        raise CredentialError(
            f"{name} holds a key of a kind, or under an encryption, that is not supported: use Ed25519 in PKCS#8"
        ) from None
    except (ValueError, TypeError, InternalError):
        problem = "cannot be decrypted: the passphrase is wrong, or the file is damaged" if encrypted else "holds a damaged private key"
        raise CredentialError(f"{name} {problem}") from None
