"""Who signs: a key that can sign bytes, its certificate chain, and the checks that come before the first signature.

Where the key is kept is a matter of ``backends``; what is signed is built elsewhere. Clause: "Digital signatures" (anchor
``_digital_signatures``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from credkit.codec.cose import protected_header
from credkit.errors import CredentialError
from credkit.sign.backends import SIGNERS, Passphrase, SigningKey
from credkit.sign.backends.file import PemSource, load_certificates, load_pem
from credkit.sign.chain import lasting_findings, period_findings, read_chain, without_root
from credkit.trust.algorithms import SignatureAlgorithm, algorithm_named
from credkit.trust.certificate import Certificate
from credkit.trust.profile import Finding

__all__ = ["Signer"]


class Signer:
    """Signs claims with one key. Immutable; ``repr`` and every message leave the key out."""

    __slots__ = ("_certificates", "_findings", "_key", "_own", "chain", "protected", "signature_size")

    _key: SigningKey
    _certificates: tuple[Certificate, ...]
    _findings: tuple[Finding, ...]
    """What is wrong with key and chain at any time."""
    _own: bool
    """Whether the key is in this process, and the certificate was made for it."""
    protected: bytes
    """The protected header of every signature."""
    chain: tuple[bytes, ...]
    """Certificates for the file: DER, the signer's own first, without the root."""
    signature_size: int
    """Bytes of every signature."""

    def __init__(self, key: SigningKey) -> None:
        """A signer of that key; ``CredentialError`` when the chain cannot be read or the algorithm does not go with its first
        certificate.
        """
        certificates = read_chain(key.chain)
        set_once = object.__setattr__
        set_once(self, "_key", key)
        set_once(self, "_certificates", certificates)
        set_once(self, "_findings", lasting_findings(certificates, key.public_key))
        set_once(self, "_own", key.public_key is not None and key.public_key == certificates[0].public_key)
        set_once(self, "chain", without_root(key.chain))
        set_once(self, "protected", protected_header(key.algorithm.cose_id, self.chain))
        set_once(self, "signature_size", key.algorithm.signature_size(key.public_key or certificates[0].public_key))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a signer cannot be changed ({name})")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a signer cannot be changed ({name})")

    def __repr__(self) -> str:
        return f"<Signer {self.algorithm.name} {self.certificate.subject!r}>"

    @classmethod
    def from_pem(
        cls,
        certificates: PemSource,
        private_key: PemSource,
        *,
        passphrase: Passphrase = None,
        algorithm: str | SignatureAlgorithm | None = None,
    ) -> Signer:
        """A signer from PEM files or PEM bytes; without ``algorithm`` the key decides (PS256 for RSA).

        ``CredentialError`` for a key that is missing, locked, readable by others, or of a kind that cannot sign claims.
        """
        return cls(load_pem(certificates, private_key, passphrase=passphrase, algorithm=algorithm))

    @classmethod
    def from_uri(cls, uri: str, *, passphrase: Passphrase = None) -> Signer:
        """A signer by address, such as ``file:key.pem?certificates=chain.pem``; ``CredentialError`` for an unknown scheme."""
        scheme, colon, rest = uri.partition(":")
        for name, opener in SIGNERS:
            if colon and scheme.lower() == name:
                return cls(opener(rest, passphrase))
        known = ", ".join(f"{name}:" for name, _ in SIGNERS)
        raise CredentialError(f"the signer address has an unknown scheme: there is {known} followed by the path of a key")

    @classmethod
    def from_callback(
        cls,
        sign: Callable[[bytes], bytes],
        certificates: PemSource,
        algorithm: str | SignatureAlgorithm,
        *,
        max_message: int | None = None,
    ) -> Signer:
        """A signer whose key is kept elsewhere (key service, smart card): ``sign`` gets the bytes and returns the signature.

        ECDSA signatures must be r and s side by side (COSE), not DER. ``max_message`` is how many bytes the service signs at most.
        """
        chosen = algorithm_named(algorithm) if isinstance(algorithm, str) else algorithm
        return cls(SigningKey(algorithm=chosen, chain=load_certificates(certificates), sign=sign, max_message=max_message))

    @property
    def algorithm(self) -> SignatureAlgorithm:
        """The signature algorithm."""
        return self._key.algorithm

    @property
    def max_message(self) -> int | None:
        """Bytes that the key signs at most; None without a bound."""
        return self._key.max_message

    @property
    def certificate(self) -> Certificate:
        """The signer's own certificate."""
        return self._certificates[0]

    @property
    def issuer(self) -> Certificate | None:
        """The certificate that the signer's own was issued with, root or not; None when the chain ends before it."""
        return self._certificates[1] if len(self._certificates) > 1 else None

    def sign(self, tbs: bytes) -> bytes:
        """The signature of ``tbs`` in COSE form; ``CredentialError`` when it does not verify.

        It is verified here, unless the key itself is at hand and its public half is the certificate's: whatever is signed is verified
        whole before it leaves, and a fault of the machine is found then.
        """
        if self.max_message is not None and len(tbs) > self.max_message:
            raise CredentialError(
                f"there are {len(tbs):,} bytes to sign and the key signs at most {self.max_message:,}: use a shorter certificate chain"
            )
        signature = self._key.sign(tbs)
        if len(signature) != self.signature_size:
            form = ", r and s side by side instead of DER" if self.algorithm.family == "ECDSA" else ""
            raise CredentialError(
                f"the key returned {len(signature)} bytes where {self.algorithm.name} has {self.signature_size}{form}: "
                "mend the signing function"
            )
        if not self._own and not self.algorithm.verify(self.certificate.public_key, tbs, signature):
            raise CredentialError(
                f'the signature does not verify with the certificate "{self.certificate.subject}": '
                "give the key that the certificate was made for"
            )
        return signature

    def check(self, at: datetime | None = None) -> None:
        """Raise ``CredentialError`` in one sentence unless key and chain are fit to sign at ``at`` (aware; now by default)."""
        findings = (*self._findings, *period_findings(self._certificates, at or datetime.now(UTC)))
        gravest = [finding for finding in findings if _group(finding.rule) == _group(findings[0].rule)]
        if gravest and gravest[0].rule == "self-signed-authority":
            gravest = gravest[:1]
        if gravest:
            raise CredentialError("; ".join(map(str, gravest)))


def _group(rule: str) -> str:
    """Rules that are told alone; those of the profile are told together."""
    return rule if rule in ("key", "order", "validity") else "profile"
