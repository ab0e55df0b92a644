"""Certificates in OpenSSL's hands: whether it can read one, and which path it finds to an anchor (RFC 5280, section 6).

This is what ``X509Store`` and ``X509StoreContext`` of pyOpenSSL do, call by call, with the functions that ``cryptography`` carries for
pyOpenSSL. pyOpenSSL itself is not loaded: it brings sockets, mail addresses and all of ``cryptography.x509`` along, which takes longer than
the verification of a file. It stays among the dependencies because it names the versions of ``cryptography`` that have these functions.

What may be on a path, and what an answer means, is decided in ``path`` and ``profile``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

from credkit.errors import MalformedError

__all__ = ["Handle", "Refusal", "find_path", "load"]

_NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the bindings do not name."""
_CODE = "signingCredential.invalid"

Handle = Any
"""A certificate of OpenSSL's; freed when nothing refers to it any more."""


class Refusal(Exception):
    """OpenSSL finds no path; ``str()`` is its own short sentence."""

    def __init__(self, message: str, *, error: int = 0) -> None:
        super().__init__(message)
        self.error = error
        """Number of the error (``X509_V_ERR_...``), 0 for what is none of path validation."""


@cache
def _openssl() -> tuple[Any, Any]:
    """Its functions, and what makes and frees objects for them."""
    from cryptography.hazmat.bindings.openssl.binding import Binding

    return Binding().lib, Binding().ffi


def load(der: bytes) -> Handle:
    """The certificate at the beginning of ``der``; ``MalformedError`` (``signingCredential.invalid``) when OpenSSL cannot read it."""
    lib, ffi = _openssl()
    # The memory has to stay for as long as OpenSSL reads from it.
    memory = ffi.new("char[]", bytes(der))
    stream = ffi.gc(_there(lib.BIO_new_mem_buf(memory, len(der))), lib.BIO_free)
    found = lib.d2i_X509_bio(stream, ffi.NULL)
    if found == ffi.NULL:
        raise MalformedError(f"OpenSSL cannot read it: {_complaint()}", code=_CODE, where="certificate")
    return ffi.gc(found, lib.X509_free)


def find_path(certificate: Handle, others: Iterable[Handle], anchors: Iterable[Handle], at: datetime | None) -> tuple[bytes, ...]:
    """DER of the certificates from ``certificate`` over ``others`` to one of ``anchors`` at ``at`` (aware; None: in or out of time).

    Anchors may be subordinate authorities. ``Refusal`` when there is no such path.
    """
    lib, ffi = _openssl()
    trusted, untrusted = tuple(anchors), tuple(others)
    store = _store(trusted, at)
    chain = ffi.gc(_there(lib.sk_X509_new_null()), lib.sk_X509_free)
    for other in untrusted:
        _done(lib.sk_X509_push(chain, other) > 0)
    search = _there(lib.X509_STORE_CTX_new())
    try:
        _done(lib.X509_STORE_CTX_init(search, store, certificate, chain) == 1)
        if lib.X509_verify_cert(search) <= 0:
            error = lib.X509_STORE_CTX_get_error(search)
            raise Refusal(ffi.string(lib.X509_verify_cert_error_string(error)).decode("utf-8"), error=error)
        found = _there(lib.X509_STORE_CTX_get1_chain(search))
    finally:
        # The search borrows the store, the chain and the certificate, so it goes before them.
        lib.X509_STORE_CTX_free(search)
        lib.ERR_clear_error()
    path = [ffi.gc(lib.sk_X509_value(found, position), lib.X509_free) for position in range(lib.sk_X509_num(found))]
    lib.sk_X509_free(found)
    return tuple(map(_dumped, path))


def _store(anchors: Iterable[Handle], at: datetime | None) -> Any:
    lib, ffi = _openssl()
    store = ffi.gc(_there(lib.X509_STORE_new()), lib.X509_STORE_free)
    flags = lib.X509_V_FLAG_PARTIAL_CHAIN | lib.X509_V_FLAG_X509_STRICT | lib.X509_V_FLAG_POLICY_CHECK
    _done(lib.X509_STORE_set_flags(store, flags | (_NO_CHECK_TIME if at is None else 0)) != 0)
    if at is not None:
        parameters = ffi.gc(_there(lib.X509_VERIFY_PARAM_new()), lib.X509_VERIFY_PARAM_free)
        lib.X509_VERIFY_PARAM_set_time(parameters, int(at.timestamp()))
        _done(lib.X509_STORE_set1_param(store, parameters) != 0)
    for anchor in anchors:
        _done(lib.X509_STORE_add_cert(store, anchor) == 1)
    return store


def _dumped(certificate: Handle) -> bytes:
    lib, ffi = _openssl()
    stream = ffi.gc(_there(lib.BIO_new(lib.BIO_s_mem())), lib.BIO_free)
    _done(lib.i2d_X509_bio(stream, certificate) == 1)
    content = ffi.new("char**")
    size = lib.BIO_get_mem_data(stream, content)
    return bytes(ffi.buffer(content[0], size))


def _there(pointer: Any) -> Any:
    _done(pointer != _openssl()[1].NULL)
    return pointer


def _done(success: bool) -> None:
    if not success:
        _refuse()


def _refuse() -> NoReturn:
    raise Refusal(f"OpenSSL refuses it: {_complaint()}")


def _complaint() -> str:
    """The first entry of the error queue, which is left empty, as ``cryptography`` expects to find it."""
    lib, ffi = _openssl()
    words = lib.ERR_reason_error_string(lib.ERR_get_error())
    lib.ERR_clear_error()
    return ffi.string(words).decode("utf-8", "replace") if words != ffi.NULL else "it gives no reason"
