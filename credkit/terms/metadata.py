"""What the file's own metadata (XMP, EXIF, IPTC) says about rights and uses.

Metadata is nobody's word. Where the signature covers its bytes it is known to have been there when the file was signed; where it does not,
anyone may have changed it since. Both count, because a reservation of rights needs no signature, and are told apart (``Standing``).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Literal

from credkit.assets import Layout, Source, detect
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.terms.assertions import read_data_mining
from credkit.terms.gathered import Gathered
from credkit.terms.iptc import iptc_texts
from credkit.terms.terms import Origin, Standing
from credkit.verify.report import Report

__all__ = ["FileMetadata", "metadata_of", "read_metadata"]

_MetadataKind = Literal["xmp", "exif", "iptc"]
_CARRIERS = {"xmp": ("XMP", "APP1", "ITXT"), "exif": ("EXIF", "APP1", "EXIF"), "iptc": ("IPTC", "APP13")}
"""How the verification speaks of what the hash leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMetadata:
    """The metadata blocks of a file that may speak of rights, as bytes; None where there is none."""

    xmp: bytes | None = field(default=None, repr=False)
    exif: bytes | None = field(default=None, repr=False)
    iptc: bytes | None = field(default=None, repr=False)
    remarks: tuple[str, ...] = ()
    """Sentences: what could not be read."""


def metadata_of(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> FileMetadata:
    """The metadata of a file; never raises for its content: what cannot be read becomes a remark. Of several blocks of a kind the first
    counts, and a remark tells of the others.
    """
    known = detect(source)
    try:
        layout = known.scan(source, limits) if known else None
    except MalformedError as error:
        return FileMetadata(remarks=(f"The file's own metadata was not read: {error}.",))
    if layout is None:
        return FileMetadata()
    remarks: list[str] = []
    blocks = {kind: _block(source, layout, kind, limits, remarks) for kind in ("xmp", "exif", "iptc")}
    return FileMetadata(**blocks, remarks=tuple(remarks))


def _block(source: Source, layout: Layout, kind: str, limits: Limits, remarks: list[str]) -> bytes | None:
    blocks = [block for block in layout.metadata if block.kind == kind]
    if not blocks:
        return None
    if len(blocks) > 1:
        remarks.append(f"The file holds {len(blocks)} {kind.upper()} blocks; only the first was read for its terms.")
    if sum(span.length for span in blocks[0].slices) > limits.metadata_size:
        remarks.append(f"The {kind.upper()} metadata of the file was not read: it is too large.")
        return None
    value = b"".join(source.read(span.start, span.length) for span in blocks[0].slices)
    if not blocks[0].compressed:
        return value
    unpacker = zlib.decompressobj()
    try:
        value = unpacker.decompress(value, limits.metadata_size)
    except zlib.error:
        remarks.append(f"The {kind.upper()} metadata of the file was not read: it is damaged.")
        return None
    if unpacker.unconsumed_tail:
        remarks.append(f"The {kind.upper()} metadata of the file was not read: it unpacks to too much.")
        return None
    return value


def read_metadata(metadata: FileMetadata, report: Report, out: Gathered) -> None:
    """Add what the metadata says to ``out``."""
    out.remarks.extend(metadata.remarks)
    for kind, read in (("xmp", _read_xmp), ("exif", _read_exif), ("iptc", _read_iptc)):
        block = getattr(metadata, kind)
        if block is None:
            continue
        origin = Origin(place=f"{kind.upper()} of the file", role="file", standing=_standing(kind, report))
        try:
            read(block, origin, out)
        except AssetError:
            out.remarks.append(f"The {kind.upper()} metadata of the file cannot be read, so what it says about terms is not known.")


def _standing(kind: str, report: Report) -> Standing:
    """Whether the bytes are as they were when the file was signed."""
    if not report.content_intact or report.active is None or not report.active.valid:
        return "unprotected"
    left_out = any(name in words.upper() for words in report.unprotected for name in _CARRIERS[kind])
    return "unprotected" if left_out else "was there"


def _read_xmp(packet: bytes, origin: Origin, out: Gathered) -> None:
    from credkit.media.xmp import read_xmp
    from credkit.media.xmp_packet import parse_packet
    from credkit.terms.rsl import read_rsl

    view = read_xmp(packet, limits=out.limits)
    for among, name, texts in (
        (out.creators, "dc:creator", view.creator),
        (out.credits, "photoshop:Credit", (view.credit,)),
        (out.rights, "dc:rights", (view.rights,)),
    ):
        for text in filter(None, texts):
            out.say(among, text, _at(origin, name))
    for licensor in view.licensors:
        name = licensor.name or licensor.url or licensor.email or ""
        out.say(out.licensors, name, _at(origin, "plus:Licensor"), url=licensor.url, email=licensor.email)
    if view.usage_terms:
        out.terms_text(view.usage_terms, _at(origin, "xmpRights:UsageTerms"))
    for name, licence in (("dcterms:license", view.licence), ("cc:license", view.creative_commons)):
        if licence:
            out.licence(licence, _at(origin, name))
    if view.web_statement:
        out.page(view.web_statement, _at(origin, "xmpRights:WebStatement"))
    if view.data_mining:
        read_data_mining(view.data_mining, view.other_constraints, _at(origin, "plus:DataMining"), out)
    if b"rsl" in packet:
        read_rsl(parse_packet(packet, limits=out.limits), _at(origin, "rsl:license"), out)


def _read_exif(block: bytes, origin: Origin, out: Gathered) -> None:
    from credkit.media.exif import read_exif

    view = read_exif(block, limits=out.limits)
    for name in (view.creator or "").split(";")[:50]:
        if name.strip():
            out.say(out.creators, name.strip(), _at(origin, "Artist"))
    if view.copyright:
        out.say(out.rights, view.copyright, _at(origin, "Copyright"))


def _read_iptc(block: bytes, origin: Origin, out: Gathered) -> None:
    lists = {"by-line": out.creators, "credit": out.credits, "copyright notice": out.rights, "special instructions": out.usage_terms}
    for name, text in iptc_texts(block):
        out.say(lists[name], text, _at(origin, name))


def _at(origin: Origin, name: str) -> Origin:
    return replace(origin, place=f"{origin.place} ({name})")
