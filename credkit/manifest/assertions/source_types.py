"""Where the content of an asset comes from: the IPTC and C2PA source types, by short name and by URI.

Clause: "Digital Source Type" (anchor ``_digital_source_type``); list: IPTC NewsCodes, ``digitalsourcetype``.
"""

from __future__ import annotations

import re

from credkit.errors import DefinitionError

__all__ = ["SOURCE_TYPES", "digital_source_type", "source_type_name"]

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_C2PA = "http://c2pa.org/digitalsourcetype/"
SOURCE_TYPES: dict[str, str] = {
    name: _IPTC + name
    for name in (
        "digitalCapture",
        "computationalCapture",
        "negativeFilm",
        "positiveFilm",
        "print",
        "humanEdits",
        "algorithmicallyEnhanced",
        "digitalCreation",
        "dataDrivenMedia",
        "trainedAlgorithmicMedia",
        "algorithmicMedia",
        "screenCapture",
        "virtualRecording",
        "composite",
        "compositeCapture",
        "compositeSynthetic",
        "compositeWithTrainedAlgorithmicMedia",
    )
} | {name: _C2PA + name for name in ("empty", "trainedAlgorithmicData")}
"""Short name to the URI that is written."""
_RETIRED = {"minorHumanEdits": "humanEdits", "softwareImage": "digitalCreation", "digitalArt": "digitalCreation"}
_URI = re.compile(r"https?://(?:cv\.iptc\.org/newscodes|c2pa\.org)/digitalsourcetype/([A-Za-z]+)/?")


def source_type_name(value: object) -> str | None:
    """The short name of a source type as found in a file (``http`` or ``https``, ``c2pa.`` prefix, short name, retired ones included).

    None for anything else.
    """
    if not isinstance(value, str):
        return None
    match = _URI.fullmatch(value)
    name = match[1] if match else value.removeprefix("c2pa.")
    return name if name in SOURCE_TYPES or name in _RETIRED else None


def digital_source_type(value: object, path: str = "") -> str:
    """The URI to write for a short name or URI; ``DefinitionError`` names the nearest source type for anything else."""
    from credkit.manifest.assertions.nearest import quoted, suggestion
    from credkit.manifest.assertions.shape import Text

    text = Text(means="a digital source type").check(value, path)
    name = source_type_name(text)
    if name in _RETIRED:
        raise DefinitionError(f"the digital source type {quoted(name)} is retired; use {quoted(_RETIRED[name])}", path=path)
    if name is None:
        short = text.rstrip("/").rpartition("/")[2] if "://" in text else text
        raise DefinitionError(f"{quoted(text)} is no digital source type{suggestion(short, SOURCE_TYPES)}", path=path)
    return SOURCE_TYPES[name]
