"""Acceptance: may a file be used here? A policy's rules against a report."""

from __future__ import annotations

from credkit.acceptance.judgement import Judgement, RuleResult
from credkit.acceptance.judging import judge, judgement_object
from credkit.acceptance.policy import AcceptancePolicy, SignerRule, read_policy

__all__ = ["AcceptancePolicy", "Judgement", "RuleResult", "SignerRule", "judge", "judgement_object", "read_policy"]
