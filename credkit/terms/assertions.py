"""What one assertion of a manifest says about terms: training and mining, metadata of every kind, CreativeWork.

Tolerant: prefixes are told by the namespace that ``@context`` gives them, texts may stand in any form that JSON-LD allows, and what is not
understood is left out. A permission that is not understood is not left out but read as the strictest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from credkit.limits import Limits
from credkit.manifest.assertions.metadata_fields import NAMESPACES
from credkit.manifest.assertions.offer_view import read_offers
from credkit.manifest.store import Assertion
from credkit.provenance.values import assertion_value, text_of
from credkit.terms.data_mining import uses_of_data_mining
from credkit.terms.gathered import Gathered
from credkit.terms.licences import civitai_licence
from credkit.terms.terms import Origin, Permission, Use

__all__ = ["read_assertion", "read_data_mining", "speaks_of_terms"]

_MOST = 50
"""Entries of one list that are read; more would serve nobody."""
_MINING: dict[str, Use] = {
    "ai_training": "ai_training",
    "ai_generative_training": "ai_generative_training",
    "ai_inference": "ai_inference",
    "data_mining": "data_mining",
}
_PERMISSIONS: dict[str, Permission] = {"allowed": "allowed", "notAllowed": "notAllowed", "constrained": "constrained"}
_VOCABULARIES = ("http://ns.useplus.org/ldf/vocab/", "https://ns.useplus.org/ldf/vocab/")
_PREFIXES = {namespace: prefix for prefix, namespace in NAMESPACES.items()} | {
    "http://www.w3.org/ns/odrl/2/": "odrl",
    "http://schema.org/": "schema",
    "https://schema.org/": "schema",
}
_NAMED = ("name", "schema:name", "@value", "@list", "@id", "x-default", "plus:LicensorName", "plus:CopyrightOwnerName")


def speaks_of_terms(label: str) -> bool:
    """Whether an assertion with that label (without instance) is read for terms of the asset; those about ingredients are not."""
    return _reader(label) is not None


def read_assertion(assertion: Assertion, origin: Origin, out: Gathered, limits: Limits) -> None:
    """Add what ``assertion`` says to ``out``."""
    reader = _reader(assertion.base_label)
    value = assertion_value(assertion, limits) if reader else None
    if reader and isinstance(value, dict):
        reader(value, origin, out)


def _reader(label: str) -> Callable[[dict[Any, Any], Origin, Gathered], None] | None:
    if label in ("cawg.training-mining", "c2pa.training-mining"):
        return _training_and_mining
    if label == "stds.schema-org.CreativeWork":
        return _creative_work
    # Training sources speak of what a model was made from, not of the picture.
    is_metadata = label.endswith(".metadata") or label == "stds.iptc.photo-metadata"
    return _metadata if is_metadata and label not in ("org.credkit.training.metadata", "c2pa.assertion.metadata") else None


def _training_and_mining(value: dict[Any, Any], origin: Origin, out: Gathered) -> None:
    entries = value.get("entries")
    for key, entry in list((entries if isinstance(entries, dict) else value).items())[:_MOST]:
        use = _MINING.get(key.rpartition(".")[2]) if isinstance(key, str) else None
        if use is None or not isinstance(entry, dict):
            continue
        stated = entry.get("use")
        info = text_of(entry.get("constraint_info", entry.get("constraints_info")))
        permission = _PERMISSIONS.get(stated) if isinstance(stated, str) else None
        if permission is None:
            sentence = f'{origin.place} says "{stated}" of {use}, which is no permission that CAWG knows; it is read as not allowed.'
            out.complain("unknown-value", sentence, origin)
            permission = "notAllowed"
        elif permission == "constrained" and info is None:
            sentence = f"{origin.place} allows {use} only under conditions and names none; that counts as not allowed."
            out.complain("constrained-without-info", sentence, origin)
            permission = "notAllowed"
        out.state(use, permission, origin, kind="cawg", basis=f'{key}: "{stated}"', info=info if permission == "constrained" else None)


def _metadata(value: dict[Any, Any], origin: Origin, out: Gathered) -> None:
    fields = _with_usual_prefixes(value)
    for among, keys in (
        (out.creators, ("dc:creator", "Iptc4xmpExt:Creator", "schema:creator", "schema:author")),
        (out.credits, ("photoshop:Credit", "schema:creditText")),
        (out.rights, ("dc:rights", "photoshop:Copyright", "plus:CopyrightOwner", "schema:copyrightNotice", "schema:copyrightHolder")),
    ):
        for key in keys:
            for text in _texts(fields.get(key)):
                out.say(among, text, origin)
    _licensors(fields.get("plus:Licensor"), origin, out)
    _terms_and_licences(fields, origin, out)
    constraints = next(_texts(fields.get("plus:OtherConstraints")), None)
    for text in _texts(fields.get("plus:DataMining")):
        read_data_mining(text, constraints, origin, out)
    for view in read_offers(fields.get("odrl:hasPolicy")):
        out.offer(view, origin)


def _terms_and_licences(fields: dict[str, Any], origin: Origin, out: Gathered) -> None:
    for text in _texts(fields.get("xmpRights:UsageTerms")):
        out.terms_text(text, origin)
    for key in ("dcterms:license", "cc:license", "dc:license", "schema:license", "license", "licence"):
        for text in _texts(fields.get(key)):
            out.licence(text, origin)
    for key in ("xmpRights:WebStatement", "schema:usageInfo", "schema:acquireLicensePage"):
        for text in _texts(fields.get(key)):
            out.page(text, origin)
    if (flags := civitai_licence({key.rpartition(":")[2]: item for key, item in list(fields.items())[:_MOST]})) is not None:
        out.known_licence(flags, flags.name, origin)


def read_data_mining(value: str, constraints: str | None, origin: Origin, out: Gathered) -> None:
    """What ``plus:DataMining`` says; a bare key is read as it was meant and told, an unknown value is told."""
    uses = uses_of_data_mining(value, constraints)
    if uses is None:
        sentence = f'{origin.place} says "{value[:100]}" for plus:DataMining, which is no value that PLUS knows; nothing follows from it.'
        out.complain("unknown-value", sentence, origin)
        return
    if not value.strip().startswith(_VOCABULARIES):
        sentence = (
            f'{origin.place} says "{value[:100]}" for plus:DataMining, where PLUS wants a full address ({_VOCABULARIES[0]}...); '
            "it is read as it was meant, but other programs may overlook it."
        )
        out.complain("bare-data-mining", sentence, origin)
    vague = "SEE" in value.upper().rpartition("DMI-PROHIBITED-")[2][:3]
    for use, (permission, info) in uses.items():
        out.state(use, permission, origin, kind="plus", basis=value.rpartition("/")[2][:100], info=info, vague=vague)


def _licensors(value: object, origin: Origin, out: Gathered) -> None:
    if isinstance(value, dict) and isinstance(value.get("@list"), list):
        value = value["@list"]
    for item in value[:_MOST] if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            name, url, email = (next(_texts(item.get(f"plus:Licensor{field}")), None) for field in ("Name", "URL", "Email"))
            if name or url or email:
                out.say(out.licensors, name or url or email or "", origin, url=url, email=email)
        else:
            for text in _texts(item):
                out.say(out.licensors, text, origin)


def _creative_work(value: dict[Any, Any], origin: Origin, out: Gathered) -> None:
    for among, keys in (
        (out.creators, ("author", "creator")),
        (out.rights, ("copyrightNotice", "copyrightHolder")),
        (out.credits, ("creditText",)),
    ):
        for key in keys:
            for text in _texts(value.get(key)):
                out.say(among, text, origin)
    for text in _texts(value.get("license")):
        out.licence(text, origin)
    for key in ("usageInfo", "acquireLicensePage"):
        for text in _texts(value.get(key)):
            out.page(text, origin)


def _with_usual_prefixes(value: dict[Any, Any]) -> dict[str, Any]:
    """The fields under the prefixes that their namespaces usually have, however this file calls them."""
    context = value.get("@context")
    declared = context if isinstance(context, dict) else {}
    found: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(key, str):
            found.setdefault(_usual_name(key, declared), item)
    return found


def _usual_name(key: str, declared: dict[Any, Any]) -> str:
    prefix, colon, local = key.partition(":")
    if colon and isinstance(namespace := declared.get(prefix), str):
        return f"{_PREFIXES.get(namespace, prefix)}:{local}"
    split = max(key.rfind("/"), key.rfind("#")) + 1
    return f"{_PREFIXES[key[:split]]}:{key[split:]}" if key[:split] in _PREFIXES else key


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """All texts of a JSON-LD value: a text, a language map, a list of either, or things with a name."""
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value[:_MOST]:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict):
        inner = next((value[key] for key in _NAMED if key in value), None)
        yield from _texts(inner if inner is not None else next(iter(value.values()), None), depth + 1)
    elif (text := text_of(value)) is not None:
        yield text
