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
from typing import IO, Any, BinaryIO, Literal, TypeAlias, Unpack, cast

from PIL import Image

from credkit.api import SignResult, Statements
from credkit.api.export_options import ExportOptions
from credkit.api.exporter import Exporter
from credkit.assets import Asset, format_for_media_type
from credkit.dataclass import replace
from credkit.errors import DefinitionError
from credkit.integrations.notices import CredentialsWarning, one_line
from credkit.integrations.pillow.lineage import TRACKED, brought_in, lifted, origin, remember
from credkit.verify import Report

__all__ = ["CredentialsWarning", "SaveTarget", "follow", "install", "save", "signing", "uninstall"]

SaveTarget: TypeAlias = "str | bytes | os.PathLike[str] | os.PathLike[bytes] | IO[bytes]"


_lock = threading.RLock()
_installed: Exporter | None = None
_following = False
_current: ContextVar[Exporter | None] = ContextVar("credkit_pillow", default=None)


def install(exporter: Exporter | None = None, **options: Unpack[ExportOptions]) -> None:
    """Sign every picture that is saved from now on in a format that can be signed, in all threads; a second call replaces the settings
    of the first.

    What is signed and how is an ``Exporter``, or its fields as keywords: ``install(signer=signer, statements=Statements(...))``.
    ``statements`` may hold both ``created``, for pictures made here, and ``edited``, for those that come from a signed file: each
    picture takes the one that is true of it. Without ``edited``, saving a picture with a signed original is a
    ``DefinitionError``, because nobody said what kind of edit it is. Texts of generation tools that are saved with a picture
    (``pnginfo``, ``exif``) are lifted, unless ``lift=False``.

    One save may differ: ``image.save(path, credkit=False)`` saves without signing, ``image.save(path, credkit=Statements(...))``
    says something else. Call this before other modules take functions out of ``PIL.Image``: what is opened by an unwrapped
    ``open`` has no origin. Errors of ``save`` are those of ``credkit.sign_file``, besides Pillow's own; the target is then as it
    was. Findings about the original are a ``CredentialsWarning``.
    """
    global _installed  # noqa: PLW0603
    chosen = _chosen(exporter, options)
    with _lock:
        if _installed is None:
            _wrapping.add_user()
        _installed = chosen


def uninstall() -> None:
    """Save as Pillow does again; nothing happens when neither ``install`` nor ``follow`` was called."""
    global _installed, _following  # noqa: PLW0603
    with _lock:
        if _following:
            _following = False
            _wrapping.remove_user()
        if _installed is not None:
            _installed = None
            _wrapping.remove_user()


def follow() -> None:
    """Remember from which signed files pictures come (``origin``), without signing what is saved; until ``uninstall``."""
    global _following  # noqa: PLW0603
    with _lock:
        if not _following:
            _wrapping.add_user()
        _following = True


@contextlib.contextmanager
def signing(exporter: Exporter | None = None, **options: Unpack[ExportOptions]) -> Iterator[None]:
    """``install`` for the time of a ``with`` block, in this thread or task only."""
    chosen = _chosen(exporter, options)
    with _lock:
        _wrapping.add_user()
    token = _current.set(chosen)
    try:
        yield
    finally:
        _current.reset(token)
        with _lock:
            _wrapping.remove_user()


def save(
    image: Image.Image,
    fp: SaveTarget,
    exporter: Exporter | None = None,
    *,
    parent: Asset | Report | Literal["origin"] | None = "origin",
    format: str | None = None,  # noqa: A002
    **options: Any,
) -> SignResult:
    """Save one picture signed: to a path, or to a binary stream at its present position.

    Who signs and what is stated is an ``Exporter``, or its fields as keywords (``signer=...``, ``statements=...``). ``parent`` is the
    picture that this one is a new version of (path, bytes, stream or report): by default the signed file that it comes from, as far as
    that is known because ``install`` or ``signing`` was active when it was opened; None for a picture made anew. ``format`` (by default
    from the file name) and all other options are Pillow's. Raises what ``credkit.sign_file`` and ``Image.save`` raise,
    ``DefinitionError`` for a format that cannot be signed; the target is then as it was.
    """
    kind = _format_of(fp, format)
    if kind is None or not _can_be_signed(kind):
        raise DefinitionError(f"pictures are signed as {_kinds()}, not as {kind or 'a file of unknown kind'}: name one of these")
    ours: Any = {name: options.pop(name) for name in ExportOptions.__annotations__ if name in options}
    ancestor = origin(image) if isinstance(parent, str) and parent == "origin" else parent
    return _save_signed(image, fp, kind, options, exporter=_chosen(exporter, ours), ancestor=ancestor)


def _chosen(exporter: Exporter | None, options: ExportOptions) -> Exporter:
    if exporter is not None:
        return exporter.with_options(**options)
    if "signer" not in options:
        raise DefinitionError("nobody is named who signs: give an exporter, or signer=...")
    return Exporter(**options)


def _can_be_signed(kind: str) -> bool:
    """Whether a manifest can be put into files of this format of Pillow."""
    media_type = Image.MIME.get(kind, "")
    form = format_for_media_type(media_type)
    return media_type.startswith("image/") and form is not None and form.writable


def _kinds() -> str:
    Image.init()  # All formats, those of other packages too.
    names = sorted(kind for kind in Image.SAVE if _can_be_signed(kind))
    return f"{', '.join(names[:-1])} or {names[-1]}"


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


def _save_signed(
    image: Image.Image, fp: Any, kind: str, options: dict[str, Any], *, exporter: Exporter, ancestor: Asset | Report | None
) -> SignResult:
    target: str | BinaryIO = os.fsdecode(fp) if _is_path(fp) else fp
    if fp is sys.stdout and isinstance(sys.stdout, io.TextIOWrapper):
        target = cast("BinaryIO", sys.stdout.buffer)
    # Listed once, because an iterator would be used up before Pillow sees it.
    frames = options["append_images"] = list(options.get("append_images") or ())
    encoded = io.BytesIO()
    _wrapping.plain_save(image, encoded, kind, **options)
    return exporter.sign(encoded.getvalue(), target, parent=ancestor, ingredients=brought_in(image, frames), lifted=lifted(image))


def _signed_save(plain: Any) -> Any:
    @functools.wraps(plain)
    def save_and_sign(self: Image.Image, fp: Any, format: str | None = None, **params: Any) -> None:  # noqa: A002
        choice = params.pop("credkit", None)
        exporter = _current.get() or _installed
        kind = _format_of(fp, format)
        if exporter is None or kind is None or not _can_be_signed(kind) or choice is False or _called_from_inside():
            if isinstance(choice, Statements):
                raise DefinitionError(f"pictures are signed as {_kinds()}, while install or signing is in force")
            plain(self, fp, format, **params)
            return
        if isinstance(choice, Statements):
            exporter = replace(exporter, statements=choice)
        result = _save_signed(self, fp, kind, params, exporter=exporter, ancestor=origin(self))
        for note in result.notes:
            warnings.warn(one_line(note), CredentialsWarning, stacklevel=2)

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
        exporter = _current.get() or _installed
        if (exporter is not None or _following) and not _called_from_inside():
            remember(image, fp, exporter.policy if exporter is not None else None)
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
