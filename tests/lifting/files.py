"""Pictures with texts where tools put them, written by Pillow and piexif, and read back as blocks."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import piexif
import piexif.helper
from PIL import Image, PngImagePlugin

from credkit.assets import BytesSource
from credkit.lifting import Lifted, lift_texts
from credkit.media.texts import TextBlock, read_texts

SIZE = (64, 48)


def png(texts: Mapping[str, str] | Sequence[tuple[str, str]], *, xmp: str | None = None) -> bytes:
    """A PNG with text chunks."""
    info = PngImagePlugin.PngInfo()
    for keyword, text in texts.items() if isinstance(texts, Mapping) else texts:
        info.add_text(keyword, text)
    if xmp is not None:
        info.add_itxt("XML:com.adobe.xmp", xmp)
    stream = io.BytesIO()
    Image.new("RGB", SIZE).save(stream, "PNG", pnginfo=info)
    return stream.getvalue()


def user_comment(text: str, kind: str = "JPEG", *, prefix: bool = True, more: Mapping[int, str] | None = None) -> bytes:
    """A JPEG or WebP with an EXIF user comment, as the web UI writes it with piexif, or bare as Fooocus does; ``more`` are other tags."""
    comment = piexif.helper.UserComment.dump(text, encoding="unicode") if prefix else text.encode()
    exif = {"0th": {tag: value.encode() for tag, value in (more or {}).items() if tag < 0x9000}, "Exif": {0x9286: comment}}
    exif["Exif"] |= {tag: value.encode() for tag, value in (more or {}).items() if tag >= 0x9000}
    return saved(kind, exif=piexif.dump(exif))


def with_tags(tags: Mapping[int, str], kind: str = "WEBP") -> bytes:
    """A picture with EXIF texts, written by Pillow."""
    exif = Image.Exif()
    for tag, text in tags.items():
        exif[tag] = text
    return saved(kind, exif=exif)


def saved(kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", SIZE).save(stream, kind, **options)
    return stream.getvalue()


def blocks_of(data: bytes, beside: Path | None = None) -> tuple[TextBlock, ...]:
    return read_texts(BytesSource(data), beside=beside)


def lifted_of(data: bytes, beside: Path | None = None) -> tuple[Lifted, ...]:
    return lift_texts(blocks_of(data, beside))


def only(data: bytes) -> Lifted:
    """What is lifted from a picture that says one thing."""
    (found,) = lifted_of(data)
    return found


def block(text: str, keyword: str = "parameters", kind: str = "png-text", place: str = "", damage: str = "") -> TextBlock:
    """A block as ``read_texts`` gives it."""
    return TextBlock(kind=kind, keyword=keyword, text=text, place=place or f'PNG text "{keyword}"', damage=damage)  # type: ignore[arg-type]


def xmp_packet(properties: str, namespaces: str = "") -> str:
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:dc="http://purl.org/dc/elements/1.1/" {namespaces}>'
        f"{properties}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
