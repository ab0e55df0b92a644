"""Data outside of the manifest, and other forms of the content: how they are described, and what comes back when they are asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from credkit.errors import FetchError
from credkit.manifest.store import BOX
from credkit.trust.fetch import Request, Response
from credkit.trust.policy import TrustPolicy
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Ref, thumbnail
from tests.verify.case import Case, case
from tests.verify.tables.updates import update

CLOUD = "assertion.cloud-data"
REFERENCE = "assertion.external-reference"
LINKED = "assertion.linkedResourceIntegrity"
FORM = "assertion.alternativeContentRepresentation"
UNSUPPORTED = "algorithm.unsupported"
MISMATCH = "assertion.hashedURI.mismatch"
URL = "https://example.org/kept"
BODY = b"what is kept elsewhere"
BOX_ELSEWHERE = Node(BOX.CBOR, "org.test.note", [Leaf("cbor", b"\xa1atax")]).encode()
BINDINGS = ("data", "boxes", "bmff.v2", "bmff.v3", "collection.data", "multi-asset", "segment")


@dataclass(frozen=True)
class Shelf:
    """A network with one thing on it; anything else is an error."""

    body: bytes
    media_type: str | None

    def fetch(self, request: Request) -> Response:
        if request.url != URL or request.origin != "file" or request.plain_http:
            raise FetchError("there is no such thing")
        return Response(url=request.url, body=self.body, headers={"content-type": self.media_type} if self.media_type else {})


def shelf(body: bytes = BODY, media_type: str | None = "text/plain; charset=utf-8") -> Callable[[], Shelf]:
    return lambda: Shelf(body, media_type)


def location(body: bytes = BODY, **changes: Any) -> dict[str, Any]:
    fields = {"url": URL, "alg": "sha256", "hash": hashlib.sha256(body).digest()} | changes
    return {key: value for key, value in fields.items() if value is not None}


def cloud(body: bytes = BOX_ELSEWHERE, where: dict[str, Any] | None = None, **changes: Any) -> Assertion:
    fields = {"label": "org.test.note", "size": len(body), "location": where or location(body)} | changes
    return Assertion("c2pa.cloud-data", {key: value for key, value in fields.items() if value is not None})


def reference(place: str = "gathered", where: Any = None, **fields: Any) -> Assertion:
    return Assertion("c2pa.external-reference", {"location": location() if where is None else where} | fields, place=place)


def linked(*entries: Any, relative: tuple[Any, ...] = (), place: str = "created", **fields: Any) -> Assertion:
    resources = ({"externalResources": list(entries)} if entries else {}) | ({"relativeResources": list(relative)} if relative else {})
    return Assertion("c2pa.linked-resource-integrity", {"resources": resources | fields}, place=place)


def original(
    *, label: str = "c2pa.alternative-content-representation", kind: str = "exif.originalPreservationImage", **fields: Any
) -> Assertion:
    return Assertion(label, {"type": kind, "parameters": fields})


def with_(*more: Assertion, **options: Any) -> Callable[[], bytes]:
    return lambda: signed(standard(*more, **options))


IMAGE = thumbnail("c2pa.embedded-data")
NEAR = {"uri": "style/./sheet.css", "hash": bytes(32)}
PARTS = Assertion("c2pa.hash.multi-asset", {"parts": [{}, {}]})
HASHED = hashlib.sha256(BODY).digest()

CASES: tuple[Case, ...] = (
    # Cloud data.
    case("cloud data", with_(cloud()), informs=()),
    *(case(f"cloud data without {key}", with_(cloud(**{key: None})), f"{CLOUD}.malformed") for key in ("label", "size")),
    case("cloud data without location", with_(Assertion("c2pa.cloud-data", {"label": "org.test.note", "size": 9})), f"{CLOUD}.malformed"),
    case("cloud data with a text for its location", with_(cloud(location=URL)), f"{CLOUD}.malformed"),
    case("cloud data of a size that is no number", with_(cloud(size="9")), f"{CLOUD}.malformed"),
    case("cloud data is a list", with_(Assertion("c2pa.cloud-data", [])), f"{CLOUD}.malformed"),
    *(case(f"cloud data with {name}", with_(cloud(label=f"c2pa.hash.{name}")), f"{CLOUD}.hardBinding") for name in BINDINGS),
    case("cloud data with an instance of a hard binding", with_(cloud(label="c2pa.hash.data__2")), f"{CLOUD}.hardBinding"),
    *(
        case(f"cloud data with {label}", with_(cloud(label=label)), f"{CLOUD}.malformed")
        for label in ("c2pa.actions", "c2pa.actions.v2", "c2pa.cloud-data", "c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3")
    ),
    case("cloud data with actions in an update manifest", update(cloud(label="c2pa.actions.v2")), f"{CLOUD}.actions"),
    case("cloud data with something else in an update manifest", update(cloud())),
    case("cloud data without an algorithm", with_(cloud(where=location(alg=None))), UNSUPPORTED),
    case("cloud data with an algorithm that is a list", with_(cloud(where=location(alg=["sha256"]))), UNSUPPORTED),
    case("cloud data with an unknown algorithm", with_(cloud(where=location(alg="md5"))), UNSUPPORTED),
    case(
        "cloud data fetched",
        with_(cloud()),
        fetcher=shelf(BOX_ELSEWHERE, "application/jumbf"),
        says=("assertion.hashedURI.match",),
        lacks=(MISMATCH,),
    ),
    case(
        "cloud data fetched whose hash is that of the box without its header",
        with_(cloud(where=location(BOX_ELSEWHERE[8:]))),
        fetcher=shelf(BOX_ELSEWHERE, "application/jumbf"),
        lacks=(MISMATCH,),
    ),
    case(
        "cloud data fetched with a type of their own",
        with_(cloud(BODY, where=location(**{"dc:format": "text/plain"}))),
        f"{CLOUD}.labelMismatch",
        fetcher=shelf(),
    ),
    case(
        "cloud data fetched under another label",
        with_(cloud(label="org.test.other")),
        f"{CLOUD}.labelMismatch",
        fetcher=shelf(BOX_ELSEWHERE, "application/jumbf"),
    ),
    case("cloud data of another type", with_(cloud()), MISMATCH, state="Trusted", fetcher=shelf(BOX_ELSEWHERE, "text/plain")),
    case("cloud data without a type", with_(cloud()), MISMATCH, state="Trusted", fetcher=shelf(BOX_ELSEWHERE, None)),
    case("cloud data of another size", with_(cloud(size=7)), MISMATCH, state="Trusted", fetcher=shelf(BOX_ELSEWHERE, "application/jumbf")),
    case(
        "cloud data that changed",
        with_(cloud(where=location(hash=bytes(32)))),
        MISMATCH,
        state="Trusted",
        fetcher=shelf(BOX_ELSEWHERE, "application/jumbf"),
    ),
    case(
        "cloud data without a hash",
        with_(cloud(where=location(hash=None))),
        MISMATCH,
        state="Trusted",
        fetcher=shelf(BOX_ELSEWHERE, "application/jumbf"),
    ),
    case("cloud data that cannot be had", with_(cloud(where=location(url="https://example.org/lost"))), fetcher=shelf(), lacks=(MISMATCH,)),
    case(
        "cloud data of a signer whom nobody knows are not asked for",
        with_(cloud(size=7)),
        "signingCredential.untrusted",
        state="Valid",
        policy=TrustPolicy.none,
        fetcher=shelf(BOX_ELSEWHERE, "application/jumbf"),
    ),
    case(
        "cloud data of a rejected claim are not asked for",
        with_(cloud(size=7), Assertion("org.test.note", {}, reference=lambda e: e.update(hash=bytes(32)))),
        MISMATCH,
        fetcher=shelf(BOX_ELSEWHERE, "application/jumbf"),
    ),
    # External references.
    case("external reference", with_(reference())),
    case("external reference without a hash", with_(reference(where={"url": URL}))),
    case("external reference among the created", with_(reference("created")), profile="2.5"),
    case("external reference to nothing", with_(reference(where={"alg": "sha256"})), f"{REFERENCE}.malformed"),
    case("external reference without location", with_(Assertion("c2pa.external-reference", {})), f"{REFERENCE}.malformed"),
    case("external reference without an algorithm", with_(reference(where=location(alg=None))), f"{REFERENCE}.malformed"),
    case("external reference with an algorithm alone", with_(reference(where=location(hash=None))), f"{REFERENCE}.malformed"),
    case("external reference with an unknown algorithm", with_(reference(where=location(alg="md5"))), UNSUPPORTED),
    case("external reference to a label that is no text", with_(reference(label=7)), f"{REFERENCE}.malformed"),
    *(
        case(f"external reference to {label}", with_(reference(label=label)), f"{REFERENCE}.malformed")
        for label in (
            "c2pa.actions.v2",
            "c2pa.cloud-data",
            "c2pa.external-reference",
            "c2pa.hash.data",
            "c2pa.hash.multi-asset",
            "c2pa.ingredient.v3__1",
        )
    ),
    case("external reference to actions in edition 2.2", with_(reference(label="c2pa.actions")), profile="2.2"),
    case("external reference fetched", with_(reference()), fetcher=shelf(), says=("assertion.hashedURI.match",)),
    case(
        "external reference that changed",
        with_(reference(where=location(b"before"))),
        f"{REFERENCE}.hashMismatch",
        state="Trusted",
        fetcher=shelf(),
    ),
    case("external reference of another size", with_(reference(where=location(size=3))), MISMATCH, state="Trusted", fetcher=shelf()),
    case(
        "external reference to what is no assertion",
        with_(reference(label="org.test.note")),
        f"{REFERENCE}.labelMismatch",
        state="Trusted",
        fetcher=shelf(),
    ),
    case(
        "external reference to an assertion",
        with_(reference(where=location(BOX_ELSEWHERE), label="org.test.note")),
        fetcher=shelf(BOX_ELSEWHERE),
    ),
    case("external reference without a hash is not fetched", with_(reference(where={"url": URL}, label="org.test.other")), fetcher=shelf()),
    # Linked resources.
    case("linked resource", with_(linked(location())), profile="2.5", informs=(f"{LINKED}.skipped",)),
    case("linked resource in edition 2.4", with_(linked(location(), place="gathered")), informs=()),
    case("linked resource beside the file", with_(linked(relative=(NEAR,), alg="sha256")), profile="2.5", informs=(f"{LINKED}.skipped",)),
    case(
        "linked resource beside the file, online",
        with_(linked(relative=(NEAR,), alg="sha256")),
        profile="2.5",
        fetcher=shelf(),
        informs=(f"{LINKED}.skipped",),
    ),
    case("linked resource that is only gathered", with_(linked(location(), place="gathered")), f"{LINKED}.notCreated", profile="2.5"),
    case("linked resources without entries", with_(linked()), f"{LINKED}.malformed", profile="2.5"),
    case("linked resources without a list", with_(Assertion("c2pa.linked-resource-integrity", {})), f"{LINKED}.malformed", profile="2.5"),
    case("linked resource without an algorithm", with_(linked(location(alg=None))), f"{LINKED}.malformed", profile="2.5"),
    case("linked resource without a hash", with_(linked(location(), location(hash=None))), f"{LINKED}.malformed", profile="2.5"),
    case("linked resource with a list as algorithm", with_(linked(location(alg=["sha256"]))), f"{LINKED}.malformed", profile="2.5"),
    case("linked resource without an address", with_(linked(location(url=None))), f"{LINKED}.malformed", profile="2.5"),
    case("linked resource beside the file without an algorithm", with_(linked(relative=(NEAR,))), f"{LINKED}.malformed", profile="2.5"),
    case(
        "linked resource beside the file with an unknown algorithm", with_(linked(relative=(NEAR,), alg="md5")), UNSUPPORTED, profile="2.5"
    ),
    *(
        case(f"linked resource at {uri}", with_(linked(relative=(NEAR | {"uri": uri},), alg="sha256")), *failures, profile="2.5")
        for uri, failures in (
            ("../sheet.css", (f"{LINKED}.invalidURI",)),
            ("style/%2E%2e/sheet.css", (f"{LINKED}.invalidURI",)),
            ("style%2F..%2Fsheet.css", (f"{LINKED}.invalidURI",)),
            ("style/..sheet.css", ()),
        )
    ),
    case(
        "linked resource fetched",
        with_(linked(location(size=len(BODY)))),
        profile="2.5",
        fetcher=shelf(),
        says=(f"{LINKED}.match",),
        informs=(),
    ),
    *(
        case(
            f"linked resource with another {name}",
            with_(linked(location(**changes))),
            profile="2.5",
            fetcher=shelf(),
            informs=(f"{LINKED}.{code}",),
        )
        for name, changes, code in (
            ("size", {"size": 3}, "sizeMismatch"),
            ("format", {"dc:format": "text/css"}, "formatMismatch"),
            ("hash", {"hash": bytes(32)}, "hashMismatch"),
            ("address", {"url": "https://example.org/lost"}, "inaccessible"),
            ("size and hash", {"size": 3, "hash": bytes(32)}, "sizeMismatch"),
        )
    ),
    case(
        "linked resource of a signer whom nobody knows",
        with_(linked(location())),
        "signingCredential.untrusted",
        state="Valid",
        policy=TrustPolicy.none,
        profile="2.5",
        fetcher=shelf(),
        informs=(f"{LINKED}.skipped",),
    ),
    # Other forms of the content.
    case(
        "original image embedded",
        with_(IMAGE, original(embeddedOriginalPreservationImage=Ref("c2pa.embedded-data"))),
        says=(f"{FORM}.match",),
    ),
    case(
        "original image that is another",
        with_(IMAGE, original(embeddedOriginalPreservationImage=Ref("c2pa.embedded-data", hash=bytes(32)))),
        f"{FORM}.hashMismatch",
    ),
    case(
        "original image without a hash",
        with_(IMAGE, original(embeddedOriginalPreservationImage={"url": "self#jumbf=c2pa.assertions/c2pa.embedded-data"})),
        f"{FORM}.malformed",
    ),
    case(
        "original image that is not there",
        with_(original(embeddedOriginalPreservationImage={"url": "self#jumbf=c2pa.assertions/c2pa.embedded-data", "hash": bytes(32)})),
        "hashedURI.missing",
    ),
    case("original image nowhere", with_(original()), f"{FORM}.malformed"),
    case(
        "original image without parameters",
        with_(Assertion("c2pa.alternative-content-representation", {"type": "exif.originalPreservationImage"})),
        f"{FORM}.malformed",
    ),
    case(
        "original image in two places",
        with_(IMAGE, PARTS, original(multiAssetPartIndex=0, embeddedOriginalPreservationImage=Ref("c2pa.embedded-data"))),
        f"{FORM}.malformed",
    ),
    case("original image as a part of a file without parts", with_(original(multiAssetPartIndex=0)), f"{FORM}.malformed"),
    case(
        "two original images",
        with_(
            IMAGE,
            original(embeddedOriginalPreservationImage=Ref("c2pa.embedded-data")),
            original(label="c2pa.alternative-content-representation__1", embeddedOriginalPreservationImage=Ref("c2pa.embedded-data")),
        ),
        f"{FORM}.malformed",
    ),
    case("another kind of form", with_(original(kind="org.test.form")), lacks=(f"{FORM}.match",)),
    case("original image nowhere in edition 2.2", with_(original()), profile="2.2"),
)
