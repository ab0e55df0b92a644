"""Redaction: which assertions of a history may be taken out, how they are named, and the store without them.

An assertion is redacted by removing its box: the other permitted form, zeros in its place, is refused by readers that exist. The bytes are
gone then; its hash stays in the claim that listed it, and the manifest that redacts says what was taken out and why.

Clauses: "Redaction of assertions" (anchor ``_redaction_of_assertions``), "Ingredient validation" (anchor ``_validate_the_ingredients``): a
manifest that lost an assertion is recognised by the hash of its signature, which only ingredient assertions of version 3 record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError, MalformedError
from credkit.manifest.assertions.actions import read_actions
from credkit.manifest.assertions.ingredient import IngredientView, read_ingredient
from credkit.manifest.claim import Claim
from credkit.manifest.hashed_uri import HashedUri
from credkit.manifest.store import Assertion, EmbeddedFile, Manifest, ManifestKind, ManifestStore
from credkit.manifest.uri import JumbfUri, absolute
from credkit.verify import Report
from credkit.verify.checks.assertions import is_actions, is_ingredient

__all__ = ["Redactable", "find_redactable", "redactable_assertions", "store_without", "telling_texts", "traces"]

_FOLLOWED = ("c2pa.opened", "c2pa.placed", "c2pa.removed", "c2pa.transcoded", "c2pa.repackaged")
_SHORTEST_TEXT = 4
"""Characters; shorter texts stand in any file by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactable:
    """One assertion of a history, and whether it may be redacted."""

    manifest: str
    """Label of the manifest that holds it."""
    label: str
    uri: str
    """Absolute JUMBF URI."""
    generation: int | None
    refusal: str | None = None
    """Why it has to stay, in words; None when it may be redacted."""

    @property
    def name(self) -> str:
        """``MANIFEST#label``, as people give it."""
        return f"{self.manifest}#{self.label}"


def redactable_assertions(report: Report) -> tuple[Redactable, ...]:
    """Every assertion of the manifests that the active one leads to, oldest first, with the reason where one has to stay."""
    fixed = _fixed_manifests(report)
    return tuple(
        Redactable(
            manifest=manifest.label,
            label=assertion.label,
            uri=assertion.uri,
            generation=manifest.generation,
            refusal=_refusal(manifest.manifest, assertion) or fixed.get(manifest.label),
        )
        for manifest in report.manifests
        if manifest.reached
        for assertion in manifest.manifest.assertions
        if not assertion.is_zeroed
    )


def _refusal(manifest: Manifest, assertion: Assertion) -> str | None:
    if is_actions(assertion.label):
        return "actions tell what happened to the file and must not be redacted"
    if assertion.base_label.startswith("c2pa.hash."):
        return "it binds the credentials to the file and must not be redacted"
    if assertion.base_label == "c2pa.icon" and assertion.uri == _icon(manifest):
        return "the claim shows its software with it, and not every reader accepts a claim whose icon is gone"
    if not is_ingredient(assertion.label):
        return None
    if manifest.kind is ManifestKind.UPDATE:
        return "it leads an update to the manifest that the update is about, so nothing below would be checked without it"
    action = next((name for name, uris in _used_by_actions(manifest) if assertion.uri in uris), None)
    return f"the action {action} refers to it, and not every reader accepts a history in which that leads nowhere" if action else None


def _icon(manifest: Manifest) -> str | None:
    """Absolute URI of the icon that the claim gives its software."""
    box, data = manifest.claim_box, manifest.claim_bytes
    try:
        info = Claim.read(data, box.label).generator_info if box and data is not None else None
    except MalformedError:
        return None
    icon = HashedUri.read(info.get("icon")) if info else None
    return absolute(icon.url, manifest.label) if icon else None


def _used_by_actions(manifest: Manifest) -> Iterator[tuple[str, frozenset[str]]]:
    """Actions that readers follow to their ingredients, each with the absolute URIs of these."""
    for assertion in manifest.assertions:
        if is_actions(assertion.label):
            try:
                views = read_actions(assertion.value(), assertion.label)
            except MalformedError:
                continue
            for view in views:
                if view.action in _FOLLOWED:
                    yield view.action, frozenset(absolute(reference.url, manifest.label) for reference in view.ingredients if reference)


def _fixed_manifests(report: Report) -> dict[str, str]:
    """Manifests that somebody recorded by their whole content alone, with the sentence that says so."""
    reason = "a later manifest recorded the whole of it in an old way, so the history would no longer be valid"
    return {
        target: reason
        for manifest in report.manifests
        if manifest.reached
        for _, view in _ingredients(manifest.manifest)
        if view.claim_signature is None and (target := _target(view, manifest.label))
    }


def _ingredients(manifest: Manifest) -> Iterator[tuple[Assertion, IngredientView]]:
    for assertion in manifest.assertions:
        if is_ingredient(assertion.label):
            try:
                yield assertion, read_ingredient(assertion.value(), assertion.label)
            except MalformedError:
                continue


