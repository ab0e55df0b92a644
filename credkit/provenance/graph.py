"""The history of an asset as a graph: generations and ingredients are nodes, relationships are edges.

Everything here is taken from the ``Report``: this file names, gathers and orders, and judges nothing. Nodes stand in the order in which a
person reads them, oldest first, so that story, page and diagram only have to draw. Texts are as stored: whoever shows them calls ``shown``.
"""

from __future__ import annotations

from typing import Any

from credkit.assets import BytesSource, detect
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import EmbeddedFile, ManifestKind
from credkit.manifest.uri import JumbfUri, absolute
from credkit.provenance.deeds import deeds
from credkit.provenance.nodes import Edge, Graph, Node, Picture, Removal, Signer
from credkit.provenance.statements import Statement, dimensions, ingredient_statements, statements
from credkit.provenance.values import assertion_value, claim_value, text_of
from credkit.provenance.vocabulary import asset_kind_words
from credkit.status import IDENTITY_CODES, Status
from credkit.verify.report import IngredientReport, ManifestReport, Report

__all__ = ["content_manifest", "provenance_graph"]

_RECORDED_CODES = frozenset({"ingredient.manifest.mismatch", "ingredient.claimSignature.mismatch"})
_SELF_CODES = frozenset(
    {
        "claimSignature.mismatch",
        "assertion.hashedURI.mismatch",
        "assertion.missing",
        "assertion.undeclared",
        "assertion.notRedacted",
        "hashedURI.mismatch",
    }
)
_BROKEN_CODES = frozenset({"claim.malformed", "claim.cbor.invalid"})
_TRUST_CODES = ("signingCredential.", "timeStamp.", IDENTITY_CODES)
"""Failures that depend on whom a reader trusts."""
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp"})
"""Thumbnails of other kinds are not shown."""


def _is_fault(status: Status) -> bool:
    """Whether a failure speaks of the manifest itself, and neither of an ingredient's nor of a named person or organization."""
    return status.code not in _RECORDED_CODES and not status.code.startswith(IDENTITY_CODES)


def provenance_graph(report: Report, *, limits: Limits = DEFAULT_LIMITS) -> Graph:
    """The history that the report tells. Cycles and diamonds are harmless: a manifest is one node, however often it is named."""
    return _Builder(report, limits).build()


def content_manifest(report: Report) -> ManifestReport | None:
    """The generation that made the content what it is: the active one, or the one below it when it and others are updates, which add
    statements alone and hold no picture of their own. None when that one is not there, or not what the updates were made from.
    """
    found, seen = report.active, set[str]()
    while found is not None and found.manifest.kind is ManifestKind.UPDATE:
        if found.label in seen:
            return None
        seen.add(found.label)
        parents = (i.manifest for i in found.ingredients if i.relationship == "parentOf" and i.intact)
        found = report.find(next(parents, None))
    return found


