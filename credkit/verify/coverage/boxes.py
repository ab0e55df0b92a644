"""The bytes of a manifest store, box by box.

A box header says where the box ends, and every byte behind it belongs to a box or makes the store unreadable, so headers are structural,
but for those with a 64-bit length: a store has no box that needs one, and nobody would miss it.
So are types and labels that the reader insists on, and the toggles, which have two values. Everything that is optional is unbound unless a
hash covers it: salts outside of hashed boxes, further boxes, boxes of padding.
"""

from __future__ import annotations

from credkit.codec.jumbf import ContentBox, Superbox
from credkit.manifest.store import BOX, Manifest
from credkit.manifest.uri import manifest_uri
from credkit.verify.context import Context, Subject
from credkit.verify.coverage.runs import Run, Runs
from credkit.verify.coverage.signature import signature_runs
from credkit.verify.coverage.vouching import Vouched

__all__ = ["store_runs"]

_FRAMES = "headers and descriptions of boxes"
_UUID = 16
_TOGGLES = 1
_EXTENDED = b"\x00\x00\x00\x01"
_LONG = 16
_COLLECTIONS = (BOX.DATABOXES, BOX.CREDENTIALS)
_KINDS = (BOX.STANDARD, BOX.UPDATE)


def store_runs(ctx: Context, known: Vouched) -> list[Run]:
    """Every byte of the store, in order, in places of ``ctx.store.data``."""
    walk = _Walk(ctx, known)
    walk.store()
    return walk.runs.all()


