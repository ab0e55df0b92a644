"""A time-stamp authority in memory: sound RFC 3161 tokens over any message, and tokens with a single lie.

``make_tsa()`` makes an authority under a root, ``token(tsa, message)`` a token, ``response(token)`` what it answers to a request; the
keywords of each spoil one thing. ``signed(...)`` is a claim signature whose header holds what it is given. ``TsaServer`` is the authority
on a loopback address, honest or with one lie.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding

from credkit.codec.cose import Sign1
from tests.forge import pki

NOW = pki.NOW
POLICY = "2.5.29.32.0"
_HASHES: dict[str, type[hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}


@dataclass(frozen=True, kw_only=True)
class Tsa:
    """A time-stamp authority with everything above it."""

    certificate: bytes
    """DER."""
    key: Any = field(repr=False)
    root: pki.Authority
    intermediate: pki.Authority | None = None

    @property
    def chain(self) -> tuple[bytes, ...]:
        """DER, its own certificate first, without the root."""
        return (self.certificate, self.intermediate.der) if self.intermediate else (self.certificate,)


def make_tsa(
    algorithm: str = "es256",
    *,
    root: pki.Authority | None = None,
    intermediate: bool = True,
    eku: Sequence[str] | None = (pki.TIME_STAMPING,),
    critical: bool = True,
    key: Any = None,
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    **leaf: Any,
) -> Tsa:
    """An authority; ``leaf`` are further keywords of ``pki.make_leaf``."""
    root = root or pki.make_root(algorithm, common_name="credkit test time-stamp root")
    middle = pki.make_authority(algorithm, root, common_name="credkit test time-stamp issuer") if intermediate else None
    key = key or pki.new_key(algorithm)
    purposes = [(x509.ExtendedKeyUsage([x509.ObjectIdentifier(oid) for oid in eku]), critical)] if eku is not None else []
    leaf.setdefault("subject", pki.name("credkit test time-stamp authority"))
    certificate = pki.make_leaf(middle or root, key, eku=None, extensions=(*extensions, *purposes), **leaf)
    return Tsa(certificate=certificate, key=key, root=root, intermediate=middle)


def stamp_info(
    message: bytes,
    *,
    imprint_hash: str = "sha256",
    imprint: bytes | None = None,
    time: datetime = NOW - timedelta(hours=1),
    raw_time: bytes | None = None,
    nonce: int | None = None,
    without_imprint: bool = False,
) -> bytes:
    """The TSTInfo; ``raw_time`` are the contents of its GeneralizedTime, whatever they are."""
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": imprint_hash},
                "hashed_message": imprint if imprint is not None else hashlib.new(imprint_hash, message).digest(),
            },
            "serial_number": 7,
            "gen_time": time,
            "accuracy": {"seconds": 1},
        }
    )
    if nonce is not None:
        info["nonce"] = nonce
    if raw_time is not None:
        info["gen_time"] = core.GeneralizedTime.load(pki.tlv(0x18, raw_time))
    if without_imprint:
        parts = [info[name].dump() for name in ("version", "policy", "serial_number", "gen_time")]
        return pki.tlv(0x30, *parts)
    return info.dump()


def token(
    tsa: Tsa,
    message: bytes,
    *,
    signature: str = "",
    digest_hash: str = "sha256",
    certificates: Sequence[bytes] | None = None,
    signing_certificate: Sequence[str] = ("v2",),
    named_certificate: bytes | None = None,
    signer_certificate: bytes | None = None,
    key_identifier: bool = False,
    message_digest: bytes | None = None,
    content_type: str | None = "tst_info",
    without: Sequence[str] = (),
    doubled: Sequence[str] = (),
    signers: int = 1,
    signing_key: Any = None,
    version: str = "v3",
    encapsulated: str = "tst_info",
    stated_salt: int = 32,
    **info: Any,
) -> bytes:
    """A TimeStampToken in DER.

    ``signature`` is one of sha256_rsa, sha384_rsa, sha512_rsa, sha1_rsa, rsassa_pkcs1v15, rsassa_pss, sha256_ecdsa ..., ed25519 (chosen by
    the key when empty); ``certificates`` what the token brings; ``signing_certificate`` the versions of that attribute;
    ``named_certificate`` the certificate that it names, ``signer_certificate`` the one that the signer is found by; ``without`` and
    ``doubled`` names of signed attributes; ``stated_salt`` the salt length in the parameters of PSS;
    ``info`` the keywords of ``stamp_info``.
    """
    content = stamp_info(message, **info)
    attributes = _attributes(
        content if message_digest is None else None,
        message_digest,
        content_type,
        named_certificate or tsa.certificate,
        signing_certificate,
        digest_hash,
    )
    attributes = [item for item in attributes if item["type"] not in without]
    attributes += [item for item in attributes if item["type"] in doubled]
    signed = cms.CMSAttributes(attributes)
    key = signing_key or tsa.key
    algorithm = signature or _default(key)
    signer = {
        "version": "v3" if key_identifier else "v1",
        "sid": _identifier(signer_certificate or tsa.certificate, tsa.key, key_identifier),
        "digest_algorithm": {"algorithm": digest_hash},
        "signature_algorithm": _signature_algorithm(algorithm, stated_salt),
        "signature": _sign(key, algorithm, signed.dump() if attributes else content, digest_hash),
    }
    if attributes:
        signer["signed_attrs"] = signed
    data = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": digest_hash}],
            "encap_content_info": {"content_type": encapsulated, "content": core.ParsableOctetString(content)},
            "signer_infos": [{**signer, "signature": signer["signature"] + bytes(n)} for n in range(signers)],
        }
    )
    data["version"] = version
    brought = tsa.chain if certificates is None else certificates
    if brought:
        data["certificates"] = [asn1_x509.Certificate.load(der) for der in brought]
    return cms.ContentInfo({"content_type": "signed_data", "content": data}).dump()


def response(stamp: bytes | None, status: int = 0, *, words: str = "", failure: int | None = None) -> bytes:
    """A TimeStampResp in DER around a token, or without one; ``failure`` is a bit of PKIFailureInfo."""
    information = [pki.tlv(0x02, bytes((status,)))]
    if words:
        information.append(pki.tlv(0x30, pki.tlv(0x0C, words.encode())))
    if failure is not None:
        octets = bytearray(failure // 8 + 1)
        octets[-1] = 0x80 >> failure % 8
        information.append(pki.tlv(0x03, bytes((7 - failure % 8,)), bytes(octets)))
    return pki.tlv(0x30, pki.tlv(0x30, *information), *([stamp] if stamp is not None else []))


def container(*values: object) -> dict[str, Any]:
    """A ``tstContainer``."""
    return {"tstTokens": [{"val": value} for value in values]}


def signed(signature: bytes = b"\x01" * 64, **unprotected: Any) -> Sign1:
    """A claim signature with these unprotected headers; the signature itself is nobody's."""
    return Sign1(protected_bytes=b"\xa1\x01\x27", protected={1: -8}, unprotected=unprotected, payload=None, signature=signature)


