"""What a manifest store holds besides statements: pictures, texts and files of their own, and the credentials of what it was made from.

This file lists them and says of each whether it is what its signer put there; everything about that is taken from the ``Report`` and from
hashes over stored bytes. What they show or say is the signer's claim. Names of files, and writing them, are left to ``api``.

Clauses: "Embedded Data" (anchor ``_embedded_data``), "Thumbnail" (anchor ``thumbnail_assertion``), "Ingredient" (anchor
``ingredient_assertion``). Data boxes are those of editions before 2.3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal, get_args

from credkit.codec import cbor
from credkit.codec.digest import HASH_ALGORITHMS, Digest, digest
from credkit.codec.jumbf import Superbox, build_superbox
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.ingredient import read_ingredient
from credkit.manifest.store import BOX, Assertion, EmbeddedFile, base_label
from credkit.manifest.uri import absolute, manifest_uri
from credkit.provenance.graph import provenance_graph
from credkit.provenance.nodes import Graph, Node, Signer
from credkit.provenance.sniffing import sniff
from credkit.provenance.values import assertion_value, claim_value
from credkit.verify.checks.assertions import hashed_uris, is_ingredient
from credkit.verify.report import ManifestReport, Report

__all__ = ["RESOURCE_KINDS", "Absent", "Resource", "ResourceKind", "Resources", "list_resources"]

ResourceKind = Literal["thumbnail", "icon", "prompt", "document", "data", "ingredient", "store"]
RESOURCE_KINDS: tuple[ResourceKind, ...] = get_args(ResourceKind)
"""A picture of the asset or an ingredient; an icon; a prompt or seed; a text or JSON of a tool; any other embedded file; the manifest of
an ingredient with all that it leads to, as a store of its own; the whole store."""
_STORE_TYPE = "application/c2pa"
_PROMPT = "c2pa.types.generator"
_DOCUMENT = "org.credkit.types.generation-text"
_OWN = "org.credkit."
_UNSIGNED = "the signature over it does not verify, so nobody in particular put it there"
_UNJUDGED = "nothing refers to the manifest that holds it, so it was not judged"
_MISMATCH = "it is not what was signed: its hash does not match, or stands nowhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One file in a manifest store. Every text is as stored and has to pass ``shown``; what it shows is what its signer claims."""

    index: int
    """Its place among all resources of the file, from 1; the same whichever of them are wanted."""
    kind: ResourceKind
    label: str
    """Label of the assertion, data box or manifest."""
    title: str | None
    """What its signer calls the ingredient that it belongs to."""
    uri: str | None
    """Absolute JUMBF URI; None for the store."""
    manifest: str | None
    """Label of the manifest whose signer put it there."""
    generation: int | None
    """Of that manifest."""
    of: str
    """How to speak of that manifest."""
    signer: Signer | None
    """Who signed it, with what may be said of the name; None where nobody can be named."""
    claimed_type: str | None
    """The media type that its signer claims; None when it claims none."""
    media_type: str
    """The media type that its bytes tell."""
    size: int
    intact: bool | None
    """Whether it is what was signed: its hash is right, and the signature over that hash verifies. None for the store, which nothing
    outside of it vouches for."""
    problem: str | None
    """Why it is not intact, in one sentence without a full stop."""
    _read: Callable[[], bytes] = field(repr=False, compare=False)

    @property
    def data(self) -> bytes:
        """Its bytes; a store of its own is put together when they are asked for."""
        return self._read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """Something that the history speaks of and the file does not hold."""

    what: str
    """The field or label, as stored."""
    generation: int | None
    why: str
    """In words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Everything that can be taken out of one file, newest generation first, and what is not there to be taken out."""

    items: tuple[Resource, ...]
    absent: tuple[Absent, ...]
    omitted: int = 0
    """Resources beyond ``limits.resources`` or ``limits.resources_size``, which are not listed."""


