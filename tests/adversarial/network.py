"""Attacks through the network: a file that names an address shall make the reader's machine ask it, or wait for it for ever.

Each way in which a file can name an address is a *door*: the manifest store elsewhere (XMP), the responder in a certificate, the document
of a did:web, data that are kept elsewhere. ``DOORS`` opens each with any address; that none of them leads to a connection is counted in
``test_outside_files``. The network of these attacks has no server: whoever is asked at an allowed address does not answer.
"""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import cache

from credkit.assets import BytesSource, EditedSource, detect
from credkit.errors import FetchError
from credkit.trust.fetch import Fetcher, Request, Response
from credkit.trust.policy import TrustPolicy
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import MATCH, SOUND, STATED
from tests.forge import ocsp, pki
from tests.forge.files import plain, signed, standard
from tests.forge.identities import aggregation
from tests.forge.manifests import Signing
from tests.forge.web import HOST, Wires
from tests.trust.hostile_urls import NAMES
from tests.verify.case import policy
from tests.verify.tables import external

__all__ = ["ATTACKS", "DOORS", "elsewhere", "issuer_at", "kept_at", "linked_at", "responder_at", "wires"]

INACCESSIBLE, SKIPPED = "signingCredential.ocsp.inaccessible", "signingCredential.ocsp.skipped"
OWN = (STATED, MATCH, "claimSignature.insideValidity", "claimSignature.validated", "signingCredential.untrusted")


def wires() -> Wires:
    """A world in which names lead to forbidden addresses, and nobody answers."""
    return Wires(names=dict(NAMES))


def unanswered() -> Fetcher:
    return wires().fetcher()


class Stalled:
    """A network in which every question ends at the clock."""

    def fetch(self, request: Request) -> Response:
        raise FetchError(f"{request.what} cannot be had: it did not answer in time")


def elsewhere(url: str) -> bytes:
    """A picture that says that its manifest store is kept at ``url``."""
    source = BytesSource(plain())
    found = detect(source)
    assert found is not None
    xmp = f'<a dcterms:provenance="{html.escape(url)}"/>'
    output = EditedSource(source, found.with_metadata(source, found.scan(source), xmp=xmp.encode()).pieces)
    return output.read(0, output.size)


@cache
def responder_at(url: str, *, known: bool = True) -> bytes:
    """A file by a signer whose certificate names ``url`` as the place to ask about its revocation."""
    root = pki.default_pki("ed25519").root if known else pki.make_root("ed25519", common_name="credkit test stranger")
    return signed(standard(signing=Signing(pki.make_pki("ed25519", root=root, extensions=(ocsp.access(url),)))))


def issuer_at(did: str) -> bytes:
    """A file with the credential of an issuer whose document is kept elsewhere."""
    return signed(standard(aggregation(issuer=did)))


def kept_at(url: str) -> bytes:
    """A file with data that are kept at ``url``."""
    return signed(standard(external.cloud(where=external.location(external.BOX_ELSEWHERE, url=url))))


def linked_at(url: str) -> bytes:
    """A file with a reference to something at ``url``."""
    return signed(standard(external.reference(where=external.location(url=url))))


DOORS: dict[str, Callable[[str], bytes]] = {
    "store": elsewhere,
    "responder": responder_at,
    "data": kept_at,
    "reference": linked_at,
}
"""What makes a file that names an address."""


def trusting_issuers(*dids: str) -> Callable[[], TrustPolicy]:
    return lambda: policy().joined(TrustPolicy.of(identity_issuers=dids))


_ADDRESSES = {
    "metadata": "https://169.254.169.254/latest/meta-data/",
    "mapped": "https://[::ffff:169.254.169.254]/",
    "translated": "https://[64:ff9b::a9fe:a9fe]/",
    "decimal": "https://2852039166/",
    "octal": "https://0251.0376.0251.0376/",
    "loopback": "https://127.0.0.1/",
    "localhost": "https://localhost/",
    "name-of-loopback": "https://loop.test/",
    "one-of-two": "https://mixed.test/",
    "user": f"https://{HOST}@127.0.0.1/",
    "file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_x",
    "port": f"https://{HOST}:25/",
}
_WEB = ("metadata", "mapped", "decimal", "loopback", "localhost", "one-of-two", "port")

ATTACKS: tuple[Attack, ...] = (
    *(
        attack(
            f"store-at-{name}",
            lambda u=url: elsewhere(u),
            "none",
            "manifest.inaccessible",
            family="store-elsewhere",
            idea=f"A picture says that its credentials are kept at {url}.",
            keyless=True,
            fetcher=unanswered,
        )
        for name, url in _ADDRESSES.items()
    ),
    *(
        attack(
            f"responder-at-{name}",
            lambda u=url: responder_at(u.replace("https:", "http:")),
            "Trusted",
            *SOUND,
            INACCESSIBLE,
            family="responder-elsewhere",
            idea="The certificate of a trusted signer names an address inside of the reader's house as that of its responder.",
            keyless=False,
            fetcher=unanswered,
        )
        for name, url in _ADDRESSES.items()
        if name in _WEB
    ),
    *(
        attack(
            f"responder-of-a-stranger-{name}",
            lambda u=url: responder_at(u, known=False),
            "Valid",
            *OWN,
            SKIPPED,
            family="responder-of-a-stranger",
            idea="Anybody can make a certificate; what it names as its responder is not asked.",
            keyless=True,
            fetcher=unanswered,
        )
        for name, url in (("public", "http://93.184.216.34/"), ("metadata", "http://169.254.169.254/"))
    ),
    *(
        attack(
            f"data-at-{name}",
            lambda u=url: kept_at(u),
            "Trusted",
            *SOUND,
            family="data-elsewhere",
            idea="A statement is kept at an address inside of the reader's house.",
            keyless=False,
            fetcher=unanswered,
        )
        for name, url in _ADDRESSES.items()
        if name in ("metadata", "localhost", "file")
    ),
    *(
        attack(
            f"issuer-at-{name}",
            lambda d=did: issuer_at(d),
            "Trusted",
            *SOUND,
            "cawg.ica.did_unavailable",
            family="issuer-elsewhere",
            idea="The document of an issuer of names is kept at an address inside of the reader's house.",
            keyless=False,
            policy=trusting_issuers(did),
            fetcher=unanswered,
        )
        for name, did in (
            ("loopback", "did:web:127.0.0.1"),
            ("localhost", "did:web:localhost"),
            ("port", f"did:web:{HOST}%3A25"),
            ("metadata", "did:web:169.254.169.254:latest:meta-data"),
            ("name-of-loopback", "did:web:loop.test"),
        )
    ),
    # N2: whoever is asked says nothing.
    attack(
        "store-stalled",
        lambda: elsewhere(f"https://{HOST}/"),
        "none",
        "manifest.inaccessible",
        family="network-stalled",
        idea="The server of the manifest store lets the reader wait.",
        keyless=True,
        fetcher=Stalled,
    ),
    attack(
        "responder-stalled",
        lambda: responder_at("http://ocsp.credkit.test/"),
        "Trusted",
        *SOUND,
        INACCESSIBLE,
        family="network-stalled",
        idea="The responder lets the reader wait, so that nobody hears of the revocation.",
        keyless=True,
        fetcher=Stalled,
        tolerated='"Determining revocation from online OCSP response": without an answer revocation is not known',
    ),
)
