"""The only door to the network: what may be asked for, and what comes back.

Whoever needs something from the network (a remote manifest store, an OCSP response, a time-stamp, an issuer's document, a trust
list) asks a ``Fetcher``. There is none unless the caller gives one, so a verdict never depends on the network unasked.

Clause: "External data" in "Validation" (anchor ``_validation_of_external_data``) for the countermeasures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Protocol

from credkit.dataclass import dataclass, field

__all__ = ["Fetcher", "Request", "Response"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One thing to be had from the network."""

    url: str
    what: str
    """What it is, for people: ``"the manifest store"``, ``"the OCSP response"``."""
    origin: Literal["file", "user"] = "file"
    """Who named the address: a file, which may be hostile, or the user, who may well mean a server in his own house."""
    most: int = 10 << 20
    """Bytes that the answer may have."""
    plain_http: bool = False
    """Whether http will do, because the answer is signed by itself (OCSP, time-stamps)."""
    body: bytes | None = field(default=None, repr=False)
    """Sent with POST; None asks with GET."""
    content_type: str | None = None
    """Media type of ``body``."""
    accept: str | None = None
    """Media types that the answer may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer with status 2xx."""

    url: str
    """Where it came from in the end, redirects followed."""
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; fields that came several times joined with ``", "``."""

    @property
    def media_type(self) -> str | None:
        """``Content-Type`` without parameters, in lower case."""
        value = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return value or None


class Fetcher(Protocol):
    """Gets things from the network, or refuses."""

    def fetch(self, request: Request) -> Response:
        """The answer; ``FetchError`` in one sentence when the address is not allowed, the server does not answer in time, says no, or
        answers too much.
        """
