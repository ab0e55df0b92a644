"""Saving: numbers become pictures, as the host's own nodes save them, and each is signed where it lies.

A picture is on the disk before it is signed, and signing replaces it in one step. So nothing that was made is lost when signing fails: the
unsigned picture stays, and the node fails with the sentence that says why. Under a sealed prompt that file carries no texts.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.api import SignResult
from credkit.api.exporter import Exporter
from credkit.dataclass import dataclass, field, replace
from credkit.errors import CredkitError, OutputError
from credkit.integrations.comfyui.graph import Evidence, evidence_of
from credkit.integrations.comfyui.host import Host
from credkit.integrations.kept_exporter import KeptExporter
from credkit.integrations.notices import one_line, without_folders
from credkit.sign.output import write_bytes

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["FORMATS", "PRIVACY", "SaveRequest", "UnsignedError", "save_animation", "save_pictures"]

FORMATS = ("png", "jpeg", "webp")
PRIVACY = ("as set", "public", "sealed", "omit")
_ENDINGS = {"png": "png", "jpeg": "jpg", "webp": "webp"}
_MODEL_TAG = 0x0110
_MAKE_TAG = 0x010F
_LARGEST_EXIF = 65_000
"""One segment of a JPEG file."""

_kept = KeptExporter()


class UnsignedError(RuntimeError):
    """Pictures were saved and could not be signed; the message names them and the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRequest:
    """What a node was given."""

    images: Any = field(repr=False)
    """A batch: pictures, rows, columns, channels; numbers between 0 and 1 (a tensor, or an array)."""
    prefix: str = "ComfyUI"
    format: str = "png"
    quality: int = 90
    privacy: str = "as set"
    """One of ``PRIVACY``; the first leaves it to the export settings."""
    frames_per_second: float = 6.0
    prompt: Any = field(default=None, repr=False)
    extra: Any = field(default=None, repr=False)
    node: str | None = None
    """Identifier of the saving node in the graph."""


def save_pictures(request: SaveRequest, host: Host, exporter: Exporter | None = None) -> dict[str, Any]:
    """Save and sign each picture of the batch; what the host shows of it (``{"images": [...]}``).

    ``exporter`` is by default that of the user's export settings. ``UnsignedError`` when pictures were saved and not signed.
    """
    pictures = [_picture(frame) for frame in request.images]
    folder, name, counter, subfolder = host.place_for(request.prefix, *pictures[0].size)
    ending = _ENDINGS[request.format]
    saved: list[Path] = []
    with _Signing(request, host, exporter) as signing:
        for index, picture in enumerate(pictures):
            stem = folder / name.replace("%batch_num%", str(index))
            data = _encoded(request, picture, texts=signing.texts)
            counter, path = signing.save(stem, counter, ending, data, size=picture.size)
            saved.append(path)
    return {"images": [_shown(path, subfolder) for path in saved]}


def save_animation(request: SaveRequest, host: Host, exporter: Exporter | None = None) -> dict[str, Any]:
    """The same for one moving picture out of all of the batch."""
    pictures = [_picture(frame) for frame in request.images]
    folder, name, counter, subfolder = host.place_for(request.prefix, *pictures[0].size)
    with _Signing(request, host, exporter) as signing:
        data = _encoded(request, pictures[0], pictures[1:], texts=signing.texts)
        _, path = signing.save(folder / name, counter, _ENDINGS[request.format], data, size=pictures[0].size)
    return {"images": [_shown(path, subfolder)], "animated": (len(pictures) > 1,)}


