"""Creator, rights and AI statements repeated in the picture's own metadata, for readers that know no Content Credentials.

Written before the hash is taken, so that adding them never breaks a signature. Mirrors are not attributed to the signer; the
assertions are.
"""

from __future__ import annotations

import uuid
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from credkit.api.statements import Statements
from credkit.assets import EditedSource, Layout, Source
from credkit.errors import AssetError
from credkit.limits import Limits
from credkit.sign.opening import scan_asset

if TYPE_CHECKING:
    from credkit.media.xmp import XmpMirror

__all__ = ["with_mirrors"]


def with_mirrors(source: Source, statements: Statements | None, instance_id: str | None, limits: Limits) -> tuple[Source, str | None]:
    """The source with XMP and EXIF that say what the statements say, and the instance ID that its XMP gives.

    Without statements, or with none that are worth repeating, it is the source itself; its instance ID is then the one that
    is there. ``AssetError`` when metadata that would have to be merged cannot be read: it is never thrown away to make room.
    """
    asset_format, layout = scan_asset(source, limits)
    if statements is None or not _worth_repeating(statements):
        return source, instance_id or _present_instance_id(source, layout, limits)
    from credkit.media.exif import exif_with
    from credkit.media.xmp import xmp_with

    new_id = instance_id or f"xmp.iid:{uuid.uuid4()}"
    try:
        xmp = xmp_with(_read(source, layout, "xmp", limits), replace(_mirror(statements), instance_id=new_id), limits=limits)
        exif = None
        if statements.creator or statements.rights:
            creator = "; ".join(statements.creator) or None
            exif = exif_with(_read(source, layout, "exif", limits), creator=creator, copyright=statements.rights, limits=limits)
    except AssetError as error:
        raise AssetError(f"{error}; or sign without repeating the statements there (--no-mirrors)") from None
    return EditedSource(source, asset_format.with_metadata(source, layout, xmp=xmp, exif=exif).pieces), new_id


def _mirror(statements: Statements) -> XmpMirror:
    from credkit.media.xmp import mirror_of

    model = statements.models[0] if statements.models else None
    return mirror_of(
        creator=statements.creator,
        rights=statements.rights,
        licensor=statements.licensor,
        usage_terms=statements.usage_terms,
        web_statement=statements.web_statement,
        do_not_train=statements.do_not_train,
        digital_source_type=statements.created or statements.edited,
        ai_system=model.name if model else None,
        ai_system_version=model.version if model else None,
    )


def _present_instance_id(source: Source, layout: Layout, limits: Limits) -> str | None:
    """``xmpMM:InstanceID`` of the file as it is; None when it has none, or metadata that cannot be read."""
    if not any(block.kind == "xmp" for block in layout.metadata):
        return None
    from credkit.media.xmp import read_xmp

    try:
        packet = _read(source, layout, "xmp", limits)
        return read_xmp(packet, limits=limits).instance_id if packet else None
    except AssetError:
        return None


def _read(source: Source, layout: Layout, kind: str, limits: Limits) -> bytes | None:
    """The first metadata block of a kind, unpacked; None when there is none."""
    block = next((block for block in layout.metadata if block.kind == kind), None)
    if block is None:
        return None
    value = b"".join(source.read(span.start, span.length) for span in block.slices)
    if not block.compressed:
        return value
    unpacker = zlib.decompressobj()
    try:
        unpacked = unpacker.decompress(value, limits.metadata_size)
    except zlib.error:
        raise AssetError(f"the {kind.upper()} metadata of the picture is damaged") from None
    if unpacker.unconsumed_tail:
        raise AssetError(f"the {kind.upper()} metadata of the picture unpacks to more than {limits.metadata_size:,} bytes")
    return unpacked


def _worth_repeating(statements: Statements) -> bool:
    return bool(
        statements.creator
        or statements.rights
        or statements.licensor
        or statements.usage_terms
        or statements.web_statement
        or statements.do_not_train
        or statements.uses_ai
    )
