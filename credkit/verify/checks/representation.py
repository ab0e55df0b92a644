"""Is another form of the content that the manifest speaks of there, and is it the one that was recorded?

Clause: "c2pa.alternative-content-representation validation" (anchor ``alternative_content_representation_validation``): the original
preservation image of Exif, as a part of the file or as an embedded assertion. Whether a part of the file is unaltered is decided with the
content.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credkit.manifest.hashed_uri import HashedUri
from credkit.status import Status, StatusCode, status
from credkit.verify.checks.external import of_kind
from credkit.verify.context import Context, Profile, Subject

__all__ = ["check_representations"]

_LABEL, _ORIGINAL = "c2pa.alternative-content-representation", "exif.originalPreservationImage"
_PART, _EMBEDDED = "multiAssetPartIndex", "embeddedOriginalPreservationImage"


def check_representations(ctx: Context, subject: Subject) -> Iterator[Status]:
    """At most one record of an original preservation image (since edition 2.3), which leads to one image with the recorded hash."""
    if ctx.profile is Profile.V2_2:
        return
    found = [(a, v) for a, v in of_kind(ctx, subject, _LABEL) if isinstance(v, dict) and v.get("type") == _ORIGINAL]
    for assertion, value in found:
        if len(found) > 1:
            outcome: tuple[StatusCode, str | None] = _malformed("There is more than one record of an original preservation image.")
        else:
            outcome = _judged(ctx, subject, value.get("parameters"))
        yield status(outcome[0], assertion.uri, outcome[1])


def _judged(ctx: Context, subject: Subject, parameters: Any) -> tuple[StatusCode, str | None]:
    fields = parameters if isinstance(parameters, dict) else {}
    if (_PART in fields) == (_EMBEDDED in fields):
        return _malformed("It has to name a part of the file or an embedded image, and not both.")
    return _part(ctx, subject, fields[_PART]) if _PART in fields else _embedded(ctx, subject, fields[_EMBEDDED])


def _part(ctx: Context, subject: Subject, index: object) -> tuple[StatusCode, str | None]:
    parts = [v.get("parts") for _, v in of_kind(ctx, subject, "c2pa.hash.multi-asset") if isinstance(v, dict)]
    count = len(parts[0]) if parts and isinstance(parts[0], list) else 0
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < count:
        return _malformed(f"It names part {index!r:.20} of the file; {count} parts are recorded.")
    return StatusCode.ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MATCH, None


def _embedded(ctx: Context, subject: Subject, value: object) -> tuple[StatusCode, str | None]:
    reference = HashedUri.read(value)
    if reference is None or reference.hash is None:
        return _malformed("Its reference to the embedded image has no address or no hash.")
    box = ctx.store.resolve(reference.url, within=subject.label)
    if box is None:
        return StatusCode.HASHED_URI_MISSING, "The embedded image that it refers to is not there."
    if not ctx.box_digest(box, subject.algorithm(reference.alg)).matches(reference.hash):
        return StatusCode.ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_HASH_MISMATCH, None
    return StatusCode.ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MATCH, None


def _malformed(explanation: str) -> tuple[StatusCode, str | None]:
    return StatusCode.ASSERTION_ALTERNATIVE_CONTENT_REPRESENTATION_MALFORMED, explanation
