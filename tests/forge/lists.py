"""Trust lists in the official JSON, sound ones and ones with a single fault, and a network that has them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from credkit.errors import FetchError
from credkit.trust.fetch import Request, Response

TRUSTED = "http://c2pa.org/conformance/trust-list/trusted"
UNTRUSTED = "http://c2pa.org/conformance/trust-list/untrusted"
SIGNERS, TSA = "C2PA Trust List", "C2PA TSA Trust List"
START = "2025-01-01T00:00:00Z"


def state(*certificates: bytes, status: str | None = TRUSTED, start: str | None = START, **identity: Any) -> dict[str, Any]:
    """A state of a service; ``identity`` are further members of its digital identity."""
    if certificates:
        identity["X509Certificates"] = [{"val": b64encode(der).decode("ascii")} for der in certificates]
    found: dict[str, Any] = {"ServiceName": [{"lang": "en", "value": "credkit test"}], "ServiceDigitalIdentity": identity}
    if status is not None:
        found["ServiceStatus"] = status
    if start is not None:
        found["StatusStartingTime"] = start
    return found


def service(now: dict[str, Any], *history: dict[str, Any]) -> dict[str, Any]:
    """A service in its present state, with former ones."""
    return {"ServiceInformation": now} | ({"ServiceHistory": list(history)} if history else {})


def lote(*services: dict[str, Any], scheme: str | None = SIGNERS, number: Any = 1, issued: Any = "2026-08-05T00:11:39Z") -> dict[str, Any]:
    """A list of these services, all of one entity."""
    about = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": number,
        "SchemeOperatorName": [{"lang": "en", "value": "credkit test"}],
        "ListIssueDateTime": issued,
        "NextUpdate": "2027-08-05T00:11:39Z",
    }
    if scheme is not None:
        about["SchemeName"] = [{"lang": "de", "value": "Liste"}, {"lang": "en", "value": scheme}]
    entity = {"TrustedEntityInformation": {}, "TrustedEntityServices": list(services)}
    return {"LoTE": {"ListAndSchemeInformation": about, "TrustedEntitiesList": [entity]}}


def lote_bytes(*services: dict[str, Any], **options: Any) -> bytes:
    """``lote`` as a file."""
    return json.dumps(lote(*services, **options), indent=2).encode("utf-8")


def simple_list(certificates: Sequence[bytes], scheme: str | None = SIGNERS, **options: Any) -> bytes:
    """A file with a service for each certificate."""
    return lote_bytes(*(service(state(der)) for der in certificates), scheme=scheme, **options)


@dataclass
class FakeNetwork:
    """A fetcher that has answers by address, and notes what it was asked."""

    answers: Mapping[str, bytes] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def fetch(self, request: Request) -> Response:
        self.asked.append(request)
        if request.url not in self.answers:
            raise FetchError(f"{request.what} is not at {request.url}")
        return Response(url=request.url, body=self.answers[request.url])
