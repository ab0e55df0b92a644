"""Every text of a picture file, and of the text file beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from credkit.assets import Source, detect
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts.block import TextBlock
from credkit.media.texts.decoding import text_file
from credkit.media.texts.units import blocks_of, units

__all__ = ["read_texts", "twin_of"]


def read_texts(source: Source, *, beside: Path | None = None, limits: Limits = DEFAULT_LIMITS) -> tuple[TextBlock, ...]:
    """The texts of a picture file in file order; then, where ``beside`` (the path of the picture) is given, that of the ``.txt`` file
    of the same name.

    Texts hidden in pixels are not among them: see ``credkit.media.hidden``. What is broken or beyond ``limits`` is a block with ``damage``,
    never an exception; ``AssetError`` only when the file itself cannot be read. A file that is no picture has none.
    """
    blocks: list[TextBlock] = []
    room = limits.texts_size
    for block in _blocks(source, limits):
        if len(blocks) >= limits.texts or room < 0:
            damage = f"it has more texts than {limits.texts:,} or {limits.texts_size:,} characters; the rest was not read"
            blocks.append(TextBlock(kind="comment", keyword="", text="", place="the file", damage=damage))
            break
        blocks.append(block)
        room -= len(block.text)
    if beside is not None and (twin := _twin(twin_of(beside), limits)):
        blocks.append(twin)
    return tuple(blocks)


def twin_of(picture: Path) -> Path:
    """Where the text file of the same name would be."""
    return picture.parent / f"{picture.stem}.txt"


def _blocks(source: Source, limits: Limits) -> Iterator[TextBlock]:
    form = detect(source)
    if form is not None:
        for unit in units(source, form, limits):
            yield from blocks_of(unit, limits)


def _twin(path: Path, limits: Limits) -> TextBlock | None:
    """The text file; None where there is no ordinary file."""
    place = f'the text file "{path.name}"'
    try:
        # Opening a pipe would wait for a writer for ever, so the flag comes with it and the kind of file is looked at afterwards.
        with open(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return None
            raw = stream.read(limits.text_size + 1)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return None
    except OSError as error:
        return TextBlock(kind="twin", keyword="", text="", place=place, damage=f"it cannot be read: {error.strerror or error}")
    text, damage = text_file(raw[: limits.text_size])
    if len(raw) > limits.text_size:
        damage = f"it is longer than {limits.text_size:,} bytes, and only these were read"
    return TextBlock(kind="twin", keyword="", text=text, place=place, damage=damage)