def list_resources(report: Report, *, limits: Limits = DEFAULT_LIMITS) -> Resources:
    """The resources in the manifest store of a checked file; none when there is no store that can be read."""
    if report.store is None:
        return Resources(items=(), absent=())
    return _Gathering(report, limits).gather()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """How an assertion refers to a box."""

    kind: ResourceKind
    title: str | None = None


class _Gathering:
    """One walk through all manifests of a report."""

    def __init__(self, report: Report, limits: Limits) -> None:
        assert report.store is not None
        self.report = report
        self.store = report.store
        self.limits = limits
        self.graph: Graph = provenance_graph(report, limits=limits)
        self.nodes: dict[str, Node] = {node.label: node for node in self.graph.nodes if node.label is not None}
        self.items: list[Resource] = []
        self.absent: list[Absent] = []
        self.omitted = 0
        self.left = limits.resources_size
        self.by_label = {manifest.label: manifest for manifest in reversed(report.manifests)}
        self.matched = {id(manifest): _matched(manifest) for manifest in report.manifests}
        self.digests: dict[tuple[int, int, str], Digest] = {}

    def gather(self) -> Resources:
        for manifest in reversed(self.report.manifests):
            self._embedded(manifest)
        self._ingredients()
        self._add("store", "manifest store", _STORE_TYPE, len(self.store.data), lambda: self.store.data, media_type=_STORE_TYPE)
        return Resources(items=tuple(self.items), absent=tuple(self.absent), omitted=self.omitted)

    def _add(
        self,
        kind: ResourceKind,
        label: str,
        claimed_type: str | None,
        size: int,
        read: Callable[[], bytes],
        *,
        title: str | None = None,
        uri: str | None = None,
        holder: ManifestReport | None = None,
        media_type: str | None = None,
        problem: str | None = None,
    ) -> None:
        # What is left out does not count, so that a large one cannot hide the small ones behind it.
        if len(self.items) >= self.limits.resources or size > self.left:
            self.omitted += 1
            return
        self.left -= size
        node = self.nodes.get(holder.label) if holder else None
        self.items.append(
            Resource(
                index=len(self.items) + 1,
                kind=kind,
                label=label,
                title=title,
                uri=uri,
                manifest=holder.label if holder else None,
                generation=holder.generation if holder and holder.reached else None,
                of=node.name if node else "the whole file",
                signer=node.signer if node else None,
                claimed_type=claimed_type,
                media_type=media_type or sniff(read(), self.limits),
                size=size,
                intact=problem is None if holder else None,
                problem=problem,
                _read=read,
            )
        )

    def _miss(self, what: str, holder: ManifestReport, why: str) -> None:
        if len(self.absent) < self.limits.resources:
            self.absent.append(Absent(what=what, generation=holder.generation if holder.reached else None, why=why))

    def _embedded(self, holder: ManifestReport) -> None:
        uses, fitting = self._references(holder)
        twice = Counter(assertion.label for assertion in holder.manifest.assertions)
        for assertion in holder.manifest.assertions:
            problem = _MISMATCH if twice[assertion.label] > 1 else self._problem(holder, assertion.uri in self.matched[id(holder)])
            if assertion.content_type == "embedded":
                self._file(holder, assertion, uses.get(assertion.uri), problem)
            elif assertion.content_type == "json" and assertion.label.startswith(_OWN):
                data = assertion.box.content("json")
                if data is not None:
                    self._add_bytes("document", assertion.label, None, data, uri=assertion.uri, holder=holder, problem=problem)
        for box in self._data_boxes(holder):
            uri = f"{manifest_uri(holder.label)}/c2pa.databoxes/{box.label}"
            self._data_box(holder, box, uri, uses.get(uri), self._problem(holder, uri in fitting))
        self._not_there(holder)

    def _file(self, holder: ManifestReport, assertion: Assertion, use: _Use | None, problem: str | None) -> None:
        value = assertion_value(assertion, self.limits)
        if not isinstance(value, EmbeddedFile):
            why = "it is kept outside of the file, or cannot be read"
            self._miss(assertion.label, holder, why)
            return
        kind = use.kind if use else _kind_of_label(assertion.base_label)
        title = use.title if use else None
        self._add_bytes(kind, assertion.label, value.media_type, value.data, title=title, uri=assertion.uri, holder=holder, problem=problem)

    def _data_box(self, holder: ManifestReport, box: Superbox, uri: str, use: _Use | None, problem: str | None) -> None:
        try:
            value = cbor.decode(box.content("cbor") or b"", where=uri, limits=self.limits)
        except MalformedError:
            value = None
        data = value.get("data") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(data, bytes):
            self._miss(box.label, holder, "it cannot be read")
            return
        claimed = value.get("dc:format")
        self._add_bytes(
            use.kind if use else "data",
            box.label,
            claimed if isinstance(claimed, str) else None,
            data,
            title=use.title if use else None,
            uri=uri,
            holder=holder,
            problem=problem,
        )

    def _add_bytes(self, kind: ResourceKind, label: str, claimed_type: str | None, data: bytes, **more: Any) -> None:
        self._add(kind, label, claimed_type, len(data), lambda: data, **more)

    def _ingredients(self) -> None:
        """Of the active manifest alone: what they were made from in their turn is in their own stores."""
        active = self.report.active
        seen: set[str] = set()
        for ingredient in active.ingredients if active else ():
            root = self.by_label.get(ingredient.manifest or "")
            if active is None or root is None or root.label in seen:
                continue
            seen.add(root.label)
            members = self._led_to(root)
            sound = ingredient.intact is True and ingredient.uri in self.matched[id(active)] and not any(m.altered for m in members)
            boxes = [m.manifest.stored or m.manifest.box for m in members]
            self._add(
                "ingredient",
                root.label,
                _STORE_TYPE,
                # The store's own box header, description box and label.
                sum(box.end - box.offset for box in boxes) + len(_as_store([])),
                lambda boxes=boxes: _as_store(boxes),  # type: ignore[misc]
                title=ingredient.title,
                uri=manifest_uri(root.label),
                holder=active,
                media_type=_STORE_TYPE,
                problem=self._problem(active, sound),
            )

    def _led_to(self, root: ManifestReport) -> list[ManifestReport]:
        """The manifest and all below it, in file order, itself last, as the active manifest of its own store."""
        found, waiting = {root.label}, [root]
        while waiting:
            for ingredient in waiting.pop().ingredients:
                below = self.by_label.get(ingredient.manifest or "")
                if below is not None and below.label not in found:
                    found.add(below.label)
                    waiting.append(below)
        return [*(m for m in self.report.manifests if m.label in found and m.label != root.label), root]

    def _problem(self, holder: ManifestReport, matched: bool) -> str | None:
        if not holder.reached:
            return _UNJUDGED
        if not matched:
            return _MISMATCH
        return None if holder.signature and holder.signature.verified else _UNSIGNED

    def _data_boxes(self, holder: ManifestReport) -> Iterator[Superbox]:
        stores = [box for box in holder.manifest.box.superboxes if box.type == BOX.DATABOXES]
        labels = Counter(box.label for store in stores for box in store.superboxes)
        return (box for store in stores for box in store.superboxes if labels[box.label] == 1)

    def _references(self, holder: ManifestReport) -> tuple[dict[str, _Use], frozenset[str]]:
        """How boxes are used, by URI; and the URIs that a signed reference with the right hash leads to."""
        uses: dict[str, _Use] = {}
        fitting: set[str] = set()
        claim = claim_value(holder.manifest, self.limits)
        signed = claim.get("alg")
        values = [(a, assertion_value(a, self.limits)) for a in holder.manifest.assertions if a.content_type == "cbor"]
        for assertion, value in values:
            if is_ingredient(assertion.label):
                uses |= _ingredient_uses(value, assertion)
            matched = assertion.uri in self.matched[id(holder)]
            for reference, algorithm in hashed_uris(value, self.limits.json_depth, signed) if matched else ():
                if reference is not None and self._fits(reference.url, reference.hash, reference.alg or algorithm, holder.label):
                    fitting.add(absolute(reference.url, holder.label))
        for reference, algorithm in hashed_uris(claim.get("claim_generator_info"), 3, signed):
            if reference is not None:
                uri = absolute(reference.url, holder.label)
                uses.setdefault(uri, _Use(kind="icon"))
                if self._fits(reference.url, reference.hash, reference.alg or algorithm, holder.label):
                    fitting.add(uri)
        return uses, frozenset(fitting)

    def _fits(self, url: str, value: bytes | None, algorithm: object, within: str) -> bool:
        """Whether a reference leads to a data box whose hash is the right one; other boxes are in the claim."""
        if "/c2pa.databoxes/" not in absolute(url, within) or not isinstance(algorithm, str) or algorithm not in HASH_ALGORITHMS:
            return False
        box = self.store.resolve(url, within=within)
        return box is not None and self._digest(box, str(algorithm)).matches(value)

    def _digest(self, box: Superbox, algorithm: str) -> Digest:
        """Of one box once, however many refer to it."""
        key = (id(box.data), box.offset, algorithm)
        if key not in self.digests:
            self.digests[key] = digest(algorithm, box.hashed)
        return self.digests[key]

    def _not_there(self, holder: ManifestReport) -> None:
        """What was withheld when it was signed, what a later generation took out, and what is kept elsewhere."""
        node = self.nodes.get(holder.label)
        for removal in node.removed if node else ():
            self._miss(removal.label, holder, "a later generation took it out on record")
        for assertion in holder.manifest.assertions:
            value = assertion_value(assertion, self.limits) if assertion.content_type in ("cbor", "json") else None
            if base_label(assertion.label) == "org.credkit.generation" and isinstance(value, dict):
                for name in _withheld(value):
                    why = "it was withheld when it was signed; the file holds a commitment to it (credkit reveal)"
                    self._miss(name, holder, why)
            elif is_ingredient(assertion.label) and isinstance(value, dict):
                data = value.get("data")
                url = data.get("url") if isinstance(data, dict) else None
                if isinstance(url, str) and not url.startswith("self#jumbf="):
                    what = value.get("dc:title") if isinstance(value.get("dc:title"), str) else assertion.label
                    self._miss(str(what), holder, "it is kept outside of the file")


