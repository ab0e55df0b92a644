"""Each limit at its value and one past it, and files that are made to cost much: all of them end in a status."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from credkit.limits import DEFAULT_LIMITS
from credkit.verify import Report
from tests.forge import pki
from tests.forge.boxes import Node
from tests.forge.files import signed, standard
from tests.forge.manifests import CREATED, Assertion, Recipe, Ref, Signing, actions, data_hash, ingredient, label_of
from tests.verify.case import delta_failures, failures, judge, policy
from tests.verify.tables import ingredients

LIMIT = "org.credkit.limit.exceeded"


def limited(asset: bytes, **limits: int) -> Report:
    return judge(asset, policy=policy(), limits=replace(DEFAULT_LIMITS, **limits))


def notes(count: int) -> tuple[Assertion, ...]:
    return tuple(Assertion(f"org.test.note__{number}", {"n": number}, salted=False) for number in range(1, count + 1))


def test_manifests() -> None:
    asset = ingredients.long_chain(5)
    assert limited(asset, manifests=5).state == "Trusted"
    report = limited(asset, manifests=4)
    assert (report.state, report.failure and report.failure.code) == ("error", "general.error")


@pytest.mark.parametrize(("between", "state"), [(1, "Trusted"), (2, "Valid")])
def test_certificates_that_manifests_share(between: int, state: str) -> None:
    """Three are read in any case: the signer's, a stray one, and the issuer; a further stray one pushes the issuer out."""
    chain = pki.default_pki()
    assert chain.intermediate is not None
    strays = tuple(pki.make_root("es256").der for _ in range(between))
    asset = signed(replace(standard(), signing=Signing(chain=(chain.leaf, *strays, chain.intermediate.der))))
    assert limited(asset, proofs=1).state == state
    assert limited(asset).state == "Trusted"


def test_generations() -> None:
    asset = ingredients.long_chain(5)
    assert limited(asset, chain_depth=5).state == "Trusted"
    report = limited(asset, chain_depth=4)
    assert (report.state, delta_failures(report)) == ("Invalid", {LIMIT})
    # What was not followed is listed as not judged.
    assert [m.reached for m in report.manifests] == [False, True, True, True, True]
    assert [s.code for s in report.manifests[1].results.failure] == [LIMIT]


def test_the_active_manifest_alone() -> None:
    assert limited(signed(standard()), chain_depth=1).state == "Trusted"
    assert failures(limited(ingredients.long_chain(2), chain_depth=1)) == {LIMIT}


def test_statuses() -> None:
    asset = signed(standard(*notes(30)))
    count = len(list(limited(asset).active.results))  # type: ignore[union-attr]
    assert limited(asset, statuses=count).state == "Trusted"
    report = limited(asset, statuses=count - 1)
    assert report.active is not None
    assert LIMIT in failures(report)
    assert len(list(report.active.results)) <= count
    assert report.state == "Invalid"


def test_a_failure_that_is_cut_off_is_not_forgotten() -> None:
    bad = Assertion("org.test.bad", {}, reference=lambda entry: entry.update(hash=bytes(32)))
    report = limited(signed(standard(*notes(30), bad)), statuses=10)
    assert report.state == "Invalid"


def test_certificates() -> None:
    asset = signed(standard())
    assert limited(asset, certificates=2).state == "Trusted"
    assert failures(limited(asset, certificates=1)) == {"signingCredential.invalid"}


def test_certificate_size() -> None:
    asset = signed(standard())
    assert failures(limited(asset, certificate_size=50)) >= {"signingCredential.invalid"}


@pytest.mark.parametrize("count", [3, 4])
def test_exclusions(count: int) -> None:
    value = data_hash(exclusions=[{"start": n, "length": 0} for n in range(count)])
    report = limited(signed(Recipe([actions(CREATED), value]), binding=None), exclusions=3)
    assert failures(report) == {"assertion.dataHash.mismatch" if count == 3 else "assertion.dataHash.malformed"}


def test_boxes() -> None:
    report = limited(signed(standard()), jumbf_boxes=10)
    assert (report.state, report.failure and report.failure.code) == ("error", "manifest.inaccessible.malformed")


def test_cbor() -> None:
    report = limited(signed(standard()), cbor_items=5)
    assert "claim.cbor.invalid" in failures(report)
    assert "claim.cbor.invalid" in failures(limited(signed(standard()), cbor_depth=1))


def test_json() -> None:
    metadata = Assertion("c2pa.metadata", {"a": [[1]]}, content="json")
    assert limited(signed(standard(metadata)), json_depth=3).state == "Trusted"
    assert failures(limited(signed(standard(metadata)), json_depth=2)) == {"assertion.json.invalid"}


class Expensive:
    """Files in which everything refers to everything."""

    @staticmethod
    def references() -> bytes:
        """Very many wrong references in a claim of version 1, each of which might be covered by one of very many entries."""
        wrong: list[Any] = [{"url": "self#jumbf=c2pa.assertions/org.test.note__1", "hash": b"\0"}] * 2000
        return signed(standard(*notes(1500), Assertion("c2pa.soft-binding", {"x": wrong}), version=1))

    @staticmethod
    def watermarks() -> bytes:
        """Very many actions that need a soft binding, which is not there, in a claim with very many assertions."""
        return signed(standard(*notes(1500), first=actions(CREATED, *[{"action": "c2pa.watermarked"}] * 4000)))

    @staticmethod
    def redactions() -> bytes:
        """Very many redactions, very many assertions."""
        below = standard(*notes(1500), name="parent").build()
        uris = [below.assertion_uri(f"org.test.other__{n}") for n in range(4000)]
        return signed(standard(ingredient(below, "componentOf"), redacted=uris), below)

    @staticmethod
    def ingredients() -> bytes:
        """Very many ingredient assertions for one old manifest with a large claim, each with the wrong hash."""
        below = standard(name="parent", claim=lambda claim: claim.update(x=bytes(400_000))).build()
        parts = [
            ingredient(version=2, label=f"c2pa.ingredient.v2__{n}", c2pa_manifest={"url": below.uri(), "hash": b""}) for n in range(1, 800)
        ]
        return signed(standard(*parts), below)

    @staticmethod
    def actions() -> bytes:
        """Very many references from actions to one large ingredient."""
        part = ingredient(relationship="componentOf", description="x" * 50_000)
        placed = {"action": "c2pa.placed", "parameters": {"ingredients": [Ref(part.label)]}}
        return signed(standard(part, first=actions(CREATED, *[placed] * 800)))


@pytest.mark.parametrize("name", ["references", "watermarks", "redactions", "ingredients", "actions"])
def test_expensive_files_are_judged(name: str) -> None:
    """No clock: had the work not been bounded, each of these would take minutes."""
    report = judge(getattr(Expensive, name)(), policy=policy(), profile="2.5")
    assert report.active is not None
    assert report.state in ("Trusted", "Invalid")


def test_a_deep_diamond_is_walked_once() -> None:
    asset = ingredients.diamond(60)
    report = judge(asset, policy=policy())
    assert (report.state, len(report.manifests)) == ("Trusted", 61)


def test_very_many_unknown_boxes() -> None:
    def spoil(tree: Node) -> None:
        tree.at(label_of("active")).children += [Node(bytes(16), "x", []) for _ in range(3000)]

    assert judge(signed(standard(), spoil=spoil), policy=policy()).state == "Trusted"
