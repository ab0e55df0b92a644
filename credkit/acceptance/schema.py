"""The JSON Schema of policy files, made from the shapes that read them.

``python -m credkit.acceptance.schema > schemas/policy.schema.json``
"""

from __future__ import annotations

import json
from typing import Any

from credkit.acceptance.policy import POLICY, RULES
from credkit.manifest.assertions.shape import Schema

__all__ = ["SCHEMA_ID", "policy_schema"]

SCHEMA_ID = "https://credkit.org/schemas/1/policy.schema.json"


def policy_schema() -> Schema:
    """The JSON Schema of a policy file, as ``schemas/policy.schema.json`` holds it."""
    schema = POLICY.schema({})
    for name, rule in RULES.items():
        schema["properties"]["rules"]["properties"][name]["description"] = rule.means
    described = {
        "name": "What the policy is called in reports.",
        "description": "For people; not read.",
        "unsaid": "What becomes of a file that does not speak of what a rule is about (default: refuse).",
        "constrained": "What becomes of a use that is allowed under conditions (default: refuse).",
        "trust": "Whom to trust: files, relative to the policy, in PEM, DER or the official JSON, and DIDs of aggregators of identities.",
        "rules": "What a file has to meet. Without state it has to be valid.",
    }
    for name, text in described.items():
        schema["properties"][name]["description"] = text
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        "title": "credkit acceptance policy",
        "description": "Which files are accepted: for credkit verify --policy and for the hooks that receive pictures.",
        **schema,
        "examples": [_EXAMPLE],
    }


_EXAMPLE: dict[str, Any] = {
    "$schema": SCHEMA_ID,
    "name": "pictures for training",
    "trust": {"signers": ["partners.pem"], "tsa": ["time-stamps.pem"]},
    "unsaid": "refuse",
    "rules": {
        "state": "trusted",
        "signer": {"organization": ["Test Studio"]},
        "ai": "declared",
        "training_allowed": ["ai_generative_training"],
        "commercial_use_allowed": True,
        "no_unprotected_bytes": True,
        "maximal_time_stamp_age_days": 730,
        "formats": ["image/png", "image/jpeg"],
    },
}


if __name__ == "__main__":
    print(json.dumps(policy_schema(), indent=2, ensure_ascii=False))