def _attributes(
    content: bytes | None,
    message_digest: bytes | None,
    content_type: str | None,
    certificate: bytes,
    versions: Sequence[str],
    digest_hash: str,
) -> list[dict[str, Any]]:
    digest = hashlib.new(digest_hash, content).digest() if content is not None else message_digest
    found: list[dict[str, Any]] = [{"type": "message_digest", "values": [digest]}]
    if content_type is not None:
        found.append({"type": "content_type", "values": [content_type]})
    if "v1" in versions:
        identifier = {"certs": [{"cert_hash": hashlib.sha1(certificate).digest()}]}
        found.append({"type": "signing_certificate", "values": [tsp.SigningCertificate(identifier)]})
    if "v2" in versions:
        identifier = {"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]}
        found.append({"type": "signing_certificate_v2", "values": [tsp.SigningCertificateV2(identifier)]})
    return found


def _identifier(certificate: bytes, key: Any, by_key: bool) -> cms.SignerIdentifier:
    if by_key:
        value = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest
        return cms.SignerIdentifier({"subject_key_identifier": value})
    loaded = asn1_x509.Certificate.load(certificate)
    named = cms.IssuerAndSerialNumber({"issuer": loaded.issuer, "serial_number": loaded.serial_number})
    return cms.SignerIdentifier({"issuer_and_serial_number": named})


def _default(key: Any) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    return "sha256_ecdsa" if isinstance(key, ec.EllipticCurvePrivateKey) else "sha256_rsa"


def _signature_algorithm(name: str, salt: int) -> dict[str, Any]:
    if name != "rsassa_pss":
        return {"algorithm": name}
    mask = {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}}
    parameters = {"hash_algorithm": {"algorithm": "sha256"}, "mask_gen_algorithm": mask, "salt_length": salt}
    return {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}


