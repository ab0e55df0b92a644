"""Verify and read: the only place that looks beside a file for its sidecar, and that downloads a file which is named by an address."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from credkit.assets import Asset, Source, open_source
from credkit.errors import AssetError, FetchError, NoCredentialsError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import load_store, sidecar_of
from credkit.manifest.store import ManifestStore, parse_store
from credkit.verify import Profile, Report, verify

if TYPE_CHECKING:
    from credkit.binding.folder import OnMember
    from credkit.terms import LicenceChain, Terms
    from credkit.terms.metadata import FileMetadata
    from credkit.trust.fetch import Fetcher, Response
    from credkit.trust.policy import TrustPolicy

__all__ = [
    "download",
    "has_store",
    "is_address",
    "name_of",
    "open_with_sidecar",
    "read_licences",
    "read_store",
    "read_terms",
    "verify_file",
]

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_address(asset: Asset) -> bool:
    """Whether a file is named by its place on the network and not by a path."""
    return isinstance(asset, str) and _SCHEME.match(asset) is not None


def download(url: str, fetcher: Fetcher | None, limits: Limits = DEFAULT_LIMITS) -> Response:
    """The file at an address that the user named; ``AssetError`` when there is no fetcher, or when it cannot be had."""
    from credkit.trust.addresses import shown_url
    from credkit.trust.fetch import Request

    if fetcher is None:
        raise AssetError(
            f"{shown_url(url, limits)} is on the network, which is asked only when that is allowed (--online; in Python, with a fetcher)"
        )
    try:
        return fetcher.fetch(Request(url=url, what="the file", origin="user", most=limits.download_size))
    except FetchError as error:
        raise AssetError(str(error)) from None


def name_of(asset: Asset) -> str:
    """What to call an asset towards people: the file name, with ``?`` in the place of bytes that are no text and of characters that no
    statement can hold, or nothing for bytes and streams.
    """
    from credkit.manifest.assertions.text_rules import allowed_text

    name = os.fspath(asset) if isinstance(asset, (str, os.PathLike)) else getattr(asset, "name", None)
    return allowed_text(os.path.basename(name)) if isinstance(name, str) else ""


@contextmanager
def open_with_sidecar(asset: Asset, sidecar: Asset | None = None) -> Iterator[tuple[Source, Source | None]]:
    """An asset and the manifest store beside it: the given one, else ``picture.jpg.c2pa`` or ``picture.c2pa`` when one of them exists."""
    with open_source(asset) as source:
        if sidecar is None and isinstance(asset, (str, os.PathLike)):
            sidecar = sidecar_of(asset)
        if sidecar is None:
            yield source, None
            return
        with open_source(sidecar) as beside:
            yield source, beside


def has_store(asset: Asset, *, limits: Limits = DEFAULT_LIMITS) -> bool:
    """Whether an asset carries a manifest store, inside or beside it, of whatever worth; errors as ``load_store``."""
    with open_with_sidecar(asset) as (opened, beside):
        return load_store(opened, sidecar=beside, limits=limits).store is not None


def verify_file(
    asset: Asset,
    *,
    sidecar: Asset | None = None,
    fragments: Iterable[str | os.PathLike[str]] = (),
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    profile: Profile | str = Profile.V2_4,
    limits: Limits = DEFAULT_LIMITS,
    fetcher: Fetcher | None = None,
    name: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    on_member: OnMember | None = None,
) -> Report:
    """Judge a file (path, bytes or seekable binary stream) and everything that it was made from.

    ``policy`` says whom to trust: nobody by default, then the best verdict is ``Valid``. ``at`` is the clock of the verdict
    (aware ``datetime``, now by default). The network is asked only through ``fetcher`` (``credkit.trust.http.HttpFetcher``); the file
    may then be an https address.

    A film that is kept in fragments is judged by its initialization segment together with ``fragments``, its further files in order of
    play: names, patterns such as ``media/*.m4s``, or folders, of which all ``.m4s`` files count. Later ones may be missing.

    ``folder`` holds the files that a manifest store in a file of its own (``dataset.c2pa``) speaks of: they are judged as its asset, and
    ``on_member`` is called after each with its URI, ``same``, ``changed`` or ``missing``, and how many of how many are done.

    Raises ``AssetError`` only when the file (or the folder) cannot be read at all; whatever is in it becomes part of the report.
    """
    answer = download(asset, fetcher, limits) if isinstance(asset, str) and is_address(asset) else None
    members = None
    if folder is not None:
        from credkit.binding.folder import FolderMembers

        store = asset if isinstance(asset, (str, os.PathLike)) and answer is None else None
        members = FolderMembers(folder, besides=store, on_member=on_member, limits=limits)
    with open_with_sidecar(answer.body if answer else asset, sidecar) as (source, beside):
        return verify(
            source,
            sidecar=beside,
            members=members,
            fragments=_fragments(fragments),
            policy=policy,
            at=at,
            profile=Profile(profile),
            limits=limits,
            fetcher=fetcher,
            links=(answer.headers.get("link", ""),) if answer else (),
            url=answer.url if answer else None,
            name=name_of(asset) if name is None else name,
        )


def _fragments(names: Iterable[str | os.PathLike[str]]) -> tuple[Source, ...]:
    if not names:
        return ()
    from credkit.api.fragments import open_fragments

    return open_fragments(names)


def read_store(asset: Asset, *, sidecar: Asset | None = None, limits: Limits = DEFAULT_LIMITS) -> ManifestStore:
    """The manifest store of a file, parsed and not judged.

    Raises ``NoCredentialsError`` when there is none, ``AssetError`` when the file cannot be read, ``MalformedError`` when
    the store is broken.
    """
    with open_with_sidecar(asset, sidecar) as (source, beside):
        located = load_store(source, sidecar=beside, limits=limits)
        if located.store is None:
            kind = AssetError if located.broken else NoCredentialsError
            raise kind(located.problem or "the file carries no Content Credentials")
        return parse_store(located.store, limits=limits)


def read_terms(
    asset: Asset,
    *,
    sidecar: Asset | None = None,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    name: str | None = None,
) -> Terms:
    """Who may do what with a picture, and by whose word: all that its credentials and its own metadata say, weighed against each other.

    ``policy`` says whom to trust (nobody by default), ``at`` when offers have to hold (aware ``datetime``, now by default). Raises
    ``AssetError`` only when the file cannot be read at all.
    """
    from credkit.terms import terms_of

    report, metadata = _report_with_metadata(asset, sidecar=sidecar, policy=policy, at=at, limits=limits, name=name)
    return terms_of(report, metadata=metadata, limits=limits)


def read_licences(
    asset: Asset,
    *,
    sidecar: Asset | None = None,
    policy: TrustPolicy | None = None,
    at: datetime | None = None,
    limits: Limits = DEFAULT_LIMITS,
    name: str | None = None,
) -> LicenceChain:
    """Every licence that reaches a file: of the models that made it, their data sets and base models, training pictures, earlier versions.

    ``policy`` says whom to trust (nobody by default), ``at`` when offers have to hold (aware ``datetime``, now by default). Raises
    ``AssetError`` only when the file cannot be read at all.
    """
    from credkit.terms import licences_of

    report, metadata = _report_with_metadata(asset, sidecar=sidecar, policy=policy, at=at, limits=limits, name=name)
    return licences_of(report, metadata=metadata, limits=limits)


def _report_with_metadata(
    asset: Asset, *, sidecar: Asset | None, policy: TrustPolicy | None, at: datetime | None, limits: Limits, name: str | None
) -> tuple[Report, FileMetadata]:
    """What is judged for a person who asks about rights: the report, and the terms in the file's own metadata."""
    from credkit.terms import metadata_of

    called = name_of(asset) if name is None else name
    with open_with_sidecar(asset, sidecar) as (source, beside):
        report = verify(source, sidecar=beside, policy=policy, at=at, profile=Profile.V2_4, limits=limits, name=called)
        return report, metadata_of(source, limits=limits)
