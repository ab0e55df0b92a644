"""What one assertion of a manifest says about terms: training and mining, metadata of every kind, CreativeWork.

Tolerant: prefixes are told by the namespace that ``@context`` gives them, texts may stand in any form that JSON-LD allows, and what is not
understood is left out. A permission that is not understood is not left out but read as the strictest.
"""

from __future__ import annotations

import re
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

_MINING: dict[str, Use] = {
    "ai_training": "ai_training",
    "ai_generative_training": "ai_generative_training",
    "ai_inference": "ai_inference",
    "data_mining": "data_mining",
}
_PERMISSIONS: dict[str, Permission] = {"allowed": "allowed", "notAllowed": "notAllowed", "constrained": "constrained"}
_VOCABULARIES = ("http://ns.useplus.org/ldf/vocab/", "https://ns.useplus.org/ldf/vocab/")


def _plain(namespace: str) -> str:
    """A namespace without what writers get wrong in it: the scheme, and its last character."""
    return re.sub(r"^https?://", "", namespace).rstrip("/#")


_USUAL = {**NAMESPACES, "odrl": "http://www.w3.org/ns/odrl/2/", "schema": "http://schema.org/"}
_PREFIXES = {_plain(namespace): prefix for prefix, namespace in _USUAL.items()}
_NAMED = ("name", "schema:name", "@value", "@list", "@id", "x-default", "plus:LicensorName", "plus:CopyrightOwnerName")


def speaks_of_terms(label: str) -> bool:
    """Whether an assertion with that label (without instance) is read for terms of the asset; those about ingredients are not."""
    return _reader(label) is not None


def read_assertion(assertion: Assertion, origin: Origin, out: Gathered, limits: Limits, *, label: str | None = None) -> None:
    """Add what ``assertion`` says to ``out``; ``label`` stands in for its own, for one about an ingredient."""
    reader = _reader(label or assertion.base_label)
    value = assertion_value(assertion, limits) if reader else None
    if reader and isinstance(value, dict):
        reader(value, origin, out)
    elif reader and value is None and origin.counts:
        out.unread = True
        out.remarks.append(f"{origin.place} cannot be read, so what it says about terms is not known.")


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
    for key, entry in (entries if isinstance(entries, dict) else value).items():
        vocabulary, _, name = key.rpartition(".") if isinstance(key, str) else ("", "", "")
        use = _MINING.get(name.strip().casefold())
        if use is not None:
            is_standard = isinstance(entry, dict) and name in _MINING and vocabulary in ("cawg", "c2pa", "")
            _entry(use, key, entry if isinstance(entry, dict) else {"use": entry}, origin, out, is_standard=is_standard)


def _entry(use: Use, key: str, entry: dict[Any, Any], origin: Origin, out: Gathered, *, is_standard: bool) -> None:
    """What is said of one use. A prohibition is understood in any spelling; whoever permits has to say so by the standard."""
    stated = entry.get("use")
    info = text_of(entry.get("constraint_info", entry.get("constraints_info")))
    permission = _PERMISSIONS.get(stated) if isinstance(stated, str) else None
    if permission == "allowed" and not is_standard:
        return
    if permission is None:
        words = f'"{stated[:100]}"' if isinstance(stated, str) else "something that is no text"
        sentence = f"{origin.place} says {words} of {use}, which is no permission that CAWG knows; it is read as not allowed."
        out.complain("unknown-value", sentence, origin)
        permission = "notAllowed"
    elif permission == "constrained" and info is None:
        sentence = f"{origin.place} allows {use} only under conditions and names none; that counts as not allowed."
        out.complain("constrained-without-info", sentence, origin)
        permission = "notAllowed"
    basis = f'{key[:100]}: "{stated[:100] if isinstance(stated, str) else "?"}"'
    out.state(use, permission, origin, kind="cawg", basis=basis, info=info if permission == "constrained" else None)


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
    for text in _all_texts(fields.get("plus:DataMining")):
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
    if (flags := civitai_licence({key.rpartition(":")[2]: item for key, item in fields.items()})) is not None:
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
    for item in value if isinstance(value, list) else [value]:
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
    """The fields under the prefixes that their namespaces usually have, however this file calls them; two names of one field add up."""
    context = value.get("@context")
    declared: dict[Any, Any] = {}
    for part in context if isinstance(context, list) else [context]:
        declared |= part if isinstance(part, dict) else {}
    found: dict[str, list[Any]] = {}
    for key, item in value.items():
        if isinstance(key, str):
            found.setdefault(_usual_name(key, declared), []).extend(item if isinstance(item, list) else [item])
    return {name: items[0] if len(items) == 1 else items for name, items in found.items()}


def _usual_name(key: str, declared: dict[Any, Any]) -> str:
    prefix, colon, local = key.partition(":")
    if not colon and (meant := _address(declared.get(key))) is not None:
        prefix, colon, local = meant.partition(":")
        key = meant
    if colon and (namespace := _address(declared.get(prefix))) is not None:
        # A usual prefix that this file binds to something else means something else.
        usual = _PREFIXES.get(_plain(namespace))
        return f"{usual}:{local}" if usual else f"{namespace}{local}" if prefix in _USUAL else key
    split = max(key.rfind("/"), key.rfind("#")) + 1
    return f"{_PREFIXES[_plain(key[:split])]}:{key[split:]}" if _plain(key[:split]) in _PREFIXES else key


def _address(declared: object) -> str | None:
    """What a context says that a name stands for."""
    found = declared.get("@id") if isinstance(declared, dict) else declared
    return found if isinstance(found, str) else None


def _all_texts(value: object) -> Iterator[str]:
    """Every text inside of a value, in all of its languages, so that a prohibition cannot be hidden behind a permission."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(reversed(item))
        elif isinstance(item, dict):
            waiting.extend(inner for key, inner in item.items() if key not in ("@type", "@language"))
        elif (text := text_of(item)) is not None:
            yield text


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """All texts of a JSON-LD value: a text, a language map, a list of either, or things with a name."""
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict):
        inner = next((value[key] for key in _NAMED if key in value), None)
        yield from _texts(inner if inner is not None else next(iter(value.values()), None), depth + 1)
    elif (text := text_of(value)) is not None:
        yield text
