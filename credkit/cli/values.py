"""Values of ``credkit sign`` that hold more than a text: from the form that people type to the library's objects.

``DefinitionError`` says which form is right. This module imports the library, so only commands that run import it.
"""

from __future__ import annotations

import re
from pathlib import Path

from credkit.api import Licensor
from credkit.errors import AssetError, DefinitionError
from credkit.manifest.assertions import GeneratorInfo, Region
from credkit.sign.builder import default_generator

__all__ = ["parse_generator", "parse_licensor", "parse_region", "parse_software", "read_text", "text_value"]

_LARGEST_TEXT = 1 << 20
_NUMBER = r"\s*([0-9]+(?:\.[0-9]+)?)\s*"
_PIXELS = re.compile(",".join([_NUMBER] * 4))
_PERCENT = re.compile(",".join([_NUMBER + r"%\s*"] * 4))


def parse_region(text: str) -> Region:
    """``X,Y,WIDTH,HEIGHT`` in pixels, or each in percent (``25%,10%,50%,30%``), from the upper left corner."""
    for pattern, unit in ((_PIXELS, "pixel"), (_PERCENT, "percent")):
        if match := pattern.fullmatch(text):
            x, y, width, height = (float(n) if "." in n else int(n) for n in match.groups())
            return Region.rectangle(x, y, width, height, unit)  # type: ignore[arg-type]
    raise DefinitionError(f'the region "{text}" should read X,Y,WIDTH,HEIGHT in pixels or in percent (25%,10%,50%,30%), or auto')


def parse_licensor(text: str) -> Licensor:
    """``NAME[,URL[,EMAIL]]``; a comma may be part of the name, since address and e-mail are told by their form."""
    parts = [part.strip() for part in text.split(",")]
    email = parts.pop() if len(parts) > 1 and "@" in parts[-1] and "://" not in parts[-1] else None
    url = parts.pop() if len(parts) > 1 and "://" in parts[-1] else None
    name = ", ".join(part for part in parts if part)
    if not name or "://" in name:
        raise DefinitionError(f'the licensor "{text}" should read NAME, NAME,URL or NAME,URL,EMAIL')
    return Licensor(name, url=url, email=email)


def parse_software(text: str) -> GeneratorInfo:
    """``NAME`` or ``NAME/VERSION``: a tool that made or changed the picture."""
    return GeneratorInfo(*_name_and_version(text))


def parse_generator(text: str) -> GeneratorInfo:
    """``NAME`` or ``NAME/VERSION``: the software that speaks in the manifest."""
    return GeneratorInfo(*_name_and_version(text), spec_version=default_generator().spec_version)


def _name_and_version(text: str) -> tuple[str, str | None]:
    name, slash, version = text.rpartition("/")
    if not slash:
        name, version = text, ""
    if not name.strip() or (slash and not version.strip()):
        raise DefinitionError(f'the software "{text}" should read NAME or NAME/VERSION, as in "My Exporter/1.2"')
    return name.strip(), version.strip() or None


def text_value(text: str | None) -> str | None:
    """The text itself, or with ``@FILE`` what that file holds (UTF-8, without its last line break); ``@@`` stands for a first ``@``."""
    if text is None or not text.startswith("@"):
        return text
    return text[1:] if text.startswith("@@") else read_text(Path(text[1:]), hint="; write @@ for a text that begins with @")


def read_text(path: Path, *, hint: str = "", largest: int = _LARGEST_TEXT) -> str:
    """What a text file holds (UTF-8), without its last line break; ``AssetError`` when it cannot be read, with ``hint`` behind."""
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise AssetError(f'the text file "{path}" cannot be read: {error.strerror or error}{hint}') from None
    if len(data) > largest:
        raise AssetError(f'the text file "{path}" is too large: {largest >> 20} MiB are allowed')
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AssetError(f'the text file "{path}" is not UTF-8: save it in that encoding') from None
    return text.removesuffix("\n").removesuffix("\r")
