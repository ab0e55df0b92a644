"""Where is the manifest store of an asset: inside, beside it, or somewhere on the network?

Clause: "Locating the manifest store" (anchor ``_locating_the_active_manifest``). An embedded store wins. More than one embedded store
counts as none, and is said aloud, because that is how a second store is smuggled in.

Without an embedded store the order is that of "By Reference" (anchor ``_by_reference``): the ``Link`` field that came with the file, the
file's XMP, a store beside it. Only a ``Fetcher`` reaches the first two. What it cannot get is told, and the next place is tried, so that a
store beside the file serves without a network, and when a server fails.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from credkit.assets import AssetFormat, Layout, Source, detect, format_names
from credkit.assets.engine import read_store
from credkit.dataclass import dataclass, replace
from credkit.errors import FetchError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.status import Status, StatusCode, status

if TYPE_CHECKING:
    from credkit.trust.fetch import Fetcher

__all__ = ["Located", "load_store", "sidecar_candidates", "sidecar_of"]

_STORE_FILE = "application/c2pa"
_STORE_TYPES = (_STORE_FILE, "application/x-c2pa-manifest-store", "application/octet-stream", None)
"""Media types of a remote store: the registered one, its predecessor, and those of servers that know neither."""
_RELATION = "c2pa-manifest"
_ENTITIES = (("&quot;", '"'), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
"""Those of XML, ``&amp;`` last."""
_PROVENANCE = rb"""(?:dcterms:provenance\s*=\s*["']([^"']{1,2048})["']|<dcterms:provenance[^<>]*>([^<]{1,2048})<)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """What the search for a store found."""

    format: AssetFormat | None
    layout: Layout | None
    store: bytes | None
    location: Literal["embedded", "sidecar", "remote"] | None = None
    standalone: bool = False
    """The file is itself a manifest store; there is no asset to judge it against."""
    failure: Status | None = None
    """The standard's code for a store that is documented but cannot be had or read."""
    problem: str | None = None
    """Why there is no store, in one sentence."""
    broken: bool = False
    """The file (not the store) cannot be read."""
    remarks: tuple[str, ...] = ()
    """Where else a store was looked for, or where a remote one came from."""


def sidecar_candidates(path: str | os.PathLike[str]) -> tuple[str, str]:
    """Where a sidecar of ``path`` may lie, in the order of the standard: ``image.jpg.c2pa``, then ``image.c2pa``."""
    name = os.fspath(path)
    return f"{name}.c2pa", f"{os.path.splitext(name)[0]}.c2pa"


def sidecar_of(path: str | os.PathLike[str]) -> str | None:
    """The file beside ``path`` that holds its manifest store; None when there is none, or its name would be too long."""
    name = os.fspath(path)
    # ``Path.is_file`` raises for a name that the file system cannot hold.
    return next((beside for beside in sidecar_candidates(name) if beside != name and os.path.isfile(beside)), None)


def load_store(
    source: Source,
    *,
    sidecar: Source | None = None,
    limits: Limits = DEFAULT_LIMITS,
    fetcher: Fetcher | None = None,
    links: Sequence[str] = (),
    url: str | None = None,
) -> Located:
    """Find the store of ``source``; nothing in either file, and nothing that the network does, makes this raise.

    ``links`` are values of the HTTP field ``Link`` that came with the file from ``url``. Without ``fetcher`` a remote store is named
    and not asked for.
    """
    asset_format = detect(source) or (_opaque() if sidecar is not None else None)
    if asset_format is None:
        problem = f"The file is of no format that credkit reads ({format_names()})."
        return _without(None, None, problem, broken=True)
    try:
        layout = asset_format.scan(source, limits)
    except MalformedError as error:
        failure = status(StatusCode(error.code), None, str(error)) if error.code.startswith(("manifest.", "assertion.")) else None
        return _without(asset_format, None, f"The {asset_format.name} file cannot be read: {error}.", failure, broken=True)
    if len(layout.stores) > 1:
        return _without(
            asset_format,
            layout,
            f"The file holds {len(layout.stores)} manifest stores; only one is allowed, so none can be relied on.",
            broken=True,
        )
    if layout.store:
        return _embedded(source, asset_format, layout, limits)
    references = tuple(_referred(source, layout, links, url, limits))
    missing: list[str] = []
    for reference in references:
        try:
            store = _fetched(reference, fetcher, url, limits)
        except FetchError as error:
            missing.append(f"{reference.says}, and {error}")
            continue
        unused = ["the manifest store beside the file was not used"] if sidecar is not None else []
        return _remote(store, reference.url, asset_format, layout, remarks=(*missing, *unused), limits=limits)
    if sidecar is not None:
        found = _beside(sidecar, asset_format, layout, limits)
        return replace(found, remarks=(*missing, "the manifest store beside the file was used")) if missing else found
    if fetcher and url and (neighbour := _neighbour(fetcher, url, limits)):
        return _remote(neighbour[1], neighbour[0], asset_format, layout, remarks=tuple(missing), limits=limits)
    if missing:
        message = " ".join(f"{text[:1].upper()}{text[1:]}." for text in missing)
        return _without(asset_format, layout, message, status(StatusCode.MANIFEST_INACCESSIBLE, None, message))
    from credkit.assets.json_lines import JSON_LINES

    absent = status(StatusCode.MANIFEST_APPEND_ONLY_TEXT_NO_SENTINEL, None) if layout.media_type == JSON_LINES else None
    return _without(asset_format, layout, "The file carries no Content Credentials.", absent)


def _opaque() -> AssetFormat:
    from credkit.assets.opaque import OPAQUE

    return OPAQUE


