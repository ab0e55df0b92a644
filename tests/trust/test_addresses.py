"""Which URLs and IP addresses may be asked: every trick that turns one into another is known by name here."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credkit.errors import FetchError
from credkit.limits import DEFAULT_LIMITS
from credkit.trust.addresses import embedded_addresses, read_place, refusal, shown_url

PUBLIC = ("8.8.8.8", "93.184.216.34", "1.1.1.1", "223.255.255.254", "2606:4700:4700::1111", "2a00:1450:4001:80e::200e", "2002:808:808::1")
TRANSLATED = ("::ffff:8.8.8.8", "64:ff9b::808:808")
PRIVATE = (
    *("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "127.0.0.1", "127.255.255.254"),
    *("192.0.2.1", "198.51.100.7", "203.0.113.9", "198.18.0.1", "192.0.0.8"),
    *("::1", "fc00::1", "fd00:ec2::254", "2001:db8::1", "2001:2::1", "3fff::1", "100::1", "4000::1", "5f00::1", "64:ff9b:1::808:808"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::1", "2002:c0a8:101::1", "::7f00:1"),
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
)
NEVER = (
    *(
        "0.0.0.0",
        "0.1.2.3",
        "169.254.169.254",
        "169.254.0.1",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
    ),
    *("::", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1"),
    *(
        "::ffff:169.254.169.254",
        "::ffff:0.0.0.0",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "2002:e000:1::",
        "::a9fe:a9fe",
    ),
)


@pytest.mark.parametrize("address", [*PUBLIC, *TRANSLATED])
def test_public(address: str) -> None:
    assert refusal(address) is None
    assert refusal(address, private=True) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_private(address: str) -> None:
    assert "private network or of this machine" in (refusal(address) or "")
    assert refusal(address, private=True) is None


@pytest.mark.parametrize("address", NEVER)
def test_never(address: str) -> None:
    for private in (False, True):
        assert "no public server" in (refusal(address, private=private) or "")


@pytest.mark.parametrize("text", ["", "localhost", "8.8.8.8.", "08.8.8.8", "1.2.3", "2130706433", "0x7f000001", "[::1]", "\x1b[2J"])
def test_what_is_no_address(text: str) -> None:
    reason = refusal(text, private=True)
    assert reason is not None
    assert reason.endswith("is no address")
    assert reason.isprintable()


def test_what_is_inside_of_an_address() -> None:
    inside = {
        "::ffff:1.2.3.4": {"1.2.3.4"},
        "64:ff9b::102:304": {"1.2.3.4"},
        "2002:102:304::": {"1.2.3.4"},
        "2001:0:4136:e378:8000:63bf:3fff:fdd2": {"65.54.227.120", "192.0.2.45"},
        "::1": set(),
        "2606:4700::1": set(),
        "1.2.3.4": set(),
    }
    for outer, inner in inside.items():
        assert {str(one) for one in embedded_addresses(ip_address(outer))} == inner


@given(st.integers(0, 2**32 - 1))
def test_no_wrapping_makes_an_address_better(number: int) -> None:
    plain = refusal(str(ip_address(number)))
    for outer in (0xFFFF << 32 | number, 0x0064FF9B << 96 | number, 0x2002 << 112 | number << 80):
        wrapped = refusal(str(IPv6Address(outer)))
        assert (wrapped is None) == (plain is None)


@given(st.integers(0, 2**128 - 1))
def test_only_global_addresses_are_public(number: int) -> None:
    address = IPv6Address(number)
    if refusal(str(address)) is None:
        assert address.is_global or embedded_addresses(address)
        assert not address.is_multicast


GOOD = {
    "https://example.org": ("https", "example.org", 443, "/", "example.org"),
    "https://example.org/a/b?c=d&e": ("https", "example.org", 443, "/a/b?c=d&e", "example.org"),
    "https://example.org?q": ("https", "example.org", 443, "/?q", "example.org"),
    "HTTPS://EXAMPLE.org:443/": ("https", "example.org", 443, "/", "example.org"),
    "https://example.org:8443/x#fragment": ("https", "example.org", 8443, "/x", "example.org:8443"),
    "https://example.org:/x": ("https", "example.org", 443, "/x", "example.org"),
    "https://example.org./x": ("https", "example.org", 443, "/x", "example.org"),
    "https://a_b.example.org/%0d%0aX": ("https", "a_b.example.org", 443, "/%0d%0aX", "a_b.example.org"),
    "https://xn--mnchen-3ya.example/": ("https", "xn--mnchen-3ya.example", 443, "/", "xn--mnchen-3ya.example"),
    "https://8.8.8.8/": ("https", "8.8.8.8", 443, "/", "8.8.8.8"),
    "https://[2606:4700::1]:8443/": ("https", "2606:4700::1", 8443, "/", "[2606:4700::1]:8443"),
    "http://example.org/ocsp": ("http", "example.org", 80, "/ocsp", "example.org"),
    "http://example.org:443/ocsp": ("http", "example.org", 443, "/ocsp", "example.org:443"),
    "https://1password.example/": ("https", "1password.example", 443, "/", "1password.example"),
}


@pytest.mark.parametrize("url", GOOD)
def test_urls(url: str) -> None:
    place = read_place(url, plain_http=True)
    assert (place.scheme, place.host, place.port, place.target, place.authority) == GOOD[url]
    assert read_place(place.url, plain_http=True) == place


BAD = (
    *("", " ", "/", "x", "example.org", "//example.org/", "https:", "https:/example.org", "https:example.org", "https://", "https:///a"),
    *(
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "gopher://example.org/_",
        "ftp://example.org/",
        "data:,x",
        "javascript:1",
        "ldap://example.org",
    ),
    *("dict://example.org:11211/", "jar:https://example.org!/", "self#jumbf=/c2pa/x", "ws://example.org", "unix:///run/x", "netdoc:///x"),
    *("https://user@example.org/", "https://user:word@example.org/", "https://@example.org/", "https://example.org@127.0.0.1/"),
    *("https://example.org\\@127.0.0.1/", "https://127.0.0.1\\.example.org/", "https:\\\\example.org\\", "https://example.org:80:80/"),
    *("https://example.org:0/", "https://example.org:65536/", "https://example.org:99999999999/", "https://example.org:-1/"),
    *("https://example.org:+443/", "https://example.org:4e2/", "https://example.org:x/", "https://example.org:４４３/"),
    *(
        "https://example.org/ HTTP/1.1\r\nX: y",
        "https://example.org/\r\n\r\nGET /",
        "https://example.org\r\n.evil/",
        "https://example.org/\n",
    ),
    *("https://example.org/\t", "https://example.org/\0", "https://exa mple.org/", "https://example.org/a b", "\x00https://example.org/"),
    *("https://münchen.example/", "https://ⓔxample.org/", "https://１２７.0.0.1/", "https://127。0。0。1/", "https://example.org/ü"),
    *("https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://0177.0.0.1/", "https://127.1/", "https://127.0.1/"),
    *(
        "https://0x7f.0.0.1/",
        "https://0/",
        "https://0x/",
        "https://256.256.256.256/",
        "https://127.0.0.1.1/",
        "https://127.0.0.0x1/",
        "https://1.2.3.4.5/",
    ),
    *(
        "https://[::1/",
        "https://::1/",
        "https://[::1]x/",
        "https://[fe80::1%25eth0]/",
        "https://[::1%lo]/",
        "https://[127.0.0.1]/",
        "https://[x]/",
    ),
    *(
        "https://[v1.x]/",
        "https://[]/",
        "https://exam[ple.org/",
        "https://.example.org/",
        "https://example..org/",
        "https://example.org../",
    ),
    *(
        "https://-x.example.org/",
        "https://x-.example.org/",
        f"https://{'a' * 64}.org/",
        f"https://{'a.' * 127}org/",
        "https://%31%32%37.0.0.1/",
    ),
    *(
        "https://exam%70le.org/",
        "https://example.org%2f@x/",
        "https://exa*mple.org/",
        "https://example.org,evil/",
        "https://$HOME/",
        "https://;/",
    ),
    *("https://<x>/", 'https://"x"/'),
)


@pytest.mark.parametrize("url", BAD)
def test_urls_that_are_refused(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        read_place(url, plain_http=True)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 160


def test_http_only_where_it_will_do() -> None:
    with pytest.raises(FetchError, match="unprotected over http"):
        read_place("http://example.org/")


def test_length_of_a_url() -> None:
    limits = replace(DEFAULT_LIMITS, url_length=30)
    url = "https://example.org/" + "x" * 10
    assert read_place(url, limits=limits).url == url
    with pytest.raises(FetchError, match="31 characters, more than the limit of 30"):
        read_place(url + "x", limits=limits)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("https://example.org/a", "https://example.org/b", True),
        ("https://example.org/a", "https://EXAMPLE.org.:443/b", True),
        ("http://example.org/a", "https://example.org/b", True),
        ("http://example.org:8080/a", "https://example.org:8080/b", True),
        ("https://example.org/a", "https://example.org:8443/b", False),
        ("http://example.org:8080/a", "https://example.org/b", False),
        ("https://example.org/a", "https://www.example.org/b", False),
        ("https://example.org/a", "http://example.org/b", False),
    ],
)
def test_same_server(first: str, second: str, same: bool) -> None:
    assert read_place(first, plain_http=True).is_same_server(read_place(second, plain_http=True)) is same


@pytest.mark.parametrize(
    ("port", "common"), [(80, True), (443, True), (1024, True), (65535, True), (1, False), (22, False), (25, False), (1023, False)]
)
def test_ports(port: int, common: bool) -> None:
    assert read_place(f"https://example.org:{port}/").is_common_port is common


def test_what_is_shown_of_a_url() -> None:
    assert shown_url("https://example.org/a?b=c") == "https://example.org/a?b=c"
    assert shown_url("https://x/\r\n\x1b[2J\u202eü") == "https://x/\\r\\n\\x1b[2J\\u202e\\xfc"
    assert shown_url("x" * 200) == "x" * 200
    assert shown_url("x" * 201) == "x" * 200 + "..."
    assert len(shown_url("\U0010ffff" * 1000)) == 203


@given(
    st.one_of(st.text(max_size=40), st.text(max_size=30).map("https://".__add__), st.from_regex(r"https?://[\[\]0-9a-fx.:@%#?/-]{0,30}"))
)
def test_any_text(url: str) -> None:
    assert shown_url(url).isascii()
    assert shown_url(url).isprintable()
    try:
        place = read_place(url, plain_http=True)
    except FetchError:
        return
    assert place.target.startswith("/")
    assert place.url.isprintable()
    assert not set(place.host) & set("@/\\?# %")
    assert 0 < place.port < 65536
