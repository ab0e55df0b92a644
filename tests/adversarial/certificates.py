"""Attacks with certificates: borrowed and invented names, chains that mislead or exhaust, certificates that were never meant to sign.

Whoever signs with a key of his own gets a sound signature that nobody vouches for: "Valid", never "Trusted", and no word of his name as if
it were known. The last tables are about certificates that a trusted authority did issue, and should not have.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from credkit.trust.policy import TrustPolicy
from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import MATCH, SOUND, STATED, UNBOUND
from tests.forge import pki
from tests.forge.files import signed, standard
from tests.forge.manifests import Signing

__all__ = ["ATTACKS", "OWN", "own", "trusted_root"]

INVALID = "signingCredential.invalid"
UNTRUSTED = "signingCredential.untrusted"
MISMATCH = "claimSignature.mismatch"
VALIDATED = "claimSignature.validated"
INSIDE, OUTSIDE = "claimSignature.insideValidity", "claimSignature.outsideValidity"
BOUND = (STATED, MATCH)
OWN = (*BOUND, INSIDE, VALIDATED, UNTRUSTED)
"""What a sound signature by a nobody gets."""
BAD = (*OWN, INVALID)
"""What a sound signature gets whose certificate breaks the profile, although a trusted authority issued it."""
DAY = timedelta(days=1)


def trusted_root() -> pki.Authority:
    return pki.default_pki("ed25519").root


def trusted_middle() -> pki.Authority:
    middle = pki.default_pki("ed25519").intermediate
    assert middle is not None
    return middle


def own(make: Callable[[], pki.Pki], **options: Any) -> Callable[[], bytes]:
    """A file signed with the key of ``make()``."""
    return lambda: signed(standard(signing=Signing(make(), **options)))


@cache
def _made(number: int, make: Callable[[], pki.Pki]) -> pki.Pki:
    return make()


def once(make: Callable[[], pki.Pki]) -> Callable[[], pki.Pki]:
    """The same keys each time, so that a file does not change while it is measured."""
    return lambda: _made(id(make), make)


def person(organization: str, common_name: str) -> x509.Name:
    return pki.name(common_name, organization)


def self_signed(organization: str, common_name: str, **fields: Any) -> Callable[[], pki.Pki]:
    return once(lambda: pki.make_pki("ed25519", self_signed=True, subject=person(organization, common_name), **fields))


def common_name_of(authority: pki.Authority) -> str:
    (found,) = authority.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found.value)


@cache
def twin(**fields: Any) -> pki.Authority:
    """An own root with the name of the trusted one."""
    return pki.make_root("ed25519", common_name=common_name_of(trusted_root()), **fields)


@cache
def identifier_twin() -> pki.Authority:
    """The same, with the key identifiers of the trusted one as well."""
    ski = trusted_root().certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    aki = x509.AuthorityKeyIdentifier(ski.digest, None, None)
    return pki.make_root(
        "ed25519", common_name=common_name_of(trusted_root()), key_identifiers=False, extensions=((ski, False), (aki, False))
    )


@cache
def under_identifier_twin() -> pki.Pki:
    ski = trusted_root().certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    aki = x509.AuthorityKeyIdentifier(ski.digest, None, None)
    return pki.make_pki("ed25519", root=identifier_twin(), aki=False, extensions=((aki, False),))


def with_root(make: Callable[[], pki.Pki]) -> Callable[[], bytes]:
    """The own root lies in the chain, for whoever takes what a file brings for an anchor."""
    return lambda: signed(standard(signing=Signing(make(), chain=(*make().chain, make().root.der))))


def chain_of(make: Callable[[], pki.Pki], chain: Callable[[], Sequence[bytes]]) -> Callable[[], bytes]:
    return lambda: signed(standard(signing=Signing(make(), chain=tuple(chain()))))


lookalike = once(lambda: pki.make_pki("ed25519", root=twin(), intermediate=True))
stranger = once(lambda: pki.make_pki("ed25519", root=pki.make_root("ed25519", common_name="credkit test stranger"), intermediate=True))


@cache
def under_signer() -> pki.Pki:
    """A certificate that a sound signer issued, who may issue none."""
    thief = pki.default_pki("ed25519")
    authority = pki.Authority(certificate=x509.load_der_x509_certificate(thief.leaf), key=thief.key, algorithm="ed25519")
    return pki.make_pki("ed25519", root=thief.root, issuer=authority)


@cache
def in_the_name_of_the_middle() -> pki.Pki:
    """A leaf that names the trusted intermediate as its issuer, and is signed with a key of the attacker."""
    fake = pki.Authority(certificate=trusted_middle().certificate, key=pki.new_key("ed25519"), algorithm="ed25519")
    return pki.make_pki("ed25519", root=trusted_root(), issuer=fake)


@cache
def same_key() -> pki.Pki:
    """A certificate of an own root for the public key of the trusted signer, whose private key the attacker never had."""
    root = pki.make_root("ed25519", common_name="credkit test stranger")
    victim = pki.default_pki("ed25519")
    leaf = pki.make_leaf(root, victim.key, subject=person("somebody else", "somebody else"))
    return pki.Pki(algorithm="ed25519", root=root, intermediate=None, leaf=leaf, key=victim.key)


def swapped_chain() -> bytes:
    """The chain of a genuine file lay in the unprotected header: it was exchanged for one with another name and the same key."""
    return signed(standard(signing=Signing(chain=(), unprotected={33: list(same_key().chain)})))


def flood(count: int) -> Callable[[], list[bytes]]:
    """The leaf, and namesakes of its issuer, the right one not among them."""

    def make() -> list[bytes]:
        twins = [pki.make_authority("ed25519", twin(), common_name=common_name_of(trusted_middle())) for _ in range(count)]
        return [_flooded().leaf, *(item.der for item in twins)]

    return cache(make)


@cache
def _flooded() -> pki.Pki:
    return pki.make_pki("ed25519", root=twin(), issuer=pki.make_authority("ed25519", twin(), common_name=common_name_of(trusted_middle())))


@cache
def ladder() -> tuple[pki.Pki, tuple[bytes, ...]]:
    """Five steps, each of which three certificates of one name and key can take: 243 ways to a root that is not there."""
    roots = [pki.make_root("ed25519", common_name=f"credkit test ladder {number}") for number in range(3)]
    key = pki.new_key("ed25519")
    level = [pki.make_authority("ed25519", root, common_name="step 0", key=key) for root in roots]
    chain: list[bytes] = [item.der for item in level]
    for step in range(1, 5):
        key = pki.new_key("ed25519")
        level = [pki.make_authority("ed25519", item, common_name=f"step {step}", key=key) for item in level]
        chain += [item.der for item in level]
    signer = pki.make_pki("ed25519", root=roots[0], issuer=level[0])
    return signer, (signer.leaf, *reversed(chain))[:16]


@cache
def ring() -> tuple[pki.Pki, tuple[bytes, ...]]:
    """Two authorities that issued each other."""
    first = pki.make_root("ed25519", common_name="ring a")
    second = pki.make_root("ed25519", common_name="ring b")
    first_by_second = pki.make_authority("ed25519", second, common_name="ring a", key=first.key)
    second_by_first = pki.make_authority("ed25519", first, common_name="ring b", key=second.key)
    signer = pki.make_pki("ed25519", root=first, issuer=first_by_second)
    return signer, (signer.leaf, first_by_second.der, second_by_first.der, first_by_second.der, second_by_first.der)


@cache
def constrained(count: int, *more: str) -> pki.Pki:
    """Under an authority with as many permitted and forbidden names as fit; ``more`` are names that it may not issue for."""
    names = [x509.DNSName(f"{number}.test") for number in range(count)]
    limits = x509.NameConstraints(permitted_subtrees=names, excluded_subtrees=[x509.DNSName(f"x{n.value}") for n in names])
    middle = pki.make_authority("ed25519", trusted_root(), extensions=((limits, True),))
    wanted = x509.SubjectAlternativeName([x509.DNSName(text) for text in (*(f"a.{number}.test" for number in range(count)), *more)])
    return pki.make_pki("ed25519", root=trusted_root(), issuer=middle, extensions=((wanted, False),))


def sized(size: int) -> Callable[[], list[bytes]]:
    """A certificate of exactly so many bytes as the whole chain."""

    def make() -> list[bytes]:
        filler = size
        while True:
            extra = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(filler)), False)
            leaf = pki.make_leaf(stranger().root, stranger().key, extensions=(extra,))
            if len(leaf) == size:
                return [leaf]
            filler -= len(leaf) - size

    return once_made(size, make)


_KEPT: dict[int, list[bytes]] = {}


def once_made(size: int, make: Callable[[], list[bytes]]) -> Callable[[], list[bytes]]:
    return lambda: _KEPT.setdefault(size, make())


@cache
def issued(**fields: Any) -> pki.Pki:
    """By the trusted root, with one fault."""
    return pki.make_pki("ed25519", root=trusted_root(), **fields)


@cache
def issued_below(**fields: Any) -> pki.Pki:
    """By an authority with one fault, which the trusted root issued."""
    return pki.make_pki("ed25519", root=trusted_root(), issuer=pki.make_authority("ed25519", trusted_root(), **fields))


@cache
def too_deep(path_length: int) -> tuple[pki.Pki, tuple[bytes, ...]]:
    """A signer below an authority below another, which may have so many authorities below it."""
    upper = pki.make_authority("ed25519", trusted_root(), path_length=path_length, common_name="credkit test upper")
    lower = pki.make_authority("ed25519", upper, common_name="credkit test lower")
    made = pki.make_pki("ed25519", root=trusted_root(), issuer=lower)
    return made, (*made.chain, upper.der)


def below(path_length: int) -> Callable[[], bytes]:
    return chain_of(lambda: too_deep(path_length)[0], lambda: too_deep(path_length)[1])


@cache
def no_authority() -> pki.Pki:
    """Below a certificate that has everything of an authority but the right to be one."""
    key = pki.new_key("ed25519")
    der = pki.make_leaf(trusted_root(), key, usage=("key_cert_sign",), eku=None, subject=person("credkit test", "no authority"))
    middle = pki.Authority(certificate=x509.load_der_x509_certificate(der), key=key, algorithm="ed25519")
    return pki.make_pki("ed25519", root=trusted_root(), issuer=middle)


@cache
def cannot_issue() -> pki.Pki:
    """Below an authority whose key may not sign certificates."""
    key = pki.new_key("ed25519")
    der = pki.make_leaf(
        trusted_root(), key, ca=True, usage=("digital_signature",), eku=None, subject=person("credkit test", "may not issue")
    )
    middle = pki.Authority(certificate=x509.load_der_x509_certificate(der), key=key, algorithm="ed25519")
    return pki.make_pki("ed25519", root=trusted_root(), issuer=middle)


@cache
def small_rsa() -> pki.Pki:
    """Below an authority whose RSA key has 1024 bits."""
    root = pki.default_pki("ps256").root
    return pki.make_pki("ed25519", root=root, issuer=pki.make_authority("ps256", root, key=pki.rsa_key(1024)))


def old_hash(der: bytes, issuer: pki.Authority, name: str) -> bytes:
    """The certificate, issued once more with a hash that should not be used."""
    from OpenSSL import crypto

    certificate = crypto.X509.from_cryptography(x509.load_der_x509_certificate(der))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        certificate.sign(crypto.PKey.from_cryptography_key(issuer.key), name)
    return crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)


@cache
def weak_middle(name: str) -> pki.Pki:
    """Below an authority that was issued with an old hash."""
    root = pki.default_pki("es256").root
    middle = pki.make_authority("es256", root)
    again = x509.load_der_x509_certificate(old_hash(middle.der, root, name))
    return pki.make_pki("ed25519", root=root, issuer=pki.Authority(certificate=again, key=middle.key, algorithm="es256"))


@cache
def small_curve() -> pki.Pki:
    """Below an authority whose key is on a curve of 224 bits."""
    root = pki.default_pki("es256").root
    return pki.make_pki("ed25519", root=root, issuer=pki.make_authority("es256", root, key=ec.generate_private_key(ec.SECP224R1())))


@cache
def weak_leaf(name: str) -> pki.Pki:
    """Signed by its issuer with an old hash."""
    root = pki.default_pki("es256").root
    made = pki.make_pki("ed25519", root=root)
    return pki.Pki(algorithm="ed25519", root=root, intermediate=None, leaf=old_hash(made.leaf, root, name), key=made.key)


def trusting(*algorithms: str) -> Callable[[], TrustPolicy]:
    return lambda: TrustPolicy.of(*(pki.root_pem(algorithm) for algorithm in algorithms))


def edited(change: Callable[[list[bytes]], None]) -> Callable[[], pki.Pki]:
    return once(lambda: pki.make_pki("ed25519", root=trusted_root(), edit=change))


def version_1(fields: list[bytes]) -> None:
    del fields[0]
    del fields[-1]


def unique_identifier(fields: list[bytes]) -> None:
    fields.insert(-1, pki.tlv(0x81, b"\0\x01"))


def doubled_extensions(fields: list[bytes]) -> None:
    from credkit.trust.der import read

    items = [item.raw for item in read(fields[-1], "test").only("extensions").children()]
    fields[-1] = pki.tlv(0xA3, pki.tlv(0x30, *items, items[-1]))


_UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
_NAMES = (
    ("famous", self_signed("Adobe Inc.", "Adobe Inc.", aki=False), "a famous company"),
    ("homoglyph", self_signed("\u0410dobe Inc.", "Adobe Inc.", aki=False), "a famous company in letters of two scripts"),
    ("trusted-signer", self_signed("credkit test", "credkit test signer", aki=False), "the trusted signer"),
    ("control", self_signed("Adobe Inc.\x1b[2J\r\nverdict: TRUSTED", "\u202eeoda", aki=False), "somebody who steers terminals"),
    ("long", self_signed("A" * 64, "B" * 64, aki=False), "somebody with a very long name"),
)


ATTACKS: tuple[Attack, ...] = (
    # B6: names prove nothing.
    *(
        attack(
            f"self-signed-{name}",
            own(make),
            "Valid",
            *OWN,
            family="self-signed-name",
            idea=f"A certificate that its holder made himself names {words}.",
            keyless=True,
        )
        for name, make, words in _NAMES
    ),
    *(
        attack(name, make, "Valid", *OWN, family="lookalike-authority", idea=idea, keyless=True)
        for name, make, idea in (
            ("lookalike-root", own(lookalike), "All names are those of a trusted chain; the keys are the attacker's."),
            ("lookalike-root-brought", with_root(lookalike), "The same, and the chain brings its own root."),
            ("lookalike-key-identifiers", own(under_identifier_twin), "The same, and the key identifiers are those of the trusted root."),
            (
                "lookalike-key-identifiers-brought",
                with_root(under_identifier_twin),
                "The same, and the chain brings the root that has them.",
            ),
            ("own-root-brought", with_root(stranger), "The chain is sound and brings its own root."),
            (
                "genuine-root-brought",
                chain_of(stranger, lambda: (*stranger().chain, *pki.default_pki("ed25519").chain[1:], trusted_root().der)),
                "Behind an own chain stands the trusted one.",
            ),
            (
                "genuine-issuers-only",
                chain_of(stranger, lambda: (stranger().leaf, trusted_middle().der, trusted_root().der)),
                "The issuers in the chain are genuine, and issued something else.",
            ),
        )
    ),
    attack(
        "issuer-not-asked",
        own(in_the_name_of_the_middle),
        "Valid",
        *OWN,
        family="forged-issue",
        idea="The certificate names the trusted authority as its issuer; another key signed it.",
        keyless=True,
    ),
    attack(
        "issued-by-a-signer",
        chain_of(under_signer, lambda: (under_signer().leaf, *pki.default_pki("ed25519").chain)),
        "Valid",
        *OWN,
        family="forged-issue",
        idea="Whoever has a certificate for signing claims issues certificates with it.",
        keyless=False,
    ),
    attack(
        "certificate-in-place-of-another",
        swapped_chain,
        "Valid",
        *OWN,
        UNBOUND,
        family="certificate-of-the-same-key",
        idea="The chain in the unprotected header is exchanged for one that gives the same key another name.",
        keyless=True,
        tolerated='"X.509 certificates" lets the chain stand in the unprotected header, where no signature covers it',
    ),
    *(
        attack(name, make, "Invalid", *codes, family="chain-of-another", idea=idea, keyless=True)
        for name, make, codes, idea in (
            (
                "chain-of-the-victim",
                chain_of(stranger, lambda: pki.default_pki("ed25519").chain),
                (*BOUND, INSIDE, "signingCredential.trusted", MISMATCH),
                "The chain is that of a trusted signer, the signature the attacker's.",
            ),
            (
                "victim-first",
                chain_of(stranger, lambda: (pki.default_pki("ed25519").leaf, *stranger().chain)),
                (*BOUND, INSIDE, UNTRUSTED, MISMATCH),
                "Two leaves stand in the chain, that of the victim first.",
            ),
            (
                "authority-first",
                chain_of(stranger, lambda: (trusted_middle().der, *stranger().chain)),
                (*BOUND, INSIDE, UNTRUSTED, INVALID, MISMATCH),
                "A trusted authority stands in the place of the leaf.",
            ),
        )
    ),
    attack(
        "victim-last",
        chain_of(stranger, lambda: (*stranger().chain, *pki.default_pki("ed25519").chain)),
        "Valid",
        *OWN,
        family="chain-of-another",
        idea="Behind the attacker's chain stands that of a trusted signer.",
        keyless=True,
    ),
    # B8: chains that cost time.
    *(
        attack(name, make, "Valid", *OWN, family=family, idea=idea, keyless=True)
        for name, family, make, idea in (
            ("fifteen-namesakes", "path-flood", chain_of(_flooded, flood(15)), "Fifteen certificates could be the issuer, and none is."),
            (
                "two-hundred-ways",
                "path-flood",
                chain_of(lambda: ladder()[0], lambda: ladder()[1]),
                "Each step can be taken by three certificates, and none leads to an anchor.",
            ),
            ("ring", "path-loop", chain_of(lambda: ring()[0], lambda: ring()[1]), "Two authorities issued each other."),
            (
                "own-issuer-again",
                "path-loop",
                chain_of(stranger, lambda: (stranger().leaf, *(stranger().chain[1],) * 15)),
                "The same issuer stands fifteen times in the chain.",
            ),
            (
                "leaf-again",
                "path-loop",
                chain_of(stranger, lambda: (stranger().leaf,) * 16),
                "The same leaf stands sixteen times in the chain.",
            ),
            (
                "largest-certificate",
                "oversize-chain",
                chain_of(stranger, sized(64 << 10)),
                "The certificate is as large as one may be.",
            ),
            (
                "garbage-issuers",
                "unreadable-chain",
                chain_of(stranger, lambda: (stranger().leaf, b"garbage", b"", b"\x30\x80\0\0")),
                "What stands behind the leaf is no certificate.",
            ),
        )
    ),
    *(
        attack(name, make, "Invalid", *BOUND, INVALID, *more, family=family, idea=idea, keyless=True)
        for name, family, make, more, idea in (
            (
                "seventeen-certificates",
                "oversize-chain",
                chain_of(stranger, lambda: (stranger().leaf,) * 17),
                (),
                "The chain is longer than a chain may be.",
            ),
            (
                "thousands-of-certificates",
                "oversize-chain",
                chain_of(stranger, lambda: (stranger().leaf, *(b"\x30\x00",) * 5000)),
                (),
                "The chain has five thousand entries.",
            ),
            (
                "certificate-too-large",
                "oversize-chain",
                chain_of(stranger, sized((64 << 10) + 1)),
                (),
                "The certificate is one byte larger than one may be.",
            ),
            ("certificate-cut", "unreadable-chain", chain_of(stranger, lambda: (stranger().leaf[:-1],)), (), "The leaf is cut short."),
            (
                "certificate-continued",
                "unreadable-chain",
                chain_of(stranger, lambda: (stranger().leaf + b"\0",)),
                (),
                "A byte stands behind the leaf.",
            ),
            ("certificate-empty", "unreadable-chain", chain_of(stranger, lambda: (b"",)), (), "The leaf is empty."),
            (
                "certificate-in-pem",
                "unreadable-chain",
                chain_of(stranger, lambda: (x509.load_der_x509_certificate(stranger().leaf).public_bytes(Encoding.PEM),)),
                (),
                "The leaf is written as text.",
            ),
        )
    ),
    attack(
        "hundreds-of-names",
        own(lambda: constrained(700)),
        "Trusted",
        *SOUND,
        family="name-constraints",
        idea="Each of seven hundred names, all of them right, has to be held against fourteen hundred constraints.",
        keyless=False,
    ),
    *(
        attack(name, own(make), "Valid", *OWN, family="name-constraints", idea=idea, keyless=False)
        for name, make, idea in (
            (
                "name-not-permitted",
                lambda: constrained(20, "a.elsewhere.test"),
                "An authority that may issue for few names issues for another.",
            ),
            ("thousands-of-names", lambda: constrained(900), "There are more comparisons of names than a path may cost."),
        )
    ),
    # B7: certificates that a trusted authority issued and that may not sign claims.
    *(
        attack(f"profile-{name}", own(make), "Invalid", *BAD, family=family, idea=idea, keyless=False)
        for name, family, make, idea in (
            ("any-purpose", "bad-purpose", lambda: issued(eku=("2.5.29.37.0",)), "The certificate is for any purpose."),
            (
                "any-purpose-beside",
                "bad-purpose",
                lambda: issued(eku=(pki.EMAIL_PROTECTION, "2.5.29.37.0")),
                "The certificate is for claims and for any purpose.",
            ),
            ("no-purpose", "bad-purpose", lambda: issued(eku=None), "The certificate names no purpose."),
            ("servers", "bad-purpose", lambda: issued(eku=(pki.SERVER_AUTH,)), "The certificate is one for web servers."),
            ("time-stamps", "bad-purpose", lambda: issued(eku=(pki.TIME_STAMPING,)), "The certificate is one for time-stamps."),
            (
                "time-stamps-beside",
                "bad-purpose",
                lambda: issued(eku=(pki.CLAIM_SIGNING, pki.TIME_STAMPING)),
                "The certificate is for claims and for time-stamps.",
            ),
            ("ocsp", "bad-purpose", lambda: issued(eku=(pki.OCSP_SIGNING,)), "The certificate is one for OCSP responses."),
            (
                "ocsp-beside",
                "bad-purpose",
                lambda: issued(eku=(pki.EMAIL_PROTECTION, pki.OCSP_SIGNING)),
                "The certificate is for claims and for OCSP responses.",
            ),
            ("authority", "authority-as-signer", lambda: issued(ca=True), "An authority signs a claim."),
            (
                "authority-whole",
                "authority-as-signer",
                lambda: issued(ca=True, usage=("digital_signature", "key_cert_sign")),
                "An authority that may sign anything signs a claim.",
            ),
            (
                "issues",
                "authority-as-signer",
                lambda: issued(usage=("digital_signature", "key_cert_sign")),
                "The certificate may sign other certificates.",
            ),
            ("no-usage", "bad-key-usage", lambda: issued(usage=None), "The certificate does not say what its key is for."),
            ("encryption", "bad-key-usage", lambda: issued(usage=("key_encipherment",)), "The key is for encryption."),
            ("commitment", "bad-key-usage", lambda: issued(usage=("content_commitment",)), "The key may not make digital signatures."),
            ("no-key-identifier", "bad-form", lambda: issued(aki=False), "The certificate does not say which key issued it."),
            ("unique-identifier", "bad-form", edited(unique_identifier), "The certificate has a field of version 2."),
            (
                "unknown-critical",
                "unknown-critical-extension",
                lambda: issued(extensions=((_UNKNOWN, True),)),
                "The certificate has a critical extension that nobody knows.",
            ),
        )
    ),
    attack(
        "profile-version-1",
        own(edited(version_1)),
        "Invalid",
        *BAD,
        family="bad-form",
        idea="The certificate is of the first version, which has no extensions.",
        keyless=False,
    ),
    attack(
        "profile-extension-twice",
        own(edited(doubled_extensions)),
        "Invalid",
        *BAD,
        family="bad-form",
        idea="One reader takes the first of two extensions, another the last.",
        keyless=False,
    ),
    attack(
        "profile-unknown-extension",
        own(lambda: issued(extensions=((_UNKNOWN, False),))),
        "Trusted",
        *SOUND,
        family="unknown-critical-extension",
        idea="An extension that nobody knows and that is not critical changes nothing.",
        keyless=False,
    ),
    # Authorities between the signer and the anchor.
    *(
        attack(f"authority-{name}", make, "Valid", *OWN, family=family, idea=idea, keyless=False, **options)
        for name, family, make, idea, options in (
            ("path-length-0", "path-length", below(0), "An authority issued one below it that it may not have.", {}),
            ("no-authority", "issuer-without-right", own(no_authority), "The issuer is no authority, although its key may sign.", {}),
            ("may-not-issue", "issuer-without-right", own(cannot_issue), "The issuer is an authority whose key may not issue.", {}),
            (
                "unknown-critical",
                "unknown-critical-extension",
                own(lambda: issued_below(extensions=((_UNKNOWN, True),))),
                "The issuer has a critical extension that nobody knows.",
                {},
            ),
            (
                "no-key-identifiers",
                "bad-form",
                own(lambda: issued_below(key_identifiers=False)),
                "The issuer's certificate has no key identifiers.",
                {},
            ),
            (
                "rsa-1024",
                "weak-issuer",
                own(small_rsa),
                "The issuer's key can be found by trying.",
                {"policy": trusting("ps256")},
            ),
            (
                "sha1",
                "weak-issuer",
                own(lambda: weak_middle("sha1")),
                "The issuer was issued with SHA-1.",
                {"policy": trusting("es256")},
            ),
            (
                "sha224",
                "weak-issuer",
                own(lambda: weak_middle("sha224")),
                "The issuer was issued with a hash that C2PA does not have.",
                {"policy": trusting("es256")},
            ),
            (
                "curve-224",
                "weak-issuer",
                own(small_curve),
                "The issuer's key is on a curve that is too small.",
                {"policy": trusting("es256")},
            ),
        )
    ),
    attack(
        "authority-path-length-1",
        below(1),
        "Trusted",
        *SOUND,
        family="path-length",
        idea="The same with the right to have it is accepted, so that the refusal above says something.",
        keyless=False,
    ),
    *(
        attack(
            f"leaf-issued-with-{name}",
            own(lambda n=name: weak_leaf(n)),
            "Invalid",
            *BAD,
            family="weak-issuer",
            idea="The leaf was issued with a hash for which a second certificate can be found.",
            keyless=False,
            policy=trusting("es256"),
        )
        for name in ("sha1", "sha224")
    ),
    *(
        attack(
            f"authority-{name}",
            own(lambda f=fields: issued_below(**f)),
            "Invalid",
            *BOUND,
            VALIDATED,
            UNTRUSTED,
            OUTSIDE,
            family="authority-out-of-time",
            idea="The signer is within his time, an authority above him is not.",
            keyless=False,
        )
        for name, fields in (
            ("expired", {"not_after": pki.NOW - DAY}),
            ("not-yet-valid", {"not_before": pki.NOW + DAY}),
        )
    ),
)
