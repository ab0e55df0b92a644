"""Are the assertions that help to validate, but state nothing about the content, well made?

Time-stamp assertions have a form of their own (what their tokens prove is asked with the signature that they are about); session keys have
to be bound to the signer.

Clauses: "c2pa.time-stamp validation" (anchor ``_c2pa_time_stamp_validation``), "c2pa.session-keys validation" (anchor
``_c2pa_session_keys_validation``), "Session keys" (anchor ``session_keys_assertion``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.codec import cbor
from credkit.codec.cose import Sign1, parse_sign1, to_be_signed
from credkit.errors import MalformedError
from credkit.status import Status, StatusCode, status
from credkit.trust.algorithms import ALGORITHMS, LATER_ALGORITHMS
from credkit.trust.cose_key import KID
from credkit.verify.checks.external import of_kind
from credkit.verify.checks.signature import credential_chain
from credkit.verify.context import Context, Profile, Subject

__all__ = ["check_session_keys", "check_time_stamp_assertions"]


def check_time_stamp_assertions(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Each is a map with at least one entry."""
    for assertion, value in of_kind(ctx, subject, "c2pa.time-stamp"):
        if not isinstance(value, dict) or not value:
            yield status(StatusCode.ASSERTION_TIMESTAMP_MALFORMED, assertion.uri)


def check_session_keys(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Each session key (since edition 2.3) is complete, and whoever has its private half signed the signer's certificate with it.

    The clause names no code; that of live video says the same.
    """
    if ctx.profile is Profile.V2_2:
        return
    for assertion, value in of_kind(ctx, subject, "c2pa.session-keys"):
        keys = value.get("keys") if isinstance(value, dict) else None
        problem = _keys_problem(ctx, subject, keys) if isinstance(keys, list) and keys else "It holds no key."
        if problem is not None:
            yield status(StatusCode.LIVEVIDEO_SESSIONKEY_INVALID, assertion.uri, problem)


def _keys_problem(ctx: Context, subject: Subject, keys: list[Any]) -> str | None:
    try:
        leaf = credential_chain(subject.sign1, ctx.limits)[0]
    except MalformedError:
        return "There is no certificate of the signer that its keys could be bound to."
    for number, item in enumerate(keys[: ctx.limits.session_keys], 1):
        try:
            problem = _key_problem(ctx, item, leaf)
        except MalformedError as error:
            problem = error.message
        if problem is not None:
            return f"Session key {number}: {problem}."
    return None if len(keys) <= ctx.limits.session_keys else f"It holds more than {ctx.limits.session_keys} keys."


def _key_problem(ctx: Context, item: object, leaf: bytes) -> str | None:
    from credkit.trust.cose_key import read_cose_key

    fields = item if isinstance(item, dict) else {}
    numbers = [fields.get(name) for name in ("minSequenceNumber", "validityPeriod")]
    if not all(isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in numbers):
        return "it lacks its first sequence number or its validity period"
    if not isinstance(fields.get("createdAt"), str):
        return "it lacks the time when it was made"
    key = fields.get("key")
    if not isinstance(key, dict) or not isinstance(key.get(KID), bytes):
        return "it lacks an identifier"
    binding = _binding(ctx, fields.get("signerBinding"))
    later = LATER_ALGORITHMS if ctx.profile is Profile.V2_5 else {}
    algorithm = (ALGORITHMS | later).get(binding.algorithm or 0)
    if algorithm is None:
        return f"it is bound with an algorithm that C2PA does not allow ({binding.algorithm})"
    public_key = read_cose_key(key)
    messages = [to_be_signed(binding.protected_bytes, payload) for payload in (leaf, cbor.encode(leaf))]
    if not any(algorithm.verify(public_key, message, binding.signature) for message in messages):
        return "it is not bound to the signer's certificate"
    return None


def _binding(ctx: Context, value: object) -> Sign1:
    """The ``signerBinding``. Its payload is the certificate and stays outside; the example of the clause has an empty one there."""
    where = "signerBinding"
    data = value if isinstance(value, bytes) else cbor.encode(value) if isinstance(value, cbor.Tag) else b""
    binding = parse_sign1(data, where=where, limits=ctx.limits)
    if binding.payload:
        raise MalformedError("signerBinding carries a payload of its own", where=where)
    return binding