def _as_store(boxes: list[Superbox]) -> bytes:
    return build_superbox(BOX.STORE, "c2pa", *(box.raw for box in boxes))


def _matched(holder: ManifestReport) -> frozenset[str]:
    """URIs of the assertions whose hash ``verify`` found to be the one in the claim."""
    return frozenset(s.url for s in holder.results.success if s.code == "assertion.hashedURI.match" and s.url is not None)


def _kind_of_label(label: str) -> ResourceKind:
    if label.startswith("c2pa.thumbnail."):
        return "thumbnail"
    return "icon" if label == "c2pa.icon" else "data"


def _ingredient_uses(value: object, assertion: Assertion) -> dict[str, _Use]:
    try:
        view = read_ingredient(value, assertion.label)
    except MalformedError:
        return {}
    uses: dict[str, _Use] = {}
    if view.thumbnail:
        uses[absolute(view.thumbnail.url, assertion.manifest)] = _Use(kind="thumbnail", title=view.title)
    if view.data:
        uses[absolute(view.data.url, assertion.manifest)] = _Use(kind=_kind_of_data(view.data_types), title=view.title)
    return uses


def _kind_of_data(data_types: tuple[str, ...]) -> ResourceKind:
    if any(name == _DOCUMENT for name in data_types):
        return "document"
    return "prompt" if any(name.startswith(_PROMPT) for name in data_types) else "data"


def _withheld(value: dict[Any, Any]) -> Iterator[str]:
    entries = value.get("withheld")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("field"), str):
            yield entry["field"]
