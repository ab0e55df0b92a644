"""The manifests that the active one leads to, and how their findings compare with what was recorded.

Clauses: "Ingredient validation" (anchor ``_validate_the_ingredients``) for the two passes, "Validation results" (anchor
``_validation_results``) for deltas. Each manifest is visited once, however often it is referred to, so that diamonds and
cycles cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from credkit.dataclass import dataclass, replace
from credkit.errors import MalformedError
from credkit.manifest.store import Assertion, Manifest
from credkit.manifest.uri import absolute
from credkit.status import SUCCESSORS, Kind, Status, StatusCode, status
from credkit.verify.checks.ingredients import check_ingredient_manifest, ingredient_manifest, ingredients_of
from credkit.verify.context import Context
from credkit.verify.report import IngredientDelta, ResultMap

if TYPE_CHECKING:
    from credkit.manifest.assertions.ingredient import IngredientView

__all__ = ["Chain", "Link", "deltas", "gather_proofs", "reference_statuses", "unreproduced", "walk"]

_PROOFS = frozenset({"c2pa.time-stamp", "c2pa.certificate-status"})
_Identity = tuple[Kind, str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One ingredient assertion and the manifest it leads to."""

    holder: str
    """Label of the manifest that holds the assertion."""
    assertion: Assertion
    view: IngredientView
    manifest: Manifest | None
    recorded: ResultMap | None
    """What the signer recorded about the ingredient itself; None when he recorded nothing."""
    entries: tuple[Status, ...]
    """All that he recorded, with what he recorded about ingredients of the ingredient."""
    admitted: frozenset[_Identity]
    """The same as identities, under former and present codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """What was reached from the active manifest."""

    order: tuple[str, ...]
    """Labels, ingredients before what was made of them; the active manifest is last."""
    links: dict[str, tuple[Link, ...]]
    """By label of the holder."""
    redactions: frozenset[str]
    """Absolute URIs that any claim of the chain redacts."""
    cut: tuple[str, ...]
    """Labels whose ingredients were not followed, because the chain is deeper than the limit."""


def walk(ctx: Context, active: Manifest) -> Chain:
    """Depth first from the active manifest. Redactions of a claim apply to what lies below it, so they are collected in the same pass."""
    links: dict[str, tuple[Link, ...]] = {}
    order: list[str] = []
    cut: list[str] = []
    redactions: set[str] = set()
    stack: list[tuple[Manifest, int, bool]] = [(active, 1, False)]
    while stack:
        manifest, depth, done = stack.pop()
        if done:
            order.append(manifest.label)
        elif manifest.label not in links:
            redactions |= set(ctx.subject(manifest).redacts())
            links[manifest.label] = tuple(_links(ctx, manifest))
            stack.append((manifest, depth, True))
            below = [link.manifest for link in links[manifest.label] if link.manifest]
            if below and depth >= ctx.limits.chain_depth:
                cut.append(manifest.label)
            else:
                stack += [(ingredient, depth + 1, False) for ingredient in below]
    return Chain(order=tuple(order), links=links, redactions=frozenset(redactions), cut=tuple(cut))


def gather_proofs(ctx: Context, chain: Chain) -> None:
    """Time-stamps and certificate statuses that manifests of the chain hold about others, which are needed before any signature is judged.

    What later manifests hold comes first: only so many tokens are tried for a manifest, and an ingredient from elsewhere must not be able
    to use them up. What is not of the right form is reported with the assertion itself.
    """
    for manifest in filter(None, map(ctx.store.find, reversed(chain.order))):
        subject = ctx.subject(manifest)
        for assertion in subject.listed():
            if assertion.base_label in _PROOFS and assertion.uri not in ctx.redactions:
                _gather_proof(ctx, manifest.label, assertion.base_label, subject.value_or_none(assertion))


def _gather_proof(ctx: Context, holder: str, kind: str, value: object) -> None:
    if not isinstance(value, dict):
        return
    if kind == "c2pa.certificate-status":
        responses = value.get("ocspVals")
        found = responses if isinstance(responses, list) else ()
        ctx.certificate_statuses += [(holder, response) for response in found if isinstance(response, bytes)]
        return
    for label, token in value.items():
        if isinstance(label, str) and isinstance(token, bytes):
            ctx.time_stamps.setdefault(label, []).append(token)


def _links(ctx: Context, manifest: Manifest) -> Iterator[Link]:
    subject = ctx.subject(manifest)
    for assertion, view in ingredients_of(ctx, subject):
        recorded, entries, admitted = _recorded(view)
        yield Link(
            holder=manifest.label,
            assertion=assertion,
            view=view,
            manifest=ingredient_manifest(ctx, subject, view),
            recorded=recorded,
            entries=entries,
            admitted=admitted,
        )


def reference_statuses(ctx: Context, link: Link) -> tuple[Status, ...]:
    """Whether the ingredient's manifest is the one that was taken in."""
    holder = ctx.store.find(link.holder)
    if holder is None:
        return ()
    try:
        return tuple(check_ingredient_manifest(ctx, ctx.subject(holder), link.assertion, link.view, link.manifest))
    except MalformedError as error:
        return (status(StatusCode.ALGORITHM_UNSUPPORTED, link.assertion.uri, error.message),)


