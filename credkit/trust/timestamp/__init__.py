"""RFC 3161 time-stamps as C2PA uses them: ``form`` (bytes that can be read), ``structure`` (what they say), ``signature`` (who signed),
``authority`` (who may), ``check`` (the steps to accept one), ``header`` (those of a claim signature), ``assertion`` (those that other
manifests hold about it).
"""

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