def _without(
    asset_format: AssetFormat | None, layout: Layout | None, problem: str, failure: Status | None = None, *, broken: bool = False
) -> Located:
    return Located(format=asset_format, layout=layout, store=None, failure=failure, problem=problem, broken=broken)


def _embedded(source: Source, asset_format: AssetFormat, layout: Layout, limits: Limits) -> Located:
    assert layout.store is not None
    try:
        store = read_store(source, layout.store, limits)
    except MalformedError as error:
        failure = status(StatusCode(error.code), None, str(error))
        return _without(asset_format, layout, f"The manifest store cannot be read: {error}.", failure, broken=True)
    return Located(format=asset_format, layout=layout, store=store, location="embedded", standalone=layout.media_type == _STORE_FILE)


def _too_large(asset_format: AssetFormat, layout: Layout, size: int, limits: Limits) -> Located:
    message = f"The manifest store has {size:,} bytes, more than the limit of {limits.store_size:,}."
    return _without(asset_format, layout, message, status(StatusCode.MANIFEST_INACCESSIBLE_MALFORMED, None, message), broken=True)


def _beside(sidecar: Source, asset_format: AssetFormat, layout: Layout, limits: Limits) -> Located:
    if sidecar.size > limits.store_size:
        return _too_large(asset_format, layout, sidecar.size, limits)
    return Located(format=asset_format, layout=layout, store=sidecar.read(0, sidecar.size), location="sidecar")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reference:
    """A place where a store is said to be."""

    url: str
    says: str
    """Who says so, as the first half of a sentence."""


def _referred(source: Source, layout: Layout, links: Sequence[str], url: str | None, limits: Limits) -> Iterator[_Reference]:
    """Every remote place that is documented, in the order in which they are asked."""
    from credkit.trust.addresses import shown_url
    from credkit.trust.links import find_links

    for target in find_links(links, _RELATION)[:1]:
        address = _joined(url, target)
        yield _Reference(url=address, says=f"the server of the file says that its credentials are kept at {shown_url(address, limits)}")
    for text in _provenance(source, layout, limits):
        # A JUMBF URI without a place speaks of a store inside of the file, and there is none.
        if not text.startswith("self#jumbf="):
            yield _Reference(url=text, says=f"the file says that its credentials are kept at {shown_url(text, limits)}")
        return


def _joined(url: str | None, target: str) -> str:
    from urllib.parse import urljoin

    try:
        return urljoin(url or "", target)
    except ValueError:
        return target


def _provenance(source: Source, layout: Layout, limits: Limits) -> Iterator[str]:
    if layout.reference:
        yield source.read(layout.reference.start, layout.reference.length).decode("utf-8", "replace").strip()
    for block in layout.metadata:
        if block.kind != "xmp" or block.compressed or sum(s.length for s in block.slices) > limits.metadata_size:
            continue
        found = re.search(_PROVENANCE, b"".join(source.read(s.start, s.length) for s in block.slices))
        if found:
            text = (found[1] or found[2]).decode("utf-8", "replace").strip()
            for entity, character in _ENTITIES:
                text = text.replace(entity, character)
            yield text


def _fetched(reference: _Reference, fetcher: Fetcher | None, url: str | None, limits: Limits) -> bytes:
    """The store at a remote place; ``FetchError`` with the reason when there is none to be had."""
    if fetcher is None:
        raise FetchError("the network was not asked")
    from urllib.parse import urldefrag, urlsplit

    try:
        address, fragment = urldefrag(reference.url)
        relative = not urlsplit(address).scheme
    except ValueError:
        raise FetchError("the address is no URL") from None
    if relative:
        raise FetchError("an address that does not begin with https:// is not followed")
    if fragment.startswith("jumbf=") and address == url:
        raise FetchError("that is the file itself, in which there are none")
    return _store_at(address, fetcher, url, limits)


def _store_at(address: str, fetcher: Fetcher, url: str | None, limits: Limits) -> bytes:
    from credkit.trust.fetch import Request

    answer = fetcher.fetch(
        Request(
            url=address,
            what="the manifest store",
            origin="user" if url and _is_same_server(url, address) else "file",
            most=limits.store_size,
            accept=", ".join(filter(None, _STORE_TYPES)),
        )
    )
    if answer.media_type not in _STORE_TYPES:
        from credkit.trust.addresses import shown_url

        raise FetchError(f"what lies there is no manifest store but {shown_url(answer.media_type or '', limits)}")
    return answer.body


def _neighbour(fetcher: Fetcher, url: str, limits: Limits) -> tuple[str, bytes] | None:
    """The store that lies beside a downloaded file under the name that a sidecar has; nobody promised one, so nothing is missing."""
    from pathlib import PurePosixPath
    from urllib.parse import urlsplit, urlunsplit

    parts = urlsplit(url)
    path = PurePosixPath(parts.path)
    for name in dict.fromkeys((f"{path.name}.c2pa", f"{path.stem}.c2pa") if path.name else ()):
        address = urlunsplit((parts.scheme, parts.netloc, str(path.parent / name), "", ""))
        try:
            store = _store_at(address, fetcher, url, limits)
        except FetchError:
            continue
        if store[4:8] == b"jumb":
            return address, store
    return None


def _is_same_server(first: str, second: str) -> bool:
    """Whether the server that a user named names itself again; a place in his own network may then be asked again."""
    from urllib.parse import urlsplit

    return tuple(urlsplit(first))[:2] == tuple(urlsplit(second))[:2]


def _remote(store: bytes, url: str, asset_format: AssetFormat, layout: Layout, *, remarks: tuple[str, ...], limits: Limits) -> Located:
    from credkit.trust.addresses import shown_url

    whence = f"the manifest store came from the network, {shown_url(url, limits)}"
    return Located(format=asset_format, layout=layout, store=store, location="remote", remarks=(whence, *remarks))
