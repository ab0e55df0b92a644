"""Time-stamps and revocation responses beside our own signatures: what is asked, what is refused, and that every size comes out."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit import Statements, TrustPolicy
from credkit.api import sign_file
from credkit.codec.cose import Sign1, parse_sign1
from credkit.errors import CredentialError, CredkitError, DefinitionError, FetchError, OutputError
from credkit.limits import Limits
from credkit.sign.builder import Builder
from credkit.sign.seal import Adjuncts, Seal
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper, stamp_signature
from credkit.trust.fetch import Request, Response
from credkit.trust.http import HttpFetcher
from credkit.trust.timestamp import check_time_stamp, parse_token, signature_message
from tests.forge import ocsp, peer, pki, tsa
from tests.forge.pictures import KINDS, picture

CREATED = Statements(created="trainedAlgorithmicMedia")
POLICY = TrustPolicy.of(pki.root_pem(), tsa=[tsa.default_tsa().root.pem])
IMPATIENT = Limits(fetch_seconds=1)
MESSAGE = b"whatever is stamped"


@pytest.fixture
def server() -> Iterator[tsa.TsaServer]:
    with tsa.TsaServer() as running:
        yield running


def stamper_of(server: tsa.TsaServer) -> TimeStamper:
    return TimeStamper(server.url, HttpFetcher(limits=IMPATIENT))


def header_of(report: credkit.Report) -> Sign1:
    assert report.active is not None
    box = report.active.manifest.signature_box
    assert box is not None
    stored = box.content("cbor")
    assert stored is not None
    return parse_sign1(stored, where="signature")


def codes(report: credkit.Report) -> list[str]:
    assert report.active is not None
    return [status.code for status in report.active.results]


def stamped(signer: Signer, adjuncts: Adjuncts, kind: str = "png") -> bytes:
    out = io.BytesIO()
    builder = Builder()
    builder.created("trainedAlgorithmicMedia")
    builder.sign(picture(kind), out, signer, adjuncts=adjuncts)
    return out.getvalue()


# The authority is asked


def test_a_token_and_how_it_was_asked_for(server: tsa.TsaServer) -> None:
    token = parse_token(stamper_of(server).stamp(MESSAGE))
    assert check_time_stamp(token, MESSAGE, POLICY).trusted
    (request,), (fields,) = server.requests, server.fields
    assert request["cert_req"].native is True
    assert request["nonce"].native == token.nonce
    assert fields["content-type"] == "application/timestamp-query"
    assert fields["accept"] == "application/timestamp-reply"


def test_only_a_hash_leaves_the_house(server: tsa.TsaServer) -> None:
    stamper_of(server).stamp(MESSAGE)
    assert MESSAGE not in server.requests[0].dump()


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ("nonce", "cannot be used: it has the number of another request (nonce)"),
        ("no nonce", "cannot be used: it does not repeat the number of the request (nonce)"),
        ("imprint", "cannot be used: it stamps something else than was asked"),
        ("weaker hash", "cannot be used: it stamps something else than was asked"),
        ("no token", "did not stamp: it says that it stamped, and sent no time-stamp"),
        ("refused", 'did not stamp: its clock cannot be read; it says "come back tomorrow"'),
        ("unreadable", "answered is no answer of a time-stamp authority"),
        ("other page", "answered is no answer of a time-stamp authority"),
        ("error", "it answered 500"),
        ("hang up", "cannot be had from 127.0.0.1"),
        ("slow", "it did not answer in time"),
        ("huge", "cannot be had from 127.0.0.1"),
        ("moved", "it answered 302"),
    ],
)
def test_every_lie_is_told_in_a_sentence(lie: str, words: str, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    target.write_bytes(b"what was there")
    with tsa.TsaServer(lie=lie) as server, pytest.raises(FetchError) as caught:
        sign_file(picture("png"), target, CREATED, signer=pki.signer(), timestamp=server.url, limits=IMPATIENT)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"out.png": b"what was there"}


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        ({"certificates": ()}, "it does not bring the certificate"),
        ({"signing_key": pki.new_key("es256", 9)}, "the signature does not verify with the key of the certificate"),
        ({"signature": "sha256_ecdsa", "message_digest": bytes(32)}, "the content is not the one that was signed"),
        ({"signing_certificate": ()}, "does not say with which certificate it was made"),
        ({"digest_hash": "sha1"}, "an algorithm that C2PA does not allow"),
        ({"signers": 2}, "values of signature where one belongs"),
        ({"raw_time": b"20261340000000Z"}, "genTime is no time of the calendar"),
        ({"time": datetime(2001, 1, 1, tzinfo=UTC)}, "certificate was not valid at the time that it states, 2001-01-01 00:00:00 UTC"),
        ({"encapsulated": "data"}, "signed data holds something else than a time-stamp"),
    ],
)
def test_a_token_that_no_reader_could_accept_is_refused(spoiled: Mapping[str, Any], words: str) -> None:
    with tsa.TsaServer(**spoiled) as server, pytest.raises(FetchError) as caught:
        stamper_of(server).stamp(MESSAGE)
    assert words in str(caught.value)
    assert str(caught.value).startswith("the time-stamp from 127.0.0.1 cannot be used: ")


@pytest.mark.parametrize(
    ("leaf", "words"),
    [
        ({"eku": (pki.EMAIL_PROTECTION,)}, "not for time-stamps alone"),
        ({"critical": False}, "does not mark its purpose as critical"),
        ({"ca": True}, "CA:TRUE"),
    ],
)
def test_an_authority_whose_certificate_is_not_for_time_stamps(leaf: dict[str, Any], words: str) -> None:
    with tsa.TsaServer(tsa.make_tsa(**leaf)) as server, pytest.raises(FetchError, match=words):
        stamper_of(server).stamp(MESSAGE)


def test_an_authority_that_is_not_there(tmp_path: Path) -> None:
    with tsa.TsaServer() as server:
        url = server.url
    with pytest.raises(FetchError, match="connection refused"):
        sign_file(picture("jpg"), tmp_path / "out.jpg", CREATED, signer=pki.signer(), timestamp=url)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "url", ["", "tsa", "ftp://tsa.example.com", "http://", "http://[", "file:///etc/passwd", "http://tsa.example.com:x/"]
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(FetchError):
        TimeStamper(url, HttpFetcher()).stamp(MESSAGE)


@pytest.mark.parametrize("url", ["http://me:canary@tsa.example.com/", "https://canary@tsa.example.com", "HTTP://me:canary@[::1]:80"])
def test_a_password_in_the_address_is_refused_and_never_shown(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        TimeStamper(url, HttpFetcher())
    assert "canary" not in str(caught.value)


def test_an_authority_that_knows_only_sha_256_is_asked_again() -> None:
    with tsa.TsaServer(lie="picky") as server:
        found = stamped(pki.signer("ed25519"), Adjuncts(time_stamper=stamper_of(server)))
    asked = [request["message_imprint"]["hash_algorithm"]["algorithm"].native for request in server.requests]
    assert asked == ["sha512", "sha256"]
    assert credkit.verify_file(found, policy=POLICY).state == "Trusted"


def test_a_time_at_which_the_signer_was_not_valid(tmp_path: Path) -> None:
    early = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    authority = tsa.make_tsa(not_before=early - timedelta(days=1))
    with tsa.TsaServer(authority, time=early) as server, pytest.raises(CredentialError, match="at which the certificate .* is not valid"):
        sign_file(picture("png"), tmp_path / "out.png", CREATED, signer=pki.signer(), timestamp=server.url)
    assert not list(tmp_path.iterdir())


CONFIGURATION = """
[ tsa ]
default_tsa = here
[ here ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
certs = {folder}/chain.pem
signer_key = {folder}/key.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = {whole_chain}
ess_cert_id_alg = {ess}
"""


class OpenSsl:
    """OpenSSL as the authority."""

    def __init__(self, folder: Path, whole_chain: str, ess: str) -> None:
        self.folder = folder
        authority = tsa.default_tsa()
        (folder / "serial").write_text("01\n", encoding="ascii")
        (folder / "tsa.pem").write_bytes(pki.to_pem(authority.chain[:1]))
        (folder / "chain.pem").write_bytes(pki.to_pem(authority.chain[1:]))
        (folder / "key.pem").write_bytes(pki.private_pem(authority.key))
        (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder, whole_chain=whole_chain, ess=ess), encoding="ascii")

    def fetch(self, request: Request) -> Response:
        query, reply = self.folder / "request.tsq", self.folder / "reply.tsr"
        query.write_bytes(request.body or b"")
        command = ["openssl", "ts", "-reply", "-config", self.folder / "tsa.cnf", "-queryfile", query, "-out", reply]
        subprocess.run(command, check=True, capture_output=True)
        return Response(url=request.url, body=reply.read_bytes())


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not on this machine")
@pytest.mark.parametrize(("whole_chain", "ess"), [("no", "sha256"), ("yes", "sha512"), ("no", "sha1")])
@pytest.mark.parametrize("algorithm", ["ed25519", "es256", "es384"])
def test_openssl_as_the_authority(algorithm: str, whole_chain: str, ess: str, tmp_path: Path) -> None:
    stamper = TimeStamper("http://tsa.example.com", OpenSsl(tmp_path, whole_chain, ess))
    data = stamped(pki.signer(algorithm), Adjuncts(time_stamper=stamper))
    policy = TrustPolicy.of(pki.root_pem(algorithm), tsa=[tsa.default_tsa().root.pem])
    report = credkit.verify_file(data, policy=policy)
    assert (report.state, codes(report)[:2]) == ("Trusted", ["timeStamp.trusted", "timeStamp.validated"])
    found = peer.read(data, "png", anchors=pki.root_pem(algorithm) + tsa.default_tsa().root.pem)
    assert (found.state, found.failures) == ("Trusted", [])


# The file


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("algorithm", "hash_name"), [("ed25519", "sha512"), ("es256", "sha256"), ("es384", "sha384"), ("ps256", "sha256")])
def test_a_stamped_file_is_trusted_here_and_by_the_peer(kind: str, algorithm: str, hash_name: str, server: tsa.TsaServer) -> None:
    data = stamped(pki.signer(algorithm), Adjuncts(time_stamper=stamper_of(server)), kind)
    imprint = server.requests[0]["message_imprint"]["hash_algorithm"]["algorithm"].native
    assert imprint == hash_name
    report = credkit.verify_file(data, policy=TrustPolicy.of(pki.root_pem(algorithm), tsa=[server.tsa.root.pem]))
    assert report.state == "Trusted"
    assert codes(report)[:2] == ["timeStamp.trusted", "timeStamp.validated"]
    found = peer.read(data, kind, anchors=pki.root_pem(algorithm) + server.tsa.root.pem)
    assert (found.state, found.failures) == ("Trusted", [])
    assert {"timeStamp.validated", "timeStamp.trusted"} <= {
        status["code"] for status in found.raw["validation_results"]["activeManifest"]["success"]
    }
    stated = found.raw["manifests"][found.raw["active_manifest"]]["signature_info"]["time"]
    assert report.active
    assert report.active.signature
    assert datetime.fromisoformat(stated) == report.active.signature.time


def test_the_stamp_proves_the_time_after_the_certificate_has_expired(server: tsa.TsaServer) -> None:
    data = stamped(pki.signer(), Adjuncts(time_stamper=stamper_of(server)))
    late = datetime.now(UTC) + timedelta(days=400)
    assert credkit.verify_file(data, policy=POLICY, at=late).state == "Trusted"
    assert credkit.verify_file(data, policy=TrustPolicy.of(pki.root_pem()), at=late).state == "Invalid"


def test_without_the_authority_on_a_list_the_file_is_as_good_as_unstamped(server: tsa.TsaServer) -> None:
    data = stamped(pki.signer(), Adjuncts(time_stamper=stamper_of(server)))
    report = credkit.verify_file(data, policy=TrustPolicy.of(pki.root_pem()))
    assert report.state == "Trusted"
    assert "timeStamp.untrusted" in codes(report)


def test_what_the_result_tells(server: tsa.TsaServer) -> None:
    out = io.BytesIO()
    result = sign_file(picture("png"), out, CREATED, signer=pki.signer(), timestamp=server.url)
    assert result.stamped is not None
    assert abs(datetime.now(UTC) - result.stamped) < timedelta(minutes=5)
    assert set(header_of(result.report).unprotected) == {"sigTst2", "pad"}
    plain = sign_file(picture("png"), io.BytesIO(), CREATED, signer=pki.signer())
    assert plain.stamped is None
    assert header_of(plain.report).unprotected == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_store_beside_the_picture_needs_no_padding(kind: str, server: tsa.TsaServer) -> None:
    out = io.BytesIO()
    result = sign_file(picture(kind), out, CREATED, signer=pki.signer(), sidecar=True, timestamp=server.url)
    assert set(header_of(result.report).unprotected) == {"sigTst2"}
    assert credkit.verify_file(picture(kind), sidecar=out.getvalue(), policy=POLICY).state == "Trusted"
    assert peer.read(picture(kind), kind, sidecar=out.getvalue(), anchors=pki.root_pem()).state == "Trusted"


def test_a_token_of_the_size_that_the_caller_allows() -> None:
    with tsa.TsaServer(sizes=(300_000,)) as server:
        with pytest.raises(FetchError):
            sign_file(picture("png"), io.BytesIO(), CREATED, signer=pki.signer(), timestamp=server.url)
        limits = Limits(time_stamp_size=1 << 20)
        assert sign_file(picture("png"), io.BytesIO(), CREATED, signer=pki.signer(), timestamp=server.url, limits=limits).stamped


def test_an_empty_address_is_no_way_to_an_unstamped_file(tmp_path: Path) -> None:
    with pytest.raises(FetchError):
        sign_file(picture("png"), tmp_path / "out.png", CREATED, signer=pki.signer(), timestamp="")
    assert not list(tmp_path.iterdir())


def test_a_definition_names_the_authority(server: tsa.TsaServer) -> None:
    definition = {
        "ta_url": server.url,
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": "trainedAlgorithmicMedia"}]},
            }
        ],
    }
    result = sign_file(picture("png"), io.BytesIO(), definition=definition, signer=pki.signer())
    assert result.stamped
    assert result.notes == ()
    with tsa.TsaServer() as other:
        sign_file(picture("png"), io.BytesIO(), definition=definition, signer=pki.signer(), timestamp=other.url)
    assert (len(server.requests), len(other.requests)) == (1, 1)


# Sizes


class Fixed(TimeStamper):
    """Keeps the room that a test wants, and answers with what it wants."""

    def __init__(self, room: int, token: bytes) -> None:
        super().__init__("http://tsa.example.com", HttpFetcher())
        self.room, self.token = room, token

    @property
    def reserve(self) -> int:
        return self.room

    def stamp(self, message: bytes, hash_name: str | None = None) -> bytes:
        return self.token


TOKEN = tsa.token(tsa.default_tsa(), MESSAGE)


@pytest.mark.parametrize("left", [*range(40), *range(235, 280)])
def test_every_remainder_is_filled(left: int) -> None:
    seal = Seal.of(pki.signer(), Adjuncts(time_stamper=Fixed(len(TOKEN) + left, TOKEN)))
    signed = seal.sign(b"claim")
    assert len(signed) == len(seal.blank())
    unprotected = parse_sign1(signed, where="signature").unprotected
    assert unprotected["sigTst2"] == {"tstTokens": [{"val": TOKEN}]}
    assert not any(unprotected["pad"])


@pytest.mark.parametrize("short", [*range(1, 12), 100, 1000])
def test_a_token_that_outgrew_its_room_shows(short: int) -> None:
    seal = Seal.of(pki.signer(), Adjuncts(time_stamper=Fixed(len(TOKEN) - short, TOKEN)))
    fits = len(seal.sign(b"claim")) == len(seal.blank())
    # An empty pad takes five bytes, which the token may have when it needs exactly those.
    assert fits == (short == 5)


def test_a_larger_token_is_signed_again_with_more_room(tmp_path: Path) -> None:
    target = tmp_path / "out.jpg"
    with tsa.TsaServer(sizes=(12_000,)) as server:
        stamper = stamper_of(server)
        sign_file(picture("jpg"), target, CREATED, signer=pki.signer(), timestamp=stamper)
        assert len(server.requests) == 2
        report = credkit.verify_file(target, policy=POLICY)
        assert report.state == "Trusted"
        assert len(header_of(report).unprotected["pad"]) < 100
        sign_file(picture("jpg"), target, CREATED, signer=pki.signer(), timestamp=stamper)
        assert len(server.requests) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_that_never_stop_growing(kind: str, tmp_path: Path) -> None:
    with tsa.TsaServer(sizes=(9_000, 12_000, 15_000, 18_000, 21_000)) as server, pytest.raises(OutputError, match="kept growing"):
        sign_file(picture(kind), tmp_path / "out", CREATED, signer=pki.signer(), timestamp=stamper_of(server))
    assert len(server.requests) == 4
    assert not list(tmp_path.iterdir())


def test_a_stream_that_is_signed_twice_holds_one_picture() -> None:
    out = io.BytesIO()
    with tsa.TsaServer(sizes=(12_000,)) as server:
        sign_file(picture("png"), out, CREATED, signer=pki.signer(), timestamp=server.url)
    assert credkit.verify_file(out.getvalue(), policy=POLICY).state == "Trusted"
    assert out.getvalue().count(b"\x89PNG\r\n\x1a\n") == 1


# A manifest that exists


def test_a_stamp_over_an_existing_signature(server: tsa.TsaServer) -> None:
    result = sign_file(picture("png"), io.BytesIO(), CREATED, signer=pki.signer("es384"))
    sign1 = header_of(result.report)
    token = parse_token(stamp_signature(sign1, stamper_of(server)))
    assert check_time_stamp(token, signature_message(sign1), POLICY).trusted
    assert server.requests[0]["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha384"


@pytest.mark.parametrize("protected", [{}, {1: -99}, {1: -48}, {1: True}])
def test_a_signature_of_an_unknown_or_hashless_algorithm_is_hashed_with_sha_256(protected: dict[int, Any], server: tsa.TsaServer) -> None:
    sign1 = Sign1(protected_bytes=b"\xa0", protected=protected, unprotected={}, payload=None, signature=bytes(64))
    stamp_signature(sign1, stamper_of(server))
    assert server.requests[0]["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"


# Staples


class Both:
    """A network with a time-stamp authority and a responder."""

    def __init__(self, server: tsa.TsaServer, responder: ocsp.Responder) -> None:
        self.server, self.responder, self.web = server, responder, HttpFetcher()

    def fetch(self, request: Request) -> Response:
        return (self.web if request.url == self.server.url else self.responder).fetch(request)


STAPLER = pki.make_pki(intermediate=True, extensions=(ocsp.access(),))


def stapling(**spoiled: Any) -> tuple[Signer, ocsp.Responder]:
    assert STAPLER.intermediate
    return STAPLER.signer(), ocsp.Responder(((STAPLER.intermediate, STAPLER.leaf),), **spoiled)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stapled_response_is_read_here_and_by_the_peer(kind: str, server: tsa.TsaServer) -> None:
    signer, responder = stapling()
    out = io.BytesIO()
    result = sign_file(picture(kind), out, CREATED, signer=signer, timestamp=server.url, staple=True, fetcher=Both(server, responder))
    assert len(responder.requests) == 1
    assert set(header_of(result.report).unprotected) == {"sigTst2", "rVals", "pad"}
    data = out.getvalue()
    report = credkit.verify_file(data, policy=TrustPolicy.of(STAPLER.root_pem, tsa=[server.tsa.root.pem]))
    assert report.state == "Trusted"
    assert "signingCredential.ocsp.notRevoked" in codes(report)
    found = peer.read(data, kind, anchors=STAPLER.root_pem + server.tsa.root.pem)
    assert (found.state, found.failures) == ("Trusted", [])


def test_a_staple_goes_with_a_time_stamp(tmp_path: Path) -> None:
    signer, responder = stapling()
    with pytest.raises(DefinitionError, match="--timestamp"):
        sign_file(picture("png"), tmp_path / "out.png", CREATED, signer=signer, staple=True, fetcher=responder)
    assert responder.requests == []
    with pytest.raises(DefinitionError, match="--timestamp"):
        Adjuncts(ocsp_responses=(b"a response",))


@pytest.mark.parametrize(
    ("spoiled", "error"),
    [({"error": "the responder is not there"}, FetchError), ({"body": b"junk"}, CredkitError)],
)
def test_a_responder_that_gives_nothing(spoiled: dict[str, Any], error: type[CredkitError], server: tsa.TsaServer, tmp_path: Path) -> None:
    signer, responder = stapling(**spoiled)
    with pytest.raises(error) as caught:
        sign_file(
            picture("png"), tmp_path / "o.png", CREATED, signer=signer, timestamp=server.url, staple=True, fetcher=Both(server, responder)
        )
    assert "\n" not in str(caught.value)
    assert server.requests == []
    assert not list(tmp_path.iterdir())


def test_a_revoked_certificate_signs_nothing(server: tsa.TsaServer, tmp_path: Path) -> None:
    assert STAPLER.intermediate
    revoked = ocsp.status(STAPLER.intermediate.der, STAPLER.leaf, says="revoked")
    signer, responder = stapling(statuses=(revoked,))
    with pytest.raises(CredentialError, match="revoked"):
        sign_file(
            picture("png"), tmp_path / "o.png", CREATED, signer=signer, timestamp=server.url, staple=True, fetcher=Both(server, responder)
        )
    assert server.requests == []
    assert not list(tmp_path.iterdir())


def test_a_certificate_that_names_no_responder(server: tsa.TsaServer) -> None:
    with pytest.raises(FetchError, match="nothing to staple"):
        sign_file(picture("png"), io.BytesIO(), CREATED, signer=pki.signer(), timestamp=server.url, staple=True)
    assert server.requests == []


def test_a_chain_without_the_issuer(server: tsa.TsaServer) -> None:
    made = pki.make_pki(extensions=(ocsp.access(),))
    alone = Signer.from_pem(pki.to_pem((made.leaf,)), made.key_pem)
    assert alone.issuer is None
    with pytest.raises(CredentialError, match="add that to the certificate chain"):
        sign_file(picture("png"), io.BytesIO(), CREATED, signer=alone, timestamp=server.url, staple=True)
