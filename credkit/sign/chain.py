"""Faults of a signer's own certificate chain, found before anything is signed; each with its mend.

The rules are those that a verifier applies (``credkit.trust.profile``) and those that only the owner of the key can break: order, key,
period.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from credkit.errors import CredentialError, MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.trust.certificate import Certificate
from credkit.trust.profile import Finding, check_profile

__all__ = ["chain_findings", "lasting_findings", "period_findings", "read_chain", "without_root"]


def read_chain(chain: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """The parsed certificates; ``CredentialError`` says which one cannot be read."""
    if not chain:
        raise CredentialError("the certificate chain is empty: give the signing certificate, followed by those of its issuers")
    if len(chain) > DEFAULT_LIMITS.certificates:
        raise CredentialError(
            f"the chain has {len(chain)} certificates, {DEFAULT_LIMITS.certificates} are allowed: leave out what is not needed"
        )
    certificates = []
    for number, der in enumerate(chain, 1):
        try:
            certificates.append(Certificate.parse(der))
        except MalformedError as error:
            raise CredentialError(f"certificate {number} of the chain cannot be read: {error}") from None
    return tuple(certificates)


def without_root(chain: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """The chain as it goes into files: a self-signed authority at its end is left out, because verifiers trust only their own copy."""
    certificates = read_chain(chain)
    return chain[:-1] if len(chain) > 1 and certificates[-1].is_ca and certificates[-1].self_issued else chain


def chain_findings(certificates: Sequence[Certificate], at: datetime, public_key: object = None) -> tuple[Finding, ...]:
    """Everything that keeps this chain from signing at ``at``, the gravest first; empty when it is fit.

    ``public_key`` is the public half of the key that will sign; None leaves out the comparison.
    """
    return (*lasting_findings(certificates, public_key), *period_findings(certificates, at))


def lasting_findings(certificates: Sequence[Certificate], public_key: object = None) -> tuple[Finding, ...]:
    """Of these, what does not depend on the time."""
    return (
        *_key_findings(certificates, public_key),
        *_order_findings(certificates, public_key),
        *_profile_findings(certificates[0]),
    )


def period_findings(certificates: Sequence[Certificate], at: datetime) -> tuple[Finding, ...]:
    """Of these, what depends on the time alone."""
    return tuple(finding for certificate in certificates for finding in _period_findings(certificate, at))


def _title(certificate: Certificate) -> str:
    return f'"{certificate.subject}"'


def _key_findings(certificates: Sequence[Certificate], public_key: object) -> tuple[Finding, ...]:
    if public_key is None or any(certificate.public_key == public_key for certificate in certificates):
        return ()
    return (
        Finding(
            rule="key",
            message=f"the private key does not belong to the certificate {_title(certificates[0])}",
            mend="give the key that the certificate was made for, or the certificate that was made for this key",
        ),
    )


def _order_findings(certificates: Sequence[Certificate], public_key: object) -> tuple[Finding, ...]:
    right = _right_order(certificates, public_key)
    stray = [certificate for certificate in certificates if certificate not in right]
    if stray:
        return (
            Finding(
                rule="order",
                message=f"the certificate {_title(stray[0])} did not issue any other in the chain",
                mend=f"leave it out, the signing certificate is {_title(right[0])}",
            ),
        )
    if list(certificates) == right:
        return ()
    return (
        Finding(
            rule="order",
            message="the certificates are in the wrong order",
            mend=f"put the signing certificate first and each issuer after it: {', then '.join(map(_title, right))}",
        ),
    )


def _right_order(certificates: Sequence[Certificate], public_key: object) -> list[Certificate]:
    rest = list(certificates)
    line = [_signing_certificate(rest, public_key)]
    rest.remove(line[0])
    while following := next((item for item in rest if item.subject_der == line[-1].issuer_der), None):
        line.append(following)
        rest.remove(following)
    return line


def _signing_certificate(certificates: Sequence[Certificate], public_key: object) -> Certificate:
    """The one of the key; without a key that fits, the first that is no authority, else the first."""
    mine = (certificate for certificate in certificates if public_key is not None and certificate.public_key == public_key)
    ends = (certificate for certificate in certificates if not certificate.is_ca)
    return next(mine, None) or next(ends, certificates[0])


def _profile_findings(leaf: Certificate) -> tuple[Finding, ...]:
    if not (leaf.is_ca and leaf.self_issued):
        return check_profile(leaf)
    rest = tuple(finding for finding in check_profile(leaf) if finding.rule != "certificate-authority")
    return (
        Finding(
            rule="self-signed-authority",
            message='the certificate is a self-signed authority (CA:TRUE), as "openssl req -x509" makes it, and may not sign claims',
            mend='make an authority with a signing certificate under it with "credkit identity new"',
        ),
        *rest,
    )


def _period_findings(certificate: Certificate, at: datetime) -> tuple[Finding, ...]:
    if certificate.is_within_validity(at):
        return ()
    if at < certificate.not_before:
        message = f"the certificate {_title(certificate)} is not valid before {certificate.not_before:%Y-%m-%d %H:%M} UTC"
        return (Finding(rule="validity", message=message, mend="wait until then, or set the clock of this machine right"),)
    message = f"the certificate {_title(certificate)} expired on {certificate.not_after:%Y-%m-%d %H:%M} UTC"
    return (Finding(rule="validity", message=message, mend='renew it, or make another with "credkit identity new"'),)
