"""An OCSP responder in memory: sound responses about any certificate, and responses with a single lie.

``response(issuer, certificate)`` is what the issuer says; each keyword spoils one thing. ``Responder`` answers requests, as a fetcher in
memory or behind ``OcspServer`` over HTTP on this machine. Nothing here looks at ``credkit.trust.revocation``.
"""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from asn1crypto import core, ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID

from credkit.errors import FetchError
from credkit.trust.fetch import Request, Response
from tests.forge import pki

NOW = pki.NOW
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = "http://ocsp.credkit.test/"


def access(url: str = URL, method: Any = AuthorityInformationAccessOID.OCSP) -> tuple[x509.ExtensionType, bool]:
    """The extension that says where to ask."""
    location = x509.AccessDescription(method, x509.UniformResourceIdentifier(url))
    return x509.AuthorityInformationAccess([location]), False


def revocation_list() -> tuple[x509.ExtensionType, bool]:
    """The extension that names a list of revoked certificates."""
    place = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.credkit.test/")], None, None, None)
    return x509.CRLDistributionPoints([place]), False


@dataclass(frozen=True, kw_only=True)
class Delegate:
    """A responder to which the issuer gave a certificate of its own."""

    certificate: bytes
    key: Any = field(repr=False)


def make_delegate(issuer: pki.Authority, *, eku: Sequence[str] | None = (pki.OCSP_SIGNING,), key: Any = None, **leaf: Any) -> Delegate:
    """A responder under ``issuer``; ``leaf`` are further keywords of ``pki.make_leaf``."""
    key = key or pki.new_key("es256")
    leaf.setdefault("subject", pki.name("credkit test responder"))
    return Delegate(certificate=pki.make_leaf(issuer, key, eku=eku, **leaf), key=key)


def status(
    issuer: bytes,
    certificate: bytes,
    *,
    says: str = "good",
    hash_name: str = "sha1",
    this_update: datetime = NOW - HOUR,
    next_update: datetime | None = NOW + 7 * DAY,
    revoked_at: datetime = NOW - 2 * HOUR,
    reason: str | None = None,
    critical: bool = False,
    serial_number: int | None = None,
    name: bytes | None = None,
) -> dict[str, Any]:
    """A SingleResponse about ``certificate``; ``serial_number`` and ``name`` (what is hashed as the issuer's) are lies."""
    about, by = asn1_x509.Certificate.load(certificate), asn1_x509.Certificate.load(issuer)
    octets = bytes(by["tbs_certificate"]["subject_public_key_info"]["public_key"])
    value: Any = core.Null()
    if says == "revoked":
        value = {"revocation_time": revoked_at} | ({"revocation_reason": reason} if reason else {})
    found: dict[str, Any] = {
        "cert_id": {
            "hash_algorithm": {"algorithm": hash_name},
            "issuer_name_hash": hashlib.new(hash_name, name or about.issuer.dump()).digest(),
            "issuer_key_hash": hashlib.new(hash_name, octets).digest(),
            "serial_number": about.serial_number if serial_number is None else serial_number,
        },
        "cert_status": ocsp.CertStatus(name=says, value=value),
        "this_update": this_update,
    }
    if next_update is not None:
        found["next_update"] = next_update
    if critical:
        found["single_extensions"] = [_strange_extension()]
    return found


def _strange_extension() -> dict[str, Any]:
    return {"extn_id": "1.3.6.1.5.5.7.48.1.99", "critical": True, "extn_value": core.ParsableOctetString(b"\x05\x00")}


def response(
    issuer: pki.Authority,
    certificate: bytes,
    *,
    signer: Delegate | None = None,
    by_key: bool = False,
    certificates: Sequence[bytes] | None = None,
    produced_at: datetime = NOW - HOUR,
    statuses: Sequence[dict[str, Any]] | None = None,
    nonce: bytes | None = None,
    critical_extension: bool = False,
    signature: str = "",
    signing_key: Any = None,
    flip: bool = False,
    refusal: int = 0,
    kind: str = "basic_ocsp_response",
    named: bytes | None = None,
    **single: Any,
) -> bytes:
    """An OCSPResponse in DER by ``issuer``, or by ``signer`` in its name.

    ``by_key`` names the signer by its key; ``certificates`` are what the response brings, ``signature`` the algorithm
    (``sha256_rsa``, ``sha1_rsa``, ``rsassa_pss``, ``sha256_ecdsa``, ``ed25519``; chosen by the key when empty), ``signing_key`` another key
    than the signer's, ``flip`` spoils a bit of the signature, ``refusal`` is another response status, ``named`` the certificate that the
    response says it is signed with; ``single`` are the keywords of ``status``.
    """
    if refusal:
        return ocsp.OCSPResponse({"response_status": refusal}).dump()
    own = signer.certificate if signer else issuer.der
    key = signing_key or (signer.key if signer else issuer.key)
    extensions = []
    if nonce is not None:
        extensions.append({"extn_id": "nonce", "extn_value": core.ParsableOctetString(core.OctetString(nonce).dump())})
    if critical_extension:
        extensions.append(_strange_extension())
    data: dict[str, Any] = {
        "responder_id": _responder(named or own, by_key=by_key),
        "produced_at": produced_at,
        "responses": statuses if statuses is not None else [status(issuer.der, certificate, **single)],
    }
    if extensions:
        data["response_extensions"] = extensions
    signed = ocsp.ResponseData(data)
    algorithm = signature or _default(key)
    made = bytearray(_sign(key, algorithm, signed.dump()))
    made[-1] ^= flip
    basic: dict[str, Any] = {"tbs_response_data": signed, "signature_algorithm": _algorithm(algorithm), "signature": bytes(made)}
    brought = ((signer.certificate,) if signer else ()) if certificates is None else certificates
    if brought:
        basic["certs"] = [asn1_x509.Certificate.load(der) for der in brought]
    answer = core.ParsableOctetString(ocsp.BasicOCSPResponse(basic).dump())
    return ocsp.OCSPResponse({"response_status": 0, "response_bytes": {"response_type": kind, "response": answer}}).dump()


