"""Which permission holds for each use, and which statements cannot both be true.

The strictest statement that binds wins, whoever made it: a later generation cannot set free what an earlier one reserved, and metadata that
nobody signed may reserve rights too, as may a statement that was altered, or whose signer's certificate ran out. A permission, on the other
hand, has to hold, and to be about this picture: what is allowed for a parent or a component says nothing of what was made of it. A licence
that does not grant a use does not forbid that somebody sells it: an offer in the same manifest counts before what the licence leaves out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from credkit.dataclass import replace
from credkit.terms.terms import USES, Contradiction, OfferTerms, Origin, Permission, Standing, Use, UseStatement, UseTerms

__all__ = ["USE_WORDS", "contradictions", "told_first", "weigh"]

_STRICTNESS: dict[Permission, int] = {"notAllowed": 0, "constrained": 1, "allowed": 2, "unsaid": 3}
_STANDINGS: tuple[Standing, ...] = ("trusted", "own word", "was there", "unprotected", "void")
USE_WORDS: dict[Use, str] = {
    "ai_training": "AI training",
    "ai_generative_training": "training of generative AI",
    "ai_inference": "use as input of AI",
    "data_mining": "data mining",
    "commercial": "commercial use",
    "derivatives": "changed versions",
    "redistribution": "giving it on",
}
"""Each use in words."""
_VERBS = {"notAllowed": "forbids {}", "constrained": "allows {} only under conditions", "allowed": "allows {}"}


def weigh(statements: Iterable[UseStatement], *, complete: bool = True) -> tuple[UseTerms, ...]:
    """The outcome for each use, in the order of ``USES``. Of an incomplete list nothing is plainly allowed, nor unsaid."""
    listed = list(statements)
    found = tuple(_outcome(use, [statement for statement in listed if statement.use == use]) for use in USES)
    return found if complete else tuple(_unread(entry) for entry in found)


def _unread(entry: UseTerms) -> UseTerms:
    """What was left out may forbid the use."""
    if entry.permission == "notAllowed":
        return entry
    info = (*entry.info, "the file says more than is read here; read all of its terms")
    return replace(entry, permission="constrained", info=info)


def _outcome(use: Use, statements: list[UseStatement]) -> UseTerms:
    binding = _deciding(statements)
    strict = min((_STRICTNESS[s.permission] for s in binding if s.permission != "allowed"), default=None)
    if strict is None:
        deciding = [s for s in binding if s.origin.role in ("active", "file")]
    else:
        deciding = [s for s in binding if _STRICTNESS[s.permission] == strict]
    info = tuple(dict.fromkeys(s.info for s in deciding if s.info and s.permission == "constrained"))
    return UseTerms(
        use=use,
        permission=deciding[0].permission if deciding else "unsaid",
        info=info,
        statements=tuple(statements),
        standing=min((s.origin.standing for s in deciding), key=_STANDINGS.index, default=None),
    )


def _deciding(statements: Sequence[UseStatement]) -> list[UseStatement]:
    """The statements about one use that bind, without those that a more precise one of the same speaker explains."""
    binding = [s for s in statements if s.binds]
    # What is void reserves, and explains or opens nothing.
    counting = [s for s in binding if s.origin.counts]
    precise = {_speaker(s.origin) for s in counting if not s.vague}
    # Metadata of the file that repeats such a pointer is explained with it; a pointer of its own is not, by whoever signed later.
    explained = {(s.basis, s.info) for s in counting if s.vague and _speaker(s.origin) in precise}
    offered = {_speaker(s.origin) for s in counting if s.kind == "offer" and s.permission != "notAllowed"}
    closed = {s.basis for s in binding if _is_closed(s) and _speaker(s.origin) in offered}
    return [
        s
        for s in binding
        if not (s.vague and (_speaker(s.origin) in precise or (s.origin.role == "file" and (s.basis, s.info) in explained)))
        and not (_is_closed(s) and (_speaker(s.origin) in offered or (s.origin.role == "file" and s.basis in closed)))
    ]


def _is_closed(statement: UseStatement) -> bool:
    """Whether a licence leaves the use out."""
    return statement.kind == "licence" and statement.permission == "notAllowed"


def told_first(statement: UseStatement) -> tuple[bool, int]:
    """Sorts statements that say the same: what is not void, in the most precise vocabulary, is named to people."""
    return not statement.origin.counts, ("cawg", "offer", "licence", "rsl", "plus").index(statement.kind)


def _speaker(origin: Origin) -> str:
    return origin.manifest or "file"


def contradictions(
    statements: Iterable[UseStatement], offers: Sequence[OfferTerms], reworked: Mapping[str, str] | None = None
) -> tuple[Contradiction, ...]:
    """Pairs of statements that cannot both be true, one sentence for each pair of places; then offers that underbid themselves, and what
    should not have been given to an AI model. ``reworked`` names, by label of a manifest, the place of what another signer made from it
    with AI.
    """
    listed = list(statements)
    found: dict[tuple[str, str, str, str, str], tuple[UseStatement, UseStatement, list[Use]]] = {}
    for use in USES:
        deciding = sorted(_without_repetitions(_deciding([s for s in listed if s.use == use])), key=told_first)
        if not deciding:
            continue
        strict = min(deciding, key=lambda s: _STRICTNESS[s.permission])
        # One of each speaker is enough: what stands in PLUS as well need not be told twice.
        others = {_speaker(s.origin): s for s in reversed(deciding) if s.permission != strict.permission}
        for lax in others.values():
            if not (strict.origin.counts or lax.origin.counts):
                continue
            key = (_name(strict, lax), _said(strict), strict.permission, _said(lax), lax.permission)
            found.setdefault(key, (strict, lax, []))[2].append(use)
    pairs = (_pair(name, strict, lax, uses) for (name, *_), (strict, lax, uses) in found.items())
    return (*pairs, *_underbidding(offers), *_inputs(listed, reworked or {}))


def _without_repetitions(statements: list[UseStatement]) -> list[UseStatement]:
    """Metadata that says of a use what the active manifest says needs no sentence of its own."""
    signed = {s.permission for s in statements if s.origin.role == "active"}
    return [s for s in statements if not (s.origin.role == "file" and s.permission in signed)]


def _name(strict: UseStatement, lax: UseStatement) -> str:
    kinds = {strict.kind, lax.kind}
    if _speaker(strict.origin) != _speaker(lax.origin) and "file" not in (strict.origin.role, lax.origin.role):
        return "parent-against-child"
    if kinds == {"offer", "licence"}:
        return "offer-against-licence"
    if "offer" in kinds:
        return "offer-against-use"
    if kinds == {"licence"}:
        return "licences-disagree"
    if "licence" in kinds:
        return "licence-against-use"
    return "plus-against-cawg" if kinds == {"cawg", "plus"} else "uses-disagree"


def _pair(name: str, strict: UseStatement, lax: UseStatement, uses: list[Use]) -> Contradiction:
    what = " and ".join((", ".join(USE_WORDS[use] for use in uses[:-1]), USE_WORDS[uses[-1]])) if len(uses) > 1 else USE_WORDS[uses[0]]
    sentence = (
        f"{_said(strict)} {_VERBS[strict.permission].format(what)}, and {_said(lax)} "
        f"{_VERBS[lax.permission].format('them' if len(uses) > 1 else 'it')}; the stricter one is taken here."
    )
    return Contradiction(name=name, sentence=sentence, origins=(strict.origin, lax.origin), uses=tuple(uses))


def _said(statement: UseStatement) -> str:
    place = f"the {statement.basis} in {statement.origin.place}" if statement.kind == "licence" else _place(statement)
    return f"{place}, which is void because {statement.origin.flaw}," if statement.origin.flaw else place


def _place(statement: UseStatement) -> str:
    if statement.kind != "offer":
        return statement.origin.place
    return f"{'a policy' if statement.permission == 'notAllowed' else 'an offer'} in {statement.origin.place}"


def _underbidding(offers: Sequence[OfferTerms]) -> Iterable[Contradiction]:
    """Two offers for the same at two prices, in one manifest."""
    first: dict[tuple[object, ...], OfferTerms] = {}
    for offer in offers:
        if not offer.origin.binds or offer.expired:
            continue
        key = (_speaker(offer.origin), offer.actions, offer.purposes, offer.currency, offer.duties, offer.attribution, offer.valid_until)
        other = first.setdefault(key, offer)
        if other.amount != offer.amount:
            what = " ".join((*offer.purposes, *offer.actions))
            sentence = (
                f"{other.origin.place} offers {what} for {other.price or 'nothing'}, and {offer.origin.place} offers the same for "
                f"{offer.price or 'nothing'}; ask which of them holds."
            )
            yield Contradiction(name="offers-disagree", sentence=sentence, origins=(other.origin, offer.origin), uses=offer.uses)


def _inputs(statements: Iterable[UseStatement], reworked: Mapping[str, str]) -> Iterable[Contradiction]:
    told: set[str] = set()
    for statement in statements:
        origin = statement.origin
        forbids = statement.use == "ai_inference" and statement.permission == "notAllowed"
        if not forbids or _speaker(origin) in told or (origin.role != "input" and _speaker(origin) not in reworked):
            continue
        told.add(_speaker(origin))
        how = "it is recorded as an input of the tool that made this picture"
        if origin.role != "input":
            how = f"{reworked[_speaker(origin)]} was made from it with an AI model"
        sentence = f"{origin.place} forbids use as input of AI, and {how}."
        yield Contradiction(name="input-forbids", sentence=sentence, origins=(origin,), uses=("ai_inference",))