class _Builder:
    """Names first, because a node is spoken of by what it was to others; then nodes; then edges."""

    def __init__(self, report: Report, limits: Limits) -> None:
        self.report = report
        self.limits = limits
        self.keys = {m.label: f"m{index}" for index, m in reversed(list(enumerate(report.manifests)))}
        self.line = self._line()
        self.alterations = self._alterations()
        self.names = self._names()
        self.removals = self._removals()
        self.removed: dict[str, list[Removal]] = {}
        for removal in (removal for removals in self.removals.values() for removal in removals):
            self.removed.setdefault(removal.manifest, []).append(removal)
        self.omitted = 0

    def build(self) -> Graph:
        nodes: list[Node] = []
        edges: list[Edge] = []
        count = 0
        for manifest in self.report.manifests:
            for ingredient in manifest.ingredients:
                source = self.keys.get(ingredient.manifest or "")
                if source is None:
                    if count >= self.limits.manifests:
                        self.omitted += 1
                        continue
                    source = f"i{count}"
                    nodes.append(self._ingredient_node(source, ingredient, manifest))
                    count += 1
                target = self.keys[manifest.label]
                edges.append(
                    Edge(
                        source=source,
                        target=target,
                        relationship=ingredient.relationship,
                        role=_role(ingredient),
                        uri=ingredient.uri,
                        intact=ingredient.intact,
                        recorded=tuple(s for s in ingredient.unreproduced.failure if not s.code.startswith(_TRUST_CODES)),
                    )
                )
            nodes.append(self._manifest_node(manifest))
        return Graph(nodes=tuple(nodes), edges=tuple(edges), omitted=self.omitted)

    def _line(self) -> tuple[str, ...]:
        """Labels from the active manifest back through its parents."""
        line: list[str] = []
        manifest = self.report.active
        while manifest and manifest.label not in line and len(line) < self.limits.chain_depth:
            line.append(manifest.label)
            parents = (i.manifest for i in manifest.ingredients if i.relationship == "parentOf" and i.manifest)
            manifest = self.report.find(next(parents, None))
        return tuple(line)

    def _names(self) -> dict[str, str]:
        """How to speak of each manifest: by generation along the line of parents, else by what it was used as."""
        names = {label: f"generation {m.generation}" for label in self.line if (m := self.report.find(label))}
        waiting = [m for label in self.line if (m := self.report.find(label))]
        for user in waiting:
            for ingredient in user.ingredients:
                found = self.report.find(ingredient.manifest)
                if found and found.label not in names:
                    names[found.label] = _used_as(ingredient, found, names[user.label])
                    waiting.append(found)
        for manifest in self.report.manifests:
            names.setdefault(manifest.label, f"manifest {manifest.label} that nothing refers to")
        return names

    def _alterations(self) -> dict[str, tuple[Status, ...]]:
        """By label, the failures that mean alteration; a mismatch noted at an ingredient assertion blames the ingredient's manifest."""
        found: dict[str, list[Status]] = {}
        blamed = {i.uri: i.manifest for m in self.report.manifests for i in m.ingredients if i.manifest}
        for manifest in self.report.manifests:
            verified = bool(manifest.signature and manifest.signature.verified)
            for status in manifest.results.failure:
                if status.code in _RECORDED_CODES:
                    found.setdefault(blamed.get(status.url or "", manifest.label) or manifest.label, []).append(status)
                elif (status.code in _SELF_CODES and status.resource_url is None) or (status.code in _BROKEN_CODES and not verified):
                    found.setdefault(manifest.label, []).append(status)
        for delta in self.report.ingredient_deltas:
            target = blamed.get(delta.ingredient_assertion_uri)
            for status in delta.validation_deltas.failure:
                if status.code in _RECORDED_CODES and target:
                    found.setdefault(blamed.get(status.url or "", target) or target, []).append(status)
        return {label: tuple(dict.fromkeys(statuses)) for label, statuses in found.items()}

    def _removals(self) -> dict[str, tuple[Removal, ...]]:
        """What each manifest redacts, by its label."""
        found: dict[str, tuple[Removal, ...]] = {}
        for manifest in self.report.manifests:
            uris = claim_value(manifest.manifest, self.limits).get("redacted_assertions")
            listed = dict.fromkeys(uri for uri in uris if isinstance(uri, str)) if isinstance(uris, list) else ()
            if listed:
                reasons = {deed.redacted: deed.reason for deed in deeds(manifest.manifest, self.limits) if deed.redacted}
                found[manifest.label] = tuple(self._removal(uri, reasons.get(uri), manifest.label) for uri in listed if JumbfUri.parse(uri))
        return found

    def _removal(self, uri: str, reason: str | None, by: str) -> Removal:
        parsed = JumbfUri.parse(uri)
        path, manifest = (parsed.path, parsed.within(by).manifest) if parsed else ((), None)
        return Removal(manifest=manifest or by, label=path[-1] if path else uri, uri=uri, by=self.names[by], reason=reason)

    def _manifest_node(self, report: ManifestReport) -> Node:
        manifest, active = report.manifest, report is self.report.active
        claim = claim_value(manifest, self.limits)
        done = deeds(manifest, self.limits)
        alterations = self.alterations.get(report.label, ())
        altered = report.altered or bool(alterations)
        signed = bool(report.signature and report.signature.verified)
        return Node(
            key=self.keys[report.label],
            kind="manifest" if report.reached else "unlinked",
            name=self.names[report.label],
            label=report.label,
            generation=report.generation,
            active=active,
            title=text_of(claim.get("dc:title")),
            format=text_of(claim.get("dc:format")) or (self.report.media_type if active else None),
            signer=_signer(report, self.report.trust_configured),
            tool=_tool(claim),
            done=done,
            said=statements(manifest, self.limits),
            claimed_time=next((deed.when for deed in reversed(done) if deed.when), None),
            attested_time=report.signature.time if report.signature else None,
            intact=(signed and not altered) if report.reached else None,
            valid=report.valid,
            trusted=report.trusted,
            altered=altered,
            alterations=alterations,
            faults=tuple(s for s in report.results.failure if s not in alterations and _is_fault(s)),
            identities=report.identities,
            removed=tuple(self.removed.get(report.label, ())),
            removes=self.removals.get(report.label, ()),
            update=manifest.kind is ManifestKind.UPDATE,
            picture=self._claim_picture(content_manifest(self.report) if active else report),
            size=dimensions(manifest, self.limits),
            changed=(None if self.report.content_intact is None else not self.report.content_intact) if active else None,
        )

    def _ingredient_node(self, key: str, ingredient: IngredientReport, user: ManifestReport) -> Node:
        faults = tuple(s for s in user.results.failure if s.url == ingredient.uri and s.code.startswith("ingredient.manifest."))
        missing = bool(faults) or ingredient.recorded is not None
        signed = bool(user.signature and user.signature.verified)
        found = user.manifest.assertion(ingredient.label)
        value = assertion_value(found, self.limits) if found else None
        return Node(
            key=key,
            kind="missing" if missing else "unsigned",
            name=_role(ingredient),
            label=None,
            generation=None,
            title=ingredient.title,
            format=ingredient.format,
            said=(*self._text(value, user), *ingredient_statements(value, ingredient.uri)),
            faults=faults,
            picture=self._picture(ingredient.thumbnail, user) if signed else None,
        )

    def _text(self, value: object, user: ManifestReport) -> tuple[Statement, ...]:
        """What a prompt or seed says, when its bytes are the ones that were signed."""
        data = value.get("data") if isinstance(value, dict) else None
        uri = absolute(data["url"], user.label) if isinstance(data, dict) and isinstance(data.get("url"), str) else None
        file = self._file(uri, user)
        if file is None or uri is None or not file.media_type.startswith("text/plain"):
            return ()
        words = file.data[: 4 * self.limits.text_length + 4].decode("utf-8", "replace")
        return (Statement(topic="text", words=words, assertion=uri),) if words.strip() else ()

    def _claim_picture(self, report: ManifestReport | None) -> Picture | None:
        if report is None or not (report.signature and report.signature.verified):
            return None
        thumbnail = next((a for a in report.manifest.assertions if a.label.startswith("c2pa.thumbnail.claim")), None)
        return self._picture(thumbnail.uri, report) if thumbnail else None

    def _picture(self, uri: str | None, holder: ManifestReport) -> Picture | None:
        """The thumbnail at ``uri``, when it is one that can be shown."""
        file = self._file(uri, holder)
        known = detect(BytesSource(file.data)) if file else None
        media_type = known.media_types[0] if known else None
        return Picture(media_type=media_type, data=file.data) if file and media_type in _SHOWN else None

    def _file(self, uri: str | None, holder: ManifestReport) -> EmbeddedFile | None:
        """The file in the assertion at ``uri``, only when ``verify`` found its hash to match."""
        if uri is None or self.report.store is None:
            return None
        uri = absolute(uri, holder.label)
        if not any(s.code == "assertion.hashedURI.match" and s.url == uri for s in holder.results.success):
            return None
        assertion = self.report.store.assertion_at(uri, within=holder.label)
        value = assertion_value(assertion, self.limits) if assertion else None
        return value if isinstance(value, EmbeddedFile) else None


