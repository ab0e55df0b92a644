"""Is what is kept outside of the manifest still what the signer recorded?

Nothing is fetched unless the caller allows the network, and never for a claim that was rejected: an address in a file that nobody vouches
for is only a way to make the verifier call somebody. What is found goes to the application; it is no reason to reject the claim
(``states``), except that cloud data with the right hash turn out to be something else than announced.

Clauses: "External data validation" (anchor ``_external_data_validation``), "Validation of external references" (anchor
``_validation_of_external_references``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from credkit.codec.digest import digest
from credkit.codec.jumbf import parse_superbox
from credkit.dataclass import replace
from credkit.errors import FetchError, MalformedError
from credkit.limits import Limits
from credkit.manifest.store import Assertion
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.external import CLOUD_DATA, EXTERNAL_REFERENCE, LINKED_RESOURCES, External, linked_resources, of_kind
from credkit.verify.context import Context, Profile, Subject

if TYPE_CHECKING:
    from credkit.trust.fetch import Fetcher, Response

__all__ = ["check_external_data"]

_JUMBF = "application/jumbf"
_LARGEST = 10 << 20
"""Bytes of one thing that is fetched."""


def check_external_data(ctx: Context, subject: Subject) -> Iterator[Status]:
    """Compare what is kept elsewhere with what the manifest says of it; without a network, or for a rejected claim, say that it was not
    done where there is a code for that.
    """
    fetcher = ctx.fetcher if subject.accepted else None
    if fetcher is not None:
        for assertion, value in of_kind(ctx, subject, CLOUD_DATA):
            location = External.read(value["location"])
            if location is not None:
                announced = replace(location, size=value["size"], format=location.format or _JUMBF)
                yield from _check_cloud_data(fetcher, ctx.limits, assertion, announced, value["label"])
        if ctx.profile is not Profile.V2_2:
            for assertion, value in of_kind(ctx, subject, EXTERNAL_REFERENCE):
                location = External.read(value["location"])
                if location is not None and location.hash is not None:
                    yield from _check_external_reference(fetcher, ctx.limits, assertion, location, value.get("label"))
    if ctx.profile is Profile.V2_5:
        for _, value in of_kind(ctx, subject, LINKED_RESOURCES):
            for entry in linked_resources(value)[0]:
                yield status(_linked_code(fetcher, ctx.limits, entry), resource_url=entry.url)


def _check_cloud_data(fetcher: Fetcher, limits: Limits, assertion: Assertion, location: External, label: str) -> Iterator[Status]:
    response = _fetched(fetcher, location, "an assertion that is kept outside of the file")
    if response is None:
        return
    if _difference(location, response, limits) is not None:
        yield status(StatusCode.ASSERTION_HASHED_URI_MISMATCH, explanation=_changed(location), resource_url=location.url)
        return
    yield status(StatusCode.ASSERTION_HASHED_URI_MATCH, resource_url=location.url)
    if _label(response.body, limits) != label:
        yield status(StatusCode.ASSERTION_CLOUD_DATA_LABEL_MISMATCH, assertion.uri)


def _check_external_reference(
    fetcher: Fetcher, limits: Limits, assertion: Assertion, location: External, label: str | None
) -> Iterator[Status]:
    response = _fetched(fetcher, location, "data that are kept outside of the file")
    if response is None:
        return
    difference = _difference(location, response, limits)
    if difference == "hash":
        yield status(StatusCode.ASSERTION_EXTERNAL_REFERENCE_HASH_MISMATCH, assertion.uri)
    elif difference is not None:
        yield status(StatusCode.ASSERTION_HASHED_URI_MISMATCH, explanation=_changed(location), resource_url=location.url)
    else:
        yield status(StatusCode.ASSERTION_HASHED_URI_MATCH, resource_url=location.url)
        if label is not None and _label(response.body, limits) != label:
            yield status(StatusCode.ASSERTION_EXTERNAL_REFERENCE_LABEL_MISMATCH, assertion.uri)


_LINKED_CODES = {
    "size": StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_SIZE_MISMATCH,
    "format": StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_FORMAT_MISMATCH,
    "hash": StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_HASH_MISMATCH,
    None: StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_MATCH,
}


def _linked_code(fetcher: Fetcher | None, limits: Limits, entry: External) -> StatusCode:
    """The one code of an entry. Where the asset lies is not known here, so that nothing relative to it is looked for."""
    if fetcher is None or entry.is_relative:
        return StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_SKIPPED
    response = _fetched(fetcher, entry, "a linked resource")
    if response is None:
        return StatusCode.ASSERTION_LINKED_RESOURCE_INTEGRITY_INACCESSIBLE
    return _LINKED_CODES[_difference(entry, response, limits)]


def _fetched(fetcher: Fetcher, location: External, what: str) -> Response | None:
    from credkit.trust.fetch import Request

    try:
        return fetcher.fetch(Request(url=location.url, what=what, most=_LARGEST, accept=location.format))
    except FetchError:
        return None


def _difference(location: External, response: Response, limits: Limits) -> str | None:
    """The first of ``size``, ``format`` and ``hash`` in which the answer is not what was recorded."""
    if location.size is not None and len(response.body) != location.size:
        return "size"
    if location.format is not None and location.format.partition(";")[0].strip().lower() != response.media_type:
        return "format"
    return None if _has_hash(location, response.body, limits) else "hash"


def _has_hash(location: External, body: bytes, limits: Limits) -> bool:
    """The hash is of the data, or, of a JUMBF box, of its content without the header, as for boxes of the store."""
    contents: list[bytes | memoryview] = [body]
    with suppress(MalformedError):
        contents.append(parse_superbox(body, limits=limits).hashed)
    return any(digest(location.alg, content).matches(location.hash) for content in contents)


def _label(body: bytes, limits: Limits) -> str | None:
    try:
        return parse_superbox(body, limits=limits).label
    except MalformedError:
        return None


def _changed(location: External) -> str:
    return f"What {location.url:.200} holds now is not what the signer recorded, so it is not used."
