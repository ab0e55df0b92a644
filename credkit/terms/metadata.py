"""What the file's own metadata (XMP, EXIF, IPTC) says about rights and uses.

Metadata is nobody's word. Where the signature covers its bytes it is known to have been there when the file was signed; where it does not,
anyone may have changed it since. Both count, because a reservation of rights needs no signature, and are told apart (``Standing``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from credkit.assets import Layout, Metadata, Source, detect
from credkit.assets.engine import read_block
from credkit.dataclass import dataclass, field, replace
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.media.texts.extended import IDENTIFIER, joined
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
    more_xmp: tuple[bytes, ...] = field(default=(), repr=False)
    """Further XMP packets, and the extended XMP of a JPEG: readers differ in what they take, so a prohibition counts in any of them."""
    remarks: tuple[str, ...] = ()
    """Sentences: what could not be read."""


def metadata_of(source: Source, *, limits: Limits = DEFAULT_LIMITS) -> FileMetadata:
    """The metadata of a file; never raises for its content: what cannot be read becomes a remark. Of several blocks of EXIF or IPTC the
    first counts, of XMP the first ``limits.xmp_packets``, and a remark tells that there are several.
    """
    known = detect(source)
    try:
        layout = known.scan(source, limits) if known else None
    except MalformedError as error:
        return FileMetadata(remarks=(f"The file's own metadata was not read: {error}.",))
    if layout is None:
        return FileMetadata()
    remarks: list[str] = []
    first: dict[str, bytes | None] = {}
    more: list[bytes] = []
    for kind in ("xmp", "exif", "iptc"):
        blocks = [block for block in layout.metadata if block.kind == kind]
        read = limits.xmp_packets if kind == "xmp" else 1
        if len(blocks) > 1:
            which = "all were" if len(blocks) <= read else "only the first was" if read == 1 else f"only the first {read} were"
            remarks.append(f"The file holds {len(blocks)} {kind.upper()} blocks; {which} read for its terms.")
        values: list[bytes | None] = []
        for block in blocks[:read]:
            # All of a kind together are no larger than one may be: each is held until it was read for its terms.
            left = limits.metadata_size - sum(len(value or b"") for value in values)
            values.append(_value(source, block, replace(limits, metadata_size=left), remarks))
        first[kind] = values[0] if values else None
        more += filter(None, values[1:])
    more += _extensions(source, layout, limits, remarks)
    return FileMetadata(**first, more_xmp=tuple(more), remarks=tuple(remarks))


def _extensions(source: Source, layout: Layout, limits: Limits, remarks: list[str]) -> Iterator[bytes]:
    """What did not fit into the packet of a JPEG, whole."""
    parts: dict[bytes, list[bytes]] = {}
    size = 0
    for block in layout.metadata:
        size += sum(span.length for span in block.slices) if block.kind == "xmp-extension" else 0
        if block.kind == "xmp-extension" and size <= limits.metadata_size:
            part = b"".join(source.read(span.start, span.length) for span in block.slices)
            parts.setdefault(part[:IDENTIFIER], []).append(part)
    if size > limits.metadata_size:
        remarks.append("The extended XMP of the file was not read: it is too large.")
        return
    for pieces in list(parts.values())[: limits.xmp_packets]:
        yield joined(pieces)[0]


def _value(source: Source, block: Metadata, limits: Limits, remarks: list[str]) -> bytes | None:
    try:
        return read_block(source, block, limits)
    except MalformedError as fault:
        remarks.append(f"The {block.kind.upper()} metadata of the file was not read: it {fault.message}.")
        return None


def read_metadata(metadata: FileMetadata, report: Report, out: Gathered) -> None:
    """Add what the metadata says to ``out``."""
    out.remarks.extend(metadata.remarks)
    blocks = (("xmp", _read_xmp, metadata.xmp), ("exif", _read_exif, metadata.exif), ("iptc", _read_iptc, metadata.iptc))
    for kind, read, block in (*blocks, *(("xmp", _read_xmp, packet) for packet in metadata.more_xmp)):
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
    _read_uses(packet, view.other_constraints, origin, out)


def _read_uses(packet: bytes, constraints: str | None, origin: Origin, out: Gathered) -> None:
    """Every value that a packet has of ``plus:DataMining``, and its licences in RSL."""
    from credkit.media.texts.xmp import xmp_texts
    from credkit.media.xmp.packet import parse_packet
    from credkit.terms.rsl import read_rsl

    for found in xmp_texts(packet, limits=out.limits):
        if found.name == "plus:DataMining":
            read_data_mining(found.text, constraints, _at(origin, "plus:DataMining"), out)
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
    for name, text in iptc_texts(block, limits=out.limits):
        out.say(lists[name], text, _at(origin, name))


def _at(origin: Origin, name: str) -> Origin:
    return replace(origin, place=f"{origin.place} ({name})")