def _target(view: IngredientView, holder: str) -> str | None:
    """Label of the manifest that an ingredient assertion of ``holder`` leads to."""
    parsed = JumbfUri.parse(view.manifest.url) if view.manifest else None
    return parsed.within(holder).manifest if parsed else None


def find_redactable(report: Report, name: str) -> Redactable:
    """The assertion that ``name`` means: a label, ``MANIFEST#label``, or an absolute JUMBF URI.

    ``DefinitionError`` when there is none, more than one, or when it has to stay.
    """
    known = redactable_assertions(report)
    found = [one for one in known if name in (one.uri, one.name, one.label)]
    if not found:
        there = ", ".join(dict.fromkeys(one.label for one in known if one.refusal is None)) or "nothing"
        raise DefinitionError(f'there is no assertion "{name}" in the credentials of this file; what can be redacted: {there}')
    free = [one for one in found if one.refusal is None]
    if not free:
        raise DefinitionError(f'"{name}" cannot be redacted: {found[0].refusal}')
    if len(found) > 1:
        places = ", ".join(f'"{one.name}"' for one in free)
        raise DefinitionError(f'"{name}" stands in {len(found)} manifests; name the one that is meant: {places}')
    return free[0]


def store_without(store: ManifestStore, uris: Iterable[str]) -> tuple[bytes, ...]:
    """The boxes of a store, in order, with the assertions at the absolute ``uris`` removed.

    Manifests that only a removed ingredient assertion led to go with it. A compressed manifest that loses an assertion is stored unpacked,
    and so is the active one, because readers disagree about which form of it a later manifest's hash covers. Everything else, also boxes
    that nobody knows, stays as it was read.
    """
    removed = frozenset(uris)
    dropped = _reachable(store, frozenset()) - _reachable(store, removed)
    manifests = {(manifest.stored or manifest.box).offset: manifest for manifest in store.manifests}
    boxes: list[bytes] = []
    for box in store.box.superboxes:
        manifest = manifests.get(box.offset)
        if manifest is None or manifest.label not in dropped:
            boxes.append(_without(manifest, removed, unpacked=manifest is store.active) if manifest else box.raw)
    return tuple(boxes)


def _without(manifest: Manifest, removed: frozenset[str], *, unpacked: bool) -> bytes:
    cuts = [assertion.box for assertion in manifest.assertions if assertion.uri in removed]
    if not cuts and not unpacked:
        return (manifest.stored or manifest.box).raw
    start, data = manifest.box.offset, bytearray(manifest.box.raw)
    for box in sorted(cuts, key=lambda cut: cut.offset, reverse=True):
        del data[box.offset - start : box.end - start]
    for holder in (manifest.box, *manifest.box.superboxes):
        lost = sum(box.end - box.offset for box in cuts if holder.offset < box.offset < holder.end)
        if lost:
            # What is cut lies behind the header of each box around it, and in one assertion store, so the headers have not moved.
            at, size = (holder.offset - start, 4) if holder.header == 8 else (holder.offset - start + 8, 8)
            data[at : at + size] = (holder.end - holder.offset - lost).to_bytes(size, "big")
    return bytes(data)


def _reachable(store: ManifestStore, removed: frozenset[str]) -> frozenset[str]:
    """Labels of the manifests that the active one leads to when the assertions at ``removed`` are gone."""
    seen: set[str] = set()
    waiting = [store.active.label] if store.active else []
    while waiting:
        label = waiting.pop()
        manifest = store.find(label)
        if manifest is None or label in seen:
            continue
        seen.add(label)
        targets = (_target(view, label) for assertion, view in _ingredients(manifest) if assertion.uri not in removed)
        waiting += [target for target in targets if target]
    return frozenset(seen)


def telling_texts(assertion: Assertion) -> frozenset[str]:
    """The texts of an assertion by which it could be recognised elsewhere: no addresses, names of fields or very short texts."""
    try:
        value = assertion.value()
    except MalformedError:
        return frozenset()
    return frozenset() if isinstance(value, EmbeddedFile) else frozenset(_texts(value))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in ("@context", "@type", "url", "uri", "alg", "action"):
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and len(value) >= _SHORTEST_TEXT and "://" not in value and not value.startswith("self#jumbf="):
        yield str(value)


def traces(texts: Iterable[str], data: bytes) -> int:
    """How many of ``texts`` stand in ``data``, in one of the ways in which files write them."""
    return sum(any(form in data for form in _forms(text)) for text in texts)


def _forms(text: str) -> frozenset[bytes]:
    from xml.sax.saxutils import escape

    plain = {text, escape(text), escape(text, {'"': "&quot;", "'": "&apos;"})}
    encodings = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
    return frozenset(form.encode(encoding, "replace") for form in plain for encoding in encodings)
