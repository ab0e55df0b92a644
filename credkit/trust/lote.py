"""The official form of trust lists: lists of trusted entities in JSON (ETSI TS 119 602), as C2PA publishes its two.

Each trusted entity has services, and each service a digital identity (certificates) and a line of states: the one in ``ServiceInformation``
and those in ``ServiceHistory``, each with the time from which it holds. A state ends where the next one begins. The state "trusted" opens
the window in which the certificates vouch, any other state closes it. Where several services hold one certificate, their states count
together, and of two that begin at the same moment the one that is not "trusted" wins.

The lists of C2PA have neither a ``LoTEType`` nor service types: ``SchemeName`` tells signers from time-stamp authorities. A list of another
scheme does not say what it is for; that is then the choice of whoever gives it. Lists come without signature, so that where they were had
from decides what they are worth.

Clause: "C2PA signers" (anchor ``_c2pa_signers``), ETSI TS 119 602 clause 6 and its JSON binding.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from credkit.codec.fields import Fields
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.anchor import Anchor
from credkit.trust.certificate import Certificate
from credkit.trust.profile import CLAIM_SIGNING, TIME_STAMPING

__all__ = ["SCHEMES", "Lote", "Scheme", "parse_lote"]

_CODE = "general.error"
_TRUSTED = ("http://c2pa.org/conformance/trust-list/trusted", "https://c2pa.org/conformance/trust-list/trusted")
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """What a list of a known scheme is for."""

    uri: str
    """Address by which validation results name the list."""
    purposes: frozenset[str]
    """Extended key usages (dotted OIDs) that the list speaks for, and no others."""


SCHEMES = {
    "C2PA Trust List": Scheme(uri="https://c2pa.org/trustlist", purposes=frozenset({CLAIM_SIGNING})),
    "C2PA TSA Trust List": Scheme(uri="https://c2pa.org/trustlist-tsa", purposes=frozenset({TIME_STAMPING})),
}
"""By ``SchemeName``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lote:
    """A list of trusted entities, as far as trust anchors go."""

    scheme_name: str
    """In English, or in the first language that there is; empty without one."""
    sequence_number: int
    issued: datetime
    """When the list says that it was made."""
    anchors: tuple[Anchor, ...] = field(repr=False)
    """In the order of the list; a certificate with several windows stands there once for each."""
    remarks: tuple[str, ...] = ()
    """What was left out and why, a sentence each."""

    @property
    def scheme(self) -> Scheme | None:
        """What the list is for, when it is one of C2PA's."""
        return SCHEMES.get(self.scheme_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    start: datetime | None
    trusted: bool
    certificates: tuple[bytes, ...]


def parse_lote(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Lote:
    """The list in ``data``; ``MalformedError`` names the line, or the place as JSON Pointer, that cannot be used.

    A service that is named by key or name alone is left out with a remark, since a path is built from certificates; so is one without a
    status. A list that trusts no certificate at all is an error.
    """
    if len(data) > limits.trust_list_size:
        raise MalformedError(f"the list has {len(data):,} bytes, {limits.trust_list_size:,} are allowed")
    document = _json(data)
    if not isinstance(document, dict) or not isinstance(document.get("LoTE"), dict):
        raise MalformedError('the JSON is no list of trusted entities: it has no object "LoTE"')
    lote = Fields(document["LoTE"], path="/LoTE", code=_CODE)
    about = lote.map("ListAndSchemeInformation")
    if about is None:
        raise lote.error("ListAndSchemeInformation", "is missing")
    remarks: list[str] = []
    anchors = _anchors(_services(lote, limits, remarks))
    if not anchors:
        raise MalformedError("the list trusts no certificate", where="/LoTE/TrustedEntitiesList")
    return Lote(
        scheme_name=_scheme_name(about),
        sequence_number=about.need_integer("LoTESequenceNumber"),
        issued=_needed_time(about, "ListIssueDateTime"),
        anchors=anchors,
        remarks=tuple(remarks),
    )


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_members)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MalformedError("the text is not UTF-8", where=f"line {line}") from None
    except json.JSONDecodeError as error:
        fault = error.msg[:1].lower() + error.msg[1:]
        raise MalformedError(f"not valid JSON: {fault}", where=f"line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise MalformedError("the JSON is nested too deep") from None
    except ValueError as error:
        raise MalformedError(f"not valid JSON: {error}") from None


def _members(items: list[tuple[str, Any]]) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for key, value in items:
        if key in members:
            raise ValueError(f"the key {json.dumps(key[:80])} stands twice in one map")
        members[key] = value
    return members


def _scheme_name(about: Fields) -> str:
    names = list(about.maps("SchemeName"))
    chosen = next((name for name in names if name.text("lang") == "en"), names[0] if names else None)
    return chosen.need_text("value") if chosen else ""


def _services(lote: Fields, limits: Limits, remarks: list[str]) -> list[tuple[_State, ...]]:
    """The line of states of every service, each in the order of time."""
    found, count = [], 0
    for entity in lote.maps("TrustedEntitiesList"):
        for service in entity.maps("TrustedEntityServices"):
            states = _states(service, remarks)
            count += sum(max(1, len(state.certificates)) for state in states) or 1
            if count > limits.trust_anchors:
                raise MalformedError(f"the list has more than {limits.trust_anchors:,} certificates and states", where=service.path)
            found.append(states)
    return found


def _states(service: Fields, remarks: list[str]) -> tuple[_State, ...]:
    now = service.map("ServiceInformation")
    if now is None:
        raise service.error("ServiceInformation", "is missing")
    sources = (now, *service.maps("ServiceHistory"))
    identities = [_certificates(source) for source in sources]
    if not any(identities):
        remarks.append(f"{now.path} is left out: it names an authority without its certificate")
        return ()
    if now.text("ServiceStatus") is None:
        remarks.append(f"{now.path} is left out: it has no ServiceStatus")
        return ()
    # What a history repeats of an identity may be less than its certificates; it is the same service all the same.
    states = [_state(source, certificates or identities[0]) for source, certificates in zip(sources, identities, strict=True)]
    for source, state in zip(sources, states, strict=True):
        if state.start is None and len(states) > 1:
            raise source.error("StatusStartingTime", "is missing, so that the order of the states is unknown")
    return tuple(sorted(states, key=lambda state: (state.start or _BEGINNING, not state.trusted)))


def _state(fields: Fields, certificates: tuple[bytes, ...]) -> _State:
    trusted = fields.need_text("ServiceStatus") in _TRUSTED
    return _State(start=_time(fields, "StatusStartingTime"), trusted=trusted, certificates=certificates)


def _certificates(fields: Fields) -> tuple[bytes, ...]:
    identity = fields.map("ServiceDigitalIdentity")
    return () if identity is None else tuple(dict.fromkeys(map(_certificate, identity.maps("X509Certificates"))))


def _certificate(item: Fields) -> bytes:
    text = "".join(item.need_text("val").split())
    try:
        der = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise item.error("val", "is not base64") from None
    try:
        return Certificate.parse(der).der
    except MalformedError as error:
        raise item.error("val", f"holds no usable certificate ({error})") from None


def _needed_time(fields: Fields, key: str) -> datetime:
    found = _time(fields, key)
    if found is None:
        raise fields.error(key, "is missing")
    return found


def _time(fields: Fields, key: str) -> datetime | None:
    text = fields.text(key)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise fields.error(key, "should be a time such as 2026-01-31T12:00:00Z") from None


def _anchors(services: list[tuple[_State, ...]]) -> tuple[Anchor, ...]:
    """The windows of each certificate, from what all services say about it."""
    changes: dict[bytes, list[tuple[datetime, bool]]] = {}
    for states in services:
        before: tuple[bytes, ...] = ()
        for state in states:
            for der in dict.fromkeys((*before, *state.certificates)):
                changes.setdefault(der, []).append((state.start or _BEGINNING, state.trusted and der in state.certificates))
            before = state.certificates
    return tuple(anchor for der, found in changes.items() for anchor in _windows(der, found))


def _windows(der: bytes, changes: list[tuple[datetime, bool]]) -> Iterator[Anchor]:
    opened: datetime | None = None
    for moment, trusted in sorted(changes, key=lambda change: (change[0], not change[1])):
        if trusted and opened is None:
            opened = moment
        elif not trusted and opened is not None:
            if opened < moment:
                yield Anchor(der=der, not_before=_start(opened), not_after=moment)
            opened = None
    if opened is not None:
        yield Anchor(der=der, not_before=_start(opened))


def _start(opened: datetime) -> datetime | None:
    return None if opened == _BEGINNING else opened
