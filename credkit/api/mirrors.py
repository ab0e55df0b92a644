"""Creator, rights and AI statements repeated in the picture's own metadata, for readers that know no Content Credentials.

Written before the hash is taken, so that adding them never breaks a signature. Mirrors are not attributed to the signer; the
assertions are.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from credkit.api.rights import rights_mirror
from credkit.api.statements import Statements
from credkit.assets import EditedSource, Layout, Source
from credkit.assets.engine import read_block
from credkit.dataclass import replace
from credkit.errors import AssetError, MalformedError
from credkit.limits import Limits
from credkit.sign.opening import refusing_damage, scan_asset

if TYPE_CHECKING:
    from credkit.media.xmp import XmpMirror

__all__ = ["with_mirrors"]


def with_mirrors(
    source: Source,
    statements: Statements | None,
    instance_id: str | None,
    limits: Limits,
    *,
    labels: Mapping[str, Any] | None = None,
) -> tuple[Source, str | None]:
    """The source with XMP and EXIF that say what the statements and the labels say, and the instance ID that its XMP gives.

    ``labels`` are further properties of ``XmpMirror`` (``credkit.api.labelling``), which win over those of the statements; all of it is one
    edit. Without labels and statements that are worth repeating it is the source itself; its instance ID is then the one that is there.
    ``AssetError`` when metadata that would have to be merged cannot be read: it is never thrown away to make room.
    """
    asset_format, layout = scan_asset(source, limits)
    takes_xmp = "xmp" in asset_format.metadata_kinds
    if labels and not takes_xmp:
        raise AssetError(
            f"labels stand in the metadata of the file, and credkit writes none into {asset_format.name} files: sign without --label"
        )
    repeated = statements if statements is not None and takes_xmp and _worth_repeating(statements) else None
    if repeated is None and not labels:
        return source, instance_id or _present_instance_id(source, layout, limits)
    from credkit.media.exif import exif_with
    from credkit.media.xmp import xmp_with

    new_id = instance_id or f"xmp.iid:{uuid.uuid4()}"
    try:
        present = _read(source, layout, "xmp", limits)
        mirror = _keeping_origin(replace(_mirror(repeated), **(labels or {}), instance_id=new_id), present, limits)
        xmp = xmp_with(present, mirror, limits=limits)
        exif = None
        if repeated is not None and "exif" in asset_format.metadata_kinds and (repeated.creator or repeated.rights):
            creator = "; ".join(repeated.creator) or None
            exif = exif_with(_read(source, layout, "exif", limits), creator=creator, copyright=repeated.rights, limits=limits)
    except AssetError as error:
        instead = "without labels (--label)" if labels else "without repeating the statements there (--no-mirrors)"
        raise AssetError(f"{error}; or sign {instead}") from None
    with refusing_damage(asset_format):
        return EditedSource(source, asset_format.with_metadata(source, layout, xmp=xmp, exif=exif).pieces), new_id


def _mirror(statements: Statements | None) -> XmpMirror:
    from credkit.media.xmp import XmpMirror, mirror_of

    if statements is None:
        return XmpMirror()
    model = statements.leading_model
    return mirror_of(
        **rights_mirror(statements),
        digital_source_type=statements.created or statements.edited,
        ai_system=model.name if model else None,
        ai_system_version=model.version if model else None,
    )


def _keeping_origin(mirror: XmpMirror, present: bytes | None, limits: Limits) -> XmpMirror:
    """``mirror`` without a source type that would hide that AI made the picture: a later edit by hand does not undo that."""
    from credkit.labels.content import AI_SOURCE_TYPES
    from credkit.manifest.assertions.source_types import source_type_name
    from credkit.media.xmp import read_xmp

    if mirror.digital_source_type is None or not (present or b"").strip(b"\x00 \t\r\n"):
        return mirror
    before = read_xmp(present or b"", limits=limits).digital_source_type
    names = source_type_name(before), source_type_name(mirror.digital_source_type)
    hides = names[0] in AI_SOURCE_TYPES and names[1] not in AI_SOURCE_TYPES
    return replace(mirror, digital_source_type=None) if hides else mirror


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
    try:
        return read_block(source, block, limits)
    except MalformedError as fault:
        raise AssetError(f"the {kind.upper()} metadata of the file {fault.message}") from None


def _worth_repeating(statements: Statements) -> bool:
    return bool(
        statements.creator
        or statements.rights
        or statements.licensor
        or statements.usage_terms
        or statements.web_statement
        or statements.do_not_train
        or statements.credit
        or statements.licence
        or statements.uses
        or statements.uses_ai
    )
