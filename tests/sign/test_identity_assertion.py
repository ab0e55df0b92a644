"""Identity assertions that credkit makes: read by itself and by the reference."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

import credkit
from credkit.errors import CredentialError, DefinitionError
from credkit.manifest.assertions import CawgMetadata
from credkit.sign.builder import Builder
from credkit.sign.update import UpdateBuilder
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report
from tests.forge import identities, pki
from tests.forge.files import plain
from tests.forge.manifests import SOURCE_TYPE
from tests.forge.peer import read

ORDERS = ("deterministic", "declared")


def trusting(*algorithms: str) -> TrustPolicy:
    actors = [pki.default_pki(name).root_pem for name in algorithms]
    return TrustPolicy.of(pki.root_pem(), identities=[identities.actor_root().pem, *actors])


def builder(**options: Any) -> Builder:
    made = Builder(title="picture", **options)
    made.created(SOURCE_TYPE)
    made.add(CawgMetadata(creator="credkit test"))
    return made


def written(made: Builder, kind: str = "jpg") -> bytes:
    out = io.BytesIO()
    made.sign(plain(kind), out, pki.signer())
    return out.getvalue()


def judged(data: bytes, *algorithms: str) -> Report:
    return credkit.verify_file(data, policy=trusting(*algorithms))


def labels(report: Report, number: int = 0) -> list[str]:
    assert report.active
    return [uri.rsplit("/", 1)[-1] for uri in report.active.identities[number].references]


@pytest.mark.parametrize("kind", ["jpg", "png"])
@pytest.mark.parametrize("order", ORDERS)
def test_what_is_made_is_trusted(kind: str, order: Any) -> None:
    made = builder()
    made.add_identity(identities.actor().signer(), roles=["cawg.creator"], key_order=order)
    report = judged(written(made, kind))
    assert report.state == "Trusted"
    assert report.active
    (found,) = report.active.identities
    assert (found.standing, found.name, found.roles) == ("trusted", "credkit test actor", ("cawg.creator",))
    assert labels(report) == ["c2pa.hash.data", "c2pa.actions.v2", "cawg.metadata"]


@pytest.mark.parametrize("algorithm", pki.ALGORITHMS)
def test_with_every_algorithm(algorithm: str) -> None:
    actor = pki.make_pki(algorithm, eku=(pki.DOCUMENT_SIGNING,))
    made = builder()
    made.add_identity(actor.signer())
    report = credkit.verify_file(written(made), policy=TrustPolicy.of(pki.root_pem(), identities=[actor.root_pem]))
    assert [item.standing for item in report.active.identities] == ["trusted"]  # type: ignore[union-attr]


def test_several_actors_and_what_they_vouch_for() -> None:
    made = builder()
    made.add_identity(identities.actor().signer(), referenced=[])
    made.add_identity(identities.actor().signer(), referenced=["cawg.metadata", "cawg.metadata"], roles=["org.test.role"])
    report = judged(written(made))
    assert report.active
    assert [item.label for item in report.active.identities] == ["cawg.identity", "cawg.identity__1"]
    assert [labels(report, number) for number in (0, 1)] == [["c2pa.hash.data"], ["c2pa.hash.data", "cawg.metadata"]]
    claim = credkit.read_store(written(made)).active
    assert claim is not None


def test_it_stands_among_the_gathered_assertions() -> None:
    made = builder()
    made.add_identity(identities.actor().signer())
    report = json.loads(credkit.render(judged(written(made)), "crjson"))
    (entry,) = report["manifests"][0]["claim.v2"]["gathered_assertions"]
    assert entry["url"].endswith("/cawg.identity")


def test_a_sidecar_too() -> None:
    made, out = builder(), io.BytesIO()
    made.add_identity(identities.actor().signer())
    made.sign_sidecar(plain(), out, pki.signer())
    report = credkit.verify_file(plain(), sidecar=out.getvalue(), policy=trusting())
    assert [item.standing for item in report.active.identities] == ["trusted"]  # type: ignore[union-attr]


def test_what_is_refused() -> None:
    made, signer = builder(), identities.actor().signer()
    with pytest.raises(DefinitionError, match=r'"cawg.creater" is no role of a named actor; did you mean "cawg.creator"'):
        made.add_identity(signer, roles=["cawg.creater"])
    with pytest.raises(DefinitionError, match="no order of keys"):
        made.add_identity(signer, key_order="random")  # type: ignore[arg-type]
    with pytest.raises(CredentialError, match="not for signing documents"):
        made.add_identity(identities.actor(eku=(pki.CLAIM_SIGNING,)).signer())
    with pytest.raises(CredentialError, match="expired"):
        made.add_identity(identities.actor(not_before=pki.NOW.replace(year=2001), not_after=pki.NOW.replace(year=2002)).signer())
    with pytest.raises(DefinitionError, match="does not bind the content"):
        UpdateBuilder().add_identity(signer)
    made.add_identity(signer, referenced=["cawg.metadate"])
    with pytest.raises(DefinitionError, match=r'no assertion "cawg.metadate".*did you mean "cawg.metadata"'):
        written(made)


def test_sign_file_names_actors(tmp_path: Path) -> None:
    target = tmp_path / "out.jpg"
    actor = credkit.NamedActor(signer=identities.actor().signer(), roles=("cawg.editor",))
    result = credkit.sign_file(plain(), target, credkit.Statements(created=SOURCE_TYPE), signer=pki.signer(), actors=[actor])
    assert [item.standing for item in result.report.active.identities] == ["well-formed"]  # type: ignore[union-attr]
    assert [item.standing for item in judged(target.read_bytes()).active.identities] == ["trusted"]  # type: ignore[union-attr]


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_the_reference_reads_the_declared_order(kind: str) -> None:
    made = builder()
    made.add_identity(identities.actor().signer(), roles=["cawg.creator"], key_order="declared")
    found = codes(written(made, kind), kind)
    assert {"cawg.x509.signature.validated", "cawg.identity.well-formed"} <= found["success"]
    # The reference takes no anchors for identities from the settings of its reader.
    assert {code for code in found["failure"] if code.startswith("cawg.")} == {"cawg.x509.credential.untrusted"}


def test_the_reference_does_not_read_the_order_of_the_specification() -> None:
    """Should this fail one day, the reference follows CAWG identity 1.3, and the option of the declared order has outlived its use."""
    made = builder()
    made.add_identity(identities.actor().signer())
    assert "cawg.x509.signature.mismatch" in codes(written(made), "jpg")["failure"]


def codes(data: bytes, kind: str) -> dict[str, set[str]]:
    report = read(data, kind, anchors=pki.root_pem())
    assert report.state == "Valid"
    results = report.raw["validation_results"]["activeManifest"]
    return {name: {entry["code"] for entry in results.get(name, [])} for name in ("success", "informational", "failure")}
