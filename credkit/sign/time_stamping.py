"""Time-stamps for what we sign: the authority is asked, and its answer is judged before it is used.

Whether anybody trusts the authority is for the reader to say. A token that no reader could accept is refused here, so that nobody finds
out years later. Clauses: "Obtaining the time stamp" (anchor ``_obtaining_the_time_stamp``), "Choosing the Payload" (anchor
``_choosing_the_payload``).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from credkit.codec.cose import Sign1
from credkit.errors import FetchError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.algorithms import ALGORITHMS
from credkit.trust.fetch import Fetcher, Request
from credkit.trust.timestamp import TimeStampToken, parse_token, signature_message
from credkit.trust.timestamp.check import time_stamp_faults
from credkit.trust.timestamp.request import QUERY, REPLY, Answer, FailureInfo, TimeStampRequest, parse_answer, request_mismatch
from credkit.trust.timestamp.signature import signing_certificate

__all__ = ["TimeStamper", "stamp_signature"]

_USUAL_SIZE = 8 << 10
"""Bytes; tokens of public authorities in real files have up to 6,187."""
_SPREAD = 64
"""Bytes by which tokens of one authority differ: serial numbers, nonces, ECDSA signatures."""
_EVERYWHERE = "sha256"
"""The hash that every authority accepts."""


class TimeStamper:
    """Asks one time-stamp authority, as often as its fetcher goes there (an ``HttpFetcher`` counts the requests and has enough of them)."""

    def __init__(self, url: str, fetcher: Fetcher, *, limits: Limits = DEFAULT_LIMITS) -> None:
        """``url`` is the address of the authority; http will do, because its answers are signed. Nothing is asked yet.

        ``FetchError`` for an address with a user name or password in it: it would show up in messages.
        """
        if "@" in url.partition("//")[2].partition("/")[0]:
            raise FetchError("the address of a time-stamp authority cannot hold a user name or password: leave them out")
        self._url = url
        self._fetcher = fetcher
        self._limits = limits
        self._largest: int | None = None

    @property
    def url(self) -> str:
        """The address of the authority."""
        return self._url

    @property
    def limits(self) -> Limits:
        """The bounds under which its tokens are read."""
        return self._limits

    @property
    def host(self) -> str:
        """The authority in messages: never the whole address, which may hold a password."""
        try:
            return urlsplit(self._url).hostname or "that address"
        except ValueError:
            return "that address"

    @property
    def reserve(self) -> int:
        """Bytes to keep free for the next token: by the largest seen, else what is usual."""
        return _USUAL_SIZE if self._largest is None else self._largest + _SPREAD

    def stamp(self, message: bytes, hash_name: str | None = None) -> bytes:
        """A TimeStampToken (DER) over ``message``; only its hash is sent (``hash_name`` as ``hashlib`` calls it, SHA-256 by default).

        An authority that does not accept the hash algorithm is asked again with SHA-256. ``FetchError`` in one sentence when it does not
        answer, refuses, or answers with anything but a sound token for this request, signed by a certificate for time-stamps.
        """
        request, answer = self._ask(message, hash_name or _EVERYWHERE)
        if not answer.granted and FailureInfo.BAD_ALGORITHM in answer.failures and request.hash_name != _EVERYWHERE:
            request, answer = self._ask(message, _EVERYWHERE)
        if not answer.granted or answer.token is None:
            raise FetchError(f"the time-stamp authority at {self.host} did not stamp: {answer.reason}")
        if problem := self._problem(request, answer.token, message):
            raise FetchError(f"the time-stamp from {self.host} cannot be used: {problem}")
        self._largest = max(self._largest or 0, len(answer.token))
        return answer.token

    def _ask(self, message: bytes, hash_name: str) -> tuple[TimeStampRequest, Answer]:
        request = TimeStampRequest.over(message, hash_name)
        response = self._fetcher.fetch(
            Request(
                url=self._url,
                what="the time-stamp",
                origin="user",
                most=self._limits.time_stamp_size,
                plain_http=True,
                body=request.der,
                content_type=QUERY,
                accept=REPLY,
            )
        )
        try:
            return request, parse_answer(response.body, self._limits)
        except MalformedError as error:
            raise FetchError(f"what {self.host} answered is no answer of a time-stamp authority: {error.message}") from None

    def _problem(self, request: TimeStampRequest, der: bytes, message: bytes) -> str | None:
        """Why no reader could accept the token, in words; None when one could."""
        try:
            token = parse_token(der, self._limits)
        except MalformedError as error:
            return error.message
        return request_mismatch(request, token) or self._fault(token, message)

    def _fault(self, token: TimeStampToken, message: bytes) -> str | None:
        certificate = signing_certificate(token, self._limits)
        faults = time_stamp_faults(token, message, certificate)
        if faults or certificate is None:
            words = faults[-1][1] or ""
            return words[:1].lower() + words[1:].rstrip(".")
        if not certificate.not_before <= token.time <= certificate.not_after:
            return f"the authority's certificate was not valid at the time that it states, {token.time:%Y-%m-%d %H:%M:%S} UTC"
        return None


def stamp_signature(sign1: Sign1, stamper: TimeStamper) -> bytes:
    """A TimeStampToken (DER) over a claim signature, for ``sigTst2`` and for a time-stamp assertion about a manifest that exists.

    Hashed as the signature itself was. ``FetchError`` as ``TimeStamper.stamp``.
    """
    algorithm = ALGORITHMS.get(sign1.algorithm or 0)
    return stamper.stamp(signature_message(sign1), algorithm.hash_name if algorithm else None)
