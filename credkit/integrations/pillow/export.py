"""Saving signed: once with ``save``, or always while Pillow is wrapped.

The picture is encoded in memory and signed from there, so that its file is replaced whole or not at all. What Pillow saves for
its own ends (previews of ``show``, frames inside of icons) is not an export and stays unsigned.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import IO, Any, BinaryIO, Literal, TypeAlias, cast

from PIL import Image

from credkit.api import SignResult, Statements, sign_file
from credkit.assets import Asset
from credkit.errors import DefinitionError
from credkit.integrations.pillow.lineage import TRACKED, brought_in, origin, remember
from credkit.manifest.assertions import GeneratorInfo
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report

__all__ = ["CredentialsWarning", "SaveTarget", "install", "save", "signing", "uninstall"]

_FORMATS = ("PNG", "JPEG")

SaveTarget: TypeAlias = "str | bytes | os.PathLike[str] | os.PathLike[bytes] | IO[bytes]"


class CredentialsWarning(UserWarning):
    """A picture was signed, and there is something to know about it: its parent does not pass verification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settings:
    signer: Signer
    statements: Statements
    generator: GeneratorInfo | None = None
    policy: TrustPolicy | None = None
    mirrors: bool = True
    thumbnail: bool = False
    timestamp: str | TimeStamper | None = None
    staple: bool = False


_lock = threading.RLock()
_installed: _Settings | None = None
_current: ContextVar[_Settings | None] = ContextVar("credkit_pillow", default=None)


def install(
    *,
    signer: Signer,
    statements: Statements,
    generator: GeneratorInfo | None = None,
    policy: TrustPolicy | None = None,
    mirrors: bool = True,
    thumbnail: bool = False,
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
) -> None:
    """Sign every PNG and JPEG that is saved from now on, in all threads; a second call replaces the settings of the first.

    ``statements`` may hold both ``created``, for pictures made here, and ``edited``, for those that come from a signed file: each
    picture takes the one that is true of it. Without ``edited``, saving a picture with a signed original is a
    ``DefinitionError``, because nobody said what kind of edit it is. ``policy`` decides what is recorded about trust in the
    signer of the original. Other options as for ``credkit.sign_file``.

    One save may differ: ``image.save(path, credkit=False)`` saves without signing, ``image.save(path, credkit=Statements(...))``
    says something else. Call this before other modules take functions out of ``PIL.Image``: what is opened by an unwrapped
    ``open`` has no origin. Errors of ``save`` are those of ``credkit.sign_file``, besides Pillow's own; the target is then as it
    was. Findings about the original are a ``CredentialsWarning``.
    """
    global _installed  # noqa: PLW0603
    with _lock:
        if _installed is None:
            _wrapping.add_user()
        _installed = _Settings(
            signer=signer,
            statements=statements,
            generator=generator,
            policy=policy,
            mirrors=mirrors,
            thumbnail=thumbnail,
            timestamp=timestamp,
            staple=staple,
        )


def uninstall() -> None:
    """Save as Pillow does again; nothing happens when ``install`` was not called."""
    global _installed  # noqa: PLW0603
    with _lock:
        if _installed is not None:
            _installed = None
            _wrapping.remove_user()


@contextlib.contextmanager
def signing(
    *,
    signer: Signer,
    statements: Statements,
    generator: GeneratorInfo | None = None,
    policy: TrustPolicy | None = None,
    mirrors: bool = True,
    thumbnail: bool = False,
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
) -> Iterator[None]:
    """``install`` for the time of a ``with`` block, in this thread or task only."""
    settings = _Settings(
        signer=signer,
        statements=statements,
        generator=generator,
        policy=policy,
        mirrors=mirrors,
        thumbnail=thumbnail,
        timestamp=timestamp,
        staple=staple,
    )
    with _lock:
        _wrapping.add_user()
    token = _current.set(settings)
    try:
        yield
    finally:
        _current.reset(token)
        with _lock:
            _wrapping.remove_user()


def save(
    image: Image.Image,
    fp: SaveTarget,
    *,
    signer: Signer,
    statements: Statements,
    parent: Asset | Report | Literal["origin"] | None = "origin",
    format: str | None = None,  # noqa: A002
    generator: GeneratorInfo | None = None,
    policy: TrustPolicy | None = None,
    mirrors: bool = True,
    thumbnail: bool = False,
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
    **save_options: Any,
) -> SignResult:
    """Save one picture signed: to a path, or to a binary stream at its present position.

    ``parent`` is the picture that this one is a new version of (path, bytes, stream or report): by default the signed file that
    it comes from, as far as that is known because ``install`` or ``signing`` was active when it was opened; None for a picture
    made anew. ``format`` (by default from the file name) and ``save_options`` are Pillow's. Raises what ``credkit.sign_file`` and
    ``Image.save`` raise, ``DefinitionError`` for a format that cannot be signed; the target is then as it was.
    """
    kind = _format_of(fp, format)
    if kind not in _FORMATS:
        raise DefinitionError(f"pictures are signed as PNG or JPEG, not as {kind or 'a file of unknown kind'}: name one of the two")
    settings = _Settings(
        signer=signer,
        statements=statements,
        generator=generator,
        policy=policy,
        mirrors=mirrors,
        thumbnail=thumbnail,
        timestamp=timestamp,
        staple=staple,
    )
    ancestor = origin(image) if isinstance(parent, str) and parent == "origin" else parent
    return _save_signed(image, fp, kind, save_options, settings=settings, ancestor=ancestor)


