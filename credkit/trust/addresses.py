"""Which addresses of the network may be asked: the text of a URL, and the numbers that its host stands for.

Nothing here opens a socket or asks a resolver; ``http`` does, and asks here first.

Clauses: "Permitted schemes and identifiers" (anchor ``_permitted_schemes_and_identifiers``), "Address validation and connection
binding" (anchor ``_address_validation_and_connection_binding``).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from credkit.dataclass import dataclass
from credkit.errors import FetchError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["Address", "Place", "embedded_addresses", "read_place", "refusal", "shown_url"]

_PRINTABLE = re.compile(r"[!-~]+")
_NEVER_IN_A_URL = re.compile(r'[\\<>"]')
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_BRACKETED = re.compile(r"\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NEVER = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "169.254.0.0/16", "192.88.99.0/24", "224.0.0.0/3"),
        *("::/128", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
"""This host, link-local (where clouds keep their keys), abandoned relays of 6to4, site-local, multicast, reserved: nobody's server."""
_NOT_PUBLIC = tuple(ip_network(text) for text in ("192.0.0.0/24", "2001::/23", "2001:db8::/32", "3fff::/20"))
"""Protocol assignments (Teredo among them), documentation; not all of them are known to every Python."""
_TRANSLATED = IPv6Network("64:ff9b::/96")
_LOCALLY_TRANSLATED = IPv6Network("64:ff9b:1::/48")
_COMPATIBLE = IPv6Network("::/96")

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a URL names, taken apart and found fit to be asked."""

    scheme: str
    """``https`` or ``http``."""
    host: str
    """A name in ASCII and lower case without the dot of the root, or an IP address without brackets."""
    port: int
    target: str
    """Path and query as they are sent; the fragment is not."""

    @property
    def authority(self) -> str:
        """Value of the ``Host`` field."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address without its fragment."""
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def is_common_port(self) -> bool:
        """Whether the port may be that of a web server: 80, 443, or one from 1024 up; those below belong to other protocols."""
        return self.port >= 1024 or self.port in _DEFAULT_PORTS.values()

    @property
    def literal(self) -> Address | None:
        """The IP address, when the URL names one instead of a host."""
        return _literal(self.host)

    def is_same_server(self, other: Place) -> bool:
        """Whether ``other`` is the same host at the same port, or at that of https instead of that of http."""
        upgraded = (self.scheme, self.port, other.scheme, other.port) == ("http", 80, "https", 443)
        return self.host == other.host and (self.port == other.port or upgraded)


def shown_url(url: str, limits: Limits = DEFAULT_LIMITS) -> str:
    """A URL for people: printable ASCII, everything else written as an escape, cut at ``limits.text_length``."""
    text = "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode("ascii") for c in url[: limits.text_length + 1])
    return text if len(text) <= limits.text_length else f"{text[: limits.text_length]}..."


def read_place(url: str, *, plain_http: bool = False, limits: Limits = DEFAULT_LIMITS) -> Place:
    """Take a URL apart.

    ``FetchError`` with the reason (half a sentence) for what must not be asked: another scheme than https (or http where ``plain_http``
    allows it), user names, characters that steer requests, and numbers that only some programs take for an address.
    """
    if len(url) > limits.url_length:
        raise FetchError(f"the address has {len(url):,} characters, more than the limit of {limits.url_length:,}")
    if not _PRINTABLE.fullmatch(url) or _NEVER_IN_A_URL.search(url):
        raise FetchError("the address holds characters that no URL may have (names in other scripts are written with xn--)")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchError("the address is no URL") from None
    _check_scheme(parts.scheme, plain_http=plain_http)
    if "@" in parts.netloc:
        raise FetchError("the address holds a user name or password")
    if port == 0:
        raise FetchError("no server has port 0")
    return Place(
        scheme=parts.scheme,
        host=_host(parts),
        port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
        target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
    )


def _check_scheme(scheme: str, *, plain_http: bool) -> None:
    if scheme == "https" or (scheme == "http" and plain_http):
        return
    if scheme == "http":
        raise FetchError("it would travel unprotected over http, and only https is allowed for it")
    raise FetchError(f"only addresses that begin with https://{' or http://' if plain_http else ''} are asked")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    if "[" in parts.netloc:
        if _literal(host) is None or not _BRACKETED.fullmatch(parts.netloc):
            raise FetchError("the address names no host")
        return host
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise FetchError("the address names no host")
    if _NUMBER.fullmatch(labels[-1]) and _literal(host) is None:
        raise FetchError("the address writes its host as a number in an unusual form")
    return host


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def embedded_addresses(address: Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses to which translators and tunnels carry what is sent to ``address`` (mapped, compatible, NAT64, 6to4, Teredo)."""
    if isinstance(address, IPv4Address):
        return ()
    low = IPv4Address(int(address) & 0xFFFFFFFF)
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED or address in _LOCALLY_TRANSLATED or (address in _COMPATIBLE and int(address) > 1):
        found.append(low)
    return tuple(one for one in found if one is not None)


def refusal(text: str, *, private: bool = False) -> str | None:
    """Why no connection may be made to an IP address, in half a sentence; None when one may.

    ``private`` allows the addresses of the own machine and network; those of nobody's server are never allowed.
    """
    address = _literal(text)
    if address is None:
        return f"{shown_url(text)} is no address"
    inner = embedded_addresses(address)
    if any(one in network for one in (address, *inner) for network in _NEVER):
        return f"{address} is an address where no public server can be"
    if not private and not (_is_public(address) and all(map(_is_public, inner))):
        return f"{address} is an address of a private network or of this machine"
    return None


def _is_public(address: Address) -> bool:
    if any(address in network for network in _NOT_PUBLIC):
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not address.is_multicast
    if address.ipv4_mapped or address in _TRANSLATED:
        return True  # What it is carried to is judged by itself.
    return address in _PUBLIC_IPV6 and (address.is_global or address.sixtofour is not None)
