"""Policies are read strictly, tell what is wrong with them, and are what the schema says."""

from __future__ import annotations

import json
import pickle
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.acceptance import AcceptancePolicy, SignerRule, judge, judgement_object, read_policy
from credkit.acceptance.policy import RULES, TRAINING_USES
from credkit.acceptance.schema import policy_schema
from credkit.assets import BytesSource
from credkit.errors import CredkitError, DefinitionError, TrustError
from credkit.limits import Limits
from credkit.resources import read_schema
from credkit.verify import verify
from tests.forge import pki
from tests.forge.pictures import picture

SCHEMA = json.loads(read_schema("policy.schema.json"))
WHOLE: dict[str, Any] = {
    "name": "everything",
    "description": "one of each",
    "unsaid": "accept",
    "constrained": "accept",
    "rules": {
        "state": "valid_or_none",
        "signer": {"common_name": ["Test Studio"], "certificate_sha256": ["AB:" * 31 + "CD"], "did": ["did:web:example.com"]},
        "ancestors": "valid",
        "ai": "declared",
        "training_allowed": True,
        "commercial_use_allowed": True,
        "derivatives_allowed": False,
        "redistribution_allowed": True,
        "licence": ["CC-BY-4.0"],
        "creator_named": ["Test Studio"],
        "no_contradictions": True,
        "no_unprotected_bytes": True,
        "time_stamp": True,
        "maximal_time_stamp_age_days": 30,
        "maximal_signature_age_days": 0.5,
        "revocation_known": True,
        "no_redactions": True,
        "formats": ["image/png"],
        "labels": ["cn"],
    },
}


def test_the_schema_is_current_and_knows_its_example() -> None:
    assert policy_schema() == SCHEMA
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for example in SCHEMA["examples"]:
        jsonschema.validate(example, SCHEMA)
        AcceptancePolicy.of({name: value for name, value in example.items() if name != "trust"})
    jsonschema.validate(WHOLE, SCHEMA)


def test_every_rule_is_a_field_and_is_described() -> None:
    assert set(RULES) <= {field.name for field in fields(AcceptancePolicy)}
    assert all(rule.means.endswith(".") for rule in RULES.values())
    assert set(SCHEMA["properties"]["rules"]["properties"]) == set(RULES)


def test_a_whole_policy_is_read() -> None:
    policy = AcceptancePolicy.of(WHOLE)
    assert policy.training_allowed == TRAINING_USES
    assert policy.signer == SignerRule(common_name=("Test Studio",), certificate_sha256=("ab" * 31 + "cd",), did=("did:web:example.com",))
    assert "derivatives_allowed" not in policy.asked
    assert set(policy.asked) == set(RULES) - {"derivatives_allowed"}
    assert pickle.loads(pickle.dumps(policy)) == policy
    assert policy == AcceptancePolicy.of(json.loads(json.dumps(WHOLE)))


