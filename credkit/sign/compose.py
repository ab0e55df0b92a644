"""Building the boxes of a manifest: assertions, assertion store, claim, signature, and the store around them.

Every assertion is built once, when it is added: its salt is drawn then, so its hash is known and others can refer to it. What
is imported from ingredients stays as the bytes that were read.

Clauses: "C2PA box details" (anchor ``_serialization``), "Creating a claim" (anchor ``_creating_a_claim``).
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from typing import Any

from credkit.codec import cbor
from credkit.codec.digest import digest
from credkit.codec.jumbf import BOX_HEADER, build_box, build_superbox
from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.labels import instance_label
from credkit.manifest.store import BOX, EmbeddedFile
from credkit.manifest.uri import assertion_uri

__all__ = ["HASH_ALGORITHM", "AssertionBox", "AssertionStore", "manifest_box", "store_box"]

HASH_ALGORITHM = "sha256"
_SALT_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionBox:
    """A finished assertion: full label, the box as it will stand in the file, and whether the signer vouches for it."""

    label: str
    data: bytes = field(repr=False)
    hash: bytes
    """What references to it hold."""
    gathered: bool = False

    @classmethod
    def build(cls, kind: bytes, label: str, *contents: bytes, salt: bytes | None, gathered: bool = False) -> AssertionBox:
        """The box around already built content boxes."""
        data = build_superbox(kind, label, *contents, salt=salt)
        return cls(label=label, data=data, hash=digest(HASH_ALGORITHM, memoryview(data)[BOX_HEADER:]).value, gathered=gathered)

    @property
    def reference(self) -> HashedUri:
        """How other assertions of the same manifest refer to it, whatever the manifest will be called."""
        return HashedUri(url=assertion_uri(None, self.label), hash=self.hash)

    def reference_from(self, manifest: str) -> HashedUri:
        """How the claim refers to it: by absolute URI, because only then the signature covers the manifest's own label."""
        return HashedUri(url=assertion_uri(manifest, self.label), hash=self.hash)


def _contents(content: str, payload: Any) -> tuple[bytes, tuple[bytes, ...]]:
    """Content type and content boxes of a payload."""
    if content == "cbor":
        return BOX.CBOR, (build_box("cbor", cbor.encode(payload)),)
    if content == "json":
        text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return BOX.JSON, (build_box("json", text.encode("utf-8")),)
    if isinstance(payload, EmbeddedFile):
        # No file name: the reference implementation re-creates the box without it and then finds another hash.
        description = b"\x00" + payload.media_type.encode("utf-8") + b"\x00"
        return BOX.EMBEDDED_FILE, (build_box("bfdb", description), build_box("bidb", payload.data))
    raise DefinitionError(f"an assertion cannot hold {content} content of this kind")


class AssertionStore:
    """The assertions of the manifest in the making, in the order in which they were added."""

    def __init__(self) -> None:
        self._boxes: list[AssertionBox] = []
        self._instances: Counter[str] = Counter()

    def add(self, label: str, content: str, payload: Any, *, gathered: bool = False) -> AssertionBox:
        """Build and keep one assertion; a label that is there already gets the next instance number."""
        full = instance_label(label, self._instances[label])
        self._instances[label] += 1
        kind, boxes = _contents(content, payload)
        box = AssertionBox.build(kind, full, *boxes, salt=secrets.token_bytes(_SALT_LENGTH), gathered=gathered)
        self._boxes.append(box)
        return box

    def has(self, label: str) -> bool:
        """Whether an assertion with that label (without instance) was added."""
        return self._instances[label] > 0

    @property
    def boxes(self) -> tuple[AssertionBox, ...]:
        """All assertions in the order in which they were added."""
        return tuple(self._boxes)


def manifest_box(label: str, assertions: tuple[AssertionBox, ...], claim: bytes, signature: bytes, *, kind: bytes = BOX.STANDARD) -> bytes:
    """A manifest of that ``kind`` around built assertions, the claim's CBOR and the COSE signature."""
    return build_superbox(
        kind,
        label,
        build_superbox(BOX.ASSERTION_STORE, "c2pa.assertions", *(box.data for box in assertions)),
        build_superbox(BOX.CLAIM, "c2pa.claim.v2", build_box("cbor", claim)),
        build_superbox(BOX.SIGNATURE, "c2pa.signature", build_box("cbor", signature)),
    )


def store_box(imported: tuple[bytes, ...], active: bytes) -> bytes:
    """The manifest store: imported manifests as they were read, the active one last."""
    return build_superbox(BOX.STORE, "c2pa", *imported, active)