def _recorded(view: IngredientView) -> tuple[ResultMap | None, tuple[Status, ...], frozenset[_Identity]]:
    """What the signer recorded for an ingredient: its own results, all entries with those of its ingredients, and their identities.

    Older files recorded relative URIs, seen from the ingredient's manifest.
    """
    if view.recorded is None:
        return None, (), frozenset()
    label = view.manifest.url.rsplit("/", 1)[-1] if view.manifest else ""

    def placed(entry: Status) -> Status:
        if not entry.url or not label:
            return entry
        url = absolute(entry.url, label)
        return entry if url == entry.url else replace(entry, url=url)

    entries = tuple(map(placed, view.recorded))
    # What was recorded of the ingredient itself comes first.
    own = ResultMap.of(entries[: len(view.recorded.active_manifest or ())])
    identities = [s.identity for s in entries]
    renamed = (_present(identity) for identity in identities if identity[1] in SUCCESSORS)
    return own, entries, frozenset(identities).union(renamed)


def _present(identity: _Identity) -> _Identity:
    """The identity under the code that the finding has today."""
    kind, code, place = identity
    return (kind, SUCCESSORS[code], place) if code in SUCCESSORS else identity


def unreproduced(link: Link, returned: frozenset[_Identity]) -> ResultMap:
    """What the signer recorded and nothing in this verification (``returned``: identities of all its entries) found again.

    It stays in the results (anchor ``_performing_recursive_validation``): a fault that was admitted is not forgotten because it can no
    longer be seen. It has no bearing on the state.
    """
    missing = [s for s in link.entries if (identity := s.identity) not in returned and _present(identity) not in returned]
    return ResultMap.of(missing)


def deltas(chain: Chain, found: dict[str, ResultMap], references: dict[str, tuple[Status, ...]]) -> tuple[IngredientDelta, ...]:
    """New findings below each ingredient, outermost first.

    ``found`` holds the results of every manifest, ``references`` those of every ingredient assertion by its URI. An entry is
    new when neither the signer of this ingredient nor one further out recorded it.
    """
    result: list[IngredientDelta] = []
    seen: set[str] = set()
    queued = {chain.order[-1]}
    # Every entry of the queue has a set of its own.
    queue: list[tuple[str, set[_Identity]]] = [(chain.order[-1], set())]
    while queue:
        label, admitted = queue.pop(0)
        below: list[tuple[str, frozenset[_Identity]]] = []
        for link in chain.links.get(label, ()):
            if link.assertion.uri in seen:
                continue
            seen.add(link.assertion.uri)
            entries = list(references.get(link.assertion.uri, ()))
            if link.manifest:
                entries += found.get(link.manifest.label, ResultMap())
                if link.manifest.label not in queued:
                    # Sets are joined once a manifest, not once a reference: a hostile file has many of both.
                    queued.add(link.manifest.label)
                    below.append((link.manifest.label, link.admitted))
            fresh = ResultMap.of([s for s in entries if (known := s.identity) not in admitted and known not in link.admitted])
            if fresh:
                result.append(IngredientDelta(ingredient_assertion_uri=link.assertion.uri, validation_deltas=fresh))
        queue += [(ingredient, admitted | own) for ingredient, own in below[:-1]]
        for ingredient, own in below[-1:]:
            # The last one takes over the set: along a line of parents it is not copied at each generation.
            admitted |= own
            queue.append((ingredient, admitted))
    return tuple(result)
