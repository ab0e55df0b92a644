"""The corpus measured with its own program (``compare.py``): every file that can be read, in each trust profile of the reference runs.

This file only runs and counts. What a difference may be is in ``reviewed.py``.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from credkit.assets import open_source
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report, verify
from tests.forge.corpus import CORPUS, entries
from tests.verify.case import delta_failures, failures

__all__ = ["FORMATS", "PROFILES", "Judged", "judged", "measure", "policy", "reports", "with_every_authority"]

FORMATS = (
    *("jpeg", "png", "webp", "gif", "tiff", "svg", "heic", "heif", "avif", "jxl"),
    *("mp4", "mov", "m4a", "mp3", "wav", "avi", "flac", "pdf", "epub", "font", "c2pa"),
)
PROFILES = ("noanchors", "testroots", "official", "interim")
TRUST = CORPUS / "trust"
KINDS = ("success", "informational", "failure")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One file in one profile: the entry of the corpus, what the reference said, and our report."""

    entry: dict[str, Any]
    profile: str
    report: Report

    @property
    def run(self) -> dict[str, Any]:
        run: dict[str, Any] = self.entry["runs"][self.profile]
        return run

    @property
    def their_state(self) -> str:
        return str(self.run["state"])

    @property
    def their_state_without_identity(self) -> str:
        """What the reference would have said, had it left identity assertions out of the state."""
        return str(self.run.get("state_without_cawg", self.run["state"]))

    @property
    def theirs(self) -> frozenset[str]:
        """Failure codes of the reference about the active manifest."""
        return frozenset(item["code"] for item in self.run.get("failure") or ())

    @property
    def their_deltas(self) -> frozenset[str]:
        return frozenset(item["code"] for delta in self.run.get("ingredient_deltas") or () for item in delta["failure"])

    @property
    def ours(self) -> frozenset[str]:
        """Our failure codes about the active manifest."""
        return failures(self.report)

    @property
    def our_deltas(self) -> frozenset[str]:
        return delta_failures(self.report)


@cache
def program(name: str) -> ModuleType:
    """A program that belongs to the corpus, as a module."""
    spec = importlib.util.spec_from_file_location(f"corpus_{name}", CORPUS / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def policy(profile: str) -> TrustPolicy:
    """The trust settings of a reference run (``profiles()`` in the corpus's ``oracle.py``) as a policy.

    The reference knows one store of anchors, for signers and time-stamp authorities alike; here each list is for one purpose.

    * ``noanchors``: nobody. The list of purposes that the reference has there are those that are accepted here by default.
    * ``testroots``: the bundle for signers, time-stamps and identities (``trust``, ``cawg_trust``), and both issuers of test credentials.
    * ``official``: the published list of signers for signers, that of time-stamp authorities for time-stamps.
    * ``interim``: the anchors for signers and time-stamps, the single certificates for themselves. Nobody for identities.
    """
    bundle, interim = TRUST / "c2pa-rs_test_cert_root_bundle.pem", TRUST / "cai-interim_anchors.pem"
    if profile == "noanchors":
        return TrustPolicy.none()
    if profile == "testroots":
        return TrustPolicy.of(bundle, tsa=[bundle], identities=[bundle], identity_issuers=program("oracle").TEST_ICA)
    if profile == "official":
        return TrustPolicy.of(TRUST / "C2PA-TRUST-LIST.pem", tsa=[TRUST / "C2PA-TSA-TRUST-LIST.pem"])
    return TrustPolicy.of(interim, tsa=[interim], allowed=[TRUST / "cai-interim_allowed.pem"])


@cache
def authorities() -> TrustPolicy:
    """The authorities of every list for time-stamps, and for nothing else."""
    return TrustPolicy.of(tsa=[TRUST / "C2PA-TSA-TRUST-LIST.pem", TRUST / "cai-interim_anchors.pem"])


def judged(entry: dict[str, Any], chosen: TrustPolicy) -> Report:
    """Our report on an entry at the time of the reference run, without network."""
    at = datetime.fromisoformat(entry["oracle_time"])
    with ExitStack() as stack:
        source = stack.enter_context(open_source(CORPUS / entry["path"]))
        sidecar = stack.enter_context(open_source(CORPUS / entry["sidecar"])) if entry.get("sidecar") else None
        fragments = [stack.enter_context(open_source(CORPUS / name)) for name in entry.get("fragments") or ()]
        return verify(source, sidecar=sidecar, fragments=fragments, policy=chosen, at=at)


@cache
def reports(profile: str) -> dict[str, Judged]:
    """Ours on every file of the formats that are read, by entry."""
    return {entry["id"]: Judged(entry=entry, profile=profile, report=judged(entry, policy(profile))) for entry in entries(*FORMATS)}


@cache
def with_every_authority(profile: str) -> dict[str, Judged]:
    """The same, with the authorities of every list for time-stamps added to the policy."""
    chosen = policy(profile).joined(authorities())
    return {entry["id"]: Judged(entry=entry, profile=profile, report=judged(entry, chosen)) for entry in entries(*FORMATS)}


@cache
def measure(profile: str, *, identity: bool) -> tuple[dict[str, Any], ...]:
    """The rows of ``compare.py``, of contestable entries as well; without ``identity``, with the states that leave CAWG out."""
    options = Namespace(
        profile=profile,
        contestable=True,
        no_cawg=not identity,
        ignore=[],
        ignore_prefix=[] if identity else ["cawg."],
        category=None,
        format=list(FORMATS),
        feature=None,
        without=None,
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, answer in _answers(profile):
            (Path(folder) / f"{name}.json").write_text(json.dumps(answer), "utf-8")
        return tuple(program("compare").compare(list(entries()), folder, options))


def _answers(profile: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, item in reports(profile).items():
        active = item.report.active
        codes = {kind: [s.code for s in getattr(active.results, kind)] if active else [] for kind in KINDS}
        yield name, {"state": item.report.state, "active_manifest": item.report.active_manifest, **codes}
