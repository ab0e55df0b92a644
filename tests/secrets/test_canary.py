"""The search finds what it is to find: every secret, planted in every form."""

from __future__ import annotations

import base64
import json
import urllib.parse
import zlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.forge import pki
from tests.secrets.canary import PASSPHRASE, all_canaries, canary_key
from tests.secrets.scene import BASE64_OF_DER, KEY_PEM

KEY, WORD = all_canaries()
SEED = canary_key().private_bytes_raw()
DER = canary_key().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
PLANTED = {
    "raw": SEED,
    "first half": SEED[:16],
    "second half": SEED[16:],
    "DER": DER,
    "PEM": KEY_PEM,
    "PEM as Python shows it": repr(KEY_PEM).encode(),
    "PEM in JSON": json.dumps({"key": KEY_PEM.decode()}).encode(),
    "PEM as the terminal gets it": KEY_PEM.replace(b"\n", rb"\x0a"),
    "PEM of OpenSSH": canary_key().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
    "base64 on one line": BASE64_OF_DER.encode(),
    "hexadecimal": SEED.hex().encode(),
    "hexadecimal, large": SEED.hex().upper().encode(),
    "hexadecimal with colons": SEED.hex(":").encode(),
    "numbers": str(list(SEED)).encode(),
    "numbers in JSON": json.dumps(list(SEED), separators=(",", ":")).encode(),
    "one number": str(int.from_bytes(SEED[:16], "big")).encode(),
    "as Python shows it": repr(SEED).encode(),
    "percent": urllib.parse.quote(SEED).encode(),
    "UTF-8 of latin-1": SEED.decode("latin-1").encode(),
    **{f"base64 behind {n}": base64.b64encode(b"x" * n + SEED + b"y" * n) for n in range(6)},
    **{f"base64url behind {n}": base64.urlsafe_b64encode(b"x" * n + SEED + b"y" * n) for n in range(6)},
}


@pytest.mark.parametrize("form", PLANTED)
def test_a_planted_key_is_found(form: str) -> None:
    assert KEY.found_in(b"before " + PLANTED[form] + b" after")


@pytest.mark.parametrize("behind", range(4))
def test_a_planted_passphrase_is_found(behind: int) -> None:
    word = PASSPHRASE.encode()
    for data in (
        word,
        word.hex().encode(),
        base64.b64encode(b"x" * behind + word),
        urllib.parse.quote(word, safe="").encode(),
        repr(word).encode(),
    ):
        assert WORD.found_in(b"before " + data + b" after"), data


@pytest.mark.parametrize(
    "data", [b"", zlib.compress(bytes(range(256)) * 400), pki.default_pki().key_pem, b"canary-pass", b"another passphrase"]
)
def test_nothing_else_is_found(data: bytes) -> None:
    assert KEY.found_in(data) is None
    assert WORD.found_in(data) is None