def test_without_rules_a_file_has_to_be_valid() -> None:
    policy = AcceptancePolicy.of({"rules": {}})
    assert policy.asked == {"state": "valid"}
    judgement = judge(verify(BytesSource(picture("png"))), policy)
    assert not judgement.passed
    with pytest.raises(KeyError):
        judgement.result("ai")


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({}, '"rules" is missing'),
        (
            {"rules": {"trainng_allowed": True}},
            '/rules/trainng_allowed: "trainng_allowed" is no field of the rules of a policy; did you mean "training_allowed"?',
        ),
        ({"rules": {"state": "trused"}}, 'did you mean "trusted"?'),
        ({"rules": {"ai": True}}, "/rules/ai: should be a rule about artificial intelligence, not true"),
        ({"rules": {"training_allowed": ["ai_trainin"]}}, 'did you mean "ai_training"?'),
        ({"rules": {"maximal_time_stamp_age_days": -1}}, "at least 0"),
        ({"rules": {"maximal_time_stamp_age_days": "30"}}, "should be a number"),
        ({"rules": {"formats": ["png"]}}, "is not a media type"),
        ({"rules": {"formats": []}}, "an empty list"),
        ({"rules": {"signer": {}}}, "at least 1 field"),
        ({"rules": {"signer": {"comon_name": ["x"]}}}, 'did you mean "common_name"?'),
        ({"rules": {"signer": {"certificate_sha256": ["12"]}}}, "64 hexadecimal digits"),
        ({"rules": {"labels": ["us"]}}, 'possible are "cn", "eu", "ca"'),
        ({"rules": {"no_redactions": "yes"}}, "should be true or false"),
        ({"rules": {}, "unsaid": "maybe"}, 'possible are "refuse", "accept"'),
        ({"rule": {}}, 'did you mean "rules"?'),
        ({"rules": {}, "trust": {"signer": []}}, 'did you mean "signers"?'),
        ([], "should be an acceptance policy (a map), not a list"),
    ],
)
def test_what_is_wrong_is_named(definition: Any, message: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        AcceptancePolicy.of(definition)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"state": "fine"}, '"fine" is no state'),
        ({"unsaid": "x"}, "/unsaid"),
        ({"training_allowed": ("everything",)}, "use in training"),
        ({"signer": SignerRule()}, "at least 1 field"),
        ({"labels": ("x",)}, "regime"),
    ],
)
def test_policies_made_in_python_are_checked_too(options: Any, message: str) -> None:
    with pytest.raises(DefinitionError, match=message):
        AcceptancePolicy(**options)


def test_trust_lists_lie_beside_the_policy(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "signers.pem").write_bytes(pki.root_pem())
    path = tmp_path / "deep" / "policy.json"
    path.write_text(json.dumps({"trust": {"signers": ["signers.pem"], "identity_issuers": ["did:web:example.com"]}, "rules": {}}))
    policy = read_policy(path)
    assert policy.trust is not None
    assert policy.trust.is_configured
    assert policy.trust.identity_issuers == ("did:web:example.com",)
    path.write_text(json.dumps({"trust": {"signers": ["absent.pem"]}, "rules": {}}))
    with pytest.raises(TrustError, match="absent.pem"):
        read_policy(path)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "JSON cannot be decoded"),
        (b"{", "JSON cannot be decoded"),
        (b"\xff\xfe{}", "cannot be decoded"),
        (b'{"rules": {}, "rules": {}}', "same key twice"),
        (b"[" * 10_000 + b"]" * 10_000, "nested deeper"),
        (b" " * ((1 << 20) + 1), "too large for a policy"),
        (b'{"rules": {"x\\u0000": 1}}', "is no field"),
        (b"null", "null is not allowed"),
    ],
)
def test_files_that_are_no_policy_are_refused_in_a_sentence(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(data)
    with pytest.raises(DefinitionError) as caught:
        read_policy(path)
    assert message in str(caught.value)
    assert "policy" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(DefinitionError, match="cannot be read"):
            read_policy(path)
    (tmp_path / "bom.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(WHOLE).encode())
    assert read_policy(tmp_path / "bom.json").name == "everything"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(RULES)), VALUES, max_size=4))
def test_any_values_are_read_or_refused(rules: dict[str, Any]) -> None:
    with suppress(CredkitError):
        policy = AcceptancePolicy.of({"rules": rules})
        jsonschema.validate({"rules": rules}, SCHEMA)
        source = BytesSource(picture("png"))
        told = judgement_object(judge(verify(source), policy, source=source))
        assert set(told) == {"name", "passed", "results"}


def test_the_size_of_a_policy_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text('{"name": "small", "rules": {}}')
    size = path.stat().st_size
    assert read_policy(path, limits=Limits(policy_size=size)).name == "small"
    with pytest.raises(DefinitionError, match=f"is too large for a policy: {size - 1} bytes are allowed"):
        read_policy(path, limits=Limits(policy_size=size - 1))
