"""The shape of ``validationResults`` in an ingredient of version 3 (anchor ``_validation_structures``)."""

from __future__ import annotations

from credkit.manifest.assertions.references import JumbfReference
from credkit.manifest.assertions.shape import Choice, Text
from credkit.manifest.assertions.shape_map import ListOf, Map, Named

__all__ = ["VALIDATION_RESULTS"]

_STATUS = Map(
    means="a validation status",
    required={"code": Text(maximum=200)},
    optional={"url": JumbfReference(), "resourceUrl": Text(), "explanation": Text()},
    excludes=(("url", "resourceUrl"),),
    refused={"success": '"success" is deprecated; the list that a status stands in says it'},
)
_LISTS = ListOf(_STATUS, minimum=0)
_CODES = Map(means="a set of status codes", required={"success": _LISTS, "informational": _LISTS, "failure": _LISTS})
_DELTA = Map(
    means="the validation delta of an ingredient",
    required={"ingredientAssertionURI": JumbfReference(absolute=True), "validationDeltas": Named("statusCodes", lambda: _CODES)},
)
_TRUST_LIST = Map(
    means="a trust list",
    required={
        "uri": Text(),
        "type": Choice(
            names=("c2pa.trustList", "c2pa.tsaTrustList"),
            means="kind of trust list",
            own="com.example.trust-list",
        ),
    },
    optional={"identifier": Text()},
)
VALIDATION_RESULTS = Map(
    means="validation results",
    optional={
        "activeManifest": Named("statusCodes", lambda: _CODES),
        "ingredientDeltas": ListOf(_DELTA, minimum=0),
        "specVersion": Text(pattern=r"[0-9]+[.][0-9]+[.][0-9]+", means='a version of three numbers such as "2.4.0"'),
        "trustListUris": ListOf(_TRUST_LIST),
    },
    refused={"trustListUri": '"trustListUri" is deprecated; use "trustListUris"'},
    minimum=1,
)
