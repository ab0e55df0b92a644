"""Identity assertions (CAWG): whatever is wrong with them, the file stays Trusted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from typing import Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from credkit.limits import DEFAULT_LIMITS
from credkit.trust.lists import TrustList
from credkit.trust.policy import TrustPolicy
from tests.forge import identities, pki, tsa
from tests.forge.files import signed, standard
from tests.forge.identities import aggregation, aggregator, identity, stamped, time_text
from tests.forge.manifests import Assertion, Manifest, Ref, ingredient
from tests.verify.case import Case, policy
from tests.verify.case import case as line

TRUSTED, WELL_FORMED = "cawg.identity.trusted", "cawg.identity.well-formed"
UNTRUSTED = "cawg.x509.credential.untrusted"
MISMATCH = "cawg.x509.signature.mismatch"
NO_CREDENTIAL = "cawg.ica.invalid_verifiable_credential"
OTHERS = Assertion("org.test.other", {"a": 1})


@cache
def trusting() -> TrustPolicy:
    """Signers of the forge, its actors, its aggregators and its time-stamp authority."""
    dids = [aggregator(name).did for name in ("ed25519", "es256", "es384", "es512", "ps256")]
    named = TrustPolicy.of(
        identities=[identities.actor_root().pem],
        identity_issuers=[*dids, "did:web:issuer.example", "did:ion:x", "did:web:-", "did:jwk:e30"],
        tsa=[identities.authority().root.pem],
    )
    return policy().joined(named)


case = partial(line, state="Trusted", policy=trusting)


def with_(*more: Assertion) -> Callable[[], bytes]:
    return lambda: signed(standard(*more))


def named(**options: Any) -> Callable[[], bytes]:
    """With a certificate."""
    return lambda: signed(standard(OTHERS, identities.x509(**options)))


def attested(**options: Any) -> Callable[[], bytes]:
    """With the credential of an aggregator."""
    return lambda: signed(standard(aggregation(**options)))


def by(**leaf: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(identities.x509(identities.actor(**leaf))))


def on(days: float) -> datetime:
    return pki.NOW + timedelta(days=days)


def below(make: Callable[[Manifest], Assertion], *first: Assertion) -> Callable[[], bytes]:
    """An ingredient with a manifest of its own, behind others."""

    def build() -> bytes:
        manifest = standard(OTHERS, name="parent").build()
        return signed(standard(*first, ingredient(manifest, "componentOf"), make(manifest)), manifest)

    return build


def strange(**options: Any) -> identities.Stamp:
    """A token of an authority with a fault."""
    return stamped(lambda message: tsa.token(identities.strange_authority(**options), message))


def e_mail(*policies: str) -> Callable[[], bytes]:
    found = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in policies]
    extensions = ((x509.CertificatePolicies(found), False),) if found else ()
    return lambda: signed(standard(identities.x509(_e_mail_actor(extensions))))


@cache
def _e_mail_actor(extensions: Any) -> pki.Pki:
    return pki.make_pki("ed25519", root=identities.actor_root(), subject=pki.name("credkit test writer"), extensions=extensions)


def for_claims() -> TrustPolicy:
    """A list for identities that was made for another purpose."""
    chosen = TrustList.of(identities.actor_root().der, purposes=frozenset({pki.CLAIM_SIGNING}))
    return policy().joined(TrustPolicy.of(identities=[chosen]))


def choosing() -> TrustPolicy:
    return policy().joined(TrustPolicy.of(allowed=[identities.actor(eku=(pki.SERVER_AUTH,)).leaf]))


WEB = "did:web:issuer.example"


def answering(*more: Any) -> Any:
    """An issuer on the web with its key, and with ``more`` of them."""
    from tests.trust.test_did import Answers

    return Answers({"https://issuer.example/.well-known/did.json": identities.did_document(WEB, aggregator().key, *more)})


def answering_with_two_keys() -> Any:
    return answering(aggregator("es256").key)


def naming(key: str) -> Callable[[], bytes]:
    """A credential whose header names one of the issuer's keys; the first one signed it."""
    return attested(issuer=WEB, header={4: key.encode()})


