"""Is a picture that is about to be served as good as its original? Answered from the bytes alone, and remembered by their hash.

Nothing here knows of HTTP besides content encodings and the header fields that a verdict leads to.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from credkit.assets import Source, StreamSource, open_source
from credkit.dataclass import dataclass, field
from credkit.errors import AssetError
from credkit.integrations.asgi.originals import Original
from credkit.integrations.receiving import spool
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.terms import metadata_of, terms_of
from credkit.terms.headers import usage_headers
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from credkit.verify.report import Report

__all__ = ["Examiner", "Verdict", "decoded"]

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found out about one picture."""

    digest: str
    """SHA-256 of the picture."""
    loss: str | None = None
    """What is missing compared with the original, as half a sentence; None when nothing is."""
    store: bytes | None = field(default=None, repr=False)
    """Its manifest store, when its credentials are valid."""
    usage: tuple[tuple[str, str], ...] = ()
    """Header fields about training and mining that its signed statements lead to."""


def decoded(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes] | None:
    """The bytes behind a content encoding, piece by piece; None for an encoding that is not known. ``AssetError`` for broken data."""
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return pieces
    if name in ("gzip", "x-gzip", "deflate"):
        return _inflated(pieces)
    return _brotli(pieces) if name == "br" else None


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(wbits=47)  # zlib or gzip, told by its header
    try:
        for piece in pieces:
            rest = piece
            while rest and not inflater.eof:
                yield inflater.decompress(rest, _CHUNK)
                rest = inflater.unconsumed_tail
    except zlib.error as error:
        raise AssetError(f"the compressed body cannot be read: {error}") from None


def _brotli(pieces: Iterator[bytes]) -> Iterator[bytes]:
    import brotli

    decompressor = brotli.Decompressor()
    try:
        for piece in pieces:
            yield decompressor.process(piece, output_buffer_limit=_CHUNK)
            while not decompressor.can_accept_more_data():
                yield decompressor.process(b"", output_buffer_limit=_CHUNK)
    except brotli.error as error:
        raise AssetError(f"the compressed body cannot be read: {error}") from None


class Examiner:
    """Verdicts, remembered for the last ``remembered`` pictures. Safe to call from several threads."""

    def __init__(self, *, trust: TrustPolicy | None = None, remembered: int = 1_024, limits: Limits = DEFAULT_LIMITS) -> None:
        self._trust = trust
        self._remembered = remembered
        self._limits = limits
        self._verdicts: OrderedDict[tuple[str, str], Verdict] = OrderedDict()
        self._lock = threading.Lock()

    def examine(self, body: IO[bytes], encoding: str, original: Original | None) -> Verdict | None:
        """The verdict on a served body; None when it cannot be looked into (an unknown encoding, or more bytes than the limits allow)."""
        body.seek(0)
        pieces = decoded(iter(lambda: body.read(_CHUNK), b""), encoding)
        if pieces is None:
            return None
        with spool() as plain:
            digest = hashlib.sha256()
            for piece in pieces:
                plain.write(piece)
                digest.update(piece)
                if plain.tell() > self._limits.download_size:
                    return None
            return self._of(plain, digest.hexdigest(), original)

    def _of(self, plain: IO[bytes], digest: str, original: Original | None) -> Verdict:
        key = digest, _identity(original)
        with self._lock:
            if key in self._verdicts:
                self._verdicts.move_to_end(key)
                return self._verdicts[key]
        found = self._compared(StreamSource(plain), digest, original)  # type: ignore[arg-type]
        with self._lock:
            self._verdicts[key] = found
            kept = sum(len(verdict.store or b"") for verdict in self._verdicts.values())
            while len(self._verdicts) > self._remembered or (kept > self._limits.served_stores and len(self._verdicts) > 1):
                kept -= len(self._verdicts.popitem(last=False)[1].store or b"")
        return found

    def _compared(self, served: Source, digest: str, original: Original | None) -> Verdict:
        with ExitStack() as stack:
            source = stack.enter_context(open_source(original.picture)) if original is not None else None
            beside = stack.enter_context(open_source(original.store)) if original is not None and original.store is not None else None
            same = source is not None and source.size == served.size and _digest(source) == digest
            report = verify(served, sidecar=beside if same else None, policy=self._trust, limits=self._limits)
            if source is None or same:
                return self._verdict(report, served, digest, None)
            first = verify(source, sidecar=beside, policy=self._trust, limits=self._limits)
            return self._verdict(report, served, digest, _loss(report, first))

    def _verdict(self, report: Report, served: Source, digest: str, loss: str | None) -> Verdict:
        sound = report.state in ("Valid", "Trusted") and report.store is not None
        return Verdict(
            digest=digest,
            loss=loss,
            store=report.store.data if sound and report.store else None,
            usage=_usage(report, served, self._limits) if sound else (),
        )


def _loss(report: Report, original: Report) -> str | None:
    """What a picture lacks that its original has."""
    if original.store is None:
        return None
    if report.store is None:
        return "its original carries Content Credentials, and it carries none"
    if original.state not in ("Valid", "Trusted"):
        return None
    if report.state not in ("Valid", "Trusted"):
        return "its original carries valid Content Credentials, and those that it carries are not valid"
    kept = report.find(original.active_manifest)
    # Anyone can give a manifest a label that exists, so its claim is what tells.
    if kept is None or original.active is None or kept.manifest.claim_bytes != original.active.manifest.claim_bytes:
        return "its Content Credentials leave out those of its original"
    return None


def _usage(report: Report, served: Source, limits: Limits) -> tuple[tuple[str, str], ...]:
    """What signed statements permit, and what they or the file's own metadata, which nobody signed, reserve."""
    return tuple(usage_headers(terms_of(report, metadata=metadata_of(served, limits=limits), limits=limits)).items())


def _digest(source: Source) -> str:
    found = hashlib.sha256()
    for chunk in source.chunks(0, source.size):
        found.update(chunk)
    return found.hexdigest()


def _identity(original: Original | None) -> str:
    """A key that changes when the original does."""
    return "|".join(_state(part) for part in (original.picture, original.store)) if original is not None else ""


def _state(part: Path | bytes | None) -> str:
    if part is None:
        return ""
    if isinstance(part, bytes):
        return hashlib.sha256(part).hexdigest()
    try:
        found = part.stat()
    except OSError as error:
        raise AssetError(f'the original "{part}" cannot be read: {error.strerror or error}') from None
    return f"{part}:{found.st_mtime_ns}:{found.st_size}"
