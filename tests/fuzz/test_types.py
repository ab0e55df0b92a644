"""Every field of every assertion, holding something of another type: a signed file may state it, so no check may stumble over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from credkit.assets import BytesSource
from credkit.codec import cbor
from credkit.errors import MalformedError
from credkit.manifest.assertions import ASSERTIONS
from credkit.provenance import render
from credkit.terms import terms_of
from credkit.verify import Profile, verify
from tests.fuzz import inputs
from tests.fuzz.inputs import stated_assertions

AT = datetime(2026, 7, 1, tzinfo=UTC)
ODD: tuple[Any, ...] = ([], {}, [[{"x": []}]], {"url": [], "hash": {}, "alg": []}, b"\xff", "", "x", -1, 1.5, True, None, cbor.Tag(99, []))
MOST = 24
"""Fields of one assertion, the outer ones first."""


def paths(value: Any) -> Iterator[tuple[Any, ...]]:
    """The places of all values inside of one, level by level."""
    waiting: list[tuple[tuple[Any, ...], Any]] = [((), value)]
    while waiting:
        path, inside = waiting.pop(0)
        yield path
        items = inside.items() if isinstance(inside, dict) else enumerate(inside[:2]) if isinstance(inside, list) else ()
        waiting += [((*path, key), item) for key, item in items]


def replaced(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    if not path:
        return odd
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[path[0]] = replaced(value[path[0]], path[1:], odd)
    return changed


def largest() -> dict[str, Any]:
    """Of each label the assertion with the most fields: the example of its kind, or what a seed states."""
    found: dict[str, Any] = {label: kind.example for label, kind in ASSERTIONS.items() if label in inputs.LABELS}
    for label, data in stated_assertions():
        try:
            value = cbor.decode(data, where=label)
        except MalformedError:
            continue
        if label in inputs.LABELS and len(list(paths(value))) > len(list(paths(found.get(label)))):
            found[label] = value
    return found


LARGEST = largest()


@pytest.mark.parametrize("label", sorted(LARGEST))
def test_no_check_stumbles_over_a_value_of_another_type(label: str) -> None:
    value = LARGEST[label]
    which = inputs.LABELS.index(label)
    for number, path in enumerate(list(paths(value))[:MOST]):
        for kind, odd in enumerate(ODD):
            store = inputs.store_stating(which, cbor.encode(replaced(value, path, odd)))
            profile = (Profile.V2_5, Profile.V2_4, Profile.V2_2)[(number + kind) % 3]
            report = verify(BytesSource(inputs.PICTURE), sidecar=BytesSource(store), at=AT, profile=profile)
            assert report.state in ("Valid", "Invalid"), (path, odd)
            render(report, "json")
            if kind % 4 == number % 4:
                terms_of(report)
                render(report, "tree")
