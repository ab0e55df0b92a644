"""One function for each parser: bytes in, nothing out, and an exception only when something is wrong that should not be.

Each target knows the errors that its parser may raise; anything else goes through. ``TARGETS`` names them all, with seeds from the forge;
the same functions run under libFuzzer (``tests.fuzz.atheris_all``) and, briefly, in the tests.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from credkit.acceptance.policy import read_policy
from credkit.assets import FORMATS, AssetFormat, BytesSource, EditedSource, read_store
from credkit.codec import cbor, json_text
from credkit.codec.cose import parse_sign1
from credkit.codec.jumbf import parse_superbox
from credkit.errors import AssetError, CredkitError, DefinitionError, MalformedError, OpeningError, TrustError
from credkit.journal.verifying import verify_journal
from credkit.labels.aigc import read_aigc
from credkit.lifting import lift_texts
from credkit.lifting.model_headers.reading import read_model_header
from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.assertions import ASSERTIONS, OpaqueAssertion, check_statement, read_actions, read_ingredient
from credkit.manifest.claim import Claim
from credkit.manifest.store import parse_store
from credkit.manifest.uri import JumbfUri
from credkit.media.exif import exif_with, read_exif
from credkit.media.texts import read_texts, without_texts
from credkit.media.xmp import read_xmp
from credkit.sealing.commitments import read_disclosure
from credkit.sealing.openings import read_openings
from credkit.sign.definition.reading import load_definition
from credkit.sign.opening import check_whole
from credkit.terms import metadata_of
from credkit.trust.certificate import Certificate
from credkit.trust.cose_key import read_cose_key
from credkit.trust.der import read as read_der
from credkit.trust.identity.credential import read_credential
from credkit.trust.identity.did import issuer_keys, parse_did, read_document
from credkit.trust.lists import TSA_PURPOSES, read_certificates, read_trust_list
from credkit.trust.revocation.ocsp import parse_ocsp_response
from credkit.trust.timestamp.request import parse_answer
from credkit.trust.timestamp.structure import parse_response, parse_token
from credkit.verify import verify
from tests.fuzz import inputs, raw
from tests.fuzz.blocks import parted
from tests.fuzz.der import mutated_der
from tests.fuzz.items import mutated_cbor, mutated_json

__all__ = ["TARGETS", "Target", "target"]

_AT = datetime(2026, 7, 1, tzinfo=UTC)
_STORE = inputs.some_store()


@dataclass(frozen=True)
class Target:
    """A parser under attack."""

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    longest: int = 8_192
    """Bytes of one input."""
    change: Callable[[Random, bytes], bytes] = raw.changed
    """One change of an input, in the tests and where coverage is measured."""

    @property
    def stem(self) -> str:
        """The name for a file or folder."""
        return self.name.replace(" ", "-").replace("/", "-")

    def inputs(self) -> list[bytes]:
        """The seeds, and what is kept of earlier runs because it reached lines that the seeds do not reach."""
        return [*self.seeds(), *inputs.kept(self.stem)]


TARGETS: dict[str, Target] = {}


def target(
    name: str, seeds: Callable[[], list[bytes]], longest: int = 8_192, change: Callable[[Random, bytes], bytes] = raw.changed
) -> Callable[[Callable[[bytes], None]], Callable[[bytes], None]]:
    """Names a function as a target."""

    def named(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
        TARGETS[name] = Target(name, run, seeds, longest, change)
        return run

    return named


def _document(change: Callable[[Random, bytes], bytes]) -> Callable[[Random, bytes], bytes]:
    """Changes of a document's values, and now and then of its bytes."""

    def changed(pick: Random, data: bytes) -> bytes:
        if data and pick.random() < 0.7:
            with suppress(MalformedError, RecursionError, ValueError):
                return change(pick, data)
        return raw.changed(pick, data)

    return changed


def _chosen(pick: Random, data: bytes) -> bytes:
    """A document behind a byte that says how it is read: mostly the document changes."""
    if len(data) < 2 or pick.random() < 0.2:
        return raw.changed(pick, data)
    return data[:1] + _document(mutated_cbor)(pick, data[1:])


