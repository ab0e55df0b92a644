"""RFC 3161 time-stamps as C2PA uses them: ``form`` (bytes that can be read), ``structure`` (what they say), ``signature`` (who signed),
``authority`` (who may), ``check`` (the steps to accept one), ``header`` (those of a claim signature), ``assertion`` (those that other
manifests hold about it).

Names are loaded when they are asked for: many signatures come without a time-stamp.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.trust.timestamp.assertion import assertion_messages, read_assertion_stamps
    from credkit.trust.timestamp.check import TimeStampResult, check_time_stamp
    from credkit.trust.timestamp.header import claim_message, read_time_stamps, signature_message
    from credkit.trust.timestamp.structure import TimeStampToken, parse_response, parse_token

__all__ = [
    "TimeStampResult",
    "TimeStampToken",
    "assertion_messages",
    "check_time_stamp",
    "claim_message",
    "parse_response",
    "parse_token",
    "read_assertion_stamps",
    "read_time_stamps",
    "signature_message",
]

_HOMES = {
    "TimeStampResult": "check",
    "TimeStampToken": "structure",
    "assertion_messages": "assertion",
    "check_time_stamp": "check",
    "claim_message": "header",
    "parse_response": "structure",
    "parse_token": "structure",
    "read_assertion_stamps": "assertion",
    "read_time_stamps": "header",
    "signature_message": "header",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
