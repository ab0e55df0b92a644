"""Files that were damaged at random or with care: ``verify`` never raises, never reaches for the network, and never believes them."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.status import StatusCode
from credkit.verify import Report
from tests.forge.boxes import Leaf, Node
from tests.forge.files import signed, standard
from tests.forge.manifests import CREATED, Assertion, Recipe, Ref, Signing, actions, data_hash, ingredient, label_of, thumbnail
from tests.forge.pictures import KINDS
from tests.no_network import run_offline
from tests.verify.case import judge, policy
from tests.verify.tables.ingredients import component, parent

STATES = ("Trusted", "Valid", "Invalid", "none", "error")
LABEL = label_of("active")


@cache
def sample(kind: str) -> bytes:
    """A small file with an ingredient, a thumbnail and references between them."""
    below = parent(thumbnail())
    placed = {"action": "c2pa.placed", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}}
    return signed(standard(component(below), thumbnail(), first=actions(CREATED, placed)), below, kind=kind)


def said(report: Report) -> tuple[Any, ...]:
    """Everything that a person could be told, but for the account of the bytes."""
    return (
        [
            (
                m.label,
                [s for s in m.results if s.code != StatusCode.ORG_CREDKIT_UNBOUND],
                m.ingredients,
                m.signature,
                m.generation,
                m.altered,
            )
            for m in report.manifests
        ],
        report.ingredient_deltas,
        report.unprotected,
        [claim_of(m.manifest) for m in report.manifests],
    )


def claim_of(manifest: Any) -> Any:
    return manifest.claim_bytes, [(a.label, a.box.hashed) for a in manifest.assertions]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(KINDS), st.lists(st.tuples(st.integers(0, 10**6), st.integers(1, 255)), min_size=1, max_size=8))
def test_random_bytes_changed(kind: str, changes: list[tuple[int, int]]) -> None:
    spoiled = bytearray(sample(kind))
    for at, value in changes:
        spoiled[at % len(spoiled)] ^= value
    report = judge(bytes(spoiled), policy=policy())
    assert report.state in STATES
    if report.state == "Trusted":
        assert said(report) == said(judge(sample(kind), policy=policy(), at=report.validated_at))


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.integers(0, 40), st.binary(max_size=40))
def test_a_range_exchanged(kind: str, start: int, length: int, data: bytes) -> None:
    whole = sample(kind)
    start %= len(whole)
    report = judge(whole[:start] + data + whole[start + length :], policy=policy())
    assert report.state in STATES
    if data != whole[start : start + length]:
        assert report.state != "Trusted" or said(report) == said(judge(whole, policy=policy()))


def nodes(tree: Node) -> list[Node]:
    return [tree, *(inner for child in tree.nodes for inner in nodes(child))]


@pytest.mark.parametrize("seed", range(120))
def test_boxes_changed(seed: int) -> None:
    """Lengths, labels, types, toggles, order, copies: any box of the store."""
    pick = random.Random(seed)

    def spoil(tree: Node) -> None:
        node = pick.choice(nodes(tree))
        what = pick.randrange(8)
        if what == 0:
            node.length = pick.choice([0, 1, 4, 7, 8, 2**31, 2**32 - 1, pick.randrange(3000)])
        elif what == 1:
            node.label = pick.choice([None, "", "c2pa", "c2pa.assertions", LABEL, "x" * 300])
        elif what == 2:
            node.type = bytes(pick.randrange(256) for _ in range(16))
        elif what == 3:
            node.toggles = pick.randrange(256)
        elif what == 4:
            node.children = pick.sample(node.children, len(node.children))
        elif what == 5 and node.children:
            node.children.insert(0, pick.choice(node.children))
        elif what == 6:
            node.children = node.children[:-1]
        else:
            node.children.append(Leaf(pick.choice(["free", "cbor", "json", "uuid", "jumd", "brob"]), bytes(pick.randrange(20))))

    # A PNG takes any bytes as a store; the place of one with a broken length cannot be measured, so nothing is bound.
    spoiled = signed(standard(thumbnail(), component(parent())), parent(), kind="png", spoil=spoil, binding=None)
    assert judge(spoiled, policy=policy()).state in ("Invalid", "none", "error")


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=True) | st.text(max_size=8) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += places(item, (*path, key))
    return found


def exchanged(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = exchanged(value[path[0]], path[1:], new)
    return copy


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), ODD)
def test_any_value_of_the_claim_exchanged_and_signed_again(at: int, new: Any) -> None:
    def edit(claim: dict[str, Any]) -> None:
        found = places(claim)
        changed = exchanged(claim, found[1 + at % (len(found) - 1)], new)
        claim.clear()
        claim.update(changed)

    report = judge(signed(standard(thumbnail(), claim=edit), binding=None), policy=policy())
    assert report.state in ("Invalid", "error")


RICH: dict[str, Any] = {
    "c2pa.actions.v2": {
        "actions": [
            CREATED | {"when": "2026-01-01T00:00:00Z", "softwareAgent": {"name": "x"}},
            {
                "action": "c2pa.placed",
                "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")], "relatedAssertions": [Ref("org.test.note")]},
            },
            {"action": "c2pa.redacted", "parameters": {"redacted": "self#jumbf=c2pa.assertions/org.test.note"}},
        ],
        "templates": [{"action": "x", "icon": Ref("org.test.note")}],
    },
    "c2pa.ingredient.v3": None,
    "c2pa.hash.data": data_hash().value,
    "c2pa.hash.boxes": {"boxes": [{"names": ["SOI"], "hash": bytes(32), "exclusions": [{"start": 0, "length": 1}]}]},
}


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(RICH)), st.integers(0, 10**6), ODD, st.sampled_from(["2.2", "2.4", "2.5"]))
def test_any_value_of_an_assertion_exchanged_and_signed_again(label: str, at: int, new: Any, profile: str) -> None:
    below = parent()
    part = component(below)
    values = RICH | {"c2pa.ingredient.v3": part.value}
    path = places(values[label])[at % len(places(values[label]))]
    values[label] = exchanged(values[label], path, new)
    binding = "c2pa.hash.boxes" if label == "c2pa.hash.boxes" else "c2pa.hash.data"
    listed = ["c2pa.actions.v2", "c2pa.ingredient.v3", binding]
    recipe = Recipe([Assertion("org.test.note", {}), *(Assertion(name, values[name]) for name in listed)])
    report = judge(signed(recipe, below, binding=None), policy=policy(), profile=profile)
    assert report.state in ("Invalid", "error")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3), ODD)
def test_any_part_of_the_signature_exchanged(part: int, new: Any) -> None:
    def parts(four: list[Any]) -> list[Any]:
        return [*four[:part], new, *four[part + 1 :]]

    state = judge(signed(standard(signing=Signing(parts=parts))), policy=policy()).state
    assert state == "Invalid" or (part == 1 and isinstance(new, dict)) or (part == 2 and new is None)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_as_signature_box(data: bytes) -> None:
    def edit(node: Node) -> None:
        node.at("c2pa.signature").leaf().payload = data

    assert judge(signed(standard(edit=edit)), policy=policy()).state == "Invalid"


RECORDED: tuple[dict[str, Any], ...] = (
    {},
    {"activeManifest": []},
    {"activeManifest": "x"},
    {"activeManifest": {"failure": [7, {"code": 7}, {"code": "x", "url": 7}]}},
    {"ingredientDeltas": {"a": 1}},
    {"ingredientDeltas": [7, {"a": 1}, {"ingredientAssertionURI": "x", "validationDeltas": []}]},
)


@pytest.mark.parametrize("index", range(len(RECORDED)))
def test_recorded_results_that_nobody_would_write(index: int) -> None:
    below = parent()
    report = judge(signed(standard(component(below, recorded=RECORDED[index])), below), policy=policy())
    assert report.state == "Trusted"


def test_no_part_of_it_reaches_for_the_network(tmp_path: Any) -> None:
    path = tmp_path / "sample.jpg"
    path.write_bytes(sample("jpg"))
    part = tmp_path / "part.jpg"
    part.write_bytes(signed(standard(ingredient(data={"url": "https://example.org/data", "hash": bytes(32)}))))
    run_offline(
        """
from credkit.assets import open_source
from credkit.verify import verify
for path in sys.argv[1:]:
    with open_source(path) as source:
        assert verify(source).state == "Valid"
""",
        path,
        part,
    )
