"""Standard assertions that hold anything at all: a verdict, and never an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forge.files import signed, standard
from tests.forge.manifests import Assertion, Signing
from tests.verify.case import judge, policy
from tests.verify.tables.external import Shelf

NAMES = (
    "alg",
    "alg_soft",
    "createdAt",
    "dc:format",
    "embeddedOriginalPreservationImage",
    "externalResources",
    "hash",
    "icon",
    "key",
    "keys",
    "label",
    "location",
    "metadata",
    "minSequenceNumber",
    "multiAssetPartIndex",
    "ocspVals",
    "parameters",
    "relativeResources",
    "resources",
    "signerBinding",
    "size",
    "thumbnail",
    "type",
    "uri",
    "url",
    "validityPeriod",
)
TEXTS = (
    "sha256",
    "md5",
    "https://example.org/kept",
    "self#jumbf=c2pa.assertions/c2pa.hash.data",
    "exif.originalPreservationImage",
    "../x",
    "",
)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63), st.floats(allow_nan=False), st.binary(max_size=40), st.sampled_from(TEXTS)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5), max_leaves=12
)
LABELS = (
    "c2pa.alternative-content-representation",
    "c2pa.certificate-status",
    "c2pa.cloud-data",
    "c2pa.external-reference",
    "c2pa.linked-resource-integrity",
    "c2pa.session-keys",
    "c2pa.soft-binding",
    "c2pa.time-stamp",
)


@pytest.mark.parametrize("profile", ["2.2", "2.5"])
@given(label=st.sampled_from(LABELS), value=VALUES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_value(profile: str, label: str, value: Any) -> None:
    report = judge(
        signed(standard(Assertion(label, value))), policy=policy(), profile=profile, fetcher=Shelf(b"what is kept elsewhere", "text/plain")
    )
    assert report.active is not None
    assert "claimSignature.validated" in {s.code for s in report.active.results.success}
    assert not {s.code for s in report.active.results.failure} & {"general.error", "claim.cbor.invalid"}


@given(iat=VALUES, chain=VALUES)
@settings(max_examples=60, deadline=None)
def test_any_header(iat: Any, chain: Any) -> None:
    signing = Signing(protected=lambda header: header.update({"iat": iat, "x5chain": chain}))
    report = judge(signed(standard(signing=signing)), policy=policy())
    assert report.active is not None
    assert {s.code for s in report.active.results.failure} <= {"signingCredential.invalid", "claimSignature.mismatch"}
