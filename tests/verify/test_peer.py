"""What the reference implementation writes beyond the usual (updates, redactions, compressed manifests bound by boxes), judged here; and
what the forge writes, judged there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import c2pa
import pytest

from credkit.limits import DEFAULT_LIMITS
from credkit.manifest.store import ManifestKind
from tests.forge import peer, pki
from tests.forge.files import signed, standard
from tests.forge.manifests import CREATED, Manifest, actions, ingredient
from tests.forge.pictures import KINDS, picture
from tests.verify.case import delta_failures, failures, judge, policy
from tests.verify.tables import TABLES, ingredients, redactions, updates
from tests.verify.tables.content import changed, flipped

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
COMPRESSED = {"prefer_compress_manifests": True}
ANCHORS = pki.root_pem()


def definition(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    note = {"label": "org.test.note", "data": {"text": "taken out later"}}
    return {"title": "theirs", "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": list(items)}}, note], **more}


def created(kind: str, **options: Any) -> bytes:
    return peer.sign(
        picture(kind), kind, definition({"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}), anchors=ANCHORS, **options
    )


def updated(data: bytes, kind: str) -> bytes:
    return peer.sign(data, kind, {"title": "update", "assertions": []}, update=True, anchors=ANCHORS)


def redacted(kind: str) -> bytes:
    base = created(kind)
    uri = f"self#jumbf=/c2pa/{peer.read(base, kind).raw['active_manifest']}/c2pa.assertions/org.test.note"
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}
    done = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}}
    parent = ({"title": "parent", "relationship": "parentOf", "label": "parent"}, base, kind)
    return peer.sign(picture(kind), kind, definition(opened, done, redactions=[uri]), ingredients=(parent,), anchors=ANCHORS)


@pytest.mark.parametrize("kind", KINDS)
def test_their_updates(kind: str) -> None:
    signed_ = created(kind)
    for count in (1, 2, 3):
        signed_ = updated(signed_, kind)
        report = judge(signed_, policy=policy())
        assert (report.state, failures(report), delta_failures(report)) == ("Trusted", set(), set())
        assert report.content_intact is True
        assert [m.manifest.kind for m in report.manifests] == [ManifestKind.STANDARD] + [ManifestKind.UPDATE] * count
        assert [m.generation for m in report.manifests] == list(range(1, count + 2))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_changed_below_their_update(kind: str) -> None:
    report = judge(flipped(-30)(updated(created(kind), kind)), policy=policy())
    assert (report.state, failures(report), report.content_intact) == ("Invalid", {"assertion.dataHash.mismatch"}, False)


@pytest.mark.parametrize("kind", KINDS)
def test_their_redactions(kind: str) -> None:
    data = redacted(kind)
    assert b"taken out later" in created(kind)
    report = judge(data, policy=policy())
    assert (report.state, failures(report), delta_failures(report)) == ("Trusted", set(), set())
    codes = {s.code for delta in report.ingredient_deltas for s in delta.validation_deltas}
    assert "ingredient.claimSignature.mismatch" not in codes
    assert [m.altered for m in report.manifests] == [False, False]


@pytest.mark.parametrize("kind", KINDS)
def test_their_compressed_manifests_and_box_hashes(kind: str) -> None:
    data = created(kind, core=COMPRESSED)
    report = judge(data, policy=policy())
    assert report.active is not None
    assert report.active.manifest.compressed
    assert "c2pa.hash.boxes" in {a.label for a in report.active.manifest.assertions}
    assert (report.state, failures(report), report.content_intact) == ("Trusted", set(), True)


@pytest.mark.parametrize("kind", KINDS)
def test_their_box_hashes_of_changed_files(kind: str) -> None:
    data = created(kind, core=COMPRESSED)
    for spoiled, codes in (
        (flipped(-30)(data), {"assertion.boxesHash.mismatch"}),
        (data + b"x", {"assertion.boxesHash.unknownBox"}),
        (data[:-12], {"assertion.boxesHash.mismatch"}),
    ):
        report = judge(spoiled, policy=policy())
        assert (report.state, failures(report), report.content_intact) == ("Invalid", codes, False)


STRICTER_THERE: dict[str, tuple[str, ...]] = {
    "unknown boxes and padding may be skipped": (
        "claims: unknown box in the manifest",
        "claims: unknown box in the store",
        "claims: padding in the manifest",
        "claims: padding beside the claim",
        "claims: padding among the assertions",
        "claims: 64-bit length of the manifest",
        "redactions: replaced by the mark without data",
    ),
    "the hash of a compressed ingredient is that of the stored box": ("claims: a sound compressed ingredient",),
    "the chain may stand unprotected under its number": ("signatures: the chain in the unprotected header",),
    "the chain may stand under both labels when they say the same": ("signatures: the chain under both labels in different headers",),
    "edition 2.5 has more algorithms": (
        "signatures: sound ESP256",
        "signatures: sound ESP384",
        "signatures: sound ESP512",
        "signatures: sound ml-dsa-44",
        "signatures: sound ml-dsa-65",
        "signatures: sound ml-dsa-87",
        "signatures: a certificate by ML-DSA for another key",
    ),
    "a later stamp makes up for an expired certificate (no authority is on the list of this comparison)": (
        "adjuncts: stamped in the header and later",
        "adjuncts: stamped later after two bad ones",
        "adjuncts: stamped later over the bare signature",
        "adjuncts: stamped later over the signature alone",
        "adjuncts: stamped later over the signature with its head",
        "adjuncts: stamped later, first badly",
        "adjuncts: stamped later, twice",
    ),
    "a stamp with a fault is ignored and no failure": ("adjuncts: an authority unfit",),
    "a reference has the algorithm of the map around it": (
        "assertions: a reference with the algorithm of the assertion around it",
        "assertions: a reference with the algorithm of the map around it",
    ),
    "an icon may be on the network": ("claims: icon on the network",),
    "the hash of cloud data matters when they are fetched": ("external: cloud data without a hash",),
    "edition 2.2 has no external references": ("external: external reference to actions in edition 2.2",),
    "an empty list of ingredients names none that is wrong": (
        "actions: c2pa.repackaged with an empty list",
        "actions: c2pa.transcoded with an empty list",
    ),
    "a certificate for claims or documents needs no further settings": ("signatures: for claims", "signatures: for documents"),
    "a self-signed certificate is untrusted, and can be chosen": ("signatures: self-signed", "signatures: self-signed, but chosen"),
    "each reference may name its own algorithm": ("assertions: all with hash algorithms of their own",),
    "edition 2.5 has selectors in references": ("assertions: with a selector behind the URI",),
    "an assertion of somebody's own may hold anything": ("assertions: an own assertion is not read",),
    "the fields of a soft binding are not for a validator": (
        "assertions: the same in edition 2.4",
        "assertions: a process across time zones",
        "assertions: a process that ends as it starts",
        "assertions: a process with a start that is no time",
        "assertions: a process without an end",
        "assertions: a reference",
        "assertions: a reference in a gathered assertion",
        "assertions: a reference with its own algorithm",
        "assertions: a reference out of the store",
        "assertions: a wrong hash in claim version 1, where the claim lists the target",
        "actions: watermarked",
    ),
    "what is removed stands in another manifest": ("actions: removed",),
    "edition 2.2 has no rule for watermarks": ("actions: watermarked without a soft binding, edition 2.2",),
    "the source type is a generator's duty": ("actions: created without a source type",),
    "zeros may stand in any box": ("redactions: replaced by zeros in its own box",),
    "what is redacted need not be there": (
        "redactions: the list names what never was",
        "redactions: the list names a manifest that is not there",
    ),
    "references to what was redacted are fine": (
        "redactions: an ingredient and its manifest",
        "redactions: what an action is related to",
        "redactions: what an action is related to, edition 2.4",
        "redactions: what an ingredient is related to",
        "redactions: a soft binding that a watermark needs",
    ),
    "url in a data hash is ignored": ("content: padding and a name are ignored",),
    "the algorithm of the claim counts for its binding": ("content: no algorithm of its own",),
    "a multi-asset hash decides where the whole does not match (the reference passes over it)": (
        "multi-asset: an offset beyond 64 bits",
        "multi-asset: an update on top, the film cut off",
        "multi-asset: an update on top, the gain map cut off",
        "multi-asset: bound by boxes",
        "multi-asset: bound by boxes throughout, the gain map cut off",
        "multi-asset: parts in another order",
        "multi-asset: references as texts",
        "multi-asset: the film and the gain map cut off",
        "multi-asset: the film cut off",
        "multi-asset: the gain map cut off",
        "multi-asset: the gain map cut off, claim of version 1",
        "multi-asset: the key of the clause's text",
        "multi-asset: two updates on top, the gain map cut off",
    ),
    "what is behind the boxes may be hashed as one": ("multi-asset: bound by boxes throughout",),
}
"""Cases that are valid here and not there, by the rule of the specification that makes them so."""


def accepted_here(*tables: str) -> Iterator[tuple[str, str, bytes, bytes | None]]:
    """Table, name, file and store beside it of every case that is accepted here and now."""
    for table in tables:
        for line in TABLES[table]:
            if line.state in ("Trusted", "Valid") and line.at is None and line.limits == DEFAULT_LIMITS:
                made = line.make()
                yield table, line.name, *((made, None) if isinstance(made, bytes) else made)


def test_what_the_reference_refuses_and_we_accept_is_reviewed() -> None:
    refused = {
        f"{table}: {name}"
        for table, name, data, sidecar in accepted_here(*(TABLES.keys() - {"identity"}))
        if their_answer(data, sidecar)[0] not in ("Trusted", "Valid")
    }
    assert refused == {name for names in STRICTER_THERE.values() for name in names}


def test_where_identities_are_at_fault_the_reference_refuses_for_nothing_else() -> None:
    """Faults of an identity assertion count there and not here, also those of its form, which have two general codes there."""
    answers = {name: their_answer(data, sidecar) for _, name, data, sidecar in accepted_here("identity")}
    refused = {name: codes for name, (state, codes) in answers.items() if state == "Invalid"}
    assert len(refused) > 20
    assert {code for codes in refused.values() for code in codes if not code.startswith("cawg.")} <= {
        "assertion.cbor.invalid",
        "assertion.required.missing",
    }


def their_answer(data: bytes, sidecar: bytes | None) -> tuple[str, set[str]]:
    """State and failure codes."""
    anchors = b"".join(pki.root_pem(algorithm) for algorithm in pki.ALGORITHMS)
    try:
        found = peer.read(data, "png" if data.startswith(b"\x89PNG") else "jpg", anchors=anchors, sidecar=sidecar)
    except c2pa.C2paError:
        return "error", set()
    return found.state, set(found.failures)


SOUND = {
    "standard": lambda: signed(standard()),
    "standard on PNG": lambda: signed(standard(), kind="png"),
    "relative": lambda: signed(standard(absolute=False)),
    "version 1": lambda: signed(standard(version=1)),
    "update": updates.update(),
    "two updates": updates.update(file=updates.update(name="first update")),
    "redacted by removal": redactions.redacting("org.test.note", spoil=redactions.removed()),
    "component": lambda: with_component(standard(name="parent").build()),
    "diamond": lambda: ingredients.diamond(4),
}


def with_component(below: Manifest) -> bytes:
    return signed(standard(ingredient(below, "componentOf"), first=actions(CREATED)), below)


@pytest.mark.parametrize("name", sorted(SOUND))
def test_the_reference_accepts_what_the_forge_makes_soundly(name: str) -> None:
    """The forge is a maker of files on its own; without this its cases could all fail for a second reason."""
    data = SOUND[name]()
    there = peer.read(data, "png" if data.startswith(b"\x89PNG") else "jpg", anchors=ANCHORS)
    assert (there.state, there.failures) == ("Trusted", [])
    assert judge(data, policy=policy()).state == "Trusted"


@pytest.mark.parametrize("kind", KINDS)
def test_both_refuse_a_changed_picture(kind: str) -> None:
    data = changed(flipped(-30), kind)()
    assert peer.read(data, kind).failures.count("assertion.dataHash.mismatch") >= 1
    assert failures(judge(data, policy=policy())) == {"assertion.dataHash.mismatch"}
