"""Pictures with labels in every place and spelling, made by the project's own formats and by Pillow."""

from __future__ import annotations

import io
import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from PIL import Image, PngImagePlugin

from credkit.assets import BytesSource, EditedSource
from credkit.limits import DEFAULT_LIMITS
from credkit.sign.opening import scan_asset
from tests.forge.pictures import picture

__all__ = ["AI", "AIGC", "CODE", "aigc", "exif_picture", "packet", "png_text", "with_xmp"]

CODE = "001191110000MA0000000000001"
AI = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
AIGC: dict[str, Any] = {
    "Label": "1",
    "ContentProducer": CODE,
    "ProduceID": "0001-2026",
    "ReservedCode1": "",
    "ContentPropagator": "",
    "PropagateID": "",
    "ReservedCode2": "",
}
_SPACES = {
    "TC260": "http://www.tc260.org.cn/ns/AIGC/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "schema": "https://schema.org/",
    "other": "https://example.com/other/",
}


def aigc(**changes: Any) -> str:
    """The text of a label; None takes a key out."""
    return json.dumps({key: value for key, value in (AIGC | changes).items() if value is not None}, separators=(",", ":"))


def packet(*, attributes: dict[str, str] | None = None, **elements: str) -> bytes:
    """An XMP packet; names are written with two underscores for the colon."""
    spaces = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in _SPACES.items())
    inside = "".join(f"<{name.replace('__', ':')}>{escape(text)}</{name.replace('__', ':')}>" for name, text in elements.items())
    given = "".join(f" {name.replace('__', ':')}={quoteattr(text)}" for name, text in (attributes or {}).items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{spaces}{given}>{inside}</rdf:Description></rdf:RDF></x:xmpmeta>'
    ).encode()


def with_xmp(xmp: bytes, kind: str = "png", data: bytes | None = None) -> bytes:
    """A picture with this packet."""
    source = BytesSource(data or picture(kind))
    form, layout = scan_asset(source, DEFAULT_LIMITS)
    edited = EditedSource(source, form.with_metadata(source, layout, xmp=xmp).pieces)
    return edited.read(0, edited.size)


def png_text(keyword: str, text: str, *, zipped: bool = False, xmp: bytes | None = None) -> bytes:
    """A PNG with one more text."""
    info = PngImagePlugin.PngInfo()
    info.add_text(keyword, text, zip=zipped)
    out = io.BytesIO()
    Image.open(io.BytesIO(picture("png"))).save(out, "PNG", pnginfo=info)
    return with_xmp(xmp, data=out.getvalue()) if xmp else out.getvalue()


def exif_picture(tag: int, value: str | bytes, kind: str = "jpg") -> bytes:
    """A picture with one EXIF field: 0x9286 UserComment, 0x010E ImageDescription."""
    exif = Image.Exif()
    target = exif.get_ifd(0x8769) if tag == 0x9286 else exif
    target[tag] = value
    out = io.BytesIO()
    Image.open(io.BytesIO(picture(kind))).save(out, "JPEG" if kind == "jpg" else "PNG", exif=exif.tobytes())
    return out.getvalue()
