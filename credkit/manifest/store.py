"""A manifest store as read from bytes: manifests, their claims, assertions and signatures, each with its original box.

Parsing here is tolerant on purpose: what is missing or doubled stays visible (``claim_boxes``, ``signature_box``), and ``verify`` says
what it means. Only a broken box tree raises ``MalformedError``.

Clauses: "C2PA box details" (anchor ``_serialization``), "Locating the active manifest" (anchor ``_locating_the_active_manifest``).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any, TypeVar

from credkit.codec import cbor, json_text
from credkit.codec.jumbf import ContentBox, Superbox, box_type, parse_superbox
from credkit.dataclass import dataclass, field, replace
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.uri import JumbfUri, assertion_uri

__all__ = ["BOX", "REDACTED_UUID", "Assertion", "EmbeddedFile", "Manifest", "ManifestKind", "ManifestStore", "base_label", "parse_store"]


class BOX:
    """Content types of the boxes of a manifest store."""

    STORE = box_type("c2pa")
    STANDARD = box_type("c2ma")
    UPDATE = box_type("c2um")
    COMPRESSED = box_type("c2cm")
    OLD_STANDARD = box_type("c2md")
    ASSERTION_STORE = box_type("c2as")
    CLAIM = box_type("c2cl")
    SIGNATURE = box_type("c2cs")
    CREDENTIALS = box_type("c2vc")
    DATABOXES = box_type("c2db")
    TIME_STAMP = box_type("c2tm")
    """Manifests with a time-stamp and nothing else, which edition 2.1 had and every other ignores."""
    CBOR = box_type("cbor")
    JSON = box_type("json")
    UUID = box_type("uuid")
    EMBEDDED_FILE = bytes.fromhex("40CB0C32BB8A489DA70B2AD6F47F4369")


REDACTED_UUID = bytes.fromhex("CAA98EEE9D4DF80E86AD4DFFCA263973")
"""Content type of the zeros that stand where an assertion was redacted (anchor ``_redaction_of_assertions``)."""


_NAMED, _EXTERNAL = 0x01, 0x02


class ManifestKind(StrEnum):
    """Standard manifests bind content, update manifests only add to a parent."""

    STANDARD = "standard"
    UPDATE = "update"
    COMPRESSED = "compressed"


_KINDS = {
    BOX.STANDARD: ManifestKind.STANDARD,
    BOX.OLD_STANDARD: ManifestKind.STANDARD,
    BOX.UPDATE: ManifestKind.UPDATE,
    BOX.COMPRESSED: ManifestKind.COMPRESSED,
}


_CONTENT_TYPES = {BOX.CBOR: "cbor", BOX.JSON: "json", BOX.EMBEDDED_FILE: "embedded", BOX.UUID: "uuid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """One assertion box. ``label`` includes the instance (``c2pa.ingredient.v3__2``)."""

    label: str
    box: Superbox = field(repr=False)
    manifest: str
    """Label of the manifest that holds it."""
    base_label: str = field(init=False, repr=False, compare=False)
    """The label without its instance number."""
    uri: str = field(init=False, repr=False, compare=False)
    """Absolute JUMBF URI."""
    content_type: str = field(init=False, repr=False, compare=False)
    """``cbor``, ``json``, ``embedded`` (a file), ``uuid`` or ``unknown``."""

    def __post_init__(self) -> None:
        # Made once: every check asks for them.
        object.__setattr__(self, "base_label", base_label(self.label))
        object.__setattr__(self, "uri", assertion_uri(self.manifest, self.label))
        object.__setattr__(self, "content_type", _CONTENT_TYPES.get(self.box.type, "unknown"))

    def value(self, limits: Limits = DEFAULT_LIMITS) -> Any:
        """The decoded content: a CBOR or JSON value, or ``EmbeddedFile``.

        ``MalformedError`` with the status code when it cannot be decoded.
        """
        if self.content_type == "cbor":
            payload = self._payload("cbor", "assertion.cbor.invalid")
            return cbor.decode(payload, where=self.uri, code="assertion.cbor.invalid", limits=limits)
        if self.content_type == "json":
            payload = self._payload("json", "assertion.json.invalid")
            return json_text.decode(payload, where=self.uri, code="assertion.json.invalid", limits=limits, items=limits.json_items)
        if self.content_type == "embedded":
            return EmbeddedFile.read(self.box, where=self.uri)
        raise MalformedError("assertion has a content type that is not read", code="general.error", where=self.uri)

    def _payload(self, four_cc: str, code: str) -> bytes:
        payload = self.box.content(four_cc)
        if payload is None:
            raise MalformedError(f'assertion has no single "{four_cc}" box', code=code, where=self.uri)
        return payload

    @property
    def is_zeroed(self) -> bool:
        """Whether the content was replaced by the redaction mark (a ``uuid`` box of zeros) or by zeros; padding has to be zeros too."""
        contents = self.box.contents
        boxes = [child for child in self.box.children if isinstance(child, ContentBox)]
        if len(contents) != 1 or len(boxes) != len(self.box.children):
            return False
        box = contents[0]
        if box.type == "uuid" and box.payload[:16] != REDACTED_UUID:
            return False
        return all(_all_zero(child.payload[16:] if child.type == "uuid" else child.payload) for child in boxes)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFile:
    """A file inside an assertion (thumbnail, icon, prompt)."""

    media_type: str
    data: bytes = field(repr=False)
    name: str | None = None

    @classmethod
    def read(cls, box: Superbox, *, where: str) -> EmbeddedFile:
        """Decode the ``bfdb`` and ``bidb`` boxes."""
        description, data = box.content("bfdb"), box.content("bidb")
        if not description or data is None:
            raise MalformedError("embedded file lacks its description or its data", code="general.error", where=where)
        if description[0] & _EXTERNAL:
            raise MalformedError("embedded file keeps its data outside of the store", code="general.error", where=where)
        texts = description[1:].split(b"\x00")
        name = texts[1].decode("utf-8", "replace") if description[0] & _NAMED and len(texts) > 1 else None
        return cls(media_type=texts[0].decode("utf-8", "replace"), data=data, name=name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One manifest: the box and direct views of its parts."""

    label: str
    kind: ManifestKind
    box: Superbox = field(repr=False)
    stored: Superbox | None = field(default=None, repr=False)
    """The outer box, when ``box`` was unpacked from a compressed manifest."""
    assertions: tuple[Assertion, ...] = ()
    claim_boxes: tuple[Superbox, ...] = field(default=(), repr=False)
    signature_boxes: tuple[Superbox, ...] = field(default=(), repr=False)
    assertion_stores: int = 1
    claim_box: Superbox | None = field(init=False, repr=False, compare=False)
    """The claim box when there is exactly one."""
    claim_bytes: bytes | None = field(init=False, repr=False, compare=False)
    """The signed bytes: content of the claim's ``cbor`` box, as stored."""
    signature_box: Superbox | None = field(init=False, repr=False, compare=False)
    """The claim signature box when there is exactly one."""
    _by_label: dict[str, Assertion | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Made once, as those of an assertion.
        claim = self.claim_boxes[0] if len(self.claim_boxes) == 1 else None
        object.__setattr__(self, "claim_box", claim)
        object.__setattr__(self, "claim_bytes", claim.content("cbor") if claim else None)
        object.__setattr__(self, "signature_box", self.signature_boxes[0] if len(self.signature_boxes) == 1 else None)

    @property
    def compressed(self) -> bool:
        """Whether the manifest is stored compressed."""
        return self.stored is not None or self.kind is ManifestKind.COMPRESSED

    def assertion(self, label: str) -> Assertion | None:
        """The assertion with that full label; None when absent or doubled."""
        if not self._by_label:
            self._by_label.update(_unique(self.assertions))
        return self._by_label.get(label)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestStore:
    """All manifests of a store in file order; the last one is active."""

    manifests: tuple[Manifest, ...]
    data: bytes = field(repr=False)
    """The store as stored."""
    box: Superbox = field(repr=False)
    _by_label: dict[str, Manifest | None] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def active(self) -> Manifest | None:
        """The active manifest."""
        return self.manifests[-1] if self.manifests else None

    def find(self, label: str | None) -> Manifest | None:
        """The manifest with that label; None when absent or when two share it."""
        if label is None:
            return None
        if not self._by_label:
            self._by_label.update(_unique(self.manifests))
        return self._by_label.get(label)

    def resolve(self, uri: str, *, within: str) -> Superbox | None:
        """The box that a JUMBF URI names, seen from manifest ``within``; None when it leads nowhere or is ambiguous."""
        parsed = JumbfUri.parse(uri)
        if parsed is None:
            return None
        manifest = self.find(parsed.within(within).manifest)
        box = manifest.box if manifest else None
        for label in parsed.path:
            box = box.find(label) if box else None
        return box

    def assertion_at(self, uri: str, *, within: str) -> Assertion | None:
        """The assertion that a JUMBF URI names; None when it names none or something else."""
        parsed = JumbfUri.parse(uri)
        return self.assertion_named(parsed.within(within)) if parsed else None

    def assertion_named(self, uri: JumbfUri) -> Assertion | None:
        """The same for an absolute URI that was parsed."""
        path = uri.path
        if len(path) != 2 or path[0] != "c2pa.assertions":
            return None
        manifest = self.find(uri.manifest)
        return manifest.assertion(path[1]) if manifest else None


T = TypeVar("T", "Assertion", "Manifest")


def _unique(items: tuple[T, ...]) -> dict[str, T | None]:
    """Items by label; None for a label that more than one of them has."""
    index: dict[str, T | None] = {}
    for item in items:
        index[item.label] = None if item.label in index else item
    return index


def _all_zero(data: bytes) -> bool:
    return data.count(0) == len(data)


def base_label(label: str) -> str:
    """A label without its instance number: ``c2pa.ingredient.v3__2`` is ``c2pa.ingredient.v3``."""
    head, separator, tail = label.rpartition("__")
    return head if separator and tail.isdigit() else label


def parse_store(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> ManifestStore:
    """The manifest store in ``data``; ``MalformedError`` (``manifest.inaccessible.malformed``) when there is none."""
    box = parse_superbox(data, limits=limits)
    if box.type != BOX.STORE or box.label != "c2pa":
        raise MalformedError("superbox is not a C2PA manifest store", code="manifest.inaccessible.malformed", where="JUMBF", offset=0)
    manifests = tuple(_manifests(box, limits))
    if not manifests:
        raise MalformedError("manifest store holds no manifest", code="claim.missing", where="JUMBF", offset=0)
    _check_last(box)
    return ManifestStore(manifests=manifests, data=data, box=box)


def _check_last(store: Superbox) -> None:
    """Nothing unknown stands behind the last manifest: the last one is active, and an active one whose type somebody spoiled would let the
    one before it count.
    """
    for child in reversed(store.children):
        if child.type in _KINDS:
            return
        if child.type not in ("free", BOX.TIME_STAMP):
            raise MalformedError(
                "an unknown box stands behind the last manifest, so which one is active cannot be told",
                code="manifest.inaccessible.malformed",
                where="JUMBF",
                offset=child.offset,
            )


def _manifests(store: Superbox, limits: Limits) -> Iterator[Manifest]:
    left = limits
    for count, box in enumerate(child for child in store.superboxes if child.type in _KINDS):
        if count >= limits.manifests:
            raise MalformedError(f"more than {limits.manifests:,} manifests", code="general.error", where="manifest store")
        if box.type != BOX.COMPRESSED:
            yield _manifest(box)
            continue
        manifest = _unpacked(box, left)
        left = _left(left, manifest)
        yield manifest


def _left(limits: Limits, manifest: Manifest) -> Limits:
    """What further compressed manifests of the same store may cost: the limits hold for all of them together.

    One that could not be unpacked uses up everything, because it may have cost as much before it failed.
    """
    if manifest.stored is None:
        return replace(limits, decompressed_size=0, jumbf_boxes=0)
    return replace(
        limits,
        decompressed_size=limits.decompressed_size - len(manifest.box.data),
        jumbf_boxes=limits.jumbf_boxes - _count(manifest.box),
    )


def _count(box: Superbox) -> int:
    """Boxes in a tree, descriptions included."""
    return 2 + sum(_count(child) if isinstance(child, Superbox) else 1 for child in box.children)


def _unpacked(box: Superbox, limits: Limits) -> Manifest:
    """The manifest inside of a compressed one, or the compressed one as it is when it cannot be unpacked."""
    from credkit.manifest.compressed import unpack

    try:
        inner = unpack(box, limits)
    except MalformedError:
        return Manifest(label=box.label, kind=ManifestKind.COMPRESSED, box=box)
    if _KINDS.get(inner.type, ManifestKind.COMPRESSED) is ManifestKind.COMPRESSED:
        return Manifest(label=box.label, kind=ManifestKind.COMPRESSED, box=box)
    return _manifest(inner, stored=box)


def _manifest(box: Superbox, *, stored: Superbox | None = None) -> Manifest:
    parts: dict[bytes, list[Superbox]] = {}
    for child in box.superboxes:
        parts.setdefault(child.type, []).append(child)
    stores, label = parts.get(BOX.ASSERTION_STORE, ()), box.label
    assertions = tuple(Assertion(label=child.label, box=child, manifest=label) for store in stores for child in store.superboxes)
    return Manifest(
        label=box.label,
        kind=_KINDS[box.type],
        box=box,
        stored=stored,
        assertions=assertions,
        claim_boxes=tuple(parts.get(BOX.CLAIM, ())),
        signature_boxes=tuple(parts.get(BOX.SIGNATURE, ())),
        assertion_stores=len(stores),
    )
