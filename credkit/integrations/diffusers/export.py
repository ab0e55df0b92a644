"""Signing what a pipeline returned: one output with ``sign``, or whatever is saved while ``signing`` is in force."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.api import SignResult
from credkit.api.exporter import Exporter
from credkit.errors import DefinitionError
from credkit.integrations import pillow
from credkit.integrations.diffusers.calls import Call
from credkit.integrations.diffusers.recording import arguments_of, listening
from credkit.integrations.pillow.lineage import origin, set_lifted, set_origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PIL import Image

__all__ = ["sign", "signing"]


@contextmanager
def signing(pipe: Any, exporter: Exporter | None = None, *, measure: bool = True) -> Iterator[list[Call]]:
    """Sign every picture that is saved with Pillow inside of the block, those that ``pipe`` made with the call that made them.

    ``exporter`` is by default ``Exporter.from_settings()``. A picture that was given to the pipeline and was opened inside of the block
    from a signed file becomes the parent of what was made from it. Yields the calls, the last one last. Errors are those of
    ``credkit.integrations.pillow``.
    """
    chosen = (exporter or Exporter.from_settings()).for_models()
    calls: list[Call] = []

    def heard(call: Call, output: Any) -> None:
        calls.append(call)
        made = [image for image in _pictures(output) if hasattr(image, "info")]
        for index, image in enumerate(made):
            set_origin(image, _given(call, index, len(made)))
            set_lifted(image, call.lifted(index, len(made), size=image.size))

    with pillow.signing(chosen), listening(pipe, heard, measure=measure):
        yield calls


def sign(
    pipe: Any,
    output: Any,
    path: str | os.PathLike[str],
    *,
    call: Call | Mapping[str, Any],
    exporter: Exporter | None = None,
    format: str | None = None,  # noqa: A002
    **save_options: Any,
) -> tuple[SignResult, ...]:
    """Save what ``pipe`` returned, signed. Several pictures become ``NAME-0.png``, ``NAME-1.png`` ...

    ``output`` is what the pipeline returned, or a picture or a list of pictures out of it. ``call`` is the recorded call (``capture``), or
    the arguments that the pipeline was given. ``format`` and ``save_options`` are Pillow's. ``DefinitionError`` for an output without
    pictures; other errors as ``credkit.integrations.pillow.save``.
    """
    made = [_as_image(picture) for picture in _pictures(output)]
    if not made:
        raise DefinitionError("the output of the pipeline holds no pictures that can be saved: call it with output_type='pil'")
    chosen = (exporter or Exporter.from_settings()).for_models()
    recorded = call if isinstance(call, Call) else Call.of(pipe, arguments_of(type(pipe).__call__, pipe, (), dict(call)))
    results = []
    for index, image in enumerate(made):
        target = Path(path) if len(made) == 1 else Path(path).with_stem(f"{Path(path).stem}-{index}")
        set_lifted(image, recorded.lifted(index, len(made), size=image.size))
        given = _given(recorded, index, len(made))
        parent = origin(given) if given is not None else None
        results.append(pillow.save(image, target, chosen, parent=parent, format=format, **save_options))
    return tuple(results)


def _given(call: Call, index: int, count: int) -> Image.Image | None:
    """The picture that this one was made from."""
    images = call.initial_images
    if not images:
        return None
    found = images[min(index * len(images) // max(count, 1), len(images) - 1)]
    return found if hasattr(found, "info") else None


def _pictures(output: Any) -> list[Any]:
    """The pictures in what a pipeline returned: an object with ``images``, a tuple that begins with them, or they themselves."""
    found = getattr(output, "images", output)
    if isinstance(found, tuple):
        found = found[0] if found else []
    if hasattr(found, "ndim"):
        return list(found) if found.ndim == 4 else [found]
    return list(found) if isinstance(found, list) else [found]


def _as_image(picture: Any) -> Any:
    """A picture of Pillow; numbers between 0 and 1 in rows, columns and channels become one, as diffusers itself does it."""
    from PIL import Image

    if isinstance(picture, Image.Image):
        return picture
    if getattr(picture, "ndim", 0) == 3 and hasattr(picture, "round") and hasattr(picture, "astype"):
        values = (picture * 255).round().clip(0, 255).astype("uint8")
        return Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values)
    raise DefinitionError(f"a {type(picture).__name__} cannot be saved as a picture: call the pipeline with output_type='pil'")
