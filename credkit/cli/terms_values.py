"""Uses and offers: from the form that people type to the library's objects."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from credkit.codec import json_text
from credkit.errors import AssetError, DefinitionError, MalformedError
from credkit.manifest.assertions import Offer, TrainingMining, Use
from credkit.manifest.assertions.nearest import quoted, suggestion

__all__ = ["parse_offers", "parse_uses"]

_USES = {
    "ai-training": "ai_training",
    "ai-generative-training": "ai_generative_training",
    "ai-inference": "ai_inference",
    "data-mining": "data_mining",
}
_RULES = {"allowed": "allowed", "notallowed": "notAllowed", "not-allowed": "notAllowed", "constrained": "constrained"}
_FIELDS = {
    "use": "uses",
    "price": "price",
    "contact": "contact",
    "from": "assigner",
    "attribution": "attribution",
    "until": "until",
    "terms": "terms",
    "note": "note",
}
_YES = {"yes": True, "true": True, "no": False, "false": False}
_LARGEST_FILE = 1 << 20
_MOST = 50
_FORM = '"price=4499 CNY; use=commercial; contact=licence@example.com"'


def parse_uses(texts: Iterable[str]) -> TrainingMining:
    """``NAME=RULE`` for each use, a later one in place of an earlier; ``all`` stands for the four of them."""
    found: dict[str, Use] = {}
    for text in texts:
        name, equals, rule = text.partition("=")
        if not equals:
            raise DefinitionError(f'the use {quoted(text)} should read NAME=RULE, as in "ai-training=notAllowed"')
        key = name.strip().casefold().removeprefix("cawg.").replace("_", "-")
        if key not in _USES and key != "all":
            raise DefinitionError(_unknown_use(name.strip()))
        for field in _USES.values() if key == "all" else (_USES[key],):
            found[field] = _rule(rule.strip(), name.strip())
    return TrainingMining(**found)


def _unknown_use(name: str) -> str:
    if name.casefold() in ("commercial", "commercial-use", "derivatives", "redistribution", "editorial", "non-commercial"):
        return f"whether {quoted(name)} is allowed is said by a licence (--licence CC-BY-NC-4.0) or an offer (--offer), not by --use"
    return f"{quoted(name)} is no use that can be allowed or forbidden{suggestion(name, (*_USES, 'all'))}"


def _rule(text: str, name: str) -> Use:
    word, _, info = text.partition(":")
    rule = _RULES.get(word.strip().casefold())
    if rule is None:
        raise DefinitionError(f'{quoted(word)} is no rule for "{name}"{suggestion(word, ("allowed", "notAllowed", "constrained"))}')
    if rule == "constrained" and not info.strip():
        raise DefinitionError(f'"{name}=constrained" says no condition: write {name}=constrained:CONDITION, or {name}=notAllowed')
    if rule != "constrained" and info.strip():
        raise DefinitionError(f'a condition belongs to "constrained": write {name}=constrained:{info.strip()}, or leave the condition out')
    return Use(rule, info.strip() or None)


def parse_offers(text: str) -> tuple[Offer, ...]:
    """One offer as ``NAME=VALUE; NAME=VALUE``, or those of a JSON file: an object with the same names, or a list of them."""
    if "=" in text:
        return (_offer(_typed_fields(text), "the offer"),)
    path = Path(text)
    value = _read(path)
    entries = value if isinstance(value, list) else [value]
    if not entries or len(entries) > _MOST or not all(isinstance(entry, dict) for entry in entries):
        raise DefinitionError(
            f'the file "{path}" should hold an offer such as {{"use": "commercial", "contact": "..."}}, or a list of them'
        )
    return tuple(_offer(entry, f'the offer in "{path}"') for entry in entries)


def _typed_fields(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if not name or not value:
            raise DefinitionError(f"{quoted(part)} in the offer should read NAME=VALUE, as in {_FORM}")
        if name in fields:
            raise DefinitionError(f'the offer says "{name}" twice: make two offers of it')
        fields[name] = value
    return fields


def _offer(fields: dict[str, Any], what: str) -> Offer:
    given: dict[str, Any] = {}
    for name, value in fields.items():
        field = _FIELDS.get({"uses": "use", "for": "use"}.get(name, name))
        if field is None:
            raise DefinitionError(f"{quoted(name)} is no part of an offer{suggestion(name, _FIELDS)}")
        given[field] = value
    for name, field in (("use", "uses"), ("contact", "contact")):
        if not given.get(field):
            raise DefinitionError(f'{what} does not say "{name}", as in {_FORM}')
    listed = given["uses"].split(",") if isinstance(given["uses"], str) else given["uses"]
    if not isinstance(listed, list) or not all(isinstance(use, str) for use in listed):
        raise DefinitionError(f'"use" of {what} should be a name or several')
    given["uses"] = tuple(use.strip() for use in listed if use.strip())
    if "attribution" in given:
        given["attribution"] = _truth(given["attribution"], what)
    if str(given.get("price", "")).strip().casefold() in ("free", "none"):
        del given["price"]
    return _made(given, what)


def _made(given: dict[str, Any], what: str) -> Offer:
    try:
        return Offer(**given)
    except DefinitionError as error:
        raise DefinitionError(f"{what}: {error.message}") from None


def _truth(value: object, what: str) -> bool:
    found = value if isinstance(value, bool) else _YES.get(str(value).casefold())
    if found is None:
        raise DefinitionError(f'"attribution" of {what} should be yes or no')
    return found


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise AssetError(f'the offer "{path}" has no NAME=VALUE and is no file that can be read ({reason}): write {_FORM}') from None
    if len(data) > _LARGEST_FILE:
        raise AssetError(f'the file "{path}" is too large for an offer: {_LARGEST_FILE >> 20} MiB are allowed')
    try:
        return json_text.decode(data.removeprefix(b"\xef\xbb\xbf"), where=f'"{path}"')
    except MalformedError as error:
        raise DefinitionError(f"the offer is no JSON: {error}") from None
