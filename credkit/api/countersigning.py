"""What ``sign_file`` puts beside the signature: which authority and responder are asked, and through which fetcher.

How they are asked is decided in ``credkit.sign.time_stamping`` and ``credkit.trust.revocation``.
"""

from __future__ import annotations

from datetime import datetime

from credkit.codec.cose import parse_sign1
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.sign.definition import Definition, definition_time_stamp
from credkit.sign.seal import Adjuncts
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.trust.fetch import Fetcher
from credkit.trust.timestamp import parse_token
from credkit.verify import Report

__all__ = ["asks_for_stamp", "chosen_adjuncts", "network", "stated_time"]


def asks_for_stamp(timestamp: str | TimeStamper | None, definition: Definition | None) -> bool:
    """Whether the signature is to bear a time-stamp, by the caller's word or the definition's."""
    return timestamp is not None or (definition is not None and definition_time_stamp(definition) is not None)


def chosen_adjuncts(
    signer: Signer,
    definition: Definition | None,
    *,
    timestamp: str | TimeStamper | None,
    staple: bool,
    fetcher: Fetcher | None,
    limits: Limits,
) -> Adjuncts:
    """What is to stand beside the signature; the revocation response is fetched here, time-stamps when there is something to stamp.

    Errors as ``Adjuncts.stapled``.
    """
    # An empty address is a mistake that must show, so that nobody takes an unstamped file for a stamped one.
    chosen = definition_time_stamp(definition) if timestamp is None and definition is not None else timestamp
    if chosen is None and not staple:
        return Adjuncts()
    fetcher = fetcher or network(limits)
    adjuncts = Adjuncts(time_stamper=TimeStamper(chosen, fetcher, limits=limits) if isinstance(chosen, str) else chosen)
    return adjuncts.stapled(signer, fetcher, limits) if staple else adjuncts


def network(limits: Limits) -> Fetcher:
    """The network, for a caller who asked for something that only it can give."""
    from credkit.trust.http import HttpFetcher

    return HttpFetcher(limits=limits)


def stated_time(report: Report, limits: Limits = DEFAULT_LIMITS) -> datetime | None:
    """The time that the time-stamp in the active manifest of a file of ours states; None without one."""
    box = report.active.manifest.signature_box if report.active else None
    signature = box.content("cbor") if box else None
    stamps = parse_sign1(signature, where="claim signature").unprotected.get("sigTst2") if signature else None
    return parse_token(stamps["tstTokens"][0]["val"], limits).time if stamps else None