def _role(ingredient: IngredientReport) -> str:
    title = f' "{ingredient.title.replace(chr(34), chr(39))}"' if ingredient.title else ""
    kind = asset_kind_words(ingredient.data_types)
    # A prompt or seed has its name for a title already.
    if kind in ("AI model", "data set"):
        return f"{'original ' if ingredient.relationship == 'parentOf' else ''}{kind}{title}"
    return {"parentOf": "original", "componentOf": "component", "inputTo": "input"}.get(ingredient.relationship, "ingredient") + title


def _used_as(ingredient: IngredientReport, found: ManifestReport, user: str) -> str:
    if ingredient.relationship == "parentOf":
        return f"earlier version ({found.generation}) of {user.removeprefix('earlier version ').partition(' of ')[2] or user}"
    return f"{_role(ingredient)} of {user}"


def _signer(report: ManifestReport, trust_configured: bool) -> Signer | None:
    signature = report.signature
    if signature is None:
        return None
    return Signer(
        name=signature.common_name or signature.organization or signature.subject or "no name",
        organization=signature.organization if signature.common_name and signature.organization != signature.common_name else None,
        verified=signature.verified,
        trusted=signature.verified and signature.trusted,
        trust_configured=trust_configured,
    )


def _tool(claim: dict[Any, Any]) -> str | None:
    """The claim generator: name and version of the first entry, or the old user-agent string."""
    info = claim.get("claim_generator_info")
    first = (info[0] if info else None) if isinstance(info, list) else info
    if isinstance(first, dict) and text_of(first.get("name")):
        version = text_of(first.get("version"))
        return f"{first['name']} {version}" if version else str(first["name"])
    return text_of(claim.get("claim_generator"))
