"""What a claim that is written has to look like; loaded only when one is written.

Clauses: "Claim schema" (anchor ``_schema``), "Redaction" (anchor ``_redaction_of_assertions``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions.generator_info import GENERATOR_INFO
from credkit.manifest.assertions.references import ALGORITHM, HASHED_URI, JumbfReference
from credkit.manifest.assertions.shape import Text, pointer
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.manifest.uri import JumbfUri

__all__ = ["checked_claim"]

_CLAIM = Map(
    means="a claim",
    required={
        "instanceID": Text(),
        "claim_generator_info": GENERATOR_INFO,
        "signature": JumbfReference(absolute=True),
        "created_assertions": ListOf(HASHED_URI),
        "alg": ALGORITHM,
    },
    optional={
        "gathered_assertions": ListOf(HASHED_URI),
        "dc:title": Text(),
        "redacted_assertions": ListOf(JumbfReference(absolute=True)),
        "alg_soft": Text(),
    },
)


def checked_claim(given: Mapping[str, Any]) -> dict[str, Any]:
    """The map of a claim of version 2 as it is written; ``DefinitionError`` for what would be no valid claim."""
    claim = _CLAIM.check(given)
    _check_lists(claim)
    _check_own_manifest(claim)
    return claim


def _check_lists(claim: Mapping[str, Any]) -> None:
    signature = JumbfUri.parse(claim["signature"])
    own = (signature.manifest if signature else None) or ""
    seen: set[str] = set()
    for key in ("created_assertions", "gathered_assertions"):
        for index, reference in enumerate(claim.get(key, [])):
            url, here = reference["url"], pointer(pointer(f"/{key}", index), "url")
            parsed = JumbfUri.parse(url)
            if parsed is None or len(parsed.path) != 2 or parsed.path[0] != "c2pa.assertions":
                raise DefinitionError('an assertion is listed as "self#jumbf=/c2pa/<manifest>/c2pa.assertions/<label>"', path=here)
            if parsed.within(own).manifest != own:
                raise DefinitionError("the assertion belongs to another manifest", path=here)
            if str(parsed.within(own)) in seen:
                raise DefinitionError("the assertion is listed twice", path=here)
            seen.add(str(parsed.within(own)))


def _check_own_manifest(claim: Mapping[str, Any]) -> None:
    own = JumbfUri.parse(claim["signature"])
    if own is None or own.path != ("c2pa.signature",):
        raise DefinitionError('the signature is referred to as "self#jumbf=/c2pa/<manifest>/c2pa.signature"', path="/signature")
    for index, url in enumerate(claim.get("redacted_assertions", [])):
        parsed = JumbfUri.parse(url)
        if parsed is not None and parsed.manifest == own.manifest:
            message = "a manifest cannot redact its own assertions; leave the assertion out instead"
            raise DefinitionError(message, path=pointer("/redacted_assertions", index))
