"""The claim signature and what stands beside it: time-stamp and revocation response in the unprotected header.

A time-stamp exists only after the signature, and the signature only after the size of everything is settled. So room is kept for it, and
what it leaves is filled with zeros. Clauses: "Multiple step processing" (anchor ``_multiple_step_processing``), "Storing the time stamp"
(anchor ``_storing_the_time_stamp``), "Certificate Revocation" (anchor ``_certificate_revocation``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credkit.codec.cose import ALG, LEAST_PADDING, Sign1, build_sign1, padding, to_be_signed
from credkit.dataclass import dataclass, field, replace
from credkit.errors import CredentialError, DefinitionError, FetchError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.sign.signer import Signer
from credkit.trust.fetch import Fetcher

if TYPE_CHECKING:
    from credkit.sign.time_stamping import TimeStamper

__all__ = ["NO_ADJUNCTS", "Adjuncts", "Seal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjuncts:
    """What is to stand beside a signature. ``DefinitionError`` for responses without a time-stamp, which the specification wants with them
    (anchor ``_credential_revocation_information``).
    """

    time_stamper: TimeStamper | None = None
    ocsp_responses: tuple[bytes, ...] = field(default=(), repr=False)
    """OCSPResponse structures in DER about the signer's certificates."""

    def __post_init__(self) -> None:
        if self.ocsp_responses:
            self._need_time_stamper()

    def _need_time_stamper(self) -> None:
        if self.time_stamper is None:
            raise DefinitionError(
                "a revocation response counts only with an attested time of signing: name a time-stamp authority as well (--timestamp)"
            )

    def stapled(self, signer: Signer, fetcher: Fetcher, limits: Limits = DEFAULT_LIMITS) -> Adjuncts:
        """The same with what the responder of the signer's certificate says about it now.

        ``DefinitionError`` without a time-stamper; ``CredentialError`` when the certificate was revoked, the chain lacks its issuer or is
        otherwise unfit;
        ``FetchError`` when the certificate names no responder, or it gives no answer that could be accepted.
        """
        from credkit.trust.revocation import fetch_staple, ocsp_responder

        self._need_time_stamper()
        signer.check()
        if ocsp_responder(signer.certificate) is None:
            raise FetchError(
                f'the certificate "{signer.certificate.subject}" names nobody who tells whether it was revoked (OCSP), so there is nothing '
                "to staple: leave that out (--staple)"
            )
        if signer.issuer is None:
            raise CredentialError(
                f'the status of the certificate "{signer.certificate.subject}" cannot be asked for without the one of its issuer: '
                "add that to the certificate chain"
            )
        return replace(self, ocsp_responses=(fetch_staple(signer.certificate.der, signer.issuer.der, fetcher, limits),))


NO_ADJUNCTS = Adjuncts()
"""The signature alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """A signer, the adjuncts of one signature, and the room that is kept for the time-stamp."""

    signer: Signer
    adjuncts: Adjuncts = NO_ADJUNCTS
    reserve: int = 0
    """Bytes that the time-stamp may have without the structure growing."""
    parity: int | None = None
    """0 or 1 for a structure of even or odd length, where nothing else is reserved; None for either."""

    @classmethod
    def of(cls, signer: Signer, adjuncts: Adjuncts) -> Seal:
        """A seal with as much room as the authority's time-stamps usually need."""
        return cls(signer=signer, adjuncts=adjuncts, reserve=adjuncts.time_stamper.reserve if adjuncts.time_stamper else 0)

    def blank(self) -> bytes:
        """The structure with zeros in the place of signature and time-stamp: as large as the real one is going to be."""
        stamped = self.adjuncts.time_stamper is not None
        unprotected = self._unprotected(bytes(self.reserve) if stamped else None) | (padding(LEAST_PADDING) if stamped else {})
        return build_sign1(self._protected, unprotected, bytes(self.signer.signature_size))

    def sign(self, claim: bytes) -> bytes:
        """COSE_Sign1_Tagged over ``claim``, as long as ``blank``; of another length only when the time-stamp outgrew its room.

        ``CredentialError`` as ``Signer.sign``, and when the authority states a time at which the signer's certificate is not valid;
        ``FetchError`` as ``TimeStamper.stamp``.
        """
        protected = self._protected
        signature = self.signer.sign(to_be_signed(protected, claim))
        unprotected = self._unprotected(self._stamp(protected, signature))
        bare = build_sign1(protected, unprotected, signature)
        left = len(self.blank()) - len(bare)
        if self.parity is not None and left < LEAST_PADDING and len(bare) % 2 != self.parity:
            left = next(size for size in (LEAST_PADDING, LEAST_PADDING + 1) if size % 2)
        return build_sign1(protected, unprotected | padding(left), signature) if left >= LEAST_PADDING else bare

    @property
    def _protected(self) -> bytes:
        return self.signer.protected

    def _unprotected(self, token: bytes | None) -> dict[str, Any]:
        headers: dict[str, Any] = {}
        if token is not None:
            headers["sigTst2"] = {"tstTokens": [{"val": token}]}
        if self.adjuncts.ocsp_responses:
            headers["rVals"] = {"ocspVals": list(self.adjuncts.ocsp_responses)}
        return headers

    def _stamp(self, protected: bytes, signature: bytes) -> bytes | None:
        stamper, certificate = self.adjuncts.time_stamper, self.signer.certificate
        if stamper is None:
            return None
        known = {ALG: self.signer.algorithm.cose_id}
        sign1 = Sign1(protected_bytes=protected, protected=known, unprotected={}, payload=None, signature=signature)
        from credkit.sign.time_stamping import stamp_signature
        from credkit.trust.timestamp import parse_token

        token = stamp_signature(sign1, stamper)
        stated = parse_token(token, stamper.limits).time
        if not certificate.not_before <= stated <= certificate.not_after:
            raise CredentialError(
                f'{stamper.host} states the time {stated:%Y-%m-%d %H:%M:%S} UTC, at which the certificate "{certificate.subject}" is not '
                "valid: use another time-stamp authority, or look after the certificate"
            )
        return token
