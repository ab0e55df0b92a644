"""XMP: ``properties`` says which mirror a manifest, ``writing`` sets and ``reading`` finds them, ``packet`` is the XML around them.

Names are loaded when they are asked for, so that who only needs the XML does not load the assertions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.media.xmp.properties import AIGC_NAMESPACE, DATA_MINING_VOCABULARY, Licensor, XmpMirror, XmpView, mirror_of
    from credkit.media.xmp.reading import read_xmp
    from credkit.media.xmp.writing import xmp_with

__all__ = ["AIGC_NAMESPACE", "DATA_MINING_VOCABULARY", "Licensor", "XmpMirror", "XmpView", "mirror_of", "read_xmp", "xmp_with"]

_HOMES = {"read_xmp": "reading", "xmp_with": "writing"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'properties')}"), name)