class _Signing:
    """One request: pictures are put on the disk and signed; failures are gathered, so that the whole batch is saved."""

    def __init__(self, request: SaveRequest, host: Host, exporter: Exporter | None) -> None:
        self._request, self._host = request, host
        self._failed: list[Path] = []
        self._reason = ""
        self._evidence: Evidence | None = None
        self._exporter = self._chosen(exporter)

    def __enter__(self) -> _Signing:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._failed and kind is None:
            names = ", ".join(path.name for path in self._failed[:5]) + (" ..." if len(self._failed) > 5 else "")
            # The editor shows this, and whoever asks the program for its history gets it.
            raise UnsignedError(f"Saved, but not signed: {names}. {without_folders(self._reason)}")

    @property
    def texts(self) -> bool:
        """Whether the file is to carry prompt and workflow, as the host's own nodes have it. Where the settings cannot be read, they could
        have said that it must not.
        """
        privacy = self._exporter.prompt if self._exporter else self._request.privacy
        return not self._host.no_metadata and privacy == "public"

    def save(self, stem: Path, number: int, ending: str, data: bytes, *, size: tuple[int, int]) -> tuple[int, Path]:
        """Put a picture on the disk under the first free number and sign it; the next number, and its path."""
        number, path = _written(stem, number, ending, data)
        try:
            if self._exporter is None:
                self._failed.append(path)
            else:
                self._sign(self._exporter, path, size)
        except CredkitError as error:
            self._failed.append(path)
            self._reason = self._reason or str(error)
        except Exception as error:
            # The rest of the batch is still to be saved, whatever went wrong here.
            self._failed.append(path)
            self._reason = self._reason or f"There is a fault in credkit itself ({type(error).__name__})."
        return number + 1, path

    def _sign(self, exporter: Exporter, path: Path, size: tuple[int, int]) -> SignResult:
        if self._evidence is None:
            request = self._request
            self._evidence = evidence_of(request.prompt, request.extra, request.node, self._host, size=size, limits=exporter.limits)
        found = self._evidence
        result = exporter.sign(path, path, parent=found.parent, ingredients=found.components, lifted=found.lifted)
        for note in (*found.notes, *result.notes):
            print(one_line(f"[credkit] {path.name}: {without_folders(note)}"))
        return result

    def _chosen(self, exporter: Exporter | None) -> Exporter | None:
        try:
            found = (exporter or _kept.get()).for_models()
        except CredkitError as error:
            self._reason = str(error)
            return None
        return found if self._request.privacy == "as set" else replace(found, prompt=self._request.privacy)  # type: ignore[arg-type]


def _written(stem: Path, number: int, ending: str, data: bytes) -> tuple[int, Path]:
    """The number and path under which a picture was written; numbers that somebody took in the meantime are passed over."""
    while True:
        path = stem.with_name(f"{stem.name}_{number:05}_.{ending}")
        try:
            write_bytes(path, data, overwrite=False)
        except OutputError:
            if not path.exists():
                raise
            number += 1
        else:
            return number, path


def _picture(frame: Any) -> Image.Image:
    """A picture from numbers between 0 and 1, rounded down as the host's own nodes do it."""
    import numpy
    from PIL import Image

    values = frame.cpu().numpy() if hasattr(frame, "cpu") else numpy.asarray(frame)
    pixels = numpy.clip(255.0 * values, 0, 255).astype(numpy.uint8)
    return Image.fromarray(pixels[..., 0] if pixels.ndim == 3 and pixels.shape[-1] == 1 else pixels)


def _encoded(request: SaveRequest, picture: Image.Image, frames: Sequence[Image.Image] = (), *, texts: bool) -> bytes:
    """The file, with prompt and workflow where the host's own nodes put them."""
    from PIL.Image import Image as Picture

    options: dict[str, Any] = {}
    stored = _texts(request) if texts else {}
    if request.format == "png":
        options |= {"pnginfo": _png_texts(stored, moving=bool(frames)), "compress_level": 4}
    else:
        options |= {"quality": request.quality, **_exif_texts(picture, stored, request.format)}
        picture, frames = _without_alpha(picture, request.format), [_without_alpha(frame, request.format) for frame in frames]
    if frames:
        options |= {"save_all": True, "append_images": list(frames), "duration": int(1000.0 / request.frames_per_second)}
    out = io.BytesIO()
    # A program that wraps Pillow's save to sign everything must not sign what is signed below.
    save: Any = getattr(Picture.save, "__wrapped__", Picture.save)
    save(picture, out, format=request.format, **options)
    return out.getvalue()


def _without_alpha(picture: Image.Image, kind: str) -> Image.Image:
    return picture.convert("RGB") if kind == "jpeg" and picture.mode not in ("RGB", "L") else picture


def _texts(request: SaveRequest) -> dict[str, str]:
    texts = {} if request.prompt is None else {"prompt": json.dumps(request.prompt)}
    if isinstance(request.extra, Mapping):
        texts |= {str(name): json.dumps(value) for name, value in request.extra.items()}
    return texts


def _png_texts(texts: Mapping[str, str], *, moving: bool) -> Any:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for name, text in texts.items():
        if moving:
            info.add(b"comf", name.encode("latin-1", "replace") + b"\0" + text.encode("latin-1", "replace"), after_idat=True)
        else:
            info.add_text(name, text)
    return info


def _exif_texts(picture: Image.Image, texts: Mapping[str, str], kind: str) -> dict[str, Any]:
    exif = picture.getexif()
    tag = _MAKE_TAG
    for name, text in texts.items():
        exif[_MODEL_TAG if name == "prompt" else tag] = f"{name}:{text}"
        tag -= name != "prompt"
    if not texts or (kind == "jpeg" and len(exif.tobytes()) > _LARGEST_EXIF):
        return {}
    return {"exif": exif}


def _shown(path: Path, subfolder: str) -> dict[str, str]:
    return {"filename": path.name, "subfolder": subfolder, "type": "output"}