@contextmanager
def _file(data: bytes, name: str = "input") -> Iterator[Path]:
    """The bytes as a file, for readers that are given paths."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        yield path


@target("jumbf", inputs.stores)
def jumbf(data: bytes) -> None:
    """Boxes: a tree, or ``MalformedError``; what was read lies inside of the bytes."""
    with suppress(MalformedError):
        box = parse_superbox(data)
        assert 0 <= box.offset <= box.end <= len(data)


@target("store", inputs.stores)
def store(data: bytes) -> None:
    """A manifest store with everything that is looked up in it."""
    with suppress(MalformedError):
        for manifest in parse_store(data).manifests:
            for assertion in manifest.assertions:
                with suppress(MalformedError):
                    assertion.value()


@target("verify", inputs.stores)
def verify_sidecar(data: bytes) -> None:
    """A store beside a picture, through the whole verifier: no error at all."""
    report = verify(BytesSource(inputs.PICTURE), sidecar=BytesSource(data), at=_AT)
    assert report.state in ("Trusted", "Valid", "Invalid", "none", "error")


@target("cbor", inputs.cbors, change=_document(mutated_cbor))
def cbors(data: bytes) -> None:
    """CBOR: a value that can be written again and read as the same, or ``MalformedError``."""
    with suppress(MalformedError):
        value = cbor.decode(data, where="input")
        written = cbor.encode(value)
        assert cbor.encode(cbor.decode(written, where="written")) == written


@target("json", inputs.jsons, change=_document(mutated_json))
def jsons(data: bytes) -> None:
    """JSON of strangers."""
    with suppress(MalformedError):
        json.dumps(json_text.decode(data, where="input"))


@target("cose", inputs.signatures, change=_document(mutated_cbor))
def cose(data: bytes) -> None:
    """COSE_Sign1."""
    with suppress(MalformedError):
        _ = parse_sign1(data, where="input").algorithm


@target("cose key", inputs.cbors, change=_document(mutated_cbor))
def cose_keys(data: bytes) -> None:
    """COSE_Key of session keys."""
    with suppress(MalformedError):
        read_cose_key(cbor.decode(data, where="input"))


@target("der", inputs.certificates, change=_document(mutated_der))
def der(data: bytes) -> None:
    """DER elements, all the way down."""

    with suppress(MalformedError):
        found = [read_der(data, "input")]
        while found:
            element = found.pop()
            _ = element.text()
            for name in ("integer", "boolean", "oid", "bits", "time"):
                with suppress(MalformedError):
                    getattr(element, name)("input")
            with suppress(MalformedError):
                found += element.children()


@target("certificate", inputs.certificates, change=_document(mutated_der))
def certificate(data: bytes) -> None:
    """X.509."""
    with suppress(MalformedError):
        _ = Certificate.parse(data).common_name


@target("time-stamp", inputs.tokens, change=_document(mutated_der))
def time_stamp(data: bytes) -> None:
    """RFC 3161: tokens, responses, and the answer of a server."""
    for parse in (parse_token, parse_response, parse_answer):
        with suppress(MalformedError):
            parse(data)


@target("ocsp", inputs.ocsp_responses, change=_document(mutated_der))
def ocsp(data: bytes) -> None:
    """OCSP responses."""
    with suppress(MalformedError):
        parse_ocsp_response(data)


@target("trust list", inputs.trust_lists)
def trust_list(data: bytes) -> None:
    """Lists of authorities: PEM, DER, or JSON of the official lists."""
    for purposes in (frozenset({"1.3.6.1.5.5.7.3.36"}), TSA_PURPOSES):
        with suppress(TrustError):
            read_trust_list(data, purposes=purposes)
    with suppress(TrustError):
        read_certificates([data])


@target("claim", inputs.claims, change=_document(mutated_cbor))
def claim(data: bytes) -> None:
    """Claims of both versions."""
    for label in ("c2pa.claim", "c2pa.claim.v2"):
        with suppress(MalformedError):
            Claim.read(data, label)


@target("assertion", inputs.assertions, change=_chosen)
def assertion(data: bytes) -> None:
    """The value of an assertion, read as each kind that there is; the first byte chooses."""
    with suppress(MalformedError):
        value = cbor.decode(data[1:], where="input")
        for read in (read_actions, read_ingredient):
            with suppress(MalformedError):
                read(value, "input")
        labels = sorted(ASSERTIONS)
        with suppress(DefinitionError):
            check_statement(OpaqueAssertion(labels[data[0] % len(labels)], value), profile="2.4")


@target("signed assertion", inputs.assertions, change=_chosen)
def signed_assertion(data: bytes) -> None:
    """The value of an assertion in a store whose claim states its hash: every check of values, and every text about them."""
    if data:
        report = verify(BytesSource(inputs.PICTURE), sidecar=BytesSource(inputs.store_stating(data[0], data[1:])), at=_AT)
        inputs.shown(report)


@target("uri", inputs.uris)
def uris(data: bytes) -> None:
    """JUMBF URIs, DIDs and the keys in them."""
    text = data.decode("utf-8", "replace")
    JumbfUri.parse(text)
    with suppress(MalformedError):
        issuer_keys(parse_did(text), None)


@target("credential", inputs.credentials, change=_document(mutated_json))
def credential(data: bytes) -> None:
    """Credentials of identity aggregators, and documents of their issuers."""
    with suppress(MalformedError):
        read_credential(data)
    with suppress(MalformedError):
        read_document(data, parse_did("did:web:issuer.example"))


@target("xmp", inputs.packets)
def xmp(data: bytes) -> None:
    """XMP packets."""
    with suppress(MalformedError, AssetError):
        read_xmp(data)


@target("exif", inputs.exif_blocks)
def exif(data: bytes) -> None:
    """EXIF blocks, and new ones made of them."""
    with suppress(MalformedError, AssetError):
        read_exif(data)
        read_exif(exif_with(data, creator="a creator", software="b", taken=_AT))


@target("texts", inputs.pictures_with_texts, 32_768)
def texts(data: bytes) -> None:
    """Texts of a picture, what generation tools and owners said in them, and the picture without every other one."""
    source = BytesSource(data)
    metadata_of(source)
    found = read_texts(source)
    lift_texts(found)
    for some in (found[::2], found):
        with suppress(AssetError):
            left = without_texts(source, some)
            read_texts(BytesSource(left.read(0, left.size)))


@target("lifting", inputs.texts)
def lifting(data: bytes) -> None:
    """Texts as any tool could have written them."""
    lift_texts(parted(data))


@target("label", inputs.texts, change=_document(mutated_json))
def label(data: bytes) -> None:
    """Implicit labels of generated content."""
    with suppress(MalformedError):
        read_aigc(data.decode("utf-8", "replace"))


@target("model header", inputs.models, 32_768)
def model_header(data: bytes) -> None:
    """GGUF, SafeTensors, ONNX, Parquet."""
    with suppress(MalformedError, AssetError):
        read_model_header(BytesSource(data))


@target("journal", inputs.journals, 32_768)
def journal(data: bytes) -> None:
    """Journals, their checkpoints included: a report, whatever the lines hold."""
    with _file(data, "journal.jsonl") as path:
        verify_journal(path, at=_AT)


@target("openings", inputs.openings, change=_document(mutated_json))
def openings(data: bytes) -> None:
    """Files of openings of sealed fields, and single disclosures."""
    with _file(data, "openings.json") as path, suppress(AssetError, OpeningError):
        read_openings(path)
    with suppress(MalformedError):
        read_disclosure(data.decode("latin-1"))


@target("policy", inputs.policies, change=_document(mutated_json))
def policy(data: bytes) -> None:
    """Acceptance policies."""
    with _file(data, "policy.json") as path, suppress(DefinitionError, TrustError):
        read_policy(path)


@target("definition", inputs.definitions, change=_document(mutated_json))
def definition(data: bytes) -> None:
    """Manifest definitions."""
    with suppress(DefinitionError):
        load_definition(data)


def _asset(asset_format: AssetFormat) -> Callable[[bytes], None]:
    def run(data: bytes) -> None:
        """A file of that format: scanned, edited, scanned again."""
        source = BytesSource(data)
        if not asset_format.matches(data[:4_096]):
            return
        try:
            layout = asset_format.scan(source)
        except MalformedError:
            return
        for location in layout.stores:
            with suppress(MalformedError):
                read_store(source, location)
        for put in (_STORE, None):
            with suppress(CredkitError):
                check_whole(source, asset_format, layout, DEFAULT_LIMITS)
                edited = EditedSource(source, asset_format.embed(source, layout, put).pieces)
                again = BytesSource(edited.read(0, edited.size))
                assert len(asset_format.scan(again).stores) == (put is not None)

    return run


for _format in FORMATS:
    target(f"asset {_format.name}", lambda found=_format: inputs.files_of(found), 32_768)(_asset(_format))  # type: ignore[misc]
