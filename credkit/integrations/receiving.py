"""The core of all hooks that receive pictures: verify, judge, and then warn, put into quarantine, or refuse.

This file decides what counts as a picture and what becomes of one that a policy does not accept. Where bytes come from, and how a
program is told, is left to the hooks. A picture that is not accepted is never thrown away: in quarantine it lies whole, with the verdict
beside it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import stat
import tempfile
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, TypeAlias, cast
from urllib.parse import urlsplit, urlunsplit

from credkit.acceptance import AcceptancePolicy, Judgement, judgement_object, read_policy
from credkit.api import judge_file
from credkit.assets import FORMATS, Source, open_source
from credkit.assets.svg.sniff import may_become_svg
from credkit.dataclass import dataclass, field
from credkit.errors import CredkitError, DefinitionError, OutputError
from credkit.integrations.notices import CredentialsWarning
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.provenance.text import quoted, shown
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "SNIFFED",
    "SPOOL_SIZE",
    "Beginning",
    "CredentialsWarning",
    "OnFailure",
    "Received",
    "Receiver",
    "RefusedError",
    "is_part",
    "is_picture",
    "is_picture_so_far",
    "spool",
]

OnFailure: TypeAlias = Literal["warn", "quarantine", "refuse"]
SNIFFED = 4_096
"""Bytes from the beginning of a file that tell whether it is a picture; of most files far fewer do."""
_TOLD = 16
"""Bytes that tell it of all but drawings (SVG), whose first element may come late."""
SPOOL_SIZE = 8 << 20
"""Bytes that are held in memory; what is larger goes into a temporary file."""
_log = logging.getLogger("credkit.receiving")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_OTHERS = (b"\0\0\0\x0cjP  ", b"8BPS", b"\0\0\1\0", b"qoif")
"""How pictures begin whose formats are not read here."""
_BRANDS = tuple(b"avif avis avio heic heix heim heis hevc hevx hevm hevs mif1 mif2 miaf msf1 jpeg jpgs".split())
"""Major brands of pictures that begin as films do."""
_WHOLE = re.compile(r"\s*bytes\s+0-([0-9]{1,18})/([0-9]{1,18})\s*", re.IGNORECASE)


class RefusedError(CredkitError):
    """A picture that the policy does not accept; ``str()`` says why."""

    def __init__(self, message: str, *, judgement: Judgement, place: Path | None = None) -> None:
        super().__init__(message)
        self.judgement = judgement
        self.place = place
        """Where it lies in quarantine; None when it was not kept."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions travel between processes by their arguments, and keyword arguments are not among them.
        return _refused, (str(self), self.judgement, self.place)


