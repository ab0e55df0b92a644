"""From which signed files a picture comes: noted in ``Image.info`` when it is opened, carried along by Pillow itself, completed
where Pillow drops it.

What is noted is the report on the file as it was when it was opened, so nothing depends on what becomes of the file. Files
without credentials leave no trace.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from credkit.api import verify_file
from credkit.assets import format_for_media_type
from credkit.dataclass import dataclass
from credkit.errors import CredkitError
from credkit.lifting.lifted import Lifted
from credkit.load import sidecar_of
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report

__all__ = ["TRACKED", "brought_in", "components", "lifted", "origin", "remember", "set_lifted", "set_origin"]

_ORIGIN = "org.credkit.origin"
_COMPONENTS = "org.credkit.components"
_LIFTED = "org.credkit.lifted"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Signed:
    """A signed file. Equal for equal credentials, because ``Image`` compares ``info``."""

    report: Report

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Signed) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        # Programs write everything in ``Image.info`` into files; neither paths nor credentials belong there.
        return "<Content Credentials of the original>"

    @property
    def _identity(self) -> tuple[str, bytes]:
        return self.report.state, self.report.store.data if self.report.store else b""


@dataclass(frozen=True, slots=True, repr=False)
class _Generated:
    """How a picture was generated, as the program said that made it."""

    lifted: Lifted

    def __repr__(self) -> str:
        # As above: a prompt does not belong into files that others write.
        return "<how the picture was generated>"


def lifted(image: Image.Image) -> Lifted | None:
    """What the program that made the picture said about its making; None when it said nothing."""
    found = image.info.get(_LIFTED)
    return found.lifted if isinstance(found, _Generated) else None


def set_lifted(image: Image.Image, made: Lifted | None) -> None:
    """State how ``image`` was generated; it is signed with that when it is saved."""
    image.info.pop(_LIFTED, None)
    if made is not None:
        image.info[_LIFTED] = _Generated(made)


def origin(image: Image.Image) -> Report | None:
    """The report on the signed file that ``image`` was opened from or derived from; None when there was none, or it is not known."""
    found = image.info.get(_ORIGIN)
    return found.report if isinstance(found, _Signed) else None


def components(image: Image.Image) -> tuple[Report, ...]:
    """The reports on the signed files that were pasted into ``image``, in order, each once."""
    found = image.info.get(_COMPONENTS, ())
    return tuple(item.report for item in found if isinstance(item, _Signed))


def brought_in(image: Image.Image, frames: Iterable[Image.Image]) -> tuple[Report, ...]:
    """The components of ``image`` when ``frames`` are saved with it into one file."""
    whole = Image.new("1", (1, 1))
    set_origin(whole, image)
    for frame in frames:
        _add_components(whole, frame)
    return components(whole)


def set_origin(image: Image.Image, source: Image.Image | Report | None) -> None:
    """State what ``image`` was made from: another picture (with all of its history), a checked file, or nothing.

    Needed where pixels took a way around Pillow, and with None for a picture in which nothing of the original is left.
    """
    for key in (_ORIGIN, _COMPONENTS):
        image.info.pop(key, None)
    if isinstance(source, Report):
        image.info[_ORIGIN] = _Signed(source)
    elif source is not None:
        image.info.update({key: source.info[key] for key in (_ORIGIN, _COMPONENTS) if key in source.info})


def remember(image: Any, fp: Any, policy: TrustPolicy | None) -> None:
    """Note the credentials of the file ``fp`` that ``image`` was just opened from."""
    stream = image.fp
    if stream is None or not _can_bring_credentials(image.format):
        return
    name = fp if isinstance(fp, (str, bytes, os.PathLike)) else getattr(fp, "name", None)
    path = Path(os.fsdecode(name)) if isinstance(name, (str, bytes, os.PathLike)) else None
    sidecar = sidecar_of(path) if path and path.name else None
    position = stream.tell()
    try:
        report = verify_file(stream, sidecar=sidecar, policy=policy, name=path.name if path else "")
    except CredkitError:
        return
    finally:
        stream.seek(position)
    if report.media_type is None or report.state == "none":
        return
    image.info[_ORIGIN] = _Signed(report)
    rewind = getattr(getattr(image, "png", None), "rewind_state", None)
    if rewind is not None:
        # An animated PNG takes its ``info`` from here when it is wound back.
        rewind.info[_ORIGIN] = image.info[_ORIGIN]


def _can_bring_credentials(kind: str | None) -> bool:
    """Whether files of this format of Pillow are read here; it calls a JPEG with further pictures behind it by a name of its own."""
    return kind == "MPO" or format_for_media_type(Image.MIME.get(kind or "", "")) is not None


def _add_components(image: Image.Image, placed: Image.Image) -> None:
    """Note what ``placed`` brings into ``image``, apart from what is there already."""
    known = [*image.info.get(_COMPONENTS, ()), *filter(None, [image.info.get(_ORIGIN)])]
    brought = [*filter(None, [placed.info.get(_ORIGIN)]), *placed.info.get(_COMPONENTS, ())]
    new = tuple(item for item in dict.fromkeys(brought) if item not in known)
    if new:
        image.info[_COMPONENTS] = (*image.info.get(_COMPONENTS, ()), *new)


def _inherit(image: Image.Image, source: Image.Image) -> None:
    """Make ``image``, which Pillow made anew, a version of ``source``."""
    if _ORIGIN in source.info and _ORIGIN not in image.info:
        image.info[_ORIGIN] = source.info[_ORIGIN]
    _add_components(image, source)
    rest = tuple(item for item in image.info.get(_COMPONENTS, ()) if item != image.info.get(_ORIGIN))
    if rest:
        image.info[_COMPONENTS] = rest
    else:
        image.info.pop(_COMPONENTS, None)


# Functions of Pillow that make a picture anew, or put one into another


def _placing(plain: Any) -> Any:
    """``image.paste(other)`` and ``image.alpha_composite(other)``."""

    @functools.wraps(plain)
    def place(self: Image.Image, im: Any, *args: Any, **options: Any) -> None:
        plain(self, im, *args, **options)
        if isinstance(im, Image.Image):
            _add_components(self, im)

    return place


def _deriving(plain: Any) -> Any:
    """Functions of one picture whose result is a new one (``ImageOps.expand``, ``ImageOps.pad``)."""

    @functools.wraps(plain)
    def derive(image: Image.Image, *args: Any, **options: Any) -> Image.Image:
        made: Image.Image = plain(image, *args, **options)
        _inherit(made, image)
        return made

    return derive


def _blending(plain: Any) -> Any:
    """``Image.blend``: a version of the first picture that has an origin (``ImageEnhance`` blends a picture into a plain one)."""

    @functools.wraps(plain)
    def blend(im1: Image.Image, im2: Image.Image, *args: Any, **options: Any) -> Image.Image:
        made: Image.Image = plain(im1, im2, *args, **options)
        _inherit(made, im2)
        return made

    return blend


def _composing(plain: Any) -> Any:
    """``Image.alpha_composite(background, overlay)``."""

    @functools.wraps(plain)
    def compose(im1: Image.Image, im2: Image.Image) -> Image.Image:
        made: Image.Image = plain(im1, im2)
        _add_components(made, im2)
        return made

    return compose


TRACKED: tuple[tuple[Any, str, Callable[[Any], Any]], ...] = (
    (Image.Image, "paste", _placing),
    (Image.Image, "alpha_composite", _placing),
    (Image, "alpha_composite", _composing),
    (Image, "blend", _blending),
    (ImageOps, "expand", _deriving),
    (ImageOps, "pad", _deriving),
)
"""What is wrapped so that no history gets lost: where it is, its name, and the wrapper."""