def _sign(key: Any, algorithm: str, data: bytes, digest_hash: str) -> bytes:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    head = algorithm.partition("_")[0]
    chosen = _HASHES[head if head in _HASHES else digest_hash]()
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(chosen))
    if algorithm == "rsassa_pss":
        return key.sign(data, padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32), hashes.SHA256())
    return key.sign(data, padding.PKCS1v15(), chosen)


@cache
def default_tsa() -> Tsa:
    """A sound authority; the same one each time."""
    return make_tsa()


def bulk(size: int) -> bytes:
    """A certificate of nobody that makes a token larger by about ``size`` bytes."""
    return pki.make_leaf(
        pki.make_root("es256"),
        pki.new_key("es256"),
        extensions=[(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(size)), False)],
    )


class TsaServer:
    """An authority that answers on a loopback address while the ``with`` block lasts.

    ``lie`` is what it does wrong, one of ``LIES``; ``sizes`` are the bytes by which its tokens are larger than need be, one number for each
    answer, the last for all that follow; ``spoiled`` are keywords of ``token``. ``requests`` are the TimeStampReq that came.
    """

    LIES = frozenset(
        {
            *("nonce", "no nonce", "imprint", "weaker hash", "no token", "refused", "picky", "unreadable", "other page"),
            *("error", "hang up", "slow", "huge", "moved"),
        }
    )

    def __init__(self, tsa: Tsa | None = None, lie: str = "", *, sizes: Sequence[int] = (), **spoiled: Any) -> None:
        assert not lie or lie in self.LIES, lie
        self.tsa = tsa or default_tsa()
        self.lie = lie
        self.fillers = [bulk(size) for size in sizes]
        self.spoiled = spoiled
        self.requests: list[tsp.TimeStampReq] = []
        self.fields: list[dict[str, str]] = []
        self.over = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/stamp"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, body: bytes) -> bytes:
        """The TimeStampResp to a request."""
        request = tsp.TimeStampReq.load(body, strict=True)
        self.requests.append(request)
        asked = request["message_imprint"]
        hash_name, nonce = asked["hash_algorithm"]["algorithm"].native, request["nonce"].native
        if self.lie == "refused":
            return response(None, 2, words="come back\x07 tomorrow", failure=14)
        if self.lie == "picky" and hash_name != "sha256":
            return response(None, 2, failure=0)
        if self.lie == "no token":
            return response(None)
        info = {
            "imprint_hash": hash_name,
            "imprint": asked["hashed_message"].native,
            "nonce": nonce,
            "time": datetime.now(UTC).replace(microsecond=0),
        }
        info |= {
            "nonce": {"nonce": nonce + 1},
            "no nonce": {"nonce": None},
            "imprint": {"imprint": bytes(len(info["imprint"]))},
            "weaker hash": {"imprint_hash": "sha1", "imprint": bytes(20)},
        }.get(self.lie, {})
        if self.fillers:
            filler = self.fillers[min(len(self.requests), len(self.fillers)) - 1]
            info["certificates"] = (*self.tsa.chain, filler)
        whole = response(token(self.tsa, b"", **(info | self.spoiled)))
        return whole[:-9] if self.lie == "unreadable" else whole


def _handler_of(authority: TsaServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            authority.fields.append({name.lower(): value for name, value in self.headers.items()})
            body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            if authority.lie == "slow":
                authority.over.wait(30)
            if authority.lie in ("slow", "hang up"):
                self.close_connection = True
                return
            status = {"error": 500, "moved": 302}.get(authority.lie, 200)
            bodies = {"other page": b"<html>Welcome to the network, please log in</html>", "huge": bytes(300 << 10)}
            self._send(status, bodies.get(authority.lie, body))

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(body)))
            if status == 302:
                self.send_header("Location", "http://169.254.169.254/stamp")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler
