"""Is there one claim, and does it say what a claim must say?

Clause: "Validate the claim" (anchor ``validating_the_claim``).
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.codec.jumbf import Superbox
from credkit.manifest.store import BOX, ManifestKind
from credkit.manifest.uri import JumbfUri
from credkit.status import Status, StatusCode
from credkit.verify.context import Context, Subject

__all__ = ["check_claim", "check_compressed", "check_self_redaction", "holds_more"]

_STORE = "c2pa.assertions"
_CLAIMS = ("c2pa.claim.v2", "c2pa.claim")


def check_compressed(_ctx: Context, subject: Subject) -> Iterator[Status]:
    """A compressed manifest that could not be unpacked cannot be judged."""
    if subject.manifest.kind is ManifestKind.COMPRESSED:
        yield subject.fault(StatusCode.MANIFEST_COMPRESSED_INVALID)


def check_claim(_ctx: Context, subject: Subject) -> Iterator[Status]:
    """Exactly one claim box; its CBOR well-formed; its required fields there (``Subject.claim`` raises for the rest)."""
    if len(subject.manifest.claim_boxes) > 1:
        yield subject.fault(StatusCode.CLAIM_MULTIPLE)
    elif subject.manifest.kind is not ManifestKind.COMPRESSED:
        _ = subject.claim
        if subject.manifest.claim_box and subject.manifest.claim_box.label not in _CLAIMS:
            yield subject.fault(StatusCode.CLAIM_MALFORMED, explanation="The claim's box has a label that no claim has.")
        if subject.manifest.claim_box and holds_more(subject.manifest.claim_box):
            yield subject.fault(
                StatusCode.CLAIM_MALFORMED, explanation="The claim's box holds something beside the claim, which is not signed."
            )
    names = [box.label for box in subject.manifest.box.superboxes if box.type == BOX.ASSERTION_STORE]
    if names != [_STORE] and subject.manifest.kind is not ManifestKind.COMPRESSED:
        found = f"{len(names)} assertion stores" if len(names) != 1 else "an assertion store of another name"
        yield subject.fault(StatusCode.GENERAL_ERROR, explanation=f"The manifest has {found}; there must be one called {_STORE}.")


def holds_more(box: Superbox) -> bool:
    """Whether there is anything in the box of a claim or signature but its one ``cbor`` box and padding; unknown boxes have their place in
    stores and manifests (anchors ``_serialization``, ``_unrecognized_boxes``).
    """
    return any(isinstance(child, Superbox) or child.type not in ("cbor", "free") for child in box.children)


def check_self_redaction(_ctx: Context, subject: Subject) -> Iterator[Status]:
    """A manifest may redact assertions of its ingredients, never its own (anchor ``_redaction_of_assertions``)."""
    claim = subject.claim_or_none
    for uri in claim.redacted if claim else ():
        parsed = JumbfUri.parse(uri)
        if parsed is None or parsed.within(subject.label).manifest == subject.label:
            yield subject.fault(StatusCode.ASSERTION_SELF_REDACTED)