def _refused(message: str, judgement: Judgement, place: Path | None) -> RefusedError:
    return RefusedError(message, judgement=judgement, place=place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What became of one file."""

    action: Literal["passed", "accepted", "warned", "quarantined"]
    """``passed``: no picture, so it was not judged."""
    judgement: Judgement | None = None
    """None for what is no picture."""
    place: Path | None = None
    """Where it lies in quarantine."""

    @property
    def sentence(self) -> str:
        """Why the policy does not accept it; empty when it does."""
        return " ".join(self.judgement.sentences) if self.judgement else ""


def is_picture(head: bytes) -> bool:
    """Whether a file that begins with ``head`` (``SNIFFED`` bytes, or all of a shorter one) is a picture, readable here or not."""
    known = next((item for item in FORMATS if item.matches(head)), None)
    if known is not None and known.media_types[0].startswith("image/"):
        return True
    if head[4:8] == b"ftyp":
        return head[8:12] in _BRANDS
    return head.startswith(_OTHERS) or (head[:2] == b"BM" and head[6:10] == bytes(4))


def is_picture_so_far(head: bytes) -> bool | None:
    """The same of a file that goes on behind ``head``; None while it cannot be told."""
    if len(head) >= SNIFFED:
        return is_picture(head[:SNIFFED])
    if len(head) < _TOLD:
        return None
    return True if is_picture(head) else None if may_become_svg(head) else False


def is_part(status: int, requested: str | None, content_range: str | None) -> bool:
    """Whether an answer is a part that the program asked for by the field ``Range`` (``requested``). One that spans all is no part."""
    whole = _WHOLE.fullmatch(content_range or "")
    return status == 206 and requested is not None and not (whole and int(whole[1]) + 1 == int(whole[2]))


class Beginning:
    """The first pieces of a body that may be compressed, until they tell whether it is a picture.

    ``decode`` gives what a beginning of the body stands for, as far as that can be told. No more is asked for than is needed, so that
    streams of events flow on. A body that withholds its first bytes behind more than ``limits.hidden_beginning`` bytes of compression
    counts as a picture, so that it is looked into.
    """

    def __init__(self, decode: Callable[[bytes], bytes], *, limits: Limits = DEFAULT_LIMITS) -> None:
        self._decode = decode
        self._limits = limits
        self._tried = 0
        self._data = bytearray()
        self.is_picture: bool | None = None
        """None while it cannot be told."""

    @property
    def data(self) -> bytes:
        """The pieces so far."""
        return bytes(self._data)

    def add(self, piece: bytes) -> bool:
        """Whether it is decided; an empty piece is the end of the body."""
        self._data += piece
        # Looked into when it has doubled, so that a body in single bytes costs no more than one in large pieces.
        if not piece or len(self._data) >= 2 * self._tried:
            self._tried = len(self._data)
            plain = self._decode(self.data)
            self.is_picture = is_picture_so_far(plain) if piece else is_picture(plain[:SNIFFED])
        if self.is_picture is None and len(self._data) > self._limits.hidden_beginning:
            self.is_picture = True
        return self.is_picture is not None


def spool() -> IO[bytes]:
    """A place for bytes on their way: in memory, and in a temporary file from ``SPOOL_SIZE`` on."""
    return cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=SPOOL_SIZE, prefix="credkit-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """What is asked of every picture that comes in, and what happens to one that does not meet it.

    ``policy`` is an ``AcceptancePolicy``, the path of a policy file, or its JSON object; by default a picture has to be valid. ``trust``
    stands in the place of the trust lists of the policy. ``on_failure``: ``warn`` lets the picture through with a
    ``CredentialsWarning``; ``quarantine`` puts its bytes into the folder ``quarantine`` with a JSON verdict beside them; ``refuse`` raises
    ``RefusedError``. The network is asked only through ``fetcher``.

    Receivers can be copied to other processes. ``DefinitionError`` and ``TrustError`` as for ``read_policy``.
    """

    policy: AcceptancePolicy | str | os.PathLike[str] | Mapping[str, Any] = field(default_factory=AcceptancePolicy)
    trust: TrustPolicy | None = None
    on_failure: OnFailure = "warn"
    quarantine: str | os.PathLike[str] | None = None
    fetcher: Fetcher | None = None
    limits: Limits = DEFAULT_LIMITS

    def __post_init__(self) -> None:
        if self.on_failure not in ("warn", "quarantine", "refuse"):
            raise DefinitionError(f"{quoted(self.on_failure)} is nothing that can happen to a picture: warn, quarantine and refuse are")
        if self.on_failure == "quarantine" and self.quarantine is None:
            raise DefinitionError("pictures that are not accepted shall go into quarantine: name the folder (quarantine=...)")
        if not isinstance(self.policy, AcceptancePolicy):
            object.__setattr__(self, "policy", read_policy(self.policy, limits=self.limits))

    def judge(
        self,
        asset: bytes | BinaryIO | Source | str | os.PathLike[str],
        *,
        name: str = "",
        links: tuple[str, ...] = (),
        url: str | None = None,
    ) -> Judgement | None:
        """The judgement on a picture, and nothing happens to it; None for what is no picture.

        ``links`` are values of the HTTP field ``Link`` that came with it from ``url``. ``AssetError`` when it cannot be read.
        """
        policy = cast("AcceptancePolicy", self.policy)
        if _is_empty(asset):
            return None
        with open_source(asset) as source:
            if not is_picture(source.read(0, min(source.size, SNIFFED))):
                return None
            # A path is given on as such, so that a manifest store beside it is found.
            subject = asset if isinstance(asset, (str, os.PathLike)) else source
            return judge_file(
                subject,
                policy,
                trust=self.trust,
                fetcher=self.fetcher,
                limits=self.limits,
                links=links,
                url=url,
                name=name or None,
            )

    def receive(self, asset: bytes | BinaryIO, *, name: str = "", url: str | None = None, links: tuple[str, ...] = ()) -> Received:
        """Judge bytes, or a seekable stream (its position moves), and act.

        ``RefusedError`` where that was chosen; ``OutputError`` when a picture cannot be put into quarantine.
        """
        judgement = self.judge(asset, name=name, url=url, links=links)
        done = self._acted(judgement, name, url)
        if done is not None:
            return done
        with open_source(asset) as source:
            return self._kept(source, cast("Judgement", judgement), name, url)

    def admit(self, pieces: Iterable[bytes], *, name: str = "", url: str | None = None, links: tuple[str, ...] = ()) -> Received:
        """``receive`` for a body in pieces whose reader is still waiting for it: ``RefusedError`` also after quarantine.

        Of a body with more than ``limits.download_size`` bytes the rest is not read: it is judged, and kept, as cut off.
        """
        with spool() as body:
            for piece in pieces:
                body.write(piece)
                if body.tell() > self.limits.download_size:
                    body.truncate(self.limits.download_size)
                    break
            received = self.receive(cast("BinaryIO", body), name=name, url=url, links=links)
        if received.action == "quarantined" and received.judgement is not None:
            sentence = f"{_called(name, url)} is in quarantine: {received.sentence}"
            raise RefusedError(sentence, judgement=received.judgement, place=received.place)
        return received

    def receive_file(self, path: str | os.PathLike[str], *, name: str = "", url: str | None = None) -> Received:
        """Judge a file and act; into quarantine it is moved, and gone from its place only when it lies there whole.

        ``name`` is what to call it when the path is a temporary one. A manifest store beside it is used and stays. ``AssetError`` when it
        cannot be read; otherwise as ``receive``.
        """
        name = name or os.path.basename(os.fspath(path))
        judgement = self.judge(path, name=name, url=url)
        done = self._acted(judgement, name, url)
        if done is not None:
            return done
        with open_source(path) as source:
            kept = self._kept(source, cast("Judgement", judgement), name, url)
        try:
            os.unlink(path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OutputError(f'"{os.fspath(path)}" was copied into quarantine, but cannot be taken from its place: {reason}') from None
        return kept

    def _acted(self, judgement: Judgement | None, name: str, url: str | None) -> Received | None:
        """What needs no quarantine; None where the bytes have to be kept."""
        if judgement is None:
            return Received(action="passed")
        if judgement.passed:
            return Received(action="accepted", judgement=judgement)
        sentence = f"{_called(name, url)} is not accepted: {' '.join(judgement.sentences)}"
        _log.warning("%s", shown(sentence, _SENTENCE))
        if self.on_failure == "refuse":
            raise RefusedError(sentence, judgement=judgement)
        if self.on_failure == "quarantine":
            return None
        warnings.warn(sentence, CredentialsWarning, stacklevel=3)
        return Received(action="warned", judgement=judgement)

    def _kept(self, source: Source, judgement: Judgement, name: str, url: str | None) -> Received:
        """Put the bytes into quarantine, then the verdict beside them."""
        from credkit.provenance.json_report import json_report
        from credkit.provenance.text import json_text
        from credkit.sign.output import write_bytes

        folder = Path(cast("str", self.quarantine))
        digest = _digest(source)
        place = folder / f"{digest[:16]}-{_file_name(name)}"
        _write(source, place, digest)
        verdict = {
            "file": place.name,
            "name": name,
            "origin": _without_secrets(url),
            "sha256": digest,
            "size": source.size,
            "received": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "report": json_report(judgement.report) | {"policy": judgement_object(judgement)},
        }
        write_bytes(place.with_name(f"{place.name}.verdict.json"), (json_text(verdict) + "\n").encode("utf-8"))
        return Received(action="quarantined", judgement=judgement, place=place)


_SENTENCE = Limits(text_length=2_000)


def _is_empty(asset: Any) -> bool:
    """Whether there is nothing in it, so that it is no picture. What cannot be asked is left to ``open_source``, which says why."""
    if isinstance(asset, (bytes, bytearray, memoryview)):
        return not len(asset)
    try:
        if isinstance(asset, (str, os.PathLike)):
            found = os.stat(asset)
            return stat.S_ISREG(found.st_mode) and found.st_size == 0
        return hasattr(asset, "seek") and asset.seek(0, os.SEEK_END) == 0
    except (OSError, ValueError):
        return False


def _called(name: str, url: str | None) -> str:
    return quoted(name) if name else quoted(_without_secrets(url) or "a picture") if url else "A picture"


def _without_secrets(url: str | None) -> str | None:
    """An address without user names, query and fragment, in which keys and signatures of links travel."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _file_name(name: str) -> str:
    """A name that is safe on every system: of a stranger's name, the letters, digits and dots of its last part."""
    last = re.split(r"[\\/]", name)[-1]
    return _UNSAFE.sub("_", last).strip("._")[-100:] or "picture"


def _digest(source: Source) -> str:
    found = hashlib.sha256()
    for chunk in source.chunks(0, source.size):
        found.update(chunk)
    return found.hexdigest()


def _write(source: Source, place: Path, digest: str) -> None:
    """The bytes under that name, whole; nothing happens when they are there already. ``OutputError`` when they cannot be written."""
    from credkit.sign.output import OutputFile

    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f'the folder "{place.parent}" for quarantine cannot be made: {error.strerror or error}') from None
    if _is_there(place, digest):
        return
    try:
        with OutputFile(place, overwrite=False, private=True) as out:
            for chunk in source.chunks(0, source.size):
                out.file.write(chunk)
            out.commit()
    except OutputError:
        # Somebody else may have put the same picture there meanwhile.
        if not _is_there(place, digest):
            raise


def _is_there(place: Path, digest: str) -> bool:
    """Whether these bytes lie there already; ``OutputError`` when it is others."""
    if not place.exists():
        return False
    with open_source(place) as there:
        if _digest(there) == digest:
            return True
    raise OutputError(f'"{place}" is in quarantine already, with other bytes: move it away')