def _responder(certificate: bytes, *, by_key: bool) -> ocsp.ResponderId:
    loaded = asn1_x509.Certificate.load(certificate)
    if not by_key:
        return ocsp.ResponderId(name="by_name", value=loaded.subject)
    return ocsp.ResponderId(name="by_key", value=hashlib.sha1(bytes(loaded.public_key["public_key"])).digest())


def _default(key: Any) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return "sha256_rsa"
    return "sha256_ecdsa" if isinstance(key, ec.EllipticCurvePrivateKey) else "ed25519"


def _algorithm(name: str) -> dict[str, Any]:
    if name != "rsassa_pss":
        return {"algorithm": name}
    mask = {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}}
    return {"algorithm": name, "parameters": {"hash_algorithm": {"algorithm": "sha256"}, "mask_gen_algorithm": mask, "salt_length": 32}}


def _sign(key: Any, algorithm: str, data: bytes) -> bytes:
    chosen = hashes.SHA1() if algorithm.startswith("sha1") else hashes.SHA256()
    if isinstance(key, rsa.RSAPrivateKey):
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)
        return key.sign(data, pss if algorithm == "rsassa_pss" else padding.PKCS1v15(), chosen)
    return key.sign(data, ec.ECDSA(chosen)) if isinstance(key, ec.EllipticCurvePrivateKey) else key.sign(data)


def serial_number(certificate: bytes) -> int:
    """Of a certificate in DER."""
    found: int = asn1_x509.Certificate.load(certificate).serial_number
    return found


def asked_about(request: bytes) -> int:
    """The serial number that an OCSPRequest is about."""
    asked = ocsp.OCSPRequest.load(request, strict=True)["tbs_request"]["request_list"][0]["req_cert"]
    found: int = asked["serial_number"].native
    return found


class Responder:
    """Answers requests about the certificates that it knows, from memory; a ``Fetcher``.

    ``echo`` repeats the nonce. ``body`` is sent in place of a response, ``error`` is what goes wrong instead of an answer; ``spoiled`` are
    keywords of ``response``.
    """

    def __init__(
        self,
        known: Sequence[tuple[pki.Authority, bytes]],
        *,
        echo: bool = True,
        body: bytes | None = None,
        error: str | None = None,
        **spoiled: Any,
    ) -> None:
        self.known = known
        self.echo = echo
        self.body = body
        self.error = error
        self.spoiled = spoiled
        self.requests: list[Request] = []

    def fetch(self, request: Request) -> Response:
        """The answer to a request."""
        self.requests.append(request)
        if self.error is not None:
            raise FetchError(self.error)
        return Response(url=request.url, body=self.answer(request.body or b""))

    def answer(self, der: bytes) -> bytes:
        """The response to an OCSPRequest; one that refuses when the certificate is not known."""
        if self.body is not None:
            return self.body
        nonce_value = ocsp.OCSPRequest.load(der, strict=True).nonce_value
        nonce = nonce_value.native if self.echo and nonce_value is not None else None
        for issuer, certificate in self.known:
            if serial_number(certificate) == asked_about(der):
                return response(issuer, certificate, **({"nonce": nonce} | self.spoiled))
        return response(self.known[0][0], self.known[0][1], refusal=6)


class OcspServer:
    """A responder behind HTTP on this machine; ``connect`` leads there whatever address was asked for."""

    def __init__(self, responder: Responder) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(responder))

    def connect(self, _address: tuple[str, int], timeout: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.server.server_port), timeout)

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def _handler(responder: Responder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            is_right = self.headers.get("Content-Type") == "application/ocsp-request"
            body = responder.answer(self.rfile.read(int(self.headers["Content-Length"]))) if is_right else b""
            self.send_response(200 if is_right else 415)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    return Handler
