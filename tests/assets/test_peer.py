"""Against the reference implementation: its stores in our frames, and ours where its own would be."""

from __future__ import annotations

import datetime
import io
import json

import pytest

from credkit.assets import BytesSource, read_store
from tests.assets.samples import embedded, jpeg, png, scan, webp, with_metadata

c2pa = pytest.importorskip("c2pa", reason="needs the reference implementation (c2pa-python)")

MANIFEST = {
    "claim_generator_info": [{"name": "credkit test", "version": "1"}],
    "title": "sample",
    "assertions": [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {
                        "action": "c2pa.created",
                        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation",
                    }
                ]
            },
        }
    ],
}
CASES = {"image/jpeg": jpeg(), "image/png": png(), "image/webp": webp()}


@pytest.fixture(scope="module")
def signer():
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "credkit test"), x509.NameAttribute(NameOID.COMMON_NAME, text)])

    root_key, key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    now = datetime.datetime.now(datetime.UTC)

    def usage(**chosen: bool) -> x509.KeyUsage:
        fields = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
        fields += ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
        return x509.KeyUsage(**{field: chosen.get(field, False) for field in fields})

    def certificate(subject: str, public, *, ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("root"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(usage(key_cert_sign=True, crl_sign=True) if ca else usage(digital_signature=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )
        if not ca:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        return builder.sign(root_key, None)

    chain = (certificate("signer", key.public_key(), ca=False), certificate("root", root_key.public_key(), ca=True))
    info = c2pa.C2paSignerInfo(
        alg=b"ed25519",
        sign_cert=b"".join(item.public_bytes(serialization.Encoding.PEM) for item in chain),
        private_key=key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        ta_url=None,
    )
    with c2pa.Signer.from_info(info) as made:
        yield made


def signed_by_peer(signer, media_type: str, data: bytes) -> bytes:
    target = io.BytesIO()
    settings = c2pa.Settings.from_dict({"builder": {"thumbnail": {"enabled": False}}})
    with c2pa.Builder(MANIFEST, context=c2pa.Context(settings=settings)) as builder:
        builder.sign(signer, media_type, io.BytesIO(data), target)
    return target.getvalue()


def read_by_peer(media_type: str, data: bytes) -> dict:
    with c2pa.Reader(media_type, io.BytesIO(data)) as reader:
        return json.loads(reader.json())


@pytest.mark.parametrize("media_type", CASES)
def test_a_store_of_the_peer_in_our_frame_is_the_same_file(signer, media_type):
    data = CASES[media_type]
    signed = signed_by_peer(signer, media_type, data)
    store = read_store(BytesSource(signed), scan(signed).store)
    ours = embedded(data, store)
    assert ours == signed
    assert read_by_peer(media_type, ours)["validation_state"] == "Valid"
    assert embedded(signed, None) == data


@pytest.mark.parametrize("media_type", CASES)
def test_the_peer_signs_what_we_wrote(signer, media_type):
    described = with_metadata(CASES[media_type], xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    signed = signed_by_peer(signer, media_type, embedded(described, None))
    assert read_by_peer(media_type, signed)["validation_state"] == "Valid"
    store = read_store(BytesSource(signed), scan(signed).store)
    assert read_by_peer(media_type, embedded(embedded(signed, None), store))["validation_state"] == "Valid"


@pytest.mark.parametrize("media_type", CASES)
def test_the_peer_does_not_accept_two_stores_either(signer, media_type):
    signed = signed_by_peer(signer, media_type, CASES[media_type])
    frame = scan(signed).store.frame[0]
    # Behind a chunk of odd length RIFF has a byte that no length speaks of.
    end = frame.end + (frame.length % 2 if media_type == "image/webp" else 0)
    doubled = signed[:end] + signed[frame.start :]
    for size in scan(signed).size_fields:
        doubled = doubled[: size.start] + (len(doubled) - 8).to_bytes(4, "little") + doubled[size.end :]
    assert len(scan(doubled).stores) == 2
    try:
        state = read_by_peer(media_type, doubled)["validation_state"]
    except c2pa.C2paError:
        return
    assert state == "Invalid"