class _Walk:
    def __init__(self, ctx: Context, known: Vouched) -> None:
        self.ctx = ctx
        self.known = known
        self.data = ctx.store.data
        self.manifests = {(m.stored or m.box).offset: m for m in ctx.store.manifests}
        self.judged = set[str]()
        self.url = "self#jumbf=/c2pa"
        self.runs = Runs()

    def structural(self, start: int, end: int, what: str = _FRAMES) -> None:
        self.runs.add(start, end, "structural", what)

    def unbound(self, start: int, end: int, what: str) -> None:
        self.runs.add(start, end, "unbound", what, self.url)

    def head(self, start: int) -> None:
        """The header of the box at ``start``."""
        size = self._header(start)
        if size == _LONG:
            self.unbound(start, start + size, "header of a box, longer than it has to be")
        else:
            self.structural(start, start + size)

    def store(self) -> None:
        box = self.ctx.store.box
        self.description(box, sound=True, named=True)
        for child in box.children:
            manifest = self.manifests.get(child.offset)
            self.url = manifest_uri(manifest.label) if manifest else "self#jumbf=/c2pa"
            if isinstance(child, ContentBox):
                self.filler(child, "an unknown box in the manifest store")
            elif child.offset in self.known.hashed:
                self.hashed(child, "manifest of an ingredient")
            elif manifest is None:
                self.unbound(child.offset, child.end, "an unknown box in the manifest store")
            else:
                self.manifest(child, manifest)
        self.url = "self#jumbf=/c2pa"
        self.unbound(box.end, len(self.data), "bytes behind the manifest store")

    def manifest(self, stored: Superbox, manifest: Manifest) -> None:
        if manifest.label not in self.known.signed or self.ctx.store.find(manifest.label) is not manifest:
            self.unbound(stored.offset, stored.end, "a manifest that no valid signature covers")
            return
        if manifest.stored is not None:
            named = manifest.label in self.known.named
            self.description(stored, sound=True, named=named)
            self.unbound(_content_start(stored), stored.end, "a compressed manifest: its signature covers what it unpacks to")
            return
        subject = self.ctx.subject(manifest)
        self.description(stored, sound=stored.type in _KINDS, named=manifest.label in self.known.named)
        for child in stored.children:
            if isinstance(child, ContentBox):
                self.filler(child, "an unknown box in a manifest")
            elif child.offset in self.known.hashed:
                self.hashed(child, "box that a signed reference covers")
            elif child is manifest.claim_box:
                self.claim(child)
            elif child is manifest.signature_box:
                self.signature(child, subject)
            elif child.type == BOX.ASSERTION_STORE:
                self.assertions(child, subject)
            elif child.type in _COLLECTIONS:
                self.collection(child)
            else:
                self.unbound(child.offset, child.end, "an unknown box in a manifest")

    def hashed(self, box: Superbox, what: str) -> None:
        self.head(box.offset)
        self.runs.add(box.offset + box.header, box.end, "hashed", what)

    def description(self, box: Superbox, *, sound: bool, named: bool) -> None:
        """Header and description; ``sound`` says whether another type would be told, ``named`` whether another label would."""
        at = box.offset + box.header
        inner = self._header(at)
        kind = at + inner
        label = kind + _UUID + _TOGGLES
        rest = label + (len(box.label.encode("utf-8")) + 1 if box.description.label is not None else 0)
        if sound and named and _LONG not in (box.header, inner):
            self.structural(box.offset, rest)
            self.salt(rest, box)
            return
        self.head(box.offset)
        self.head(at)
        if sound:
            self.structural(kind, kind + _UUID)
        else:
            self.unbound(kind, kind + _UUID, "type of a box, of which others would do as well")
        self.structural(kind + _UUID, label)
        if named:
            self.structural(label, rest)
        else:
            self.unbound(label, rest, "label of a box, which no signed statement names")
        self.salt(rest, box)

    def salt(self, start: int, box: Superbox) -> None:
        end = _content_start(box)
        if start < end:
            self.unbound(start, end, "salt of a box, which no hash covers")

    def claim(self, box: Superbox) -> None:
        self.description(box, sound=True, named=True)
        for child in box.children:
            if isinstance(child, ContentBox) and child.type == "cbor":
                self.head(child.offset)
                self.runs.add(self._payload(child), _end(child, self._payload(child)), "signed", "claim")
            else:
                self.other(child, "an unknown box beside the claim")

    def signature(self, box: Superbox, subject: Subject) -> None:
        self.description(box, sound=True, named=True)
        for child in box.children:
            if isinstance(child, ContentBox) and child.type == "cbor":
                self.head(child.offset)
                self.url = subject.signature_uri
                for run in signature_runs(child.payload, self._payload(child), subject, self.ctx.limits):
                    self.runs.add(*run)
                self.url = manifest_uri(subject.label)
            else:
                self.other(child, "an unknown box beside the signature")

    def assertions(self, store: Superbox, subject: Subject) -> None:
        self.description(store, sound=True, named=True)
        listed = {assertion.box.offset: assertion for assertion in subject.listed() if assertion.box.data is self.data}
        for child in store.children:
            assertion = listed.get(child.offset) if isinstance(child, Superbox) else None
            if not isinstance(child, Superbox) or assertion is None:
                self.other(child, "an assertion that the claim does not list")
            elif subject.is_intact(assertion):
                self.hashed(child, f"assertion {assertion.label}")
            elif assertion.uri in self.ctx.redactions and assertion.is_zeroed:
                self.redacted(child)
            else:
                self.unbound(child.offset, child.end, "an assertion that is not the one that was signed")

    def redacted(self, box: Superbox) -> None:
        """Its content has to be zeros, but for the type of the box and of what is in it; its label is the one that was redacted."""
        self.description(box, sound=False, named=True)
        for child in box.children:
            if isinstance(child, ContentBox):
                payload = self._payload(child)
                mark = payload + (_UUID if child.type == "uuid" else 0)
                self.unbound(child.offset, payload, "header of the zeros in the place of a redacted assertion")
                self.structural(payload, mark)
                self.structural(mark, _end(child, payload), "zeros in the place of a redacted assertion")

    def collection(self, box: Superbox) -> None:
        """Data boxes or credentials: those that signed references lead to, and no others."""
        covered = any(child.offset in self.known.hashed for child in box.superboxes)
        if not covered:
            self.unbound(box.offset, box.end, "boxes that no signed reference leads to")
            return
        self.description(box, sound=True, named=True)
        for child in box.children:
            if isinstance(child, Superbox) and child.offset in self.known.hashed:
                self.hashed(child, "box that a signed reference covers")
            else:
                self.other(child, "a box that no signed reference leads to")

    def other(self, child: Superbox | ContentBox, what: str) -> None:
        if isinstance(child, ContentBox):
            self.filler(child, what)
        else:
            self.unbound(child.offset, child.end, what)

    def filler(self, child: ContentBox, what: str) -> None:
        """Padding or a box that nobody knows: anyone can put it there. Real stores have no box of padding, empty or not."""
        if child.type == "free":
            what = "padding that is not empty" if any(child.payload) else "a box of padding, which nothing asks for"
        self.unbound(child.offset, _end(child, self._payload(child)), what)

    def _header(self, at: int) -> int:
        return _LONG if self.data[at : at + 4] == _EXTENDED else 8

    def _payload(self, child: ContentBox) -> int:
        return child.offset + self._header(child.offset)


def _content_start(box: Superbox) -> int:
    return box.children[0].offset if box.children else box.end


def _end(child: ContentBox, payload: int) -> int:
    return payload + len(child.payload)