_RESPONDER = x509.AuthorityInformationAccess(
    [x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier("http://ocsp.example"))]
)
_OTHER_BINDING: Callable[[Manifest], Assertion] = lambda m: identities.x509(references=(Ref("c2pa.hash.data", manifest=m),))  # noqa: E731

CASES: tuple[Case, ...] = (
    case("sound", named(), says=(TRUSTED, "cawg.x509.credential.trusted", "cawg.x509.signature.validated")),
    case("without a time-stamp", named(), says=("cawg.x509.signature.inside_validity",)),
    case("in the order of the declaration", named(declared=True), says=(TRUSTED,)),
    case("fields that were dropped", named(payload={"expected_claim_generator": {"alg": "sha256"}}), says=(TRUSTED,)),
    case("no roles", named(roles=()), says=(TRUSTED,)),
    case("two of them", with_(identities.x509(), identities.x509(label="cawg.identity__1")), says=(TRUSTED,)),
    case("vouches for another statement", named(references=(identities.BINDING, Ref("org.test.other"))), says=(TRUSTED,)),
    case("relative reference", named(references=(Ref("c2pa.hash.data"),)), says=(TRUSTED,)),
    case(
        "vouches for a statement below a second ingredient",
        below(
            lambda m: identities.x509(references=(identities.BINDING, Ref("org.test.other", m))),
            ingredient(relationship="componentOf", label="c2pa.ingredient.v3__1"),
        ),
    ),
    case("vouches for a statement below", below(lambda m: identities.x509(references=(identities.BINDING, Ref("org.test.other", m))))),
    case(
        "vouches for a statement below, at the end of the chain",
        below(lambda m: identities.x509(references=(identities.BINDING, Ref("org.test.other", m)))),
        "org.credkit.limit.exceeded",
        state="Invalid",
        limits=replace(DEFAULT_LIMITS, chain_depth=1),
        says=(TRUSTED,),
    ),
    case("nobody on the list", named(), UNTRUSTED, policy=policy, says=(WELL_FORMED,), lacks=(TRUSTED,)),
    case("no CBOR", with_(Assertion("cawg.identity", b"\xff")), "cawg.identity.cbor.invalid"),
    case("no map", with_(Assertion("cawg.identity", [1])), "cawg.identity.cbor.invalid"),
    case("JSON", with_(Assertion("cawg.identity", {"a": 1}, content="json")), "cawg.identity.cbor.invalid"),
    case("no padding field", named(edit=lambda v: {k: x for k, x in v.items() if k != "pad1"}), "cawg.identity.cbor.invalid"),
    case("an empty role", named(roles=("",)), "cawg.identity.cbor.invalid"),
    case("reference with another hash", named(references=(Ref("c2pa.hash.data", hash=bytes(32)),)), "cawg.identity.assertion.mismatch"),
    case(
        "reference to what is not listed",
        below(lambda m: identities.x509(references=(identities.BINDING, Ref("org.test.other", m, hash=bytes(32))))),
        "cawg.identity.assertion.mismatch",
    ),
    case(
        "reference with another algorithm",
        named(references=(identities.BINDING, Ref("org.test.other", alg="sha512", hash=bytes(64)))),
        "cawg.identity.assertion.mismatch",
    ),
    case("reference that names the algorithm of the claim", named(references=(Ref("c2pa.hash.data", alg="sha256"),)), says=(TRUSTED,)),
    case("the same twice", named(references=(identities.BINDING, Ref("c2pa.hash.data"))), "cawg.identity.assertion.duplicate"),
    case("no hard binding", named(references=(Ref("org.test.other"),)), "cawg.identity.hard_binding_missing"),
    case("nothing at all", named(references=()), "cawg.identity.hard_binding_missing"),
    case("another hard binding", below(_OTHER_BINDING), "cawg.identity.hard_binding_incorrect"),
    case("unknown kind", named(sig_type="org.test.stamp"), "cawg.identity.sig_type.unknown", lacks=(TRUSTED, WELL_FORMED)),
    case("padding that is none", named(pad1=b"\0\1"), "cawg.identity.pad.invalid", lacks=(TRUSTED, WELL_FORMED)),
    case("second padding that is none", named(pad2=b"\1"), "cawg.identity.pad.invalid"),
    case("signed something else", named(signs=lambda p: p | {"role": ["cawg.editor"]}), MISMATCH, lacks=(TRUSTED, WELL_FORMED)),
    case("changed after signing", named(edit=lambda v: v | {"signer_payload": v["signer_payload"] | {"role": ["x.y"]}}), MISMATCH),
    case("a payload of its own", named(payload=None, parts=lambda p: [p[0], p[1], b"x", p[3]]), MISMATCH),
    case("no signature", named(edit=lambda v: v | {"signature": b"\x01"}), MISMATCH),
    case("no certificate", named(chain=()), MISMATCH),
    case("another algorithm", named(alg=-47), "cawg.x509.algorithm.unsupported"),
    case("expired", by(not_before=on(-9), not_after=on(-1)), "cawg.x509.signature.outside_validity", UNTRUSTED, lacks=(WELL_FORMED,)),
    case("not for documents", by(eku=(pki.CLAIM_SIGNING,)), UNTRUSTED, says=(WELL_FORMED,)),
    case("not for documents, though the list is", by(eku=(pki.CLAIM_SIGNING,)), policy=for_claims, says=(TRUSTED,)),
    case("chosen by itself", by(eku=(pki.SERVER_AUTH,)), policy=choosing, says=(TRUSTED,)),
    case("an authority", by(ca=True), UNTRUSTED),
    case("for e-mail, person validated", e_mail("2.23.140.1.5.4.2"), says=(TRUSTED,), at=None),
    case("for e-mail, mailbox validated", e_mail("2.23.140.1.5.1.2"), UNTRUSTED),
    case("for e-mail, no policy", e_mail(), UNTRUSTED),
    case("for e-mail, too late", e_mail("2.23.140.1.5.4.2"), UNTRUSTED, at=datetime(2027, 4, 1, tzinfo=UTC)),
    case("names a responder", by(extensions=((_RESPONDER, False),)), informs=("cawg.x509.ocsp.skipped",)),
    case(
        "with a time-stamp",
        named(stamp=stamped()),
        says=("cawg.x509.time_stamp.trusted", "cawg.x509.time_stamp.validated", TRUSTED),
        lacks=("cawg.x509.signature.inside_validity",),
    ),
    case(
        "expired since, stamped before",
        named(stamp=stamped()),
        "claimSignature.outsideValidity",
        "signingCredential.untrusted",
        state="Invalid",
        at=on(400),
        says=(TRUSTED,),
    ),
    case("time-stamp of version 1", named(stamp=stamped(), header="sigTst"), lacks=("cawg.x509.time_stamp.malformed",), says=(TRUSTED,)),
    case("time-stamp is none", named(stamp=lambda _: tsa.container(b"\x30\x00")), informs=("cawg.x509.time_stamp.malformed",)),
    case("time-stamp of something else", named(stamp=stamped(imprint=bytes(32))), informs=("cawg.x509.time_stamp.mismatch",)),
    case("time-stamp of nobody", named(stamp=strange(known=False)), informs=("cawg.x509.time_stamp.untrusted",)),
    case(
        "time-stamp outside of its authority's time",
        named(stamp=strange(not_before=on(-0.01))),
        informs=("cawg.x509.time_stamp.outside_validity",),
    ),
    case(
        "time-stamp of an unfit authority",
        named(stamp=strange(eku=(pki.SERVER_AUTH,))),
        informs=("cawg.x509.time_stamp.credential_invalid", "cawg.x509.time_stamp.untrusted"),
    ),
    case("credential", attested(), says=("cawg.ica.credential_valid", TRUSTED)),
    *(case(f"credential, {name}", attested(algorithm=name), says=(TRUSTED,)) for name in ("es256", "es384", "es512", "ps256")),
    case("credential of nobody on the list", attested(), "cawg.ica.untrusted_issuer", policy=policy, says=(WELL_FORMED,)),
    case(
        "credential of 1.1",
        attested(
            **{"@context": ["https://www.w3.org/2018/credentials/v1", "https://cawg.io/identity/1.1/ica/context/"]},
            validFrom=None,
            issuanceDate=time_text(-3),
        ),
        says=(TRUSTED,),
    ),
    case("issuer with a name", attested(issuer={"id": aggregator().did, "name": "credkit test"}), says=(TRUSTED,)),
    case(
        "default algorithm named there",
        attested(asset=lambda a: a | {"referenced_assertions": [{"alg": "sha256"} | r for r in a["referenced_assertions"]]}),
        says=(TRUSTED,),
    ),
    case("bytes behind the credential", attested(whole=lambda data: data + b"\0"), "cawg.ica.invalid_cose_sign1"),
    case("no algorithm", attested(header={1: None}), "cawg.ica.invalid_alg", lacks=(WELL_FORMED,)),
    case("another content type", attested(header={3: "application/vc+cose"}), "cawg.ica.invalid_content_type"),
    case("not JSON", attested(body=lambda _: b"{"), NO_CREDENTIAL),
    case("JSON of something else", attested(body=lambda _: b"[]"), NO_CREDENTIAL),
    case("another type", attested(type=["VerifiableCredential"]), NO_CREDENTIAL),
    case("another context", attested(**{"@context": ["https://www.w3.org/ns/credentials/v2"]}), NO_CREDENTIAL),
    case("no subject", attested(credentialSubject=None), NO_CREDENTIAL),
    case("issuer on the web", attested(issuer="https://issuer.example"), "cawg.ica.invalid_issuer"),
    case("issuer of an unknown method", attested(issuer="did:ion:x"), "cawg.ica.did_unsupported_method"),
    case("issuer nowhere", attested(issuer="did:web:-"), "cawg.ica.did_unavailable"),
    case("issuer without a key", attested(issuer="did:jwk:e30"), "cawg.ica.invalid_did_document"),
    case("needs the network", attested(issuer="did:web:issuer.example"), "cawg.identity.network_traffic_blocked", lacks=(WELL_FORMED,)),
    case("had the network", attested(issuer="did:web:issuer.example"), fetcher=answering, says=(TRUSTED,)),
    case("two keys, none named", attested(issuer=WEB), fetcher=answering_with_two_keys, says=(TRUSTED,)),
    case("two keys, the right one named", naming(f"{WEB}#key-0"), fetcher=answering_with_two_keys, says=(TRUSTED,)),
    case("two keys, the other one named", naming(f"{WEB}#key-1"), "cawg.ica.signature_mismatch", fetcher=answering_with_two_keys),
    case("two keys, one named that is not there", naming(f"{WEB}#key-2"), fetcher=answering_with_two_keys, says=(TRUSTED,)),
    case("signed by another", attested(by=identities.Aggregator(pki.new_key("ed25519"), aggregator().did)), "cawg.ica.signature_mismatch"),
    case("signature spoilt", attested(signature=lambda s: bytes(len(s))), "cawg.ica.signature_mismatch"),
    case("stamped", attested(stamp=stamped()), says=("cawg.ica.time_stamp.validated", TRUSTED)),
    case("stamped wrongly", attested(stamp=stamped(imprint=bytes(32))), "cawg.ica.time_stamp.invalid"),
    case("no date", attested(validFrom=None), "cawg.ica.valid_from.missing"),
    case("date in the future", attested(validFrom=time_text(3)), "cawg.ica.valid_from.invalid"),
    case("date that is none", attested(validFrom="yesterday"), "cawg.ica.valid_from.invalid"),
    case("date after the time-stamp", attested(validFrom=time_text(-0.01), stamp=stamped()), "cawg.ica.valid_from.invalid"),
    case("ended", attested(validUntil=time_text(-1)), "cawg.ica.valid_until.invalid"),
    case("ends later", attested(validUntil=time_text(9)), says=(TRUSTED,)),
    case("names a status list", attested(credentialStatus={"id": "https://x.example"}), "cawg.ica.revocation.unsupported"),
    case("for something else", attested(asset=lambda a: a | {"role": ["cawg.creator"]}), "cawg.ica.signer_payload.mismatch"),
    case("for nothing", attested(asset=lambda _: None), "cawg.ica.signer_payload.mismatch"),
    case("nobody", attested(subject={"verifiedIdentities": []}), "cawg.ica.verified_identities.missing"),
    case(
        "not said by whom",
        attested(subject={"verifiedIdentities": [identity(), identity(provider=None)]}),
        "cawg.ica.verified_identities.invalid",
    ),
)