def _format_of(fp: object, name: str | None) -> str | None:
    """The format that Pillow is going to choose; None when it knows none of that name."""
    if name:
        return name.upper()
    path = fp if _is_path(fp) else getattr(fp, "name", None)
    if not _is_path(path):
        return None
    ending = os.path.splitext(os.fsdecode(cast("str", path)))[1].lower()
    Image.preinit()
    if ending not in Image.EXTENSION:
        Image.init()  # All formats, as Pillow does for an ending that the usual ones do not have.
    return Image.EXTENSION.get(ending)


def _is_path(value: object) -> bool:
    return isinstance(value, (str, bytes, os.PathLike))


def _true_statements(statements: Statements, ancestor: object) -> Statements:
    """Of ``created`` and ``edited``, the one that is true of the picture."""
    if ancestor is None:
        if not statements.created:
            raise DefinitionError(
                "the picture does not come from a signed file: say how it was made "
                '(created="trainedAlgorithmicMedia", "digitalCreation", ...)'
            )
        return replace(statements, edited=None)
    if not statements.edited:
        name = f'"{ancestor.name}"' if isinstance(ancestor, Report) and ancestor.name else "a file"
        raise DefinitionError(
            f"the picture comes from {name} with Content Credentials, so it is an edit: say of what kind "
            '(edited="compositeWithTrainedAlgorithmicMedia", "humanEdits", ...), or set_origin(image, None) when nothing of it is left'
        )
    return replace(statements, created=None)


def _save_signed(
    image: Image.Image, fp: Any, kind: str, options: dict[str, Any], *, settings: _Settings, ancestor: Asset | Report | None
) -> SignResult:
    statements = _true_statements(settings.statements, ancestor)
    target: str | BinaryIO = os.fsdecode(fp) if _is_path(fp) else fp
    if fp is sys.stdout and isinstance(sys.stdout, io.TextIOWrapper):
        target = cast("BinaryIO", sys.stdout.buffer)
    if isinstance(target, str) and not statements.title:
        statements = replace(statements, title=os.path.basename(target))
    # Listed once, because an iterator would be used up before Pillow sees it.
    frames = options["append_images"] = list(options.get("append_images") or ())
    encoded = io.BytesIO()
    _wrapping.plain_save(image, encoded, kind, **options)
    return sign_file(
        encoded.getvalue(),
        target,
        statements,
        signer=settings.signer,
        parent=ancestor,
        ingredients=brought_in(image, frames),
        generator=settings.generator,
        policy=settings.policy,
        mirrors=settings.mirrors,
        thumbnail=settings.thumbnail,
        timestamp=settings.timestamp,
        staple=settings.staple,
    )


def _signed_save(plain: Any) -> Any:
    @functools.wraps(plain)
    def save_and_sign(self: Image.Image, fp: Any, format: str | None = None, **params: Any) -> None:  # noqa: A002
        choice = params.pop("credkit", None)
        settings = _current.get() or _installed
        kind = _format_of(fp, format)
        if settings is None or kind not in _FORMATS or choice is False or _called_from_inside():
            if isinstance(choice, Statements):
                raise DefinitionError("pictures are signed as PNG or JPEG, while install or signing is in force")
            plain(self, fp, format, **params)
            return
        if isinstance(choice, Statements):
            settings = replace(settings, statements=choice)
        result = _save_signed(self, fp, kind, params, settings=settings, ancestor=origin(self))
        for note in result.notes:
            warnings.warn(note, CredentialsWarning, stacklevel=2)

    return save_and_sign


def _called_from_inside() -> bool:
    """Whether the caller of a wrapped function is Pillow itself, or credkit, which makes thumbnails."""
    try:
        caller = sys._getframe(2)
    except ValueError:  # the wrapped function is all that this thread runs
        return False
    return str(caller.f_globals.get("__name__", "")).partition(".")[0] in ("PIL", "credkit")


def _remembering_open(plain: Any) -> Any:
    @functools.wraps(plain)
    def open_and_remember(fp: Any, *args: Any, **options: Any) -> Any:
        image = plain(fp, *args, **options)
        settings = _current.get() or _installed
        if settings is not None and not _called_from_inside():
            remember(image, fp, settings.policy)
        return image

    return open_and_remember


class _Wrapping:
    """Pillow's functions behind ours, as long as anybody needs them."""

    _WRAPPERS = ((Image.Image, "save", _signed_save), (Image, "open", _remembering_open), *TRACKED)

    def __init__(self) -> None:
        self._users = 0
        self._plain: dict[tuple[Any, str], Any] = {}
        self._ours: dict[tuple[Any, str], Any] = {}

    @property
    def plain_save(self) -> Any:
        """``Image.save`` of Pillow itself."""
        return self._plain.get((Image.Image, "save"), Image.Image.save)

    def add_user(self) -> None:
        """Wrap, unless that is done already."""
        self._users += 1
        if self._plain:
            return
        for holder, name, wrapper in self._WRAPPERS:
            place = holder, name
            self._plain[place] = getattr(holder, name)
            self._ours[place] = wrapper(self._plain[place])
            setattr(holder, name, self._ours[place])

    def remove_user(self) -> None:
        """Unwrap when nobody needs it any more.

        Someone who wrapped Pillow after us keeps our functions alive; without settings they only track history.
        """
        self._users -= 1
        if self._users or any(getattr(holder, name) is not ours for (holder, name), ours in self._ours.items()):
            return
        for (holder, name), plain in self._plain.items():
            setattr(holder, name, plain)
        self._plain.clear()


_wrapping = _Wrapping()
